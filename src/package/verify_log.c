/*
 * Step 4: each log folder. The tiles give the checkpoint's root, the records are at their places in
 * it, and the first of them lead from the member's root key, which the charter has, to the key by
 * which the checkpoint is signed: only then is any of it said to be the member's.
 */
#include "package/verify_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5";
enum { PATH_LEN = 160 };

struct reading {
    struct dep_verify *verify;
    struct dep_shown_log *log;
    struct dep_note note;
    struct dep_slice path; /* of the checkpoint */
};

/* dep_tile_read_fn. A tile whose bytes aren't those listed is as good as absent. */
static int read_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    struct reading *reading = context;
    struct dep_verify *verify = reading->verify;
    char name[DEP_TILE_PATH_MAX], path[PATH_LEN];
    dep_tile_path(tile, name);
    (void)snprintf(path, sizeof path, "%s/%s", reading->log->folder, name);
    size_t file = verify_file_find(verify, dep_slice_string(path));
    const size_t len = (size_t)tile->width * DEP_HASH_LEN;
    if (file == SIZE_MAX || dep_bag_file_at(verify->bag, file)->size != len)
        return DEP_FOUND;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_TILE_LEN);
    int err = verify_load(verify, file, DEP_TILE_LEN, &text);
    if (err)
        return err;
    memcpy(out, text.data, len);
    verify->files[file].used = true;
    return DEP_OK;
}

static int found_here(struct reading *reading, const struct dep_finding *why)
{
    return verify_find_why(reading->verify, why, reading->path, 0, NULL);
}

/* The member of the newest charter that has a log of this origin. */
static const struct dep_charter_member *owner_of(const struct dep_verify *verify,
                                                 struct dep_slice origin)
{
    for (size_t i = verify->charter_count; i-- > 0;) {
        const struct dep_charter *charter = verify->charters[i];
        for (size_t at = 0; at < dep_charter_member_count(charter); at++) {
            const struct dep_charter_member *member = dep_charter_member_at(charter, at);
            if (member->origin && dep_slice_equal_string(origin, member->origin))
                return member;
        }
    }
    return NULL;
}

/* DEP_FOUND: nothing can be said of this log, and why was. */
static int open_checkpoint(struct reading *reading)
{
    struct dep_verify *verify = reading->verify;
    struct dep_shown_log *log = reading->log;
    struct dep_checkpoint checkpoint;
    struct dep_finding why = {"log.checkpoint", CLAUSE, 0};
    size_t file = verify_file_find(verify, reading->path);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    int err = file == SIZE_MAX ? DEP_FOUND : verify_load(verify, file, DEP_NOTE_LEN_MAX, &text);
    if (!err) {
        log->note = verify_keep_slice(verify, dep_buf_slice(&text), &err);
        if (!err)
            err = dep_note_parse(log->note, &reading->note, &why);
    }
    if (!err)
        err = dep_checkpoint_parse(reading->note.text, &checkpoint, &why);
    if (err) {
        int said = err == DEP_FOUND ? found_here(reading, &why) : err;
        return said ? said : DEP_FOUND;
    }
    log->origin = checkpoint.origin;
    log->size = checkpoint.size;
    log->root = checkpoint.root;
    dep_sha256(reading->note.text, &log->text_sha256);
    return DEP_OK;
}

/* Record 0 is the enrolment of the member's root key, by itself (keyset.first); and that key is the
 * one in the charter. */
static int check_root(struct reading *reading, const struct dep_charter_member *owner,
                      bool *out_good)
{
    const struct dep_shown_log *log = reading->log;
    const struct dep_key_state *root =
        dep_keyset_count(log->keys) ? dep_keyset_at(log->keys, 0) : NULL;
    const char *id = "log.keys";
    if (root && memcmp(root->key.bytes, owner->root.bytes, sizeof root->key.bytes) != 0)
        id = "log.root_key";
    else if (root && strcmp(dep_keyset_member(log->keys), owner->id) != 0)
        id = "log.member";
    else if (root)
        id = NULL;
    *out_good = !id;
    return id ? verify_find(reading->verify, id, "package.md 5", DEP_ALTERED, reading->path, 0,
                            NULL)
              : DEP_OK;
}

/* The checkpoint is signed by a key that this very log enrolled for it, and didn't revoke. */
static int check_signature(struct reading *reading)
{
    const struct dep_shown_log *log = reading->log;
    struct dep_finding why = {"log.key", CLAUSE, 0};
    for (size_t i = dep_keyset_count(log->keys); i-- > 0;) {
        const struct dep_key_state *state = dep_keyset_at(log->keys, i);
        struct dep_vkey vkey;
        if (state->use != DEP_KEY_LOG || state->revoked)
            continue;
        int err = dep_vkey_make(log->origin, &state->key, &vkey, &why);
        if (!err)
            err = dep_note_verify(&reading->note, &vkey, &why);
        if (err == DEP_OK) {
            reading->log->proved = true;
            reading->log->key = state->key;
            return DEP_OK;
        }
        if (err < 0)
            return err;
        if (strcmp(why.id, "note.signature.absent") != 0)
            break;
    }
    return found_here(reading, &why);
}

