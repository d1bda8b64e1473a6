/*
 * <salt> <kind> <sha256> <size> <offset> <stored> <mode> <uid> <gid> <mtime> <flags> <path>
 * [<target>]
 */
#include "vault/manifest.h"

#include "codec/base64.h"
#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

enum { SALT_TEXT = 22, NANOSECONDS = 1000000000, NUMBER_MAX = 24 };

static const char CLAUSE[] = "doc/format/vault.md 3";
static const char FLAG_LETTERS[] = "ctgsxX";

/* ---- encoding: no printf, 100,000 lines cost milliseconds ---- */

static void add_number(struct dep_buf *out, uint64_t value, unsigned base, size_t width)
{
    char digits[NUMBER_MAX];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % base);
        value /= base;
    } while (value || sizeof digits - at < width);
    dep_buf_add(out, digits + at, sizeof digits - at);
}

static void add_spaced(struct dep_buf *out, uint64_t value, unsigned base)
{
    dep_buf_add_byte(out, ' ');
    add_number(out, value, base, 1);
}

/* Seconds may be negative: time before 1970; the nanoseconds always count forward. */
static void add_time(struct dep_buf *out, int64_t seconds, uint32_t nanoseconds)
{
    dep_buf_add_byte(out, ' ');
    if (seconds < 0)
        dep_buf_add_byte(out, '-');
    add_number(out, seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds, 10, 1);
    dep_buf_add_byte(out, '.');
    add_number(out, nanoseconds, 10, 9);
}

static void add_flags(struct dep_buf *out, unsigned flags)
{
    dep_buf_add_byte(out, ' ');
    if (!flags)
        dep_buf_add_byte(out, '-');
    for (unsigned i = 0; FLAG_LETTERS[i]; i++)
        if (flags >> i & 1)
            dep_buf_add_byte(out, (uint8_t)FLAG_LETTERS[i]);
}

int dep_entry_encode(const struct dep_entry *entry, struct dep_buf *out)
{
    char salt[SALT_TEXT], hex[2 * DEP_HASH_LEN + 1] = "-";
    dep_base64_write(DEP_BASE64_URL, entry->salt, sizeof entry->salt, salt);
    if (entry->has_sha256)
        dep_hex_encode(entry->sha256.bytes, DEP_HASH_LEN, hex);
    dep_buf_add(out, salt, sizeof salt);
    dep_buf_add_byte(out, ' ');
    dep_buf_add_byte(out, (uint8_t)entry->kind);
    dep_buf_add_byte(out, ' ');
    dep_buf_add_string(out, hex);
    add_spaced(out, entry->size, 10);
    add_spaced(out, entry->offset, 10);
    add_spaced(out, entry->stored, 10);
    add_spaced(out, entry->mode, 8);
    add_spaced(out, entry->uid, 10);
    add_spaced(out, entry->gid, 10);
    add_time(out, entry->mtime_s, entry->mtime_ns);
    add_flags(out, entry->flags);
    dep_buf_add_byte(out, ' ');
    dep_percent_encode(entry->path, out);
    if (entry->target.len) {
        dep_buf_add_byte(out, ' ');
        dep_percent_encode(entry->target, out);
    }
    return dep_buf_err(out);
}

/* ---- parsing ---- */

static bool octal_parse(struct dep_slice text, uint32_t *out)
{
    uint32_t value = 0;
    if (text.len == 0 || text.len > 4 || (text.data[0] == '0' && text.len > 1))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '7')
            return false;
        value = value << 3 | (uint32_t)(text.data[i] - '0');
    }
    *out = value;
    return true;
}

static bool time_parse(struct dep_slice text, int64_t *out_s, uint32_t *out_ns)
{
    struct dep_slice rest = text;
    bool negative = rest.len && rest.data[0] == '-';
    if (negative)
        rest = dep_slice_sub(rest, 1, rest.len - 1);
    struct dep_slice whole = dep_slice_next(&rest, '.');
    uint64_t seconds, ns = 0;
    if (!dep_u64_parse(whole, INT64_MAX, &seconds) || rest.len != 9 || (negative && seconds == 0))
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return false;
        ns = ns * 10 + (uint64_t)(rest.data[i] - '0');
    }
    *out_s = negative ? -(int64_t)seconds : (int64_t)seconds;
    *out_ns = (uint32_t)ns;
    return ns < NANOSECONDS;
}

static bool flags_parse(struct dep_slice text, unsigned *out)
{
    unsigned flags = 0;
    if (dep_slice_equal_string(text, "-")) {
        *out = 0;
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *letter = text.data[i] ? strchr(FLAG_LETTERS, text.data[i]) : NULL;
        unsigned flag = letter ? 1u << (letter - FLAG_LETTERS) : 0;
        if (flag <= flags) /* unknown, repeated or out of order */
            return false;
        flags |= flag;
    }
    *out = flags;
    return text.len > 0;
}

