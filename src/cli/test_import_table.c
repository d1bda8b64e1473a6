/*
 * A table read: what many rows say is kept once, and each says what it said.
 */
#include "cli/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char TABLE[] = "kind,provider,amount,comment\n"
                            "payment,be,1.50,first\n"
                            "payment,fr,2.50,first\n"
                            "pledge,be,1.50,\n";

static const json_t *at(const struct dep_import *import, size_t row, const char *name)
{
    return json_object_get(import->rows[row].claims, name);
}

static void says(const struct dep_import *import, size_t row, const char *want)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_JSON_LEN_MAX);
    assert_int_equal(dep_json_encode_sorted(import->rows[row].claims, &text), DEP_OK);
    assert_true(dep_slice_equal_string(dep_buf_slice(&text), want));
}

static void test_kept_once(void **state)
{
    (void)state;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    struct dep_problem problem = {.detail = ""};
    const struct dep_flat_style style = {.lang = "en"};
    DEP_AUTO_IMPORT import = {.type = "flow.recorded"};
    DEP_AUTO_TABLE table = {.import = &import};
    assert_non_null(schemas);
    assert_int_equal(dep_table_read(dep_slice_string(TABLE),
                                    dep_schemas_find(schemas, "flow.recorded", 0), &style, &table,
                                    &problem),
                     DEP_OK);
    assert_int_equal(import.count, 3);
    assert_ptr_equal(at(&import, 0, "kind"), at(&import, 1, "kind"));
    assert_ptr_equal(at(&import, 0, "provider"), at(&import, 2, "provider"));
    assert_ptr_equal(at(&import, 0, "amount"), at(&import, 2, "amount"));
    assert_ptr_equal(json_object_get(at(&import, 0, "comment"), "text"),
                     json_object_get(at(&import, 1, "comment"), "text"));
    says(&import, 0,
         "{\"amount\":\"1.50\",\"comment\":{\"lang\":\"en\",\"text\":\"first\"},\"kind\":"
         "\"payment\",\"provider\":\"be\"}");
    says(&import, 1,
         "{\"amount\":\"2.50\",\"comment\":{\"lang\":\"en\",\"text\":\"first\"},\"kind\":"
         "\"payment\",\"provider\":\"fr\"}");
    says(&import, 2, "{\"amount\":\"1.50\",\"kind\":\"pledge\",\"provider\":\"be\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
