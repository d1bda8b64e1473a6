/*
 * Checking every byte. The manifest is read first and its root compared with the record's; then the
 * tar is read from end to end beside the manifest's lines. Two threads work on it: the other opens
 * the chunks of a piece of the file and digests the payload, while this one compares what was
 * opened of the piece before. Where the payload is digested this one opens a part of the chunks
 * too.
 */
#include "collect/check.h"

#include "collect/compare.h"
#include "store/vault_file.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How many of eight whole chunks this thread opens where the other digests the payload besides. */
enum { OWN_EIGHTHS = 4 };
/* The most that end in one piece. */
enum { PIECE_CHUNKS = DEP_VAULT_PIECE / DEP_AGE_CHUNK + 1 };

/* The chunks that end in one piece, opened. */
struct opened {
    uint8_t *plain; /* room for PIECE_CHUNKS */
    int how[PIECE_CHUNKS];
    size_t count;
};

/* What the other thread does with a piece: open some chunks, then digest all of it. */
struct share {
    struct dep_slice piece;
    const uint8_t *sealed; /* of its first chunk */
    uint64_t first;
    size_t count;
    struct opened *out;
    size_t out_first;
};

struct checking {
    struct dep_container *container;
    struct dep_compare *compare;
    uint64_t chunk;                      /* the next */
    bool lost;                           /* a chunk was not authentic: nothing more is opened */
    uint8_t plain[DEP_AGE_CHUNK];        /* of the last chunk, which no piece completes */
    uint8_t carry[DEP_AGE_CHUNK_SEALED]; /* of a chunk that lies across two pieces */
    size_t carry_len;
    dep_seal_progress_fn *progress;
    void *progress_context;
    struct dep_seal_progress state;
    struct dep_fault *fault;
    /* manifest lines beside the tar */
    uint64_t line_at, line_end;
    struct dep_buf line;
    struct dep_sha256_stream lines_digest;
    /* shared */
    struct share share;
    struct opened opened[2];  /* of this piece and of the one before, in turn */
    uint64_t given, digested; /* counts of pieces */
    bool ending;
    bool digests; /* the payload, since the record tells what it is */
    struct dep_sha256_stream payload;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started;
};

/* Chunk `index`, as the one of number `at` in `out`. */
static void open_chunk(const struct checking *checking, bool other, uint64_t index,
                       const uint8_t *sealed, struct opened *out, size_t at)
{
    struct dep_finding why;
    out->how[at] = dep_container_chunk_open(checking->container, other, index, sealed,
                                            dep_container_chunk_len(checking->container),
                                            out->plain + at * DEP_AGE_CHUNK, &why);
}

/* ---- the other thread ---- */

static void open_share(struct checking *checking)
{
    const struct share *share = &checking->share;
    size_t len = dep_container_chunk_len(checking->container);
    for (size_t i = 0; i < share->count; i++)
        open_chunk(checking, true, share->first + i, share->sealed + i * len, share->out,
                   share->out_first + i);
}

static void count_up(struct checking *checking, uint64_t *count)
{
    (void)pthread_mutex_lock(&checking->lock);
    ++*count;
    (void)pthread_cond_broadcast(&checking->changed);
    (void)pthread_mutex_unlock(&checking->lock);
}

static void wait_for_other(struct checking *checking)
{
    (void)pthread_mutex_lock(&checking->lock);
    while (checking->digested < checking->given)
        (void)pthread_cond_wait(&checking->changed, &checking->lock);
    (void)pthread_mutex_unlock(&checking->lock);
}

static bool next_share(struct checking *checking)
{
    (void)pthread_mutex_lock(&checking->lock);
    while (checking->given == checking->digested && !checking->ending)
        (void)pthread_cond_wait(&checking->changed, &checking->lock);
    bool more = checking->given != checking->digested;
    (void)pthread_mutex_unlock(&checking->lock);
    return more;
}

static void *digest_loop(void *context)
{
    struct checking *checking = context;
    while (next_share(checking)) {
        open_share(checking);
        if (checking->digests)
            dep_sha256_add(&checking->payload, checking->share.piece.data,
                           checking->share.piece.len);
        count_up(checking, &checking->digested);
    }
    return NULL;
}

static int no_memory(struct checking *checking)
{
    return dep_fault_set(checking->fault, DEP_ERR_NOMEM, 0, "check.memory", "container");
}

static int start(struct checking *checking)
{
    for (size_t i = 0; i < DEP_COUNT(checking->opened); i++) {
        checking->opened[i].plain = dep_alloc_array(PIECE_CHUNKS, DEP_AGE_CHUNK);
        if (!checking->opened[i].plain)
            return no_memory(checking);
    }
    checking->started = pthread_create(&checking->thread, NULL, digest_loop, checking) == 0;
    return checking->started ? DEP_OK : no_memory(checking);
}

