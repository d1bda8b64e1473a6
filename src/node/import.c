#include "node/import.h"

#include "node/campaign.h"
#include "node/node_impl.h"
#include "rules/mandate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/mandate.md 3";

void dep_import_done(struct dep_import *import)
{
    for (size_t i = 0; i < import->count; i++) {
        json_decref(import->rows[i].claims);
        json_decref(import->rows[i].as_parent);
        free(import->rows[i].problem);
    }
    free(import->rows);
    json_decref(import->shared);
    *import = (struct dep_import){.count = 0};
}

/* Codes, days and names stand in one row after the other: each is kept once, as far as there are
 * few. */
static bool share_texts(struct dep_import *import, json_t *claims)
{
    enum { SHARED_MAX = 4096, SHARED_LEN_MAX = 32 };
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(claims, next, name, value)
    {
        const char *text = json_string_value(value);
        json_t *kept = text ? json_object_get(import->shared, text) : NULL;
        bool fits = text && json_string_length(value) <= SHARED_LEN_MAX &&
                    strlen(text) == json_string_length(value);
        if (json_is_object(value) && !share_texts(import, value))
            return false;
        if (fits && kept && json_object_set(claims, name, kept))
            return false;
        if (fits && !kept && json_object_size(import->shared) < SHARED_MAX &&
            json_object_set(import->shared, text, value))
            return false;
    }
    return true;
}

int dep_import_share(struct dep_import *import, json_t *claims)
{
    if (!import->shared)
        import->shared = json_object();
    return import->shared && share_texts(import, claims) ? DEP_OK : DEP_ERR_NOMEM;
}

int dep_import_add(struct dep_import *import, uint64_t line, json_t *claims)
{
    DEP_AUTO_JSON *owned = claims;
    if (!owned)
        return DEP_ERR_NOMEM;
    if (import->count == DEP_IMPORT_ROWS_MAX)
        return DEP_ERR_CAP;
    void *grown =
        dep_list_reserve(import->rows, import->count, 1, sizeof *import->rows, &import->room);
    if (!grown)
        return DEP_ERR_NOMEM;
    import->rows = grown;
    if (dep_import_share(import, owned))
        return DEP_ERR_NOMEM;
    import->rows[import->count++] = (struct dep_import_row){
        .line = line, .claims = json_incref(owned), .parent = DEP_IMPORT_NONE};
    return DEP_OK;
}

static int refuse_with(struct dep_import_row *row, const struct dep_problem *problem)
{
    row->is = DEP_IMPORT_BAD;
    if (!row->problem)
        row->problem = dep_alloc(sizeof *row->problem);
    if (!row->problem)
        return DEP_ERR_NOMEM;
    *row->problem = *problem;
    return DEP_OK;
}

int dep_import_refuse(struct dep_import_row *row, const char *id, const char *clause,
                      const char *detail)
{
    struct dep_problem problem = {.detail = ""};
    (void)!dep_problem_found(&problem, id, clause, detail);
    return refuse_with(row, &problem);
}

/* How many rows lie above it; too many where it is above itself. */
static size_t depth_of(const struct dep_import *import, const struct dep_import_row *row)
{
    size_t depth = 0;
    while (row->parent != DEP_IMPORT_NONE && depth <= DEP_IMPORT_DEPTH_MAX) {
        row = &import->rows[row->parent];
        depth++;
    }
    return depth;
}

/* ---- the same again ---- */

/* What stands in the register, or in a row: what it is, and all that it says. */
struct stated {
    struct dep_hash key, content;
    char record[DEP_UUID_LEN + 1]; /* "": it is the row */
    struct dep_hash sha256;        /* of the record */
    size_t row;
};
struct statements {
    struct stated *list; /* sorted by key once all that stands there is in it */
    size_t count, room;
};

static int compare_key(const void *left, const void *right)
{
    const struct stated *a = left, *b = right;
    return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
}

static bool is_flow(const char *type)
{
    return strcmp(type, "flow.recorded") == 0;
}

/* Only what the type's fields say, and what it is about, `above` besides: all else differs from
 * record to record. A flow may be told of its parent later, and is the same flow. */
