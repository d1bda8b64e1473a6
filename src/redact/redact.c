#include "redact/redact.h"

#include "codec/json.h"
#include "codec/media.h"

#include <cairo-pdf.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <poppler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_PER_INCH 72.0

static const char CLAUSE[] = "doc/guide/custodian.md";

/* ---- boxes ---- */

static bool number_of(const json_t *object, const char *name, int64_t least, int64_t most,
                      int64_t *out)
{
    return dep_json_int(object, name, out) && *out >= least && *out <= most;
}

static bool box_of(const json_t *object, struct dep_redact_box *out)
{
    int64_t page, x, y, width, height;
    if (json_object_size(object) != 5 ||
        !number_of(object, "page", 1, DEP_REDACT_PAGES_MAX, &page) ||
        !number_of(object, "x", 0, DEP_REDACT_WHOLE, &x) ||
        !number_of(object, "y", 0, DEP_REDACT_WHOLE, &y) ||
        !number_of(object, "width", 1, DEP_REDACT_WHOLE - x, &width) ||
        !number_of(object, "height", 1, DEP_REDACT_WHOLE - y, &height))
        return false;
    *out = (struct dep_redact_box){(size_t)page, (unsigned)x, (unsigned)y, (unsigned)width,
                                   (unsigned)height};
    return true;
}

int dep_redact_boxes_parse(struct dep_slice text, struct dep_redact_box **out, size_t *out_count,
                           struct dep_finding *why)
{
    DEP_AUTO_JSON *root = NULL;
    size_t i;
    json_t *element;
    int err = dep_json_parse(text, &root, why);
    if (err)
        return err;
    const json_t *list = dep_json_array(root, "boxes");
    size_t count = json_array_size(list);
    if (!list || json_object_size(root) != 1 || count > DEP_REDACT_BOXES_MAX)
        return dep_found(why, "redact.form", CLAUSE, 0);
    if (count == 0)
        return dep_found(why, "redact.none", CLAUSE, 0);
    struct dep_redact_box *boxes = dep_alloc_array(count, sizeof *boxes);
    if (!boxes)
        return DEP_ERR_NOMEM;
    json_array_foreach(list, i, element)
    {
        if (!box_of(element, &boxes[i])) {
            free(boxes);
            return dep_found(why, "redact.box", CLAUSE, i);
        }
    }
    *out = boxes;
    *out_count = count;
    return DEP_OK;
}

/* ---- pages out ---- */

struct redacting {
    const struct dep_redact_order *order;
    cairo_surface_t *pdf;
    int err; /* of the writer */
    size_t pages;
};

