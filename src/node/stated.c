#include "node/stated.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

/* ---- walking to what a pattern names ---- */

enum { POINTER_MAX = 256 };

/* `pointer` is where in the claims `value` stands, and `pattern` the row that led to it. */
typedef int visit_fn(void *context, json_t *value, const char *pointer);

struct walk {
    visit_fn *visit;
    void *context;
};

/* Names of members after slashes, and a star for each element of an array. What isn't there is
 * the schema's affair. */
static int walk_to(const struct walk *walk, json_t *value, const char *pattern, const char *pointer)
{
    if (!value || json_is_null(value))
        return DEP_OK;
    if (!*pattern)
        return walk->visit(walk->context, value, pointer);
    pattern++;
    size_t len = strcspn(pattern, "/");
    char at[POINTER_MAX];
    if (len != 1 || pattern[0] != '*') {
        (void)snprintf(at, sizeof at, "%s/%.*s", pointer, (int)len, pattern);
        return walk_to(walk, json_object_getn(value, pattern, len), pattern + len, at);
    }
    int err = DEP_OK;
    for (size_t i = 0; !err && i < json_array_size(value); i++) {
        (void)snprintf(at, sizeof at, "%s/%zu", pointer, i);
        err = walk_to(walk, json_array_get(value, i), pattern + len, at);
    }
    return err;
}

/* A stated value as a detail may hold it: cut, but never within a character. */
static void cut(const char *text, char *out, size_t room)
{
    size_t len = strnlen(text, room - 1);
    while (!dep_utf8_valid(dep_slice_of(text, len)))
        len--;
    memcpy(out, text, len);
    out[len] = 0;
}

int dep_stated_bad(struct dep_problem *problem, const char *id, const char *clause,
                   const char *pointer, const char *stated, const char *would_do)
{
    char shown[DEP_CODE_LEN_MAX + 1], detail[sizeof problem->detail], whole[sizeof detail];
    cut(stated, shown, sizeof shown);
    (void)snprintf(whole, sizeof whole, "%s%s%s%s%s%s", pointer, shown[0] ? ": " : "", shown,
                   would_do[0] ? " (" : "", would_do, would_do[0] ? ")" : "");
    cut(whole, detail, sizeof detail);
    (void)snprintf(problem->where.instance_path, sizeof problem->where.instance_path, "%s",
                   pointer);
    return dep_problem_found(problem, id, clause, detail);
}

static int found_at(struct dep_problem *problem, const char *id, const char *pointer,
                    const char *stated, const char *would_do)
{
    return dep_stated_bad(problem, id, CLAUSE, pointer, stated, would_do);
}

/* ---- times ---- */

static const struct {
    const char *type, *pattern;
} TIMES[] = {
    {"request.made", "/deadline"},           {"consent.given", "/terms/in_force/from"},
    {"consent.given", "/terms/in_force/to"}, {"assurance.given", "/in_force/from"},
    {"assurance.given", "/in_force/to"},     {"mission.recorded", "/in_force/from"},
    {"mission.recorded", "/in_force/to"},    {"mission.ended", "/ended"},
    {"retention.reviewed", "/until"},
};

static int set_time(void *context, json_t *value, const char *pointer)
{
    struct dep_problem *problem = context;
    const char *stated = json_string_value(value);
    if (!stated)
        return DEP_OK;
    enum { TIME_MAX = 64 };
    char utc[24];
    int64_t unix_s;
    DEP_AUTO_BUF ascii;
    dep_buf_init(&ascii, 4 * TIME_MAX);
    dep_digits_ascii(dep_slice_string(stated), &ascii);
    if (dep_buf_err(&ascii) == DEP_ERR_NOMEM)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.stated", pointer);
    /* To the second: a fraction would be lost, and a consent begin before what its grantor said. */
    if (dep_buf_err(&ascii) || !ascii.len || memchr(dep_buf_slice(&ascii).data, '.', ascii.len) ||
        !dep_time_parse(dep_buf_slice(&ascii), &unix_s, NULL))
        return found_at(problem,
                        dep_day_missing(dep_buf_slice(&ascii)) ? "stated.day" : "stated.time",
                        pointer, stated, "2026-12-31T17:00:00+03:00");
    dep_time_encode(unix_s, utc);
    return json_string_set(value, utc)
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.stated", pointer)
               : DEP_OK;
}

