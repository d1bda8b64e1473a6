#include "node/release_parts.h"

#include "node/node_impl.h"

#include <string.h>

static const char CLAUSE[] = "package.md 6.2";

struct looking {
    json_t *left; /* paths that no line had yet */
    const char *wrong;
};

static bool is_one(const char *path, struct dep_slice of)
{
    return path && dep_slice_equal_string(of, path);
}

/* A path is named a few times, and lines may be millions: most lines are none of them. */
static int look(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct looking *looking = context;
    (void)index;
    for (size_t i = json_array_size(looking->left); i-- > 0;) {
        const char *path = json_string_value(json_array_get(looking->left, i));
        if (!is_one(path, entry->path))
            continue;
        if (entry->kind == DEP_ENTRY_FOLDER || entry->kind == DEP_ENTRY_NOT_TAKEN)
            looking->wrong = path;
        else
            (void)json_array_remove(looking->left, i);
    }
    return DEP_OK;
}

/* A legal or desk officer without the vault's key, or of what is restricted to others, can't
 * tell. */
static bool may_open(const struct dep_node *node, const struct dep_item *item)
{
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    return item->has_container && self && (self->roles & DEP_ROLE_CUSTODIAN);
}

int dep_release_parts_check(struct dep_node *node, const struct dep_item *item, const json_t *paths,
                            struct dep_problem *problem)
{
    DEP_AUTO_JSON *left = json_copy((json_t *)(uintptr_t)paths);
    struct looking looking = {left, NULL};
    if (!may_open(node, item))
        return DEP_OK;
    if (!left)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.release", item->item);
    int err = dep_node_item_files(node, item->item, look, &looking, problem);
    if (err)
        return err == DEP_FOUND && strcmp(problem->finding.id, "item.restricted") == 0 ? DEP_OK
                                                                                       : err;
    if (looking.wrong)
        return dep_problem_found(problem, "pack.part.kind", CLAUSE, looking.wrong);
    const char *absent = json_string_value(json_array_get(left, 0));
    return absent ? dep_problem_found(problem, "pack.part.absent", CLAUSE, absent) : DEP_OK;
}
