#include "node/answered.h"

#include "codec/text.h"
#include "node/derived.h"
#include "node/evidence.h"
#include "node/node_impl.h"
#include "node/receive.h"
#include "node/roll.h"
#include "record/presentation.h"
#include "rules/action.h"
#include "store/vault_file.h"

#include <stdio.h>
#include <string.h>

static const char TYPE[] = "withdrawal.answered";

/* ---- at the member that withdrew it ---- */

static const char *outcome_of(const char *word)
{
    static const char *const outcomes[] = {"absent", "erased", "held", "kept"};
    for (size_t i = 0; word && i < DEP_COUNT(outcomes); i++)
        if (strcmp(outcomes[i], word) == 0)
            return outcomes[i];
    return NULL;
}

static uint64_t count_of(const json_t *claims, const char *name)
{
    int64_t count = 0;
    return dep_json_int(claims, name, &count) && count > 0 ? (uint64_t)count : 0;
}

/* One that says of an outcome what isn't known here says no more than that it came. */
static void read_answer(const json_t *claims, struct dep_answered *out)
{
    const char *erased = dep_json_string(claims, "erased"),
               *officer = dep_json_string(claims, "officer");
    const char *outcome = outcome_of(dep_json_string(claims, "outcome"));
    *out = (struct dep_answered){.outcome = outcome ? outcome : "received",
                                 .erased_s = INT64_MAX,
                                 .passed_on = count_of(claims, "passed_on"),
                                 .left = count_of(claims, "passed_on_left"),
                                 .derived = count_of(claims, "derived_kept")};
    if (erased)
        (void)dep_time_parse(dep_slice_string(erased), &out->erased_s, NULL);
    (void)snprintf(out->officer, sizeof out->officer, "%s", officer ? officer : "");
}

static int hear(const struct dep_schemas *schemas, const json_t *claims, struct dep_answered *out)
{
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why;
    *out = (struct dep_answered){.outcome = "received", .erased_s = INT64_MAX};
    if (!dep_json_says(claims, "record_type", TYPE))
        return DEP_OK;
    int err = dep_foreign_open(schemas, claims, &foreign, &why);
    if (!err)
        read_answer(foreign.claims, out);
    return err < 0 ? err : DEP_OK;
}

/* On paper, as an officer recorded it. One that was refused, or that nobody could give, leaves it
 * open. */
static bool is_on_paper(const struct dep_act *act)
{
    const struct dep_view *newest = dep_act_newest(act, "withdrawal.acknowledged");
    return newest && dep_json_says(dep_json_object(newest->claims, "side"), "state", "on_paper");
}

static uint64_t place_of(const json_t *claims)
{
    const char *text = dep_json_string(claims, "index");
    uint64_t index = 0;
    (void)(text && dep_u64_parse(dep_slice_string(text), UINT64_MAX, &index));
    return index;
}

/* Its holder's own log says which came last, in whatever order they came here. */
int dep_answered_of(const struct dep_schemas *schemas, const struct dep_act *withdrawn,
                    struct dep_answered *out)
{
    const json_t *last = NULL;
    struct dep_answered answered = {.outcome = is_on_paper(withdrawn) ? "on_paper" : NULL,
                                    .erased_s = INT64_MAX};
    for (size_t i = 0; i < withdrawn->later_count; i++) {
        const struct dep_view *later = &withdrawn->later[i];
        if (strcmp(later->row.type, "foreign.record") == 0 &&
            (!last || place_of(later->claims) >= place_of(last)))
            last = later->claims;
    }
    int err = last ? hear(schemas, last, &answered) : DEP_OK;
    if (!err)
        *out = answered;
    return err;
}

int dep_answered_each(struct dep_node *node, const struct dep_act *made, dep_answered_fn *each,
                      void *context, struct dep_problem *problem)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < made->later_count; i++) {
        DEP_AUTO_ACT withdrawn = {.later = NULL};
        struct dep_answered answered;
        const struct dep_index_row *row = &made->later[i].row;
        if (strcmp(row->type, "release.withdrawn") != 0)
            continue;
        err = dep_node_act(node, row->jti, row->type, &withdrawn, problem);
        if (err)
            return err;
        err = dep_answered_of(node->schemas, &withdrawn, &answered);
        err = err ? dep_problem_fault(problem, err, "node.answer", row->jti)
                  : each(context, row->jti, &answered);
    }
    return err;
}

bool dep_answered_closes(const struct dep_answered *answered)
{
    const char *outcome = answered->outcome;
    return outcome && (strcmp(outcome, "on_paper") == 0 ||
                       ((strcmp(outcome, "erased") == 0 || strcmp(outcome, "absent") == 0) &&
                        !answered->left && !answered->derived));
}

