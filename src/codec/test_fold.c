/*
 * Folded names: pairs that are one name to some file system, pairs that are not, and for every
 * character that folding twice changes nothing more.
 */
#include "base/test_slow.h"
#include "codec/fold.h"
#include "codec/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void fold(const char *name, struct dep_buf *out)
{
    dep_buf_init(out, 4096);
    assert_int_equal(dep_fold_name(dep_slice_string(name), out), DEP_OK);
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"data/a", "data/a", true},
        {"data/a", "data/b", false},
        {"data/HELLO.txt", "data/hello.TXT", true},
        {"N\xc3\xba\xc3\xb1"
         "ez",
         "Nu\xcc\x81n\xcc\x83"
         "ez",
         true},                              /* RFC 8493 6.1.1.2's own */
        {"\xc3\x9f", "SS", true},            /* sharp s */
        {"\xe2\x84\xab", "a\xcc\x8a", true}, /* angstrom sign */
        {"\xef\xac\x81", "fi", true},        /* ligature: folding, not NFD */
        {"\xe2\x91\xa0", "1", false},        /* circled one: compatibility only */
        {"\xea\xb0\x81", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", true}, /* Hangul syllable */
        {"\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1", true},             /* without a final */
        {"a\xcc\x81\xcc\xa3", "a\xcc\xa3\xcc\x81", true},               /* marks of two classes */
        {"a\xcc\x81\xcc\x88", "a\xcc\x88\xcc\x81", false}, /* of one class: order counts */
        {"\xd0\x96", "\xd0\xb6", true},                    /* Cyrillic */
        {"\xd8\xa2", "\xd8\xa7\xd9\x93", true},            /* Arabic alef with madda */
        {"\xf0\x90\x90\x80", "\xf0\x90\x90\xa8", true},    /* Deseret, beyond the BMP */
        {"\xcd\x85\xcc\x81", "\xcc\x81\xcd\x85", true},    /* ypogegrammeni moves, then folds */
        {"\xff", "\xff", true},
        {"\xff", "\xfe", false},
        {"\xff", "\xc3\xbf", false}, /* a stray byte is no character */
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF a, b;
        fold(rows[i].a, &a);
        fold(rows[i].b, &b);
        if (dep_slice_equal(dep_buf_slice(&a), dep_buf_slice(&b)) != rows[i].same)
            fail_msg("row %zu: '%s' against '%s'", i, (char *)a.data, (char *)b.data);
    }
}

static void test_twice(void **state)
{
    (void)state;
    size_t changed = 0;
    /* The planes above hold nothing that the tables do. */
    const uint32_t last = test_slowest() ? 0x2ffff : 0x10ffff;
    for (uint32_t code = 1; code <= last; code++) {
        if (code == 0xd800)
            code = 0xe000;
        DEP_AUTO_BUF name, once, twice;
        uint32_t back = 0;
        dep_buf_init(&name, 8);
        dep_utf8_write(code, &name);
        assert_int_equal(dep_utf8_read(dep_buf_slice(&name), 0, &back), name.len);
        assert_int_equal(back, code);
        fold((char *)name.data, &once);
        fold((char *)once.data, &twice);
        assert_true(dep_slice_equal(dep_buf_slice(&once), dep_buf_slice(&twice)));
        changed += !dep_slice_equal(dep_buf_slice(&once), dep_buf_slice(&name));
    }
    assert_true(changed > 11172 + 3000); /* the syllables, and what the tables hold */
}

static void test_memory(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 0; !done; n++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 64);
        dep_alloc_fail_at(n);
        int err = dep_fold_name(dep_slice_string("a\xcc\x81"), &out);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        done = err == DEP_OK;
        assert_true(n < 100);
    }
    DEP_AUTO_BUF small;
    dep_buf_init(&small, 1);
    assert_int_equal(dep_fold_name(dep_slice_string("ab"), &small), DEP_ERR_CAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
