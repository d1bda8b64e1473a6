/*
 * content.jsonl: one good text, and one edit a refusal.
 */
#include "package/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A "0190a2b4-7c1e-7abc-8def-0123456789ab"
#define B "0190a2b4-7c1e-7abc-8def-0123456789ac"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "2222222222222222222222222222222222222222222222222222222222222222"
#define PACKAGE                                                                                    \
    "{\"line\":\"package\",\"v\":1,\"id\":\"" A "\",\"kind\":\"release\",\"sender\":\"iq\","       \
    "\"recipient\":\"court\",\"charter\":\"" H1 "\"}\n"
#define RECORD(origin, index, shown)                                                               \
    "{\"line\":\"record\",\"origin\":\"" origin "\",\"index\":\"" index "\",\"sha256\":\"" H1      \
    "\",\"shown\":[" shown "]}\n"
#define ITEM(id, as, opens, path, pieces)                                                          \
    "{\"line\":\"item\",\"item\":\"" id "\",\"record\":\"" H1 "\",\"as\":\"" as                    \
    "\",\"opens\":\"" opens "\",\"path\":\"items/" id "/" path "\",\"pieces\":" pieces             \
    ",\"bytes\":\"12\",\"payload_sha256\":\"" H2 "\"}\n"
#define NAMED(rel, hash, why)                                                                      \
    "{\"line\":\"linked\",\"from\":\"" H1 "\",\"rel\":\"" rel                                      \
    "\",\"as\":\"named\",\"sha256\":\"" hash "\",\"why\":\"" why "\"}\n"
#define COUNTED(rel, count, why)                                                                   \
    "{\"line\":\"linked\",\"from\":\"" H1 "\",\"rel\":\"" rel                                      \
    "\",\"as\":\"counted\",\"count\":" count ",\"why\":\"" why "\"}\n"
#define SEEN(origin, size)                                                                         \
    "{\"line\":\"seen\",\"origin\":\"" origin "\",\"size\":\"" size "\",\"root\":\"" H2 "\"}\n"
#define KEY "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
#define MISTYPED_KEY "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q"
#define NOTICE(sealed, opens, to)                                                                  \
    "{\"line\":\"notice\",\"sealed\":" sealed ",\"opens\":\"" opens "\"" to ",\"sha256\":\"" H1    \
    "\",\"page_sha256\":\"" H2 "\"}\n"
#define TO(key) ",\"to\":\"" key "\""
#define FILE_LINE(path) "{\"line\":\"file\",\"path\":\"" path "\",\"sha256\":\"" H2 "\"}\n"

#define GOOD                                                                                       \
    PACKAGE RECORD("iq/1", "9", "") RECORD("iq/1", "10", "\"note\",\"place\"")                     \
        RECORD("us/\\\"1", "0", "\"note\"")                                                        \
            ITEM(A, "whole", "recipient", "container.tar.age", "2")                                \
                ITEM(B, "parts", "passphrase", "parts.tar.age", "1")                               \
                    COUNTED("about<", "3", "rule") NAMED("answers", H1, "consent")                 \
                        NAMED("answers", H2, "consent") NOTICE("2", "recipient", TO(KEY))          \
                            SEEN("iq/1", "9") SEEN("iq/1", "10") FILE_LINE("custody.pdf")          \
                                FILE_LINE("index.html")

