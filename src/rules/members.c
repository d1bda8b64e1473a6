/*
 * Who and what a charter names: its lists, its members, whom it knows as recipients.
 */
#include "codec/base64.h"
#include "codec/text.h"
#include "rules/impl.h"

#include <stdio.h>
#include <string.h>

enum { AT_MAX = 64 };

static const char *const list_names[DEP_LIST_COUNT] = {
    [DEP_LIST_LINES] = "lines",       [DEP_LIST_TERRITORIES] = "territories",
    [DEP_LIST_HANDLING] = "handling", [DEP_LIST_CATEGORIES] = "categories",
    [DEP_LIST_PURPOSES] = "purposes", [DEP_LIST_RECIPIENTS] = "recipients",
};

static const json_t *list_json(const struct dep_charter *charter, enum dep_list list)
{
    return json_object_get(json_object_get(charter->json, "lists"), list_names[list]);
}

static int list_read(const struct dep_charter_reading *reading, enum dep_list list)
{
    struct dep_charter *charter = reading->charter;
    const json_t *entries = list_json(charter, list);
    if (json_array_size(entries) > DEP_CHARTER_CODES_MAX)
        return dep_charter_bad(reading, "charter.len", "/lists/%s", list_names[list]);
    struct dep_charter_code *codes = dep_alloc_array(json_array_size(entries), sizeof *codes);
    if (!codes)
        return DEP_ERR_NOMEM;
    charter->lists[list].codes = codes;
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry)
    {
        char at[AT_MAX], name_at[AT_MAX + 8];
        (void)snprintf(at, sizeof at, "/lists/%s/%zu", list_names[list], index);
        (void)snprintf(name_at, sizeof name_at, "%s/name", at);
        struct dep_charter_code *code = &codes[index];
        *code = (struct dep_charter_code){.code = dep_json_string(entry, "code"), .member = -1};
        if (!dep_code_valid(dep_slice_string(code->code)) ||
            dep_charter_code_find(charter, list, code->code) >= 0)
            return dep_charter_bad(reading, "charter.code", "%s/code", at);
        int err = dep_charter_name_check(reading, json_object_get(entry, "name"), name_at);
        if (!err)
            err = dep_charter_interval_read(reading, entry, at, &code->in_list);
        if (err)
            return err;
        charter->lists[list].count++;
    }
    return DEP_OK;
}

int dep_charter_lists_read(const struct dep_charter_reading *reading)
{
    int err = DEP_OK;
    for (int list = 0; list < DEP_LIST_COUNT && !err; list++)
        err = list_read(reading, (enum dep_list)list);
    return err;
}

int dep_charter_recipients_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    size_t index;
    json_t *entry;
    json_array_foreach(list_json(charter, DEP_LIST_RECIPIENTS), index, entry)
    {
        struct dep_charter_code *code = &charter->lists[DEP_LIST_RECIPIENTS].codes[index];
        const char *member = dep_json_string(entry, "member");
        code->kind = dep_recipient_kind_parse(dep_json_string(entry, "kind"));
        code->member = member ? dep_charter_member_find(charter, member) : -1;
        if (member && code->member < 0)
            return dep_charter_bad(reading, "charter.code", "/lists/recipients/%zu/member", index);
    }
    return DEP_OK;
}

static bool key_equal(const struct dep_public_key *a, const struct dep_public_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* No two members may act under one key or one name: a signature would count for both. */
static int distinct_check(const struct dep_charter_reading *reading, size_t index, const char *at)
{
    const struct dep_charter *charter = reading->charter;
    const struct dep_charter_member *member = &charter->members[index];
    for (size_t i = 0; i < index; i++) {
        const struct dep_charter_member *other = &charter->members[i];
        if (strcmp(other->id, member->id) == 0)
            return dep_charter_bad(reading, "charter.code", "%s/id", at);
        if (!other->keeps_register || !member->keeps_register)
            continue;
        if (key_equal(&other->root, &member->root))
            return dep_charter_bad(reading, "charter.code", "%s/root", at);
        if (strcmp(other->origin, member->origin) == 0)
            return dep_charter_bad(reading, "charter.code", "%s/origin", at);
        if (member->cosigner && other->cosigner &&
            key_equal(&charter->cosigners[i], &charter->cosigners[index]))
            return dep_charter_bad(reading, "charter.code", "%s/cosigner", at);
    }
    return DEP_OK;
}

/* A territory has one host State at a time. */
static int territories_check(const struct dep_charter_reading *reading, size_t index,
                             const char *at)
{
    const struct dep_charter_member *member = &reading->charter->members[index];
    for (size_t i = 0; i < index; i++) {
        const struct dep_charter_member *other = &reading->charter->members[i];
        if (member->membership.from_s >= other->membership.to_s ||
            other->membership.from_s >= member->membership.to_s)
            continue;
        for (size_t word = 0; word < DEP_COUNT(member->territories.bits); word++)
            if (member->territories.bits[word] & other->territories.bits[word])
                return dep_charter_bad(reading, "charter.territory", "%s/territories", at);
    }
    return DEP_OK;
}

/* Under which key and name it signs: both, or neither where it keeps no register. */
static int register_read(const struct dep_charter_reading *reading, const json_t *entry,
                         size_t index, const char *at)
{
    struct dep_charter *charter = reading->charter;
    struct dep_charter_member *member = &charter->members[index];
    const char *root = dep_json_string(entry, "root");
    member->origin = dep_json_string(entry, "origin");
    member->cosigner = dep_json_string(entry, "cosigner");
    member->keeps_register = root != NULL;
    if ((root != NULL) != (member->origin != NULL) || (member->cosigner && !root))
        return dep_charter_bad(reading, "charter.form", "%s", at);
    if (!root)
        return DEP_OK;
    if (!dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(root), member->root.bytes,
                                sizeof member->root.bytes))
        return dep_charter_bad(reading, "charter.code", "%s/root", at);
    if (!dep_key_name_valid(dep_slice_string(member->origin)))
        return dep_charter_bad(reading, "charter.code", "%s/origin", at);
    if (member->cosigner &&
        !dep_cosigner_parse(dep_slice_string(member->cosigner), &charter->cosigners[index]))
        return dep_charter_bad(reading, "charter.code", "%s/cosigner", at);
    return DEP_OK;
}

