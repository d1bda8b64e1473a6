/*
 * charter/ on disk. A text is named by its digest: two members' first charters have the same
 * number, and both may have been in force in one log.
 */
#include "node/charter_impl.h"
#include "store/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "charter.md 4";

void dep_charter_path(const struct dep_hash *digest, enum dep_charter_file file,
                      char out[DEP_CHARTER_PATH_LEN])
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(digest->bytes, DEP_HASH_LEN, hex);
    (void)snprintf(out, DEP_CHARTER_PATH_LEN, "charter/%s%s", hex,
                   file == DEP_CHARTER_TEXT ? ".json" : ".adoptions");
}

int dep_charter_read(struct dep_slice text, struct dep_charter **out, struct dep_problem *problem)
{
    struct dep_jtd_error where = {"", ""};
    int err = dep_charter_parse(text, out, &where, &problem->finding);
    if (err < 0)
        return dep_problem_fault(problem, err, "charter.read", "");
    if (!err)
        return DEP_OK;
    problem->where = where;
    return dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                             where.instance_path);
}

/* DEP_FOUND where there is no such file. */
static int file_load(int dir_fd, const struct dep_hash *digest, enum dep_charter_file file,
                     size_t cap, struct dep_buf *out, struct dep_problem *problem)
{
    char path[DEP_CHARTER_PATH_LEN];
    dep_charter_path(digest, file, path);
    int err = dep_file_read(dir_fd, path, cap, out, &problem->fault);
    if (err == DEP_ERR_IO && problem->fault.sys == ENOENT)
        return dep_problem_found(problem, "charter.text.absent", CLAUSE, path);
    return err;
}

int dep_charter_text_load(int dir_fd, const struct dep_hash *digest, struct dep_buf *out,
                          struct dep_problem *problem)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    int err = file_load(dir_fd, digest, DEP_CHARTER_TEXT, DEP_CHARTER_LEN_MAX, &text, problem);
    if (err)
        return err;
    struct dep_hash found;
    dep_sha256(dep_buf_slice(&text), &found);
    if (!dep_hash_equal(&found, digest)) {
        char path[DEP_CHARTER_PATH_LEN];
        dep_charter_path(digest, DEP_CHARTER_TEXT, path);
        return dep_problem_found(problem, "charter.text.altered", CLAUSE, path);
    }
    dep_buf_add_slice(out, dep_buf_slice(&text));
    return dep_buf_err(out) ? dep_problem_fault(problem, dep_buf_err(out), "charter.read", "")
                            : DEP_OK;
}

int dep_charter_load(int dir_fd, const struct dep_hash *digest, struct dep_charter **out,
                     struct dep_problem *problem)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    int err = dep_charter_text_load(dir_fd, digest, &text, problem);
    if (err)
        return err;
    return dep_charter_read(dep_buf_slice(&text), out, problem);
}

int dep_charter_text_save(int dir_fd, const struct dep_hash *digest, struct dep_slice text,
                          struct dep_fault *fault)
{
    char path[DEP_CHARTER_PATH_LEN];
    dep_charter_path(digest, DEP_CHARTER_TEXT, path);
    return dep_file_replace(dir_fd, path, text, 0600, fault);
}

/* ---- adoptions ---- */

void dep_adoptions_init(struct dep_adoptions *adoptions)
{
    adoptions->count = 0;
    dep_buf_init(&adoptions->text, DEP_ADOPTIONS_LEN_MAX);
}

void dep_adoptions_done(struct dep_adoptions *adoptions)
{
    dep_buf_done(&adoptions->text);
    adoptions->count = 0;
}

/* In its place, by digest; what stands there already is the same. */
static bool adoption_insert(struct dep_adoptions *adoptions, struct dep_slice jwt)
{
    struct dep_hash digest;
    dep_sha256(jwt, &digest);
    size_t at = adoptions->count;
    while (at > 0 && memcmp(adoptions->digests[at - 1].bytes, digest.bytes, DEP_HASH_LEN) > 0)
        at--;
    if (at > 0 && dep_hash_equal(&adoptions->digests[at - 1], &digest))
        return true;
    if (adoptions->count == DEP_CHARTER_MEMBERS_MAX)
        return false;
    size_t after = adoptions->count - at;
    memmove(&adoptions->digests[at + 1], &adoptions->digests[at],
            after * sizeof *adoptions->digests);
    memmove(&adoptions->list[at + 1], &adoptions->list[at], after * sizeof *adoptions->list);
    adoptions->digests[at] = digest;
    adoptions->list[at].jwt = jwt;
    adoptions->count++;
    return true;
}

int dep_adoptions_sort(struct dep_adoptions *adoptions)
{
    adoptions->count = 0;
    if (dep_buf_err(&adoptions->text))
        return dep_buf_err(&adoptions->text);
    struct dep_slice rest = dep_buf_slice(&adoptions->text);
    while (rest.len) {
        struct dep_slice line = dep_slice_next(&rest, '\n');
        if (line.len && !adoption_insert(adoptions, line))
            return DEP_ERR_CAP;
    }
    return DEP_OK;
}

int dep_adoptions_load(int dir_fd, const struct dep_hash *digest, struct dep_adoptions *out,
                       struct dep_problem *problem)
{
    int err = file_load(dir_fd, digest, DEP_CHARTER_ADOPTIONS, DEP_ADOPTIONS_LEN_MAX, &out->text,
                        problem);
    if (err == DEP_FOUND)
        return DEP_OK;
    if (!err && dep_adoptions_sort(out))
        err = dep_problem_fault(problem, DEP_ERR_CAP, "charter.read", "");
    return err;
}

