#include "node/consent.h"

#include "codec/text.h"
#include "node/custody.h"
#include "node/node_impl.h"
#include "node/stated.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

static bool is(const json_t *object, const char *name, const char *value)
{
    const char *text = dep_json_string(object, name);
    return text && strcmp(text, value) == 0;
}

/* A side that gave nothing. */
static bool gave_nothing(const json_t *side)
{
    return is(side, "state", "refused") || is(side, "state", "unavailable");
}

/* ---- where one stands ---- */

static const json_t *interval_of(const json_t *claims)
{
    const json_t *terms = dep_json_object(claims, "terms");
    return dep_json_object(terms ? terms : claims, "in_force");
}

static int64_t time_of(const json_t *interval, const char *name, int64_t open)
{
    const char *text = dep_json_string(interval, name);
    int64_t unix_s = open;
    return text && dep_time_parse(dep_slice_string(text), &unix_s, NULL) ? unix_s : open;
}

static bool is_disputed(const struct dep_view *view, uint64_t size)
{
    return view->disputed_at && view->disputed_at < size;
}

/* A check by whoever recorded it counts for nothing, however it came to be in the log; nor does one
 * that is disputed, unless it found something else. */
static const char *checked_outcome(const struct dep_act *act, uint64_t size)
{
    for (size_t i = act->later_count; i-- > 0;) {
        const struct dep_view *later = &act->later[i];
        if (strcmp(later->row.type, "consent.checked") == 0 &&
            strcmp(later->row.by_code, act->head.row.by_code) != 0 &&
            !(is_disputed(later, size) && is(later->claims, "outcome", "as_recorded")))
            return dep_json_string(later->claims, "outcome");
    }
    return NULL;
}

static bool is_withdrawal(const char *type)
{
    return strcmp(type, "consent.withdrawn") == 0 || strcmp(type, "assurance.withdrawn") == 0;
}

/* The first that applies, in the order of the header. */
static const char *state_of(const struct dep_act *act, const struct dep_standing *standing,
                            uint64_t size, int64_t now_s)
{
    const json_t *side = dep_json_object(act->head.claims, "side");
    const char *checked = checked_outcome(act, size);
    if (act->head.row.superseded)
        return "corrected";
    if (standing->withdrawn_s != INT64_MAX)
        return "withdrawn";
    if (is_disputed(&act->head, size))
        return "disputed";
    if (!act->head.readable)
        return act->head.row.erased ? "erased" : "not_shown";
    if (gave_nothing(side))
        return dep_json_string(side, "state");
    if (standing->on_paper && checked && strcmp(checked, "as_recorded") != 0)
        return "differs";
    if (standing->on_paper && !checked)
        return "unchecked";
    if (now_s >= standing->in_force.to_s)
        return "lapsed";
    return now_s < standing->in_force.from_s ? "begins_later" : "in_force";
}

struct dep_standing dep_standing_of(const struct dep_act *act, uint64_t size, int64_t now_s)
{
    const json_t *claims = act->head.claims;
    const json_t *interval = interval_of(claims);
    int64_t recorded_s = act->head.row.iat;
    struct dep_standing out = {
        .in_force = {time_of(interval, "from", INT64_MIN), time_of(interval, "to", INT64_MAX)},
        .withdrawn_s = INT64_MAX,
        .on_paper = is(dep_json_object(claims, "side"), "state", "on_paper"),
    };
    if (out.in_force.from_s < recorded_s)
        out.in_force.from_s = recorded_s;
    for (size_t i = 0; i < act->later_count && out.withdrawn_s == INT64_MAX; i++)
        if (is_withdrawal(act->later[i].row.type))
            out.withdrawn_s = act->later[i].row.iat;
    out.state = state_of(act, &out, size, now_s);
    return out;
}

/* ---- what may be recorded ---- */

bool dep_scope_valid(const json_t *scope)
{
    return is(scope, "kind", "all") == (dep_json_string(scope, "id") == NULL);
}

/* Does the array have the element "any"? */
static bool says_any(const json_t *terms, const char *name)
{
    size_t i;
    json_t *value;
    json_array_foreach(dep_json_array(terms, name), i,
                       value) if (json_is_string(value) &&
                                  strcmp(json_string_value(value), "any") == 0) return true;
    return false;
}

static bool names_nothing(const json_t *terms, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_array_size(dep_json_array(terms, names[i])) == 0)
            return true;
    return false;
}

