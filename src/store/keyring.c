/*
 * Protected values: private lines, keyring lines, keks (doc/format/register.md section 1).
 */
#include "store/impl.h"

#include "codec/base64.h"
#include "codec/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_LEN = DEP_AEAD_KEY_LEN, WRAPPED_LEN = DEP_AEAD_NONCE_LEN + KEY_LEN + DEP_AEAD_TAG_LEN };

void dep_keks_forget(struct dep_register *reg)
{
    for (size_t i = 0; i < reg->kek_count; i++)
        dep_aead_free(reg->keks[i].aead);
    reg->kek_count = 0;
}

/* ---- writing ---- */

/* A fresh kek for one role, and its line: an age file to the role and the recovery recipients. */
static int new_kek(struct dep_register *reg, const struct dep_reader_key *reader,
                   struct dep_kek *out, struct dep_buf *lines)
{
    uint8_t key[KEY_LEN], id[8];
    dep_random(key, sizeof key);
    dep_random(id, sizeof id);
    struct dep_age_recipient to[1 + DEP_RECIPIENTS_MAX] = {reader->recipient};
    memcpy(to + 1, reg->recovery, reg->recovery_count * sizeof *to);
    struct dep_age_to recipients = {.recipients = to, .recipient_count = 1 + reg->recovery_count};
    DEP_AUTO_BUF file;
    dep_buf_init(&file, DEP_KEK_FILE_MAX);
    int err = dep_age_seal(dep_slice_of(key, sizeof key), &recipients, dep_random, &file);
    if (!err)
        err = dep_aead_new(key, &out->aead);
    dep_wipe(key, sizeof key);
    if (err)
        return err;
    out->role = reader->role;
    out->wraps = 0;
    dep_hex_encode(id, sizeof id, out->id);
    dep_buf_addf(lines, "{\"kek\":\"%s\",\"role\":\"%s\",\"age\":\"", out->id,
                 dep_role_name(reader->role));
    dep_base64_encode(DEP_BASE64_STD, dep_buf_slice(&file), lines);
    dep_buf_add_string(lines, "\"}\n");
    err = dep_buf_err(lines);
    if (err)
        dep_aead_free(out->aead);
    return err;
}

/* Keks are of one file and one session of writing, so that each file opens by itself. */
static int renew_keks(struct dep_register *reg, size_t wraps, struct dep_buf *lines,
                      uint64_t *line_count)
{
    bool good = reg->kek_count == reg->reader_count && reg->kek_segment == reg->keyring.segment &&
                reg->keyring.len > 0;
    for (size_t i = 0; good && i < reg->kek_count; i++)
        good = reg->keks[i].wraps + wraps <= DEP_KEK_WRAPS_MAX;
    if (good)
        return DEP_OK;
    dep_keks_forget(reg);
    for (size_t i = 0; i < reg->reader_count; i++) {
        int err = new_kek(reg, &reg->readers[i], &reg->keks[i], lines);
        if (err)
            return err;
        reg->kek_count = i + 1;
        ++*line_count;
    }
    reg->kek_segment = reg->keyring.segment;
    return DEP_OK;
}

static int add_wraps(struct dep_register *reg, const struct dep_commit_item *item,
                     const uint8_t key[KEY_LEN], struct dep_buf *out)
{
    struct dep_slice id = dep_slice_string(item->jti);
    bool first = true;
    for (size_t i = 0; i < reg->kek_count; i++) {
        struct dep_kek *kek = &reg->keks[i];
        uint8_t wrapped[WRAPPED_LEN];
        if (!(kek->role & item->readers))
            continue;
        dep_random(wrapped, DEP_AEAD_NONCE_LEN);
        int err = dep_aead_seal(kek->aead, wrapped, id, key, KEY_LEN, wrapped + DEP_AEAD_NONCE_LEN);
        if (err)
            return err;
        kek->wraps++;
        dep_buf_add_string(out, first ? "\"" : ",\"");
        dep_buf_add_string(out, dep_role_name(kek->role));
        dep_buf_add_string(out, "\":\"");
        dep_buf_add_string(out, kek->id);
        dep_buf_add_byte(out, '.');
        dep_base64_encode(DEP_BASE64_URL, dep_slice_of(wrapped, sizeof wrapped), out);
        dep_buf_add_byte(out, '"');
        first = false;
    }
    return dep_buf_err(out);
}

