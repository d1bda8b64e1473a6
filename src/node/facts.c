/*
 * From the records of this register to facts. First what was given (requests, consents, assurances,
 * approvals), then what was said of it later (answers, checks, withdrawals). Only what stands below
 * the moment's size counts, so that the same moment gives the same facts for ever.
 */
#include "node/facts.h"

#include "node/charter.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct dep_fact fact;
    char jti[DEP_UUID_LEN + 1];
    char supersedes[DEP_UUID_LEN + 1];
    int64_t earliest_s; /* when it can have been recorded at the earliest */
    bool rejects;       /* an approver who said no */
};

struct loading {
    struct dep_node *node;
    struct dep_known *known;
    struct dep_fact_reader reader;
    struct entry *entries;
    size_t count, room;
    struct dep_problem *problem;
};

void dep_known_done(struct dep_known *known)
{
    dep_facts_free(known->facts);
    dep_names_free(known->names);
    free(known->unread);
    *known = (struct dep_known){.member = NULL};
}

struct dep_moment dep_node_moment(struct dep_node *node)
{
    return (struct dep_moment){.size = dep_register_count(node->reg),
                               .now_s = dep_node_now_ms(node) / 1000,
                               .uncertainty_s = node->world.clock_uncertainty_s};
}

/* ---- times ---- */

struct when {
    int64_t earliest_s, latest_s;
};

/* Recorded before now, whatever the clocks say: it stands in the log. */
static struct when when_recorded(const struct loading *loading, const json_t *claims)
{
    const struct dep_moment *moment = &loading->known->moment;
    int64_t iat = 0, uncertainty_s = 0, before_s = moment->now_s - moment->uncertainty_s;
    (void)dep_json_int(claims, "iat", &iat);
    (void)dep_json_int(dep_json_object(claims, "clock"), "uncertainty_s", &uncertainty_s);
    struct when when;
    /* No clock is so wrong; a record that says so counts from the latest and ends at the earliest. */
    if (__builtin_sub_overflow(iat, uncertainty_s, &when.earliest_s))
        when.earliest_s = INT64_MIN;
    if (__builtin_add_overflow(iat, uncertainty_s, &when.latest_s))
        when.latest_s = INT64_MAX;
    if (when.earliest_s > before_s)
        when.earliest_s = before_s;
    if (when.latest_s > before_s)
        when.latest_s = before_s;
    return when;
}

static void withdraw(struct entry *entry, int64_t at_s)
{
    if (at_s < entry->fact.withdrawn_s)
        entry->fact.withdrawn_s = at_s;
}

/* ---- what can't be read ---- */

static int add_unread(struct loading *loading, const struct dep_index_row *row, const char *why)
{
    struct dep_known *known = loading->known;
    if (known->unread_count == DEP_FACTS_MAX)
        return dep_problem_fault(loading->problem, DEP_ERR_CAP, "node.facts", row->jti);
    struct dep_unread *grown =
        dep_realloc_array(known->unread, known->unread_count + 1, sizeof *grown);
    if (!grown)
        return dep_problem_fault(loading->problem, DEP_ERR_NOMEM, "node.facts", row->jti);
    known->unread = grown;
    struct dep_unread *unread = &grown[known->unread_count++];
    *unread = (struct dep_unread){.why = why};
    (void)snprintf(unread->jti, sizeof unread->jti, "%s", row->jti);
    (void)snprintf(unread->type, sizeof unread->type, "%s", row->type);
    (void)snprintf(unread->item, sizeof unread->item, "%s", row->item);
    return DEP_OK;
}

/* ---- what was given ---- */

static int fact_of_approval(const struct dep_fact_reader *reader,
                            const struct dep_fact_source *source, const json_t *claims,
                            struct dep_fact *out, struct dep_finding *why)
{
    const json_t *ref = json_array_get(dep_json_array(claims, "refs"), 0);
    const char *hex = dep_json_string(ref, "sha256");
    struct dep_fact fact = {.kind = DEP_FACT_APPROVAL,
                            .record = source->record,
                            .index = source->index,
                            .recorded_s = source->recorded_s,
                            .in_force = {INT64_MIN, INT64_MAX},
                            .withdrawn_s = INT64_MAX,
                            .status_s = INT64_MIN};
    if (!hex || !dep_hex_parse(dep_slice_string(hex), fact.approves.bytes, DEP_HASH_LEN))
        return dep_found(why, "fact.form", "doc/format/consent.md", 0);
    int err = dep_names_add(reader->names, source->by, &fact.by);
    if (!err)
        *out = fact;
    return err;
}