static int judge_session(const json_t *session, struct dep_finding *why)
{
    if (!session)
        return dep_found(why, "consent.session", CLAUSE, 0);
    if (!dep_json_true(session, "dangers_explained"))
        return dep_found(why, "consent.dangers", CLAUSE, 0);
    bool adult =
        is(session, "guardian", "not_applicable") && is(session, "assent", "not_applicable");
    bool both = is(session, "guardian", "consented") && is(session, "assent", "agreed");
    return adult || both ? DEP_OK : dep_found(why, "consent.guardian", CLAUSE, 0);
}

static int judge_source(const json_t *terms, struct dep_finding *why)
{
    if (says_any(terms, "recipients") || says_any(terms, "purposes") ||
        is(dep_json_object(terms, "scope"), "kind", "all"))
        return dep_found(why, "consent.source", CLAUSE, 0);
    return judge_session(dep_json_object(terms, "session"), why);
}

/* For what another gave there is only paper here. */
static bool side_fits(const char *member, const json_t *terms, const json_t *side)
{
    return !is(side, "state", "signed") || is(terms, "layer", "source") ||
           is(terms, "grantor", member);
}

int dep_consent_judge(const char *member, const char *officer, const json_t *claims,
                      struct dep_finding *why)
{
    static const char *const lists[] = {"actions", "recipients", "purposes", "lines",
                                        "territories"};
    const json_t *terms = dep_json_object(claims, "terms");
    const json_t *side = dep_json_object(claims, "side");
    if (!terms || !side)
        return DEP_OK; /* the schema's affair */
    int err = dep_custody_judge_side(side, officer, why);
    if (err)
        return err;
    if (names_nothing(terms, lists, DEP_COUNT(lists)))
        return dep_found(why, "consent.empty", CLAUSE, 0);
    if (!dep_scope_valid(dep_json_object(terms, "scope")))
        return dep_found(why, "consent.scope", CLAUSE, 0);
    bool source = is(terms, "layer", "source");
    if (source == (dep_json_string(terms, "grantor") != NULL))
        return dep_found(why, "consent.grantor", CLAUSE, 0);
    if (!side_fits(member, terms, side))
        return dep_found(why, "consent.paper", CLAUSE, 0);
    if (source && !gave_nothing(side))
        return judge_source(terms, why);
    return source || !dep_json_object(terms, "session")
               ? DEP_OK
               : dep_found(why, "consent.session", CLAUSE, 0);
}

int dep_assurance_judge(const char *officer, const json_t *claims, struct dep_finding *why)
{
    static const char *const lists[] = {"kinds", "purposes"};
    int err = dep_custody_judge_side(dep_json_object(claims, "side"), officer, why);
    if (err)
        return err;
    if (names_nothing(claims, lists, DEP_COUNT(lists)))
        return dep_found(why, "consent.empty", CLAUSE, 0);
    if (!dep_scope_valid(dep_json_object(claims, "scope")))
        return dep_found(why, "consent.scope", CLAUSE, 0);
    /* The authority that gives it is another: its own signed record comes in a package. */
    return is(dep_json_object(claims, "side"), "state", "signed")
               ? dep_found(why, "consent.paper", CLAUSE, 0)
               : DEP_OK;
}

int dep_consent_judge_check(const struct dep_act *consent, const char *officer,
                            struct dep_finding *why)
{
    struct dep_standing standing = dep_standing_of(consent, UINT64_MAX, INT64_MIN);
    if (standing.withdrawn_s != INT64_MAX)
        return dep_found(why, "consent.withdrawn", CLAUSE, 0);
    if (!standing.on_paper)
        return dep_found(why, "consent.check.not_paper", CLAUSE, 0);
    return strcmp(consent->head.row.by_code, officer) == 0
               ? dep_found(why, "consent.check.same_officer", CLAUSE, 0)
               : DEP_OK;
}

/* ---- pseudonyms ---- */

void dep_pseudonym_new(dep_random_fn *random, char *out)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base32 */
    uint8_t bytes[DEP_PSEUDONYM_LEN]; /* five bits of each: 80 in all */
    random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = alphabet[bytes[i] % 32];
    out[DEP_PSEUDONYM_LEN] = 0;
    dep_wipe(bytes, sizeof bytes);
}

