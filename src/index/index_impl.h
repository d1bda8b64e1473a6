/*
 * What the writing and the reading of index.db share.
 * Layer: index, private to it.
 */
#ifndef DEP_INDEX_IMPL_H
#define DEP_INDEX_IMPL_H
#include "index/index.h"

#include <sqlite3.h>

enum statement {
    ST_INSERT,
    ST_COMPLETE,
    ST_UNWORD,
    ST_FIELD,
    ST_WORDS,
    ST_REF,
    ST_SUPERSEDE,
    ST_SECRET,
    ST_DUE,
    ST_SPAN,
    ST_RESTS,
    ST_FELL,
    ST_WORD,
    ST_CHECK,
    ST_ANSWER,
    ST_FALL,
    ST_SETTLE,
    ST_REVIEWED,
    ST_REVIEW_AGAIN,
    ST_KEYRING,
    ST_FIND,
    ST_NEXT,
    ST_COUNT,
};

enum { INDEX_KEPT_MAX = 8 };

struct dep_index {
    sqlite3 *db;
    bool searchable;
    char path[4096];
    sqlite3_stmt *statements[ST_COUNT];
    sqlite3_stmt *kept[INDEX_KEPT_MAX]; /* of lists that were read: the next may ask the same */
    size_t kept_next;
};

/* One thing of what a record says (struct dep_index_said). */
enum part_kind { PART_FIELD, PART_REF, PART_RESTS, PART_RELIED };
struct dep_index_part {
    enum part_kind kind;
    const struct dep_schema_field *field; /* of a value */
    size_t first, second;                 /* where its texts begin */
};

/* What SQLite says of the last call, as a fault. */
int index_fail(const struct dep_index *index, struct dep_fault *fault);
/* Spans stand by how long they are, of each class those that begin in a range: INDEX_SPAN_BITS to a
 * class. */
enum { INDEX_SPAN_BITS = 4, INDEX_SPAN_CLASSES = 64 / INDEX_SPAN_BITS };
void index_bind_text(sqlite3_stmt *statement, int at, const char *text);
int index_span_class(const struct dep_edtf_span *span);
/* The word that stands for a type, or for the first `len` bytes of one: `first` keeps the two
 * apart. */
void index_type_word(const char *type, char first, size_t len, struct dep_buf *out);
#endif
