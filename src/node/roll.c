#include "node/roll.h"

#include "node/node_impl.h"
#include "record/keyset.h"
#include "rules/judge.h"

#include <stdlib.h>
#include <string.h>

/* Chains go from the newest to the oldest; they hold the number of a row or ref plus one, 0 ends
 * them. */
struct roll_row {
    struct dep_hash sha256;
    int64_t iat;
    uint64_t offset;
    uint32_t len;
    dep_id jti, type, kid, code, item;
    uint32_t before, before_of_type; /* of the same item, of the same type */
    bool superseded, erased, has_protected;
};

struct roll_ref {
    dep_id rel;
    uint32_t row, before; /* before: to the same target */
};

/* What hangs on a name. */
struct roll_name {
    uint32_t row;      /* whose jti it is */
    uint32_t of_item;  /* the newest record of this item */
    uint32_t of_type;  /* ... and of this type */
    uint32_t referred; /* the newest reference to it */
};

/* The same type, key and officer come again and again. */
struct roll_last {
    char text[DEP_TYPE_LEN_MAX + 1];
    dep_id id;
};

struct dep_roll {
    struct dep_names *texts;
    struct roll_row *rows;
    size_t count, room;
    struct roll_ref *refs;
    size_t ref_count, ref_room;
    struct roll_name *names; /* by dep_id */
    size_t name_room;
    struct roll_last last_type, last_kid, last_code;
    struct dep_frontier tree;
    struct dep_hash keys; /* as dep_keyset_trail() */
    size_t settings_at;   /* of the newest member.settings */
    uint64_t lists_at;    /* dep_roll_lists_at() */
    struct dep_buf bytes; /* of the record that is read */
    dep_id about, supersedes, erasure;
};

void dep_roll_free(struct dep_roll *roll)
{
    if (!roll)
        return;
    dep_names_free(roll->texts);
    free(roll->rows);
    free(roll->refs);
    free(roll->names);
    dep_buf_done(&roll->bytes);
    free(roll);
}

/* ---- reading ---- */

/* Room for `count + 1` at least; NULL without memory. Doubled, so that adding stays cheap. */
static void *grow(void *old, size_t count, size_t *room, size_t size)
{
    enum { ROOM_MIN = 1024 };
    if (count < *room)
        return old;
    size_t wanted = count < ROOM_MIN ? ROOM_MIN : 2 * count;
    void *grown = dep_realloc_array(old, wanted, size);
    if (!grown)
        return NULL;
    memset((uint8_t *)grown + *room * size, 0, (wanted - *room) * size);
    *room = wanted;
    return grown;
}

static int name_add(struct dep_roll *roll, const char *text, dep_id *out)
{
    dep_id id;
    int err = dep_names_add(roll->texts, text, &id);
    if (err)
        return err;
    struct roll_name *names = grow(roll->names, id, &roll->name_room, sizeof *names);
    if (!names)
        return DEP_ERR_NOMEM;
    roll->names = names;
    *out = id;
    return DEP_OK;
}

/* Longer than any id or code: a record that our own log can't hold. */
static bool text_copy(struct dep_slice text, char out[DEP_TYPE_LEN_MAX + 1])
{
    if (text.len > DEP_TYPE_LEN_MAX || dep_slice_find(text, 0) < text.len)
        return false;
    if (text.len)
        memcpy(out, text.data, text.len);
    out[text.len] = 0;
    return true;
}

static int slice_add(struct dep_roll *roll, struct dep_slice text, dep_id *out)
{
    char copy[DEP_TYPE_LEN_MAX + 1];
    return text_copy(text, copy) ? name_add(roll, copy, out) : DEP_ERR_CORRUPT;
}

static int again_add(struct dep_roll *roll, struct roll_last *last, struct dep_slice text,
                     dep_id *out)
{
    if (!last->id || !dep_slice_equal_string(text, last->text)) {
        int err = slice_add(roll, text, &last->id);
        if (err || !text_copy(text, last->text))
            return err;
    }
    *out = last->id;
    return DEP_OK;
}

