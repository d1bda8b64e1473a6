#include "report/packaged.h"

#include "report/paper_impl.h"
#include "report/words.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) gettext(text)
#define N_(text) text

enum { NAMES_MAX = 16 * 1024, PAGE_MAX = 64 * 1024 * 1024 };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = dep_json_string(object, name);
    return text ? text : "—";
}

/* "linked.named" in words: a code of the format under the name of its list. */
static const char *code_words(const char *list, const char *code)
{
    char id[80];
    (void)snprintf(id, sizeof id, "%s.%s", list, code);
    return dep_words(id);
}

static int64_t integer_of(const json_t *object, const char *name)
{
    int64_t value = 0;
    (void)dep_json_int(object, name, &value);
    return value;
}

/* ---- records as views ---- */

/* A code of ours, in whatever direction the words around it go (Unicode's FSI and PDI). */
#define ISOLATED "\xe2\x81\xa8%s\xe2\x81\xa9"
enum { BY_ROOM = 256 };

/* A record of the account as the papers know one. False without memory. */
static bool view_of(const json_t *record, struct dep_view *out)
{
    const char *name;
    json_t *value;
    *out = (struct dep_view){.readable = true, .claims = json_object()};
    struct dep_index_row *row = &out->row;
    (void)snprintf(row->jti, sizeof row->jti, "%s", text_of(record, "id"));
    (void)snprintf(row->type, sizeof row->type, "%s", text_of(record, "type"));
    (void)snprintf(row->by_code, sizeof row->by_code, "%s",
                   text_of(dep_json_object(record, "by"), "code"));
    row->iat = integer_of(record, "iat");
    bool bad = !out->claims ||
               json_object_set_new(out->claims, "v", json_integer(integer_of(record, "v"))) != 0;
    json_object_foreach((json_t *)(uintptr_t)dep_json_object(record, "shown"), name, value)
    {
        if (!json_is_null(value)) /* empty */
            bad |= json_object_set(out->claims, name, value) != 0;
    }
    return !bad;
}

static const struct dep_schema *schema_of(const struct dep_paper *paper, const json_t *record)
{
    return dep_schemas_find(paper->schemas, text_of(record, "type"), (int)integer_of(record, "v"));
}

static const char *type_words(const struct dep_paper *paper, const json_t *record)
{
    const struct dep_schema *schema = schema_of(paper, record);
    return schema ? dep_schema_label(schema, NULL, paper->lang) : text_of(record, "type");
}

static void withheld_row(const struct dep_paper *paper, struct dep_document *document,
                         const json_t *record)
{
    const struct dep_schema *schema = schema_of(paper, record);
    const json_t *withheld = dep_json_array(record, "withheld");
    size_t i;
    json_t *name;
    if (!json_array_size(withheld))
        return;
    DEP_AUTO_BUF names;
    dep_buf_init(&names, NAMES_MAX);
    json_array_foreach(withheld, i, name)
    {
        const char *label =
            schema ? dep_schema_label(schema, json_string_value(name), paper->lang) : NULL;
        dep_buf_addf(&names, "%s%s", i ? _("; ") : "", label ? label : json_string_value(name));
    }
    dep_document_row(document, _("Withheld"),
                     dep_buf_err(&names) ? _("too long to print: see the record")
                                         : (const char *)names.data);
}

