/*
 * Projections of the records into index.db: what is listed, looked up and searched. Disposable,
 * rebuilt at will.
 *
 * Layer:   index; the only user of SQL. One projector (dep_index_project) serves live commits and
 *          rebuilding.
 * Holds:   places of lines, open claims, and in an office register the protected fields that a
 *          schema marks searchable, of lists each value, moments without what they are of: when
 *          something is due, and the span that stated times may mean; and on which records a
 *          verdict rests (doc/decisions/034). Never file names, narratives or names of people
 *          (tools/schema-lint).
 * Errors:  DEP_ERR_IO with the SQLite message's place; a damaged index.db is answered by deleting
 *          and rebuilding it.
 */
#ifndef DEP_INDEX_INDEX_H
#define DEP_INDEX_INDEX_H
#include "codec/edtf.h"
#include "record/record.h"

enum { DEP_INDEX_VERSION = 11, DEP_INDEX_LIST_MAX = 1000000, DEP_INDEX_QUERY_MAX = 1024 };

/* Segment, length and offset of a line in records/, private/ or keyring/. len 0: none. */
struct dep_index_place {
    uint32_t segment, len;
    uint64_t offset;
};

/* What a record says of the ones it is about or answers. */
enum dep_index_word {
    DEP_WORD_NONE,
    DEP_WORD_CLOSES, /* nothing more is due of them */
    DEP_WORD_OPENS,
    DEP_WORD_CHECKS, /* another officer's: it opens what waited for a check; or it closes it */
    DEP_WORD_DOUBTS,
    DEP_WORD_ANSWERS,   /* closes what was sent */
    DEP_WORD_WITHDRAWS, /* closes, and verdicts that rest on them fall */
    DEP_WORD_SETTLES,   /* a fallen one */
    DEP_WORD_REVIEWS,   /* closes earlier reviews of the same */
};

/* What is due of a record itself. */
enum dep_index_due {
    DEP_DUE_NONE,
    DEP_DUE_CLOSED, /* it may be opened */
    DEP_DUE_OPEN,
    DEP_DUE_WAITS,  /* for another officer's check; of a review, for what the charter says */
    DEP_DUE_FALLEN, /* something that its verdict rests on was withdrawn: since it was made */
};

struct dep_index_row {
    uint64_t index;
    char jti[DEP_UUID_LEN + 1];
    char type[DEP_TYPE_LEN_MAX + 1];
    char kid[DEP_KID_LEN + 1];
    char by_code[DEP_CODE_LEN_MAX + 1];
    char item[DEP_UUID_LEN + 1]; /* open claim `item`, or "" */
    int64_t iat;
    struct dep_hash sha256;
    struct dep_index_place record, secret, keyring;
    bool superseded; /* a later record of its type, about the same item, corrects it */
    bool erased;
    bool complete; /* the claims projected held the protected fields (or there are none) */
    /* Of what is projected alone; what is due, and rests on what, only where it is complete. */
    enum dep_index_word word;
    enum dep_index_due due;
    int64_t due_s;              /* INT64_MAX: at no moment */
    int64_t checked_due_s;      /* takes its place once another officer checked it */
    struct dep_edtf_span span;  /* what its times may mean; empty: none */
    const json_t *requirements; /* of its verdict, borrowed; NULL: none */
    const char *relied; /* digest by which verdicts rest on it, borrowed; NULL: they don't */
};

struct dep_index;
/* `dir_fd`: the register. A missing, older or unreadable index.db is made anew, empty.
 * `searchable`: office register. */
DEP_MUST_USE int dep_index_open(const char *register_dir, bool searchable, bool writable,
                                struct dep_index **out, struct dep_fault *fault);
/* From here on the files beside index.db (-wal, -shm) are neither made nor removed: a process that
 * may do neither leaves none behind that holds anything. */
void dep_index_keep_files(struct dep_index *index);
void dep_index_close(struct dep_index *index);
/* Number of records projected: the next index expected. */
DEP_MUST_USE int dep_index_next(struct dep_index *index, uint64_t *out, struct dep_fault *fault);

