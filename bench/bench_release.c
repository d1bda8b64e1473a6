/*
 * What a release's judgement reads: the roll of a whole log, and the facts in it; then both once
 * more with one record more, as under the register's lock; and what is told of verdicts, as in a
 * list of releases: the conditions of the consents that each names.
 *
 * usage: bench_release FOLDER [RECORDS [CONSENTS]]
 * A register is made in FOLDER: RECORDS (100,000) in all, CONSENTS (10,000) of them consents on
 * paper. Prints one JSON object a line: {"name","value","unit"}.
 */
#include "common.h"
#include "node/facts.h"
#include "node/init.h"
#include "node/keys.h"
#include "node/node_impl.h"
#include "node/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { GROUP = 1000 };

static void must(int err, const struct dep_problem *problem)
{
    if (!err)
        return;
    (void)fprintf(stderr, "%s %s %s\n", problem->detail, err < 0 ? problem->fault.what : "",
                  err < 0 ? problem->fault.where : problem->finding.id);
    exit(1);
}

static void say(const char *name, double value, const char *unit)
{
    (void)printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", name, value, unit);
}

static struct dep_node *open_as(const char *dir, const char *officer)
{
    struct dep_node_order order = {.dir = dir, .write = true, .officer = officer};
    struct dep_node *node = NULL;
    struct dep_problem problem = {.detail = ""};
    dep_world_system(&order.world);
    must(dep_node_open(&order, &node, NULL, &problem), &problem);
    return node;
}

static json_t *note_of(size_t i)
{
    char text[400];
    (void)snprintf(text, sizeof text, "note %zu%0300d", i, 0);
    return json_pack("{s:{s:s,s:s}}", "text", "text", text, "lang", "en");
}

static json_t *consent_of(size_t i)
{
    char item[DEP_UUID_LEN + 1], digest[2 * DEP_HASH_LEN + 1];
    (void)snprintf(item, sizeof item, "0190a2b4-7c1e-7abc-8def-%012zx", i);
    (void)snprintf(digest, sizeof digest, "%064zx", i);
    return json_pack("{s:{s:s,s:s,s:[s],s:[s],s:[s],s:[s],s:[s],s:{s:s,s:s},s:{s:s}},"
                     "s:{s:s,s:s,s:s,s:{s:s,s:s}}}",
                     "terms", "layer", "host", "grantor", "m", "actions", "release", "recipients",
                     "any", "purposes", "any", "lines", "any", "territories", "any", "scope",
                     "kind", "item", "id", item, "in_force", "from", "2020-01-01T00:00:00Z", "side",
                     "state", "on_paper", "scan_sha256", digest, "seen_by", "L", "checked", "text",
                     "the stamp was compared with the one on file", "lang", "en");
}

static void fill(struct dep_node *node, const char *type, json_t *make(size_t), size_t count)
{
    static struct dep_draft drafts[GROUP];
    static struct dep_done done[GROUP];
    struct dep_problem problem = {.detail = ""};
    for (size_t at = 0; at < count; at += GROUP) {
        size_t group = count - at < GROUP ? count - at : GROUP;
        for (size_t i = 0; i < group; i++)
            drafts[i] = (struct dep_draft){.type = type, .claims = make(at + i)};
        must(dep_node_append(node, drafts, group, done, &problem), &problem);
        for (size_t i = 0; i < group; i++)
            json_decref((json_t *)(uintptr_t)drafts[i].claims);
    }
    must(dep_node_publish(node, &problem), &problem);
}

static double read_facts(struct dep_node *node, size_t *out_count)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_KNOWN known = {.member = NULL};
    struct dep_moment moment = dep_node_moment(node);
    double start = now_s();
    must(dep_node_known(node, &moment, &known, &problem), &problem);
    *out_count = dep_facts_count(known.facts);
    return now_s() - start;
}

/* ---- what verdicts rest on ---- */

enum { VERDICTS = 100 };
struct verdicts {
    json_t *list[VERDICTS];
    size_t count;
};

static int add_verdict(void *context, const struct dep_index_row *row)
{
    struct verdicts *verdicts = context;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(row->sha256.bytes, DEP_HASH_LEN, hex);
    verdicts->list[verdicts->count++] = json_pack("{s:[{s:s}]}", "requirements", "record", hex);
    return DEP_OK;
}

static void tell_verdicts(struct dep_node *node)
{
    struct verdicts verdicts = {.count = 0};
    struct dep_problem problem = {.detail = ""};
    struct dep_index_query query = {.type = "consent.given", .limit = VERDICTS};
    must(dep_node_list(node, &query, add_verdict, &verdicts, &problem), &problem);
    double first = 0, start = now_s();
    for (size_t i = 0; i < verdicts.count; i++) {
        json_t *conditions = NULL;
        must(dep_node_conditions(node, verdicts.list[i], &conditions, &problem), &problem);
        json_decref(conditions);
        json_decref(verdicts.list[i]);
        first = i ? first : now_s() - start;
    }
    double each = verdicts.count > 1 ? (now_s() - start - first) / (double)(verdicts.count - 1) : 0;
    say("conditions of a verdict, the first", first * 1e3, "ms");
    say("conditions of a verdict, each other", each * 1e3, "ms");
}

int main(int argc, char **argv)
{
    char dir[4096], root[4096];
    size_t records = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
    size_t consents = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
    struct dep_problem problem = {.detail = ""};
    struct dep_done done;
    if (argc < 2 || consents > records || dep_crypto_init(false))
        return 2;
    (void)snprintf(dir, sizeof dir, "%s/bench-register-%ld", argv[1], (long)getpid());
    (void)snprintf(root, sizeof root, "%s/bench-root-%ld.pem", argv[1], (long)getpid());
    struct dep_init_order order = {.dir = dir,
                                   .member = "m",
                                   .name = "M",
                                   .officer = "K",
                                   .root_out = root,
                                   .no_recovery = true,
                                   .no_passphrase = true};
    dep_world_system(&order.world);
    must(dep_node_init(&order, &problem), &problem);
    struct dep_node *node = open_as(dir, "K");
    must(dep_key_enrol(node, "L", DEP_ROLE_LEGAL, true, NULL, &done, &problem), &problem);
    dep_node_close(node);
    node = open_as(dir, "L");
    fill(node, "consent.given", consent_of, consents);
    fill(node, "note", note_of, records - consents);
    dep_node_close(node);

    node = open_as(dir, "L");
    must(dep_node_unlock(node, &problem), &problem);
    double start = now_s();
    must(dep_roll_read(node, &problem), &problem);
    size_t facts;
    say("the roll, read whole", now_s() - start, "s");
    say("the facts, read whole", read_facts(node, &facts), "s");
    say("facts", (double)facts, "facts");
    fill(node, "note", note_of, 1);
    start = now_s();
    must(dep_roll_read(node, &problem), &problem);
    say("the roll, one record more", now_s() - start, "s");
    say("the facts, one record more", read_facts(node, &facts), "s");
    tell_verdicts(node);
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    say("memory, largest resident set", (double)usage.ru_maxrss / 1024, "MiB");
    dep_node_close(node);
    return 0;
}
