#include "node/timeline.h"

#include "node/campaign.h"
#include "node/case.h"
#include "node/custody.h"
#include "node/marking.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "node/reported.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_timeline_done(struct dep_timeline *timeline)
{
    for (size_t i = 0; i < timeline->count; i++) {
        json_decref(timeline->items[i].time);
        json_decref(timeline->items[i].told);
    }
    free(timeline->items);
    free(timeline->events);
    *timeline = (struct dep_timeline){.count = 0};
}

enum { WITHHELD_MAX = 64 * 1024 };

struct gathering {
    struct dep_node *node;
    struct dep_timeline *timeline;
    size_t item_room, event_room;
    struct dep_edtf_span span;
    uint64_t limit;
    const struct dep_reported *reported; /* by somebody else: what the view holds; else NULL */
    json_t *seen;                        /* for dep_reported_again() */
    struct dep_problem *problem;
};

/* ---- one event ---- */

static int reserve(struct gathering *gathering)
{
    struct dep_timeline *timeline = gathering->timeline;
    if (timeline->count == DEP_TIMELINE_EVENTS_MAX) {
        char most[24];
        (void)snprintf(most, sizeof most, "%d", DEP_TIMELINE_EVENTS_MAX);
        return dep_problem_found(gathering->problem, "timeline.many", "MANDATE F17", most);
    }
    void *items = dep_list_reserve(timeline->items, timeline->count, 1, sizeof *timeline->items,
                                   &gathering->item_room);
    timeline->items = items ? items : timeline->items;
    void *events = dep_list_reserve(timeline->events, timeline->count, 1, sizeof *timeline->events,
                                    &gathering->event_room);
    timeline->events = events ? events : timeline->events;
    return items && events
               ? DEP_OK
               : dep_problem_fault(gathering->problem, DEP_ERR_NOMEM, "node.timeline", "events");
}

static int64_t uncertainty_of(const json_t *claims)
{
    int64_t uncertainty_s = 0;
    (void)dep_json_int(dep_json_object(claims, "clock"), "uncertainty_s", &uncertainty_s);
    return uncertainty_s;
}

/* Whose it is, and what of it isn't known here; NULL without memory. */
static json_t *told_of(const struct dep_reported *reported)
{
    DEP_AUTO_BUF withheld;
    dep_buf_init(&withheld, WITHHELD_MAX);
    dep_reported_withheld(reported, &withheld);
    if (dep_buf_err(&withheld))
        return NULL;
    return json_pack("{s:s,s:s*,s:s*}", reported->kit_officer ? "kit" : "from", reported->member,
                     "withheld", withheld.len ? (const char *)withheld.data : NULL, "withdrawn",
                     reported->withdrawn ? "yes" : NULL);
}

static int add_event(struct gathering *gathering, const struct dep_view *view, const char *field,
                     const json_t *time, const struct dep_edtf_span *span)
{
    if (span->end_s <= gathering->span.earliest_s || span->earliest_s >= gathering->span.end_s)
        return DEP_OK;
    const struct dep_reported *reported = gathering->reported;
    json_t *told = reported ? told_of(reported) : NULL;
    int err = !reported || told
                  ? reserve(gathering)
                  : dep_problem_fault(gathering->problem, DEP_ERR_NOMEM, "node.timeline", "events");
    if (err) {
        json_decref(told);
        return err;
    }
    struct dep_timeline *timeline = gathering->timeline;
    struct dep_timeline_item *item = &timeline->items[timeline->count];
    *item = (struct dep_timeline_item){.recorded_s = view->row.iat,
                                       .uncertainty_s = uncertainty_of(view->claims),
                                       .field = field,
                                       .time = json_incref((json_t *)(uintptr_t)time),
                                       .unread = !view->readable || view->handed_why,
                                       .told = told};
    memcpy(item->record, view->row.jti, sizeof item->record);
    memcpy(item->item, view->row.item, sizeof item->item);
    (void)snprintf(item->type, sizeof item->type, "%s", reported ? reported->type : view->row.type);
    (void)snprintf(item->by_code, sizeof item->by_code, "%s",
                   reported && reported->kit_officer ? reported->kit_officer : view->row.by_code);
    timeline->events[timeline->count] = (struct dep_timeline_event){
        .span = *span, .index = view->row.index, .recorded = !field, .of = timeline->count};
    timeline->count++;
    return DEP_OK;
}

