/*
 * What the two tests of the ledger share.
 */
#ifndef DEP_RULES_TEST_LEDGER_SUPPORT_H
#define DEP_RULES_TEST_LEDGER_SUPPORT_H
#include "rules/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dep_ledger_sum sum_of(const struct dep_flow *flows, size_t count,
                                    enum dep_ledger_total total)
{
    struct dep_ledger_sum sum;
    struct dep_finding why;
    assert_int_equal(dep_ledger_sum(flows, count, total, NULL, &sum, &why), DEP_OK);
    return sum;
}
#endif
