/*
 * inbox, outbox, due: what waits for somebody; retention and status, which are among it.
 */
#include "node/due.h"

#include "cli/report.h"
#include "cli/show.h"
#include "cli/verdict.h"
#include "codec/text.h"
#include "node/charter.h"
#include "node/retention.h"
#include "node/status.h"

#include <string.h>

/* ---- lists ---- */

/* What the parts of a detail are. */
enum says { TEXT, ALLEGATION, TERRITORY, RECIPIENT, MEMBER, PURPOSE, LINE, LAYER, CHANNEL, TYPE };
/* What the moment is: until when, since when, or when it was done. */
enum when { BY, SINCE, ON };

/* Of each kind: its moment, the parts of its detail, and the command that does what is to be done,
 * '@' standing for the record and '#' for the item; NULL where it only waits. */
static const struct kind {
    const char *kind;
    enum when when;
    enum says first, second;
    const char *todo;
} KINDS[] = {
    {"inbox.allegation", SINCE, ALLEGATION, TERRITORY, "record allegation.assessed --about @"},
    {"inbox.request", BY, RECIPIENT, TEXT, "request answer @"},
    {"inbox.heard", BY, RECIPIENT, TEXT, "request in @"},
    {"inbox.consent", SINCE, LAYER, MEMBER, "consent check @"},
    {"inbox.assurance", SINCE, TEXT, RECIPIENT, "consent check @"},
    {"inbox.approval", SINCE, RECIPIENT, PURPOSE, "approve @"},
    {"inbox.mission", SINCE, RECIPIENT, PURPOSE, "mission end @"},
    {"inbox.mission_over", SINCE, RECIPIENT, PURPOSE, "mission end @"},
    {"outbox.request", BY, RECIPIENT, TEXT, NULL},
    {"outbox.release", ON, RECIPIENT, PURPOSE, NULL},
    {"outbox.sent", SINCE, RECIPIENT, TEXT, NULL},
    {"outbox.notice", SINCE, RECIPIENT, TEXT, "pack @ --out FOLDER"},
    {"outbox.kept", SINCE, RECIPIENT, TEXT, NULL},
    {"outbox.held", SINCE, RECIPIENT, TEXT, NULL},
    {"outbox.derived", SINCE, RECIPIENT, TEXT, NULL},
    {"outbox.passed_on", SINCE, RECIPIENT, TEXT, NULL},
    {"outbox.unreachable", SINCE, RECIPIENT, TEXT, "print letter @ --out FILE"},
    {"due.request", BY, RECIPIENT, TEXT, "request answer @"},
    {"due.request_out", BY, RECIPIENT, TEXT, NULL},
    {"due.consent", BY, LAYER, MEMBER, NULL},
    {"due.assurance", BY, TEXT, RECIPIENT, NULL},
    {"due.mission", SINCE, RECIPIENT, PURPOSE, "mission end @"},
    {"due.mission_ends", BY, RECIPIENT, PURPOSE, "mission end @"},
    {"due.mission_over", SINCE, RECIPIENT, PURPOSE, "mission end @"},
    {"due.commitment", BY, LINE, MEMBER, "record commitment.updated --about @"},
    {"due.action", BY, LINE, MEMBER, "record action.updated --about @"},
    {"due.dispatch", BY, CHANNEL, PURPOSE, "show @"},
    {"due.retention", BY, TYPE, TEXT, "retention review @"},
    {"due.erase", BY, TYPE, TEXT, "erase @"},
    {"due.hold", BY, TYPE, TEXT, NULL},
    {"due.notice", SINCE, TEXT, TEXT, "withdraw @"},
    {"due.urgency", BY, TEXT, TEXT, "release review @"},
    {"due.timestamp", BY, TEXT, TEXT, "timestamp request --out FILE"},
    {"due.answer", SINCE, MEMBER, TEXT, "pack @ --out FOLDER"},
    {"due.container", SINCE, TEXT, TEXT, NULL},
    {"due.withdrawn", SINCE, TEXT, TEXT, "item dispose #"},
};

static const struct kind *kind_of(const char *name)
{
    static const struct kind other = {"", SINCE, TEXT, TEXT, NULL};
    for (size_t i = 0; i < DEP_COUNT(KINDS); i++)
        if (strcmp(KINDS[i].kind, name) == 0)
            return &KINDS[i];
    return &other;
}

static const char *channel_word(const struct dep_schemas *schemas, const char *value)
{
    const struct dep_schema *schema = dep_schemas_find(schemas, "dispatch.sent", 0);
    const char *word = schema ? dep_form_choice(dep_schema_member(schema, schema->jtd, "channel"),
                                                value, dep_reader_language())
                              : NULL;
    return word ? word : value;
}

