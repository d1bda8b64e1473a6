/*
 * consent and assure: given, checked by a second officer, withdrawn; listed and shown.
 */
#include "node/consent.h"

#include "cli/report.h"
#include "cli/verdict.h"
#include "node/charter.h"

#include <string.h>

static const struct dep_option CONSENT_OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    {"--answers", 0, true, false, N_("the request this one answers")},
    {"--same-source", 0, true, false,
     N_("an earlier consent of the same source about the same item or case: its pseudonym is "
        "taken")},
    {"--limit", 0, true, false, N_("list: at most so many")},
};
static const struct dep_option ASSURE_OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    {"--answers", 0, true, false, N_("the request this one answers")},
    {"--limit", 0, true, false, N_("list: at most so many")},
};

/* ---- recording ---- */

static int record_consent(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                          struct dep_problem *problem)
{
    char pseudonym[DEP_PSEUDONYM_LEN + 1];
    struct dep_consent_order order = {.claims = claims,
                                      .answers = dep_arg(recording->args, "--answers"),
                                      .same_source = dep_arg(recording->args, "--same-source")};
    int err =
        dep_node_consent(node, &order, &recording->notices, pseudonym, &recording->done, problem);
    if (err || !pseudonym[0])
        return err;
    /* Shown once, for the map that is kept on paper. */
    dep_notice(&recording->notices, "consent.map", "");
    return dep_recording_add(recording, "pseudonym", pseudonym)
               ? DEP_OK
               : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.pseudonym", "");
}

static int record_check(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                        struct dep_problem *problem)
{
    return dep_node_consent_check(node, recording->args->positional[1], claims, &recording->done,
                                  problem);
}

static int record_withdrawal(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                             struct dep_problem *problem)
{
    (void)claims;
    return dep_node_consent_withdraw(node, recording->args->positional[1], &recording->done,
                                     problem);
}

static int record_assurance(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                            struct dep_problem *problem)
{
    return dep_node_assure(node, claims, dep_arg(recording->args, "--answers"), &recording->notices,
                           &recording->done, problem);
}

static int record_assurance_withdrawal(struct dep_node *node, json_t *claims,
                                       struct dep_recording *recording, struct dep_problem *problem)
{
    (void)claims;
    return dep_node_assure_withdraw(node, recording->args->positional[1], &recording->done,
                                    problem);
}

/* ---- reading ---- */

struct listing {
    const struct dep_args *args;
    int64_t now_s;
    const struct dep_charter *charter; /* in force; it names who gives */
    struct dep_page page;
};

static void show_scope(const json_t *scope)
{
    const char *kind = dep_json_string(scope, "kind"), *id = dep_json_string(scope, "id");
    bool all = kind && strcmp(kind, "all") == 0;
    (void)printf("%s", all ? _("everything") : kind ? dep_word(kind) : "-");
    if (id) {
        (void)printf(" ");
        dep_show_or_dash(id);
    }
}