/* Relative, below files/, no component empty, "." or "..", no NUL. */
static bool path_valid(struct dep_slice path, enum dep_entry_kind kind)
{
    if (kind == DEP_ENTRY_STATEMENT)
        return dep_slice_equal_string(path, "collection.json");
    if (!dep_slice_starts(path, "files/") || path.len > DEP_TAR_PATH_MAX ||
        memchr(path.data, 0, path.len) || path.data[path.len - 1] == '/')
        return false;
    for (struct dep_slice rest = path; rest.len;) {
        struct dep_slice part = dep_slice_next(&rest, '/');
        if (part.len == 0 || dep_slice_equal_string(part, ".") ||
            dep_slice_equal_string(part, ".."))
            return false;
    }
    return true;
}

static bool reason_valid(struct dep_slice reason)
{
    static const char *const reasons[] = {"device", "socket", "fifo", "unreadable",  "vanished",
                                          "mount",  "io",     "loop", "changed-type"};
    for (size_t i = 0; i < DEP_COUNT(reasons); i++)
        if (dep_slice_equal_string(reason, reasons[i]))
            return true;
    return false;
}

/* What a kind has and has not. */
static const char *judge_kind(const struct dep_entry *entry)
{
    bool content = entry->kind == DEP_ENTRY_FILE || entry->kind == DEP_ENTRY_IMAGE ||
                   entry->kind == DEP_ENTRY_STATEMENT;
    bool target = entry->kind == DEP_ENTRY_SYMLINK || entry->kind == DEP_ENTRY_HARDLINK ||
                  entry->kind == DEP_ENTRY_NOT_TAKEN;
    if (content != entry->has_sha256)
        return "manifest.sha256";
    if (!content && (entry->size || entry->stored))
        return "manifest.size";
    if (content && !(entry->flags & DEP_ENTRY_SPARSE) && entry->size != entry->stored)
        return "manifest.stored";
    if (target != (entry->target.len > 0))
        return "manifest.target";
    if (entry->kind == DEP_ENTRY_NOT_TAKEN && !reason_valid(entry->target))
        return "manifest.reason";
    return NULL;
}

static const char *parse_fields(struct dep_slice rest, struct dep_buf *names, struct dep_entry *out)
{
    struct dep_slice field = dep_slice_next(&rest, ' ');
    if (!dep_base64_parse_exact(DEP_BASE64_URL, field, out->salt, sizeof out->salt))
        return "manifest.salt";
    field = dep_slice_next(&rest, ' ');
    if (field.len != 1 || !field.data[0] || !strchr("fdlhis-", field.data[0]))
        return "manifest.kind";
    out->kind = (enum dep_entry_kind)field.data[0];
    field = dep_slice_next(&rest, ' ');
    out->has_sha256 = !dep_slice_equal_string(field, "-");
    if (out->has_sha256 && !dep_hex_parse(field, out->sha256.bytes, DEP_HASH_LEN))
        return "manifest.sha256";
    uint64_t *numbers[] = {&out->size, &out->offset, &out->stored};
    for (size_t i = 0; i < DEP_COUNT(numbers); i++)
        if (!dep_u64_parse(dep_slice_next(&rest, ' '), INT64_MAX, numbers[i]))
            return "manifest.number";
    if (!octal_parse(dep_slice_next(&rest, ' '), &out->mode))
        return "manifest.mode";
    if (!dep_u64_parse(dep_slice_next(&rest, ' '), UINT32_MAX, &out->uid) ||
        !dep_u64_parse(dep_slice_next(&rest, ' '), UINT32_MAX, &out->gid))
        return "manifest.owner";
    if (!time_parse(dep_slice_next(&rest, ' '), &out->mtime_s, &out->mtime_ns))
        return "manifest.mtime";
    if (!flags_parse(dep_slice_next(&rest, ' '), &out->flags))
        return "manifest.flags";
    size_t spaces = dep_slice_find(rest, ' ');
    struct dep_slice path = dep_slice_sub(rest, 0, spaces);
    struct dep_slice target = spaces < rest.len
                                  ? dep_slice_sub(rest, spaces + 1, rest.len - spaces - 1)
                                  : (struct dep_slice){NULL, 0};
    if (!dep_percent_parse(path, names))
        return "manifest.path";
    size_t path_len = names->len;
    if ((spaces < rest.len && target.len == 0) || !dep_percent_parse(target, names))
        return "manifest.target";
    out->path = dep_slice_of(names->data, path_len);
    out->target = dep_slice_of(names->data + path_len, names->len - path_len);
    return path_len && path_valid(out->path, out->kind) ? judge_kind(out) : "manifest.path";
}

