/*
 * A member: ['x' header, its records padded to 512] ustar header. What ustar's fields hold exactly
 * goes there; all else into pax records "LEN KEY=VALUE LF".
 */
#include "codec/tar.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_LEN = 100,
    LINK_AT = 157,
    MAGIC_AT = 257,
    UNAME_AT = 265,
    GNAME_AT = 297,
    OWNER_NAME_LEN = 32,
    SIZE_MAX_OCTAL = 11,
    ID_MAX_OCTAL = 7,
    EXTENTS_MAX = 1 << 20,
};

static const char CLAUSE[] = "POSIX.1-2001 pax, doc/format/vault.md 2";
static const uint8_t ZERO_BLOCK[DEP_TAR_BLOCK];

size_t dep_tar_padding(uint64_t size)
{
    return (size_t)(-size & (DEP_TAR_BLOCK - 1));
}

/* ---- encoding ---- */

static bool fits_octal(uint64_t value, unsigned digits)
{
    return value >> (3 * digits) == 0;
}

static void put_octal(uint8_t *at, unsigned digits, uint64_t value)
{
    for (unsigned i = digits; i-- > 0; value >>= 3)
        at[i] = (uint8_t)('0' + (value & 7));
    at[digits] = 0;
}

static void put_text(uint8_t *at, size_t room, struct dep_slice text)
{
    if (text.len)
        memcpy(at, text.data, text.len < room ? text.len : room);
}

static size_t decimal(uint64_t value, char out[20])
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

/* "LEN KEY=VALUE\n" where LEN counts itself. */
static void add_record(struct dep_buf *out, const char *key, const char *key_tail,
                       struct dep_slice value)
{
    char digits[20];
    size_t rest = 1 + strlen(key) + strlen(key_tail) + 1 + value.len + 1;
    size_t len = rest + 1;
    while (rest + decimal(len, digits) != len)
        len = rest + decimal(len, digits);
    dep_buf_add(out, digits, decimal(len, digits));
    dep_buf_add_byte(out, ' ');
    dep_buf_add_string(out, key);
    dep_buf_add_string(out, key_tail);
    dep_buf_add_byte(out, '=');
    dep_buf_add_slice(out, value);
    dep_buf_add_byte(out, '\n');
}

static void add_number(struct dep_buf *out, const char *key, uint64_t value)
{
    char digits[20];
    size_t len = decimal(value, digits);
    add_record(out, key, "", dep_slice_of(digits, len));
}

/* Seconds with nine decimals, without printf; seconds before 1970 count downward, so -1.5 s is
 * "-1.500000000". */
static void add_mtime(struct dep_buf *out, const struct dep_tar_member *member)
{
    char text[40];
    size_t at = 0;
    uint64_t whole = (uint64_t)member->mtime_s;
    uint32_t ns = member->mtime_ns;
    if (member->mtime_s < 0) {
        text[at++] = '-';
        whole = 0 - (uint64_t)member->mtime_s;
        if (ns) {
            whole--;
            ns = 1000000000 - ns;
        }
    }
    at += decimal(whole, text + at);
    text[at++] = '.';
    for (unsigned i = 9; i-- > 0; ns /= 10)
        text[at + i] = (char)('0' + ns % 10);
    add_record(out, "mtime", "", dep_slice_of(text, at + 9));
}

static bool xattr_name_valid(struct dep_slice name)
{
    return name.len && !memchr(name.data, '=', name.len) && !memchr(name.data, 0, name.len);
}

static int add_xattrs(struct dep_buf *out, const struct dep_tar_member *member)
{
    if (member->xattr_count > DEP_TAR_XATTRS_MAX)
        return DEP_ERR_CAP;
    for (size_t i = 0; i < member->xattr_count; i++) {
        char name[256 + 1];
        const struct dep_tar_xattr *xattr = &member->xattrs[i];
        if (xattr->name.len >= sizeof name || !xattr_name_valid(xattr->name))
            return DEP_ERR_CAP;
        memcpy(name, xattr->name.data, xattr->name.len);
        name[xattr->name.len] = 0;
        add_record(out, "SCHILY.xattr.", name, xattr->value);
    }
    return DEP_OK;
}

