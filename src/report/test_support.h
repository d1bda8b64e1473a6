/*
 * What the tests of documents share: claims from text, bytes into a buffer. After cmocka.h.
 */
#ifndef DEP_REPORT_TEST_SUPPORT_H
#define DEP_REPORT_TEST_SUPPORT_H
#include "base/base.h"

#include <jansson.h>

static inline int gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

static inline json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, 0, &error);
    if (!value)
        fail_msg("%s: %s", error.text, text);
    return value;
}
#endif
