/*
 * A register on disk: opening, recovering, committing, reading. The only authoritative writer.
 *
 * Format:  doc/format/register.md.
 * Layer:   store. Handles are not shared between threads unless said.
 * Errors:  faults carry a struct dep_fault: what failed, where, errno.
 */
#ifndef DEP_STORE_REGISTER_H
#define DEP_STORE_REGISTER_H
#include "log/note.h"
#include "log/tile.h"
#include "record/record.h"
#include "vault/age.h"

enum {
    DEP_SEGMENT_RECORDS = 65536,
    DEP_KEYRING_LINES = 4096,
    DEP_COMMIT_RECORDS_MAX = 32768, /* in one group */
    DEP_RECIPIENTS_MAX = 16,        /* recovery recipients */
    DEP_REGISTER_FORMAT = 1,
    DEP_PUBLISH_AFTER_MS = 100, /* no checkpoint stays behind a commit for longer */
};

/* register.json */
struct dep_register_info {
    char member[DEP_MEMBER_LEN_MAX + 1];
    char name[256];
    char origin[DEP_ORIGIN_LEN_MAX + 1];
    bool field; /* profile field; office otherwise */
    char created[24];
    char root_kid[DEP_KID_LEN + 1];
    struct dep_public_key log_key;
};

struct dep_register;

/* Whether a register's folder may have this in it: its folders and files, with what SQLite sets
 * beside one ("index.db-wal") and what isn't whole yet ("lock.unfinished"). */
bool dep_register_owns(const char *name);
/* The folders and register.json of a register without records, in the empty folder `dir`. What has
 * a register.json is whole. */
DEP_MUST_USE int dep_register_fill(const char *dir, const struct dep_register_info *info,
                                   struct dep_fault *fault);
/* The same in a folder that is made, and removed after a fault. */
DEP_MUST_USE int dep_register_create(const char *dir, const struct dep_register_info *info,
                                     struct dep_fault *fault);

enum dep_open_mode { DEP_OPEN_READ, DEP_OPEN_WRITE };

/* What recovery found and did; all zero where nothing. */
struct dep_recovery {
    uint64_t tail_records;  /* valid records beyond the checkpoint */
    uint64_t moved_lines;   /* invalid tail lines moved to aside/ */
    uint64_t moved_private; /* private and keyring lines without a record */
    uint64_t moved_files;   /* containers without a record (counted by node) */
};

/*
 * Open. DEP_OPEN_WRITE takes the lock from a commit to its publishing only, not for its lifetime.
 * Refuses another format version ("store.format"). What another process has committed and not yet
 * published is waited for, so that all that was acknowledged before is seen. Nothing is repaired
 * here: where a crash left a tail beyond the checkpoint dep_register_has_tail() says so, and
 * dep_register_recover() does it (it needs the log key).
 */
DEP_MUST_USE int dep_register_open(const char *dir, enum dep_open_mode mode,
                                   struct dep_register **out, struct dep_fault *fault);
void dep_register_close(struct dep_register *reg);
const struct dep_register_info *dep_register_info(const struct dep_register *reg);
const char *dep_register_dir(const struct dep_register *reg);
int dep_register_dir_fd(const struct dep_register *reg);

/* The newest checkpoint as text, and parsed and verified by register.json's log key; size 0 and
 * empty text before the first. Text is valid until the next commit or refresh. */
DEP_MUST_USE int dep_register_checkpoint(struct dep_register *reg, struct dep_slice *out_note,
                                         struct dep_checkpoint *out, struct dep_fault *fault);
/* See what other processes committed meanwhile. */
DEP_MUST_USE int dep_register_refresh(struct dep_register *reg, struct dep_fault *fault);
bool dep_register_has_tail(const struct dep_register *reg);

/*
 * Judges each line of the tail: DEP_OK keeps it, DEP_FOUND moves it and all after it aside. (Node
 * passes the keyset's judgement.)
 */
typedef int dep_tail_judge_fn(void *context, uint64_t index, struct dep_slice jwt);
/* Runs under the lock: tail read, judged, rewritten and synced, orphans moved, checkpoint signed.
 */
