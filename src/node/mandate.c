/*
 * What a record of the mandate refers to, gathered for the judge: the records named, what was
 * recorded about them since, and the lists in force.
 */
#include "node/mandate.h"

#include "node/charter.h"
#include "node/consent.h"
#include "node/node_impl.h"
#include "node/stated.h"
#include "rules/judge.h"
#include "rules/mandate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

struct dep_mandate_lists {
    uint64_t at;  /* as dep_roll_lists_at() */
    json_t *kept; /* the claims that the rest borrows from */
    struct dep_mandate_code *codes;
    struct dep_mandate_member *members;
    size_t code_count, code_room, member_count, member_room;
};

void dep_mandate_lists_free(struct dep_mandate_lists *lists)
{
    if (!lists)
        return;
    json_decref(lists->kept);
    free(lists->codes);
    free(lists->members);
    free(lists);
}

static int list_code(struct dep_mandate_lists *lists, const char *id, const json_t *claims)
{
    void *grown = dep_list_reserve(lists->codes, lists->code_count, 1, sizeof *lists->codes,
                                   &lists->code_room);
    if (!grown)
        return DEP_ERR_NOMEM;
    lists->codes = grown;
    lists->codes[lists->code_count++] =
        (struct dep_mandate_code){.id = id,
                                  .list = dep_json_string(claims, "list"),
                                  .code = dep_json_string(claims, "code"),
                                  .time = dep_mandate_time(claims)};
    return DEP_OK;
}

static int list_member(struct dep_mandate_lists *lists, const json_t *claims)
{
    const char *member = dep_json_string(claims, "member");
    if (!member) /* their number only */
        return DEP_OK;
    void *grown = dep_list_reserve(lists->members, lists->member_count, 1, sizeof *lists->members,
                                   &lists->member_room);
    if (!grown)
        return DEP_ERR_NOMEM;
    lists->members = grown;
    lists->members[lists->member_count++] =
        (struct dep_mandate_member){.formation = dep_json_string(claims, "formation"),
                                    .member = member,
                                    .time = dep_mandate_time(claims)};
    return DEP_OK;
}

struct listing {
    struct dep_node *node;
    struct dep_mandate_lists *lists;
    struct dep_problem *problem;
};

static int list_one(void *context, const struct dep_index_row *row)
{
    const struct listing *listing = context;
    struct dep_mandate_lists *lists = listing->lists;
    if (row->superseded)
        return DEP_OK;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(listing->node, row, false, &view, listing->problem);
    if (err)
        return err;
    err = json_array_append(lists->kept, view.claims) ? DEP_ERR_NOMEM : DEP_OK;
    if (!err)
        err = strcmp(row->type, "code.stated") == 0
                  ? list_code(lists, dep_json_string(view.claims, "jti"), view.claims)
                  : list_member(lists, view.claims);
    return err ? dep_problem_fault(listing->problem, err, "node.mandate", row->jti) : DEP_OK;
}

/* Those in force, made anew where one was recorded since. */
static int lists_read(struct dep_node *node, struct dep_problem *problem)
{
    static const char *const types[] = {"code.stated", "membership.stated"};
    uint64_t at;
    int err = dep_roll_lists_at(node, &at, problem);
    if (err || (node->lists && node->lists->at == at))
        return err;
    struct dep_mandate_lists *lists = dep_alloc(sizeof *lists);
    if (!lists || !(lists->kept = json_array())) {
        free(lists);
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.mandate", node->dir);
    }
    lists->at = at;
    struct listing listing = {node, lists, problem};
    for (size_t i = 0; !err && i < DEP_COUNT(types); i++) {
        struct dep_index_query query = {.type = types[i]};
        err = dep_roll_list(node, &query, list_one, &listing, problem);
    }
    if (err) {
        dep_mandate_lists_free(lists);
        return err;
    }
    dep_mandate_lists_free(node->lists);
    node->lists = lists;
    return DEP_OK;
}

int dep_node_mandate_codes(struct dep_node *node, const char *list, dep_mandate_code_fn *each,
                           void *context, struct dep_problem *problem)
{
    int err = lists_read(node, problem);
    for (size_t i = 0; !err && i < node->lists->code_count; i++)
        if (strcmp(node->lists->codes[i].list, list) == 0)
            err = each(context, node->lists->codes[i].code);
    return err;
}