static const char *type_word(const struct dep_schemas *schemas, const char *type)
{
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    return schema ? dep_schema_label(schema, NULL, dep_reader_language()) : type;
}

static void add_named(const struct dep_called *called, enum dep_list list, const char *code,
                      struct dep_buf *out)
{
    dep_called_add(dep_code_name(called->charter, list, code), code, out);
}

static void add_stated(struct dep_called *called, const char *list, const char *code,
                       struct dep_buf *out)
{
    const char *name = dep_called_listed(called, list, code);
    dep_buf_addf(out, "%s", name ? name : code);
}

static void add_part(struct dep_called *called, enum says says, const char *text,
                     struct dep_buf *out)
{
    const struct dep_schemas *schemas = dep_node_schemas(called->node);
    switch (says) {
    case RECIPIENT:
    case MEMBER: dep_buf_addf(out, "%s", dep_called_body(called, text)); break;
    case ALLEGATION: add_stated(called, "allegations", text, out); break;
    case TERRITORY: add_named(called, DEP_LIST_TERRITORIES, text, out); break;
    case PURPOSE: add_named(called, DEP_LIST_PURPOSES, text, out); break;
    case LINE: add_named(called, DEP_LIST_LINES, text, out); break;
    case LAYER: dep_buf_addf(out, "%s", dep_word(text)); break;
    case CHANNEL: dep_buf_addf(out, "%s", channel_word(schemas, text)); break;
    case TYPE: dep_buf_addf(out, "%s", type_word(schemas, text)); break;
    case TEXT: dep_buf_addf(out, "%s", text); break;
    }
}

void dep_due_words(struct dep_called *called, const struct dep_due *due, struct dep_buf *out)
{
    char first[DEP_DUE_DETAIL_MAX];
    const struct kind *kind = kind_of(due->kind);
    (void)snprintf(first, sizeof first, "%.*s", (int)due->first_len, due->detail);
    const char *second = due->detail + due->first_len;
    second += strspn(second, " ");
    if (first[0])
        add_part(called, kind->first, first, out);
    if (first[0] && second[0])
        dep_buf_addf(out, "  ");
    if (second[0])
        add_part(called, kind->second, second, out);
}

static bool print_due_json(const struct dep_due *due)
{
    return dep_print_json(json_pack("{s:s,s:s,s:s?,s:o*,s:s}", "kind", due->kind, "record",
                                    due->record, "item", due->item[0] ? due->item : NULL, "when",
                                    dep_moment_json(due->when_s), "detail", due->detail));
}

static void show_detail(struct dep_called *called, const struct dep_due *due)
{
    DEP_AUTO_BUF words;
    dep_buf_init_secret(&words, DEP_DUE_WORDS_MAX);
    dep_due_words(called, due, &words);
    if (!words.len)
        return;
    (void)printf("  ");
    dep_show_or_dash(dep_buf_err(&words) ? due->detail : (const char *)words.data);
}

/* Until when, or since when, and whether that is past. */
static void show_when(const struct dep_node *node, const struct dep_due *due)
{
    enum { COLUMNS = 10 };
    enum when when = kind_of(due->kind)->when;
    bool none = due->when_s == INT64_MAX || due->when_s == INT64_MIN;
    bool late = when == BY && due->when_s < dep_node_now_ms(node) / 1000;
    dep_print_column(stdout,
                     none            ? ""
                     : late          ? _("LATE since")
                     : when == BY    ? _("by")
                     : when == SINCE ? _("since")
                                     : _("on"),
                     COLUMNS);
    (void)printf("  ");
    dep_show_moment(due->when_s);
}

/* The command, to be typed as it stands but for what is in capitals. */
static void show_todo(const struct dep_due *due)
{
    enum { INDENT = 12 };
    const char *todo = kind_of(due->kind)->todo;
    size_t at = todo ? strcspn(todo, "@#") : 0;
    if (!todo || (todo[at] == '#' && !due->item[0]))
        return;
    (void)printf("%*sdepositary %.*s", INDENT, "", (int)at, todo);
    if (todo[at])
        (void)printf("%s%s", todo[at] == '#' ? due->item : due->record, todo + at + 1);
    (void)printf("\n");
}

static int print_dues(const struct dep_args *args, struct dep_node *node,
                      const struct dep_dues *dues, struct dep_problem *problem)
{
    DEP_AUTO_CALLED called = {.found = NULL};
    int err = args->json ? DEP_OK : dep_called_init(node, dep_reader_language(), &called, problem);
    for (size_t i = 0; !err && i < dues->count; i++) {
        const struct dep_due *due = &dues->list[i];
        if (args->json) {
            err = print_due_json(due) ? DEP_OK : DEP_ERR_IO;
            continue;
        }
        show_when(node, due);
        (void)printf("  %s  ", due->record);
        dep_print_column(stdout, dep_word(due->kind), 0);
        show_detail(&called, due);
        if (due->item[0]) {
            (void)printf("  ");
            dep_show_item(node, due->item);
        }
        (void)printf("\n");
        show_todo(due);
    }
    return err;
}

