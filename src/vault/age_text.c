/*
 * Recipients and identities as text: Bech32 under "age" and "age-secret-key-".
 */
#include "vault/age.h"

#include "codec/bech32.h"

#include <string.h>

int dep_age_recipient_parse(struct dep_slice text, struct dep_age_recipient *out,
                            struct dep_finding *why)
{
    if (text.len && text.data[0] == 'A')
        return dep_found(why, "age.recipient.case", "c2sp.org/age, X25519 recipient type", 0);
    return dep_bech32_parse(text, "age", out->bytes, sizeof out->bytes, why);
}

void dep_age_recipient_encode(const struct dep_age_recipient *recipient,
                              char out[DEP_AGE_RECIPIENT_TEXT + 1])
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_AGE_RECIPIENT_TEXT);
    int err = dep_bech32_encode("age", dep_slice_of(recipient->bytes, sizeof recipient->bytes),
                                false, &text);
    memset(out, 0, DEP_AGE_RECIPIENT_TEXT + 1);
    if (!err)
        memcpy(out, text.data, text.len);
}

void dep_age_identity_new(dep_random_fn *random, struct dep_age_identity *out)
{
    random(out->secret, sizeof out->secret);
    dep_x25519_public(out->secret, out->recipient.bytes);
}

void dep_age_identity_wipe(struct dep_age_identity *identity)
{
    dep_wipe(identity, sizeof *identity);
}

int dep_age_identity_parse(struct dep_slice text, struct dep_age_identity *out,
                           struct dep_finding *why)
{
    while (text.len) {
        struct dep_slice line = dep_slice_next(&text, '\n');
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0 || line.data[0] == '#')
            continue;
        if (line.data[0] != 'A')
            return dep_found(why, "age.identity.case", "c2sp.org/age, X25519 recipient type", 0);
        int err = dep_bech32_parse(line, "age-secret-key-", out->secret, sizeof out->secret, why);
        if (!err)
            dep_x25519_public(out->secret, out->recipient.bytes);
        return err;
    }
    return dep_found(why, "age.identity.absent", "c2sp.org/age, X25519 recipient type", 0);
}

int dep_age_identity_encode(const struct dep_age_identity *identity, struct dep_buf *out)
{
    char recipient[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(&identity->recipient, recipient);
    dep_buf_addf(out, "# public key: %s\n", recipient);
    int err = dep_bech32_encode("age-secret-key-",
                                dep_slice_of(identity->secret, sizeof identity->secret), true, out);
    dep_buf_add_byte(out, '\n');
    return err ? err : dep_buf_err(out);
}
