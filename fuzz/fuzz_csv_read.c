/* A table: whatever the bytes, rows end, lines only rise, and a cell holds what stood in the
 * text. */
#include "codec/csv_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_finding why;
    DEP_AUTO_CSV csv = {.at = 0};
    if (dep_csv_open(dep_slice_of(data, len), &csv, &why))
        return 0;
    uint64_t line = 0;
    for (;;) {
        struct dep_csv_row row;
        bool more = false;
        if (dep_csv_next(&csv, &row, &more, &why) || !more)
            return 0;
        size_t bytes = 0;
        for (size_t i = 0; i < row.count; i++)
            bytes += row.cells[i].len;
        if (row.line <= line || row.count == 0 || bytes == 0 ||
            bytes > 2 * len) /* of UTF-16 three for two */
            abort();
        line = row.line;
    }
}
