#include "collect/links.h"

#include <stdlib.h>

struct dep_link {
    dev_t device;
    ino_t inode;
    uint64_t path_at;  /* in paths */
    uint32_t path_len; /* 0: a free slot */
};

void dep_links_init(struct dep_links *links)
{
    *links = (struct dep_links){.slots = NULL};
    dep_buf_init(&links->paths, DEP_LINKS_PATHS_MAX);
}

void dep_links_done(struct dep_links *links)
{
    free(links->slots);
    dep_buf_done(&links->paths);
}

static size_t slot_of(const struct dep_links *links, dev_t device, ino_t inode)
{
    uint64_t mixed = (inode ^ (uint64_t)device << 40) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(mixed >> 32) & (links->room - 1);
    while (links->slots[at].path_len &&
           (links->slots[at].inode != inode || links->slots[at].device != device))
        at = (at + 1) & (links->room - 1);
    return at;
}

static int grow(struct dep_links *links)
{
    struct dep_links larger = {.room = links->room ? links->room * 2 : 1024};
    larger.slots = dep_alloc_array(larger.room, sizeof *larger.slots);
    if (!larger.slots)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < links->room; i++) {
        const struct dep_link *link = &links->slots[i];
        if (link->path_len)
            larger.slots[slot_of(&larger, link->device, link->inode)] = *link;
    }
    free(links->slots);
    links->slots = larger.slots;
    links->room = larger.room;
    return DEP_OK;
}

struct dep_slice dep_links_find(const struct dep_links *links, const struct stat *info)
{
    if (info->st_nlink < 2 || !links->room)
        return (struct dep_slice){NULL, 0};
    const struct dep_link *link = &links->slots[slot_of(links, info->st_dev, info->st_ino)];
    return dep_slice_of(link->path_len ? links->paths.data + link->path_at : NULL, link->path_len);
}

int dep_links_note(struct dep_links *links, const struct stat *info, struct dep_slice path)
{
    if (info->st_nlink < 2 || links->count == DEP_LINKS_MAX ||
        path.len > DEP_LINKS_PATHS_MAX - links->paths.len)
        return DEP_OK;
    if (links->count * 2 >= links->room && grow(links) != DEP_OK)
        return DEP_ERR_NOMEM;
    struct dep_link *link = &links->slots[slot_of(links, info->st_dev, info->st_ino)];
    if (link->path_len)
        return DEP_OK;
    uint64_t at = links->paths.len;
    dep_buf_add_slice(&links->paths, path);
    if (dep_buf_err(&links->paths))
        return dep_buf_err(&links->paths);
    *link = (struct dep_link){info->st_dev, info->st_ino, at, (uint32_t)path.len};
    links->count++;
    return DEP_OK;
}
