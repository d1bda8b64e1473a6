/*
 * {"index":"DECIMAL","sd_jwt":"PRESENTATION"}
 *
 * A presentation is base64url, dots and tildes: nothing in the line can need an escape, so its form
 * is exact, and a hundred thousand of them are read without a JSON parser.
 */
#include "package/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char FIRST[] = "{\"index\":\"", SECOND[] = "\",\"sd_jwt\":\"", LAST[] = "\"}";
static const char CLAUSE[] = "package.md 5";

static bool presentation_form(struct dep_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        bool good = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
                    byte == '~';
        if (!good)
            return false;
    }
    return text.len > 0;
}

int dep_records_line_encode(uint64_t index, struct dep_slice sd_jwt, struct dep_buf *out)
{
    size_t before = out->len;
    if (index > INT64_MAX || !presentation_form(sd_jwt))
        return DEP_ERR_CAP;
    dep_buf_addf(out, "%s%" PRIu64 "%s", FIRST, index, SECOND);
    dep_buf_add_slice(out, sd_jwt);
    dep_buf_addf(out, "%s\n", LAST);
    int err = dep_buf_err(out);
    if (!err && out->len - before > DEP_RECORDS_LINE_MAX)
        err = DEP_ERR_CAP;
    if (err && out->len > before)
        out->len = before;
    return err;
}

static bool take(struct dep_slice *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (!dep_slice_starts(*text, prefix))
        return false;
    *text = dep_slice_sub(*text, len, text->len - len);
    return true;
}

int dep_records_line_parse(struct dep_slice line, uint64_t *out_index, struct dep_slice *out_sd_jwt,
                           struct dep_finding *why)
{
    struct dep_slice rest = line, sd_jwt;
    uint64_t index;
    const size_t last = sizeof LAST - 1;
    if (line.len >= DEP_RECORDS_LINE_MAX)
        return dep_found(why, "records.len", CLAUSE, DEP_RECORDS_LINE_MAX);
    if (!take(&rest, FIRST))
        return dep_found(why, "records.form", CLAUSE, 0);
    size_t digits = dep_slice_find(rest, '"');
    bool good = dep_u64_parse(dep_slice_sub(rest, 0, digits), INT64_MAX, &index);
    rest = dep_slice_sub(rest, digits, rest.len - digits);
    good = good && take(&rest, SECOND) && rest.len > last &&
           memcmp(rest.data + rest.len - last, LAST, last) == 0;
    if (!good)
        return dep_found(why, "records.form", CLAUSE, 0);
    sd_jwt = dep_slice_sub(rest, 0, rest.len - last);
    if (!presentation_form(sd_jwt))
        return dep_found(why, "records.form", CLAUSE, 0);
    *out_index = index;
    *out_sd_jwt = sd_jwt;
    return DEP_OK;
}
