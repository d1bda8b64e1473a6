/*
 * Writes territory_names.c: the names of territories (ISO 3166-1, two letters) in English, French
 * and Arabic, as Unicode's CLDR has them, from ICU. The program itself isn't linked with ICU.
 *
 * usage: territory-names OUTPUT
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

enum { NAME_MAX_LEN = 256 };

static bool add_bytes(FILE *out, const char *text)
{
    for (const char *at = text; *at; at++)
        if (fprintf(out, "%d,", *at) < 0)
            return false;
    return true;
}

/* Empty where ICU knows the code alone. */
static bool add_name(FILE *out, const char *code, const char *lang)
{
    char locale[16], name[NAME_MAX_LEN];
    UChar wide[NAME_MAX_LEN];
    UErrorCode err = U_ZERO_ERROR;
    (void)snprintf(locale, sizeof locale, "und_%s", code);
    int32_t len = uloc_getDisplayCountry(locale, lang, wide, NAME_MAX_LEN, &err);
    u_strToUTF8(name, sizeof name, NULL, wide, len, &err);
    if (U_FAILURE(err))
        return false;
    return add_bytes(out, "\t") && add_bytes(out, strcmp(name, code) == 0 ? "" : name);
}

static bool write_names(FILE *out)
{
    static const char *const langs[] = {"en", "fr", "ar"};
    const char *const *codes = uloc_getISOCountries();
    if (fprintf(out, "#include \"report/language.h\"\n\nconst char dep_territory_rows[] = {\n") <
            0 ||
        !add_bytes(out, "\n"))
        return false;
    for (; *codes; codes++) {
        bool done = add_bytes(out, *codes);
        for (size_t i = 0; done && i < sizeof langs / sizeof *langs; i++)
            done = add_name(out, *codes, langs[i]);
        if (!done || !add_bytes(out, "\n") || fputc('\n', out) == EOF)
            return false;
    }
    return fprintf(out, "0};\n") > 0;
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    bool done = out && write_names(out);
    if (out && fclose(out) != 0)
        done = false;
    if (!done)
        (void)fprintf(stderr, "territory-names: no names could be written\n");
    return done ? 0 : 1;
}
