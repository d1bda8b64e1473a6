/*
 * Tokens: which there are and what they have to be over; what they are the caller says.
 */
#include "package/verify_impl.h"

size_t dep_verify_token_count(const struct dep_verify *verify)
{
    return verify->token_count;
}

void dep_verify_token(const struct dep_verify *verify, size_t index, struct dep_verify_token *out)
{
    assert(index < verify->token_count);
    const struct verify_token *token = &verify->tokens[index];
    const struct dep_bag_file *file = dep_bag_file_at(verify->bag, token->file);
    const struct dep_charter *charter = dep_step_charter(verify);
    *out = (struct dep_verify_token){
        .path = file->path,
        .size = file->size,
        .digest = token->digest,
        .authorities =
            charter ? dep_json_array(dep_charter_json(charter), "time_authorities") : NULL,
    };
}

int dep_verify_token_is(struct dep_verify *verify, size_t index,
                        const struct dep_verify_token_is *is)
{
    assert(index < verify->token_count && !verify->finished);
    struct verify_token *token = &verify->tokens[index];
    token->told = true;
    token->is = *is;
    return is->id ? verify_find(verify, is->id, "package.md 5.5", DEP_ALTERED,
                                verify_path(verify, token->file), 0, NULL)
                  : DEP_OK;
}
