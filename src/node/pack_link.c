/*
 * What is linked to the records that go (doc/format/package.md section 3.1): it goes too, with
 * nothing shown unless the judge reads it, or its digest is named, or it is counted.
 */
#include "node/pack_impl.h"
#include "rules/action.h"

#include <stdlib.h>
#include <string.h>

enum fate { COUNTED, NAMED, GOES };

/* The relations of record.md section 2, and what they are called seen from the other end. */
static const struct relation {
    const char *rel, *back;
} RELATIONS[] = {
    {"about", "about<"},   {"answers", "answers<"},       {"authority", "authority<"},
    {"item", "item<"},     {"part_of", "part_of<"},       {"previous", "previous<"},
    {"source", "source<"}, {"supersedes", "supersedes<"},
};

/* The first row that fits counts; `type` NULL: any, a prefix where it ends in '.'. */
static const struct rule {
    const char *rel, *type;
    enum fate fate;
    enum pack_fields fields;
} RULES[] = {
    /* They show nothing but that they are. */
    {"about<", "consent.withdrawn", GOES, PACK_NOTHING},
    {"about<", "assurance.withdrawn", GOES, PACK_NOTHING},
    {"about<", "release.withdrawn", GOES, PACK_NOTHING},
    {"about<", "record.erased", GOES, PACK_NOTHING},
    {"supersedes<", NULL, GOES, PACK_NOTHING},
    {"supersedes", NULL, GOES, PACK_NOTHING},
    /* Read by the judge with what they are about. */
    {"about<", "consent.checked", GOES, PACK_ALL},
    {"answers<", "request.answered", GOES, PACK_ALL},
    {"about<", "approval.given", GOES, PACK_NOTHING},
    /* Every hand an item passed through, and what was done with it. */
    {"item<", "custody.", GOES, PACK_NOTHING},
    {"item<", "seal.", GOES, PACK_NOTHING},
    {"item<", "fixity.", GOES, PACK_NOTHING},
    {"item<", "marking.set", GOES, PACK_NOTHING},
    {"item<", "evidence.error", GOES, PACK_NOTHING},
    {"answers", NULL, NAMED, PACK_NOTHING},
    {"answers<", NULL, NAMED, PACK_NOTHING},
    {"authority", NULL, NAMED, PACK_NOTHING},
    {"source", NULL, NAMED, PACK_NOTHING},
    {"source<", NULL, NAMED, PACK_NOTHING},
    {"item", NULL, NAMED, PACK_NOTHING},
    {"about", NULL, NAMED, PACK_NOTHING},
};
static const struct rule OTHERS = {"", NULL, COUNTED, PACK_NOTHING};

static bool is_type(const char *type, const char *wanted)
{
    size_t len = wanted ? strlen(wanted) : 0;
    if (!len)
        return true;
    return wanted[len - 1] == '.' ? strncmp(type, wanted, len) == 0 : strcmp(type, wanted) == 0;
}

/* The charter's `linked` may ask for more. */
static enum fate owed(const struct dep_pack *pack, const char *rel)
{
    enum dep_least least = dep_charter_least(pack->charter, rel);
    return least == DEP_LEAST_INCLUDED ? GOES : least == DEP_LEAST_COUNTED ? COUNTED : NAMED;
}

static const struct rule *rule_of(const char *rel, const char *type)
{
    for (size_t i = 0; i < DEP_COUNT(RULES); i++)
        if (strcmp(RULES[i].rel, rel) == 0 && is_type(type, RULES[i].type))
            return &RULES[i];
    return &OTHERS;
}

/* ---- lines ---- */

static int add_link(struct dep_pack *pack, const struct pack_link *link)
{
    if (pack->link_count == DEP_PACK_LINKS_MAX)
        return dep_problem_fault(pack->problem, DEP_ERR_CAP, "node.pack", pack->node->dir);
    if (pack->link_count == pack->link_room) {
        size_t room = pack->link_room ? 2 * pack->link_room : 64;
        struct pack_link *grown = dep_realloc_array(pack->links, room, sizeof *grown);
        if (!grown)
            return pack_no_memory(pack);
        pack->links = grown;
        pack->link_room = room;
    }
    pack->links[pack->link_count++] = *link;
    return DEP_OK;
}

