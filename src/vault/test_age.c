/*
 * age: recipients, identities and headers. What was altered, cut or mixed doesn't open, and leaves
 * no trace.
 */
#include "vault/age.h"

#include "vault/test_support.h"

#include <ctype.h>

enum { OUT_CAP = 8 * 1024 * 1024 };

static const uint8_t file_key[DEP_AGE_FILE_KEY_LEN] = "sixteen byte key";
/* The key pair that the standard prints. */
static const char identity_text[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
static const char recipient_text[] =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

/* ---- text ---- */

static void test_recipient(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", ""},
        {"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ", "age.recipient.case"},
        {"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk", "bech32.checksum"},
        {"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwJ", "bech32.case"},
        {"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw", "bech32.len"},
        {"", "bech32.len"},
        {" age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujw", "bech32.prefix"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_age_recipient out, before;
        memset(&out, 0x5a, sizeof out);
        before = out;
        struct dep_finding why = {"", "", 0};
        int err = dep_age_recipient_parse(dep_slice_string(rows[i].text), &out, &why);
        expect_finding(rows[i].text, err, &why, rows[i].id);
        char text[DEP_AGE_RECIPIENT_TEXT + 1];
        dep_age_recipient_encode(&out, text);
        if (err)
            assert_memory_equal(&out, &before, sizeof out);
        else
            assert_string_equal(text, rows[i].text);
    }
    struct dep_age_recipient low = {{1}}; /* of order 1: shares zero with everybody */
    char text[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(&low, text);
    struct dep_finding why = {"", "", 0};
    expect_finding("small order", dep_age_recipient_parse(dep_slice_string(text), &low, &why), &why,
                   "age.recipient.order");
}

static void test_identity(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", ""},
        {"# comment\r\n\r\n\n#\nAGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFP"
         "Q4EGAEX\r\nrest",
         ""},
        {"age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq4egaex",
         "age.identity.case"},
        {"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEQ",
         "bech32.checksum"},
        {"# only a comment\n", "age.identity.absent"},
        {"", "age.identity.absent"},
    };
    struct dep_age_identity out, before;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        memset(&out, 0x5a, sizeof out);
        before = out;
        struct dep_finding why = {"", "", 0};
        int err = dep_age_identity_parse(dep_slice_string(rows[i].text), &out, &why);
        expect_finding(rows[i].text, err, &why, rows[i].id);
        char text[DEP_AGE_RECIPIENT_TEXT + 1];
        dep_age_recipient_encode(&out.recipient, text);
        if (err)
            assert_memory_equal(&out, &before, sizeof out);
        else
            assert_string_equal(text, recipient_text);
    }
    assert_int_equal(dep_age_identity_parse(dep_slice_string(identity_text), &out, NULL), DEP_OK);
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, 1024);
    assert_int_equal(dep_age_identity_encode(&out, &text), DEP_OK);
    assert_non_null(strstr((char *)text.data, identity_text));
    assert_non_null(strstr((char *)text.data, recipient_text));
    dep_age_identity_wipe(&out);
    static const struct dep_age_identity zero;
    assert_memory_equal(&out, &zero, sizeof out);
    assert_int_equal(dep_age_identity_parse(dep_buf_slice(&text), &out, NULL), DEP_OK);
    text.cap = text.len + 20;
    size_t kept = text.len;
    assert_int_equal(dep_age_identity_encode(&out, &text), DEP_ERR_CAP);
    assert_int_equal(text.len, kept);
}

/* ---- headers ---- */

static void test_padded(void **state)
{
    (void)state;
    enum { MANY = 41 };
    struct dep_age_identity identities[MANY];
    struct dep_age_recipient recipients[MANY];
    make_recipients(identities, recipients, MANY);
    for (size_t count = 1; count <= MANY; count++) {
        DEP_AUTO_BUF header;
        dep_buf_init(&header, OUT_CAP);
        struct dep_age_to to = {.recipients = recipients, .recipient_count = count};
        int err = dep_age_header_encode(file_key, &to, true, counter_random, &header);
        if (count == MANY) {
            assert_int_equal(err, DEP_ERR_CAP);
            assert_int_equal(header.len, 0);
            break;
        }
        assert_int_equal(err, DEP_OK);
        assert_int_equal(header.len + DEP_AGE_NONCE_LEN, DEP_AGE_PADDED);
        assert_non_null(strstr((char *)header.data, "\n-> depositary.filler x"));
        assert_non_null(strstr((char *)header.data, "x\n\n--- "));
        size_t len = 0;
        assert_int_equal(dep_age_header_len(dep_buf_slice(&header), &len, NULL), DEP_OK);
        assert_int_equal(len, header.len);
        for (size_t i = 0; i<count; i += count> 1 ? count - 1 : 1) {
            uint8_t key[DEP_AGE_FILE_KEY_LEN];
            struct dep_age_with with = {.identities = &identities[i], .identity_count = 1};
            assert_int_equal(dep_age_header_open(dep_buf_slice(&header), &with, key, NULL), DEP_OK);
            assert_memory_equal(key, file_key, sizeof key);
        }
    }
}

