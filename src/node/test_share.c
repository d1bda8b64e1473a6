/*
 * Sharing the keys of roles: who enrols without the role gives nothing of it, who holds it does.
 */
#include "base/test_slow.h"
#include "node/node_impl.h"
#include "node/test_support.h"

static const char NOTE[] = "{\"text\":{\"text\":\"words\",\"lang\":\"en\"}}";

static bool reads(const char *officer, const char *jti, const char **out_why)
{
    struct dep_node *node = open_as(officer);
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_node_view(node, jti, true, &view, &problem), DEP_OK);
    *out_why = view.why_not;
    bool readable = view.readable;
    dep_node_close(node);
    return readable;
}

static unsigned waits_for(const char *officer)
{
    struct dep_node *node = open_as("A");
    unsigned roles = dep_key_waits(node, dep_node_key_of(node, DEP_KEY_OFFICER, officer));
    dep_node_close(node);
    return roles;
}

struct answer {
    bool yes;
    unsigned roles;
    size_t asked;
};

static bool give(void *context, const struct dep_key_state *officer, unsigned roles)
{
    struct answer *answer = context;
    (void)officer;
    answer->roles = roles;
    answer->asked++;
    return answer->yes;
}

static int share(const char *by, const char *code, struct answer *answer, struct dep_done *out,
                 struct dep_problem *problem)
{
    struct dep_node *node = open_as(by);
    int err = dep_key_share(node, code, give, answer, out, problem);
    dep_node_close(node);
    return err;
}

static void enrol(const char *by, const char *code, unsigned roles)
{
    struct dep_node *node = open_as(by);
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    if (dep_key_enrol(node, code, roles, true, NULL, &done, &problem))
        fail_msg("%s: %s", code, problem.detail);
    dep_node_close(node);
}

static void test_waits_until_shared(void **state)
{
    (void)state;
    struct dep_done note;
    const char *why;
    record("L", "note", NOTE, NULL, &note);
    enrol("A", "L2", DEP_ROLE_LEGAL);
    assert_int_equal(waits_for("L2"), DEP_ROLE_LEGAL);
    assert_false(reads("L2", note.jti, &why));
    assert_string_equal(why, "secret.not_shared");
    assert_true(reads("L", note.jti, &why));

    static const struct {
        const char *by, *code, *why;
    } bad[] = {{"D", "L2", "key.share.not_yours"},
               {"A", "L2", "key.share.not_yours"},
               {"L2", "L2", "key.share.not_yours"},
               {"L", "D", "key.share.none"},
               {"L", "nobody", "keyset.kid"}};
    struct answer answer = {.yes = true};
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        struct dep_problem problem = {.detail = ""};
        struct dep_done done = {.jti = ""};
        assert_int_equal(share(bad[i].by, bad[i].code, &answer, &done, &problem), DEP_FOUND);
        assert_string_equal(problem.finding.id, bad[i].why);
        assert_string_equal(done.jti, "");
    }
    assert_int_equal(answer.asked, 0);

    struct dep_problem problem = {.detail = ""};
    struct dep_done done = {.jti = ""};
    answer.yes = false;
    assert_int_equal(share("L", "L2", &answer, &done, &problem), DEP_OK);
    assert_string_equal(done.jti, "");
    assert_int_equal(waits_for("L2"), DEP_ROLE_LEGAL);
    answer.yes = true;
    assert_int_equal(share("L", "L2", &answer, &done, &problem), DEP_OK);
    assert_string_not_equal(done.jti, "");
    assert_int_equal(answer.roles, DEP_ROLE_LEGAL);
    assert_int_equal(waits_for("L2"), 0);
    assert_true(reads("L2", note.jti, &why));
}

/* An administrator who enrols a legal officer of its own gets nothing by another's enrolment. */
static void test_not_unasked(void **state)
{
    (void)state;
    struct dep_done note;
    const char *why;
    record("K", "note", NOTE, NULL, &note);
    enrol("A", "C2", DEP_ROLE_CUSTODIAN);
    enrol("K", "C3", DEP_ROLE_CUSTODIAN);
    assert_true(reads("C3", note.jti, &why));
    assert_int_equal(waits_for("C3"), 0);
    assert_false(reads("C2", note.jti, &why));
    assert_int_equal(waits_for("C2"), DEP_ROLE_CUSTODIAN);
}

static void revoke(const char *code)
{
    struct dep_node *node = open_as("A");
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    uint64_t from = dep_register_count(dep_node_register(node));
    assert_int_equal(dep_key_revoke(node, code, from, "left", "en", NULL, &done, &problem), DEP_OK);
    dep_node_close(node);
}

/* Revoked before it was shared; and the last holder gone: one who waits doesn't count. */
static void test_revoked(void **state)
{
    (void)state;
    struct answer answer = {.yes = true};
    struct dep_problem problem = {.detail = ""};
    struct dep_done done = {.jti = ""};
    enrol("A", "D2", DEP_ROLE_DESK);
    enrol("A", "D3", DEP_ROLE_DESK);
    revoke("D2");
    assert_int_equal(share("D", "D2", &answer, &done, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "keyset.kid");
    struct dep_node *node = open_as("A");
    assert_int_equal(dep_key_orphans(node), 0);
    dep_node_close(node);
    revoke("D");
    node = open_as("A");
    assert_int_equal(dep_key_orphans(node), DEP_ROLE_DESK);
    dep_node_close(node);
}

/* No memory at any step: she waits on, or it is recorded and the next attempt does what is left;
 * and who held the role holds it still. */
static void test_out_of_memory(void **state)
{
    (void)state;
    struct dep_done note;
    const char *why;
    record("L", "note", NOTE, NULL, &note);
    enrol("A", "L3", DEP_ROLE_LEGAL);
    struct answer answer = {.yes = true};
    /* Each is followed by readers opening the register: one in ten, and fewer where all takes fifty
     * times as long. */
    const long share = test_slowest() ? 1 : 10 / test_step(3);
    long failures = 0;
    int err;
    struct dep_node *node = open_as("L");
    const struct dep_role_identity *roles;
    size_t count;
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_node_role_identities(node, &roles, &count, &problem), DEP_OK);
    do {
        struct dep_done done = {.jti = ""};
        dep_alloc_fail_at(failures += 1 + failures / share);
        err = dep_key_share(node, "L3", give, &answer, &done, &problem);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_ERR_NOMEM || err == DEP_OK || err == DEP_FOUND);
        assert_true(!done.jti[0] || err == DEP_OK);
        assert_true(reads("L", note.jti, &why));
        /* Recorded and not done yet is possible; done and not recorded isn't. */
        assert_true(!reads("L3", note.jti, &why) || waits_for("L3") == 0);
    } while (!reads("L3", note.jti, &why));
    dep_node_close(node);
    assert_true(failures > 5);
    assert_true(reads("L3", note.jti, &why));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_waits_until_shared), cmocka_unit_test(test_out_of_memory),
    cmocka_unit_test(test_not_unasked), cmocka_unit_test(test_revoked)};
RUN_OVER_REGISTER("share", tests)
