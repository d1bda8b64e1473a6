#include "node/bag_writer.h"

#include "package/bag.h"
#include "store/file.h"
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_ROOM = 4096,
    PIECE = 1024 * 1024,
    DEPTH_MAX = 16,
    FILES_MAX = DEP_BAG_FILES_MAX - 6,
    MANIFEST_MAX = DEP_BAG_TEXT_MAX,
};
static const char UNFINISHED[] = ".unfinished";
static const char *const TAGS[] = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt",
                                   "manifest-sha512.txt"};
static const char *const TAG_MANIFESTS[] = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"};

/* A file being written. */
struct stream {
    int fd; /* -1: none */
    char path[PATH_ROOM];
    uint64_t bytes;
    struct dep_sha256_stream sha256;
    struct dep_sha512_stream sha512;
    struct dep_buf piece; /* not written yet */
};

struct dep_bag_writer {
    char path[PATH_ROOM], dir[PATH_ROOM];
    const char *name; /* in `path` */
    int fd, data_fd, parent_fd;
    bool published;
    struct stream stream;
    struct dep_bag_written *entries; /* their paths are in the bag, and owned */
    size_t count, room;
    size_t payload_count; /* once it is finished: so many of them, sorted; tag files after them */
    uint64_t bytes;
};

static int io_fault(struct dep_fault *fault, const char *what, const char *where)
{
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "%s", where);
}

/* ---- what a killed writer left ---- */

static int remove_entries(int fd, int depth);

static int remove_entry(int dir_fd, const char *name, int depth)
{
    if (unlinkat(dir_fd, name, 0) == 0)
        return 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failed = depth < DEPTH_MAX ? remove_entries(fd, depth + 1) : (close(fd), -1);
    return failed ? -1 : unlinkat(dir_fd, name, AT_REMOVEDIR);
}

