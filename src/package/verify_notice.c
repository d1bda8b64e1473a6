/*
 * What is under seal for the judge alone. Step 6: as many are told of as the lines seal, and the
 * files are those that were written. Step 9, for who opens it: what it tells of is what was sealed,
 * in the words of records that the sender's log signed.
 */
#include "package/notice.h"
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 6.5";
#define RECORDS DEP_SLICE_LITERAL("data/" DEP_NOTICE_RECORDS_PATH)
#define PAGE DEP_SLICE_LITERAL("data/" DEP_NOTICE_PAGE_PATH)

static int wrong(struct dep_verify *verify, const char *id, const struct dep_hash *record)
{
    return dep_step_find(
        verify,
        &(struct dep_verify_found){
            .id = id, .clause = CLAUSE, .result = DEP_ALTERED, .path = RECORDS, .record = record});
}

/* ---- which are sealed ---- */

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, DEP_HASH_LEN);
}

/* The digests that linked lines seal, ascending, each once. Owned. */
static int list_sealed(const struct dep_verify *verify, struct dep_hash **out, size_t *out_count)
{
    size_t count = 0, kept = 0;
    struct dep_hash *list = dep_alloc_array(verify->linked_count + 1, sizeof *list);
    if (!list)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < verify->linked_count; i++)
        if (verify->linked[i].as == DEP_LINKED_SEALED)
            list[count++] = verify->linked[i].sha256;
    if (count)
        qsort(list, count, sizeof *list, by_hash);
    for (size_t i = 0; i < count; i++)
        if (!kept || !dep_hash_equal(&list[i], &list[kept - 1]))
            list[kept++] = list[i];
    *out = list;
    *out_count = kept;
    return DEP_OK;
}

/* ---- step 6 ---- */

static int check_file(struct dep_verify *verify, struct dep_slice path,
                      const struct dep_hash *sha256, enum dep_result *out)
{
    size_t file = verify_file_find(verify, path);
    if (file != SIZE_MAX)
        verify->files[file].used = true;
    /* That it isn't what the manifests list was found. */
    bool listed = file == SIZE_MAX || verify_file_good(verify, file);
    bool good = file != SIZE_MAX && listed && dep_hash_equal(&verify->files[file].sha256, sha256) &&
                dep_bag_file_at(verify->bag, file)->size <= 2 * DEP_NOTICE_LEN_MAX;
    if (!good)
        *out = listed || verify->files[file].wrong ? DEP_ALTERED : DEP_UNPROVED;
    return good || !listed ? DEP_OK
                           : verify_find(verify, "notice.file", CLAUSE, DEP_ALTERED, path, 0, NULL);
}

int verify_notice(struct dep_verify *verify)
{
    struct verify_notice *notice = &verify->notice;
    struct dep_hash *sealed = NULL;
    size_t count = 0;
    int err = list_sealed(verify, &sealed, &count);
    free(sealed);
    if (err || (!notice->there && !count))
        return err;
    if (!notice->there)
        return wrong(verify, "notice.absent", NULL);
    notice->payload = DEP_INTACT;
    if (notice->line.sealed != count) {
        notice->payload = DEP_ALTERED;
        err = wrong(verify, "notice.count", NULL);
    }
    if (!err)
        err = check_file(verify, RECORDS, &notice->line.sha256, &notice->payload);
    return err ? err : check_file(verify, PAGE, &notice->line.page_sha256, &notice->payload);
}

void dep_verify_notice(const struct dep_verify *verify, struct dep_verify_notice *out)
{
    const struct verify_notice *notice = &verify->notice;
    *out = (struct dep_verify_notice){.sealed = notice->there ? notice->line.sealed : 0,
                                      .opens = notice->line.opens,
                                      .to = notice->line.to,
                                      .sha256 = notice->line.sha256,
                                      .payload = dep_result_name(notice->payload),
                                      .content = dep_result_name(notice->content)};
}

/* ---- step 9 ---- */

struct telling {
    struct dep_verify *verify;
    struct dep_hash *sealed;
    size_t count, done; /* of them, those that were told of */
    json_t *told, *list;
    json_t *because; /* of the one told of last; borrowed */
    struct dep_finding *why;
};

static int refuse(struct telling *telling, const char *id)
{
    return dep_found(telling->why, id, CLAUSE, 0);
}

static int begin(void *context, const struct dep_notice_head *head)
{
    struct telling *telling = context;
    if (strcmp(head->package, telling->verify->content.id) != 0)
        return refuse(telling, "notice.package");
    if (head->sealed != telling->count)
        return refuse(telling, "notice.count");
    telling->list = json_array();
    telling->told = json_pack("{s:s?,s:o}", "words", head->words, "sealed", telling->list);
    return telling->told ? DEP_OK : DEP_ERR_NOMEM;
}

/* It stands in none of the package's tiles: that its log holds it is the sender's word, that it was
 * signed isn't. */
