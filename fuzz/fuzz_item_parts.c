/*
 * Parts of an item as a stranger packs them: a tar with its proofs. What is found good holds: each
 * member is the line's, and any bit that is turned in a member afterwards is found.
 */
#include "node/item_reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HOLE_MAX = 1024 * 1024, LEN_MAX = 1024 * 1024 };

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

/* A file of these bytes, opened as a tar in clear. */
static struct dep_container *open_tar(const uint8_t *data, size_t size, int *out_fd)
{
    struct dep_container *container = NULL;
    struct dep_finding why;
    struct dep_fault fault;
    int fd = memfd_create("parts", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    struct dep_vault_extent extent = {.fd = fd, .len = size};
    must(dep_container_open_over(&extent, 1, NULL, &container, &why, &fault) == DEP_OK);
    *out_fd = fd;
    return container;
}

/* No hole that would take an hour to digest. */
static bool holes_are_small(const struct dep_item_lines *lines)
{
    DEP_AUTO_BUF names;
    bool small = true;
    dep_buf_init(&names, 2 * DEP_MANIFEST_LINE_MAX);
    for (size_t i = 0; small && i < lines->count; i++) {
        struct dep_entry entry;
        struct dep_finding why;
        must(dep_entry_parse(lines->lines[i].line, &names, &entry, &why) == DEP_OK);
        small = entry.size <= HOLE_MAX;
    }
    return small;
}

static bool is_good(struct dep_container *container, struct dep_item_lines *lines)
{
    struct dep_container_facts facts = {.has_root = false};
    struct dep_container_report report;
    struct dep_finding why;
    struct dep_fault fault;
    struct dep_container_lines against = {.line = dep_item_lines_next,
                                          .context = lines,
                                          .last = "proofs",
                                          .last_offset = lines->proofs_at,
                                          .last_len = lines->text.len};
    lines->next = 0;
    dep_sha256(dep_buf_slice(&lines->text), &against.last_sha256);
    int err = dep_container_check_lines(container, &facts, &against, NULL, NULL, NULL, NULL,
                                        &report, &why, &fault);
    must(err == DEP_OK || err == DEP_FOUND);
    return err == DEP_OK;
}

/* The same proofs, a bit of a member's content turned. */
static void must_be_found(const uint8_t *data, size_t size, struct dep_item_lines *lines,
                          unsigned seed)
{
    DEP_AUTO_BUF names;
    struct dep_entry entry;
    struct dep_finding why;
    const struct dep_item_line *line = &lines->lines[seed % lines->count];
    dep_buf_init(&names, 2 * DEP_MANIFEST_LINE_MAX);
    must(dep_entry_parse(line->line, &names, &entry, &why) == DEP_OK);
    if (!entry.stored)
        return;
    uint8_t *copy = malloc(size);
    must(copy && line->offset + entry.stored <= size);
    memcpy(copy, data, size);
    copy[line->offset + seed % entry.stored] ^= (uint8_t)(1U << seed % 8);
    int fd = -1;
    struct dep_container *container = open_tar(copy, size, &fd);
    must(!is_good(container, lines));
    dep_container_close(container);
    (void)close(fd);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dep_item_verify_order order = {
        .item = "0190a2b4-7c1e-7abc-8def-0123456789ab", .path = "items/x/parts.tar.age"};
    struct dep_item_lines lines;
    struct dep_finding why;
    struct dep_fault fault;
    int fd = -1;
    if (size == 0 || size > LEN_MAX)
        return 0;
    struct dep_container *container = open_tar(data, size, &fd);
    int err = dep_item_lines_read(&order, container, &lines, &why, &fault);
    must(err == DEP_OK || err == DEP_FOUND);
    if (!err && lines.count && holes_are_small(&lines) && is_good(container, &lines))
        must_be_found(data, size, &lines, (unsigned)size * 2654435761U >> 7);
    dep_item_lines_done(&lines);
    dep_container_close(container);
    (void)close(fd);
    return 0;
}
