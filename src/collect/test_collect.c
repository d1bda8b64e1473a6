/*
 * Sealing a tree and reading it back: hostile names, links, holes, changes; then every region of
 * the container damaged.
 */
#include "collect/unseal.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char top[64];
static struct dep_age_identity vault;

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void put(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    assert_true(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    (void)close(fd);
}

static void make_tree(void)
{
    static uint8_t big[300000];
    dep_random(big, sizeof big);
    assert_int_equal(chdir(top), 0);
    assert_true(mkdir("tree", 0755) == 0 && mkdir("tree/empty", 0700) == 0 &&
                mkdir("tree/sub", 0755) == 0);
    put("tree/a.txt", "hello", 5);
    put("tree/zero", "", 0);
    put("tree/new\nline", "n", 1);
    put("tree/\xff\xfe", "b", 1);
    put("tree/-rf", "d", 1);
    put("tree/sub/big", big, sizeof big);
    put("tree/sub/exact", big, 65536);
    put("tree/sub/over", big, 65537);
    assert_true(link("tree/a.txt", "tree/hard") == 0 && symlink("a.txt", "tree/soft") == 0 &&
                symlink("loop", "tree/loop") == 0);
    assert_int_equal(mkfifo("tree/fifo", 0600), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "tree/socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
    fd = open("tree/sparse", O_WRONLY | O_CREAT, 0600);
    assert_true(pwrite(fd, "x", 1, 5000000) == 1 && ftruncate(fd, 9000000) == 0);
    (void)close(fd);
    /* Deeper than descriptors are kept, longer than a pax field. */
    assert_int_equal(chdir("tree"), 0);
    for (int i = 0; i < 120; i++)
        assert_true(mkdir("a-folder-with-a-longish-name-so-that-paths-grow", 0755) == 0 &&
                    chdir("a-folder-with-a-longish-name-so-that-paths-grow") == 0);
    put("deep", "deep", 4);
    assert_int_equal(chdir(top), 0);
    assert_true(mkdir("reg", 0700) == 0 && mkdir("reg/vault", 0700) == 0);
}

struct sealed {
    struct dep_sealed out;
    struct dep_container_facts facts;
    struct dep_vault_writer *writer;
    size_t notices;
};

static void count_notice(void *context, const struct dep_entry *entry)
{
    (void)entry;
    ((struct sealed *)context)->notices++;
}

static int seal(const char *const *paths, size_t count, struct sealed *out, struct dep_fault *fault)
{
    struct dep_finding why;
    int fd = open("reg", O_RDONLY | O_DIRECTORY);
    struct dep_seal_order order = {.paths = paths,
                                   .path_count = count,
                                   .statement = DEP_SLICE_LITERAL("{}"),
                                   .recipients = &vault.recipient,
                                   .recipient_count = 1,
                                   .random = dep_random,
                                   .content_key = DEP_SLICE_LITERAL("0123456789abcdef")};
    *out = (struct sealed){.notices = 0};
    assert_int_equal(dep_vault_writer_new(fd, &out->writer, fault), DEP_OK);
    int err = dep_seal(&order, out->writer, count_notice, out, &out->out, &why, fault);
    (void)close(fd);
    out->facts = (struct dep_container_facts){true,
                                              true,
                                              true,
                                              out->out.payload_sha256,
                                              out->out.manifest_root,
                                              out->out.manifest_offset,
                                              out->out.manifest_len};
    return err;
}

/* As another process would open it: the writer's own descriptor is for direct writes. */
static int reopen(const struct sealed *sealed)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", dep_vault_writer_fd(sealed->writer));
    return open(path, O_RDONLY);
}

static struct dep_container *open_container(int fd, uint64_t len)
{
    struct dep_container *container = NULL;
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault = {.what = ""};
    struct dep_age_with with = {.identities = &vault, .identity_count = 1};
    if (dep_container_open(fd, len, &with, &container, &why, &fault) != DEP_OK)
        return NULL;
    return container;
}

/* What was found last, for a message. */
static char found[256];

static void note_finding(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    (void)context;
    (void)snprintf(found, sizeof found, "%s at %zu: %.*s", finding->id, finding->offset,
                   (int)(path.len < 99 ? path.len : 99), (const char *)path.data);
}

static int check(int fd, uint64_t len, const struct dep_container_facts *facts,
                 struct dep_container_report *report)
{
    struct dep_container *container = open_container(fd, len);
    struct dep_finding why;
    struct dep_fault fault = {.what = ""};
    if (!container)
        return DEP_FOUND;
    int err =
        dep_container_check(container, facts, note_finding, NULL, NULL, NULL, report, &why, &fault);
    if (err < 0)
        fail_msg("%s %s", fault.what, fault.where);
    dep_container_close(container);
    return err;
}

struct looking {
    const char *path;
    struct dep_entry entry;
    char kept[64];
    bool found;
    uint64_t counts[256];
};

static int look(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    struct looking *looking = context;
    looking->counts[(uint8_t)entry->kind]++;
    if (looking->path && dep_slice_equal_string(entry->path, looking->path)) {
        looking->entry = *entry;
        looking->found = true;
        (void)snprintf(looking->kept, sizeof looking->kept, "%s", looking->path);
        looking->entry.path = dep_slice_string(looking->kept);
    }
    return DEP_OK;
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    struct sealed sealed;
    struct dep_fault fault = {.what = ""};
    if (seal(paths, 1, &sealed, &fault) != DEP_OK)
        fail_msg("%s %s", fault.what, fault.where);
    assert_int_equal(sealed.out.files, 10);
    assert_int_equal(sealed.out.links, 3);
    assert_int_equal(sealed.out.not_taken, 2);
    assert_int_equal(sealed.notices, 2);
    assert_true(sealed.out.has_content_tag);
    int fd = reopen(&sealed);
    struct dep_container_report report = {.files = 0};
    if (check(fd, sealed.out.container_len, &sealed.facts, &report) != DEP_OK)
        fail_msg("%s", found);
    assert_int_equal(report.files, 10);
    assert_int_equal(report.bytes, sealed.out.bytes);
    struct dep_container *container = open_container(fd, sealed.out.container_len);
    struct looking looking = {.path = "files/tree/sparse"};
    struct dep_finding why;
    assert_int_equal(dep_container_list(container, &sealed.facts, look, &looking, &why, &fault),
                     DEP_OK);
    assert_true(looking.found && looking.counts['f'] == 10 && looking.counts['h'] == 1 &&
                looking.counts['l'] == 2 && looking.counts['-'] == 2);
    int out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(dep_container_extract(container, &looking.entry, out, &why, &fault), DEP_OK);
    assert_int_equal(system("cmp -s out tree/sparse"), 0);
    (void)close(out);
    dep_container_close(container);
    (void)close(fd);
    /* The same content seals to other bytes and the same keyed digest. */
    struct sealed again;
    assert_int_equal(seal(paths, 1, &again, &fault), DEP_OK);
    assert_false(dep_hash_equal(&again.out.payload_sha256, &sealed.out.payload_sha256));
    assert_false(dep_hash_equal(&again.out.manifest_root, &sealed.out.manifest_root));
    assert_true(dep_hash_equal(&again.out.content_tag, &sealed.out.content_tag));
    dep_vault_writer_free(again.writer);
    dep_vault_writer_free(sealed.writer);
}

/* A copy of the container with an edit; the check must find it, wherever it is. */
static void test_damage(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    struct sealed sealed;
    struct dep_fault fault;
    assert_int_equal(seal(paths, 1, &sealed, &fault), DEP_OK);
    int from = reopen(&sealed);
    uint64_t len = sealed.out.container_len;
    const uint64_t places[] = {0,    100,          3000,    4079,        4080,     4095,   4096,
                               5000, 4096 + 65552, len / 2, len - 66000, len - 17, len - 1};
    struct dep_container_report report;
    for (size_t i = 0; i < DEP_COUNT(places) + 3; i++) {
        char command[128];
        (void)snprintf(command, sizeof command, "cat /proc/%ld/fd/%d > copy", (long)getpid(), from);
        assert_int_equal(system(command), 0);
        int fd = open("copy", O_RDWR);
        uint64_t copy_len = len;
        if (i < DEP_COUNT(places)) {
            uint8_t byte;
            assert_int_equal(pread(fd, &byte, 1, (off_t)places[i]), 1);
            byte ^= 0x20;
            assert_int_equal(pwrite(fd, &byte, 1, (off_t)places[i]), 1);
        } else if (i == DEP_COUNT(places)) {
            copy_len = len - 70000;
            assert_int_equal(ftruncate(fd, (off_t)copy_len), 0);
        } else if (i == DEP_COUNT(places) + 1) { /* two chunks exchanged */
            static uint8_t a[DEP_AGE_CHUNK_SEALED], b[DEP_AGE_CHUNK_SEALED];
            assert_true(pread(fd, a, sizeof a, 4096) > 0 &&
                        pread(fd, b, sizeof b, 4096 + sizeof a) > 0);
            assert_true(pwrite(fd, b, sizeof b, 4096) > 0 &&
                        pwrite(fd, a, sizeof a, 4096 + sizeof a) > 0);
        } else {
            copy_len = len + 1;
            assert_int_equal(pwrite(fd, "x", 1, (off_t)len), 1);
        }
        if (check(fd, copy_len, &sealed.facts, &report) != DEP_FOUND)
            fail_msg("edit %zu was not found", i);
        (void)close(fd);
    }
    /* Another container's facts. */
    struct sealed other;
    assert_int_equal(seal(paths, 1, &other, &fault), DEP_OK);
    assert_int_equal(check(from, len, &other.facts, &report), DEP_FOUND);
    (void)close(from);
    dep_vault_writer_free(other.writer);
    dep_vault_writer_free(sealed.writer);
}

static bool stop_at_once(void *context, const struct dep_seal_progress *progress)
{
    (void)context, (void)progress;
    return false;
}

static void test_nothing_left(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"}, *const absent[] = {"no-such-thing"},
                             *const nothing[] = {"tree/fifo"};
    struct sealed sealed;
    struct dep_fault fault;
    assert_int_equal(seal(absent, 1, &sealed, &fault), DEP_ERR_IO);
    assert_string_equal(fault.where, "no-such-thing");
    dep_vault_writer_free(sealed.writer);
    assert_int_equal(seal(nothing, 1, &sealed, &fault), DEP_FOUND);
    dep_vault_writer_free(sealed.writer);
    int fd = open("reg", O_RDONLY | O_DIRECTORY);
    struct dep_finding why;
    struct dep_vault_writer *writer = NULL;
    struct dep_sealed out;
    struct dep_seal_order order = {.paths = paths,
                                   .path_count = 1,
                                   .statement = DEP_SLICE_LITERAL("{}"),
                                   .recipients = &vault.recipient,
                                   .recipient_count = 1,
                                   .random = dep_random,
                                   .progress = stop_at_once};
    assert_int_equal(dep_vault_writer_new(fd, &writer, &fault), DEP_OK);
    assert_int_equal(dep_seal(&order, writer, NULL, NULL, &out, &why, &fault), DEP_ERR_STOPPED);
    dep_vault_writer_free(writer);
    (void)close(fd);
    assert_int_equal(rmdir("reg/vault"), 0); /* empty */
    assert_int_equal(mkdir("reg/vault", 0700), 0);
}

static void test_access_time(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree/a.txt"};
    struct sealed sealed;
    struct dep_fault fault;
    struct stat before, after;
    struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, "tree/a.txt", old, 0), 0);
    assert_int_equal(stat("tree/a.txt", &before), 0);
    assert_int_equal(seal(paths, 1, &sealed, &fault), DEP_OK);
    assert_int_equal(stat("tree/a.txt", &after), 0);
    assert_true(before.st_atim.tv_sec == after.st_atim.tv_sec &&
                before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
    dep_vault_writer_free(sealed.writer);
}

