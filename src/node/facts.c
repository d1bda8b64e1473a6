/*
 * From the records of this register to facts. Records are opened once and kept as heard: opening
 * thousands takes seconds, and under the register's lock others wait. What is asked for any moment
 * is then put together of those below its size, so that the same moment gives the same facts for
 * ever.
 */
#include "node/facts.h"

#include "node/charter.h"
#include "node/node_impl.h"
#include "node/receive.h"
#include "record/presentation.h"
#include "rules/heard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unread {
    struct dep_unread is;
    uint64_t index;
};

struct dep_hearing {
    const struct dep_charter *charter; /* whose codes were read */
    struct dep_heard *heard;
    uint64_t next; /* records below it were taken in */
    struct unread *unread;
    size_t unread_count, unread_room;
};

void dep_hearing_free(struct dep_hearing *hearing)
{
    if (!hearing)
        return;
    dep_heard_free(hearing->heard);
    free(hearing->unread);
    free(hearing);
}

void dep_known_done(struct dep_known *known)
{
    dep_facts_free(known->facts);
    free(known->unread);
    *known = (struct dep_known){.member = NULL};
}

struct dep_moment dep_node_moment(struct dep_node *node)
{
    return (struct dep_moment){.size = dep_register_count(node->reg),
                               .now_s = dep_node_now_ms(node) / 1000,
                               .uncertainty_s = node->world.clock_uncertainty_s};
}

/* ---- records ---- */

struct listening {
    struct dep_node *node;
    struct dep_hearing *hearing;
    struct dep_problem *problem;
};

static int add_unread(struct listening *listening, const struct dep_index_row *row, const char *why)
{
    struct dep_hearing *hearing = listening->hearing;
    if (hearing->unread_count == DEP_FACTS_MAX)
        return dep_problem_fault(listening->problem, DEP_ERR_CAP, "node.facts", row->jti);
    if (hearing->unread_count == hearing->unread_room) {
        size_t room = hearing->unread_room ? 2 * hearing->unread_room : 16;
        struct unread *grown = dep_realloc_array(hearing->unread, room, sizeof *grown);
        if (!grown)
            return dep_problem_fault(listening->problem, DEP_ERR_NOMEM, "node.facts", row->jti);
        hearing->unread = grown;
        hearing->unread_room = room;
    }
    struct unread *unread = &hearing->unread[hearing->unread_count++];
    *unread = (struct unread){.is = {.why = why, .shows = dep_sight_sees(listening->node, row)},
                              .index = row->index};
    (void)snprintf(unread->is.jti, sizeof unread->is.jti, "%s", row->jti);
    (void)snprintf(unread->is.type, sizeof unread->is.type, "%s", row->type);
    (void)snprintf(unread->is.item, sizeof unread->is.item, "%s", row->item);
    return DEP_OK;
}

static struct dep_heard_signature own_signature(const struct dep_node *node,
                                                const struct dep_index_row *row)
{
    return (struct dep_heard_signature){dep_register_info(node->reg)->origin, row->kid, row->index};
}

/* Of this member's keys, as the log tells of them. */
static int take_revocations(struct dep_node *node, struct dep_hearing *hearing,
                            struct dep_problem *problem)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_keyset_count(node->keyset); i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        struct dep_heard_revocation revocation = {
            {dep_register_info(node->reg)->origin, key->kid, key->revoked_at},
            key->distrusted_from,
            key->revoked_at};
        if (key->kid[0] && key->revoked && key->revoked_at >= hearing->next)
            err = dep_heard_add_revocation(hearing->heard, &revocation);
    }
    return err ? dep_problem_fault(problem, err, "node.facts", node->dir) : DEP_OK;
}

static int take(void *context, const struct dep_index_row *row)
{
    struct listening *listening = context;
    const struct dep_heard_type *type = dep_heard_type_find(row->type);
    DEP_AUTO_VIEW view = {.claims = NULL};
    assert(type);
    if (row->index < listening->hearing->next)
        return DEP_OK;
    int err = dep_node_view_row(listening->node, row, !type->open, &view, listening->problem);
    if (!err && !type->open && !view.readable)
        err = add_unread(listening, row, view.why_not);
    if (err)
        return err;
    struct dep_heard_record record = {row->sha256,   row->index,
                                      row->type,     view.claims,
                                      view.readable, own_signature(listening->node, row)};
    struct dep_finding why = {.id = ""};
    err = dep_heard_add(listening->hearing->heard, &record, &why);
    if (err == DEP_FOUND) /* what isn't whole was told above */
        return strcmp(why.id, "fact.unread") == 0 ? DEP_OK : add_unread(listening, row, why.id);
    return err ? dep_problem_fault(listening->problem, err, "node.facts", row->jti) : DEP_OK;
}

