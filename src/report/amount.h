/*
 * An amount as it is read: how exact it is, groups of three, its currency; whole in any script.
 * Layer:   report.
 */
#ifndef DEP_REPORT_AMOUNT_H
#define DEP_REPORT_AMOUNT_H
#include "rules/ledger.h"

enum { DEP_AMOUNT_ROOM = 512 };
/* Never without saying how exact it is; `is`: not DEP_AMOUNT_NOT_DISCLOSED. `currency`: a code of
 * ISO
 * 4217. In the language that is spoken (report/words.h). Returns `out`. */
const char *dep_amount_words(enum dep_amount_is is, struct dep_decimal value, unsigned places,
                             const char *currency, char out[DEP_AMOUNT_ROOM]);
#endif