static int judge_interval(const json_t *interval, const char *pointer, struct dep_problem *problem)
{
    const char *from = dep_json_string(interval, "from"), *to = dep_json_string(interval, "to");
    int64_t from_s, to_s;
    if (!from || !to || !dep_time_parse(dep_slice_string(from), &from_s, NULL) ||
        !dep_time_parse(dep_slice_string(to), &to_s, NULL) || from_s < to_s)
        return DEP_OK;
    return found_at(problem, "stated.interval", pointer, to, "");
}

int dep_stated_times(const char *type, json_t *claims, struct dep_problem *problem)
{
    struct walk walk = {set_time, problem};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(TIMES); i++)
        if (strcmp(TIMES[i].type, type) == 0)
            err = walk_to(&walk, claims, TIMES[i].pattern, "");
    if (!err)
        err = judge_interval(dep_json_object(claims, "in_force"), "/in_force/to", problem);
    if (!err)
        err = judge_interval(dep_json_object(dep_json_object(claims, "terms"), "in_force"),
                             "/terms/in_force/to", problem);
    return err;
}

/* ---- codes ---- */

enum { MEMBERS = DEP_LIST_COUNT };

static const struct code_row {
    const char *type, *pattern;
    int list; /* an enum dep_list, or MEMBERS */
    bool any; /* the array may be ["any"] */
} CODES[] = {
    {"request.made", "/from", DEP_LIST_RECIPIENTS, false},
    {"request.made", "/to", DEP_LIST_RECIPIENTS, false},
    {"request.made", "/purpose", DEP_LIST_PURPOSES, false},
    {"request.made", "/line", DEP_LIST_LINES, false},
    {"consent.given", "/terms/grantor", MEMBERS, false},
    {"consent.given", "/terms/recipients/*", DEP_LIST_RECIPIENTS, true},
    {"consent.given", "/terms/purposes/*", DEP_LIST_PURPOSES, true},
    {"consent.given", "/terms/lines/*", DEP_LIST_LINES, true},
    {"consent.given", "/terms/territories/*", DEP_LIST_TERRITORIES, true},
    {"consent.given", "/terms/handling/*", DEP_LIST_HANDLING, false},
    {"assurance.given", "/from", DEP_LIST_RECIPIENTS, false},
    {"assurance.given", "/purposes/*", DEP_LIST_PURPOSES, true},
    {"marking.set", "/handling/*", DEP_LIST_HANDLING, false},
    {"marking.set", "/categories/*", DEP_LIST_CATEGORIES, false},
    {"marking.set", "/territories/*", DEP_LIST_TERRITORIES, false},
    {"marking.set", "/originator", MEMBERS, false},
    {"marking.set", "/fields/*/handling/*", DEP_LIST_HANDLING, false},
    {"case.opened", "/authority", DEP_LIST_RECIPIENTS, false},
    {"publication.prepared", "/recipient", DEP_LIST_RECIPIENTS, false},
    {"release.prepared", "/recipient", DEP_LIST_RECIPIENTS, false},
    {"release.prepared", "/purpose", DEP_LIST_PURPOSES, false},
    {"release.prepared", "/line", DEP_LIST_LINES, false},
    {"mission.recorded", "/territories/*", DEP_LIST_TERRITORIES, false},
    {"mission.recorded", "/line", DEP_LIST_LINES, false},
    {"mission.recorded", "/purpose", DEP_LIST_PURPOSES, false},
};

struct code_check {
    const struct dep_charter *charter;
    const struct code_row *row;
    int64_t now_s;
    size_t siblings; /* elements of the array the value stands in */
    struct dep_problem *problem;
};

