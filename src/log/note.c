/*
 * note:        text LF ("— " name " " base64(id || signature) LF)+       with an empty line between
 * checkpoint:  origin LF size LF base64(root) LF                        the text of a note
 */
#include "log/note.h"

#include "codec/base64.h"
#include "codec/text.h"

#include <string.h>

enum { ID_LEN = 4, SIGNATURE_MAX = 8 * 1024 };

static const char NOTE_CLAUSE[] = "c2sp.org/signed-note, Format";
static const char DASH[] = "\xe2\x80\x94 ";

bool dep_origin_valid(struct dep_slice origin)
{
    return dep_key_name_valid(origin);
}

static void key_id(struct dep_vkey *vkey)
{
    const uint8_t between[] = {'\n', (uint8_t)vkey->type};
    struct dep_sha256_stream stream;
    struct dep_hash hash;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, vkey->name.data, vkey->name.len);
    dep_sha256_add(&stream, between, sizeof between);
    dep_sha256_add(&stream, vkey->key.bytes, sizeof vkey->key.bytes);
    dep_sha256_finish(&stream, &hash);
    memcpy(vkey->id, hash.bytes, ID_LEN);
}

static int make(enum dep_vkey_type type, struct dep_slice name, const struct dep_public_key *key,
                struct dep_vkey *out, struct dep_finding *why)
{
    if (!dep_key_name_valid(name))
        return dep_found(why, "vkey.name", NOTE_CLAUSE, 0);
    struct dep_vkey vkey = {.name = name, .type = type, .key = *key};
    key_id(&vkey);
    *out = vkey;
    return DEP_OK;
}

int dep_vkey_make(struct dep_slice name, const struct dep_public_key *key, struct dep_vkey *out,
                  struct dep_finding *why)
{
    return make(DEP_VKEY_LOG, name, key, out, why);
}

int dep_cosigner_make(struct dep_slice name, const struct dep_public_key *key, struct dep_vkey *out,
                      struct dep_finding *why)
{
    return make(DEP_VKEY_COSIGNER, name, key, out, why);
}

int dep_vkey_encode(const struct dep_vkey *vkey, struct dep_buf *out)
{
    uint8_t typed[1 + DEP_ED25519_PUBLIC_LEN] = {(uint8_t)vkey->type};
    memcpy(typed + 1, vkey->key.bytes, DEP_ED25519_PUBLIC_LEN);
    char hex[2 * ID_LEN + 1];
    dep_hex_encode(vkey->id, ID_LEN, hex);
    dep_buf_add_slice(out, vkey->name);
    dep_buf_addf(out, "+%s+", hex);
    dep_base64_encode(DEP_BASE64_STD, dep_slice_of(typed, sizeof typed), out);
    return dep_buf_err(out);
}

int dep_vkey_parse(struct dep_slice text, struct dep_vkey *out, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/signed-note, Verifier keys";
    struct dep_slice rest = text;
    struct dep_vkey vkey;
    uint8_t typed[1 + DEP_ED25519_PUBLIC_LEN], id[ID_LEN];
    struct dep_slice name = dep_slice_next(&rest, '+');
    struct dep_slice hex = dep_slice_next(&rest, '+');
    if (!dep_key_name_valid(name))
        return dep_found(why, "vkey.name", clause, 0);
    if (!dep_hex_parse(hex, id, ID_LEN))
        return dep_found(why, "vkey.id", clause, name.len + 1);
    if (!dep_base64_parse_exact(DEP_BASE64_STD, rest, typed, sizeof typed) ||
        typed[0] != DEP_VKEY_LOG)
        return dep_found(why, "vkey.key", clause, name.len + hex.len + 2);
    memcpy(vkey.key.bytes, typed + 1, DEP_ED25519_PUBLIC_LEN);
    int err = dep_vkey_make(name, &vkey.key, &vkey, why);
    if (!err && memcmp(vkey.id, id, ID_LEN) != 0)
        err = dep_found(why, "vkey.id", clause, name.len + 1);
    if (!err)
        *out = vkey;
    return err;
}

/* ---- notes ---- */

