/*
 * The judge by tables: what has all that it needs, and each thing that can be wrong with it, one at
 * a time; the verdict's lines and bytes; memory that isn't there.
 */
#include "base/test_slow.h"
#include "codec/json.h"
#include "rules/judging.h"
#include "rules/test_judge_rows.h"

static const struct row *row_named(const char *name)
{
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

/* ---- one respect at a time ---- */

static void check_lines(const struct row *row, const struct dep_verdict *verdict)
{
    bool seen = row->need < 0;
    for (size_t i = 0; i < verdict->requirement_count; i++) {
        const struct dep_requirement *line = &verdict->requirements[i];
        bool concerned = (int)line->need == row->need;
        seen = seen || (concerned && line->met == row->met);
        if (line->met > DEP_WAIVED && !concerned && !row->several)
            fail_msg("%s: %s is %s", row->name, dep_need_name(line->need), dep_met_name(line->met));
        assert_true(line->met == DEP_MET || !line->by);
    }
    if (!seen)
        fail_msg("%s: no line %s %s", row->name, dep_need_name((enum dep_need)row->need),
                 dep_met_name(row->met));
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct world w;
        struct dep_hash digest = {{0}};
        world_init(&w, world_rules, world_threat);
        row_change(&rows[i], &w);
        for (size_t first = 0; first < w.fact_count; first += (size_t)test_steps(5, 19)) {
            struct dep_verdict verdict = {0};
            assert_int_equal(world_judge(&w, first, &verdict), DEP_OK);
            check_lines(&rows[i], &verdict);
            if (verdict.outcome != rows[i].outcome)
                fail_msg("%s: %s", rows[i].name, dep_outcome_name(verdict.outcome));
            assert_null(verdict.no_rule);
            assert_true(first == 0 || dep_hash_equal(&digest, &verdict.digest));
            digest = verdict.digest;
            dep_verdict_done(&verdict);
        }
        world_done(&w);
    }
    printf("rows: %zu\n", DEP_COUNT(rows));
}

/* ---- what is not judged at all ---- */

static void no_material(struct world *w)
{
    w->action.material_count = 0;
}

static void no_recipient(struct world *w)
{
    w->action.recipient = -1;
}

static void recipient_gone(struct world *w)
{
    w->action.recipient = GONE;
}

static void no_purpose(struct world *w)
{
    w->action.purpose = -1;
}

static void line_gone(struct world *w)
{
    w->action.line = OLD;
}

static void no_time(struct world *w)
{
    make_mission(w, 0);
}

static void no_rule(struct world *w)
{
    w->action.purpose = ARCHIVE;
    w->materials[0].handling = one(H0);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        void (*change)(struct world *w);
        const char *id;
        size_t lines;
    } refusals[] = {
        {no_material, "material.none", 0},
        {no_recipient, "recipient.none", 0},
        {recipient_gone, "recipient.none", 0},
        {no_purpose, "purpose.none", 0},
        {line_gone, "line.none", 0},
        {no_time, "interval.none", 0},
        {no_rule, "rule.none", 1},
    };
    for (size_t i = 0; i < DEP_COUNT(refusals); i++) {
        struct world w;
        struct dep_verdict verdict = {0};
        world_init(&w, world_rules, world_threat);
        refusals[i].change(&w);
        w.action.urgent_threat = true; /* makes no difference */
        assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
        assert_int_equal(verdict.outcome, DEP_NO);
        assert_string_equal(verdict.no_rule, refusals[i].id);
        assert_int_equal(verdict.requirement_count, refusals[i].lines);
        if (refusals[i].lines) {
            assert_int_equal(verdict.requirements[0].need, DEP_NEED_NEVER);
            assert_string_equal(verdict.requirements[0].rule, "rule.none");
        }
        dep_verdict_done(&verdict);
        world_done(&w);
    }
}

/* ---- lines and bytes ---- */

