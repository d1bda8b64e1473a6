#include "node/campaign.h"

#include "node/act.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_campaign_done(struct dep_campaign *ledger)
{
    dep_view_done(&ledger->opened);
    for (size_t i = 0; i < ledger->count; i++)
        dep_view_done(&ledger->views[i]);
    free(ledger->views);
    free(ledger->flows);
    free(ledger->boundary);
    *ledger = (struct dep_campaign){.count = 0};
}

/* ---- which campaign ---- */

struct choosing {
    struct dep_node *node;
    const char *code; /* NULL: any */
    struct dep_index_row row;
    size_t count;
    struct dep_problem *problem;
};

static int choose_one(void *context, const struct dep_index_row *row)
{
    struct choosing *choosing = context;
    if (row->superseded)
        return DEP_OK;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_seen(choosing->node, row, true, &view, choosing->problem);
    if (err)
        return err;
    const char *code = view.readable ? dep_json_string(view.claims, "code") : NULL;
    if (!choosing->code || (code && strcmp(code, choosing->code) == 0)) {
        choosing->row = *row;
        choosing->count++;
    }
    return DEP_OK;
}

static int choose(struct dep_node *node, const char *name, struct dep_index_row *out,
                  struct dep_problem *problem)
{
    struct choosing choosing = {.node = node, .code = name, .problem = problem};
    struct dep_index_query query = {.type = "campaign.opened"};
    /* On a page one among many is looked up by its code; what decides doesn't rest on index.db. */
    bool page = node->shows_only && name;
    if (page) {
        query.field = "code";
        query.value = name;
    }
    int err = page ? dep_node_list(node, &query, choose_one, &choosing, problem)
                   : dep_sight_list(node, &query, choose_one, &choosing, problem);
    if (err)
        return err;
    if (choosing.count == 1) {
        *out = choosing.row;
        return DEP_OK;
    }
    if (!name || choosing.count > 1)
        return dep_problem_found(problem, "ledger.campaign", "doc/format/mandate.md 3",
                                 name ? name : "");
    err = dep_node_find(node, name, out, problem);
    if (err == DEP_FOUND && strcmp(problem->finding.id, "index.absent") == 0)
        return dep_problem_found(problem, "ledger.campaign", "doc/format/mandate.md 3", name);
    return err || strcmp(out->type, "campaign.opened") == 0
               ? err
               : dep_problem_found(problem, "act.type", "doc/format/mandate.md 3", out->type);
}

/* ---- its flows ---- */

struct loading {
    struct dep_node *node;
    struct dep_campaign *ledger;
    size_t view_room, flow_room;
    char campaign[DEP_UUID_LEN + 1]; /* as it is named by the flows that are looked for */
    int64_t as_of_s;
    struct dep_problem *problem;
};

static bool is_before(const json_t *claims, int64_t as_of_s)
{
    const char *on = dep_json_string(claims, "on");
    struct dep_edtf_span span;
    return on && dep_edtf_span_of(dep_slice_string(on), &span) && span.earliest_s < as_of_s;
}

/* A flow is about its campaign and, at most, its parent. */
static const char *parent_of(const json_t *claims, const char *campaign)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        const char *id = dep_json_string(ref, "id");
        if (strcmp(dep_json_string(ref, "rel"), "about") == 0 && strcmp(id, campaign) != 0)
            return id;
    }
    return NULL;
}

/* Room for one more. */
static int reserve(struct loading *loading)
{
    struct dep_campaign *ledger = loading->ledger;
    void *views = dep_list_reserve(ledger->views, ledger->count, 1, sizeof *ledger->views,
                                   &loading->view_room);
    ledger->views = views ? views : ledger->views;
    void *flows = dep_list_reserve(ledger->flows, ledger->count, 1, sizeof *ledger->flows,
                                   &loading->flow_room);
    ledger->flows = flows ? flows : ledger->flows;
    return views && flows ? DEP_OK
                          : dep_problem_fault(loading->problem, DEP_ERR_NOMEM, "node.campaign", "");
}

static int load_one(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    struct dep_campaign *ledger = loading->ledger;
    if (row->superseded)
        return DEP_OK;
    int err = reserve(loading);
    if (err)
        return err;
    struct dep_view *view = &ledger->views[ledger->count];
    err = dep_node_view_seen(loading->node, row, true, view, loading->problem);
    if (err)
        return err;
    /* Of a hundred thousand only what they say. */
    dep_buf_done(&view->jwt);
    dep_buf_done(&view->disclosures);
    if (view->readable && is_before(view->claims, loading->as_of_s)) {
        ledger->flows[ledger->count++].parent = parent_of(view->claims, loading->campaign);
        return DEP_OK;
    }
    ledger->unread += !view->readable;
    dep_view_done(view);
    return DEP_OK;
}

struct naming_flows {
    dep_index_fn *each;
    void *context;
};

static int pass_flow(void *context, const struct dep_index_row *row)
{
    const struct naming_flows *naming = context;
    return strcmp(row->type, "flow.recorded") == 0 ? naming->each(naming->context, row) : DEP_OK;
}

int dep_node_campaign_flows(struct dep_node *node, char campaign[DEP_UUID_LEN + 1],
                            dep_index_fn *each, void *context, struct dep_problem *problem)
{
    struct naming_flows naming = {each, context};
    int err = DEP_OK;
    while (!err && campaign[0]) {
        struct dep_index_query query = {.ref = campaign, .rel = "about"};
        err = dep_sight_list(node, &query, pass_flow, &naming, problem);
        if (!err)
            err = dep_act_step_back(node, campaign, problem);
    }
    return err;
}

static void rename_parent(struct dep_campaign *ledger, const char *before, const char *now)
{
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->flows[i].parent && strcmp(ledger->flows[i].parent, before) == 0)
            ledger->flows[i].parent = now;
}