static int earlier_pseudonym(struct dep_node *node, const char *name, const json_t *terms,
                             char *out, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(node, name, "consent.given", &act, problem);
    if (!err)
        err = dep_act_readable(&act, problem);
    if (err)
        return err;
    const json_t *earlier = dep_json_object(act.head.claims, "terms");
    const char *pseudonym = dep_json_string(dep_json_object(earlier, "session"), "pseudonym");
    /* A pseudonym that went from one case to another would join them. */
    if (!pseudonym || strlen(pseudonym) != DEP_PSEUDONYM_LEN ||
        !json_equal(dep_json_object(earlier, "scope"), dep_json_object(terms, "scope")))
        return dep_problem_found(problem, "consent.same_source", CLAUSE, name);
    memcpy(out, pseudonym, DEP_PSEUDONYM_LEN + 1);
    return DEP_OK;
}

static int add_pseudonym(struct dep_node *node, const struct dep_consent_order *order, char *out,
                         struct dep_problem *problem)
{
    out[0] = 0;
    json_t *terms = json_object_get(order->claims, "terms");
    json_t *session = json_object_get(terms, "session");
    if (!session)
        return order->same_source
                   ? dep_problem_found(problem, "consent.same_source", CLAUSE, order->same_source)
                   : DEP_OK;
    if (json_object_get(session, "pseudonym"))
        return dep_problem_found(problem, "consent.pseudonym", CLAUSE, "");
    char pseudonym[DEP_PSEUDONYM_LEN + 1];
    dep_pseudonym_new(node->world.random, pseudonym);
    int err = order->same_source
                  ? earlier_pseudonym(node, order->same_source, terms, pseudonym, problem)
                  : DEP_OK;
    if (err)
        return err;
    if (json_object_set_new(session, "pseudonym", json_string(pseudonym)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.pseudonym", node->dir);
    memcpy(out, pseudonym, sizeof pseudonym);
    return DEP_OK;
}

/* ---- recording ---- */

static int refer_answered(struct dep_node *node, json_t *claims, const char *answers,
                          struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    int err = answers ? dep_node_act(node, answers, "request.made", &act, problem) : DEP_OK;
    return err || !answers ? err : dep_act_refer(claims, "answers", &act.head.row, problem);
}

/* What the user would otherwise learn when a release is refused. */
static void tell(struct dep_node *node, const json_t *claims, const struct dep_notices *notices)
{
    const json_t *interval = interval_of(claims);
    if (time_of(interval, "from", INT64_MAX) < dep_node_now_ms(node) / 1000)
        dep_notice(notices, "consent.from", dep_json_string(interval, "from"));
    if (is(dep_json_object(claims, "side"), "state", "on_paper"))
        dep_notice(notices, "consent.second_officer", "");
}

/* What leaves a source's view. */
static const char *beyond_view(const json_t *terms)
{
    return says_any(terms, "recipients") ? "recipients"
           : says_any(terms, "purposes") ? "purposes"
                                         : "scope";
}

static const char *empty_list(const json_t *terms)
{
    static const char *const lists[] = {"actions", "kinds", "recipients", "purposes", "lines"};
    for (size_t i = 0; i < DEP_COUNT(lists); i++) {
        const json_t *list = dep_json_array(terms, lists[i]);
        if (list && !json_array_size(list))
            return lists[i];
    }
    return "territories";
}

/* It is said where: of a side which member is lacking or wrong. */
static int found_of_act(const json_t *claims, struct dep_problem *problem)
{
    static const struct {
        const char *id, *where; /* in the terms */
    } table[] = {
        {"consent.grantor", "grantor"},  {"consent.scope", "scope"},
        {"consent.session", "session"},  {"consent.dangers", "session/dangers_explained"},
        {"consent.guardian", "session"},
    };
    const char *id = problem->finding.id;
    if (strncmp(id, "custody.", 8) == 0)
        return dep_custody_side_problem(claims, "side", "", problem);
    const json_t *terms = dep_json_object(claims, "terms");
    const char *where = strcmp(id, "consent.source") == 0  ? beyond_view(terms)
                        : strcmp(id, "consent.empty") == 0 ? empty_list(terms ? terms : claims)
                                                           : NULL;
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(table[i].id, id) == 0)
            where = table[i].where;
    char pointer[64] = "/side";
    if (where)
        (void)snprintf(pointer, sizeof pointer, "%s/%s", terms ? "/terms" : "", where);
    return dep_stated_bad(problem, id, problem->finding.clause, pointer, "", "");
}

int dep_node_consent(struct dep_node *node, const struct dep_consent_order *order,
                     const struct dep_notices *notices, char *out_pseudonym, struct dep_done *out,
                     struct dep_problem *problem)
{
    const char *member = dep_register_info(node->reg)->member;
    char pseudonym[DEP_PSEUDONYM_LEN + 1] = "";
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    err = dep_consent_judge(member, node->officer, order->claims, &problem->finding);
    if (err == DEP_FOUND)
        return found_of_act(order->claims, problem);
    if (!err)
        err = add_pseudonym(node, order, pseudonym, problem);
    if (!err)
        err = refer_answered(node, order->claims, order->answers, problem);
    if (!err)
        err = dep_act_record(node, "consent.given", order->claims, out, problem);
    if (err)
        return err;
    memcpy(out_pseudonym, pseudonym, sizeof pseudonym);
    tell(node, order->claims, notices);
    return DEP_OK;
}

struct checking {
    struct dep_node *node;
    const char *consent;
    json_t *claims;
};

static int judge_check(void *context, struct dep_problem *problem)
{
    const struct checking *checking = context;
    struct dep_node *node = checking->node;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(node, checking->consent, "consent.given", &act, problem);
    if (err == DEP_FOUND && strcmp(problem->finding.id, "act.type") == 0)
        err = dep_node_act(node, checking->consent, "assurance.given", &act, problem);
    if (!err)
        err = dep_act_readable(&act, problem);
    if (err)
        return err;
    err = dep_consent_judge_check(&act, node->officer, &problem->finding);
    return err ? dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                                   checking->consent)
               : dep_act_refer(checking->claims, "about", &act.head.row, problem);
}

