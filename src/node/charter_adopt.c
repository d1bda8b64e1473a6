/*
 * Adopting and entering. Texts and adoptions are durable before the record that speaks of them, as
 * containers are.
 */
#include "node/charter_impl.h"
#include "store/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "charter.md 3";

static int parse(struct dep_slice text, struct dep_charter **out, struct dep_problem *problem)
{
    struct dep_jtd_error where = {"", ""};
    int err = dep_charter_parse(text, out, &where, &problem->finding);
    if (err < 0)
        return dep_problem_fault(problem, err, "charter.read", "");
    if (!err)
        return DEP_OK;
    problem->where = where;
    return dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                             where.instance_path);
}

static int text_save(struct dep_node *node, const struct dep_charter *charter,
                     struct dep_slice text, struct dep_problem *problem)
{
    char path[DEP_CHARTER_PATH_LEN];
    dep_charter_path(dep_charter_digest(charter), DEP_CHARTER_TEXT, path);
    return dep_file_replace(dep_register_dir_fd(node->reg), path, text, 0600, &problem->fault);
}

/* ---- adopting ---- */

struct own_adoption {
    bool found;
    struct dep_index_row row;
};

static int note_own(void *context, const struct dep_index_row *row)
{
    struct own_adoption *own = context;
    own->found = true;
    own->row = *row;
    return DEP_OK;
}

/* This member's own record about a charter, from its log; appended to `out` where there is one. */
static int own_find(struct dep_node *node, const struct dep_charter *charter,
                    struct own_adoption *own, struct dep_buf *out, struct dep_problem *problem)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, hex);
    struct dep_index_query query = {
        .type = "charter.adopted", .field = "charter_sha256", .value = hex};
    own->found = false;
    int err = dep_index_list(node->index, &query, note_own, own, &problem->fault);
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (!err && own->found)
        err = dep_node_view_row(node, &own->row, false, &view, problem);
    if (!err && own->found)
        dep_buf_add_slice(out, dep_buf_slice(&view.jwt));
    return err ? err
           : dep_buf_err(out)
               ? dep_problem_fault(problem, dep_buf_err(out), "charter.adopt", node->dir)
               : DEP_OK;
}

/* Who is named, and can sign; or is a member until then. As one that keeps no register this member
 * can be named by the others' next charter alone, which it may be asked to agree to. */
static int may_adopt(struct dep_node *node, const struct dep_charter *charter,
                     struct dep_problem *problem)
{
    const char *member = dep_register_info(node->reg)->member;
    const struct dep_charter *in_force = NULL;
    int place = dep_charter_member_find(charter, member);
    if (place >= 0 && dep_charter_member_at(charter, (size_t)place)->keeps_register)
        return DEP_OK;
    int err = dep_node_charter(node, UINT64_MAX, &in_force, problem);
    const struct dep_hash *previous = dep_charter_previous(charter);
    bool follows = !err && previous && dep_hash_equal(previous, dep_charter_digest(in_force));
    if (err >= 0 && place >= 0 && !follows)
        return dep_problem_found(problem, "charter.root", CLAUSE, member);
    if (err == DEP_FOUND || (!err && dep_charter_member_find(in_force, member) < 0))
        return dep_problem_found(problem, "charter.member", CLAUSE, member);
    return err;
}

/* The text first: what a record speaks of is there. */
static int adopt(struct dep_node *node, const struct dep_charter *charter, struct dep_slice text,
                 const struct dep_signing_key *root, struct dep_done *out,
                 struct dep_problem *problem)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(root), kid);
    if (strcmp(kid, dep_register_info(node->reg)->root_kid) != 0)
        return dep_problem_found(problem, "key.root_other", "DESIGN 4", kid);
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = text_save(node, charter, text, problem);
    if (err)
        return err;
    DEP_AUTO_JSON *claims = dep_charter_claims(charter);
    struct dep_draft draft = {"charter.adopted", claims, NULL, DEP_ROLE_ROOT, root};
    return claims ? dep_node_commit(node, &draft, 1, out, problem)
                  : dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.adopt", node->dir);
}

