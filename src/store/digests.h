/*
 * What a package needs to know of bytes that are read once: SHA-256 and SHA-512 of each file, and
 * SHA-256 of the payload that lies in one file or several.
 *
 * Layer:   store (touches no file).
 * Threads: the caller's and one more share the work; used from one thread.
 */
#ifndef DEP_STORE_DIGESTS_H
#define DEP_STORE_DIGESTS_H
#include "crypto/crypto.h"

struct dep_digests;
/* SHA-256 of the first `at` bytes of a file, not finished: two threads can digest the file again,
 * one up to here, the other from here on. `at` 0: none was kept. */
struct dep_digest_mark {
    uint64_t at;
    struct dep_sha256_stream sha256;
};
DEP_MUST_USE int dep_digests_new(struct dep_digests **out);
void dep_digests_free(struct dep_digests *digests);
/* The next bytes of the file at hand, and of the payload; either may be empty. Both are digested
 * when it returns. A few MiB at a time keep both threads busy. */
void dep_digests_add(struct dep_digests *digests, struct dep_slice file, struct dep_slice payload);
/* The same in two steps, for who has something else to do with these bytes meanwhile: the other
 * thread begins at once, the caller's joins in with the second. */
void dep_digests_begin(struct dep_digests *digests, struct dep_slice file,
                       struct dep_slice payload);
void dep_digests_end(struct dep_digests *digests);
/* As it stands for the file at hand; `at` is the caller's to know. */
void dep_digests_mark(const struct dep_digests *digests, uint64_t at, struct dep_digest_mark *out);
/* The file at hand ends here; what follows is the next one's. */
void dep_digests_file(struct dep_digests *digests, struct dep_hash *out_sha256,
                      uint8_t out_sha512[DEP_SHA512_LEN]);
/* The payload ends here. */
void dep_digests_payload(struct dep_digests *digests, struct dep_hash *out);
#endif
