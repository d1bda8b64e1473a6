#include "node/audit.h"
#include "node/charter_audit.h"
#include "node/checkpoints.h"
#include "node/node_impl.h"

#include "store/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one walk over the records gathers; all checks are made in the order of the log, as a
 * stranger would. */
struct verify_work {
    const struct dep_verify_order *order;
    struct dep_register *reg;
    const struct dep_schemas *schemas;
    struct dep_keyset *keyset;
    struct dep_charter_audit *charters;
    struct dep_problem *problem;
    struct dep_verified result;
    bool altered, unproved, disputed;
    uint64_t total;
    struct id_entry {
        char jti[DEP_UUID_LEN + 1];
        struct dep_hash sha256;
        bool secret, has_private, has_keyring;
        bool erased, erasure; /* its key is destroyed; a record says that it was to be */
    } * ids;                  /* sorted by jti when the walk is over */
    size_t id_count, id_room;
    struct container_entry {
        char item[DEP_UUID_LEN + 1];
        char jti[DEP_UUID_LEN + 1]; /* of the record that names it */
        struct dep_hash payload;
        bool disposed; /* a record tells of the item's end: its container may be gone */
    } * containers;    /* sorted when the walk is over: one an item and payload */
    size_t container_count, container_room;
};

static void report(struct verify_work *work, const char *id, const char *what, const char *where)
{
    work->result.findings++;
    work->altered |= strcmp(what, "altered") == 0;
    work->unproved |= strcmp(what, "unproved") == 0 || strcmp(what, "not_shown") == 0;
    work->disputed |= strcmp(what, "disputed") == 0;
    if (work->order->finding)
        work->order->finding(work->order->context, id, what, where);
}

static int out_of_memory(struct verify_work *work)
{
    return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "verify.memory", work->order->dir);
}

static void *room_for(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    size_t wanted = *room ? *room * 2 : 1024;
    void *fresh = dep_realloc_array(list, wanted, size);
    if (fresh)
        *room = wanted;
    return fresh;
}

static int note_record(struct verify_work *work, const struct dep_record *record)
{
    struct id_entry *ids = room_for(work->ids, work->id_count, &work->id_room, sizeof *ids);
    if (!ids)
        return out_of_memory(work);
    work->ids = ids;
    struct id_entry *entry = &ids[work->id_count++];
    *entry = (struct id_entry){.sha256 = record->jwt.sha256,
                               .secret = json_object_get(record->jwt.payload, "_sd") != NULL};
    (void)snprintf(entry->jti, sizeof entry->jti, "%s", record->jti);
    return DEP_OK;
}

static int note_container(struct verify_work *work, const struct dep_record *record,
                          const json_t *claims)
{
    const char *item = dep_json_string(claims, "item");
    const char *payload = dep_json_string(claims, "payload_sha256");
    bool first = strcmp(record->type, "evidence.collected") == 0 ||
                 strcmp(record->type, "evidence.intake") == 0;
    bool disposed = strcmp(record->type, "custody.disposed") == 0;
    if (!item || !((first && payload) || disposed))
        return DEP_OK;
    struct container_entry *list =
        room_for(work->containers, work->container_count, &work->container_room, sizeof *list);
    if (!list)
        return out_of_memory(work);
    work->containers = list;
    struct container_entry *entry = &list[work->container_count++];
    *entry = (struct container_entry){.disposed = disposed};
    (void)snprintf(entry->item, sizeof entry->item, "%s", item);
    (void)snprintf(entry->jti, sizeof entry->jti, "%s", record->jti);
    if (!disposed && !dep_hex_parse(dep_slice_string(payload), entry->payload.bytes, DEP_HASH_LEN))
        report(work, "record.format", "altered", item);
    return DEP_OK;
}

