#include "report/document_impl.h"

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
#define ROW_ROOM 40.0 /* for the row that a heading must not stand without */
#define SIGNATURE_HEIGHT 78.0
#define LABEL_SHARE 0.34
#define BAR_HEIGHT 7.0

static const char FONT[] = "Noto Sans, Noto Naskh Arabic, Noto Sans Arabic";

/* A document while it is laid out. */
struct pages {
    const struct dep_document *document;
    cairo_t *cairo;
    double width, height, y, scale;
    size_t page, pages;
    double columns[DEP_DOCUMENT_COLUMNS_MAX]; /* widths in the table that is drawn */
    const struct dep_block *head;             /* its head, or NULL */
    bool missing;
    const char *tag; /* what the text that is drawn is, for who has it read out */
    int err;
};

/* ---- text ---- */

static PangoLayout *layout_new(struct pages *pages, const char *text, double width, double points,
                               bool bold)
{
    PangoLayout *layout = pango_cairo_create_layout(pages->cairo);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    char *tamed = dep_document_tame(text);
    pango_font_description_set_absolute_size(font, points * pages->scale * PANGO_SCALE);
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
    if (!tamed)
        pages->err = DEP_ERR_NOMEM;
    pango_layout_set_text(layout, tamed ? tamed : "", -1);
    /* "Left" means the beginning of the paragraph; a Latin one on an Arabic page still begins on
     * its reader's side. */
    bool arabic = pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
    pango_layout_set_alignment(layout, pages->document->rtl != arabic ? PANGO_ALIGN_RIGHT
                                                                      : PANGO_ALIGN_LEFT);
    pages->missing |= pango_layout_get_unknown_glyphs_count(layout) > 0;
    free(tamed);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int width, height;
    pango_layout_get_size(layout, &width, &height);
    return (double)height / PANGO_SCALE;
}

static void show_at(struct pages *pages, PangoLayout *layout, double x, double y)
{
    cairo_move_to(pages->cairo, x, y);
    pango_cairo_show_layout(pages->cairo, layout);
}

/* ---- pages ---- */

static double inner(const struct pages *pages)
{
    return pages->width - 2 * MARGIN * pages->scale;
}

static double left(const struct pages *pages)
{
    return MARGIN * pages->scale;
}

static double bottom(const struct pages *pages)
{
    return pages->height - (MARGIN + 14) * pages->scale;
}

/* Numbered "1/2"; a page is one of a document, and names it. */
static void end_page(struct pages *pages)
{
    char number[32];
    double y = bottom(pages) + 6 * pages->scale;
    (void)snprintf(number, sizeof number, "%zu/%zu", pages->page, pages->pages);
    PangoLayout *footer =
        layout_new(pages, pages->document->footer, inner(pages) - 50 * pages->scale, 7.5, false);
    show_at(pages, footer, left(pages) + (pages->document->rtl ? 50 * pages->scale : 0), y);
    g_object_unref(footer);
    if (pages->pages == 1 && !pages->document->footer[0])
        number[0] = 0; /* nothing but its title is to stand on it */
    PangoLayout *page = layout_new(pages, number, 45 * pages->scale, 7.5, false);
    pango_layout_set_alignment(page, pages->document->rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
    show_at(pages, page,
            pages->document->rtl ? left(pages) : left(pages) + inner(pages) - 45 * pages->scale, y);
    g_object_unref(page);
    cairo_show_page(pages->cairo);
}

static void begin_page(struct pages *pages)
{
    pages->page++;
    pages->y = MARGIN * pages->scale;
}

static void need(struct pages *pages, double height)
{
    if (pages->y + height <= bottom(pages) || pages->y <= MARGIN * pages->scale + 1)
        return;
    end_page(pages);
    begin_page(pages);
}

/* Lines [from, ...) of layouts side by side, as many as the page has room for; true when all lines
 * of all are out. */
static void show_columns(struct pages *pages, PangoLayout *const *layouts, const double *xs,
                         size_t count)
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
        int fit = (int)((bottom(pages) - pages->y) / line_height);
        if (fit < 1) {
            end_page(pages);
            begin_page(pages);
            continue;
        }
        int take = most - done < fit ? most - done : fit;
        for (size_t i = 0; i < count; i++) {
            cairo_tag_begin(pages->cairo, pages->tag, NULL);
            for (int line = done; line < done + take && line < lines[i]; line++) {
                PangoLayoutLine *shown = pango_layout_get_line_readonly(layouts[i], line);
                PangoRectangle logical;
                pango_layout_line_get_extents(shown, NULL, &logical);
                double width = (double)pango_layout_get_width(layouts[i]) / PANGO_SCALE;
                double used = (double)logical.width / PANGO_SCALE;
                double x = xs[i] + (pages->document->rtl ? width - used : 0);
                cairo_move_to(pages->cairo, x, pages->y + (line - done + 0.8) * line_height);
                pango_cairo_show_layout_line(pages->cairo, shown);
            }
            cairo_tag_end(pages->cairo, pages->tag);
        }
        pages->y += take * line_height;
        done += take;
    }
}

