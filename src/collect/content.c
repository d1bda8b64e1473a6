static void count_content(struct dep_sealing *sealing, const struct dep_entry *entry)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, entry->sha256.bytes + 8 * i, sizeof word);
        uint64_t sum = sealing->content_sum[i] + word;
        uint64_t over = sum < word;
        sum += carry;
        carry = over | (sum < carry);
        sealing->content_sum[i] = sum;
    }
    sealing->out->files++;
    sealing->out->bytes += entry->size;
    sealing->out->changed +=
        (entry->flags & (DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW)) != 0;
    sealing->progress.files_done++;
}

/* ---- files ---- */

static bool differs(const struct stat *a, const struct stat *b)
{
    return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
           a->st_mtim.tv_nsec != b->st_mtim.tv_nsec || a->st_ctim.tv_sec != b->st_ctim.tv_sec ||
           a->st_ctim.tv_nsec != b->st_ctim.tv_nsec;
}

static void judge_change(int fd, const struct stat *before, struct dep_entry *entry)
{
    struct stat after;
    if (fstat(fd, &after) != 0 || differs(before, &after))
        entry->flags |= DEP_ENTRY_CHANGED;
}

/* `len` bytes from `offset` of the file into the pipe and the digest; what the file doesn't give is
 * zeros, and flagged. */
static int copy_range(struct dep_sealing *sealing, int fd, uint64_t offset, uint64_t len,
                      struct dep_sha256_stream *digest, struct dep_entry *entry)
{
    int err = DEP_OK;
    while (!err && len) {
        size_t room;
        uint8_t *at = dep_pipe_room(sealing->pipe, &room);
        if (!at)
            return dep_sealing_pipe_failed(sealing);
        size_t want = len < room ? (size_t)len : room;
        ssize_t got = pread(fd, at, want, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            entry->flags |= DEP_ENTRY_SHORT;
            return dep_sealing_zeros(sealing, len, digest);
        }
        dep_sha256_add(digest, at, (size_t)got);
        dep_pipe_filled(sealing->pipe, (size_t)got);
        offset += (uint64_t)got;
        len -= (uint64_t)got;
        sealing->progress.bytes_done += (uint64_t)got;
        err = dep_sealing_tell(sealing);
    }
    return err;
}

int dep_sealing_large(struct dep_sealing *sealing, int fd, struct dep_tar_member *member,
                      struct dep_entry *entry, const struct stat *before)
{
    struct dep_sha256_stream digest;
    uint8_t beyond;
    member->size = member->real_size = entry->size = entry->stored;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    dep_sha256_start(&digest);
    int err = dep_sealing_header(sealing, member, entry);
    if (!err)
        err = copy_range(sealing, fd, 0, entry->size, &digest, entry);
    if (!err)
        err = dep_sealing_padding(sealing, entry->size);
    if (err)
        return err;
    if (entry->kind == DEP_ENTRY_FILE && pread(fd, &beyond, 1, (off_t)entry->size) == 1)
        entry->flags |= DEP_ENTRY_GREW;
    judge_change(fd, before, entry);
    dep_sha256_finish(&digest, &entry->sha256);
    return DEP_OK;
}

