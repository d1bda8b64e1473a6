/*
 * A register on disk: commit, walk, protected values, erasing, audit, recovery, backup; each
 * allocation failed in turn.
 */
#include "store/folder.h"
#include "store/test_support.h"

struct count {
    uint64_t lines;
    struct dep_hash last;
};

static int count_line(void *context, uint64_t index, const struct dep_place *place,
                      struct dep_slice jwt)
{
    (void)place;
    struct count *count = context;
    assert_int_equal(index, count->lines++);
    dep_sha256(jwt, &count->last);
    return DEP_OK;
}

static void test_commit(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_fault fault;
    struct dep_finding why;
    for (uint64_t i = 0; i < 300; i++) {
        assert_int_equal(commit_note(place.reg, "n", &issued, &placed), DEP_OK);
        assert_int_equal(placed.index, i);
        if (i < 299)
            dep_issued_done(&issued);
    }
    struct count count = {0};
    assert_int_equal(dep_register_walk(place.reg, 0, false, count_line, &count, &fault), DEP_OK);
    assert_int_equal(count.lines, 300);
    assert_true(dep_hash_equal(&count.last, &issued.sha256));
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_JWT_LEN_MAX);
    assert_int_equal(dep_register_read(place.reg, &placed.record, &line, &fault), DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&line), dep_buf_slice(&issued.jwt)));
    assert_int_equal(audit(place.reg, &why), DEP_OK);
    dep_issued_done(&issued);
    /* As a new process sees it. */
    dep_register_close(place.reg);
    place.reg = open_register(place.dir);
    assert_int_equal(dep_register_count(place.reg), 300);
    assert_false(dep_register_has_tail(place.reg));
    assert_int_equal(commit_note(place.reg, "after", &issued, &placed), DEP_OK);
    assert_int_equal(placed.index, 300);
    assert_int_equal(audit(place.reg, &why), DEP_OK);
    dep_issued_done(&issued);
    done_place(&place);
}

static void test_two_processes(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_register *other = open_register(place.dir);
    struct dep_issued issued;
    struct dep_committed placed;
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(commit_note(i % 2 ? other : place.reg, "n", &issued, &placed), DEP_OK);
        assert_int_equal(placed.index, i);
        dep_issued_done(&issued);
    }
    dep_register_close(other);
    done_place(&place);
}

static void test_secrets(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault;
    assert_int_equal(commit_note(place.reg, "a secret", &issued, &placed), DEP_OK);
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, DEP_DISCLOSURES_LEN_MAX);
    assert_int_equal(dep_register_open_secret(place.reg, issued.jti, &placed.secret,
                                              &placed.keyring, &custodian, 1, &out, &why, &fault),
                     DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&out), dep_buf_slice(&issued.disclosures)));
    dep_buf_done(&out);
    /* Refused memory is a fault, never damage. */
    long refused = 0;
    for (int err = DEP_ERR_NOMEM; err; refused++) {
        dep_alloc_fail_at(refused);
        err = dep_register_open_secret(place.reg, issued.jti, &placed.secret, &placed.keyring,
                                       &custodian, 1, &out, &why, &fault);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || (err == DEP_ERR_NOMEM && out.len == 0));
        out.err = DEP_OK;
    }
    assert_true(refused > 4);
    dep_buf_clear(&out);
    /* A role it isn't wrapped to, and a stranger under the right name. */
    struct dep_role_identity stranger = {.role = DEP_ROLE_AUDITOR};
    dep_age_identity_new(dep_random, &stranger.identity);
    assert_int_equal(dep_register_open_secret(place.reg, issued.jti, &placed.secret,
                                              &placed.keyring, &stranger, 1, &out, &why, &fault),
                     DEP_FOUND);
    assert_string_equal(why.id, "secret.reader");
    stranger.role = DEP_ROLE_CUSTODIAN;
    assert_int_equal(dep_register_open_secret(place.reg, issued.jti, &placed.secret,
                                              &placed.keyring, &stranger, 1, &out, &why, &fault),
                     DEP_FOUND);
    /* Erased: the places stay true, the values are gone, the audit doesn't notice. */
    assert_int_equal(dep_register_erase(place.reg, issued.jti, issued.jti, &fault), DEP_OK);
    assert_int_equal(dep_register_erase(place.reg, issued.jti, issued.jti, &fault), DEP_OK);
    assert_int_equal(dep_register_open_secret(place.reg, issued.jti, &placed.secret,
                                              &placed.keyring, &custodian, 1, &out, &why, &fault),
                     DEP_FOUND);
    assert_string_equal(why.id, "secret.erased");
    assert_int_equal(out.len, 0);
    assert_int_equal(audit(place.reg, &why), DEP_OK);
    dep_issued_done(&issued);
    done_place(&place);
}

