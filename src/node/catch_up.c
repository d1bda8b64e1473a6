/*
 * Catching up with the records: what was committed since, into the keyset and index.db. Where it is
 * much (index.db was lost) all processors parse, and one thread writes.
 */
#include "node/belt.h"
#include "node/node_impl.h"

#include <string.h>

struct catch_up {
    struct dep_node *node;
    struct dep_problem *problem;
    uint64_t index_next, upto;
    struct dep_belt *belt;
};

static void place_to_index(const struct dep_place *from, struct dep_index_place *out)
{
    *out = (struct dep_index_place){
        .segment = from->segment, .len = from->len, .offset = from->offset};
}

bool dep_node_is_key_record(const char *type)
{
    return strncmp(type, "key.", 4) == 0;
}

static bool is_settings(const char *type)
{
    return strcmp(type, "member.settings") == 0;
}

static int take_settings(struct dep_node *node, uint64_t index, const json_t *claims,
                         struct dep_problem *problem)
{
    struct dep_age_recipient fresh[DEP_RECIPIENTS_MAX];
    size_t count = 0, i;
    json_t *text;
    const json_t *recovery = dep_json_array(claims, "recovery");
    json_array_foreach(recovery, i, text)
    {
        const char *recipient = json_string_value(text);
        if (count == DEP_RECIPIENTS_MAX - 1 || !recipient ||
            dep_age_recipient_parse(dep_slice_string(recipient), &fresh[count], &problem->finding))
            return dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.settings", "member.settings");
        count++;
    }
    memcpy(node->recovery, fresh, sizeof fresh);
    node->recovery_count = count;
    node->settings_at = index;
    return DEP_OK;
}

/* ---- one record beyond what keyset and index know ---- */

struct taken {
    const struct dep_node *node;
    struct dep_buf line;
    uint64_t index;
    struct dep_place place;
    bool project;
    struct dep_index_row row;
    struct dep_index_said said;
    struct dep_record record; /* of keys and settings alone; borrows from line */
    json_t *claims;           /* the same */
    struct dep_problem problem;
    int err;
};

static void taken_clear(struct taken *taken)
{
    dep_record_done(&taken->record);
    json_decref(taken->claims);
    taken->claims = NULL;
}

static void taken_done(void *thing)
{
    struct taken *taken = thing;
    taken_clear(taken);
    dep_index_said_done(&taken->said);
    dep_buf_done(&taken->line);
}

/* `taken` is all zero, or served before. */
static void taken_begin(const struct dep_node *node, uint64_t index, const struct dep_place *place,
                        struct taken *taken)
{
    taken_clear(taken);
    taken->node = node;
    taken->index = index;
    taken->place = *place;
    if (!taken->line.cap)
        dep_buf_init(&taken->line, DEP_JWT_LEN_MAX);
    dep_buf_clear(&taken->line);
}

static int project_read(struct taken *taken)
{
    const struct dep_record *record = &taken->record;
    const char *item = dep_json_string(taken->claims, "item");
    struct dep_outline outline = {.jti = dep_slice_string(record->jti),
                                  .type = dep_slice_string(record->type),
                                  .kid = dep_slice_string(record->kid),
                                  .by_code = dep_slice_string(record->by_code),
                                  .item = dep_slice_string(item ? item : ""),
                                  .iat = record->iat};
    dep_node_row_of(&outline, taken->index, &record->jwt.sha256, &taken->row);
    place_to_index(&taken->place, &taken->row.record);
    taken->row.complete = json_object_get(record->jwt.payload, "_sd") == NULL;
    int err = dep_node_project_read(taken->node, &taken->row, taken->row.type, record->version,
                                    taken->claims, &taken->said);
    return err ? dep_problem_fault(&taken->problem, err, "index.read", taken->row.jti) : DEP_OK;
}

/* Any thread. */
static void parse_taken(void *thing)
{
    struct taken *taken = thing;
    struct dep_problem *problem = &taken->problem;
    int err = dep_record_parse(dep_buf_slice(&taken->line), &taken->record, &problem->finding);
    if (!err)
        err = dep_record_claims(taken->node->schemas, &taken->record, (struct dep_slice){NULL, 0},
                                true, &taken->claims, &problem->where, &problem->finding);
    if (!err && taken->project)
        err = project_read(taken);
    taken->err = err;
    if (err || (!dep_node_is_key_record(taken->record.type) && !is_settings(taken->record.type)))
        taken_clear(taken);
}

