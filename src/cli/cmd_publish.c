/*
 * publish: prepare, preview, make public, list.
 */
#include "cli/acts.h"
#include "cli/config.h"
#include "cli/packing.h"
#include "cli/show.h"
#include "codec/text.h"
#include "node/charter.h"
#include "node/publish.h"
#include "node/release.h"
#include "node/verify_bag.h"
#include "report/published.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("prepare: JSON file with what is to be public (\"-\": standard input)")},
    {"--out", 'o', true, false,
     N_("the site's folder; preview: a folder that is made and must not exist")},
    {"--yes", 'y', false, false, N_("don't ask")},
};
static const char *const LANGUAGES[DEP_PUBLISHED_PAGES] = {"en", "fr", "ar"};
enum { PAGE_MAX = 64 * 1024 * 1024, PATH_ROOM = 4096, NAME_ROOM = 64 };

/* ---- pages ---- */

struct pages {
    struct dep_buf page[DEP_PUBLISHED_PAGES];
};
static void pages_done(struct pages *pages)
{
    for (size_t i = 0; i < DEP_PUBLISHED_PAGES; i++)
        dep_buf_done(&pages->page[i]);
}
#define AUTO_PAGES DEP_CLEANUP(pages_done) struct pages

static int gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

static struct dep_paper paper_of(struct dep_node *node, const char *lang, struct dep_buf *out)
{
    return (struct dep_paper){.lang = lang,
                              .member = dep_register_info(dep_node_register(node))->name,
                              .schemas = dep_node_schemas(node),
                              .write = gather,
                              .context = out};
}

static int make_pages(struct dep_node *node, const struct dep_publication *publication,
                      struct pages *out)
{
    const struct dep_view *head = &publication->prepared.head;
    const struct dep_published published = {head->row.jti, head->claims, publication->records};
    int err = DEP_OK;
    for (size_t i = 0; i < DEP_PUBLISHED_PAGES; i++)
        dep_buf_init(&out->page[i], PAGE_MAX);
    for (size_t i = 0; !err && i < DEP_PUBLISHED_PAGES; i++) {
        const struct dep_paper paper = paper_of(node, LANGUAGES[i], &out->page[i]);
        err = dep_published_page(&paper, &published);
    }
    return err;
}

