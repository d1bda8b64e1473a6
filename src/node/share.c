/*
 * Sharing the keys of roles. Whether an officer waits can't be seen from the key file (age hides its
 * recipients) nor be asked without a key, so it lies beside it.
 */
#include "node/share.h"
#include "node/keys.h"

#include "store/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAITS_NAME_MAX = 32 + DEP_KID_LEN };

/* Key files of a register, and who is to be able to open each: 0 every officer. The file of a role
 * stands behind what else goes with it: when it is written, the role is shared. */
static const struct shared_file {
    const char *file;
    unsigned roles;
    bool is_role;
} SHARED[] = {
    {"log.sign.age", 0, false},
    {"registrar.sign.age", DEP_ROLE_ADMINISTRATOR, false},
    {"cosigner.sign.age", DEP_ROLE_ADMINISTRATOR, false},
    {"vault.identity.age", DEP_ROLE_CUSTODIAN, false},
    {"content.age", DEP_ROLE_CUSTODIAN, false},
    {"role-custodian.identity.age", DEP_ROLE_CUSTODIAN, true},
    {"role-legal.identity.age", DEP_ROLE_LEGAL, true},
    {"role-desk.identity.age", DEP_ROLE_DESK, true},
    {"role-auditor.identity.age", DEP_ROLE_AUDITOR, true},
};

/* ---- who waits ---- */

static void waits_name(char out[WAITS_NAME_MAX], unsigned role, const char *kid)
{
    (void)snprintf(out, WAITS_NAME_MAX, "waits-%s.%s", dep_role_name((enum dep_role)role), kid);
}

static bool waits(int keys_fd, unsigned roles, const char *kid)
{
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
        char name[WAITS_NAME_MAX];
        waits_name(name, dep_reading_roles[i], kid);
        if ((roles & dep_reading_roles[i]) && dep_keyfile_exists(keys_fd, name, ""))
            return true;
    }
    return false;
}

int dep_share_wait(struct dep_node *node, const char *kid, unsigned roles,
                   struct dep_problem *problem)
{
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    int err = keys < 0 ? keys : DEP_OK;
    for (size_t i = 0; !err && i < DEP_ROLE_COUNT; i++) {
        char name[WAITS_NAME_MAX];
        waits_name(name, dep_reading_roles[i], kid);
        if ((roles & dep_reading_roles[i]) &&
            dep_node_key_of(node, DEP_KEY_ROLE, dep_role_name(dep_reading_roles[i])))
            err = dep_file_replace(keys, name, (struct dep_slice){NULL, 0}, 0600, &problem->fault);
    }
    return err;
}

static bool in_force(const struct dep_key_state *key)
{
    return key->use == DEP_KEY_OFFICER && !key->revoked;
}

unsigned dep_key_waits(const struct dep_node *node, const struct dep_key_state *officer)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_FD keys = dep_node_keys_fd(node, &problem);
    unsigned roles = 0;
    for (size_t i = 0; keys >= 0 && in_force(officer) && i < DEP_ROLE_COUNT; i++)
        if ((officer->roles & dep_reading_roles[i]) &&
            waits(keys, dep_reading_roles[i], officer->kid))
            roles |= dep_reading_roles[i];
    return roles;
}

unsigned dep_key_orphans(const struct dep_node *node)
{
    unsigned orphans = 0;
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++)
        if (dep_node_key_of(node, DEP_KEY_ROLE, dep_role_name(dep_reading_roles[i])))
            orphans |= dep_reading_roles[i];
    for (size_t i = 0; i < dep_keyset_count(node->keyset); i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        if (in_force(key))
            orphans &= ~(key->roles & ~dep_key_waits(node, key));
    }
    return orphans;
}

/* ---- wrapping ---- */

size_t dep_share_holders(const struct dep_node *node, int keys_fd, unsigned roles,
                         const char *admit, struct dep_age_recipient *out)
{
    size_t count = 0;
    for (size_t i = 0; i < dep_keyset_count(node->keyset) && count < (size_t)DEP_SHARE_HOLDERS_MAX;
         i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        struct dep_finding why;
        bool wanted = in_force(key) && (roles == 0 || (key->roles & roles)) &&
                      ((admit && strcmp(admit, key->kid) == 0) || !waits(keys_fd, roles, key->kid));
        if (wanted && dep_age_recipient_parse(dep_slice_string(key->age_recipient), &out[count],
                                              &why) == DEP_OK)
            count++;
    }
    for (size_t i = 0; i < node->recovery_count && count < (size_t)DEP_SHARE_HOLDERS_MAX; i++)
        out[count++] = node->recovery[i];
    return count;
}

