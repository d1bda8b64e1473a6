/*
 * Lines of text tag files, and manifests: which file is listed with which digest.
 */
#include "package/bag_internal.h"

#include "codec/text.h"

#include <string.h>

static const char DATA[] = "data/", PAYLOAD[] = "manifest-", TAGS[] = "tagmanifest-";

struct dep_slice bag_next_line(struct dep_slice *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->data[len] != '\n' && rest->data[len] != '\r')
        len++;
    struct dep_slice line = dep_slice_sub(*rest, 0, len);
    bool crlf = rest->len - len >= 2 && rest->data[len] == '\r' && rest->data[len + 1] == '\n';
    size_t used = len + (len < rest->len) + crlf;
    *rest = dep_slice_sub(*rest, used, rest->len - used);
    return line;
}

bool bag_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

int bag_get_text(struct dep_bag *bag, const struct bag_entry *entry, dep_bag_text_fn *text,
                 void *context, struct dep_slice *out, bool *out_good)
{
    if (entry->file.size > DEP_BAG_TEXT_MAX)
        return DEP_ERR_CAP;
    int err = text(context, &entry->file, out);
    if (err)
        return err;
    *out_good = dep_utf8_valid(*out) && !dep_slice_starts(*out, "\xef\xbb\xbf");
    return *out_good ? DEP_OK : bag_find(bag, "bag.text", "RFC 8493 2.3", false, entry->file.path);
}

struct dep_slice bag_after(struct dep_slice line, const char *prefix)
{
    size_t len = strlen(prefix);
    return dep_slice_sub(line, len, line.len - len);
}

struct manifest {
    struct dep_slice name; /* of the tag file */
    unsigned algorithm;
    bool tags; /* a tag manifest */
    uint64_t line;
};

static int line_find(struct dep_bag *bag, const struct manifest *manifest, const char *id,
                     const char *clause, bool warning, struct dep_slice path)
{
    return bag_find_line(bag, id, clause, warning, path, manifest->name, manifest->line);
}

bool bag_is_tag_manifest(struct dep_slice path)
{
    return dep_slice_starts(path, TAGS) && dep_slice_find(path, '/') == path.len;
}

/* What is listed, of a file that is there: by its own name at most once a manifest; by other names
 * that fold to it as often as they agree. */
static int list_entry(struct dep_bag *bag, const struct manifest *manifest, struct bag_entry *entry,
                      const uint8_t *digest, bool by_name)
{
    unsigned bit = bag_algorithm_bit(manifest->algorithm);
    size_t len = dep_bag_algorithm_len(manifest->algorithm);
    if (by_name && entry->named & manifest->algorithm)
        return line_find(bag, manifest, "bag.manifest.twice", "RFC 8493 2.1.3", false,
                         entry->file.path);
    if (by_name)
        entry->named |= (uint8_t)manifest->algorithm;
    if (entry->expected[bit])
        return memcmp(entry->expected[bit], digest, len) == 0
                   ? DEP_OK
                   : bag_find_altered(bag, entry, manifest->name, manifest->line);
    int err = DEP_OK;
    entry->expected[bit] = bag_keep(bag, digest, len, &err);
    return err;
}

/* The path of a line, unescaped and safe. */
static int list_path(struct dep_bag *bag, const struct manifest *manifest, struct dep_slice path,
                     const uint8_t *digest)
{
    bool payload = dep_slice_starts(path, DATA);
    if (!bag_path_safe(path))
        return line_find(bag, manifest, "bag.path", "RFC 8493 5.1", false, path);
    if (payload == manifest->tags || bag_is_tag_manifest(path))
        return line_find(bag, manifest, "bag.manifest.scope",
                         manifest->tags ? "RFC 8493 2.2.1" : "RFC 8493 2.1.3", false, path);
    bag->lists_payload |= payload;
    struct bag_entry *entry = bag_entry_find(bag, path);
    if (entry)
        return list_entry(bag, manifest, entry, digest, true);
    int err = bag_entry_find_folded(bag, path, &entry);
    if (err || !entry)
        return err ? err : line_find(bag, manifest, "bag.missing", "RFC 8493 3", false, path);
    err = line_find(bag, manifest, "bag.folded", "RFC 8493 6.1.1", true, path);
    return err ? err : list_entry(bag, manifest, entry, digest, false);
}