/* The id of the first finding, or "". Every line taken is written again as it was. */
static const char *read_all(struct dep_slice text)
{
    struct dep_content_reader *reader = NULL;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_content_reader_new(&reader), DEP_OK);
    while (text.len) {
        struct dep_slice line = dep_slice_next(&text, '\n');
        const struct dep_content_line *out = NULL;
        int err = dep_content_read(reader, line, &out, &why);
        if (err) {
            assert_int_equal(err, DEP_FOUND);
            assert_null(out);
            break;
        }
        DEP_AUTO_BUF again;
        dep_buf_init(&again, DEP_CONTENT_LINE_MAX);
        assert_int_equal(dep_content_encode(out, &again), DEP_OK);
        assert_int_equal(again.len, line.len + 1);
        assert_memory_equal(again.data, line.data, line.len);
    }
    dep_content_reader_free(reader);
    return why.id;
}

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *id;
    } rows[] = {
        {"good", GOOD, ""},
        {"package alone", PACKAGE, ""},
        {"no package line", RECORD("iq/1", "9", ""), "content.order"},
        {"package twice", PACKAGE PACKAGE, "content.order"},
        {"record twice", PACKAGE RECORD("iq/1", "9", "") RECORD("iq/1", "9", ""), "content.order"},
        {"records descend", PACKAGE RECORD("iq/1", "10", "") RECORD("iq/1", "9", ""),
         "content.order"},
        {"origins descend", PACKAGE RECORD("us/1", "1", "") RECORD("iq/1", "9", ""),
         "content.order"},
        {"kinds descend", PACKAGE SEEN("iq/1", "9") RECORD("iq/1", "9", ""), "content.order"},
        {"item twice",
         PACKAGE ITEM(A, "whole", "recipient", "container.tar.age", "1")
             ITEM(A, "parts", "recipient", "parts.tar.age", "1"),
         "content.order"},
        {"linked descend", PACKAGE NAMED("answers", H2, "rule") NAMED("answers", H1, "rule"),
         "content.order"},
        {"counted for two reasons",
         PACKAGE COUNTED("item<", "1", "consent") COUNTED("item<", "1", "rule"), ""},
        {"notice by passphrase", PACKAGE NOTICE("1", "passphrase", ""), ""},
        {"notice twice", PACKAGE NOTICE("1", "passphrase", "") NOTICE("2", "passphrase", ""),
         "content.order"},
        {"notice of nothing", PACKAGE NOTICE("0", "passphrase", ""), "content.form"},
        {"notice of less than nothing", PACKAGE NOTICE("-1", "passphrase", ""), "content.form"},
        {"notice for nobody", PACKAGE NOTICE("1", "nobody", ""), "content.form"},
        {"notice for no key", PACKAGE NOTICE("1", "recipient", ""), "content.form"},
        {"notice for a key and a passphrase", PACKAGE NOTICE("1", "passphrase", TO(KEY)),
         "content.form"},
        {"notice for a key with a slip", PACKAGE NOTICE("1", "recipient", TO(MISTYPED_KEY)),
         "content.form"},
        {"notice for what is no key", PACKAGE NOTICE("1", "recipient", TO("age1x")),
         "content.form"},
        {"files descend", PACKAGE FILE_LINE("index.html") FILE_LINE("custody.pdf"),
         "content.order"},
        {"another kind of line", PACKAGE "{\"line\":\"note\"}\n", "content.line"},
        {"no kind", PACKAGE "{}\n", "content.line"},
        {"no object", PACKAGE "[]\n", "content.line"},
        {"no JSON", PACKAGE "{\n", "json.syntax"},
        {"an empty line", PACKAGE "\n", "json.syntax"},
        {"a member twice", PACKAGE "{\"line\":\"file\",\"line\":\"file\"}\n", "json.duplicate"},
        {"a blank", PACKAGE "{\"line\": \"file\",\"path\":\"a\",\"sha256\":\"" H1 "\"}\n",
         "content.form"},
        {"a carriage return",
         PACKAGE "{\"line\":\"file\",\"path\":\"a\",\"sha256\":\"" H1 "\"}\r\n", "content.form"},
        {"another order", PACKAGE "{\"line\":\"file\",\"sha256\":\"" H1 "\",\"path\":\"a\"}\n",
         "content.form"},
        {"one member more",
         PACKAGE "{\"line\":\"file\",\"path\":\"a\",\"sha256\":\"" H1 "\",\"v\":1}\n",
         "content.form"},
        {"one member less", PACKAGE "{\"line\":\"file\",\"path\":\"a\"}\n", "content.form"},
        {"an escape that needn't be",
         PACKAGE "{\"line\":\"file\",\"path\":\"\\u0061\",\"sha256\":\"" H1 "\"}\n",
         "content.form"},
        {"index with a zero", PACKAGE RECORD("iq/1", "09", ""), "content.form"},
        {"origin with a blank", PACKAGE RECORD("iq 1", "9", ""), "content.form"},
        {"fields descend", PACKAGE RECORD("iq/1", "9", "\"place\",\"note\""), "content.form"},
        {"field twice", PACKAGE RECORD("iq/1", "9", "\"note\",\"note\""), "content.form"},
        {"field is a number", PACKAGE RECORD("iq/1", "9", "1"), "content.form"},
        {"kind of package", PACKAGE ITEM(A, "whole", "everybody", "container.tar.age", "1"),
         "content.form"},
        {"container of another name", PACKAGE ITEM(A, "whole", "recipient", "container.tar", "1"),
         "content.form"},
        {"no piece", PACKAGE ITEM(A, "whole", "recipient", "container.tar.age", "0"),
         "content.form"},
        {"parts in pieces", PACKAGE ITEM(A, "parts", "recipient", "parts.tar.age", "2"),
         "content.form"},
        {"1001 pieces", PACKAGE ITEM(A, "whole", "recipient", "container.tar.age", "1001"),
         "content.form"},
        {"relation", PACKAGE NAMED("likes", H1, "rule"), "content.form"},
        {"relation both ways", PACKAGE NAMED("answers<<", H1, "rule"), "content.form"},
        {"reason", PACKAGE NAMED("answers", H1, "because"), "content.form"},
        {"none counted", PACKAGE COUNTED("answers", "0", "rule"), "content.form"},
        {"less than none counted", PACKAGE COUNTED("answers", "-1", "rule"), "content.form"},
        {"path out of the folder", PACKAGE FILE_LINE("../a"), "content.form"},
        {"absolute path", PACKAGE FILE_LINE("/a"), "content.form"},
        {"a receipt has no content",
         "{\"line\":\"package\",\"v\":1,\"id\":\"" A "\",\"kind\":\"receipt\",\"sender\":\"iq\","
         "\"recipient\":\"court\",\"charter\":\"" H1 "\"}\n",
         "content.form"},
        {"version 2",
         "{\"line\":\"package\",\"v\":2,\"id\":\"" A "\",\"kind\":\"release\",\"sender\":\"iq\","
         "\"recipient\":\"court\",\"charter\":\"" H1 "\"}\n",
         "content.form"},
        {"id of another version",
         "{\"line\":\"package\",\"v\":1,\"id\":\"0190a2b4-7c1e-4abc-8def-0123456789ab\",\"kind\":"
         "\"release\",\"sender\":\"iq\",\"recipient\":\"court\",\"charter\":\"" H1 "\"}\n",
         "content.form"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        const char *id = read_all(dep_slice_string(rows[i].text));
        if (strcmp(id, rows[i].id) != 0)
            fail_msg("%s: %s", rows[i].name, id);
    }
}

