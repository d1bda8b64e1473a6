#include "report/document.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_PER_MM (72.0 / 25.4)
/* Points. */
#define MARGIN 42.0
#define GAP 5.0
#define SIGNATURE_HEIGHT 78.0
#define LABEL_SHARE 0.34

static const char FONT[] = "Noto Sans, Noto Naskh Arabic, Noto Sans Arabic";

enum kind { HEADING, TEXT, ROW, CELLS, SIGNATURES, TICK, QR };

struct block {
    enum kind kind;
    bool head;
    size_t count;
    char *texts[DEP_DOCUMENT_COLUMNS_MAX];
};

struct dep_document {
    bool rtl;
    char *title, *footer;
    struct block *blocks;
    size_t count, room;
    int err;
    /* while it is laid out */
    cairo_t *cairo;
    double width, height, y, scale;
    size_t page, pages;
    bool missing;
};

/* ---- gathering ---- */

static struct block *add(struct dep_document *document, enum kind kind, const char *const *texts,
                         size_t count)
{
    if (document->err)
        return NULL;
    if (document->count == DEP_DOCUMENT_BLOCKS_MAX) {
        document->err = DEP_ERR_CAP;
        return NULL;
    }
    if (document->count == document->room) {
        size_t room = document->room ? document->room * 2 : 32;
        struct block *blocks = dep_realloc_array(document->blocks, room, sizeof *blocks);
        if (!blocks) {
            document->err = DEP_ERR_NOMEM;
            return NULL;
        }
        document->blocks = blocks;
        document->room = room;
    }
    struct block *block = &document->blocks[document->count++];
    *block = (struct block){.kind = kind, .count = count};
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[i] ? texts[i] : "";
        if (strlen(text) > DEP_DOCUMENT_TEXT_MAX)
            document->err = DEP_ERR_CAP;
        else if (!(block->texts[i] = dep_strdup(text)))
            document->err = DEP_ERR_NOMEM;
    }
    return block;
}

int dep_document_new(const char *lang, const char *title, const char *footer,
                     struct dep_document **out)
{
    struct dep_document *document = dep_alloc(sizeof *document);
    if (!document)
        return DEP_ERR_NOMEM;
    document->rtl = strcmp(lang, "ar") == 0;
    document->title = dep_strdup(title);
    document->footer = dep_strdup(footer);
    if (!document->title || !document->footer) {
        dep_document_free(document);
        return DEP_ERR_NOMEM;
    }
    *out = document;
    return DEP_OK;
}

void dep_document_free(struct dep_document *document)
{
    if (!document)
        return;
    for (size_t i = 0; i < document->count; i++)
        for (size_t j = 0; j < document->blocks[i].count; j++)
            free(document->blocks[i].texts[j]);
    free(document->blocks);
    free(document->title);
    free(document->footer);
    free(document);
}

void dep_document_heading(struct dep_document *document, const char *text)
{
    (void)add(document, HEADING, &text, 1);
}

void dep_document_text(struct dep_document *document, const char *text)
{
    (void)add(document, TEXT, &text, 1);
}

void dep_document_row(struct dep_document *document, const char *label, const char *value)
{
    const char *texts[] = {label, value};
    (void)add(document, ROW, texts, 2);
}

void dep_document_cells(struct dep_document *document, const char *const *cells, size_t count,
                        bool head)
{
    assert(count > 0 && count <= DEP_DOCUMENT_COLUMNS_MAX);
    struct block *block = add(document, CELLS, cells, count);
    if (block)
        block->head = head;
}

void dep_document_signatures(struct dep_document *document, const char *const *labels, size_t count)
{
    for (size_t i = 0; i < count; i += 2)
        (void)add(document, SIGNATURES, labels + i, count - i < 2 ? 1 : 2);
}

void dep_document_tick(struct dep_document *document, const char *text)
{
    (void)add(document, TICK, &text, 1);
}

void dep_document_qr(struct dep_document *document, const char *text)
{
    (void)add(document, QR, &text, 1);
}

/* ---- text ---- */

