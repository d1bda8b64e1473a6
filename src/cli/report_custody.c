/*
 * report custody, case, due: what is held and by whom, what a case rests on and what was given for
 * it, what waits.
 */
#include "cli/report_table.h"
#include "codec/text.h"
#include "node/case.h"
#include "node/custody.h"
#include "node/due.h"
#include "node/marking.h"
#include "node/release.h"

#include <string.h>

enum { MOMENT_ROOM = 24 };

/* NULL where it is open. */
static const char *moment_text(int64_t unix_s, char out[MOMENT_ROOM])
{
    if (unix_s == INT64_MIN || unix_s == INT64_MAX)
        return NULL;
    dep_time_encode(unix_s, out);
    return out;
}

static const char *id_words(const struct dep_table *table, const char *column, const char *code)
{
    (void)table, (void)column;
    return dep_word(code);
}

static const char *yes_words(const struct dep_table *table, const char *column, const char *code)
{
    (void)table, (void)column, (void)code;
    return _("yes");
}

static const char *type_words(const struct dep_table *table, const char *column, const char *code)
{
    (void)column;
    const struct dep_schema *schema = dep_schemas_find(dep_node_schemas(table->node), code, 0);
    return schema ? dep_schema_label(schema, NULL, dep_reader_language()) : NULL;
}

/* ---- custody: every item ---- */

static int add_item(void *context, const struct dep_item *item)
{
    char since[MOMENT_ROOM];
    return dep_table_row(context,
                         json_pack("{s:s,s:s*,s:s,s:s*,s:s*,s:s*,s:s*,s:s}", "item", item->item,
                                   "exhibit", dep_json_string(item->first.claims, "exhibit"),
                                   "state", item->state, "since", moment_text(item->since_s, since),
                                   "holder", item->holder[0] ? item->holder : NULL, "hold",
                                   item->on_hold ? "yes" : NULL, "restricted",
                                   item->restricted ? "yes" : NULL, "record", item->first.row.jti));
}

static const struct dep_table_column ITEMS[] = {{"item", N_("Item"), DEP_UUID_LEN, NULL},
                                                {"exhibit", N_("Exhibit number"), 16, NULL},
                                                {"state", N_("State"), 18, id_words},
                                                {"since", N_("Since"), 20, NULL},
                                                {"holder", N_("Whose hands"), 12, NULL},
                                                {"hold", N_("Legal hold"), 10, yes_words},
                                                {"restricted", N_("Restricted"), 10, yes_words},
                                                {"record", N_("Record"), 0, NULL}};

/* ---- custody: one item's hands ---- */

/* The moment that the record states, be it of collection, receipt or what else happened. */
static const json_t *stated_time(const json_t *claims)
{
    static const char *const names[] = {"occurred", "received_at", "collected_at"};
    const json_t *time = NULL;
    for (size_t i = 0; !time && i < DEP_COUNT(names); i++)
        time = dep_json_object(claims, names[i]);
    return time;
}

static int add_event(void *context, const struct dep_view *view)
{
    struct dep_table *table = context;
    const json_t *claims = view->claims, *time = stated_time(claims);
    const json_t *giver = dep_json_object(claims, "giver");
    const json_t *taker = dep_json_object(claims, "taker");
    char recorded[MOMENT_ROOM];
    table->unread += !view->readable;
    return dep_table_row(
        table,
        json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*}", "record",
                  view->row.jti, "what", view->row.type, "stated", dep_json_string(time, "edtf"),
                  "zone", dep_json_string(time, "zone"), "recorded",
                  moment_text(view->row.iat, recorded), "by", view->row.by_code, "giver",
                  dep_json_string(giver, "code"), "giver_side", dep_json_string(giver, "state"),
                  "taker", dep_json_string(taker, "code"), "taker_side",
                  dep_json_string(taker, "state"), "seals", dep_json_string(claims, "seals_state"),
                  "corrected", view->row.superseded ? "yes" : NULL));
}

static const char *side_words(const struct dep_table *table, const char *column, const char *code)
{
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(table->node), "custody.transferred", 0);
    const json_t *form = dep_schema_member(schema, schema->jtd,
                                           strcmp(column, "seals") == 0 ? "seals_state" : "giver");
    if (strcmp(column, "seals") != 0)
        form = dep_schema_member(schema, form, "state");
    return dep_form_choice(form, code, dep_reader_language());
}

