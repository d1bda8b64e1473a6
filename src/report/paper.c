#include "report/paper_impl.h"

#include "codec/text.h"
#include "report/language.h"
#include "report/words.h"

#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _(text) gettext(text)
#define N_(text) text

enum { VALUE_MAX = 16 * 1024 * 1024 };

/* ---- values in words ---- */

/* Of which type the values are, and in which language they are told. */
struct telling {
    const struct dep_schema *schema;
    const char *lang;
};

static void add_value(const struct telling *telling, const json_t *form, const json_t *value,
                      bool within, struct dep_buf *out);

/* A value keeps its own direction, whatever stands round it: a date in an Arabic sentence must not
 * turn about. */
static void add_isolated(const char *text, struct dep_buf *out)
{
    struct dep_slice rest = dep_slice_string(text);
    while (rest.len) {
        struct dep_slice line = dep_slice_next(&rest, '\n');
        dep_buf_add_string(out, "\xe2\x81\xa8"); /* U+2068 first strong isolate */
        dep_text_show(line, out);
        dep_buf_add_string(out, "\xe2\x81\xa9"); /* U+2069 pop */
        dep_buf_add_string(out, rest.len ? "\n" : "");
    }
}

const char *dep_paper_mark(const struct dep_paper *paper)
{
    return strcmp(paper->lang, "ar") == 0 ? "\xe2\x80\x8f" : "";
}

void dep_paper_line_words(const struct dep_paper *paper, const char *words, struct dep_buf *out)
{
    dep_buf_addf(out, "%s%s", out->len ? "\n" : "", dep_paper_mark(paper));
    dep_text_show(dep_slice_string(words), out);
}

void dep_paper_line_value(const struct dep_paper *paper, const char *value, struct dep_buf *out)
{
    dep_buf_addf(out, "%s%s", out->len ? "\n" : "", dep_paper_mark(paper));
    add_isolated(value, out);
}

/* What a text is written in, where that isn't what the paper is: nobody needs to be told the
 * rest. */
static void add_language(const struct telling *telling, const json_t *text, struct dep_buf *out)
{
    const char *lang = dep_json_string(text, "lang");
    if (!lang || !dep_json_string(text, "text") ||
        (strcmp(lang, telling->lang) == 0 && !dep_json_string(text, "script")))
        return;
    dep_buf_add_string(out, " [\xe2\x81\xa8");
    dep_language_add_of(text, telling->lang, out);
    dep_buf_add_string(out, "\xe2\x81\xa9]");
}

/* A line of several values runs as the paper does, whichever script it begins with: what draws it
 * goes by the first strong letter, isolated or not. */
static void add_direction(const struct telling *telling, struct dep_buf *out)
{
    if (out->len == 0 || out->data[out->len - 1] == '\n')
        dep_buf_add_string(out, strcmp(telling->lang, "ar") == 0 ? "\xe2\x80\x8f" : "\xe2\x80\x8e");
}

/* The material of a verdict is its place in a list, which people count from one. */
static void add_member(const struct telling *telling, const json_t *form, const char *name,
                       const json_t *value, struct dep_buf *out)
{
    if (strcmp(name, "material") == 0 && json_is_integer(value))
        dep_buf_addf(out, "%lld", (long long)json_integer_value(value) + 1);
    else
        add_value(telling, form, value, true, out);
}

static void add_members(const struct telling *telling, const json_t *form, const json_t *object,
                        struct dep_buf *out)
{
    const char *name;
    json_t *member;
    bool first = true;
    add_direction(telling, out);
    if (dep_text_word(object)) {
        dep_buf_add_string(out, dep_text_word(object));
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)object, name, member)
    {
        if (strcmp(name, "lang") == 0 || strcmp(name, "script") == 0)
            continue;
        const json_t *of = dep_schema_member(telling->schema, form, name);
        const char *label = dep_form_label(of, telling->lang);
        dep_buf_add_string(out, first ? "" : _("; "));
        if (strcmp(name, "text") != 0 && strcmp(name, "description") != 0)
            dep_buf_addf(out, _("%s: "), label ? label : name);
        add_member(telling, of, name, member, out);
        first = false;
    }
    add_language(telling, object, out);
}

/* The elements of a list stand on lines of their own, but `within` another value, whose line they
 * would break. */