/* ---- blocks ---- */

static void rule(struct pages *pages, double y, double weight)
{
    cairo_set_line_width(pages->cairo, weight * pages->scale);
    cairo_move_to(pages->cairo, left(pages), y);
    cairo_line_to(pages->cairo, left(pages) + inner(pages), y);
    cairo_stroke(pages->cairo);
}

static void draw_paragraph(struct pages *pages, const char *text, double points, bool bold)
{
    double x = left(pages);
    PangoLayout *layout = layout_new(pages, text, inner(pages), points, bold);
    need(pages, fmin(height_of(layout), 60 * pages->scale));
    show_columns(pages, &layout, &x, 1);
    g_object_unref(layout);
    pages->y += GAP * pages->scale;
}

static void draw_row(struct pages *pages, const struct dep_block *block)
{
    double share = inner(pages) * LABEL_SHARE, gap = 8 * pages->scale;
    PangoLayout *layouts[2] = {
        layout_new(pages, block->texts[0], share - gap, 8.5, false),
        layout_new(pages, block->texts[1], inner(pages) - share, 10, true),
    };
    double xs[2] = {left(pages), left(pages) + share};
    if (pages->document->rtl) {
        xs[0] = left(pages) + inner(pages) - share + gap;
        xs[1] = left(pages);
    }
    need(pages, fmin(fmax(height_of(layouts[0]), height_of(layouts[1])), 60 * pages->scale));
    show_columns(pages, layouts, xs, 2);
    for (size_t i = 0; i < 2; i++)
        g_object_unref(layouts[i]);
    pages->y += 2 * pages->scale;
    rule(pages, pages->y, 0.25);
    pages->y += 3 * pages->scale;
}

static bool same_table(const struct dep_block *a, const struct dep_block *b)
{
    return a->kind == DEP_BLOCK_CELLS && b->kind == DEP_BLOCK_CELLS && a->count == b->count &&
           !b->head;
}

/* What each column would fill, and at least what a pen needs where it is left empty. */
static void measure_columns(struct pages *pages, const struct dep_block *first, double *out)
{
    enum { MEASURED = 500 };
    const struct dep_block *end = pages->document->blocks + pages->document->count;
    for (size_t i = 0; i < first->count; i++)
        out[i] = 0.6 * inner(pages) / (double)first->count;
    for (const struct dep_block *row = first;
         row < end && row - first < MEASURED && (row == first || same_table(first, row)); row++) {
        for (size_t i = 0; i < row->count; i++) {
            PangoLayout *layout = layout_new(pages, row->texts[i], 0, 8.5, row->head);
            int width, height;
            pango_layout_set_width(layout, -1);
            pango_layout_get_size(layout, &width, &height);
            out[i] = fmax(out[i], (double)width / PANGO_SCALE + 7 * pages->scale);
            g_object_unref(layout);
        }
    }
}

/* A column that needs more than an equal share gets it of those that need less: an id is not to be
 * broken beside one that is half empty. */
static void share_columns(struct pages *pages, const struct dep_block *first)
{
    double needs[DEP_DOCUMENT_COLUMNS_MAX], rest = inner(pages);
    bool settled[DEP_DOCUMENT_COLUMNS_MAX] = {false};
    size_t wanting = first->count, before;
    measure_columns(pages, first, needs);
    do {
        double share = wanting ? rest / (double)wanting : 0;
        before = wanting;
        for (size_t i = 0; i < first->count; i++) {
            if (settled[i] || needs[i] > share)
                continue;
            settled[i] = true;
            pages->columns[i] = needs[i];
            rest -= needs[i];
            wanting--;
        }
    } while (wanting && wanting < before);
    for (size_t i = 0; i < first->count; i++) {
        if (!settled[i])
            pages->columns[i] = rest / (double)wanting;
        else if (!wanting)
            pages->columns[i] += rest / (double)first->count;
    }
}