/* Lines wait for digests that another thread takes: of many small files, and of one followed by
 * more lines than wait, none of which moves the container on. */
static void test_many_lines(void **state)
{
    (void)state;
    enum { EACH = 5000 };
    static const char *const paths[] = {"many"};
    char name[64], content[2048];
    assert_true(mkdir("many", 0755) == 0 && mkdir("many/first", 0755) == 0);
    put("many/first/0", "before the others", 17);
    for (size_t i = 0; i < EACH; i++) {
        (void)snprintf(name, sizeof name, "many/first/fifo-%zu", i);
        assert_int_equal(mkfifo(name, 0600), 0);
        (void)snprintf(name, sizeof name, "many/small-%zu", i);
        memset(content, (int)('a' + i % 26), sizeof content);
        put(name, content, i % sizeof content);
    }
    struct sealed sealed;
    struct dep_fault fault = {.what = ""};
    if (seal(paths, 1, &sealed, &fault) != DEP_OK)
        fail_msg("%s %s", fault.what, fault.where);
    assert_int_equal(sealed.out.files, EACH + 1);
    assert_int_equal(sealed.out.not_taken, EACH);
    int fd = reopen(&sealed);
    struct dep_container_report report = {.files = 0};
    if (check(fd, sealed.out.container_len, &sealed.facts, &report) != DEP_OK)
        fail_msg("%s", found);
    assert_int_equal(report.files, EACH + 1);
    (void)close(fd);
    dep_vault_writer_free(sealed.writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_nothing_left), cmocka_unit_test(test_access_time),
        cmocka_unit_test(test_many_lines)};
    (void)snprintf(top, sizeof top, "/tmp/depositary-collect-XXXXXX");
    if (!mkdtemp(top) || dep_crypto_init(false))
        return 1;
    dep_age_identity_new(dep_random, &vault);
    make_tree();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (chdir("/") == 0)
        (void)nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return failed;
}
