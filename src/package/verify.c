/*
 * The verifier's frame: files in, the bag of them, findings, and the order of the steps.
 */
#include "package/info.h"
#include "package/verdict.h"
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static const char NAMES[] = "package.md 1.1", BAG[] = "package.md 1", INFO[] = "package.md 1.2",
                  STEPS[] = "package.md 10";
static const struct dep_slice NOWHERE = {NULL, 0};

const char *dep_result_name(enum dep_result result)
{
    static const char *const names[] = {"intact",   "altered",  "not_shown",
                                        "withheld", "unproved", "disputed"};
    assert(result < DEP_COUNT(names));
    return names[result];
}

/* ---- life ---- */

int dep_verify_new(const struct dep_verify_with *with, struct dep_verify **out)
{
    struct dep_verify *verify = dep_alloc(sizeof *verify);
    if (!verify)
        return DEP_ERR_NOMEM;
    verify->with = *with;
    verify->kind = DEP_PACKAGE_KINDS;
    if (with->pin) {
        memcpy(verify->pin, with->pin, sizeof verify->pin);
        verify->with.pin = verify->pin;
    }
    verify->arena = dep_arena_new(VERIFY_ARENA_MAX);
    int err = verify->arena ? dep_bag_new(&verify->bag) : DEP_ERR_NOMEM;
    if (err) {
        dep_verify_free(verify);
        return err;
    }
    *out = verify;
    return DEP_OK;
}

void dep_verify_free(struct dep_verify *verify)
{
    if (!verify)
        return;
    for (size_t i = 0; i < verify->charter_read; i++)
        dep_charter_free(verify->charters[i]);
    for (size_t i = 0; i < verify->log_count; i++) {
        dep_keyset_free(verify->logs[i].keys);
        free(verify->times[i].moments);
        free(verify->times[i].earlier);
        free(verify->times[i].cosigned);
    }
    free(verify->logs);
    free(verify->times);
    free(verify->found);
    free(verify->files);
    free(verify->records);
    free(verify->record_keys);
    free(verify->by_sha);
    free(verify->links);
    free(verify->items);
    free(verify->linked);
    free(verify->seen);
    free(verify->tokens);
    json_decref(verify->verdict);
    dep_bag_free(verify->bag);
    dep_arena_free(verify->arena);
    free(verify);
}

const char *verify_keep(struct dep_verify *verify, const char *text)
{
    return dep_arena_string(verify->arena, dep_slice_string(text));
}

struct dep_slice verify_keep_slice(struct dep_verify *verify, struct dep_slice text, int *err)
{
    const char *copy = text.len ? dep_arena_string(verify->arena, text) : "";
    if (!copy)
        *err = DEP_ERR_NOMEM;
    return dep_slice_of(copy, copy ? text.len : 0);
}

int verify_room(void **array, size_t count, size_t *room, size_t size, size_t cap)
{
    enum { FIRST = 64 };
    if (count < *room)
        return DEP_OK;
    if (count >= cap)
        return DEP_ERR_CAP;
    size_t more = *room ? *room * 2 : FIRST;
    void *moved = dep_realloc_array(*array, more, size);
    if (!moved)
        return DEP_ERR_NOMEM;
    *array = moved;
    *room = more;
    return DEP_OK;
}

/* ---- findings ---- */

int dep_step_find(struct dep_verify *verify, const struct dep_verify_found *found)
{
    verify->altered |= found->result == DEP_ALTERED && !found->aside;
    verify->unproved |= found->result == DEP_UNPROVED && !found->aside;
    if (verify->found_count == DEP_VERIFY_FOUND_MAX) {
        verify->left_off++;
        return DEP_OK;
    }
    int err = verify_room((void **)&verify->found, verify->found_count, &verify->found_room,
                          sizeof *verify->found, DEP_VERIFY_FOUND_MAX);
    if (err)
        return err;
    struct dep_verify_found copy = *found;
    copy.path = verify_keep_slice(verify, found->path, &err);
    if (found->field && !(copy.field = verify_keep(verify, found->field)))
        err = DEP_ERR_NOMEM;
    if (found->record) {
        struct dep_hash *record = dep_arena_alloc(verify->arena, sizeof *record);
        if (record)
            *record = *found->record;
        else
            err = DEP_ERR_NOMEM;
        copy.record = record;
    }
    if (!err)
        verify->found[verify->found_count++] = copy;
    return err;
}

int verify_find(struct dep_verify *verify, const char *id, const char *clause,
                enum dep_result result, struct dep_slice path, uint64_t line, const char *field)
{
    return dep_step_find(verify, &(struct dep_verify_found){.id = id,
                                                            .clause = clause,
                                                            .result = result,
                                                            .path = path,
                                                            .line = line,
                                                            .field = field});
}