static int make_records(const struct dep_tar_member *member, struct dep_buf *out)
{
    bool binary = !dep_utf8_valid(member->path) || !dep_utf8_valid(member->target) ||
                  !dep_utf8_valid(member->uname) || !dep_utf8_valid(member->gname);
    bool long_path = member->path.len > NAME_LEN, long_target = member->target.len > NAME_LEN;
    if (binary)
        add_record(out, "hdrcharset", "", DEP_SLICE_LITERAL("BINARY"));
    if (long_path || binary ||
        !dep_slice_equal(member->path,
                         dep_slice_sub(member->path, 0, dep_slice_find(member->path, 0))))
        add_record(out, "path", "", member->path);
    if (long_target || (binary && member->target.len))
        add_record(out, "linkpath", "", member->target);
    if (!fits_octal(member->size, SIZE_MAX_OCTAL))
        add_number(out, "size", member->size);
    if (!fits_octal(member->uid, ID_MAX_OCTAL))
        add_number(out, "uid", member->uid);
    if (!fits_octal(member->gid, ID_MAX_OCTAL))
        add_number(out, "gid", member->gid);
    if (member->uname.len >= OWNER_NAME_LEN)
        add_record(out, "uname", "", member->uname);
    if (member->gname.len >= OWNER_NAME_LEN)
        add_record(out, "gname", "", member->gname);
    if (member->mtime_ns || member->mtime_s < 0 ||
        !fits_octal((uint64_t)member->mtime_s, SIZE_MAX_OCTAL))
        add_mtime(out, member);
    if (member->sparse) {
        add_record(out, "GNU.sparse.major", "", DEP_SLICE_LITERAL("1"));
        add_record(out, "GNU.sparse.minor", "", DEP_SLICE_LITERAL("0"));
        add_record(out, "GNU.sparse.name", "", member->path);
        add_number(out, "GNU.sparse.realsize", member->real_size);
    }
    int err = add_xattrs(out, member);
    return err ? err : dep_buf_err(out);
}

static void make_header(char type, struct dep_slice name, uint64_t size,
                        const struct dep_tar_member *member, uint8_t out[DEP_TAR_BLOCK])
{
    memset(out, 0, DEP_TAR_BLOCK);
    put_text(out, NAME_LEN, name);
    put_octal(out + 100, 7, member->mode);
    put_octal(out + 108, ID_MAX_OCTAL, fits_octal(member->uid, ID_MAX_OCTAL) ? member->uid : 0);
    put_octal(out + 116, ID_MAX_OCTAL, fits_octal(member->gid, ID_MAX_OCTAL) ? member->gid : 0);
    put_octal(out + 124, SIZE_MAX_OCTAL, fits_octal(size, SIZE_MAX_OCTAL) ? size : 0);
    bool fits = member->mtime_s >= 0 && fits_octal((uint64_t)member->mtime_s, SIZE_MAX_OCTAL);
    put_octal(out + 136, SIZE_MAX_OCTAL, fits ? (uint64_t)member->mtime_s : 0);
    memset(out + 148, ' ', 8);
    out[156] = (uint8_t)type;
    if (type != 'x')
        put_text(out + LINK_AT, NAME_LEN, member->target);
    memcpy(out + MAGIC_AT, "ustar\00000", 8);
    if (member->uname.len < OWNER_NAME_LEN)
        put_text(out + UNAME_AT, OWNER_NAME_LEN, member->uname);
    if (member->gname.len < OWNER_NAME_LEN)
        put_text(out + GNAME_AT, OWNER_NAME_LEN, member->gname);
    put_octal(out + 329, 7, 0);
    put_octal(out + 337, 7, 0);
    unsigned sum = 0;
    for (size_t i = 0; i < DEP_TAR_BLOCK; i++)
        sum += out[i];
    put_octal(out + 148, 6, sum);
    out[155] = ' ';
}

