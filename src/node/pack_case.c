/*
 * A case by its own name: what was released for it is what goes.
 */
#include "node/case.h"
#include "node/pack_impl.h"
#include "node/release.h"

#include <string.h>

struct releases {
    char newest[DEP_UUID_LEN + 1];
    size_t count;
};

static int count_release(void *context, const struct dep_released *released)
{
    struct releases *releases = context;
    if (released->withdrawals)
        return DEP_OK;
    releases->count++;
    memcpy(releases->newest, released->release->row.jti, sizeof releases->newest);
    return DEP_OK;
}

int pack_case_release(struct dep_pack *pack, const char *name, char out[DEP_UUID_LEN + 1])
{
    DEP_AUTO_CASE of_case = {.id = ""};
    struct releases releases = {.count = 0};
    int err = dep_node_case(pack->node, name, &of_case, pack->problem);
    if (!err)
        err = dep_node_ledger(pack->node, of_case.id, count_release, &releases, pack->problem);
    if (err)
        return err;
    if (releases.count != 1)
        return pack_found(pack, releases.count ? "pack.case.which" : "pack.case.unreleased",
                          of_case.id);
    memcpy(out, releases.newest, sizeof releases.newest);
    return DEP_OK;
}