/* One record's private line; `key` is fresh. */
static int add_private(const struct dep_commit_item *item, uint64_t index,
                       const uint8_t key[KEY_LEN], struct dep_buf *out)
{
    uint8_t nonce[DEP_AEAD_NONCE_LEN];
    struct dep_aead *aead = NULL;
    DEP_AUTO_BUF sealed;
    dep_buf_init(&sealed, DEP_DISCLOSURES_LEN_MAX + DEP_AEAD_TAG_LEN);
    dep_random(nonce, sizeof nonce);
    uint8_t *at = dep_buf_grow(&sealed, item->disclosures.len + DEP_AEAD_TAG_LEN);
    int err = at ? dep_aead_new(key, &aead) : dep_buf_err(&sealed);
    if (!err)
        err = dep_aead_seal(aead, nonce, dep_slice_string(item->jti), item->disclosures.data,
                            item->disclosures.len, at);
    dep_aead_free(aead);
    if (err)
        return err;
    dep_buf_addf(out, "{\"id\":\"%s\",\"i\":%llu,\"n\":\"", item->jti, (unsigned long long)index);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(nonce, sizeof nonce), out);
    dep_buf_add_string(out, "\",\"c\":\"");
    dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(&sealed), out);
    dep_buf_add_string(out, "\"}\n");
    return dep_buf_err(out);
}

static struct dep_place place_at(const struct dep_family *family, const struct dep_buf *lines,
                                 size_t from)
{
    return (struct dep_place){family->segment, (uint32_t)(lines->len - from - 1),
                              family->len + from};
}

static int add_item(struct dep_register *reg, const struct dep_commit_item *item,
                    struct dep_committed *placed, struct dep_buf *secrets, struct dep_buf *keyring)
{
    uint8_t key[KEY_LEN];
    dep_random(key, sizeof key);
    size_t secret_from = secrets->len, keyring_from = keyring->len;
    int err = add_private(item, placed->index, key, secrets);
    dep_buf_addf(keyring, "{\"id\":\"%s\",\"i\":%llu,\"keys\":{", item->jti,
                 (unsigned long long)placed->index);
    if (!err)
        err = add_wraps(reg, item, key, keyring);
    dep_wipe(key, sizeof key);
    dep_buf_add_string(keyring, "}}\n");
    if (!err)
        err = dep_buf_err(keyring);
    if (err)
        return err;
    placed->secret = place_at(&reg->secrets, secrets, secret_from);
    placed->keyring = place_at(&reg->keyring, keyring, keyring_from);
    return DEP_OK;
}

int dep_secrets_encode(struct dep_register *reg, const struct dep_commit_item *items, size_t count,
                       struct dep_committed *out, struct dep_buf *out_private,
                       struct dep_buf *out_keyring, uint64_t *out_keyring_lines,
                       struct dep_fault *fault)
{
    size_t wraps = 0;
    for (size_t i = 0; i < count; i++)
        wraps += items[i].disclosures.len > 0;
    int err = wraps ? renew_keks(reg, wraps, out_keyring, out_keyring_lines) : DEP_OK;
    for (size_t i = 0; !err && i < count; i++)
        if (items[i].disclosures.len)
            err = add_item(reg, &items[i], &out[i], out_private, out_keyring);
    *out_keyring_lines += wraps;
    return err ? dep_store_fault(reg, fault, err, "store.secrets", "keyring") : DEP_OK;
}

/* ---- reading ---- */

static int damaged(struct dep_finding *why)
{
    return dep_found(why, "secret.damaged", "doc/format/register.md 1", 0);
}

/* "<kek id>.<wrapped key>" of a keyring line. */
static bool split_wrapped(const char *text, char id[DEP_KEK_ID_LEN + 1],
                          uint8_t wrapped[WRAPPED_LEN])
{
    struct dep_slice rest = dep_slice_string(text);
    struct dep_slice id_text = dep_slice_next(&rest, '.');
    if (id_text.len != DEP_KEK_ID_LEN ||
        !dep_base64_parse_exact(DEP_BASE64_URL, rest, wrapped, WRAPPED_LEN))
        return false;
    memcpy(id, id_text.data, DEP_KEK_ID_LEN);
    id[DEP_KEK_ID_LEN] = 0;
    return true;
}

