#include "wasm/shim.h"

#include "package/bag.h"
#include "record/schema_files.h"
#include "rules/charter.h"

#include <stdlib.h>
#include <string.h>

static struct {
    char *text;
    size_t len;
} answer;

void *wasm_alloc(size_t len)
{
    return dep_alloc(len ? len : 1);
}

void wasm_free(void *block)
{
    free(block);
}

const uint8_t *wasm_answer(void)
{
    return (const uint8_t *)answer.text;
}

size_t wasm_answer_len(void)
{
    return answer.len;
}

int dep_wasm_say(json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (!text)
        return DEP_ERR_NOMEM;
    free(answer.text);
    answer.text = text;
    answer.len = strlen(text);
    return DEP_OK;
}

int dep_wasm_say_found(const struct dep_finding *why)
{
    int err = dep_wasm_say(json_pack("{s:s, s:s, s:I}", "id", why->id, "clause", why->clause,
                                     "offset", (json_int_t)why->offset));
    return err ? err : DEP_FOUND;
}

int wasm_init(uint32_t seed)
{
    json_object_seed(seed);
    return dep_crypto_init(false);
}

struct wasm_hash {
    unsigned algorithm;
    union {
        struct dep_sha256_stream sha256;
        struct dep_sha512_stream sha512;
    } stream;
};

static void start(struct wasm_hash *hash)
{
    if (hash->algorithm == DEP_BAG_SHA256)
        dep_sha256_start(&hash->stream.sha256);
    else
        dep_sha512_start(&hash->stream.sha512);
}

struct wasm_hash *wasm_hash_new(unsigned algorithm)
{
    if (algorithm != DEP_BAG_SHA256 && algorithm != DEP_BAG_SHA512)
        return NULL;
    struct wasm_hash *hash = dep_alloc(sizeof *hash);
    if (!hash)
        return NULL;
    hash->algorithm = algorithm;
    start(hash);
    return hash;
}

void wasm_hash_add(struct wasm_hash *hash, const uint8_t *data, size_t len)
{
    if (hash->algorithm == DEP_BAG_SHA256)
        dep_sha256_add(&hash->stream.sha256, data, len);
    else
        dep_sha512_add(&hash->stream.sha512, data, len);
}

void wasm_hash_add_two(struct wasm_hash *a, struct wasm_hash *b, const uint8_t *data, size_t len)
{
    assert(a->algorithm == DEP_BAG_SHA256 && b->algorithm == DEP_BAG_SHA256);
    dep_sha256_add_two(&a->stream.sha256, data, &b->stream.sha256, data, len);
}

size_t wasm_hash_finish(struct wasm_hash *hash, uint8_t *out)
{
    if (hash->algorithm == DEP_BAG_SHA256) {
        struct dep_hash digest;
        dep_sha256_finish(&hash->stream.sha256, &digest);
        memcpy(out, digest.bytes, sizeof digest.bytes);
    } else {
        dep_sha512_finish(&hash->stream.sha512, out);
    }
    start(hash);
    return dep_bag_algorithm_len(hash->algorithm);
}

void wasm_hash_free(struct wasm_hash *hash)
{
    free(hash);
}

int wasm_fingerprint(const uint8_t *text, size_t len, uint8_t *out)
{
    struct dep_finding why;
    int err = dep_fingerprint_parse(dep_slice_of(text, len), out, &why);
    return err == DEP_FOUND ? dep_wasm_say_found(&why) : err;
}

int wasm_fingerprint_of(const uint8_t *digest)
{
    struct dep_hash hash;
    char text[DEP_FINGERPRINT_LEN + 1];
    memcpy(hash.bytes, digest, sizeof hash.bytes);
    dep_fingerprint_encode(&hash, text);
    return dep_wasm_say(json_string(text));
}

/* "<type>.jtd.json"; not a superseded "<type>@<v>.jtd.json". */
static bool is_newest(const char *name)
{
    return name[0] == '_' || !strchr(name, '@');
}

int wasm_schemas(void)
{
    static const char END[] = ".jtd.json";
    json_t *all = json_object();
    for (size_t i = 0; all && i < dep_schema_file_count; i++) {
        const struct dep_schema_file *file = &dep_schema_files[i];
        char name[128];
        size_t len = strlen(file->name);
        if (!is_newest(file->name) || len >= sizeof name)
            continue;
        memcpy(name, file->name, len + 1);
        if (len > sizeof END - 1 && strcmp(name + len - (sizeof END - 1), END) == 0)
            name[len - (sizeof END - 1)] = '\0';
        json_t *schema =
            json_loadb((const char *)file->text.data, file->text.len, JSON_REJECT_DUPLICATES, NULL);
        if (json_object_set_new(all, name, schema) != 0) {
            json_decref(all);
            return DEP_ERR_NOMEM;
        }
    }
    return dep_wasm_say(all);
}
