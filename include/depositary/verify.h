/*
 * libdepositary: verify a register of evidence, as a court, a defence or a newspaper would.
 *
 * Format:  doc/format of the project. No key is needed, and nothing is written.
 * Owns:    what is passed in is copied; what is returned lives as long as its verifier.
 * Errors:  enum depositary_result. What is found is told, not judged away: each finding has a
 *          stable id ("record.signature") and one of the words intact, altered, not_shown,
 *          withheld, unproved, disputed.
 *
 * An intact register doesn't prove that what is recorded is true, that it was lawfully obtained, or
 * what happened before sealing. A verifier belongs to one thread at a time; several may work at
 * once. The bytes read are foreign: a process that verifies strangers' registers had better be
 * confined.
 */
#ifndef DEPOSITARY_VERIFY_H
#define DEPOSITARY_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum depositary_result {
    DEPOSITARY_FAULT = -1,  /* could not be verified: see depositary_verifier_fault() */
    DEPOSITARY_INTACT = 0,  /* every check was passed */
    DEPOSITARY_WANTING = 1, /* there were findings: see depositary_verifier_verdict() */
};

enum depositary_count {
    DEPOSITARY_RECORDS,
    DEPOSITARY_TILES,      /* of the log, compared with the records */
    DEPOSITARY_CONTAINERS, /* whose bytes were read */
    DEPOSITARY_FINDINGS,
};

struct depositary_verifier;

/* A verifier of the register in folder `dir`, which is not opened yet. NULL: out of memory. */
struct depositary_verifier *depositary_verifier_new(const char *dir);
/* NULL is fine. */
void depositary_verifier_free(struct depositary_verifier *verifier);

/* Whether the bytes of the containers are read, which takes as long as reading the disk. Yes, where
 * not called. */
void depositary_verifier_read_containers(struct depositary_verifier *verifier, bool read);
/* A file with a checkpoint of this log that was shown before: a log that doesn't extend it, or that
 * it extends, is found. False: out of memory. */
bool depositary_verifier_show(struct depositary_verifier *verifier, const char *checkpoint_file);

/* Called in the thread that runs the verifier; the strings are borrowed until it returns. `where`
 * is the record, file or item concerned, and is foreign text: not fit for a terminal as it is. */
typedef void depositary_finding_fn(void *context, const char *id, const char *what,
                                   const char *where);
void depositary_verifier_on_finding(struct depositary_verifier *verifier,
                                    depositary_finding_fn *finding, void *context);

/* Opens the register, reads and compares. May be called again: everything is read anew. */
enum depositary_result depositary_verifier_run(struct depositary_verifier *verifier);

/* After a run. The verdict is "intact", "altered", "disputed" or "unproved"; NULL after a fault. */
const char *depositary_verifier_verdict(const struct depositary_verifier *verifier);
uint64_t depositary_verifier_count(const struct depositary_verifier *verifier,
                                   enum depositary_count which);
/* A stable id ("store.no_register") and the file or thing concerned; empty where there was none. */
const char *depositary_verifier_fault(const struct depositary_verifier *verifier);
const char *depositary_verifier_fault_where(const struct depositary_verifier *verifier);

#ifdef __cplusplus
}
#endif
#endif
