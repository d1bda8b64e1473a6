/*
 * The cosigner's side. What it signed last of each log is a file; that it grows and never goes back
 * or aside is all that a cosignature says, so the file is read, judged by, replaced and synced
 * under one lock, before anybody sees the signature.
 *
 * A register that comes from a copy has the key and not these files (they are in no backup): what
 * it signed since the copy nobody here knows, so the key signs no more.
 */
#include "node/charter.h"
#include "node/cosign.h"
#include "node/node_impl.h"
#include "node/share.h"

#include "codec/base64.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH_LEN = 128, NAME_LEN = DEP_MEMBER_LEN_MAX + 16 };

static const char CLAUSE[] = "c2sp.org/tlog-witness, add-checkpoint";
static const char FOLDER[] = "cosigned";
static const char KEY[] = "cosigner";

static int wrong(struct dep_problem *problem, const char *id, const char *detail)
{
    return dep_problem_found(problem, id, CLAUSE, detail);
}

/* ---- the key ---- */

static void own_name(const struct dep_node *node, char out[NAME_LEN])
{
    (void)snprintf(out, NAME_LEN, "%s/cosigner", dep_register_info(node->reg)->member);
}

int dep_cosigner_vkey(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    char name[NAME_LEN];
    struct dep_vkey vkey;
    const struct dep_key_state *key = dep_node_key_of(node, DEP_KEY_COSIGNER, NULL);
    if (!key)
        return wrong(problem, "cosigner.key.absent", dep_register_info(node->reg)->member);
    own_name(node, name);
    int err = dep_cosigner_make(dep_slice_string(name), &key->key, &vkey, &problem->finding);
    if (!err && dep_vkey_encode(&vkey, out))
        err = dep_problem_fault(problem, dep_buf_err(out), "cosign.key", node->dir);
    return err;
}

static json_t *enrolment(const struct dep_signing_key *key)
{
    char kid[DEP_KID_LEN + 1];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 64);
    dep_kid(dep_signing_key_public(key), kid);
    dep_base64_encode(DEP_BASE64_URL,
                      dep_slice_of(dep_signing_key_public(key)->bytes, DEP_ED25519_PUBLIC_LEN),
                      &text);
    return dep_buf_err(&text)
               ? NULL
               : json_pack("{s:s,s:s,s:s}", "use", KEY, "kid", kid, "public", (char *)text.data);
}

static int save_key(struct dep_node *node, const struct dep_signing_key *key,
                    struct dep_problem *problem)
{
    struct dep_age_recipient *to = dep_alloc_array(DEP_SHARE_HOLDERS_MAX, sizeof *to);
    if (!to)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.key", node->dir);
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    int err = keys < 0 ? keys : DEP_OK;
    if (!err) {
        size_t count = dep_share_holders(node, DEP_ROLE_ADMINISTRATOR, to);
        err = dep_keyfile_save_signing(keys, KEY, key, to, count, node->world.random, problem);
    }
    free(to);
    return err;
}

static int check_root(const struct dep_node *node, const struct dep_signing_key *root,
                      const char *root_file, struct dep_problem *problem)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(root), kid);
    return strcmp(kid, dep_register_info(node->reg)->root_kid) == 0
               ? DEP_OK
               : wrong(problem, "key.root_other", root_file);
}

int dep_cosigner_enrol(struct dep_node *node, const char *root_file, struct dep_done *out,
                       struct dep_problem *problem)
{
    if (dep_node_key_of(node, DEP_KEY_COSIGNER, NULL))
        return wrong(problem, "key.enrolled_already", KEY);
    struct dep_signing_key *root = NULL, *key = NULL;
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = dep_keyfile_load_pem(root_file, &node->world, &root, problem);
    if (!err)
        err = check_root(node, root, root_file, problem);
    if (!err && dep_signing_key_new(node->world.random, &key))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.key", node->dir);
    if (!err)
        err = save_key(node, key, problem);
    /* What an earlier key signed binds this one too: the folder stays. */
    int dir = dep_register_dir_fd(node->reg);
    if (!err)
        err = dep_folder_make(dir, FOLDER, 0700, &problem->fault);
    if (!err)
        err = dep_folder_sync(dir, ".", &problem->fault);
    DEP_AUTO_JSON *claims = err ? NULL : enrolment(key);
    struct dep_draft draft = {"key.enrolled", claims, NULL, DEP_ROLE_ROOT, root};
    if (!err)
        err = claims ? dep_node_commit(node, &draft, 1, out, problem)
                     : dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.key", node->dir);
    dep_signing_key_free(root);
    dep_signing_key_free(key);
    return err;
}