DEP_MUST_USE int dep_register_recover(struct dep_register *reg,
                                      const struct dep_signing_key *log_key,
                                      dep_tail_judge_fn *judge, void *context,
                                      struct dep_recovery *out, struct dep_fault *fault);

/* Where a line lies. */
struct dep_place {
    uint32_t segment;
    uint32_t len; /* without newline */
    uint64_t offset;
};

struct dep_commit_item {
    struct dep_slice jwt;
    const char *jti;
    struct dep_slice disclosures; /* empty: none */
    unsigned readers;             /* roles the key is wrapped to */
};
struct dep_committed {
    uint64_t index;
    struct dep_place record, secret, keyring; /* len 0 where none */
};

/* To whom protected values are readable: role recipients (set by dep_register_set_readers from
 * key.enrolled records) and recovery recipients. */
struct dep_reader_key {
    enum dep_role role;
    struct dep_age_recipient recipient;
};
DEP_MUST_USE int dep_register_set_readers(struct dep_register *reg,
                                          const struct dep_reader_key *readers, size_t reader_count,
                                          const struct dep_age_recipient *recovery,
                                          size_t recovery_count);

/*
 * The commit of doc/format/register.md section 3, steps 2 and 3, in one group: takes the lock,
 * refreshes, and calls `prepare` (may be NULL) with the index the first record will have, so that
 * what depends on the newest state is judged under the lock. `out` holds `count`. When it returns
 * DEP_OK every record is durable; the lock stays held until dep_register_publish() has covered them
 * by a checkpoint, which the caller owes within dep_register_due_ms() and before anything else is
 * asked of the register than further commits. Closed without it, the register has a tail as after a
 * crash.
 */
typedef int dep_prepare_fn(void *context, uint64_t first_index);
DEP_MUST_USE int dep_register_commit(struct dep_register *reg, const struct dep_commit_item *items,
                                     size_t count, const struct dep_signing_key *log_key,
                                     dep_prepare_fn *prepare, void *context,
                                     struct dep_committed *out, struct dep_fault *fault);

/* Step 4: what was committed gets its tiles and a checkpoint; the lock goes. Nothing to do where
 * nothing is owed. */
DEP_MUST_USE int dep_register_publish(struct dep_register *reg,
                                      const struct dep_signing_key *log_key,
                                      struct dep_fault *fault);
/* Milliseconds until dep_register_publish() is due, at least 0; -1 where nothing is owed. */
int dep_register_due_ms(const struct dep_register *reg);

/* Number of records on disk that a checkpoint covers. */
uint64_t dep_register_count(const struct dep_register *reg);

/* Read lines in order from `first` (by index) on; the slice is valid during the call. `each` < 0 or
 * DEP_FOUND stops the walk and is returned. Includes the uncovered tail only with `tail`. */
typedef int dep_line_fn(void *context, uint64_t index, const struct dep_place *place,
                        struct dep_slice jwt);
DEP_MUST_USE int dep_register_walk(struct dep_register *reg, uint64_t first, bool tail,
                                   dep_line_fn *each, void *context, struct dep_fault *fault);
/* Walks private and keyring lines: what an index needs to find them. `index` of the record;
 * UINT64_MAX where the line is erased. */
enum dep_secret_kind { DEP_SECRET_PRIVATE, DEP_SECRET_KEYRING };
typedef int dep_secret_fn(void *context, enum dep_secret_kind kind, const char *jti, uint64_t index,
                          const struct dep_place *place);
DEP_MUST_USE int dep_register_walk_secrets(struct dep_register *reg, dep_secret_fn *each,
                                           void *context, struct dep_fault *fault);
/* Every whole line of one kind as it stands, those of keks too; `index` as above, or UINT64_MAX. */
typedef int dep_secret_line_fn(void *context, uint64_t index, struct dep_slice line);
DEP_MUST_USE int dep_register_walk_secret_lines(struct dep_register *reg, enum dep_secret_kind kind,
                                                dep_secret_line_fn *each, void *context,
                                                struct dep_fault *fault);

/* One line, appended to `out`. */
DEP_MUST_USE int dep_register_read(struct dep_register *reg, const struct dep_place *place,
                                   struct dep_buf *out, struct dep_fault *fault);

