/*
 * Readings: what is kept, by whom it can be read, what becomes a record and when.
 */
#include "node/node_impl.h"
#include "node/test_support.h"

#include "store/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char NOTE[] = "{\"text\":{\"text\":\"words\",\"lang\":\"en\"}}";

static size_t kept(const char *officer, struct dep_buf *out)
{
    char path[4096];
    struct dep_fault fault;
    (void)snprintf(path, sizeof path, "%s/readings/%s", dir, officer);
    if (dep_file_read(AT_FDCWD, path, DEP_READINGS_LEN_MAX, out, &fault))
        return 0;
    size_t lines = 0;
    for (size_t i = 0; i < out->len; i++)
        lines += out->data[i] == '\n';
    return lines;
}

static size_t kept_lines(const char *officer)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_READINGS_LEN_MAX);
    return kept(officer, &text);
}

static void look_at(struct dep_node *node, const char *jti, bool unlock)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_problem problem = {.detail = ""};
    if (dep_node_view(node, jti, unlock, &view, &problem))
        fail_msg("%s: %s", jti, problem.finding.id);
}

static int keep_id(void *context, const struct dep_index_row *row)
{
    memcpy(context, row->jti, sizeof row->jti);
    return DEP_OK;
}

/* The newest reading.recorded, as a legal officer reads it. New reference. */
static json_t *recorded(void)
{
    char jti[DEP_UUID_LEN + 1] = "";
    struct dep_node *node = open_as("L");
    struct dep_index_query query = {.type = "reading.recorded", .newest_first = true, .limit = 1};
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_VIEW view = {.claims = NULL};
    assert_int_equal(dep_node_list(node, &query, keep_id, jti, &problem), DEP_OK);
    assert_int_equal(dep_node_view(node, jti, true, &view, &problem), DEP_OK);
    assert_true(view.readable);
    json_t *claims = json_incref(view.claims);
    dep_node_close(node);
    assert_int_equal(kept_lines("L"), 0); /* readings of readings are none */
    return claims;
}

static void test_due(void **state)
{
    (void)state;
    enum { NOW = 1800000000 };
    static const struct {
        uint64_t len;
        int64_t oldest_s;
        bool due;
    } rows[] = {
        {100, NOW, false},
        {0, 0, false},
        {100, NOW - DEP_READINGS_DUE_S + 1, false},
        {100, NOW - DEP_READINGS_DUE_S, true},
        {DEP_READINGS_DUE_LEN, NOW, true},
        {100, NOW + DEP_READINGS_DUE_S - 1, false},
        {100, NOW + DEP_READINGS_DUE_S, true},
        {100, 0, true},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (dep_readings_due(rows[i].len, rows[i].oldest_s, NOW) != rows[i].due)
            fail_msg("row %zu", i);
}

static void test_kept_and_recorded(void **state)
{
    (void)state;
    struct dep_done note, own;
    record("K", "note", NOTE, NULL, &note);
    record("U", "note", NOTE, NULL, &own);
    struct dep_node *node = open_as("K");
    look_at(node, note.jti, false);
    assert_int_equal(kept_lines("K"), 0);
    look_at(node, note.jti, true);
    look_at(node, note.jti, true);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_READINGS_LEN_MAX);
    assert_int_equal(kept("K", &text), 2);
    assert_null(strstr((const char *)text.data, note.jti));
    dep_node_close(node);
    /* Nothing is opened where nothing may be read. */
    node = open_as("U");
    look_at(node, own.jti, true);
    dep_node_close(node);
    assert_int_equal(kept_lines("U"), 0);
    assert_int_equal(kept_lines("K"), 2);

    /* Another's commit leaves them, one's own records them. */
    record("D", "note", NOTE, NULL, &own);
    assert_int_equal(kept_lines("K"), 2);
    record("K", "note", NOTE, NULL, &own);
    assert_int_equal(kept_lines("K"), 0);
    DEP_AUTO_JSON *claims = recorded();
    int64_t count = 0;
    assert_true(dep_json_int(claims, "count", &count) && count == 2);
    const json_t *ids = dep_json_array(claims, "records");
    assert_int_equal(json_array_size(ids), 1);
    assert_string_equal(json_string_value(json_array_get(ids, 0)), note.jti);
    assert_string_equal(dep_json_string(dep_json_object(claims, "by"), "code"), "K");
}