int verify_find_why(struct dep_verify *verify, const struct dep_finding *why, struct dep_slice path,
                    uint64_t line, const char *field)
{
    return verify_find(verify, why->id, why->clause, DEP_ALTERED, path, line, field);
}

int dep_step_find_record(struct dep_verify *verify, const char *id, const char *clause,
                         enum dep_result result, const struct dep_shown_record *record,
                         const char *field)
{
    return dep_step_find(verify, &(struct dep_verify_found){.id = id,
                                                            .clause = clause,
                                                            .result = result,
                                                            .record = &record->sha256,
                                                            .field = field});
}

int dep_step_missed(struct dep_verify *verify, const char *step)
{
    return verify_find(verify, "package.step", STEPS, DEP_UNPROVED, NOWHERE, 0, step);
}

int dep_verify_note(struct dep_verify *verify, const struct dep_verify_found *found)
{
    return dep_step_find(verify, found);
}

/* By the line of the list that says so. A file that is gone is named itself, and the list with
 * it. */
static int copy_one_found(struct dep_verify *verify, const struct dep_bag_found *found)
{
    char list[64];
    bool unread = strcmp(found->id, "bag.unchecked") == 0;
    enum dep_result result = unread ? DEP_UNPROVED : DEP_ALTERED;
    if (strcmp(found->id, "bag.missing") != 0)
        return verify_find(verify, found->id, found->clause, result,
                           found->in.len ? found->in : found->path, found->line, NULL);
    (void)snprintf(list, sizeof list, "%.*s", (int)found->in.len, (const char *)found->in.data);
    return verify_find(verify, found->id, found->clause, result, found->path, 0, list);
}

/* What the bag found since it was asked last. A warning leaves a bag valid, but not a package. */
static int copy_bag_found(struct dep_verify *verify)
{
    int err = DEP_OK;
    size_t count = dep_bag_found_count(verify->bag);
    for (; !err && verify->bag_copied < count; verify->bag_copied++)
        err = copy_one_found(verify, dep_bag_found_at(verify->bag, verify->bag_copied));
    return err;
}

/* ---- steps 1 and 2 ---- */

int dep_verify_add(struct dep_verify *verify, struct dep_slice path, uint64_t size)
{
    assert(!verify->begun);
    int err = DEP_OK;
    if (!dep_package_name_valid(path))
        err = verify_find(verify, "package.name", NAMES, DEP_ALTERED, path, 0, NULL);
    /* The bag would not hold it; that it is there was said. */
    if (err || path.len > DEP_BAG_PATH_MAX)
        return err;
    err = dep_bag_add(verify->bag, path, size);
    if (err != DEP_ERR_CAP || verify->stopped)
        return err == DEP_ERR_CAP ? DEP_OK : err;
    verify->stopped = true;
    return verify_find(verify, "package.files", NAMES, DEP_ALTERED, path, 0, NULL);
}

int dep_verify_add_other(struct dep_verify *verify, struct dep_slice path)
{
    return verify_find(verify, "package.name", NAMES, DEP_ALTERED, path, 0, NULL);
}

struct texts {
    struct dep_verify *verify;
    struct dep_buf text;
};

static int give_text(void *context, const struct dep_bag_file *file, struct dep_slice *out)
{
    struct texts *texts = context;
    const struct dep_package_files *files = &texts->verify->with.files;
    dep_buf_clear(&texts->text);
    uint8_t *data = dep_buf_grow(&texts->text, (size_t)file->size);
    if (!data && file->size)
        return dep_buf_err(&texts->text);
    int err =
        file->size ? files->read(files->context, file->path, 0, data, (size_t)file->size) : DEP_OK;
    *out = dep_buf_slice(&texts->text);
    return err == DEP_FOUND ? DEP_ERR_CHANGED : err;
}

/* Tag files that nobody would write so large: nothing of the bag is read then. */
static int check_sizes(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->bag->count; i++) {
        const struct dep_bag_file *file = &verify->bag->entries[i].file;
        bool tag = dep_slice_find(file->path, '/') == file->path.len;
        bool info = dep_slice_equal_string(file->path, "bag-info.txt");
        if (!tag || file->size <= (info ? DEP_PACKAGE_INFO_LEN_MAX : DEP_BAG_TEXT_MAX))
            continue;
        verify->stopped = true;
        err = verify_find(verify, "package.size", NAMES, DEP_ALTERED, file->path, 0, NULL);
    }
    return err;
}

/* Nothing further is read of another version of the format. */
static int check_version(struct dep_verify *verify)
{
    struct dep_slice version = NOWHERE, kind;
    if (dep_package_info_get(verify->bag, "Depositary-Package", &version) &&
        dep_slice_equal_string(version, "1")) {
        (void)dep_package_info_get(verify->bag, "External-Identifier", &verify->info_id);
        if (dep_package_info_get(verify->bag, "Depositary-Kind", &kind))
            verify->kind = dep_package_kind_parse(kind);
        return DEP_OK;
    }
    verify->stopped = true;
    return verify_find(verify, "package.version", INFO, DEP_ALTERED,
                       dep_slice_string("bag-info.txt"), 0, NULL);
}