static int digest_content(const struct dep_schema *schema, const json_t *claims, const char *above,
                          struct dep_hash *out)
{
    DEP_AUTO_JSON *said = json_object();
    DEP_AUTO_BUF text;
    int bad = !said;
    dep_buf_init_secret(&text, DEP_JSON_LEN_MAX);
    for (size_t i = 0; !bad && i < schema->field_count; i++) {
        json_t *value = json_object_get(claims, schema->fields[i].name);
        if (value && !json_is_null(value))
            bad = json_object_set(said, schema->fields[i].name, value);
    }
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        if (!bad && !is_flow(schema->type) && strcmp(dep_json_string(ref, "rel"), "about") == 0)
            bad = json_object_set_new(said, dep_json_string(ref, "id"), json_true());
    }
    if (!bad && !is_flow(schema->type) && above)
        bad = json_object_set_new(said, above, json_true());
    if (bad)
        return DEP_ERR_NOMEM;
    int err = dep_json_encode_sorted(said, &text);
    if (!err)
        dep_sha256(dep_buf_slice(&text), out);
    return err;
}

/* A member that is missing or of another kind is one of its own: the schema's affair. */
static int digest_flow(const json_t *claims, struct dep_hash *out)
{
    static const char *const names[] = {"kind", "side", "provider", "receiver", "reference"};
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_JSON_LEN_MAX);
    for (size_t i = 0; i < DEP_COUNT(names); i++) {
        const char *value = dep_json_string(claims, names[i]);
        dep_buf_addf(&text, "%s\n", value ? value : "");
    }
    if (dep_buf_err(&text))
        return dep_buf_err(&text);
    dep_sha256(dep_buf_slice(&text), out);
    return DEP_OK;
}

static int digest(const struct dep_schema *schema, const json_t *claims, const char *above,
                  struct stated *out)
{
    int err = digest_content(schema, claims, above, &out->content);
    out->key = out->content;
    return !err && is_flow(schema->type) ? digest_flow(claims, &out->key) : err;
}

static int add_statement(struct statements *all, const struct dep_schema *schema,
                         const struct dep_view *view)
{
    void *grown = dep_list_reserve(all->list, all->count, 1, sizeof *all->list, &all->room);
    if (!grown)
        return DEP_ERR_NOMEM;
    all->list = grown;
    struct stated *stated = &all->list[all->count++];
    *stated = (struct stated){.sha256 = view->row.sha256};
    memcpy(stated->record, view->row.jti, sizeof stated->record);
    return digest(schema, view->claims, NULL, stated);
}

struct reading {
    struct dep_node *node;
    const struct dep_schema *schema;
    struct statements *all;
    size_t unread;
    struct dep_problem *problem;
};

/* Digests are kept and nothing else: a campaign may have a hundred thousand flows. */
static int read_one(void *context, const struct dep_index_row *row)
{
    struct reading *reading = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->superseded || row->erased)
        return DEP_OK;
    int err = dep_node_view_seen(reading->node, row, true, &view, reading->problem);
    if (err)
        return err;
    reading->unread += !view.readable;
    err = view.readable ? add_statement(reading->all, reading->schema, &view) : DEP_OK;
    return err ? dep_problem_fault(reading->problem, err, "node.import", row->jti) : DEP_OK;
}

/* Of a campaign its flows, also under the ids that it had before it was corrected. */
static int read_statements(struct dep_node *node, const struct dep_import *import,
                           const struct dep_schema *schema, struct statements *all,
                           struct dep_problem *problem)
{
    struct reading reading = {.node = node, .schema = schema, .all = all, .problem = problem};
    struct dep_index_query query = {.type = import->type};
    char campaign[DEP_UUID_LEN + 1];
    memcpy(campaign, import->campaign, sizeof campaign);
    int err = campaign[0] && is_flow(import->type)
                  ? dep_node_campaign_flows(node, campaign, read_one, &reading, problem)
                  : dep_sight_list(node, &query, read_one, &reading, problem);
    if (err)
        return err;
    if (reading.unread)
        return dep_problem_found(problem, "import.unread", CLAUSE, import->type);
    if (all->count)
        qsort(all->list, all->count, sizeof *all->list, compare_key);
    return DEP_OK;
}

