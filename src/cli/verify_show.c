#include "cli/verify_show.h"

#include "cli/show.h"
#include "cli/verdict.h"
#include "package/steps.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_SHOWN_MAX = 1000 };

static void show_text(const char *text)
{
    dep_print_isolated(stdout, text);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = dep_json_string(object, name);
    return text ? text : "—";
}

/* By its name in the package's charter, with the code; the code alone where no charter could be
 * read. */
static void show_listed(const struct dep_charter *charter, const char *list, const char *code)
{
    if (!charter || !dep_show_listed(charter, list, code))
        show_text(code);
}

/* The beginning of a fingerprint. */
static void show_digest(const char *hex)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.16s…", hex);
    show_text(text);
}

/* ---- what was found ---- */

static void show_place(const json_t *found)
{
    const char *path = dep_json_string(found, "path");
    const char *record = dep_json_string(found, "record");
    const char *field = dep_json_string(found, "field");
    int64_t line;
    if (path) {
        (void)printf(" ");
        show_text(path);
    }
    if (dep_json_int(found, "line", &line))
        (void)printf(":%lld", (long long)line);
    if (record) {
        (void)printf(" ");
        show_digest(record);
    }
    if (field) {
        (void)printf(" ");
        show_text(field);
    }
}

/* A line of its own, below what it belongs to. */
static void begin_line(const char *label)
{
    (void)printf("  ");
    dep_print_label(stdout, label);
}

static void show_found(const json_t *found)
{
    const char *id = text_of(found, "id");
    begin_line(dep_word(text_of(found, "result")));
    (void)printf("%s [%s]", dep_word(id), id);
    show_place(found);
    (void)printf("\n");
}

/* First what counts, then what is told beside it. */
static void show_findings(const json_t *account)
{
    const json_t *findings = dep_json_array(account, "findings");
    int64_t left_off = 0;
    size_t i;
    json_t *found;
    if (json_array_size(findings))
        (void)printf("%s\n", _("What was found:"));
    json_array_foreach(findings, i, found) if (!dep_json_true(found, "aside")) show_found(found);
    json_array_foreach(findings, i, found) if (dep_json_true(found, "aside")) show_found(found);
    if (dep_json_int(account, "left_off", &left_off) && left_off > 0)
        (void)printf(_("  and %lld findings more\n"), (long long)left_off);
}

/* ---- what it is, and what is in it ---- */

static void show_package(const struct dep_charter *charter, const json_t *account)
{
    const json_t *package = dep_json_object(account, "package");
    const char *kind = dep_json_string(package, "kind");
    char id[64];
    int64_t date;
    (void)snprintf(id, sizeof id, "package.kind.%s", kind ? kind : "unknown");
    dep_print_label(stdout, _("Package"));
    show_text(text_of(package, "id"));
    (void)printf("\n");
    begin_line(_("Kind"));
    (void)printf("%s\n", dep_word(id));
    begin_line(_("From"));
    show_listed(charter, "members", text_of(package, "sender"));
    (void)printf("\n");
    begin_line(_("For"));
    show_listed(charter, "recipients", text_of(package, "recipient"));
    (void)printf("\n");
    if (dep_json_int(package, "date", &date)) {
        begin_line(_("Sent"));
        dep_show_time(date);
        (void)printf("\n");
    }
}

/* What was said of a log, by whom, when, and of how much of it: the last may be less than all. */
static void show_said(const char *label, const json_t *list)
{
    size_t i;
    json_t *said;
    json_array_foreach(list, i, said)
    {
        int64_t time_s = 0;
        begin_line(label);
        show_text(text_of(said, "name"));
        if (dep_json_int(said, "time", &time_s)) {
            (void)printf("%s", _(", "));
            dep_show_time(time_s);
        }
        (void)printf("%s", _(", "));
        (void)printf(_("over the first %s records"), text_of(said, "size"));
        (void)printf("\n");
    }
}

static void show_logs(const json_t *account)
{
    size_t i;
    json_t *log;
    json_array_foreach(dep_json_array(account, "logs"), i, log)
    {
        (void)printf("%s ", _("Log"));
        show_text(text_of(log, "origin"));
        (void)printf(" (");
        show_text(text_of(log, "member"));
        (void)printf(")");
        dep_print_label(stdout, "");
        (void)printf(dep_json_true(log, "proved")
                         ? _("checkpoint over %s records, signed by the log's key\n")
                         : _("checkpoint over %s records, not proved\n"),
                     text_of(log, "size"));
        show_said(_("Cosigned by"), dep_json_array(log, "cosigned"));
        show_said(_("Timestamps"), dep_json_array(log, "tokens"));
    }
}

static void show_withheld(const struct dep_schema *schema, const json_t *record)
{
    const json_t *withheld = dep_json_array(record, "withheld");
    const char *lang = dep_reader_language();
    size_t i;
    json_t *name;
    if (json_array_size(withheld) == 0)
        return;
    begin_line(dep_word("withheld"));
    json_array_foreach(withheld, i, name)
    {
        const char *label = dep_schema_label(schema, json_string_value(name), lang);
        (void)printf("%s%s", i ? _("; ") : "", label ? label : json_string_value(name));
    }
    (void)printf("\n");
}

