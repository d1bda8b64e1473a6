/*
 * cosignature: name, id, and base64 of id || 8 bytes of time || Ed25519 signature over
 *              "cosignature/v1" LF "time " decimal LF text of the checkpoint
 * proof:       "old " decimal LF (base64 of a hash LF)*
 * request:     proof LF signed checkpoint
 */
#include "log/cosign.h"

#include "codec/base64.h"

#include <string.h>

enum { ID_LEN = 4, TIME_LEN = 8, SIGNED_LEN = ID_LEN + TIME_LEN + DEP_ED25519_SIGNATURE_LEN };

static const char COSIGNATURE[] = "c2sp.org/tlog-cosignature, Format";
static const char ADD[] = "c2sp.org/tlog-witness, add-checkpoint";
static const char OLD[] = "old ";

/* ---- cosignatures ---- */

static int signed_message(struct dep_slice text, int64_t time_s, struct dep_buf *out)
{
    dep_buf_addf(out, "cosignature/v1\ntime %lld\n", (long long)time_s);
    dep_buf_add_slice(out, text);
    return dep_buf_err(out);
}

int dep_cosignature_sign(struct dep_slice text, struct dep_slice name,
                         const struct dep_signing_key *key, int64_t time_s, struct dep_buf *out)
{
    assert(time_s > 0);
    struct dep_vkey vkey;
    struct dep_finding why;
    uint8_t stated[TIME_LEN + DEP_ED25519_SIGNATURE_LEN];
    DEP_AUTO_BUF message;
    dep_buf_init(&message, DEP_NOTE_LEN_MAX + 64);
    int named = dep_cosigner_make(name, dep_signing_key_public(key), &vkey, &why);
    assert(!named);
    int err = signed_message(text, time_s, &message);
    if (err)
        return err;
    dep_u64_be(stated, (uint64_t)time_s);
    dep_signing_key_sign(key, dep_buf_slice(&message), stated + TIME_LEN);
    return dep_note_signature_encode(&vkey, dep_slice_of(stated, sizeof stated), out);
}

int dep_cosignature_verify(struct dep_slice text, const struct dep_note_signature *line,
                           const struct dep_vkey *cosigner, int64_t *out_time_s,
                           struct dep_finding *why)
{
    assert(cosigner->type == DEP_VKEY_COSIGNER);
    if (!dep_slice_equal(line->name, cosigner->name) || memcmp(line->id, cosigner->id, ID_LEN) != 0)
        return dep_found(why, "cosigner.unknown", COSIGNATURE, text.len);
    uint8_t bytes[SIGNED_LEN];
    if (!dep_base64_parse_exact(DEP_BASE64_STD, line->base64, bytes, sizeof bytes))
        return dep_found(why, "cosigner.signature", COSIGNATURE, text.len);
    uint64_t time_s = 0;
    for (size_t i = 0; i < TIME_LEN; i++)
        time_s = time_s << 8 | bytes[ID_LEN + i];
    /* Of time 0 tlog-witness has none; above int64 the standard has none. */
    if (time_s == 0 || time_s > INT64_MAX)
        return dep_found(why, "cosigner.signature", COSIGNATURE, text.len);
    DEP_AUTO_BUF message;
    dep_buf_init(&message, DEP_NOTE_LEN_MAX + 64);
    int err = signed_message(text, (int64_t)time_s, &message);
    if (err)
        return err;
    if (!dep_ed25519_verify(&cosigner->key, dep_buf_slice(&message), bytes + ID_LEN + TIME_LEN))
        return dep_found(why, "cosigner.signature", COSIGNATURE, text.len);
    *out_time_s = (int64_t)time_s;
    return DEP_OK;
}

/* ---- a request ---- */

/* Lines up to the end of `in` or to the first empty one, which `rest` is moved past. */
static int parse_proof(struct dep_slice in, struct dep_slice *rest, bool *out_ended,
                       struct dep_cosign_proof *out, struct dep_finding *why)
{
    struct dep_cosign_proof proof = {.old_size = 0};
    struct dep_slice line = dep_slice_next(rest, '\n');
    if (!dep_slice_starts(line, OLD) ||
        !dep_u64_parse(dep_slice_sub(line, sizeof OLD - 1, line.len - (sizeof OLD - 1)), INT64_MAX,
                       &proof.old_size))
        return dep_found(why, "cosign.old", ADD, 0);
    *out_ended = false;
    while (rest->len && !*out_ended) {
        size_t at = in.len - rest->len;
        line = dep_slice_next(rest, '\n');
        if (line.len == 0) {
            *out_ended = true;
        } else if (proof.path.count == DEP_COSIGN_PROOF_MAX) {
            return dep_found(why, "cosign.many", ADD, at);
        } else if (!dep_base64_parse_exact(DEP_BASE64_STD, line,
                                           proof.path.hashes[proof.path.count++].bytes,
                                           DEP_HASH_LEN)) {
            return dep_found(why, "cosign.hash", ADD, at);
        }
    }
    *out = proof;
    return DEP_OK;
}

