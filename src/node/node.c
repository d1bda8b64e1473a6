#include "node/charter_impl.h"
#include "node/node_impl.h"
#include "node/pending.h"
#include "rules/judge.h"
#include "store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const enum dep_role dep_reading_roles[DEP_ROLE_COUNT] = {DEP_ROLE_CUSTODIAN, DEP_ROLE_LEGAL,
                                                         DEP_ROLE_DESK, DEP_ROLE_AUDITOR};

struct dep_register *dep_node_register(struct dep_node *node)
{
    return node->reg;
}

const struct dep_schemas *dep_node_schemas(const struct dep_node *node)
{
    return node->schemas;
}

const struct dep_keyset *dep_node_keyset(const struct dep_node *node)
{
    return node->keyset;
}

const char *dep_node_officer(const struct dep_node *node)
{
    return node->officer[0] ? node->officer : NULL;
}

int64_t dep_node_now_ms(const struct dep_node *node)
{
    return node->world.clock();
}

bool dep_node_clock_behind(const struct dep_node *node)
{
    return node->clock_behind;
}

const struct dep_key_state *dep_node_key_of(const struct dep_node *node, enum dep_key_use use,
                                            const char *code)
{
    for (size_t i = dep_keyset_count(node->keyset); i-- > 0;) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        if (key->use == use && !key->revoked && (!code || strcmp(key->code, code) == 0))
            return key;
    }
    return NULL;
}

/* The officer is the one named, or the only one whose keys lie here. */
static int choose_officer(struct dep_node *node, const char *wanted, struct dep_problem *problem)
{
    if (wanted) {
        if (!dep_code_valid(dep_slice_string(wanted)))
            return dep_problem_found(problem, "officer.code", "doc/format/record.md 2", wanted);
        (void)snprintf(node->officer, sizeof node->officer, "%s", wanted);
        return DEP_OK;
    }
    int fd = dep_node_keys_fd(node, problem);
    if (fd < 0)
        return fd;
    DIR *folder = fdopendir(fd);
    if (!folder) {
        (void)close(fd);
        return dep_problem_fault(problem, DEP_ERR_IO, "keys.folder", node->dir);
    }
    size_t found = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        static const char prefix[] = "officer-";
        char *end = strstr(entry->d_name, ".identity");
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 || !end)
            continue;
        found++;
        const char *code = entry->d_name + sizeof prefix - 1;
        (void)snprintf(node->officer, sizeof node->officer, "%.*s", (int)(end - code), code);
    }
    (void)closedir(folder);
    node->no_officer = found == 0;
    if (found != 1)
        node->officer[0] = 0;
    return DEP_OK;
}

int dep_node_apply_readers(struct dep_node *node, struct dep_problem *problem)
{
    struct dep_reader_key readers[DEP_ROLE_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
        const struct dep_key_state *key =
            dep_node_key_of(node, DEP_KEY_ROLE, dep_role_name(dep_reading_roles[i]));
        if (!key)
            continue;
        readers[count].role = dep_reading_roles[i];
        int err = dep_age_recipient_parse(dep_slice_string(key->age_recipient),
                                          &readers[count].recipient, &problem->finding);
        if (err)
            return dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.reader", key->code);
        count++;
    }
    int err =
        dep_register_set_readers(node->reg, readers, count, node->recovery, node->recovery_count);
    return err ? dep_problem_fault(problem, err, "node.reader", node->dir) : DEP_OK;
}

/* ---- opening ---- */

struct tail_judge {
    struct dep_node *node;
    struct dep_problem *problem;
};

static int judge_tail_line(void *context, uint64_t index, struct dep_slice jwt)
{
    struct tail_judge *judge = context;
    DEP_AUTO_RECORD record = {.jti = NULL};
    int err = dep_record_parse(jwt, &record, &judge->problem->finding);
    if (err)
        return err;
    if (dep_node_is_key_record(record.type)) {
        err = dep_keyset_add(judge->node->keyset, judge->node->schemas, index, &record,
                             &judge->problem->finding);
        if (!err)
            judge->node->keyset_next = index + 1;
        return err;
    }
    const struct dep_key_state *key = dep_keyset_find(judge->node->keyset, record.kid);
    if (!key || key->revoked)
        return dep_found(&judge->problem->finding, "keyset.kid", "doc/format/record.md 1", 0);
    return dep_jwt_verify(&record.jwt, &key->key, &judge->problem->finding);
}

static int record_recovery(struct dep_node *node, const struct dep_recovery *recovery,
                           struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims =
        json_pack("{s:I,s:I}", "moved_lines",
                  (json_int_t)recovery->moved_lines + (json_int_t)recovery->moved_private,
                  "moved_files", (json_int_t)recovery->moved_files);
    if (!claims)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.recover", node->dir);
    struct dep_draft draft = {.type = "register.recovered", .claims = claims};
    struct dep_done done;
    return dep_node_commit(node, &draft, 1, &done, problem);
}

static int recover_tail(struct dep_node *node, struct dep_recovery *out,
                        struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    struct tail_judge judge = {.node = node, .problem = problem};
    err = dep_register_recover(node->reg, node->log_key, judge_tail_line, &judge, out,
                               &problem->fault);
    if (!err)
        err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    return err ? err : dep_node_apply_readers(node, problem);
}

