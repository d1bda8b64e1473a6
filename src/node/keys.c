/*
 * Officers and their keys. A request proves that its maker holds the key; the card that answers it
 * carries the signed record.
 */
#include "node/keys.h"

#include "node/cards.h"
#include "node/node_impl.h"
#include "node/share.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_LEN = DEP_CODE_LEN_MAX + 16 };

static int wrong(struct dep_problem *problem, const char *id, const char *detail)
{
    return dep_problem_found(problem, id, "DESIGN 4", detail);
}

static void officer_name(char out[NAME_MAX_LEN], const char *code)
{
    (void)snprintf(out, NAME_MAX_LEN, "officer-%s", code);
}

/* ---- request ---- */

static int ask_fresh(const struct dep_world *world, const char *code, struct dep_buf *out,
                     struct dep_problem *problem)
{
    int err = world->passphrase
                  ? world->passphrase(world->passphrase_context, "officer", code, true, out)
                  : DEP_ERR_KEY;
    if (err)
        return dep_passphrase_none(err, code, problem);
    return out->len ? DEP_OK : wrong(problem, "init.passphrase.empty", code);
}

static int request_in(int keys_fd, const char *member, const char *code, unsigned roles,
                      bool no_passphrase, const struct dep_world *world, struct dep_buf *out,
                      struct dep_problem *problem)
{
    char name[NAME_MAX_LEN];
    officer_name(name, code);
    if (dep_keyfile_exists(keys_fd, name, ".identity") ||
        dep_keyfile_exists(keys_fd, name, ".identity.age"))
        return wrong(problem, "key.exists", code);
    struct dep_buf passphrase;
    dep_buf_init_secret(&passphrase, 4096);
    struct dep_age_identity identity;
    struct dep_signing_key *key = NULL;
    dep_age_identity_new(world->random, &identity);
    int err = no_passphrase ? DEP_OK : ask_fresh(world, code, &passphrase, problem);
    if (!err && dep_signing_key_new(world->random, &key))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.request", code);
    if (!err)
        err = dep_keyfile_save_signing(keys_fd, name, key, &identity.recipient, 1, world->random,
                                       problem);
    if (!err)
        err = dep_keyfile_save_own(keys_fd, name, &identity, dep_buf_slice(&passphrase),
                                   world->random, problem);
    if (!err && dep_key_request_encode(member, code, roles, key, &identity.recipient, out))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.request", code);
    dep_signing_key_free(key);
    dep_age_identity_wipe(&identity);
    dep_buf_done(&passphrase);
    return err;
}

int dep_key_request(const char *keys_dir, const char *member, const char *code, unsigned roles,
                    bool no_passphrase, const struct dep_world *world, struct dep_buf *out,
                    struct dep_problem *problem)
{
    if (!dep_code_valid(dep_slice_string(member)))
        return wrong(problem, "init.member", member);
    if (!dep_code_valid(dep_slice_string(code)))
        return wrong(problem, "officer.code", code);
    int err = dep_folder_create(keys_dir, 0700, "keys.folder", &problem->fault);
    if (err && problem->fault.sys != EEXIST)
        return err;
    DEP_AUTO_FD keys = open(keys_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (keys < 0)
        return dep_problem_fault(problem, DEP_ERR_IO, "keys.folder", keys_dir);
    return request_in(keys, member, code, roles, no_passphrase, world, out, problem);
}

/* ---- signing a request ---- */

/* A role nobody held until now gets its key with its first officer: what was recorded before stays
 * closed to it. */
static int add_missing_roles(struct dep_node *node, unsigned roles, struct dep_draft *drafts,
                             json_t **claims, size_t *count, struct dep_age_identity *identities,
                             const struct dep_signing_key *registrar, struct dep_problem *problem)
{
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
        const char *name = dep_role_name(dep_reading_roles[i]);
        if (!(roles & dep_reading_roles[i]) || dep_node_key_of(node, DEP_KEY_ROLE, name))
            continue;
        char age[DEP_AGE_RECIPIENT_TEXT + 1];
        dep_age_identity_new(node->world.random, &identities[i]);
        dep_age_recipient_encode(&identities[i].recipient, age);
        claims[*count] = json_pack("{s:s,s:s,s:s}", "use", "role", "age", age, "code", name);
        if (!claims[*count])
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.sign", name);
        drafts[*count] =
            (struct dep_draft){"key.enrolled", claims[*count], NULL, DEP_ROLE_REGISTRAR, registrar};
        (*count)++;
    }
    return DEP_OK;
}

