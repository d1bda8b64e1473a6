/*
 * Order: copied into the register, verified there, sealed, recorded. Until the records are
 * committed nothing of it counts; what a kill leaves behind is a copy, which the next receive
 * removes, or a container without a record, which recovery moves aside.
 */
#include "node/receive_impl.h"

#include "node/charter.h"
#include "node/evidence.h"
#include "node/node_impl.h"
#include "node/roll.h"
#include "store/folder.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/foreign.md";

int receive_found(struct receiving *receiving, const char *id)
{
    return dep_problem_found(receiving->problem, id, CLAUSE, receiving->out->package);
}

int receive_no_memory(struct receiving *receiving)
{
    return dep_problem_fault(receiving->problem, DEP_ERR_NOMEM, "node.receive",
                             receiving->order->dir);
}

const char *receive_of_package(const struct receiving *receiving, const char *name)
{
    const char *text = dep_json_string(dep_json_object(receiving->account, "package"), name);
    return text ? text : "";
}

/* ---- may it be taken in ---- */

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
    same->again = head && strcmp(head, receive_of_package(receiving, "head")) == 0;
    same->other = !same->again;
    memcpy(receiving->out->record.jti, row->jti, sizeof row->jti);
    receiving->out->record.index = row->index;
    receiving->out->record.sha256 = row->sha256;
    (void)snprintf(receiving->out->item, sizeof receiving->out->item, "%s", item ? item : "");
    return DEP_FOUND;
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
        return receive_found(receiving, "receive.own");
    /* A notice doesn't say for whom it is: it speaks of a release that is here or isn't. */
    if (receiving->out->kind == DEP_PACKAGE_NOTICE)
        return DEP_OK;
    const struct dep_charter_member *member =
        dep_charter_recipient(charter, receive_of_package(receiving, "recipient"));
    return member && strcmp(member->id, own) == 0 ? DEP_OK
                                                  : receive_found(receiving, "receive.recipient");
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
    const char *head = receive_of_package(receiving, "head");
    json_t *claims =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s*,s:s*,s:I,s:I}", "package", out->package, "head_sha256",
                  head, "sender", out->sender, "kind", dep_package_kind_name(out->kind), "outcome",
                  taken ? "taken" : "refused", "finding", out->finding[0] ? out->finding : NULL,
                  "release", receiving->release[0] ? receiving->release : NULL, "records",
                  (json_int_t)receiving->kept.count, "items",
                  (json_int_t)json_array_size(dep_json_array(receiving->account, "items")));
    if (claims && taken && json_object_set_new(claims, "checkpoints", checkpoints_of(receiving))) {
        json_decref(claims);
        claims = NULL;
    }
    receiving->claims = claims;
    return claims ? DEP_OK : receive_no_memory(receiving);
}

/* What was withdrawn before it came is withdrawn as it comes. */
static int add_received(struct receiving *receiving, const char *item)
{
    struct dep_kept *kept = &receiving->kept;
    for (size_t i = 0; i < kept->count; i++) {
        json_t *claims = (json_t *)(uintptr_t)kept->drafts[i].claims;
        if (strcmp(kept->drafts[i].type, DEP_FOREIGN_REPORT) == 0 &&
            json_object_set_new(claims, "item", json_string(item)))
            return receive_no_memory(receiving);
    }
    if (receiving->foretold) {
        json_t *told = receive_retold(receiving->foretold, item);
        if (!told || !dep_kept_add(kept, "foreign.record", told))
            return receive_no_memory(receiving);
        (void)snprintf(receiving->out->withdrawn_item, sizeof receiving->out->withdrawn_item, "%s",
                       item);
    }
    if (json_object_set_new(receiving->claims, "item", json_string(item)) ||
        !dep_kept_add(kept, "foreign.received", json_incref(receiving->claims)))
        return receive_no_memory(receiving);
    return DEP_OK;
}

/* Called when the package is sealed: what is recorded with it. */
static int more_records(void *context, const char *item, const struct dep_draft **out,
                        size_t *out_count)
{
    struct receiving *receiving = context;
    struct dep_kept *kept = &receiving->kept;
    const struct dep_kept *withdrawn = &receiving->withdrawn;
    int err = receive_is_answer(receiving) ? DEP_OK : add_received(receiving, item);
    if (err)
        return err;
    receiving->answer_at = kept->count - 1;
    err = receive_marking(receiving, item);
    if (err)
        return err;
    for (size_t i = 0; i < withdrawn->count; i++)
        if (!dep_kept_add(kept, withdrawn->drafts[i].type,
                          json_incref((json_t *)(uintptr_t)withdrawn->drafts[i].claims)))
            return receive_no_memory(receiving);
    /* The first group goes with the package: a kit of usual size is there wholly or not at all. */
    err = receiving->kit ? receive_kit_fill(receiving, kept) : DEP_OK;
    *out = kept->drafts;
    *out_count = kept->count;
    return err;
}

