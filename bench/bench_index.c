/*
 * The index over a register of many records of mixed types: how fast it is built, how long a page
 * of a list and of a search takes, and how much memory it needs. Prints one JSON object a line:
 * {"name","value","unit"}.
 *
 * usage: bench_index FOLDER [RECORDS]     FOLDER: an empty one; RECORDS: default 1,000,000
 */
#include "common.h"
#include "index/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { RECORDS = 1000000, GROUP = 4096, ROUNDS = 200, PAGE = 50, MEMBERS = 86, LINES = 6 };

static unsigned below(unsigned n)
{
    return (unsigned)(next_random() >> 20) % n;
}

static void id_of(uint64_t at, char out[DEP_UUID_LEN + 1])
{
    (void)snprintf(out, DEP_UUID_LEN + 1, "01a20d1d-0000-7000-8000-%012llx",
                   (unsigned long long)(at & UINT64_C(0xffffffffffff)));
}

/* ---- records ---- */

static json_t *incident(void)
{
    static const char *const categories[] = {"attack", "attack", "attack", "abduction", "seizure"};
    static const char *const territories[] = {"IQ", "SY", "IQ", "LY"};
    return json_pack("{s:s,s:s,s:s}", "category", categories[below(DEP_COUNT(categories))],
                     "territory", territories[below(DEP_COUNT(territories))], "confidence",
                     below(2) ? "medium" : "high");
}

static json_t *commitment(void)
{
    char paragraph[16], member[16], line[16], due[16];
    (void)snprintf(paragraph, sizeof paragraph, "%u", 1 + below(28));
    (void)snprintf(member, sizeof member, "m%u", below(MEMBERS));
    (void)snprintf(line, sizeof line, "line%u", below(LINES));
    (void)snprintf(due, sizeof due, "20%02u-%02u", 21 + below(9), 1 + below(12));
    return json_pack("{s:s,s:[s],s:s,s:s}", "paragraph", paragraph, "actors", member, "line", line,
                     "due", due);
}

static json_t *evidence(uint64_t at)
{
    char item[DEP_UUID_LEN + 1], exhibit[32], number[16];
    id_of(at | UINT64_C(1) << 40, item);
    (void)snprintf(exhibit, sizeof exhibit, "Exhibit %llu", (unsigned long long)at);
    (void)snprintf(number, sizeof number, "C-%u", below(20000));
    return json_pack("{s:s,s:s,s:s,s:s}", "item", item, "exhibit", exhibit, "case", number,
                     "collector_role", "custodian");
}

static json_t *updated(uint64_t at)
{
    char target[DEP_UUID_LEN + 1];
    id_of(at - 1 - below((unsigned)(at < 1000 ? at : 1000)), target);
    return json_pack("{s:s,s:s,s:[{s:s,s:s,s:s}]}", "status", "in_progress", "as_of", "2026-03",
                     "refs", "rel", "about", "id", target, "sha256", "");
}

static json_t *make(uint64_t at, const char **out_type)
{
    static const char *const types[] = {"incident.reported", "commitment.made",
                                        "evidence.collected", "commitment.updated", "note"};
    size_t which = at ? below(DEP_COUNT(types)) : 0;
    *out_type = types[which];
    switch (which) {
    case 0: return incident();
    case 1: return commitment();
    case 2: return evidence(at);
    case 3: return updated(at);
    default: return json_pack("{s:s}", "kind", below(100) ? "minutes" : "seldom");
    }
}

