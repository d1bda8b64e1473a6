/*
 * What a verdict rests on, opened again for who reads it: the verdict holds digests. They are
 * looked up in a table that is made once a process and goes on where the log does: a list of many
 * verdicts opens the records that these name, and no others.
 */
#include "node/node_impl.h"
#include "node/receive.h"
#include "node/release.h"
#include "record/presentation.h"

#include <stdlib.h>
#include <string.h>

enum kind { REQUEST, CONSENT, FOREIGN, KIND_COUNT };
static const char *const TYPES[KIND_COUNT] = {"request.made", "consent.given", "foreign.record"};

struct named {
    /* of what another member signed: the one that its foreign.record holds */
    struct dep_hash sha256;
    char jti[DEP_UUID_LEN + 1];
    uint8_t kind;
};

/* Places of `list` plus one, by the beginning of the digest; 0: free. Never more than half full. */
struct dep_relied {
    struct named *list;
    size_t count, room;
    uint32_t *slots;
    size_t slot_count; /* a power of two */
    uint64_t next;     /* records below it were looked at */
};

void dep_relied_free(struct dep_relied *relied)
{
    if (!relied)
        return;
    free(relied->list);
    free(relied->slots);
    free(relied);
}

/* ---- the table ---- */

static size_t slot_of(const struct dep_relied *relied, const struct dep_hash *sha256)
{
    uint64_t begins;
    memcpy(&begins, sha256->bytes, sizeof begins);
    size_t at = (size_t)begins & (relied->slot_count - 1);
    while (relied->slots[at] &&
           !dep_hash_equal(&relied->list[relied->slots[at] - 1].sha256, sha256))
        at = (at + 1) & (relied->slot_count - 1);
    return at;
}

static bool make_room(struct dep_relied *relied)
{
    enum { ROOM_MIN = 256 };
    if (relied->count < relied->room)
        return true;
    size_t room = relied->room ? 2 * relied->room : ROOM_MIN;
    struct named *list = dep_realloc_array(relied->list, room, sizeof *list);
    uint32_t *slots = list ? dep_alloc_array(2 * room, sizeof *slots) : NULL;
    relied->list = list ? list : relied->list;
    if (!slots)
        return false;
    free(relied->slots);
    relied->slots = slots;
    relied->slot_count = 2 * room;
    relied->room = room;
    for (size_t i = 0; i < relied->count; i++)
        slots[slot_of(relied, &relied->list[i].sha256)] = (uint32_t)i + 1;
    return true;
}

/* What came in several packages stands once: the first. */
static int add(struct dep_relied *relied, const struct dep_hash *sha256, const char *jti,
               enum kind kind)
{
    if (!make_room(relied))
        return DEP_ERR_NOMEM;
    size_t at = slot_of(relied, sha256);
    if (relied->slots[at])
        return DEP_OK;
    struct named *named = &relied->list[relied->count++];
    *named = (struct named){.sha256 = *sha256, .kind = (uint8_t)kind};
    memcpy(named->jti, jti, sizeof named->jti);
    relied->slots[at] = (uint32_t)relied->count;
    return DEP_OK;
}

struct filling {
    struct dep_node *node;
    struct dep_relied *relied;
    enum kind kind;
    struct dep_problem *problem;
};

