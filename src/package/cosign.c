#include "package/cosign.h"

#include <stdlib.h>
#include <string.h>

static bool line_is_by(const struct dep_note_signature *line, const struct dep_vkey *vkey)
{
    return dep_slice_equal(line->name, vkey->name) &&
           memcmp(line->id, vkey->id, sizeof line->id) == 0;
}

/* Place of the member whose cosigner has this name and id; -1 where the charter has none. */
static int cosigner_find(const struct dep_charter *charter, const struct dep_note_signature *line,
                         struct dep_vkey *out)
{
    for (size_t i = 0; i < dep_charter_member_count(charter); i++) {
        struct dep_finding why;
        struct dep_slice name;
        const struct dep_public_key *key = dep_charter_cosigner(charter, i, &name);
        if (key && dep_cosigner_make(name, key, out, &why) == DEP_OK && line_is_by(line, out))
            return (int)i;
    }
    return -1;
}

static bool in_force(const struct dep_charter *charter, int member, int64_t time_s)
{
    return dep_interval_has(&dep_charter_member_at(charter, (size_t)member)->membership, time_s);
}

static int judge_line(const struct dep_charter *charter, int self, const struct dep_note *note,
                      const struct dep_note_signature *line, struct dep_cosigned_line *out)
{
    struct dep_vkey cosigner;
    struct dep_finding why;
    int64_t time_s = 0;
    out->by = DEP_BY_UNKNOWN;
    out->member = cosigner_find(charter, line, &cosigner);
    if (out->member < 0)
        return DEP_OK;
    int err = dep_cosignature_verify(note->text, line, &cosigner, &time_s, &why);
    if (err < 0)
        return err;
    out->time_s = time_s;
    if (err)
        out->by = DEP_BY_NOBODY;
    else if (out->member != self && in_force(charter, out->member, time_s))
        out->by = DEP_BY_COSIGNER;
    return DEP_OK;
}

/* Of several lines by one cosigner the earliest counts: it says most. */
static void drop_repeated(struct dep_cosigned *judged)
{
    for (size_t i = 0; i < judged->line_count; i++)
        for (size_t j = 0; j < judged->line_count; j++) {
            struct dep_cosigned_line *a = &judged->lines[i], *b = &judged->lines[j];
            if (i != j && a->by == DEP_BY_COSIGNER && b->by == DEP_BY_COSIGNER &&
                a->member == b->member &&
                (a->time_s > b->time_s || (a->time_s == b->time_s && i > j)))
                a->by = DEP_BY_REPEATED;
        }
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

int dep_cosigned_judge(const struct dep_charter *charter, int self, const struct dep_note *note,
                       const struct dep_vkey *log, struct dep_cosigned *out)
{
    struct dep_cosigned judged = {.line_count = note->signature_count};
    int64_t times[DEP_NOTE_SIGNATURES_MAX];
    for (size_t i = 0; i < note->signature_count; i++) {
        const struct dep_note_signature *line = &note->signatures[i];
        judged.lines[i] =
            (struct dep_cosigned_line){.name = line->name, .by = DEP_BY_LOG, .member = -1};
        int err = line_is_by(line, log) ? DEP_OK
                                        : judge_line(charter, self, note, line, &judged.lines[i]);
        if (err)
            return err;
    }
    drop_repeated(&judged);
    for (size_t i = 0; i < judged.line_count; i++)
        if (judged.lines[i].by == DEP_BY_COSIGNER)
            times[judged.good++] = judged.lines[i].time_s;
    uint64_t quorum = (uint64_t)dep_charter_quorum(charter);
    judged.quorum = judged.good >= quorum;
    judged.timed = judged.quorum && quorum > 0;
    if (judged.timed) {
        qsort(times, judged.good, sizeof *times, compare_times);
        judged.time_s = times[quorum - 1];
    }
    *out = judged;
    return DEP_OK;
}

bool dep_moments_earliest(const struct dep_log_moment *moments, size_t count, uint64_t index,
                          int64_t *out_time_s)
{
    bool found = false;
    int64_t earliest_s = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (index >= moments[i].size)
            continue;
        found = true;
        if (moments[i].time_s < earliest_s)
            earliest_s = moments[i].time_s;
    }
    if (found)
        *out_time_s = earliest_s;
    return found;
}
