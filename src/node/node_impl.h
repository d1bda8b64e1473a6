/*
 * What the use-cases of node share: the open register and its key files.
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_NODE_IMPL_H
#define DEP_NODE_NODE_IMPL_H
#include "node/node.h"
#include "node/readings.h"
#include "node/roll.h"
#include "record/outline.h"

enum {
    DEP_KEYFILE_MAX = 64 * 1024,
    DEP_OFFICER_SCRYPT = 15, /* 32 MiB: opened by every command; PLATFORM memory goal */
    DEP_ROLE_COUNT = 4,      /* roles that read */
};
extern const enum dep_role dep_reading_roles[DEP_ROLE_COUNT];

/* One entry tile of the log as it was read: those of a page lie close together. */
enum { DEP_TILE_ENTRY_LEN = 2 + DEP_HASH_LEN };
struct dep_tile_seen {
    uint64_t index;
    unsigned width; /* 0: none */
    uint8_t entries[DEP_TILE_WIDTH * DEP_TILE_ENTRY_LEN];
};

struct dep_names;
struct dep_hearing;
struct dep_relied;
struct dep_mandate_lists;
struct dep_node {
    struct dep_register *reg;
    const struct dep_schemas *schemas;
    struct dep_keyset *keyset;
    struct dep_index *index;
    struct dep_world world;
    char dir[4096];
    char officer[DEP_CODE_LEN_MAX + 1];
    bool no_officer; /* nobody's keys lie here */
    bool clock_behind;
    bool unlocked, roles_loaded, vault_loaded;
    bool proven;               /* the officer's keys were opened: the next two hold */
    unsigned roles_shown;      /* none where the officer isn't in force */
    char kid[DEP_KID_LEN + 1]; /* or "" */
    /* Secret: gets the disclosures of what dep_node_decide() commits, once durable; or NULL. For
     * who can't read again what it signed: a field kit. */
    struct dep_buf *kept;
    bool shows_only;              /* dep_node_show_pages() */
    char shown[DEP_UUID_LEN + 1]; /* confirmed last: on a page many refer to one */
    bool projecting; /* index.db's transaction is open: what it shows follows the checkpoint */
    struct dep_readings readings;
    void (*unrecorded)(void *context);
    void *unrecorded_context;
    struct dep_tile_seen tiles[8];
    uint64_t keyset_next;            /* index up to which key records were fed */
    uint64_t settings_at;            /* of the member.settings taken in last */
    struct dep_names *names;         /* of all that is judged; NULL until something is */
    struct dep_hearing *hearing;     /* node/facts.c; or NULL */
    struct dep_relied *relied;       /* node/relied.c; or NULL */
    struct dep_mandate_lists *lists; /* node/mandate.c; or NULL */
    struct dep_roll *roll;           /* what decisions rest on; NULL until one is made */
    struct dep_age_identity officer_identity;
    struct dep_signing_key *officer_key, *log_key;
    struct dep_role_identity roles[DEP_ROLE_COUNT];
    size_t role_count;
    bool role_waits; /* a role of the officer whose key isn't shared with her yet (share.h) */
    struct dep_age_identity vault;
    struct dep_age_recipient recovery[DEP_RECIPIENTS_MAX];
    size_t recovery_count;
    struct dep_charter_entry *charters; /* node/charter.c: those entered below charters_next */
    size_t charter_count, charter_room;
    uint64_t charters_next;
};

/* Feed the keyset and the index with what was committed since; readers and recovery recipients
 * follow. */
DEP_MUST_USE int dep_node_catch_up(struct dep_node *node, uint64_t upto,
                                   struct dep_problem *problem);
bool dep_node_is_key_record(const char *type);
/* As dep_node_append(), one record that goes along with others. Nothing is published, neither first
 * nor where it fails: the caller does that, and is told what fails of it. */
DEP_MUST_USE int dep_node_append_along(struct dep_node *node, const struct dep_draft *draft,
                                       struct dep_done *out, struct dep_problem *problem);
/* The keyset is fed anew by the next catching up: what it took in isn't what the log holds, or only
 * a part of it. */
