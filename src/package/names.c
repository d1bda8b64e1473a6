#include "package/names.h"

#include <string.h>

static bool component_valid(struct dep_slice name)
{
    if (name.len == 0 || name.len > DEP_PACKAGE_COMPONENT_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.data[i];
        bool good = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_' ||
                    (i > 0 && (byte == '.' || byte == '-'));
        if (!good)
            return false;
    }
    return true;
}

bool dep_package_name_valid(struct dep_slice path)
{
    if (path.len == 0 || path.len > DEP_PACKAGE_PATH_MAX || path.data[path.len - 1] == '/')
        return false;
    while (path.len)
        if (!component_valid(dep_slice_next(&path, '/')))
            return false;
    return true;
}

/* Take `prefix` off. */
static bool take(struct dep_slice *path, const char *prefix)
{
    if (!dep_slice_starts(*path, prefix))
        return false;
    size_t len = strlen(prefix);
    *path = dep_slice_sub(*path, len, path->len - len);
    return true;
}

/* The whole of it, but for the end. */
static bool ends(struct dep_slice *path, const char *end)
{
    size_t len = strlen(end);
    if (path->len < len || memcmp(path->data + path->len - len, end, len) != 0)
        return false;
    path->len -= len;
    return true;
}

/* Exactly `width` digits. */
static bool padded(struct dep_slice text, size_t width, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return text.len == width;
}

static bool token_name(struct dep_slice name)
{
    return ends(&name, ".tsr") && component_valid(name);
}

static enum dep_place_kind charter_place(struct dep_slice rest, uint64_t *out_number)
{
    enum { DIGITS = 6 };
    bool text = ends(&rest, ".json");
    if ((!text && !ends(&rest, ".adoptions")) || !padded(rest, DIGITS, out_number) ||
        *out_number == 0)
        return DEP_PLACE_UNKNOWN;
    return text ? DEP_PLACE_CHARTER : DEP_PLACE_ADOPTIONS;
}

static enum dep_place_kind before_place(struct dep_slice rest, uint64_t *out_size)
{
    struct dep_slice size = dep_slice_next(&rest, '/');
    enum dep_place_kind kind = DEP_PLACE_UNKNOWN;
    if (ends(&size, ".checkpoint"))
        kind = rest.len ? DEP_PLACE_UNKNOWN : DEP_PLACE_BEFORE;
    else if (ends(&size, ".proof"))
        kind = rest.len ? DEP_PLACE_UNKNOWN : DEP_PLACE_BEFORE_PROOF;
    else if (ends(&size, ".tokens"))
        kind = token_name(rest) ? DEP_PLACE_BEFORE_TOKEN : DEP_PLACE_UNKNOWN;
    return dep_u64_parse(size, INT64_MAX, out_size) ? kind : DEP_PLACE_UNKNOWN;
}

static enum dep_place_kind log_place(struct dep_slice rest, struct dep_package_place *out)
{
    if (dep_slice_equal_string(rest, "checkpoint"))
        return DEP_PLACE_CHECKPOINT;
    if (dep_slice_equal_string(rest, "records.jsonl"))
        return DEP_PLACE_RECORDS;
    if (dep_slice_equal_string(rest, "in_force.jsonl"))
        return DEP_PLACE_IN_FORCE;
    if (take(&rest, "tokens/"))
        return token_name(rest) ? DEP_PLACE_TOKEN : DEP_PLACE_UNKNOWN;
    if (take(&rest, "before/"))
        return before_place(rest, &out->number);
    if (dep_tile_path_parse(rest, &out->tile, NULL) || out->tile.level < 0)
        return DEP_PLACE_UNKNOWN;
    return DEP_PLACE_TILE;
}

static enum dep_place_kind cosign_place(struct dep_slice rest)
{
    if (dep_slice_equal_string(rest, "request"))
        return DEP_PLACE_COSIGN_REQUEST;
    if (dep_slice_equal_string(rest, "cosignatures"))
        return DEP_PLACE_COSIGN_ANSWER;
    return dep_slice_equal_string(rest, "refused") ? DEP_PLACE_COSIGN_REFUSAL : DEP_PLACE_UNKNOWN;
}

static bool folder_number(struct dep_slice *rest, unsigned *out)
{
    enum { DIGITS = 3 };
    uint64_t number;
    if (!padded(dep_slice_next(rest, '/'), DIGITS, &number))
        return false;
    *out = (unsigned)number;
    return rest->len > 0;
}

static bool is_tag(struct dep_slice path)
{
    static const char *const names[] = {
        "bagit.txt",           "bag-info.txt",           "manifest-sha256.txt",
        "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"};
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        if (dep_slice_equal_string(path, names[i]))
            return true;
    return false;
}

void dep_package_place(struct dep_slice path, struct dep_package_place *out)
{
    struct dep_package_place place = {.kind = DEP_PLACE_UNKNOWN};
    if (!take(&path, "data/"))
        place.kind = is_tag(path) ? DEP_PLACE_TAG : DEP_PLACE_UNKNOWN;
    else if (dep_slice_equal_string(path, "content.jsonl"))
        place.kind = DEP_PLACE_CONTENT;
    else if (take(&path, "charter/"))
        place.kind = charter_place(path, &place.number);
    else if (take(&path, "logs/"))
        place.kind =
            folder_number(&path, &place.folder) ? log_place(path, &place) : DEP_PLACE_UNKNOWN;
    else if (take(&path, "cosign/"))
        place.kind = folder_number(&path, &place.folder) ? cosign_place(path) : DEP_PLACE_UNKNOWN;
    else
        place.kind = DEP_PLACE_OTHER;
    *out = place;
}
