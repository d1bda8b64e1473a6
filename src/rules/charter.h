/*
 * Charter: members, lists, rules; its fingerprint; who adopted it and what succeeds it.
 *
 * Format:  doc/format/charter.md.
 * Layer:   rules (pure: no files, no clock, no network).
 */
#ifndef DEP_RULES_CHARTER_H
#define DEP_RULES_CHARTER_H
#include "record/record.h"

enum {
    DEP_CHARTER_LEN_MAX = 1024 * 1024,
    DEP_CHARTER_MEMBERS_MAX = 512,
    DEP_CHARTER_CODES_MAX = 512, /* a list */
    DEP_CHARTER_RULES_MAX = 256,
    DEP_CHARTER_NEEDS_MAX = 32, /* a rule */
    DEP_FINGERPRINT_LEN = 55,   /* eight groups of six, seven blanks */
};

/* A set of one list's codes, by their place in it. */
struct dep_codes {
    uint64_t bits[DEP_CHARTER_CODES_MAX / 64];
};
enum dep_list {
    DEP_LIST_LINES,
    DEP_LIST_TERRITORIES,
    DEP_LIST_HANDLING,
    DEP_LIST_CATEGORIES,
    DEP_LIST_PURPOSES,
    DEP_LIST_RECIPIENTS,
    DEP_LIST_COUNT
};

enum dep_recipient_kind {
    DEP_TO_COURT = 1,
    DEP_TO_PROSECUTION = 2,
    DEP_TO_POLICE = 4,
    DEP_TO_DEFENCE = 8,
    DEP_TO_COMPLAINT_BODY = 16,
    DEP_TO_MEMBER = 32,
    DEP_TO_ORGANISATION = 64,
    DEP_TO_OTHER = 128,
};
/* "complaint_body": the bit, 0 where unknown; the name of exactly one. */
unsigned dep_recipient_kind_parse(const char *name);
const char *dep_recipient_kind_name(enum dep_recipient_kind kind);

/* [from, to) in seconds since 1970; INT64_MIN and INT64_MAX where open. */
struct dep_interval {
    int64_t from_s, to_s;
};

static inline bool dep_interval_has(const struct dep_interval *interval, int64_t at_s)
{
    return interval->from_s <= at_s && at_s < interval->to_s;
}

struct dep_charter_member {
    const char *id;      /* borrowed from the charter */
    bool state;          /* a State; an organisation otherwise */
    bool keeps_register; /* and signs. Else `root` is zero, `origin` and `cosigner` are NULL */
    struct dep_public_key root;
    const char *origin, *cosigner; /* cosigner: a vkey, or NULL */
    struct dep_codes territories;
    struct dep_interval membership;
};
struct dep_charter_code {
    const char *code;
    struct dep_interval in_list;
    enum dep_recipient_kind kind; /* recipients only */
    int member;                   /* recipients only: place among the members, or -1 */
};

/* Parsed; owns its text. Opaque but for these. */
struct dep_charter;
/*
 * Findings: "json.*", "charter.form" (a member is missing, unknown or of a wrong type; one of the
 * members has a root key without an origin, or the reverse, or a cosigner and neither),
 * "charter.name" (a language is missing), "charter.code" (malformed, repeated, not in its list; so
 * too keys and origins), "charter.interval", "charter.territory" (two members at one time),
 * "charter.threshold", "charter.rule" (unknown condition, need or parameter), "charter.linked"
 * (unknown relation, twice, or less than is owed anyway, more than can be had), "charter.number"
 * (number and previous don't fit), "charter.len" (of the text, or of a list in it). `where` (may be
 * NULL) gets a JSON pointer.
 */
DEP_MUST_USE int dep_charter_parse(struct dep_slice text, struct dep_charter **out,
                                   struct dep_jtd_error *where, struct dep_finding *why);
void dep_charter_free(struct dep_charter *charter);
static inline void dep_charter_release(struct dep_charter **charter)
{
    dep_charter_free(*charter);
}
#define DEP_AUTO_CHARTER DEP_CLEANUP(dep_charter_release) struct dep_charter

const struct dep_hash *dep_charter_digest(const struct dep_charter *charter);
int64_t dep_charter_number(const struct dep_charter *charter);
/* `from`: entered no earlier. */
int64_t dep_charter_from_s(const struct dep_charter *charter);
/* How many members in force that keep a register must adopt the next one. */
int64_t dep_charter_threshold(const struct dep_charter *charter);
/* How many cosigners make a checkpoint count. */
int64_t dep_charter_quorum(const struct dep_charter *charter);
/* Of the charter before; NULL for number 1. */
const struct dep_hash *dep_charter_previous(const struct dep_charter *charter);
/* The whole text as parsed: names by language and what only people read. */
const json_t *dep_charter_json(const struct dep_charter *charter);
/* The rule of `retention` about records of a type: {"type","purpose","review_after_days"?},
 * borrowed. Of several the one whose `type` says most counts. NULL: there is none. */
const json_t *dep_charter_retention(const struct dep_charter *charter, const char *type);
size_t dep_charter_member_count(const struct dep_charter *charter);
const struct dep_charter_member *dep_charter_member_at(const struct dep_charter *charter,
                                                       size_t index);
