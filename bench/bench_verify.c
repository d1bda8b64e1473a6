/*
 * How many records of a package are verified in a second: a hundred thousand notes with a line
 * each, in memory. Prints one JSON object a line: {"name","value","unit"}. Given a folder that
 * doesn't exist, writes the package there, for `depositary verify`, and prints its charter's
 * fingerprint.
 */
#define TEST_RECORDS_MAX 101000
#include "package/test_support.h"

#include "node/tasks.h"

#include <sys/stat.h>
#include <time.h>

enum { RECORDS = 100000 };

static double now_s(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void more_records(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    for (size_t i = 0; i < RECORDS; i++) {
        size_t at = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                               test_note("what was seen that day, in a sentence or two",
                                         test_ref(log, "about", world->collected)));
        log->records[at].listed = true;
        log->records[at].shown[0] = "text";
    }
}

static void tell(const char *name, const char *what, double value)
{
    (void)printf("{\"name\":\"%s: %s\",\"value\":%.0f,\"unit\":\"1/s\"}\n", name, what, value);
}

static void measure(struct test_world *world, struct dep_tasks *tasks, const char *name)
{
    struct dep_verify_with with = {.schemas = world->schemas,
                                   .pin = world->pin,
                                   .files = {world, test_read},
                                   .run = tasks ? dep_tasks_run : NULL,
                                   .run_context = tasks};
    struct dep_verify *verify = NULL;
    double from = now_s(CLOCK_MONOTONIC);
    assert_int_equal(dep_verify_new(&with, &verify), DEP_OK);
    for (size_t i = 0; i < world->file_count; i++)
        assert_int_equal(dep_verify_add(verify, dep_slice_string(world->files[i].path),
                                        world->files[i].data.len),
                         DEP_OK);
    assert_int_equal(dep_verify_begin(verify), DEP_OK);
    for (size_t i = 0; i < dep_verify_file_count(verify); i++)
        assert_int_equal(test_hash(world, verify, i), DEP_OK);
    double read = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
    assert_int_equal(dep_verify_read(verify), DEP_OK);
    double done = now_s(CLOCK_MONOTONIC);
    cpu = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    assert_false(verify->altered);
    size_t count = dep_step_record_count(verify);
    tell(name, "records", (double)count / (done - read));
    tell(name, "records, digests of all files too", (double)count / (done - from));
    /* What a core does that nobody else uses. */
    tell(name, "records a second of processor time", (double)count / cpu);
    dep_verify_free(verify);
}

static int write_out(const struct test_world *world, const char *dir)
{
    char path[4096], pin[DEP_FINGERPRINT_LEN + 1];
    (void)mkdir(dir, 0700);
    for (size_t i = 0; i < world->file_count; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, world->files[i].path);
        for (char *at = strchr(path + strlen(dir) + 1, '/'); at; at = strchr(at + 1, '/')) {
            *at = 0;
            (void)mkdir(path, 0700);
            *at = '/';
        }
        FILE *file = fopen(path, "wb");
        const struct dep_buf *data = &world->files[i].data;
        bool good = file && fwrite(data->data, 1, data->len, file) == data->len;
        if (!good || fclose(file) != 0)
            return 1;
    }
    dep_fingerprint_encode(dep_charter_digest(world->parsed), pin);
    (void)printf("%s\n", pin);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    struct dep_tasks *tasks = NULL;
    const struct test_edit edit = {TEST_RECORDS, more_records};
    if (!schemas || dep_crypto_init(false) || dep_tasks_new(&tasks))
        return 1;
    struct test_world *world = test_world_new(schemas, &edit);
    if (argc > 1) {
        status = write_out(world, argv[1]);
    } else {
        measure(world, NULL, "verify on one core");
        measure(world, tasks, "verify on all cores");
    }
    test_world_free(world);
    dep_tasks_free(tasks);
    return status;
}