static struct roll_row *row_named(struct dep_roll *roll, dep_id jti)
{
    uint32_t number = roll->names[jti].row;
    return number ? &roll->rows[number - 1] : NULL;
}

/* What a reference does to the record that it names; that stands before it. */
static void apply_ref(struct dep_roll *roll, const struct roll_row *row, dep_id rel, dep_id target)
{
    struct roll_row *named = row_named(roll, target);
    if (!named)
        return;
    if (rel == roll->about && row->type == roll->erasure)
        named->erased = true;
    if (rel == roll->supersedes && row->type == named->type && row->item == named->item)
        named->superseded = true;
}

static int refs_add(struct dep_roll *roll, const struct roll_row *row, struct dep_slice refs)
{
    struct dep_outline_ref ref;
    while (refs.len) {
        if (!dep_outline_ref_next(&refs, &ref) || !ref.id.len)
            return DEP_ERR_CORRUPT;
        struct roll_ref *grown = grow(roll->refs, roll->ref_count, &roll->ref_room, sizeof *grown);
        dep_id rel, target;
        int err = grown ? slice_add(roll, ref.rel, &rel) : DEP_ERR_NOMEM;
        roll->refs = grown ? grown : roll->refs;
        if (!err)
            err = slice_add(roll, ref.id, &target);
        if (err)
            return err;
        apply_ref(roll, row, rel, target);
        struct roll_name *name = &roll->names[target];
        roll->refs[roll->ref_count] = (struct roll_ref){rel, (uint32_t)roll->count, name->referred};
        name->referred = (uint32_t)++roll->ref_count;
    }
    return DEP_OK;
}

static int row_add(struct dep_roll *roll, const struct dep_outline *outline, struct roll_row *row)
{
    row->iat = outline->iat;
    row->has_protected = outline->has_protected;
    int err = slice_add(roll, outline->jti, &row->jti);
    if (!err)
        err = again_add(roll, &roll->last_type, outline->type, &row->type);
    if (!err)
        err = again_add(roll, &roll->last_kid, outline->kid, &row->kid);
    if (!err)
        err = again_add(roll, &roll->last_code, outline->by_code, &row->code);
    if (!err && outline->item.len)
        err = slice_add(roll, outline->item, &row->item);
    if (!err)
        err = refs_add(roll, row, outline->refs);
    if (err)
        return err;
    struct roll_row *rows = grow(roll->rows, roll->count, &roll->room, sizeof *rows);
    if (!rows)
        return DEP_ERR_NOMEM;
    roll->rows = rows;
    if (row->item) {
        row->before = roll->names[row->item].of_item;
        roll->names[row->item].of_item = (uint32_t)roll->count + 1;
    }
    row->before_of_type = roll->names[row->type].of_type;
    roll->names[row->type].of_type = (uint32_t)roll->count + 1;
    rows[roll->count++] = *row;
    roll->names[row->jti].row = (uint32_t)roll->count;
    return DEP_OK;
}

/* What keys, recovery recipients (node.c) and lists (mandate.c) are made of. */
static void note_setting(struct dep_roll *roll, uint64_t index, const struct roll_row *row)
{
    const char *type = dep_names_text(roll->texts, row->type);
    if (strcmp(type, "key.enrolled") == 0 || strcmp(type, "key.revoked") == 0 ||
        strcmp(type, "key.shared") == 0)
        dep_keyset_trail_add(&roll->keys, index, &row->sha256);
    else if (strcmp(type, "member.settings") == 0)
        roll->settings_at = index;
    else if (strcmp(type, "code.stated") == 0 || strcmp(type, "membership.stated") == 0)
        roll->lists_at = index + 1;
}

struct roll_walk {
    struct dep_roll *roll;
    struct dep_problem *problem;
};

