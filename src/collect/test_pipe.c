/*
 * What comes out of the pipe is what went in: sealed so that it opens, its payload's digest and
 * each content's right, wherever the borders of contents, chunks, blocks and the file's pieces lie.
 */
#include "base/test_slow.h"
#include "collect/pipe.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    RING = DEP_PIPE_BLOCKS * DEP_BLOCK_LEN,
    PLAIN_MAX = RING * 5 / 2,
    CONTENTS_MAX = 4096,
};

struct content {
    size_t from, len;
    struct dep_hash sha256;
};

struct run {
    uint8_t *plain; /* PLAIN_MAX bytes, none like the ones a chunk or block away */
    struct dep_age_identity identity;
    struct content contents[CONTENTS_MAX];
    size_t count, checked;
    int fd;
    struct dep_vault_writer *writer;
    struct dep_pipe *pipe;
};

static void some_random(void *out, size_t len)
{
    static uint8_t state = 7;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = state = (uint8_t)(state * 5 + 3);
}

static int set_up(void **state)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->plain = malloc(PLAIN_MAX);
    assert_non_null(run->plain);
    uint32_t word = 1;
    for (size_t i = 0; i < PLAIN_MAX; i++) {
        word = word * 1664525 + 1013904223;
        run->plain[i] = (uint8_t)(word >> 24);
    }
    dep_age_identity_new(some_random, &run->identity);
    *state = run;
    return 0;
}

static int tear_down(void **state)
{
    struct run *run = *state;
    free(run->plain);
    free(run);
    return 0;
}

static void begin(struct run *run)
{
    struct dep_fault fault = {0};
    run->count = run->checked = 0;
    run->fd = memfd_create("container", MFD_CLOEXEC);
    assert_true(run->fd >= 0);
    assert_int_equal(dep_vault_writer_new_over(run->fd, &run->writer, &fault), DEP_OK);
    assert_int_equal(
        dep_pipe_new(run->writer, &run->identity.recipient, 1, some_random, &run->pipe, &fault),
        DEP_OK);
}

static void end(struct run *run)
{
    dep_pipe_free(run->pipe);
    dep_vault_writer_free(run->writer);
    (void)close(run->fd);
}

/* A content whose digest must be there by now. */
static int check_so_far(void *context, struct dep_fault *fault)
{
    struct run *run = context;
    const struct content *content = &run->contents[run->checked];
    struct dep_hash expected;
    dep_sha256(dep_slice_of(run->plain + content->from, content->len), &expected);
    bool same = dep_hash_equal(&content->sha256, &expected);
    run->checked += 97;
    return same ? DEP_OK : dep_fault_set(fault, DEP_ERR_CRYPTO, 0, "test", "content");
}

/* Headers as a tar has them, then contents of these lengths in turn, up to `len` bytes. */
static void fill(struct run *run, size_t len, const size_t *lengths, size_t length_count)
{
    size_t at = 0;
    for (size_t i = 0; at < len; i++) {
        size_t header = len - at < DEP_TAR_BLOCK ? len - at : DEP_TAR_BLOCK;
        assert_true(dep_pipe_add(run->pipe, run->plain + at, header));
        at += header;
        size_t take = lengths[i % length_count] < len - at ? lengths[i % length_count] : len - at;
        struct content *content = &run->contents[run->count++];
        assert_true(run->count <= CONTENTS_MAX);
        *content = (struct content){.from = at, .len = take};
        dep_pipe_digest_start(run->pipe);
        assert_true(dep_pipe_add(run->pipe, run->plain + at, take));
        dep_pipe_digest_end(run->pipe, &content->sha256);
        at += take;
        /* What waits for it may be asked for while its block is at hand, and be wanted at once. */
        if (i % 97 == 0)
            assert_true(dep_pipe_after(run->pipe, dep_pipe_block(run->pipe), check_so_far, run));
        if (i % (2 * 97) == 0)
            assert_true(dep_pipe_settle(run->pipe));
    }
    assert_int_equal(dep_pipe_offset(run->pipe), len);
    assert_true(dep_pipe_settle(run->pipe));
    assert_int_equal(run->checked, (run->count + 96) / 97 * 97);
}

static void assert_contents(const struct run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        struct dep_hash expected;
        const struct content *content = &run->contents[i];
        dep_sha256(dep_slice_of(run->plain + content->from, content->len), &expected);
        assert_memory_equal(content->sha256.bytes, expected.bytes, DEP_HASH_LEN);
    }
}