static int member_read(const struct dep_charter_reading *reading, const json_t *entry, size_t index)
{
    struct dep_charter_member *member = &reading->charter->members[index];
    char at[AT_MAX], inner_at[AT_MAX + 16];
    (void)snprintf(at, sizeof at, "/members/%zu", index);
    *member = (struct dep_charter_member){
        .id = dep_json_string(entry, "id"),
        .state = strcmp(dep_json_string(entry, "kind"), "state") == 0,
    };
    if (!dep_code_valid(dep_slice_string(member->id)))
        return dep_charter_bad(reading, "charter.code", "%s/id", at);
    int err = register_read(reading, entry, index, at);
    (void)snprintf(inner_at, sizeof inner_at, "%s/name", at);
    if (!err)
        err = dep_charter_name_check(reading, json_object_get(entry, "name"), inner_at);
    (void)snprintf(inner_at, sizeof inner_at, "%s/territories", at);
    if (!err)
        err = dep_charter_codes_read(reading, DEP_LIST_TERRITORIES,
                                     json_object_get(entry, "territories"), inner_at,
                                     &member->territories);
    if (!err)
        err = dep_charter_interval_read(reading, entry, at, &member->membership);
    if (!err)
        err = distinct_check(reading, index, at);
    return err ? err : territories_check(reading, index, at);
}

int dep_charter_members_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    const json_t *entries = json_object_get(charter->json, "members");
    size_t count = json_array_size(entries);
    if (count > DEP_CHARTER_MEMBERS_MAX)
        return dep_charter_bad(reading, "charter.len", "/members");
    charter->members = dep_alloc_array(count, sizeof *charter->members);
    charter->cosigners = dep_alloc_array(count, sizeof *charter->cosigners);
    if (!charter->members || !charter->cosigners)
        return DEP_ERR_NOMEM;
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry)
    {
        int err = member_read(reading, entry, index);
        if (err)
            return err;
        charter->member_count++;
    }
    return DEP_OK;
}

size_t dep_charter_member_count(const struct dep_charter *charter)
{
    return charter->member_count;
}

const struct dep_charter_member *dep_charter_member_at(const struct dep_charter *charter,
                                                       size_t index)
{
    assert(index < charter->member_count);
    return &charter->members[index];
}

int dep_charter_member_find(const struct dep_charter *charter, const char *id)
{
    for (size_t i = 0; i < charter->member_count; i++)
        if (strcmp(charter->members[i].id, id) == 0)
            return (int)i;
    return -1;
}

bool dep_charter_member_in_force(const struct dep_charter *charter, int place, int64_t at_s)
{
    return place >= 0 && dep_interval_has(&charter->members[place].membership, at_s);
}

size_t dep_charter_code_count(const struct dep_charter *charter, enum dep_list list)
{
    return charter->lists[list].count;
}

const struct dep_charter_code *dep_charter_code_at(const struct dep_charter *charter,
                                                   enum dep_list list, size_t index)
{
    assert(index < charter->lists[list].count);
    return &charter->lists[list].codes[index];
}

int dep_charter_code_find(const struct dep_charter *charter, enum dep_list list, const char *code)
{
    for (size_t i = 0; code && i < charter->lists[list].count; i++)
        if (strcmp(charter->lists[list].codes[i].code, code) == 0)
            return (int)i;
    return -1;
}

const struct dep_charter_member *dep_charter_recipient(const struct dep_charter *charter,
                                                       const char *code)
{
    int place = dep_charter_code_find(charter, DEP_LIST_RECIPIENTS, code);
    int member = place < 0 ? -1 : charter->lists[DEP_LIST_RECIPIENTS].codes[place].member;
    return member < 0 ? NULL : dep_charter_member_at(charter, (size_t)member);
}
