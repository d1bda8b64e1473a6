/*
 * When records were there at the latest, and whether a log is the one that was shown before:
 * cosignatures, tokens, and earlier checkpoints of the same origin (step 4); which of it is relied
 * upon is seen when the content is known (steps 6 and 7).
 */
#include "package/before.h"
#include "package/verify_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char EARLIER[] = "package.md 5.4", TIME[] = "package.md 5.5";
enum { PATH_LEN = 160, MOMENTS_MAX = 65536 };

static int wrong(struct dep_verify *verify, const char *id, enum dep_result result, size_t file,
                 const char *field)
{
    bool beside = strcmp(id, "cosigner.unknown") == 0;
    return dep_step_find(verify, &(struct dep_verify_found){.id = id,
                                                            .clause = TIME,
                                                            .result = result,
                                                            .aside = beside,
                                                            .path = verify_path(verify, file),
                                                            .field = field});
}

static int add_moment(struct verify_times *times, uint64_t size, int64_t time_s)
{
    int err = verify_room((void **)&times->moments, times->moment_count, &times->moment_room,
                          sizeof *times->moments, MOMENTS_MAX);
    if (!err)
        times->moments[times->moment_count++] = (struct dep_log_moment){size, time_s};
    return err;
}

/* ---- cosignatures ---- */

static int tell_line(struct dep_verify *verify, const struct dep_cosigned_line *line, size_t file)
{
    char name[DEP_KEY_NAME_LEN_MAX + 1];
    (void)snprintf(name, sizeof name, "%.*s", (int)line->name.len, (const char *)line->name.data);
    if (line->by == DEP_BY_NOBODY)
        return wrong(verify, "cosigner.signature", DEP_ALTERED, file, name);
    if (line->by == DEP_BY_UNKNOWN)
        return wrong(verify, "cosigner.unknown", DEP_UNPROVED, file, name);
    return DEP_OK;
}

static int keep_line(struct verify_times *times, const struct dep_cosigned_line *line,
                     uint64_t size)
{
    size_t at = 0;
    if (line->by != DEP_BY_COSIGNER)
        return DEP_OK;
    while (at < times->cosigned_count &&
           !dep_slice_equal_string(line->name, times->cosigned[at].name))
        at++;
    if (at < times->cosigned_count && size < times->cosigned[at].size)
        return DEP_OK;
    int err = verify_room((void **)&times->cosigned, at, &times->cosigned_room,
                          sizeof *times->cosigned, MOMENTS_MAX);
    if (err)
        return err;
    struct verify_cosigned *kept = &times->cosigned[at];
    *kept = (struct verify_cosigned){.size = size, .time_s = line->time_s};
    (void)snprintf(kept->name, sizeof kept->name, "%.*s", (int)line->name.len,
                   (const char *)line->name.data);
    times->cosigned_count += at == times->cosigned_count;
    return DEP_OK;
}

/* Of a checkpoint of `size`, in `file`. */
static int take_cosigned(struct dep_verify *verify, size_t log, const struct dep_note *note,
                         uint64_t size, size_t file)
{
    struct verify_times *times = &verify->times[log];
    struct dep_vkey vkey;
    struct dep_cosigned *cosigned = dep_alloc(sizeof *cosigned);
    int err = cosigned
                  ? dep_vkey_make(verify->logs[log].origin, &verify->logs[log].key, &vkey, NULL)
                  : DEP_ERR_NOMEM;
    if (!err)
        err = dep_cosigned_judge(dep_step_charter(verify), verify->logs[log].member, note, &vkey,
                                 cosigned);
    for (size_t i = 0; !err && i < cosigned->line_count; i++) {
        err = tell_line(verify, &cosigned->lines[i], file);
        if (!err)
            err = keep_line(times, &cosigned->lines[i], size);
    }
    if (!err && cosigned->quorum && size > times->cosigned_size)
        times->cosigned_size = size;
    if (!err && cosigned->timed)
        err = add_moment(times, size, cosigned->time_s);
    free(cosigned);
    return err;
}

/* ---- tokens: which there are ---- */

static int add_token(struct dep_verify *verify, size_t log, size_t file, uint64_t size,
                     const struct dep_hash *digest)
{
    int err = verify_room((void **)&verify->tokens, verify->token_count, &verify->token_room,
                          sizeof *verify->tokens, DEP_VERIFY_TOKENS_MAX);
    if (err == DEP_ERR_CAP)
        return wrong(verify, "package.limit", DEP_ALTERED, file, NULL);
    if (!err && verify_file_good(verify, file))
        verify->tokens[verify->token_count++] =
            (struct verify_token){.file = file, .log = log, .size = size, .digest = *digest};
    return err;
}