/* Who did what, when; in words of the type. */
static void show_record(const struct dep_schemas *schemas, struct dep_called *called,
                        const json_t *record)
{
    const json_t *by = dep_json_object(record, "by");
    int64_t version = 0, iat = 0;
    (void)dep_json_int(record, "v", &version);
    (void)dep_json_int(record, "iat", &iat);
    const struct dep_schema *schema =
        dep_schemas_find(schemas, text_of(record, "type"), (int)version);
    if (!schema)
        return;
    (void)printf("\n%s — ", dep_schema_label(schema, NULL, dep_reader_language()));
    show_text(text_of(record, "iss"));
    (void)printf(" #%s\n", text_of(record, "index"));
    begin_line(_("By"));
    (void)printf("%s ", dep_word(text_of(by, "role")));
    show_text(text_of(by, "code"));
    (void)printf("%s", _(", "));
    dep_show_time(iat);
    if (strcmp(text_of(record, "standing"), "in_force") != 0)
        (void)printf(" — %s", dep_word(text_of(record, "standing")));
    (void)printf("\n");
    dep_show_fields(schemas, schema, called, dep_json_object(record, "shown"));
    show_withheld(schema, record);
}

/* A receipt, a notice and the answer to one list nothing: what they say stands in their head
 * record. */
static bool is_answer(const json_t *account, const json_t *record)
{
    const json_t *package = dep_json_object(account, "package");
    const char *head = dep_json_string(package, "head");
    return head && strcmp(text_of(record, "sha256"), head) == 0 &&
           strcmp(text_of(record, "type"), "package.sent") != 0;
}

static int show_records(const struct dep_schemas *schemas, struct dep_called *called,
                        struct dep_verify *verify, const json_t *account)
{
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        if (shown == RECORDS_SHOWN_MAX) {
            more++;
            continue;
        }
        int err = dep_verify_record(verify, i, &record);
        if (err)
            return err;
        if (!dep_json_true(record, "listed") && !is_answer(account, record))
            continue;
        show_record(schemas, called, record);
        shown++;
    }
    if (more)
        (void)printf(_("and %zu records more: --json has them all\n"), more);
    return DEP_OK;
}

static void show_items(const json_t *account)
{
    char as[64], opens[64];
    size_t i;
    json_t *item;
    json_array_foreach(dep_json_array(account, "items"), i, item)
    {
        (void)snprintf(as, sizeof as, "package.as.%s", text_of(item, "as"));
        (void)snprintf(opens, sizeof opens, "package.opens.%s", text_of(item, "opens"));
        (void)printf("\n%s ", _("Item"));
        show_text(text_of(item, "item"));
        (void)printf("\n  %s\n", dep_word(as));
        begin_line(_("Opens it"));
        (void)printf("%s\n", dep_word(opens));
        begin_line(_("What was sealed"));
        (void)printf("%s\n", dep_word(text_of(item, "payload")));
        begin_line(_("What is in it"));
        (void)printf("%s\n", dep_word(text_of(item, "content")));
    }
}

/* Links that aren't followed here, and why. */
static void show_linked(const json_t *account)
{
    const json_t *linked = dep_json_array(account, "linked");
    char why[64], as[64];
    size_t i;
    json_t *line;
    if (json_array_size(linked))
        (void)printf("\n%s\n", _("Not in the package, and accounted for:"));
    json_array_foreach(linked, i, line)
    {
        char name[DEP_RELATION_ROOM];
        const char *arrow = dep_relation_arrow(text_of(line, "rel"), name);
        int64_t count;
        (void)snprintf(why, sizeof why, "linked.why.%s", text_of(line, "why"));
        (void)snprintf(as, sizeof as, "linked.%s", text_of(line, "as"));
        (void)printf("  ");
        show_digest(text_of(line, "from"));
        (void)printf(" %s", arrow);
        dep_print_label(stdout, dep_word(name));
        if (dep_json_int(line, "count", &count))
            (void)printf("%lld", (long long)count);
        else
            show_digest(text_of(line, "sha256"));
        if (strcmp(as, "linked.sealed") == 0)
            (void)printf(" — %s", dep_word(as));
        (void)printf(" (%s)\n", dep_word(why));
    }
}

/* That there is something is told to everybody. */
static void show_notice(const json_t *account)
{
    const json_t *notice = dep_json_object(account, "notice");
    char opens[64];
    int64_t sealed = 0;
    if (!notice)
        return;
    (void)dep_json_int(notice, "sealed", &sealed);
    (void)snprintf(opens, sizeof opens, "notice.opens.%s", text_of(notice, "opens"));
    (void)printf("\n");
    (void)printf(_("Under sealed notice to the judge: %lld\n"), (long long)sealed);
    begin_line(_("Opens it"));
    (void)printf("%s", dep_word(opens));
    if (dep_json_string(notice, "to")) {
        (void)printf(" ");
        show_text(text_of(notice, "to"));
    }
    (void)printf("\n");
    begin_line(_("What was sealed"));
    (void)printf("%s\n", dep_word(text_of(notice, "payload")));
    begin_line(_("What is in it"));
    (void)printf("%s\n", dep_word(text_of(notice, "content")));
}