/* ---- what is known of another log ---- */

/* cosigned/<hex SHA-256 of the origin>/FILE, as tlog-witness serves it. */
static void log_path(struct dep_slice origin, const char *file, char out[PATH_LEN])
{
    struct dep_hash hash;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_sha256(origin, &hash);
    dep_hex_encode(hash.bytes, DEP_HASH_LEN, hex);
    (void)snprintf(out, PATH_LEN, "%s/%s%s%s", FOLDER, hex, file[0] ? "/" : "", file);
}

/* A log of another member, by a proof of its key. */
struct known_log {
    struct dep_buf text; /* the proof */
    struct dep_proof proof;
    char member[DEP_MEMBER_LEN_MAX + 1];
    struct dep_vkey vkey; /* its name borrows from the charter */
};

/* Is this record, in the charter in force, a member's own word for the key of its log? */
static int judge_enrolment(struct dep_node *node, struct dep_slice jwt, struct known_log *known,
                           struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    DEP_AUTO_RECORD record = {.jti = NULL};
    DEP_AUTO_JSON *claims = NULL;
    struct dep_public_key key;
    struct dep_finding *why = &problem->finding;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (!err)
        err = dep_record_parse(jwt, &record, why);
    if (!err)
        err = dep_record_claims(node->schemas, &record, (struct dep_slice){NULL, 0}, true, &claims,
                                NULL, why);
    if (err)
        return err;
    const char *use = dep_json_string(claims, "use"), *public = dep_json_string(claims, "public");
    if (strcmp(record.type, "key.enrolled") != 0 || !use || strcmp(use, "log") != 0 || !public ||
        !dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(public), key.bytes,
                                sizeof key.bytes))
        return wrong(problem, "cosign.key.form", record.type);
    int place = dep_charter_member_find(charter, record.iss);
    if (place < 0 || strcmp(record.iss, dep_register_info(node->reg)->member) == 0)
        return wrong(problem, "cosign.key.member", record.iss);
    const struct dep_charter_member *member = dep_charter_member_at(charter, (size_t)place);
    if (!member->keeps_register)
        return wrong(problem, "cosign.key.member", record.iss);
    if (record.by_role != DEP_ROLE_ROOT || dep_jwt_verify(&record.jwt, &member->root, why))
        return wrong(problem, "cosign.key.root", record.iss);
    (void)snprintf(known->member, sizeof known->member, "%s", member->id);
    return dep_vkey_make(dep_slice_string(member->origin), &key, &known->vkey, why);
}

static int judge_proof(struct dep_node *node, struct known_log *known, struct dep_problem *problem)
{
    struct dep_finding *why = &problem->finding;
    struct dep_checkpoint checkpoint;
    struct dep_hash entry;
    DEP_AUTO_BUF jwt;
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX);
    int err = dep_proof_parse(dep_buf_slice(&known->text), &known->proof, why);
    if (!err && !dep_base64_parse(DEP_BASE64_STD, known->proof.extra, &jwt))
        err = dep_buf_err(&jwt) == DEP_ERR_NOMEM ? DEP_ERR_NOMEM
                                                 : wrong(problem, "cosign.key.form", "");
    if (!err)
        err = judge_enrolment(node, dep_buf_slice(&jwt), known, problem);
    if (!err) {
        dep_sha256(dep_buf_slice(&jwt), &entry);
        err = dep_proof_verify(&known->proof, &entry, &known->vkey, &checkpoint, why);
    }
    return err < 0 ? dep_problem_fault(problem, err, "cosign.key", node->dir) : err;
}

