/*
 * What the files of the verifier itself share: its state, and the steps in their order.
 *
 * Layer:   package (pure), private to it. Steps of other files (status, verdict, cosign) look at
 *          steps.h alone.
 */
#ifndef DEP_PACKAGE_VERIFY_IMPL_H
#define DEP_PACKAGE_VERIFY_IMPL_H
#include "log/subset.h"
#include "package/bag_internal.h"
#include "package/cosign.h"
#include "package/names.h"
#include "package/steps.h"

enum { VERIFY_CHARTERS_MAX = 4096, VERIFY_LINKS_MAX = 16 << 20, VERIFY_CHUNK = 1 << 20 };
#define VERIFY_ARENA_MAX ((size_t)1 << 30)

/* A file, by its place in the bag. */
struct verify_file {
    struct dep_hash sha256; /* of what was read */
    struct dep_package_place place;
    uint8_t given;    /* set of algorithms */
    bool named;       /* its name is one that may be */
    bool wrong;       /* a digest differs */
    bool used;        /* something is said of it: a tile that was needed, a file with a line */
    bool has_payload; /* as below */
    struct dep_hash payload_sha256;
};

struct verify_item {
    struct dep_content_item line;
    enum dep_result payload, content;
    bool has_root, has_place;
    struct dep_hash manifest_root;
    uint64_t manifest_offset, manifest_len;
};

/* What is told to the judge alone. */
struct verify_notice {
    bool there; /* content.jsonl has its line */
    struct dep_content_notice line;
    enum dep_result payload, content;
};

struct verify_token {
    size_t file, log;
    uint64_t size; /* of the checkpoint that it is over */
    struct dep_hash digest;
    bool told;
    struct dep_verify_token_is is;
};

/* Another checkpoint of a log, signed by its key and continued by the one in hand. */
struct verify_earlier {
    uint64_t size;
    struct dep_hash root;
};
/* The most of a log that a cosigner signed for, of what is here, and when. */
struct verify_cosigned {
    char name[DEP_KEY_NAME_LEN_MAX + 1];
    uint64_t size;
    int64_t time_s;
};
/* What tells when the records of a log were there. */
struct verify_times {
    struct dep_log_moment *moments;
    size_t moment_count, moment_room;
    uint64_t cosigned_size; /* of the largest checkpoint with a quorum */
    struct verify_earlier *earlier;
    size_t earlier_count, earlier_room;
    struct verify_cosigned *cosigned; /* for the account: a line a cosigner */
    size_t cosigned_count, cosigned_room;
};

struct dep_verify {
    struct dep_verify_with with;
    uint8_t pin[DEP_FINGERPRINT_BYTES];
    struct dep_arena *arena;
    struct dep_bag *bag;
    bool begun, stopped; /* stopped: nothing in it is looked at */
    bool finished;

    struct dep_verify_found *found;
    size_t found_count, found_room, bag_copied;
    uint64_t left_off;
    bool altered, unproved; /* some finding is */

    struct verify_file *files; /* one for each of the bag */

    struct dep_charter *charters[VERIFY_CHARTERS_MAX]; /* all that were read */
    size_t charter_count, charter_read;

    struct dep_shown_log *logs;
    struct verify_times *times; /* one for each log */
    size_t log_count;

    struct dep_shown_record *records;
    uint32_t *record_keys; /* of each: place in its log's keys */
    size_t record_count, record_room;
    uint32_t *by_sha; /* places of records, ascending by digest, log */
    struct dep_shown_link *links;
    size_t link_count, link_room;

    enum dep_package_kind kind; /* as bag-info.txt says, until the head record does */
    struct dep_slice info_id;
    const struct dep_shown_record *head;
    bool has_content; /* content.jsonl is what the head record commits to */
    struct dep_content_package content;
    struct verify_item *items;
    size_t item_count, item_room;
    struct dep_content_linked *linked;
    size_t linked_count, linked_room;
    struct verify_notice notice;
    struct dep_content_seen *seen;
    size_t seen_count, seen_room;
    struct verify_token *tokens;
    size_t token_count, token_room;
    json_t *verdict; /* as read in step 8, for the account */
};

