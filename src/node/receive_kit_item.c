/*
 * An item of a field kit becomes an item of this register: its container, already sealed for the
 * vault of this one, its intake, and how it is marked.
 */
#include "node/marking.h"
#include "node/pending.h"
#include "node/receive_kit.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct receiving *receiving, const char *path)
{
    int sys = errno;
    return dep_fault_set(&receiving->problem->fault, DEP_ERR_IO, sys, "receive.read", "%s", path);
}

/* ---- the container ---- */

/* NULL: none is in the package. */
static const json_t *line_of_item(const struct receiving *receiving, const char *item)
{
    size_t i;
    json_t *line;
    json_array_foreach(dep_json_array(receiving->account, "items"), i, line)
    {
        if (dep_json_says(line, "item", item))
            return line;
    }
    return NULL;
}

/* The pieces behind the first are joined to it. */
static int join_pieces(struct receiving *receiving, const char *path, int64_t pieces, int fd)
{
    struct dep_fault *fault = &receiving->problem->fault;
    for (int64_t i = 1; i < pieces; i++) {
        char piece[320], room[65536];
        (void)snprintf(piece, sizeof piece, "data/%s.%03lld", path, (long long)i);
        DEP_AUTO_FD from = openat(receiving->copy_fd, piece, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        ssize_t got = from < 0 ? -1 : 0;
        int err = DEP_OK;
        while (from >= 0 && !err && (got = read(from, room, sizeof room)) > 0)
            err = dep_file_write_all(fd, room, (size_t)got, path, fault);
        if (err || got < 0)
            return err ? err : failed(receiving, piece);
    }
    return DEP_OK;
}

/* It goes from the copy as it came. */
static int move_container(struct receiving *receiving, const char *item, const json_t *line)
{
    struct dep_node *node = receiving->node;
    struct dep_fault *fault = &receiving->problem->fault;
    const char *path = dep_json_string(line, "path");
    char from[320], name[DEP_UUID_LEN + 16];
    int64_t pieces = 1;
    (void)dep_json_int(line, "pieces", &pieces);
    (void)snprintf(from, sizeof from, pieces > 1 ? "data/%s.000" : "data/%s", path ? path : "");
    (void)snprintf(name, sizeof name, "%s.tar.age", item);
    DEP_AUTO_FD vault =
        openat(dep_register_dir_fd(node->reg), "vault", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (vault < 0)
        return failed(receiving, "vault");
    DEP_AUTO_FD fd = openat(receiving->copy_fd, from, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, 0600) != 0)
        return failed(receiving, from);
    int err = join_pieces(receiving, path, pieces, fd);
    if (!err)
        err = dep_file_sync(fd, from, fault);
    const struct dep_placing to = {
        .fd = fd, .from_fd = receiving->copy_fd, .from = from, .folder_fd = vault, .name = name};
    return err ? err : dep_file_place(&to, "receive.read", name, fault);
}

static int bring_container(struct receiving *receiving, const char *item, const json_t *line)
{
    struct receive_kit *kit = receiving->kit;
    const char *first = json_string_value(json_array_get(kit->group, 0));
    int err = first
                  ? dep_pending_join(receiving->node, first, item, receiving->problem)
                  : dep_pending_begin(receiving->node, item, &kit->pending_fd, receiving->problem);
    if (!err && json_array_append_new(kit->group, json_string(item)))
        err = receive_no_memory(receiving);
    return err ? err : move_container(receiving, item, line);
}

/* As in collecting: after a fault the record may stand all the same, and the next opening
 * judges. */
void receive_kit_settle(struct receiving *receiving, int err)
{
    struct receive_kit *kit = receiving->kit;
    int reg = dep_register_dir_fd(receiving->node->reg);
    size_t i;
    json_t *item;
    if (err < 0)
        return;
    json_array_foreach(kit->group, i, item)
    {
        char path[DEP_UUID_LEN + 32];
        (void)snprintf(path, sizeof path, "vault/%s.tar.age", json_string_value(item));
        if (err == DEP_FOUND)
            (void)unlinkat(reg, path, 0);
        dep_pending_leave(receiving->node, json_string_value(item));
    }
    (void)json_array_clear(kit->group);
    dep_close_fd(&kit->pending_fd);
}

/* ---- what is recorded of it ---- */

static int add(struct receiving *receiving, struct dep_kept *out, const char *type, json_t *claims)
{
    return claims && dep_kept_add(out, type, claims) ? DEP_OK : receive_no_memory(receiving);
}

static int copy_fields(const json_t *from, const char *const *names, size_t count, json_t *to)
{
    int bad = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(from, names[i]);
        bad |= value && json_object_set(to, names[i], value);
    }
    return bad;
}

