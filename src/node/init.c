/*
 * A register is made in a folder beside its place and renamed there when everything in it is
 * durable.
 */
#include "node/init.h"

#include "node/cards.h"
#include "node/charter_impl.h"
#include "node/node_impl.h"

#include "codec/base64.h"
#include "store/file.h"
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { INIT_DRAFTS_MAX = 16, ADOPTED_AT = 1 };

struct init_work {
    const struct dep_init_order *order;
    struct dep_problem *problem;
    char dir[4096]; /* where it is made */
    struct dep_register_info info;
    struct dep_signing_key *root, *log, *registrar, *officer;
    struct dep_age_identity officer_identity, vault_identity, role_identities[DEP_ROLE_COUNT];
    struct dep_age_recipient vault, readers[DEP_ROLE_COUNT], recovery[DEP_RECIPIENTS_MAX];
    bool has_reader[DEP_ROLE_COUNT];
    size_t recovery_count;
    unsigned roles;
    struct dep_buf passphrase, root_passphrase; /* secret */
    struct dep_charter *charter;
};

static void work_done(struct init_work *work)
{
    dep_signing_key_free(work->root);
    dep_signing_key_free(work->log);
    dep_signing_key_free(work->registrar);
    dep_signing_key_free(work->officer);
    dep_charter_free(work->charter);
    dep_buf_done(&work->passphrase);
    dep_buf_done(&work->root_passphrase);
    dep_wipe(work, sizeof *work);
}

static int wrong(struct init_work *work, const char *id, const char *detail)
{
    return dep_problem_found(work->problem, id, "doc/format/register.md", detail);
}

static int check_recovery(struct init_work *work)
{
    const struct dep_init_order *order = work->order;
    if (order->recovery_count == 0 && !order->no_recovery && !order->home_card)
        return wrong(work, "init.recovery.absent", order->dir);
    if (order->recovery_count > 0 && order->no_recovery)
        return wrong(work, "init.recovery.both", order->dir);
    if (order->recovery_count >= DEP_RECIPIENTS_MAX)
        return wrong(work, "init.recovery.many", order->dir);
    for (size_t i = 0; i < order->recovery_count; i++) {
        struct dep_finding why;
        if (dep_age_recipient_parse(dep_slice_string(order->recovery[i]), &work->recovery[i], &why))
            return wrong(work, "init.recovery.recipient", order->recovery[i]);
    }
    work->recovery_count = order->recovery_count;
    return DEP_OK;
}

/* Before passphrases are asked for: the last that is done must not be the first to fail. */
static bool has_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    int len = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
                       slash ? path : ".");
    return len < (int)sizeof folder && access(folder, W_OK) == 0;
}

static int check_order(struct init_work *work)
{
    const struct dep_init_order *order = work->order;
    if (!order->member || !dep_code_valid(dep_slice_string(order->member)))
        return wrong(work, "init.member", order->member ? order->member : "");
    if (!order->officer || !dep_code_valid(dep_slice_string(order->officer)))
        return wrong(work, "init.officer", order->officer ? order->officer : "");
    if (!order->name || !order->name[0] || strlen(order->name) >= sizeof work->info.name)
        return wrong(work, "init.name", order->name ? order->name : "");
    if (!order->root_out)
        return wrong(work, "init.root_out.absent", order->dir);
    if (access(order->root_out, F_OK) == 0)
        return wrong(work, "init.root_out.exists", order->root_out);
    if (!has_folder(order->root_out))
        return wrong(work, "init.root_out.place", order->root_out);
    if (rmdir(order->dir) != 0 && errno != ENOENT)
        return wrong(work, access(order->dir, F_OK) == 0 ? "init.exists" : "init.place",
                     order->dir);
    if (order->origin && !dep_origin_valid(dep_slice_string(order->origin)))
        return wrong(work, "init.origin", order->origin);
    work->roles = order->roles ? order->roles : DEP_ROLE_CUSTODIAN | DEP_ROLE_ADMINISTRATOR;
    return check_recovery(work);
}