static int project_group(struct dep_index *index, const struct dep_schemas *schemas, uint64_t from,
                         uint64_t to, struct dep_fault *fault)
{
    int err = dep_index_begin(index, fault);
    for (uint64_t at = from; !err && at < to; at++) {
        const char *type;
        DEP_AUTO_JSON *claims = make(at, &type);
        struct dep_index_row row = {.index = at, .complete = true, .iat = 1700000000 + (int64_t)at};
        row.record = (struct dep_index_place){0, 900, at * 900};
        row.secret = row.keyring = row.record;
        id_of(at, row.jti);
        (void)snprintf(row.type, sizeof row.type, "%s", type);
        (void)snprintf(row.kid, sizeof row.kid, "%043u", below(12));
        (void)snprintf(row.by_code, sizeof row.by_code, "EX%u", below(12));
        const char *item = dep_json_string(claims, "item");
        (void)snprintf(row.item, sizeof row.item, "%s", item ? item : "");
        err = dep_index_project(index, &row, dep_schemas_find(schemas, type, 0), claims, fault);
    }
    return err ? err : dep_index_commit(index, fault);
}

/* ---- measuring ---- */

static int take(void *context, const struct dep_index_row *row)
{
    (void)row;
    ++*(size_t *)context;
    return DEP_OK;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, double value, const char *unit)
{
    (void)printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", name, value, unit);
}

static int pages(struct dep_index *index, const char *name, const struct dep_index_query *query,
                 struct dep_fault *fault)
{
    double took[ROUNDS];
    size_t rows = 0;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < ROUNDS; i++) {
        double start = now_s();
        rows = 0;
        err = dep_index_list(index, query, take, &rows, fault);
        took[i] = (now_s() - start) * 1000;
    }
    qsort(took, ROUNDS, sizeof took[0], ascending);
    if (!err) {
        print(name, took[(ROUNDS * 95 + 99) / 100 - 1], "ms p95");
        (void)fprintf(stderr, "%s: %zu rows\n", name, rows);
    }
    return err;
}

static int measure(struct dep_index *index, struct dep_fault *fault)
{
    static const struct {
        const char *name;
        struct dep_index_query query;
    } rows[] = {
        {"list newest", {.newest_first = true, .limit = PAGE}},
        {"list oldest", {.limit = PAGE}},
        {"list of a type", {.type = "commitment.made", .newest_first = true, .limit = PAGE}},
        {"list of a prefix", {.type = "commitment.", .newest_first = true, .limit = PAGE}},
        {"list of a prefix that none has",
         {.type = "custody.", .newest_first = true, .limit = PAGE}},
        {"records about one", {.ref = "01a20d1d-0000-7000-8000-0000000004d2", .limit = PAGE}},
        {"field, common",
         {.field = "territory", .value = "IQ", .newest_first = true, .limit = PAGE}},
        {"search, in a fifth", {.text = "minutes", .newest_first = true, .limit = PAGE}},
        {"search, two common words", {.text = "attack IQ", .newest_first = true, .limit = PAGE}},
        {"search, common prefix", {.text = "m*", .newest_first = true, .limit = PAGE}},
        {"search, rare", {.text = "seldom", .newest_first = true, .limit = PAGE}},
        {"search, one", {.text = "Exhibit 123457", .newest_first = true, .limit = PAGE}},
        {"search, none", {.text = "nowhere", .newest_first = true, .limit = PAGE}},
        {"search, common in a type",
         {.text = "IQ", .type = "incident.reported", .newest_first = true, .limit = PAGE}},
    };
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(rows); i++)
        err = pages(index, rows[i].name, &rows[i].query, fault);
    return err;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    uint64_t records = argc > 2 ? strtoull(argv[2], NULL, 10) : RECORDS;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    struct dep_index *index = NULL;
    struct dep_fault fault = {.what = ""};
    int err = schemas ? dep_index_open(argv[1], true, true, &index, &fault) : DEP_ERR_NOMEM;
    double start = now_s();
    for (uint64_t at = 0; !err && at < records; at += GROUP)
        err =
            project_group(index, schemas, at, at + GROUP < records ? at + GROUP : records, &fault);
    if (!err) {
        print("projected", (double)records / (now_s() - start), "records/s");
        err = measure(index, &fault);
    }
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    print("memory", (double)used.ru_maxrss / 1024, "MiB");
    if (err)
        (void)fprintf(stderr, "%s: %s\n", dep_err_name(err), fault.where);
    dep_index_close(index);
    return err ? 1 : 0;
}