static int judge_sealed(struct telling *telling, uint64_t index,
                        const struct dep_presentation *presentation)
{
    const struct dep_verify *verify = telling->verify;
    return dep_keyset_judge(verify->logs[0].keys, verify->with.schemas, index,
                            &presentation->record, telling->why);
}

/* Why and by which relations it isn't in the package, as the lines say. */
static json_t *links_json(const struct dep_verify *verify, const struct dep_hash *sha256,
                          const char **out_why)
{
    json_t *rels = json_array();
    for (size_t i = 0; rels && i < verify->linked_count; i++) {
        const struct dep_content_linked *line = &verify->linked[i];
        if (line->as != DEP_LINKED_SEALED || !dep_hash_equal(&line->sha256, sha256))
            continue;
        *out_why = line->why;
        bool known = false;
        for (size_t at = 0; at < json_array_size(rels); at++)
            known |= strcmp(json_string_value(json_array_get(rels, at)), line->rel) == 0;
        if (!known && json_array_append_new(rels, json_string(line->rel))) {
            json_decref(rels);
            rels = NULL;
        }
    }
    return rels;
}

static int add_sealed(struct telling *telling, const struct dep_hash *sha256, json_t *record)
{
    char hex[2 * DEP_HASH_LEN + 1];
    const char *why = "";
    json_t *rels = links_json(telling->verify, sha256, &why);
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    telling->because = json_array();
    /* `telling->because` is owned by what is appended. */
    json_t *one = json_pack("{s:s,s:s,s:o,s:O,s:o}", "sha256", hex, "why", why, "rels", rels,
                            "record", record, "because", telling->because);
    return json_array_append_new(telling->list, one) == 0 ? DEP_OK : DEP_ERR_NOMEM;
}

static int take(struct telling *telling, const struct dep_notice_record *record,
                const struct dep_presentation *presentation)
{
    struct dep_verify *verify = telling->verify;
    const struct dep_hash *sha256 = &presentation->record.jwt.sha256;
    const struct dep_shown_record *shown = dep_step_record_find(verify, sha256);
    struct verify_told_as as = {
        .log = &verify->logs[0], .index = record->index, .standing = "in_force"};
    bool next = telling->done < telling->count &&
                dep_hash_equal(&record->of, &telling->sealed[telling->done]);
    bool again =
        telling->done > 0 && dep_hash_equal(&record->of, &telling->sealed[telling->done - 1]);
    int err = DEP_OK;
    if (next ? !dep_hash_equal(sha256, &record->of) : !again)
        return refuse(telling, "notice.record");
    if (again && (!shown || shown->log != 0 || shown->index != record->index))
        return refuse(telling, "notice.why");
    /* That it is shown is for the court to decide; why it isn't is told whole. */
    if (next ? !dep_presentation_shows(presentation, NULL, 0) : presentation->withheld_count > 0)
        return refuse(telling, "notice.shown");
    if (next)
        err = judge_sealed(telling, record->index, presentation);
    else
        as.standing = shown->standing;
    if (err)
        return err;
    DEP_AUTO_JSON *told = verify_told(presentation, &as, &err);
    if (err)
        return err;
    telling->done += next;
    return next                                        ? add_sealed(telling, &record->of, told)
           : json_array_append(telling->because, told) ? DEP_ERR_NOMEM
                                                       : DEP_OK;
}

static int each(void *context, const struct dep_notice_record *record)
{
    struct telling *telling = context;
    DEP_AUTO_PRESENTATION presentation = {.claims = NULL};
    int err = dep_presentation_parse(telling->verify->with.schemas, record->sd_jwt, &presentation,
                                     NULL, telling->why);
    return err ? err : take(telling, record, &presentation);
}

int dep_verify_notice_altered(struct dep_verify *verify, const struct dep_finding *why)
{
    verify->notice.content = DEP_ALTERED;
    return verify_find_why(verify, why, RECORDS, 0, NULL);
}

int dep_verify_notice_read(struct dep_verify *verify, struct dep_slice plain, json_t **out)
{
    struct verify_notice *notice = &verify->notice;
    struct dep_finding why = {"", "", 0};
    struct telling telling = {.verify = verify, .why = &why};
    const struct dep_notice_teller teller = {&telling, begin, each};
    assert(notice->there && verify->content.id);
    int err = list_sealed(verify, &telling.sealed, &telling.count);
    if (!err)
        err = dep_notice_parse(plain, &teller, &why);
    if (!err && telling.done != telling.count)
        err = refuse(&telling, "notice.record");
    free(telling.sealed);
    if (!err) {
        notice->content = DEP_INTACT;
        *out = telling.told;
        return DEP_OK;
    }
    json_decref(telling.told);
    if (err != DEP_FOUND)
        return err;
    err = dep_verify_notice_altered(verify, &why);
    return err ? err : DEP_FOUND;
}