/* ---- what a record states ---- */

static bool is_time(const struct dep_schema_field *field)
{
    const char *ref = dep_json_string(field->form, "ref");
    bool date = field->format && strcmp(field->format, "edtf") == 0;
    return (date || (ref && strcmp(ref, "stated_time") == 0)) && dep_timeline_is_event(field->name);
}

/* A time that says nothing that a calendar knows: before it was recorded, and that is all. */
static struct dep_edtf_span span_of(const json_t *time, int64_t recorded_s, int64_t uncertainty_s)
{
    struct dep_edtf_span span = {INT64_MIN, recorded_s + uncertainty_s + 1};
    (void)dep_timeline_span(time, &span);
    return span;
}

/* The next field from `at` on that states a time; `field_count` where none does. */
static size_t next_stated(const struct dep_schema *schema, const json_t *claims, size_t at)
{
    for (; at < schema->field_count; at++) {
        const json_t *time = json_object_get(claims, schema->fields[at].name);
        if (time && !json_is_null(time) && is_time(&schema->fields[at]))
            break;
    }
    return at;
}

struct dep_edtf_span dep_timeline_hull(const struct dep_schema *schema, const json_t *claims,
                                       int64_t recorded_s, int64_t uncertainty_s)
{
    struct dep_edtf_span hull = {INT64_MAX, INT64_MIN};
    size_t count = schema ? schema->field_count : 0;
    for (size_t i = schema ? next_stated(schema, claims, 0) : 0; i < count;
         i = next_stated(schema, claims, i + 1)) {
        struct dep_edtf_span span =
            span_of(json_object_get(claims, schema->fields[i].name), recorded_s, uncertainty_s);
        hull.earliest_s = span.earliest_s < hull.earliest_s ? span.earliest_s : hull.earliest_s;
        hull.end_s = span.end_s > hull.end_s ? span.end_s : hull.end_s;
    }
    if (hull.earliest_s > hull.end_s)
        hull = (struct dep_edtf_span){recorded_s - uncertainty_s, recorded_s + uncertainty_s + 1};
    return hull;
}

/* Its recording, where it states no time. */
static int add_recorded(struct gathering *gathering, const struct dep_view *view)
{
    int64_t uncertainty_s = uncertainty_of(view->claims);
    struct dep_edtf_span recorded = {view->row.iat - uncertainty_s,
                                     view->row.iat + uncertainty_s + 1};
    return add_event(gathering, view, NULL, NULL, &recorded);
}

static const struct dep_schema *schema_of(const struct gathering *gathering,
                                          const struct dep_view *view)
{
    int64_t version = 0;
    if (gathering->reported)
        return gathering->reported->schema;
    (void)dep_json_int(view->claims, "v", &version);
    return dep_schemas_find(gathering->node->schemas, view->row.type, (int)version);
}

static int add_stated(struct gathering *gathering, const struct dep_view *view, size_t *out_stated)
{
    const struct dep_schema *schema = schema_of(gathering, view);
    const json_t *claims = gathering->reported ? gathering->reported->claims : view->claims;
    size_t count = schema ? schema->field_count : 0;
    int err = DEP_OK;
    *out_stated = 0;
    for (size_t i = schema ? next_stated(schema, claims, 0) : 0; !err && i < count;
         i = next_stated(schema, claims, i + 1)) {
        const char *name = schema->fields[i].name;
        const json_t *time = json_object_get(claims, name);
        struct dep_edtf_span span = span_of(time, view->row.iat, uncertainty_of(view->claims));
        ++*out_stated;
        err = add_event(gathering, view, name, time, &span);
    }
    return err;
}

static int add_times(struct gathering *gathering, const struct dep_view *view)
{
    size_t stated = 0;
    int err = add_stated(gathering, view, &stated);
    return err || stated ? err : add_recorded(gathering, view);
}

