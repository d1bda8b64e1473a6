/*
 * What judging a verdict again and comparing it share.
 *
 * Layer:   package (pure), private to verdict_again.c, verdict_record.c and verdict_compare.c.
 */
#ifndef DEP_PACKAGE_VERDICT_AGAIN_H
#define DEP_PACKAGE_VERDICT_AGAIN_H
#include "package/verdict_impl.h"
#include "rules/action.h"
#include "rules/heard.h"

/* A record about an item that counts for it as material. */
struct item_record {
    char item[DEP_UUID_LEN + 1];
    const struct dep_shown_record *record;
    bool marking;
};

/* A record of the sender's by which it heard of another's. */
struct heard_at {
    struct dep_hash record; /* the other's */
    uint64_t index;         /* in the sender's log */
};

struct again {
    struct judging *judging;
    struct dep_names *names;
    struct dep_heard *heard;
    struct heard_at *heard_at; /* by record, then index */
    size_t heard_count;
    struct dep_facts *all, *named; /* all that is shown; those the verdict names */
    struct dep_fact_reader reader;
    struct dep_action action;
    struct item_record *items; /* by item, then index */
    size_t item_count;
    struct dep_material *materials;
    bool *unread;       /* of each material: what counts of it isn't all shown */
    bool *perhaps_more; /* a marking of it may be there that isn't shown */
    bool *unjudged;     /* of each written requirement */
    struct dep_verdict verdict;
    bool left_out; /* some of it couldn't be judged */
};

static inline const struct dep_written *again_written(const struct again *again)
{
    return &again->judging->written;
}
/* Below the verdict's place? */
bool again_before(const struct again *again, const struct dep_shown_record *record);
/* The material at `at`, where it is a record by itself; of what counts of it and isn't shown a
 * finding. */
DEP_MUST_USE int again_read_record(struct again *again, size_t at, const json_t *stated);
/* The material at `at`, as far as it is shown: a code that no list has is a finding about `own`. */
DEP_MUST_USE int again_take_material(struct again *again, size_t at,
                                     const struct dep_material_records *records,
                                     const struct dep_shown_record *own);
/* "verdict.unjudged": it can't be judged, for want of this. */
DEP_MUST_USE int again_unjudged(struct again *again, const struct dep_hash *record,
                                const char *field);
/* What was judged, against what is written. */
DEP_MUST_USE int again_compare(struct again *again);
#endif
