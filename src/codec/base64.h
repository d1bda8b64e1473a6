/*
 * Base64, strict: RFC 4648 section 4 (standard alphabet, with or without padding) and section 5
 * (URL, no padding). Refuses whitespace, a wrong amount of padding and non-zero trailing bits.
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_BASE64_H
#define DEP_CODEC_BASE64_H
#include "base/base.h"

enum dep_base64 { DEP_BASE64_STD, DEP_BASE64_STD_RAW, DEP_BASE64_URL };

/* Length of the text for `len` bytes, without NUL. */
size_t dep_base64_encoded_len(enum dep_base64 kind, size_t len);
/* Write the text at `out` (dep_base64_encoded_len bytes, no NUL). */
void dep_base64_write(enum dep_base64 kind, const uint8_t *data, size_t len, char *out);
void dep_base64_encode(enum dep_base64 kind, struct dep_slice in, struct dep_buf *out);
/* Append the bytes to `out`; false if `text` isn't exactly what the encoder writes (or `out` is at
 * its cap). */
DEP_MUST_USE bool dep_base64_parse(enum dep_base64 kind, struct dep_slice text,
                                   struct dep_buf *out);
/* Is it exactly what the encoder writes? Takes no memory. */
DEP_MUST_USE bool dep_base64_valid(enum dep_base64 kind, struct dep_slice text);
/* Into exactly `len` bytes. */
DEP_MUST_USE bool dep_base64_parse_exact(enum dep_base64 kind, struct dep_slice text, uint8_t *out,
                                         size_t len);
#endif