int dep_note_signature_parse(struct dep_slice line, size_t at, struct dep_note_signature *out,
                             struct dep_finding *why)
{
    if (!dep_slice_starts(line, DASH))
        return dep_found(why, "note.signature.line", NOTE_CLAUSE, at);
    struct dep_slice rest = dep_slice_sub(line, sizeof DASH - 1, line.len - sizeof DASH + 1);
    struct dep_note_signature signature = {.name = dep_slice_next(&rest, ' ')};
    signature.base64 = rest;
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, SIGNATURE_MAX);
    if (!dep_key_name_valid(signature.name))
        return dep_found(why, "note.signature.name", NOTE_CLAUSE, at);
    if (!dep_base64_parse(DEP_BASE64_STD, rest, &bytes))
        return dep_buf_err(&bytes) == DEP_ERR_NOMEM
                   ? DEP_ERR_NOMEM
                   : dep_found(why, "note.signature.base64", NOTE_CLAUSE, at);
    if (bytes.len <= ID_LEN)
        return dep_found(why, "note.signature.len", NOTE_CLAUSE, at);
    memcpy(signature.id, bytes.data, ID_LEN);
    *out = signature;
    return DEP_OK;
}

int dep_note_parse(struct dep_slice in, struct dep_note *out, struct dep_finding *why)
{
    if (in.len > DEP_NOTE_LEN_MAX)
        return dep_found(why, "note.len", NOTE_CLAUSE, DEP_NOTE_LEN_MAX);
    if (!dep_utf8_valid(in))
        return dep_found(why, "note.utf8", NOTE_CLAUSE, 0);
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] < 0x20 && in.data[i] != '\n')
            return dep_found(why, "note.control", NOTE_CLAUSE, i);
    if (in.len == 0 || in.data[in.len - 1] != '\n')
        return dep_found(why, "note.end", NOTE_CLAUSE, in.len);
    /* Signatures follow the last empty line. */
    size_t text_len = 0;
    for (size_t i = 1; i < in.len; i++)
        if (in.data[i] == '\n' && in.data[i - 1] == '\n')
            text_len = i;
    if (text_len == 0 || text_len + 1 == in.len)
        return dep_found(why, "note.signature.none", NOTE_CLAUSE, in.len);
    struct dep_note note = {.text = dep_slice_sub(in, 0, text_len)};
    struct dep_slice rest = dep_slice_sub(in, text_len + 1, in.len - text_len - 1);
    while (rest.len) {
        size_t at = in.len - rest.len;
        if (note.signature_count == DEP_NOTE_SIGNATURES_MAX)
            return dep_found(why, "note.signature.many", NOTE_CLAUSE, at);
        int err = dep_note_signature_parse(dep_slice_next(&rest, '\n'), at,
                                           &note.signatures[note.signature_count], why);
        if (err)
            return err;
        note.signature_count++;
    }
    *out = note;
    return DEP_OK;
}

int dep_note_verify(const struct dep_note *note, const struct dep_vkey *vkey,
                    struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/signed-note, Signatures";
    const struct dep_note_signature *found = NULL;
    for (size_t i = 0; i < note->signature_count; i++) {
        const struct dep_note_signature *signature = &note->signatures[i];
        if (!dep_slice_equal(signature->name, vkey->name) ||
            memcmp(signature->id, vkey->id, ID_LEN) != 0)
            continue;
        if (found)
            return dep_found(why, "note.signature.repeated", clause, note->text.len);
        found = signature;
    }
    if (!found)
        return dep_found(why, "note.signature.absent", clause, note->text.len);
    uint8_t bytes[ID_LEN + DEP_ED25519_SIGNATURE_LEN];
    if (!dep_base64_parse_exact(DEP_BASE64_STD, found->base64, bytes, sizeof bytes) ||
        !dep_ed25519_verify(&vkey->key, note->text, bytes + ID_LEN))
        return dep_found(why, "note.signature.bad", clause, note->text.len);
    return DEP_OK;
}

