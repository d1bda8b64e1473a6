#include "report/words_impl.h"

#include <libintl.h>
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

void dep_words_speak(const char *lang)
{
    static char *kept;
    if (lang) {
        const char *own = getenv("LANGUAGE");
        free(kept);
        kept = own ? strdup(own) : NULL;
        (void)setenv("LANGUAGE", lang, 1);
    } else if (kept) {
        (void)setenv("LANGUAGE", kept, 1);
    } else {
        (void)unsetenv("LANGUAGE");
    }
    _nl_msg_cat_cntr++;
}
