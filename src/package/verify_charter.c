/*
 * Step 3: the charters, from the first to the one in force, and which of them the pin vouches for.
 */
#include "package/verify_impl.h"

#include <stdio.h>
#include <stdlib.h>

static const char CLAUSE[] = "package.md 4";
enum { ADOPTIONS_LEN_MAX = 16 * 1024 * 1024, PATH_LEN = 64 };
#define CHARTERS_BYTES_MAX ((uint64_t)256 * 1024 * 1024)

struct chain {
    struct dep_charter_link links[VERIFY_CHARTERS_MAX];
    struct dep_buf texts[VERIFY_CHARTERS_MAX]; /* adoptions, borrowed by the links */
    uint64_t bytes;
};

static size_t place_of(const struct dep_verify *verify, size_t number, const char *ending,
                       char path[PATH_LEN])
{
    (void)snprintf(path, PATH_LEN, "data/charter/%06zu.%s", number, ending);
    return verify_file_find(verify, dep_slice_string(path));
}

/* One JWT a line. What isn't one is found when it is judged, a line that doesn't end as well. */
static int read_adoptions(struct dep_verify *verify, struct chain *chain, size_t at, size_t file)
{
    struct dep_buf *text = &chain->texts[at];
    struct dep_charter_link *link = &chain->links[at];
    dep_buf_init(text, ADOPTIONS_LEN_MAX);
    int err = verify_load(verify, file, ADOPTIONS_LEN_MAX, text);
    if (err)
        return err;
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++)
        count += text->data[i] == '\n';
    struct dep_adoption *adoptions = dep_alloc_array(count + 1, sizeof *adoptions);
    if (!adoptions)
        return DEP_ERR_NOMEM;
    struct dep_slice rest = dep_buf_slice(text);
    for (size_t i = 0; i < count; i++)
        adoptions[i].jwt = dep_slice_next(&rest, '\n');
    link->adoptions = adoptions;
    link->adoption_count = count + (rest.len > 0);
    return DEP_OK;
}

/* DEP_FOUND: the chain ends before this one, and why was said. */
static int read_charter(struct dep_verify *verify, struct chain *chain, size_t file)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    struct dep_finding why = {"charter.len", CLAUSE, 0};
    struct dep_jtd_error where = {.instance_path = ""};
    int err = verify_load(verify, file, DEP_CHARTER_LEN_MAX, &text);
    if (err)
        return err;
    size_t at = verify->charter_read;
    if (at == VERIFY_CHARTERS_MAX || (chain->bytes += text.len) > CHARTERS_BYTES_MAX)
        err = DEP_FOUND;
    else
        err = dep_charter_parse(dep_buf_slice(&text), &verify->charters[at], &where, &why);
    if (err == DEP_FOUND) {
        err = verify_find_why(verify, &why, verify_path(verify, file), 0,
                              where.instance_path[0] ? where.instance_path : NULL);
        return err ? err : DEP_FOUND;
    }
    if (err)
        return err;
    verify->charter_read++;
    chain->links[at].charter = verify->charters[at];
    return DEP_OK;
}

/* Numbers 1, 2, 3 ... as far as there are. */
static int read_chain(struct dep_verify *verify, struct chain *chain)
{
    char path[PATH_LEN];
    for (size_t number = 1;; number++) {
        size_t file = place_of(verify, number, "json", path);
        if (file == SIZE_MAX)
            return DEP_OK;
        int err = read_charter(verify, chain, file);
        if (err)
            return err == DEP_FOUND ? DEP_OK : err;
        file = place_of(verify, number, "adoptions", path);
        if (file == SIZE_MAX)
            continue; /* of one before the pinned one it may be lacking */
        err = read_adoptions(verify, chain, number - 1, file);
        if (err < 0)
            return err;
    }
}

/* Files of numbers that the chain doesn't reach. */
static int check_gaps(struct dep_verify *verify)
{
    size_t first, count;
    int err = DEP_OK;
    dep_step_files(verify, "data/charter/", &first, &count);
    for (size_t i = first; !err && i < first + count; i++) {
        const struct dep_package_place *place = &verify->files[i].place;
        bool ours = place->kind == DEP_PLACE_CHARTER || place->kind == DEP_PLACE_ADOPTIONS;
        if (ours && place->number > verify->charter_read + 1)
            err = verify_find(verify, "charter.number", CLAUSE, DEP_ALTERED, verify_path(verify, i),
                              0, NULL);
    }
    return err;
}

