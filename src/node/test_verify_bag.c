/*
 * A package in a folder: found as the one in memory is, and what only a folder can have.
 */
#include "node/verify_bag.h"

#include "package/test_support.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct dep_schemas *schemas;
static struct test_world *world;
static char top[64];

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

/* The folders of a path, then the file. */
static void write_file(const char *path, struct dep_slice data)
{
    char full[512];
    (void)snprintf(full, sizeof full, "%s/%s", top, path);
    for (char *at = strchr(full + strlen(top) + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        (void)mkdir(full, 0700);
        *at = '/';
    }
    FILE *file = fopen(full, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data.data, 1, data.len, file), data.len);
    assert_int_equal(fclose(file), 0);
}

static int make(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "/tmp/depositary-bag-XXXXXX");
    assert_non_null(mkdtemp(top));
    for (size_t i = 0; i < world->file_count; i++)
        write_file(world->files[i].path, dep_buf_slice(&world->files[i].data));
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    return nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void place(char out[512], const char *path)
{
    (void)snprintf(out, 512, "%s/%s", top, path);
}

static int verify(struct dep_bag_verified **out, struct dep_problem *problem)
{
    const struct dep_bag_order order = {.dir = top, .pin = world->pin};
    *problem = (struct dep_problem){.detail = ""};
    return dep_node_verify_bag(&order, out, problem);
}

/* Verified, and `id` is among what was found (NULL: nothing is altered). */
static void expect(const char *id)
{
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    assert_int_equal(verify(&bag, &problem), DEP_OK);
    const struct dep_verify *verified = dep_bag_verified_verify(bag);
    bool altered = dep_verify_result(verified) == DEP_ALTERED;
    if (altered != (id != NULL) || (id && !test_found(verified, id))) {
        test_print_found(verified);
        fail_msg("expected %s", id ? id : "nothing");
    }
    dep_bag_verified_free(bag);
}

static void test_good(void **state)
{
    (void)state;
    assert_true(dep_is_bag(top));
    expect(NULL);
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    assert_int_equal(verify(&bag, &problem), DEP_OK);
    struct dep_verify *verified = dep_bag_verified_verify(bag);
    struct dep_verify_item item;
    assert_int_equal(dep_verify_item_count(verified), 1);
    dep_verify_item(verified, 0, &item);
    assert_string_equal(item.payload, "intact");
    for (size_t i = 0; i < dep_verify_record_count(verified); i++) {
        DEP_AUTO_JSON *record = NULL;
        assert_int_equal(dep_verify_record(verified, i, &record), DEP_OK);
    }
    dep_bag_verified_free(bag);
}

static void test_link(void **state)
{
    (void)state;
    char path[512];
    place(path, "data/index.html");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../bagit.txt", path), 0);
    expect("package.name");
}

static void test_linked_folder(void **state)
{
    (void)state;
    char path[512];
    place(path, "data/more");
    assert_int_equal(symlink("charter", path), 0);
    expect("package.name");
}

static void test_fifo(void **state)
{
    (void)state;
    char path[512];
    place(path, "data/pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect("package.name");
}

static void test_empty_folder(void **state)
{
    (void)state;
    char path[512];
    place(path, "data/nothing");
    assert_int_equal(mkdir(path, 0700), 0);
    expect("package.name");
}

static void test_deep(void **state)
{
    (void)state;
    char path[512];
    place(path, "data");
    for (size_t i = 0; i < 40; i++) {
        (void)strncat(path, "/d", sizeof path - strlen(path) - 1);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    expect("package.name");
}

static void test_strange_bytes(void **state)
{
    (void)state;
    write_file("data/\xff\n\x1b[2J", dep_slice_string("x"));
    expect("package.name");
}

static void test_large(void **state)
{
    (void)state;
    enum { LEN = 3 * 1024 * 1024 };
    uint8_t *bytes = calloc(1, LEN);
    assert_non_null(bytes);
    write_file("data/large", dep_slice_of(bytes, LEN));
    free(bytes);
    expect("bag.unlisted");
}

/* ---- of what was just written ---- */

enum { WRITTEN_LEN = 2 * 1024 * 1024, HALF = 1024 * 1024 + 4080 };
static const struct dep_package_info ABOUT = {.sender = "test",
                                              .date_s = 1795511717,
                                              .id = "019a0000-0000-7000-8000-000000000000",
                                              .agent = {(const uint8_t *)"depositary 0", 12},
                                              .kind = DEP_PACKAGE_RELEASE};

/* One large file; with `as` another wrote it, and says what it is. */
static struct dep_bag_writer *write_bag(const struct dep_bag_written *as)
{
    char path[512];
    struct dep_bag_writer *writer = NULL;
    struct dep_fault fault;
    uint8_t *bytes = calloc(1, WRITTEN_LEN);
    assert_non_null(bytes);
    place(path, "written");
    assert_int_equal(dep_bag_writer_new(path, &writer, &fault), DEP_OK);
    if (as) {
        write_file("written.unfinished/data/large", dep_slice_of(bytes, WRITTEN_LEN));
        assert_int_equal(dep_bag_writer_list(writer, as, &fault), DEP_OK);
    } else {
        assert_int_equal(
            dep_bag_writer_put(writer, "large", dep_slice_of(bytes, WRITTEN_LEN), &fault), DEP_OK);
    }
    free(bytes);
    assert_int_equal(dep_bag_writer_finish(writer, &ABOUT, &fault), DEP_OK);
    return writer;
}

/* The bytes are zeros. */
static void put_a_byte(long at, int byte)
{
    char path[512];
    place(path, "written.unfinished/data/large");
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, file), byte);
    assert_int_equal(fclose(file), 0);
}

