/*
 * age-encryption.org/v1 LF
 * -> TYPE ARG... LF  BODY (base64, 64 columns, last line shorter) LF      one or more stanzas
 * --- MAC LF                                                              HMAC-SHA-256 under
 * HKDF(file key, "header")
 */
#include "vault/age.h"

#include "codec/base64.h"

#include <string.h>

enum {
    WRAPPED_LEN = DEP_AGE_FILE_KEY_LEN + DEP_AEAD_TAG_LEN,
    COLUMNS = 64,
    ARGS_MAX = 8,
    SCRYPT_SALT_LEN = 16,
};

static const char VERSION_LINE[] = "age-encryption.org/v1\n";
static const char FILLER[] = "-> depositary.filler ";
static const char CLAUSE[] = "c2sp.org/age, Header";

static void wrap_label(struct dep_buf *out, const struct dep_age_recipient *share,
                       const struct dep_age_recipient *recipient)
{
    dep_buf_add(out, share->bytes, sizeof share->bytes);
    dep_buf_add(out, recipient->bytes, sizeof recipient->bytes);
}

static int x25519_wrap_key(const uint8_t shared[32], const struct dep_age_recipient *share,
                           const struct dep_age_recipient *recipient, uint8_t out[32])
{
    DEP_AUTO_BUF salt;
    dep_buf_init(&salt, 64);
    wrap_label(&salt, share, recipient);
    if (dep_buf_err(&salt))
        return dep_buf_err(&salt);
    return dep_hkdf_sha256(dep_slice_of(shared, 32), dep_buf_slice(&salt),
                           DEP_SLICE_LITERAL("age-encryption.org/v1/X25519"), out, 32);
}

/* The file key under a wrap key, nonce zero: a wrap key is used once. */
static int wrap(const uint8_t key[32], const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                uint8_t out[WRAPPED_LEN])
{
    static const uint8_t nonce[DEP_AEAD_NONCE_LEN];
    struct dep_aead *aead = NULL;
    int err = dep_aead_new(key, &aead);
    if (!err)
        err = dep_aead_seal(aead, nonce, (struct dep_slice){NULL, 0}, file_key,
                            DEP_AGE_FILE_KEY_LEN, out);
    dep_aead_free(aead);
    return err;
}

static int unwrap(const uint8_t key[32], const uint8_t wrapped[WRAPPED_LEN],
                  uint8_t out[DEP_AGE_FILE_KEY_LEN])
{
    static const uint8_t nonce[DEP_AEAD_NONCE_LEN];
    struct dep_aead *aead = NULL;
    int err = dep_aead_new(key, &aead);
    if (!err)
        err = dep_aead_open(aead, nonce, (struct dep_slice){NULL, 0}, wrapped, WRAPPED_LEN, out);
    dep_aead_free(aead);
    return err;
}

static void add_base64(struct dep_buf *out, const uint8_t *data, size_t len)
{
    dep_base64_encode(DEP_BASE64_STD_RAW, dep_slice_of(data, len), out);
}

static int add_x25519(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                      const struct dep_age_recipient *recipient, dep_random_fn *random,
                      struct dep_buf *out)
{
    uint8_t ephemeral[32], shared[32], key[32], wrapped[WRAPPED_LEN];
    struct dep_age_recipient share;
    random(ephemeral, sizeof ephemeral);
    dep_x25519_public(ephemeral, share.bytes);
    int err = dep_x25519(ephemeral, recipient->bytes, shared)
                  ? x25519_wrap_key(shared, &share, recipient, key)
                  : DEP_ERR_CRYPTO;
    if (!err)
        err = wrap(key, file_key, wrapped);
    dep_wipe(ephemeral, sizeof ephemeral);
    dep_wipe(shared, sizeof shared);
    dep_wipe(key, sizeof key);
    if (err)
        return err;
    dep_buf_add_string(out, "-> X25519 ");
    add_base64(out, share.bytes, sizeof share.bytes);
    dep_buf_add_byte(out, '\n');
    add_base64(out, wrapped, sizeof wrapped);
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}

static int scrypt_key(struct dep_slice passphrase, const uint8_t salt[SCRYPT_SALT_LEN],
                      unsigned log_n, uint8_t out[32])
{
    static const char label[] = "age-encryption.org/v1/scrypt";
    uint8_t labelled[sizeof label - 1 + SCRYPT_SALT_LEN];
    memcpy(labelled, label, sizeof label - 1);
    memcpy(labelled + sizeof label - 1, salt, SCRYPT_SALT_LEN);
    return dep_scrypt(passphrase, dep_slice_of(labelled, sizeof labelled), log_n, out);
}

