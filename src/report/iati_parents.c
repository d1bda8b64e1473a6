#include "report/iati_impl.h"

#include <stdlib.h>
#include <string.h>

/* What others may be of: a pledge or a commitment. */
struct above {
    size_t activity; /* its place among them */
    const char *kind, *provider, *on;
    size_t row;
};

static int compare_above(const void *left, const void *right)
{
    const struct above *a = left, *b = right;
    int order = (a->activity > b->activity) - (a->activity < b->activity);
    order = order ? order : strcmp(a->kind, b->kind);
    order = order ? order : strcmp(a->provider, b->provider);
    order = order ? order : strcmp(a->on, b->on);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

static bool is_alike(const struct above *a, const struct above *b)
{
    return a->activity == b->activity && strcmp(a->kind, b->kind) == 0 &&
           strcmp(a->provider, b->provider) == 0;
}

/* The latest that isn't later than the flow; where all are, the earliest. Of several of that day
 * the first. */
static size_t find_above(const struct above *list, size_t count, size_t activity, const char *kind,
                         const json_t *flow)
{
    struct above key = {activity, kind, dep_json_string(flow, "provider"),
                        dep_json_string(flow, "on"), SIZE_MAX};
    if (!key.provider || !key.on)
        return DEP_IMPORT_NONE;
    size_t at = dep_list_place(&key, list, count, sizeof *list, compare_above);
    key.on = at && is_alike(&list[at - 1], &key) ? list[at - 1].on : "";
    key.row = 0;
    at = dep_list_place(&key, list, count, sizeof *list, compare_above);
    return at < count && is_alike(&list[at], &key) ? list[at].row : DEP_IMPORT_NONE;
}

static int compare_activity(const void *left, const void *right)
{
    const struct iati_activity *a = left, *b = right;
    return strcmp(a->id, b->id);
}

/* In the order of `activities`. `list` has room for each row. */
static size_t list_above(const struct dep_import *import, const struct iati_activity *activities,
                         size_t activity_count, struct above *list)
{
    size_t count = 0;
    for (size_t a = 0; a < activity_count; a++)
        for (size_t row = activities[a].from; row < activities[a].to; row++) {
            const json_t *flow = import->rows[row].claims;
            struct above *above = &list[count];
            *above =
                (struct above){a, dep_json_string(flow, "kind"), dep_json_string(flow, "provider"),
                               dep_json_string(flow, "on"), row};
            count += strcmp(above->kind, "payment") != 0 && above->provider && above->on;
        }
    if (count)
        qsort(list, count, sizeof *list, compare_above);
    return count;
}

static size_t parent_of(const struct iati_activity *activities, size_t activity_count, size_t own,
                        const struct above *list, size_t count, const json_t *flow)
{
    static const char *const kinds[] = {"commitment", "pledge"};
    const char *kind = dep_json_string(flow, "kind");
    size_t from = strcmp(kind, "payment") == 0      ? 0
                  : strcmp(kind, "commitment") == 0 ? 1
                                                    : DEP_COUNT(kinds);
    const struct iati_activity key = {.id = activities[own].above};
    const struct iati_activity *wider =
        key.id[0] ? bsearch(&key, activities, activity_count, sizeof key, compare_activity) : NULL;
    const size_t in[] = {own, wider ? (size_t)(wider - activities) : own};
    size_t parent = DEP_IMPORT_NONE;
    for (size_t a = 0; a < DEP_COUNT(in); a++)
        for (size_t k = from; parent == DEP_IMPORT_NONE && k < DEP_COUNT(kinds); k++)
            parent = find_above(list, count, in[a], kinds[k], flow);
    return parent;
}

int iati_set_parents(struct dep_import *import, struct iati_activity *activities,
                     size_t activity_count)
{
    DEP_AUTO_FREE struct above *list = dep_alloc_array(import->count + 1, sizeof *list);
    if (!list)
        return DEP_ERR_NOMEM;
    if (activity_count)
        qsort(activities, activity_count, sizeof *activities, compare_activity);
    size_t count = list_above(import, activities, activity_count, list);
    for (size_t a = 0; a < activity_count; a++)
        for (size_t row = activities[a].from; row < activities[a].to; row++)
            import->rows[row].parent =
                parent_of(activities, activity_count, a, list, count, import->rows[row].claims);
    return DEP_OK;
}
