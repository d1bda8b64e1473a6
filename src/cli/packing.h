/*
 * Layer:   cli.
 */
#ifndef DEP_CLI_PACKING_H
#define DEP_CLI_PACKING_H
#include "node/pack.h"

/* `documents` of struct dep_pack_how: index.html, and custody.LANG.pdf where items go. `node`: a
 * struct dep_node. */
DEP_MUST_USE int dep_pack_make_documents(void *node, const struct dep_pack_documents *of,
                                         dep_pack_put_fn *put, void *to, struct dep_finding *why);
/* `notice_page` of it, the same. */
DEP_MUST_USE int dep_pack_make_notice(void *node, const struct dep_pack_notice *of,
                                      struct dep_buf *out);
#endif
