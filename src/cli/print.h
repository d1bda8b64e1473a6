/*
 * What print is made of, one file a kind where it takes more than a few lines.
 * Layer:   cli.
 */
#ifndef DEP_CLI_PRINT_H
#define DEP_CLI_PRINT_H
#include "node/node.h"
#include "report/paper.h"

/*
 * The letter that goes with a record: a request of ours, the answer to one that came in (named by
 * either), a release. "print.no_letter" where the record has none (yet).
 */
DEP_MUST_USE int dep_print_letter(const struct dep_paper *paper, struct dep_node *node,
                                  const char *name, struct dep_problem *problem);
#endif
