/*
 * What is late of what a coalition set out to do, and dispatches to be reviewed. What has no date
 * is never late.
 */
#include "codec/edtf.h"
#include "node/due_impl.h"
#include "node/mandate.h"
#include "node/node_impl.h"
#include "rules/mandate.h"

#include <string.h>

/* The end of the latest day that a date may mean; INT64_MAX where it is open, or there is none. */
static int64_t end_of(const json_t *claims, const char *name)
{
    const char *date = dep_json_string(claims, name);
    struct dep_edtf_span span;
    return date && dep_edtf_span_of(dep_slice_string(date), &span) ? span.end_s : INT64_MAX;
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
    DEP_AUTO_JSON *word = NULL;
    int err = dep_node_mandate_word(gather->node, act, updates, &word, gather->problem);
    return err || dep_mandate_closes(dep_json_string(word, "status"))
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
    for (size_t i = 0; !err && i < DEP_COUNT(rows); i++) {
        struct dep_gather_of of = {
            .type = rows[i].type, .due = DEP_DUE_OPEN, .until_s = dep_gather_until(gather)};
        err = dep_gather_dated(gather, &of, rows[i].each);
    }
    return err;
}