static void test_encode_refuses(void **state)
{
    (void)state;
    static const struct {
        unsigned log_n;
        bool padded;
    } rows[] = {{10, true}, {0, false}, {DEP_AGE_SCRYPT_MAX + 1, false}};
    DEP_AUTO_BUF out;
    dep_buf_init(&out, OUT_CAP);
    struct dep_age_to to = {.passphrase = DEP_SLICE_LITERAL("word"), .scrypt_log_n = 10};
    assert_int_equal(dep_age_header_encode(file_key, &to, false, counter_random, &out), DEP_OK);
    size_t kept = out.len;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        to.scrypt_log_n = rows[i].log_n;
        assert_int_equal(dep_age_header_encode(file_key, &to, rows[i].padded, counter_random, &out),
                         DEP_ERR_CAP);
        assert_int_equal(out.len, kept);
    }
}

/* Every prefix is short, every flipped bit is found, and the key's place keeps what it held. */
static void test_header_damage(void **state)
{
    (void)state;
    struct dep_age_identity identity;
    struct dep_age_recipient recipient;
    make_recipients(&identity, &recipient, 1);
    DEP_AUTO_BUF header;
    dep_buf_init(&header, OUT_CAP);
    struct dep_age_to to = {.recipients = &recipient, .recipient_count = 1};
    struct dep_age_with with = {.identities = &identity, .identity_count = 1};
    assert_int_equal(dep_age_header_encode(file_key, &to, false, counter_random, &header), DEP_OK);
    uint8_t key[DEP_AGE_FILE_KEY_LEN] = "untouched";
    static const uint8_t before[DEP_AGE_FILE_KEY_LEN] = "untouched";
    struct dep_finding why = {"", "", 0};
    for (size_t len = 0; len < header.len; len++) {
        struct dep_slice part = dep_slice_of(header.data, len);
        size_t found = 7;
        expect_finding("cut", dep_age_header_len(part, &found, &why), &why, "age.header.short");
        assert_int_equal(found, 7);
        assert_int_equal(dep_age_header_open(part, &with, key, &why), DEP_FOUND);
    }
    for (size_t bit = 0; bit < header.len * 8; bit++) {
        header.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (dep_age_header_open(dep_buf_slice(&header), &with, key, &why) != DEP_FOUND)
            fail_msg("bit %zu flipped and nobody noticed", bit);
        header.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    dep_buf_add_byte(&header, 'x');
    expect_finding("more", dep_age_header_open(dep_buf_slice(&header), &with, key, &why), &why,
                   "age.header.len");
    assert_memory_equal(key, before, sizeof key);
}

#define LINE64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define MAC "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define SHARE "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
#define BODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define SALT "AAAAAAAAAAAAAAAAAAAAAA"
#define V1 "age-encryption.org/v1\n"

static void test_header_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {V1 "-> other a b c d e f g h i j k\n\n" MAC, "age.identity"},
        {V1 "-> other\n" LINE64 "\n\n" MAC, "age.identity"},
        {V1 "-> X25519 " SHARE "\n" BODY MAC, "age.identity"},
        {V1 MAC, "age.header.stanza"},
        {V1 "-> other\n" LINE64 "\n" MAC, "age.header.body"},
        {V1 "-> other\n" LINE64 "A\n" MAC, "age.header.body"},
        {V1 "-> other\nAB\n" MAC, "age.header.body"},
        {V1 "-> other\nAA==\n" MAC, "age.header.body"},
        {V1 "-> other\nAA\r\n" MAC, "age.header.body"},
        {V1 "-> \n\n" MAC, "age.header.argument"},
        {V1 "-> a  b\n\n" MAC, "age.header.argument"},
        {V1 "-> a \n\n" MAC, "age.header.argument"},
        {V1 "-> a\x7f\n\n" MAC, "age.header.argument"},
        {V1 "->\n\n" MAC, "age.header.stanza"},
        {V1 "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n", "age.header.mac"},
        {V1 "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "age.header.mac"},
        {"age-encryption.org/v2\n-> a\n\n" MAC, "age.header.version"},
        {V1 "-> X25519 " SHARE " a\n" BODY MAC, "age.x25519.form"},
        {V1 "-> X25519 " SHARE "\n\n" MAC, "age.x25519.form"},
        {V1 "-> X25519 " BODY BODY MAC, "age.x25519.share"},
        {V1 "-> scrypt " SALT " 21\n" BODY MAC, "age.scrypt.work"},
        {V1 "-> scrypt " SALT " 0\n" BODY MAC, "age.scrypt.form"},
        {V1 "-> scrypt " SALT " 010\n" BODY MAC, "age.scrypt.form"},
        {V1 "-> scrypt " SALT " 10\n" BODY MAC, "age.passphrase"},
        /* At this factor an attempt would take a gibibyte: refused before one is made. */
        {V1 "-> scrypt " SALT " 20\n" BODY "-> scrypt " SALT " 20\n" BODY MAC, "age.scrypt.alone"},
        {V1 "-> scrypt " SALT " 20\n" BODY "-> depositary.filler x\n\n" MAC, "age.scrypt.alone"},
        {V1 "-> depositary.filler x\n\n-> scrypt " SALT " 20\n" BODY MAC, "age.scrypt.alone"},
    };
    struct dep_age_identity identity;
    dep_age_identity_new(counter_random, &identity);
    struct dep_age_with with = {
        .identities = &identity, .identity_count = 1, .passphrase = DEP_SLICE_LITERAL("word")};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint8_t key[DEP_AGE_FILE_KEY_LEN];
        struct dep_finding why = {"", "", 0};
        int err = dep_age_header_open(dep_slice_string(rows[i].text), &with, key, &why);
        expect_finding(rows[i].text, err, &why, rows[i].id);
    }
}

