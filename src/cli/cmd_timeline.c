/*
 * timeline: events with their times as stated, in an order that says where it isn't known.
 */
#include "cli/report_table.h"
#include "codec/text.h"
#include "node/timeline.h"

#include <string.h>

enum { MOMENT_ROOM = 24, NUMBER_ROOM = 24, WITHHELD_MAX = 64 * 1024 };

static const struct {
    const char *name;
    enum dep_timeline_of of;
    size_t least, most; /* positional arguments */
} SCOPES[] = {
    {"item", DEP_TIMELINE_ITEM, 2, 2},
    {"case", DEP_TIMELINE_CASE, 2, 2},
    {"campaign", DEP_TIMELINE_CAMPAIGN, 1, 2},
    {"all", DEP_TIMELINE_ALL, 1, 1},
};

/* ---- a line ---- */

static const char *words_of(const struct dep_table *table, const char *column, const char *code)
{
    bool is_field = strcmp(column, "field") == 0;
    if (strcmp(column, "known") == 0)
        return strcmp(code, "stated") == 0 ? _("stated") : _("recorded");
    if (strcmp(column, "withdrawn") == 0)
        return _("yes");
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(table->node), is_field ? table->word : code, 0);
    return schema ? dep_schema_label(schema, is_field ? code : NULL, dep_reader_language()) : NULL;
}

static const struct dep_table_column COLUMNS[] = {
    {"line", N_("Line"), 5, NULL},
    {"may_precede", N_("Perhaps before"), 14, NULL},
    {"time", N_("Time, as stated"), 20, NULL},
    {"zone", N_("Zone"), 8, NULL},
    {"earliest", N_("Not before (UTC)"), 20, NULL},
    {"latest", N_("Not after (UTC)"), 20, NULL},
    {"known", N_("How known"), 10, words_of},
    {"what", N_("What"), 32, words_of},
    {"field", N_("Which time"), 38, words_of},
    {"record", N_("Record"), DEP_UUID_LEN, NULL},
    {"by", N_("By"), 0, NULL},
    {"from", N_("Received from"), DEP_TABLE_BELOW, dep_table_body},
    {"withheld", N_("Withheld"), DEP_TABLE_BELOW, NULL},
    {"withdrawn", N_("Withdrawn by its sender"), DEP_TABLE_BELOW, words_of},
    {"kit", N_("Handed over by the field kit"), DEP_TABLE_BELOW, dep_table_body},
    {"item", NULL, 0, NULL},
    {"recorded", NULL, 0, NULL},
    {"uncertainty_s", NULL, 0, NULL},
    {"clock", NULL, 0, NULL},
    {"offset_s", NULL, 0, NULL},
    {"original", NULL, 0, NULL},
    {"calendar", NULL, 0, NULL}};

/* The last second that belongs to a span. NULL where it is open, or no year of four digits. */
static const char *moment(int64_t unix_s, char out[MOMENT_ROOM])
{
    static const int64_t year_10000_s = INT64_C(253402300800);
    if (unix_s < 0 || unix_s >= year_10000_s)
        return NULL;
    dep_time_encode(unix_s, out);
    return out;
}

static const char *number(size_t value, char out[NUMBER_ROOM])
{
    (void)snprintf(out, NUMBER_ROOM, "%zu", value);
    return out;
}

/* What was said about the time besides the date. */
static bool add_stated(json_t *row, const json_t *time)
{
    static const struct {
        const char *field, *column;
    } texts[] = {{"zone", "zone"},
                 {"clock_source", "clock"},
                 {"original", "original"},
                 {"calendar", "calendar"}};
    int64_t offset_s;
    char text[NUMBER_ROOM];
    int bad = 0;
    for (size_t i = 0; i < DEP_COUNT(texts); i++) {
        const char *value = dep_json_string(time, texts[i].field);
        bad |= value ? json_object_set_new(row, texts[i].column, json_string(value)) : 0;
    }
    if (dep_json_int(time, "offset_s", &offset_s)) {
        (void)snprintf(text, sizeof text, "%lld", (long long)offset_s);
        bad |= json_object_set_new(row, "offset_s", json_string(text));
    }
    return bad == 0;
}

/* Of what somebody else recorded: whose it is, and what of it isn't known here. */
static bool add_told(const struct dep_table *table, json_t *row,
                     const struct dep_timeline_item *item)
{
    DEP_AUTO_BUF withheld;
    dep_buf_init(&withheld, WITHHELD_MAX);
    const char *names = dep_json_string(item->told, "withheld");
    if (item->told && json_object_update(row, item->told))
        return false;
    if (!names)
        return true;
    dep_table_add_fields(table, item->type, names, &withheld);
    return !dep_buf_err(&withheld) &&
           json_object_set_new(row, "withheld", json_string((const char *)withheld.data)) == 0;
}

