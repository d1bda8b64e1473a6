/*
 * Keys in force, told by the records of one log: key.enrolled {use, kid, public, age, code, roles},
 * key.revoked {kid | age, from_index}, key.shared {kid, roles}, all open claims.
 *
 * States stand in the order of enrolment and are never removed; a table of indices, hashed by kid,
 * finds those that sign. A kid is a SHA-256 in base64url, so its first characters are hash enough;
 * who makes keys that collide there slows down his own register only.
 */
#include "record/keyset.h"
#include "codec/base64.h"
#include "record/internal.h"

#include <stdlib.h>
#include <string.h>

struct dep_keyset {
    struct dep_key_state *states;
    size_t count, room;
    uint32_t *slots; /* index + 1, 0: free */
    size_t slot_count;
    uint64_t next; /* one past the last record that changed something */
    struct dep_hash trail;
    unsigned role_keys;  /* roles that ever had a key */
    unsigned first_held; /* of these, roles whose first holder is known */
    char iss[DEP_MEMBER_LEN_MAX + 1];
};

static const struct {
    const char *name;
    enum dep_key_use use;
    bool signs;           /* has kid and public */
    bool person;          /* has code and roles */
    unsigned age;         /* 0 none, 1 may, 2 must */
    unsigned enrolled_by; /* roles */
} uses[] = {
    {"root", DEP_KEY_ROOT, true, false, 0, 0},
    {"log", DEP_KEY_LOG, true, false, 0, DEP_ROLE_ROOT},
    {"registrar", DEP_KEY_REGISTRAR, true, false, 0, DEP_ROLE_ROOT},
    {"officer", DEP_KEY_OFFICER, true, true, 1, DEP_ROLE_ROOT | DEP_ROLE_REGISTRAR},
    {"device", DEP_KEY_DEVICE, true, true, 0, DEP_ROLE_ROOT | DEP_ROLE_REGISTRAR},
    {"cosigner", DEP_KEY_COSIGNER, true, false, 0, DEP_ROLE_ROOT},
    {"vault", DEP_KEY_VAULT, false, false, 2, DEP_ROLE_ROOT},
    {"role", DEP_KEY_ROLE, false, false, 2, DEP_ROLE_ROOT | DEP_ROLE_REGISTRAR},
};

static size_t use_find(const char *name)
{
    size_t at = 0;
    while (at < DEP_COUNT(uses) && !(name && strcmp(uses[at].name, name) == 0))
        at++;
    return at;
}

int dep_keyset_new(struct dep_keyset **out)
{
    struct dep_keyset *keyset = dep_alloc(sizeof *keyset);
    if (!keyset)
        return DEP_ERR_NOMEM;
    *out = keyset;
    return DEP_OK;
}

void dep_keyset_free(struct dep_keyset *keyset)
{
    if (!keyset)
        return;
    free(keyset->states);
    free(keyset->slots);
    free(keyset);
}

static size_t slot_of(const struct dep_keyset *keyset, const char *kid)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < 10 && kid[i]; i++)
        hash = hash * 67 + (uint8_t)kid[i];
    size_t mask = keyset->slot_count - 1;
    size_t at = (size_t)(hash ^ hash >> 17) & mask;
    while (keyset->slots[at] && strcmp(keyset->states[keyset->slots[at] - 1].kid, kid) != 0)
        at = (at + 1) & mask;
    return at;
}

static struct dep_key_state *state_find(const struct dep_keyset *keyset, const char *kid)
{
    if (keyset->slot_count == 0 || !kid[0])
        return NULL;
    uint32_t slot = keyset->slots[slot_of(keyset, kid)];
    return slot ? &keyset->states[slot - 1] : NULL;
}

const struct dep_key_state *dep_keyset_find(const struct dep_keyset *keyset, const char *kid)
{
    return state_find(keyset, kid);
}

