/*
 * Reading one record: the line, compared with the log, and its protected fields as far as this
 * reader may see them.
 */
#include "node/handed.h"
#include "node/viewing.h"

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

/* ---- a view, in the steps that dep_node_view_row() goes ---- */

void dep_viewing_clear(struct dep_viewing *viewing)
{
    json_decref(viewing->view.claims);
    viewing->view.claims = NULL;
    dep_record_done(&viewing->record);
    dep_buf_clear(&viewing->view.disclosures);
    dep_wipe(viewing->key, sizeof viewing->key);
    viewing->keyed = false;
}

void dep_viewing_done(struct dep_viewing *viewing)
{
    dep_viewing_clear(viewing);
    dep_view_done(&viewing->view);
    dep_buf_done(&viewing->secret);
}

static int begin(struct dep_node *node, const struct dep_index_row *row, bool unlock,
                 struct dep_viewing *viewing, struct dep_problem *problem)
{
    struct dep_view *view = &viewing->view;
    if (!view->jwt.cap) {
        dep_buf_init(&view->jwt, DEP_JWT_LEN_MAX);
        dep_buf_init_secret(&view->disclosures, DEP_DISCLOSURES_LEN_MAX);
        dep_buf_init(&viewing->secret, DEP_SECRET_LINE_MAX);
    }
    dep_buf_clear(&view->jwt);
    dep_buf_clear(&viewing->secret);
    viewing->schemas = node->schemas;
    view->row = *row;
    view->readable = false;
    view->why_not = unlock ? NULL : "secret.locked";
    view->disputed_at = dep_keyset_disputed(node->keyset, row->kid, row->index);
    struct dep_place place = place_of(&row->record);
    return dep_register_read(node->reg, &place, &view->jwt, &problem->fault);
}

/* Not an error of the view: the record is shown without its protected fields, and says why. */
static int without(struct dep_viewing *viewing, const char *why_not)
{
    viewing->view.why_not = why_not;
    return DEP_OK;
}

static int read_secret(struct dep_node *node, struct dep_viewing *viewing,
                       struct dep_problem *problem)
{
    const struct dep_role_identity *roles;
    size_t role_count;
    struct dep_view *view = &viewing->view;
    int err = dep_node_role_identities(node, &roles, &role_count, problem);
    if (!err)
        err = find_places(node, &view->row, problem);
    if (err)
        return err;
    struct dep_place secret = place_of(&view->row.secret), keyring = place_of(&view->row.keyring);
    err = dep_register_read_secret(node->reg, view->row.jti, &secret, &keyring, roles, role_count,
                                   &viewing->secret, viewing->key, &problem->finding,
                                   &problem->fault);
    viewing->keyed = !err;
    if (err != DEP_FOUND)
        return err;
    if (strcmp(problem->finding.id, "secret.reader") != 0)
        return without(viewing, problem->finding.id);
    return without(viewing, dep_register_info(node->reg)->field ? "secret.field"
                            : node->role_waits                  ? "secret.not_shared"
                                                                : "secret.reader");
}

static int parse(struct dep_viewing *viewing, struct dep_problem *problem)
{
    const struct dep_view *view = &viewing->view;
    int err = dep_record_parse(dep_buf_slice(&view->jwt), &viewing->record, &problem->finding);
    if (err == DEP_FOUND)
        return dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.record", "record %llu: %s",
                             (unsigned long long)view->row.index, problem->finding.id);
    viewing->sha256 = viewing->record.jwt.sha256;
    return err ? err : compare_with_row(&view->row, &viewing->record, problem);
}

static bool has_protected(const struct dep_viewing *viewing)
{
    return json_object_get(viewing->record.jwt.payload, "_sd") != NULL;
}

static int open_secret(struct dep_viewing *viewing, struct dep_problem *problem)
{
    struct dep_view *view = &viewing->view;
    int err = dep_secret_open_line(dep_buf_slice(&viewing->secret), view->row.jti, viewing->key,
                                   &view->disclosures, &problem->finding);
    dep_wipe(viewing->key, sizeof viewing->key);
    if (err < 0)
        return dep_fault_set(&problem->fault, err, 0, "store.secrets", "record %s", view->row.jti);
    view->readable = !err;
    return err ? without(viewing, problem->finding.id) : DEP_OK;
}

/* The claims, of what was parsed, and whose key was read where it has one. */
static int open_claims(struct dep_viewing *viewing, struct dep_problem *problem)
{
    struct dep_view *view = &viewing->view;
    bool hides = has_protected(viewing);
    int err = hides && viewing->keyed ? open_secret(viewing, problem) : DEP_OK;
    if (!hides) {
        view->readable = true;
        view->why_not = NULL;
    }
    if (!err)
        err =
            dep_record_claims(viewing->schemas, &viewing->record, dep_buf_slice(&view->disclosures),
                              !view->readable, &view->claims, &problem->where, &problem->finding);
    if (err == DEP_FOUND)
        err = dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "node.claims", "record %s: %s",
                            view->row.jti, problem->finding.id);
    return err;
}

static int view_row(struct dep_node *node, struct dep_viewing *viewing, bool unlock,
                    struct dep_problem *problem)
{
    struct dep_view *view = &viewing->view;
    int err = parse(viewing, problem);
    if (!err)
        err = compare_with_log(node, view->row.index, &viewing->sha256, problem);
    if (!err && has_protected(viewing) && view->row.erased)
        err = without(viewing, "secret.erased");
    else if (!err && has_protected(viewing) && unlock)
        err = read_secret(node, viewing, problem);
    if (!err)
        err = open_claims(viewing, problem);
    return !err && unlock && view->readable && dep_handed_holds(view->row.type)
               ? dep_handed_open(node, view, problem)
               : err;
}

/* The view is handed over, what served to make it goes. */
static void take_view(struct dep_viewing *viewing, struct dep_view *out)
{
    *out = viewing->view;
    viewing->view = (struct dep_view){.claims = NULL};
}

int dep_node_view_row(struct dep_node *node, const struct dep_index_row *row, bool unlock,
                      struct dep_view *out, struct dep_problem *problem)
{
    struct dep_viewing viewing = {.keyed = false};
    int err = begin(node, row, unlock, &viewing, problem);
    if (!err)
        err = view_row(node, &viewing, unlock, problem);
    if (!err)
        take_view(&viewing, out);
    dep_viewing_done(&viewing);
    return err;
}

bool dep_viewing_possible(const struct dep_index_row *row)
{
    return row->secret.len && row->keyring.len && !row->erased && !dep_handed_holds(row->type);
}

int dep_viewing_begin(struct dep_node *node, const struct dep_index_row *row,
                      struct dep_viewing *out, struct dep_problem *problem)
{
    assert(dep_viewing_possible(row));
    int err = begin(node, row, true, out, problem);
    return err ? err : read_secret(node, out, problem);
}

int dep_viewing_open(struct dep_viewing *viewing, struct dep_problem *problem)
{
    int err = parse(viewing, problem);
    return err ? err : open_claims(viewing, problem);
}

int dep_viewing_end(struct dep_node *node, const struct dep_viewing *viewing,
                    struct dep_problem *problem)
{
    return compare_with_log(node, viewing->view.row.index, &viewing->sha256, problem);
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
