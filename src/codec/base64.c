#include "codec/base64.h"

static const char STD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t dep_base64_encoded_len(enum dep_base64 kind, size_t len)
{
    size_t whole = len / 3 * 4, rest = len % 3;
    if (rest == 0)
        return whole;
    return whole + (kind == DEP_BASE64_STD ? 4 : rest + 1);
}

void dep_base64_write(enum dep_base64 kind, const uint8_t *data, size_t len, char *out)
{
    const char *alphabet = kind == DEP_BASE64_URL ? URL : STD;
    size_t at = 0;
    for (; at + 3 <= len; at += 3) {
        uint32_t bits = (uint32_t)data[at] << 16 | (uint32_t)data[at + 1] << 8 | data[at + 2];
        *out++ = alphabet[bits >> 18];
        *out++ = alphabet[bits >> 12 & 63];
        *out++ = alphabet[bits >> 6 & 63];
        *out++ = alphabet[bits & 63];
    }
    if (at == len)
        return;
    bool two = len - at == 2;
    uint32_t bits = (uint32_t)data[at] << 16 | (two ? (uint32_t)data[at + 1] << 8 : 0);
    *out++ = alphabet[bits >> 18];
    *out++ = alphabet[bits >> 12 & 63];
    if (two)
        *out++ = alphabet[bits >> 6 & 63];
    else if (kind == DEP_BASE64_STD)
        *out++ = '=';
    if (kind == DEP_BASE64_STD)
        *out = '=';
}

void dep_base64_encode(enum dep_base64 kind, struct dep_slice in, struct dep_buf *out)
{
    uint8_t *at = dep_buf_grow(out, dep_base64_encoded_len(kind, in.len));
    if (at)
        dep_base64_write(kind, in.data, in.len, (char *)at);
}

/*
 * The six bits of each ASCII digit, and marks: which of the alphabets doesn't have it. All values
 * or-ed together tell at the end, without a branch a digit: 600 MB/s where comparing made 30.
 */
enum { NOT_STD = 0x40, NOT_URL = 0x80, NEITHER = NOT_STD | NOT_URL, DIGIT = 0x3f };
static const uint8_t VALUES[128] = {
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xbe, 0xc0, 0x7e, 0xc0, 0xbf,
    0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
    0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xc0, 0xc0, 0xc0, 0xc0, 0x7f,
    0xc0, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
};

/* Without its padding; false where the padding isn't what the encoder writes. */
static bool strip_padding(enum dep_base64 kind, struct dep_slice *text)
{
    if (kind != DEP_BASE64_STD)
        return true;
    if (text->len % 4 != 0)
        return false;
    for (int i = 0; i < 2 && text->len && text->data[text->len - 1] == '='; i++)
        text->len--;
    return true;
}

/* What was read of a text so far: the marks of its digits, and any bit beyond ASCII. */
struct seen {
    uint8_t marks, bits;
};

static uint32_t digit(uint8_t byte, struct seen *seen)
{
    uint8_t value = VALUES[byte % sizeof VALUES];
    seen->marks |= value;
    seen->bits |= byte;
    return value & DIGIT;
}

/* `out` NULL: only judge. */
static bool decode(enum dep_base64 kind, struct dep_slice text, uint8_t *out)
{
    struct seen seen = {0, 0};
    size_t at = 0;
    for (; at + 4 <= text.len; at += 4) {
        const uint8_t *digits = text.data + at;
        uint32_t bits = digit(digits[0], &seen) << 18 | digit(digits[1], &seen) << 12 |
                        digit(digits[2], &seen) << 6 | digit(digits[3], &seen);
        if (!out)
            continue;
        *out++ = (uint8_t)(bits >> 16);
        *out++ = (uint8_t)(bits >> 8);
        *out++ = (uint8_t)bits;
    }
    uint32_t last = 0; /* two or three digits, the bits beyond whole bytes zero */
    size_t rest = text.len - at;
    for (size_t i = 0; i < rest; i++)
        last |= digit(text.data[at + i], &seen) << (18 - 6 * i);
    for (size_t i = 0; i + 1 < rest; i++, last = last << 8 & 0xffffff)
        if (out)
            *out++ = (uint8_t)(last >> 16);
    uint8_t wrong = kind == DEP_BASE64_URL ? NOT_URL : NOT_STD;
    return last == 0 && !(seen.marks & wrong) && !(seen.bits & 0x80);
}

bool dep_base64_valid(enum dep_base64 kind, struct dep_slice text)
{
    return strip_padding(kind, &text) && text.len % 4 != 1 && decode(kind, text, NULL);
}

bool dep_base64_parse(enum dep_base64 kind, struct dep_slice text, struct dep_buf *out)
{
    if (!strip_padding(kind, &text) || text.len % 4 == 1)
        return false;
    size_t len = text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0), before = out->len;
    uint8_t *at = dep_buf_grow(out, len);
    if (at && decode(kind, text, at))
        return true;
    if (at) {
        dep_wipe(at, len);
        out->len = before;
    }
    return false;
}

bool dep_base64_parse_exact(enum dep_base64 kind, struct dep_slice text, uint8_t *out, size_t len)
{
    if (text.len != dep_base64_encoded_len(kind, len) || !strip_padding(kind, &text) ||
        text.len != dep_base64_encoded_len(DEP_BASE64_URL, len) || !decode(kind, text, NULL))
        return false;
    return decode(kind, text, out);
}