size_t dep_keyset_count(const struct dep_keyset *keyset)
{
    return keyset->count;
}

const struct dep_key_state *dep_keyset_at(const struct dep_keyset *keyset, size_t index)
{
    assert(index < keyset->count);
    return &keyset->states[index];
}

/* Room for one more, before anything is changed. At most half of the slots are taken. */
static int room_make(struct dep_keyset *keyset)
{
    if (keyset->count < keyset->room)
        return DEP_OK;
    if (keyset->count >= DEP_KEYSET_MAX)
        return DEP_ERR_CAP;
    size_t room = keyset->room ? keyset->room * 2 : 16;
    struct dep_key_state *states = dep_realloc_array(keyset->states, room, sizeof *states);
    if (!states)
        return DEP_ERR_NOMEM;
    keyset->states = states;
    uint32_t *slots = dep_alloc_array(room * 2, sizeof *slots);
    if (!slots)
        return DEP_ERR_NOMEM;
    free(keyset->slots);
    keyset->slots = slots;
    keyset->slot_count = room * 2;
    keyset->room = room;
    for (size_t i = 0; i < keyset->count; i++)
        if (states[i].kid[0])
            slots[slot_of(keyset, states[i].kid)] = (uint32_t)i + 1;
    return DEP_OK;
}

static int enroller_bad(struct dep_finding *why)
{
    return dep_found(why, "keyset.enroller", "DESIGN 4", 0);
}

static int key_bad(struct dep_finding *why)
{
    return dep_found(why, "keyset.key", "record.md 7", 0);
}

static bool public_read(const json_t *claims, struct dep_key_state *state)
{
    const char *kid = dep_json_string(claims, "kid");
    const char *public = dep_json_string(claims, "public");
    if (!kid || !public ||
        !dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(public), state->key.bytes,
                                sizeof state->key.bytes))
        return false;
    /* The name of a key is made from the key, so nobody enrols one under another's name. */
    dep_kid(&state->key, state->kid);
    return strcmp(state->kid, kid) == 0;
}

static bool person_read(const json_t *claims, struct dep_key_state *state)
{
    size_t index;
    json_t *entry;
    json_array_foreach(dep_json_array(claims, "roles"), index, entry)
    {
        const char *name = json_string_value(entry);
        unsigned role = name ? dep_role_parse(dep_slice_string(name)) : 0;
        if (!role || role & (DEP_ROLE_ROOT | DEP_ROLE_REGISTRAR) || role & state->roles)
            return false;
        state->roles |= role;
    }
    return state->code[0] && state->roles;
}

static bool text_read(const json_t *claims, const char *name, char *out, size_t room)
{
    const char *text = dep_json_string(claims, name);
    if (!text)
        return !json_object_get(claims, name);
    if (strlen(text) >= room)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

/* What a key.enrolled states, as a state; its form was checked against the schema. */
static int state_read(const json_t *claims, struct dep_key_state *out, unsigned *out_enrolled_by,
                      struct dep_finding *why)
{
    size_t use = use_find(dep_json_string(claims, "use"));
    if (use == DEP_COUNT(uses))
        return key_bad(why);
    struct dep_key_state state = {.use = uses[use].use};
    if (!text_read(claims, "code", state.code, sizeof state.code) ||
        !text_read(claims, "age", state.age_recipient, sizeof state.age_recipient))
        return key_bad(why);
    if (uses[use].age == 0 ? state.age_recipient[0] != 0
                           : uses[use].age == 2 && state.age_recipient[0] == 0)
        return key_bad(why);
    if (uses[use].signs ? !public_read(claims, &state)
                        : json_object_get(claims, "kid") || json_object_get(claims, "public"))
        return key_bad(why);
    if (uses[use].person ? !person_read(claims, &state) : json_object_get(claims, "roles") != NULL)
        return key_bad(why);
    /* Only for those who read: an administrator holds no key to protected fields. */
    if (state.use == DEP_KEY_ROLE &&
        !(dep_role_parse(dep_slice_string(state.code)) & DEP_ROLES_READING))
        return key_bad(why);
    *out = state;
    *out_enrolled_by = uses[use].enrolled_by;
    return DEP_OK;
}

void dep_keyset_trail_add(struct dep_hash *trail, uint64_t index, const struct dep_hash *record)
{
    uint8_t place[8];
    struct dep_sha256_stream stream;
    dep_u64_be(place, index);
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, trail->bytes, DEP_HASH_LEN);
    dep_sha256_add(&stream, place, sizeof place);
    dep_sha256_add(&stream, record->bytes, DEP_HASH_LEN);
    dep_sha256_finish(&stream, trail);
}

