#include "node/foreign_log.h"

#include "log/note.h"
#include "log/subset.h"
#include "node/node_impl.h"
#include "package/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 200, FOLDERS_MAX = 1000 };

static void line_done(struct dep_foreign_line *line)
{
    dep_buf_done(&line->text);
}

static void file_done(struct dep_foreign_file *file)
{
    free(file->path);
    dep_buf_done(&file->bytes);
}

void dep_foreign_log_done(struct dep_foreign_log *log)
{
    for (size_t i = 0; i < log->line_count; i++)
        line_done(&log->lines[i]);
    for (size_t i = 0; i < log->file_count; i++)
        file_done(&log->files[i]);
    free(log->lines);
    free(log->files);
    free(log->proofs);
    free(log->origin);
    *log = (struct dep_foreign_log){.origin = NULL};
}

/* ---- in their order, none twice ---- */

static size_t line_place(const struct dep_foreign_log *log, uint64_t index)
{
    size_t at = 0;
    while (at < log->line_count && log->lines[at].index < index)
        at++;
    return at;
}

static size_t file_place(const struct dep_foreign_log *log, const char *path)
{
    size_t at = 0;
    while (at < log->file_count && strcmp(log->files[at].path, path) < 0)
        at++;
    return at;
}

/* Takes `line` over, also where it is there already or there is no memory. */
static int add_line(struct dep_foreign_log *log, struct dep_foreign_line *line)
{
    size_t at = line_place(log, line->index);
    bool there = at < log->line_count && log->lines[at].index == line->index;
    struct dep_foreign_line *lines =
        there ? log->lines
              : dep_list_reserve(log->lines, log->line_count, 1, sizeof *lines, &log->line_room);
    if (there || !lines) {
        line_done(line);
        return lines ? DEP_OK : DEP_ERR_NOMEM;
    }
    memmove(&lines[at + 1], &lines[at], (log->line_count - at) * sizeof *lines);
    lines[at] = *line;
    log->lines = lines;
    log->line_count++;
    return DEP_OK;
}

static int add_file(struct dep_foreign_log *log, struct dep_foreign_file *file)
{
    size_t at = file_place(log, file->path);
    bool there = at < log->file_count && strcmp(log->files[at].path, file->path) == 0;
    struct dep_foreign_file *files =
        there ? log->files
              : dep_list_reserve(log->files, log->file_count, 1, sizeof *files, &log->file_room);
    if (there || !files) {
        file_done(file);
        return files ? DEP_OK : DEP_ERR_NOMEM;
    }
    memmove(&files[at + 1], &files[at], (log->file_count - at) * sizeof *files);
    files[at] = *file;
    log->files = files;
    log->file_count++;
    return DEP_OK;
}

static int add_proof(struct dep_foreign_log *log, const struct dep_in_force *proof)
{
    size_t at = 0;
    while (at < log->proof_count && dep_in_force_compare(&log->proofs[at], proof) < 0)
        at++;
    if (at < log->proof_count && dep_in_force_compare(&log->proofs[at], proof) == 0)
        return DEP_OK;
    struct dep_in_force *proofs =
        dep_list_reserve(log->proofs, log->proof_count, 1, sizeof *proofs, &log->proof_room);
    if (!proofs)
        return DEP_ERR_NOMEM;
    memmove(&proofs[at + 1], &proofs[at], (log->proof_count - at) * sizeof *proofs);
    proofs[at] = *proof;
    log->proofs = proofs;
    log->proof_count++;
    return DEP_OK;
}

int dep_foreign_log_merge(struct dep_foreign_log *into, struct dep_foreign_log *from)
{
    int err = DEP_OK;
    while (!err && from->line_count)
        err = add_line(into, &from->lines[--from->line_count]);
    while (!err && from->file_count)
        err = add_file(into, &from->files[--from->file_count]);
    for (size_t i = 0; !err && i < from->proof_count; i++)
        err = add_proof(into, &from->proofs[i]);
    return err;
}

/* ---- reading one folder ---- */