static int judge_signature(struct verify_work *work, uint64_t index,
                           const struct dep_record *record)
{
    struct dep_finding why;
    if (strncmp(record->type, "key.", 4) == 0) {
        int err = dep_keyset_add(work->keyset, work->schemas, index, record, &why);
        if (err == DEP_FOUND)
            report(work, why.id, "altered", record->jti);
        return err < 0 ? err : DEP_OK;
    }
    const struct dep_key_state *key = dep_keyset_find(work->keyset, record->kid);
    const struct dep_schema *schema =
        dep_schemas_find(work->schemas, record->type, record->version);
    if (!key)
        report(work, "keyset.kid", "altered", record->jti);
    else if (dep_jwt_verify(&record->jwt, &key->key, &why) != DEP_OK)
        report(work, why.id, "altered", record->jti);
    else if (key->revoked)
        report(work, "keyset.revoked", "altered", record->jti);
    else if (!dep_keyset_signs(key, record))
        report(work, "keyset.role", "altered", record->jti);
    else if (schema && !(schema->signers & record->by_role))
        report(work, "record.signer", "altered", record->jti);
    return DEP_OK;
}

static int verify_line(void *context, uint64_t index, const struct dep_place *place,
                       struct dep_slice jwt)
{
    (void)place;
    struct verify_work *work = context;
    struct dep_finding why;
    char where[64];
    (void)snprintf(where, sizeof where, "record %llu", (unsigned long long)index);
    DEP_AUTO_RECORD record = {.jti = NULL};
    int err = dep_record_parse(jwt, &record, &why);
    if (err == DEP_FOUND) {
        report(work, why.id, "altered", where);
        return DEP_OK;
    }
    if (!err)
        err = judge_signature(work, index, &record);
    if (err)
        return dep_problem_fault(work->problem, err, "verify.record", where);
    DEP_AUTO_JSON *claims = NULL;
    struct dep_jtd_error at;
    err = dep_record_claims(work->schemas, &record, (struct dep_slice){NULL, 0}, true, &claims, &at,
                            &why);
    if (err == DEP_FOUND)
        report(work, why.id, "altered", record.jti);
    else if (err)
        return dep_problem_fault(work->problem, err, "verify.record", where);
    err = note_record(work, &record);
    if (!err && claims && dep_charter_audit_note(work->charters, &record, claims))
        err = out_of_memory(work);
    if (!err && claims)
        err = note_container(work, &record, claims);
    work->result.records++;
    if (work->order->progress)
        work->order->progress(work->order->context, work->result.records, work->total);
    return err;
}

/* ---- second walk: references, once all ids are known ---- */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct id_entry *)a)->jti, ((const struct id_entry *)b)->jti);
}

static struct id_entry *find_id(struct verify_work *work, const char *jti)
{
    struct id_entry key;
    (void)snprintf(key.jti, sizeof key.jti, "%s", jti);
    return work->id_count ? bsearch(&key, work->ids, work->id_count, sizeof key, compare_ids)
                          : NULL;
}

static int verify_refs(void *context, uint64_t index, const struct dep_place *place,
                       struct dep_slice jwt)
{
    (void)index, (void)place;
    struct verify_work *work = context;
    struct dep_finding why;
    DEP_AUTO_RECORD record = {.jti = NULL};
    if (dep_record_parse(jwt, &record, &why) != DEP_OK)
        return DEP_OK; /* reported by the first walk */
    size_t i;
    json_t *ref;
    bool erases = strcmp(record.type, "record.erased") == 0;
    json_array_foreach(dep_json_array(record.jwt.payload, "refs"), i, ref)
    {
        const char *id = dep_json_string(ref, "id");
        const char *hex = dep_json_string(ref, "sha256");
        struct dep_hash sha256;
        struct id_entry *target = id ? find_id(work, id) : NULL;
        const char *rel = dep_json_string(ref, "rel");
        if (target && erases && rel && strcmp(rel, "about") == 0)
            target->erasure = true;
        if (!target)
            report(work, "verify.ref.absent", "altered", record.jti);
        else if (!hex || !dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN) ||
                 !dep_hash_equal(&sha256, &target->sha256))
            report(work, "verify.ref.digest", "altered", record.jti);
    }
    if (strcmp(dep_keyset_standing(work->keyset, record.kid, index), "disputed") == 0)
        report(work, "keyset.disputed", "disputed", record.jti);
    return DEP_OK;
}

