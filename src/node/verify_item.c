/*
 * What was opened is believed for nothing: the tar is held, member by member, against lines whose
 * root the record tells, its own manifest's or the proofs' of parts.
 */
#include "node/verify_item.h"

#include "codec/text.h"
#include "node/item_extract.h"
#include "node/item_reader.h"

#include <stdio.h>
#include <string.h>

enum { ITEM_PATH_LEN = 256 };

static const char CLAUSE_WHOLE[] = "doc/format/package.md 6.1",
                  CLAUSE_PARTS[] = "doc/format/package.md 6.2";

struct verifying {
    const struct dep_item_verify_order *order;
    struct dep_container *container;
    struct dep_item_lines *lines; /* of parts, or NULL */
    struct dep_item_verified out;
    char path[ITEM_PATH_LEN];
    uint64_t altered; /* findings that say so */
    int err;          /* the first that a teller returned */
    struct dep_fault *fault;
};

/* ---- telling ---- */

static int tell(struct verifying *verifying, const char *id, const char *clause,
                enum dep_result result, bool aside, struct dep_slice member)
{
    enum { SHOWN_MAX = 4096 };
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 4 * DEP_TAR_PATH_MAX);
    dep_text_show(member.len < SHOWN_MAX ? member : dep_slice_sub(member, 0, SHOWN_MAX), &shown);
    if (dep_buf_err(&shown))
        return dep_fault_set(verifying->fault, dep_buf_err(&shown), 0, "check.memory", "container");
    struct dep_verify_found found = {.id = id,
                                     .clause = clause,
                                     .result = result,
                                     .aside = aside,
                                     .path = dep_slice_string(verifying->path),
                                     .field = shown.len ? (const char *)shown.data : NULL};
    verifying->altered += result == DEP_ALTERED;
    return verifying->order->each(verifying->order->context, &found);
}

/* What a deviation from a container's own list is called where the list is proofs. */
static const char *name_for_parts(const char *id)
{
    static const char *const members[] = {"container.after", "container.cut", "container.extra",
                                          "container.manifest", "container.order"};
    static const char *const contents[] = {"container.file",     "container.kind",
                                           "container.metadata", "container.padding",
                                           "container.place",    "tar.map"};
    for (size_t i = 0; i < DEP_COUNT(members); i++)
        if (strcmp(id, members[i]) == 0)
            return "part.member";
    for (size_t i = 0; i < DEP_COUNT(contents); i++)
        if (strcmp(id, contents[i]) == 0)
            return "part.content";
    return id;
}

static int tell_altered(struct verifying *verifying, const struct dep_finding *why,
                        struct dep_slice member)
{
    bool parts = verifying->order->as == DEP_ITEM_PARTS;
    return tell(verifying, parts ? name_for_parts(why->id) : why->id,
                parts ? CLAUSE_PARTS : why->clause, DEP_ALTERED, false, member);
}

static void note_deviation(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    struct verifying *verifying = context;
    if (!verifying->err)
        verifying->err = tell_altered(verifying, finding, path);
}

static bool progress(void *context, const struct dep_seal_progress *state)
{
    const struct verifying *verifying = context;
    const struct dep_item_verify_order *order = verifying->order;
    return !verifying->err && (!order->progress || order->progress(order->context, state));
}

/* ---- reading ---- */

static int read_whole(struct verifying *verifying, struct dep_container_report *report,
                      struct dep_finding *why)
{
    int err = dep_container_check(verifying->container, &verifying->order->facts, note_deviation,
                                  verifying, progress, verifying, report, why, verifying->fault);
    if (err == DEP_FOUND && !verifying->err)
        return tell(verifying, "item.manifest", CLAUSE_WHOLE, DEP_ALTERED, false,
                    dep_slice_of(NULL, 0));
    return err;
}

static int read_parts(struct verifying *verifying, struct dep_item_lines *lines,
                      struct dep_container_report *report, struct dep_finding *why)
{
    int err =
        dep_item_lines_read(verifying->order, verifying->container, lines, why, verifying->fault);
    if (err)
        return err == DEP_FOUND ? tell_altered(verifying, why, dep_slice_of(NULL, 0)) : err;
    struct dep_container_lines against = {.line = dep_item_lines_next,
                                          .context = lines,
                                          .last = "proofs",
                                          .last_offset = lines->proofs_at,
                                          .last_len = lines->text.len};
    dep_sha256(dep_buf_slice(&lines->text), &against.last_sha256);
    verifying->lines = lines;
    err = dep_container_check_lines(verifying->container, &verifying->order->facts, &against,
                                    note_deviation, verifying, progress, verifying, report, why,
                                    verifying->fault);
    return err == DEP_FOUND ? DEP_OK : err;
}

static int read_content(struct verifying *verifying, struct dep_item_lines *lines)
{
    struct dep_container_report report = {.files = 0};
    struct dep_finding why;
    int err = verifying->order->as == DEP_ITEM_PARTS ? read_parts(verifying, lines, &report, &why)
                                                     : read_whole(verifying, &report, &why);
    if (verifying->err)
        return verifying->err;
    verifying->out.files = report.files;
    verifying->out.bytes = report.bytes;
    return err;
}

/* ---- writing out ---- */

struct writing {
    struct verifying *verifying;
    struct dep_item_extract *extract;
};

