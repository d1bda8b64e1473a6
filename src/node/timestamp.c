#include "node/timestamp.h"
#include "node/authorities.h"
#include "node/charter.h"
#include "node/due_impl.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char TYPE[] = "log.timestamped";

/* ---- asking ---- */

int dep_timestamp_ask(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    struct dep_checkpoint checkpoint;
    struct dep_note parsed;
    struct dep_hash digest;
    int err = dep_node_keep(node, &checkpoint, &note, problem);
    if (!err)
        err = dep_note_parse(dep_buf_slice(&note), &parsed, &problem->finding);
    if (err)
        return err;
    dep_sha256(parsed.text, &digest);
    err = dep_tsp_request_encode(&digest, out);
    return err ? dep_problem_fault(problem, err, "timestamp.ask", node->dir) : DEP_OK;
}

/* ---- tokens here ---- */

struct working {
    struct dep_node *node;
    const struct dep_charter *charter; /* in force */
    struct dep_authorities authorities;
    struct dep_kept_list kept;
    struct dep_problem *problem;
};

static void working_done(struct working *work)
{
    dep_authorities_done(&work->authorities);
    dep_kept_list_done(&work->kept);
}

static int working_load(struct working *work)
{
    int err = dep_node_charter(work->node, UINT64_MAX, &work->charter, work->problem);
    if (!err &&
        dep_authorities_load(json_object_get(dep_charter_json(work->charter), "time_authorities"),
                             &work->authorities))
        err = dep_problem_fault(work->problem, DEP_ERR_NOMEM, "timestamp.read", work->node->dir);
    return err ? err : dep_kept_load(work->node->reg, &work->kept, work->problem);
}

/* DEP_FOUND with the finding in `why`. */
static int judge(const struct working *work, const struct dep_kept *kept, struct dep_slice response,
                 struct dep_timestamp *out, struct dep_finding *why)
{
    struct dep_timestamp judged = {.size = kept->checkpoint.size};
    struct dep_tsp_certificate authority = {.name = ""};
    int err = dep_tsp_verify(response, &kept->digest, work->authorities.list,
                             work->authorities.count, &judged.token, why);
    if (err)
        return err;
    bool read =
        dep_tsp_certificate_parse(work->authorities.list[judged.token.authority], &authority);
    assert(read); /* it vouches for the token */
    memcpy(judged.authority, authority.name, sizeof judged.authority);
    dep_token_name(response, judged.name);
    *out = judged;
    return DEP_OK;
}

/* The record of a token, by the response's digest. */
struct search {
    struct working *work;
    char token[2 * DEP_HASH_LEN + 1];
    struct dep_index_row row;
    bool found;
};

static int match_record(void *context, const struct dep_index_row *row)
{
    struct search *search = context;
    search->row = *row;
    search->found = true;
    return DEP_FOUND;
}

static int find_record(struct working *work, struct dep_slice response, struct search *out)
{
    struct dep_hash digest;
    *out = (struct search){.work = work};
    dep_sha256(response, &digest);
    dep_hex_encode(digest.bytes, DEP_HASH_LEN, out->token);
    struct dep_index_query query = {.type = TYPE, .field = "token_sha256", .value = out->token};
    int err = dep_index_list(work->node->index, &query, match_record, out, &work->problem->fault);
    return err == DEP_FOUND ? DEP_OK : err;
}

/* ---- taking in ---- */

static int record(struct working *work, const struct dep_timestamp *taken,
                  struct dep_slice response)
{
    struct search search;
    struct dep_hash authority;
    char root[2 * DEP_HASH_LEN + 1], hex[2 * DEP_HASH_LEN + 1], at[21];
    struct dep_done done;
    int err = find_record(work, response, &search);
    if (err || search.found)
        return err;
    for (size_t i = 0; i < work->kept.count; i++)
        if (work->kept.list[i].checkpoint.size == taken->size)
            dep_hex_encode(work->kept.list[i].checkpoint.root.bytes, DEP_HASH_LEN, root);
    dep_sha256(work->authorities.list[taken->token.authority], &authority);
    dep_hex_encode(authority.bytes, DEP_HASH_LEN, hex);
    dep_time_encode(taken->token.time_s, at);
    DEP_AUTO_JSON *claims =
        json_pack("{s:I,s:s,s:s,s:s,s:s}", "size", (json_int_t)taken->size, "root", root, "at", at,
                  "token_sha256", search.token, "authority_sha256", hex);
    struct dep_draft draft = {TYPE, claims, NULL, (enum dep_role)0, NULL};
    return claims
               ? dep_node_commit(work->node, &draft, 1, &done, work->problem)
               : dep_problem_fault(work->problem, DEP_ERR_NOMEM, "timestamp.take", work->node->dir);
}