static int add_scrypt(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN], const struct dep_age_to *to,
                      dep_random_fn *random, struct dep_buf *out)
{
    uint8_t salt[SCRYPT_SALT_LEN], key[32], wrapped[WRAPPED_LEN];
    random(salt, sizeof salt);
    int err = scrypt_key(to->passphrase, salt, to->scrypt_log_n, key);
    if (!err)
        err = wrap(key, file_key, wrapped);
    dep_wipe(key, sizeof key);
    if (err)
        return err;
    dep_buf_add_string(out, "-> scrypt ");
    add_base64(out, salt, sizeof salt);
    dep_buf_addf(out, " %u\n", to->scrypt_log_n);
    add_base64(out, wrapped, sizeof wrapped);
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}

static int header_mac(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN], struct dep_slice text,
                      struct dep_hash *out)
{
    uint8_t key[32];
    int err =
        dep_hkdf_sha256(dep_slice_of(file_key, DEP_AGE_FILE_KEY_LEN), (struct dep_slice){NULL, 0},
                        DEP_SLICE_LITERAL("header"), key, sizeof key);
    if (!err)
        dep_hmac_sha256(dep_slice_of(key, sizeof key), text, out);
    dep_wipe(key, sizeof key);
    return err;
}

/* A stanza that nobody unwraps, as long as is needed for header and nonce to fill a block. */
static int add_filler(size_t from, struct dep_buf *out)
{
    static const size_t mac_line = 4 + 43 + 1;
    size_t fixed = out->len - from + (sizeof FILLER - 1) + 2 + mac_line + DEP_AGE_NONCE_LEN;
    if (fixed >= DEP_AGE_PADDED)
        return DEP_ERR_CAP;
    dep_buf_add_string(out, FILLER);
    uint8_t *at = dep_buf_grow(out, DEP_AGE_PADDED - fixed);
    if (at)
        memset(at, 'x', DEP_AGE_PADDED - fixed);
    dep_buf_add_string(out, "\n\n");
    return dep_buf_err(out);
}

int dep_age_header_encode(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN], const struct dep_age_to *to,
                          bool padded, dep_random_fn *random, struct dep_buf *out)
{
    assert((to->recipient_count > 0) != (to->passphrase.len > 0));
    if (to->recipient_count >= DEP_AGE_STANZAS_MAX || (padded && to->passphrase.len))
        return DEP_ERR_CAP;
    if (to->passphrase.len && (to->scrypt_log_n == 0 || to->scrypt_log_n > DEP_AGE_SCRYPT_MAX))
        return DEP_ERR_CAP;
    size_t from = out->len;
    dep_buf_add_string(out, VERSION_LINE);
    int err = to->passphrase.len ? add_scrypt(file_key, to, random, out) : DEP_OK;
    for (size_t i = 0; !err && i < to->recipient_count; i++)
        err = add_x25519(file_key, &to->recipients[i], random, out);
    if (!err && padded)
        err = add_filler(from, out);
    dep_buf_add_string(out, "---");
    struct dep_hash mac;
    if (!err)
        err = dep_buf_err(out);
    if (!err)
        err = header_mac(file_key, dep_slice_of(out->data + from, out->len - from), &mac);
    if (!err) {
        dep_buf_add_byte(out, ' ');
        add_base64(out, mac.bytes, sizeof mac.bytes);
        dep_buf_add_byte(out, '\n');
        err = dep_buf_err(out);
    }
    if (err)
        out->len = from;
    return err;
}

/* ---- reading ---- */

struct stanza {
    struct dep_slice args[ARGS_MAX];
    size_t arg_count; /* may exceed ARGS_MAX: then only counted */
    size_t at;        /* offset of its first line in the header */
    uint8_t body[WRAPPED_LEN];
    size_t body_len; /* decoded; `body` holds it where it fits */
};

/* A line with its LF; false at the end of `in`. */
static bool next_line(struct dep_slice in, size_t *at, struct dep_slice *out)
{
    struct dep_slice rest = dep_slice_sub(in, *at, in.len - *at);
    size_t len = dep_slice_find(rest, '\n');
    if (len == rest.len)
        return false;
    *out = dep_slice_sub(rest, 0, len);
    *at += len + 1;
    return true;
}

static bool visible(struct dep_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x21 || text.data[i] > 0x7e)
            return false;
    return text.len > 0;
}

static int parse_args(struct dep_slice line, size_t at, struct stanza *out, struct dep_finding *why)
{
    struct dep_slice rest = dep_slice_sub(line, 3, line.len - 3);
    bool more = true;
    while (more) {
        size_t len = dep_slice_find(rest, ' ');
        struct dep_slice arg = dep_slice_sub(rest, 0, len);
        more = len < rest.len;
        rest = more ? dep_slice_sub(rest, len + 1, rest.len - len - 1) : rest;
        if (!visible(arg))
            return dep_found(why, "age.header.argument", CLAUSE, at);
        if (out->arg_count < ARGS_MAX)
            out->args[out->arg_count] = arg;
        out->arg_count++;
    }
    return DEP_OK;
}