static int write_entry(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct writing *writing = context;
    struct verifying *verifying = writing->verifying;
    struct dep_finding why = {"", "", 0};
    (void)index;
    if (!progress(verifying, &(struct dep_seal_progress){
                                 .files_done = dep_item_extract_count(writing->extract),
                                 .files_total = verifying->out.files}))
        return dep_fault_set(verifying->fault, DEP_ERR_STOPPED, 0, "extract.stopped", "container");
    int err = dep_item_extract_entry(writing->extract, entry, &why, verifying->fault);
    if (err != DEP_FOUND)
        return err;
    bool passed_over = strncmp(why.id, "extract.", 8) == 0;
    return tell(verifying, why.id, why.clause, passed_over ? DEP_NOT_SHOWN : DEP_ALTERED,
                passed_over, entry->path);
}

static int write_parts(struct writing *writing, struct dep_finding *why)
{
    struct verifying *verifying = writing->verifying;
    const struct dep_item_lines *lines = verifying->lines;
    DEP_AUTO_BUF names;
    dep_buf_init(&names, 2 * DEP_MANIFEST_LINE_MAX);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < lines->count; i++) {
        struct dep_entry entry;
        err = dep_entry_parse(lines->lines[i].line, &names, &entry, why);
        entry.offset = err ? 0 : lines->lines[i].offset;
        if (err < 0)
            return dep_fault_set(verifying->fault, err, 0, "extract.memory", "container");
        if (!err)
            err = write_entry(writing, &entry, i);
    }
    return err ? err
               : dep_item_extract_raw(writing->extract, "proofs", lines->proofs_at, lines->text.len,
                                      why, verifying->fault);
}

static int note_manifest(void *context, const struct dep_tar_member *member, uint64_t offset)
{
    struct dep_container_facts *facts = context;
    facts->manifest_offset = offset;
    facts->manifest_len = member->size;
    return DEP_OK;
}

static int write_whole(struct writing *writing, struct dep_finding *why)
{
    struct verifying *verifying = writing->verifying;
    struct dep_container *container = verifying->container;
    struct dep_container_facts facts = verifying->order->facts;
    int err = dep_container_list(container, &facts, write_entry, writing, why, verifying->fault);
    if (!err && !facts.has_manifest)
        err = dep_container_members(container, note_manifest, &facts, why, verifying->fault);
    return err ? err
               : dep_item_extract_raw(writing->extract, "manifest", facts.manifest_offset,
                                      facts.manifest_len, why, verifying->fault);
}

/* What is read now was found intact before: should it not be any more, it changed meanwhile. */
static int extract(struct verifying *verifying)
{
    struct writing writing = {.verifying = verifying};
    struct dep_finding why = {"", "", 0};
    uint64_t altered = verifying->altered;
    int err = dep_item_extract_new(verifying->container, verifying->order->extract_fd,
                                   verifying->order->item, &writing.extract, verifying->fault);
    if (err)
        return err;
    err = verifying->lines ? write_parts(&writing, &why) : write_whole(&writing, &why);
    if (err == DEP_FOUND || (!err && verifying->altered != altered))
        err = dep_fault_set(verifying->fault, DEP_ERR_CHANGED, 0, "extract.changed", "%s",
                            verifying->path);
    if (!err)
        err = dep_item_extract_publish(writing.extract, verifying->fault);
    verifying->out.extracted = dep_item_extract_count(writing.extract);
    dep_item_extract_free(writing.extract);
    return err;
}

/* ---- the whole ---- */

static bool not_ours(const char *id)
{
    return strcmp(id, "age.identity") == 0 || strcmp(id, "age.passphrase") == 0;
}

static int verify(struct verifying *verifying, struct dep_item_reader *reader)
{
    const struct dep_item_verify_order *order = verifying->order;
    DEP_AUTO_ITEM_LINES lines = {.lines = NULL};
    struct dep_finding why;
    int err = dep_item_reader_open(order, reader, &why, verifying->fault);
    if (err == DEP_FOUND && not_ours(why.id))
        return tell(verifying, why.id, why.clause, DEP_UNPROVED, true, dep_slice_of(NULL, 0));
    if (err == DEP_FOUND)
        return tell_altered(verifying, &why, dep_slice_of(NULL, 0));
    bool held = order->with.identity_count || order->with.passphrase.len;
    if (err || (!held && order->as != DEP_ITEM_PLAIN))
        return err;
    verifying->container = reader->container;
    verifying->out.opened = true;
    err = read_content(verifying, &lines);
    if (!err && !verifying->altered && order->facts.has_root)
        verifying->out.content = DEP_INTACT;
    if (!err && verifying->out.content == DEP_INTACT && order->extract_fd >= 0)
        err = extract(verifying);
    return err;
}

int dep_item_verify(const struct dep_item_verify_order *order, struct dep_item_verified *out,
                    struct dep_fault *fault)
{
    DEP_AUTO_ITEM_READER reader = {.extents = NULL};
    struct verifying verifying = {.order = order, .out = {.content = DEP_UNPROVED}, .fault = fault};
    (void)snprintf(verifying.path, sizeof verifying.path, "data/%s", order->path);
    int err = verify(&verifying, &reader);
    if (err)
        return err;
    if (verifying.altered)
        verifying.out.content = DEP_ALTERED;
    *out = verifying.out;
    return DEP_OK;
}