/* What a step of its kind will look at; a file that none does would be in the package unseen. */
static bool has_place(enum dep_package_kind kind, enum dep_place_kind place)
{
    switch (place) {
    case DEP_PLACE_UNKNOWN: return false;
    case DEP_PLACE_COSIGN_REQUEST: return verify_headless(kind);
    case DEP_PLACE_COSIGN_ANSWER:
    case DEP_PLACE_COSIGN_REFUSAL: return kind == DEP_PACKAGE_COSIGNED;
    case DEP_PLACE_IN_FORCE: return !verify_headless(kind);
    default: return true;
    }
}

static int check_places(struct dep_verify *verify)
{
    int err = DEP_OK;
    verify->files = dep_alloc_array(verify->bag->count + 1, sizeof *verify->files);
    if (!verify->files)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < verify->bag->count; i++) {
        struct dep_slice path = verify_path(verify, i);
        struct verify_file *file = &verify->files[i];
        file->named = dep_package_name_valid(path);
        file->place.kind = DEP_PLACE_UNKNOWN;
        if (!file->named)
            continue;
        dep_package_place(path, &file->place);
        if (!has_place(verify->kind, file->place.kind))
            err = verify_find(verify, "package.file", BAG, DEP_ALTERED, path, 0, NULL);
    }
    unsigned both = DEP_BAG_SHA256 | DEP_BAG_SHA512;
    if (!err && (verify->bag->payload_algorithms != both || verify->bag->tag_algorithms != both))
        err = verify_find(verify, "package.manifest", BAG, DEP_ALTERED, NOWHERE, 0, NULL);
    return err;
}

static int read_bag(struct dep_verify *verify)
{
    struct texts texts = {.verify = verify};
    dep_buf_init(&texts.text, DEP_BAG_TEXT_MAX);
    int err = dep_bag_read(verify->bag, give_text, &texts);
    dep_buf_done(&texts.text);
    return err;
}

int dep_verify_begin(struct dep_verify *verify)
{
    assert(!verify->begun);
    verify->begun = true;
    int err = verify->stopped ? DEP_OK : check_sizes(verify);
    if (err || verify->stopped)
        return err;
    if ((err = read_bag(verify)) || (err = copy_bag_found(verify)))
        return err;
    verify->stopped = !dep_bag_was_read(verify->bag);
    if (!verify->stopped)
        err = check_version(verify);
    return err || verify->stopped ? err : check_places(verify);
}

size_t dep_verify_file_count(const struct dep_verify *verify)
{
    assert(verify->begun);
    return verify->stopped ? 0 : verify->bag->count;
}

/* By the name alone: content.jsonl isn't read yet. */
static enum dep_payload_part payload_part(struct dep_slice path)
{
    static const char *const ends[] = {"/container.tar.age", "/parts.tar.age"};
    uint64_t piece;
    if (!dep_slice_starts(path, "data/items/"))
        return DEP_PAYLOAD_NONE;
    if (path.len > 4 && path.data[path.len - 4] == '.' && path.data[path.len - 1] <= '9') {
        struct dep_slice digits = dep_slice_sub(path, path.len - 3, 3);
        while (digits.len > 1 && digits.data[0] == '0')
            digits = dep_slice_sub(digits, 1, digits.len - 1);
        if (!dep_u64_parse(digits, DEP_CONTENT_PIECES_MAX, &piece))
            return DEP_PAYLOAD_NONE;
        if (piece)
            return DEP_PAYLOAD_CONTINUES;
        path.len -= 4;
    }
    for (size_t i = 0; i < DEP_COUNT(ends); i++) {
        size_t len = strlen(ends[i]);
        if (path.len > len && memcmp(path.data + path.len - len, ends[i], len) == 0)
            return DEP_PAYLOAD_STARTS;
    }
    return DEP_PAYLOAD_NONE;
}

void dep_verify_wanted(const struct dep_verify *verify, size_t index, struct dep_verify_wanted *out)
{
    assert(index < dep_verify_file_count(verify));
    const struct dep_bag_file *file = dep_bag_file_at(verify->bag, index);
    *out = (struct dep_verify_wanted){.path = file->path,
                                      .size = file->size,
                                      .algorithms = dep_bag_listed(verify->bag, index),
                                      .payload = payload_part(file->path)};
}

