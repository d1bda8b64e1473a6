/*
 * What the judge alone is told: that there is a record which doesn't go, and which decision keeps
 * it back. Of the record nothing is shown that is protected: the court decides whether it is to be.
 *
 * Format:  doc/format/package.md section 6.5.
 */
#include "node/marking.h"
#include "node/pack_impl.h"
#include "package/notice.h"

#include <stdlib.h>
#include <string.h>

static const char WHERE[] = "notice/";

/* ---- planning ---- */

static int by_digest(const void *a, const void *b)
{
    const struct pack_sealed *one = a, *other = b;
    return memcmp(one->sha256.bytes, other->sha256.bytes, DEP_HASH_LEN);
}

int pack_seal(struct dep_pack *pack, const struct dep_hash *from, const char *rel,
              const struct dep_index_row *row, const struct dep_index_row *reason)
{
    struct pack_link link = {
        .from = *from, .to = row->sha256, .rel = rel, .why = "protected", .as = DEP_LINKED_SEALED};
    struct pack_sealed sealed = {.sha256 = row->sha256};
    (void)snprintf(sealed.jti, sizeof sealed.jti, "%s", row->jti);
    (void)snprintf(sealed.why, sizeof sealed.why, "%s", reason->jti);
    DEP_AUTO_JSON *names = json_pack("[s]", "reason");
    const struct pack_show show = {.fields = PACK_NAMED, .names = names};
    int err = names ? pack_add(pack, reason, &show) : pack_no_memory(pack);
    if (!err)
        err = pack_link_as(pack, &link);
    for (size_t i = 0; !err && i < pack->sealed_count; i++)
        if (dep_hash_equal(&pack->sealed[i].sha256, &row->sha256))
            return DEP_OK;
    struct pack_sealed *grown =
        err ? NULL : dep_realloc_array(pack->sealed, pack->sealed_count + 1, sizeof *grown);
    if (!grown)
        return err ? err : pack_no_memory(pack);
    pack->sealed = grown;
    grown[pack->sealed_count++] = sealed;
    qsort(grown, pack->sealed_count, sizeof *grown, by_digest);
    return DEP_OK;
}

struct judge_of {
    struct dep_pack *pack;
    const char *of_case;
    char key[DEP_AGE_RECIPIENT_TEXT + 1]; /* "" where none is recorded */
};

/* Newest first. */
static int look_judge(void *context, const struct dep_index_row *row)
{
    struct judge_of *judge = context;
    struct dep_pack *pack = judge->pack;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = row->index < pack->size
                  ? dep_node_view_row(pack->node, row, true, &view, pack->problem)
                  : DEP_OK;
    const char *of_case = dep_json_string(view.claims, "case");
    if (err || !of_case || strcmp(of_case, judge->of_case) != 0)
        return err;
    const char *key = dep_json_string(view.claims, "key");
    if (!view.readable || !key)
        return pack_found(pack, row->erased ? "pack.erased" : "pack.unread", row->jti);
    (void)snprintf(judge->key, sizeof judge->key, "%s", key);
    return DEP_FOUND;
}

int pack_judge(struct dep_pack *pack, const char *of_case)
{
    struct judge_of judge = {.pack = pack, .of_case = of_case, .key = ""};
    const struct dep_index_query query = {.type = "case.judge", .newest_first = true};
    int err = dep_roll_list(pack->node, &query, look_judge, &judge, pack->problem);
    if (err && !judge.key[0])
        return err;
    if (pack->sealed_count && strcmp(pack->judge, judge.key) != 0)
        return pack_found(pack, "pack.judges", of_case);
    memcpy(pack->judge, judge.key, sizeof pack->judge);
    return DEP_OK;
}

int pack_notice_take(struct dep_pack *to, const struct dep_pack *from)
{
    if (strcmp(to->judge, from->judge) != 0 || to->sealed_count != from->sealed_count)
        return pack_found(to, "pack.changed", from->id);
    to->notice = from->notice;
    return DEP_OK;
}

/* ---- what it says ---- */

struct saying {
    struct dep_pack *pack;
    struct dep_buf *out; /* secret */
    json_t *list;        /* of what is told, for the page; owned */
};

/* One record, for the file and for the page. */
static int say_record(struct saying *saying, const struct dep_hash *of, const char *jti, bool whole,
                      json_t **out)
{
    struct dep_pack *pack = saying->pack;
    const char *names[PACK_FIELDS_MAX];
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    DEP_AUTO_BUF text;
    int64_t version = 0;
    dep_buf_init_secret(&text, DEP_PRESENTATION_LEN_MAX);
    int err = dep_roll_find(pack->node, jti, &row, pack->problem);
    if (!err)
        err = dep_node_view_row(pack->node, &row, whole, &view, pack->problem);
    if (err)
        return err;
    if (whole && !view.readable)
        return pack_found(pack, row.erased ? "pack.erased" : "pack.unread", jti);
    (void)dep_json_int(view.claims, "v", &version);
    const struct dep_schema *schema = dep_schemas_find(pack->node->schemas, row.type, (int)version);
    if (!schema)
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", jti);
    uint64_t shown = whole ? pack_protected(schema) : 0;
    struct dep_notice_record record = {.of = *of, .index = row.index};
    err = dep_presentation_make(pack->node->schemas, dep_buf_slice(&view.jwt),
                                dep_buf_slice(&view.disclosures), names,
                                pack_shown(schema, shown, names), &text, &pack->problem->finding);
    if (err)
        return err == DEP_FOUND ? pack_found(pack, pack->problem->finding.id, jti)
                                : dep_problem_fault(pack->problem, err, "node.pack", jti);
    record.sd_jwt = dep_buf_slice(&text);
    err = dep_notice_record_encode(&record, saying->out);
    if (err)
        return dep_problem_fault(pack->problem, err, "node.pack", WHERE);
    *out = pack_record_json(dep_register_info(pack->node->reg)->member, schema, shown, &view);
    return *out ? DEP_OK : pack_no_memory(pack);
}

