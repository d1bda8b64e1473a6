/*
 * An id is ASCII (doc/format/record.md section 5), so what Unicode Technical Standard 39 calls the
 * skeleton of a text is here a matter of few characters: those of its table of confusables, digits
 * that are read as letters, and case.
 */
#include "rules/alike.h"

#include <string.h>

enum { SKELETON_ROOM = 2 * 64 + 1 };

static char skeleton_of(char c)
{
    static const char from[] = "1|i0582._", to[] = "lllosbz--";
    char lower = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const char *at = lower ? strchr(from, lower) : NULL;
    return at ? to[at - from] : lower;
}

/* m is as wide as rn, w as vv. */
static void skeleton(const char *id, char out[SKELETON_ROOM])
{
    size_t len = 0;
    for (; *id && len + 2 < SKELETON_ROOM; id++) {
        char c = skeleton_of(*id);
        if (c == 'm' || c == 'w') {
            out[len++] = c == 'm' ? 'r' : 'v';
            c = c == 'm' ? 'n' : 'v';
        }
        out[len++] = c;
    }
    out[len] = 0;
}

bool dep_id_alike(const char *one, const char *other)
{
    char left[SKELETON_ROOM], right[SKELETON_ROOM];
    skeleton(one, left);
    skeleton(other, right);
    return strcmp(left, right) == 0;
}

bool dep_charter_alike(const struct dep_charter *charter, size_t *one, size_t *other)
{
    size_t count = dep_charter_member_count(charter);
    for (; *one < count; *one += 1, *other = *one) {
        while (++*other < count)
            if (dep_id_alike(dep_charter_member_at(charter, *one)->id,
                             dep_charter_member_at(charter, *other)->id))
                return true;
    }
    return false;
}