static int read_back(const struct dep_bag_writer *writer, struct dep_bag_verified **out,
                     struct dep_problem *problem)
{
    const struct dep_bag_order order = {.dir = dep_bag_writer_dir(writer), .written = writer};
    *problem = (struct dep_problem){.detail = ""};
    return dep_node_verify_bag(&order, out, problem);
}

static void assert_good(const struct dep_bag_writer *writer)
{
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    assert_int_equal(read_back(writer, &bag, &problem), DEP_OK);
    assert_false(test_found(dep_bag_verified_verify(bag), "bag.altered"));
    dep_bag_verified_free(bag);
}

static void assert_altered(const struct dep_bag_writer *writer)
{
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    assert_int_equal(read_back(writer, &bag, &problem), DEP_ERR_CORRUPT);
    assert_string_equal(problem.fault.what, "pack.readback");
    assert_string_equal(problem.fault.where, "data/large");
    assert_null(bag);
}

static void test_written(void **state)
{
    (void)state;
    struct dep_bag_writer *writer = write_bag(NULL);
    const struct dep_bag_written *found =
        dep_bag_writer_find(writer, DEP_SLICE_LITERAL("data/large"));
    assert_non_null(found);
    assert_int_equal(found->bytes, WRITTEN_LEN);
    assert_null(dep_bag_writer_find(writer, DEP_SLICE_LITERAL("data/larg")));
    assert_null(dep_bag_writer_find(writer, DEP_SLICE_LITERAL("data/large1")));
    assert_null(dep_bag_writer_find(writer, DEP_SLICE_LITERAL("bagit.txt")));
    struct dep_bag_written seen = *found;
    assert_good(writer);
    put_a_byte(WRITTEN_LEN - 5, 1);
    assert_altered(writer);
    dep_bag_writer_free(writer);
    /* What was digested as the disk gave it back isn't read once more. */
    seen.path = "large";
    seen.read_back = true;
    writer = write_bag(&seen);
    put_a_byte(WRITTEN_LEN - 5, 1);
    assert_good(writer);
    dep_bag_writer_free(writer);
}

/* Read back on two threads: a byte of either half, at its beginning and its end. */
static void test_written_in_halves(void **state)
{
    (void)state;
    static const long at[] = {0, HALF - 1, HALF, WRITTEN_LEN - 1};
    uint8_t *bytes = calloc(1, WRITTEN_LEN);
    assert_non_null(bytes);
    struct dep_bag_writer *writer = write_bag(NULL);
    struct dep_bag_written seen = *dep_bag_writer_find(writer, DEP_SLICE_LITERAL("data/large"));
    dep_bag_writer_free(writer);
    seen.path = "large";
    seen.half.at = HALF;
    dep_sha256_start(&seen.half.sha256);
    dep_sha256_add(&seen.half.sha256, bytes, HALF);
    writer = write_bag(&seen);
    assert_good(writer);
    for (size_t i = 0; i < DEP_COUNT(at); i++) {
        put_a_byte(at[i], 1);
        assert_altered(writer);
        put_a_byte(at[i], 0);
        assert_good(writer);
    }
    dep_bag_writer_free(writer);
    /* A digest that is of one byte more than it says. */
    seen.half.at = HALF - 1;
    writer = write_bag(&seen);
    assert_altered(writer);
    dep_bag_writer_free(writer);
    free(bytes);
}

static void test_no_package(void **state)
{
    (void)state;
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    const struct dep_bag_order order = {.dir = "/nonexistent"};
    assert_false(dep_is_bag(order.dir));
    assert_int_equal(dep_node_verify_bag(&order, &bag, &problem), DEP_ERR_IO);
    assert_null(bag);
    write_file("register.json", dep_slice_string("{}"));
    assert_false(dep_is_bag(top));
}

static void test_unreadable(void **state)
{
    (void)state;
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem;
    char path[512];
    place(path, "data/index.html");
    if (geteuid() == 0)
        skip();
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(verify(&bag, &problem), DEP_ERR_IO);
    assert_string_equal(problem.fault.where, "data/index.html");
    assert_null(bag);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, unmake)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_good),          IN_FOLDER(test_link),
        IN_FOLDER(test_linked_folder), IN_FOLDER(test_fifo),
        IN_FOLDER(test_empty_folder),  IN_FOLDER(test_deep),
        IN_FOLDER(test_strange_bytes), IN_FOLDER(test_large),
        IN_FOLDER(test_no_package),    IN_FOLDER(test_unreadable),
        IN_FOLDER(test_written),       IN_FOLDER(test_written_in_halves),
    };
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    world = test_world_new(schemas, NULL);
    int failed = cmocka_run_group_tests_name("verify_bag", tests, NULL, NULL);
    test_world_free(world);
    return failed;
}
