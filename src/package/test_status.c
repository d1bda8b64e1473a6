/*
 * Steps 7 and 8 over the good package: what status records and their proofs show of keys and of
 * consents, those of another member too.
 */
#include "package/test_row.h"

static const struct dep_schemas *schemas;

/* ---- edits ---- */

static void keys_unknown(struct test_world *world)
{
    leave_out(world, 5); /* EX2's: nothing is signed by it */
}
static size_t revoke_spare(struct test_world *world, struct test_log *log)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(log->spare), kid);
    log->records[5].ended = true;
    return test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "key.revoked",
                      json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", kid, "from_index",
                                (json_int_t)log->count, "reason", "text", "lost", "lang", "en"));
}
static void revoked(struct test_world *world)
{
    (void)revoke_spare(world, &world->logs[0]);
}
static void revocation_left_out(struct test_world *world)
{
    leave_out(world, revoke_spare(world, &world->logs[0]));
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
static void no_quorum(struct test_world *world)
{
    json_change(world->charter, "/quorum", json_integer(0));
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
/* The only status of consents there is older than it, and no rule asks how old one may be. */
static void foreign_status_before(struct test_world *world)
{
    foreign_status_absent(world);
    json_change(world->charter, "/rules/0/needs/2/status_max_age_s", NULL);
    (void)test_status_in(world, &world->logs[1], "consents", "consent.given");
}
/* The same log once more, at a later checkpoint that has the withdrawal. */
static void withdraw_there(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    (void)test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "consent.withdrawn",
                     test_claims(log, "{'from_now':true}", "about", world->foreign_consent));
    test_write_log(world, log, "data/logs/002");
}
static void foreign_withdrawn_later(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_DATA, withdraw_there};
}
/* The first of two folders of that log without a revocation, which the status in the second
 * counts. */
static void show_revocation_there(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    log->records[log->count - 1].in = true;
    (void)test_status_in(world, log, "keys", "key.enrolled");
    test_write_log(world, log, "data/logs/002");
}
static void hide_revocation_there(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    log->records[revoke_spare(world, log)].in = false;
    world->edit = (struct test_edit){TEST_DATA, show_revocation_there};
}
static void foreign_revocation_hidden(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_RECORDS, hide_revocation_there};
}
/* In a second folder nothing but keys, and that who signed the consent wasn't to be trusted by
 * then. */
static void distrust_there(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(log->legal), kid);
    for (size_t i = world->foreign_consent; i < log->count; i++)
        log->records[i].in = false;
    (void)test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "key.revoked",
                     json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", kid, "from_index",
                               (json_int_t)world->foreign_consent, "reason", "text", "lost", "lang",
                               "en"));
    test_write_log(world, log, "data/logs/002");
}
/* An enrolment left out of a folder that has nothing but keys. */
static void leave_enrolment_out_there(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    for (size_t i = world->foreign_consent - 1; i < log->count; i++)
        log->records[i].in = false;
    test_write_log(world, log, "data/logs/002");
}
static void foreign_enrolment_left_out(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_DATA, leave_enrolment_out_there};
}
static void foreign_distrusted(struct test_world *world)
{
    foreign(world);
    world->edit = (struct test_edit){TEST_DATA, distrust_there};
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
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* A consent that another member signed in its own log. What came after its status is told
 * beside. */
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
        {"withdrawn there, by a later checkpoint",
         NO_FORGERY,
         {TEST_CHARTER, foreign_withdrawn_later},
         "status.withdrawn",
         DEP_ALTERED},
        {"a revocation left out of one folder of two",
         NO_FORGERY,
         {TEST_CHARTER, foreign_revocation_hidden},
         "status.keys",
         DEP_ALTERED},
        {"its key distrusted in another folder",
         NO_FORGERY,
         {TEST_CHARTER, foreign_distrusted},
         "record.disputed",
         DEP_UNPROVED},
        {"an enrolment left out of a folder of keys alone",
         NO_FORGERY,
         {TEST_CHARTER, foreign_enrolment_left_out},
         "status.keys",
         DEP_ALTERED},
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
        {"a status from before it",
         NO_FORGERY,
         {TEST_CHARTER, foreign_status_before},
         "status.consent.absent",
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
    run_all(schemas, rows, DEP_COUNT(rows));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_records),
        cmocka_unit_test(test_foreign_consent),
        cmocka_unit_test(test_known_of_others),
    };
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("status", tests, NULL, NULL);
    return failed;
}