/* DEP_FOUND where no key of that log was made known, or what was is none in the charter in
 * force. */
static int load_known(struct dep_node *node, struct dep_slice origin, struct known_log *out,
                      struct dep_problem *problem)
{
    char path[PATH_LEN];
    log_path(origin, "log.proof", path);
    dep_buf_init(&out->text, DEP_PROOF_LEN_MAX);
    int err = dep_file_read(dep_register_dir_fd(node->reg), path, DEP_PROOF_LEN_MAX, &out->text,
                            &problem->fault);
    if (err == DEP_ERR_IO && problem->fault.sys == ENOENT)
        return wrong(problem, "cosign.key.unknown", path);
    if (!err)
        err = judge_proof(node, out, problem);
    if (!err && !dep_slice_equal(out->vkey.name, origin))
        err = wrong(problem, "cosign.key.unknown", path);
    return err;
}

static int lock_state(struct dep_node *node, int *out_fd, struct dep_problem *problem)
{
    int fd = openat(dep_register_dir_fd(node->reg), FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return wrong(problem, "cosign.state.absent", node->dir);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            (void)close(fd);
            fd = -1;
        }
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "cosign.lock", "%s/%s", node->dir,
                             FOLDER);
    }
    *out_fd = fd;
    return DEP_OK;
}

/* Under the lock; the folder of the log is durable before what is in it. */
static int save_for_log(struct dep_node *node, struct dep_slice origin, const char *file,
                        struct dep_slice content, struct dep_problem *problem)
{
    char folder[PATH_LEN], path[PATH_LEN];
    int dir = dep_register_dir_fd(node->reg);
    log_path(origin, "", folder);
    log_path(origin, file, path);
    int err = dep_folder_make(dir, folder, 0700, &problem->fault);
    if (!err)
        err = dep_folder_sync(dir, FOLDER, &problem->fault);
    return err ? err : dep_file_replace(dir, path, content, 0600, &problem->fault);
}

int dep_cosign_know(struct dep_node *node, struct dep_slice proof, char *out_member,
                    struct dep_problem *problem)
{
    DEP_AUTO_FD lock = -1;
    struct known_log known = {.member = ""}, before = {.member = ""};
    dep_buf_init(&known.text, DEP_PROOF_LEN_MAX);
    dep_buf_init(&before.text, DEP_PROOF_LEN_MAX);
    dep_buf_add_slice(&known.text, proof);
    int err = dep_buf_err(&known.text)
                  ? dep_problem_fault(problem, dep_buf_err(&known.text), "cosign.key", node->dir)
                  : judge_proof(node, &known, problem);
    if (!err)
        err = lock_state(node, &lock, problem);
    if (!err) {
        err = load_known(node, known.vkey.name, &before, problem);
        if (!err && memcmp(&before.vkey.key, &known.vkey.key, sizeof before.vkey.key) != 0 &&
            known.proof.index < before.proof.index)
            err = wrong(problem, "cosign.key.older", known.member);
        else if (err == DEP_FOUND)
            err = DEP_OK;
    }
    if (!err)
        err = save_for_log(node, known.vkey.name, "log.proof", proof, problem);
    if (!err)
        (void)snprintf(out_member, DEP_MEMBER_LEN_MAX + 1, "%s", known.member);
    dep_buf_done(&known.text);
    dep_buf_done(&before.text);
    return err;
}

/* ---- answering ---- */

struct giving {
    struct dep_node *node;
    const struct dep_cosign_request *request;
    struct dep_signing_key *key;
    char name[NAME_LEN]; /* of the cosigner */
    struct known_log known;
    bool is_known;
    struct dep_buf newest_note; /* what was signed last, empty where nothing */
    struct dep_checkpoint newest;
    struct dep_cosign_given given;
    struct dep_problem *problem;
};