int dep_adoptions_save(int dir_fd, const struct dep_hash *digest,
                       const struct dep_adoptions *adoptions, struct dep_fault *fault)
{
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, DEP_ADOPTIONS_LEN_MAX);
    for (size_t i = 0; i < adoptions->count; i++) {
        dep_buf_add_slice(&lines, adoptions->list[i].jwt);
        dep_buf_add_byte(&lines, '\n');
    }
    if (dep_buf_err(&lines))
        return dep_fault_set(fault, dep_buf_err(&lines), 0, "charter.write", "%s", "");
    char path[DEP_CHARTER_PATH_LEN];
    dep_charter_path(digest, DEP_CHARTER_ADOPTIONS, path);
    return dep_file_replace(dir_fd, path, dep_buf_slice(&lines), 0600, fault);
}

bool dep_adoptions_have(const struct dep_adoptions *adoptions, const char *member)
{
    for (size_t i = 0; i < adoptions->count; i++) {
        DEP_AUTO_RECORD record = {.jti = NULL};
        struct dep_finding why;
        if (dep_record_parse(adoptions->list[i].jwt, &record, &why) == DEP_OK &&
            strcmp(record.iss, member) == 0)
            return true;
    }
    return false;
}

json_t *dep_adoptions_claim(const struct dep_adoptions *adoptions)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < adoptions->count; i++) {
        char hex[2 * DEP_HASH_LEN + 1];
        dep_hex_encode(adoptions->digests[i].bytes, DEP_HASH_LEN, hex);
        if (json_array_append_new(array, json_string(hex))) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

json_t *dep_charter_claims(const struct dep_charter *charter)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, hex);
    return json_pack("{s:s,s:I}", "charter_sha256", hex, "number",
                     (json_int_t)dep_charter_number(charter));
}

/* ---- a line of charters ---- */

void dep_charter_line_done(struct dep_charter_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        dep_charter_free(line->charters[i]);
        if (line->adoptions[i])
            dep_adoptions_done(line->adoptions[i]);
        free(line->adoptions[i]);
    }
    free(line->charters);
    free(line->adoptions);
    free(line->links);
    *line = (struct dep_charter_line){0};
}

/* The newest tells how many there are. */
static int line_make(struct dep_charter_line *line, struct dep_charter *newest,
                     struct dep_problem *problem)
{
    size_t count = (size_t)dep_charter_number(newest);
    if (count > DEP_CHARTER_FILES_MAX) {
        dep_charter_free(newest);
        return dep_problem_fault(problem, DEP_ERR_CAP, "charter.read", "");
    }
    line->charters = dep_alloc_array(count, sizeof(struct dep_charter *));
    line->adoptions = dep_alloc_array(count, sizeof(struct dep_adoptions *));
    line->links = dep_alloc_array(count, sizeof *line->links);
    if (!line->charters || !line->adoptions || !line->links) {
        dep_charter_free(newest);
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.read", "");
    }
    line->count = count;
    line->charters[count - 1] = newest;
    return DEP_OK;
}

static int line_adoptions(struct dep_charter_line *line, int dir_fd, size_t at,
                          struct dep_problem *problem)
{
    struct dep_adoptions *adoptions = dep_alloc(sizeof *adoptions);
    if (!adoptions)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.read", "");
    dep_adoptions_init(adoptions);
    line->adoptions[at] = adoptions;
    int err =
        dep_adoptions_load(dir_fd, dep_charter_digest(line->charters[at]), adoptions, problem);
    line->links[at] =
        (struct dep_charter_link){line->charters[at], adoptions->list, adoptions->count};
    return err;
}

static int line_fill(struct dep_charter_line *line, int dir_fd, struct dep_problem *problem)
{
    for (size_t at = line->count; at-- > 0;) {
        const struct dep_charter *charter = line->charters[at];
        if (dep_charter_number(charter) != (int64_t)at + 1)
            return dep_problem_found(problem, "charter.number", "charter.md 3", "");
        int err = line_adoptions(line, dir_fd, at, problem);
        if (!err && at > 0)
            err = dep_charter_load(dir_fd, dep_charter_previous(charter), &line->charters[at - 1],
                                   problem);
        if (err)
            return err;
    }
    return DEP_OK;
}

int dep_charter_line_load(int dir_fd, const struct dep_hash *newest, struct dep_charter_line *out,
                          struct dep_problem *problem)
{
    struct dep_charter_line line = {.count = 0};
    struct dep_charter *charter = NULL;
    int err = dep_charter_load(dir_fd, newest, &charter, problem);
    if (!err)
        err = line_make(&line, charter, problem);
    if (!err)
        err = line_fill(&line, dir_fd, problem);
    if (err) {
        dep_charter_line_done(&line);
        return err;
    }
    *out = line;
    return DEP_OK;
}

/* ---- whose log it is ---- */

int dep_charter_fits(const struct dep_charter *charter, const struct dep_register_info *info,
                     int64_t now_s, struct dep_finding *why)
{
    static const char clause[] = "charter.md 3";
    int place = dep_charter_member_find(charter, info->member);
    const struct dep_charter_member *member =
        place < 0 ? NULL : dep_charter_member_at(charter, (size_t)place);
    if (!member || !dep_interval_has(&member->membership, now_s))
        return dep_found(why, "charter.member", clause, 0);
    char kid[DEP_KID_LEN + 1];
    dep_kid(&member->root, kid);
    if (!member->keeps_register || strcmp(kid, info->root_kid) != 0)
        return dep_found(why, "charter.root", clause, 0);
    if (strcmp(member->origin, info->origin) != 0)
        return dep_found(why, "charter.origin", clause, 0);
    if (now_s < dep_charter_from_s(charter))
        return dep_found(why, "charter.early", clause, 0);
    return DEP_OK;
}
