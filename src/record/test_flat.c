/*
 * Columns and cells: what a header names, what a cell makes of the claims.
 */
#include "record/flat.h"
#include "record/test_support.h"

static const struct dep_schemas *schemas;

static const struct dep_schema *flow(void)
{
    return dep_schemas_find(schemas, "flow.recorded", 0);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *type, *header, *path; /* NULL: no column */
    } rows[] = {
        {"flow.recorded", "amount", "amount"},
        {"flow.recorded", " amount\t", "amount"},
        {"flow.recorded", "Montant ou somme", NULL},
        {"flow.recorded", "rate.value", "rate.value"},
        {"flow.recorded", "comment", "comment"},
        {"flow.recorded", "comment.lang", "comment.lang"},
        {"flow.recorded", "rate.source", "rate.source"},
        {"flow.recorded", "rate.source.lang", "rate.source.lang"},
        {"flow.recorded", "comment.text", "comment"}, /* one column, whichever it is called */
        {"flow.recorded", "Comment \u203a Text", "comment"},
        {"flow.recorded", "rate.source.text", "rate.source"},
        {"note", "text.text", "text"},
        {"note", "text", "text"},
        {"flow.recorded", "rate", NULL}, /* more than one thing */
        {"flow.recorded", "rate.", NULL},
        {"flow.recorded", "Amount of it", NULL},
        {"flow.recorded", "", NULL},
        {"campaign.opened", "code", "code"},
        {"campaign.opened", "called", NULL}, /* lists */
        {"campaign.opened", "boundary", NULL},
        {"allegation.received", "receipt", NULL}, /* drawn */
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_flat_column column = {.path = "untouched"};
        const struct dep_schema *schema = dep_schemas_find(schemas, rows[i].type, 0);
        bool found = dep_flat_find(schema, dep_slice_string(rows[i].header), &column);
        if (found != (rows[i].path != NULL))
            fail_msg("row %zu: %s", i, rows[i].header);
        assert_string_equal(column.path, found ? rows[i].path : "untouched");
    }
    /* Each label leads to a field of that label; where two have the same, to the first. */
    static const char *const languages[] = {"en", "fr", "ar"};
    for (size_t l = 0; l < DEP_COUNT(languages); l++) {
        struct dep_flat_column column;
        const char *label = dep_schema_label(flow(), "provider", languages[l]);
        assert_true(dep_flat_find(flow(), dep_slice_string(label), &column));
        assert_string_equal(column.path, "provider");
    }
}

