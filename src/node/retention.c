#include "node/retention.h"

#include "codec/text.h"
#include "node/charter.h"
#include "node/custody.h"
#include "node/due_impl.h"
#include "node/node_impl.h"

#include <string.h>

static const char CLAUSE[] = "MANDATE F22";
enum { DAY_S = 24 * 60 * 60 };

int64_t dep_retention_due_s(int64_t recorded_s, int64_t after_days, const struct dep_view *reviewed)
{
    const char *until = reviewed ? dep_json_string(reviewed->claims, "until") : NULL;
    int64_t due_s;
    if (until && dep_time_parse(dep_slice_string(until), &due_s, NULL))
        return due_s;
    if (reviewed)
        recorded_s = reviewed->row.iat; /* kept: the period begins again */
    int64_t period_s;
    return after_days < 0 || __builtin_mul_overflow(after_days, (int64_t)DAY_S, &period_s) ||
                   __builtin_add_overflow(recorded_s, period_s, &due_s)
               ? INT64_MAX
               : due_s;
}

/* ---- what falls due ---- */

struct falling_due {
    struct dep_gather *gather;
    const struct dep_charter *charter;
    const json_t *rule; /* whose kinds are gathered; NULL: of every rule */
};

/* False where nothing of this kind ever falls due by this rule. */
static bool period_of(const json_t *rule, int64_t *out_days)
{
    return dep_json_int(rule, "review_after_days", out_days);
}

