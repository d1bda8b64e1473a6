/*
 * age files. First byte 's': the rest is sealed and must come back, and not after one bit of it is
 * turned over. Anything else: a file, binary or armored; what doesn't open leaves nothing behind.
 */
#include "vault/age.h"

#include <stdlib.h>
#include <string.h>

enum { CAP = 4 * 1024 * 1024 };

static struct dep_age_identity identity;

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

static int opened(struct dep_slice file, struct dep_buf *out)
{
    struct dep_age_with with = {.identities = &identity, .identity_count = 1};
    struct dep_finding why = {NULL, NULL, 0};
    dep_buf_init_secret(out, CAP);
    dep_buf_add_string(out, "kept");
    int err = dep_age_open(file, &with, out, &why);
    must(err >= 0 || err == DEP_ERR_CAP);
    must(err == DEP_OK || out->len == 4);
    must(err != DEP_FOUND || why.id);
    must(memcmp(out->data, "kept", 4) == 0);
    return err;
}

static void sealing(struct dep_slice plain)
{
    DEP_AUTO_BUF file;
    DEP_AUTO_BUF out;
    DEP_AUTO_BUF bad;
    struct dep_age_to to = {.recipients = &identity.recipient, .recipient_count = 1};
    dep_buf_init(&file, CAP);
    must(dep_age_seal(plain, &to, counter_random, &file) == DEP_OK);
    must(opened(dep_buf_slice(&file), &out) == DEP_OK && out.len == plain.len + 4);
    must(plain.len == 0 || memcmp(out.data + 4, plain.data, plain.len) == 0);
    uint8_t chosen = plain.len ? plain.data[0] : 0;
    file.data[file.len * chosen / 256] ^= (uint8_t)(1 << chosen % 8);
    must(opened(dep_buf_slice(&file), &bad) == DEP_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[32] = {0x42, 0x42, 0x42};
    memcpy(identity.secret, secret, sizeof secret);
    dep_x25519_public(identity.secret, identity.recipient.bytes);
    if (size && data[0] == 's') {
        sealing(dep_slice_of(data + 1, size - 1));
        return 0;
    }
    DEP_AUTO_BUF out;
    (void)opened(dep_slice_of(data, size), &out);
    return 0;
}