static void add_value(const struct telling *telling, const json_t *form, const json_t *value,
                      bool within, struct dep_buf *out)
{
    size_t i;
    json_t *member;
    if (json_is_string(value) && dep_named_form(form)) {
        dep_buf_add_string(out, "\xe2\x81\xa8");
        dep_named_add(form, json_string_value(value), telling->lang, out);
        dep_buf_add_string(out, "\xe2\x81\xa9");
    } else if (json_is_string(value)) {
        const char *choice = dep_form_choice(form, json_string_value(value), telling->lang);
        add_isolated(choice ? choice : json_string_value(value), out);
    } else if (json_is_integer(value)) {
        dep_buf_addf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        dep_buf_add_string(out, json_is_true(value) ? _("yes") : _("no"));
    } else if (json_is_object(value)) {
        add_members(telling, form, value, out);
    }
    json_array_foreach(value, i, member)
    {
        dep_buf_add_string(out, !i ? "" : within ? _(", ") : "\n");
        add_value(telling, dep_schema_member(telling->schema, form, NULL), member, within, out);
    }
}

static void row(struct dep_document *document, const char *label, struct dep_buf *value)
{
    bool whole = dep_buf_err(value) == DEP_OK;
    dep_document_row(document, label,
                     !whole        ? _("too long to print: see the record")
                     : value->data ? (const char *)value->data
                                   : "");
    dep_buf_done(value);
}

static void value_row(const struct telling *telling, struct dep_document *document,
                      const char *label, const json_t *form, const json_t *value)
{
    struct dep_buf text;
    dep_buf_init(&text, VALUE_MAX);
    add_value(telling, form, value, false, &text);
    row(document, label, &text);
}

/* "unknown: not stated" */
static void absence_row(const struct telling *telling, struct dep_document *document,
                        const char *name, const json_t *absence)
{
    const json_t *unknown = dep_schema_member(telling->schema, telling->schema->jtd, "unknown");
    const json_t *form = dep_schema_member(telling->schema, unknown, NULL);
    const char *code = dep_json_string(absence, "code");
    const char *word =
        dep_form_choice(dep_schema_member(telling->schema, form, "code"), code, telling->lang);
    const char *reason = dep_json_string(absence, "reason");
    struct dep_buf text;
    dep_buf_init(&text, VALUE_MAX);
    dep_buf_addf(&text, _("%s: "), word ? word : code);
    add_isolated(strcmp(reason, DEP_NOT_STATED) == 0 ? _("not stated") : reason, &text);
    row(document, dep_schema_label(telling->schema, name, telling->lang), &text);
}

/* Room for a pen where it can't be read. */
static const char *claim(const struct dep_view *view, const char *name)
{
    const char *text = dep_json_string(view->claims, name);
    return text ? text : view->readable ? "—" : "\n";
}

void dep_paper_time_row(struct dep_document *document, const char *label, int64_t unix_s)
{
    char text[24];
    dep_time_encode(unix_s, text);
    dep_document_row(document, label, text);
}

/* A view of a type unknown here has no schema: its values are told without labels. */
static struct telling telling_of(const struct dep_paper *paper, const struct dep_view *view)
{
    int64_t version = 1;
    (void)dep_json_int(view->claims, "v", &version);
    return (struct telling){
        .schema = dep_schemas_find(paper->schemas, view->row.type, (int)version),
        .lang = paper->lang,
    };
}

void dep_paper_fields(const struct dep_paper *paper, struct dep_document *document,
                      const struct dep_view *view, const char *const *left_out,
                      size_t left_out_count)
{
    struct telling telling = telling_of(paper, view);
    const struct dep_schema *schema = telling.schema;
    const json_t *unknown = dep_json_object(view->claims, "unknown");
    for (size_t i = 0; schema && i < schema->field_count; i++) {
        const char *name = schema->fields[i].name;
        bool skip = strcmp(name, "unknown") == 0;
        for (size_t j = 0; j < left_out_count; j++)
            skip |= strcmp(name, left_out[j]) == 0;
        const json_t *value = json_object_get(view->claims, name);
        const json_t *absence = dep_json_object(unknown, name);
        if (!skip && value)
            value_row(&telling, document, dep_schema_label(schema, name, paper->lang),
                      schema->fields[i].form, value);
        else if (!skip && absence)
            absence_row(&telling, document, name, absence);
    }
    if (!view->readable)
        dep_document_row(document, _("Protected fields"),
                         dep_words(view->why_not ? view->why_not : "not_shown"));
}

/* One field under a label of the paper's own; `otherwise` where it is empty (NULL: no row). */
static void field_row(const struct dep_paper *paper, struct dep_document *document,
                      const char *label, const struct dep_view *view, const char *name,
                      const char *otherwise)
{
    struct telling telling = telling_of(paper, view);
    const json_t *value = json_object_get(view->claims, name);
    const json_t *form =
        telling.schema ? dep_schema_member(telling.schema, telling.schema->jtd, name) : NULL;
    if (value && form)
        value_row(&telling, document, label, form, value);
    else if (otherwise)
        dep_document_row(document, label, otherwise);
}

