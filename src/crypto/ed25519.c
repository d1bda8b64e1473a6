/*
 * Verifying Ed25519: libsodium's, in the program and in the browser alike (libraries disagree on
 * keys of small order, and two verifiers of one package must not).
 */
#include "crypto/crypto.h"

#include <sodium/crypto_sign.h>

bool dep_ed25519_verify(const struct dep_public_key *key, struct dep_slice message,
                        const uint8_t signature[64])
{
    return crypto_sign_verify_detached(signature, message.data, message.len, key->bytes) == 0;
}
