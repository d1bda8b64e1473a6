/*
 * The plan of a package: what is sent, and of what goes the account that a person decides by.
 */
#include "codec/text.h"
#include "node/charter.h"
#include "node/pack_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_pack_free(struct dep_pack *pack)
{
    if (!pack)
        return;
    json_decref(pack->materials);
    json_decref(pack->answer);
    free(pack->entries);
    free(pack->table);
    free(pack->links);
    free(pack->kept);
    free(pack->sealed);
    pack_items_done(pack);
    pack_foreign_done(pack);
    dep_set_free(pack->in_force);
    dep_buf_done(&pack->content);
    dep_buf_done(&pack->head_disclosures);
    free(pack);
}

struct dep_pack *pack_new(struct dep_node *node, const char *id)
{
    struct dep_pack *pack = dep_alloc(sizeof *pack);
    if (!pack)
        return NULL;
    pack->node = node;
    pack->kind = DEP_PACKAGE_RELEASE;
    dep_buf_init(&pack->content, DEP_CONTENT_LEN_MAX);
    dep_buf_init_secret(&pack->head_disclosures, DEP_DISCLOSURES_LEN_MAX);
    (void)snprintf(pack->id, sizeof pack->id, "%s", id);
    return pack;
}

void pack_keep_order(struct dep_pack *pack, const char *name, const char *recipient)
{
    (void)snprintf(pack->name, sizeof pack->name, "%s", name ? name : "");
    (void)snprintf(pack->asked, sizeof pack->asked, "%s", recipient ? recipient : "");
    pack->order.name = name ? pack->name : NULL;
    pack->order.recipient = recipient ? pack->asked : NULL;
}

static int add_entered(void *context, const struct dep_index_row *row)
{
    const struct pack_show nothing = {.fields = PACK_NOTHING};
    return pack_add(context, row, &nothing);
}

/* They tell which charter was in force where. */
static int add_charters(struct dep_pack *pack)
{
    struct dep_index_query query = {.type = "charter.entered"};
    return dep_roll_list(pack->node, &query, add_entered, pack, pack->problem);
}

/* What is sent, from the records below `size`. */
int pack_plan(struct dep_pack *pack, uint64_t size, struct dep_judgement *out_judgement)
{
    struct dep_index_row row;
    pack->size = size;
    int err = dep_node_charter(pack->node, size, &pack->charter, pack->problem);
    if (err)
        return err;
    if (!pack->order.name) {
        pack->kind = DEP_PACKAGE_REGISTER;
        err = pack_register(pack);
        return err ? err : pack_content(pack);
    }
    err = dep_node_find(pack->node, pack->order.name, &row, pack->problem);
    if (err)
        return err;
    err = strcmp(row.type, "release.made") == 0 || strcmp(row.type, "release.prepared") == 0
              ? pack_release(pack, &row, out_judgement)
          : strcmp(row.type, "publication.made") == 0 ? pack_publication(pack, &row)
                                                      : pack_act(pack, &row);
    if (!err)
        err = add_charters(pack);
    if (!err)
        err = pack_links(pack);
    return err ? err : pack_content(pack);
}

/* ---- a package once more ---- */

static bool hash_of(const json_t *claims, const char *name, struct dep_hash *out)
{
    const char *hex = dep_json_string(claims, name);
    return hex && dep_hex_parse(dep_slice_string(hex), out->bytes, DEP_HASH_LEN);
}

/* The record that content.jsonl was made of stands in no other place: of acts, which need no
 * release, the package doesn't say which one it was. */
static int order_of(struct dep_pack *pack, const struct dep_view *sent)
{
    struct dep_hash release;
    bool of_release = hash_of(sent->claims, "release", &release);
    struct dep_index_row row;
    const char *kind = dep_json_string(sent->claims, "kind");
    if (kind && strcmp(kind, "register") == 0) {
        pack_keep_order(pack, NULL, dep_json_string(sent->claims, "recipient"));
        return DEP_OK;
    }
    if (!of_release)
        return pack_found(pack, "pack.again", sent->row.jti);
    int err = pack_row_of(pack, "release.made", &release, &row);
    if (!err)
        pack_keep_order(pack, row.jti, dep_json_string(sent->claims, "recipient"));
    return err;
}

/* The release is to be packed instead; of a register there is nothing else to be named. */
int pack_judge_again(struct dep_pack *pack)
{
    if (dep_hash_equal(&pack->again_content, &pack->content_sha256))
        return DEP_OK;
    return pack->order.name ? pack_found(pack, "pack.differs", pack->order.name)
                            : pack_found(pack, "pack.changed", pack->again.jti);
}

static int plan_again(struct dep_pack *pack, const struct dep_index_row *row,
                      struct dep_judgement *out_judgement)
{
    DEP_AUTO_VIEW sent = {.claims = NULL};
    int err = dep_node_view_row(pack->node, row, true, &sent, pack->problem);
    if (err)
        return err;
    if (!sent.readable)
        return pack_found(pack, row->erased ? "pack.erased" : "pack.unread", row->jti);
    const char *id = dep_json_string(sent.claims, "package");
    (void)snprintf(pack->id, sizeof pack->id, "%s", id ? id : "");
    err = order_of(pack, &sent);
    if (!err)
        err = pack_plan(pack, row->index, out_judgement);
    if (err)
        return err;
    /* It would be sealed anew, and be other bytes. */
    if (pack->sealed_count)
        return pack_found(pack, "pack.differs", pack->order.name);
    pack->again = *row;
    if (!hash_of(sent.claims, "content_sha256", &pack->again_content))
        return pack_found(pack, "pack.changed", row->jti);
    /* Containers have their lines once they are written. */
    return pack->item_count ? DEP_OK : pack_judge_again(pack);
}

