/*
 * item check.
 * Layer:   cli.
 */
#ifndef DEP_CLI_ITEM_CHECK_H
#define DEP_CLI_ITEM_CHECK_H
#include "cli/cli.h"

/*
 * The items that are named, or --all. With an officer's key each check is recorded. Without one
 * (none here, no passphrase, a register that can't be written) what needs no key is checked, and
 * the rest said: exit 1, since that is less than was asked for, unless --no-key asked for no more.
 */
int dep_item_check(struct dep_args *args);
#endif