static int say_sealed(struct saying *saying, const struct pack_sealed *sealed)
{
    DEP_AUTO_JSON *record = NULL;
    DEP_AUTO_JSON *why = NULL;
    int err = say_record(saying, &sealed->sha256, sealed->jti, false, &record);
    if (!err)
        err = say_record(saying, &sealed->sha256, sealed->why, true, &why);
    if (err)
        return err;
    json_t *one =
        json_pack("{s:s,s:O,s:[O]}", "why", "protected", "record", record, "because", why);
    return json_array_append_new(saying->list, one) == 0 ? DEP_OK : pack_no_memory(saying->pack);
}

static int say_all(struct saying *saying, const char *words)
{
    struct dep_pack *pack = saying->pack;
    const struct dep_notice_head head = {
        .package = pack->id, .sealed = pack->sealed_count, .words = words};
    int err = dep_notice_head_encode(&head, saying->out);
    if (err)
        return dep_problem_fault(pack->problem, err, "node.pack", WHERE);
    for (size_t i = 0; !err && i < pack->sealed_count; i++)
        err = say_sealed(saying, &pack->sealed[i]);
    return err;
}

static int make_page(struct saying *saying, const struct dep_pack_how *how, struct dep_buf *out)
{
    struct dep_pack *pack = saying->pack;
    DEP_AUTO_JSON *package = json_pack("{s:s,s:s}", "id", pack->id, "recipient", pack->recipient);
    DEP_AUTO_JSON *told = json_pack("{s:s*,s:O}", "words", how->words, "sealed", saying->list);
    if (!package || !told)
        return pack_no_memory(pack);
    const struct dep_pack_notice of = {package, told};
    int err = how->notice_page(how->documents_context, &of, out);
    return err ? dep_problem_fault(pack->problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.pack",
                                   DEP_NOTICE_PAGE_PATH)
               : DEP_OK;
}

/* ---- sealing ---- */

/* Who opens it: the judge's key, or a passphrase that is made. */
static int age_to(struct dep_pack *pack, struct dep_age_recipient *key, struct dep_packed *out,
                  struct dep_age_to *to)
{
    *to = (struct dep_age_to){.scrypt_log_n = DEP_PACK_SCRYPT_LOG_N};
    if (!pack->judge[0]) {
        dep_age_passphrase_new(pack->node->world.random, out->notice_passphrase);
        to->passphrase = dep_slice_string(out->notice_passphrase);
        pack->notice.opens = DEP_OPENS_PASSPHRASE;
        return DEP_OK;
    }
    int err = dep_age_recipient_parse(dep_slice_string(pack->judge), key, &pack->problem->finding);
    to->recipients = key;
    to->recipient_count = 1;
    pack->notice.opens = DEP_OPENS_RECIPIENT;
    return err == DEP_FOUND ? pack_found(pack, pack->problem->finding.id, pack->judge) : err;
}

static int put_sealed(struct dep_pack *pack, struct dep_bag_writer *bag, const char *path,
                      struct dep_slice plain, const struct dep_age_to *to, struct dep_hash *out)
{
    DEP_AUTO_BUF file;
    dep_buf_init(&file, 2 * (size_t)DEP_NOTICE_LEN_MAX);
    int err = dep_age_seal(plain, to, pack->node->world.random, &file);
    if (err)
        return dep_problem_fault(pack->problem, err, "node.pack", path);
    dep_sha256(dep_buf_slice(&file), out);
    return dep_bag_writer_put(bag, path, dep_buf_slice(&file), &pack->problem->fault);
}

int pack_notice_write(struct dep_pack *pack, const struct dep_pack_how *how,
                      struct dep_bag_writer *bag, struct dep_packed *out)
{
    if (!pack->sealed_count)
        return DEP_OK;
    struct dep_age_recipient key;
    struct dep_age_to to;
    DEP_AUTO_BUF text, page;
    DEP_AUTO_JSON *list = json_array();
    struct saying saying = {pack, &text, list};
    dep_buf_init_secret(&text, DEP_NOTICE_LEN_MAX);
    dep_buf_init_secret(&page, DEP_NOTICE_LEN_MAX);
    int err = list ? say_all(&saying, how->words) : pack_no_memory(pack);
    if (!err)
        err = make_page(&saying, how, &page);
    if (!err)
        err = age_to(pack, &key, out, &to);
    if (!err)
        err = put_sealed(pack, bag, DEP_NOTICE_RECORDS_PATH, dep_buf_slice(&text), &to,
                         &pack->notice.sha256);
    if (!err)
        err = put_sealed(pack, bag, DEP_NOTICE_PAGE_PATH, dep_buf_slice(&page), &to,
                         &pack->notice.page_sha256);
    pack->notice.written = !err;
    return err;
}
