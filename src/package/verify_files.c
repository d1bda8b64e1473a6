/*
 * Reading again: what a step uses are the bytes whose digest was taken, or nothing.
 */
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static int read_at(struct dep_verify *verify, size_t file, uint64_t offset, uint8_t *out,
                   size_t len)
{
    const struct dep_package_files *files = &verify->with.files;
    int err =
        len ? files->read(files->context, verify_path(verify, file), offset, out, len) : DEP_OK;
    return err == DEP_FOUND ? DEP_ERR_CHANGED : err;
}

int verify_load(struct dep_verify *verify, size_t file, size_t cap, struct dep_buf *out)
{
    uint64_t size = dep_bag_file_at(verify->bag, file)->size;
    if (!verify_file_good(verify, file))
        return DEP_FOUND;
    if (size > cap) {
        int err = verify_find(verify, "package.size", "package.md 1.1", DEP_ALTERED,
                              verify_path(verify, file), 0, NULL);
        return err ? err : DEP_FOUND;
    }
    size_t before = out->len;
    uint8_t *data = size ? dep_buf_grow(out, (size_t)size) : NULL;
    if (!data && size)
        return dep_buf_err(out);
    struct dep_hash digest;
    int err = read_at(verify, file, 0, data, (size_t)size);
    dep_sha256(dep_slice_of(data, (size_t)size), &digest);
    if (!err && !dep_hash_equal(&digest, &verify->files[file].sha256))
        err = DEP_ERR_CHANGED;
    if (err)
        out->len = before;
    return err;
}

int dep_step_load(struct dep_verify *verify, struct dep_slice path, size_t cap, struct dep_buf *out)
{
    size_t file = verify_file_find(verify, path);
    return file == SIZE_MAX ? DEP_FOUND : verify_load(verify, file, cap, out);
}

struct windows {
    uint8_t *data;
    size_t room, len; /* `len` of it is there, not given yet */
    uint64_t at, size;
    struct dep_sha256_stream stream;
};

/* Fill up. */
static int fill(struct dep_verify *verify, size_t file, struct windows *windows)
{
    uint64_t left = windows->size - windows->at;
    size_t want = windows->room - windows->len;
    if (want > left)
        want = (size_t)left;
    if (want > VERIFY_CHUNK)
        want = VERIFY_CHUNK;
    int err = read_at(verify, file, windows->at, windows->data + windows->len, want);
    if (err)
        return err;
    dep_sha256_add(&windows->stream, windows->data + windows->len, want);
    windows->len += want;
    windows->at += want;
    return DEP_OK;
}

/* Of what is there, all up to the last LF. */
static size_t whole_lines(const struct windows *windows)
{
    size_t len = windows->len;
    while (len > 0 && windows->data[len - 1] != '\n')
        len--;
    return len;
}

static int give_windows(struct dep_verify *verify, size_t file, size_t line_max,
                        struct windows *windows, verify_window_fn *each, void *context)
{
    uint64_t line = 1;
    while (windows->at < windows->size || windows->len > 0) {
        int err = fill(verify, file, windows);
        if (err)
            return err;
        size_t whole = whole_lines(windows);
        bool end = windows->at == windows->size;
        bool too_long = whole == 0 && windows->len >= line_max;
        if (whole == 0 && !end && !too_long)
            continue;
        if (whole == 0)
            whole = windows->len;
        struct verify_window window = {.text = dep_slice_of(windows->data, whole),
                                       .offset = windows->at - windows->len,
                                       .line = line};
        uint64_t lines = 0;
        err = each(context, &window, &lines);
        if (err)
            return err;
        line += lines;
        windows->len -= whole;
        memmove(windows->data, windows->data + whole, windows->len);
        if (too_long)
            return DEP_FOUND;
    }
    return DEP_OK;
}

int verify_lines(struct dep_verify *verify, size_t file, size_t line_max, verify_window_fn *each,
                 void *context)
{
    struct windows windows = {.size = dep_bag_file_at(verify->bag, file)->size,
                              .room = line_max + VERIFY_CHUNK};
    if (!verify_file_good(verify, file))
        return DEP_FOUND;
    windows.data = dep_alloc(windows.room);
    if (!windows.data)
        return DEP_ERR_NOMEM;
    dep_sha256_start(&windows.stream);
    int err = give_windows(verify, file, line_max, &windows, each, context);
    struct dep_hash digest;
    dep_sha256_finish(&windows.stream, &digest);
    if (!err && !dep_hash_equal(&digest, &verify->files[file].sha256))
        err = DEP_ERR_CHANGED;
    /* Disclosures may have gone through it. */
    dep_wipe(windows.data, windows.room);
    free(windows.data);
    return err;
}
