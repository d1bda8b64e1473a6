/*
 * What was below a box is in no byte of what comes out, nor is any text, name or date of the
 * original; what lies beside it is as it was. Whatever isn't one picture a page is refused.
 */
#include "redact/redact.h"

#include <cairo-pdf.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <poppler.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OUT_MAX = 64 * 1024 * 1024 };

static int gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

static cairo_status_t gather_cairo(void *context, const unsigned char *data, unsigned len)
{
    return gather(context, data, len) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Two pages of 200 x 100 points: the word zebra in the left half, a grey field in the right one. */
static void make_pdf(struct dep_buf *out)
{
    dep_buf_init(out, OUT_MAX);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(gather_cairo, out, 200, 100);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, "zebra title");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, "zebra author");
    cairo_t *cairo = cairo_create(surface);
    for (int page = 0; page < 2; page++) {
        cairo_set_source_rgb(cairo, 1, 0, 0);
        cairo_set_font_size(cairo, 24);
        cairo_move_to(cairo, 10, 50);
        cairo_show_text(cairo, "zebra");
        cairo_set_source_rgb(cairo, 0.5, 0.5, 0.5);
        cairo_rectangle(cairo, 100, 0, 100, 100);
        cairo_fill(cairo);
        cairo_show_page(cairo);
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
}

static int redact(const struct dep_buf *file, const struct dep_redact_box *boxes, size_t count,
                  struct dep_buf *out, size_t *out_pages, struct dep_finding *why)
{
    dep_buf_init(out, OUT_MAX);
    struct dep_redact_order order = {.file = dep_buf_slice(file),
                                     .boxes = boxes,
                                     .box_count = count,
                                     .write = gather,
                                     .context = out};
    return dep_redact(&order, out_pages, why);
}

/* A page of a PDF as pixels, a point each. */
static cairo_surface_t *seen(const struct dep_buf *pdf, int index, char **out_text)
{
    GBytes *bytes = g_bytes_new_static(pdf->data, pdf->len);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    assert_non_null(document);
    assert_null(poppler_document_get_author(document));
    assert_null(poppler_document_get_title(document));
    PopplerPage *page = poppler_document_get_page(document, index);
    double width, height;
    poppler_page_get_size(page, &width, &height);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *cairo = cairo_create(surface);
    poppler_page_render(page, cairo);
    cairo_destroy(cairo);
    *out_text = poppler_page_get_text(page);
    g_object_unref(page);
    g_object_unref(document);
    cairo_surface_flush(surface);
    return surface;
}

static uint32_t pixel(cairo_surface_t *surface, int x, int y)
{
    uint32_t value;
    memcpy(&value,
           cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface) +
               4 * x,
           sizeof value);
    return value & 0xffffff;
}

static bool has_red(cairo_surface_t *surface)
{
    for (int y = 0; y < cairo_image_surface_get_height(surface); y++)
        for (int x = 0; x < cairo_image_surface_get_width(surface); x++) {
            uint32_t value = pixel(surface, x, y);
            if ((value >> 16) > (value & 0xff) + 40)
                return true;
        }
    return false;
}

static void test_pdf(void **state)
{
    (void)state;
    static const struct dep_redact_box left = {1, 0, 0, 490, 1000};
    DEP_AUTO_BUF file, out;
    struct dep_finding why = {"", "", 0};
    size_t pages = 0;
    char *text;
    make_pdf(&file);
    assert_int_equal(redact(&file, &left, 1, &out, &pages, &why), DEP_OK);
    assert_int_equal(pages, 2);
    assert_null(memmem(out.data, out.len, "zebra", 5));
    assert_null(memmem(out.data, out.len, "/Font", 5));
    cairo_surface_t *first = seen(&out, 0, &text);
    assert_string_equal(text, "");
    g_free(text);
    assert_int_equal(pixel(first, 20, 45), 0);
    assert_int_equal(pixel(first, 1, 1), 0);
    assert_int_equal(pixel(first, 150, 50), 0x808080);
    assert_false(has_red(first));
    cairo_surface_destroy(first);
    /* On the other page there was no box: the word is to be seen, and is no text any more. */
    cairo_surface_t *second = seen(&out, 1, &text);
    assert_string_equal(text, "");
    g_free(text);
    assert_true(has_red(second));
    cairo_surface_destroy(second);
}

