/*
 * The SHA-256 of a file that somebody states: a scan, a photograph, a copy. Nobody types one, so
 * the file may be named in its place.
 *
 * Layer:   cli. Which fields take a file stands in the schema (metadata "input": "file").
 */
#ifndef DEP_CLI_FILE_DIGEST_H
#define DEP_CLI_FILE_DIGEST_H
#include "node/node.h"

/*
 * `text` is 64 hexadecimal digits, which are taken as they are, or the path of a regular file,
 * which is read. A fault names the file.
 */
DEP_MUST_USE int dep_file_digest(const char *text, char out[2 * DEP_HASH_LEN + 1],
                                 struct dep_problem *problem);
/* Puts it wherever such a field of `fields` names a file. */
DEP_MUST_USE int dep_file_digests(const struct dep_schema *schema, json_t *fields,
                                  struct dep_problem *problem);
#endif
