#include "node/foreign_bag.h"

#include "node/evidence.h"
#include "node/node_impl.h"
#include "store/vault_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct file {
    char *path; /* below data/ */
    uint64_t offset, size;
    struct dep_hash sha256;
};

struct dep_foreign_bag {
    char item[DEP_UUID_LEN + 1];
    int fd;
    struct dep_container *container;
    struct file *files; /* by path */
    size_t count, room;
};

void dep_foreign_bag_free(struct dep_foreign_bag *bag)
{
    if (!bag)
        return;
    dep_container_close(bag->container);
    dep_close_fd(&bag->fd);
    for (size_t i = 0; i < bag->count; i++)
        free(bag->files[i].path);
    free(bag->files);
    free(bag);
}

/* ---- where it lies ---- */

struct looking {
    struct dep_node *node;
    const char *package;
    char item[DEP_UUID_LEN + 1];
    struct dep_problem *problem;
};

static int look_at(void *context, const struct dep_index_row *row)
{
    struct looking *looking = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(looking->node, row, false, &view, looking->problem);
    const char *package = err ? NULL : dep_json_string(view.claims, "package");
    const char *item = err ? NULL : dep_json_string(view.claims, "item");
    if (!package || !item || strcmp(package, looking->package) != 0 || strlen(item) != DEP_UUID_LEN)
        return err;
    memcpy(looking->item, item, sizeof looking->item);
    return DEP_FOUND;
}

/* DEP_FOUND: this officer opens no container. */
static int find_key(struct dep_node *node, const struct dep_age_identity **out,
                    struct dep_problem *problem)
{
    struct dep_problem why = {.detail = ""};
    int err = dep_node_vault_identity(node, out, &why);
    if (err == DEP_ERR_KEY)
        return DEP_FOUND;
    if (err < 0)
        *problem = why;
    return err;
}

static int open_container(struct dep_node *node, struct dep_foreign_bag *bag,
                          const struct dep_item *item, struct dep_problem *problem)
{
    const struct dep_age_identity *vault = NULL;
    uint64_t len;
    if (!item->has_container || item->disposed)
        return DEP_FOUND;
    int err = find_key(node, &vault, problem);
    if (err)
        return err;
    struct dep_fault fault = {.what = NULL};
    err = dep_vault_open(dep_register_dir_fd(node->reg), bag->item, &bag->fd, &len, &fault);
    if (err && fault.sys == ENOENT)
        return DEP_FOUND;
    if (err) {
        problem->fault = fault;
        return err;
    }
    const struct dep_age_with with = {.identities = vault, .identity_count = 1};
    struct dep_finding why;
    return dep_container_open(bag->fd, len, &with, &bag->container, &why, &problem->fault);
}

/* ---- what is in it ---- */

/* Below data/logs/ of the one folder that was sealed; NULL: something else. */
static const char *path_below_data(struct dep_slice path, size_t *out_len)
{
    static const char logs[] = "data/logs/";
    struct dep_slice rest = path;
    (void)dep_slice_next(&rest, '/'); /* files */
    (void)dep_slice_next(&rest, '/'); /* the copy */
    if (!dep_slice_starts(rest, logs))
        return NULL;
    rest = dep_slice_sub(rest, strlen("data/"), rest.len - strlen("data/"));
    *out_len = rest.len;
    return (const char *)rest.data;
}

static int note_file(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    struct dep_foreign_bag *bag = context;
    size_t len = 0;
    const char *path = path_below_data(entry->path, &len);
    if (!path || entry->kind != DEP_ENTRY_FILE || entry->stored != entry->size)
        return DEP_OK;
    if (bag->count == DEP_FOREIGN_FILES_MAX)
        return DEP_ERR_CAP;
    struct file *files = dep_list_reserve(bag->files, bag->count, 1, sizeof *files, &bag->room);
    if (!files)
        return DEP_ERR_NOMEM;
    bag->files = files;
    struct file *file = &files[bag->count];
    *file = (struct file){.offset = entry->offset, .size = entry->size, .sha256 = entry->sha256};
    file->path = dep_alloc(len + 1);
    if (!file->path)
        return DEP_ERR_NOMEM;
    memcpy(file->path, path, len);
    bag->count++;
    return DEP_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static int list_files(struct dep_foreign_bag *bag, const struct dep_container_facts *facts,
                      struct dep_problem *problem)
{
    struct dep_finding why;
    int err = dep_container_list(bag->container, facts, note_file, bag, &why, &problem->fault);
    if (err < 0 && !problem->fault.what)
        return dep_problem_fault(problem, err, "node.foreign", bag->item);
    if (!err && bag->count)
        qsort(bag->files, bag->count, sizeof *bag->files, by_path);
    return err;
}

static int open_item(struct dep_node *node, struct dep_foreign_bag *bag,
                     struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    struct dep_problem why = {.detail = ""};
    int err = dep_node_item_facts(node, bag->item, true, &item, &why);
    if (err) {
        if (err < 0)
            *problem = why;
        return err;
    }
    err = open_container(node, bag, &item, problem);
    return err ? err : list_files(bag, &item.facts, problem);
}

int dep_foreign_bag_open(struct dep_node *node, const char *package, struct dep_foreign_bag **out,
                         struct dep_problem *problem)
{
    struct looking looking = {node, package, "", problem};
    const struct dep_index_query query = {.type = "foreign.received"};
    int err = dep_roll_list(node, &query, look_at, &looking, problem);
    if (err != DEP_FOUND)
        return err ? err : DEP_FOUND;
    struct dep_foreign_bag *bag = dep_alloc(sizeof *bag);
    if (!bag)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.foreign", package);
    bag->fd = -1;
    memcpy(bag->item, looking.item, sizeof bag->item);
    err = open_item(node, bag, problem);
    if (err) {
        dep_foreign_bag_free(bag);
        return err;
    }
    *out = bag;
    return DEP_OK;
}

/* ---- reading ---- */

/* The first whose path isn't before `path`. */
static size_t place_of(const struct dep_foreign_bag *bag, const char *path)
{
    const struct file key = {.path = (char *)(uintptr_t)path};
    return dep_list_place(&key, bag->files, bag->count, sizeof key, by_path);
}

const char *dep_foreign_bag_next(const struct dep_foreign_bag *bag, const char *prefix, size_t from,
                                 size_t *out_at)
{
    size_t at = place_of(bag, prefix);
    at = at < from ? from : at;
    if (at >= bag->count || strncmp(bag->files[at].path, prefix, strlen(prefix)) != 0)
        return NULL;
    *out_at = at;
    return bag->files[at].path;
}

static int gather(void *context, struct dep_slice piece)
{
    dep_buf_add_slice(context, piece);
    return dep_buf_err(context);
}

int dep_foreign_bag_read(struct dep_foreign_bag *bag, const char *path, size_t cap,
                         struct dep_buf *out, struct dep_problem *problem)
{
    size_t at = place_of(bag, path), before = out->len;
    struct dep_hash digest;
    struct dep_finding why;
    if (at == bag->count || strcmp(bag->files[at].path, path) != 0 || bag->files[at].size > cap)
        return DEP_FOUND;
    const struct file *file = &bag->files[at];
    int err = dep_container_read(bag->container, file->offset, file->size, gather, out, &why,
                                 &problem->fault);
    if (err < 0 && !problem->fault.what)
        return dep_problem_fault(problem, err, "node.foreign", bag->item);
    if (err)
        return err;
    dep_sha256(dep_slice_sub(dep_buf_slice(out), before, out->len - before), &digest);
    return dep_hash_equal(&digest, &file->sha256) ? DEP_OK : DEP_FOUND;
}