/* A field kit encrypts to its home: vault, readers and recovery recipients come from the card and
 * nothing here opens them. */
static int take_home_card(struct init_work *work)
{
    const char *path = work->order->home_card;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_KEYFILE_MAX);
    int err = dep_file_read(AT_FDCWD, path, DEP_KEYFILE_MAX, &text, &work->problem->fault);
    if (err)
        return err;
    struct dep_home_card card;
    err = dep_home_card_parse(dep_buf_slice(&text), &card, work->problem);
    if (err)
        return err == DEP_FOUND ? wrong(work, work->problem->finding.id, path) : err;
    work->vault = card.vault;
    memcpy(work->readers, card.readers, sizeof work->readers);
    memcpy(work->has_reader, card.has_reader, sizeof work->has_reader);
    memcpy(work->recovery, card.recovery, sizeof work->recovery);
    work->recovery_count = card.recovery_count;
    return DEP_OK;
}

static int ask(struct init_work *work, const char *which, const char *code, struct dep_buf *out)
{
    const struct dep_world *world = &work->order->world;
    int err = world->passphrase
                  ? world->passphrase(world->passphrase_context, which, code, true, out)
                  : DEP_ERR_KEY;
    if (err)
        return dep_passphrase_none(err, code, work->problem);
    return out->len ? DEP_OK : wrong(work, "init.passphrase.empty", code);
}

static int make_keys(struct init_work *work)
{
    dep_random_fn *random = work->order->world.random;
    struct dep_signing_key **keys[] = {&work->root, &work->log, &work->registrar, &work->officer};
    for (size_t i = 0; i < DEP_COUNT(keys); i++)
        if (dep_signing_key_new(random, keys[i]))
            return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "init.keys", work->order->dir);
    dep_age_identity_new(random, &work->officer_identity);
    if (!work->order->home_card) {
        dep_age_identity_new(random, &work->vault_identity);
        work->vault = work->vault_identity.recipient;
        for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
            work->has_reader[i] = (work->roles & dep_reading_roles[i]) != 0;
            if (!work->has_reader[i])
                continue;
            dep_age_identity_new(random, &work->role_identities[i]);
            work->readers[i] = work->role_identities[i].recipient;
        }
    }
    if (work->order->no_passphrase)
        return DEP_OK;
    int err = ask(work, "officer", work->order->officer, &work->passphrase);
    return err ? err : ask(work, "root", "root", &work->root_passphrase);
}

static int fill_info(struct init_work *work)
{
    const struct dep_init_order *order = work->order;
    struct dep_register_info *info = &work->info;
    (void)snprintf(info->member, sizeof info->member, "%s", order->member);
    (void)snprintf(info->name, sizeof info->name, "%s", order->name);
    if (order->origin) {
        (void)snprintf(info->origin, sizeof info->origin, "%s", order->origin);
    } else {
        uint8_t salt[8];
        char hex[2 * sizeof salt + 1];
        order->world.random(salt, sizeof salt);
        dep_hex_encode(salt, sizeof salt, hex);
        (void)snprintf(info->origin, sizeof info->origin, "%s/%s", order->member, hex);
    }
    info->field = order->home_card != NULL;
    time_t now = (time_t)(order->world.clock() / 1000);
    struct tm utc;
    (void)strftime(info->created, sizeof info->created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    dep_kid(dep_signing_key_public(work->root), info->root_kid);
    info->log_key = *dep_signing_key_public(work->log);
    return DEP_OK;
}

static int write_key_files(struct init_work *work, int keys_fd)
{
    const struct dep_init_order *order = work->order;
    dep_random_fn *random = order->world.random;
    struct dep_age_recipient to[DEP_RECIPIENTS_MAX] = {work->officer_identity.recipient};
    memcpy(to + 1, work->recovery, work->recovery_count * sizeof *to);
    size_t to_count = 1 + work->recovery_count;
    char officer[DEP_CODE_LEN_MAX + 16];
    (void)snprintf(officer, sizeof officer, "officer-%s", order->officer);
    int err = dep_keyfile_save_own(keys_fd, officer, &work->officer_identity,
                                   dep_buf_slice(&work->passphrase), random, work->problem);
    if (!err)
        err =
            dep_keyfile_save_signing(keys_fd, officer, work->officer, to, 1, random, work->problem);
    if (!err)
        err = dep_keyfile_save_signing(keys_fd, "log", work->log, to, to_count, random,
                                       work->problem);
    if (!err)
        err = dep_keyfile_save_signing(keys_fd, "registrar", work->registrar, to, to_count, random,
                                       work->problem);
    if (err || order->home_card)
        return err;
    err = dep_keyfile_save_identity(keys_fd, "vault", &work->vault_identity, to, to_count, random,
                                    work->problem);
    for (size_t i = 0; !err && i < DEP_ROLE_COUNT; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "role-%s", dep_role_name(dep_reading_roles[i]));
        if (work->has_reader[i])
            err = dep_keyfile_save_identity(keys_fd, name, &work->role_identities[i], to, to_count,
                                            random, work->problem);
    }
    uint8_t content_key[DEP_HASH_LEN];
    random(content_key, sizeof content_key);
    if (!err)
        err = dep_keyfile_save_bytes(keys_fd, "content.age",
                                     dep_slice_of(content_key, sizeof content_key), to, to_count,
                                     random, work->problem);
    dep_wipe(content_key, sizeof content_key);
    return err;
}