static void test_long_line(void **state)
{
    (void)state;
    static char text[DEP_CONTENT_LINE_MAX + 1];
    memset(text, ' ', sizeof text);
    assert_string_equal(read_all(dep_slice_of(text, DEP_CONTENT_LINE_MAX)), "content.len");
}

static void test_encode_refuses(void **state)
{
    (void)state;
    DEP_AUTO_BUF out;
    dep_buf_init(&out, 4096);
    dep_buf_add_string(&out, "before");
    const struct dep_content_line lines[] = {
        {.kind = DEP_CONTENT_FILE, .file = {.path = "A"}},
        {.kind = DEP_CONTENT_FILE, .file = {.path = NULL}},
        {.kind = DEP_CONTENT_SEEN, .seen = {.origin = ""}},
        {.kind = DEP_CONTENT_PACKAGE, .package = {.id = A, .sender = "a b", .recipient = "c"}},
    };
    for (size_t i = 0; i < DEP_COUNT(lines); i++) {
        assert_int_equal(dep_content_encode(&lines[i], &out), DEP_ERR_CAP);
        assert_int_equal(out.len, 6);
    }
}

static void test_memory(void **state)
{
    (void)state;
    long failed = 0;
    for (bool whole = false; !whole; failed++) {
        struct dep_content_reader *reader = NULL;
        struct dep_slice text = dep_slice_string(GOOD);
        dep_alloc_fail_at(failed);
        int err = dep_content_reader_new(&reader);
        while (!err && text.len) {
            const struct dep_content_line *out = NULL;
            err = dep_content_read(reader, dep_slice_next(&text, '\n'), &out, NULL);
        }
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        whole = !err;
        dep_content_reader_free(reader);
    }
    assert_true(failed > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_encode_refuses),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
