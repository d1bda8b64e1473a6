/*
 * Two readers: what shows to whom, in a register with an officer of each role.
 */
#include "node/test_support.h"

static int count_row(void *context, const struct dep_index_row *row)
{
    (void)row;
    ++*(size_t *)context;
    return DEP_OK;
}

/* How many rows, 0 where finding it says that there is none. */
static size_t listed(struct dep_node *node, const struct dep_index_query *query)
{
    size_t count = 0;
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_node_list(node, query, count_row, &count, &problem), DEP_OK);
    return count;
}

static const char HOLD[] =
    "{\"item\":\"01a20d48-e325-7d90-ac3a-47d22d4fff99\",\"authority\":{\"text\":\"order\",\"lang\":"
    "\"en\"},\"reason\":{\"text\":\"why\",\"lang\":\"en\"}}";
static const char NOTE[] = "{\"text\":{\"text\":\"words\",\"lang\":\"en\"}}";

static void test_two_readers(void **state)
{
    (void)state;
    struct dep_done hold, note, own;
    record("L", "hold.placed", HOLD, NULL, &hold);
    record("K", "note", NOTE, &hold, &note);
    record("A", "note", NOTE, NULL, &own);
    static const struct {
        const char *officer;
        bool hold, note, own, refs;
    } rows[] = {
        {"K", true, true, true, true},     {"L", true, true, true, true},
        {"U", true, true, true, true},     {"D", false, true, true, false},
        {"P", false, false, false, false}, {"A", false, false, true, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_node *node = open_as(rows[i].officer);
        struct dep_index_row row = {.jti = "untouched"};
        struct dep_problem problem = {.detail = ""};
        const struct {
            const char *jti;
            bool shows;
        } each[] = {{hold.jti, rows[i].hold}, {note.jti, rows[i].note}, {own.jti, rows[i].own}};
        for (size_t j = 0; j < DEP_COUNT(each); j++) {
            int err = dep_node_find(node, each[j].jti, &row, &problem);
            if (err != (each[j].shows ? DEP_OK : DEP_FOUND))
                fail_msg("row %zu, record %zu: %d", i, j, err);
            assert_true(each[j].shows || strcmp(problem.finding.id, "index.absent") == 0);
            assert_int_equal(listed(node, &(struct dep_index_query){.id = each[j].jti}),
                             each[j].shows);
        }
        assert_int_equal(listed(node, &(struct dep_index_query){.type = "hold."}), rows[i].hold);
        assert_int_equal(listed(node, &(struct dep_index_query){.type = "note"}),
                         rows[i].note + rows[i].own);
        assert_int_equal(listed(node, &(struct dep_index_query){.ref = hold.jti}), rows[i].refs);
        /* Limits count what shows. */
        size_t all = listed(node, &(struct dep_index_query){.type = "key."});
        assert_int_equal(listed(node, &(struct dep_index_query){.limit = all}), all);
        if (rows[i].note) {
            DEP_AUTO_VIEW view = {.claims = NULL};
            assert_int_equal(dep_node_view(node, note.jti, false, &view, &problem), DEP_OK);
            assert_int_equal(json_object_get(view.claims, "refs") != NULL, rows[i].refs);
        }
        dep_node_close(node);
    }
}

/* A prefix is ambiguous only among what shows. */
static void test_prefix(void **state)
{
    (void)state;
    static const char prefix[] = "01a20d1d-0000-7";
    struct dep_done first, second;
    record_as("L", "hold.placed", HOLD, NULL, "01a20d1d-0000-7000-8000-000000000000", &first);
    record_as("A", "note", NOTE, NULL, "01a20d1d-0000-7000-8000-000000000001", &second);
    struct dep_problem problem = {.detail = ""};
    struct dep_index_row row;
    struct dep_node *node = open_as("K");
    assert_int_equal(dep_node_find(node, prefix, &row, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "index.ambiguous");
    dep_node_close(node);
    node = open_as("A");
    assert_int_equal(dep_node_find(node, prefix, &row, &problem), DEP_OK);
    assert_string_equal(row.jti, second.jti);
    dep_node_close(node);
}

/* Keys that don't open, or aren't in force, prove nobody. */
static void test_proof(void **state)
{
    (void)state;
    struct dep_done hold, note, done;
    struct dep_index_row row = {.jti = "untouched"};
    struct dep_problem problem = {.detail = ""};
    record("L", "hold.placed", HOLD, NULL, &hold);
    record("D", "note", NOTE, NULL, &note);
    struct dep_node *node = open_as("nobody");
    size_t count = 0;
    int err = dep_node_find(node, hold.jti, &row, &problem);
    assert_int_equal(err, DEP_FOUND);
    assert_string_equal(problem.finding.id, "officer.absent");
    assert_int_equal(
        dep_node_list(node, &(struct dep_index_query){.id = NULL}, count_row, &count, &problem),
        DEP_FOUND);
    assert_int_equal(count, 0);
    assert_string_equal(row.jti, "untouched");
    dep_node_close(node);

    node = open_as("K");
    assert_int_equal(dep_key_revoke(node, "D", dep_register_count(dep_node_register(node)), "gone",
                                    "en", NULL, &done, &problem),
                     DEP_OK);
    dep_node_close(node);
    node = open_as("D");
    err = dep_node_find(node, note.jti, &row, &problem);
    assert_int_not_equal(err, DEP_OK);
    assert_string_equal(row.jti, "untouched");
    /* What is public shows all the same. */
    assert_int_equal(dep_node_find(node, done.jti, &row, &problem), DEP_OK);
    dep_node_close(node);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_readers),
                                          cmocka_unit_test(test_prefix),
                                          cmocka_unit_test(test_proof)};
RUN_OVER_REGISTER("sight", tests)
