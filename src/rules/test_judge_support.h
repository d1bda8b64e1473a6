/*
 * What the judge's tests share: a charter with a rule of each sort, and a release for trial that
 * has all that is asked for, to change in one respect.
 */
#ifndef DEP_RULES_TEST_JUDGE_SUPPORT_H
#define DEP_RULES_TEST_JUDGE_SUPPORT_H
#include "codec/base64.h"
#include "rules/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    DAY = 86400,
    T = 1800014400,    /* now: 2027-01-15T12:00:00Z */
    JUNE = 1811808000, /* 2027-06-01T00:00:00Z: SY passes from sy to sn */
    UNCERTAIN = 5,
    SIZE = 100, /* of the log */
};

/* ---- a charter, written with ' for " ---- */

static const char world_rules[] =
    "[{'id':'share','when':{'action':['release','onward','publish'],"
    "  'purpose':['trial','inquiry','torture']},"
    "  'needs':[{'need':'request'},{'need':'basis'},"
    "    {'need':'consent.host','status_max_age_s':259200},{'need':'consent.source'},"
    "    {'need':'consent.originator','status_max_age_s':259200},{'need':'approval'}]},"
    " {'id':'handling','when':{'handling':['H1','H2']},'needs':[{'need':'handling.permission'}]},"
    " {'id':'trial','when':{'purpose':['trial'],'recipient_kind':['court','prosecution']},"
    "  'needs':[{'need':'assurance.fair_trial'},{'need':'assurance.no_torture'},"
    "    {'need':'assurance.no_death_penalty'},{'need':'assurance.inspection'},"
    "    {'need':'assurance.defence_access'}]},"
    " {'id':'public','when':{'action':['publish']},"
    "  'needs':[{'need':'redaction'},{'need':'approval','count':2}]},"
    " {'id':'protected','when':{'flag':['protected']},"
    "  'unless':{'recipient_kind':['court'],'purpose':['trial']},"
    "  'needs':[{'need':'redaction'},{'need':'consent.host','status_max_age_s':3600}]},"
    " {'id':'coercion','when':{'flag':['coercion'],'recipient_kind':"
    "    ['court','prosecution','police','member','organisation','other']},"
    "  'unless':{'purpose':['torture']},'needs':[{'need':'never'}]},"
    " {'id':'mission','when':{'action':['mission']},"
    "  'needs':[{'need':'consent.host'},{'need':'approval'}]},"
    " {'id':'political','when':{'line':['political']},'needs':[{'need':'approval','count':3}]},"
    " {'id':'statements','when':{'category':['statement'],'territory':['SY']},"
    "  'needs':[{'need':'redaction'}]}]";
static const char world_threat[] =
    "'threat':{'waives':['request','consent.host','consent.originator'],'review_within_s':86400}";

/* Places in the lists below. */
enum { IQ, SY, FR, TR, LB };
enum { H0, H1, H2 };
enum { STATEMENT };
enum { TRIAL, INQUIRY, TORTURE, ARCHIVE };
enum { COURT, POLICE, DEFENCE, BOARD, PUBLIC, GONE };
enum { STABILISATION, POLITICAL, OLD };

#define NAMED "'name':{'en':'n','fr':'n','ar':'n'}"
#define LONG_SINCE "'from':'2026-01-01T00:00:00Z'"

/* Its root key is nobody's: nothing is signed here. */
static inline void add_member(struct dep_buf *text, const char *id, const char *territory,
                              const char *term, bool keeps_register)
{
    struct dep_hash root;
    dep_sha256(dep_slice_string(id), &root);
    dep_buf_addf(text, "%s{'id':'%s','kind':'state'," NAMED ",",
                 text->data[text->len - 1] == '[' ? "" : ",", id);
    if (keeps_register) {
        dep_buf_add_string(text, "'root':'");
        dep_base64_encode(DEP_BASE64_URL, dep_slice_of(root.bytes, DEP_HASH_LEN), text);
        dep_buf_addf(text, "','origin':'%s.example/log',", id);
    }
    dep_buf_addf(text, "'territories':['%s'],%s}", territory, term);
}

/* `codes`: separated by blanks; what comes after a slash is added as it is. */
static inline void add_list(struct dep_buf *text, const char *name, const char *codes)
{
    struct dep_slice rest = dep_slice_string(codes);
    dep_buf_addf(text, "'%s':[", name);
    for (const char *comma = ""; rest.len; comma = ",") {
        struct dep_slice more = dep_slice_next(&rest, ' ');
        struct dep_slice code = dep_slice_next(&more, '/');
        dep_buf_addf(text, "%s{'code':'%.*s'," NAMED "%.*s}", comma, (int)code.len,
                     (const char *)code.data, (int)more.len, (const char *)more.data);
    }
    dep_buf_add_string(text, "],");
}

