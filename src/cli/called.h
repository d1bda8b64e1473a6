/*
 * What codes are called that no list of the charter has: those of code.stated, and States and
 * organisations.
 * Layer:   cli.
 */
#ifndef DEP_CLI_CALLED_H
#define DEP_CLI_CALLED_H
#include "cli/cli.h"

/* What was found, each code looked up once. */
struct dep_called {
    struct dep_node *node;
    const struct dep_charter *charter; /* in force */
    const char *lang;
    json_t *found;
    bool charter_only; /* nothing is looked for in records */
};
/* `lang`: "en", "fr" or "ar". Of the charter a fault, or why there is none. */
DEP_MUST_USE int dep_called_init(struct dep_node *node, const char *lang, struct dep_called *out,
                                 struct dep_problem *problem);
void dep_called_done(struct dep_called *called);
#define DEP_AUTO_CALLED DEP_CLEANUP(dep_called_done) struct dep_called

/* "Belgium (be)"; once where both are the same. */
void dep_called_add(const char *name, const char *code, struct dep_buf *out);
/* Whether code.stated states the codes of this list. */
bool dep_called_stated(const char *list);
/* Of a list of code.stated; NULL where it is called nothing. */
const char *dep_called_code(struct dep_called *called, const char *list, const char *code);
/*
 * "Belgium (be)": as the charter's roster or recipients call it, else the newest partner.related,
 * else ISO 3166-1 a State. The code itself where nothing does.
 */
const char *dep_called_body(struct dep_called *called, const char *code);
/* Of a list of a schema that the charter doesn't have: "bodies", or one of code.stated, with the
 * code behind the name. NULL where it is none of these, or called nothing. */
const char *dep_called_listed(struct dep_called *called, const char *list, const char *code);
/* The same of codes with a blank between them, with a comma between their names. */
const char *dep_called_bodies(struct dep_called *called, const char *codes);
#endif
