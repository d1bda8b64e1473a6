/*
 * Steps 7 and 8 over the good package, and one edit away from it what is found.
 */
#include "base/test_slow.h"
#include "package/test_support.h"
#include "package/verdict.h"

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define OTHER_ITEM "0190a2b4-7c1e-7abc-8def-0123456789ac"

static struct dep_schemas *schemas;

/* ---- edits ---- */

static struct test_record *record_of(struct test_world *world, size_t place)
{
    return &world->logs[0].records[place];
}
static void leave_out(struct test_world *world, size_t place)
{
    record_of(world, place)->in = record_of(world, place)->listed = false;
}

static void keys_unknown(struct test_world *world)
{
    leave_out(world, 5); /* EX2's: nothing is signed by it */
}
static size_t revoke_spare(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(log->spare), kid);
    record_of(world, 5)->ended = true;
    return test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "key.revoked",
                      json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", kid, "from_index",
                                (json_int_t)log->count, "reason", "text", "lost", "lang", "en"));
}
static void revoked(struct test_world *world)
{
    (void)revoke_spare(world);
}
static void revocation_left_out(struct test_world *world)
{
    leave_out(world, revoke_spare(world));
}
static void keys_newest_left_out(struct test_world *world)
{
    leave_out(world, world->keys);
}
static void keys_absent(struct test_world *world)
{
    keys_newest_left_out(world);
    leave_out(world, world->keys_before);
}
static void keys_withheld(struct test_world *world)
{
    keys_absent(world);
    record_of(world, world->keys)->in = true;
    record_of(world, world->keys)->shown[0] = NULL;
}

static void consents_newest_left_out(struct test_world *world)
{
    leave_out(world, world->consents);
}
static void consents_absent(struct test_world *world)
{
    consents_newest_left_out(world);
    leave_out(world, world->consents_before);
}
static void consent_elsewhere(struct test_world *world)
{
    leave_out(world, world->consent);
    record_of(world, world->consent)->ended = true;
    world->consent_named = true;
}
static void consent_not_listed(struct test_world *world)
{
    record_of(world, world->consent)->ended = true;
}
static size_t withdraw(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    record_of(world, world->consent)->ended = true;
    size_t at = test_issue(
        world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "consent.withdrawn",
        json_pack("{s:b,s:[o]}", "from_now", 1, "refs", test_ref(log, "about", world->consent)));
    record_of(world, at)->listed = true;
    return at;
}
static void withdrawn(struct test_world *world)
{
    (void)withdraw(world);
}
static void withdrawal_left_out(struct test_world *world)
{
    leave_out(world, withdraw(world));
}
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
static void no_quorum(struct test_world *world)
{
    json_change(world->charter, "/quorum", json_integer(0));
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

/* ---- proofs that a status lists the consent ---- */

static const char proofs[] = "data/logs/000/in_force.jsonl";

static void listed_nowhere(struct test_world *world)
{
    test_drop(world, proofs);
}
/* Its one line, written again. */
static void change_line(struct test_world *world, uint64_t status, uint8_t flip)
{
    struct dep_buf *lines = test_file(world, proofs);
    struct dep_in_force line;
    assert_int_equal(dep_in_force_parse(dep_slice_of(lines->data, lines->len - 1), &line, NULL),
                     DEP_OK);
    line.status = status ? status : line.status;
    line.sha256.bytes[0] ^= flip;
    dep_buf_clear(lines);
    assert_int_equal(dep_in_force_encode(&line, lines), DEP_OK);
}
static void listed_falsely(struct test_world *world)
{
    change_line(world, 0, 1);
}
static void listed_by_nothing(struct test_world *world)
{
    change_line(world, world->keys, 0);
}
static void listed_twice(struct test_world *world)
{
    struct dep_buf *lines = test_file(world, proofs);
    DEP_AUTO_BUF once;
    dep_buf_init(&once, 1 << 20);
    dep_buf_add_slice(&once, dep_buf_slice(lines));
    dep_buf_add_slice(lines, dep_buf_slice(&once));
}
static void listed_in_part(struct test_world *world)
{
    test_file(world, proofs)->len--;
}

/* ---- another member's consent ---- */

static void foreign(struct test_world *world)
{
    world->foreign = true;
}
static void foreign_stale(struct test_world *world)
{
    foreign(world);
    world->foreign_age_s = 5 * 86400;
}
static void foreign_withdrawn(struct test_world *world)
{
    foreign(world);
    world->foreign_withdrawn = true;
}
static void foreign_untimed(struct test_world *world)
{
    foreign(world);
    no_quorum(world);
}
static void foreign_heard(struct test_world *world)
{
    foreign_untimed(world);
    world->heard_of = TEST_HEARD_BEFORE;
}
static void foreign_heard_after(struct test_world *world)
{
    foreign(world);
    world->heard_of = TEST_HEARD_AFTER;
}
static void foreign_heard_more(struct test_world *world)
{
    foreign_heard(world);
    world->heard_more = true;
}
static void foreign_heard_other(struct test_world *world)
{
    foreign_heard(world);
    world->heard_other = true;
}
/* Before its log is written. */
static void foreign_status_left_out(struct test_world *world)
{
    world->logs[1].records[world->foreign_status].in = false;
}
static void foreign_status_absent(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_RECORDS, foreign_status_left_out};
}
static void forget_foreign_proof(struct test_world *world)
{
    test_drop(world, "data/logs/001/in_force.jsonl");
}
static void foreign_unlisted(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_DATA, forget_foreign_proof};
}
static void hide_foreign_consent(struct test_world *world)
{
    world->logs[1].records[world->foreign_consent].shown[0] = NULL;
}
static void foreign_consent_withheld(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_RECORDS, hide_foreign_consent};
}

