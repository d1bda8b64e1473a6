#include "cli/called.h"

#include "cli/verdict.h"
#include "node/charter.h"
#include "node/evidence.h"
#include "report/language.h"

#include <string.h>

enum { NAME_MAX_LEN = 4096, NAMES_MAX = 64 * 1024 };

int dep_called_init(struct dep_node *node, const char *lang, struct dep_called *out,
                    struct dep_problem *problem)
{
    struct dep_called called = {.node = node, .lang = lang, .found = json_object()};
    int err = called.found ? dep_node_charter(node, UINT64_MAX, &called.charter, problem)
                           : dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.called", "");
    if (err)
        dep_called_done(&called);
    else
        *out = called;
    return err;
}

void dep_called_done(struct dep_called *called)
{
    json_decref(called->found);
    called->found = NULL;
}

/* ---- in records ---- */

struct naming {
    struct dep_node *node;
    const char *field, *code, *list, *lang;
    json_t *text; /* out: owned */
    struct dep_problem unused;
};

/* The newest that isn't corrected; as it was called in any language where the one asked for isn't
 * there. */
static int take_name(void *context, const struct dep_index_row *row)
{
    struct naming *naming = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->superseded)
        return DEP_OK;
    int err = dep_node_view(naming->node, row->jti, true, &view, &naming->unused);
    const char *code = err ? NULL : dep_json_string(view.claims, naming->field);
    const char *list = err ? NULL : dep_json_string(view.claims, "list");
    if (err || !code || strcmp(code, naming->code) != 0 ||
        (naming->list && (!list || strcmp(list, naming->list) != 0)))
        return err;
    const json_t *found = NULL;
    size_t i;
    json_t *each;
    json_array_foreach(dep_json_array(view.claims, "called"), i, each)
    {
        const char *lang = dep_json_string(each, "lang");
        if (!found || (lang && strcmp(lang, naming->lang) == 0))
            found = each;
    }
    naming->text = json_incref(json_object_get(found, "text"));
    return DEP_FOUND;
}

/* What can't be read is shown as it is recorded. */
static json_t *look_up(const struct dep_called *called, const char *type, struct naming *naming)
{
    struct dep_index_query query = {
        .type = type, .field = naming->field, .value = naming->code, .newest_first = true};
    if (called->charter_only)
        return json_null();
    naming->node = called->node;
    naming->lang = called->lang;
    (void)!dep_node_list(called->node, &query, take_name, naming, &naming->unused);
    return naming->text ? naming->text : json_null();
}

bool dep_called_stated(const char *list)
{
    static const char *const lists[] = {"formations", "incidents", "allegations", "initiatives"};
    for (size_t i = 0; i < DEP_COUNT(lists); i++)
        if (strcmp(lists[i], list) == 0)
            return true;
    return false;
}

const char *dep_called_code(struct dep_called *called, const char *list, const char *code)
{
    char name[DEP_CODE_LEN_MAX + 32];
    (void)snprintf(name, sizeof name, "%s %s", list, code);
    if (!json_object_get(called->found, name)) {
        struct naming naming = {.field = "code", .code = code, .list = list};
        (void)json_object_set_new(called->found, name, look_up(called, "code.stated", &naming));
    }
    return dep_json_string(called->found, name);
}

/* ---- States and organisations ---- */

void dep_called_add(const char *name, const char *code, struct dep_buf *out)
{
    dep_buf_addf(out, strcmp(name, code) == 0 ? "%s" : "%s (%s)", name, code);
}

static json_t *name_body(const struct dep_called *called, const char *code)
{
    DEP_AUTO_BUF out;
    DEP_AUTO_JSON *form = json_pack("{s:{s:s}}", "metadata", "list", "bodies");
    struct naming naming = {.field = "partner", .code = code};
    DEP_AUTO_JSON *partner = NULL;
    const char *name = dep_body_name(called->charter, code, called->lang);
    dep_buf_init(&out, NAME_MAX_LEN);
    if (!name) {
        partner = look_up(called, "partner.related", &naming);
        name = json_string_value(partner);
    }
    if (name)
        dep_called_add(name, code, &out);
    else
        dep_named_add(form, code, called->lang, &out);
    return json_string(dep_buf_err(&out) || !out.data ? code : (const char *)out.data);
}

const char *dep_called_body(struct dep_called *called, const char *code)
{
    if (!json_object_get(called->found, code))
        (void)json_object_set_new(called->found, code, name_body(called, code));
    const char *name = dep_json_string(called->found, code);
    return name ? name : code;
}

const char *dep_called_listed(struct dep_called *called, const char *list, const char *code)
{
    char key[2 * DEP_CODE_LEN_MAX];
    if (strcmp(list, "bodies") == 0)
        return dep_called_body(called, code);
    if (!dep_called_stated(list))
        return NULL;
    const char *name = dep_called_code(called, list, code);
    (void)snprintf(key, sizeof key, "%s (%s)", list, code);
    if (name && !json_object_get(called->found, key)) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, NAME_MAX_LEN);
        dep_called_add(name, code, &out);
        (void)json_object_set_new(called->found, key,
                                  json_string(dep_buf_err(&out) ? code : (const char *)out.data));
    }
    return dep_json_string(called->found, key);
}

const char *dep_called_bodies(struct dep_called *called, const char *codes)
{
    const char *comma = strcmp(called->lang, "ar") == 0 ? "\xd8\x8c " : ", ";
    DEP_AUTO_BUF names;
    dep_buf_init(&names, NAMES_MAX);
    if (!strchr(codes, ' '))
        return dep_called_body(called, codes);
    for (const char *at = codes; *at;) {
        char code[DEP_CODE_LEN_MAX + 1];
        size_t len = strcspn(at, " ");
        (void)snprintf(code, sizeof code, "%.*s", (int)len, at);
        dep_buf_addf(&names, "%s%s", names.len ? comma : "", dep_called_body(called, code));
        at += len + (at[len] == ' ');
    }
    if (!dep_buf_err(&names))
        (void)json_object_set_new(called->found, codes, json_string((const char *)names.data));
    const char *name = dep_json_string(called->found, codes);
    return name ? name : codes;
}
