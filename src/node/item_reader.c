#include "node/item_reader.h"

#include "package/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ITEM_PATH_LEN = 256 };

static const char CLAUSE[] = "doc/format/package.md 6.2";

/* ---- where it lies ---- */

/* Nothing in the package is a link; should one be there by now, it isn't followed. */
static int open_beneath(int fd, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int opened = (int)syscall(SYS_openat2, fd, path, &how, sizeof how);
    /* Of a kernel before 5.6; whoever walked the package looked at its folders. */
    return opened < 0 && errno == ENOSYS ? openat(fd, path, (int)how.flags | O_NOFOLLOW) : opened;
}

static int open_extent(const struct dep_item_verify_order *order, size_t piece,
                       struct dep_vault_extent *out, struct dep_fault *fault)
{
    char path[ITEM_PATH_LEN];
    struct stat info;
    (void)snprintf(path, sizeof path, order->pieces > 1 ? "data/%s.%03zu" : "data/%s", order->path,
                   piece);
    int fd = open_beneath(order->package_fd, path);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        int sys = errno;
        if (fd >= 0)
            (void)close(fd);
        return dep_fault_set(fault, DEP_ERR_IO, sys, "container.read", "%s", path);
    }
    *out = (struct dep_vault_extent){.fd = fd, .len = (uint64_t)info.st_size};
    return DEP_OK;
}

int dep_item_reader_open(const struct dep_item_verify_order *order, struct dep_item_reader *out,
                         struct dep_finding *why, struct dep_fault *fault)
{
    assert(order->pieces >= 1 && order->pieces <= DEP_CONTENT_PIECES_MAX);
    *out = (struct dep_item_reader){.extents = NULL};
    out->extents = dep_alloc_array((size_t)order->pieces, sizeof *out->extents);
    if (!out->extents)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.open", "%s", order->path);
    while (out->extent_count < order->pieces) {
        int err = open_extent(order, out->extent_count, &out->extents[out->extent_count], fault);
        if (err)
            return err;
        out->extent_count++;
    }
    return dep_container_open_over(out->extents, out->extent_count,
                                   order->as == DEP_ITEM_PLAIN ? NULL : &order->with,
                                   &out->container, why, fault);
}

void dep_item_reader_close(struct dep_item_reader *reader)
{
    dep_container_close(reader->container);
    for (size_t i = 0; i < reader->extent_count; i++)
        (void)close(reader->extents[i].fd);
    free(reader->extents);
    *reader = (struct dep_item_reader){.extents = NULL};
}

/* ---- parts ---- */

void dep_item_lines_done(struct dep_item_lines *lines)
{
    dep_buf_done(&lines->text);
    free(lines->lines);
    lines->lines = NULL;
}

static int add_line(struct dep_item_lines *lines)
{
    if (lines->count == DEP_ITEM_PARTS_MAX)
        return DEP_ERR_CAP;
    if (lines->count == lines->room) {
        size_t room = lines->room ? 2 * lines->room : 64;
        struct dep_item_line *all = dep_realloc_array(lines->lines, room, sizeof *all);
        if (!all)
            return DEP_ERR_NOMEM;
        lines->lines = all;
        lines->room = room;
    }
    lines->lines[lines->count++] = (struct dep_item_line){.offset = 0};
    return DEP_OK;
}

/* Every member has a place; the last one is to be the proofs. */
struct finding_proofs {
    struct dep_item_lines *lines;
    bool found;
    uint64_t at, len;
};

static int note_member(void *context, const struct dep_tar_member *member, uint64_t offset)
{
    struct finding_proofs *finding = context;
    int err = add_line(finding->lines);
    if (err)
        return err;
    finding->lines->lines[finding->lines->count - 1].offset = offset;
    finding->found = dep_slice_equal_string(member->path, "proofs") && member->type == '0';
    finding->at = offset;
    finding->len = member->size;
    return DEP_OK;
}

static int gather(void *context, struct dep_slice piece)
{
    dep_buf_add_slice(context, piece);
    return dep_buf_err(context);
}

static int keep_line(void *context, const struct dep_part *part)
{
    struct dep_item_lines *lines = context;
    int err = lines->next == lines->count ? add_line(lines) : DEP_OK;
    if (!err)
        lines->lines[lines->next++].line = part->line;
    return err;
}

static int parse(const struct dep_item_verify_order *order, struct dep_item_lines *lines,
                 struct dep_finding *why)
{
    struct dep_parts_head head;
    int err = dep_parts_parse(dep_buf_slice(&lines->text), keep_line, lines, &head, why);
    if (err)
        return err;
    lines->count = lines->next; /* places beyond are of members without a line, and found so */
    lines->next = 0;
    if (strcmp(head.item, order->item) != 0)
        return dep_found(why, "part.item", CLAUSE, 0);
    if (order->facts.has_root && !dep_hash_equal(&head.root, &order->facts.manifest_root))
        return dep_found(why, "part.root", CLAUSE, 0);
    return DEP_OK;
}

int dep_item_lines_read(const struct dep_item_verify_order *order, struct dep_container *container,
                        struct dep_item_lines *out, struct dep_finding *why,
                        struct dep_fault *fault)
{
    struct finding_proofs finding = {.lines = out};
    *out = (struct dep_item_lines){.lines = NULL};
    dep_buf_init(&out->text, DEP_PARTS_LEN_MAX);
    int err = dep_container_members(container, note_member, &finding, why, fault);
    if (!err && !finding.found)
        err = dep_found(why, "part.member", CLAUSE, 0);
    if (!err && finding.len > DEP_PARTS_LEN_MAX)
        err = dep_found(why, "part.len", CLAUSE, 0);
    if (!err)
        err =
            dep_container_read(container, finding.at, finding.len, gather, &out->text, why, fault);
    if (!err)
        err = parse(order, out, why);
    out->proofs_at = finding.at;
    return err == DEP_ERR_NOMEM || err == DEP_ERR_CAP
               ? dep_fault_set(fault, err, 0, "container.list", "%s", order->path)
               : err;
}

int dep_item_lines_next(void *context, struct dep_slice *out)
{
    struct dep_item_lines *lines = context;
    if (lines->next == lines->count)
        return DEP_FOUND;
    *out = lines->lines[lines->next++].line;
    return DEP_OK;
}
