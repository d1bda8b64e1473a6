/*
 * The judge against a naive reference, on generated cases.
 *
 * The reference follows doc/format/rules.md word by word and shares nothing with the judge but the
 * types: it knows no intervals, it asks second by second who answers for that second; it knows no
 * index, it looks through all facts; it reads the rules as they were generated, not as they were
 * parsed. All times lie within a minute, so that ends coincide often.
 */
#include "base/test_slow.h"
#include "rules/test_judge_cases.h"

enum {
#if defined(__has_feature)
    CASES = 200000, /* clang builds with sanitizers, which take three times as long a case */
#else
    CASES = 1200000,
#endif
    CASES_SLOW = 6000, /* under valgrind */
    CASES_A_CHARTER = 400,
    CASES_A_CROWD = 601, /* of so many one has hundreds of consents */
    LINES_MAX = 400,
};

/* ---- the reference ---- */

struct line {
    enum dep_need need;
    const char *rule;
    int material, code;
    enum dep_met met;
    const struct dep_fact *by;
    bool by_status;
    int who;
};
static struct line lines[LINES_MAX];
static int line_count;

static bool has(uint64_t set, int place)
{
    return place >= 0 && (set >> place & 1) != 0;
}

static bool when_holds(const struct when *when, const struct dep_material *m)
{
    const struct dep_action *a = &now.action;
    unsigned kind = a->recipient < 0 ? 0 : recipient_kinds[a->recipient];
    uint64_t places = a->territories.bits[0] | (m ? m->territories.bits[0] : 0);
    if (when->actions && !(when->actions & a->kind))
        return false;
    if (when->purposes && !has(when->purposes, a->purpose))
        return false;
    if (when->lines && !has(when->lines, a->line))
        return false;
    if (when->territories && !(when->territories & places))
        return false;
    if (when->handling && !(m && when->handling & m->handling.bits[0]))
        return false;
    if (when->categories && !(m && when->categories & m->categories.bits[0]))
        return false;
    if (when->kinds && !(when->kinds & kind))
        return false;
    return !when->flags || (m && when->flags & m->flags);
}

static bool empty(const struct when *when)
{
    return !(when->actions | when->purposes | when->lines | when->territories | when->handling |
             when->categories | when->kinds | when->flags);
}

static bool applies(const struct rule *rule, const struct dep_material *m)
{
    if (!when_holds(&rule->when, m))
        return false;
    return empty(&rule->unless) || !when_holds(&rule->unless, m);
}

/* At this second, as far as we know now? */
static bool in_force(const struct dep_fact *f, enum dep_need need, int64_t s)
{
    if (s < f->in_force.from_s || s >= f->in_force.to_s || s < f->recorded_s)
        return false;
    if (f->withdrawn_s != INT64_MAX && (s >= f->withdrawn_s || s >= T - now.at.uncertainty_s))
        return false;
    if (need != DEP_NEED_CONSENT_HOST)
        return true;
    for (int m = 0; m < MEMBERS; m++)
        if (members[m] == f->grantor)
            return s >= law.members[m].from_s && s < law.members[m].to_s;
    return false;
}

static int host_of(int territory, int64_t s)
{
    for (int m = 0; m < MEMBERS; m++)
        if (territories_of[m] >> territory & 1 && s >= law.members[m].from_s &&
            s < law.members[m].to_s)
            return m;
    return -1;
}

