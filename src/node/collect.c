/*
 * Collecting: survey, ask, seal, publish the container, commit the record. The commit point is the
 * record's; a container without a record is moved aside by the next recovery.
 */
#include "node/custody.h"
#include "node/node_impl.h"
#include "node/pending.h"

#include "codec/text.h"
#include "store/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct collect_work {
    struct dep_node *node;
    const struct dep_collect_order *order;
    struct dep_collected *out;
    struct dep_problem *problem;
    struct dep_vault_writer *writer;
    int pending_fd;             /* -1: no container waits for its record */
    struct dep_buf content_key; /* secret */
    struct dep_buf statement;
};

struct first_match {
    char jti[DEP_UUID_LEN + 1];
};

static int take_first(void *context, const struct dep_index_row *row)
{
    struct first_match *match = context;
    (void)snprintf(match->jti, sizeof match->jti, "%s", row->jti);
    return DEP_FOUND;
}

static int find_by_field(struct dep_node *node, const char *field, const char *value,
                         struct first_match *out, struct dep_problem *problem)
{
    struct dep_index_query query = {.field = field, .value = value, .limit = 1};
    int err = dep_node_list(node, &query, take_first, out, problem);
    return err < 0 ? err : DEP_OK;
}

/* The key of the keyed content digest; a field register has none and so can't be asked what it
 * held. */
static int load_content_key(struct collect_work *work)
{
    struct dep_node *node = work->node;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, work->problem);
    if (keys < 0)
        return keys;
    if (dep_register_info(node->reg)->field || !dep_keyfile_exists(keys, "content", ".age"))
        return DEP_OK;
    return dep_keyfile_load_bytes(keys, "content.age", &node->officer_identity, &work->content_key,
                                  work->problem);
}

static int make_statement(struct collect_work *work)
{
    int err = dep_json_encode_sorted(work->order->claims, &work->statement);
    return err ? dep_problem_fault(work->problem, err, "collect.statement", "collection.json")
               : DEP_OK;
}

static int ask(struct collect_work *work, struct dep_seal_order *seal)
{
    struct dep_collect_preview preview = {
        .exhibit = dep_json_string(work->order->claims, "exhibit"),
        .case_ref = dep_json_string(work->order->claims, "case"),
    };
    struct first_match same = {.jti = ""};
    int err = DEP_OK;
    if (seal->path_count && work->order->survey)
        err = dep_survey(seal, &preview.survey, &work->problem->fault);
    if (!err && preview.exhibit)
        err = find_by_field(work->node, "exhibit", preview.exhibit, &same, work->problem);
    if (err)
        return err;
    seal->announced = preview.survey;
    preview.duplicate_exhibit_jti = same.jti[0] ? same.jti : NULL;
    if (work->order->confirm && !work->order->confirm(work->order->context, &preview))
        return dep_problem_fault(work->problem, DEP_ERR_STOPPED, "collect.declined",
                                 work->node->dir);
    return DEP_OK;
}

static int set_int(json_t *claims, const char *name, uint64_t value)
{
    return json_object_set_new(claims, name, json_integer((json_int_t)value));
}

static int set_hash(json_t *claims, const char *name, const struct dep_hash *hash)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    return json_object_set_new(claims, name, json_string(hex));
}

static int add_sealed(struct collect_work *work)
{
    const struct dep_sealed *sealed = &work->out->sealed;
    json_t *claims = work->order->claims;
    int bad = set_hash(claims, "payload_sha256", &sealed->payload_sha256);
    bad |= set_hash(claims, "manifest_root", &sealed->manifest_root);
    bad |= set_int(claims, "files", sealed->files);
    bad |= set_int(claims, "bytes", sealed->bytes);
    bad |= set_int(claims, "not_taken", sealed->not_taken);
    bad |= set_int(claims, "changed", sealed->changed);
    bad |= set_int(claims, "manifest_offset", sealed->manifest_offset);
    bad |= set_int(claims, "manifest_len", sealed->manifest_len);
    if (sealed->has_content_tag)
        bad |= set_hash(claims, "content_tag", &sealed->content_tag);
    json_t *given = json_array();
    for (size_t i = 0; i < work->order->path_count; i++) {
        /* A path may hold any bytes; a claim is UTF-8. What isn't is shown escaped; the manifest
         * has the bytes themselves. */
        DEP_AUTO_BUF shown;
        dep_buf_init(&shown, 4 * DEP_TAR_PATH_MAX);
        dep_text_show(dep_slice_string(work->order->paths[i]), &shown);
        bad |= dep_buf_err(&shown) ||
               json_array_append_new(given, json_stringn((const char *)shown.data, shown.len));
    }
    bad |= json_object_set_new(claims, "given", given);
    return bad ? dep_problem_fault(work->problem, DEP_ERR_NOMEM, "collect.record", work->node->dir)
               : DEP_OK;
}

