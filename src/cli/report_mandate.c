/*
 * report commitments, membership: what a desk officer keeps, a line each.
 */
#include "cli/report_table.h"
#include "codec/edtf.h"
#include "node/mandate.h"
#include "rules/mandate.h"

#include <string.h>

enum { CELL_MAX = 64 * 1024, NUMBER_ROOM = 24, DAY_ROOM = 24 };

/* ---- commitments ---- */

static const char *commitment_words(const struct dep_table *table, const char *column,
                                    const char *code)
{
    const char *words = dep_table_choice(table, "commitment.updated", column, code);
    return words ? words : dep_table_choice(table, "action.updated", column, code);
}

/* The first day on which it was late, in `out`; NULL where it isn't. */
static const char *late_since(const struct dep_table *table, const char *due, const char *status,
                              char out[DAY_ROOM])
{
    enum { DAY_LEN = 10 };
    struct dep_edtf_span span;
    if (!due || dep_mandate_closes(status) || !dep_edtf_span_of(dep_slice_string(due), &span) ||
        span.end_s > table->at_s)
        return NULL;
    if (span.end_s < 0)
        return due; /* before 1970 no day is worked out */
    dep_time_encode(span.end_s, out);
    out[DAY_LEN] = 0;
    return out;
}

static const char *text_of(const json_t *claims, const char *name)
{
    return dep_json_string(dep_json_object(claims, name), "text");
}

/* An action passes from one member to another: whose it is now, or NULL where it never passed. */
static const char *newest_lead(const struct dep_act *act)
{
    const char *lead = NULL;
    for (size_t i = act->later_count; !lead && i-- > 0;)
        if (strcmp(act->later[i].row.type, "action.updated") == 0 && !act->later[i].row.superseded)
            lead = dep_json_string(act->later[i].claims, "lead");
    return lead;
}

static int add_commitment(void *context, const struct dep_act *act)
{
    struct dep_table *table = context;
    const json_t *claims = act->head.claims, *actors = dep_json_array(claims, "actors");
    if (dep_table_leaves_out(table, act))
        return DEP_OK;
    DEP_AUTO_JSON *word = NULL;
    int err = dep_node_mandate_word(table->node, act, table->word, &word, table->problem);
    if (err)
        return err;
    DEP_AUTO_BUF who;
    dep_buf_init(&who, CELL_MAX);
    size_t i;
    json_t *actor;
    json_array_foreach(actors, i, actor)
        dep_buf_addf(&who, "%s%s", i ? " " : "", json_string_value(actor));
    const char *lead = newest_lead(act);
    if (!actors)
        dep_buf_addf(&who, "%s", lead ? lead : dep_json_string(claims, "lead"));
    if (dep_buf_err(&who))
        return dep_problem_fault(table->problem, dep_buf_err(&who), "cli.report", "");
    const char *due = dep_json_string(claims, "due"), *status = dep_json_string(word, "status");
    char day[DAY_ROOM];
    const char *since = late_since(table, due, status, day);
    return dep_table_row(
        table, json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*}", "record",
                         act->head.row.jti, "line", dep_json_string(claims, "line"), "who",
                         (const char *)who.data, "due", due, "late", since ? "late" : NULL,
                         "late_since", since, "status", status, "as_of",
                         dep_json_string(word, "as_of"), "text", text_of(claims, "text"), "reason",
                         text_of(word, "reason"), "continuity", text_of(word, "continuity")));
}

