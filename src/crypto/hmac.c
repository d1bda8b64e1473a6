/*
 * What is made of SHA-256 without naming a library, so that both back ends share it: digests of
 * pieces, HMAC, HKDF.
 */
#include "crypto/crypto.h"

#include <string.h>

void dep_sha256_2(struct dep_slice a, struct dep_slice b, struct dep_hash *out)
{
    struct dep_sha256_stream stream;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, a.data, a.len);
    dep_sha256_add(&stream, b.data, b.len);
    dep_sha256_finish(&stream, out);
}

void dep_sha256(struct dep_slice data, struct dep_hash *out)
{
    dep_sha256_2(data, (struct dep_slice){NULL, 0}, out);
}

/* RFC 2104, as HKDF below: OpenSSL's takes memory for each, and may be refused it. */
void dep_hmac_sha256(struct dep_slice key, struct dep_slice data, struct dep_hash *out)
{
    enum { BLOCK_LEN = 64, INNER = 0x36, OUTER = 0x5c };
    uint8_t pad[BLOCK_LEN] = {0};
    struct dep_hash inner;
    struct dep_sha256_stream stream;
    if (key.len > sizeof pad) {
        dep_sha256(key, &inner);
        memcpy(pad, inner.bytes, DEP_HASH_LEN);
    } else if (key.len) {
        memcpy(pad, key.data, key.len);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= INNER;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, pad, sizeof pad);
    dep_sha256_add(&stream, data.data, data.len);
    dep_sha256_finish(&stream, &inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= INNER ^ OUTER;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, pad, sizeof pad);
    dep_sha256_add(&stream, inner.bytes, DEP_HASH_LEN);
    dep_sha256_finish(&stream, out);
    dep_wipe(pad, sizeof pad);
    dep_wipe(&inner, sizeof inner);
    dep_wipe(&stream, sizeof stream);
}

/* RFC 5869, section 2: short enough to be read against the standard, and without a library's
 * set-up. */
int dep_hkdf_sha256(struct dep_slice ikm, struct dep_slice salt, struct dep_slice info,
                    uint8_t *out, size_t out_len)
{
    enum { INFO_MAX = 256 };
    if (out_len > 255 * DEP_HASH_LEN || info.len > INFO_MAX)
        return DEP_ERR_CAP;
    struct dep_hash prk, block;
    uint8_t message[DEP_HASH_LEN + INFO_MAX + 1];
    dep_hmac_sha256(salt, ikm, &prk);
    size_t done = 0, before = 0;
    for (uint8_t counter = 1; done < out_len; counter++) {
        memcpy(message, block.bytes, before);
        if (info.len)
            memcpy(message + before, info.data, info.len);
        message[before + info.len] = counter;
        dep_hmac_sha256(dep_slice_of(prk.bytes, DEP_HASH_LEN),
                        dep_slice_of(message, before + info.len + 1), &block);
        before = DEP_HASH_LEN;
        size_t take = out_len - done < DEP_HASH_LEN ? out_len - done : DEP_HASH_LEN;
        memcpy(out + done, block.bytes, take);
        done += take;
    }
    dep_wipe(&prk, sizeof prk);
    dep_wipe(&block, sizeof block);
    dep_wipe(message, sizeof message);
    return DEP_OK;
}
