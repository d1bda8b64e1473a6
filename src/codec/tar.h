/*
 * pax tar headers (POSIX.1-2001, ustar with 'x' headers; GNU sparse 1.0; SCHILY.xattr).
 *
 * Format:  doc/format/vault.md section 2.
 * Layer:   codec (pure): bytes <-> values, no files.
 */
#ifndef DEP_CODEC_TAR_H
#define DEP_CODEC_TAR_H
#include "base/base.h"

enum {
    DEP_TAR_BLOCK = 512,
    DEP_TAR_PATH_MAX = 64 * 1024,
    DEP_TAR_XATTRS_MAX = 256,
    DEP_TAR_PAX_MAX = 1024 * 1024, /* one extended header */
};

struct dep_tar_xattr {
    struct dep_slice name; /* "user.comment" */
    struct dep_slice value;
};

/* One member. Slices are borrowed; in a parsed member from the parser's own buffer until the next
 * call. */
struct dep_tar_member {
    char type; /* '0' file, '1' hard link, '2' symbolic link, '5' folder */
    struct dep_slice path;
    struct dep_slice target; /* of links */
    uint64_t size;           /* bytes of data that follow, before padding */
    uint64_t real_size;      /* of a sparse file, else equal to size */
    bool sparse;             /* data starts with a GNU 1.0 sparse map */
    uint32_t mode;           /* permission bits, 07777 */
    uint64_t uid, gid;
    struct dep_slice uname, gname;
    int64_t mtime_s;
    uint32_t mtime_ns;
    const struct dep_tar_xattr *xattrs;
    size_t xattr_count;
};

/* Append all header blocks of a member ('x' header where needed, then ustar) to `out`. */
DEP_MUST_USE int dep_tar_encode(const struct dep_tar_member *member, struct dep_buf *out);
/* Bytes of zeros after `size` bytes of data: 0..511. */
size_t dep_tar_padding(uint64_t size);

/* GNU sparse map 1.0, with its padding to 512: number of extents, then offset and length of each,
 * decimal lines. */
struct dep_tar_extent {
    uint64_t offset, len;
};
DEP_MUST_USE int dep_tar_map_encode(const struct dep_tar_extent *extents, size_t count,
                                    struct dep_buf *out);
/* Parse the map at the front of `in`; `out_used` is its padded length. Extents ascending, within
 * `real_size`. The array is the caller's (free). */
DEP_MUST_USE int dep_tar_map_parse(struct dep_slice in, uint64_t real_size,
                                   struct dep_tar_extent **out, size_t *out_count, size_t *out_used,
                                   struct dep_finding *why);

/*
 * Read headers block by block. Feed 512 bytes at a time with dep_tar_reader_block(); it says what
 * it needs next: DEP_TAR_MORE another block of header, DEP_TAR_MEMBER `out` is filled and its data
 * follows (size bytes and padding, which the caller skips or reads), DEP_TAR_END at the second zero
 * block. Refuses what dep_tar_encode() would not write (another magic, global headers, base-256
 * numbers, bad checksum, unknown pax keys, duplicate keys).
 */
enum dep_tar_state { DEP_TAR_MORE, DEP_TAR_MEMBER, DEP_TAR_END };
struct dep_tar_reader;
struct dep_tar_reader *dep_tar_reader_new(void);
void dep_tar_reader_free(struct dep_tar_reader *reader);
DEP_MUST_USE int dep_tar_reader_block(struct dep_tar_reader *reader,
                                      const uint8_t block[DEP_TAR_BLOCK],
                                      enum dep_tar_state *out_state, struct dep_tar_member *out,
                                      struct dep_finding *why);
#endif