/* Read whole first: its true size is then in the header. */
int dep_sealing_small(struct dep_sealing *sealing, int fd, struct dep_tar_member *member,
                      struct dep_entry *entry, const struct stat *before)
{
    size_t len = 0;
    for (;;) {
        ssize_t got = pread(fd, sealing->small + len, SMALL_FILE + 1 - len, (off_t)len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return dep_sealing_not_taken(sealing, entry->path, dep_reason_of(errno));
        len += (size_t)got;
        /* One more look only where the file isn't what it said: files of /proc say 0. */
        if (got == 0 || len > SMALL_FILE || (len == (uint64_t)before->st_size && len > 0))
            break;
    }
    if (len > SMALL_FILE) {
        entry->flags |= DEP_ENTRY_GREW;
        len = SMALL_FILE;
    }
    entry->size = entry->stored = len;
    member->size = member->real_size = len;
    if (len != (uint64_t)before->st_size)
        entry->flags |= DEP_ENTRY_CHANGED;
    judge_change(fd, before, entry);
    dep_sha256(dep_slice_of(sealing->small, len), &entry->sha256);
    int err = dep_sealing_header(sealing, member, entry);
    if (!err)
        err = dep_sealing_bytes(sealing, sealing->small, len);
    sealing->progress.bytes_done += len;
    return err ? err : dep_sealing_padding(sealing, len);
}

/* ---- sparse files ---- */

static int find_extents(int fd, uint64_t size, struct dep_tar_extent **out, size_t *out_count)
{
    size_t room = 0, count = 0;
    struct dep_tar_extent *extents = NULL;
    off_t at = 0;
    while ((uint64_t)at < size) {
        off_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0 || (uint64_t)data >= size)
            break;
        off_t hole = lseek(fd, data, SEEK_HOLE);
        if (hole < 0 || (uint64_t)hole > size)
            hole = (off_t)size;
        if (count == room) {
            room = room ? room * 2 : 64;
            struct dep_tar_extent *fresh =
                room > EXTENTS_MAX ? NULL : dep_realloc_array(extents, room, sizeof *extents);
            if (!fresh) {
                free(extents);
                return room > EXTENTS_MAX ? DEP_FOUND : DEP_ERR_NOMEM;
            }
            extents = fresh;
        }
        extents[count++] = (struct dep_tar_extent){(uint64_t)data, (uint64_t)(hole - data)};
        at = hole;
    }
    /* GNU tar takes the file's length from the last extent: a hole at the end needs an empty one
     * behind it. */
    if ((uint64_t)at < size) {
        struct dep_tar_extent *fresh = dep_realloc_array(extents, count + 1, sizeof *extents);
        if (!fresh) {
            free(extents);
            return DEP_ERR_NOMEM;
        }
        extents = fresh;
        extents[count++] = (struct dep_tar_extent){size, 0};
    }
    *out = extents;
    *out_count = count;
    return DEP_OK;
}

static void hash_zeros(struct dep_sha256_stream *digest, uint64_t len)
{
    static const uint8_t zeros[64 * 1024];
    for (; len; len -= len < sizeof zeros ? len : sizeof zeros)
        dep_sha256_add(digest, zeros, len < sizeof zeros ? (size_t)len : sizeof zeros);
}

static int copy_extents(struct dep_sealing *sealing, int fd, const struct dep_tar_extent *extents,
                        size_t count, struct dep_entry *entry)
{
    struct dep_sha256_stream digest;
    uint64_t at = 0;
    int err = DEP_OK;
    dep_sha256_start(&digest);
    for (size_t i = 0; !err && i < count; i++) {
        hash_zeros(&digest, extents[i].offset - at);
        err = copy_range(sealing, fd, extents[i].offset, extents[i].len, &digest, entry);
        at = extents[i].offset + extents[i].len;
        if (!err)
            err = dep_sealing_tell(sealing);
    }
    hash_zeros(&digest, entry->size - at);
    dep_sha256_finish(&digest, &entry->sha256);
    return err;
}

/* DEP_FOUND where the file has no holes worth keeping: it is then taken as any other. */
int dep_sealing_sparse(struct dep_sealing *sealing, int fd, struct dep_tar_member *member,
                       struct dep_entry *entry, const struct stat *before)
{
    struct dep_tar_extent *extents = NULL;
    size_t count = 0;
    DEP_AUTO_BUF map;
    dep_buf_init(&map, (size_t)EXTENTS_MAX * 44);
    int err = find_extents(fd, (uint64_t)before->st_size, &extents, &count);
    if (err)
        return err == DEP_FOUND
                   ? err
                   : dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s",
                                   (int)entry->path.len, (const char *)entry->path.data);
    uint64_t data = 0;
    for (size_t i = 0; i < count; i++)
        data += extents[i].len;
    if (data == (uint64_t)before->st_size) {
        free(extents);
        return DEP_FOUND;
    }
    err = dep_tar_map_encode(extents, count, &map);
    entry->flags |= DEP_ENTRY_SPARSE;
    entry->size = (uint64_t)before->st_size;
    entry->stored = map.len + data;
    member->sparse = true;
    member->size = entry->stored;
    member->real_size = entry->size;
    if (err)
        err = dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s", (int)entry->path.len,
                            (const char *)entry->path.data);
    else
        err = dep_sealing_header(sealing, member, entry);
    if (!err)
        err = dep_sealing_bytes(sealing, map.data, map.len);
    if (!err)
        err = copy_extents(sealing, fd, extents, count, entry);
    if (!err)
        err = dep_sealing_padding(sealing, entry->stored);
    judge_change(fd, before, entry);
    free(extents);
    return err;
}

