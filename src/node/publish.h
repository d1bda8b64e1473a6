/*
 * Publications: what one officer chose to tell the public, and another made public.
 *
 * Format:  doc/format/publication.md.
 * Layer:   node. Pages are made from dep_publication alone, and from nothing else that is known.
 */
#ifndef DEP_NODE_PUBLISH_H
#define DEP_NODE_PUBLISH_H
#include "node/act.h"

enum { DEP_PUBLISHED_RECORDS_MAX = 1000, DEP_PUBLISHED_PAGES = 3 };

/*
 * Record publication.prepared: a record may be named by the beginning of its id, its digest is
 * filled in; without `recipient` it is "public". Findings "publish.language", "publish.empty",
 * "publish.type", "publish.field", "publish.audience", "publish.early", "publish.exact",
 * "publish.uncorrected", "publish.corrected", "publish.twice", "publish.unread", those of
 * dep_node_find() and dep_act_record().
 */
DEP_MUST_USE int dep_node_publish_prepare(struct dep_node *node, json_t *claims,
                                          struct dep_done *out, struct dep_problem *problem);

struct dep_publication {
    struct dep_act prepared;
    /* as doc/format/package.md section 11 tells of records, but for their places */
    json_t *records;
    const struct dep_view *made; /* publication.made, of `prepared`; NULL while there is none */
};
void dep_publication_done(struct dep_publication *publication);
#define DEP_AUTO_PUBLICATION DEP_CLEANUP(dep_publication_done) struct dep_publication
/* By the id of what was prepared, or its beginning. Findings "act.type", "publish.unread", and as
 * above of records that were corrected or erased meanwhile. */
DEP_MUST_USE int dep_node_publication(struct dep_node *node, const char *name,
                                      struct dep_publication *out, struct dep_problem *problem);
/* Every one that shows, oldest first, without its records. */
typedef int dep_publication_fn(void *context, const struct dep_act *prepared);
DEP_MUST_USE int dep_node_publications(struct dep_node *node, dep_publication_fn *each,
                                       void *context, struct dep_problem *problem);
/*
 * Record publication.made: `pages` is its field. Judged under the lock: "publish.same_person",
 * "publish.made", "publish.lapsed", and those of dep_node_publication().
 */
DEP_MUST_USE int dep_node_publish_make(struct dep_node *node, const char *prepared, json_t *pages,
                                       struct dep_done *out, struct dep_problem *problem);
#endif