static int save_new_roles(struct dep_node *node, const struct dep_age_identity *identities,
                          struct dep_problem *problem)
{
    static const struct dep_age_identity none;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    int err = keys < 0 ? keys : DEP_OK;
    for (size_t i = 0; !err && i < DEP_ROLE_COUNT; i++) {
        struct dep_age_recipient to[DEP_SHARE_HOLDERS_MAX];
        char name[64];
        if (dep_equal_secret(&identities[i], &none, sizeof none))
            continue;
        (void)snprintf(name, sizeof name, "role-%s", dep_role_name(dep_reading_roles[i]));
        size_t count = dep_share_holders(node, dep_reading_roles[i], to);
        err = dep_keyfile_save_identity(keys, name, &identities[i], to, count, node->world.random,
                                        problem);
    }
    return err;
}

static json_t *officer_claims(const struct dep_key_request *request, const json_t *holder)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(&request->public, kid);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:O*}", "use", "officer", "kid", kid, "public",
                     request->public_text, "age", request->age, "code", request->code, "roles",
                     dep_role_names(request->roles), "holder", holder);
}

static int encode_card(struct dep_node *node, const struct dep_key_request *request,
                       const struct dep_done *done, struct dep_buf *out,
                       struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(node, done->jti, false, &view, problem);
    if (err)
        return err;
    err = dep_key_card_encode(dep_register_info(node->reg)->member, request->code, done->jti,
                              dep_buf_slice(&view.jwt), out);
    return err ? dep_problem_fault(problem, err, "keys.card", request->code) : DEP_OK;
}

/* Who held this code last, and is revoked; or NULL. */
static const struct dep_key_state *former_of(const struct dep_node *node, const char *code)
{
    const struct dep_key_state *former = NULL;
    for (size_t i = 0; i < dep_keyset_count(node->keyset); i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        if (key->use == DEP_KEY_OFFICER && key->revoked && strcmp(key->code, code) == 0)
            former = key;
    }
    return former;
}

/* Who enrols: the registrar; and who opens and signs the keys that are shared in the same breath:
 * the officer at work, or in a recovery the recovery identity and root. */
struct enroller {
    const struct dep_signing_key *registrar, *root; /* root: NULL but in a recovery */
    const struct dep_age_identity *with;
};

/* What the enroller holds too is shared with the new officer at once, by a record of its own. */
static int add_share(struct dep_node *node, const struct enroller *by, const char *kid,
                     unsigned roles, struct dep_draft *drafts, json_t **claims, size_t *count,
                     struct dep_problem *problem)
{
    unsigned opened = 0;
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    int err = dep_share_try(node, by->with, &opened, problem);
    roles &= by->root ? opened : self ? opened & self->held : 0;
    if (err || !roles)
        return err;
    claims[*count] = dep_share_claims(kid, roles);
    if (!claims[*count])
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.share", kid);
    drafts[*count] = (struct dep_draft){"key.shared", claims[*count], NULL,
                                        by->root ? DEP_ROLE_ROOT : (enum dep_role)0, by->root};
    (*count)++;
    return DEP_OK;
}

