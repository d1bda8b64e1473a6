/*
 * The constants of SHA-256 and SHA-512, for the blocks that are hashed by our own rounds.
 *
 * Layer:   crypto.
 * Source:  FIPS 180-4, 4.2.2 and 4.2.3.
 */
#ifndef DEP_CRYPTO_SHA2_K_H
#define DEP_CRYPTO_SHA2_K_H
#include <stdint.h>

extern const uint32_t dep_sha256_k[64]; /* at an address that 16 divides */
extern const uint64_t dep_sha512_k[80];
#endif