/* As publication.made has them; NULL without memory. */
static json_t *pages_json(const struct pages *pages)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < DEP_PUBLISHED_PAGES; i++) {
        struct dep_hash digest;
        char name[NAME_ROOM], hex[2 * DEP_HASH_LEN + 1];
        (void)snprintf(name, sizeof name, "%s.html", LANGUAGES[i]);
        dep_sha256(dep_buf_slice(&pages->page[i]), &digest);
        dep_hex_encode(digest.bytes, DEP_HASH_LEN, hex);
        if (json_array_append_new(list, json_pack("{s:s,s:s}", "page", name, "sha256", hex))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int join(const char *dir, const char *name, char out[PATH_ROOM], struct dep_fault *fault)
{
    int len = snprintf(out, PATH_ROOM, "%s/%s", dir, name);
    return len > 0 && len < PATH_ROOM
               ? DEP_OK
               : dep_fault_set(fault, DEP_ERR_CAP, 0, "publish.folder", "%s", dir);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* One that is there, whole as each is, has to be the same. */
static int compare_page(const char *path, struct dep_slice page, struct dep_fault *fault)
{
    DEP_AUTO_BUF there;
    dep_buf_init(&there, PAGE_MAX);
    int err = dep_file_read(AT_FDCWD, path, PAGE_MAX, &there, fault);
    if (err && err != DEP_ERR_CAP)
        return err;
    return !err && dep_slice_equal(dep_buf_slice(&there), page)
               ? DEP_OK
               : dep_fault_set(fault, DEP_ERR_IO, EEXIST, "publish.folder", "%s", path);
}

/* What is there already is compared, what isn't is made; or nothing is made yet. */
static int write_pages(const struct pages *pages, const char *dir, bool only_compare,
                       struct dep_fault *fault)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_PUBLISHED_PAGES; i++) {
        char path[PATH_ROOM], name[NAME_ROOM];
        struct dep_slice page = dep_buf_slice(&pages->page[i]);
        (void)snprintf(name, sizeof name, "%s.html", LANGUAGES[i]);
        err = join(dir, name, path, fault);
        if (!err && exists(path))
            err = compare_page(path, page, fault);
        else if (!err && !only_compare)
            err = dep_file_create(AT_FDCWD, path, page, 0644, fault);
    }
    return err;
}

static int make_folder(const char *dir, bool may_exist, struct dep_fault *fault)
{
    if (mkdir(dir, 0755) == 0 || (may_exist && errno == EEXIST))
        return DEP_OK;
    return dep_fault_set(fault, DEP_ERR_IO, errno, "publish.folder", "%s", dir);
}

/* ---- list and feeds, made anew ---- */

struct listing {
    const char *site; /* those are listed whose folder is there */
    struct dep_published_entry *entries;
    char (*ids)[DEP_UUID_LEN + 1];
    json_t *kept; /* what the entries borrow */
    size_t count;
};

static void listing_done(struct listing *listing)
{
    free(listing->entries);
    free(listing->ids);
    json_decref(listing->kept);
}
#define AUTO_LISTING DEP_CLEANUP(listing_done) struct listing

static int list_entry(void *context, const struct dep_act *prepared)
{
    struct listing *listing = context;
    const struct dep_view *made = dep_act_newest(prepared, "publication.made");
    char path[PATH_ROOM];
    struct stat info;
    int len = snprintf(path, sizeof path, "%s/%s/package", listing->site, prepared->head.row.jti);
    if (len < 0 || len >= PATH_ROOM || !made || !prepared->head.readable || stat(path, &info) != 0)
        return DEP_OK;
    struct dep_published_entry *entries =
        dep_realloc_array(listing->entries, listing->count + 1, sizeof *entries);
    if (!entries)
        return DEP_ERR_NOMEM;
    listing->entries = entries;
    void *ids = dep_realloc_array(listing->ids, listing->count + 1, sizeof *listing->ids);
    if (!ids)
        return DEP_ERR_NOMEM;
    listing->ids = ids;
    memcpy(listing->ids[listing->count], prepared->head.row.jti, sizeof *listing->ids);
    const json_t *claims = prepared->head.claims;
    entries[listing->count++] =
        (struct dep_published_entry){.made_s = made->row.iat,
                                     .titles = dep_json_array(claims, "titles"),
                                     .summaries = dep_json_array(claims, "summaries")};
    return json_array_append(listing->kept, (json_t *)(uintptr_t)claims) ? DEP_ERR_NOMEM : DEP_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct dep_published_entry *one = a, *other = b;
    int order = (one->made_s < other->made_s) - (one->made_s > other->made_s);
    return order ? order : strcmp(other->id, one->id);
}

static int replace(const char *site, const char *name, const struct dep_buf *bytes,
                   struct dep_fault *fault)
{
    char path[PATH_ROOM];
    int err = join(site, name, path, fault);
    return err ? err : dep_file_replace(AT_FDCWD, path, dep_buf_slice(bytes), 0644, fault);
}

static int write_feed(struct dep_node *node, const struct listing *listing, const char *lang,
                      struct dep_fault *fault)
{
    DEP_AUTO_BUF feed;
    char name[NAME_ROOM];
    dep_buf_init(&feed, PAGE_MAX);
    const struct dep_paper paper = paper_of(node, lang, &feed);
    (void)snprintf(name, sizeof name, "feed.%s.atom", lang);
    int err = dep_published_feed(&paper, listing->entries, listing->count);
    return err ? err : replace(listing->site, name, &feed, fault);
}

static int write_signposts(struct dep_node *node, const char *site, struct dep_problem *problem)
{
    AUTO_LISTING listing = {.site = site, .kept = json_array()};
    DEP_AUTO_BUF page;
    dep_buf_init(&page, PAGE_MAX);
    int err =
        listing.kept ? dep_node_publications(node, list_entry, &listing, problem) : DEP_ERR_NOMEM;
    if (err)
        return err;
    for (size_t i = 0; i < listing.count; i++)
        listing.entries[i].id = listing.ids[i];
    if (listing.count)
        qsort(listing.entries, listing.count, sizeof *listing.entries, by_time);
    const struct dep_paper paper = paper_of(node, "en", &page);
    err = dep_published_list(&paper, listing.entries, listing.count);
    if (!err)
        err = replace(site, "index.html", &page, &problem->fault);
    for (size_t i = 0; !err && listing.count && i < DEP_PUBLISHED_PAGES; i++)
        err = write_feed(node, &listing, LANGUAGES[i], &problem->fault);
    return err;
}

/* ---- making public ---- */

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

/* Every step may have been the last one of a publisher that was killed: what it left is compared, and
 * the rest is done. */
static int write_site(struct dep_args *args, struct dep_node *node,
                      const struct dep_publication *publication, const struct pages *pages,
                      struct dep_problem *problem)
{
    const char *site = dep_arg(args, "--out"), *id = publication->prepared.head.row.jti;
    struct dep_fault *fault = &problem->fault;
    char dir[PATH_ROOM], package[PATH_ROOM], made[DEP_UUID_LEN + 1];
    enum dep_result result = DEP_UNPROVED;
    DEP_AUTO_JSON *list = pages_json(pages);
    int err = list ? join(site, id, dir, fault)
                   : dep_problem_fault(problem, DEP_ERR_NOMEM, "publish.folder", site);
    if (!err)
        err = join(dir, "package", package, fault);
    if (!err)
        err = make_folder(site, true, fault);
    if (!err)
        err = make_folder(dir, true, fault);
    if (!err)
        err = write_pages(pages, dir, true, fault);
    if (err)
        return err;
    bool there = exists(package);
    err = there && !publication->made
              ? dep_fault_set(fault, DEP_ERR_IO, EEXIST, "publish.folder", "%s", package)
              : record_made(node, publication, list, made, problem);
    if (err) {
        (void)rmdir(dir); /* where nothing stands in it */
        return err;
    }
    err = write_pages(pages, dir, false, fault);
    if (!err)
        err = there ? check_package(node, made, package, &result, problem)
                    : write_package(node, made, package, &result, problem);
    if (!err)
        err = write_signposts(node, site, problem);
    return err ? err : say_published(args, made, id, dir, result);
}

static int run(struct dep_args *args, struct dep_node *node, bool preview,
               struct dep_problem *problem)
{
    DEP_AUTO_PUBLICATION publication = {.records = NULL};
    AUTO_PAGES pages = {.page = {{.data = NULL}}};
    const char *out = dep_arg(args, "--out");
    int err = dep_node_publication(node, args->positional[args->positional_count - 1], &publication,
                                   problem);
    if (!err)
        err = make_pages(node, &publication, &pages);
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
        err = write_pages(&pages, out, false, &problem->fault);
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
