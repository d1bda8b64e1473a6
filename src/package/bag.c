/*
 * The bag as a table of files: names in, what was listed of each, digests compared.
 */
#include "package/bag_internal.h"

#include "codec/fold.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t len;
} ALGORITHMS[BAG_ALGORITHMS] = {{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha512", 64}};

unsigned bag_algorithm_bit(unsigned algorithm)
{
    unsigned bit = 0;
    while (bit < BAG_ALGORITHMS && algorithm != 1u << bit)
        bit++;
    assert(bit < BAG_ALGORITHMS);
    return bit;
}

const char *dep_bag_algorithm_name(unsigned algorithm)
{
    return ALGORITHMS[bag_algorithm_bit(algorithm)].name;
}

size_t dep_bag_algorithm_len(unsigned algorithm)
{
    return ALGORITHMS[bag_algorithm_bit(algorithm)].len;
}

unsigned bag_algorithm_parse(struct dep_slice name)
{
    for (unsigned bit = 0; bit < BAG_ALGORITHMS; bit++)
        if (dep_slice_equal_string(name, ALGORITHMS[bit].name))
            return 1u << bit;
    return 0;
}

int dep_bag_new(struct dep_bag **out)
{
    struct dep_bag *bag = dep_alloc(sizeof *bag);
    if (!bag)
        return DEP_ERR_NOMEM;
    bag->arena = dep_arena_new(DEP_BAG_NAMES_MAX);
    if (!bag->arena) {
        free(bag);
        return DEP_ERR_NOMEM;
    }
    dep_buf_init(&bag->scratch, 4 * DEP_BAG_PATH_MAX);
    *out = bag;
    return DEP_OK;
}

void dep_bag_free(struct dep_bag *bag)
{
    if (!bag)
        return;
    dep_arena_free(bag->arena);
    dep_buf_done(&bag->scratch);
    free(bag->entries);
    free(bag->folds);
    free(bag->found);
    free(bag->elements);
    free(bag);
}

const uint8_t *bag_keep(struct dep_bag *bag, const void *data, size_t len, int *err)
{
    if (len > DEP_BAG_NAMES_MAX - bag->arena_used) {
        *err = DEP_ERR_CAP;
        return NULL;
    }
    uint8_t *copy = dep_arena_alloc(bag->arena, len ? len : 1);
    if (!copy) {
        *err = DEP_ERR_NOMEM;
        return NULL;
    }
    if (len)
        memcpy(copy, data, len);
    bag->arena_used += len;
    return copy;
}

int dep_bag_add(struct dep_bag *bag, struct dep_slice path, uint64_t size)
{
    assert(!bag->sorted);
    if (path.len > DEP_BAG_PATH_MAX || bag->count == DEP_BAG_FILES_MAX)
        return DEP_ERR_CAP;
    if (bag->count == bag->room) {
        size_t room = bag->room ? bag->room * 2 : 64;
        struct bag_entry *entries = dep_realloc_array(bag->entries, room, sizeof *entries);
        if (!entries)
            return DEP_ERR_NOMEM;
        bag->entries = entries;
        bag->room = room;
    }
    int err = DEP_OK;
    const uint8_t *copy = bag_keep(bag, path.data, path.len, &err);
    if (err)
        return err;
    bag->entries[bag->count++] = (struct bag_entry){.file = {dep_slice_of(copy, path.len), size},
                                                    .payload = dep_slice_starts(path, "data/")};
    return DEP_OK;
}

static struct dep_slice kept_slice(struct dep_bag *bag, struct dep_slice text, int *err)
{
    return text.len ? dep_slice_of(bag_keep(bag, text.data, text.len, err), text.len) : text;
}

int bag_find_line(struct dep_bag *bag, const char *id, const char *clause, bool warning,
                  struct dep_slice path, struct dep_slice in, uint64_t line)
{
    bag->wanting |= !warning;
    if (bag->found_count == DEP_BAG_FOUND_MAX) {
        bag->left_off++;
        return DEP_OK;
    }
    if (bag->found_count == bag->found_room) {
        size_t room = bag->found_room ? bag->found_room * 2 : 16;
        struct dep_bag_found *found = dep_realloc_array(bag->found, room, sizeof *found);
        if (!found)
            return DEP_ERR_NOMEM;
        bag->found = found;
        bag->found_room = room;
    }
    int err = DEP_OK;
    struct dep_bag_found found = {.id = id, .clause = clause, .warning = warning, .line = line};
    found.path = kept_slice(bag, path, &err);
    if (!err)
        found.in = kept_slice(bag, in, &err);
    if (!err)
        bag->found[bag->found_count++] = found;
    return err;
}

int bag_find(struct dep_bag *bag, const char *id, const char *clause, bool warning,
             struct dep_slice path)
{
    return bag_find_line(bag, id, clause, warning, path, (struct dep_slice){NULL, 0}, 0);
}

int bag_find_altered(struct dep_bag *bag, struct bag_entry *entry, struct dep_slice in,
                     uint64_t line)
{
    if (entry->altered)
        return DEP_OK;
    entry->altered = true;
    return bag_find_line(bag, "bag.altered", "RFC 8493 3", false, entry->file.path, in, line);
}

int bag_slices_compare(struct dep_slice a, struct dep_slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_path(const void *path, const void *entry)
{
    return bag_slices_compare(*(const struct dep_slice *)path,
                              ((const struct bag_entry *)entry)->file.path);
}

size_t bag_entry_place(const struct dep_bag *bag, struct dep_slice path)
{
    return dep_list_place(&path, bag->entries, bag->count, sizeof *bag->entries, compare_path);
}

struct bag_entry *bag_entry_find(struct dep_bag *bag, struct dep_slice path)
{
    size_t at = bag_entry_place(bag, path);
    return at < bag->count && dep_slice_equal(bag->entries[at].file.path, path) ? &bag->entries[at]
                                                                                : NULL;
}

static int compare_folded(const void *folded, const void *fold)
{
    return bag_slices_compare(*(const struct dep_slice *)folded,
                              ((const struct bag_fold *)fold)->folded);
}

int bag_entry_find_folded(struct dep_bag *bag, struct dep_slice path, struct bag_entry **out)
{
    DEP_AUTO_BUF folded;
    dep_buf_init(&folded, 16 * DEP_BAG_PATH_MAX);
    int err = dep_fold_name(path, &folded);
    if (err)
        return err;
    struct dep_slice wanted = dep_buf_slice(&folded);
    size_t at = dep_list_place(&wanted, bag->folds, bag->count, sizeof *bag->folds, compare_folded);
    bool there = at < bag->count && dep_slice_equal(bag->folds[at].folded, wanted);
    *out = there ? &bag->entries[bag->folds[at].place] : NULL;
    return DEP_OK;
}

bool dep_bag_was_read(const struct dep_bag *bag)
{
    return bag->was_read;
}

size_t dep_bag_file_count(const struct dep_bag *bag)
{
    return bag->count;
}

const struct dep_bag_file *dep_bag_file_at(const struct dep_bag *bag, size_t index)
{
    assert(index < bag->count);
    return &bag->entries[index].file;
}

unsigned dep_bag_algorithms(const struct dep_bag *bag)
{
    return bag->payload_algorithms | bag->tag_algorithms;
}

unsigned dep_bag_listed(const struct dep_bag *bag, size_t index)
{
    assert(index < bag->count);
    unsigned listed = 0;
    for (unsigned bit = 0; bit < BAG_ALGORITHMS; bit++)
        listed |= bag->entries[index].expected[bit] ? 1u << bit : 0;
    return listed;
}

int dep_bag_check(struct dep_bag *bag, size_t index, unsigned algorithm, const uint8_t *digest)
{
    assert(bag->was_read && index < bag->count);
    unsigned bit = bag_algorithm_bit(algorithm);
    struct bag_entry *entry = &bag->entries[index];
    if (!entry->expected[bit])
        return DEP_OK;
    entry->checked |= (uint8_t)algorithm;
    if (memcmp(entry->expected[bit], digest, ALGORITHMS[bit].len) == 0)
        return DEP_OK;
    return bag_find_altered(bag, entry, (struct dep_slice){NULL, 0}, 0);
}

int dep_bag_finish(struct dep_bag *bag)
{
    assert(bag->sorted && !bag->finished);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < bag->count; i++)
        if (dep_bag_listed(bag, i) & ~bag->entries[i].checked)
            err = bag_find(bag, "bag.unchecked", "RFC 8493 3", false, bag->entries[i].file.path);
    bag->finished = !err;
    return err;
}

size_t dep_bag_found_count(const struct dep_bag *bag)
{
    return bag->found_count;
}

const struct dep_bag_found *dep_bag_found_at(const struct dep_bag *bag, size_t index)
{
    assert(index < bag->found_count);
    return &bag->found[index];
}

uint64_t dep_bag_left_off(const struct dep_bag *bag)
{
    return bag->left_off;
}

bool dep_bag_valid(const struct dep_bag *bag)
{
    assert(bag->finished);
    return !bag->wanting;
}

size_t dep_bag_info_count(const struct dep_bag *bag)
{
    return bag->element_count;
}

const struct dep_bag_element *dep_bag_info_at(const struct dep_bag *bag, size_t index)
{
    assert(index < bag->element_count);
    return &bag->elements[index];
}
