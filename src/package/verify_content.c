/*
 * Step 6: content.jsonl line by line. Every record has its line and every line its record, with
 * exactly the fields that were decided.
 */
#include "package/verify_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 3";
#define PATH DEP_SLICE_LITERAL("data/content.jsonl")

struct reading {
    struct dep_verify *verify;
    struct dep_content_reader *reader;
    uint64_t line;
};

static int wrong(struct reading *reading, const char *id, const char *field)
{
    return verify_find(reading->verify, id, CLAUSE, DEP_ALTERED, PATH, reading->line, field);
}

/* ---- each kind of line ---- */

static int take_package(struct reading *reading, const struct dep_content_package *package)
{
    struct dep_verify *verify = reading->verify;
    const struct dep_shown_log *log = &verify->logs[verify->head->log];
    verify->content = *package;
    verify->content.id = verify_keep(verify, package->id);
    verify->content.sender = verify_keep(verify, package->sender);
    verify->content.recipient = verify_keep(verify, package->recipient);
    if (!verify->content.id || !verify->content.sender || !verify->content.recipient)
        return DEP_ERR_NOMEM;
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = dep_step_open(verify, verify->head, &opened);
    if (err)
        return err;
    const json_t *claims = opened.presentation.claims;
    const char *id = dep_json_string(claims, "package");
    const char *recipient = dep_json_string(claims, "recipient");
    if (package->kind != verify->kind)
        err = wrong(reading, "package.kind", "kind");
    if (!err && (!id || strcmp(id, package->id) != 0))
        err = wrong(reading, "package.id", "id");
    if (!err && strcmp(package->sender, log->member_id) != 0)
        err = wrong(reading, "package.sender", "sender");
    if (!err && (!recipient || strcmp(recipient, package->recipient) != 0))
        err = wrong(reading, "package.recipient", "recipient");
    /* All charters up to the one in force when it was made, and none behind it. */
    if (!err && !dep_hash_equal(&package->charter, dep_charter_digest(dep_step_charter(verify))))
        err = wrong(reading, "package.charter", "charter");
    return err;
}

/* The record of a line, in whichever folder of that origin. */
static struct dep_shown_record *record_of(struct dep_verify *verify,
                                          const struct dep_content_record *line)
{
    for (size_t log = 0; log < verify->log_count; log++) {
        if (!dep_slice_equal_string(verify->logs[log].origin, line->origin))
            continue;
        const struct dep_shown_record *record = dep_step_record_in(verify, log, line->index);
        if (record && dep_hash_equal(&record->sha256, &line->sha256) && !record->listed)
            return &verify->records[record - verify->records];
    }
    return NULL;
}

/* 0 where it is no protected field. */
static uint64_t bit_of(const struct dep_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->field_count; i++)
        if (!schema->fields[i].open && strcmp(schema->fields[i].name, name) == 0)
            return UINT64_C(1) << i;
    return 0;
}

/* The sender's own word of when it heard of another's record that is here, and nothing more. */
static int says_it_was_heard(struct dep_verify *verify, const struct dep_shown_record *record,
                             bool *out)
{
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    struct dep_hash sha256;
    *out = false;
    if (strcmp(record->schema->type, "foreign.record") != 0 ||
        record->shown != bit_of(record->schema, "sha256"))
        return DEP_OK;
    int err = dep_step_open(verify, record, &opened);
    const char *hex = err ? NULL : dep_json_string(opened.presentation.claims, "sha256");
    if (hex && dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN)) {
        const struct dep_shown_record *heard = dep_step_record_find(verify, &sha256);
        *out = heard &&
               !dep_slice_equal(verify->logs[heard->log].origin, verify->logs[record->log].origin);
    }
    return err;
}

