/*
 * Packaged items opened: good ones in each form, then forgeries, each one edit away from a good
 * one, under a seal that opens; what is written out, and what isn't.
 */
#include "node/verify_item.h"

#include "node/test_item_support.h"

enum { CAP = 32 * 1024 * 1024, PIECE = 24 * 65536 };
#define WORDS "0000-what-is-told-on-the-telephone"
static const char *const PARTS[] = {"files/tree/b-link", "files/tree/sub/x", "collection.json",
                                    "files/tree/sparse"};
static int bag_fd = -1, out_fd = -1;

static int reset(void **state)
{
    (void)state;
    char path[128];
    if (run("rm -rf bag/data/items/* out tarred; mkdir out tarred") != 0)
        return -1;
    (void)snprintf(path, sizeof path, "%s/bag", top);
    (void)close(bag_fd);
    bag_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "%s/out", top);
    (void)close(out_fd);
    out_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return bag_fd < 0 || out_fd < 0;
}

/* ---- what is told ---- */

struct told {
    size_t count, aside;
    char first[64], last[64], field[256];
    enum dep_result result;
};

static int hear(void *context, const struct dep_verify_found *found)
{
    struct told *told = context;
    assert_true(found->clause && found->path.len > sizeof "data/items/" - 1);
    if (told->count == 0) {
        (void)snprintf(told->first, sizeof told->first, "%s", found->id);
        (void)snprintf(told->field, sizeof told->field, "%s", found->field ? found->field : "");
        told->result = found->result;
    }
    (void)snprintf(told->last, sizeof told->last, "%s", found->id);
    told->count++;
    told->aside += found->aside;
    return DEP_OK;
}

static struct dep_item_verify_order verify_order(enum dep_item_as as, struct told *told)
{
    static const char *const paths[] = {[DEP_ITEM_WHOLE] = "items/" ITEM "/container.tar.age",
                                        [DEP_ITEM_PARTS] = "items/" ITEM "/parts.tar.age",
                                        [DEP_ITEM_PLAIN] = "items/" ITEM "/container.tar"};
    struct dep_item_verify_order order = {.package_fd = bag_fd,
                                          .item = ITEM,
                                          .path = paths[as],
                                          .as = as,
                                          .pieces = 1,
                                          .facts = facts,
                                          .with = {.identities = &court, .identity_count = 1},
                                          .extract_fd = -1,
                                          .each = hear,
                                          .context = told};
    order.facts.has_payload = false;
    *told = (struct told){.count = 0};
    return order;
}

static struct dep_item_verified verify_as(const struct dep_item_verify_order *order)
{
    struct dep_item_verified out = {.files = 4711};
    struct dep_fault fault = {.what = ""};
    int err = dep_item_verify(order, &out, &fault);
    if (err)
        fail_msg("%d %s %s", err, fault.what, fault.where);
    return out;
}

/* ---- good ones ---- */

static struct dep_pack_item_order pack_order(enum dep_item_as as)
{
    struct dep_pack_item_order order = order_of(as);
    order.parts = PARTS;
    order.part_count = DEP_COUNT(PARTS);
    return order;
}

static void expect_intact(const char *row, const struct dep_item_verify_order *order,
                          uint64_t files)
{
    const struct told *told = order->context;
    struct dep_item_verified out = verify_as(order);
    if (told->count != told->aside || !out.opened || out.content != DEP_INTACT ||
        out.files != files)
        fail_msg("%s: %zu findings, first %s (%s); %d, %llu files", row, told->count, told->first,
                 told->field, out.content, (unsigned long long)out.files);
}

/* Files of the tree: a, zero, new line, big, x, sparse. A link has no bytes of its own. */
enum { FILES = 6, PART_FILES = 3 };

static void test_whole(void **state)
{
    (void)state;
    struct told told;
    static const uint64_t pieces[] = {0, PIECE, 65536};
    for (size_t i = 0; i < DEP_COUNT(pieces); i += (size_t)test_steps(1, 2)) {
        DEP_AUTO_PACKED packed;
        struct dep_pack_item_order by = pack_order(DEP_ITEM_WHOLE);
        by.piece_len = pieces[i];
        assert_int_equal(reset(NULL), 0);
        pack(&by, &packed);
        struct dep_item_verify_order order = verify_order(DEP_ITEM_WHOLE, &told);
        order.pieces = packed.file_count;
        expect_intact("by the record's place", &order, FILES);
        order.facts.has_manifest = false;
        expect_intact("by looking for it", &order, FILES);
        assert_int_equal(told.count, 0);
        order.facts.has_root = false;
        struct dep_item_verified out = verify_as(&order);
        assert_true(out.opened && told.count == 0);
        assert_int_equal(out.content, DEP_UNPROVED);
    }
}

