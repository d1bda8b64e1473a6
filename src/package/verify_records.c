/*
 * Step 4, records. What costs (parsing, hashing, Ed25519) is done by pure functions over one line
 * each, a batch of lines at a time and in several threads if the caller has them; what depends on
 * the lines before is done in between, in order: places in the tree, and keys into the keys in
 * force.
 *
 * A record is kept as a row of a table; its text is read again when it is asked for.
 */
#include "package/records.h"
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5.1", KEYS_CLAUSE[] = "package.md 5.3";
enum { BATCH = 1024 };

/* One line, from its text to what is known of it. */
struct job {
    struct dep_slice line;
    uint64_t line_number, offset, index;
    struct dep_presentation presentation;
    struct dep_hash leaf;
    bool placed; /* found at its place in the tree */
    int err;
    struct dep_finding why;
    struct dep_jtd_error where;
};

struct batch {
    struct dep_verify *verify;
    struct dep_shown_log *log;
    struct dep_subset *subset;
    struct dep_slice path;
    size_t count;
    struct job jobs[BATCH];
};

static void run(struct batch *batch, dep_verify_task_fn *task)
{
    const struct dep_verify_with *with = &batch->verify->with;
    if (with->run)
        with->run(with->run_context, task, batch, batch->count);
    else
        for (size_t i = 0; i < batch->count; i++)
            task(batch, i);
}

/* ---- each line for itself ---- */

static void parse_one(void *of, size_t at)
{
    struct batch *batch = of;
    struct job *job = &batch->jobs[at];
    struct dep_slice sd_jwt;
    job->err = dep_records_line_parse(job->line, &job->index, &sd_jwt, &job->why);
    if (!job->err)
        job->err = dep_presentation_parse(batch->verify->with.schemas, sd_jwt, &job->presentation,
                                          &job->where, &job->why);
    if (!job->err)
        dep_sha256_leaf(&job->presentation.record.jwt.sha256, &job->leaf);
}

static bool is_key_record(const struct dep_schema *schema)
{
    return strcmp(schema->type, "key.enrolled") == 0 || strcmp(schema->type, "key.revoked") == 0;
}

static void judge_one(void *of, size_t at)
{
    struct batch *batch = of;
    struct job *job = &batch->jobs[at];
    if (job->err || !job->placed || is_key_record(job->presentation.schema))
        return;
    job->err = dep_keyset_judge(batch->log->keys, batch->verify->with.schemas, job->index,
                                &job->presentation.record, &job->why);
}

static void forget_one(void *of, size_t at)
{
    struct batch *batch = of;
    dep_presentation_done(&batch->jobs[at].presentation);
    batch->jobs[at] = (struct job){.err = DEP_OK};
}

/* ---- in order ---- */

static uint64_t shown_bits(const struct dep_presentation *presentation)
{
    uint64_t bits = 0;
    assert(presentation->schema->field_count <= DEP_CONTENT_SHOWN_MAX);
    for (size_t i = 0; i < presentation->schema->field_count; i++)
        if (!presentation->schema->fields[i].open && presentation->shown[i])
            bits |= UINT64_C(1) << i;
    return bits;
}

/* A key record is taken in at its place. What counts in it is open; the holder's name is nobody's
 * business here, and was not decided to be shown. */
static void take_key(struct batch *batch, struct job *job)
{
    if (is_key_record(job->presentation.schema) && shown_bits(&job->presentation)) {
        job->err = dep_found(&job->why, "package.shown", KEYS_CLAUSE, 0);
        return;
    }
    job->err = dep_keyset_add(batch->log->keys, batch->verify->with.schemas, job->index,
                              &job->presentation.record, &job->why);
}

static void place_one(struct batch *batch, struct job *job)
{
    if (job->err)
        return;
    job->err = dep_subset_check(batch->subset, job->index, &job->leaf, &job->why);
    job->placed = !job->err;
    if (job->placed && (is_key_record(job->presentation.schema) || job->index == 0))
        take_key(batch, job);
}

static int make_room(struct dep_verify *verify)
{
    size_t room = verify->record_room;
    int err = verify_room((void **)&verify->records, verify->record_count, &verify->record_room,
                          sizeof *verify->records, DEP_VERIFY_RECORDS_MAX);
    if (err || verify->record_room == room)
        return err;
    uint32_t *keys =
        dep_realloc_array(verify->record_keys, verify->record_room, sizeof *verify->record_keys);
    if (!keys) {
        verify->record_room = room;
        return DEP_ERR_NOMEM;
    }
    verify->record_keys = keys;
    return DEP_OK;
}

