/*
 * Which releases fall with what was withdrawn, over a register that prepared one of two items: as
 * tables, each row differing from the first in one respect.
 */
#include "node/node_impl.h"
#include "node/notice.h"
#include "node/receive_impl.h"
#include "node/roll.h"
#include "node/test_support.h"

#define A "01a20d48-e325-7d90-ac3a-47d22d4fff91"
#define B "01a20d48-e325-7d90-ac3a-47d22d4fff92"
#define MATERIAL(item) "{\"item\":\"" item "\",\"fields\":[],\"redacted\":false}"
#define PREPARED(materials)                                                                        \
    "{\"action\":\"release\",\"recipient\":\"court\",\"purpose\":\"trial\",\"urgent\":false,"      \
    "\"materials\":[" materials "]}"
#define CONSENT "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
#define ANOTHER "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
#define NEEDS(record, more) "[{\"need\":\"consent.host\",\"record\":\"" record "\"" more "}]"
#define ITEM_SCOPE(item) "{\"scope\":{\"kind\":\"item\",\"id\":\"" item "\"}}"

/* The release of two that the register prepared. */
static const struct dep_done *of_two(void)
{
    static struct dep_done done;
    if (!done.jti[0])
        record("L", "release.prepared", PREPARED(MATERIAL(A) "," MATERIAL(B)), NULL, &done);
    return &done;
}

/* ---- what falls ---- */

struct falling_row {
    const char *name, *given_by, *ended_by, *item, *requirements, *withdrawn, *falls;
};

static int gather(void *context, const struct dep_act *made, const json_t *scope)
{
    struct dep_buf *out = context;
    const char *id = dep_json_string(scope, "id");
    assert_string_equal(made->head.row.jti, "made");
    dep_buf_addf(out, "%s%s%s ", dep_json_string(scope, "kind"), id ? ":" : "", id ? id : "");
    return DEP_OK;
}

static void make_fallen(const struct falling_row *row, struct dep_fallen *out)
{
    char key[128];
    assert_int_equal(dep_fallen_new(out), DEP_OK);
    if (row->given_by)
        (void)json_object_set_new(out->given, CONSENT, json_string(row->given_by));
    (void)snprintf(key, sizeof key, "%s %s", CONSENT, row->ended_by ? row->ended_by : "");
    if (row->ended_by)
        (void)json_object_set_new(out->ended, key, json_true());
    if (row->item)
        assert_int_equal(dep_fallen_add_item(out, row->item), DEP_OK);
}

static void make_release(const struct falling_row *row, struct dep_act *out)
{
    *out = (struct dep_act){.later = calloc(1, sizeof *out->later)};
    assert_non_null(out->later);
    (void)snprintf(out->head.row.jti, sizeof out->head.row.jti, "made");
    out->head.claims = json_pack("{s:[o],s:{s:o}}", "refs",
                                 dep_record_ref_new("about", of_two()->jti, &of_two()->sha256),
                                 "verdict", "requirements", json_loads(row->requirements, 0, NULL));
    assert_non_null(out->head.claims);
    if (!row->withdrawn)
        return;
    out->later_count = 1;
    (void)snprintf(out->later[0].row.type, sizeof out->later[0].row.type, "release.withdrawn");
    out->later[0].claims = json_loads(row->withdrawn, 0, NULL);
    assert_non_null(out->later[0].claims);
}

