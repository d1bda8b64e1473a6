/*
 * Projecting, finding, listing, forgetting.
 */
#include "index/index_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char top[64];
static const struct dep_schemas *schemas;
static const char *const IDS[] = {
    "01a20d1d-0000-7000-8000-000000000000", "01a20d1d-0000-7000-8000-000000000001",
    "01a20d1d-0000-7000-8000-000000000002", "01a20d1d-0000-7000-8000-000000000003",
    "01a20d1d-0000-7000-8000-000000000004", "01a20d1d-0000-7000-8000-000000000005",
    "01a20d1d-0000-7000-8000-000000000006", "01a20d1d-0000-7000-8000-000000000007"};
#define SUPERSEDES(id) "{\"refs\":[{\"rel\":\"supersedes\",\"id\":\"" id "\",\"sha256\":\"\"}]}"

/* Within what was begun. */
static void project_one(struct dep_index *index, uint64_t at, const char *type,
                        const char *claims_text, bool complete)
{
    struct dep_index_row row = {.index = at, .complete = complete, .record = {0, 100, at * 101}};
    struct dep_fault fault = {.what = ""};
    DEP_AUTO_JSON *claims = json_loads(claims_text, 0, NULL);
    assert_non_null(claims);
    (void)snprintf(row.jti, sizeof row.jti, "%s", IDS[at]);
    (void)snprintf(row.type, sizeof row.type, "%s", type);
    const char *item = dep_json_string(claims, "item");
    (void)snprintf(row.item, sizeof row.item, "%s", item ? item : "");
    if (dep_index_project(index, &row, dep_schemas_find(schemas, type, 0), claims, &fault) !=
        DEP_OK)
        fail_msg("%s", fault.where);
}

static void project(struct dep_index *index, uint64_t at, const char *type, const char *claims_text,
                    bool complete)
{
    struct dep_fault fault = {.what = ""};
    assert_int_equal(dep_index_begin(index, &fault), DEP_OK);
    project_one(index, at, type, claims_text, complete);
    assert_int_equal(dep_index_commit(index, &fault), DEP_OK);
}

static int count_row(void *context, const struct dep_index_row *row)
{
    (void)row;
    ++*(size_t *)context;
    return DEP_OK;
}

static size_t count(struct dep_index *index, const struct dep_index_query *query)
{
    size_t rows = 0;
    struct dep_fault fault = {.what = ""};
    if (dep_index_list(index, query, count_row, &rows, &fault) != DEP_OK)
        fail_msg("%s", fault.where);
    return rows;
}

static const char EVIDENCE[] =
    "{\"item\":\"i-1\",\"exhibit\":\"X-1 "
    "blue\",\"case\":\"C-9\",\"description\":{\"text\":\"narrative\",\"lang\":\"en\"}}";

static bool on_disk(const char *text)
{
    char command[256];
    (void)snprintf(command, sizeof command, "grep -aqF '%s' %s/index.db*", text, top);
    return system(command) == 0;
}

