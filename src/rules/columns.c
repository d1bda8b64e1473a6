/*
 * A bit for each fact and each code that it names. What must be named together is found by a
 * conjunction of columns, sixty-four facts at a time: so however consents are spread over
 * recipients, purposes, lines, territories, codes and actions, few are looked at that don't name
 * what is asked.
 */
#include "rules/judging.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_A_WORD = 64, WORDS_MIN = 4, ANY = DEP_CHARTER_CODES_MAX };

enum kind { ACTIONS, RECIPIENTS, PURPOSES, LINES, TERRITORIES, HANDLING, KINDS };

struct dep_columns {
    uint16_t at[KINDS][ANY + 1]; /* place in `columns`; 0: nothing names it */
    uint64_t **columns;          /* the first has no bit set */
    size_t column_count, column_room;
    size_t count, words; /* rows; room for rows, in every column */
    uint32_t *places;    /* by row: of the fact */
    uint64_t *lowest;    /* by word: index of its facts */
    int64_t *newest;     /* by word: status of its facts; INT64_MAX: one needs none */
};

void dep_columns_free(struct dep_columns *columns)
{
    if (!columns)
        return;
    for (size_t i = 0; i < columns->column_count; i++)
        free(columns->columns[i]);
    free(columns->columns);
    free(columns->places);
    free(columns->lowest);
    free(columns->newest);
    free(columns);
}

/* ---- room ---- */

static int column_new(struct dep_columns *columns)
{
    void *more = dep_list_reserve(columns->columns, columns->column_count, 1,
                                  sizeof *columns->columns, &columns->column_room);
    if (!more)
        return DEP_ERR_NOMEM;
    columns->columns = more;
    uint64_t *column = dep_alloc_array(columns->words, sizeof *column);
    if (!column)
        return DEP_ERR_NOMEM;
    columns->columns[columns->column_count++] = column;
    return DEP_OK;
}

/* Those that were widened before memory ran out are wider than they need be: `words` tells. */
static int rows_reserve(struct dep_columns *columns)
{
    if (columns->count < columns->words * ROWS_A_WORD)
        return DEP_OK;
    size_t words = columns->words ? columns->words * 2 : WORDS_MIN;
    uint32_t *places =
        dep_realloc_array(columns->places, words * ROWS_A_WORD, sizeof *columns->places);
    if (!places)
        return DEP_ERR_NOMEM;
    columns->places = places;
    uint64_t *lowest = dep_realloc_array(columns->lowest, words, sizeof *columns->lowest);
    if (!lowest)
        return DEP_ERR_NOMEM;
    columns->lowest = lowest;
    int64_t *newest = dep_realloc_array(columns->newest, words, sizeof *columns->newest);
    if (!newest)
        return DEP_ERR_NOMEM;
    columns->newest = newest;
    for (size_t i = 0; i < columns->column_count; i++) {
        uint64_t *column = dep_realloc_array(columns->columns[i], words, sizeof *column);
        if (!column)
            return DEP_ERR_NOMEM;
        memset(column + columns->words, 0, (words - columns->words) * sizeof *column);
        columns->columns[i] = column;
    }
    columns->words = words;
    return DEP_OK;
}

/* ---- what a fact names ---- */

static int column_make(struct dep_columns *columns, enum kind kind, int code)
{
    if (columns->at[kind][code])
        return DEP_OK;
    int err = column_new(columns);
    if (!err)
        columns->at[kind][code] = (uint16_t)(columns->column_count - 1);
    return err;
}

static int bit_set(struct dep_columns *columns, enum kind kind, int code)
{
    size_t column = columns->at[kind][code];
    assert(column);
    columns->columns[column][columns->count / ROWS_A_WORD] |= UINT64_C(1)
                                                              << columns->count % ROWS_A_WORD;
    return DEP_OK;
}

