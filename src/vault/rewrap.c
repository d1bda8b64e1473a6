/*
 * A container's header for another recipient: the file key under another stanza, the payload as it
 * is. None of the former stanzas remain: they would tell how many may open the original.
 */
#include "vault/age.h"

int dep_age_rewrap(struct dep_slice front, const struct dep_age_with *with,
                   const struct dep_age_to *to, dep_random_fn *random, struct dep_buf *out,
                   size_t *out_len, struct dep_finding *why)
{
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    bool padded = to->recipient_count > 0;
    size_t len;
    int err = dep_age_header_len(front, &len, why);
    if (!err && padded && len + DEP_AGE_NONCE_LEN != DEP_AGE_PADDED)
        err = dep_found(why, "age.rewrap.padding", "vault.md 1", len);
    if (err)
        return err;
    err = dep_age_header_open(dep_slice_sub(front, 0, len), with, file_key, why);
    if (!err)
        err = dep_age_header_encode(file_key, to, padded, random, out);
    dep_wipe(file_key, sizeof file_key);
    if (!err)
        *out_len = len;
    return err;
}
