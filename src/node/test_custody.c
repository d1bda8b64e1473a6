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
        enum { PLAIN, HOLD, CORRECTION, CORRECTION_ON_HOLD } how;
    } rows[] = {
        {"in_custody", "custody.transferred", "{}", NULL, PLAIN},
        {"sent_not_received", "custody.transferred", "{}", "custody.sent", PLAIN},
        {"sent_not_received", "custody.received", "{}", NULL, PLAIN},
        {"in_custody", "custody.received", "{}", "custody.not_sent", PLAIN},
        {"sent_not_received", "custody.lost", "{}", NULL, PLAIN},
        {"lost", "custody.found", "{}", NULL, PLAIN},
        {"in_custody", "custody.found", "{}", "custody.not_lost", PLAIN},
        {"lost", "custody.transferred", "{}", "custody.lost", PLAIN},
        {"in_custody", "custody.disposed", "{\"authority\":{\"text\":\"order 7\",\"lang\":\"en\"}}",
         NULL, PLAIN},
        {"in_custody", "custody.disposed", "{}", "custody.authority", PLAIN},
        {"in_custody", "custody.disposed", "{\"authority\":{\"text\":\"order 7\",\"lang\":\"en\"}}",
         "custody.hold", HOLD},
        {"in_custody", "custody.returned", "{}", "custody.hold", HOLD},
        {"in_custody", "custody.examined", "{}", NULL, HOLD},
        {"disposed", "custody.examined", "{}", "custody.disposed", PLAIN},
        /* Analysis on the original: only where why is said, also where it is a correction. */
        {"in_custody", "custody.examined", "{\"worked_on\":\"working_copy\"}", NULL, PLAIN},
        {"in_custody", "custody.examined", "{\"worked_on\":\"original\"}", "custody.original",
         PLAIN},
        {"in_custody", "custody.examined", "{\"worked_on\":\"original\"}", "custody.original",
         CORRECTION},
        {"in_custody", "custody.examined", "{\"worked_on\":\"original\",\"why_original\":{}}", NULL,
         PLAIN},
        {"disposed", "note", "{}", NULL, PLAIN},
        {"in_custody", "custody.transferred", "{\"giver\":{\"state\":\"signed\",\"code\":\"K1\"}}",
         NULL, PLAIN},
        {"in_custody", "custody.transferred", "{\"giver\":{\"state\":\"signed\"}}", "custody.side",
         PLAIN},
        {"in_custody", "custody.transferred",
         "{\"giver\":{\"state\":\"on_paper\",\"scan_sha256\":\"x\",\"seen_by\":\"K1\"}}",
         "custody.side", PLAIN},
        {"in_custody", "custody.transferred",
         "{\"giver\":{\"state\":\"on_paper\",\"scan_sha256\":\"x\",\"seen_by\":\"K1\",\"checked\":{"
         "}}}",
         NULL, PLAIN},
        {"in_custody", "custody.transferred", "{\"taker\":{\"state\":\"refused\"}}", "custody.side",
         PLAIN},
        {"in_custody", "custody.copied", "{\"copies\":[]}", "custody.none", PLAIN},
        {"in_custody", "custody.copied", "{\"copies\":[{}]}", NULL, PLAIN},
        {"in_custody", "custody.split", "{\"parts\":[]}", "custody.none", PLAIN},
        /* Nobody signs for another: K1 is at work, K2 signed the transfer. */
        {"in_custody", "custody.transferred", "{\"giver\":{\"state\":\"signed\",\"code\":\"K2\"}}",
         "custody.signed", PLAIN},
        {"in_custody", "custody.transferred", "{\"taker\":{\"state\":\"signed\",\"code\":\"K1\"}}",
         "custody.signed", PLAIN},
        {"sent_not_received", "custody.received",
         "{\"taker\":{\"state\":\"signed\",\"code\":\"K1\"}}", NULL, PLAIN},
        {"sent_not_received", "custody.received",
         "{\"taker\":{\"state\":\"signed\",\"code\":\"K2\"}}", "custody.signed", PLAIN},
        {"sent_not_received", "custody.received",
         "{\"giver\":{\"state\":\"signed\",\"code\":\"K2\"}}", NULL, PLAIN},
        {"sent_not_received", "custody.received",
         "{\"giver\":{\"state\":\"signed\",\"code\":\"K1\"}}", "custody.signed", PLAIN},
        /* A correction is no second event: the state was judged when the first was recorded. */
        {"sent_not_received", "custody.transferred", "{}", NULL, CORRECTION},
        {"disposed", "custody.disposed", "{}", "custody.authority", CORRECTION},
        {"disposed", "custody.disposed", "{\"authority\":{\"text\":\"order 7\",\"lang\":\"en\"}}",
         NULL, CORRECTION_ON_HOLD},
        {"in_custody", "custody.transferred",
         "{\"taker\":{\"state\":\"unavailable\",\"reason\":{}}}", NULL, PLAIN},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_item item = {.on_hold = rows[i].how == HOLD || rows[i].how == CORRECTION_ON_HOLD,
                                .lost = strcmp(rows[i].state, "lost") == 0,
                                .disposed = strcmp(rows[i].state, "disposed") == 0};
        (void)snprintf(item.state, sizeof item.state, "%s", rows[i].state);
        DEP_AUTO_JSON *claims = json_loads(rows[i].claims, 0, NULL);
        struct dep_finding why = {"", "", 0};
        const struct dep_custody_event event = {
            .type = rows[i].type,
            .claims = claims,
            .by_code = "K1",
            .answers_code = strcmp(rows[i].type, "custody.received") == 0 ? "K2" : NULL,
            .correction = rows[i].how == CORRECTION || rows[i].how == CORRECTION_ON_HOLD};
        const char *field;
        int err = dep_custody_judge(&item, &event, &why, &field);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        /* Which side or list it is is told of those, and of nothing else. */
        bool about =
            err && (strcmp(why.id, "custody.side") == 0 || strcmp(why.id, "custody.signed") == 0 ||
                    strcmp(why.id, "custody.none") == 0);
        if ((field != NULL) != about || (field && !strstr(rows[i].claims, field)))
            fail_msg("row %zu: %s", i, field ? field : "no field");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