/* All that is in a folder; takes `fd`. */
static int remove_entries(int fd, int depth)
{
    DIR *folder = fdopendir(fd);
    if (!folder) {
        (void)close(fd);
        return -1;
    }
    int failed = 0;
    for (struct dirent *entry; !failed && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            failed = remove_entry(dirfd(folder), entry->d_name, depth);
    (void)closedir(folder);
    return failed;
}

static bool is_ours(const char *name)
{
    if (strcmp(name, "data") == 0)
        return true;
    for (size_t i = 0; i < DEP_COUNT(TAGS); i++)
        if (strcmp(name, TAGS[i]) == 0)
            return true;
    for (size_t i = 0; i < DEP_COUNT(TAG_MANIFESTS); i++)
        if (strcmp(name, TAG_MANIFESTS[i]) == 0)
            return true;
    return false;
}

/* ---- opening ---- */

/* BAG.unfinished may be a name where BAG is none: vfat takes no blank at the end. Tried below the
 * folder, where nobody mistakes it for the bag, and before the bag is recorded. */
static int try_name(const struct dep_bag_writer *writer, struct dep_fault *fault)
{
    bool good = mkdirat(writer->data_fd, writer->name, 0700) == 0 &&
                unlinkat(writer->data_fd, writer->name, AT_REMOVEDIR) == 0;
    return good ? DEP_OK : io_fault(fault, "pack.folder", writer->path);
}

static int open_folder(struct dep_bag_writer *writer, struct dep_fault *fault)
{
    static const struct dep_folder_kind kind = {"pack.folder", "pack.unfinished", is_ours};
    int err = dep_folder_hold(writer->dir, &kind, &writer->fd, fault);
    if (err)
        return err;
    if (mkdirat(writer->fd, "data", 0700) != 0)
        return io_fault(fault, "pack.folder", writer->dir);
    writer->data_fd = openat(writer->fd, "data", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return writer->data_fd < 0 ? io_fault(fault, "pack.folder", writer->dir)
                               : try_name(writer, fault);
}

static int open_parent(struct dep_bag_writer *writer, struct dep_fault *fault)
{
    struct stat info;
    int err = dep_folder_of(AT_FDCWD, writer->path, "pack.folder", &writer->parent_fd,
                            &writer->name, fault);
    if (err)
        return err;
    if (lstat(writer->path, &info) == 0) {
        errno = EEXIST;
        return io_fault(fault, "pack.exists", writer->path);
    }
    return DEP_OK;
}

int dep_bag_writer_new(const char *path, struct dep_bag_writer **out, struct dep_fault *fault)
{
    struct dep_bag_writer *writer = dep_alloc(sizeof *writer);
    if (!writer)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "pack.folder", "%s", path);
    writer->fd = writer->data_fd = writer->parent_fd = writer->stream.fd = -1;
    dep_buf_init(&writer->stream.piece, 2 * PIECE);
    /* "BAG/" is BAG. */
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    int err = DEP_OK;
    if (snprintf(writer->path, sizeof writer->path, "%.*s", (int)len, path) >=
            (int)sizeof writer->path ||
        snprintf(writer->dir, sizeof writer->dir, "%.*s%s", (int)len, path, UNFINISHED) >=
            (int)sizeof writer->dir)
        err = dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    if (!err)
        err = open_parent(writer, fault);
    if (!err)
        err = open_folder(writer, fault);
    if (err) {
        dep_bag_writer_free(writer);
        return err;
    }
    *out = writer;
    return DEP_OK;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

void dep_bag_writer_free(struct dep_bag_writer *writer)
{
    if (!writer)
        return;
    close_fd(writer->stream.fd);
    close_fd(writer->data_fd);
    if (writer->fd >= 0 && !writer->published) {
        int again = openat(writer->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (again >= 0 && remove_entries(again, 0) == 0)
            (void)rmdir(writer->dir);
    }
    close_fd(writer->fd);
    close_fd(writer->parent_fd);
    dep_buf_done(&writer->stream.piece);
    for (size_t i = 0; i < writer->count; i++)
        free((char *)(uintptr_t)writer->entries[i].path);
    free(writer->entries);
    free(writer);
}

int dep_bag_writer_fd(const struct dep_bag_writer *writer)
{
    return writer->data_fd;
}

const char *dep_bag_writer_dir(const struct dep_bag_writer *writer)
{
    return writer->dir;
}

uint64_t dep_bag_writer_count(const struct dep_bag_writer *writer)
{
    return writer->count;
}

uint64_t dep_bag_writer_bytes(const struct dep_bag_writer *writer)
{
    return writer->bytes;
}

/* ---- files ---- */

static int add_entry(struct dep_bag_writer *writer, const char *folder,
                     const struct dep_bag_written *file, struct dep_fault *fault)
{
    char path[PATH_ROOM];
    if (writer->count == FILES_MAX ||
        snprintf(path, sizeof path, "%s%s", folder, file->path) >= (int)sizeof path)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "pack.files", "%s", file->path);
    if (writer->count == writer->room) {
        size_t room = writer->room ? 2 * writer->room : 64;
        struct dep_bag_written *grown = dep_realloc_array(writer->entries, room, sizeof *grown);
        if (!grown)
            return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "pack.files", "%s", file->path);
        writer->entries = grown;
        writer->room = room;
    }
    struct dep_bag_written entry = *file;
    entry.path = dep_strdup(path);
    if (!entry.path)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "pack.files", "%s", file->path);
    writer->entries[writer->count++] = entry;
    return DEP_OK;
}

int dep_bag_writer_list(struct dep_bag_writer *writer, const struct dep_bag_written *file,
                        struct dep_fault *fault)
{
    int err = add_entry(writer, "data/", file, fault);
    if (!err)
        writer->bytes += file->bytes;
    return err;
}

int dep_bag_writer_folder(struct dep_bag_writer *writer, const char *path, struct dep_fault *fault)
{
    char room[PATH_ROOM];
    if (snprintf(room, sizeof room, "%s", path) >= (int)sizeof room)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    char *end = strrchr(room, '/');
    if (!end)
        return DEP_OK;
    *end = 0;
    return dep_folder_make(writer->data_fd, room, 0700, fault);
}