static bool is_there(const struct dep_pack *pack, const struct pack_link *link)
{
    for (size_t i = pack->link_count; i-- > 0;) {
        const struct pack_link *there = &pack->links[i];
        if (!dep_hash_equal(&there->from, &link->from))
            break; /* lines of one record stand together */
        if (there->as == link->as && dep_hash_equal(&there->to, &link->to) &&
            strcmp(there->rel, link->rel) == 0)
            return true;
    }
    return false;
}

int pack_link_as(struct dep_pack *pack, const struct pack_link *link)
{
    assert(link->as != DEP_LINKED_COUNTED);
    return is_there(pack, link) ? DEP_OK : add_link(pack, link);
}

int pack_name(struct dep_pack *pack, const struct dep_hash *from, const char *rel,
              const struct dep_hash *to, const char *why)
{
    const struct pack_link link = {
        .from = *from, .to = *to, .rel = rel, .why = why, .as = DEP_LINKED_NAMED};
    return pack_link_as(pack, &link);
}

static int count(struct dep_pack *pack, const struct dep_hash *from, const char *rel,
                 const char *why)
{
    for (size_t i = pack->link_count; i-- > 0;) {
        struct pack_link *there = &pack->links[i];
        if (!dep_hash_equal(&there->from, from))
            break;
        if (there->as == DEP_LINKED_COUNTED && strcmp(there->rel, rel) == 0 &&
            strcmp(there->why, why) == 0) {
            there->count++;
            return DEP_OK;
        }
    }
    struct pack_link link = {
        .from = *from, .rel = rel, .why = why, .as = DEP_LINKED_COUNTED, .count = 1};
    return add_link(pack, &link);
}

/* ---- one link ---- */

struct linking {
    struct dep_pack *pack;
    struct dep_hash from;
    const char *rel; /* literal */
    bool adding;     /* first all that goes; then what is left is accounted for */
};

static bool is_local(const struct dep_pack *pack, const char *type)
{
    const struct dep_schema *schema = dep_schemas_find(pack->node->schemas, type, 0);
    return !schema || schema->is_local;
}

/* What a charter lets go along with the rest is never what the judge alone is told of, nor the
 * consent of a source, which leads to a person. */
static int must_stay(struct dep_pack *pack, const struct dep_index_row *row, bool *out)
{
    for (size_t i = 0; i < pack->sealed_count; i++)
        if (dep_hash_equal(&pack->sealed[i].sha256, &row->sha256)) {
            *out = true;
            return DEP_OK;
        }
    *out = false;
    if (strcmp(row->type, "consent.given") != 0)
        return DEP_OK;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(pack->node, row, true, &view, pack->problem);
    const char *layer = dep_json_string(dep_json_object(view.claims, "terms"), "layer");
    *out = !layer || strcmp(layer, "source") == 0;
    return err;
}

/* What the charter lets go along, besides what goes anyway: `out_why` says why it stays all the
 * same, or is NULL. An item goes because a release names it. */
static int judge_along(struct dep_pack *pack, const struct dep_index_row *row, const char **out_why)
{
    bool stays;
    int err = must_stay(pack, row, &stays);
    bool of_another = row->item[0] && !dep_material_of(pack->materials, row->item);
    *out_why = stays ? "protected" : of_another && row->erased ? "erased" : NULL;
    return !err && !*out_why && of_another ? pack_found(pack, "pack.linked.item", row->jti) : err;
}

static int compare_places(const void *key, const void *one)
{
    uint64_t a = *(const uint64_t *)key, b = *(const uint64_t *)one;
    return (a > b) - (a < b);
}

/* A local record isn't so much as counted in a package; who packs is told how many stay. */
static int keep(struct dep_pack *pack, const struct dep_index_row *row)
{
    if (row->index >= pack->size || pack_find(pack, &row->sha256) ||
        !dep_sight_sees(pack->node, row))
        return DEP_OK;
    size_t count = pack->kept_count;
    size_t at = dep_list_place(&row->index, pack->kept, count, sizeof *pack->kept, compare_places);
    if (at < count && pack->kept[at] == row->index)
        return DEP_OK; /* linked to more than one that goes */
    uint64_t *kept = dep_list_reserve(pack->kept, count, 1, sizeof *pack->kept, &pack->kept_room);
    if (!kept)
        return pack_no_memory(pack);
    memmove(kept + at + 1, kept + at, (count - at) * sizeof *kept);
    kept[at] = row->index;
    pack->kept = kept;
    pack->kept_count++;
    return DEP_OK;
}

