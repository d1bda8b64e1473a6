/*
 * age headers. What is taken is a whole header: it ends in a MAC line, every shorter prefix of it
 * is "short", more behind it changes nothing. What is opened gives a key under which an encoder's
 * header opens to the same key; nothing is written where it isn't opened.
 */
#include "vault/age.h"

#include <stdlib.h>
#include <string.h>

static void counter_random(void *out, size_t len)
{
    static uint8_t next;
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++)
        bytes[i] = next++;
}

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

/* scrypt stanzas are read but never stretched: no passphrase is given. */
static void opening(struct dep_slice header)
{
    static const uint8_t secret[32] = {0x42, 0x42, 0x42};
    struct dep_age_identity identity;
    memcpy(identity.secret, secret, sizeof secret);
    dep_x25519_public(identity.secret, identity.recipient.bytes);
    struct dep_age_with with = {.identities = &identity, .identity_count = 1};
    uint8_t key[DEP_AGE_FILE_KEY_LEN], again[DEP_AGE_FILE_KEY_LEN], before[DEP_AGE_FILE_KEY_LEN];
    memset(key, 0x5a, sizeof key);
    memcpy(before, key, sizeof key);
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_age_header_open(header, &with, key, &why);
    must(err >= 0);
    if (err) {
        must(why.id && why.offset <= header.len && memcmp(key, before, sizeof key) == 0);
        return;
    }
    DEP_AUTO_BUF made;
    dep_buf_init(&made, DEP_AGE_HEADER_MAX);
    struct dep_age_to to = {.recipients = &identity.recipient, .recipient_count = 1};
    must(dep_age_header_encode(key, &to, true, counter_random, &made) == DEP_OK);
    must(made.len + DEP_AGE_NONCE_LEN == DEP_AGE_PADDED);
    must(dep_age_header_open(dep_buf_slice(&made), &with, again, NULL) == DEP_OK);
    must(memcmp(key, again, sizeof key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice in = dep_slice_of(data, size);
    struct dep_finding why = {NULL, NULL, 0};
    size_t len = SIZE_MAX, again = SIZE_MAX;
    int err = dep_age_header_len(in, &len, &why);
    must(err >= 0);
    if (err) {
        must(why.id && len == SIZE_MAX);
        opening(in);
        return 0;
    }
    must(len <= size && len <= DEP_AGE_HEADER_MAX && data[len - 1] == '\n');
    must(dep_age_header_len(dep_slice_sub(in, 0, len), &again, NULL) == DEP_OK && again == len);
    size_t part = len * (data[len / 2] & 0x7f) / 128;
    must(dep_age_header_len(dep_slice_sub(in, 0, part), &again, &why) == DEP_FOUND);
    must(strcmp(why.id, "age.header.short") == 0);
    opening(dep_slice_sub(in, 0, len));
    return 0;
}
