/*
 * Verifying a package: from names, sizes, digests and bytes that the caller reads, to findings and
 * an account of what is in it.
 *
 * Format:  doc/format/package.md sections 9 to 11.
 * Layer:   package (pure: no files, no clock, no network; the browser's verifier is this one).
 * Use:     in this order, each step over what those before found good:
 *
 *            dep_verify_new()
 *            dep_verify_add() each file
 *            dep_verify_begin()                  steps 1 and 2: names, declaration, manifests
 *            dep_verify_wanted() each file, then dep_verify_digest() and dep_verify_payload()
 *            dep_verify_read()                   steps 3 to 6: charter, logs, content
 *            dep_verify_token() each token, then dep_verify_token_is()
 *            dep_verify_finish()                 steps 7 and 8: status, time, verdict
 *            dep_verify_item() each item, then dep_verify_note() and dep_verify_item_is(): step 9
 *            dep_verify_notice(), then dep_verify_notice_read(): step 9 too
 *            dep_verify_result(), dep_verify_found(), dep_verify_account(), dep_verify_record()
 *
 *          A step that can't be taken is the finding "package.step", and the next function is
 *          called all the same: it does what it can.
 * Memory:  bounded, whatever is in the package: some 200 bytes a record and a file are kept, the
 *          rest is read again when it is needed.
 */
#ifndef DEP_PACKAGE_VERIFY_H
#define DEP_PACKAGE_VERIFY_H
#include "package/bag.h"
#include "package/content.h"
#include "rules/charter.h"

enum {
    DEP_VERIFY_FOUND_MAX = 65536, /* findings kept; dep_verify_left_off() counts the others */
    DEP_VERIFY_LOGS_MAX = 1000,
    DEP_VERIFY_RECORDS_MAX = 4 << 20,
    DEP_VERIFY_ITEMS_MAX = 65536,
    DEP_VERIFY_TOKENS_MAX = 4096,
};

/* ---- results (section 9) ---- */
enum dep_result {
    DEP_INTACT,
    DEP_ALTERED,
    DEP_NOT_SHOWN,
    DEP_WITHHELD,
    DEP_UNPROVED,
    DEP_DISPUTED,
};
/* "not_shown" */
const char *dep_result_name(enum dep_result result);

/* What was found, where. `id` and `clause` are literals; the rest is borrowed from the verifier. */
struct dep_verify_found {
    const char *id, *clause;
    enum dep_result result;
    bool aside;                    /* told, and no part of the verdict on the package */
    struct dep_slice path;         /* in the bag; or empty */
    uint64_t line;                 /* of that file, from 1; or 0 */
    const struct dep_hash *record; /* SHA-256 of its JWT; or NULL */
    const char *field; /* of the record, or an element's, member's, code's name; or NULL */
};

/* ---- what the caller gives ---- */
/* How bytes are read again: exactly `len` from `offset` of a file that was added. DEP_FOUND where
 * it is shorter than it was; < 0 for a fault. */
struct dep_package_files {
    void *context;
    int (*read)(void *context, struct dep_slice path, uint64_t offset, uint8_t *out, size_t len);
};

/* A checkpoint that the receiver keeps of a log it saw before. */
struct dep_known_checkpoint {
    struct dep_slice origin;
    uint64_t size;
    struct dep_hash root;
    bool passed_on; /* by another than the log's own member, who can't know that it was shown */
};

typedef void dep_verify_task_fn(void *of, size_t index);
struct dep_verify_with {
    const struct dep_schemas *schemas;
    const uint8_t *pin; /* DEP_FINGERPRINT_BYTES; NULL: unpinned, and nothing gets a good word */
    const struct dep_known_checkpoint *known;
    size_t known_count;
    struct dep_package_files files;
    /* Does task(of, i) for each i below `count`, in any order, several at once as it likes, and
     * returns when all are done. NULL: one after the other, here. */
    void (*run)(void *run_context, dep_verify_task_fn *task, void *of, size_t count);
    void *run_context;
};

struct dep_verify;
/* `with` is copied; what it points to (but `pin`) must outlive the verifier. */
DEP_MUST_USE int dep_verify_new(const struct dep_verify_with *with, struct dep_verify **out);
void dep_verify_free(struct dep_verify *verify);
static inline void dep_verify_release(struct dep_verify **verify)
{
    dep_verify_free(*verify);
}
#define DEP_AUTO_VERIFY DEP_CLEANUP(dep_verify_release) struct dep_verify

/* ---- steps 1 and 2 ---- */
/* A file below the package's folder, '/' between components, each once. What is more than
 * DEP_BAG_FILES_MAX is passed over ("package.files"), and then nothing of the package is looked
 * at. */
DEP_MUST_USE int dep_verify_add(struct dep_verify *verify, struct dep_slice path, uint64_t size);
/* Something that is neither file nor folder, or can't be walked into: "package.name". */
DEP_MUST_USE int dep_verify_add_other(struct dep_verify *verify, struct dep_slice path);
DEP_MUST_USE int dep_verify_begin(struct dep_verify *verify);

/*
 * What is wanted of each file, in order of their paths; each is read once from end to end. Besides
 * the listed digests, of a container in age: SHA-256 of its payload, which begins `payload_from`
 * bytes into the file (which is found by reading its header: dep_age_header_len()), and of pieces
 * goes on through all of them, in this order.
 */