/* The `i`-th code of the list, or member; NULL where it would not do now. */
static const char *would_do(const struct code_check *check, size_t i)
{
    if (check->row->list == MEMBERS) {
        const struct dep_charter_member *member = dep_charter_member_at(check->charter, i);
        return dep_interval_has(&member->membership, check->now_s) ? member->id : NULL;
    }
    const struct dep_charter_code *code =
        dep_charter_code_at(check->charter, (enum dep_list)check->row->list, i);
    return dep_interval_has(&code->in_list, check->now_s) ? code->code : NULL;
}

/* What would do, as much as a detail has room for. */
static void list_codes(const struct code_check *check, char *out, size_t room)
{
    size_t len = 0;
    size_t count = check->row->list == MEMBERS
                       ? dep_charter_member_count(check->charter)
                       : dep_charter_code_count(check->charter, (enum dep_list)check->row->list);
    out[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = would_do(check, i);
        if (!name)
            continue;
        if (len + strlen(name) + sizeof ", …" >= room) {
            (void)snprintf(out + len, room - len, ", …");
            return;
        }
        len += (size_t)snprintf(out + len, room - len, "%s%s", len ? ", " : "", name);
    }
}

static int refuse_code(const struct code_check *check, const char *id, const char *pointer,
                       const char *stated)
{
    enum { LISTED_MAX = 300 };
    char listed[LISTED_MAX];
    list_codes(check, listed, sizeof listed);
    return found_at(check->problem, id, pointer, stated, listed);
}

static int check_code(void *context, json_t *value, const char *pointer)
{
    const struct code_check *check = context;
    const char *stated = json_string_value(value);
    if (!stated)
        return DEP_OK; /* the schema's affair */
    if (check->row->any && strcmp(stated, "any") == 0)
        return check->siblings == 1 ? DEP_OK
                                    : found_at(check->problem, "stated.any", pointer, stated, "");
    if (check->row->list == MEMBERS) {
        int place = dep_charter_member_find(check->charter, stated);
        bool member =
            place >= 0 &&
            dep_interval_has(&dep_charter_member_at(check->charter, (size_t)place)->membership,
                             check->now_s);
        return member ? DEP_OK : refuse_code(check, "stated.member", pointer, stated);
    }
    enum dep_list list = (enum dep_list)check->row->list;
    int place = dep_charter_code_find(check->charter, list, stated);
    if (place < 0)
        return refuse_code(check, "stated.code", pointer, stated);
    const struct dep_charter_code *code = dep_charter_code_at(check->charter, list, (size_t)place);
    return dep_interval_has(&code->in_list, check->now_s)
               ? DEP_OK
               : refuse_code(check, "stated.code.ended", pointer, stated);
}

/* How many stand beside each other where the pattern ends in an array. */
static int count_siblings(void *context, json_t *value, const char *pointer)
{
    (void)pointer;
    *(size_t *)context = json_array_size(value);
    return DEP_OK;
}

static int check_row(struct code_check *check, json_t *claims)
{
    size_t len = strlen(check->row->pattern);
    check->siblings = 0;
    if (check->row->any) {
        char array[POINTER_MAX];
        (void)snprintf(array, sizeof array, "%.*s", (int)(len - 2), check->row->pattern);
        struct walk counting = {count_siblings, &check->siblings};
        (void)!walk_to(&counting, claims, array, "");
    }
    struct walk walk = {check_code, check};
    return walk_to(&walk, claims, check->row->pattern, "");
}

bool dep_stated_has_codes(const char *type)
{
    for (size_t i = 0; i < DEP_COUNT(CODES); i++)
        if (strcmp(CODES[i].type, type) == 0)
            return true;
    return false;
}

int dep_stated_codes(const struct dep_charter *charter, const char *type, const json_t *claims,
                     int64_t now_s, struct dep_problem *problem)
{
    struct code_check check = {.charter = charter, .now_s = now_s, .problem = problem};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(CODES); i++) {
        if (strcmp(CODES[i].type, type) != 0)
            continue;
        check.row = &CODES[i];
        /* The walk is shared with the times, which it changes; codes are only looked at. */
        err = check_row(&check, (json_t *)(uintptr_t)claims);
    }
    return err;
}
