/*
 * What was withdrawn: by this member, and those who hold it haven't answered or still have it; and
 * from this member, by whoever sent it.
 */
#include "node/answered.h"
#include "node/charter.h"
#include "node/due_impl.h"
#include "node/evidence.h"
#include "node/node_impl.h"
#include "node/roll.h"
#include "store/vault_file.h"

#include <string.h>

/* ---- by this member ---- */

/* Who keeps none has nothing to acknowledge with. */
static bool keeps_register(const struct dep_charter *charter, const char *code)
{
    const struct dep_charter_member *member = dep_charter_recipient(charter, code);
    return member && member->keeps_register;
}

/* What was erased where it went may be left in what was made of it there, and with those to whom it
 * was passed on. */
static const char *notice_kind(const struct dep_answered *answered, bool reachable)
{
    const char *outcome = answered->outcome;
    if (!outcome)
        return reachable ? "outbox.notice" : "outbox.unreachable";
    return strcmp(outcome, "held") == 0     ? "outbox.held"
           : strcmp(outcome, "erased") != 0 ? "outbox.kept"
           : answered->derived              ? "outbox.derived"
                                            : "outbox.passed_on";
}

int dep_gather_notice(void *context, const struct dep_act *withdrawn)
{
    struct dep_gather *gather = context;
    const struct dep_index_row *row = &withdrawn->head.row;
    char recipient[DEP_CODE_LEN_MAX + 1];
    struct dep_answered answered;
    int err = dep_answered_of(gather->node->schemas, withdrawn, &answered);
    if (err)
        return dep_problem_fault(gather->problem, err, "node.due", row->jti);
    if (dep_answered_closes(&answered))
        return DEP_OK;
    const struct dep_charter *charter = NULL;
    err = dep_notice_recipient(gather->node, &withdrawn->head, recipient, gather->problem);
    if (!err)
        err = dep_node_charter(gather->node, UINT64_MAX, &charter, gather->problem);
    if (err)
        return err;
    const char *kind = notice_kind(&answered, keeps_register(charter, recipient));
    return dep_gather_add(gather, kind, row, row->iat, recipient, NULL);
}

/* ---- from this member ---- */

struct withdrawn {
    struct dep_gather *gather;
    json_t *items;   /* that were looked at: true */
    json_t *answers; /* by the notice's id: claims of its newest answer, null once it is judged */
    json_t **passed; /* for dep_answer_make() */
    const char *notice;
};

/* `value` is taken over. */
static int set(const struct withdrawn *withdrawn, json_t *set, const char *id, json_t *value)
{
    return json_object_set_new(set, id, value)
               ? dep_problem_fault(withdrawn->gather->problem, DEP_ERR_NOMEM, "node.due", id)
               : DEP_OK;
}

static int note_answer(void *context, const struct dep_index_row *row)
{
    const struct withdrawn *withdrawn = context;
    struct dep_gather *gather = withdrawn->gather;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(gather->node, row, true, &view, gather->problem);
    const char *notice = dep_json_string(view.claims, "package");
    if (err || !notice)
        return err;
    json_t *claims = json_incref((json_t *)(uintptr_t)view.claims);
    return set(withdrawn, withdrawn->answers, notice, claims);
}

/* Then there is nothing that an answer could say otherwise later. */
static bool all_erased(const json_t *answer)
{
    int64_t left, derived;
    return dep_json_says(answer, "outcome", "erased") &&
           dep_json_int(answer, "passed_on_left", &left) && left == 0 &&
           dep_json_int(answer, "derived_kept", &derived) && derived == 0;
}

/* What was made of it may be gone since, and what was passed on withdrawn: what it comes to now is
 * counted as for an answer, and compared with the newest. */
static int is_said(const struct withdrawn *withdrawn, const struct dep_view *received,
                   bool *out_said)
{
    const struct dep_gather *gather = withdrawn->gather;
    struct dep_index_row said = {.jti = ""};
    json_t *now = NULL;
    int err = DEP_OK;
    if (json_object_get(withdrawn->answers, withdrawn->notice))
        err = dep_answer_make(gather->node, received, withdrawn->passed, &now, &said,
                              gather->problem);
    json_decref(now);
    *out_said = said.jti[0] != 0;
    return err;
}

