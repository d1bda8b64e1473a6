/*
 * JSON Type Definition, RFC 8927 section 3.3: validation with error indicators.
 *
 * The two paths are kept as JSON pointers in fixed buffers; a step down appends and a step up cuts.
 */
#include "record/internal.h"

#include <stdio.h>
#include <string.h>

struct path {
    char text[DEP_JTD_POINTER_MAX];
    size_t len;
};

struct walk {
    const json_t *definitions;
    dep_format_fn *format;
    struct dep_jtd_error *out;
    size_t max;
    int count;
    bool format_first;
    size_t depth;
    struct path instance, schema;
};

static size_t push(struct path *path, const char *token)
{
    size_t before = path->len;
    if (path->len + 1 < sizeof path->text)
        path->text[path->len++] = '/';
    for (; *token && path->len + 2 < sizeof path->text; token++) {
        if (*token == '~' || *token == '/') {
            path->text[path->len++] = '~';
            path->text[path->len++] = *token == '~' ? '0' : '1';
        } else {
            path->text[path->len++] = *token;
        }
    }
    path->text[path->len] = 0;
    return before;
}

static size_t push_index(struct path *path, size_t index)
{
    char token[24];
    (void)snprintf(token, sizeof token, "%zu", index);
    return push(path, token);
}

static void cut(struct path *path, size_t len)
{
    path->len = len;
    path->text[len] = 0;
}

static int report(struct walk *walk)
{
    if (walk->out && (size_t)walk->count < walk->max) {
        struct dep_jtd_error *error = &walk->out[walk->count];
        memcpy(error->instance_path, walk->instance.text, walk->instance.len + 1);
        memcpy(error->schema_path, walk->schema.text, walk->schema.len + 1);
    }
    walk->count++;
    return DEP_OK;
}

static int report_at(struct walk *walk, const char *token)
{
    size_t before = push(&walk->schema, token);
    int err = report(walk);
    cut(&walk->schema, before);
    return err;
}

static int value_walk(struct walk *walk, const json_t *form, const json_t *value, const char *tag);

static int step(struct walk *walk, const char *token, const json_t *form, const json_t *value)
{
    size_t before = push(&walk->schema, token);
    int err = value_walk(walk, form, value, NULL);
    cut(&walk->schema, before);
    return err;
}

static bool digits(const char *text, size_t count, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

/* RFC 3339 section 5.6, the leap second included, which codec's own time (a count of seconds) has
 * no place for. */
static bool timestamp_valid(const char *text, size_t len)
{
    static const unsigned char month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day, hour, minute, second;
    if (len < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
        text[13] != ':' || text[16] != ':')
        return false;
    if (!digits(text, 4, &year) || !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day) ||
        !digits(text + 11, 2, &hour) || !digits(text + 14, 2, &minute) ||
        !digits(text + 17, 2, &second))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1] || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2 && day == 29 && !leap)
        return false;
    size_t at = 19;
    if (text[at] == '.') {
        size_t from = ++at;
        while (at < len && text[at] >= '0' && text[at] <= '9')
            at++;
        if (at == from)
            return false;
    }
    if (at + 1 == len)
        return text[at] == 'Z' || text[at] == 'z';
    if (at + 6 != len || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':')
        return false;
    return digits(text + at + 1, 2, &hour) && hour <= 23 && digits(text + at + 4, 2, &minute) &&
           minute <= 59;
}

static bool whole_within(const json_t *value, double low, double high)
{
    if (!json_is_number(value))
        return false;
    double number = json_number_value(value);
    return number >= low && number <= high && number == (double)(int64_t)number;
}

static bool type_fits(const char *type, const json_t *value)
{
    static const struct {
        const char *name;
        double low, high;
    } integers[] = {
        {"int8", -128, 127},  {"uint8", 0, 255},           {"int16", -32768, 32767},
        {"uint16", 0, 65535}, {"uint32", 0, 4294967295.0}, {"int32", -2147483648.0, 2147483647.0},
    };
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "float64") == 0 || strcmp(type, "float32") == 0)
        return json_is_number(value);
    if (strcmp(type, "timestamp") == 0)
        return json_is_string(value) &&
               timestamp_valid(json_string_value(value), json_string_length(value));
    for (size_t i = 0; i < DEP_COUNT(integers); i++)
        if (strcmp(integers[i].name, type) == 0)
            return whole_within(value, integers[i].low, integers[i].high);
    return false;
}

static int enum_walk(struct walk *walk, const json_t *values, const json_t *value)
{
    size_t index;
    json_t *allowed;
    json_array_foreach(values, index, allowed) if (json_is_string(value) &&
                                                   json_equal(allowed, value)) return DEP_OK;
    return report_at(walk, "enum");
}