bool dep_answered_heard_closes(const struct dep_schemas *schemas, const json_t *claims)
{
    struct dep_answered answered;
    return hear(schemas, claims, &answered) == DEP_OK && dep_answered_closes(&answered);
}

/* ---- at its holder: what came by the notice ---- */

struct answering {
    struct dep_node *node;
    const char *notice; /* id */
    json_t *items;      /* that it withdraws here, and what was made of them: true */
    json_t *order;      /* their ids, as they were found */
    bool held, kept;
    int64_t erased_s; /* the last of them; INT64_MIN: none is */
    char officer[DEP_CODE_LEN_MAX + 1];
    uint64_t passed_on, left, derived;
    struct dep_problem *problem;
};

static int no_memory(const struct answering *answering)
{
    return dep_problem_fault(answering->problem, DEP_ERR_NOMEM, "node.answer", answering->notice);
}

static int note_item(const struct answering *answering, const char *id)
{
    return json_object_set_new(answering->items, id, json_true()) ||
                   json_array_append_new(answering->order, json_string(id))
               ? no_memory(answering)
               : DEP_OK;
}

static int take_end(void *context, const struct dep_index_row *row)
{
    struct answering *answering = context;
    if (row->iat < answering->erased_s)
        return DEP_FOUND;
    answering->erased_s = row->iat;
    memcpy(answering->officer, row->by_code, sizeof answering->officer);
    return DEP_FOUND;
}

/* It is erased once its container is gone, whatever is recorded. */
static int take_item(struct answering *answering, const char *id)
{
    struct dep_node *node = answering->node;
    DEP_AUTO_ITEM item = {.item = ""};
    struct dep_index_query end = {
        .type = "custody.disposed", .item = id, .newest_first = true, .limit = 1};
    int err = dep_node_item_facts(node, id, false, &item, answering->problem);
    if (err)
        return err;
    if (item.disposed && dep_vault_gone(dep_register_dir_fd(node->reg), id)) {
        err = dep_roll_list(node, &end, take_end, answering, answering->problem);
        return err < 0 ? err : DEP_OK;
    }
    answering->held |= item.on_hold;
    answering->kept |= !item.on_hold;
    return DEP_OK;
}

/* No other foreign.record names an item. */
static int match_heard(void *context, const struct dep_index_row *row)
{
    struct answering *answering = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (!row->item[0] || json_object_get(answering->items, row->item))
        return DEP_OK;
    int err = dep_node_view_row(answering->node, row, false, &view, answering->problem);
    if (err || !dep_json_says(view.claims, "package", answering->notice))
        return err;
    err = note_item(answering, row->item);
    return err ? err : take_item(answering, row->item);
}

/* ---- what was made of it: copies, translations, and of those again ---- */

static int match_made_of(void *context, const struct dep_index_row *row)
{
    struct answering *answering = context;
    struct dep_node *node = answering->node;
    DEP_AUTO_ITEM item = {.item = ""};
    if (!row->item[0] || json_object_get(answering->items, row->item))
        return DEP_OK;
    int err = note_item(answering, row->item);
    if (!err)
        err = dep_node_item_facts(node, row->item, false, &item, answering->problem);
    if (!err)
        answering->derived +=
            !item.disposed || !dep_vault_gone(dep_register_dir_fd(node->reg), row->item);
    return err;
}

static int take_derived(struct answering *answering)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < json_array_size(answering->order); i++)
        err = dep_node_derived(answering->node,
                               json_string_value(json_array_get(answering->order, i)),
                               match_made_of, answering, answering->problem);
    return err;
}

/* ---- and was passed on ---- */

struct leaving {
    bool any, left;
};

static int note_left(void *context, const char *withdrawal, const struct dep_answered *answered)
{
    struct leaving *leaving = context;
    (void)withdrawal;
    leaving->any = true;
    leaving->left |= !dep_answered_closes(answered) || strcmp(answered->outcome, "on_paper") == 0;
    return DEP_OK;
}

struct passing {
    struct dep_node *node;
    json_t *made;
    struct dep_problem *problem;
};

/* NULL without memory. */
static json_t *items_of(const json_t *materials)
{
    size_t i;
    json_t *material, *items = json_object();
    json_array_foreach(materials, i, material)
    {
        const char *item = dep_json_string(material, "item");
        if (items && item && json_object_set_new(items, item, json_true())) {
            json_decref(items);
            items = NULL;
        }
    }
    return items;
}