int dep_node_consent_check(struct dep_node *node, const char *consent, json_t *claims,
                           struct dep_done *out, struct dep_problem *problem)
{
    struct checking checking = {node, consent, claims};
    return dep_act_record_judged(node, "consent.checked", claims, judge_check, &checking, out,
                                 problem);
}

static int stop_at_first(void *context, const struct dep_index_row *row)
{
    (void)context;
    (void)row;
    return DEP_FOUND;
}

struct withdrawing {
    struct dep_node *node;
    const char *name, *given, *type; /* of what is withdrawn; of the withdrawal */
    json_t *claims;
};

/* Nothing is read, so that a field kit, which can't, records a withdrawal too. */
static int judge_withdrawal(void *context, struct dep_problem *problem)
{
    const struct withdrawing *withdrawing = context;
    struct dep_index_row row;
    int err = dep_node_find(withdrawing->node, withdrawing->name, &row, problem);
    if (err)
        return err;
    if (strcmp(row.type, withdrawing->given) != 0)
        return dep_problem_found(problem, "act.type", CLAUSE, row.type);
    struct dep_index_query query = {.type = withdrawing->type, .ref = row.jti, .limit = 1};
    err = dep_roll_list(withdrawing->node, &query, stop_at_first, NULL, problem);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, "consent.withdrawn", CLAUSE, withdrawing->name);
    return err ? err : dep_act_refer(withdrawing->claims, "about", &row, problem);
}

/* One form for both, and nothing in it: what isn't recorded can't tell who withdrew, or why. */
static int withdraw(struct dep_node *node, const char *name, const char *given, const char *type,
                    struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims = json_pack("{s:b}", "from_now", 1);
    if (!claims)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.withdraw", name);
    struct withdrawing withdrawing = {node, name, given, type, claims};
    return dep_act_record_judged(node, type, claims, judge_withdrawal, &withdrawing, out, problem);
}

int dep_node_consent_withdraw(struct dep_node *node, const char *consent, struct dep_done *out,
                              struct dep_problem *problem)
{
    return withdraw(node, consent, "consent.given", "consent.withdrawn", out, problem);
}

int dep_node_assure_withdraw(struct dep_node *node, const char *assurance, struct dep_done *out,
                             struct dep_problem *problem)
{
    return withdraw(node, assurance, "assurance.given", "assurance.withdrawn", out, problem);
}

int dep_node_assure(struct dep_node *node, json_t *claims, const char *answers,
                    const struct dep_notices *notices, struct dep_done *out,
                    struct dep_problem *problem)
{
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    err = dep_assurance_judge(node->officer, claims, &problem->finding);
    if (err == DEP_FOUND)
        return found_of_act(claims, problem);
    if (!err)
        err = refer_answered(node, claims, answers, problem);
    if (!err)
        err = dep_act_record(node, "assurance.given", claims, out, problem);
    if (!err)
        tell(node, claims, notices);
    return err;
}