/* Either case of hex is allowed in a bag, unlike elsewhere. */
static bool digest_parse(struct dep_slice hex, size_t len, uint8_t *out)
{
    uint8_t lower[2 * BAG_DIGEST_MAX];
    if (hex.len != 2 * len)
        return false;
    for (size_t i = 0; i < hex.len; i++)
        lower[i] = hex.data[i] >= 'A' && hex.data[i] <= 'F' ? hex.data[i] | 0x20 : hex.data[i];
    return dep_hex_parse(dep_slice_of(lower, hex.len), out, len);
}

static int read_line(struct dep_bag *bag, const struct manifest *manifest, struct dep_slice line)
{
    uint8_t digest[BAG_DIGEST_MAX];
    size_t len = 0, at;
    while (len < line.len && !bag_blank(line.data[len]))
        len++;
    for (at = len; at < line.len && bag_blank(line.data[at]);)
        at++;
    struct dep_slice path = dep_slice_sub(line, at, line.len - at);
    if (len == 0 || path.len == 0 || path.len > DEP_BAG_PATH_MAX)
        return line_find(bag, manifest, "bag.manifest.line", "RFC 8493 2.1.3", false,
                         (struct dep_slice){NULL, 0});
    if (!digest_parse(dep_slice_sub(line, 0, len), dep_bag_algorithm_len(manifest->algorithm),
                      digest))
        return line_find(bag, manifest, "bag.manifest.digest", "RFC 8493 2.1.3", false, path);

    int err = DEP_OK;
    if (path.data[0] == '*') {
        path = bag_after(path, "*");
        err = line_find(bag, manifest, "bag.asterisk", "RFC 8493 6.1.3", true, path);
    }
    if (!err && dep_slice_starts(path, "./")) {
        path = bag_after(path, "./");
        err = line_find(bag, manifest, "bag.dot", "RFC 8493 6.1.3", true, path);
    }
    if (err)
        return err;
    if (!bag_percent_parse(path, &bag->scratch))
        return line_find(bag, manifest, "bag.percent", "RFC 8493 2.1.3", false, path);
    if ((err = dep_buf_err(&bag->scratch)))
        return err;
    return list_path(bag, manifest, dep_buf_slice(&bag->scratch), digest);
}

static int read_manifest(struct dep_bag *bag, const struct bag_entry *entry,
                         struct manifest *manifest, dep_bag_text_fn *text, void *context)
{
    struct dep_slice rest;
    bool good;
    int err = bag_get_text(bag, entry, text, context, &rest, &good);
    if (err || !good)
        return err;
    while (!err && rest.len) {
        manifest->line++;
        err = read_line(bag, manifest, bag_next_line(&rest));
    }
    return err;
}

int bag_read_manifests(struct dep_bag *bag, bool tags, dep_bag_text_fn *text, void *context)
{
    const char *prefix = tags ? TAGS : PAYLOAD;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < bag->count; i++) {
        struct dep_slice name = bag->entries[i].file.path, ending = DEP_SLICE_LITERAL(".txt");
        size_t used = strlen(prefix) + ending.len;
        if (!dep_slice_starts(name, prefix) || name.len <= used ||
            dep_slice_find(name, '/') < name.len ||
            !dep_slice_equal(dep_slice_sub(name, name.len - ending.len, ending.len), ending))
            continue;
        struct manifest manifest = {
            .name = name,
            .tags = tags,
            .algorithm = bag_algorithm_parse(dep_slice_sub(name, strlen(prefix), name.len - used))};
        if (!manifest.algorithm) {
            err = bag_find(bag, "bag.algorithm", "RFC 8493 2.4", false, name);
            continue;
        }
        *(tags ? &bag->tag_algorithms : &bag->payload_algorithms) |= manifest.algorithm;
        err = read_manifest(bag, &bag->entries[i], &manifest, text, context);
    }
    return err;
}