int dep_node_charter_adopt(struct dep_node *node, struct dep_slice text, const char *root_file,
                           struct dep_done *out, struct dep_buf *out_jwt,
                           struct dep_problem *problem)
{
    DEP_AUTO_CHARTER *charter = NULL;
    struct own_adoption own;
    struct dep_signing_key *root = NULL;
    int err = parse(text, &charter, problem);
    if (!err)
        err = may_adopt(node, charter, problem);
    if (!err)
        err = own_find(node, charter, &own, out_jwt, problem);
    if (err)
        return err;
    if (own.found) {
        *out = (struct dep_done){.index = own.row.index, .sha256 = own.row.sha256};
        memcpy(out->jti, own.row.jti, sizeof out->jti);
        return DEP_OK;
    }
    struct dep_done done;
    err = dep_keyfile_load_pem(root_file, &node->world, &root, problem);
    if (!err)
        err = adopt(node, charter, text, root, &done, problem);
    dep_signing_key_free(root);
    if (!err)
        err = own_find(node, charter, &own, out_jwt, problem);
    if (!err)
        *out = done;
    return err;
}

/* ---- entering: what was brought ---- */

struct brought {
    struct dep_charter *charter;
    struct dep_slice text;
    struct dep_adoptions adoptions;
    bool in_line; /* the one to be entered, or before it: others are left where they came from */
};

struct entering {
    struct dep_node *node;
    struct dep_problem *problem;
    struct brought *list; /* the first is the one to be entered */
    size_t count;
};

static void entering_done(struct entering *entering)
{
    for (size_t i = 0; i < entering->count; i++) {
        dep_charter_free(entering->list[i].charter);
        dep_adoptions_done(&entering->list[i].adoptions);
    }
    free(entering->list);
}

static struct brought *brought_find(struct entering *entering, const struct dep_hash *digest)
{
    for (size_t i = 0; i < entering->count; i++)
        if (dep_hash_equal(dep_charter_digest(entering->list[i].charter), digest))
            return &entering->list[i];
    return NULL;
}

/* The same text twice is taken once. */
static int text_take(struct entering *entering, struct dep_slice text)
{
    struct dep_charter *charter = NULL;
    int err = parse(text, &charter, entering->problem);
    if (err)
        return err;
    if (brought_find(entering, dep_charter_digest(charter))) {
        dep_charter_free(charter);
        return DEP_OK;
    }
    struct brought *brought = &entering->list[entering->count++];
    brought->charter = charter;
    brought->text = text;
    dep_adoptions_init(&brought->adoptions);
    return DEP_OK;
}

/* One adoption goes to the charter it names; one of a charter that isn't here has no say. */
static int adoption_take(struct entering *entering, struct dep_slice jwt)
{
    DEP_AUTO_RECORD record = {.jti = NULL};
    struct dep_hash digest;
    int err = dep_record_parse(jwt, &record, &entering->problem->finding);
    const char *hex = err ? NULL : dep_json_string(record.jwt.payload, "charter_sha256");
    if (err < 0)
        return dep_problem_fault(entering->problem, err, "charter.enter", "");
    if (!hex || !dep_hex_parse(dep_slice_string(hex), digest.bytes, DEP_HASH_LEN))
        return dep_problem_found(entering->problem, "charter.file", CLAUSE, "");
    struct brought *brought = brought_find(entering, &digest);
    if (brought) {
        dep_buf_add_slice(&brought->adoptions.text, jwt);
        dep_buf_add_byte(&brought->adoptions.text, '\n');
    }
    return DEP_OK;
}

static bool is_text(struct dep_slice file)
{
    for (size_t i = 0; i < file.len; i++)
        if (!strchr(" \t\r\n", file.data[i]) || !file.data[i])
            return file.data[i] == '{';
    return false;
}