static inline struct dep_charter *charter_read(struct dep_buf *text)
{
    struct dep_charter *charter = NULL;
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {"", ""};
    assert_int_equal(dep_buf_err(text), DEP_OK);
    int err = dep_charter_parse(dep_buf_slice(text), &charter, &where, &why);
    if (err)
        fail_msg("%s at %s: %s", why.id, where.instance_path, (const char *)text->data);
    return charter;
}

static inline struct dep_charter *world_charter(const char *rules, const char *threat)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    dep_buf_add_string(&text, "{'depositary':'charter','v':1,'number':1," NAMED
                              ",'from':'2026-12-01T00:00:00Z','amend':{'threshold':1},"
                              "'quorum':0,'members':[");
    add_member(&text, "fr", "FR", LONG_SINCE, true);
    add_member(&text, "iq", "IQ", LONG_SINCE, true);
    add_member(&text, "sy", "SY", LONG_SINCE ",'to':'2027-06-01T00:00:00Z'", true);
    add_member(&text, "sn", "SY", "'from':'2027-06-01T00:00:00Z'", true);
    add_member(&text, "lb", "LB", LONG_SINCE, false);
    dep_buf_add_string(&text, "],'lists':{");
    add_list(&text, "lines", "stabilisation political old/,'to':'2027-01-01T00:00:00Z'");
    add_list(&text, "territories", "IQ SY FR TR LB");
    add_list(&text, "handling", "H0 H1 H2");
    add_list(&text, "categories", "statement");
    add_list(&text, "purposes", "trial inquiry torture archive");
    add_list(&text, "recipients",
             "court/,'kind':'court' police/,'kind':'police' defence/,'kind':'defence' "
             "board/,'kind':'complaint_body' public/,'kind':'other' "
             "gone/,'kind':'court','to':'2027-01-01T00:00:00Z'");
    text.len--; /* the last comma */
    dep_buf_addf(&text, "},'rules':%s,'paper':['release']%s%s,'retention':[],", rules,
                 threat ? "," : "", threat ? threat : "");
    dep_buf_add_string(&text, "'time_authorities':[],'verifiers':[]}");
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\'')
            text.data[i] = '"';
    return charter_read(&text);
}

/* ---- a release that has all it needs ---- */

/* Who is who, in the order of world_names(). */
enum { ID_FR = 1, ID_IQ, ID_SY, ID_SN, ID_ITEM, ID_OTHER_ITEM, ID_OF_CASE };
enum { ID_ALICE = ID_OF_CASE + 1, ID_BOB, ID_CAROL, ID_DAN, ID_LB };

/* Places of the facts. */
enum {
    REQUEST,
    HOST,
    SOURCE,
    ORIGINATOR,
    PERMISSION,
    ASSURANCE,
    APPROVAL,
    SPARE, /* free from here on */
    FACTS_MAX = 40,
    MATERIALS_MAX = 3,
};
struct world {
    struct dep_charter *charter;
    struct dep_names *names;
    struct dep_fact facts[FACTS_MAX];
    size_t fact_count;
    struct dep_material materials[MATERIALS_MAX];
    struct dep_action action;
    struct dep_judged_at at;
    struct dep_facts *judged; /* of the last verdict */
};

static inline struct dep_codes one(int place)
{
    struct dep_codes codes = {{0}};
    dep_codes_add(&codes, place);
    return codes;
}

static inline dep_id named(struct world *w, const char *text)
{
    dep_id id = 0;
    assert_int_equal(dep_names_add(w->names, text, &id), DEP_OK);
    return id;
}

/* A fact that names all of the base case, recorded a day ago by alice. */
static inline struct dep_fact *add_fact(struct world *w, enum dep_fact_kind kind,
                                        enum dep_layer layer, dep_id grantor)
{
    assert_true(w->fact_count < FACTS_MAX);
    size_t place = w->fact_count++;
    struct dep_fact *fact = &w->facts[place];
    *fact = (struct dep_fact){.kind = kind,
                              .layer = layer,
                              .grantor = grantor,
                              .index = 10 + place,
                              .by = ID_ALICE,
                              .actions = DEP_ACT_RELEASE,
                              .scope_kind = DEP_SCOPE_ITEM,
                              .scope = ID_ITEM,
                              .recipients = one(COURT),
                              .purposes = one(TRIAL),
                              .lines = one(STABILISATION),
                              .territories = one(IQ),
                              .in_force = {T - 2 * DAY, T + 30 * DAY},
                              .recorded_s = T - DAY,
                              .withdrawn_s = INT64_MAX,
                              .status_s = T - DAY,
                              .shown = layer == DEP_LAYER_SOURCE ? DEP_SHOWN_ALL : 0};
    dep_sha256(dep_slice_of(&place, sizeof place), &fact->record);
    fact->status = fact->record;
    fact->status.bytes[0] ^= 0xff;
    return fact;
}

