#include "package/before.h"

static const char CLAUSE[] = "package.md 5.4";

int dep_before_judge(const struct dep_checkpoint *older, const struct dep_checkpoint *newer,
                     const struct dep_cosign_proof *proof, struct dep_finding *why)
{
    assert(dep_slice_equal(older->origin, newer->origin));
    if (older->size == newer->size && !dep_hash_equal(&older->root, &newer->root))
        return dep_found(why, "log.fork", CLAUSE, 0);
    if (older->size > newer->size)
        return dep_found(why, "log.older", CLAUSE, 0);
    if (proof && proof->old_size != older->size)
        return dep_found(why, "log.inconsistent", CLAUSE, 0);
    if (older->size == 0 || older->size == newer->size)
        return proof && proof->path.count ? dep_found(why, "log.inconsistent", CLAUSE, 0) : DEP_OK;
    if (!proof)
        return dep_found(why, "log.proof", CLAUSE, 0);
    return dep_merkle_verify_consistency(older->size, newer->size, &proof->path, &older->root,
                                         &newer->root)
               ? DEP_OK
               : dep_found(why, "log.inconsistent", "RFC 9162 section 2.1.4.2", 0);
}
