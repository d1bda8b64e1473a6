#include "cli/cli.h"

#include <sys/sysinfo.h>

int dep_confine_writes(const struct dep_writes *writes, size_t count)
{
    if (dep_confine(writes, count))
        return DEP_EXIT_YES;
    dep_say(_("this process could not be confined: nothing was done"));
    return DEP_EXIT_FAULT;
}

int dep_confine_command(const struct dep_args *args, bool to_register)
{
    const struct dep_writes writes[] = {
        {DEP_REACH_FILE, dep_arg(args, "--out")},
        {DEP_REACH_FILE, dep_arg(args, "--pdf")},
        {DEP_REACH_FOLDER, to_register ? args->dir : NULL},
    };
    return dep_confine_writes(writes, DEP_COUNT(writes));
}

/* What was read is written down, in a folder where nothing else is. */
static bool confine_reader(void *context)
{
    const struct dep_args *args = context;
    char readings[4096];
    (void)snprintf(readings, sizeof readings, "%s/readings/.", args->dir);
    const struct dep_writes writes[] = {
        {DEP_REACH_FILE, dep_arg(args, "--out")},
        {DEP_REACH_FILE, dep_arg(args, "--pdf")},
        {DEP_REACH_FILE, dep_arg(args, "--report")},
        {DEP_REACH_NEW_FOLDER, dep_arg(args, "--extract")},
        {DEP_REACH_FILE, readings},
    };
    return dep_confine(writes, DEP_COUNT(writes));
}

static void say_unrecorded(void *context)
{
    (void)context;
    dep_say(_("this reading could not be recorded"));
}

static bool may_swap(void)
{
    struct sysinfo info;
    return !dep_memory_locked() && (sysinfo(&info) != 0 || info.totalswap > 0);
}

/* What is recorded now would bear a time before that of what stands there already. */
static void say_clock(const struct dep_node *node)
{
    char now[24];
    dep_time_encode(dep_node_now_ms(node) / 1000, now);
    dep_say(_("this computer's clock says %s, and the newest record here bears a later time. "
              "Set the clock before anything is recorded; or note how wrong it was"),
            now);
}

int dep_try_node(struct dep_args *args, bool write, struct dep_node **out,
                 struct dep_problem *problem)
{
    struct dep_node_order order = {.dir = args->dir, .write = write, .officer = args->officer};
    dep_world_system(&order.world);
    order.world.passphrase = dep_passphrase_ask;
    order.world.passphrase_wrong = dep_passphrase_wrong;
    order.world.passphrase_context = args;
    order.opened = write ? NULL : confine_reader;
    order.opened_context = args;
    order.unrecorded = say_unrecorded;
    struct dep_node *node = NULL;
    struct dep_recovery recovery;
    int err = dep_node_open(&order, &node, &recovery, problem);
    if (err)
        return err;
    if (write && dep_register_info(dep_node_register(node))->field && may_swap())
        dep_say(_("this machine has swap, and this process may not keep out of it: what is stated "
                  "could reach the disk. Turn swap off, or raise the limit of locked memory "
                  "(RLIMIT_MEMLOCK)"));
    if (dep_node_clock_behind(node))
        say_clock(node);
    if (recovery.tail_records)
        dep_say(_("records of an interrupted session, taken up: %llu"),
                (unsigned long long)recovery.tail_records);
    if (recovery.moved_lines || recovery.moved_private || recovery.moved_files)
        dep_say(_("unfinished work was moved to aside/ (lines: %llu; containers: %llu); nothing "
                  "that was acknowledged is among it"),
                (unsigned long long)recovery.moved_lines + recovery.moved_private,
                (unsigned long long)recovery.moved_files);
    *out = node;
    return DEP_OK;
}

struct dep_node *dep_open_node(struct dep_args *args, bool write, int *out_status)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = NULL;
    int err = dep_try_node(args, write, &node, &problem);
    if (err)
        *out_status = dep_say_problem(args, err, &problem);
    return node;
}

const struct dep_schemas *dep_open_schemas(int *out_status)
{
    const struct dep_schemas *schemas = dep_schemas_builtin();
    if (!schemas) {
        dep_say(_("out of memory"));
        *out_status = DEP_EXIT_FAULT;
    }
    return schemas;
}