static int unwrap(struct dep_aead *kek, const char *jti, const uint8_t wrapped[WRAPPED_LEN],
                  uint8_t out[KEY_LEN], struct dep_finding *why)
{
    int err = dep_aead_open(kek, wrapped, dep_slice_string(jti), wrapped + DEP_AEAD_NONCE_LEN,
                            WRAPPED_LEN - DEP_AEAD_NONCE_LEN, out);
    return err == DEP_FOUND ? damaged(why) : err;
}

int dep_secret_open_line(struct dep_slice line, const char *jti, const uint8_t key[KEY_LEN],
                         struct dep_buf *out, struct dep_finding *why)
{
    DEP_AUTO_BUF sealed;
    dep_buf_init(&sealed, DEP_STORE_LINE_MAX);
    DEP_AUTO_JSON *json = NULL;
    uint8_t nonce[DEP_AEAD_NONCE_LEN];
    int err = dep_json_parse(line, &json, why);
    const char *id = err ? NULL : dep_json_string(json, "id");
    const char *n = err ? NULL : dep_json_string(json, "n");
    const char *c = err ? NULL : dep_json_string(json, "c");
    if (!id || !n || !c || strcmp(id, jti) != 0 ||
        !dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(n), nonce, sizeof nonce) ||
        !dep_base64_parse(DEP_BASE64_URL, dep_slice_string(c), &sealed) ||
        sealed.len < DEP_AEAD_TAG_LEN) {
        err = err < 0 ? err : dep_buf_err(&sealed);
        return err < 0 ? err : damaged(why);
    }
    struct dep_aead *aead = NULL;
    uint8_t *at = dep_buf_grow(out, sealed.len - DEP_AEAD_TAG_LEN);
    err = at ? dep_aead_new(key, &aead) : dep_buf_err(out);
    if (!err)
        err = dep_aead_open(aead, nonce, dep_slice_string(jti), sealed.data, sealed.len, at);
    dep_aead_free(aead);
    if (err && at)
        out->len -= sealed.len - DEP_AEAD_TAG_LEN;
    return err == DEP_FOUND ? damaged(why) : err;
}

/* The first of the identities that a keyring line wraps a key for. DEP_FOUND: erased, or none. */
static int find_wrapped(struct dep_slice line, const char *jti,
                        const struct dep_role_identity *identities, size_t identity_count,
                        json_t **out_line, const char **out_wrapped, size_t *out_at,
                        struct dep_finding *why)
{
    int err = dep_json_parse(line, out_line, why);
    const char *id = err ? NULL : dep_json_string(*out_line, "id");
    if (err < 0)
        return err;
    if (!id || strcmp(id, jti) != 0)
        return damaged(why);
    if (dep_json_string(*out_line, "erased"))
        return dep_found(why, "secret.erased", "doc/format/register.md 1", 0);
    const json_t *keys = dep_json_object(*out_line, "keys");
    for (size_t i = 0; i < identity_count; i++) {
        *out_wrapped = dep_json_string(keys, dep_role_name(identities[i].role));
        *out_at = i;
        if (*out_wrapped)
            return DEP_OK;
    }
    return dep_found(why, "secret.reader", "DESIGN 2, Who may read", 0);
}

int dep_register_read_secret(struct dep_register *reg, const char *jti,
                             const struct dep_place *secret, const struct dep_place *keyring,
                             const struct dep_role_identity *identities, size_t identity_count,
                             struct dep_buf *out_line, uint8_t out_key[DEP_AEAD_KEY_LEN],
                             struct dep_finding *why, struct dep_fault *fault)
{
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_STORE_LINE_MAX);
    char path[DEP_SEGMENT_PATH], kek_id[DEP_KEK_ID_LEN + 1];
    uint8_t wrapped[WRAPPED_LEN];
    DEP_AUTO_JSON *json = NULL;
    const char *text;
    size_t at;
    struct dep_aead *kek;
    dep_segment_path(&reg->keyring, keyring->segment, path);
    if (keyring->len == 0 || secret->len == 0)
        return damaged(why);
    int err = dep_store_read_line(reg, path, keyring, &line, fault);
    if (err)
        return err;
    err =
        find_wrapped(dep_buf_slice(&line), jti, identities, identity_count, &json, &text, &at, why);
    if (!err && !split_wrapped(text, kek_id, wrapped))
        err = damaged(why);
    if (err)
        return err < 0 ? dep_store_fault(reg, fault, err, "store.secrets", path) : err;
    err = dep_kek_open(reg, keyring->segment, kek_id, &identities[at].identity, &kek, why, fault);
    if (!err)
        err = unwrap(kek, jti, wrapped, out_key, why);
    if (err)
        return err;
    dep_segment_path(&reg->secrets, secret->segment, path);
    err = dep_store_read_line(reg, path, secret, out_line, fault);
    if (err)
        dep_wipe(out_key, KEY_LEN);
    return err;
}

