#include "cli/verify_report.h"

#include "cli/config.h"
#include "cli/verify_open.h"
#include "node/report.h"
#include "store/file.h"

#include <fcntl.h>

int dep_verify_report_open(struct dep_args *args, struct dep_node **out)
{
    int status = DEP_EXIT_YES;
    *out = NULL;
    if (dep_arg(args, "--key") && !dep_arg(args, "--report"))
        return dep_usage_error(args, _("--key goes with --report"));
    if (!dep_arg(args, "--report") || dep_arg(args, "--key"))
        return dep_verify_open_confine(args);
    *out = dep_open_node(args, false, &status);
    return status;
}

int dep_verify_report(struct dep_args *args, struct dep_node *node, struct dep_bag_verified *bag,
                      struct dep_problem *problem)
{
    const char *path = dep_arg(args, "--report");
    char kid[DEP_KID_LEN + 1];
    struct dep_world world;
    DEP_AUTO_BUF report;
    dep_buf_init(&report, DEP_REPORT_LEN_MAX);
    if (!path)
        return DEP_OK;
    dep_world_system(&world);
    world.passphrase = dep_passphrase_ask;
    world.passphrase_context = args;
    const struct dep_report_order order = {.node = node,
                                           .key_path = dep_arg(args, "--key"),
                                           .world = &world,
                                           .agent = "depositary " DEPOSITARY_VERSION};
    int err = dep_node_report(&order, bag, &report, kid, problem);
    if (!err)
        err = dep_file_create(AT_FDCWD, path, dep_buf_slice(&report), 0600, &problem->fault);
    if (!err && !args->json)
        (void)printf(_("Signed report: %s (key %s)\n"), path, kid);
    return err;
}
