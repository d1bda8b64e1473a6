/*
 * What the files of store share: the open register, its append-only families of files.
 * Layer:   store, private to it.
 */
#ifndef DEP_STORE_IMPL_H
#define DEP_STORE_IMPL_H
#include "store/file.h"
#include "store/register.h"

enum {
    DEP_PRIVATE_SEGMENT_LEN = 64 * 1024 * 1024,
    DEP_STORE_LINE_MAX = DEP_SECRET_LINE_MAX, /* no line is longer */
    DEP_STORE_PIECE = 64 * 1024,
    DEP_LOCK_WAIT_MS = 30000,
    DEP_KEKS_MAX = 4,
    DEP_KEK_WRAPS_MAX = 1 << 20,
    DEP_SEGMENT_PATH = 64,
    DEP_JOURNAL_LEN_MAX = 256 * 1024,
    DEP_UNSYNCED_TILES = 64,
};

/* The end of one family of files: records/, private/ or keyring/. */
struct dep_family {
    const char *folder;
    uint32_t segment; /* the last file */
    uint64_t len;     /* of that file, in bytes, as far as it counts */
    uint64_t lines;   /* in that file; records and keyring only */
};

enum { DEP_KEK_ID_LEN = 16, DEP_KEK_FILE_MAX = 64 * 1024, DEP_OPENED_KEKS_MAX = 64 };

/* A kek that was opened for reading. */
struct dep_opened_kek {
    char id[DEP_KEK_ID_LEN + 1];
    struct dep_age_recipient by;
    struct dep_aead *aead; /* NULL: none */
};

/* A file that lines were read of: many are of the same few. */
struct dep_line_file {
    char path[DEP_SEGMENT_PATH]; /* "": none */
    int fd;
};

/* One kek of this session of writing. */
struct dep_kek {
    enum dep_role role;
    char id[DEP_KEK_ID_LEN + 1];
    struct dep_aead *aead;
    uint64_t wraps;
};

struct dep_register {
    char dir[4096];
    int fd, lock_fd;
    bool write, poisoned, settled, has_tail;
    bool ahead;             /* of the checkpoint: records of ours are durable and not covered; the
                             * lock is held until they are */
    int64_t ahead_since_ms; /* monotonic */
    struct dep_register_info info;
    struct dep_buf note;              /* newest checkpoint; empty before the first */
    struct dep_checkpoint checkpoint; /* origin borrows from note */
    struct dep_family records, secrets, keyring;
    int unsynced[2];      /* private and keyring file whose last lines aren't synced in place; or
                           * -1 */
    uint64_t journal_len; /* of frames that count */
    struct dep_tile_builder *builder;
    struct dep_tile_id unsynced_tiles[DEP_UNSYNCED_TILES]; /* written since the last checkpoint */
    size_t unsynced_tile_count;                            /* may be more than are kept */
    bool folder_made;                                      /* for one of them */
    bool log_doubtful; /* after a crash: partial tiles and folders may be there and not durable, or
                        * not of this tree */
    /* where write_tile() reports; set by whoever lets the builder write */
    struct dep_fault *tile_fault;
    uint64_t builder_size; /* of the tree it was loaded for; UINT64_MAX: not loaded */
    struct dep_reader_key readers[DEP_KEKS_MAX];
    size_t reader_count;
    struct dep_age_recipient recovery[DEP_RECIPIENTS_MAX];
    size_t recovery_count;
    struct dep_kek keks[DEP_KEKS_MAX];
    size_t kek_count;
    uint32_t kek_segment; /* keyring file that holds the lines of `keks` */
    struct dep_opened_kek opened[DEP_OPENED_KEKS_MAX]; /* keks.c */
    size_t opened_next;
    struct dep_kek_places *kek_places;
    struct dep_line_file line_files[3]; /* of records/, private/ and keyring/, as a rule */
    size_t line_files_next;
};

static inline void dep_store_close(int *fd)
{
    extern int close(int);
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}
#define DEP_STORE_FD DEP_CLEANUP(dep_store_close) int

DEP_MUST_USE int dep_store_fault(const struct dep_register *reg, struct dep_fault *fault, int err,
                                 const char *what, const char *where);
/* With errno. */
DEP_MUST_USE int dep_store_io(const struct dep_register *reg, struct dep_fault *fault,
                              const char *what, const char *where);

/* ---- segments.c ---- */
void dep_segment_path(const struct dep_family *family, uint32_t segment,
                      char out[DEP_SEGMENT_PATH]);
/* Number of the last file of a family; DEP_FOUND where it has none. */
DEP_MUST_USE int dep_segment_last(const struct dep_register *reg, const struct dep_family *family,
                                  uint32_t *out, struct dep_fault *fault);
typedef int dep_segment_fn(void *context, const struct dep_place *place, struct dep_slice line,
                           bool whole);
/* Lines of one file from `from` on; `whole` false for a last line without newline. `each` other
 * than 0 stops and is returned. A file that isn't there has no lines. */
