/*
 * What is owed of a linked record that doesn't go along: the table of doc/format/package.md section
 * 3.1, and where a charter's `linked` makes it stricter.
 */
#include "rules/impl.h"

#include <string.h>

static const char *const LEAST[] = {
    [DEP_LEAST_COUNTED] = "counted",
    [DEP_LEAST_NAMED] = "named",
    [DEP_LEAST_SEALED] = "sealed",
    [DEP_LEAST_INCLUDED] = "included",
};

/* "exculpatory" is no ref: material of the same case that is flagged so. Nothing but it can be
 * sealed (doc/decisions/028), and it goes by a release of its own alone. A redacted copy's `source`
 * is what it was made to hide. */
static const struct {
    const char *rel;
    enum dep_least least, most;
} RELATIONS[] = {
    {"about", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"about<", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"answers", DEP_LEAST_NAMED, DEP_LEAST_INCLUDED},
    {"answers<", DEP_LEAST_NAMED, DEP_LEAST_INCLUDED},
    {"authority", DEP_LEAST_NAMED, DEP_LEAST_INCLUDED},
    {"authority<", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"exculpatory", DEP_LEAST_NAMED, DEP_LEAST_SEALED},
    {"item", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"item<", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"part_of", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"part_of<", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"previous", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"previous<", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"source", DEP_LEAST_NAMED, DEP_LEAST_NAMED},
    {"source<", DEP_LEAST_NAMED, DEP_LEAST_INCLUDED},
    {"supersedes", DEP_LEAST_COUNTED, DEP_LEAST_INCLUDED},
    {"supersedes<", DEP_LEAST_INCLUDED, DEP_LEAST_INCLUDED},
};
_Static_assert(DEP_COUNT(RELATIONS) == DEP_LINKED_RELATIONS, "one for each");

static size_t relation_find(const char *rel)
{
    size_t at = 0;
    while (at < DEP_COUNT(RELATIONS) && strcmp(RELATIONS[at].rel, rel) != 0)
        at++;
    return at;
}

static size_t least_find(const char *name)
{
    size_t at = 0;
    while (at < DEP_COUNT(LEAST) && strcmp(LEAST[at], name) != 0)
        at++;
    return at;
}

const char *dep_linked_rel(const char *rel)
{
    size_t at = rel ? relation_find(rel) : DEP_COUNT(RELATIONS);
    return at < DEP_COUNT(RELATIONS) ? RELATIONS[at].rel : NULL;
}

int dep_charter_linked_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    uint32_t seen = 0;
    size_t index;
    json_t *entry;
    for (size_t i = 0; i < DEP_COUNT(RELATIONS); i++)
        charter->linked[i] = RELATIONS[i].least;
    json_array_foreach(json_object_get(charter->json, "linked"), index, entry)
    {
        size_t at = relation_find(dep_json_string(entry, "rel"));
        if (at == DEP_COUNT(RELATIONS) || seen >> at & 1)
            return dep_charter_bad(reading, "charter.linked", "/linked/%zu/rel", index);
        seen |= UINT32_C(1) << at;
        size_t least = least_find(dep_json_string(entry, "least"));
        if (least < RELATIONS[at].least || least > RELATIONS[at].most ||
            (least == DEP_LEAST_SEALED && RELATIONS[at].most != DEP_LEAST_SEALED))
            return dep_charter_bad(reading, "charter.linked", "/linked/%zu/least", index);
        charter->linked[at] = (enum dep_least)least;
    }
    return DEP_OK;
}

enum dep_least dep_charter_least(const struct dep_charter *charter, const char *rel)
{
    size_t at = relation_find(rel);
    assert(at < DEP_COUNT(RELATIONS));
    return charter ? charter->linked[at] : RELATIONS[at].least;
}
