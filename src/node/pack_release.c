/*
 * A release: judged again as of now, then its records, those its verdict rests on, and the items it
 * is about, each with exactly the fields that it names.
 */
#include "node/pack_impl.h"
#include "node/release.h"
#include "node/release_record.h"

#include <stdio.h>
#include <string.h>

struct releasing {
    struct dep_pack *pack;
    struct dep_view release, prepared; /* both readable */
    struct dep_judgement then;         /* as it was recorded */
    const struct dep_judgement *now;
};

/* ---- may it go ---- */

static int view_readable(struct dep_pack *pack, const struct dep_index_row *row,
                         struct dep_view *out)
{
    int err = dep_node_view_row(pack->node, row, true, out, pack->problem);
    return !err && !out->readable
               ? pack_found(pack, row->erased ? "pack.erased" : "pack.unread", row->jti)
               : err;
}

static int keep_row(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

/* The first record of `type` about another, jti "" where there is none. */
static int find_about(struct dep_pack *pack, const char *type, const char *about,
                      struct dep_index_row *out)
{
    *out = (struct dep_index_row){.jti = ""};
    struct dep_index_query query = {.type = type, .ref = about, .rel = "about", .limit = 1};
    int err = dep_roll_list(pack->node, &query, keep_row, out, pack->problem);
    return err < 0 ? err : DEP_OK;
}

/* Withdrawn, whatever of it: what the withdrawal leaves is prepared anew. */
static int judge_withdrawn(struct dep_pack *pack, const struct dep_index_row *release)
{
    struct dep_index_row withdrawal;
    int err = find_about(pack, "release.withdrawn", release->jti, &withdrawal);
    return !err && withdrawal.jti[0] ? pack_found(pack, "pack.withdrawn", release->jti) : err;
}

static int judge_now(struct releasing *releasing, struct dep_judgement *out)
{
    struct dep_pack *pack = releasing->pack;
    struct dep_node *node = pack->node;
    struct dep_moment moment = dep_node_moment(node);
    int err = dep_node_judge(node, &moment, "release.prepared", releasing->prepared.claims,
                             &releasing->prepared, out, pack->problem);
    if (err)
        return err;
    return out->verdict.outcome == DEP_YES
               ? DEP_OK
               : pack_found(pack, "pack.refused", releasing->release.row.jti);
}

/* The verdict that goes must be the one that the records give. */
static int judge_then(struct releasing *releasing)
{
    struct dep_pack *pack = releasing->pack;
    enum dep_again again = DEP_AGAIN_UNPROVED;
    int err = dep_node_judge_again(pack->node, releasing->release.row.jti, &again, &releasing->then,
                                   pack->problem);
    if (err)
        return err;
    return again == DEP_AGAIN_SAME ? DEP_OK
                                   : pack_found(pack, "pack.verdict", releasing->release.row.jti);
}

/* ---- what is behind it ---- */

static bool is_of_source(const struct dep_view *consent)
{
    const char *layer = dep_json_string(dep_json_object(consent->claims, "terms"), "layer");
    return layer && strcmp(layer, "source") == 0;
}

/* A source's consent is named: what was said when it was given leads to a person. What another
 * member signed stands in a log of theirs. */
static int add_fact(struct releasing *releasing, const struct dep_requirement *requirement)
{
    const struct dep_fact *fact = requirement->by;
    struct dep_pack *pack = releasing->pack;
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = pack_row_at(pack, fact->index, &row);
    if (!err && strcmp(row.type, "foreign.record") == 0)
        return pack_foreign_want(pack, &row, requirement);
    if (!err)
        err = view_readable(pack, &row, &view);
    if (err)
        return err;
    struct pack_show all = {.fields = PACK_ALL};
    bool relied_on = fact->kind == DEP_FACT_CONSENT || fact->kind == DEP_FACT_ASSURANCE;
    pack->needs_consents = pack->needs_consents || relied_on;
    return is_of_source(&view) ? pack_name(pack, &releasing->release.row.sha256, "authority",
                                           &row.sha256, "protected")
                               : pack_add(pack, &row, &all);
}

static int add_facts(struct releasing *releasing)
{
    const struct dep_verdict *verdict = &releasing->then.verdict;
    for (size_t i = 0; i < verdict->requirement_count; i++) {
        int err =
            verdict->requirements[i].by ? add_fact(releasing, &verdict->requirements[i]) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

/* ---- the items ---- */

struct item_rows {
    struct dep_pack *pack;
    const json_t *fields;
    struct dep_hash first;
    bool any;
};

/* The first record, and whatever corrects it. */
static int add_item_row(void *context, const struct dep_index_row *row)
{
    struct item_rows *rows = context;
    if ((strcmp(row->type, "evidence.collected") != 0 &&
         strcmp(row->type, "evidence.intake") != 0) ||
        row->index >= rows->pack->size)
        return DEP_OK;
    struct pack_show named = {.fields = PACK_NAMED, .names = rows->fields};
    if (!rows->any)
        rows->first = row->sha256;
    rows->any = true;
    return pack_add(rows->pack, row, &named);
}

/* What a field kit signed of it, before it came here. */
static int add_handed_row(void *context, const struct dep_index_row *row)
{
    struct item_rows *rows = context;
    return pack_foreign_want_handed(rows->pack, row, &rows->first);
}

struct newest {
    uint64_t size;
    struct dep_index_row row; /* jti "" where there is none */
};

static int keep_newest(void *context, const struct dep_index_row *row)
{
    struct newest *newest = context;
    if (row->index >= newest->size)
        return DEP_OK;
    newest->row = *row;
    return DEP_FOUND;
}

/*
 * Its newest marking goes whole: who gets the item must know how to handle it, and can't judge the
 * verdict again without. But where it has a source who didn't consent to this recipient, and that
 * there is one would be told by it, nothing of it is shown. `out_case` is "" where it is of none.
 */
static int add_marking(struct releasing *releasing, size_t at, char out_case[DEP_UUID_LEN + 1])
{
    struct dep_pack *pack = releasing->pack;
    const char *item = dep_json_string(
        json_array_get(dep_json_array(releasing->prepared.claims, "materials"), at), "item");
    struct newest newest = {.size = pack->size, .row = {.jti = ""}};
    struct dep_index_query query = {.type = "marking.set", .item = item, .newest_first = true};
    struct pack_show show = {
        .fields = dep_judgement_shows_marking(releasing->now, at) ? PACK_ALL : PACK_NOTHING};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_list(pack->node, &query, keep_newest, &newest, pack->problem);
    out_case[0] = 0;
    if (err < 0 || !newest.row.jti[0])
        return err < 0 ? err : DEP_OK;
    err = view_readable(pack, &newest.row, &view);
    if (err)
        return err;
    const char *of_case = dep_json_string(view.claims, "case");
    (void)snprintf(out_case, DEP_UUID_LEN + 1, "%s", of_case ? of_case : "");
    return pack_add(pack, &newest.row, &show);
}

/*
 * In clear goes only what another officer approved as that, whatever the rules ask for, and nothing
 * that is restricted or protects somebody.
 */
static int judge_plain(struct releasing *releasing, size_t at)
{
    enum { NEVER = DEP_FLAG_SOURCE | DEP_FLAG_CHILD | DEP_FLAG_PROTECTED | DEP_FLAG_COERCION };
    struct dep_pack *pack = releasing->pack;
    const struct dep_judgement *now = releasing->now;
    const json_t *material =
        json_array_get(dep_json_array(releasing->prepared.claims, "materials"), at);
    const char *item = dep_json_string(material, "item");
    if (!dep_json_true(material, "plain"))
        return DEP_OK;
    if (now->materials[at].flags & NEVER)
        return pack_found(pack, "release.plain", item);
    for (size_t i = 0; i < dep_facts_count(now->known.facts); i++) {
        const struct dep_fact *fact = dep_facts_at(now->known.facts, i);
        if (fact->kind == DEP_FACT_APPROVAL && fact->by != now->action.prepared_by &&
            fact->withdrawn_s == INT64_MAX &&
            dep_hash_equal(&fact->approves, &releasing->prepared.row.sha256))
            return DEP_OK;
    }
    return pack_found(pack, "pack.plain", item);
}

/* A record by itself. */
static int add_record(struct releasing *releasing, const json_t *material)
{
    struct dep_pack *pack = releasing->pack;
    const struct pack_show named = {.fields = PACK_NAMED,
                                    .names = dep_json_array(material, "fields")};
    const char *stated = dep_json_string(releasing->prepared.claims, "case");
    struct dep_index_row row;
    int err = dep_roll_find(pack->node, dep_json_string(material, "item"), &row, pack->problem);
    if (!err)
        err = pack_add(pack, &row, &named);
    return !err && stated ? pack_favour(pack, stated, &row.sha256) : err;
}

static int add_material(struct releasing *releasing, size_t at, const json_t *material)
{
    struct dep_pack *pack = releasing->pack;
    if (dep_json_string(material, "record"))
        return add_record(releasing, material);
    const char *item = dep_json_string(material, "item");
    struct item_rows rows = {pack, dep_json_array(material, "fields"), {{0}}, false};
    struct dep_index_query query = {.item = item};
    int err = item ? dep_roll_list(pack->node, &query, add_item_row, &rows, pack->problem) : DEP_OK;
    if (!err && !rows.any)
        err = pack_found(pack, "item.absent", item ? item : "");
    query.type = "kit.";
    if (!err)
        err = dep_roll_list(pack->node, &query, add_handed_row, &rows, pack->problem);
    char of_case[DEP_UUID_LEN + 1] = "";
    if (!err)
        err = judge_plain(releasing, at);
    if (!err)
        err = pack_add_item(pack, item, &rows.first, material);
    if (!err)
        err = add_marking(releasing, at, of_case);
    const char *stated = dep_json_string(releasing->prepared.claims, "case");
    if (!err && of_case[0])
        err = pack_favour(pack, of_case, &rows.first);
    return !err && stated && strcmp(stated, of_case) != 0 ? pack_favour(pack, stated, &rows.first)
                                                          : err;
}

static int add_materials(struct releasing *releasing)
{
    size_t i;
    json_t *material;
    json_t *materials = json_object_get(releasing->prepared.claims, "materials");
    releasing->pack->materials = json_incref(materials);
    json_array_foreach(materials, i, material)
    {
        int err = add_material(releasing, i, material);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* ---- all of it ---- */

static int add_all(struct releasing *releasing)
{
    struct dep_pack *pack = releasing->pack;
    struct pack_show all = {.fields = PACK_ALL};
    DEP_AUTO_JSON *names = json_pack("[s]", "verdict");
    struct pack_show verdict = {.fields = PACK_NAMED, .names = names};
    int err = names ? pack_add(pack, &releasing->release.row, &verdict) : pack_no_memory(pack);
    if (!err)
        err = pack_add(pack, &releasing->prepared.row, &all);
    if (!err)
        err = add_facts(releasing);
    if (!err)
        err = add_materials(releasing);
    return err ? err : pack_foreign(pack);
}

/* What was prepared stands for its release. */
static int made_of(struct dep_pack *pack, const struct dep_index_row *prepared,
                   struct dep_index_row *out)
{
    struct dep_index_row row;
    int err = find_about(pack, "release.made", prepared->jti, &row);
    if (!err && !row.jti[0])
        err = pack_found(pack, "pack.unreleased", prepared->jti);
    if (!err)
        *out = row;
    return err;
}

static int prepared_of(struct releasing *releasing)
{
    struct dep_pack *pack = releasing->pack;
    const char *about = dep_record_ref(releasing->release.claims, "about");
    struct dep_index_row row;
    int err = dep_roll_find(pack->node, about ? about : "", &row, pack->problem);
    if (err == DEP_FOUND)
        err = dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack",
                                releasing->release.row.jti);
    return err ? err : view_readable(pack, &row, &releasing->prepared);
}

int pack_release(struct dep_pack *pack, const struct dep_index_row *row,
                 struct dep_judgement *out_judgement)
{
    struct releasing releasing = {.pack = pack, .now = out_judgement};
    pack->release = *row;
    int err =
        strcmp(row->type, "release.prepared") == 0 ? made_of(pack, row, &pack->release) : DEP_OK;
    if (!err)
        err = view_readable(pack, &pack->release, &releasing.release);
    if (!err)
        err = prepared_of(&releasing);
    if (!err)
        err = pack_recipient(pack, dep_json_string(releasing.prepared.claims, "recipient"));
    if (!err)
        err = judge_withdrawn(pack, &pack->release);
    if (!err)
        err = dep_release_records_judge(pack->node, releasing.prepared.claims, pack->problem);
    if (!err)
        err = judge_then(&releasing);
    if (!err)
        err = judge_now(&releasing, out_judgement);
    if (!err)
        err = add_all(&releasing);
    dep_view_done(&releasing.release);
    dep_view_done(&releasing.prepared);
    dep_judgement_done(&releasing.then);
    return err;
}
