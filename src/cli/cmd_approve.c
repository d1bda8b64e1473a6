/*
 * approve, refuse, withdraw: the acts beside a release.
 */
#include "cli/acts.h"
#include "cli/show.h"
#include "cli/verdict.h"
#include "node/release_case.h"

#include <string.h>

static const struct dep_option FIELDS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is left out")},
};

/* One record about the one that is named. */
static int record_about(struct dep_args *args, const char *type, bool stated, dep_recording_fn *run)
{
    return args->positional_count == 1 ? dep_record_command(args, type, stated, run)
                                       : dep_usage_error(args, _("name one record"));
}

/* ---- approve ---- */

/* What is there by now, what is missing, and under which conditions. Where it can't be judged that
 * is said: whoever approves may not read all that the rules ask for. */
static void show_judged(struct dep_args *args, struct dep_node *node, const struct dep_view *view)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_moment moment = dep_node_moment(node);
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    int err =
        dep_node_judge(node, &moment, "release.prepared", view->claims, view, &judgement, &problem);
    if (err)
        (void)dep_say_problem(args, err, &problem);
    else
        dep_show_verdict(args, node, &judgement);
}

/* Nobody approves on a terminal what they haven't seen there, nor what of its case stays behind. */
static int confirm(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    json_t *found = NULL;
    int err = dep_node_act(node, args->positional[0], "release.prepared", &act, problem);
    if (!err)
        err = dep_release_case_left_out(node, act.head.claims, &found, problem);
    DEP_AUTO_JSON *left_out = found;
    if (err)
        return err;
    dep_show_view(node, &act.head);
    dep_show_left_out(node, left_out);
    show_judged(args, node, &act.head);
    return dep_confirm(_("Approve exactly this?"))
               ? DEP_OK
               : dep_problem_found(problem, "approval.declined", "MANDATE F16", "");
}

static int record_approval(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                           struct dep_problem *problem)
{
    struct dep_args *args = recording->args;
    bool reject = dep_flag(args, "--reject");
    bool ask = !reject && !args->json && !dep_flag(args, "--yes") && dep_is_terminal();
    int err = ask ? confirm(args, node, problem) : DEP_OK;
    return err ? err
               : dep_node_release_approve(node, args->positional[0], !reject,
                                          dep_json_object(claims, "remark"), &recording->done,
                                          problem);
}

int dep_cmd_approve(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--file", 0, true, false, N_("JSON file with a remark (\"-\": standard input)")},
        {"--yes", 'y', false, false, N_("don't ask")},
        {"--reject", 0, false, false, N_("say no, or take an approval back")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "approve", "approve PREPARED [--reject]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    return record_about(&args, "approval.given", dep_arg(&args, "--file") != NULL, record_approval);
}

/* ---- refuse ---- */

static int record_refusal(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                          struct dep_problem *problem)
{
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    int err = dep_node_release_refuse(node, recording->args->positional[0],
                                      dep_json_object(claims, "reason"), &judgement,
                                      &recording->done, problem);
    if (!err && !recording->args->json)
        dep_tell_outward();
    return err;
}

int dep_cmd_refuse(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "refuse", "refuse PREPARED --file FILE", FIELDS,
                                DEP_COUNT(FIELDS), argc, argv);
    return status ? status - 1 : record_about(&args, "release.refused", true, record_refusal);
}

/* ---- withdraw ---- */

static int record_withdrawal(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                             struct dep_problem *problem)
{
    return dep_node_release_withdraw(node, recording->args->positional[0], claims, &recording->done,
                                     problem);
}

static int record_acknowledged(struct dep_node *node, json_t *claims,
                               struct dep_recording *recording, struct dep_problem *problem)
{
    return dep_node_withdrawal_acknowledged(node, recording->args->positional[1], claims,
                                            &recording->done, problem);
}

int dep_cmd_withdraw(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "withdraw", "withdraw RELEASE --file FILE | acknowledged WITHDRAWAL --file FILE",
        FIELDS, DEP_COUNT(FIELDS), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count == 2 && strcmp(args.positional[0], "acknowledged") == 0)
        return dep_record_command(&args, "withdrawal.acknowledged", true, record_acknowledged);
    return record_about(&args, "release.withdrawn", true, record_withdrawal);
}