static int add_view(void *context, const struct dep_view *view)
{
    struct gathering *gathering = context;
    DEP_AUTO_REPORTED reported = {.withdrawn = false};
    bool again;
    if (view->row.superseded)
        return DEP_OK;
    if (!dep_reported_is(view) || !dep_reported_opens(view))
        return add_times(gathering, view);
    if (dep_reported_again(gathering->seen, view, &again))
        return dep_problem_fault(gathering->problem, DEP_ERR_NOMEM, "node.timeline", "events");
    if (again)
        return DEP_OK;
    int err = dep_node_reported(gathering->node, view, &reported, gathering->problem);
    gathering->reported = &reported;
    err = err ? err : add_times(gathering, view);
    gathering->reported = NULL;
    return err;
}

/* What else refers to a case is found by its items and releases. */
static int add_stages(struct gathering *gathering, const struct dep_act *opened)
{
    int err = add_view(gathering, &opened->head);
    for (size_t i = 0; !err && i < opened->later_count; i++)
        if (strcmp(opened->later[i].row.type, "case.stage") == 0)
            err = add_view(gathering, &opened->later[i]);
    return err;
}

static int add_row(void *context, const struct dep_index_row *row)
{
    struct gathering *gathering = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->superseded)
        return DEP_OK;
    gathering->timeline->cut = gathering->timeline->count >= gathering->limit;
    if (gathering->timeline->cut)
        return DEP_FOUND;
    int err = dep_node_view_seen(gathering->node, row, true, &view, gathering->problem);
    return err ? err : add_view(gathering, &view);
}

/* ---- a page within a span ---- */

/* Records of it may show to the officer, and she may not read them. */
static bool may_be_unread(const struct dep_node *node, const struct dep_schema *schema)
{
    for (size_t i = 0; i < node->role_count; i++)
        if (schema->readers & node->roles[i].role)
            return false;
    return (schema->is_public || (schema->shown | schema->signers) & node->roles_shown) != 0;
}

/* Where a time stands in index.db that the officer may not know, nothing is found by it: what she
 * can't read comes by the time of its recording (add_unread()). */
static int add_readable(void *context, const struct dep_index_row *row)
{
    struct gathering *gathering = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    size_t stated = 0;
    gathering->timeline->cut = gathering->timeline->count >= gathering->limit;
    if (gathering->timeline->cut)
        return DEP_FOUND;
    int err = dep_node_view_seen(gathering->node, row, true, &view, gathering->problem);
    if (err)
        return err;
    const struct dep_schema *schema = schema_of(gathering, &view);
    bool hidden = !view.readable && row->complete && !row->erased && schema &&
                  may_be_unread(gathering->node, schema);
    return hidden ? add_stated(gathering, &view, &stated) : add_view(gathering, &view);
}

static int add_unread(void *context, const struct dep_index_row *row)
{
    struct gathering *gathering = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    gathering->timeline->cut = gathering->timeline->count >= gathering->limit;
    if (gathering->timeline->cut)
        return DEP_FOUND;
    int err = dep_node_view_seen(gathering->node, row, true, &view, gathering->problem);
    if (err || view.readable || !row->complete)
        return err;
    const struct dep_schema *schema = schema_of(gathering, &view);
    bool states = schema && next_stated(schema, view.claims, 0) < schema->field_count;
    return states ? DEP_OK : add_recorded(gathering, &view);
}