static int read_line(void *context, uint64_t index, const struct dep_place *place,
                     struct dep_slice jwt)
{
    struct roll_walk *walk = context;
    struct dep_roll *roll = walk->roll;
    struct roll_row row = {.offset = place->offset, .len = place->len};
    struct dep_hash leaf;
    struct dep_outline outline;
    if (roll->count == DEP_ROLL_RECORDS_MAX)
        return dep_problem_fault(walk->problem, DEP_ERR_CAP, "node.roll", "records");
    dep_sha256(jwt, &row.sha256);
    dep_sha256_leaf(&row.sha256, &leaf);
    dep_frontier_add(&roll->tree, &leaf);
    int err = dep_outline_parse(jwt, &roll->bytes, &outline, &walk->problem->finding);
    if (!err)
        err = row_add(roll, &outline, &row);
    if (!err)
        note_setting(roll, index, &row);
    return err ? dep_fault_set(&walk->problem->fault, err < 0 ? err : DEP_ERR_CORRUPT, 0,
                               "node.record", "record %llu", (unsigned long long)index)
               : DEP_OK;
}

/* All lines together are what the checkpoint signs: none is missing, added or changed. */
static int compare_root(struct dep_node *node, struct dep_roll *roll, struct dep_problem *problem)
{
    struct dep_slice note;
    struct dep_checkpoint checkpoint;
    struct dep_hash root;
    int err = dep_register_checkpoint(node->reg, &note, &checkpoint, &problem->fault);
    if (err)
        return err;
    dep_frontier_root(&roll->tree, &root);
    return roll->count == checkpoint.size &&
                   (roll->count == 0 || dep_hash_equal(&root, &checkpoint.root))
               ? DEP_OK
               : dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.log_differs", node->dir);
}

/* Opening fed the keyset from the rows of index.db. */
static int compare_keys(struct dep_node *node, const struct dep_roll *roll,
                        struct dep_problem *problem)
{
    int err =
        node->keyset_next < roll->count ? dep_node_catch_up(node, roll->count, problem) : DEP_OK;
    if (err)
        return err;
    return dep_hash_equal(&roll->keys, dep_keyset_trail(node->keyset)) &&
                   roll->settings_at == node->settings_at
               ? DEP_OK
               : dep_problem_fault(problem, DEP_ERR_CORRUPT, "index.differs", node->dir);
}

static int roll_new(struct dep_roll **out)
{
    struct dep_roll *roll = dep_alloc(sizeof *roll);
    if (!roll)
        return DEP_ERR_NOMEM;
    dep_buf_init(&roll->bytes, 2 * DEP_JWT_LEN_MAX);
    dep_frontier_init(&roll->tree);
    int err = dep_names_new(&roll->texts);
    if (!err)
        err = name_add(roll, "about", &roll->about);
    if (!err)
        err = name_add(roll, "supersedes", &roll->supersedes);
    if (!err)
        err = name_add(roll, "record.erased", &roll->erasure);
    if (err)
        dep_roll_free(roll);
    else
        *out = roll;
    return err;
}

int dep_roll_read(struct dep_node *node, struct dep_problem *problem)
{
    assert(!node->shows_only); /* nothing is decided by who only shows */
    if (node->roll && node->roll->count == dep_register_count(node->reg))
        return DEP_OK;
    int err = node->roll ? DEP_OK : roll_new(&node->roll);
    if (err)
        return dep_problem_fault(problem, err, "node.roll", node->dir);
    struct roll_walk walk = {node->roll, problem};
    err = dep_register_walk(node->reg, node->roll->count, false, read_line, &walk, &problem->fault);
    if (!err)
        err = compare_root(node, node->roll, problem);
    if (!err)
        err = compare_keys(node, node->roll, problem);
    if (err) {
        dep_roll_free(node->roll);
        node->roll = NULL;
    }
    return err;
}