static cairo_status_t put(void *context, const unsigned char *data, unsigned len)
{
    struct redacting *redacting = context;
    if (!redacting->err)
        redacting->err = redacting->order->write(redacting->order->context, data, len);
    return redacting->err ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int begin(struct redacting *redacting)
{
    redacting->pdf = cairo_pdf_surface_create_for_stream(put, redacting, 1, 1);
    /* When it was made says the record that takes it in; the same pixels give the same bytes. */
    cairo_pdf_surface_set_metadata(redacting->pdf, CAIRO_PDF_METADATA_CREATE_DATE,
                                   "1970-01-01T00:00:00Z");
    return cairo_surface_status(redacting->pdf) == CAIRO_STATUS_SUCCESS ? DEP_OK : DEP_ERR_NOMEM;
}

static int end(struct redacting *redacting, int err)
{
    cairo_surface_finish(redacting->pdf);
    cairo_status_t status = cairo_surface_status(redacting->pdf);
    cairo_surface_destroy(redacting->pdf);
    if (err || redacting->err)
        return err ? err : redacting->err;
    return status == CAIRO_STATUS_SUCCESS ? DEP_OK : DEP_ERR_NOMEM;
}

/* Whole pixels, outwards: what lies half below a box is below it. */
static void paint_box(cairo_t *cairo, const struct dep_redact_box *box, int width, int height)
{
    double left = floor((double)box->x * width / DEP_REDACT_WHOLE),
           top = floor((double)box->y * height / DEP_REDACT_WHOLE),
           right = ceil((double)(box->x + box->width) * width / DEP_REDACT_WHOLE),
           bottom = ceil((double)(box->y + box->height) * height / DEP_REDACT_WHOLE);
    cairo_rectangle(cairo, left, top, right - left, bottom - top);
    cairo_fill(cairo);
}

/* Where is what? Every hundred thousandths a line, with its number. */
static void paint_grid(cairo_t *cairo, int width, int height)
{
    enum { STEP = 100 };
    double text = fmax(8, height / 90.0);
    cairo_set_source_rgb(cairo, 0.8, 0, 0);
    cairo_set_line_width(cairo, fmax(1, height / 1500.0));
    cairo_set_font_size(cairo, text);
    for (int at = 0; at < DEP_REDACT_WHOLE; at += STEP) {
        char label[16];
        double x = (double)at * width / DEP_REDACT_WHOLE,
               y = (double)at * height / DEP_REDACT_WHOLE;
        (void)snprintf(label, sizeof label, "%d", at);
        cairo_move_to(cairo, x, 0);
        cairo_line_to(cairo, x, height);
        cairo_move_to(cairo, 0, y);
        cairo_line_to(cairo, width, y);
        cairo_stroke(cairo);
        cairo_move_to(cairo, x + 2, text);
        cairo_show_text(cairo, label);
        cairo_move_to(cairo, 2, y + text);
        cairo_show_text(cairo, label);
    }
}

static void paint_over(struct redacting *redacting, cairo_surface_t *picture)
{
    const struct dep_redact_order *order = redacting->order;
    int width = cairo_image_surface_get_width(picture),
        height = cairo_image_surface_get_height(picture);
    cairo_t *cairo = cairo_create(picture);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    for (size_t i = 0; i < order->box_count; i++)
        if (order->boxes[i].page == redacting->pages)
            paint_box(cairo, &order->boxes[i], width, height);
    if (order->box_count == 0)
        paint_grid(cairo, width, height);
    cairo_destroy(cairo);
}

/* One page: `picture` at `dpi`, whatever had to be hidden painted over in its pixels. */
static int add_page(struct redacting *redacting, cairo_surface_t *picture, double dpi,
                    size_t page_count)
{
    const struct dep_redact_order *order = redacting->order;
    redacting->pages++;
    paint_over(redacting, picture);
    double scale = POINTS_PER_INCH / dpi;
    cairo_pdf_surface_set_size(redacting->pdf, cairo_image_surface_get_width(picture) * scale,
                               cairo_image_surface_get_height(picture) * scale);
    cairo_t *cairo = cairo_create(redacting->pdf);
    cairo_scale(cairo, scale, scale);
    cairo_set_source_surface(cairo, picture, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_paint(cairo);
    cairo_show_page(cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (redacting->err || status != CAIRO_STATUS_SUCCESS)
        return redacting->err ? redacting->err : DEP_ERR_NOMEM;
    if (order->progress && !order->progress(order->context, redacting->pages, page_count))
        return DEP_ERR_STOPPED;
    return DEP_OK;
}

/* White below, so that nothing shows through that no page shows. */
static cairo_surface_t *picture_new(int width, int height)
{
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cairo = cairo_create(picture);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_destroy(cairo);
    return picture;
}

static int check_boxes(const struct dep_redact_order *order, size_t pages, struct dep_finding *why)
{
    for (size_t i = 0; i < order->box_count; i++)
        if (order->boxes[i].page > pages)
            return dep_found(why, "redact.page", CLAUSE, i);
    return DEP_OK;
}

/* ---- PDF in ---- */

static int redact_page(struct redacting *redacting, PopplerDocument *document, int index, int count,
                       struct dep_finding *why)
{
    double width, height, scale = DEP_REDACT_DPI / POINTS_PER_INCH;
    PopplerPage *page = poppler_document_get_page(document, index);
    if (!page)
        return dep_found(why, "redact.damaged", CLAUSE, (size_t)index);
    poppler_page_get_size(page, &width, &height);
    if (!(width > 0 && height > 0)) {
        g_object_unref(page);
        return dep_found(why, "redact.damaged", CLAUSE, (size_t)index);
    }
    if (width * scale * height * scale > DEP_REDACT_PIXELS_MAX || width * scale > 32000 ||
        height * scale > 32000) {
        g_object_unref(page);
        return dep_found(why, "redact.large", CLAUSE, (size_t)index);
    }
    cairo_surface_t *picture = picture_new((int)ceil(width * scale), (int)ceil(height * scale));
    cairo_t *cairo = cairo_create(picture);
    cairo_scale(cairo, scale, scale);
    poppler_page_render(page, cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    g_object_unref(page);
    int err = status == CAIRO_STATUS_SUCCESS
                  ? add_page(redacting, picture, DEP_REDACT_DPI, (size_t)count)
              : status == CAIRO_STATUS_NO_MEMORY
                  ? DEP_ERR_NOMEM
                  : dep_found(why, "redact.damaged", CLAUSE, (size_t)index);
    cairo_surface_destroy(picture);
    return err;
}

static int redact_pdf(struct redacting *redacting, struct dep_finding *why)
{
    const struct dep_redact_order *order = redacting->order;
    GError *error = NULL;
    GBytes *bytes = g_bytes_new_static(order->file.data, order->file.len);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, &error);
    g_bytes_unref(bytes);
    if (!document) {
        bool locked = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
        g_error_free(error);
        return dep_found(why, locked ? "redact.locked" : "redact.damaged", CLAUSE, 0);
    }
    int count = poppler_document_get_n_pages(document);
    int err = count < 1                      ? dep_found(why, "redact.damaged", CLAUSE, 0)
              : count > DEP_REDACT_PAGES_MAX ? dep_found(why, "redact.large", CLAUSE, 0)
                                             : check_boxes(order, (size_t)count, why);
    for (int i = 0; !err && i < count; i++)
        err = redact_page(redacting, document, i, count, why);
    g_object_unref(document);
    return err;
}

/* ---- pictures in ---- */

static void copy_pixels(const GdkPixbuf *pixels, cairo_surface_t *picture)
{
    int width = gdk_pixbuf_get_width(pixels), height = gdk_pixbuf_get_height(pixels),
        from_row = gdk_pixbuf_get_rowstride(pixels), channels = gdk_pixbuf_get_n_channels(pixels),
        to_row = cairo_image_surface_get_stride(picture);
    const uint8_t *from = gdk_pixbuf_read_pixels(pixels);
    uint8_t *to = cairo_image_surface_get_data(picture);
    cairo_surface_flush(picture);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const uint8_t *rgb = from + (size_t)y * (size_t)from_row + (size_t)x * (size_t)channels;
            uint32_t pixel = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
            memcpy(to + (size_t)y * (size_t)to_row + 4 * (size_t)x, &pixel, sizeof pixel);
        }
    cairo_surface_mark_dirty(picture);
}

/* What is transparent shows white: a colour below it that nobody saw must not come out. */
static GdkPixbuf *flattened(GdkPixbuf *pixels)
{
    if (!gdk_pixbuf_get_has_alpha(pixels))
        return g_object_ref(pixels);
    return gdk_pixbuf_composite_color_simple(pixels, gdk_pixbuf_get_width(pixels),
                                             gdk_pixbuf_get_height(pixels), GDK_INTERP_NEAREST, 255,
                                             16, 0xffffff, 0xffffff);
}

static int redact_pixels(struct redacting *redacting, GdkPixbuf *raw, struct dep_finding *why)
{
    int64_t width = gdk_pixbuf_get_width(raw), height = gdk_pixbuf_get_height(raw);
    if (width * height > DEP_REDACT_PIXELS_MAX || width > 32000 || height > 32000)
        return dep_found(why, "redact.large", CLAUSE, 0);
    GdkPixbuf *upright = gdk_pixbuf_apply_embedded_orientation(raw);
    GdkPixbuf *flat = upright ? flattened(upright) : NULL;
    int err = flat ? check_boxes(redacting->order, 1, why) : DEP_ERR_NOMEM;
    if (!err) {
        cairo_surface_t *picture =
            picture_new(gdk_pixbuf_get_width(flat), gdk_pixbuf_get_height(flat));
        err = cairo_surface_status(picture) == CAIRO_STATUS_SUCCESS ? DEP_OK : DEP_ERR_NOMEM;
        if (!err) {
            copy_pixels(flat, picture);
            err = add_page(redacting, picture, DEP_REDACT_DPI, 1);
        }
        cairo_surface_destroy(picture);
    }
    if (flat)
        g_object_unref(flat);
    if (upright)
        g_object_unref(upright);
    return err;
}

/* A picture of which only the first would be taken is refused: the others would be lost unseen. */
static int redact_picture(struct redacting *redacting, struct dep_finding *why)
{
    struct dep_slice file = redacting->order->file;
    GInputStream *stream = g_memory_input_stream_new_from_data(file.data, (gssize)file.len, NULL);
    GdkPixbufAnimation *animation = gdk_pixbuf_animation_new_from_stream(stream, NULL, NULL);
    g_object_unref(stream);
    if (!animation)
        return dep_found(why, "redact.damaged", CLAUSE, 0);
    GdkPixbuf *raw = gdk_pixbuf_animation_get_static_image(animation);
    const char *several = raw ? gdk_pixbuf_get_option(raw, "multipage") : NULL;
    int err = !raw ? dep_found(why, "redact.damaged", CLAUSE, 0)
              : !gdk_pixbuf_animation_is_static_image(animation) || several
                  ? dep_found(why, "redact.frames", CLAUSE, 0)
                  : redact_pixels(redacting, raw, why);
    g_object_unref(animation);
    return err;
}

/* ---- which of them ---- */

enum kind { UNKNOWN, PDF, PICTURE, MEDIA };

/* By how they begin, as far as they are known; other forms of pictures, of which some hold several
 * or more than is seen, are to be converted first. */
static enum kind kind_of(struct dep_slice file)
{
    static const struct {
        enum kind kind;
        size_t at, len;
        const char *text;
    } known[] = {
        {PDF, 0, 5, "%PDF-"},
        {PICTURE, 0, 3, "\xff\xd8\xff"},
        {PICTURE, 0, 8, "\x89PNG\r\n\x1a\n"},
        {PICTURE, 0, 4, "GIF8"},
        {PICTURE, 0, 4, "II*\0"},
        {PICTURE, 0, 4, "MM\0*"},
        {PICTURE, 0, 2, "BM"},
    };
    for (size_t i = 0; i < DEP_COUNT(known); i++)
        if (file.len >= known[i].at + known[i].len &&
            memcmp(file.data + known[i].at, known[i].text, known[i].len) == 0)
            return known[i].kind;
    return dep_media_begins(file) ? MEDIA : UNKNOWN;
}

int dep_redact(const struct dep_redact_order *order, size_t *out_pages, struct dep_finding *why)
{
    enum kind kind = kind_of(order->file);
    if (kind == MEDIA || kind == UNKNOWN)
        return dep_found(why, kind == MEDIA ? "redact.media" : "redact.kind", CLAUSE, 0);
    struct redacting redacting = {.order = order};
    int err = begin(&redacting);
    if (!err)
        err = kind == PDF ? redact_pdf(&redacting, why) : redact_picture(&redacting, why);
    err = end(&redacting, err);
    if (!err)
        *out_pages = redacting.pages;
    return err;
}
