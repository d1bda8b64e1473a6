/*
 * Curves, randomness and secret memory: libsodium. Both libraries begin here.
 */
#include "crypto/signing_key.h"

#include <openssl/crypto.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static bool all_locked;

/* Only where there is no limit: under one, memory that is asked for later would be refused. */
static bool lock_all(void)
{
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0 &&
           mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

bool dep_memory_locked(void)
{
    return all_locked;
}

int dep_crypto_init(bool guard)
{
    /* OpenSSL 3.0 goes on where these fail for want of memory, and reads from nowhere then. */
    if (sodium_init() < 0 || OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1 ||
        !OSSL_LIB_CTX_get0_global_default())
        return DEP_ERR_CRYPTO;
    if (!guard)
        return DEP_OK;
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
        return DEP_ERR_CRYPTO;
    all_locked = lock_all();
    return DEP_OK;
}

void dep_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

void dep_x25519_public(const uint8_t secret[32], uint8_t out[32])
{
    (void)crypto_scalarmult_curve25519_base(out, secret);
}

bool dep_x25519(const uint8_t secret[32], const uint8_t peer[32], uint8_t out[32])
{
    return crypto_scalarmult_curve25519(out, secret, peer) == 0;
}

struct dep_signing_key {
    struct dep_public_key public;
    uint8_t secret[crypto_sign_SECRETKEYBYTES]; /* seed, then public key */
};

int dep_signing_key_from_seed(const uint8_t seed[32], struct dep_signing_key **out)
{
    struct dep_signing_key *key = sodium_malloc(sizeof *key);
    if (!key)
        return DEP_ERR_NOMEM;
    (void)crypto_sign_seed_keypair(key->public.bytes, key->secret, seed);
    *out = key;
    return DEP_OK;
}

int dep_signing_key_new(dep_random_fn *random, struct dep_signing_key **out)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    random(seed, sizeof seed);
    int err = dep_signing_key_from_seed(seed, out);
    dep_wipe(seed, sizeof seed);
    return err;
}

void dep_signing_key_free(struct dep_signing_key *key)
{
    sodium_free(key); /* wipes; NULL is fine */
}

const struct dep_public_key *dep_signing_key_public(const struct dep_signing_key *key)
{
    return &key->public;
}

const uint8_t *dep_signing_key_seed(const struct dep_signing_key *key)
{
    return key->secret;
}

void dep_signing_key_sign(const struct dep_signing_key *key, struct dep_slice message,
                          uint8_t out[64])
{
    (void)crypto_sign_detached(out, NULL, message.data, message.len, key->secret);
}

int dep_secret_new(size_t len, struct dep_secret *out)
{
    void *data = sodium_malloc(len);
    if (!data)
        return DEP_ERR_NOMEM;
    memset(data, 0, len);
    *out = (struct dep_secret){.data = data, .len = len};
    return DEP_OK;
}

void dep_secret_done(struct dep_secret *secret)
{
    sodium_free(secret->data);
    *secret = (struct dep_secret){.data = NULL};
}