/* Who signed it, where it isn't as it should be, and what it says. */
static int record_rows(const struct dep_paper *paper, struct dep_document *document,
                       const json_t *record)
{
    static const char *const left_out[] = {"item", "manifest_offset", "manifest_len",
                                           "content_tag"};
    DEP_AUTO_VIEW view;
    if (!view_of(record, &view))
        return DEP_ERR_NOMEM;
    char by[BY_ROOM];
    const json_t *signer = dep_json_object(record, "by");
    (void)snprintf(by, sizeof by, "%s" ISOLATED " \xc2\xb7 %s " ISOLATED, dep_paper_mark(paper),
                   text_of(record, "iss"), dep_words(text_of(signer, "role")),
                   text_of(signer, "code"));
    dep_paper_time_row(document, _("Recorded"), view.row.iat);
    dep_document_row(document, _("Signed by"), by);
    const char *standing = text_of(record, "standing");
    if (strcmp(standing, "in_force") != 0)
        dep_document_row(document, _("Key"), dep_words(standing));
    dep_document_row(document, _("Record"), view.row.jti);
    dep_paper_fields(paper, document, &view, left_out, DEP_COUNT(left_out));
    withheld_row(paper, document, record);
    return DEP_OK;
}

int dep_paper_record(const struct dep_paper *paper, struct dep_document *document,
                     const json_t *record)
{
    dep_document_heading(document, type_words(paper, record));
    return record_rows(paper, document, record);
}

static bool concerns(const json_t *record, const char *item)
{
    const char *of = dep_json_string(dep_json_object(record, "shown"), "item");
    return of && strcmp(of, item) == 0;
}

/* ---- parts that both have ---- */

static void recipient_words(const struct dep_paper *paper, const struct dep_packaged *packaged,
                            char out[BY_ROOM])
{
    const char *code = text_of(packaged->package, "recipient"), *name = NULL;
    for (size_t i = 0; i < DEP_COUNT(packaged->recipient); i++)
        if (packaged->recipient[i].name && strcmp(packaged->recipient[i].lang, paper->lang) == 0)
            name = packaged->recipient[i].name;
    if (name)
        (void)snprintf(out, BY_ROOM, "%s" ISOLATED " (" ISOLATED ")", dep_paper_mark(paper), name,
                       code);
    else
        (void)snprintf(out, BY_ROOM, "%s", code);
}

static void add_package(const struct dep_paper *paper, const struct dep_packaged *packaged,
                        struct dep_document *document)
{
    char count[32], to[BY_ROOM];
    const json_t *package = packaged->package;
    recipient_words(paper, packaged, to);
    (void)snprintf(count, sizeof count, "%llu", (unsigned long long)packaged->record_count);
    dep_document_row(document, _("Package"), text_of(package, "id"));
    dep_document_row(document, _("From"), paper->member);
    dep_document_row(document, _("To"), to);
    dep_document_row(document, _("Records"), count);
    dep_document_text(document,
                      _("This paper is a guide and proves nothing. What it says is proved by the "
                        "signed records beside it: check the package with your own copy of the "
                        "verifier, and with the fingerprint of the charter that reached you by "
                        "another way."));
}

static void add_item_rows(struct dep_document *document, const json_t *item)
{
    dep_document_row(document, _("Item"), text_of(item, "item"));
    dep_document_row(document, _("How it goes"), code_words("package.as", text_of(item, "as")));
    dep_document_row(document, _("Who opens it"),
                     code_words("package.opens", text_of(item, "opens")));
    dep_document_row(document, _("File"), text_of(item, "path"));
    dep_document_row(document, _("Bytes"), text_of(item, "bytes"));
}

/* An officer's code; the register's own keys have none but what they are. */
static const char *signer_words(const json_t *signer)
{
    const char *code = text_of(signer, "code");
    return strcmp(code, text_of(signer, "role")) == 0 ? dep_words(code) : code;
}

