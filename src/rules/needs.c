/*
 * The words of the rule table and of releases, and what they stand for.
 */
#include "rules/judge.h"

#include <string.h>

static const char *const needs[DEP_NEED_COUNT] = {
    [DEP_NEED_REQUEST] = "request",
    [DEP_NEED_BASIS] = "basis",
    [DEP_NEED_CONSENT_HOST] = "consent.host",
    [DEP_NEED_CONSENT_SOURCE] = "consent.source",
    [DEP_NEED_CONSENT_ORIGINATOR] = "consent.originator",
    [DEP_NEED_HANDLING_PERMISSION] = "handling.permission",
    [DEP_NEED_ASSURANCE_FAIR_TRIAL] = "assurance.fair_trial",
    [DEP_NEED_ASSURANCE_NO_TORTURE] = "assurance.no_torture",
    [DEP_NEED_ASSURANCE_NO_DEATH_PENALTY] = "assurance.no_death_penalty",
    [DEP_NEED_ASSURANCE_INSPECTION] = "assurance.inspection",
    [DEP_NEED_ASSURANCE_DEFENCE_ACCESS] = "assurance.defence_access",
    [DEP_NEED_APPROVAL] = "approval",
    [DEP_NEED_REDACTION] = "redaction",
    [DEP_NEED_NEVER] = "never",
};

const char *dep_need_name(enum dep_need need)
{
    assert((unsigned)need < DEP_NEED_COUNT);
    return needs[need];
}

enum dep_need dep_need_parse(const char *name)
{
    unsigned need = 0;
    while (need < DEP_NEED_COUNT && strcmp(needs[need], name) != 0)
        need++;
    return (enum dep_need)need;
}

struct word {
    const char *name;
    unsigned bit;
};

static unsigned word_parse(const struct word *words, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].name, name) == 0)
            return words[i].bit;
    return 0;
}

static const char *word_name(const struct word *words, size_t count, unsigned bit)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].bit == bit)
            return words[i].name;
    assert(false && "exactly one");
    return "";
}

static const struct word actions[] = {{"release", DEP_ACT_RELEASE},
                                      {"onward", DEP_ACT_ONWARD},
                                      {"mission", DEP_ACT_MISSION},
                                      {"publish", DEP_ACT_PUBLISH}};

unsigned dep_action_kind_parse(const char *name)
{
    return word_parse(actions, DEP_COUNT(actions), name);
}

const char *dep_action_kind_name(enum dep_action_kind kind)
{
    return word_name(actions, DEP_COUNT(actions), kind);
}

static const struct word flags[] = {{"basis", DEP_FLAG_BASIS},
                                    {"coercion", DEP_FLAG_COERCION},
                                    {"exculpatory", DEP_FLAG_EXCULPATORY},
                                    {"source", DEP_FLAG_SOURCE},
                                    {"child", DEP_FLAG_CHILD},
                                    {"protected", DEP_FLAG_PROTECTED},
                                    {"redacted", DEP_FLAG_REDACTED}};

unsigned dep_flag_parse(const char *name)
{
    return word_parse(flags, DEP_COUNT(flags), name);
}

const char *dep_flag_name(enum dep_flag flag)
{
    return word_name(flags, DEP_COUNT(flags), flag);
}

static const struct word shown[] = {
    {"identity", DEP_SHOWN_IDENTITY}, {"place", DEP_SHOWN_PLACE}, {"image", DEP_SHOWN_IMAGE}};

unsigned dep_shown_parse(const char *name)
{
    return word_parse(shown, DEP_COUNT(shown), name);
}

const char *dep_shown_name(enum dep_shown one)
{
    return word_name(shown, DEP_COUNT(shown), one);
}

static const struct word kinds[] = {{"court", DEP_TO_COURT},
                                    {"prosecution", DEP_TO_PROSECUTION},
                                    {"police", DEP_TO_POLICE},
                                    {"defence", DEP_TO_DEFENCE},
                                    {"complaint_body", DEP_TO_COMPLAINT_BODY},
                                    {"member", DEP_TO_MEMBER},
                                    {"organisation", DEP_TO_ORGANISATION},
                                    {"other", DEP_TO_OTHER}};

unsigned dep_recipient_kind_parse(const char *name)
{
    return word_parse(kinds, DEP_COUNT(kinds), name);
}

const char *dep_recipient_kind_name(enum dep_recipient_kind kind)
{
    return word_name(kinds, DEP_COUNT(kinds), kind);
}
