/*
 * Records of the mandate, on their way into the register. What they must satisfy is judged wherever one
 * is committed (dep_node_commit() and its like).
 *
 * Format:  doc/format/mandate.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_MANDATE_H
#define DEP_NODE_MANDATE_H
#include "node/node.h"

/*
 * What the program draws itself, never a person: the receipt of an allegation, the pseudonyms of those
 * harmed. Puts them into `claims`; "mandate.drawn" where one was stated: then `claims` may be changed
 * in part, and are not to be recorded.
 */
DEP_MUST_USE int dep_mandate_draw(struct dep_node *node, const char *type, json_t *claims,
                                  struct dep_problem *problem);
#endif
