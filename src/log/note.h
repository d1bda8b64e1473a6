/*
 * Signed notes, checkpoints and proofs.
 *
 * Format:  doc/format/log.md.
 * Standards:c2sp.org/signed-note, tlog-checkpoint, tlog-proof.
 * Layer:   log (pure).
 * Owns:    nothing; every slice borrows from the bytes it was parsed from.
 */
#ifndef DEP_LOG_NOTE_H
#define DEP_LOG_NOTE_H
#include "codec/text.h"
#include "log/merkle.h"

enum {
    DEP_NOTE_LEN_MAX = 64 * 1024,
    DEP_NOTE_SIGNATURES_MAX = 64,
    DEP_ORIGIN_LEN_MAX = DEP_KEY_NAME_LEN_MAX,
    DEP_PROOF_LEN_MAX = 1024 * 1024,
};

/* A verifier key: "<name>+<8 hex>+<base64(type || key)>". Parsed are those of logs (0x01); those of
 * cosigners (0x04) stand in charters and are parsed with them. */
enum dep_vkey_type { DEP_VKEY_LOG = 1, DEP_VKEY_COSIGNER = 4 };
struct dep_vkey {
    struct dep_slice name;
    enum dep_vkey_type type;
    uint8_t id[4];
    struct dep_public_key key;
};
DEP_MUST_USE bool dep_origin_valid(struct dep_slice origin);
DEP_MUST_USE int dep_vkey_make(struct dep_slice name, const struct dep_public_key *key,
                               struct dep_vkey *out, struct dep_finding *why);
DEP_MUST_USE int dep_cosigner_make(struct dep_slice name, const struct dep_public_key *key,
                                   struct dep_vkey *out, struct dep_finding *why);
DEP_MUST_USE int dep_vkey_encode(const struct dep_vkey *vkey, struct dep_buf *out);
DEP_MUST_USE int dep_vkey_parse(struct dep_slice text, struct dep_vkey *out,
                                struct dep_finding *why);

struct dep_note_signature {
    struct dep_slice name;
    uint8_t id[4];
    struct dep_slice base64; /* of id || signature */
};
struct dep_note {
    struct dep_slice text; /* with its last newline */
    size_t signature_count;
    struct dep_note_signature signatures[DEP_NOTE_SIGNATURES_MAX];
};
/* One signature line without its newline, `at` bytes into what is being parsed. Findings
 * "note.signature.line", ".name", ".base64", ".len". */
DEP_MUST_USE int dep_note_signature_parse(struct dep_slice line, size_t at,
                                          struct dep_note_signature *out, struct dep_finding *why);
/* Findings "note.*". */
DEP_MUST_USE int dep_note_parse(struct dep_slice in, struct dep_note *out, struct dep_finding *why);
/* DEP_OK if a signature by `vkey` is there and good; findings "note.signature.absent",
 * "note.signature.bad", "note.signature.repeated". */
DEP_MUST_USE int dep_note_verify(const struct dep_note *note, const struct dep_vkey *vkey,
                                 struct dep_finding *why);
/* Append the signature block line for `text` to `out`, which already holds text and the empty line.
 */
DEP_MUST_USE int dep_note_sign(struct dep_slice text, struct dep_slice name,
                               const struct dep_signing_key *key, struct dep_buf *out);

/* Append a signature line as it was parsed. */
void dep_note_line_add(const struct dep_note_signature *line, struct dep_buf *out);
/* Append a signature line: by the key of that name and id, `signature` as its type has it. */
DEP_MUST_USE int dep_note_signature_encode(const struct dep_vkey *vkey, struct dep_slice signature,
                                           struct dep_buf *out);

struct dep_checkpoint {
    struct dep_slice origin;
    uint64_t size;
    struct dep_hash root;
};
/* The text of a note. Findings "checkpoint.*". Extension lines are refused
 * ("checkpoint.extension"). */
DEP_MUST_USE int dep_checkpoint_parse(struct dep_slice text, struct dep_checkpoint *out,
                                      struct dep_finding *why);
/* The whole signed note. */
DEP_MUST_USE int dep_checkpoint_encode(const struct dep_checkpoint *checkpoint,
                                       const struct dep_signing_key *key, struct dep_buf *out);
/* Note and text parsed, signature verified, origin = vkey's name. */
DEP_MUST_USE int dep_checkpoint_open(struct dep_slice note, const struct dep_vkey *vkey,
                                     struct dep_checkpoint *out, struct dep_finding *why);

struct dep_proof {
    struct dep_slice extra; /* base64, empty where absent */
    uint64_t index;
    struct dep_merkle_proof path;
    struct dep_slice note;
};
/* By its first line, whether it is to be parsed as one. */
bool dep_proof_is(struct dep_slice text);
DEP_MUST_USE int dep_proof_parse(struct dep_slice in, struct dep_proof *out,
                                 struct dep_finding *why);
/* `extra` is raw bytes, empty for none. */
DEP_MUST_USE int dep_proof_encode(struct dep_slice extra, uint64_t index,
                                  const struct dep_merkle_proof *path, struct dep_slice note,
                                  struct dep_buf *out);
/* `entry` is the SHA-256 of the JWT. Findings of all the above, and "proof.path". */
DEP_MUST_USE int dep_proof_verify(const struct dep_proof *proof, const struct dep_hash *entry,
                                  const struct dep_vkey *vkey, struct dep_checkpoint *out,
                                  struct dep_finding *why);
#endif