/* The file's key must be the enrolled one: a cosignature by another would count nowhere. */
static int open_key(struct giving *giving)
{
    struct dep_node *node = giving->node;
    const struct dep_key_state *state = dep_node_key_of(node, DEP_KEY_COSIGNER, NULL);
    if (!state)
        return wrong(giving->problem, "cosigner.key.absent", dep_register_info(node->reg)->member);
    int err = dep_node_unlock(node, giving->problem);
    if (err)
        return err;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, giving->problem);
    err = keys < 0 ? keys
                   : dep_keyfile_load_signing(keys, KEY, &node->officer_identity, &giving->key,
                                              giving->problem);
    if (!err && memcmp(dep_signing_key_public(giving->key), &state->key, sizeof state->key) != 0)
        err = dep_problem_fault(giving->problem, DEP_ERR_CORRUPT, "keys.damaged", KEY);
    own_name(node, giving->name);
    return err;
}

/* Whose log is it? A member's by the charter in force, whether its key is known here or not. */
static int identify(struct giving *giving)
{
    struct dep_slice origin = giving->request->checkpoint.origin;
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(giving->node, UINT64_MAX, &charter, giving->problem);
    for (size_t i = 0; !err && i < dep_charter_member_count(charter); i++) {
        const struct dep_charter_member *member = dep_charter_member_at(charter, i);
        if (member->keeps_register && dep_slice_equal_string(origin, member->origin) &&
            strcmp(member->id, dep_register_info(giving->node->reg)->member) != 0)
            (void)snprintf(giving->given.member, sizeof giving->given.member, "%s", member->id);
    }
    if (err || !giving->given.member[0])
        return err;
    err = load_known(giving->node, origin, &giving->known, giving->problem);
    giving->is_known = err == DEP_OK;
    return err < 0 ? err : DEP_OK;
}

int dep_cosign_newest(struct dep_node *node, struct dep_slice origin, struct dep_buf *out_note,
                      struct dep_checkpoint *out, struct dep_problem *problem)
{
    char path[PATH_LEN];
    struct dep_note note;
    struct dep_checkpoint newest = {.origin = origin, .size = 0};
    struct dep_finding why;
    log_path(origin, "checkpoint", path);
    int err = dep_file_read(dep_register_dir_fd(node->reg), path, DEP_NOTE_LEN_MAX, out_note,
                            &problem->fault);
    bool none = err == DEP_ERR_IO && problem->fault.sys == ENOENT;
    if (err && !none)
        return err;
    if (!none)
        err = dep_note_parse(dep_buf_slice(out_note), &note, &why);
    if (!none && !err)
        err = dep_checkpoint_parse(note.text, &newest, &why);
    if (!none && (err == DEP_FOUND || (!err && !dep_slice_equal(newest.origin, origin))))
        return dep_problem_fault(problem, DEP_ERR_CORRUPT, "cosign.state", path);
    if (!none && err)
        return dep_problem_fault(problem, err, "cosign.state", path);
    *out = newest;
    return DEP_OK;
}

/* The log's own line and ours, and nothing that somebody else put there. */
static int sign(struct giving *giving, struct dep_buf *answer)
{
    struct dep_node *node = giving->node;
    const struct dep_cosign_request *request = giving->request;
    DEP_AUTO_BUF note, line;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    dep_buf_init(&line, DEP_NOTE_LEN_MAX);
    int err = dep_cosignature_sign(request->parsed.text, dep_slice_string(giving->name),
                                   giving->key, node->world.clock() / 1000, &line);
    dep_buf_add_slice(&note, request->parsed.text);
    dep_buf_add_byte(&note, '\n');
    for (size_t i = 0; i < request->parsed.signature_count; i++)
        if (dep_slice_equal(request->parsed.signatures[i].name, giving->known.vkey.name) &&
            memcmp(request->parsed.signatures[i].id, giving->known.vkey.id,
                   sizeof giving->known.vkey.id) == 0)
            dep_note_line_add(&request->parsed.signatures[i], &note);
    dep_buf_add_slice(&note, dep_buf_slice(&line));
    if (!err)
        err = dep_buf_err(&note);
    if (err)
        return dep_problem_fault(giving->problem, err, "cosign.sign", node->dir);
    err = save_for_log(node, request->checkpoint.origin, "checkpoint", dep_buf_slice(&note),
                       giving->problem);
    /* Only now: who sees the signature can rely on its being remembered. */
    if (!err)
        dep_buf_add_slice(answer, dep_buf_slice(&line));
    return err;
}

