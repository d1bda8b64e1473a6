#include "report/published.h"

#include "codec/base64.h"
#include "codec/text.h"
#include "crypto/crypto.h"
#include "report/document_impl.h"
#include "report/paper_impl.h"
#include "report/words.h"

#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _(text) gettext(text)

enum { PAGE_MAX = 64 * 1024 * 1024, TITLE_MAX = 512 };

static const struct language {
    const char *code, *name, *direction;
} LANGUAGES[] = {{"en", "English", "ltr"}, {"fr", "Français", "ltr"}, {"ar", "العربية", "rtl"}};

static const char STYLE[] =
    ":root{--ink:#1c2530;--soft:#4a5563;--line:#c9cdd3;--accent:#1d3f66}"
    "body{margin:0;background:#f2f1ed;color:var(--ink);"
    "font:1.0625rem/1.6 'Source Serif 4','Noto Serif',Georgia,serif}"
    ":lang(ar){font-family:'Noto Naskh Arabic','Noto Serif','Traditional Arabic',serif}"
    ".sheet{box-sizing:border-box;max-width:52rem;margin:1.5rem auto;background:#fff;"
    "padding:1.5rem clamp(1rem,5vw,3.5rem) 3rem;border:1px solid var(--line)}"
    "nav{border-bottom:2px solid var(--ink);padding-bottom:.6rem}"
    "nav{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem}a{color:var(--accent)}"
    /* A Latin value keeps its own direction, and stands beside its label. */
    "[dir=rtl] :is(h1,h2,h3,p,dt,dd,footer){text-align:right}"
    "h1{font-size:1.05rem;margin:1.2rem 0 0;color:var(--soft);font-weight:600}"
    "h2{font-size:1.7rem;line-height:1.3;margin:.4rem 0 .8rem;font-weight:600}"
    "h3{font-size:1.2rem;border-bottom:1px solid var(--line);margin:2rem 0 .5rem}"
    "dl{margin:.5rem 0}"
    "dl div{display:grid;grid-template-columns:minmax(8rem,1fr) 2fr;gap:.2rem 1.2rem;"
    "padding:.25rem 0;border-bottom:1px solid #e3e5e8}"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
    "footer{margin-top:2rem;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}"
    "ul{padding:0;list-style:none}li{padding:.5rem 0}time{color:var(--soft)}"
    "section+section{border-top:2px solid var(--ink);margin-top:2rem}"
    "@media(max-width:36rem){dl div{grid-template-columns:1fr}}"
    "@media print{body{background:#fff}.sheet{border:0;margin:0;padding:0;max-width:none}"
    "nav{display:none}h3{break-after:avoid}dl div{break-inside:avoid}}";

/* ---- text ---- */

/* Of a text by language the one in `lang`; prepared ones have each. */
static const char *in_language(const json_t *texts, const char *lang)
{
    size_t i;
    json_t *text;
    json_array_foreach(texts, i, text)
    {
        const char *of = dep_json_string(text, "lang");
        if (of && strcmp(of, lang) == 0)
            return dep_json_string(text, "text");
    }
    return "";
}

/* Within an element of HTML or XML; what would turn the page's direction, or no XML may hold, is
 * left out. */
static void add_escaped(const char *text, struct dep_buf *out)
{
    char *tamed = dep_document_tame(text);
    if (!tamed)
        out->err = DEP_ERR_NOMEM;
    for (const char *at = tamed; at && *at; at++)
        switch (*at) {
        case '&': dep_buf_add_string(out, "&amp;"); break;
        case '<': dep_buf_add_string(out, "&lt;"); break;
        case '>': dep_buf_add_string(out, "&gt;"); break;
        default: dep_buf_add_byte(out, (uint8_t)*at);
        }
    free(tamed);
}

/* ---- what every page has ---- */

static void add_head(const struct dep_paper *paper, const char *lang, const char *title,
                     struct dep_buf *out)
{
    struct dep_hash digest;
    char text[48] = "";
    bool rtl = strcmp(lang, "ar") == 0;
    dep_sha256(dep_slice_string(STYLE), &digest);
    dep_base64_write(DEP_BASE64_STD, digest.bytes, DEP_HASH_LEN, text);
    dep_buf_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>",
        lang, rtl ? "rtl" : "ltr", text);
    add_escaped(title, out);
    dep_buf_add_string(out, " — ");
    add_escaped(paper->member, out);
    dep_buf_addf(out, "</title>\n<style>%s</style>\n", STYLE);
}

static int give(const struct dep_paper *paper, struct dep_buf *page)
{
    int err = dep_buf_err(page);
    return err ? err : paper->write(paper->context, page->data, page->len);
}