/* Those below `folder`, of that kind. */
static int add_tokens(struct dep_verify *verify, size_t log, const char *folder, uint64_t size,
                      const struct dep_hash *digest)
{
    size_t first, count;
    int err = DEP_OK;
    dep_step_files(verify, folder, &first, &count);
    for (size_t i = first; !err && i < first + count; i++) {
        verify->files[i].used = true;
        err = add_token(verify, log, i, size, digest);
    }
    return err;
}

/* ---- earlier checkpoints ---- */

struct earlier {
    struct dep_buf note_text, proof_text;
    struct dep_note note;
    struct dep_checkpoint checkpoint;
    struct dep_cosign_proof proof;
    bool has_proof;
};

static int read_proof(struct dep_verify *verify, size_t log, uint64_t size, struct earlier *earlier,
                      struct dep_finding *why)
{
    char path[PATH_LEN];
    (void)snprintf(path, sizeof path, "%s/before/%llu.proof", verify->logs[log].folder,
                   (unsigned long long)size);
    size_t file = verify_file_find(verify, dep_slice_string(path));
    if (file == SIZE_MAX)
        return DEP_OK;
    verify->files[file].used = true;
    int err = verify_load(verify, file, DEP_COSIGN_LEN_MAX, &earlier->proof_text);
    if (!err)
        err = dep_cosign_proof_parse(dep_buf_slice(&earlier->proof_text), &earlier->proof, why);
    earlier->has_proof = !err;
    return err;
}

/* Signed by this log's key, of the size its name says. */
static int read_note(struct dep_verify *verify, size_t log, size_t file, struct earlier *earlier,
                     struct dep_finding *why)
{
    struct dep_vkey vkey;
    const struct dep_shown_log *shown = &verify->logs[log];
    int err = verify_load(verify, file, DEP_NOTE_LEN_MAX, &earlier->note_text);
    if (!err)
        err = dep_note_parse(dep_buf_slice(&earlier->note_text), &earlier->note, why);
    if (!err)
        err = dep_vkey_make(shown->origin, &shown->key, &vkey, why);
    if (!err)
        err = dep_checkpoint_open(dep_buf_slice(&earlier->note_text), &vkey, &earlier->checkpoint,
                                  why);
    if (!err && earlier->checkpoint.size != verify->files[file].place.number)
        err = dep_found(why, "before.size", EARLIER, 0);
    return err;
}

static bool unproved(const char *id)
{
    return strcmp(id, "log.older") == 0 || strcmp(id, "log.proof") == 0;
}

static int tell(struct dep_verify *verify, const struct dep_finding *why, struct dep_slice path,
                bool aside)
{
    return dep_step_find(
        verify, &(struct dep_verify_found){.id = why->id,
                                           .clause = why->clause,
                                           .result = unproved(why->id) ? DEP_UNPROVED : DEP_ALTERED,
                                           .aside = aside,
                                           .path = path});
}

static struct dep_checkpoint in_hand(const struct dep_shown_log *log)
{
    return (struct dep_checkpoint){.origin = log->origin, .size = log->size, .root = log->root};
}

/* DEP_FOUND: what is wrong with it is in `why`. */
static int judge_earlier(struct dep_verify *verify, size_t log, size_t file,
                         struct earlier *earlier, struct dep_finding *why)
{
    struct dep_checkpoint newer = in_hand(&verify->logs[log]);
    int err = read_note(verify, log, file, earlier, why);
    if (!err)
        err = read_proof(verify, log, earlier->checkpoint.size, earlier, why);
    if (!err)
        err = dep_before_judge(&earlier->checkpoint, &newer,
                               earlier->has_proof ? &earlier->proof : NULL, why);
    return err;
}

