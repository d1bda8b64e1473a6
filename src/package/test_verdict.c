/*
 * Steps 7 and 8 over the good package, and one edit away from it what is found: of the verdict as
 * written, of what it rests on, of what goes.
 */
#include "package/test_row.h"
#include "package/verdict.h"

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define OTHER_ITEM "0190a2b4-7c1e-7abc-8def-0123456789ac"

static const struct dep_schemas *schemas;

/* ---- edits ---- */

static void consent_withheld(struct test_world *world)
{
    record_of(world, world->consent)->shown[0] = NULL;
}
static void consent_left_out(struct test_world *world)
{
    leave_out(world, world->consent);
}
static void approval_withheld(struct test_world *world)
{
    record_of(world, world->approval)->shown[0] = NULL; /* what counts of it is open */
}
static void marking_withheld(struct test_world *world)
{
    record_of(world, world->marking)->shown[0] = NULL;
}
static void marking_left_out(struct test_world *world)
{
    leave_out(world, world->marking);
}
static void basis_withheld(struct test_world *world)
{
    struct test_record *record = record_of(world, world->collected);
    record->shown[0] = "exhibit";
    record->shown[1] = "sensitive";
    record->shown[2] = NULL;
}
static void collected_field_more(struct test_world *world)
{
    record_of(world, world->collected)->shown[3] = "unknown";
}
static void prepared_withheld(struct test_world *world)
{
    record_of(world, world->prepared)->shown[0] = NULL;
}
static void verdict_withheld(struct test_world *world)
{
    record_of(world, world->made)->shown[0] = NULL;
}
static void made_left_out(struct test_world *world)
{
    leave_out(world, world->made);
}
static void entry_left_out(struct test_world *world)
{
    leave_out(world, world->entered);
}
static void by_preparer(struct test_world *world)
{
    world->by_preparer = true;
}
/* The same item stated anew, behind the verdict. */
static void marked_later(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    (void)test_state(world, log->legal, DEP_ROLE_LEGAL, "LO1", "marking.set",
                     test_claims(log, "{'item':'" TEST_ITEM "','territories':['SY']}", "item",
                                 world->collected));
}
static void other_item_record(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    (void)test_state(world, log->legal, DEP_ROLE_LEGAL, "LO1", "marking.set",
                     test_claims(log, "{'item':'" OTHER_ITEM "'}", "item", world->collected));
}

/* Unheard by the judge. */
static void marked_before(struct test_world *world)
{
    marked_later(world);
    world->heard_count--;
    json_decref(world->heard[world->heard_count].claims);
}
/* `key`, enrolled at that place, isn't trusted from `from` on. */
static void distrust(struct test_world *world, const struct dep_signing_key *key, size_t enrolled,
                     size_t from)
{
    struct test_log *log = &world->logs[0];
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(key), kid);
    (void)test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "key.revoked",
                     json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", kid, "from_index", (json_int_t)from,
                               "reason", "text", "lost", "lang", "en"));
    log->records[enrolled].ended = true;
}
enum { OFFICER_AT = 2, APPROVER_AT = 4 };
static void approver_distrusted(struct test_world *world)
{
    distrust(world, world->logs[0].approver, APPROVER_AT, world->approval);
}
static void approver_revoked(struct test_world *world)
{
    distrust(world, world->logs[0].approver, APPROVER_AT, world->logs[0].count);
}
/* The same once more, by another officer. */
static size_t mark_again(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    size_t at = test_state(world, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "marking.set",
                           test_claims(log, "{'item':'" TEST_ITEM "','territories':['IQ']}", "item",
                                       world->collected));
    world->heard_count--;
    json_decref(world->heard[world->heard_count].claims);
    return at;
}
static void marked_again(struct test_world *world)
{
    (void)mark_again(world);
}
static void marker_distrusted(struct test_world *world)
{
    size_t at = mark_again(world);
    distrust(world, world->logs[0].officer, OFFICER_AT, at);
}
static void marking_counted(struct test_world *world)
{
    marking_left_out(world);
    world->more_of_item = true;
}
/* The same prepared once more: nobody approved that. */
static void prepared_anew(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    world->other = test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "release.prepared",
                              test_claims(log, test_prepared, NULL, SIZE_MAX));
    record_of(world, world->other)->listed = true;
    test_show_all(world, record_of(world, world->other), "release.prepared");
}

