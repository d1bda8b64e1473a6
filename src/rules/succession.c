/*
 * Who adopted a charter, and what a pin vouches for.
 *
 * Members are judged as they stand when the next charter comes into force, its `from`: the one
 * moment that all who sign it agree on.
 */
#include "rules/impl.h"

#include <string.h>

static const char CLAUSE[] = "charter.md 3";

struct succession {
    const struct dep_charter *before, *next; /* before: NULL for charter 1 */
    bool seen_before[DEP_CHARTER_MEMBERS_MAX], seen_next[DEP_CHARTER_MEMBERS_MAX];
    int64_t adopted; /* by members in force of the charter before */
    int member;      /* concerned by a finding: place in `next`, or -1 */
};

/* Nobody that keeps a register becomes a member, for the first time, again, or by having begun to
 * keep one, without having signed. Who keeps none has nothing to sign with. */
static bool joins(const struct succession *succession, int place)
{
    if (place < 0 || !succession->next->members[place].keeps_register)
        return false;
    if (!succession->before)
        return true;
    const struct dep_charter_member *member = &succession->next->members[place];
    int known = dep_charter_member_find(succession->before, member->id);
    int64_t from_s = succession->next->from_s;
    return known < 0 || !succession->before->members[known].keeps_register ||
           (succession->before->members[known].membership.to_s <= from_s &&
            member->membership.to_s > from_s);
}

/* Does it say this charter's digest and number? */
static int claims_check(const struct dep_schemas *schemas, const struct dep_record *record,
                        const struct dep_charter *next, struct dep_finding *why)
{
    if (strcmp(record->type, "charter.adopted") != 0 || record->by_role != DEP_ROLE_ROOT)
        return dep_found(why, "record.type", CLAUSE, 0);
    DEP_AUTO_JSON *claims = NULL;
    int err =
        dep_record_claims(schemas, record, (struct dep_slice){NULL, 0}, true, &claims, NULL, why);
    if (err)
        return err;
    struct dep_hash digest;
    int64_t number;
    /* The schema's form: sixty-four hexadecimal digits. */
    if (!dep_hex_parse(dep_slice_string(dep_json_string(claims, "charter_sha256")), digest.bytes,
                       DEP_HASH_LEN) ||
        !dep_hash_equal(&digest, &next->digest) || !dep_json_int(claims, "number", &number) ||
        number != next->number)
        return dep_found(why, "charter.adoption.digest", CLAUSE, 0);
    return DEP_OK;
}

static int adoption_take(struct succession *succession, const struct dep_schemas *schemas,
                         struct dep_slice jwt, struct dep_finding *why)
{
    DEP_AUTO_RECORD record = {0};
    int err = dep_record_parse(jwt, &record, why);
    if (err)
        return err;
    const struct dep_charter *before = succession->before, *next = succession->next;
    int known = before ? dep_charter_member_find(before, record.iss) : -1;
    int named = dep_charter_member_find(next, record.iss);
    bool amends = before && dep_charter_member_in_force(before, known, next->from_s) &&
                  before->members[known].keeps_register;
    succession->member = named;
    if (!amends && !joins(succession, named))
        return dep_found(why, "charter.adoption.member", CLAUSE, 0);
    const struct dep_charter_member *member =
        amends ? &before->members[known] : &next->members[named];
    bool *seen = amends ? &succession->seen_before[known] : &succession->seen_next[named];
    char kid[DEP_KID_LEN + 1];
    dep_kid(&member->root, kid);
    if (strcmp(record.kid, kid) != 0)
        return dep_found(why, "charter.adoption.key", CLAUSE, 0);
    if ((err = dep_jwt_verify(&record.jwt, &member->root, why)) ||
        (err = claims_check(schemas, &record, next, why)))
        return err;
    if (*seen)
        return dep_found(why, "charter.adoption.repeated", CLAUSE, 0);
    *seen = true;
    succession->adopted += amends;
    return DEP_OK;
}

static int place_check(const struct dep_charter *before, const struct dep_charter *next,
                       struct dep_finding *why)
{
    if (next->number != (before ? before->number + 1 : 1))
        return dep_found(why, "charter.number", CLAUSE, 0);
    if (before && !dep_hash_equal(&next->previous, &before->digest))
        return dep_found(why, "charter.previous", CLAUSE, 0);
    /* Or members that have left could be put in force again by a date long past. */
    if (before && next->from_s < before->from_s)
        return dep_found(why, "charter.interval", CLAUSE, 0);
    return DEP_OK;
}

static int succession_judge(struct succession *succession, const struct dep_schemas *schemas,
                            const struct dep_adoption *adoptions, size_t adoption_count,
                            struct dep_finding *why)
{
    int err = place_check(succession->before, succession->next, why);
    for (size_t i = 0; i < adoption_count && !err; i++) {
        err = adoption_take(succession, schemas, adoptions[i].jwt, why);
        if (err > 0 && why)
            why->offset = i;
    }
    if (err)
        return err;
    for (size_t i = 0; i < succession->next->member_count; i++) {
        if (!joins(succession, (int)i) || succession->seen_next[i])
            continue;
        succession->member = (int)i;
        return dep_found(why, "charter.adoption.absent", CLAUSE, adoption_count);
    }
    succession->member = -1;
    if (succession->before && succession->adopted < succession->before->threshold)
        return dep_found(why, "charter.adoption.few", CLAUSE, adoption_count);
    return DEP_OK;
}

int dep_charter_succeeds(const struct dep_schemas *schemas, const struct dep_charter *before,
                         const struct dep_charter *next, const struct dep_adoption *adoptions,
                         size_t adoption_count, int *out_member, struct dep_finding *why)
{
    struct succession succession = {.before = before, .next = next, .member = -1};
    int err = succession_judge(&succession, schemas, adoptions, adoption_count, why);
    if (err >= 0 && out_member)
        *out_member = succession.member;
    return err;
}

static int link_check(const struct dep_schemas *schemas, const struct dep_charter_link *links,
                      size_t index, struct dep_finding *why)
{
    return dep_charter_succeeds(schemas, index ? links[index - 1].charter : NULL,
                                links[index].charter, links[index].adoptions,
                                links[index].adoption_count, NULL, why);
}

/* Those up to the pinned one are vouched for by their digests alone. */
static int predecessors_check(const struct dep_charter_link *links, size_t count,
                              const uint8_t *pin, size_t *out_pinned, struct dep_finding *why)
{
    size_t pinned = 0;
    while (pinned < count && !dep_fingerprint_matches(pin, &links[pinned].charter->digest))
        pinned++;
    if (pinned == count)
        return dep_found(why, "charter.pin", CLAUSE, 0);
    for (size_t i = 0; i <= pinned; i++) {
        int err = place_check(i ? links[i - 1].charter : NULL, links[i].charter, why);
        if (err > 0 && why)
            why->offset = i;
        if (err)
            return err;
    }
    *out_pinned = pinned;
    return DEP_OK;
}

int dep_charter_chain_verify(const struct dep_schemas *schemas,
                             const struct dep_charter_link *links, size_t count, const uint8_t *pin,
                             size_t *out_trusted, struct dep_finding *why)
{
    size_t trusted = 0;
    int err = DEP_OK;
    if (pin) {
        if ((err = predecessors_check(links, count, pin, &trusted, why)))
            return err;
        trusted++;
    }
    while (trusted < count && !(err = link_check(schemas, links, trusted, why)))
        trusted++;
    if (err < 0 || (err > 0 && !pin))
        return err;
    *out_trusted = trusted;
    return DEP_OK;
}