/* Who could give it at this second: is this fact by them? (Not: about what.) */
static bool by_giver(const struct dep_fact *f, enum dep_need need, const struct dep_material *m,
                     int code, int64_t s)
{
    if (f->index >= now.at.size)
        return false;
    dep_id originator = m && m->originator ? m->originator : now.own;
    switch (need) {
    case DEP_NEED_REQUEST:
        return f->kind == DEP_FACT_REQUEST && has(f->recipients.bits[0], now.action.recipient);
    case DEP_NEED_CONSENT_HOST: {
        int host = host_of(code, s);
        return f->kind == DEP_FACT_CONSENT && f->layer == DEP_LAYER_HOST && host >= 0 &&
               f->grantor == members[host];
    }
    case DEP_NEED_CONSENT_SOURCE:
        return f->kind == DEP_FACT_CONSENT && f->layer == DEP_LAYER_SOURCE &&
               f->scope_kind == DEP_SCOPE_ITEM && m && m->item && f->scope == m->item;
    case DEP_NEED_CONSENT_ORIGINATOR:
    case DEP_NEED_HANDLING_PERMISSION:
        return f->kind == DEP_FACT_CONSENT && f->layer == DEP_LAYER_ORIGINATOR && originator &&
               f->grantor == originator;
    default:
        return f->kind == DEP_FACT_ASSURANCE &&
               f->assurances >> (need - DEP_NEED_ASSURANCE_FAIR_TRIAL) & 1 &&
               has(f->recipients.bits[0], now.action.recipient);
    }
}

static bool has_material(const struct dep_fact *f, const struct dep_material *m)
{
    if (f->scope_kind == DEP_SCOPE_ALL)
        return true;
    if (!m || !f->scope)
        return false;
    return (f->scope_kind == DEP_SCOPE_ITEM && f->scope == m->item) ||
           (f->scope_kind == DEP_SCOPE_CASE && f->scope == m->of_case);
}

static bool is_about(const struct dep_fact *f, enum dep_need need, const struct dep_material *m,
                     int code)
{
    const struct dep_action *a = &now.action;
    if (!has_material(f, m))
        return false;
    if (f->kind == DEP_FACT_REQUEST)
        return has(f->purposes.bits[0], a->purpose);
    if (!f->any_purpose && !has(f->purposes.bits[0], a->purpose))
        return false;
    if (f->kind == DEP_FACT_ASSURANCE)
        return true;
    if (!(f->actions & a->kind))
        return false;
    if (!f->any_recipient && !has(f->recipients.bits[0], a->recipient) &&
        !(a->kind == DEP_ACT_MISSION && a->recipient < 0))
        return false;
    if (need == DEP_NEED_CONSENT_SOURCE)
        return true;
    if (!f->any_line && !has(f->lines.bits[0], a->line))
        return false;
    if (need == DEP_NEED_CONSENT_HOST)
        return f->any_territory || has(f->territories.bits[0], code);
    for (int t = 0; t < TERRITORIES && !f->any_territory; t++)
        if (has(m->territories.bits[0], t) && !has(f->territories.bits[0], t))
            return false;
    if (!f->any_territory && !m->territories.bits[0])
        return false;
    return need != DEP_NEED_HANDLING_PERMISSION || has(f->handling.bits[0], code);
}

/* Is it said to be signed by a member that signs nothing? */
static bool signed_by_nobody(const struct dep_fact *f)
{
    for (int m = 0; m < MEMBERS; m++)
        if (f->kind == DEP_FACT_CONSENT && f->layer != DEP_LAYER_SOURCE && !f->on_paper &&
            f->grantor == members[m] && law.no_register >> m & 1)
            return true;
    return false;
}

/* What keeps it from counting even while it is in force. */
static enum dep_met flaw(const struct dep_fact *f, int64_t age_s)
{
    if (signed_by_nobody(f))
        return DEP_MISSING_UNSIGNED;
    if (f->on_paper && !(law.paper & now.action.kind))
        return DEP_MISSING_PAPER;
    if (f->on_paper && (!f->by || !f->checked_by || f->by == f->checked_by))
        return DEP_MISSING_UNCHECKED;
    if (age_s == INT64_MAX || f->on_paper || f->own)
        return DEP_MET;
    int64_t latest = T + now.at.uncertainty_s;
    if (f->status_s == INT64_MIN || f->status_s > latest || f->status_s < latest - age_s)
        return DEP_MISSING_STALE;
    return DEP_MET;
}

