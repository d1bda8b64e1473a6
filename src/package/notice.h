/*
 * A notice under seal: what was withheld and why, for the judge alone, as it stands in the age
 * file.
 *
 * Format:  doc/format/package.md section 6.5.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_NOTICE_H
#define DEP_PACKAGE_NOTICE_H
#include "codec/json.h"
#include "crypto/crypto.h"

enum {
    DEP_NOTICE_LEN_MAX = 16 * 1024 * 1024, /* of all of it, opened; of the page too */
    DEP_NOTICE_RECORDS_MAX = 65536,
    DEP_NOTICE_WORDS_MAX = 64 * 1024,
};
/* Below data/. */
#define DEP_NOTICE_RECORDS_PATH "notice/records.jsonl.age"
#define DEP_NOTICE_PAGE_PATH "notice/notice.html.age"

struct dep_notice_head {
    const char *package; /* its id */
    uint64_t sealed;     /* records that are told of */
    const char *words;   /* of who packed it, to the judge; or NULL */
};
/* A record that is told of, and behind it those that say why. */
struct dep_notice_record {
    struct dep_hash of; /* SHA-256 of the one that is told of: itself, or whose reason it is */
    uint64_t index;     /* in the sender's log */
    struct dep_slice sd_jwt;
};

/* Append the line and its LF, to a secret buffer. DEP_ERR_CAP where a reader would not take it
 * back. */
DEP_MUST_USE int dep_notice_head_encode(const struct dep_notice_head *head, struct dep_buf *out);
DEP_MUST_USE int dep_notice_record_encode(const struct dep_notice_record *record,
                                          struct dep_buf *out);

/*
 * All of it, exactly as written: first `begin`, then `each` record, borrowed for the call; what
 * they return, if not DEP_OK, ends it. Findings: "notice.len", "notice.form", "notice.order"
 * (records of one digest stand together, digests ascending), "json.*", and those of
 * dep_records_line_parse().
 */
struct dep_notice_teller {
    void *context;
    int (*begin)(void *context, const struct dep_notice_head *head);
    int (*each)(void *context, const struct dep_notice_record *record);
};
DEP_MUST_USE int dep_notice_parse(struct dep_slice text, const struct dep_notice_teller *teller,
                                  struct dep_finding *why);
#endif
