/* An IATI file: whatever the bytes, rows have the form of claims, lines rise, and a parent is
 * another row. */
#include "report/iati.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    DEP_AUTO_IMPORT import = {.type = "flow.recorded"};
    DEP_AUTO_IATI iati = {.left_count = 0};
    struct dep_problem problem = {.detail = ""};
    int err = dep_iati_read(dep_slice_of(data, len), &import, &iati, &problem);
    for (size_t i = 0; !err && i < import.count; i++) {
        const struct dep_import_row *row = &import.rows[i];
        size_t parent = row->parent;
        if (!json_is_object(row->claims) || (i && row->line < import.rows[i - 1].line) ||
            (parent != DEP_IMPORT_NONE && (parent >= import.count || parent == i)))
            abort();
        for (size_t steps = 0; parent != DEP_IMPORT_NONE; parent = import.rows[parent].parent)
            if (++steps > 2)
                abort(); /* payment, commitment, pledge */
    }
    return 0;
}