/* How much of it: a page is read off index.db. */
static int begin_page(const struct dep_args *args, struct dep_node *node, uint64_t *out_limit,
                      struct dep_problem *problem)
{
    bool known = dep_report_limit(args, out_limit);
    assert(known); /* the command asked */
    return *out_limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(node, problem);
}

static int print_page(const struct dep_args *args, struct dep_node *node,
                      const struct dep_dues *dues, uint64_t limit, struct dep_problem *problem)
{
    int err = print_dues(args, node, dues, problem);
    if (!err && dues->cut)
        dep_say(_("only the first %llu are shown; --limit shows more"), (unsigned long long)limit);
    return err;
}

static int inbox(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_DUES dues = {.list = NULL};
    uint64_t limit = 0;
    int err = begin_page(args, node, &limit, problem);
    if (!err)
        err = dep_node_inbox(node, limit, &dues, problem);
    return err ? err : print_page(args, node, &dues, limit, problem);
}

static int outbox(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_DUES dues = {.list = NULL};
    uint64_t limit = 0;
    int err = begin_page(args, node, &limit, problem);
    if (!err)
        err = dep_node_outbox(node, limit, &dues, problem);
    return err ? err : print_page(args, node, &dues, limit, problem);
}

enum { WITHIN_DAYS = 30, WITHIN_DAYS_MAX = 36500, DAY_S = 24 * 60 * 60 };

/* In the reader's own digits too. */
bool dep_within(const struct dep_args *args, int64_t *out_s)
{
    const char *text = dep_arg(args, "--within");
    uint64_t days = WITHIN_DAYS;
    DEP_AUTO_BUF ascii;
    dep_buf_init(&ascii, 64);
    dep_digits_ascii(dep_slice_string(text ? text : ""), &ascii);
    if (text &&
        (dep_buf_err(&ascii) || !dep_u64_parse(dep_buf_slice(&ascii), WITHIN_DAYS_MAX, &days)))
        return false;
    *out_s = (int64_t)days * DAY_S;
    return true;
}

static int due(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_DUES dues = {.list = NULL};
    int64_t within_s = 0;
    bool known = dep_within(args, &within_s);
    assert(known); /* dep_cmd_due() asked */
    uint64_t limit = 0;
    int err = begin_page(args, node, &limit, problem);
    if (!err)
        err = dep_node_due(node, dep_node_now_ms(node) / 1000 + within_s, limit, &dues, problem);
    return err ? err : print_page(args, node, &dues, limit, problem);
}

static int run_list(struct dep_args *args, const char *command, dep_reading_fn *run, int argc,
                    char **argv)
{
    static const struct dep_option options[] = {
        {"--limit", 0, true, false, N_("at most so many")},
    };
    char usage[64];
    uint64_t limit;
    (void)snprintf(usage, sizeof usage, "%s [--limit N]", command);
    int status = dep_args_parse(args, command, usage, options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args->positional_count)
        return dep_usage_error(args, _("%s takes options only"), command);
    return dep_report_limit(args, &limit)
               ? dep_read_command(args, run)
               : dep_usage_error(args, _("--limit needs a number, not %s"),
                                 dep_arg(args, "--limit"));
}

int dep_cmd_inbox(int argc, char **argv)
{
    static struct dep_args args;
    return run_list(&args, "inbox", inbox, argc, argv);
}

int dep_cmd_outbox(int argc, char **argv)
{
    static struct dep_args args;
    return run_list(&args, "outbox", outbox, argc, argv);
}

int dep_cmd_due(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--within", 0, true, false, N_("so many days from now (default: 30)")},
        {"--limit", 0, true, false, N_("at most so many")},
    };
    static struct dep_args args;
    int64_t within_s;
    uint64_t limit;
    int status = dep_args_parse(&args, "due", "due [--within DAYS] [--limit N]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count)
        return dep_usage_error(&args, _("%s takes options only"), "due");
    if (!dep_within(&args, &within_s))
        return dep_usage_error(&args, _("--within needs a number of days, not %s"),
                               dep_arg(&args, "--within"));
    if (!dep_report_limit(&args, &limit))
        return dep_usage_error(&args, _("--limit needs a number, not %s"),
                               dep_arg(&args, "--limit"));
    return dep_read_command(&args, due);
}

/* ---- retention ---- */

/* The newest of its versions. */
static bool is_current(const struct dep_schemas *schemas, const struct dep_schema *schema)
{
    return schema == dep_schemas_find(schemas, schema->type, 0);
}

