#include "report/words_impl.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

const struct words_table WORDS_TABLES[] = {{WORDS_REGISTER, &WORDS_REGISTER_COUNT},
                                           {WORDS_CONSENT, &WORDS_CONSENT_COUNT},
                                           {WORDS_PACKAGE, &WORDS_PACKAGE_COUNT},
                                           {WORDS_MANDATE, &WORDS_MANDATE_COUNT},
                                           {WORDS_IMPORT, &WORDS_IMPORT_COUNT}};
const size_t WORDS_TABLE_COUNT = sizeof WORDS_TABLES / sizeof WORDS_TABLES[0];

static int compare(const void *id, const void *entry)
{
    return strcmp(id, ((const struct words_entry *)entry)->id);
}

/*
 * An id that isn't in a table takes the words of its longest dotted beginning that is:
 * "age.header.mac" those of "age.header". The id itself is always shown beside the words, so that
 * nothing is lost by speaking of several at once.
 */
const char *dep_words(const char *id)
{
    char part[128];
    size_t len = strlen(id);
    if (len >= sizeof part)
        return id;
    memcpy(part, id, len + 1);
    for (;;) {
        const struct words_entry *found = NULL;
        for (size_t i = 0; !found && i < WORDS_TABLE_COUNT; i++)
            found =
                bsearch(part, WORDS_TABLES[i].list, *WORDS_TABLES[i].count, sizeof *found, compare);
        if (found)
            return gettext(found->words);
        char *dot = strrchr(part, '.');
        if (!dot)
            return id;
        *dot = 0;
    }
}

/* gettext looks at LANGUAGE first and notices a change of it by this counter (GNU gettext manual,
 * "Being a gettext grok"). */
extern int _nl_msg_cat_cntr;

/* What the translators' file says of itself; of English there is none. */
static bool has_words(const char *lang)
{
    static const char no_words[] = "", field[] = "\nLanguage: ";
    const char *said = strstr(gettext(no_words), field);
    size_t len = strlen(lang);
    said = said ? said + sizeof field - 1 : "";
    return strcmp(lang, "en") == 0 || (strncmp(said, lang, len) == 0 && said[len] == '\n');
}

bool dep_words_speak(const char *lang)
{
    static char *kept;
    static bool raised;
    if (lang) {
        const char *own = getenv("LANGUAGE");
        free(kept);
        kept = own ? strdup(own) : NULL;
        (void)setenv("LANGUAGE", lang, 1);
        /* In the locale "C", which is also that of who asks for one that isn't installed, gettext
         * doesn't look at it. */
        raised = strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 &&
                 setlocale(LC_MESSAGES, "C.UTF-8") != NULL;
    } else if (kept) {
        (void)setenv("LANGUAGE", kept, 1);
    } else {
        (void)unsetenv("LANGUAGE");
    }
    if (!lang && raised)
        (void)setlocale(LC_MESSAGES, "C");
    _nl_msg_cat_cntr++;
    return !lang || has_words(lang);
}
