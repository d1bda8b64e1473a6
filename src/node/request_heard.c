/*
 * Requests that other members sent: waiting until an officer enters them, as what a release can
 * rest on is a request in this register's own words and under its own reference.
 */
#include "node/charter.h"
#include "node/node_impl.h"
#include "node/receive.h"
#include "node/request.h"
#include "record/presentation.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/foreign.md 2";

struct hearing {
    struct dep_node *node;
    const struct dep_charter *charter;
    /* "HEX MEMBER": withdrawn by that member; "HEX": entered, or told already. */
    json_t *gone;
    bool telling; /* what is over is known */
    dep_heard_request_fn *each;
    void *context;
    struct dep_problem *problem;
};

enum { GONE_KEY_ROOM = 2 * DEP_HASH_LEN + DEP_MEMBER_LEN_MAX + 2 };

static void withdrawn_key(const char *hex, const char *member, char out[GONE_KEY_ROOM])
{
    (void)snprintf(out, GONE_KEY_ROOM, "%s %s", hex, member);
}

static int set_gone(struct hearing *hearing, const char *key)
{
    return json_object_set_new(hearing->gone, key, json_true())
               ? dep_problem_fault(hearing->problem, DEP_ERR_NOMEM, "node.request", key)
               : DEP_OK;
}

/* ---- what is over ---- */

