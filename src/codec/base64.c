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

static int digit_value(enum dep_base64 kind, uint8_t digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == (kind == DEP_BASE64_URL ? '-' : '+'))
        return 62;
    if (digit == (kind == DEP_BASE64_URL ? '_' : '/'))
        return 63;
    return -1;
}

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

/* `out` NULL: only judge. */
static bool decode(enum dep_base64 kind, struct dep_slice text, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = digit_value(kind, text.data[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (out)
                *out++ = (uint8_t)(bits >> have);
        }
        bits &= (1u << have) - 1;
    }
    return bits == 0;
}

bool dep_base64_parse(enum dep_base64 kind, struct dep_slice text, struct dep_buf *out)
{
    if (!strip_padding(kind, &text) || text.len % 4 == 1 || !decode(kind, text, NULL))
        return false;
    uint8_t *at = dep_buf_grow(out, text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0));
    return at && decode(kind, text, at);
}

bool dep_base64_parse_exact(enum dep_base64 kind, struct dep_slice text, uint8_t *out, size_t len)
{
    if (text.len != dep_base64_encoded_len(kind, len) || !strip_padding(kind, &text) ||
        text.len != dep_base64_encoded_len(DEP_BASE64_URL, len) || !decode(kind, text, NULL))
        return false;
    return decode(kind, text, out);
}
