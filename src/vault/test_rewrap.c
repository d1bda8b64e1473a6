/*
 * Re-wrapping: the new header opens for its recipient and nobody else, is as long as the old one,
 * and the payload behind it opens to the same bytes; what can't be re-wrapped leaves no trace.
 */
#include "vault/age.h"

#include "vault/test_support.h"

enum { PLAIN_LEN = 3 * DEP_AGE_CHUNK + 17, MANY = 45 };

static struct dep_age_identity owner[3], court, stranger;
static uint8_t plain[PLAIN_LEN];

/* A container's file: padded header, nonce, chunks. */
static void make_container(struct dep_buf *out)
{
    static const uint8_t file_key[DEP_AGE_FILE_KEY_LEN] = "another 16 bytes";
    uint8_t nonce[DEP_AGE_NONCE_LEN];
    struct dep_age_recipient to[3];
    struct dep_age_stream *stream = NULL;
    for (size_t i = 0; i < DEP_COUNT(to); i++)
        to[i] = owner[i].recipient;
    dep_buf_init(out, 1 << 20);
    struct dep_age_to for_owner = {.recipients = to, .recipient_count = DEP_COUNT(to)};
    assert_int_equal(dep_age_header_encode(file_key, &for_owner, true, counter_random, out),
                     DEP_OK);
    counter_random(nonce, sizeof nonce);
    dep_buf_add(out, nonce, sizeof nonce);
    assert_int_equal(out->len, DEP_AGE_PADDED);
    assert_int_equal(dep_age_stream_new(file_key, nonce, &stream), DEP_OK);
    for (size_t at = 0, i = 0; at < PLAIN_LEN; at += DEP_AGE_CHUNK, i++) {
        size_t len = PLAIN_LEN - at < DEP_AGE_CHUNK ? PLAIN_LEN - at : DEP_AGE_CHUNK;
        uint8_t *sealed = dep_buf_grow(out, len + DEP_AEAD_TAG_LEN);
        assert_non_null(sealed);
        assert_int_equal(
            dep_age_chunk_seal(stream, i, at + len == PLAIN_LEN, plain + at, len, sealed), DEP_OK);
    }
    dep_age_stream_free(stream);
}

/* The new header before the payload of the old file. */
static void join(const struct dep_buf *header, const struct dep_buf *container, size_t old_len,
                 struct dep_buf *out)
{
    dep_buf_init(out, 1 << 20);
    dep_buf_add_slice(out, dep_buf_slice(header));
    dep_buf_add(out, container->data + old_len, container->len - old_len);
    assert_int_equal(dep_buf_err(out), DEP_OK);
}

static void expect_opens(const struct dep_buf *file, const struct dep_age_with *with,
                         const char *id)
{
    DEP_AUTO_BUF back;
    struct dep_finding why = {"", "", 0};
    dep_buf_init_secret(&back, 1 << 20);
    expect_finding("open", dep_age_open(dep_buf_slice(file), with, &back, &why), &why, id);
    if (*id == 0)
        assert_true(dep_slice_equal(dep_buf_slice(&back), dep_slice_of(plain, PLAIN_LEN)));
}

static void test_recipient(void **state)
{
    (void)state;
    DEP_AUTO_BUF container, header, file;
    struct dep_age_with mine = {.identities = &owner[1], .identity_count = 1};
    struct dep_age_with theirs = {.identities = &court, .identity_count = 1};
    struct dep_age_with others = {.identities = &stranger, .identity_count = 1};
    struct dep_age_to to = {.recipients = &court.recipient, .recipient_count = 1};
    struct dep_finding why;
    size_t old_len = 0;
    make_container(&container);
    dep_buf_init(&header, DEP_AGE_HEADER_MAX);
    /* The first block is all it needs to see. */
    assert_int_equal(dep_age_rewrap(dep_slice_of(container.data, DEP_AGE_PADDED), &mine, &to,
                                    counter_random, &header, &old_len, &why),
                     DEP_OK);
    assert_int_equal(old_len, DEP_AGE_PADDED - DEP_AGE_NONCE_LEN);
    assert_int_equal(header.len, old_len);
    join(&header, &container, old_len, &file);
    assert_int_equal(file.len, container.len);
    assert_memory_equal(file.data + old_len, container.data + old_len, container.len - old_len);
    expect_opens(&file, &theirs, "");
    expect_opens(&file, &mine, "age.identity");
    expect_opens(&file, &others, "age.identity");
    expect_opens(&container, &mine, ""); /* as before */

    /* One stanza that opens, and the filler. */
    size_t stanzas = 0;
    for (size_t i = 0; i + 3 < header.len; i++)
        stanzas += memcmp(header.data + i, "\n-> ", 4) == 0;
    assert_int_equal(stanzas, 2);

    /* And on from there, by who received it. */
    DEP_AUTO_BUF again, third;
    struct dep_age_to onward = {.recipients = &stranger.recipient, .recipient_count = 1};
    dep_buf_init(&again, DEP_AGE_HEADER_MAX);
    assert_int_equal(dep_age_rewrap(dep_buf_slice(&file), &theirs, &onward, counter_random, &again,
                                    &old_len, &why),
                     DEP_OK);
    join(&again, &file, old_len, &third);
    expect_opens(&third, &others, "");
    expect_opens(&third, &theirs, "age.identity");
}