static const char *const lines_expected[] = {
    /* material, need, rule, code, met, place of the fact, status asked, who */
    "0 request share - met 0 - 0",
    "0 basis share - met - - -1",
    "0 consent.host share IQ met 1 status 1",
    "0 consent.source share - met 2 - -1",
    "0 consent.originator share - met 3 status 1",
    "0 handling.permission handling H1 met 4 - 1",
    "0 assurance.fair_trial trial - met 5 - 0",
    "0 assurance.no_torture trial - met 5 - 0",
    "0 assurance.no_death_penalty trial - met 5 - 0",
    "0 assurance.inspection trial - met 5 - 0",
    "0 assurance.defence_access trial - met 5 - 0",
    "0 approval share - met 6 - -1",
};

static const char *code_of(const struct world *w, const struct dep_requirement *line)
{
    enum dep_list list =
        line->need == DEP_NEED_HANDLING_PERMISSION ? DEP_LIST_HANDLING : DEP_LIST_TERRITORIES;
    return line->code < 0 ? "-" : dep_charter_code_at(w->charter, list, (size_t)line->code)->code;
}

static void test_lines(void **state)
{
    (void)state;
    struct world w;
    struct dep_verdict verdict = {0};
    world_init(&w, world_rules, NULL);
    assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
    assert_int_equal(verdict.requirement_count, DEP_COUNT(lines_expected));
    assert_true(verdict.review_by_s == INT64_MAX);
    for (size_t i = 0; i < verdict.requirement_count; i++) {
        const struct dep_requirement *line = &verdict.requirements[i];
        char text[256], by[8] = "-";
        if (line->by)
            (void)snprintf(by, sizeof by, "%d", (int)(line->by->index - 10));
        (void)snprintf(text, sizeof text, "%d %s %s %s %s %s %s %d", line->material,
                       dep_need_name(line->need), line->rule, code_of(&w, line),
                       dep_met_name(line->met), by, line->by_status ? "status" : "-", line->who);
        assert_string_equal(text, lines_expected[i]);
    }
    dep_verdict_done(&verdict);
    world_done(&w);
}

/* The text of section 5, written out. */
static void add_hex(struct dep_buf *text, const struct dep_hash *hash, const char *end)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    dep_buf_addf(text, "%s%s", hex, end);
}

static void digest_by_hand(const struct world *w, const struct dep_verdict *verdict,
                           struct dep_hash *out)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    dep_buf_add_string(&text, "depositary verdict v1\n");
    add_hex(&text, dep_charter_digest(w->charter), "\nfr.example/log\n100\n");
    add_hex(&text, &w->at.root, "\n");
    dep_buf_addf(&text, "%lld\n5\n", (long long)w->at.now_s);
    add_hex(&text, &w->action.digest, "\n");
    for (size_t i = 0; i < verdict->requirement_count; i++) {
        const struct dep_requirement *line = &verdict->requirements[i];
        if (line->material < 0)
            dep_buf_add_string(&text, "-");
        else
            dep_buf_addf(&text, "%d", line->material);
        dep_buf_addf(&text, " %s %s %s ", dep_need_name(line->need), code_of(w, line),
                     dep_met_name(line->met));
        if (line->by)
            add_hex(&text, &line->by->record, " ");
        else
            dep_buf_add_string(&text, "- ");
        if (line->by_status)
            add_hex(&text, &line->by->status, "\n");
        else
            dep_buf_add_string(&text, "-\n");
    }
    dep_buf_addf(&text, "%s\n%s\n", verdict->no_rule ? verdict->no_rule : "-",
                 dep_outcome_name(verdict->outcome));
    assert_int_equal(dep_buf_err(&text), DEP_OK);
    dep_sha256(dep_buf_slice(&text), out);
}

