/*
 * From a prepared action to its verdict, now or as it was; and the verdict as a record holds it.
 */
#include "codec/text.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "rules/action.h"
#include "rules/written.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

void dep_judgement_done(struct dep_judgement *judgement)
{
    dep_verdict_done(&judgement->verdict);
    free(judgement->materials);
    dep_known_done(&judgement->known);
    *judgement = (struct dep_judgement){.materials = NULL};
}

bool dep_judgement_shows_marking(const struct dep_judgement *judgement, size_t material)
{
    if (!(judgement->materials[material].flags & DEP_FLAG_SOURCE))
        return true;
    for (size_t i = 0; i < judgement->verdict.requirement_count; i++) {
        const struct dep_requirement *asked = &judgement->verdict.requirements[i];
        if (asked->need == DEP_NEED_CONSENT_SOURCE && asked->met == DEP_MET &&
            asked->material == (int)material)
            return true;
    }
    return false;
}

/* ---- what the recipient can't judge again ---- */

/* The fields that count are called and opened alike in each type that an item begins with; of a
 * record by itself its territory counts, which none of them has open. */
static json_t *unseen_fields(struct dep_node *node, const json_t *material)
{
    const char *type =
        dep_json_string(material, "record") ? "incident.reported" : "evidence.collected";
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, 0);
    json_t *unseen = json_array();
    for (size_t i = 0; unseen && schema && i < schema->field_count; i++) {
        const char *name = schema->fields[i].name;
        bool counts = false;
        for (const char *const *field = dep_material_fields; *field; field++)
            counts = counts || strcmp(*field, name) == 0;
        if (!counts || schema->fields[i].open ||
            dep_json_has_string(dep_json_array(material, "fields"), name))
            continue;
        if (json_array_append_new(unseen, json_string(name))) {
            json_decref(unseen);
            unseen = NULL;
        }
    }
    return unseen;
}

json_t *dep_judgement_unseen(struct dep_node *node, const struct dep_judgement *judgement,
                             const json_t *claims)
{
    json_t *all = json_array(), *material;
    size_t i;
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        bool marking =
            i < judgement->action.material_count && !dep_judgement_shows_marking(judgement, i);
        json_t *fields = all ? unseen_fields(node, material) : NULL;
        bool none = fields && json_array_size(fields) == 0 && !marking;
        bool failed = !fields;
        if (!failed && !none)
            failed = json_array_append_new(
                         all, json_pack("{s:O,s:O,s:b}", "item", json_object_get(material, "item"),
                                        "fields", fields, "marking", (int)marking)) != 0;
        json_decref(fields);
        if (failed) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

/* ---- the action ---- */

/* The fields that a person states: what is judged must not contain its own verdict. */
static json_t *stated_fields(const struct dep_schema *schema, const json_t *claims)
{
    json_t *fields = json_object();
    for (size_t i = 0; fields && i < schema->field_count; i++) {
        const char *name = schema->fields[i].name;
        json_t *value = json_object_get(claims, name);
        if (value && strcmp(name, "verdict") != 0 && json_object_set(fields, name, value)) {
            json_decref(fields);
            fields = NULL;
        }
    }
    return fields;
}

static int mission_digest(struct dep_node *node, const json_t *claims, struct dep_hash *out,
                          struct dep_problem *problem)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, "mission.recorded", 0);
    DEP_AUTO_JSON *fields = schema ? stated_fields(schema, claims) : NULL;
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_JSON_LEN_MAX);
    int err = fields ? dep_json_encode_sorted(fields, &text) : DEP_ERR_NOMEM;
    if (err)
        return dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CAP, "node.judge", "mission");
    dep_sha256(dep_buf_slice(&text), out);
    return DEP_OK;
}

