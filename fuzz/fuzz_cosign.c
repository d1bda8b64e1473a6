/* Requests to cosign, their answers, proofs alone: nothing but what the writers write. */
#include "log/cosign.h"

#include <stdlib.h>

static void check_request(struct dep_slice in)
{
    struct dep_cosign_request request;
    struct dep_cosign_judged judged;
    struct dep_finding why;
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_COSIGN_LEN_MAX);
    if (dep_cosign_request_parse(in, &request, &why) != DEP_OK)
        return;
    if (dep_cosign_request_encode(&request.proof, request.note, &again) != DEP_OK ||
        !dep_slice_equal(in, dep_buf_slice(&again)))
        abort();
    struct dep_public_key key = {{1}};
    struct dep_vkey log, cosigner;
    int64_t time_s;
    struct dep_checkpoint newest = request.checkpoint;
    newest.size = request.proof.old_size;
    if (dep_vkey_make(request.checkpoint.origin, &key, &log, &why) != DEP_OK)
        abort();
    dep_cosign_judge(&request, &log, &newest, &judged);
    if (judged.status == DEP_COSIGN_GOOD) /* nobody holds that key */
        abort();
    for (size_t i = 0; i < request.parsed.signature_count; i++)
        if (dep_cosigner_make(request.parsed.signatures[i].name, &key, &cosigner, &why) == DEP_OK &&
            dep_cosignature_verify(request.parsed.text, &request.parsed.signatures[i], &cosigner,
                                   &time_s, &why) == DEP_OK)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_slice in = dep_slice_of(data, len);
    struct dep_cosign_answer answer;
    struct dep_cosign_proof proof;
    struct dep_finding why;
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_COSIGN_LEN_MAX);
    check_request(in);
    if (dep_cosign_proof_parse(in, &proof, &why) == DEP_OK &&
        (dep_cosign_proof_encode(&proof, &again) != DEP_OK ||
         !dep_slice_equal(in, dep_buf_slice(&again))))
        abort();
    dep_buf_clear(&again);
    if (dep_cosign_answer_parse(in, &answer, &why) != DEP_OK)
        return 0;
    if (answer.judged.status == DEP_COSIGN_GOOD ? answer.line_count == 0 : answer.line_count != 0)
        abort();
    if (answer.judged.status != DEP_COSIGN_GOOD &&
        (dep_cosign_refusal_encode(&answer.judged, &again) != DEP_OK ||
         !dep_slice_equal(in, dep_buf_slice(&again))))
        abort();
    return 0;
}
