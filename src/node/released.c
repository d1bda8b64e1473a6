/*
 * What became of releases: lists, the ledger of a case, and what verdicts rest on.
 */
#include "codec/text.h"
#include "node/answered.h"
#include "node/marking.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "rules/action.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

/* ---- releases ---- */

struct listing {
    struct dep_node *node;
    dep_released_fn *each;
    void *context;
    const char *case_id; /* NULL: every release, made or not */
    json_t *marked;      /* ids of items that are marked for it: true */
    struct dep_problem *problem;
};

/* It names the case, or something of it goes: who prepared it may have named none. */
static bool is_of_case(const struct listing *listing, const json_t *prepared)
{
    const char *of_case = dep_json_string(prepared, "case");
    size_t i;
    json_t *material;
    if (of_case && strcmp(of_case, listing->case_id) == 0)
        return true;
    json_array_foreach(dep_json_array(prepared, "materials"), i, material)
    {
        const char *item = dep_json_string(material, "item");
        if (item && json_object_get(listing->marked, item))
            return true;
    }
    return false;
}

static uint64_t count_later(const struct dep_act *act, const char *type)
{
    uint64_t count = 0;
    for (size_t i = 0; i < act->later_count; i++)
        count += strcmp(act->later[i].row.type, type) == 0;
    return count;
}

/* An urgent threat stays visible for ever; the review is owed until it is made. */
static int64_t review_owed(const struct dep_act *made)
{
    const char *by = dep_json_string(dep_json_object(made->head.claims, "verdict"), "review_by");
    int64_t review_by_s = INT64_MAX;
    if (by && !dep_act_newest(made, "urgency.reviewed"))
        (void)dep_time_parse(dep_slice_string(by), &review_by_s, NULL);
    return review_by_s;
}

/* ---- and of its withdrawals ---- */

static int list_answer(void *context, const char *withdrawal, const struct dep_answered *answered)
{
    char erased[24] = "";
    if (answered->erased_s != INT64_MAX)
        dep_time_encode(answered->erased_s, erased);
    json_t *answer =
        json_pack("{s:s,s:s*,s:s*,s:s*,s:I,s:I,s:I}", "withdrawal", withdrawal, "outcome",
                  answered->outcome, "erased", erased[0] ? erased : NULL, "officer",
                  answered->officer[0] ? answered->officer : NULL, "passed_on",
                  (json_int_t)answered->passed_on, "passed_on_left", (json_int_t)answered->left,
                  "derived_kept", (json_int_t)answered->derived);
    return json_array_append_new(context, answer) ? DEP_ERR_NOMEM : DEP_OK;
}

static int list_answers(const struct listing *listing, const struct dep_act *made, json_t *out)
{
    int err = dep_answered_each(listing->node, made, list_answer, out, listing->problem);
    return err == DEP_ERR_NOMEM
               ? dep_problem_fault(listing->problem, err, "node.release", made->head.row.jti)
               : err;
}

/* ---- all of it ---- */

static int list_one(void *context, const struct dep_act *prepared)
{
    const struct listing *listing = context;
    const struct dep_view *made_view = dep_act_newest(prepared, "release.made");
    const struct dep_view *refused = dep_act_newest(prepared, "release.refused");
    if (listing->case_id && (!made_view || !is_of_case(listing, prepared->head.claims)))
        return DEP_OK;
    struct dep_released released = {.prepared = &prepared->head,
                                    .refused = refused ? &refused->row : NULL,
                                    .approvals = count_later(prepared, "approval.given"),
                                    .review_by_s = INT64_MAX};
    DEP_AUTO_ACT made = {.later = NULL};
    DEP_AUTO_JSON *answers = NULL;
    int err = made_view ? dep_node_act(listing->node, made_view->row.jti, "release.made", &made,
                                       listing->problem)
                        : DEP_FOUND;
    if (err < 0)
        return err;
    if (!err) {
        released.release = &made.head;
        released.withdrawals = count_later(&made, "release.withdrawn");
        released.answers = answers = released.withdrawals ? json_array() : NULL;
        err = answers ? list_answers(listing, &made, answers) : DEP_OK;
        released.reviewed = dep_act_newest(&made, "urgency.reviewed") != NULL;
        released.review_by_s = review_owed(&made);
    }
    return err < 0 ? err : listing->each(listing->context, &released);
}