static int keep_earlier(struct dep_verify *verify, size_t log, size_t file,
                        const struct earlier *earlier)
{
    struct verify_times *times = &verify->times[log];
    const struct dep_checkpoint *checkpoint = &earlier->checkpoint;
    struct dep_hash digest;
    char folder[PATH_LEN];
    int err = verify_room((void **)&times->earlier, times->earlier_count, &times->earlier_room,
                          sizeof *times->earlier, MOMENTS_MAX);
    if (err)
        return err == DEP_ERR_CAP ? wrong(verify, "package.limit", DEP_ALTERED, file, NULL) : err;
    times->earlier[times->earlier_count++] =
        (struct verify_earlier){checkpoint->size, checkpoint->root};
    dep_sha256(earlier->note.text, &digest);
    (void)snprintf(folder, sizeof folder, "%s/before/%llu.tokens/", verify->logs[log].folder,
                   (unsigned long long)checkpoint->size);
    err = take_cosigned(verify, log, &earlier->note, checkpoint->size, file);
    return err ? err : add_tokens(verify, log, folder, checkpoint->size, &digest);
}

static int take_earlier(struct dep_verify *verify, size_t log, size_t file)
{
    /* "before.altered": its bytes aren't those listed, which was found. */
    struct dep_finding why = {NULL, EARLIER, 0};
    struct earlier *earlier = dep_alloc(sizeof *earlier);
    if (!earlier)
        return DEP_ERR_NOMEM;
    dep_buf_init(&earlier->note_text, DEP_NOTE_LEN_MAX);
    dep_buf_init(&earlier->proof_text, DEP_COSIGN_LEN_MAX);
    verify->files[file].used = true;
    int err = judge_earlier(verify, log, file, earlier, &why);
    if (err == DEP_FOUND)
        err = why.id ? tell(verify, &why, verify_path(verify, file), false) : DEP_OK;
    else if (!err)
        err = keep_earlier(verify, log, file, earlier);
    dep_buf_done(&earlier->note_text);
    dep_buf_done(&earlier->proof_text);
    free(earlier);
    return err;
}

/* All of before/; what no checkpoint there goes with has no place. */
static int take_all_earlier(struct dep_verify *verify, size_t log)
{
    char folder[PATH_LEN];
    size_t first, count;
    int err = DEP_OK;
    (void)snprintf(folder, sizeof folder, "%s/before/", verify->logs[log].folder);
    dep_step_files(verify, folder, &first, &count);
    for (size_t i = first; !err && i < first + count; i++)
        if (verify->files[i].place.kind == DEP_PLACE_BEFORE)
            err = take_earlier(verify, log, i);
    for (size_t i = first; !err && i < first + count; i++)
        if (!verify->files[i].used && verify_file_good(verify, i) &&
            verify->files[i].place.kind != DEP_PLACE_UNKNOWN)
            err = wrong(verify, "before.file", DEP_ALTERED, i, NULL);
    return err;
}

/* ---- what the receiver has seen ---- */

static bool has_earlier(const struct dep_verify *verify, size_t log, uint64_t size,
                        const struct dep_hash *root)
{
    const struct verify_times *times = &verify->times[log];
    if (verify->logs[log].size == size && dep_hash_equal(&verify->logs[log].root, root))
        return true;
    for (size_t i = 0; i < times->earlier_count; i++)
        if (times->earlier[i].size == size && dep_hash_equal(&times->earlier[i].root, root))
            return true;
    return false;
}

/* One that the log's key signed for that size, with another root: a fork. */
static bool forks(const struct dep_verify *verify, size_t log, uint64_t size,
                  const struct dep_hash *root)
{
    const struct verify_times *times = &verify->times[log];
    if (verify->logs[log].size == size)
        return !dep_hash_equal(&verify->logs[log].root, root);
    for (size_t i = 0; i < times->earlier_count; i++)
        if (times->earlier[i].size == size && !dep_hash_equal(&times->earlier[i].root, root))
            return true;
    return false;
}

/* Its own member goes on from what it showed. What others passed on of it, it can't know; nor they
 * what it showed: there a fork alone counts. */
static int check_known(struct dep_verify *verify, size_t log)
{
    struct dep_shown_log *shown = &verify->logs[log];
    const bool senders = dep_slice_equal(shown->origin, verify->logs[0].origin);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->with.known_count; i++) {
        const struct dep_known_checkpoint *known = &verify->with.known[i];
        struct dep_finding why = {"log.proof", EARLIER, 0};
        if (!dep_slice_equal(known->origin, shown->origin) || known->size == 0 ||
            has_earlier(verify, log, known->size, &known->root))
            continue;
        if (forks(verify, log, known->size, &known->root))
            why.id = "log.fork";
        else if (known->size > shown->size)
            why.id = "log.older";
        bool aside = unproved(why.id) &&
                     (!senders || (known->passed_on && strcmp(why.id, "log.proof") == 0));
        err = tell(verify, &why, dep_slice_string(shown->folder), aside);
    }
    return err;
}

