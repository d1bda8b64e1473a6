/* JSON: what is accepted encodes to something that is accepted again and encodes the same. */
#include "codec/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_finding why;
    DEP_AUTO_JSON *value = NULL;
    if (dep_json_parse(dep_slice_of(data, len), &value, &why) != DEP_OK)
        return 0;
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
