/*
 * What was found of a package, signed, into a file.
 * Layer:   cli.
 */
#ifndef DEP_CLI_VERIFY_REPORT_H
#define DEP_CLI_VERIFY_REPORT_H
#include "cli/cli.h"
#include "node/verify_bag.h"

/* clang-format off */
#define DEP_VERIFY_REPORT_OPTIONS                                                                  \
    {"--key", 0, true, false,                                                                      \
     N_("file with the key that signs the report; else the register's officer does")},             \
    {"--report", 0, true, false, N_("write what is found, signed, to this new file")}
/* clang-format on */

/* Before anything is read: the register whose officer signs is opened, where one does (else NULL),
 * and nothing is written from here on but what the options name. Returns the exit status. */
int dep_verify_report_open(struct dep_args *args, struct dep_node **out);
/* Writes it, where --report asks for it, and says so. */
DEP_MUST_USE int dep_verify_report(struct dep_args *args, struct dep_node *node,
                                   struct dep_bag_verified *bag, struct dep_problem *problem);
#endif
