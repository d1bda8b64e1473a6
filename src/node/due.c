#include "node/due.h"

#include "codec/text.h"
#include "node/charter.h"
#include "node/consent.h"
#include "node/due_impl.h"
#include "node/evidence.h"
#include "node/mission.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "node/request.h"

#include <stdlib.h>
#include <string.h>

void dep_dues_done(struct dep_dues *dues)
{
    if (dues->list)
        dep_wipe(dues->list, dues->count * sizeof *dues->list);
    free(dues->list);
    *dues = (struct dep_dues){.list = NULL};
}

int dep_gather_add(struct dep_gather *gather, const char *kind, const struct dep_index_row *row,
                   int64_t when_s, const char *a, const char *b)
{
    struct dep_dues *dues = gather->dues;
    if (dues->count == DEP_DUE_MAX)
        return dep_problem_fault(gather->problem, DEP_ERR_CAP, "node.due", kind);
    if (dues->count == gather->room) {
        /* Not realloc: what it would leave behind can't be wiped. */
        size_t room = gather->room ? 2 * gather->room : 64;
        struct dep_due *grown = dep_alloc_array(room, sizeof *grown);
        if (!grown)
            return dep_problem_fault(gather->problem, DEP_ERR_NOMEM, "node.due", kind);
        struct dep_dues old = *dues;
        if (old.count)
            memcpy(grown, old.list, old.count * sizeof *grown);
        dues->list = grown;
        gather->room = room;
        dep_dues_done(&old);
    }
    gather->left -= gather->left > 0;
    struct dep_due *due = &dues->list[dues->count++];
    *due = (struct dep_due){.kind = kind, .when_s = when_s};
    memcpy(due->record, row->jti, sizeof due->record);
    memcpy(due->item, row->item, sizeof due->item);
    size_t len = (size_t)snprintf(due->detail, sizeof due->detail, "%s%s%s", a ? a : "",
                                  a && b ? "  " : "", b ? b : "");
    due->first_len = a ? strlen(a) : 0;
    /* Cut, but never within a character. */
    len = len < sizeof due->detail ? len : sizeof due->detail - 1;
    while (!dep_utf8_valid(dep_slice_of(due->detail, len)))
        due->detail[--len] = 0;
    due->first_len = due->first_len < len ? due->first_len : len;
    return DEP_OK;
}