int receive_not_stated(const struct receiving *receiving, json_t *claims)
{
    const struct dep_schema *schema =
        dep_schemas_find(receiving->node->schemas, "evidence.intake", 0);
    json_t *unknown = json_object();
    int bad = !unknown || !schema;
    for (size_t i = 0; !bad && i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok && !json_object_get(claims, schema->fields[i].name))
            bad = json_object_set_new(
                unknown, schema->fields[i].name,
                json_pack("{s:s,s:s}", "code", "unknown", "reason", DEP_NOT_STATED));
    return json_object_set_new(claims, "unknown", unknown) || bad;
}

/* What an officer would state of the item stands in the package; here it is said to be not
 * stated. */
static json_t *intake_claims(const struct receiving *receiving)
{
    json_t *claims = json_pack("{s:s,s:b}", "stage", "package", "restricted", 1);
    if (!claims || receive_not_stated(receiving, claims) == 0)
        return claims;
    json_decref(claims);
    return NULL;
}

/* At most, but for the intake. */
static size_t drafts_of(const struct receiving *receiving)
{
    enum { BESIDES = 3 }; /* what add_received() and receive_marking() add */
    return receiving->kept.count + BESIDES + receiving->withdrawn.count +
           (receiving->kit ? RECEIVE_KIT_GROUP_MAX : 0);
}

static int seal(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    struct dep_collected collected = {.item = ""};
    const char *paths[] = {receiving->copy};
    DEP_AUTO_JSON *claims = intake_claims(receiving);
    size_t room = drafts_of(receiving);
    DEP_AUTO_FREE struct dep_done *done = dep_alloc_array(room, sizeof *done);
    if (!claims || !done)
        return receive_no_memory(receiving);
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
    if (receiving->kit)
        receive_kit_settle(receiving, err);
    if (err)
        return err;
    memcpy(out->item, collected.item, sizeof out->item);
    out->record = done[receiving->answer_at];
    out->records = receiving->answer_at + receive_is_answer(receiving);
    return receiving->kit ? receive_kit_rest(receiving) : DEP_OK;
}

/* A kit outside the charter is the commonest mistake, one with its home's id among them, as a
 * member has one log and one root key: then nobody altered anything. */
static const char *refusal_of(const struct receiving *receiving)
{
    return receiving->out->kind == DEP_PACKAGE_REGISTER &&
                   strcmp(receiving->out->finding, "charter.pin") == 0
               ? "receive.kit"
               : "receive.altered";
}

/* That it came and was refused is kept, and nothing of it. */
static int refuse(struct receiving *receiving)
{
    const struct dep_received *out = receiving->out;
    if (!dep_uuid7_valid(dep_slice_string(out->package)) || !out->sender[0] ||
        out->kind == DEP_PACKAGE_KINDS || !receive_of_package(receiving, "head")[0])
        return receive_found(receiving, refusal_of(receiving)); /* nobody knows what it was to be */
    int err = make_claims(receiving, false);
    struct dep_draft draft = {.type = "foreign.received", .claims = receiving->claims};
    if (!err)
        err = dep_node_commit(receiving->node, &draft, 1, &receiving->out->record,
                              receiving->problem);
    return err ? err : receive_found(receiving, refusal_of(receiving));
}

/* ---- all of it ---- */

static int read_kept(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    DEP_AUTO_JSON *refs = NULL;
    /* What a field kit reported is taken in with its register (receive_kit.c). */
    const char *reader = receiving->out->kind == DEP_PACKAGE_RELEASE
                             ? dep_register_info(receiving->node->reg)->member
                             : NULL;
    int err = dep_kept_read(verify, dep_bag_verified_folder(receiving->bag),
                            receiving->out->package, reader, &receiving->kept, receiving->problem);
    if (err)
        return err;
    if (!receive_is_answer(receiving)) {
        err = receive_request_answers(receiving);
        return err ? err : receive_notices(receiving);
    }
    err = receive_check_answer(receiving);
    if (err)
        return err;
    refs = json_array();
    if (!refs || json_array_append_new(refs, dep_record_ref_new("answers", receiving->answered.jti,
                                                                &receiving->answered.sha256)))
        return receive_no_memory(receiving);
    for (size_t i = 0; i < receiving->kept.count; i++)
        if (json_object_set((json_t *)(uintptr_t)receiving->kept.drafts[i].claims, "refs", refs))
            return receive_no_memory(receiving);
    return DEP_OK;
}