static void test_passphrase(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order by = pack_order(DEP_ITEM_WHOLE);
    by.recipient = NULL;
    by.passphrase = DEP_SLICE_LITERAL(WORDS);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_WHOLE, &told);
    order.with.passphrase = by.passphrase; /* besides an identity that doesn't help */
    expect_intact("passphrase", &order, FILES);
    order.with.passphrase = DEP_SLICE_LITERAL("another");
    struct dep_item_verified out = verify_as(&order);
    assert_string_equal(told.first, "age.passphrase");
    assert_true(!out.opened && out.content == DEP_UNPROVED && told.aside == 1);
}

static void test_plain(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order by = pack_order(DEP_ITEM_PLAIN);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_PLAIN, &told);
    order.with.identity_count = 0;
    expect_intact("in clear", &order, FILES);
}

static void test_parts(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order by = pack_order(DEP_ITEM_PARTS);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_PARTS, &told);
    expect_intact("parts", &order, PART_FILES);
    order.facts.manifest_root.bytes[0] ^= 1;
    assert_int_equal(verify_as(&order).content, DEP_ALTERED);
    assert_string_equal(told.first, "part.root");
}

static void test_unopened(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order by = pack_order(DEP_ITEM_WHOLE);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_WHOLE, &told);
    order.with.identity_count = 0;
    struct dep_item_verified out = verify_as(&order);
    assert_true(!out.opened && out.content == DEP_UNPROVED && told.count == 0 && out.files == 0);
    order.with = (struct dep_age_with){.identities = &stranger, .identity_count = 1};
    out = verify_as(&order);
    assert_true(!out.opened && out.content == DEP_UNPROVED && told.count == 1 && told.aside == 1);
    assert_string_equal(told.first, "age.identity");
    assert_int_equal(told.result, DEP_UNPROVED);
    struct dep_fault fault;
    order.path = "items/" ITEM "/absent";
    memset(&out, 0x5a, sizeof out);
    struct dep_item_verified before = out;
    assert_int_equal(dep_item_verify(&order, &out, &fault), DEP_ERR_IO);
    assert_int_equal(fault.sys, ENOENT);
    assert_memory_equal(&out, &before, sizeof out);
}

/* ---- forgeries ---- */

/* The tar that was packed, to be edited and sealed for the court again. */
static struct dep_buf tar;

struct member {
    size_t header, data, len; /* len without padding */
};

static struct member find_member(const char *path)
{
    struct dep_tar_reader *reader = dep_tar_reader_new();
    struct member found = {.header = 0};
    bool is = false;
    enum dep_tar_state state = DEP_TAR_MORE;
    size_t header = 0;
    for (size_t at = 0; !is && state != DEP_TAR_END;) {
        struct dep_tar_member member;
        assert_int_equal(dep_tar_reader_block(reader, tar.data + at, &state, &member, NULL),
                         DEP_OK);
        at += DEP_TAR_BLOCK;
        if (state != DEP_TAR_MEMBER)
            continue;
        is = dep_slice_equal_string(member.path, path);
        found = (struct member){header, at, (size_t)member.size};
        at = header = at + (size_t)member.size + dep_tar_padding(member.size);
    }
    dep_tar_reader_free(reader);
    if (!is)
        fail_msg("no member %s", path);
    return found;
}

static size_t end_of(struct member member)
{
    return member.data + member.len + dep_tar_padding(member.len);
}

static void insert(size_t at, const void *data, size_t len)
{
    DEP_AUTO_BUF rest;
    dep_buf_init(&rest, CAP);
    dep_buf_add(&rest, tar.data + at, tar.len - at);
    tar.len = at;
    dep_buf_add(&tar, data, len);
    dep_buf_add_slice(&tar, dep_buf_slice(&rest));
    assert_int_equal(dep_buf_err(&tar) || dep_buf_err(&rest), DEP_OK);
}

static void cut(size_t from, size_t to)
{
    memmove(tar.data + from, tar.data + to, tar.len - to);
    tar.len -= to - from;
}

