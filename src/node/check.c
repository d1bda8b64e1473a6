/*
 * Reading an item again: its list of files, one file, every byte.
 */
#include "node/evidence.h"
#include "node/node_impl.h"

#include "codec/text.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FINDINGS_KEPT_MAX = 1000 };

static int judge_container(const struct dep_item *item, struct dep_problem *problem)
{
    return item->has_container && !item->disposed
               ? DEP_OK
               : dep_problem_found(problem, item->disposed ? "item.disposed" : "item.no_container",
                                   "doc/format/vault.md", item->item);
}

static int open_container(struct dep_node *node, const struct dep_item *item, bool with_key,
                          struct dep_container **out, int *out_fd, struct dep_problem *problem)
{
    const struct dep_age_identity *vault = NULL;
    int err = judge_container(item, problem);
    if (!err && with_key)
        err = dep_node_vault_identity(node, &vault, problem);
    uint64_t len = 0;
    if (!err)
        err = dep_vault_open(dep_register_dir_fd(node->reg), item->item, out_fd, &len,
                             &problem->fault);
    if (err)
        return err;
    struct dep_age_with with = {.identities = vault, .identity_count = vault ? 1 : 0};
    err = dep_container_open(*out_fd, len, &with, out, &problem->finding, &problem->fault);
    return err == DEP_FOUND ? dep_problem_found(problem, problem->finding.id,
                                                problem->finding.clause, item->item)
                            : err;
}

/* ---- who opens what is restricted ---- */

struct taking {
    const char *kid;
    bool began; /* the item's first record is past: what follows of its type corrects it */
};

static int note_taking(void *context, const struct dep_index_row *row)
{
    struct taking *taking = context;
    bool first = strncmp(row->type, "evidence.", 9) == 0 && !taking->began;
    taking->began = true;
    bool took = first || strcmp(row->type, "custody.received") == 0;
    return took && strcmp(row->kid, taking->kid) == 0 ? DEP_FOUND : DEP_OK;
}

/* Who took restricted material in, or took it over by a receipt, answers for opening it; the vault
 * key alone is no reason. */
static int judge_opening(struct dep_node *node, const struct dep_item *item,
                         struct dep_problem *problem)
{
    if (!item->restricted)
        return DEP_OK;
    struct dep_index_query query = {.item = item->item};
    struct taking taking = {.kid = node->kid};
    int err = dep_roll_list(node, &query, note_taking, &taking, problem);
    if (err < 0)
        return err;
    return err == DEP_FOUND ? DEP_OK
                            : dep_problem_found(problem, "item.restricted",
                                                "doc/format/record.md 8", item->item);
}

static int open_item(struct dep_node *node, const char *name, struct dep_item *out,
                     struct dep_container **out_container, int *out_fd, struct dep_problem *problem)
{
    int err = dep_node_item(node, name, true, out, problem);
    if (!err)
        err = judge_opening(node, out, problem);
    /* Its record tells of the reading, also where the values of the record are erased. */
    if (!err && !out->first.readable)
        dep_readings_keep(node, out->first.row.jti);
    return err ? err : open_container(node, out, true, out_container, out_fd, problem);
}

int dep_node_item_files(struct dep_node *node, const char *name, dep_entry_fn *each, void *context,
                        struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    DEP_AUTO_FD fd = -1;
    struct dep_container *container = NULL;
    int err = open_item(node, name, &item, &container, &fd, problem);
    if (!err) {
        err = dep_container_list(container, &item.facts, each, context, &problem->finding,
                                 &problem->fault);
        if (err == DEP_FOUND)
            err =
                dep_problem_found(problem, problem->finding.id, problem->finding.clause, item.item);
    }
    dep_container_close(container);
    return err;
}

/* ---- extract ---- */

struct wanted {
    struct dep_slice path;
    struct dep_entry entry;
    struct dep_buf names; /* own copy of the entry's path */
    bool found;
};

static bool same_path(struct dep_slice listed, struct dep_slice wanted)
{
    static const char prefix[] = "files/";
    if (dep_slice_equal(listed, wanted))
        return true;
    size_t len = sizeof prefix - 1;
    return dep_slice_starts(listed, prefix) &&
           dep_slice_equal(dep_slice_sub(listed, len, listed.len - len), wanted);
}

static int look_for(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    struct wanted *wanted = context;
    bool has_bytes = entry->kind == DEP_ENTRY_FILE || entry->kind == DEP_ENTRY_IMAGE ||
                     entry->kind == DEP_ENTRY_STATEMENT;
    if (wanted->found || !has_bytes || !same_path(entry->path, wanted->path))
        return DEP_OK;
    wanted->entry = *entry;
    dep_buf_add_slice(&wanted->names, entry->path);
    wanted->entry.path = dep_buf_slice(&wanted->names);
    wanted->found = dep_buf_err(&wanted->names) == DEP_OK;
    return dep_buf_err(&wanted->names);
}