static struct dep_receive_told told_of(const struct receiving *receiving)
{
    const struct dep_received *out = receiving->out;
    return (struct dep_receive_told){.package = out->package,
                                     .sender = out->sender,
                                     .kind = out->kind,
                                     .result = out->result,
                                     .verify = dep_bag_verified_verify(receiving->bag),
                                     .account = receiving->account};
}

static bool confirmed(const struct receiving *receiving)
{
    const struct dep_receive_order *order = receiving->order;
    const struct dep_receive_told told = told_of(receiving);
    return !order->confirm || order->confirm(order->context, &told);
}

static int judge(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    switch (out->kind) {
    case DEP_PACKAGE_RELEASE:
    case DEP_PACKAGE_REGISTER:
    case DEP_PACKAGE_RECEIPT:
    case DEP_PACKAGE_NOTICE:
    case DEP_PACKAGE_ACKNOWLEDGEMENT: break;
    default: return receive_found(receiving, "receive.kind");
    }
    int err = receive_is_answer(receiving) ? DEP_OK : check_recipient(receiving);
    return !err && out->result == DEP_UNPROVED && !receiving->order->unproved
               ? receive_found(receiving, "receive.unproved")
               : err;
}

/* It counts once; of a field kit's register goes on what was cut off. */
static int take_again(struct receiving *receiving)
{
    receiving->out->again = true;
    if (receiving->out->kind != DEP_PACKAGE_REGISTER)
        return DEP_OK;
    int err = judge(receiving);
    if (!err)
        err = receive_kit_prepare(receiving);
    return err ? err : receive_kit_rest(receiving);
}

static int take_in(struct receiving *receiving)
{
    struct same same = {.receiving = receiving};
    struct dep_index_query query = {.type = "foreign.received"};
    int err = receive_await_turn(receiving);
    if (!err)
        err = dep_roll_list(receiving->node, &query, compare_received, &same, receiving->problem);
    if (err < 0)
        return err;
    if (same.other)
        return receive_found(receiving, "receive.other");
    if (same.again)
        return take_again(receiving);
    err = judge(receiving);
    if (!err)
        err = read_kept(receiving);
    if (!err && receiving->out->again)
        return DEP_OK;
    if (!err && receiving->out->kind == DEP_PACKAGE_REGISTER)
        err = receive_kit_prepare(receiving);
    if (!err && drafts_of(receiving) >= DEP_COMMIT_RECORDS_MAX)
        err = receive_found(receiving, "receive.many");
    if (!err && !confirmed(receiving))
        err = receive_found(receiving, "receive.declined");
    if (!err)
        err = make_claims(receiving, true);
    return err ? err : seal(receiving);
}

static int run(struct receiving *receiving)
{
    int err = dep_node_unlock(receiving->node, receiving->problem);
    if (!err)
        err = receive_copy(receiving);
    if (!err)
        err = receive_verify(receiving);
    if (err)
        return err;
    const struct dep_receive_told told = told_of(receiving);
    if (receiving->order->verified)
        receiving->order->verified(receiving->order->context, &told);
    return receiving->out->result == DEP_ALTERED ? refuse(receiving) : take_in(receiving);
}

int dep_node_receive(struct dep_node *node, const struct dep_receive_order *order,
                     struct dep_received *out, struct dep_problem *problem)
{
    struct dep_received done = {.package = ""};
    struct receiving receiving = {.node = node,
                                  .order = order,
                                  .problem = problem,
                                  .out = &done,
                                  .copy_fd = -1,
                                  .turn_fd = -1};
    int err = run(&receiving);
    dep_bag_verified_free(receiving.bag);
    dep_kept_done(&receiving.kept);
    dep_kept_done(&receiving.withdrawn);
    receive_kit_done(receiving.kit);
    json_decref(receiving.foretold);
    json_decref(receiving.account);
    json_decref(receiving.claims);
    if (receiving.copy[0])
        dep_folder_remove(receiving.copy);
    dep_close_fd(&receiving.copy_fd);
    dep_close_fd(&receiving.turn_fd);
    if (err >= 0)
        *out = done;
    return err;
}