/* Waits for what was given to be digested. */
static void stop(struct checking *checking)
{
    (void)pthread_mutex_lock(&checking->lock);
    checking->ending = true;
    (void)pthread_cond_broadcast(&checking->changed);
    (void)pthread_mutex_unlock(&checking->lock);
    if (checking->started)
        (void)pthread_join(checking->thread, NULL);
    checking->started = false;
}

/* ---- this thread: the manifest's lines, one by one, by their place ---- */

static int take_line(struct checking *checking)
{
    struct dep_container *container = checking->container;
    for (bool whole = false; !whole;) {
        struct dep_finding why;
        int err = dep_container_chunk(container, checking->line_at / DEP_AGE_CHUNK, &why,
                                      checking->fault);
        if (err == DEP_FOUND) /* it was authentic when the root was compared */
            return dep_fault_set(checking->fault, DEP_ERR_CHANGED, 0, "check.changed", "container");
        if (err)
            return err;
        size_t from = (size_t)(checking->line_at % DEP_AGE_CHUNK);
        uint64_t left = checking->line_end - checking->line_at;
        struct dep_slice here = dep_slice_of(container->plain + from, container->plain_used - from);
        if (here.len > left)
            here.len = (size_t)left;
        size_t len = dep_slice_find(here, '\n');
        whole = len < here.len;
        dep_buf_add(&checking->line, here.data, len);
        dep_sha256_add(&checking->lines_digest, here.data, len + whole);
        checking->line_at += len + whole;
        if (dep_buf_err(&checking->line))
            return no_memory(checking);
    }
    return DEP_OK;
}

static int next_line(void *context, struct dep_slice *out)
{
    struct checking *checking = context;
    if (checking->line_at == checking->line_end)
        return DEP_FOUND;
    dep_buf_clear(&checking->line);
    int err = take_line(checking);
    if (!err)
        *out = dep_buf_slice(&checking->line);
    return err;
}

/* ---- this thread: comparing ---- */

static bool tell(void *context)
{
    struct checking *checking = context;
    return !checking->progress || checking->progress(checking->progress_context, &checking->state);
}

static int compare_chunk(struct checking *checking, int how, const uint8_t *plain, size_t len)
{
    if (how == DEP_FOUND) {
        dep_compare_lost(checking->compare, "age.payload");
        checking->lost = true;
        return DEP_OK;
    }
    if (how)
        return dep_fault_set(checking->fault, how, 0, "check.cipher", "container");
    int err = dep_compare_add(checking->compare, dep_slice_of(plain, len));
    switch (err) {
    case DEP_ERR_NOMEM: return no_memory(checking);
    case DEP_ERR_STOPPED:
        return dep_fault_set(checking->fault, err, 0, "check.stopped", "container");
    case DEP_ERR_CORRUPT: /* a line that could be parsed can't be any more */
        return dep_fault_set(checking->fault, DEP_ERR_CHANGED, 0, "check.changed", "container");
    default: return err;
    }
}

static int compare_opened(struct checking *checking, struct opened *opened)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && !checking->lost && i < opened->count; i++)
        err = compare_chunk(checking, opened->how[i], opened->plain + i * DEP_AGE_CHUNK,
                            DEP_AGE_CHUNK);
    opened->count = 0;
    return err;
}

/* So much of `piece` as the chunk lacks that began in a piece before; whether it is whole then. */
static bool complete_carried(struct checking *checking, struct dep_slice *piece)
{
    size_t room = dep_container_chunk_len(checking->container) - checking->carry_len;
    size_t take = room < piece->len ? room : piece->len;
    memcpy(checking->carry + checking->carry_len, piece->data, take);
    checking->carry_len += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
    return take == room;
}