static int add_row(void *context, const struct dep_index_row *row)
{
    const struct filling *filling = context;
    struct dep_hash sha256 = row->sha256;
    if (row->index < filling->relied->next)
        return DEP_OK;
    if (filling->kind == FOREIGN) {
        DEP_AUTO_VIEW view = {.claims = NULL};
        int err = dep_node_view_row(filling->node, row, true, &view, filling->problem);
        const char *hex = err ? NULL : dep_json_string(view.claims, "sha256");
        /* One that can't be opened was in no verdict. */
        if (err || !hex || !dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
            return err;
    }
    int err = add(filling->relied, &sha256, row->jti, filling->kind);
    return err ? dep_problem_fault(filling->problem, err, "node.relied", row->jti) : DEP_OK;
}

static int fill(struct dep_node *node, struct dep_problem *problem)
{
    if (!node->relied && !(node->relied = dep_alloc(sizeof *node->relied)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.relied", node->dir);
    uint64_t count = dep_register_count(node->reg);
    int err = DEP_OK;
    for (enum kind kind = 0; !err && node->relied->next < count && kind < KIND_COUNT; kind++) {
        struct filling filling = {node, node->relied, kind, problem};
        struct dep_index_query query = {.type = TYPES[kind]};
        err = dep_node_list(node, &query, add_row, &filling, problem);
    }
    if (!err)
        node->relied->next = count;
    return err;
}

/* ---- opening ---- */

struct looking {
    struct dep_node *node;
    dep_relied_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int unreadable(const struct dep_view *view, struct dep_problem *problem)
{
    return dep_problem_found(problem, view->why_not, "doc/format/consent.md", view->row.jti);
}

static int tell_foreign(const struct looking *looking, const struct dep_view *view,
                        const struct dep_hash *wanted)
{
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why = {.id = ""};
    struct dep_hash sha256;
    int err = dep_foreign_open(looking->node->schemas, view->claims, &foreign, &why);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err;
    dep_sha256(foreign.record.jwt.text, &sha256);
    return dep_hash_equal(&sha256, wanted)
               ? looking->each(looking->context, foreign.record.type, foreign.claims)
               : DEP_OK;
}

static int open_named(const struct looking *looking, const struct named *named)
{
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_find(looking->node, named->jti, &row, looking->problem);
    if (!err)
        err = dep_node_view_row(looking->node, &row, true, &view, looking->problem);
    if (err)
        return err;
    if (named->kind == FOREIGN)
        return view.readable ? tell_foreign(looking, &view, &named->sha256) : DEP_OK;
    return view.readable ? looking->each(looking->context, row.type, view.claims)
                         : unreadable(&view, looking->problem);
}

/* The place in the table of what a requirement names, plus one; 0: of no kind that is told. */
static uint32_t named_by(const struct dep_relied *relied, const json_t *requirement)
{
    struct dep_hash sha256;
    const char *hex = dep_json_string(requirement, "record");
    return relied->count && hex && dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN)
               ? relied->slots[slot_of(relied, &sha256)]
               : 0;
}

static int by_place(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Those of the kinds in `kinds` (a bit each), each once, in the order of the table. */
static int open_all(const struct looking *looking, const json_t *requirements, unsigned kinds)
{
    const struct dep_relied *relied = looking->node->relied;
    size_t count = json_array_size(requirements);
    DEP_AUTO_FREE uint32_t *places = count ? dep_alloc_array(count, sizeof *places) : NULL;
    if (count && !places)
        return dep_problem_fault(looking->problem, DEP_ERR_NOMEM, "node.relied", "");
    for (size_t i = 0; i < count; i++)
        places[i] = named_by(relied, json_array_get(requirements, i));
    if (count)
        qsort(places, count, sizeof *places, by_place);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++) {
        uint32_t place = places[i];
        if (place && (i == 0 || places[i - 1] != place) &&
            kinds & 1U << relied->list[place - 1].kind)
            err = open_named(looking, &relied->list[place - 1]);
    }
    return err;
}

/* On a page index.db has who has that digest. */
struct finding_digest {
    struct dep_node *node;
    struct dep_hash sha256;
    struct dep_problem *problem;
};

static int add_found(void *context, const struct dep_index_row *row)
{
    const struct finding_digest *finding = context;
    for (enum kind kind = 0; kind < KIND_COUNT; kind++)
        if (strcmp(TYPES[kind], row->type) == 0 && dep_sight_sees(finding->node, row) &&
            add(finding->node->relied, &finding->sha256, row->jti, kind))
            return dep_problem_fault(finding->problem, DEP_ERR_NOMEM, "node.relied", row->jti);
    return DEP_OK;
}

static int fill_named(struct dep_node *node, const json_t *requirements,
                      struct dep_problem *problem)
{
    size_t i;
    json_t *requirement;
    int err = DEP_OK;
    if (!node->relied && !(node->relied = dep_alloc(sizeof *node->relied)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.relied", node->dir);
    json_array_foreach(requirements, i, requirement)
    {
        const char *hex = dep_json_string(requirement, "record");
        struct finding_digest finding = {.node = node, .problem = problem};
        struct dep_index_query query = {.ref = hex, .rel = "digest"};
        if (!err && hex && !named_by(node->relied, requirement) &&
            dep_hex_parse(dep_slice_string(hex), finding.sha256.bytes, DEP_HASH_LEN))
            err = dep_index_list(node->index, &query, add_found, &finding, &problem->fault);
    }
    return err;
}

static int relied_of(struct dep_node *node, const json_t *verdict, unsigned kinds,
                     dep_relied_fn *each, void *context, struct dep_problem *problem)
{
    struct looking looking = {node, each, context, problem};
    const json_t *requirements = dep_json_array(verdict, "requirements");
    int err = dep_node_pages_searched(node) ? fill_named(node, requirements, problem)
                                            : fill(node, problem);
    return err ? err : open_all(&looking, requirements, kinds);
}

int dep_node_relied(struct dep_node *node, const json_t *verdict, dep_relied_fn *each,
                    void *context, struct dep_problem *problem)
{
    return relied_of(node, verdict, 1U << REQUEST | 1U << CONSENT | 1U << FOREIGN, each, context,
                     problem);
}

/* ---- what is to be respected ---- */

static int add_condition(void *context, const char *type, const json_t *claims)
{
    json_t *stated = json_object_get(claims, "conditions");
    const json_t *terms = dep_json_object(claims, "terms");
    json_t *shown = json_object_get(dep_json_object(terms, "session"), "shown");
    if (strcmp(type, "consent.given") != 0 || (!stated && !shown))
        return DEP_OK;
    json_t *one =
        json_pack("{s:s,s:s?,s:O*,s:O*}", "layer", dep_json_string(terms, "layer"), "grantor",
                  dep_json_string(terms, "grantor"), "conditions", stated, "shown", shown);
    return json_array_append_new(context, one) ? DEP_ERR_NOMEM : DEP_OK;
}

int dep_node_conditions(struct dep_node *node, const json_t *verdict, json_t **out,
                        struct dep_problem *problem)
{
    DEP_AUTO_JSON *conditions = json_array();
    int err = conditions ? relied_of(node, verdict, 1U << CONSENT | 1U << FOREIGN, add_condition,
                                     conditions, problem)
                         : DEP_ERR_NOMEM;
    if (err == DEP_ERR_NOMEM)
        return dep_problem_fault(problem, err, "node.relied", "conditions");
    if (!err)
        *out = json_incref(conditions);
    return err;
}
