/*
 * in_force.jsonl: that the status of consents which goes with a package lists each consent that
 * goes, or that its verdict relies on.
 */
#include "node/pack_impl.h"
#include "node/status.h"
#include "package/in_force.h"

#include <stdlib.h>
#include <string.h>

static const char PATH[] = "logs/000/in_force.jsonl";

int pack_listed_load(struct dep_pack *pack, const struct dep_index_row *status)
{
    struct dep_set *set = NULL;
    if (pack->in_force && dep_hash_equal(&pack->in_force_of, &status->sha256))
        return DEP_OK;
    int err = dep_node_status_set(pack->node, status, &set, pack->problem);
    if (err)
        return err;
    dep_set_free(pack->in_force);
    pack->in_force = set;
    pack->in_force_of = status->sha256;
    return DEP_OK;
}

/* A consent of this log behind the release that is only named: that it is one is told already. */
static bool is_named_consent(const struct dep_pack *pack, const struct pack_link *link)
{
    return link->as == DEP_LINKED_NAMED && strcmp(link->rel, "authority") == 0 &&
           dep_hash_equal(&link->from, &pack->release.sha256);
}

/* What may be listed, without doubles. */
static int gather(const struct dep_pack *pack, struct dep_hash **out, size_t *out_count)
{
    size_t count = 0;
    struct dep_hash *wanted = dep_alloc_array(pack->count + pack->link_count + 1, sizeof *wanted);
    if (!wanted)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < pack->count; i++)
        if (strcmp(pack->entries[i].schema->type, "consent.given") == 0)
            wanted[count++] = pack->entries[i].sha256;
    for (size_t i = 0; i < pack->link_count; i++)
        if (is_named_consent(pack, &pack->links[i]))
            wanted[count++] = pack->links[i].to;
    *out_count = dep_set_order(wanted, count);
    *out = wanted;
    return DEP_OK;
}

static int encode(const struct dep_pack *pack, uint64_t status, struct dep_buf *out)
{
    DEP_AUTO_FREE struct dep_hash *wanted = NULL;
    size_t count = 0;
    int err = gather(pack, &wanted, &count);
    for (size_t i = 0; !err && i < count; i++) {
        struct dep_in_force line = {.status = status, .sha256 = wanted[i]};
        err = dep_set_prove(pack->in_force, &line.sha256, &line.place, &line.proof);
        if (err == DEP_FOUND)
            err = DEP_OK;
        else if (!err)
            err = dep_in_force_encode(&line, out);
    }
    return err;
}

int pack_put_listed(const struct dep_pack *pack, uint64_t status, struct dep_bag_writer *bag)
{
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, DEP_IN_FORCE_LEN_MAX);
    int err = encode(pack, status, &lines);
    if (err)
        return dep_problem_fault(pack->problem, err, "node.pack", PATH);
    return lines.len ? dep_bag_writer_put(bag, PATH, dep_buf_slice(&lines), &pack->problem->fault)
                     : DEP_OK;
}
