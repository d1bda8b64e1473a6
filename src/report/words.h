/*
 * Stable ids in the reader's words: the one place that turns a finding, a fault, an event, a role
 * into a translated sentence.
 *
 * Layer:   report.
 */
#ifndef DEP_REPORT_WORDS_H
#define DEP_REPORT_WORDS_H
#include <stdbool.h>

/* What, and where it helps what to do. An id without words is returned as it is (tools/words-check
 * finds it). */
const char *dep_words(const char *id);
/* Words in a language other than the process's, whatever its locale: dep_words() and gettext()
 * speak `lang` until the matching call with NULL. False where its words can't be read: then
 * English. One thread only. */
bool dep_words_speak(const char *lang);
#endif
