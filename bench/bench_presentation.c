/*
 * How many presentations a second one core makes and reads: of a note (one protected field) and of
 * an item's first record (all of its fields, two of them, none). Prints one JSON object a line:
 * {"name","value","unit"}.
 */
#include "common.h"
#include "record/presentation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20000, NAMES_MAX = 64 };

static const struct dep_schemas *schemas;

static void say(const char *what, const char *of, double seconds)
{
    (void)printf("{\"name\":\"%s: %s\",\"value\":%.0f,\"unit\":\"per second\"}\n", what, of,
                 ROUNDS / seconds);
}

static size_t protected_names(const char *type, const char *names[NAMES_MAX])
{
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    size_t count = 0;
    for (size_t i = 0; i < schema->field_count; i++)
        if (!schema->fields[i].open)
            names[count++] = schema->fields[i].name;
    return count;
}

static int run(const struct dep_issued *issued, const char *of, const char *const *names,
               size_t count)
{
    struct dep_finding why = {.id = ""};
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_PRESENTATION_LEN_MAX);
    double start = now_s();
    for (int i = 0; i < ROUNDS; i++) {
        dep_buf_clear(&text);
        int err =
            dep_presentation_make(schemas, dep_buf_slice(&issued->jwt),
                                  dep_buf_slice(&issued->disclosures), names, count, &text, &why);
        if (err)
            return err;
    }
    say("made", of, now_s() - start);
    start = now_s();
    for (int i = 0; i < ROUNDS; i++) {
        DEP_AUTO_PRESENTATION read = {.claims = NULL};
        int err = dep_presentation_parse(schemas, dep_buf_slice(&text), &read, NULL, &why);
        if (err)
            return err;
    }
    say("read", of, now_s() - start);
    return DEP_OK;
}

static int issue(const char *type, const char *claims, struct dep_issued *out)
{
    struct dep_finding why = {.id = ""};
    struct dep_jtd_error where = {.instance_path = ""};
    struct dep_signing_key *key = NULL;
    DEP_AUTO_JSON *parsed = NULL;
    int err = dep_signing_key_new(dep_random, &key);
    struct dep_issuer issuer = {"m", DEP_ROLE_CUSTODIAN, "o", key, 1795511717000, "ntp",
                                1,   dep_random};
    if (!err)
        err = dep_json_parse(dep_slice_string(claims), &parsed, &why);
    if (!err)
        err = dep_record_issue(schemas, type, parsed, NULL, &issuer, out, &where, &why);
    if (err)
        (void)fprintf(stderr, "%s %s %s\n", type, why.id, where.instance_path);
    dep_signing_key_free(key);
    return err;
}

int main(void)
{
    static const char note[] = "{\"text\":{\"text\":\"seen at the gate at noon\",\"lang\":\"en\"}}";
#define UNKNOWN "{\"code\":\"unknown\",\"reason\":\"not stated\"}"
    static const char item[] =
        "{\"item\":\"019a0000-0000-7000-8000-000000000000\",\"restricted\":false,"
        "\"exhibit\":\"17/2026-4\",\"territory\":\"IQ\",\"basis\":{\"text\":\"search warrant 12\","
        "\"lang\":\"en\"},\"description\":{\"text\":\"a telephone, black, screen broken\",\"lang\":"
        "\"en\"},\"unknown\":{\"case\":" UNKNOWN ", \"collector_role\":" UNKNOWN
        ", \"collector_code\":" UNKNOWN ", \"method\":" UNKNOWN ", \"tool\":" UNKNOWN
        ", \"device\":" UNKNOWN ", \"device_state\":" UNKNOWN ", \"power_state\":" UNKNOWN
        ", \"place\":" UNKNOWN ", \"collected_at\":" UNKNOWN ", \"condition\":" UNKNOWN
        ", \"hazards\":" UNKNOWN ", \"dispossessed\":" UNKNOWN "}}";
    static const char *const two[] = {"basis", "exhibit"};
    const char *names[NAMES_MAX];
    struct dep_issued issued;
    schemas = dep_schemas_builtin();
    if (!schemas || dep_crypto_init(false))
        return 1;
    dep_json_own_memory();
    int err = issue("note", note, &issued);
    if (!err) {
        err = run(&issued, "note", names, protected_names("note", names));
        dep_issued_done(&issued);
    }
    if (!err)
        err = issue("evidence.collected", item, &issued);
    if (!err) {
        size_t count = protected_names("evidence.collected", names);
        err = run(&issued, "item, all fields", names, count);
        if (!err)
            err = run(&issued, "item, two fields", two, 2);
        if (!err)
            err = run(&issued, "item, nothing", two, 0);
        dep_issued_done(&issued);
    }
    return err != DEP_OK;
}