typedef int fact_fn(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                    const json_t *claims, struct dep_fact *out, struct dep_finding *why);

static fact_fn *fact_of(const char *type)
{
    static const struct {
        const char *type;
        fact_fn *read;
    } table[] = {{"approval.given", fact_of_approval},
                 {"assurance.given", dep_fact_of_assurance},
                 {"consent.given", dep_fact_of_consent},
                 {"request.made", dep_fact_of_request}};
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(table[i].type, type) == 0)
            return table[i].read;
    return NULL;
}

static struct entry *add_entry(struct loading *loading)
{
    if (loading->count == loading->room) {
        size_t room = loading->room ? 2 * loading->room : 64;
        struct entry *grown = dep_realloc_array(loading->entries, room, sizeof *grown);
        if (!grown)
            return NULL;
        loading->entries = grown;
        loading->room = room;
    }
    struct entry *entry = &loading->entries[loading->count++];
    *entry = (struct entry){.jti = ""};
    return entry;
}

/* A row below the moment's size (else `view` stays empty). `out_given`: this reader may read it; if
 * not, what is open of it is there all the same. */
static int view_given(struct loading *loading, const struct dep_index_row *row, bool unlock,
                      struct dep_view *view, bool *out_given)
{
    *out_given = false;
    if (row->index >= loading->known->moment.size)
        return DEP_OK;
    int err = dep_node_view_row(loading->node, row, unlock, view, loading->problem);
    if (err)
        return err;
    if (unlock && !view->readable)
        return add_unread(loading, row, view->why_not);
    *out_given = true;
    return DEP_OK;
}

static int take_given(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    fact_fn *read = fact_of(row->type);
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool given;
    bool open = read == fact_of_approval; /* all that counts of it is open */
    int err = read ? view_given(loading, row, !open, &view, &given) : DEP_OK;
    if (err || !read || !given)
        return err;
    struct when when = when_recorded(loading, view.claims);
    struct dep_fact_source source = {
        .record = row->sha256,
        .index = row->index,
        .by = dep_json_string(dep_json_object(view.claims, "by"), "code"),
        .recorded_s = when.latest_s};
    struct dep_fact fact;
    struct dep_finding why = {.id = ""};
    err = read(&loading->reader, &source, view.claims, &fact, &why);
    if (err == DEP_FOUND)
        return strcmp(why.id, "fact.none") == 0 ? DEP_OK : add_unread(loading, row, why.id);
    struct entry *entry = err ? NULL : add_entry(loading);
    if (!entry)
        return dep_problem_fault(loading->problem, err ? err : DEP_ERR_NOMEM, "node.facts",
                                 row->jti);
    entry->fact = fact;
    entry->earliest_s = when.earliest_s;
    entry->rejects = open && !dep_json_true(view.claims, "approved");
    const char *supersedes = dep_record_ref(view.claims, "supersedes");
    (void)snprintf(entry->jti, sizeof entry->jti, "%s", row->jti);
    (void)snprintf(entry->supersedes, sizeof entry->supersedes, "%s", supersedes ? supersedes : "");
    return DEP_OK;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->jti, ((const struct entry *)b)->jti);
}

static struct entry *find_entry(struct loading *loading, const char *jti)
{
    struct entry key = {.jti = ""};
    if (!jti || !loading->count)
        return NULL;
    (void)snprintf(key.jti, sizeof key.jti, "%s", jti);
    return bsearch(&key, loading->entries, loading->count, sizeof key, compare_entries);
}

/* ---- what was said of it later, in the order of the log ---- */

static int take_withdrawal(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool given;
    int err = view_given(loading, row, false, &view, &given);
    struct entry *entry = err ? NULL : find_entry(loading, dep_record_ref(view.claims, "about"));
    if (entry)
        withdraw(entry, when_recorded(loading, view.claims).earliest_s);
    return err;
}

