/*
 * Lines of content.jsonl: what is taken is written again as it was, and in order.
 */
#include "package/content.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice text = dep_slice_of(data, size);
    struct dep_content_reader *reader = NULL;
    enum dep_content_kind last = DEP_CONTENT_PACKAGE;
    must(dep_content_reader_new(&reader) == DEP_OK);
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_CONTENT_LINE_MAX);
    while (text.len) {
        struct dep_slice line = dep_slice_next(&text, '\n');
        const struct dep_content_line *out = NULL;
        struct dep_finding why = {NULL, NULL, 0};
        int err = dep_content_read(reader, line, &out, &why);
        must(err == DEP_OK || (err == DEP_FOUND && why.id && !out));
        if (err)
            continue;
        must(out->kind >= last);
        last = out->kind;
        dep_buf_clear(&again);
        must(dep_content_encode(out, &again) == DEP_OK);
        must(again.len == line.len + 1 && memcmp(again.data, line.data, line.len) == 0);
    }
    dep_content_reader_free(reader);
    return 0;
}
