/*
 * Which key was in force at which place in the log.
 *
 * Fed every record of a log in order (key.enrolled, key.revoked, key.shared count), it judges each
 * signature by the keys in force at its place. The first record must be the root key's own
 * enrolment, signed by it. Root enrols log, registrar, vault and cosigner keys; registrar (or root)
 * enrols officers and devices. DESIGN.md section 4.
 *
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_KEYSET_H
#define DEP_RECORD_KEYSET_H
#include "record/record.h"

enum { DEP_KEYSET_MAX = 65536 };

enum dep_key_use {
    DEP_KEY_ROOT = 1,
    DEP_KEY_LOG,
    DEP_KEY_REGISTRAR,
    DEP_KEY_OFFICER,
    DEP_KEY_DEVICE,
    DEP_KEY_COSIGNER,
    DEP_KEY_VAULT,
    DEP_KEY_ROLE
};

struct dep_key_state {
    enum dep_key_use use;
    char kid[DEP_KID_LEN + 1];
    struct dep_public_key key;       /* signing keys */
    char code[DEP_CODE_LEN_MAX + 1]; /* officer or device */
    unsigned roles;                  /* set of dep_role */
    unsigned held;          /* officers: those of the roles that read whose key was given to it */
    char age_recipient[64]; /* officers, vault, roles: "age1..." or "" */
    char enrolled_by[DEP_UUID_LEN + 1]; /* jti */
    uint64_t enrolled_at;               /* index in the log */
    bool revoked;
    uint64_t revoked_at;      /* index of the revocation, where revoked */
    uint64_t distrusted_from; /* first index whose signatures are disputed */
};

struct dep_keyset;
DEP_MUST_USE int dep_keyset_new(struct dep_keyset **out);
void dep_keyset_free(struct dep_keyset *keyset);
/*
 * Verify and take in record number `index` (0, 1, 2 ...). Findings: "keyset.first" (not the root's
 * own), "keyset.kid" (not enrolled), "keyset.revoked", "keyset.role" (by doesn't match the key or
 * the schema's signers), "keyset.enroller" (its signer may not enrol or revoke this use),
 * "keyset.share" (its signer doesn't hold those roles, or the officer isn't in force in them),
 * "keyset.member" (iss isn't record 0's), "keyset.key" and "keyset.revocation" (claims of
 * doc/format/record.md section 7 don't fit together), "jwt.signature", "record.type", and
 * "record.*" of the open claims. On a finding nothing is taken in. An index never falls below a key
 * record taken in before (asserted).
 */
DEP_MUST_USE int dep_keyset_add(struct dep_keyset *keyset, const struct dep_schemas *schemas,
                                uint64_t index, const struct dep_record *record,
                                struct dep_finding *why);
/* The same judgement of a record that is none of these, by the keys taken in so far, which may be
 * from above its index too: what came later than it doesn't count. Takes nothing in: several
 * threads may ask at once. */
DEP_MUST_USE int dep_keyset_judge(const struct dep_keyset *keyset,
                                  const struct dep_schemas *schemas, uint64_t index,
                                  const struct dep_record *record, struct dep_finding *why);
/* `iss` of record 0, and so of every record; "" before there is one. */
const char *dep_keyset_member(const struct dep_keyset *keyset);
/* NULL where not enrolled. Borrowed until the next add. */
const struct dep_key_state *dep_keyset_find(const struct dep_keyset *keyset, const char *kid);
/* Does `by` of the record fit this key: use, code, role (doc/format/record.md section 7)? */
bool dep_keyset_signs(const struct dep_key_state *state, const struct dep_record *record);
/*
 * A chain of digests over the records that changed something, in order, with their places: equal
 * chains are of equal keysets. Empty: all zero. Borrowed until the next add.
 */
const struct dep_hash *dep_keyset_trail(const struct dep_keyset *keyset);
void dep_keyset_trail_add(struct dep_hash *trail, uint64_t index, const struct dep_hash *record);
size_t dep_keyset_count(const struct dep_keyset *keyset);
const struct dep_key_state *dep_keyset_at(const struct dep_keyset *keyset, size_t index);
/* The place of the revocation that distrusts what `kid` signed at `index`; 0: none does. */
uint64_t dep_keyset_disputed(const struct dep_keyset *keyset, const char *kid, uint64_t index);
/* "in_force", "disputed" (a later revocation names an earlier moment), "revoked" or "not_enrolled"
 * for a signature at `index`. Never NULL. */
const char *dep_keyset_standing(const struct dep_keyset *keyset, const char *kid, uint64_t index);
#endif
