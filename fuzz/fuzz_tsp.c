/* Responses of time-stamping authorities: length of a certificate (two bytes), the certificate, a
 * response. */
#include "crypto/tsp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_hash digest;
    struct dep_tsp_token token;
    struct dep_finding why = {NULL, NULL, 0};
    dep_sha256(DEP_SLICE_LITERAL("what is stamped"), &digest);
    size_t certificate_len = len < 2 ? 0 : (size_t)data[0] << 8 | data[1];
    if (len < 2 || certificate_len > len - 2)
        return 0;
    struct dep_slice certificate = dep_slice_of(data + 2, certificate_len);
    struct dep_slice response = dep_slice_of(data + 2 + certificate_len, len - 2 - certificate_len);
    struct dep_tsp_certificate read;
    bool valid = dep_tsp_certificate_parse(certificate, &read);
    int err = dep_tsp_verify(response, &digest, &certificate, 1, &token, &why);
    if (err == DEP_FOUND && !why.id)
        abort();
    if (err == DEP_OK && (!valid || token.authority != 0 || token.latest_s < token.time_s))
        abort();
    return 0;
}
