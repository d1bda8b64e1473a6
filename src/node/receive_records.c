#include "node/receive_records.h"

#include "package/records.h"
#include "record/presentation.h"
#include "rules/action.h"
#include "rules/heard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char CLAUSE[] = "doc/format/foreign.md";

void dep_kept_done(struct dep_kept *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        json_decref((json_t *)(uintptr_t)kept->drafts[i].claims);
    free(kept->drafts);
    *kept = (struct dep_kept){.count = 0};
}

static bool is_type(const json_t *record, const char *wanted)
{
    const char *type = dep_json_string(record, "type");
    return type && strcmp(type, wanted) == 0;
}

/* A key that is distrusted from before its revocation: what it signed may be here already. */
static bool is_dispute(const json_t *record)
{
    const char *text = dep_json_string(record, "index");
    uint64_t index;
    int64_t from;
    return is_type(record, "key.revoked") && text &&
           dep_u64_parse(dep_slice_string(text), UINT64_MAX, &index) &&
           dep_json_int(dep_json_object(record, "shown"), "from_index", &from) &&
           (uint64_t)from < index;
}

/* What is heard of another's: what a verdict may rest on, and what is said of our own packages. */
static bool is_heard(const json_t *record)
{
    const char *type = dep_json_string(record, "type");
    const char *of = dep_json_string(dep_json_object(record, "shown"), "of");
    if (is_dispute(record))
        return true;
    return type && (dep_heard_type_find(type) != NULL || is_type(record, "release.withdrawn") ||
                    is_type(record, "foreign.received") || is_type(record, "withdrawal.answered") ||
                    (is_type(record, "status.issued") && of && strcmp(of, "consents") == 0));
}

/* What a release may give by itself (doc/decisions/033): for who keeps incidents here. */
static bool is_report(const json_t *record)
{
    const char *type = dep_json_string(record, "type");
    return type && dep_material_is_record(type);
}

/* ---- records ---- */

/* The lines of one records.jsonl, in order. */
struct dep_receive_lines {
    FILE *file;
    char log[8];
    char *line;
    size_t room;
    ssize_t len;
    uint64_t index;
    struct dep_slice sd_jwt;
    struct dep_receive_proofs *proofs; /* of that folder */
    size_t first;                      /* of what is kept of it */
};

static void lines_done(struct dep_receive_lines *lines)
{
    if (lines->file)
        (void)fclose(lines->file);
    if (lines->line)
        dep_wipe(lines->line, lines->room);
    free(lines->line);
    dep_receive_proofs_free(lines->proofs);
}

static int cannot_read(const struct dep_receive_lines *lines, struct dep_problem *problem)
{
    int sys = errno;
    return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "receive.read", "logs/%s/records.jsonl",
                         lines->log);
}

static int open_log(struct dep_receive_lines *lines, int folder, const char *log,
                    struct dep_problem *problem)
{
    char path[64];
    if (lines->file)
        (void)fclose(lines->file);
    (void)snprintf(lines->log, sizeof lines->log, "%s", log);
    (void)snprintf(path, sizeof path, "data/logs/%s/records.jsonl", lines->log);
    int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    lines->file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!lines->file)
        return cannot_read(lines, problem);
    dep_receive_proofs_free(lines->proofs);
    lines->proofs = NULL;
    return dep_receive_proofs_read(folder, log, &lines->proofs, problem);
}

/* Up to the record at that place; it was verified, so it is there. */
static int find_line(struct dep_receive_lines *lines, uint64_t index, struct dep_problem *problem)
{
    struct dep_finding why;
    do {
        lines->len = getline(&lines->line, &lines->room, lines->file);
        if (lines->len <= 0 ||
            dep_records_line_parse(dep_slice_of(lines->line, (size_t)lines->len - 1), &lines->index,
                                   &lines->sd_jwt, &why))
            return cannot_read(lines, problem);
    } while (lines->index != index);
    return DEP_OK;
}

