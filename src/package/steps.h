/*
 * What the steps of the verifier share, and nobody else needs: charters, logs, records, content and
 * items as the steps before found them, and where findings go. A step is a function over the
 * verifier; it looks only at what is here.
 *
 * Format:  doc/format/package.md section 10.
 * Layer:   package (pure), private to it.
 */
#ifndef DEP_PACKAGE_STEPS_H
#define DEP_PACKAGE_STEPS_H
#include "log/note.h"
#include "package/content.h"
#include "package/verify.h"
#include "record/keyset.h"
#include "record/presentation.h"

/* ---- findings ---- */
/* Copies what `found` points to, but for the literals. */
DEP_MUST_USE int dep_step_find(struct dep_verify *verify, const struct dep_verify_found *found);
/* Of a record; `field` may be NULL. */
struct dep_shown_record;
DEP_MUST_USE int dep_step_find_record(struct dep_verify *verify, const char *id, const char *clause,
                                      enum dep_result result, const struct dep_shown_record *record,
                                      const char *field);
/* "package.step": step `number` couldn't be taken, or not wholly. */
DEP_MUST_USE int dep_step_missed(struct dep_verify *verify, const char *step);

/* ---- files ---- */
/* The whole of a file of at most `cap` bytes, as its digest vouches for; appended. DEP_FOUND where
 * it isn't there, is longer, or isn't what was listed (that finding was made, or is made now). */
DEP_MUST_USE int dep_step_load(struct dep_verify *verify, struct dep_slice path, size_t cap,
                               struct dep_buf *out);
/* Every file whose path begins with `prefix`, in order of their paths: places [first, first +
 * count).
 */
void dep_step_files(const struct dep_verify *verify, const char *prefix, size_t *out_first,
                    size_t *out_count);

/* ---- charters (step 3) ---- */
/* Those the pin vouches for, 1 first; without a pin those that fit together. */
size_t dep_step_charter_count(const struct dep_verify *verify);
const struct dep_charter *dep_step_charter_at(const struct dep_verify *verify, size_t index);
/* By digest; NULL where it isn't among them. */
const struct dep_charter *dep_step_charter_find(const struct dep_verify *verify,
                                                const struct dep_hash *digest);
/* The one the package line names; NULL where there is none. */
const struct dep_charter *dep_step_charter(const struct dep_verify *verify);

/* ---- logs (step 4) ---- */
struct dep_shown_log {
    char folder[16];         /* "data/logs/000" */
    struct dep_slice origin; /* borrowed from the verifier */
    const char *member_id;   /* whose log it is; borrowed from a charter */
    int member;              /* its place in dep_step_charter(), or -1 */
    uint64_t size;
    struct dep_hash root;
    struct dep_hash text_sha256; /* of the checkpoint's text, what tokens are over */
    struct dep_slice note;       /* the checkpoint */
    bool proved;                 /* signed by the log's key, and the tiles give its root */
    struct dep_public_key key;   /* by which it is signed, where proved */
    struct dep_keyset *keys;     /* as of the checkpoint, from the key records shown */
    size_t first_record, record_count;
};
/* The latest moment at which the record at `index` of a log can have been made, by the earliest of
 * the quorums and tokens over checkpoints that cover it (step 4; tokens from dep_verify_finish()
 * on). False: nothing tells, "time.unproved". */
bool dep_step_time(const struct dep_verify *verify, size_t log, uint64_t index,
                   int64_t *out_time_s);
/* As many members as the charter wants cosigned a checkpoint that covers it. */
bool dep_step_cosigned(const struct dep_verify *verify, size_t log, uint64_t index);
size_t dep_step_log_count(const struct dep_verify *verify);
struct dep_shown_log *dep_step_log_at(struct dep_verify *verify, size_t index);

/* ---- records (step 4) ---- */
/* Only those whose form, leaf and signature are good are here, of logs that are proved. */
struct dep_shown_record {
    struct dep_hash sha256;          /* of the JWT */
    uint64_t index;                  /* in its log */
    uint64_t offset;                 /* of its line in records.jsonl */
    uint64_t shown;                  /* bit i: protected field i of the schema is disclosed */
    const struct dep_schema *schema; /* type and version */
    const char *standing;            /* "in_force", "disputed", "revoked": literal */
    const char *item; /* its open claim of that name; NULL: it has none, "": no item has that id */
    int64_t iat;
    uint32_t len; /* of that line, without LF */
    uint32_t log; /* place among the logs */
    bool whole;   /* nothing is withheld */
    bool listed;  /* content.jsonl has a line for it (step 6) */
};
size_t dep_step_record_count(const struct dep_verify *verify);
const struct dep_shown_record *dep_step_record_at(const struct dep_verify *verify, size_t index);
/* By SHA-256 of the JWT; of one that stands in two folders of a log, the first. NULL: not shown. */
const struct dep_shown_record *dep_step_record_find(const struct dep_verify *verify,
                                                    const struct dep_hash *sha256);
/* By place in a log; NULL: not shown. */
const struct dep_shown_record *dep_step_record_in(const struct dep_verify *verify, size_t log,
                                                  uint64_t index);

/* Refs of the records shown. */
struct dep_shown_link {
    struct dep_hash to; /* what is referred to, shown or not */
    const char *rel;    /* literal */
    uint32_t from;      /* place of the record that refers */
};
/* Those that refer to `to`: a run of `out_count`, by rel and place. NULL where none does. */
const struct dep_shown_link *dep_step_links_to(const struct dep_verify *verify,
                                               const struct dep_hash *to, size_t *out_count);

/* A record read again: claims, refs, envelope. Owns its text. */
struct dep_opened_record {
    struct dep_buf text; /* secret */
    struct dep_presentation presentation;
};
void dep_opened_record_done(struct dep_opened_record *opened);
#define DEP_AUTO_OPENED DEP_CLEANUP(dep_opened_record_done) struct dep_opened_record
/* DEP_ERR_CHANGED where the file isn't any more what it was. */
DEP_MUST_USE int dep_step_open(struct dep_verify *verify, const struct dep_shown_record *record,
                               struct dep_opened_record *out);

/* ---- head record and content (steps 5 and 6) ---- */
/* NULL where there is none, or none that is good. */
const struct dep_shown_record *dep_step_head(const struct dep_verify *verify);
/* Lines of content.jsonl but those of records, in their order; empty where the head record doesn't
 * vouch for it. All borrowed. */
const struct dep_content_package *dep_step_content(const struct dep_verify *verify); /* or NULL */
size_t dep_step_linked_count(const struct dep_verify *verify);
const struct dep_content_linked *dep_step_linked_at(const struct dep_verify *verify, size_t index);
size_t dep_step_seen_count(const struct dep_verify *verify);
const struct dep_content_seen *dep_step_seen_at(const struct dep_verify *verify, size_t index);
/* Items: dep_verify_item_count(), dep_verify_item(). */
#endif