static json_t *row_of(const struct dep_table *table, const struct dep_timeline *timeline, size_t at)
{
    const struct dep_timeline_event *event = &timeline->events[at];
    const struct dep_timeline_item *item = &timeline->items[event->of];
    char line[NUMBER_ROOM], before[NUMBER_ROOM], uncertainty[NUMBER_ROOM];
    char earliest[MOMENT_ROOM], latest[MOMENT_ROOM], recorded[MOMENT_ROOM];
    const char *edtf = json_is_string(item->time) ? json_string_value(item->time)
                                                  : dep_json_string(item->time, "edtf");
    (void)snprintf(uncertainty, sizeof uncertainty, "%lld", (long long)item->uncertainty_s);
    json_t *row = json_pack(
        "{s:s,s:s*,s:s*,s:s*,s:s*,s:s,s:s,s:s*,s:s,s:s,s:s*,s:s*,s:s}", "line",
        number(at + 1, line), "may_precede",
        event->may_precede < at ? number(event->may_precede + 1, before) : NULL, "time",
        item->field ? edtf : moment(item->recorded_s, recorded), "earliest",
        moment(event->span.earliest_s, earliest), "latest",
        event->span.end_s == INT64_MAX ? NULL : moment(event->span.end_s - 1, latest), "known",
        item->field ? "stated" : "recorded", "what", item->type, "field", item->field, "record",
        item->record, "by", item->by_code, "item", item->item[0] ? item->item : NULL, "recorded",
        moment(item->recorded_s, recorded), "uncertainty_s", uncertainty);
    if (row && (!add_stated(row, item->time) || !add_told(table, row, item))) {
        json_decref(row);
        row = NULL;
    }
    return row;
}

/* ---- the command ---- */

/* False where one of the two is no date. */
static bool read_span(const struct dep_args *args, struct dep_edtf_span *out)
{
    int64_t from_s, unused;
    return dep_report_date(args, "--from", &out->earliest_s, &unused) &&
           dep_report_date(args, "--to", &from_s, &out->end_s);
}

static int run(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_TIMELINE timeline = {.count = 0};
    DEP_AUTO_CALLED called = {.found = NULL};
    struct dep_table table = {.args = args,
                              .node = node,
                              .problem = problem,
                              .columns = COLUMNS,
                              .column_count = DEP_COUNT(COLUMNS),
                              .called = &called};
    struct dep_timeline_order order = {
        .of = DEP_TIMELINE_ALL, .name = args->positional_count > 1 ? args->positional[1] : NULL};
    (void)read_span(args, &order.span); /* dep_cmd_timeline() asked */
    for (size_t i = 0; i < DEP_COUNT(SCOPES); i++)
        if (strcmp(SCOPES[i].name, args->positional[0]) == 0)
            order.of = SCOPES[i].of;
    int err = dep_table_begin(&table);
    order.limit = table.limit;
    if (!err)
        err = dep_node_timeline(node, &order, &timeline, problem);
    for (size_t i = 0; !err && i < timeline.count; i++) {
        const struct dep_timeline_item *item = &timeline.items[timeline.events[i].of];
        table.unread += item->unread;
        table.word = item->type; /* whose field it is */
        err = dep_table_row(&table, row_of(&table, &timeline, i));
    }
    table.cut = timeline.cut;
    return err ? err : dep_table_end(&table);
}

int dep_cmd_timeline(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--from", 0, true, false, N_("what may have happened on that date or later")},
        {"--to", 0, true, false, N_("what may have happened on that date or before")},
        {"--csv", 0, false, false, N_("a table for a spreadsheet (RFC 4180)")},
        {"--limit", 0, true, false, N_("all: at most so many")},
    };
    static struct dep_args args;
    struct dep_edtf_span span;
    uint64_t limit;
    int status = dep_args_parse(&args, "timeline",
                                "timeline item ITEM | case CASE | campaign [CODE] | all [--limit "
                                "N] [--from DATE] [--to DATE] [--csv]",
                                options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    bool known = false;
    for (size_t i = 0; args.positional_count && i < DEP_COUNT(SCOPES); i++)
        known |= strcmp(SCOPES[i].name, args.positional[0]) == 0 &&
                 args.positional_count >= SCOPES[i].least &&
                 args.positional_count <= SCOPES[i].most;
    if (!known)
        return dep_usage_error(&args, _("say item or case and its name, campaign, or all"));
    if (args.json && dep_flag(&args, "--csv"))
        return dep_usage_error(&args, _("either --json or --csv"));
    if (!dep_report_limit(&args, &limit))
        return dep_usage_error(&args, _("--limit needs a number, not %s"),
                               dep_arg(&args, "--limit"));
    if (dep_arg(&args, "--limit") && strcmp(args.positional[0], "all") != 0)
        return dep_usage_error(&args, _("%s is shown whole: no --limit"), args.positional[0]);
    if (!read_span(&args, &span))
        return dep_usage_error(&args, _("--from and --to need dates, as 2021-09-30"));
    return dep_read_command(&args, run);
}
