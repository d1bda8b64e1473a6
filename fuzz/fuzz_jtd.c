/*
 * JSON Type Definition. Lines: a schema, a value. A checked schema never fails but for its depth,
 * and counts the same whether the errors are wanted or not.
 */
#include "record/jtd.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice value_text = dep_slice_of(data, size);
    struct dep_slice schema_text = dep_slice_next(&value_text, '\n');
    const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    DEP_AUTO_JSON *schema =
        json_loadb((const char *)schema_text.data, schema_text.len, flags, NULL);
    DEP_AUTO_JSON *value = json_loadb((const char *)value_text.data, value_text.len, flags, NULL);
    if (!schema || !value)
        return 0;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_jtd_check(schema, NULL, &why);
    if (err) {
        if (err < 0 || !why.id)
            abort();
        return 0;
    }
    static struct dep_jtd_error errors[8];
    int count = dep_jtd_validate(schema, value, errors, DEP_COUNT(errors));
    if (count < 0 && count != DEP_ERR_CAP)
        abort();
    if (count != dep_jtd_validate(schema, value, NULL, 0))
        abort();
    for (int i = 0; i < count && i < (int)DEP_COUNT(errors); i++)
        if (strnlen(errors[i].instance_path, DEP_JTD_POINTER_MAX) == DEP_JTD_POINTER_MAX ||
            strnlen(errors[i].schema_path, DEP_JTD_POINTER_MAX) == DEP_JTD_POINTER_MAX)
            abort();
    return 0;
}