/* This register's own record of taking the item in: what the officer who signs it answers for. The
 * numbers are those under which it stands here from now on; how it is to be handled, and on which
 * basis it was collected, the rules read here; all else the kit's record says. */
static json_t *intake_of(struct receiving *receiving, const struct dep_view *view,
                         const json_t *line)
{
    static const char *const stated[] = {"item",      "restricted", "exhibit", "case",
                                         "territory", "sensitive",  "basis"};
    static const char *const facts[] = {"payload_sha256",  "manifest_root", "files",
                                        "bytes",           "not_taken",     "changed",
                                        "manifest_offset", "manifest_len"};
    char from[DEP_MEMBER_LEN_MAX + DEP_CODE_LEN_MAX + 3];
    (void)snprintf(from, sizeof from, "%s: %s", receiving->out->sender,
                   dep_handed_of(view).officer);
    json_t *claims = json_pack("{s:s,s:{s:s,s:s}}", "stage", "kit", "received_from", "text", from,
                               "lang", "zxx");
    int bad = !claims;
    if (claims)
        bad = copy_fields(view->handed, stated, DEP_COUNT(stated), claims);
    if (!bad && line)
        bad = copy_fields(view->handed, facts, DEP_COUNT(facts), claims);
    if (!bad)
        bad = receive_not_stated(receiving, claims);
    if (!bad)
        return claims;
    json_decref(claims);
    return NULL;
}

int receive_kit_begin(struct receiving *receiving, const struct dep_view *view, const char *item,
                      struct dep_kept *out)
{
    const json_t *line = line_of_item(receiving, item);
    int err = line ? bring_container(receiving, item, line) : DEP_OK;
    if (!err)
        err = add(receiving, out, "evidence.intake", intake_of(receiving, view, line));
    if (!err && json_object_set_new(receiving->kit->items, item, json_false()))
        err = receive_no_memory(receiving);
    receiving->out->kit_items += !err;
    return err;
}

/* ---- how it is marked ---- */

static int keep_newest(void *context, const struct dep_view *marking)
{
    json_t **newest = context;
    json_decref(*newest);
    *newest = json_incref(marking->claims);
    return DEP_OK;
}

/* What is marked stays so: a list takes in what it doesn't have, whatever else is taken where
 * nothing is said. */
static int add_field(json_t *claims, const char *name, json_t *said)
{
    json_t *before = json_object_get(claims, name), *value;
    size_t i, k;
    if (!said || (before && !json_is_array(before)))
        return 0;
    if (!before)
        return json_object_set(claims, name, said);
    json_t *all = json_copy(before);
    int bad = json_object_set_new(claims, name, all);
    json_array_foreach(said, i, value)
    {
        for (k = 0; !bad && k < json_array_size(all); k++)
            if (json_equal(json_array_get(all, k), value))
                break;
        bad = bad || (k == json_array_size(all) && json_array_append(all, value));
    }
    return bad;
}

/* What the kit marked binds here too: who takes it in marks it so, as of what others send. A kit
 * can't know how an item that is here already was marked since: nothing of that is taken away. */
int receive_kit_mark(struct receiving *receiving, const struct dep_view *view, const char *item,
                     struct dep_kept *out)
{
    struct dep_node *node = receiving->node;
    const struct dep_schema *schema = dep_schemas_find(node->schemas, "marking.set", 0);
    DEP_AUTO_JSON *newest = NULL;
    json_t *claims = json_object();
    int err = DEP_OK, bad = !claims || !schema;
    if (json_is_true(json_object_get(receiving->kit->items, item)))
        err = dep_node_markings(node, item, keep_newest, &newest, receiving->problem);
    for (size_t i = 0; !err && !bad && i < schema->field_count; i++) {
        const char *name = schema->fields[i].name;
        bad = copy_fields(newest, &name, 1, claims) ||
              add_field(claims, name, json_object_get(view->handed, name));
    }
    if (!err && !bad)
        return add(receiving, out, "marking.set", claims);
    json_decref(claims);
    return err ? err : receive_no_memory(receiving);
}
