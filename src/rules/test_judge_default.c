/*
 * The rule table that a new register's charter has (schema/_charter_default.json): each requirement
 * of each rule is needed. For each of them a release, publication or mission is looked for that has
 * all but what meets it, is refused, and passes once the requirement is removed. And its retention
 * rules: each kind of record there is has one.
 */
#include "base/test_slow.h"
#include "codec/json.h"
#include "rules/test_judge_support.h"

static const char path[] = DEPOSITARY_SOURCE_ROOT "/schema/_charter_default.json";

/* Of one member, whose territory XX is. */
static json_t *default_json(void)
{
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_t *name = json_pack("{s:s,s:s,s:s}", "en", "n", "fr", "n", "ar", "n");
    json_t *member =
        json_pack("{s:s,s:s,s:O,s:s,s:s,s:[s],s:s}", "id", "fr", "kind", "state", "name", name,
                  "root", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "origin", "fr.example/log",
                  "territories", "XX", "from", "2026-01-01T00:00:00Z");
    json_t *lists = json_object_get(json, "lists");
    assert_int_equal(json_object_set_new(json, "members", json_pack("[o]", member)), 0);
    assert_int_equal(json_object_set_new(json, "from", json_string("2026-12-01T00:00:00Z")), 0);
    assert_int_equal(json_object_set_new(lists, "territories",
                                         json_pack("[{s:s,s:o}]", "code", "XX", "name", name)),
                     0);
    return json;
}

static struct dep_charter *charter_of(const json_t *json)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    assert_int_equal(dep_json_encode(json, &text), DEP_OK);
    return charter_read(&text);
}

static struct dep_codes all_codes(void)
{
    struct dep_codes codes;
    memset(&codes, 0xff, sizeof codes);
    return codes;
}

static void add_all(struct world *w, enum dep_fact_kind kind, enum dep_layer layer, dep_id grantor)
{
    struct dep_fact *fact = add_fact(w, kind, layer, grantor);
    fact->actions = DEP_ACT_ANY;
    fact->recipients = fact->purposes = all_codes();
    fact->any_line = fact->any_territory = true;
    fact->scope_kind = layer == DEP_LAYER_SOURCE ? DEP_SCOPE_ITEM : DEP_SCOPE_ALL;
    fact->guardian = fact->assent = fact->own = true;
    fact->in_force = (struct dep_interval){INT64_MIN, INT64_MAX};
    fact->assurances = 31;
}

/* Everything but what meets `need`; of approvals one fewer than `count`. */
static void world_without(struct world *w, enum dep_need need, unsigned count)
{
    static const dep_id approvers[] = {ID_BOB, ID_CAROL, ID_DAN};
    *w = (struct world){.at = {"fr", "fr.example/log", SIZE, {{9}}, T, UNCERTAIN},
                        .action = {.line = -1, .prepared_by = ID_ALICE, .digest = {{7}}}};
    world_names(w);
    w->materials[0] =
        (struct dep_material){.item = ID_ITEM,
                              .originator = ID_IQ,
                              .flags = DEP_FLAG_BASIS | DEP_FLAG_SOURCE | DEP_FLAG_REDACTED,
                              .territories = one(0)};
    if (need == DEP_NEED_BASIS)
        w->materials[0].flags &= ~(unsigned)DEP_FLAG_BASIS;
    if (need == DEP_NEED_REDACTION || need == DEP_NEED_CONSENT_SOURCE)
        w->materials[0].flags &= ~(unsigned)DEP_FLAG_REDACTED;
    if (need != DEP_NEED_REQUEST)
        add_all(w, DEP_FACT_REQUEST, 0, 0);
    if (need != DEP_NEED_CONSENT_HOST)
        add_all(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_FR);
    if (need != DEP_NEED_CONSENT_SOURCE)
        add_all(w, DEP_FACT_CONSENT, DEP_LAYER_SOURCE, 0);
    if (need != DEP_NEED_CONSENT_ORIGINATOR) {
        add_all(w, DEP_FACT_CONSENT, DEP_LAYER_ORIGINATOR, ID_IQ);
        if (need != DEP_NEED_HANDLING_PERMISSION)
            w->facts[w->fact_count - 1].handling = all_codes();
    }
    add_all(w, DEP_FACT_ASSURANCE, 0, 0);
    if (need >= DEP_NEED_ASSURANCE_FAIR_TRIAL && need <= DEP_NEED_ASSURANCE_DEFENCE_ACCESS)
        w->facts[w->fact_count - 1].assurances &= ~(1U << (need - DEP_NEED_ASSURANCE_FAIR_TRIAL));
    size_t given = need == DEP_NEED_APPROVAL ? count - 1 : DEP_COUNT(approvers);
    for (size_t i = 0; i < given && i < DEP_COUNT(approvers); i++)
        add_approval(w, approvers[i]);
}

