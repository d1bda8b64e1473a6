/*
 * Paths that a release names, against what is in the item.
 */
#include "node/release_parts.h"

#include "node/node_impl.h"
#include "node/test_support.h"

static struct dep_collected folder, restricted, thing;

static void make_items(void)
{
    char path[128], command[512];
    (void)snprintf(path, sizeof path, "%s/dump", top);
    (void)snprintf(command, sizeof command,
                   "cd %s && mkdir -p dump/sub && echo a >dump/a && echo b >dump/sub/b && "
                   "ln -s a dump/link && ln dump/a dump/again && mkfifo dump/pipe",
                   top);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own words, in a test */
    const char *paths[] = {path};
    take_in("{\"stage\":\"extract\",\"restricted\":false}", paths, 1, &folder);
    take_in("{\"stage\":\"extract\",\"restricted\":true}", paths, 1, &restricted);
    take_in(
        "{\"stage\":\"box\",\"restricted\":false,\"things\":[{\"description\":{\"text\":\"a box\","
        "\"lang\":\"en\"},\"quantity\":1}]}",
        NULL, 0, &thing);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *officer, *paths, *finding, *detail;
        const struct dep_collected *item;
    } rows[] = {
        {"K", "[\"files/dump/a\"]", NULL, "", &folder},
        {"K", "[\"files/dump/sub/b\",\"files/dump/a\"]", NULL, "", &folder},
        {"K", "[\"files/dump/link\",\"files/dump/again\"]", NULL, "", &folder},
        {"K", "[\"collection.json\"]", NULL, "", &folder},
        {"K", "[\"files/dump/none\"]", "pack.part.absent", "files/dump/none", &folder},
        {"K", "[\"dump/a\"]", "pack.part.absent", "dump/a", &folder},
        {"K", "[\"files/dump/a\",\"files/dump/A\"]", "pack.part.absent", "files/dump/A", &folder},
        {"K", "[\"\"]", "pack.part.absent", "", &folder},
        {"K", "[\"files/dump/../dump/a\"]", "pack.part.absent", "files/dump/../dump/a", &folder},
        {"K", "[\"files/dump/sub\"]", "pack.part.kind", "files/dump/sub", &folder},
        {"K", "[\"files/dump\"]", "pack.part.kind", "files/dump", &folder},
        {"K", "[\"files/dump/a\",\"files/dump/pipe\"]", "pack.part.kind", "files/dump/pipe",
         &folder},
        /* Who can't open it can't tell: whoever packs is told. */
        {"L", "[\"files/dump/none\"]", NULL, "", &folder},
        {"K", "[\"files/dump/none\"]", NULL, "", &thing},
        {"K", "[\"files/dump/none\"]", "pack.part.absent", "files/dump/none", &restricted},
    };
    make_items();
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_node *node = open_as(rows[i].officer);
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_ITEM item = {.item = ""};
        DEP_AUTO_JSON *paths = json_loads(rows[i].paths, 0, NULL);
        size_t count = json_array_size(paths);
        assert_int_equal(dep_node_item(node, rows[i].item->item, true, &item, &problem), DEP_OK);
        int err = dep_release_parts_check(node, &item, paths, &problem);
        if (err != (rows[i].finding ? DEP_FOUND : DEP_OK))
            fail_msg("row %zu: %d %s %s", i, err, problem.finding.id, problem.detail);
        if (err) {
            assert_string_equal(problem.finding.id, rows[i].finding);
            assert_string_equal(problem.detail, rows[i].detail);
        }
        assert_int_equal(json_array_size(paths), count); /* what was asked for is left as it is */
        dep_node_close(node);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};
RUN_OVER_REGISTER("release-parts", tests)
