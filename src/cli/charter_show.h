/*
 * A charter in the reader's words.
 * Layer:   cli.
 */
#ifndef DEP_CLI_CHARTER_SHOW_H
#define DEP_CLI_CHARTER_SHOW_H
#include "cli/cli.h"
#include "node/charter.h"

/* `entry`: where it came into force, or NULL of one that is only a file. Returns the exit
 * status. */
int dep_charter_show(const struct dep_args *args, const struct dep_charter *charter,
                     const struct dep_charter_entry *entry);
/* A pin as it was read out, its groups parted by blanks or not. Returns the exit status. */
int dep_read_pin(const struct dep_args *args, const char *text, uint8_t out[DEP_FINGERPRINT_BYTES]);
#endif
