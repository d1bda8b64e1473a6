/*
 * What index.db keeps of a record besides its envelope and its searchable fields: moments, and what
 * it says of others. None of it is more than a hint where to look: what stands on a page is judged
 * by the records.
 */
#include "codec/text.h"
#include "node/answered.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "node/reported.h"
#include "node/timeline.h"
#include "rules/action.h"
#include "rules/mandate.h"

#include <string.h>

/* ---- what it says of those that it is about ---- */

static enum dep_index_word closes_if(const char *word, bool closes)
{
    return !word ? DEP_WORD_NONE : closes ? DEP_WORD_CLOSES : DEP_WORD_OPENS;
}

static enum dep_index_word word_of_answer(const json_t *claims)
{
    const char *answer = dep_json_string(claims, "answer");
    return closes_if(answer, answer && strcmp(answer, "postponed") != 0);
}

static enum dep_index_word word_of_update(const json_t *claims)
{
    const char *status = dep_json_string(claims, "status");
    return closes_if(status, status && dep_mandate_closes(status));
}

static enum dep_index_word word_of_assessment(const json_t *claims)
{
    const char *outcome = dep_json_string(claims, "outcome");
    return closes_if(outcome, outcome && strcmp(outcome, "reopened") != 0);
}

static enum dep_index_word word_of_check(const json_t *claims)
{
    const char *outcome = dep_json_string(claims, "outcome");
    return !outcome                              ? DEP_WORD_NONE
           : strcmp(outcome, "as_recorded") == 0 ? DEP_WORD_CHECKS
                                                 : DEP_WORD_DOUBTS;
}

static enum dep_index_word word_of_acknowledgement(const json_t *claims)
{
    const char *state = dep_json_string(dep_json_object(claims, "side"), "state");
    return closes_if(state, state && strcmp(state, "on_paper") == 0);
}

/* Of one item the others may stand: what is left of it is looked at. */
static enum dep_index_word word_of_notice(const json_t *claims)
{
    return dep_json_says(dep_json_object(claims, "scope"), "kind", "all") ? DEP_WORD_SETTLES
                                                                          : DEP_WORD_NONE;
}

/* Of what doesn't show to all to whom the thing due shows (a refusal, to an approver) nothing is
 * said here: a page would tell it. */