int dep_verify_digest(struct dep_verify *verify, size_t index, unsigned algorithm,
                      const uint8_t *digest)
{
    struct verify_file *file = &verify->files[index];
    const uint8_t *expected = verify->bag->entries[index].expected[bag_algorithm_bit(algorithm)];
    file->given |= (uint8_t)algorithm;
    if (algorithm == DEP_BAG_SHA256)
        memcpy(file->sha256.bytes, digest, DEP_HASH_LEN);
    file->wrong |= expected && memcmp(expected, digest, dep_bag_algorithm_len(algorithm)) != 0;
    return dep_bag_check(verify->bag, index, algorithm, digest);
}

int dep_verify_payload(struct dep_verify *verify, size_t index, const struct dep_hash *sha256)
{
    assert(index < dep_verify_file_count(verify));
    verify->files[index].has_payload = true;
    verify->files[index].payload_sha256 = *sha256;
    return DEP_OK;
}

/* ---- files ---- */

struct dep_slice verify_path(const struct dep_verify *verify, size_t file)
{
    return verify->bag->entries[file].file.path;
}

size_t verify_file_find(const struct dep_verify *verify, struct dep_slice path)
{
    const struct bag_entry *entry = bag_entry_find(verify->bag, path);
    return entry ? (size_t)(entry - verify->bag->entries) : SIZE_MAX;
}

bool verify_file_good(const struct dep_verify *verify, size_t file)
{
    unsigned listed = dep_bag_listed(verify->bag, file);
    const struct verify_file *state = &verify->files[file];
    return state->named && !state->wrong && (listed & DEP_BAG_SHA256) &&
           (listed & ~(unsigned)state->given) == 0;
}

void dep_step_files(const struct dep_verify *verify, const char *prefix, size_t *out_first,
                    size_t *out_count)
{
    size_t first = bag_entry_place(verify->bag, dep_slice_string(prefix)), end = first;
    while (end < verify->bag->count && dep_slice_starts(verify_path(verify, end), prefix))
        end++;
    *out_first = first;
    *out_count = end - first;
}

/* ---- the order of the steps ---- */

/* Every step that now can't be taken, from the first on. */
static int missed_from(struct dep_verify *verify, size_t first)
{
    static const char *const steps[] = {"charter", "logs", "head", "content"};
    int err = DEP_OK;
    for (size_t i = first; !err && i < DEP_COUNT(steps); i++)
        err = dep_step_missed(verify, steps[i]);
    return err;
}

/* Of a kind that has none, nothing but what such a package consists of. */
static int read_content(struct dep_verify *verify)
{
    int err = verify->head ? verify_content(verify) : DEP_OK;
    if (!err && verify->has_content)
        err = verify_items(verify);
    if (!err && verify->has_content)
        err = verify_linked(verify);
    if (!err && verify->has_content)
        err = verify_notice(verify);
    if (!err && (verify->has_content || !verify_kind_has_content(verify->kind)))
        err = verify_files(verify);
    return err ? err : verify_seen(verify);
}

int dep_verify_read(struct dep_verify *verify)
{
    enum { CHARTER, LOGS, HEAD, CONTENT };
    assert(verify->begun);
    if (verify->stopped)
        return missed_from(verify, CHARTER);
    int err = dep_bag_finish(verify->bag);
    if (!err)
        err = copy_bag_found(verify);
    if (!err)
        err = verify_charters(verify);
    if (err || verify->charter_count == 0)
        return err ? err : missed_from(verify, LOGS);
    err = verify_logs(verify);
    /* The sender's own: of what isn't shown to be its word nothing further is made. */
    if (err || verify->log_count == 0 || !verify->logs[0].proved)
        return err ? err : missed_from(verify, HEAD);
    err = verify_head(verify);
    if (!err && !verify->head && !verify_headless(verify->kind))
        return missed_from(verify, CONTENT);
    return err ? err : read_content(verify);
}

int dep_verify_finish(struct dep_verify *verify)
{
    int err = verify_tokens(verify);
    if (!err && verify->has_content)
        err = verify_quorum(verify);
    if (!err && verify->head)
        err = dep_step_judge(verify, &verify->verdict);
    else if (!err && !verify_headless(verify->kind))
        err = dep_step_missed(verify, "verdict");
    verify->finished = !err;
    return err;
}

/* ---- what came out ---- */

size_t dep_verify_found_count(const struct dep_verify *verify)
{
    return verify->found_count;
}

const struct dep_verify_found *dep_verify_found_at(const struct dep_verify *verify, size_t index)
{
    assert(index < verify->found_count);
    return &verify->found[index];
}

uint64_t dep_verify_left_off(const struct dep_verify *verify)
{
    return verify->left_off;
}

enum dep_result dep_verify_result(const struct dep_verify *verify)
{
    if (verify->altered)
        return DEP_ALTERED;
    return verify->unproved || !verify->finished || !verify->with.pin ? DEP_UNPROVED : DEP_INTACT;
}