enum dep_payload_part { DEP_PAYLOAD_NONE, DEP_PAYLOAD_STARTS, DEP_PAYLOAD_CONTINUES };
struct dep_verify_wanted {
    struct dep_slice path;
    uint64_t size;
    unsigned algorithms; /* set of DEP_BAG_*: a digest of each is listed */
    enum dep_payload_part payload;
};
size_t dep_verify_file_count(const struct dep_verify *verify);
void dep_verify_wanted(const struct dep_verify *verify, size_t index,
                       struct dep_verify_wanted *out);
/* dep_bag_algorithm_len() bytes, of one algorithm. */
DEP_MUST_USE int dep_verify_digest(struct dep_verify *verify, size_t index, unsigned algorithm,
                                   const uint8_t *digest);
/* Of the payload that starts in file `index`, all pieces read. Of a file without an age header
 * there is none to be given. */
DEP_MUST_USE int dep_verify_payload(struct dep_verify *verify, size_t index,
                                    const struct dep_hash *sha256);

/* ---- steps 3 to 6 ---- */
DEP_MUST_USE int dep_verify_read(struct dep_verify *verify);

/* Tokens (RFC 3161) over checkpoints. Who has the means looks at each and says what it found; what
 * nothing is said of is "token.unchecked", unproved. */
struct dep_verify_token {
    struct dep_slice path;     /* of the token */
    uint64_t size;             /* of that file */
    struct dep_hash digest;    /* it has to be over this */
    const json_t *authorities; /* "time_authorities" of the charter in force, or NULL */
};
size_t dep_verify_token_count(const struct dep_verify *verify);
void dep_verify_token(const struct dep_verify *verify, size_t index, struct dep_verify_token *out);
/* `id` NULL: good, made at `time_s` by the certificate at place `authority` of the charter's.
 * Otherwise the finding ("token.form" ...), a literal. */
struct dep_verify_token_is {
    const char *id;
    int64_t time_s;
    size_t authority;
};
DEP_MUST_USE int dep_verify_token_is(struct dep_verify *verify, size_t index,
                                     const struct dep_verify_token_is *is);

/* ---- steps 7 and 8 ---- */
DEP_MUST_USE int dep_verify_finish(struct dep_verify *verify);

/* ---- step 9: what opens an item says of it ---- */
struct dep_verify_item {
    struct dep_slice item;  /* its id */
    struct dep_hash record; /* that it is the container of */
    struct dep_slice path;  /* of the container, or what the pieces' names begin with */
    enum dep_item_as as;
    enum dep_item_opens opens;
    uint64_t pieces;          /* 1: one file, of that very name */
    uint64_t bytes;           /* of all pieces */
    bool has_root, has_place; /* the record shows these of the manifest: its root; offset and len */
    struct dep_hash manifest_root;
    uint64_t manifest_offset, manifest_len;
    const char *payload, *content; /* "intact", "altered", "unproved" */
};
size_t dep_verify_item_count(const struct dep_verify *verify);
void dep_verify_item(const struct dep_verify *verify, size_t index, struct dep_verify_item *out);
/* Of the content, once it was opened and read: DEP_INTACT or DEP_ALTERED. */
void dep_verify_item_is(struct dep_verify *verify, size_t index, enum dep_result content);

/* What is under seal for the judge alone (section 6.5). Who opens notice/records.jsonl.age gives
 * what is in it, and gets what it says:
 *   {"words":TEXT|null,
 *    "sealed":[{"sha256","why","rels":[...],"record":RECORD,"because":[RECORD,...]}]}
 * RECORD as dep_verify_record() tells one. It is in no account. */
struct dep_verify_notice {
    uint64_t sealed; /* records that it tells of; 0: there is none */
    enum dep_item_opens opens;
    const char *to;                /* the key that opens it; or NULL */
    struct dep_hash sha256;        /* of the file */
    const char *payload, *content; /* "intact", "altered", "unproved" */
};
void dep_verify_notice(const struct dep_verify *verify, struct dep_verify_notice *out);
/* It doesn't open as it should: a finding of who tried. */
DEP_MUST_USE int dep_verify_notice_altered(struct dep_verify *verify,
                                           const struct dep_finding *why);
/* `plain`: opened. What is against it are findings; then DEP_FOUND, and `out` is untouched. */
DEP_MUST_USE int dep_verify_notice_read(struct dep_verify *verify, struct dep_slice plain,
                                        json_t **out);

/* A finding made outside; what it points to is copied, but `id` and `clause`. */
DEP_MUST_USE int dep_verify_note(struct dep_verify *verify, const struct dep_verify_found *found);

/* ---- what came out ---- */
/* In order of the steps. */
size_t dep_verify_found_count(const struct dep_verify *verify);
const struct dep_verify_found *dep_verify_found_at(const struct dep_verify *verify, size_t index);
uint64_t dep_verify_left_off(const struct dep_verify *verify);
/* DEP_INTACT, DEP_ALTERED or DEP_UNPROVED, of the whole package so far. Intact only after
 * dep_verify_finish() and with a pin. */
enum dep_result dep_verify_result(const struct dep_verify *verify);
/* Section 11. New references. Records are in order of logs and indices; key records, status records
 * and the head record are among them. */
DEP_MUST_USE int dep_verify_account(struct dep_verify *verify, json_t **out);
size_t dep_verify_record_count(const struct dep_verify *verify);
DEP_MUST_USE int dep_verify_record(struct dep_verify *verify, size_t index, json_t **out);
#endif
