/*
 * From drafts to durable records: issue, commit in one group, project.
 */
#include "node/handed.h"
#include "rules/mandate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct commit_work {
    struct dep_node *node;
    const struct dep_draft *drafts;
    struct dep_issued *issued;
    struct dep_commit_item *items;
    struct dep_committed *placed;
    size_t count;
    dep_judge_fn *judge; /* NULL: nothing hangs on what others recorded */
    void *judge_context;
    dep_decide_fn *decide; /* fills the only draft under the lock; or NULL */
    void *decide_context;
    struct dep_draft decided;
    bool along; /* publishing, before or after, is left to the caller */
    struct dep_problem *problem;
};

static void work_done(struct commit_work *work)
{
    for (size_t i = 0; work->issued && i < work->count; i++)
        dep_issued_done(&work->issued[i]);
    free(work->issued);
    free(work->items);
    free(work->placed);
}

/* The role an officer signs in: the first of theirs that the type's signers name. */
static enum dep_role choose_role(const struct dep_node *node, const struct dep_schema *schema)
{
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    unsigned may = self ? self->roles & schema->signers : 0;
    return may ? (enum dep_role)(may & -may) : (enum dep_role)0;
}

int dep_node_may_sign(const struct dep_node *node, const char *type, struct dep_problem *problem)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, 0);
    return schema && choose_role(node, schema)
               ? DEP_OK
               : dep_problem_found(problem, "record.signer", "doc/format/record.md 5", type);
}

static int issue_one(struct commit_work *work, size_t i)
{
    assert(work->issued && work->items && i < work->count);
    struct dep_node *node = work->node;
    const struct dep_draft *draft = &work->drafts[i];
    struct dep_problem *problem = work->problem;
    const struct dep_schema *schema = dep_schemas_find(node->schemas, draft->type, 0);
    problem->draft = i;
    if (!schema)
        return dep_problem_found(problem, "record.type", "doc/format/record.md 5", draft->type);
    struct dep_issuer issuer = {
        .member = dep_register_info(node->reg)->member,
        .role = draft->role ? draft->role : choose_role(node, schema),
        .code = draft->role == DEP_ROLE_ROOT        ? "root"
                : draft->role == DEP_ROLE_REGISTRAR ? "registrar"
                                                    : node->officer,
        .key = draft->key ? draft->key : node->officer_key,
        .now_ms = node->world.clock(),
        .clock_source = node->world.clock_source,
        .uncertainty_s = node->world.clock_uncertainty_s,
        .random = node->world.random,
    };
    if (!issuer.role)
        return dep_problem_found(problem, "record.signer", "doc/format/record.md 5", draft->type);
    int err = dep_record_issue(node->schemas, draft->type, draft->claims, draft->jti, &issuer,
                               &work->issued[i], &problem->where, &problem->finding);
    if (err < 0)
        return dep_problem_fault(problem, err, "node.issue", draft->type);
    if (err) {
        (void)snprintf(problem->detail, sizeof problem->detail, "%s%s", draft->type,
                       problem->where.instance_path);
        return err;
    }
    work->items[i] = (struct dep_commit_item){
        .jwt = dep_buf_slice(&work->issued[i].jwt),
        .jti = work->issued[i].jti,
        .disclosures = dep_buf_slice(&work->issued[i].disclosures),
        .readers = work->issued[i].readers,
    };
    return DEP_OK;
}

/* A part of the group, issued beside the other. */
struct issue_part {
    struct commit_work work; /* with a problem of its own */
    struct dep_problem problem;
    size_t from, to;
    int err;
};

static void *issue_part(void *context)
{
    struct issue_part *part = context;
    for (size_t i = part->from; !part->err && i < part->to; i++)
        part->err = issue_one(&part->work, i);
    return NULL;
}

/* Signing is what a large group takes longest for: both halves at once. They share only what
 * neither changes. */
static int issue_all(struct commit_work *work)
{
    enum { WORTH_A_THREAD = 64 };
    size_t half = work->count < WORTH_A_THREAD ? work->count : work->count / 2;
    struct issue_part parts[] = {{.work = *work, .to = half},
                                 {.work = *work, .from = half, .to = work->count}};
    pthread_t beside;
    parts[0].work.problem = &parts[0].problem;
    parts[1].work.problem = &parts[1].problem;
    bool threaded = half < work->count && pthread_create(&beside, NULL, issue_part, &parts[1]) == 0;
    (void)issue_part(&parts[0]);
    if (threaded)
        (void)pthread_join(beside, NULL);
    else if (!parts[0].err)
        (void)issue_part(&parts[1]);
    const struct issue_part *bad = parts[0].err ? &parts[0] : &parts[1];
    if (bad->err)
        *work->problem = bad->problem;
    return bad->err;
}