DEP_MUST_USE int dep_node_forget_keys(struct dep_node *node);
/* What the index knows of a record by its envelope; places and standing are left empty. */
void dep_node_row_of(const struct dep_outline *outline, uint64_t index,
                     const struct dep_hash *sha256, struct dep_index_row *out);
/* Another writer died after we opened: what dep_node_open() does, done now. */
DEP_MUST_USE int dep_node_take_up_tail(struct dep_node *node, struct dep_problem *problem);
/* Erasures that were recorded and not carried out (a crash between the two). */
DEP_MUST_USE int dep_node_finish_erasures(struct dep_node *node, struct dep_problem *problem);
/* Containers that were to be removed (custody.c). */
DEP_MUST_USE int dep_node_finish_disposals(struct dep_node *node, struct dep_problem *problem);
/* A page, and index.db has what protected fields say of moments: an office register. */
bool dep_node_pages_searched(const struct dep_node *node);
/* Into index.db: the row, with its moments and what it says of others, and the claims, as far as
 * they are readable here (projected.c). `type`: whose claims they are, another than the row's of
 * what a field kit handed over. */
DEP_MUST_USE int dep_node_project(struct dep_node *node, struct dep_index_row *row,
                                  const char *type, int version, const json_t *claims,
                                  struct dep_problem *problem);
/* The first half of it, up to dep_index_enter(): any thread, while nothing changes the node. */
DEP_MUST_USE int dep_node_project_read(const struct dep_node *node, struct dep_index_row *row,
                                       const char *type, int version, const json_t *claims,
                                       struct dep_index_said *out);
/* Rows that were projected without a key get what the roles that are loaded may read. */
DEP_MUST_USE int dep_node_complete_index(struct dep_node *node, struct dep_problem *problem);
/* Before searching or looking up a value: rows that were projected without a key (a lost index, a
 * restore) get what this officer may read. Unlocks where there are any. */
DEP_MUST_USE int dep_node_make_searchable(struct dep_node *node, struct dep_problem *problem);
DEP_MUST_USE int dep_node_apply_readers(struct dep_node *node, struct dep_problem *problem);
/* Newest unrevoked key of this use (and code, where not NULL); or NULL. */
const struct dep_key_state *dep_node_key_of(const struct dep_node *node, enum dep_key_use use,
                                            const char *code);

/* May the officer at work sign this type? Asked before anything is looked at that may not show to
 * them: to who may not, what stands against it says what there is. "record.signer". */
DEP_MUST_USE int dep_node_may_sign(const struct dep_node *node, const char *type,
                                   struct dep_problem *problem);

void dep_hearing_free(struct dep_hearing *hearing);
void dep_relied_free(struct dep_relied *relied);

/* ---- records of the mandate (mandate.c) ---- */
void dep_mandate_lists_free(struct dep_mandate_lists *lists);
/* The codes that one group states, by list and code. All zero before the first; of one group, and
 * judged in its order. */
struct dep_mandate_group {
    struct dep_names *names;
    size_t *newest; /* by name: one past the draft that states it last; 0: none */
    size_t *before; /* by draft: the same of the one before it */
    size_t newest_room, before_room;
};
void dep_mandate_group_done(struct dep_mandate_group *group);
/* Under the lock, `size` records caught up with: may the record that `drafts[at]` makes be
 * recorded, those before it in its group too? `about`: one past the place of the one before it that
 * it is about, 0 where that is none (import.h). Findings of dep_mandate_judge(). */
DEP_MUST_USE int dep_node_mandate_judge(struct dep_node *node, uint64_t size,
                                        struct dep_mandate_group *group,
                                        const struct dep_draft *drafts, size_t at, size_t about,
                                        struct dep_problem *problem);

/* ---- what the officer may know of (sight.c) ---- */
/* Opens the officer's keys: nobody is believed to be who they say. */
DEP_MUST_USE int dep_sight_prove(struct dep_node *node, struct dep_problem *problem);
/* dep_index_sees_fn; context: the node. Before dep_sight_prove() what is public alone. */
bool dep_sight_sees(void *context, const struct dep_index_row *row);
/* As dep_node_list(), of the roll (roll.h) and so with its words: for what decides as well as
 * shows. A `ref` must be to a record that shows. */