static const struct stated *find_statement(const struct stated *list, size_t count,
                                           const struct stated *like)
{
    return count ? bsearch(like, list, count, sizeof *list, compare_key) : NULL;
}

/* Is it held, does it differ, does it revise? */
static int compare_held(const struct dep_import *import, struct dep_import_row *row,
                        const struct stated *said, const struct stated *held)
{
    if (!held)
        return DEP_OK;
    if (dep_hash_equal(&said->content, &held->content)) {
        row->is = DEP_IMPORT_HELD;
        (void)snprintf(row->record, sizeof row->record, "%s", held->record);
        row->sha256 = held->sha256;
        return DEP_OK;
    }
    if (!import->revise)
        return dep_import_refuse(row, "import.differs", CLAUSE, held->record);
    row->is = DEP_IMPORT_REVISES;
    (void)snprintf(row->revises, sizeof row->revises, "%s", held->record);
    row->revises_sha256 = held->sha256;
    return DEP_OK;
}

static int compare_row(const void *left, const void *right)
{
    const struct stated *a = left, *b = right;
    int order = compare_key(a, b);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* Of rows that state the same the first stands, and the others are told which that is. */
static int refuse_repeated(struct dep_import *import, struct stated *said, size_t count)
{
    int err = DEP_OK;
    size_t first = 0;
    if (count)
        qsort(said, count, sizeof *said, compare_row);
    for (size_t i = 1; !err && i < count; i++) {
        char line[32];
        if (!dep_hash_equal(&said[i].key, &said[first].key)) {
            first = i;
            continue;
        }
        struct dep_import_row *row = &import->rows[said[i].row];
        (void)snprintf(line, sizeof line, "%llu",
                       (unsigned long long)import->rows[said[first].row].line);
        err = dep_import_refuse(row, "import.again", CLAUSE, line);
    }
    return err;
}

/* What hasn't its form is compared with nothing. */
static int judge_forms(struct dep_import *import, const struct dep_schema *schema,
                       struct dep_problem *problem)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < import->count; i++) {
        struct dep_import_row *row = &import->rows[i];
        struct dep_violation wrong;
        int count =
            row->is == DEP_IMPORT_BAD ? 0 : dep_record_violations(schema, row->claims, &wrong, 1);
        struct dep_problem found = {.detail = ""};
        if (count > 0) {
            found.finding = wrong.finding;
            found.where = wrong.where;
            err = refuse_with(row, &found);
        } else {
            err = count;
        }
    }
    return err ? dep_problem_fault(problem, err, "node.import", import->type) : DEP_OK;
}

static int compare_one(struct dep_import *import, const struct dep_schema *schema,
                       const struct statements *all, size_t at, struct stated *said)
{
    struct dep_import_row *row = &import->rows[at];
    const char *above = row->parent == DEP_IMPORT_NONE ? NULL : import->rows[row->parent].record;
    char place[32];
    (void)snprintf(place, sizeof place, "row %zu", row->parent); /* that has no record yet */
    *said = (struct stated){.row = at};
    int err = digest(schema, row->claims, above && !*above ? place : above, said);
    return err ? err : compare_held(import, row, said, find_statement(all->list, all->count, said));
}

/* Those that others are about first: what is about a record is known again with it. */
static int compare_all(struct dep_import *import, const struct dep_schema *schema,
                       const struct statements *all, struct stated *said)
{
    size_t count = 0;
    int err = DEP_OK;
    for (size_t depth = 0; !err && depth <= DEP_IMPORT_DEPTH_MAX; depth++)
        for (size_t i = 0; !err && i < import->count; i++)
            if (import->rows[i].is != DEP_IMPORT_BAD && depth_of(import, &import->rows[i]) == depth)
                err = compare_one(import, schema, all, i, &said[count++]);
    return err ? err : refuse_repeated(import, said, count);
}

