/*
 * ChaCha20-Poly1305 by OpenSSL (three times libsodium's speed on this hardware). The context keeps
 * its key: a chunk sets only the nonce.
 */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

/* A context for each direction, made when it is first used: most keys go one way only. */
struct dep_aead {
    EVP_CIPHER_CTX *seal, *open;
    uint8_t key[DEP_AEAD_KEY_LEN];
};

/* Fetched once for all: looking it up for each key costs more than a short message, under a lock
 * that every thread waits for. Of two threads that come first one keeps its own. */
static const EVP_CIPHER *cipher(void)
{
    static _Atomic(EVP_CIPHER *) kept;
    EVP_CIPHER *known = kept;
    if (known)
        return known;
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
    if (fetched && !atomic_compare_exchange_strong(&kept, &known, fetched)) {
        EVP_CIPHER_free(fetched);
        return known;
    }
    return fetched;
}

int dep_aead_new(const uint8_t key[DEP_AEAD_KEY_LEN], struct dep_aead **out)
{
    struct dep_aead *aead = dep_alloc(sizeof *aead);
    if (!aead)
        return DEP_ERR_NOMEM;
    memcpy(aead->key, key, sizeof aead->key);
    *out = aead;
    return DEP_OK;
}

/* NULL: refused memory, or by the library. */
static EVP_CIPHER_CTX *context(struct dep_aead *aead, bool seals)
{
    EVP_CIPHER_CTX **context = seals ? &aead->seal : &aead->open;
    if (*context)
        return *context;
    EVP_CIPHER_CTX *fresh = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *of = cipher();
    if (fresh && of && EVP_CipherInit_ex(fresh, of, NULL, aead->key, NULL, seals) == 1)
        return *context = fresh;
    EVP_CIPHER_CTX_free(fresh);
    return NULL;
}

void dep_aead_free(struct dep_aead *aead)
{
    if (!aead)
        return;
    EVP_CIPHER_CTX_free(aead->seal); /* wipes the key */
    EVP_CIPHER_CTX_free(aead->open);
    dep_free_wiped(aead);
}

int dep_aead_seal(struct dep_aead *aead, const uint8_t nonce[DEP_AEAD_NONCE_LEN],
                  struct dep_slice ad, const uint8_t *in, size_t len, uint8_t *out)
{
    int done = 0;
    if (len > INT32_MAX || ad.len > INT32_MAX)
        return DEP_ERR_CAP;
    EVP_CIPHER_CTX *seal = context(aead, true);
    if (!seal || EVP_EncryptInit_ex(seal, NULL, NULL, NULL, nonce) != 1 ||
        (ad.len && EVP_EncryptUpdate(seal, NULL, &done, ad.data, (int)ad.len) != 1) ||
        (len && EVP_EncryptUpdate(seal, out, &done, in, (int)len) != 1) ||
        EVP_EncryptFinal_ex(seal, out + len, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(seal, EVP_CTRL_AEAD_GET_TAG, DEP_AEAD_TAG_LEN, out + len) != 1)
        return DEP_ERR_CRYPTO;
    return DEP_OK;
}

int dep_aead_open(struct dep_aead *aead, const uint8_t nonce[DEP_AEAD_NONCE_LEN],
                  struct dep_slice ad, const uint8_t *in, size_t len, uint8_t *out)
{
    if (len < DEP_AEAD_TAG_LEN)
        return DEP_FOUND;
    if (len > INT32_MAX || ad.len > INT32_MAX)
        return DEP_ERR_CAP;
    size_t plain_len = len - DEP_AEAD_TAG_LEN;
    uint8_t tag[DEP_AEAD_TAG_LEN];
    for (size_t i = 0; i < sizeof tag; i++)
        tag[i] = in[plain_len + i];
    int done = 0;
    EVP_CIPHER_CTX *open = context(aead, false);
    if (!open || EVP_DecryptInit_ex(open, NULL, NULL, NULL, nonce) != 1 ||
        EVP_CIPHER_CTX_ctrl(open, EVP_CTRL_AEAD_SET_TAG, DEP_AEAD_TAG_LEN, tag) != 1 ||
        (ad.len && EVP_DecryptUpdate(open, NULL, &done, ad.data, (int)ad.len) != 1) ||
        (plain_len && EVP_DecryptUpdate(open, out, &done, in, (int)plain_len) != 1))
        return DEP_ERR_CRYPTO;
    if (EVP_DecryptFinal_ex(open, out + plain_len, &done) == 1)
        return DEP_OK;
    dep_wipe(out, plain_len); /* nobody is to see what isn't authentic */
    return DEP_FOUND;
}
