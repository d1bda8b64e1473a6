#include "node/notice.h"

#include "node/node_impl.h"
#include "node/receive.h"
#include "node/roll.h"
#include "record/presentation.h"

#include <stdio.h>
#include <string.h>

/* What that record is about; of one that isn't here, no claims. */
static int view_about(struct dep_node *node, const struct dep_view *view, struct dep_view *out,
                      struct dep_problem *problem)
{
    struct dep_index_row row;
    const char *id = dep_record_ref(view->claims, "about");
    int err = dep_roll_find(node, id ? id : "", &row, problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    return dep_node_view_row(node, &row, true, out, problem);
}

int dep_notice_recipient(struct dep_node *node, const struct dep_view *withdrawn,
                         char out[DEP_CODE_LEN_MAX + 1], struct dep_problem *problem)
{
    DEP_AUTO_VIEW made = {.claims = NULL};
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    int err = view_about(node, withdrawn, &made, problem);
    if (!err)
        err = view_about(node, &made, &prepared, problem);
    const char *code = err ? NULL : dep_json_string(prepared.claims, "recipient");
    if (!err)
        (void)snprintf(out, DEP_CODE_LEN_MAX + 1, "%s", code ? code : "");
    return err;
}

/* ---- what no longer stands ---- */

enum { ENDED_KEY_ROOM = 2 * DEP_HASH_LEN + DEP_MEMBER_LEN_MAX + 2 };

void dep_fallen_done(struct dep_fallen *fallen)
{
    json_decref(fallen->given);
    json_decref(fallen->ended);
    json_decref(fallen->items);
    *fallen = (struct dep_fallen){.given = NULL};
}

int dep_fallen_new(struct dep_fallen *out)
{
    struct dep_fallen fallen = {json_object(), json_object(), json_object()};
    if (!fallen.given || !fallen.ended || !fallen.items) {
        dep_fallen_done(&fallen);
        return DEP_ERR_NOMEM;
    }
    *out = fallen;
    return DEP_OK;
}

static int set_given(struct dep_fallen *fallen, const char *hex, const char *member)
{
    return json_object_set_new(fallen->given, hex, json_string(member)) ? DEP_ERR_NOMEM : DEP_OK;
}

static void ended_key(const char *hex, const char *member, char out[ENDED_KEY_ROOM])
{
    (void)snprintf(out, ENDED_KEY_ROOM, "%s %s", hex, member);
}

static int set_ended(struct dep_fallen *fallen, const char *hex, const char *member)
{
    char key[ENDED_KEY_ROOM];
    ended_key(hex, member, key);
    return json_object_set_new(fallen->ended, key, json_true()) ? DEP_ERR_NOMEM : DEP_OK;
}

int dep_fallen_add(struct dep_fallen *fallen, const struct dep_hash *sha256)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    int err = set_given(fallen, hex, "");
    return err ? err : set_ended(fallen, hex, "");
}

int dep_fallen_add_item(struct dep_fallen *fallen, const char *item)
{
    return json_object_set_new(fallen->items, item, json_true()) ? DEP_ERR_NOMEM : DEP_OK;
}

static bool is_type(const char *type, const char *consents, const char *assurances)
{
    return strcmp(type, consents) == 0 || strcmp(type, assurances) == 0;
}

int dep_fallen_hear(struct dep_fallen *fallen, const struct dep_schemas *schemas,
                    const json_t *claims)
{
    const char *type = dep_json_string(claims, "record_type"),
               *item = dep_json_string(claims, "item"), *member = dep_json_string(claims, "member"),
               *sha256 = dep_json_string(claims, "sha256");
    if (!type || !member || !sha256)
        return DEP_OK;
    if (item && strcmp(type, "release.withdrawn") == 0)
        return dep_fallen_add_item(fallen, item);
    if (is_type(type, "consent.given", "assurance.given"))
        return set_given(fallen, sha256, member);
    if (!is_type(type, "consent.withdrawn", "assurance.withdrawn"))
        return DEP_OK;
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why;
    struct dep_hash about;
    char hex[2 * DEP_HASH_LEN + 1];
    int err = dep_foreign_open(schemas, claims, &foreign, &why);
    if (err || !dep_record_ref_sha256(foreign.claims, "about", &about))
        return err < 0 ? err : DEP_OK;
    dep_hex_encode(about.bytes, DEP_HASH_LEN, hex);
    return set_ended(fallen, hex, member);
}

struct hearing {
    struct dep_fallen *fallen;
    struct dep_node *node;
    struct dep_problem *problem;
};

static int hear_row(void *context, const struct dep_index_row *row)
{
    struct hearing *hearing = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(hearing->node, row, true, &view, hearing->problem);
    if (err)
        return err;
    err = dep_fallen_hear(hearing->fallen, hearing->node->schemas, view.claims);
    return err ? dep_problem_fault(hearing->problem, err, "node.notice", row->jti) : DEP_OK;
}

