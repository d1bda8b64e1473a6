/*
 * What stands on the site: each publication's pages, the list of all, and the feeds.
 */
#include "cli/publish_site.h"

#include "node/publish.h"
#include "report/words.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const LANGUAGES[DEP_PUBLISHED_PAGES] = {"en", "fr", "ar"};
enum { PAGE_MAX = 64 * 1024 * 1024, NAME_ROOM = 64 };

/* ---- pages ---- */

void dep_site_pages_done(struct dep_site_pages *pages)
{
    for (size_t i = 0; i < DEP_PUBLISHED_PAGES; i++)
        dep_buf_done(&pages->page[i]);
}

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

/* What is signed as a page in a language isn't in another. */
static int can_speak(const char *lang, struct dep_fault *fault)
{
    bool can = dep_words_speak(lang);
    (void)dep_words_speak(NULL);
    return can ? DEP_OK : dep_fault_set(fault, DEP_ERR_IO, 0, "publish.words", "%s", lang);
}

int dep_site_make_pages(struct dep_node *node, const struct dep_publication *publication,
                        struct dep_site_pages *out, struct dep_problem *problem)
{
    const struct dep_view *head = &publication->prepared.head;
    const struct dep_published published = {head->row.jti, head->claims, publication->records};
    int err = DEP_OK;
    for (size_t i = 0; i < DEP_PUBLISHED_PAGES; i++)
        dep_buf_init(&out->page[i], PAGE_MAX);
    for (size_t i = 0; !err && i < DEP_PUBLISHED_PAGES; i++) {
        const struct dep_paper paper = paper_of(node, LANGUAGES[i], &out->page[i]);
        err = can_speak(LANGUAGES[i], &problem->fault);
        if (!err && (err = dep_published_page(&paper, &published)))
            err = dep_problem_fault(problem, err, "node.publish", LANGUAGES[i]);
    }
    return err;
}

json_t *dep_site_pages_json(const struct dep_site_pages *pages)
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

int dep_site_path(const char *dir, const char *name, char out[DEP_SITE_PATH],
                  struct dep_fault *fault)
{
    int len = snprintf(out, DEP_SITE_PATH, "%s/%s", dir, name);
    return len > 0 && len < DEP_SITE_PATH
               ? DEP_OK
               : dep_fault_set(fault, DEP_ERR_CAP, 0, "publish.folder", "%s", dir);
}

bool dep_site_has(const char *path)
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

int dep_site_write_pages(const struct dep_site_pages *pages, const char *dir, bool only_compare,
                         struct dep_fault *fault)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_PUBLISHED_PAGES; i++) {
        char path[DEP_SITE_PATH], name[NAME_ROOM];
        struct dep_slice page = dep_buf_slice(&pages->page[i]);
        (void)snprintf(name, sizeof name, "%s.html", LANGUAGES[i]);
        err = dep_site_path(dir, name, path, fault);
        if (!err && dep_site_has(path))
            err = compare_page(path, page, fault);
        else if (!err && !only_compare)
            err = dep_file_create(AT_FDCWD, path, page, 0644, fault);
    }
    return err;
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
    char path[DEP_SITE_PATH];
    struct stat info;
    int len = snprintf(path, sizeof path, "%s/%s/package", listing->site, prepared->head.row.jti);
    if (len < 0 || len >= DEP_SITE_PATH || !made || !prepared->head.readable ||
        stat(path, &info) != 0)
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
    char path[DEP_SITE_PATH];
    int err = dep_site_path(site, name, path, fault);
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

int dep_site_write_signposts(struct dep_node *node, const char *site, struct dep_problem *problem)
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