/* `nonce` bytes at the front of the piece belong to no chunk. */
static int take_piece(struct checking *checking, struct dep_slice piece, size_t nonce)
{
    struct opened *now = &checking->opened[checking->given % 2],
                  *before = &checking->opened[(checking->given + 1) % 2];
    struct dep_slice rest = dep_slice_sub(piece, nonce, piece.len - nonce);
    size_t chunk_len = dep_container_chunk_len(checking->container);
    size_t carried = checking->carry_len && complete_carried(checking, &rest) ? 1 : 0;
    size_t whole = rest.len / chunk_len, own = checking->digests ? whole * OWN_EIGHTHS / 8 : 0;
    uint64_t first = checking->chunk;
    bool opens = !checking->lost;
    checking->share = (struct share){.piece = piece,
                                     .sealed = rest.data + own * chunk_len,
                                     .first = first + carried + own,
                                     .count = opens ? whole - own : 0,
                                     .out = now,
                                     .out_first = carried + own};
    count_up(checking, &checking->given);
    if (opens && carried)
        open_chunk(checking, false, first, checking->carry, now, 0);
    for (size_t i = 0; opens && i < own; i++)
        open_chunk(checking, false, first + carried + i, rest.data + i * chunk_len, now,
                   carried + i);
    if (carried)
        checking->carry_len = 0;
    rest = dep_slice_sub(rest, whole * chunk_len, rest.len - whole * chunk_len);
    if (rest.len)
        (void)complete_carried(checking, &rest);
    int err = compare_opened(checking, before);
    wait_for_other(checking);
    now->count = opens ? carried + whole : 0;
    checking->chunk += carried + whole;
    return err;
}

/* What no piece after it made this thread compare: the chunks of the last one, and what follows
 * them. */
static int take_rest(struct checking *checking)
{
    const struct dep_container *container = checking->container;
    struct dep_finding why;
    int err = compare_opened(checking, &checking->opened[(checking->given + 1) % 2]);
    if (err || checking->lost || !checking->carry_len)
        return err;
    int how = dep_container_chunk_open(container, false, checking->chunk, checking->carry,
                                       checking->carry_len, checking->plain, &why);
    return compare_chunk(checking, how, checking->plain, checking->carry_len - container->tag_len);
}

static int read_payload(struct checking *checking)
{
    const struct dep_container *container = checking->container;
    struct dep_vault_reader *reader = NULL;
    struct dep_slice piece;
    checking->state.bytes_total = container->len - container->header_len;
    int err = dep_vault_reader_new_over(container->extents, container->extent_count,
                                        container->header_len, container->direct, &reader,
                                        checking->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, checking->fault)) && piece.len) {
        /* The header and the nonce are shorter than a piece. */
        size_t nonce = checking->state.bytes_done ? 0 : container->nonce_len;
        checking->state.bytes_done += piece.len;
        if (checking->state.bytes_done > checking->state.bytes_total)
            break;
        err = take_piece(checking, piece, nonce);
        if (!err && !tell(checking))
            err = dep_fault_set(checking->fault, DEP_ERR_STOPPED, 0, "check.stopped", "container");
    }
    dep_vault_reader_free(reader);
    if (!err && checking->state.bytes_done != checking->state.bytes_total)
        err = dep_fault_set(checking->fault, DEP_ERR_CHANGED, 0, "check.changed", "container");
    return err ? err : take_rest(checking);
}

/* ---- the whole ---- */

struct outcome {
    dep_container_finding_fn *each;
    void *context;
    struct dep_container_report report;
};

static void report(struct outcome *outcome, const char *id, const char *path)
{
    struct dep_finding finding = {id, "doc/format/vault.md", 0};
    outcome->report.bad++;
    if (outcome->each)
        outcome->each(outcome->context, &finding, dep_slice_string(path));
}

/* What the tar is held against: `order`, and the digest of the member that ends it; NULL where that
 * isn't to be read. */
struct against {
    struct dep_compare_order order;
    const struct dep_hash *last_sha256;
    bool by_place; /* the lines are read again, by their place: their digest must be the same */
};

/* Bytes, then what all of them together say. */
static int check_bytes(struct checking *checking, const struct dep_container_facts *facts,
                       const struct against *against, struct outcome *outcome)
{
    struct dep_hash payload, in_tar, lines;
    const struct dep_hash *last = against->last_sha256;
    if (!last)
        checking->lost = true;
    int err = start(checking);
    if (!err)
        err = read_payload(checking);
    stop(checking);
    if (err)
        return err;
    dep_sha256_finish(&checking->payload, &payload);
    dep_sha256_finish(&checking->lines_digest, &lines);
    if (last) {
        uint64_t before = outcome->report.bad;
        dep_compare_finish(checking->compare, &outcome->report, &in_tar);
        bool whole = outcome->report.bad == 0;
        outcome->report.bad += before;
        if (whole && (!dep_hash_equal(&in_tar, last) ||
                      (against->by_place && !dep_hash_equal(&lines, last))))
            report(outcome, "container.manifest", against->order.last);
    }
    if (facts->has_payload && !dep_hash_equal(&payload, &facts->payload_sha256))
        report(outcome, "container.payload", "");
    return DEP_OK;
}

static int compare_bytes(struct checking *checking, const struct dep_container_facts *facts,
                         struct against *against, struct outcome *outcome)
{
    against->order.each = outcome->each;
    against->order.each_context = outcome->context;
    against->order.tick = tell;
    against->order.tick_context = checking;
    checking->compare = dep_compare_new(&against->order);
    return checking->compare ? check_bytes(checking, facts, against, outcome) : no_memory(checking);
}