static int gather_within(struct gathering *gathering)
{
    struct dep_node *node = gathering->node;
    enum {
        CLOCK_S = 30 * 24 * 60 * 60
    }; /* what a clock may have been wrong by, with room to spare */
    struct dep_edtf_span *span = &gathering->span;
    struct dep_index_query within = {.span = span};
    int err = dep_sight_list(node, &within, add_readable, gathering, gathering->problem);
    for (size_t i = 0; !err && i < dep_schemas_count(node->schemas); i++) {
        const struct dep_schema *schema = dep_schemas_at(node->schemas, i);
        struct dep_index_query recorded = {.type = schema->type,
                                           .recorded = true,
                                           .newest_first = true,
                                           .from_s = INT64_MIN,
                                           .until_s = INT64_MAX};
        if (!may_be_unread(node, schema) ||
            dep_schemas_find(node->schemas, schema->type, 0) != schema)
            continue;
        if (span->earliest_s > INT64_MIN + CLOCK_S)
            recorded.from_s = span->earliest_s - CLOCK_S;
        if (span->end_s < INT64_MAX - CLOCK_S)
            recorded.until_s = span->end_s + CLOCK_S;
        err = dep_sight_list(node, &recorded, add_unread, gathering, gathering->problem);
    }
    return err;
}

/* ---- of what ---- */

static int gather_item(struct gathering *gathering, const char *name)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(gathering->node, name, false, &item, gathering->problem);
    return err ? err
               : dep_node_item_events(gathering->node, item.item, true, add_view, gathering,
                                      gathering->problem);
}

/* The marking itself is among what happened to the item. */
static int gather_material(void *context, const struct dep_view *marking)
{
    struct gathering *gathering = context;
    return dep_node_item_events(gathering->node, marking->row.item, true, add_view, gathering,
                                gathering->problem);
}

static int gather_given(void *context, const struct dep_released *released)
{
    int err = add_view(context, released->prepared);
    return err || !released->release ? err : add_view(context, released->release);
}

static int gather_case(struct gathering *gathering, const char *name)
{
    DEP_AUTO_CASE of_case = {.stage = NULL};
    int err = dep_node_case(gathering->node, name, &of_case, gathering->problem);
    if (!err)
        err = add_stages(gathering, &of_case.opened);
    if (!err)
        err = dep_node_marked_for(gathering->node, of_case.id, gather_material, gathering,
                                  gathering->problem);
    return err ? err
               : dep_node_ledger(gathering->node, of_case.id, gather_given, gathering,
                                 gathering->problem);
}

static int gather_campaign(struct gathering *gathering, const char *name)
{
    DEP_AUTO_CAMPAIGN ledger = {.count = 0};
    int err = dep_node_campaign(gathering->node, name, INT64_MAX, &ledger, gathering->problem);
    if (!err)
        err = add_view(gathering, &ledger.opened);
    for (size_t i = 0; !err && i < ledger.count; i++)
        err = add_view(gathering, &ledger.views[i]);
    return err;
}

static int gather(struct gathering *gathering, const struct dep_timeline_order *order)
{
    /* Of what came by several packages what came last is shown, and so is met first. */
    struct dep_index_query all = {.newest_first = true};
    switch (order->of) {
    case DEP_TIMELINE_ITEM: return gather_item(gathering, order->name);
    case DEP_TIMELINE_CASE: return gather_case(gathering, order->name);
    case DEP_TIMELINE_CAMPAIGN: return gather_campaign(gathering, order->name);
    case DEP_TIMELINE_ALL: break;
    }
    bool within = order->span.earliest_s != INT64_MIN || order->span.end_s != INT64_MAX;
    int err = within && dep_node_pages_searched(gathering->node)
                  ? gather_within(gathering)
                  : dep_sight_list(gathering->node, &all, add_row, gathering, gathering->problem);
    return err == DEP_FOUND && gathering->timeline->cut ? DEP_OK : err;
}

int dep_node_timeline(struct dep_node *node, const struct dep_timeline_order *order,
                      struct dep_timeline *out, struct dep_problem *problem)
{
    DEP_AUTO_TIMELINE timeline = {.count = 0};
    DEP_AUTO_JSON *seen = json_object();
    struct gathering gathering = {.node = node,
                                  .timeline = &timeline,
                                  .span = order->span,
                                  .limit = order->limit,
                                  .seen = seen,
                                  .problem = problem};
    int err = seen ? gather(&gathering, order)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.timeline", "events");
    if (!err && dep_timeline_order(timeline.events, timeline.count))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.timeline", "events");
    if (!err) {
        *out = timeline;
        timeline = (struct dep_timeline){.count = 0};
    }
    return err;
}