/* What interrupted sessions left: records without a checkpoint, containers without a record,
 * erasures and disposals without effect. */
static int recover(struct dep_node *node, struct dep_recovery *out, struct dep_problem *problem)
{
    int err = dep_register_has_tail(node->reg) ? recover_tail(node, out, problem) : DEP_OK;
    if (!err)
        err = dep_pending_sweep(node, &out->moved_files, problem);
    if (!err)
        err = dep_node_finish_erasures(node, problem);
    if (!err)
        err = dep_node_finish_disposals(node, problem);
    bool moved = out->moved_lines || out->moved_private || out->moved_files;
    return !err && moved ? record_recovery(node, out, problem) : err;
}

/* A register made before there were readings; where nothing can be written the first one says
 * so. */
static void make_readings_folder(const struct dep_node *node)
{
    (void)mkdirat(dep_register_dir_fd(node->reg), "readings", 0700);
}

/* For a command that only reads, unless its officer's readings are to be recorded first. */
static int open_register(struct dep_node *node, const struct dep_node_order *order,
                         struct dep_problem *problem)
{
    int err = dep_register_open(order->dir, order->write ? DEP_OPEN_WRITE : DEP_OPEN_READ,
                                &node->reg, &problem->fault);
    if (!err)
        err = choose_officer(node, order->officer, problem);
    if (err)
        return err;
    make_readings_folder(node);
    if (order->write || !dep_node_readings_due(node))
        return DEP_OK;
    dep_register_close(node->reg);
    node->reg = NULL;
    node->readings.due = true;
    return dep_register_open(order->dir, DEP_OPEN_WRITE, &node->reg, &problem->fault);
}

static int open_parts(struct dep_node *node, const struct dep_node_order *order,
                      struct dep_problem *problem)
{
    node->schemas = dep_schemas_builtin();
    int err = node->schemas ? dep_keyset_new(&node->keyset) : DEP_ERR_NOMEM;
    if (err)
        return dep_problem_fault(problem, err, "node.open", order->dir);
    err = open_register(node, order, problem);
    if (!err)
        err = dep_index_open(order->dir, !dep_register_info(node->reg)->field, true, &node->index,
                             &problem->fault);
    if (!err && order->opened && !node->readings.due) {
        dep_index_keep_files(node->index);
        if (!order->opened(order->opened_context))
            err = dep_problem_fault(problem, DEP_ERR_IO, "node.confine", order->dir);
    }
    return err;
}

static int time_of(void *context, const struct dep_index_row *row)
{
    *(int64_t *)context = row->iat;
    return DEP_OK;
}

static int look_at_clock(struct dep_node *node, struct dep_problem *problem)
{
    /* Two clocks that are right may differ by as much. */
    enum { NO_MATTER_S = 600 };
    const struct dep_index_query newest = {.newest_first = true, .limit = 1};
    int64_t newest_s = INT64_MIN, now_s = node->world.clock() / 1000;
    int err = dep_index_list(node->index, &newest, time_of, &newest_s, &problem->fault);
    node->clock_behind = newest_s > now_s + node->world.clock_uncertainty_s + NO_MATTER_S;
    return err;
}

int dep_node_take_up_tail(struct dep_node *node, struct dep_problem *problem)
{
    struct dep_recovery done = {.tail_records = 0};
    int err = dep_register_refresh(node->reg, &problem->fault);
    if (!err)
        err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    return err ? err : recover(node, &done, problem);
}

int dep_node_open(const struct dep_node_order *order, struct dep_node **out,
                  struct dep_recovery *recovery, struct dep_problem *problem)
{
    struct dep_node *node = dep_alloc(sizeof *node);
    if (!node)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.open", order->dir);
    node->world = order->world;
    node->unrecorded = order->unrecorded;
    node->unrecorded_context = order->unrecorded_context;
    dep_readings_init(&node->readings);
    (void)snprintf(node->dir, sizeof node->dir, "%s", order->dir);
    struct dep_recovery done = {.tail_records = 0};
    int err = open_parts(node, order, problem);
    if (!err)
        err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    if (!err)
        err = dep_node_apply_readers(node, problem);
    if (!err && (order->write || node->readings.due))
        err = look_at_clock(node, problem);
    if (!err && order->write)
        err = recover(node, &done, problem);
    if (err) {
        dep_node_close(node);
        return err;
    }
    if (recovery)
        *recovery = done;
    *out = node;
    return DEP_OK;
}

void dep_node_close(struct dep_node *node)
{
    if (!node)
        return;
    dep_readings_done(&node->readings);
    dep_signing_key_free(node->officer_key);
    dep_signing_key_free(node->log_key);
    dep_node_charters_done(node);
    dep_roll_free(node->roll);
    dep_mandate_lists_free(node->lists);
    dep_hearing_free(node->hearing);
    dep_relied_free(node->relied);
    dep_names_free(node->names);
    dep_index_close(node->index);
    dep_register_close(node->reg);
    dep_keyset_free(node->keyset);
    dep_wipe(node, sizeof *node);
    free(node);
}
