/*
 * What becomes of a request: by what was answered here and by what came in packages; and those of
 * others that wait to be entered. As tables, each row differing from the first in one respect.
 */
#include "node/node_impl.h"
#include "node/receive.h"
#include "node/request.h"
#include "node/test_support.h"

#define ASKED                                                                                      \
    "{\"direction\":\"out\",\"from\":\"iq\",\"to\":\"organisation\",\"purpose\":\"trial\","        \
    "\"our_ref\":\"Q-1\",\"scope\":{\"kind\":\"all\"}}"

/* The text of a record that `member` signed. */
static json_t *signed_by(const struct dep_schemas *schemas, const char *member, const char *type,
                         const char *claims_text, const struct dep_hash *answers)
{
    static const char id[] = "01a20d48-e325-7d90-ac3a-47d22d4fff91";
    struct dep_signing_key *key = NULL;
    struct dep_issued issued;
    struct dep_finding why = {.id = ""};
    assert_int_equal(dep_signing_key_new(dep_random, &key), DEP_OK);
    struct dep_issuer issuer = {member,        DEP_ROLE_LEGAL, "X", key,
                                1795511717000, "ntp",          1,   dep_random};
    DEP_AUTO_JSON *claims = json_loads(claims_text, 0, NULL);
    assert_non_null(claims);
    if (answers)
        (void)json_object_set_new(claims, "refs",
                                  json_pack("[o]", dep_record_ref_new("answers", id, answers)));
    if (dep_record_issue(schemas, type, claims, NULL, &issuer, &issued, NULL, &why))
        fail_msg("%s %s", type, why.id);
    DEP_AUTO_BUF text;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_buf_init(&text, 1 << 16);
    dep_buf_add_slice(&text, dep_buf_slice(&issued.jwt));
    dep_buf_add_byte(&text, '~');
    dep_buf_add_slice(&text, dep_buf_slice(&issued.disclosures));
    if (text.data[text.len - 1] != '~')
        dep_buf_add_byte(&text, '~');
    dep_hex_encode(issued.sha256.bytes, DEP_HASH_LEN, hex);
    json_t *heard = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s%}", "package", id, "origin", "other",
                              "index", "1", "sha256", hex, "record_type", type, "member", member,
                              "sd_jwt", (const char *)text.data, text.len);
    assert_non_null(heard);
    dep_issued_done(&issued);
    dep_signing_key_free(key);
    return heard;
}

/* ---- the newest answer ---- */

/* At most two things said later: an answer of this register's where `index` is NULL, else one that
 * came. */
struct said {
    const char *answer, *index;
};
struct state_row {
    const char *name;
    struct said said[2];
    const char *state;
};

static json_t *said_claims(const struct dep_schemas *schemas, const struct said *said)
{
    char text[128];
    const struct dep_hash request = {{1}};
    (void)snprintf(text, sizeof text,
                   "{\"answer\":\"%s\",\"reason\":{\"text\":\"r\",\"lang\":\"en\"}}", said->answer);
    if (!said->index)
        return said->answer[0] ? json_loads(text, 0, NULL) : json_object();
    if (!said->answer[0])
        return json_pack("{s:s,s:s,s:s}", "record_type", "request.answered", "index", said->index,
                         "sd_jwt", "a.b.c~");
    json_t *heard = signed_by(schemas, "iq", "request.answered", text, &request);
    (void)json_object_set_new(heard, "index", json_string(said->index));
    return heard;
}

static void make_request(const struct dep_schemas *schemas, const struct state_row *row,
                         struct dep_act *out)
{
    *out = (struct dep_act){.later = calloc(2, sizeof *out->later)};
    assert_non_null(out->later);
    for (; out->later_count < 2 && row->said[out->later_count].answer; out->later_count++) {
        const struct said *said = &row->said[out->later_count];
        struct dep_view *later = &out->later[out->later_count];
        (void)snprintf(later->row.type, sizeof later->row.type, "%s",
                       said->index ? "foreign.record" : "request.answered");
        later->claims = said_claims(schemas, said);
        assert_non_null(later->claims);
    }
}