/* The bytes end inside the header: more may come, unless there are too many already. */
static int cut(struct dep_slice in, struct dep_finding *why)
{
    bool over = in.len > DEP_AGE_HEADER_MAX;
    return dep_found(why, over ? "age.header.len" : "age.header.short", CLAUSE, in.len);
}

static int parse_body(struct dep_slice in, size_t *at, struct stanza *out, struct dep_finding *why)
{
    DEP_AUTO_BUF body;
    dep_buf_init(&body, DEP_AGE_STANZA_BODY_MAX);
    for (;;) {
        size_t line_at = *at;
        struct dep_slice line;
        if (!next_line(in, at, &line))
            return cut(in, why);
        if (line.len > COLUMNS || !dep_base64_parse(DEP_BASE64_STD_RAW, line, &body))
            return dep_buf_err(&body) == DEP_ERR_NOMEM
                       ? DEP_ERR_NOMEM
                       : dep_found(why, "age.header.body", CLAUSE, line_at);
        if (line.len < COLUMNS)
            break;
    }
    out->body_len = body.len;
    if (body.len <= sizeof out->body && body.len)
        memcpy(out->body, body.data, body.len);
    return DEP_OK;
}

/* What stands between version line and MAC; `each` is asked for each stanza. */
typedef int stanza_fn(void *context, const struct stanza *stanza, struct dep_finding *why);

static int walk(struct dep_slice in, stanza_fn *each, void *context, size_t *out_mac_at,
                size_t *out_len, struct dep_finding *why)
{
    size_t at = sizeof VERSION_LINE - 1;
    size_t have = in.len < at ? in.len : at;
    if (have && memcmp(in.data, VERSION_LINE, have) != 0)
        return dep_found(why, "age.header.version", CLAUSE, 0);
    if (in.len < at)
        return dep_found(why, "age.header.short", CLAUSE, in.len);
    size_t count = 0;
    for (;;) {
        size_t line_at = at;
        struct dep_slice line;
        if (!next_line(in, &at, &line))
            return cut(in, why);
        if (dep_slice_starts(line, "--- ")) {
            if (count == 0)
                return dep_found(why, "age.header.stanza", CLAUSE, line_at);
            *out_mac_at = line_at;
            *out_len = at;
            return at <= DEP_AGE_HEADER_MAX ? DEP_OK : dep_found(why, "age.header.len", CLAUSE, at);
        }
        if (!dep_slice_starts(line, "-> ") || ++count > DEP_AGE_STANZAS_MAX)
            return dep_found(why, "age.header.stanza", CLAUSE, line_at);
        struct stanza stanza = {.at = line_at};
        int err = parse_args(line, line_at, &stanza, why);
        if (!err)
            err = parse_body(in, &at, &stanza, why);
        if (!err && each)
            err = each(context, &stanza, why);
        if (err)
            return err;
    }
}

static int check_mac_line(struct dep_slice header, size_t mac_at, struct dep_hash *out,
                          struct dep_finding *why)
{
    struct dep_slice text = dep_slice_sub(header, mac_at + 4, header.len - mac_at - 5);
    if (!dep_base64_parse_exact(DEP_BASE64_STD_RAW, text, out->bytes, DEP_HASH_LEN))
        return dep_found(why, "age.header.mac", CLAUSE, mac_at);
    return DEP_OK;
}

int dep_age_header_len(struct dep_slice in, size_t *out_len, struct dep_finding *why)
{
    size_t mac_at, len;
    struct dep_hash mac;
    struct dep_slice seen =
        in.len > DEP_AGE_HEADER_MAX + 1 ? dep_slice_sub(in, 0, DEP_AGE_HEADER_MAX + 1) : in;
    int err = walk(seen, NULL, NULL, &mac_at, &len, why);
    if (!err)
        err = check_mac_line(dep_slice_sub(in, 0, len), mac_at, &mac, why);
    if (!err)
        *out_len = len;
    return err;
}

struct opening {
    const struct dep_age_with *with;
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    bool found, passphrase_wrong;
    size_t count, scrypt_count; /* of stanzas */
    size_t scrypt_at;
};

