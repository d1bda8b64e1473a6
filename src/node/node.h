/*
 * A register in use: opened, its keys judged, its index caught up; the only place where deciding
 * meets writing.
 *
 * Layer:   node. Use-cases stand in init.h, evidence.h, custody.h, keys.h, audit.h beside this
 *          file.
 * Owns:    one register, its schemas, keyset and index; unlocked keys in locked memory until
 *          closed.
 * Errors:  every function fills a struct dep_problem: a finding (DEP_FOUND) or a fault (< 0).
 */
#ifndef DEP_NODE_NODE_H
#define DEP_NODE_NODE_H
#include "index/index.h"
#include "record/keyset.h"
#include "store/register.h"

/* What went wrong: `finding` after DEP_FOUND, `fault` after < 0. `where` is the JSON pointer of a
 * bad field, `detail` the thing concerned; both may be empty. `draft`: of several drafts, the one
 * that the finding is about. */
struct dep_problem {
    struct dep_finding finding;
    struct dep_fault fault;
    struct dep_jtd_error where;
    size_t draft;
    char detail[512];
};
/* Fill finding and detail, return DEP_FOUND. */
DEP_MUST_USE int dep_problem_found(struct dep_problem *out, const char *id, const char *clause,
                                   const char *detail);
/* Fill fault, return err. */
DEP_MUST_USE int dep_problem_fault(struct dep_problem *out, int err, const char *what,
                                   const char *where);

/*
 * Asks for a passphrase: `which` is "officer" or "root"; `code` names the officer; `fresh` asks
 * twice. Fills `out` (a secret buffer). DEP_ERR_KEY where there is none to be had.
 */
typedef int dep_passphrase_fn(void *context, const char *which, const char *code, bool fresh,
                              struct dep_buf *out);
/* Told that the passphrase it gave last is wrong. True: it may be asked for another. */
typedef bool dep_passphrase_wrong_fn(void *context);
/* UTC in milliseconds. */
typedef int64_t dep_clock_fn(void);

struct dep_world {
    dep_passphrase_fn *passphrase;
    dep_passphrase_wrong_fn *passphrase_wrong; /* NULL: it is asked for once */
    void *passphrase_context;                  /* of both */
    dep_clock_fn *clock;
    dep_random_fn *random;
    const char *clock_source; /* "ntp", "rtc", ... */
    int64_t clock_uncertainty_s;
};
/* System clock, kernel randomness, clock source as the kernel reports it. No passphrase. */
void dep_world_system(struct dep_world *out);

struct dep_node;
struct dep_node_order {
    const char *dir;
    bool write;
    const char *officer; /* code; NULL: the only one whose keys are here */
    struct dep_world world;
    /* Called when register.json, checkpoint and index are open and no record was read yet. False
     * ends the opening with "node.confine". NULL: not called. Not called either where readings are
     * to be recorded first (doc/format/register.md section 5): the node then writes as with
     * `write`. */
    bool (*opened)(void *context);
    void *opened_context;
    /* Called once where the officer reads what is protected and that can't be kept. NULL: not
     * told. */
    void (*unrecorded)(void *context);
    void *unrecorded_context;
};
/*
 * Opens register, schemas, index and keyset. With `write`, a tail left by a crash is recovered
 * first (that unlocks the log key) and recorded as register.recovered; `recovery` (may be NULL)
 * tells what was done.
 */
DEP_MUST_USE int dep_node_open(const struct dep_node_order *order, struct dep_node **out,
                               struct dep_recovery *recovery, struct dep_problem *problem);
void dep_node_close(struct dep_node *node);

struct dep_register *dep_node_register(struct dep_node *node);
const struct dep_schemas *dep_node_schemas(const struct dep_node *node);
const struct dep_keyset *dep_node_keyset(const struct dep_node *node);
/* Code of the officer at work; NULL where none could be chosen. */
const char *dep_node_officer(const struct dep_node *node);
int64_t dep_node_now_ms(const struct dep_node *node);
/* Whether the clock, however wrong it may be by its own account, was behind the time that the
 * newest record says of itself: as the node was opened to record, before anything was recorded. */
bool dep_node_clock_behind(const struct dep_node *node);

/* Unlock the officer's keys (asks for the passphrase once a process). Signing needs it; so does
 * reading protected values. */
DEP_MUST_USE int dep_node_unlock(struct dep_node *node, struct dep_problem *problem);
/* Age identities of the officer's roles, unlocked; of the vault where the officer is a custodian.
 * Borrowed. */
DEP_MUST_USE int dep_node_role_identities(struct dep_node *node,
                                          const struct dep_role_identity **out, size_t *out_count,
                                          struct dep_problem *problem);
DEP_MUST_USE int dep_node_vault_identity(struct dep_node *node, const struct dep_age_identity **out,
                                         struct dep_problem *problem);
/* Recipients of a container: the vault in force and the recovery recipients. At most
 * DEP_RECIPIENTS_MAX. */
DEP_MUST_USE int dep_node_container_recipients(struct dep_node *node,
                                               struct dep_age_recipient out[DEP_RECIPIENTS_MAX],
                                               size_t *out_count, struct dep_problem *problem);

/* One record to be made. `claims` is borrowed. */
struct dep_draft {
    const char *type;
    const json_t *claims;
    const char *jti;    /* NULL: a fresh one */
    enum dep_role role; /* 0: the first of the officer's roles that may sign the type */
    const struct dep_signing_key *key; /* NULL: the officer's */
};
struct dep_done {
    char jti[DEP_UUID_LEN + 1];
    uint64_t index;
    struct dep_hash sha256;
};
/*
 * Issue, commit in one group (durable when it returns), publish, project. All or none. `out` holds
 * `count`.
 */
