#include "cli/listed.h"

#include "cli/cli.h"
#include "cli/verdict.h"

#include <string.h>

struct listed {
    const struct dep_charter *charter;
    int64_t now_s;
    bool members;
    enum dep_list list;
    size_t count;
};

static bool find(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                 struct listed *out)
{
    const char *name = dep_json_string(dep_json_object(form, "metadata"), "list");
    if (!name || !charter)
        return false;
    *out = (struct listed){.charter = charter, .now_s = now_s};
    out->members = strcmp(name, "members") == 0;
    if (!out->members && !dep_list_find(name, &out->list))
        return false;
    out->count = out->members ? dep_charter_member_count(charter)
                              : dep_charter_code_count(charter, out->list);
    return true;
}

/* NULL where it would not do now. */
static const char *code_at(const struct listed *listed, size_t i)
{
    if (listed->members) {
        const struct dep_charter_member *member = dep_charter_member_at(listed->charter, i);
        return dep_interval_has(&member->membership, listed->now_s) ? member->id : NULL;
    }
    const struct dep_charter_code *code = dep_charter_code_at(listed->charter, listed->list, i);
    return dep_interval_has(&code->in_list, listed->now_s) ? code->code : NULL;
}

void dep_listed_choice(const char *value, const char *meaning)
{
    (void)fprintf(stderr, "    %s", value);
    if (meaning && strcmp(meaning, value) != 0) {
        (void)fprintf(stderr, " — ");
        dep_print_safe(stderr, meaning, strlen(meaning)); /* other members name their codes */
    }
    (void)fprintf(stderr, "\n");
}

void dep_listed_show(const struct dep_charter *charter, int64_t now_s, const json_t *form)
{
    struct listed listed;
    if (!find(charter, now_s, form, &listed))
        return;
    for (size_t i = 0; i < listed.count; i++) {
        const char *code = code_at(&listed, i);
        if (code)
            dep_listed_choice(code, listed.members ? dep_member_name(charter, code)
                                                   : dep_code_name(charter, listed.list, code));
    }
}

bool dep_listed_has(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                    const char *code)
{
    struct listed listed;
    if (!find(charter, now_s, form, &listed) || strcmp(code, "any") == 0)
        return true;
    for (size_t i = 0; i < listed.count; i++) {
        const char *one = code_at(&listed, i);
        if (one && strcmp(one, code) == 0)
            return true;
    }
    return false;
}