static void test_audit_finds(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        off_t at;
    } rows[] = {{"records/000000", 40},
                {"log/tile/0/000.p/3", 33},
                {"log/tile/entries/000.p/3", 40},
                {"log/tile/0/000.p/3", 0}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct place place;
        make_place(&place);
        struct dep_issued issued;
        struct dep_committed placed;
        struct dep_finding why = {"", "", 0};
        for (int n = 0; n < 3; n++) {
            assert_int_equal(commit_note(place.reg, "n", &issued, &placed), DEP_OK);
            dep_issued_done(&issued);
        }
        assert_int_equal(audit(place.reg, &why), DEP_OK);
        flip(place.dir, rows[i].file, rows[i].at);
        assert_int_equal(audit(place.reg, &why), DEP_FOUND);
        assert_memory_equal(why.id, "audit.", 6);
        done_place(&place);
    }
}

static void test_recovery(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_fault fault;
    struct dep_finding why;
    char path[256];
    assert_int_equal(commit_note(place.reg, "covered", &issued, &placed), DEP_OK);
    dep_issued_done(&issued);
    /* Two whole records and a torn one behind the checkpoint. */
    (void)snprintf(path, sizeof path, "%s/records/000000", place.dir);
    int fd = open(path, O_WRONLY | O_APPEND);
    for (int i = 0; i < 2; i++) {
        make_note("tail", &issued);
        dep_buf_add_byte(&issued.jwt, '\n');
        assert_int_equal(write(fd, issued.jwt.data, issued.jwt.len), (ssize_t)issued.jwt.len);
        dep_issued_done(&issued);
    }
    assert_int_equal(write(fd, "eyJ", 3), 3);
    (void)close(fd);
    dep_register_close(place.reg);
    place.reg = open_register(place.dir);
    assert_true(dep_register_has_tail(place.reg));
    /* Nobody writes over a tail. */
    assert_int_equal(commit_note(place.reg, "x", &issued, &placed), DEP_ERR_LOCKED);
    dep_issued_done(&issued);
    uint64_t judged = 0;
    struct dep_recovery recovery;
    assert_int_equal(
        dep_register_recover(place.reg, log_key, judge_all, &judged, &recovery, &fault), DEP_OK);
    assert_true(judged == 2 && recovery.tail_records == 2 && recovery.moved_lines == 1);
    assert_int_equal(dep_register_count(place.reg), 3);
    assert_int_equal(audit(place.reg, &why), DEP_OK);
    assert_int_equal(commit_note(place.reg, "x", &issued, &placed), DEP_OK);
    assert_int_equal(placed.index, 3);
    dep_issued_done(&issued);
    done_place(&place);
}

