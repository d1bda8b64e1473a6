/*
 * From a prepared action to its verdict, now or as it was; and the verdict as a record holds it.
 */
#include "codec/text.h"
#include "node/node_impl.h"
#include "node/release.h"

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

/* ---- the action ---- */

static int action_code(const struct dep_known *known, enum dep_list list, const json_t *claims,
                       const char *name, int *out, struct dep_problem *problem)
{
    const char *code = dep_json_string(claims, name);
    *out = code ? dep_charter_code_find(known->charter, list, code) : -1;
    /* Not listed isn't the same as not stated. */
    return code && *out < 0 ? dep_problem_found(problem, "action.code", CLAUSE, code) : DEP_OK;
}

static int action_codes(const struct dep_known *known, const json_t *claims,
                        struct dep_action *action, struct dep_problem *problem)
{
    int err =
        action_code(known, DEP_LIST_RECIPIENTS, claims, "recipient", &action->recipient, problem);
    if (!err)
        err = action_code(known, DEP_LIST_PURPOSES, claims, "purpose", &action->purpose, problem);
    if (!err)
        err = action_code(known, DEP_LIST_LINES, claims, "line", &action->line, problem);
    size_t i;
    json_t *element;
    json_array_foreach(dep_json_array(claims, "territories"), i, element)
    {
        const char *code = json_string_value(element);
        int place = code ? dep_charter_code_find(known->charter, DEP_LIST_TERRITORIES, code) : -1;
        if (!err && place < 0)
            err = dep_problem_found(problem, "action.code", CLAUSE, code ? code : "?");
        if (!err)
            dep_codes_add(&action->territories, place);
    }
    return err;
}

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

static int mission_of(struct dep_node *node, const json_t *claims, struct dep_action *action,
                      struct dep_problem *problem)
{
    action->kind = DEP_ACT_MISSION;
    if (!dep_interval_parse(dep_json_object(claims, "in_force"), &action->during))
        return dep_problem_found(problem, "action.form", CLAUSE, "in_force");
    return mission_digest(node, claims, &action->digest, problem);
}

static int release_of(struct dep_node *node, const json_t *claims, const struct dep_view *prepared,
                      struct dep_judgement *judgement, struct dep_problem *problem)
{
    struct dep_action *action = &judgement->action;
    const json_t *materials = dep_json_array(claims, "materials");
    const char *name = dep_json_string(claims, "action");
    action->kind = name ? (enum dep_action_kind)dep_action_kind_parse(name) : 0;
    action->urgent_threat = dep_json_true(claims, "urgent");
    if (!action->kind || !materials || json_array_size(materials) > DEP_MATERIALS_MAX)
        return dep_problem_found(problem, "action.form", CLAUSE, name ? "materials" : "action");
    if (prepared)
        action->digest = prepared->row.sha256;
    size_t count = json_array_size(materials), i;
    json_t *stated;
    judgement->materials = count ? dep_alloc_array(count, sizeof *judgement->materials) : NULL;
    if (count && !judgement->materials)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.judge", node->dir);
    action->materials = judgement->materials;
    action->material_count = count;
    json_array_foreach(materials, i, stated)
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
    int err = action_codes(&judgement->known, claims, action, problem);
    if (!err)
        err = strcmp(type, "mission.recorded") == 0
                  ? mission_of(node, claims, action, problem)
                  : release_of(node, claims, prepared, judgement, problem);
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
        struct dep_judged_at at = {.member = judgement.known.member,
                                   .origin = judgement.origin,
                                   .size = moment->size,
                                   .root = judgement.root,
                                   .now_s = moment->now_s,
                                   .uncertainty_s = moment->uncertainty_s};
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

const char *dep_judgement_who(const struct dep_judgement *judgement,
                              const struct dep_requirement *requirement)
{
    const struct dep_charter *charter = judgement->known.charter;
    if (requirement->who < 0)
        return NULL;
    switch (dep_need_giver(requirement->need)) {
    case DEP_GIVER_MEMBER: return dep_charter_member_at(charter, (size_t)requirement->who)->id;
    case DEP_GIVER_RECIPIENT:
        return dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)requirement->who)->code;
    default: return NULL;
    }
}

static const char *code_of(const struct dep_judgement *judgement,
                           const struct dep_requirement *requirement)
{
    enum dep_list list = requirement->need == DEP_NEED_HANDLING_PERMISSION ? DEP_LIST_HANDLING
                                                                           : DEP_LIST_TERRITORIES;
    return requirement->code < 0
               ? NULL
               : dep_charter_code_at(judgement->known.charter, list, (size_t)requirement->code)
                     ->code;
}

