/*
 * How a package that came with containers or incidents is to be handled here: whose it is, and
 * what its sender says of what is in it. All of it of all its items, for here they are one.
 */
#include "node/charter.h"
#include "node/node_impl.h"
#include "node/receive_impl.h"

#include <string.h>

struct marking {
    const struct dep_charter *charter;
    json_t *claims;
};

/* DEP_LIST_COUNT: no codes of the charter. One that isn't in force here could not be judged by. */
static int add(struct marking *marking, const char *name, enum dep_list list, const char *text)
{
    json_t *into = json_object_get(marking->claims, name);
    if (!text ||
        (list != DEP_LIST_COUNT && dep_charter_code_find(marking->charter, list, text) < 0))
        return DEP_OK;
    if (!into) {
        into = json_array();
        if (json_object_set_new(marking->claims, name, into))
            return DEP_ERR_NOMEM;
    }
    return dep_json_has_string(into, text) || !json_array_append_new(into, json_string(text))
               ? DEP_OK
               : DEP_ERR_NOMEM;
}

static int add_all(struct marking *marking, const char *name, enum dep_list list,
                   const json_t *from)
{
    size_t i;
    json_t *value;
    int err = DEP_OK;
    json_array_foreach(from, i, value)
    {
        err = err ? err : add(marking, name, list, json_string_value(value));
    }
    return err;
}

static int take(struct marking *marking, const json_t *record)
{
    const char *type = dep_json_string(record, "type");
    const json_t *shown = dep_json_object(record, "shown");
    if (!type)
        return DEP_OK;
    if (strcmp(type, "evidence.collected") == 0 || strcmp(type, "evidence.intake") == 0) {
        int err =
            add(marking, "territories", DEP_LIST_TERRITORIES, dep_json_string(shown, "territory"));
        return err ? err
                   : add_all(marking, "categories", DEP_LIST_CATEGORIES,
                             dep_json_array(shown, "sensitive"));
    }
    if (strncmp(type, "incident.", strlen("incident.")) == 0)
        return add(marking, "territories", DEP_LIST_TERRITORIES,
                   dep_json_string(shown, "territory"));
    if (strcmp(type, "marking.set") != 0)
        return DEP_OK;
    int err =
        add_all(marking, "territories", DEP_LIST_TERRITORIES, dep_json_array(shown, "territories"));
    if (!err)
        err = add_all(marking, "categories", DEP_LIST_CATEGORIES,
                      dep_json_array(shown, "categories"));
    if (!err)
        err = add_all(marking, "handling", DEP_LIST_HANDLING, dep_json_array(shown, "handling"));
    return err ? err : add_all(marking, "flags", DEP_LIST_COUNT, dep_json_array(shown, "flags"));
}

static int take_each(struct receiving *receiving, struct marking *marking)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        err = dep_verify_record(verify, i, &record);
        if (!err)
            err = take(marking, record);
    }
    return err ? dep_problem_fault(receiving->problem, err < 0 ? err : DEP_ERR_CORRUPT,
                                   "node.receive", receiving->out->package)
               : DEP_OK;
}

/* Containers, or incidents: all else is between members, and said to whom it concerns. */
static bool is_given(const struct receiving *receiving)
{
    bool given = json_array_size(dep_json_array(receiving->account, "items")) > 0;
    for (size_t i = 0; i < receiving->kept.count; i++)
        given = given || strcmp(receiving->kept.drafts[i].type, DEP_FOREIGN_REPORT) == 0;
    return given && receiving->out->kind == DEP_PACKAGE_RELEASE;
}

int receive_marking(struct receiving *receiving, const char *item)
{
    struct dep_node *node = receiving->node;
    struct marking marking = {.claims = NULL};
    if (!is_given(receiving))
        return DEP_OK;
    int err =
        dep_node_charter(node, dep_register_count(node->reg), &marking.charter, receiving->problem);
    if (err)
        return err;
    marking.claims = json_pack("{s:s,s:s}", "item", item, "originator", receiving->out->sender);
    err = marking.claims ? take_each(receiving, &marking) : receive_no_memory(receiving);
    if (err) {
        json_decref(marking.claims);
        return err;
    }
    return dep_kept_add(&receiving->kept, "marking.set", marking.claims)
               ? DEP_OK
               : receive_no_memory(receiving);
}
