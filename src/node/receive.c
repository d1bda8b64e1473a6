/*
 * Order: copied into the register, verified there, sealed, recorded. Until the records are committed
 * nothing of it counts; what a kill leaves behind is a copy, which the next receive removes, or a
 * container without a record, which recovery moves aside.
 */
#include "node/receive_records.h"

#include "node/charter.h"
#include "node/evidence.h"
#include "node/node_impl.h"
#include "node/roll.h"
#include "node/verify_bag.h"
#include "record/presentation.h"
#include "store/file.h"
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CLAUSE[] = "doc/format/foreign.md";

struct receiving {
    struct dep_node *node;
    const struct dep_receive_order *order;
    struct dep_problem *problem;
    struct dep_received *out;
    char copy[4096]; /* path of the copy's folder; "" where there is none */
    int copy_fd;     /* and lock */
    struct dep_bag_verified *bag;
    json_t *account;               /* of the verifier */
    struct dep_index_row answered; /* of a receipt: what it is for */
    struct dep_kept kept;
    json_t *claims; /* of foreign.received */
};

static int found(struct receiving *receiving, const char *id)
{
    return dep_problem_found(receiving->problem, id, CLAUSE, receiving->out->package);
}

static int no_memory(struct receiving *receiving)
{
    return dep_problem_fault(receiving->problem, DEP_ERR_NOMEM, "node.receive",
                             receiving->order->dir);
}

/* ---- the copy ---- */

/* What killed receivers left: whoever is alive holds a lock. */
static void sweep(const char *quarantine)
{
    struct dirent **names = NULL;
    int count = scandir(quarantine, &names, NULL, NULL);
    for (int i = 0; i < count; i++) {
        char path[8192];
        bool inner = names[i]->d_name[0] != '.';
        (void)snprintf(path, sizeof path, "%s/%s", quarantine, names[i]->d_name);
        free(names[i]);
        int fd = inner ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            dep_folder_remove(path);
        if (fd >= 0)
            (void)close(fd);
    }
    free(names);
}

