/*
 * content.jsonl of a plan: what was decided, in its order, and the digest that package.sent signs.
 */
#include "node/pack_impl.h"

#include <stdlib.h>
#include <string.h>

static int by_index(const void *a, const void *b)
{
    const struct pack_entry *one = a, *other = b;
    return (one->index > other->index) - (one->index < other->index);
}

static int by_line(const void *a, const void *b)
{
    const struct pack_link *one = a, *other = b;
    int order = memcmp(one->from.bytes, other->from.bytes, DEP_HASH_LEN);
    if (!order)
        order = strcmp(one->rel, other->rel);
    if (!order)
        order = memcmp(one->to.bytes, other->to.bytes, DEP_HASH_LEN);
    return order ? order : strcmp(one->why, other->why);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t pack_shown(const struct dep_schema *schema, uint64_t shown,
                  const char *names[PACK_FIELDS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < schema->field_count; i++)
        if (shown >> i & 1)
            names[count++] = schema->fields[i].name;
    if (count)
        qsort((void *)names, count, sizeof *names, by_name);
    return count;
}

static int encode(struct dep_pack *pack, const struct dep_content_line *line)
{
    int err = dep_content_encode(line, &pack->content);
    return err ? dep_problem_fault(pack->problem, err, "node.pack", "content.jsonl") : DEP_OK;
}

static int encode_package(struct dep_pack *pack)
{
    const struct dep_content_line line = {
        .kind = DEP_CONTENT_PACKAGE,
        .package = {.id = pack->id,
                    .kind = pack->kind,
                    .sender = dep_register_info(pack->node->reg)->member,
                    .recipient = pack->recipient,
                    .charter = *dep_charter_digest(pack->charter)}};
    return encode(pack, &line);
}

static int encode_entry(struct dep_pack *pack, const struct pack_entry *entry)
{
    const char *names[PACK_FIELDS_MAX];
    size_t count = pack_shown(entry->schema, entry->shown, names);
    const struct dep_content_line line = {
        .kind = DEP_CONTENT_RECORD,
        .record = {.origin = dep_register_info(pack->node->reg)->origin,
                   .index = entry->index,
                   .sha256 = entry->sha256,
                   .shown = names,
                   .shown_count = count}};
    return encode(pack, &line);
}

static int encode_foreign(struct dep_pack *pack, const struct pack_foreign_line *foreign)
{
    const char *names[PACK_FIELDS_MAX];
    size_t count = pack_shown(foreign->line->schema, foreign->line->shown, names);
    const struct dep_content_line line = {.kind = DEP_CONTENT_RECORD,
                                          .record = {.origin = foreign->log->origin,
                                                     .index = foreign->line->index,
                                                     .sha256 = foreign->line->sha256,
                                                     .shown = names,
                                                     .shown_count = count}};
    return encode(pack, &line);
}

/* By origin: the own log stands somewhere among the others. */
static int encode_records(struct dep_pack *pack)
{
    const char *own = dep_register_info(pack->node->reg)->origin;
    size_t at = 0;
    int err = DEP_OK;
    for (; !err && at < pack->foreign_line_count &&
           strcmp(pack->foreign_lines[at].log->origin, own) < 0;
         at++)
        err = encode_foreign(pack, &pack->foreign_lines[at]);
    for (size_t i = 0; !err && i < pack->count; i++)
        err = encode_entry(pack, &pack->entries[i]);
    for (; !err && at < pack->foreign_line_count; at++)
        err = encode_foreign(pack, &pack->foreign_lines[at]);
    return err;
}

static int encode_item(struct dep_pack *pack, const struct pack_item *item)
{
    const struct dep_content_line line = {.kind = DEP_CONTENT_ITEM,
                                          .item = {.item = item->item,
                                                   .record = item->record,
                                                   .as = item->as,
                                                   .opens = item->opens,
                                                   .path = item->packed.path,
                                                   .pieces = item->packed.file_count,
                                                   .bytes = item->packed.bytes,
                                                   .payload_sha256 = item->packed.payload_sha256}};
    return encode(pack, &line);
}

static int encode_link(struct dep_pack *pack, const struct pack_link *link)
{
    const struct dep_content_line line = {.kind = DEP_CONTENT_LINKED,
                                          .linked = {.from = link->from,
                                                     .rel = link->rel,
                                                     .as = link->as,
                                                     .sha256 = link->to,
                                                     .count = link->count,
                                                     .why = link->why}};
    return encode(pack, &line);
}

/* Before it is written a plan has no line for it. */
static int encode_notice(struct dep_pack *pack)
{
    const struct pack_notice *notice = &pack->notice;
    const struct dep_content_line line = {
        .kind = DEP_CONTENT_NOTICE,
        .notice = {.sealed = pack->sealed_count,
                   .opens = notice->opens,
                   .to = notice->opens == DEP_OPENS_RECIPIENT ? pack->judge : NULL,
                   .sha256 = notice->sha256,
                   .page_sha256 = notice->page_sha256}};
    return notice->written ? encode(pack, &line) : DEP_OK;
}

static int encode_file(struct dep_pack *pack, const struct pack_file *file)
{
    const struct dep_content_line line = {.kind = DEP_CONTENT_FILE,
                                          .file = {.path = file->path, .sha256 = file->sha256}};
    return encode(pack, &line);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

static int encode_files(struct dep_pack *pack)
{
    struct pack_file files[PACK_FILES];
    size_t count = 0;
    int err = DEP_OK;
    for (size_t i = 0; i < PACK_FILES; i++)
        if (pack->files[i].path)
            files[count++] = pack->files[i];
    if (count)
        qsort(files, count, sizeof *files, by_path);
    for (size_t i = 0; !err && i < count; i++)
        err = encode_file(pack, &files[i]);
    return err;
}

int pack_content(struct dep_pack *pack)
{
    dep_buf_clear(&pack->content);
    if (pack_is_head_alone(pack))
        return DEP_OK;
    if (pack->count)
        qsort(pack->entries, pack->count, sizeof *pack->entries, by_index);
    if (pack->link_count)
        qsort(pack->links, pack->link_count, sizeof *pack->links, by_line);
    int err = encode_package(pack);
    if (!err)
        err = encode_records(pack);
    /* Before they are written a plan has no line for them. */
    for (size_t i = 0; !err && i < pack->item_count; i++)
        err = pack->items[i].packed.file_count ? encode_item(pack, &pack->items[i]) : DEP_OK;
    for (size_t i = 0; !err && i < pack->link_count; i++)
        err = encode_link(pack, &pack->links[i]);
    if (!err)
        err = encode_notice(pack);
    /* Here the lines of what was seen of other logs are to be added. */
    if (!err)
        err = encode_files(pack);
    if (err)
        return err;
    dep_sha256(dep_buf_slice(&pack->content), &pack->content_sha256);
    return DEP_OK;
}