static void test_digest(void **state)
{
    (void)state;
    static void (*const refusals[])(struct world *) = {no_material, no_time, no_rule};
    for (size_t i = 0; i < DEP_COUNT(rows) + DEP_COUNT(refusals); i++) {
        struct world w;
        struct dep_verdict verdict = {0};
        struct dep_hash expected;
        world_init(&w, world_rules, world_threat);
        if (i < DEP_COUNT(rows))
            row_change(&rows[i], &w);
        else
            refusals[i - DEP_COUNT(rows)](&w);
        assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
        digest_by_hand(&w, &verdict, &expected);
        assert_memory_equal(expected.bytes, verdict.digest.bytes, DEP_HASH_LEN);
        dep_verdict_done(&verdict);
        world_done(&w);
    }
}

/* Each input that the digest covers, changed alone. */
static void test_digest_covers(void **state)
{
    (void)state;
    struct dep_hash seen[8];
    for (size_t i = 0; i < DEP_COUNT(seen); i++) {
        struct world w;
        struct dep_verdict verdict = {0};
        world_init(&w, world_rules, i == 1 ? world_threat : NULL); /* another charter */
        w.at.origin = i == 2 ? "fr.example/other" : w.at.origin;
        w.at.size += i == 3;
        w.at.root.bytes[31] ^= i == 4;
        w.at.now_s += i == 5;
        w.at.uncertainty_s += i == 6;
        w.facts[HOST].status.bytes[0] ^= i == 7;
        assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
        assert_int_equal(verdict.outcome, DEP_YES);
        seen[i] = verdict.digest;
        for (size_t before = 0; before < i; before++)
            assert_false(dep_hash_equal(&seen[i], &seen[before]));
        dep_verdict_done(&verdict);
        world_done(&w);
    }
}

/* Which records a chain names, and which of several. */
static void test_choice(void **state)
{
    (void)state;
    struct world w;
    struct dep_verdict verdict = {0};
    world_init(&w, world_rules, NULL);
    row_change(row_named("mission renewed"), &w);
    struct dep_fact *again = add_fact(&w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_SY);
    *again = w.facts[SPARE];
    again->index = 49; /* equal, and earlier in the log */
    assert_int_equal(world_judge(&w, 3, &verdict), DEP_OK);
    assert_int_equal(verdict.requirement_count, 3);
    assert_int_equal(verdict.requirements[0].by->index, w.facts[HOST].index);
    assert_int_equal(verdict.requirements[1].by->index, 49);
    assert_int_equal(verdict.requirements[1].material, DEP_MATERIAL_NONE);
    assert_int_equal(verdict.requirements[1].who, 2);
    dep_verdict_done(&verdict);
    again->in_force.from_s = T; /* one that does it alone */
    assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
    assert_int_equal(verdict.requirement_count, 2);
    assert_int_equal(verdict.requirements[0].by->index, 49);
    dep_verdict_done(&verdict);
    world_done(&w);
}

static void test_threat(void **state)
{
    (void)state;
    for (int on = 0; on < 2; on++) {
        struct world w;
        struct dep_verdict verdict = {0};
        world_init(&w, world_rules, on ? world_threat : NULL);
        row_change(row_named("threat waives"), &w);
        assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
        assert_int_equal(verdict.outcome, on ? DEP_YES : DEP_NO);
        assert_true(verdict.review_by_s == (on ? T + DAY : INT64_MAX));
        dep_verdict_done(&verdict);
        world_done(&w);
    }
}

/* Instants at the ends of what int64 holds neither overflow nor pass. */
static void test_extremes(void **state)
{
    (void)state;
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < DEP_COUNT(ends); i++) {
        struct world w;
        struct dep_verdict verdict = {0};
        world_init(&w, world_rules, world_threat);
        w.action.urgent_threat = true;
        w.at.now_s = ends[i];
        w.at.uncertainty_s = i % 2 ? INT64_MAX : 0;
        for (size_t f = 0; f < w.fact_count; f++)
            w.facts[f].status_s = ends[DEP_COUNT(ends) - 1 - i];
        assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
        assert_int_equal(verdict.outcome, DEP_NO);
        dep_verdict_done(&verdict);
        world_done(&w);
    }
}