int dep_receive_lines_new(struct dep_receive_lines **out)
{
    *out = dep_alloc(sizeof **out);
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

void dep_receive_lines_free(struct dep_receive_lines *lines)
{
    if (lines)
        lines_done(lines);
    free(lines);
}

int dep_receive_line(struct dep_receive_lines *lines, int folder, const char *log, uint64_t index,
                     struct dep_slice *out, struct dep_problem *problem)
{
    int err = lines->file && strcmp(lines->log, log) == 0 ? DEP_OK
                                                          : open_log(lines, folder, log, problem);
    if (!err)
        err = find_line(lines, index, problem);
    if (!err)
        *out = lines->sd_jwt;
    return err;
}

bool dep_kept_add(struct dep_kept *kept, const char *type, json_t *claims)
{
    if (kept->count == kept->room) {
        size_t room = kept->room ? 2 * kept->room : 64;
        struct dep_draft *drafts = dep_realloc_array(kept->drafts, room, sizeof *drafts);
        if (!drafts) {
            json_decref(claims);
            return false;
        }
        kept->drafts = drafts;
        kept->room = room;
    }
    kept->drafts[kept->count++] = (struct dep_draft){.type = type, .claims = claims};
    return true;
}

static const char *origin_of(const json_t *account, const char *log)
{
    size_t i;
    json_t *entry;
    json_array_foreach(dep_json_array(account, "logs"), i, entry)
    {
        const char *name = dep_json_string(entry, "log");
        if (name && strcmp(name, log) == 0)
            return dep_json_string(entry, "origin");
    }
    return NULL;
}

static int keep(struct dep_kept *kept, const json_t *account, const json_t *record,
                const struct dep_receive_lines *lines, const char *package)
{
    const char *origin = origin_of(account, lines->log);
    bool report = is_report(record),
         disputed = report && dep_json_says(record, "standing", "disputed");
    json_t *claims = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s%,s:o*}", "package", package, "origin", origin ? origin : "",
        "index", dep_json_string(record, "index"), "sha256", dep_json_string(record, "sha256"),
        "record_type", dep_json_string(record, "type"), "member", dep_json_string(record, "iss"),
        "sd_jwt", (const char *)lines->sd_jwt.data, lines->sd_jwt.len, "disputed",
        disputed ? json_true() : NULL);
    return claims && dep_kept_add(kept, report ? DEP_FOREIGN_REPORT : "foreign.record", claims)
               ? DEP_OK
               : DEP_ERR_NOMEM;
}

static int read_one(struct dep_verify *verify, size_t place, const json_t *account, int folder,
                    struct dep_receive_lines *lines, const char *package, const char *reader,
                    struct dep_kept *out, struct dep_problem *problem)
{
    DEP_AUTO_JSON *record = NULL;
    uint64_t index;
    int err = dep_verify_record(verify, place, &record);
    if (err)
        return dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.receive", package);
    bool read = reader && is_report(record) && !dep_json_says(record, "iss", reader);
    if (!is_heard(record) && !read)
        return DEP_OK;
    const char *log = dep_json_string(record, "log"), *text = dep_json_string(record, "index");
    if (out->count == DEP_RECEIVED_RECORDS_MAX)
        return dep_problem_found(problem, "receive.many", CLAUSE, package);
    if (!log || !text || !dep_u64_parse(dep_slice_string(text), UINT64_MAX, &index))
        return dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.receive", package);
    if (!lines->file || strcmp(lines->log, log) != 0) {
        err = open_log(lines, folder, log, problem);
        lines->first = out->count;
    }
    if (!err)
        err = find_line(lines, index, problem);
    if (!err && (err = keep(out, account, record, lines, package)))
        err = dep_problem_fault(problem, err, "node.receive", package);
    /* A status stands behind what it lists. */
    if (!err && is_type(record, "status.issued") &&
        (err = dep_receive_mark_listed(lines->proofs, lines->sd_jwt, index, out, lines->first)))
        err = dep_problem_fault(problem, err, "node.receive", package);
    return err;
}

int dep_kept_read(struct dep_verify *verify, int folder, const char *package, const char *reader,
                  struct dep_kept *out, struct dep_problem *problem)
{
    DEP_AUTO_JSON *account = NULL;
    struct dep_kept kept = {.count = 0};
    struct dep_receive_lines lines = {.file = NULL};
    int err = dep_verify_account(verify, &account);
    if (err)
        err = dep_problem_fault(problem, err, "node.receive", package);
    for (size_t i = 0; !err && i < dep_verify_record_count(verify); i++)
        err = read_one(verify, i, account, folder, &lines, package, reader, &kept, problem);
    lines_done(&lines);
    if (err) {
        dep_kept_done(&kept);
        return err;
    }
    *out = kept;
    return DEP_OK;
}

int dep_foreign_open(const struct dep_schemas *schemas, const json_t *claims,
                     struct dep_presentation *out, struct dep_finding *why)
{
    struct dep_jtd_error where;
    const char *sd_jwt = dep_json_string(claims, "sd_jwt");
    if (!sd_jwt)
        return dep_found(why, "foreign.form", CLAUSE, 0);
    return dep_presentation_parse(schemas, dep_slice_string(sd_jwt), out, &where, why);
}
