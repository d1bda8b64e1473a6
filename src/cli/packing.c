/*
 * What people read of a package, for every command that makes one.
 */
#include "cli/packing.h"

#include "cli/cli.h"
#include "cli/verdict.h"
#include "node/charter.h"
#include "report/packaged.h"

enum { DOCUMENT_MAX = 256 * 1024 * 1024 };

static int gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

static int make_document(struct dep_node *node, const struct dep_packaged *packaged,
                         const char *lang, dep_pack_put_fn *put, void *to, struct dep_finding *why)
{
    DEP_AUTO_BUF text;
    char name[32] = "index.html";
    dep_buf_init_secret(&text, DOCUMENT_MAX);
    const struct dep_paper paper = {
        .lang = lang,
        .member = dep_register_info(dep_node_register(node))->name,
        .schemas = dep_node_schemas(node),
        .write = gather,
        .context = &text,
    };
    int err =
        lang ? dep_paper_custody(&paper, packaged, why) : dep_packaged_index(&paper, packaged);
    if (lang)
        (void)snprintf(name, sizeof name, "custody.%s.pdf", lang);
    return err ? err : put(to, name, dep_buf_slice(&text));
}

int dep_pack_make_documents(void *context, const struct dep_pack_documents *of,
                            dep_pack_put_fn *put, void *to, struct dep_finding *why)
{
    static const char *const languages[] = {"en", "fr", "ar"};
    struct dep_node *node = context;
    const struct dep_charter *charter = NULL;
    const char *code = dep_json_string(of->package, "recipient");
    struct dep_problem problem = {.detail = ""};
    int err = dep_node_charter(node, UINT64_MAX, &charter, &problem);
    if (err)
        return err;
    struct dep_packaged packaged = {.package = of->package,
                                    .records = of->records,
                                    .items = of->items,
                                    .linked = of->linked,
                                    .notice = of->notice,
                                    .record_count = of->record_count};
    for (size_t i = 0; code && i < DEP_COUNT(languages); i++) {
        packaged.recipient[i].lang = languages[i];
        packaged.recipient[i].name = dep_body_name(charter, code, languages[i]);
    }
    err = make_document(node, &packaged, NULL, put, to, why);
    for (size_t i = 0; !err && json_array_size(of->items) && i < DEP_COUNT(languages); i++)
        err = make_document(node, &packaged, languages[i], put, to, why);
    return err;
}

int dep_pack_make_notice(void *context, const struct dep_pack_notice *of, struct dep_buf *out)
{
    struct dep_node *node = context;
    const struct dep_paper paper = {.member = dep_register_info(dep_node_register(node))->name,
                                    .schemas = dep_node_schemas(node),
                                    .write = gather,
                                    .context = out};
    return dep_packaged_notice(&paper, of->package, of->told);
}
