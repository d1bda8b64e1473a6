/*
 * Lines of records.jsonl and in_force.jsonl, and names of files: a line that is taken is written
 * again as it was; a name that may stand in a package leads nowhere else, and what it names is one
 * thing.
 */
#include "package/in_force.h"
#include "package/names.h"
#include "package/records.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static void read_line(struct dep_slice line)
{
    uint64_t index;
    struct dep_slice sd_jwt;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_records_line_parse(line, &index, &sd_jwt, &why);
    must(err == DEP_OK || (err == DEP_FOUND && why.id));
    if (err)
        return;
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_RECORDS_LINE_MAX);
    must(dep_records_line_encode(index, sd_jwt, &again) == DEP_OK);
    must(again.len == line.len + 1 && memcmp(again.data, line.data, line.len) == 0);
}

static void read_proof(struct dep_slice text)
{
    struct dep_in_force line;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_in_force_parse(text, &line, &why);
    must(err == DEP_OK || (err == DEP_FOUND && why.id));
    if (err)
        return;
    struct dep_hash root = {{0}};
    (void)dep_in_force_holds(&line, line.place + 1, &root);
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_IN_FORCE_LINE_MAX);
    must(dep_in_force_encode(&line, &again) == DEP_OK);
    must(again.len == text.len + 1 && memcmp(again.data, text.data, text.len) == 0);
}

static void read_name(struct dep_slice name)
{
    struct dep_package_place place;
    if (!dep_package_name_valid(name))
        return;
    must(name.len <= DEP_PACKAGE_PATH_MAX && name.data[0] != '/');
    must(name.data[0] != '.' && !memmem(name.data, name.len, "/.", 2));
    dep_package_place(name, &place);
    must(place.kind <= DEP_PLACE_UNKNOWN && place.folder < DEP_PACKAGE_LOGS_MAX);
    if (place.kind != DEP_PLACE_TILE)
        return;
    /* The name of a tile is the one that it is written under. */
    char path[DEP_TILE_PATH_MAX];
    dep_tile_path(&place.tile, path);
    must(name.len > strlen(path) &&
         memcmp(name.data + name.len - strlen(path), path, strlen(path)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice text = dep_slice_of(data, size);
    while (text.len) {
        struct dep_slice line = dep_slice_next(&text, '\n');
        read_line(line);
        read_proof(line);
        read_name(line);
    }
    return 0;
}