int dep_paper_begin(const struct dep_paper *paper, const char *title, const char *what,
                    struct dep_document **out)
{
    char footer[512];
    /* Each runs by itself: a name in the other script would take the id between its parts. */
    (void)snprintf(footer, sizeof footer,
                   "%s\xe2\x81\xa8%s\xe2\x81\xa9 — \xe2\x81\xa8%s\xe2\x81\xa9",
                   dep_paper_mark(paper), paper->member, what);
    return dep_document_new(paper->lang, title, footer, out);
}

int dep_paper_end(const struct dep_paper *paper, struct dep_document *document,
                  const struct dep_document_size *size, struct dep_finding *why)
{
    int err = dep_document_finish(document, size, paper->write, paper->context, NULL, why);
    dep_document_free(document);
    dep_words_speak(NULL);
    return err;
}

/* ---- label ---- */

int dep_paper_label(const struct dep_paper *paper, const struct dep_item *item,
                    struct dep_finding *why)
{
    static const struct dep_document_size size = {62, 100};
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_document_new(paper->lang, _("Exhibit"), item->item, &document);
    if (err)
        return err;
    dep_document_qr(document, item->item);
    dep_document_row(document, _("Exhibit number"), claim(&item->first, "exhibit"));
    size_t i;
    json_t *thing;
    json_array_foreach(dep_json_array(item->first.claims, "things"), i, thing)
    {
        const json_t *seals = dep_json_array(thing, "seals");
        struct telling telling = telling_of(paper, &item->first);
        if (seals)
            value_row(&telling, document, _("Seal numbers"), NULL, seals);
    }
    dep_document_text(document, item->item);
    return dep_paper_end(paper, document, &size, why);
}

/* ---- receipt ---- */

/* Found in a pocket it must not say what was reported, where, to whom or that anything was. */
int dep_paper_receipt(const struct dep_paper *paper, const char *code, struct dep_finding *why)
{
    static const struct dep_document_size size = {100, 40};
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_document_new(paper->lang, code, "", &document);
    return err ? err : dep_paper_end(paper, document, &size, why);
}

/* ---- inventory ---- */

/* A field register can't show what it sealed, and the person is to have it now: the same, by
 * hand. */
static void by_hand(const struct dep_paper *paper, struct dep_document *document,
                    const struct dep_view *view)
{
    static const char *const names[] = {"exhibit", "case", "basis", "place"};
    enum { ROWS = 3 }; /* with all signatures on one page */
    const char *head[] = {_("Thing"), _("Quantity"), _("Seal numbers"), _("Condition")};
    static const char *const blank[] = {"\n", "", "", ""};
    const struct dep_schema *schema = telling_of(paper, view).schema;
    dep_document_text(document,
                      _("What follows is filled in by hand: this register can't open it again."));
    for (size_t i = 0; schema && i < DEP_COUNT(names); i++)
        dep_document_row(document, dep_schema_label(schema, names[i], paper->lang), "\n");
    dep_document_heading(document, _("Things taken"));
    dep_document_cells(document, head, DEP_COUNT(head), true);
    for (size_t i = 0; i < ROWS; i++)
        dep_document_cells(document, blank, DEP_COUNT(blank), false);
}

static void things(struct dep_document *document, const json_t *list)
{
    const char *head[] = {_("Thing"), _("Quantity"), _("Seal numbers"), _("Condition")};
    size_t i, j;
    json_t *thing, *seal;
    dep_document_cells(document, head, 4, true);
    json_array_foreach(list, i, thing)
    {
        DEP_AUTO_BUF seals;
        char quantity[32];
        int64_t number = 1;
        dep_buf_init(&seals, VALUE_MAX);
        json_array_foreach(dep_json_array(thing, "seals"), j, seal)
            dep_buf_addf(&seals, "%s%s", j ? _(", ") : "", json_string_value(seal));
        (void)dep_json_int(thing, "quantity", &number);
        (void)snprintf(quantity, sizeof quantity, "%lld", (long long)number);
        const char *cells[] = {dep_json_string(dep_json_object(thing, "description"), "text"),
                               quantity, seals.data ? (const char *)seals.data : "—",
                               dep_json_string(dep_json_object(thing, "condition"), "text")};
        dep_document_cells(document, cells, 4, false);
    }
}

