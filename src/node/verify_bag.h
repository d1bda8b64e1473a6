/*
 * A package as it lies in a folder: walked, read once from end to end, verified.
 *
 * Layer:   node. Threads: reading, digests and the judging of records share what processors there
 *          are. Needs no register and no key.
 */
#ifndef DEP_NODE_VERIFY_BAG_H
#define DEP_NODE_VERIFY_BAG_H
#include "node/bag_writer.h"
#include "node/node.h"
#include "package/verify.h"

struct dep_bag_order {
    const char *dir;
    const uint8_t *pin; /* DEP_FINGERPRINT_BYTES, or NULL */
    const struct dep_known_checkpoint *known;
    size_t known_count;
    /* Who wrote it, and took digests of the large files while doing so; NULL: nobody who is here.
     * Of these only SHA-256 is taken again, and nothing where the digests are of what was read
     * back; another one is a fault, "pack.readback". */
    const struct dep_bag_writer *written;
    /* Its items are opened afterwards: what is read stays in the page cache, as far as there is
     * room. */
    bool opens;
    dep_progress_fn *progress; /* bytes read, of all there are; may be NULL */
    void *context;
};
/* The verifier, and what it reads again from. */
struct dep_bag_verified;
/*
 * Steps 1 to 8. Nothing outside the folder is read, no link followed. What can't be read is a
 * fault, and so is what changes meanwhile (DEP_ERR_CHANGED).
 */
DEP_MUST_USE int dep_node_verify_bag(const struct dep_bag_order *order,
                                     struct dep_bag_verified **out, struct dep_problem *problem);
void dep_bag_verified_free(struct dep_bag_verified *bag);
/* Borrowed. For items, result and account (package/verify.h). */
struct dep_verify *dep_bag_verified_verify(struct dep_bag_verified *bag);
/* The folder, open; and what a fault of a function of the verifier was about. */
int dep_bag_verified_folder(const struct dep_bag_verified *bag);
const struct dep_fault *dep_bag_verified_fault(const struct dep_bag_verified *bag);

/* Between dep_verify_read() and dep_verify_finish(): each token is read and judged by the
 * authorities that the charter pins (crypto/tsp.h). */
DEP_MUST_USE int dep_bag_tokens(struct dep_verify *verify, const struct dep_package_files *files);

/* Is this folder a package: has it a bagit.txt, and no register.json? */
bool dep_is_bag(const char *dir);
#endif
