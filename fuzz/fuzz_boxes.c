/*
 * Rectangles to be painted over. What is taken lies within its page and hides something; written
 * again it is taken again as it was.
 */
#include "redact/redact.h"

#include <stdlib.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static bool within(const struct dep_redact_box *box)
{
    return box->page >= 1 && box->page <= DEP_REDACT_PAGES_MAX && box->width && box->height &&
           box->x + box->width <= DEP_REDACT_WHOLE && box->y + box->height <= DEP_REDACT_WHOLE;
}

static void write_again(const struct dep_redact_box *boxes, size_t count)
{
    struct dep_redact_box *again = NULL;
    size_t again_count = 0;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 16 << 20);
    for (size_t i = 0; i < count; i++)
        dep_buf_addf(&text, "%s{\"page\":%zu,\"x\":%u,\"y\":%u,\"width\":%u,\"height\":%u}",
                     i ? "," : "{\"boxes\":[", boxes[i].page, boxes[i].x, boxes[i].y,
                     boxes[i].width, boxes[i].height);
    dep_buf_add_string(&text, "]}");
    must(dep_redact_boxes_parse(dep_buf_slice(&text), &again, &again_count, NULL) == DEP_OK);
    must(again_count == count);
    for (size_t i = 0; i < count; i++)
        must(again[i].page == boxes[i].page && again[i].x == boxes[i].x &&
             again[i].y == boxes[i].y && again[i].width == boxes[i].width &&
             again[i].height == boxes[i].height);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_redact_box *boxes = NULL;
    size_t count = 0;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_redact_boxes_parse(dep_slice_of(data, size), &boxes, &count, &why);
    must(err == DEP_OK || (err == DEP_FOUND && why.id && !boxes && !count));
    if (err)
        return 0;
    must(boxes && count > 0 && count <= DEP_REDACT_BOXES_MAX);
    for (size_t i = 0; i < count; i++)
        must(within(&boxes[i]));
    write_again(boxes, count);
    free(boxes);
    return 0;
}