/* The checkpoint it is over is the one whose digest it holds; any other finding ends the search. */
static int take(struct working *work, struct dep_slice response, struct dep_timestamp *out)
{
    struct dep_finding *why = &work->problem->finding;
    int err = dep_problem_found(work->problem, "token.digest", "RFC 3161 section 2.4.2", "");
    for (size_t i = 0; i < work->kept.count; i++) {
        const struct dep_kept *kept = &work->kept.list[i];
        err = judge(work, kept, response, out, why);
        if (err == DEP_FOUND && strcmp(why->id, "token.digest") == 0)
            continue;
        if (!err)
            err = dep_node_kept_stamp(work->node, kept, response, work->problem);
        break;
    }
    return err;
}

int dep_timestamp_take(struct dep_node *node, struct dep_slice response, struct dep_timestamp *out,
                       struct dep_problem *problem)
{
    struct working work = {.node = node, .problem = problem};
    struct dep_timestamp taken = {.size = 0};
    /* The officer first: a token without its record would be renewed by nothing. */
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = working_load(&work);
    if (!err)
        err = take(&work, response, &taken);
    if (!err)
        err = record(&work, &taken, response);
    working_done(&work);
    if (!err)
        *out = taken;
    return err;
}

/* ---- listing ---- */

struct listed {
    struct dep_timestamp timestamp;
    struct search record;
};

static int list_one(struct working *work, const struct dep_kept *kept,
                    const struct dep_kept_token *token, struct listed *out)
{
    struct dep_finding why = {"", "", 0};
    int err = judge(work, kept, dep_buf_slice(&token->response), &out->timestamp, &why);
    if (err < 0)
        return dep_problem_fault(work->problem, err, "timestamp.read", token->name);
    if (err)
        out->timestamp = (struct dep_timestamp){.size = kept->checkpoint.size, .finding = why.id};
    memcpy(out->timestamp.name, token->name, sizeof out->timestamp.name);
    return find_record(work, dep_buf_slice(&token->response), &out->record);
}

static bool renews(const struct listed *later, const struct listed *earlier)
{
    return earlier->record.found && !earlier->timestamp.finding && !later->timestamp.finding &&
           later->timestamp.size > earlier->record.row.index &&
           later->timestamp.token.expires_s > earlier->timestamp.token.expires_s;
}

static int list_all(struct working *work, dep_timestamp_fn *each, void *context)
{
    size_t count = 0, done = 0;
    for (size_t i = 0; i < work->kept.count; i++)
        count += work->kept.list[i].token_count;
    if (count == 0)
        return DEP_OK;
    DEP_AUTO_FREE struct listed *list = dep_alloc_array(count, sizeof *list);
    if (!list)
        return dep_problem_fault(work->problem, DEP_ERR_NOMEM, "timestamp.read", work->node->dir);
    int err = DEP_OK;
    for (size_t i = 0; i < work->kept.count; i++)
        for (size_t j = 0; !err && j < work->kept.list[i].token_count; j++)
            err = list_one(work, &work->kept.list[i], &work->kept.list[i].tokens[j], &list[done++]);
    for (size_t i = 0; !err && i < done; i++) {
        for (size_t j = 0; j < done && !list[i].timestamp.renewed; j++)
            list[i].timestamp.renewed = renews(&list[j], &list[i]);
        err = each(context, &list[i].timestamp, list[i].record.found ? &list[i].record.row : NULL);
    }
    return err;
}

int dep_timestamps(struct dep_node *node, dep_timestamp_fn *each, void *context,
                   struct dep_problem *problem)
{
    struct working work = {.node = node, .problem = problem};
    int err = working_load(&work);
    if (!err)
        err = list_all(&work, each, context);
    working_done(&work);
    return err;
}

/* ---- what falls due ---- */

static int timestamp_due(void *context, const struct dep_timestamp *timestamp,
                         const struct dep_index_row *row)
{
    struct dep_gather *gather = context;
    if (!row || timestamp->finding || timestamp->renewed ||
        timestamp->token.expires_s > gather->until_s)
        return DEP_OK;
    return dep_gather_add(gather, "due.timestamp", row, timestamp->token.expires_s,
                          timestamp->authority, NULL);
}

int dep_gather_timestamps(struct dep_gather *gather)
{
    return dep_timestamps(gather->node, timestamp_due, gather, gather->problem);
}
