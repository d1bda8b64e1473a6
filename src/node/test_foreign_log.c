/*
 * What goes along of another member's log, out of a package in memory: exactly what the record
 * takes, or nothing.
 */
#include "base/test_slow.h"
#include "node/foreign_log.h"
#include "package/test_support.h"

static const struct dep_schemas *schemas;
static struct test_world *world; /* with fr's consent in logs/001 */

/* ---- a package that lies in memory ---- */

enum { FILES_MAX = TEST_FILES_MAX + 16 };
struct dep_foreign_bag {
    struct file {
        const char *path; /* below data/ */
        struct dep_slice bytes;
    } files[FILES_MAX];
    size_t count;
};

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static void add(struct dep_foreign_bag *bag, const char *path, struct dep_slice bytes)
{
    assert_true(bag->count < FILES_MAX);
    bag->files[bag->count++] = (struct file){path, bytes};
    qsort(bag->files, bag->count, sizeof *bag->files, by_path);
}

static struct file *file_of(struct dep_foreign_bag *bag, const char *path)
{
    struct file key = {.path = path};
    return bsearch(&key, bag->files, bag->count, sizeof key, by_path);
}

const char *dep_foreign_bag_next(const struct dep_foreign_bag *bag, const char *prefix, size_t from,
                                 size_t *out_at)
{
    for (size_t at = from; at < bag->count; at++) {
        if (strncmp(bag->files[at].path, prefix, strlen(prefix)) != 0)
            continue;
        *out_at = at;
        return bag->files[at].path;
    }
    return NULL;
}

int dep_foreign_bag_read(struct dep_foreign_bag *bag, const char *path, size_t cap,
                         struct dep_buf *out, struct dep_problem *problem)
{
    const struct file *file = file_of(bag, path);
    (void)problem;
    if (!file || file->bytes.len > cap)
        return DEP_FOUND;
    dep_buf_add_slice(out, file->bytes);
    return dep_buf_err(out);
}

/* Another checkpoint: as this one, but signed by the log alone. */
static struct dep_slice signed_alone(struct dep_slice note)
{
    size_t at = 0;
    for (size_t lines = 0; lines < 5; at++)
        lines += note.data[at] == '\n';
    return dep_slice_sub(note, 0, at);
}

static void make_bag(struct dep_foreign_bag *bag)
{
    *bag = (struct dep_foreign_bag){.count = 0};
    for (size_t i = 0; i < world->file_count; i++)
        if (strncmp(world->files[i].path, "data/logs/", strlen("data/logs/")) == 0)
            add(bag, world->files[i].path + strlen("data/"), dep_buf_slice(&world->files[i].data));
    struct dep_slice note = file_of(bag, "logs/001/checkpoint")->bytes;
    add(bag, "logs/001/before/3.checkpoint", note);
    add(bag, "logs/001/before/3.proof", DEP_SLICE_LITERAL("old 3\n"));
    add(bag, "logs/001/before/4.checkpoint", signed_alone(note));
    add(bag, "logs/001/before/5.checkpoint", signed_alone(note));
    add(bag, "logs/001/before/5.tokens/a.tsr", DEP_SLICE_LITERAL("token"));
    add(bag, "logs/001/tokens/b.tsr", DEP_SLICE_LITERAL("token"));
}

/* ---- what is wanted ---- */

static struct dep_foreign_want want_of(void)
{
    const struct test_log *log = &world->logs[1];
    return (struct dep_foreign_want){.record = log->records[world->foreign_consent].issued.sha256,
                                     .status = log->records[world->foreign_status].issued.sha256};
}

static void lose_file(struct dep_foreign_bag *bag, const char *path)
{
    struct file *file = file_of(bag, path);
    assert_non_null(file);
    *file = bag->files[--bag->count];
    qsort(bag->files, bag->count, sizeof *bag->files, by_path);
}

static void nothing(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)bag, (void)want;
}
static void status_named(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)bag;
    want->has_status = true;
}
static void status_elsewhere(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    status_named(bag, want);
    want->status.bytes[0] ^= 1;
}
static void other_record(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)bag;
    want->record.bytes[0] ^= 1;
}
static void no_checkpoint(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)want;
    lose_file(bag, "logs/001/checkpoint");
}
static void no_records(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)want;
    lose_file(bag, "logs/001/records.jsonl");
}
static void no_tile(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    size_t at;
    (void)want;
    lose_file(bag, dep_foreign_bag_next(bag, "logs/001/tile/", 0, &at));
}
static void no_note(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)want;
    file_of(bag, "logs/001/checkpoint")->bytes.len--;
}
static void cut_line(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)want;
    file_of(bag, "logs/001/records.jsonl")->bytes.len -= 2;
}
static void no_size(struct dep_foreign_bag *bag, struct dep_foreign_want *want)
{
    (void)want;
    add(bag, "logs/001/before/x.proof", DEP_SLICE_LITERAL("old 3\n"));
}