static bool guarded(const struct dep_fact *f, enum dep_need need, const struct dep_material *m)
{
    return need != DEP_NEED_CONSENT_SOURCE || !(m->flags & DEP_FLAG_CHILD) ||
           (f->guardian && f->assent);
}

/* What this shows and the source said may not be: the last of them, else DEP_MET. */
static enum dep_met not_to_be_shown(const struct dep_fact *f, enum dep_need need,
                                    const struct dep_material *m)
{
    static const enum dep_met each[] = {DEP_MISSING_IDENTITY, DEP_MISSING_PLACE, DEP_MISSING_IMAGE};
    enum dep_met last = DEP_MET;
    for (int i = 0; i < 3 && need == DEP_NEED_CONSENT_SOURCE; i++)
        if (m->shows >> i & 1 && !(f->shown >> i & 1))
            last = each[i];
    return last;
}

static void worse(enum dep_met *why, enum dep_met other)
{
    if (other > *why)
        *why = other;
}

static enum dep_met reason(enum dep_need need, const struct dep_material *m, int code,
                           int64_t age_s, int64_t s)
{
    enum dep_met why = DEP_MISSING_ABSENT;
    for (int i = 0; i < now.fact_count; i++) {
        const struct dep_fact *f = &now.facts[i];
        if (!by_giver(f, need, m, code, s))
            continue;
        if (!is_about(f, need, m, code)) {
            worse(&why, DEP_MISSING_SCOPE);
        } else if (!guarded(f, need, m)) {
            worse(&why, DEP_MISSING_GUARDIAN);
        } else if (f->withdrawn_s != INT64_MAX &&
                   (s >= f->withdrawn_s || s >= T - now.at.uncertainty_s)) {
            worse(&why, DEP_MISSING_WITHDRAWN);
        } else if (s >= f->in_force.to_s) {
            worse(&why, DEP_MISSING_LAPSED);
        } else if (!in_force(f, need, s)) {
            worse(&why, DEP_MISSING_NOT_YET);
        } else {
            worse(&why, not_to_be_shown(f, need, m));
            worse(&why, flaw(f, age_s));
        }
    }
    return why;
}

static void add_line(enum dep_need need, const char *rule, int material, int code, enum dep_met met,
                     const struct dep_fact *by, int64_t age_s, int who)
{
    assert_true(line_count < LINES_MAX);
    bool threat = law.threat && now.action.urgent_threat;
    if (met > DEP_WAIVED && threat && law.waives >> need & 1)
        met = DEP_WAIVED;
    lines[line_count++] = (struct line){
        need, rule, material, code, met, by, by && age_s != INT64_MAX && !by->own && !by->on_paper,
        who};
}

static bool counts(const struct dep_fact *f, enum dep_need need, const struct dep_material *m,
                   int code, int64_t age_s, int64_t s)
{
    return by_giver(f, need, m, code, s) && is_about(f, need, m, code) && guarded(f, need, m) &&
           not_to_be_shown(f, need, m) == DEP_MET && in_force(f, need, s) &&
           flaw(f, age_s) == DEP_MET;
}

/* Which second is the first, from `s` on, that this fact doesn't cover? */
static int64_t reach(const struct dep_fact *f, enum dep_need need, const struct dep_material *m,
                     int code, int64_t age_s, int64_t s, int64_t end)
{
    while (s < end && counts(f, need, m, code, age_s, s))
        s++;
    return s;
}

static bool earlier(const struct dep_fact *a, const struct dep_fact *b)
{
    if (a->index != b->index)
        return a->index < b->index;
    return memcmp(a->record.bytes, b->record.bytes, DEP_HASH_LEN) < 0;
}