int dep_node_releases(struct dep_node *node, dep_released_fn *each, void *context,
                      struct dep_problem *problem)
{
    struct listing listing = {node, each, context, NULL, NULL, problem};
    struct dep_index_query query = {.type = "release.prepared", .newest_first = node->shows_only};
    return dep_node_acts_of(node, &query, list_one, &listing, problem);
}

static int note_marked(void *context, const struct dep_view *marking)
{
    return json_object_set_new(context, marking->row.item, json_true()) ? DEP_ERR_NOMEM : DEP_OK;
}

int dep_node_ledger(struct dep_node *node, const char *case_id, dep_released_fn *each,
                    void *context, struct dep_problem *problem)
{
    DEP_AUTO_JSON *marked = json_object();
    struct listing listing = {node, each, context, case_id, marked, problem};
    int err =
        marked ? dep_node_marked_for(node, case_id, note_marked, marked, problem) : DEP_ERR_NOMEM;
    if (err == DEP_ERR_NOMEM)
        return dep_problem_fault(problem, err, "node.ledger", case_id);
    return err ? err : dep_node_acts(node, "release.prepared", list_one, &listing, problem);
}

/* ---- what verdicts rest on ---- */

struct holding {
    struct dep_node *node;
    const struct dep_index_row *target;
    struct dep_hash named; /* as a verdict names it */
    const char *about;     /* what the target is about, or "" */
    struct dep_problem *problem;
};

static int held(const struct holding *holding, const char *id)
{
    return dep_problem_found(holding->problem, id, CLAUSE, holding->target->jti);
}

static bool verdict_names(const json_t *verdict, const struct dep_hash *sha256)
{
    char hex[2 * DEP_HASH_LEN + 1];
    size_t i;
    json_t *requirement;
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    json_array_foreach(dep_json_array(verdict, "requirements"), i, requirement)
    {
        const char *record = dep_json_string(requirement, "record");
        if (record && strcmp(record, hex) == 0)
            return true;
    }
    return false;
}

static bool describes_item(const char *type)
{
    return strcmp(type, "marking.set") == 0 || strcmp(type, "evidence.collected") == 0 ||
           strcmp(type, "evidence.intake") == 0 || dep_material_is_record(type);
}

/* Does the target describe an item that this release is about, or is it what was prepared? */
static int rests_on_material(const struct holding *holding, const struct dep_view *verdict,
                             bool *out)
{
    const struct dep_index_row *target = holding->target;
    const char *prepared = dep_record_ref(verdict->claims, "about");
    *out = prepared && strcmp(prepared, target->jti) == 0;
    if (!prepared || *out || !describes_item(target->type))
        return DEP_OK;
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_find(holding->node, prepared, &row, holding->problem);
    if (!err)
        err = dep_node_view_row(holding->node, &row, true, &view, holding->problem);
    if (!err && view.readable)
        *out = dep_material_of(dep_json_array(view.claims, "materials"),
                               target->item[0] ? target->item : target->jti) != NULL;
    return err;
}

/* A check or an answer goes with what it is about. */
static bool names_about(const struct holding *holding, const json_t *verdict)
{
    struct dep_index_row about;
    return holding->about[0] &&
           dep_roll_find(holding->node, holding->about, &about, holding->problem) == DEP_OK &&
           verdict_names(verdict, &about.sha256);
}

static int holds_one(void *context, const struct dep_index_row *row)
{
    struct holding *holding = context;
    if (row->index <= holding->target->index || row->erased)
        return DEP_OK;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(holding->node, row, true, &view, holding->problem);
    if (err)
        return err;
    if (!view.readable)
        return held(holding, "hold.unread");
    const json_t *verdict = dep_json_object(view.claims, "verdict");
    bool rests = verdict_names(verdict, &holding->named) || names_about(holding, verdict);
    if (!rests)
        err = rests_on_material(holding, &view, &rests);
    if (err)
        return err;
    return rests ? held(holding, "hold.verdict") : DEP_OK;
}

