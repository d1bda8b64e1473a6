/*
 * age: chunks and whole files. What is written opens, here and by the `age` program.
 */
#include "vault/age.h"

#include "base/test_slow.h"
#include "codec/base64.h"
#include "vault/test_support.h"

#include <time.h>
#include <unistd.h>

enum { OUT_CAP = 8 * 1024 * 1024 };

static const uint8_t file_key[DEP_AGE_FILE_KEY_LEN] = "sixteen byte key";

/* ---- chunks ---- */

static void test_chunks(void **state)
{
    (void)state;
    static uint8_t plain[DEP_AGE_CHUNK], sealed[DEP_AGE_CHUNK_SEALED], opened[DEP_AGE_CHUNK];
    static const uint8_t nonce[DEP_AGE_NONCE_LEN] = "nonce";
    static const struct {
        uint64_t index, as_index;
        size_t len, as_len;
        bool last, as_last, good;
    } rows[] = {
        {0, 0, DEP_AGE_CHUNK, DEP_AGE_CHUNK, false, false, true},
        {5, 5, DEP_AGE_CHUNK, DEP_AGE_CHUNK, true, true, true},
        {5, 5, 1, 1, true, true, true},
        {0, 0, 0, 0, true, true, true},
        {UINT64_MAX, UINT64_MAX, 100, 100, true, true, true},
        {5, 6, DEP_AGE_CHUNK, DEP_AGE_CHUNK, false, false, false},
        {5, 5, DEP_AGE_CHUNK, DEP_AGE_CHUNK, false, true, false},
        {5, 5, DEP_AGE_CHUNK, DEP_AGE_CHUNK, true, false, false},
        {5, 5, 100, 100, true, false, false}, /* short and not last */
        {5, 5, 100, 99, true, true, false},
        {0, 1, 0, 0, true, true, false}, /* empty and not alone */
    };
    struct dep_age_stream *stream = NULL;
    counter_random(plain, sizeof plain);
    assert_int_equal(dep_age_stream_new(file_key, nonce, &stream), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        assert_int_equal(
            dep_age_chunk_seal(stream, rows[i].index, rows[i].last, plain, rows[i].len, sealed),
            DEP_OK);
        int err = dep_age_chunk_open(stream, rows[i].as_index, rows[i].as_last, sealed,
                                     rows[i].as_len + DEP_AEAD_TAG_LEN, opened, &why);
        expect_finding("chunk", err, &why, rows[i].good ? "" : "age.payload");
        if (!err)
            assert_memory_equal(opened, plain, rows[i].len);
    }
    dep_age_stream_free(stream);
    dep_age_stream_free(NULL);
}

static void test_lengths(void **state)
{
    (void)state;
    static const uint64_t plain[] = {
        0, 1, DEP_AGE_CHUNK - 1, DEP_AGE_CHUNK, DEP_AGE_CHUNK + 1, (uint64_t)1 << 40};
    for (size_t i = 0; i < DEP_COUNT(plain); i++) {
        uint64_t back = 7;
        assert_true(dep_age_plain_len(dep_age_payload_len(plain[i]), &back));
        assert_int_equal(back, plain[i]);
    }
    assert_int_equal(dep_age_payload_len(0), 32);
    assert_int_equal(dep_age_payload_len(DEP_AGE_CHUNK + 1), DEP_AGE_CHUNK + 1 + 48);
    static const uint64_t none[] = {0,
                                    31,
                                    16 + DEP_AGE_CHUNK_SEALED + 16,
                                    16 + DEP_AGE_CHUNK_SEALED + 1,
                                    UINT64_MAX,
                                    UINT64_MAX - DEP_AGE_CHUNK_SEALED};
    for (size_t i = 0; i < DEP_COUNT(none); i++) {
        uint64_t untouched = 7;
        assert_false(dep_age_plain_len(none[i], &untouched));
        assert_int_equal(untouched, 7);
    }
}

/* ---- whole files ---- */

