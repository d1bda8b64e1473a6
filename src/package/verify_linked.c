/*
 * Step 6, links: what a record with a line refers to is here, or accounted for. What refers to it
 * and isn't here can't be seen: of that the lines are the sender's word.
 */
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 3.1";

static int by_from(const void *a, const void *b)
{
    const struct dep_content_linked *x = a, *y = b;
    int order = memcmp(x->from.bytes, y->from.bytes, DEP_HASH_LEN);
    return order ? order : strcmp(x->rel, y->rel);
}

/* The linked lines of one record and relation: a run in the order of the file. */
static const struct dep_content_linked *lines_of(const struct dep_verify *verify,
                                                 const struct dep_hash *from, const char *rel,
                                                 size_t *out_count)
{
    const struct dep_content_linked key = {.from = *from, .rel = rel};
    size_t at = dep_list_place(&key, verify->linked, verify->linked_count, sizeof key, by_from);
    size_t end = at;
    while (end < verify->linked_count && by_from(&verify->linked[end], &key) == 0)
        end++;
    *out_count = end - at;
    return *out_count > 0 ? &verify->linked[at] : NULL;
}

static bool named(const struct dep_content_linked *lines, size_t count, const struct dep_hash *to)
{
    for (size_t i = 0; i < count; i++)
        if (lines[i].as != DEP_LINKED_COUNTED && dep_hash_equal(&lines[i].sha256, to))
            return true;
    return false;
}

static uint64_t counted(const struct dep_content_linked *lines, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        if (lines[i].as == DEP_LINKED_COUNTED && !dep_add_u64(sum, lines[i].count, &sum))
            return UINT64_MAX;
    return sum;
}

/* By the record that refers, then the relation: how many of them are neither here nor named. */
static int by_source(const void *a, const void *b)
{
    const struct dep_shown_link *x = a, *y = b;
    int order = (x->from > y->from) - (x->from < y->from);
    return order ? order : strcmp(x->rel, y->rel);
}

/* A run of links of one record and one relation. */
static int check_run(struct dep_verify *verify, const struct dep_shown_link *links, size_t count)
{
    const struct dep_shown_record *from = &verify->records[links[0].from];
    size_t line_count;
    const struct dep_content_linked *lines =
        lines_of(verify, &from->sha256, links[0].rel, &line_count);
    uint64_t open = 0, allowed = counted(lines, line_count);
    for (size_t i = 0; i < count; i++)
        open +=
            !dep_step_record_find(verify, &links[i].to) && !named(lines, line_count, &links[i].to);
    if (open != allowed)
        return dep_step_find_record(verify, "package.linked", CLAUSE, DEP_ALTERED, from,
                                    links[0].rel);
    if (open && dep_charter_least(dep_step_charter(verify), links[0].rel) > DEP_LEAST_COUNTED)
        return dep_step_find_record(verify, "package.linked.least", CLAUSE, DEP_ALTERED, from,
                                    links[0].rel);
    return DEP_OK;
}

static int check_forward(struct dep_verify *verify, const struct dep_shown_link *links)
{
    int err = DEP_OK;
    for (size_t i = 0, end; !err && i < verify->link_count; i = end) {
        end = i + 1;
        while (end < verify->link_count && by_source(&links[i], &links[end]) == 0)
            end++;
        if (verify->records[links[i].from].listed)
            err = check_run(verify, &links[i], end - i);
    }
    return err;
}

static bool goes_to_trial(const struct dep_verify *verify, const struct dep_charter *charter)
{
    int at = dep_charter_code_find(charter, DEP_LIST_RECIPIENTS, verify->content.recipient);
    return at >= 0 && dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)at)->kind &
                          (DEP_TO_COURT | DEP_TO_DEFENCE);
}

/* What a sender hasn't or has no more, isn't its own to show, or would tell of a person stays where
 * a charter says that it goes: a charter can't give what nobody has. What refers to its records is
 * with the sender. Corrections show nothing but that they are, and have no reason to stay. */
static bool may_stay(const struct dep_content_linked *line)
{
    if (dep_charter_least(NULL, line->rel) == DEP_LEAST_INCLUDED)
        return false;
    bool backward = line->rel[strlen(line->rel) - 1] == '<';
    return strcmp(line->why, "protected") == 0 || strcmp(line->why, "erased") == 0 ||
           (!backward &&
            (strcmp(line->why, "not_held") == 0 || strcmp(line->why, "originator") == 0));
}

/* Less than the table of section 3.1 asks for, or the charter. What speaks for the accused and may
 * not be shown reaches the judge, where it goes to a court or to the defence. */
static bool is_less(const struct dep_verify *verify, const struct dep_content_linked *line)
{
    const struct dep_charter *charter = dep_step_charter(verify);
    enum dep_least least = dep_charter_least(charter, line->rel);
    if (line->as == DEP_LINKED_COUNTED)
        return least > DEP_LEAST_COUNTED;
    if (strcmp(line->rel, "exculpatory") == 0)
        return line->as != DEP_LINKED_SEALED && strcmp(line->why, "protected") == 0 && charter &&
               (least == DEP_LEAST_SEALED || goes_to_trial(verify, charter));
    return least == DEP_LEAST_INCLUDED && !may_stay(line);
}

/* A line speaks of a record that is here, and of one that isn't. */
static int check_lines(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->linked_count; i++) {
        const struct dep_content_linked *line = &verify->linked[i];
        const struct dep_shown_record *from = dep_step_record_find(verify, &line->from);
        const char *id = NULL;
        if (!from || !from->listed)
            id = "package.linked.from";
        else if (is_less(verify, line))
            id = "package.linked.least";
        else if (line->as != DEP_LINKED_COUNTED && dep_step_record_find(verify, &line->sha256))
            id = "package.linked";
        if (id)
            err = dep_step_find(verify, &(struct dep_verify_found){.id = id,
                                                                   .clause = CLAUSE,
                                                                   .result = DEP_ALTERED,
                                                                   .record = &line->from,
                                                                   .field = line->rel});
    }
    return err;
}

int verify_linked(struct dep_verify *verify)
{
    struct dep_shown_link *links = dep_alloc_array(verify->link_count + 1, sizeof *links);
    if (!links)
        return DEP_ERR_NOMEM;
    if (verify->link_count) {
        memcpy(links, verify->links, verify->link_count * sizeof *links);
        qsort(links, verify->link_count, sizeof *links, by_source);
    }
    int err = check_forward(verify, links);
    free(links);
    return err ? err : check_lines(verify);
}
