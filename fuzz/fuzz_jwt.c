/* JWT: what is accepted is exactly what its parts write again; what is refused leaves no trace. */
#include "codec/base64.h"
#include "record/sdjwt.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice text = dep_slice_of(data, size);
    struct dep_jwt jwt, before;
    memset(&jwt, 0, sizeof jwt);
    before = jwt;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_jwt_parse(text, NULL, &jwt, &why);
    if (err) {
        if (err < 0 || !why.id || memcmp(&jwt, &before, sizeof jwt) != 0)
            abort();
        return 0;
    }
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_JWT_LEN_MAX);
    dep_buf_add_slice(&again, jwt.signing_input);
    dep_buf_add_byte(&again, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(jwt.signature, sizeof jwt.signature), &again);
    if (!dep_slice_equal(dep_buf_slice(&again), text) || !json_is_object(jwt.payload))
        abort();
    dep_jwt_done(&jwt);
    return 0;
}
