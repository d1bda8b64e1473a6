#include "report/letter.h"

#include "report/paper_impl.h"
#include "report/words.h"
#include "rules/action.h"

#include <libintl.h>
#include <string.h>

#define _(text) gettext(text)
#define N_(text) text

static const char *title_of(const struct dep_letter *letter)
{
    if (letter->withdrawn)
        return _("Withdrawal of a release");
    if (letter->release)
        return _("Transmittal letter");
    return letter->answer ? _("Reply to a request") : _("Request");
}

static void reference_row(struct dep_document *document, const char *label,
                          const struct dep_view *request, const char *name)
{
    const char *reference = request ? dep_json_string(request->claims, name) : NULL;
    if (reference)
        dep_document_row(document, label, reference);
}

/* The record that the letter goes with. */
static const struct dep_view *newest_of(const struct dep_letter *letter)
{
    if (letter->withdrawn)
        return letter->withdrawn;
    if (letter->release)
        return letter->release;
    return letter->answer ? letter->answer : letter->request;
}

/* As a letter is dated. */
static void date_row(struct dep_document *document, const char *label, int64_t unix_s)
{
    static const char *const months[] = {N_("January"), N_("February"), N_("March"),
                                         N_("April"),   N_("May"),      N_("June"),
                                         N_("July"),    N_("August"),   N_("September"),
                                         N_("October"), N_("November"), N_("December")};
    char time[24], day[8], words[128];
    dep_time_encode(unix_s, time); /* 2021-03-30T14:05:00Z */
    int month = (time[5] - '0') * 10 + time[6] - '0';
    int of_month = (time[8] - '0') * 10 + time[9] - '0';
    (void)snprintf(day, sizeof day, "%d", of_month);
    (void)snprintf(words, sizeof words, _("%s %s %.4s, %.5s UTC"), of_month == 1 ? _("1") : day,
                   _(months[month - 1]), time, time + 11);
    dep_document_row(document, label, words);
}

static void add_head(const struct dep_paper *paper, const struct dep_letter *letter,
                     struct dep_document *document)
{
    const struct dep_view *newest = newest_of(letter);
    dep_document_row(document, _("From"), paper->member);
    dep_document_row(document, _("To"), letter->to);
    reference_row(document, _("Our reference"), letter->request, "our_ref");
    reference_row(document, _("Your reference"), letter->request, "their_ref");
    date_row(document, _("Date"), newest->row.iat);
    dep_document_row(document, _("Record"), newest->row.jti);
}

enum { CELL_MAX = 32 * 1024 };

static const char *cell(const struct dep_buf *text)
{
    return text->len ? (const char *)text->data : "—";
}

/* That somebody looked at what goes is said of whatever it is: it tells of no source. */
static void add_without(const struct dep_paper *paper, const json_t *material, struct dep_buf *what)
{
    unsigned without = dep_material_without(material);
    if (without)
        dep_paper_line_words(paper, _("looked at, and doesn't show:"), what);
    if (without & DEP_SHOWN_IDENTITY)
        dep_paper_line_words(paper, _("whom it comes from"), what);
    if (without & DEP_SHOWN_PLACE)
        dep_paper_line_words(paper, _("the place"), what);
    if (without & DEP_SHOWN_IMAGE)
        dep_paper_line_words(paper, _("image and voice"), what);
}

/* What is withheld is said to be withheld, and what it is isn't. */
static void add_material(const struct dep_paper *paper, struct dep_document *document,
                         const json_t *material)
{
    const char *type = dep_json_string(material, "type");
    const struct dep_schema *schema =
        dep_schemas_find(paper->schemas, type ? type : "evidence.collected", 0);
    const char *exhibit = dep_json_string(material, "exhibit");
    size_t i;
    json_t *one;
    DEP_AUTO_BUF what, fields, handling;
    dep_buf_init(&what, CELL_MAX);
    dep_buf_init(&fields, CELL_MAX);
    dep_buf_init(&handling, CELL_MAX);
    dep_paper_line_value(paper, exhibit ? exhibit : dep_json_string(material, "item"), &what);
    if (type)
        dep_paper_line_words(paper, dep_schema_label(schema, NULL, paper->lang), &what);
    if (dep_json_true(material, "redacted"))
        dep_paper_line_words(paper, _("redacted"), &what);
    if (dep_json_array(material, "parts"))
        dep_paper_line_words(paper, _("of it only:"), &what);
    json_array_foreach(dep_json_array(material, "parts"), i, one)
        dep_paper_line_value(paper, json_string_value(one), &what);
    json_array_foreach(dep_json_array(material, "fields"), i, one) dep_paper_line_words(
        paper, dep_schema_label(schema, json_string_value(one), paper->lang), &fields);
    json_array_foreach(dep_json_array(material, "handling"), i, one)
        dep_paper_line_words(paper, json_string_value(one), &handling);
    add_without(paper, material, &what);
    const char *cells[] = {cell(&what), cell(&fields), cell(&handling)};
    dep_document_cells(document, cells, DEP_COUNT(cells), false);
}

static void add_materials(const struct dep_paper *paper, struct dep_document *document,
                          const struct dep_view *prepared)
{
    const char *head[] = {_("Item"), _("Fields shown"), _("Handling codes")};
    size_t i;
    json_t *material;
    dep_document_heading(document, _("What is transmitted"));
    dep_document_cells(document, head, DEP_COUNT(head), true);
    json_array_foreach(dep_json_array(prepared->claims, "materials"), i, material)
        add_material(paper, document, material);
    dep_document_text(document,
                      _("Fields that are not named are withheld. It may not be passed on, "
                        "nor used for another purpose, without our consent."));
}