static enum dep_index_word word_of(const char *type, const json_t *claims)
{
    static const struct {
        const char *type;
        enum dep_index_word word;
        enum dep_index_word (*of)(const json_t *claims);
    } rows[] = {
        {"request.answered", DEP_WORD_NONE, word_of_answer},
        {"commitment.updated", DEP_WORD_NONE, word_of_update},
        {"action.updated", DEP_WORD_NONE, word_of_update},
        {"allegation.assessed", DEP_WORD_NONE, word_of_assessment},
        {"consent.checked", DEP_WORD_NONE, word_of_check},
        {"consent.withdrawn", DEP_WORD_WITHDRAWS, NULL},
        {"assurance.withdrawn", DEP_WORD_WITHDRAWS, NULL},
        {"mission.ended", DEP_WORD_CLOSES, NULL},
        {"release.made", DEP_WORD_CLOSES, NULL},
        {"urgency.reviewed", DEP_WORD_CLOSES, NULL},
        {"release.withdrawn", DEP_WORD_NONE, word_of_notice},
        {"withdrawal.acknowledged", DEP_WORD_NONE, word_of_acknowledgement},
        {"foreign.record", DEP_WORD_ANSWERS, NULL}, /* or closes: dep_node_project() */
        {"retention.reviewed", DEP_WORD_REVIEWS, NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strcmp(rows[i].type, type) == 0)
            return rows[i].of ? rows[i].of(claims) : rows[i].word;
    return DEP_WORD_NONE;
}

/* ---- what is due of it ---- */

typedef void due_fn(const json_t *claims, struct dep_index_row *row);

static void due_at(struct dep_index_row *row, int64_t due_s)
{
    row->due = DEP_DUE_OPEN;
    row->due_s = due_s;
}

static int64_t time_of(const json_t *claims, const char *name)
{
    const char *text = dep_json_string(claims, name);
    int64_t unix_s = INT64_MAX;
    return text && dep_time_parse(dep_slice_string(text), &unix_s, NULL) ? unix_s : INT64_MAX;
}

/* A moment of UTC is a date of EDTF too, but over when it comes. */
static void due_date(const json_t *claims, const char *name, struct dep_index_row *row)
{
    const char *date = dep_json_string(claims, name);
    struct dep_edtf_span span = {.end_s = INT64_MAX};
    int64_t moment_s = time_of(claims, name);
    if (moment_s != INT64_MAX)
        due_at(row, moment_s);
    else if (date && dep_edtf_span_of(dep_slice_string(date), &span) && span.end_s != INT64_MAX)
        due_at(row, span.end_s);
}

static void due_of_commitment(const json_t *claims, struct dep_index_row *row)
{
    due_date(claims, "due", row);
}

static void due_of_dispatch(const json_t *claims, struct dep_index_row *row)
{
    due_date(claims, "review_on", row);
}

/* Without a deadline it waits all the same. */
static void due_of_request(const json_t *claims, struct dep_index_row *row)
{
    due_at(row, INT64_MAX);
    due_date(claims, "deadline", row);
}

static void due_of_interval(const json_t *claims, struct dep_index_row *row)
{
    const json_t *terms = dep_json_object(claims, "terms");
    due_at(row, time_of(dep_json_object(terms ? terms : claims, "in_force"), "to"));
}

/* What a side refused, or nobody could give, never is in force. What is on paper waits for another
 * officer's check since it was recorded, and then lapses. */
static void due_of_given(const json_t *claims, struct dep_index_row *row)
{
    const json_t *side = dep_json_object(claims, "side");
    bool on_paper = dep_json_says(side, "state", "on_paper");
    due_of_interval(claims, row);
    if (!on_paper && !dep_json_says(side, "state", "signed")) {
        row->due = DEP_DUE_CLOSED;
    } else if (on_paper) {
        row->checked_due_s = row->due_s;
        row->due = DEP_DUE_WAITS;
        row->due_s = row->iat;
    }
}

static void due_of_prepared(const json_t *claims, struct dep_index_row *row)
{
    (void)claims;
    due_at(row, row->iat + DEP_PREPARED_FOR_S + 1);
}

static void due_of_made(const json_t *claims, struct dep_index_row *row)
{
    due_at(row, time_of(dep_json_object(claims, "verdict"), "review_by"));
    if (row->due_s == INT64_MAX)
        row->due = DEP_DUE_CLOSED;
}

static void due_since_recorded(const json_t *claims, struct dep_index_row *row)
{
    (void)claims;
    due_at(row, row->iat);
}

/* To be erased at once; kept until a day, or as long as the charter says. */
static void due_of_review(const json_t *claims, struct dep_index_row *row)
{
    int64_t until_s = time_of(claims, "until");
    bool erase = dep_json_says(claims, "outcome", "erase");
    due_at(row, until_s == INT64_MAX || erase ? row->iat : until_s);
    if (until_s == INT64_MAX && !erase)
        row->due = DEP_DUE_WAITS;
}

static void set_due(const json_t *claims, struct dep_index_row *row)
{
    static const struct {
        const char *type;
        due_fn *of;
    } rows[] = {
        {"commitment.made", due_of_commitment},
        {"action.recorded", due_of_commitment},
        {"dispatch.sent", due_of_dispatch},
        {"request.made", due_of_request},
        {"consent.given", due_of_given},
        {"assurance.given", due_of_given},
        {"mission.recorded", due_of_interval},
        {"release.prepared", due_of_prepared},
        {"release.made", due_of_made},
        {"package.sent", due_since_recorded},
        {"release.withdrawn", due_since_recorded},
        {"retention.reviewed", due_of_review},
        {"allegation.received", due_since_recorded},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strcmp(rows[i].type, row->type) == 0)
            rows[i].of(claims, row);
}

/* ---- by what verdicts name it ---- */

static void set_relied(const json_t *claims, char hex[2 * DEP_HASH_LEN + 1],
                       struct dep_index_row *row)
{
    static const char *const own[] = {"consent.given", "assurance.given", "request.made"};
    if (strcmp(row->type, "foreign.record") == 0)
        row->relied = dep_json_string(claims, "sha256");
    for (size_t i = 0; i < DEP_COUNT(own); i++)
        if (strcmp(own[i], row->type) == 0) {
            dep_hex_encode(row->sha256.bytes, DEP_HASH_LEN, hex);
            row->relied = hex;
        }
}

/* What the row has of the claims; until drop_claims(). */
static void take_claims(const struct dep_node *node, const struct dep_schema *schema,
                        const char *type, const json_t *claims, char hex[2 * DEP_HASH_LEN + 1],
                        struct dep_index_row *row)
{
    int64_t uncertainty_s = node->world.clock_uncertainty_s; /* a draft has no clock yet */
    /* What a record that is held says is searched for, and says nothing here; but for when it was
     * that an incident that somebody else recorded happened. */
    bool own = strcmp(type, row->type) == 0;
    (void)dep_json_int(dep_json_object(claims, "clock"), "uncertainty_s", &uncertainty_s);
    if (own) {
        row->word = word_of(row->type, claims);
        if (row->word == DEP_WORD_ANSWERS && dep_answered_heard_closes(node->schemas, claims))
            row->word = DEP_WORD_CLOSES;
    }
    if (own || strcmp(row->type, DEP_FOREIGN_REPORT) == 0 ||
        (strcmp(row->type, DEP_KIT_REPORT) == 0 && dep_material_is_record(type)))
        row->span = dep_timeline_hull(schema, claims, row->iat, uncertainty_s);
    if (own && row->complete) {
        set_due(claims, row);
        set_relied(claims, hex, row);
        if (strcmp(row->type, "release.made") == 0)
            row->requirements = dep_json_array(dep_json_object(claims, "verdict"), "requirements");
    }
}

static void drop_claims(struct dep_index_row *row)
{
    row->relied = NULL;
    row->requirements = NULL;
}

int dep_node_project_read(const struct dep_node *node, struct dep_index_row *row, const char *type,
                          int version, const json_t *claims, struct dep_index_said *out)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, version);
    char hex[2 * DEP_HASH_LEN + 1];
    take_claims(node, schema, type, claims, hex, row);
    int err = dep_index_read(node->index, row, schema, claims, out);
    drop_claims(row);
    return err;
}

int dep_node_project(struct dep_node *node, struct dep_index_row *row, const char *type,
                     int version, const json_t *claims, struct dep_problem *problem)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, version);
    char hex[2 * DEP_HASH_LEN + 1];
    take_claims(node, schema, type, claims, hex, row);
    int err = dep_index_project(node->index, row, schema, claims, &problem->fault);
    drop_claims(row);
    return err;
}