static void put_picture(GdkPixbuf *pixels, const char *type, struct dep_buf *out)
{
    gchar *data = NULL;
    gsize len = 0;
    dep_buf_init(out, OUT_MAX);
    bool png = strcmp(type, "png") == 0;
    assert_true(gdk_pixbuf_save_to_buffer(pixels, &data, &len, type, NULL,
                                          png ? "tEXt::Comment" : NULL, "zebra comment", NULL));
    dep_buf_add(out, data, len);
    g_free(data);
}

/* Red but for its lower half, which is blue where it isn't transparent. */
static GdkPixbuf *make_picture(bool alpha)
{
    GdkPixbuf *pixels = gdk_pixbuf_new(GDK_COLORSPACE_RGB, alpha, 8, 300, 150);
    gdk_pixbuf_fill(pixels, 0xff0000ff);
    GdkPixbuf *lower = gdk_pixbuf_new_subpixbuf(pixels, 0, 75, 300, 75);
    gdk_pixbuf_fill(lower, alpha ? 0x0000ff00 : 0x0000ffff);
    g_object_unref(lower);
    return pixels;
}

static void test_picture(void **state)
{
    (void)state;
    static const struct dep_redact_box upper = {1, 0, 0, 1000, 500};
    static const struct {
        const char *type;
        bool alpha;
        uint32_t lower;
    } rows[] = {
        {"png", false, 0x0000ff},
        {"png", true, 0xffffff}, /* what was transparent shows no colour that nobody saw */
        {"bmp", false, 0x0000ff},
        {"tiff", false, 0x0000ff},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF file, out;
        struct dep_finding why = {"", "", 0};
        size_t pages = 0;
        char *text;
        GdkPixbuf *pixels = make_picture(rows[i].alpha);
        put_picture(pixels, rows[i].type, &file);
        g_object_unref(pixels);
        if (redact(&file, &upper, 1, &out, &pages, &why) != DEP_OK)
            fail_msg("%s: %s", rows[i].type, why.id);
        assert_null(memmem(out.data, out.len, "zebra", 5));
        cairo_surface_t *page = seen(&out, 0, &text);
        assert_int_equal(cairo_image_surface_get_width(page), 144); /* 300 pixels, 150 an inch */
        assert_int_equal(pixel(page, 70, 10), 0);
        assert_int_equal(pixel(page, 70, 60), rows[i].lower);
        assert_false(has_red(page));
        cairo_surface_destroy(page);
        g_free(text);
    }
}

/* A phone held upright writes its picture lying, and says so: a box is of the page as it is
 * seen. */
static void test_orientation(void **state)
{
    (void)state;
    static const uint8_t turned[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,    'M', 'M',
                                     0,    42,   0, 0,  0,   8,   0,   1,   1, 0x12, 0,   3,
                                     0,    0,    0, 1,  0,   6,   0,   0,   0, 0,    0,   0};
    static const struct dep_redact_box right = {1, 500, 0, 500, 1000};
    DEP_AUTO_BUF plain, file, out;
    struct dep_finding why = {"", "", 0};
    size_t pages = 0;
    char *text;
    GdkPixbuf *pixels = make_picture(false);
    put_picture(pixels, "jpeg", &plain);
    g_object_unref(pixels);
    dep_buf_init(&file, OUT_MAX);
    dep_buf_add(&file, plain.data, 2);
    dep_buf_add(&file, turned, sizeof turned);
    dep_buf_add(&file, plain.data + 2, plain.len - 2);
    assert_int_equal(redact(&file, &right, 1, &out, &pages, &why), DEP_OK);
    cairo_surface_t *page = seen(&out, 0, &text);
    assert_int_equal(cairo_image_surface_get_width(page), 72);
    assert_int_equal(cairo_image_surface_get_height(page), 144);
    assert_false(has_red(page)); /* turned to the right: what was above is on the right */
    assert_true((pixel(page, 10, 70) & 0xff) > 200);
    cairo_surface_destroy(page);
    g_free(text);
}

static void add_text(struct dep_buf *out, const void *text, size_t len)
{
    dep_buf_init(out, OUT_MAX);
    dep_buf_add(out, text, len);
}

