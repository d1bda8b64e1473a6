#include "node/custody.h"

#include "node/act.h"
#include "node/handed.h"

#include <stdio.h>
#include <string.h>

/* ---- the decision ---- */

/* What goes with how a side acted, and is needed then. */
static const struct {
    const char *state, *member;
} SIDE_NEEDS[] = {
    {"signed", "code"},      {"on_paper", "scan_sha256"}, {"on_paper", "seen_by"},
    {"on_paper", "checked"}, {"refused", "reason"},       {"unavailable", "reason"},
};

const char *dep_custody_side_needs(const char *state, size_t at)
{
    for (size_t i = 0; i < DEP_COUNT(SIDE_NEEDS); i++)
        if (strcmp(SIDE_NEEDS[i].state, state) == 0 && at-- == 0)
            return SIDE_NEEDS[i].member;
    return NULL;
}

/* The first that isn't there; NULL where the side is whole, or none: that is the schema's
 * affair. */
static const char *side_lacks(const json_t *side)
{
    const char *state = dep_json_string(side, "state"), *member = NULL;
    for (size_t i = 0; state && (member = dep_custody_side_needs(state, i)); i++)
        if (!json_object_get(side, member))
            return member;
    return NULL;
}

int dep_custody_judge_side(const json_t *side, const char *by_code, struct dep_finding *why)
{
    const char *state = dep_json_string(side, "state");
    const char *code = dep_json_string(side, "code");
    if (side_lacks(side))
        return dep_found(why, "custody.side", "DESIGN 2, sides of an act", 0);
    if (!state || strcmp(state, "signed") != 0)
        return DEP_OK;
    return by_code && code && strcmp(code, by_code) == 0
               ? DEP_OK
               : dep_found(why, "custody.signed", "DESIGN 2, sides of an act", 0);
}

int dep_custody_side_problem(const json_t *claims, const char *field, const char *detail,
                             struct dep_problem *problem)
{
    const char *lacks = side_lacks(dep_json_object(claims, field));
    (void)snprintf(problem->where.instance_path, sizeof problem->where.instance_path, "/%s/%s",
                   field, lacks ? lacks : "code");
    return dep_problem_found(problem, problem->finding.id, problem->finding.clause, detail);
}

/* Who gives signs the transfer, who takes signs the receipt: nobody signs for the other side. */
static int judge_sides(const struct dep_custody_event *event, struct dep_finding *why,
                       const char **out_field)
{
    bool receipt = strcmp(event->type, "custody.received") == 0;
    const struct {
        const char *field, *code;
    } sides[] = {{"giver", receipt ? event->answers_code : event->by_code},
                 {"taker", receipt ? event->by_code : NULL}};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(sides); i++) {
        err = dep_custody_judge_side(dep_json_object(event->claims, sides[i].field), sides[i].code,
                                     why);
        *out_field = err ? sides[i].field : *out_field;
    }
    return err;
}

/* An event that is about what is in its list, and has none in it, says nothing. */
static const char *empty_list(const json_t *claims)
{
    static const char *const lists[] = {"copies", "parts"};
    for (size_t i = 0; i < DEP_COUNT(lists); i++) {
        const json_t *list = dep_json_array(claims, lists[i]);
        if (list && json_array_size(list) == 0)
            return lists[i];
    }
    return NULL;
}

static bool is_any(const char *type, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(type, list[i]) == 0)
            return true;
    return false;
}

static bool examines_original(const struct dep_custody_event *event)
{
    const char *on = dep_json_string(event->claims, "worked_on");
    return strcmp(event->type, "custody.examined") == 0 && on && strcmp(on, "original") == 0;
}