/* ---- tables ---- */

struct row {
    const char *name;
    struct test_forgery forgery;
    struct test_edit edit;
    const char *id;         /* NULL: nothing is found */
    enum dep_result result; /* of the package */
};

static bool run(const struct row *row)
{
    struct test_world *world = test_world_make(schemas, row->edit.make ? &row->edit : NULL,
                                               row->forgery.type ? &row->forgery : NULL);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    bool good = dep_verify_result(verify) == row->result &&
                (row->id ? test_found(verify, row->id) : dep_verify_found_count(verify) == 0) &&
                world->forged == (row->forgery.type != NULL);
    if (!good) {
        print_message("%s: expected %s\n", row->name, row->id ? row->id : "nothing");
        test_print_found(verify);
    }
    dep_verify_free(verify);
    test_world_free(world);
    return good;
}

static void run_all(const struct row *rows, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i += (size_t)test_step(4))
        failed += !run(&rows[i]);
    assert_int_equal(failed, 0);
}

#define GOOD NULL, DEP_INTACT
#define NO_FORGERY                                                                                 \
    {                                                                                              \
        NULL, NULL, NULL, false                                                                    \
    }
#define NO_EDIT                                                                                    \
    {                                                                                              \
        TEST_CHARTER, NULL                                                                         \
    }

