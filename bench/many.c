/*
 * The register that bench_views reads: blocks of records of mixed types, each about those before.
 */
#include "many.h"

#include "common.h"
#include "node/act.h"
#include "node/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_MAX = 800 };

void must(int err, const struct dep_problem *problem)
{
    if (!err)
        return;
    (void)fprintf(stderr, "%s %s %s %s\n", dep_err_name(err), problem->detail,
                  err < 0 && problem->fault.what ? problem->fault.what : "",
                  err < 0 ? problem->fault.where : problem->finding.id);
    exit(1);
}

void say(const char *name, double value, const char *unit)
{
    (void)printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", name, value, unit);
}

struct dep_node *open_as(const char *dir, const char *officer, bool write)
{
    struct dep_node_order order = {.dir = dir, .write = write, .officer = officer};
    struct dep_node *node = NULL;
    struct dep_problem problem = {.detail = ""};
    dep_world_system(&order.world);
    must(dep_node_open(&order, &node, NULL, &problem), &problem);
    return node;
}

struct made {
    struct dep_done done[GROUP_MAX];
};

static unsigned below(unsigned n)
{
    return (unsigned)(next_random() >> 20) % n;
}

static json_t *text(const char *words)
{
    return json_pack("{s:s,s:s}", "text", words, "lang", "en");
}

static json_t *about(json_t *claims, const struct dep_done *to)
{
    json_t *refs = json_object_get(claims, "refs");
    if (!refs) {
        refs = json_array();
        (void)json_object_set_new(claims, "refs", refs);
    }
    (void)json_array_append_new(refs, dep_record_ref_new("about", to->jti, &to->sha256));
    return claims;
}

/* What a record of its kind is about: one of those made before in the block; its number there. */
typedef json_t *claims_fn(const struct made *of, size_t i, uint64_t serial);

static json_t *note(const struct made *of, size_t i, uint64_t serial)
{
    char words[400];
    (void)of, (void)i;
    (void)snprintf(words, sizeof words, "minutes %llu %0200d", (unsigned long long)serial, 0);
    return json_pack("{s:o}", "text", text(words));
}

static json_t *incident(const struct made *of, size_t i, uint64_t serial)
{
    char day[16];
    (void)of, (void)i, (void)serial;
    (void)snprintf(day, sizeof day, "20%02u-%02u-%02u", 15 + below(10), 1 + below(12),
                   1 + below(28));
    return json_pack("{s:s,s:s,s:{s:s},s:{s:s,s:s,s:i},s:o,s:[{s:s,s:s}],s:s,s:[],s:i}", "category",
                     "attack", "territory", "IQ", "when", "edtf", day, "place", "latitude", "33.3",
                     "longitude", "44.3", "precision_m", 10000, "what_happened",
                     text("an invented report, so long as one usually is, about nothing"),
                     "sources", "reliability", "B", "credibility", "3", "confidence",
                     below(2) ? "low" : "medium", "audience", "publish_after_h", 72);
}

static json_t *correction(const struct made *of, size_t i, uint64_t serial)
{
    (void)serial;
    return about(json_pack("{s:s,s:s,s:o}", "effect", "corrects", "confidence", "high", "reason",
                           text("a second source")),
                 &of->done[i]);
}

static json_t *statement(const struct made *of, size_t i, uint64_t serial)
{
    (void)of, (void)i, (void)serial;
    return json_pack("{s:[o],s:s,s:s,s:[{s:s,s:s}],s:s,s:o,s:o,s:[],s:[{s:s},{s:s}],s:[]}",
                     "titles", text("Communique"), "formation", "plenary", "adopted_on",
                     "2021-03-30", "adopters", "member", "be", "how", "attested", "original",
                     "not_held", "why_not_held", text("not transmitted"), "attestation",
                     text("as published"), "languages", "paragraphs", "number", "1", "number", "2",
                     "citations");
}

enum { COMMITMENTS_EACH = 8 };