/* Lines that the officer's key didn't write are counted and name nothing. */
static void test_forged(void **state)
{
    (void)state;
    struct dep_done note, done;
    record("K", "note", NOTE, NULL, &note);
    const char *const readers[] = {"K", "D"};
    for (size_t i = 0; i < DEP_COUNT(readers); i++) {
        struct dep_node *node = open_as(readers[i]);
        look_at(node, note.jti, true);
        dep_node_close(node);
    }
    DEP_AUTO_BUF mine, other;
    dep_buf_init(&mine, DEP_READINGS_LEN_MAX);
    dep_buf_init(&other, DEP_READINGS_LEN_MAX);
    assert_int_equal(kept("K", &mine), 1);
    assert_int_equal(kept("D", &other), 1);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/readings/K", dir);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    (void)fwrite(other.data, 1, other.len, file);
    (void)fprintf(file, "1%.*s", (int)mine.len, (const char *)mine.data);
    (void)fprintf(file, "\nrubbish\n1 \n%.*s", (int)mine.len - 9, (const char *)mine.data);
    assert_int_equal(fclose(file), 0);
    record("K", "note", NOTE, NULL, &done);
    DEP_AUTO_JSON *claims = recorded();
    int64_t count = 0;
    assert_true(dep_json_int(claims, "count", &count) && count == 7);
    assert_int_equal(json_array_size(dep_json_array(claims, "records")), 1);
}

static int64_t now_ms(void)
{
    return time(NULL) * (int64_t)1000;
}

static int64_t two_days_ago(void)
{
    return now_ms() - 2 * DEP_READINGS_DUE_S * (int64_t)1000;
}

static bool confined(void *context)
{
    ++*(size_t *)context;
    return true;
}

/* Who never writes: what is a day old is recorded by a command that reads, once. */
static void test_overdue(void **state)
{
    (void)state;
    struct dep_done note;
    struct dep_problem problem = {.detail = ""};
    record("K", "note", NOTE, NULL, &note);
    size_t calls = 0;
    struct dep_node_order order = {
        .dir = dir, .officer = "D", .opened = confined, .opened_context = &calls};
    dep_world_system(&order.world);
    record("D", "note", NOTE, NULL, &note); /* what lay there before */
    for (size_t round = 0; round < 3; round++) {
        struct dep_node *node = NULL;
        order.world.clock = round == 0 ? two_days_ago : now_ms;
        assert_int_equal(dep_node_open(&order, &node, NULL, &problem), DEP_OK);
        if (round == 0)
            look_at(node, note.jti, true);
        else
            assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
        dep_node_close(node);
        assert_int_equal(kept_lines("D"), round == 0);
        assert_int_equal(calls, round == 2 ? 2 : 1);
    }
    DEP_AUTO_JSON *claims = recorded();
    assert_string_equal(dep_json_string(dep_json_object(claims, "by"), "code"), "D");
}

static void count_call(void *context)
{
    ++*(size_t *)context;
}

/* What can't be kept is told once, and shown. */
static void test_unrecorded(void **state)
{
    (void)state;
    struct dep_done note;
    struct dep_problem problem = {.detail = ""};
    record("L", "note", NOTE, NULL, &note);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/readings/L", dir);
    (void)unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    size_t calls = 0;
    struct dep_node_order order = {
        .dir = dir, .officer = "L", .unrecorded = count_call, .unrecorded_context = &calls};
    dep_world_system(&order.world);
    struct dep_node *node = NULL;
    assert_int_equal(dep_node_open(&order, &node, NULL, &problem), DEP_OK);
    look_at(node, note.jti, true);
    look_at(node, note.jti, true);
    assert_int_equal(calls, 1);
    dep_node_close(node);
    assert_int_equal(rmdir(path), 0);
}

