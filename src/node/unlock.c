/*
 * The keys with which an officer opens what is sealed here: their own, those of their roles, the
 * vault's.
 */
#include "node/node_impl.h"

#include <stdio.h>
#include <string.h>

int dep_node_unlock(struct dep_node *node, struct dep_problem *problem)
{
    if (node->unlocked)
        return DEP_OK;
    if (!node->officer[0])
        return dep_problem_found(problem, node->no_officer ? "officer.none" : "officer.which",
                                 "doc/format/register.md 2", node->dir);
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    if (keys < 0)
        return keys;
    char name[DEP_CODE_LEN_MAX + 16];
    (void)snprintf(name, sizeof name, "officer-%s", node->officer);
    if (!dep_keyfile_exists(keys, name, ".identity") &&
        !dep_keyfile_exists(keys, name, ".identity.age"))
        return dep_problem_found(problem, "officer.absent", "doc/format/register.md 2",
                                 node->officer);
    int err = dep_keyfile_load_own(keys, name, node->officer, &node->world, &node->officer_identity,
                                   problem);
    if (!err)
        err = dep_keyfile_load_signing(keys, name, &node->officer_identity, &node->officer_key,
                                       problem);
    if (!err)
        err =
            dep_keyfile_load_signing(keys, "log", &node->officer_identity, &node->log_key, problem);
    node->unlocked = !err;
    if (!err)
        dep_readings_record_due(node);
    return err;
}

int dep_node_role_identities(struct dep_node *node, const struct dep_role_identity **out,
                             size_t *out_count, struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (!node->roles_loaded) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        if (keys < 0)
            return keys;
        for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "role-%s", dep_role_name(dep_reading_roles[i]));
            const struct dep_key_state *self =
                dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
            if (!self || !(self->roles & dep_reading_roles[i]) ||
                !dep_keyfile_exists(keys, name, ".identity.age"))
                continue;
            struct dep_role_identity *role = &node->roles[node->role_count];
            err = dep_keyfile_load_identity(keys, name, &node->officer_identity, &role->identity,
                                            problem);
            if (err == DEP_ERR_KEY) {
                node->role_waits = true;
                continue;
            }
            if (err)
                return err;
            role->role = dep_reading_roles[i];
            node->role_count++;
        }
        node->roles_loaded = true;
        err = dep_node_complete_index(node, problem);
    }
    *out = node->roles;
    *out_count = node->role_count;
    return err;
}

int dep_node_vault_identity(struct dep_node *node, const struct dep_age_identity **out,
                            struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (!node->vault_loaded) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        if (keys < 0)
            return keys;
        if (!dep_keyfile_exists(keys, "vault", ".identity.age"))
            return dep_problem_found(problem, "vault.no_key", "doc/format/register.md 2",
                                     node->dir);
        err = dep_keyfile_load_identity(keys, "vault", &node->officer_identity, &node->vault,
                                        problem);
        if (err)
            return err;
        node->vault_loaded = true;
    }
    *out = &node->vault;
    return DEP_OK;
}

int dep_node_container_recipients(struct dep_node *node,
                                  struct dep_age_recipient out[DEP_RECIPIENTS_MAX],
                                  size_t *out_count, struct dep_problem *problem)
{
    const struct dep_key_state *vault = dep_node_key_of(node, DEP_KEY_VAULT, NULL);
    if (!vault ||
        dep_age_recipient_parse(dep_slice_string(vault->age_recipient), &out[0], &problem->finding))
        return dep_problem_found(problem, "vault.not_enrolled", "DESIGN 4", node->dir);
    assert(node->recovery_count < DEP_RECIPIENTS_MAX);
    memcpy(out + 1, node->recovery, node->recovery_count * sizeof *out);
    *out_count = 1 + node->recovery_count;
    return DEP_OK;
}
