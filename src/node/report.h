/*
 * What a verifier found of a package, signed by who looked: a JWT whose claims hold the account.
 *
 * Format:  doc/format/package.md section 12 (JWS RFC 7515, JWT RFC 7519, Ed25519 RFC 8037).
 * Layer:   node. Signs with an officer's key of a register, or with a key that is in a file.
 */
#ifndef DEP_NODE_REPORT_H
#define DEP_NODE_REPORT_H
#include "node/verify_bag.h"

#define DEP_REPORT_TYP "depositary-report+jwt"
enum { DEP_REPORT_LEN_MAX = 64 * 1024 * 1024 };

struct dep_report_order {
    struct dep_node *node; /* whose officer signs; NULL: the key in `key_path`, PKCS#8 in PEM */
    const char *key_path;
    const struct dep_world *world; /* for its passphrase and the time */
    const char *agent;             /* "depositary 1.2.3" */
};
/*
 * Appends header.payload.signature of the package as it was found; `out_kid` names the key.
 * Findings are those of opening the key. `out` caps at DEP_REPORT_LEN_MAX (DEP_ERR_CAP past it).
 */
DEP_MUST_USE int dep_node_report(const struct dep_report_order *order, struct dep_bag_verified *bag,
                                 struct dep_buf *out, char out_kid[DEP_KID_LEN + 1],
                                 struct dep_problem *problem);
#endif
