/*
 * Facts, and what finds them: a table from what they are about (who gave it, for which item, case
 * or all) to the facts, so that a verdict looks at those alone that could meet it.
 */
#include "rules/judging.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 256 };
#define NONE UINT32_MAX

struct posting {
    uint32_t fact, next;
};
struct slot {
    struct dep_fact_key key;     /* what 0: free */
    uint32_t head, count;        /* posting; how many */
    uint64_t first_index;        /* lowest of the facts concerned */
    struct dep_columns *columns; /* the same postings, where they are many */
};

struct dep_facts {
    struct dep_fact *list;
    size_t count, room;
    struct posting *postings;
    size_t posting_count, posting_room;
    struct slot *slots; /* open addressing, at most half full */
    size_t slot_count, slots_used;
};

int dep_facts_new(struct dep_facts **out)
{
    struct dep_facts *facts = dep_alloc(sizeof *facts);
    if (!facts)
        return DEP_ERR_NOMEM;
    facts->slots = dep_alloc_array(SLOTS_MIN, sizeof *facts->slots);
    if (!facts->slots) {
        free(facts);
        return DEP_ERR_NOMEM;
    }
    facts->slot_count = SLOTS_MIN;
    *out = facts;
    return DEP_OK;
}

void dep_facts_free(struct dep_facts *facts)
{
    if (!facts)
        return;
    for (size_t i = 0; i < facts->slot_count; i++)
        dep_columns_free(facts->slots[i].columns);
    free(facts->list);
    free(facts->postings);
    free(facts->slots);
    free(facts);
}