/* Left, unless it was withdrawn and each withdrawal answered: erased there and further on. */
static int note_made(void *context, const struct dep_act *made)
{
    struct passing *passing = context;
    struct dep_index_row row;
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    struct leaving leaving = {.any = false};
    const char *about = dep_record_ref(made->head.claims, "about");
    int err = dep_roll_find(passing->node, about ? about : "", &row, passing->problem);
    if (!err)
        err = dep_node_view_row(passing->node, &row, true, &prepared, passing->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    err = dep_answered_each(passing->node, made, note_left, &leaving, passing->problem);
    bool left = err || !leaving.any || leaving.left;
    if (err < 0)
        return err;
    json_t *items = items_of(dep_json_array(prepared.claims, "materials"));
    return json_array_append_new(
               passing->made, items ? json_pack("{s:o,s:b}", "items", items, "left", left) : NULL)
               ? dep_problem_fault(passing->problem, DEP_ERR_NOMEM, "node.answer", row.jti)
               : DEP_OK;
}

/* All that went out, each with its items. */
static int read_passed(struct dep_node *node, json_t **passed, struct dep_problem *problem)
{
    DEP_AUTO_JSON *made = json_array();
    struct passing passing = {node, made, problem};
    if (*passed)
        return DEP_OK;
    int err = made ? dep_node_acts(node, "release.made", note_made, &passing, problem)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.answer", "");
    *passed = err ? NULL : json_incref(made);
    return err;
}

static bool names_item(const struct answering *answering, const json_t *items)
{
    const char *item;
    json_t *ignored;
    json_object_foreach(answering->items, item, ignored)
    {
        if (json_object_get(items, item))
            return true;
    }
    return false;
}

static void count_passed(struct answering *answering, const json_t *passed)
{
    size_t i;
    json_t *made;
    json_array_foreach(passed, i, made)
    {
        if (!names_item(answering, json_object_get(made, "items")))
            continue;
        answering->passed_on++;
        answering->left += dep_json_true(made, "left");
    }
}

/* ---- the record ---- */

static json_t *claims_of(const struct answering *answering, const struct dep_view *received)
{
    char erased[24] = "";
    bool gone = answering->erased_s != INT64_MIN && !answering->held && !answering->kept;
    if (gone)
        dep_time_encode(answering->erased_s, erased);
    return json_pack("{s:s,s:s*,s:s,s:s*,s:s*,s:I,s:I,s:I}", "package", answering->notice,
                     "head_sha256", dep_json_string(received->claims, "head_sha256"), "outcome",
                     answering->held   ? "held"
                     : answering->kept ? "kept"
                     : gone            ? "erased"
                                       : "absent",
                     "erased", gone ? erased : NULL, "officer", gone ? answering->officer : NULL,
                     "passed_on", (json_int_t)answering->passed_on, "passed_on_left",
                     (json_int_t)answering->left, "derived_kept", (json_int_t)answering->derived);
}

struct said {
    struct dep_node *node;
    const json_t *claims;
    struct dep_index_row *row;
    struct dep_problem *problem;
};

/* The newest about this notice. */
static int match_said(void *context, const struct dep_index_row *row)
{
    const struct said *said = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(said->node, row, true, &view, said->problem);
    const char *name;
    json_t *value;
    if (err || !dep_json_says(view.claims, "package", dep_json_string(said->claims, "package")))
        return err;
    bool same = true;
    json_object_foreach((json_t *)(uintptr_t)said->claims, name, value) same =
        same && json_equal(value, json_object_get(view.claims, name));
    if (same)
        *said->row = *row;
    return DEP_FOUND;
}

int dep_answer_make(struct dep_node *node, const struct dep_view *received, json_t **passed,
                    json_t **out, struct dep_index_row *out_said, struct dep_problem *problem)
{
    const char *notice = dep_json_string(received->claims, "package");
    DEP_AUTO_JSON *items = json_object();
    DEP_AUTO_JSON *order = json_array();
    struct answering answering = {.node = node,
                                  .notice = notice ? notice : "",
                                  .items = items,
                                  .order = order,
                                  .erased_s = INT64_MIN,
                                  .problem = problem};
    struct dep_index_query heard = {.type = "foreign.record"},
                           answers = {.type = TYPE, .newest_first = true};
    if (dep_node_pages_searched(node)) {
        heard.field = "record_type";
        heard.value = "release.withdrawn";
    }
    int err = items && order ? dep_roll_list(node, &heard, match_heard, &answering, problem)
                             : no_memory(&answering);
    if (!err)
        err = take_derived(&answering);
    if (!err)
        err = read_passed(node, passed, problem);
    if (!err)
        count_passed(&answering, *passed);
    json_t *claims = err ? NULL : claims_of(&answering, received);
    if (!err && !claims)
        err = no_memory(&answering);
    struct dep_index_row row = {.jti = ""};
    struct said said = {node, claims, &row, problem};
    if (!err)
        err = dep_roll_list(node, &answers, match_said, &said, problem);
    if (err < 0) {
        json_decref(claims);
        return err;
    }
    *out = claims;
    *out_said = row;
    return DEP_OK;
}