static int keep_row(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

/* DEP_FOUND, without a finding, where there is one; of the next `out` is then to be given back. */
static int newest_review_row(struct dep_node *node, const char *record, struct dep_index_row *out,
                             struct dep_problem *problem)
{
    struct dep_index_query query = {
        .type = "retention.reviewed", .ref = record, .newest_first = true, .limit = 1};
    return dep_roll_list(node, &query, keep_row, out, problem);
}

static int newest_review(struct dep_node *node, const char *record, struct dep_view *out,
                         struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = newest_review_row(node, record, &row, problem);
    if (err != DEP_FOUND)
        return err;
    err = dep_node_view_row(node, &row, true, out, problem);
    return err ? err : DEP_FOUND;
}

static int holds_on(struct dep_node *node, const struct dep_index_row *row, struct dep_holds *out,
                    struct dep_problem *problem)
{
    return row->item[0] ? dep_node_holds(node, row->item, NULL, out, problem) : DEP_OK;
}

static int fall_due(void *context, const struct dep_index_row *row)
{
    const struct falling_due *due = context;
    struct dep_gather *gather = due->gather;
    int64_t after_days = -1;
    const json_t *rule = dep_charter_retention(due->charter, row->type);
    if (!rule || (due->rule && rule != due->rule))
        return DEP_OK;
    (void)period_of(rule, &after_days);
    /* On a page its newest review is asked for, if there is one. */
    bool was_reviewed = dep_node_pages_searched(gather->node) ||
                        json_object_get(gather->reviewed, row->jti) != NULL;
    /* The roll says what is protected; index.db where that lies. */
    bool is_protected = gather->node->shows_only ? row->secret.len > 0 : !row->complete;
    /* Most records are younger: nothing is read for them. */
    if (row->erased || row->superseded || !is_protected ||
        (!was_reviewed && dep_retention_due_s(row->iat, after_days, NULL) > gather->until_s))
        return DEP_OK;
    DEP_AUTO_VIEW review = {.claims = NULL};
    int err =
        was_reviewed ? newest_review(gather->node, row->jti, &review, gather->problem) : DEP_OK;
    if (err < 0)
        return err;
    const struct dep_view *reviewed = err == DEP_FOUND ? &review : NULL;
    const char *outcome = reviewed ? dep_json_string(reviewed->claims, "outcome") : NULL;
    struct dep_holds holds = {.count = 0};
    bool erase = outcome && strcmp(outcome, "erase") == 0;
    int64_t when_s = dep_retention_due_s(row->iat, after_days, reviewed);
    if (erase)
        when_s = reviewed->row.iat;
    if (when_s > gather->until_s)
        return DEP_OK;
    err = holds_on(gather->node, row, &holds, gather->problem);
    if (err)
        return err;
    const char *kind = holds.count ? "due.hold" : erase ? "due.erase" : "due.retention";
    return dep_gather_add(gather, kind, row, when_s, row->type, NULL);
}

static int fall_due_page(void *context, const struct dep_index_row *row)
{
    const struct falling_due *due = context;
    int err = fall_due(context, row);
    return err ? err : dep_gather_full(due->gather) ? DEP_FOUND : DEP_OK;
}

/* What a review that counts is about falls due by it. */
static int reviewed_due(void *context, const struct dep_index_row *review)
{
    const struct falling_due *due = context;
    struct dep_gather *gather = due->gather;
    struct dep_index_row row, newest;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(gather->node, review, false, &view, gather->problem);
    const char *about = err ? NULL : dep_record_ref(view.claims, "about");
    if (err || !about)
        return err;
    err = newest_review_row(gather->node, about, &newest, gather->problem);
    if (err != DEP_FOUND || strcmp(newest.jti, review->jti) != 0)
        return err < 0 ? err : DEP_OK;
    err = dep_roll_find(gather->node, about, &row, gather->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    return dep_sight_sees(gather->node, &row) ? fall_due_page(context, &row) : DEP_OK;
}

static int page_of(struct falling_due *due, const struct dep_index_query *query, dep_index_fn *each)
{
    struct dep_gather *gather = due->gather;
    gather->left = gather->limit == UINT64_MAX ? UINT64_MAX : gather->limit + 1;
    int err = dep_sight_list(gather->node, query, each, due, gather->problem);
    return err == DEP_FOUND && dep_gather_full(gather) ? DEP_OK : err;
}

/* The moment at which the period must have begun; false where it can't have. */
static bool begins_before(const struct dep_gather *gather, int64_t after_days, int64_t *out_s)
{
    int64_t period_s;
    return !__builtin_mul_overflow(after_days, (int64_t)DAY_S, &period_s) &&
           !__builtin_sub_overflow(dep_gather_until(gather), period_s, out_s);
}

/* Those that nobody reviewed. */
static int page_of_rule(struct falling_due *due, const json_t *rule)
{
    struct dep_index_query never = {
        .type = dep_json_string(rule, "type"), .recorded = true, .unreviewed = true};
    int64_t after_days;
    due->rule = rule;
    return period_of(rule, &after_days) && begins_before(due->gather, after_days, &never.until_s)
               ? page_of(due, &never, fall_due_page)
               : DEP_OK;
}

/* Those whose review says until when; those that were kept without a day, which may fall due as
 * soon as the shortest period is over; then, by each rule, those that nobody reviewed. */
static int gather_page(struct falling_due *due)
{
    const json_t *rules = dep_json_array(dep_charter_json(due->charter), "retention");
    int64_t shortest_days = INT64_MAX, days, began_s = 0;
    size_t i;
    json_t *rule;
    json_array_foreach(rules, i, rule) if (period_of(rule, &days) && days < shortest_days)
        shortest_days = days;
    struct dep_index_query until = {.type = "retention.reviewed",
                                    .due = DEP_DUE_OPEN,
                                    .until_s = dep_gather_until(due->gather)};
    int err = page_of(due, &until, reviewed_due);
    if (!err && begins_before(due->gather, shortest_days, &began_s)) {
        struct dep_index_query kept = {
            .type = "retention.reviewed", .due = DEP_DUE_WAITS, .until_s = began_s};
        /* All of them: with several periods they don't fall due in the order of their reviews. */
        due->gather->left = UINT64_MAX;
        err = dep_sight_list(due->gather->node, &kept, reviewed_due, due, due->gather->problem);
    }
    json_array_foreach(rules, i, rule) if (!err) err = page_of_rule(due, rule);
    return err;
}

static int note_reviewed(void *context, const struct dep_index_row *row)
{
    struct dep_gather *gather = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(gather->node, row, false, &view, gather->problem);
    const char *about = err ? NULL : dep_record_ref(view.claims, "about");
    if (about && json_object_set_new(gather->reviewed, about, json_true()))
        err = dep_problem_fault(gather->problem, DEP_ERR_NOMEM, "node.due", about);
    return err;
}

/* In whatever order: all of it is wanted. */
static int gather_all(struct falling_due *due)
{
    struct dep_gather *gather = due->gather;
    DEP_AUTO_JSON *reviewed = json_object();
    if (!reviewed)
        return dep_problem_fault(gather->problem, DEP_ERR_NOMEM, "node.due", "");
    gather->reviewed = reviewed;
    struct dep_index_query query = {.type = "retention.reviewed"}, every = {.type = NULL};
    int err = dep_roll_list(gather->node, &query, note_reviewed, gather, gather->problem);
    if (!err)
        err = dep_sight_list(gather->node, &every, fall_due, due, gather->problem);
    gather->reviewed = NULL;
    return err;
}

int dep_gather_retention(struct dep_gather *gather)
{
    struct falling_due due = {.gather = gather};
    struct dep_node *node = gather->node;
    int err = dep_node_charter(node, dep_register_count(node->reg), &due.charter, gather->problem);
    if (err)
        return err;
    return dep_node_pages_searched(node) ? gather_page(&due) : gather_all(&due);
}

/* ---- reviewing ---- */

static int judge_review(struct dep_node *node, const struct dep_index_row *row,
                        const json_t *claims, struct dep_problem *problem)
{
    const char *outcome = dep_json_string(claims, "outcome");
    struct dep_holds holds = {.count = 0};
    bool keep = outcome && strcmp(outcome, "keep") == 0;
    if (keep && !dep_json_object(claims, "reason") && !dep_json_string(claims, "until"))
        return dep_problem_found(problem, "retention.reason", CLAUSE, row->jti);
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(node, dep_register_count(node->reg), &charter, problem);
    if (!err && !dep_charter_retention(charter, row->type))
        err = dep_problem_found(problem, "retention.rule", CLAUSE, row->type);
    if (err || keep)
        return err;
    err = holds_on(node, row, &holds, problem);
    return !err && holds.count ? dep_problem_found(problem, "hold.in_force", CLAUSE, row->item)
                               : err;
}

struct reviewing {
    struct dep_node *node;
    const char *record;
    json_t *claims;
};

static int judge_reviewing(void *context, struct dep_problem *problem)
{
    const struct reviewing *reviewing = context;
    struct dep_index_row row;
    int err = dep_node_find(reviewing->node, reviewing->record, &row, problem);
    if (!err)
        err = judge_review(reviewing->node, &row, reviewing->claims, problem);
    return err ? err : dep_act_refer(reviewing->claims, "about", &row, problem);
}

int dep_node_retention_review(struct dep_node *node, const char *record, json_t *claims,
                              struct dep_done *out, struct dep_problem *problem)
{
    struct reviewing reviewing = {node, record, claims};
    return dep_act_record_judged(node, "retention.reviewed", claims, judge_reviewing, &reviewing,
                                 out, problem);
}
