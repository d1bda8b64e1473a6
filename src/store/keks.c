/*
 * Keks of the keyring as readers open them. One costs an X25519 and a search through its file, and
 * what is judged opens thousands of records of the same few sessions: so those of one file are
 * found in one walk, which goes on where it was left, and the last ones opened stay open.
 */
#include "store/impl.h"

#include "codec/base64.h"
#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

struct dep_kek_places {
    struct kek_place {
        char id[DEP_KEK_ID_LEN + 1];
        struct dep_place place;
    } * list;
    size_t count, room;
    uint32_t segment; /* whose they are */
    uint64_t walked;  /* up to here of that file */
    const char *wanted;
};

void dep_keks_close(struct dep_register *reg)
{
    for (size_t i = 0; i < DEP_COUNT(reg->opened); i++)
        dep_aead_free(reg->opened[i].aead);
    memset(reg->opened, 0, sizeof reg->opened);
    if (reg->kek_places)
        free(reg->kek_places->list);
    free(reg->kek_places);
    reg->kek_places = NULL;
}

static int damaged(struct dep_finding *why)
{
    return dep_found(why, "secret.damaged", "doc/format/register.md 1", 0);
}

/* ---- where they are ---- */

static const char PREFIX[] = "{\"kek\":\"";

static int note_place(void *context, const struct dep_place *place, struct dep_slice line,
                      bool whole)
{
    struct dep_kek_places *places = context;
    if (whole)
        places->walked = place->offset + line.len + 1;
    if (!whole || !dep_slice_starts(line, PREFIX) || line.len < sizeof PREFIX + DEP_KEK_ID_LEN)
        return DEP_OK;
    if (places->count == places->room) {
        size_t room = places->room ? 2 * places->room : 64;
        struct kek_place *list = dep_realloc_array(places->list, room, sizeof *list);
        if (!list)
            return DEP_ERR_NOMEM;
        places->list = list;
        places->room = room;
    }
    struct kek_place *noted = &places->list[places->count++];
    *noted = (struct kek_place){.place = *place};
    memcpy(noted->id, line.data + sizeof PREFIX - 1, DEP_KEK_ID_LEN);
    return strcmp(noted->id, places->wanted) == 0 ? DEP_FOUND : DEP_OK;
}

/* On from where the last walk stopped, up to the one that is wanted: those of a session stand
 * before what they wrap. DEP_FOUND: there it is, the last of the list. */
static int walk_to(struct dep_register *reg, uint32_t segment, uint64_t from, const char *id,
                   struct dep_fault *fault)
{
    struct dep_kek_places *places = reg->kek_places;
    if (from == 0)
        places->count = 0;
    places->segment = segment;
    places->walked = from;
    places->wanted = id;
    int err = dep_segment_walk(reg, &reg->keyring, segment, from, note_place, places, fault);
    return err == DEP_ERR_NOMEM ? dep_store_fault(reg, fault, err, "store.secrets", "keyring")
                                : err;
}

static const struct dep_place *look(const struct dep_kek_places *places, uint32_t segment,
                                    const char *id)
{
    for (size_t i = places->segment == segment ? places->count : 0; i-- > 0;)
        if (strcmp(places->list[i].id, id) == 0)
            return &places->list[i].place;
    return NULL;
}

/* Not there: another file, or one that was walked in part, grew, or was written anew. */
static int find_place(struct dep_register *reg, uint32_t segment, const char *id,
                      struct dep_place *out, struct dep_finding *why, struct dep_fault *fault)
{
    if (!reg->kek_places)
        reg->kek_places = dep_alloc(sizeof *reg->kek_places);
    struct dep_kek_places *places = reg->kek_places;
    if (!places)
        return dep_store_fault(reg, fault, DEP_ERR_NOMEM, "store.secrets", "keyring");
    const struct dep_place *known = look(places, segment, id);
    if (known) {
        *out = *known;
        return DEP_OK;
    }
    uint64_t from = places->segment == segment ? places->walked : 0;
    int err = walk_to(reg, segment, from, id, fault);
    if (!err && from)
        err = walk_to(reg, segment, 0, id, fault);
    if (err != DEP_FOUND)
        return err ? err : damaged(why);
    *out = places->list[places->count - 1].place;
    return DEP_OK;
}

/* ---- opening ---- */

int dep_kek_open_line(struct dep_slice line, const char *id,
                      const struct dep_age_identity *identity, struct dep_aead **out,
                      struct dep_finding *why)
{
    DEP_AUTO_JSON *json = NULL;
    DEP_AUTO_BUF file, key;
    dep_buf_init(&file, DEP_KEK_FILE_MAX);
    dep_buf_init_secret(&key, DEP_AEAD_KEY_LEN);
    int err = dep_json_parse(line, &json, why);
    if (err < 0)
        return err;
    const char *there = dep_json_string(json, "kek"), *age = dep_json_string(json, "age");
    if (err || !there || !age || strcmp(there, id) != 0 ||
        !dep_base64_parse(DEP_BASE64_STD, dep_slice_string(age), &file))
        return dep_buf_err(&file) ? dep_buf_err(&file) : damaged(why);
    struct dep_age_with with = {.identities = identity, .identity_count = 1};
    err = dep_age_open(dep_buf_slice(&file), &with, &key, why);
    if (!err && key.len != DEP_AEAD_KEY_LEN)
        return damaged(why);
    return err ? err : dep_aead_new(key.data, out);
}

static int open_kek(struct dep_register *reg, uint32_t segment, const char *id,
                    const struct dep_age_identity *identity, struct dep_aead **out,
                    struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_place place = {.len = 0};
    char path[DEP_SEGMENT_PATH];
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_STORE_LINE_MAX);
    int err = find_place(reg, segment, id, &place, why, fault);
    if (err)
        return err;
    dep_segment_path(&reg->keyring, place.segment, path);
    err = dep_store_read_line(reg, path, &place, &line, fault);
    if (err)
        return err;
    err = dep_kek_open_line(dep_buf_slice(&line), id, identity, out, why);
    return err < 0 ? dep_store_fault(reg, fault, err, "store.secrets", "keyring") : err;
}

int dep_kek_open(struct dep_register *reg, uint32_t segment, const char *id,
                 const struct dep_age_identity *identity, struct dep_aead **out,
                 struct dep_finding *why, struct dep_fault *fault)
{
    for (size_t i = 0; i < DEP_COUNT(reg->opened); i++) {
        struct dep_opened_kek *kek = &reg->opened[i];
        if (kek->aead && strcmp(kek->id, id) == 0 &&
            memcmp(&kek->by, &identity->recipient, sizeof kek->by) == 0) {
            *out = kek->aead;
            return DEP_OK;
        }
    }
    struct dep_aead *aead = NULL;
    int err = open_kek(reg, segment, id, identity, &aead, why, fault);
    if (err)
        return err;
    struct dep_opened_kek *kek = &reg->opened[reg->opened_next++ % DEP_COUNT(reg->opened)];
    dep_aead_free(kek->aead);
    *kek = (struct dep_opened_kek){.by = identity->recipient, .aead = aead};
    memcpy(kek->id, id, sizeof kek->id);
    *out = aead;
    return DEP_OK;
}
