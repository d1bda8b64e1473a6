#include "node/case.h"

#include "codec/text.h"
#include "node/node_impl.h"

#include <string.h>

static const char CLAUSE[] = "MANDATE F17";

void dep_case_done(struct dep_case *of_case)
{
    dep_act_done(&of_case->opened);
}

static void describe(struct dep_case *of_case)
{
    const json_t *claims = of_case->opened.head.claims;
    const char *id = dep_json_string(claims, "case");
    (void)snprintf(of_case->id, sizeof of_case->id, "%s", id ? id : "");
    const struct dep_view *stage = dep_act_newest(&of_case->opened, "case.stage");
    of_case->stage = dep_json_string(stage ? stage->claims : claims, "stage");
}

/* ---- finding ---- */

struct finding_case {
    struct dep_node *node;
    const char *prefix;
    struct dep_index_row row;
    size_t count;
    struct dep_problem *problem;
};

static int match_case(void *context, const struct dep_index_row *row)
{
    struct finding_case *finding = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_seen(finding->node, row, false, &view, finding->problem);
    const char *id = err ? NULL : dep_json_string(view.claims, "case");
    if (id && strncmp(id, finding->prefix, strlen(finding->prefix)) == 0) {
        finding->row = *row;
        finding->count++;
    }
    return err;
}

int dep_node_case(struct dep_node *node, const char *id, struct dep_case *out,
                  struct dep_problem *problem)
{
    enum { PREFIX_MIN = 8 };
    struct finding_case finding = {.node = node, .prefix = id, .problem = problem};
    bool whole = strlen(id) == DEP_UUID_LEN;
    struct dep_index_query query = {
        .type = "case.opened", .field = whole ? "case" : NULL, .value = whole ? id : NULL};
    int err = strlen(id) >= PREFIX_MIN ? dep_node_list(node, &query, match_case, &finding, problem)
                                       : DEP_OK;
    if (err)
        return err;
    if (finding.count != 1)
        return dep_problem_found(problem, finding.count ? "case.ambiguous" : "case.absent", CLAUSE,
                                 id);
    struct dep_case of_case = {.stage = NULL};
    err = dep_node_act(node, finding.row.jti, "case.opened", &of_case.opened, problem);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, "case.absent", CLAUSE, id);
    if (err)
        return err;
    describe(&of_case);
    *out = of_case;
    return DEP_OK;
}

struct listing {
    dep_case_fn *each;
    void *context;
};

static int list_one(void *context, const struct dep_act *act)
{
    const struct listing *listing = context;
    struct dep_case of_case = {.opened = *act}; /* borrowed for the call */
    describe(&of_case);
    return listing->each(listing->context, &of_case);
}

int dep_node_cases(struct dep_node *node, dep_case_fn *each, void *context,
                   struct dep_problem *problem)
{
    struct listing listing = {each, context};
    return dep_node_acts(node, "case.opened", list_one, &listing, problem);
}

/* ---- recording ---- */

int dep_node_case_open(struct dep_node *node, json_t *claims, char *out_case, struct dep_done *out,
                       struct dep_problem *problem)
{
    uint8_t random[10];
    char id[DEP_UUID_LEN + 1];
    node->world.random(random, sizeof random);
    dep_uuid7_encode((uint64_t)dep_node_now_ms(node), random, id);
    if (json_object_set_new(claims, "case", json_string(id)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.case", id);
    int err = dep_act_record(node, "case.opened", claims, out, problem);
    if (!err)
        memcpy(out_case, id, sizeof id);
    return err;
}

/* A later record about the case. */
static int record_about(struct dep_node *node, const char *type, const char *id, json_t *claims,
                        struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_CASE of_case = {.stage = NULL};
    int err = dep_node_case(node, id, &of_case, problem);
    if (err)
        return err;
    if (json_object_set_new(claims, "case", json_string(of_case.id)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.case", id);
    err = dep_act_refer(claims, "about", &of_case.opened.head.row, problem);
    return err ? err : dep_act_record(node, type, claims, out, problem);
}

int dep_node_case_stage(struct dep_node *node, const char *id, json_t *claims, struct dep_done *out,
                        struct dep_problem *problem)
{
    return record_about(node, "case.stage", id, claims, out, problem);
}

int dep_node_case_judge(struct dep_node *node, const char *id, json_t *claims, struct dep_done *out,
                        struct dep_problem *problem)
{
    return record_about(node, "case.judge", id, claims, out, problem);
}
