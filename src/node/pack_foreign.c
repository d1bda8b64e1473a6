/*
 * What a release rests on and other members signed: out of the packages that brought it, into logs
 * of their own. What can't be had from there any more is only named.
 *
 * Format:  doc/format/package.md section 5.7.
 */
#include "node/handed.h"
#include "node/pack_impl.h"
#include "node/release.h"
#include "package/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOGS_MAX = 998 };

void pack_foreign_done(struct dep_pack *pack)
{
    for (size_t i = 0; i < pack->foreign_count; i++)
        dep_foreign_log_done(&pack->foreign[i]);
    free(pack->foreign);
    free(pack->foreign_lines);
    free(pack->wants);
    pack->foreign = NULL;
    pack->foreign_lines = NULL;
    pack->wants = NULL;
    pack->foreign_count = pack->foreign_line_count = pack->want_count = 0;
}

/* ---- what is wanted ---- */

/* NULL without memory. */
static struct pack_want *want_of(struct dep_pack *pack, const struct dep_hash *record)
{
    for (size_t i = 0; i < pack->want_count; i++)
        if (dep_hash_equal(&pack->wants[i].is.record, record))
            return &pack->wants[i];
    struct pack_want *wants =
        dep_list_reserve(pack->wants, pack->want_count, 1, sizeof *wants, &pack->want_room);
    if (!wants)
        return NULL;
    pack->wants = wants;
    wants[pack->want_count] = (struct pack_want){.is.record = *record};
    return &wants[pack->want_count++];
}

int pack_foreign_want(struct dep_pack *pack, const struct dep_index_row *heard,
                      const struct dep_requirement *requirement)
{
    const struct dep_fact *fact = requirement->by;
    struct pack_want *want = want_of(pack, &fact->record);
    if (!want)
        return pack_no_memory(pack);
    if (!want->heard.jti[0])
        want->heard = *heard;
    if (requirement->by_status) {
        want->is.has_status = true;
        want->is.status = fact->status;
    }
    return DEP_OK;
}

