/*
 * Many records of one type at once, from a table or a file of another system: each judged before
 * any is recorded, those that stand in the register already known again.
 *
 * Format:  doc/format/mandate.md section 3, "In and out".
 * Layer:   node.
 * Caps:    DEP_IMPORT_ROWS_MAX rows.
 */
#ifndef DEP_NODE_IMPORT_H
#define DEP_NODE_IMPORT_H
#include "node/node.h"

enum {
    DEP_IMPORT_ROWS_MAX = 100000,
    DEP_IMPORT_DEPTH_MAX = 8, /* a row that is about a row that is about a row ... */
};
#define DEP_IMPORT_NONE SIZE_MAX

enum dep_import_is {
    DEP_IMPORT_NEW,
    DEP_IMPORT_HELD,    /* a record states just this already */
    DEP_IMPORT_REVISES, /* it corrects the record that states this otherwise */
    DEP_IMPORT_BAD,     /* `problem` says why */
};
struct dep_import_row {
    uint64_t line;
    /* until it is recorded; owned: fields, `unknown`, `refs` to records of the register */
    json_t *claims;
    size_t parent; /* the row that it is about, besides its refs; or DEP_IMPORT_NONE */
    enum dep_import_is is;
    struct dep_problem *problem;   /* owned; of what is bad, else NULL */
    char record[DEP_UUID_LEN + 1]; /* that states it: held, or made by the commit; else "" */
    struct dep_hash sha256;        /* of that record */
    char revises[DEP_UUID_LEN + 1];
    struct dep_hash revises_sha256;
    json_t *as_parent; /* owned: what the rows about it refer to it by; NULL: none is */
};
struct dep_import {
    const char *type;
    char campaign[DEP_UUID_LEN + 1]; /* the campaign.opened that each flow is about; "": none */
    bool revise; /* what is stated otherwise than in the register corrects what stands there */
    struct dep_import_row *rows;
    size_t count, room;
    json_t *shared; /* texts that stand in many rows, by themselves */
};
void dep_import_done(struct dep_import *import);
#define DEP_AUTO_IMPORT DEP_CLEANUP(dep_import_done) struct dep_import

/* One row more, of `claims` (the reference is taken, also on failure). DEP_ERR_NOMEM,
 * DEP_ERR_CAP. */
DEP_MUST_USE int dep_import_add(struct dep_import *import, uint64_t line, json_t *claims);
/* Of claims that a row got after it was added: texts that stand in many rows are kept once.
 * DEP_ERR_NOMEM. */
DEP_MUST_USE int dep_import_share(struct dep_import *import, json_t *claims);
/* The row is bad, and was before it is judged. DEP_ERR_NOMEM. */
DEP_MUST_USE int dep_import_refuse(struct dep_import_row *row, const char *id, const char *clause,
                                   const char *detail);

/* It refers to a record of the register: dep_record_ref_new(), which many rows may share.
 * DEP_ERR_NOMEM. */
DEP_MUST_USE int dep_import_refer(struct dep_import_row *row, json_t *ref);

/*
 * What becomes of each row; nothing is recorded. A row is bad where the schema or the rules refuse
 * it, with their findings; where a row before it states the same ("import.again"), where the
 * register states it otherwise and it isn't to be revised ("import.differs"), where the row that it
 * is about is bad, or there are too many of them one about the other ("import.parent"). Two flows
 * are the same by kind, side, provider, receiver and reference, within the campaign; other records
 * by all that they state and are about. Finding "import.unread": what is there can't be read, so
 * what is new can't be told.
 */
DEP_MUST_USE int dep_import_judge(struct dep_node *node, struct dep_import *import,
                                  struct dep_problem *problem);
/*
 * Records the rows that are new or revise, those that others are about first, in groups that are
 * judged again under the lock; durable when it returns, and `*out_count` were. What stops halfway
 * leaves whole records: the same import again finds them held, and takes the rest.
 */
DEP_MUST_USE int dep_import_commit(struct dep_node *node, struct dep_import *import,
                                   size_t *out_count, struct dep_problem *problem);
#endif
