/*
 * JSON: what is accepted is what jansson makes of it, and encodes to something that is accepted
 * again and encodes the same. What jansson accepts is refused for a reason of our own alone.
 */
#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_finding why;
    DEP_AUTO_JSON *value = NULL;
    const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    DEP_AUTO_JSON *theirs = json_loadb((const char *)data, len, flags, NULL);
    int err = dep_json_parse(dep_slice_of(data, len), &value, &why);
    if (err < 0 || (theirs && err && strcmp(why.id, "json.syntax") == 0))
        abort();
    if (err)
        return 0;
    if (!theirs || !json_equal(theirs, value))
        abort();
    DEP_AUTO_JSON *again = NULL;
    DEP_AUTO_BUF once, twice;
    dep_buf_init(&once, 2 * DEP_JSON_LEN_MAX);
    dep_buf_init(&twice, 2 * DEP_JSON_LEN_MAX);
    if (dep_json_encode_sorted(value, &once) != DEP_OK ||
        dep_json_parse(dep_buf_slice(&once), &again, &why) != DEP_OK ||
        dep_json_encode_sorted(again, &twice) != DEP_OK ||
        !dep_slice_equal(dep_buf_slice(&once), dep_buf_slice(&twice)))
        abort();
    return 0;
}