static char *public_text(const struct dep_signing_key *key)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 64);
    dep_base64_encode(DEP_BASE64_URL,
                      dep_slice_of(dep_signing_key_public(key)->bytes, DEP_ED25519_PUBLIC_LEN),
                      &text);
    return dep_buf_take(&text);
}

/* doc/format/charter.md: the first charter is one of one member, adopted by its root key. */
static int write_charter(struct init_work *work, int dir_fd)
{
    const struct dep_init_order *order = work->order;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    int err = dep_charter_default(&work->info, dep_signing_key_public(work->root),
                                  order->territories, order->territory_count, &text);
    struct dep_finding why = {0};
    struct dep_jtd_error where = {0};
    if (!err)
        err = dep_charter_parse(dep_buf_slice(&text), &work->charter, &where, &why);
    if (err)
        return err > 0 ? wrong(work, why.id, where.instance_path)
                       : dep_problem_fault(work->problem, err, "init.charter", work->dir);
    char path[DEP_CHARTER_PATH_LEN];
    dep_charter_path(dep_charter_digest(work->charter), DEP_CHARTER_TEXT, path);
    return dep_file_create(dir_fd, path, dep_buf_slice(&text), 0600, &work->problem->fault);
}

struct drafts {
    size_t count;
    struct dep_draft list[INIT_DRAFTS_MAX];
    json_t *claims[INIT_DRAFTS_MAX];
};

static void drafts_done(struct drafts *drafts)
{
    for (size_t i = 0; i < drafts->count; i++)
        json_decref(drafts->claims[i]);
}

/* Takes `claims`. A claim that couldn't be made (no memory) is found when the draft is issued. */
static void add_draft(struct drafts *drafts, const char *type, json_t *claims, enum dep_role role,
                      const struct dep_signing_key *key)
{
    assert(drafts->count < INIT_DRAFTS_MAX);
    drafts->claims[drafts->count] = claims;
    drafts->list[drafts->count++] =
        (struct dep_draft){.type = type, .claims = claims, .role = role, .key = key};
}

static json_t *signing_claims(const char *use, const struct dep_signing_key *key)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(key), kid);
    DEP_AUTO_FREE char *text = public_text(key);
    return text ? json_pack("{s:s,s:s,s:s}", "use", use, "kid", kid, "public", text) : NULL;
}