/* They name their parent as it was then, too: without this a payment would count beside the
 * commitment that it is of, once that is revised. What may not be seen ends a chain. */
static int follow_revisions(struct dep_node *node, struct dep_campaign *ledger,
                            struct dep_problem *problem)
{
    for (size_t i = 0; i < ledger->count; i++) {
        const char *before = dep_record_ref(ledger->views[i].claims, "supersedes");
        char id[DEP_UUID_LEN + 1];
        (void)snprintf(id, sizeof id, "%s", before ? before : "");
        while (id[0]) {
            rename_parent(ledger, id, ledger->views[i].row.jti);
            int err = dep_act_step_back(node, id, problem);
            if (err < 0)
                return err;
            if (err)
                break;
        }
    }
    return DEP_OK;
}

/* ---- as the ledger takes them ---- */

static int one_of(const json_t *claims, const char *name, const char *const *words, int count)
{
    const char *word = dep_json_string(claims, name);
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return count - 1;
}

/* What was committed was judged (rules/mandate_money.c): its amounts are decimals. */
static void read_flow(const struct dep_view *view, struct dep_flow *out)
{
    static const char *const kinds[] = {"pledge", "commitment", "payment"};
    static const char *const sides[] = {"provider", "receiver", "other"};
    static const char *const qualifiers[] = {"exact", "about", "more_than", "not_disclosed"};
    const json_t *claims = view->claims, *rate = dep_json_object(claims, "rate");
    const char *amount = dep_json_string(claims, "amount");
    const char *value = dep_json_string(rate, "value");
    *out = (struct dep_flow){
        .id = view->row.jti,
        .parent = out->parent,
        .kind = (enum dep_flow_kind)one_of(claims, "kind", kinds, DEP_COUNT(kinds)),
        .side = (enum dep_flow_side)one_of(claims, "side", sides, DEP_COUNT(sides)),
        .provider = dep_json_string(claims, "provider"),
        .receiver = dep_json_string(claims, "receiver"),
        .reference = dep_json_string(claims, "reference"),
        .is = (enum dep_amount_is)one_of(claims, "qualifier", qualifiers, DEP_COUNT(qualifiers)),
        .currency = dep_json_string(claims, "currency")};
    if (!amount || !dep_decimal_parse(dep_slice_string(amount), &out->amount))
        out->is = DEP_AMOUNT_NOT_DISCLOSED;
    if (value && dep_decimal_parse(dep_slice_string(value), &out->rate)) {
        out->rate_currency = dep_json_string(rate, "currency");
        out->rate_about = strcmp(dep_json_string(rate, "qualifier"), "exact") != 0;
    }
}

static int place(struct dep_campaign *ledger, struct dep_problem *problem)
{
    const json_t *claims = ledger->opened.claims, *codes = dep_json_array(claims, "boundary");
    size_t count = json_array_size(codes);
    ledger->boundary = dep_alloc_array(count + 1, sizeof *ledger->boundary);
    if (!ledger->boundary)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.campaign", "");
    for (size_t i = 0; i < count; i++)
        ledger->boundary[i] = json_string_value(json_array_get(codes, i));
    for (size_t i = 0; i < ledger->count; i++)
        read_flow(&ledger->views[i], &ledger->flows[i]);
    struct dep_ledger_of of = {dep_json_string(claims, "currency"), ledger->boundary, count};
    int err = dep_ledger_place(&of, ledger->flows, ledger->count, &problem->finding);
    return err < 0 ? dep_problem_fault(problem, err, "node.campaign", "") : err;
}

/* Who takes the table or the file elsewhere leaves repeated entries out: what is of one is of the
 * flow's entry that counts. */
static int pass_repeated(struct dep_campaign *ledger, struct dep_problem *problem)
{
    DEP_AUTO_JSON *counting = json_object();
    int bad = !counting;
    for (size_t i = 0; !bad && i < ledger->count; i++)
        if (ledger->flows[i].place == DEP_FLOW_REPEATED)
            bad = json_object_set_new(counting, ledger->flows[i].id,
                                      json_integer((json_int_t)ledger->flows[i].counted_by));
    for (size_t i = 0; !bad && i < ledger->count; i++) {
        const char *parent = ledger->flows[i].parent;
        const json_t *at = parent ? json_object_get(counting, parent) : NULL;
        if (at)
            ledger->flows[i].parent = ledger->flows[json_integer_value(at)].id;
    }
    return bad ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.campaign", "") : DEP_OK;
}

int dep_node_campaign(struct dep_node *node, const char *name, int64_t as_of_s,
                      struct dep_campaign *out, struct dep_problem *problem)
{
    DEP_AUTO_CAMPAIGN ledger = {.count = 0};
    struct dep_index_row row;
    struct loading loading = {
        .node = node, .ledger = &ledger, .as_of_s = as_of_s, .problem = problem};
    int err = choose(node, name, &row, problem);
    if (!err)
        err = dep_node_view_seen(node, &row, true, &ledger.opened, problem);
    if (!err && !ledger.opened.readable)
        err = dep_problem_found(problem, "ledger.unread", "doc/format/mandate.md 3", row.jti);
    if (!err) {
        memcpy(loading.campaign, row.jti, sizeof loading.campaign);
        err = dep_node_campaign_flows(node, loading.campaign, load_one, &loading, problem);
    }
    if (!err)
        err = follow_revisions(node, &ledger, problem);
    if (!err)
        err = place(&ledger, problem);
    if (!err)
        err = pass_repeated(&ledger, problem);
    if (!err) {
        *out = ledger;
        ledger = (struct dep_campaign){.count = 0};
    }
    return err;
}
