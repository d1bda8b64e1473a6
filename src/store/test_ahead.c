/*
 * Between a commit and its checkpoint: who waits, what a crash leaves there, what the journal gives
 * back and what it must not.
 */
#include "store/test_support.h"

#include <pthread.h>

static off_t size_of(const char *dir, const char *file)
{
    char path[256];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    return stat(path, &info) == 0 ? info.st_size : -1;
}

/* As a power loss leaves what wasn't synced: cut, or zeros where the blocks were never written. */
static void lose(const char *dir, const char *file, off_t from, bool zeros)
{
    char path[256];
    off_t whole = size_of(dir, file);
    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    assert_true(whole >= from);
    assert_int_equal(truncate(path, from), 0);
    if (zeros)
        assert_int_equal(truncate(path, whole), 0);
}

/* A byte of the frame that holds `jti` changed, as in a write that reached the disk in part. */
static void tear(const char *dir, const char *jti)
{
    struct dep_fault fault;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024 * 1024);
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(dep_file_read(fd, "journal", 1024 * 1024, &text, &fault), DEP_OK);
    uint8_t *at = memmem(text.data, text.len, jti, DEP_UUID_LEN);
    assert_non_null(at);
    at[DEP_UUID_LEN + 100] ^= 1;
    assert_int_equal(dep_file_replace(fd, "journal", dep_buf_slice(&text), 0600, &fault), DEP_OK);
    (void)close(fd);
}

static void recover(struct place *place, struct dep_recovery *out)
{
    struct dep_fault fault;
    uint64_t judged = 0;
    *out = (struct dep_recovery){.tail_records = 0};
    place->reg = open_register(place->dir);
    assert_true(dep_register_has_tail(place->reg));
    assert_int_equal(dep_register_recover(place->reg, log_key, judge_all, &judged, out, &fault),
                     DEP_OK);
}

static void assert_opens(struct place *place, const struct dep_issued *issued,
                         const struct dep_committed *placed)
{
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault;
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, DEP_DISCLOSURES_LEN_MAX);
    assert_int_equal(dep_register_open_secret(place->reg, issued->jti, &placed->secret,
                                              &placed->keyring, &custodian, 1, &out, &why, &fault),
                     DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&out), dep_buf_slice(&issued->disclosures)));
}

static void *open_and_count(void *dir)
{
    static uint64_t count;
    struct dep_register *reg = NULL;
    struct dep_fault fault;
    count = 0;
    if (dep_register_open(dir, DEP_OPEN_READ, &reg, &fault) == DEP_OK &&
        !dep_register_has_tail(reg))
        count = dep_register_count(reg);
    dep_register_close(reg);
    return &count;
}

/* Who opens meanwhile waits for the checkpoint, and sees what was acknowledged before. */
static void test_ahead(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_fault fault;
    struct dep_finding why;
    pthread_t other;
    void *seen = NULL;
    assert_int_equal(dep_register_due_ms(place.reg), -1);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(append_note(place.reg, "n", &issued, &placed), DEP_OK);
        assert_int_equal(placed.index, i);
        dep_issued_done(&issued);
    }
    assert_int_equal(dep_register_count(place.reg), 0);
    assert_true(dep_register_due_ms(place.reg) >= 0 &&
                dep_register_due_ms(place.reg) <= DEP_PUBLISH_AFTER_MS);
    assert_int_equal(pthread_create(&other, NULL, open_and_count, place.dir), 0);
    (void)usleep(50 * 1000);
    assert_int_equal(dep_register_publish(place.reg, log_key, &fault), DEP_OK);
    assert_int_equal(pthread_join(other, &seen), 0);
    assert_int_equal(*(uint64_t *)seen, 3);
    assert_int_equal(dep_register_due_ms(place.reg), -1);
    assert_int_equal(dep_register_publish(place.reg, log_key, &fault), DEP_OK);
    assert_int_equal(audit(place.reg, &why), DEP_OK);
    done_place(&place);
}

/* The process ends between the two, with or without the power. */
static void test_journal(void **state)
{
    (void)state;
    static const struct {
        bool lost, zeros, torn;
    } rows[] = {
        {false, false, false}, {true, false, false}, {true, true, false}, {true, false, true}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct place place;
        make_place(&place);
        struct dep_issued issued[4];
        struct dep_committed placed[4];
        struct dep_recovery recovery;
        struct dep_finding why;
        assert_int_equal(commit_note(place.reg, "covered", &issued[0], &placed[0]), DEP_OK);
        off_t private_len = size_of(place.dir, "private/000000");
        off_t keyring_len = size_of(place.dir, "keyring/000000");
        for (size_t n = 1; n < 4; n++)
            assert_int_equal(append_note(place.reg, "ahead", &issued[n], &placed[n]), DEP_OK);
        dep_register_close(place.reg);
        if (rows[i].lost) {
            lose(place.dir, "private/000000", private_len, rows[i].zeros);
            lose(place.dir, "keyring/000000", keyring_len, rows[i].zeros);
        }
        /* Not acknowledged: its frame didn't come to its end, so no record line was begun. */
        if (rows[i].torn) {
            tear(place.dir, issued[3].jti);
            lose(place.dir, "records/000000", (off_t)placed[3].record.offset, false);
        }
        recover(&place, &recovery);
        uint64_t whole = rows[i].torn ? 2 : 3;
        assert_int_equal(recovery.tail_records, whole);
        assert_int_equal(recovery.moved_private, 0);
        assert_int_equal(dep_register_count(place.reg), 1 + whole);
        for (size_t n = 0; n < 4; n++) {
            if (n <= whole)
                assert_opens(&place, &issued[n], &placed[n]);
            dep_issued_done(&issued[n]);
        }
        assert_int_equal(audit(place.reg, &why), DEP_OK);
        done_place(&place);
    }
}