/* A byte of a header, and its checksum put right. */
static void edit_header(size_t header, size_t at, char byte)
{
    unsigned sum = 8 * ' ';
    tar.data[header + at] = (uint8_t)byte;
    for (size_t i = 0; i < DEP_TAR_BLOCK; i++)
        sum += i >= 148 && i < 156 ? 0 : tar.data[header + i];
    (void)snprintf((char *)tar.data + header + 148, 8, "%06o", sum);
}

/* The first occurrence of `text` in a member; byte `at` from there becomes another one. */
static void edit_text(const char *member, const char *text, ptrdiff_t at)
{
    struct member place = find_member(member);
    uint8_t *found = memmem(tar.data + place.data, place.len, text, strlen(text));
    assert_non_null(found);
    found[at] = found[at] == '0' ? '1' : '0';
}

static void extra_member(struct dep_buf *out)
{
    static const uint8_t zeros[DEP_TAR_BLOCK];
    struct dep_tar_member member = {.type = '0',
                                    .path = DEP_SLICE_LITERAL("files/tree/planted"),
                                    .size = 7,
                                    .real_size = 7,
                                    .mode = 0644};
    dep_buf_init(out, 4096);
    assert_int_equal(dep_tar_encode(&member, out), DEP_OK);
    dep_buf_add(out, "planted", 7);
    dep_buf_add(out, zeros, dep_tar_padding(7));
}

static void append_member(const char *before_what)
{
    DEP_AUTO_BUF member;
    extra_member(&member);
    size_t at = before_what ? find_member(before_what).header : tar.len - 2 * DEP_TAR_BLOCK;
    insert(at, member.data, member.len);
}

static void exchange(const char *first, const char *second)
{
    struct member a = find_member(first), b = find_member(second);
    DEP_AUTO_BUF moved;
    assert_int_equal(end_of(a), b.header);
    dep_buf_init(&moved, CAP);
    dep_buf_add(&moved, tar.data + a.header, end_of(a) - a.header);
    cut(a.header, end_of(a));
    insert(a.header + end_of(b) - b.header, moved.data, moved.len);
}

enum edit {
    NONE,
    APPEND_END,
    APPEND_BEFORE,
    CONTENT,
    MODE,
    EXCHANGE,
    DROP,
    DROP_LAST,
    PADDING,
    CUT,
    AFTER,
    LINE,
    ROOT,
    OTHER_ITEM,
    PROOF,
    INDEX
};

static void edit(enum edit edit, const char *last)
{
    struct member x = find_member("files/tree/sub/x"), place = find_member(last);
    switch (edit) {
    case NONE: break;
    case APPEND_END: append_member(NULL); break;
    case APPEND_BEFORE: append_member(last); break;
    case CONTENT: tar.data[x.data + 100] ^= 1; break;
    case MODE: /* of its pax header as well */
        edit_header(x.header, 104, '7');
        edit_header(x.data - DEP_TAR_BLOCK, 104, '7');
        break;
    case EXCHANGE: exchange("files/tree/a", "files/tree/b-link"); break;
    case DROP: cut(x.header, end_of(x)); break;
    case DROP_LAST: cut(place.header, end_of(place)); break;
    case PADDING: tar.data[end_of(find_member("collection.json")) - 1] = 'x'; break;
    case CUT: tar.len -= 2 * DEP_TAR_BLOCK; break;
    case AFTER: insert(tar.len, tar.data, DEP_TAR_BLOCK); break;
    case LINE: edit_text(last, " f ", -3); break; /* the last of a salt */
    case ROOT: edit_text(last, "\n" ITEM " ", 1 + (ptrdiff_t)DEP_UUID_LEN + 10); break;
    case OTHER_ITEM: edit_text(last, ITEM, (ptrdiff_t)DEP_UUID_LEN - 1); break;
    case PROOF: edit_text(last, "=\n", -9); break;
    case INDEX: edit_text(last, "\n\n", 2); break;
    }
}

/* Sealed for the court in place of what was packed. */
static void put(const char *path, const struct dep_buf *plain)
{
    DEP_AUTO_BUF sealed;
    char name[256];
    struct dep_fault fault;
    struct dep_age_to to = {.recipients = &court.recipient, .recipient_count = 1};
    dep_buf_init(&sealed, CAP);
    assert_int_equal(dep_age_seal(dep_buf_slice(plain), &to, dep_random, &sealed), DEP_OK);
    (void)snprintf(name, sizeof name, "%s/bag/data/%s", top, path);
    assert_int_equal(dep_file_replace(AT_FDCWD, name, dep_buf_slice(&sealed), 0600, &fault),
                     DEP_OK);
}