int dep_tar_encode(const struct dep_tar_member *member, struct dep_buf *out)
{
    DEP_AUTO_BUF records;
    uint8_t header[DEP_TAR_BLOCK];
    dep_buf_init(&records, DEP_TAR_PAX_MAX);
    if (member->path.len == 0 || member->path.len > DEP_TAR_PATH_MAX ||
        member->target.len > DEP_TAR_PATH_MAX)
        return DEP_ERR_CAP;
    int err = make_records(member, &records);
    if (err)
        return err;
    if (records.len) {
        make_header('x', DEP_SLICE_LITERAL("pax"), records.len, member, header);
        dep_buf_add(out, header, sizeof header);
        dep_buf_add_slice(out, dep_buf_slice(&records));
        dep_buf_add(out, ZERO_BLOCK, dep_tar_padding(records.len));
    }
    make_header(member->type, member->path, member->size, member, header);
    dep_buf_add(out, header, sizeof header);
    return dep_buf_err(out);
}

/* ---- sparse maps ---- */

int dep_tar_map_encode(const struct dep_tar_extent *extents, size_t count, struct dep_buf *out)
{
    char digits[20];
    size_t from = out->len;
    dep_buf_add(out, digits, decimal(count, digits));
    dep_buf_add_byte(out, '\n');
    for (size_t i = 0; i < count; i++) {
        dep_buf_add(out, digits, decimal(extents[i].offset, digits));
        dep_buf_add_byte(out, '\n');
        dep_buf_add(out, digits, decimal(extents[i].len, digits));
        dep_buf_add_byte(out, '\n');
    }
    dep_buf_add(out, ZERO_BLOCK, dep_tar_padding(out->len - from));
    return dep_buf_err(out);
}

static bool map_number(struct dep_slice *rest, uint64_t *out)
{
    size_t len = dep_slice_find(*rest, '\n');
    return len < rest->len && dep_u64_parse(dep_slice_next(rest, '\n'), INT64_MAX, out);
}

int dep_tar_map_parse(struct dep_slice in, uint64_t real_size, struct dep_tar_extent **out,
                      size_t *out_count, size_t *out_used, struct dep_finding *why)
{
    static const char clause[] = "GNU tar, sparse format 1.0";
    struct dep_slice rest = in;
    uint64_t count, end = 0;
    if (!map_number(&rest, &count) || count > EXTENTS_MAX)
        return dep_found(why, "tar.map", clause, 0);
    struct dep_tar_extent *extents = dep_alloc_array((size_t)count, sizeof *extents);
    if (!extents)
        return DEP_ERR_NOMEM;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        good = map_number(&rest, &extents[i].offset) && map_number(&rest, &extents[i].len) &&
               extents[i].offset >= end && dep_add_u64(extents[i].offset, extents[i].len, &end) &&
               end <= real_size;
    }
    size_t used = in.len - rest.len;
    size_t padding = dep_tar_padding(used);
    good = good && padding <= rest.len &&
           (padding == 0 || memcmp(rest.data, ZERO_BLOCK, padding) == 0);
    if (!good) {
        free(extents);
        return dep_found(why, "tar.map", clause, used);
    }
    *out = extents;
    *out_count = (size_t)count;
    *out_used = used + padding;
    return DEP_OK;
}

/* ---- reading ---- */

struct dep_tar_reader {
    struct dep_buf pax;   /* records of the 'x' header at hand */
    size_t pax_len;       /* announced; 0: none pending */
    struct dep_buf again; /* re-encoding, to be compared */
    struct dep_buf raw;   /* blocks as read */
    struct dep_tar_xattr xattrs[DEP_TAR_XATTRS_MAX];
    bool zero_seen;
};

struct dep_tar_reader *dep_tar_reader_new(void)
{
    struct dep_tar_reader *reader = dep_alloc(sizeof *reader);
    if (!reader)
        return NULL;
    dep_buf_init(&reader->pax, DEP_TAR_PAX_MAX + DEP_TAR_BLOCK);
    dep_buf_init(&reader->again, DEP_TAR_PAX_MAX + 4 * DEP_TAR_BLOCK);
    dep_buf_init(&reader->raw, DEP_TAR_PAX_MAX + 4 * DEP_TAR_BLOCK);
    return reader;
}

