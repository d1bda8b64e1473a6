/* Languages and scripts are told by their names, in three languages; codes only where there is no
 * name. */
#include "report/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants those before it. */
#include <cmocka.h>
#include <string.h>

static void told(void **state)
{
    (void)state;
    static const struct {
        const char *tag, *script, *lang, *words;
    } table[] = {
        {"ar", NULL, "en", "Arabic"},
        {"ar", NULL, "fr", "arabe"},
        {"ar", NULL, "ar", "العربية"},
        {"ar", "Latn", "en", "Arabic, Latin script"},
        {"ku-Arab", NULL, "en", "Kurdish, Arabic script"},
        {"ku-Arab", "Latn", "en", "Kurdish, Latin script"},
        {"ar-IQ", NULL, "en", "Arabic (ar-IQ)"},
        {"ckb", NULL, "fr", "kurde central"},
        {"ckb", NULL, "ar", "Central Kurdish (ckb)"}, /* iso-codes has it in no Arabic */
        {"es", NULL, "en", "Spanish"},                /* one name of two */
        {"und", NULL, "en", "Undetermined"},
        {"qxx", NULL, "en", "qxx"},
        {"ar", "Qaax", "en", "Arabic, Qaax script"},
        {"a", NULL, "en", "a"},
        {"", NULL, "en", ""},
    };
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 256);
        json_t *text = json_pack("{s:s,s:s*}", "lang", table[i].tag, "script", table[i].script);
        dep_language_add_of(text, table[i].lang, &out);
        json_decref(text);
        assert_int_equal(dep_buf_err(&out), DEP_OK);
        assert_string_equal(out.data ? (const char *)out.data : "", table[i].words);
    }
}

static void without_language(void **state)
{
    (void)state;
    DEP_AUTO_BUF out;
    dep_buf_init(&out, 256);
    json_t *text = json_pack("{s:s}", "text", "x");
    dep_language_add_of(text, "en", &out);
    assert_int_equal(out.len, 0);
    json_decref(text);
    dep_language_add("fr-Latn-CA", "fr", &out);
    assert_string_equal((const char *)out.data, "français, latin script (fr-Latn-CA)");
}

static void territories(void **state)
{
    (void)state;
    static const struct {
        const char *code, *lang, *words;
        const char *list;
    } table[] = {
        {"be", "en", "Belgium (be)", "bodies"},
        {"be", "ar", "بلجيكا (be)", "bodies"},
        {"BE", "en", "BE", "bodies"},
        {"undp", "en", "undp", "bodies"},
        {"zz", "en", "zz", "bodies"},
        {"b", "en", "b", "bodies"},
        {"", "en", "", "bodies"},
        {"IQ", "en", "Iraq (IQ)", "territories"},
        {"IQ", "fr", "Irak (IQ)", "territories"},
        {"IQ", "ar", "العراق (IQ)", "territories"},
        {"SY", "fr", "Syrie (SY)", "territories"},
        {"MD", "ar", "مولدوفا (MD)", "territories"},
        {"XB", "en", "XB", "territories"},
        {"iq", "en", "iq", "territories"},
        {"any", "en", "any", "territories"},
        {"", "en", "", "territories"},
        {"a-code-longer-than-any", "en", "a-code-longer-than-any", "territories"},
    };
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        json_t *form =
            json_pack("{s:s,s:{s:s}}", "type", "string", "metadata", "list", table[i].list);
        assert_true(dep_named_form(form));
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 256);
        dep_named_add(form, table[i].code, table[i].lang, &out);
        assert_int_equal(dep_buf_err(&out), DEP_OK);
        assert_string_equal(out.data ? (const char *)out.data : "", table[i].words);
        json_decref(form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(told), cmocka_unit_test(without_language),
                                       cmocka_unit_test(territories)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
