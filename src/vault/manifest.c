/*
 * One line:
 * <salt> <kind> <sha256> <size> <offset> <stored> <mode> <uid> <gid> <mtime> <flags> <path>
 * [<target>]
 */
#include "vault/manifest.h"

#include "codec/base64.h"
#include "codec/text.h"

#include <string.h>

enum { SALT_TEXT = 22, NANOSECONDS = 1000000000, NUMBER_MAX = 24, MODE_MAX = 07777 };

static const char CLAUSE[] = "doc/format/vault.md 3";
static const char KINDS[] = "fdlhis-";
static const char FLAG_LETTERS[] = "ctgsxX";

/* ---- rules, held by writer and reader alike ---- */

/* Relative, below files/, no component empty, "." or "..", no NUL. */
static bool path_valid(struct dep_slice path)
{
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

static bool target_valid(const struct dep_entry *entry)
{
    struct dep_slice target = entry->target;
    switch (entry->kind) {
    case DEP_ENTRY_HARDLINK: return path_valid(target);
    case DEP_ENTRY_SYMLINK:
        return target.len > 0 && target.len <= DEP_TAR_PATH_MAX &&
               !memchr(target.data, 0, target.len);
    case DEP_ENTRY_NOT_TAKEN: return target.len > 0;
    default: return target.len == 0;
    }
}

static bool flags_valid(const struct dep_entry *entry, bool content)
{
    unsigned allowed = DEP_ENTRY_XATTRS | DEP_ENTRY_XATTRS_PARTLY;
    if (content)
        allowed |= DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW;
    if (entry->kind == DEP_ENTRY_FILE)
        allowed |= DEP_ENTRY_SPARSE;
    if (entry->kind == DEP_ENTRY_NOT_TAKEN)
        allowed = 0;
    return (entry->flags & ~allowed) == 0;
}

/* A member's data starts at a block after its header; what wasn't taken has no place. */
static bool offset_valid(const struct dep_entry *entry)
{
    if (entry->kind == DEP_ENTRY_NOT_TAKEN)
        return entry->offset == 0;
    return entry->offset >= DEP_TAR_BLOCK && entry->offset % DEP_TAR_BLOCK == 0;
}

/* The rule that an entry breaks, or NULL. */
static const char *judge(const struct dep_entry *entry)
{
    bool content = entry->kind == DEP_ENTRY_FILE || entry->kind == DEP_ENTRY_IMAGE ||
                   entry->kind == DEP_ENTRY_STATEMENT;
    if (content != entry->has_sha256)
        return "manifest.sha256";
    if (!content && (entry->size || entry->stored))
        return "manifest.size";
    if (content && !(entry->flags & DEP_ENTRY_SPARSE) && entry->size != entry->stored)
        return "manifest.stored";
    if (!offset_valid(entry))
        return "manifest.offset";
    if (!flags_valid(entry, content))
        return "manifest.flags";
    if (entry->kind == DEP_ENTRY_STATEMENT ? !dep_slice_equal_string(entry->path, "collection.json")
                                           : !path_valid(entry->path))
        return "manifest.path";
    if (!target_valid(entry))
        return "manifest.target";
    if (entry->kind == DEP_ENTRY_NOT_TAKEN && !reason_valid(entry->target))
        return "manifest.reason";
    return NULL;
}

/* Values that have no form in a line. */
static bool writable(const struct dep_entry *entry)
{
    return strchr(KINDS, entry->kind) && entry->kind && entry->size <= INT64_MAX &&
           entry->offset <= INT64_MAX && entry->stored <= INT64_MAX && entry->mode <= MODE_MAX &&
           entry->uid <= UINT32_MAX && entry->gid <= UINT32_MAX && entry->mtime_ns < NANOSECONDS;
}

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
    /* A line that no reader takes must never be sealed. */
    if (!writable(entry) || judge(entry))
        return DEP_ERR_CAP;
    size_t from = out->len;
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
    if (dep_buf_err(out))
        out->len = from;
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
    return value <= MODE_MAX;
}

static bool time_parse(struct dep_slice text, int64_t *out_s, uint32_t *out_ns)
{
    struct dep_slice rest = text;
    bool negative = rest.len && rest.data[0] == '-';
    if (negative)
        rest = dep_slice_sub(rest, 1, rest.len - 1);
    struct dep_slice whole = dep_slice_next(&rest, '.');
    uint64_t seconds, ns = 0;
    uint64_t max = (uint64_t)INT64_MAX + negative;
    if (!dep_u64_parse(whole, max, &seconds) || rest.len != 9 || (negative && seconds == 0))
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return false;
        ns = ns * 10 + (uint64_t)(rest.data[i] - '0');
    }
    *out_s = negative ? -(int64_t)(seconds - 1) - 1 : (int64_t)seconds;
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

static const char *parse_fields(struct dep_slice rest, struct dep_buf *names, struct dep_entry *out)
{
    struct dep_slice field = dep_slice_next(&rest, ' ');
    if (!dep_base64_parse_exact(DEP_BASE64_URL, field, out->salt, sizeof out->salt))
        return "manifest.salt";
    field = dep_slice_next(&rest, ' ');
    if (field.len != 1 || !field.data[0] || !strchr(KINDS, field.data[0]))
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
    out->path = dep_slice_sub(dep_buf_slice(names), 0, path_len);
    out->target = dep_slice_sub(dep_buf_slice(names), path_len, names->len - path_len);
    return judge(out);
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