/* Signatures of key records are judged here; those of others when they are shown or verified. */
static int enter_taken(struct dep_node *node, const struct taken *taken,
                       struct dep_problem *problem)
{
    const struct dep_record *record = &taken->record;
    bool fresh = record->type && taken->index >= node->keyset_next;
    int err = taken->err;
    if (err)
        *problem = taken->problem;
    if (!err && fresh && dep_node_is_key_record(record->type))
        err = dep_keyset_add(node->keyset, node->schemas, taken->index, record, &problem->finding);
    if (!err && fresh && is_settings(record->type))
        err = take_settings(node, taken->index, taken->claims, problem);
    if (err == DEP_FOUND)
        return dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.record", "record %llu: %s",
                             (unsigned long long)taken->index, problem->finding.id);
    return err || !taken->project
               ? err
               : dep_index_enter(node->index, &taken->row, &taken->said, &problem->fault);
}

static int enter_line(void *context, void *thing)
{
    struct catch_up *work = context;
    return enter_taken(work->node, thing, work->problem);
}

static int catch_up_line(void *context, uint64_t index, const struct dep_place *place,
                         struct dep_slice jwt)
{
    struct catch_up *work = context;
    if (index >= work->upto)
        return DEP_FOUND;
    struct taken *taken = dep_belt_place(work->belt);
    taken_begin(work->node, index, place, taken);
    taken->project = index >= work->index_next;
    dep_buf_add_slice(&taken->line, jwt);
    int err = dep_buf_err(&taken->line);
    return err ? err : dep_belt_put(work->belt, jwt.len);
}

/* All lines that there are. */
static int catch_up_lines(struct catch_up *work)
{
    static const struct dep_belt_kind kind = {sizeof(struct taken), parse_taken, enter_line,
                                              taken_done};
    struct dep_node *node = work->node;
    uint64_t from = node->keyset_next < work->index_next ? node->keyset_next : work->index_next;
    int err = dep_belt_new(&kind, work, &work->belt);
    if (err)
        return dep_problem_fault(work->problem, err, "node.index", node->dir);
    err = dep_register_walk(node->reg, from, true, catch_up_line, work, &work->problem->fault);
    if (err >= 0)
        err = dep_belt_end(work->belt);
    dep_belt_free(work->belt);
    return err;
}

static int catch_up_secret(void *context, enum dep_secret_kind kind, const char *jti,
                           uint64_t index, const struct dep_place *place)
{
    struct catch_up *work = context;
    struct dep_index_place none = {.len = 0}, there;
    place_to_index(place, &there);
    bool secret = kind == DEP_SECRET_PRIVATE;
    return dep_index_set_secret(work->node->index, jti, secret ? &there : &none,
                                secret ? &none : &there, index == UINT64_MAX,
                                &work->problem->fault);
}

/* The keyset is built from the key records alone, which the index lists; the index itself from all.
 */
static int feed_known_keys(void *context, const struct dep_index_row *row)
{
    struct catch_up *work = context;
    struct dep_node *node = work->node;
    if (row->index < node->keyset_next || row->index >= work->index_next)
        return DEP_OK;
    if (!dep_node_is_key_record(row->type) && !is_settings(row->type))
        return DEP_OK;
    struct taken taken = {.project = false};
    struct dep_place place = {
        .segment = row->record.segment, .len = row->record.len, .offset = row->record.offset};
    taken_begin(node, row->index, &place, &taken);
    int err = dep_register_read(node->reg, &taken.place, &taken.line, &work->problem->fault);
    if (!err) {
        parse_taken(&taken);
        err = enter_taken(node, &taken, work->problem);
    }
    taken_done(&taken);
    return err;
}

int dep_node_forget_keys(struct dep_node *node)
{
    struct dep_keyset *fresh = NULL;
    int err = dep_keyset_new(&fresh);
    if (err)
        return err;
    dep_keyset_free(node->keyset);
    node->keyset = fresh;
    node->keyset_next = 0;
    return DEP_OK;
}

int dep_node_catch_up(struct dep_node *node, uint64_t upto, struct dep_problem *problem)
{
    struct catch_up work = {.node = node, .problem = problem, .upto = upto};
    int err = dep_index_next(node->index, &work.index_next, &problem->fault);
    if (!err && node->keyset_next < work.index_next) {
        static const char *const types[] = {"key.", "member.settings"};
        for (size_t i = 0; !err && i < DEP_COUNT(types); i++) {
            struct dep_index_query query = {.type = types[i]};
            err = dep_index_list(node->index, &query, feed_known_keys, &work, &problem->fault);
        }
        if (!err)
            node->keyset_next = work.index_next;
        else if (dep_node_forget_keys(node))
            err = DEP_ERR_NOMEM;
    }
    if (err || work.index_next >= upto)
        return err;
    err = dep_index_begin(node->index, &problem->fault);
    if (err)
        return err;
    /* Another process may have projected between the look and the lock. */
    err = dep_index_next(node->index, &work.index_next, &problem->fault);
    if (!err)
        err = catch_up_lines(&work);
    if (!err)
        err = dep_register_walk_secrets(node->reg, catch_up_secret, &work, &problem->fault);
    if (err < 0) {
        dep_index_rollback(node->index);
        return err;
    }
    node->keyset_next = upto;
    return dep_index_commit(node->index, &problem->fault);
}
