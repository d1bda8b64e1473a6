/* The text forms: what a reader takes is what the writer makes of it. */
#include "codec/base64.h"
#include "codec/bech32.h"
#include "codec/text.h"

#include <stdlib.h>

static void check_base64(enum dep_base64 kind, struct dep_slice text)
{
    DEP_AUTO_BUF bytes, again;
    dep_buf_init(&bytes, 1 << 20);
    dep_buf_init(&again, 1 << 20);
    if (!dep_base64_parse(kind, text, &bytes))
        return;
    dep_base64_encode(kind, dep_buf_slice(&bytes), &again);
    if (!dep_slice_equal(text, dep_buf_slice(&again)))
        abort();
}

static void check_percent(struct dep_slice text)
{
    DEP_AUTO_BUF bytes, again;
    dep_buf_init(&bytes, 1 << 20);
    dep_buf_init(&again, 1 << 22);
    if (!dep_percent_parse(text, &bytes))
        return;
    dep_percent_encode(dep_buf_slice(&bytes), &again);
    if (!dep_slice_equal(text, dep_buf_slice(&again)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_slice text = dep_slice_of(data, len);
    struct dep_finding why;
    uint8_t key[32];
    int64_t unix_s;
    for (int kind = DEP_BASE64_STD; kind <= DEP_BASE64_URL; kind++)
        check_base64((enum dep_base64)kind, text);
    check_percent(text);
    (void)dep_edtf_valid(text);
    (void)dep_lang_valid(text);
    (void)dep_uuid7_valid(text);
    (void)dep_time_parse(text, &unix_s, NULL);
    DEP_AUTO_BUF out, shown;
    dep_buf_init(&out, 1 << 20);
    dep_buf_init(&shown, 1 << 22);
    if (dep_bech32_parse(text, "age", key, sizeof key, &why) == DEP_OK &&
        (dep_bech32_encode("age", dep_slice_of(key, sizeof key), len && data[0] == 'A', &out) !=
             DEP_OK ||
         !dep_slice_equal(text, dep_buf_slice(&out))))
        abort();
    dep_text_show(text, &shown);
    if (dep_buf_err(&shown) == DEP_OK && !dep_utf8_valid(dep_buf_slice(&shown)))
        abort();
    return 0;
}