static int know_again(struct dep_node *node, struct dep_import *import,
                      const struct dep_schema *schema, struct dep_problem *problem)
{
    struct statements all = {.count = 0};
    DEP_AUTO_FREE struct stated *said = dep_alloc_array(import->count, sizeof *said);
    if (!said)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.import", import->type);
    int err = read_statements(node, import, schema, &all, problem);
    int bad = err ? DEP_OK : compare_all(import, schema, &all, said);
    free(all.list);
    return err || !bad ? err : dep_problem_fault(problem, bad, "node.import", import->type);
}

/* ---- one by one ---- */

int dep_import_refer(struct dep_import_row *row, json_t *ref)
{
    json_t *refs = json_object_get(row->claims, "refs");
    if (!refs && json_object_set_new(row->claims, "refs", refs = json_array()))
        return DEP_ERR_NOMEM;
    return json_array_append(refs, ref) ? DEP_ERR_NOMEM : DEP_OK;
}

static int add_ref(struct dep_import_row *row, const char *rel, const char *id,
                   const struct dep_hash *sha256)
{
    DEP_AUTO_JSON *ref = dep_record_ref_new(rel, id, sha256);
    return dep_import_refer(row, ref);
}

/* It refers to the row it is about as to a record: by an id drawn already, its digest yet to
 * come. All that are about one row do so by one reference. */
static int refer(const struct dep_import *import, struct dep_import_row *row)
{
    int err = DEP_OK;
    if (row->parent != DEP_IMPORT_NONE) {
        struct dep_import_row *parent = &import->rows[row->parent];
        if (!parent->as_parent)
            parent->as_parent = dep_record_ref_new("about", parent->record, &parent->sha256);
        err = dep_import_refer(row, parent->as_parent);
    }
    if (!err && row->is == DEP_IMPORT_REVISES)
        err = add_ref(row, "supersedes", row->revises, &row->revises_sha256);
    return err;
}

struct judging {
    struct dep_node *node;
    struct dep_import *import;
    struct dep_draft *drafts; /* those that are good, each after those that it is about */
    size_t *places;           /* by row, one past its draft; 0: it has none */
    size_t count;
    struct dep_mandate_group group;
    uint64_t size;
    struct dep_problem *problem;
};

static int judge_good(struct judging *all, struct dep_import_row *row, struct dep_problem *found)
{
    all->drafts[all->count] =
        (struct dep_draft){.type = all->import->type, .claims = row->claims, .jti = row->record};
    size_t about = row->parent == DEP_IMPORT_NONE ? 0 : all->places[row->parent];
    return dep_mandate_governs(all->import->type)
               ? dep_node_mandate_judge(all->node, all->size, &all->group, all->drafts, all->count,
                                        about, found)
               : DEP_OK;
}

static int judge_row(struct judging *all, struct dep_import_row *row)
{
    struct dep_problem found = {.detail = ""};
    uint8_t drawn[10];
    if (row->is == DEP_IMPORT_BAD || row->is == DEP_IMPORT_HELD)
        return DEP_OK;
    if (row->parent != DEP_IMPORT_NONE && all->import->rows[row->parent].is == DEP_IMPORT_BAD) {
        (void)snprintf(found.detail, sizeof found.detail, "%llu",
                       (unsigned long long)all->import->rows[row->parent].line);
        return dep_import_refuse(row, "import.parent", CLAUSE, found.detail);
    }
    all->node->world.random(drawn, sizeof drawn);
    dep_uuid7_encode((uint64_t)dep_node_now_ms(all->node), drawn, row->record);
    int err = refer(all->import, row);
    if (!err)
        err = judge_good(all, row, &found);
    if (err == DEP_FOUND)
        return refuse_with(row, &found);
    if (err) {
        *all->problem = found;
        return found.fault.what ? err
                                : dep_problem_fault(all->problem, err, "node.import", row->record);
    }
    all->places[row - all->import->rows] = ++all->count;
    return DEP_OK;
}

