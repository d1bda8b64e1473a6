/*
 * The tables behind dep_words(), each sorted by id; no id stands in two.
 * Layer:   report, private to it.
 */
#ifndef DEP_REPORT_WORDS_IMPL_H
#define DEP_REPORT_WORDS_IMPL_H
#include "report/words.h"

#include <stddef.h>

struct words_entry {
    const char *id, *words;
};
/* Registers: records, keys, the log, the vault, custody. */
extern const struct words_entry WORDS_REGISTER[];
extern const size_t WORDS_REGISTER_COUNT;
/* The charter, and who must agree to what. */
extern const struct words_entry WORDS_CONSENT[];
extern const size_t WORDS_CONSENT_COUNT;
/* Packages: sent, found in them, received, made public. */
extern const struct words_entry WORDS_PACKAGE[];
extern const size_t WORDS_PACKAGE_COUNT;
/* What a record of the mandate must satisfy. */
extern const struct words_entry WORDS_MANDATE[];
extern const size_t WORDS_MANDATE_COUNT;
/* Tables and files that are imported. */
extern const struct words_entry WORDS_IMPORT[];
extern const size_t WORDS_IMPORT_COUNT;
/* All of them. */
struct words_table {
    const struct words_entry *list;
    const size_t *count;
};
extern const struct words_table WORDS_TABLES[];
extern const size_t WORDS_TABLE_COUNT;
#endif