int verify_log_times(struct dep_verify *verify, size_t log, const struct dep_note *note)
{
    struct dep_shown_log *shown = &verify->logs[log];
    char path[PATH_LEN];
    (void)snprintf(path, sizeof path, "%s/checkpoint", shown->folder);
    int err = take_cosigned(verify, log, note, shown->size,
                            verify_file_find(verify, dep_slice_string(path)));
    (void)snprintf(path, sizeof path, "%s/tokens/", shown->folder);
    if (!err)
        err = add_tokens(verify, log, path, shown->size, &shown->text_sha256);
    if (!err)
        err = take_all_earlier(verify, log);
    return err ? err : check_known(verify, log);
}

/* Is `a` before `b`, of one log? */
static bool comes_before(const struct dep_verify *verify, size_t a, size_t b)
{
    const struct dep_shown_log *older = &verify->logs[a], *newer = &verify->logs[b];
    return a != b && older->proved && newer->proved &&
           dep_slice_equal(older->origin, newer->origin) &&
           (older->size < newer->size || (older->size == newer->size && a < b));
}

/* Of one origin each folder continues the one before it, and so all of them. */
int verify_folders_agree(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t at = 0; !err && at < verify->log_count; at++) {
        size_t before = SIZE_MAX;
        for (size_t i = 0; i < verify->log_count; i++)
            if (comes_before(verify, i, at) &&
                (before == SIZE_MAX || comes_before(verify, before, i)))
                before = i;
        if (before == SIZE_MAX)
            continue;
        const struct dep_shown_log *older = &verify->logs[before], *newer = &verify->logs[at];
        struct dep_finding why = {"log.proof", EARLIER, 0};
        if (has_earlier(verify, at, older->size, &older->root))
            continue;
        if (forks(verify, at, older->size, &older->root))
            why.id = "log.fork";
        err = tell(verify, &why, dep_slice_string(newer->folder), false);
    }
    return err;
}

/* What the sender says that the recipient was shown is proved here to be of the same logs. */
int verify_seen(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->seen_count; i++) {
        const struct dep_content_seen *seen = &verify->seen[i];
        bool proved = false;
        for (size_t log = 0; !proved && log < verify->log_count; log++)
            proved = verify->logs[log].proved &&
                     dep_slice_equal_string(verify->logs[log].origin, seen->origin) &&
                     has_earlier(verify, log, seen->size, &seen->root);
        if (!proved)
            err = verify_find(verify, "package.seen", EARLIER, DEP_ALTERED,
                              dep_slice_string("data/content.jsonl"), 0, seen->origin);
    }
    return err;
}

/* ---- step 7 ---- */

int verify_tokens(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->token_count; i++) {
        const struct verify_token *token = &verify->tokens[i];
        if (!token->told)
            err = wrong(verify, "token.unchecked", DEP_UNPROVED, token->file, NULL);
        else if (!token->is.id)
            err = add_moment(&verify->times[token->log], token->size, token->is.time_s);
    }
    return err;
}

/* Of the records that were sent, all are below a checkpoint that as many members cosigned as the
 * charter wants. What signs that they were sent came after it, and signs for itself. */
int verify_quorum(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t log = 0; !err && log < verify->log_count; log++) {
        const struct dep_shown_log *shown = &verify->logs[log];
        bool covered = true;
        for (size_t i = 0; covered && i < shown->record_count; i++) {
            const struct dep_shown_record *record = &verify->records[shown->first_record + i];
            covered = !record->listed || dep_step_cosigned(verify, log, record->index);
        }
        if (!covered)
            err = verify_find(verify, "checkpoint.quorum", TIME, DEP_UNPROVED,
                              dep_slice_string(shown->folder), 0, NULL);
    }
    return err;
}

bool dep_step_time(const struct dep_verify *verify, size_t log, uint64_t index, int64_t *out_time_s)
{
    const struct verify_times *times = &verify->times[log];
    return dep_moments_earliest(times->moments, times->moment_count, index, out_time_s);
}

bool dep_step_cosigned(const struct dep_verify *verify, size_t log, uint64_t index)
{
    return dep_charter_quorum(dep_step_charter(verify)) == 0 ||
           index < verify->times[log].cosigned_size;
}
