/*
 * Reading ahead: a thread fills a ring of buffers while the caller looks at one.
 */
#include "store/vault_file.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BUFFERS = 3 };

struct dep_vault_reader {
    struct dep_vault_extent *extents;
    size_t extent;      /* the one that `fd` reads */
    uint64_t extent_at; /* where that begins */
    int fd;             /* -1: not opened yet */
    bool direct;
    uint64_t at, end; /* next byte to read from disk; length of all */
    uint8_t *buffers[READ_BUFFERS];
    size_t skip[READ_BUFFERS], len[READ_BUFFERS];
    uint64_t filled, taken; /* counts of buffers */
    int sys;
    bool ending;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started;
};

/* A second descriptor of the same file, so that O_DIRECT isn't forced on the caller's. */
static int reopen(int fd, bool direct)
{
    char self[64];
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    int again = direct ? open(self, O_RDONLY | O_CLOEXEC | O_DIRECT) : -1;
    return again >= 0 ? again : open(self, O_RDONLY | O_CLOEXEC);
}

/* The extent that byte `at`, which is one, lies in. */
static bool enter_extent(struct dep_vault_reader *reader, uint64_t at)
{
    while (at - reader->extent_at >= reader->extents[reader->extent].len) {
        reader->extent_at += reader->extents[reader->extent++].len;
        if (reader->fd >= 0)
            (void)close(reader->fd);
        reader->fd = -1;
    }
    if (reader->fd < 0)
        reader->fd = reopen(reader->extents[reader->extent].fd, reader->direct);
    return reader->fd >= 0;
}

/* More is asked for than the extent may hold: what O_DIRECT reads are whole blocks. */
static ssize_t read_extent(struct dep_vault_reader *reader, uint8_t *out, size_t len, uint64_t at)
{
    if (!enter_extent(reader, at))
        return -1;
    uint64_t from = at - reader->extent_at, left = reader->extents[reader->extent].len - from;
    ssize_t got = pread(reader->fd, out, len, (off_t)from);
    return got > 0 && (uint64_t)got > left ? (ssize_t)left : got;
}

static ssize_t read_piece(struct dep_vault_reader *reader, uint8_t *out, size_t *out_skip)
{
    uint64_t from = reader->at / DEP_VAULT_BLOCK * DEP_VAULT_BLOCK;
    *out_skip = (size_t)(reader->at - from);
    size_t have = 0;
    while (have < DEP_VAULT_PIECE && from + have < reader->end) {
        ssize_t got = read_extent(reader, out + have, DEP_VAULT_PIECE - have, from + have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EINVAL && reader->fd >= 0) {
            int flags = fcntl(reader->fd, F_GETFL);
            if (flags >= 0 && (flags & O_DIRECT) &&
                fcntl(reader->fd, F_SETFL, flags & ~O_DIRECT) == 0)
                continue;
        }
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    reader->at = from + have;
    return have > *out_skip ? (ssize_t)(have - *out_skip) : 0;
}

static void *read_loop(void *context)
{
    struct dep_vault_reader *reader = context;
    (void)pthread_mutex_lock(&reader->lock);
    while (!reader->ending) {
        if (reader->filled - reader->taken >= READ_BUFFERS - 1) {
            (void)pthread_cond_wait(&reader->changed, &reader->lock);
            continue;
        }
        size_t slot = reader->filled % READ_BUFFERS;
        (void)pthread_mutex_unlock(&reader->lock);
        size_t skip = 0;
        ssize_t got = read_piece(reader, reader->buffers[slot], &skip);
        int sys = errno;
        (void)pthread_mutex_lock(&reader->lock);
        if (got < 0)
            reader->sys = sys;
        reader->skip[slot] = skip;
        reader->len[slot] = got > 0 ? (size_t)got : 0;
        reader->filled++;
        (void)pthread_cond_broadcast(&reader->changed);
        if (got <= 0)
            break;
    }
    (void)pthread_mutex_unlock(&reader->lock);
    return NULL;
}

int dep_vault_reader_new(int fd, uint64_t from, bool direct, struct dep_vault_reader **out,
                         struct dep_fault *fault)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "vault.read", "vault");
    }
    struct dep_vault_extent whole = {.fd = fd, .len = (uint64_t)info.st_size};
    return dep_vault_reader_new_over(&whole, 1, from, direct, out, fault);
}

static int start_reader(struct dep_vault_reader *reader, const struct dep_vault_extent *extents,
                        size_t count)
{
    reader->extents = dep_alloc_array(count, sizeof *extents);
    if (!reader->extents)
        return DEP_ERR_NOMEM;
    memcpy(reader->extents, extents, count * sizeof *extents);
    for (size_t i = 0; i < count; i++)
        reader->end += extents[i].len;
    for (size_t i = 0; i < READ_BUFFERS; i++) {
        reader->buffers[i] = dep_vault_memory(DEP_VAULT_PIECE);
        if (!reader->buffers[i])
            return DEP_ERR_NOMEM;
    }
    reader->started = pthread_create(&reader->thread, NULL, read_loop, reader) == 0;
    return reader->started ? DEP_OK : DEP_ERR_NOMEM;
}

int dep_vault_reader_new_over(const struct dep_vault_extent *extents, size_t count, uint64_t from,
                              bool direct, struct dep_vault_reader **out, struct dep_fault *fault)
{
    int err = dep_file_numbers_named(fault);
    if (err)
        return err;
    struct dep_vault_reader *reader = dep_alloc(sizeof *reader);
    if (!reader)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "vault.read", "vault");
    (void)pthread_mutex_init(&reader->lock, NULL);
    (void)pthread_cond_init(&reader->changed, NULL);
    reader->fd = -1;
    reader->at = from;
    reader->direct = direct;
    err = start_reader(reader, extents, count);
    if (err) {
        dep_vault_reader_free(reader);
        return dep_fault_set(fault, err, 0, "vault.read", "vault");
    }
    *out = reader;
    return DEP_OK;
}

/* The piece handed out before is free from now on: that is why one buffer of the ring always stays
 * with the caller. */
int dep_vault_reader_next(struct dep_vault_reader *reader, struct dep_slice *out,
                          struct dep_fault *fault)
{
    (void)pthread_mutex_lock(&reader->lock);
    while (reader->filled == reader->taken && !reader->sys)
        (void)pthread_cond_wait(&reader->changed, &reader->lock);
    int sys = reader->sys;
    size_t slot = reader->taken % READ_BUFFERS;
    if (!sys) {
        *out = dep_slice_of(reader->buffers[slot] + reader->skip[slot], reader->len[slot]);
        if (reader->len[slot])
            reader->taken++; /* the last, empty one stays to be seen again */
        (void)pthread_cond_broadcast(&reader->changed);
    }
    (void)pthread_mutex_unlock(&reader->lock);
    return sys ? dep_fault_set(fault, DEP_ERR_IO, sys, "vault.read", "vault") : DEP_OK;
}

void dep_vault_reader_free(struct dep_vault_reader *reader)
{
    if (!reader)
        return;
    (void)pthread_mutex_lock(&reader->lock);
    reader->ending = true;
    (void)pthread_cond_broadcast(&reader->changed);
    (void)pthread_mutex_unlock(&reader->lock);
    if (reader->started)
        (void)pthread_join(reader->thread, NULL);
    for (size_t i = 0; i < READ_BUFFERS; i++)
        free(reader->buffers[i]);
    free(reader->extents);
    if (reader->fd >= 0)
        (void)close(reader->fd);
    (void)pthread_mutex_destroy(&reader->lock);
    (void)pthread_cond_destroy(&reader->changed);
    free(reader);
}