/* ---- what the draft refers to ---- */

enum { BEFORE_MAX = 64 };

/* Records of which each corrects the next. */
struct chain {
    char ids[BEFORE_MAX][DEP_UUID_LEN + 1];
    size_t count;
};

/* One reference with all that is gathered for it. */
struct gathered {
    struct dep_view view, statement;
    struct dep_view *views; /* of `later`, those that stand in the log */
    struct dep_mandate_record *later;
    size_t view_count, later_count, view_room, later_room;
    struct chain before, versions;
};

struct gathering {
    struct dep_node *node;
    struct dep_mandate_group *group;
    const struct dep_draft *drafts;
    size_t at, about;
    struct dep_mandate_ref *refs;
    struct gathered *gathered;
    size_t count;
    struct gathered *now; /* whose later records are gathered */
    struct dep_problem *problem;
};

static void gathering_done(struct gathering *all)
{
    for (size_t i = 0; all->gathered && i < all->count; i++) {
        struct gathered *each = &all->gathered[i];
        dep_view_done(&each->view);
        dep_view_done(&each->statement);
        for (size_t j = 0; j < each->view_count; j++)
            dep_view_done(&each->views[j]);
        free(each->views);
        free(each->later);
    }
    free(all->gathered);
    free(all->refs);
}

static int add_later(struct gathering *all, const char *type, const char *id, const json_t *claims)
{
    struct gathered *to = all->now;
    if (to->later_count == DEP_MANDATE_LATER_MAX)
        return dep_problem_fault(all->problem, DEP_ERR_CAP, "node.mandate", to->view.row.jti);
    void *grown =
        dep_list_reserve(to->later, to->later_count, 1, sizeof *to->later, &to->later_room);
    if (!grown)
        return dep_problem_fault(all->problem, DEP_ERR_NOMEM, "node.mandate", type);
    to->later = grown;
    to->later[to->later_count++] = (struct dep_mandate_record){type, id, claims};
    return DEP_OK;
}

static int view_later(void *context, const struct dep_index_row *row)
{
    struct gathering *all = context;
    struct gathered *to = all->now;
    const char *type = all->drafts[all->at].type;
    if (row->superseded || !dep_mandate_looks_at(type, to->view.row.type, row->type))
        return DEP_OK;
    if (to->view_count == DEP_MANDATE_LATER_MAX)
        return dep_problem_fault(all->problem, DEP_ERR_CAP, "node.mandate", to->view.row.jti);
    void *grown = dep_list_reserve(to->views, to->view_count, 1, sizeof *to->views, &to->view_room);
    if (!grown)
        return dep_problem_fault(all->problem, DEP_ERR_NOMEM, "node.mandate", row->jti);
    to->views = grown;
    int err = dep_node_view_row(all->node, row, true, &to->views[to->view_count], all->problem);
    if (!err)
        to->view_count++;
    return err;
}

static bool is_about(const json_t *claims, const char *id)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        if (strcmp(dep_json_string(ref, "rel"), "about") == 0 &&
            strcmp(dep_json_string(ref, "id"), id) == 0)
            return true;
    }
    return false;
}

/* About the record or one that it corrects, oldest first; then what the same group is about to
 * record. */
static int gather_later(struct gathering *all)
{
    struct gathered *to = all->now;
    int err = DEP_OK;
    if (!dep_mandate_looks_at(all->drafts[all->at].type, to->view.row.type, NULL))
        return DEP_OK; /* a campaign may have a hundred thousand flows */
    for (size_t i = to->before.count + 1; !err && i-- > 0;) {
        const char *id = i ? to->before.ids[i - 1] : to->view.row.jti;
        struct dep_index_query query = {.ref = id, .rel = "about"};
        err = dep_roll_list(all->node, &query, view_later, all, all->problem);
    }
    for (size_t i = 0; !err && i < to->view_count; i++)
        err = add_later(all, to->views[i].row.type, to->views[i].row.jti,
                        to->views[i].readable ? to->views[i].claims : NULL);
    for (size_t i = 0; !err && i < all->at; i++) {
        const struct dep_draft *draft = &all->drafts[i];
        if (dep_mandate_looks_at(all->drafts[all->at].type, to->view.row.type, draft->type) &&
            is_about(draft->claims, to->view.row.jti))
            err = add_later(all, draft->type, "", draft->claims);
    }
    return err;
}