static void test_backup(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued kept, erased;
    struct dep_committed placed, placed_erased;
    struct dep_fault fault;
    struct dep_finding why;
    char copy[160], keyring[192], back[160];
    (void)snprintf(copy, sizeof copy, "%s-copy", place.dir);
    (void)snprintf(keyring, sizeof keyring, "%s-keyring", copy);
    (void)snprintf(back, sizeof back, "%s-back", place.dir);
    assert_int_equal(commit_note(place.reg, "kept", &kept, &placed), DEP_OK);
    assert_int_equal(commit_note(place.reg, "erased", &erased, &placed_erased), DEP_OK);
    assert_int_equal(dep_register_backup(place.reg, copy, NULL, NULL, &fault), DEP_OK);
    assert_int_equal(dep_register_backup(place.reg, copy, NULL, NULL, &fault), DEP_ERR_IO);
    assert_int_equal(dep_register_restore(copy, keyring, back, NULL, NULL, &fault), DEP_OK);
    assert_int_equal(dep_register_restore(copy, keyring, back, NULL, NULL, &fault), DEP_ERR_IO);
    struct dep_register *restored = open_register(back);
    assert_int_equal(dep_register_count(restored), 2);
    assert_int_equal(audit(restored, &why), DEP_OK);
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, DEP_DISCLOSURES_LEN_MAX);
    assert_int_equal(dep_register_open_secret(restored, kept.jti, &placed.secret, &placed.keyring,
                                              &custodian, 1, &out, &why, &fault),
                     DEP_OK);
    dep_register_close(restored);
    /* A damaged copy is not put in place. */
    (void)nftw(back, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    flip(copy, "records/000000", 50);
    assert_int_equal(dep_register_restore(copy, keyring, back, NULL, NULL, &fault),
                     DEP_ERR_CORRUPT);
    assert_int_not_equal(access(back, F_OK), 0);
    (void)nftw(copy, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    (void)nftw(keyring, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    dep_issued_done(&kept);
    dep_issued_done(&erased);
    done_place(&place);
}

/* Between looking at a file and opening it another may put a pipe there: it is not waited for. */
static void test_copy_of_pipe(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_fault fault = {.what = ""};
    struct dep_folder_copy copy = {.strict = true, .passing = true, .fault = &fault};
    int from = open(place.dir, O_RDONLY | O_DIRECTORY);
    int to = openat(from, "log", O_RDONLY | O_DIRECTORY);
    assert_int_equal(mkfifoat(from, "pipe", 0600), 0);
    (void)alarm(10);
    assert_int_equal(dep_folder_copy_file(&copy, from, to, "pipe", 0600), DEP_ERR_IO);
    (void)alarm(0);
    assert_string_equal(fault.what, "copy.kind");
    assert_int_not_equal(faccessat(to, "pipe", F_OK, 0), 0);
    (void)close(to);
    (void)close(from);
    done_place(&place);
}

/* ---- lines without a record ---- */

static size_t append_to(const char *dir, const char *file, const char *text, size_t zeros)
{
    char path[256];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(ftruncate(fd, info.st_size + (off_t)zeros), 0);
    (void)close(fd);
    return strlen(text) + zeros;
}

static void read_whole(const char *dir, const char *file, struct dep_buf *out)
{
    struct dep_fault fault;
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    dep_buf_init(out, 8 * 1024 * 1024);
    assert_int_equal(dep_file_read(fd, file, 8 * 1024 * 1024, out, &fault), DEP_OK);
    (void)close(fd);
}

static uint64_t aside_len;

static int add_aside(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)path, (void)walk;
    aside_len += kind == FTW_F ? (uint64_t)info->st_size : 0;
    return 0;
}

/* A line of a record that isn't there, as long as asked for. */
static const char *orphan(size_t len)
{
    static char line[400 * 1024];
    int head = snprintf(
        line, sizeof line,
        "{\"id\":\"01a20d1d-0000-7000-8000-00000000000f\",\"i\":99,\"n\":\"%0*d\"}\n", (int)len, 0);
    assert_true(head > 0 && (size_t)head < sizeof line);
    return line;
}

/* Before the first line is written, what has no record goes aside, and nothing else does: however
 * long the line before it is, in whichever of the last two files. */
static void test_orphans(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t last, orphans,
            orphan; /* length of the last good line's text; orphans, each so long */
        bool kek, torn;
        size_t zeros;
    } rows[] = {
        {"private/000000", 10, 0, 0, false, false, 0},
        {"private/000000", 10, 1, 10, false, false, 0},
        {"private/000000", 10, 0, 0, false, true, 0},
        {"private/000000", 10, 3, 50000, false, true, 0},
        {"private/000000", 60000, 0, 0, false, false, 70000},
        {"private/000000", 60000, 2, 300000, false, true, 9},
        {"private/000001", 10, 2, 10, false, true, 0},
        {"private/000001", 60000, 2, 300000, false, false, 70000},
        {"keyring/000000", 10, 1, 10, true, true, 0},
        {"keyring/000001", 10, 1, 200000, true, false, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct place place;
        struct dep_issued issued[4];
        struct dep_committed placed[4];
        static char text[100 * 1024];
        size_t moved = 0;
        make_place(&place);
        for (size_t n = 0; n < 3; n++) {
            (void)snprintf(text, sizeof text, "%0*d", n == 2 ? (int)rows[i].last : 10, 0);
            assert_int_equal(commit_note(place.reg, text, &issued[n], &placed[n]), DEP_OK);
        }
        dep_register_close(place.reg);
        if (rows[i].kek) /* belongs to what stands before it */
            (void)append_to(place.dir, rows[i].file, "{\"kek\":\"0123456789abcdef\"}\n", 0);
        DEP_AUTO_BUF before, after;
        read_whole(place.dir, rows[i].kek ? rows[i].file : "private/000000", &before);
        for (size_t n = 0; n < rows[i].orphans; n++)
            moved += append_to(place.dir, rows[i].file, orphan(rows[i].orphan), 0);
        moved +=
            append_to(place.dir, rows[i].file, rows[i].torn ? "{\"id\":\"01a2" : "", rows[i].zeros);
        if (strcmp(rows[i].file, "private/000001") == 0)
            moved += append_to(place.dir, "private/000000", orphan(10), 0);
        place.reg = open_register(place.dir);
        assert_int_equal(commit_note(place.reg, "after", &issued[3], &placed[3]), DEP_OK);
        assert_int_equal(placed[3].index, 3);
        read_whole(place.dir, rows[i].kek ? rows[i].file : "private/000000", &after);
        if (after.len < before.len || memcmp(after.data, before.data, before.len) != 0 ||
            memmem(after.data, after.len, "\"i\":99", 6))
            fail_msg("row %zu: %zu bytes of %zu", i, after.len, before.len);
        (void)snprintf(text, sizeof text, "%s/aside", place.dir);
        aside_len = 0;
        assert_int_equal(nftw(text, add_aside, 16, FTW_PHYS), 0);
        if (aside_len != moved)
            fail_msg("row %zu: %zu bytes aside of %zu", i, (size_t)aside_len, moved);
        for (size_t n = 0; n < 4; n++) {
            struct dep_finding why = {"", "", 0};
            struct dep_fault fault;
            DEP_AUTO_BUF out;
            dep_buf_init_secret(&out, DEP_DISCLOSURES_LEN_MAX);
            if (dep_register_open_secret(place.reg, issued[n].jti, &placed[n].secret,
                                         &placed[n].keyring, &custodian, 1, &out, &why,
                                         &fault) != DEP_OK)
                fail_msg("row %zu, record %zu: %s", i, n, why.id);
            dep_issued_done(&issued[n]);
        }
        done_place(&place);
    }
}

/* ---- where the records end ---- */

enum { LINES = 5 };

/* What was done to records/000000, which held five lines. */
enum attack {
    NOTHING,
    LAST_GONE,
    LAST_TORN,
    LAST_CHANGED,
    LAST_TWO_SWAPPED,
    FOLLOWED,
    FOLLOWED_TORN,
    TILE_GONE,
    TILE_FORGED, /* the last line too: they fit each other */
};

static void forge_tile(const char *dir, struct dep_slice line)
{
    struct dep_hash entry, leaf;
    char path[256];
    dep_sha256(line, &entry);
    dep_sha256_leaf(&entry, &leaf);
    (void)snprintf(path, sizeof path, "%s/log/tile/0/000.p/%d", dir, LINES);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, leaf.bytes, DEP_HASH_LEN, (off_t)(LINES - 1) * DEP_HASH_LEN),
                     DEP_HASH_LEN);
    (void)close(fd);
}

