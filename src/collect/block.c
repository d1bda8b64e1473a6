#include "collect/block.h"

size_t dep_block_chunks(const struct dep_block *block)
{
    return block->len ? (block->len + DEP_AGE_CHUNK - 1) / DEP_AGE_CHUNK : 1;
}

bool dep_contents_next(struct dep_contents *contents, struct dep_slice *out)
{
    const struct dep_block *block = contents->block;
    for (; block && contents->range < block->range_count; contents->range++) {
        const struct dep_range *range = &block->ranges[contents->range];
        if (contents->done == 0 && range->first)
            dep_sha256_start(contents->digest);
        if (contents->done < range->len) {
            *out = dep_slice_of(block->data + range->offset + contents->done,
                                range->len - contents->done);
            return true;
        }
        if (range->out)
            dep_sha256_finish(contents->digest, range->out);
        contents->done = 0;
    }
    return false;
}

void dep_contents_digest(struct dep_contents *contents)
{
    struct dep_slice next;
    while (dep_contents_next(contents, &next)) {
        dep_sha256_add(contents->digest, next.data, next.len);
        contents->done += next.len;
    }
}
