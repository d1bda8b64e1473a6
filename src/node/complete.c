/*
 * Rows of index.db that were projected without a key (after a crash, a restore, a lost index) and
 * lack their protected fields. All processors open the records, one thread reads and writes.
 */
#include "node/belt.h"
#include "node/viewing.h"

struct completing {
    struct dep_node *node;
    struct dep_belt *belt;
    struct dep_problem *problem;
};

struct incomplete {
    const struct dep_node *node;
    struct dep_index_row row;
    bool apart; /* viewed when its turn comes, since it can't be in steps */
    struct dep_viewing viewing;
    bool readable;
    struct dep_index_said said;
    struct dep_problem problem;
    int err;
};

static void incomplete_done(void *thing)
{
    struct incomplete *incomplete = thing;
    dep_viewing_done(&incomplete->viewing);
    dep_index_said_done(&incomplete->said);
}

static int fill(void *context, const struct dep_index_row *row)
{
    struct completing *work = context;
    struct incomplete *out = dep_belt_place(work->belt);
    out->node = work->node;
    out->row = *row;
    out->apart = !dep_viewing_possible(row);
    out->err =
        out->apart ? DEP_OK : dep_viewing_begin(work->node, row, &out->viewing, &out->problem);
    return dep_belt_put(work->belt, (size_t)row->record.len + row->secret.len);
}

static int version_of(const json_t *claims)
{
    int64_t version = 1;
    (void)dep_json_int(claims, "v", &version);
    return (int)version;
}

/* Any thread. */
static void open_one(void *thing)
{
    struct incomplete *out = thing;
    const struct dep_view *view = &out->viewing.view;
    out->readable = false;
    if (out->apart)
        return;
    if (!out->err)
        out->err = dep_viewing_open(&out->viewing, &out->problem);
    if (!out->err && view->readable) {
        out->readable = true;
        out->row = view->row;
        out->row.complete = true;
        out->err = dep_node_project_read(out->node, &out->row, out->row.type,
                                         version_of(view->claims), view->claims, &out->said);
        if (out->err)
            out->err = dep_problem_fault(&out->problem, out->err, "index.read", out->row.jti);
    }
    dep_viewing_clear(&out->viewing);
}

static int complete_apart(struct completing *work, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(work->node, row, true, &view, work->problem);
    if (err || !view.readable || view.handed_why)
        return err;
    /* A record that is held is found by what it says itself. */
    const json_t *claims = view.handed ? view.handed : view.claims;
    struct dep_index_row complete = view.row;
    complete.complete = true;
    const char *type = view.handed ? dep_json_string(claims, "type") : row->type;
    return dep_node_project(work->node, &complete, type, version_of(claims), claims, work->problem);
}

static int take(void *context, void *thing)
{
    struct completing *work = context;
    struct incomplete *incomplete = thing;
    int err = incomplete->err;
    if (incomplete->apart)
        return complete_apart(work, &incomplete->row);
    if (err)
        *work->problem = incomplete->problem;
    else
        err = dep_viewing_end(work->node, &incomplete->viewing, work->problem);
    if (err || !incomplete->readable)
        return err;
    return dep_index_enter(work->node->index, &incomplete->row, &incomplete->said,
                           &work->problem->fault);
}

static int complete_rows(struct completing *work)
{
    static const struct dep_belt_kind kind = {sizeof(struct incomplete), open_one, take,
                                              incomplete_done};
    struct dep_index_query query = {.incomplete = true};
    int err = dep_belt_new(&kind, work, &work->belt);
    if (err)
        return dep_problem_fault(work->problem, err, "node.index", work->node->dir);
    err = dep_index_list(work->node->index, &query, fill, work, &work->problem->fault);
    if (!err)
        err = dep_belt_end(work->belt);
    dep_belt_free(work->belt);
    return err;
}

int dep_node_complete_index(struct dep_node *node, struct dep_problem *problem)
{
    if (dep_register_info(node->reg)->field || node->role_count == 0)
        return DEP_OK;
    struct completing work = {.node = node, .problem = problem};
    int err = dep_index_begin(node->index, &problem->fault);
    if (!err)
        err = complete_rows(&work);
    if (!err)
        return dep_index_commit(node->index, &problem->fault);
    dep_index_rollback(node->index);
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
