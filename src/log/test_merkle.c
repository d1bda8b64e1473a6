/*
 * Merkle arithmetic against public vectors and a naive reference.
 */
#include "base/test_slow.h"
#include "codec/base64.h"
#include "codec/json.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log/test_leaves.h"
#include "log/test_naive.h"

/* ---- public vectors ---- */

static size_t inclusion_count, consistency_count;

static struct dep_hash hash_member(const json_t *json, const char *name, bool any_len, bool *good)
{
    struct dep_hash hash = {{0}};
    const char *text = dep_json_string(json, name);
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, 4096);
    bool readable = text && dep_base64_parse(DEP_BASE64_STD, dep_slice_string(text), &bytes);
    if (readable && bytes.len == DEP_HASH_LEN)
        memcpy(hash.bytes, bytes.data, DEP_HASH_LEN);
    else if (readable && any_len) /* "don't care": what counts is which of them are equal */
        dep_sha256(dep_buf_slice(&bytes), &hash);
    else
        *good = false;
    return hash;
}

static struct dep_merkle_proof proof_member(const json_t *json, bool *good)
{
    struct dep_merkle_proof proof = {.count = 0};
    size_t i;
    json_t *text;
    json_array_foreach(json_object_get(json, "proof"), i, text)
    {
        if (i >= DEP_MERKLE_PROOF_MAX ||
            !dep_base64_parse_exact(DEP_BASE64_STD, dep_slice_string(json_string_value(text)),
                                    proof.hashes[i].bytes, DEP_HASH_LEN)) {
            *good = false; /* a hash of another length has no place in our proofs at all */
            return proof;
        }
        proof.count++;
    }
    return proof;
}

static int run_vector(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)walk;
    if (kind != FTW_F)
        return 0;
    json_t *json = json_load_file(path, 0, NULL);
    bool good = json != NULL;
    if (!json) { /* an index beyond int64: our logs have none, and it must be one to be refused */
        json = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(json);
    }
    bool want_error = json_is_true(json_object_get(json, "wantErr"));
    struct dep_merkle_proof proof = proof_member(json, &good);
    if (strstr(path, "/inclusion/")) {
        uint64_t index = (uint64_t)json_integer_value(json_object_get(json, "leafIdx")),
                 size = (uint64_t)json_integer_value(json_object_get(json, "treeSize"));
        struct dep_hash leaf = hash_member(json, "leafHash", false, &good),
                        root = hash_member(json, "root", false, &good);
        good = good && dep_merkle_verify_inclusion(&leaf, index, size, &proof, &root);
        inclusion_count++;
    } else {
        uint64_t size1 = (uint64_t)json_integer_value(json_object_get(json, "size1")),
                 size2 = (uint64_t)json_integer_value(json_object_get(json, "size2"));
        struct dep_hash root1 = hash_member(json, "root1", true, &good),
                        root2 = hash_member(json, "root2", true, &good);
        good = good && dep_merkle_verify_consistency(size1, size2, &proof, &root1, &root2);
        consistency_count++;
    }
    json_decref(json);
    if (good == want_error)
        fail_msg("%s: %s", path, good ? "accepted" : "refused");
    return 0;
}

static void test_vectors(void **state)
{
    (void)state;
    const char *root = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/merkle",
                   root ? root : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    if (nftw(path, run_vector, 16, FTW_PHYS) != 0) {
        printf("Merkle vectors: all skipped, no folder %s\n", path);
        skip();
    }
    printf("Merkle vectors: %zu inclusion, %zu consistency\n", inclusion_count, consistency_count);
    assert_true(inclusion_count > 50 && consistency_count > 50);
}

/* ---- naive reference ---- */

static void test_against_reference(void **state)
{
    (void)state;
    struct dep_hash roots[TREE_MAX + 1], root;
    make_leaves();
    naive_root(leaves, 0, 0, &roots[0]);
    for (size_t size = 1; size <= TREE_MAX; size++) {
        naive_root(leaves, 0, size, &roots[size]);
        dep_merkle_root(leaves, size, &root);
        assert_true(dep_hash_equal(&root, &roots[size]));
        assert_int_equal(dep_merkle_root_at(size, read_leaves, NULL, &root), DEP_OK);
        assert_true(dep_hash_equal(&root, &roots[size]));
    }
    for (size_t size = 1; size <= TREE_MAX; size += 7 * (size_t)test_steps(5, 13)) {
        for (size_t index = 0; index < size; index++) {
            struct dep_merkle_proof proof;
            assert_int_equal(dep_merkle_prove_inclusion(index, size, read_leaves, NULL, &proof),
                             DEP_OK);
            assert_true(
                dep_merkle_verify_inclusion(&leaves[index], index, size, &proof, &roots[size]));
            assert_false(dep_merkle_verify_inclusion(&leaves[(index + 1) % TREE_MAX], index, size,
                                                     &proof, &roots[size]));
            if (size > 1)
                assert_false(dep_merkle_verify_inclusion(&leaves[index], (index + 1) % size, size,
                                                         &proof, &roots[size]));
        }
        for (size_t old = 1; old <= size; old++) {
            struct dep_merkle_proof proof;
            assert_int_equal(dep_merkle_prove_consistency(old, size, read_leaves, NULL, &proof),
                             DEP_OK);
            assert_true(
                dep_merkle_verify_consistency(old, size, &proof, &roots[old], &roots[size]));
            assert_false(
                dep_merkle_verify_consistency(old, size, &proof, &roots[old - 1], &roots[size]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_against_reference),
    };
    return dep_crypto_init(false) ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
