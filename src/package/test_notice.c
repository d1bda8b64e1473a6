/*
 * A notice under seal: its lines, one edit a refusal; a package with one, and what is said of it;
 * what who opens it is told, and what is refused.
 */
#include "package/test_row.h"

#include "package/notice.h"

#define P "0190a2b4-7c1e-7abc-8def-0123456789ab"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "2222222222222222222222222222222222222222222222222222222222222222"
#define HEAD "{\"notice\":1,\"package\":\"" P "\",\"sealed\":2,\"words\":\"a \\\"word\\\"\"}\n"
#define LINE(of, index)                                                                            \
    "{\"of\":\"" of "\",\"record\":{\"index\":\"" index "\",\"sd_jwt\":\"a.b.c~\"}}\n"

static const struct dep_schemas *schemas;

/* ---- lines ---- */

struct told {
    struct dep_buf again;
    size_t records;
};

static int begin(void *context, const struct dep_notice_head *head)
{
    struct told *told = context;
    return dep_notice_head_encode(head, &told->again);
}

static int each(void *context, const struct dep_notice_record *record)
{
    struct told *told = context;
    told->records++;
    return dep_notice_record_encode(record, &told->again);
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *id;
    } rows[] = {
        {"good", HEAD LINE(H1, "7") LINE(H1, "9") LINE(H2, "0"), ""},
        {"nothing told of", HEAD, ""},
        {"without words", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":1}\n", ""},
        {"nothing", "", "notice.form"},
        {"no end of the head", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":1}", "notice.form"},
        {"no JSON", "notice\n", "json.syntax"},
        {"another version", "{\"notice\":2,\"package\":\"" P "\",\"sealed\":1}\n", "notice.form"},
        {"no package", "{\"notice\":1,\"package\":\"x\",\"sealed\":1}\n", "notice.form"},
        {"none sealed", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":0}\n", "notice.form"},
        {"too many sealed", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":65537}\n",
         "notice.form"},
        {"empty words", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":1,\"words\":\"\"}\n",
         "notice.form"},
        {"a blank", "{\"notice\": 1,\"package\":\"" P "\",\"sealed\":1}\n", "notice.form"},
        {"one member more", "{\"notice\":1,\"package\":\"" P "\",\"sealed\":1,\"to\":\"x\"}\n",
         "notice.form"},
        {"no end of a record", HEAD "{\"of\":\"" H1 "\",\"record\":{}}", "notice.form"},
        {"digests descend", HEAD LINE(H2, "7") LINE(H1, "9"), "notice.order"},
        {"a digest in capitals", HEAD LINE("AA", "7"), "notice.form"},
        {"an empty line", HEAD "\n", "notice.form"},
        {"no record", HEAD "{\"of\":\"" H1 "\",\"record\":}\n", "notice.form"},
        {"an empty record", HEAD "{\"of\":\"" H1 "\",\"record\":{}}\n", "records.form"},
        {"index with a zero", HEAD LINE(H1, "07"), "records.form"},
        {"a line of records.jsonl", HEAD "{\"index\":\"7\",\"sd_jwt\":\"a.b.c~\"}\n",
         "notice.form"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct told told = {.records = 0};
        struct dep_finding why = {"", "", 0};
        dep_buf_init(&told.again, 1 << 20);
        const struct dep_notice_teller teller = {&told, begin, each};
        int err = dep_notice_parse(dep_slice_string(rows[i].text), &teller, &why);
        if (err != (rows[i].id[0] ? DEP_FOUND : DEP_OK) || strcmp(why.id, rows[i].id) != 0)
            fail_msg("%s: %s", rows[i].name, why.id);
        if (!err)
            assert_string_equal((const char *)told.again.data, rows[i].text);
        dep_buf_done(&told.again);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct told told = {.records = 0};
    struct dep_finding why = {"", "", 0};
    const struct dep_notice_teller teller = {&told, begin, each};
    static char words[DEP_NOTICE_WORDS_MAX + 2];
    DEP_AUTO_BUF out;
    dep_buf_init(&out, DEP_NOTICE_LEN_MAX + 1);
    memset(words, 'x', sizeof words - 1);
    struct dep_notice_head head = {.package = P, .sealed = 1, .words = words};
    dep_buf_add_string(&out, "before");
    assert_int_equal(dep_notice_head_encode(&head, &out), DEP_ERR_CAP);
    head.words = words + 1;
    assert_int_equal(out.len, 6);
    dep_buf_clear(&out);
    assert_int_equal(dep_notice_head_encode(&head, &out), DEP_OK);
    size_t rest = DEP_NOTICE_LEN_MAX + 1 - out.len;
    memset(dep_buf_grow(&out, rest), ' ', rest);
    assert_int_equal(dep_notice_parse(dep_buf_slice(&out), &teller, &why), DEP_FOUND);
    assert_string_equal(why.id, "notice.len");
}

/* ---- a package with one ---- */

static void seal(struct test_world *world)
{
    world->sealed = world->noticed = true;
    world->sealed_said = 1;
}
static void unsaid(struct test_world *world)
{
    world->sealed = true;
}
static void nothing_sealed(struct test_world *world)
{
    seal(world);
    world->sealed = false;
}
static void count_lied(struct test_world *world)
{
    seal(world);
    world->sealed_said = 2;
}
static void named_as_protected(struct test_world *world)
{
    world->named_protected = true;
}
static void records_altered(struct test_world *world)
{
    seal(world);
    world->notice_wrong = "data/" DEP_NOTICE_RECORDS_PATH;
}
static void records_dropped(struct test_world *world)
{
    records_altered(world);
    world->notice_dropped = true;
}
static void page_altered(struct test_world *world)
{
    seal(world);
    world->notice_wrong = "data/" DEP_NOTICE_PAGE_PATH;
}
static void page_dropped(struct test_world *world)
{
    page_altered(world);
    world->notice_dropped = true;
}

static void test_packages(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"under seal", NO_FORGERY, {TEST_RECORDS, seal}, GOOD},
        {"sealed, and no notice", NO_FORGERY, {TEST_RECORDS, unsaid}, "notice.absent", DEP_ALTERED},
        {"a notice of nothing",
         NO_FORGERY,
         {TEST_RECORDS, nothing_sealed},
         "notice.count",
         DEP_ALTERED},
        {"another number", NO_FORGERY, {TEST_RECORDS, count_lied}, "notice.count", DEP_ALTERED},
        {"named, and not under seal",
         NO_FORGERY,
         {TEST_RECORDS, named_as_protected},
         "package.linked.least",
         DEP_ALTERED},
        /* Listed again by whoever did it. */
        {"altered", NO_FORGERY, {TEST_RECORDS, records_altered}, "notice.file", DEP_ALTERED},
        {"gone", NO_FORGERY, {TEST_RECORDS, records_dropped}, "notice.file", DEP_ALTERED},
        {"its page altered", NO_FORGERY, {TEST_RECORDS, page_altered}, "notice.file", DEP_ALTERED},
        {"its page gone", NO_FORGERY, {TEST_RECORDS, page_dropped}, "notice.file", DEP_ALTERED},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* ---- opened ---- */

struct opening {
    const char *name;
    void (*make)(const struct test_world *world, struct dep_buf *out);
    const char *id;
};

static void head_of(const char *package, uint64_t sealed, struct dep_buf *out)
{
    const struct dep_notice_head head = {.package = package, .sealed = sealed};
    assert_int_equal(dep_notice_head_encode(&head, out), DEP_OK);
}
static void without_why(const struct test_world *world, struct dep_buf *out)
{
    head_of(TEST_PACKAGE, 1, out);
    test_notice_add(world, test_sealed(world), test_sealed(world), false, out);
}
static void other_package(const struct test_world *world, struct dep_buf *out)
{
    head_of(P, 1, out);
    test_notice_add(world, test_sealed(world), test_sealed(world), false, out);
}
static void other_count(const struct test_world *world, struct dep_buf *out)
{
    head_of(TEST_PACKAGE, 2, out);
    test_notice_add(world, test_sealed(world), test_sealed(world), false, out);
}
static void not_told_of(const struct test_world *world, struct dep_buf *out)
{
    (void)world;
    head_of(TEST_PACKAGE, 1, out);
}
static void other_record(const struct test_world *world, struct dep_buf *out)
{
    size_t other = test_sealed(world) + 1;
    head_of(TEST_PACKAGE, 1, out);
    test_notice_add(world, other, other, false, out);
}
static void exchanged(const struct test_world *world, struct dep_buf *out)
{
    head_of(TEST_PACKAGE, 1, out);
    test_notice_add(world, test_sealed(world), test_sealed(world) + 1, false, out);
}
static void why_not_here(const struct test_world *world, struct dep_buf *out)
{
    without_why(world, out);
    test_notice_add(world, test_sealed(world), test_sealed(world) + 1, false, out);
}
static void why_in_part(const struct test_world *world, struct dep_buf *out)
{
    without_why(world, out);
    test_notice_add(world, test_sealed(world), world->marking, false, out);
}
static void no_notice(const struct test_world *world, struct dep_buf *out)
{
    (void)world;
    dep_buf_add_string(out, "x");
}

static void test_open(void **state)
{
    (void)state;
    static const struct opening rows[] = {
        {"good", test_notice_text, NULL},
        {"without a reason", without_why, NULL},
        {"of another package", other_package, "notice.package"},
        {"of another number", other_count, "notice.count"},
        {"the sealed one isn't told of", not_told_of, "notice.record"},
        {"of one that isn't sealed", other_record, "notice.record"},
        {"another in its place", exchanged, "notice.record"},
        {"a reason that isn't in the package", why_not_here, "notice.why"},
        {"a reason in part", why_in_part, "notice.shown"},
        {"no notice", no_notice, "notice.form"},
    };
    struct test_edit edit = {TEST_RECORDS, seal};
    struct test_world *world = test_world_new(schemas, &edit);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_verify *verify = NULL;
        DEP_AUTO_JSON *told = NULL;
        DEP_AUTO_BUF text;
        dep_buf_init(&text, DEP_NOTICE_LEN_MAX);
        rows[i].make(world, &text);
        assert_int_equal(test_verify(world, &verify), DEP_OK);
        int err = dep_verify_notice_read(verify, dep_buf_slice(&text), &told);
        struct dep_verify_notice notice;
        dep_verify_notice(verify, &notice);
        bool good = rows[i].id ? err == DEP_FOUND && !told && test_found(verify, rows[i].id) &&
                                     dep_verify_result(verify) == DEP_ALTERED &&
                                     strcmp(notice.content, "altered") == 0
                               : !err && told && dep_verify_result(verify) == DEP_INTACT &&
                                     strcmp(notice.content, "intact") == 0;
        if (!good) {
            test_print_found(verify);
            fail_msg("%s: %d", rows[i].name, err);
        }
        if (i == 0) {
            const json_t *sealed = json_array_get(json_object_get(told, "sealed"), 0);
            assert_string_equal(dep_json_string(told, "words"), "mercy");
            assert_string_equal(dep_json_string(sealed, "why"), "protected");
            assert_string_equal(dep_json_string(dep_json_object(sealed, "record"), "type"), "note");
            assert_string_equal(
                dep_json_string(json_array_get(dep_json_array(sealed, "because"), 0), "type"),
                "marking.set");
        }
        dep_verify_free(verify);
    }
    test_world_free(world);
}

/* Each allocation of reading one fails in turn: a fault, and nothing said. */
static void test_memory(void **state)
{
    (void)state;
    struct test_edit edit = {TEST_RECORDS, seal};
    struct test_world *world = test_world_new(schemas, &edit);
    struct dep_verify *verify = NULL;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTICE_LEN_MAX);
    test_notice_text(world, &text);
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    long failed = 0;
    for (bool whole = false; !whole; failed += test_step(8)) {
        DEP_AUTO_JSON *told = NULL;
        dep_alloc_fail_at(failed);
        int err = dep_verify_notice_read(verify, dep_buf_slice(&text), &told);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_true((err == DEP_OK) == (told != NULL));
        whole = !err;
    }
    assert_true(failed > 2);
    assert_int_equal(dep_verify_result(verify), DEP_INTACT);
    dep_verify_free(verify);
    test_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_packages), cmocka_unit_test(test_open),
        cmocka_unit_test(test_memory),
    };
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("notice", tests, NULL, NULL);
    return failed;
}
