/*
 * JSON: the public parsing suite, and our own stricter rules.
 */
#include "codec/json.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 1024 * 1024 };

/* Valid JSON that records refuse by design, and why. */
static const struct {
    const char *file, *id;
} REFUSED[] = {
    {"y_number.json", "json.real"},
    {"y_number_0e+1.json", "json.real"},
    {"y_number_0e1.json", "json.real"},
    {"y_number_double_close_to_zero.json", "json.real"},
    {"y_number_int_with_exp.json", "json.real"},
    {"y_number_real_capital_e.json", "json.real"},
    {"y_number_real_capital_e_neg_exp.json", "json.real"},
    {"y_number_real_capital_e_pos_exp.json", "json.real"},
    {"y_number_real_exponent.json", "json.real"},
    {"y_number_real_fraction_exponent.json", "json.real"},
    {"y_number_real_neg_exp.json", "json.real"},
    {"y_number_real_pos_exponent.json", "json.real"},
    {"y_number_simple_real.json", "json.real"},
    {"y_object_extreme_numbers.json", "json.real"},
    {"y_object_duplicated_key.json", "json.duplicate"},
    {"y_object_duplicated_key_and_value.json", "json.duplicate"},
    {"y_object_escaped_null_in_key.json", "json.nul"},
    {"y_string_null_escape.json", "json.nul"},
    {"y_structure_lonely_negative_real.json", "json.real"},
};

static const char *refusal_of(const char *file)
{
    for (size_t i = 0; i < DEP_COUNT(REFUSED); i++)
        if (strcmp(REFUSED[i].file, file) == 0)
            return REFUSED[i].id;
    return NULL;
}

static void judge(const char *name, struct dep_slice text, bool *out_good)
{
    struct dep_finding why = {"", "", 0};
    json_t *value = NULL;
    int err = dep_json_parse(text, &value, &why);
    json_decref(value);
    assert_true(err == DEP_OK || err == DEP_FOUND);
    const char *refusal = refusal_of(name);
    if (name[0] == 'n' && err == DEP_OK)
        fail_msg("%s was accepted", name);
    if (name[0] == 'y' && !refusal && err != DEP_OK)
        fail_msg("%s was refused: %s", name, why.id);
    if (refusal && (err != DEP_FOUND || strcmp(why.id, refusal) != 0))
        fail_msg("%s: expected %s, got %s", name, refusal, why.id);
    *out_good = err == DEP_OK;
}