/* Against its own manifest. */
static int run_manifest(struct checking *checking, const struct dep_container_facts *facts,
                        struct outcome *outcome)
{
    struct dep_container_facts placed = *facts;
    struct dep_finding why;
    struct dep_hash manifest;
    int err = dep_container_place(checking->container, facts, &placed, &why, checking->fault);
    if (!err)
        err = dep_container_manifest(checking->container, &placed, NULL, NULL, &manifest, &why,
                                     checking->fault);
    if (err < 0)
        return err;
    if (err)
        report(outcome, why.id, "manifest");
    checking->line_at = placed.manifest_offset;
    checking->line_end = placed.manifest_offset + placed.manifest_len;
    struct against against = {.order = {.line = next_line,
                                        .line_context = checking,
                                        .last = "manifest",
                                        .last_offset = placed.manifest_offset,
                                        .last_len = placed.manifest_len},
                              .last_sha256 = err ? NULL : &manifest,
                              .by_place = true};
    return compare_bytes(checking, &placed, &against, outcome);
}

/* Against lines from elsewhere. */
static int run_lines(struct checking *checking, const struct dep_container_facts *facts,
                     const struct dep_container_lines *lines, struct outcome *outcome)
{
    struct against against = {.order = {.line = lines->line,
                                        .line_context = lines->context,
                                        .elsewhere = true,
                                        .last = lines->last,
                                        .last_offset = lines->last_offset,
                                        .last_len = lines->last_len},
                              .last_sha256 = &lines->last_sha256};
    return compare_bytes(checking, facts, &against, outcome);
}

static int check(struct dep_container *container, const struct dep_container_facts *facts,
                 const struct dep_container_lines *lines, dep_seal_progress_fn *progress,
                 void *progress_context, struct outcome *outcome, struct dep_fault *fault)
{
    assert(dep_container_readable(container));
    struct checking *checking = dep_alloc(sizeof *checking);
    if (!checking)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "check.memory", "container");
    checking->container = container;
    checking->digests = facts->has_payload;
    checking->progress = progress;
    checking->progress_context = progress_context;
    checking->fault = fault;
    dep_sha256_start(&checking->payload);
    dep_sha256_start(&checking->lines_digest);
    dep_buf_init(&checking->line, DEP_MANIFEST_LINE_MAX);
    (void)pthread_mutex_init(&checking->lock, NULL);
    (void)pthread_cond_init(&checking->changed, NULL);
    int err =
        lines ? run_lines(checking, facts, lines, outcome) : run_manifest(checking, facts, outcome);
    dep_compare_free(checking->compare);
    for (size_t i = 0; i < DEP_COUNT(checking->opened); i++) {
        if (checking->opened[i].plain)
            dep_wipe(checking->opened[i].plain, (size_t)PIECE_CHUNKS * DEP_AGE_CHUNK);
        free(checking->opened[i].plain);
    }
    dep_buf_done(&checking->line);
    (void)pthread_mutex_destroy(&checking->lock);
    (void)pthread_cond_destroy(&checking->changed);
    dep_wipe(checking->plain, sizeof checking->plain);
    free(checking);
    return err;
}

static int conclude(int err, const struct outcome *outcome, struct dep_container_report *out,
                    struct dep_finding *why)
{
    if (err)
        return err;
    *out = outcome->report;
    return outcome->report.bad ? dep_found(why, "container.damaged", "doc/format/vault.md", 0)
                               : DEP_OK;
}

int dep_container_check(struct dep_container *container, const struct dep_container_facts *facts,
                        dep_container_finding_fn *each, void *each_context,
                        dep_seal_progress_fn *progress, void *progress_context,
                        struct dep_container_report *out, struct dep_finding *why,
                        struct dep_fault *fault)
{
    struct outcome outcome = {.each = each, .context = each_context};
    int err = check(container, facts, NULL, progress, progress_context, &outcome, fault);
    return conclude(err, &outcome, out, why);
}

int dep_container_check_lines(struct dep_container *container,
                              const struct dep_container_facts *facts,
                              const struct dep_container_lines *lines,
                              dep_container_finding_fn *each, void *each_context,
                              dep_seal_progress_fn *progress, void *progress_context,
                              struct dep_container_report *out, struct dep_finding *why,
                              struct dep_fault *fault)
{
    struct outcome outcome = {.each = each, .context = each_context};
    int err = check(container, facts, lines, progress, progress_context, &outcome, fault);
    return conclude(err, &outcome, out, why);
}
