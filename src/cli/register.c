#include "cli/cli.h"

struct dep_node *dep_open_node(struct dep_args *args, bool write, int *out_status)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_node_order order = {.dir = args->dir, .write = write, .officer = args->officer};
    dep_world_system(&order.world);
    order.world.passphrase = dep_passphrase_ask;
    order.world.passphrase_context = args;
    struct dep_node *node = NULL;
    struct dep_recovery recovery;
    int err = dep_node_open(&order, &node, &recovery, &problem);
    if (err) {
        *out_status = dep_say_problem(args, err, &problem);
        return NULL;
    }
    if (recovery.tail_records)
        dep_say(_("records of an interrupted session, taken up: %llu"),
                (unsigned long long)recovery.tail_records);
    if (recovery.moved_lines || recovery.moved_private || recovery.moved_files)
        dep_say(_("unfinished work was moved to aside/ (lines: %llu; containers: %llu); nothing "
                  "that was acknowledged is among it"),
                (unsigned long long)recovery.moved_lines + recovery.moved_private,
                (unsigned long long)recovery.moved_files);
    return node;
}