int dep_note_signature_encode(const struct dep_vkey *vkey, struct dep_slice signature,
                              struct dep_buf *out)
{
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, SIGNATURE_MAX);
    dep_buf_add(&bytes, vkey->id, ID_LEN);
    dep_buf_add_slice(&bytes, signature);
    if (dep_buf_err(&bytes))
        return dep_buf_err(&bytes);
    dep_buf_add_string(out, DASH);
    dep_buf_add_slice(out, vkey->name);
    dep_buf_add_byte(out, ' ');
    dep_base64_encode(DEP_BASE64_STD, dep_buf_slice(&bytes), out);
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}

void dep_note_line_add(const struct dep_note_signature *line, struct dep_buf *out)
{
    dep_buf_add_string(out, DASH);
    dep_buf_add_slice(out, line->name);
    dep_buf_add_byte(out, ' ');
    dep_buf_add_slice(out, line->base64);
    dep_buf_add_byte(out, '\n');
}

int dep_note_sign(struct dep_slice text, struct dep_slice name, const struct dep_signing_key *key,
                  struct dep_buf *out)
{
    struct dep_vkey vkey;
    struct dep_finding why;
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    int err = dep_vkey_make(name, dep_signing_key_public(key), &vkey, &why);
    assert(!err);
    dep_signing_key_sign(key, text, signature);
    return dep_note_signature_encode(&vkey, dep_slice_of(signature, sizeof signature), out);
}

/* ---- checkpoints ---- */

int dep_checkpoint_parse(struct dep_slice text, struct dep_checkpoint *out, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/tlog-checkpoint, Note text";
    struct dep_slice rest = text;
    struct dep_checkpoint checkpoint;
    checkpoint.origin = dep_slice_next(&rest, '\n');
    size_t size_at = text.len - rest.len;
    struct dep_slice size = dep_slice_next(&rest, '\n');
    size_t root_at = text.len - rest.len;
    struct dep_slice root = dep_slice_next(&rest, '\n');
    if (!dep_origin_valid(checkpoint.origin))
        return dep_found(why, "checkpoint.origin", clause, 0);
    if (!dep_u64_parse(size, INT64_MAX, &checkpoint.size))
        return dep_found(why, "checkpoint.size", clause, size_at);
    if (!dep_base64_parse_exact(DEP_BASE64_STD, root, checkpoint.root.bytes, DEP_HASH_LEN))
        return dep_found(why, "checkpoint.root", clause, root_at);
    if (text.data[text.len - 1] != '\n')
        return dep_found(why, "checkpoint.end", clause, text.len);
    if (rest.len)
        return dep_found(why, "checkpoint.extension", clause, text.len - rest.len);
    *out = checkpoint;
    return DEP_OK;
}

int dep_checkpoint_encode(const struct dep_checkpoint *checkpoint,
                          const struct dep_signing_key *key, struct dep_buf *out)
{
    assert(dep_origin_valid(checkpoint->origin));
    size_t from = out->len;
    dep_buf_add_slice(out, checkpoint->origin);
    dep_buf_addf(out, "\n%llu\n", (unsigned long long)checkpoint->size);
    dep_base64_encode(DEP_BASE64_STD, dep_slice_of(checkpoint->root.bytes, DEP_HASH_LEN), out);
    dep_buf_add_byte(out, '\n');
    if (dep_buf_err(out))
        return dep_buf_err(out);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    dep_buf_add(&text, out->data + from, out->len - from);
    if (dep_buf_err(&text))
        return dep_buf_err(&text);
    dep_buf_add_byte(out, '\n');
    return dep_note_sign(dep_buf_slice(&text), checkpoint->origin, key, out);
}

int dep_checkpoint_open(struct dep_slice in, const struct dep_vkey *vkey,
                        struct dep_checkpoint *out, struct dep_finding *why)
{
    struct dep_note note;
    struct dep_checkpoint checkpoint;
    int err = dep_note_parse(in, &note, why);
    if (!err)
        err = dep_note_verify(&note, vkey, why);
    if (!err)
        err = dep_checkpoint_parse(note.text, &checkpoint, why);
    if (!err && !dep_slice_equal(checkpoint.origin, vkey->name))
        err = dep_found(why, "checkpoint.other_origin", "c2sp.org/tlog-checkpoint, Signatures", 0);
    if (!err)
        *out = checkpoint;
    return err;
}

/* ---- proofs ---- */

