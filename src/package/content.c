/*
 * Lines are parsed as JSON, and then written again: what the encoder would not have written is
 * refused, whatever JSON would allow.
 */
#include "package/content.h"

#include "codec/bech32.h"
#include "codec/text.h"
#include "package/names.h"
#include "rules/charter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 3";

/* ---- names ---- */

static const char *const KINDS[] = {"release",         "register", "receipt", "notice",
                                    "acknowledgement", "cosign",   "cosigned"};
static const char *const ITEM_AS[] = {"whole", "parts", "plain"};
static const char *const ITEM_FILES[] = {"container.tar.age", "parts.tar.age", "container.tar"};
static const char *const OPENS[] = {"recipient", "passphrase", "nobody"};
static const char *const LINKED_AS[] = {"named", "sealed", "counted"};
static const char *const WHY[] = {"rule",       "consent", "protected",
                                  "originator", "erased",  "not_held"};
static const char *const LINES[] = {"package", "record", "item", "linked",
                                    "notice",  "seen",   "file"};
_Static_assert(DEP_COUNT(KINDS) == DEP_PACKAGE_KINDS, "a name for each");

const char *dep_package_kind_name(enum dep_package_kind kind)
{
    assert(kind < DEP_PACKAGE_KINDS);
    return KINDS[kind];
}

/* Place of `text` (NULL is none) among `names`, or `count`. */
static size_t name_find(const char *const *names, size_t count, const char *text)
{
    size_t at = 0;
    while (at < count && !(text && strcmp(names[at], text) == 0))
        at++;
    return at;
}

enum dep_package_kind dep_package_kind_parse(struct dep_slice name)
{
    size_t at = 0;
    while (at < DEP_COUNT(KINDS) && !dep_slice_equal_string(name, KINDS[at]))
        at++;
    return (enum dep_package_kind)at;
}

const char *dep_item_as_name(enum dep_item_as as)
{
    return ITEM_AS[as];
}

const char *dep_item_opens_name(enum dep_item_opens opens)
{
    return OPENS[opens];
}

const char *dep_linked_as_name(enum dep_linked_as as)
{
    return LINKED_AS[as];
}

const char *dep_content_why(const char *why)
{
    size_t at = name_find(WHY, DEP_COUNT(WHY), why);
    return at < DEP_COUNT(WHY) ? WHY[at] : NULL;
}

/* ---- forms: the same for writing and reading ---- */

static bool code_form(const char *text)
{
    return text && dep_code_valid(dep_slice_string(text));
}

static bool uuid_form(const char *text)
{
    return text && dep_uuid7_valid(dep_slice_string(text));
}

static bool origin_form(const char *text)
{
    return text && dep_key_name_valid(dep_slice_string(text));
}

static bool path_form(const char *text)
{
    return text && dep_package_name_valid(dep_slice_string(text)) &&
           strlen(text) + strlen("data/") <= DEP_PACKAGE_PATH_MAX;
}

static bool package_form(const struct dep_content_package *package)
{
    return uuid_form(package->id) && code_form(package->sender) && code_form(package->recipient) &&
           (package->kind == DEP_PACKAGE_RELEASE || package->kind == DEP_PACKAGE_REGISTER);
}

static bool record_form(const struct dep_content_record *record)
{
    if (!origin_form(record->origin) || record->index > INT64_MAX ||
        record->shown_count > DEP_CONTENT_SHOWN_MAX)
        return false;
    for (size_t i = 0; i < record->shown_count; i++)
        if (!code_form(record->shown[i]) ||
            (i > 0 && strcmp(record->shown[i - 1], record->shown[i]) >= 0))
            return false;
    return true;
}

/* A container's name follows from what it is: nothing is to be decided in it. */
static bool item_form(const struct dep_content_item *item)
{
    char path[DEP_PACKAGE_PATH_MAX];
    if (!uuid_form(item->item) || item->as >= DEP_COUNT(ITEM_AS) ||
        item->opens >= DEP_COUNT(OPENS) || !item->path)
        return false;
    (void)snprintf(path, sizeof path, "items/%s/%s", item->item, ITEM_FILES[item->as]);
    return strcmp(item->path, path) == 0 && item->pieces >= 1 &&
           item->pieces <= (item->as == DEP_ITEM_WHOLE ? DEP_CONTENT_PIECES_MAX : 1);
}

