/*
 * The fields of a record, asked one by one on a terminal in the reader's language.
 * Layer:   cli. What is asked, and what an answer must be, stands in the schema; but of a side only
 *          what goes with how it acted, and of an examination why, where it was of the original.
 */
#ifndef DEP_CLI_ASK_H
#define DEP_CLI_ASK_H
#include "cli/called.h"
#include "record/schema.h"

/*
 * Adds to `fields` what is answered; what stands there already isn't asked. `whole`: everything a
 * person can state, the required until it is there; else what a command doesn't fill in itself.
 * The officer at work in the register of `called` signs this officer's side, whose code isn't asked
 * for; the codes of a field are told that would do there. An answer that doesn't fit is
 * told what would, and asked again. `only`: what stands at this JSON pointer, again, as near to it
 * as can be asked, and nothing else; NULL: all. False: the terminal was closed, memory gave out, or
 * nothing that is asked lies there.
 */
bool dep_ask_fields(const struct dep_schema *schema, bool whole, const char *only,
                    struct dep_called *called, json_t *fields);
/* That a field isn't known, and why. False: memory gave out. */
bool dep_ask_absence(json_t *fields, const char *name, const char *code, const char *reason);
#endif
