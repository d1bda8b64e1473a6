#include "store/vault_file.h"

#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char HIDDEN[] = ".unfinished-";

/* Several direct writes in flight: one at a time leaves the disk waiting (PLATFORM: 0.55 against
 * 0.9 to 1.5 GB/s). */
enum { WRITERS = 3, BUFFERS = 6 };

struct job {
    uint8_t *data;
    size_t len;
    uint64_t offset;
};

struct dep_vault_writer {
    int fd, vault_fd;
    bool direct;
    char hidden[64]; /* where O_TMPFILE doesn't exist */
    uint64_t len;
    uint8_t *buffers[BUFFERS];
    uint8_t *idle[BUFFERS];
    size_t idle_count;
    struct job jobs[BUFFERS];
    size_t job_count, busy;
    int sys; /* errno of the first failed write */
    bool ending;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t threads[WRITERS];
    size_t thread_count;
};

void *dep_vault_memory(size_t size)
{
    enum { HUGE_PAGE = 2 * 1024 * 1024 };
    void *memory = NULL;
    if (posix_memalign(&memory, HUGE_PAGE, size) != 0)
        return NULL;
    (void)madvise(memory, size, MADV_HUGEPAGE);
    return memory;
}

/* A piece whose length is no multiple of the block (the last one) is padded; sync cuts the file to
 * length. */
static int write_job(struct dep_vault_writer *writer, const struct job *job)
{
    size_t len = job->len;
    if (writer->direct && len % DEP_VAULT_BLOCK) {
        size_t padded = (len + DEP_VAULT_BLOCK - 1) / DEP_VAULT_BLOCK * DEP_VAULT_BLOCK;
        memset(job->data + len, 0, padded - len);
        len = padded;
    }
    for (size_t done = 0; done < len;) {
        ssize_t wrote =
            pwrite(writer->fd, job->data + done, len - done, (off_t)(job->offset + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EINVAL && writer->direct) {
            /* The file system takes O_DIRECT at open and not at write. */
            int flags = fcntl(writer->fd, F_GETFL);
            if (flags < 0 || fcntl(writer->fd, F_SETFL, flags & ~O_DIRECT) != 0)
                return errno;
            continue;
        }
        if (wrote <= 0)
            return wrote ? errno : EIO;
        done += (size_t)wrote;
    }
    return 0;
}

static void *write_loop(void *context)
{
    struct dep_vault_writer *writer = context;
    (void)pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (!writer->job_count && !writer->ending)
            (void)pthread_cond_wait(&writer->changed, &writer->lock);
        if (!writer->job_count)
            break;
        struct job job = writer->jobs[0];
        writer->job_count--;
        memmove(writer->jobs, writer->jobs + 1, writer->job_count * sizeof job);
        writer->busy++;
        bool failed = writer->sys != 0;
        (void)pthread_mutex_unlock(&writer->lock);
        int sys = failed ? 0 : write_job(writer, &job);
        (void)pthread_mutex_lock(&writer->lock);
        if (sys && !writer->sys)
            writer->sys = sys;
        writer->busy--;
        writer->idle[writer->idle_count++] = job.data;
        (void)pthread_cond_broadcast(&writer->changed);
    }
    (void)pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* Hidden files whose maker died: nobody holds their lock. */
static void sweep_hidden(int vault_fd)
{
    int copy = openat(vault_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, HIDDEN, sizeof HIDDEN - 1) != 0)
            continue;
        int fd = openat(vault_fd, entry->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            (void)unlinkat(vault_fd, entry->d_name, 0);
        if (fd >= 0)
            (void)close(fd);
    }
    if (folder)
        (void)closedir(folder);
}

/* Where the file system has no files without a name. Another process may sweep between making and
 * locking: then it is made again. */
static int open_hidden(struct dep_vault_writer *writer)
{
    enum { TRIES = 16 };
    struct stat info;
    sweep_hidden(writer->vault_fd);
    for (int i = 0; i < TRIES; i++) {
        (void)snprintf(writer->hidden, sizeof writer->hidden, "%s%ld-%d", HIDDEN, (long)getpid(),
                       i);
        int fd = openat(writer->vault_fd, writer->hidden,
                        O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno == EEXIST)
            continue;
        if (fd < 0 ||
            (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &info) == 0 && info.st_nlink > 0))
            return fd;
        (void)close(fd);
    }
    errno = EEXIST;
    return -1;
}