/* Ids are handed out by us, in turn, and digests can't be chosen: no more than mixing is needed. */
static size_t mix(const struct dep_fact_key *key)
{
    uint64_t h = (uint64_t)key->what << 32 | key->who;
    h = (h ^ h >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= (uint64_t)key->scope_kind << 32 | key->scope;
    h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(h ^ h >> 32);
}

static bool key_equal(const struct dep_fact_key *a, const struct dep_fact_key *b)
{
    return a->what == b->what && a->who == b->who && a->scope_kind == b->scope_kind &&
           a->scope == b->scope;
}

/* The slot of `key`, or the free one where it would go. */
static struct slot *slot_of(const struct dep_facts *facts, const struct dep_fact_key *key)
{
    size_t mask = facts->slot_count - 1, at = mix(key) & mask;
    while (facts->slots[at].key.what && !key_equal(&facts->slots[at].key, key))
        at = (at + 1) & mask;
    return &facts->slots[at];
}

static int slots_reserve(struct dep_facts *facts, size_t more)
{
    size_t slot_count = facts->slot_count;
    while ((facts->slots_used + more) * 2 > slot_count)
        slot_count *= 2;
    if (slot_count == facts->slot_count)
        return DEP_OK;
    struct slot *slots = dep_alloc_array(slot_count, sizeof *slots), *old = facts->slots;
    if (!slots)
        return DEP_ERR_NOMEM;
    size_t old_count = facts->slot_count;
    facts->slots = slots;
    facts->slot_count = slot_count;
    for (size_t i = 0; i < old_count; i++)
        if (old[i].key.what)
            *slot_of(facts, &old[i].key) = old[i];
    free(old);
    return DEP_OK;
}

/* Room was made for it. */
static struct slot *slot_take(struct dep_facts *facts, const struct dep_fact_key *key,
                              uint64_t index)
{
    struct slot *slot = slot_of(facts, key);
    if (!slot->key.what) {
        *slot = (struct slot){.key = *key, .head = NONE, .first_index = index};
        facts->slots_used++;
    }
    if (index < slot->first_index)
        slot->first_index = index;
    return slot;
}

/* `by_kind`: as it is looked for by dep_facts_any(), or 0. */
static void enter(struct dep_facts *facts, uint32_t place, uint32_t by_kind,
                  const struct dep_fact_key *key)
{
    uint64_t index = facts->list[place].index;
    if (by_kind)
        (void)slot_take(facts, &(struct dep_fact_key){.what = by_kind, .who = key->who}, index);
    if (!key->scope_kind)
        return;
    struct slot *slot = slot_take(facts, key, index);
    facts->postings[facts->posting_count] = (struct posting){place, slot->head};
    slot->head = (uint32_t)facts->posting_count++;
    slot->count++;
    if (slot->columns)
        dep_columns_add(slot->columns, &facts->list[place], place);
}

struct dep_fact_key dep_fact_key_of_approvals(const struct dep_hash *action)
{
    struct dep_fact_key key = {.what = dep_fact_what(DEP_FACT_APPROVAL, 0, 0),
                               .scope_kind = DEP_SCOPE_ALL};
    memcpy(&key.who, action->bytes, sizeof key.who);
    memcpy(&key.scope, action->bytes + sizeof key.who, sizeof key.scope);
    return key;
}

/* By each recipient that it names: of a request and an assurance that is who gives it. */
static void enter_by_recipients(struct dep_facts *facts, uint32_t place, struct dep_fact_key key)
{
    const struct dep_fact *fact = &facts->list[place];
    for (int recipient = 0; recipient < DEP_CHARTER_CODES_MAX; recipient++) {
        if (!dep_codes_has(&fact->recipients, recipient))
            continue;
        key.who = (uint32_t)recipient;
        enter(facts, place, fact->kind == DEP_FACT_REQUEST ? key.what : 0, &key);
        for (unsigned bit = 1; bit <= DEP_ASSURE_DEFENCE_ACCESS; bit *= 2)
            if (fact->kind == DEP_FACT_ASSURANCE && fact->assurances & bit)
                (void)slot_take(
                    facts,
                    &(struct dep_fact_key){.what = dep_fact_what(DEP_FACT_ASSURANCE, 0, bit),
                                           .who = key.who},
                    fact->index);
    }
}

/* How many slots and postings a fact takes at most. */
static size_t entries_of(const struct dep_fact *fact)
{
    enum { EACH = 2 + 5 }; /* its scope, its kind; an assurance: five kinds */
    size_t recipients = 0;
    for (size_t i = 0; i < DEP_COUNT(fact->recipients.bits); i++)
        recipients += (size_t)__builtin_popcountll(fact->recipients.bits[i]);
    bool by_recipients = fact->kind == DEP_FACT_REQUEST || fact->kind == DEP_FACT_ASSURANCE;
    return by_recipients ? recipients * EACH + 1 : EACH;
}

/* Of consents alone there may be very many with one key. */
static int columns_reserve(struct dep_facts *facts, const struct dep_fact_key *key,
                           const struct dep_fact *fact)
{
    struct slot *slot = slot_of(facts, key);
    struct dep_columns *columns = slot->columns;
    if (fact->kind != DEP_FACT_CONSENT || slot->count < DEP_COLUMNS_FROM)
        return DEP_OK;
    int err = DEP_OK;
    for (uint32_t at = slot->head; !slot->columns && !err && at != NONE;) {
        const struct posting *posting = &facts->postings[at];
        err = dep_columns_reserve(&columns, &facts->list[posting->fact]);
        if (!err)
            dep_columns_add(columns, &facts->list[posting->fact], posting->fact);
        at = posting->next;
    }
    if (err) {
        dep_columns_free(columns);
        return err;
    }
    slot->columns = columns;
    return dep_columns_reserve(&slot->columns, fact);
}

/* All that is allocated, before anything is changed that shows. */
static int make_room(struct dep_facts *facts, size_t entries, const struct dep_fact_key *key,
                     const struct dep_fact *fact)
{
    int err = slots_reserve(facts, entries);
    if (!err)
        err = columns_reserve(facts, key, fact);
    if (err)
        return err;
    void *postings = dep_list_reserve(facts->postings, facts->posting_count, entries,
                                      sizeof *facts->postings, &facts->posting_room);
    if (!postings)
        return DEP_ERR_NOMEM;
    facts->postings = postings;
    void *list = dep_list_reserve(facts->list, facts->count, 1, sizeof *facts->list, &facts->room);
    if (!list)
        return DEP_ERR_NOMEM;
    facts->list = list;
    return DEP_OK;
}

/* A scope that names nothing leaves a fact that is there and has no material. */
static struct dep_fact_key key_of(const struct dep_fact *fact)
{
    bool all = fact->scope_kind == DEP_SCOPE_ALL, consent = fact->kind == DEP_FACT_CONSENT;
    return (struct dep_fact_key){.what = dep_fact_what(fact->kind, consent ? fact->layer : 0, 0),
                                 .who =
                                     consent && fact->layer != DEP_LAYER_SOURCE ? fact->grantor : 0,
                                 .scope_kind = all || fact->scope ? fact->scope_kind : 0,
                                 .scope = all ? 0 : fact->scope};
}

int dep_facts_add(struct dep_facts *facts, const struct dep_fact *fact)
{
    assert(fact->kind >= DEP_FACT_REQUEST && fact->kind <= DEP_FACT_APPROVAL);
    size_t entries = entries_of(fact);
    if (facts->count >= DEP_FACTS_MAX || facts->posting_count + entries >= NONE)
        return DEP_ERR_CAP;
    struct dep_fact_key key = key_of(fact);
    int err = make_room(facts, entries, &key, fact);
    if (err)
        return err;
    uint32_t place = (uint32_t)facts->count++;
    facts->list[place] = *fact;
    switch (fact->kind) {
    case DEP_FACT_APPROVAL:
        key = dep_fact_key_of_approvals(&fact->approves);
        enter(facts, place, 0, &key);
        break;
    case DEP_FACT_CONSENT:
        if (key.who || fact->layer == DEP_LAYER_SOURCE) /* by nobody: nothing asks for it */
            enter(facts, place, key.what, &key);
        break;
    case DEP_FACT_REQUEST:
    case DEP_FACT_ASSURANCE: enter_by_recipients(facts, place, key); break;
    }
    return DEP_OK;
}

size_t dep_facts_count(const struct dep_facts *facts)
{
    return facts->count;
}

const struct dep_fact *dep_facts_at(const struct dep_facts *facts, size_t place)
{
    assert(place < facts->count);
    return &facts->list[place];
}

uint32_t dep_facts_first(const struct dep_facts *facts, const struct dep_fact_key *key)
{
    const struct slot *slot = slot_of(facts, key);
    return slot->key.what ? slot->head : NONE;
}

uint32_t dep_facts_next(const struct dep_facts *facts, uint32_t posting,
                        const struct dep_fact **out)
{
    *out = &facts->list[facts->postings[posting].fact];
    return facts->postings[posting].next;
}

const struct dep_columns *dep_facts_columns(const struct dep_facts *facts,
                                            const struct dep_fact_key *key)
{
    return slot_of(facts, key)->columns;
}

bool dep_facts_any(const struct dep_facts *facts, const struct dep_fact_key *key, uint64_t size)
{
    const struct slot *slot = slot_of(facts, key);
    return slot->key.what && slot->first_index < size;
}