static void attack(const char *dir, enum attack what, bool without_second)
{
    struct dep_fault fault;
    struct dep_slice lines[LINES + 1];
    size_t count = 0;
    char tile[256];
    DEP_AUTO_BUF text, changed;
    dep_buf_init(&text, 1024 * 1024);
    dep_buf_init(&changed, 1024 * 1024);
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(dep_file_read(fd, "records/000000", 1024 * 1024, &text, &fault), DEP_OK);
    for (struct dep_slice rest = dep_buf_slice(&text); rest.len; count++)
        lines[count] = dep_slice_next(&rest, '\n');
    assert_int_equal(count, LINES);
    if (what == LAST_CHANGED || what == TILE_FORGED)
        text.data[text.len - 5] ^= 1;
    if (what == TILE_FORGED)
        forge_tile(dir, lines[LINES - 1]);
    if (what == LAST_TWO_SWAPPED) {
        lines[LINES] = lines[LINES - 1];
        lines[LINES - 1] = lines[LINES - 2];
        lines[LINES - 2] = lines[LINES];
    }
    if (what == FOLLOWED || what == FOLLOWED_TORN)
        lines[count++] = lines[0];
    for (size_t i = 0; i < count - (what == LAST_GONE); i++) {
        dep_buf_add_slice(&changed,
                          i == 1 && without_second ? (struct dep_slice){NULL, 0} : lines[i]);
        if (i != 1 || !without_second)
            dep_buf_add_byte(&changed, '\n');
    }
    changed.len -= what == LAST_TORN || what == FOLLOWED_TORN ? 20 : 0;
    assert_int_equal(dep_file_replace(fd, "records/000000", dep_buf_slice(&changed), 0600, &fault),
                     DEP_OK);
    (void)snprintf(tile, sizeof tile, "log/tile/0/000.p/%d", LINES);
    if (what == TILE_GONE)
        assert_int_equal(unlinkat(fd, tile, 0), 0);
    (void)close(fd);
}