static int open_file(struct dep_vault_writer *writer, struct dep_fault *fault)
{
    writer->fd = openat(writer->vault_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC | O_DIRECT, 0600);
    writer->direct = writer->fd >= 0;
    if (writer->fd < 0)
        writer->fd = openat(writer->vault_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (writer->fd < 0 &&
        (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL)) {
        writer->fd = open_hidden(writer);
        if (writer->fd < 0)
            writer->hidden[0] = 0; /* not ours to remove */
    }
    if (writer->fd >= 0)
        return DEP_OK;
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, "vault.create", "vault");
}

static int start_writer(struct dep_vault_writer *writer, struct dep_fault *fault)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < BUFFERS; i++) {
        void *memory = dep_vault_memory(DEP_VAULT_PIECE);
        if (!memory)
            err = dep_fault_set(fault, DEP_ERR_NOMEM, 0, "vault.create", "vault");
        writer->buffers[i] = writer->idle[i] = memory;
        writer->idle_count += memory != NULL;
    }
    while (!err && writer->thread_count < WRITERS) {
        if (pthread_create(&writer->threads[writer->thread_count], NULL, write_loop, writer) != 0)
            err = dep_fault_set(fault, DEP_ERR_NOMEM, 0, "vault.thread", "vault");
        else
            writer->thread_count++;
    }
    return err;
}

static struct dep_vault_writer *new_writer(struct dep_fault *fault)
{
    if (dep_file_numbers_named(fault))
        return NULL;
    struct dep_vault_writer *writer = dep_alloc(sizeof *writer);
    if (!writer) {
        *fault = (struct dep_fault){.err = DEP_ERR_NOMEM, .what = "vault.create", .where = "vault"};
        return NULL;
    }
    writer->fd = writer->vault_fd = -1;
    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_cond_init(&writer->changed, NULL);
    return writer;
}

int dep_vault_writer_new(int register_fd, struct dep_vault_writer **out, struct dep_fault *fault)
{
    struct dep_vault_writer *writer = new_writer(fault);
    if (!writer)
        return fault->err;
    writer->vault_fd = openat(register_fd, "vault", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = writer->vault_fd < 0
                  ? dep_fault_set(fault, DEP_ERR_IO, errno, "vault.folder", "vault")
                  : open_file(writer, fault);
    if (!err)
        err = start_writer(writer, fault);
    if (err) {
        dep_vault_writer_free(writer);
        return err;
    }
    *out = writer;
    return DEP_OK;
}

int dep_vault_writer_new_over(int fd, struct dep_vault_writer **out, struct dep_fault *fault)
{
    char self[64];
    struct dep_vault_writer *writer = new_writer(fault);
    if (!writer)
        return fault->err;
    /* A second descriptor, so that O_DIRECT isn't forced on the caller's. */
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    writer->fd = open(self, O_RDWR | O_CLOEXEC | O_DIRECT);
    writer->direct = writer->fd >= 0;
    if (writer->fd < 0)
        writer->fd = open(self, O_RDWR | O_CLOEXEC);
    int err = writer->fd < 0 ? dep_fault_set(fault, DEP_ERR_IO, errno, "vault.create", "vault")
                             : start_writer(writer, fault);
    if (err) {
        dep_vault_writer_free(writer);
        return err;
    }
    *out = writer;
    return DEP_OK;
}

uint8_t *dep_vault_writer_buffer(struct dep_vault_writer *writer)
{
    uint8_t *buffer = NULL;
    (void)pthread_mutex_lock(&writer->lock);
    while (!writer->idle_count && !writer->sys)
        (void)pthread_cond_wait(&writer->changed, &writer->lock);
    if (!writer->sys)
        buffer = writer->idle[--writer->idle_count];
    (void)pthread_mutex_unlock(&writer->lock);
    return buffer;
}

static int failed(const struct dep_vault_writer *writer, struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, writer->sys, "vault.write", "vault");
}

int dep_vault_writer_failure(struct dep_vault_writer *writer, struct dep_fault *fault)
{
    return failed(writer, fault);
}

int dep_vault_writer_put(struct dep_vault_writer *writer, uint8_t *buffer, size_t len,
                         struct dep_fault *fault)
{
    assert(len <= DEP_VAULT_PIECE && writer->len % DEP_VAULT_PIECE == 0);
    (void)pthread_mutex_lock(&writer->lock);
    writer->jobs[writer->job_count++] = (struct job){buffer, len, writer->len};
    writer->len += len;
    (void)pthread_cond_broadcast(&writer->changed);
    int err = writer->sys ? failed(writer, fault) : DEP_OK;
    (void)pthread_mutex_unlock(&writer->lock);
    return err;
}