struct taking {
    const struct dep_schemas *schemas;
    struct dep_foreign_bag *bag;
    const struct dep_foreign_want *wants;
    size_t want_count;
    struct dep_foreign_log *log;
    char folder[16]; /* "logs/000" */
    struct dep_problem *problem;
    struct dep_foreign_line keys, consents; /* the newest status of each, if any */
    size_t found;                           /* of what is wanted */
};

static int no_memory(const struct taking *taking)
{
    return dep_problem_fault(taking->problem, DEP_ERR_NOMEM, "node.foreign", taking->folder);
}

/* `name` below the folder, into the log. */
static int take_file(struct taking *taking, const char *name)
{
    char path[PATH_ROOM];
    struct dep_foreign_file file = {.path = dep_strdup(name)};
    if (!file.path)
        return no_memory(taking);
    dep_buf_init(&file.bytes, DEP_FOREIGN_FILE_LEN_MAX);
    (void)snprintf(path, sizeof path, "%s/%s", taking->folder, name);
    int err = dep_foreign_bag_read(taking->bag, path, DEP_FOREIGN_FILE_LEN_MAX, &file.bytes,
                                   taking->problem);
    if (err) {
        file_done(&file);
        return err;
    }
    return add_file(taking->log, &file) ? no_memory(taking) : DEP_OK;
}

static int take_checkpoint(struct taking *taking)
{
    struct dep_checkpoint checkpoint;
    struct dep_finding why;
    int err = take_file(taking, "checkpoint");
    DEP_AUTO_FREE struct dep_note *note = err ? NULL : dep_alloc(sizeof *note);
    if (err || !note)
        return err ? err : no_memory(taking);
    err = dep_note_parse(dep_buf_slice(&taking->log->files[0].bytes), note, &why);
    if (!err)
        err = dep_checkpoint_parse(note->text, &checkpoint, &why);
    if (err)
        return err;
    taking->log->size = checkpoint.size;
    taking->log->origin = dep_alloc(checkpoint.origin.len + 1);
    if (!taking->log->origin)
        return no_memory(taking);
    memcpy(taking->log->origin, checkpoint.origin.data, checkpoint.origin.len);
    return DEP_OK;
}

/* ---- its records ---- */

static bool is_type(const struct dep_presentation *presentation, const char *type)
{
    return strcmp(presentation->record.type, type) == 0;
}

static int make_line(const struct taking *taking, struct dep_slice text, uint64_t index,
                     const struct dep_presentation *presentation, struct dep_foreign_line *out)
{
    struct dep_foreign_line line = {
        .index = index, .sha256 = presentation->record.jwt.sha256, .schema = presentation->schema};
    for (size_t i = 0; i < line.schema->field_count; i++)
        if (!line.schema->fields[i].open && presentation->shown[i])
            line.shown |= UINT64_C(1) << i;
    dep_buf_init_secret(&line.text, DEP_RECORDS_LINE_MAX);
    dep_buf_add_slice(&line.text, text);
    dep_buf_add_byte(&line.text, '\n');
    if (dep_buf_err(&line.text)) {
        line_done(&line);
        return no_memory(taking);
    }
    *out = line;
    return DEP_OK;
}

static int keep_line(struct taking *taking, struct dep_slice text, uint64_t index,
                     const struct dep_presentation *presentation, bool listed)
{
    struct dep_foreign_line line;
    int err = make_line(taking, text, index, presentation, &line);
    if (err)
        return err;
    line.listed = listed;
    return add_line(taking->log, &line) ? no_memory(taking) : DEP_OK;
}

static bool is_wanted(const struct taking *taking, const struct dep_hash *sha256)
{
    for (size_t i = 0; i < taking->want_count; i++)
        if (dep_hash_equal(&taking->wants[i].record, sha256))
            return true;
    return false;
}

/* Of each kind the newest; that which is named besides. */
static int note_status(struct taking *taking, struct dep_slice text, uint64_t index,
                       const struct dep_presentation *presentation)
{
    const char *of = dep_json_string(presentation->claims, "of");
    struct dep_foreign_line *newest = of && strcmp(of, "keys") == 0       ? &taking->keys
                                      : of && strcmp(of, "consents") == 0 ? &taking->consents
                                                                          : NULL;
    const struct dep_foreign_want *want = &taking->wants[0];
    if (want->has_status && dep_hash_equal(&presentation->record.jwt.sha256, &want->status))
        return keep_line(taking, text, index, presentation, false);
    if (!newest || (newest == &taking->consents && want->has_status))
        return DEP_OK;
    line_done(newest);
    *newest = (struct dep_foreign_line){.schema = NULL};
    return make_line(taking, text, index, presentation, newest);
}