static void test_state(void **state)
{
    (void)state;
    static const struct state_row rows[] = {
        {"answered here", {{"granted", NULL}}, "granted"},
        {"not answered", {{NULL, NULL}}, "waiting"},
        {"answered, and not to be read", {{"", NULL}}, "unknown"},
        {"answered by who was asked", {{"in_part", "7"}}, "in_part"},
        {"by what is no record", {{"", "7"}}, "waiting"},
        {"at no place", {{"in_part", "x"}}, "waiting"},
        {"answered again", {{"postponed", "7"}, {"refused", "9"}}, "refused"},
        {"an older answer that comes after it", {{"refused", "9"}, {"postponed", "7"}}, "refused"},
        {"the same answer again", {{"refused", "9"}, {"refused", "9"}}, "refused"},
        {"noted here after it came", {{"postponed", "7"}, {"granted", NULL}}, "granted"},
        {"withdrawn here", {{"withdrawn", NULL}, {"granted", NULL}}, "withdrawn"},
        {"withdrawn by its maker", {{"withdrawn", "7"}, {"granted", NULL}}, "withdrawn"},
        {"answered, and withdrawn by its maker",
         {{"granted", NULL}, {"withdrawn", "7"}},
         "withdrawn"},
    };
    struct dep_node *node = open_as("L");
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_ACT request = {.later = NULL};
        const char *word = "untouched";
        make_request(node->schemas, &rows[i], &request);
        int err = dep_request_state(node->schemas, &request, &word);
        if (err || strcmp(word, rows[i].state) != 0)
            fail_msg("%s: %d %s", rows[i].name, err, word);
    }
    dep_node_close(node);
}

static void test_state_no_memory(void **state)
{
    (void)state;
    static const struct state_row row = {"", {{"in_part", "7"}}, "in_part"};
    struct dep_node *node = open_as("L");
    DEP_AUTO_ACT request = {.later = NULL};
    make_request(node->schemas, &row, &request);
    int err = DEP_ERR_NOMEM;
    for (long at = 0; err; at++) {
        const char *word = "untouched";
        dep_alloc_fail_at(at);
        err = dep_request_state(node->schemas, &request, &word);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_string_equal(word, err ? "untouched" : "in_part");
        assert_true(at < 1000);
    }
    dep_node_close(node);
}

/* ---- is it what was asked ---- */

static void test_is_entered(void **state)
{
    (void)state;
    static const struct {
        const char *name, *field, *value;
        bool same;
    } rows[] = {
        {"with a reference of their own", "our_ref", "\"R-7\"", true},
        {"and more that wasn't asked", "subject", "{\"text\":\"s\",\"lang\":\"en\"}", true},
        {"without ours", "their_ref", NULL, false},
        {"under another reference", "their_ref", "\"Q-2\"", false},
        {"one that goes out", "direction", "\"out\"", false},
        {"by another", "from", "\"fr\"", false},
        {"to another", "to", "\"court\"", false},
        {"for another purpose", "purpose", "\"defence\"", false},
        {"of something else", "scope", "{\"kind\":\"case\",\"id\":\"c\"}", false},
    };
    struct dep_node *node = open_as("L");
    DEP_AUTO_JSON *ours = json_loads(ASKED, 0, NULL);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *theirs = json_deep_copy(ours);
        (void)json_object_set_new(theirs, "direction", json_string("in"));
        (void)json_object_set_new(theirs, "their_ref", json_string("Q-1"));
        (void)json_object_del(theirs, "our_ref");
        if (rows[i].value)
            (void)json_object_set_new(theirs, rows[i].field,
                                      json_loads(rows[i].value, JSON_DECODE_ANY, NULL));
        else
            (void)json_object_del(theirs, rows[i].field);
        if (dep_request_is_entered(node->schemas, ours, theirs) != rows[i].same)
            fail_msg("%s", rows[i].name);
    }
    dep_node_close(node);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_state),
    cmocka_unit_test(test_state_no_memory),
    cmocka_unit_test(test_is_entered),
};
RUN_OVER_REGISTER("request", tests)
