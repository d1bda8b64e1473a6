/*
 * What a reader of a package holds - identities, a passphrase -, and where files are to be written.
 * Layer:   cli.
 */
#ifndef DEP_CLI_VERIFY_OPEN_H
#define DEP_CLI_VERIFY_OPEN_H
#include "cli/cli.h"
#include "node/verify_items.h"

/* clang-format off */
#define DEP_VERIFY_OPEN_OPTIONS                                                                    \
    {"--extract", 0, true, false, N_("write the files of the items opened into this new folder")}, \
    {"--identity", 0, true, true,                                                                  \
     N_("file with the age identity that opens the items, or what is under seal")},                \
    {"--passphrase", 0, false, false,                                                              \
     N_("ask for the passphrase that opens the items, or what is under seal")}
/* clang-format on */

/* Was any of them given? */
bool dep_verify_opens(const struct dep_args *args);
/* Only what --extract and --report name is written from here on. Returns the exit status. */
int dep_verify_open_confine(const struct dep_args *args);
/* Step 9; without any of the options of what is in clear. */
DEP_MUST_USE int dep_verify_open(struct dep_args *args, struct dep_bag_verified *bag,
                                 struct dep_items_verified *out, struct dep_problem *problem);
#endif