/* By the newest status of its member that came with it: how long ago it was known to be in
 * force. */
static int take_listed(struct listening *listening, const struct dep_heard_record *record,
                       const char *member, const json_t *listed)
{
    struct dep_heard_status status = {
        .consent = record->sha256, .index = record->index, .member = member};
    const char *hex = dep_json_string(listed, "status"), *made = dep_json_string(listed, "made");
    if (!hex || !dep_hex_parse(dep_slice_string(hex), status.status.bytes, DEP_HASH_LEN) || !made ||
        !dep_time_parse(dep_slice_string(made), &status.made_s, NULL))
        return DEP_OK;
    return dep_heard_add_status(listening->hearing->heard, &status);
}

/* That its maker withdraws a request that was entered here: the foreign.record says which, and so
 * it is said of that one, in this log. */
static int take_withdrawn(struct listening *listening, const struct dep_heard_record *record,
                          const json_t *heard)
{
    struct dep_finding why;
    const char *answer = dep_json_string(record->claims, "answer");
    if (strcmp(record->type, "request.answered") != 0 || !dep_record_ref(heard, "answers") ||
        !answer || strcmp(answer, "withdrawn") != 0)
        return DEP_OK;
    struct dep_heard_record said = *record;
    DEP_AUTO_JSON *claims = json_copy((json_t *)(uintptr_t)record->claims);
    if (!claims || json_object_set(claims, "refs", json_object_get(heard, "refs")) ||
        json_object_set(claims, "iss", json_object_get(heard, "iss")))
        return DEP_ERR_NOMEM;
    said.claims = claims;
    return dep_heard_add(listening->hearing->heard, &said, &why);
}

/* What another member signed that gives nothing, and tells what counts. */
static int take_told(struct listening *listening, const struct dep_heard_record *record)
{
    struct dep_heard *heard = listening->hearing->heard;
    const char *kid = dep_json_string(record->claims, "kid");
    int64_t from = 0;
    if (strcmp(record->type, "status.issued") == 0)
        return dep_heard_add_issued(heard, &record->sha256, &record->by);
    if (strcmp(record->type, "key.revoked") != 0 || !kid ||
        !dep_json_int(record->claims, "from_index", &from) || from < 0)
        return DEP_OK;
    struct dep_heard_revocation revocation = {
        {record->by.origin, kid, record->by.index}, (uint64_t)from, record->index};
    return dep_heard_add_revocation(heard, &revocation);
}

static int take_heard(struct listening *listening, const struct dep_index_row *row,
                      const struct dep_heard_record *record, const json_t *heard)
{
    struct dep_finding why = {.id = ""};
    const char *member = dep_json_string(record->claims, "iss");
    int err = dep_heard_add(listening->hearing->heard, record, &why);
    if (err == DEP_FOUND)
        return add_unread(listening, row, why.id);
    if (!err)
        err = take_listed(listening, record, member, dep_json_object(heard, "in_force"));
    return err ? err : take_withdrawn(listening, record, heard);
}

/* What another member signed and a package brought: heard where it was taken in. Of this member's
 * own records what counts is what stands in its log. */
static int take_foreign(void *context, const struct dep_index_row *row)
{
    struct listening *listening = context;
    struct dep_node *node = listening->node;
    DEP_AUTO_VIEW view = {.claims = NULL};
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why = {.id = ""};
    if (row->index < listening->hearing->next)
        return DEP_OK;
    int err = dep_node_view_row(node, row, true, &view, listening->problem);
    if (!err && !view.readable)
        return add_unread(listening, row, view.why_not);
    if (!err)
        err = dep_foreign_open(node->schemas, view.claims, &foreign, &why);
    if (err == DEP_FOUND)
        return add_unread(listening, row, why.id);
    if (err || strcmp(foreign.record.iss, dep_register_info(node->reg)->member) == 0)
        return err;
    const char *origin = dep_json_string(view.claims, "origin"),
               *place = dep_json_string(view.claims, "index");
    struct dep_heard_record record = {.index = row->index,
                                      .type = foreign.record.type,
                                      .claims = foreign.claims,
                                      .whole = foreign.withheld_count == 0,
                                      .by = {origin ? origin : "", foreign.record.kid, 0}};
    dep_sha256(foreign.record.jwt.text, &record.sha256);
    if (!place || !dep_u64_parse(dep_slice_string(place), UINT64_MAX, &record.by.index))
        return add_unread(listening, row, "foreign.form");
    err = dep_heard_type_find(record.type) ? take_heard(listening, row, &record, view.claims)
                                           : take_told(listening, &record);
    return err == DEP_ERR_NOMEM ? dep_problem_fault(listening->problem, err, "node.facts", row->jti)
                                : err;
}