static void test_passphrase(void **state)
{
    (void)state;
    DEP_AUTO_BUF container, header, file;
    struct dep_age_with mine = {.identities = &owner[2], .identity_count = 1};
    struct dep_age_with phrase = {.passphrase = DEP_SLICE_LITERAL("ten words said on the phone")};
    struct dep_age_with wrong = {.passphrase =
                                     DEP_SLICE_LITERAL("ten words said on the telephone")};
    struct dep_age_to to = {.passphrase = phrase.passphrase, .scrypt_log_n = 10};
    struct dep_finding why;
    size_t old_len = 0;
    make_container(&container);
    dep_buf_init(&header, DEP_AGE_HEADER_MAX);
    assert_int_equal(dep_age_rewrap(dep_buf_slice(&container), &mine, &to, counter_random, &header,
                                    &old_len, &why),
                     DEP_OK);
    assert_true(header.len < old_len);
    join(&header, &container, old_len, &file);
    expect_opens(&file, &phrase, "");
    expect_opens(&file, &wrong, "age.passphrase");
    expect_opens(&file, &mine, "age.identity");
}

static void test_refused(void **state)
{
    (void)state;
    DEP_AUTO_BUF container, small, altered;
    static struct dep_age_identity identities[MANY];
    static struct dep_age_recipient many[MANY];
    make_recipients(identities, many, MANY);
    make_container(&container);
    struct dep_age_with mine = {.identities = &owner[0], .identity_count = 1};
    struct dep_age_with others = {.identities = &stranger, .identity_count = 1};
    struct dep_age_to to = {.recipients = &court.recipient, .recipient_count = 1};
    struct dep_age_to crowd = {.recipients = many, .recipient_count = MANY};
    dep_buf_init(&small, 1 << 20);
    struct dep_age_to for_owner = {.recipients = &owner[0].recipient, .recipient_count = 1};
    assert_int_equal(dep_age_seal(dep_slice_of(plain, 10), &for_owner, counter_random, &small),
                     DEP_OK);
    dep_buf_init(&altered, 1 << 20);
    dep_buf_add_slice(&altered, dep_buf_slice(&container));
    altered.data[DEP_AGE_PADDED - DEP_AGE_NONCE_LEN - 100] ^= 1; /* in the filler */
    const struct {
        struct dep_slice front;
        const struct dep_age_with *with;
        const struct dep_age_to *to;
        int err;
        const char *id;
    } rows[] = {
        {dep_buf_slice(&container), &mine, &to, DEP_OK, ""},
        {dep_buf_slice(&container), &others, &to, DEP_FOUND, "age.identity"},
        {dep_buf_slice(&container), &mine, &crowd, DEP_ERR_CAP, ""},
        {dep_buf_slice(&small), &mine, &to, DEP_FOUND, "age.rewrap.padding"},
        {dep_buf_slice(&altered), &mine, &to, DEP_FOUND, "age.h"},
        {dep_slice_of(container.data, 1000), &mine, &to, DEP_FOUND, "age.header.short"},
        {{NULL, 0}, &mine, &to, DEP_FOUND, "age.header.short"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        struct dep_finding why = {"", "", 0};
        size_t len = 4711;
        dep_buf_init(&out, DEP_AGE_HEADER_MAX);
        dep_buf_add_string(&out, "before");
        int err = dep_age_rewrap(rows[i].front, rows[i].with, rows[i].to, counter_random, &out,
                                 &len, &why);
        if (err != rows[i].err || strncmp(why.id, rows[i].id, strlen(rows[i].id)) != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        if (err) {
            assert_int_equal(len, 4711);
            assert_true(dep_slice_equal_string(dep_buf_slice(&out), "before"));
        }
    }
}

static void test_memory(void **state)
{
    (void)state;
    DEP_AUTO_BUF container;
    make_container(&container);
    struct dep_age_with mine = {.identities = owner, .identity_count = 3};
    struct dep_age_to to = {.recipients = &court.recipient, .recipient_count = 1};
    bool through = false;
    for (long n = 0; !through; n++) {
        DEP_AUTO_BUF out;
        size_t len;
        dep_buf_init(&out, DEP_AGE_HEADER_MAX);
        dep_alloc_fail_at(n);
        int err =
            dep_age_rewrap(dep_buf_slice(&container), &mine, &to, counter_random, &out, &len, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_true(err == DEP_OK || out.len == 0);
        through = err == DEP_OK;
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recipient),
        cmocka_unit_test(test_passphrase),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    if (dep_crypto_init(false))
        return 1;
    for (size_t i = 0; i < DEP_COUNT(owner); i++)
        dep_age_identity_new(counter_random, &owner[i]);
    dep_age_identity_new(counter_random, &court);
    dep_age_identity_new(counter_random, &stranger);
    for (size_t i = 0; i < PLAIN_LEN; i++)
        plain[i] = (uint8_t)(i * 31 + i / 257);
    return cmocka_run_group_tests_name("rewrap", tests, NULL, NULL);
}
