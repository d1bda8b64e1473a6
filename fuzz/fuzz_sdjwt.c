/*
 * SD-JWT. Lines: a payload, then disclosures, as JSON in which D0, D1 ... stand for the digest of
 * the first, second ... disclosure (a fuzzer finds no SHA-256 by itself). What is accepted has
 * nothing of SD-JWT left in it, is accepted with no disclosure at all, and applying again changes
 * nothing. The whole input is also split as a presentation.
 */
#include "codec/base64.h"
#include "record/sdjwt.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 10 };

static void digests_fill(struct dep_slice text, char digests[SLOTS][44], size_t count,
                         struct dep_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        bool stands = text.data[i] == 'D' && i + 1 < text.len && text.data[i + 1] >= '0' &&
                      text.data[i + 1] < '0' + (int)count;
        if (stands)
            dep_buf_add_string(out, digests[text.data[++i] - '0']);
        else
            dep_buf_add_byte(out, text.data[i]);
    }
}

static bool clean(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t index;
    json_object_foreach((json_t *)(uintptr_t)value, name,
                        member) if (strcmp(name, "_sd") == 0 || strcmp(name, "...") == 0 ||
                                    strcmp(name, "_sd_alg") == 0 || !clean(member)) return false;
    json_array_foreach(value, index, member) if (!clean(member)) return false;
    return true;
}

static void split_check(struct dep_slice text)
{
    struct dep_slice jwt, disclosures;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_sdjwt_split(text, &jwt, &disclosures, &why);
    if (err) {
        if (err < 0 || !why.id)
            abort();
        return;
    }
    size_t tildes = disclosures.len > 0 ? 2 : 1;
    if (jwt.len + disclosures.len + tildes != text.len)
        abort();
}

static void apply_check(const json_t *payload, struct dep_slice disclosures)
{
    DEP_AUTO_JSON *out = NULL, *none = NULL, *again = NULL;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_sdjwt_apply(payload, disclosures, &out, NULL, &why);
    if (err) {
        if (err < 0 || !why.id || out)
            abort();
        return;
    }
    struct dep_slice empty = {NULL, 0};
    if (!clean(out) || dep_sdjwt_apply(payload, empty, &none, NULL, NULL) ||
        dep_sdjwt_apply(out, empty, &again, NULL, NULL) || !json_equal(out, again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice rest = dep_slice_of(data, size);
    split_check(rest);
    struct dep_slice payload_line = dep_slice_next(&rest, '\n');
    char digests[SLOTS][44];
    DEP_AUTO_BUF payload, sent, text;
    dep_buf_init(&payload, 1 << 20);
    dep_buf_init(&sent, 1 << 20);
    dep_buf_init(&text, 1 << 20);
    size_t count = 0;
    for (; rest.len > 0 && count < SLOTS; count++) {
        dep_buf_clear(&text);
        digests_fill(dep_slice_next(&rest, '\n'), digests, count, &text);
        if (count > 0)
            dep_buf_add_byte(&sent, '~');
        size_t start = sent.len;
        dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(&text), &sent);
        struct dep_hash hash;
        dep_sha256(dep_slice_of(sent.data + start, sent.len - start), &hash);
        dep_base64_write(DEP_BASE64_URL, hash.bytes, sizeof hash.bytes, digests[count]);
        digests[count][43] = 0;
    }
    digests_fill(payload_line, digests, count, &payload);
    DEP_AUTO_JSON *value = NULL;
    if (dep_json_parse(dep_buf_slice(&payload), &value, NULL) == DEP_OK)
        apply_check(value, dep_buf_slice(&sent));
    return 0;
}