static json_t *commitment(const struct made *of, size_t i, uint64_t serial)
{
    char words[64], due[16];
    (void)snprintf(words, sizeof words, "to do what number %llu says", (unsigned long long)serial);
    (void)snprintf(due, sizeof due, "20%02u-%02u", 21 + below(9), 1 + below(12));
    return about(json_pack("{s:s,s:[s],s:s,s:o,s:s}", "paragraph", "1", "actors", "be", "line",
                           "political", "text", text(words), "due", due),
                 &of->done[i / COMMITMENTS_EACH]);
}

static json_t *update(const struct made *of, size_t i, uint64_t serial)
{
    (void)serial;
    return about(json_pack("{s:s,s:s}", "status", "under_way", "as_of", "2022-03"), &of->done[i]);
}

void item_id(uint64_t serial, char out[DEP_UUID_LEN + 1])
{
    (void)snprintf(out, DEP_UUID_LEN + 1, "01a20d1d-0000-7000-8000-%012llx",
                   (unsigned long long)(serial & UINT64_C(0xffffffffffff)));
}

static void not_stated(json_t *claims, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(
            json_object_get(claims, "unknown"), names[i],
            json_pack("{s:s,s:s}", "code", "unknown", "reason", DEP_NOT_STATED));
}

static json_t *evidence(const struct made *of, size_t i, uint64_t serial)
{
    char item[DEP_UUID_LEN + 1], exhibit[32];
    (void)of;
    item_id(serial / BLOCK * BLOCK + i, item);
    (void)snprintf(exhibit, sizeof exhibit, "E %llu", (unsigned long long)serial);
    json_t *claims = json_pack("{s:s,s:b,s:s,s:{}}", "item", item, "restricted", 0, "exhibit",
                               exhibit, "unknown");
    static const char *const unknown[] = {
        "territory", "case",         "collector_role", "collector_code", "basis",
        "method",    "tool",         "device",         "device_state",   "power_state",
        "place",     "collected_at", "condition",      "hazards",        "dispossessed"};
    not_stated(claims, unknown, DEP_COUNT(unknown));
    return claims;
}

static json_t *transfer(const struct made *of, size_t i, uint64_t serial)
{
    static const char *const unknown[] = {"occurred",    "place",       "purpose",   "seals_before",
                                          "seals_after", "seals_state", "condition", "storage"};
    char item[DEP_UUID_LEN + 1];
    (void)of;
    item_id(serial / BLOCK * BLOCK + i, item);
    json_t *claims = json_pack("{s:s,s:{s:s,s:s},s:o,s:{}}", "item", item, "giver", "state",
                               "signed", "code", "K", "to", text("Laboratory"), "unknown");
    not_stated(claims, unknown, DEP_COUNT(unknown));
    return claims;
}

static json_t *campaign(const struct made *of, size_t i, uint64_t serial)
{
    char code[32];
    (void)of, (void)i;
    (void)snprintf(code, sizeof code, "c%llu", (unsigned long long)(serial / BLOCK));
    return json_pack("{s:[],s:s,s:s,s:s,s:s,s:s}", "called", "code", code, "currency", "USD",
                     "goal", "670000000", "qualifier", "exact", "from", "2021");
}

static json_t *flow(const struct made *of, size_t i, uint64_t serial)
{
    char reference[32], amount[32], provider[16];
    (void)snprintf(reference, sizeof reference, "R-%llu", (unsigned long long)serial);
    (void)snprintf(amount, sizeof amount, "%u", 1000 + below(1000000));
    (void)snprintf(provider, sizeof provider, "m%u", below(20));
    return about(json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "kind",
                           i % 3 ? "commitment" : "payment", "side", "provider", "provider",
                           provider, "receiver", "undp", "reference", reference, "amount", amount,
                           "currency", "USD", "qualifier", "exact", "on", "2021-06-01"),
                 &of->done[0]);
}

static void case_id(uint64_t serial, char out[DEP_UUID_LEN + 1])
{
    (void)snprintf(out, DEP_UUID_LEN + 1, "01a20d1e-0000-7000-8000-%012llx",
                   (unsigned long long)(serial & UINT64_C(0xffffffffffff)));
}