static int enrol(struct dep_node *node, const struct dep_key_request *request, const json_t *holder,
                 const struct enroller *by, struct dep_done *out, struct dep_problem *problem)
{
    enum { DRAFTS = 2 + DEP_ROLE_COUNT };
    struct dep_draft drafts[DRAFTS];
    struct dep_done done[DRAFTS];
    json_t *claims[DRAFTS] = {officer_claims(request, holder)};
    struct dep_age_identity identities[DEP_ROLE_COUNT] = {{{0}, {{0}}}};
    size_t count = 1;
    char kid[DEP_KID_LEN + 1];
    dep_kid(&request->public, kid);
    int err =
        claims[0] ? DEP_OK : dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.sign", request->code);
    drafts[0] =
        (struct dep_draft){"key.enrolled", claims[0], NULL, DEP_ROLE_REGISTRAR, by->registrar};
    const struct dep_key_state *former = former_of(node, request->code);
    if (!err && former)
        err = dep_readings_set_aside(node, request->code, former->kid, problem);
    if (!err)
        err = add_missing_roles(node, request->roles, drafts, claims, &count, identities,
                                by->registrar, problem);
    if (!err)
        err = add_share(node, by, kid, request->roles, drafts, claims, &count, problem);
    if (!err)
        err = dep_node_commit(node, drafts, count, done, problem);
    for (size_t i = 0; i < count; i++)
        json_decref(claims[i]);
    if (!err)
        err = save_new_roles(node, identities, problem);
    dep_wipe(identities, sizeof identities);
    if (!err)
        err = dep_share_rewrap(node, by->with, problem);
    if (!err)
        *out = done[0];
    return err;
}

int dep_key_sign(struct dep_node *node, struct dep_slice text, const json_t *holder,
                 struct dep_done *out, struct dep_buf *card, struct dep_problem *problem)
{
    DEP_AUTO_KEY_REQUEST request = {.json = NULL};
    struct dep_signing_key *registrar = NULL;
    int err = dep_key_request_parse(text, &request, problem);
    if (!err && strcmp(request.member, dep_register_info(node->reg)->member) != 0)
        err = wrong(problem, "key.request.member", request.member);
    if (!err && dep_node_key_of(node, DEP_KEY_OFFICER, request.code))
        err = wrong(problem, "key.enrolled_already", request.code);
    if (!err)
        err = dep_node_unlock(node, problem);
    if (!err) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        err = keys < 0 ? keys
                       : dep_keyfile_load_signing(keys, "registrar", &node->officer_identity,
                                                  &registrar, problem);
    }
    struct enroller by = {.registrar = registrar, .with = &node->officer_identity};
    if (!err)
        err = enrol(node, &request, holder, &by, out, problem);
    if (!err)
        err = encode_card(node, &request, out, card, problem);
    dep_signing_key_free(registrar);
    return err;
}

/* An office passes to another person under the same code: the files of who held it stay, under the
 * name of the revoked key, where no command takes them for an officer's. */
static int former_aside(struct dep_node *node, int keys_fd, const char *code,
                        struct dep_problem *problem)
{
    static const char *const suffixes[] = {".identity", ".identity.age", ".sign.age", ".card.json"};
    const struct dep_key_state *former = former_of(node, code);
    for (size_t i = 0; former && i < DEP_COUNT(suffixes); i++) {
        char from[NAME_MAX_LEN + 16], to[NAME_MAX_LEN + 16];
        (void)snprintf(from, sizeof from, "officer-%s%s", code, suffixes[i]);
        (void)snprintf(to, sizeof to, "former-%s%s", former->kid, suffixes[i]);
        bool moved;
        int err = dep_file_move(keys_fd, from, keys_fd, to, "keys.folder", &moved, &problem->fault);
        if (err)
            return err;
    }
    return DEP_OK;
}

