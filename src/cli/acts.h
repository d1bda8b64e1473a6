/*
 * What the commands about requests, consents, assurances, markings, cases and reviews share: one
 * record made from what is stated, acts listed and shown.
 *
 * Layer:   cli.
 */
#ifndef DEP_CLI_ACTS_H
#define DEP_CLI_ACTS_H
#include "cli/cli.h"
#include "node/act.h"

/* ---- recording ---- */
struct dep_recording {
    struct dep_args *args;
    struct dep_notices notices; /* for the use-case: gathered, said after what was recorded */
    json_t *said, *more;        /* gathered notices; further members of the answer: strings */
    struct dep_done done;
};
/* The use-case: fills `recording->done`. */
typedef int dep_recording_fn(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                             struct dep_problem *problem);
/* A member of the answer besides record, type and index: shown with its word. False without
 * memory. */
bool dep_recording_add(struct dep_recording *recording, const char *name, const char *value);
/* Reads the fields of `type` (none where not `stated`), opens the register, runs, answers. Returns
 * the exit status. */
int dep_record_command(struct dep_args *args, const char *type, bool stated, dep_recording_fn *run);
/* The same, stated; `known` (taken) is said by the command already, and isn't asked for. */
int dep_record_known(struct dep_args *args, const char *type, json_t *known, dep_recording_fn *run);

/* ---- reading ---- */
/* --within DAYS in seconds, 30 days without it; false where it is no number of days. */
bool dep_within(const struct dep_args *args, int64_t *out_s);
/* Opens the register for reading, runs, says what went wrong. Returns the exit status. */
typedef int dep_reading_fn(struct dep_args *args, struct dep_node *node,
                           struct dep_problem *problem);
int dep_read_command(struct dep_args *args, dep_reading_fn *run);
/* One act with all later records; `state` is its stable word, or NULL. 0 or DEP_ERR_IO. */
int dep_show_act(const struct dep_args *args, struct dep_node *node, const struct dep_act *act,
                 const char *state);
/* A protected text in a line of a list; "-" where it is NULL. */
void dep_show_or_dash(const char *text);
/* A moment in a line of a list, as wide as every other; blank where it is INT64_MIN or
 * INT64_MAX. */
void dep_show_moment(int64_t unix_s);
/* The same as JSON: NULL (left out by "s:o*") where open. */
json_t *dep_moment_json(int64_t unix_s);
#endif