static const char PROOF_LINE[] = "c2sp.org/tlog-proof@v1";
static const char PROOF_CLAUSE[] = "c2sp.org/tlog-proof, Format";

bool dep_proof_is(struct dep_slice text)
{
    return dep_slice_equal_string(dep_slice_next(&text, '\n'), PROOF_LINE);
}

int dep_proof_parse(struct dep_slice in, struct dep_proof *out, struct dep_finding *why)
{
    if (in.len > DEP_PROOF_LEN_MAX)
        return dep_found(why, "proof.len", PROOF_CLAUSE, DEP_PROOF_LEN_MAX);
    struct dep_slice rest = in;
    struct dep_proof proof = {.index = 0};
    if (!dep_slice_equal_string(dep_slice_next(&rest, '\n'), PROOF_LINE))
        return dep_found(why, "proof.version", PROOF_CLAUSE, 0);
    struct dep_slice line = dep_slice_next(&rest, '\n');
    if (dep_slice_starts(line, "extra ")) {
        DEP_AUTO_BUF bytes;
        dep_buf_init(&bytes, DEP_PROOF_LEN_MAX);
        proof.extra = dep_slice_sub(line, 6, line.len - 6);
        if (proof.extra.len == 0 || !dep_base64_parse(DEP_BASE64_STD, proof.extra, &bytes))
            return dep_buf_err(&bytes) == DEP_ERR_NOMEM
                       ? DEP_ERR_NOMEM
                       : dep_found(why, "proof.extra", PROOF_CLAUSE, in.len - rest.len);
        line = dep_slice_next(&rest, '\n');
    }
    if (!dep_slice_starts(line, "index ") ||
        !dep_u64_parse(dep_slice_sub(line, 6, line.len - 6), INT64_MAX, &proof.index))
        return dep_found(why, "proof.index", PROOF_CLAUSE, in.len - rest.len);
    for (;;) {
        size_t at = in.len - rest.len;
        if (rest.len == 0)
            return dep_found(why, "proof.cut", PROOF_CLAUSE, at);
        line = dep_slice_next(&rest, '\n');
        if (line.len == 0)
            break;
        if (proof.path.count == DEP_MERKLE_PROOF_MAX)
            return dep_found(why, "proof.many", PROOF_CLAUSE, at);
        if (!dep_base64_parse_exact(DEP_BASE64_STD, line,
                                    proof.path.hashes[proof.path.count++].bytes, DEP_HASH_LEN))
            return dep_found(why, "proof.hash", PROOF_CLAUSE, at);
    }
    proof.note = rest;
    struct dep_note note;
    int err = dep_note_parse(rest, &note, why);
    if (!err)
        *out = proof;
    return err;
}

int dep_proof_encode(struct dep_slice extra, uint64_t index, const struct dep_merkle_proof *path,
                     struct dep_slice note, struct dep_buf *out)
{
    dep_buf_addf(out, "%s\n", PROOF_LINE);
    if (extra.len) {
        dep_buf_add_string(out, "extra ");
        dep_base64_encode(DEP_BASE64_STD, extra, out);
        dep_buf_add_byte(out, '\n');
    }
    dep_buf_addf(out, "index %llu\n", (unsigned long long)index);
    for (size_t i = 0; i < path->count; i++) {
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(path->hashes[i].bytes, DEP_HASH_LEN), out);
        dep_buf_add_byte(out, '\n');
    }
    dep_buf_add_byte(out, '\n');
    dep_buf_add_slice(out, note);
    return dep_buf_err(out);
}

int dep_proof_verify(const struct dep_proof *proof, const struct dep_hash *entry,
                     const struct dep_vkey *vkey, struct dep_checkpoint *out,
                     struct dep_finding *why)
{
    struct dep_checkpoint checkpoint;
    int err = dep_checkpoint_open(proof->note, vkey, &checkpoint, why);
    if (err)
        return err;
    struct dep_hash leaf;
    dep_sha256_leaf(entry, &leaf);
    if (!dep_merkle_verify_inclusion(&leaf, proof->index, checkpoint.size, &proof->path,
                                     &checkpoint.root))
        return dep_found(why, "proof.path", "RFC 9162 section 2.1.3.2", 0);
    *out = checkpoint;
    return DEP_OK;
}