DEP_MUST_USE int dep_node_commit(struct dep_node *node, const struct dep_draft *drafts,
                                 size_t count, struct dep_done *out, struct dep_problem *problem);
/*
 * A decision that must still hold at the moment of the commit: called with the lock held and all
 * that other processes recorded taken in. Other than DEP_OK: nothing is committed, and it is
 * returned.
 */
typedef int dep_judge_fn(void *context, struct dep_problem *problem);
/* As dep_node_commit(), one record, if `judge` says so. */
DEP_MUST_USE int dep_node_commit_judged(struct dep_node *node, const struct dep_draft *draft,
                                        dep_judge_fn *judge, void *context, struct dep_done *out,
                                        struct dep_problem *problem);
/*
 * For many commits in a row: as dep_node_commit(), durable when it returns, but tiles, checkpoint
 * and index.db follow with dep_node_publish(). That is owed within dep_node_due_ms() (-1: nothing
 * is owed), and before the node is used for anything else or closed: other writers wait for it. An
 * append that comes later publishes first, and so does one that fails.
 */
DEP_MUST_USE int dep_node_append(struct dep_node *node, const struct dep_draft *drafts,
                                 size_t count, struct dep_done *out, struct dep_problem *problem);
DEP_MUST_USE int dep_node_publish(struct dep_node *node, struct dep_problem *problem);
int dep_node_due_ms(const struct dep_node *node);
/*
 * Commit and publish one record that hangs on the newest state. `decide` is called under the
 * register's lock with the node caught up to `size` records, all of them published: nothing comes
 * between what it reads and the record. It only reads, and fills `draft`, whose claims stay its own
 * and alive. Any other result than DEP_OK commits nothing and is returned.
 */
typedef int dep_decide_fn(void *context, uint64_t size, struct dep_draft *draft,
                          struct dep_problem *problem);
DEP_MUST_USE int dep_node_decide(struct dep_node *node, dep_decide_fn *decide, void *context,
                                 struct dep_done *out, struct dep_problem *problem);

/*
 * A record as this reader sees it. `claims`: with protected fields where the officer's roles may
 * read them (unlocks), else the open ones; `readable` says which; `why_not` is "secret.reader",
 * "secret.not_shared" (the same, and a role of hers waits for its key), "secret.field" (sealed for
 * the office), "secret.erased",
 * "secret.locked" or NULL.
 */
struct dep_view {
    struct dep_index_row row;
    json_t *claims;
    bool readable;
    const char *why_not;
    struct dep_buf jwt;
    struct dep_buf disclosures; /* secret */
    /* Of a field kit's record that was handed over, or of what another member reported, and is
     * readable: its own claims with the envelope, with its protected fields unless `handed_why`
     * says why not ("secret.*"), as far as they were shown. Else NULL. */
    json_t *handed;
    const char *handed_why;
    uint64_t disputed_at; /* place of the revocation that distrusts its signature; 0: none */
};
void dep_view_done(struct dep_view *view);
#define DEP_AUTO_VIEW DEP_CLEANUP(dep_view_done) struct dep_view
/*
 * From here on this process only shows, and never decides: what it lists it reads off index.db and
 * not from the whole log, so that a page is there at once whatever the register holds. Each record
 * that is shown is compared with the log; that one is missing from index.db, or stands there as
 * corrected, isn't noticed (doc/decisions/025). Unlocks.
 */
DEP_MUST_USE int dep_node_show_pages(struct dep_node *node, struct dep_problem *problem);
/*
 * What the officer may know of (doc/format/record.md section 8), and nothing of the rest: no row,
 * no count, no reference, no error of its own. All but public records need the officer's keys to be
 * opened (dep_node_unlock()), whether there is something to be found or not.
 */
/* By id or a unique prefix of at least 8 characters. "index.absent", "index.ambiguous". */
DEP_MUST_USE int dep_node_find(struct dep_node *node, const char *name, struct dep_index_row *out,
                               struct dep_problem *problem);
/* The id of a record that was judged by, from its place in the log: NULL where it doesn't show to
 * this officer. Borrows from `out`. */
const char *dep_node_id_at(const struct dep_node *node, uint64_t index, struct dep_index_row *out);
/* As dep_index_list(); `sees` of the query is not the caller's. */
DEP_MUST_USE int dep_node_list(struct dep_node *node, const struct dep_index_query *query,
                               dep_index_fn *each, void *context, struct dep_problem *problem);
/* As dep_node_find(). `unlock` false: only what is open. The line read is compared with the digest
 * in the log. */
DEP_MUST_USE int dep_node_view(struct dep_node *node, const char *jti, bool unlock,
                               struct dep_view *out, struct dep_problem *problem);

/* Inclusion proof of one record as a C2SP tlog-proof, JWT as extra. */
DEP_MUST_USE int dep_node_prove(struct dep_node *node, const char *jti, struct dep_buf *out,
                                struct dep_problem *problem);

/* Destroy the protected values of a record: `target` its jti, `claims` those of record.erased
 * without refs. Refused while a legal hold on its item is in force ("hold.in_force"). */
DEP_MUST_USE int dep_node_erase(struct dep_node *node, const char *target, const json_t *claims,
                                struct dep_done *out, struct dep_problem *problem);
/* Before anything is stated: the record is there, and its values may be destroyed. */
DEP_MUST_USE int dep_node_erase_ready(struct dep_node *node, const char *target,
                                      struct dep_problem *problem);

#endif