int dep_fallen_hear_all(struct dep_fallen *fallen, struct dep_node *node,
                        struct dep_problem *problem)
{
    static const char *const withdrawals[] = {"consent.withdrawn", "assurance.withdrawn",
                                              "release.withdrawn"};
    struct dep_index_query query = {.type = "foreign.record"};
    struct hearing hearing = {fallen, node, problem};
    int err = DEP_OK;
    for (size_t i = 0; dep_node_pages_searched(node) && !err && i < DEP_COUNT(withdrawals); i++) {
        query.field = "record_type";
        query.value = withdrawals[i];
        err = dep_roll_list(node, &query, hear_row, &hearing, problem);
    }
    /* What falls is whose: that the consents themselves say. */
    query.field = query.value = NULL;
    bool none = dep_node_pages_searched(node) && !json_object_size(fallen->ended) &&
                !json_object_size(fallen->items);
    return err || none ? err : dep_roll_list(node, &query, hear_row, &hearing, problem);
}

/* ---- what falls with it ---- */

static bool has_fallen(const struct dep_fallen *fallen, const char *hex)
{
    char key[ENDED_KEY_ROOM];
    const char *member = dep_json_string(fallen->given, hex);
    if (!member)
        return false;
    ended_key(hex, member, key);
    return json_object_get(fallen->ended, key) != NULL;
}

/* A withdrawal of which this officer can't read what it covers may cover all. */
static bool is_covered(const struct dep_act *made, const char *item)
{
    for (size_t i = 0; i < made->later_count; i++) {
        if (strcmp(made->later[i].row.type, "release.withdrawn") != 0)
            continue;
        const json_t *scope = dep_json_object(made->later[i].claims, "scope");
        const char *kind = dep_json_string(scope, "kind"), *id = dep_json_string(scope, "id");
        if (!kind || strcmp(kind, "item") != 0 || (id && strcmp(id, item) == 0))
            return true;
    }
    return false;
}

static const char *item_at(const json_t *materials, size_t place)
{
    const char *item = dep_json_string(json_array_get(materials, place), "item");
    return item ? item : "";
}

/* Items that fall; `out_all`: all of them, for what was asked was asked for the whole. */
static int find_hit(const struct dep_fallen *fallen, const json_t *verdict, const json_t *materials,
                    json_t *hit, bool *out_all)
{
    size_t i;
    json_t *requirement;
    bool bad = false;
    json_array_foreach(dep_json_array(verdict, "requirements"), i, requirement)
    {
        int64_t material = -1;
        const char *record = dep_json_string(requirement, "record");
        if (!record || !has_fallen(fallen, record))
            continue;
        if (dep_json_int(requirement, "material", &material) && material >= 0 &&
            (uint64_t)material < json_array_size(materials))
            bad |= json_object_set_new(hit, item_at(materials, (size_t)material), json_true()) != 0;
        else
            *out_all = true;
    }
    for (i = 0; i < json_array_size(materials); i++)
        if (json_object_get(fallen->items, item_at(materials, i)))
            bad |= json_object_set_new(hit, item_at(materials, i), json_true()) != 0;
    return bad ? DEP_ERR_NOMEM : DEP_OK;
}

struct telling {
    const struct dep_act *made;
    dep_fallen_fn *each;
    void *context;
    struct dep_problem *problem;
};

/* `item` NULL: of all. */
static int tell(const struct telling *telling, const char *item)
{
    DEP_AUTO_JSON *scope = json_pack("{s:s,s:s*}", "kind", item ? "item" : "all", "id", item);
    return scope ? telling->each(telling->context, telling->made, scope)
                 : dep_problem_fault(telling->problem, DEP_ERR_NOMEM, "node.notice",
                                     telling->made->head.row.jti);
}

static int tell_hit(const struct telling *telling, const json_t *materials, const json_t *hit,
                    bool all)
{
    size_t count = json_array_size(materials), falls = 0, left = 0;
    int err = DEP_OK;
    if (!count)
        return all && !is_covered(telling->made, "") ? tell(telling, NULL) : DEP_OK;
    for (size_t i = 0; i < count; i++) {
        const char *item = item_at(materials, i);
        if (!all && !json_object_get(hit, item))
            continue;
        falls++;
        left += !is_covered(telling->made, item);
    }
    if (left && falls == count)
        return tell(telling, NULL);
    for (size_t i = 0; !err && left && i < count; i++)
        if (json_object_get(hit, item_at(materials, i)) &&
            !is_covered(telling->made, item_at(materials, i)))
            err = tell(telling, item_at(materials, i));
    return err;
}

int dep_fallen_of(struct dep_node *node, const struct dep_fallen *fallen,
                  const struct dep_act *made, dep_fallen_fn *each, void *context,
                  struct dep_problem *problem)
{
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    DEP_AUTO_JSON *hit = json_object();
    const struct telling telling = {made, each, context, problem};
    bool all = false;
    if (!json_object_size(fallen->ended) && !json_object_size(fallen->items))
        return DEP_OK;
    int err = view_about(node, &made->head, &prepared, problem);
    if (err)
        return err;
    const json_t *materials = dep_json_array(prepared.claims, "materials");
    if (!hit ||
        find_hit(fallen, dep_json_object(made->head.claims, "verdict"), materials, hit, &all))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.notice", made->head.row.jti);
    return tell_hit(&telling, materials, hit, all);
}