static bool linked_form(const struct dep_content_linked *linked)
{
    static const struct dep_hash none;
    bool counted = linked->as == DEP_LINKED_COUNTED;
    return linked->as < DEP_COUNT(LINKED_AS) && dep_linked_rel(linked->rel) &&
           dep_content_why(linked->why) && (linked->count > 0) == counted &&
           linked->count <= INT64_MAX && (!counted || dep_hash_equal(&linked->sha256, &none));
}

/* An X25519 recipient of age by its form; that something can be sealed for it is for who seals. */
static bool recipient_form(const char *text)
{
    uint8_t key[32];
    return text && text[0] == 'a' &&
           dep_bech32_parse(dep_slice_string(text), "age", key, sizeof key, NULL) == DEP_OK;
}

static bool notice_form(const struct dep_content_notice *notice)
{
    bool named = notice->opens == DEP_OPENS_RECIPIENT;
    return notice->sealed >= 1 && notice->sealed <= INT64_MAX &&
           (named || notice->opens == DEP_OPENS_PASSPHRASE) &&
           (named ? recipient_form(notice->to) : !notice->to);
}

static bool form(const struct dep_content_line *line)
{
    switch (line->kind) {
    case DEP_CONTENT_PACKAGE: return package_form(&line->package);
    case DEP_CONTENT_RECORD: return record_form(&line->record);
    case DEP_CONTENT_ITEM: return item_form(&line->item);
    case DEP_CONTENT_LINKED: return linked_form(&line->linked);
    case DEP_CONTENT_NOTICE: return notice_form(&line->notice);
    case DEP_CONTENT_SEEN: return origin_form(line->seen.origin) && line->seen.size <= INT64_MAX;
    case DEP_CONTENT_FILE: return path_form(line->file.path);
    }
    return false;
}

/* ---- writing ---- */

static void add_hex(struct dep_buf *out, const char *name, const struct dep_hash *hash)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    dep_buf_addf(out, ",\"%s\":\"%s\"", name, hex);
}

/* The one text here that may hold quotes. */
static int add_origin(struct dep_buf *out, const char *origin)
{
    DEP_AUTO_JSON *value = json_string(origin);
    dep_buf_add_string(out, ",\"origin\":");
    return value ? dep_json_encode(value, out) : DEP_ERR_NOMEM;
}

static void add_shown(struct dep_buf *out, const struct dep_content_record *record)
{
    dep_buf_add_string(out, ",\"shown\":[");
    for (size_t i = 0; i < record->shown_count; i++)
        dep_buf_addf(out, "%s\"%s\"", i ? "," : "", record->shown[i]);
    dep_buf_add_byte(out, ']');
}

static int add_record(struct dep_buf *out, const struct dep_content_record *record)
{
    int err = add_origin(out, record->origin);
    dep_buf_addf(out, ",\"index\":\"%" PRIu64 "\"", record->index);
    add_hex(out, "sha256", &record->sha256);
    add_shown(out, record);
    return err;
}

static void add_package(struct dep_buf *out, const struct dep_content_package *package)
{
    dep_buf_addf(out,
                 ",\"v\":1,\"id\":\"%s\",\"kind\":\"%s\",\"sender\":\"%s\",\"recipient\":\"%s\"",
                 package->id, KINDS[package->kind], package->sender, package->recipient);
    add_hex(out, "charter", &package->charter);
}

static void add_item(struct dep_buf *out, const struct dep_content_item *item)
{
    dep_buf_addf(out, ",\"item\":\"%s\"", item->item);
    add_hex(out, "record", &item->record);
    dep_buf_addf(out,
                 ",\"as\":\"%s\",\"opens\":\"%s\",\"path\":\"%s\",\"pieces\":%" PRIu64
                 ",\"bytes\":\"%" PRIu64 "\"",
                 ITEM_AS[item->as], OPENS[item->opens], item->path, item->pieces, item->bytes);
    add_hex(out, "payload_sha256", &item->payload_sha256);
}