int dep_key_enrol(struct dep_node *node, const char *code, unsigned roles, bool no_passphrase,
                  const json_t *holder, struct dep_done *out, struct dep_problem *problem)
{
    if (!dep_code_valid(dep_slice_string(code)))
        return wrong(problem, "officer.code", code);
    if (dep_node_key_of(node, DEP_KEY_OFFICER, code))
        return wrong(problem, "key.enrolled_already", code);
    DEP_AUTO_BUF request, card;
    dep_buf_init(&request, DEP_KEYFILE_MAX);
    dep_buf_init(&card, DEP_JWT_LEN_MAX * 2);
    /* The administrator first: a wrong passphrase must not leave keys of an officer who isn't
     * enrolled. */
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    if (keys < 0)
        return keys;
    err = former_aside(node, keys, code, problem);
    if (!err)
        err = request_in(keys, dep_register_info(node->reg)->member, code, roles, no_passphrase,
                         &node->world, &request, problem);
    return err ? err : dep_key_sign(node, dep_buf_slice(&request), holder, out, &card, problem);
}

/* ---- import ---- */

int dep_key_import(const char *keys_dir, struct dep_slice text, struct dep_problem *problem)
{
    DEP_AUTO_KEY_CARD card = {.json = NULL};
    int err = dep_key_card_parse(text, &card, problem);
    if (err)
        return err;
    DEP_AUTO_FD keys = open(keys_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (keys < 0)
        return dep_problem_fault(problem, DEP_ERR_IO, "keys.folder", keys_dir);
    char name[NAME_MAX_LEN], file[NAME_MAX_LEN + 16];
    officer_name(name, card.code);
    if (!dep_keyfile_exists(keys, name, ".sign.age"))
        return wrong(problem, "key.card.not_here", card.code);
    (void)snprintf(file, sizeof file, "%s.card.json", name);
    return dep_file_replace(keys, file, text, 0600, &problem->fault);
}

/* ---- revoking ---- */

static const struct dep_key_state *find_key(struct dep_node *node, const char *kid_or_code)
{
    const struct dep_key_state *key = dep_keyset_find(node->keyset, kid_or_code);
    return key ? key : dep_node_key_of(node, DEP_KEY_OFFICER, kid_or_code);
}

int dep_key_revoke(struct dep_node *node, const char *kid_or_code, uint64_t from,
                   const char *reason, const char *lang, const char *root_file,
                   struct dep_done *out, struct dep_problem *problem)
{
    const struct dep_key_state *key = find_key(node, kid_or_code);
    if (!key)
        return wrong(problem, "keyset.kid", kid_or_code);
    if (key->revoked)
        return wrong(problem, "key.revoked_already", kid_or_code);
    bool by_root = root_file != NULL;
    if (!by_root && key->use != DEP_KEY_OFFICER && key->use != DEP_KEY_DEVICE)
        return wrong(problem, "key.root_needed", kid_or_code);
    int err = dep_node_unlock(node, problem);
    struct dep_signing_key *signer = NULL;
    if (!err && by_root) {
        err = dep_keyfile_load_pem(root_file, &node->world, &signer, problem);
    } else if (!err) {
        DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
        err = keys < 0 ? keys
                       : dep_keyfile_load_signing(keys, "registrar", &node->officer_identity,
                                                  &signer, problem);
    }
    if (err)
        return err;
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", key->kid, "from_index",
                                      (json_int_t)from, "reason", "text", reason, "lang", lang);
    struct dep_draft draft = {"key.revoked", claims, NULL,
                              by_root ? DEP_ROLE_ROOT : DEP_ROLE_REGISTRAR, signer};
    err = claims ? dep_node_commit(node, &draft, 1, out, problem)
                 : dep_problem_fault(problem, DEP_ERR_NOMEM, "keys.revoke", kid_or_code);
    dep_signing_key_free(signer);
    return err ? err : dep_share_rewrap(node, &node->officer_identity, problem);
}

/* ---- cards and recovery ---- */