static void load(const char *path, struct dep_buf *plain)
{
    DEP_AUTO_BUF sealed;
    char name[256];
    struct dep_fault fault;
    struct dep_age_with with = {.identities = &court, .identity_count = 1};
    dep_buf_init(&sealed, CAP);
    dep_buf_init(plain, CAP);
    (void)snprintf(name, sizeof name, "%s/bag/data/%s", top, path);
    assert_int_equal(dep_file_read(AT_FDCWD, name, CAP, &sealed, &fault), DEP_OK);
    assert_int_equal(dep_age_open(dep_buf_slice(&sealed), &with, plain, NULL), DEP_OK);
}

struct forgery {
    const char *row;
    enum edit edit;
    const char *first, *field, *last; /* ids; the member that the first one names */
};

static void forge(enum dep_item_as as, const char *last, const struct forgery *rows, size_t count)
{
    struct told told;
    DEP_AUTO_PACKED packed;
    DEP_AUTO_BUF good;
    struct dep_pack_item_order by = pack_order(as);
    pack(&by, &packed);
    load(packed.path, &good);
    for (size_t i = 0; i < count; i += (size_t)test_steps(3, 13)) {
        dep_buf_init(&tar, CAP);
        dep_buf_add_slice(&tar, dep_buf_slice(&good));
        edit(rows[i].edit, last);
        put(packed.path, &tar);
        dep_buf_done(&tar);
        struct dep_item_verify_order order = verify_order(as, &told);
        bool is_good = rows[i].edit == NONE;
        assert_int_equal(verify_as(&order).content, is_good ? DEP_INTACT : DEP_ALTERED);
        /* The record may withhold where the manifest lies. */
        order = verify_order(as, &told);
        order.facts.has_manifest = false;
        order.extract_fd = out_fd;
        struct dep_item_verified out = verify_as(&order);
        if (strcmp(told.first, rows[i].first) != 0 || strcmp(told.last, rows[i].last) != 0 ||
            strcmp(told.field, rows[i].field) != 0)
            fail_msg("%s: first '%s' (%s), last '%s'", rows[i].row, told.first, told.field,
                     told.last);
        assert_int_equal(out.content, is_good ? DEP_INTACT : DEP_ALTERED);
        assert_true(is_good || told.aside == 0);
        /* What isn't intact isn't written out. */
        assert_int_equal(run("[ \"$(ls -A out)\" = '%s' ] && rm -rf out/*", is_good ? ITEM : ""),
                         0);
    }
}

#define X "files/tree/sub/x"
static void test_forged_whole(void **state)
{
    (void)state;
#define M "item.manifest"
    static const struct forgery rows[] = {
        {"good", NONE, "extract.link", "files/tree/soft", "extract.link"},
        {"a file appended to the tar", APPEND_END, "container.place", "manifest", M},
        {"a file put before the manifest", APPEND_BEFORE, "container.extra", "files/tree/planted",
         M},
        {"a byte of a file", CONTENT, "container.file", X, M},
        {"the mode of a file", MODE, "container.metadata", X, M},
        {"two members exchanged", EXCHANGE, "container.order", "files/tree/b-link", M},
        {"a member dropped", DROP, "container.order", "files/tree/zero", M},
        {"the manifest dropped", DROP_LAST, "container.place", "manifest", M},
        {"padding that isn't zero", PADDING, "container.padding", "collection.json", M},
        {"the end cut off", CUT, "container.cut", "manifest", M},
        {"something after the end", AFTER, "container.after", "manifest", M},
        {"a changed salt", LINE, "container.root", "manifest", M},
    };
    forge(DEP_ITEM_WHOLE, "manifest", rows, DEP_COUNT(rows));
#undef M
}

