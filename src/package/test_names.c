/*
 * Names of a package's files: which there may be, and what each is.
 */
#include "package/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16

static void test_valid(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool valid;
    } rows[] = {
        {"data/logs/000/tile/0/x001/234.p/8", true},
        {"bagit.txt", true},
        {"data/items/0190a2b4-7c1e-7abc-8def-0123456789ab/container.tar.age.001", true},
        {"_a", true},
        {A64, true},
        {A64 "a", false},
        {A64 "/" A64 "/" A64 "/aaaaa", true},
        {A64 "/" A64 "/" A64 "/aaaaaa", false},
        {"", false},
        {"/bagit.txt", false},
        {"data/", false},
        {"data//a", false},
        {"data/.a", false},
        {"data/-a", false},
        {"data/..", false},
        {"data/a.", true},
        {"Data/a", false},
        {"data/a b", false},
        {"data/a%25", false},
        {"data/\xc3\xa9", false},
        {"data\\a", false},
        {"data/a:b", false},
        {"data/a\n", false},
        {"data/a~", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (dep_package_name_valid(dep_slice_string(rows[i].path)) != rows[i].valid)
            fail_msg("%s", rows[i].path);
    assert_false(dep_package_name_valid(dep_slice_of("data/a\0b", 8)));
}

static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum dep_place_kind kind;
        unsigned folder;
        uint64_t number;
    } rows[] = {
        {"bagit.txt", DEP_PLACE_TAG, 0, 0},
        {"tagmanifest-sha512.txt", DEP_PLACE_TAG, 0, 0},
        {"manifest-md5.txt", DEP_PLACE_UNKNOWN, 0, 0},
        {"fetch.txt", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/content.jsonl", DEP_PLACE_CONTENT, 0, 0},
        {"data/charter/000001.json", DEP_PLACE_CHARTER, 0, 1},
        {"data/charter/000012.adoptions", DEP_PLACE_ADOPTIONS, 0, 12},
        {"data/charter/000000.json", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/charter/1.json", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/charter/0000001.json", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/charter/verify.html", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/000/checkpoint", DEP_PLACE_CHECKPOINT, 0, 0},
        {"data/logs/999/checkpoint", DEP_PLACE_CHECKPOINT, 999, 0},
        {"data/logs/1/checkpoint", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/1000/checkpoint", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/000", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/records.jsonl", DEP_PLACE_RECORDS, 2, 0},
        {"data/logs/002/in_force.jsonl", DEP_PLACE_IN_FORCE, 2, 0},
        {"data/logs/002/records.jsonl.x", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/tile/0/000.p/8", DEP_PLACE_TILE, 2, 0},
        {"data/logs/002/tile/0/x001/000", DEP_PLACE_TILE, 2, 0},
        {"data/logs/002/tile/entries/000", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/tile/0/0", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/tokens/a.tsr", DEP_PLACE_TOKEN, 2, 0},
        {"data/logs/002/tokens/.tsr", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/tokens/a/b.tsr", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/tokens/a.txt", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/before/12.checkpoint", DEP_PLACE_BEFORE, 2, 12},
        {"data/logs/002/before/12.proof", DEP_PLACE_BEFORE_PROOF, 2, 12},
        {"data/logs/002/before/12.proof/a", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/before/012.proof", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/logs/002/before/12.tokens/a.tsr", DEP_PLACE_BEFORE_TOKEN, 2, 12},
        {"data/logs/002/before/12.tokens", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/cosign/003/request", DEP_PLACE_COSIGN_REQUEST, 3, 0},
        {"data/cosign/003/cosignatures", DEP_PLACE_COSIGN_ANSWER, 3, 0},
        {"data/cosign/003/refused", DEP_PLACE_COSIGN_REFUSAL, 3, 0},
        {"data/cosign/003/other", DEP_PLACE_UNKNOWN, 0, 0},
        {"data/index.html", DEP_PLACE_OTHER, 0, 0},
        {"data/items/a/container.tar", DEP_PLACE_OTHER, 0, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_package_place place;
        dep_package_place(dep_slice_string(rows[i].path), &place);
        bool known = rows[i].kind != DEP_PLACE_UNKNOWN;
        if (place.kind != rows[i].kind ||
            (known && (place.folder != rows[i].folder || place.number != rows[i].number)))
            fail_msg("%s: %d", rows[i].path, (int)place.kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_valid), cmocka_unit_test(test_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
