/*
 * mission: recorded where consents cover it, listed, shown, and ended.
 */
#include "node/mission.h"

#include "cli/report.h"
#include "cli/verdict.h"
#include "node/charter.h"

#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is left out")},
    {"--limit", 0, true, false, N_("list: at most so many")},
};

struct planned {
    struct dep_node *node;
    struct dep_judgement judgement;
    struct dep_done done;
};

static int judge_mission(void *context, json_t *claims, struct dep_problem *problem)
{
    struct planned *planned = context;
    return dep_node_mission(planned->node, claims, &planned->judgement, &planned->done, problem);
}

static int record_mission(struct dep_args *args)
{
    int status = dep_confine_command(args, true);
    if (status)
        return status;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node = dep_fields_open(args, "mission.recorded", NULL, NULL, &claims, &status);
    if (!node)
        return status;
    struct planned planned = {.node = node};
    status = dep_fields_attempt(args, node, "mission.recorded", claims, judge_mission, &planned);
    if (!status)
        status = dep_tell_judgement(args, node, &planned.judgement, &planned.done);
    dep_judgement_done(&planned.judgement);
    dep_node_close(node);
    return status;
}

static int record_end(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                      struct dep_problem *problem)
{
    return dep_node_mission_end(node, recording->args->positional[1], claims, &recording->done,
                                problem);
}

/* ---- reading ---- */

struct listing {
    const struct dep_args *args;
    const struct dep_charter *charter; /* in force; it names partners, purposes and territories */
    struct dep_page page;
};

static int list_json(const struct dep_mission_now *now)
{
    const json_t *claims = now->act->head.claims;
    return dep_print_json(json_pack(
               "{s:s,s:s,s:o*,s:o*,s:O*,s:s?,s:s?,s:s?}", "mission", now->act->head.row.jti,
               "state", now->state, "from", dep_moment_json(now->from_s), "to",
               dep_moment_json(now->to_s), "territories", json_object_get(claims, "territories"),
               "recipient", dep_json_string(claims, "recipient"), "purpose",
               dep_json_string(claims, "purpose"), "line", dep_json_string(claims, "line")))
               ? DEP_OK
               : DEP_ERR_IO;
}

static int list_one(void *context, const struct dep_mission_now *now)
{
    struct listing *listing = context;
    if (dep_page_next(&listing->page))
        return DEP_FOUND;
    const json_t *claims = now->act->head.claims;
    size_t i;
    json_t *territory;
    if (listing->args->json)
        return list_json(now);
    (void)printf("%s  ", now->act->head.row.jti);
    dep_show_moment(now->from_s);
    (void)printf("  ");
    dep_show_moment(now->to_s);
    (void)printf("  ");
    dep_print_column(stdout, dep_word(now->state), 0);
    (void)printf("  ");
    json_array_foreach(dep_json_array(claims, "territories"), i, territory)
    {
        (void)printf("%s", i ? ", " : "");
        dep_show_code(listing->charter, DEP_LIST_TERRITORIES, json_string_value(territory));
    }
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_RECIPIENTS, dep_json_string(claims, "recipient"));
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_PURPOSES, dep_json_string(claims, "purpose"));
    (void)printf("\n");
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    struct listing listing = {.args = args};
    int err = dep_node_charter(node, UINT64_MAX, &listing.charter, problem);
    if (!err)
        err = dep_page_begin(&listing.page, args, node, problem);
    if (!err)
        err = dep_node_missions(node, list_one, &listing, problem);
    return dep_page_end(&listing.page, err);
}

static int show(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    struct dep_mission_now now = {.state = NULL};
    int err = dep_node_act(node, args->positional[1], "mission.recorded", &act, problem);
    if (!err)
        err = dep_node_mission_now(node, &act, &now, problem);
    return err ? err : dep_show_act(args, node, &act, now.state);
}

int dep_cmd_mission(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "mission",
                                "mission [--file FILE] | end MISSION [--file FILE] | "
                                "list [--limit N] | show MISSION",
                                OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "";
    uint64_t limit;
    if (args.positional_count == 0)
        return record_mission(&args);
    if (args.positional_count == 2 && strcmp(verb, "end") == 0)
        return dep_record_command(&args, "mission.ended", true, record_end);
    if (!dep_report_limit(&args, &limit))
        return dep_usage_error(&args, _("--limit needs a number, not %s"),
                               dep_arg(&args, "--limit"));
    if (args.positional_count == 1 && strcmp(verb, "list") == 0)
        return dep_read_command(&args, list);
    if (args.positional_count == 2 && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show);
    return dep_usage_error(&args, _("say end or show, and the mission; list; or nothing"));
}