/* The literal of a ref's relation; its form was checked with the record's. */
static const char *rel_literal(const char *rel)
{
    static const char *const rels[] = {"item",   "supersedes", "answers",   "about",
                                       "source", "part_of",    "authority", "previous"};
    for (size_t i = 0; i < DEP_COUNT(rels); i++)
        if (strcmp(rels[i], rel) == 0)
            return rels[i];
    return "";
}

static int take_links(struct dep_verify *verify, const json_t *claims, size_t from)
{
    size_t i;
    json_t *ref;
    json_array_foreach(json_object_get(claims, "refs"), i, ref)
    {
        int err = verify_room((void **)&verify->links, verify->link_count, &verify->link_room,
                              sizeof *verify->links, VERIFY_LINKS_MAX);
        if (err)
            return err;
        struct dep_shown_link *link = &verify->links[verify->link_count];
        const char *sha256 = dep_json_string(ref, "sha256");
        *link = (struct dep_shown_link){.rel = rel_literal(dep_json_string(ref, "rel")),
                                        .from = (uint32_t)from};
        if (sha256 && dep_hex_parse(dep_slice_string(sha256), link->to.bytes, DEP_HASH_LEN))
            verify->link_count++;
    }
    return DEP_OK;
}

/* Its item, as a rule that of the record before it. What is longer than an id isn't kept. */
static int keep_item(struct dep_verify *verify, const json_t *claims, const char **out)
{
    const char *item = dep_json_string(claims, "item");
    const char *last = verify->record_count ? verify->records[verify->record_count - 1].item : NULL;
    if (!item)
        return DEP_OK;
    if (strlen(item) > DEP_UUID_LEN)
        item = "";
    *out = last && strcmp(item, last) == 0 ? last : verify_keep(verify, item);
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

static int take_record(struct batch *batch, const struct job *job)
{
    struct dep_verify *verify = batch->verify;
    const struct dep_presentation *presentation = &job->presentation;
    const struct dep_record *record = &presentation->record;
    const char *item = NULL;
    int err = make_room(verify);
    if (!err)
        err = keep_item(verify, presentation->claims, &item);
    if (err)
        return err;
    struct dep_shown_record row = {
        .sha256 = record->jwt.sha256,
        .index = job->index,
        .offset = job->offset,
        .schema = presentation->schema,
        .standing = "in_force",
        .item = item,
        .iat = record->iat,
        .len = (uint32_t)job->line.len,
        .log = (uint32_t)(batch->log - verify->logs),
        .shown = shown_bits(presentation),
        .whole = presentation->withheld_count == 0,
    };
    const struct dep_key_state *key = dep_keyset_find(batch->log->keys, record->kid);
    verify->record_keys[verify->record_count] =
        (uint32_t)(key - dep_keyset_at(batch->log->keys, 0));
    const size_t links = verify->link_count;
    if ((err = take_links(verify, presentation->claims, verify->record_count))) {
        verify->link_count = links;
        return err;
    }
    verify->records[verify->record_count++] = row;
    return DEP_OK;
}

/* A finding of one line; a limit of ours that is met is one too. */
static int tell(struct batch *batch, const struct job *job)
{
    const char *pointer = job->where.instance_path;
    struct dep_verify_found found = {.id = job->why.id,
                                     .clause = job->why.clause,
                                     .result = DEP_ALTERED,
                                     .path = batch->path,
                                     .line = job->line_number,
                                     .field = pointer[0] ? pointer : NULL};
    if (job->presentation.schema)
        found.record = &job->presentation.record.jwt.sha256;
    return dep_step_find(batch->verify, &found);
}

static int finish_one(struct batch *batch, const struct job *job)
{
    if (job->err == DEP_FOUND)
        return tell(batch, job);
    if (job->err)
        return job->err;
    int err = take_record(batch, job);
    if (err != DEP_ERR_CAP)
        return err;
    return verify_find(batch->verify, "package.limit", CLAUSE, DEP_ALTERED, batch->path,
                       job->line_number, NULL);
}

static int do_batch(struct batch *batch)
{
    int err = DEP_OK;
    run(batch, parse_one);
    for (size_t i = 0; i < batch->count; i++)
        place_one(batch, &batch->jobs[i]);
    run(batch, judge_one);
    for (size_t i = 0; !err && i < batch->count; i++)
        err = finish_one(batch, &batch->jobs[i]);
    run(batch, forget_one);
    batch->count = 0;
    return err;
}

static int read_window(void *context, const struct verify_window *window, uint64_t *out_lines)
{
    struct batch *batch = context;
    struct dep_slice rest = window->text;
    uint64_t lines = 0;
    int err = DEP_OK;
    while (!err && rest.len) {
        struct job *job = &batch->jobs[batch->count++];
        size_t end = dep_slice_find(rest, '\n');
        job->offset = window->offset + (window->text.len - rest.len);
        job->line_number = window->line + lines++;
        /* Without its LF a line is one byte too long, and refused as any other form. */
        job->line = dep_slice_sub(rest, 0, end < rest.len ? end : 0);
        rest = dep_slice_sub(rest, end < rest.len ? end + 1 : end,
                             end < rest.len ? rest.len - end - 1 : 0);
        if (batch->count == BATCH || rest.len == 0)
            err = do_batch(batch);
    }
    *out_lines = lines;
    return err;
}

int verify_records(struct dep_verify *verify, size_t log, size_t file, struct dep_subset *subset)
{
    struct batch *batch = dep_alloc(sizeof *batch);
    if (!batch)
        return DEP_ERR_NOMEM;
    batch->verify = verify;
    batch->log = &verify->logs[log];
    batch->subset = subset;
    batch->path = verify_path(verify, file);
    int err = verify_lines(verify, file, DEP_RECORDS_LINE_MAX, read_window, batch);
    free(batch);
    /* A line too long was one of no good form; a file that isn't good was said to be none. */
    return err == DEP_FOUND ? DEP_OK : err;
}

void verify_records_drop(struct dep_verify *verify, const struct dep_shown_log *log)
{
    verify->record_count = log->first_record;
    while (verify->link_count && verify->links[verify->link_count - 1].from >= log->first_record)
        verify->link_count--;
}

/* Of its log the folder that goes furthest. */
static const struct dep_shown_log *furthest(const struct dep_verify *verify,
                                            const struct dep_shown_log *log)
{
    const struct dep_shown_log *found = log;
    for (size_t i = 0; i < verify->log_count; i++) {
        const struct dep_shown_log *other = &verify->logs[i];
        if (other->proved && other->size > found->size &&
            dep_slice_equal(other->origin, log->origin))
            found = other;
    }
    return found;
}

/* By its folder's keys; where these have nothing against it, by those of the furthest. */
static const char *standing_of(const struct dep_keyset *keys, const struct dep_keyset *furthest,
                               const char *kid, uint64_t index)
{
    const char *standing = dep_keyset_standing(keys, kid, index);
    return strcmp(standing, "in_force") == 0 && dep_keyset_find(furthest, kid)
               ? dep_keyset_standing(furthest, kid, index)
               : standing;
}

static int mark_standing(struct dep_verify *verify, const struct dep_shown_log *log)
{
    const struct dep_keyset *last = furthest(verify, log)->keys;
    int err = DEP_OK;
    for (size_t i = log->first_record; !err && i < log->first_record + log->record_count; i++) {
        struct dep_shown_record *record = &verify->records[i];
        const struct dep_key_state *key = dep_keyset_at(log->keys, verify->record_keys[i]);
        record->standing = standing_of(log->keys, last, key->kid, record->index);
        if (strcmp(record->standing, "disputed") == 0)
            err = dep_step_find_record(verify, "record.disputed", KEYS_CLAUSE, DEP_DISPUTED, record,
                                       NULL);
    }
    return err;
}

int verify_standing(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->log_count; i++)
        if (verify->logs[i].proved)
            err = mark_standing(verify, &verify->logs[i]);
    return err;
}