static int check_unneeded(struct dep_verify *verify, const struct dep_shown_log *log)
{
    char prefix[PATH_LEN];
    size_t first, count;
    int err = DEP_OK;
    (void)snprintf(prefix, sizeof prefix, "%s/tile/", log->folder);
    dep_step_files(verify, prefix, &first, &count);
    for (size_t i = first; !err && i < first + count; i++)
        if (verify->files[i].place.kind == DEP_PLACE_TILE && !verify->files[i].used &&
            verify_file_good(verify, i))
            err = verify_find(verify, "subset.tile.unneeded", "package.md 5.2", DEP_ALTERED,
                              verify_path(verify, i), 0, NULL);
    return err;
}

static int read_log(struct reading *reading)
{
    struct dep_verify *verify = reading->verify;
    struct dep_shown_log *log = reading->log;
    struct dep_finding why;
    char path[PATH_LEN];
    int err = open_checkpoint(reading);
    if (err)
        return err;
    const struct dep_charter_member *owner = owner_of(verify, log->origin);
    if (!owner) {
        why = (struct dep_finding){"log.origin", CLAUSE, 0};
        err = found_here(reading, &why);
        return err ? err : DEP_FOUND;
    }
    log->member = dep_charter_member_find(dep_step_charter(verify), owner->id);
    log->member_id = owner->id;
    struct dep_subset *subset = NULL;
    err = dep_subset_new(log->size, &log->root, read_tile, reading, &subset, &why);
    if (err == DEP_FOUND && !(err = found_here(reading, &why)))
        err = DEP_FOUND;
    if (err)
        return err;
    (void)snprintf(path, sizeof path, "%s/records.jsonl", log->folder);
    size_t file = verify_file_find(verify, dep_slice_string(path));
    if (file != SIZE_MAX)
        err = verify_records(verify, (size_t)(log - verify->logs), file, subset);
    dep_subset_free(subset);
    bool good = false;
    if (!err)
        err = check_root(reading, owner, &good);
    if (!err)
        err = good ? check_signature(reading) : dep_step_missed(verify, "logs");
    if (!err && log->proved)
        err = verify_log_times(verify, (size_t)(log - verify->logs), &reading->note);
    return err ? err : check_unneeded(verify, log);
}

/* Folders 000, 001 ... without a gap: how many; the first that breaks the row is found. */
static int count_folders(struct dep_verify *verify, size_t *out_count)
{
    size_t first, count, folders = 0;
    bool gap = false;
    int err = DEP_OK;
    dep_step_files(verify, "data/logs/", &first, &count);
    for (size_t i = first; !err && i < first + count; i++) {
        const struct dep_package_place *place = &verify->files[i].place;
        if (place->kind == DEP_PLACE_UNKNOWN || place->folder < folders)
            continue;
        if (place->folder == folders) {
            folders++;
            continue;
        }
        if (!gap)
            err = verify_find(verify, "log.folder", CLAUSE, DEP_ALTERED, verify_path(verify, i), 0,
                              NULL);
        gap = true;
    }
    *out_count = folders;
    return err;
}

static int compare_logs(const struct dep_shown_log *a, const struct dep_shown_log *b)
{
    int order = bag_slices_compare(a->origin, b->origin);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* Behind the sender's first one by origin and size: nothing is told by their order, or twice. */
static int check_order(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 1; !err && i < verify->log_count; i++) {
        const struct dep_shown_log *log = &verify->logs[i];
        if (compare_logs(&verify->logs[0], log) == 0 ||
            (i > 1 && compare_logs(&verify->logs[i - 1], log) >= 0))
            err = verify_find(verify, "log.order", CLAUSE, DEP_ALTERED,
                              dep_slice_string(log->folder), 0, NULL);
    }
    return err;
}

int verify_logs(struct dep_verify *verify)
{
    size_t count;
    int err = count_folders(verify, &count);
    if (err)
        return err;
    if (count == 0)
        return verify_find(verify, "log.folder", CLAUSE, DEP_ALTERED,
                           dep_slice_string("data/logs/000/checkpoint"), 0, NULL);
    verify->logs = dep_alloc_array(count, sizeof *verify->logs);
    verify->times = dep_alloc_array(count, sizeof *verify->times);
    if (!verify->logs || !verify->times)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < count; i++) {
        struct dep_shown_log *log = &verify->logs[i];
        char path[PATH_LEN];
        (void)snprintf(log->folder, sizeof log->folder, "data/logs/%03u",
                       (unsigned)i % DEP_PACKAGE_LOGS_MAX);
        (void)snprintf(path, sizeof path, "%s/checkpoint", log->folder);
        log->member = -1;
        log->first_record = verify->record_count;
        err = dep_keyset_new(&log->keys);
        if (err)
            break;
        verify->log_count++;
        struct reading reading = {.verify = verify, .log = log, .path = dep_slice_string(path)};
        err = read_log(&reading);
        if (err == DEP_FOUND)
            err = dep_step_missed(verify, "logs");
        if (!log->proved)
            verify_records_drop(verify, log);
        log->record_count = verify->record_count - log->first_record;
    }
    if (!err)
        err = check_order(verify);
    if (!err)
        err = verify_standing(verify);
    if (!err)
        err = verify_folders_agree(verify);
    return err ? err : verify_records_sort(verify);
}

size_t dep_step_log_count(const struct dep_verify *verify)
{
    return verify->log_count;
}

struct dep_shown_log *dep_step_log_at(struct dep_verify *verify, size_t index)
{
    assert(index < verify->log_count);
    return &verify->logs[index];
}