static int verify_secret(void *context, enum dep_secret_kind kind, const char *jti, uint64_t index,
                         const struct dep_place *place)
{
    (void)place;
    struct verify_work *work = context;
    struct id_entry *entry = find_id(work, jti);
    bool erased = index == UINT64_MAX;
    if (!entry) {
        /* Behind the checkpoint stands what another process is writing, or didn't come to write. */
        if (index < dep_register_count(work->reg))
            report(work, "verify.secret.stray", "altered", jti);
        return DEP_OK;
    }
    if (kind == DEP_SECRET_PRIVATE)
        entry->has_private = true;
    else
        entry->has_keyring = true;
    entry->erased |= erased;
    return DEP_OK;
}

static void judge_secrets(struct verify_work *work)
{
    for (size_t i = 0; i < work->id_count; i++) {
        const struct id_entry *entry = &work->ids[i];
        if (i > 0 && strcmp(entry->jti, work->ids[i - 1].jti) == 0)
            report(work, "verify.id.repeated", "altered", entry->jti);
        if (entry->secret && !entry->has_keyring)
            report(work, "verify.keyring.absent", "not_shown", entry->jti);
        else if (entry->secret && !entry->has_private)
            report(work, "verify.private.absent", "not_shown", entry->jti);
        if (entry->erased && !entry->erasure)
            report(work, "verify.erased.unrecorded", "altered", entry->jti);
    }
}

/* ---- containers ---- */

static bool pass_on(void *context, const struct dep_seal_progress *progress)
{
    const struct verify_work *work = context;
    if (work->order->progress)
        work->order->progress(work->order->context, progress->bytes_done, progress->bytes_total);
    return true;
}

static void report_container(struct verify_work *work, const struct container_entry *entry,
                             const char *finding)
{
    if (finding)
        report(work, finding, "altered", entry->item);
    if (work->order->container)
        work->order->container(work->order->context, entry->item, finding);
}

static int verify_container(struct verify_work *work, const struct container_entry *entry)
{
    DEP_AUTO_FD fd = -1;
    uint64_t len = 0;
    struct dep_container *container = NULL;
    struct dep_finding why;
    int err = dep_vault_open(dep_register_dir_fd(work->reg), entry->item, &fd, &len,
                             &work->problem->fault);
    if (err == DEP_ERR_IO) {
        if (!entry->disposed)
            report_container(work, entry, "container.missing");
        return DEP_OK;
    }
    if (err || !work->order->containers)
        return err;
    struct dep_age_with nobody = {.identity_count = 0};
    struct dep_container_facts facts = {.has_payload = true, .payload_sha256 = entry->payload};
    err = dep_container_open(fd, len, &nobody, &container, &why, &work->problem->fault);
    if (!err)
        err = dep_container_check_payload(container, &facts, pass_on, work, &why,
                                          &work->problem->fault);
    dep_container_close(container);
    if (err >= 0)
        report_container(work, entry, err == DEP_FOUND ? why.id : NULL);
    work->result.containers++;
    return err < 0 ? err : DEP_OK;
}

static int compare_containers(const void *a, const void *b)
{
    const struct container_entry *left = a, *right = b;
    int order = strcmp(left->item, right->item);
    if (order)
        return order;
    if (left->disposed != right->disposed)
        return left->disposed ? -1 : 1;
    return memcmp(left->payload.bytes, right->payload.bytes, DEP_HASH_LEN);
}

static int compare_item(const void *a, const void *b)
{
    return strcmp(((const struct container_entry *)a)->item,
                  ((const struct container_entry *)b)->item);
}