/* Each code that `fact` names, and "any". */
static int visit(struct dep_columns *columns, const struct dep_fact *fact,
                 int (*at)(struct dep_columns *columns, enum kind kind, int code))
{
    const struct dep_codes actions = {{fact->actions}};
    const struct dep_codes *const codes[KINDS] = {&actions,           &fact->recipients,
                                                  &fact->purposes,    &fact->lines,
                                                  &fact->territories, &fact->handling};
    const bool any[KINDS] = {false,          fact->any_recipient, fact->any_purpose,
                             fact->any_line, fact->any_territory, false};
    int err = DEP_OK;
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t word = 0; word < DEP_COUNT(codes[kind]->bits); word++)
            for (uint64_t left = codes[kind]->bits[word]; left && !err; left &= left - 1)
                err = at(columns, (enum kind)kind, (int)word * 64 + __builtin_ctzll(left));
        if (any[kind] && !err)
            err = at(columns, (enum kind)kind, ANY);
    }
    return err;
}

int dep_columns_reserve(struct dep_columns **columns, const struct dep_fact *fact)
{
    struct dep_columns *made = *columns ? *columns : dep_alloc(sizeof *made);
    if (!made)
        return DEP_ERR_NOMEM;
    *columns = made;
    int err = rows_reserve(made);
    if (!err && !made->column_count)
        err = column_new(made);
    return err ? err : visit(made, fact, column_make);
}

void dep_columns_add(struct dep_columns *columns, const struct dep_fact *fact, uint32_t place)
{
    size_t row = columns->count, word = row / ROWS_A_WORD;
    assert(word < columns->words);
    int err = visit(columns, fact, bit_set);
    assert(!err);
    columns->places[row] = place;
    if (row % ROWS_A_WORD == 0 || fact->index < columns->lowest[word])
        columns->lowest[word] = fact->index;
    int64_t status_s = fact->own || fact->on_paper ? INT64_MAX : fact->status_s;
    if (row % ROWS_A_WORD == 0 || status_s > columns->newest[word])
        columns->newest[word] = status_s;
    columns->count++;
}

/* ---- those that name what is asked ---- */

static void term_add(struct dep_columns_search *search, enum kind kind, int code)
{
    const struct dep_columns *columns = search->columns;
    assert(search->term_count < DEP_COUNT(search->terms));
    struct dep_columns_term *term = &search->terms[search->term_count++];
    term->code = columns->columns[code < 0 ? 0 : columns->at[kind][code]];
    term->any = columns->columns[columns->at[kind][ANY]];
}

void dep_columns_search(const struct dep_columns *columns, const struct dep_named *named,
                        struct dep_columns_search *out)
{
    assert(named->action);
    out->columns = columns;
    out->term_count = 0;
    out->word = 0;
    out->left = 0;
    term_add(out, ACTIONS, __builtin_ctz(named->action));
    if (named->recipient != DEP_NOT_ASKED)
        term_add(out, RECIPIENTS, named->recipient);
    if (named->purpose != DEP_NOT_ASKED)
        term_add(out, PURPOSES, named->purpose);
    if (named->line != DEP_NOT_ASKED)
        term_add(out, LINES, named->line);
    if (named->handling != DEP_NOT_ASKED)
        term_add(out, HANDLING, named->handling);
    if (!named->by_territory)
        return;
    size_t before = out->term_count;
    for (size_t word = 0; word < DEP_COUNT(named->territories.bits); word++)
        for (uint64_t left = named->territories.bits[word]; left; left &= left - 1)
            term_add(out, TERRITORIES, (int)word * 64 + __builtin_ctzll(left));
    if (out->term_count == before) /* none is stated: from anywhere */
        term_add(out, TERRITORIES, -1);
}

bool dep_columns_next(struct dep_columns_search *search, uint64_t below, int64_t status_from_s,
                      uint32_t *out_place)
{
    const struct dep_columns *columns = search->columns;
    size_t words = (columns->count + ROWS_A_WORD - 1) / ROWS_A_WORD;
    while (!search->left) {
        if (search->word == words)
            return false;
        size_t word = search->word++;
        if (columns->lowest[word] >= below || columns->newest[word] < status_from_s)
            continue;
        uint64_t left = UINT64_MAX;
        for (size_t i = 0; left && i < search->term_count; i++)
            left &= search->terms[i].code[word] | search->terms[i].any[word];
        search->left = left;
    }
    size_t bit = (size_t)__builtin_ctzll(search->left);
    search->left &= search->left - 1;
    *out_place = columns->places[(search->word - 1) * ROWS_A_WORD + bit];
    return true;
}