/* Changes stand between these two. */
DEP_MUST_USE int dep_index_begin(struct dep_index *index, struct dep_fault *fault);
DEP_MUST_USE int dep_index_commit(struct dep_index *index, struct dep_fault *fault);
void dep_index_rollback(struct dep_index *index);

/*
 * The projector. `claims`: as far as readable here. Rows in order, without gap. A row already there
 * is completed with its protected fields if it wasn't complete and `row` is; else left as it is.
 */
DEP_MUST_USE int dep_index_project(struct dep_index *index, const struct dep_index_row *row,
                                   const struct dep_schema *schema, const json_t *claims,
                                   struct dep_fault *fault);
/*
 * The same in two, of which the first asks of `index` only whether it is searchable, and may run in
 * any thread: what the row and the claims say, flat, with nothing of the claims borrowed. `out` is
 * all zero, or has been read into before.
 */
struct dep_index_part;
struct dep_index_said {
    struct dep_index_part *parts;
    size_t count, room;
    struct dep_buf texts, words; /* secret */
};
void dep_index_said_done(struct dep_index_said *said);
DEP_MUST_USE int dep_index_read(const struct dep_index *index, const struct dep_index_row *row,
                                const struct dep_schema *schema, const json_t *claims,
                                struct dep_index_said *out);
DEP_MUST_USE int dep_index_enter(struct dep_index *index, const struct dep_index_row *row,
                                 const struct dep_index_said *said, struct dep_fault *fault);
/* Where protected values lie (found by walking private/ and keyring/); a place of len 0 is left as
 * it was. */
DEP_MUST_USE int dep_index_set_secret(struct dep_index *index, const char *jti,
                                      const struct dep_index_place *secret,
                                      const struct dep_index_place *keyring, bool erased,
                                      struct dep_fault *fault);
/* Nothing of a record's protected values stays, also not in free pages. */
DEP_MUST_USE int dep_index_forget(struct dep_index *index, const char *jti,
                                  struct dep_fault *fault);

/* DEP_FOUND where there is none ("index.absent"). A unique prefix of at least 8 characters of `jti`
 * will do; "index.ambiguous" where it isn't unique. */
DEP_MUST_USE int dep_index_find(struct dep_index *index, const char *jti, struct dep_index_row *out,
                                struct dep_finding *why, struct dep_fault *fault);

/* Whether a row is there at all for whoever asks. */
typedef bool dep_index_sees_fn(void *context, const struct dep_index_row *row);
struct dep_index_query {
    const char *id;            /* whole or a prefix; NULL any */
    const char *type;          /* exact, or a prefix ending in '.' ; NULL any */
    const char *item;          /* NULL any */
    const char *not_by;        /* by another officer than this code; NULL any */
    const char *item_begins;   /* with an item whose id begins so; NULL any */
    const char *ref;           /* records that reference this jti; NULL any */
    const char *rel;           /* with this rel; NULL any */
    const char *field, *value; /* open or searchable field equal to value; NULL any */
    const char *text;          /* words in searchable fields, "word*" their beginning; NULL any */
    bool incomplete; /* only rows that still lack their protected fields and aren't erased */
    /* Only what is so due after `from_s`, up to `until_s`, earliest first, and isn't corrected: of
     * `type`, a whole one. Where protected fields aren't searched there is nothing. */
    enum dep_index_due due;
    /* Only what was recorded after `from_s`, up to `until_s`, earliest first, neither corrected nor
     * erased: of `type`; and whose retention nobody reviewed. */
    bool recorded, unreviewed;
    int64_t from_s, until_s; /* from_s 0: from the beginning */
    /* Only what isn't corrected and whose span and this one overlap, those that begin last first;
     * NULL any. Where protected fields aren't searched there is nothing. */
    const struct dep_edtf_span *span;
    uint64_t limit; /* 0: DEP_INDEX_LIST_MAX */
    bool newest_first;
    dep_index_sees_fn *sees; /* NULL: all are seen. Others are neither given nor counted */
    void *sees_context;
};
typedef int dep_index_fn(void *context, const struct dep_index_row *row);
/* `each` other than 0 stops and is returned. */
DEP_MUST_USE int dep_index_list(struct dep_index *index, const struct dep_index_query *query,
                                dep_index_fn *each, void *context, struct dep_fault *fault);
#endif