/* ---- each requirement of each rule is needed ---- */

static enum dep_outcome judge_row(const struct row *row, const char *rules)
{
    struct world w;
    struct dep_verdict verdict = {0};
    world_init(&w, rules, world_threat);
    row_change(row, &w);
    assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
    enum dep_outcome outcome = verdict.outcome;
    dep_verdict_done(&verdict);
    world_done(&w);
    return outcome;
}

static json_t *rules_json(void)
{
    DEP_AUTO_BUF text;
    json_t *rules = NULL;
    dep_buf_init(&text, 1 << 16);
    dep_buf_add_string(&text, world_rules);
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    assert_int_equal(dep_json_parse(dep_buf_slice(&text), &rules, NULL), DEP_OK);
    return rules;
}

/* Without need number `need` of rule number `rule` some row passes that did not. */
static void check_needed(size_t rule, size_t need)
{
    DEP_AUTO_JSON *rules = rules_json();
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 16);
    const json_t *its = json_array_get(rules, rule);
    json_t *needs = json_object_get(its, "needs");
    char what[128];
    (void)snprintf(what, sizeof what, "%s of %s",
                   dep_json_string(json_array_get(needs, need), "need"),
                   dep_json_string(its, "id"));
    assert_int_equal(json_array_remove(needs, need), 0);
    assert_int_equal(dep_json_encode(rules, &text), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (judge_row(&rows[i], (const char *)text.data) < rows[i].outcome)
            return;
    fail_msg("%s can be removed and nobody notices", what);
}

static void test_each_need(void **state)
{
    (void)state;
    DEP_AUTO_JSON *rules = rules_json();
    size_t rule, there = 0, removed = 0;
    json_t *its;
    json_array_foreach(rules, rule, its)
    {
        size_t needs = json_array_size(json_object_get(its, "needs"));
        for (size_t need = 0; need < needs; need++) {
            if (there++ % (size_t)test_steps(1, 4))
                continue;
            check_needed(rule, need);
            removed++;
        }
    }
    printf("requirements removed, each noticed: %zu of %zu\n", removed, there);
    assert_int_equal(there, 21);
    assert_int_equal(removed, test_slowest() ? 6 : 21);
}

/* ---- memory, limits, names ---- */

static int count_world(long fail_at, struct dep_hash *out)
{
    struct world w;
    struct dep_verdict verdict = {.review_by_s = 77};
    world_init(&w, world_rules, world_threat);
    row_change(row_named("mission renewed"), &w);
    for (int i = 0; i < 20; i++)
        add_approval(&w, ID_CAROL);
    dep_alloc_fail_at(fail_at);
    int err = world_judge(&w, 0, &verdict);
    dep_alloc_fail_at(-1);
    if (err)
        assert_true(verdict.review_by_s == 77 && !verdict.requirements);
    *out = verdict.digest;
    dep_verdict_done(&verdict);
    world_done(&w);
    return err;
}

static void test_no_memory(void **state)
{
    (void)state;
    struct dep_hash expected, digest;
    assert_int_equal(count_world(-1, &expected), DEP_OK);
    long at = 0;
    for (; count_world(at, &digest) != DEP_OK; at++)
        assert_int_equal(count_world(at, &digest), DEP_ERR_NOMEM);
    assert_true(at > 6 && dep_hash_equal(&digest, &expected));
}

