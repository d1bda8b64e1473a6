/*
 * A bag on its way to disk: written beside its place as BAG.unfinished, digests taken while
 * writing, manifests last, synced, and only then given its name. So what bears the name is whole.
 *
 * Format:  doc/format/package.md section 1.
 * Layer:   node.
 * Owns:    the folder BAG.unfinished, and a lock on it: what a killed writer left there is removed
 *          by the next one, what a living one writes is not touched.
 */
#ifndef DEP_NODE_BAG_WRITER_H
#define DEP_NODE_BAG_WRITER_H
#include "package/info.h"
#include "store/digests.h"

struct dep_bag_writer;
/* `path` must not exist. Faults: "pack.exists", "pack.unfinished" (somebody is writing it, or a
 * folder of that name is no unfinished bag), "pack.folder". */
DEP_MUST_USE int dep_bag_writer_new(const char *path, struct dep_bag_writer **out,
                                    struct dep_fault *fault);
/* What wasn't published is removed. */
void dep_bag_writer_free(struct dep_bag_writer *writer);
static inline void dep_bag_writer_release(struct dep_bag_writer **writer)
{
    dep_bag_writer_free(*writer);
}
#define DEP_AUTO_BAG_WRITER DEP_CLEANUP(dep_bag_writer_release) struct dep_bag_writer

/* Paths here are names of section 1.1 below data/, folders made as they are needed. One file at a
 * time; a failed one leaves the writer good for nothing but to be freed. */
DEP_MUST_USE int dep_bag_writer_open(struct dep_bag_writer *writer, const char *path,
                                     struct dep_fault *fault);
DEP_MUST_USE int dep_bag_writer_add(struct dep_bag_writer *writer, struct dep_slice bytes,
                                    struct dep_fault *fault);
/* `out_sha256` may be NULL. */
DEP_MUST_USE int dep_bag_writer_close(struct dep_bag_writer *writer, struct dep_hash *out_sha256,
                                      struct dep_fault *fault);
/* The three in one. */
DEP_MUST_USE int dep_bag_writer_put(struct dep_bag_writer *writer, const char *path,
                                    struct dep_slice bytes, struct dep_fault *fault);

/* A file that somebody else writes: the folder data/ to open it in, its own folder made; and what
 * was written, so that it is listed. */
DEP_MUST_USE int dep_bag_writer_folder(struct dep_bag_writer *writer, const char *path,
                                       struct dep_fault *fault);
int dep_bag_writer_fd(const struct dep_bag_writer *writer);
struct dep_bag_written {
    const char *path; /* below data/; copied */
    uint64_t bytes;
    struct dep_hash sha256;
    uint8_t sha512[DEP_SHA512_LEN];
    /* Of an age file, or of all pieces of one: its payload's. */
    bool has_payload;
    struct dep_hash payload_sha256;
    struct dep_digest_mark half; /* about half way, for reading it back on two threads */
    /* Digested as the disk gave it back, not as it was written. */
    bool read_back;
};
DEP_MUST_USE int dep_bag_writer_list(struct dep_bag_writer *writer,
                                     const struct dep_bag_written *file, struct dep_fault *fault);

/* Payload so far. */
uint64_t dep_bag_writer_count(const struct dep_bag_writer *writer);
uint64_t dep_bag_writer_bytes(const struct dep_bag_writer *writer);

/* Manifests, bag-info.txt (octets and files are counted here), bagit.txt, tag manifests; all of it
 * durable. */
DEP_MUST_USE int dep_bag_writer_finish(struct dep_bag_writer *writer,
                                       const struct dep_package_info *info,
                                       struct dep_fault *fault);
/* What was listed, by its path in the bag ("data/items/...", which `path` of it is too); NULL where
 * nothing was, or before dep_bag_writer_finish(). Borrowed. */
const struct dep_bag_written *dep_bag_writer_find(const struct dep_bag_writer *writer,
                                                  struct dep_slice path);
/* Where it lies until then, to be read back. */
const char *dep_bag_writer_dir(const struct dep_bag_writer *writer);
/* Its name, durably; never over something ("pack.exists"). "pack.lost": the file system has the
 * name, and no more what was in the folder. */
DEP_MUST_USE int dep_bag_writer_publish(struct dep_bag_writer *writer, struct dep_fault *fault);
#endif
