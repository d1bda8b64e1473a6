/*
 * Entering a charter: what was brought is taken apart, judged, and written. Texts and adoptions are
 * durable before the record that speaks of them, as containers are.
 */
#include "node/charter_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "charter.md 3";

/* ---- what was brought ---- */

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
    struct dep_signing_key *registrar;
    json_t *claims; /* what is recorded */
};

static void entering_done(struct entering *entering)
{
    for (size_t i = 0; i < entering->count; i++) {
        dep_charter_free(entering->list[i].charter);
        dep_adoptions_done(&entering->list[i].adoptions);
    }
    free(entering->list);
    json_decref(entering->claims);
    dep_signing_key_free(entering->registrar);
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
    int err = dep_charter_read(text, &charter, entering->problem);
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
    struct dep_own_adoption own;
    if (!err)
        err = dep_node_own_adoption(entering->node, entering->list[0].charter, &own,
                                    &entering->list[0].adoptions.text, problem);
    for (size_t i = 0; i < entering->count && !err; i++)
        if (dep_adoptions_sort(&entering->list[i].adoptions))
            err = dep_problem_fault(problem, DEP_ERR_CAP, "charter.enter", "");
    return err;
}

/* ---- may it come into force? ---- */

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

/* ---- writing ---- */

static int brought_save(struct entering *entering)
{
    int dir_fd = dep_register_dir_fd(entering->node->reg);
    int err = DEP_OK;
    for (size_t i = entering->count; i-- > 0 && !err;) {
        const struct brought *brought = &entering->list[i];
        if (!brought->in_line)
            continue;
        const struct dep_hash *digest = dep_charter_digest(brought->charter);
        err = dep_charter_text_save(dir_fd, digest, brought->text, &entering->problem->fault);
        if (!err && brought->adoptions.count)
            err =
                dep_adoptions_save(dir_fd, digest, &brought->adoptions, &entering->problem->fault);
    }
    return err;
}

/* Under the lock: the charter in force is the one that the next must follow. Texts and adoptions
 * are durable before the record that speaks of them. */
static int entry_decide(void *context, uint64_t size, struct dep_draft *draft,
                        struct dep_problem *problem)
{
    struct entering *entering = context;
    (void)size;
    int err = enter_judge(entering);
    if (!err)
        err = brought_save(entering);
    if (err)
        return err;
    entering->claims = dep_charter_claims(entering->list[0].charter);
    if (!entering->claims || json_object_set_new(entering->claims, "adoptions",
                                                 dep_adoptions_claim(&entering->list[0].adoptions)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.enter", entering->node->dir);
    *draft = (struct dep_draft){"charter.entered", entering->claims, NULL, DEP_ROLE_REGISTRAR,
                                entering->registrar};
    return DEP_OK;
}

/* The key first: who has none leaves nothing behind. */
static int enter(struct entering *entering, struct dep_done *out)
{
    struct dep_node *node = entering->node;
    struct dep_problem *problem = entering->problem;
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    DEP_AUTO_FD keys = dep_node_keys_fd(node, problem);
    err = keys < 0 ? keys
                   : dep_keyfile_load_signing(keys, "registrar", &node->officer_identity,
                                              &entering->registrar, problem);
    return err ? err : dep_node_decide(node, entry_decide, entering, out, problem);
}

int dep_node_charter_enter(struct dep_node *node, struct dep_slice text,
                           const struct dep_slice *files, size_t file_count, struct dep_done *out,
                           struct dep_problem *problem)
{
    assert(file_count <= DEP_CHARTER_FILES_MAX);
    struct entering entering = {.node = node, .problem = problem};
    int err = files_take(&entering, text, files, file_count);
    if (!err)
        err = enter(&entering, out);
    entering_done(&entering);
    return err;
}