static json_t *age_claims(const char *use, const struct dep_age_recipient *recipient,
                          const char *code)
{
    char text[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(recipient, text);
    return json_pack("{s:s,s:s,s:s*}", "use", use, "age", text, "code", code);
}

static json_t *role_array(unsigned roles)
{
    json_t *array = json_array();
    for (unsigned role = 1; role && role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            (void)json_array_append_new(array, json_string(dep_role_name((enum dep_role)role)));
    return array;
}

static json_t *settings_claims(const struct init_work *work)
{
    json_t *recovery = json_array();
    for (size_t i = 0; i < work->recovery_count; i++) {
        char text[DEP_AGE_RECIPIENT_TEXT + 1];
        dep_age_recipient_encode(&work->recovery[i], text);
        (void)json_array_append_new(recovery, json_string(text));
    }
    return json_pack("{s:s,s:o}", "profile", work->info.field ? "field" : "office", "recovery",
                     recovery);
}

static void fill_drafts(const struct init_work *work, struct drafts *drafts)
{
    add_draft(drafts, "key.enrolled", signing_claims("root", work->root), DEP_ROLE_ROOT,
              work->root);
    assert(drafts->count == ADOPTED_AT);
    add_draft(drafts, "charter.adopted", dep_charter_claims(work->charter), DEP_ROLE_ROOT,
              work->root);
    add_draft(drafts, "key.enrolled", signing_claims("log", work->log), DEP_ROLE_ROOT, work->root);
    add_draft(drafts, "key.enrolled", signing_claims("registrar", work->registrar), DEP_ROLE_ROOT,
              work->root);
    add_draft(drafts, "key.enrolled", age_claims("vault", &work->vault, NULL), DEP_ROLE_ROOT,
              work->root);
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++)
        if (work->has_reader[i])
            add_draft(drafts, "key.enrolled",
                      age_claims("role", &work->readers[i], dep_role_name(dep_reading_roles[i])),
                      DEP_ROLE_ROOT, work->root);
    json_t *officer = signing_claims("officer", work->officer);
    json_t *age = age_claims("officer", &work->officer_identity.recipient, work->order->officer);
    (void)json_object_update_missing(officer, age);
    json_decref(age);
    (void)json_object_set_new(officer, "roles", role_array(work->roles));
    add_draft(drafts, "key.enrolled", officer, DEP_ROLE_REGISTRAR, work->registrar);
    add_draft(drafts, "member.settings", settings_claims(work), DEP_ROLE_ROOT, work->root);
}

/* The passphrase was asked a moment ago; opening the new register must not ask again. */
static int remembered(void *context, const char *which, const char *code, bool fresh,
                      struct dep_buf *out)
{
    (void)which, (void)code, (void)fresh;
    const struct init_work *work = context;
    dep_buf_add_slice(out, dep_buf_slice(&work->passphrase));
    return dep_buf_err(out);
}

/* What was adopted a moment ago comes into force. */
static int enter_charter(struct init_work *work, struct dep_node *node,
                         const struct dep_done *adopted)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_adoptions *adoptions = dep_alloc(sizeof *adoptions);
    if (!adoptions)
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "init.charter", work->dir);
    dep_adoptions_init(adoptions);
    int err = dep_node_view(node, adopted->jti, false, &view, work->problem);
    if (!err)
        dep_buf_add_slice(&adoptions->text, dep_buf_slice(&view.jwt));
    if (!err && dep_adoptions_sort(adoptions))
        err = dep_problem_fault(work->problem, DEP_ERR_NOMEM, "init.charter", work->dir);
    if (!err)
        err = dep_adoptions_save(dep_register_dir_fd(node->reg), dep_charter_digest(work->charter),
                                 adoptions, &work->problem->fault);
    DEP_AUTO_JSON *claims = err ? NULL : dep_charter_claims(work->charter);
    if (!err &&
        (!claims || json_object_set_new(claims, "adoptions", dep_adoptions_claim(adoptions))))
        err = dep_problem_fault(work->problem, DEP_ERR_NOMEM, "init.charter", work->dir);
    struct dep_draft draft = {"charter.entered", claims, NULL, DEP_ROLE_ROOT, work->root};
    struct dep_done done;
    err = err ? err : dep_node_commit(node, &draft, 1, &done, work->problem);
    dep_adoptions_done(adoptions);
    free(adoptions);
    return err;
}

