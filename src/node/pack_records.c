/*
 * records.jsonl: each record with exactly the fields decided, two batches at once.
 */
#include "node/pack_impl.h"
#include "package/records.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 512 };
static const char PATH[] = "logs/000/records.jsonl";

/* Lines of some entries, made beside those of others: both only read what neither changes. */
struct batch {
    const struct dep_pack *pack;
    const struct dep_hash *head; /* of package.sent */
    const struct pack_entry *entries;
    size_t count;
    const struct dep_role_identity *roles;
    size_t role_count;
    struct dep_buf lines;                  /* secret */
    struct dep_buf jwt, disclosures, text; /* of the record at work */
    struct dep_problem problem;
    int err;
};

static struct dep_place place_of(const struct dep_index_place *from)
{
    return (struct dep_place){.segment = from->segment, .len = from->len, .offset = from->offset};
}

static int open_disclosures(struct batch *batch, const struct pack_entry *entry)
{
    const struct dep_pack *pack = batch->pack;
    struct dep_place secret = place_of(&entry->secret), keyring = place_of(&entry->keyring);
    if (dep_hash_equal(&entry->sha256, batch->head) && pack->head_disclosures.len) {
        dep_buf_add_slice(&batch->disclosures, dep_buf_slice(&pack->head_disclosures));
        return dep_buf_err(&batch->disclosures);
    }
    return dep_register_open_secret(pack->node->reg, entry->jti, &secret, &keyring, batch->roles,
                                    batch->role_count, &batch->disclosures, &batch->problem.finding,
                                    &batch->problem.fault);
}

/* With nothing disclosed: the record itself, which its digest vouches for. */
static int make_bare_line(struct batch *batch, const struct pack_entry *entry)
{
    struct dep_hash sha256;
    dep_sha256(dep_buf_slice(&batch->jwt), &sha256);
    if (!dep_hash_equal(&sha256, &entry->sha256))
        return dep_fault_set(&batch->problem.fault, DEP_ERR_CORRUPT, 0, "node.log_differs",
                             "record %llu", (unsigned long long)entry->index);
    dep_buf_add_byte(&batch->jwt, '~');
    return dep_records_line_encode(entry->index, dep_buf_slice(&batch->jwt), &batch->lines);
}

static int make_line(struct batch *batch, const struct pack_entry *entry)
{
    const struct dep_node *node = batch->pack->node;
    const char *names[PACK_FIELDS_MAX];
    size_t count = pack_shown(entry->schema, entry->shown, names);
    struct dep_place place = place_of(&entry->record);
    dep_buf_clear(&batch->jwt);
    dep_buf_clear(&batch->disclosures);
    dep_buf_clear(&batch->text);
    int err = dep_register_read(node->reg, &place, &batch->jwt, &batch->problem.fault);
    if (!err && !count)
        return make_bare_line(batch, entry);
    if (!err)
        err = open_disclosures(batch, entry);
    if (!err)
        err = dep_presentation_make(node->schemas, dep_buf_slice(&batch->jwt),
                                    dep_buf_slice(&batch->disclosures), names, count, &batch->text,
                                    &batch->problem.finding);
    if (!err)
        err = dep_records_line_encode(entry->index, dep_buf_slice(&batch->text), &batch->lines);
    return err;
}

static void *make_lines(void *context)
{
    struct batch *batch = context;
    for (size_t i = 0; !batch->err && i < batch->count; i++) {
        batch->err = make_line(batch, &batch->entries[i]);
        /* What was readable when it was decided isn't now: erased meanwhile. */
        if (batch->err == DEP_FOUND)
            (void)snprintf(batch->problem.detail, sizeof batch->problem.detail, "%s",
                           batch->entries[i].jti);
    }
    return NULL;
}

static void batch_init(struct batch *batch, const struct pack_lines *lines)
{
    *batch = (struct batch){.pack = lines->pack, .head = lines->head};
    dep_buf_init_secret(&batch->lines, (size_t)BATCH * DEP_RECORDS_LINE_MAX);
    dep_buf_init(&batch->jwt, DEP_JWT_LEN_MAX + 1);
    dep_buf_init_secret(&batch->disclosures, DEP_DISCLOSURES_LEN_MAX);
    dep_buf_init_secret(&batch->text, DEP_PRESENTATION_LEN_MAX);
}

static void batch_done(struct batch *batch)
{
    dep_buf_done(&batch->lines);
    dep_buf_done(&batch->jwt);
    dep_buf_done(&batch->disclosures);
    dep_buf_done(&batch->text);
}

static int put_batch(const struct pack_lines *lines, const struct batch *batch)
{
    struct dep_problem *problem = lines->pack->problem;
    if (!batch->err)
        return dep_bag_writer_add(lines->bag, dep_buf_slice(&batch->lines), &problem->fault);
    *problem = batch->problem;
    return batch->err < 0 && !problem->fault.what
               ? dep_problem_fault(problem, batch->err, "node.pack", PATH)
               : batch->err;
}

/* Two batches at once, the second by a thread of its own. */
static int put_two(const struct pack_lines *lines, struct batch batches[2], size_t from)
{
    pthread_t beside;
    for (size_t i = 0; i < 2; i++) {
        size_t left = lines->count - from;
        batches[i].entries = lines->entries + from;
        batches[i].count = left < BATCH ? left : BATCH;
        from += batches[i].count;
        dep_buf_clear(&batches[i].lines);
    }
    bool threaded = batches[1].count && pthread_create(&beside, NULL, make_lines, &batches[1]) == 0;
    (void)make_lines(&batches[0]);
    if (threaded)
        (void)pthread_join(beside, NULL);
    else
        (void)make_lines(&batches[1]);
    int err = put_batch(lines, &batches[0]);
    return err ? err : put_batch(lines, &batches[1]);
}

static int put_all(const struct pack_lines *lines, struct batch batches[2])
{
    int err = DEP_OK;
    for (size_t from = 0; !err && from < lines->count; from += 2 * (size_t)BATCH) {
        err = put_two(lines, batches, from);
        if (lines->how->progress)
            lines->how->progress(lines->how->context, from, lines->count);
    }
    return err;
}

int pack_put_records(const struct pack_lines *lines)
{
    struct dep_problem *problem = lines->pack->problem;
    struct batch batches[2];
    int err = dep_bag_writer_open(lines->bag, PATH, &problem->fault);
    if (err)
        return err;
    for (size_t i = 0; i < DEP_COUNT(batches); i++)
        batch_init(&batches[i], lines);
    if (lines->pack->kind != DEP_PACKAGE_REGISTER)
        err = dep_node_role_identities(lines->pack->node, &batches[0].roles, &batches[0].role_count,
                                       problem);
    batches[1].roles = batches[0].roles;
    batches[1].role_count = batches[0].role_count;
    if (!err)
        err = put_all(lines, batches);
    for (size_t i = 0; i < DEP_COUNT(batches); i++)
        batch_done(&batches[i]);
    return err ? err : dep_bag_writer_close(lines->bag, NULL, &problem->fault);
}
