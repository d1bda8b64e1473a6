#include "report/csv.h"

#include "codec/decimal.h"

#include <string.h>

/* What =, +, -, @, a tab or CR begin is run where it is opened. */
static bool is_formula(const char *text)
{
    struct dep_decimal number;
    return text[0] && strchr("=+-@\t\r", text[0]) &&
           !dep_decimal_parse(dep_slice_string(text), &number);
}

static void add_field(struct dep_buf *out, const char *text)
{
    bool quoted = is_formula(text) || strpbrk(text, ",;\"\r\n\t") != NULL;
    if (quoted)
        dep_buf_add_byte(out, '"');
    if (is_formula(text))
        dep_buf_add_byte(out, '\'');
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            dep_buf_add_byte(out, '"');
        dep_buf_add_byte(out, (uint8_t)*at);
    }
    if (quoted)
        dep_buf_add_byte(out, '"');
}

void dep_csv_row(struct dep_buf *out, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            dep_buf_add_byte(out, ',');
        add_field(out, fields[i] ? fields[i] : "");
    }
    dep_buf_add(out, "\r\n", 2);
}