int dep_register_open_secret(struct dep_register *reg, const char *jti,
                             const struct dep_place *secret, const struct dep_place *keyring,
                             const struct dep_role_identity *identities, size_t identity_count,
                             struct dep_buf *out, struct dep_finding *why, struct dep_fault *fault)
{
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_SECRET_LINE_MAX);
    uint8_t key[KEY_LEN];
    int err = dep_register_read_secret(reg, jti, secret, keyring, identities, identity_count, &line,
                                       key, why, fault);
    if (err)
        return err;
    err = dep_secret_open_line(dep_buf_slice(&line), jti, key, out, why);
    dep_wipe(key, sizeof key);
    return err < 0 ? dep_store_fault(reg, fault, err, "store.secrets", "private") : err;
}

bool dep_secret_kek_of(const char *wrapped, struct dep_slice *out)
{
    struct dep_slice rest = dep_slice_string(wrapped);
    *out = dep_slice_next(&rest, '.');
    return out->len == DEP_KEK_ID_LEN;
}

int dep_secret_open(const struct dep_secret_lines *lines, const char *jti,
                    const struct dep_role_identity *identities, size_t identity_count,
                    struct dep_buf *out, struct dep_finding *why)
{
    char kek_id[DEP_KEK_ID_LEN + 1];
    uint8_t key[KEY_LEN], wrapped[WRAPPED_LEN];
    DEP_AUTO_JSON *json = NULL;
    const char *text;
    size_t at;
    struct dep_aead *kek = NULL;
    int err = find_wrapped(lines->keyring, jti, identities, identity_count, &json, &text, &at, why);
    if (!err && !split_wrapped(text, kek_id, wrapped))
        err = damaged(why);
    if (err)
        return err;
    err = damaged(why); /* where none of the keks is the one */
    for (size_t i = 0; err == DEP_FOUND && !kek && i < lines->kek_count; i++)
        err = dep_kek_open_line(lines->keks[i], kek_id, &identities[at].identity, &kek, why);
    if (!err)
        err = unwrap(kek, jti, wrapped, key, why);
    if (!err)
        err = dep_secret_open_line(lines->secret, jti, key, out, why);
    dep_aead_free(kek);
    dep_wipe(key, sizeof key);
    return err;
}

/* ---- walking ---- */

struct secret_walk {
    enum dep_secret_kind kind;
    dep_secret_fn *each;
    void *context;
};

static int walk_line(void *context, const struct dep_place *place, struct dep_slice line,
                     bool whole)
{
    const struct secret_walk *walk = context;
    static const char mark[] = "{\"id\":\"";
    if (!whole || !dep_slice_starts(line, mark) || line.len < sizeof mark - 1 + DEP_UUID_LEN)
        return DEP_OK; /* a kek, or what recovery will judge */
    char jti[DEP_UUID_LEN + 1];
    memcpy(jti, line.data + sizeof mark - 1, DEP_UUID_LEN);
    jti[DEP_UUID_LEN] = 0;
    uint64_t index = UINT64_MAX;
    (void)dep_store_line_index(line, &index);
    return walk->each(walk->context, walk->kind, jti, index, place);
}

static int walk_family(struct dep_register *reg, enum dep_secret_kind kind, dep_segment_fn *each,
                       void *context, struct dep_fault *fault)
{
    const struct dep_family *family = kind == DEP_SECRET_PRIVATE ? &reg->secrets : &reg->keyring;
    uint32_t last = 0;
    int err = dep_segment_last(reg, family, &last, fault);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err; /* there is none yet */
    for (uint32_t segment = 0; !err && segment <= last; segment++)
        err = dep_segment_walk(reg, family, segment, 0, each, context, fault);
    return err;
}

int dep_register_walk_secrets(struct dep_register *reg, dep_secret_fn *each, void *context,
                              struct dep_fault *fault)
{
    int err = DEP_OK;
    for (int kind = DEP_SECRET_PRIVATE; !err && kind <= DEP_SECRET_KEYRING; kind++) {
        struct secret_walk walk = {(enum dep_secret_kind)kind, each, context};
        err = walk_family(reg, walk.kind, walk_line, &walk, fault);
    }
    return err;
}