/*
 * The last line, proved by the tiles against the signed root, shows where the records end; else
 * they are counted. Which of the two it was is seen where a line is missing before it.
 */
static void test_end(void **state)
{
    (void)state;
    static const struct {
        enum attack what;
        int whole, without_second; /* opening */
        bool tail;                 /* of the whole one */
        int audit;                 /* of the whole one */
    } rows[] = {
        {NOTHING, DEP_OK, DEP_OK, false, DEP_OK},
        {LAST_GONE, DEP_ERR_CORRUPT, DEP_ERR_CORRUPT, false, DEP_OK},
        {LAST_TORN, DEP_ERR_CORRUPT, DEP_ERR_CORRUPT, false, DEP_OK},
        {LAST_CHANGED, DEP_OK, DEP_ERR_CORRUPT, false, DEP_FOUND},
        {LAST_TWO_SWAPPED, DEP_OK, DEP_ERR_CORRUPT, false, DEP_FOUND},
        {FOLLOWED, DEP_OK, DEP_OK, true, DEP_OK},
        {FOLLOWED_TORN, DEP_OK, DEP_ERR_CORRUPT, true, DEP_OK},
        {TILE_GONE, DEP_OK, DEP_ERR_CORRUPT, false, DEP_FOUND},
        {TILE_FORGED, DEP_OK, DEP_ERR_CORRUPT, false, DEP_FOUND},
    };
    for (size_t i = 0; i < 2 * DEP_COUNT(rows); i++) {
        bool without = i >= DEP_COUNT(rows);
        size_t row = i % DEP_COUNT(rows);
        struct place place;
        struct dep_issued issued;
        struct dep_committed placed;
        struct dep_finding why = {"", "", 0};
        struct dep_fault fault = {.what = ""};
        make_place(&place);
        for (int n = 0; n < LINES; n++) {
            assert_int_equal(commit_note(place.reg, "n", &issued, &placed), DEP_OK);
            dep_issued_done(&issued);
        }
        dep_register_close(place.reg);
        place.reg = NULL;
        attack(place.dir, rows[row].what, without);
        int err = dep_register_open(place.dir, DEP_OPEN_READ, &place.reg, &fault);
        assert_int_equal(err, without ? rows[row].without_second : rows[row].whole);
        if (err) {
            assert_string_equal(fault.what, "store.records.missing");
        } else {
            assert_int_equal(dep_register_count(place.reg), LINES);
            assert_int_equal(audit(place.reg, &why), without ? DEP_FOUND : rows[row].audit);
        }
        if (!err && !without)
            assert_int_equal(dep_register_has_tail(place.reg), rows[row].tail);
        done_place(&place);
    }
}

