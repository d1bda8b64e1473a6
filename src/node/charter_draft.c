/*
 * Texts of charters to come: that of one member for a new register, and drafts for people to edit.
 */
#include "node/charter_impl.h"
#include "node/cosign.h"

#include "codec/base64.h"
#include "codec/text.h"
#include "record/schema_files.h"

#include <stdlib.h>
#include <string.h>

static const char DEFAULT_FILE[] = "_charter_default.json";

static json_t *default_json(void)
{
    for (size_t i = 0; i < dep_schema_file_count; i++) {
        json_t *json = NULL;
        if (strcmp(dep_schema_files[i].name, DEFAULT_FILE) == 0)
            return dep_json_parse(dep_schema_files[i].text, &json, NULL) ? NULL : json;
    }
    assert(false && "built in");
    return NULL;
}

/* One name, as long as nobody has said it in each language. */
static json_t *names_of(const char *name)
{
    return json_pack("{s:s,s:s,s:s}", "en", name, "fr", name, "ar", name);
}

/* The template's names have a place for the member's: "Charter of %s". */
static bool title_fill(json_t *names, const char *name)
{
    const char *lang;
    json_t *title;
    json_object_foreach(names, lang, title)
    {
        const char *text = json_string_value(title), *gap = strstr(text, "%s");
        DEP_AUTO_BUF filled;
        dep_buf_init(&filled, 4096);
        dep_buf_add(&filled, text, (size_t)(gap - text));
        dep_buf_add_string(&filled, name);
        dep_buf_add_string(&filled, gap + 2);
        if (dep_buf_err(&filled) || json_string_set(title, (const char *)filled.data))
            return false;
    }
    return true;
}

static bool list_names(const json_t *list, const char *member, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *value = dep_json_string(entry, member);
        if (value && strcmp(value, name) == 0)
            return true;
    }
    return false;
}

/* A code that the list hasn't gets into it, named by itself. */
static bool territory_add(json_t *list, const char *code)
{
    return list_names(list, "code", code) ||
           json_array_append_new(list,
                                 json_pack("{s:s,s:o}", "code", code, "name", names_of(code))) == 0;
}

static bool territories_add(json_t *list, const char *const *territories, size_t count,
                            json_t *codes)
{
    for (size_t i = 0; i < count; i++)
        if (!territory_add(list, territories[i]) ||
            json_array_append_new(codes, json_string(territories[i])))
            return false;
    return true;
}

/* Whoever is alone in a charter was always in it: begun today, and with a clock that may be a day
 * off, nothing it consents to could be shown to count. */
static const char ALWAYS[] = "1970-01-01T00:00:00Z";

static bool default_fill(json_t *charter, const struct dep_register_info *info, const char *root,
                         const char *const *territories, size_t territory_count)
{
    json_t *codes = json_array();
    json_t *list = json_object_get(json_object_get(charter, "lists"), "territories");
    bool filled = codes && territories_add(list, territories, territory_count, codes) &&
                  title_fill(json_object_get(charter, "name"), info->name) &&
                  json_object_set_new(charter, "from", json_string(info->created)) == 0;
    json_t *member =
        json_pack("{s:s,s:s,s:o,s:s,s:s,s:o,s:s}", "id", info->member, "kind",
                  territory_count ? "state" : "organisation", "name", names_of(info->name), "root",
                  root, "origin", info->origin, "territories", codes, "from", ALWAYS);
    return json_array_append_new(json_object_get(charter, "members"), member) == 0 && filled;
}

int dep_charter_default(const struct dep_register_info *info, const struct dep_public_key *root,
                        const char *const *territories, size_t territory_count, struct dep_buf *out)
{
    DEP_AUTO_JSON *charter = default_json();
    DEP_AUTO_BUF root_text;
    dep_buf_init(&root_text, 64);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(root->bytes, sizeof root->bytes), &root_text);
    if (!charter || dep_buf_err(&root_text) ||
        !default_fill(charter, info, (const char *)root_text.data, territories, territory_count))
        return DEP_ERR_NOMEM;
    return dep_json_encode_indented(charter, out);
}

/* ---- drafts ---- */

static int entry_take(json_t *members, struct dep_slice text, struct dep_problem *problem)
{
    json_t *entry = NULL;
    int err = dep_json_parse(text, &entry, &problem->finding);
    const char *id = err ? NULL : dep_json_string(entry, "id");
    if (err < 0)
        return dep_problem_fault(problem, err, "charter.draft", "");
    if (!id) {
        json_decref(entry);
        return dep_problem_found(problem, "charter.member.form", "charter.md 1", "");
    }
    size_t place = json_array_size(members), index;
    json_t *member;
    json_array_foreach(members, index, member)
    {
        const char *known = dep_json_string(member, "id");
        if (known && strcmp(known, id) == 0)
            place = index;
    }
    bool failed = place < json_array_size(members) ? json_array_set_new(members, place, entry)
                                                   : json_array_append_new(members, entry);
    return failed ? dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.draft", "") : DEP_OK;
}