static void ask(enum dep_need need, const char *rule, int place, const struct dep_material *m,
                int code, int64_t age_s, int who)
{
    bool over_interval = now.action.kind == DEP_ACT_MISSION && need != DEP_NEED_REQUEST;
    int64_t s = over_interval ? now.action.during.from_s : T - now.at.uncertainty_s;
    int64_t end = over_interval ? now.action.during.to_s : T + now.at.uncertainty_s + 1;
    if (end > FOREVER)
        end = FOREVER;
    int before = line_count;
    while (s < end) {
        const struct dep_fact *best = NULL;
        int64_t best_s = s;
        for (int i = 0; i < now.fact_count; i++) {
            int64_t to = reach(&now.facts[i], need, m, code, age_s, s, end);
            if (to > best_s || (best && to == best_s && earlier(&now.facts[i], best))) {
                best = &now.facts[i];
                best_s = to;
            }
        }
        if (!best) {
            line_count = before;
            int host = need == DEP_NEED_CONSENT_HOST ? host_of(code, s) : 0;
            add_line(need, rule, place, code,
                     host < 0 ? DEP_MISSING_NOBODY : reason(need, m, code, age_s, s), NULL, 0,
                     need == DEP_NEED_CONSENT_HOST ? host : who);
            return;
        }
        int grantor = -1;
        for (int k = 0; k < MEMBERS; k++)
            if (members[k] == best->grantor)
                grantor = k;
        add_line(need, rule, place, code, DEP_MET, best, age_s,
                 need == DEP_NEED_CONSENT_HOST ? grantor : who);
        s = best_s;
    }
}

static void ask_approvals(const char *rule, int place, unsigned count)
{
    bool used[FACTS_MAX] = {false};
    int from = line_count;
    enum dep_met why = DEP_MISSING_ABSENT;
    int64_t first = T - now.at.uncertainty_s, last = T + now.at.uncertainty_s;
    for (unsigned turn = 0; turn < FACTS_MAX && (unsigned)(line_count - from) < count; turn++) {
        const struct dep_fact *next = NULL;
        int at = -1;
        for (int i = 0; i < now.fact_count; i++) {
            const struct dep_fact *f = &now.facts[i];
            if (f->kind == DEP_FACT_APPROVAL && !used[i] && f->index < now.at.size &&
                memcmp(&f->approves, &now.action.digest, sizeof f->approves) == 0 &&
                (!next || earlier(f, next))) {
                next = f;
                at = i;
            }
        }
        if (!next)
            break;
        used[at] = true;
        int64_t s = first;
        while (s <= last && in_force(next, DEP_NEED_APPROVAL, s))
            s++;
        bool same = !next->by || !now.action.prepared_by || next->by == now.action.prepared_by;
        for (int l = from; l < line_count; l++)
            same = same || lines[l].by->by == next->by;
        if (s <= last)
            worse(&why, next->withdrawn_s != INT64_MAX &&
                                (s >= next->withdrawn_s || s >= T - now.at.uncertainty_s)
                            ? DEP_MISSING_WITHDRAWN
                        : s >= next->in_force.to_s ? DEP_MISSING_LAPSED
                                                   : DEP_MISSING_NOT_YET);
        else if (same)
            worse(&why, DEP_MISSING_SAME_PERSON);
        else
            add_line(DEP_NEED_APPROVAL, rule, place, -1, DEP_MET, next, INT64_MAX, -1);
    }
    while ((unsigned)(line_count - from) < count)
        add_line(DEP_NEED_APPROVAL, rule, place, -1, why, NULL, INT64_MAX, -1);
}

static void ask_handling(int place, const struct dep_material *m, int64_t age_s, int who)
{
    for (int code = 0; m && code < HANDLING; code++) {
        if (!has(m->handling.bits[0], code))
            continue;
        for (int r = 0; r < law.rule_count; r++) {
            const struct rule *rule = &law.rules[r];
            if (!applies(rule, m) || !rule->needs[DEP_NEED_HANDLING_PERMISSION].asked ||
                (rule->when.handling && !has(rule->when.handling, code)))
                continue;
            ask(DEP_NEED_HANDLING_PERMISSION, rule->id, place, m, code, age_s, who);
            break;
        }
    }
}

