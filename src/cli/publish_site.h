/*
 * A site for the public, as a folder: pages of each publication in three languages, the list of
 * all, feeds.
 *
 * Format:  doc/format/publication.md section 2.
 * Layer:   cli.
 */
#ifndef DEP_CLI_PUBLISH_SITE_H
#define DEP_CLI_PUBLISH_SITE_H
#include "node/publish.h"
#include "report/published.h"

enum { DEP_SITE_PATH = 4096 };

struct dep_site_pages {
    struct dep_buf page[DEP_PUBLISHED_PAGES];
};
void dep_site_pages_done(struct dep_site_pages *pages);
#define DEP_AUTO_SITE_PAGES DEP_CLEANUP(dep_site_pages_done) struct dep_site_pages

/* Fault "publish.words": the program can't speak one of the languages. */
DEP_MUST_USE int dep_site_make_pages(struct dep_node *node,
                                     const struct dep_publication *publication,
                                     struct dep_site_pages *out, struct dep_problem *problem);
/* As publication.made has them; NULL without memory. */
json_t *dep_site_pages_json(const struct dep_site_pages *pages);
/* What is there already is compared, what isn't is made; or nothing is made yet. */
DEP_MUST_USE int dep_site_write_pages(const struct dep_site_pages *pages, const char *dir,
                                      bool only_compare, struct dep_fault *fault);
/* The list and the feeds of those whose folder is there, made anew. */
DEP_MUST_USE int dep_site_write_signposts(struct dep_node *node, const char *site,
                                          struct dep_problem *problem);

/* "DIR/NAME"; fault "publish.folder" where that is too long. */
DEP_MUST_USE int dep_site_path(const char *dir, const char *name, char out[DEP_SITE_PATH],
                               struct dep_fault *fault);
bool dep_site_has(const char *path);
#endif
