/* Extended attributes of an open file; a list that doesn't fit or a value that can't be read is
 * flagged, never passed over. */
static size_t read_xattrs(struct dep_sealing *sealing, int fd, unsigned *flags)
{
    ssize_t list = flistxattr(fd, (char *)sealing->xattr_names, XATTR_NAMES_LEN);
    if (list == 0 || (list < 0 && (errno == ENOTSUP || errno == ENODATA)))
        return 0;
    size_t count = 0, used = 0;
    *flags |= list < 0 ? DEP_ENTRY_XATTRS_PARTLY : DEP_ENTRY_XATTRS;
    for (ssize_t at = 0; at < list;) {
        const char *name = (const char *)sealing->xattr_names + at;
        size_t name_len = strlen(name);
        at += (ssize_t)name_len + 1;
        ssize_t len = count < DEP_TAR_XATTRS_MAX ? fgetxattr(fd, name, sealing->xattr_values + used,
                                                             XATTR_VALUES_MAX - used)
                                                 : -1;
        if (len < 0 || strchr(name, '=')) {
            *flags |= DEP_ENTRY_XATTRS_PARTLY;
            continue;
        }
        sealing->xattrs[count++] = (struct dep_tar_xattr){
            dep_slice_of(name, name_len), dep_slice_of(sealing->xattr_values + used, (size_t)len)};
        used += (size_t)len;
    }
    if (count == 0)
        *flags &= ~(unsigned)DEP_ENTRY_XATTRS;
    return count;
}

static void set_stat(struct dep_tar_member *member, struct dep_entry *entry,
                     const struct stat *info)
{
    member->mode = entry->mode = info->st_mode & 07777;
    member->uid = entry->uid = info->st_uid;
    member->gid = entry->gid = info->st_gid;
    member->mtime_s = entry->mtime_s = info->st_mtim.tv_sec;
    member->mtime_ns = entry->mtime_ns = (uint32_t)info->st_mtim.tv_nsec;
}

/* ---- one entry ---- */

static int take_link(struct dep_sealing *sealing, char type, struct dep_slice target,
                     struct dep_entry *entry, struct dep_tar_member *member)
{
    member->type = type;
    member->target = entry->target = target;
    entry->kind = type == '1' ? DEP_ENTRY_HARDLINK : DEP_ENTRY_SYMLINK;
    int err = dep_sealing_header(sealing, member, entry);
    sealing->out->links++;
    return err ? err : dep_sealing_line(sealing, entry);
}

static int take_symlink(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    char target[4097];
    ssize_t len = readlinkat(node->dir_fd, node->name, target, sizeof target);
    if (len <= 0 || fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(len ? errno : EIO));
    struct dep_entry entry = {.path = node->path};
    struct dep_tar_member member = {.path = node->path};
    set_stat(&member, &entry, &info);
    return take_link(sealing, '2', dep_slice_of(target, (size_t)len), &entry, &member);
}

static int take_folder(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    struct dep_entry entry = {.kind = DEP_ENTRY_FOLDER, .path = node->path};
    struct dep_tar_member member = {.type = '5', .path = node->path, .xattrs = sealing->xattrs};
    if (fstat(node->fd, &info) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    set_stat(&member, &entry, &info);
    member.xattr_count = read_xattrs(sealing, node->fd, &entry.flags);
    int err = dep_sealing_header(sealing, &member, &entry);
    sealing->out->folders++;
    return err ? err : dep_sealing_line(sealing, &entry);
}

static int take_open_file(struct dep_sealing *sealing, const struct dep_walk_node *node, int fd)
{
    struct stat before;
    struct dep_entry entry = {.kind = DEP_ENTRY_FILE, .path = node->path, .has_sha256 = true};
    struct dep_tar_member member = {.type = '0', .path = node->path, .xattrs = sealing->xattrs};
    struct dep_slice earlier;
    if (fstat(fd, &before) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    bool image = S_ISBLK(before.st_mode) && node->given;
    if (!S_ISREG(before.st_mode) && !image)
        return dep_sealing_not_taken(sealing, node->path, "changed-type");
    if (!image && before.st_dev != node->device && !sealing->order->cross_mounts)
        return dep_sealing_not_taken(sealing, node->path, "mount");
    set_stat(&member, &entry, &before);
    int err = seen_before(sealing, &before, node->path, &earlier);
    if (!err && earlier.len) {
        entry.has_sha256 = false;
        return take_link(sealing, '1', earlier, &entry, &member);
    }
    member.xattr_count = read_xattrs(sealing, fd, &entry.flags);
    uint64_t size = (uint64_t)before.st_size;
    if (image) {
        entry.kind = DEP_ENTRY_IMAGE;
        if (ioctl(fd, BLKGETSIZE64, &size) != 0)
            return dep_sealing_not_taken(sealing, node->path, "io");
    }
    entry.stored = size;
    uint64_t lines_before = sealing->tree.count;
    bool holes = !image && size > SMALL_FILE && (uint64_t)before.st_blocks * 512 < size;
    if (!err)
        err = holes ? dep_sealing_sparse(sealing, fd, &member, &entry, &before) : DEP_FOUND;
    if (err == DEP_FOUND)
        err = size > SMALL_FILE ? dep_sealing_large(sealing, fd, &member, &entry, &before)
                                : dep_sealing_small(sealing, fd, &member, &entry, &before);
    if (err || sealing->tree.count != lines_before) /* listed as not taken */
        return err;
    count_content(sealing, &entry);
    return dep_sealing_line(sealing, &entry);
}

static int take_file(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    int fd = dep_open_source(node->dir_fd, node->name, false);
    if (fd < 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    int err = take_open_file(sealing, node, fd);
    (void)close(fd);
    return err;
}

int dep_sealing_take(void *context, const struct dep_walk_node *node)
{
    struct dep_sealing *sealing = context;
    int err = dep_sealing_tell(sealing);
    if (err)
        return err;
    if (node->reason)
        return dep_sealing_not_taken(sealing, node->path, node->reason);
    if (node->kind == S_IFDIR)
        return take_folder(sealing, node);
    return node->kind == S_IFLNK ? take_symlink(sealing, node) : take_file(sealing, node);
}