enum { DEP_SECRET_LINE_MAX = 8 * 1024 * 1024 }; /* 4 MiB of disclosures in base64 */
/*
 * Disclosures of one record, with any of the role identities given, appended to `out` (a secret
 * buffer). DEP_FOUND with "secret.erased", "secret.reader" (none of the identities may read it),
 * "secret.damaged".
 */
struct dep_role_identity {
    enum dep_role role;
    struct dep_age_identity identity;
};
DEP_MUST_USE int dep_register_open_secret(struct dep_register *reg, const char *jti,
                                          const struct dep_place *secret,
                                          const struct dep_place *keyring,
                                          const struct dep_role_identity *identities,
                                          size_t identity_count, struct dep_buf *out,
                                          struct dep_finding *why, struct dep_fault *fault);

/* The same in two, of which the second is pure and may run in any thread: the private line,
 * appended to `out_line` (which takes DEP_SECRET_LINE_MAX), and the key to it, which the caller
 * wipes; then what the line holds. */
DEP_MUST_USE int dep_register_read_secret(struct dep_register *reg, const char *jti,
                                          const struct dep_place *secret,
                                          const struct dep_place *keyring,
                                          const struct dep_role_identity *identities,
                                          size_t identity_count, struct dep_buf *out_line,
                                          uint8_t out_key[DEP_AEAD_KEY_LEN],
                                          struct dep_finding *why, struct dep_fault *fault);
DEP_MUST_USE int dep_secret_open_line(struct dep_slice line, const char *jti,
                                      const uint8_t key[DEP_AEAD_KEY_LEN], struct dep_buf *out,
                                      struct dep_finding *why);

/* The same of lines that another register had, a field kit's: a private line, its keyring line and
 * the lines of the keks it was wrapped under. Pure. */
struct dep_secret_lines {
    struct dep_slice secret, keyring;
    const struct dep_slice *keks;
    size_t kek_count;
};
DEP_MUST_USE int dep_secret_open(const struct dep_secret_lines *lines, const char *jti,
                                 const struct dep_role_identity *identities, size_t identity_count,
                                 struct dep_buf *out, struct dep_finding *why);
/* The id of the kek that a wrapped key of a keyring line names. */
bool dep_secret_kek_of(const char *wrapped, struct dep_slice *out);

/* Destroy the keys of `jti`: the keyring file is replaced whole, the old one overwritten and synced
 * before it goes. Idempotent. */
DEP_MUST_USE int dep_register_erase(struct dep_register *reg, const char *jti,
                                    const char *erasure_jti, struct dep_fault *fault);
/* Tiles: dep_tile_read_fn over log/. context: the register. */
DEP_MUST_USE int dep_register_tile_read(void *reg, const struct dep_tile_id *tile, uint8_t *out);
/* Every tile, entry bundle and the checkpoint derived again from records/ and compared. Findings
 * "audit.entry" (the place in the log behind a "#"), "audit.tile", "audit.tile.absent" (or of
 * another length), "audit.root", "audit.size", with the place in fault. */
struct dep_audit {
    uint64_t records, tiles;
};
/* `total` 0: not known beforehand. */
typedef void dep_progress_fn(void *context, uint64_t done, uint64_t total);
DEP_MUST_USE int dep_register_audit(struct dep_register *reg, dep_progress_fn *progress,
                                    void *context, struct dep_audit *out, struct dep_finding *why,
                                    struct dep_fault *fault);
/* Derive all tiles again from records/ and write them (after a restore without log/). */
DEP_MUST_USE int dep_register_rebuild_tiles(struct dep_register *reg, struct dep_fault *fault);

/* backup and restore of doc/format/register.md section 4; the keyring to `dir`-keyring. */
DEP_MUST_USE int dep_register_backup(struct dep_register *reg, const char *dir,
                                     dep_progress_fn *progress, void *context,
                                     struct dep_fault *fault);
DEP_MUST_USE int dep_register_restore(const char *backup_dir, const char *keyring_dir,
                                      const char *dir, dep_progress_fn *progress, void *context,
                                      struct dep_fault *fault);
#endif