/* Place among the members, or -1. */
int dep_charter_member_find(const struct dep_charter *charter, const char *id);
/* The key of the cosigner of the member at `place`, and its name; NULL where it has none. */
const struct dep_public_key *dep_charter_cosigner(const struct dep_charter *charter, size_t place,
                                                  struct dep_slice *out_name);
size_t dep_charter_code_count(const struct dep_charter *charter, enum dep_list list);
const struct dep_charter_code *dep_charter_code_at(const struct dep_charter *charter,
                                                   enum dep_list list, size_t index);
/* Place in the list, or -1; so for NULL. */
int dep_charter_code_find(const struct dep_charter *charter, enum dep_list list, const char *code);
/* The member for which a code of a recipient stands; NULL where it stands for none. */
const struct dep_charter_member *dep_charter_recipient(const struct dep_charter *charter,
                                                       const char *code);

/* ---- what is linked (`linked`; doc/format/package.md section 3.1) ---- */
/* What is owed of a linked record that isn't in a package, ascending. */
enum dep_least { DEP_LEAST_COUNTED, DEP_LEAST_NAMED, DEP_LEAST_SEALED, DEP_LEAST_INCLUDED };
enum { DEP_LINKED_RELATIONS = 17 };
/* The relation of that name, literal ("source", "source<"); NULL where there is none, and for
 * NULL. */
const char *dep_linked_rel(const char *rel);
/* The least that is owed by relation `rel`, one of those; `charter` NULL: what the format asks
 * for. */
enum dep_least dep_charter_least(const struct dep_charter *charter, const char *rel);

/* Sets of codes. */
static inline void dep_codes_add(struct dep_codes *codes, int place)
{
    assert(place >= 0 && place < DEP_CHARTER_CODES_MAX);
    codes->bits[place / 64] |= UINT64_C(1) << (place % 64);
}
static inline bool dep_codes_has(const struct dep_codes *codes, int place)
{
    assert(place >= 0 && place < DEP_CHARTER_CODES_MAX);
    return codes->bits[place / 64] >> (place % 64) & 1;
}

/* ---- fingerprint (section 2) ---- */
/* `out` holds DEP_FINGERPRINT_LEN + 1. */
void dep_fingerprint_encode(const struct dep_hash *digest, char *out);
/* As read aloud. Findings "fingerprint.len" (offset: the first group that hasn't six characters, 8
 * where blanks don't part it in eight), "fingerprint.character" (offset: of the byte),
 * "fingerprint.check" (offset: number of the group, 0 to 7). `out` gets the 25 bytes. */
enum { DEP_FINGERPRINT_BYTES = 25 };
DEP_MUST_USE int dep_fingerprint_parse(struct dep_slice text, uint8_t out[DEP_FINGERPRINT_BYTES],
                                       struct dep_finding *why);
bool dep_fingerprint_matches(const uint8_t fingerprint[DEP_FINGERPRINT_BYTES],
                             const struct dep_hash *digest);

/* ---- adoption and succession (section 3) ---- */
struct dep_adoption {
    struct dep_slice jwt; /* a record charter.adopted */
};
/*
 * Does `next` succeed `before` (NULL: `next` is number 1)? Findings "charter.number",
 * "charter.previous", "charter.interval" (`from` is before that of `before`),
 * "charter.adoption.absent" (a member that had to), "charter.adoption.few",
 * "charter.adoption.member" (adopts, and isn't one that keeps a register), "charter.adoption.key"
 * (not its root key),
 * "charter.adoption.digest", "charter.adoption.repeated", and those of dep_record_parse and of
 * signatures ("jwt.signature"); of one adoption `offset` is its place in the list. `out_member`
 * (may be NULL) gets the place in `next` of the member a finding concerns, or -1.
 */
DEP_MUST_USE int dep_charter_succeeds(const struct dep_schemas *schemas,
                                      const struct dep_charter *before,
                                      const struct dep_charter *next,
                                      const struct dep_adoption *adoptions, size_t adoption_count,
                                      int *out_member, struct dep_finding *why);
/*
 * A chain of charters 1..count with their adoptions, against a pin (NULL: the chain itself only).
 * On DEP_OK `out_trusted` is the number of charters the pin vouches for: the pinned one and its
 * predecessors through `previous`, its successors as far as each succeeds; where that is fewer than
 * `count`, `why` tells what is wrong with the next. Findings of dep_charter_succeeds (offset: of an
 * adoption, or of a predecessor's link), and "charter.pin" (none of them is the pinned one).
 */
struct dep_charter_link {
    const struct dep_charter *charter;
    const struct dep_adoption *adoptions;
    size_t adoption_count;
};
DEP_MUST_USE int dep_charter_chain_verify(const struct dep_schemas *schemas,
                                          const struct dep_charter_link *links, size_t count,
                                          const uint8_t *pin, size_t *out_trusted,
                                          struct dep_finding *why);
/* C2SP tlog-policy for `origin`, of the cosigners of all other members in force at `now_s`, with
 * the charter's quorum. "charter.quorum" where there are fewer cosigners, "charter.member" (names
 * no such member), "charter.origin" (not that member's log, or it keeps no register). `log_vkey`:
 * the log's verifier key. */
DEP_MUST_USE int dep_charter_policy_encode(const struct dep_charter *charter, const char *member,
                                           struct dep_slice log_vkey, int64_t now_s,
                                           struct dep_buf *out, struct dep_finding *why);
#endif