static const size_t file_lens[] = {0,     1, DEP_AGE_CHUNK - 1, DEP_AGE_CHUNK, DEP_AGE_CHUNK + 1,
                                   200001};

static void expect_opens(struct dep_slice file, const struct dep_age_with *with,
                         struct dep_slice plain)
{
    DEP_AUTO_BUF out;
    struct dep_finding why = {"", "", 0};
    dep_buf_init_secret(&out, OUT_CAP);
    dep_buf_add_string(&out, "before");
    expect_finding("file", dep_age_open(file, with, &out, &why), &why, "");
    assert_int_equal(out.len, plain.len + 6);
    assert_memory_equal(out.data, "before", 6);
    if (plain.len)
        assert_memory_equal(out.data + 6, plain.data, plain.len);
}

static void armor(struct dep_slice file, struct dep_buf *out)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, OUT_CAP);
    dep_base64_encode(DEP_BASE64_STD, file, &text);
    dep_buf_add_string(out, "-----BEGIN AGE ENCRYPTED FILE-----\n");
    for (size_t at = 0; at < text.len; at += 64) {
        dep_buf_add(out, text.data + at, text.len - at < 64 ? text.len - at : 64);
        dep_buf_add_byte(out, '\n');
    }
    dep_buf_add_string(out, "-----END AGE ENCRYPTED FILE-----\n");
}

static void test_files(void **state)
{
    (void)state;
    static uint8_t bytes[200001];
    counter_random(bytes, sizeof bytes);
    struct dep_age_identity identities[3];
    struct dep_age_recipient recipients[3];
    make_recipients(identities, recipients, 3);
    struct dep_age_to to = {.recipients = recipients, .recipient_count = 3};
    struct dep_age_to word = {.passphrase = DEP_SLICE_LITERAL("word"), .scrypt_log_n = 4};
    struct dep_age_with with = {.identities = &identities[2], .identity_count = 1};
    struct dep_age_with opens_word = {.passphrase = word.passphrase};
    for (size_t i = 0; i < DEP_COUNT(file_lens); i++) {
        struct dep_slice plain = {file_lens[i] ? bytes : NULL, file_lens[i]};
        DEP_AUTO_BUF file;
        DEP_AUTO_BUF armored;
        DEP_AUTO_BUF locked;
        dep_buf_init(&file, OUT_CAP);
        dep_buf_init(&armored, OUT_CAP);
        dep_buf_init(&locked, OUT_CAP);
        assert_int_equal(dep_age_seal(plain, &to, counter_random, &file), DEP_OK);
        expect_opens(dep_buf_slice(&file), &with, plain);
        armor(dep_buf_slice(&file), &armored);
        expect_opens(dep_buf_slice(&armored), &with, plain);
        assert_int_equal(dep_age_seal(plain, &word, counter_random, &locked), DEP_OK);
        expect_opens(dep_buf_slice(&locked), &opens_word, plain);
        DEP_AUTO_BUF none;
        struct dep_finding why = {"", "", 0};
        dep_buf_init(&none, OUT_CAP);
        expect_finding("for another", dep_age_open(dep_buf_slice(&locked), &with, &none, &why),
                       &why, "age.identity");
        for (size_t cut = 1; cut < 18 && cut < file.len; cut++) {
            struct dep_slice part = dep_slice_of(file.data, file.len - cut);
            assert_int_equal(dep_age_open(part, &with, &none, &why), DEP_FOUND);
        }
        file.data[file.len - 1] ^= 1;
        expect_finding("altered", dep_age_open(dep_buf_slice(&file), &with, &none, &why), &why,
                       "age.payload");
        assert_int_equal(none.len, 0);
    }
}

