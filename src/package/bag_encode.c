#include "package/bag_internal.h"

#include "codec/text.h"

void dep_bag_declaration_encode(struct dep_buf *out)
{
    dep_buf_add_string(out, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
}

int dep_bag_line_encode(unsigned algorithm, const uint8_t *digest, struct dep_slice path,
                        struct dep_buf *out)
{
    char hex[2 * BAG_DIGEST_MAX + 1];
    /* '*' in front would be read as another tool's ornament, a blank as part of the gap. */
    if (path.len > DEP_BAG_PATH_MAX || !bag_path_safe(path) || !dep_utf8_valid(path) ||
        path.data[0] == '*' || bag_blank(path.data[0]))
        return DEP_ERR_CAP;
    dep_hex_encode(digest, dep_bag_algorithm_len(algorithm), hex);
    dep_buf_addf(out, "%s  ", hex);
    bag_percent_encode(path, out);
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}

static bool one_line(struct dep_slice text)
{
    return dep_slice_find(text, '\n') == text.len && dep_slice_find(text, '\r') == text.len;
}

static bool blank_end(struct dep_slice text)
{
    return bag_blank(text.data[0]) || bag_blank(text.data[text.len - 1]);
}

int dep_bag_element_encode(const char *label, struct dep_slice value, struct dep_buf *out)
{
    struct dep_slice name = dep_slice_string(label);
    if (name.len == 0 || !one_line(name) || !one_line(value) || !dep_utf8_valid(value) ||
        dep_slice_find(name, ':') < name.len || blank_end(name))
        return DEP_ERR_CAP;
    dep_buf_add_slice(out, name);
    dep_buf_add_string(out, ": ");
    dep_buf_add_slice(out, value);
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}