/* ---- finding them again ---- */

static int by_digest(const void *a, const void *b, void *context)
{
    const struct dep_shown_record *records = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = memcmp(records[x].sha256.bytes, records[y].sha256.bytes, DEP_HASH_LEN);
    return order ? order : (x > y) - (x < y);
}

static int by_target(const void *a, const void *b)
{
    const struct dep_shown_link *x = a, *y = b;
    int order = memcmp(x->to.bytes, y->to.bytes, DEP_HASH_LEN);
    if (!order)
        order = strcmp(x->rel, y->rel);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

int verify_records_sort(struct dep_verify *verify)
{
    verify->by_sha = dep_alloc_array(verify->record_count + 1, sizeof *verify->by_sha);
    if (!verify->by_sha)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < verify->record_count; i++)
        verify->by_sha[i] = (uint32_t)i;
    if (verify->record_count)
        qsort_r(verify->by_sha, verify->record_count, sizeof *verify->by_sha, by_digest,
                verify->records);
    if (verify->link_count)
        qsort(verify->links, verify->link_count, sizeof *verify->links, by_target);
    return DEP_OK;
}

size_t dep_step_record_count(const struct dep_verify *verify)
{
    return verify->record_count;
}

const struct dep_shown_record *dep_step_record_at(const struct dep_verify *verify, size_t index)
{
    assert(index < verify->record_count);
    return &verify->records[index];
}