static int warn_same_content(struct collect_work *work)
{
    const char *tag = dep_json_string(work->order->claims, "content_tag");
    struct first_match same = {.jti = ""};
    int err = tag ? find_by_field(work->node, "content_tag", tag, &same, work->problem) : DEP_OK;
    memcpy(work->out->same_content_jti, same.jti, sizeof same.jti);
    return err;
}

static int seal_files(struct collect_work *work, struct dep_seal_order *seal)
{
    struct dep_node *node = work->node;
    int err =
        dep_vault_writer_new(dep_register_dir_fd(node->reg), &work->writer, &work->problem->fault);
    if (err)
        return err;
    err = dep_seal(seal, work->writer, work->order->notice, work->order->context,
                   &work->out->sealed, &work->problem->finding, &work->problem->fault);
    if (!err)
        err = add_sealed(work);
    if (!err)
        err = warn_same_content(work);
    if (!err)
        err = dep_pending_begin(node, work->out->item, &work->pending_fd, work->problem);
    if (!err)
        err = dep_vault_writer_publish(work->writer, work->out->item, &work->problem->fault);
    return err;
}

/* The record was refused: the container that was to go with it is no one's. After a fault it may
 * stand all the same: then the marker stays, and the next opening judges. */
static void end_pending(struct collect_work *work, int err)
{
    char path[DEP_UUID_LEN + 32];
    if (work->pending_fd < 0 || err < 0)
        return;
    (void)snprintf(path, sizeof path, "vault/%s.tar.age", work->out->item);
    if (err == DEP_FOUND)
        (void)unlinkat(dep_register_dir_fd(work->node->reg), path, 0);
    dep_pending_end(work->node, work->out->item, work->pending_fd);
    work->pending_fd = -1;
}

/* Whoever it was taken from signs on paper, or doesn't sign; an officer doesn't sign for them. */
static int judge_dispossessed(struct collect_work *work)
{
    static const char field[] = "dispossessed";
    const json_t *claims = work->order->claims;
    int err = dep_custody_judge_side(dep_json_object(claims, field), NULL, &work->problem->finding);
    return err ? dep_custody_side_problem(claims, field, field, work->problem) : DEP_OK;
}

/* What the record can't hold, or nobody here may sign, is told before anything is sealed, which
 * takes hours. What is measured isn't there yet, and need not be. */
static int judge_stated(struct collect_work *work)
{
    const struct dep_collect_order *order = work->order;
    struct dep_problem *problem = work->problem;
    const struct dep_schema *schema = dep_schemas_find(work->node->schemas, order->type, 0);
    assert(schema);
    int err = dep_node_may_sign(work->node, order->type, problem);
    if (!err)
        err = dep_record_claims_check(schema, order->claims, &problem->where, &problem->finding);
    if (err == DEP_FOUND && problem->where.instance_path[0])
        (void)snprintf(problem->detail, sizeof problem->detail, "%s%s", order->type,
                       problem->where.instance_path);
    return err;
}

static int record(struct collect_work *work)
{
    const struct dep_collect_order *order = work->order;
    const struct dep_draft *more = NULL, first = {.type = order->type, .claims = order->claims};
    size_t count = 0;
    int err =
        order->more ? order->more(order->more_context, work->out->item, &more, &count) : DEP_OK;
    if (err)
        return err;
    DEP_AUTO_FREE struct dep_draft *drafts = dep_alloc_array(count + 1, sizeof *drafts);
    DEP_AUTO_FREE struct dep_done *done = dep_alloc_array(count + 1, sizeof *done);
    if (!drafts || !done)
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "collect.record", work->node->dir);
    drafts[0] = first;
    for (size_t i = 0; i < count; i++)
        drafts[i + 1] = more[i];
    err = dep_node_commit(work->node, drafts, count + 1, done, work->problem);
    if (err)
        return err;
    work->out->done = done[0];
    for (size_t i = 0; i < count; i++)
        order->more_done[i] = done[i + 1];
    return DEP_OK;
}

