/*
 * Two checkpoints of one log: the same log, grown; or not.
 *
 * Format:  doc/format/package.md section 5.4. Standard: RFC 9162 section 2.1.4.2.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_BEFORE_H
#define DEP_PACKAGE_BEFORE_H
#include "log/cosign.h"

/*
 * Does `newer` extend `older` (of the same origin: asserted)? `proof` from `older`; NULL where
 * there is none. Findings
 *   "log.fork"          equal size, other root: the two notes prove it to anyone; altered
 *   "log.older"         `newer` is smaller, and nothing shows the way round; unproved
 *   "log.inconsistent"  the proof fails, or is from another size: suspected, proves nothing by
 *                       itself; altered
 *   "log.proof"         a proof is needed and there is none; unproved
 * A tree of size 0 is extended by any, equal trees by themselves; neither needs a proof, and where
 * one is given it must be empty.
 */
DEP_MUST_USE int dep_before_judge(const struct dep_checkpoint *older,
                                  const struct dep_checkpoint *newer,
                                  const struct dep_cosign_proof *proof, struct dep_finding *why);
#endif