static void ask_need(enum dep_need need, const char *rule, int place, const struct dep_material *m,
                     int64_t age_s, unsigned count)
{
    uint64_t places = m ? m->territories.bits[0] : now.action.territories.bits[0];
    dep_id from = m && m->originator ? m->originator : now.own;
    int originator = -1; /* its place */
    for (int k = 0; k < MEMBERS; k++)
        if (members[k] == from)
            originator = k;
    unsigned flags = m ? m->flags : 0;
    switch (need) {
    case DEP_NEED_CONSENT_HOST:
        if (!places)
            add_line(need, rule, place, -1, DEP_MISSING_NOBODY, NULL, 0, -1);
        for (int t = 0; t < TERRITORIES; t++)
            if (has(places, t))
                ask(need, rule, place, m, t, age_s, -1);
        break;
    case DEP_NEED_CONSENT_SOURCE:
        if (flags & DEP_FLAG_SOURCE && !(flags & DEP_FLAG_REDACTED && m->shows == 0))
            ask(need, rule, place, m, -1, age_s, -1);
        break;
    case DEP_NEED_CONSENT_ORIGINATOR:
        if (m && from != now.own)
            ask(need, rule, place, m, -1, age_s, originator);
        break;
    case DEP_NEED_HANDLING_PERMISSION: ask_handling(place, m, age_s, originator); break;
    case DEP_NEED_APPROVAL: ask_approvals(rule, place, count); break;
    case DEP_NEED_BASIS:
    case DEP_NEED_REDACTION:
        add_line(need, rule, place, -1,
                 flags & (need == DEP_NEED_BASIS ? DEP_FLAG_BASIS : DEP_FLAG_REDACTED)
                     ? DEP_MET
                     : DEP_MISSING_ABSENT,
                 NULL, 0, -1);
        break;
    case DEP_NEED_NEVER: add_line(need, rule, place, -1, DEP_MISSING_NEVER, NULL, 0, -1); break;
    default: ask(need, rule, place, m, -1, INT64_MAX, now.action.recipient);
    }
}

static enum dep_outcome outcome_from(int line, const struct dep_material *m)
{
    enum dep_outcome outcome = DEP_YES;
    const struct dep_action *a = &now.action;
    bool court = m && m->flags & DEP_FLAG_EXCULPATORY && a->recipient >= 0 &&
                 (a->kind == DEP_ACT_RELEASE || a->kind == DEP_ACT_ONWARD) &&
                 (recipient_kinds[a->recipient] == DEP_TO_COURT ||
                  recipient_kinds[a->recipient] == DEP_TO_DEFENCE);
    for (; line < line_count; line++) {
        enum dep_need need = lines[line].need;
        if (lines[line].met <= DEP_WAIVED)
            continue;
        bool refers = court && (need == DEP_NEED_CONSENT_SOURCE || need == DEP_NEED_REDACTION ||
                                need == DEP_NEED_CONSENT_ORIGINATOR);
        if (!refers)
            return DEP_NO;
        outcome = DEP_REFER_TO_COURT;
    }
    return outcome;
}

static enum dep_outcome reference_material(int place, const struct dep_material *m, bool *none)
{
    int from = line_count, rules = 0;
    bool threat = law.threat && now.action.urgent_threat;
    for (int r = 0; r < law.rule_count; r++)
        rules += applies(&law.rules[r], m);
    if (!rules) {
        *none = true;
        add_line(DEP_NEED_NEVER, "rule.none", place, -1, DEP_MISSING_NEVER, NULL, 0, -1);
        return DEP_NO;
    }
    for (int n = 0; n < DEP_NEED_COUNT; n++) {
        const char *rule = NULL;
        int64_t age_s = INT64_MAX;
        unsigned count = 0;
        for (int r = 0; r < law.rule_count; r++) {
            const struct need *need = &law.rules[r].needs[n];
            if (!need->asked || !applies(&law.rules[r], m))
                continue;
            rule = rule ? rule : law.rules[r].id;
            age_s = need->age_s < age_s ? need->age_s : age_s;
            count = need->count > count ? need->count : count;
        }
        if (n == DEP_NEED_APPROVAL && threat) {
            rule = rule ? rule : "threat";
            count = count > 2 ? count : 2;
        }
        if (rule)
            ask_need((enum dep_need)n, rule, place, m, age_s, count);
    }
    return outcome_from(from, m);
}