/* A corrected record names its container once more; a disposal says what may be missing. */
static void sort_containers(struct verify_work *work)
{
    struct container_entry *list = work->containers;
    size_t kept = 0;
    bool disposed = false;
    if (work->container_count)
        qsort(list, work->container_count, sizeof *list, compare_containers);
    for (size_t i = 0; i < work->container_count; i++) {
        struct container_entry entry = list[i];
        bool same_item = i > 0 && strcmp(entry.item, list[i - 1].item) == 0;
        disposed = entry.disposed || (same_item && disposed);
        bool again = kept && strcmp(entry.item, list[kept - 1].item) == 0 &&
                     dep_hash_equal(&entry.payload, &list[kept - 1].payload);
        if (entry.disposed || again)
            continue;
        entry.disposed = disposed;
        list[kept++] = entry;
    }
    work->container_count = kept;
}

static bool is_known(const struct verify_work *work, const char *file)
{
    struct container_entry key;
    if (strlen(file) <= DEP_UUID_LEN || strcmp(file + DEP_UUID_LEN, ".tar.age") != 0)
        return false;
    (void)snprintf(key.item, sizeof key.item, "%.*s", DEP_UUID_LEN, file);
    return work->container_count &&
           bsearch(&key, work->containers, work->container_count, sizeof key, compare_item) != NULL;
}

/* Nothing may lie in the vault that no record tells of. */
static int verify_vault(struct verify_work *work)
{
    int fd = openat(dep_register_dir_fd(work->reg), "vault", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return dep_problem_fault(work->problem, DEP_ERR_IO, "verify.vault", work->order->dir);
    for (struct dirent *file; (file = readdir(folder));) {
        if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
            continue;
        if (!is_known(work, file->d_name))
            report(work, "verify.vault.stray", "unproved", file->d_name);
    }
    (void)closedir(folder);
    return DEP_OK;
}

static bool is_named(const struct container_entry *entry, const char *name)
{
    enum { PREFIX_MIN = 8 };
    size_t len = strlen(name);
    return strcmp(entry->jti, name) == 0 ||
           (len >= PREFIX_MIN && strncmp(entry->item, name, len) == 0);
}

/* Only the item that is named stays in the list, by whichever of its records it was named. */
static int keep_named(struct verify_work *work)
{
    const char *name = work->order->item;
    const struct container_entry *found = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < work->container_count; i++) {
        const struct container_entry *entry = &work->containers[i];
        if (!is_named(entry, name))
            continue;
        if (found && strcmp(found->item, entry->item) != 0)
            return dep_problem_found(work->problem, "item.ambiguous", "doc/format/record.md", name);
        found = entry;
    }
    if (!found)
        return dep_problem_found(work->problem, "verify.item.absent", "doc/format/record.md 2",
                                 name);
    struct container_entry item = *found;
    for (size_t i = 0; i < work->container_count; i++)
        if (strcmp(work->containers[i].item, item.item) == 0)
            work->containers[kept++] = work->containers[i];
    work->container_count = kept;
    return DEP_OK;
}

static int verify_containers(struct verify_work *work)
{
    int err = work->order->item ? keep_named(work) : DEP_OK;
    sort_containers(work);
    for (size_t i = 0; !err && i < work->container_count; i++)
        err = verify_container(work, &work->containers[i]);
    return err || work->order->item ? err : verify_vault(work);
}

/* ---- checkpoints shown earlier ---- */

/* The tree had this root at this size. */
static int verify_extends(struct verify_work *work, const struct dep_checkpoint *seen,
                          const char *where)
{
    struct dep_tile_source source = {.read = dep_register_tile_read,
                                     .context = work->reg,
                                     .size = dep_register_count(work->reg)};
    struct dep_hash root;
    if (seen->size > source.size) {
        report(work, "verify.rollback", "altered", where);
        return DEP_OK;
    }
    int err = dep_merkle_root_at(seen->size, dep_tile_source_read, &source, &root);
    if (err < 0)
        return dep_problem_fault(work->problem, err, "verify.tiles", work->order->dir);
    if (err || !dep_hash_equal(&root, &seen->root))
        report(work, "verify.fork", "altered", where);
    return DEP_OK;
}

