/*
 * Recipients and identities as text: Bech32 under "age" and "age-secret-key-".
 */
#include "vault/age.h"

#include "codec/bech32.h"

#include <string.h>

static const char CLAUSE[] = "c2sp.org/age, X25519 recipient type";

int dep_age_recipient_parse(struct dep_slice text, struct dep_age_recipient *out,
                            struct dep_finding *why)
{
    if (text.len && text.data[0] == 'A')
        return dep_found(why, "age.recipient.case", CLAUSE, 0);
    struct dep_age_recipient recipient;
    int err = dep_bech32_parse(text, "age", recipient.bytes, sizeof recipient.bytes, why);
    if (err)
        return err;
    /* A point of small order shares nothing: refused here, as data, or wrapping for it would be a
     * fault of ours later. Any scalar finds it, since all are multiples of the cofactor. */
    static const uint8_t any[32] = {8};
    uint8_t shared[32];
    if (!dep_x25519(any, recipient.bytes, shared))
        return dep_found(why, "age.recipient.order", CLAUSE, 0);
    *out = recipient;
    return DEP_OK;
}

void dep_age_recipient_encode(const struct dep_age_recipient *recipient,
                              char out[DEP_AGE_RECIPIENT_TEXT + 1])
{
    out[dep_bech32_write("age", dep_slice_of(recipient->bytes, sizeof recipient->bytes), false,
                         out)] = 0;
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
    size_t len = text.len;
    while (text.len) {
        size_t at = len - text.len;
        struct dep_slice line = dep_slice_next(&text, '\n');
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0 || line.data[0] == '#')
            continue;
        if (line.data[0] != 'A')
            return dep_found(why, "age.identity.case", CLAUSE, at);
        int err = dep_bech32_parse(line, "age-secret-key-", out->secret, sizeof out->secret, why);
        if (!err)
            dep_x25519_public(out->secret, out->recipient.bytes);
        return err;
    }
    return dep_found(why, "age.identity.absent", CLAUSE, len);
}

int dep_age_identity_encode(const struct dep_age_identity *identity, struct dep_buf *out)
{
    char recipient[DEP_AGE_RECIPIENT_TEXT + 1];
    size_t from = out->len;
    dep_age_recipient_encode(&identity->recipient, recipient);
    dep_buf_addf(out, "# public key: %s\n", recipient);
    int err = dep_bech32_encode("age-secret-key-",
                                dep_slice_of(identity->secret, sizeof identity->secret), true, out);
    dep_buf_add_byte(out, '\n');
    if (!err)
        err = dep_buf_err(out);
    if (err)
        out->len = from;
    return err;
}

/* Read out over a telephone and typed by somebody else: no letter that looks like a digit, and
 * groups short enough to be kept in mind. Words would need a list that each reader's copy agrees
 * with in no way at all; these need none. */
void dep_age_passphrase_new(dep_random_fn *random, char out[DEP_AGE_PASSPHRASE_TEXT + 1])
{
    enum { GROUP = 6 };
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint8_t bytes[DEP_AGE_PASSPHRASE_TEXT];
    random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = i % GROUP == GROUP - 1 ? '-' : alphabet[bytes[i] % 32];
    out[sizeof bytes] = 0;
    dep_wipe(bytes, sizeof bytes);
}
