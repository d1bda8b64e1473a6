/*
 * Whole small files in memory, binary or armored (RFC 7468 strict, 64 columns).
 */
#include "vault/age.h"

#include "codec/base64.h"

#include <string.h>

enum { COLUMNS = 64 };

static const char BEGIN[] = "-----BEGIN AGE ENCRYPTED FILE-----";
static const char END[] = "-----END AGE ENCRYPTED FILE-----";

int dep_age_seal(struct dep_slice plain, const struct dep_age_to *to, dep_random_fn *random,
                 struct dep_buf *out)
{
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN], nonce[DEP_AGE_NONCE_LEN];
    struct dep_age_stream *stream = NULL;
    random(file_key, sizeof file_key);
    random(nonce, sizeof nonce);
    size_t from = out->len;
    int err = dep_age_header_encode(file_key, to, false, random, out);
    if (!err)
        err = dep_age_stream_new(file_key, nonce, &stream);
    dep_wipe(file_key, sizeof file_key);
    dep_buf_add(out, nonce, sizeof nonce);
    size_t done = 0;
    for (uint64_t index = 0; !err && (done < plain.len || index == 0); index++) {
        size_t len = plain.len - done < DEP_AGE_CHUNK ? plain.len - done : DEP_AGE_CHUNK;
        uint8_t *at = dep_buf_grow(out, len + DEP_AEAD_TAG_LEN);
        const uint8_t *piece = len ? plain.data + done : NULL;
        err = at ? dep_age_chunk_seal(stream, index, done + len == plain.len, piece, len, at)
                 : dep_buf_err(out);
        done += len;
    }
    dep_age_stream_free(stream);
    if (!err)
        err = dep_buf_err(out);
    if (err)
        out->len = from;
    return err;
}

static bool blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct dep_slice trim(struct dep_slice text)
{
    size_t from = 0;
    while (from < text.len && blank(text.data[from]))
        from++;
    text = dep_slice_sub(text, from, text.len - from);
    while (text.len && blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

static struct dep_slice armor_line(struct dep_slice *rest)
{
    struct dep_slice line = dep_slice_next(rest, '\n');
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* White space around the armor is allowed, none within. */
static int unarmor(struct dep_slice in, struct dep_buf *out, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/age, ASCII armor";
    struct dep_slice rest = trim(in);
    if (!dep_slice_equal_string(armor_line(&rest), BEGIN))
        return dep_found(why, "age.armor", clause, 0);
    for (bool last = false;;) {
        size_t at = in.len - rest.len;
        if (rest.len == 0)
            return dep_found(why, "age.armor", clause, at);
        struct dep_slice line = armor_line(&rest);
        if (dep_slice_equal_string(line, END))
            return rest.len == 0 ? DEP_OK : dep_found(why, "age.armor", clause, at);
        if (last || line.len == 0 || line.len > COLUMNS ||
            !dep_base64_parse(DEP_BASE64_STD, line, out))
            return dep_buf_err(out) == DEP_ERR_NOMEM ? DEP_ERR_NOMEM
                                                     : dep_found(why, "age.armor", clause, at);
        last = line.len < COLUMNS || line.data[line.len - 1] == '=';
    }
}

static int open_payload(struct dep_slice payload, const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                        struct dep_buf *out, struct dep_finding *why)
{
    if (payload.len < DEP_AGE_NONCE_LEN)
        return dep_found(why, "age.nonce", "c2sp.org/age, Payload", payload.len);
    struct dep_age_stream *stream = NULL;
    int err = dep_age_stream_new(file_key, payload.data, &stream);
    struct dep_slice rest =
        dep_slice_sub(payload, DEP_AGE_NONCE_LEN, payload.len - DEP_AGE_NONCE_LEN);
    for (uint64_t index = 0; !err; index++) {
        size_t len = rest.len < DEP_AGE_CHUNK_SEALED ? rest.len : DEP_AGE_CHUNK_SEALED;
        bool last = len == rest.len;
        if (len < DEP_AEAD_TAG_LEN) {
            err = dep_found(why, "age.payload", "c2sp.org/age, Payload", payload.len - rest.len);
            break;
        }
        uint8_t *at = dep_buf_grow(out, len - DEP_AEAD_TAG_LEN);
        err = at ? dep_age_chunk_open(stream, index, last, rest.data, len, at, why)
                 : dep_buf_err(out);
        if (err && at)
            out->len -= len - DEP_AEAD_TAG_LEN;
        rest = dep_slice_sub(rest, len, rest.len - len);
        if (last)
            break;
    }
    dep_age_stream_free(stream);
    return err;
}

int dep_age_open(struct dep_slice file, const struct dep_age_with *with, struct dep_buf *out,
                 struct dep_finding *why)
{
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    size_t len, kept = out->len;
    DEP_AUTO_BUF binary;
    dep_buf_init(&binary, DEP_AGE_ARMORED_MAX);
    struct dep_slice start = trim(file);
    int err = DEP_OK;
    if (dep_slice_starts(start, "-----BEGIN")) {
        err = unarmor(file, &binary, why);
        file = dep_buf_slice(&binary);
    }
    if (!err)
        err = dep_age_header_len(file, &len, why);
    if (!err)
        err = dep_age_header_open(dep_slice_sub(file, 0, len), with, file_key, why);
    if (!err)
        err = open_payload(dep_slice_sub(file, len, file.len - len), file_key, out, why);
    dep_wipe(file_key, sizeof file_key);
    if (err && out->len > kept) {
        dep_wipe(out->data + kept, out->len - kept);
        out->len = kept;
    }
    return err;
}
