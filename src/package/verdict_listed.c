/*
 * What status records are proved to list: the lines of in_force.jsonl, each held against the set
 * that its status shows. What the judge and step 7 rely on is what stands here.
 *
 * Format:  doc/format/package.md section 5.6.
 */
#include "package/in_force.h"
#include "package/verdict_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5.6";

struct reading {
    struct judging *judging;
    size_t log;            /* place of the folder */
    struct dep_slice path; /* of in_force.jsonl */
    uint64_t line;         /* from 1 */
    bool begun;
    struct dep_in_force last;
    /* The status that lines are about, read once. */
    const struct dep_shown_record *status; /* NULL: none is good */
    uint64_t of;
    struct status_set set;
};

static int bad(struct reading *reading, const char *id)
{
    return dep_step_find(reading->judging->verify,
                         &(struct dep_verify_found){.id = id,
                                                    .clause = CLAUSE,
                                                    .result = DEP_ALTERED,
                                                    .path = reading->path,
                                                    .line = reading->line});
}

static int open_status(struct reading *reading, uint64_t index)
{
    struct judging *judging = reading->judging;
    const struct dep_shown_record *record =
        dep_step_record_in(judging->verify, reading->log, index);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    reading->of = index;
    reading->status = NULL;
    if (!record || !shown_is(record, "status.issued") || !record->whole)
        return DEP_OK;
    int err = dep_step_open(judging->verify, record, &opened);
    if (err)
        return err;
    const char *of = dep_json_string(opened.presentation.claims, "of");
    if (of && strcmp(of, "consents") == 0 && status_set_read(&opened, record, &reading->set))
        reading->status = record;
    return DEP_OK;
}

static int keep(struct reading *reading, const struct dep_in_force *line)
{
    struct judging *judging = reading->judging;
    if (judging->listed_count == DEP_SET_MAX)
        return bad(reading, "package.limit");
    struct listed *grown = dep_list_reserve(judging->listed, judging->listed_count, 1,
                                            sizeof *grown, &judging->listed_room);
    if (!grown)
        return DEP_ERR_NOMEM;
    judging->listed = grown;
    judging->listed[judging->listed_count++] = (struct listed){line->sha256, reading->status};
    return DEP_OK;
}

static int read_line(struct reading *reading, struct dep_slice text)
{
    struct dep_in_force line;
    struct dep_finding why = {.id = ""};
    int err = dep_in_force_parse(text, &line, &why);
    if (!err && reading->begun && dep_in_force_compare(&reading->last, &line) >= 0)
        return bad(reading, "in_force.form");
    if (err)
        return err == DEP_FOUND ? bad(reading, why.id) : err;
    if (!reading->begun || reading->of != line.status)
        err = open_status(reading, line.status);
    reading->begun = true;
    reading->last = line;
    if (err)
        return err;
    if (!reading->status)
        return bad(reading, "in_force.status");
    return dep_in_force_holds(&line, reading->set.count, &reading->set.root)
               ? keep(reading, &line)
               : bad(reading, "in_force.proof");
}

static int read_folder(struct judging *judging, size_t log)
{
    char path[64];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_IN_FORCE_LEN_MAX);
    (void)snprintf(path, sizeof path, "%s/in_force.jsonl",
                   dep_step_log_at(judging->verify, log)->folder);
    struct reading reading = {
        .judging = judging, .log = log, .path = dep_slice_string(path), .line = 0};
    int err = dep_step_load(judging->verify, reading.path, DEP_IN_FORCE_LEN_MAX, &text);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err;
    struct dep_slice rest = dep_buf_slice(&text);
    while (!err && rest.len) {
        reading.line++;
        if (dep_slice_find(rest, '\n') == rest.len)
            return bad(&reading, "in_force.form");
        err = read_line(&reading, dep_slice_next(&rest, '\n'));
    }
    return err;
}

static int compare_listed(const void *a, const void *b)
{
    return memcmp(((const struct listed *)a)->sha256.bytes,
                  ((const struct listed *)b)->sha256.bytes, DEP_HASH_LEN);
}

int judging_in_force(struct judging *judging)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_step_log_count(judging->verify); i++)
        if (dep_step_log_at(judging->verify, i)->proved)
            err = read_folder(judging, i);
    if (!err && judging->listed_count)
        qsort(judging->listed, judging->listed_count, sizeof *judging->listed, compare_listed);
    return err;
}

/* The first entry of that digest; the others follow it. */
static size_t first_of(const struct judging *judging, const struct dep_hash *record)
{
    const struct listed key = {.sha256 = *record};
    return dep_list_place(&key, judging->listed, judging->listed_count, sizeof key, compare_listed);
}

bool judging_lists(const struct judging *judging, const struct dep_shown_record *status,
                   const struct dep_hash *record)
{
    for (size_t i = first_of(judging, record);
         i < judging->listed_count && dep_hash_equal(&judging->listed[i].sha256, record); i++)
        if (dep_hash_equal(&judging->listed[i].status->sha256, &status->sha256))
            return true;
    return false;
}

bool judging_listed(const struct judging *judging, struct dep_slice origin,
                    const struct dep_hash *record)
{
    for (size_t i = first_of(judging, record);
         i < judging->listed_count && dep_hash_equal(&judging->listed[i].sha256, record); i++)
        if (dep_slice_equal(
                dep_step_log_at(judging->verify, judging->listed[i].status->log)->origin, origin))
            return true;
    return false;
}
