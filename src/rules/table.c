/*
 * The rule table: doc/format/rules.md section 3; `paper` and `threat` of doc/format/charter.md.
 */
#include "rules/impl.h"

#include <stdio.h>
#include <string.h>

enum { AT_MAX = 96 };

/* Words of a fixed vocabulary, each once, as a set of bits. */
static int words_read(const struct dep_charter_reading *reading, const json_t *array,
                      const char *at, unsigned (*parse)(const char *), unsigned *out)
{
    unsigned set = 0;
    size_t index;
    json_t *entry;
    json_array_foreach(array, index, entry)
    {
        unsigned bit = parse(json_string_value(entry));
        if (!bit || set & bit)
            return dep_charter_bad(reading, "charter.rule", "%s/%zu", at, index);
        set |= bit;
    }
    *out = set;
    return DEP_OK;
}

static int condition_words_read(const struct dep_charter_reading *reading, const json_t *json,
                                const char *at, struct dep_condition *out)
{
    const struct {
        const char *name;
        unsigned (*parse)(const char *);
        bool *has;
        unsigned *set;
    } words[] = {
        {"action", dep_action_kind_parse, &out->has_actions, &out->actions},
        {"recipient_kind", dep_recipient_kind_parse, &out->has_recipient_kinds,
         &out->recipient_kinds},
        {"flag", dep_flag_parse, &out->has_flags, &out->flags},
    };
    for (size_t i = 0; i < DEP_COUNT(words); i++) {
        char inner_at[AT_MAX];
        (void)snprintf(inner_at, sizeof inner_at, "%s/%s", at, words[i].name);
        const json_t *array = json_object_get(json, words[i].name);
        *words[i].has = array != NULL;
        int err = words_read(reading, array, inner_at, words[i].parse, words[i].set);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int condition_codes_read(const struct dep_charter_reading *reading, const json_t *json,
                                const char *at, struct dep_condition *out)
{
    const struct {
        const char *name;
        enum dep_list list;
        bool *has;
        struct dep_codes *codes;
    } codes[] = {
        {"purpose", DEP_LIST_PURPOSES, &out->has_purposes, &out->purposes},
        {"line", DEP_LIST_LINES, &out->has_lines, &out->lines},
        {"territory", DEP_LIST_TERRITORIES, &out->has_territories, &out->territories},
        {"handling", DEP_LIST_HANDLING, &out->has_handling, &out->handling},
        {"category", DEP_LIST_CATEGORIES, &out->has_categories, &out->categories},
    };
    for (size_t i = 0; i < DEP_COUNT(codes); i++) {
        char inner_at[AT_MAX];
        (void)snprintf(inner_at, sizeof inner_at, "%s/%s", at, codes[i].name);
        const json_t *array = json_object_get(json, codes[i].name);
        *codes[i].has = array != NULL;
        int err = dep_charter_codes_read(reading, codes[i].list, array, inner_at, codes[i].codes);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int condition_read(const struct dep_charter_reading *reading, const json_t *json,
                          const char *at, struct dep_condition *out)
{
    const char *name;
    json_t *array;
    /* One without a code would never be met: a rule that looks as if it protected. */
    json_object_foreach((json_t *)(uintptr_t)json, name, array)
    {
        if (json_array_size(array) == 0)
            return dep_charter_bad(reading, "charter.rule", "%s/%s", at, name);
    }
    int err = condition_words_read(reading, json, at, out);
    return err ? err : condition_codes_read(reading, json, at, out);
}

static bool need_has_status(enum dep_need need)
{
    return need == DEP_NEED_CONSENT_HOST || need == DEP_NEED_CONSENT_SOURCE ||
           need == DEP_NEED_CONSENT_ORIGINATOR || need == DEP_NEED_HANDLING_PERMISSION;
}

static int needs_read(const struct dep_charter_reading *reading, const json_t *array,
                      const char *at, struct dep_rule *rule)
{
    uint32_t seen = 0;
    size_t index;
    json_t *entry;
    json_array_foreach(array, index, entry)
    {
        enum dep_need need = dep_need_parse(dep_json_string(entry, "need"));
        if (need == DEP_NEED_COUNT || seen >> need & 1)
            return dep_charter_bad(reading, "charter.rule", "%s/needs/%zu/need", at, index);
        seen |= UINT32_C(1) << need;
        int64_t count = 1, max_age_s = INT64_MAX;
        if (dep_json_int(entry, "count", &count) && (need != DEP_NEED_APPROVAL || count < 1))
            return dep_charter_bad(reading, "charter.rule", "%s/needs/%zu/count", at, index);
        if (dep_json_int(entry, "status_max_age_s", &max_age_s) && !need_has_status(need))
            return dep_charter_bad(reading, "charter.rule", "%s/needs/%zu/status_max_age_s", at,
                                   index);
        /* Each need once, so they are fewer than there is room for. */
        assert(rule->need_count < DEP_CHARTER_NEEDS_MAX);
        rule->needs[rule->need_count++] = (struct dep_rule_need){need, max_age_s, (unsigned)count};
    }
    return DEP_OK;
}

static int rule_read(const struct dep_charter_reading *reading, const json_t *json, size_t index)
{
    struct dep_charter *charter = reading->charter;
    struct dep_rule *rule = &charter->rules[index];
    char at[AT_MAX / 2], inner_at[AT_MAX];
    (void)snprintf(at, sizeof at, "/rules/%zu", index);
    rule->id = dep_json_string(json, "id");
    bool repeated = false;
    for (size_t i = 0; i < index; i++)
        repeated = repeated || strcmp(charter->rules[i].id, rule->id) == 0;
    if (repeated || !dep_code_valid(dep_slice_string(rule->id)))
        return dep_charter_bad(reading, "charter.code", "%s/id", at);
    (void)snprintf(inner_at, sizeof inner_at, "%s/when", at);
    int err = condition_read(reading, json_object_get(json, "when"), inner_at, &rule->when);
    const json_t *unless = json_object_get(json, "unless");
    rule->has_unless = json_object_size(unless) > 0;
    (void)snprintf(inner_at, sizeof inner_at, "%s/unless", at);
    if (!err)
        err = condition_read(reading, unless, inner_at, &rule->unless);
    return err ? err : needs_read(reading, json_object_get(json, "needs"), at, rule);
}

static int threat_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    const json_t *threat = json_object_get(charter->json, "threat");
    if (!threat)
        return DEP_OK;
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(threat, "waives"), index, entry)
    {
        enum dep_need need = dep_need_parse(json_string_value(entry));
        /* Two persons approve whatever else is waived, and `never` means it. */
        if (need == DEP_NEED_COUNT || need == DEP_NEED_APPROVAL || need == DEP_NEED_NEVER ||
            charter->waives >> need & 1)
            return dep_charter_bad(reading, "charter.rule", "/threat/waives/%zu", index);
        charter->waives |= UINT32_C(1) << need;
    }
    if (!dep_json_int(threat, "review_within_s", &charter->review_within_s) ||
        charter->review_within_s < 1)
        return dep_charter_bad(reading, "charter.rule", "/threat/review_within_s");
    charter->has_threat = true;
    return DEP_OK;
}

int dep_charter_table_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    const json_t *rules = json_object_get(charter->json, "rules");
    if (json_array_size(rules) > DEP_CHARTER_RULES_MAX)
        return dep_charter_bad(reading, "charter.len", "/rules");
    charter->rules = dep_alloc_array(json_array_size(rules), sizeof *charter->rules);
    if (!charter->rules)
        return DEP_ERR_NOMEM;
    size_t index;
    json_t *rule;
    json_array_foreach(rules, index, rule)
    {
        int err = rule_read(reading, rule, index);
        if (err)
            return err;
        charter->rule_count++;
    }
    int err = words_read(reading, json_object_get(charter->json, "paper"), "/paper",
                         dep_action_kind_parse, &charter->paper);
    return err ? err : threat_read(reading);
}

size_t dep_charter_rule_count(const struct dep_charter *charter)
{
    return charter->rule_count;
}

const struct dep_rule *dep_charter_rule_at(const struct dep_charter *charter, size_t index)
{
    assert(index < charter->rule_count);
    return &charter->rules[index];
}

bool dep_charter_paper_suffices(const struct dep_charter *charter, enum dep_action_kind action)
{
    return (charter->paper & (unsigned)action) != 0;
}

bool dep_charter_threat(const struct dep_charter *charter, uint32_t *out_waives,
                        int64_t *out_review_within_s)
{
    if (!charter->has_threat)
        return false;
    *out_waives = charter->waives;
    *out_review_within_s = charter->review_within_s;
    return true;
}
