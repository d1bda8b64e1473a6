/*
 * Checking every byte. The manifest is read first and its root compared with the record's; then the
 * tar is read from end to end beside the manifest's lines. Two threads share each piece of the
 * file, so that each has one of the two digests and a part of the deciphering: this one opens the
 * first chunks and compares; the other opens the rest and digests the payload.
 */
#include "collect/check.h"

#include "collect/compare.h"
#include "store/vault_file.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How many of eight whole chunks the other thread opens, where it digests the payload besides and
 * where it needn't; most of them in one piece. */
enum {
    OTHER_EIGHTHS = 5,
    OTHER_EIGHTHS_ALONE = 6,
    OTHER_MAX = DEP_VAULT_PIECE / DEP_AGE_CHUNK * OTHER_EIGHTHS_ALONE / 8
};

/* What the other thread does with a piece: open some chunks, then digest all of it. */
struct share {
    struct dep_slice piece;
    const uint8_t *sealed; /* of its first chunk */
    uint64_t first;
    size_t count;
    uint8_t *plain; /* room for OTHER_MAX chunks */
    int opened[OTHER_MAX];
};

struct checking {
    struct dep_container *container;
    struct dep_compare *compare;
    uint64_t chunk; /* the next */
    bool lost;      /* a chunk was not authentic: nothing more is opened */
    uint8_t plain[DEP_AGE_CHUNK];
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
    uint64_t given, opened, digested; /* counts of pieces */
    bool ending;
    bool digests; /* the payload, since the record tells what it is */
    struct dep_sha256_stream payload;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started;
};

static int open_chunk(const struct checking *checking, bool other, uint64_t index,
                      struct dep_slice sealed, uint8_t *out)
{
    struct dep_finding why;
    return dep_container_chunk_open(checking->container, other, index, sealed.data, sealed.len, out,
                                    &why);
}

/* ---- the other thread ---- */

static void open_share(struct checking *checking)
{
    struct share *share = &checking->share;
    size_t len = dep_container_chunk_len(checking->container);
    for (size_t i = 0; i < share->count; i++)
        share->opened[i] =
            open_chunk(checking, true, share->first + i, dep_slice_of(share->sealed + i * len, len),
                       share->plain + i * DEP_AGE_CHUNK);
}

static void count_up(struct checking *checking, uint64_t *count)
{
    (void)pthread_mutex_lock(&checking->lock);
    ++*count;
    (void)pthread_cond_broadcast(&checking->changed);
    (void)pthread_mutex_unlock(&checking->lock);
}

/* Until `*count` pieces are as many as were given. */
static void wait_for(struct checking *checking, const uint64_t *count)
{
    (void)pthread_mutex_lock(&checking->lock);
    while (*count < checking->given)
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
        count_up(checking, &checking->opened);
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
    checking->share.plain = dep_alloc_array(OTHER_MAX, DEP_AGE_CHUNK);
    if (!checking->share.plain)
        return no_memory(checking);
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

static int compare_chunk(struct checking *checking, int opened, const uint8_t *plain, size_t len)
{
    if (opened == DEP_FOUND) {
        dep_compare_lost(checking->compare, "age.payload");
        checking->lost = true;
        return DEP_OK;
    }
    if (opened)
        return dep_fault_set(checking->fault, opened, 0, "check.cipher", "container");
    int err =
        dep_compare_add(checking->compare, dep_slice_of(plain, len - checking->container->tag_len));
    switch (err) {
    case DEP_ERR_NOMEM: return no_memory(checking);
    case DEP_ERR_STOPPED:
        return dep_fault_set(checking->fault, err, 0, "check.stopped", "container");
    case DEP_ERR_CORRUPT: /* a line that could be parsed can't be any more */
        return dep_fault_set(checking->fault, DEP_ERR_CHANGED, 0, "check.changed", "container");
    default: return err;
    }
}

/* Open here and compare. */
static int take_chunk(struct checking *checking, struct dep_slice sealed)
{
    uint64_t index = checking->chunk++;
    if (checking->lost)
        return DEP_OK;
    int opened = open_chunk(checking, false, index, sealed, checking->plain);
    return compare_chunk(checking, opened, checking->plain, sealed.len);
}

/* The beginning of `piece` completes the chunk that began in the piece before. */
static int take_carried(struct checking *checking, struct dep_slice *piece)
{
    size_t chunk_len = dep_container_chunk_len(checking->container);
    size_t room = chunk_len - checking->carry_len;
    size_t take = room < piece->len ? room : piece->len;
    memcpy(checking->carry + checking->carry_len, piece->data, take);
    checking->carry_len += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
    if (checking->carry_len < chunk_len)
        return DEP_OK;
    checking->carry_len = 0;
    return take_chunk(checking, dep_slice_of(checking->carry, chunk_len));
}

static int take_shared(struct checking *checking)
{
    const struct share *share = &checking->share;
    int err = DEP_OK;
    wait_for(checking, &checking->opened);
    for (size_t i = 0; !err && !checking->lost && i < share->count; i++)
        err = compare_chunk(checking, share->opened[i], share->plain + i * DEP_AGE_CHUNK,
                            dep_container_chunk_len(checking->container));
    checking->chunk += share->count;
    return err;
}

/* `nonce` bytes at the front of the piece belong to no chunk. */
static int take_piece(struct checking *checking, struct dep_slice piece, size_t nonce)
{
    struct dep_slice rest = dep_slice_sub(piece, nonce, piece.len - nonce);
    size_t chunk_len = dep_container_chunk_len(checking->container);
    size_t head = checking->carry_len ? chunk_len - checking->carry_len : 0;
    size_t whole = head < rest.len ? (rest.len - head) / chunk_len : 0;
    size_t eighths = checking->digests ? OTHER_EIGHTHS : OTHER_EIGHTHS_ALONE;
    size_t other = checking->lost ? 0 : whole * eighths / 8, own = whole - other;
    checking->share.piece = piece;
    checking->share.sealed = rest.data + (whole ? head + own * chunk_len : 0);
    checking->share.first = checking->chunk + (head ? 1 : 0) + own;
    checking->share.count = other;
    count_up(checking, &checking->given);
    int err = head ? take_carried(checking, &rest) : DEP_OK;
    for (size_t i = 0; !err && i < own; i++) {
        err = take_chunk(checking, dep_slice_sub(rest, 0, chunk_len));
        rest = dep_slice_sub(rest, chunk_len, rest.len - chunk_len);
    }
    if (!err)
        err = take_shared(checking);
    if (!err && other) {
        size_t done = other * chunk_len;
        rest = dep_slice_sub(rest, done, rest.len - done);
    }
    if (!err && rest.len)
        err = take_carried(checking, &rest);
    wait_for(checking, &checking->digested);
    return err;
}

static int read_payload(struct checking *checking)
{
    const struct dep_container *container = checking->container;
    struct dep_vault_reader *reader = NULL;
    struct dep_slice piece;
    checking->state.bytes_total = container->len - container->header_len;
    int err = dep_vault_reader_new_over(container->extents, container->extent_count,
                                        container->header_len, true, &reader, checking->fault);
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
    if (!err && checking->carry_len)
        err = take_chunk(checking, dep_slice_of(checking->carry, checking->carry_len));
    return err;
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
    if (checking->share.plain)
        dep_wipe(checking->share.plain, (size_t)OTHER_MAX * DEP_AGE_CHUNK);
    free(checking->share.plain);
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
