/*
 * What tests of node share: a register with an officer of each role, in a folder of its own.
 */
#ifndef DEP_NODE_TEST_SUPPORT_H
#define DEP_NODE_TEST_SUPPORT_H
#include "node/evidence.h"
#include "node/init.h"
#include "node/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char top[64], dir[96];

static inline struct dep_node *open_as(const char *officer)
{
    struct dep_node_order order = {.dir = dir, .write = true, .officer = officer};
    dep_world_system(&order.world);
    struct dep_node *node = NULL;
    struct dep_problem problem = {.detail = ""};
    if (dep_node_open(&order, &node, NULL, &problem))
        fail_msg("%s %s", problem.detail, problem.fault.where);
    return node;
}

static inline int make_register(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        unsigned roles;
    } officers[] = {{"L", DEP_ROLE_LEGAL},
                    {"D", DEP_ROLE_DESK},
                    {"U", DEP_ROLE_AUDITOR},
                    {"P", DEP_ROLE_APPROVER},
                    {"A", DEP_ROLE_ADMINISTRATOR}};
    static const char *const territories[] = {"IQ"};
    char root[128];
    (void)snprintf(dir, sizeof dir, "%s/reg", top);
    (void)snprintf(root, sizeof root, "%s/root.pem", top);
    struct dep_init_order order = {.dir = dir,
                                   .member = "m",
                                   .name = "M",
                                   .officer = "K",
                                   .territories = territories,
                                   .territory_count = 1,
                                   .root_out = root,
                                   .no_recovery = true,
                                   .no_passphrase = true};
    dep_world_system(&order.world);
    struct dep_problem problem = {.detail = ""};
    if (dep_node_init(&order, &problem))
        return -1;
    struct dep_node *node = open_as("K");
    struct dep_done done;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(officers); i++)
        err = dep_key_enrol(node, officers[i].code, officers[i].roles, true, NULL, &done, &problem);
    dep_node_close(node);
    return err;
}

/* One record: with a reference where `about` isn't NULL, with an id of its own where `jti` is.
 * Closes the node. */
static inline void record_in(struct dep_node *node, const char *type, const char *claims_text,
                             const struct dep_done *about, const char *jti, struct dep_done *out)
{
    DEP_AUTO_JSON *claims = json_loads(claims_text, 0, NULL);
    assert_non_null(claims);
    if (about)
        assert_int_equal(
            json_object_set_new(
                claims, "refs",
                json_pack("[o]", dep_record_ref_new("about", about->jti, &about->sha256))),
            0);
    struct dep_draft draft = {.type = type, .claims = claims, .jti = jti};
    struct dep_problem problem = {.detail = ""};
    if (dep_node_commit(node, &draft, 1, out, &problem))
        fail_msg("%s: %s", type, problem.detail);
    dep_node_close(node);
}

static inline void record_as(const char *officer, const char *type, const char *claims_text,
                             const struct dep_done *about, const char *jti, struct dep_done *out)
{
    record_in(open_as(officer), type, claims_text, about, jti, out);
}

static inline void record(const char *officer, const char *type, const char *claims_text,
                          const struct dep_done *about, struct dep_done *out)
{
    record_as(officer, type, claims_text, about, NULL, out);
}

/* An item of the register by custodian K: an evidence.intake of these files (none: physical
 * things), what isn't stated unknown. */
static inline void take_in(const char *claims_text, const char *const *paths, size_t path_count,
                           struct dep_collected *out)
{
    struct dep_node *node = open_as("K");
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), "evidence.intake", 0);
    DEP_AUTO_JSON *claims = json_loads(claims_text, 0, NULL);
    assert_true(claims && schema);
    json_t *unknown = json_object();
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok && !json_object_get(claims, schema->fields[i].name))
            assert_int_equal(json_object_set_new(
                                 unknown, schema->fields[i].name,
                                 json_pack("{s:s,s:s}", "code", "unknown", "reason", "not asked")),
                             0);
    assert_int_equal(json_object_set_new(claims, "unknown", unknown), 0);
    struct dep_collect_order order = {
        .paths = paths, .path_count = path_count, .claims = claims, .type = "evidence.intake"};
    struct dep_problem problem = {.detail = ""};
    if (dep_node_collect(node, &order, out, &problem))
        fail_msg("%s %s %s", problem.finding.id, problem.detail, problem.fault.where);
    dep_node_close(node);
}

/* Runs the tests over such a register and takes it away. */
#define RUN_OVER_REGISTER(name, tests) RUN_OVER(name, tests, make_register)
/* The same, filled by `setup`. */
#define RUN_OVER(name, tests, setup)                                                               \
    int main(void)                                                                                 \
    {                                                                                              \
        (void)snprintf(top, sizeof top, "/tmp/depositary-" name "-XXXXXX");                        \
        if (!mkdtemp(top) || dep_crypto_init(false))                                               \
            return 1;                                                                              \
        int failed = cmocka_run_group_tests(tests, setup, NULL);                                   \
        char command[128];                                                                         \
        (void)snprintf(command, sizeof command, "rm -rf %s", top);                                 \
        return system(command) != 0 || failed;                                                     \
    }
#endif