int dep_entry_parse(struct dep_slice line, struct dep_buf *names, struct dep_entry *out,
                    struct dep_finding *why)
{
    if (line.len > DEP_MANIFEST_LINE_MAX)
        return dep_found(why, "manifest.len", CLAUSE, 0);
    struct dep_entry entry = {.size = 0};
    dep_buf_clear(names);
    const char *bad = parse_fields(line, names, &entry);
    if (dep_buf_err(names) == DEP_ERR_NOMEM)
        return DEP_ERR_NOMEM;
    if (bad)
        return dep_found(why, bad, CLAUSE, 0);
    *out = entry;
    return DEP_OK;
}

/* ---- the tree ---- */

void dep_entry_leaf(struct dep_slice line, struct dep_hash *out)
{
    dep_sha256_2(DEP_SLICE_LITERAL("\0"), line, out);
}

void dep_manifest_tree_init(struct dep_manifest_tree *tree)
{
    tree->count = 0;
}

void dep_manifest_tree_add(struct dep_manifest_tree *tree, struct dep_slice line)
{
    struct dep_hash hash;
    dep_entry_leaf(line, &hash);
    unsigned level = 0;
    for (uint64_t count = tree->count; count & 1; count >>= 1)
        dep_sha256_node(&tree->nodes[level++], &hash, &hash);
    tree->nodes[level] = hash;
    tree->count++;
}

void dep_manifest_tree_root(const struct dep_manifest_tree *tree, struct dep_hash *out)
{
    bool have = false;
    struct dep_hash hash;
    dep_sha256((struct dep_slice){NULL, 0}, &hash);
    for (unsigned level = 0; level < DEP_COUNT(tree->nodes) && tree->count >> level; level++) {
        if (!(tree->count >> level & 1))
            continue;
        if (have)
            dep_sha256_node(&tree->nodes[level], &hash, &hash);
        else
            hash = tree->nodes[level];
        have = true;
    }
    *out = hash;
}

/* ---- reading a whole manifest ---- */

struct dep_manifest_reader {
    dep_entry_fn *each;
    void *context;
    struct dep_manifest_tree tree;
    struct dep_buf line, names;
    uint64_t end; /* of the last member's data: offsets ascend */
};

struct dep_manifest_reader *dep_manifest_reader_new(dep_entry_fn *each, void *context)
{
    struct dep_manifest_reader *reader = dep_alloc(sizeof *reader);
    if (!reader)
        return NULL;
    reader->each = each;
    reader->context = context;
    dep_manifest_tree_init(&reader->tree);
    dep_buf_init(&reader->line, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&reader->names, DEP_MANIFEST_LINE_MAX);
    return reader;
}

void dep_manifest_reader_free(struct dep_manifest_reader *reader)
{
    if (!reader)
        return;
    dep_buf_done(&reader->line);
    dep_buf_done(&reader->names);
    free(reader);
}

static int take_line(struct dep_manifest_reader *reader, struct dep_slice line,
                     struct dep_finding *why)
{
    struct dep_entry entry;
    int err = dep_entry_parse(line, &reader->names, &entry, why);
    if (err)
        return err;
    uint64_t end;
    if (!dep_add_u64(entry.offset, entry.stored, &end))
        return dep_found(why, "manifest.number", CLAUSE, 0);
    if (entry.kind != DEP_ENTRY_NOT_TAKEN) {
        if (entry.offset < reader->end)
            return dep_found(why, "manifest.order", CLAUSE, 0);
        reader->end = end;
    }
    uint64_t index = reader->tree.count;
    dep_manifest_tree_add(&reader->tree, line);
    return reader->each ? reader->each(reader->context, &entry, index) : DEP_OK;
}

int dep_manifest_reader_add(struct dep_manifest_reader *reader, struct dep_slice piece,
                            struct dep_finding *why)
{
    while (piece.len) {
        size_t len = dep_slice_find(piece, '\n');
        struct dep_slice part = dep_slice_sub(piece, 0, len);
        bool whole = len < piece.len;
        piece = dep_slice_sub(piece, whole ? len + 1 : len, piece.len - len - whole);
        /* A line that lies whole in the piece isn't copied. */
        if (whole && reader->line.len == 0) {
            int err = take_line(reader, part, why);
            if (err)
                return err;
            continue;
        }
        dep_buf_add_slice(&reader->line, part);
        if (dep_buf_err(&reader->line))
            return dep_buf_err(&reader->line) == DEP_ERR_CAP
                       ? dep_found(why, "manifest.len", CLAUSE, 0)
                       : dep_buf_err(&reader->line);
        if (!whole)
            return DEP_OK;
        int err = take_line(reader, dep_buf_slice(&reader->line), why);
        dep_buf_clear(&reader->line);
        if (err)
            return err;
    }
    return DEP_OK;
}

int dep_manifest_reader_finish(struct dep_manifest_reader *reader, uint64_t *out_count,
                               struct dep_hash *out_root, struct dep_finding *why)
{
    if (reader->line.len)
        return dep_found(why, "manifest.cut", CLAUSE, 0);
    *out_count = reader->tree.count;
    dep_manifest_tree_root(&reader->tree, out_root);
    return DEP_OK;
}