static int look_at(struct taking *taking, struct dep_slice text, uint64_t index,
                   const struct dep_presentation *presentation)
{
    struct dep_hash about;
    if (is_type(presentation, "key.enrolled") || is_type(presentation, "key.revoked"))
        return keep_line(taking, text, index, presentation, false);
    if (is_type(presentation, "status.issued"))
        return note_status(taking, text, index, presentation);
    if (is_wanted(taking, &presentation->record.jwt.sha256)) {
        taking->found++;
        return keep_line(taking, text, index, presentation, true);
    }
    /* A check of it: what is on paper counts by that alone. */
    return is_type(presentation, "consent.checked") &&
                   dep_record_ref_sha256(presentation->claims, "about", &about) &&
                   is_wanted(taking, &about)
               ? keep_line(taking, text, index, presentation, true)
               : DEP_OK;
}

static int take_records(struct taking *taking)
{
    char path[PATH_ROOM];
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_FOREIGN_RECORDS_LEN_MAX);
    (void)snprintf(path, sizeof path, "%s/records.jsonl", taking->folder);
    int err = dep_foreign_bag_read(taking->bag, path, DEP_FOREIGN_RECORDS_LEN_MAX, &text,
                                   taking->problem);
    struct dep_slice rest = dep_buf_slice(&text);
    while (!err && rest.len) {
        struct dep_slice line = dep_slice_next(&rest, '\n'), sd_jwt;
        DEP_AUTO_PRESENTATION presentation = {.claims = NULL};
        struct dep_finding why;
        uint64_t index;
        err = dep_records_line_parse(line, &index, &sd_jwt, &why);
        if (!err)
            err = dep_presentation_parse(taking->schemas, sd_jwt, &presentation, NULL, &why);
        if (err < 0)
            return no_memory(taking);
        if (!err)
            err = look_at(taking, line, index, &presentation);
    }
    if (!err && taking->found < taking->want_count)
        return DEP_FOUND;
    for (size_t i = 0; !err && i < 2; i++) {
        struct dep_foreign_line *newest = i ? &taking->consents : &taking->keys;
        if (newest->schema && add_line(taking->log, newest))
            err = no_memory(taking);
        *newest = (struct dep_foreign_line){.schema = NULL};
    }
    return err;
}

/* By one of the status records that go. */
static bool is_of_kept(const struct taking *taking, const struct dep_in_force *proof)
{
    const struct dep_foreign_log *log = taking->log;
    size_t at = line_place(log, proof->status);
    return at < log->line_count && log->lines[at].index == proof->status &&
           is_wanted(taking, &proof->sha256);
}

static int take_proofs(struct taking *taking)
{
    char path[PATH_ROOM];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_IN_FORCE_LEN_MAX);
    (void)snprintf(path, sizeof path, "%s/in_force.jsonl", taking->folder);
    int err = dep_foreign_bag_read(taking->bag, path, DEP_IN_FORCE_LEN_MAX, &text, taking->problem);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err; /* it came without */
    struct dep_slice rest = dep_buf_slice(&text);
    while (!err && rest.len) {
        struct dep_in_force proof;
        struct dep_finding why;
        err = dep_in_force_parse(dep_slice_next(&rest, '\n'), &proof, &why);
        if (!err && is_of_kept(taking, &proof))
            err = add_proof(taking->log, &proof);
    }
    return err < 0 ? no_memory(taking) : err;
}

/* ---- what proves them ---- */

static int take_tile(void *context, const struct dep_tile_id *tile)
{
    char name[DEP_TILE_PATH_MAX];
    dep_tile_path(tile, name);
    return take_file(context, name);
}