static void test_armor(void **state)
{
    (void)state;
    static const struct {
        const char *row, *before, *after;
        size_t before_len, after_len;
        const char *id;
    } rows[] = {
        {"as it is", "", "", 0, 0, ""},
        {"blanks around", " \t\r\n", "\r\n \t", 4, 4, ""},
        {"NUL before", "\0", "", 1, 0, "age.header.version"},
        {"NUL after", "", "\0", 0, 1, "age.armor"},
        {"NUL after a blank", "", "\n\0", 0, 2, "age.armor"},
        {"vertical tab after", "", "\v", 0, 1, "age.armor"},
        {"words before", "x", "", 1, 0, "age.header.version"},
        {"words after", "", "x", 0, 1, "age.armor"},
    };
    struct dep_age_identity identity;
    struct dep_age_recipient recipient;
    make_recipients(&identity, &recipient, 1);
    struct dep_age_to to = {.recipients = &recipient, .recipient_count = 1};
    struct dep_age_with with = {.identities = &identity, .identity_count = 1};
    DEP_AUTO_BUF file;
    dep_buf_init(&file, OUT_CAP);
    assert_int_equal(dep_age_seal(DEP_SLICE_LITERAL("plain"), &to, counter_random, &file), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        DEP_AUTO_BUF out;
        dep_buf_init(&text, OUT_CAP);
        dep_buf_init(&out, OUT_CAP);
        dep_buf_add(&text, rows[i].before, rows[i].before_len);
        armor(dep_buf_slice(&file), &text);
        dep_buf_add(&text, rows[i].after, rows[i].after_len);
        struct dep_finding why = {"", "", 0};
        int err = dep_age_open(dep_buf_slice(&text), &with, &out, &why);
        expect_finding(rows[i].row, err, &why, rows[i].id);
        assert_int_equal(out.len, err ? 0 : 5);
    }
}

/* Each allocation fails once; then nothing is handed out. */
static void test_no_memory(void **state)
{
    (void)state;
    static uint8_t bytes[DEP_AGE_CHUNK + 10];
    struct dep_age_identity identity;
    struct dep_age_recipient recipient;
    make_recipients(&identity, &recipient, 1);
    struct dep_age_to to = {.recipients = &recipient, .recipient_count = 1};
    struct dep_age_with with = {.identities = &identity, .identity_count = 1};
    DEP_AUTO_BUF whole;
    dep_buf_init(&whole, OUT_CAP);
    long failed[2] = {0, 0};
    for (int err = DEP_ERR_NOMEM; err;) {
        DEP_AUTO_BUF file;
        dep_buf_init(&file, OUT_CAP);
        dep_alloc_fail_at(failed[0]);
        err = dep_age_seal(dep_slice_of(bytes, sizeof bytes), &to, counter_random, &file);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || (err == DEP_ERR_NOMEM && file.len == 0));
        failed[0] += err != DEP_OK;
        if (!err)
            dep_buf_add_slice(&whole, dep_buf_slice(&file));
    }
    for (int err = DEP_ERR_NOMEM; err;) {
        DEP_AUTO_BUF out;
        struct dep_finding why = {"", "", 0};
        dep_buf_init_secret(&out, OUT_CAP);
        dep_alloc_fail_at(failed[1]);
        err = dep_age_open(dep_buf_slice(&whole), &with, &out, &why);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || (err == DEP_ERR_NOMEM && out.len == 0));
        failed[1] += err != DEP_OK;
    }
    assert_true(failed[0] > 5 && failed[1] > 5);
    printf("age: %ld allocations failed in sealing, %ld in opening\n", failed[0], failed[1]);
}

/* ---- the program of that name ---- */

static void save(const char *name, struct dep_slice bytes)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

/* A container as collect writes it: padded header, nonce, chunks. */
static void make_container(const struct dep_age_to *to, struct dep_slice plain, struct dep_buf *out)
{
    static const uint8_t nonce[DEP_AGE_NONCE_LEN] = "another nonce";
    struct dep_age_stream *stream = NULL;
    assert_int_equal(dep_age_header_encode(file_key, to, true, counter_random, out), DEP_OK);
    assert_int_equal(dep_age_stream_new(file_key, nonce, &stream), DEP_OK);
    dep_buf_add(out, nonce, sizeof nonce);
    for (size_t done = 0, index = 0; done < plain.len; index++) {
        size_t len = plain.len - done < DEP_AGE_CHUNK ? plain.len - done : DEP_AGE_CHUNK;
        uint8_t *at = dep_buf_grow(out, len + DEP_AEAD_TAG_LEN);
        assert_int_equal(
            dep_age_chunk_seal(stream, index, done + len == plain.len, plain.data + done, len, at),
            DEP_OK);
        done += len;
    }
    dep_age_stream_free(stream);
    assert_int_equal(out->len, 4080 + dep_age_payload_len(plain.len));
}