/* An office passes to another person under the same code: what the first read isn't counted among
 * what the second did. */
static void test_successor(void **state)
{
    (void)state;
    struct dep_done note, done;
    struct dep_problem problem = {.detail = ""};
    record("K", "note", NOTE, NULL, &note);
    struct dep_node *node = open_as("K");
    assert_int_equal(dep_key_enrol(node, "C", DEP_ROLE_CUSTODIAN, true, NULL, &done, &problem),
                     DEP_OK);
    dep_node_close(node);
    node = open_as("C");
    look_at(node, note.jti, true);
    dep_node_close(node);
    assert_int_equal(kept_lines("C"), 1);
    node = open_as("K");
    char former[DEP_KID_LEN + 16];
    (void)snprintf(former, sizeof former, "_former.%s",
                   dep_node_key_of(node, DEP_KEY_OFFICER, "C")->kid);
    uint64_t from = dep_register_count(dep_node_register(node));
    assert_int_equal(dep_key_revoke(node, "C", from, "left", "en", NULL, &done, &problem), DEP_OK);
    assert_int_equal(kept_lines("C"), 1);
    assert_int_equal(dep_key_enrol(node, "C", DEP_ROLE_CUSTODIAN, true, NULL, &done, &problem),
                     DEP_OK);
    dep_node_close(node);
    assert_int_equal(kept_lines("C"), 0);
    assert_int_equal(kept_lines(former), 1);
    node = open_as("C");
    look_at(node, note.jti, true);
    dep_node_close(node);
    assert_int_equal(kept_lines("C"), 1);
    record("C", "note", NOTE, NULL, &done);
    DEP_AUTO_JSON *claims = recorded();
    int64_t count = 0;
    assert_true(dep_json_int(claims, "count", &count) && count == 1);
    assert_int_equal(kept_lines(former), 1);
}

static void keep_many(struct dep_node *node, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char jti[DEP_UUID_LEN + 1];
        uint8_t random[10] = {0};
        dep_uuid7_encode(i, random, jti);
        dep_readings_keep(node, jti);
    }
}

/* More than one record has room for. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = DEP_READING_RECORDS_MAX + 100 };
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("K");
    assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
    keep_many(node, MANY);
    assert_int_equal(kept_lines("K"), MANY);
    uint64_t before = dep_register_count(dep_node_register(node));
    assert_int_equal(dep_readings_fold(node, &problem), DEP_OK);
    assert_int_equal(dep_node_publish(node, &problem), DEP_OK);
    assert_int_equal(dep_register_count(dep_node_register(node)), before + 2);
    assert_int_equal(kept_lines("K"), 0);
    dep_node_close(node);
    DEP_AUTO_JSON *claims = recorded();
    assert_int_equal(json_array_size(dep_json_array(claims, "records")), 100);
}

/* No memory at any step: the readings stay until they are recorded. */
static void test_out_of_memory(void **state)
{
    (void)state;
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("K");
    assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
    keep_many(node, 3);
    long failures = -1;
    int err;
    do {
        assert_int_equal(kept_lines("K"), 3);
        node->readings.folded = false;
        dep_alloc_fail_at(++failures);
        err = dep_readings_fold(node, &problem);
        dep_alloc_fail_at(-1);
    } while (err == DEP_ERR_NOMEM);
    assert_int_equal(err, DEP_OK);
    assert_true(failures > 5);
    assert_int_equal(dep_node_publish(node, &problem), DEP_OK);
    assert_int_equal(kept_lines("K"), 0);
    dep_node_close(node);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_due),           cmocka_unit_test(test_kept_and_recorded),
    cmocka_unit_test(test_forged),        cmocka_unit_test(test_overdue),
    cmocka_unit_test(test_unrecorded),    cmocka_unit_test(test_many),
    cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_successor)};
RUN_OVER_REGISTER("readings", tests)