/* Where it corrects another, that one's id, else "". */
static void corrects(const json_t *claims, char out[DEP_UUID_LEN + 1])
{
    const char *id = dep_record_ref(claims, "supersedes");
    size_t len = id ? strnlen(id, DEP_UUID_LEN) : 0;
    memcpy(out, id ? id : "", len);
    out[len] = 0;
}

static void add_id(struct chain *chain, const char *id)
{
    if (chain->count < BEFORE_MAX)
        memcpy(chain->ids[chain->count++], id, DEP_UUID_LEN + 1);
}

/* What the record of these claims corrects, and that one in turn. */
static int add_corrected(struct gathering *all, const json_t *claims, struct chain *out)
{
    char next[DEP_UUID_LEN + 1];
    corrects(claims, next);
    while (next[0] && out->count < BEFORE_MAX) {
        DEP_AUTO_VIEW view = {.claims = NULL};
        struct dep_index_row row;
        int err = dep_roll_find(all->node, next, &row, all->problem);
        if (err == DEP_FOUND)
            return DEP_OK; /* it corrects nothing that stands here */
        if (!err)
            err = dep_node_view_row(all->node, &row, false, &view, all->problem);
        if (err)
            return err;
        add_id(out, row.jti);
        corrects(view.claims, next);
    }
    return DEP_OK;
}

static int keep_row(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_OK;
}

/* `row` becomes the newest that corrects it. */
static int find_newest(struct gathering *all, struct dep_index_row *row)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && row->superseded && i < BEFORE_MAX; i++) {
        char id[DEP_UUID_LEN + 1];
        memcpy(id, row->jti, sizeof id);
        struct dep_index_query query = {.ref = id, .rel = "supersedes"};
        err = dep_roll_list(all->node, &query, keep_row, row, all->problem);
    }
    return err;
}

/* What the record of these claims is about; what that one is about, where it is a commitment. */
static int find_statement(struct gathering *all, const json_t *claims, struct dep_index_row *out)
{
    const char *id = dep_record_ref(claims, "about");
    int err = id ? dep_roll_find(all->node, id, out, all->problem) : DEP_FOUND;
    if (err || strcmp(out->type, "commitment.made") != 0)
        return err;
    DEP_AUTO_VIEW view = {.claims = NULL};
    err = dep_node_view_row(all->node, out, false, &view, all->problem);
    id = err ? NULL : dep_record_ref(view.claims, "about");
    return id ? dep_roll_find(all->node, id, out, all->problem) : err ? err : DEP_FOUND;
}

/* The statement from which it was drawn, as it stands now, and all that it was. */
static int gather_statement(struct gathering *all, struct dep_mandate_ref *ref)
{
    struct gathered *to = all->now;
    struct dep_index_row row;
    if (!dep_mandate_goes_back(all->drafts[all->at].type, to->view.row.type))
        return DEP_OK;
    int err = find_statement(all, to->view.claims, &row);
    if (err == DEP_FOUND)
        return DEP_OK;
    if (!err)
        err = find_newest(all, &row);
    if (!err)
        err = dep_node_view_row(all->node, &row, true, &to->statement, all->problem);
    if (err)
        return err;
    add_id(&to->versions, to->statement.row.jti);
    err = add_corrected(all, to->statement.claims, &to->versions);
    ref->statement =
        (struct dep_mandate_record){to->statement.row.type, to->statement.row.jti,
                                    to->statement.readable ? to->statement.claims : NULL};
    ref->versions = (const char(*)[DEP_UUID_LEN + 1]) to->versions.ids;
    ref->version_count = to->versions.count;
    return err;
}

/* What an import is judged as a whole for refers to a row before it (import.h). In a commit nothing
 * does: no reference has the digest of what isn't issued yet, and what stands in the log is looked
 * for first. */
