/*
 * What may follow what: the decision as a table.
 */
#include "node/custody.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_events(void **state)
{
    (void)state;
    static const struct {
        const char *state, *type, *claims, *id;
        bool hold;
    } rows[] = {
        {"in_custody", "custody.transferred", "{}", NULL, false},
        {"sent_not_received", "custody.transferred", "{}", "custody.sent", false},
        {"sent_not_received", "custody.received", "{}", NULL, false},
        {"in_custody", "custody.received", "{}", "custody.not_sent", false},
        {"sent_not_received", "custody.lost", "{}", NULL, false},
        {"lost", "custody.found", "{}", NULL, false},
        {"in_custody", "custody.found", "{}", "custody.not_lost", false},
        {"lost", "custody.transferred", "{}", "custody.lost", false},
        {"in_custody", "custody.disposed", "{\"authority\":{\"text\":\"order 7\",\"lang\":\"en\"}}",
         NULL, false},
        {"in_custody", "custody.disposed", "{}", "custody.authority", false},
        {"in_custody", "custody.disposed", "{\"authority\":{\"text\":\"order 7\",\"lang\":\"en\"}}",
         "custody.hold", true},
        {"in_custody", "custody.returned", "{}", "custody.hold", true},
        {"in_custody", "custody.examined", "{}", NULL, true},
        {"disposed", "custody.examined", "{}", "custody.disposed", false},
        {"disposed", "note", "{}", NULL, false},
        {"in_custody", "custody.transferred", "{\"giver\":{\"state\":\"signed\",\"code\":\"K1\"}}",
         NULL, false},
        {"in_custody", "custody.transferred", "{\"giver\":{\"state\":\"signed\"}}", "custody.side",
         false},
        {"in_custody", "custody.transferred",
         "{\"giver\":{\"state\":\"on_paper\",\"scan_sha256\":\"x\",\"seen_by\":\"K1\"}}",
         "custody.side", false},
        {"in_custody", "custody.transferred",
         "{\"giver\":{\"state\":\"on_paper\",\"scan_sha256\":\"x\",\"seen_by\":\"K1\",\"checked\":{"
         "}}}",
         NULL, false},
        {"in_custody", "custody.transferred", "{\"taker\":{\"state\":\"refused\"}}", "custody.side",
         false},
        {"in_custody", "custody.transferred",
         "{\"taker\":{\"state\":\"unavailable\",\"reason\":{}}}", NULL, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_item item = {.on_hold = rows[i].hold,
                                .lost = strcmp(rows[i].state, "lost") == 0,
                                .disposed = strcmp(rows[i].state, "disposed") == 0};
        (void)snprintf(item.state, sizeof item.state, "%s", rows[i].state);
        DEP_AUTO_JSON *claims = json_loads(rows[i].claims, 0, NULL);
        struct dep_finding why = {"", "", 0};
        int err = dep_custody_judge(&item, rows[i].type, claims, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
