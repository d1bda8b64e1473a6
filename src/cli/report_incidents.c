/*
 * report incidents: what is known of each by now, where nothing could be seen, and what field kits
 * handed over and other members reported of theirs, which is theirs still: in lines of their own,
 * and in no count.
 */
#include "cli/report_table.h"
#include "codec/edtf.h"
#include "node/reported.h"

#include <string.h>

enum { CELL_MAX = 64 * 1024, NUMBER_ROOM = 24, PLACE_ROOM = 128 };

static int no_memory(const struct dep_table *table)
{
    return dep_problem_fault(table->problem, DEP_ERR_NOMEM, "cli.report", "");
}

static const char *words_of_standing(const struct dep_table *table, const char *code)
{
    const char *extent = dep_table_choice(table, "coverage.stated", "extent", code);
    return extent                           ? extent
           : strcmp(code, "corrected") == 0 ? _("as corrected")
           : strcmp(code, "retracted") == 0 ? _("retracted")
           : strcmp(code, "withdrawn") == 0 ? _("withdrawn by its sender")
           : strcmp(code, "disputed") == 0  ? dep_word("disputed")
                                            : _("as reported");
}

static const char *incident_words(const struct dep_table *table, const char *column,
                                  const char *code)
{
    if (strcmp(column, "confidence") == 0)
        return dep_table_choice(table, "incident.reported", column, code);
    if (strcmp(column, "kind") == 0)
        return strstr(code, "coverage") ? _("coverage") : _("incident");
    return words_of_standing(table, code);
}

/* What the code of another member, or of a kit, is called there isn't known here. */
static const char *category_words(const struct dep_table *table, const char *column,
                                  const char *code)
{
    return table->word ? NULL : dep_table_code(table, column, code);
}

/* ---- one incident, as it is known now ---- */

/* Each field as it was stated last. The first report stays as it is. */
struct incident {
    json_t *said;           /* claims of the report and of what corrects it, oldest first */
    json_t *reduced;        /* of what tells a received one less exactly; NULL: of none */
    bool retracted, unread; /* unread: a correction that shows and can't be read */
};

static void incident_done(struct incident *incident)
{
    json_decref(incident->said);
    json_decref(incident->reduced);
}

static bool has_effect(const json_t *correction, const char *effect)
{
    return dep_json_says(correction, "effect", effect);
}

static const json_t *newest_in(const json_t *said, const char *name)
{
    const json_t *value = NULL;
    for (size_t i = json_array_size(said); !value && i-- > 0;)
        value = json_object_get(json_array_get(said, i), name);
    return value;
}

/* What is less exact counts where nothing else is known. */
static const json_t *newest_of(const struct incident *incident, const char *name)
{
    const json_t *value = newest_in(incident->said, name);
    return value ? value : newest_in(incident->reduced, name);
}

static int incident_of(const struct dep_table *table, const struct dep_act *act,
                       struct incident *out)
{
    out->said = json_pack("[O]", act->head.claims);
    for (size_t i = 0; out->said && i < act->later_count; i++) {
        const struct dep_view *later = &act->later[i];
        if (strcmp(later->row.type, "incident.corrected") != 0 || later->row.superseded ||
            has_effect(later->claims, "reduces"))
            continue;
        if (json_array_append(out->said, later->claims))
            return no_memory(table);
        out->retracted = has_effect(later->claims, "retracts");
        out->unread = out->unread || !later->readable;
    }
    return out->said ? DEP_OK : no_memory(table);
}

/* "B3 C4": how reliable, how credible; never who. */
static void grades_of(const json_t *sources, struct dep_buf *out)
{
    size_t i;
    json_t *source;
    json_array_foreach(sources, i, source)
        dep_buf_addf(out, "%s%s%s", i ? " " : "", dep_json_string(source, "reliability"),
                     dep_json_string(source, "credibility"));
    dep_buf_add(out, "", 0);
}

/* Its code, or as exactly as was stated; never the place in words. */
static void place_of(const json_t *place, char *out, size_t room)
{
    const char *code = dep_json_string(place, "code");
    const char *latitude = dep_json_string(place, "latitude");
    const char *longitude = dep_json_string(place, "longitude");
    out[0] = 0;
    if (latitude && longitude)
        (void)snprintf(out, room, "%s %s", latitude, longitude);
    else if (code)
        (void)snprintf(out, room, "%s", code);
}

static const char *text_or_null(const char *text)
{
    return text[0] ? text : NULL;
}