/* ---- asking ---- */

static void copy_name(const struct dep_roll *roll, dep_id id, char *out, size_t room)
{
    const char *text = dep_names_text(roll->texts, id);
    size_t len = strnlen(text, room - 1);
    memcpy(out, text, len);
    out[len] = 0;
}

static void give(const struct dep_roll *roll, size_t at, struct dep_index_row *out)
{
    const struct roll_row *row = &roll->rows[at];
    *out = (struct dep_index_row){.index = at,
                                  .iat = row->iat,
                                  .sha256 = row->sha256,
                                  .record = {.segment = (uint32_t)(at / DEP_SEGMENT_RECORDS),
                                             .len = row->len,
                                             .offset = row->offset},
                                  .superseded = row->superseded,
                                  .erased = row->erased,
                                  .complete = !row->has_protected};
    copy_name(roll, row->jti, out->jti, sizeof out->jti);
    copy_name(roll, row->type, out->type, sizeof out->type);
    copy_name(roll, row->kid, out->kid, sizeof out->kid);
    copy_name(roll, row->code, out->by_code, sizeof out->by_code);
    copy_name(roll, row->item, out->item, sizeof out->item);
}

/* All types, or those that begin so. */
static bool is_beginning(const char *type)
{
    size_t len = strlen(type);
    return len == 0 || type[len - 1] == '.';
}

static bool of_type(const struct dep_roll *roll, const struct roll_row *row, const char *wanted)
{
    const char *type = dep_names_text(roll->texts, row->type);
    return !wanted || (is_beginning(wanted) ? strncmp(type, wanted, strlen(wanted)) == 0
                                            : strcmp(type, wanted) == 0);
}

static bool of_item(const struct dep_roll *roll, const struct roll_row *row,
                    const struct dep_index_query *query)
{
    const char *item = dep_names_text(roll->texts, row->item), *begins = query->item_begins;
    return (!query->item || strcmp(item, query->item) == 0) &&
           (!begins || (row->item && strncmp(item, begins, strlen(begins)) == 0));
}

/* Numbers of the rows asked for, in the order asked for. */
struct picked {
    uint32_t *rows;
    size_t count, room;
};

static int pick(struct picked *picked, size_t row)
{
    /* Two references of one record to another stand beside each other. */
    if (picked->count && picked->rows[picked->count - 1] == row)
        return DEP_OK;
    uint32_t *rows = grow(picked->rows, picked->count, &picked->room, sizeof *rows);
    if (!rows)
        return DEP_ERR_NOMEM;
    picked->rows = rows;
    rows[picked->count++] = (uint32_t)row;
    return DEP_OK;
}

static int pick_matching(const struct dep_roll *roll, const struct dep_index_query *query,
                         size_t at, struct picked *picked)
{
    const struct roll_row *row = &roll->rows[at];
    return of_type(roll, row, query->type) && of_item(roll, row, query) ? pick(picked, at) : DEP_OK;
}

/* From the newest to the oldest. */
static int pick_all(const struct dep_roll *roll, const struct dep_index_query *query,
                    struct picked *picked)
{
    int err = DEP_OK;
    if (query->ref) {
        uint32_t at = roll->names[dep_names_find(roll->texts, query->ref)].referred;
        for (; !err && at; at = roll->refs[at - 1].before) {
            const struct roll_ref *ref = &roll->refs[at - 1];
            if (!query->rel || strcmp(dep_names_text(roll->texts, ref->rel), query->rel) == 0)
                err = pick_matching(roll, query, ref->row, picked);
        }
        return err;
    }
    if (query->item) {
        uint32_t at = roll->names[dep_names_find(roll->texts, query->item)].of_item;
        for (; !err && at; at = roll->rows[at - 1].before)
            err = pick_matching(roll, query, at - 1, picked);
        return err;
    }
    if (query->type && !is_beginning(query->type)) {
        uint32_t at = roll->names[dep_names_find(roll->texts, query->type)].of_type;
        for (; !err && at; at = roll->rows[at - 1].before_of_type)
            err = pick_matching(roll, query, at - 1, picked);
        return err;
    }
    for (size_t at = roll->count; !err && at-- > 0;)
        err = pick_matching(roll, query, at, picked);
    return err;
}