static int adoptions_take(struct entering *entering, struct dep_slice file)
{
    int err = DEP_OK;
    while (file.len && !err) {
        struct dep_slice line = dep_slice_next(&file, '\n');
        while (line.len && strchr(" \t\r", line.data[line.len - 1]))
            line.len--;
        if (line.len)
            err = adoption_take(entering, line);
    }
    return err;
}

static int files_take(struct entering *entering, struct dep_slice text,
                      const struct dep_slice *files, size_t count)
{
    struct dep_problem *problem = entering->problem;
    entering->list = dep_alloc_array(count + 1, sizeof *entering->list);
    if (!entering->list)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.enter", "");
    int err = text_take(entering, text);
    for (size_t i = 0; i < count && !err; i++)
        if (is_text(files[i]))
            err = text_take(entering, files[i]);
    for (size_t i = 0; i < count && !err; i++)
        if (!is_text(files[i]))
            err = adoptions_take(entering, files[i]);
    struct own_adoption own;
    if (!err)
        err = own_find(entering->node, entering->list[0].charter, &own,
                       &entering->list[0].adoptions.text, problem);
    for (size_t i = 0; i < entering->count && !err; i++)
        if (dep_adoptions_sort(&entering->list[i].adoptions))
            err = dep_problem_fault(problem, DEP_ERR_CAP, "charter.enter", "");
    return err;
}

/* ---- entering: may it come into force? ---- */

static int succession_judge(struct entering *entering, const struct dep_charter *before,
                            const struct brought *next)
{
    struct dep_problem *problem = entering->problem;
    int member = -1;
    const struct dep_adoptions *adoptions = &next->adoptions;
    int err = dep_charter_succeeds(entering->node->schemas, before, next->charter, adoptions->list,
                                   adoptions->count, &member, &problem->finding);
    if (err < 0)
        return dep_problem_fault(problem, err, "charter.enter", "");
    if (!err)
        return DEP_OK;
    DEP_AUTO_RECORD record = {.jti = NULL};
    const char *who = "";
    struct dep_finding why = problem->finding, ignored;
    if (member >= 0)
        who = dep_charter_member_at(next->charter, (size_t)member)->id;
    else if (why.offset < adoptions->count &&
             dep_record_parse(adoptions->list[why.offset].jwt, &record, &ignored) == DEP_OK)
        who = record.iss;
    return dep_problem_found(problem, why.id, why.clause, who);
}

/* The charter before one: brought along, or here. `out_here` is the caller's. */
static int before_find(struct entering *entering, const struct dep_charter *charter,
                       const struct dep_charter **out, struct dep_charter **out_here)
{
    const struct dep_hash *digest = dep_charter_previous(charter);
    *out = NULL;
    if (!digest)
        return DEP_OK;
    const struct brought *brought = brought_find(entering, digest);
    if (brought) {
        *out = brought->charter;
        return DEP_OK;
    }
    int err = dep_charter_load(dep_register_dir_fd(entering->node->reg), digest, out_here,
                               entering->problem);
    *out = *out_here;
    return err;
}

/* Back to the first: each must follow the one before, and where its adoptions were brought along
 * they must be right. What only the pin of `previous` vouches for needs none. */
static int line_judge(struct entering *entering)
{
    const struct dep_charter *charter = entering->list[0].charter;
    DEP_AUTO_CHARTER *held = NULL;
    int err = DEP_OK;
    while (charter && !err) {
        const struct dep_charter *before = NULL;
        struct dep_charter *here = NULL;
        struct brought *brought = brought_find(entering, dep_charter_digest(charter));
        if (brought)
            brought->in_line = true;
        err = before_find(entering, charter, &before, &here);
        if (!err && brought && (brought == entering->list || brought->adoptions.count))
            err = succession_judge(entering, before, brought);
        else if (!err && dep_charter_number(charter) !=
                             (before ? dep_charter_number(before) + 1 : INT64_C(1)))
            err = dep_problem_found(entering->problem, "charter.number", CLAUSE, "");
        dep_charter_free(held);
        held = here;
        charter = before;
    }
    return err;
}

