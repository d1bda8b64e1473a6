/*
 * Tokens of a package: read, and judged by the authorities that its charter pins.
 */
#include "codec/base64.h"
#include "crypto/tsp.h"
#include "node/verify_bag.h"

#include <stdlib.h>

/* The pinned certificates, decoded; what isn't base64 vouches for nothing. */
struct pinned {
    struct dep_buf ders[DEP_TSP_PINNED_MAX];
    struct dep_slice slices[DEP_TSP_PINNED_MAX];
    size_t count;
};

static int pinned_read(const json_t *authorities, struct pinned *out)
{
    size_t i;
    json_t *one;
    json_array_foreach(authorities, i, one)
    {
        if (i == DEP_TSP_PINNED_MAX)
            break;
        const char *text = json_string_value(one);
        struct dep_buf *der = &out->ders[out->count];
        dep_buf_init(der, DEP_TSP_LEN_MAX);
        /* Places are the charter's, so what can't be read keeps its own. */
        if (text && !dep_base64_parse(DEP_BASE64_STD, dep_slice_string(text), der) &&
            dep_buf_err(der) == DEP_ERR_NOMEM)
            return DEP_ERR_NOMEM;
        out->slices[out->count++] = dep_buf_slice(der);
    }
    return DEP_OK;
}

static int judge(const struct dep_package_files *files, const struct dep_verify_token *token,
                 const struct pinned *pinned, struct dep_verify_token_is *out)
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
        err = dep_tsp_verify(dep_buf_slice(&text), &token->digest, pinned->slices, pinned->count,
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
    struct pinned *pinned = dep_alloc(sizeof *pinned);
    int err = pinned ? DEP_OK : DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < dep_verify_token_count(verify); i++) {
        struct dep_verify_token token;
        struct dep_verify_token_is is;
        dep_verify_token(verify, i, &token);
        if (i == 0 && (err = pinned_read(token.authorities, pinned)))
            break;
        err = judge(files, &token, pinned, &is);
        if (!err)
            err = dep_verify_token_is(verify, i, &is);
    }
    for (size_t i = 0; pinned && i < pinned->count; i++)
        dep_buf_done(&pinned->ders[i]);
    free(pinned);
    return err;
}
