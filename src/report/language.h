/*
 * Languages, scripts and territories by their names, for who reads a text's language ("Arabic,
 * Latin script") or where something is ("Iraq (IQ)").
 *
 * Source:  Debian's iso-codes (ISO 639, ISO 15924); of territories Unicode's CLDR as ICU has it
 *          (that of iso-codes names Moldova the Maldives in Arabic). Taken in when the program is
 *          built.
 * Layer:   report.
 */
#ifndef DEP_REPORT_LANGUAGE_H
#define DEP_REPORT_LANGUAGE_H
#include "base/base.h"

#include <jansson.h>

/* Made by tools/language-names: "\n", then of each code a row "code\tEnglish\tFrench\tArabic\n". */
extern const char dep_language_rows[];
/* The same of territories (ISO 3166-1), made by tools/territory-names.c. */
extern const char dep_territory_rows[];

/*
 * Adds the name of a tag's language (BCP 47) in `lang` (fr, ar, else English), and of its script
 * where the tag names one. The tag stands beside where the name doesn't say all of it (a region),
 * or isn't in that language; alone where there is none.
 */
void dep_language_add(const char *tag, const char *lang, struct dep_buf *out);
/* The same of a free text ("lang", "script"); nothing where it has neither. */
void dep_language_add_of(const json_t *text, const char *lang, struct dep_buf *out);
/* The reason that the program itself gives is in no language ("zxx"): our word for it. NULL of any
 * other text. */
const char *dep_text_word(const json_t *text);
/* Whether the values of a schema's form are such tags, or (metadata "list") territories, bodies or
 * roles. */
bool dep_named_form(const json_t *form);
/* Adds the name of such a value; of a territory with its code, which stands alone where it is none
 * of ISO 3166-1; of a body the same, where it is a State by its code in small letters. Of an
 * officer's role it is the word of report/words.h, and another's stands as it is. */
void dep_named_add(const json_t *form, const char *value, const char *lang, struct dep_buf *out);
#endif
