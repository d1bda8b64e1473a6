/*
 * A verdict's words and its digest (doc/format/rules.md section 5).
 */
#include "rules/judging.h"
#include "rules/written.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum dep_giver dep_need_giver(enum dep_need need)
{
    switch (need) {
    case DEP_NEED_CONSENT_HOST:
    case DEP_NEED_CONSENT_ORIGINATOR:
    case DEP_NEED_HANDLING_PERMISSION: return DEP_GIVER_MEMBER;
    case DEP_NEED_REQUEST:
    case DEP_NEED_ASSURANCE_FAIR_TRIAL:
    case DEP_NEED_ASSURANCE_NO_TORTURE:
    case DEP_NEED_ASSURANCE_NO_DEATH_PENALTY:
    case DEP_NEED_ASSURANCE_INSPECTION:
    case DEP_NEED_ASSURANCE_DEFENCE_ACCESS: return DEP_GIVER_RECIPIENT;
    case DEP_NEED_CONSENT_SOURCE: return DEP_GIVER_SOURCE;
    case DEP_NEED_BASIS:
    case DEP_NEED_REDACTION: return DEP_GIVER_OFFICER;
    case DEP_NEED_APPROVAL: return DEP_GIVER_APPROVER;
    case DEP_NEED_NEVER:
    case DEP_NEED_COUNT: break;
    }
    return DEP_GIVER_NOBODY;
}

const char *dep_giver_name(enum dep_giver giver)
{
    static const char *const names[] = {"nobody", "member",  "recipient",
                                        "source", "officer", "approver"};
    assert((size_t)giver < DEP_COUNT(names));
    return names[giver];
}

const char *dep_met_name(enum dep_met met)
{
    static const char *const names[DEP_MET_COUNT] = {
        [DEP_MET] = "met",
        [DEP_WAIVED] = "waived",
        [DEP_MISSING_ABSENT] = "absent",
        [DEP_MISSING_NOBODY] = "nobody",
        [DEP_MISSING_SCOPE] = "scope",
        [DEP_MISSING_IDENTITY] = "identity",
        [DEP_MISSING_PLACE] = "place",
        [DEP_MISSING_IMAGE] = "image",
        [DEP_MISSING_GUARDIAN] = "guardian",
        [DEP_MISSING_NOT_YET] = "not_yet",
        [DEP_MISSING_LAPSED] = "lapsed",
        [DEP_MISSING_WITHDRAWN] = "withdrawn",
        [DEP_MISSING_UNSIGNED] = "unsigned",
        [DEP_MISSING_PAPER] = "paper",
        [DEP_MISSING_UNCHECKED] = "unchecked",
        [DEP_MISSING_STALE] = "stale",
        [DEP_MISSING_SAME_PERSON] = "same_person",
        [DEP_MISSING_NEVER] = "never",
    };
    assert((size_t)met < DEP_MET_COUNT);
    return names[met];
}

const char *dep_outcome_name(enum dep_outcome outcome)
{
    static const char *const names[] = {"yes", "refer_to_court", "no"};
    assert((size_t)outcome < DEP_COUNT(names));
    return names[outcome];
}

void dep_verdict_done(struct dep_verdict *verdict)
{
    free(verdict->requirements);
    *verdict = (struct dep_verdict){.outcome = DEP_NO};
}

static void put(struct dep_sha256_stream *stream, const char *text, char end)
{
    dep_sha256_add(stream, text, strlen(text));
    dep_sha256_add(stream, &end, 1);
}

/* A hyphen where `hash` is NULL. */
static void put_hash(struct dep_sha256_stream *stream, const struct dep_hash *hash, char end)
{
    char hex[2 * DEP_HASH_LEN + 1] = "-";
    if (hash)
        dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    put(stream, hex, end);
}

static void put_number(struct dep_sha256_stream *stream, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    put(stream, text, '\n');
}

void dep_verdict_digest_start(struct dep_verdict_digest *digest, const struct dep_hash *charter,
                              const struct dep_hash *action, const struct dep_judged_at *at)
{
    struct dep_sha256_stream *stream = &digest->stream;
    char size[24];
    (void)snprintf(size, sizeof size, "%" PRIu64, at->size);
    dep_sha256_start(stream);
    put(stream, "depositary verdict v1", '\n');
    put_hash(stream, charter, '\n');
    put(stream, at->origin, '\n');
    put(stream, size, '\n');
    put_hash(stream, &at->root, '\n');
    put_number(stream, at->now_s);
    put_number(stream, at->uncertainty_s);
    put_hash(stream, action, '\n');
}

void dep_verdict_digest_line(struct dep_verdict_digest *digest, const struct dep_verdict_line *line)
{
    struct dep_sha256_stream *stream = &digest->stream;
    char material[16] = "-";
    if (line->material != DEP_MATERIAL_NONE)
        (void)snprintf(material, sizeof material, "%d", line->material);
    put(stream, material, ' ');
    put(stream, dep_need_name(line->need), ' ');
    put(stream, line->code ? line->code : "-", ' ');
    put(stream, dep_met_name(line->met), ' ');
    put_hash(stream, line->record, ' ');
    put_hash(stream, line->status, '\n');
}

void dep_verdict_digest_finish(struct dep_verdict_digest *digest, const char *no_rule,
                               enum dep_outcome outcome, struct dep_hash *out)
{
    put(&digest->stream, no_rule ? no_rule : "-", '\n');
    put(&digest->stream, dep_outcome_name(outcome), '\n');
    dep_sha256_finish(&digest->stream, out);
}

void dep_verdict_seal(const struct dep_charter *charter, const struct dep_action *action,
                      const struct dep_judged_at *at, struct dep_verdict *verdict)
{
    struct dep_verdict_digest digest;
    dep_verdict_digest_start(&digest, dep_charter_digest(charter), &action->digest, at);
    for (size_t i = 0; i < verdict->requirement_count; i++) {
        const struct dep_requirement *requirement = &verdict->requirements[i];
        const struct dep_fact *by = requirement->by;
        dep_verdict_digest_line(
            &digest, &(struct dep_verdict_line){requirement->material, requirement->need,
                                                dep_requirement_code(charter, requirement),
                                                requirement->met, by ? &by->record : NULL,
                                                by && requirement->by_status ? &by->status : NULL});
    }
    dep_verdict_digest_finish(&digest, verdict->no_rule, verdict->outcome, &verdict->digest);
}
