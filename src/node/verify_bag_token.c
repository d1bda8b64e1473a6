/*
 * Tokens of a package: read, and judged by the authorities that its charter pins.
 */
#include "crypto/tsp.h"
#include "node/authorities.h"
#include "node/verify_bag.h"

static int judge(const struct dep_package_files *files, const struct dep_verify_token *token,
                 const struct dep_authorities *pinned, struct dep_verify_token_is *out)
{
    struct dep_tsp_token verified;
    struct dep_finding why = {"token.form", "RFC 3161", 0};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_TSP_LEN_MAX);
    int err = token->size == 0 || token->size > DEP_TSP_LEN_MAX ? DEP_FOUND : DEP_OK;
    uint8_t *data = err ? NULL : dep_buf_grow(&text, (size_t)token->size);
    if (!err && !data)
        return DEP_ERR_NOMEM;
    if (!err)
        err = files->read(files->context, token->path, 0, data, (size_t)token->size);
    if (!err)
        err = dep_tsp_verify(dep_buf_slice(&text), &token->digest, pinned->list, pinned->count,
                             &verified, &why);
    if (err < 0)
        return err;
    *out = err ? (struct dep_verify_token_is){.id = why.id}
               : (struct dep_verify_token_is){.time_s = verified.latest_s,
                                              .authority = verified.authority};
    return DEP_OK;
}

int dep_bag_tokens(struct dep_verify *verify, const struct dep_package_files *files)
{
    struct dep_authorities pinned = {.count = 0};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_verify_token_count(verify); i++) {
        struct dep_verify_token token;
        struct dep_verify_token_is is;
        dep_verify_token(verify, i, &token);
        if (i == 0 && (err = dep_authorities_load(token.authorities, &pinned)))
            break;
        err = judge(files, &token, &pinned, &is);
        if (!err)
            err = dep_verify_token_is(verify, i, &is);
    }
    dep_authorities_done(&pinned);
    return err;
}