static void test_forged_parts(void **state)
{
    (void)state;
    static const struct forgery rows[] = {
        {"good", NONE, "", "", ""},
        {"a file appended to the tar", APPEND_END, "part.member", "", "part.member"},
        {"a file without a proof", APPEND_BEFORE, "part.member", "files/tree/planted",
         "part.member"},
        {"a byte of a file", CONTENT, "part.content", X, "part.content"},
        {"the mode of a file", MODE, "part.content", X, "part.content"},
        {"two members exchanged", EXCHANGE, "part.member", "files/tree/b-link", "part.member"},
        {"a member dropped", DROP, "part.member", "proofs", "part.member"},
        {"the proofs dropped", DROP_LAST, "part.member", "", "part.member"},
        {"padding that isn't zero", PADDING, "part.content", "collection.json", "part.content"},
        {"the end cut off", CUT, "part.member", "", "part.member"},
        {"something after the end", AFTER, "part.member", "proofs", "part.member"},
        {"a changed salt", LINE, "part.proof", "", "part.proof"},
        {"another root", ROOT, "part.proof", "", "part.proof"},
        {"proofs of another item", OTHER_ITEM, "part.item", "", "part.item"},
        {"another hash in a proof", PROOF, "part.proof", "", "part.proof"},
        {"another place", INDEX, "part.index", "", "part.index"},
    };
    forge(DEP_ITEM_PARTS, "proofs", rows, DEP_COUNT(rows));
}

/* Edits of what lies there, the seal and all. */
static void test_forged_seal(void **state)
{
    (void)state;
#define AT "bag/data/items/" ITEM "/container.tar.age."
    static const struct {
        const char *row, *edit, *first;
    } rows[] = {
        {"good", "true", ""},
        {"two pieces exchanged", "mv " AT "001 t && mv " AT "002 " AT "001 && mv t " AT "002",
         "age.payload"},
        {"a piece twice", "cp " AT "001 " AT "002", "age.payload"},
        {"cut by a chunk", "truncate -s -65552 " AT "003", "age.payload"},
        {"cut by a byte", "truncate -s -1 " AT "003", "age.payload"},
        {"another payload under a good header",
         "tail -c +4081 other.age | head -c $((1572864 - 4080)) | "
         "dd of=" AT "000 bs=4080 seek=1 conv=notrunc status=none iflag=fullblock",
         "age.payload"},
        {"another nonce",
         "printf 0123456789abcdef | dd of=" AT "000 bs=1 seek=4080 conv=notrunc "
         "status=none",
         "age.payload"},
        {"a header that isn't one", "printf X | dd of=" AT "000 bs=1 conv=notrunc status=none",
         "age.header.version"},
        {"a byte of the filler",
         "printf y | dd of=" AT "000 bs=1 seek=2000 conv=notrunc status=none", "age.hmac"},
    };
    assert_int_equal(run("head -c 5242880 /dev/urandom >other.age"), 0);
    for (size_t i = 0; i < DEP_COUNT(rows); i += (size_t)test_steps(1, 3)) {
        struct told told;
        DEP_AUTO_PACKED packed;
        struct dep_pack_item_order by = pack_order(DEP_ITEM_WHOLE);
        by.piece_len = PIECE;
        assert_int_equal(reset(NULL), 0);
        pack(&by, &packed);
        assert_int_equal(packed.file_count, 4);
        assert_int_equal(run("%s", rows[i].edit), 0);
        struct dep_item_verify_order order = verify_order(DEP_ITEM_WHOLE, &told);
        order.pieces = packed.file_count;
        order.facts.has_manifest = false;
        struct dep_item_verified out = verify_as(&order);
        bool is_good = !*rows[i].first;
        if (strcmp(told.first, rows[i].first) != 0)
            fail_msg("%s: %s (%s)", rows[i].row, told.first, told.field);
        assert_int_equal(out.content, is_good ? DEP_INTACT : DEP_ALTERED);
    }
#undef AT
}

/* ---- written out ---- */

