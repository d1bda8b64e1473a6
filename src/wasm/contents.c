#include "wasm/shim.h"

#include "codec/text.h"
#include "package/parts.h"

#include <stdio.h>

/* Names are raw bytes: what isn't UTF-8 is shown escaped. */
static json_t *name_of(struct dep_slice path)
{
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 8 * DEP_MANIFEST_LINE_MAX);
    dep_text_show(path, &shown);
    return dep_buf_err(&shown) ? NULL : json_stringn((const char *)shown.data, shown.len);
}

static json_t *decimal(uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

static json_t *digest_of(const struct dep_entry *entry)
{
    char hex[2 * DEP_HASH_LEN + 1];
    if (!entry->has_sha256)
        return json_null();
    dep_hex_encode(entry->sha256.bytes, DEP_HASH_LEN, hex);
    return json_string(hex);
}

static int add_entry(void *context, const struct dep_entry *entry)
{
    const char kind[] = {(char)entry->kind, '\0'};
    json_t *one =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "kind", kind, "path", name_of(entry->path),
                  "sha256", digest_of(entry), "offset", decimal(entry->offset), "stored",
                  decimal(entry->stored), "sparse", (int)(entry->flags & DEP_ENTRY_SPARSE));
    return json_array_append_new(context, one) == 0 ? DEP_OK : DEP_ERR_NOMEM;
}

static int add_line(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    return add_entry(context, entry);
}

static int add_part(void *context, const struct dep_part *part)
{
    return add_entry(context, &part->entry);
}

static int read_manifest(struct dep_manifest_reader *reader, struct dep_slice text,
                         uint64_t *out_count, struct dep_hash *out_root, struct dep_finding *why)
{
    int err = reader ? dep_manifest_reader_add(reader, text, why) : DEP_ERR_NOMEM;
    return err ? err : dep_manifest_reader_finish(reader, out_count, out_root, why);
}

/* `entries` is taken. */
static int say_all(int err, const struct dep_finding *why, json_t *said, json_t *entries)
{
    if (err || !said || json_object_set_new(said, "entries", json_incref(entries)) != 0) {
        json_decref(said);
        said = NULL;
    }
    json_decref(entries);
    if (err)
        return err == DEP_FOUND ? dep_wasm_say_found(why) : err;
    return dep_wasm_say(said);
}

static json_t *root_of(const struct dep_hash *root)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(root->bytes, DEP_HASH_LEN, hex);
    return json_string(hex);
}

int wasm_manifest(const uint8_t *text, size_t len)
{
    struct dep_finding why;
    struct dep_hash root;
    uint64_t count = 0;
    json_t *entries = json_array(), *said = NULL;
    struct dep_manifest_reader *reader = dep_manifest_reader_new(add_line, entries);
    int err = read_manifest(reader, dep_slice_of(text, len), &count, &root, &why);
    dep_manifest_reader_free(reader);
    if (err == DEP_OK)
        said = json_pack("{s:o, s:I}", "root", root_of(&root), "lines", (json_int_t)count);
    return say_all(err, &why, said, entries);
}

int wasm_parts(const uint8_t *text, size_t len)
{
    struct dep_finding why;
    struct dep_parts_head head;
    json_t *entries = json_array(), *said = NULL;
    int err = dep_parts_parse(dep_slice_of(text, len), add_part, entries, &head, &why);
    if (err == DEP_OK)
        said = json_pack("{s:s, s:o}", "item", head.item, "root", root_of(&head.root));
    return say_all(err, &why, said, entries);
}
