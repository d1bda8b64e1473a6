/* Notes, checkpoints, proofs, verifier keys and tile names: nothing but what the writers write. */
#include "log/note.h"
#include "log/tile.h"

#include <stdlib.h>

static void check_proof(struct dep_slice in)
{
    struct dep_proof proof;
    struct dep_finding why;
    if (dep_proof_parse(in, &proof, &why) != DEP_OK)
        return;
    if (proof.path.count > DEP_MERKLE_PROOF_MAX || proof.note.len > in.len)
        abort();
    struct dep_hash root = {{0}}, leaf = {{0}};
    (void)dep_merkle_verify_inclusion(&leaf, proof.index, proof.index + 1 + (uint64_t)in.len,
                                      &proof.path, &root);
    (void)dep_merkle_verify_consistency(proof.index, proof.index + in.len, &proof.path, &root,
                                        &leaf);
}

static void check_names(struct dep_slice in)
{
    struct dep_vkey vkey;
    struct dep_tile_id tile;
    struct dep_finding why;
    DEP_AUTO_BUF again;
    dep_buf_init(&again, 1 << 16);
    if (dep_vkey_parse(in, &vkey, &why) == DEP_OK &&
        (dep_vkey_encode(&vkey, &again) != DEP_OK || !dep_slice_equal(in, dep_buf_slice(&again))))
        abort();
    if (dep_tile_path_parse(in, &tile, &why) == DEP_OK) {
        char path[DEP_TILE_PATH_MAX];
        dep_tile_path(&tile, path);
        if (!dep_slice_equal_string(in, path))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_slice in = dep_slice_of(data, len);
    struct dep_note note;
    struct dep_checkpoint checkpoint;
    struct dep_finding why;
    if (dep_note_parse(in, &note, &why) == DEP_OK) {
        if (note.text.len == 0 || note.signature_count == 0 ||
            note.signature_count > DEP_NOTE_SIGNATURES_MAX)
            abort();
        (void)dep_checkpoint_parse(note.text, &checkpoint, &why);
    }
    if (dep_checkpoint_parse(in, &checkpoint, &why) == DEP_OK &&
        checkpoint.origin.len > DEP_ORIGIN_LEN_MAX)
        abort();
    check_proof(in);
    check_names(in);
    return 0;
}