DEP_MUST_USE int dep_sight_list(struct dep_node *node, const struct dep_index_query *query,
                                dep_index_fn *each, void *context, struct dep_problem *problem);
/* Takes out the refs to records that don't show. */
DEP_MUST_USE int dep_sight_trim(struct dep_node *node, json_t *claims, struct dep_problem *problem);

/* A row of dep_index_list() with its claims, all refs among them, whoever asks: for deciding. */
DEP_MUST_USE int dep_node_view_row(struct dep_node *node, const struct dep_index_row *row,
                                   bool unlock, struct dep_view *out, struct dep_problem *problem);
/* The record refers to `id` (as `rel`; NULL: however), whatever index.db says. DEP_ERR_CORRUPT
 * ("index.differs"). */
DEP_MUST_USE int dep_node_check_ref(struct dep_node *node, const struct dep_index_row *row,
                                    const char *rel, const char *id, struct dep_problem *problem);
/* The same for showing: a row that dep_sight_sees(), without refs to what doesn't show. What is
 * unlocked is a reading (readings.h). */
DEP_MUST_USE int dep_node_view_seen(struct dep_node *node, const struct dep_index_row *row,
                                    bool unlock, struct dep_view *out, struct dep_problem *problem);

/* No passphrase was to be had, or (`err` is DEP_ERR_STOPPED) who was asked for it stopped the
 * command. */
int dep_passphrase_none(int err, const char *where, struct dep_problem *problem);

/* ---- key files (doc/format/register.md section 2); `name` without suffix: "officer-K1", "log",
 * "role-legal" ---- */
/* An identity under a passphrase, or in clear where it is empty. */
DEP_MUST_USE int dep_keyfile_save_own(int keys_fd, const char *name,
                                      const struct dep_age_identity *identity,
                                      struct dep_slice passphrase, dep_random_fn *random,
                                      struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_load_own(int keys_fd, const char *name, const char *code,
                                      const struct dep_world *world, struct dep_age_identity *out,
                                      struct dep_problem *problem);
/* Sealed to recipients: replaces what stands there. */
DEP_MUST_USE int dep_keyfile_save_signing(int keys_fd, const char *name,
                                          const struct dep_signing_key *key,
                                          const struct dep_age_recipient *to, size_t to_count,
                                          dep_random_fn *random, struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_save_identity(int keys_fd, const char *name,
                                           const struct dep_age_identity *identity,
                                           const struct dep_age_recipient *to, size_t to_count,
                                           dep_random_fn *random, struct dep_problem *problem);
/* Raw bytes of a small secret sealed or opened the same way; suffix is part of `file`. */
DEP_MUST_USE int dep_keyfile_save_bytes(int keys_fd, const char *file, struct dep_slice bytes,
                                        const struct dep_age_recipient *to, size_t to_count,
                                        dep_random_fn *random, struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_load_bytes(int keys_fd, const char *file,
                                        const struct dep_age_identity *with, struct dep_buf *out,
                                        struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_load_signing(int keys_fd, const char *name,
                                          const struct dep_age_identity *with,
                                          struct dep_signing_key **out,
                                          struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_load_identity(int keys_fd, const char *name,
                                           const struct dep_age_identity *with,
                                           struct dep_age_identity *out,
                                           struct dep_problem *problem);
bool dep_keyfile_exists(int keys_fd, const char *name, const char *suffix);
/* A PKCS#8 file; asks for the passphrase "root" where it is encrypted. */
DEP_MUST_USE int dep_keyfile_load_pem(const char *path, const struct dep_world *world,
                                      struct dep_signing_key **out, struct dep_problem *problem);
DEP_MUST_USE int dep_keyfile_save_pem(const char *path, const struct dep_signing_key *key,
                                      struct dep_slice passphrase, struct dep_problem *problem);
/* REGISTER/keys, or < 0 (an error) with the problem filled. close() is the caller's. */
int dep_node_keys_fd(const struct dep_node *node, struct dep_problem *problem);

static inline void dep_close_fd(int *fd)
{
    extern int close(int);
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}
#define DEP_AUTO_FD DEP_CLEANUP(dep_close_fd) int
#endif