/* One file, re-encrypted to those who are to hold it now; opened alone where `room` is NULL. */
static int rewrap_one(struct dep_node *node, int keys_fd, const struct shared_file *shared,
                      const struct dep_age_identity *with, const char *admit,
                      struct dep_age_recipient *room, struct dep_problem *problem)
{
    struct dep_buf secret;
    dep_buf_init_secret(&secret, DEP_KEYFILE_MAX);
    int err = dep_keyfile_load_bytes(keys_fd, shared->file, with, &secret, problem);
    if (!err && room) {
        size_t count = dep_share_holders(node, keys_fd, shared->roles, admit, room);
        err = dep_keyfile_save_bytes(keys_fd, shared->file, dep_buf_slice(&secret), room, count,
                                     node->world.random, problem);
    }
    dep_buf_done(&secret);
    if (!err && room && admit && shared->is_role) {
        char name[WAITS_NAME_MAX];
        waits_name(name, shared->roles, admit);
        if (unlinkat(keys_fd, name, 0) != 0 && errno != ENOENT)
            err = dep_problem_fault(problem, DEP_ERR_IO, "keys.folder", name);
    }
    return err;
}

static int rewrap(struct dep_node *node, const struct dep_age_identity *with, const char *admit,
                  struct dep_age_recipient *room, struct dep_problem *problem)
{
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    int err = keys < 0 ? keys : DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(SHARED); i++) {
        if (!dep_keyfile_exists(keys, SHARED[i].file, ""))
            continue;
        err = rewrap_one(node, keys, &SHARED[i], with, admit, room, problem);
        if (err == DEP_ERR_KEY)
            err = DEP_OK; /* not theirs to give */
    }
    return err;
}

int dep_share_try(struct dep_node *node, const struct dep_age_identity *with,
                  struct dep_problem *problem)
{
    return rewrap(node, with, NULL, NULL, problem);
}

int dep_share_rewrap(struct dep_node *node, const struct dep_age_identity *with, const char *admit,
                     struct dep_problem *problem)
{
    struct dep_age_recipient *room = dep_alloc_array(DEP_SHARE_HOLDERS_MAX, sizeof *room);
    int err = room ? rewrap(node, with, admit, room, problem)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.rewrap", node->dir);
    free(room);
    return err;
}

/* ---- sharing ---- */

static int refuse(struct dep_problem *problem, const char *id, const char *code)
{
    return dep_problem_found(problem, id, "doc/format/register.md 2", code);
}

int dep_key_share(struct dep_node *node, const char *code, dep_share_confirm_fn *confirm,
                  void *context, bool *out_done, struct dep_problem *problem)
{
    const struct dep_key_state *key = dep_node_key_of(node, DEP_KEY_OFFICER, code);
    unsigned roles = key ? dep_key_waits(node, key) : 0;
    if (!roles)
        return refuse(problem, key ? "key.share.none" : "keyset.kid", code);
    const struct dep_role_identity *mine;
    size_t mine_count;
    int err = dep_node_role_identities(node, &mine, &mine_count, problem);
    if (err)
        return err;
    unsigned held = 0;
    for (size_t i = 0; i < mine_count; i++)
        held |= mine[i].role;
    if (!(roles & held))
        return refuse(problem, "key.share.not_yours", code);
    char kid[DEP_KID_LEN + 1];
    (void)snprintf(kid, sizeof kid, "%s", key->kid);
    if (!confirm(context, key, roles & held)) {
        *out_done = false;
        return DEP_OK;
    }
    /* While it was asked, she may have been revoked. */
    err = dep_register_refresh(node->reg, &problem->fault);
    if (!err)
        err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    if (err)
        return err;
    key = dep_keyset_find(node->keyset, kid);
    if (!key || key->revoked)
        return refuse(problem, "keyset.kid", code);
    err = dep_share_rewrap(node, &node->officer_identity, kid, problem);
    if (!err)
        *out_done = true;
    return err;
}
