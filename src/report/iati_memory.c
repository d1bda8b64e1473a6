#include "report/iati_impl.h"

#include <libxml/parser.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Nowhere has libxml2 a context for these. */
static _Thread_local bool refused;

static void *take(size_t size)
{
    void *block = dep_alloc(size);
    refused = refused || !block;
    return block;
}

static void *take_more(void *old, size_t size)
{
    void *block = take(size);
    size_t before = malloc_usable_size(old);
    if (!block || !old)
        return block;
    memcpy(block, old, before < size ? before : size);
    dep_free_wiped(old);
    return block;
}

static char *take_copy(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = take(len);
    return copy ? memcpy(copy, text, len) : NULL;
}

static void print_nothing(void *context, const char *format, ...)
{
    (void)context, (void)format;
}

void iati_memory_begin(void)
{
    (void)xmlMemSetup(dep_free_wiped, take, take_more, take_copy);
    xmlSetGenericErrorFunc(NULL, print_nothing);
    refused = false;
}

bool iati_memory_refused(void)
{
    return refused;
}