static json_t *opened_case(const struct made *of, size_t i, uint64_t serial)
{
    char id[DEP_UUID_LEN + 1];
    (void)of, (void)i;
    case_id(serial, id);
    return json_pack("{s:s,s:s,s:s,s:s}", "authority", "court", "case", id, "jurisdiction", "FR-75",
                     "stage", "investigation");
}

static json_t *stage(const struct made *of, size_t i, uint64_t serial)
{
    char id[DEP_UUID_LEN + 1];
    (void)of, (void)i;
    case_id(serial, id);
    return json_pack("{s:s,s:s}", "case", id, "stage", "trial");
}

static json_t *dispatch(const struct made *of, size_t i, uint64_t serial)
{
    char digest[65], review[16];
    (void)of, (void)i;
    (void)snprintf(digest, sizeof digest, "%064llx", (unsigned long long)serial);
    (void)snprintf(review, sizeof review, "20%02u-%02u", 27 + below(20), 1 + below(12));
    return json_pack("{s:s,s:[s],s:s,s:s,s:s,s:[s],s:s,s:s}", "sender", "m", "recipients", "police",
                     "channel", "interpol", "sent_on", "2021-04-02", "content_sha256", digest,
                     "restrictions", "H2", "purpose", "investigation", "review_on", review);
}

/* ---- what is due, and of whom ---- */

static const char DIGEST[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* A day from 2026 to 2037: a few lapsed, most in force. */
static void some_day(char out[24])
{
    (void)snprintf(out, 24, "20%02u-%02u-%02uT00:00:00Z", 26 + below(12), 1 + below(12),
                   1 + below(28));
}

/* A twentieth on paper, that nobody checked. */
static json_t *consent(const struct made *of, size_t i, uint64_t serial)
{
    char id[DEP_UUID_LEN + 1], to[24];
    (void)of;
    item_id(serial / BLOCK * BLOCK + i, id);
    some_day(to);
    json_t *side = i % 20 ? json_pack("{s:s,s:s}", "state", "signed", "code", "K")
                          : json_pack("{s:s,s:s,s:s}", "state", "on_paper", "scan_sha256", DIGEST,
                                      "seen_by", "K");
    return json_pack("{s:{s:s,s:s,s:[s],s:[s],s:[s],s:[s],s:[s],s:{s:s,s:s},s:{s:s,s:s}},s:o}",
                     "terms", "layer", "host", "grantor", "m", "actions", "release", "recipients",
                     "any", "purposes", "any", "lines", "any", "territories", "IQ", "scope", "kind",
                     "item", "id", id, "in_force", "from", "2021-01-01T00:00:00Z", "to", to, "side",
                     side);
}

static json_t *withdrawn(const struct made *of, size_t i, uint64_t serial)
{
    (void)serial;
    return about(json_pack("{s:b}", "from_now", 1), &of->done[i]);
}

static json_t *assurance(const struct made *of, size_t i, uint64_t serial)
{
    char to[24];
    (void)of, (void)i, (void)serial;
    some_day(to);
    return json_pack("{s:s,s:[s],s:[s],s:{s:s},s:{s:s,s:s},s:{s:s,s:s,s:s}}", "from", "court",
                     "kinds", "fair_trial", "purposes", "any", "scope", "kind", "all", "in_force",
                     "from", "2021-01-01T00:00:00Z", "to", to, "side", "state", "on_paper",
                     "scan_sha256", DIGEST, "seen_by", "K");
}

static json_t *request(const struct made *of, size_t i, uint64_t serial)
{
    char deadline[24];
    (void)of, (void)serial;
    some_day(deadline);
    return json_pack("{s:s,s:s,s:s,s:s,s:{s:s},s:s}", "direction", i % 2 ? "in" : "out", "from",
                     "court", "to", "court", "purpose", "trial", "scope", "kind", "all", "deadline",
                     deadline);
}

static json_t *prepared(const struct made *of, size_t i, uint64_t serial)
{
    char item[DEP_UUID_LEN + 1];
    (void)of;
    item_id(serial / BLOCK * BLOCK + i, item);
    return json_pack("{s:s,s:s,s:s,s:b,s:[{s:s,s:[],s:b}]}", "action", "release", "recipient",
                     "court", "purpose", "trial", "urgent", 0, "materials", "item", item, "fields",
                     "redacted", 0);
}

static json_t *verdict_on(const struct dep_done *consent, bool urgent)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(consent->sha256.bytes, DEP_HASH_LEN, hex);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:[{s:s,s:s,s:s,s:i,s:s}],s:s*}", "outcome",
                     "yes", "digest", DIGEST, "charter", DIGEST, "origin", "m/log", "size", "1",
                     "root", DIGEST, "now", "2026-11-01T00:00:00Z", "uncertainty_s", 1,
                     "requirements", "need", "consent.host", "rule", "r", "met", "met", "material",
                     0, "record", hex, "review_by", urgent ? "2027-01-01T00:00:00Z" : NULL);
}

