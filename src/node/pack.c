/*
 * From a plan to a folder: planned again under the lock, package.sent committed, written, read
 * back, named.
 */
#include "node/pack_impl.h"
#include "node/release.h"
#include "node/status.h"
#include "node/verify_bag.h"
#include "store/monotonic.h"

#include <string.h>

/* ---- committing ---- */

static json_t *claims_of(const struct dep_pack *pack)
{
    char content[2 * DEP_HASH_LEN + 1], release[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(pack->content_sha256.bytes, DEP_HASH_LEN, content);
    dep_hex_encode(pack->release.sha256.bytes, DEP_HASH_LEN, release);
    return json_pack("{s:s,s:s,s:s,s:s,s:s*}", "package", pack->id, "content_sha256", content,
                     "kind", dep_package_kind_name(pack->kind), "recipient", pack->recipient,
                     "release", pack->release.jti[0] ? release : NULL);
}

struct committing {
    struct dep_pack *pack;
    struct dep_pack *now; /* the same, planned under the lock */
    json_t *claims;
};

static int decide(void *context, uint64_t size, struct dep_draft *draft,
                  struct dep_problem *problem)
{
    struct committing *committing = context;
    struct dep_pack *pack = committing->pack, *now = pack_new(pack->node, pack->id);
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    committing->now = now;
    if (!now)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.pack", pack->node->dir);
    now->problem = problem;
    pack_keep_order(now, pack->order.name, pack->order.recipient);
    int err = pack_plan(now, size, &judgement);
    if (!err)
        err = pack_items_take(now, pack);
    if (!err)
        err = pack_notice_take(now, pack);
    if (!err)
        err = pack_content(now);
    if (err)
        return err;
    if (!dep_hash_equal(&now->content_sha256, &pack->content_sha256))
        return pack_found(now, "pack.changed", pack->id);
    committing->claims = claims_of(pack);
    if (!committing->claims)
        return pack_no_memory(now);
    *draft = (struct dep_draft){.type = "package.sent", .claims = committing->claims};
    return DEP_OK;
}

static int commit(struct dep_pack *pack, struct dep_done *out)
{
    struct committing committing = {.pack = pack};
    if (pack->again.jti[0]) {
        *out = (struct dep_done){.index = pack->again.index, .sha256 = pack->again.sha256};
        memcpy(out->jti, pack->again.jti, sizeof out->jti);
        return pack_is_head_alone(pack) ? DEP_OK : pack_judge_again(pack);
    }
    pack->node->kept = &pack->head_disclosures;
    int err = pack->answer
                  ? dep_node_decide(pack->node, pack_decide_answer, pack, out, pack->problem)
                  : dep_node_decide(pack->node, decide, &committing, out, pack->problem);
    pack->node->kept = NULL;
    json_decref(committing.claims);
    dep_pack_free(committing.now);
    return err;
}

/* What is in force as the package leaves, so that its reader can tell it from what came later. Who
 * may not issue it, or can't read every consent, leaves it to those before. */
static int issue_statuses(struct dep_pack *pack)
{
    struct dep_node *node = pack->node;
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    const struct dep_schema *schema = dep_schemas_find(node->schemas, "status.issued", 0);
    struct dep_done done;
    size_t count;
    if (!self || !schema || !(self->roles & schema->signers))
        return DEP_OK;
    int err = pack->needs_consents ? dep_node_status_issue(node, "consents", &count,
                                                           &pack->in_force, &done, pack->problem)
                                   : DEP_OK;
    if (pack->in_force)
        pack->in_force_of = done.sha256;
    if (err == DEP_FOUND && strcmp(pack->problem->finding.id, "status.unread") == 0)
        err = DEP_OK;
    /* Last, so that it speaks of the others' signatures too. */
    return err ? err : dep_node_status_issue(node, "keys", &count, NULL, &done, pack->problem);
}

/* ---- writing ---- */

/* As it is signed: index.db's is about that. */
static int iat_of(struct dep_pack *pack, const struct dep_done *head, int64_t *out)
{
    struct dep_problem *problem = pack->problem;
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_find(pack->node, head->jti, &row, problem);
    if (!err)
        err = dep_node_view_row(pack->node, &row, false, &view, problem);
    if (!err && !dep_json_int(view.claims, "iat", out))
        err = dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.pack", head->jti);
    return err;
}

/* ---- reading back ---- */

/* The first that its recipient would hold against it. */
static int told_against(struct dep_pack *pack, const struct dep_verify *verify)
{
    size_t i = 0;
    while (i + 1 < dep_verify_found_count(verify) &&
           (dep_verify_found_at(verify, i)->aside ||
            dep_verify_found_at(verify, i)->result != DEP_ALTERED))
        i++;
    const struct dep_verify_found *found = dep_verify_found_at(verify, i);
    return dep_fault_set(&pack->problem->fault, DEP_ERR_CORRUPT, 0, "pack.readback", "%s %.*s",
                         found->id, (int)found->path.len, (const char *)found->path.data);
}

/* By the same verifier that its recipient has, from what lies on the disk: once all of it is there,
 * as a medium that claims to be larger than it is loses what came first. */
static int read_back(struct dep_pack *pack, const struct dep_pack_how *how,
                     const struct dep_bag_writer *bag, enum dep_result *out)
{
    struct dep_bag_verified *verified = NULL;
    const struct dep_bag_order order = {.dir = dep_bag_writer_dir(bag),
                                        .written = bag,
                                        .pin = dep_charter_digest(pack->charter)->bytes,
                                        .progress = how->reading_back,
                                        .context = how->reading_context};
    int err = dep_node_verify_bag(&order, &verified, pack->problem);
    if (err)
        return err;
    const struct dep_verify *verify = dep_bag_verified_verify(verified);
    *out = dep_verify_result(verify);
    if (*out == DEP_ALTERED)
        err = told_against(pack, verify);
    dep_bag_verified_free(verified);
    return err;
}

static int write_bag(struct dep_pack *pack, const struct dep_pack_how *how,
                     struct dep_bag_writer *bag, struct dep_packed *out)
{
    struct dep_fault *fault = &pack->problem->fault;
    struct dep_package_info info = {.sender = dep_register_info(pack->node->reg)->member,
                                    .id = pack->id,
                                    .agent = dep_slice_string(how->agent),
                                    .kind = pack->kind};
    int err = pack_write(pack, &out->head, how, bag, out);
    if (!err)
        err = iat_of(pack, &out->head, &info.date_s);
    if (err)
        return err;
    out->files = dep_bag_writer_count(bag);
    out->bytes = dep_bag_writer_bytes(bag);
    err = dep_bag_writer_finish(bag, &info, fault);
    int64_t written_ms = dep_monotonic_ms();
    if (!err)
        err = read_back(pack, how, bag, &out->result);
    out->read_back_ms = (uint64_t)(dep_monotonic_ms() - written_ms);
    return err ? err : dep_bag_writer_publish(bag, fault);
}

int dep_node_pack(struct dep_node *node, struct dep_pack *pack, const struct dep_pack_how *how,
                  struct dep_packed *out, struct dep_problem *problem)
{
    assert(pack->node == node);
    DEP_AUTO_BAG_WRITER *bag = NULL;
    struct dep_packed packed = {.passphrase = "", .notice_passphrase = ""};
    uint64_t piece_len = 0;
    pack->problem = problem;
    /* The target first: where nothing can be written nothing is recorded. */
    int err = pack_look_at_target(pack, how->path, &piece_len);
    if (!err)
        err = dep_bag_writer_new(how->path, &bag, &problem->fault);
    if (!err)
        err = pack_items_write(pack, how, piece_len, bag, &packed);
    if (!err)
        err = pack_notice_write(pack, how, bag, &packed);
    if (!err)
        err = pack_documents(pack, how, bag);
    if (!err)
        err = pack_content(pack);
    if (!err)
        err = commit(pack, &packed.head);
    if (!err)
        err = issue_statuses(pack);
    if (!err)
        err = write_bag(pack, how, bag, &packed);
    pack->problem = NULL;
    if (!err)
        *out = packed;
    dep_wipe(packed.passphrase, sizeof packed.passphrase);
    dep_wipe(packed.notice_passphrase, sizeof packed.notice_passphrase);
    return err;
}
