/* Key files: read or refused; what is read signs. */
#include "crypto/crypto.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static bool ready;
    struct dep_signing_key *key = NULL;
    struct dep_finding why;
    if (!ready && dep_crypto_init(false))
        abort();
    ready = true;
    if (dep_signing_key_parse(dep_slice_of(data, len), (struct dep_slice){NULL, 0}, &key, &why) !=
        DEP_OK)
        return 0;
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    dep_signing_key_sign(key, DEP_SLICE_LITERAL("m"), signature);
    if (!dep_ed25519_verify(dep_signing_key_public(key), DEP_SLICE_LITERAL("m"), signature))
        abort();
    dep_signing_key_free(key);
    return 0;
}