/* The draft hangs on the newest state: it is made, and signed, only now. */
static int make_draft(struct commit_work *work, uint64_t size)
{
    int err = work->decide(work->decide_context, size, &work->decided, work->problem);
    return err ? err : issue_one(work, 0);
}

/* Under the lock: whoever signs must be in force now, also if another process revoked them a moment
 * ago; and what was decided must hold yet. */
static int prepare(void *context, uint64_t first_index)
{
    struct commit_work *work = context;
    struct dep_node *node = work->node;
    int err = dep_node_catch_up(node, first_index, work->problem);
    if (!err && work->judge)
        err = work->judge(work->judge_context, work->problem);
    if (!err && work->decide)
        err = make_draft(work, first_index);
    struct dep_mandate_group group = {.names = NULL};
    for (size_t i = 0; !err && i < work->count; i++) {
        work->problem->draft = i;
        if (dep_mandate_governs(work->drafts[i].type))
            err = dep_node_mandate_judge(node, first_index, &group, work->drafts, i, 0,
                                         work->problem);
    }
    dep_mandate_group_done(&group);
    for (size_t i = 0; !err && i < work->count; i++) {
        DEP_AUTO_RECORD record = {.jti = NULL};
        work->problem->draft = i;
        if (strncmp(work->drafts[i].type, "key.", 4) == 0) {
            err = dep_record_parse(work->items[i].jwt, &record, &work->problem->finding);
            if (!err)
                err = dep_keyset_add(node->keyset, node->schemas, first_index + i, &record,
                                     &work->problem->finding);
            continue;
        }
        char kid[DEP_KID_LEN + 1];
        dep_kid(
            dep_signing_key_public(work->drafts[i].key ? work->drafts[i].key : node->officer_key),
            kid);
        const struct dep_key_state *key = dep_keyset_find(node->keyset, kid);
        if (!key || key->revoked)
            err = dep_problem_found(work->problem, key ? "keyset.revoked" : "keyset.kid",
                                    "DESIGN 4", node->officer);
    }
    if (!err)
        node->keyset_next = first_index + work->count;
    return err;
}

/* The row of a record is made of the record, here as when index.db is made anew. */
static int project_one(struct commit_work *work, size_t i, struct dep_buf *bytes)
{
    struct dep_node *node = work->node;
    struct dep_problem *problem = work->problem;
    const struct dep_committed *placed = &work->placed[i];
    struct dep_outline outline;
    struct dep_index_row row;
    int err =
        dep_outline_parse(dep_buf_slice(&work->issued[i].jwt), bytes, &outline, &problem->finding);
    if (err)
        return dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.issue",
                                 work->issued[i].jti);
    dep_node_row_of(&outline, placed->index, &work->issued[i].sha256, &row);
    /* What a record that is held says itself is told by who may read it. */
    row.complete = !dep_handed_holds(row.type);
    const struct dep_place *from[] = {&placed->record, &placed->secret, &placed->keyring};
    struct dep_index_place *to[] = {&row.record, &row.secret, &row.keyring};
    for (size_t p = 0; p < DEP_COUNT(from); p++)
        *to[p] = (struct dep_index_place){
            .segment = from[p]->segment, .len = from[p]->len, .offset = from[p]->offset};
    return dep_node_project(node, &row, row.type, 0, work->drafts[i].claims, problem);
}

/* The transaction ends with dep_node_publish(): who reads index.db finds nothing in it that the log
 * doesn't cover yet. */
static int project(struct commit_work *work)
{
    struct dep_node *node = work->node;
    int err = dep_node_catch_up(node, work->placed[0].index, work->problem);
    if (!err && !node->projecting) {
        err = dep_index_begin(node->index, &work->problem->fault);
        node->projecting = !err;
    }
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, 2 * DEP_JWT_LEN_MAX);
    for (size_t i = 0; !err && i < work->count; i++)
        err = project_one(work, i, &bytes);
    if (err && node->projecting) {
        dep_index_rollback(node->index);
        node->projecting = false;
    }
    return err;
}

static bool is_governed(const struct dep_draft *drafts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dep_mandate_governs(drafts[i].type))
            return true;
    return false;
}

static bool changes_readers(const struct dep_draft *drafts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(drafts[i].type, "key.", 4) == 0)
            return true;
    return false;
}

int dep_node_due_ms(const struct dep_node *node)
{
    return dep_register_due_ms(node->reg);
}