/* What the item's state allows, whatever is stated of the event. */
static int judge_state(const struct dep_item *item, const char *type, struct dep_finding *why)
{
    static const char *const final[] = {"custody.disposed", "custody.returned"};
    static const char *const moving[] = {"custody.transferred", "custody.returned",
                                         "custody.disposed", "custody.split"};
    /* After disposal only what is said about the past may follow. */
    static const char *const after_end[] = {"hold.placed", "hold.lifted", "note", "evidence.error"};
    if (item->on_hold && is_any(type, final, DEP_COUNT(final)))
        return dep_found(why, "custody.hold", "MANDATE F22", 0);
    if (item->disposed && !is_any(type, after_end, DEP_COUNT(after_end)))
        return dep_found(why, "custody.disposed", "MANDATE F15", 0);
    bool sent = strcmp(item->state, "sent_not_received") == 0;
    if (sent && is_any(type, moving, DEP_COUNT(moving)))
        return dep_found(why, "custody.sent", "MANDATE F15", 0);
    if (!sent && strcmp(type, "custody.received") == 0)
        return dep_found(why, "custody.not_sent", "MANDATE F15", 0);
    if (item->lost && is_any(type, moving, DEP_COUNT(moving)))
        return dep_found(why, "custody.lost", "MANDATE F15", 0);
    if (!item->lost && strcmp(type, "custody.found") == 0)
        return dep_found(why, "custody.not_lost", "MANDATE F15", 0);
    return DEP_OK;
}

int dep_custody_judge(const struct dep_item *item, const struct dep_custody_event *event,
                      struct dep_finding *why, const char **out_field)
{
    const json_t *authority = dep_json_object(event->claims, "authority");
    *out_field = NULL;
    int err = judge_sides(event, why, out_field);
    if (err)
        return err;
    *out_field = empty_list(event->claims);
    if (*out_field)
        return dep_found(why, "custody.none", "MANDATE F15", 0);
    if (strcmp(event->type, "custody.disposed") == 0 && !authority)
        return dep_found(why, "custody.authority", "MANDATE F15", 0);
    if (examines_original(event) && !dep_json_object(event->claims, "why_original"))
        return dep_found(why, "custody.original", "MANDATE F15", 0);
    return event->correction ? DEP_OK : judge_state(item, event->type, why);
}

/* ---- recording ---- */

struct custody_work {
    struct dep_node *node;
    const struct dep_custody_order *order;
    struct dep_item item;
    struct dep_index_row answered, superseded;
    char giver[DEP_CODE_LEN_MAX + 1]; /* of a field kit, who signed what is answered; or "" */
    bool answers, supersedes;
    struct dep_problem *problem;
};

static int newest_row(void *context, const struct dep_index_row *row)
{
    struct custody_work *work = context;
    work->answered = *row;
    work->answers = true;
    return DEP_FOUND; /* the first is enough */
}

static int find(struct custody_work *work, const char *jti, struct dep_index_row *out)
{
    return dep_node_find(work->node, jti, out, work->problem);
}

/* The hold that a lift ends. */
static int find_hold(struct custody_work *work)
{
    struct dep_holds holds;
    const char *only = work->answers ? work->answered.jti : NULL;
    int err = dep_node_holds(work->node, work->item.item, only, &holds, work->problem);
    if (err)
        return err;
    if (holds.count != 1)
        return dep_problem_found(work->problem, holds.count ? "hold.which" : "hold.none",
                                 "MANDATE F22", work->order->name);
    work->answered = holds.newest;
    work->answers = true;
    return DEP_OK;
}

/* What a correction corrects answered something, or nothing: so does it. */
static int find_answered_before(struct custody_work *work)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(work->node, &work->superseded, false, &view, work->problem);
    const char *before = err ? NULL : dep_record_ref(view.claims, "answers");
    if (before)
        err = find(work, before, &work->answered);
    work->answers = !err && before;
    return err;
}

static int newest_handed(void *context, const struct dep_index_row *row)
{
    struct custody_work *work = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(work->node, row, false, &view, work->problem);
    if (err || strcmp(dep_handed_of(&view).type, "custody.transferred") != 0)
        return err;
    (void)snprintf(work->giver, sizeof work->giver, "%s", dep_handed_of(&view).officer);
    return newest_row(work, row);
}