static int open_stream(struct dep_bag_writer *writer, int dir_fd, const char *path,
                       struct dep_fault *fault)
{
    struct stream *stream = &writer->stream;
    assert(stream->fd < 0);
    stream->fd = openat(dir_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (stream->fd < 0)
        return io_fault(fault, "file.create", path);
    (void)snprintf(stream->path, sizeof stream->path, "%s", path);
    stream->bytes = 0;
    dep_sha256_start(&stream->sha256);
    dep_sha512_start(&stream->sha512);
    dep_buf_clear(&stream->piece);
    return DEP_OK;
}

static int flush(struct stream *stream, struct dep_fault *fault)
{
    struct dep_slice piece = dep_buf_slice(&stream->piece);
    dep_sha256_add(&stream->sha256, piece.data, piece.len);
    dep_sha512_add(&stream->sha512, piece.data, piece.len);
    int err = dep_file_write_all(stream->fd, piece.data, piece.len, stream->path, fault);
    dep_buf_clear(&stream->piece);
    return err;
}

int dep_bag_writer_open(struct dep_bag_writer *writer, const char *path, struct dep_fault *fault)
{
    int err = dep_bag_writer_folder(writer, path, fault);
    return err ? err : open_stream(writer, writer->data_fd, path, fault);
}

int dep_bag_writer_add(struct dep_bag_writer *writer, struct dep_slice bytes,
                       struct dep_fault *fault)
{
    struct stream *stream = &writer->stream;
    stream->bytes += bytes.len;
    while (bytes.len) {
        size_t len = bytes.len < PIECE ? bytes.len : PIECE;
        dep_buf_add(&stream->piece, bytes.data, len);
        if (dep_buf_err(&stream->piece))
            return dep_fault_set(fault, dep_buf_err(&stream->piece), 0, "file.memory", "%s",
                                 stream->path);
        bytes = dep_slice_sub(bytes, len, bytes.len - len);
        int err = stream->piece.len >= PIECE ? flush(stream, fault) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

static int close_stream(struct dep_bag_writer *writer, struct dep_bag_written *out,
                        struct dep_fault *fault)
{
    struct stream *stream = &writer->stream;
    int err = flush(stream, fault);
    if (close(stream->fd) != 0 && !err)
        err = io_fault(fault, "file.write", stream->path);
    stream->fd = -1;
    if (err)
        return err;
    *out = (struct dep_bag_written){.path = stream->path, .bytes = stream->bytes};
    dep_sha256_finish(&stream->sha256, &out->sha256);
    dep_sha512_finish(&stream->sha512, out->sha512);
    return DEP_OK;
}

int dep_bag_writer_close(struct dep_bag_writer *writer, struct dep_hash *out_sha256,
                         struct dep_fault *fault)
{
    struct dep_bag_written written;
    int err = close_stream(writer, &written, fault);
    if (!err)
        err = dep_bag_writer_list(writer, &written, fault);
    if (!err && out_sha256)
        *out_sha256 = written.sha256;
    return err;
}

int dep_bag_writer_put(struct dep_bag_writer *writer, const char *path, struct dep_slice bytes,
                       struct dep_fault *fault)
{
    int err = dep_bag_writer_open(writer, path, fault);
    if (!err)
        err = dep_bag_writer_add(writer, bytes, fault);
    return err ? err : dep_bag_writer_close(writer, NULL, fault);
}

/* ---- tag files ---- */

static int put_tag(struct dep_bag_writer *writer, const char *name, const struct dep_buf *text,
                   struct dep_fault *fault)
{
    struct dep_bag_written written;
    if (dep_buf_err(text))
        return dep_fault_set(fault, dep_buf_err(text), 0, "pack.tag", "%s", name);
    int err = open_stream(writer, writer->fd, name, fault);
    if (!err)
        err = dep_bag_writer_add(writer, dep_buf_slice(text), fault);
    if (!err)
        err = close_stream(writer, &written, fault);
    return err ? err : add_entry(writer, "", &written, fault);
}

static int put_manifest(struct dep_bag_writer *writer, const char *name, unsigned algorithm,
                        const struct dep_bag_written *entries, size_t count,
                        struct dep_fault *fault)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, MANIFEST_MAX);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *digest =
            algorithm == DEP_BAG_SHA256 ? entries[i].sha256.bytes : entries[i].sha512;
        int err = dep_bag_line_encode(algorithm, digest, dep_slice_string(entries[i].path), &text);
        if (err)
            return dep_fault_set(fault, err, 0, "pack.tag", "%s", name);
    }
    return put_tag(writer, name, &text, fault);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct dep_bag_written *)a)->path,
                  ((const struct dep_bag_written *)b)->path);
}

