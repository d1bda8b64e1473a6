/*
 * publish: prepare, preview, make public, list.
 */
#include "cli/acts.h"
#include "cli/config.h"
#include "cli/packing.h"
#include "cli/publish_site.h"
#include "cli/show.h"
#include "codec/text.h"
#include "node/charter.h"
#include "node/publish.h"
#include "node/release.h"
#include "node/verify_bag.h"
#include "store/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("prepare: JSON file with what is to be public (\"-\": standard input)")},
    {"--out", 'o', true, false,
     N_("the site's folder; preview: a folder that is made and must not exist")},
    {"--yes", 'y', false, false, N_("don't ask")},
};

/* ---- making public ---- */

static int make_folder(const char *dir, bool may_exist, struct dep_fault *fault)
{
    int err = dep_folder_create(dir, 0755, "publish.folder", fault);
    return err && may_exist && fault->sys == EEXIST ? DEP_OK : err;
}

static int write_package(struct dep_node *node, const char *made, const char *path,
                         enum dep_result *out, struct dep_problem *problem)
{
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    DEP_AUTO_PACK *plan = NULL;
    struct dep_packed packed = {.passphrase = ""};
    const struct dep_pack_order order = {.name = made};
    const struct dep_pack_how how = {.path = path,
                                     .agent = "depositary " DEPOSITARY_VERSION,
                                     .documents = dep_pack_make_documents,
                                     .documents_context = node};
    int err = dep_node_pack_plan(node, &order, &judgement, &plan, problem);
    if (!err)
        err = dep_node_pack(node, plan, &how, &packed, problem);
    if (!err)
        *out = packed.result;
    return err;
}

static bool tells_of(struct dep_verify *verify, const char *made)
{
    for (size_t i = dep_verify_record_count(verify); i-- > 0;) {
        DEP_AUTO_JSON *record = NULL;
        const char *id =
            dep_verify_record(verify, i, &record) ? NULL : dep_json_string(record, "id");
        if (id && strcmp(id, made) == 0)
            return true;
    }
    return false;
}

/* A package is there whole or not at all; this one has to be of that publication, and good. */
static int check_package(struct dep_node *node, const char *made, const char *path,
                         enum dep_result *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    struct dep_bag_verified *verified = NULL;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(node, made, true, &view, problem);
    if (!err)
        err = dep_node_charter(node, view.row.index, &charter, problem);
    if (err)
        return err;
    const struct dep_bag_order order = {.dir = path, .pin = dep_charter_digest(charter)->bytes};
    err = dep_node_verify_bag(&order, &verified, problem);
    if (err)
        return err;
    struct dep_verify *verify = dep_bag_verified_verify(verified);
    *out = dep_verify_result(verify);
    if (*out == DEP_ALTERED || !tells_of(verify, made))
        err = dep_fault_set(&problem->fault, DEP_ERR_IO, EEXIST, "publish.folder", "%s", path);
    dep_bag_verified_free(verified);
    return err;
}

/* What was made public is written once more only where the pages are those that were signed. */
static int record_made(struct dep_node *node, const struct dep_publication *publication,
                       json_t *pages, char out[DEP_UUID_LEN + 1], struct dep_problem *problem)
{
    const char *id = publication->prepared.head.row.jti;
    struct dep_done done;
    if (publication->made) {
        const json_t *signed_pages = dep_json_array(publication->made->claims, "pages");
        (void)snprintf(out, DEP_UUID_LEN + 1, "%s", publication->made->row.jti);
        return json_equal(signed_pages, pages)
                   ? DEP_OK
                   : dep_problem_found(problem, "publish.pages", "publication.md 2", id);
    }
    int err = dep_node_publish_make(node, id, pages, &done, problem);
    if (!err)
        memcpy(out, done.jti, sizeof done.jti);
    return err;
}

static int say_published(const struct dep_args *args, const char *made, const char *id,
                         const char *dir, enum dep_result result)
{
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s,s:s,s:s}", "record", made, "publication", id,
                                        "folder", dir, "verified", dep_result_name(result)))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf(_("Recorded: %s\n"), made);
    (void)printf(_("Published: %s\n"), dir);
    dep_print_label(stdout, _("Read back and verified"));
    (void)printf("%s\n", dep_word(dep_result_name(result)));
    return DEP_OK;
}

/* Every step may have been the last one of a publisher that was killed: what it left is compared,
 * and the rest is done. */