static const struct dep_table_column EVENTS[] = {{"record", N_("Record"), DEP_UUID_LEN, NULL},
                                                 {"what", N_("What"), 28, type_words},
                                                 {"stated", N_("Time, as stated"), 20, NULL},
                                                 {"zone", N_("Zone"), 8, NULL},
                                                 {"recorded", N_("Recorded"), 20, NULL},
                                                 {"by", N_("By"), 10, NULL},
                                                 {"giver", N_("Gives"), 10, NULL},
                                                 {"giver_side", N_("How"), 12, side_words},
                                                 {"taker", N_("Receives"), 10, NULL},
                                                 {"taker_side", N_("How"), 12, side_words},
                                                 {"seals", N_("Seals"), 8, side_words},
                                                 {"corrected", N_("Corrected"), 0, yes_words}};

int dep_report_custody(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    struct dep_table table = {.args = args, .node = node, .problem = problem};
    bool one = args->positional_count > 1;
    table.columns = one ? EVENTS : ITEMS;
    table.column_count = one ? DEP_COUNT(EVENTS) : DEP_COUNT(ITEMS);
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_table_begin(&table);
    if (!err && one)
        err = dep_node_item(node, args->positional[1], true, &item, problem);
    if (!err)
        err = one ? dep_node_item_events(node, item.item, true, add_event, &table, problem)
                  : dep_table_items(&table, add_item);
    return err ? err : dep_table_end(&table);
}

/* ---- case: every one ---- */

/* The newest that was recorded by then. */
static const struct dep_view *stage_of(const struct dep_table *table, const struct dep_act *act)
{
    const struct dep_view *stage = &act->head;
    for (size_t i = 0; i < act->later_count; i++)
        if (strcmp(act->later[i].row.type, "case.stage") == 0 &&
            act->later[i].row.iat < table->at_s)
            stage = &act->later[i];
    return stage;
}

static int add_case(void *context, const struct dep_act *act)
{
    struct dep_table *table = context;
    const json_t *claims = act->head.claims;
    char opened[MOMENT_ROOM], since[MOMENT_ROOM];
    if (act->head.row.iat >= table->at_s || dep_table_leaves_out(table, act))
        return DEP_OK;
    const struct dep_view *stage = stage_of(table, act);
    return dep_table_row(table, json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s}", "case",
                                          dep_json_string(claims, "case"), "opened",
                                          moment_text(act->head.row.iat, opened), "stage",
                                          dep_json_string(stage->claims, "stage"), "since",
                                          moment_text(stage->row.iat, since), "authority",
                                          dep_json_string(claims, "authority"), "jurisdiction",
                                          dep_json_string(claims, "jurisdiction"), "record",
                                          act->head.row.jti));
}

static const struct dep_table_column CASES[] = {{"case", N_("Case"), DEP_UUID_LEN, NULL},
                                                {"opened", N_("Opened"), 20, NULL},
                                                {"stage", N_("Stage"), 14, id_words},
                                                {"since", N_("Since"), 20, NULL},
                                                {"authority", N_("Authority"), 28, dep_table_code},
                                                {"jurisdiction", N_("Jurisdiction"), 12, NULL},
                                                {"record", N_("Record"), 0, NULL}};

/* ---- case: what one rests on, and what was given for it ---- */

static const char *step_words(const struct dep_table *table, const char *column, const char *code)
{
    (void)table, (void)column;
    return strcmp(code, "stage") == 0      ? _("stage")
           : strcmp(code, "material") == 0 ? _("material")
                                           : _("given");
}

static int add_stage(struct dep_table *table, const struct dep_view *view)
{
    char when[MOMENT_ROOM];
    if (view->row.iat >= table->at_s || view->row.superseded)
        return DEP_OK;
    table->unread += !view->readable;
    return dep_table_row(table, json_pack("{s:s,s:s*,s:s,s:s*}", "what", "stage", "when",
                                          moment_text(view->row.iat, when), "record", view->row.jti,
                                          "stage", dep_json_string(view->claims, "stage")));
}

static int add_stages(struct dep_table *table, const struct dep_act *act)
{
    int err = add_stage(table, &act->head);
    for (size_t i = 0; !err && i < act->later_count; i++)
        if (strcmp(act->later[i].row.type, "case.stage") == 0)
            err = add_stage(table, &act->later[i]);
    return err;
}

static int add_material(void *context, const struct dep_view *marking)
{
    struct dep_table *table = context;
    char when[MOMENT_ROOM];
    return marking->row.iat >= table->at_s
               ? DEP_OK
               : dep_table_row(table, json_pack("{s:s,s:s*,s:s,s:s}", "what", "material", "when",
                                                moment_text(marking->row.iat, when), "record",
                                                marking->row.jti, "item", marking->row.item));
}