static int copy_in(struct receiving *receiving)
{
    struct dep_fault *fault = &receiving->problem->fault;
    struct dep_node *node = receiving->node;
    char quarantine[4000], id[DEP_UUID_LEN + 1];
    uint8_t random[10];
    if (snprintf(quarantine, sizeof quarantine, "%s/quarantine", node->dir) >=
        (int)sizeof quarantine)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", node->dir);
    int err = dep_folder_make(dep_register_dir_fd(node->reg), "quarantine", 0700, fault);
    if (err)
        return err;
    sweep(quarantine);
    node->world.random(random, sizeof random);
    dep_uuid7_encode((uint64_t)node->world.clock(), random, id);
    (void)snprintf(receiving->copy, sizeof receiving->copy, "%s/%s", quarantine, id);
    DEP_AUTO_FD from = open(receiving->order->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || mkdir(receiving->copy, 0700) != 0 ||
        (receiving->copy_fd = open(receiving->copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
        flock(receiving->copy_fd, LOCK_EX) != 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "copy.read", "%s", receiving->order->dir);
    }
    struct dep_folder_copy copy = {.strict = true, .fault = fault};
    return dep_folder_copy(&copy, from, receiving->copy_fd, ".");
}

/* ---- verifying ---- */

struct known {
    struct receiving *receiving;
    json_t *newest; /* origin -> {size, root} */
};

/* Later ones take the place of those before. */
static int take_known(void *context, const struct dep_index_row *row)
{
    struct known *known = context;
    struct receiving *receiving = known->receiving;
    DEP_AUTO_VIEW view = {.claims = NULL};
    size_t i;
    json_t *checkpoint;
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (err)
        return err;
    json_array_foreach(dep_json_array(view.claims, "checkpoints"), i, checkpoint)
    {
        const char *origin = dep_json_string(checkpoint, "origin");
        if (origin && json_object_set(known->newest, origin, checkpoint))
            return no_memory(receiving);
    }
    return DEP_OK;
}

static int known_list(const json_t *newest, struct dep_known_checkpoint *out, size_t *out_count)
{
    const char *origin;
    json_t *checkpoint;
    size_t count = 0;
    json_object_foreach((json_t *)(uintptr_t)newest, origin, checkpoint)
    {
        const char *size = dep_json_string(checkpoint, "size"),
                   *root = dep_json_string(checkpoint, "root");
        struct dep_known_checkpoint *known = &out[count];
        known->origin = dep_slice_string(origin);
        if (size && root && dep_u64_parse(dep_slice_string(size), UINT64_MAX, &known->size) &&
            dep_hex_parse(dep_slice_string(root), known->root.bytes, DEP_HASH_LEN))
            count++;
    }
    *out_count = count;
    return DEP_OK;
}

static int verify_against(struct receiving *receiving, const json_t *newest)
{
    const struct dep_charter *charter = NULL;
    struct dep_node *node = receiving->node;
    size_t room = json_object_size(newest), count = 0;
    DEP_AUTO_FREE struct dep_known_checkpoint *known =
        room ? dep_alloc_array(room, sizeof *known) : NULL;
    if (room && !known)
        return no_memory(receiving);
    int err = dep_node_charter(node, dep_register_count(node->reg), &charter, receiving->problem);
    if (!err && known)
        err = known_list(newest, known, &count);
    if (err)
        return err;
    struct dep_bag_order order = {.dir = receiving->copy,
                                  .pin = dep_charter_digest(charter)->bytes,
                                  .known = known,
                                  .known_count = count,
                                  .progress = receiving->order->verifying,
                                  .context = receiving->order->context};
    return dep_node_verify_bag(&order, &receiving->bag, receiving->problem);
}

static int verify_copy(struct receiving *receiving)
{
    DEP_AUTO_JSON *newest = json_object();
    struct known known = {receiving, newest};
    struct dep_index_query query = {.type = "foreign.received"};
    if (!newest)
        return no_memory(receiving);
    int err = dep_roll_list(receiving->node, &query, take_known, &known, receiving->problem);
    if (!err)
        err = verify_against(receiving, newest);
    if (err)
        return err;
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    err = dep_verify_account(verify, &receiving->account);
    receiving->out->result = dep_verify_result(verify);
    return err ? no_memory(receiving) : DEP_OK;
}

/* The first that made the result what it is. */
static void keep_finding(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    struct dep_received *out = receiving->out;
    for (size_t i = 0; !out->finding[0] && i < dep_verify_found_count(verify); i++) {
        const struct dep_verify_found *at = dep_verify_found_at(verify, i);
        if (!at->aside && at->result == out->result && out->result != DEP_INTACT)
            (void)snprintf(out->finding, sizeof out->finding, "%s", at->id);
    }
}

/* ---- may it be taken in ---- */

static const char *of_package(const struct receiving *receiving, const char *name)
{
    const char *text = dep_json_string(dep_json_object(receiving->account, "package"), name);
    return text ? text : "";
}

static int look_up(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    (void)snprintf(out->package, sizeof out->package, "%s", of_package(receiving, "id"));
    (void)snprintf(out->sender, sizeof out->sender, "%s", of_package(receiving, "sender"));
    out->kind = dep_package_kind_parse(dep_slice_string(of_package(receiving, "kind")));
    keep_finding(receiving);
    return DEP_OK;
}

struct same {
    struct receiving *receiving;
    bool again, other;
};

/* One of this id that was taken in before: the same, or another. */
static int compare_received(void *context, const struct dep_index_row *row)
{
    struct same *same = context;
    struct receiving *receiving = same->receiving;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (err)
        return err;
    const char *package = dep_json_string(view.claims, "package"),
               *head = dep_json_string(view.claims, "head_sha256"),
               *outcome = dep_json_string(view.claims, "outcome"),
               *item = dep_json_string(view.claims, "item");
    if (!package || strcmp(package, receiving->out->package) != 0 || !outcome ||
        strcmp(outcome, "taken") != 0)
        return DEP_OK;
    same->again = head && strcmp(head, of_package(receiving, "head")) == 0;
    same->other = !same->again;
    memcpy(receiving->out->record.jti, row->jti, sizeof row->jti);
    receiving->out->record.index = row->index;
    receiving->out->record.sha256 = row->sha256;
    (void)snprintf(receiving->out->item, sizeof receiving->out->item, "%s", item ? item : "");
    return DEP_FOUND;
}

/* A receipt answers the package.sent that it names: ours, sent to whoever signed the receipt. */
static int match_sent(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    const struct dep_charter *charter = NULL;
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (!err)
        err = dep_node_charter(receiving->node, row->index, &charter, receiving->problem);
    if (err)
        return err;
    const char *package = dep_json_string(view.claims, "package"),
               *to = dep_json_string(view.claims, "recipient");
    int place = to ? dep_charter_code_find(charter, DEP_LIST_RECIPIENTS, to) : -1;
    int member =
        place < 0 ? -1 : dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)place)->member;
    if (!package || strcmp(package, receiving->out->package) != 0 || member < 0 ||
        strcmp(dep_charter_member_at(charter, (size_t)member)->id, receiving->out->sender) != 0)
        return DEP_OK;
    receiving->answered = *row;
    return DEP_FOUND;
}

