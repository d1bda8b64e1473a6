/*
 * content.jsonl: what was decided to be in a package, line by line.
 *
 * Format:  doc/format/package.md section 3.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_CONTENT_H
#define DEP_PACKAGE_CONTENT_H
#include "codec/json.h"
#include "crypto/crypto.h"

enum {
    DEP_CONTENT_LINE_MAX = 64 * 1024,
    DEP_CONTENT_LEN_MAX = 1 << 30,
    DEP_CONTENT_SHOWN_MAX = 64, /* fields of one record */
    DEP_CONTENT_PIECES_MAX = 1000,
};

/* Pieces of a container: at most what FAT32 can hold, and all but the last a multiple of the
 * unit. */
#define DEP_PIECE_LEN (UINT64_C(4294901760))
#define DEP_PIECE_UNIT (UINT64_C(65536))

enum dep_package_kind {
    DEP_PACKAGE_RELEASE,
    DEP_PACKAGE_REGISTER,
    DEP_PACKAGE_RECEIPT,
    DEP_PACKAGE_NOTICE,
    DEP_PACKAGE_ACKNOWLEDGEMENT,
    DEP_PACKAGE_COSIGN,
    DEP_PACKAGE_COSIGNED,
    DEP_PACKAGE_KINDS
};
const char *dep_package_kind_name(enum dep_package_kind kind);
/* DEP_PACKAGE_KINDS where it is none. */
enum dep_package_kind dep_package_kind_parse(struct dep_slice name);

enum dep_item_as { DEP_ITEM_WHOLE, DEP_ITEM_PARTS, DEP_ITEM_PLAIN };
enum dep_item_opens { DEP_OPENS_RECIPIENT, DEP_OPENS_PASSPHRASE, DEP_OPENS_NOBODY };
const char *dep_item_as_name(enum dep_item_as as);
const char *dep_item_opens_name(enum dep_item_opens opens);

enum dep_linked_as { DEP_LINKED_NAMED, DEP_LINKED_SEALED, DEP_LINKED_COUNTED };
const char *dep_linked_as_name(enum dep_linked_as as);

/* In order of the lines' kinds. */
enum dep_content_kind {
    DEP_CONTENT_PACKAGE,
    DEP_CONTENT_RECORD,
    DEP_CONTENT_ITEM,
    DEP_CONTENT_LINKED,
    DEP_CONTENT_NOTICE,
    DEP_CONTENT_SEEN,
    DEP_CONTENT_FILE,
};

struct dep_content_package {
    const char *id; /* UUIDv7 */
    enum dep_package_kind kind;
    const char *sender, *recipient; /* codes */
    struct dep_hash charter;
};
struct dep_content_record {
    const char *origin;
    uint64_t index;
    struct dep_hash sha256;   /* of the JWT */
    const char *const *shown; /* protected fields disclosed, ascending */
    size_t shown_count;
};
struct dep_content_item {
    const char *item; /* UUIDv7 */
    struct dep_hash record;
    enum dep_item_as as;
    enum dep_item_opens opens;
    const char *path; /* below data/ */
    uint64_t pieces;  /* at least 1 */
    uint64_t bytes;
    struct dep_hash payload_sha256;
};
struct dep_content_linked {
    struct dep_hash from;
    const char *rel; /* of dep_linked_rel(): "answers", "answers<" */
    enum dep_linked_as as;
    struct dep_hash sha256; /* all zero where counted */
    uint64_t count;         /* 0 unless counted */
    const char *why;
};
struct dep_content_notice {
    uint64_t sealed;           /* records that it tells of, at least 1 */
    enum dep_item_opens opens; /* never DEP_OPENS_NOBODY */
    const char *to;         /* the key that opens it, "age1..."; NULL unless DEP_OPENS_RECIPIENT */
    struct dep_hash sha256; /* of notice/records.jsonl.age, */
    struct dep_hash page_sha256; /* and of notice/notice.html.age */
};
struct dep_content_seen {
    const char *origin;
    uint64_t size;
    struct dep_hash root;
};
struct dep_content_file {
    const char *path; /* below data/ */
    struct dep_hash sha256;
};
struct dep_content_line {
    enum dep_content_kind kind;
    union {
        struct dep_content_package package;
        struct dep_content_record record;
        struct dep_content_item item;
        struct dep_content_linked linked;
        struct dep_content_notice notice;
        struct dep_content_seen seen;
        struct dep_content_file file;
    };
};

/* The literal of a reason, as a linked line has it; NULL where there is none. Relations:
 * dep_linked_rel(). */
const char *dep_content_why(const char *why);

/* Append the line and its LF. DEP_ERR_CAP where a reader would not take it back. */
DEP_MUST_USE int dep_content_encode(const struct dep_content_line *line, struct dep_buf *out);

/*
 * Lines one after the other. Takes exactly what the encoder writes, in the order of section 3.
 * Findings: "content.len" (a line is too long), "json.*", "content.form" (a member is missing, not
 * in its place, or of a wrong form), "content.line" (of no known kind), "content.order" (not in its
 * place among the lines, or there twice; the first isn't the package line).
 */
struct dep_content_reader;
DEP_MUST_USE int dep_content_reader_new(struct dep_content_reader **out);
void dep_content_reader_free(struct dep_content_reader *reader);
/* The next line, without its LF. Borrowed until the next call. */
DEP_MUST_USE int dep_content_read(struct dep_content_reader *reader, struct dep_slice text,
                                  const struct dep_content_line **out, struct dep_finding *why);
#endif