/* ---- small things ---- */
/* Copies in the arena; NULL where it is full. */
const char *verify_keep(struct dep_verify *verify, const char *text);
struct dep_slice verify_keep_slice(struct dep_verify *verify, struct dep_slice text, int *err);
/* Room for one more in a growing array, at least `first`. */
DEP_MUST_USE int verify_room(void **array, size_t count, size_t *room, size_t size, size_t cap);
/* A finding of a file, a line of it, or of nothing in particular (path NULL). */
DEP_MUST_USE int verify_find(struct dep_verify *verify, const char *id, const char *clause,
                             enum dep_result result, struct dep_slice path, uint64_t line,
                             const char *field);
/* The same for what a lower module found. */
DEP_MUST_USE int verify_find_why(struct dep_verify *verify, const struct dep_finding *why,
                                 struct dep_slice path, uint64_t line, const char *field);
/* Place of a file in the bag, or SIZE_MAX. */
size_t verify_file_find(const struct dep_verify *verify, struct dep_slice path);
struct dep_slice verify_path(const struct dep_verify *verify, size_t file);
/* It is there, and is what the manifests list. */
bool verify_file_good(const struct dep_verify *verify, size_t file);

/* ---- reading again ---- */
/* As dep_step_load(), by place. */
DEP_MUST_USE int verify_load(struct dep_verify *verify, size_t file, size_t cap,
                             struct dep_buf *out);
/*
 * A large file in windows of whole lines; its digest is compared at the end (DEP_ERR_CHANGED).
 * `each` gets every window: lines with their LF, but for a last one that has none. `offset` and
 * `line` are of its front. A line longer than `line_max` (LF counted) comes as the front that was
 * read of it, and ends the reading.
 */
struct verify_window {
    struct dep_slice text;
    uint64_t offset, line;
};
typedef int verify_window_fn(void *context, const struct verify_window *window,
                             uint64_t *out_lines);
DEP_MUST_USE int verify_lines(struct dep_verify *verify, size_t file, size_t line_max,
                              verify_window_fn *each, void *context);

/* ---- the steps ---- */
DEP_MUST_USE int verify_charters(struct dep_verify *verify); /* 3 */
DEP_MUST_USE int verify_logs(struct dep_verify *verify);     /* 4 */
DEP_MUST_USE int verify_records(struct dep_verify *verify, size_t log, size_t file,
                                struct dep_subset *subset); /* 4, of one log */
/* Cosignatures, tokens and earlier checkpoints of a log that is proved. */
DEP_MUST_USE int verify_log_times(struct dep_verify *verify, size_t log,
                                  const struct dep_note *note);   /* 4 */
DEP_MUST_USE int verify_folders_agree(struct dep_verify *verify); /* 4, at the end */
DEP_MUST_USE int verify_seen(struct dep_verify *verify);          /* 6 */
DEP_MUST_USE int verify_tokens(struct dep_verify *verify);        /* 7, told of */
DEP_MUST_USE int verify_quorum(struct dep_verify *verify);        /* 7 */
/* Those of the log read last are not to be used. */
void verify_records_drop(struct dep_verify *verify, const struct dep_shown_log *log); /* 4 */
/* What each signature is worth in the light of all keys shown of its log, revocations that came
 * later too. */
DEP_MUST_USE int verify_standing(struct dep_verify *verify);
DEP_MUST_USE int verify_records_sort(struct dep_verify *verify); /* 4, at the end */
DEP_MUST_USE int verify_head(struct dep_verify *verify);         /* 5 */
/* It has no head record. */
bool verify_headless(enum dep_package_kind kind);
bool verify_kind_has_content(enum dep_package_kind kind);
DEP_MUST_USE int verify_content(struct dep_verify *verify); /* 6 */
DEP_MUST_USE int verify_items(struct dep_verify *verify);   /* 6: items */
DEP_MUST_USE int verify_files(struct dep_verify *verify);   /* 6: files, after all lines */
DEP_MUST_USE int verify_linked(struct dep_verify *verify);  /* 6: links of 3.1 */
DEP_MUST_USE int verify_notice(struct dep_verify *verify);  /* 6: what is under seal */

/* ---- the account ---- */
/* A record as section 11 tells it. */
struct verify_told_as {
    const struct dep_shown_log *log;
    uint64_t index;
    const char *standing;
    bool listed;
};
json_t *verify_told(const struct dep_presentation *presentation, const struct verify_told_as *as,
                    int *err);
#endif
