#include "report/letter.h"

#include "report/paper_impl.h"
#include "report/words.h"

#include <libintl.h>

#define _(text) gettext(text)

static const char *title_of(const struct dep_letter *letter)
{
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

static void add_head(const struct dep_paper *paper, const struct dep_letter *letter,
                     struct dep_document *document)
{
    const struct dep_view *newest = letter->release  ? letter->release
                                    : letter->answer ? letter->answer
                                                     : letter->request;
    dep_document_row(document, _("From"), paper->member);
    dep_document_row(document, _("To"), letter->to);
    reference_row(document, _("Our reference"), letter->request, "our_ref");
    reference_row(document, _("Your reference"), letter->request, "their_ref");
    dep_paper_time_row(document, _("Date"), newest->row.iat);
    dep_document_row(document, _("Record"), newest->row.jti);
}

/* What is withheld is said to be withheld, and what it is isn't. */
static void add_materials(struct dep_document *document, const struct dep_view *prepared)
{
    const char *head[] = {_("Item"), _("Fields shown"), _("Redacted")};
    size_t i, j;
    json_t *material, *field;
    dep_document_heading(document, _("What is transmitted"));
    dep_document_cells(document, head, DEP_COUNT(head), true);
    json_array_foreach(dep_json_array(prepared->claims, "materials"), i, material)
    {
        enum { SHOWN_MAX = 32 * 1024 };
        DEP_AUTO_BUF shown;
        dep_buf_init(&shown, SHOWN_MAX);
        json_array_foreach(dep_json_array(material, "fields"), j, field)
            dep_buf_addf(&shown, "%s%s", j ? ", " : "", json_string_value(field));
        const char *exhibit = dep_json_string(material, "exhibit");
        const char *cells[] = {exhibit ? exhibit : dep_json_string(material, "item"),
                               shown.data ? (const char *)shown.data : "—",
                               dep_json_true(material, "redacted") ? _("yes") : _("no")};
        dep_document_cells(document, cells, DEP_COUNT(cells), false);
    }
    dep_document_text(document,
                      _("Fields that are not named are withheld. It may not be passed on, "
                        "nor used for another purpose, without our consent."));
}

int dep_paper_letter(const struct dep_paper *paper, const struct dep_letter *letter,
                     struct dep_finding *why)
{
    static const char *const of_request[] = {"direction", "our_ref", "their_ref", "from", "to"};
    static const char *const of_release[] = {"materials", "recipient", "request", "action",
                                             "urgent"};
    assert(letter->request || (letter->release && letter->prepared));
    struct dep_document *document;
    dep_words_speak(paper->lang);
    const struct dep_view *about = letter->request ? letter->request : letter->release;
    int err = dep_paper_begin(paper, title_of(letter), about->row.jti, &document);
    if (err)
        return err;
    add_head(paper, letter, document);
    if (letter->request) {
        dep_document_heading(document, letter->answer || letter->release ? _("What was asked")
                                                                         : _("What is asked"));
        dep_paper_fields(paper, document, letter->request, of_request, DEP_COUNT(of_request));
    }
    if (letter->answer) {
        dep_document_heading(document, _("Answer"));
        dep_paper_fields(paper, document, letter->answer, NULL, 0);
    }
    if (letter->release) {
        add_materials(document, letter->prepared);
        dep_paper_fields(paper, document, letter->prepared, of_release, DEP_COUNT(of_release));
    }
    dep_document_heading(document, _("Signatures"));
    const char *boxes[] = {_("For the sender: name, function, date, signature, stamp"),
                           _("Received: name, function, date, signature, stamp")};
    dep_document_signatures(document, boxes, DEP_COUNT(boxes));
    return dep_paper_end(paper, document, NULL, why);
}