/* The officer's readings go along: behind what was recorded, under the same checkpoint. */
int dep_node_publish(struct dep_node *node, struct dep_problem *problem)
{
    if (dep_node_due_ms(node) >= 0)
        dep_readings_record(node);
    int err = dep_register_publish(node->reg, node->log_key, &problem->fault);
    if (!node->projecting)
        return err;
    node->projecting = false;
    if (!err)
        return dep_index_commit(node->index, &problem->fault);
    dep_index_rollback(node->index);
    return err;
}

static int commit_once(struct commit_work *work)
{
    struct dep_node *node = work->node;
    return dep_register_commit(node->reg, work->items, work->count, node->log_key, prepare, work,
                               work->placed, &work->problem->fault);
}

static int commit_issued(struct commit_work *work, struct dep_done *out)
{
    struct dep_node *node = work->node;
    struct dep_problem *problem = work->problem;
    int err = commit_once(work);
    if (err == DEP_ERR_LOCKED && strcmp(problem->fault.what, "store.tail") == 0) {
        err = dep_node_take_up_tail(node, problem);
        if (!err)
            err = commit_once(work);
    }
    bool readers = changes_readers(work->drafts, work->count);
    if (err) {
        /* prepare() let the keyset take in keys that the log now doesn't hold. */
        return readers && dep_node_forget_keys(node) ? DEP_ERR_NOMEM : err;
    }
    /* Durable from here on: what follows can be made again from the records. */
    for (size_t i = 0; i < work->count; i++) {
        out[i].index = work->placed[i].index;
        out[i].sha256 = work->issued[i].sha256;
        memcpy(out[i].jti, work->issued[i].jti, sizeof out[i].jti);
        if (node->kept && work->decide)
            dep_buf_add_slice(node->kept, dep_buf_slice(&work->issued[i].disclosures));
    }
    err = project(work);
    return !err && readers ? dep_node_apply_readers(node, problem) : err;
}

static int append(struct commit_work *work, struct dep_done *out)
{
    struct dep_node *node = work->node;
    assert(work->count > 0 && work->count <= DEP_COMMIT_RECORDS_MAX);
    bool decides = work->decide || work->judge || is_governed(work->drafts, work->count);
    int err = dep_node_unlock(node, work->problem);
    if (!err && !work->along && (decides || dep_node_due_ms(node) == 0))
        err = dep_node_publish(node, work->problem);
    if (!err && decides)
        err = dep_roll_read(node, work->problem); /* now, so that others don't wait for it */
    if (err)
        return err;
    work->issued = dep_alloc_array(work->count, sizeof *work->issued);
    work->items = dep_alloc_array(work->count, sizeof *work->items);
    work->placed = dep_alloc_array(work->count, sizeof *work->placed);
    if (!work->issued || !work->items || !work->placed)
        err = dep_problem_fault(work->problem, DEP_ERR_NOMEM, "node.commit", node->dir);
    if (!err && !work->decide)
        err = issue_all(work);
    if (!err)
        err = commit_issued(work, out);
    work_done(work);
    if (!err || work->along)
        return err;
    struct dep_problem second = {.detail = ""};
    (void)!dep_node_publish(node, &second); /* what went before; the first error is the one told */
    return err;
}

int dep_node_append(struct dep_node *node, const struct dep_draft *drafts, size_t count,
                    struct dep_done *out, struct dep_problem *problem)
{
    struct commit_work work = {.node = node, .drafts = drafts, .count = count, .problem = problem};
    return append(&work, out);
}

int dep_node_append_along(struct dep_node *node, const struct dep_draft *draft,
                          struct dep_done *out, struct dep_problem *problem)
{
    struct commit_work work = {
        .node = node, .drafts = draft, .count = 1, .along = true, .problem = problem};
    return append(&work, out);
}

int dep_node_commit(struct dep_node *node, const struct dep_draft *drafts, size_t count,
                    struct dep_done *out, struct dep_problem *problem)
{
    int err = dep_node_append(node, drafts, count, out, problem);
    return err ? err : dep_node_publish(node, problem);
}

int dep_node_commit_judged(struct dep_node *node, const struct dep_draft *draft,
                           dep_judge_fn *judge, void *context, struct dep_done *out,
                           struct dep_problem *problem)
{
    struct commit_work work = {.node = node,
                               .drafts = draft,
                               .count = 1,
                               .judge = judge,
                               .judge_context = context,
                               .problem = problem};
    int err = append(&work, out);
    return err ? err : dep_node_publish(node, problem);
}

int dep_node_decide(struct dep_node *node, dep_decide_fn *decide, void *context,
                    struct dep_done *out, struct dep_problem *problem)
{
    struct commit_work work = {.node = node,
                               .count = 1,
                               .decide = decide,
                               .decide_context = context,
                               .decided = {.type = ""},
                               .problem = problem};
    work.drafts = &work.decided;
    int err = append(&work, out);
    return err ? err : dep_node_publish(node, problem);
}
