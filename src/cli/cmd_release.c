/*
 * release: prepare, explain, release, list, judge again, review.
 */
#include "cli/report.h"
#include "cli/show.h"
#include "cli/verdict.h"
#include "codec/text.h"
#include "node/charter.h"
#include "node/release_case.h"

#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is left out")},
    {"--dry-run", 'n', false, false,
     N_("only tell what is required, what is there and what is missing; record nothing")},
    {"--limit", 0, true, false, N_("list: at most so many")},
};

/* ---- prepare ---- */

/* Those that the command names, behind what the file does. */
static bool add_materials(const struct dep_args *args, json_t *claims)
{
    json_t *materials = json_object_get(claims, "materials");
    if (!materials) {
        materials = json_array();
        if (json_object_set_new(claims, "materials", materials))
            return false;
    }
    for (size_t i = 1; i < args->positional_count; i++)
        if (json_array_append_new(materials, json_pack("{s:s}", "item", args->positional[i])))
            return false;
    return true;
}

/* Of a case what goes and what doesn't is told: nobody typed it. */
static int tell_required(struct dep_args *args, struct dep_node *node, const json_t *claims,
                         const json_t *left_out, const struct dep_view *prepared,
                         const struct dep_done *done)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_moment moment = dep_node_moment(node);
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    int err =
        dep_node_judge(node, &moment, "release.prepared", claims, prepared, &judgement, &problem);
    if (left_out && !args->json)
        dep_show_expanded(node, claims, left_out);
    return err ? dep_say_problem(args, err, &problem)
               : dep_tell_prepared(args, node, &judgement, claims, left_out, done);
}

struct preparing {
    struct dep_node *node;
    bool dry;
    json_t *left_out;
    struct dep_view view; /* of what was prepared; of a dry run only its claims */
    struct dep_done done;
};

static int prepare_one(void *context, json_t *claims, struct dep_problem *problem)
{
    struct preparing *preparing = context;
    struct dep_node *node = preparing->node;
    json_t *left_out = NULL;
    int err = preparing->dry
                  ? dep_node_release_complete(node, claims, &left_out, problem)
                  : dep_node_release_prepare(node, claims, &left_out, &preparing->done, problem);
    if (!err && preparing->dry)
        preparing->view.claims = json_incref(claims);
    else if (!err)
        err = dep_node_view(node, preparing->done.jti, true, &preparing->view, problem);
    json_decref(preparing->left_out);
    preparing->left_out = left_out;
    return err;
}

/* So that nobody answers in vain. */
static int find_named(struct dep_node *node, const json_t *known, struct dep_problem *problem)
{
    DEP_AUTO_JSON *named = json_deep_copy(known);
    json_t *found = NULL;
    if (!named)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.release", "materials");
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = dep_node_release_complete(node, named, &found, problem);
    json_decref(found);
    return err;
}

/* Where it was prepared it was, whatever is missing yet. */
static int tell_prepared(struct dep_args *args, const struct preparing *preparing)
{
    const struct dep_view *view = &preparing->view;
    if (preparing->dry)
        return tell_required(args, preparing->node, view->claims, preparing->left_out, NULL, NULL);
    int status = tell_required(args, preparing->node, view->claims, preparing->left_out, view,
                               &preparing->done);
    return status == DEP_EXIT_WANTING ? DEP_EXIT_YES : status;
}

static int prepare(struct dep_args *args, struct dep_node *node)
{
    static const char TYPE[] = "release.prepared";
    int status = DEP_EXIT_YES;
    bool asked = !dep_arg(args, "--file");
    DEP_AUTO_JSON *known = asked && args->positional_count > 1 ? json_object() : NULL;
    bool failed = known && !add_materials(args, known);
    struct dep_problem problem = {.detail = ""};
    int err = known && !failed ? find_named(node, known, &problem) : DEP_OK;
    if (err)
        return dep_say_problem(args, err, &problem);
    DEP_AUTO_JSON *claims = failed ? NULL : dep_fields_read(args, TYPE, known, node, &status);
    failed = failed || (claims && !asked && !add_materials(args, claims));
    if (failed) {
        dep_say(_("out of memory"));
        return DEP_EXIT_FAULT;
    }
    if (!claims)
        return status;
    struct preparing preparing = {.node = node, .dry = dep_flag(args, "--dry-run")};
    status = dep_fields_attempt(args, node, TYPE, claims, prepare_one, &preparing);
    if (!status)
        status = tell_prepared(args, &preparing);
    json_decref(preparing.left_out);
    dep_view_done(&preparing.view);
    return status;
}

/* ---- release itself ---- */