static bool listed(const struct term *term, int64_t first, int64_t end)
{
    return first >= term->from_s && end <= term->to_s;
}

static enum dep_outcome reference(const char **out_none)
{
    const struct dep_action *a = &now.action;
    bool mission = a->kind == DEP_ACT_MISSION, none = false;
    int64_t first = mission ? a->during.from_s : T - now.at.uncertainty_s;
    int64_t end = mission ? a->during.to_s : T + now.at.uncertainty_s + 1;
    enum dep_outcome worst = DEP_YES;
    line_count = 0;
    *out_none = !mission && !a->material_count ? "material.none"
                : a->recipient < 0             ? (mission ? NULL : "recipient.none")
                : !listed(&law.recipients[a->recipient], first, end) ? "recipient.none"
                                                                     : NULL;
    if (!*out_none && !mission && a->purpose < 0)
        *out_none = "purpose.none";
    if (!*out_none && a->line >= 0 && !listed(&law.lines[a->line], first, end))
        *out_none = "line.none";
    if (!*out_none && first >= end)
        *out_none = "interval.none";
    if (*out_none)
        return DEP_NO;
    if (mission)
        worst = reference_material(-1, NULL, &none);
    for (size_t i = 0; i < a->material_count; i++) {
        enum dep_outcome outcome = reference_material((int)i, &a->materials[i], &none);
        worst = outcome > worst ? outcome : worst;
    }
    *out_none = none ? "rule.none" : NULL;
    return worst;
}

/* ---- compared ---- */

static int judge(const struct dep_charter *charter, struct dep_facts *facts[static 1],
                 struct dep_verdict *out)
{
    int err = dep_facts_new(facts);
    for (int i = 0; !err && i < now.fact_count; i++)
        err = dep_facts_add(*facts, &now.facts[i]);
    return err ? err : dep_judge(charter, *facts, names, &now.action, &now.at, out);
}

static void shuffle(void)
{
    for (int i = now.fact_count - 1; i > 0; i--) {
        int other = below(i + 1);
        struct dep_fact fact = now.facts[i];
        now.facts[i] = now.facts[other];
        now.facts[other] = fact;
    }
}

static bool same_line(const struct dep_requirement *a, const struct line *b)
{
    return a->need == b->need && strcmp(a->rule, b->rule) == 0 && a->material == b->material &&
           a->code == b->code && a->met == b->met && (a->by != NULL) == (b->by != NULL) &&
           (!a->by || memcmp(a->by->record.bytes, b->by->record.bytes, DEP_HASH_LEN) == 0) &&
           a->by_status == b->by_status && a->who == b->who;
}

static void compare(size_t number, const struct dep_verdict *verdict)
{
    const char *none;
    enum dep_outcome outcome = reference(&none);
    if (strcmp(none ? none : "-", verdict->no_rule ? verdict->no_rule : "-") != 0)
        fail_msg("case %zu: %s, not %s", number, verdict->no_rule, none);
    for (int i = 0; i < line_count && i < (int)verdict->requirement_count; i++) {
        const struct dep_requirement *line = &verdict->requirements[i];
        if (!same_line(line, &lines[i]))
            fail_msg("case %zu line %d: %d %s %s %s %d who %d, not %d %s %s %s %d who %d", number,
                     i, line->material, dep_need_name(line->need), line->rule,
                     dep_met_name(line->met), line->code, line->who, lines[i].material,
                     dep_need_name(lines[i].need), lines[i].rule, dep_met_name(lines[i].met),
                     lines[i].code, lines[i].who);
    }
    if (outcome != verdict->outcome || line_count != (int)verdict->requirement_count)
        fail_msg("case %zu: %s with %zu lines, not %s with %d", number,
                 dep_outcome_name(verdict->outcome), verdict->requirement_count,
                 dep_outcome_name(outcome), line_count);
    bool threat = law.threat && now.action.urgent_threat;
    assert_true(verdict->review_by_s == (threat ? T + law.review_s : INT64_MAX));
}