static int write_site(struct dep_args *args, struct dep_node *node,
                      const struct dep_publication *publication, const struct dep_site_pages *pages,
                      struct dep_problem *problem)
{
    const char *site = dep_arg(args, "--out"), *id = publication->prepared.head.row.jti;
    struct dep_fault *fault = &problem->fault;
    char dir[DEP_SITE_PATH], package[DEP_SITE_PATH], made[DEP_UUID_LEN + 1];
    enum dep_result result = DEP_UNPROVED;
    DEP_AUTO_JSON *list = dep_site_pages_json(pages);
    int err = list ? dep_site_path(site, id, dir, fault)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "publish.folder", site);
    if (!err)
        err = dep_site_path(dir, "package", package, fault);
    if (!err)
        err = make_folder(site, true, fault);
    if (!err)
        err = make_folder(dir, true, fault);
    if (!err)
        err = dep_site_write_pages(pages, dir, true, fault);
    if (err)
        return err;
    bool there = dep_site_has(package);
    err = there && !publication->made
              ? dep_fault_set(fault, DEP_ERR_IO, EEXIST, "publish.folder", "%s", package)
              : record_made(node, publication, list, made, problem);
    if (err) {
        (void)rmdir(dir); /* where nothing stands in it */
        return err;
    }
    err = dep_site_write_pages(pages, dir, false, fault);
    if (!err)
        err = there ? check_package(node, made, package, &result, problem)
                    : write_package(node, made, package, &result, problem);
    if (!err)
        err = dep_site_write_signposts(node, site, problem);
    return err ? err : say_published(args, made, id, dir, result);
}

static int run(struct dep_args *args, struct dep_node *node, bool preview,
               struct dep_problem *problem)
{
    DEP_AUTO_PUBLICATION publication = {.records = NULL};
    DEP_AUTO_SITE_PAGES pages = {.page = {{.data = NULL}}};
    const char *out = dep_arg(args, "--out");
    int err = dep_node_publication(node, args->positional[args->positional_count - 1], &publication,
                                   problem);
    if (!err)
        err = dep_site_make_pages(node, &publication, &pages, problem);
    if (err)
        return err;
    if (!preview) {
        if (dep_is_terminal() && !dep_flag(args, "--yes") &&
            !dep_confirm(_("Make exactly this public? It can't be taken back.")))
            return dep_problem_found(problem, "publish.not_confirmed", "publication.md", "");
        return write_site(args, node, &publication, &pages, problem);
    }
    err = make_folder(out, false, &problem->fault);
    if (!err)
        err = dep_site_write_pages(&pages, out, false, &problem->fault);
    if (err)
        return err;
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s}", "publication",
                                        publication.prepared.head.row.jti, "folder", out))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf(_("What the public would see, signed by nobody yet: %s\n"), out);
    return DEP_OK;
}

/* ---- the command ---- */

static int prepare(struct dep_node *node, json_t *claims, struct dep_recording *recording,
                   struct dep_problem *problem)
{
    return dep_node_publish_prepare(node, claims, &recording->done, problem);
}

static int list_one(void *context, const struct dep_act *prepared)
{
    const struct dep_args *args = context;
    const struct dep_view *made = dep_act_newest(prepared, "publication.made");
    const char *state = made ? "publish.state.made" : "publish.state.prepared";
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s,s:s?}", "publication", prepared->head.row.jti,
                                        "state", state + sizeof "publish.state." - 1, "made",
                                        made ? made->row.jti : NULL))
                   ? DEP_OK
                   : DEP_ERR_IO;
    (void)printf("%s  ", prepared->head.row.jti);
    dep_show_time(prepared->head.row.iat);
    (void)printf("  %s\n", dep_word(state));
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    return dep_node_publications(node, list_one, args, problem);
}

static int publish(struct dep_args *args, bool preview)
{
    struct dep_problem problem = {.detail = ""};
    int status = DEP_EXIT_YES;
    if (args->positional_count != (preview ? 2 : 1) || !dep_arg(args, "--out"))
        return dep_usage_error(args, _("name one prepared publication, and a folder with --out"));
    const struct dep_writes writes[] = {
        {DEP_REACH_NEW_FOLDER, dep_arg(args, "--out")},
        {DEP_REACH_FOLDER, args->dir},
    };
    status = dep_confine_writes(writes, DEP_COUNT(writes));
    struct dep_node *node = status ? NULL : dep_open_node(args, true, &status);
    if (!node)
        return status;
    int err = run(args, node, preview, &problem);
    status = err ? dep_say_problem(args, err, &problem) : DEP_EXIT_YES;
    dep_node_close(node);
    return dep_finish_output(status);
}

int dep_cmd_publish(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "publish",
                                "publish prepare --file FILE | preview PREPARED --out FOLDER | "
                                "PREPARED --out SITE | list",
                                OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    const char *verb = args.positional_count ? args.positional[0] : "";
    if (strcmp(verb, "prepare") == 0)
        return dep_record_command(&args, "publication.prepared", true, prepare);
    if (strcmp(verb, "list") == 0)
        return dep_read_command(&args, list);
    return publish(&args, strcmp(verb, "preview") == 0);
}
