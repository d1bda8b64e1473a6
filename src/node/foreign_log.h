/*
 * Of a log in a package that came from another member, what proves some of its records: they
 * themselves, the keys and the status records by which they are judged, tiles, and the checkpoint
 * with what others said of it. All of it as it came.
 *
 * Format:  doc/format/package.md section 5.7.
 * Layer:   node, private to packing.
 */
#ifndef DEP_NODE_FOREIGN_LOG_H
#define DEP_NODE_FOREIGN_LOG_H
#include "node/foreign_bag.h"
#include "package/in_force.h"
#include "record/presentation.h"

enum {
    DEP_FOREIGN_RECORDS_LEN_MAX = 256 * 1024 * 1024, /* of records.jsonl, to be looked through */
    DEP_FOREIGN_FILE_LEN_MAX = 64 * 1024,
};

struct dep_foreign_line {
    uint64_t index;
    struct dep_hash sha256; /* of the JWT */
    const struct dep_schema *schema;
    uint64_t shown;      /* set of places in schema->fields: protected and disclosed */
    bool listed;         /* it has a line in content.jsonl: neither a key nor a status record */
    struct dep_buf text; /* of records.jsonl, with its LF; secret */
};
/* A file that stands beside records.jsonl. */
struct dep_foreign_file {
    char *path; /* "checkpoint", "tile/0/000.p/7" */
    struct dep_buf bytes;
    bool before; /* of an earlier checkpoint, of this size: */
    uint64_t size;
    bool timed; /* somebody but the log signed it, or a token is beside it */
};
struct dep_foreign_log {
    char *origin;
    uint64_t size;
    struct dep_foreign_line *lines; /* index ascending */
    struct dep_foreign_file *files; /* by path */
    struct dep_in_force *proofs;    /* that a status among `lines` lists one of them; in order */
    size_t line_count, line_room, file_count, file_room, proof_count, proof_room;
};
void dep_foreign_log_done(struct dep_foreign_log *log);
#define DEP_AUTO_FOREIGN_LOG DEP_CLEANUP(dep_foreign_log_done) struct dep_foreign_log

/* What is wanted of it. */
struct dep_foreign_want {
    struct dep_hash record;
    bool has_status; /* this status record counted for it */
    struct dep_hash status;
};
/*
 * From whichever log of the package holds those records, one at least; of several none has a
 * status. DEP_FOUND, with nothing told: no log holds all of them, or what it takes isn't all there.
 */
DEP_MUST_USE int dep_foreign_log_take(const struct dep_schemas *schemas,
                                      struct dep_foreign_bag *bag,
                                      const struct dep_foreign_want *wants, size_t want_count,
                                      struct dep_foreign_log *out, struct dep_problem *problem);
/* `from` is of the same origin and size: what `into` doesn't have yet moves there. */
DEP_MUST_USE int dep_foreign_log_merge(struct dep_foreign_log *into, struct dep_foreign_log *from);
#endif