static int is_any(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

static int note_entered(struct hearing *hearing, const struct dep_index_row *heard, const char *hex)
{
    struct dep_index_query own = {.type = "request.made", .ref = heard->jti, .rel = "source"};
    bool any = false;
    int err = dep_roll_list(hearing->node, &own, is_any, &any, hearing->problem);
    return any && err >= 0 ? set_gone(hearing, hex) : err;
}

static int note_withdrawn(struct hearing *hearing, const struct dep_presentation *answer)
{
    struct dep_hash request;
    char hex[2 * DEP_HASH_LEN + 1], key[GONE_KEY_ROOM];
    if (!dep_json_says(answer->claims, "answer", "withdrawn") ||
        !dep_record_ref_sha256(answer->claims, "answers", &request))
        return DEP_OK;
    dep_hex_encode(request.bytes, DEP_HASH_LEN, hex);
    withdrawn_key(hex, answer->record.iss, key);
    return set_gone(hearing, key);
}

/* ---- what waits ---- */

static int tell(struct hearing *hearing, const struct dep_index_row *row, const char *hex,
                const struct dep_presentation *request)
{
    const char *own = dep_register_info(hearing->node->reg)->member;
    const struct dep_charter_member *to =
        dep_charter_recipient(hearing->charter, dep_json_string(request->claims, "to"));
    char key[GONE_KEY_ROOM];
    withdrawn_key(hex, request->record.iss, key);
    if (!dep_json_says(request->claims, "direction", "out") || !to || strcmp(to->id, own) != 0 ||
        strcmp(request->record.iss, own) == 0 || json_object_get(hearing->gone, hex) ||
        json_object_get(hearing->gone, key))
        return DEP_OK;
    int err = set_gone(hearing, hex);
    return err ? err : hearing->each(hearing->context, row, request->claims);
}

/* What is over is looked for first: the same request may have come more than once. */
static int note(struct hearing *hearing, const struct dep_index_row *row, const json_t *heard,
                const struct dep_presentation *foreign)
{
    if (strcmp(foreign->record.type, "request.answered") == 0)
        return note_withdrawn(hearing, foreign);
    return note_entered(hearing, row, dep_json_string(heard, "sha256"));
}

static int pass(void *context, const struct dep_index_row *row)
{
    struct hearing *hearing = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why;
    int err = dep_node_view_seen(hearing->node, row, true, &view, hearing->problem);
    if (err || !dep_json_string(view.claims, "sha256") ||
        (!dep_json_says(view.claims, "record_type", "request.made") &&
         !dep_json_says(view.claims, "record_type", "request.answered")))
        return err;
    err = dep_foreign_open(hearing->node->schemas, view.claims, &foreign, &why);
    if (err)
        return err < 0 ? dep_problem_fault(hearing->problem, err, "node.request", row->jti)
                       : DEP_OK;
    if (!hearing->telling)
        return note(hearing, row, view.claims, &foreign);
    return strcmp(foreign.record.type, "request.made") == 0
               ? tell(hearing, row, dep_json_string(view.claims, "sha256"), &foreign)
               : DEP_OK;
}

/* On a page what came is found by its kind. */
static int pass_all(struct hearing *hearing)
{
    static const char *const kinds[] = {"request.made", "request.answered"};
    struct dep_node *node = hearing->node;
    struct dep_index_query foreign = {.type = "foreign.record"};
    if (!dep_node_pages_searched(node))
        return dep_sight_list(node, &foreign, pass, hearing, hearing->problem);
    int err = DEP_OK;
    foreign.field = "record_type";
    for (size_t i = 0; !err && i < DEP_COUNT(kinds); i++) {
        foreign.value = kinds[i];
        err = dep_sight_list(node, &foreign, pass, hearing, hearing->problem);
    }
    return err;
}

int dep_node_requests_heard(struct dep_node *node, dep_heard_request_fn *each, void *context,
                            struct dep_problem *problem)
{
    DEP_AUTO_JSON *gone = json_object();
    struct hearing hearing = {
        .node = node, .gone = gone, .each = each, .context = context, .problem = problem};
    struct dep_index_query foreign = {.type = "foreign.record"};
    bool any = false;
    if (!gone)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.request", node->dir);
    int err = dep_node_charter(node, dep_register_count(node->reg), &hearing.charter, problem);
    if (!err)
        err = dep_sight_list(node, &foreign, is_any, &any, problem);
    if (err != DEP_FOUND || !any)
        return err;
    err = pass_all(&hearing);
    hearing.telling = true;
    return err ? err : pass_all(&hearing);
}

/* ---- entering one ---- */

struct entering {
    struct dep_node *node;
    const char *heard;
    json_t *claims;
    const json_t *refs; /* as they were stated; NULL for none */
    bool found;
    struct dep_problem *problem;
};

static const char *exchanged(const char *field)
{
    return strcmp(field, "our_ref") == 0     ? "their_ref"
           : strcmp(field, "their_ref") == 0 ? "our_ref"
                                             : field;
}

bool dep_request_is_entered(const struct dep_schemas *schemas, const json_t *ours,
                            const json_t *theirs)
{
    const struct dep_schema *schema = dep_schemas_find(schemas, "request.made", 0);
    if (!schema || !dep_json_says(theirs, "direction", "in"))
        return false;
    for (size_t i = 0; i < schema->field_count; i++) {
        const char *field = schema->fields[i].name;
        const json_t *asked = json_object_get(ours, field);
        if (asked && !json_is_null(asked) && strcmp(field, "direction") != 0 &&
            !json_equal(asked, json_object_get(theirs, exchanged(field))))
            return false;
    }
    return true;
}

/* What was asked stands as it was asked; what wasn't may be stated here. */
static int copy_fields(const struct entering *entering, const json_t *asked)
{
    const struct dep_schema *schema = dep_schemas_find(entering->node->schemas, "request.made", 0);
    for (size_t i = 0; schema && i < schema->field_count; i++) {
        const char *theirs = schema->fields[i].name, *ours = exchanged(theirs);
        json_t *value = json_object_get(asked, theirs),
               *stated = json_object_get(entering->claims, ours);
        if (!value || strcmp(theirs, "direction") == 0)
            continue;
        if (stated && !json_equal(stated, value))
            return dep_problem_found(entering->problem, "request.stated", CLAUSE, ours);
        if (json_object_set(entering->claims, ours, value))
            return dep_problem_fault(entering->problem, DEP_ERR_NOMEM, "node.request", ours);
    }
    return DEP_OK;
}

static int enter(void *context, const struct dep_index_row *row, const json_t *asked)
{
    struct entering *entering = context;
    if (strcmp(row->jti, entering->heard) != 0)
        return DEP_OK;
    int err = copy_fields(entering, asked);
    entering->found = true;
    return err ? err : dep_act_refer(entering->claims, "source", row, entering->problem);
}

/* What was stated refers on as it did; where it comes from is for us to say. */
static int begin_refs(const struct entering *entering, struct dep_problem *problem)
{
    (void)json_object_del(entering->claims, "refs");
    if (!entering->refs)
        return DEP_OK;
    return json_object_set_new(entering->claims, "refs",
                               json_copy((json_t *)(uintptr_t)entering->refs))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.request", "refs")
               : DEP_OK;
}

/* Under the lock: of two who enter the same request one is told that it was entered. */
static int judge_heard(void *context, struct dep_problem *problem)
{
    struct entering *entering = context;
    entering->problem = problem;
    entering->found = false;
    int err = begin_refs(entering, problem);
    if (!err)
        err = dep_node_requests_heard(entering->node, enter, entering, problem);
    return err || entering->found
               ? err
               : dep_problem_found(problem, "request.heard", CLAUSE, entering->heard);
}

int dep_node_request_enter(struct dep_node *node, const char *heard, json_t *claims,
                           const struct dep_notices *notices, struct dep_done *out,
                           struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = dep_node_find(node, heard, &row, problem);
    if (err)
        return err;
    DEP_AUTO_JSON *refs = json_incref(json_object_get(claims, "refs"));
    if (dep_record_ref(claims, "source"))
        return dep_problem_found(problem, "request.stated", CLAUSE, "refs");
    struct entering entering = {node, row.jti, claims, refs, false, problem};
    err = judge_heard(&entering, problem);
    if (!err)
        err = dep_request_begin(node, "in", claims, notices, problem);
    if (!err)
        err = dep_act_record_judged(node, "request.made", claims, judge_heard, &entering, out,
                                    problem);
    if (!err)
        dep_request_end(node, claims, notices);
    return err;
}
