/*
 * Evidence: collecting, taking in, listing, checking, extracting.
 * Layer:   node.
 */
#ifndef DEP_NODE_EVIDENCE_H
#define DEP_NODE_EVIDENCE_H
#include "collect/unseal.h"
#include "node/node.h"

/* What the user is asked before sealing. Return false to stop. */
struct dep_collect_preview {
    struct dep_survey survey;
    const char *exhibit, *case_ref;    /* or NULL */
    const char *duplicate_exhibit_jti; /* a record with this exhibit number in this case; or NULL */
};
typedef bool dep_collect_confirm_fn(void *context, const struct dep_collect_preview *preview);

struct dep_collect_order {
    const char *const *paths; /* none: physical things only */
    size_t path_count;
    json_t *claims;   /* the fields that are stated; completed here */
    const char *type; /* "evidence.collected" or "evidence.intake" */
    bool cross_mounts;
    bool survey; /* all of it is counted first, which confirm and progress tell */
    dep_collect_confirm_fn *confirm; /* NULL: not asked */
    dep_seal_progress_fn *progress;
    dep_seal_notice_fn *notice;
    void *context; /* of the three */
    /* What is recorded in the same commit, told the item when it is sealed. May be NULL; what came
     * of each goes to `more_done`. */
    int (*more)(void *context, const char *item, const struct dep_draft **out, size_t *out_count);
    struct dep_done *more_done;
    void *more_context;
};
struct dep_collected {
    struct dep_done done;
    char item[DEP_UUID_LEN + 1];
    bool has_container;
    struct dep_sealed sealed;
    char same_content_jti[DEP_UUID_LEN + 1]; /* collected before with the same content; or "" */
};
DEP_MUST_USE int dep_node_collect(struct dep_node *node, const struct dep_collect_order *order,
                                  struct dep_collected *out, struct dep_problem *problem);

/*
 * Reported digests of an intake, compared while reading: each {"algorithm","reported","of"}; `of`
 * is a path as in the container, or "" for the only file. Filled in: "outcome", "computed".
 */
DEP_MUST_USE int dep_node_compare_digests(const char *const *paths, size_t path_count,
                                          json_t *reported, dep_seal_progress_fn *progress,
                                          void *context, struct dep_problem *problem);

/* An item as its records tell it. */
struct dep_item {
    char item[DEP_UUID_LEN + 1];
    struct dep_view first; /* evidence.collected or evidence.intake, newest correction */
    bool on_hold, in_error, disposed, lost, restricted;
    bool withdrawn; /* by whoever sent it: doc/format/foreign.md section 4 */
    /* a thing of a field kit that handed its register over: nobody here signed for it */
    bool awaited;
    bool has_container;
    struct dep_container_facts facts;
    uint64_t newest;    /* index of the newest record about the item, whoever may know of it */
    size_t event_count; /* records about the item */
    char state[32];     /* "in custody", "sent", ... stable words: in_custody, sent_not_received,
                           returned, lost, disposed, split */
    int64_t since_s;    /* when the record that brought it into this state was made */
    char holder[DEP_CODE_LEN_MAX +
                1]; /* the officer who signed for having it last; or "", where that
                                          doesn't show */
};
void dep_item_done(struct dep_item *item);
#define DEP_AUTO_ITEM DEP_CLEANUP(dep_item_done) struct dep_item
/* By item id, unique prefix of it, record id, or exhibit number (where searchable). */
DEP_MUST_USE int dep_node_item(struct dep_node *node, const char *name, bool unlock,
                               struct dep_item *out, struct dep_problem *problem);
/* The same for the program's own use: what is unlocked is shown to nobody, and so is no reading. */
DEP_MUST_USE int dep_node_item_facts(struct dep_node *node, const char *name, bool unlock,
                                     struct dep_item *out, struct dep_problem *problem);
typedef int dep_item_fn(void *context, const struct dep_item *item);
DEP_MUST_USE int dep_node_items(struct dep_node *node, bool unlock, dep_item_fn *each,
                                void *context, struct dep_problem *problem);
/* The same, newest first. */
DEP_MUST_USE int dep_node_items_newest(struct dep_node *node, bool unlock, dep_item_fn *each,
                                       void *context, struct dep_problem *problem);

/* Here and below: "item.disposed", "item.no_container", "item.restricted". */
DEP_MUST_USE int dep_node_item_files(struct dep_node *node, const char *name, dep_entry_fn *each,
                                     void *context, struct dep_problem *problem);
/* One file of the container (path as listed, with or without "files/") to `out_path`, which must
 * not exist. */
DEP_MUST_USE int dep_node_item_extract(struct dep_node *node, const char *name, const char *path,
                                       const char *out_path, struct dep_problem *problem);

struct dep_check_order {
    const char *name;
    bool with_key; /* false: payload digest, record and log only */
    dep_container_finding_fn *finding;
    dep_seal_progress_fn *progress;
    void *context;
};
struct dep_check_result {
    const char *outcome; /* "intact", "altered", "unproved" */
    bool with_key;
    struct dep_container_report report;
    struct dep_done record; /* fixity.checked */
};
/* Container against manifest, record and log. The outcome is recorded before it is returned, good
 * or bad; if it can't be recorded the check has failed. */
DEP_MUST_USE int dep_node_item_check(struct dep_node *node, const struct dep_check_order *order,
                                     struct dep_check_result *out, struct dep_problem *problem);
#endif
