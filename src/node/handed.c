#include "node/handed.h"

#include "node/receive.h"
#include "node/reported.h"

#include <string.h>

bool dep_handed_is(const char *type)
{
    return strcmp(type, "kit.record") == 0 || strcmp(type, DEP_KIT_REPORT) == 0;
}

bool dep_handed_holds(const char *type)
{
    return dep_handed_is(type) || strcmp(type, DEP_FOREIGN_REPORT) == 0;
}

const char *dep_handed_type_for(const struct dep_schema *schema)
{
    return (schema->readers | schema->shown) & DEP_ROLE_DESK ? DEP_KIT_REPORT : "kit.record";
}

static const char *text_of(const struct dep_view *view, const char *name)
{
    const char *text = dep_json_string(view->claims, name);
    return text ? text : "";
}

struct dep_handed dep_handed_of(const struct dep_view *view)
{
    return (struct dep_handed){text_of(view, "record_type"), text_of(view, "record"),
                               text_of(view, "officer")};
}

bool dep_handed_links(const struct dep_view *view, const char *rel, const char *id)
{
    size_t i;
    json_t *link;
    json_array_foreach(dep_json_array(view->claims, "links"), i, link)
    {
        const char *is = dep_json_string(link, "rel"), *to = dep_json_string(link, "id");
        if (is && to && strcmp(is, rel) == 0 && (!id || strcmp(to, id) == 0))
            return true;
    }
    return false;
}

/* ---- the kit's record itself ---- */

static struct dep_slice slice_of(const json_t *claims, const char *name)
{
    const char *text = dep_json_string(claims, name);
    return text ? dep_slice_string(text) : (struct dep_slice){NULL, 0};
}

static int open_secret(struct dep_node *node, const struct dep_view *view, const char *jti,
                       struct dep_buf *out, struct dep_finding *why, struct dep_problem *problem)
{
    struct dep_slice keks[DEP_ROLE_COUNT];
    struct dep_secret_lines lines = {.secret = slice_of(view->claims, "secret"),
                                     .keyring = slice_of(view->claims, "keys"),
                                     .keks = keks};
    const struct dep_role_identity *roles;
    size_t role_count, i;
    json_t *line;
    if (!lines.secret.len || !lines.keyring.len)
        return dep_found(why, "secret.package", "doc/format/foreign.md 5", 0);
    json_array_foreach(dep_json_array(view->claims, "keks"), i, line)
    {
        if (lines.kek_count < DEP_ROLE_COUNT)
            keks[lines.kek_count++] = dep_slice_string(json_string_value(line));
    }
    int err = dep_node_role_identities(node, &roles, &role_count, problem);
    if (err)
        return err;
    err = dep_secret_open(&lines, jti, roles, role_count, out, why);
    return err < 0 ? dep_problem_fault(problem, err, "node.handed", view->row.jti) : err;
}

/* Findings are of a stranger's bytes: the record that holds them is shown without. */
static const char *word_for(const struct dep_node *node, const struct dep_finding *why)
{
    if (strcmp(why->id, "secret.reader") == 0)
        return node->role_waits ? "secret.not_shared" : "secret.reader";
    return strncmp(why->id, "secret.", strlen("secret.")) == 0 ? why->id : "secret.damaged";
}

static int open_record(struct dep_node *node, const struct dep_record *record,
                       struct dep_view *view, struct dep_problem *problem)
{
    DEP_AUTO_BUF disclosures;
    struct dep_finding why = {.id = ""};
    dep_buf_init_secret(&disclosures, DEP_DISCLOSURES_LEN_MAX);
    if (json_object_get(record->jwt.payload, "_sd")) {
        int err = open_secret(node, view, record->jti, &disclosures, &why, problem);
        if (err < 0)
            return err;
        view->handed_why = err ? word_for(node, &why) : NULL;
    }
    int err = dep_record_claims(node->schemas, record, dep_buf_slice(&disclosures),
                                view->handed_why != NULL, &view->handed, &problem->where, &why);
    if (err == DEP_FOUND && !view->handed_why) {
        /* What comes out isn't what the kit signed. */
        view->handed_why = "secret.damaged";
        err = dep_record_claims(node->schemas, record, (struct dep_slice){NULL, 0}, true,
                                &view->handed, &problem->where, &why);
    }
    return err < 0 ? dep_problem_fault(problem, err, "node.handed", view->row.jti) : err;
}

static int open_report(const struct dep_node *node, struct dep_view *view,
                       struct dep_problem *problem)
{
    DEP_AUTO_PRESENTATION told = {.claims = NULL};
    struct dep_finding why;
    int err = dep_foreign_open(node->schemas, view->claims, &told, &why);
    if (err < 0)
        return dep_problem_fault(problem, err, "node.handed", view->row.jti);
    view->handed = json_incref(told.claims);
    return err;
}

int dep_handed_open(struct dep_node *node, struct dep_view *view, struct dep_problem *problem)
{
    DEP_AUTO_RECORD record = {.jti = NULL};
    struct dep_finding why;
    const char *jwt = dep_json_string(view->claims, "jwt");
    if (!jwt && !dep_json_string(view->claims, "sd_jwt"))
        return DEP_OK;
    int err = jwt ? dep_record_parse(dep_slice_string(jwt), &record, &why)
                  : open_report(node, view, problem);
    if (!err && jwt)
        err = open_record(node, &record, view, problem);
    return err == DEP_FOUND ? dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.handed",
                                            "record %s", view->row.jti)
                            : err;
}