/* A table of the records that concern `item`, or, where that is NULL, no item. */
static void add_records(const struct dep_paper *paper, const struct dep_packaged *packaged,
                        struct dep_document *document, const char *heading, const char *item)
{
    const char *head[] = {_("What"), _("Recorded"), _("Signed by"), _("Record")};
    size_t i, rows = 0;
    json_t *record;
    json_array_foreach(packaged->records, i, record)
    {
        char when[24], by[BY_ROOM];
        if (item ? !concerns(record, item)
                 : dep_json_string(dep_json_object(record, "shown"), "item") != NULL)
            continue;
        if (rows++ == 0) {
            dep_document_heading(document, heading);
            dep_document_cells(document, head, DEP_COUNT(head), true);
        }
        dep_time_encode(integer_of(record, "iat"), when);
        (void)snprintf(by, sizeof by, "%s" ISOLATED " \xc2\xb7 " ISOLATED, dep_paper_mark(paper),
                       text_of(record, "iss"), signer_words(dep_json_object(record, "by")));
        const char *cells[] = {type_words(paper, record), when, by, text_of(record, "id")};
        dep_document_cells(document, cells, DEP_COUNT(cells), false);
    }
}

static void add_linked(const struct dep_packaged *packaged, struct dep_document *document)
{
    const char *head[] = {_("Link"), _("How it is accounted for"), _("Which, or how many"),
                          _("Why")};
    size_t i;
    json_t *link;
    dep_document_heading(document, _("Linked to it and not in the package"));
    if (!json_array_size(packaged->linked)) {
        dep_document_text(document, _("Nothing, as the sender states."));
        return;
    }
    dep_document_cells(document, head, DEP_COUNT(head), true);
    json_array_foreach(packaged->linked, i, link)
    {
        char count[32];
        const char *digest = dep_json_string(link, "sha256");
        (void)snprintf(count, sizeof count, "%lld", (long long)integer_of(link, "count"));
        const char *cells[] = {dep_words(text_of(link, "rel")),
                               code_words("linked", text_of(link, "as")), digest ? digest : count,
                               code_words("linked.why", text_of(link, "why"))};
        dep_document_cells(document, cells, DEP_COUNT(cells), false);
    }
}

/* That there is something is for everybody to know. */
static void add_notice(const struct dep_packaged *packaged, struct dep_document *document)
{
    char count[32];
    if (!packaged->notice)
        return;
    (void)snprintf(count, sizeof count, "%lld", (long long)integer_of(packaged->notice, "sealed"));
    dep_document_heading(document, _("Under seal, for the judge alone"));
    dep_document_row(document, _("Records that the judge is told of"), count);
    dep_document_row(document, _("Who opens it"),
                     code_words("notice.opens", text_of(packaged->notice, "opens")));
    if (dep_json_string(packaged->notice, "to"))
        dep_document_row(document, _("Key that opens it"), text_of(packaged->notice, "to"));
}

static void add_limits(struct dep_document *document)
{
    static const char *const limits[] = {"content.true", "lawful", "before_sealing", "nothing_else",
                                         "who_held_the_key"};
    dep_document_heading(document, _("What no check of this package proves"));
    for (size_t i = 0; i < DEP_COUNT(limits); i++)
        dep_document_text(document, code_words("proves_not", limits[i]));
}

static void add_rest(const struct dep_paper *paper, const struct dep_packaged *packaged,
                     struct dep_document *document)
{
    add_records(paper, packaged, document, _("By which requests, consents and decisions it came"),
                NULL);
    add_linked(packaged, document);
    add_notice(packaged, document);
    add_limits(document);
}

/* ---- custody certificate ---- */

static int add_item(const struct dep_paper *paper, const struct dep_packaged *packaged,
                    struct dep_document *document, const json_t *item)
{
    const char *id = text_of(item, "item");
    size_t i, number = 0;
    json_t *record;
    dep_document_heading(document, _("Item"));
    add_item_rows(document, item);
    json_array_foreach(packaged->records, i, record)
    {
        char heading[512];
        if (!concerns(record, id))
            continue;
        (void)snprintf(heading, sizeof heading, "%zu. %s", ++number, type_words(paper, record));
        dep_document_heading(document, heading);
        int err = record_rows(paper, document, record);
        if (err)
            return err;
    }
    return DEP_OK;
}

