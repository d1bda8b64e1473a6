#include "node/publish.h"

#include "node/pack_impl.h"
#include "node/release.h"
#include "node/stated.h"
#include "rules/mandate.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "publication.md 1";

static int found(struct dep_problem *problem, const char *id, const char *detail)
{
    return dep_problem_found(problem, id, CLAUSE, detail);
}

static int no_memory(struct dep_problem *problem, const char *where)
{
    return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.publish", where);
}

void dep_publication_done(struct dep_publication *publication)
{
    dep_act_done(&publication->prepared);
    json_decref(publication->records);
    *publication = (struct dep_publication){.records = NULL};
}

/* ---- what may be public ---- */

/* Named one by one: a type that comes later isn't public because nobody thought of it. */
static bool may_be_public(const char *type)
{
    static const char *const types[] = {
        "statement.",  "meeting.",       "commitment.", "action.",   "intention.",
        "membership.", "mandate.stated", "code.stated", "partner.",  "campaign.",
        "flow.",       "allocation.",    "rate.",       "incident.", "coverage."};
    for (size_t i = 0; i < DEP_COUNT(types); i++) {
        size_t len = strlen(types[i]);
        if (types[i][len - 1] == '.' ? strncmp(type, types[i], len) == 0
                                     : strcmp(type, types[i]) == 0)
            return true;
    }
    return false;
}

struct correction {
    struct dep_node *node;
    const char *jti;
    struct dep_problem *problem;
};

static int superseded(void *context, const struct dep_index_row *row)
{
    const struct correction *correction = context;
    (void)row;
    return found(correction->problem, "publish.corrected", correction->jti);
}

/* ---- what goes along ---- */

struct along {
    struct dep_node *node;
    const json_t *named;  /* what the publication names */
    const char *id;       /* the finding where one isn't */
    const char *shown[2]; /* fields of it that are told, or NULL */
    struct dep_problem *problem;
};

static int is_named(void *context, const struct dep_index_row *row)
{
    const struct along *along = context;
    size_t i;
    json_t *each;
    json_array_foreach(along->named, i, each)
    {
        const json_t *fields = dep_json_array(each, "fields");
        bool told = !along->shown[0] || (dep_json_has_string(fields, along->shown[0]) &&
                                         dep_json_has_string(fields, along->shown[1]));
        if (row->superseded || (told && strcmp(dep_json_string(each, "record"), row->jti) == 0))
            return DEP_OK;
    }
    return found(along->problem, along->id, row->jti);
}

/* What only tells it less exactly corrects nothing: one for somebody else may be finer than
 * this. */
static int goes_along(void *context, const struct dep_index_row *row)
{
    const struct along *along = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(along->node, row->jti, true, &view, along->problem);
    const char *effect = err ? NULL : dep_json_string(view.claims, "effect");
    return err || (effect && strcmp(effect, "reduces") == 0) ? err : is_named(context, row);
}

/* Nobody is shown to have adopted what it made a reservation to, or left: what members said of the
 * statement, and of what it corrects, goes with it. */
static int judge_statement(struct dep_node *node, const json_t *all, const struct dep_view *view,
                           struct dep_problem *problem)
{
    struct along along = {node, all, "publish.position", {"member", "kind"}, problem};
    char id[DEP_UUID_LEN + 1];
    int err = DEP_OK;
    (void)snprintf(id, sizeof id, "%s", view->row.jti);
    while (!err && id[0]) {
        struct dep_index_query query = {.type = "statement.position", .ref = id, .rel = "about"};
        err = dep_sight_list(node, &query, is_named, &along, problem);
        if (!err)
            err = dep_act_step_back(node, id, problem);
    }
    return err;
}

/* For whom and when it is, no more exact than may be, and with all that corrects it. */
static int judge_incident(struct dep_node *node, const json_t *all, const json_t *fields,
                          const struct dep_view *view, struct dep_problem *problem)
{
    bool report = strcmp(view->row.type, "incident.reported") == 0;
    const char *about = dep_record_ref(view->claims, "about");
    DEP_AUTO_VIEW first = {.claims = NULL};
    struct dep_mandate_finding why = {.where = ""};
    struct along along = {node, all, "publish.uncorrected", {NULL}, problem};
    struct dep_index_query query = {
        .type = "incident.corrected", .ref = report ? view->row.jti : about, .rel = "about"};
    int err = report ? DEP_OK : dep_node_view(node, about ? about : "", true, &first, problem);
    if (!err)
        err = dep_sight_list(node, &query, goes_along, &along, problem);
    if (err)
        return err;
    err = dep_mandate_public(view->claims, first.claims, fields, view->row.iat,
                             dep_node_now_ms(node) / 1000, &why);
    return err == DEP_FOUND ? dep_stated_bad(problem, why.finding.id, CLAUSE, why.where, why.stated,
                                             why.would_do)
                            : err;
}