static int link_row(void *context, const struct dep_index_row *row)
{
    const struct linking *linking = context;
    struct dep_pack *pack = linking->pack;
    if (is_local(pack, row->type))
        return linking->adding ? DEP_OK : keep(pack, row);
    if (row->index >= pack->size || pack_find(pack, &row->sha256))
        return DEP_OK;
    const struct rule *rule = rule_of(linking->rel, row->type);
    struct pack_show show = {.fields = row->erased ? PACK_NOTHING : rule->fields};
    const char *why = row->erased ? "erased" : "rule";
    enum fate fate = owed(pack, linking->rel) > rule->fate ? owed(pack, linking->rel) : rule->fate;
    const char *stays = NULL;
    int err = fate > rule->fate && fate == GOES ? judge_along(pack, row, &stays) : DEP_OK;
    if (err)
        return err;
    if (stays) {
        fate = NAMED;
        why = stays;
    }
    if (linking->adding)
        return fate == GOES ? pack_add(pack, row, &show) : DEP_OK;
    return fate == NAMED ? pack_name(pack, &linking->from, linking->rel, &row->sha256, why)
                         : count(pack, &linking->from, linking->rel, why);
}

static int link_forward(const struct linking *linking, const json_t *ref)
{
    struct dep_pack *pack = linking->pack;
    const char *id = dep_json_string(ref, "id"), *hex = dep_json_string(ref, "sha256");
    struct dep_index_row row;
    struct dep_hash to;
    if (!id || !hex || !dep_hex_parse(dep_slice_string(hex), to.bytes, DEP_HASH_LEN))
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", id ? id : "");
    int err = dep_roll_find(pack->node, id, &row, pack->problem);
    if (err == DEP_FOUND)
        return linking->adding ? DEP_OK
                               : pack_name(pack, &linking->from, linking->rel, &to, "not_held");
    bool stays = !err && is_local(pack, row.type) && !pack_find(pack, &to); /* the link is seen */
    if (stays && owed(pack, linking->rel) == GOES)
        return pack_found(pack, "pack.local", row.jti);
    if (stays)
        return linking->adding ? DEP_OK
                               : pack_name(pack, &linking->from, linking->rel, &to, "rule");
    return err ? err : link_row((void *)(uintptr_t)linking, &row);
}

/* ---- all links of one record ---- */

static int forward_links(struct linking *linking, const json_t *refs)
{
    size_t at;
    json_t *ref;
    json_array_foreach(refs, at, ref)
    {
        const char *name = dep_json_string(ref, "rel");
        int err = name && strcmp(name, linking->rel) == 0 ? link_forward(linking, ref) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

static int links_of(struct dep_pack *pack, size_t place, bool adding)
{
    /* Adding moves the entries. */
    const struct pack_entry entry = pack->entries[place];
    struct dep_problem *problem = pack->problem;
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_find(pack->node, entry.jti, &row, problem);
    if (!err)
        err = dep_node_view_row(pack->node, &row, false, &view, problem);
    for (size_t i = 0; !err && i < DEP_COUNT(RELATIONS); i++) {
        struct linking linking = {pack, entry.sha256, RELATIONS[i].rel, adding};
        struct dep_index_query query = {.ref = entry.jti, .rel = RELATIONS[i].rel};
        err = forward_links(&linking, dep_json_array(view.claims, "refs"));
        linking.rel = RELATIONS[i].back;
        if (!err)
            err = dep_roll_list(pack->node, &query, link_row, &linking, problem);
    }
    return err;
}

int pack_links(struct dep_pack *pack)
{
    int err = DEP_OK;
    /* What is added on the way has links of its own. */
    for (size_t i = 0; !err && i < pack->count; i++)
        err = links_of(pack, i, true);
    for (size_t i = 0; !err && i < pack->count; i++)
        err = links_of(pack, i, false);
    return err;
}