static inline void add_approval(struct world *w, dep_id by)
{
    struct dep_fact *fact = add_fact(w, DEP_FACT_APPROVAL, 0, 0);
    fact->by = by;
    fact->approves = w->action.digest;
    fact->in_force = (struct dep_interval){INT64_MIN, INT64_MAX};
}

static inline void world_names(struct world *w)
{
    static const char *const texts[] = {"",       "fr",     "iq",     "sy",    "sn",
                                        "item-1", "item-2", "case-1", "alice", "bob",
                                        "carol",  "dan",    "lb"};
    assert_int_equal(dep_names_new(&w->names), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(texts); i++)
        assert_int_equal(named(w, texts[i]), i);
}

/* fr releases, to a court for trial, what iq collected in Iraq from a human source, marked H1. */
static inline void world_init(struct world *w, const char *rules, const char *threat)
{
    *w = (struct world){.charter = world_charter(rules, threat)};
    world_names(w);
    w->materials[0] = (struct dep_material){.item = ID_ITEM,
                                            .of_case = ID_OF_CASE,
                                            .originator = ID_IQ,
                                            .flags = DEP_FLAG_BASIS | DEP_FLAG_SOURCE,
                                            .shows = DEP_SHOWN_ALL,
                                            .territories = one(IQ),
                                            .handling = one(H1)};
    w->action = (struct dep_action){.kind = DEP_ACT_RELEASE,
                                    .recipient = COURT,
                                    .purpose = TRIAL,
                                    .line = STABILISATION,
                                    .prepared_by = ID_ALICE,
                                    .digest = {{7}},
                                    .materials = w->materials,
                                    .material_count = 1};
    w->at = (struct dep_judged_at){"fr", "fr.example/log", SIZE, {{9}}, T, UNCERTAIN};
    add_fact(w, DEP_FACT_REQUEST, 0, 0)->actions = 0;
    add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_HOST, ID_IQ);
    add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_SOURCE, 0)->own = true;
    add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_ORIGINATOR, ID_IQ);
    add_fact(w, DEP_FACT_CONSENT, DEP_LAYER_ORIGINATOR, ID_IQ)->handling = one(H1);
    add_fact(w, DEP_FACT_ASSURANCE, 0, 0)->assurances = 31;
    add_approval(w, ID_BOB);
    assert_int_equal(w->fact_count, SPARE);
}

static inline void world_done(struct world *w)
{
    dep_facts_free(w->judged);
    dep_names_free(w->names);
    dep_charter_free(w->charter);
}

/* The facts in turn, beginning with number `first`: their order is no input. */
static inline int world_judge(struct world *w, size_t first, struct dep_verdict *out)
{
    dep_facts_free(w->judged);
    w->judged = NULL;
    int err = dep_facts_new(&w->judged);
    for (size_t i = 0; !err && i < w->fact_count; i++)
        err = dep_facts_add(w->judged, &w->facts[(first + i) % w->fact_count]);
    return err ? err : dep_judge(w->charter, w->judged, w->names, &w->action, &w->at, out);
}

/* A mission of fr in Syria, over `days` from tomorrow on, with a consent that covers it. */
static inline void make_mission(struct world *w, int days)
{
    w->action.kind = DEP_ACT_MISSION;
    w->action.recipient = -1;
    w->action.purpose = INQUIRY;
    w->action.materials = NULL;
    w->action.material_count = 0;
    w->action.territories = one(SY);
    w->action.during = (struct dep_interval){T + DAY, T + (1 + days) * DAY};
    struct dep_fact *host = &w->facts[HOST];
    host->actions = DEP_ACT_MISSION;
    host->grantor = ID_SY;
    host->scope_kind = DEP_SCOPE_ALL;
    host->scope = 0;
    host->recipients = (struct dep_codes){{0}};
    host->purposes = one(INQUIRY);
    host->territories = one(SY);
    host->in_force.to_s = T + 20 * DAY;
}
#endif
