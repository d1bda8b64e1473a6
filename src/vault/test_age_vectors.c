/*
 * The public age vectors (C2SP/CCTV age): each file tells what must happen.
 */
#include "vault/age.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#ifdef DEP_TEST_ZLIB
#include <zlib.h>
#endif

enum { FILE_MAX = 64 * 1024 * 1024, IDENTITIES_MAX = 8 };

struct vector {
    char expect[64], payload[80], passphrase[256];
    struct dep_age_identity identities[IDENTITIES_MAX];
    size_t identity_count;
    bool compressed, foreign; /* foreign: needs a recipient type that DESIGN leaves for later */
    struct dep_slice body;
};

static void read_header(struct dep_slice file, struct vector *out)
{
    *out = (struct vector){.expect = ""};
    for (;;) {
        struct dep_slice line = dep_slice_next(&file, '\n');
        if (line.len == 0)
            break;
        char text[8192], *value;
        snprintf(text, sizeof text, "%.*s", (int)line.len, (const char *)line.data);
        value = strstr(text, ": ");
        assert_non_null(value);
        *value = 0;
        value += 2;
        if (strcmp(text, "expect") == 0)
            snprintf(out->expect, sizeof out->expect, "%.63s", value);
        else if (strcmp(text, "payload") == 0)
            snprintf(out->payload, sizeof out->payload, "%.79s", value);
        else if (strcmp(text, "passphrase") == 0)
            snprintf(out->passphrase, sizeof out->passphrase, "%.255s", value);
        else if (strcmp(text, "compressed") == 0)
            out->compressed = true;
        else if (strcmp(text, "identity") == 0 && strncmp(value, "AGE-SECRET-KEY-1", 16) == 0)
            assert_int_equal(dep_age_identity_parse(dep_slice_string(value),
                                                    &out->identities[out->identity_count++], NULL),
                             DEP_OK);
        else if (strcmp(text, "identity") == 0)
            out->foreign = true;
    }
    out->body = file;
}

static int run(const struct vector *vector, struct dep_slice body, struct dep_buf *out,
               struct dep_finding *why)
{
    struct dep_age_with with = {
        .identities = vector->identities,
        .identity_count = vector->identity_count,
        .passphrase = dep_slice_string(vector->passphrase),
    };
    return dep_age_open(body, &with, out, why);
}

/* What each expectation allows; a finding fits only one of them. */
static bool fits(const char *expect, int err, const struct dep_finding *why)
{
    static const struct {
        const char *expect, *prefix;
    } rows[] = {
        {"HMAC failure", "age.hmac"},      {"no match", "age.identity"},
        {"no match", "age.passphrase"},    {"payload failure", "age.payload"},
        {"armor failure", "age.armor"},    {"armor failure", "age.header.version"},
        {"header failure", "age.header."}, {"header failure", "age.x25519."},
        {"header failure", "age.scrypt."}, {"header failure", "age.nonce"},
    };
    if (strcmp(expect, "success") == 0 || err != DEP_FOUND)
        return strcmp(expect, "success") == 0 && err == DEP_OK;
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strcmp(expect, rows[i].expect) == 0 &&
            strncmp(why->id, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return true;
    return false;
}

/* How many files are of each kind, so that none falls out unseen. */
static struct {
    const char *expect;
    size_t want, got;
} counts[] = {
    {"success", 21, 0}, {"header failure", 53, 0},  {"HMAC failure", 1, 0},
    {"no match", 8, 0}, {"payload failure", 19, 0}, {"armor failure", 22, 0},
};

static void count(const char *expect)
{
    for (size_t i = 0; i < DEP_COUNT(counts); i++)
        if (strcmp(expect, counts[i].expect) == 0) {
            counts[i].got++;
            return;
        }
    fail_msg("unknown expectation %s", expect);
}

/* A compressed vector's bytes; false where this build has no zlib. */
static bool inflate_body(const struct vector *vector, struct dep_slice *out)
{
    *out = vector->body;
    if (!vector->compressed)
        return true;
#ifdef DEP_TEST_ZLIB
    static uint8_t inflated[FILE_MAX];
    uLongf len = sizeof inflated;
    assert_int_equal(uncompress(inflated, &len, vector->body.data, vector->body.len), Z_OK);
    *out = dep_slice_of(inflated, len);
    return true;
#else
    return false;
#endif
}

static void check_one(const char *name, const struct vector *vector, struct dep_slice body)
{
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, FILE_MAX);
    struct dep_finding why = {"", "", 0};
    int err = run(vector, body, &out, &why);
    if (!fits(vector->expect, err, &why))
        fail_msg("%s: expected %s, got %d %s", name, vector->expect, err, why.id);
    if (err != DEP_OK) {
        assert_int_equal(out.len, 0); /* nothing of a bad file is handed out */
        return;
    }
    struct dep_hash hash;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_sha256(dep_buf_slice(&out), &hash);
    dep_hex_encode(hash.bytes, DEP_HASH_LEN, hex);
    assert_string_equal(hex, vector->payload);
}

static void test_vectors(void **state)
{
    (void)state;
    const char *root = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    snprintf(path, sizeof path, "%s/age",
             root ? root : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    DIR *folder = opendir(path);
    if (!folder) {
        printf("age vectors: all skipped, no folder %s\n", path);
        skip();
    }
    size_t run_count = 0, hybrid = 0, compressed = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        static uint8_t bytes[FILE_MAX];
        char file_name[5000];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file_name, sizeof file_name, "%s/%s", path, entry->d_name);
        FILE *file = fopen(file_name, "rb");
        assert_non_null(file);
        size_t len = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        static struct vector vector;
        read_header(dep_slice_of(bytes, len), &vector);
        if (vector.foreign || strncmp(entry->d_name, "hybrid", 6) == 0) {
            hybrid++;
            continue;
        }
        struct dep_slice body;
        if (!inflate_body(&vector, &body)) {
            compressed++;
            continue;
        }
        check_one(entry->d_name, &vector, body);
        count(vector.expect);
        run_count++;
    }
    closedir(folder);
    printf("age vectors: %zu run, %zu skipped (hybrid recipients need ML-KEM), %zu skipped "
           "(compressed, no zlib)\n",
           run_count, hybrid, compressed);
    for (size_t i = 0; i < DEP_COUNT(counts); i++) {
        printf("age vectors: %zu %s\n", counts[i].got, counts[i].expect);
        if (compressed == 0)
            assert_int_equal(counts[i].got, counts[i].want);
    }
    assert_int_equal(run_count + compressed, 124);
    assert_int_equal(hybrid, 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