int dep_cosign_proof_parse(struct dep_slice in, struct dep_cosign_proof *out,
                           struct dep_finding *why)
{
    struct dep_slice rest = in;
    struct dep_cosign_proof proof;
    bool ended;
    int err = parse_proof(in, &rest, &ended, &proof, why);
    if (!err && (ended || in.data[in.len - 1] != '\n'))
        err = dep_found(why, "cosign.end", ADD, in.len - rest.len);
    if (!err)
        *out = proof;
    return err;
}

int dep_cosign_proof_encode(const struct dep_cosign_proof *proof, struct dep_buf *out)
{
    assert(proof->path.count <= DEP_COSIGN_PROOF_MAX);
    dep_buf_addf(out, "%s%llu\n", OLD, (unsigned long long)proof->old_size);
    for (size_t i = 0; i < proof->path.count; i++) {
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(proof->path.hashes[i].bytes, DEP_HASH_LEN),
                          out);
        dep_buf_add_byte(out, '\n');
    }
    return dep_buf_err(out);
}

int dep_cosign_request_parse(struct dep_slice in, struct dep_cosign_request *out,
                             struct dep_finding *why)
{
    if (in.len > DEP_COSIGN_LEN_MAX)
        return dep_found(why, "cosign.len", ADD, DEP_COSIGN_LEN_MAX);
    struct dep_cosign_request request;
    struct dep_slice rest = in;
    bool ended;
    int err = parse_proof(in, &rest, &ended, &request.proof, why);
    if (!err && !ended)
        err = dep_found(why, "cosign.end", ADD, in.len);
    request.note = rest;
    if (!err)
        err = dep_note_parse(rest, &request.parsed, why);
    if (!err)
        err = dep_checkpoint_parse(request.parsed.text, &request.checkpoint, why);
    if (!err)
        *out = request;
    return err;
}

int dep_cosign_request_encode(const struct dep_cosign_proof *proof, struct dep_slice note,
                              struct dep_buf *out)
{
    int err = dep_cosign_proof_encode(proof, out);
    if (err)
        return err;
    dep_buf_add_byte(out, '\n');
    dep_buf_add_slice(out, note);
    return dep_buf_err(out);
}

/* ---- what a cosigner makes of it ---- */

static bool empty_root(const struct dep_hash *root)
{
    struct dep_hash empty;
    dep_merkle_root(NULL, 0, &empty);
    return dep_hash_equal(root, &empty);
}

/* Sizes are known to fit: does the tree of the request extend the newest? */
static bool extends(const struct dep_cosign_request *request, const struct dep_checkpoint *newest)
{
    const struct dep_checkpoint *asked = &request->checkpoint;
    const struct dep_merkle_proof *path = &request->proof.path;
    if (asked->size == 0 && !empty_root(&asked->root))
        return false;
    if (newest->size == 0)
        return path->count == 0;
    if (newest->size == asked->size)
        return path->count == 0 && dep_hash_equal(&newest->root, &asked->root);
    return dep_merkle_verify_consistency(newest->size, asked->size, path, &newest->root,
                                         &asked->root);
}

static enum dep_cosign_status status_of(const struct dep_cosign_request *request,
                                        const struct dep_vkey *log,
                                        const struct dep_checkpoint *newest)
{
    if (!log || !dep_slice_equal(request->checkpoint.origin, log->name))
        return DEP_COSIGN_ORIGIN;
    if (dep_note_verify(&request->parsed, log, NULL) != DEP_OK)
        return DEP_COSIGN_KEY;
    if (request->proof.old_size > request->checkpoint.size)
        return DEP_COSIGN_MALFORMED;
    if (request->proof.old_size != newest->size)
        return DEP_COSIGN_SIZE;
    return extends(request, newest) ? DEP_COSIGN_GOOD : DEP_COSIGN_PROOF;
}

void dep_cosign_judge(const struct dep_cosign_request *request, const struct dep_vkey *log,
                      const struct dep_checkpoint *newest, struct dep_cosign_judged *out)
{
    const struct dep_checkpoint *asked = &request->checkpoint;
    struct dep_cosign_judged judged = {.status = status_of(request, log, newest)};
    if (judged.status == DEP_COSIGN_SIZE)
        judged.size = newest->size;
    /* Whatever the request was refused for: a good signature under another root is a fork. */
    judged.fork = judged.status != DEP_COSIGN_ORIGIN && judged.status != DEP_COSIGN_KEY &&
                  newest->size > 0 && asked->size == newest->size &&
                  !dep_hash_equal(&asked->root, &newest->root);
    *out = judged;
}

/* ---- the answer ---- */

