#include "report/amount.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) gettext(text)

/* Thousands apart by U+00A0, which doesn't break. */
static void group(const char *digits, size_t whole, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) {
            out[len++] = '\xc2';
            out[len++] = '\xa0';
        }
        out[len++] = digits[i];
    }
    out[len] = 0;
}

const char *dep_amount_words(enum dep_amount_is is, struct dep_decimal value, unsigned places,
                             const char *currency, char out[DEP_AMOUNT_ROOM])
{
    char text[DEP_DECIMAL_ROOM], grouped[3 * DEP_DECIMAL_ROOM], number[4 * DEP_DECIMAL_ROOM];
    char amount[DEP_AMOUNT_ROOM / 2 + 64];
    bool below = value.nano < 0;
    const char *digits = dep_decimal_encode(value, places, text) + below;
    size_t whole = strcspn(digits, ".");
    assert(is != DEP_AMOUNT_NOT_DISCLOSED);
    group(digits, whole, grouped);
    /* Isolated by U+2068 and U+2069, so that it stays whole in Arabic. */
    if (digits[whole]) /* in French with a comma */
        (void)snprintf(number, sizeof number, _("%s.%s"), grouped, digits + whole + 1);
    else
        (void)snprintf(number, sizeof number, "%s", grouped);
    (void)snprintf(amount, sizeof amount, "\xe2\x81\xa8%s%s\xc2\xa0%s\xe2\x81\xa9",
                   below ? "-" : "", number, currency);
    if (is == DEP_AMOUNT_ABOUT)
        (void)snprintf(out, DEP_AMOUNT_ROOM, _("about %s"), amount);
    else if (is == DEP_AMOUNT_MORE_THAN)
        (void)snprintf(out, DEP_AMOUNT_ROOM, _("more than %s"), amount);
    else
        (void)snprintf(out, DEP_AMOUNT_ROOM, _("exact %s"), amount);
    return out;
}
