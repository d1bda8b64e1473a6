#include "node/charter_audit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOTED_MAX = 65536 };

/* One charter.entered or charter.adopted, as the log has it. */
struct noted {
    bool entered;
    char jti[DEP_UUID_LEN + 1];
    struct dep_hash digest;
    int64_t number, iat;
    json_t *adoptions; /* owned; of one that was entered */
};

struct dep_charter_audit {
    struct noted *list;
    size_t count, room;
};

int dep_charter_audit_new(struct dep_charter_audit **out)
{
    struct dep_charter_audit *audit = dep_alloc(sizeof *audit);
    if (!audit)
        return DEP_ERR_NOMEM;
    *out = audit;
    return DEP_OK;
}

void dep_charter_audit_free(struct dep_charter_audit *audit)
{
    for (size_t i = 0; audit && i < audit->count; i++)
        json_decref(audit->list[i].adoptions);
    if (audit)
        free(audit->list);
    free(audit);
}

int dep_charter_audit_note(struct dep_charter_audit *audit, const struct dep_record *record,
                           const json_t *claims)
{
    struct noted noted = {.entered = strcmp(record->type, "charter.entered") == 0,
                          .iat = record->iat};
    const char *hex = dep_json_string(claims, "charter_sha256");
    /* Before version 2 an adoption named no number, and nothing was entered. */
    if ((!noted.entered && strcmp(record->type, "charter.adopted") != 0) ||
        !dep_json_int(claims, "number", &noted.number) || !hex ||
        !dep_hex_parse(dep_slice_string(hex), noted.digest.bytes, DEP_HASH_LEN))
        return DEP_OK;
    (void)snprintf(noted.jti, sizeof noted.jti, "%s", record->jti);
    if (audit->count == audit->room) {
        size_t room = audit->room ? audit->room * 2 : 16;
        struct noted *list =
            room > NOTED_MAX ? NULL : dep_realloc_array(audit->list, room, sizeof *list);
        if (!list)
            return DEP_ERR_NOMEM;
        audit->list = list;
        audit->room = room;
    }
    noted.adoptions = json_incref(json_object_get(claims, "adoptions"));
    audit->list[audit->count++] = noted;
    return DEP_OK;
}

struct judging {
    const struct dep_charter_audit *audit;
    const struct dep_register_info *info;
    const struct dep_schemas *schemas;
    int dir_fd;
    dep_charter_report_fn *report;
    void *context;
    struct dep_problem *problem;
    const struct noted *noted;    /* the one that is judged */
    struct dep_charter_line line; /* its own, and that of the one in force before it */
    struct dep_charter_line before;
    struct dep_hash *known; /* digests that may have files, and whether adoptions too */
    bool *with_adoptions;
    size_t known_count, known_room;
};

static void altered(struct judging *judging, const char *id)
{
    judging->report(judging->context, id, "altered", judging->noted->jti);
}

static int know(struct judging *judging, const struct dep_hash *digest, bool with_adoptions)
{
    if (judging->known_count == judging->known_room) {
        size_t room = judging->known_room ? judging->known_room * 2 : 32;
        struct dep_hash *known = dep_realloc_array(judging->known, room, sizeof *known);
        if (known)
            judging->known = known;
        bool *with = dep_realloc_array(judging->with_adoptions, room, sizeof *with);
        if (with)
            judging->with_adoptions = with;
        if (!known || !with)
            return dep_problem_fault(judging->problem, DEP_ERR_NOMEM, "verify.memory", "");
        judging->known_room = room;
    }
    judging->known[judging->known_count] = *digest;
    judging->with_adoptions[judging->known_count++] = with_adoptions;
    return DEP_OK;
}

/* The record lists what stands in the file, in its order. */
static int adoptions_judge(struct judging *judging)
{
    const struct dep_adoptions *adoptions = judging->line.adoptions[judging->line.count - 1];
    DEP_AUTO_JSON *found = dep_adoptions_claim(adoptions);
    if (!found)
        return dep_problem_fault(judging->problem, DEP_ERR_NOMEM, "verify.memory", "");
    if (!json_equal(found, judging->noted->adoptions))
        altered(judging, "verify.charter.adoptions");
    return DEP_OK;
}

/* Of those before it only what is here is judged: `previous` vouches for them. */
static int line_judge(struct judging *judging)
{
    const struct dep_charter_line *line = &judging->line;
    int err = DEP_OK;
    for (size_t i = 0; i < line->count && err >= 0; i++) {
        struct dep_finding why;
        const struct dep_charter_link *link = &line->links[i];
        if ((err = know(judging, dep_charter_digest(link->charter), true)))
            return err;
        if (i + 1 < line->count && link->adoption_count == 0)
            continue;
        err =
            dep_charter_succeeds(judging->schemas, i ? line->links[i - 1].charter : NULL,
                                 link->charter, link->adoptions, link->adoption_count, NULL, &why);
        if (err > 0)
            altered(judging, why.id);
    }
    return err < 0 ? dep_problem_fault(judging->problem, err, "verify.memory", "") : DEP_OK;
}

