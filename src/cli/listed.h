/*
 * Codes of the charter's lists, for whoever is asked for one.
 * Layer:   cli.
 */
#ifndef DEP_CLI_LISTED_H
#define DEP_CLI_LISTED_H
#include "rules/charter.h"

/* A line on stderr: what is typed, and what it means where that is something else. */
void dep_listed_choice(const char *value, const char *meaning);
/*
 * `form` names a list in its metadata ("purposes", "members"), or none: then nothing is shown, and
 * every code is one of it; as where `charter` is NULL. What isn't in its list at `now_s` isn't
 * shown, and none of it.
 */
void dep_listed_show(const struct dep_charter *charter, int64_t now_s, const json_t *form);
/* "any" is one of each list: where it may not stand, dep_stated_codes() says so. */
bool dep_listed_has(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                    const char *code);
/* The code that is called so in the reader's language; NULL where none is. Borrowed of the
 * charter. */
const char *dep_listed_named(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                             const char *answer);
/* Whether an answer is this name: capitals count as small letters, an apostrophe and a blank as
 * keyboards have them, and Arabic, which is typed without them, as if no vowel signs stood in it.
 */
bool dep_is_called(const char *name, const char *answer);
#endif
