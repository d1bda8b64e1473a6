/*
 * PKCS#8 (RFC 5958) with Ed25519 (RFC 8410), PEM; under a passphrase PBES2 with scrypt and
 * AES-256-CBC, which `openssl pkey` opens.
 */
#include "crypto/signing_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

/* 16 MiB: OpenSSL's own limit for what its tools open is 32. */
enum { SCRYPT_N = 1 << 14, SCRYPT_R = 8, SCRYPT_P = 1, SALT_LEN = 16, PEM_MAX = 16 * 1024 };

static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *info, struct dep_slice passphrase)
{
    X509_ALGOR *algorithm = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, SALT_LEN, NULL, SCRYPT_N,
                                                  SCRYPT_R, SCRYPT_P);
    if (!algorithm)
        return NULL;
    X509_SIG *sealed =
        PKCS8_set0_pbe((const char *)passphrase.data, (int)passphrase.len, info, algorithm);
    if (!sealed)
        X509_ALGOR_free(algorithm);
    return sealed;
}

int dep_signing_key_encode(const struct dep_signing_key *key, struct dep_slice passphrase,
                           struct dep_buf *out)
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, dep_signing_key_seed(key), 32);
    PKCS8_PRIV_KEY_INFO *info = pkey ? EVP_PKEY2PKCS8(pkey) : NULL;
    BIO *text = BIO_new(BIO_s_secmem());
    bool done = false;
    if (info && text && passphrase.len && passphrase.len <= INT32_MAX) {
        X509_SIG *sealed = encrypt(info, passphrase);
        done = sealed && PEM_write_bio_PKCS8(text, sealed) == 1;
        X509_SIG_free(sealed);
    } else if (info && text && !passphrase.len) {
        done = PEM_write_bio_PKCS8_PRIV_KEY_INFO(text, info) == 1;
    }
    char *data = NULL;
    long len = text ? BIO_get_mem_data(text, &data) : 0;
    if (done && len > 0)
        dep_buf_add(out, data, (size_t)len);
    BIO_free(text);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return done && len > 0 ? dep_buf_err(out) : DEP_ERR_CRYPTO;
}

struct asked {
    struct dep_slice passphrase;
    bool was_asked;
};

static int give_passphrase(char *room, int room_len, int writing, void *context)
{
    (void)writing;
    struct asked *asked = context;
    asked->was_asked = true;
    if (asked->passphrase.len == 0 || asked->passphrase.len > (size_t)room_len)
        return -1;
    memcpy(room, asked->passphrase.data, asked->passphrase.len);
    return (int)asked->passphrase.len;
}

int dep_signing_key_parse(struct dep_slice pem, struct dep_slice passphrase,
                          struct dep_signing_key **out, struct dep_finding *why)
{
    if (pem.len > PEM_MAX)
        return dep_found(why, "pkcs8.syntax", "RFC 7468 section 10", 0);
    struct asked asked = {.passphrase = passphrase};
    BIO *text = BIO_new_mem_buf(pem.data, (int)pem.len);
    if (!text)
        return DEP_ERR_NOMEM;
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(text, NULL, give_passphrase, &asked);
    BIO_free(text);
    ERR_clear_error();
    if (!pkey)
        return asked.was_asked ? DEP_ERR_KEY
                               : dep_found(why, "pkcs8.syntax", "RFC 5958 section 2", 0);
    uint8_t seed[32];
    size_t len = sizeof seed;
    int err;
    if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_private_key(pkey, seed, &len) != 1 || len != sizeof seed)
        err = dep_found(why, "pkcs8.algorithm", "RFC 8410 section 7", 0);
    else
        err = dep_signing_key_from_seed(seed, out);
    dep_wipe(seed, sizeof seed);
    EVP_PKEY_free(pkey);
    return err;
}
