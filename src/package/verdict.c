/*
 * The release that the head record names, its verdict as written, and what of it can be told
 * without judging again.
 */
#include "package/verdict.h"

#include "package/verdict_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 7";

/* ---- shared ---- */

int judging_find_of(struct judging *judging, const char *id, enum dep_result result,
                    const struct dep_hash *record, const char *field)
{
    return dep_step_find(
        judging->verify,
        &(struct dep_verify_found){
            .id = id, .clause = CLAUSE, .result = result, .record = record, .field = field});
}

int judging_find(struct judging *judging, const char *id, enum dep_result result, const char *field)
{
    const struct dep_shown_record *record =
        judging->release ? judging->release : dep_step_head(judging->verify);
    return judging_find_of(judging, id, result, record ? &record->sha256 : NULL, field);
}

bool shown_is(const struct dep_shown_record *record, const char *type)
{
    return strcmp(record->schema->type, type) == 0;
}

bool shown_own(const struct judging *judging, const struct dep_shown_record *record)
{
    return dep_slice_equal(dep_step_log_at(judging->verify, record->log)->origin,
                           judging->log->origin);
}

bool opened_shows(const struct dep_opened_record *opened, const char *field)
{
    const struct dep_schema *schema = opened->presentation.schema;
    for (size_t i = 0; i < schema->field_count; i++)
        if (strcmp(schema->fields[i].name, field) == 0)
            return opened->presentation.shown[i];
    return true; /* the type doesn't have it */
}

/* ---- finding the release ---- */

/* The record that `sha256` names, opened: one of the sender's, of this type. DEP_FOUND
 * otherwise. */
static int open_own(struct judging *judging, const struct dep_hash *sha256, const char *type,
                    const struct dep_shown_record **out, struct dep_opened_record *out_opened)
{
    const struct dep_shown_record *record = dep_step_record_find(judging->verify, sha256);
    if (!record || !shown_is(record, type) || !shown_own(judging, record))
        return DEP_FOUND;
    int err = dep_step_open(judging->verify, record, out_opened);
    if (!err)
        *out = record;
    return err;
}

static int open_release(struct judging *judging, const char *hex)
{
    struct dep_hash sha256;
    if (!dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
        return judging_find(judging, "verdict.release", DEP_ALTERED, "release");
    const struct dep_shown_record *release = NULL, *prepared = NULL;
    int err = open_own(judging, &sha256, "release.made", &release, &judging->release_opened);
    if (!err && !opened_shows(&judging->release_opened, "verdict"))
        err = DEP_FOUND;
    if (!err &&
        !dep_record_ref_sha256(judging->release_opened.presentation.claims, "about", &sha256))
        err = DEP_FOUND;
    if (!err)
        err = open_own(judging, &sha256, "release.prepared", &prepared, &judging->prepared_opened);
    if (err == DEP_FOUND || (!err && (!prepared->whole || prepared->index >= release->index)))
        return judging_find(judging, "verdict.release", DEP_ALTERED, "release");
    if (err)
        return err;
    judging->release = release;
    judging->prepared = prepared;
    judging->json = dep_json_object(judging->release_opened.presentation.claims, "verdict");
    return DEP_OK;
}

static int read_written(struct judging *judging)
{
    struct dep_finding why = {.id = "verdict.form"};
    int err = dep_verdict_read(judging->json, &judging->written, &why);
    if (err == DEP_FOUND)
        return judging_find(judging, why.id, DEP_ALTERED, "verdict");
    judging->has_written = !err;
    return err;
}

/* ---- what its text alone tells ---- */

static int check_digest(struct judging *judging)
{
    struct dep_hash digest;
    dep_written_digest(&judging->written, &judging->prepared->sha256, &digest);
    return dep_hash_equal(&digest, &judging->written.digest)
               ? DEP_OK
               : judging_find(judging, "verdict.digest", DEP_ALTERED, "verdict");
}

static int check_recipient(struct judging *judging)
{
    const struct dep_content_package *content = dep_step_content(judging->verify);
    const char *recipient =
        dep_json_string(judging->prepared_opened.presentation.claims, "recipient");
    return content && recipient && strcmp(content->recipient, recipient) == 0
               ? DEP_OK
               : judging_find_of(judging, "verdict.recipient", DEP_ALTERED,
                                 &judging->prepared->sha256, "recipient");
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct dep_hash));
}