/* Of the block's; every hundredth block has one that rests on what was withdrawn. */
static struct made consents;

static json_t *release_made(const struct made *of, size_t i, uint64_t serial)
{
    size_t on = i || serial / BLOCK % 100 ? 10 + i : 0;
    json_t *verdict = verdict_on(&consents.done[on], serial / BLOCK % 25 == 0);
    return about(json_pack("{s:o}", "verdict", verdict), &of->done[i]);
}

static json_t *sent(const struct made *of, size_t i, uint64_t serial)
{
    char id[DEP_UUID_LEN + 1];
    (void)of;
    item_id(serial + i, id);
    return json_pack("{s:s,s:s,s:s,s:s}", "package", id, "content_sha256", DIGEST, "kind",
                     "release", "recipient", "court");
}

/* Over, all of them, and half without a word. */
static json_t *mission(const struct made *of, size_t i, uint64_t serial)
{
    (void)of, (void)i, (void)serial;
    return json_pack("{s:o,s:[s],s:s,s:{s:s,s:s},s:o}", "action", text("training"), "territories",
                     "IQ", "purpose", "protection", "in_force", "from", "2021-01-01T00:00:00Z",
                     "to", "2022-01-01T00:00:00Z", "verdict", verdict_on(&consents.done[0], false));
}

static json_t *mission_over(const struct made *of, size_t i, uint64_t serial)
{
    (void)serial;
    return about(json_pack("{s:s}", "ended", "2021-12-01T00:00:00Z"), &of->done[i]);
}

static json_t *review(const struct made *of, size_t i, uint64_t serial)
{
    char until[24];
    some_day(until);
    json_t *claims = i || serial / BLOCK % 10
                         ? json_pack("{s:s,s:s}", "outcome", "keep", "until", until)
                         : json_pack("{s:s}", "outcome", "erase");
    return about(claims, &of->done[20 + i]);
}

static json_t *foreign(const struct made *of, size_t i, uint64_t serial)
{
    char id[DEP_UUID_LEN + 1];
    (void)of;
    item_id(serial + i, id);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "package", id, "origin", "x/log", "index",
                     "1", "sha256", DIGEST, "record_type", "foreign.received", "member", "x",
                     "sd_jwt", "x");
}

/* As `count` records of one type, by the officer whose register it is. */
static void make_some(struct dep_node *node, const char *type, claims_fn *claims, size_t count,
                      const struct made *of, uint64_t serial, struct made *out)
{
    static struct dep_draft drafts[GROUP_MAX];
    static struct made unused;
    struct dep_problem problem = {.detail = ""};
    for (size_t i = 0; i < count; i++)
        drafts[i] = (struct dep_draft){.type = type, .claims = claims(of, i, serial + i)};
    must(dep_node_append(node, drafts, count, out ? out->done : unused.done, &problem), &problem);
    for (size_t i = 0; i < count; i++)
        json_decref((json_t *)(uintptr_t)drafts[i].claims);
}