/* What `each` does may read more of the log, and the roll grows; so its rows are given as
 * copies. */
static int give_picked(struct dep_node *node, const struct dep_index_query *query,
                       const struct picked *picked, dep_index_fn *each, void *context)
{
    uint64_t left = query->limit ? query->limit : DEP_INDEX_LIST_MAX;
    int err = DEP_OK;
    for (size_t i = 0; !err && left && i < picked->count; i++) {
        struct dep_index_row row;
        give(node->roll, picked->rows[query->newest_first ? i : picked->count - 1 - i], &row);
        if (query->sees && !query->sees(query->sees_context, &row))
            continue;
        left--;
        err = each(context, &row);
    }
    return err;
}

struct referring {
    struct dep_node *node;
    const struct dep_index_query *query;
    dep_index_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int give_referring(void *context, const struct dep_index_row *row)
{
    struct referring *referring = context;
    int err = dep_node_check_ref(referring->node, row, referring->query->rel, referring->query->ref,
                                 referring->problem);
    return err ? err : referring->each(referring->context, row);
}

/* On a page nothing is told of a record that it doesn't say itself: nor what it refers to. */
static int list_page(struct dep_node *node, const struct dep_index_query *query, dep_index_fn *each,
                     void *context, struct dep_problem *problem)
{
    struct referring referring = {node, query, each, context, problem};
    return query->ref
               ? dep_index_list(node->index, query, give_referring, &referring, &problem->fault)
               : dep_index_list(node->index, query, each, context, &problem->fault);
}

int dep_roll_list(struct dep_node *node, const struct dep_index_query *query, dep_index_fn *each,
                  void *context, struct dep_problem *problem)
{
    assert(!query->id && !query->text && !query->incomplete);
    assert(node->shows_only || (!query->due && !query->recorded && !query->span && !query->field));
    struct picked picked = {.rows = NULL};
    if (node->shows_only)
        return list_page(node, query, each, context, problem);
    int err = dep_roll_read(node, problem);
    if (err)
        return err;
    err = pick_all(node->roll, query, &picked);
    if (err)
        err = dep_problem_fault(problem, err, "node.roll", node->dir);
    else
        err = give_picked(node, query, &picked, each, context);
    free(picked.rows);
    return err;
}

int dep_roll_find(struct dep_node *node, const char *jti, struct dep_index_row *out,
                  struct dep_problem *problem)
{
    int err = node->shows_only
                  ? dep_index_find(node->index, jti, out, &problem->finding, &problem->fault)
                  : dep_roll_read(node, problem);
    if (err || node->shows_only)
        return err;
    uint32_t number = node->roll->names[dep_names_find(node->roll->texts, jti)].row;
    if (!number)
        return dep_problem_found(problem, "index.absent", "doc/format/record.md 2", jti);
    give(node->roll, number - 1, out);
    return DEP_OK;
}

int dep_roll_lists_at(struct dep_node *node, uint64_t *out, struct dep_problem *problem)
{
    int err = dep_roll_read(node, problem);
    if (!err)
        *out = node->roll->lists_at;
    return err;
}

bool dep_roll_at(const struct dep_roll *roll, uint64_t index, struct dep_index_row *out)
{
    if (!roll || index >= roll->count)
        return false;
    give(roll, (size_t)index, out);
    return true;
}

const struct dep_hash *dep_roll_sha256(const struct dep_roll *roll, uint64_t index)
{
    return roll && index < roll->count ? &roll->rows[index].sha256 : NULL;
}