/* `corrections`: how many there were. NULL without memory. */
static json_t *incident_row(const struct incident *incident, const char *record, size_t corrections)
{
    const json_t *place = newest_of(incident, "place"), *when = newest_of(incident, "when");
    int64_t precision_m = 0;
    char where[PLACE_ROOM], precision[NUMBER_ROOM] = "", count[NUMBER_ROOM];
    DEP_AUTO_BUF sources;
    dep_buf_init(&sources, CELL_MAX);
    grades_of(newest_of(incident, "sources"), &sources);
    if (dep_buf_err(&sources))
        return NULL;
    place_of(place, where, sizeof where);
    if (dep_json_int(place, "precision_m", &precision_m))
        (void)snprintf(precision, sizeof precision, "%lld", (long long)precision_m);
    (void)snprintf(count, sizeof count, "%zu", corrections);
    return json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*,s:s,s:s*,s:s}", "kind", "incident",
                     "record", record, "when", dep_json_string(when, "edtf"), "category",
                     json_string_value(newest_of(incident, "category")), "territory",
                     json_string_value(newest_of(incident, "territory")), "place",
                     text_or_null(where), "precision_m", text_or_null(precision), "confidence",
                     json_string_value(newest_of(incident, "confidence")), "sources",
                     (const char *)sources.data, "corrections", corrections ? count : NULL,
                     "standing",
                     incident->retracted ? "retracted"
                     : corrections       ? "corrected"
                                         : "reported");
}

static json_t *coverage_row(const json_t *claims, const char *record)
{
    return json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s*}", "kind", "coverage", "record", record, "when",
                     dep_json_string(claims, "from"), "until", dep_json_string(claims, "to"),
                     "territory", dep_json_string(claims, "territory"), "standing",
                     dep_json_string(claims, "extent"));
}

static bool is_before(const struct dep_table *table, const char *date)
{
    struct dep_edtf_span span;
    return !date || !dep_edtf_span_of(dep_slice_string(date), &span) ||
           span.earliest_s < table->at_s;
}

/* ---- this register's own ---- */

static int add_incident(void *context, const struct dep_act *act)
{
    struct dep_table *table = context;
    if (dep_table_leaves_out(table, act))
        return DEP_OK;
    struct incident incident = {.said = NULL};
    int err = incident_of(table, act, &incident);
    if (!err && is_before(table, dep_json_string(newest_of(&incident, "when"), "edtf"))) {
        table->unread += incident.unread;
        err = dep_table_row(
            table, incident_row(&incident, act->head.row.jti, json_array_size(incident.said) - 1));
    }
    incident_done(&incident);
    return err;
}

/* Where nothing could be seen: there, that no incident is known says nothing. */
static int add_coverage(void *context, const struct dep_act *act)
{
    struct dep_table *table = context;
    const json_t *claims = act->head.claims;
    if (dep_table_leaves_out(table, act) || !is_before(table, dep_json_string(claims, "from")))
        return DEP_OK;
    return dep_table_row(table, coverage_row(claims, act->head.row.jti));
}

/* ---- what field kits handed over, and other members reported ---- */

/* Newest first: what corrects a report came with it or after it, and is met before it. A part is an
 * object with the claims of one record, the names withheld of them, and how it stands. */
struct received {
    struct dep_table *table;
    json_t *seen;    /* for dep_reported_again() */
    json_t *waiting; /* "SHA-256 MEMBER" of a report: the parts that correct it, newest first */
    json_t *rows;    /* newest first */
    bool full;
};

enum { KEY_ROOM = 2 * DEP_HASH_LEN + DEP_MEMBER_LEN_MAX + 2 };

/* Somebody else's report is corrected by its own word only. */
static void key_of(const char *report_sha256, const char *member, char out[KEY_ROOM])
{
    (void)snprintf(out, KEY_ROOM, "%s %s", report_sha256, member);
}

static json_t *part_of(const struct dep_reported *reported, const char *record)
{
    DEP_AUTO_BUF withheld;
    dep_buf_init(&withheld, CELL_MAX);
    dep_reported_withheld(reported, &withheld);
    return dep_buf_err(&withheld)
               ? NULL
               : json_pack("{s:O,s:s,s:s,s:s,s:s*}", "claims", reported->claims, "withheld",
                           (const char *)withheld.data, "record", record,
                           reported->kit_officer ? "kit" : "from", reported->member, "standing",
                           reported->withdrawn  ? "withdrawn"
                           : reported->disputed ? "disputed"
                                                : NULL);
}

