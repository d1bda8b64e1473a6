/*
 * What the files of the bag share and nobody else needs.
 *
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_BAG_INTERNAL_H
#define DEP_PACKAGE_BAG_INTERNAL_H
#include "package/bag.h"

enum { BAG_ALGORITHMS = 4, BAG_DIGEST_MAX = 64 };

struct bag_entry {
    struct dep_bag_file file;
    const uint8_t *expected[BAG_ALGORITHMS]; /* by bit of the algorithm; NULL: not listed */
    uint8_t named, checked; /* sets of algorithms: listed by this very name; digest given */
    bool payload;
    bool altered; /* told already, whichever digest showed it */
};

/* A name as it is folded, and its place in the entries. */
struct bag_fold {
    struct dep_slice folded;
    uint32_t place;
};

struct dep_bag {
    struct dep_arena *arena;
    size_t arena_used;
    struct bag_entry *entries;
    size_t count, room;
    struct bag_fold *folds; /* one an entry, ascending */
    struct dep_bag_found *found;
    size_t found_count, found_room;
    uint64_t left_off;
    struct dep_bag_element *elements;
    size_t element_count;
    unsigned payload_algorithms, tag_algorithms;
    uint64_t payload_files, payload_bytes;
    bool lists_payload; /* some manifest names a payload file */
    bool sorted, was_read, finished, wanting;
    struct dep_buf scratch; /* a path being read */
};

/* Copy into the arena. NULL with `err` set. */
const uint8_t *bag_keep(struct dep_bag *bag, const void *data, size_t len, int *err);

/* Note a finding about file `path` (or none: empty), and one that line `line` of tag file `in`
 * gives. The names are copied. */
DEP_MUST_USE int bag_find(struct dep_bag *bag, const char *id, const char *clause, bool warning,
                          struct dep_slice path);
DEP_MUST_USE int bag_find_line(struct dep_bag *bag, const char *id, const char *clause,
                               bool warning, struct dep_slice path, struct dep_slice in,
                               uint64_t line);
/* "bag.altered", once a file, though each of its digests shows it. */
DEP_MUST_USE int bag_find_altered(struct dep_bag *bag, struct bag_entry *entry, struct dep_slice in,
                                  uint64_t line);
int bag_slices_compare(struct dep_slice a, struct dep_slice b);
/* Of the first file whose path isn't before `path`. */
size_t bag_entry_place(const struct dep_bag *bag, struct dep_slice path);
/* NULL where there is no such file. */
struct bag_entry *bag_entry_find(struct dep_bag *bag, struct dep_slice path);
/* A file of that folded name; the first of several. */
DEP_MUST_USE int bag_entry_find_folded(struct dep_bag *bag, struct dep_slice path,
                                       struct bag_entry **out);
unsigned bag_algorithm_bit(unsigned algorithm);
/* 0 where it isn't one of ours. */
unsigned bag_algorithm_parse(struct dep_slice name);

/* ---- text ---- */
/* The next line without its end: LF, CR or CRLF, or the end of the text. */
struct dep_slice bag_next_line(struct dep_slice *rest);
bool bag_blank(uint8_t byte);
/* What stands behind a prefix that is there. */
struct dep_slice bag_after(struct dep_slice line, const char *prefix);
/* The whole text of a tag file; `out_good` false (and a finding) where it isn't UTF-8 or has a BOM.
 */
DEP_MUST_USE int bag_get_text(struct dep_bag *bag, const struct bag_entry *entry,
                              dep_bag_text_fn *text, void *context, struct dep_slice *out,
                              bool *out_good);
/* All manifests of one kind: payload, or tag manifests. */
DEP_MUST_USE int bag_read_manifests(struct dep_bag *bag, bool tags, dep_bag_text_fn *text,
                                    void *context);
bool bag_is_tag_manifest(struct dep_slice path);

/* ---- paths ---- */
/* Nothing outside the base directory can be meant by it. */
bool bag_path_safe(struct dep_slice path);
/* Windows can store it. */
bool bag_path_portable(struct dep_slice path);
/* %25, %0A and %0D; false for any other '%'. `out` is cleared first; its error is the caller's. */
DEP_MUST_USE bool bag_percent_parse(struct dep_slice text, struct dep_buf *out);
void bag_percent_encode(struct dep_slice path, struct dep_buf *out);
#endif