static int same_receipt(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    const char *digest = err ? NULL : dep_json_string(view.claims, "sha256");
    if (err || !digest || strcmp(digest, of_package(receiving, "head")) != 0)
        return err;
    receiving->out->again = true;
    receiving->out->record = (struct dep_done){.index = row->index, .sha256 = row->sha256};
    memcpy(receiving->out->record.jti, row->jti, sizeof row->jti);
    return DEP_FOUND;
}

/* Does its head name that very record of ours? */
static int check_receipt(struct receiving *receiving)
{
    struct dep_index_query query = {.type = "package.sent"}, answers = {.type = "foreign.record"};
    struct dep_finding why;
    DEP_AUTO_PRESENTATION head = {.claims = NULL};
    char sent[2 * DEP_HASH_LEN + 1];
    int err = dep_roll_list(receiving->node, &query, match_sent, receiving, receiving->problem);
    if (err < 0)
        return err;
    if (!receiving->answered.jti[0])
        return found(receiving, "receive.receipt");
    answers.ref = receiving->answered.jti;
    err = dep_roll_list(receiving->node, &answers, same_receipt, receiving, receiving->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    dep_hex_encode(receiving->answered.sha256.bytes, DEP_HASH_LEN, sent);
    for (size_t i = 0; i < receiving->kept.count; i++) {
        const json_t *claims = receiving->kept.drafts[i].claims;
        const char *digest = dep_json_string(claims, "sha256");
        if (!digest || strcmp(digest, of_package(receiving, "head")) != 0)
            continue;
        err = dep_foreign_open(receiving->node->schemas, claims, &head, &why);
        const char *named = err ? NULL : dep_json_string(head.claims, "head_sha256");
        return named && strcmp(named, sent) == 0 ? DEP_OK : found(receiving, "receive.receipt");
    }
    return found(receiving, "receive.receipt");
}

/* Addressed to this member: by a code of the charter that stands for it. */
static int check_recipient(struct receiving *receiving)
{
    const struct dep_charter *charter = NULL;
    struct dep_node *node = receiving->node;
    const char *own = dep_register_info(node->reg)->member;
    int err = dep_node_charter(node, dep_register_count(node->reg), &charter, receiving->problem);
    if (err)
        return err;
    if (strcmp(receiving->out->sender, own) == 0 && receiving->out->kind != DEP_PACKAGE_REGISTER)
        return found(receiving, "receive.own");
    int place =
        dep_charter_code_find(charter, DEP_LIST_RECIPIENTS, of_package(receiving, "recipient"));
    int member =
        place < 0 ? -1 : dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)place)->member;
    return member >= 0 && strcmp(dep_charter_member_at(charter, (size_t)member)->id, own) == 0
               ? DEP_OK
               : found(receiving, "receive.recipient");
}

/* ---- records ---- */