/* ---- a publication's page ---- */

static void add_figures(const struct dep_paper *paper, const struct dep_published *published,
                        struct dep_document *document)
{
    size_t i;
    json_t *figure;
    const json_t *figures = dep_json_array(published->claims, "figures");
    if (json_array_size(figures))
        dep_document_heading(document, _("Figures"));
    json_array_foreach(figures, i, figure)
    {
        char value[TITLE_MAX];
        const char *as_of = dep_json_string(figure, "as_of");
        const char *said = dep_json_string(figure, "value");
        if (as_of)
            (void)snprintf(value, sizeof value, _("%s (as of %s)"), said, as_of);
        dep_document_row(document, in_language(dep_json_array(figure, "means"), paper->lang),
                         as_of ? value : said);
    }
}

static int add_records(const struct dep_paper *paper, const struct dep_published *published,
                       struct dep_document *document)
{
    size_t i;
    json_t *record;
    json_array_foreach(published->records, i, record)
    {
        int err = dep_paper_record(paper, document, record);
        if (err)
            return err;
    }
    return DEP_OK;
}

static void add_check(const struct dep_published *published, const char *lang,
                      struct dep_document *document)
{
    char page[16], what[TITLE_MAX];
    (void)snprintf(page, sizeof page, "%s.html", lang);
    (void)snprintf(what, sizeof what,
                   _("Then compare the SHA-256 of this file with the one that the record "
                     "“Publication made” has of %s."),
                   page);
    dep_document_heading(document, _("How to check this page"));
    dep_document_text(document,
                      _("Anybody can make a page that looks like this one. Beside it lies "
                        "the folder “package”: open it in your own copy of verify.html, with "
                        "the fingerprint of the charter that reached you by another way."));
    dep_document_text(document, what);
    dep_document_text(document, _("That proves who published it and that nothing was changed. It "
                                  "doesn't prove that what is said is true."));
    dep_document_row(document, _("Publication"), published->id);
}

static int make_document(const struct dep_paper *paper, const struct dep_published *published,
                         const char *title, struct dep_buf *out)
{
    struct dep_document *document;
    const char *summary = in_language(dep_json_array(published->claims, "summaries"), paper->lang);
    int err = dep_paper_begin(paper, title, published->id, &document);
    if (err)
        return err;
    if (summary[0])
        dep_document_text(document, summary);
    dep_document_row(document, _("Published by"), paper->member);
    add_figures(paper, published, document);
    err = add_records(paper, published, document);
    add_check(published, paper->lang, document);
    if (!err)
        err = dep_document_html(document, paper->lang, out);
    dep_document_free(document);
    return err;
}

static void add_languages(const char *of, struct dep_buf *out)
{
    for (size_t i = 0; i < DEP_COUNT(LANGUAGES); i++) {
        const struct language *language = &LANGUAGES[i];
        dep_buf_addf(out, "<a href=\"%s.html\" lang=\"%s\" hreflang=\"%s\" dir=\"%s\"%s>%s</a>\n",
                     language->code, language->code, language->code, language->direction,
                     strcmp(language->code, of) == 0 ? " aria-current=\"page\"" : "",
                     language->name);
    }
}

int dep_published_page(const struct dep_paper *paper, const struct dep_published *published)
{
    DEP_AUTO_BUF page;
    dep_buf_init(&page, PAGE_MAX);
    const char *title = in_language(dep_json_array(published->claims, "titles"), paper->lang);
    dep_words_speak(paper->lang);
    add_head(paper, paper->lang, title, &page);
    dep_buf_addf(&page, "</head>\n<body>\n<div class=\"sheet\">\n<nav aria-label=\"%s\">\n",
                 _("Language"));
    add_languages(paper->lang, &page);
    dep_buf_addf(&page, "<a href=\"../index.html\">%s</a>\n", _("All publications"));
    dep_buf_addf(&page, "<a href=\"package/data/index.html\">%s</a>\n</nav>\n<main>\n",
                 _("What is in the package"));
    dep_buf_add_string(&page, "<h1 dir=\"auto\">");
    add_escaped(paper->member, &page);
    dep_buf_add_string(&page, "</h1>\n");
    int err = make_document(paper, published, title, &page);
    dep_words_speak(NULL);
    dep_buf_add_string(&page, "</main>\n</div>\n</body>\n</html>\n");
    return err ? err : give(paper, &page);
}

/* ---- all of them ---- */

