/*
 * Paths in bags: what could leave the folder, what Windows can't store, the three escapes.
 */
#include "package/bag_internal.h"

#include <string.h>

bool bag_path_safe(struct dep_slice path)
{
    /* '~', a drive and a backslash mean something to a shell or to Windows alone; a bag travels. */
    if (path.len == 0 || path.data[0] == '~' || dep_slice_find(path, '\\') < path.len ||
        dep_slice_find(path, 0) < path.len)
        return false;
    uint8_t first = path.data[0] | 0x20;
    if (path.len > 1 && path.data[1] == ':' && first >= 'a' && first <= 'z')
        return false;
    for (size_t from = 0; from <= path.len;) {
        struct dep_slice rest = dep_slice_sub(path, from, path.len - from);
        struct dep_slice part = dep_slice_sub(rest, 0, dep_slice_find(rest, '/'));
        if (part.len == 0 || dep_slice_equal_string(part, ".") ||
            dep_slice_equal_string(part, ".."))
            return false;
        from += part.len + 1;
    }
    return true;
}

/* With or without an extension. */
static bool device_name(struct dep_slice part)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    struct dep_slice stem = dep_slice_sub(part, 0, dep_slice_find(part, '.'));
    char lower[5] = "";
    if (stem.len != 3 && stem.len != 4)
        return false;
    for (size_t i = 0; i < stem.len; i++)
        lower[i] =
            (char)(stem.data[i] >= 'A' && stem.data[i] <= 'Z' ? stem.data[i] | 0x20 : stem.data[i]);
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        if (strcmp(lower, names[i]) == 0)
            return true;
    return (strncmp(lower, "com", 3) == 0 || strncmp(lower, "lpt", 3) == 0) && lower[3] >= '1' &&
           lower[3] <= '9';
}

bool bag_path_portable(struct dep_slice path)
{
    enum { WINDOWS_PATH_MAX = 255 };
    if (path.len > WINDOWS_PATH_MAX)
        return false;
    for (struct dep_slice rest = path; rest.len;) {
        struct dep_slice part = dep_slice_next(&rest, '/');
        uint8_t last = part.len ? part.data[part.len - 1] : '.';
        if (last == '.' || last == ' ' || device_name(part))
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (part.data[i] < 0x20 || strchr("<>:\"|?*", part.data[i]))
                return false;
    }
    return true;
}

bool bag_percent_parse(struct dep_slice text, struct dep_buf *out)
{
    dep_buf_clear(out);
    for (size_t at = 0; at < text.len;) {
        if (text.data[at] != '%') {
            dep_buf_add_byte(out, text.data[at++]);
            continue;
        }
        uint8_t tens = at + 2 < text.len ? text.data[at + 1] : 0;
        uint8_t ones = at + 2 < text.len ? text.data[at + 2] : 0;
        if (tens == '2' && ones == '5')
            dep_buf_add_byte(out, '%');
        else if (tens == '0' && (ones | 0x20) == 'a')
            dep_buf_add_byte(out, '\n');
        else if (tens == '0' && (ones | 0x20) == 'd')
            dep_buf_add_byte(out, '\r');
        else
            return false;
        at += 3;
    }
    return true;
}

void bag_percent_encode(struct dep_slice path, struct dep_buf *out)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] == '%')
            dep_buf_add_string(out, "%25");
        else if (path.data[i] == '\n')
            dep_buf_add_string(out, "%0A");
        else if (path.data[i] == '\r')
            dep_buf_add_string(out, "%0D");
        else
            dep_buf_add_byte(out, path.data[i]);
    }
}