int dep_key_home_card(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    const struct dep_key_state *vault = dep_node_key_of(node, DEP_KEY_VAULT, NULL);
    if (!vault)
        return wrong(problem, "vault.not_enrolled", node->dir);
    struct dep_home_card card = {.recovery_count = node->recovery_count};
    memcpy(card.recovery, node->recovery, sizeof card.recovery);
    int err = dep_age_recipient_parse(dep_slice_string(vault->age_recipient), &card.vault,
                                      &problem->finding);
    for (size_t i = 0; !err && i < DEP_ROLE_COUNT; i++) {
        const struct dep_key_state *role =
            dep_node_key_of(node, DEP_KEY_ROLE, dep_role_name(dep_reading_roles[i]));
        card.has_reader[i] = role != NULL;
        if (role)
            err = dep_age_recipient_parse(dep_slice_string(role->age_recipient), &card.readers[i],
                                          &problem->finding);
    }
    if (!err)
        err = dep_home_card_encode(dep_register_info(node->reg)->member, &card, out);
    return err < 0 ? dep_problem_fault(problem, err, "keys.card", node->dir) : err;
}

static int load_recovery(const char *file, struct dep_age_identity *out,
                         struct dep_problem *problem)
{
    struct dep_buf text;
    dep_buf_init_secret(&text, DEP_KEYFILE_MAX);
    int err = dep_file_read(AT_FDCWD, file, DEP_KEYFILE_MAX, &text, &problem->fault);
    if (!err && dep_age_identity_parse(dep_buf_slice(&text), out, &problem->finding))
        err = wrong(problem, "key.recovery.form", file);
    dep_buf_done(&text);
    return err;
}

/* Nobody here can sign any more: root enrols a new registrar and it the new officer; the recovery
 * identity opens log, vault and role keys for them. */
static int recover_with(struct dep_node *node, const struct dep_age_identity *recovery,
                        const struct dep_signing_key *root, const char *code, unsigned roles,
                        bool no_passphrase, struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    if (keys < 0)
        return keys;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_KEYFILE_MAX);
    DEP_AUTO_KEY_REQUEST request = {.json = NULL};
    struct dep_signing_key *registrar = NULL;
    int err = dep_keyfile_load_signing(keys, "registrar", recovery, &registrar, problem);
    if (!err)
        err = dep_keyfile_load_signing(keys, "log", recovery, &node->log_key, problem);
    if (!err)
        err = request_in(keys, dep_register_info(node->reg)->member, code, roles, no_passphrase,
                         &node->world, &text, problem);
    if (!err)
        err = dep_key_request_parse(dep_buf_slice(&text), &request, problem);
    if (!err) {
        char kid[DEP_KID_LEN + 1];
        dep_kid(dep_signing_key_public(root), kid);
        if (strcmp(kid, dep_register_info(node->reg)->root_kid) != 0)
            err = wrong(problem, "key.root_other", code);
    }
    if (!err) {
        (void)snprintf(node->officer, sizeof node->officer, "%s", code);
        node->unlocked =
            true; /* the log key is here; the records of enrolment are signed by the registrar */
        struct enroller by = {registrar, root, recovery};
        err = enrol(node, &request, NULL, &by, out, problem);
    }
    dep_signing_key_free(registrar);
    return err;
}

int dep_key_recover(struct dep_node *node, const char *recovery_identity_file,
                    const char *root_file, const char *code, unsigned roles, bool no_passphrase,
                    struct dep_done *out, struct dep_problem *problem)
{
    if (!dep_code_valid(dep_slice_string(code)))
        return wrong(problem, "officer.code", code);
    if (dep_node_key_of(node, DEP_KEY_OFFICER, code))
        return wrong(problem, "key.enrolled_already", code);
    struct dep_age_identity recovery;
    struct dep_signing_key *root = NULL;
    int err = load_recovery(recovery_identity_file, &recovery, problem);
    if (!err)
        err = dep_keyfile_load_pem(root_file, &node->world, &root, problem);
    if (!err)
        err = recover_with(node, &recovery, root, code, roles, no_passphrase, out, problem);
    dep_signing_key_free(root);
    dep_age_identity_wipe(&recovery);
    return err;
}