static void test_names(void **state)
{
    (void)state;
    struct dep_names *names = NULL;
    dep_id id = 99;
    assert_int_equal(dep_names_new(&names), DEP_OK);
    assert_int_equal(dep_names_add(names, "", &id), DEP_OK);
    assert_int_equal(id, 0);
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 1; i <= 5000; i++) {
            char text[16];
            (void)snprintf(text, sizeof text, "name-%u", i);
            assert_int_equal(dep_names_find(names, text), round ? i : 0);
            assert_int_equal(dep_names_add(names, text, &id), DEP_OK);
            assert_int_equal(id, i);
            assert_string_equal(dep_names_text(names, id), text);
        }
    }
    assert_int_equal(dep_names_find(names, "NAME-1"), 0);
    dep_names_free(names);
    names = NULL;
    dep_names_free(NULL);
    dep_facts_free(NULL);
    /* Each allocation in turn: the names that were there stay. */
    for (long at = 0, done = 0; !done; at++) {
        dep_alloc_fail_at(at);
        int err = dep_names_new(&names);
        for (unsigned i = 0; !err && i < 100; i++) {
            char text[16];
            (void)snprintf(text, sizeof text, "n%u", i);
            err = dep_names_add(names, text, &id);
            assert_true(err || dep_names_find(names, "n0") == 1);
        }
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        done = err == DEP_OK;
        dep_names_free(names);
        names = NULL;
    }
}

static void test_facts_no_memory(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, world_rules, NULL);
    for (long at = 0, done = 0; !done; at++) {
        struct dep_facts *facts = NULL;
        size_t added = 0;
        dep_alloc_fail_at(at);
        int err = dep_facts_new(&facts);
        for (; !err && added < 500; added += err == DEP_OK) {
            struct dep_fact fact = w.facts[added % w.fact_count];
            fact.scope = (dep_id)added + 1;
            fact.recipients.bits[0] = UINT64_MAX;
            err = dep_facts_add(facts, &fact);
        }
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        if (facts) {
            assert_int_equal(dep_facts_count(facts), added);
            for (size_t i = 0; i < added; i++)
                assert_int_equal(dep_facts_at(facts, i)->scope, i + 1);
        }
        dep_facts_free(facts);
        done = err == DEP_OK;
    }
    world_done(&w);
}

enum { CROWD = 3 * DEP_COLUMNS_FROM };

/* The good release's facts, and a crowd of consents like the host's, of which one alone is for the
 * court. */
static struct dep_fact crowd_fact(const struct world *w, size_t i)
{
    struct dep_fact fact = w->facts[i < w->fact_count ? i : HOST];
    if (i == HOST)
        fact.recipients = one(POLICE);
    if (i < w->fact_count)
        return fact;
    size_t place = i - w->fact_count;
    fact.index = 10 + place % 80;
    fact.recipients = one(place == 2 * DEP_COLUMNS_FROM + 7 ? COURT : 1 + (int)(place % 500));
    return fact;
}

/* `fail_at`: fails once, and what failed is done again. */
static void judge_crowd(long fail_at, bool *failed, struct dep_hash *out)
{
    struct world w;
    struct dep_facts *facts = NULL;
    struct dep_verdict verdict = {0};
    world_init(&w, world_rules, NULL);
    assert_int_equal(dep_facts_new(&facts), DEP_OK);
    dep_alloc_fail_at(fail_at);
    *failed = false;
    for (size_t i = 0; i < w.fact_count + CROWD; i++) {
        struct dep_fact fact = crowd_fact(&w, i);
        int err = dep_facts_add(facts, &fact);
        if (err) {
            assert_int_equal(err, DEP_ERR_NOMEM);
            assert_int_equal(dep_facts_count(facts), i);
            *failed = true;
            dep_alloc_fail_at(-1);
            err = dep_facts_add(facts, &fact);
        }
        assert_int_equal(err, DEP_OK);
    }
    dep_alloc_fail_at(-1);
    assert_int_equal(dep_judge(w.charter, facts, w.names, &w.action, &w.at, &verdict), DEP_OK);
    assert_int_equal(verdict.outcome, DEP_YES);
    *out = verdict.digest;
    dep_verdict_done(&verdict);
    dep_facts_free(facts);
    world_done(&w);
}

static void test_crowd_no_memory(void **state)
{
    (void)state;
    struct dep_hash expected, digest;
    bool failed;
    long at = 0;
    judge_crowd(-1, &failed, &expected);
    do {
        judge_crowd(at, &failed, &digest);
        assert_true(dep_hash_equal(&digest, &expected));
        at += test_steps(1, 5);
    } while (failed);
    assert_true(at > 60);
}