/* As of an own item: how it came, every hand it passed through, and what was done with it. */
static bool tells_of_hands(const char *type)
{
    static const char *const begins[] = {"evidence.", "custody.", "seal.", "fixity.",
                                         "marking.set"};
    for (size_t i = 0; i < DEP_COUNT(begins); i++)
        if (strncmp(type, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

int pack_foreign_want_handed(struct dep_pack *pack, const struct dep_index_row *row,
                             const struct dep_hash *of)
{
    struct dep_hash sha256;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->index >= pack->size)
        return DEP_OK;
    int err = dep_node_view_row(pack->node, row, false, &view, pack->problem);
    if (err || !tells_of_hands(dep_handed_of(&view).type))
        return err;
    const char *hex = dep_json_string(view.claims, "sha256"),
               *package = dep_json_string(view.claims, "package");
    if (!hex || !package || !dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", row->jti);
    struct pack_want *want = want_of(pack, &sha256);
    if (!want)
        return pack_no_memory(pack);
    want->of = *of;
    (void)snprintf(want->newest, sizeof want->newest, "%s", package);
    return DEP_OK;
}

/* ---- which package has it ---- */

/* Records of one package stand together, a status behind what it lists. */
static void note_package(struct pack_want *want, const struct dep_hash *sha256, const char *package)
{
    if (dep_hash_equal(sha256, &want->is.record))
        (void)snprintf(want->newest, sizeof want->newest, "%s", package);
    if (want->is.has_status && dep_hash_equal(sha256, &want->is.status) &&
        strcmp(want->newest, package) == 0)
        (void)snprintf(want->by_status, sizeof want->by_status, "%s", package);
}

static int look_at(void *context, const struct dep_index_row *row)
{
    struct dep_pack *pack = context;
    struct dep_hash sha256;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->index >= pack->size)
        return DEP_OK;
    int err = dep_node_view_row(pack->node, row, true, &view, pack->problem);
    const char *package = err ? NULL : dep_json_string(view.claims, "package");
    const char *hex = err ? NULL : dep_json_string(view.claims, "sha256");
    if (!package || !hex || !dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
        return err;
    for (size_t i = 0; i < pack->want_count; i++)
        note_package(&pack->wants[i], &sha256, package);
    return DEP_OK;
}

/* ---- taking it ---- */

struct dep_foreign_log *pack_foreign_log(const struct dep_pack *pack, const char *origin,
                                         uint64_t size)
{
    for (size_t i = 0; i < pack->foreign_count; i++)
        if (pack->foreign[i].size == size && strcmp(pack->foreign[i].origin, origin) == 0)
            return &pack->foreign[i];
    return NULL;
}

static int compare_logs(const void *a, const void *b)
{
    const struct dep_foreign_log *one = a, *other = b;
    int order = strcmp(one->origin, other->origin);
    return order ? order : (one->size > other->size) - (one->size < other->size);
}

/* Takes `log` over. */
static int add_log(struct dep_pack *pack, struct dep_foreign_log *log)
{
    struct dep_foreign_log *there = pack_foreign_log(pack, log->origin, log->size);
    if (there)
        return dep_foreign_log_merge(there, log) ? pack_no_memory(pack) : DEP_OK;
    if (pack->foreign_count == LOGS_MAX)
        return dep_problem_fault(pack->problem, DEP_ERR_CAP, "node.pack", "logs");
    struct dep_foreign_log *logs =
        dep_list_reserve(pack->foreign, pack->foreign_count, 1, sizeof *logs, &pack->foreign_room);
    if (!logs)
        return pack_no_memory(pack);
    pack->foreign = logs;
    logs[pack->foreign_count++] = *log;
    *log = (struct dep_foreign_log){.origin = NULL};
    return DEP_OK;
}

/* It came with several packages, or is a check of another that did. */
static bool is_carried(const struct dep_pack *pack, const struct dep_hash *sha256)
{
    for (size_t i = 0; i < pack->foreign_count; i++)
        for (size_t k = 0; k < pack->foreign[i].line_count; k++)
            if (dep_hash_equal(&pack->foreign[i].lines[k].sha256, sha256))
                return true;
    return false;
}

static int take_from(struct dep_pack *pack, const char *package,
                     const struct dep_foreign_want *wants, size_t count)
{
    struct dep_foreign_bag *bag = NULL;
    DEP_AUTO_FOREIGN_LOG log = {.origin = NULL};
    int err = dep_foreign_bag_open(pack->node, package, &bag, pack->problem);
    if (!err)
        err = dep_foreign_log_take(pack->node->schemas, bag, wants, count, &log, pack->problem);
    dep_foreign_bag_free(bag);
    return err ? err : add_log(pack, &log);
}

static int take(struct dep_pack *pack, const struct pack_want *want)
{
    if (is_carried(pack, &want->is.record))
        return DEP_OK;
    return want->newest[0]
               ? take_from(pack, want->by_status[0] ? want->by_status : want->newest, &want->is, 1)
               : DEP_FOUND;
}

/* It goes, and of our own log that it was heard of; or it is named. */
static int take_or_name(struct dep_pack *pack, const struct pack_want *want)
{
    if (!want->heard.jti[0])
        return DEP_OK; /* a kit's */
    int err = take(pack, want);
    if (err == DEP_FOUND)
        return pack_name(pack, &pack->release.sha256, "authority", &want->is.record, "originator");
    return err ? err : pack_add_heard(pack, &want->heard);
}

/* ---- what a field kit signed ---- */

static bool is_handed_by(const struct pack_want *want, const char *package)
{
    return !want->heard.jti[0] && strcmp(want->newest, package) == 0;
}

static int name_handed(struct dep_pack *pack, const char *package)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->want_count; i++)
        if (is_handed_by(&pack->wants[i], package))
            err = pack_name(pack, &pack->wants[i].of, "source", &pack->wants[i].is.record,
                            "originator");
    return err;
}

/* All that came with one package, at once. */
static int take_handed(struct dep_pack *pack, const char *package)
{
    size_t count = 0;
    DEP_AUTO_FREE struct dep_foreign_want *wants = dep_alloc_array(pack->want_count, sizeof *wants);
    if (!wants)
        return pack_no_memory(pack);
    for (size_t i = 0; i < pack->want_count; i++)
        if (is_handed_by(&pack->wants[i], package))
            wants[count++] = pack->wants[i].is;
    int err = take_from(pack, package, wants, count);
    return err == DEP_FOUND ? name_handed(pack, package) : err;
}

static int take_each_handed(struct dep_pack *pack)
{
    int err = DEP_OK;
    for (size_t i = 0, k; !err && i < pack->want_count; i++) {
        const struct pack_want *want = &pack->wants[i];
        for (k = 0; k < i && !is_handed_by(&pack->wants[k], want->newest); k++)
            continue;
        if (!want->heard.jti[0] && k == i) /* the first of its package */
            err = take_handed(pack, want->newest);
    }
    return err;
}

/* ---- what they refer to ---- */

static int name_refs(struct dep_pack *pack, const struct dep_foreign_line *line)
{
    DEP_AUTO_PRESENTATION presentation = {.claims = NULL};
    struct dep_slice sd_jwt;
    struct dep_hash to;
    uint64_t index;
    size_t i;
    json_t *ref;
    struct dep_slice text = dep_slice_sub(dep_buf_slice(&line->text), 0, line->text.len - 1);
    int err = dep_records_line_parse(text, &index, &sd_jwt, &pack->problem->finding);
    if (!err)
        err = dep_presentation_parse(pack->node->schemas, sd_jwt, &presentation, NULL,
                                     &pack->problem->finding);
    if (err)
        return dep_problem_fault(pack->problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.pack",
                                 "logs");
    json_array_foreach(dep_json_array(presentation.claims, "refs"), i, ref)
    {
        const char *name = dep_json_string(ref, "rel"), *hex = dep_json_string(ref, "sha256");
        const char *rel = name ? dep_linked_rel(name) : NULL;
        if (!rel || !hex || !dep_hex_parse(dep_slice_string(hex), to.bytes, DEP_HASH_LEN) ||
            is_carried(pack, &to) || pack_find(pack, &to))
            continue;
        err = pack_name(pack, &line->sha256, rel, &to, "originator");
        if (err)
            return err;
    }
    return DEP_OK;
}

/* ---- lines of content.jsonl ---- */

static int compare_lines(const void *a, const void *b)
{
    const struct pack_foreign_line *one = a, *other = b;
    int order = strcmp(one->log->origin, other->log->origin);
    return order
               ? order
               : (one->line->index > other->line->index) - (one->line->index < other->line->index);
}

static int list_lines(struct dep_pack *pack)
{
    size_t count = 0;
    for (size_t i = 0; i < pack->foreign_count; i++)
        count += pack->foreign[i].line_count;
    pack->foreign_lines = dep_alloc_array(count + 1, sizeof *pack->foreign_lines);
    if (!pack->foreign_lines)
        return pack_no_memory(pack);
    for (size_t i = 0; i < pack->foreign_count; i++)
        for (size_t k = 0; k < pack->foreign[i].line_count; k++)
            if (pack->foreign[i].lines[k].listed)
                pack->foreign_lines[pack->foreign_line_count++] =
                    (struct pack_foreign_line){&pack->foreign[i], &pack->foreign[i].lines[k]};
    if (pack->foreign_line_count)
        qsort(pack->foreign_lines, pack->foreign_line_count, sizeof *pack->foreign_lines,
              compare_lines);
    return DEP_OK;
}

int pack_foreign(struct dep_pack *pack)
{
    const struct dep_index_query query = {.type = "foreign.record"};
    if (pack->want_count == 0)
        return DEP_OK;
    int err = dep_roll_list(pack->node, &query, look_at, pack, pack->problem);
    for (size_t i = 0; !err && i < pack->want_count; i++)
        err = take_or_name(pack, &pack->wants[i]);
    if (!err)
        err = take_each_handed(pack);
    if (!err && pack->foreign_count)
        qsort(pack->foreign, pack->foreign_count, sizeof *pack->foreign, compare_logs);
    if (!err)
        err = list_lines(pack);
    for (size_t i = 0; !err && i < pack->foreign_line_count; i++)
        err = name_refs(pack, pack->foreign_lines[i].line);
    return err;
}