/* Without a name, where the file system can: of what is stopped or killed nothing is left then. */
static int open_unfinished(int folder_fd, const char *temporary, struct dep_placing *to)
{
    int fd = dep_file_numbers_named(NULL)
                 ? -1
                 : openat(folder_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        to->from = NULL;
        return fd;
    }
    return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* The file gets its name only when all of it is authentic. */
static int extract_to(struct dep_container *container, const struct dep_entry *entry,
                      const char *out_path, struct dep_problem *problem)
{
    char temporary[4096];
    struct dep_fault *fault = &problem->fault;
    struct dep_placing to = {.from_fd = AT_FDCWD, .from = temporary};
    if (access(out_path, F_OK) == 0)
        return dep_problem_found(problem, "extract.exists", "DESIGN 9", out_path);
    if (snprintf(temporary, sizeof temporary, "%s.unfinished", out_path) >= (int)sizeof temporary)
        return dep_problem_found(problem, "extract.path", "DESIGN 9", out_path);
    DEP_AUTO_FD folder_fd = -1;
    int err = dep_folder_of(AT_FDCWD, out_path, "extract.create", &folder_fd, &to.name, fault);
    if (err)
        return err;
    DEP_AUTO_FD fd = open_unfinished(folder_fd, temporary, &to);
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "extract.create", "%s", temporary);
    }
    to.fd = fd;
    to.folder_fd = folder_fd;
    err = dep_container_extract(container, entry, fd, &problem->finding, fault);
    if (!err)
        err = dep_file_sync(fd, temporary, fault);
    if (!err)
        err = dep_file_name(&to, "extract.rename", out_path, fault);
    if (!err)
        err = dep_file_keep(&to, out_path, fault);
    else if (to.from)
        (void)unlink(temporary);
    return err == DEP_FOUND
               ? dep_problem_found(problem, problem->finding.id, problem->finding.clause, out_path)
               : err;
}

int dep_node_item_extract(struct dep_node *node, const char *name, const char *path,
                          const char *out_path, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    DEP_AUTO_FD fd = -1;
    struct dep_container *container = NULL;
    struct wanted wanted = {.path = dep_slice_string(path)};
    dep_buf_init(&wanted.names, DEP_TAR_PATH_MAX);
    int err = open_item(node, name, &item, &container, &fd, problem);
    if (!err)
        err = dep_container_list(container, &item.facts, look_for, &wanted, &problem->finding,
                                 &problem->fault);
    if (err == DEP_FOUND && !problem->detail[0])
        err = dep_problem_found(problem, problem->finding.id, problem->finding.clause, item.item);
    if (!err && !wanted.found)
        err = dep_problem_found(problem, "extract.absent", "doc/format/vault.md 3", path);
    if (!err)
        err = extract_to(container, &wanted.entry, out_path, problem);
    dep_container_close(container);
    dep_buf_done(&wanted.names);
    return err;
}

/* ---- check ---- */

struct check_work {
    const struct dep_check_order *order;
    json_t *findings;
    uint64_t count;
};

static void keep_finding(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    struct check_work *work = context;
    if (work->order->finding)
        work->order->finding(work->order->context, finding, path);
    if (work->count++ >= FINDINGS_KEPT_MAX)
        return;
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 4 * DEP_TAR_PATH_MAX);
    dep_text_show(path, &shown);
    if (dep_buf_err(&shown) == DEP_OK)
        (void)json_array_append_new(work->findings,
                                    json_pack("{s:s,s:s}", "id", finding->id, "where",
                                              shown.data ? (const char *)shown.data : ""));
}

/*
 * A missing container, a header that no longer opens or a damaged record are outcomes of the check
 * ("altered"), not reasons to break off: they are what it is there to find.
 */
static int check_container(struct dep_node *node, const struct dep_item *item,
                           struct check_work *work, struct dep_check_result *result,
                           struct dep_problem *problem)
{
    const struct dep_check_order *order = work->order;
    struct dep_container *container = NULL;
    DEP_AUTO_FD fd = -1;
    int err = open_container(node, item, result->with_key, &container, &fd, problem);
    if (err == DEP_ERR_IO && problem->fault.sys == ENOENT) {
        err = dep_found(&problem->finding, "container.missing", "doc/format/vault.md", 0);
        keep_finding(work, &problem->finding, dep_slice_string(item->item));
    } else if (err == DEP_FOUND) {
        keep_finding(work, &problem->finding, dep_slice_string(item->item));
    } else if (!err && result->with_key) {
        err = dep_container_check(container, &item->facts, keep_finding, work, order->progress,
                                  order->context, &result->report, &problem->finding,
                                  &problem->fault);
    } else if (!err) {
        err = dep_container_check_payload(container, &item->facts, order->progress, order->context,
                                          &problem->finding, &problem->fault);
        if (err == DEP_FOUND)
            keep_finding(work, &problem->finding, dep_slice_string(item->item));
    }
    dep_container_close(container);
    if (err < 0)
        return err;
    result->outcome = err == DEP_FOUND ? "altered" : result->with_key ? "intact" : "unproved";
    return DEP_OK;
}

static int record_outcome(struct dep_node *node, const struct dep_item *item,
                          struct check_work *work, struct dep_check_result *result,
                          struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:s,s:b,s:O,s:I,s:I,s:[o]}", "item", item->item, "outcome", result->outcome,
                  "with_key", (int)result->with_key, "findings", work->findings, "files",
                  (json_int_t)result->report.files, "bytes", (json_int_t)result->report.bytes,
                  "refs", dep_record_ref_new("item", item->first.row.jti, &item->first.row.sha256));
    if (!claims)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "check.record", item->item);
    struct dep_draft draft = {.type = "fixity.checked", .claims = claims};
    return dep_node_commit(node, &draft, 1, &result->record, problem);
}

int dep_node_item_check(struct dep_node *node, const struct dep_check_order *order,
                        struct dep_check_result *out, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    DEP_AUTO_JSON *findings = json_array();
    struct check_work work = {.order = order, .findings = findings};
    struct dep_check_result result = {.with_key = order->with_key};
    int err = findings ? dep_node_item_facts(node, order->name, order->with_key, &item, problem)
                       : dep_problem_fault(problem, DEP_ERR_NOMEM, "check.record", order->name);
    if (!err)
        err = judge_container(&item, problem);
    if (err)
        return err;
    err = check_container(node, &item, &work, &result, problem);
    if (!err)
        err = record_outcome(node, &item, &work, &result, problem);
    if (!err)
        *out = result;
    return err;
}
