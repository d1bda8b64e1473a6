/*
 * The keys with which an officer opens what is sealed here: their own, those of their roles, the
 * vault's; and the rows of the index that waited for them.
 */
#include "node/node_impl.h"
#include "node/tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dep_node_unlock(struct dep_node *node, struct dep_problem *problem)
{
    if (node->unlocked)
        return DEP_OK;
    if (!node->officer[0])
        return dep_problem_found(problem, node->no_officer ? "officer.none" : "officer.which",
                                 "doc/format/register.md 2", node->dir);
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    if (keys < 0)
        return keys;
    char name[DEP_CODE_LEN_MAX + 16];
    (void)snprintf(name, sizeof name, "officer-%s", node->officer);
    if (!dep_keyfile_exists(keys, name, ".identity") &&
        !dep_keyfile_exists(keys, name, ".identity.age"))
        return dep_problem_found(problem, "officer.absent", "doc/format/register.md 2",
                                 node->officer);
    int err = dep_keyfile_load_own(keys, name, node->officer, &node->world, &node->officer_identity,
                                   problem);
    if (!err)
        err = dep_keyfile_load_signing(keys, name, &node->officer_identity, &node->officer_key,
                                       problem);
    if (!err)
        err =
            dep_keyfile_load_signing(keys, "log", &node->officer_identity, &node->log_key, problem);
    node->unlocked = !err;
    if (!err)
        dep_readings_record_due(node);
    return err;
}

/* ---- rows of the index that lack their protected fields ---- */

/* Opened and read by several threads at a time, put into index.db by one, in their order: while
 * one block is put there the next is opened. */
enum { BLOCK = 256, WORTH_THREADS = 64 };

struct opened {
    struct dep_view view;
    struct dep_problem problem;
    int err;
};

struct block {
    struct opened list[BLOCK];
    size_t count;
};

struct completing {
    struct dep_node *node;
    struct dep_tasks *tasks; /* NULL until there are many */
    struct block blocks[2];
    struct block *filling, *opened; /* `opened` is to be put into index.db */
    int err;                        /* of putting it there */
    struct dep_problem *problem;
};

static int complete_one(struct completing *work, struct opened *opened)
{
    struct dep_view *view = &opened->view;
    if (opened->err) {
        *work->problem = opened->problem;
        return opened->err;
    }
    if (!view->readable || view->handed_why)
        return DEP_OK;
    /* A field kit's record is found by what it says itself. */
    const json_t *claims = view->handed ? view->handed : view->claims;
    struct dep_index_row complete = view->row;
    complete.complete = true;
    int64_t version = 1;
    (void)dep_json_int(claims, "v", &version);
    const char *type = view->handed ? dep_json_string(claims, "type") : view->row.type;
    return dep_node_project(work->node, &complete, type, (int)version, claims, work->problem);
}

/* The first task puts the last block into index.db, the others open one row each. */
static void complete_task(void *context, size_t at)
{
    struct completing *work = context;
    if (at == 0) {
        for (size_t i = 0; i < work->opened->count; i++) {
            struct opened *opened = &work->opened->list[i];
            work->err = work->err ? work->err : complete_one(work, opened);
            dep_view_done(&opened->view);
        }
        work->opened->count = 0;
        return;
    }
    struct opened *opened = &work->filling->list[at - 1];
    struct dep_index_row row = opened->view.row;
    opened->err = dep_node_view_row(work->node, &row, true, &opened->view, &opened->problem);
}

static int turn(struct completing *work)
{
    size_t count = 1 + work->filling->count;
    if (!work->tasks && count > WORTH_THREADS && dep_tasks_new(&work->tasks))
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "node.index", work->node->dir);
    if (work->tasks)
        dep_tasks_run(work->tasks, complete_task, work, count);
    for (size_t i = 0; !work->tasks && i < count; i++)
        complete_task(work, i);
    struct block *opened = work->filling;
    work->filling = work->opened;
    work->opened = opened;
    return work->err;
}

/* What has no place is damaged, and completes nothing; only a row with one needs no more of
 * index.db. */
static int complete_row(void *context, const struct dep_index_row *row)
{
    struct completing *work = context;
    if (!row->secret.len)
        return DEP_OK;
    work->filling->list[work->filling->count++] = (struct opened){.view = {.row = *row}};
    return work->filling->count == BLOCK ? turn(work) : DEP_OK;
}

