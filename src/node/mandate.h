/*
 * Records of the mandate, on their way into the register. What they must satisfy is judged wherever
 * one is committed (dep_node_commit() and its like).
 *
 * Format:  doc/format/mandate.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_MANDATE_H
#define DEP_NODE_MANDATE_H
#include "node/act.h"
#include "node/node.h"

/*
 * What the program draws itself, never a person: the receipt of an allegation, the pseudonyms of
 * those harmed. Puts them into `claims`; "mandate.drawn" where one was stated: then `claims` may be
 * changed in part, and are not to be recorded.
 */
DEP_MUST_USE int dep_mandate_draw(struct dep_node *node, const char *type, json_t *claims,
                                  struct dep_problem *problem);
/*
 * The newest word on a commitment.made or action.recorded that wasn't corrected (`updates`:
 * "commitment.updated" or "action.updated"); where there is none, that on the one it corrects, and
 * so on. Its claims, as far as they can be read, the caller's to give back; NULL where there is
 * none.
 */
DEP_MUST_USE int dep_node_mandate_word(struct dep_node *node, const struct dep_act *act,
                                       const char *updates, json_t **out,
                                       struct dep_problem *problem);
/* The codes of a list of code.stated ("incidents") that weren't corrected, of whatever time; one
 * that was stated of several times comes as often. Ends with the first that isn't DEP_OK. */
typedef int dep_mandate_code_fn(void *context, const char *code);
DEP_MUST_USE int dep_node_mandate_codes(struct dep_node *node, const char *list,
                                        dep_mandate_code_fn *each, void *context,
                                        struct dep_problem *problem);
/* A receipt as it is given away: in groups of four, to be copied by hand. Returns `out`. */
enum { DEP_RECEIPT_ROOM = 32 };
const char *dep_receipt_grouped(const char *receipt, char out[DEP_RECEIPT_ROOM]);
/* As it is recorded, of one that was written in groups, in small letters, or with O, I and L for
 * the digits they look like. False, and `out` untouched, where it is none. */
bool dep_receipt_read(const char *text, char out[DEP_RECEIPT_ROOM]);
/* That of an allegation.received; "print.no_receipt" where the record is another, or can't be
 * read. */
DEP_MUST_USE int dep_node_receipt(struct dep_node *node, const char *name,
                                  char out[DEP_RECEIPT_ROOM], struct dep_problem *problem);
#endif
