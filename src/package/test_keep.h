/*
 * Packages that a test made, left for the browser's verifier to say the same of them: so that one
 * list of forgeries drives both.
 *
 * Use:     DEPOSITARY_TEST_KEEP=FOLDER build/unit_package_verify; then FOLDER/NAME.NUMBER/ has
 *          package/, pin (the fingerprint, empty for none) and account.json
 *          ({"account","records"}).
 */
#ifndef DEP_PACKAGE_TEST_KEEP_H
#define DEP_PACKAGE_TEST_KEEP_H
#include "package/test_world.h"

#include <errno.h>
#include <sys/stat.h>

static inline void test_keep_file(const char *folder, const char *name, struct dep_slice data)
{
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(len > 0 && (size_t)len < sizeof path);
    for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        assert_true(mkdir(path, 0777) == 0 || errno == EEXIST);
        *at = '/';
    }
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data.data, 1, data.len, out), data.len);
    assert_int_equal(fclose(out), 0);
}

static inline void test_keep_package(const struct test_world *world, const char *folder)
{
    for (size_t i = 0; i < world->file_count; i++)
        test_keep_file(folder, world->files[i].path, dep_buf_slice(&world->files[i].data));
}

static inline void test_keep_account(struct dep_verify *verify, const char *folder)
{
    json_t *account = NULL, *record, *all = json_array();
    assert_int_equal(dep_verify_account(verify, &account), DEP_OK);
    for (size_t i = 0; i < dep_verify_record_count(verify); i++) {
        assert_int_equal(dep_verify_record(verify, i, &record), DEP_OK);
        assert_int_equal(json_array_append_new(all, record), 0);
    }
    json_t *said = json_pack("{s:o, s:o}", "account", account, "records", all);
    char *text = json_dumps(said, JSON_COMPACT);
    assert_non_null(text);
    test_keep_file(folder, "account.json", dep_slice_string(text));
    free(text);
    json_decref(said);
}

static inline void test_keep(struct test_world *world, struct dep_verify *verify)
{
    static unsigned number;
    const char *top = getenv("DEPOSITARY_TEST_KEEP");
    char folder[512], package[640], pin[DEP_FINGERPRINT_LEN + 1] = "";
    if (!top)
        return;
    dep_alloc_fail_at(-1);
    (void)snprintf(folder, sizeof folder, "%s/%s.%03u", top, program_invocation_short_name,
                   number++);
    (void)snprintf(package, sizeof package, "%s/package", folder);
    assert_true(mkdir(folder, 0777) == 0 && mkdir(package, 0777) == 0);
    test_keep_package(world, package);
    test_keep_account(verify, folder);
    if (!world->unpinned) {
        struct dep_hash digest = {{0}};
        memcpy(digest.bytes, world->pin, sizeof world->pin);
        dep_fingerprint_encode(&digest, pin);
    }
    test_keep_file(folder, "pin", dep_slice_string(pin));
}
#endif