static void test_falls(void **state)
{
    (void)state;
    static const struct falling_row rows[] = {
        {"of all", "iq", "iq", NULL, NEEDS(CONSENT, ""), NULL, "all "},
        {"not withdrawn", "iq", NULL, NULL, NEEDS(CONSENT, ""), NULL, ""},
        {"withdrawn by another", "iq", "fr", NULL, NEEDS(CONSENT, ""), NULL, ""},
        {"given by nobody known", NULL, "iq", NULL, NEEDS(CONSENT, ""), NULL, ""},
        {"own", "", "", NULL, NEEDS(CONSENT, ""), NULL, "all "},
        {"rests on another", "iq", "iq", NULL, NEEDS(ANOTHER, ""), NULL, ""},
        {"rests on nothing", "iq", "iq", NULL, "[]", NULL, ""},
        {"of the first", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":0"), NULL, "item:" A " "},
        {"of the second", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":1"), NULL, "item:" B " "},
        {"of a third, so of all", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":2"), NULL,
         "all "},
        {"of one before the first", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":-1"), NULL,
         "all "},
        {"an item withdrawn by its sender", NULL, NULL, A, "[]", NULL, "item:" A " "},
        {"the other by its sender", "iq", "iq", A, NEEDS(CONSENT, ",\"material\":1"), NULL, "all "},
        {"an item that isn't in it", NULL, NULL, ANOTHER, "[]", NULL, ""},
        {"all was withdrawn", "iq", "iq", NULL, NEEDS(CONSENT, ""),
         "{\"scope\":{\"kind\":\"all\"}}", ""},
        {"what was withdrawn can't be read", "iq", "iq", NULL, NEEDS(CONSENT, ""), "{}", ""},
        {"one was withdrawn", "iq", "iq", NULL, NEEDS(CONSENT, ""), ITEM_SCOPE(A), "all "},
        {"that one was withdrawn", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":0"),
         ITEM_SCOPE(A), ""},
        {"the other was withdrawn", "iq", "iq", NULL, NEEDS(CONSENT, ",\"material\":0"),
         ITEM_SCOPE(B), "item:" A " "},
    };
    (void)of_two();
    struct dep_node *node = open_as("L");
    struct dep_problem problem = {.detail = ""};
    assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_FALLEN fallen = {.given = NULL};
        DEP_AUTO_ACT made = {.later = NULL};
        DEP_AUTO_BUF told;
        dep_buf_init(&told, 1024);
        make_fallen(&rows[i], &fallen);
        make_release(&rows[i], &made);
        dep_buf_add_string(&told, "");
        int err = dep_fallen_of(node, &fallen, &made, gather, &told, &problem);
        if (err || !dep_slice_equal_string(dep_buf_slice(&told), rows[i].falls))
            fail_msg("%s: %d %.*s", rows[i].name, err, (int)told.len, (const char *)told.data);
    }
    dep_node_close(node);
}

static int end(void *context, const struct dep_act *made, const json_t *scope)
{
    (void)made, (void)scope;
    ++*(size_t *)context;
    return DEP_ERR_STOPPED;
}

static void test_ends(void **state)
{
    (void)state;
    static const struct falling_row row = {"", NULL, NULL, A, "[]", NULL, NULL};
    struct dep_node *node = open_as("L");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_FALLEN fallen = {.given = NULL};
    DEP_AUTO_ACT made = {.later = NULL};
    size_t count = 0;
    assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
    make_fallen(&row, &fallen);
    make_release(&row, &made);
    assert_int_equal(dep_fallen_of(node, &fallen, &made, end, &count, &problem), DEP_ERR_STOPPED);
    assert_int_equal(count, 1);
    dep_node_close(node);
}

/* ---- what is heard ---- */

/* An SD-JWT of member iq that withdraws CONSENT. */
static void make_withdrawal(const struct dep_schemas *schemas, const char *about,
                            struct dep_buf *out)
{
    struct dep_signing_key *key = NULL;
    struct dep_hash consent;
    struct dep_issued issued;
    struct dep_finding why;
    assert_int_equal(dep_signing_key_new(dep_random, &key), DEP_OK);
    assert_true(dep_hex_parse(dep_slice_string(about), consent.bytes, DEP_HASH_LEN));
    struct dep_issuer issuer = {"iq",          DEP_ROLE_LEGAL, "X", key,
                                1795511717000, "ntp",          1,   dep_random};
    DEP_AUTO_JSON *claims =
        json_pack("{s:b,s:[o]}", "from_now", 1, "refs", dep_record_ref_new("about", A, &consent));
    assert_int_equal(
        dep_record_issue(schemas, "consent.withdrawn", claims, NULL, &issuer, &issued, NULL, &why),
        DEP_OK);
    dep_buf_init(out, 1 << 16);
    dep_buf_add_slice(out, dep_buf_slice(&issued.jwt));
    dep_buf_add_byte(out, '~');
    dep_issued_done(&issued);
    dep_signing_key_free(key);
}

/* One difference from the withdrawal of a consent: `name` becomes `value`, or goes away. */
struct heard_row {
    const char *what, *name, *value, *given, *ended, *item;
};