struct line_walk {
    dep_secret_line_fn *each;
    void *context;
};

static int walk_whole_line(void *context, const struct dep_place *place, struct dep_slice line,
                           bool whole)
{
    const struct line_walk *walk = context;
    (void)place;
    uint64_t index = UINT64_MAX;
    (void)dep_store_line_index(line, &index);
    return whole ? walk->each(walk->context, index, line) : DEP_OK;
}

int dep_register_walk_secret_lines(struct dep_register *reg, enum dep_secret_kind kind,
                                   dep_secret_line_fn *each, void *context, struct dep_fault *fault)
{
    struct line_walk walk = {each, context};
    return walk_family(reg, kind, walk_whole_line, &walk, fault);
}

/* ---- erasing ---- */

struct erasure {
    const char *jti, *by;
    struct dep_buf text; /* the file as it will be */
    bool found;
};

/* The line keeps its length, so that every place in the file stays true. */
static int copy_line(void *context, const struct dep_place *place, struct dep_slice line,
                     bool whole)
{
    (void)place;
    struct erasure *erasure = context;
    char start[96];
    int len = snprintf(start, sizeof start, "{\"id\":\"%s\",\"i\":", erasure->jti);
    if (whole && line.len > (size_t)len && memcmp(line.data, start, (size_t)len) == 0) {
        size_t from = erasure->text.len;
        dep_buf_addf(&erasure->text, "{\"id\":\"%s\",\"erased\":\"%s\"}", erasure->jti,
                     erasure->by);
        while (erasure->text.len - from < line.len && dep_buf_err(&erasure->text) == DEP_OK)
            dep_buf_add_byte(&erasure->text, ' ');
        erasure->found = true;
    } else {
        dep_buf_add_slice(&erasure->text, line);
    }
    if (whole)
        dep_buf_add_byte(&erasure->text, '\n');
    return dep_buf_err(&erasure->text);
}

/* The old file's blocks are overwritten while we still hold them. What the disk keeps besides
 * (flash, snapshots, backups) is out of reach: the guide says so. */
static int overwrite(int fd, const char *path, struct dep_fault *fault)
{
    static const uint8_t zeros[4096];
    struct stat info;
    if (fstat(fd, &info) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return dep_fault_set(fault, DEP_ERR_IO, 0, "store.erase", "%s", path);
    for (off_t left = info.st_size; left > 0; left -= (off_t)sizeof zeros) {
        int err = dep_file_write_all(
            fd, zeros, left < (off_t)sizeof zeros ? (size_t)left : sizeof zeros, path, fault);
        if (err)
            return err;
    }
    return dep_file_sync(fd, path, fault);
}

static int replace_file(struct dep_register *reg, const char *path, struct dep_slice text,
                        struct dep_fault *fault)
{
    DEP_STORE_FD old = openat(reg->fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (old < 0)
        return dep_store_io(reg, fault, "store.erase", path);
    int err = dep_file_replace(reg->fd, path, text, 0600, fault);
    return err ? err : overwrite(old, path, fault);
}

int dep_register_erase(struct dep_register *reg, const char *jti, const char *erasure_jti,
                       struct dep_fault *fault)
{
    assert(!reg->ahead);
    int err = dep_store_lock(reg, fault);
    if (err)
        return err;
    uint32_t last = 0;
    struct erasure erasure = {.jti = jti, .by = erasure_jti};
    dep_buf_init(&erasure.text, (size_t)DEP_STORE_LINE_MAX * 8);
    /* First the journal: whoever finds the line gone may take the erasure for done. */
    err = dep_journal_void(reg, true, fault);
    if (!err)
        err = dep_segment_last(reg, &reg->keyring, &last, fault);
    for (uint32_t segment = 0; !err && !erasure.found && segment <= last; segment++) {
        char path[DEP_SEGMENT_PATH];
        dep_segment_path(&reg->keyring, segment, path);
        dep_buf_clear(&erasure.text);
        err = dep_segment_walk(reg, &reg->keyring, segment, 0, copy_line, &erasure, fault);
        if (!err && erasure.found)
            err = replace_file(reg, path, dep_buf_slice(&erasure.text), fault);
    }
    dep_buf_done(&erasure.text);
    dep_store_unlock(reg);
    return err == DEP_FOUND ? DEP_OK : err;
}