static int materials_of(struct dep_node *node, const json_t *claims,
                        struct dep_judgement *judgement, struct dep_problem *problem)
{
    struct dep_action *action = &judgement->action;
    size_t count = action->material_count, i;
    json_t *stated;
    judgement->materials = count ? dep_alloc_array(count, sizeof *judgement->materials) : NULL;
    if (count && !judgement->materials)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.judge", node->dir);
    action->materials = judgement->materials;
    json_array_foreach(dep_json_array(claims, "materials"), i, stated)
    {
        int err =
            dep_node_material(node, &judgement->known, stated, &judgement->materials[i], problem);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int action_of(struct dep_node *node, const char *type, const json_t *claims,
                     const struct dep_view *prepared, struct dep_judgement *judgement,
                     struct dep_problem *problem)
{
    struct dep_action *action = &judgement->action;
    bool mission = strcmp(type, "mission.recorded") == 0;
    const char *at = "";
    int err =
        dep_action_read(judgement->known.charter, type, claims, action, &at, &problem->finding);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, problem->finding.id, problem->finding.clause, at);
    if (mission)
        err = mission_digest(node, claims, &action->digest, problem);
    else if (prepared)
        action->digest = prepared->row.sha256;
    if (!err && !mission)
        err = materials_of(node, claims, judgement, problem);
    const char *by =
        prepared ? dep_json_string(dep_json_object(prepared->claims, "by"), "code") : node->officer;
    if (!err && dep_names_add(judgement->known.names, by, &action->prepared_by))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.judge", node->dir);
    return err;
}

/* ---- the verdict ---- */

static int root_at(struct dep_node *node, uint64_t size, struct dep_hash *out,
                   struct dep_problem *problem)
{
    struct dep_tile_source source = {.read = dep_register_tile_read,
                                     .context = node->reg,
                                     .size = dep_register_count(node->reg)};
    int err = size <= source.size ? dep_merkle_root_at(size, dep_tile_source_read, &source, out)
                                  : DEP_FOUND;
    return err ? dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.root", node->dir)
               : DEP_OK;
}

static struct dep_judged_at judged_at(const struct dep_judgement *judgement)
{
    const struct dep_moment *moment = &judgement->known.moment;
    return (struct dep_judged_at){.member = judgement->known.member,
                                  .origin = judgement->origin,
                                  .size = moment->size,
                                  .root = judgement->root,
                                  .now_s = moment->now_s,
                                  .uncertainty_s = moment->uncertainty_s};
}

int dep_node_judge(struct dep_node *node, const struct dep_moment *moment, const char *type,
                   const json_t *claims, const struct dep_view *prepared, struct dep_judgement *out,
                   struct dep_problem *problem)
{
    struct dep_judgement judgement = {.origin = dep_register_info(node->reg)->origin};
    int err = dep_node_known(node, moment, &judgement.known, problem);
    if (!err)
        err = root_at(node, moment->size, &judgement.root, problem);
    if (!err)
        err = action_of(node, type, claims, prepared, &judgement, problem);
    if (!err) {
        struct dep_judged_at at = judged_at(&judgement);
        err = dep_judge(judgement.known.charter, judgement.known.facts, judgement.known.names,
                        &judgement.action, &at, &judgement.verdict);
        if (err)
            err = dep_problem_fault(problem, err, "node.judge", type);
    }
    if (err) {
        dep_judgement_done(&judgement);
        return err;
    }
    *out = judgement;
    return DEP_OK;
}

json_t *dep_judgement_json(const struct dep_judgement *judgement)
{
    struct dep_judged_at at = judged_at(judgement);
    return dep_verdict_write(judgement->known.charter, &judgement->verdict, &at);
}

/* ---- judged again ---- */

struct again {
    struct dep_node *node;
    const struct dep_view *view; /* what holds the verdict */
    const json_t *verdict;
    struct dep_problem *problem;
};

/* The record must have been judged where it stands: else an older state could be chosen. */
static enum dep_again compare(const struct again *again, const struct dep_written *written,
                              const struct dep_judgement *judgement)
{
    if (dep_hash_equal(&written->digest, &judgement->verdict.digest) &&
        judgement->known.moment.size == again->view->row.index)
        return DEP_AGAIN_SAME;
    return judgement->known.unread_count ? DEP_AGAIN_UNPROVED : DEP_AGAIN_DIFFERS;
}

static int judge_recorded(const struct again *again, enum dep_again *out,
                          struct dep_judgement *out_judgement)
{
    bool mission = strcmp(again->view->row.type, "mission.recorded") == 0;
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    DEP_AUTO_WRITTEN written = {.requirements = NULL};
    int err = dep_verdict_read(again->verdict, &written, &again->problem->finding);
    if (err < 0)
        return dep_problem_fault(again->problem, err, "node.judge", again->view->row.jti);
    if (err || written.size > again->view->row.index) {
        *out = DEP_AGAIN_DIFFERS;
        return DEP_OK;
    }
    struct dep_moment moment = {written.size, written.now_s, written.uncertainty_s};
    const char *about = mission ? NULL : dep_record_ref(again->view->claims, "about");
    if (!mission)
        err = dep_node_view(again->node, about ? about : "", true, &prepared, again->problem);
    if (err)
        return err;
    if (!mission && !prepared.readable) {
        *out = DEP_AGAIN_UNPROVED;
        return DEP_OK;
    }
    struct dep_judgement judgement = {.materials = NULL};
    err = dep_node_judge(again->node, &moment, mission ? "mission.recorded" : "release.prepared",
                         mission ? again->view->claims : prepared.claims,
                         mission ? again->view : &prepared, &judgement, again->problem);
    if (err == DEP_FOUND && strcmp(again->problem->finding.id, "material.unread") == 0) {
        *out = DEP_AGAIN_UNPROVED;
        return DEP_OK;
    }
    if (err)
        return err;
    *out = compare(again, &written, &judgement);
    *out_judgement = judgement;
    return DEP_OK;
}

int dep_node_judge_again(struct dep_node *node, const char *record, enum dep_again *out,
                         struct dep_judgement *out_judgement, struct dep_problem *problem)
{
    static const char *const types[] = {"release.made", "release.refused", "mission.recorded"};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(node, record, true, &view, problem);
    if (err)
        return err;
    bool judged = false;
    for (size_t i = 0; i < DEP_COUNT(types); i++)
        judged = judged || strcmp(types[i], view.row.type) == 0;
    if (!judged)
        return dep_problem_found(problem, "again.type", CLAUSE, record);
    struct dep_judgement judgement = {.materials = NULL};
    struct again again = {node, &view, dep_json_object(view.claims, "verdict"), problem};
    if (!view.readable)
        *out = DEP_AGAIN_UNPROVED;
    else if (!again.verdict)
        err = dep_problem_found(problem, "again.verdict", CLAUSE, record);
    else
        err = judge_recorded(&again, out, &judgement);
    if (!err)
        *out_judgement = judgement;
    return err;
}
