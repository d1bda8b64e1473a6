/*
 * Claims of records as facts, actions, materials and verdicts: any JSON, whatever its schema says.
 * What is read holds together; what isn't is a finding with a name. A verdict that is read has a
 * digest that its own text gives.
 */
#include "rules/action.h"
#include "rules/heard.h"
#include "rules/written.h"

#include <stdlib.h>
#include <string.h>

/* Of one member; ' stands for ". */
static const char CHARTER[] =
    "{'depositary':'charter','v':1,'number':1,'from':'2026-12-01T00:00:00Z','name':{'en':'c',"
    "'fr':'c','ar':'c'},'amend':{'threshold':1},'members':[{'id':'iq','kind':'state','name':{"
    "'en':'iq','fr':'iq','ar':'iq'},'root':'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE','ori"
    "gin':'iq/log','territories':['IQ'],'from':'2026-01-01T00:00:00Z'}],'quorum':0,'lists':{'"
    "lines':[{'code':'political','name':{'en':'political','fr':'political','ar':'political'}}"
    "],'territories':[{'code':'IQ','name':{'en':'IQ','fr':'IQ','ar':'IQ'}},{'code':'FR','name"
    "':{'en':'FR','fr':'FR','ar':'FR'}}],'handling':[{'code':'H1','name':{'en':'H1','fr':'H1'"
    ",'ar':'H1'}}],'categories':[{'code':'statement','name':{'en':'statement','fr':'statement"
    "','ar':'statement'}}],'purposes':[{'code':'trial','name':{'en':'trial','fr':'trial','ar'"
    ":'trial'}}],'recipients':[{'code':'court','kind':'court','name':{'en':'c','fr':'c','ar':"
    "'c'}}]},'rules':[],'paper':['release'],'retention':[{'type':'evidence.','purpose':{'en':"
    "'p','fr':'p','ar':'p'},'review_after_days':9}],'time_authorities':['MAA='],'verifiers':["
    "{'name':'v','sha256':'0000000000000000000000000000000000000000000000000000000000000000'}"
    "]}";

struct world {
    struct dep_charter *charter;
    struct dep_names *names;
    struct dep_facts *facts;
    struct dep_fact_reader reader;
};

static void world_begin(struct world *world)
{
    static char text[sizeof CHARTER];
    struct dep_finding why = {NULL, NULL, 0};
    memcpy(text, CHARTER, sizeof CHARTER);
    for (char *at = text; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    if (dep_charter_parse(dep_slice_string(text), &world->charter, NULL, &why) ||
        dep_names_new(&world->names) || dep_facts_new(&world->facts))
        abort();
    world->reader = (struct dep_fact_reader){world->charter, world->names, "iq"};
}

static void world_end(struct world *world)
{
    dep_facts_free(world->facts);
    dep_names_free(world->names);
    dep_charter_free(world->charter);
}

static void told(int err, const struct dep_finding *why)
{
    if (err < 0 || (err && !why->id))
        abort();
}

static void hear(const struct world *world, const json_t *claims)
{
    DEP_AUTO_HEARD *heard = NULL;
    const struct dep_heard_revocation revocation = {{"o", "k", 99}, 0, 3};
    if (dep_heard_new(&world->reader, 0, &heard) || dep_heard_add_revocation(heard, &revocation))
        abort();
    for (size_t i = 0; i < dep_heard_type_count(); i++) {
        struct dep_heard_record record = {{{(uint8_t)i}}, i,    dep_heard_type_at(i)->type,
                                          claims,         true, {"o", i % 2 ? "k" : "", i}};
        struct dep_finding why = {NULL, NULL, 0};
        told(dep_heard_add(heard, &record, &why), &why);
    }
    if (dep_heard_facts(heard, world->facts) || dep_facts_count(world->facts) > 4)
        abort();
}

static void act(const struct world *world, const json_t *claims)
{
    static const char *const types[] = {"release.prepared", "mission.recorded"};
    for (size_t i = 0; i < DEP_COUNT(types); i++) {
        struct dep_action action;
        struct dep_finding why = {NULL, NULL, 0};
        const char *at = NULL;
        int err = dep_action_read(world->charter, types[i], claims, &action, &at, &why);
        told(err, &why);
        if (err ? !at : !action.kind)
            abort();
    }
    DEP_AUTO_JSON *stated = json_pack("{s:s,s:[s]}", "item", "i", "fields", "place");
    struct dep_material_records records = {stated, claims, claims, claims};
    struct dep_material material;
    struct dep_finding why = {NULL, NULL, 0};
    const char *at = NULL;
    int err = dep_material_read(&world->reader, world->facts, &records, &material, &at, &why);
    told(err, &why);
    if (err ? !at : !material.item)
        abort();
}

static void judge(const json_t *claims)
{
    DEP_AUTO_WRITTEN written = {.requirements = NULL};
    struct dep_finding why = {NULL, NULL, 0};
    struct dep_hash action = {{7}}, digest, again;
    int err = dep_verdict_read(claims, &written, &why);
    told(err, &why);
    if (err)
        return;
    dep_written_digest(&written, &action, &digest);
    written.size++;
    dep_written_digest(&written, &action, &again);
    if (dep_hash_equal(&digest, &again) || !written.origin || written.uncertainty_s < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DEP_AUTO_JSON *claims = NULL;
    struct dep_finding why = {NULL, NULL, 0};
    if (dep_json_parse(dep_slice_of(data, size), &claims, &why) || !json_is_object(claims))
        return 0;
    struct world world;
    world_begin(&world);
    hear(&world, claims);
    act(&world, claims);
    judge(claims);
    world_end(&world);
    return 0;
}