static int list_one(void *context, const struct dep_act *act)
{
    struct listing *listing = context;
    if (dep_page_next(&listing->page))
        return DEP_FOUND;
    const json_t *claims = act->head.claims;
    const json_t *terms = dep_json_object(claims, "terms");
    const char *layer = dep_json_string(terms, "layer");
    const char *giver = dep_json_string(terms ? terms : claims, terms ? "grantor" : "from");
    const json_t *scope = dep_json_object(terms ? terms : claims, "scope");
    struct dep_standing standing = dep_standing_of(act, UINT64_MAX, listing->now_s);
    if (listing->args->json)
        return dep_print_json(json_pack("{s:s,s:s,s:s?,s:s?,s:O*,s:b,s:o*,s:o*,s:o*}",
                                        terms ? "consent" : "assurance", act->head.row.jti, "state",
                                        standing.state, "layer", layer, terms ? "grantor" : "from",
                                        giver, "scope", scope, "on_paper", (int)standing.on_paper,
                                        "in_force_from", dep_moment_json(standing.in_force.from_s),
                                        "in_force_to", dep_moment_json(standing.in_force.to_s),
                                        "withdrawn", dep_moment_json(standing.withdrawn_s)))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf("%s  ", act->head.row.jti);
    dep_print_column(stdout, dep_word(standing.state), 14);
    (void)printf("  ");
    dep_show_moment(standing.in_force.from_s);
    (void)printf("  ");
    dep_show_moment(standing.in_force.to_s);
    (void)printf("  ");
    if (layer)
        dep_print_column(stdout, dep_word(layer), 10);
    (void)printf("  ");
    dep_show_or_dash(giver == NULL ? NULL
                     : terms       ? dep_member_name(listing->charter, giver)
                                   : dep_code_name(listing->charter, DEP_LIST_RECIPIENTS, giver));
    (void)printf("  ");
    show_scope(scope);
    (void)printf("\n");
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    struct listing listing = {.args = args, .now_s = dep_node_now_ms(node) / 1000};
    const char *type = strcmp(args->command, "assure") == 0 ? "assurance.given" : "consent.given";
    int err = dep_node_charter(node, dep_register_count(dep_node_register(node)), &listing.charter,
                               problem);
    if (!err)
        err = dep_page_begin(&listing.page, args, node, problem);
    struct dep_index_query query = {.type = type, .newest_first = listing.page.limit != UINT64_MAX};
    if (!err)
        err = dep_node_acts_of(node, &query, list_one, &listing, problem);
    return dep_page_end(&listing.page, err);
}

static int show(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    const char *type = strcmp(args->command, "assure") == 0 ? "assurance.given" : "consent.given";
    int err = dep_node_act(node, args->positional[1], type, &act, problem);
    if (err)
        return err;
    struct dep_standing standing = dep_standing_of(&act, UINT64_MAX, dep_node_now_ms(node) / 1000);
    return dep_show_act(args, node, &act, standing.state);
}

/* ---- the commands ---- */

static int list_command(struct dep_args *args)
{
    uint64_t limit;
    return dep_report_limit(args, &limit)
               ? dep_read_command(args, list)
               : dep_usage_error(args, _("--limit needs a number, not %s"),
                                 dep_arg(args, "--limit"));
}

/* Whoever gives a reason must not think that it was kept, and it must not be. */
static int withdraw(struct dep_args *args, const char *type, dep_recording_fn *run)
{
    if (dep_arg(args, "--file"))
        return dep_usage_error(args, _("a withdrawal states nothing: no reason and no name"));
    return dep_record_command(args, type, false, run);
}

int dep_cmd_consent(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "consent",
                                "consent give [--file FILE] | check CONSENT [--file FILE] | "
                                "withdraw CONSENT | list [--limit N] | show CONSENT",
                                CONSENT_OPTIONS, DEP_COUNT(CONSENT_OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "list";
    bool named = args.positional_count == 2, alone = args.positional_count <= 1;
    if (alone && strcmp(verb, "give") == 0)
        return dep_record_command(&args, "consent.given", true, record_consent);
    if (named && strcmp(verb, "check") == 0)
        return dep_record_command(&args, "consent.checked", true, record_check);
    if (named && strcmp(verb, "withdraw") == 0)
        return withdraw(&args, "consent.withdrawn", record_withdrawal);
    if (alone && strcmp(verb, "list") == 0)
        return list_command(&args);
    if (named && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show);
    return dep_usage_error(&args, _("say give; check, withdraw or show, and the consent; or list"));
}

int dep_cmd_assure(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "assure",
        "assure give [--file FILE] | withdraw ASSURANCE | list [--limit N] | show ASSURANCE",
        ASSURE_OPTIONS, DEP_COUNT(ASSURE_OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "list";
    bool named = args.positional_count == 2, alone = args.positional_count <= 1;
    if (alone && strcmp(verb, "give") == 0)
        return dep_record_command(&args, "assurance.given", true, record_assurance);
    if (named && strcmp(verb, "withdraw") == 0)
        return withdraw(&args, "assurance.withdrawn", record_assurance_withdrawal);
    if (alone && strcmp(verb, "list") == 0)
        return list_command(&args);
    if (named && strcmp(verb, "show") == 0)
        return dep_read_command(&args, show);
    return dep_usage_error(&args, _("say give; withdraw or show, and the assurance; or list"));
}