const struct dep_hash *dep_keyset_trail(const struct dep_keyset *keyset)
{
    return &keyset->trail;
}

static void took(struct dep_keyset *keyset, uint64_t index, const struct dep_record *record)
{
    dep_keyset_trail_add(&keyset->trail, index, &record->jwt.sha256);
    keyset->next = index + 1;
}

static void state_take(struct dep_keyset *keyset, struct dep_key_state *state, uint64_t index,
                       const struct dep_record *record)
{
    memcpy(state->enrolled_by, record->jti, DEP_UUID_LEN + 1);
    state->enrolled_at = index;
    keyset->states[keyset->count++] = *state;
    if (state->kid[0])
        keyset->slots[slot_of(keyset, state->kid)] = (uint32_t)keyset->count;
    took(keyset, index, record);
}

/* The open claims of a key record, checked against its schema. */
static int open_claims(const struct dep_schemas *schemas, const struct dep_record *record,
                       json_t **out, struct dep_finding *why)
{
    return dep_record_claims(schemas, record, (struct dep_slice){0}, true, out, NULL, why);
}

static int first_bad(struct dep_finding *why)
{
    return dep_found(why, "keyset.first", "DESIGN 4", 0);
}

static int first_add(struct dep_keyset *keyset, const struct dep_schemas *schemas, uint64_t index,
                     const struct dep_record *record, struct dep_finding *why)
{
    if (index != 0 || strcmp(record->type, "key.enrolled") != 0 ||
        record->by_role != DEP_ROLE_ROOT || strcmp(record->by_code, "root") != 0)
        return first_bad(why);
    DEP_AUTO_JSON *claims = NULL;
    int err = open_claims(schemas, record, &claims, why);
    if (err)
        return err;
    struct dep_key_state state;
    unsigned enrolled_by;
    if ((err = state_read(claims, &state, &enrolled_by, why)))
        return err;
    if (state.use != DEP_KEY_ROOT || strcmp(state.kid, record->kid) != 0)
        return first_bad(why);
    if ((err = dep_jwt_verify(&record->jwt, &state.key, why)) || (err = room_make(keyset)))
        return err;
    memcpy(keyset->iss, record->iss, strlen(record->iss) + 1);
    state_take(keyset, &state, index, record);
    return DEP_OK;
}

bool dep_keyset_signs(const struct dep_key_state *state, const struct dep_record *record)
{
    switch (state->use) {
    case DEP_KEY_ROOT:
        return record->by_role == DEP_ROLE_ROOT && strcmp(record->by_code, "root") == 0;
    case DEP_KEY_REGISTRAR:
        return record->by_role == DEP_ROLE_REGISTRAR &&
               (!state->code[0] || strcmp(record->by_code, state->code) == 0);
    case DEP_KEY_OFFICER:
    case DEP_KEY_DEVICE:
        return (state->roles & (unsigned)record->by_role) &&
               strcmp(record->by_code, state->code) == 0;
    default: return false; /* log, cosigner, vault and role keys state nothing */
    }
}

