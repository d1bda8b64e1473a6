/*
 * Reading one record: the line, compared with the log, and its protected fields as far as this
 * reader may see them.
 */
#include "node/handed.h"

#include "codec/base64.h"

#include <string.h>

void dep_view_done(struct dep_view *view)
{
    json_decref(view->claims);
    view->claims = NULL;
    json_decref(view->handed);
    view->handed = NULL;
    dep_buf_done(&view->jwt);
    dep_buf_done(&view->disclosures);
}

static void copy_text(struct dep_slice text, char *out, size_t room)
{
    (void)snprintf(out, room, "%.*s", (int)text.len, text.len ? (const char *)text.data : "");
}

void dep_node_row_of(const struct dep_outline *outline, uint64_t index,
                     const struct dep_hash *sha256, struct dep_index_row *out)
{
    *out = (struct dep_index_row){.index = index, .iat = outline->iat, .sha256 = *sha256};
    copy_text(outline->jti, out->jti, sizeof out->jti);
    copy_text(outline->type, out->type, sizeof out->type);
    copy_text(outline->kid, out->kid, sizeof out->kid);
    copy_text(outline->by_code, out->by_code, sizeof out->by_code);
    copy_text(outline->item, out->item, sizeof out->item);
}

static struct dep_place place_of(const struct dep_index_place *from)
{
    return (struct dep_place){.segment = from->segment, .len = from->len, .offset = from->offset};
}

static int log_differs(uint64_t index, int err, struct dep_problem *problem)
{
    return dep_fault_set(&problem->fault, err < 0 ? err : DEP_ERR_CORRUPT, 0, "node.log_differs",
                         "record %llu", (unsigned long long)index);
}

static int index_differs(const struct dep_index_row *row, struct dep_problem *problem)
{
    return dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "index.differs", "record %llu",
                         (unsigned long long)row->index);
}

/* index.db is disposable and so not believed: the digest of what was read must stand in the log at
 * this place. */
static int compare_with_log(struct dep_node *node, uint64_t index, const struct dep_hash *sha256,
                            struct dep_problem *problem)
{
    const struct dep_hash *known = dep_roll_sha256(node->roll, index);
    if (known)
        return dep_hash_equal(known, sha256) ? DEP_OK : log_differs(index, DEP_OK, problem);
    uint64_t tile = index / DEP_TILE_WIDTH;
    struct dep_tile_id id = {
        .level = DEP_TILE_LEVEL_ENTRIES,
        .index = tile,
        .width = dep_tile_width(DEP_TILE_LEVEL_ENTRIES, tile, dep_register_count(node->reg))};
    size_t at = index % DEP_TILE_WIDTH;
    struct dep_tile_seen *seen = &node->tiles[tile % DEP_COUNT(node->tiles)];
    int err = at < id.width ? DEP_OK : DEP_FOUND;
    /* What a tile of some width holds never changes. */
    if (!err && (seen->index != tile || seen->width != id.width)) {
        seen->width = 0;
        err = dep_register_tile_read(node->reg, &id, seen->entries);
    }
    if (err ||
        memcmp(seen->entries + at * DEP_TILE_ENTRY_LEN + 2, sha256->bytes, DEP_HASH_LEN) != 0)
        return log_differs(index, err, problem);
    seen->index = tile;
    seen->width = id.width;
    return DEP_OK;
}

/* What a row says of its record is what the record says: who may know of it, and what is decided by
 * it, hangs on that. */
static int compare_with_row(const struct dep_index_row *row, const struct dep_record *record,
                            struct dep_problem *problem)
{
    const char *item = dep_json_string(record->jwt.payload, "item");
    bool same = strcmp(row->jti, record->jti) == 0 && strcmp(row->type, record->type) == 0 &&
                strcmp(row->kid, record->kid) == 0 && strcmp(row->by_code, record->by_code) == 0 &&
                strcmp(row->item, item ? item : "") == 0 && row->iat == record->iat;
    return same ? DEP_OK : index_differs(row, problem);
}

/* Where its protected fields lie index.db alone knows; a wrong place is found out by the ids and
 * tags that stand there. */
static int find_places(struct dep_node *node, struct dep_index_row *row,
                       struct dep_problem *problem)
{
    struct dep_index_row found;
    int err = row->secret.len ? DEP_OK
                              : dep_index_find(node->index, row->jti, &found, &problem->finding,
                                               &problem->fault);
    if (err == DEP_FOUND || (!err && !row->secret.len && found.index != row->index))
        return index_differs(row, problem);
    if (err || row->secret.len)
        return err;
    row->secret = found.secret;
    row->keyring = found.keyring;
    return DEP_OK;
}