static void test_index(void **state)
{
    (void)state;
    struct dep_index *index = NULL;
    struct dep_fault fault;
    struct dep_finding why;
    struct dep_index_row row;
    uint64_t next;
    assert_int_equal(dep_index_open(top, true, true, &index, &fault), DEP_OK);
    project(index, 0, "evidence.collected", EVIDENCE, true);
    project(index, 1, "note", "{\"text\":{\"text\":\"secret words\",\"lang\":\"en\"}}", true);
    project(index, 2, "hold.placed", "{\"item\":\"i-1\"}", true);
    /* A correction, and records that call themselves one: of another type, about another item. */
    project(index, 3, "note", SUPERSEDES("01a20d1d-0000-7000-8000-000000000001"), true);
    project(index, 4, "note", SUPERSEDES("01a20d1d-0000-7000-8000-000000000000"), true);
    project(index, 5, "hold.placed", SUPERSEDES("01a20d1d-0000-7000-8000-000000000002"), true);
    assert_int_equal(dep_index_next(index, &next, &fault), DEP_OK);
    assert_int_equal(next, 6);
    assert_int_equal(count(index, &(struct dep_index_query){.type = "evidence."}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.type = "evidence"}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.item = "i-1"}), 2);
    assert_int_equal(count(index, &(struct dep_index_query){.item_begins = "i-"}), 2);
    assert_int_equal(
        count(index, &(struct dep_index_query){.type = "evidence.", .item_begins = "i"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.item_begins = "i-2"}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.item = ""}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "blue"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "x-1 \" OR *"}), 0);
    /* Whole words, their beginning where it is asked for, within a type or what it begins with. */
    static const struct {
        const char *text, *type;
        size_t rows;
    } words[] = {
        {"blue X-1", NULL, 1},    {"blu", NULL, 0},        {"blu*", NULL, 1},
        {"*", NULL, 0},           {"blue red", NULL, 0},   {"blue", "evidence.collected", 1},
        {"blue", "evidence.", 1}, {"blue", "hold.", 0},    {"blue", "note", 0},
        {"fevidence", NULL, 0},   {"type:tnote", NULL, 0}, {"blue) OR (type:tnote", NULL, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(words); i++) {
        size_t got =
            count(index, &(struct dep_index_query){.text = words[i].text, .type = words[i].type});
        if (got != words[i].rows)
            print_message("row %zu: %s\n", i, words[i].text);
        assert_int_equal(got, words[i].rows);
    }
    /* Several types with a prefix stand in the order of the log; of none there is nothing. */
    assert_int_equal(count(index, &(struct dep_index_query){.type = "hold."}), 2);
    assert_int_equal(count(index, &(struct dep_index_query){.type = "custody."}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.field = "case", .value = "C-9"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.ref = IDS[1], .rel = "supersedes"}),
                     1);
    /* Of a list each, of what is said of several things every word; digits as the reader writes
     * them. */
    project(index, 6, "meeting.held",
            "{\"present\":[\"be\",\"us\"],\"titles\":[{\"text\":\"gathering\"}]}", true);
    project(index, 7, "statement.adopted",
            "{\"citations\":[{\"verb\":\"recalls\",\"instrument\":\"un:S/RES/2254\"}]}", true);
    assert_int_equal(count(index, &(struct dep_index_query){.field = "present", .value = "us"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "be us"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "gathering"}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "S/RES/2254"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "S/RES/٢٢٥٤"}), 1);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "S/RES/225"}), 0);
    /* Narratives and free text are nowhere. */
    assert_int_equal(count(index, &(struct dep_index_query){.text = "narrative"}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "secret"}), 0);
    assert_false(on_disk("narrative"));
    assert_int_equal(dep_index_find(index, IDS[1], &row, &why, &fault), DEP_OK);
    assert_true(row.superseded && row.index == 1);
    for (size_t i = 0; i < 4; i += 2) {
        assert_int_equal(dep_index_find(index, IDS[i], &row, &why, &fault), DEP_OK);
        assert_false(row.superseded);
    }
    assert_int_equal(dep_index_find(index, "01a20d1d", &row, &why, &fault), DEP_FOUND);
    assert_string_equal(why.id, "index.ambiguous");
    assert_int_equal(dep_index_find(index, "ffffffff", &row, &why, &fault), DEP_FOUND);
    assert_string_equal(why.id, "index.absent");
    /* Forgotten: not found, and not in a free page. */
    assert_true(on_disk("X-1 blue"));
    assert_int_equal(dep_index_forget(index, IDS[0], &fault), DEP_OK);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "blue"}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.field = "case", .value = "C-9"}), 0);
    dep_index_close(index);
    assert_false(on_disk("X-1 blue"));
}

static bool sees_notes(void *context, const struct dep_index_row *row)
{
    ++*(size_t *)context;
    return strcmp(row->type, "note") == 0;
}

/* A fresh one; `searchable`: as an office register has it. */
static struct dep_index *emptied(bool searchable)
{
    struct dep_index *index = NULL;
    struct dep_fault fault;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/index.db", top);
    (void)unlink(path);
    assert_int_equal(dep_index_open(top, searchable, true, &index, &fault), DEP_OK);
    return index;
}