static void begin_table(struct pages *pages, const struct dep_block *first)
{
    share_columns(pages, first);
    pages->head = first->head ? first : NULL;
}

static void draw_cells(struct pages *pages, const struct dep_block *block)
{
    assert(block->count > 0);
    size_t page = pages->page;
    PangoLayout *layouts[DEP_DOCUMENT_COLUMNS_MAX] = {NULL};
    double xs[DEP_DOCUMENT_COLUMNS_MAX], tallest = 0, gap = 6 * pages->scale;
    double x = pages->document->rtl ? left(pages) + inner(pages) : left(pages);
    if (block != pages->head && (block == pages->document->blocks || !same_table(block - 1, block)))
        begin_table(pages, block);
    for (size_t i = 0; i < block->count; i++) {
        double width = pages->columns[i];
        layouts[i] = layout_new(pages, block->texts[i], width - gap, 8.5, block->head);
        xs[i] = pages->document->rtl ? x - width + gap : x;
        x += pages->document->rtl ? -width : width;
        tallest = fmax(tallest, height_of(layouts[i]));
    }
    need(pages, fmin(tallest + 4, 80 * pages->scale) + (block->head ? ROW_ROOM * pages->scale : 0));
    if (pages->page != page && pages->head && !block->head)
        draw_cells(pages, pages->head); /* on each sheet that the table goes on over */
    show_columns(pages, layouts, xs, block->count);
    for (size_t i = 0; i < block->count; i++)
        g_object_unref(layouts[i]);
    pages->y += 2 * pages->scale;
    rule(pages, pages->y, block->head ? 0.8 : 0.25);
    pages->y += 3 * pages->scale;
}

static void draw_signatures(struct pages *pages, const struct dep_block *block)
{
    double width = inner(pages) / 2, height = SIGNATURE_HEIGHT * pages->scale,
           pad = 4 * pages->scale;
    need(pages, height + pad);
    for (size_t i = 0; i < block->count; i++) {
        double x = left(pages) + (pages->document->rtl ? (double)(1 - i) : (double)i) * width;
        cairo_set_line_width(pages->cairo, 0.6 * pages->scale);
        cairo_rectangle(pages->cairo, x + 1, pages->y, width - pad, height - pad);
        cairo_stroke(pages->cairo);
        PangoLayout *label = layout_new(pages, block->texts[i], width - 4 * pad, 8, false);
        show_at(pages, label, x + pad, pages->y + pad / 2);
        g_object_unref(label);
    }
    pages->y += height + pad;
}

static void draw_tick(struct pages *pages, const struct dep_block *block)
{
    double side = 9 * pages->scale, indent = 16 * pages->scale;
    PangoLayout *layout = layout_new(pages, block->texts[0], inner(pages) - indent, 9.5, false);
    need(pages, height_of(layout));
    double box = pages->document->rtl ? left(pages) + inner(pages) - side : left(pages);
    cairo_set_line_width(pages->cairo, 0.8 * pages->scale);
    cairo_rectangle(pages->cairo, box, pages->y + 2 * pages->scale, side, side);
    cairo_stroke(pages->cairo);
    double x = pages->document->rtl ? left(pages) : left(pages) + indent;
    show_columns(pages, &layout, &x, 1);
    g_object_unref(layout);
    pages->y += 3 * pages->scale;
}

static double text_height(struct pages *pages, const char *text, double width, double points,
                          bool bold)
{
    PangoLayout *layout = layout_new(pages, text, width, points, bold);
    double height = height_of(layout);
    g_object_unref(layout);
    return height;
}

/* A heading with all that is ticked and signed under it: nobody is to sign a sheet that says
 * nothing. 0 where something else stands there. */
static double signed_height(struct pages *pages, const struct dep_block *heading)
{
    const struct dep_block *end = pages->document->blocks + pages->document->count;
    const struct dep_block *block = heading + 1;
    double indent = 16 * pages->scale;
    double height =
        text_height(pages, heading->texts[0], inner(pages), 11.5, true) + GAP * pages->scale;
    for (; block < end && block->kind == DEP_BLOCK_TICK; block++)
        height += text_height(pages, block->texts[0], inner(pages) - indent, 9.5, false) +
                  3 * pages->scale;
    if (block == end || block->kind != DEP_BLOCK_SIGNATURES)
        return 0;
    for (; block < end && block->kind == DEP_BLOCK_SIGNATURES; block++)
        height += (SIGNATURE_HEIGHT + 4) * pages->scale;
    return height;
}