static void test_cells(void **state)
{
    (void)state;
    static const struct dep_flat_style point = {"en", false}, comma = {"fr", true};
    static const struct {
        const char *type, *header, *cell;
        const struct dep_flat_style *style;
        const char *claims; /* NULL: refused */
    } rows[] = {
        {"flow.recorded", "amount", "12.50", &point, "{\"amount\":\"12.50\"}"},
        {"flow.recorded", "amount", " 12.50 ", &point, "{\"amount\":\"12.50\"}"},
        {"flow.recorded", "amount", "12,50", &point, NULL},
        {"flow.recorded", "amount", "-12,5", &point, NULL},
        /* The schema's affair: thousands, or nothing that is known. */
        {"flow.recorded", "amount", "12,500", &point, "{\"amount\":\"12,500\"}"},
        {"flow.recorded", "amount", "1,2,50", &point, "{\"amount\":\"1,2,50\"}"},
        {"flow.recorded", "amount", "12,", &point, "{\"amount\":\"12,\"}"},
        {"flow.recorded", "amount", "1.2,50", &point, "{\"amount\":\"1.2,50\"}"},
        {"flow.recorded", "amount", "12,50", &comma, "{\"amount\":\"12.50\"}"},
        {"flow.recorded", "amount", "12", &comma, "{\"amount\":\"12\"}"},
        {"flow.recorded", "amount", "12.50", &comma, NULL},
        {"flow.recorded", "amount", "1.000,50", &comma, NULL},
        {"flow.recorded", "amount", "-12,5", &comma, "{\"amount\":\"-12.5\"}"},
        {"flow.recorded", "amount", "1e9", &comma, NULL},
        {"flow.recorded", "amount", "NaN", &comma, NULL},
        {"flow.recorded", "amount", "1 000,50", &comma, NULL},
        {"flow.recorded", "amount",
         "1\xc2\xa0"
         "000",
         &comma, NULL},
        {"flow.recorded", "amount",
         "1\xe2\x80\xaf"
         "000",
         &comma, NULL},
        {"flow.recorded", "amount", "\xd9\xa1\xd9\xac\xd9\xa0", &comma, NULL},
        {"flow.recorded", "amount", "\xd9\xa1\xd9\xac\xd9\xa0", &point,
         "{\"amount\":\"\xd9\xa1\xd9\xac\xd9\xa0\"}"},
        {"flow.recorded", "amount", "12,", &comma, NULL},
        {"flow.recorded", "amount", ",5", &comma, NULL},
        {"flow.recorded", "amount", "1,2,50", &comma, NULL},
        {"flow.recorded", "amount", "-", &comma, NULL},
        {"flow.recorded", "rate.value", "1,188", &comma, "{\"rate\":{\"value\":\"1.188\"}}"},
        {"flow.recorded", "provider", "a,b", &comma, "{\"provider\":\"a,b\"}"},
        {"flow.recorded", "provider", "", &point, "{}"},
        {"flow.recorded", "provider", " ", &point, "{}"},
        {"flow.recorded", "comment", " a\nb ", &point,
         "{\"comment\":{\"lang\":\"en\",\"text\":\" a\\nb \"}}"},
        {"flow.recorded", "comment", "a\r\nb\rc\n", &point,
         "{\"comment\":{\"lang\":\"en\",\"text\":\"a\\nb\\nc\\n\"}}"},
        {"flow.recorded", "comment", "'=1+1", &point,
         "{\"comment\":{\"lang\":\"en\",\"text\":\"=1+1\"}}"},
        {"flow.recorded", "comment", "'tis", &point,
         "{\"comment\":{\"lang\":\"en\",\"text\":\"'tis\"}}"},
        {"incident.reported", "publish_after_h", "24", &point, "{\"publish_after_h\":24}"},
        {"incident.reported", "publish_after_h", "-24", &point, "{\"publish_after_h\":-24}"},
        {"incident.reported", "publish_after_h", "24h", &point, "{\"publish_after_h\":\"24h\"}"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_flat_column column = {.path = ""};
        struct dep_finding why = {"", "", 0};
        const struct dep_schema *schema = dep_schemas_find(schemas, rows[i].type, 0);
        if (!dep_flat_find(schema, dep_slice_string(rows[i].header), &column))
            fail_msg("row %zu: no column", i);
        DEP_AUTO_JSON *claims = json_object();
        int err =
            dep_flat_set(&column, dep_slice_string(rows[i].cell), rows[i].style, claims, &why);
        DEP_AUTO_BUF text;
        dep_buf_init(&text, 4096);
        assert_int_equal(dep_json_encode_sorted(claims, &text), DEP_OK);
        assert_string_equal((const char *)text.data, rows[i].claims ? rows[i].claims : "{}");
        assert_int_equal(err, rows[i].claims ? DEP_OK : DEP_FOUND);
        if (err)
            assert_string_equal(why.id, rows[i].style == &comma ? "flat.decimal" : "flat.comma");
    }
}

/* A text and its language are one, whichever column stands first. */
static void test_languages(void **state)
{
    (void)state;
    static const struct dep_flat_style style = {"en", false};
    for (int order = 0; order < 2; order++) {
        DEP_AUTO_JSON *claims = json_object();
        for (int i = 0; i < 2; i++) {
            struct dep_flat_column column;
            struct dep_finding why;
            bool text = (i == 0) == (order == 0);
            assert_true(dep_flat_find(flow(), dep_slice_string(text ? "comment" : "comment.lang"),
                                      &column));
            assert_int_equal(dep_flat_set(&column, dep_slice_string(text ? "bonjour" : "fr"),
                                          &style, claims, &why),
                             DEP_OK);
        }
        const json_t *comment = dep_json_object(claims, "comment");
        assert_string_equal(dep_json_string(comment, "text"), "bonjour");
        assert_string_equal(dep_json_string(comment, "lang"), "fr");
    }
}

static void test_get(void **state)
{
    (void)state;
    static const struct {
        const char *path, *cell;
    } rows[] = {{"a", "1"},  {"b", "words"}, {"b.lang", "en"}, {"c.d", "2"}, {"c.e", NULL},
                {"c", NULL}, {"x.y", NULL},  {"a.b", NULL},    {"n", NULL}};
    DEP_AUTO_JSON *claims = json_of(
        "{\"a\":\"1\",\"b\":{\"text\":\"words\",\"lang\":\"en\"},\"c\":{\"d\":\"2\"},\"n\":1}");
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        const char *cell = dep_flat_get(claims, rows[i].path);
        if ((cell == NULL) != (rows[i].cell == NULL) || (cell && strcmp(cell, rows[i].cell) != 0))
            fail_msg("%s", rows[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_get),
    };
    if (!(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("flat", tests, NULL, NULL);
    return failed;
}