/* ---- what is told of a record ---- */

/* Its open fields and those named; `all`: the records of the publication. */
static int add_record(struct dep_node *node, const json_t *all, const json_t *named,
                      json_t *records, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_index_row row;
    uint64_t shown = 0;
    int64_t version = 0;
    const char *name = dep_json_string(named, "record");
    int err = dep_node_find(node, name ? name : "", &row, problem);
    if (err)
        return err;
    if (!may_be_public(row.type))
        return found(problem, "publish.type", row.type);
    struct correction correction = {node, row.jti, problem};
    struct dep_index_query query = {.ref = row.jti, .rel = "supersedes"};
    err = dep_node_list(node, &query, superseded, &correction, problem);
    if (!err)
        err = dep_node_view(node, row.jti, true, &view, problem);
    if (err)
        return err;
    if (!view.readable)
        return found(problem, "publish.unread", row.jti);
    (void)dep_json_int(view.claims, "v", &version);
    const struct dep_schema *schema = dep_schemas_find(node->schemas, row.type, (int)version);
    if (!schema)
        return dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.publish", row.jti);
    const char *unknown = dep_schema_fields_named(schema, dep_json_array(named, "fields"), &shown);
    if (unknown)
        return found(problem, "publish.field", unknown);
    if (strncmp(row.type, "incident.", strlen("incident.")) == 0)
        err = judge_incident(node, all, dep_json_array(named, "fields"), &view, problem);
    if (strcmp(row.type, "statement.adopted") == 0 &&
        dep_json_has_string(dep_json_array(named, "fields"), "adopters"))
        err = judge_statement(node, all, &view, problem);
    if (err)
        return err;
    json_t *record = pack_record_json(dep_register_info(node->reg)->member, schema, shown, &view);
    return record && json_array_append_new(records, record) == 0 ? DEP_OK
                                                                 : no_memory(problem, row.jti);
}

static int read_records(struct dep_node *node, const json_t *claims, json_t **out,
                        struct dep_problem *problem)
{
    size_t i;
    json_t *named;
    DEP_AUTO_JSON *records = json_array();
    int err = records ? DEP_OK : no_memory(problem, node->dir);
    json_array_foreach(dep_json_array(claims, "records"), i, named)
    {
        if (!err && i == DEP_PUBLISHED_RECORDS_MAX)
            err = dep_problem_fault(problem, DEP_ERR_CAP, "node.publish", node->dir);
        if (!err)
            err = add_record(node, dep_json_array(claims, "records"), named, records, problem);
    }
    if (!err)
        *out = json_incref(records);
    return err;
}

/* ---- preparing ---- */

static const char *const LANGUAGES[] = {"en", "fr", "ar"};

static int judge_texts(const json_t *texts, const char *name, struct dep_problem *problem)
{
    for (size_t i = 0; i < DEP_COUNT(LANGUAGES); i++) {
        size_t at, count = 0;
        json_t *text;
        json_array_foreach(texts, at, text)
        {
            const char *lang = dep_json_string(text, "lang");
            count += lang && strcmp(lang, LANGUAGES[i]) == 0;
        }
        if (count != 1 || json_array_size(texts) != DEP_COUNT(LANGUAGES))
            return found(problem, "publish.language", name);
    }
    return DEP_OK;
}

static int judge_said(const json_t *claims, struct dep_problem *problem)
{
    size_t i;
    json_t *figure;
    const json_t *figures = dep_json_array(claims, "figures");
    if (!json_array_size(figures) && !json_array_size(dep_json_array(claims, "records")))
        return found(problem, "publish.empty", "");
    int err = judge_texts(dep_json_array(claims, "titles"), "titles", problem);
    if (!err && json_object_get(claims, "summaries"))
        err = judge_texts(dep_json_array(claims, "summaries"), "summaries", problem);
    json_array_foreach(figures, i, figure)
    {
        if (!err)
            err = judge_texts(dep_json_array(figure, "means"), "figures", problem);
    }
    return err;
}

