/*
 * Records in words and as JSON.
 * Layer:   cli.
 */
#ifndef DEP_CLI_SHOW_H
#define DEP_CLI_SHOW_H
#include "cli/called.h"

void dep_show_time(int64_t unix_s);
/* Those of the type `schema`, one of `schemas`, that `claims` has, each with its label on a line or
 * several. `called` names codes; with NULL they stand bare. */
void dep_show_fields(const struct dep_schemas *schemas, const struct dep_schema *schema,
                     struct dep_called *called, const json_t *claims);
/* An item by its exhibit number, as people know it, and by its id; by the id alone where it has no
 * number, or one that this reader may not see. */
void dep_show_item(struct dep_node *node, const char *id);
/* Of a relation of package.md section 3.1 ("about<" is "about", seen from the other end) the name,
 * and the arrow that says which of the two refers. */
enum { DEP_RELATION_ROOM = 32 };
const char *dep_relation_arrow(const char *rel, char out_name[DEP_RELATION_ROOM]);
void dep_show_view(struct dep_node *node, const struct dep_view *view);
/* The newest records that refer to `id`, as far as they show to the officer; nothing where none
 * does. */
DEP_MUST_USE int dep_show_referring(struct dep_node *node, const char *id,
                                    struct dep_problem *problem);
/* New references, NULL without memory. */
json_t *dep_view_json(const struct dep_view *view);
json_t *dep_row_json(const struct dep_index_row *row);
#endif
