/*
 * What tests of the store share: a register in a folder of its own, and notes to commit to it.
 */
#ifndef DEP_STORE_TEST_SUPPORT_H
#define DEP_STORE_TEST_SUPPORT_H
#include "store/file.h"
#include "store/register.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct dep_schemas *schemas;
static struct dep_signing_key *log_key, *officer;
static struct dep_role_identity custodian;
static char top[64];

struct place {
    char dir[128];
    struct dep_register *reg;
};

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static inline struct dep_register *open_register(const char *dir)
{
    struct dep_register *reg = NULL;
    struct dep_fault fault = {.what = ""};
    if (dep_register_open(dir, DEP_OPEN_WRITE, &reg, &fault) != DEP_OK)
        fail_msg("%s %s", fault.what, fault.where);
    struct dep_reader_key reader = {DEP_ROLE_CUSTODIAN, custodian.identity.recipient};
    assert_int_equal(dep_register_set_readers(reg, &reader, 1, NULL, 0), DEP_OK);
    return reg;
}

static void make_place(struct place *out)
{
    static int number;
    struct dep_register_info info = {
        .member = "m", .name = "M", .origin = "m/log", .created = "2026-11-24T00:00:00Z"};
    struct dep_fault fault;
    (void)snprintf(out->dir, sizeof out->dir, "%s/%d", top, number++);
    dep_kid(dep_signing_key_public(officer), info.root_kid);
    info.log_key = *dep_signing_key_public(log_key);
    assert_int_equal(dep_register_create(out->dir, &info, &fault), DEP_OK);
    assert_int_equal(dep_register_create(out->dir, &info, &fault),
                     DEP_ERR_IO); /* never over something */
    out->reg = open_register(out->dir);
}

static void done_place(struct place *place)
{
    dep_register_close(place->reg);
    (void)nftw(place->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A note in a record of its own. */
static void make_note(const char *text, struct dep_issued *out)
{
    DEP_AUTO_JSON *claims = json_pack("{s:{s:s,s:s}}", "text", "text", text, "lang", "en");
    struct dep_issuer issuer = {"m", DEP_ROLE_CUSTODIAN, "o", officer, 1795511717000, "ntp",
                                1,   dep_random};
    struct dep_finding why = {"", "", 0};
    if (dep_record_issue(schemas, "note", claims, NULL, &issuer, out, NULL, &why) != DEP_OK)
        fail_msg("%s", why.id);
}

static inline struct dep_commit_item item_of(const struct dep_issued *issued)
{
    return (struct dep_commit_item){dep_buf_slice(&issued->jwt), issued->jti,
                                    dep_buf_slice(&issued->disclosures), issued->readers};
}

/* Durable, and no checkpoint yet. */
static int append_note(struct dep_register *reg, const char *text, struct dep_issued *issued,
                       struct dep_committed *out)
{
    struct dep_fault fault = {.what = ""};
    make_note(text, issued);
    struct dep_commit_item item = item_of(issued);
    return dep_register_commit(reg, &item, 1, log_key, NULL, NULL, out, &fault);
}

static int commit_note(struct dep_register *reg, const char *text, struct dep_issued *issued,
                       struct dep_committed *out)
{
    struct dep_fault fault = {.what = ""};
    int err = append_note(reg, text, issued, out);
    return err ? err : dep_register_publish(reg, log_key, &fault);
}

static int audit(struct dep_register *reg, struct dep_finding *why)
{
    struct dep_audit out;
    struct dep_fault fault;
    return dep_register_audit(reg, NULL, NULL, &out, why, &fault);
}

static int judge_all(void *context, uint64_t index, struct dep_slice jwt)
{
    (void)index;
    *(uint64_t *)context += 1;
    struct dep_finding why;
    DEP_AUTO_RECORD record = {.jti = NULL};
    return dep_record_parse(jwt, &record, &why);
}

/* One byte of a file changed. */
static inline void flip(const char *dir, const char *file, off_t at)
{
    char path[256];
    uint8_t byte = 0;
    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    (void)close(fd);
}

/* Runs the group over a folder of its own. */
static inline int run_in_folder(const struct CMUnitTest *tests, size_t count)
{
    (void)snprintf(top, sizeof top, "/tmp/depositary-store-XXXXXX");
    custodian.role = DEP_ROLE_CUSTODIAN;
    if (!mkdtemp(top) || dep_crypto_init(false) || !(schemas = dep_schemas_builtin()) ||
        dep_signing_key_new(dep_random, &log_key) || dep_signing_key_new(dep_random, &officer))
        return 1;
    dep_age_identity_new(dep_random, &custodian.identity);
    int failed = _cmocka_run_group_tests("store", tests, count, NULL, NULL);
    (void)nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    dep_signing_key_free(log_key);
    dep_signing_key_free(officer);
    return failed;
}
#endif
