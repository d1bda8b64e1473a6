/*
 * Charters made by chance, as a test remembers them and as dep_charter_parse() reads them.
 */
#ifndef DEP_RULES_TEST_JUDGE_LAW_H
#define DEP_RULES_TEST_JUDGE_LAW_H
#include "codec/base64.h"
#include "rules/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    T = 1800000000,
    FOREVER = T + 100, /* the last second that is looked at: nothing changes from T + 60 on */
    MEMBERS = 4,
    TERRITORIES = 4,
    RULES_MAX = 5,
};

/* ---- chance ---- */

static uint64_t state_of_chance;

static uint64_t next_random(void)
{
    uint64_t z = state_of_chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int below(int n)
{
    return (int)(next_random() >> 33) % n;
}

static bool chance(int percent)
{
    return below(100) < percent;
}

static uint64_t some_of(int n)
{
    int mask = 1 + below((1 << n) - 1);
    return (uint64_t)mask;
}

/* ---- a charter as generated ---- */

enum { LINES = 3, HANDLING = 3, CATEGORIES = 2, PURPOSES = 3, RECIPIENTS = 5, NEVER_ENDS = 0 };

/* A set of codes is a mask of their places; 0: the condition isn't there. */
struct when {
    uint64_t actions, purposes, lines, territories, handling, categories, kinds, flags;
};
struct need {
    bool asked;
    int64_t age_s;
    unsigned count;
};
struct rule {
    char id[4];
    struct when when, unless;
    struct need needs[DEP_NEED_COUNT];
};
struct term {
    int64_t from_s, to_s;
};
static struct {
    struct rule rules[RULES_MAX];
    int rule_count;
    struct term members[MEMBERS], recipients[RECIPIENTS], lines[LINES];
    uint64_t no_register; /* of members: not of m0, whose register is judged */
    uint64_t paper;
    bool threat;
    uint32_t waives;
    int64_t review_s;
} law;

static const unsigned recipient_kinds[RECIPIENTS] = {
    DEP_TO_COURT, DEP_TO_DEFENCE, DEP_TO_PROSECUTION, DEP_TO_MEMBER, DEP_TO_OTHER};
/* t0 is m0's; t1 passes from m1 to m2; t2 is m3's; t3 is nobody's. */
static const uint64_t territories_of[MEMBERS] = {1, 2, 2, 4};

static struct when some_when(int percent)
{
    struct when when = {0};
    when.actions = chance(percent) ? some_of(4) : 0;
    when.purposes = chance(percent) ? some_of(PURPOSES) : 0;
    when.lines = chance(percent / 2) ? some_of(LINES) : 0;
    when.territories = chance(percent / 2) ? some_of(TERRITORIES) : 0;
    when.handling = chance(percent) ? some_of(HANDLING) : 0;
    when.categories = chance(percent / 2) ? some_of(CATEGORIES) : 0;
    when.kinds = chance(percent) ? some_of(8) : 0;
    when.flags = chance(percent) ? some_of(7) : 0;
    return when;
}

static void make_law(void)
{
    memset(&law, 0, sizeof law);
    law.rule_count = 1 + below(RULES_MAX);
    for (int r = 0; r < law.rule_count; r++) {
        struct rule *rule = &law.rules[r];
        (void)snprintf(rule->id, sizeof rule->id, "R%d", r % 10);
        rule->when = r ? some_when(25) : some_when(4);
        rule->unless = chance(30) ? some_when(40) : (struct when){0};
        for (int n = 0; n < DEP_NEED_COUNT; n++)
            rule->needs[n] = (struct need){.asked = chance(n == DEP_NEED_NEVER       ? 3
                                                           : n == DEP_NEED_REDACTION ? 8
                                                                                     : 25),
                                           .age_s = chance(50) ? below(12) : INT64_MAX,
                                           .count = 1 + (unsigned)below(3)};
    }
    for (int m = 0; m < MEMBERS; m++)
        law.members[m] = (struct term){INT64_MIN, INT64_MAX};
    int64_t handover_s = T - 6 + below(30);
    law.members[1].to_s = chance(70) ? handover_s : T + 58;
    law.members[2].from_s = law.members[1].to_s + below(2);
    law.members[3].to_s = chance(80) ? INT64_MAX : T + below(20);
    law.no_register = chance(60) ? 0 : (uint64_t)below(1 << (MEMBERS - 1)) << 1;
    for (int r = 0; r < RECIPIENTS; r++)
        law.recipients[r] = (struct term){INT64_MIN, r == 3 ? T + below(30) : INT64_MAX};
    for (int l = 0; l < LINES; l++)
        law.lines[l] = (struct term){l == 2 ? T - below(10) : INT64_MIN, INT64_MAX};
    law.paper = (uint64_t)below(16);
    law.threat = chance(50);
    law.waives = (uint32_t)next_random() & ((1U << DEP_NEED_APPROVAL) - 1);
    law.review_s = 1 + below(1000);
}

/* ---- the same as a text ---- */

static void add_time(struct dep_buf *text, const char *name, int64_t at_s)
{
    time_t seconds = at_s;
    struct tm parts;
    char written[32];
    assert_non_null(gmtime_r(&seconds, &parts));
    (void)strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", &parts);
    dep_buf_addf(text, ",\"%s\":\"%s\"", name, written);
}

static void add_term(struct dep_buf *text, const struct term *term, bool from_asked)
{
    if (term->from_s != INT64_MIN || from_asked)
        add_time(text, "from", term->from_s == INT64_MIN ? T - 1000000 : term->from_s);
    if (term->to_s != INT64_MAX)
        add_time(text, "to", term->to_s);
}

static const char names_json[] = "\"name\":{\"en\":\"n\",\"fr\":\"n\",\"ar\":\"n\"}";

static void add_condition(struct dep_buf *text, const char *name, uint64_t mask,
                          const char *(*word)(int place))
{
    if (!mask)
        return;
    dep_buf_addf(text, "%s\"%s\":[", text->data[text->len - 1] == '{' ? "" : ",", name);
    for (int place = 0; place < 64; place++)
        if (mask >> place & 1)
            dep_buf_addf(text, "\"%s\",", word(place));
    text->data[text->len - 1] = ']';
}

/* Written out once more: the words of doc/format/rules.md, not those of the program. */
static const char *action_word(int place)
{
    return (const char *const[]){"release", "onward", "mission", "publish"}[place];
}
static const char *flag_word(int place)
{
    return (const char *const[]){"basis", "coercion",  "exculpatory", "source",
                                 "child", "protected", "redacted"}[place];
}
static const char *kind_word(int place)
{
    return (const char *const[]){"court",          "prosecution", "police",       "defence",
                                 "complaint_body", "member",      "organisation", "other"}[place];
}
static const char *need_word(int need)
{
    return (const char *const[]){"request",
                                 "basis",
                                 "consent.host",
                                 "consent.source",
                                 "consent.originator",
                                 "handling.permission",
                                 "assurance.fair_trial",
                                 "assurance.no_torture",
                                 "assurance.no_death_penalty",
                                 "assurance.inspection",
                                 "assurance.defence_access",
                                 "approval",
                                 "redaction",
                                 "never"}[need];
}

#define CODE_WORD(function, letter)                                                                \
    static const char *function(int place)                                                         \
    {                                                                                              \
        static char word[3] = letter;                                                              \
        word[1] = (char)('0' + place);                                                             \
        return word;                                                                               \
    }
CODE_WORD(purpose_word, "p")
CODE_WORD(line_word, "l")
CODE_WORD(territory_word, "t")
CODE_WORD(handling_word, "h")
CODE_WORD(category_word, "c")
CODE_WORD(recipient_word, "r")

static void add_when(struct dep_buf *text, const char *name, const struct when *when)
{
    dep_buf_addf(text, "\"%s\":{", name);
    add_condition(text, "action", when->actions, action_word);
    add_condition(text, "purpose", when->purposes, purpose_word);
    add_condition(text, "line", when->lines, line_word);
    add_condition(text, "territory", when->territories, territory_word);
    add_condition(text, "handling", when->handling, handling_word);
    add_condition(text, "category", when->categories, category_word);
    add_condition(text, "recipient_kind", when->kinds, kind_word);
    add_condition(text, "flag", when->flags, flag_word);
    dep_buf_add_string(text, "},");
}

static bool takes_age(int need)
{
    return need >= DEP_NEED_CONSENT_HOST && need <= DEP_NEED_HANDLING_PERMISSION;
}

static void add_rule(struct dep_buf *text, const struct rule *rule)
{
    dep_buf_addf(text, "{\"id\":\"%s\",", rule->id);
    add_when(text, "when", &rule->when);
    add_when(text, "unless", &rule->unless);
    dep_buf_add_string(text, "\"needs\":[");
    for (int n = 0; n < DEP_NEED_COUNT; n++) {
        const struct need *need = &rule->needs[n];
        if (!need->asked)
            continue;
        dep_buf_addf(text, "%s{\"need\":\"%s\"", text->data[text->len - 1] == '[' ? "" : ",",
                     need_word(n));
        if (takes_age(n) && need->age_s != INT64_MAX)
            dep_buf_addf(text, ",\"status_max_age_s\":%d", (int)need->age_s);
        if (n == DEP_NEED_APPROVAL)
            dep_buf_addf(text, ",\"count\":%u", need->count);
        dep_buf_add_string(text, "}");
    }
    dep_buf_add_string(text, "]}");
}

static void add_codes(struct dep_buf *text, const char *list, int count,
                      const char *(*word)(int place), const struct term *terms, bool kinds)
{
    dep_buf_addf(text, "\"%s\":[", list);
    for (int place = 0; place < count; place++) {
        dep_buf_addf(text, "%s{\"code\":\"%s\",%s", place ? "," : "", word(place), names_json);
        if (kinds)
            dep_buf_addf(text, ",\"kind\":\"%s\"",
                         kind_word(__builtin_ctz(recipient_kinds[place])));
        if (terms)
            add_term(text, &terms[place], false);
        dep_buf_add_string(text, "}");
    }
    dep_buf_add_string(text, "],");
}

static void add_members(struct dep_buf *text)
{
    for (int m = 0; m < MEMBERS; m++) {
        struct dep_hash root = {{(uint8_t)(m + 1)}};
        dep_buf_addf(text, "%s{\"id\":\"m%d\",\"kind\":\"state\",%s,\"territories\":[\"%s\"]",
                     m ? "," : "", m, names_json,
                     territory_word(__builtin_ctzll(territories_of[m])));
        if (!(law.no_register >> m & 1)) {
            dep_buf_addf(text, ",\"origin\":\"m%d.example/log\",\"root\":\"", m);
            dep_base64_encode(DEP_BASE64_URL, dep_slice_of(root.bytes, DEP_HASH_LEN), text);
            dep_buf_add_string(text, "\"");
        }
        add_term(text, &law.members[m], true);
        dep_buf_add_string(text, "}");
    }
}

static struct dep_charter *law_charter(void)
{
    DEP_AUTO_BUF text;
    struct dep_charter *charter = NULL;
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {"", ""};
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    dep_buf_addf(&text,
                 "{\"depositary\":\"charter\",\"v\":1,\"number\":1,%s,"
                 "\"amend\":{\"threshold\":1},\"quorum\":0",
                 names_json);
    add_time(&text, "from", T - 1000);
    dep_buf_add_string(&text, ",\"members\":[");
    add_members(&text);
    dep_buf_add_string(&text, "],\"lists\":{");
    add_codes(&text, "lines", LINES, line_word, law.lines, false);
    add_codes(&text, "territories", TERRITORIES, territory_word, NULL, false);
    add_codes(&text, "handling", HANDLING, handling_word, NULL, false);
    add_codes(&text, "categories", CATEGORIES, category_word, NULL, false);
    add_codes(&text, "purposes", PURPOSES, purpose_word, NULL, false);
    add_codes(&text, "recipients", RECIPIENTS, recipient_word, law.recipients, true);
    text.data[text.len - 1] = '}';
    dep_buf_add_string(&text, ",\"rules\":[");
    for (int r = 0; r < law.rule_count; r++) {
        dep_buf_add_string(&text, r ? "," : "");
        add_rule(&text, &law.rules[r]);
    }
    dep_buf_add_string(&text, "],\"paper\":[");
    for (int a = 0, first = 1; a < 4; a++)
        if (law.paper >> a & 1) {
            dep_buf_addf(&text, "%s\"%s\"", first ? "" : ",", action_word(a));
            first = 0;
        }
    dep_buf_add_string(&text, "],");
    if (law.threat) {
        dep_buf_add_string(&text, "\"threat\":{\"waives\":[");
        for (int n = 0, first = 1; n < DEP_NEED_COUNT; n++)
            if (law.waives >> n & 1) {
                dep_buf_addf(&text, "%s\"%s\"", first ? "" : ",", need_word(n));
                first = 0;
            }
        dep_buf_addf(&text, "],\"review_within_s\":%d},", (int)law.review_s);
    }
    dep_buf_add_string(&text, "\"retention\":[],\"time_authorities\":[],\"verifiers\":[]}");
    assert_int_equal(dep_buf_err(&text), DEP_OK);
    if (dep_charter_parse(dep_buf_slice(&text), &charter, &where, &why) != DEP_OK)
        fail_msg("%s at %s in %s", why.id, where.instance_path, (const char *)text.data);
    return charter;
}
#endif
