/*
 * Keks of the keyring as readers open them. One costs an X25519 and a search through its file, and
 * what is judged opens thousands of records of the same few sessions: so those of one file are found
 * in one walk, and the last ones opened stay open.
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
    return DEP_OK;
}

static int note_places(struct dep_register *reg, uint32_t segment, struct dep_fault *fault)
{
    if (!reg->kek_places)
        reg->kek_places = dep_alloc(sizeof *reg->kek_places);
    if (!reg->kek_places)
        return dep_store_fault(reg, fault, DEP_ERR_NOMEM, "store.secrets", "keyring");
    reg->kek_places->count = 0;
    reg->kek_places_of = segment;
    int err = dep_segment_walk(reg, &reg->keyring, segment, 0, note_place, reg->kek_places, fault);
    return err == DEP_ERR_NOMEM ? dep_store_fault(reg, fault, err, "store.secrets", "keyring")
                                : err;
}

static const struct dep_place *look(const struct dep_register *reg, uint32_t segment,
                                    const char *id)
{
    const struct dep_kek_places *places = reg->kek_places;
    for (size_t i = places && reg->kek_places_of == segment ? places->count : 0; i-- > 0;)
        if (strcmp(places->list[i].id, id) == 0)
            return &places->list[i].place;
    return NULL;
}

/* Not there: another file, or one that grew. */
static int find_place(struct dep_register *reg, uint32_t segment, const char *id,
                      struct dep_place *out, struct dep_finding *why, struct dep_fault *fault)
{
    const struct dep_place *found = look(reg, segment, id);
    int err = found ? DEP_OK : note_places(reg, segment, fault);
    if (!err && !found)
        found = look(reg, segment, id);
    if (!err && !found)
        return damaged(why);
    if (!err)
        *out = *found;
    return err;
}

/* ---- opening ---- */

static int read_age_file(struct dep_register *reg, const struct dep_place *place, const char *id,
                         struct dep_buf *out, struct dep_finding *why, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    DEP_AUTO_BUF line;
    DEP_AUTO_JSON *json = NULL;
    dep_buf_init(&line, DEP_STORE_LINE_MAX);
    dep_segment_path(&reg->keyring, place->segment, path);
    int err = dep_store_read_line(reg, path, place, &line, fault);
    if (err)
        return err;
    err = dep_json_parse(dep_buf_slice(&line), &json, why);
    if (err < 0)
        return dep_store_fault(reg, fault, err, "store.secrets", "keyring");
    const char *there = dep_json_string(json, "kek"), *age = dep_json_string(json, "age");
    if (err || !there || !age || strcmp(there, id) != 0 ||
        !dep_base64_parse(DEP_BASE64_STD, dep_slice_string(age), out))
        return dep_buf_err(out)
                   ? dep_store_fault(reg, fault, dep_buf_err(out), "store.secrets", "keyring")
                   : damaged(why);
    return DEP_OK;
}

static int open_kek(struct dep_register *reg, uint32_t segment, const char *id,
                    const struct dep_age_identity *identity, struct dep_aead **out,
                    struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_place place;
    DEP_AUTO_BUF file, key;
    dep_buf_init(&file, DEP_KEK_FILE_MAX);
    dep_buf_init_secret(&key, DEP_AEAD_KEY_LEN);
    int err = find_place(reg, segment, id, &place, why, fault);
    if (!err)
        err = read_age_file(reg, &place, id, &file, why, fault);
    if (err)
        return err;
    struct dep_age_with with = {.identities = identity, .identity_count = 1};
    err = dep_age_open(dep_buf_slice(&file), &with, &key, why);
    if (!err && key.len != DEP_AEAD_KEY_LEN)
        return damaged(why);
    if (!err)
        err = dep_aead_new(key.data, out);
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