/* A line an item: what was shown of it stands in the release. */
static int add_given(void *context, const struct dep_released *released)
{
    struct dep_table *table = context;
    const struct dep_view *made = released->release;
    const json_t *claims = released->prepared->claims;
    char when[MOMENT_ROOM];
    size_t i;
    json_t *material;
    int err = DEP_OK;
    if (!made || made->row.iat >= table->at_s)
        return DEP_OK;
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        if (!err)
            err = dep_table_row(
                table, json_pack("{s:s,s:s*,s:s,s:s*,s:s*,s:s*,s:s*,s:s*}", "what", "given", "when",
                                 moment_text(made->row.iat, when), "record", made->row.jti, "item",
                                 dep_json_string(material, "item"), "recipient",
                                 dep_json_string(claims, "recipient"), "purpose",
                                 dep_json_string(claims, "purpose"), "redacted",
                                 dep_json_true(material, "redacted") ? "yes" : NULL, "withdrawn",
                                 released->withdrawals ? "yes" : NULL));
    }
    return err;
}

static const struct dep_table_column STEPS[] = {{"what", N_("What"), 10, step_words},
                                                {"when", N_("Recorded"), 20, NULL},
                                                {"record", N_("Record"), DEP_UUID_LEN, NULL},
                                                {"stage", N_("Stage"), 14, id_words},
                                                {"item", N_("Item"), DEP_UUID_LEN, NULL},
                                                {"recipient", N_("Recipient"), 20, dep_table_code},
                                                {"purpose", N_("Purpose"), 20, dep_table_code},
                                                {"redacted", N_("Redacted"), 8, yes_words},
                                                {"withdrawn", N_("Withdrawn"), 0, yes_words}};

static int report_one_case(struct dep_table *table, const char *name)
{
    DEP_AUTO_CASE of_case = {.stage = NULL};
    int err = dep_table_begin(table);
    if (!err)
        err = dep_node_case(table->node, name, &of_case, table->problem);
    if (!err)
        err = add_stages(table, &of_case.opened);
    if (!err)
        err = dep_node_marked_for(table->node, of_case.id, add_material, table, table->problem);
    if (!err)
        err = dep_node_ledger(table->node, of_case.id, add_given, table, table->problem);
    return err ? err : dep_table_end(table);
}

int dep_report_case(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_CALLED called = {.found = NULL};
    struct dep_table table = {.args = args, .node = node, .problem = problem, .called = &called};
    bool one = args->positional_count > 1;
    table.columns = one ? STEPS : CASES;
    table.column_count = one ? DEP_COUNT(STEPS) : DEP_COUNT(CASES);
    (void)dep_report_as_of(args, &table.at_s); /* dep_cmd_report() asked */
    if (one)
        return report_one_case(&table, args->positional[1]);
    int err = dep_table_begin(&table);
    if (!err)
        err = dep_table_acts(&table, "case.opened", add_case);
    return err ? err : dep_table_end(&table);
}

/* ---- due ---- */

static int add_due(struct dep_table *table, const struct dep_due *due)
{
    char when[MOMENT_ROOM];
    DEP_AUTO_BUF words;
    dep_buf_init_secret(&words, DEP_DUE_WORDS_MAX);
    if (table->called->found)
        dep_due_words(table->called, due, &words);
    else
        dep_buf_addf(&words, "%s", due->detail);
    if (dep_buf_err(&words))
        return dep_problem_fault(table->problem, dep_buf_err(&words), "cli.report", "");
    return dep_table_row(
        table, json_pack("{s:s*,s:s,s:s,s:s*,s:s*}", "when", moment_text(due->when_s, when), "kind",
                         due->kind, "record", due->record, "item", due->item[0] ? due->item : NULL,
                         "detail", words.len ? (const char *)words.data : NULL));
}

int dep_report_due(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    static const struct dep_table_column columns[] = {{"when", N_("Due"), 20, NULL},
                                                      {"kind", N_("What"), 40, id_words},
                                                      {"record", N_("Record"), DEP_UUID_LEN, NULL},
                                                      {"item", N_("Item"), DEP_UUID_LEN, NULL},
                                                      {"detail", N_("About what"), 0, NULL}};
    DEP_AUTO_CALLED called = {.found = NULL};
    struct dep_table table = {.args = args,
                              .node = node,
                              .problem = problem,
                              .columns = columns,
                              .column_count = DEP_COUNT(columns),
                              .called = &called,
                              .earliest = true};
    int64_t within_s = 0;
    (void)dep_within(args, &within_s); /* dep_cmd_report() asked */
    DEP_AUTO_DUES dues = {.list = NULL};
    int err = dep_table_begin(&table);
    if (!err)
        err = dep_node_due(node, dep_node_now_ms(node) / 1000 + within_s, table.limit, &dues,
                           problem);
    for (size_t i = 0; !err && i < dues.count; i++)
        err = add_due(&table, &dues.list[i]);
    table.cut = dues.cut;
    return err ? err : dep_table_end(&table);
}
