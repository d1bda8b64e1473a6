/*
 * Receiving, where a package is as large as none is, or says of an item what isn't so: the verifier
 * is made to tell of as many records as are wanted.
 */
#include "node/receive_kit.h"
#include "node/test_support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- how many are heard ---- */

static size_t wanted;

size_t __wrap_dep_verify_record_count(const struct dep_verify *verify);
size_t __wrap_dep_verify_record_count(const struct dep_verify *verify)
{
    (void)verify;
    return wanted;
}

int __wrap_dep_verify_record(struct dep_verify *verify, size_t place, json_t **out);
int __wrap_dep_verify_record(struct dep_verify *verify, size_t place, json_t **out)
{
    char index[24];
    (void)verify;
    (void)snprintf(index, sizeof index, "%zu", place);
    *out = json_pack("{s:s,s:s,s:s,s:s,s:s}", "log", "000", "index", index, "sha256", "x", "type",
                     "consent.given", "iss", "other");
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

int __wrap_dep_verify_account(struct dep_verify *verify, json_t **out);
int __wrap_dep_verify_account(struct dep_verify *verify, json_t **out)
{
    (void)verify;
    *out = json_pack("{s:[{s:s,s:s}]}", "logs", "log", "000", "origin", "o");
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

/* A folder with as many lines. */
static int make_lines(size_t count)
{
    char path[192];
    static const char *const folders[] = {"", "/data", "/data/logs", "/data/logs/000"};
    for (size_t i = 0; i < DEP_COUNT(folders); i++) {
        (void)snprintf(path, sizeof path, "%s/bag%s", top, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    (void)snprintf(path, sizeof path, "%s/bag/data/logs/000/records.jsonl", top);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(file, "{\"index\":\"%zu\",\"sd_jwt\":\"a.b.c~\"}\n", i);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(path, sizeof path, "%s/bag", top);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void test_many(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        int err;
    } rows[] = {{DEP_RECEIVED_RECORDS_MAX, DEP_OK}, {DEP_RECEIVED_RECORDS_MAX + 1, DEP_FOUND}};
    DEP_AUTO_FD folder = make_lines(DEP_RECEIVED_RECORDS_MAX + 1);
    assert_true(folder >= 0);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_kept kept = {.count = 7};
        struct dep_problem problem = {.detail = ""};
        wanted = rows[i].count;
        assert_int_equal(dep_kept_read(NULL, folder, "package", NULL, &kept, &problem),
                         rows[i].err);
        assert_int_equal(kept.count, rows[i].err ? 7 : wanted);
        if (rows[i].err)
            assert_string_equal(problem.finding.id, "receive.many");
        else
            dep_kept_done(&kept);
    }
}

/* ---- whose item it is ---- */

static void test_item(void **state)
{
    (void)state;
    struct dep_collected ours = {.item = ""};
    take_in("{\"exhibit\":\"E-1\",\"stage\":\"other\",\"restricted\":false}", NULL, 0, &ours);
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    struct dep_received out = {.package = "p"};
    struct receive_kit kit = {.items = json_object()};
    struct receiving receiving = {.node = node, .problem = &problem, .out = &out, .kit = &kit};
    assert_int_equal(receive_kit_check_id(&receiving, "01a20d48-e325-7d90-ac3a-47d22d4fff91"),
                     DEP_OK);
    assert_int_equal(receive_kit_check_id(&receiving, ours.item), DEP_FOUND);
    assert_string_equal(problem.finding.id, "receive.item");
    /* One that this kit brought before is its own. */
    assert_int_equal(json_object_set_new(kit.items, ours.item, json_true()), 0);
    assert_int_equal(receive_kit_check_id(&receiving, ours.item), DEP_OK);
    json_decref(kit.items);
    dep_node_close(node);
}

/* ---- lines of a kit's protected fields ---- */

#define A "01a20d48-e325-7d90-ac3a-47d22d4fff91"
#define KEK "0123456789abcdef"
#define PRIVATE "{\"id\":\"" A "\",\"c\":\"x\"}"
#define KEYS "{\"id\":\"" A "\",\"keys\":{\"legal\":\"" KEK ".y\"}}"
#define KEK_LINE "{\"kek\":\"" KEK "\",\"keys\":{}}"

static FILE *file_of(const char *text)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_true(fwrite(text, 1, strlen(text), file) == strlen(text) &&
                fseek(file, 0, SEEK_SET) == 0);
    return file;
}

/* What of the three is taken: secret, keys, keks, as letters. */
static void take_secrets(const char *private, const char *keyring, char out[8])
{
    struct dep_kit_secrets *secrets = NULL;
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JSON *claims = json_object();
    assert_int_equal(dep_kit_secrets_new(file_of(private), file_of(keyring), &secrets, &problem),
                     DEP_OK);
    assert_int_equal(dep_kit_secrets_add(secrets, A, claims, &problem), DEP_OK);
    const json_t *keks = json_object_get(claims, "keks");
    (void)snprintf(out, 8, "%s%s%zu", json_object_get(claims, "secret") ? "s" : "",
                   json_object_get(claims, "keys") ? "k" : "", json_array_size(keks));
    if (json_array_size(keks))
        assert_string_equal(json_string_value(json_array_get(keks, 0)), KEK_LINE);
    dep_kit_secrets_free(secrets);
}

static void test_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *name, *private, *keyring, *taken;
    } rows[] = {
        {"good", PRIVATE "\n", KEYS "\n" KEK_LINE "\n", "sk1"},
        {"no line end", PRIVATE, KEK_LINE "   \n" KEYS, "sk1"},
        {"padded", PRIVATE "\n", KEYS "    \n" KEK_LINE "\n", "sk1"},
        {"no kek", PRIVATE "\n", KEYS "\n", "sk0"},
        {"no key", PRIVATE "\n", KEK_LINE "\n", "0"},
        {"another's", "{\"id\":\"b\"}\n", KEYS "\n", "0"},
        {"not JSON", PRIVATE "\n", "{\"id\":\"" A "\",\n", "sk0"},
        {"not UTF-8", "{\"id\":\"" A "\",\"\xff\"}\n", KEYS "\n", "0"},
        {"nothing", "", "", "0"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char taken[8];
        take_secrets(rows[i].private, rows[i].keyring, taken);
        if (strcmp(taken, rows[i].taken) != 0)
            fail_msg("%s: %s", rows[i].name, taken);
    }
}

/* A line longer than any that is written is passed over, and what stands in it is no line. */
static void test_long_line(void **state)
{
    (void)state;
    enum { LEN = 9 * 1024 * 1024 };
    DEP_AUTO_FREE char *text = dep_alloc(LEN + 256);
    char taken[8];
    assert_non_null(text);
    memset(text, ' ', LEN);
    memcpy(text, PRIVATE, strlen(PRIVATE));
    (void)snprintf(text + LEN, 256, PRIVATE);
    take_secrets(text, KEYS "\n" KEK_LINE "\n", taken);
    assert_string_equal(taken, "0");
    (void)snprintf(text + LEN, 256, "\n" PRIVATE "\n");
    take_secrets(text, KEYS "\n" KEK_LINE "\n", taken);
    assert_string_equal(taken, "sk1");
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_many), cmocka_unit_test(test_item),
                                          cmocka_unit_test(test_secrets),
                                          cmocka_unit_test(test_long_line)};
RUN_OVER_REGISTER("receive", tests)
