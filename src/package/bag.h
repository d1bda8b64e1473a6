/*
 * BagIt 1.0: what is wrong with a bag, from names, sizes, the text of its tag files, and digests
 * that the caller took; and the lines of which a bag is written.
 *
 * Format:  doc/format/package.md section 1.3. Standard: RFC 8493.
 * Layer:   package (pure: no files, no clock, no network).
 * Use:     dep_bag_add() every file, dep_bag_read() once, dep_bag_check() every digest asked for,
 *          dep_bag_finish() once; then the findings.
 */
#ifndef DEP_PACKAGE_BAG_H
#define DEP_PACKAGE_BAG_H
#include "crypto/crypto.h"

enum {
    DEP_BAG_FILES_MAX = 1 << 20,
    DEP_BAG_PATH_MAX = 4096,
    DEP_BAG_TEXT_MAX = 256 * 1024 * 1024, /* a tag file that is read */
    DEP_BAG_INFO_MAX = 4096,              /* elements of bag-info.txt */
    DEP_BAG_FOUND_MAX = 65536,            /* findings kept; dep_bag_left_off() counts the others */
};
#define DEP_BAG_NAMES_MAX ((size_t)1 << 30) /* all names and digests together */

/* Sets of algorithms. A manifest of another one is the finding "bag.algorithm". */
enum {
    DEP_BAG_MD5 = 1,
    DEP_BAG_SHA1 = 2,
    DEP_BAG_SHA256 = 4,
    DEP_BAG_SHA512 = 8,
};
/* "sha256", as in a manifest's name; of exactly one. */
const char *dep_bag_algorithm_name(unsigned algorithm);
size_t dep_bag_algorithm_len(unsigned algorithm); /* of its digest, in bytes */

/* `id` and `clause` are literals; the rest is borrowed from the bag. */
struct dep_bag_found {
    const char *id;
    const char *clause;
    bool warning;          /* the bag is valid all the same */
    struct dep_slice path; /* the file concerned, present or not */
    struct dep_slice in;   /* the tag file that says so, or empty */
    uint64_t line;         /* its line there, from 1, or 0 */
};

struct dep_bag_file {
    struct dep_slice path;
    uint64_t size;
};

struct dep_bag;
DEP_MUST_USE int dep_bag_new(struct dep_bag **out);
void dep_bag_free(struct dep_bag *bag);
static inline void dep_bag_release(struct dep_bag **bag)
{
    dep_bag_free(*bag);
}
#define DEP_AUTO_BAG DEP_CLEANUP(dep_bag_release) struct dep_bag

/* A file below the base directory: its path there, '/' between components. Each once (asserted by
 * dep_bag_read). DEP_ERR_CAP beyond the limits above. */
DEP_MUST_USE int dep_bag_add(struct dep_bag *bag, struct dep_slice path, uint64_t size);

/*
 * Read the declaration, the manifests and bag-info.txt. `text` gives the whole content of file
 * `index`; it is asked for each such file once, for none above DEP_BAG_TEXT_MAX (DEP_ERR_CAP), and
 * what it gives must stay until its next call. A fault of it is returned. Files are from here on in
 * order of their paths, and their indices stay.
 */
typedef int dep_bag_text_fn(void *context, const struct dep_bag_file *file, struct dep_slice *out);
DEP_MUST_USE int dep_bag_read(struct dep_bag *bag, dep_bag_text_fn *text, void *context);

/* After reading. False: the declaration or a version or encoding that isn't ours stopped it, and
 * nothing else was looked at. */
bool dep_bag_was_read(const struct dep_bag *bag);
size_t dep_bag_file_count(const struct dep_bag *bag);
const struct dep_bag_file *dep_bag_file_at(const struct dep_bag *bag, size_t index);
/* Of all manifests, payload and tag. */
unsigned dep_bag_algorithms(const struct dep_bag *bag);
/* For which of them a digest of this file is listed. */
unsigned dep_bag_listed(const struct dep_bag *bag, size_t index);
/* Digest of file `index`, dep_bag_algorithm_len() bytes. What no manifest lists is passed over. */
DEP_MUST_USE int dep_bag_check(struct dep_bag *bag, size_t index, unsigned algorithm,
                               const uint8_t *digest);
/* What was listed and never checked is found now ("bag.unchecked"). */
DEP_MUST_USE int dep_bag_finish(struct dep_bag *bag);

/* Findings so far, in the order they were made. */
size_t dep_bag_found_count(const struct dep_bag *bag);
const struct dep_bag_found *dep_bag_found_at(const struct dep_bag *bag, size_t index);
uint64_t dep_bag_left_off(const struct dep_bag *bag);
/* No finding but warnings; only after dep_bag_finish(). */
bool dep_bag_valid(const struct dep_bag *bag);

/* Elements of bag-info.txt in their order; a continued value has its line ends as they were read.
 */
struct dep_bag_element {
    struct dep_slice label, value;
};
size_t dep_bag_info_count(const struct dep_bag *bag);
const struct dep_bag_element *dep_bag_info_at(const struct dep_bag *bag, size_t index);

/* ---- writing ---- */

/* The two lines of bagit.txt. */
void dep_bag_declaration_encode(struct dep_buf *out);
/* A manifest's line: CR, LF and % of the path are percent-encoded. DEP_ERR_CAP for a path that
 * would not be read back as this one. */
DEP_MUST_USE int dep_bag_line_encode(unsigned algorithm, const uint8_t *digest,
                                     struct dep_slice path, struct dep_buf *out);
/* DEP_ERR_CAP for a label or value with CR or LF, a label with ':' or white space at an end, a
 * value that isn't UTF-8. */
DEP_MUST_USE int dep_bag_element_encode(const char *label, struct dep_slice value,
                                        struct dep_buf *out);
#endif
