/*
 * The verdict as written, line by line against the one that was judged again. Lines of one
 * material, need and code are held together: where one of them can't be judged, none of them is
 * compared.
 */
#include "package/verdict_again.h"

#include <string.h>

struct place {
    int material, code;
    enum dep_need need;
};

static int compare_places(const struct place *a, const struct place *b)
{
    if (a->material != b->material)
        return a->material < b->material ? -1 : 1;
    if (a->need != b->need)
        return a->need < b->need ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

/* False: a code that the charter doesn't have. */
static bool place_written(const struct again *again, size_t at, struct place *out)
{
    const struct dep_written_requirement *line = &again_written(again)->requirements[at];
    enum dep_list list =
        line->need == DEP_NEED_HANDLING_PERMISSION ? DEP_LIST_HANDLING : DEP_LIST_TERRITORIES;
    int code = line->code ? dep_charter_code_find(again->judging->charter, list, line->code) : -1;
    *out = (struct place){line->material, code, line->need};
    return !line->code || code >= 0;
}

static struct place place_judged(const struct again *again, size_t at)
{
    const struct dep_requirement *line = &again->verdict.requirements[at];
    return (struct place){line->material, line->code, line->need};
}

static int differs(struct again *again, const struct place *place, const struct dep_hash *record,
                   enum dep_met met)
{
    const char *need = dep_need_name(place->need);
    bool more = place->material >= 0 && (size_t)place->material < again->action.material_count &&
                again->perhaps_more[place->material];
    if (more)
        return again_unjudged(again, record, need);
    again->left_out = true; /* the rest follows from it */
    return judging_find_of(again->judging,
                           met == DEP_MISSING_STALE ? "status.stale" : "verdict.differs",
                           DEP_ALTERED, record ? record : &again->judging->release->sha256, need);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_hash(bool has, const struct dep_hash *a, const struct dep_hash *b)
{
    return has ? b && dep_hash_equal(a, b) : !b;
}

static bool same_line(const struct again *again, const struct dep_written_requirement *written,
                      const struct dep_requirement *judged)
{
    const struct dep_charter *charter = again->judging->charter;
    const struct dep_fact *by = judged->by;
    return written->met == judged->met && same_text(written->rule, judged->rule) &&
           same_text(written->who, dep_requirement_who(charter, judged)) &&
           same_hash(written->has_record, &written->record, by ? &by->record : NULL) &&
           same_hash(written->has_status, &written->status,
                     by && judged->by_status ? &by->status : NULL);
}

/* Lines of one material, need and code: [from, to) of each. */
struct group {
    struct place place;
    size_t written_from, written_to, judged_from, judged_to;
};

static int compare_group(struct again *again, const struct group *group)
{
    const struct dep_written *written = again_written(again);
    size_t count = group->written_to - group->written_from;
    const struct dep_hash *record = NULL;
    if (group->place.material >= 0 &&
        (size_t)group->place.material < again->action.material_count &&
        again->unread[group->place.material])
        return DEP_OK;
    for (size_t i = group->written_from; i < group->written_to; i++) {
        if (again->unjudged[i])
            return DEP_OK;
        record = written->requirements[i].has_record ? &written->requirements[i].record : record;
    }
    for (size_t i = 0; i < group->judged_to - group->judged_from; i++) {
        const struct dep_requirement *judged = &again->verdict.requirements[group->judged_from + i];
        if (i >= count ||
            !same_line(again, &written->requirements[group->written_from + i], judged))
            return differs(again, &group->place, record, judged->met);
    }
    return count == group->judged_to - group->judged_from
               ? DEP_OK
               : differs(again, &group->place, record, DEP_MET);
}

/* Both lists stand in the same order, so they are gone through together. */
static int compare_lines(struct again *again)
{
    size_t written_count = again_written(again)->requirement_count;
    size_t judged_count = again->verdict.requirement_count;
    struct group group = {.written_from = 0};
    int err = DEP_OK;
    while (!err && (group.written_from < written_count || group.judged_from < judged_count)) {
        struct place written = {0}, judged = {0};
        bool has_written = group.written_from < written_count;
        bool has_judged = group.judged_from < judged_count;
        if (has_written && !place_written(again, group.written_from, &written))
            return differs(again, &written, NULL, DEP_MET);
        if (has_judged)
            judged = place_judged(again, group.judged_from);
        group.place = !has_judged || (has_written && compare_places(&written, &judged) <= 0)
                          ? written
                          : judged;
        group.written_to = group.written_from;
        while (group.written_to < written_count &&
               place_written(again, group.written_to, &written) &&
               compare_places(&written, &group.place) == 0)
            group.written_to++;
        group.judged_to = group.judged_from;
        while (group.judged_to < judged_count) {
            judged = place_judged(again, group.judged_to);
            if (compare_places(&judged, &group.place) != 0)
                break;
            group.judged_to++;
        }
        err = compare_group(again, &group);
        group.written_from = group.written_to;
        group.judged_from = group.judged_to;
    }
    return err;
}

int again_compare(struct again *again)
{
    const struct dep_written *written = again_written(again);
    int err = compare_lines(again);
    if (err || again->left_out)
        return err;
    bool same = written->outcome == again->verdict.outcome &&
                same_text(written->no_rule, again->verdict.no_rule) &&
                written->review_by_s == again->verdict.review_by_s &&
                dep_hash_equal(&written->digest, &again->verdict.digest);
    return same ? DEP_OK
                : judging_find(again->judging, "verdict.differs", DEP_ALTERED,
                               dep_outcome_name(again->verdict.outcome));
}
