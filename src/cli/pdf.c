/*
 * dep_document_finish() of report/document.h, taken from a module when it is first called: most
 * commands draw no page, and the libraries that draw are half of what it takes to start.
 */
#include "cli/cli.h"
#include "cli/config.h"
#include "report/document.h"

#include <dlfcn.h>
#include <string.h>

/* It reads the program's own structures: one of another version is not to be taken. */
static const char MODULE[] = "depositary-pdf-" DEPOSITARY_VERSION ".so";

typedef int finish_fn(struct dep_document *document, const struct dep_document_size *size,
                      dep_document_write_fn *write, void *context, size_t *out_pages,
                      struct dep_finding *why);

static finish_fn *load(void)
{
    char path[4096];
    void *module =
        dep_libexec(MODULE, path, sizeof path) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = module ? dlsym(module, "dep_document_finish") : NULL;
    finish_fn *finish;
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
    return finish ? finish(document, size, write, context, out_pages, why)
                  : dep_found(why, "paper.module", "doc/decisions/037", 0);
}
