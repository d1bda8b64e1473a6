/*
 * Sharing the keys of roles. To whom a file is wrapped can't be seen from it (age hides its
 * recipients): the log says who is to hold it, and every wrapping goes by that.
 */
#include "node/share.h"
#include "node/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static bool in_force(const struct dep_key_state *key)
{
    return key->use == DEP_KEY_OFFICER && !key->revoked;
}

unsigned dep_key_waits(const struct dep_node *node, const struct dep_key_state *officer)
{
    unsigned roles = 0;
    for (size_t i = 0; in_force(officer) && i < DEP_ROLE_COUNT; i++)
        if ((officer->roles & ~officer->held & dep_reading_roles[i]) &&
            dep_node_key_of(node, DEP_KEY_ROLE, dep_role_name(dep_reading_roles[i])))
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
            orphans &= ~key->held;
    }
    return orphans;
}

/* ---- wrapping ---- */

size_t dep_share_holders(const struct dep_node *node, unsigned roles, struct dep_age_recipient *out)
{
    size_t count = 0;
    for (size_t i = 0; i < dep_keyset_count(node->keyset) && count < (size_t)DEP_SHARE_HOLDERS_MAX;
         i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        struct dep_finding why;
        unsigned has = roles & (unsigned)DEP_ROLES_READING ? key->held : key->roles;
        bool wanted = in_force(key) && (roles == 0 || (has & roles));
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
                      const struct dep_age_identity *with, struct dep_age_recipient *room,
                      struct dep_problem *problem)
{
    struct dep_buf secret;
    dep_buf_init_secret(&secret, DEP_KEYFILE_MAX);
    int err = dep_keyfile_load_bytes(keys_fd, shared->file, with, &secret, problem);
    if (!err && room) {
        size_t count = dep_share_holders(node, shared->roles, room);
        err = dep_keyfile_save_bytes(keys_fd, shared->file, dep_buf_slice(&secret), room, count,
                                     node->world.random, problem);
    }
    dep_buf_done(&secret);
    return err;
}

/* `out_opened` (or NULL): the roles whose file `with` opens. */
static int rewrap(struct dep_node *node, const struct dep_age_identity *with,
                  struct dep_age_recipient *room, unsigned *out_opened, struct dep_problem *problem)
{
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    int err = keys < 0 ? keys : DEP_OK;
    unsigned opened = 0;
    for (size_t i = 0; !err && i < DEP_COUNT(SHARED); i++) {
        if (!dep_keyfile_exists(keys, SHARED[i].file, ""))
            continue;
        err = rewrap_one(node, keys, &SHARED[i], with, room, problem);
        if (!err && SHARED[i].is_role)
            opened |= SHARED[i].roles;
        if (err == DEP_ERR_KEY)
            err = DEP_OK; /* not theirs to give */
    }
    if (!err && out_opened)
        *out_opened = opened;
    return err;
}

int dep_share_try(struct dep_node *node, const struct dep_age_identity *with, unsigned *out_opened,
                  struct dep_problem *problem)
{
    return rewrap(node, with, NULL, out_opened, problem);
}

int dep_share_rewrap(struct dep_node *node, const struct dep_age_identity *with,
                     struct dep_problem *problem)
{
    struct dep_age_recipient *room = dep_alloc_array(DEP_SHARE_HOLDERS_MAX, sizeof *room);
    int err = room ? rewrap(node, with, room, NULL, problem)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.rewrap", node->dir);
    free(room);
    return err;
}

json_t *dep_share_claims(const char *kid, unsigned roles)
{
    json_t *names = json_array();
    for (size_t i = 0; names && i < DEP_ROLE_COUNT; i++)
        if ((roles & dep_reading_roles[i]) &&
            json_array_append_new(names, json_string(dep_role_name(dep_reading_roles[i])))) {
            json_decref(names);
            return NULL;
        }
    return json_pack("{s:s,s:o}", "kid", kid, "roles", names);
}

/* ---- sharing ---- */

static int refuse(struct dep_problem *problem, const char *id, const char *code)
{
    return dep_problem_found(problem, id, "doc/format/register.md 2", code);
}

int dep_key_share(struct dep_node *node, const char *code, dep_share_confirm_fn *confirm,
                  void *context, struct dep_done *out, struct dep_problem *problem)
{
    /* After a commit that failed the keyset is fed anew. */
    int err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    if (err)
        return err;
    const struct dep_key_state *key = dep_node_key_of(node, DEP_KEY_OFFICER, code);
    unsigned roles = key ? dep_key_waits(node, key) : 0, held = 0;
    if (!key)
        return refuse(problem, "keyset.kid", code);
    err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (!roles) {
        /* Recorded, and perhaps not done: a crash between the two. */
        err = dep_share_rewrap(node, &node->officer_identity, problem);
        return err ? err : refuse(problem, "key.share.none", code);
    }
    err = dep_share_try(node, &node->officer_identity, &held, problem);
    if (err)
        return err;
    if (!(roles & held))
        return refuse(problem, "key.share.not_yours", code);
    char kid[DEP_KID_LEN + 1];
    (void)snprintf(kid, sizeof kid, "%s", key->kid);
    if (!confirm(context, key, roles & held))
        return DEP_OK;
    DEP_AUTO_JSON *claims = dep_share_claims(kid, roles & held);
    struct dep_draft draft = {.type = "key.shared", .claims = claims};
    struct dep_done done;
    /* The keyset judges it under the lock: while it was asked, she may have been revoked. */
    err = claims ? dep_node_commit(node, &draft, 1, &done, problem)
                 : dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.share", code);
    if (!err)
        err = dep_share_rewrap(node, &node->officer_identity, problem);
    if (!err)
        *out = done;
    return err;
}
