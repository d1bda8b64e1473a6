/*
 * The files of schema/ as tools/embed wrote them into the program.
 *
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_SCHEMA_FILES_H
#define DEP_RECORD_SCHEMA_FILES_H
#include "record/schema.h"

extern const struct dep_schema_file dep_schema_files[];
extern const size_t dep_schema_file_count;
#endif
