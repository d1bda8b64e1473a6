/*
 * The account of a package as claims of a JWT. Records aren't in it: what they show is for who
 * holds the package, and its digest leads there.
 */
#include "node/report.h"

#include "node/node_impl.h"
#include "record/sdjwt.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char TAG_MANIFEST[] = "tagmanifest-sha256.txt";

/* By it all other files are listed, directly or not: it tells which folder was looked at, also
 * where nothing in it could be believed. `out_hex` is empty where it isn't there. */
static int tag_manifest(const struct dep_bag_verified *bag, char out_hex[2 * DEP_HASH_LEN + 1],
                        struct dep_problem *problem)
{
    struct dep_hash sha256;
    struct stat is;
    DEP_AUTO_FD fd = openat(dep_bag_verified_folder(bag), TAG_MANIFEST,
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    out_hex[0] = 0;
    if (fd < 0 && (errno == ENOENT || errno == ELOOP))
        return DEP_OK;
    if (fd < 0 || fstat(fd, &is) != 0)
        return dep_problem_fault(problem, DEP_ERR_IO, "node.report", TAG_MANIFEST);
    if (!S_ISREG(is.st_mode))
        return DEP_OK;
    int err = dep_file_sha256(fd, TAG_MANIFEST, &sha256, &problem->fault);
    if (!err)
        dep_hex_encode(sha256.bytes, DEP_HASH_LEN, out_hex);
    return err;
}

static int claims_of(const struct dep_report_order *order, struct dep_bag_verified *bag,
                     json_t **out, struct dep_problem *problem)
{
    DEP_AUTO_JSON *account = NULL;
    char manifest[2 * DEP_HASH_LEN + 1];
    int err = tag_manifest(bag, manifest, problem);
    if (err)
        return err;
    err = dep_verify_account(dep_bag_verified_verify(bag), &account);
    if (err)
        return dep_problem_fault(problem, err, "node.report", TAG_MANIFEST);
    const struct dep_node *node = order->node;
    *out = json_pack("{s:s*,s:s*,s:I,s:s,s:s?,s:O}", "iss",
                     node ? dep_register_info(node->reg)->member : NULL, "by",
                     node ? node->officer : NULL, "iat", (json_int_t)(order->world->clock() / 1000),
                     "agent", order->agent, "tagmanifest_sha256", manifest[0] ? manifest : NULL,
                     "account", account);
    return *out ? DEP_OK : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.report", TAG_MANIFEST);
}

static int sign(const json_t *claims, const struct dep_signing_key *key, struct dep_buf *out,
                char out_kid[DEP_KID_LEN + 1], struct dep_problem *problem)
{
    DEP_AUTO_BUF payload;
    dep_buf_init(&payload, DEP_REPORT_LEN_MAX);
    int err = dep_json_encode(claims, &payload);
    if (!err)
        err = dep_jwt_sign(DEP_REPORT_TYP, dep_buf_slice(&payload), key, out);
    if (err)
        return dep_problem_fault(problem, err, "node.report", TAG_MANIFEST);
    dep_kid(dep_signing_key_public(key), out_kid);
    return DEP_OK;
}

/* A key in a file has no code and isn't the root's: it is asked for by its path. */
static int ask(void *context, const char *which, const char *code, bool fresh, struct dep_buf *out)
{
    (void)which, (void)code;
    const struct dep_report_order *order = context;
    const struct dep_world *world = order->world;
    return world->passphrase ? world->passphrase(world->passphrase_context, "identity",
                                                 order->key_path, fresh, out)
                             : DEP_ERR_KEY;
}

static int load(const struct dep_report_order *order, struct dep_signing_key **out,
                struct dep_problem *problem)
{
    struct dep_world world = *order->world;
    world.passphrase = ask;
    world.passphrase_context = (void *)(uintptr_t)order;
    return dep_keyfile_load_pem(order->key_path, &world, out, problem);
}

int dep_node_report(const struct dep_report_order *order, struct dep_bag_verified *bag,
                    struct dep_buf *out, char out_kid[DEP_KID_LEN + 1], struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims = NULL;
    struct dep_signing_key *own = NULL;
    int err = claims_of(order, bag, &claims, problem);
    if (!err)
        err = order->node ? dep_node_unlock(order->node, problem) : load(order, &own, problem);
    if (!err)
        err = sign(claims, own ? own : order->node->officer_key, out, out_kid, problem);
    dep_signing_key_free(own);
    return err;
}