static void test_program(void **state)
{
    (void)state;
    if (system("age --version >/dev/null 2>&1") != 0) {
        printf("age: the program isn't here, its half of the test is skipped\n");
        skip();
    }
    char folder[] = "/tmp/depositary-age-XXXXXX";
    static uint8_t bytes[3 * DEP_AGE_CHUNK + 5];
    struct dep_slice plain = dep_slice_of(bytes, sizeof bytes);
    struct dep_age_identity identities[2];
    struct dep_age_recipient recipients[2];
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    counter_random(bytes, sizeof bytes);
    make_recipients(identities, recipients, 2);
    DEP_AUTO_BUF container;
    DEP_AUTO_BUF identity;
    dep_buf_init(&container, OUT_CAP);
    dep_buf_init_secret(&identity, 4096);
    struct dep_age_to to = {.recipients = recipients, .recipient_count = 2};
    make_container(&to, plain, &container);
    assert_int_equal(dep_age_identity_encode(&identities[1], &identity), DEP_OK);
    save("container", dep_buf_slice(&container));
    save("identity", dep_buf_slice(&identity));
    save("plain", plain);
    assert_int_equal(system("age -d -i identity container | cmp - plain"), 0);
    char command[512], text[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(&recipients[1], text);
    static uint8_t made[OUT_CAP];
    static const char *const options[] = {"", "-a"};
    for (size_t i = 0; i < DEP_COUNT(options); i++) {
        snprintf(command, sizeof command, "age %s -r %s <plain >made", options[i], text);
        assert_int_equal(system(command), 0);
        FILE *file = fopen("made", "rb");
        assert_non_null(file);
        size_t len = fread(made, 1, sizeof made, file);
        fclose(file);
        struct dep_age_with with = {.identities = identities, .identity_count = 2};
        expect_opens(dep_slice_of(made, len), &with, plain);
    }
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* A figure, not a test of one: sealing in place of a chunk makes no allocation. */
static void test_rate(void **state)
{
    (void)state;
    static uint8_t plain[DEP_AGE_CHUNK], sealed[DEP_AGE_CHUNK_SEALED];
    static const uint8_t nonce[DEP_AGE_NONCE_LEN] = "nonce";
    const uint64_t chunks = test_slowest() ? 64 : 8192;
    struct dep_age_stream *stream = NULL;
    assert_int_equal(dep_age_stream_new(file_key, nonce, &stream), DEP_OK);
    double seconds[2];
    dep_alloc_fail_at(0); /* would be noticed */
    for (int opening = 0; opening < 2; opening++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (uint64_t i = 0; i < chunks; i++)
            assert_int_equal(
                opening ? dep_age_chunk_open(stream, chunks - 1, false, sealed, sizeof sealed,
                                             plain, NULL)
                        : dep_age_chunk_seal(stream, i, false, plain, sizeof plain, sealed),
                DEP_OK);
        clock_gettime(CLOCK_MONOTONIC, &to);
        seconds[opening] =
            (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    }
    dep_alloc_fail_at(-1);
    dep_age_stream_free(stream);
    printf("age: chunks of 64 KiB sealed at %.2f GB/s, opened at %.2f GB/s\n",
           (double)chunks * DEP_AGE_CHUNK / 1e9 / seconds[0],
           (double)chunks * DEP_AGE_CHUNK / 1e9 / seconds[1]);
}

int main(void)
{
    assert(dep_crypto_init(false) == DEP_OK);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks),    cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_files),     cmocka_unit_test(test_armor),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_program),
        cmocka_unit_test(test_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
