/*
 * Names as small numbers. Texts come from other members' records, so the table is keyed by SHA-256:
 * who chooses names can't choose where they collide.
 */
#include "rules/judge.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64 };

struct name {
    const char *text;
    uint64_t hash;
};

struct dep_names {
    struct dep_arena *arena;
    struct name *names; /* by id; that of 0 is empty */
    size_t count, room;
    dep_id *slots; /* open addressing, at most half full; 0 is free */
    size_t slot_count;
};

static uint64_t hash_of(const char *text)
{
    struct dep_hash hash;
    uint64_t value;
    dep_sha256(dep_slice_string(text), &hash);
    memcpy(&value, hash.bytes, sizeof value);
    return value;
}

int dep_names_new(struct dep_names **out)
{
    struct dep_names *names = dep_alloc(sizeof *names);
    if (!names)
        return DEP_ERR_NOMEM;
    names->arena = dep_arena_new(DEP_NAMES_LEN_MAX);
    names->names = dep_alloc_array(SLOTS_MIN / 2, sizeof *names->names);
    names->slots = dep_alloc_array(SLOTS_MIN, sizeof *names->slots);
    if (!names->arena || !names->names || !names->slots) {
        dep_names_free(names);
        return DEP_ERR_NOMEM;
    }
    names->names[0].text = "";
    names->count = 1;
    names->room = SLOTS_MIN / 2;
    names->slot_count = SLOTS_MIN;
    *out = names;
    return DEP_OK;
}

void dep_names_free(struct dep_names *names)
{
    if (!names)
        return;
    dep_arena_free(names->arena);
    free(names->names);
    free(names->slots);
    free(names);
}

/* The slot of `text`, or the free one where it would go. */
static dep_id *slot_of(const struct dep_names *names, const char *text, uint64_t hash)
{
    size_t at = hash & (names->slot_count - 1);
    for (;; at = (at + 1) & (names->slot_count - 1)) {
        const struct name *name = &names->names[names->slots[at]];
        if (!names->slots[at] || (name->hash == hash && strcmp(name->text, text) == 0))
            return &names->slots[at];
    }
}

/* Twice as many of both, so that slots stay at most half full. */
static int grow(struct dep_names *names)
{
    size_t slot_count = names->slot_count * 2;
    dep_id *slots = dep_alloc_array(slot_count, sizeof *slots);
    struct name *more =
        slots ? dep_realloc_array(names->names, slot_count / 2, sizeof *more) : NULL;
    if (!more) {
        free(slots);
        return DEP_ERR_NOMEM;
    }
    free(names->slots);
    names->names = more;
    names->room = slot_count / 2;
    names->slots = slots;
    names->slot_count = slot_count;
    for (size_t id = 1; id < names->count; id++)
        *slot_of(names, more[id].text, more[id].hash) = (dep_id)id;
    return DEP_OK;
}

int dep_names_add(struct dep_names *names, const char *text, dep_id *out)
{
    dep_id known = dep_names_find(names, text);
    if (known || !*text) {
        *out = known;
        return DEP_OK;
    }
    if (names->count >= DEP_NAMES_MAX)
        return DEP_ERR_CAP;
    int err = names->count == names->room ? grow(names) : DEP_OK;
    if (err)
        return err;
    char *copy = dep_arena_string(names->arena, dep_slice_string(text));
    if (!copy)
        return DEP_ERR_NOMEM;
    dep_id id = (dep_id)names->count++;
    names->names[id] = (struct name){copy, hash_of(copy)};
    *slot_of(names, copy, names->names[id].hash) = id;
    *out = id;
    return DEP_OK;
}

dep_id dep_names_find(const struct dep_names *names, const char *text)
{
    return *text ? *slot_of(names, text, hash_of(text)) : 0;
}

const char *dep_names_text(const struct dep_names *names, dep_id id)
{
    assert(id < names->count);
    return names->names[id].text;
}