/* What held when it was entered: doc/format/charter.md section 3. */
static void entry_judge(struct judging *judging)
{
    const struct dep_charter_line *line = &judging->line, *before = &judging->before;
    const struct dep_charter *charter = line->charters[line->count - 1];
    const struct dep_charter *in_force = before->count ? before->charters[before->count - 1] : NULL;
    const struct dep_hash *previous = dep_charter_previous(charter);
    struct dep_finding why;
    if (dep_charter_number(charter) != judging->noted->number)
        altered(judging, "charter.number");
    if (dep_charter_fits(charter, judging->info, judging->noted->iat, &why))
        altered(judging, why.id);
    if (!in_force)
        return;
    if (dep_charter_from_s(charter) < dep_charter_from_s(in_force))
        altered(judging, "charter.interval");
    bool follows = previous && dep_hash_equal(previous, dep_charter_digest(in_force));
    if (!follows && !dep_adoptions_have(line->adoptions[line->count - 1], judging->info->member))
        altered(judging, "charter.own_adoption");
}

static int entered_judge(struct judging *judging)
{
    const struct noted *noted = judging->noted;
    for (const struct noted *other = judging->audit->list; other < noted; other++)
        if (other->entered && dep_hash_equal(&other->digest, &noted->digest))
            altered(judging, "charter.entered_already");
    dep_charter_line_done(&judging->before);
    judging->before = judging->line;
    judging->line = (struct dep_charter_line){0};
    int err =
        dep_charter_line_load(judging->dir_fd, &noted->digest, &judging->line, judging->problem);
    if (err == DEP_FOUND) {
        judging->report(judging->context, judging->problem->finding.id, "altered",
                        judging->problem->detail);
        return know(judging, &noted->digest, true);
    }
    err = err ? err : adoptions_judge(judging);
    if (err)
        return err;
    entry_judge(judging);
    return line_judge(judging);
}

/* What was signed is kept, in force or not. */
static int adopted_judge(struct judging *judging)
{
    struct dep_charter *charter = NULL;
    int err =
        dep_charter_load(judging->dir_fd, &judging->noted->digest, &charter, judging->problem);
    dep_charter_free(charter);
    if (err == DEP_FOUND)
        judging->report(judging->context, judging->problem->finding.id, "altered",
                        judging->problem->detail);
    return err < 0 ? err : know(judging, &judging->noted->digest, false);
}

static bool file_known(const struct judging *judging, const char *name)
{
    for (size_t i = 0; i < judging->known_count; i++) {
        char path[DEP_CHARTER_PATH_LEN];
        for (int file = DEP_CHARTER_TEXT; file <= DEP_CHARTER_ADOPTIONS; file++) {
            dep_charter_path(&judging->known[i], (enum dep_charter_file)file, path);
            if (strcmp(strchr(path, '/') + 1, name) == 0 &&
                (file == DEP_CHARTER_TEXT || judging->with_adoptions[i]))
                return true;
        }
    }
    return false;
}

static int folder_judge(struct judging *judging)
{
    int fd = openat(judging->dir_fd, "charter", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return dep_problem_fault(judging->problem, DEP_ERR_IO, "verify.charter", "charter");
    for (struct dirent *file; (file = readdir(folder));)
        if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0 &&
            !file_known(judging, file->d_name))
            judging->report(judging->context, "verify.charter.stray", "unproved", file->d_name);
    (void)closedir(folder);
    return DEP_OK;
}

int dep_charter_audit_judge(const struct dep_charter_audit *audit, struct dep_register *reg,
                            const struct dep_schemas *schemas, dep_charter_report_fn *report,
                            void *context, struct dep_problem *problem)
{
    struct judging judging = {.audit = audit,
                              .info = dep_register_info(reg),
                              .schemas = schemas,
                              .dir_fd = dep_register_dir_fd(reg),
                              .report = report,
                              .context = context,
                              .problem = problem};
    bool any = false;
    int err = DEP_OK;
    for (size_t i = 0; i < audit->count && !err; i++) {
        judging.noted = &audit->list[i];
        any = any || judging.noted->entered;
        err = judging.noted->entered ? entered_judge(&judging) : adopted_judge(&judging);
    }
    if (!err && !any)
        report(context, "charter.absent", "unproved", "charter");
    if (!err)
        err = folder_judge(&judging);
    dep_charter_line_done(&judging.line);
    dep_charter_line_done(&judging.before);
    free(judging.known);
    free(judging.with_adoptions);
    return err;
}