static int complete_rows(struct completing *work)
{
    struct dep_index *index = work->node->index;
    struct dep_problem *problem = work->problem;
    struct dep_index_query query = {.incomplete = true};
    int err = dep_index_begin(index, &problem->fault);
    if (!err)
        err = dep_index_list(index, &query, complete_row, work, &problem->fault);
    for (int rest = 0; !err && rest < 2; rest++)
        err = turn(work);
    if (!err)
        return dep_index_commit(index, &problem->fault);
    dep_index_rollback(index);
    return err;
}

/* What was projected without a key (after a crash, a restore, a lost index) gets its searchable
 * fields now. */
static int complete_index(struct dep_node *node, struct dep_problem *problem)
{
    if (dep_register_info(node->reg)->field || node->role_count == 0)
        return DEP_OK;
    struct completing *work = dep_alloc(sizeof *work);
    if (!work)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.index", node->dir);
    work->node = node;
    work->problem = problem;
    work->filling = &work->blocks[0];
    work->opened = &work->blocks[1];
    int err = complete_rows(work);
    for (size_t b = 0; b < DEP_COUNT(work->blocks); b++)
        for (size_t i = 0; i < work->blocks[b].count; i++)
            dep_view_done(&work->blocks[b].list[i].view);
    dep_tasks_free(work->tasks);
    free(work);
    return err;
}

int dep_node_role_identities(struct dep_node *node, const struct dep_role_identity **out,
                             size_t *out_count, struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (!node->roles_loaded) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        if (keys < 0)
            return keys;
        for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "role-%s", dep_role_name(dep_reading_roles[i]));
            const struct dep_key_state *self =
                dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
            if (!self || !(self->roles & dep_reading_roles[i]) ||
                !dep_keyfile_exists(keys, name, ".identity.age"))
                continue;
            struct dep_role_identity *role = &node->roles[node->role_count];
            err = dep_keyfile_load_identity(keys, name, &node->officer_identity, &role->identity,
                                            problem);
            if (err == DEP_ERR_KEY) {
                node->role_waits = true;
                continue;
            }
            if (err)
                return err;
            role->role = dep_reading_roles[i];
            node->role_count++;
        }
        node->roles_loaded = true;
        err = complete_index(node, problem);
    }
    *out = node->roles;
    *out_count = node->role_count;
    return err;
}

static int stop_at_first(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

int dep_node_make_searchable(struct dep_node *node, struct dep_problem *problem)
{
    bool incomplete = false;
    struct dep_index_query query = {.incomplete = true, .limit = 1};
    if (dep_register_info(node->reg)->field)
        return DEP_OK;
    int err = dep_index_list(node->index, &query, stop_at_first, &incomplete, &problem->fault);
    const struct dep_role_identity *roles;
    size_t count;
    return err >= 0 && incomplete ? dep_node_role_identities(node, &roles, &count, problem)
           : err < 0              ? err
                                  : DEP_OK;
}

int dep_node_vault_identity(struct dep_node *node, const struct dep_age_identity **out,
                            struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (!node->vault_loaded) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        if (keys < 0)
            return keys;
        if (!dep_keyfile_exists(keys, "vault", ".identity.age"))
            return dep_problem_found(problem, "vault.no_key", "doc/format/register.md 2",
                                     node->dir);
        err = dep_keyfile_load_identity(keys, "vault", &node->officer_identity, &node->vault,
                                        problem);
        if (err)
            return err;
        node->vault_loaded = true;
    }
    *out = &node->vault;
    return DEP_OK;
}

int dep_node_container_recipients(struct dep_node *node,
                                  struct dep_age_recipient out[DEP_RECIPIENTS_MAX],
                                  size_t *out_count, struct dep_problem *problem)
{
    const struct dep_key_state *vault = dep_node_key_of(node, DEP_KEY_VAULT, NULL);
    if (!vault ||
        dep_age_recipient_parse(dep_slice_string(vault->age_recipient), &out[0], &problem->finding))
        return dep_problem_found(problem, "vault.not_enrolled", "DESIGN 4", node->dir);
    assert(node->recovery_count < DEP_RECIPIENTS_MAX);
    memcpy(out + 1, node->recovery, node->recovery_count * sizeof *out);
    *out_count = 1 + node->recovery_count;
    return DEP_OK;
}
