/*
 * What somebody typed to a question: the line, and the value that it is.
 * Layer:   cli.
 */
#ifndef DEP_CLI_ANSWER_H
#define DEP_CLI_ANSWER_H
#include "record/schema.h"

enum { DEP_ANSWER_MAX = 16 * 1024 };

/* Asks on stderr until a line comes whole, without the blanks around it. False: the terminal was
 * closed. */
bool dep_answer_read(const char *label, char out[DEP_ANSWER_MAX]);
/*
 * NULL where the answer is none of this form. Of numbers, dates and codes the digits are turned
 * into ASCII; a text is in `lang`, in which choices are called as well. A language may be called by
 * its name. Of a file's fingerprint the
 * file may be named: that it can't be read is said. The schema is still to judge the value.
 */
json_t *dep_answer_value(const struct dep_schema *schema, const json_t *form, const char *lang,
                         const char *answer);
/* Whether an answer is a day that its month doesn't have. */
bool dep_answer_no_day(const char *answer);
/* Is it one of the definitions, by that name ("text", "place")? */
bool dep_form_refers(const json_t *form, const char *name);
#endif