/* Among records[], by digest. */
struct digest_key {
    const struct dep_hash *sha256;
    const struct dep_shown_record *records;
};

static int compare_digest(const void *key, const void *place)
{
    const struct digest_key *wanted = key;
    const struct dep_shown_record *record = &wanted->records[*(const uint32_t *)place];
    return memcmp(wanted->sha256->bytes, record->sha256.bytes, DEP_HASH_LEN);
}

static int compare_index(const void *key, const void *record)
{
    uint64_t index = *(const uint64_t *)key, of = ((const struct dep_shown_record *)record)->index;
    return (index > of) - (index < of);
}

static int compare_target(const void *key, const void *link)
{
    return memcmp(((const struct dep_hash *)key)->bytes,
                  ((const struct dep_shown_link *)link)->to.bytes, DEP_HASH_LEN);
}

const struct dep_shown_record *dep_step_record_find(const struct dep_verify *verify,
                                                    const struct dep_hash *sha256)
{
    const struct digest_key key = {sha256, verify->records};
    size_t at = dep_list_place(&key, verify->by_sha, verify->record_count, sizeof *verify->by_sha,
                               compare_digest);
    const struct dep_shown_record *record =
        at < verify->record_count ? &verify->records[verify->by_sha[at]] : NULL;
    return record && dep_hash_equal(&record->sha256, sha256) ? record : NULL;
}

const struct dep_shown_record *dep_step_record_in(const struct dep_verify *verify, size_t log,
                                                  uint64_t index)
{
    const size_t count = verify->logs[log].record_count;
    const struct dep_shown_record *records =
        count ? &verify->records[verify->logs[log].first_record] : NULL;
    size_t at = dep_list_place(&index, records, count, sizeof *records, compare_index);
    return at < count && records[at].index == index ? &records[at] : NULL;
}

const struct dep_shown_link *dep_step_links_to(const struct dep_verify *verify,
                                               const struct dep_hash *to, size_t *out_count)
{
    size_t at = dep_list_place(to, verify->links, verify->link_count, sizeof *verify->links,
                               compare_target);
    size_t end = at;
    while (end < verify->link_count && dep_hash_equal(&verify->links[end].to, to))
        end++;
    *out_count = end - at;
    return end > at ? &verify->links[at] : NULL;
}

/* ---- opening ---- */

void dep_opened_record_done(struct dep_opened_record *opened)
{
    dep_presentation_done(&opened->presentation);
    dep_buf_done(&opened->text);
}

/* Into `opened`, whose text is read. */
static int parse_opened(struct dep_verify *verify, const struct dep_shown_record *record,
                        struct dep_opened_record *opened)
{
    struct dep_slice sd_jwt;
    uint64_t index;
    int err = dep_records_line_parse(dep_buf_slice(&opened->text), &index, &sd_jwt, NULL);
    if (!err)
        err =
            dep_presentation_parse(verify->with.schemas, sd_jwt, &opened->presentation, NULL, NULL);
    /* The digest covers the JWT, and it the disclosures that are here; not which of them are. */
    if (!err && (!dep_hash_equal(&opened->presentation.record.jwt.sha256, &record->sha256) ||
                 shown_bits(&opened->presentation) != record->shown))
        err = DEP_FOUND;
    return err;
}

int dep_step_open(struct dep_verify *verify, const struct dep_shown_record *record,
                  struct dep_opened_record *out)
{
    const struct dep_package_files *files = &verify->with.files;
    struct dep_opened_record opened = {.presentation = {.claims = NULL}};
    DEP_AUTO_BUF path;
    dep_buf_init(&path, DEP_PACKAGE_PATH_MAX);
    dep_buf_addf(&path, "%s/records.jsonl", verify->logs[record->log].folder);
    dep_buf_init_secret(&opened.text, DEP_RECORDS_LINE_MAX);
    uint8_t *data = dep_buf_grow(&opened.text, record->len);
    int err = dep_buf_err(&path) || !data ? DEP_ERR_NOMEM
                                          : files->read(files->context, dep_buf_slice(&path),
                                                        record->offset, data, record->len);
    if (!err)
        err = parse_opened(verify, record, &opened);
    if (err) {
        dep_opened_record_done(&opened);
        return err == DEP_FOUND ? DEP_ERR_CHANGED : err;
    }
    *out = opened;
    return DEP_OK;
}
