/*
 * What a field should be, and what is wrong with one, in the reader's words.
 * Layer:   cli.
 */
#ifndef DEP_CLI_WANTED_H
#define DEP_CLI_WANTED_H
#include "cli/cli.h"

enum { DEP_WANTED_LEN_MAX = 16 * 1024 };

/* Adds to `out` what would be right where `form` is asked for: `typed`, of somebody at a terminal;
 * else in a file as well. */
void dep_wanted_add(const struct dep_schema *schema, const json_t *form, bool typed,
                    struct dep_buf *out);

/*
 * As dep_say_problem(). Of a finding about fields it says more: which field, what is wrong, what
 * would be right; a line of stderr, with --json an object as of any finding, with `field` and
 * `right` besides. The value itself is not repeated. `whole`: the claims are all there is, so each
 * of their violations is said; else, where a command fills in others, the one that was found.
 */
int dep_say_refused(const struct dep_args *args, const struct dep_schema *schema,
                    const json_t *claims, bool whole, int err, const struct dep_problem *problem);
#endif
