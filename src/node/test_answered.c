/*
 * What an answer says of what its sender withdrew, and when one is due.
 */
#include "node/answered.h"
#include "node/evidence.h"
#include "node/test_waiting.h"

#define NOTICE "01a20d48-e325-7d90-ac3a-47d22d4fff77"
#define ANSWER(outcome, left, derived)                                                             \
    "{\"package\":\"" NOTICE "\",\"head_sha256\":\"" ZEROS "\",\"outcome\":\"" outcome "\""        \
    ",\"passed_on\":0,\"passed_on_left\":" left ",\"derived_kept\":" derived

static void dispose_of(const struct dep_collected *item)
{
    struct dep_node *node = open_as("K");
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), "custody.disposed", 0);
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:{s:s,s:s},s:{}}", "item", item->item, "authority",
                                      "text", "order 7", "lang", "en", "unknown");
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok)
            assert_int_equal(json_object_set_new(
                                 json_object_get(claims, "unknown"), schema->fields[i].name,
                                 json_pack("{s:s,s:s}", "code", "unknown", "reason", "not asked")),
                             0);
    dep_node_close(node);
    struct dep_done done;
    char *text = json_dumps(claims, 0);
    record("K", "custody.disposed", text, NULL, &done);
    free(text);
}

/* When it was disposed of, as it says itself: what an answer says of it. */
static const char *answer_erased(const char *left, const char *derived)
{
    static char out[512];
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    struct dep_view received = {.claims = NULL};
    struct dep_index_row said;
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:s}", "package", NOTICE, "head_sha256", ZEROS);
    json_t *now = NULL, *passed = NULL;
    received.claims = claims;
    assert_int_equal(dep_answer_make(node, &received, &passed, &now, &said, &problem), DEP_OK);
    json_decref(passed);
    dep_node_close(node);
    (void)snprintf(out, sizeof out,
                   ANSWER("erased", "%s", "%s") ",\"erased\":\"%s\",\"officer\":\"K\"}", left,
                   derived, dep_json_string(now, "erased"));
    json_decref(now);
    return out;
}

static void expect_answer_due(bool wanted)
{
    static const uint64_t limits[] = {UINT64_MAX, 1000};
    for (size_t l = 0; l < DEP_COUNT(limits); l += (size_t)test_steps(1, 2)) {
        size_t count = 0;
        DEP_AUTO_DUES dues = {.list = NULL};
        gather_list("K", DUE, limits[l], &dues);
        for (size_t i = 0; i < dues.count; i++)
            count += strcmp(dues.list[i].kind, "due.answer") == 0;
        assert_int_equal(count, wanted);
    }
}

/* Two items came and were withdrawn, a transcript was made of one: asked once until that is told,
 * and again once what was told is no longer so. */
static void test_answers(void **state)
{
    (void)state;
    enum { ITEMS = 2 };
    struct dep_collected items[ITEMS], derived;
    struct dep_done done;
    for (size_t i = 0; i < ITEMS; i++) {
        char text[1024];
        take_in("{\"stage\":\"other\",\"restricted\":false}", NULL, 0, &items[i]);
        (void)snprintf(text, sizeof text,
                       "{\"package\":\"" NOTICE "\",\"origin\":\"x/log\",\"index\":\"%zu\","
                       "\"sha256\":\"" ZEROS "\",\"record_type\":\"release.withdrawn\","
                       "\"member\":\"x\",\"sd_jwt\":\"x\",\"item\":\"%s\"}",
                       i + 7, items[i].item);
        record("K", "foreign.record", text, NULL, &done);
    }
    record("K", "foreign.received",
           "{\"package\":\"" NOTICE "\",\"head_sha256\":\"" ZEROS "\",\"sender\":\"x\","
           "\"kind\":\"notice\",\"outcome\":\"taken\",\"records\":2,\"items\":0}",
           NULL, &done);
    DEP_AUTO_JSON *source = dep_record_ref_new("source", items[0].done.jti, &items[0].done.sha256);
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:b,s:[O]}", "stage", "transcript", "restricted", false, "refs", source);
    char *text = json_dumps(claims, 0);
    take_in(text, NULL, 0, &derived);
    free(text);
    expect_answer_due(false); /* to be disposed of first */
    dispose_of(&items[0]);
    expect_answer_due(true);
    /* The other one is kept: that is so, and is known. */
    record("K", "withdrawal.answered", ANSWER("kept", "0", "1") "}", NULL, &done);
    expect_answer_due(false);
    dispose_of(&items[1]);
    expect_answer_due(true);
    record("K", "withdrawal.answered", answer_erased("0", "1"), NULL, &done);
    expect_answer_due(false);
    dispose_of(&derived);
    expect_answer_due(true);
    record("K", "withdrawal.answered", answer_erased("0", "0"), NULL, &done);
    expect_answer_due(false);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers)};
RUN_OVER_REGISTER("answered", tests)