/* The only word that an item has a source must not go with the consent of that source. */
struct marked {
    struct dep_node *node;
    bool source;
    struct dep_problem *problem;
};

static int newest_marking(void *context, const struct dep_index_row *row)
{
    struct marked *marked = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(marked->node, row, true, &view, marked->problem);
    size_t i;
    json_t *flag;
    json_array_foreach(err || view.disputed_at ? NULL : dep_json_array(view.claims, "flags"), i,
                       flag) marked->source =
        marked->source || (json_is_string(flag) && strcmp(json_string_value(flag), "source") == 0);
    return err;
}

static int judge_source(struct holding *holding, const json_t *terms)
{
    const char *layer = dep_json_string(terms, "layer");
    const json_t *scope = dep_json_object(terms, "scope");
    const char *item = dep_json_string(scope, "id"), *kind = dep_json_string(scope, "kind");
    if (!layer || strcmp(layer, "source") != 0 || !item || !kind || strcmp(kind, "item") != 0)
        return DEP_OK;
    struct marked marked = {.node = holding->node, .problem = holding->problem};
    struct dep_index_query query = {
        .type = "marking.set", .item = item, .newest_first = true, .limit = 1};
    int err = dep_roll_list(holding->node, &query, newest_marking, &marked, holding->problem);
    if (err)
        return err;
    return marked.source ? DEP_OK : held(holding, "hold.source");
}

static bool is_any(const char *type, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (strncmp(type, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

static bool reads(const struct dep_node *node, const char *type)
{
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, 0);
    return self && schema && (self->roles & schema->readers);
}

/* Who doesn't read missions is told the same whether there is one or not. */
static int holds_by(struct holding *holding, const char *judged, const char *const *rested_on)
{
    struct dep_index_query query = {.type = judged};
    if (!is_any(holding->target->type, rested_on))
        return DEP_OK;
    if (!reads(holding->node, judged))
        return held(holding, "hold.unread");
    return dep_roll_list(holding->node, &query, holds_one, holding, holding->problem);
}

/* What another member signed is named by its own digest. One that ended something would have ended
 * nothing once it can't be read; there is nobody in it whom that would protect. */
static int judge_foreign(struct holding *holding, const struct dep_view *view)
{
    static const char *const ends[] = {
        "consent.withdrawn", "assurance.withdrawn", "consent.checked", "request.answered",
        "release.withdrawn", "status.issued",       "key.revoked"};
    const char *type = dep_json_string(view->claims, "record_type"),
               *hex = dep_json_string(view->claims, "sha256");
    if (!view->readable || !type || !hex ||
        !dep_hex_parse(dep_slice_string(hex), holding->named.bytes, DEP_HASH_LEN))
        return held(holding, "hold.unread");
    for (size_t i = 0; i < DEP_COUNT(ends); i++)
        if (strcmp(type, ends[i]) == 0)
            return held(holding, "hold.ends");
    return DEP_OK;
}

int dep_node_release_holds(struct dep_node *node, const struct dep_index_row *target,
                           struct dep_problem *problem)
{
    static const char *const releases_on[] = {
        "consent.",  "assurance.", "request.",         "marking.set",    "evidence.",
        "incident.", "coverage.",  "release.prepared", "foreign.record", NULL};
    static const char *const missions_on[] = {"consent.", "assurance.", "request.",
                                              "foreign.record", NULL};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(node, target, true, &view, problem);
    if (err)
        return err;
    const char *about = dep_record_ref(view.claims, "about");
    const char *answers = dep_record_ref(view.claims, "answers");
    struct holding holding = {node, target, target->sha256,
                              about     ? about
                              : answers ? answers
                                        : "",
                              problem};
    if (strcmp(target->type, "foreign.record") == 0)
        err = judge_foreign(&holding, &view);
    if (!err)
        err = holds_by(&holding, "release.made", releases_on);
    if (!err)
        err = holds_by(&holding, "mission.recorded", missions_on);
    return err || strcmp(target->type, "consent.given") != 0
               ? err
               : judge_source(&holding, dep_json_object(view.claims, "terms"));
}