static void gather_draft(const struct gathering *all, struct dep_mandate_ref *ref)
{
    if (all->about == 0)
        return;
    const struct dep_draft *draft = &all->drafts[all->about - 1];
    ref->here = draft->jti && strcmp(draft->jti, ref->record.id) == 0;
    if (ref->here)
        ref->record = (struct dep_mandate_record){draft->type, ref->record.id, draft->claims};
}

/* Of what it only rests on, the type is all that the rules ask for. */
static int gather_ref(struct gathering *all, size_t at, const json_t *stated)
{
    struct dep_mandate_ref *ref = &all->refs[at];
    struct gathered *to = all->now = &all->gathered[at];
    struct dep_index_row row;
    uint8_t sha256[DEP_HASH_LEN];
    const char *hex = dep_json_string(stated, "sha256");
    ref->rel = dep_json_string(stated, "rel");
    ref->record.id = dep_json_string(stated, "id");
    ref->record.type = "";
    int err = dep_roll_find(all->node, ref->record.id, &row, all->problem);
    if (err == DEP_FOUND)
        gather_draft(all, ref);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err;
    ref->here = dep_hex_parse(dep_slice_string(hex), sha256, sizeof sha256) &&
                memcmp(sha256, row.sha256.bytes, sizeof sha256) == 0;
    ref->corrected = row.superseded;
    bool about = strcmp(ref->rel, "about") == 0, before = strcmp(ref->rel, "supersedes") == 0;
    err = dep_node_view_row(all->node, &row, about || before, &to->view, all->problem);
    if (!err)
        err = add_corrected(all, to->view.claims, &to->before);
    if (!err && about)
        err = gather_later(all);
    if (!err)
        err = gather_statement(all, ref);
    ref->record.type = err ? "" : to->view.row.type;
    ref->record.claims = !err && to->view.readable ? to->view.claims : NULL;
    ref->before = (const char(*)[DEP_UUID_LEN + 1]) to->before.ids;
    ref->before_count = to->before.count;
    ref->later = to->later;
    ref->later_count = to->later_count;
    return err;
}

static int gather(struct gathering *all)
{
    const json_t *refs = dep_json_array(all->drafts[all->at].claims, "refs");
    size_t count = json_array_size(refs);
    if (count == 0)
        return DEP_OK;
    all->refs = dep_alloc_array(count, sizeof *all->refs);
    all->gathered = dep_alloc_array(count, sizeof *all->gathered);
    if (!all->refs || !all->gathered)
        return dep_problem_fault(all->problem, DEP_ERR_NOMEM, "node.mandate", "refs");
    int err = DEP_OK;
    for (; !err && all->count < count; all->count++)
        err = gather_ref(all, all->count, json_array_get(refs, all->count));
    return err;
}

/* ---- judging ---- */

void dep_mandate_group_done(struct dep_mandate_group *group)
{
    dep_names_free(group->names);
    free(group->newest);
    free(group->before);
    *group = (struct dep_mandate_group){.names = NULL};
}

/* Room up to `index`, what is new all zero. */
static size_t *grown(size_t *list, size_t index, size_t *room)
{
    size_t before = *room;
    if (index < before)
        return list;
    size_t *more = dep_list_reserve(list, before, index + 1 - before, sizeof *list, room);
    if (more)
        memset(more + before, 0, (*room - before) * sizeof *more);
    return more;
}

/* Where the newest one before this that states the same code is kept. */
static int group_place(const struct gathering *all, size_t **out)
{
    struct dep_mandate_group *group = all->group;
    const json_t *claims = all->drafts[all->at].claims;
    dep_id id;
    DEP_AUTO_BUF name;
    dep_buf_init(&name, DEP_JSON_LEN_MAX);
    dep_buf_addf(&name, "%s %s", dep_json_string(claims, "list"), dep_json_string(claims, "code"));
    int err = dep_buf_err(&name);
    if (!err && !group->names)
        err = dep_names_new(&group->names);
    if (!err)
        err = dep_names_add(group->names, (const char *)name.data, &id);
    if (err)
        return err;
    size_t *newest = grown(group->newest, id, &group->newest_room);
    group->newest = newest ? newest : group->newest;
    size_t *before = grown(group->before, all->at, &group->before_room);
    group->before = before ? before : group->before;
    if (!newest || !before)
        return DEP_ERR_NOMEM;
    *out = &newest[id];
    return DEP_OK;
}