/* The newest answer counts; one that can't be read might be its withdrawal. */
static int take_answer(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool given;
    int err = view_given(loading, row, true, &view, &given);
    struct entry *entry = err ? NULL : find_entry(loading, dep_record_ref(view.claims, "answers"));
    if (!entry)
        return err;
    const char *answer = dep_json_string(view.claims, "answer");
    bool ends = !given || !answer || strcmp(answer, "withdrawn") == 0;
    entry->fact.withdrawn_s = ends ? when_recorded(loading, view.claims).earliest_s : INT64_MAX;
    return DEP_OK;
}

/* By another officer than the one who recorded it, and the newest check counts, above all one that
 * found something else or can't be read. */
static int take_check(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool given;
    int err = view_given(loading, row, true, &view, &given);
    struct entry *entry = err ? NULL : find_entry(loading, dep_record_ref(view.claims, "about"));
    if (!entry)
        return err;
    const char *outcome = given ? dep_json_string(view.claims, "outcome") : NULL;
    dep_id by = 0;
    if (outcome && strcmp(outcome, "as_recorded") == 0)
        err = dep_names_add(loading->reader.names,
                            dep_json_string(dep_json_object(view.claims, "by"), "code"), &by);
    if (err)
        return dep_problem_fault(loading->problem, err, "node.facts", row->jti);
    if (by != entry->fact.by)
        entry->fact.checked_by = by;
    return DEP_OK;
}

/* What a correction says takes the place of what it corrects. */
static void apply_corrections(struct loading *loading)
{
    for (size_t i = 0; i < loading->count; i++) {
        struct entry *corrected = loading->entries[i].supersedes[0]
                                      ? find_entry(loading, loading->entries[i].supersedes)
                                      : NULL;
        if (corrected)
            withdraw(corrected, loading->entries[i].earliest_s);
    }
}

/* Who approved and later said no has approved no longer. */
static void apply_rejections(struct loading *loading)
{
    for (size_t i = 0; i < loading->count; i++) {
        const struct entry *no = &loading->entries[i];
        for (size_t k = 0; no->rejects && k < loading->count; k++) {
            struct entry *yes = &loading->entries[k];
            if (yes->fact.kind == DEP_FACT_APPROVAL && !yes->rejects &&
                yes->fact.index < no->fact.index && yes->fact.by == no->fact.by &&
                dep_hash_equal(&yes->fact.approves, &no->fact.approves))
                withdraw(yes, no->earliest_s);
        }
    }
}

/* ---- all of it ---- */

static int load_entries(struct loading *loading)
{
    static const struct {
        const char *type;
        dep_index_fn *take;
    } table[] = {{"request.made", take_given},
                 {"consent.given", take_given},
                 {"assurance.given", take_given},
                 {"approval.given", take_given},
                 {NULL, NULL}, /* here they are sorted, to be found by what comes after */
                 {"request.answered", take_answer},
                 {"consent.checked", take_check},
                 {"consent.withdrawn", take_withdrawal},
                 {"assurance.withdrawn", take_withdrawal}};
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (!table[i].type) {
            if (loading->count)
                qsort(loading->entries, loading->count, sizeof *loading->entries, compare_entries);
            continue;
        }
        struct dep_index_query query = {.type = table[i].type};
        int err = dep_index_list(loading->node->index, &query, table[i].take, loading,
                                 &loading->problem->fault);
        if (err)
            return err;
    }
    apply_corrections(loading);
    apply_rejections(loading);
    for (size_t i = 0; i < loading->count; i++) {
        int err = loading->entries[i].rejects
                      ? DEP_OK
                      : dep_facts_add(loading->known->facts, &loading->entries[i].fact);
        if (err)
            return dep_problem_fault(loading->problem, err, "node.facts", "facts");
    }
    return DEP_OK;
}

int dep_node_known(struct dep_node *node, const struct dep_moment *moment, struct dep_known *out,
                   struct dep_problem *problem)
{
    struct dep_known known = {.moment = *moment, .member = dep_register_info(node->reg)->member};
    int err = dep_node_charter(node, moment->size, &known.charter, problem);
    if (err)
        return err;
    if (dep_names_new(&known.names) || dep_facts_new(&known.facts))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.facts", node->dir);
    struct loading loading = {.node = node,
                              .known = &known,
                              .reader = {known.charter, known.names, known.member},
                              .problem = problem};
    if (!err)
        err = load_entries(&loading);
    free(loading.entries);
    if (err) {
        dep_known_done(&known);
        return err;
    }
    *out = known;
    return DEP_OK;
}