static int take_tiles(struct taking *taking)
{
    const struct dep_foreign_log *log = taking->log;
    DEP_AUTO_FREE uint64_t *indices = dep_alloc_array(log->line_count + 1, sizeof *indices);
    if (!indices)
        return no_memory(taking);
    for (size_t i = 0; i < log->line_count; i++) {
        indices[i] = log->lines[i].index;
        if (indices[i] >= log->size)
            return DEP_FOUND;
    }
    return dep_subset_tiles(indices, log->line_count, log->size, take_tile, taking);
}

/* Every file of `part` ("tokens/", "before/"). */
static int take_part(struct taking *taking, const char *part)
{
    char prefix[PATH_ROOM];
    size_t at = 0;
    int err = DEP_OK;
    (void)snprintf(prefix, sizeof prefix, "%s/%s", taking->folder, part);
    for (const char *path; !err && (path = dep_foreign_bag_next(taking->bag, prefix, at, &at));
         at++)
        err = take_file(taking, path + strlen(taking->folder) + 1);
    return err;
}

/* "before/SIZE.": which size. */
static bool parse_before(struct dep_foreign_file *file)
{
    struct dep_slice rest = dep_slice_string(file->path);
    file->before = dep_slice_equal_string(dep_slice_next(&rest, '/'), "before");
    return file->before && dep_u64_parse(dep_slice_next(&rest, '.'), UINT64_MAX, &file->size);
}

/* Cosigned, or a token of it. */
static bool tells_time(const struct dep_foreign_file *file, struct dep_note *room)
{
    struct dep_finding why;
    const char *dot = strchr(file->path, '.');
    if (dot && strncmp(dot, ".tokens/", strlen(".tokens/")) == 0)
        return true;
    return dot && strcmp(dot, ".checkpoint") == 0 &&
           dep_note_parse(dep_buf_slice(&file->bytes), room, &why) == DEP_OK &&
           room->signature_count > 1;
}

static int mark_before(struct taking *taking)
{
    struct dep_foreign_log *log = taking->log;
    DEP_AUTO_FREE struct dep_note *room = dep_alloc(sizeof *room);
    if (!room)
        return no_memory(taking);
    for (size_t i = 0; i < log->file_count; i++)
        if (strncmp(log->files[i].path, "before/", strlen("before/")) == 0 &&
            !parse_before(&log->files[i]))
            return DEP_FOUND;
    for (size_t i = 0; i < log->file_count; i++) {
        bool timed = log->files[i].before && tells_time(&log->files[i], room);
        for (size_t k = 0; timed && k < log->file_count; k++)
            log->files[k].timed |= log->files[k].before && log->files[k].size == log->files[i].size;
    }
    return DEP_OK;
}

static int take_folder(struct taking *taking)
{
    int err = take_checkpoint(taking);
    if (!err)
        err = take_records(taking);
    if (!err)
        err = take_proofs(taking);
    if (!err)
        err = take_tiles(taking);
    if (!err)
        err = take_part(taking, "tokens/");
    if (!err)
        err = take_part(taking, "before/");
    return err ? err : mark_before(taking);
}

int dep_foreign_log_take(const struct dep_schemas *schemas, struct dep_foreign_bag *bag,
                         const struct dep_foreign_want *wants, size_t want_count,
                         struct dep_foreign_log *out, struct dep_problem *problem)
{
    int err = DEP_FOUND;
    assert(want_count > 0);
    size_t at = 0;
    for (unsigned folder = 0; err == DEP_FOUND && folder < FOLDERS_MAX; folder++) {
        struct dep_foreign_log log = {.origin = NULL};
        struct taking taking = {.schemas = schemas,
                                .bag = bag,
                                .wants = wants,
                                .want_count = want_count,
                                .log = &log,
                                .problem = problem};
        (void)snprintf(taking.folder, sizeof taking.folder, "logs/%03u", folder % FOLDERS_MAX);
        if (!dep_foreign_bag_next(bag, taking.folder, 0, &at))
            break;
        err = take_folder(&taking);
        line_done(&taking.keys);
        line_done(&taking.consents);
        if (err)
            dep_foreign_log_done(&log);
        else
            *out = log;
    }
    return err;
}
