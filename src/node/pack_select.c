/*
 * Which records go, and which fields of them: a table without doubles, found by digest.
 */
#include "node/pack_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 3";

int pack_found(struct dep_pack *pack, const char *id, const char *detail)
{
    return dep_problem_found(pack->problem, id, CLAUSE, detail);
}

int pack_no_memory(struct dep_pack *pack)
{
    return dep_problem_fault(pack->problem, DEP_ERR_NOMEM, "node.pack", pack->node->dir);
}

/* ---- the table ---- */

/* Where its place stands, or would. A digest is spread evenly as it is. */
static size_t slot_of(const struct dep_pack *pack, const struct dep_hash *sha256)
{
    uint64_t start;
    memcpy(&start, sha256->bytes, sizeof start);
    size_t slot = start % pack->table_room;
    while (pack->table[slot] &&
           !dep_hash_equal(&pack->entries[pack->table[slot] - 1].sha256, sha256))
        slot = (slot + 1) % pack->table_room;
    return slot;
}

static struct pack_entry *find(const struct dep_pack *pack, const struct dep_hash *sha256)
{
    uint32_t place = pack->table_room ? pack->table[slot_of(pack, sha256)] : 0;
    return place ? &pack->entries[place - 1] : NULL;
}

const struct pack_entry *pack_find(const struct dep_pack *pack, const struct dep_hash *sha256)
{
    return find(pack, sha256);
}

static int grow(struct dep_pack *pack)
{
    if (pack->count == DEP_PACK_RECORDS_MAX)
        return dep_problem_fault(pack->problem, DEP_ERR_CAP, "node.pack", pack->node->dir);
    if (pack->count < pack->room)
        return DEP_OK;
    size_t room = pack->room ? 2 * pack->room : 64;
    struct pack_entry *entries = dep_realloc_array(pack->entries, room, sizeof *entries);
    if (!entries)
        return pack_no_memory(pack);
    pack->entries = entries;
    uint32_t *table = dep_alloc_array(2 * room, sizeof *table);
    if (!table)
        return pack_no_memory(pack);
    free(pack->table);
    pack->table = table;
    pack->table_room = 2 * room;
    pack->room = room;
    for (size_t i = 0; i < pack->count; i++)
        table[slot_of(pack, &entries[i].sha256)] = (uint32_t)i + 1;
    return DEP_OK;
}

int pack_insert(struct dep_pack *pack, const struct pack_entry *entry)
{
    int err = grow(pack);
    if (err)
        return err;
    assert(pack->table && pack->entries);
    pack->table[slot_of(pack, &entry->sha256)] = (uint32_t)pack->count + 1;
    pack->entries[pack->count++] = *entry;
    return DEP_OK;
}

/* ---- fields ---- */

uint64_t pack_protected(const struct dep_schema *schema)
{
    uint64_t set = 0;
    assert(schema->field_count <= PACK_FIELDS_MAX);
    for (size_t i = 0; i < schema->field_count; i++)
        set |= (uint64_t)!schema->fields[i].open << i;
    return set;
}

/* Names of open fields ask for nothing: those are shown anyway. */
static int named_fields(struct dep_pack *pack, const struct dep_schema *schema, const json_t *names,
                        uint64_t *out)
{
    uint64_t set = 0;
    const char *unknown = dep_schema_fields_named(schema, names, &set);
    if (unknown)
        return pack_found(pack, "pack.field", unknown);
    *out = set & pack_protected(schema);
    return DEP_OK;
}

static int decide_fields(struct dep_pack *pack, const struct dep_view *view,
                         const struct dep_schema *schema, const struct pack_show *show,
                         uint64_t *out)
{
    uint64_t set = 0;
    int err = DEP_OK;
    if (show->fields == PACK_ALL)
        set = pack_protected(schema);
    else if (show->fields == PACK_NAMED)
        err = named_fields(pack, schema, show->names, &set);
    if (!err && set && !view->readable)
        err = pack_found(pack, view->row.erased ? "pack.erased" : "pack.unread", view->row.jti);
    if (!err)
        *out = set;
    return err;
}

