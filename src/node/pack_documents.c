/*
 * What people read of a package, made from exactly what goes: a field that is withheld in it isn't
 * even given to whoever writes the page.
 */
#include "codec/text.h"
#include "node/pack_impl.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS_MAX = 2000 }; /* told of one by one */

static const char *const NAMES[] = {"index.html", "custody.en.pdf", "custody.fr.pdf",
                                    "custody.ar.pdf"};

/* ---- values ---- */

static json_t *decimal_json(uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

/* Open fields, and of the protected ones those that go; the names of the others. */
static json_t *fields_json(const struct dep_schema *schema, uint64_t set,
                           const struct dep_view *view, json_t **out_withheld)
{
    json_t *shown = json_object(), *withheld = json_array();
    bool bad = !shown || !withheld;
    for (size_t i = 0; !bad && i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        json_t *value = json_object_get(view->claims, field->name);
        if (!field->open && !(set >> i & 1))
            bad = json_array_append_new(withheld, json_string(field->name)) != 0;
        else if (value)
            bad = json_object_set(shown, field->name, value) != 0;
    }
    if (bad) {
        json_decref(shown);
        json_decref(withheld);
        return NULL;
    }
    *out_withheld = withheld;
    return shown;
}

json_t *pack_record_json(const char *member, const struct dep_schema *schema, uint64_t shown,
                         const struct dep_view *view)
{
    json_t *withheld = NULL;
    json_t *fields = fields_json(schema, shown, view, &withheld);
    return fields ? json_pack("{s:s,s:O*,s:s,s:s,s:O*,s:O*,s:s,s:o,s:o}", "type", view->row.type,
                              "v", json_object_get(view->claims, "v"), "iss", member, "id",
                              view->row.jti, "by", json_object_get(view->claims, "by"), "iat",
                              json_object_get(view->claims, "iat"), "standing", "in_force", "shown",
                              fields, "withheld", withheld)
                  : NULL;
}

static int add_record(struct dep_pack *pack, const struct pack_entry *entry, json_t *records)
{
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_find(pack->node, entry->jti, &row, pack->problem);
    if (!err)
        err = dep_node_view_row(pack->node, &row, entry->shown != 0, &view, pack->problem);
    if (err)
        return err;
    json_t *record = pack_record_json(dep_register_info(pack->node->reg)->member, entry->schema,
                                      entry->shown, &view);
    return record && json_array_append_new(records, record) == 0 ? DEP_OK : pack_no_memory(pack);
}

/* Of the sender's first, then of the others. */
static int add_records(struct dep_pack *pack, json_t *records)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->count && i < RECORDS_MAX; i++)
        err = add_record(pack, &pack->entries[i], records);
    for (size_t i = 0;
         !err && i < pack->foreign_line_count && json_array_size(records) < RECORDS_MAX; i++) {
        json_t *record = pack_foreign_json(pack, pack->foreign_lines[i].line);
        if (!record || json_array_append_new(records, record))
            err = pack_no_memory(pack);
    }
    return err;
}

static json_t *items_json(const struct dep_pack *pack)
{
    json_t *items = json_array();
    for (size_t i = 0; items && i < pack->item_count; i++) {
        const struct pack_item *item = &pack->items[i];
        if (json_array_append_new(items, json_pack("{s:s,s:s,s:s,s:s,s:o}", "item", item->item,
                                                   "as", dep_item_as_name(item->as), "opens",
                                                   dep_item_opens_name(item->opens), "path",
                                                   item->packed.path, "bytes",
                                                   decimal_json(item->packed.bytes)))) {
            json_decref(items);
            items = NULL;
        }
    }
    return items;
}

/* Before its digests are signed: those stand in content.jsonl. */
static json_t *notice_json(const struct dep_pack *pack)
{
    return json_pack("{s:I,s:s,s:s*}", "sealed", (json_int_t)pack->sealed_count, "opens",
                     dep_item_opens_name(pack->notice.opens), "to",
                     pack->judge[0] ? pack->judge : NULL);
}

static json_t *linked_json(const struct dep_pack *pack)
{
    json_t *linked = json_array();
    for (size_t i = 0; linked && i < pack->link_count; i++) {
        const struct pack_link *link = &pack->links[i];
        char digest[2 * DEP_HASH_LEN + 1];
        bool counted = link->as == DEP_LINKED_COUNTED;
        dep_hex_encode(link->to.bytes, DEP_HASH_LEN, digest);
        if (json_array_append_new(linked, json_pack("{s:s,s:s,s:s*,s:I,s:s}", "rel", link->rel,
                                                    "as", dep_linked_as_name(link->as), "sha256",
                                                    counted ? NULL : digest, "count",
                                                    (json_int_t)link->count, "why", link->why))) {
            json_decref(linked);
            linked = NULL;
        }
    }
    return linked;
}

/* ---- documents ---- */

struct putting {
    struct dep_pack *pack;
    struct dep_bag_writer *bag;
};

static int put(void *to, const char *name, struct dep_slice bytes)
{
    struct putting *putting = to;
    struct dep_pack *pack = putting->pack;
    size_t place = 0;
    while (place < DEP_COUNT(NAMES) && strcmp(NAMES[place], name) != 0)
        place++;
    assert(place < DEP_COUNT(NAMES));
    dep_sha256(bytes, &pack->files[PACK_SECRETS + place].sha256);
    pack->files[PACK_SECRETS + place].path = NAMES[place];
    return dep_bag_writer_put(putting->bag, NAMES[place], bytes, &pack->problem->fault);
}

int pack_documents(struct dep_pack *pack, const struct dep_pack_how *how,
                   struct dep_bag_writer *bag)
{
    struct putting putting = {pack, bag};
    if (!how->documents || pack->kind != DEP_PACKAGE_RELEASE)
        return DEP_OK;
    /* No date: written once more, they must be the same bytes. */
    DEP_AUTO_JSON *package = json_pack("{s:s,s:s}", "id", pack->id, "recipient", pack->recipient);
    DEP_AUTO_JSON *records = json_array();
    DEP_AUTO_JSON *items = items_json(pack);
    DEP_AUTO_JSON *linked = linked_json(pack);
    DEP_AUTO_JSON *notice = pack->notice.written ? notice_json(pack) : NULL;
    if (!package || !records || !items || !linked || (pack->notice.written && !notice))
        return pack_no_memory(pack);
    int err = add_records(pack, records);
    if (err)
        return err;
    const struct dep_pack_documents of = {package, records, items,
                                          notice,  linked,  pack->count + pack->foreign_line_count};
    struct dep_finding why = {.id = ""};
    err = how->documents(how->documents_context, &of, put, &putting, &why);
    if (err == DEP_FOUND)
        return pack_found(pack, why.id, pack->id);
    return err < 0 && !pack->problem->fault.what
               ? dep_problem_fault(pack->problem, err, "node.pack", "index.html")
               : err;
}
