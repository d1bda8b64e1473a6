/*
 * The logs of others that go along, into the package and into what people read.
 *
 * Format:  doc/format/package.md section 5.7.
 */
#include "node/pack_impl.h"
#include "package/records.h"

#include <stdio.h>
#include <string.h>

enum { PATH_ROOM = 200 };

static int write_records(const struct dep_foreign_log *log, const char *path,
                         struct dep_bag_writer *bag, struct dep_fault *fault)
{
    int err = dep_bag_writer_open(bag, path, fault);
    for (size_t i = 0; !err && i < log->line_count; i++)
        err = dep_bag_writer_add(bag, dep_buf_slice(&log->lines[i].text), fault);
    return err ? err : dep_bag_writer_close(bag, NULL, fault);
}

static int write_proofs(const struct dep_pack *pack, const struct dep_foreign_log *log,
                        const char *path, struct dep_bag_writer *bag)
{
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, DEP_IN_FORCE_LEN_MAX);
    for (size_t i = 0; i < log->proof_count; i++)
        if (dep_in_force_encode(&log->proofs[i], &lines))
            return dep_problem_fault(pack->problem, dep_buf_err(&lines), "node.pack", path);
    return lines.len ? dep_bag_writer_put(bag, path, dep_buf_slice(&lines), &pack->problem->fault)
                     : DEP_OK;
}

/* Of earlier checkpoints those that tell a time, or that another folder has. */
static int write_log(const struct dep_pack *pack, size_t at, struct dep_bag_writer *bag)
{
    const struct dep_foreign_log *log = &pack->foreign[at];
    struct dep_fault *fault = &pack->problem->fault;
    char path[PATH_ROOM];
    (void)snprintf(path, sizeof path, "logs/%03zu/records.jsonl", at + 1);
    int err = write_records(log, path, bag, fault);
    (void)snprintf(path, sizeof path, "logs/%03zu/in_force.jsonl", at + 1);
    if (!err)
        err = write_proofs(pack, log, path, bag);
    for (size_t i = 0; !err && i < log->file_count; i++) {
        const struct dep_foreign_file *file = &log->files[i];
        if (file->before && !file->timed && !pack_foreign_log(pack, log->origin, file->size))
            continue;
        (void)snprintf(path, sizeof path, "logs/%03zu/%s", at + 1, file->path);
        err = dep_bag_writer_put(bag, path, dep_buf_slice(&file->bytes), fault);
    }
    return err;
}

int pack_foreign_write(const struct dep_pack *pack, struct dep_bag_writer *bag)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->foreign_count; i++)
        err = write_log(pack, i, bag);
    return err;
}

uint64_t pack_foreign_len(const struct dep_pack *pack)
{
    uint64_t len = 0;
    for (size_t i = 0; i < pack->foreign_count; i++) {
        for (size_t k = 0; k < pack->foreign[i].line_count; k++)
            len += pack->foreign[i].lines[k].text.len;
        for (size_t k = 0; k < pack->foreign[i].file_count; k++)
            len += pack->foreign[i].files[k].bytes.len;
        len += pack->foreign[i].proof_count * DEP_IN_FORCE_LINE_MAX;
    }
    return len;
}

json_t *pack_foreign_json(const struct dep_pack *pack, const struct dep_foreign_line *line)
{
    DEP_AUTO_PRESENTATION presentation = {.claims = NULL};
    struct dep_slice sd_jwt;
    uint64_t index;
    struct dep_slice text = dep_slice_sub(dep_buf_slice(&line->text), 0, line->text.len - 1);
    if (dep_records_line_parse(text, &index, &sd_jwt, NULL) ||
        dep_presentation_parse(pack->node->schemas, sd_jwt, &presentation, NULL, NULL))
        return NULL;
    struct dep_view view = {.claims = presentation.claims};
    (void)snprintf(view.row.type, sizeof view.row.type, "%s", presentation.record.type);
    (void)snprintf(view.row.jti, sizeof view.row.jti, "%s", presentation.record.jti);
    return pack_record_json(presentation.record.iss, line->schema, line->shown, &view);
}
