/*
 * The tables behind dep_words(), each sorted by id; no id stands in both.
 * Layer:   report, private to it.
 */
#ifndef DEP_REPORT_WORDS_IMPL_H
#define DEP_REPORT_WORDS_IMPL_H
#include "report/words.h"

#include <stddef.h>

struct words_entry {
    const char *id, *words;
};
/* What is found in packages. */
extern const struct words_entry WORDS_PACKAGE[];
extern const size_t WORDS_PACKAGE_COUNT;
/* What a record of the mandate must satisfy. */
extern const struct words_entry WORDS_MANDATE[];
extern const size_t WORDS_MANDATE_COUNT;
#endif
