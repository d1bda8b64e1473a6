/*
 * Which rules of the charter apply to a material, and what they ask for together.
 */
#include "rules/judging.h"

static bool meet(const struct dep_codes *a, const struct dep_codes *b)
{
    uint64_t common = 0;
    for (size_t i = 0; i < DEP_COUNT(a->bits); i++)
        common |= a->bits[i] & b->bits[i];
    return common != 0;
}

static bool names(const struct dep_codes *codes, int place)
{
    return place >= 0 && dep_codes_has(codes, place);
}

/* Each condition that is there is met by something the action or the material has. */
static bool holds(const struct dep_condition *condition, const struct dep_charter *charter,
                  const struct dep_action *action, const struct dep_material *material)
{
    static const struct dep_material nothing;
    const struct dep_material *of = material ? material : &nothing;
    unsigned kind =
        action->recipient < 0
            ? 0
            : dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)action->recipient)->kind;
    return (!condition->has_actions || condition->actions & action->kind) &&
           (!condition->has_purposes || names(&condition->purposes, action->purpose)) &&
           (!condition->has_lines || names(&condition->lines, action->line)) &&
           (!condition->has_territories || meet(&condition->territories, &action->territories) ||
            meet(&condition->territories, &of->territories)) &&
           (!condition->has_handling || meet(&condition->handling, &of->handling)) &&
           (!condition->has_categories || meet(&condition->categories, &of->categories)) &&
           (!condition->has_recipient_kinds || condition->recipient_kinds & kind) &&
           (!condition->has_flags || condition->flags & of->flags);
}

static void join(struct dep_demand *demand, const struct dep_rule *rule,
                 const struct dep_rule_need *need)
{
    if (!demand->rule)
        *demand = (struct dep_demand){rule->id, need->status_max_age_s, need->count};
    if (need->status_max_age_s < demand->status_max_age_s)
        demand->status_max_age_s = need->status_max_age_s;
    if (need->count > demand->count)
        demand->count = need->count;
}

void dep_demands_join(const struct dep_charter *charter, const struct dep_action *action,
                      const struct dep_material *material, struct dep_demands *out)
{
    *out = (struct dep_demands){.none = true};
    size_t rules = dep_charter_rule_count(charter);
    for (size_t i = 0; i < rules; i++) {
        const struct dep_rule *rule = dep_charter_rule_at(charter, i);
        if (!holds(&rule->when, charter, action, material) ||
            (rule->has_unless && holds(&rule->unless, charter, action, material)))
            continue;
        out->applied[i] = true;
        out->none = false;
        for (size_t n = 0; n < rule->need_count; n++)
            join(&out->of[rule->needs[n].need], rule, &rule->needs[n]);
    }
}

const char *dep_demands_handling(const struct dep_charter *charter,
                                 const struct dep_demands *demands, int code)
{
    size_t rules = dep_charter_rule_count(charter);
    for (size_t i = 0; i < rules; i++) {
        const struct dep_rule *rule = dep_charter_rule_at(charter, i);
        if (!demands->applied[i] ||
            (rule->when.has_handling && !dep_codes_has(&rule->when.handling, code)))
            continue;
        for (size_t n = 0; n < rule->need_count; n++)
            if (rule->needs[n].need == DEP_NEED_HANDLING_PERMISSION)
                return rule->id;
    }
    return NULL;
}