/* What is left out, withheld or kept back of status. */
static void test_status_records(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"good", NO_FORGERY, NO_EDIT, GOOD},
        {"a key revoked", NO_FORGERY, {TEST_RECORDS, revoked}, GOOD},
        {"an enrolment left out",
         NO_FORGERY,
         {TEST_SENT, keys_unknown},
         "status.keys",
         DEP_ALTERED},
        {"a revocation left out",
         NO_FORGERY,
         {TEST_RECORDS, revocation_left_out},
         "status.keys",
         DEP_ALTERED},
        {"no status of keys",
         NO_FORGERY,
         {TEST_SENT, keys_absent},
         "status.keys.absent",
         DEP_UNPROVED},
        {"a status of keys that shows no set",
         NO_FORGERY,
         {TEST_SENT, keys_withheld},
         "status.keys.absent",
         DEP_UNPROVED},
        {"the newest status of keys kept back",
         NO_FORGERY,
         {TEST_SENT, keys_newest_left_out},
         "status.keys.past",
         DEP_UNPROVED},
        {"a set of more than there may be",
         {"status.issued", "/in_force/count", "1000001", false},
         NO_EDIT,
         "status.form",
         DEP_ALTERED},
        {"a status of what comes later",
         {"status.issued", "/as_of", "\"9999\"", false},
         NO_EDIT,
         "status.form",
         DEP_ALTERED},
        {"withdrawn after the verdict", NO_FORGERY, {TEST_RECORDS, withdrawn}, GOOD},
        {"that withdrawal left out",
         NO_FORGERY,
         {TEST_RECORDS, withdrawal_left_out},
         "status.consent",
         DEP_ALTERED},
        {"a set without the consent",
         NO_FORGERY,
         {TEST_RECORDS, consent_not_listed},
         "status.consent",
         DEP_ALTERED},
        {"the proof that it is listed left out",
         NO_FORGERY,
         {TEST_DATA, listed_nowhere},
         "status.consent",
         DEP_ALTERED},
        {"that proof altered",
         NO_FORGERY,
         {TEST_DATA, listed_falsely},
         "in_force.proof",
         DEP_ALTERED},
        {"a proof about another record than a status",
         NO_FORGERY,
         {TEST_DATA, listed_by_nothing},
         "in_force.status",
         DEP_ALTERED},
        {"a proof twice", NO_FORGERY, {TEST_DATA, listed_twice}, "in_force.form", DEP_ALTERED},
        {"proofs that end within a line",
         NO_FORGERY,
         {TEST_DATA, listed_in_part},
         "in_force.form",
         DEP_ALTERED},
        {"no status of consents",
         NO_FORGERY,
         {TEST_SENT, consents_absent},
         "status.consent.absent",
         DEP_UNPROVED},
        {"the consent in a log that isn't here",
         NO_FORGERY,
         {TEST_RECORDS, consent_elsewhere},
         "status.consent.absent",
         DEP_UNPROVED},
        {"the newest status of consents kept back",
         NO_FORGERY,
         {TEST_SENT, consents_newest_left_out},
         "status.consent.past",
         DEP_UNPROVED},
        {"withdrawn before the verdict",
         NO_FORGERY,
         {TEST_APPROVED, withdrawn},
         "verdict.differs",
         DEP_ALTERED},
        {"that withdrawal left out",
         NO_FORGERY,
         {TEST_APPROVED, withdrawal_left_out},
         "status.consent",
         DEP_ALTERED},
        {"a consent that ends, without cosigners",
         {"consent.given", "/terms/in_force/to", "\"2027-06-01T00:00:00Z\"", false},
         {TEST_CHARTER, no_quorum},
         "time.unproved",
         DEP_UNPROVED},
        {"without cosigners", NO_FORGERY, {TEST_CHARTER, no_quorum}, GOOD},
        {"a consent that ends",
         {"consent.given", "/terms/in_force/to", "\"2027-06-01T00:00:00Z\"", false},
         NO_EDIT,
         GOOD},
    };
    run_all(rows, DEP_COUNT(rows));
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
    run_all(rows, DEP_COUNT(rows));
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
    run_all(rows, DEP_COUNT(rows));
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
    run_all(rows, DEP_COUNT(rows));
}