void dep_tar_reader_free(struct dep_tar_reader *reader)
{
    if (!reader)
        return;
    dep_buf_done(&reader->pax);
    dep_buf_done(&reader->again);
    dep_buf_done(&reader->raw);
    free(reader);
}

static bool get_octal(const uint8_t *at, unsigned digits, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '7')
            return false;
        value = value << 3 | (uint64_t)(at[i] - '0');
    }
    *out = value;
    return true;
}

static struct dep_slice get_text(const uint8_t *at, size_t room)
{
    struct dep_slice text = dep_slice_of(at, room);
    return dep_slice_sub(text, 0, dep_slice_find(text, 0));
}

static bool time_parse(struct dep_slice text, struct dep_tar_member *out)
{
    bool negative = text.len && text.data[0] == '-';
    struct dep_slice rest = negative ? dep_slice_sub(text, 1, text.len - 1) : text;
    uint64_t whole, ns = 0;
    if (!dep_u64_parse(dep_slice_next(&rest, '.'), INT64_MAX - 1, &whole) || rest.len != 9)
        return false;
    for (size_t i = 0; i < 9; i++) {
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return false;
        ns = ns * 10 + (uint64_t)(rest.data[i] - '0');
    }
    out->mtime_s = negative ? -(int64_t)whole - (ns > 0) : (int64_t)whole;
    out->mtime_ns = (uint32_t)(negative && ns ? 1000000000 - ns : ns);
    return true;
}

static bool take_pax(struct dep_tar_reader *reader, struct dep_slice key, struct dep_slice value,
                     struct dep_tar_member *out)
{
    static const char xattr[] = "SCHILY.xattr.";
    if (dep_slice_equal_string(key, "hdrcharset"))
        return dep_slice_equal_string(value, "BINARY");
    if (dep_slice_equal_string(key, "path"))
        out->path = value;
    else if (dep_slice_equal_string(key, "linkpath"))
        out->target = value;
    else if (dep_slice_equal_string(key, "uname"))
        out->uname = value;
    else if (dep_slice_equal_string(key, "gname"))
        out->gname = value;
    else if (dep_slice_equal_string(key, "size"))
        return dep_u64_parse(value, INT64_MAX, &out->size);
    else if (dep_slice_equal_string(key, "uid"))
        return dep_u64_parse(value, INT64_MAX, &out->uid);
    else if (dep_slice_equal_string(key, "gid"))
        return dep_u64_parse(value, INT64_MAX, &out->gid);
    else if (dep_slice_equal_string(key, "mtime"))
        return time_parse(value, out);
    else if (dep_slice_equal_string(key, "GNU.sparse.major"))
        out->sparse = true;
    else if (dep_slice_equal_string(key, "GNU.sparse.realsize"))
        return dep_u64_parse(value, INT64_MAX, &out->real_size);
    else if (dep_slice_starts(key, xattr) && out->xattr_count < DEP_TAR_XATTRS_MAX) {
        size_t len = sizeof xattr - 1;
        reader->xattrs[out->xattr_count++] =
            (struct dep_tar_xattr){dep_slice_sub(key, len, key.len - len), value};
    } else {
        return dep_slice_equal_string(key, "GNU.sparse.minor") ||
               dep_slice_equal_string(key, "GNU.sparse.name");
    }
    return true;
}

static bool parse_pax(struct dep_tar_reader *reader, struct dep_tar_member *out)
{
    struct dep_slice rest = dep_slice_of(reader->pax.data, reader->pax_len);
    while (rest.len) {
        uint64_t len;
        size_t space = dep_slice_find(rest, ' ');
        if (space == rest.len || !dep_u64_parse(dep_slice_sub(rest, 0, space), rest.len, &len) ||
            len < space + 3 || rest.data[len - 1] != '\n')
            return false;
        struct dep_slice value = dep_slice_sub(rest, space + 1, (size_t)len - space - 2);
        if (dep_slice_find(value, '=') == value.len)
            return false;
        struct dep_slice key = dep_slice_next(&value, '=');
        if (!take_pax(reader, key, value, out))
            return false;
        rest = dep_slice_sub(rest, (size_t)len, rest.len - (size_t)len);
    }
    return true;
}