int dep_report_commitments(struct dep_args *args, struct dep_node *node,
                           struct dep_problem *problem)
{
    static const struct dep_table_column columns[] = {
        {"record", N_("Record"), DEP_UUID_LEN, NULL},
        {"line", N_("Line of effort"), 28, dep_table_code},
        {"who", N_("Whose it is"), 32, dep_table_body},
        {"due", N_("Due"), 10, NULL},
        {"late", NULL, 0, NULL},
        {"late_since", N_("Late since"), 10, NULL},
        {"status", N_("Status"), 11, commitment_words},
        {"as_of", N_("As of"), 10, NULL},
        {"text", N_("Text"), 0, NULL},
        {"reason", N_("Reason"), DEP_TABLE_BELOW, NULL},
        {"continuity", N_("How it goes on"), DEP_TABLE_BELOW, NULL}};
    DEP_AUTO_CALLED called = {.found = NULL};
    struct dep_table table = {.args = args,
                              .node = node,
                              .problem = problem,
                              .columns = columns,
                              .column_count = DEP_COUNT(columns),
                              .called = &called,
                              .at_s = dep_node_now_ms(node) / 1000};
    table.word = "commitment.updated";
    int err = dep_table_begin(&table);
    if (!err)
        err = dep_table_acts(&table, "commitment.made", add_commitment);
    table.word = "action.updated";
    if (!err)
        err = dep_table_acts(&table, "action.recorded", add_commitment);
    return err ? err : dep_table_end(&table);
}

/* ---- membership ---- */

struct members {
    struct dep_table table;
    json_t *rows;
    struct dep_interval asked; /* every moment that the date asked for may mean */
};

/* How many belong to a formation is stated anew as they become more: the one from the latest moment
 * holds, the later record of two: on a page the later one came first. Where that makes room for
 * this one; false where it doesn't. */
static bool replaces_count(struct members *members, const json_t *claims, int64_t from_s)
{
    size_t i;
    json_t *row;
    json_array_foreach(members->rows, i, row)
    {
        if (!json_object_get(row, "count") ||
            strcmp(dep_json_string(row, "formation"), dep_json_string(claims, "formation")) != 0)
            continue;
        int64_t there_s = dep_mandate_time(row).from_s;
        if (there_s > from_s || (there_s == from_s && members->table.limit != UINT64_MAX))
            return false;
        (void)json_array_remove(members->rows, i);
        members->table.left++;
        return true;
    }
    return true;
}

/* Reached from its table, which is the first that is in it. */
static int add_member(void *context, const struct dep_act *act)
{
    struct members *members = context;
    struct dep_table *table = &members->table;
    if (dep_table_leaves_out(table, act))
        return DEP_OK;
    const json_t *claims = act->head.claims, *count = json_object_get(claims, "count");
    struct dep_interval time = dep_mandate_time(claims);
    if (time.from_s >= members->asked.to_s || members->asked.from_s >= time.to_s ||
        (count && !replaces_count(members, claims, time.from_s)))
        return DEP_OK;
    char number[NUMBER_ROOM];
    (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(count));
    json_t *row =
        json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:s}", "formation",
                  dep_json_string(claims, "formation"), "member", dep_json_string(claims, "member"),
                  "count", count ? number : NULL, "from", dep_json_string(claims, "from"), "to",
                  dep_json_string(claims, "to"), "record", act->head.row.jti);
    table->left--;
    return json_array_append_new(members->rows, row)
               ? dep_problem_fault(table->problem, DEP_ERR_NOMEM, "cli.report", "")
               : DEP_OK;
}

int dep_report_membership(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    static const struct dep_table_column columns[] = {
        {"formation", N_("Formation"), 28, dep_table_code},
        {"member", N_("Member"), 24, dep_table_body},
        {"count", N_("How many"), 8, NULL},
        {"from", N_("From"), 10, NULL},
        {"to", N_("To"), 10, NULL},
        {"record", N_("Record"), 0, NULL}};
    DEP_AUTO_JSON *rows = json_array();
    DEP_AUTO_CALLED called = {.found = NULL};
    struct members members = {.table = {.args = args,
                                        .node = node,
                                        .problem = problem,
                                        .columns = columns,
                                        .column_count = DEP_COUNT(columns),
                                        .called = &called},
                              .rows = rows};
    members.asked.from_s = dep_node_now_ms(node) / 1000;
    members.asked.to_s = members.asked.from_s + 1;
    if (dep_arg(args, "--as-of"))
        (void)dep_report_date(args, "--as-of", &members.asked.from_s, &members.asked.to_s);
    if (!rows)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.report", "");
    int err = dep_table_begin(&members.table);
    if (!err)
        err = dep_table_acts(&members.table, "membership.stated", add_member);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        err = err ? err : dep_table_row(&members.table, json_incref(row));
    }
    return err ? err : dep_table_end(&members.table);
}
