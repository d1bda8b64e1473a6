/*
 * The roll says of the log what an honest index.db says, and nothing where records/ isn't what the
 * checkpoint commits to.
 */
#include "node/node_impl.h"
#include "node/test_support.h"

#include <fcntl.h>
#include <unistd.h>

#define ITEM "01a20d48-e325-7d90-ac3a-47d22d4fff99"
static const char HOLD[] =
    "{\"item\":\"" ITEM "\",\"authority\":{\"text\":\"order\",\"lang\":\"en\"},"
    "\"reason\":{\"text\":\"why\",\"lang\":\"en\"}}";
static const char NOTE[] = "{\"text\":{\"text\":\"words\",\"lang\":\"en\"}}";

enum { ROWS_MAX = 64 };
struct rows {
    struct dep_index_row rows[ROWS_MAX];
    size_t count;
};

static int keep(void *context, const struct dep_index_row *row)
{
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    rows->rows[rows->count++] = *row;
    return DEP_OK;
}

static int find_first(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

static bool never(void *context, const struct dep_index_row *row)
{
    return strcmp(row->type, context) != 0;
}

/* All that both know; where protected fields lie the roll doesn't. */
static void compare_rows(const struct dep_index_row *a, const struct dep_index_row *b)
{
    assert_int_equal(a->index, b->index);
    assert_string_equal(a->jti, b->jti);
    assert_string_equal(a->type, b->type);
    assert_string_equal(a->kid, b->kid);
    assert_string_equal(a->by_code, b->by_code);
    assert_string_equal(a->item, b->item);
    assert_true(a->iat == b->iat);
    assert_memory_equal(&a->sha256, &b->sha256, sizeof a->sha256);
    assert_int_equal(a->record.segment, b->record.segment);
    assert_int_equal(a->record.len, b->record.len);
    assert_int_equal(a->record.offset, b->record.offset);
    assert_int_equal(a->superseded, b->superseded);
    assert_int_equal(a->erased, b->erased);
    assert_int_equal(b->secret.len, 0);
    assert_int_equal(b->complete, a->secret.len == 0);
}

static void compare_lists(struct dep_node *node, const struct dep_index_query *query, size_t least)
{
    struct rows index = {.count = 0}, roll = {.count = 0};
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_index_list(node->index, query, keep, &index, &problem.fault), DEP_OK);
    assert_int_equal(dep_roll_list(node, query, keep, &roll, &problem), DEP_OK);
    assert_true(roll.count >= least);
    assert_int_equal(roll.count, index.count);
    for (size_t i = 0; i < roll.count; i++)
        compare_rows(&index.rows[i], &roll.rows[i]);
}

