/*
 * A line of in_force.jsonl: written, read, and one edit a refusal; what it proves, and what not.
 */
#include "package/in_force.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEX "0101010101010101010101010101010101010101010101010101010101010101"
#define BASE "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static void test_line(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool good;
    } rows[] = {
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[\"" BASE "\"]}", true},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]}", true},
        {"{\"status\":12,\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]}", false},
        {"{\"status\":\"012\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]}", false},
        {"{\"status\":\"9223372036854775808\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]}",
         false},
        {"{\"sha256\":\"" HEX "\",\"status\":\"12\",\"place\":0,\"proof\":[]}", false},
        {"{\"status\":\"12\",\"sha256\":\"01\",\"place\":0,\"proof\":[]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":-1,\"proof\":[]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":1000000,\"proof\":[]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":\"0\",\"proof\":[]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[\"AQ==\"]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[1]}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[],\"x\":1}", false},
        {"{\"status\":\"12\",\"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]} ", false},
        {"{\"status\":\"12\", \"sha256\":\"" HEX "\",\"place\":0,\"proof\":[]}", false},
        {"[]", false},
        {"", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_in_force line = {.status = 77};
        struct dep_finding why = {"", "", 0};
        int err = dep_in_force_parse(dep_slice_string(rows[i].line), &line, &why);
        if (err != (rows[i].good ? DEP_OK : DEP_FOUND))
            fail_msg("%s: %d %s", rows[i].line, err, why.id);
        assert_string_equal(why.id, rows[i].good ? "" : "in_force.form");
        assert_int_equal(line.status, rows[i].good ? 12 : 77);
        if (err)
            continue;
        DEP_AUTO_BUF again;
        dep_buf_init(&again, DEP_IN_FORCE_LINE_MAX);
        assert_int_equal(dep_in_force_encode(&line, &again), DEP_OK);
        assert_int_equal(again.len, strlen(rows[i].line) + 1);
        assert_memory_equal(again.data, rows[i].line, again.len - 1);
    }
}

/* The longest there is fits; one hash more isn't read. */
static void test_longest(void **state)
{
    (void)state;
    struct dep_in_force line = {.status = INT64_MAX, .place = DEP_SET_MAX - 1}, out = {.status = 7};
    line.proof.count = DEP_MERKLE_PROOF_MAX;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 2 * DEP_IN_FORCE_LINE_MAX);
    assert_int_equal(dep_in_force_encode(&line, &text), DEP_OK);
    assert_true(text.len < DEP_IN_FORCE_LINE_MAX);
    assert_int_equal(dep_in_force_parse(dep_slice_of(text.data, text.len - 1), &out, NULL), DEP_OK);
    assert_int_equal(dep_in_force_compare(&line, &out), 0);
    text.len -= 3;
    dep_buf_addf(&text, ",\"" BASE "\"]}");
    out.status = 7;
    assert_int_equal(dep_in_force_parse(dep_buf_slice(&text), &out, NULL), DEP_FOUND);
    assert_int_equal(out.status, 7);
}

static void test_set(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool good;
    } rows[] = {
        {"{\"count\":3,\"root\":\"" HEX "\"}", true},
        {"{\"count\":-1,\"root\":\"" HEX "\"}", false},
        {"{\"count\":1000001,\"root\":\"" HEX "\"}", false},
        {"{\"count\":\"3\",\"root\":\"" HEX "\"}", false},
        {"{\"root\":\"" HEX "\"}", false},
        {"{\"count\":3}", false},
        {"{\"count\":3,\"root\":\"01\"}", false},
        {"[]", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *set = NULL;
        uint64_t count = 77;
        struct dep_hash root = {{9}};
        assert_int_equal(dep_json_parse(dep_slice_string(rows[i].json), &set, NULL), DEP_OK);
        bool good = dep_in_force_set_read(set, &count, &root);
        if (good != rows[i].good)
            fail_msg("%s", rows[i].json);
        assert_int_equal(count, good ? 3 : 77);
        assert_int_equal(root.bytes[0], good ? 1 : 9);
    }
}

static void test_holds(void **state)
{
    (void)state;
    struct dep_hash digests[5] = {{{5}}, {{4}}, {{3}}, {{2}}, {{1}}}, root;
    DEP_AUTO_SET *set = NULL;
    assert_int_equal(dep_set_order(digests, 5), 5);
    dep_set_root(digests, 5, &root);
    assert_int_equal(dep_set_new(digests, 5, &set), DEP_OK);
    struct dep_in_force line = {.sha256 = digests[2]};
    assert_int_equal(dep_set_prove(set, &line.sha256, &line.place, &line.proof), DEP_OK);
    assert_true(dep_in_force_holds(&line, 5, &root));
    assert_false(dep_in_force_holds(&line, 4, &root));
    assert_false(dep_in_force_holds(&line, 2, &root));
    struct dep_in_force other = line;
    other.sha256 = digests[3];
    assert_false(dep_in_force_holds(&other, 5, &root));
    other = line;
    other.place = 3;
    assert_false(dep_in_force_holds(&other, 5, &root));
    other = line;
    other.proof.count--;
    assert_false(dep_in_force_holds(&other, 5, &root));
    root.bytes[0] ^= 1;
    assert_false(dep_in_force_holds(&line, 5, &root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