static void draw_qr(struct pages *pages, const struct dep_block *block)
{
    QRcode *code = QRcode_encodeString(block->texts[0], 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code) {
        pages->err = DEP_ERR_NOMEM;
        return;
    }
    double side = fmin(pages->scale < 1 ? 170 : 90, inner(pages) / pages->scale) * pages->scale,
           module = side / (code->width + 8);
    need(pages, side);
    double from =
        (pages->document->rtl ? left(pages) + inner(pages) - side : left(pages)) + 4 * module;
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1)
                cairo_rectangle(pages->cairo, from + x * module, pages->y + (4 + y) * module,
                                module, module);
    cairo_fill(pages->cairo);
    QRcode_free(code);
    pages->y += side;
}

/* ---- bars ---- */

/* The column that bars and scales have for themselves. */
static double bars_left(const struct pages *pages)
{
    return left(pages) + (pages->document->rtl ? 0 : inner(pages) * LABEL_SHARE);
}

static double bars_width(const struct pages *pages)
{
    return inner(pages) * (1 - LABEL_SHARE);
}

/* A part of the bar, counted from the side where the reader begins. A moment is a line. */
static void bar_part(struct pages *pages, double from, double to)
{
    double least = 0.6 * pages->scale;
    double width = fmax((to - from) * bars_width(pages), least);
    double x = fmin(from * bars_width(pages), bars_width(pages) - width);
    if (pages->document->rtl)
        x = bars_width(pages) - x - width;
    cairo_rectangle(pages->cairo, bars_left(pages) + x, pages->y, width, BAR_HEIGHT * pages->scale);
}

/* An arrow where the bar ends, onwards. */
static void bar_arrow(struct pages *pages, double at)
{
    double side = pages->document->rtl ? -1 : 1, height = BAR_HEIGHT * pages->scale;
    double x = bars_left(pages) + bars_width(pages) * (pages->document->rtl ? 1 - at : at);
    cairo_move_to(pages->cairo, x + side, pages->y);
    cairo_rel_line_to(pages->cairo, side * height * 0.8, height / 2);
    cairo_rel_line_to(pages->cairo, -side * height * 0.8, height / 2);
    cairo_stroke(pages->cairo);
}

static void bar_shape(struct pages *pages, const struct dep_bar *bar)
{
    static const double dashes[] = {2, 1.5},
                        shades[] = {[DEP_BAR_FULL] = 0.2, [DEP_BAR_HALF] = 0.6};
    cairo_set_line_width(pages->cairo, 0.6 * pages->scale);
    if (bar->from < bar->sure_from || bar->sure_to < bar->to) {
        cairo_set_dash(pages->cairo, dashes, 2, 0);
        bar_part(pages, bar->from, bar->to);
        cairo_stroke(pages->cairo);
        cairo_set_dash(pages->cairo, NULL, 0, 0);
    }
    if (bar->sure_from <= bar->sure_to) {
        bar_part(pages, bar->sure_from, bar->sure_to);
        if (bar->fill == DEP_BAR_EMPTY) {
            cairo_stroke(pages->cairo);
        } else {
            double shade = shades[bar->fill];
            cairo_set_source_rgb(pages->cairo, shade, shade, shade);
            cairo_fill(pages->cairo);
            cairo_set_source_rgb(pages->cairo, 0, 0, 0);
        }
    }
    if (bar->goes_on)
        bar_arrow(pages, bar->to);
}

static void draw_bar(struct pages *pages, const struct dep_block *block)
{
    double share = inner(pages) * LABEL_SHARE, gap = 8 * pages->scale;
    PangoLayout *layouts[2] = {
        layout_new(pages, block->texts[0], share - gap, 8.5, false),
        layout_new(pages, block->texts[1], inner(pages) - share, 8.5, true),
    };
    double xs[2] = {left(pages), bars_left(pages)};
    if (pages->document->rtl)
        xs[0] = left(pages) + inner(pages) - share + gap;
    need(pages,
         fmax(height_of(layouts[0]), height_of(layouts[1])) + (BAR_HEIGHT + 6) * pages->scale);
    show_columns(pages, layouts, xs, 2);
    for (size_t i = 0; i < 2; i++)
        g_object_unref(layouts[i]);
    pages->y += 1.5 * pages->scale;
    bar_shape(pages, &block->bar);
    pages->y += (BAR_HEIGHT + 4.5) * pages->scale;
}