static int note_new(void *context, const struct dep_index_row *row)
{
    const struct dep_hearing *hearing = context;
    return row->index >= hearing->next ? DEP_FOUND : DEP_OK;
}

/* What was read under another charter, or was erased since, is no longer what would be read. */
static int forget_stale(struct dep_node *node, const struct dep_charter *charter,
                        struct dep_problem *problem)
{
    struct dep_index_query query = {.type = "record.erased", .newest_first = true, .limit = 1};
    int err = dep_roll_read(node, problem);
    if (err || !node->hearing)
        return err;
    err = dep_roll_list(node, &query, note_new, node->hearing, problem);
    if (err == DEP_FOUND || node->hearing->charter != charter) {
        dep_hearing_free(node->hearing);
        node->hearing = NULL;
    }
    return err < 0 ? err : DEP_OK;
}

static int begin(struct dep_node *node, const struct dep_charter *charter,
                 struct dep_problem *problem)
{
    struct dep_hearing *hearing = dep_alloc(sizeof *hearing);
    int err = hearing ? DEP_OK : DEP_ERR_NOMEM;
    if (!err && !node->names)
        err = dep_names_new(&node->names);
    struct dep_fact_reader reader = {charter, node->names, dep_register_info(node->reg)->member};
    if (!err)
        err = dep_heard_new(&reader, INT64_MAX, &hearing->heard);
    if (err) {
        free(hearing);
        return dep_problem_fault(problem, err, "node.facts", node->dir);
    }
    hearing->charter = charter;
    node->hearing = hearing;
    return DEP_OK;
}

/* All that the log holds by now. */
static int hear(struct dep_node *node, const struct dep_charter *charter,
                struct dep_problem *problem)
{
    int err = forget_stale(node, charter, problem);
    if (!err && !node->hearing)
        err = begin(node, charter, problem);
    struct listening listening = {node, node->hearing, problem};
    for (size_t i = 0; !err && i < dep_heard_type_count(); i++) {
        struct dep_index_query query = {.type = dep_heard_type_at(i)->type};
        err = dep_roll_list(node, &query, take, &listening, problem);
    }
    struct dep_index_query foreign = {.type = "foreign.record"};
    if (!err)
        err = dep_roll_list(node, &foreign, take_foreign, &listening, problem);
    if (!err)
        err = take_revocations(node, node->hearing, problem);
    if (!err) {
        node->hearing->next = dep_register_count(node->reg);
        return DEP_OK;
    }
    dep_hearing_free(node->hearing);
    node->hearing = NULL;
    return err;
}

int dep_node_hear(struct dep_node *node, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(node, dep_register_count(node->reg), &charter, problem);
    return err ? err : hear(node, charter, problem);
}

/* ---- one moment ---- */

static int copy_unread(const struct dep_hearing *hearing, struct dep_known *known)
{
    known->unread = hearing->unread_count
                        ? dep_alloc_array(hearing->unread_count, sizeof *known->unread)
                        : NULL;
    if (hearing->unread_count && !known->unread)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < hearing->unread_count; i++)
        if (hearing->unread[i].index < known->moment.size)
            known->unread[known->unread_count++] = hearing->unread[i].is;
    return DEP_OK;
}

static bool reads_types(const struct dep_node *node)
{
    for (size_t i = 0; i < dep_heard_type_count(); i++) {
        const struct dep_heard_type *type = dep_heard_type_at(i);
        const struct dep_schema *schema = dep_schemas_find(node->schemas, type->type, 0);
        if (!type->open && !(schema && schema->readers & node->roles_shown))
            return false;
    }
    return true;
}

int dep_node_known(struct dep_node *node, const struct dep_moment *moment, struct dep_known *out,
                   struct dep_problem *problem)
{
    struct dep_known known = {.moment = *moment, .member = dep_register_info(node->reg)->member};
    int err = dep_node_charter(node, moment->size, &known.charter, problem);
    if (!err)
        err = hear(node, known.charter, problem);
    if (err)
        return err;
    known.names = node->names;
    known.partial = !reads_types(node);
    err = dep_facts_new(&known.facts);
    if (!err)
        err = dep_heard_facts_at(node->hearing->heard, moment->now_s - moment->uncertainty_s,
                                 moment->size, known.facts);
    if (!err)
        err = copy_unread(node->hearing, &known);
    if (err) {
        dep_known_done(&known);
        return dep_problem_fault(problem, err, "node.facts", "facts");
    }
    *out = known;
    return DEP_OK;
}
