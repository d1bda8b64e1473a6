/*
 * Verdicts in words: what is required, what of it is there, what is missing and who can give it.
 * Layer:   cli.
 */
#ifndef DEP_CLI_VERDICT_H
#define DEP_CLI_VERDICT_H
#include "cli/cli.h"
#include "node/release.h"

/* On stdout, for somebody who may know all of it. */
void dep_show_verdict(const struct dep_args *args, struct dep_node *node,
                      const struct dep_judgement *judgement);
/* {"verdict":{...},"unread":[{"record","type","why"}],"partial","conditions":[...]?}, these as
 * dep_node_conditions() has them, where there are any; new reference, NULL without memory. */
json_t *dep_verdict_json(const struct dep_args *args, struct dep_node *node,
                         const struct dep_judgement *judgement);
/* All of it, and the record that was made (`done` may be NULL, or hold none). Returns the exit
 * status: wanting unless the outcome is yes. */
int dep_tell_judgement(const struct dep_args *args, struct dep_node *node,
                       const struct dep_judgement *judgement, const struct dep_done *done);
/* The same of what is being prepared, and besides what of it the recipient couldn't judge again:
 * "unseen" of the object; of a case (`left_out` not NULL) its "materials" and what is "left_out".
 */
int dep_tell_prepared(const struct dep_args *args, struct dep_node *node,
                      const struct dep_judgement *judgement, const json_t *claims,
                      const json_t *left_out, const struct dep_done *done);
/* What a prepared release is about, a line an item, behind so many blanks. */
void dep_show_materials(struct dep_node *node, const json_t *claims, int indent);
/* The same of a case, and what of it doesn't go and why. */
void dep_show_expanded(struct dep_node *node, const json_t *claims, const json_t *left_out);
void dep_show_left_out(struct dep_node *node, const json_t *left_out);
/* What may be said to whoever asked from outside: the same, whatever the reason. */
void dep_tell_outward(void);
/* What a code of the charter is called in the reader's language; the code where it has no name. */
const char *dep_code_name(const struct dep_charter *charter, enum dep_list list, const char *code);
/* Which list of the charter is called so ("purposes"); false where none is. */
bool dep_list_find(const char *name, enum dep_list *out);
/* The same as dep_code_name() of a member's id. */
const char *dep_member_name(const struct dep_charter *charter, const char *id);
/* Of a State or an organisation, by the charter's roster or its recipients; NULL where it is in
 * neither. */
const char *dep_body_name(const struct dep_charter *charter, const char *code, const char *lang);
/* In a line of a list: the name, and the code behind it where that is another; "-" for NULL. */
void dep_show_code(const struct dep_charter *charter, enum dep_list list, const char *code);
/* The same by the name of a list as a schema's "list" gives it: one of the charter's, "members" or
 * "needs". False, and nothing shown, where that is neither. */
bool dep_show_listed(const struct dep_charter *charter, const char *list, const char *code);
/* The conditions of the consents that a verdict rests on, as dep_node_conditions() has them;
 * nothing where there are none. */
void dep_show_conditions(const struct dep_charter *charter, const json_t *conditions, int indent);
#endif
