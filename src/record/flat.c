#include "record/flat.h"

#include <stdio.h>
#include <string.h>

/* ---- blanks ---- */

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct dep_slice trim(struct dep_slice text)
{
    while (text.len && is_blank(text.data[0]))
        text = dep_slice_sub(text, 1, text.len - 1);
    while (text.len && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* ---- headers ---- */

static bool is_text(const json_t *form)
{
    const char *ref = dep_json_string(form, "ref");
    return ref && strcmp(ref, "text") == 0;
}

/* A cell can state it: one value, or a text. */
static bool is_flat(const struct dep_schema *schema, const json_t *form)
{
    const json_t *whole = dep_schema_form(schema, form);
    return !dep_form_drawn(form) &&
           (is_text(form) || dep_json_string(whole, "type") || json_object_get(whole, "enum"));
}

struct finding_column {
    const struct dep_schema *schema;
    struct dep_slice header;
    const char *lang; /* NULL: by name */
    struct dep_flat_column *out;
};

static bool find_within(struct finding_column *find, const json_t *form, const char *path,
                        const char *shown, int depth);

/* One member: is it named, or does it hold what is? */
static bool find_member(struct finding_column *find, const char *name, const json_t *member,
                        const char *path, const char *shown, int depth)
{
    char longer[DEP_FLAT_PATH_MAX], words[4 * DEP_FLAT_PATH_MAX];
    const char *label = find->lang ? dep_form_label(member, find->lang) : name;
    if (!label ||
        (size_t)snprintf(longer, sizeof longer, "%s%s%s", path, *path ? "." : "", name) >=
            sizeof longer ||
        (size_t)snprintf(words, sizeof words, "%s%s%s", shown,
                         !*shown      ? ""
                         : find->lang ? " \u203a "
                                      : ".",
                         label) >= sizeof words)
        return false;
    if (is_flat(find->schema, member) && dep_slice_equal_string(find->header, words)) {
        *find->out = (struct dep_flat_column){.schema = find->schema, .form = member};
        (void)snprintf(find->out->path, sizeof find->out->path, "%s", longer);
        return true;
    }
    return find_within(find, member, longer, words, depth + 1);
}

static bool find_within(struct finding_column *find, const json_t *form, const char *path,
                        const char *shown, int depth)
{
    static const char *const groups[] = {"properties", "optionalProperties"};
    const json_t *whole = dep_schema_form(find->schema, form);
    if (depth == DEP_FLAT_DEPTH_MAX)
        return false;
    for (size_t g = 0; g < DEP_COUNT(groups); g++) {
        const char *name;
        json_t *member;
        json_object_foreach(json_object_get(whole, groups[g]), name, member)
        {
            if (find_member(find, name, member, path, shown, depth))
                return true;
        }
    }
    return false;
}

/* The text of a text is the text: one column, whichever it is called. */
static void take_whole_text(struct dep_flat_column *column)
{
    static const char last[] = ".text";
    struct dep_slice path = dep_slice_string(column->path);
    size_t above = path.len > sizeof last - 1 ? path.len - (sizeof last - 1) : 0;
    struct dep_flat_column whole = {.path = ""};
    struct finding_column find = {column->schema, dep_slice_sub(path, 0, above), NULL, &whole};
    if (strcmp(column->path + above, last) == 0 &&
        find_within(&find, column->schema->jtd, "", "", 0) && is_text(whole.form))
        *column = whole;
}

bool dep_flat_find(const struct dep_schema *schema, struct dep_slice header,
                   struct dep_flat_column *out)
{
    static const char *const languages[] = {NULL, "en", "fr", "ar"};
    for (size_t i = 0; i < DEP_COUNT(languages); i++) {
        struct finding_column find = {schema, trim(header), languages[i], out};
        if (find_within(&find, schema->jtd, "", "", 0)) {
            take_whole_text(out);
            return true;
        }
    }
    return false;
}

/* ---- cells ---- */

static const char *format_of(const struct dep_schema *schema, const json_t *form)
{
    return dep_json_string(dep_json_object(dep_schema_form(schema, form), "metadata"), "format");
}

static bool is_integer(const char *type)
{
    return strncmp(type, "int", 3) == 0 || strncmp(type, "uint", 4) == 0;
}

/* A table that quotes what a spreadsheet would run writes an apostrophe before it
 * (report/csv.h). */
static struct dep_slice unguarded(struct dep_slice cell)
{
    return cell.len > 1 && cell.data[0] == '\'' && memchr("=+-@\t\r", cell.data[1], 6)
               ? dep_slice_sub(cell, 1, cell.len - 1)
               : cell;
}

static json_t *string_of(struct dep_slice text)
{
    return json_stringn((const char *)text.data, text.len);
}

/* Free text whose lines end with LF alone, as a record has them. */
static json_t *prose_of(struct dep_slice text)
{
    DEP_AUTO_BUF lines;
    dep_buf_init_secret(&lines, text.len);
    for (size_t i = 0; i < text.len; i++) {
        bool cr = text.data[i] == '\r';
        if (!cr)
            dep_buf_add_byte(&lines, text.data[i]);
        else if (i + 1 == text.len || text.data[i + 1] != '\n')
            dep_buf_add_byte(&lines, '\n');
    }
    return dep_buf_err(&lines) ? NULL : string_of(dep_buf_slice(&lines));
}

/* "1250000,50": one comma, which can't part thousands. */
static bool has_decimal_comma(struct dep_slice cell, size_t comma)
{
    enum { THOUSANDS = 3 };
    for (size_t i = 0; i < cell.len; i++)
        if (i != comma && (cell.data[i] < '0' || cell.data[i] > '9') &&
            !(i == 0 && cell.data[i] == '-'))
            return false;
    return comma < cell.len && comma + 1 < cell.len && cell.len - comma - 1 != THOUSANDS;
}

/* "1250000,50" where it was said that it is so written: digits, and nothing else but one comma
 * between them and a sign. */
static bool is_with_comma(struct dep_slice cell, size_t comma)
{
    size_t first = cell.len && cell.data[0] == '-';
    for (size_t i = first; i < cell.len; i++)
        if (i != comma && (cell.data[i] < '0' || cell.data[i] > '9'))
            return false;
    return first < cell.len && comma > first && comma + 1 != cell.len;
}

static int decimal_of(struct dep_slice cell, const struct dep_flat_style *style, json_t **out,
                      struct dep_finding *why)
{
    enum { DECIMAL_MAX = 64 };
    char text[DECIMAL_MAX] = "";
    size_t comma = dep_slice_find(cell, ',');
    if (!style->decimal_comma) {
        if (has_decimal_comma(cell, comma))
            return dep_found(why, "flat.comma", "doc/format/record.md 10", 0);
        *out = string_of(cell);
        return *out ? DEP_OK : DEP_ERR_NOMEM;
    }
    if (cell.len >= sizeof text || !is_with_comma(cell, comma))
        return dep_found(why, "flat.decimal", "doc/format/record.md 10", 0);
    memcpy(text, cell.data, cell.len);
    if (comma < cell.len)
        text[comma] = '.';
    *out = json_string(text);
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

static json_t *value_of(const char *type, struct dep_slice cell)
{
    uint64_t number;
    bool below = cell.len && cell.data[0] == '-';
    if (strcmp(type, "boolean") == 0 && dep_slice_equal_string(cell, "true"))
        return json_true();
    if (strcmp(type, "boolean") == 0 && dep_slice_equal_string(cell, "false"))
        return json_false();
    if (is_integer(type) &&
        dep_u64_parse(dep_slice_sub(cell, below, cell.len - below), INT64_MAX, &number))
        return json_integer(below ? -(json_int_t)number : (json_int_t)number);
    return string_of(cell);
}

/* The object in which the column's last member stands, made where it isn't there yet; `*out_name`
 * is that member. */
static json_t *holder_of(const struct dep_flat_column *column, json_t *claims,
                         const char **out_name)
{
    const char *at = column->path;
    json_t *holder = claims;
    for (size_t len; holder && at[len = strcspn(at, ".")]; at += len + 1) {
        char name[DEP_FLAT_PATH_MAX];
        (void)snprintf(name, sizeof name, "%.*s", (int)len, at);
        json_t *next = json_object_get(holder, name);
        if (!next && json_object_set_new(holder, name, next = json_object()))
            next = NULL;
        holder = next;
    }
    *out_name = at;
    return holder;
}

/* The text of a column whose language another may have stated, or may still. */
static int set_text(json_t *holder, const char *name, struct dep_slice cell, const char *lang)
{
    json_t *text = json_object_get(holder, name);
    int bad = 0;
    if (!text)
        bad = json_object_set_new(holder, name, text = json_object());
    if (!bad && !json_object_get(text, "lang"))
        bad = json_object_set_new(text, "lang", json_string(lang));
    if (!bad)
        bad = json_object_set_new(text, "text", prose_of(cell));
    return bad ? DEP_ERR_NOMEM : DEP_OK;
}

static bool is_decimal(const char *format)
{
    static const char *const decimals[] = {"decimal", "latitude", "longitude"};
    for (size_t i = 0; format && i < DEP_COUNT(decimals); i++)
        if (strcmp(decimals[i], format) == 0)
            return true;
    return false;
}

int dep_flat_set(const struct dep_flat_column *column, struct dep_slice cell,
                 const struct dep_flat_style *style, json_t *claims, struct dep_finding *why)
{
    const json_t *whole = dep_schema_form(column->schema, column->form);
    const char *format = format_of(column->schema, column->form);
    const char *type = dep_json_string(whole, "type"), *name;
    bool prose = is_text(column->form) || (format && strcmp(format, "text") == 0);
    json_t *value = NULL;
    cell = unguarded(prose ? cell : trim(cell));
    if (cell.len == 0)
        return DEP_OK;
    if (is_decimal(format)) {
        int err = decimal_of(cell, style, &value, why);
        if (err)
            return err;
    } else if (!is_text(column->form)) {
        value = value_of(type ? type : "", cell);
    }
    json_t *holder = holder_of(column, claims, &name);
    if (holder && is_text(column->form))
        return set_text(holder, name, cell, style->lang);
    if (holder)
        return json_object_set_new(holder, name, value) ? DEP_ERR_NOMEM : DEP_OK;
    json_decref(value);
    return DEP_ERR_NOMEM;
}

const char *dep_flat_get(const json_t *claims, const char *path)
{
    const json_t *value = claims;
    for (size_t len = strcspn(path, "."); value; path += len + 1, len = strcspn(path, ".")) {
        char name[DEP_FLAT_PATH_MAX];
        (void)snprintf(name, sizeof name, "%.*s", (int)len, path);
        value = json_object_get(value, name);
        if (!path[len])
            break;
    }
    return json_is_object(value) ? dep_json_string(value, "text") : json_string_value(value);
}