static bool names(const char *withheld, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strstr(withheld, name); at; at = strstr(at + 1, name))
        if ((at == withheld || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

/* Whether what was said last of the field is not known here. `parts`: oldest first. */
static bool is_withheld(const json_t *parts, const char *name)
{
    for (size_t i = json_array_size(parts); i-- > 0;) {
        const json_t *part = json_array_get(parts, i), *claims = json_object_get(part, "claims");
        if (names(dep_json_string(part, "withheld"), name))
            return true;
        if (json_object_get(claims, name))
            return false;
    }
    return false;
}

/* Of the fields of the first of `parts`. */
static void add_withheld(const struct dep_table *table, const json_t *parts, struct dep_buf *out)
{
    const char *type = dep_json_string(json_object_get(json_array_get(parts, 0), "claims"), "type");
    const struct dep_schema *schema = dep_schemas_find(dep_node_schemas(table->node), type, 0);
    DEP_AUTO_BUF withheld;
    dep_buf_init(&withheld, CELL_MAX);
    for (size_t i = 0; i < schema->field_count; i++)
        if (is_withheld(parts, schema->fields[i].name))
            dep_buf_addf(&withheld, "%s%s", withheld.len ? " " : "", schema->fields[i].name);
    dep_buf_add(&withheld, "", 0);
    dep_table_add_fields(table, type, (const char *)withheld.data, out);
}

/* `row`, taken, is marked as what it is; NULL without memory. */
static json_t *marked(const struct dep_table *table, json_t *row, const json_t *parts)
{
    static const char *const kinds[][3] = {{"incident", "received", "kit"},
                                           {"coverage", "received_coverage", "kit_coverage"}};
    DEP_AUTO_BUF withheld;
    dep_buf_init(&withheld, CELL_MAX);
    add_withheld(table, parts, &withheld);
    const json_t *first = json_array_get(parts, 0);
    bool kit = json_object_get(first, "kit") != NULL;
    const char *whose = kit ? "kit" : "from";
    int bad = !row || dep_buf_err(&withheld) ||
              json_object_set(row, whose, json_object_get(first, whose));
    if (!bad && withheld.len)
        bad = json_object_set_new(row, "withheld", json_string((const char *)withheld.data));
    for (size_t i = 0; !bad && i < DEP_COUNT(kinds); i++)
        if (dep_json_says(row, "kind", kinds[i][0]))
            bad = json_object_set_new(row, "kind", json_string(kinds[i][1 + kit]));
    for (size_t i = json_array_size(parts); !bad && i-- > 0;) {
        json_t *standing = json_object_get(json_array_get(parts, i), "standing");
        bad = standing && json_object_set(row, "standing", standing);
    }
    if (!bad)
        return row;
    json_decref(row);
    return NULL;
}

/* `parts`: the report and what corrects it, oldest first; or, where it didn't come, the rest. */
static int add_row(struct received *received, const json_t *parts)
{
    struct incident incident = {.said = json_array(), .reduced = json_array()};
    const json_t *first = json_array_get(parts, 0), *head = json_object_get(first, "claims");
    bool coverage = dep_json_says(head, "type", "coverage.stated"),
         report = dep_json_says(head, "type", "incident.reported");
    int bad = !incident.said || !incident.reduced;
    for (size_t i = 0; !bad && i < json_array_size(parts); i++) {
        json_t *claims = json_object_get(json_array_get(parts, i), "claims");
        bool reduces = has_effect(claims, "reduces");
        bad = json_array_append(reduces ? incident.reduced : incident.said, claims);
        incident.retracted = reduces ? incident.retracted : has_effect(claims, "retracts");
    }
    const char *record = dep_json_string(first, "record"),
               *date = coverage ? dep_json_string(head, "from")
                                : dep_json_string(newest_of(&incident, "when"), "edtf");
    if (!bad && is_before(received->table, date)) {
        json_t *row =
            coverage ? coverage_row(head, record)
                     : incident_row(&incident, record, json_array_size(incident.said) - report);
        row = marked(received->table, row, parts);
        bad = !row || json_array_append_new(received->rows, row);
    }
    incident_done(&incident);
    return bad ? no_memory(received->table) : DEP_OK;
}

/* What waits, with `head` (taken) where it came, oldest first. NULL without memory. */
static json_t *gathered(json_t *waiting, json_t *head)
{
    json_t *parts = head ? json_pack("[o]", head) : json_array();
    for (size_t i = json_array_size(waiting); parts && i-- > 0;)
        if (json_array_append(parts, json_array_get(waiting, i))) {
            json_decref(parts);
            parts = NULL;
        }
    return parts;
}

static int take_head(struct received *received, const struct dep_view *view, const char *member,
                     json_t *head)
{
    char key[KEY_ROOM];
    received->full = json_array_size(received->rows) >= received->table->limit;
    if (received->full) {
        json_decref(head);
        return DEP_FOUND;
    }
    key_of(dep_json_string(view->claims, "sha256"), member, key);
    DEP_AUTO_JSON *parts = gathered(json_object_get(received->waiting, key), head);
    (void)json_object_del(received->waiting, key);
    return parts ? add_row(received, parts) : no_memory(received->table);
}

static int take_correction(struct received *received, const struct dep_reported *reported,
                           json_t *part)
{
    char key[KEY_ROOM], hex[2 * DEP_HASH_LEN + 1];
    struct dep_hash report = {{0}};
    (void)dep_record_ref_sha256(reported->claims, "about", &report);
    dep_hex_encode(report.bytes, DEP_HASH_LEN, hex);
    key_of(hex, reported->member, key);
    json_t *waiting = json_object_get(received->waiting, key);
    if (!waiting) {
        waiting = json_array();
        if (json_object_set_new(received->waiting, key, waiting))
            waiting = NULL;
    }
    return json_array_append_new(waiting, part) ? no_memory(received->table) : DEP_OK;
}

static int take_received(void *context, const struct dep_act *act)
{
    struct received *received = context;
    struct dep_table *table = received->table;
    const struct dep_view *view = &act->head;
    DEP_AUTO_REPORTED reported = {.withdrawn = false};
    bool again;
    if (!dep_reported_is(view) || dep_table_leaves_out(table, act))
        return DEP_OK;
    if (!dep_reported_opens(view)) {
        table->unread++;
        return DEP_OK;
    }
    if (dep_reported_again(received->seen, view, &again))
        return no_memory(table);
    int err = again ? DEP_OK : dep_node_reported(table->node, view, &reported, table->problem);
    if (err || again)
        return err;
    json_t *part = part_of(&reported, view->row.jti);
    if (!part)
        return no_memory(table);
    return strcmp(reported.type, "incident.corrected") == 0
               ? take_correction(received, &reported, part)
               : take_head(received, view, reported.member, part);
}

/* A correction whose report never came stands by itself. */
static int add_lone(struct received *received)
{
    const char *key;
    json_t *waiting;
    int err = DEP_OK;
    json_object_foreach(received->waiting, key, waiting)
    {
        DEP_AUTO_JSON *parts = err ? NULL : gathered(waiting, NULL);
        err = err ? err : parts ? add_row(received, parts) : no_memory(received->table);
    }
    return err;
}

/* In the order of the rest: on a page the newest first, else the oldest. */
static int write_rows(struct received *received)
{
    size_t count = json_array_size(received->rows);
    bool page = received->table->limit != UINT64_MAX;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = dep_table_row(received->table,
                            json_incref(json_array_get(received->rows, page ? i : count - 1 - i)));
    return err;
}

/* `type`: of the records that hold them. */
static int add_received(struct dep_table *table, const char *type, json_t *seen)
{
    DEP_AUTO_JSON *waiting = json_object();
    DEP_AUTO_JSON *rows = json_array();
    struct received received = {table, seen, waiting, rows, false};
    struct dep_index_query query = {.type = type, .newest_first = true};
    if (!waiting || !rows)
        return no_memory(table);
    int err = dep_node_acts_of(table->node, &query, take_received, &received, table->problem);
    if (received.full)
        err = DEP_OK;
    else if (!err)
        err = add_lone(&received);
    table->cut = table->cut || received.full;
    table->word = type;
    return err ? err : write_rows(&received);
}

/* ---- all of them ---- */

int dep_report_incidents(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    static const struct dep_table_column columns[] = {
        {"kind", N_("What"), 10, incident_words},
        {"record", N_("Record"), DEP_UUID_LEN, NULL},
        {"when", N_("When"), 16, NULL},
        {"until", N_("Until"), 10, NULL},
        {"category", N_("Category"), 28, category_words},
        {"territory", N_("Territory"), 16, dep_table_code},
        {"place", N_("Place"), 15, NULL},
        {"precision_m", N_("Exact to, m"), 11, NULL},
        {"confidence", N_("How sure"), 8, incident_words},
        {"sources", N_("Sources"), 8, NULL},
        {"corrections", N_("Corrections"), 11, NULL},
        {"standing", N_("Standing"), 0, incident_words},
        {"from", N_("Received from"), DEP_TABLE_BELOW, dep_table_body},
        {"withheld", N_("Withheld"), DEP_TABLE_BELOW, NULL},
        {"kit", N_("Handed over by the field kit"), DEP_TABLE_BELOW, dep_table_body}};
    DEP_AUTO_CALLED called = {.found = NULL};
    DEP_AUTO_JSON *seen = json_object();
    struct dep_table table = {.args = args,
                              .node = node,
                              .problem = problem,
                              .columns = columns,
                              .column_count = DEP_COUNT(columns),
                              .at_s = INT64_MAX,
                              .called = &called};
    (void)dep_report_as_of(args, &table.at_s); /* dep_cmd_report() asked */
    int err = seen ? dep_table_begin(&table) : no_memory(&table);
    if (!err)
        err = dep_table_acts(&table, "incident.reported", add_incident);
    if (!err)
        err = dep_table_acts(&table, "coverage.stated", add_coverage);
    /* A kit's incident that its member gave as well is the kit's: that is whole. */
    if (!err)
        err = add_received(&table, DEP_KIT_REPORT, seen);
    if (!err)
        err = add_received(&table, DEP_FOREIGN_REPORT, seen);
    return err ? err : dep_table_end(&table);
}