DEP_MUST_USE int dep_segment_walk(const struct dep_register *reg, const struct dep_family *family,
                                  uint32_t segment, uint64_t from, dep_segment_fn *each,
                                  void *context, struct dep_fault *fault);
/* Where the last `lines` (at least 1) whole lines before `end` begin. DEP_FOUND: what stands there
 * doesn't end a line, or there aren't so many. */
DEP_MUST_USE int dep_segment_back(struct dep_register *reg, const struct dep_family *family,
                                  uint32_t segment, uint64_t end, uint64_t lines, uint64_t *out,
                                  struct dep_fault *fault);
/* Append at family->len exactly (what lies beyond is cut), without sync. The file is created where
 * `family->len` is 0. */
DEP_MUST_USE int dep_segment_append(struct dep_register *reg, const struct dep_family *family,
                                    struct dep_slice bytes, int *out_fd, struct dep_fault *fault);
/* Bytes [from, end) of a file go to aside/ and are cut off. */
DEP_MUST_USE int dep_segment_move_aside(struct dep_register *reg, const struct dep_family *family,
                                        uint32_t segment, uint64_t from, struct dep_fault *fault);

/* ---- recover.c ---- */
/* The bytes of one line of the file `path`, appended. The file stays open for the next. */
DEP_MUST_USE int dep_store_read_line(struct dep_register *reg, const char *path,
                                     const struct dep_place *place, struct dep_buf *out,
                                     struct dep_fault *fault);
void dep_line_files_close(struct dep_register *reg);

/* ---- register.c ---- */
DEP_MUST_USE int dep_store_lock(struct dep_register *reg, struct dep_fault *fault);
void dep_store_unlock(struct dep_register *reg);
/* Of the record that a private or keyring line belongs to; false where it names none (a kek, an
 * erasure). */
bool dep_store_line_index(struct dep_slice line, uint64_t *out);
/* Under the lock, before the first write: orphaned private and keyring lines go aside; `out_moved`
 * counts them. */
DEP_MUST_USE int dep_store_settle(struct dep_register *reg, uint64_t *out_moved,
                                  struct dep_fault *fault);

/* ---- journal.c ---- */
/* Private and keyring lines, already written at the ends of their families, made durable: by a
 * frame in the journal, or in place where they don't fit. */
DEP_MUST_USE int dep_journal_append(struct dep_register *reg, uint64_t first_index,
                                    struct dep_slice secrets, struct dep_slice keyring,
                                    struct dep_fault *fault);
/* What frames hold becomes durable in place; the journal begins anew. */
DEP_MUST_USE int dep_journal_settle(struct dep_register *reg, struct dep_fault *fault);
/* After a crash: frames of records beyond the checkpoint are written to their places and synced. */
DEP_MUST_USE int dep_journal_replay(struct dep_register *reg, struct dep_fault *fault);
/* Frames of records beyond the checkpoint are made void, durably; `all`: the whole journal is
 * overwritten. */
DEP_MUST_USE int dep_journal_void(struct dep_register *reg, bool all, struct dep_fault *fault);
/* fdatasync; a failure poisons the register: nobody knows then what is on disk. */
DEP_MUST_USE int dep_store_sync(struct dep_register *reg, int fd, const char *where,
                                struct dep_fault *fault);

/* ---- keyring.c ---- */
/* Private and keyring lines of a group; places relative to the families' ends. */
DEP_MUST_USE int dep_secrets_encode(struct dep_register *reg, const struct dep_commit_item *items,
                                    size_t count, struct dep_committed *out,
                                    struct dep_buf *out_private, struct dep_buf *out_keyring,
                                    uint64_t *out_keyring_lines, struct dep_fault *fault);
void dep_keks_forget(struct dep_register *reg);

/* ---- keks.c ---- */
/* The kek `id` of a keyring file, opened by a role's identity; the register's own. DEP_FOUND:
 * "secret.damaged", those of age. */
DEP_MUST_USE int dep_kek_open(struct dep_register *reg, uint32_t segment, const char *id,
                              const struct dep_age_identity *identity, struct dep_aead **out,
                              struct dep_finding *why, struct dep_fault *fault);
/* The same from the line of a kek; a new one. DEP_FOUND too where the line is another's. */
DEP_MUST_USE int dep_kek_open_line(struct dep_slice line, const char *id,
                                   const struct dep_age_identity *identity, struct dep_aead **out,
                                   struct dep_finding *why);
void dep_keks_close(struct dep_register *reg);

/* ---- tiles.c ---- */
/* The builder stands at the checkpoint's tree, whose root it was compared with. */
DEP_MUST_USE int dep_store_load_builder(struct dep_register *reg, struct dep_fault *fault);
/* Tiles of entries added to the builder, then the checkpoint signed over them, by rename. */
DEP_MUST_USE int dep_store_publish(struct dep_register *reg, const struct dep_signing_key *log_key,
                                   struct dep_fault *fault);
/* Reads log/checkpoint into reg->note and reg->checkpoint. */
DEP_MUST_USE int dep_store_read_checkpoint(struct dep_register *reg, bool *out_changed,
                                           struct dep_fault *fault);
#endif