static int judge_unpinned(struct dep_verify *verify, const struct chain *chain,
                          struct dep_finding *why)
{
    int err = DEP_OK;
    size_t good = 0;
    for (; !err && good < verify->charter_read; good += !err)
        err =
            dep_charter_succeeds(verify->with.schemas, good ? chain->links[good - 1].charter : NULL,
                                 chain->links[good].charter, chain->links[good].adoptions,
                                 chain->links[good].adoption_count, NULL, why);
    verify->charter_count = good;
    return err < 0 ? err : DEP_OK;
}

/* The pin vouches for the text of those up to the pinned one; who adopted them has signed all the
 * same, and what is here is what it says it is. */
static int judge_adoptions(struct dep_verify *verify, const struct chain *chain)
{
    char path[PATH_LEN];
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->charter_count; i++) {
        const struct dep_charter_link *link = &chain->links[i];
        struct dep_finding why = {"", CLAUSE, 0};
        if (place_of(verify, i + 1, "adoptions", path) == SIZE_MAX)
            continue;
        err =
            dep_charter_succeeds(verify->with.schemas, i ? chain->links[i - 1].charter : NULL,
                                 link->charter, link->adoptions, link->adoption_count, NULL, &why);
        if (err == DEP_FOUND)
            err = verify_find_why(verify, &why, dep_slice_string(path), 0, NULL);
    }
    return err;
}

static int judge(struct dep_verify *verify, const struct chain *chain)
{
    struct dep_finding why = {"", CLAUSE, 0};
    struct dep_slice nowhere = {NULL, 0};
    char path[PATH_LEN];
    if (!verify->with.pin) {
        int err = verify_find(verify, "charter.unpinned", CLAUSE, DEP_UNPROVED, nowhere, 0, NULL);
        if (err || (err = judge_unpinned(verify, chain, &why)))
            return err;
    } else {
        int err = dep_charter_chain_verify(verify->with.schemas, chain->links, verify->charter_read,
                                           verify->pin, &verify->charter_count, &why);
        if (err == DEP_FOUND)
            return verify_find_why(verify, &why, nowhere, 0, NULL);
        if (err || (err = judge_adoptions(verify, chain)))
            return err;
    }
    if (verify->charter_count == verify->charter_read)
        return DEP_OK;
    (void)place_of(verify, verify->charter_count + 1, "json", path);
    return verify_find_why(verify, &why, dep_slice_string(path), 0, NULL);
}

int verify_charters(struct dep_verify *verify)
{
    struct chain *chain = dep_alloc(sizeof *chain);
    int err = chain ? read_chain(verify, chain) : DEP_ERR_NOMEM;
    if (!err)
        err = check_gaps(verify);
    if (!err && verify->charter_read == 0)
        err = verify_find(verify, "charter.absent", CLAUSE, DEP_ALTERED,
                          dep_slice_string("data/charter/000001.json"), 0, NULL);
    else if (!err)
        err = judge(verify, chain);
    for (size_t i = 0; chain && i < VERIFY_CHARTERS_MAX; i++) {
        dep_buf_done(&chain->texts[i]);
        free((void *)(uintptr_t)chain->links[i].adoptions);
    }
    free(chain);
    return err;
}

size_t dep_step_charter_count(const struct dep_verify *verify)
{
    return verify->charter_count;
}

const struct dep_charter *dep_step_charter_at(const struct dep_verify *verify, size_t index)
{
    assert(index < verify->charter_count);
    return verify->charters[index];
}

const struct dep_charter *dep_step_charter_find(const struct dep_verify *verify,
                                                const struct dep_hash *digest)
{
    for (size_t i = 0; i < verify->charter_count; i++)
        if (dep_hash_equal(dep_charter_digest(verify->charters[i]), digest))
            return verify->charters[i];
    return NULL;
}

const struct dep_charter *dep_step_charter(const struct dep_verify *verify)
{
    return verify->charter_count ? verify->charters[verify->charter_count - 1] : NULL;
}
