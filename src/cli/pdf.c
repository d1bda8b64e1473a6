/*
 * dep_document_finish() of report/document.h, taken from the module depositary-pdf.so when it is
 * first called: most commands draw no page, and the libraries that draw are two thirds of what it
 * takes to start.
 */
#include "cli/cli.h"
#include "report/document.h"

#include <dlfcn.h>
#include <string.h>

typedef int finish_fn(struct dep_document *document, const struct dep_document_size *size,
                      dep_document_write_fn *write, void *context, size_t *out_pages,
                      struct dep_finding *why);

static finish_fn *load(void)
{
    char path[4096];
    if (!dep_libexec("depositary-pdf.so", path, sizeof path)) {
        dep_say(_("the module depositary-pdf.so is not where depositary is installed"));
        return NULL;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = module ? dlsym(module, "dep_document_finish") : NULL;
    finish_fn *finish = NULL;
    if (!symbol)
        dep_say(_("the module depositary-pdf.so can't be loaded: %s"), dlerror());
    memcpy(&finish, &symbol, sizeof finish); /* POSIX dlsym: ISO C has no cast for it */
    return finish;
}

int dep_document_finish(struct dep_document *document, const struct dep_document_size *size,
                        dep_document_write_fn *write, void *context, size_t *out_pages,
                        struct dep_finding *why)
{
    static finish_fn *finish;
    if (!finish)
        finish = load();
    return finish ? finish(document, size, write, context, out_pages, why) : DEP_ERR_IO;
}
