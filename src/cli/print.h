/*
 * What print is made of, one file a kind where it takes more than a few lines.
 * Layer:   cli.
 */
#ifndef DEP_CLI_PRINT_H
#define DEP_CLI_PRINT_H
#include "cli/cli.h"
#include "node/node.h"
#include "report/paper.h"

/*
 * The letter that goes with a record: a request of ours, the answer to one that came in (named by
 * either), a release. "print.no_letter" where the record has none (yet).
 */
DEP_MUST_USE int dep_print_letter(const struct dep_paper *paper, struct dep_node *node,
                                  const char *name, struct dep_problem *problem);

/* dep_document_write_fn; context: a buffer of at most DEP_PRINT_LEN_MAX. */
enum { DEP_PRINT_LEN_MAX = 256 * 1024 * 1024 };
int dep_print_gather(void *context, const uint8_t *data, size_t len);
/* --lang, else the reader's language, else English; NULL where --lang is none of the three. */
const char *dep_print_lang(const struct dep_args *args);
#endif