static json_t *requirement_json(const struct dep_judgement *judgement,
                                const struct dep_requirement *requirement)
{
    char record[2 * DEP_HASH_LEN + 1] = "";
    if (requirement->by)
        dep_hex_encode(requirement->by->record.bytes, DEP_HASH_LEN, record);
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s*}", "need", dep_need_name(requirement->need), "rule",
                  requirement->rule, "met", dep_met_name(requirement->met), "record",
                  record[0] ? record : NULL, "code", code_of(judgement, requirement), "who",
                  dep_judgement_who(judgement, requirement));
    if (object && requirement->material != DEP_MATERIAL_NONE &&
        json_object_set_new(object, "material", json_integer(requirement->material))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *requirements_json(const struct dep_judgement *judgement)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < judgement->verdict.requirement_count; i++)
        if (json_array_append_new(
                array, requirement_json(judgement, &judgement->verdict.requirements[i]))) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

json_t *dep_judgement_json(const struct dep_judgement *judgement)
{
    const struct dep_verdict *verdict = &judgement->verdict;
    const struct dep_moment *moment = &judgement->known.moment;
    char digest[2 * DEP_HASH_LEN + 1], charter[2 * DEP_HASH_LEN + 1], root[2 * DEP_HASH_LEN + 1];
    char size[24], now[24], review_by[24] = "";
    dep_hex_encode(verdict->digest.bytes, DEP_HASH_LEN, digest);
    dep_hex_encode(dep_charter_digest(judgement->known.charter)->bytes, DEP_HASH_LEN, charter);
    dep_hex_encode(judgement->root.bytes, DEP_HASH_LEN, root);
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)moment->size);
    dep_time_encode(moment->now_s, now);
    if (verdict->review_by_s != INT64_MAX)
        dep_time_encode(verdict->review_by_s, review_by);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:s*,s:s*}", "outcome",
                     dep_outcome_name(verdict->outcome), "digest", digest, "charter", charter,
                     "origin", judgement->origin, "size", size, "root", root, "now", now,
                     "uncertainty_s", (json_int_t)moment->uncertainty_s, "requirements",
                     requirements_json(judgement), "no_rule", verdict->no_rule, "review_by",
                     review_by[0] ? review_by : NULL);
}

/* ---- judged again ---- */

struct again {
    struct dep_node *node;
    const struct dep_view *view; /* what holds the verdict */
    const json_t *verdict;
    struct dep_problem *problem;
};

static bool moment_of(const json_t *verdict, struct dep_moment *out)
{
    const char *size = dep_json_string(verdict, "size"), *now = dep_json_string(verdict, "now");
    return size && now && dep_u64_parse(dep_slice_string(size), INT64_MAX, &out->size) &&
           dep_time_parse(dep_slice_string(now), &out->now_s, NULL) &&
           dep_json_int(verdict, "uncertainty_s", &out->uncertainty_s) && out->uncertainty_s >= 0;
}

/* The record must have been judged where it stands: else an older state could be chosen. */
static enum dep_again compare(const struct again *again, const struct dep_judgement *judgement)
{
    const char *hex = dep_json_string(again->verdict, "digest");
    struct dep_hash recorded;
    bool same = hex && dep_hex_parse(dep_slice_string(hex), recorded.bytes, DEP_HASH_LEN) &&
                dep_hash_equal(&recorded, &judgement->verdict.digest) &&
                judgement->known.moment.size == again->view->row.index;
    if (same)
        return DEP_AGAIN_SAME;
    return judgement->known.unread_count ? DEP_AGAIN_UNPROVED : DEP_AGAIN_DIFFERS;
}

static int judge_recorded(const struct again *again, enum dep_again *out,
                          struct dep_judgement *out_judgement)
{
    struct dep_moment moment;
    bool mission = strcmp(again->view->row.type, "mission.recorded") == 0;
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    if (!moment_of(again->verdict, &moment) || moment.size > again->view->row.index) {
        *out = DEP_AGAIN_DIFFERS;
        return DEP_OK;
    }
    const char *about = mission ? NULL : dep_record_ref(again->view->claims, "about");
    int err = mission
                  ? DEP_OK
                  : dep_node_view(again->node, about ? about : "", true, &prepared, again->problem);
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
    *out = compare(again, &judgement);
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
