/*
 * Presentations. First byte 'm': the next eight say which fields of a record are decided; exactly
 * those are shown, whatever further disclosures (the rest) the register seems to hold. Anything
 * else: the text of a presentation, read without a fault; what it shows was all in its text.
 */
#include "record/presentation.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 64 };

static const struct dep_schemas *schemas;
static struct dep_signing_key *key;
static struct dep_issued issued;

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static void counter_random(void *out, size_t len)
{
    static uint8_t next;
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++)
        bytes[i] = next++;
}

static void start(void)
{
    struct dep_issuer who = {.member = "m",
                             .role = DEP_ROLE_CUSTODIAN,
                             .code = "c",
                             .clock_source = "unknown",
                             .random = counter_random};
    must(dep_crypto_init(false) == DEP_OK && (schemas = dep_schemas_builtin()) != NULL &&
         dep_signing_key_new(counter_random, &key) == DEP_OK);
    who.key = key;
    DEP_AUTO_JSON *claims =
        json_pack("{s:s, s:b, s:{}}", "item", "0190a2b4-7c1e-7abc-8def-0123456789ab", "restricted",
                  0, "unknown");
    const struct dep_schema *type = dep_schemas_find(schemas, "evidence.collected", 0);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].unknown_ok)
            (void)json_object_set_new(json_object_get(claims, "unknown"), type->fields[i].name,
                                      json_pack("{s:s, s:s}", "code", "unknown", "reason", ""));
    must(dep_record_issue(schemas, "evidence.collected", claims, NULL, &who, &issued, NULL, NULL) ==
         DEP_OK);
}

static void make(uint64_t mask, struct dep_slice more)
{
    const struct dep_schema *type = dep_schemas_find(schemas, "evidence.collected", 0);
    const char *names[FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < type->field_count && count < FIELDS_MAX; i++)
        if (!type->fields[i].open && mask >> i & 1)
            names[count++] = type->fields[i].name;
    DEP_AUTO_BUF held, text;
    dep_buf_init(&held, DEP_DISCLOSURES_LEN_MAX);
    dep_buf_init(&text, DEP_PRESENTATION_LEN_MAX);
    dep_buf_add_slice(&held, dep_buf_slice(&issued.disclosures));
    dep_buf_add_byte(&held, '~');
    dep_buf_add_slice(&held, more);
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_presentation_make(schemas, dep_buf_slice(&issued.jwt), dep_buf_slice(&held),
                                    names, count, &text, &why);
    must(err == DEP_OK || (err == DEP_FOUND && strcmp(why.id, "presentation.absent") == 0));
    if (err)
        return;
    DEP_AUTO_PRESENTATION read = {.claims = NULL};
    must(dep_presentation_parse(schemas, dep_buf_slice(&text), &read, NULL, &why) == DEP_OK);
    must(dep_presentation_shows(&read, names, count));
}

static void parse(struct dep_slice text)
{
    struct dep_presentation read;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_presentation_parse(schemas, text, &read, NULL, &why);
    must(err >= 0 && (err == DEP_OK || why.id));
    if (err)
        return;
    must(read.disclosures.len < text.len);
    dep_presentation_done(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas)
        start();
    if (size >= 9 && data[0] == 'm') {
        uint64_t mask;
        memcpy(&mask, data + 1, sizeof mask);
        make(mask, dep_slice_of(data + 9, size - 9));
    } else {
        parse(dep_slice_of(data, size));
    }
    return 0;
}