static bool passes(struct world *w, const struct dep_charter *charter)
{
    struct dep_verdict verdict = {0};
    assert_int_equal(dep_judge(charter, w->judged, w->names, &w->action, &w->at, &verdict), DEP_OK);
    bool yes = verdict.outcome == DEP_YES;
    dep_verdict_done(&verdict);
    return yes;
}

/* Number `n` of all that can be asked for; false past the last. */
static bool action_make(struct world *w, const struct dep_charter *charter, size_t n)
{
    static const unsigned flags[] = {0, DEP_FLAG_COERCION, DEP_FLAG_PROTECTED, DEP_FLAG_CHILD};
    static const enum dep_action_kind kinds[] = {DEP_ACT_RELEASE, DEP_ACT_ONWARD, DEP_ACT_PUBLISH,
                                                 DEP_ACT_MISSION};
    const size_t recipients = dep_charter_code_count(charter, DEP_LIST_RECIPIENTS),
                 purposes = dep_charter_code_count(charter, DEP_LIST_PURPOSES),
                 handling = dep_charter_code_count(charter, DEP_LIST_HANDLING) + 1,
                 categories = dep_charter_code_count(charter, DEP_LIST_CATEGORIES) + 1;
    struct dep_material *material = &w->materials[0];
    w->action.kind = kinds[n % DEP_COUNT(kinds)];
    n /= DEP_COUNT(kinds);
    w->action.purpose = (int)(n % purposes);
    n /= purposes;
    w->action.recipient = (int)(n % recipients);
    n /= recipients;
    material->flags = (material->flags & (DEP_FLAG_BASIS | DEP_FLAG_SOURCE | DEP_FLAG_REDACTED)) |
                      flags[n % DEP_COUNT(flags)];
    n /= DEP_COUNT(flags);
    material->handling = n % handling ? one((int)(n % handling) - 1) : (struct dep_codes){{0}};
    n /= handling;
    material->categories =
        n % categories ? one((int)(n % categories) - 1) : (struct dep_codes){{0}};
    bool mission = w->action.kind == DEP_ACT_MISSION;
    w->action.materials = mission ? NULL : material;
    w->action.material_count = !mission;
    w->action.territories = mission ? one(0) : (struct dep_codes){{0}};
    w->action.during = (struct dep_interval){T, T + DAY};
    return n < categories;
}

static void check_needed(const struct dep_charter *charter, size_t rule, size_t need)
{
    DEP_AUTO_JSON *json = default_json();
    const json_t *its = json_array_get(json_object_get(json, "rules"), rule);
    json_t *needs = json_object_get(its, "needs");
    const char *name = dep_json_string(json_array_get(needs, need), "need");
    enum dep_need which = dep_need_parse(name);
    int64_t count = 1;
    struct world w;
    bool found = false;
    (void)dep_json_int(json_array_get(needs, need), "count", &count);
    char what[128];
    (void)snprintf(what, sizeof what, "%s of %s", name, dep_json_string(its, "id"));
    assert_int_equal(json_array_remove(needs, need), 0);
    DEP_AUTO_CHARTER *without = charter_of(json);
    world_without(&w, which, (unsigned)count);
    assert_int_equal(dep_facts_new(&w.judged), DEP_OK);
    for (size_t i = 0; i < w.fact_count; i++)
        assert_int_equal(dep_facts_add(w.judged, &w.facts[i]), DEP_OK);
    for (size_t n = 0; !found && action_make(&w, charter, n); n++)
        found = passes(&w, without) && !passes(&w, charter);
    world_done(&w);
    if (!found)
        fail_msg("%s can be removed and nobody notices", what);
}

/* Every requirement that the table makes, each of approval with how many: one that is taken out of
 * the file, or put in, is seen here. */
static const char *const asked[] = {
    "asked request",
    "lawful basis",
    "lawful approval",
    "host consent.host",
    "source consent.source",
    "originator consent.originator",
    "prosecution assurance.fair_trial",
    "prosecution assurance.no_torture",
    "prosecution assurance.no_death_penalty",
    "prosecution assurance.inspection",
    "prosecution assurance.defence_access",
    "coercion never",
    "protected redaction",
    "privilege never",
    "sensitive approval 2",
    "sensitive-public never",
    "child-public never",
    "H0 handling.permission",
    "H1 handling.permission",
    "H1-trial handling.permission",
    "onward handling.permission",
    "restricted handling.permission",
    "not-public handling.permission",
    "mission consent.host",
};