static void test_hears(void **state)
{
    (void)state;
    static const struct heard_row rows[] = {
        {"a consent withdrawn", "index", "7", "", CONSENT " iq", ""},
        {"by another", "member", "fr", "", CONSENT " fr", ""},
        {"by nobody", "member", NULL, "", "", ""},
        {"no type", "record_type", NULL, "", "", ""},
        {"no digest", "sha256", NULL, "", "", ""},
        {"no text", "sd_jwt", NULL, "", "", ""},
        {"no record", "sd_jwt", "a.b.c~", "", "", ""},
        {"a request", "record_type", "request.made", "", "", ""},
        {"a consent given", "record_type", "consent.given", ANOTHER, "", ""},
        {"an assurance given", "record_type", "assurance.given", ANOTHER, "", ""},
        {"an assurance withdrawn", "record_type", "assurance.withdrawn", "", CONSENT " iq", ""},
        {"a release withdrawn of no item here", "record_type", "release.withdrawn", "", "", ""},
    };
    struct dep_node *node = open_as("L");
    DEP_AUTO_BUF text;
    make_withdrawal(node->schemas, CONSENT, &text);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_FALLEN fallen = {.given = NULL};
        assert_int_equal(dep_fallen_new(&fallen), DEP_OK);
        DEP_AUTO_JSON *claims =
            json_pack("{s:s,s:s,s:s,s:s%}", "record_type", "consent.withdrawn", "member", "iq",
                      "sha256", ANOTHER, "sd_jwt", (const char *)text.data, text.len);
        if (rows[i].value)
            (void)json_object_set_new(claims, rows[i].name, json_string(rows[i].value));
        else
            (void)json_object_del(claims, rows[i].name);
        int err = dep_fallen_hear(&fallen, node->schemas, claims);
        if (err || json_object_size(fallen.given) != (rows[i].given[0] != 0) ||
            json_object_size(fallen.ended) != (rows[i].ended[0] != 0) ||
            json_object_size(fallen.items) != 0 ||
            (rows[i].given[0] && !json_object_get(fallen.given, rows[i].given)) ||
            (rows[i].ended[0] && !json_object_get(fallen.ended, rows[i].ended)))
            fail_msg("%s: %d", rows[i].what, err);
    }
    DEP_AUTO_FALLEN fallen = {.given = NULL};
    assert_int_equal(dep_fallen_new(&fallen), DEP_OK);
    DEP_AUTO_JSON *told = json_pack("{s:s,s:s,s:s,s:s}", "record_type", "release.withdrawn",
                                    "member", "iq", "sha256", ANOTHER, "item", A);
    assert_int_equal(dep_fallen_hear(&fallen, node->schemas, told), DEP_OK);
    assert_non_null(json_object_get(fallen.items, A));
    dep_node_close(node);
}

/* ---- the rest ---- */

#define VERDICT                                                                                    \
    "{\"verdict\":{\"outcome\":\"yes\",\"digest\":\"" CONSENT "\",\"charter\":\"" CONSENT          \
    "\",\"origin\":\"m\","                                                                         \
    "\"size\":\"1\",\"root\":\"" CONSENT                                                           \
    "\",\"now\":\"2026-11-26T00:00:00Z\",\"uncertainty_s\":1,"                                     \
    "\"requirements\":[]}}"

static void test_recipient(void **state)
{
    (void)state;
    static const struct {
        const char *officer, *code;
    } rows[] = {{"L", "court"}, {"A", ""}};
    struct dep_done made, withdrawn;
    record("L", "release.made", VERDICT, of_two(), &made);
    record("L", "release.withdrawn", "{\"scope\":{\"kind\":\"all\"}}", &made, &withdrawn);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_node *node = open_as(rows[i].officer);
        struct dep_problem problem = {.detail = ""};
        struct dep_index_row row;
        DEP_AUTO_VIEW view = {.claims = NULL};
        char code[DEP_CODE_LEN_MAX + 1] = "untouched";
        assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
        assert_int_equal(dep_roll_find(node, withdrawn.jti, &row, &problem), DEP_OK);
        assert_int_equal(dep_node_view_row(node, &row, true, &view, &problem), DEP_OK);
        assert_int_equal(dep_notice_recipient(node, &view, code, &problem), DEP_OK);
        assert_string_equal(code, rows[i].code);
        dep_node_close(node);
    }
}

static void test_retold(void **state)
{
    (void)state;
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:[]}", "package", "p", "origin", "o", "index", "1",
                  "sha256", "s", "record_type", "t", "member", "m", "sd_jwt", "j", "refs");
    DEP_AUTO_JSON *told = receive_retold(claims, A);
    assert_int_equal(json_object_size(told), 8); /* and no refs, which are of that place */
    assert_string_equal(dep_json_string(told, "item"), A);
    assert_string_equal(dep_json_string(told, "sd_jwt"), "j");
    (void)json_object_del(claims, "member");
    assert_null(receive_retold(claims, A));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_falls),     cmocka_unit_test(test_ends),   cmocka_unit_test(test_hears),
    cmocka_unit_test(test_recipient), cmocka_unit_test(test_retold),
};
RUN_OVER_REGISTER("notice", tests)