int dep_vault_writer_sync(struct dep_vault_writer *writer, uint64_t *out_len,
                          struct dep_fault *fault)
{
    (void)pthread_mutex_lock(&writer->lock);
    while (writer->job_count || writer->busy)
        (void)pthread_cond_wait(&writer->changed, &writer->lock);
    int err = writer->sys ? failed(writer, fault) : DEP_OK;
    (void)pthread_mutex_unlock(&writer->lock);
    if (!err && (ftruncate(writer->fd, (off_t)writer->len) != 0 || fsync(writer->fd) != 0)) {
        int sys = errno;
        err = dep_fault_set(fault, DEP_ERR_IO, sys, "vault.sync", "vault");
    }
    if (!err)
        *out_len = writer->len;
    return err;
}

int dep_vault_writer_publish(struct dep_vault_writer *writer, const char *item,
                             struct dep_fault *fault)
{
    char name[DEP_UUID_LEN + 16], where[sizeof name + 8];
    (void)snprintf(name, sizeof name, "%s.tar.age", item);
    (void)snprintf(where, sizeof where, "vault/%s", name);
    const struct dep_placing to = {.fd = writer->fd,
                                   .from_fd = writer->vault_fd,
                                   .from = writer->hidden[0] ? writer->hidden : NULL,
                                   .folder_fd = writer->vault_fd,
                                   .name = name};
    int err = dep_file_place(&to, "vault.publish", where, fault);
    if (!err)
        writer->hidden[0] = 0;
    return err;
}

int dep_vault_writer_fd(const struct dep_vault_writer *writer)
{
    return writer->fd;
}

void dep_vault_writer_free(struct dep_vault_writer *writer)
{
    if (!writer)
        return;
    (void)pthread_mutex_lock(&writer->lock);
    writer->ending = true;
    writer->job_count = 0;
    (void)pthread_cond_broadcast(&writer->changed);
    (void)pthread_mutex_unlock(&writer->lock);
    for (size_t i = 0; i < writer->thread_count; i++)
        (void)pthread_join(writer->threads[i], NULL);
    for (size_t i = 0; i < BUFFERS; i++)
        free(writer->buffers[i]);
    if (writer->hidden[0])
        (void)unlinkat(writer->vault_fd, writer->hidden, 0);
    if (writer->fd >= 0)
        (void)close(writer->fd);
    if (writer->vault_fd >= 0)
        (void)close(writer->vault_fd);
    (void)pthread_mutex_destroy(&writer->lock);
    (void)pthread_cond_destroy(&writer->changed);
    free(writer);
}

int dep_vault_open(int register_fd, const char *item, int *out_fd, uint64_t *out_len,
                   struct dep_fault *fault)
{
    char path[DEP_UUID_LEN + 32];
    (void)snprintf(path, sizeof path, "vault/%s.tar.age", item);
    int fd = openat(register_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        int sys = errno;
        if (fd >= 0)
            (void)close(fd);
        return dep_fault_set(fault, DEP_ERR_IO, sys, "vault.open", "%s", path);
    }
    *out_fd = fd;
    *out_len = (uint64_t)info.st_size;
    return DEP_OK;
}

/* ---- removing ---- */

bool dep_vault_gone(int register_fd, const char *item)
{
    char path[DEP_UUID_LEN + 32];
    (void)snprintf(path, sizeof path, "vault/%s.tar.age", item);
    return faccessat(register_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

/* Without it nothing opens what the blocks of a removed file may still hold. A file system that
 * writes elsewhere may have no room for it left, which must not keep the file. */
static bool clear_header(int fd)
{
    static const uint8_t zeros[DEP_VAULT_BLOCK];
    struct stat info;
    if (fstat(fd, &info) != 0)
        return false;
    size_t len = info.st_size < DEP_VAULT_BLOCK ? (size_t)info.st_size : sizeof zeros;
    errno = EIO; /* of a write that was cut short */
    return (pwrite(fd, zeros, len, 0) == (ssize_t)len && fdatasync(fd) == 0) || errno == ENOSPC;
}

int dep_vault_remove(int register_fd, const char *item, struct dep_fault *fault)
{
    char name[DEP_UUID_LEN + 16];
    (void)snprintf(name, sizeof name, "%s.tar.age", item);
    int folder = openat(register_fd, "vault", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = folder < 0 ? -1 : openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    bool gone = folder >= 0 && fd < 0 && errno == ENOENT;
    gone = gone || (fd >= 0 && clear_header(fd) && unlinkat(folder, name, 0) == 0);
    int sys = errno;
    int err = gone ? dep_file_sync(folder, "vault", fault)
                   : dep_fault_set(fault, DEP_ERR_IO, sys, "vault.remove", "vault/%s", name);
    if (fd >= 0)
        (void)close(fd);
    if (folder >= 0)
        (void)close(folder);
    return err;
}