static int judge_all(struct judging *all)
{
    struct dep_import *import = all->import;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < import->count; i++)
        if (depth_of(import, &import->rows[i]) > DEP_IMPORT_DEPTH_MAX)
            err = dep_import_refuse(&import->rows[i], "import.parent", CLAUSE, "");
    if (err)
        return dep_problem_fault(all->problem, err, "node.import", import->type);
    for (size_t depth = 0; !err && depth <= DEP_IMPORT_DEPTH_MAX; depth++)
        for (size_t i = 0; !err && i < import->count; i++)
            if (depth_of(import, &import->rows[i]) == depth)
                err = judge_row(all, &import->rows[i]);
    return err;
}

int dep_import_judge(struct dep_node *node, struct dep_import *import, struct dep_problem *problem)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, import->type, 0);
    if (!schema)
        return dep_problem_found(problem, "record.type", "doc/format/record.md 5", import->type);
    if (import->count == 0)
        return DEP_OK;
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = dep_roll_read(node, problem);
    if (!err)
        err = judge_forms(import, schema, problem);
    if (!err)
        err = know_again(node, import, schema, problem);
    if (err)
        return err;
    DEP_AUTO_FREE struct dep_draft *drafts = dep_alloc_array(import->count, sizeof *drafts);
    DEP_AUTO_FREE size_t *places = dep_alloc_array(import->count, sizeof *places);
    struct judging all = {.node = node,
                          .import = import,
                          .drafts = drafts,
                          .places = places,
                          .size = dep_register_count(node->reg),
                          .problem = problem};
    err = drafts && places ? judge_all(&all)
                           : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.import", import->type);
    dep_mandate_group_done(&all.group);
    return err;
}

/* ---- recording ---- */

enum { GROUP_MAX = 2048 };

struct group {
    struct dep_node *node;
    struct dep_import *import;
    struct dep_draft drafts[GROUP_MAX];
    struct dep_done done[GROUP_MAX];
    struct dep_import_row *rows[GROUP_MAX];
    size_t count;
    size_t *out_count;
};

/* What is recorded isn't needed any more, but for what the rows about it refer to it by. */
static int recorded(struct dep_import_row *row, const struct dep_hash *sha256,
                    struct dep_problem *problem)
{
    char hex[2 * DEP_HASH_LEN + 1];
    row->sha256 = *sha256;
    json_decref(row->claims);
    row->claims = NULL;
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    return row->as_parent && json_object_set_new(row->as_parent, "sha256", json_string(hex))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.import", row->record)
               : DEP_OK;
}

static int commit_group(struct group *group, struct dep_problem *problem)
{
    if (group->count == 0)
        return DEP_OK;
    int err = dep_node_append(group->node, group->drafts, group->count, group->done, problem);
    *group->out_count += err ? 0 : group->count;
    for (size_t i = 0; !err && i < group->count; i++)
        err = recorded(group->rows[i], &group->done[i].sha256, problem);
    group->count = 0;
    return err;
}

static int add_to_group(struct group *group, struct dep_import_row *row,
                        struct dep_problem *problem)
{
    group->rows[group->count] = row;
    group->drafts[group->count++] =
        (struct dep_draft){.type = group->import->type, .claims = row->claims, .jti = row->record};
    return group->count < GROUP_MAX ? DEP_OK : commit_group(group, problem);
}

int dep_import_commit(struct dep_node *node, struct dep_import *import, size_t *out_count,
                      struct dep_problem *problem)
{
    DEP_AUTO_FREE struct group *group = dep_alloc(sizeof *group);
    *out_count = 0;
    if (!group)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.import", import->type);
    group->node = node;
    group->import = import;
    group->out_count = out_count;
    int err = DEP_OK;
    for (size_t depth = 0; !err && depth <= DEP_IMPORT_DEPTH_MAX; depth++) {
        for (size_t i = 0; !err && i < import->count; i++) {
            struct dep_import_row *row = &import->rows[i];
            if ((row->is == DEP_IMPORT_NEW || row->is == DEP_IMPORT_REVISES) &&
                depth_of(import, row) == depth)
                err = add_to_group(group, row, problem);
        }
        if (!err)
            err = commit_group(group, problem);
    }
    struct dep_problem second = {.detail = ""};
    int published = dep_node_publish(node, err ? &second : problem);
    return err ? err : published;
}