static int try_x25519(struct opening *opening, const struct stanza *stanza, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/age, X25519 recipient stanza";
    struct dep_age_recipient share;
    if (stanza->arg_count != 2 ||
        !dep_base64_parse_exact(DEP_BASE64_STD_RAW, stanza->args[1], share.bytes,
                                sizeof share.bytes) ||
        stanza->body_len != WRAPPED_LEN)
        return dep_found(why, "age.x25519.form", clause, stanza->at);
    for (size_t i = 0; !opening->found && i < opening->with->identity_count; i++) {
        const struct dep_age_identity *identity = &opening->with->identities[i];
        uint8_t shared[32], key[32];
        if (!dep_x25519(identity->secret, share.bytes, shared))
            return dep_found(why, "age.x25519.share", clause, stanza->at);
        int err = x25519_wrap_key(shared, &share, &identity->recipient, key);
        if (!err)
            err = unwrap(key, stanza->body, opening->file_key);
        dep_wipe(shared, sizeof shared);
        dep_wipe(key, sizeof key);
        if (err < 0)
            return err;
        opening->found = err == DEP_OK;
    }
    return DEP_OK;
}

static int try_scrypt(struct opening *opening, const struct stanza *stanza, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/age, scrypt recipient stanza";
    uint8_t salt[SCRYPT_SALT_LEN], key[32];
    uint64_t log_n;
    if (stanza->arg_count != 3 ||
        !dep_base64_parse_exact(DEP_BASE64_STD_RAW, stanza->args[1], salt, sizeof salt) ||
        stanza->body_len != WRAPPED_LEN || !dep_u64_parse(stanza->args[2], 99, &log_n) ||
        log_n == 0)
        return dep_found(why, "age.scrypt.form", clause, stanza->at);
    if (log_n > DEP_AGE_SCRYPT_MAX)
        return dep_found(why, "age.scrypt.work", clause, stanza->at);
    if (!opening->with->passphrase.len || opening->found)
        return DEP_OK;
    int err = scrypt_key(opening->with->passphrase, salt, (unsigned)log_n, key);
    if (!err)
        err = unwrap(key, stanza->body, opening->file_key);
    dep_wipe(key, sizeof key);
    opening->found = err == DEP_OK;
    opening->passphrase_wrong = err == DEP_FOUND;
    return err < 0 ? err : DEP_OK;
}

static int try_stanza(void *context, const struct stanza *stanza, struct dep_finding *why)
{
    struct opening *opening = context;
    if (dep_slice_equal_string(stanza->args[0], "X25519"))
        return try_x25519(opening, stanza, why);
    if (dep_slice_equal_string(stanza->args[0], "scrypt"))
        return try_scrypt(opening, stanza, why);
    return DEP_OK;
}

static int count_stanza(void *context, const struct stanza *stanza, struct dep_finding *why)
{
    struct opening *opening = context;
    (void)why;
    opening->count++;
    if (dep_slice_equal_string(stanza->args[0], "scrypt")) {
        opening->scrypt_count++;
        opening->scrypt_at = stanza->at;
    }
    return DEP_OK;
}

static int check_mac(const struct opening *opening, struct dep_slice header, size_t mac_at,
                     const struct dep_hash *mac, struct dep_finding *why)
{
    struct dep_hash made;
    int err = header_mac(opening->file_key, dep_slice_sub(header, 0, mac_at + 3), &made);
    if (!err && !dep_equal_secret(made.bytes, mac->bytes, DEP_HASH_LEN))
        err = dep_found(why, "age.hmac", "c2sp.org/age, Header MAC", mac_at);
    return err;
}

int dep_age_header_open(struct dep_slice header, const struct dep_age_with *with,
                        uint8_t out_file_key[DEP_AGE_FILE_KEY_LEN], struct dep_finding *why)
{
    struct opening opening = {.with = with};
    size_t mac_at, len;
    struct dep_hash mac;
    /* Form first: nothing is unwrapped, and no passphrase stretched, for a header that isn't whole
     * or that mixes what mustn't be mixed. */
    int err = walk(header, count_stanza, &opening, &mac_at, &len, why);
    if (!err && len != header.len)
        err = dep_found(why, "age.header.len", CLAUSE, len);
    if (!err)
        err = check_mac_line(header, mac_at, &mac, why);
    if (!err && opening.scrypt_count && opening.count > 1)
        err = dep_found(why, "age.scrypt.alone", "c2sp.org/age, scrypt recipient stanza",
                        opening.scrypt_at);
    if (!err)
        err = walk(header, try_stanza, &opening, &mac_at, &len, why);
    if (!err && !opening.found)
        err = dep_found(why, opening.passphrase_wrong ? "age.passphrase" : "age.identity",
                        "c2sp.org/age, Recipient stanza", 0);
    if (!err)
        err = check_mac(&opening, header, mac_at, &mac, why);
    if (!err)
        memcpy(out_file_key, opening.file_key, sizeof opening.file_key);
    dep_wipe(&opening, sizeof opening);
    return err;
}