static void assert_opens(const struct run *run, size_t len, const struct dep_hash *payload)
{
    uint64_t file_len;
    struct dep_fault fault = {0};
    struct dep_finding why;
    struct dep_hash expected;
    assert_int_equal(dep_vault_writer_sync(run->writer, &file_len, &fault), DEP_OK);
    size_t nonce_at = DEP_AGE_PADDED - DEP_AGE_NONCE_LEN;
    assert_int_equal(file_len, nonce_at + dep_age_payload_len(len));
    uint8_t *file = mmap(NULL, file_len, PROT_READ, MAP_SHARED, run->fd, 0);
    assert_true(file != MAP_FAILED);
    dep_sha256(dep_slice_of(file + nonce_at, file_len - nonce_at), &expected);
    assert_memory_equal(payload->bytes, expected.bytes, DEP_HASH_LEN);
    DEP_AUTO_BUF opened;
    dep_buf_init(&opened, PLAIN_MAX + 1);
    struct dep_age_with with = {.identities = &run->identity, .identity_count = 1};
    assert_int_equal(dep_age_open(dep_slice_of(file, file_len), &with, &opened, &why), DEP_OK);
    assert_int_equal(opened.len, len);
    assert_true(len == 0 || memcmp(opened.data, run->plain, len) == 0);
    (void)munmap(file, file_len);
}

static void try_with(struct run *run, size_t len, const size_t *lengths, size_t length_count)
{
    struct dep_hash payload;
    struct dep_fault fault = {0};
    begin(run);
    fill(run, len, lengths, length_count);
    assert_int_equal(dep_pipe_finish(run->pipe, &payload, &fault), DEP_OK);
    assert_contents(run);
    assert_opens(run, len, &payload);
    end(run);
}

static void test_lengths(void **state)
{
    static const size_t whole[] = {PLAIN_MAX};
    static const size_t lens[] = {0,
                                  1,
                                  DEP_AGE_CHUNK - 1,
                                  DEP_AGE_CHUNK,
                                  DEP_AGE_CHUNK + 1,
                                  DEP_BLOCK_LEN,
                                  DEP_BLOCK_LEN + 1,
                                  DEP_VAULT_PIECE - DEP_AGE_PADDED,
                                  RING,
                                  PLAIN_MAX};
    for (size_t i = 0; i < DEP_COUNT(lens); i += (size_t)test_steps(1, 7))
        try_with(*state, lens[i], whole, 1);
}

static void test_small_contents(void **state)
{
    static const size_t small[] = {0, 1, 63, 64, 65, 512, 4096, 4097, 20000, 65536};
    static const size_t empty[] = {0};
    try_with(*state, test_slowest() ? RING / 4 : RING + 12345, small, DEP_COUNT(small));
    try_with(*state, CONTENTS_MAX * (size_t)DEP_TAR_BLOCK, empty, 1);
}

static void test_mixed_contents(void **state)
{
    static const size_t mixed[] = {DEP_BLOCK_LEN - DEP_TAR_BLOCK, DEP_BLOCK_LEN, 0, 100,
                                   3 * DEP_BLOCK_LEN + 17,        RING / 3,      1};
    try_with(*state, test_slowest() ? RING / 2 : PLAIN_MAX, mixed, DEP_COUNT(mixed));
}

/* A disk that takes no more: no room is given any longer, digests begun and ended do no harm, and
 * the end tells why. */
static void test_failing_disk(void **state)
{
    struct run *run = *state;
    struct rlimit was, little = {.rlim_cur = DEP_VAULT_PIECE};
    struct dep_hash payload;
    struct dep_fault fault = {0};
    begin(run);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    little.rlim_max = was.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    bool good = true;
    for (size_t i = 0; good && i < 8; i++) {
        dep_pipe_digest_start(run->pipe);
        good = dep_pipe_add(run->pipe, run->plain, PLAIN_MAX);
        dep_pipe_digest_end(run->pipe, &run->contents[0].sha256);
    }
    assert_false(good);
    dep_pipe_digest_start(run->pipe);
    dep_pipe_digest_end(run->pipe, &run->contents[1].sha256);
    assert_false(dep_pipe_after(run->pipe, 0, check_so_far, run));
    assert_int_equal(dep_pipe_finish(run->pipe, &payload, &fault), DEP_ERR_IO);
    assert_string_equal(fault.what, "vault.write");
    end(run);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_small_contents),
        cmocka_unit_test(test_mixed_contents),
        cmocka_unit_test(test_failing_disk),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
