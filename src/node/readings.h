/*
 * Readings: which records an officer's key opened, kept in REGISTER/readings/CODE until they become
 * a record of their own (reading.recorded), in batches.
 *
 * Format:  doc/format/register.md section 5.
 * Layer:   node, private to it.
 * Owns:    a descriptor and a key, until dep_readings_done().
 * Errors:  a reading that can't be kept is told (`unrecorded` of the order) and not refused: who
 *          has the file and the key reads it anyway.
 */
#ifndef DEP_NODE_READINGS_H
#define DEP_NODE_READINGS_H
#include "base/base.h"
#include "codec/text.h"

struct dep_node;
struct dep_problem;
struct dep_aead;

enum {
    DEP_READINGS_LEN_MAX = 64 * 1024 * 1024, /* about 600,000 readings */
    DEP_READINGS_DUE_LEN = 64 * 1024,
    DEP_READINGS_DUE_S = 24 * 3600,
    DEP_READING_RECORDS_MAX = 16384, /* in one reading.recorded */
};

struct dep_readings {
    int fd; /* -1: nothing kept yet */
    struct dep_aead *aead;
    bool folded; /* what earlier sessions left was looked at */
    bool due;    /* it is to be recorded by a command that else only reads */
    bool failed; /* told once */
};
void dep_readings_init(struct dep_readings *readings);
/* What was kept is durable from here on. */
void dep_readings_done(struct dep_readings *readings);

/* Before it is handed out: the officer, unlocked, is about to see protected values of `jti`. */
void dep_readings_keep(struct dep_node *node, const char *jti);
/* `code` passes from the revoked `kid` to another key: what was kept under it becomes
 * readings/_former.KID, which nobody's records count (no code begins with "_"). */
DEP_MUST_USE int dep_readings_set_aside(struct dep_node *node, const char *code, const char *kid,
                                        struct dep_problem *problem);
/* Whether a command that only reads should record first what lies there: from the length of the
 * file and the time of its oldest line. A clock that jumped doesn't keep readings for ever. */
bool dep_readings_due(uint64_t len, int64_t oldest_s, int64_t now_s);
/* The same of the officer's file; false where there is none or nothing can be written here. */
bool dep_node_readings_due(struct dep_node *node);
/* Make records of what lies there, and empty the file: appended, not published. Once a process;
 * nothing to do while another process does it. */
DEP_MUST_USE int dep_readings_fold(struct dep_node *node, struct dep_problem *problem);
/* The same; what fails is told and stands in nobody's way. */
void dep_readings_record(struct dep_node *node);
/* The same and published, where it is due in a command that else only reads. */
void dep_readings_record_due(struct dep_node *node);
#endif