static int verify_seen(struct verify_work *work)
{
    if (!work->order->seen_note)
        return DEP_OK;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    struct dep_vkey vkey;
    struct dep_checkpoint seen = {.size = 0};
    struct dep_finding why = {"", "", 0};
    int err = dep_file_read(AT_FDCWD, work->order->seen_note, DEP_NOTE_LEN_MAX, &text,
                            &work->problem->fault);
    if (err)
        return err;
    err = dep_own_vkey(work->reg, &vkey, work->problem);
    if (!err)
        err = dep_checkpoint_open(dep_buf_slice(&text), &vkey, &seen, &why);
    if (err == DEP_FOUND)
        return dep_problem_found(work->problem, why.id, why.clause, work->order->seen_note);
    return err ? err : verify_extends(work, &seen, work->order->seen_note);
}

/* What was shown to cosigners and time-stamping authorities they can show again. */
static int verify_kept(struct verify_work *work)
{
    DEP_AUTO_KEPT kept = {NULL, 0};
    int err = dep_kept_load(work->reg, &kept, work->problem);
    for (size_t i = 0; !err && i < kept.count; i++) {
        char where[96];
        (void)snprintf(where, sizeof where, "log/checkpoints/%llu",
                       (unsigned long long)kept.list[i].checkpoint.size);
        err = verify_extends(work, &kept.list[i].checkpoint, where);
    }
    if (err != DEP_ERR_CORRUPT)
        return err;
    report(work, "checkpoints.damaged", "altered", work->problem->fault.where);
    return DEP_OK;
}

static void report_charter(void *context, const char *id, const char *what, const char *where)
{
    report(context, id, what, where);
}

static int verify_all(struct verify_work *work)
{
    struct dep_problem *problem = work->problem;
    struct dep_slice note;
    struct dep_checkpoint checkpoint;
    int err = dep_register_checkpoint(work->reg, &note, &checkpoint, &problem->fault);
    if (err)
        return err;
    work->total = checkpoint.size;
    if (dep_register_has_tail(work->reg))
        report(work, "verify.tail", "unproved", work->order->dir);
    struct dep_audit audit;
    err = dep_register_audit(work->reg, NULL, NULL, &audit, &problem->finding, &problem->fault);
    if (err == DEP_FOUND)
        report(work, problem->finding.id, "altered", problem->fault.where);
    else if (err)
        return err;
    work->result.tiles = audit.tiles;
    err = dep_register_walk(work->reg, 0, false, verify_line, work, &problem->fault);
    if (!err && work->id_count)
        qsort(work->ids, work->id_count, sizeof *work->ids, compare_ids);
    if (!err)
        err = dep_register_walk(work->reg, 0, false, verify_refs, work, &problem->fault);
    if (!err)
        err = dep_register_walk_secrets(work->reg, verify_secret, work, &problem->fault);
    if (!err)
        judge_secrets(work);
    if (!err)
        err = verify_containers(work);
    if (!err)
        err = dep_charter_audit_judge(work->charters, work->reg, work->schemas, report_charter,
                                      work, problem);
    if (!err)
        err = verify_seen(work);
    return err ? err : verify_kept(work);
}

int dep_node_verify(const struct dep_verify_order *order, struct dep_verified *out,
                    struct dep_problem *problem)
{
    struct verify_work work = {
        .order = order, .problem = problem, .schemas = dep_schemas_builtin()};
    int err = DEP_OK;
    if (!work.schemas || dep_keyset_new(&work.keyset) || dep_charter_audit_new(&work.charters))
        err = out_of_memory(&work);
    if (!err)
        err = dep_register_open(order->dir, DEP_OPEN_READ, &work.reg, &problem->fault);
    if (!err)
        err = verify_all(&work);
    dep_register_close(work.reg);
    dep_keyset_free(work.keyset);
    dep_charter_audit_free(work.charters);
    free(work.ids);
    free(work.containers);
    if (err)
        return err;
    work.result.verdict = work.altered    ? "altered"
                          : work.disputed ? "disputed"
                          : work.unproved ? "unproved"
                                          : "intact";
    *out = work.result;
    return DEP_OK;
}