/* Of a host State or an originator: that a source spoke is the source's to tell. */
static void add_conditions(const struct dep_letter *letter, struct dep_document *document)
{
    DEP_AUTO_BUF owner;
    dep_buf_init(&owner, CELL_MAX);
    size_t i, told = 0;
    json_t *one;
    json_array_foreach(letter->conditions, i, one)
    {
        const char *layer = dep_json_string(one, "layer"), *by = dep_json_string(one, "grantor");
        const char *text = dep_json_string(dep_json_object(one, "conditions"), "text");
        if (!layer || strcmp(layer, "source") == 0 || !text)
            continue;
        if (told++ == 0) {
            dep_document_heading(document, _("Conditions"));
            dep_buf_addf(&owner, _("To be kept to by whoever receives this: %s."), letter->to);
            dep_document_text(document, cell(&owner));
        }
        dep_document_row(document, by ? by : "—", text);
    }
}

/* The items that it is about, by their numbers; a case by its id. */
static void add_scope(const struct dep_letter *letter, struct dep_document *document)
{
    const json_t *scope = dep_json_object(letter->withdrawn->claims, "scope");
    const char *kind = dep_json_string(scope, "kind"), *id = dep_json_string(scope, "id");
    bool all = !kind || strcmp(kind, "all") == 0, of_case = kind && strcmp(kind, "case") == 0;
    size_t i;
    json_t *material;
    if (all)
        dep_document_text(document, _("Everything that was released with it:"));
    if (of_case)
        dep_document_row(document, _("Case"), id);
    json_array_foreach(dep_json_array(letter->prepared->claims, "materials"), i, material)
    {
        const char *item = dep_json_string(material, "item");
        const char *exhibit = dep_json_string(material, "exhibit");
        if (item && (all || (!of_case && id && strcmp(item, id) == 0)))
            dep_document_row(document, _("Item"), exhibit ? exhibit : item);
    }
}

/* Who withdrew it, and why, stands in no record either. */
static void add_withdrawal(const struct dep_letter *letter, struct dep_document *document)
{
    dep_document_heading(document, _("What is withdrawn"));
    dep_document_row(document, _("Release"), letter->release->row.jti);
    date_row(document, _("Released on"), letter->release->row.iat);
    add_scope(letter, document);
    dep_document_text(
        document,
        _("What it was given under is no longer in force. It may be neither used nor passed "
          "on any more. Return it or have it disposed of, tell everybody to whom it was "
          "passed on, and confirm in writing that you know of this."));
}

/* Is there anything of it to be told, but for these? */
static bool tells_more(const struct dep_paper *paper, const struct dep_view *view,
                       const char *const *left_out, size_t left_out_count)
{
    const struct dep_schema *schema = dep_schemas_find(paper->schemas, view->row.type, 0);
    for (size_t i = 0; schema && i < schema->field_count; i++) {
        bool skip = json_object_get(view->claims, schema->fields[i].name) == NULL;
        for (size_t j = 0; j < left_out_count; j++)
            skip = skip || strcmp(schema->fields[i].name, left_out[j]) == 0;
        if (!skip)
            return true;
    }
    return !view->readable;
}

/* With what goes purpose and scope are told there, and by exhibit. The deadline is dated as the
 * letter is. */
static void add_request(const struct dep_paper *paper, const struct dep_letter *letter,
                        struct dep_document *document)
{
    const char *left_out[8] = {"direction", "our_ref", "their_ref", "from",
                               "to",        "scope",   "purpose"};
    size_t count = letter->release ? 7 : 5;
    const char *deadline =
        letter->request ? dep_json_string(letter->request->claims, "deadline") : NULL;
    int64_t deadline_s;
    int offset_min;
    bool due = deadline && dep_time_parse(dep_slice_string(deadline), &deadline_s, &offset_min);
    if (due)
        left_out[count++] = "deadline";
    if (!letter->request || (!due && !tells_more(paper, letter->request, left_out, count)))
        return;
    dep_document_heading(document, letter->answer || letter->release ? _("What was asked")
                                                                     : _("What is asked"));
    dep_paper_fields(paper, document, letter->request, left_out, count);
    if (due) {
        const struct dep_schema *schema =
            dep_schemas_find(paper->schemas, letter->request->row.type, 0);
        date_row(document, dep_schema_label(schema, "deadline", paper->lang), deadline_s);
    }
}

int dep_paper_letter(const struct dep_paper *paper, const struct dep_letter *letter,
                     struct dep_finding *why)
{
    static const char *const of_release[] = {"materials", "recipient", "request", "action",
                                             "urgent"};
    assert(letter->request || (letter->release && letter->prepared));
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, title_of(letter), newest_of(letter)->row.jti, &document);
    if (err)
        return err;
    add_head(paper, letter, document);
    add_request(paper, letter, document);
    if (letter->answer) {
        dep_document_heading(document, _("Answer"));
        dep_paper_fields(paper, document, letter->answer, NULL, 0);
    }
    if (letter->withdrawn) {
        add_withdrawal(letter, document);
    } else if (letter->release) {
        add_materials(paper, document, letter->prepared);
        dep_paper_fields(paper, document, letter->prepared, of_release, DEP_COUNT(of_release));
        add_conditions(letter, document);
    }
    dep_document_heading(document, _("Signatures"));
    const char *boxes[] = {_("For the sender: name, function, date, signature, stamp"),
                           _("Received: name, function, date, signature, stamp")};
    dep_document_signatures(document, boxes, DEP_COUNT(boxes));
    return dep_paper_end(paper, document, NULL, why);
}
