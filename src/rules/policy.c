/*
 * C2SP tlog-policy: whose cosignatures make a checkpoint of one log count.
 *
 * Names of cosigners are local to the policy; with a colon, which no member's id has, they can be
 * neither the predefined "none" nor the group's.
 */
#include "codec/base64.h"
#include "codec/text.h"
#include "rules/impl.h"

#include <string.h>

enum { POLICY_LEN_MAX = 1024 * 1024, KEY_ID_LEN = 4, ALGORITHM_COSIGNATURE = 4 };

static const char NAME[] = "member:";

bool dep_cosigner_parse(struct dep_slice vkey, struct dep_public_key *out)
{
    struct dep_slice rest = vkey;
    struct dep_slice name = dep_slice_next(&rest, '+');
    struct dep_slice hex = dep_slice_next(&rest, '+');
    uint8_t id[KEY_ID_LEN], typed[1 + DEP_ED25519_PUBLIC_LEN];
    if (!dep_key_name_valid(name) || !dep_hex_parse(hex, id, sizeof id) ||
        !dep_base64_parse_exact(DEP_BASE64_STD, rest, typed, sizeof typed) ||
        typed[0] != ALGORITHM_COSIGNATURE)
        return false;
    struct dep_sha256_stream stream;
    struct dep_hash hash;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, name.data, name.len);
    dep_sha256_add(&stream, "\n", 1);
    dep_sha256_add(&stream, typed, sizeof typed);
    dep_sha256_finish(&stream, &hash);
    if (memcmp(hash.bytes, id, sizeof id) != 0)
        return false;
    memcpy(out->bytes, typed + 1, sizeof out->bytes);
    return true;
}

const struct dep_public_key *dep_charter_cosigner(const struct dep_charter *charter, size_t place,
                                                  struct dep_slice *out_name)
{
    assert(place < charter->member_count);
    const struct dep_charter_member *member = &charter->members[place];
    if (!member->cosigner)
        return NULL;
    struct dep_slice vkey = dep_slice_string(member->cosigner);
    *out_name = dep_slice_next(&vkey, '+');
    return &charter->cosigners[place];
}

static bool cosigns(const struct dep_charter *charter, size_t place, int self, int64_t now_s)
{
    return (int)place != self && charter->members[place].cosigner &&
           dep_charter_member_in_force(charter, (int)place, now_s);
}

/* The key's name is the origin: what stands before its first plus. */
static bool vkey_of_origin(struct dep_slice vkey, const char *origin)
{
    return dep_slice_equal_string(dep_slice_next(&vkey, '+'), origin);
}

int dep_charter_policy_encode(const struct dep_charter *charter, const char *member,
                              struct dep_slice log_vkey, int64_t now_s, struct dep_buf *out,
                              struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/tlog-policy";
    int self = dep_charter_member_find(charter, member);
    if (self < 0)
        return dep_found(why, "charter.member", clause, 0);
    if (!charter->members[self].keeps_register ||
        !vkey_of_origin(log_vkey, charter->members[self].origin))
        return dep_found(why, "charter.origin", clause, 0);
    DEP_AUTO_BUF policy, group;
    dep_buf_init(&policy, POLICY_LEN_MAX);
    dep_buf_init(&group, POLICY_LEN_MAX);
    dep_buf_add_string(&policy, "log ");
    dep_buf_add_slice(&policy, log_vkey);
    dep_buf_add_byte(&policy, '\n');
    int64_t count = 0;
    for (size_t i = 0; i < charter->member_count; i++) {
        if (!cosigns(charter, i, self, now_s))
            continue;
        const struct dep_charter_member *cosigner = &charter->members[i];
        dep_buf_addf(&policy, "witness %s%s %s\n", NAME, cosigner->id, cosigner->cosigner);
        dep_buf_addf(&group, " %s%s", NAME, cosigner->id);
        count++;
    }
    if (count < charter->quorum)
        return dep_found(why, "charter.quorum", clause, 0);
    if (charter->quorum > 0) {
        dep_buf_addf(&policy, "group members %d", (int)charter->quorum);
        dep_buf_add_slice(&policy, dep_buf_slice(&group));
        dep_buf_add_string(&policy, "\nquorum members\n");
    } else {
        dep_buf_add_string(&policy, "quorum none\n");
    }
    int err = dep_buf_err(&group) ? dep_buf_err(&group) : dep_buf_err(&policy);
    if (err)
        return err;
    dep_buf_add_slice(out, dep_buf_slice(&policy));
    return dep_buf_err(out);
}
