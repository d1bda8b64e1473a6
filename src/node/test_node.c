/*
 * A register is opened: with a clock that is behind, and without its index.db.
 */
#include "node/test_waiting.h"

#include <fcntl.h>

static void test_clock_behind(void **state)
{
    (void)state;
    static const struct {
        int64_t ahead_s;
        bool write, behind;
    } rows[] = {{0, true, false},
                {-DAY_S, true, false},
                {-DAY_S - 300, true, false},
                {-DAY_S - 3600, true, true},
                {-DAY_S - 3600, false, false}, /* it records nothing */
                {-40 * 365 * (int64_t)DAY_S, true, true},
                {DAY_S, true, false}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_node_order order = {.dir = dir, .write = rows[i].write, .officer = "K"};
        struct dep_problem problem = {.detail = ""};
        struct dep_node *node = NULL;
        dep_world_system(&order.world);
        order.world.clock = clock_ahead;
        order.world.clock_uncertainty_s = DAY_S;
        ahead_s = rows[i].ahead_s;
        assert_int_equal(dep_node_open(&order, &node, NULL, &problem), DEP_OK);
        if (dep_node_clock_behind(node) != rows[i].behind)
            fail_msg("row %zu", i);
        ahead_s = 0;
        dep_node_close(node);
    }
}

static int count_rows(void *context, const struct dep_index_row *row)
{
    uint64_t *next = context;
    assert_true(row->complete && row->index >= *next);
    *next = row->index + 1;
    return DEP_OK;
}

static uint64_t find_all(struct dep_node *node, const char *field, const char *value, int *out_err)
{
    struct dep_index_query query = {.field = field, .value = value};
    struct dep_problem problem = {.detail = ""};
    uint64_t next = 0;
    *out_err = dep_node_list(node, &query, count_rows, &next, &problem);
    return next;
}

/* After index.db was lost all are found, and what one of them doesn't hold is a fault. */
static void test_completed(void **state)
{
    (void)state;
    enum { MANY = 600 };
    static struct dep_draft drafts[MANY];
    static struct dep_done done[MANY];
    const size_t many = test_slowest() ? MANY / 2 : MANY;
    char last[16];
    (void)snprintf(last, sizeof last, "R-%zu", many - 1);
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("L");
    for (size_t i = 0; i < many; i++) {
        char reference[16];
        (void)snprintf(reference, sizeof reference, "R-%zu", i);
        json_t *claims = json_loads(REQUEST("in", ""), 0, NULL);
        assert_int_equal(json_object_set_new(claims, "from", json_string(reference)), 0);
        drafts[i] = (struct dep_draft){.type = "request.made", .claims = claims};
    }
    assert_int_equal(dep_node_append(node, drafts, many, done, &problem), DEP_OK);
    assert_int_equal(dep_node_publish(node, &problem), DEP_OK);
    dep_node_close(node);
    for (size_t i = 0; i < many; i++)
        json_decref((json_t *)(uintptr_t)drafts[i].claims);
    for (int damaged = 0; damaged < 2; damaged++) {
        int err;
        char path[128], byte;
        forget_index();
        node = open_as("L");
        (void)snprintf(path, sizeof path, "%s/records/000000", dir);
        int fd = open(path, O_RDWR);
        off_t at = lseek(fd, 0, SEEK_END) - 100000;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(damaged ? pwrite(fd, &byte, 1, at) : 1, 1);
        uint64_t next = find_all(node, "from", last, &err);
        assert_int_equal(next, damaged ? 0 : done[many - 1].index + 1);
        assert_int_equal(err, damaged ? DEP_ERR_CORRUPT : DEP_OK);
        for (size_t i = 0; !damaged && i < many; i += (size_t)test_steps(1, 50)) {
            char reference[16];
            (void)snprintf(reference, sizeof reference, "R-%zu", i);
            next = find_all(node, "from", reference, &err);
            assert_int_equal(next, done[i].index + 1);
        }
        byte ^= 1;
        assert_int_equal(damaged ? pwrite(fd, &byte, 1, at) : 1, 1);
        (void)close(fd);
        dep_node_close(node);
        node = open_as("L");
        assert_int_equal(find_all(node, "from", "R-0", &err), done[0].index + 1);
        assert_int_equal(err, DEP_OK);
        dep_node_close(node);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_clock_behind),
                                          cmocka_unit_test(test_completed)};
RUN_OVER_REGISTER("node", tests)