static void test_same_as_index(void **state)
{
    (void)state;
    struct dep_done hold, note, again;
    record("L", "hold.placed", HOLD, NULL, &hold);
    record("K", "note", NOTE, &hold, &note);
    record("K", "note", NOTE, NULL, &again);
    struct dep_node *node = open_as("K");
    DEP_AUTO_JSON *correction =
        json_pack("{s:{s:s,s:s},s:[o,o,o]}", "text", "text", "better", "lang", "en", "refs",
                  dep_record_ref_new("supersedes", note.jti, &note.sha256),
                  dep_record_ref_new("about", hold.jti, &hold.sha256),
                  dep_record_ref_new("source", hold.jti, &hold.sha256));
    DEP_AUTO_JSON *erasure = json_pack("{s:{s:s,s:s}}", "authority", "text", "order", "lang", "en");
    struct dep_draft draft = {.type = "note", .claims = correction};
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_node_commit(node, &draft, 1, &done, &problem), DEP_OK);
    assert_int_equal(dep_node_erase(node, again.jti, erasure, &done, &problem), DEP_OK);

    const struct {
        struct dep_index_query query;
        size_t least;
    } rows[] = {
        {{.type = NULL}, 12},
        {{.newest_first = true}, 12},
        {{.type = "note"}, 3},
        {{.type = "key."}, 5},
        {{.type = "key.", .newest_first = true, .limit = 2}, 2},
        {{.type = "hol"}, 0},
        {{.item = ITEM}, 1},
        {{.item = ITEM, .type = "note"}, 0},
        {{.item = "01a20d48-e325-7d90-ac3a-47d22d4fff98"}, 0},
        {{.ref = hold.jti}, 2},
        {{.ref = hold.jti, .newest_first = true, .limit = 1}, 1},
        {{.ref = hold.jti, .rel = "source"}, 1},
        {{.ref = hold.jti, .rel = "answers"}, 0},
        {{.ref = note.jti, .rel = "supersedes", .type = "note"}, 1},
        {{.sees = never, .sees_context = (void *)(uintptr_t) "note", .limit = 3}, 3},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        compare_lists(node, &rows[i].query, rows[i].least);

    struct dep_index_row row = {.jti = "untouched"};
    assert_int_equal(dep_roll_find(node, "01a20d48", &row, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "index.absent");
    assert_string_equal(row.jti, "untouched");
    assert_int_equal(dep_roll_find(node, again.jti, &row, &problem), DEP_OK);
    assert_true(row.erased && !row.superseded);
    assert_int_equal(dep_roll_find(node, note.jti, &row, &problem), DEP_OK);
    assert_true(row.superseded && !row.erased);
    struct dep_index_query first = {.type = "note"};
    assert_int_equal(dep_roll_list(node, &first, find_first, &row, &problem), DEP_FOUND);
    assert_string_equal(row.jti, note.jti);
    dep_node_close(node);
}

/* What another process records is seen once the log was read again. */
static void test_grows(void **state)
{
    (void)state;
    struct rows before = {.count = 0}, after = {.count = 0};
    struct dep_index_query notes = {.type = "note"};
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_roll_list(node, &notes, keep, &before, &problem), DEP_OK);
    struct dep_done done;
    record("L", "note", NOTE, NULL, &done);
    assert_int_equal(dep_register_refresh(dep_node_register(node), &problem.fault), DEP_OK);
    assert_int_equal(dep_roll_list(node, &notes, keep, &after, &problem), DEP_OK);
    assert_int_equal(after.count, before.count + 1);
    assert_string_equal(after.rows[before.count].jti, done.jti);
    assert_memory_equal(dep_roll_sha256(node->roll, done.index), &done.sha256, DEP_HASH_LEN);
    assert_null(dep_roll_sha256(node->roll, done.index + 1));
    assert_null(dep_roll_sha256(NULL, 0));
    dep_node_close(node);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct dep_node *node = open_as("K");
    int err = DEP_ERR_NOMEM;
    for (long at = 0; err == DEP_ERR_NOMEM; at++) {
        struct dep_problem problem = {.detail = ""};
        dep_alloc_fail_at(at);
        err = dep_roll_read(node, &problem);
        dep_alloc_fail_at(-1);
        assert_true(at < 1000);
        assert_true(err ? node->roll == NULL : node->roll != NULL);
    }
    assert_int_equal(err, DEP_OK);
    dep_node_close(node);
}

/* One byte of the last record, in a place that only its digest knows of. */
static void flip_signature(void)
{
    char path[160], bytes[2];
    (void)snprintf(path, sizeof path, "%s/records/000000", dir);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    off_t at = lseek(fd, 0, SEEK_END) - 10;
    assert_int_equal(pread(fd, bytes, 1, at), 1);
    bytes[0] = bytes[0] == 'A' ? 'B' : 'A';
    assert_int_equal(pwrite(fd, bytes, 1, at), 1);
    (void)close(fd);
}

static void test_altered_record(void **state)
{
    (void)state;
    struct dep_done done;
    record("K", "note", NOTE, NULL, &done);
    flip_signature();
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_roll_read(node, &problem), DEP_ERR_CORRUPT);
    assert_string_equal(problem.fault.what, "node.log_differs");
    assert_null(node->roll);
    dep_node_close(node);
}

static const struct CMUnitTest roll_tests[] = {
    cmocka_unit_test(test_same_as_index),
    cmocka_unit_test(test_grows),
    cmocka_unit_test(test_no_memory),
    cmocka_unit_test(test_altered_record),
};

RUN_OVER_REGISTER("roll", roll_tests)