static void test_all_are_there(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = default_json();
    size_t rule, need, at = 0;
    json_t *its, *one;
    json_array_foreach(json_object_get(json, "rules"), rule, its)
    {
        json_array_foreach(json_object_get(its, "needs"), need, one)
        {
            char text[128], many[24] = "";
            int64_t count = 1;
            if (dep_json_int(one, "count", &count) && count != 1)
                (void)snprintf(many, sizeof many, " %d", (int)count);
            (void)snprintf(text, sizeof text, "%s %s%s", dep_json_string(its, "id"),
                           dep_json_string(one, "need"), many);
            assert_true(at < DEP_COUNT(asked));
            assert_string_equal(text, asked[at++]);
        }
    }
    assert_int_equal(at, DEP_COUNT(asked));
}

static void test_each_need(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = default_json();
    DEP_AUTO_CHARTER *charter = charter_of(json);
    size_t rule, checked = 0;
    json_t *its;
    json_array_foreach(json_object_get(json, "rules"), rule, its)
    {
        size_t needs = json_array_size(json_object_get(its, "needs"));
        if (rule % (size_t)test_steps(1, 4))
            continue;
        for (size_t need = 0; need < needs; need += (size_t)test_step(3), checked++)
            check_needed(charter, rule, need);
    }
    printf("requirements of the default table removed, each noticed: %zu\n", checked);
    assert_true(test_step(2) == 1 ? checked == DEP_COUNT(asked) : checked >= 5);
}

/* What signatures, rules and codes are judged by is kept as long as the log; all else is reviewed,
 * and no sooner than after ten years. */
static void test_retention(void **state)
{
    (void)state;
    static const char *const as_the_log[] = {"charter.",  "code.",         "key.",
                                             "log.",      "member.",       "membership.",
                                             "register.", "record.erased", "status."};
    DEP_AUTO_JSON *json = default_json();
    DEP_AUTO_CHARTER *charter = charter_of(json);
    const struct dep_schemas *schemas = dep_schemas_builtin();
    size_t kept = 0, covered = 0, rules = json_array_size(json_object_get(json, "retention"));
    assert_non_null(schemas);
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const char *type = dep_schemas_at(schemas, i)->type;
        const json_t *rule = dep_charter_retention(charter, type);
        int64_t days = INT64_MAX;
        if (!rule)
            fail_msg("no retention rule for %s", type);
        bool listed = false;
        for (size_t k = 0; k < DEP_COUNT(as_the_log); k++)
            listed = listed || strcmp(dep_json_string(rule, "type"), as_the_log[k]) == 0;
        if (dep_json_int(rule, "review_after_days", &days) == listed || days < 3650)
            fail_msg("%s", type);
        kept += listed;
    }
    assert_true(kept >= DEP_COUNT(as_the_log));
    /* And no rule is about nothing. */
    for (size_t r = 0; r < rules; r++, covered = 0) {
        const json_t *rule = json_array_get(json_object_get(json, "retention"), r);
        for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
            const json_t *its = dep_charter_retention(charter, dep_schemas_at(schemas, i)->type);
            covered += strcmp(dep_json_string(its, "type"), dep_json_string(rule, "type")) == 0;
        }
        if (!covered)
            fail_msg("%s", dep_json_string(rule, "type"));
    }
}

/* Of several rules about a type the longest counts; none is about a type that is longer. */
static void test_longest(void **state)
{
    (void)state;
    static const struct {
        const char *type, *of;
    } rows[] = {{"evidence.intake", "evidence.intake"},
                {"evidence.collected", "evidence."},
                {"evidence.intake.more", "evidence."},
                {"evidence", NULL},
                {"note", "note"},
                {"notes", NULL}};
    DEP_AUTO_JSON *json = default_json();
    json_t *names = json_pack("{s:s,s:s,s:s}", "en", "n", "fr", "n", "ar", "n");
    json_t *rules =
        json_pack("[{s:s,s:O},{s:s,s:O},{s:s,s:O}]", "type", "evidence.", "purpose", names, "type",
                  "evidence.intake", "purpose", names, "type", "note", "purpose", names);
    json_decref(names);
    assert_int_equal(json_object_set_new(json, "retention", rules), 0);
    DEP_AUTO_CHARTER *charter = charter_of(json);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        const json_t *rule = dep_charter_retention(charter, rows[i].type);
        if (!rule != !rows[i].of ||
            (rule && strcmp(dep_json_string(rule, "type"), rows[i].of) != 0))
            fail_msg("%s", rows[i].type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_there), cmocka_unit_test(test_each_need),
        cmocka_unit_test(test_retention), cmocka_unit_test(test_longest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
