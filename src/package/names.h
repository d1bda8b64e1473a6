/*
 * Names of the files of a package, and what stands where in one.
 *
 * Format:  doc/format/package.md section 1.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_NAMES_H
#define DEP_PACKAGE_NAMES_H
#include "log/tile.h"

enum { DEP_PACKAGE_COMPONENT_MAX = 64, DEP_PACKAGE_PATH_MAX = 200, DEP_PACKAGE_LOGS_MAX = 1000 };

/* Section 1.1: no other name stands in a package. */
bool dep_package_name_valid(struct dep_slice path);

/* What a file is, by its path in the package. */
enum dep_place_kind {
    DEP_PLACE_OTHER, /* only where content.jsonl says so */
    DEP_PLACE_TAG,   /* one of the six beside data/ */
    DEP_PLACE_CONTENT,
    DEP_PLACE_CHARTER,   /* number */
    DEP_PLACE_ADOPTIONS, /* number */
    DEP_PLACE_CHECKPOINT,
    DEP_PLACE_RECORDS,
    DEP_PLACE_IN_FORCE,
    DEP_PLACE_TILE,
    DEP_PLACE_TOKEN,  /* over the checkpoint */
    DEP_PLACE_BEFORE, /* size: an earlier checkpoint, */
    DEP_PLACE_BEFORE_PROOF,
    DEP_PLACE_BEFORE_TOKEN,
    DEP_PLACE_COSIGN_REQUEST,
    DEP_PLACE_COSIGN_ANSWER,
    DEP_PLACE_COSIGN_REFUSAL,
    DEP_PLACE_UNKNOWN, /* in a folder of ours, and nothing that belongs there */
};
struct dep_package_place {
    enum dep_place_kind kind;
    unsigned folder; /* of logs/ or cosign/: 0 to 999 */
    uint64_t number; /* of a charter; size of a checkpoint before */
    struct dep_tile_id tile;
};
/* `path` is a valid name. */
void dep_package_place(struct dep_slice path, struct dep_package_place *out);
#endif