static void sort(struct dep_bag_written *entries, size_t count)
{
    if (count)
        qsort(entries, count, sizeof *entries, by_path);
}

static int put_info(struct dep_bag_writer *writer, const struct dep_package_info *info,
                    struct dep_fault *fault)
{
    struct dep_package_info counted = *info;
    counted.octets = writer->bytes;
    counted.files = writer->count - 2; /* the payload manifests are there already */
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_PACKAGE_INFO_LEN_MAX);
    int err = dep_package_info_encode(&counted, &text);
    return err ? dep_fault_set(fault, err, 0, "pack.tag", "%s", TAGS[0])
               : put_tag(writer, TAGS[0], &text, fault);
}

/* bagit.txt, by which a folder says that it is a bag, is the last but the tag manifests. */
static int put_tags(struct dep_bag_writer *writer, const struct dep_package_info *info,
                    struct dep_fault *fault)
{
    size_t files = writer->count;
    DEP_AUTO_BUF declaration;
    dep_buf_init(&declaration, 256);
    dep_bag_declaration_encode(&declaration);
    sort(writer->entries, files);
    int err = put_manifest(writer, TAGS[2], DEP_BAG_SHA256, writer->entries, files, fault);
    if (!err)
        err = put_manifest(writer, TAGS[3], DEP_BAG_SHA512, writer->entries, files, fault);
    if (!err)
        err = put_info(writer, info, fault);
    if (!err)
        err = put_tag(writer, TAGS[1], &declaration, fault);
    if (err)
        return err;
    size_t tags = writer->count - files;
    sort(writer->entries + files, tags);
    writer->payload_count = files;
    err = put_manifest(writer, TAG_MANIFESTS[0], DEP_BAG_SHA256, writer->entries + files, tags,
                       fault);
    return err ? err
               : put_manifest(writer, TAG_MANIFESTS[1], DEP_BAG_SHA512, writer->entries + files,
                              tags, fault);
}

int dep_bag_writer_finish(struct dep_bag_writer *writer, const struct dep_package_info *info,
                          struct dep_fault *fault)
{
    int err = put_tags(writer, info, fault);
    return err ? err : dep_folder_sync_below(writer->fd, writer->dir, fault);
}

static int by_name(const void *key, const void *entry)
{
    const struct dep_slice *path = key;
    const char *name = ((const struct dep_bag_written *)entry)->path;
    int order = strncmp((const char *)path->data, name, path->len);
    return order ? order : -(int)(name[path->len] != 0);
}

const struct dep_bag_written *dep_bag_writer_find(const struct dep_bag_writer *writer,
                                                  struct dep_slice path)
{
    return writer->payload_count ? bsearch(&path, writer->entries, writer->payload_count,
                                           sizeof *writer->entries, by_name)
                                 : NULL;
}

/* There are drivers that make an empty folder of the new name (fusefat 0.1a). The folder is listed:
 * a path below it may still be in the kernel's memory. */
static bool is_published(const struct dep_bag_writer *writer)
{
    DIR *folder = opendir(writer->path);
    bool found = false;
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));)
        found = strcmp(entry->d_name, TAGS[1]) == 0;
    if (folder)
        (void)closedir(folder);
    return found;
}

int dep_bag_writer_publish(struct dep_bag_writer *writer, struct dep_fault *fault)
{
    const struct dep_placing to = {.fd = writer->fd,
                                   .from_fd = AT_FDCWD,
                                   .from = writer->dir,
                                   .folder_fd = writer->parent_fd,
                                   .name = writer->name};
    int err = dep_file_name(&to, "file.rename", writer->path, fault);
    if (err) {
        if (fault->sys == EEXIST)
            fault->what = "pack.exists";
        return err;
    }
    writer->published = true;
    if (!is_published(writer))
        return dep_fault_set(fault, DEP_ERR_CORRUPT, 0, "pack.lost", "%s", writer->path);
    return dep_file_keep(&to, writer->path, fault);
}
