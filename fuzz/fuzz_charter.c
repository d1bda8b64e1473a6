/*
 * Charters and their fingerprints. First byte 'f': the rest is a fingerprint as read aloud; what is
 * read is written again to the same. Anything else: the text of a charter; what is read is the same
 * charter when its JSON is written and read again.
 */
#include "rules/internal.h"

#include <stdlib.h>
#include <string.h>

static void fingerprint_read(struct dep_slice text)
{
    uint8_t bytes[DEP_FINGERPRINT_BYTES], again[DEP_FINGERPRINT_BYTES];
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_fingerprint_parse(text, bytes, &why);
    if (err) {
        if (err < 0 || !why.id)
            abort();
        return;
    }
    struct dep_hash digest = {{0}};
    memcpy(digest.bytes, bytes, sizeof bytes);
    char written[DEP_FINGERPRINT_LEN + 1];
    dep_fingerprint_encode(&digest, written);
    if (dep_fingerprint_parse(dep_slice_string(written), again, &why) ||
        memcmp(bytes, again, sizeof bytes) != 0 || !dep_fingerprint_matches(again, &digest))
        abort();
}

/* What a policy and a judge ask of any charter. */
static void charter_use(const struct dep_charter *charter)
{
    for (size_t i = 0; i < dep_charter_member_count(charter); i++) {
        const struct dep_charter_member *member = dep_charter_member_at(charter, i);
        if (dep_charter_member_find(charter, member->id) != (int)i)
            abort();
        DEP_AUTO_BUF vkey, policy;
        dep_buf_init(&vkey, 1024);
        dep_buf_init(&policy, DEP_CHARTER_LEN_MAX);
        dep_buf_addf(&vkey, "%s+key", member->keeps_register ? member->origin : "none");
        struct dep_finding why = {NULL, NULL, 0};
        int err =
            dep_charter_policy_encode(charter, member->id, dep_buf_slice(&vkey), 0, &policy, &why);
        if (err < 0 || (err > 0 && policy.len > 0) || (!err && !member->keeps_register))
            abort();
    }
    for (size_t i = 0; i < dep_charter_rule_count(charter); i++)
        if (dep_charter_rule_at(charter, i)->need_count > DEP_NEED_COUNT)
            abort();
}

static void charter_read(struct dep_slice text)
{
    struct dep_finding why = {NULL, NULL, 0};
    struct dep_jtd_error where;
    DEP_AUTO_CHARTER *charter = NULL, *again = NULL;
    int err = dep_charter_parse(text, &charter, &where, &why);
    if (err) {
        if (err < 0 || !why.id || charter)
            abort();
        return;
    }
    charter_use(charter);
    DEP_AUTO_BUF written;
    dep_buf_init(&written, DEP_CHARTER_LEN_MAX);
    if (dep_json_encode(dep_charter_json(charter), &written))
        return; /* escapes may be longer than what they stand for */
    if (dep_charter_parse(dep_buf_slice(&written), &again, &where, &why) ||
        !json_equal((json_t *)(uintptr_t)dep_charter_json(charter),
                    (json_t *)(uintptr_t)dep_charter_json(again)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 'f')
        fingerprint_read(dep_slice_of(data + 1, size - 1));
    else
        charter_read(dep_slice_of(data, size));
    return 0;
}