static bool fork_known(const struct giving *giving)
{
    char path[PATH_LEN];
    log_path(giving->request->checkpoint.origin, "fork", path);
    return faccessat(dep_register_dir_fd(giving->node->reg), path, F_OK, 0) == 0;
}

/* Recorded with both notes; then kept beside what was signed, where the next request finds it. */
static int tell_fork(struct giving *giving)
{
    struct dep_slice origin = giving->request->checkpoint.origin, other = giving->request->note;
    DEP_AUTO_JSON *claims =
        json_pack("{s:s%,s:I,s:s%,s:s%}", "origin", (const char *)origin.data, origin.len, "size",
                  (json_int_t)giving->newest.size, "first", (const char *)giving->newest_note.data,
                  giving->newest_note.len, "second", (const char *)other.data, other.len);
    struct dep_draft draft = {"log.forked", claims, NULL, (enum dep_role)0, NULL};
    if (!claims)
        return dep_problem_fault(giving->problem, DEP_ERR_NOMEM, "cosign.fork", giving->node->dir);
    int err = dep_node_commit(giving->node, &draft, 1, &giving->given.fork, giving->problem);
    return err ? err : save_for_log(giving->node, origin, "fork", other, giving->problem);
}

static int answer_request(struct giving *giving, struct dep_buf *answer)
{
    struct dep_cosign_given *given = &giving->given;
    dep_cosign_judge(giving->request, giving->is_known ? &giving->known.vkey : NULL,
                     &giving->newest, &given->judged);
    /* The origin is a member's; only its key isn't known here. */
    if (!giving->is_known && given->member[0]) {
        given->judged.status = DEP_COSIGN_KEY;
        given->key_unknown = true;
    }
    bool known_fork = fork_known(giving);
    given->forked = known_fork || given->judged.fork;
    int err = given->judged.fork && !known_fork ? tell_fork(giving) : DEP_OK;
    if (!err && given->judged.status == DEP_COSIGN_GOOD)
        return sign(giving, answer);
    if (!err && dep_cosign_refusal_encode(&given->judged, answer))
        err = dep_problem_fault(giving->problem, dep_buf_err(answer), "cosign.answer",
                                giving->node->dir);
    return err;
}

int dep_cosign_give(struct dep_node *node, struct dep_slice text, struct dep_cosign_given *out,
                    struct dep_buf *answer, struct dep_problem *problem)
{
    DEP_AUTO_FD lock = -1;
    DEP_AUTO_FREE struct dep_cosign_request *request = dep_alloc(sizeof *request);
    if (!request)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.read", node->dir);
    struct giving giving = {.node = node, .request = request, .problem = problem};
    dep_buf_init(&giving.known.text, DEP_PROOF_LEN_MAX);
    dep_buf_init(&giving.newest_note, DEP_NOTE_LEN_MAX);
    int err = dep_cosign_request_parse(text, request, &problem->finding);
    if (err < 0)
        err = dep_problem_fault(problem, err, "cosign.read", node->dir);
    if (!err) {
        giving.given.size = request->checkpoint.size;
        (void)snprintf(giving.given.origin, sizeof giving.given.origin, "%.*s",
                       (int)request->checkpoint.origin.len,
                       (const char *)request->checkpoint.origin.data);
        err = open_key(&giving);
    }
    if (!err)
        err = identify(&giving);
    if (!err)
        err = lock_state(node, &lock, problem);
    if (!err)
        err = dep_cosign_newest(node, request->checkpoint.origin, &giving.newest_note,
                                &giving.newest, problem);
    if (!err)
        err = answer_request(&giving, answer);
    dep_signing_key_free(giving.key);
    dep_buf_done(&giving.known.text);
    dep_buf_done(&giving.newest_note);
    if (!err)
        *out = giving.given;
    return err;
}