bool dep_gather_full(struct dep_gather *gather)
{
    return gather->left == 0;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t dep_gather_until(const struct dep_gather *gather)
{
    const struct dep_dues *dues = gather->dues;
    if (!gather->limit || dues->count <= gather->limit)
        return gather->until_s;
    DEP_AUTO_FREE int64_t *moments = dep_alloc_array(dues->count, sizeof *moments);
    if (!moments)
        return gather->until_s; /* more is looked at, and the page is the same */
    for (size_t i = 0; i < dues->count; i++)
        moments[i] = dues->list[i].when_s;
    qsort(moments, dues->count, sizeof *moments, by_time);
    int64_t last_s = moments[gather->limit - 1];
    return last_s < gather->until_s ? last_s : gather->until_s;
}

struct dated {
    struct dep_gather *gather;
    dep_act_fn *each;
};

static int add_dated(void *context, const struct dep_act *act)
{
    const struct dated *dated = context;
    int err = dated->each(dated->gather, act);
    return err ? err : dep_gather_full(dated->gather) ? DEP_FOUND : DEP_OK;
}

/* What protects its fields from a search keeps its dates out of index.db too. */
int dep_gather_dated(struct dep_gather *gather, const struct dep_gather_of *of, dep_act_fn *each)
{
    struct dep_node *node = gather->node;
    if (!dep_node_pages_searched(node))
        return dep_node_acts(node, of->type, each, gather, gather->problem);
    struct dated dated = {gather, each};
    struct dep_index_query query = {.type = of->type,
                                    .due = of->due,
                                    .from_s = of->from_s,
                                    .until_s = of->until_s,
                                    .not_by = of->not_by,
                                    .field = of->field,
                                    .value = of->value};
    gather->left = gather->limit == UINT64_MAX ? UINT64_MAX : gather->limit + 1;
    int err = dep_node_acts_of(node, &query, add_dated, &dated, gather->problem);
    return err == DEP_FOUND && dep_gather_full(gather) ? DEP_OK : err;
}

/* What waits since the moment by which index.db has it, as far as it may stand on the page. */
static int gather_open(struct dep_gather *gather, const char *type, dep_act_fn *each)
{
    struct dep_gather_of of = {
        .type = type, .due = DEP_DUE_OPEN, .until_s = dep_gather_until(gather)};
    return dep_gather_dated(gather, &of, each);
}

static int gather_requests(struct dep_gather *gather, const char *direction, dep_act_fn *each)
{
    struct dep_gather_of of = {.type = "request.made",
                               .due = DEP_DUE_OPEN,
                               .until_s = dep_gather_until(gather),
                               .field = "direction",
                               .value = direction};
    return dep_gather_dated(gather, &of, each);
}

/* One that goes on may have lapsed, and is due now, whenever it ends. */
static int gather_missions(struct dep_gather *gather, dep_act_fn *each)
{
    struct dep_gather_of of = {
        .type = "mission.recorded", .due = DEP_DUE_OPEN, .until_s = dep_gather_until(gather)};
    if (of.until_s >= gather->now_s)
        of.until_s = INT64_MAX;
    return dep_gather_dated(gather, &of, each);
}

static int by_moment(const void *a, const void *b)
{
    const struct dep_due *left = a, *right = b;
    if (left->when_s != right->when_s)
        return left->when_s < right->when_s ? -1 : 1;
    return strcmp(left->record, right->record);
}

/* ---- requests ---- */

static bool is_open(const char *state)
{
    return strcmp(state, "waiting") == 0 || strcmp(state, "postponed") == 0;
}

static int add_request(struct dep_gather *gather, const struct dep_act *act, const char *kind_in,
                       const char *kind_out)
{
    const json_t *claims = act->head.claims;
    const char *direction = dep_json_string(claims, "direction");
    bool in = direction && strcmp(direction, "in") == 0;
    const char *kind = in ? kind_in : kind_out;
    const char *our_ref = dep_json_string(claims, "our_ref"), *state = NULL;
    if (!kind || act->head.row.superseded)
        return DEP_OK;
    int err = dep_request_state(gather->node->schemas, act, &state);
    if (err)
        return dep_problem_fault(gather->problem, err, "node.due", act->head.row.jti);
    if (!is_open(state))
        return DEP_OK;
    return dep_gather_add(gather, kind, &act->head.row, dep_request_deadline_s(claims),
                          dep_json_string(claims, in ? "from" : "to"),
                          our_ref ? our_ref : dep_json_string(claims, "their_ref"));
}

static int request_in(void *context, const struct dep_act *act)
{
    return add_request(context, act, "inbox.request", NULL);
}

static int request_heard(void *context, const struct dep_index_row *row, const json_t *claims)
{
    return dep_gather_add(context, "inbox.heard", row, dep_request_deadline_s(claims),
                          dep_json_string(claims, "from"), dep_json_string(claims, "our_ref"));
}

static int request_out(void *context, const struct dep_act *act)
{
    return add_request(context, act, NULL, "outbox.request");
}

static int request_due(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    int64_t deadline_s = dep_request_deadline_s(act->head.claims);
    return deadline_s == INT64_MAX || deadline_s > gather->until_s
               ? DEP_OK
               : add_request(gather, act, "due.request", "due.request_out");
}

/* ---- consents ---- */

static int add_consent(struct dep_gather *gather, const char *kind, const struct dep_act *act,
                       int64_t when_s)
{
    const json_t *claims = act->head.claims, *terms = dep_json_object(claims, "terms");
    return dep_gather_add(gather, kind, &act->head.row, when_s, dep_json_string(terms, "layer"),
                          dep_json_string(terms ? terms : claims, terms ? "grantor" : "from"));
}

static bool is_consent(const struct dep_act *act)
{
    return strcmp(act->head.row.type, "consent.given") == 0;
}

static int consent_to_check(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    struct dep_standing standing = dep_standing_of(act, UINT64_MAX, gather->now_s);
    if (strcmp(standing.state, "unchecked") != 0 ||
        strcmp(act->head.row.by_code, gather->node->officer) == 0)
        return DEP_OK;
    return add_consent(gather, is_consent(act) ? "inbox.consent" : "inbox.assurance", act,
                       act->head.row.iat);
}

static int note_withdrawn(struct dep_gather *gather, const struct dep_act *act)
{
    return dep_fallen_add(&gather->fallen, &act->head.row.sha256)
               ? dep_problem_fault(gather->problem, DEP_ERR_NOMEM, "node.due", act->head.row.jti)
               : DEP_OK;
}

static int consent_due(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    struct dep_standing standing = dep_standing_of(act, UINT64_MAX, gather->now_s);
    if (standing.withdrawn_s != INT64_MAX)
        return note_withdrawn(gather, act);
    if (strcmp(standing.state, "in_force") != 0 || standing.in_force.to_s > gather->until_s)
        return DEP_OK;
    return add_consent(gather, is_consent(act) ? "due.consent" : "due.assurance", act,
                       standing.in_force.to_s);
}

/* ---- releases ---- */

static bool has_spoken(const struct dep_act *act, const char *type, const char *officer)
{
    for (size_t i = 0; i < act->later_count; i++)
        if (strcmp(act->later[i].row.type, type) == 0 &&
            (!officer || strcmp(act->later[i].row.by_code, officer) == 0))
            return true;
    return false;
}

static int release_to_approve(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    const char *officer = gather->node->officer;
    if (strcmp(act->head.row.by_code, officer) == 0 || has_spoken(act, "release.made", NULL) ||
        has_spoken(act, "release.refused", NULL) || has_spoken(act, "approval.given", officer))
        return DEP_OK;
    int ended = dep_node_release_ended(gather->node, act, gather->problem);
    if (ended)
        return ended < 0 ? ended : DEP_OK;
    return dep_gather_add(gather, "inbox.approval", &act->head.row, act->head.row.iat,
                          dep_json_string(act->head.claims, "recipient"),
                          dep_json_string(act->head.claims, "purpose"));
}

static int notice_due(void *context, const struct dep_act *act, const json_t *scope)
{
    return dep_gather_add(context, "due.notice", &act->head.row, act->head.row.iat,
                          dep_json_string(scope, "id"), NULL);
}

/* Owed though the release was withdrawn since: it is about having passed the rules over. */
static int review_due(void *context, const struct dep_act *act)
{
    const json_t *verdict = dep_json_object(act->head.claims, "verdict");
    const char *review_by = dep_json_string(verdict, "review_by");
    int64_t by_s = INT64_MAX;
    return review_by && dep_time_parse(dep_slice_string(review_by), &by_s, NULL) &&
                   !dep_act_newest(act, "urgency.reviewed")
               ? dep_gather_add(context, "due.urgency", &act->head.row, by_s, NULL, NULL)
               : DEP_OK;
}

static int release_due(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    uint64_t left = gather->left;
    int err = review_due(gather, act);
    gather->left = left; /* later than its notice: those after it may stand before it */
    return err ? err
               : dep_fallen_of(gather->node, &gather->fallen, act, notice_due, gather,
                               gather->problem);
}

/* ---- missions ---- */

static int add_mission(struct dep_gather *gather, const char *kind,
                       const struct dep_mission_now *now, int64_t when_s)
{
    const json_t *claims = now->act->head.claims;
    return dep_gather_add(gather, kind, &now->act->head.row, when_s,
                          dep_json_string(claims, "recipient"), dep_json_string(claims, "purpose"));
}

static int mission_waits(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    struct dep_mission_now now = {.state = NULL};
    int err = dep_node_mission_now(gather->node, act, &now, gather->problem);
    if (err || !now.state)
        return err;
    if (strcmp(now.state, "mission.lapsed") == 0)
        return add_mission(gather, "inbox.mission", &now, gather->now_s);
    return strcmp(now.state, "mission.over") == 0
               ? add_mission(gather, "inbox.mission_over", &now, now.to_s)
               : DEP_OK;
}

static int mission_due(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    struct dep_mission_now now = {.state = NULL};
    int err = dep_node_mission_now(gather->node, act, &now, gather->problem);
    if (err || !now.state)
        return err;
    if (strcmp(now.state, "mission.lapsed") == 0)
        return add_mission(gather, "due.mission", &now, gather->now_s);
    if (strcmp(now.state, "mission.over") == 0)
        return add_mission(gather, "due.mission_over", &now, now.to_s);
    return strcmp(now.state, "mission.ended") == 0 || now.to_s > gather->until_s
               ? DEP_OK
               : add_mission(gather, "due.mission_ends", &now, now.to_s);
}

/* ---- allegations ---- */

/* Nobody is left without an outcome and its reasons because nobody looked. */
static int allegation_waits(void *context, const struct dep_act *act)
{
    const struct dep_view *newest = dep_act_newest(act, "allegation.assessed");
    const char *outcome = newest ? dep_json_string(newest->claims, "outcome") : NULL;
    if (act->head.row.superseded || (newest && (!outcome || strcmp(outcome, "reopened") != 0)))
        return DEP_OK;
    return dep_gather_add(context, "inbox.allegation", &act->head.row, act->head.row.iat,
                          dep_json_string(act->head.claims, "kind"),
                          dep_json_string(act->head.claims, "territory"));
}

/* ---- what was sent ---- */

/* Whoever got it says so by a record of theirs, which `receive` kept with a reference to this
 * one. */
static bool is_answered(const struct dep_act *act)
{
    return dep_act_newest(act, "foreign.record") != NULL;
}

static int package_sent(void *context, const struct dep_act *act)
{
    const json_t *claims = act->head.claims;
    return is_answered(act)
               ? DEP_OK
               : dep_gather_add(context, "outbox.sent", &act->head.row, act->head.row.iat,
                                dep_json_string(claims, "recipient"),
                                dep_json_string(claims, "package"));
}

/* ---- inbox and outbox ---- */

static void begin(struct dep_gather *gather, struct dep_node *node, uint64_t limit,
                  struct dep_dues *dues, struct dep_problem *problem)
{
    *dues = (struct dep_dues){.list = NULL};
    *gather = (struct dep_gather){.node = node,
                                  .dues = dues,
                                  .now_s = dep_node_now_ms(node) / 1000,
                                  .until_s = INT64_MAX,
                                  .limit = limit,
                                  .left = UINT64_MAX,
                                  .problem = problem};
}

static int end(struct dep_dues *dues, int err, struct dep_dues *out)
{
    if (err) {
        dep_dues_done(dues);
        return err;
    }
    if (dues->count)
        qsort(dues->list, dues->count, sizeof *dues->list, by_moment);
    *out = *dues;
    return DEP_OK;
}

static unsigned roles_of(const struct dep_node *node)
{
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    return self ? self->roles : 0;
}

/* In index.db it stands by when it ends, thirty days after it was prepared. */
static int gather_prepared(struct dep_gather *gather)
{
    struct dep_gather_of of = {.type = "release.prepared",
                               .due = DEP_DUE_OPEN,
                               .from_s = gather->now_s,
                               .until_s = dep_gather_until(gather),
                               .not_by = gather->node->officer};
    if (__builtin_add_overflow(of.until_s, DEP_PREPARED_FOR_S + 1, &of.until_s))
        of.until_s = INT64_MAX;
    return dep_gather_dated(gather, &of, release_to_approve);
}

static int gather_on_paper(struct dep_gather *gather, const char *type)
{
    struct dep_gather_of of = {.type = type,
                               .due = DEP_DUE_WAITS,
                               .until_s = dep_gather_until(gather),
                               .not_by = gather->node->officer};
    return dep_gather_dated(gather, &of, consent_to_check);
}

/* First that of which most waits since long: what comes after it on no page isn't looked at. */
static int inbox(struct dep_gather *gather)
{
    struct dep_node *node = gather->node;
    unsigned roles = roles_of(node);
    int err = DEP_OK;
    if (roles & DEP_ROLE_LEGAL)
        err = gather_open(gather, "allegation.received", allegation_waits);
    if (!err && roles & (DEP_ROLE_LEGAL | DEP_ROLE_DESK))
        err = gather_missions(gather, mission_waits);
    if (!err && roles & (DEP_ROLE_LEGAL | DEP_ROLE_APPROVER))
        err = gather_on_paper(gather, "consent.given");
    if (!err && roles & (DEP_ROLE_LEGAL | DEP_ROLE_APPROVER))
        err = gather_on_paper(gather, "assurance.given");
    if (!err && roles & DEP_ROLE_APPROVER)
        err = gather_prepared(gather);
    if (!err)
        err = gather_requests(gather, "in", request_in);
    return err || !(roles & (DEP_ROLE_LEGAL | DEP_ROLE_AUDITOR))
               ? err
               : dep_node_requests_heard(node, request_heard, gather, gather->problem);
}

struct made {
    struct dep_gather *gather;
    int64_t until_s;
};

/* What is told of it stands in what was prepared. */
static int add_made(struct dep_gather *gather, const struct dep_index_row *row)
{
    struct dep_node *node = gather->node;
    DEP_AUTO_VIEW made = {.claims = NULL};
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    struct dep_index_row about;
    int err = dep_node_view_seen(node, row, false, &made, gather->problem);
    const char *id = err ? NULL : dep_record_ref(made.claims, "about");
    if (!id)
        return err;
    err = dep_roll_find(node, id, &about, gather->problem);
    if (!err && dep_sight_sees(node, &about))
        err = dep_node_view_seen(node, &about, true, &prepared, gather->problem);
    if (err || !prepared.claims)
        return err < 0 ? err : DEP_OK;
    return dep_gather_add(gather, "outbox.release", row, row->iat,
                          dep_json_string(prepared.claims, "recipient"),
                          dep_json_string(prepared.claims, "purpose"));
}

static int made_row(void *context, const struct dep_index_row *row)
{
    const struct made *made = context;
    struct dep_gather *gather = made->gather;
    int err = DEP_OK;
    if (row->iat <= made->until_s)
        err = add_made(gather, row);
    else
        gather->left -= gather->left > 0;
    return err ? err : dep_gather_full(gather) ? DEP_FOUND : DEP_OK;
}

/* What was released is history: of that the newest. */
static int gather_made(struct dep_gather *gather)
{
    struct dep_node *node = gather->node;
    struct made made = {gather, dep_gather_until(gather)};
    struct dep_index_query query = {.type = "release.made", .newest_first = true};
    gather->left = gather->limit == UINT64_MAX ? UINT64_MAX : gather->limit + 1;
    int err = dep_sight_list(node, &query, made_row, &made, gather->problem);
    return err == DEP_FOUND && dep_gather_full(gather) ? DEP_OK : err;
}

static int outbox(struct dep_gather *gather)
{
    int err = gather_open(gather, "package.sent", package_sent);
    if (!err)
        err = gather_open(gather, "release.withdrawn", dep_gather_notice);
    if (!err)
        err = gather_made(gather);
    return err ? err : gather_requests(gather, "out", request_out);
}

/* Of each kind at least as many were gathered: the earliest of all are among them. */
static void cut(struct dep_dues *dues, uint64_t limit)
{
    if (dues->count <= limit)
        return;
    dep_wipe(dues->list + limit, (dues->count - (size_t)limit) * sizeof *dues->list);
    dues->count = (size_t)limit;
    dues->cut = true;
}

/* ---- releases that fall ---- */

/* Whether one on which a fallen verdict rests was withdrawn, as its record says. */
static int note_relied(void *context, const struct dep_index_row *row)
{
    struct dep_gather *gather = context;
    DEP_AUTO_ACT act = {.later = NULL};
    if (strcmp(row->type, "consent.given") != 0 && strcmp(row->type, "assurance.given") != 0)
        return DEP_OK;
    int err = dep_node_act(gather->node, row->jti, row->type, &act, gather->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    return dep_standing_of(&act, UINT64_MAX, gather->now_s).withdrawn_s == INT64_MAX
               ? DEP_OK
               : note_withdrawn(gather, &act);
}

static int release_fallen(void *context, const struct dep_act *act)
{
    struct dep_gather *gather = context;
    size_t i;
    json_t *requirement;
    json_array_foreach(dep_json_array(dep_json_object(act->head.claims, "verdict"), "requirements"),
                       i, requirement)
    {
        const char *hex = dep_json_string(requirement, "record");
        struct dep_index_query query = {.ref = hex, .rel = "digest"};
        int err = hex ? dep_index_list(gather->node->index, &query, note_relied, gather,
                                       &gather->problem->fault)
                      : DEP_OK;
        if (err)
            return err;
    }
    return release_due(gather, act);
}

/* A review is told however far off, where the page isn't full. */
static int64_t until_any(const struct dep_gather *gather)
{
    int64_t until_s = dep_gather_until(gather);
    return until_s < gather->until_s ? until_s : INT64_MAX;
}

/* On a page what another member or a sender withdrew is found by its kind; where there is any, all
 * releases are looked at. */
static int gather_releases(struct dep_gather *gather)
{
    struct dep_gather_of of = {.type = "release.made", .due = DEP_DUE_OPEN};
    if (!dep_node_pages_searched(gather->node) || json_object_size(gather->fallen.ended) ||
        json_object_size(gather->fallen.items))
        return dep_node_acts(gather->node, "release.made", release_due, gather, gather->problem);
    of.until_s = until_any(gather);
    int err = dep_gather_dated(gather, &of, review_due);
    of.due = DEP_DUE_FALLEN;
    of.until_s = until_any(gather);
    return err ? err : dep_gather_dated(gather, &of, release_fallen);
}

static int gather_given(struct dep_gather *gather, const char *type)
{
    /* What lapsed before isn't in force. */
    struct dep_gather_of of = {.type = type,
                               .due = DEP_DUE_OPEN,
                               .from_s = gather->now_s,
                               .until_s = dep_gather_until(gather)};
    return dep_gather_dated(gather, &of, consent_due);
}

/* ---- the three lists ---- */

static int due(struct dep_gather *gather)
{
    struct dep_gather_of requests = {.type = "request.made", .due = DEP_DUE_OPEN};
    int err = dep_fallen_hear_all(&gather->fallen, gather->node, gather->problem);
    /* First those of which most are long late: what comes after them on no page isn't looked at. */
    if (!err)
        err = dep_gather_mandate(gather);
    requests.until_s = dep_gather_until(gather);
    if (!err)
        err = dep_gather_dated(gather, &requests, request_due);
    /* Of what was withdrawn here a page hears by the releases that fell with it. */
    if (!err && dep_node_pages_searched(gather->node))
        err = gather_releases(gather);
    if (!err)
        err = gather_given(gather, "consent.given");
    if (!err)
        err = gather_given(gather, "assurance.given");
    if (!err && !dep_node_pages_searched(gather->node))
        err = gather_releases(gather);
    if (!err)
        err = gather_missions(gather, mission_due);
    if (!err)
        err = dep_gather_retention(gather);
    if (!err)
        err = dep_gather_timestamps(gather);
    return err ? err : dep_gather_withdrawn(gather);
}

static int gathered(struct dep_gather *gather, struct dep_dues *dues,
                    int (*each)(struct dep_gather *gather), struct dep_dues *out)
{
    int err = end(dues, each(gather), out);
    if (!err)
        cut(out, gather->limit);
    return err;
}

int dep_node_inbox(struct dep_node *node, uint64_t limit, struct dep_dues *out,
                   struct dep_problem *problem)
{
    struct dep_dues dues;
    struct dep_gather gather;
    begin(&gather, node, limit, &dues, problem);
    return gathered(&gather, &dues, inbox, out);
}

int dep_node_outbox(struct dep_node *node, uint64_t limit, struct dep_dues *out,
                    struct dep_problem *problem)
{
    struct dep_dues dues;
    struct dep_gather gather;
    begin(&gather, node, limit, &dues, problem);
    return gathered(&gather, &dues, outbox, out);
}

int dep_node_due(struct dep_node *node, int64_t until_s, uint64_t limit, struct dep_dues *out,
                 struct dep_problem *problem)
{
    struct dep_dues dues;
    struct dep_gather gather;
    begin(&gather, node, limit, &dues, problem);
    if (dep_fallen_new(&gather.fallen))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.due", "");
    gather.until_s = until_s;
    int err = gathered(&gather, &dues, due, out);
    dep_fallen_done(&gather.fallen);
    return err;
}