static int dry_run(struct dep_args *args, struct dep_node *node, const char *name)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_ACT act = {.later = NULL};
    json_t *found = NULL;
    int err = dep_node_act(node, name, "release.prepared", &act, &problem);
    if (!err)
        err = dep_act_readable(&act, &problem);
    if (!err)
        err = dep_node_release_ended(node, &act, &problem);
    if (!err)
        err = dep_release_case_left_out(node, act.head.claims, &found, &problem);
    DEP_AUTO_JSON *left_out = found;
    if (err)
        return dep_say_problem(args, err, &problem);
    if (!args->json && !left_out)
        dep_show_expanded(node, act.head.claims, NULL);
    return tell_required(args, node, act.head.claims, left_out, &act.head, NULL);
}

static int release(struct dep_args *args, struct dep_node *node)
{
    const char *name = args->positional[0];
    int status = DEP_EXIT_YES;
    if (args->positional_count != 1)
        return dep_usage_error(args, _("name one prepared release"));
    if (dep_flag(args, "--dry-run"))
        return dry_run(args, node, name);
    struct dep_problem problem = {.detail = ""};
    struct dep_done done = {.jti = ""};
    DEP_AUTO_JSON *fields =
        dep_arg(args, "--file") ? dep_fields_read(args, "release.made", NULL, node, &status) : NULL;
    if (status)
        return status;
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    int err = dep_node_release(node, name, dep_json_object(fields, "sent_how"), &judgement, &done,
                               &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (judgement.verdict.outcome != DEP_YES && !args->json)
        dep_tell_outward();
    return dep_tell_judgement(args, node, &judgement, &done);
}

/* ---- list ---- */

static const char *state_of(const struct dep_released *released)
{
    return released->release   ? "release.state.made"
           : released->refused ? "release.state.refused"
                               : "release.state.prepared";
}

enum { INDENT = 6 };

struct listing {
    const struct dep_args *args;
    struct dep_node *node;
    const struct dep_charter *charter; /* in force; it names recipients and purposes */
    struct dep_problem *problem;
    struct dep_page page;
};

static int list_json(const struct dep_released *released, json_t *conditions)
{
    const struct dep_view *prepared = released->prepared;
    char review_by[24] = "";
    if (released->review_by_s != INT64_MAX)
        dep_time_encode(released->review_by_s, review_by);
    return dep_print_json(json_pack(
               "{s:s,s:s?,s:s?,s:s,s:s?,s:s?,s:b,s:I,s:I,s:b,s:s?,s:O*,s:O*,s:O*}", "prepared",
               prepared->row.jti, "release", released->release ? released->release->row.jti : NULL,
               "refused", released->refused ? released->refused->jti : NULL, "state",
               state_of(released) + sizeof "release.state." - 1, "recipient",
               dep_json_string(prepared->claims, "recipient"), "purpose",
               dep_json_string(prepared->claims, "purpose"), "urgent",
               (int)dep_json_true(prepared->claims, "urgent"), "approvals",
               (json_int_t)released->approvals, "withdrawals", (json_int_t)released->withdrawals,
               "reviewed", (int)released->reviewed, "review_by", review_by[0] ? review_by : NULL,
               "materials", dep_json_array(prepared->claims, "materials"), "conditions", conditions,
               "answers", released->answers))
               ? DEP_OK
               : DEP_ERR_IO;
}

/* What each of those to whom it was released says of it since it was withdrawn. */
static void show_answers(const json_t *answers)
{
    size_t i;
    json_t *answer;
    json_array_foreach(answers, i, answer)
    {
        char id[64];
        const char *outcome = dep_json_string(answer, "outcome"),
                   *erased = dep_json_string(answer, "erased"),
                   *officer = dep_json_string(answer, "officer");
        int64_t passed_on = 0, left = 0, derived = 0;
        (void)dep_json_int(answer, "passed_on", &passed_on);
        (void)dep_json_int(answer, "passed_on_left", &left);
        (void)dep_json_int(answer, "derived_kept", &derived);
        (void)snprintf(id, sizeof id, "withdrawal.%s", outcome ? outcome : "none");
        (void)printf("%*s%s  %s", INDENT, "", dep_json_string(answer, "withdrawal"), dep_word(id));
        if (erased && officer)
            (void)printf(_(": %s, by %s"), erased, officer);
        if (passed_on)
            (void)printf(_("; passed on: %lld, of these not known to be erased: %lld"),
                         (long long)passed_on, (long long)left);
        if (derived)
            (void)printf(_("; items made of it that are kept there: %lld"), (long long)derived);
        (void)printf("\n");
    }
}

static void list_text(const struct listing *listing, const struct dep_released *released)
{
    const struct dep_view *shown = released->release ? released->release : released->prepared;
    const json_t *claims = released->prepared->claims;
    bool urgent = dep_json_true(claims, "urgent");
    (void)printf("%s  ", shown->row.jti);
    dep_show_time(shown->row.iat);
    (void)printf("  ");
    dep_print_column(stdout, dep_word(state_of(released)), 12);
    (void)printf(" ");
    dep_show_code(listing->charter, DEP_LIST_RECIPIENTS, dep_json_string(claims, "recipient"));
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_PURPOSES, dep_json_string(claims, "purpose"));
    (void)printf("%s%s", released->withdrawals ? "  " : "",
                 released->withdrawals ? _("withdrawn") : "");
    (void)printf("%s%s", urgent ? "  " : "", urgent ? _("URGENT THREAT TO LIFE") : "");
    if (released->review_by_s != INT64_MAX) {
        (void)printf("  ");
        dep_print_label(stdout, _("To be reviewed by"));
        dep_show_time(released->review_by_s);
    }
    (void)printf("\n");
    show_answers(released->answers);
    dep_show_materials(listing->node, claims, INDENT);
}