/* May the signer of `record` stand where he does? */
static int signer_check(const struct dep_keyset *keyset, const struct dep_schemas *schemas,
                        uint64_t index, const struct dep_record *record, struct dep_finding *why)
{
    const struct dep_schema *schema = dep_schemas_find(schemas, record->type, record->version);
    if (!schema)
        return dep_found(why, "record.type", "record.md 2", 0);
    const struct dep_key_state *state = state_find(keyset, record->kid);
    if (!state || state->enrolled_at >= index)
        return dep_found(why, "keyset.kid", "DESIGN 4", 0);
    if (state->revoked && index > state->revoked_at)
        return dep_found(why, "keyset.revoked", "DESIGN 4", 0);
    if (strcmp(record->iss, keyset->iss) != 0)
        return dep_found(why, "keyset.member", "record.md 2", 0);
    if (!dep_keyset_signs(state, record) || !(schema->signers & (unsigned)record->by_role))
        return dep_found(why, "keyset.role", "record.md 5", 0);
    return dep_jwt_verify(&record->jwt, &state->key, why);
}

int dep_keyset_judge(const struct dep_keyset *keyset, const struct dep_schemas *schemas,
                     uint64_t index, const struct dep_record *record, struct dep_finding *why)
{
    return signer_check(keyset, schemas, index, record, why);
}

const char *dep_keyset_member(const struct dep_keyset *keyset)
{
    return keyset->iss;
}

/*
 * Who holds a role's key without being given it: who had the role before it had its first key, or,
 * if nobody did, who gets the role next. A further key of the role gives nothing to anybody: else
 * who may enrol one could make a holder.
 */
static void first_hold(struct dep_keyset *keyset, struct dep_key_state *fresh)
{
    if (fresh->use == DEP_KEY_OFFICER) {
        fresh->held = fresh->roles & keyset->role_keys & ~keyset->first_held;
        keyset->first_held |= fresh->held;
        return;
    }
    unsigned role =
        fresh->use == DEP_KEY_ROLE ? (unsigned)dep_role_parse(dep_slice_string(fresh->code)) : 0;
    role &= ~keyset->role_keys;
    keyset->role_keys |= role;
    for (size_t i = 0; role && i < keyset->count; i++) {
        struct dep_key_state *state = &keyset->states[i];
        if (state->use != DEP_KEY_OFFICER || state->revoked || !(state->roles & role))
            continue;
        state->held |= role;
        keyset->first_held |= role;
    }
}

static int enrol(struct dep_keyset *keyset, uint64_t index, const struct dep_record *record,
                 const json_t *claims, struct dep_finding *why)
{
    struct dep_key_state state;
    unsigned enrolled_by;
    int err = state_read(claims, &state, &enrolled_by, why);
    if (err)
        return err;
    if (!(enrolled_by & (unsigned)record->by_role))
        return enroller_bad(why);
    /* A key enrolled anew would come back from its revocation. */
    if (state.kid[0] && state_find(keyset, state.kid))
        return key_bad(why);
    if ((err = room_make(keyset)))
        return err;
    first_hold(keyset, &state);
    state_take(keyset, &state, index, record);
    return DEP_OK;
}

/* Who holds a role's key gives it to an officer in that role; root, who can recover it, to any. */
static int share(struct dep_keyset *keyset, uint64_t index, const struct dep_record *record,
                 const json_t *claims, struct dep_finding *why)
{
    const char *kid = dep_json_string(claims, "kid");
    struct dep_key_state stated = {.code = "stated"}, *to = kid ? state_find(keyset, kid) : NULL;
    const struct dep_key_state *by = state_find(keyset, record->kid);
    bool read = person_read(claims, &stated);
    bool fits = read && to && to->use == DEP_KEY_OFFICER && !to->revoked &&
                !(stated.roles & ~(to->roles & (unsigned)DEP_ROLES_READING));
    bool holds = record->by_role == DEP_ROLE_ROOT ||
                 (by && by->use == DEP_KEY_OFFICER && !(stated.roles & ~by->held));
    if (!fits || !holds)
        return dep_found(why, "keyset.share", "record.md 7", 0);
    to->held |= stated.roles;
    keyset->first_held |= stated.roles;
    took(keyset, index, record);
    return DEP_OK;
}