/* Of the lists the judge knows those that stand in the log; what the same group states with it must
 * not state the same code. */
static int judge_group(const struct gathering *all)
{
    const json_t *claims = all->drafts[all->at].claims;
    struct dep_interval time = dep_mandate_time(claims);
    size_t *newest = NULL;
    int err = group_place(all, &newest);
    if (err)
        return dep_problem_fault(all->problem, err, "node.mandate", "code.stated");
    for (size_t i = *newest; i; i = all->group->before[i - 1]) {
        struct dep_interval then = dep_mandate_time(all->drafts[i - 1].claims);
        if (time.from_s < then.to_s && then.from_s < time.to_s)
            return dep_stated_bad(all->problem, "mandate.code.again", "doc/format/mandate.md",
                                  "/code", dep_json_string(claims, "code"), "");
    }
    all->group->before[all->at] = *newest;
    *newest = all->at + 1;
    return DEP_OK;
}

static int judge(struct gathering *all, uint64_t size)
{
    struct dep_node *node = all->node;
    const struct dep_draft *draft = &all->drafts[all->at];
    const struct dep_charter *charter = NULL;
    struct dep_mandate_finding found = {.where = ""};
    int err = lists_read(node, all->problem);
    if (!err)
        err = dep_node_charter(node, size, &charter, all->problem);
    if (!err)
        err = gather(all);
    if (err)
        return err;
    struct dep_mandate_world world = {.charter = charter,
                                      .self = dep_register_info(node->reg)->member,
                                      .now_s = dep_node_now_ms(node) / 1000,
                                      .codes = node->lists->codes,
                                      .code_count = node->lists->code_count,
                                      .members = node->lists->members,
                                      .member_count = node->lists->member_count};
    struct dep_mandate_draft judged = {draft->type, draft->claims, all->refs, all->count};
    err = dep_mandate_judge(&world, &judged, &found);
    if (!err && strcmp(draft->type, "code.stated") == 0)
        return judge_group(all);
    return err == DEP_FOUND ? dep_stated_bad(all->problem, found.finding.id, found.finding.clause,
                                             found.where, found.stated, found.would_do)
                            : err;
}

int dep_node_mandate_judge(struct dep_node *node, uint64_t size, struct dep_mandate_group *group,
                           const struct dep_draft *drafts, size_t at, size_t about,
                           struct dep_problem *problem)
{
    struct gathering all = {.node = node,
                            .group = group,
                            .drafts = drafts,
                            .at = at,
                            .about = about,
                            .problem = problem};
    assert(about <= at);
    int err = judge(&all, size);
    gathering_done(&all);
    return err;
}

/* ---- the newest word ---- */

static const struct dep_view *newest_update(const struct dep_act *act, const char *updates)
{
    for (size_t i = act->later_count; i-- > 0;) {
        const struct dep_view *later = &act->later[i];
        if (strcmp(later->row.type, updates) == 0 && !later->row.superseded)
            return later;
    }
    return NULL;
}

/* `left`: how far back it is looked. What may not be seen ends a chain. */
static int find_word(struct dep_node *node, const struct dep_act *act, const char *updates,
                     int left, json_t **out, struct dep_problem *problem)
{
    const struct dep_view *newest = newest_update(act, updates);
    const char *before = dep_record_ref(act->head.claims, "supersedes");
    if (newest || !before || left == 0) {
        *out = newest ? json_incref(newest->claims) : NULL;
        return DEP_OK;
    }
    DEP_AUTO_ACT former = {.later = NULL};
    int err = dep_node_act(node, before, act->head.row.type, &former, problem);
    if (err > 0)
        *out = NULL;
    if (err)
        return err < 0 ? err : DEP_OK;
    return find_word(node, &former, updates, left - 1, out, problem);
}

int dep_node_mandate_word(struct dep_node *node, const struct dep_act *act, const char *updates,
                          json_t **out, struct dep_problem *problem)
{
    enum { CORRECTIONS_MAX = 64 };
    return find_word(node, act, updates, CORRECTIONS_MAX, out, problem);
}
