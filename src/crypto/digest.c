/*
 * Digests of other tools' reports, and scrypt: OpenSSL's EVP.
 */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct dep_digest {
    EVP_MD_CTX *context;
};

struct dep_digest *dep_digest_new(const char *name)
{
    static const char *const known[] = {"md5", "sha1", "sha256", "sha512"};
    bool good = false;
    for (size_t i = 0; i < DEP_COUNT(known); i++)
        good |= strcmp(known[i], name) == 0;
    struct dep_digest *digest = good ? dep_alloc(sizeof *digest) : NULL;
    if (!digest)
        return NULL;
    digest->context = EVP_MD_CTX_new();
    if (!digest->context ||
        EVP_DigestInit_ex(digest->context, EVP_get_digestbyname(name), NULL) != 1) {
        dep_digest_free(digest);
        return NULL;
    }
    return digest;
}

void dep_digest_add(struct dep_digest *digest, const void *data, size_t len)
{
    (void)EVP_DigestUpdate(digest->context, data, len);
}

size_t dep_digest_finish(struct dep_digest *digest, uint8_t out[64])
{
    unsigned len = 0;
    return EVP_DigestFinal_ex(digest->context, out, &len) == 1 ? len : 0;
}

void dep_digest_free(struct dep_digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

int dep_scrypt(struct dep_slice passphrase, struct dep_slice salt, unsigned log_n, uint8_t out[32])
{
    enum { R = 8, P = 1, LOG_N_MAX = 30 };
    if (log_n == 0 || log_n > LOG_N_MAX)
        return DEP_ERR_CAP;
    uint64_t n = UINT64_C(1) << log_n;
    uint64_t memory = 128 * R * (n + P + 2) + 1024 * 1024;
    int done = EVP_PBE_scrypt((const char *)passphrase.data, passphrase.len, salt.data, salt.len, n,
                              R, P, memory, out, 32);
    return done == 1 ? DEP_OK : DEP_ERR_CRYPTO;
}