static bool revocation_names(const struct dep_key_state *state, const char *kid, const char *age)
{
    if (state->revoked)
        return false;
    return kid ? strcmp(state->kid, kid) == 0 : strcmp(state->age_recipient, age) == 0;
}

static bool may_revoke(const struct dep_key_state *state, enum dep_role by)
{
    for (size_t i = 0; i < DEP_COUNT(uses); i++)
        if (uses[i].use == state->use)
            return (uses[i].enrolled_by & (unsigned)by) != 0;
    return false;
}

static int revoke(struct dep_keyset *keyset, uint64_t index, const struct dep_record *record,
                  const json_t *claims, struct dep_finding *why)
{
    const char *kid = dep_json_string(claims, "kid");
    const char *age = dep_json_string(claims, "age");
    int64_t from;
    if (!kid == !age || (age && !age[0]) || !dep_json_int(claims, "from_index", &from) ||
        from < 0 || (uint64_t)from > index)
        return dep_found(why, "keyset.revocation", "record.md 7", 0);
    size_t named = 0;
    for (size_t i = 0; i < keyset->count; i++) {
        if (!revocation_names(&keyset->states[i], kid, age))
            continue;
        if (!may_revoke(&keyset->states[i], record->by_role))
            return enroller_bad(why);
        named++;
    }
    if (named == 0)
        return dep_found(why, "keyset.revocation", "record.md 7", 0);
    for (size_t i = 0; i < keyset->count; i++) {
        struct dep_key_state *state = &keyset->states[i];
        if (!revocation_names(state, kid, age))
            continue;
        state->revoked = true;
        state->revoked_at = index;
        state->distrusted_from = (uint64_t)from;
    }
    took(keyset, index, record);
    return DEP_OK;
}

int dep_keyset_add(struct dep_keyset *keyset, const struct dep_schemas *schemas, uint64_t index,
                   const struct dep_record *record, struct dep_finding *why)
{
    assert(index >= keyset->next);
    if (keyset->count == 0)
        return first_add(keyset, schemas, index, record, why);
    int err = signer_check(keyset, schemas, index, record, why);
    if (err)
        return err;
    static const struct {
        const char *type;
        int (*take)(struct dep_keyset *keyset, uint64_t index, const struct dep_record *record,
                    const json_t *claims, struct dep_finding *why);
    } types[] = {{"key.enrolled", enrol}, {"key.revoked", revoke}, {"key.shared", share}};
    for (size_t i = 0; i < DEP_COUNT(types); i++) {
        if (strcmp(record->type, types[i].type) != 0)
            continue;
        DEP_AUTO_JSON *claims = NULL;
        err = open_claims(schemas, record, &claims, why);
        return err ? err : types[i].take(keyset, index, record, claims, why);
    }
    return DEP_OK;
}

uint64_t dep_keyset_disputed(const struct dep_keyset *keyset, const char *kid, uint64_t index)
{
    const struct dep_key_state *state = state_find(keyset, kid);
    return state && state->revoked && index >= state->distrusted_from && index < state->revoked_at
               ? state->revoked_at
               : 0;
}

const char *dep_keyset_standing(const struct dep_keyset *keyset, const char *kid, uint64_t index)
{
    const struct dep_key_state *state = state_find(keyset, kid);
    /* The root alone signs its own enrolment. */
    if (!state || (index <= state->enrolled_at && !(index == 0 && state->use == DEP_KEY_ROOT)))
        return "not_enrolled";
    if (!state->revoked || index < state->distrusted_from)
        return "in_force";
    return index > state->revoked_at ? "revoked" : "disputed";
}
