#include "node/mission.h"

#include "codec/text.h"
#include "node/node_impl.h"
#include "node/release.h"
#include "rules/action.h"
#include "rules/fact.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

/* ---- where one stands ---- */

/* What the officer may not read may be the very consent: absent it is not. */
static bool reads_all(const struct dep_judgement *judgement)
{
    for (size_t i = 0; i < judgement->known.unread_count; i++)
        if (strcmp(judgement->known.unread[i].why, "secret.erased") != 0)
            return false;
    return true;
}

/* Judged as if it began now: what lies behind is done, under the verdict that stands in it. Nothing
 * covers what the charter in force no longer names. */
static int judge_rest(struct dep_node *node, const struct dep_act *act, int64_t from_s,
                      const char **out, struct dep_problem *problem)
{
    char from[24];
    struct dep_moment moment = dep_node_moment(node);
    dep_time_encode(from_s > moment.now_s ? from_s : moment.now_s, from);
    DEP_AUTO_JSON *claims = json_deep_copy(act->head.claims);
    json_t *rest = json_object_get(claims, "in_force");
    if (!claims || json_object_set_new(rest, "from", json_string(from)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.mission", act->head.row.jti);
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    /* A page tells it, and yet it is decided: by the records, not by index.db. */
    bool shows_only = node->shows_only;
    node->shows_only = false;
    int err =
        dep_node_judge(node, &moment, "mission.recorded", claims, &act->head, &judgement, problem);
    node->shows_only = shows_only;
    if (err < 0)
        return err;
    if (!err && judgement.verdict.outcome == DEP_YES)
        *out = from_s > moment.now_s ? "begins_later" : "in_force";
    else
        *out = err || reads_all(&judgement) ? "mission.lapsed" : "mission.unread";
    return DEP_OK;
}

int dep_node_mission_now(struct dep_node *node, const struct dep_act *act,
                         struct dep_mission_now *out, struct dep_problem *problem)
{
    struct dep_interval during;
    struct dep_mission_now now = {.act = act};
    int err = DEP_OK;
    if (dep_interval_parse(dep_json_object(act->head.claims, "in_force"), &during)) {
        now.from_s = during.from_s;
        now.to_s = during.to_s;
        if (dep_act_newest(act, "mission.ended"))
            now.state = "mission.ended";
        else if (during.to_s <= dep_node_now_ms(node) / 1000)
            now.state = "mission.over";
        else
            err = judge_rest(node, act, during.from_s, &now.state, problem);
    }
    if (!err)
        *out = now;
    return err;
}

struct missions {
    struct dep_node *node;
    dep_mission_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int list_mission(void *context, const struct dep_act *act)
{
    struct missions *missions = context;
    struct dep_mission_now now = {.state = NULL};
    int err = dep_node_mission_now(missions->node, act, &now, missions->problem);
    return err || !now.state ? err : missions->each(missions->context, &now);
}

int dep_node_missions(struct dep_node *node, dep_mission_fn *each, void *context,
                      struct dep_problem *problem)
{
    struct missions missions = {node, each, context, problem};
    struct dep_index_query query = {.type = "mission.recorded", .newest_first = node->shows_only};
    return dep_node_acts_of(node, &query, list_mission, &missions, problem);
}

/* ---- that it ended ---- */

struct ending {
    struct dep_node *node;
    const char *mission;
    json_t *claims;
};

static int judge_end(void *context, struct dep_problem *problem)
{
    const struct ending *ending = context;
    const char *ended = dep_json_string(ending->claims, "ended");
    int64_t ended_s = INT64_MAX;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(ending->node, ending->mission, "mission.recorded", &act, problem);
    if (err)
        return err;
    const struct dep_view *already = dep_act_newest(&act, "mission.ended");
    if (already)
        return dep_problem_found(problem, "mission.again", CLAUSE, already->row.jti);
    if (ended && dep_time_parse(dep_slice_string(ended), &ended_s, NULL) &&
        ended_s > dep_node_now_ms(ending->node) / 1000)
        return dep_problem_found(problem, "mission.future", CLAUSE, ended);
    return dep_act_refer(ending->claims, "about", &act.head.row, problem);
}

int dep_node_mission_end(struct dep_node *node, const char *mission, json_t *claims,
                         struct dep_done *out, struct dep_problem *problem)
{
    struct ending ending = {node, mission, claims};
    return dep_act_record_judged(node, "mission.ended", claims, judge_end, &ending, out, problem);
}