struct from {
    uint64_t next, end;
    struct dep_hash *entries;
};

static int take_line(void *context, uint64_t index, const struct dep_place *place,
                     struct dep_slice jwt)
{
    struct from *from = context;
    struct dep_hash entry;
    (void)place;
    dep_sha256(jwt, &entry);
    assert_int_equal(index, from->next++);
    assert_true(dep_hash_equal(&entry, &from->entries[index]));
    return DEP_OK;
}

/* From wherever a walk begins, forward or back from the end, it gives the same lines. */
static void test_walk_from(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct place place;
    struct dep_hash entries[COUNT];
    struct dep_fault fault;
    make_place(&place);
    for (int i = 0; i < COUNT; i++) {
        struct dep_issued issued;
        struct dep_committed placed;
        char text[6000]; /* several pieces of the file */
        (void)snprintf(text, sizeof text, "%0*d", i % 3 ? 10 : 5900, i);
        assert_int_equal(commit_note(place.reg, text, &issued, &placed), DEP_OK);
        entries[i] = issued.sha256;
        dep_issued_done(&issued);
    }
    for (uint64_t first = 0; first <= COUNT + 1; first++) {
        struct from from = {.next = first, .entries = entries};
        assert_int_equal(dep_register_walk(place.reg, first, false, take_line, &from, &fault),
                         DEP_OK);
        assert_int_equal(from.next, first < COUNT ? COUNT : first);
    }
    done_place(&place);
}

/* Whatever allocation fails, the register is afterwards as it was or has the record whole. */
static void test_allocations(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_fault fault;
    struct dep_finding why;
    size_t failures = 0;
    for (long at = 0; at < 200; at++) {
        uint64_t before = dep_register_count(place.reg);
        make_note("n", &issued);
        struct dep_commit_item item = item_of(&issued);
        dep_alloc_fail_at(at);
        int err = dep_register_commit(place.reg, &item, 1, log_key, NULL, NULL, &placed, &fault);
        if (!err)
            err = dep_register_publish(place.reg, log_key, &fault);
        dep_alloc_fail_at(-1);
        dep_issued_done(&issued);
        failures += err != DEP_OK;
        dep_register_close(place.reg);
        place.reg = open_register(place.dir);
        if (dep_register_has_tail(place.reg)) {
            uint64_t judged = 0;
            struct dep_recovery recovery;
            assert_int_equal(
                dep_register_recover(place.reg, log_key, judge_all, &judged, &recovery, &fault),
                DEP_OK);
        }
        uint64_t after = dep_register_count(place.reg);
        assert_true(err == DEP_OK ? after == before + 1 : after == before || after == before + 1);
        assert_int_equal(audit(place.reg, &why), DEP_OK);
        if (err == DEP_OK && at > 60)
            break;
    }
    assert_true(failures > 10);
    done_place(&place);
}

static void test_format(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}", "{\"format\":2}", "[]", "not json", ""};
    struct place place;
    make_place(&place);
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        struct dep_register *reg = NULL;
        struct dep_fault fault = {.what = ""};
        int fd = open(place.dir, O_RDONLY | O_DIRECTORY);
        assert_int_equal(
            dep_file_replace(fd, "register.json", dep_slice_string(bad[i]), 0600, &fault), DEP_OK);
        (void)close(fd);
        assert_int_equal(dep_register_open(place.dir, DEP_OPEN_WRITE, &reg, &fault),
                         DEP_ERR_CORRUPT);
        assert_string_equal(fault.what, "store.format");
        assert_null(reg);
    }
    done_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commit),      cmocka_unit_test(test_two_processes),
        cmocka_unit_test(test_secrets),     cmocka_unit_test(test_audit_finds),
        cmocka_unit_test(test_recovery),    cmocka_unit_test(test_backup),
        cmocka_unit_test(test_allocations), cmocka_unit_test(test_format),
        cmocka_unit_test(test_end),         cmocka_unit_test(test_walk_from),
        cmocka_unit_test(test_orphans),     cmocka_unit_test(test_copy_of_pipe),
    };
    return run_in_folder(tests, DEP_COUNT(tests));
}
