/*
 * What is late of what a coalition set out to do, and dispatches to be reviewed. What has no date is never
 * late.
 */
#include "codec/edtf.h"
#include "node/due_impl.h"
#include "rules/mandate.h"

#include <string.h>

/* The end of the latest day that a date may mean; INT64_MAX where it is open, or there is none. */
static int64_t end_of(const json_t *claims, const char *name)
{
    const char *date = dep_json_string(claims, name);
    struct dep_edtf_span span;
    return date && dep_edtf_span_of(dep_slice_string(date), &span) ? span.end_s : INT64_MAX;
}

/* The newest word on it that wasn't corrected; NULL where there is none. */
static const struct dep_view *newest_update(const struct dep_act *act, const char *updates)
{
    for (size_t i = act->later_count; i-- > 0;) {
        const struct dep_view *later = &act->later[i];
        if (strcmp(later->row.type, updates) == 0 && !later->row.superseded)
            return later;
    }
    return NULL;
}

/* What was said of a commitment holds of its correction. `left`: how far back it is looked. */
static int judge_closed(const struct dep_gather *gather, const struct dep_act *act,
                        const char *updates, int left, bool *out)
{
    const struct dep_view *newest = newest_update(act, updates);
    const char *before = dep_record_ref(act->head.claims, "supersedes");
    if (newest || !before || left == 0) {
        const char *status = newest ? dep_json_string(newest->claims, "status") : NULL;
        *out = status && dep_mandate_closes(status);
        return DEP_OK;
    }
    DEP_AUTO_ACT former = {.later = NULL};
    int err = dep_node_act(gather->node, before, act->head.row.type, &former, gather->problem);
    return err ? err : judge_closed(gather, &former, updates, left - 1, out);
}

static int add_due(struct dep_gather *gather, const struct dep_act *act, const char *kind,
                   const char *date, const char *a, const char *b)
{
    int64_t end_s = end_of(act->head.claims, date);
    return act->head.row.superseded || end_s == INT64_MAX || end_s > gather->until_s
               ? DEP_OK
               : dep_gather_add(gather, kind, &act->head.row, end_s, a, b);
}

/* Of whom, and since when, unless it is closed. */
static int add_open(struct dep_gather *gather, const struct dep_act *act, const char *kind,
                    const char *updates, const char *who)
{
    enum { CORRECTIONS_MAX = 64 };
    bool closed = true;
    int err = judge_closed(gather, act, updates, CORRECTIONS_MAX, &closed);
    return err || closed
               ? err
               : add_due(gather, act, kind, "due", dep_json_string(act->head.claims, "line"), who);
}

static int commitment_due(void *context, const struct dep_act *act)
{
    const json_t *actors = dep_json_array(act->head.claims, "actors");
    return add_open(context, act, "due.commitment", "commitment.updated",
                    json_string_value(json_array_get(actors, 0)));
}

static int action_due(void *context, const struct dep_act *act)
{
    return add_open(context, act, "due.action", "action.updated",
                    dep_json_string(act->head.claims, "lead"));
}

static int dispatch_due(void *context, const struct dep_act *act)
{
    const json_t *claims = act->head.claims;
    return add_due(context, act, "due.dispatch", "review_on", dep_json_string(claims, "channel"),
                   dep_json_string(claims, "purpose"));
}

int dep_gather_mandate(struct dep_gather *gather)
{
    static const struct {
        const char *type;
        dep_act_fn *each;
    } rows[] = {{"commitment.made", commitment_due},
                {"action.recorded", action_due},
                {"dispatch.sent", dispatch_due}};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(rows); i++)
        err = dep_node_acts(gather->node, rows[i].type, rows[i].each, gather, gather->problem);
    return err;
}
