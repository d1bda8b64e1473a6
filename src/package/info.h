/*
 * bag-info.txt: what people and archives read first. It is signed by nobody, so a verifier compares
 * it with what is.
 *
 * Format:  doc/format/package.md section 1.2.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_INFO_H
#define DEP_PACKAGE_INFO_H
#include "package/bag.h"
#include "package/content.h"

enum { DEP_PACKAGE_INFO_LEN_MAX = 4096 };

struct dep_package_info {
    const char *sender;     /* id of the member */
    int64_t date_s;         /* iat of the head record */
    const char *id;         /* of the package */
    uint64_t octets, files; /* below data/ */
    struct dep_slice agent; /* "depositary 0.1.0", printable ASCII */
    enum dep_package_kind kind;
};
/* The whole text, appended. DEP_ERR_CAP where a reader would not take it back. */
DEP_MUST_USE int dep_package_info_encode(const struct dep_package_info *info, struct dep_buf *out);

/* One element of a bag that was read: the first of that label; false where there is none. */
bool dep_package_info_get(const struct dep_bag *bag, const char *label, struct dep_slice *out);
#endif