static json_t *checkpoints_of(const struct receiving *receiving)
{
    json_t *list = json_array(), *log;
    size_t i;
    json_array_foreach(dep_json_array(receiving->account, "logs"), i, log)
    {
        json_t *checkpoint =
            json_pack("{s:O,s:O,s:O}", "origin", json_object_get(log, "origin"), "size",
                      json_object_get(log, "size"), "root", json_object_get(log, "root"));
        if (!dep_json_true(log, "proved")) {
            json_decref(checkpoint);
            continue;
        }
        if (!list || !checkpoint || json_array_append_new(list, checkpoint)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* foreign.received, but for the item. */
static int make_claims(struct receiving *receiving, bool taken)
{
    const struct dep_received *out = receiving->out;
    const char *head = of_package(receiving, "head");
    json_t *claims =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s*,s:I,s:I}", "package", out->package, "head_sha256",
                  head, "sender", out->sender, "kind", dep_package_kind_name(out->kind), "outcome",
                  taken ? "taken" : "refused", "finding", out->finding[0] ? out->finding : NULL,
                  "records", (json_int_t)receiving->kept.count, "items",
                  (json_int_t)json_array_size(dep_json_array(receiving->account, "items")));
    if (claims && taken && json_object_set_new(claims, "checkpoints", checkpoints_of(receiving))) {
        json_decref(claims);
        claims = NULL;
    }
    receiving->claims = claims;
    return claims ? DEP_OK : no_memory(receiving);
}

/* Called when the package is sealed: what is recorded with it. */
static int more_records(void *context, const char *item, const struct dep_draft **out,
                        size_t *out_count)
{
    struct receiving *receiving = context;
    struct dep_kept *kept = &receiving->kept;
    bool receipt = receiving->out->kind == DEP_PACKAGE_RECEIPT;
    if (!receipt && json_object_set_new(receiving->claims, "item", json_string(item)))
        return no_memory(receiving);
    if (!receipt && !dep_kept_add(kept, "foreign.received", json_incref(receiving->claims)))
        return no_memory(receiving);
    *out = kept->drafts;
    *out_count = kept->count;
    return DEP_OK;
}

/* What an officer would state of the item stands in the package; here it is said to be not stated. */
static json_t *intake_claims(const struct receiving *receiving)
{
    const struct dep_schema *schema =
        dep_schemas_find(receiving->node->schemas, "evidence.intake", 0);
    json_t *unknown = json_object(), *claims = NULL;
    bool bad = !unknown || !schema;
    for (size_t i = 0; !bad && i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok)
            bad = json_object_set_new(
                      unknown, schema->fields[i].name,
                      json_pack("{s:s,s:s}", "code", "unknown", "reason", DEP_NOT_STATED)) != 0;
    if (!bad)
        claims =
            json_pack("{s:s,s:b,s:O}", "stage", "package", "restricted", 1, "unknown", unknown);
    json_decref(unknown);
    return claims;
}

static int seal(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    struct dep_collected collected = {.item = ""};
    const char *paths[] = {receiving->copy};
    DEP_AUTO_JSON *claims = intake_claims(receiving);
    DEP_AUTO_FREE struct dep_done *done = dep_alloc_array(receiving->kept.count + 1, sizeof *done);
    if (!claims || !done)
        return no_memory(receiving);
    struct dep_collect_order order = {.paths = paths,
                                      .path_count = 1,
                                      .claims = claims,
                                      .type = "evidence.intake",
                                      .progress = receiving->order->sealing,
                                      .more = more_records,
                                      .more_context = receiving,
                                      .more_done = done,
                                      .context = receiving->order->context};
    int err = dep_node_collect(receiving->node, &order, &collected, receiving->problem);
    if (err)
        return err;
    memcpy(out->item, collected.item, sizeof out->item);
    out->record = done[receiving->kept.count - 1];
    out->records = receiving->kept.count - (out->kind != DEP_PACKAGE_RECEIPT);
    return DEP_OK;
}

/* That it came and was refused is kept, and nothing of it. */
static int refuse(struct receiving *receiving)
{
    const struct dep_received *out = receiving->out;
    if (!dep_uuid7_valid(dep_slice_string(out->package)) || !out->sender[0] ||
        out->kind == DEP_PACKAGE_KINDS || !of_package(receiving, "head")[0])
        return found(receiving, "receive.altered"); /* nobody knows what it was to be */
    int err = make_claims(receiving, false);
    struct dep_draft draft = {.type = "foreign.received", .claims = receiving->claims};
    if (!err)
        err = dep_node_commit(receiving->node, &draft, 1, &receiving->out->record,
                              receiving->problem);
    return err ? err : found(receiving, "receive.altered");
}

/* ---- all of it ---- */

static int read_kept(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    DEP_AUTO_JSON *refs = NULL;
    bool receipt = receiving->out->kind == DEP_PACKAGE_RECEIPT;
    int err = dep_kept_read(verify, dep_bag_verified_folder(receiving->bag),
                            receiving->out->package, NULL, &receiving->kept, receiving->problem);
    if (err)
        return err;
    if (receipt)
        err = check_receipt(receiving);
    if (err || !receipt)
        return err;
    refs = json_array();
    if (!refs || json_array_append_new(refs, dep_record_ref_new("answers", receiving->answered.jti,
                                                                &receiving->answered.sha256)))
        return no_memory(receiving);
    for (size_t i = 0; i < receiving->kept.count; i++)
        if (json_object_set((json_t *)(uintptr_t)receiving->kept.drafts[i].claims, "refs", refs))
            return no_memory(receiving);
    return DEP_OK;
}

static bool confirmed(struct receiving *receiving)
{
    const struct dep_receive_order *order = receiving->order;
    struct dep_receive_told told = {receiving->out->package, receiving->out->sender,
                                    receiving->out->kind, receiving->out->result,
                                    dep_bag_verified_verify(receiving->bag)};
    return !order->confirm || order->confirm(order->context, &told);
}

static int judge(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    switch (out->kind) {
    case DEP_PACKAGE_RELEASE:
    case DEP_PACKAGE_REGISTER:
    case DEP_PACKAGE_RECEIPT: break;
    default: return found(receiving, "receive.kind");
    }
    if (out->result == DEP_UNPROVED && !receiving->order->unproved)
        return found(receiving, "receive.unproved");
    return out->kind == DEP_PACKAGE_RECEIPT ? DEP_OK : check_recipient(receiving);
}

static int take_in(struct receiving *receiving)
{
    struct same same = {.receiving = receiving};
    struct dep_index_query query = {.type = "foreign.received"};
    int err = dep_roll_list(receiving->node, &query, compare_received, &same, receiving->problem);
    if (err < 0)
        return err;
    if (same.other)
        return found(receiving, "receive.other");
    if (same.again) {
        receiving->out->again = true;
        return DEP_OK;
    }
    err = judge(receiving);
    if (!err)
        err = read_kept(receiving);
    if (!err && receiving->out->again)
        return DEP_OK;
    if (!err && !confirmed(receiving))
        err = found(receiving, "receive.declined");
    if (!err)
        err = make_claims(receiving, true);
    return err ? err : seal(receiving);
}

static int run(struct receiving *receiving)
{
    int err = dep_node_unlock(receiving->node, receiving->problem);
    if (!err)
        err = copy_in(receiving);
    if (!err)
        err = verify_copy(receiving);
    if (!err)
        err = look_up(receiving);
    if (err)
        return err;
    return receiving->out->result == DEP_ALTERED ? refuse(receiving) : take_in(receiving);
}

int dep_node_receive(struct dep_node *node, const struct dep_receive_order *order,
                     struct dep_received *out, struct dep_problem *problem)
{
    struct dep_received done = {.package = ""};
    struct receiving receiving = {
        .node = node, .order = order, .problem = problem, .out = &done, .copy_fd = -1};
    int err = run(&receiving);
    dep_bag_verified_free(receiving.bag);
    dep_kept_done(&receiving.kept);
    json_decref(receiving.account);
    json_decref(receiving.claims);
    if (receiving.copy[0])
        dep_folder_remove(receiving.copy);
    dep_close_fd(&receiving.copy_fd);
    if (err >= 0)
        *out = done;
    return err;
}
