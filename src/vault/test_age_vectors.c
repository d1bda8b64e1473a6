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
#include <zlib.h>

#include <cmocka.h>

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

static bool fits(const char *expect, int err, const struct dep_finding *why)
{
    if (strcmp(expect, "success") == 0)
        return err == DEP_OK;
    if (err != DEP_FOUND)
        return false;
    if (strcmp(expect, "HMAC failure") == 0)
        return strcmp(why->id, "age.hmac") == 0;
    if (strcmp(expect, "no match") == 0)
        return strcmp(why->id, "age.identity") == 0 || strcmp(why->id, "age.passphrase") == 0;
    if (strcmp(expect, "payload failure") == 0)
        return strncmp(why->id, "age.payload", 11) == 0;
    if (strcmp(expect, "armor failure") == 0)
        return strncmp(why->id, "age.armor", 9) == 0 || strncmp(why->id, "age.header", 10) == 0;
    return strcmp(expect, "header failure") == 0 && strncmp(why->id, "age.", 4) == 0 &&
           strcmp(why->id, "age.hmac") != 0 && strncmp(why->id, "age.payload", 11) != 0;
}

static void check_one(const char *name, const struct vector *vector)
{
    static uint8_t inflated[FILE_MAX];
    struct dep_slice body = vector->body;
    uLongf len = sizeof inflated;
    if (vector->compressed) {
        assert_int_equal(uncompress(inflated, &len, body.data, body.len), Z_OK);
        body = dep_slice_of(inflated, len);
    }
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
    size_t run_count = 0, skipped = 0;
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
            skipped++;
            continue;
        }
        check_one(entry->d_name, &vector);
        run_count++;
    }
    closedir(folder);
    printf("age vectors: %zu run, %zu skipped (hybrid recipients need ML-KEM)\n", run_count,
           skipped);
    assert_true(run_count >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