static void add_declaration(struct dep_document *document)
{
    const char *boxes[] = {_("Who declares: name, function, date, signature"),
                           _("Who receives: name, function, date, signature")};
    dep_document_heading(document, _("Declaration, by hand"));
    dep_document_tick(document, _("I compared this certificate with the records of the package."));
    dep_document_tick(document,
                      _("To my knowledge the items passed through no other hands than these."));
    dep_document_tick(document, _("I know of the following that is not recorded:"));
    dep_document_signatures(document, boxes, DEP_COUNT(boxes));
}

static int add_certificate(const struct dep_paper *paper, const struct dep_packaged *packaged,
                           struct dep_document *document)
{
    size_t i;
    json_t *item;
    add_package(paper, packaged, document);
    json_array_foreach(packaged->items, i, item)
    {
        int err = add_item(paper, packaged, document, item);
        if (err)
            return err;
    }
    add_rest(paper, packaged, document);
    add_declaration(document);
    return DEP_OK;
}

int dep_paper_custody(const struct dep_paper *paper, const struct dep_packaged *packaged,
                      struct dep_finding *why)
{
    struct dep_document *document;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, _("Custody certificate"), text_of(packaged->package, "id"),
                              &document);
    if (err)
        return err;
    err = add_certificate(paper, packaged, document);
    if (!err)
        return dep_paper_end(paper, document, NULL, why);
    dep_document_free(document);
    dep_words_speak(NULL);
    return err;
}

/* An item's first record in full, and a line for each hand. */
static int add_overview(const struct dep_paper *paper, const struct dep_packaged *packaged,
                        struct dep_document *document, const json_t *item)
{
    const char *id = text_of(item, "item");
    size_t i;
    json_t *record;
    dep_document_heading(document, _("Item"));
    add_item_rows(document, item);
    json_array_foreach(packaged->records, i, record)
    {
        if (!concerns(record, id))
            continue;
        int err = record_rows(paper, document, record);
        if (err)
            return err;
        break;
    }
    add_records(paper, packaged, document, _("What happened to it"), id);
    return DEP_OK;
}

/* ---- pages in three languages ---- */

/* What one says, below its title. */
struct page {
    const char *title; /* not translated yet */
    const char *of;    /* for the foot */
    int (*fill)(const struct dep_paper *paper, const struct page *page,
                struct dep_document *document);
    const struct dep_packaged *packaged;
    const json_t *told; /* of a notice */
};

static int add_section(const struct dep_paper *paper, const struct page *page, struct dep_buf *out)
{
    struct dep_document *document;
    int err = dep_paper_begin(paper, gettext(page->title), page->of, &document);
    if (err)
        return err;
    err = page->fill(paper, page, document);
    if (!err)
        err = dep_document_html(document, paper->lang, out);
    dep_document_free(document);
    return err;
}

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Depositary</title>\n<style>\n"
    "body{font:16px/1.5 'Noto Sans','Noto Naskh Arabic','Noto Sans Arabic',sans-serif;"
    "max-width:60rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}\n"
    "nav a{margin-inline-end:1rem}\n"
    "section{border-top:3px solid #1a1a1a;margin-top:2rem}\n"
    "dl div{display:grid;grid-template-columns:1fr 2fr;gap:1rem;border-bottom:1px solid #bbb}\n"
    "dd{margin:0;font-weight:600;overflow-wrap:anywhere}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:start;vertical-align:top;border-bottom:1px solid #bbb;padding:.25rem .5rem;"
    "overflow-wrap:anywhere}\n"
    /* Digests must be broken; words needn't be where there is room. */
    "@media(min-width:40rem){th,td:first-child{overflow-wrap:break-word}}\n"
    /* A Latin value keeps its own direction, and stands beside its label. */
    "[dir=rtl] :is(h2,h3,p,dt,dd,th,td,li,footer){text-align:right}\n"
    "footer{color:#444;font-size:.85rem;margin-top:1rem}\n"
    "@media print{section{break-before:page}nav{display:none}}\n"
    "</style>\n</head>\n<body>\n"
    "<nav><a href=\"#en\" lang=\"en\">English</a><a href=\"#fr\" lang=\"fr\">Français</a>"
    "<a href=\"#ar\" lang=\"ar\" dir=\"rtl\">العربية</a></nav>\n<main>\n";

