#include "node/authorities.h"

#include "codec/base64.h"

enum { CERTIFICATE_MAX = 64 * 1024 };

int dep_authorities_load(const json_t *array, struct dep_authorities *out)
{
    size_t ends[DEP_TSP_PINNED_MAX], i;
    json_t *entry;
    dep_buf_init(&out->bytes, DEP_TSP_PINNED_MAX * CERTIFICATE_MAX);
    out->count = 0;
    json_array_foreach(array, i, entry)
    {
        if (out->count == DEP_TSP_PINNED_MAX)
            break;
        const char *text = json_string_value(entry);
        DEP_AUTO_BUF der;
        dep_buf_init(&der, CERTIFICATE_MAX);
        if (text && !dep_base64_parse(DEP_BASE64_STD, dep_slice_string(text), &der)) {
            if (dep_buf_err(&der) == DEP_ERR_NOMEM)
                return DEP_ERR_NOMEM;
            dep_buf_clear(&der);
        }
        dep_buf_add_slice(&out->bytes, dep_buf_slice(&der));
        ends[out->count++] = out->bytes.len;
    }
    for (i = 0; i < out->count; i++) {
        size_t from = i ? ends[i - 1] : 0;
        out->list[i] = dep_slice_sub(dep_buf_slice(&out->bytes), from, ends[i] - from);
    }
    return dep_buf_err(&out->bytes);
}

void dep_authorities_done(struct dep_authorities *authorities)
{
    dep_buf_done(&authorities->bytes);
}