/* A consent that another member signed in its own log. What came after its status is told beside. */
static void test_foreign_consent(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"good", NO_FORGERY, {TEST_CHARTER, foreign}, "status.consent.past", DEP_INTACT},
        {"its status too old",
         NO_FORGERY,
         {TEST_CHARTER, foreign_stale},
         "status.stale",
         DEP_ALTERED},
        {"withdrawn there before",
         NO_FORGERY,
         {TEST_CHARTER, foreign_withdrawn},
         "status.withdrawn",
         DEP_UNPROVED},
        {"nothing tells since when it was there",
         NO_FORGERY,
         {TEST_CHARTER, foreign_untimed},
         "time.unproved",
         DEP_UNPROVED},
        {"the sender's own log does",
         NO_FORGERY,
         {TEST_CHARTER, foreign_heard},
         "status.consent.past",
         DEP_INTACT},
        {"heard of after it was released",
         NO_FORGERY,
         {TEST_CHARTER, foreign_heard_after},
         "verdict.differs",
         DEP_ALTERED},
        {"more is said of what was heard",
         NO_FORGERY,
         {TEST_CHARTER, foreign_heard_more},
         "package.local",
         DEP_ALTERED},
        {"another record was heard of",
         NO_FORGERY,
         {TEST_CHARTER, foreign_heard_other},
         "package.local",
         DEP_ALTERED},
        {"no status of it",
         NO_FORGERY,
         {TEST_CHARTER, foreign_status_absent},
         "status.consent.absent",
         DEP_UNPROVED},
        {"and so it isn't judged",
         NO_FORGERY,
         {TEST_CHARTER, foreign_status_absent},
         "verdict.unjudged",
         DEP_UNPROVED},
        {"no proof that its status lists it",
         NO_FORGERY,
         {TEST_CHARTER, foreign_unlisted},
         "status.consent.absent",
         DEP_UNPROVED},
        {"and so that isn't judged",
         NO_FORGERY,
         {TEST_CHARTER, foreign_unlisted},
         "verdict.unjudged",
         DEP_UNPROVED},
        {"the consent withheld",
         NO_FORGERY,
         {TEST_CHARTER, foreign_consent_withheld},
         "verdict.unjudged",
         DEP_UNPROVED},
    };
    run_all(rows, DEP_COUNT(rows));
}

/* What its own member showed of a log that somebody else passes on: only a fork counts. */
static void test_known_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int more; /* than the log of the package has */
        const char *id;
        enum dep_result result;
    } rows[] = {{"older", -1, "log.proof", DEP_INTACT},
                {"newer", 1, "log.older", DEP_INTACT},
                {"otherwise", 0, "log.fork", DEP_ALTERED}};
    const struct test_edit edit = {TEST_CHARTER, foreign_heard};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct test_world *world = test_world_make(schemas, &edit, NULL);
        const struct dep_known_checkpoint known = {
            .origin = dep_slice_string(world->logs[1].origin),
            .size = (uint64_t)((int64_t)world->logs[1].count + rows[i].more)};
        struct dep_verify *verify = NULL;
        assert_int_equal(test_verify_begin(world, &known, &verify), DEP_OK);
        assert_int_equal(dep_verify_finish(verify), DEP_OK);
        if (dep_verify_result(verify) != rows[i].result || !test_found(verify, rows[i].id)) {
            test_print_found(verify);
            fail_msg("%s", rows[i].name);
        }
        dep_verify_free(verify);
        test_world_free(world);
    }
}

/* Every allocation fails in turn: a fault, or all of it; a finding is never lost. */
static void test_memory(void **state)
{
    (void)state;
    struct test_world *world = test_world_new(schemas, NULL);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    bool whole = false;
    for (long at = 0; !whole; at += test_step(17)) {
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
        cmocka_unit_test(test_status_records),  cmocka_unit_test(test_written),
        cmocka_unit_test(test_rests_on),        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_foreign_consent), cmocka_unit_test(test_known_of_others),
        cmocka_unit_test(test_memory),
    };
    struct dep_finding why;
    if (dep_crypto_init(false) || dep_schemas_new(&schemas, &why))
        return 1;
    int failed = cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
    dep_schemas_free(schemas);
    return failed;
}