static void add_linked(struct dep_buf *out, const struct dep_content_linked *linked)
{
    add_hex(out, "from", &linked->from);
    dep_buf_addf(out, ",\"rel\":\"%s\",\"as\":\"%s\"", linked->rel, LINKED_AS[linked->as]);
    if (linked->as == DEP_LINKED_COUNTED)
        dep_buf_addf(out, ",\"count\":%" PRIu64, linked->count);
    else
        add_hex(out, "sha256", &linked->sha256);
    dep_buf_addf(out, ",\"why\":\"%s\"", linked->why);
}

static void add_notice(struct dep_buf *out, const struct dep_content_notice *notice)
{
    dep_buf_addf(out, ",\"sealed\":%" PRIu64 ",\"opens\":\"%s\"", notice->sealed,
                 OPENS[notice->opens]);
    if (notice->to)
        dep_buf_addf(out, ",\"to\":\"%s\"", notice->to);
    add_hex(out, "sha256", &notice->sha256);
    add_hex(out, "page_sha256", &notice->page_sha256);
}

static int add_seen(struct dep_buf *out, const struct dep_content_seen *seen)
{
    int err = add_origin(out, seen->origin);
    dep_buf_addf(out, ",\"size\":\"%" PRIu64 "\"", seen->size);
    add_hex(out, "root", &seen->root);
    return err;
}

static int add_line(struct dep_buf *out, const struct dep_content_line *line)
{
    int err = DEP_OK;
    dep_buf_addf(out, "{\"line\":\"%s\"", LINES[line->kind]);
    switch (line->kind) {
    case DEP_CONTENT_PACKAGE: add_package(out, &line->package); break;
    case DEP_CONTENT_RECORD: err = add_record(out, &line->record); break;
    case DEP_CONTENT_ITEM: add_item(out, &line->item); break;
    case DEP_CONTENT_LINKED: add_linked(out, &line->linked); break;
    case DEP_CONTENT_NOTICE: add_notice(out, &line->notice); break;
    case DEP_CONTENT_SEEN: err = add_seen(out, &line->seen); break;
    case DEP_CONTENT_FILE:
        dep_buf_addf(out, ",\"path\":\"%s\"", line->file.path);
        add_hex(out, "sha256", &line->file.sha256);
        break;
    }
    dep_buf_add_string(out, "}\n");
    return err ? err : dep_buf_err(out);
}

int dep_content_encode(const struct dep_content_line *line, struct dep_buf *out)
{
    if (!form(line))
        return DEP_ERR_CAP;
    size_t before = out->len;
    int err = add_line(out, line);
    if (!err && out->len - before > DEP_CONTENT_LINE_MAX)
        err = DEP_ERR_CAP;
    if (err && out->len > before)
        out->len = before;
    return err;
}

/* ---- reading ---- */

/* What of a line decides its place: lines ascend by kind, then by these. */
struct key {
    size_t kind;
    char text[3][DEP_KEY_NAME_LEN_MAX + 1];
    uint64_t number;
    struct dep_hash hashes[2];
};

struct dep_content_reader {
    json_t *value; /* the line read last borrows from it */
    struct dep_content_line line;
    const char *shown[DEP_CONTENT_SHOWN_MAX];
    struct dep_buf again;
    bool begun;
    struct key last, next;
};

int dep_content_reader_new(struct dep_content_reader **out)
{
    struct dep_content_reader *reader = dep_alloc(sizeof *reader);
    if (!reader)
        return DEP_ERR_NOMEM;
    dep_buf_init(&reader->again, DEP_CONTENT_LINE_MAX);
    *out = reader;
    return DEP_OK;
}

void dep_content_reader_free(struct dep_content_reader *reader)
{
    if (!reader)
        return;
    json_decref(reader->value);
    dep_buf_done(&reader->again);
    free(reader);
}

