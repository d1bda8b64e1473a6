/*
 * Read before every file by clang-tidy (tools/tidy), which sees one file at a time: what the
 * functions that announce a finding or a fault return. Without this it follows paths on which a
 * refusal was success.
 */
#ifndef DEP_TOOLS_TIDY_H
#define DEP_TOOLS_TIDY_H
#include "base/base.h"

#define DEP_SEEN extern inline __attribute__((gnu_inline))

DEP_SEEN int dep_found(struct dep_finding *out, const char *id, const char *clause, size_t offset)
{
    if (out)
        *out = (struct dep_finding){id, clause, offset};
    return DEP_FOUND;
}

DEP_SEEN int dep_fault_set(struct dep_fault *out, int err, int sys, const char *what,
                           const char *where_format, ...)
{
    (void)where_format;
    if (out) {
        out->sys = sys;
        out->what = what;
    }
    if (err >= 0)
        __builtin_unreachable();
    return err;
}

/* cmocka's: none of them returns where the test has failed or was skipped. */
void _skip(const char *file, int line) __attribute__((noreturn));
void _fail(const char *file, int line) __attribute__((noreturn));

DEP_SEEN void _assert_true(const uintmax_t result, const char *const expression,
                           const char *const file, const int line)
{
    (void)expression;
    (void)file;
    (void)line;
    if (!result)
        __builtin_unreachable();
}

DEP_SEEN void _assert_int_equal(const uintmax_t a, const uintmax_t b, const char *const file,
                                const int line)
{
    (void)file;
    (void)line;
    if (a != b)
        __builtin_unreachable();
}

#ifdef DEP_TIDY_NODE
#include "node/node.h"

DEP_SEEN int dep_problem_found(struct dep_problem *out, const char *id, const char *clause,
                               const char *detail)
{
    (void)detail;
    return dep_found(&out->finding, id, clause, 0);
}

DEP_SEEN int dep_problem_fault(struct dep_problem *out, int err, const char *what,
                               const char *where)
{
    return dep_fault_set(&out->fault, err, 0, what, "%s", where);
}
#endif
#endif