/* A frame whose record was never written is void once its index may be taken by another. */
static void test_journal_void(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_recovery recovery;
    assert_int_equal(append_note(place.reg, "first", &issued, &placed), DEP_OK);
    dep_issued_done(&issued);
    dep_register_close(place.reg);
    lose(place.dir, "records/000000", 0, false);
    lose(place.dir, "private/000000", 0, false);
    lose(place.dir, "keyring/000000", 0, false);
    place.reg = open_register(place.dir);
    /* No protected fields, so no frame of its own; and again no checkpoint. */
    make_note("second", &issued);
    struct dep_commit_item item = item_of(&issued);
    struct dep_fault fault;
    item.disclosures.len = 0;
    assert_int_equal(dep_register_commit(place.reg, &item, 1, log_key, NULL, NULL, &placed, &fault),
                     DEP_OK);
    dep_register_close(place.reg);
    recover(&place, &recovery);
    assert_int_equal(recovery.tail_records, 1);
    assert_int_equal(size_of(place.dir, "private/000000"), 0);
    assert_int_equal(size_of(place.dir, "keyring/000000"), 0);
    dep_issued_done(&issued);
    done_place(&place);
}

/* Damage before the checkpoint is never repaired in silence, though the journal still could. */
static void test_journal_covered(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_recovery recovery;
    struct dep_fault fault;
    DEP_AUTO_BUF before, after;
    dep_buf_init(&before, 1024 * 1024);
    dep_buf_init(&after, 1024 * 1024);
    assert_int_equal(commit_note(place.reg, "covered", &issued, &placed), DEP_OK);
    dep_issued_done(&issued);
    flip(place.dir, "private/000000", 120);
    int fd = open(place.dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(dep_file_read(fd, "private/000000", 1024 * 1024, &before, &fault), DEP_OK);
    make_note("without a frame", &issued);
    struct dep_commit_item item = item_of(&issued);
    item.disclosures.len = 0;
    assert_int_equal(dep_register_commit(place.reg, &item, 1, log_key, NULL, NULL, &placed, &fault),
                     DEP_OK);
    dep_issued_done(&issued);
    dep_register_close(place.reg);
    recover(&place, &recovery);
    assert_int_equal(dep_file_read(fd, "private/000000", 1024 * 1024, &after, &fault), DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&before), dep_buf_slice(&after)));
    (void)close(fd);
    done_place(&place);
}

/* What is too long for the journal is synced in place; what comes after it has a frame again. */
static void test_journal_room(void **state)
{
    (void)state;
    enum { MANY = 400 };
    static struct dep_issued issued[MANY + 1];
    static struct dep_commit_item items[MANY];
    static struct dep_committed placed[MANY + 1];
    struct place place;
    make_place(&place);
    struct dep_fault fault;
    struct dep_recovery recovery;
    char text[700];
    (void)snprintf(text, sizeof text, "%0*d", (int)sizeof text - 1, 0);
    for (size_t i = 0; i < MANY; i++) {
        make_note(text, &issued[i]);
        items[i] = item_of(&issued[i]);
    }
    assert_int_equal(
        dep_register_commit(place.reg, items, MANY, log_key, NULL, NULL, placed, &fault), DEP_OK);
    assert_true(size_of(place.dir, "private/000000") > 256 * 1024);
    assert_int_equal(size_of(place.dir, "journal"), -1);
    off_t private_len = size_of(place.dir, "private/000000");
    off_t keyring_len = size_of(place.dir, "keyring/000000");
    assert_int_equal(append_note(place.reg, "last", &issued[MANY], &placed[MANY]), DEP_OK);
    dep_register_close(place.reg);
    lose(place.dir, "private/000000", private_len, false);
    lose(place.dir, "keyring/000000", keyring_len, false);
    recover(&place, &recovery);
    assert_int_equal(recovery.tail_records, MANY + 1);
    assert_opens(&place, &issued[0], &placed[0]);
    assert_opens(&place, &issued[MANY], &placed[MANY]);
    for (size_t i = 0; i <= MANY; i++)
        dep_issued_done(&issued[i]);
    done_place(&place);
}

/* An erased key is in no file any more, the journal included. */
static void test_journal_erase(void **state)
{
    (void)state;
    struct place place;
    make_place(&place);
    struct dep_issued issued;
    struct dep_committed placed;
    struct dep_fault fault;
    assert_int_equal(commit_note(place.reg, "secret", &issued, &placed), DEP_OK);
    DEP_AUTO_BUF before, after;
    dep_buf_init(&before, 1024 * 1024);
    dep_buf_init(&after, 1024 * 1024);
    int fd = open(place.dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(dep_file_read(fd, "journal", 1024 * 1024, &before, &fault), DEP_OK);
    assert_non_null(memmem(before.data, before.len, issued.jti, DEP_UUID_LEN));
    assert_int_equal(dep_register_erase(place.reg, issued.jti, issued.jti, &fault), DEP_OK);
    assert_int_equal(dep_file_read(fd, "journal", 1024 * 1024, &after, &fault), DEP_OK);
    assert_int_equal(after.len, before.len);
    for (size_t i = 0; i < after.len; i++)
        assert_int_equal(after.data[i], 0);
    (void)close(fd);
    dep_issued_done(&issued);
    done_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ahead),         cmocka_unit_test(test_journal),
        cmocka_unit_test(test_journal_void),  cmocka_unit_test(test_journal_room),
        cmocka_unit_test(test_journal_erase), cmocka_unit_test(test_journal_covered),
    };
    return run_in_folder(tests, DEP_COUNT(tests));
}