static void test_extract(void **state)
{
    (void)state;
    static const enum dep_item_as forms[] = {DEP_ITEM_WHOLE, DEP_ITEM_PLAIN, DEP_ITEM_PARTS};
    for (size_t i = 0; i < DEP_COUNT(forms); i++) {
        struct told told;
        DEP_AUTO_PACKED packed;
        struct dep_pack_item_order by = pack_order(forms[i]);
        assert_int_equal(reset(NULL), 0);
        pack(&by, &packed);
        struct dep_item_verify_order order = verify_order(forms[i], &told);
        order.extract_fd = out_fd;
        bool parts = forms[i] == DEP_ITEM_PARTS;
        expect_intact("extracted", &order, parts ? PART_FILES : FILES);
        assert_int_equal(told.aside, parts ? 0 : 1);
        DEP_AUTO_BUF plain = {.data = NULL};
        if (forms[i] == DEP_ITEM_PLAIN) {
            assert_int_equal(run("cp bag/data/%s all.tar", packed.path), 0);
        } else {
            char path[128];
            struct dep_fault fault;
            load(packed.path, &plain);
            (void)snprintf(path, sizeof path, "%s/all.tar", top);
            assert_int_equal(dep_file_replace(AT_FDCWD, path, dep_buf_slice(&plain), 0600, &fault),
                             DEP_OK);
            dep_buf_done(&plain);
        }
        /* As tar has it, but for symbolic links; times, and links among the files, too. */
        assert_int_equal(run("[ \"$(ls -A out)\" = " ITEM " ] && tar x -C tarred <all.tar && "
                             "find tarred -type l -delete && diff -r tarred out/" ITEM),
                         0);
        assert_int_equal(run("cd out/" ITEM " && [ -z \"$(find . -type f -perm /077)\" ] && "
                             "[ $(stat -c %%Y files/tree/a) = $(stat -c %%Y ../../tree/a) ] && "
                             "[ $(stat -c %%i files/tree/a) = $(stat -c %%i files/tree/b-link) ]"),
                         0);
    }
}

/* Somebody else's folder of that name is not written into. */
static void test_extract_taken(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_item_verified out;
    struct dep_fault fault = {.what = ""};
    struct dep_pack_item_order by = pack_order(DEP_ITEM_PARTS);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_PARTS, &told);
    order.extract_fd = out_fd;
    assert_int_equal(run("mkdir out/" ITEM " && touch out/" ITEM "/theirs"), 0);
    assert_int_equal(dep_item_verify(&order, &out, &fault), DEP_ERR_IO);
    assert_string_equal(fault.what, "extract.rename");
    assert_int_equal(run("[ \"$(ls -A out/" ITEM ")\" = theirs ]"), 0);
}

static bool stop(void *context, const struct dep_seal_progress *progress)
{
    (void)context;
    return progress->bytes_done < UINT64_C(3) * 1024 * 1024;
}

static void test_stopped(void **state)
{
    (void)state;
    struct told told;
    DEP_AUTO_PACKED packed;
    struct dep_item_verified out;
    struct dep_fault fault;
    struct dep_pack_item_order by = pack_order(DEP_ITEM_WHOLE);
    pack(&by, &packed);
    struct dep_item_verify_order order = verify_order(DEP_ITEM_WHOLE, &told);
    order.progress = stop;
    assert_int_equal(dep_item_verify(&order, &out, &fault), DEP_ERR_STOPPED);
}

static void test_no_memory(void **state)
{
    (void)state;
    static const enum dep_item_as forms[] = {DEP_ITEM_WHOLE, DEP_ITEM_PARTS};
    for (size_t row = 0; row < DEP_COUNT(forms); row++) {
        struct told told;
        DEP_AUTO_PACKED packed;
        struct dep_pack_item_order by = pack_order(forms[row]);
        pack(&by, &packed);
        int err = DEP_ERR_NOMEM;
        for (long i = 0; err == DEP_ERR_NOMEM; i += test_steps(7, 61)) {
            struct dep_item_verified out;
            struct dep_fault fault = {.what = ""};
            struct dep_item_verify_order order = verify_order(forms[row], &told);
            order.extract_fd = out_fd;
            dep_alloc_fail_at(i);
            err = dep_item_verify(&order, &out, &fault);
            dep_alloc_fail_at(-1);
            if ((err && err != DEP_ERR_NOMEM) || told.count != told.aside)
                fail_msg("allocation %ld: %d %s %s", i, err, fault.what, told.first);
            assert_int_equal(run("rm -rf out/.unfinished-*"), 0);
        }
        assert_int_equal(reset(NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole, reset),
        cmocka_unit_test_setup(test_passphrase, reset),
        cmocka_unit_test_setup(test_plain, reset),
        cmocka_unit_test_setup(test_parts, reset),
        cmocka_unit_test_setup(test_unopened, reset),
        cmocka_unit_test_setup(test_forged_whole, reset),
        cmocka_unit_test_setup(test_forged_parts, reset),
        cmocka_unit_test_setup(test_forged_seal, reset),
        cmocka_unit_test_setup(test_extract, reset),
        cmocka_unit_test_setup(test_extract_taken, reset),
        cmocka_unit_test_setup(test_stopped, reset),
        cmocka_unit_test_setup(test_no_memory, reset),
    };
    return cmocka_run_group_tests_name("verify item", tests, make_item, remove_item);
}