static void add_entries(const struct language *language, const struct dep_published_entry *entries,
                        size_t count, struct dep_buf *out)
{
    dep_buf_addf(out, "<section id=\"%s\" lang=\"%s\" dir=\"%s\">\n<h2>%s</h2>\n<ul>\n",
                 language->code, language->code, language->direction, _("Publications"));
    for (size_t i = 0; i < count; i++) {
        char made[24];
        dep_time_encode(entries[i].made_s, made);
        dep_buf_addf(out, "<li><a href=\"%s/%s.html\">", entries[i].id, language->code);
        add_escaped(in_language(entries[i].titles, language->code), out);
        dep_buf_addf(out, "</a> <time datetime=\"%s\" dir=\"ltr\">%.10s</time></li>\n", made, made);
    }
    dep_buf_addf(out,
                 "</ul>\n<p><a href=\"feed.%s.atom\" type=\"application/atom+xml\">%s</a></p>\n"
                 "</section>\n",
                 language->code, _("Follow them as a feed (Atom)"));
}

int dep_published_list(const struct dep_paper *paper, const struct dep_published_entry *entries,
                       size_t count)
{
    DEP_AUTO_BUF page;
    dep_buf_init(&page, PAGE_MAX);
    add_head(paper, "en", "Publications", &page);
    for (size_t i = 0; i < DEP_COUNT(LANGUAGES); i++)
        dep_buf_addf(&page,
                     "<link rel=\"alternate\" type=\"application/atom+xml\" hreflang=\"%s\" "
                     "href=\"feed.%s.atom\">\n",
                     LANGUAGES[i].code, LANGUAGES[i].code);
    dep_buf_add_string(&page,
                       "</head>\n<body>\n<div class=\"sheet\">\n<nav aria-label=\"Language\">\n");
    for (size_t i = 0; i < DEP_COUNT(LANGUAGES); i++)
        dep_buf_addf(&page, "<a href=\"#%s\" lang=\"%s\" dir=\"%s\">%s</a>\n", LANGUAGES[i].code,
                     LANGUAGES[i].code, LANGUAGES[i].direction, LANGUAGES[i].name);
    dep_buf_add_string(&page, "</nav>\n<main>\n<h1 dir=\"auto\">");
    add_escaped(paper->member, &page);
    dep_buf_add_string(&page, "</h1>\n");
    for (size_t i = 0; i < DEP_COUNT(LANGUAGES); i++) {
        dep_words_speak(LANGUAGES[i].code);
        add_entries(&LANGUAGES[i], entries, count, &page);
        dep_words_speak(NULL);
    }
    dep_buf_add_string(&page, "</main>\n</div>\n</body>\n</html>\n");
    return give(paper, &page);
}

static void add_feed_entry(const char *lang, const struct dep_published_entry *entry,
                           struct dep_buf *out)
{
    char made[24];
    const char *summary = in_language(entry->summaries, lang);
    dep_time_encode(entry->made_s, made);
    dep_buf_addf(
        out,
        "<entry>\n<id>urn:uuid:%s</id>\n<updated>%s</updated>\n"
        "<link rel=\"alternate\" type=\"text/html\" hreflang=\"%s\" href=\"%s/%s.html\"/>\n"
        "<title>",
        entry->id, made, lang, entry->id, lang);
    add_escaped(in_language(entry->titles, lang), out);
    dep_buf_add_string(out, "</title>\n");
    if (summary[0]) {
        dep_buf_add_string(out, "<summary>");
        add_escaped(summary, out);
        dep_buf_add_string(out, "</summary>\n");
    }
    dep_buf_add_string(out, "</entry>\n");
}

int dep_published_feed(const struct dep_paper *paper, const struct dep_published_entry *entries,
                       size_t count)
{
    DEP_AUTO_BUF feed;
    char updated[24];
    assert(count > 0);
    dep_buf_init(&feed, PAGE_MAX);
    dep_time_encode(entries[0].made_s, updated);
    dep_words_speak(paper->lang);
    /* Its id must never change: that of the first publication, with the language behind it. */
    dep_buf_addf(
        &feed,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n"
        "<id>urn:uuid:%s#%s</id>\n<updated>%s</updated>\n"
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"feed.%s.atom\"/>\n<title>",
        paper->lang, entries[count - 1].id, paper->lang, updated, paper->lang);
    add_escaped(paper->member, &feed);
    dep_buf_addf(&feed, ": %s</title>\n<author><name>", _("Publications"));
    add_escaped(paper->member, &feed);
    dep_buf_add_string(&feed, "</name></author>\n");
    dep_words_speak(NULL);
    for (size_t i = 0; i < count; i++)
        add_feed_entry(paper->lang, &entries[i], &feed);
    dep_buf_add_string(&feed, "</feed>\n");
    return give(paper, &feed);
}