/* The transfer that a field kit's officer signed before the kit handed its register over. */
static int find_handed(struct custody_work *work)
{
    struct dep_index_query query = {.type = "kit.", .item = work->item.item, .newest_first = true};
    int err = dep_roll_list(work->node, &query, newest_handed, work, work->problem);
    return err < 0 ? err : DEP_OK;
}

/* A receipt answers the newest transfer, a lift the hold in force, whatever else nothing unless it
 * is said. */
static int find_answered(struct custody_work *work)
{
    const struct dep_custody_order *order = work->order;
    if (work->supersedes && !order->answers)
        return find_answered_before(work);
    int err = order->answers ? find(work, order->answers, &work->answered) : DEP_OK;
    work->answers = !err && order->answers;
    if (!err && strcmp(order->type, "hold.lifted") == 0)
        return find_hold(work);
    if (err || work->answers || strcmp(order->type, "custody.received") != 0)
        return err;
    struct dep_index_query query = {
        .type = "custody.transferred", .item = work->item.item, .newest_first = true, .limit = 1};
    err = dep_roll_list(work->node, &query, newest_row, work, work->problem);
    return err < 0 || work->answers ? (err < 0 ? err : DEP_OK) : find_handed(work);
}

static int find_superseded(struct custody_work *work)
{
    const struct dep_custody_order *order = work->order;
    if (!order->supersedes)
        return DEP_OK;
    int err = find(work, order->supersedes, &work->superseded);
    bool fits = !err && strcmp(work->superseded.type, order->type) == 0 &&
                strcmp(work->superseded.item, work->item.item) == 0 && !work->superseded.superseded;
    /* A hold is ended by a lift, not by another that calls itself its correction. */
    if (!err && (!fits || strncmp(order->type, "hold.", 5) == 0))
        err = dep_problem_found(work->problem, "correct.other", "doc/format/record.md 9",
                                order->supersedes);
    work->supersedes = !err;
    return err;
}

static int judge(struct custody_work *work)
{
    const struct dep_custody_order *order = work->order;
    struct dep_custody_event event = {.type = order->type,
                                      .claims = order->claims,
                                      .by_code = work->node->officer,
                                      .answers_code = work->giver[0]  ? work->giver
                                                      : work->answers ? work->answered.by_code
                                                                      : NULL,
                                      .correction = work->supersedes};
    const char *field;
    struct dep_problem *problem = work->problem;
    int err = dep_custody_judge(&work->item, &event, &problem->finding, &field);
    if (err == DEP_FOUND && field && dep_json_object(order->claims, field))
        return dep_custody_side_problem(order->claims, field, order->name, problem);
    if (err == DEP_FOUND && field)
        (void)snprintf(problem->where.instance_path, sizeof problem->where.instance_path, "/%s",
                       field);
    return err == DEP_FOUND ? dep_problem_found(problem, problem->finding.id,
                                                problem->finding.clause, order->name)
                            : err;
}

/* With the lock held: what was decided stands only if nothing about the item came in between. */
static int still_so(void *context, struct dep_problem *problem)
{
    struct custody_work *work = context;
    DEP_AUTO_ITEM now = {.item = ""};
    int err = dep_node_item(work->node, work->item.item, false, &now, problem);
    if (!err && now.newest != work->item.newest)
        err = dep_problem_found(problem, "custody.meanwhile", "MANDATE F15", work->order->name);
    return err;
}

struct naming {
    const struct custody_work *work;
    bool named;
};

static int match_name(void *context, const struct dep_index_row *row)
{
    struct naming *naming = context;
    const struct custody_work *work = naming->work;
    const char *name = work->order->name;
    DEP_AUTO_VIEW view = {.claims = NULL};
    naming->named = strncmp(row->jti, name, strlen(name)) == 0;
    if (naming->named || strncmp(row->type, "evidence.", strlen("evidence.")) != 0)
        return naming->named ? DEP_FOUND : DEP_OK;
    int err = dep_node_view_row(work->node, row, true, &view, work->problem);
    naming->named = !err && dep_json_says(view.claims, "exhibit", name);
    return naming->named ? DEP_FOUND : err;
}