/* With what it goes under: the conditions of the consents that its verdict rests on. */
static int list_one(void *context, const struct dep_released *released)
{
    struct listing *listing = context;
    if (dep_page_next(&listing->page))
        return DEP_FOUND;
    const json_t *verdict =
        released->release ? dep_json_object(released->release->claims, "verdict") : NULL;
    json_t *found = NULL;
    int err =
        verdict ? dep_node_conditions(listing->node, verdict, &found, listing->problem) : DEP_OK;
    DEP_AUTO_JSON *conditions = found;
    if (err < 0)
        return err;
    if (listing->args->json)
        return list_json(released, conditions);
    list_text(listing, released);
    if (err)
        (void)printf("%*s%s\n", INDENT, "", dep_word(listing->problem->finding.id));
    dep_show_conditions(listing->charter, conditions, INDENT);
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct listing listing = {.args = args, .node = node, .problem = &problem};
    uint64_t limit;
    if (!dep_report_limit(args, &limit))
        return dep_usage_error(args, _("--limit needs a number, not %s"), dep_arg(args, "--limit"));
    int err = dep_node_charter(node, UINT64_MAX, &listing.charter, &problem);
    if (!err)
        err = dep_page_begin(&listing.page, args, node, &problem);
    if (!err)
        err = dep_node_releases(node, list_one, &listing, &problem);
    err = dep_page_end(&listing.page, err);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

/* ---- judge again, review ---- */

static int judge_again(struct dep_args *args, struct dep_node *node)
{
    static const char *const words[] = {[DEP_AGAIN_SAME] = "again.same",
                                        [DEP_AGAIN_DIFFERS] = "again.differs",
                                        [DEP_AGAIN_UNPROVED] = "again.unproved"};
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    enum dep_again again;
    if (args->positional_count != 2)
        return dep_usage_error(args, _("name one release, refusal or mission"));
    int err = dep_node_judge_again(node, args->positional[1], &again, &judgement, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    int status = again == DEP_AGAIN_SAME ? DEP_EXIT_YES : DEP_EXIT_WANTING;
    bool judged = judgement.known.charter != NULL;
    if (args->json) {
        json_t *object = judged ? dep_verdict_json(args, node, &judgement) : json_object();
        if (object &&
            json_object_set_new(object, "again", json_string(words[again] + sizeof "again." - 1))) {
            json_decref(object);
            object = NULL;
        }
        return dep_finish_output(dep_print_json(object) ? status : DEP_EXIT_FAULT);
    }
    if (judged)
        dep_show_verdict(args, node, &judgement);
    (void)printf("%s\n", dep_word(words[again]));
    return dep_finish_output(status);
}

static int record_review(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                         struct dep_problem *problem)
{
    return dep_node_release_review(node, recording->args->positional[1], claims, &recording->done,
                                   problem);
}

int dep_cmd_release(int argc, char **argv)
{
    static const struct {
        const char *verb;
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
    } table[] = {{"prepare", prepare, true}, {"list", list, false}, {"judge", judge_again, false}};
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "release",
        "release prepare [ITEM|CASE…] [--file FILE] | PREPARED | --dry-run PREPARED | "
        "list [--limit N] | "
        "judge RELEASE | review RELEASE --file FILE",
        OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count == 0)
        return dep_usage_error(&args, _("name one prepared release"));
    if (args.positional_count == 2 && strcmp(args.positional[0], "review") == 0)
        return dep_record_command(&args, "urgency.reviewed", true, record_review);
    int (*run)(struct dep_args * args, struct dep_node * node) = release;
    bool write = !dep_flag(&args, "--dry-run");
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(table[i].verb, args.positional[0]) == 0) {
            run = table[i].run;
            write = write && table[i].write;
        }
    status = write ? dep_confine_command(&args, true) : DEP_EXIT_YES;
    struct dep_node *node = status ? NULL : dep_open_node(&args, write, &status);
    if (!node)
        return status;
    status = run(&args, node);
    dep_node_close(node);
    return status;
}