static int parse_refusal(struct dep_slice in, struct dep_cosign_judged *out,
                         struct dep_finding *why)
{
    static const enum dep_cosign_status refusals[] = {
        DEP_COSIGN_MALFORMED, DEP_COSIGN_KEY, DEP_COSIGN_ORIGIN, DEP_COSIGN_SIZE, DEP_COSIGN_PROOF};
    struct dep_slice rest = in;
    struct dep_cosign_judged judged = {.fork = false};
    uint64_t status = 0;
    bool known = false;
    if (dep_u64_parse(dep_slice_next(&rest, '\n'), DEP_COSIGN_PROOF, &status))
        for (size_t i = 0; i < DEP_COUNT(refusals); i++)
            known = known || status == (uint64_t)refusals[i];
    if (!known || in.data[in.len - 1] != '\n')
        return dep_found(why, "cosign.answer", ADD, 0);
    judged.status = (enum dep_cosign_status)status;
    size_t at = in.len - rest.len;
    if (judged.status == DEP_COSIGN_SIZE &&
        !dep_u64_parse(dep_slice_next(&rest, '\n'), INT64_MAX, &judged.size))
        return dep_found(why, "cosign.answer", ADD, at);
    if (rest.len)
        return dep_found(why, "cosign.answer", ADD, in.len - rest.len);
    *out = judged;
    return DEP_OK;
}

int dep_cosign_answer_parse(struct dep_slice in, struct dep_cosign_answer *out,
                            struct dep_finding *why)
{
    struct dep_cosign_answer answer = {.judged = {.status = DEP_COSIGN_GOOD}};
    if (in.len > DEP_COSIGN_LEN_MAX)
        return dep_found(why, "cosign.len", ADD, DEP_COSIGN_LEN_MAX);
    if (in.len == 0)
        return dep_found(why, "cosign.answer", ADD, 0);
    int err = DEP_OK;
    if (in.data[0] < 0x80) {
        err = parse_refusal(in, &answer.judged, why);
    } else {
        if (in.data[in.len - 1] != '\n')
            return dep_found(why, "cosign.answer", ADD, in.len);
        for (struct dep_slice rest = in; !err && rest.len; answer.line_count++) {
            size_t at = in.len - rest.len;
            if (answer.line_count == DEP_NOTE_SIGNATURES_MAX)
                return dep_found(why, "note.signature.many", ADD, at);
            err = dep_note_signature_parse(dep_slice_next(&rest, '\n'), at,
                                           &answer.lines[answer.line_count], why);
        }
    }
    if (!err)
        *out = answer;
    return err;
}

int dep_cosign_refusal_encode(const struct dep_cosign_judged *judged, struct dep_buf *out)
{
    assert(judged->status != DEP_COSIGN_GOOD);
    dep_buf_addf(out, "%d\n", (int)judged->status);
    if (judged->status == DEP_COSIGN_SIZE)
        dep_buf_addf(out, "%llu\n", (unsigned long long)judged->size);
    return dep_buf_err(out);
}

/* ---- forks ---- */

/* What one side shows of the log. */
struct shown {
    struct dep_checkpoint checkpoint;
    bool has_entry; /* it is a proof: what stands at `index` */
    uint64_t index;
    struct dep_hash entry;
};

static int open_proof(struct dep_slice text, const struct dep_vkey *log, struct shown *out,
                      struct dep_finding *why)
{
    struct dep_proof proof;
    DEP_AUTO_BUF record;
    dep_buf_init(&record, DEP_PROOF_LEN_MAX);
    int err = dep_proof_parse(text, &proof, why);
    if (err)
        return err;
    if (proof.extra.len == 0)
        return dep_found(why, "fork.record", "doc/format/log.md", 0);
    if (!dep_base64_parse(DEP_BASE64_STD, proof.extra, &record))
        return DEP_ERR_NOMEM; /* that it is base64 the proof was parsed for */
    dep_sha256(dep_buf_slice(&record), &out->entry);
    out->has_entry = true;
    out->index = proof.index;
    return dep_proof_verify(&proof, &out->entry, log, &out->checkpoint, why);
}

static int open_shown(struct dep_slice text, const struct dep_vkey *log, struct shown *out,
                      struct dep_finding *why)
{
    *out = (struct shown){.has_entry = false};
    return dep_proof_is(text) ? open_proof(text, log, out, why)
                              : dep_checkpoint_open(text, log, &out->checkpoint, why);
}

int dep_fork_verify(struct dep_slice a, struct dep_slice b, const struct dep_vkey *log,
                    struct dep_finding *why)
{
    struct shown first, second;
    int err = open_shown(a, log, &first, why);
    if (!err)
        err = open_shown(b, log, &second, why);
    if (err)
        return err;
    bool two_roots = first.checkpoint.size == second.checkpoint.size &&
                     !dep_hash_equal(&first.checkpoint.root, &second.checkpoint.root);
    bool two_entries = first.has_entry && second.has_entry && first.index == second.index &&
                       !dep_hash_equal(&first.entry, &second.entry);
    return two_roots || two_entries
               ? DEP_OK
               : dep_found(why, "fork.none", "c2sp.org/tlog-checkpoint, Note text", 0);
}