/* A record, or what was released for a case. */
static int find_order(struct dep_pack *pack, const char *name, struct dep_index_row *out)
{
    char release[DEP_UUID_LEN + 1];
    int err = dep_node_find(pack->node, name, out, pack->problem);
    if (err != DEP_FOUND)
        return err;
    struct dep_problem absent = *pack->problem;
    err = pack_case_release(pack, name, release);
    if (err == DEP_FOUND && strcmp(pack->problem->finding.id, "case.absent") == 0)
        *pack->problem = absent;
    return err ? err : dep_node_find(pack->node, release, out, pack->problem);
}

static int plan_order(struct dep_pack *pack, const struct dep_pack_order *order,
                      struct dep_judgement *out_judgement)
{
    struct dep_index_row row;
    pack_keep_order(pack, order->name, order->recipient);
    if (order->name) {
        int err = find_order(pack, order->name, &row);
        if (err)
            return err;
        pack_keep_order(pack, row.jti, order->recipient);
        if (strcmp(row.type, "foreign.received") == 0)
            return pack_receipt(pack, &row);
        if (strcmp(row.type, "release.withdrawn") == 0)
            return pack_notice(pack, &row);
        if (strcmp(row.type, "package.sent") == 0)
            return plan_again(pack, &row, out_judgement);
    }
    return pack_plan(pack, dep_register_count(pack->node->reg), out_judgement);
}

int dep_node_pack_plan(struct dep_node *node, const struct dep_pack_order *order,
                       struct dep_judgement *out_judgement, struct dep_pack **out,
                       struct dep_problem *problem)
{
    char id[DEP_UUID_LEN + 1];
    uint8_t random[10];
    int err = dep_node_may_sign(node, "package.sent", problem);
    if (err)
        return err;
    node->world.random(random, sizeof random);
    dep_uuid7_encode((uint64_t)node->world.clock(), random, id);
    struct dep_pack *pack = pack_new(node, id);
    if (!pack)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.pack", node->dir);
    pack->problem = problem;
    err = plan_order(pack, order, out_judgement);
    pack->problem = NULL;
    if (err) {
        dep_pack_free(pack);
        return err;
    }
    *out = pack;
    return DEP_OK;
}

/* ---- told ---- */

void dep_pack_tell(const struct dep_pack *pack, struct dep_pack_told *out)
{
    *out = (struct dep_pack_told){.package = pack->id,
                                  .kind = pack->kind,
                                  .recipient = pack->recipient,
                                  .release = pack->release.jti,
                                  .again = pack->again.jti,
                                  .records = pack->count + pack->foreign_line_count,
                                  .items = pack->item_count,
                                  .kept = pack->kept_count,
                                  .sealed = pack->sealed_count,
                                  .judge = pack->judge,
                                  .content_sha256 = pack->content_sha256};
    for (size_t i = 0; i < dep_pack_record_count(pack); i++) {
        struct dep_pack_record record;
        dep_pack_record_at(pack, i, &record);
        uint64_t shown = (uint64_t)__builtin_popcountll(record.shown);
        out->shown += shown;
        out->withheld += (uint64_t)__builtin_popcountll(pack_protected(record.schema)) - shown;
    }
    for (size_t i = 0; i < pack->item_count; i++) {
        const struct pack_item *item = &pack->items[i];
        out->whole += item->as == DEP_ITEM_WHOLE;
        out->bytes += item->as == DEP_ITEM_WHOLE ? item->container_len : 0;
        out->plain += item->as == DEP_ITEM_PLAIN;
        out->in_clear += item->as == DEP_ITEM_PLAIN ? item->container_len : 0;
        out->of_parts += item->as == DEP_ITEM_PARTS;
        out->parts += json_array_size(item->parts);
    }
    for (size_t i = 0; i < pack->link_count; i++) {
        out->named += pack->links[i].as == DEP_LINKED_NAMED;
        out->counted += pack->links[i].count;
    }
}

size_t dep_pack_record_count(const struct dep_pack *pack)
{
    return pack->count + pack->foreign_line_count;
}

void dep_pack_record_at(const struct dep_pack *pack, size_t place, struct dep_pack_record *out)
{
    assert(place < dep_pack_record_count(pack));
    if (place < pack->count) {
        const struct pack_entry *entry = &pack->entries[place];
        *out = (struct dep_pack_record){entry->schema, entry->shown};
        return;
    }
    const struct dep_foreign_line *line = pack->foreign_lines[place - pack->count].line;
    *out = (struct dep_pack_record){line->schema, line->shown};
}

struct dep_slice dep_pack_content(const struct dep_pack *pack)
{
    return dep_buf_slice(&pack->content);
}