/* Another order, and one fact more or less: what must not change, or in one direction only. */
static void check_properties(const struct dep_charter *charter, const struct dep_verdict *verdict)
{
    struct dep_facts *facts = NULL;
    struct dep_verdict other = {0};
    shuffle();
    assert_int_equal(judge(charter, &facts, &other), DEP_OK);
    assert_memory_equal(other.digest.bytes, verdict->digest.bytes, DEP_HASH_LEN);
    dep_verdict_done(&other);
    dep_facts_free(facts);
    if (!now.fact_count)
        return;
    int last = now.fact_count - 1;
    struct dep_fact *fact = &now.facts[last];
    fact->withdrawn_s = some_time(T);
    assert_int_equal(judge(charter, &facts, &other), DEP_OK);
    enum dep_outcome withdrawn = other.outcome;
    dep_verdict_done(&other);
    dep_facts_free(facts);
    now.fact_count = last;
    assert_int_equal(judge(charter, &facts, &other), DEP_OK);
    assert_true(withdrawn >= verdict->outcome); /* a withdrawal never helps */
    assert_true(other.outcome >= withdrawn);    /* one fact more never harms */
    dep_verdict_done(&other);
    dep_facts_free(facts);
}

static void test_reference(void **state)
{
    (void)state;
    size_t cases_count = test_step(2) > 1 ? CASES_SLOW : CASES;
    size_t outcomes[3] = {0}, mets[DEP_MET_COUNT] = {0}, nones = 0, chains = 0, total = 0;
    struct dep_charter *charter = NULL;
    state_of_chance = 1;
    make_names();
    for (size_t i = 0; i < cases_count; i++) {
        if (i % CASES_A_CHARTER == 0) {
            dep_charter_free(charter);
            make_law();
            charter = law_charter();
        }
        struct dep_facts *facts = NULL;
        struct dep_verdict verdict = {0};
        make_case(i % CASES_A_CROWD == 0);
        assert_int_equal(judge(charter, &facts, &verdict), DEP_OK);
        compare(i, &verdict);
        outcomes[verdict.outcome]++;
        nones += verdict.no_rule != NULL;
        total += verdict.requirement_count;
        for (size_t r = 0; r < verdict.requirement_count; r++) {
            const struct dep_requirement *line = &verdict.requirements[r];
            mets[line->met]++;
            chains += r && line->need != DEP_NEED_APPROVAL && line->met == DEP_MET &&
                      line->need == line[-1].need && line->code == line[-1].code &&
                      line->material == line[-1].material;
        }
        if (i % 8 == 0)
            check_properties(charter, &verdict);
        dep_verdict_done(&verdict);
        dep_facts_free(facts);
    }
    dep_charter_free(charter);
    dep_names_free(names);
    printf("cases: %zu; requirements: %zu; nothing applies: %zu; renewals: %zu\n", cases_count,
           total, nones, chains);
    for (int o = 0; o < 3; o++)
        printf("  %s: %zu\n", dep_outcome_name((enum dep_outcome)o), outcomes[o]);
    for (int m = 0; m < DEP_MET_COUNT; m++)
        printf("  %s: %zu\n", dep_met_name((enum dep_met)m), mets[m]);
    for (int o = 0; o < 3; o++)
        assert_true(outcomes[o] > cases_count / 1000);
    for (int m = 0; m < DEP_MET_COUNT; m++)
        assert_true(mets[m] > cases_count / 1000);
    assert_true(nones > cases_count / 1000 && chains > cases_count / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