static void expect_found(const char *what, const struct dep_buf *file,
                         const struct dep_redact_box *box, const char *id)
{
    DEP_AUTO_BUF out;
    struct dep_finding why = {"", "", 0};
    size_t pages = 77;
    int err = redact(file, box, 1, &out, &pages, &why);
    if (err != DEP_FOUND || strcmp(why.id, id) != 0 || pages != 77)
        fail_msg("%s: %d %s", what, err, why.id);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct dep_redact_box box = {1, 0, 0, 1, 1}, beyond = {3, 0, 0, 1, 1};
    static const char frames[] = /* two frames of one pixel */
        "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
        "!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
        "!\xf9\4\0\x0a\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
        "!\xf9\4\0\x0a\0\0\0,\0\0\0\0\1\0\1\0\0\2\2L\1\0;";
    static const struct {
        const char *what, *text;
        size_t len;
        const char *id;
    } rows[] = {
        {"nothing", "", 0, "redact.kind"},
        {"text", "hello", 5, "redact.kind"},
        {"film",
         "\0\0\0\x18"
         "ftypmp42",
         12, "redact.media"},
        {"sound", "RIFF\0\0\0\0WAVE", 12, "redact.media"},
        {"webp", "RIFF\0\0\0\0WEBP", 12, "redact.kind"},
        {"no PDF", "%PDF-1.7\n", 9, "redact.damaged"},
        {"no PNG", "\x89PNG\r\n\x1a\n", 8, "redact.damaged"},
        {"frames", frames, sizeof frames - 1, "redact.frames"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF file;
        add_text(&file, rows[i].text, rows[i].len);
        expect_found(rows[i].what, &file, &box, rows[i].id);
    }
    DEP_AUTO_BUF pdf;
    make_pdf(&pdf);
    expect_found("a page that isn't there", &pdf, &beyond, "redact.page");
}

static bool stop(void *context, size_t done, size_t pages)
{
    (void)context, (void)pages;
    return done < 1;
}

static void test_stopped(void **state)
{
    (void)state;
    DEP_AUTO_BUF file, out;
    struct dep_finding why;
    size_t pages = 77;
    make_pdf(&file);
    dep_buf_init(&out, OUT_MAX);
    struct dep_redact_order order = {
        .file = dep_buf_slice(&file), .progress = stop, .write = gather, .context = &out};
    assert_int_equal(dep_redact(&order, &pages, &why), DEP_ERR_STOPPED);
    dep_buf_done(&out);
    dep_buf_init(&out, 100); /* a writer that has no room */
    order.progress = NULL;
    assert_int_equal(dep_redact(&order, &pages, &why), DEP_ERR_CAP);
    assert_int_equal(pages, 77);
}

static void test_boxes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
        size_t offset;
    } rows[] = {
        {"{\"boxes\":[{\"page\":1,\"x\":0,\"y\":0,\"width\":1000,\"height\":1}]}", NULL, 0},
        {"{\"boxes\":[{\"page\":0,\"x\":0,\"y\":0,\"width\":1000,\"height\":1}]}", "redact.box", 0},
        {"{\"boxes\":[{\"page\":1,\"x\":1,\"y\":0,\"width\":1000,\"height\":1}]}", "redact.box", 0},
        {"{\"boxes\":[{\"page\":1,\"x\":-1,\"y\":0,\"width\":1,\"height\":1}]}", "redact.box", 0},
        {"{\"boxes\":[{\"page\":1,\"x\":0,\"y\":0,\"width\":1,\"height\":0}]}", "redact.box", 0},
        {"{\"boxes\":[{\"page\":1,\"x\":0,\"y\":0,\"width\":1,\"height\":1},{}]}", "redact.box", 1},
        {"{\"boxes\":[{\"page\":1,\"x\":0,\"y\":0,\"width\":1,\"height\":1,\"z\":1}]}",
         "redact.box", 0},
        {"{\"boxes\":[{\"page\":1,\"x\":0.5,\"y\":0,\"width\":1,\"height\":1}]}", "json.real", 25},
        {"{\"boxes\":[]}", "redact.none", 0},
        {"{\"boxes\":{}}", "redact.form", 0},
        {"{\"boxes\":[],\"grid\":1}", "redact.form", 0},
        {"[]", "redact.form", 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_redact_box *boxes = NULL;
        struct dep_finding why = {"", "", 0};
        size_t count = 77;
        int err = dep_redact_boxes_parse(dep_slice_string(rows[i].text), &boxes, &count, &why);
        if (rows[i].id ? err != DEP_FOUND || strcmp(why.id, rows[i].id) != 0 ||
                             why.offset != rows[i].offset || boxes || count != 77
                       : err != DEP_OK || count != 1 || boxes[0].width != 1000)
            fail_msg("row %zu: %d %s at %zu", i, err, why.id, why.offset);
        free(boxes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdf),         cmocka_unit_test(test_picture),
        cmocka_unit_test(test_orientation), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_stopped),     cmocka_unit_test(test_boxes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