static bool get_hash(const json_t *object, const char *name, struct dep_hash *out)
{
    const char *text = dep_json_string(object, name);
    return text && dep_hex_parse(dep_slice_string(text), out->bytes, DEP_HASH_LEN);
}

static bool get_decimal(const json_t *object, const char *name, uint64_t *out)
{
    const char *text = dep_json_string(object, name);
    return text && dep_u64_parse(dep_slice_string(text), UINT64_MAX, out);
}

static bool get_count(const json_t *object, const char *name, uint64_t *out)
{
    int64_t value;
    if (!dep_json_int(object, name, &value) || value < 0)
        return false;
    *out = (uint64_t)value;
    return true;
}

static bool get_shown(const json_t *object, const char **names, struct dep_content_record *out)
{
    const json_t *shown = dep_json_array(object, "shown");
    size_t count = json_array_size(shown);
    if (!shown || count > DEP_CONTENT_SHOWN_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!(names[i] = json_string_value(json_array_get(shown, i))))
            return false;
    out->shown = names;
    out->shown_count = count;
    return true;
}

static bool get_package(const json_t *object, struct dep_content_package *out)
{
    const char *kind = dep_json_string(object, "kind");
    *out = (struct dep_content_package){
        .id = dep_json_string(object, "id"),
        .kind = dep_package_kind_parse(dep_slice_string(kind ? kind : "")),
        .sender = dep_json_string(object, "sender"),
        .recipient = dep_json_string(object, "recipient"),
    };
    return get_hash(object, "charter", &out->charter);
}

static bool get_item(const json_t *object, struct dep_content_item *out)
{
    *out = (struct dep_content_item){
        .item = dep_json_string(object, "item"),
        .as =
            (enum dep_item_as)name_find(ITEM_AS, DEP_COUNT(ITEM_AS), dep_json_string(object, "as")),
        .opens = (enum dep_item_opens)name_find(OPENS, DEP_COUNT(OPENS),
                                                dep_json_string(object, "opens")),
        .path = dep_json_string(object, "path"),
    };
    return get_hash(object, "record", &out->record) && get_count(object, "pieces", &out->pieces) &&
           get_decimal(object, "bytes", &out->bytes) &&
           get_hash(object, "payload_sha256", &out->payload_sha256);
}

static bool get_linked(const json_t *object, struct dep_content_linked *out)
{
    *out = (struct dep_content_linked){
        .rel = dep_json_string(object, "rel"),
        .as = (enum dep_linked_as)name_find(LINKED_AS, DEP_COUNT(LINKED_AS),
                                            dep_json_string(object, "as")),
        .why = dep_json_string(object, "why"),
    };
    return get_hash(object, "from", &out->from) &&
           (out->as == DEP_LINKED_COUNTED ? get_count(object, "count", &out->count)
                                          : get_hash(object, "sha256", &out->sha256));
}

static bool get_notice(const json_t *object, struct dep_content_notice *out)
{
    *out = (struct dep_content_notice){
        .opens = (enum dep_item_opens)name_find(OPENS, DEP_COUNT(OPENS),
                                                dep_json_string(object, "opens")),
        .to = dep_json_string(object, "to"),
    };
    return get_count(object, "sealed", &out->sealed) && get_hash(object, "sha256", &out->sha256) &&
           get_hash(object, "page_sha256", &out->page_sha256);
}

static bool get_line(struct dep_content_reader *reader, struct dep_content_line *out)
{
    const json_t *object = reader->value;
    switch (out->kind) {
    case DEP_CONTENT_PACKAGE: return get_package(object, &out->package);
    case DEP_CONTENT_RECORD:
        out->record.origin = dep_json_string(object, "origin");
        return get_decimal(object, "index", &out->record.index) &&
               get_hash(object, "sha256", &out->record.sha256) &&
               get_shown(object, reader->shown, &out->record);
    case DEP_CONTENT_ITEM: return get_item(object, &out->item);
    case DEP_CONTENT_LINKED: return get_linked(object, &out->linked);
    case DEP_CONTENT_NOTICE: return get_notice(object, &out->notice);
    case DEP_CONTENT_SEEN:
        out->seen.origin = dep_json_string(object, "origin");
        return get_decimal(object, "size", &out->seen.size) &&
               get_hash(object, "root", &out->seen.root);
    case DEP_CONTENT_FILE:
        out->file.path = dep_json_string(object, "path");
        return get_hash(object, "sha256", &out->file.sha256);
    }
    return false;
}