static int make_page(const struct dep_paper *paper, const struct page *of)
{
    static const char *const languages[] = {"en", "fr", "ar"};
    DEP_AUTO_BUF page;
    dep_buf_init_secret(&page, PAGE_MAX);
    dep_buf_add_string(&page, HEAD);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(languages); i++) {
        struct dep_paper one = *paper;
        one.lang = languages[i];
        dep_words_speak(one.lang);
        err = add_section(&one, of, &page);
        dep_words_speak(NULL);
    }
    dep_buf_add_string(&page, "</main>\n</body>\n</html>\n");
    if (!err)
        err = dep_buf_err(&page);
    return err ? err : paper->write(paper->context, page.data, page.len);
}

/* ---- index ---- */

static int fill_index(const struct dep_paper *paper, const struct page *page,
                      struct dep_document *document)
{
    const struct dep_packaged *packaged = page->packaged;
    size_t i;
    json_t *item;
    int err = DEP_OK;
    add_package(paper, packaged, document);
    json_array_foreach(packaged->items, i, item)
    {
        if (!err)
            err = add_overview(paper, packaged, document, item);
    }
    add_rest(paper, packaged, document);
    return err;
}

int dep_packaged_index(const struct dep_paper *paper, const struct dep_packaged *packaged)
{
    const struct page page = {.title = N_("What is in this package"),
                              .of = text_of(packaged->package, "id"),
                              .fill = fill_index,
                              .packaged = packaged};
    return make_page(paper, &page);
}

/* ---- notice under seal ---- */

static int fill_sealed(const struct dep_paper *paper, struct dep_document *document,
                       const json_t *sealed)
{
    size_t i;
    json_t *reason;
    int err = dep_paper_record(paper, document, dep_json_object(sealed, "record"));
    if (!err)
        dep_document_row(document, _("Why"), code_words("linked.why", text_of(sealed, "why")));
    json_array_foreach(dep_json_array(sealed, "because"), i, reason)
    {
        if (!err)
            err = dep_paper_record(paper, document, reason);
    }
    return err;
}

static int fill_notice(const struct dep_paper *paper, const struct page *page,
                       struct dep_document *document)
{
    const char *words = dep_json_string(page->told, "words");
    size_t i;
    json_t *sealed;
    int err = DEP_OK;
    dep_document_row(document, _("Package"), page->of);
    dep_document_row(document, _("From"), paper->member);
    dep_document_text(
        document, _("For the judge alone. What follows is withheld from everybody else who gets "
                    "this package; they are told how many records it is, and that you were told "
                    "of them. Nothing of these records that is protected is shown here either: "
                    "whether it is to be, and to whom, is for the court to decide."));
    if (words) {
        dep_document_heading(document, _("To the judge, from whoever packed it"));
        dep_document_text(document, words);
    }
    json_array_foreach(dep_json_array(page->told, "sealed"), i, sealed)
    {
        if (!err)
            err = fill_sealed(paper, document, sealed);
    }
    dep_document_text(
        document, _("This page is a guide and proves nothing. What it says is proved by the file "
                    "beside it, notice/records.jsonl.age: depositary verify opens it with the same "
                    "key and compares it with what was signed."));
    return err;
}

int dep_packaged_notice(const struct dep_paper *paper, const json_t *package, const json_t *told)
{
    const struct page page = {.title = N_("Notice under seal, for the judge alone"),
                              .of = text_of(package, "id"),
                              .fill = fill_notice,
                              .told = told};
    return make_page(paper, &page);
}