/* To who opened it. */
static void show_told(const struct dep_schemas *schemas, struct dep_called *called,
                      const json_t *told)
{
    const char *words = dep_json_string(told, "words");
    char why[64];
    size_t i, at;
    json_t *sealed, *reason;
    if (!told)
        return;
    (void)printf("\n%s\n", _("For the judge alone:"));
    if (words) {
        begin_line(_("To the judge, from whoever packed it"));
        show_text(words);
        (void)printf("\n");
    }
    json_array_foreach(dep_json_array(told, "sealed"), i, sealed)
    {
        show_record(schemas, called, dep_json_object(sealed, "record"));
        (void)snprintf(why, sizeof why, "linked.why.%s", text_of(sealed, "why"));
        begin_line(_("Why"));
        (void)printf("%s\n", dep_word(why));
        json_array_foreach(dep_json_array(sealed, "because"), at, reason)
            show_record(schemas, called, reason);
    }
}

static void show_limits(const json_t *account)
{
    char id[64];
    size_t i;
    json_t *name;
    (void)printf("\n%s\n", _("What this doesn't prove:"));
    json_array_foreach(dep_json_array(account, "proves_not"), i, name)
    {
        (void)snprintf(id, sizeof id, "proves_not.%s", json_string_value(name));
        (void)printf("  - %s\n", dep_word(id));
    }
}

int dep_show_package(const struct dep_schemas *schemas, struct dep_verify *verify,
                     const json_t *notice)
{
    DEP_AUTO_JSON *account = NULL;
    int err = dep_verify_account(verify, &account);
    if (err)
        return err;
    const json_t *counts = dep_json_object(account, "counts");
    const struct dep_charter *charter = dep_step_charter(verify);
    DEP_AUTO_CALLED own = {.charter = charter,
                           .lang = dep_reader_language(),
                           .found = json_object(),
                           .charter_only = true};
    struct dep_called *called = charter ? &own : NULL;
    int64_t files = 0, records = 0, items = 0;
    (void)dep_json_int(counts, "files", &files);
    (void)dep_json_int(counts, "records", &records);
    (void)dep_json_int(counts, "items", &items);
    show_package(charter, account);
    (void)printf(_("Result: %s. Files: %lld; records: %lld; items: %lld.\n"),
                 dep_word(text_of(account, "result")), (long long)files, (long long)records,
                 (long long)items);
    show_findings(account);
    show_logs(account);
    if ((err = show_records(schemas, called, verify, account)))
        return err;
    show_items(account);
    show_linked(account);
    show_notice(account);
    show_told(schemas, called, notice);
    show_limits(account);
    return DEP_OK;
}

/* ---- JSON ---- */

/* An object's members, without the braces. */
static int print_members(const json_t *object, const char *before)
{
    char *text = json_dumps(object, JSON_COMPACT);
    size_t len = text ? strlen(text) : 0;
    if (len >= 2)
        (void)printf("%s%.*s", before, (int)(len - 2), text + 1);
    free(text);
    return len >= 2 ? DEP_OK : DEP_ERR_NOMEM;
}

static int print_records(struct dep_verify *verify)
{
    (void)printf(",\"records\":[");
    for (size_t i = 0; i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        int err = dep_verify_record(verify, i, &record);
        if (!err) {
            (void)printf("%s", i ? "," : "");
            err = json_dumpf(record, stdout, JSON_COMPACT) ? DEP_ERR_NOMEM : DEP_OK;
        }
        if (err)
            return err;
    }
    (void)printf("]");
    return DEP_OK;
}

int dep_print_package_json(struct dep_verify *verify, const json_t *notice)
{
    static const char *const last[] = {"verdict", "proves_not"};
    DEP_AUTO_JSON *account = NULL;
    DEP_AUTO_JSON *rest = json_object();
    int err = dep_verify_account(verify, &account);
    for (size_t i = 0; !err && i < DEP_COUNT(last); i++)
        if (json_object_set(rest, last[i], json_object_get(account, last[i])) ||
            json_object_del(account, last[i]))
            err = DEP_ERR_NOMEM;
    if (!err)
        err = print_members(account, "{");
    if (!err)
        err = print_records(verify);
    if (!err)
        err = print_members(rest, ",");
    if (!err && notice) {
        (void)printf(",\"under_seal\":");
        err = json_dumpf(notice, stdout, JSON_COMPACT) ? DEP_ERR_NOMEM : DEP_OK;
    }
    if (!err)
        (void)printf("}\n");
    return err;
}
