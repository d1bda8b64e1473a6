/*
 * ChaCha20-Poly1305 by OpenSSL (three times libsodium's speed on this hardware). The context keeps
 * its key: a chunk sets only the nonce.
 */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct dep_aead {
    EVP_CIPHER_CTX *seal, *open;
};

int dep_aead_new(const uint8_t key[DEP_AEAD_KEY_LEN], struct dep_aead **out)
{
    struct dep_aead *aead = dep_alloc(sizeof *aead);
    if (!aead)
        return DEP_ERR_NOMEM;
    aead->seal = EVP_CIPHER_CTX_new();
    aead->open = EVP_CIPHER_CTX_new();
    if (!aead->seal || !aead->open ||
        EVP_EncryptInit_ex(aead->seal, EVP_chacha20_poly1305(), NULL, key, NULL) != 1 ||
        EVP_DecryptInit_ex(aead->open, EVP_chacha20_poly1305(), NULL, key, NULL) != 1) {
        dep_aead_free(aead);
        return DEP_ERR_CRYPTO;
    }
    *out = aead;
    return DEP_OK;
}

void dep_aead_free(struct dep_aead *aead)
{
    if (!aead)
        return;
    EVP_CIPHER_CTX_free(aead->seal); /* wipes the key */
    EVP_CIPHER_CTX_free(aead->open);
    free(aead);
}

int dep_aead_seal(struct dep_aead *aead, const uint8_t nonce[DEP_AEAD_NONCE_LEN],
                  struct dep_slice ad, const uint8_t *in, size_t len, uint8_t *out)
{
    int done = 0;
    if (len > INT32_MAX || ad.len > INT32_MAX)
        return DEP_ERR_CAP;
    if (EVP_EncryptInit_ex(aead->seal, NULL, NULL, NULL, nonce) != 1 ||
        (ad.len && EVP_EncryptUpdate(aead->seal, NULL, &done, ad.data, (int)ad.len) != 1) ||
        (len && EVP_EncryptUpdate(aead->seal, out, &done, in, (int)len) != 1) ||
        EVP_EncryptFinal_ex(aead->seal, out + len, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(aead->seal, EVP_CTRL_AEAD_GET_TAG, DEP_AEAD_TAG_LEN, out + len) != 1)
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
    if (EVP_DecryptInit_ex(aead->open, NULL, NULL, NULL, nonce) != 1 ||
        EVP_CIPHER_CTX_ctrl(aead->open, EVP_CTRL_AEAD_SET_TAG, DEP_AEAD_TAG_LEN, tag) != 1 ||
        (ad.len && EVP_DecryptUpdate(aead->open, NULL, &done, ad.data, (int)ad.len) != 1) ||
        (plain_len && EVP_DecryptUpdate(aead->open, out, &done, in, (int)plain_len) != 1))
        return DEP_ERR_CRYPTO;
    if (EVP_DecryptFinal_ex(aead->open, out + plain_len, &done) == 1)
        return DEP_OK;
    dep_wipe(out, plain_len); /* nobody is to see what isn't authentic */
    return DEP_FOUND;
}