/* A prefix stands for several: each by its name. `rule` NULL: those that no rule is about. */
static size_t show_kinds(const struct dep_schemas *schemas, const struct dep_charter *charter,
                         const json_t *rule)
{
    size_t shown = 0;
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const struct dep_schema *schema = dep_schemas_at(schemas, i);
        if (is_current(schemas, schema) && dep_charter_retention(charter, schema->type) == rule)
            (void)printf("%s%s", shown++ ? _("; ") : "    ", type_word(schemas, schema->type));
    }
    (void)printf("%s", shown ? "\n" : "");
    return shown;
}

static void show_rule(const struct dep_schemas *schemas, const struct dep_charter *charter,
                      const json_t *rule)
{
    char period[64];
    int64_t days = 0;
    const char *type = dep_json_string(rule, "type");
    const json_t *purpose = dep_json_object(rule, "purpose");
    const char *words = dep_json_string(purpose, dep_reader_language());
    if (dep_json_int(rule, "review_after_days", &days))
        (void)snprintf(period, sizeof period, _("%lld days"), (long long)days);
    dep_print_column(stdout, type_word(schemas, type), 34);
    (void)printf(" %s  ", days ? period : _("as long as the log"));
    dep_show_or_dash(words ? words : dep_json_string(purpose, "en"));
    (void)printf("\n");
    if (!dep_schemas_find(schemas, type, 0))
        (void)show_kinds(schemas, charter, rule);
}

/* So that no kind is without a rule in silence. */
static bool print_uncovered(const struct dep_schemas *schemas, const struct dep_charter *charter)
{
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const struct dep_schema *schema = dep_schemas_at(schemas, i);
        if (is_current(schemas, schema) && !dep_charter_retention(charter, schema->type) &&
            !dep_print_json(json_pack("{s:s,s:n}", "type", schema->type, "purpose")))
            return false;
    }
    return true;
}

static int show_rules(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    const struct dep_schemas *schemas = dep_node_schemas(node);
    const struct dep_charter *charter = NULL;
    int err =
        dep_node_charter(node, dep_register_count(dep_node_register(node)), &charter, problem);
    size_t i;
    json_t *rule;
    if (err)
        return err;
    json_array_foreach(dep_json_array(dep_charter_json(charter), "retention"), i, rule)
    {
        if (!args->json)
            show_rule(schemas, charter, rule);
        else if (!dep_print_json(json_deep_copy(rule)))
            return DEP_ERR_IO;
    }
    if (args->json)
        return print_uncovered(schemas, charter) ? DEP_OK : DEP_ERR_IO;
    if (show_kinds(schemas, charter, NULL))
        (void)printf("      %s\n", _("no rule: kept until a charter says otherwise"));
    return DEP_OK;
}

static int record_review(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                         struct dep_problem *problem)
{
    return dep_node_retention_review(node, recording->args->positional[1], claims, &recording->done,
                                     problem);
}

int dep_cmd_retention(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--file", 0, true, false,
         N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
        {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "retention", "retention rules | review RECORD [--file FILE]",
                                options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "rules";
    if (args.positional_count <= 1 && strcmp(verb, "rules") == 0)
        return dep_read_command(&args, show_rules);
    if (args.positional_count == 2 && strcmp(verb, "review") == 0)
        return dep_record_command(&args, "retention.reviewed", true, record_review);
    return dep_usage_error(&args, _("say rules, or review and the record"));
}

/* ---- status ---- */

static int record_status(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                         struct dep_problem *problem)
{
    (void)claims;
    size_t count = 0;
    char text[24];
    const char *of = recording->args->positional[1];
    int err = dep_node_status_issue(node, of, &count, NULL, &recording->done, problem);
    if (err)
        return err;
    (void)snprintf(text, sizeof text, "%zu", count);
    return dep_recording_add(recording, "in_force", text)
               ? DEP_OK
               : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.status", of);
}

static int show_status(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_status_newest(node, args->positional[1], &view, problem);
    if (err)
        return err;
    if (args->json)
        return dep_print_json(dep_view_json(&view)) ? DEP_OK : DEP_ERR_IO;
    dep_show_view(node, &view);
    return DEP_OK;
}

int dep_cmd_status(int argc, char **argv)
{
    static struct dep_args args;
    int status =
        dep_args_parse(&args, "status", "status issue|show consents|keys", NULL, 0, argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count == 2 ? args.positional[0] : "";
    if (strcmp(verb, "issue") == 0)
        return dep_record_command(&args, "status.issued", false, record_status);
    if (strcmp(verb, "show") == 0)
        return dep_read_command(&args, show_status);
    return dep_usage_error(&args, _("say issue or show, and consents or keys"));
}