static int take_record(struct reading *reading, const struct dep_content_record *line)
{
    struct dep_verify *verify = reading->verify;
    struct dep_shown_record *record = record_of(verify, line);
    if (!record)
        return wrong(reading, "package.record", NULL);
    record->listed = true;
    uint64_t bits = 0;
    for (size_t i = 0; i < line->shown_count; i++) {
        uint64_t bit = bit_of(record->schema, line->shown[i]);
        if (!bit || !(record->shown & bit))
            return wrong(reading, "package.shown", line->shown[i]);
        bits |= bit;
    }
    for (size_t i = 0; i < record->schema->field_count; i++)
        if ((record->shown & ~bits) >> i & 1)
            return wrong(reading, "package.shown", record->schema->fields[i].name);
    /* A field kit's register goes home, where its local records belong. */
    bool leaves = !record->schema->is_local || verify->kind == DEP_PACKAGE_REGISTER;
    int err = leaves ? DEP_OK : says_it_was_heard(verify, record, &leaves);
    return err || leaves ? err : wrong(reading, "package.local", record->schema->type);
}

static int take_item(struct reading *reading, const struct dep_content_item *line)
{
    struct dep_verify *verify = reading->verify;
    int err = verify_room((void **)&verify->items, verify->item_count, &verify->item_room,
                          sizeof *verify->items, DEP_VERIFY_ITEMS_MAX);
    if (err)
        return err == DEP_ERR_CAP ? wrong(reading, "package.limit", NULL) : err;
    struct verify_item item = {.line = *line, .payload = DEP_UNPROVED, .content = DEP_UNPROVED};
    item.line.item = verify_keep(verify, line->item);
    item.line.path = verify_keep(verify, line->path);
    if (!item.line.item || !item.line.path)
        return DEP_ERR_NOMEM;
    verify->items[verify->item_count++] = item;
    return DEP_OK;
}

static int take_linked(struct reading *reading, const struct dep_content_linked *line)
{
    struct dep_verify *verify = reading->verify;
    int err = verify_room((void **)&verify->linked, verify->linked_count, &verify->linked_room,
                          sizeof *verify->linked, VERIFY_LINKS_MAX);
    if (err)
        return err == DEP_ERR_CAP ? wrong(reading, "package.limit", NULL) : err;
    struct dep_content_linked linked = *line;
    linked.rel = dep_linked_rel(line->rel);
    linked.why = dep_content_why(line->why);
    verify->linked[verify->linked_count++] = linked;
    return DEP_OK;
}

static int take_notice(struct reading *reading, const struct dep_content_notice *line)
{
    struct dep_verify *verify = reading->verify;
    verify->notice = (struct verify_notice){
        .there = true, .line = *line, .payload = DEP_UNPROVED, .content = DEP_UNPROVED};
    if (line->to && !(verify->notice.line.to = verify_keep(verify, line->to)))
        return DEP_ERR_NOMEM;
    return DEP_OK;
}

static int take_seen(struct reading *reading, const struct dep_content_seen *line)
{
    struct dep_verify *verify = reading->verify;
    int err = verify_room((void **)&verify->seen, verify->seen_count, &verify->seen_room,
                          sizeof *verify->seen, VERIFY_LINKS_MAX);
    if (err)
        return err == DEP_ERR_CAP ? wrong(reading, "package.limit", NULL) : err;
    struct dep_content_seen seen = *line;
    seen.origin = verify_keep(verify, line->origin);
    if (!seen.origin)
        return DEP_ERR_NOMEM;
    verify->seen[verify->seen_count++] = seen;
    return DEP_OK;
}

static int take_file(struct reading *reading, const struct dep_content_file *line)
{
    struct dep_verify *verify = reading->verify;
    char path[DEP_PACKAGE_PATH_MAX + 1];
    (void)snprintf(path, sizeof path, "data/%s", line->path);
    size_t file = verify_file_find(verify, dep_slice_string(path));
    bool good = file != SIZE_MAX && verify_file_good(verify, file) &&
                verify->files[file].place.kind == DEP_PLACE_OTHER && !verify->files[file].used &&
                dep_hash_equal(&verify->files[file].sha256, &line->sha256);
    if (!good)
        return verify_find(verify, "package.file", CLAUSE, DEP_ALTERED, dep_slice_string(path), 0,
                           NULL);
    verify->files[file].used = true;
    return DEP_OK;
}