static int open_protected(struct dep_node *node, struct dep_view *view, struct dep_problem *problem)
{
    const struct dep_role_identity *roles;
    size_t role_count;
    int err = dep_node_role_identities(node, &roles, &role_count, problem);
    if (!err)
        err = find_places(node, &view->row, problem);
    if (err)
        return err;
    struct dep_place secret = place_of(&view->row.secret), keyring = place_of(&view->row.keyring);
    err = dep_register_open_secret(node->reg, view->row.jti, &secret, &keyring, roles, role_count,
                                   &view->disclosures, &problem->finding, &problem->fault);
    if (err == DEP_FOUND) {
        /* Not an error of this call: the record is shown without them, and says why. */
        view->why_not = problem->finding.id;
        if (strcmp(view->why_not, "secret.reader") == 0)
            view->why_not = dep_register_info(node->reg)->field ? "secret.field"
                            : node->role_waits                  ? "secret.not_shared"
                                                                : "secret.reader";
        return DEP_OK;
    }
    view->readable = !err;
    return err;
}

int dep_node_view_row(struct dep_node *node, const struct dep_index_row *row, bool unlock,
                      struct dep_view *out, struct dep_problem *problem)
{
    struct dep_view view = {.row = *row,
                            .why_not = unlock ? NULL : "secret.locked",
                            .disputed_at = dep_keyset_disputed(node->keyset, row->kid, row->index)};
    dep_buf_init(&view.jwt, DEP_JWT_LEN_MAX);
    dep_buf_init_secret(&view.disclosures, DEP_DISCLOSURES_LEN_MAX);
    DEP_AUTO_RECORD record = {.jti = NULL};
    struct dep_place place = place_of(&row->record);
    int err = dep_register_read(node->reg, &place, &view.jwt, &problem->fault);
    if (!err) {
        err = dep_record_parse(dep_buf_slice(&view.jwt), &record, &problem->finding);
        if (err == DEP_FOUND)
            err =
                dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.record", "record %llu: %s",
                              (unsigned long long)row->index, problem->finding.id);
    }
    if (!err)
        err = compare_with_log(node, row->index, &record.jwt.sha256, problem);
    if (!err)
        err = compare_with_row(row, &record, problem);
    bool has_protected = !err && json_object_get(record.jwt.payload, "_sd");
    if (has_protected && row->erased) {
        view.why_not = "secret.erased";
    } else if (has_protected && unlock) {
        err = open_protected(node, &view, problem);
    } else if (!err && !has_protected) {
        view.readable = true;
        view.why_not = NULL;
    }
    if (!err) {
        err = dep_record_claims(node->schemas, &record, dep_buf_slice(&view.disclosures),
                                !view.readable, &view.claims, &problem->where, &problem->finding);
        if (err == DEP_FOUND)
            err = dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.claims", "record %s: %s",
                                row->jti, problem->finding.id);
    }
    if (!err && unlock && view.readable && dep_handed_holds(row->type))
        err = dep_handed_open(node, &view, problem);
    if (err) {
        dep_view_done(&view);
        return err;
    }
    *out = view;
    return DEP_OK;
}

int dep_node_check_ref(struct dep_node *node, const struct dep_index_row *row, const char *rel,
                       const char *id, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool refers = false;
    int err = dep_node_view_row(node, row, false, &view, problem);
    if (err)
        return err;
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(view.claims, "refs"), i, ref)
    {
        refers = refers || (strcmp(dep_json_string(ref, "id"), id) == 0 &&
                            (!rel || strcmp(dep_json_string(ref, "rel"), rel) == 0));
    }
    return refers ? DEP_OK : index_differs(row, problem);
}

int dep_node_view_seen(struct dep_node *node, const struct dep_index_row *row, bool unlock,
                       struct dep_view *out, struct dep_problem *problem)
{
    assert(dep_sight_sees(node, row));
    int err = dep_node_view_row(node, row, unlock, out, problem);
    if (err)
        return err;
    err = dep_sight_trim(node, out->claims, problem);
    if (err)
        dep_view_done(out);
    else if (out->disclosures.len && strcmp(row->type, "reading.recorded") != 0)
        dep_readings_keep(node, row->jti);
    return err;
}

int dep_node_view(struct dep_node *node, const char *jti, bool unlock, struct dep_view *out,
                  struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = dep_node_find(node, jti, &row, problem);
    return err ? err : dep_node_view_seen(node, &row, unlock, out, problem);
}

int dep_node_prove(struct dep_node *node, const char *jti, struct dep_buf *out,
                   struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(node, jti, false, &view, problem);
    if (err)
        return err;
    struct dep_slice note;
    struct dep_checkpoint checkpoint;
    err = dep_register_checkpoint(node->reg, &note, &checkpoint, &problem->fault);
    if (err)
        return err;
    struct dep_tile_source source = {
        .read = dep_register_tile_read, .context = node->reg, .size = checkpoint.size};
    struct dep_merkle_proof path;
    err = dep_merkle_prove_inclusion(view.row.index, checkpoint.size, dep_tile_source_read, &source,
                                     &path);
    if (!err)
        err = dep_proof_encode(dep_buf_slice(&view.jwt), view.row.index, &path, note, out);
    return err ? dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.prove", jti)
               : DEP_OK;
}