static int add(struct dep_pack *pack, const struct dep_index_row *row, const struct pack_show *show,
               bool local)
{
    struct pack_entry *there = find(pack, &row->sha256);
    if (row->index >= pack->size || (there && show->fields == PACK_NOTHING))
        return DEP_OK;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err =
        dep_node_view_row(pack->node, row, show->fields != PACK_NOTHING, &view, pack->problem);
    if (err)
        return err;
    int64_t version = 0;
    (void)dep_json_int(view.claims, "v", &version);
    const struct dep_schema *schema =
        dep_schemas_find(pack->node->schemas, row->type, (int)version);
    if (!schema)
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", row->jti);
    if (schema->is_local && !local)
        return pack_found(pack, "pack.local", row->jti);
    uint64_t shown = 0;
    err = decide_fields(pack, &view, schema, show, &shown);
    if (err)
        return err;
    if (there) {
        there->shown |= shown;
        there->secret = view.row.secret;
        there->keyring = view.row.keyring;
        return DEP_OK;
    }
    struct pack_entry entry = {.index = row->index,
                               .sha256 = row->sha256,
                               .schema = schema,
                               .shown = shown,
                               .record = row->record,
                               .secret = view.row.secret,
                               .keyring = view.row.keyring};
    (void)snprintf(entry.jti, sizeof entry.jti, "%s", row->jti);
    return pack_insert(pack, &entry);
}

int pack_add(struct dep_pack *pack, const struct dep_index_row *row, const struct pack_show *show)
{
    return add(pack, row, show, false);
}

int pack_add_heard(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_JSON *names = json_pack("[s]", "sha256");
    const struct pack_show show = {.fields = PACK_NAMED, .names = names};
    return names ? add(pack, row, &show, true) : pack_no_memory(pack);
}

/* ---- by place ---- */

struct at_place {
    struct dep_pack *pack;
    char jti[DEP_UUID_LEN + 1];
};

static int take_line(void *context, uint64_t index, const struct dep_place *place,
                     struct dep_slice jwt)
{
    (void)index, (void)place;
    struct at_place *at = context;
    DEP_AUTO_RECORD record = {.jti = NULL};
    int err = dep_record_parse(jwt, &record, &at->pack->problem->finding);
    if (err)
        return err < 0 ? err : DEP_ERR_CORRUPT;
    (void)snprintf(at->jti, sizeof at->jti, "%s", record.jti);
    return DEP_FOUND;
}

int pack_row_at(struct dep_pack *pack, uint64_t index, struct dep_index_row *out)
{
    struct at_place at = {.pack = pack, .jti = ""};
    struct dep_problem *problem = pack->problem;
    int err = dep_register_walk(pack->node->reg, index, false, take_line, &at, &problem->fault);
    if (err == DEP_FOUND)
        err = dep_roll_find(pack->node, at.jti, out, problem);
    else if (!err)
        err = dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.pack", pack->node->dir);
    return err;
}

/* ---- by digest ---- */

struct by_digest {
    const struct dep_hash *sha256;
    struct dep_index_row *out;
};

static int take_digest(void *context, const struct dep_index_row *row)
{
    struct by_digest *wanted = context;
    if (!dep_hash_equal(&row->sha256, wanted->sha256))
        return DEP_OK;
    *wanted->out = *row;
    return DEP_FOUND;
}

int pack_row_of(struct dep_pack *pack, const char *type, const struct dep_hash *sha256,
                struct dep_index_row *out)
{
    struct by_digest wanted = {sha256, out};
    struct dep_index_query query = {.type = type};
    int err = dep_roll_list(pack->node, &query, take_digest, &wanted, pack->problem);
    if (!err)
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", pack->node->dir);
    return err == DEP_FOUND ? DEP_OK : err;
}