static int run(struct collect_work *work)
{
    struct dep_node *node = work->node;
    const struct dep_collect_order *order = work->order;
    struct dep_age_recipient recipients[DEP_RECIPIENTS_MAX];
    size_t recipient_count;
    int err = judge_dispossessed(work);
    if (!err)
        err = dep_node_unlock(node, work->problem);
    if (!err)
        err = dep_node_container_recipients(node, recipients, &recipient_count, work->problem);
    if (!err)
        err = load_content_key(work);
    if (err)
        return err;
    uint8_t random[10];
    node->world.random(random, sizeof random);
    dep_uuid7_encode((uint64_t)node->world.clock(), random, work->out->item);
    if (json_object_set_new(order->claims, "item", json_string(work->out->item)))
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "collect.record", node->dir);
    err = judge_stated(work);
    if (!err)
        err = make_statement(work);
    if (err)
        return err;
    struct dep_seal_order seal = {
        .paths = order->paths,
        .path_count = order->path_count,
        .statement = dep_buf_slice(&work->statement),
        .recipients = recipients,
        .recipient_count = recipient_count,
        .cross_mounts = order->cross_mounts,
        .random = node->world.random,
        .progress = order->progress,
        .progress_context = order->context,
        .content_key = dep_buf_slice(&work->content_key),
    };
    err = ask(work, &seal);
    if (!err && order->path_count) {
        err = seal_files(work, &seal);
        work->out->has_container = !err;
    }
    if (err)
        return err;
    err = record(work);
    end_pending(work, err);
    return err;
}

int dep_node_collect(struct dep_node *node, const struct dep_collect_order *order,
                     struct dep_collected *out, struct dep_problem *problem)
{
    struct dep_collected done = {.item = ""};
    struct collect_work work = {
        .node = node, .order = order, .out = &done, .problem = problem, .pending_fd = -1};
    dep_buf_init_secret(&work.content_key, 256);
    dep_buf_init_secret(&work.statement, DEP_DISCLOSURES_LEN_MAX);
    int err = run(&work);
    dep_close_fd(&work.pending_fd);
    dep_vault_writer_free(work.writer);
    dep_buf_done(&work.content_key);
    dep_buf_done(&work.statement);
    if (!err)
        *out = done;
    return err;
}

/* ---- digests that another tool reported ---- */

static const char *path_for(const char *const *paths, size_t path_count, const char *of, char *room,
                            size_t room_len)
{
    if (!of[0])
        return path_count == 1 ? paths[0] : NULL;
    for (size_t i = 0; i < path_count; i++) {
        assert(paths[i]);
        const char *slash = strrchr(paths[i], '/');
        const char *last = slash ? slash + 1 : paths[i];
        size_t len = strlen(last);
        if (strcmp(of, last) == 0)
            return paths[i];
        if (len && strncmp(of, last, len) == 0 && of[len] == '/' &&
            snprintf(room, room_len, "%s%s", paths[i], of + len) < (int)room_len)
            return room;
    }
    return NULL;
}

static int digest_file(const char *path, const char *algorithm, char *out_hex,
                       dep_seal_progress_fn *progress, void *context, struct dep_problem *problem)
{
    DEP_AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return DEP_FOUND;
    struct dep_digest *digest = dep_digest_new(algorithm);
    uint8_t *room = dep_alloc(DEP_VAULT_PIECE);
    int err =
        digest && room ? DEP_OK : dep_problem_fault(problem, DEP_ERR_NOMEM, "intake.digest", path);
    struct dep_seal_progress state = {.files_total = 1};
    while (!err) {
        ssize_t got = read(fd, room, DEP_VAULT_PIECE);
        if (got == 0)
            break;
        if (got < 0) {
            err = dep_problem_fault(problem, DEP_ERR_IO, "intake.read", path);
            break;
        }
        dep_digest_add(digest, room, (size_t)got);
        state.bytes_done += (uint64_t)got;
        if (progress && !progress(context, &state))
            err = dep_problem_fault(problem, DEP_ERR_STOPPED, "intake.stopped", path);
    }
    uint8_t bytes[64];
    size_t len = err ? 0 : dep_digest_finish(digest, bytes);
    dep_hex_encode(bytes, len, out_hex);
    dep_digest_free(digest);
    dep_free_pointer(&room);
    return err;
}

int dep_node_compare_digests(const char *const *paths, size_t path_count, json_t *reported,
                             dep_seal_progress_fn *progress, void *context,
                             struct dep_problem *problem)
{
    size_t i;
    json_t *entry;
    json_array_foreach(reported, i, entry)
    {
        const char *algorithm = dep_json_string(entry, "algorithm");
        const char *value = dep_json_string(entry, "reported");
        const char *of = dep_json_string(entry, "of");
        char room[8192], hex[2 * 64 + 1] = "";
        if (!algorithm || !value || !of)
            return dep_problem_found(problem, "intake.digest.form", "doc/format/record.md",
                                     algorithm ? algorithm : "");
        const char *path = path_for(paths, path_count, of, room, sizeof room);
        int err = path ? digest_file(path, algorithm, hex, progress, context, problem) : DEP_FOUND;
        if (err < 0)
            return err;
        const char *outcome = err                           ? "not_found"
                              : strcasecmp(hex, value) == 0 ? "match"
                                                            : "mismatch";
        int bad = json_object_set_new(entry, "outcome", json_string(outcome));
        if (!err)
            bad |= json_object_set_new(entry, "computed", json_string(hex));
        if (bad)
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "intake.digest", of);
    }
    return DEP_OK;
}
