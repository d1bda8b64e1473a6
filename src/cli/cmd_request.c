/*
 * request: made and answered, in and out; listed and shown.
 */
#include "node/request.h"

#include "cli/acts.h"
#include "cli/verdict.h"
#include "node/charter.h"

#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
};
static const char USAGE[] = "request in|out [--file FILE] | in HEARD [--file FILE] | answer "
                            "REQUEST [--file FILE] | list | show REQUEST";

static int record_made(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                       struct dep_problem *problem)
{
    return dep_node_request(node, recording->args->positional[0], claims, &recording->notices,
                            &recording->done, problem);
}

static int record_heard(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                        struct dep_problem *problem)
{
    return dep_node_request_enter(node, recording->args->positional[1], claims, &recording->notices,
                                  &recording->done, problem);
}

static int record_answer(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                         struct dep_problem *problem)
{
    return dep_node_request_answer(node, recording->args->positional[1], claims, &recording->done,
                                   problem);
}

struct listing {
    const struct dep_args *args;
    struct dep_node *node;
    const struct dep_charter *charter; /* in force; it names who asks and who is asked */
};

static int list_one(void *context, const struct dep_act *act)
{
    const struct listing *listing = context;
    const struct dep_args *args = listing->args;
    const json_t *claims = act->head.claims;
    const char *direction = dep_json_string(claims, "direction"), *state = NULL;
    int err = dep_request_state(dep_node_schemas(listing->node), act, &state);
    if (err)
        return err;
    int64_t deadline_s = dep_request_deadline_s(claims);
    if (args->json)
        return dep_print_json(json_pack(
                   "{s:s,s:s?,s:s,s:s?,s:s?,s:s?,s:s?,s:s?,s:o*}", "request", act->head.row.jti,
                   "direction", direction, "state", state, "from", dep_json_string(claims, "from"),
                   "to", dep_json_string(claims, "to"), "purpose",
                   dep_json_string(claims, "purpose"), "our_ref",
                   dep_json_string(claims, "our_ref"), "their_ref",
                   dep_json_string(claims, "their_ref"), "deadline", dep_moment_json(deadline_s)))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf("%s  ", act->head.row.jti);
    dep_print_column(stdout, direction ? dep_word(direction) : "-", 4);
    (void)printf("  ");
    dep_print_column(stdout, dep_word(state), 12);
    (void)printf("  ");
    dep_show_moment(deadline_s);
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_RECIPIENTS, dep_json_string(claims, "from"));
    (void)printf(" > ");
    dep_show_code(listing->charter, DEP_LIST_RECIPIENTS, dep_json_string(claims, "to"));
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_PURPOSES, dep_json_string(claims, "purpose"));
    (void)printf("  ");
    dep_show_or_dash(dep_json_string(claims, "our_ref"));
    (void)printf(" / ");
    dep_show_or_dash(dep_json_string(claims, "their_ref"));
    (void)printf("\n");
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    struct listing listing = {args, node, NULL};
    int err = dep_node_charter(node, UINT64_MAX, &listing.charter, problem);
    return err ? err : dep_node_acts(node, "request.made", list_one, &listing, problem);
}

static int show(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    const char *state = NULL;
    int err = dep_node_act(node, args->positional[1], "request.made", &act, problem);
    if (!err && (err = dep_request_state(dep_node_schemas(node), &act, &state)))
        return dep_problem_fault(problem, err, "node.request", act.head.row.jti);
    return err ? err : dep_show_act(args, node, &act, state);
}

int dep_cmd_request(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "request", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "list";
    bool named = args.positional_count == 2, alone = args.positional_count <= 1;
    if (alone && (strcmp(verb, "in") == 0 || strcmp(verb, "out") == 0))
        return dep_record_known(&args, "request.made", json_pack("{s:s}", "direction", verb),
                                record_made);
    if (named && strcmp(verb, "in") == 0)
        return dep_record_command(&args, "request.made", dep_arg(&args, "--file") != NULL,
                                  record_heard);
    if (named && strcmp(verb, "answer") == 0)
        return dep_record_command(&args, "request.answered", true, record_answer);
    if (alone && strcmp(verb, "list") == 0)
        return dep_read_command(&args, list);
    if (named && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show);
    return dep_usage_error(&args, _("say in or out; in, answer or show, and the request; or list"));
}
