/*
 * Where a verdict was judged: by which charter, and at which place of which log.
 */
#include "log/tile.h"
#include "package/verdict_impl.h"

#include <stdio.h>
#include <string.h>

/* ---- the charter ---- */

struct entered {
    uint64_t index;
    struct dep_hash charter;
};

/* The newest entry of a charter in the sender's log below `size`; of `wanted` alone where that
 * isn't NULL. DEP_FOUND: none is shown. */
static int find_entry(struct judging *judging, uint64_t size, const struct dep_hash *wanted,
                      struct entered *out)
{
    struct dep_verify *verify = judging->verify;
    bool found = false;
    for (size_t i = 0; i < dep_step_record_count(verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(verify, i);
        if (!shown_is(record, "charter.entered") || record->index >= size ||
            !shown_own(judging, record) || (found && record->index < out->index))
            continue;
        DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
        struct dep_hash charter;
        int err = dep_step_open(verify, record, &opened);
        if (err)
            return err;
        const char *hex = dep_json_string(opened.presentation.claims, "charter_sha256");
        if (!hex || !dep_hex_parse(dep_slice_string(hex), charter.bytes, DEP_HASH_LEN) ||
            (wanted && !dep_hash_equal(&charter, wanted)))
            continue;
        found = true;
        *out = (struct entered){record->index, charter};
    }
    return found ? DEP_OK : DEP_FOUND;
}

/* A later charter that may have been in force by then must be shown to have come in later: else its
 * entry was perhaps left out. */
static int check_later(struct judging *judging)
{
    struct dep_verify *verify = judging->verify;
    const struct dep_written *written = &judging->written;
    for (size_t i = 0; i < dep_step_charter_count(verify); i++) {
        const struct dep_charter *later = dep_step_charter_at(verify, i);
        struct entered entered;
        if (dep_charter_number(later) <= dep_charter_number(judging->charter) ||
            dep_charter_from_s(later) > written->now_s + written->uncertainty_s)
            continue;
        int err = find_entry(judging, UINT64_MAX, dep_charter_digest(later), &entered);
        if (err == DEP_FOUND)
            return judging_find(judging, "verdict.charter.entry", DEP_UNPROVED, "charter");
        if (err)
            return err;
    }
    return DEP_OK;
}

int judging_charter(struct judging *judging)
{
    const struct dep_written *written = &judging->written;
    struct entered entered;
    const struct dep_charter *charter = dep_step_charter_find(judging->verify, &written->charter);
    if (!charter)
        return judging_find(judging, "verdict.charter", DEP_ALTERED, "charter");
    judging->charter = charter;
    int err = find_entry(judging, written->size, NULL, &entered);
    if (err == DEP_FOUND)
        return judging_find(judging, "verdict.charter.entry", DEP_UNPROVED, "charter");
    if (err)
        return err;
    if (!dep_hash_equal(&entered.charter, &written->charter))
        return judging_find(judging, "verdict.charter", DEP_ALTERED, "charter");
    return check_later(judging);
}

/* ---- the log ---- */

static int read_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    struct judging *judging = context;
    char name[DEP_TILE_PATH_MAX], path[DEP_TILE_PATH_MAX + sizeof judging->log->folder + 1];
    size_t len = (size_t)tile->width * DEP_HASH_LEN;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_TILE_LEN);
    dep_tile_path(tile, name);
    (void)snprintf(path, sizeof path, "%s/%s",
                   dep_step_log_at(judging->verify, judging->release->log)->folder, name);
    int err = dep_step_load(judging->verify, dep_slice_string(path), DEP_TILE_LEN, &text);
    if (!err && text.len != len)
        err = DEP_FOUND;
    if (!err)
        memcpy(out, text.data, len);
    return err;
}

/* What stands left of the release in each tile that holds it gives the root it was judged at. */
int judging_log(struct judging *judging)
{
    const struct dep_written *written = &judging->written;
    const struct dep_shown_log *log = dep_step_log_at(judging->verify, judging->release->log);
    struct dep_tile_source source = {.read = read_tile, .context = judging, .size = log->size};
    struct dep_hash root;
    int err = written->size == judging->release->index &&
                      dep_slice_equal_string(log->origin, written->origin)
                  ? dep_merkle_root_at(written->size, dep_tile_source_read, &source, &root)
                  : DEP_FOUND;
    if (!err && !dep_hash_equal(&root, &written->root))
        err = DEP_FOUND;
    return err == DEP_FOUND ? judging_find(judging, "verdict.log", DEP_ALTERED, "root") : err;
}