static void test_suite(void **state)
{
    (void)state;
    const char *root = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/json",
                   root ? root : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    DIR *folder = opendir(path);
    if (!folder) {
        printf("JSON suite: all skipped, no folder %s\n", path);
        skip();
    }
    static uint8_t bytes[FILE_MAX];
    size_t counts[3] = {0}, accepted = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char file_name[5000];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(file_name, sizeof file_name, "%s/%s", path, entry->d_name);
        FILE *file = fopen(file_name, "rb");
        assert_non_null(file);
        size_t len = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        bool good;
        judge(entry->d_name, dep_slice_of(bytes, len), &good);
        accepted += good;
        counts[entry->d_name[0] == 'y' ? 0 : entry->d_name[0] == 'n' ? 1 : 2]++;
    }
    (void)closedir(folder);
    printf("JSON suite: %zu must parse (%zu of them refused by design), %zu must not, %zu either; "
           "%zu accepted\n",
           counts[0], DEP_COUNT(REFUSED), counts[1], counts[2], accepted);
    assert_true(counts[0] > 50 && counts[1] > 100);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *id;
    } rows[] = {
        {"[9223372036854775807]", 21, NULL},
        {"[9223372036854775808]", 21, "json.integer"},
        {"[-9223372036854775808]", 22, NULL},
        {"[-9223372036854775809]", 22, "json.integer"},
        {"[1\0]", 4, "json.nul"},
        {"[\"a\\u0000b\"]", 12, "json.nul"},
        {"[1.0]", 5, "json.real"},
        {"{\"a\":1,\"a\":2}", 13, "json.duplicate"},
        {"[1] ", 4, NULL},
        {"[1] x", 5, "json.syntax"},
        {"", 0, "json.syntax"},
        {"[-0]", 4, NULL},
        {"[01]", 4, "json.syntax"},
        {"[-]", 3, "json.syntax"},
        {"[1E2]", 5, "json.real"},
        {"[\"\\ud83d\\ude00\"]", 16, NULL},
        {"[\"\\ud83d\\u0041\"]", 16, "json.syntax"},
        {"[\"\\ude00\"]", 10, "json.syntax"},
        {"[\"\\x\"]", 6, "json.syntax"},
        {"[\"\x1f\"]", 5, "json.syntax"},
        {"[\"\xc3\"]", 5, "json.syntax"},
        {"{\"\\u0061\":1,\"a\":2}", 18, "json.duplicate"},
        {"{\"\\u0061\":\"\\u0062\"}", 19, NULL},
        {"[1,]", 4, "json.syntax"},
        {"{\"a\":1,}", 9, "json.syntax"},
        {"{1:1}", 5, "json.syntax"},
        {"[tru]", 5, "json.syntax"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        json_t *kept = (json_t *)&why, *value = kept;
        int err = dep_json_parse(dep_slice_of(rows[i].text, rows[i].len), &value, &why);
        if (!rows[i].id) {
            assert_int_equal(err, DEP_OK);
            json_decref(value);
            continue;
        }
        assert_int_equal(err, DEP_FOUND);
        assert_string_equal(why.id, rows[i].id);
        assert_ptr_equal(value, kept);
    }
    char *long_text = calloc(1, DEP_JSON_LEN_MAX + 1);
    assert_non_null(long_text);
    memset(long_text, ' ', DEP_JSON_LEN_MAX + 1);
    memcpy(long_text, "[]", 2);
    for (size_t over = 0; over < 2; over++) {
        struct dep_finding why = {"", "", 0};
        json_t *value = NULL;
        int err = dep_json_parse(dep_slice_of(long_text, DEP_JSON_LEN_MAX + over), &value, &why);
        assert_int_equal(err, over ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, over ? "json.len" : "");
        json_decref(value);
    }
    free(long_text);
}

/* Each byte at each place of a string: eight at a time are looked at. */
static void test_every_byte(void **state)
{
    (void)state;
    enum { LEN = 19 };
    for (size_t at = 1; at < LEN - 1; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[LEN + 1] = "\"aaaaaaaaaaaaaaaaa\"";
            json_t *value = NULL;
            text[at] = (char)byte;
            bool plain = byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
            int err = dep_json_parse(dep_slice_of(text, LEN), &value, NULL);
            assert_int_equal(err, plain ? DEP_OK : DEP_FOUND);
            assert_true(!plain || memcmp(json_string_value(value), text + 1, LEN - 2) == 0);
            json_decref(value);
        }
}

static void test_depth(void **state)
{
    (void)state;
    char text[2 * (DEP_JSON_DEPTH_MAX + 1) + 1];
    for (int depth = DEP_JSON_DEPTH_MAX; depth <= DEP_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *value = NULL;
        int err = dep_json_parse(dep_slice_of(text, 2 * (size_t)depth), &value, &why);
        assert_int_equal(err, depth == DEP_JSON_DEPTH_MAX ? DEP_OK : DEP_FOUND);
        assert_string_equal(why.id, depth == DEP_JSON_DEPTH_MAX ? "" : "json.depth");
    }
}

/* Each allocation in turn is refused. */
static void test_refused_memory(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[1,\"two\",{\"\\u0062\":\"th\\u0072ee\"},null,true],\"c\":{},\"d\":[],"
        "\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":[0,0,0,0,0,0,0,0,0,0]}";
    DEP_AUTO_JSON *whole = NULL;
    assert_int_equal(dep_json_parse(dep_slice_string(text), &whole, NULL), DEP_OK);
    assert_string_equal(dep_json_string(json_array_get(dep_json_array(whole, "a"), 2), "b"),
                        "three");
    long refused = 0;
    for (int err = DEP_ERR_NOMEM; err; refused++) {
        json_t *kept = (json_t *)&refused, *value = kept;
        dep_alloc_fail_at(refused);
        err = dep_json_parse(dep_slice_string(text), &value, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || (err == DEP_ERR_NOMEM && value == kept));
        if (!err) {
            assert_true(json_equal(value, whole));
            json_decref(value);
        }
    }
    assert_true(refused > 40);
    /* Nobody saw that the list lacks one: it isn't written. */
    DEP_AUTO_BUF out;
    dep_buf_init(&out, DEP_JSON_LEN_MAX);
    dep_json_own_memory();
    json_t *list = json_object_get(whole, "d");
    assert_int_equal(dep_json_encode(whole, &out), DEP_OK);
    dep_buf_clear(&out);
    dep_alloc_fail_at(0);
    (void)json_array_append_new(list, json_string("lost"));
    dep_alloc_fail_at(-1);
    assert_true(dep_json_refused());
    assert_int_equal(dep_json_encode(whole, &out), DEP_ERR_NOMEM);
    assert_int_equal(out.len, 0);
    dep_json_own_memory();
}

