/*
 * Containers under another header, sharing the rest: age opens the new one with the new identity
 * and not with the old, and nothing but the header takes room or time.
 */
#include "store/vault_file.h"

#include "store/file.h"
#include "vault/age.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1024 * 1024)
enum { DIR_LEN = 80, PATH_LEN = 160 };

static char top[64];
static struct dep_age_identity owner, court;
static const uint8_t file_key[DEP_AGE_FILE_KEY_LEN] = "sixteen byte key";

static void path_of(char out[PATH_LEN], const char *dir, const char *name)
{
    (void)snprintf(out, PATH_LEN, "%s/%s", dir, name);
}

static int run(const char *command)
{
    int status = system(command); /* NOLINT(cert-env33-c): our own words, in a test */
    return status < 0 ? -1 : status;
}

static int open_new(const char *dir, const char *name)
{
    char path[PATH_LEN];
    path_of(path, dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        fail_msg("%s: %s", path, strerror(errno));
    return fd;
}

static void write_file(const char *dir, const char *name, struct dep_slice content)
{
    struct dep_fault fault;
    int fd = open_new(dir, name);
    assert_int_equal(dep_file_write_all(fd, content.data, content.len, name, &fault), DEP_OK);
    (void)close(fd);
}

static void write_identity(const char *name, const struct dep_age_identity *identity)
{
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, 4096);
    assert_int_equal(dep_age_identity_encode(identity, &text), DEP_OK);
    write_file(top, name, dep_buf_slice(&text));
}

/* A container of `plain_len` bytes that differ from place to place, and the plain ones beside. */
static int make_container(const char *dir, size_t plain_len)
{
    uint8_t nonce[DEP_AGE_NONCE_LEN], *plain = malloc(DEP_AGE_CHUNK);
    DEP_AUTO_BUF head;
    struct dep_age_stream *stream = NULL;
    struct dep_fault fault;
    struct dep_age_to to = {.recipients = &owner.recipient, .recipient_count = 1};
    dep_buf_init(&head, DEP_AGE_PADDED);
    dep_random(nonce, sizeof nonce);
    assert_int_equal(dep_age_header_encode(file_key, &to, true, dep_random, &head), DEP_OK);
    dep_buf_add(&head, nonce, sizeof nonce);
    assert_int_equal(dep_age_stream_new(file_key, nonce, &stream), DEP_OK);
    int fd = open_new(dir, "container"), plain_fd = open_new(dir, "plain");
    assert_non_null(plain);
    assert_int_equal(dep_file_write_all(fd, head.data, head.len, "container", &fault), DEP_OK);
    for (size_t at = 0, i = 0; at < plain_len; at += DEP_AGE_CHUNK, i++) {
        static uint8_t sealed[DEP_AGE_CHUNK_SEALED];
        size_t len = plain_len - at < DEP_AGE_CHUNK ? plain_len - at : DEP_AGE_CHUNK;
        for (size_t j = 0; j < len; j++)
            plain[j] = (uint8_t)(j * 7 + i);
        assert_int_equal(dep_age_chunk_seal(stream, i, at + len == plain_len, plain, len, sealed),
                         DEP_OK);
        assert_int_equal(
            dep_file_write_all(fd, sealed, len + DEP_AEAD_TAG_LEN, "container", &fault), DEP_OK);
        assert_int_equal(dep_file_write_all(plain_fd, plain, len, "plain", &fault), DEP_OK);
    }
    dep_age_stream_free(stream);
    free(plain);
    (void)close(plain_fd);
    assert_int_equal(fsync(fd), 0);
    return fd;
}

static void rewrap(int fd, struct dep_buf *header, size_t *old_len)
{
    uint8_t block[DEP_AGE_PADDED];
    struct dep_age_with with = {.identities = &owner, .identity_count = 1};
    struct dep_age_to to = {.recipients = &court.recipient, .recipient_count = 1};
    struct dep_finding why = {"", "", 0};
    assert_int_equal(pread(fd, block, sizeof block, 0), sizeof block);
    dep_buf_init(header, DEP_AGE_HEADER_MAX);
    if (dep_age_rewrap(dep_slice_of(block, sizeof block), &with, &to, dep_random, header, old_len,
                       &why))
        fail_msg("%s", why.id);
}

/* Shared for the court, or not: then the file stays empty. */
static bool share_as(int fd, const char *dir, const char *name)
{
    DEP_AUTO_BUF header;
    size_t old_len;
    bool shared = false;
    struct dep_fault fault = {.what = ""};
    struct stat from, to;
    rewrap(fd, &header, &old_len);
    assert_int_equal(header.len, old_len);
    int out = open_new(dir, name);
    if (dep_vault_share(fd, dep_buf_slice(&header), out, &shared, &fault))
        fail_msg("%s %s", fault.what, strerror(fault.sys));
    assert_int_equal(fstat(fd, &from), 0);
    assert_int_equal(fstat(out, &to), 0);
    assert_int_equal(to.st_size, shared ? from.st_size : 0);
    (void)close(out);
    return shared;
}

