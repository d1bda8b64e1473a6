#include "wasm/shim.h"

#include "package/verify.h"
#include "vault/age.h"

#include <stdio.h>
#include <string.h>

static struct dep_verify *verify;

static int read_again(void *context, struct dep_slice path, uint64_t offset, uint8_t *out,
                      size_t len)
{
    (void)context;
    return wasm_host_read(path.data, path.len, offset, out, len);
}

int wasm_verify_new(const uint8_t *pin)
{
    wasm_verify_free();
    const struct dep_verify_with with = {
        .schemas = dep_schemas_builtin(), .pin = pin, .files = {.read = read_again}};
    return with.schemas ? dep_verify_new(&with, &verify) : DEP_ERR_NOMEM;
}

void wasm_verify_free(void)
{
    dep_verify_free(verify);
    verify = NULL;
}

int wasm_verify_add(const uint8_t *path, size_t path_len, uint64_t size)
{
    return dep_verify_add(verify, dep_slice_of(path, path_len), size);
}

int wasm_verify_begin(void)
{
    return dep_verify_begin(verify);
}

size_t wasm_verify_file_count(void)
{
    return dep_verify_file_count(verify);
}

/* Bytes are counted beyond what JavaScript's numbers hold, so they go as texts. */
static json_t *decimal(uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

static json_t *text_of(struct dep_slice text)
{
    return json_stringn((const char *)text.data, text.len);
}

static json_t *hex_of(const struct dep_hash *hash)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    return json_string(hex);
}

int wasm_verify_wanted(size_t index)
{
    struct dep_verify_wanted wanted;
    dep_verify_wanted(verify, index, &wanted);
    return dep_wasm_say(json_pack("{s:o*, s:o*, s:i, s:i}", "path", text_of(wanted.path), "size",
                                  decimal(wanted.size), "algorithms", (int)wanted.algorithms,
                                  "payload", (int)wanted.payload));
}

long wasm_age_header_len(const uint8_t *data, size_t len)
{
    struct dep_finding why;
    size_t header;
    int err = dep_age_header_len(dep_slice_of(data, len), &header, &why);
    if (err == DEP_OK)
        return (long)header;
    return err == DEP_FOUND && strcmp(why.id, "age.header.short") == 0 ? 0 : -1;
}

int wasm_verify_digest(size_t index, unsigned algorithm, const uint8_t *digest)
{
    return dep_verify_digest(verify, index, algorithm, digest);
}

int wasm_verify_payload(size_t index, const uint8_t *sha256)
{
    struct dep_hash hash;
    memcpy(hash.bytes, sha256, sizeof hash.bytes);
    return dep_verify_payload(verify, index, &hash);
}

int wasm_verify_read(void)
{
    return dep_verify_read(verify);
}

int wasm_verify_tokens(void)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < dep_verify_token_count(verify); i++) {
        struct dep_verify_token token;
        dep_verify_token(verify, i, &token);
        json_t *one = json_pack("{s:o*, s:o*, s:o*, s:O?}", "path", text_of(token.path), "size",
                                decimal(token.size), "digest", hex_of(&token.digest), "authorities",
                                token.authorities);
        if (json_array_append_new(all, one) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    return dep_wasm_say(all);
}

int wasm_verify_token_is(size_t index, unsigned found, int64_t time_s, size_t authority)
{
    static const char *const ids[] = {
        NULL,        "token.form",   "token.digest", "token.authority", "token.signature",
        "token.use", "token.refused"};
    const struct dep_verify_token_is is = {
        .id = ids[found < DEP_COUNT(ids) ? found : 1], .time_s = time_s, .authority = authority};
    return dep_verify_token_is(verify, index, &is);
}

int wasm_verify_finish(void)
{
    return dep_verify_finish(verify);
}

static json_t *root_of(const struct dep_verify_item *item)
{
    return item->has_root ? hex_of(&item->manifest_root) : NULL;
}

int wasm_verify_items(void)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < dep_verify_item_count(verify); i++) {
        struct dep_verify_item item;
        dep_verify_item(verify, i, &item);
        json_t *one =
            json_pack("{s:o*, s:o*, s:o*, s:s, s:s, s:o*, s:o*, s:o*}", "item", text_of(item.item),
                      "record", hex_of(&item.record), "path", text_of(item.path), "as",
                      dep_item_as_name(item.as), "opens", dep_item_opens_name(item.opens), "pieces",
                      decimal(item.pieces), "bytes", decimal(item.bytes), "root", root_of(&item));
        if (json_array_append_new(all, one) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    return dep_wasm_say(all);
}

void wasm_verify_item_is(size_t index, int intact)
{
    dep_verify_item_is(verify, index, intact ? DEP_INTACT : DEP_ALTERED);
}

int wasm_verify_notice(const uint8_t *plain, size_t len)
{
    json_t *told = NULL;
    int err = dep_verify_notice_read(verify, dep_slice_of(plain, len), &told);
    return err ? err : dep_wasm_say(told);
}

int wasm_verify_notice_closed(void)
{
    static const struct dep_finding why = {.id = "notice.to", .clause = "package.md 6.5"};
    return dep_verify_notice_altered(verify, &why);
}

int wasm_verify_account(void)
{
    json_t *account = NULL;
    int err = dep_verify_account(verify, &account);
    return err ? err : dep_wasm_say(account);
}

size_t wasm_verify_record_count(void)
{
    return dep_verify_record_count(verify);
}

int wasm_verify_record(size_t index)
{
    json_t *record = NULL;
    int err = dep_verify_record(verify, index, &record);
    return err ? err : dep_wasm_say(record);
}