static void draw_scale(struct pages *pages, const struct dep_block *block)
{
    double half = bars_width(pages) / 2 - 4 * pages->scale;
    PangoLayout *layouts[2] = {layout_new(pages, block->texts[0], half, 7.5, false),
                               layout_new(pages, block->texts[1], half, 7.5, false)};
    double near = bars_left(pages), far = near + bars_width(pages) - half;
    bool rtl = pages->document->rtl;
    need(pages, height_of(layouts[0]) + 4 * pages->scale);
    double y = pages->y + 3 * pages->scale;
    cairo_set_line_width(pages->cairo, 0.6 * pages->scale);
    cairo_move_to(pages->cairo, near, pages->y);
    cairo_line_to(pages->cairo, near + bars_width(pages), pages->y);
    cairo_stroke(pages->cairo);
    pango_layout_set_alignment(layouts[1], rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);
    show_at(pages, layouts[0], rtl ? far : near, y);
    show_at(pages, layouts[1], rtl ? near : far, y);
    pages->y = y + height_of(layouts[0]) + 4 * pages->scale;
    for (size_t i = 0; i < 2; i++)
        g_object_unref(layouts[i]);
}

static const char *tag_of(const struct dep_block *block)
{
    switch (block->kind) {
    case DEP_BLOCK_HEADING: return "H2";
    case DEP_BLOCK_CELLS: return block->head ? "TH" : "TD";
    default: return "P";
    }
}

static void draw_block(struct pages *pages, const struct dep_block *block)
{
    pages->tag = tag_of(block);
    switch (block->kind) {
    case DEP_BLOCK_HEADING:
        pages->y += 6 * pages->scale;
        need(pages, fmax((48 + ROW_ROOM) * pages->scale, signed_height(pages, block)));
        draw_paragraph(pages, block->texts[0], 11.5, true);
        break;
    case DEP_BLOCK_TEXT: draw_paragraph(pages, block->texts[0], 9.5, false); break;
    case DEP_BLOCK_ROW: draw_row(pages, block); break;
    case DEP_BLOCK_CELLS: draw_cells(pages, block); break;
    case DEP_BLOCK_SIGNATURES: draw_signatures(pages, block); break;
    case DEP_BLOCK_TICK: draw_tick(pages, block); break;
    case DEP_BLOCK_QR: draw_qr(pages, block); break;
    case DEP_BLOCK_BAR: draw_bar(pages, block); break;
    case DEP_BLOCK_SCALE: draw_scale(pages, block); break;
    }
}

static void draw(struct pages *pages)
{
    pages->page = 0;
    pages->head = NULL;
    cairo_tag_begin(pages->cairo, "Document", NULL);
    begin_page(pages);
    pages->tag = "H1";
    draw_paragraph(pages, pages->document->title, 15, true);
    rule(pages, pages->y, 1);
    pages->y += 6 * pages->scale;
    for (size_t i = 0; i < pages->document->count && !pages->err; i++)
        draw_block(pages, &pages->document->blocks[i]);
    end_page(pages);
    cairo_tag_end(pages->cairo, "Document");
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

static int render(struct pages *pages, struct sink *sink)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(put, sink, pages->width, pages->height);
    /* The same values give the same bytes: the date of making is no part of a form. */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, pages->document->title);
    pages->cairo = cairo_create(surface);
    draw(pages);
    cairo_destroy(pages->cairo);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (pages->err)
        return pages->err;
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
    struct pages pages = {
        .document = document,
        .width = (size ? size->width_mm : 210) * POINTS_PER_MM,
        .height = (size ? size->height_mm : 297) * POINTS_PER_MM,
        .scale = size && size->width_mm < 120 ? 0.5 : 1,
    };
    /* Once for the number of pages, once for good. */
    struct sink nowhere = {NULL, NULL, 0}, sink = {write, context, 0};
    int err = render(&pages, &nowhere);
    pages.pages = pages.page;
    if (!err && pages.missing)
        return dep_found(why, "paper.glyph", "PLATFORM, Arabic PDF", 0);
    if (!err)
        err = render(&pages, &sink);
    if (!err && out_pages)
        *out_pages = pages.pages;
    return err;
}