static int take_line(struct reading *reading, const struct dep_content_line *line)
{
    switch (line->kind) {
    case DEP_CONTENT_PACKAGE: return take_package(reading, &line->package);
    case DEP_CONTENT_RECORD: return take_record(reading, &line->record);
    case DEP_CONTENT_ITEM: return take_item(reading, &line->item);
    case DEP_CONTENT_LINKED: return take_linked(reading, &line->linked);
    case DEP_CONTENT_NOTICE: return take_notice(reading, &line->notice);
    case DEP_CONTENT_SEEN: return take_seen(reading, &line->seen);
    case DEP_CONTENT_FILE: return take_file(reading, &line->file);
    }
    return DEP_OK;
}

/* ---- all of them ---- */

static int read_line(struct reading *reading, struct dep_slice line)
{
    const struct dep_content_line *out;
    struct dep_finding why;
    int err = dep_content_read(reading->reader, line, &out, &why);
    if (err == DEP_FOUND)
        return verify_find_why(reading->verify, &why, PATH, reading->line, NULL);
    return err ? err : take_line(reading, out);
}

static int read_window(void *context, const struct verify_window *window, uint64_t *out_lines)
{
    struct reading *reading = context;
    struct dep_slice rest = window->text;
    int err = DEP_OK;
    reading->line = window->line - 1;
    while (!err && rest.len) {
        reading->line++;
        bool ended = dep_slice_find(rest, '\n') < rest.len;
        struct dep_slice line = dep_slice_next(&rest, '\n');
        if (!ended)
            err = wrong(reading, "content.form", NULL);
        else
            err = read_line(reading, line);
    }
    *out_lines = reading->line + 1 - window->line;
    return err;
}

static bool head_names(const struct dep_verify *verify, const struct dep_shown_record *record)
{
    size_t count;
    const struct dep_shown_link *links = dep_step_links_to(verify, &record->sha256, &count);
    for (size_t i = 0; i < count; i++)
        if (&verify->records[links[i].from] == verify->head)
            return true;
    return false;
}

static bool has_no_line(const struct dep_verify *verify, const struct dep_shown_record *record)
{
    static const char *const types[] = {"key.enrolled", "key.revoked", "status.issued"};
    for (size_t i = 0; i < DEP_COUNT(types); i++)
        if (strcmp(record->schema->type, types[i]) == 0)
            return true;
    return record == verify->head || (!verify->has_content && head_names(verify, record));
}

/* A record that nobody decided to send. */
static int check_unlisted(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->record_count; i++)
        if (!verify->records[i].listed && !has_no_line(verify, &verify->records[i]))
            err = dep_step_find_record(verify, "package.line", CLAUSE, DEP_ALTERED,
                                       &verify->records[i], NULL);
    return err;
}

int verify_content(struct dep_verify *verify)
{
    if (!verify->has_content)
        return verify_kind_has_content(verify->kind) ? dep_step_missed(verify, "content")
                                                     : check_unlisted(verify);
    struct reading reading = {.verify = verify};
    int err = dep_content_reader_new(&reading.reader);
    if (!err)
        err = verify_lines(verify, verify_file_find(verify, PATH), DEP_CONTENT_LINE_MAX,
                           read_window, &reading);
    dep_content_reader_free(reading.reader);
    if (err == DEP_FOUND)
        err = DEP_OK; /* a line too long: it was found to be of no good form */
    if (!err && !verify->content.id)
        verify->has_content = false;
    return err ? err : check_unlisted(verify);
}

const struct dep_content_package *dep_step_content(const struct dep_verify *verify)
{
    return verify->has_content && verify->content.id ? &verify->content : NULL;
}

size_t dep_step_linked_count(const struct dep_verify *verify)
{
    return verify->linked_count;
}

const struct dep_content_linked *dep_step_linked_at(const struct dep_verify *verify, size_t index)
{
    assert(index < verify->linked_count);
    return &verify->linked[index];
}

size_t dep_step_seen_count(const struct dep_verify *verify)
{
    return verify->seen_count;
}

const struct dep_content_seen *dep_step_seen_at(const struct dep_verify *verify, size_t index)
{
    assert(index < verify->seen_count);
    return &verify->seen[index];
}
