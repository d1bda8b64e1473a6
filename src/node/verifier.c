/*
 * The installed API over dep_node_verify(): shapes that can stay while ours change.
 */
#include "depositary/verify.h"
#include "node/audit.h"

#include <stdlib.h>
#include <string.h>

struct depositary_verifier {
    char *dir, *seen;
    bool skip_containers;
    depositary_finding_fn *finding;
    void *context;
    struct dep_verified result;
    struct dep_problem problem;
    int err;
};

struct depositary_verifier *depositary_verifier_new(const char *dir)
{
    struct depositary_verifier *verifier = dep_alloc(sizeof *verifier);
    if (verifier && !(verifier->dir = dep_strdup(dir))) {
        free(verifier);
        return NULL;
    }
    return verifier;
}

void depositary_verifier_free(struct depositary_verifier *verifier)
{
    if (!verifier)
        return;
    free(verifier->dir);
    free(verifier->seen);
    free(verifier);
}

void depositary_verifier_read_containers(struct depositary_verifier *verifier, bool read)
{
    verifier->skip_containers = !read;
}

bool depositary_verifier_show(struct depositary_verifier *verifier, const char *checkpoint_file)
{
    char *seen = dep_strdup(checkpoint_file);
    if (!seen)
        return false;
    free(verifier->seen);
    verifier->seen = seen;
    return true;
}

void depositary_verifier_on_finding(struct depositary_verifier *verifier,
                                    depositary_finding_fn *finding, void *context)
{
    verifier->finding = finding;
    verifier->context = context;
}

enum depositary_result depositary_verifier_run(struct depositary_verifier *verifier)
{
    const struct dep_verify_order order = {
        .dir = verifier->dir,
        .containers = !verifier->skip_containers,
        .seen_note = verifier->seen,
        .finding = verifier->finding,
        .context = verifier->context,
    };
    verifier->result = (struct dep_verified){.verdict = NULL};
    verifier->problem = (struct dep_problem){.detail = ""};
    /* The process is its owner's: its core dumps and its allocator are left as they are. */
    verifier->err = dep_crypto_init(false);
    if (verifier->err)
        (void)!dep_problem_fault(&verifier->problem, verifier->err, "crypto", verifier->dir);
    else
        verifier->err = dep_node_verify(&order, &verifier->result, &verifier->problem);
    if (verifier->err)
        return DEPOSITARY_FAULT;
    return strcmp(verifier->result.verdict, "intact") == 0 ? DEPOSITARY_INTACT : DEPOSITARY_WANTING;
}

const char *depositary_verifier_verdict(const struct depositary_verifier *verifier)
{
    return verifier->result.verdict;
}

uint64_t depositary_verifier_count(const struct depositary_verifier *verifier,
                                   enum depositary_count which)
{
    switch (which) {
    case DEPOSITARY_RECORDS: return verifier->result.records;
    case DEPOSITARY_TILES: return verifier->result.tiles;
    case DEPOSITARY_CONTAINERS: return verifier->result.containers;
    case DEPOSITARY_FINDINGS: return verifier->result.findings;
    }
    return 0;
}

const char *depositary_verifier_fault(const struct depositary_verifier *verifier)
{
    if (!verifier->err)
        return "";
    if (verifier->err == DEP_FOUND)
        return verifier->problem.finding.id;
    const char *what = verifier->problem.fault.what;
    return what ? what : dep_err_name(verifier->err);
}

const char *depositary_verifier_fault_where(const struct depositary_verifier *verifier)
{
    return verifier->err == DEP_FOUND ? verifier->problem.detail : verifier->problem.fault.where;
}