static int enter_judge(struct entering *entering)
{
    struct dep_node *node = entering->node;
    struct dep_problem *problem = entering->problem;
    const struct brought *next = &entering->list[0];
    const struct dep_register_info *info = dep_register_info(node->reg);
    const struct dep_charter_entry *entries = NULL;
    size_t count = 0;
    int err = dep_node_charters(node, &entries, &count, problem);
    for (size_t i = 0; i < count && !err; i++)
        if (dep_hash_equal(dep_charter_digest(entries[i].charter),
                           dep_charter_digest(next->charter)))
            err = dep_problem_found(problem, "charter.entered_already", CLAUSE, entries[i].jti);
    if (err)
        return err;
    struct dep_finding why;
    err = dep_charter_fits(next->charter, info, node->world.clock() / 1000, &why);
    if (err)
        return dep_problem_found(problem, why.id, why.clause, info->member);
    const struct dep_charter *in_force = count ? entries[count - 1].charter : NULL;
    const struct dep_hash *previous = dep_charter_previous(next->charter);
    if (in_force && dep_charter_from_s(next->charter) < dep_charter_from_s(in_force))
        return dep_problem_found(problem, "charter.interval", CLAUSE, "/from");
    if ((err = line_judge(entering)))
        return err;
    /* To another line of charters only its own root takes a member, never a majority of others. */
    bool follows = in_force && previous && dep_hash_equal(previous, dep_charter_digest(in_force));
    if (!follows && !dep_adoptions_have(&next->adoptions, info->member))
        return dep_problem_found(problem, "charter.own_adoption", CLAUSE, info->member);
    return DEP_OK;
}

/* ---- entering: writing ---- */

static int brought_save(struct entering *entering)
{
    int dir_fd = dep_register_dir_fd(entering->node->reg);
    int err = DEP_OK;
    for (size_t i = entering->count; i-- > 0 && !err;) {
        const struct brought *brought = &entering->list[i];
        if (!brought->in_line)
            continue;
        err = text_save(entering->node, brought->charter, brought->text, entering->problem);
        if (!err && brought->adoptions.count)
            err = dep_adoptions_save(dir_fd, dep_charter_digest(brought->charter),
                                     &brought->adoptions, &entering->problem->fault);
    }
    return err;
}

static int entry_record(struct entering *entering, const struct dep_signing_key *registrar,
                        struct dep_done *out)
{
    struct dep_node *node = entering->node;
    struct dep_problem *problem = entering->problem;
    DEP_AUTO_JSON *claims = dep_charter_claims(entering->list[0].charter);
    if (!claims ||
        json_object_set_new(claims, "adoptions", dep_adoptions_claim(&entering->list[0].adoptions)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.enter", node->dir);
    struct dep_draft draft = {"charter.entered", claims, NULL, DEP_ROLE_REGISTRAR, registrar};
    return dep_node_commit(node, &draft, 1, out, problem);
}

/* The key first: who has none leaves nothing behind. */
static int enter(struct entering *entering, struct dep_done *out)
{
    struct dep_node *node = entering->node;
    struct dep_problem *problem = entering->problem;
    struct dep_signing_key *registrar = NULL;
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    err = keys < 0 ? keys
                   : dep_keyfile_load_signing(keys, "registrar", &node->officer_identity,
                                              &registrar, problem);
    if (!err)
        err = brought_save(entering);
    if (!err)
        err = entry_record(entering, registrar, out);
    dep_signing_key_free(registrar);
    return err;
}

int dep_node_charter_enter(struct dep_node *node, struct dep_slice text,
                           const struct dep_slice *files, size_t file_count, struct dep_done *out,
                           struct dep_problem *problem)
{
    assert(file_count <= DEP_CHARTER_FILES_MAX);
    struct entering entering = {.node = node, .problem = problem};
    int err = files_take(&entering, text, files, file_count);
    if (!err)
        err = enter_judge(&entering);
    if (!err)
        err = enter(&entering, out);
    entering_done(&entering);
    return err;
}
