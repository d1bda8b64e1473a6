#include "rules/action.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

struct reading {
    const struct dep_charter *charter;
    const json_t *claims;
    const char **out_at;
    struct dep_finding *why;
};

static int bad(const struct reading *reading, const char *id, const char *at)
{
    *reading->out_at = at;
    return dep_found(reading->why, id, CLAUSE, 0);
}

static int read_code(const struct reading *reading, enum dep_list list, const char *name, int *out)
{
    const char *code = dep_json_string(reading->claims, name);
    *out = dep_charter_code_find(reading->charter, list, code);
    return code && *out < 0 ? bad(reading, "action.code", code) : DEP_OK;
}

static int read_codes(const struct reading *reading, struct dep_action *action)
{
    int err = read_code(reading, DEP_LIST_RECIPIENTS, "recipient", &action->recipient);
    if (!err)
        err = read_code(reading, DEP_LIST_PURPOSES, "purpose", &action->purpose);
    if (!err)
        err = read_code(reading, DEP_LIST_LINES, "line", &action->line);
    size_t i;
    json_t *element;
    json_array_foreach(dep_json_array(reading->claims, "territories"), i, element)
    {
        const char *code = json_string_value(element);
        int place = dep_charter_code_find(reading->charter, DEP_LIST_TERRITORIES, code);
        if (!err && place < 0)
            err = bad(reading, "action.code", code ? code : "?");
        if (!err)
            dep_codes_add(&action->territories, place);
    }
    return err;
}

static int read_mission(const struct reading *reading, struct dep_action *action)
{
    action->kind = DEP_ACT_MISSION;
    return dep_interval_parse(dep_json_object(reading->claims, "in_force"), &action->during)
               ? DEP_OK
               : bad(reading, "action.form", "in_force");
}

static int read_release(const struct reading *reading, struct dep_action *action)
{
    const json_t *materials = dep_json_array(reading->claims, "materials");
    const char *name = dep_json_string(reading->claims, "action");
    action->kind = name ? (enum dep_action_kind)dep_action_kind_parse(name) : 0;
    action->urgent_threat = dep_json_true(reading->claims, "urgent");
    if (!action->kind)
        return bad(reading, "action.form", "action");
    action->material_count = json_array_size(materials);
    return materials && action->material_count <= DEP_MATERIALS_MAX
               ? DEP_OK
               : bad(reading, "action.form", "materials");
}

int dep_action_read(const struct dep_charter *charter, const char *type, const json_t *claims,
                    struct dep_action *out, const char **out_at, struct dep_finding *why)
{
    struct reading reading = {charter, claims, out_at, why};
    struct dep_action action = {.materials = NULL};
    int err = read_codes(&reading, &action);
    if (!err)
        err = strcmp(type, "mission.recorded") == 0 ? read_mission(&reading, &action)
                                                    : read_release(&reading, &action);
    if (!err)
        *out = action;
    return err;
}