static void make_block(struct dep_node *node, uint64_t serial)
{
    static struct made first, second;
    make_some(node, "note", note, 540, NULL, serial, NULL);
    make_some(node, "incident.reported", incident, 400, NULL, serial, &first);
    make_some(node, "incident.corrected", correction, 20, &first, serial, NULL);
    make_some(node, "statement.adopted", statement, 25, NULL, serial, &first);
    make_some(node, "commitment.made", commitment, 200, &first, serial, &second);
    make_some(node, "commitment.updated", update, 75, &second, serial, NULL);
    make_some(node, "evidence.collected", evidence, 150, NULL, serial, NULL);
    make_some(node, "custody.transferred", transfer, 130, NULL, serial, NULL);
    make_some(node, "campaign.opened", campaign, 1, NULL, serial, &first);
    make_some(node, "flow.recorded", flow, 199, &first, serial, NULL);
    make_some(node, "case.opened", opened_case, 5, NULL, serial, NULL);
    make_some(node, "case.stage", stage, 5, NULL, serial, NULL);
    make_some(node, "dispatch.sent", dispatch, 10, NULL, serial, NULL);
    make_some(node, "consent.given", consent, 200, NULL, serial, &consents);
    make_some(node, "consent.withdrawn", withdrawn, 4, &consents, serial, NULL);
    make_some(node, "assurance.given", assurance, 5, NULL, serial, NULL);
    make_some(node, "request.made", request, 4, NULL, serial, NULL);
    make_some(node, "release.prepared", prepared, 4, NULL, serial, &first);
    make_some(node, "release.made", release_made, 3, &first, serial, NULL);
    make_some(node, "package.sent", sent, 3, NULL, serial, NULL);
    make_some(node, "mission.recorded", mission, 2, NULL, serial, &first);
    make_some(node, "mission.ended", mission_over, 1, &first, serial, NULL);
    make_some(node, "retention.reviewed", review, 10, &consents, serial, NULL);
    make_some(node, "foreign.record", foreign, 4, NULL, serial, NULL);
}

static json_t *code_incident(const struct made *of, size_t i, uint64_t serial)
{
    (void)of, (void)i, (void)serial;
    return json_pack("{s:s,s:s,s:[]}", "list", "incidents", "code", "attack", "called");
}

static json_t *code_formation(const struct made *of, size_t i, uint64_t serial)
{
    (void)of, (void)i, (void)serial;
    return json_pack("{s:s,s:s,s:[]}", "list", "formations", "code", "plenary", "called");
}

static json_t *member(const struct made *of, size_t i, uint64_t serial)
{
    (void)of, (void)i, (void)serial;
    return json_pack("{s:s,s:s,s:s}", "formation", "plenary", "member", "be", "from", "2014");
}

void make_many(const char *dir, uint64_t records)
{
    static const char *const territories[] = {"IQ"};
    char root[4096];
    struct dep_problem problem = {.detail = ""};
    (void)snprintf(root, sizeof root, "%s.root.pem", dir);
    struct dep_init_order order = {.dir = dir,
                                   .member = "m",
                                   .name = "M",
                                   .officer = "K",
                                   .roles = DEP_ROLE_CUSTODIAN | DEP_ROLE_LEGAL | DEP_ROLE_DESK |
                                            DEP_ROLE_ADMINISTRATOR,
                                   .territories = territories,
                                   .territory_count = 1,
                                   .root_out = root,
                                   .no_recovery = true,
                                   .no_passphrase = true};
    dep_world_system(&order.world);
    must(dep_node_init(&order, &problem), &problem);
    struct dep_node *node = open_as(dir, "K", true);
    make_some(node, "code.stated", code_incident, 1, NULL, 0, NULL);
    make_some(node, "code.stated", code_formation, 1, NULL, 0, NULL);
    make_some(node, "membership.stated", member, 1, NULL, 0, NULL);
    double start = now_s();
    for (uint64_t serial = 0; serial < records; serial += BLOCK) {
        make_block(node, serial);
        if (serial / BLOCK % 50 == 49)
            (void)fprintf(stderr, "%llu records, %.0f s\n", (unsigned long long)serial + BLOCK,
                          now_s() - start);
    }
    must(dep_node_publish(node, &problem), &problem);
    say("records made, judged, durable", (double)records / (now_s() - start), "records/s");
    dep_node_close(node);
}