/* Members send each other packages, so each is a recipient, by its id unless that stands for
 * somebody else. */
static bool recipient_add(json_t *list, const json_t *member)
{
    const char *id = dep_json_string(member, "id");
    json_t *name = json_object_get(member, "name");
    if (!id || !name || list_names(list, "member", id) || list_names(list, "code", id))
        return true;
    return json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:O}", "code", id, "kind", "member",
                                                 "member", id, "name", name)) == 0;
}

/* What the lists need for these members to act together; what else is wrong with an entry is told
 * by whoever reads the draft. */
static bool lists_complete(json_t *draft)
{
    json_t *lists = json_object_get(draft, "lists"), *member, *code;
    json_t *territories = json_object_get(lists, "territories"),
           *recipients = json_object_get(lists, "recipients");
    size_t i, t;
    json_array_foreach(json_object_get(draft, "members"), i, member)
    {
        if (!recipient_add(recipients, member))
            return false;
        json_array_foreach(dep_json_array(member, "territories"), t, code)
        {
            const char *text = json_string_value(code);
            if (text && !territory_add(territories, text))
                return false;
        }
    }
    return true;
}

/* What identifies it stands in front, as in the format's description. */
static json_t *draft_head(const struct dep_charter *charter, bool founding, int64_t now_s)
{
    char from[21], hex[2 * DEP_HASH_LEN + 1];
    dep_time_encode(now_s, from);
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, hex);
    return json_pack("{s:s,s:i,s:I,s:s*,s:s}", "depositary", "charter", "v", 1, "number",
                     founding ? (json_int_t)1 : (json_int_t)dep_charter_number(charter) + 1,
                     "previous", founding ? NULL : hex, "from", from);
}

static bool verifier_take(json_t *verifiers, const struct dep_charter_verifier *verifier)
{
    char hex[2 * DEP_HASH_LEN + 1];
    size_t place = 0;
    dep_hex_encode(verifier->sha256.bytes, DEP_HASH_LEN, hex);
    json_t *entry = json_pack("{s:s,s:s}", "name", verifier->name, "sha256", hex);
    while (place < json_array_size(verifiers) &&
           strcmp(dep_json_string(json_array_get(verifiers, place), "name"), verifier->name) != 0)
        place++;
    return (place < json_array_size(verifiers) ? json_array_set_new(verifiers, place, entry)
                                               : json_array_append_new(verifiers, entry)) == 0;
}

int dep_node_charter_draft(struct dep_node *node, const struct dep_charter_draft *order,
                           struct dep_buf *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (err)
        return err;
    DEP_AUTO_JSON *draft = draft_head(charter, order->founding, node->world.clock() / 1000);
    DEP_AUTO_JSON *rest = json_deep_copy(dep_charter_json(charter));
    if (order->founding)
        (void)json_object_del(rest, "previous");
    if (!draft || !rest || json_object_update_missing(draft, rest))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.draft", node->dir);
    for (size_t i = 0; i < order->verifier_count && !err; i++)
        if (!verifier_take(json_object_get(draft, "verifiers"), &order->verifiers[i]))
            err = dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.draft", node->dir);
    for (size_t i = 0; i < order->entry_count && !err; i++)
        err = entry_take(json_object_get(draft, "members"), order->entries[i], problem);
    if (err)
        return err;
    err = order->entry_count && !lists_complete(draft) ? DEP_ERR_NOMEM
                                                       : dep_json_encode_indented(draft, out);
    return err ? dep_problem_fault(problem, err, "charter.draft", node->dir) : DEP_OK;
}

/* The cosigner key in force is what the next charter should name. */
static int entry_cosigner(struct dep_node *node, json_t *entry, struct dep_problem *problem)
{
    DEP_AUTO_BUF vkey;
    dep_buf_init(&vkey, 1024);
    int err = dep_cosigner_vkey(node, &vkey, problem);
    if (err == DEP_FOUND)
        return DEP_OK;
    if (err)
        return err;
    return json_object_set_new(entry, "cosigner", json_string((const char *)vkey.data))
               ? DEP_ERR_NOMEM
               : DEP_OK;
}

int dep_node_charter_member(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (err)
        return err;
    int place = dep_charter_member_find(charter, dep_register_info(node->reg)->member);
    assert(place >= 0); /* only such are entered */
    DEP_AUTO_JSON *entry = json_deep_copy(
        json_array_get(json_object_get(dep_charter_json(charter), "members"), (size_t)place));
    err = entry ? entry_cosigner(node, entry, problem) : DEP_ERR_NOMEM;
    if (err == DEP_OK)
        err = dep_json_encode_indented(entry, out);
    return err < 0 ? dep_problem_fault(problem, err, "charter.draft", node->dir) : err;
}