/* What isn't seen takes no place: neither in a list nor before its limit. */
static void test_seen(void **state)
{
    (void)state;
    struct dep_index *index = emptied(true);
    project(index, 0, "evidence.collected", EVIDENCE, true);
    project(index, 1, "note", "{\"kind\":\"a\"}", true);
    project(index, 2, "note", "{\"kind\":\"b\"}", true);
    static const struct {
        const char *id;
        uint64_t limit;
        bool notes_only;
        size_t count, asked;
    } rows[] = {
        {NULL, 0, false, 3, 0},
        {NULL, 0, true, 2, 3},
        {NULL, 1, false, 1, 0},
        {NULL, 1, true, 1, 2},
        {"01a20d1d", 0, true, 2, 3},
        {"01a20d1d-0000-7000-8000-000000000000", 0, false, 1, 0},
        {"01a20d1d-0000-7000-8000-000000000000", 0, true, 0, 1},
        {"01a20d1e", 0, false, 0, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        size_t asked = 0;
        struct dep_index_query query = {.id = rows[i].id,
                                        .limit = rows[i].limit,
                                        .sees = rows[i].notes_only ? sees_notes : NULL,
                                        .sees_context = &asked};
        size_t got = count(index, &query);
        if (got != rows[i].count || asked != rows[i].asked)
            fail_msg("row %zu: %zu of %zu asked", i, got, asked);
    }
    dep_index_close(index);
}

/* Projected without a key, completed with one. */
static void test_completion(void **state)
{
    (void)state;
    struct dep_index *index = emptied(true);
    project(index, 0, "evidence.collected", "{\"item\":\"i-1\"}", false);
    assert_int_equal(count(index, &(struct dep_index_query){.incomplete = true}), 1);
    project(index, 0, "evidence.collected", EVIDENCE, true);
    project(index, 0, "evidence.collected", EVIDENCE, true);
    assert_int_equal(count(index, &(struct dep_index_query){.incomplete = true}), 0);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "blue"}), 1);
    dep_index_close(index);
    /* A field register indexes nothing protected. */
    index = emptied(false);
    project(index, 0, "evidence.collected", EVIDENCE, true);
    assert_int_equal(count(index, &(struct dep_index_query){.text = "blue"}), 0);
    dep_index_close(index);
    assert_false(on_disk("C-9"));
}

/* What FTS5 keeps besides its two records of how many there are. */
static int pages_of_words(struct dep_index *index)
{
    sqlite3_stmt *statement = NULL;
    static const char text[] = "SELECT count(*) FROM words_data WHERE id>10";
    assert_int_equal(sqlite3_prepare_v2(index->db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

/* The words of all that is completed at once are gathered, and written once: a page each would take
 * a fifth of the time of the first search. */
static void test_gathered(void **state)
{
    (void)state;
    struct dep_index *index = emptied(true);
    struct dep_fault fault;
    for (int complete = 0; complete < 2; complete++) {
        assert_int_equal(dep_index_begin(index, &fault), DEP_OK);
        for (uint64_t i = 0; i < DEP_COUNT(IDS); i++)
            project_one(index, i, "evidence.collected", complete ? EVIDENCE : "{\"item\":\"i-1\"}",
                        complete);
        assert_int_equal(dep_index_commit(index, &fault), DEP_OK);
        assert_int_equal(pages_of_words(index), 1 + complete);
        assert_int_equal(count(index, &(struct dep_index_query){.text = "blue"}),
                         complete ? DEP_COUNT(IDS) : 0);
    }
    dep_index_close(index);
}

/* Whatever lies in its place, a fresh index is made. */
static void test_rubbish(void **state)
{
    (void)state;
    struct dep_index *index = NULL;
    struct dep_fault fault;
    uint64_t next = 7;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/index.db", top);
    FILE *file = fopen(path, "w");
    (void)fputs("this is no database, and it is long enough to be taken for one if nobody looked "
                "at it closely",
                file);
    (void)fclose(file);
    assert_int_equal(dep_index_open(top, true, true, &index, &fault), DEP_OK);
    assert_int_equal(dep_index_next(index, &next, &fault), DEP_OK);
    assert_int_equal(next, 0);
    dep_index_close(index);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_index), cmocka_unit_test(test_seen),
                                       cmocka_unit_test(test_completion),
                                       cmocka_unit_test(test_gathered),
                                       cmocka_unit_test(test_rubbish)};
    (void)snprintf(top, sizeof top, "/tmp/depositary-index-XXXXXX");
    if (!mkdtemp(top) || dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command) != 0 || failed;
}