/* The verdict as written: each edit of it, with its digest made anew but for the first. */
static void test_written(void **state)
{
    (void)state;
#define WRITTEN(at, value)                                                                         \
    {                                                                                              \
        "release.made", "/verdict" at, value, true                                                 \
    }
    static const struct row rows[] = {
        {"another time, its digest left",
         {"release.made", "/verdict/now", "\"2026-12-01T02:00:00Z\"", false},
         NO_EDIT,
         "verdict.digest",
         DEP_ALTERED},
        {"a digest of nothing",
         {"release.made", "/verdict/digest", "\"" ZERO "\"", false},
         NO_EDIT,
         "verdict.digest",
         DEP_ALTERED},
        {"an outcome that lets nothing go", WRITTEN("/outcome", "\"no\""), NO_EDIT,
         "verdict.outcome", DEP_ALTERED},
        {"another charter", WRITTEN("/charter", "\"" ZERO "\""), NO_EDIT, "verdict.charter",
         DEP_ALTERED},
        {"another log", WRITTEN("/origin", "\"fr/log\""), NO_EDIT, "verdict.log", DEP_ALTERED},
        {"an earlier place", WRITTEN("/size", "\"600\""), NO_EDIT, "verdict.log", DEP_ALTERED},
        {"another root", WRITTEN("/root", "\"" ZERO "\""), NO_EDIT, "verdict.log", DEP_ALTERED},
        {"before the consent's term", WRITTEN("/now", "\"2026-11-30T00:00:00Z\""), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"nothing judged", WRITTEN("/no_rule", "\"rule.none\""), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"a review owed", WRITTEN("/review_by", "\"2027-01-01T00:00:00Z\""), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"the first requirement dropped", WRITTEN("/requirements/0", NULL), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"the last requirement dropped", WRITTEN("/requirements/3", NULL), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"all requirements dropped", WRITTEN("/requirements", "[]"), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"a requirement added",
         WRITTEN("/requirements/4", "{\"need\":\"redaction\",\"rule\":\"share\",\"met\":\"met\","
                                    "\"material\":0}"),
         NO_EDIT, "verdict.differs", DEP_ALTERED},
        {"one waived", WRITTEN("/requirements/2/met", "\"waived\""), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"another rule", WRITTEN("/requirements/2/rule", "\"other\""), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"another giver", WRITTEN("/requirements/2/who", "\"fr\""), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"another territory", WRITTEN("/requirements/2/code", "\"SY\""), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
        {"a territory of no list", WRITTEN("/requirements/2/code", "\"XX\""), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"a status nobody asked for", WRITTEN("/requirements/2/status", "\"" ZERO "\""), NO_EDIT,
         "verdict.differs", DEP_ALTERED},
        {"a record that is nowhere", WRITTEN("/requirements/2/record", "\"" ZERO "\""), NO_EDIT,
         "verdict.record", DEP_ALTERED},
        {"another material", WRITTEN("/requirements/2/material", "1"), NO_EDIT, "verdict.differs",
         DEP_ALTERED},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* What it rests on says something else than it was judged by, or isn't shown. */
static void test_rests_on(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"consent to another purpose",
         {"consent.given", "/terms/purposes/0", "\"inquiry\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent for another recipient",
         {"consent.given", "/terms/recipients/0", "\"bureau\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent for another territory",
         {"consent.given", "/terms/territories/0", "\"SY\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent for another item",
         {"consent.given", "/terms/scope/id", "\"" OTHER_ITEM "\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent to a mission",
         {"consent.given", "/terms/actions/0", "\"mission\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent that begins later",
         {"consent.given", "/terms/in_force/from", "\"2026-12-02T00:00:00Z\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent that had lapsed",
         {"consent.given", "/terms/in_force/to", "\"2026-12-01T00:30:00Z\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent of another member",
         {"consent.given", "/terms/grantor", "\"fr\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent of a member that is none",
         {"consent.given", "/terms/grantor", "\"lq\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent on paper, unchecked",
         {"consent.given", "/side/state", "\"on_paper\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"consent refused",
         {"consent.given", "/side/state", "\"refused\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"request of another",
         {"request.made", "/from", "\"bureau\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"request that went out",
         {"request.made", "/direction", "\"out\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"approval refused",
         {"approval.given", "/approved", "false", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"approved by who prepared it",
         NO_FORGERY,
         {TEST_CHARTER, by_preparer},
         "verdict.differs",
         DEP_ALTERED},
        {"marked from elsewhere",
         {"marking.set", "/territories/0", "\"SY\"", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"marked with a code of no list",
         {"marking.set", "/handling", "[\"H9\"]", false},
         NO_EDIT,
         "verdict.differs",
         DEP_ALTERED},
        {"marked otherwise since", NO_FORGERY, {TEST_RECORDS, marked_later}, GOOD},
        {"marked otherwise before",
         NO_FORGERY,
         {TEST_APPROVED, marked_before},
         "verdict.differs",
         DEP_ALTERED},
        {"marked by two", NO_FORGERY, {TEST_APPROVED, marked_again}, GOOD},
        {"marked last by a stolen key",
         NO_FORGERY,
         {TEST_APPROVED, marker_distrusted},
         "verdict.differs",
         DEP_ALTERED},
        {"the approver's key revoked since", NO_FORGERY, {TEST_APPROVED, approver_revoked}, GOOD},
        {"approved by a stolen key, as was known",
         NO_FORGERY,
         {TEST_APPROVED, approver_distrusted},
         "verdict.differs",
         DEP_ALTERED},
        {"approved by a stolen key, as came out later",
         NO_FORGERY,
         {TEST_RECORDS, approver_distrusted},
         "record.disputed",
         DEP_INTACT},
        {"the consent withheld",
         NO_FORGERY,
         {TEST_RECORDS, consent_withheld},
         "verdict.unjudged",
         DEP_UNPROVED},
        {"the consent left out",
         NO_FORGERY,
         {TEST_RECORDS, consent_left_out},
         "verdict.record",
         DEP_ALTERED},
        {"of the approval what is protected", NO_FORGERY, {TEST_RECORDS, approval_withheld}, GOOD},
        {"the marking withheld",
         NO_FORGERY,
         {TEST_RECORDS, marking_withheld},
         "verdict.unjudged",
         DEP_UNPROVED},
        {"the marking left out",
         NO_FORGERY,
         {TEST_RECORDS, marking_left_out},
         "verdict.differs",
         DEP_ALTERED},
        {"the marking counted",
         NO_FORGERY,
         {TEST_RECORDS, marking_counted},
         "verdict.unjudged",
         DEP_UNPROVED},
        {"the basis withheld",
         NO_FORGERY,
         {TEST_RECORDS, basis_withheld},
         "verdict.unjudged",
         DEP_UNPROVED},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* Another release, another charter, more than was released. */
static void test_scope(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"no release named",
         {"package.sent", "/release", NULL, false},
         NO_EDIT,
         "verdict.absent",
         DEP_ALTERED},
        {"a release that isn't there",
         {"package.sent", "/release", "\"" ZERO "\"", false},
         NO_EDIT,
         "verdict.release",
         DEP_ALTERED},
        {"the release left out",
         NO_FORGERY,
         {TEST_RECORDS, made_left_out},
         "verdict.release",
         DEP_ALTERED},
        {"its verdict withheld",
         NO_FORGERY,
         {TEST_RECORDS, verdict_withheld},
         "verdict.release",
         DEP_ALTERED},
        {"what was prepared withheld",
         NO_FORGERY,
         {TEST_RECORDS, prepared_withheld},
         "verdict.release",
         DEP_ALTERED},
        {"the verdict of another release",
         NO_FORGERY,
         {TEST_APPROVED, prepared_anew},
         "verdict.digest",
         DEP_ALTERED},
        {"its digest made anew",
         {"release.made", "/verdict/uncertainty_s", "2", true},
         {TEST_APPROVED, prepared_anew},
         "verdict.differs",
         DEP_ALTERED},
        {"prepared for another recipient",
         {"release.prepared", "/recipient", "\"bureau\"", false},
         NO_EDIT,
         "verdict.recipient",
         DEP_ALTERED},
        {"prepared for another item",
         {"release.prepared", "/materials/0/item", "\"" OTHER_ITEM "\"", false},
         NO_EDIT,
         "verdict.scope",
         DEP_ALTERED},
        {"prepared in clear",
         {"release.prepared", "/materials/0/plain", "true", false},
         NO_EDIT,
         "verdict.scope",
         DEP_ALTERED},
        {"prepared in parts",
         {"release.prepared", "/materials/0/parts", "[\"files/a\"]", false},
         NO_EDIT,
         "verdict.scope",
         DEP_ALTERED},
        {"a field more than decided",
         NO_FORGERY,
         {TEST_RECORDS, collected_field_more},
         "verdict.scope",
         DEP_ALTERED},
        {"fewer fields decided",
         {"release.prepared", "/materials/0/fields/1", NULL, false},
         NO_EDIT,
         "verdict.scope",
         DEP_ALTERED},
        {"a record of another item",
         NO_FORGERY,
         {TEST_RECORDS, other_item_record},
         "verdict.scope",
         DEP_ALTERED},
        {"the charter's entry left out",
         NO_FORGERY,
         {TEST_RECORDS, entry_left_out},
         "verdict.charter.entry",
         DEP_UNPROVED},
        {"another charter entered",
         {"charter.entered", "/charter_sha256", "\"" ZERO "\"", false},
         NO_EDIT,
         "verdict.charter",
         DEP_ALTERED},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* Every allocation fails in turn: a fault, or all of it; a finding is never lost. */
static void test_memory(void **state)
{
    (void)state;
    struct test_world *world = test_world_new(schemas, NULL);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    bool whole = false;
    for (long at = 0; !whole; at += test_steps(17, 47)) {
        json_t *verdict = NULL;
        dep_alloc_fail_at(at);
        int err = dep_step_judge(verify, &verdict);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_true((err == DEP_OK) == (verdict != NULL));
        json_decref(verdict);
        whole = !err;
    }
    assert_int_equal(dep_verify_found_count(verify), 0);
    dep_verify_free(verify);
    test_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_rests_on),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_memory),
    };
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
    return failed;
}