/* All of a crowd are for the court, and stale; then one of them needs no status, or has a young
 * one. */
static void test_crowd_stale(void **state)
{
    (void)state;
    enum { NONE_OTHER, OWN, PAPER, YOUNG, COUNT };
    for (int other = NONE_OTHER; other < COUNT; other++) {
        struct world w;
        struct dep_facts *facts = NULL;
        struct dep_verdict verdict = {0};
        world_init(&w, world_rules, NULL);
        w.facts[HOST].status_s = T - 30 * DAY;
        assert_int_equal(dep_facts_new(&facts), DEP_OK);
        for (size_t i = 0; i < w.fact_count + CROWD; i++) {
            struct dep_fact fact = w.facts[i < w.fact_count ? i : HOST];
            if (i == w.fact_count + 2 * DEP_COLUMNS_FROM) {
                fact.own = other == OWN;
                fact.on_paper = other == PAPER;
                fact.checked_by = ID_BOB;
                fact.status_s = other == YOUNG ? T - DAY : fact.status_s;
            }
            assert_int_equal(dep_facts_add(facts, &fact), DEP_OK);
        }
        assert_int_equal(dep_judge(w.charter, facts, w.names, &w.action, &w.at, &verdict), DEP_OK);
        assert_int_equal(verdict.outcome, other == NONE_OTHER ? DEP_NO : DEP_YES);
        for (size_t i = 0; i < verdict.requirement_count; i++)
            if (verdict.requirements[i].need == DEP_NEED_CONSENT_HOST)
                assert_int_equal(verdict.requirements[i].met,
                                 other == NONE_OTHER ? DEP_MISSING_STALE : DEP_MET);
        dep_verdict_done(&verdict);
        dep_facts_free(facts);
        world_done(&w);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct world w;
    struct dep_verdict verdict = {0};
    world_init(&w, world_rules, NULL);
    w.action.material_count = DEP_MATERIALS_MAX + 1;
    assert_int_equal(world_judge(&w, 0, &verdict), DEP_ERR_CAP);
    assert_null(verdict.requirements);
    struct dep_material *many = dep_alloc_array(DEP_MATERIALS_MAX, sizeof *many);
    assert_non_null(many);
    for (size_t i = 0; i < DEP_MATERIALS_MAX; i++) {
        many[i] = w.materials[0];
        many[i].item = (dep_id)(1000000 + i);
    }
    w.action.materials = many;
    w.action.material_count = DEP_MATERIALS_MAX;
    assert_int_equal(world_judge(&w, 0, &verdict), DEP_OK);
    assert_int_equal(verdict.requirement_count, DEP_MATERIALS_MAX * DEP_COUNT(lines_expected));
    assert_int_equal(verdict.requirements[verdict.requirement_count - 1].material,
                     DEP_MATERIALS_MAX - 1);
    dep_verdict_done(&verdict);
    free(many);
    world_done(&w);
}

static void test_words(void **state)
{
    (void)state;
    for (int need = 0; need < DEP_NEED_COUNT; need++) {
        assert_int_equal(dep_need_parse(dep_need_name((enum dep_need)need)), need);
        bool nobody = dep_need_giver((enum dep_need)need) == DEP_GIVER_NOBODY;
        assert_int_equal(nobody, need == DEP_NEED_NEVER);
    }
    for (int a = 0; a < DEP_MET_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(dep_met_name((enum dep_met)a), dep_met_name((enum dep_met)b));
    assert_string_equal(dep_outcome_name(DEP_REFER_TO_COURT), "refer_to_court");
    assert_string_equal(dep_giver_name(DEP_GIVER_APPROVER), "approver");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_digest_covers),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_threat),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_each_need),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_facts_no_memory),
        cmocka_unit_test(test_crowd_no_memory),
        cmocka_unit_test(test_crowd_stale),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
