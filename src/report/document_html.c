#include "report/document_impl.h"

#include <stdlib.h>
#include <string.h>

static void add_text(const char *text, struct dep_buf *out)
{
    char *tamed = dep_document_tame(text);
    for (const char *at = tamed; at && *at; at++)
        switch (*at) {
        case '&': dep_buf_add_string(out, "&amp;"); break;
        case '<': dep_buf_add_string(out, "&lt;"); break;
        case '>': dep_buf_add_string(out, "&gt;"); break;
        case '\n': dep_buf_add_string(out, "<br>"); break;
        default: dep_buf_add_byte(out, (uint8_t)*at);
        }
    if (!tamed)
        out->err = DEP_ERR_NOMEM;
    free(tamed);
}

static void add_element(const char *name, const char *text, struct dep_buf *out)
{
    dep_buf_addf(out, "<%s dir=\"auto\">", name);
    add_text(text, out);
    dep_buf_addf(out, "</%s>", name);
}

/* What of a run of blocks of one kind stands in one element. */
static const char *container_of(enum dep_block_kind kind)
{
    switch (kind) {
    case DEP_BLOCK_BAR:
    case DEP_BLOCK_ROW: return "dl";
    case DEP_BLOCK_CELLS: return "table";
    case DEP_BLOCK_TICK:
    case DEP_BLOCK_SIGNATURES: return "ul";
    default: return NULL;
    }
}

static void add_block(const struct dep_block *block, struct dep_buf *out)
{
    switch (block->kind) {
    case DEP_BLOCK_HEADING: add_element("h3", block->texts[0], out); break;
    case DEP_BLOCK_TEXT: add_element("p", block->texts[0], out); break;
    case DEP_BLOCK_QR: add_element("code", block->texts[0], out); break;
    case DEP_BLOCK_SCALE: break; /* of a drawing that isn't there */
    case DEP_BLOCK_BAR:
    case DEP_BLOCK_ROW:
        dep_buf_add_string(out, "<div>");
        add_element("dt", block->texts[0], out);
        add_element("dd", block->texts[1], out);
        dep_buf_add_string(out, "</div>");
        break;
    case DEP_BLOCK_CELLS:
        dep_buf_add_string(out, "<tr>");
        for (size_t i = 0; i < block->count; i++)
            add_element(block->head ? "th" : "td", block->texts[i], out);
        dep_buf_add_string(out, "</tr>");
        break;
    case DEP_BLOCK_TICK:
    case DEP_BLOCK_SIGNATURES:
        for (size_t i = 0; i < block->count; i++)
            add_element("li", block->texts[i], out);
        break;
    }
    dep_buf_add_byte(out, '\n');
}

int dep_document_html(const struct dep_document *document, const char *id, struct dep_buf *out)
{
    if (document->err)
        return document->err;
    const char *open = NULL;
    dep_buf_addf(out, "<section id=\"%s\" lang=\"%s\" dir=\"%s\">\n", id, document->lang,
                 document->rtl ? "rtl" : "ltr");
    add_element("h2", document->title, out);
    for (size_t i = 0; i < document->count; i++) {
        const struct dep_block *block = &document->blocks[i];
        const char *container = container_of(block->kind);
        /* A row of heads begins a table of its own. */
        bool goes_on = open && container && strcmp(open, container) == 0 && !block->head;
        if (open && !goes_on)
            dep_buf_addf(out, "</%s>\n", open);
        if (container && !goes_on)
            dep_buf_addf(out, "<%s>\n", container);
        open = container;
        add_block(block, out);
    }
    if (open)
        dep_buf_addf(out, "</%s>\n", open);
    add_element("footer", document->footer, out);
    dep_buf_add_string(out, "</section>\n");
    return dep_buf_err(out);
}
