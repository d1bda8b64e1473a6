/*
 * Codes of the lists that a field names: those of the charter, and those of code.stated.
 * Layer:   cli.
 */
#ifndef DEP_CLI_LISTED_H
#define DEP_CLI_LISTED_H
#include "cli/called.h"

/* What may be stated in one field. */
struct dep_listed {
    json_t *codes; /* by code what it is called, or null; NULL: there is no list */
    bool open;     /* any other may be stated, too: none is shown or refused */
    bool any;      /* the word "any" may be */
    bool stated;   /* they are those of code.stated */
    bool bodies;   /* States are among them, by their codes in small letters */
    char found[8]; /* by its name */
};
/*
 * `form` names a list in its metadata ("purposes", "members", "incidents"). Of a type that is held
 * to it as it is now, what is in the list now; of a record of the mandate, which is held to it as
 * it was at the time it is about, what ever was; of bodies, and of what may come from anywhere,
 * only the names are known. A fault, or why there is no charter.
 */
DEP_MUST_USE int dep_listed_of(struct dep_called *called, const char *type, const json_t *form,
                               struct dep_listed *out, struct dep_problem *problem);
void dep_listed_done(struct dep_listed *listed);
#define DEP_AUTO_LISTED DEP_CLEANUP(dep_listed_done) struct dep_listed

/* On stderr; where there is none yet, how there comes to be one. */
void dep_listed_show(const struct dep_listed *listed);
/* That an answer is none of them, and which are. */
void dep_listed_refuse(const struct dep_listed *listed);
bool dep_listed_has(const struct dep_listed *listed, const char *code);
/* The code that is called so in the reader's language, of an open list also by ISO 3166-1 in any of
 * ours; NULL where none is. Borrowed of `listed`. */
const char *dep_listed_named(struct dep_listed *listed, const char *answer);

/* What stands behind a value that it means: without the value itself, where that comes first ("A:
 * no doubt of it"); NULL where it means nothing else. Borrowed of `meaning`, which may be NULL. */
const char *dep_listed_meaning(const char *value, const char *meaning);
/* A line on stderr: what is typed, and what it means where that is something else. */
void dep_listed_choice(const char *value, const char *meaning);
/* Whether an answer is this name: capitals count as small letters, an apostrophe and a blank as
 * keyboards have them, and Arabic, which is typed without them, as if no vowel signs stood in it.
 */
bool dep_is_called(const char *name, const char *answer);
#endif