static int commit_drafts(struct init_work *work, struct dep_node *node)
{
    struct dep_reader_key readers[DEP_ROLE_COUNT];
    size_t reader_count = 0;
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++)
        if (work->has_reader[i])
            readers[reader_count++] =
                (struct dep_reader_key){dep_reading_roles[i], work->readers[i]};
    int err = dep_register_set_readers(node->reg, readers, reader_count, work->recovery,
                                       work->recovery_count);
    struct drafts drafts = {.count = 0};
    fill_drafts(work, &drafts);
    struct dep_done done[INIT_DRAFTS_MAX];
    for (size_t i = 0; !err && i < drafts.count; i++)
        if (!drafts.claims[i])
            err = DEP_ERR_NOMEM;
    err = err ? dep_problem_fault(work->problem, err, "init.records", work->dir)
              : dep_node_commit(node, drafts.list, drafts.count, done, work->problem);
    drafts_done(&drafts);
    return err ? err : enter_charter(work, node, &done[ADOPTED_AT]);
}

static int commit_first(struct init_work *work)
{
    struct dep_node_order order = {.dir = work->dir,
                                   .write = true,
                                   .officer = work->order->officer,
                                   .world = work->order->world};
    order.world.passphrase = remembered;
    order.world.passphrase_context = work;
    struct dep_node *node = NULL;
    int err = dep_node_open(&order, &node, NULL, work->problem);
    if (!err)
        err = commit_drafts(work, node);
    dep_node_close(node);
    return err;
}

static int build(struct init_work *work)
{
    int err = dep_register_fill(work->dir, &work->info, &work->problem->fault);
    if (err)
        return err;
    DEP_AUTO_FD dir_fd = open(work->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DEP_AUTO_FD keys_fd =
        dir_fd < 0 ? -1 : openat(dir_fd, "keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (keys_fd < 0)
        return dep_problem_fault(work->problem, DEP_ERR_IO, "init.folder", work->dir);
    err = write_key_files(work, keys_fd);
    if (!err)
        err = write_charter(work, dir_fd);
    if (!err)
        err = commit_first(work);
    if (!err)
        err = dep_keyfile_save_pem(work->order->root_out, work->root,
                                   dep_buf_slice(&work->root_passphrase), work->problem);
    return err;
}

static int put_in_place(struct init_work *work)
{
    struct dep_fault *fault = &work->problem->fault;
    DEP_AUTO_FD fd = open(work->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DEP_AUTO_FD parent_fd = -1;
    struct dep_placing to = {.fd = fd, .from_fd = AT_FDCWD, .from = work->dir};
    if (fd < 0)
        return dep_problem_fault(work->problem, DEP_ERR_IO, "init.folder", work->dir);
    int err = dep_folder_of(AT_FDCWD, work->order->dir, "init.rename", &parent_fd, &to.name, fault);
    to.folder_fd = parent_fd;
    return err ? err : dep_file_place(&to, "init.rename", work->order->dir, fault);
}

int dep_node_init(const struct dep_init_order *order, struct dep_problem *problem)
{
    struct init_work work = {.order = order, .problem = problem};
    dep_buf_init_secret(&work.passphrase, 4096);
    dep_buf_init_secret(&work.root_passphrase, 4096);
    size_t len = strlen(order->dir);
    while (len > 1 && order->dir[len - 1] == '/')
        len--;
    (void)snprintf(work.dir, sizeof work.dir, "%.*s.unfinished", (int)len, order->dir);
    int err = check_order(&work);
    if (!err && order->home_card)
        err = take_home_card(&work);
    if (!err)
        err = make_keys(&work);
    if (!err)
        err = fill_info(&work);
    if (!err) {
        /* What an init that was killed left behind belongs to no register. */
        DEP_AUTO_FD held = -1;
        static const struct dep_folder_kind kind = {"store.create", "file.held", dep_register_owns};
        err = dep_folder_hold(work.dir, &kind, &held, &problem->fault);
        if (!err)
            err = build(&work);
        if (!err)
            err = put_in_place(&work);
        if (err && held >= 0)
            dep_folder_remove(work.dir);
    }
    work_done(&work);
    return err;
}