static void test_faults(void **state)
{
    (void)state;
    struct dep_fault fault = {.what = ""};
    struct dep_slice header = DEP_SLICE_LITERAL("header");
    bool shared = true;
    write_file(top, "short", DEP_SLICE_LITERAL("ten bytes."));
    char path[PATH_LEN];
    path_of(path, top, "short");
    int in = open(path, O_RDONLY | O_CLOEXEC), out = open_new(top, "out");
    assert_int_equal(dep_vault_share(-1, header, out, &shared, &fault), DEP_ERR_IO);
    assert_int_equal(dep_vault_share(in, header, -1, &shared, &fault), DEP_ERR_IO);
    assert_int_equal(fault.sys, EBADF);
    assert_true(shared);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(dep_vault_share(in, header, null, &shared, &fault), DEP_OK);
    assert_false(shared);
    (void)close(null);
    (void)close(in);
    (void)close(out);
}

/* ---- sharing, on an xfs of its own: root only ---- */

static char disk[DIR_LEN];

static bool disk_new(void)
{
    char command[1400];
    (void)snprintf(disk, sizeof disk, "%s/disk", top);
    (void)snprintf(command, sizeof command,
                   "exec >/dev/null 2>&1; command -v mkfs.xfs losetup || exit 1; "
                   "mkdir %s && truncate -s 512M %s.image && mkfs.xfs -q -m reflink=1 %s.image && "
                   "device=$(losetup --find --show %s.image) && echo \"$device\" >%s.device && "
                   "mount \"$device\" %s",
                   disk, disk, disk, disk, disk, disk);
    return geteuid() == 0 && run(command) == 0;
}

/* Once: the next to have that loop device is somebody else. */
static void disk_done(void)
{
    char command[700];
    (void)snprintf(
        command, sizeof command,
        "exec 2>/dev/null; umount -q %s; losetup -d \"$(cat %s.device)\"; rm -f %s.device", disk,
        disk, disk);
    (void)run(command);
}

static uint64_t free_bytes(void)
{
    struct statvfs info;
    sync();
    assert_int_equal(statvfs(disk, &info), 0);
    return (uint64_t)info.f_bfree * info.f_frsize;
}

static double share_ms(int fd, const char *name)
{
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    assert_true(share_as(fd, disk, name));
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static void try_sharing(void)
{
    enum { PLAIN = 32 * 1024 * 1024 };
    char command[700];
    int fd = make_container(disk, PLAIN);
    uint64_t before = free_bytes();
    double real_ms = share_ms(fd, "copy");
    uint64_t after = free_bytes();
    /* The blocks of the header, and what the file system writes of its own. */
    assert_true(before - after < 2 * MIB);
    (void)snprintf(command, sizeof command, "cmp -s -i %d %s/container %s/copy",
                   DEP_AGE_PADDED - DEP_AGE_NONCE_LEN, disk, disk);
    assert_int_equal(run(command), 0);
    if (run("command -v age >/dev/null") == 0) {
        (void)snprintf(command, sizeof command, "age -d -i %s/court %s/copy | cmp -s - %s/plain",
                       top, disk, disk);
        assert_int_equal(run(command), 0);
        (void)snprintf(command, sizeof command, "age -d -i %s/owner %s/copy >/dev/null 2>&1", top,
                       disk);
        assert_int_not_equal(run(command), 0);
    }

    /* 1 MiB and 100 GiB of holes behind the same header. */
    assert_int_equal(ftruncate(fd, (off_t)MIB), 0);
    double small_ms = share_ms(fd, "copy.small");
    assert_int_equal(ftruncate(fd, (off_t)(100 * 1024 * MIB)), 0);
    double large_ms = share_ms(fd, "copy.large");
    print_message("re-wrapped: 32 MiB in %.1f ms, 1 MiB in %.1f ms, 100 GiB (holes) in %.1f ms\n",
                  real_ms, small_ms, large_ms);
    assert_true(large_ms < 2000); /* reading it would take a minute */
    (void)close(fd);
}

static void test_sharing(void **state)
{
    (void)state;
    if (!disk_new()) {
        disk_done();
        print_message("no xfs of our own here\n");
        skip();
    }
    try_sharing();
    disk_done();
}

static int teardown(void **state)
{
    (void)state;
    char command[200];
    if (disk[0])
        disk_done();
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    return run(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_sharing),
    };
    (void)snprintf(top, sizeof top, "/tmp/depositary-share-XXXXXX");
    if (!mkdtemp(top) || dep_crypto_init(false))
        return 1;
    dep_age_identity_new(dep_random, &owner);
    dep_age_identity_new(dep_random, &court);
    write_identity("owner", &owner);
    write_identity("court", &court);
    return cmocka_run_group_tests_name("vault share", tests, NULL, teardown);
}