/* An exhibit number is found in index.db alone, whose word is enough where nothing is lost: what
 * can't be undone is done to an item that bears it. */
static int check_name(const struct custody_work *work)
{
    const char *name = work->order->name;
    const struct dep_index_query of_item = {.item = work->item.item};
    struct naming naming = {.work = work,
                            .named = strncmp(work->item.item, name, strlen(name)) == 0};
    int err = naming.named
                  ? DEP_OK
                  : dep_roll_list(work->node, &of_item, match_name, &naming, work->problem);
    return err < 0        ? err
           : naming.named ? DEP_OK
                          : dep_problem_fault(work->problem, DEP_ERR_CORRUPT, "index.differs",
                                              work->node->dir);
}

static int prepare(struct custody_work *work)
{
    json_t *claims = work->order->claims;
    int err = find_superseded(work);
    if (!err && strcmp(work->order->type, "custody.disposed") == 0)
        err = check_name(work);
    if (!err)
        err = find_answered(work);
    if (!err)
        err = judge(work);
    if (err)
        return err;
    if (json_object_set_new(claims, "item", json_string(work->item.item)))
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "node.custody", work->order->name);
    err = dep_act_refer(claims, "item", &work->item.first.row, work->problem);
    if (!err && work->answers)
        err = dep_act_refer(claims, "answers", &work->answered, work->problem);
    if (!err && work->supersedes)
        err = dep_act_refer(claims, "supersedes", &work->superseded, work->problem);
    return err;
}

int dep_node_custody_ready(struct dep_node *node, const struct dep_custody_order *order,
                           struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, order->name, false, &item, problem);
    if (!err && !order->supersedes)
        err = judge_state(&item, order->type, &problem->finding);
    return err == DEP_FOUND ? dep_problem_found(problem, problem->finding.id,
                                                problem->finding.clause, order->name)
                            : err;
}

int dep_node_custody(struct dep_node *node, const struct dep_custody_order *order,
                     struct dep_done *out, struct dep_problem *problem)
{
    struct custody_work work = {.node = node, .order = order, .problem = problem};
    int err = dep_node_item(node, order->name, false, &work.item, problem);
    if (!err)
        err = prepare(&work);
    struct dep_draft draft = {.type = order->type, .claims = order->claims};
    if (!err)
        err = dep_node_commit_judged(node, &draft, still_so, &work, out, problem);
    if (!err && strcmp(order->type, "custody.disposed") == 0)
        err = dep_vault_remove(dep_register_dir_fd(node->reg), work.item.item, &problem->fault);
    dep_item_done(&work.item);
    return err;
}

/* ---- what was disposed of ---- */

struct finishing {
    struct dep_node *node;
    struct dep_problem *problem;
};

static int note_disposal(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

/* Nothing is removed on the word of index.db, nor while a hold is in force that was placed since.
 * Where it can't be removed now either, `due` tells so, and the register opens all the same. */
static int finish_disposal(void *context, const struct dep_index_row *row)
{
    const struct finishing *finishing = context;
    struct dep_node *node = finishing->node;
    int register_fd = dep_register_dir_fd(node->reg);
    const struct dep_index_query disposal = {
        .type = "custody.disposed", .item = row->item, .limit = 1};
    struct dep_holds holds = {.count = 0};
    struct dep_fault untold;
    bool disposed = false;
    if (!row->item[0] || dep_vault_gone(register_fd, row->item))
        return DEP_OK;
    int err = dep_roll_list(node, &disposal, note_disposal, &disposed, finishing->problem);
    if (err >= 0)
        err = dep_node_holds(node, row->item, NULL, &holds, finishing->problem);
    if (!err && disposed && holds.count == 0)
        (void)!dep_vault_remove(register_fd, row->item, &untold);
    return err;
}

int dep_node_finish_disposals(struct dep_node *node, struct dep_problem *problem)
{
    struct finishing finishing = {node, problem};
    struct dep_index_query query = {.type = "custody.disposed"};
    return dep_index_list(node->index, &query, finish_disposal, &finishing, &problem->fault);
}
