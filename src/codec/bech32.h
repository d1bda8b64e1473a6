/*
 * Bech32 (BIP 173, without its limit of 90 characters, as age uses it). All lower or all upper
 * case.
 *
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_BECH32_H
#define DEP_CODEC_BECH32_H
#include "base/base.h"

/* Text of `data` under `hrp` (lower case) appended to `out`; upper case when `upper`. */
DEP_MUST_USE int dep_bech32_encode(const char *hrp, struct dep_slice data, bool upper,
                                   struct dep_buf *out);
/* Without memory of its own: to `out` go strlen(hrp) + 7 + (8 * data.len + 4) / 5 characters, which
 * is returned; no more than the other takes. */
size_t dep_bech32_write(const char *hrp, struct dep_slice data, bool upper, char *out);
/* Exactly `len` bytes under exactly `hrp` (lower case); findings "bech32.*". */
DEP_MUST_USE int dep_bech32_parse(struct dep_slice text, const char *hrp, uint8_t *out, size_t len,
                                  struct dep_finding *why);
#endif