static bool parse_ustar(const uint8_t *block, struct dep_tar_member *out)
{
    uint64_t mode = 0, mtime = 0;
    out->type = (char)block[156];
    out->path = get_text(block, NAME_LEN);
    out->target = get_text(block + LINK_AT, NAME_LEN);
    out->uname = get_text(block + UNAME_AT, OWNER_NAME_LEN);
    out->gname = get_text(block + GNAME_AT, OWNER_NAME_LEN);
    bool good = get_octal(block + 100, 7, &mode) && get_octal(block + 108, 7, &out->uid) &&
                get_octal(block + 116, 7, &out->gid) && get_octal(block + 124, 11, &out->size) &&
                get_octal(block + 136, 11, &mtime) && mode <= 07777;
    out->mode = (uint32_t)mode;
    out->mtime_s = (int64_t)mtime;
    return good && out->type && strchr("0125", out->type);
}

static int refuse(struct dep_finding *why, const char *id)
{
    return dep_found(why, id, CLAUSE, 0);
}

/* The member's last block is here: parse it all, and take only what the encoder would have written
 * byte for byte. */
static int finish_member(struct dep_tar_reader *reader, const uint8_t *block,
                         struct dep_tar_member *out, struct dep_finding *why)
{
    struct dep_tar_member member = {.xattrs = reader->xattrs};
    if (!parse_ustar(block, &member))
        return refuse(why, "tar.header");
    member.real_size = member.size;
    if (reader->pax_len && !parse_pax(reader, &member))
        return refuse(why, "tar.pax");
    if (!member.sparse)
        member.real_size = member.size;
    dep_buf_clear(&reader->again);
    int err = dep_tar_encode(&member, &reader->again);
    if (err == DEP_ERR_NOMEM)
        return err;
    if (err || !dep_slice_equal(dep_buf_slice(&reader->again), dep_buf_slice(&reader->raw)))
        return refuse(why, "tar.form");
    *out = member;
    return DEP_OK;
}

static int begin_pax(struct dep_tar_reader *reader, const uint8_t *block, struct dep_finding *why)
{
    uint64_t len;
    if (!get_octal(block + 124, 11, &len) || len == 0 || len > DEP_TAR_PAX_MAX || reader->pax_len)
        return refuse(why, "tar.pax");
    reader->pax_len = (size_t)len;
    dep_buf_clear(&reader->pax);
    return DEP_OK;
}

int dep_tar_reader_block(struct dep_tar_reader *reader, const uint8_t block[DEP_TAR_BLOCK],
                         enum dep_tar_state *out_state, struct dep_tar_member *out,
                         struct dep_finding *why)
{
    bool zero = memcmp(block, ZERO_BLOCK, DEP_TAR_BLOCK) == 0;
    bool in_pax = reader->pax.len < reader->pax_len;
    *out_state = DEP_TAR_MORE;
    if (!in_pax && (zero || reader->zero_seen)) {
        if (!zero || reader->pax_len)
            return refuse(why, "tar.end");
        *out_state = reader->zero_seen ? DEP_TAR_END : DEP_TAR_MORE;
        reader->zero_seen = true;
        return DEP_OK;
    }
    if (reader->pax_len == 0)
        dep_buf_clear(&reader->raw);
    dep_buf_add(&reader->raw, block, DEP_TAR_BLOCK);
    if (dep_buf_err(&reader->raw))
        return dep_buf_err(&reader->raw) == DEP_ERR_CAP ? refuse(why, "tar.pax")
                                                        : dep_buf_err(&reader->raw);
    if (in_pax) {
        dep_buf_add(&reader->pax, block, DEP_TAR_BLOCK);
        return dep_buf_err(&reader->pax);
    }
    if (block[156] == 'x')
        return begin_pax(reader, block, why);
    int err = finish_member(reader, block, out, why);
    reader->pax_len = 0;
    *out_state = DEP_TAR_MEMBER;
    return err;
}
