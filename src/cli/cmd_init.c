#include "cli/cli.h"
#include "node/init.h"

#include <string.h>

enum { TERRITORIES_MAX = 64 };

static const struct dep_option OPTIONS[] = {
    {"--member", 0, true, false, N_("id of the member: letters, digits, . _ -")},
    {"--name", 0, true, false, N_("name of the member")},
    {"--officer", 0, true, false, N_("code of the first officer (default: officer-1)")},
    {"--roles", 0, true, false,
     N_("roles of the first officer (default: custodian,administrator)")},
    {"--root-out", 0, true, false, N_("file for the root key: keep it away from this machine")},
    {"--recovery", 0, true, true,
     N_("age recipient that can open everything if all keys are lost; may be repeated")},
    {"--no-recovery", 0, false, false, N_("no recovery recipient: lost keys are lost for ever")},
    {"--territory", 0, true, true,
     N_("code of a territory whose host State the member is; may be repeated")},
    {"--origin", 0, true, false, N_("name of the log (default: member/random)")},
    {"--profile", 0, true, false, N_("office (default) or field")},
    {"--home", 0, true, false, N_("profile field: the card that `key card` wrote at the office")},
    {"--no-passphrase", 0, false, false, N_("keys lie unprotected on this disk")},
};

/* "custodian,legal" -> set; 0 where a name is unknown. */
unsigned dep_roles_parse(const char *text)
{
    unsigned roles = 0;
    struct dep_slice rest = dep_slice_string(text);
    while (rest.len) {
        enum dep_role role = dep_role_parse(dep_slice_next(&rest, ','));
        if (!role || role >= DEP_ROLE_ROOT)
            return 0;
        roles |= role;
    }
    return roles;
}

static int fill_order(struct dep_args *args, struct dep_init_order *order, const char **recovery,
                      const char **territories)
{
    *order = (struct dep_init_order){
        .dir = args->positional[0],
        .member = dep_arg(args, "--member"),
        .name = dep_arg(args, "--name"),
        .officer = dep_arg(args, "--officer"),
        .origin = dep_arg(args, "--origin"),
        .root_out = dep_arg(args, "--root-out"),
        .recovery = recovery,
        .territories = territories,
        .no_recovery = dep_flag(args, "--no-recovery"),
        .no_passphrase = dep_flag(args, "--no-passphrase"),
        .home_card = dep_arg(args, "--home"),
    };
    if (!order->member || !order->name)
        return dep_usage_error(args, _("--member and --name are needed"));
    if (!order->officer)
        order->officer = args->officer ? args->officer : "officer-1";
    const char *roles = dep_arg(args, "--roles");
    if (roles && !(order->roles = dep_roles_parse(roles)))
        return dep_usage_error(
            args, _("no such roles: %s (custodian, legal, desk, auditor, administrator, approver)"),
            roles);
    while (
        order->recovery_count < DEP_RECIPIENTS_MAX &&
        (recovery[order->recovery_count] = dep_arg_at(args, "--recovery", order->recovery_count)))
        order->recovery_count++;
    while (order->territory_count < TERRITORIES_MAX &&
           (territories[order->territory_count] =
                dep_arg_at(args, "--territory", order->territory_count)))
        order->territory_count++;
    const char *profile = dep_arg(args, "--profile");
    bool field = profile && strcmp(profile, "field") == 0;
    if (profile && !field && strcmp(profile, "office") != 0)
        return dep_usage_error(args, _("--profile is office or field, not %s"), profile);
    if (field && !order->home_card)
        return dep_usage_error(args, _("a field register needs --home FILE: the card that "
                                       "`depositary key card` wrote at the office"));
    if (!field && order->home_card)
        return dep_usage_error(args, _("--home belongs to --profile field"));
    dep_world_system(&order->world);
    order->world.passphrase = dep_passphrase_ask;
    order->world.passphrase_context = args;
    return DEP_OK;
}

int dep_cmd_init(int argc, char **argv)
{
    static struct dep_args args;
    int leave = dep_args_parse(
        &args, "init",
        "init DIR --member ID --name NAME --root-out FILE (--recovery AGE1… | --no-recovery)",
        OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (leave)
        return leave - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one folder for the new register"));
    const struct dep_writes writes[] = {
        {DEP_REACH_NEW_FOLDER, args.positional[0]},
        {DEP_REACH_FILE, dep_arg(&args, "--root-out")},
    };
    leave = dep_confine_writes(writes, DEP_COUNT(writes));
    if (leave)
        return leave;
    const char *recovery[DEP_RECIPIENTS_MAX + 1], *territories[TERRITORIES_MAX + 1];
    struct dep_init_order order;
    int status = fill_order(&args, &order, recovery, territories);
    if (status)
        return status;
    struct dep_problem problem = {.detail = ""};
    int err = dep_node_init(&order, &problem);
    if (err)
        return dep_say_problem(&args, err, &problem);
    if (args.json) {
        if (!dep_print_json(json_pack("{s:s,s:s,s:s,s:s}", "register", order.dir, "member",
                                      order.member, "officer", order.officer, "root_key",
                                      order.root_out)))
            return DEP_EXIT_FAULT;
        return dep_finish_output(DEP_EXIT_YES);
    }
    (void)printf(_("The register of %s is in %s.\n"), order.name, order.dir);
    (void)printf(_("The root key is in %s: move it to a medium that is kept apart, now.\n"),
                 order.root_out);
    if (order.no_recovery)
        (void)printf(
            "%s",
            _("There is no recovery recipient: whoever loses the keys loses the evidence.\n"));
    if (order.no_passphrase)
        (void)printf("%s", _("The keys have no passphrase: whoever takes this disk has them.\n"));
    return dep_finish_output(DEP_EXIT_YES);
}
