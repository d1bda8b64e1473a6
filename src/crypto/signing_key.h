/*
 * A signing key's seed, for the PKCS#8 codec.
 * Layer:   crypto, private to it.
 */
#ifndef DEP_CRYPTO_SIGNING_KEY_H
#define DEP_CRYPTO_SIGNING_KEY_H
#include "crypto/crypto.h"

DEP_MUST_USE int dep_signing_key_from_seed(const uint8_t seed[32], struct dep_signing_key **out);
/* 32 bytes, borrowed. */
const uint8_t *dep_signing_key_seed(const struct dep_signing_key *key);
#endif