static void set_text(struct key *key, size_t at, const char *text)
{
    /* The forms were checked: none is longer. */
    (void)snprintf(key->text[at], sizeof key->text[at], "%s", text);
}

static void key_of(const struct dep_content_line *line, struct key *out)
{
    *out = (struct key){.kind = line->kind};
    switch (line->kind) {
    case DEP_CONTENT_PACKAGE: break;
    case DEP_CONTENT_RECORD:
        set_text(out, 0, line->record.origin);
        out->number = line->record.index;
        break;
    case DEP_CONTENT_ITEM: set_text(out, 0, line->item.item); break;
    case DEP_CONTENT_LINKED:
        out->hashes[0] = line->linked.from;
        set_text(out, 1, line->linked.rel);
        out->hashes[1] = line->linked.sha256;
        set_text(out, 2, line->linked.why);
        break;
    case DEP_CONTENT_NOTICE: break;
    case DEP_CONTENT_SEEN:
        set_text(out, 0, line->seen.origin);
        out->number = line->seen.size;
        break;
    case DEP_CONTENT_FILE: set_text(out, 0, line->file.path); break;
    }
}

static int key_compare(const struct key *a, const struct key *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = strcmp(a->text[0], b->text[0]);
    if (!order)
        order = memcmp(a->hashes[0].bytes, b->hashes[0].bytes, DEP_HASH_LEN);
    if (!order)
        order = strcmp(a->text[1], b->text[1]);
    if (!order)
        order = (a->number > b->number) - (a->number < b->number);
    if (!order)
        order = memcmp(a->hashes[1].bytes, b->hashes[1].bytes, DEP_HASH_LEN);
    return order ? order : strcmp(a->text[2], b->text[2]);
}

/* As the encoder would have written it. */
static int check_again(struct dep_content_reader *reader, const struct dep_content_line *line,
                       struct dep_slice text, struct dep_finding *why)
{
    dep_buf_clear(&reader->again);
    int err = form(line) ? add_line(&reader->again, line) : DEP_FOUND;
    if (err && err != DEP_FOUND && err != DEP_ERR_CAP)
        return err;
    if (err || reader->again.len != text.len + 1 ||
        memcmp(reader->again.data, text.data, text.len) != 0)
        return dep_found(why, "content.form", CLAUSE, 0);
    return DEP_OK;
}

int dep_content_read(struct dep_content_reader *reader, struct dep_slice text,
                     const struct dep_content_line **out, struct dep_finding *why)
{
    if (text.len >= DEP_CONTENT_LINE_MAX)
        return dep_found(why, "content.len", CLAUSE, DEP_CONTENT_LINE_MAX);
    json_decref(reader->value);
    reader->value = NULL;
    int err = dep_json_parse(text, &reader->value, why);
    if (err)
        return err;
    struct dep_content_line line = {
        .kind = (enum dep_content_kind)name_find(LINES, DEP_COUNT(LINES),
                                                 dep_json_string(reader->value, "line"))};
    if (line.kind == DEP_COUNT(LINES))
        return dep_found(why, "content.line", CLAUSE, 0);
    if (!get_line(reader, &line))
        return dep_found(why, "content.form", CLAUSE, 0);
    if ((err = check_again(reader, &line, text, why)))
        return err;
    key_of(&line, &reader->next);
    bool in_place = reader->begun ? key_compare(&reader->last, &reader->next) < 0
                                  : line.kind == DEP_CONTENT_PACKAGE;
    if (!in_place)
        return dep_found(why, "content.order", CLAUSE, 0);
    reader->last = reader->next;
    reader->begun = true;
    reader->line = line;
    *out = &reader->line;
    return DEP_OK;
}
