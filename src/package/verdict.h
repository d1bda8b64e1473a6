/*
 * Steps 7 and 8: what signatures and consents are judged by, and the verdict on which the package
 * was released, judged again from the records in it.
 *
 * Format:  doc/format/package.md sections 5.3, 5.5 and 7.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_VERDICT_H
#define DEP_PACKAGE_VERDICT_H
#include "package/verify.h"

/*
 * After steps 1 to 6, with a head record that is good. What is wrong becomes findings of `verify`.
 * `out_verdict` gets a new reference to VERDICT as it is shown, NULL where there is none.
 */
DEP_MUST_USE int dep_step_judge(struct dep_verify *verify, json_t **out_verdict);
#endif
