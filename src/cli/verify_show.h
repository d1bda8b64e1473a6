/*
 * The account of a package (doc/format/package.md section 11), in words and as JSON.
 * Layer:   cli.
 */
#ifndef DEP_CLI_VERIFY_SHOW_H
#define DEP_CLI_VERIFY_SHOW_H
#include "cli/cli.h"
#include "package/verify.h"

/* Both return DEP_OK or the fault of reading a record again. `notice`: what the judge alone is told
 * (dep_verify_notice_read()); NULL where nothing opened it. */
DEP_MUST_USE int dep_show_package(const struct dep_schemas *schemas, struct dep_verify *verify,
                                  const json_t *notice);
/* One object, written record by record: whatever is in the package, memory stays what it is. */
DEP_MUST_USE int dep_print_package_json(struct dep_verify *verify, const json_t *notice);
#endif