static int elements_walk(struct walk *walk, const json_t *form, const json_t *value)
{
    if (!json_is_array(value))
        return report_at(walk, "elements");
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t before = push_index(&walk->instance, i);
        int err = step(walk, "elements", form, json_array_get(value, i));
        cut(&walk->instance, before);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int values_walk(struct walk *walk, const json_t *form, const json_t *value)
{
    if (!json_is_object(value))
        return report_at(walk, "values");
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        size_t before = push(&walk->instance, name);
        int err = step(walk, "values", form, member);
        cut(&walk->instance, before);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* Members of `list` ("properties" or "optionalProperties") that the value has, or must have. */
static int listed_walk(struct walk *walk, const char *list, const json_t *forms,
                       const json_t *value, bool required)
{
    const char *name;
    json_t *form;
    size_t before = push(&walk->schema, list);
    int err = DEP_OK;
    json_object_foreach((json_t *)(uintptr_t)forms, name, form)
    {
        const json_t *member = json_object_get(value, name);
        if (!member) {
            if (required)
                err = report_at(walk, name);
        } else {
            size_t instance = push(&walk->instance, name);
            err = step(walk, name, form, member);
            cut(&walk->instance, instance);
        }
        if (err)
            break;
    }
    cut(&walk->schema, before);
    return err;
}

static int properties_walk(struct walk *walk, const json_t *form, const json_t *value,
                           const char *tag)
{
    const json_t *required = json_object_get(form, "properties");
    const json_t *optional = json_object_get(form, "optionalProperties");
    if (!json_is_object(value))
        return report_at(walk, required ? "properties" : "optionalProperties");
    int err = listed_walk(walk, "properties", required, value, true);
    if (!err)
        err = listed_walk(walk, "optionalProperties", optional, value, false);
    if (err || dep_json_true(form, "additionalProperties"))
        return err;
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (json_object_get(required, name) || json_object_get(optional, name) ||
            (tag && strcmp(tag, name) == 0))
            continue;
        size_t before = push(&walk->instance, name);
        (void)report(walk);
        cut(&walk->instance, before);
    }
    return DEP_OK;
}

static int discriminator_walk(struct walk *walk, const json_t *form, const json_t *value)
{
    const char *tag = dep_json_string(form, "discriminator");
    if (!json_is_object(value))
        return report_at(walk, "discriminator");
    const json_t *given = json_object_get(value, tag);
    if (!given)
        return report_at(walk, "discriminator");
    const char *name = json_string_value(given);
    const json_t *mapping = json_object_get(form, "mapping");
    const json_t *chosen = name ? json_object_get(mapping, name) : NULL;
    if (!chosen) {
        size_t before = push(&walk->instance, tag);
        int err = report_at(walk, name ? "mapping" : "discriminator");
        cut(&walk->instance, before);
        return err;
    }
    size_t before = push(&walk->schema, "mapping");
    (void)push(&walk->schema, name);
    int err = value_walk(walk, chosen, value, tag);
    cut(&walk->schema, before);
    return err;
}

/* The schema path of what a reference leads to starts at the root again (RFC 8927 3.3.2). */
static int ref_walk(struct walk *walk, const char *name, const json_t *value)
{
    struct path kept = walk->schema;
    cut(&walk->schema, 0);
    (void)push(&walk->schema, "definitions");
    (void)push(&walk->schema, name);
    int err = value_walk(walk, json_object_get(walk->definitions, name), value, NULL);
    walk->schema = kept;
    return err;
}

static void format_walk(struct walk *walk, const json_t *form, const json_t *value)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    if (!format)
        return;
    size_t index;
    json_t *element;
    bool fits = json_is_array(value) || walk->format(format, value);
    json_array_foreach(value, index, element) fits = fits && walk->format(format, element);
    if (fits)
        return;
    walk->format_first = walk->format_first || walk->count == 0;
    size_t before = push(&walk->schema, "metadata");
    (void)report_at(walk, "format");
    cut(&walk->schema, before);
}

static int form_walk(struct walk *walk, const json_t *form, const json_t *value, const char *tag)
{
    const char *name;
    json_t *keyword;
    /* One form keyword a form, so the first one met decides. */
    json_object_foreach((json_t *)(uintptr_t)form, name, keyword)
    {
        switch (name[0]) {
        case 'r': return ref_walk(walk, json_string_value(keyword), value);
        case 't':
            return type_fits(json_string_value(keyword), value) ? DEP_OK : report_at(walk, "type");
        case 'e':
            return name[1] == 'n' ? enum_walk(walk, keyword, value)
                                  : elements_walk(walk, keyword, value);
        case 'p':
        case 'o':
        case 'a': return properties_walk(walk, form, value, tag);
        case 'v': return values_walk(walk, keyword, value);
        case 'd':
            if (name[1] == 'i')
                return discriminator_walk(walk, form, value);
            break; /* definitions */
        default: break;
        }
        if (strcmp(name, "mapping") == 0)
            return discriminator_walk(walk, form, value);
    }
    return DEP_OK;
}

static int value_walk(struct walk *walk, const json_t *form, const json_t *value, const char *tag)
{
    if (json_is_null(value) && dep_json_true(form, "nullable"))
        return DEP_OK;
    /* Definitions may refer to each other in a circle, which no value ends. */
    if (walk->depth >= DEP_JTD_DEPTH_MAX)
        return DEP_ERR_CAP;
    walk->depth++;
    int count = walk->count;
    int err = form_walk(walk, form, value, tag);
    if (!err && walk->format && walk->count == count)
        format_walk(walk, form, value);
    walk->depth--;
    return err;
}

int dep_jtd_validate(const json_t *schema, const json_t *value, struct dep_jtd_error *out,
                     size_t max)
{
    struct walk walk = {.definitions = json_object_get(schema, "definitions")};
    walk.out = out;
    walk.max = max;
    int err = value_walk(&walk, schema, value, NULL);
    return err ? err : walk.count;
}

int dep_jtd_validate_form(const json_t *root, const json_t *form, const json_t *value,
                          dep_format_fn *format, struct dep_jtd_error *out, bool *out_format)
{
    struct walk walk = {.definitions = json_object_get(root, "definitions")};
    walk.format = format;
    walk.out = out;
    walk.max = out ? 1 : 0;
    int err = value_walk(&walk, form, value, NULL);
    *out_format = walk.format_first;
    return err ? err : walk.count;
}