int dep_paper_inventory(const struct dep_paper *paper, const struct dep_item *item,
                        struct dep_finding *why)
{
    static const char *const left_out[] = {
        "things",          "dispossessed", "item",        "payload_sha256", "manifest_root",
        "manifest_offset", "manifest_len", "content_tag", "given",          "restricted"};
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, _("Inventory and receipt"), item->item, &document);
    if (err)
        return err;
    dep_document_text(document, _("This is what was taken, by whom and by what right. The person "
                                  "from whom it was taken receives a copy of this paper."));
    dep_document_row(document, _("Member"), paper->member);
    dep_document_row(document, _("Item"), item->item);
    dep_paper_time_row(document, _("Recorded"), item->first.row.iat);
    dep_document_row(document, _("By"), item->first.row.by_code);
    dep_paper_fields(paper, document, &item->first, left_out, DEP_COUNT(left_out));
    if (item->first.why_not && strcmp(item->first.why_not, "secret.field") == 0)
        by_hand(paper, document, &item->first);
    const json_t *list = dep_json_array(item->first.claims, "things");
    if (json_array_size(list)) {
        dep_document_heading(document, _("Things taken"));
        things(document, list);
    }
    dep_document_heading(document, _("Signatures"));
    field_row(paper, document, _("Person dispossessed, as recorded"), &item->first, "dispossessed",
              NULL);
    dep_document_tick(document, _("The person received a copy of this inventory."));
    dep_document_tick(document, _("The person refuses to sign. Reason, as given:"));
    dep_document_tick(document, _("The person is absent or unable to sign. Why:"));
    const char *boxes[] = {_("Officer: name, code, date, signature"),
                           _("Person dispossessed: name, date, signature"),
                           _("Interpreter: name, language, date, signature"),
                           _("Third person present: name, date, signature")};
    dep_document_signatures(document, boxes, DEP_COUNT(boxes));
    return dep_paper_end(paper, document, NULL, why);
}

/* ---- hand-over ---- */

int dep_paper_handover(const struct dep_paper *paper, const struct dep_item *item,
                       const struct dep_view *event, struct dep_finding *why)
{
    static const char *const left_out[] = {"giver", "taker", "item"};
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, _("Hand-over"), item->item, &document);
    if (err)
        return err;
    dep_document_row(document, _("Member"), paper->member);
    dep_document_row(document, _("Item"), item->item);
    dep_document_row(document, _("Exhibit number"), claim(&item->first, "exhibit"));
    dep_document_row(document, _("Record"), event->row.jti);
    dep_paper_time_row(document, _("Recorded"), event->row.iat);
    dep_paper_fields(paper, document, event, left_out, DEP_COUNT(left_out));
    dep_document_heading(document, _("The two sides"));
    dep_document_text(document, _("A side is signed, on paper, or refused or unavailable; these "
                                  "are not equal and are not shown as equal."));
    /* Of a side that can't be read nobody may say that it isn't there. */
    const char *waiting = event->readable
                              ? _("not yet: sent, not received")
                              : dep_words(event->why_not ? event->why_not : "not_shown");
    field_row(paper, document, _("Side that gives"), event, "giver", waiting);
    field_row(paper, document, _("Side that receives"), event, "taker", waiting);
    dep_document_heading(document, _("Signatures"));
    dep_document_tick(document, _("All seals were intact and bore the numbers given above."));
    dep_document_tick(document, _("Seals were broken, absent or bore other numbers. Which:"));
    const char *boxes[] = {_("Side that gives: name, code, date, signature"),
                           _("Side that receives: name, code, date, signature")};
    dep_document_signatures(document, boxes, DEP_COUNT(boxes));
    return dep_paper_end(paper, document, NULL, why);
}

/* ---- page of the exhibit register ---- */

int dep_paper_page(const struct dep_paper *paper, const struct dep_item *item,
                   const struct dep_view *events, size_t event_count, struct dep_finding *why)
{
    static const char *const left_out[] = {"item", "manifest_offset", "manifest_len",
                                           "content_tag"};
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, _("Page of the exhibit register"), item->item, &document);
    if (err)
        return err;
    dep_document_row(document, _("Member"), paper->member);
    dep_document_row(document, _("Item"), item->item);
    dep_document_row(document, _("State"), dep_words(item->state));
    if (item->on_hold)
        dep_document_row(document, _("Legal hold"),
                         _("in force: the item can't be disposed of, returned or erased"));
    if (item->restricted)
        dep_document_row(document, _("Access"), _("restricted"));
    for (size_t i = 0; i < event_count; i++) {
        char heading[512];
        const struct dep_schema *schema = dep_schemas_find(paper->schemas, events[i].row.type, 0);
        (void)snprintf(heading, sizeof heading, "%zu. %s", i + 1,
                       schema ? dep_schema_label(schema, NULL, paper->lang) : events[i].row.type);
        dep_document_heading(document, heading);
        dep_paper_time_row(document, _("Recorded"), events[i].row.iat);
        dep_document_row(document, _("By"), events[i].row.by_code);
        dep_document_row(document, _("Record"), events[i].row.jti);
        if (events[i].row.superseded)
            dep_document_row(document, _("Corrected"), _("a later record corrects this one"));
        dep_paper_fields(paper, document, &events[i], left_out, DEP_COUNT(left_out));
    }
    dep_document_text(document, _("This page shows what the register holds. It doesn't prove that "
                                  "what is recorded is true."));
    return dep_paper_end(paper, document, NULL, why);
}