/* A name becomes id and digest; none stands twice. */
static int complete_record(struct dep_node *node, json_t *all, size_t place,
                           struct dep_problem *problem)
{
    struct dep_index_row row;
    char sha256[2 * DEP_HASH_LEN + 1];
    json_t *named = json_array_get(all, place);
    const char *name = dep_json_string(named, "record");
    int err = dep_node_find(node, name ? name : "", &row, problem);
    if (err)
        return err;
    dep_hex_encode(row.sha256.bytes, DEP_HASH_LEN, sha256);
    for (size_t i = 0; i < place; i++)
        if (strcmp(dep_json_string(json_array_get(all, i), "record"), row.jti) == 0)
            return found(problem, "publish.twice", row.jti);
    return json_object_set_new(named, "record", json_string(row.jti)) ||
                   json_object_set_new(named, "sha256", json_string(sha256))
               ? no_memory(problem, row.jti)
               : DEP_OK;
}

static int complete(struct dep_node *node, json_t *claims, struct dep_problem *problem)
{
    static const char *const lists[] = {"records", "figures"};
    bool bad = false;
    for (size_t i = 0; i < DEP_COUNT(lists); i++)
        if (!json_object_get(claims, lists[i]))
            bad |= json_object_set_new(claims, lists[i], json_array()) != 0;
    if (!json_object_get(claims, "recipient"))
        bad |= json_object_set_new(claims, "recipient", json_string("public")) != 0;
    int err = bad ? no_memory(problem, node->dir) : DEP_OK;
    json_t *records = json_object_get(claims, "records");
    for (size_t i = 0; !err && i < json_array_size(records); i++)
        err = complete_record(node, records, i, problem);
    return err;
}

struct preparing {
    struct dep_node *node;
    json_t *claims;
};

static int judge_prepared(void *context, struct dep_problem *problem)
{
    const struct preparing *preparing = context;
    DEP_AUTO_JSON *records = NULL;
    int err = complete(preparing->node, preparing->claims, problem);
    if (!err)
        err = judge_said(preparing->claims, problem);
    return err ? err : read_records(preparing->node, preparing->claims, &records, problem);
}

int dep_node_publish_prepare(struct dep_node *node, json_t *claims, struct dep_done *out,
                             struct dep_problem *problem)
{
    struct preparing preparing = {node, claims};
    return dep_act_record_judged(node, "publication.prepared", claims, judge_prepared, &preparing,
                                 out, problem);
}

/* ---- what was prepared ---- */

int dep_node_publication(struct dep_node *node, const char *name, struct dep_publication *out,
                         struct dep_problem *problem)
{
    struct dep_publication publication = {.records = NULL};
    int err = dep_node_act(node, name, "publication.prepared", &publication.prepared, problem);
    const struct dep_view *head = &publication.prepared.head;
    if (!err && !head->readable)
        err = found(problem, "publish.unread", head->row.jti);
    if (!err)
        err = read_records(node, head->claims, &publication.records, problem);
    if (err) {
        dep_publication_done(&publication);
        return err;
    }
    publication.made = dep_act_newest(&publication.prepared, "publication.made");
    *out = publication;
    return DEP_OK;
}

int dep_node_publications(struct dep_node *node, dep_publication_fn *each, void *context,
                          struct dep_problem *problem)
{
    return dep_node_acts(node, "publication.prepared", each, context, problem);
}

/* ---- making ---- */

struct making {
    struct dep_node *node;
    const char *prepared;
    json_t *claims;
};

static int judge_made(void *context, struct dep_problem *problem)
{
    const struct making *making = context;
    DEP_AUTO_PUBLICATION publication = {.records = NULL};
    int err = dep_node_publication(making->node, making->prepared, &publication, problem);
    if (err)
        return err;
    const struct dep_view *head = &publication.prepared.head;
    const char *by = dep_json_string(dep_json_object(head->claims, "by"), "code");
    const char *jti = head->row.jti;
    if (publication.made)
        return found(problem, "publish.made", jti);
    if (!by || strcmp(by, making->node->officer) == 0)
        return found(problem, "publish.same_person", making->node->officer);
    if (dep_node_now_ms(making->node) / 1000 - head->row.iat > DEP_PREPARED_FOR_S)
        return found(problem, "publish.lapsed", jti);
    return dep_act_refer(making->claims, "about", &head->row, problem);
}

int dep_node_publish_make(struct dep_node *node, const char *prepared, json_t *pages,
                          struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims = json_pack("{s:O}", "pages", pages);
    if (!claims)
        return no_memory(problem, node->dir);
    struct making making = {node, prepared, claims};
    return dep_act_record_judged(node, "publication.made", claims, judge_made, &making, out,
                                 problem);
}
