/* tar headers: a member that is read encodes to the very blocks it was read from. */
#include "codec/tar.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_tar_reader *reader = dep_tar_reader_new();
    size_t from = 0;
    for (size_t at = 0; reader && at + DEP_TAR_BLOCK <= len; at += DEP_TAR_BLOCK) {
        enum dep_tar_state state;
        struct dep_tar_member member;
        struct dep_finding why;
        if (dep_tar_reader_block(reader, data + at, &state, &member, &why) != DEP_OK ||
            state == DEP_TAR_END)
            break;
        if (state != DEP_TAR_MEMBER)
            continue;
        DEP_AUTO_BUF again;
        dep_buf_init(&again, 4 * DEP_TAR_PAX_MAX);
        if (dep_tar_encode(&member, &again) != DEP_OK ||
            !dep_slice_equal(dep_buf_slice(&again),
                             dep_slice_of(data + from, at + DEP_TAR_BLOCK - from)))
            abort();
        from = at + DEP_TAR_BLOCK;
    }
    dep_tar_reader_free(reader);
    struct dep_tar_extent *extents = NULL;
    size_t count, used;
    struct dep_finding why;
    if (dep_tar_map_parse(dep_slice_of(data, len), UINT64_C(1) << 40, &extents, &count, &used,
                          &why) == DEP_OK &&
        used > len)
        abort();
    free(extents);
    return 0;
}
