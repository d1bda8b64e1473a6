#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_u64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        bool good;
        uint64_t value;
    } rows[] = {
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"0", 9, true, 0},
        {"00", 9, false, 0},
        {"", 9, false, 0},
        {"10", 9, false, 0},
        {"+1", 9, false, 0},
        {"1 ", 9, false, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint64_t value = 77;
        assert_int_equal(dep_u64_parse(dep_slice_string(rows[i].text), rows[i].max, &value),
                         rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : 77);
    }
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t bytes[2] = {9, 9};
    assert_true(dep_hex_parse(dep_slice_string("00ff"), bytes, 2));
    assert_int_equal(bytes[1], 0xff);
    static const char *const bad[] = {"00F0", "00f", "00f00", "0g00", ""};
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        uint8_t kept[2] = {1, 2};
        assert_false(dep_hex_parse(dep_slice_string(bad[i]), kept, 2));
        assert_true(kept[0] == 1 && kept[1] == 2);
    }
    char text[5];
    dep_hex_encode(bytes, 2, text);
    assert_string_equal(text, "00ff");
}

static void test_buf_cap_sticks(void **state)
{
    (void)state;
    DEP_AUTO_BUF buf;
    dep_buf_init(&buf, 4);
    dep_buf_add_string(&buf, "abc");
    assert_int_equal(dep_buf_err(&buf), DEP_OK);
    dep_buf_add_string(&buf, "de");
    assert_int_equal(dep_buf_err(&buf), DEP_ERR_CAP);
    dep_buf_add_string(&buf, "f");
    assert_int_equal(buf.len, 3);
    assert_null(dep_buf_take(&buf));
}

static void test_buf_out_of_memory(void **state)
{
    (void)state;
    DEP_AUTO_BUF buf;
    dep_buf_init_secret(&buf, 4096);
    dep_buf_add_string(&buf, "kept");
    dep_alloc_fail_at(0);
    for (int i = 0; i < 100; i++)
        dep_buf_add_string(&buf, "more");
    dep_alloc_fail_at(-1);
    assert_int_equal(dep_buf_err(&buf), DEP_ERR_NOMEM);
    assert_memory_equal(buf.data, "kept", 4);
}

static void test_slices(void **state)
{
    (void)state;
    struct dep_slice rest = DEP_SLICE_LITERAL("a b");
    assert_true(dep_slice_equal_string(dep_slice_next(&rest, ' '), "a"));
    assert_true(dep_slice_equal_string(dep_slice_next(&rest, ' '), "b"));
    assert_int_equal(rest.len, 0);
    assert_int_equal(dep_slice_next(&rest, ' ').len, 0);
    assert_true(dep_slice_starts(DEP_SLICE_LITERAL("abc"), "ab"));
    assert_false(dep_slice_starts(DEP_SLICE_LITERAL("a"), "ab"));
}

static void test_arena_cap(void **state)
{
    (void)state;
    struct dep_arena *arena = dep_arena_new(200000);
    assert_non_null(dep_arena_alloc(arena, 100000));
    char *text = dep_arena_string(arena, DEP_SLICE_LITERAL("x"));
    assert_string_equal(text, "x");
    assert_int_equal((uintptr_t)text % 16, 0);
    assert_null(dep_arena_alloc(arena, 100000));
    dep_arena_free(arena);
}

static void test_list_reserve(void **state)
{
    (void)state;
    size_t room = 0, count = 0;
    int *list = NULL;
    for (; count < 100; count++) {
        int *more = dep_list_reserve(list, count, 1, sizeof *list, &room);
        assert_non_null(more);
        assert_true(room > count && (room & (room - 1)) == 0);
        assert_true(count == 0 || count == room / 2 || more == list);
        list = more;
        list[count] = (int)count;
    }
    dep_alloc_fail_at(0);
    assert_null(dep_list_reserve(list, count, 1000, sizeof *list, &room));
    dep_alloc_fail_at(-1);
    assert_int_equal(room, 128);
    list = dep_list_reserve(list, count, 1000, sizeof *list, &room);
    assert_non_null(list);
    assert_int_equal(room, 2048);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list[i], i);
    free(list);
}

static int compare_ints(const void *key, const void *one)
{
    int a = *(const int *)key, b = *(const int *)one;
    return (a > b) - (a < b);
}

static void test_list_place(void **state)
{
    (void)state;
    static const int list[] = {1, 3, 3, 3, 7};
    static const struct {
        int key;
        size_t place;
    } rows[] = {{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 4}, {7, 4}, {8, 5}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        for (size_t count = 0; count <= DEP_COUNT(list); count++)
            assert_int_equal(dep_list_place(&rows[i].key, count ? list : NULL, count, sizeof *list,
                                            compare_ints),
                             rows[i].place < count ? rows[i].place : count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_place),
        cmocka_unit_test(test_u64),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_buf_cap_sticks),
        cmocka_unit_test(test_buf_out_of_memory),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_arena_cap),
        cmocka_unit_test(test_list_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