/* What stands at an address that may be freed by now: asked of the kernel, which forbids nothing.
 */
static void look_at(const void *address, size_t len, char *out)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, out, len, (off_t)(uintptr_t)address), len);
    (void)close(fd);
}

/* A value, a name and a copy made by printing: nothing of them is left where they stood. */
static void expect_wiped(void)
{
    enum { SECRET_LEN = 64 };
    static const char text[] =
        "{\"source: the bookkeeper of the third floor, who must not be named at all\":"
        "\"met at the well behind the market, tuesdays; brings a blue umbrella, alone\"}";
    json_t *object = NULL;
    struct dep_finding why;
    assert_int_equal(dep_json_parse(dep_slice_string(text), &object, &why), DEP_OK);
    const char *name = json_object_iter_key(json_object_iter(object));
    const char *value = dep_json_string(object, name);
    char *printed = json_dumps(object, JSON_COMPACT);
    const char *const places[] = {name, value, printed};
    char shown[DEP_COUNT(places)][SECRET_LEN];
    for (size_t i = 0; i < DEP_COUNT(places); i++) {
        look_at(places[i], SECRET_LEN, shown[i]);
        assert_memory_equal(shown[i], places[i], SECRET_LEN);
    }
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    release(printed);
    json_decref(object);
    for (size_t i = 0; i < DEP_COUNT(places); i++) {
        char left[SECRET_LEN];
        look_at(places[i], SECRET_LEN, left);
        /* The allocator's own links stand at the front of what is free; the rest it may fill with
         * any one byte (MALLOC_PERTURB_), which a single letter may happen to be. */
        for (size_t at = 2 * sizeof(void *); at + 4 <= SECRET_LEN; at++)
            assert_memory_not_equal(left + at, shown[i] + at, 4);
    }
}

/* Also where the thread keeps them for the next. */
static void test_freed(void **state)
{
    (void)state;
    expect_wiped();
    dep_json_keep_memory();
    expect_wiped();
    json_t *first = json_string("one"), *second = NULL;
    json_decref(first);
    second = json_string("another");
    assert_ptr_equal(second, first);
    assert_string_equal(json_string_value(second), "another");
    json_decref(second);
    /* Refused as if it had been asked for: none is kept of that size. */
    dep_alloc_fail_at(0);
    assert_null(json_array());
    dep_alloc_fail_at(-1);
    dep_json_give_back();
    dep_json_own_memory();
    expect_wiped();
}

static void test_says(void **state)
{
    (void)state;
    static const struct {
        const char *object, *name, *text;
        bool says;
    } rows[] = {
        {"{\"a\":\"b\"}", "a", "b", true}, {"{\"a\":\"b\"}", "a", "bb", false},
        {"{\"a\":\"b\"}", "a", "", false}, {"{\"a\":\"b\"}", "b", "b", false},
        {"{\"a\":1}", "a", "1", false},    {"[\"a\"]", "a", "a", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *object = NULL;
        assert_int_equal(dep_json_parse(dep_slice_string(rows[i].object), &object, NULL), DEP_OK);
        assert_int_equal(dep_json_says(object, rows[i].name, rows[i].text), rows[i].says);
    }
    assert_false(dep_json_says(NULL, "a", "b"));
}

int main(void)
{
    dep_json_own_memory();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_suite),
                                       cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_every_byte),
                                       cmocka_unit_test(test_depth),
                                       cmocka_unit_test(test_refused_memory),
                                       cmocka_unit_test(test_freed),
                                       cmocka_unit_test(test_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