/* What linked lines name, ascending. */
static int names_linked(struct judging *judging, struct dep_hash **out, size_t *out_count)
{
    size_t all = dep_step_linked_count(judging->verify), count = 0;
    struct dep_hash *named = dep_alloc_array(all, sizeof *named);
    if (!named)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < all; i++) {
        const struct dep_content_linked *linked = dep_step_linked_at(judging->verify, i);
        if (linked->as != DEP_LINKED_COUNTED)
            named[count++] = linked->sha256;
    }
    qsort(named, count, sizeof *named, by_bytes);
    *out = named;
    *out_count = count;
    return DEP_OK;
}

static int check_records(struct judging *judging)
{
    struct dep_hash *named = NULL;
    size_t count = 0;
    int err = names_linked(judging, &named, &count);
    for (size_t i = 0; !err && i < judging->written.requirement_count; i++) {
        const struct dep_written_requirement *line = &judging->written.requirements[i];
        if (line->has_record && !dep_step_record_find(judging->verify, &line->record) &&
            !bsearch(&line->record, named, count, sizeof *named, by_bytes))
            err = judging_find_of(judging, "verdict.record", DEP_ALTERED, &line->record,
                                  dep_need_name(line->need));
    }
    free(named);
    return err;
}

static int check_written(struct judging *judging)
{
    int err = check_digest(judging);
    if (!err && judging->written.outcome != DEP_YES)
        err = judging_find(judging, "verdict.outcome", DEP_ALTERED,
                           dep_outcome_name(judging->written.outcome));
    if (!err)
        err = judging_charter(judging);
    if (!err)
        err = judging_log(judging);
    if (!err)
        err = check_recipient(judging);
    return err ? err : check_records(judging);
}

/* ---- all of it ---- */

static int judge_release(struct judging *judging, const char *hex)
{
    int err = open_release(judging, hex);
    if (err || !judging->release)
        return err;
    err = read_written(judging);
    if (err || !judging->has_written)
        return err;
    err = judging_consents(judging);
    if (!err)
        err = check_written(judging);
    if (!err && judging->charter)
        err = judging_again(judging);
    return err ? err : judging_scope(judging);
}

static int judge(struct judging *judging, const struct dep_shown_record *head)
{
    const struct dep_content_package *content = dep_step_content(judging->verify);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = judging_in_force(judging);
    if (!err)
        err = judging_keys(judging);
    /* Of what was taken in or withdrawn there is no verdict; a field kit hands over all it has. */
    if (err || !content || content->kind != DEP_PACKAGE_RELEASE)
        return err;
    err = dep_step_open(judging->verify, head, &opened);
    if (err)
        return err;
    const char *hex = dep_json_string(opened.presentation.claims, "release");
    return hex ? judge_release(judging, hex) : judging_absent(judging);
}

int dep_step_judge(struct dep_verify *verify, json_t **out_verdict)
{
    const struct dep_shown_record *head = dep_step_head(verify);
    assert(head);
    struct judging judging = {.verify = verify, .log = dep_step_log_at(verify, 0)};
    int err = judge(&judging, head);
    if (!err)
        *out_verdict = judging.json ? json_incref((json_t *)(uintptr_t)judging.json) : NULL;
    free(judging.listed);
    dep_written_done(&judging.written);
    dep_opened_record_done(&judging.release_opened);
    dep_opened_record_done(&judging.prepared_opened);
    return err;
}