/* ---- rows ---- */

static size_t listed(const struct dep_foreign_log *log)
{
    size_t count = 0;
    for (size_t i = 0; i < log->line_count; i++)
        count += log->lines[i].listed;
    return count;
}

static void test_take(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*edit)(struct dep_foreign_bag *bag, struct dep_foreign_want *want);
        int err;
        size_t left; /* records of the log that don't go */
    } rows[] = {
        {"good", nothing, DEP_OK, 0},
        {"its status named", status_named, DEP_OK, 0},
        {"a status that came another way", status_elsewhere, DEP_OK, 1},
        {"another record", other_record, DEP_FOUND, 0},
        {"no checkpoint", no_checkpoint, DEP_FOUND, 0},
        {"a checkpoint that is none", no_note, DEP_FOUND, 0},
        {"no records", no_records, DEP_FOUND, 0},
        {"a line that is cut", cut_line, DEP_FOUND, 0},
        {"no tile", no_tile, DEP_FOUND, 0},
        {"an earlier checkpoint without a size", no_size, DEP_FOUND, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_foreign_bag bag;
        struct dep_problem problem = {.detail = ""};
        struct dep_foreign_want want = want_of();
        DEP_AUTO_FOREIGN_LOG log = {.size = 77};
        make_bag(&bag);
        rows[i].edit(&bag, &want);
        int err = dep_foreign_log_take(schemas, &bag, &want, 1, &log, &problem);
        size_t count = err ? 0 : world->logs[1].count - rows[i].left;
        if (err != rows[i].err || log.line_count != count || listed(&log) != (err ? 0 : 1) ||
            (err && log.size != 77))
            fail_msg("%s: %d, %zu lines", rows[i].name, err, log.line_count);
    }
}

static const struct dep_foreign_file *taken(const struct dep_foreign_log *log, const char *path)
{
    for (size_t i = 0; i < log->file_count; i++)
        if (strcmp(log->files[i].path, path) == 0)
            return &log->files[i];
    fail_msg("%s isn't there", path);
    return NULL;
}

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool before, timed;
        uint64_t size;
    } rows[] = {{"checkpoint", false, false, 0},         {"tokens/b.tsr", false, false, 0},
                {"before/3.checkpoint", true, true, 3},  {"before/3.proof", true, true, 3},
                {"before/4.checkpoint", true, false, 4}, {"before/5.checkpoint", true, true, 5},
                {"before/5.tokens/a.tsr", true, true, 5}};
    struct dep_foreign_bag bag;
    struct dep_problem problem = {.detail = ""};
    const struct dep_foreign_want want = want_of();
    DEP_AUTO_FOREIGN_LOG log = {.origin = NULL};
    DEP_AUTO_FOREIGN_LOG again = {.origin = NULL};
    make_bag(&bag);
    assert_int_equal(dep_foreign_log_take(schemas, &bag, &want, 1, &log, &problem), DEP_OK);
    assert_string_equal(log.origin, world->logs[1].origin);
    assert_int_equal(log.size, world->logs[1].count);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        const struct dep_foreign_file *file = taken(&log, rows[i].path);
        if (file->before != rows[i].before || file->timed != rows[i].timed ||
            file->size != rows[i].size)
            fail_msg("%s", rows[i].path);
    }
    /* Another record of the same log: what is there already isn't there twice. */
    const size_t lines = log.line_count, files = log.file_count;
    assert_int_equal(dep_foreign_log_take(schemas, &bag, &want, 1, &again, &problem), DEP_OK);
    assert_int_equal(dep_foreign_log_merge(&log, &again), DEP_OK);
    assert_int_equal(log.line_count, lines);
    assert_int_equal(log.file_count, files);
    assert_int_equal(again.line_count, 0);
}

/* Every allocation fails in turn. */
static void test_memory(void **state)
{
    (void)state;
    struct dep_foreign_bag bag;
    const struct dep_foreign_want want = want_of();
    int err = DEP_ERR_NOMEM;
    make_bag(&bag);
    for (long at = 0; err; at += test_step(7)) {
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_FOREIGN_LOG log = {.size = 77};
        dep_alloc_fail_at(at);
        err = dep_foreign_log_take(schemas, &bag, &want, 1, &log, &problem);
        dep_alloc_fail_at(-1);
        if (err && (err != DEP_ERR_NOMEM || log.size != 77))
            fail_msg("allocation %ld: %d", at, err);
    }
}

static void foreign(struct test_world *made)
{
    made->foreign = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_take), cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_memory)};
    const struct test_edit edit = {TEST_CHARTER, foreign};
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    world = test_world_new(schemas, &edit);
    int failed = cmocka_run_group_tests_name("foreign_log", tests, NULL, NULL);
    test_world_free(world);
    return failed;
}
