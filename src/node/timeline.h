/*
 * What happened to an item, in a case, with a campaign, or in a span of time, as far as it is known
 * when.
 *
 * Order:   rules/timeline.h: by what each record states, never by what was recorded first.
 * Layer:   node.
 */
#ifndef DEP_NODE_TIMELINE_H
#define DEP_NODE_TIMELINE_H
#include "node/act.h"
#include "rules/timeline.h"

enum { DEP_TIMELINE_EVENTS_MAX = 65536 };

/* Each time that a record states is an event of its own; of a record that states none, or that
 * can't be read, the recording is one. */
struct dep_timeline_item {
    char record[DEP_UUID_LEN + 1], item[DEP_UUID_LEN + 1];
    char type[DEP_TYPE_LEN_MAX + 1], by_code[DEP_CODE_LEN_MAX + 1];
    int64_t recorded_s, uncertainty_s;
    const char *field; /* of the schema; NULL: the recording */
    json_t *time;      /* as stated; or NULL */
    bool unread;       /* it shows and can't be read: more may be stated in it */
    /* Of an incident that somebody else recorded, whose `type` and `field` these are: "from", the
     * member that gave it, or "kit", the field kit that handed it over (`by_code` is its officer);
     * "withheld" (names, blanks between) where some were; "withdrawn": "yes" where its sender did
     * so. Else NULL. */
    json_t *told;
};
struct dep_timeline {
    struct dep_timeline_event *events; /* in order; `of` is the place in `items` */
    struct dep_timeline_item *items;
    size_t count;
    bool cut; /* there are more than were asked for */
};
void dep_timeline_done(struct dep_timeline *timeline);
#define DEP_AUTO_TIMELINE DEP_CLEANUP(dep_timeline_done) struct dep_timeline

enum dep_timeline_of {
    DEP_TIMELINE_ITEM,     /* every record about it */
    DEP_TIMELINE_CASE,     /* its stages, what is marked for it, and what was given for it */
    DEP_TIMELINE_CAMPAIGN, /* its opening and its flows */
    DEP_TIMELINE_ALL,
};
struct dep_timeline_order {
    enum dep_timeline_of of;
    const char *name;          /* NULL: the only campaign; and of all */
    struct dep_edtf_span span; /* what may have happened in it */
    uint64_t limit; /* of all: no more than these, of what was recorded last; on a page within
                                * a span, of what begins last */
};
/* From the first to the last moment that the times of a record may mean, or, where it states none,
 * that of its recording. `schema` NULL: it states none. */
struct dep_edtf_span dep_timeline_hull(const struct dep_schema *schema, const json_t *claims,
                                       int64_t recorded_s, int64_t uncertainty_s);
/*
 * What shows to the officer, corrected records left out. Findings: "timeline.many" beyond
 * DEP_TIMELINE_EVENTS_MAX; those of dep_node_item(), dep_node_case(), dep_node_campaign().
 */
DEP_MUST_USE int dep_node_timeline(struct dep_node *node, const struct dep_timeline_order *order,
                                   struct dep_timeline *out, struct dep_problem *problem);
#endif