/* However much more is offered, it ends: one byte over the cap isn't "short" any more. */
static void test_header_cap(void **state)
{
    (void)state;
    static const char *const fronts[] = {V1 "-> a\n", V1 "-> "};
    static const char *const fillings[] = {LINE64 "\n", "a"};
    for (size_t i = 0; i < DEP_COUNT(fronts); i++) {
        DEP_AUTO_BUF text;
        dep_buf_init(&text, OUT_CAP);
        dep_buf_add_string(&text, fronts[i]);
        while (text.len <= DEP_AGE_HEADER_MAX + 64)
            dep_buf_add_string(&text, fillings[i]);
        size_t len;
        struct dep_finding why = {"", "", 0};
        int err = dep_age_header_len(dep_buf_slice(&text), &len, &why);
        assert_int_equal(err, DEP_FOUND);
        assert_string_not_equal(why.id, "age.header.short");
    }
}

static void test_passphrase_new(void **state)
{
    (void)state;
    char one[DEP_AGE_PASSPHRASE_TEXT + 1], other[sizeof one];
    unsigned seen = 0;
    dep_age_passphrase_new(counter_random, one);
    dep_age_passphrase_new(counter_random, other);
    assert_int_equal(strlen(one), DEP_AGE_PASSPHRASE_TEXT);
    assert_string_not_equal(one, other);
    for (size_t i = 0; i < DEP_AGE_PASSPHRASE_TEXT; i++)
        assert_true(i % 6 == 5 ? one[i] == '-' : isdigit(one[i]) || islower(one[i]));
    assert_int_equal(strcspn(one, "ilou"), DEP_AGE_PASSPHRASE_TEXT);
    /* Every character of the alphabet, of which there are 32, comes: 30 are drawn at a time. */
    bool drawn[128] = {false};
    for (size_t i = 0; i < 100; i++) {
        dep_age_passphrase_new(dep_random, one);
        for (const char *at = one; *at; at++) {
            seen += *at != '-' && !drawn[(size_t)*at];
            drawn[(size_t)*at] = true;
        }
    }
    assert_int_equal(seen, 32);
}

int main(void)
{
    assert(dep_crypto_init(false) == DEP_OK);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recipient),     cmocka_unit_test(test_identity),
        cmocka_unit_test(test_padded),        cmocka_unit_test(test_encode_refuses),
        cmocka_unit_test(test_header_damage), cmocka_unit_test(test_header_rows),
        cmocka_unit_test(test_header_cap),    cmocka_unit_test(test_passphrase_new)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
