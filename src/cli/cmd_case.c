/*
 * case and mark: proceedings by an opaque id, and what the material is marked with.
 */
#include "node/case.h"

#include "cli/acts.h"
#include "cli/show.h"
#include "cli/verdict.h"
#include "node/charter.h"
#include "node/evidence.h"
#include "node/marking.h"

#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
};

/* ---- cases ---- */

static int record_opened(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                         struct dep_problem *problem)
{
    char id[DEP_UUID_LEN + 1];
    int err = dep_node_case_open(node, claims, id, &recording->done, problem);
    if (err)
        return err;
    return dep_recording_add(recording, "case", id)
               ? DEP_OK
               : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.case", id);
}

static int record_stage(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                        struct dep_problem *problem)
{
    return dep_node_case_stage(node, recording->args->positional[1], claims, &recording->done,
                               problem);
}

static int record_judge(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                        struct dep_problem *problem)
{
    return dep_node_case_judge(node, recording->args->positional[1], claims, &recording->done,
                               problem);
}

struct listing {
    const struct dep_args *args;
    const struct dep_charter *charter; /* in force */
};

static int list_one(void *context, const struct dep_case *of_case)
{
    const struct listing *listing = context;
    const struct dep_args *args = listing->args;
    const json_t *claims = of_case->opened.head.claims;
    const char *authority = dep_json_string(claims, "authority");
    const char *jurisdiction = dep_json_string(claims, "jurisdiction");
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s,s:s?,s:s?,s:s?}", "case", of_case->id, "record",
                                        of_case->opened.head.row.jti, "stage", of_case->stage,
                                        "authority", authority, "jurisdiction", jurisdiction))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf("%s  ", of_case->id);
    dep_show_time(of_case->opened.head.row.iat);
    (void)printf("  ");
    dep_print_column(stdout, of_case->stage ? dep_word(of_case->stage) : "-", 14);
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_RECIPIENTS, authority);
    (void)printf("  ");
    dep_show_code(listing->charter, DEP_LIST_TERRITORIES, jurisdiction);
    (void)printf("\n");
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    struct listing listing = {args, NULL};
    int err = dep_node_charter(node, UINT64_MAX, &listing.charter, problem);
    return err ? err : dep_node_cases(node, list_one, &listing, problem);
}

/* What is referenced and what was given, in words or as two arrays. */
struct showing {
    const struct dep_args *args;
    struct dep_node *node;
    json_t *material, *ledger;
    const struct dep_charter *charter; /* in force */
};

static int show_marked(void *context, const struct dep_view *marking)
{
    struct showing *showing = context;
    if (showing->args->json)
        return json_array_append_new(showing->material, json_string(marking->row.item))
                   ? DEP_ERR_NOMEM
                   : DEP_OK;
    (void)printf("  ");
    dep_show_item(showing->node, marking->row.item);
    (void)printf("\n");
    return DEP_OK;
}

static int show_released(void *context, const struct dep_released *released)
{
    struct showing *showing = context;
    const struct dep_view *prepared = released->prepared, *made = released->release;
    if (!made)
        return DEP_OK;
    const char *recipient = dep_json_string(prepared->claims, "recipient");
    const json_t *materials = dep_json_array(prepared->claims, "materials");
    if (showing->args->json)
        return json_array_append_new(showing->ledger,
                                     json_pack("{s:s,s:o,s:s?,s:O*,s:I}", "release", made->row.jti,
                                               "when", dep_moment_json(made->row.iat), "recipient",
                                               recipient, "materials", materials, "withdrawals",
                                               (json_int_t)released->withdrawals))
                   ? DEP_ERR_NOMEM
                   : DEP_OK;
    (void)printf("  ");
    dep_show_time(made->row.iat);
    (void)printf("  ");
    dep_show_code(showing->charter, DEP_LIST_RECIPIENTS, recipient);
    (void)printf("  %s%s%s\n", made->row.jti, released->withdrawals ? "  " : "",
                 released->withdrawals ? _("withdrawn") : "");
    dep_show_materials(showing->node, prepared->claims, 6);
    return DEP_OK;
}

static int show(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_CASE of_case = {.stage = NULL};
    DEP_AUTO_JSON *material = json_array();
    DEP_AUTO_JSON *ledger = json_array();
    struct showing showing = {args, node, material, ledger, NULL};
    int err = dep_node_charter(node, UINT64_MAX, &showing.charter, problem);
    if (!err)
        err = dep_node_case(node, args->positional[1], &of_case, problem);
    if (!err && !args->json)
        err = dep_show_act(args, node, &of_case.opened, of_case.stage);
    if (!err && !args->json)
        (void)printf("\n%s\n", _("Material referenced:"));
    if (!err)
        err = dep_node_marked_for(node, of_case.id, show_marked, &showing, problem);
    if (!err && !args->json)
        (void)printf("\n%s\n", _("What was given, and when:"));
    if (!err)
        err = dep_node_ledger(node, of_case.id, show_released, &showing, problem);
    if (!err && args->json)
        err = dep_print_json(json_pack("{s:s,s:s?,s:o,s:O,s:O}", "case", of_case.id, "stage",
                                       of_case.stage, "opened", dep_view_json(&of_case.opened.head),
                                       "material", material, "ledger", ledger))
                  ? DEP_OK
                  : DEP_ERR_IO;
    return err;
}

int dep_cmd_case(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "case",
        "case open [--file FILE] | stage|judge CASE [--file FILE] | list | show CASE", OPTIONS,
        DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "list";
    bool named = args.positional_count == 2, alone = args.positional_count <= 1;
    if (alone && strcmp(verb, "open") == 0)
        return dep_record_command(&args, "case.opened", true, record_opened);
    if (named && strcmp(verb, "stage") == 0)
        return dep_record_command(&args, "case.stage", true, record_stage);
    if (named && strcmp(verb, "judge") == 0)
        return dep_record_command(&args, "case.judge", true, record_judge);
    if (alone && strcmp(verb, "list") == 0)
        return dep_read_command(&args, list);
    if (named && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show);
    return dep_usage_error(&args, _("say open; stage, judge or show, and the case; or list"));
}

/* ---- markings ---- */

static int record_marking(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                          struct dep_problem *problem)
{
    return dep_node_mark(node, recording->args->positional[1], claims, &recording->notices,
                         &recording->done, problem);
}

struct history {
    const struct dep_args *args;
    struct dep_node *node;
};

static int show_marking(void *context, const struct dep_view *marking)
{
    const struct history *history = context;
    if (history->args->json)
        return dep_print_json(dep_view_json(marking)) ? DEP_OK : DEP_ERR_IO;
    dep_show_view(history->node, marking);
    (void)printf("\n");
    return DEP_OK;
}

static int show_markings(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    struct history history = {args, node};
    int err = dep_node_item(node, args->positional[1], false, &item, problem);
    return err ? err : dep_node_markings(node, item.item, show_marking, &history, problem);
}

int dep_cmd_mark(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "mark", "mark set ITEM [--file FILE] | show ITEM", OPTIONS,
                                DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "";
    if (args.positional_count == 2 && strcmp(verb, "set") == 0)
        return dep_record_command(&args, "marking.set", true, record_marking);
    if (args.positional_count == 2 && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show_markings);
    return dep_usage_error(&args, _("say set or show, and the item"));
}