/* The notice as it came. */
static int match_notice(void *context, const struct dep_index_row *row)
{
    const struct withdrawn *withdrawn = context;
    struct dep_gather *gather = withdrawn->gather;
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool said = false;
    int err = dep_node_view_row(gather->node, row, true, &view, gather->problem);
    if (err || !dep_json_says(view.claims, "package", withdrawn->notice) ||
        !dep_json_says(view.claims, "outcome", "taken"))
        return err;
    err = is_said(withdrawn, &view, &said);
    if (!err && !said)
        err = dep_gather_add(gather, "due.answer", row, row->iat,
                             dep_json_string(view.claims, "sender"), NULL);
    return err ? err : DEP_FOUND;
}

/* It was disposed of: does whoever withdrew it know, and what of it is left here? A notice of
 * several items is judged once. */
static int answer_due(struct withdrawn *withdrawn, const struct dep_index_row *row)
{
    const struct dep_gather *gather = withdrawn->gather;
    const struct dep_index_query received = {.type = "foreign.received"};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(gather->node, row, false, &view, gather->problem);
    withdrawn->notice = dep_json_string(view.claims, "package");
    if (err || !withdrawn->notice)
        return err;
    const json_t *answer = json_object_get(withdrawn->answers, withdrawn->notice);
    if (json_is_null(answer) || all_erased(answer))
        return DEP_OK;
    err = dep_roll_list(gather->node, &received, match_notice, withdrawn, gather->problem);
    if (err < 0)
        return err;
    return set(withdrawn, withdrawn->answers, withdrawn->notice, json_null());
}

/* What its sender withdrew is disposed of by authority, or a hold keeps it. Of the records that say
 * so the first is looked at; an item that doesn't show isn't there. */
static int item_withdrawn(void *context, const struct dep_index_row *row)
{
    struct withdrawn *withdrawn = context;
    struct dep_gather *gather = withdrawn->gather;
    DEP_AUTO_ITEM item = {.item = ""};
    if (!row->item[0] || json_object_get(withdrawn->items, row->item))
        return DEP_OK;
    int err = set(withdrawn, withdrawn->items, row->item, json_true());
    if (!err)
        err = dep_node_item(gather->node, row->item, false, &item, gather->problem);
    if (err || !item.withdrawn)
        return err < 0 ? err : DEP_OK;
    const struct dep_index_row *first = &item.first.row;
    return item.disposed ? answer_due(withdrawn, row)
                         : dep_gather_add(gather, item.on_hold ? "due.hold" : "due.withdrawn",
                                          first, first->iat, NULL, NULL);
}

/* It was to be removed, and couldn't be. */
static int container_left(void *context, const struct dep_index_row *row)
{
    struct dep_gather *gather = context;
    return row->superseded || dep_vault_gone(dep_register_dir_fd(gather->node->reg), row->item)
               ? DEP_OK
               : dep_gather_add(gather, "due.container", row, row->iat, NULL, NULL);
}

int dep_gather_withdrawn(struct dep_gather *gather)
{
    struct dep_node *node = gather->node;
    DEP_AUTO_JSON *items = json_object();
    DEP_AUTO_JSON *answers_of = json_object();
    json_t *passed = NULL;
    struct withdrawn withdrawn = {gather, items, answers_of, &passed, NULL};
    struct dep_index_query heard = {.type = "foreign.record"},
                           answers = {.type = "withdrawal.answered"},
                           disposed = {.type = "custody.disposed"};
    if (!items || !answers_of)
        return dep_problem_fault(gather->problem, DEP_ERR_NOMEM, "node.due", "");
    if (dep_node_pages_searched(node)) {
        heard.field = "record_type";
        heard.value = "release.withdrawn";
    }
    int err = dep_roll_list(node, &answers, note_answer, &withdrawn, gather->problem);
    if (!err)
        err = dep_roll_list(node, &heard, item_withdrawn, &withdrawn, gather->problem);
    json_decref(passed);
    return err ? err : dep_sight_list(node, &disposed, container_left, gather, gather->problem);
}