/* Control characters and bidi overrides would let a name rewrite the page around it. */
static char *tame(const char *text)
{
    size_t len = strlen(text);
    char *out = dep_alloc(3 * len + 1);
    size_t at = 0;
    for (const char *from = text; out && *from;) {
        gunichar code = g_utf8_get_char_validated(from, -1);
        bool bad = code == (gunichar)-1 || code == (gunichar)-2;
        bool control =
            !bad && ((code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0) ||
                     (code >= 0x202a && code <= 0x202e) || code == 0x2066 ||
                     code == 0x2067); /* 2068 and 2069 only isolate, and end with their paragraph */
        const char *next = bad ? from + 1 : from + g_utf8_skip[*(const guchar *)from];
        if (bad || control) {
            memcpy(out + at, "\xef\xbf\xbd", 3);
            at += 3;
        } else {
            memcpy(out + at, from, (size_t)(next - from));
            at += (size_t)(next - from);
        }
        from = next;
    }
    return out;
}

static PangoLayout *layout_new(struct dep_document *document, const char *text, double width,
                               double points, bool bold)
{
    PangoLayout *layout = pango_cairo_create_layout(document->cairo);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    char *tamed = tame(text);
    pango_font_description_set_absolute_size(font, points * document->scale * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    /* A fingerprint that is broken over two lines is not to get a hyphen of pango's. */
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_auto_dir(layout, TRUE);
    pango_layout_set_text(layout, tamed ? tamed : "", -1);
    /* "Left" means the beginning of the paragraph; a Latin one on an Arabic page still begins on
     * its reader's side. */
    bool arabic = pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
    pango_layout_set_alignment(layout,
                               document->rtl != arabic ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    document->missing |= pango_layout_get_unknown_glyphs_count(layout) > 0;
    free(tamed);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int width, height;
    pango_layout_get_size(layout, &width, &height);
    return (double)height / PANGO_SCALE;
}

static void show_at(struct dep_document *document, PangoLayout *layout, double x, double y)
{
    cairo_move_to(document->cairo, x, y);
    pango_cairo_show_layout(document->cairo, layout);
}

/* ---- pages ---- */

static double inner(const struct dep_document *document)
{
    return document->width - 2 * MARGIN * document->scale;
}

static double left(const struct dep_document *document)
{
    return MARGIN * document->scale;
}

static double bottom(const struct dep_document *document)
{
    return document->height - (MARGIN + 14) * document->scale;
}

/* Numbered "1/2"; a page is one of a document, and names it. */
static void end_page(struct dep_document *document)
{
    char number[32];
    double y = bottom(document) + 6 * document->scale;
    (void)snprintf(number, sizeof number, "%zu/%zu", document->page, document->pages);
    PangoLayout *footer =
        layout_new(document, document->footer, inner(document) - 50 * document->scale, 7.5, false);
    show_at(document, footer, left(document) + (document->rtl ? 50 * document->scale : 0), y);
    g_object_unref(footer);
    PangoLayout *page = layout_new(document, number, 45 * document->scale, 7.5, false);
    pango_layout_set_alignment(page, document->rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
    show_at(document, page,
            document->rtl ? left(document)
                          : left(document) + inner(document) - 45 * document->scale,
            y);
    g_object_unref(page);
    cairo_show_page(document->cairo);
}

static void begin_page(struct dep_document *document)
{
    document->page++;
    document->y = MARGIN * document->scale;
}

static void need(struct dep_document *document, double height)
{
    if (document->y + height <= bottom(document) || document->y <= MARGIN * document->scale + 1)
        return;
    end_page(document);
    begin_page(document);
}

/* Lines [from, ...) of layouts side by side, as many as the page has room for; true when all lines
 * of all are out. */
static void show_columns(struct dep_document *document, PangoLayout *const *layouts,
                         const double *xs, size_t count)
{
    int lines[DEP_DOCUMENT_COLUMNS_MAX], done = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        lines[i] = pango_layout_get_line_count(layouts[i]);
        most = lines[i] > most ? lines[i] : most;
    }
    double line_height = height_of(layouts[0]) / lines[0];
    for (size_t i = 1; i < count; i++)
        line_height = fmax(line_height, height_of(layouts[i]) / lines[i]);
    while (done < most) {
        int fit = (int)((bottom(document) - document->y) / line_height);
        if (fit < 1) {
            end_page(document);
            begin_page(document);
            continue;
        }
        int take = most - done < fit ? most - done : fit;
        for (size_t i = 0; i < count; i++) {
            for (int line = done; line < done + take && line < lines[i]; line++) {
                PangoLayoutLine *shown = pango_layout_get_line_readonly(layouts[i], line);
                PangoRectangle logical;
                pango_layout_line_get_extents(shown, NULL, &logical);
                double width = (double)pango_layout_get_width(layouts[i]) / PANGO_SCALE;
                double used = (double)logical.width / PANGO_SCALE;
                double x = xs[i] + (document->rtl ? width - used : 0);
                cairo_move_to(document->cairo, x, document->y + (line - done + 0.8) * line_height);
                pango_cairo_show_layout_line(document->cairo, shown);
            }
        }
        document->y += take * line_height;
        done += take;
    }
}

/* ---- blocks ---- */

static void rule(struct dep_document *document, double y, double weight)
{
    cairo_set_line_width(document->cairo, weight * document->scale);
    cairo_move_to(document->cairo, left(document), y);
    cairo_line_to(document->cairo, left(document) + inner(document), y);
    cairo_stroke(document->cairo);
}

static void draw_paragraph(struct dep_document *document, const char *text, double points,
                           bool bold)
{
    double x = left(document);
    PangoLayout *layout = layout_new(document, text, inner(document), points, bold);
    need(document, fmin(height_of(layout), 60 * document->scale));
    show_columns(document, &layout, &x, 1);
    g_object_unref(layout);
    document->y += GAP * document->scale;
}

static void draw_row(struct dep_document *document, const struct block *block)
{
    double share = inner(document) * LABEL_SHARE, gap = 8 * document->scale;
    PangoLayout *layouts[2] = {
        layout_new(document, block->texts[0], share - gap, 8.5, false),
        layout_new(document, block->texts[1], inner(document) - share, 10, true),
    };
    double xs[2] = {left(document), left(document) + share};
    if (document->rtl) {
        xs[0] = left(document) + inner(document) - share + gap;
        xs[1] = left(document);
    }
    need(document, fmin(fmax(height_of(layouts[0]), height_of(layouts[1])), 60 * document->scale));
    show_columns(document, layouts, xs, 2);
    for (size_t i = 0; i < 2; i++)
        g_object_unref(layouts[i]);
    document->y += 2 * document->scale;
    rule(document, document->y, 0.25);
    document->y += 3 * document->scale;
}

static void draw_cells(struct dep_document *document, const struct block *block)
{
    assert(block->count > 0);
    PangoLayout *layouts[DEP_DOCUMENT_COLUMNS_MAX] = {NULL};
    double xs[DEP_DOCUMENT_COLUMNS_MAX], width = inner(document) / (double)block->count,
                                         tallest = 0;
    for (size_t i = 0; i < block->count; i++) {
        size_t place = document->rtl ? block->count - 1 - i : i;
        layouts[i] =
            layout_new(document, block->texts[i], width - 6 * document->scale, 8.5, block->head);
        xs[i] = left(document) + width * (double)place + (document->rtl ? 6 * document->scale : 0);
        tallest = fmax(tallest, height_of(layouts[i]));
    }
    need(document, fmin(tallest + 4, 80 * document->scale));
    show_columns(document, layouts, xs, block->count);
    for (size_t i = 0; i < block->count; i++)
        g_object_unref(layouts[i]);
    document->y += 2 * document->scale;
    rule(document, document->y, block->head ? 0.8 : 0.25);
    document->y += 3 * document->scale;
}

static void draw_signatures(struct dep_document *document, const struct block *block)
{
    double width = inner(document) / 2, height = SIGNATURE_HEIGHT * document->scale,
           pad = 4 * document->scale;
    need(document, height + pad);
    for (size_t i = 0; i < block->count; i++) {
        double x = left(document) + (document->rtl ? (double)(1 - i) : (double)i) * width;
        cairo_set_line_width(document->cairo, 0.6 * document->scale);
        cairo_rectangle(document->cairo, x + 1, document->y, width - pad, height - pad);
        cairo_stroke(document->cairo);
        PangoLayout *label = layout_new(document, block->texts[i], width - 4 * pad, 8, false);
        show_at(document, label, x + pad, document->y + pad / 2);
        g_object_unref(label);
    }
    document->y += height + pad;
}

static void draw_tick(struct dep_document *document, const struct block *block)
{
    double side = 9 * document->scale, indent = 16 * document->scale;
    PangoLayout *layout =
        layout_new(document, block->texts[0], inner(document) - indent, 9.5, false);
    need(document, height_of(layout));
    double box = document->rtl ? left(document) + inner(document) - side : left(document);
    cairo_set_line_width(document->cairo, 0.8 * document->scale);
    cairo_rectangle(document->cairo, box, document->y + 2 * document->scale, side, side);
    cairo_stroke(document->cairo);
    double x = document->rtl ? left(document) : left(document) + indent;
    show_columns(document, &layout, &x, 1);
    g_object_unref(layout);
    document->y += 3 * document->scale;
}

static void draw_qr(struct dep_document *document, const struct block *block)
{
    QRcode *code = QRcode_encodeString(block->texts[0], 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code) {
        document->err = DEP_ERR_NOMEM;
        return;
    }
    double side = fmin(document->scale < 1 ? 170 : 90, inner(document) / document->scale) *
                  document->scale,
           module = side / (code->width + 8);
    need(document, side);
    double from =
        (document->rtl ? left(document) + inner(document) - side : left(document)) + 4 * module;
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1)
                cairo_rectangle(document->cairo, from + x * module, document->y + (4 + y) * module,
                                module, module);
    cairo_fill(document->cairo);
    QRcode_free(code);
    document->y += side;
}

static void draw_block(struct dep_document *document, const struct block *block)
{
    switch (block->kind) {
    case HEADING:
        document->y += 6 * document->scale;
        need(document, 48 * document->scale);
        draw_paragraph(document, block->texts[0], 11.5, true);
        break;
    case TEXT: draw_paragraph(document, block->texts[0], 9.5, false); break;
    case ROW: draw_row(document, block); break;
    case CELLS: draw_cells(document, block); break;
    case SIGNATURES: draw_signatures(document, block); break;
    case TICK: draw_tick(document, block); break;
    case QR: draw_qr(document, block); break;
    }
}

static void draw(struct dep_document *document)
{
    document->page = 0;
    begin_page(document);
    draw_paragraph(document, document->title, 15, true);
    rule(document, document->y, 1);
    document->y += 6 * document->scale;
    for (size_t i = 0; i < document->count && !document->err; i++)
        draw_block(document, &document->blocks[i]);
    end_page(document);
}

/* ---- out ---- */

struct sink {
    dep_document_write_fn *write;
    void *context;
    int err;
};

static cairo_status_t put(void *context, const unsigned char *data, unsigned len)
{
    struct sink *sink = context;
    if (sink->write && !sink->err)
        sink->err = sink->write(sink->context, data, len);
    return sink->err ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int render(struct dep_document *document, struct sink *sink)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(put, sink, document->width, document->height);
    /* The same values give the same bytes: the date of making is no part of a form. */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, document->title);
    document->cairo = cairo_create(surface);
    draw(document);
    cairo_destroy(document->cairo);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (document->err)
        return document->err;
    if (sink->err || status != CAIRO_STATUS_SUCCESS)
        return status == CAIRO_STATUS_NO_MEMORY ? DEP_ERR_NOMEM : DEP_ERR_IO;
    return DEP_OK;
}

int dep_document_finish(struct dep_document *document, const struct dep_document_size *size,
                        dep_document_write_fn *write, void *context, size_t *out_pages,
                        struct dep_finding *why)
{
    if (document->err)
        return document->err;
    document->width = (size ? size->width_mm : 210) * POINTS_PER_MM;
    document->height = (size ? size->height_mm : 297) * POINTS_PER_MM;
    document->scale = size && size->width_mm < 120 ? 0.5 : 1;
    /* Once for the number of pages, once for good. */
    struct sink nowhere = {NULL, NULL, 0}, sink = {write, context, 0};
    int err = render(document, &nowhere);
    document->pages = document->page;
    if (!err && document->missing)
        return dep_found(why, "paper.glyph", "PLATFORM, Arabic PDF", 0);
    if (!err)
        err = render(document, &sink);
    if (!err && out_pages)
        *out_pages = document->pages;
    return err;
}
