/*
 * What tests of the verifier share: a good package made in memory, edited at one stage of its
 * making, and verified as a caller does.
 *
 * Two members, "iq" (the sender) and "fr" (its cosigner), under one charter; in iq's log its keys
 * and the charter's entry, an item collected by EX1, a note about it and a correction of that, its
 * release with what that rests on, and what was sent.
 */
#ifndef DEP_PACKAGE_TEST_SUPPORT_H
#define DEP_PACKAGE_TEST_SUPPORT_H
#include "package/test_keep.h"
#include "package/test_release.h"

/* ---- records ---- */

static inline void test_make_records(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    test_enter(world);
    test_collect(world, log);
    world->note = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                             test_note("red", test_ref(log, "about", world->collected)));
    world->correction = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                                   test_note("blue", test_ref(log, "supersedes", world->note)));
    log->records[world->note].listed = log->records[world->correction].listed = true;
    log->records[world->correction].shown[0] = "text";
    /* Others of the log that stay behind: some tiles are full. */
    for (size_t i = 0; i < 600; i++) {
        size_t at = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                               test_note("other", test_ref(log, "about", world->collected)));
        log->records[at].in = false;
    }
    test_release(world);
}

/* ---- the tree ---- */

struct test_tile {
    struct dep_tile_id id;
    uint8_t data[DEP_TILE_LEN];
};
struct test_tiles {
    struct test_tile tiles[TEST_TILES_MAX];
    size_t count;
    struct test_world *world;
    const char *folder;
};

static inline int test_keep_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                                 size_t len)
{
    struct test_tiles *tiles = context;
    if (tile->level < 0)
        return DEP_OK;
    assert_true(tiles->count < DEP_COUNT(tiles->tiles) && len <= DEP_TILE_LEN);
    struct test_tile *kept = &tiles->tiles[tiles->count++];
    kept->id = *tile;
    memcpy(kept->data, data, len);
    return DEP_OK;
}

static inline int test_write_tile(void *context, const struct dep_tile_id *tile)
{
    struct test_tiles *tiles = context;
    char name[DEP_TILE_PATH_MAX];
    dep_tile_path(tile, name);
    for (size_t i = 0; i < tiles->count; i++)
        if (tiles->tiles[i].id.level == tile->level && tiles->tiles[i].id.index == tile->index &&
            tiles->tiles[i].id.width == tile->width) {
            test_put_below(tiles->world, tiles->folder, name,
                           dep_slice_of(tiles->tiles[i].data, tile->width * (size_t)DEP_HASH_LEN));
            return DEP_OK;
        }
    fail_msg("no tile %s", name);
    return DEP_ERR_IO;
}

static inline void test_write_records(struct test_world *world, const struct test_log *log,
                                      const char *folder)
{
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, TEST_LEN_MAX);
    for (size_t i = 0; i < log->count; i++) {
        const struct test_record *record = &log->records[i];
        size_t count = 0;
        DEP_AUTO_BUF text;
        dep_buf_init(&text, DEP_PRESENTATION_LEN_MAX);
        if (!record->in)
            continue;
        while (record->shown[count])
            count++;
        assert_int_equal(dep_presentation_make(world->schemas, dep_buf_slice(&record->issued.jwt),
                                               dep_buf_slice(&record->issued.disclosures),
                                               record->shown, count, &text, NULL),
                         DEP_OK);
        assert_int_equal(dep_records_line_encode(i, dep_buf_slice(&text), &lines), DEP_OK);
    }
    test_put_below(world, folder, "records.jsonl", dep_buf_slice(&lines));
}

static inline bool test_is_in(const struct test_log *log, const struct dep_hash *sha256)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->records[i].in && dep_hash_equal(&log->records[i].issued.sha256, sha256))
            return true;
    return false;
}

/* Of every status of consents that is in it, what it lists of those that are. */
static inline void test_write_in_force(struct test_world *world, const struct test_log *log,
                                       const char *folder)
{
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, TEST_LEN_MAX);
    for (size_t i = 0; i < log->count; i++) {
        const struct test_record *record = &log->records[i];
        DEP_AUTO_SET *set = NULL;
        if (!record->in || !record->set)
            continue;
        assert_int_equal(dep_set_new(record->set, record->set_count, &set), DEP_OK);
        for (size_t k = 0; k < record->set_count; k++) {
            struct dep_in_force line = {.status = i, .sha256 = record->set[k]};
            assert_int_equal(dep_set_prove(set, &line.sha256, &line.place, &line.proof), DEP_OK);
            if (test_is_in(log, &line.sha256))
                assert_int_equal(dep_in_force_encode(&line, &lines), DEP_OK);
        }
    }
    if (lines.len)
        test_put_below(world, folder, "in_force.jsonl", dep_buf_slice(&lines));
}

/* Checkpoint, records and tiles of a log as it stands. */
static inline void test_write_log(struct test_world *world, struct test_log *log,
                                  const char *folder)
{
    static struct test_tiles tiles;
    static uint64_t indices[TEST_RECORDS_MAX];
    size_t count = 0;
    struct dep_tile_builder *builder = NULL;
    struct dep_checkpoint checkpoint = {.origin = dep_slice_string(log->origin),
                                        .size = log->count};
    tiles = (struct test_tiles){.world = world, .folder = folder};
    assert_int_equal(dep_tile_builder_new(test_keep_tile, &tiles, &builder), DEP_OK);
    for (size_t i = 0; i < log->count; i++) {
        assert_int_equal(dep_tile_builder_add(builder, &log->records[i].issued.sha256), DEP_OK);
        if (log->records[i].in)
            indices[count++] = i;
    }
    assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
    dep_frontier_root(dep_tile_builder_frontier(builder), &checkpoint.root);
    dep_tile_builder_free(builder);
    assert_int_equal(dep_subset_tiles(indices, count, log->count, test_write_tile, &tiles), DEP_OK);
    dep_buf_done(&log->checkpoint);
    dep_buf_init(&log->checkpoint, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&checkpoint, log->log, &log->checkpoint), DEP_OK);
    /* The cosigner of the other member, where the charter has one. */
    const struct test_log *other = &world->logs[log == world->logs];
    struct dep_slice all = dep_buf_slice(&log->checkpoint);
    char name[64];
    struct dep_note note;
    (void)snprintf(name, sizeof name, "%s/cosigner", other->member);
    assert_int_equal(dep_note_parse(all, &note, NULL), DEP_OK);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    dep_buf_add_slice(&text, note.text);
    assert_int_equal(dep_cosignature_sign(dep_buf_slice(&text), dep_slice_string(name),
                                          other->cosigner, test_now_s + 100, &log->checkpoint),
                     DEP_OK);
    test_put_below(world, folder, "checkpoint", dep_buf_slice(&log->checkpoint));
    test_write_records(world, log, folder);
    test_write_in_force(world, log, folder);
}

/* ---- charter ---- */

static inline void test_adopt(struct test_world *world, struct test_log *log, struct dep_buf *out)
{
    char hex[2 * DEP_HASH_LEN + 1];
    struct dep_issued issued = {.readers = 0};
    struct dep_issuer who = {.member = log->member,
                             .role = DEP_ROLE_ROOT,
                             .code = "root",
                             .key = log->root,
                             .now_ms = test_now_s * 1000,
                             .clock_source = "ntp",
                             .uncertainty_s = 2,
                             .random = counter_random};
    dep_hex_encode(dep_charter_digest(world->parsed)->bytes, DEP_HASH_LEN, hex);
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:i}", "charter_sha256", hex, "number", 1);
    assert_int_equal(dep_record_issue(world->schemas, "charter.adopted", claims, NULL, &who,
                                      &issued, NULL, NULL),
                     DEP_OK);
    dep_buf_add_slice(out, dep_buf_slice(&issued.jwt));
    dep_buf_add_byte(out, '\n');
    dep_issued_done(&issued);
}

static inline void test_make_charter(struct test_world *world)
{
    world->charter = json_of(test_charter);
    json_t *members = json_array();
    static const char *const territories[] = {"IQ", "FR"};
    for (size_t i = 0; i < 2; i++)
        (void)json_array_append_new(members,
                                    member_json(world->logs[i].member, territories[i],
                                                dep_signing_key_public(world->logs[i].root),
                                                dep_signing_key_public(world->logs[i].cosigner)));
    json_change(world->charter, "/members", members);
    json_change(
        world->charter, "/rules",
        json_of(
            "[{\"id\":\"share\",\"when\":{\"action\":[\"release\"]},\"needs\":["
            "{\"need\":\"request\"},{\"need\":\"basis\"},"
            "{\"need\":\"consent.host\",\"status_max_age_s\":259200},{\"need\":\"approval\"}]}]"));
    /* Those of the record come into force with it, and no earlier. */
    test_at(world, TEST_CHARTER);
    DEP_AUTO_BUF text;
    DEP_AUTO_BUF adoptions;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    dep_buf_init(&adoptions, 1 << 20);
    assert_int_equal(dep_json_encode(world->charter, &text), DEP_OK);
    world->parsed = charter_of(world->charter);
    memcpy(world->pin, dep_charter_digest(world->parsed)->bytes, sizeof world->pin);
    test_adopt(world, &world->logs[0], &adoptions);
    test_adopt(world, &world->logs[1], &adoptions);
    test_put(world, "data/charter/000001.json", dep_buf_slice(&text));
    test_put(world, "data/charter/000001.adoptions", dep_buf_slice(&adoptions));
}

/* ---- content and what was sent ---- */

static inline void test_line(struct test_world *world, const struct dep_content_line *line)
{
    assert_int_equal(dep_content_encode(line, &world->content), DEP_OK);
}

static inline void test_make_item(struct test_world *world)
{
    struct dep_buf *container = NULL;
    struct dep_age_identity identity;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    dep_age_identity_new(counter_random, &identity);
    struct dep_age_to to = {.recipients = &identity.recipient, .recipient_count = 1};
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN] = {1};
    assert_int_equal(dep_age_header_encode(file_key, &to, true, counter_random, &text), DEP_OK);
    dep_buf_add_slice(&text, dep_buf_slice(&world->payload));
    test_put(world, "data/items/" TEST_ITEM "/container.tar.age", dep_buf_slice(&text));
    container = test_file(world, "data/items/" TEST_ITEM "/container.tar.age");
    struct dep_content_line line = {
        .kind = DEP_CONTENT_ITEM,
        .item = {.item = TEST_ITEM,
                 .record = world->logs[0].records[world->collected].issued.sha256,
                 .as = DEP_ITEM_WHOLE,
                 .opens = DEP_OPENS_RECIPIENT,
                 .path = "items/" TEST_ITEM "/container.tar.age",
                 .pieces = 1,
                 .bytes = container->len}};
    dep_sha256(dep_buf_slice(&world->payload), &line.item.payload_sha256);
    test_line(world, &line);
}

static inline void test_record_lines(struct test_world *world, const struct test_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct test_record *record = &log->records[i];
        if (!record->in || !record->listed)
            continue;
        struct dep_content_line line = {.kind = DEP_CONTENT_RECORD,
                                        .record = {.origin = log->origin,
                                                   .index = i,
                                                   .sha256 = record->issued.sha256,
                                                   .shown = record->shown}};
        while (record->shown[line.record.shown_count])
            line.record.shown_count++;
        test_line(world, &line);
    }
}

/* What it tells of, as it is before it is sealed: one of the records that stay behind, and the
 * marking as why. */
static inline size_t test_sealed(const struct test_world *world)
{
    return world->correction + 1;
}
static inline void test_notice_add(const struct test_world *world, size_t of, size_t place,
                                   bool whole, struct dep_buf *out)
{
    const struct test_record *record = &world->logs[0].records[place];
    struct dep_notice_record line = {.of = world->logs[0].records[of].issued.sha256,
                                     .index = place};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_PRESENTATION_LEN_MAX);
    size_t count = 0;
    while (whole && record->shown[count])
        count++;
    assert_int_equal(dep_presentation_make(world->schemas, dep_buf_slice(&record->issued.jwt),
                                           dep_buf_slice(&record->issued.disclosures),
                                           record->shown, count, &text, NULL),
                     DEP_OK);
    line.sd_jwt = dep_buf_slice(&text);
    assert_int_equal(dep_notice_record_encode(&line, out), DEP_OK);
}
static inline void test_notice_text(const struct test_world *world, struct dep_buf *out)
{
    const struct dep_notice_head head = {.package = TEST_PACKAGE, .sealed = 1, .words = "mercy"};
    assert_int_equal(dep_notice_head_encode(&head, out), DEP_OK);
    test_notice_add(world, test_sealed(world), test_sealed(world), false, out);
    test_notice_add(world, test_sealed(world), world->marking, true, out);
}

static inline void test_seal(struct test_world *world)
{
    static const char page[] = "a page";
    struct dep_content_line line = {
        .kind = DEP_CONTENT_LINKED,
        .linked = {.from = world->logs[0].records[world->collected].issued.sha256,
                   .rel = "exculpatory",
                   .as = DEP_LINKED_SEALED,
                   .sha256 = world->logs[0].records[test_sealed(world)].issued.sha256,
                   .why = "protected"}};
    if (world->named_protected)
        line.linked.as = DEP_LINKED_NAMED;
    if (world->sealed || world->named_protected)
        test_line(world, &line);
    if (!world->noticed)
        return;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    test_notice_text(world, &text);
    line = (struct dep_content_line){
        .kind = DEP_CONTENT_NOTICE,
        .notice = {.sealed = world->sealed_said, .opens = DEP_OPENS_PASSPHRASE}};
    dep_sha256(dep_buf_slice(&text), &line.notice.sha256);
    dep_sha256(dep_slice_string(page), &line.notice.page_sha256);
    test_line(world, &line);
    test_put(world, "data/" DEP_NOTICE_RECORDS_PATH, dep_buf_slice(&text));
    test_put(world, "data/" DEP_NOTICE_PAGE_PATH, dep_slice_string(page));
    if (world->notice_wrong && world->notice_dropped)
        test_drop(world, world->notice_wrong);
    else if (world->notice_wrong)
        test_file(world, world->notice_wrong)->data[0] ^= 1;
}

static inline void test_make_content(struct test_world *world)
{
    const struct test_log *log = &world->logs[0];
    struct dep_content_line line = {.kind = DEP_CONTENT_PACKAGE,
                                    .package = {.id = TEST_PACKAGE,
                                                .kind = DEP_PACKAGE_RELEASE,
                                                .sender = log->member,
                                                .recipient = "court",
                                                .charter = *dep_charter_digest(world->parsed)}};
    dep_buf_init(&world->content, TEST_LEN_MAX);
    test_line(world, &line);
    if (world->foreign)
        test_record_lines(world, &world->logs[1]);
    test_record_lines(world, log);
    test_make_item(world);
    /* The others about it are told by their number. */
    line =
        (struct dep_content_line){.kind = DEP_CONTENT_LINKED,
                                  .linked = {.from = log->records[world->collected].issued.sha256,
                                             .rel = "about<",
                                             .as = DEP_LINKED_COUNTED,
                                             .count = 600,
                                             .why = "rule"}};
    test_line(world, &line);
    struct dep_content_line named = line;
    named.linked.rel = "authority";
    named.linked.as = DEP_LINKED_NAMED;
    named.linked.sha256 = log->records[world->consent].issued.sha256;
    named.linked.count = 0;
    named.linked.why = world->why_named ? world->why_named : "originator";
    if (world->other_named)
        dep_sha256(dep_slice_string("elsewhere"), &named.linked.sha256);
    if (world->consent_named || world->other_named)
        test_line(world, &named);
    line.linked.rel = "item<";
    line.linked.count = 1;
    if (world->more_of_item)
        test_line(world, &line);
    test_seal(world);
    test_put(world, "data/index.html", dep_slice_string("<!doctype html>\n"));
    line = (struct dep_content_line){.kind = DEP_CONTENT_FILE, .file = {.path = "index.html"}};
    dep_sha256(dep_slice_string("<!doctype html>\n"), &line.file.sha256);
    test_line(world, &line);
}

static inline void test_send(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    struct dep_hash digest;
    char hex[2 * DEP_HASH_LEN + 1], release[2 * DEP_HASH_LEN + 1];
    dep_sha256(dep_buf_slice(&world->content), &digest);
    dep_hex_encode(digest.bytes, DEP_HASH_LEN, hex);
    dep_hex_encode(log->records[world->made].issued.sha256.bytes, DEP_HASH_LEN, release);
    json_t *claims =
        world->sent ? json_incref(world->sent)
                    : json_pack("{s:s,s:s,s:s,s:s,s:s}", "package", TEST_PACKAGE, "content_sha256",
                                hex, "kind", "release", "recipient", "court", "release", release);
    log->head = test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "package.sent", claims);
    static const char *const names[] = {"content_sha256", "kind", "recipient", "release"};
    memcpy(log->records[log->head].shown, names, sizeof names);
    world->consents = test_status(world, "consents", "consent.given");
    world->keys = test_status(world, "keys", "key.enrolled");
    test_put(world, "data/content.jsonl", dep_buf_slice(&world->content));
}

/* ---- the bag ---- */

static inline int test_by_path(const void *a, const void *b)
{
    const struct test_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static inline void test_manifest(struct test_world *world, bool tags, unsigned algorithm)
{
    char name[64];
    const char *word = dep_bag_algorithm_name(algorithm);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    qsort(world->files, world->file_count, sizeof *world->files, test_by_path);
    for (size_t i = 0; i < world->file_count; i++) {
        const struct test_file *file = &world->files[i];
        bool payload = strncmp(file->path, "data/", 5) == 0;
        uint8_t digest[64];
        struct dep_digest *of = dep_digest_new(word);
        if (payload != tags && strncmp(file->path, "tagmanifest-", 12) != 0) {
            dep_digest_add(of, file->data.data, file->data.len);
            (void)dep_digest_finish(of, digest);
            /* The line as it is, even of a name that no bag should hold. */
            char hex[129];
            dep_hex_encode(digest, dep_bag_algorithm_len(algorithm), hex);
            dep_buf_addf(&text, "%s  %s\n", hex, file->path);
        }
        dep_digest_free(of);
    }
    (void)snprintf(name, sizeof name, "%smanifest-%s.txt", tags ? "tag" : "", word);
    test_put(world, name, dep_buf_slice(&text));
}

static inline void test_write_info(struct test_world *world)
{
    struct dep_package_info info = {.sender = "iq",
                                    .date_s = test_now_s + (int64_t)world->logs[0].head,
                                    .id = TEST_PACKAGE,
                                    .agent = DEP_SLICE_LITERAL("depositary 0.1.0"),
                                    .kind = DEP_PACKAGE_RELEASE};
    for (size_t i = 0; i < world->file_count; i++) {
        if (strncmp(world->files[i].path, "data/", 5) != 0)
            continue;
        info.files++;
        info.octets += world->files[i].data.len;
    }
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_PACKAGE_INFO_LEN_MAX);
    assert_int_equal(dep_package_info_encode(&info, &text), DEP_OK);
    test_put(world, "bag-info.txt", dep_buf_slice(&text));
}

static inline void test_write_bag(struct test_world *world)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024);
    dep_bag_declaration_encode(&text);
    test_put(world, "bagit.txt", dep_buf_slice(&text));
    test_manifest(world, false, DEP_BAG_SHA256);
    test_manifest(world, false, DEP_BAG_SHA512);
    test_manifest(world, true, DEP_BAG_SHA256);
    test_manifest(world, true, DEP_BAG_SHA512);
}

/* ---- all of it ---- */

/* A package, `edit` made at its stage (NULL: the good one). */
static inline struct test_world *test_world_make(const struct dep_schemas *schemas,
                                                 const struct test_edit *edit,
                                                 const struct test_forgery *forgery)
{
    struct test_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->schemas = schemas;
    world->forgery = forgery;
    if (edit)
        world->edit = *edit;
    dep_buf_init(&world->payload, 1 << 20);
    for (size_t i = 0; i < 1000; i++)
        dep_buf_addf(&world->payload, "payload %zu\n", i);
    test_begin_log(world, &world->logs[0], "iq");
    test_begin_log(world, &world->logs[1], "fr");
    test_make_charter(world);
    test_make_records(world);
    test_at(world, TEST_RECORDS);
    test_make_content(world);
    test_at(world, TEST_CONTENT);
    test_send(world);
    test_at(world, TEST_SENT);
    test_write_log(world, &world->logs[0], "data/logs/000");
    if (world->foreign)
        test_write_log(world, &world->logs[1], "data/logs/001");
    test_at(world, TEST_DATA);
    test_write_info(world);
    test_at(world, TEST_FILES);
    test_write_bag(world);
    test_at(world, TEST_BAG);
    return world;
}

static inline struct test_world *test_world_new(const struct dep_schemas *schemas,
                                                const struct test_edit *edit)
{
    return test_world_make(schemas, edit, NULL);
}

static inline void test_world_free(struct test_world *world)
{
    for (size_t i = 0; i < world->heard_count; i++)
        json_decref(world->heard[i].claims);
    json_decref(world->own);
    for (size_t i = 0; i < 2; i++) {
        struct test_log *log = &world->logs[i];
        for (size_t at = 0; at < log->count; at++) {
            dep_issued_done(&log->records[at].issued);
            free(log->records[at].set);
        }
        dep_signing_key_free(log->root);
        dep_signing_key_free(log->log);
        dep_signing_key_free(log->officer);
        dep_signing_key_free(log->legal);
        dep_signing_key_free(log->approver);
        dep_signing_key_free(log->spare);
        dep_signing_key_free(log->cosigner);
        dep_buf_done(&log->checkpoint);
    }
    for (size_t i = 0; i < world->file_count; i++)
        dep_buf_done(&world->files[i].data);
    dep_buf_done(&world->content);
    dep_buf_done(&world->payload);
    dep_charter_free(world->parsed);
    json_decref(world->charter);
    json_decref(world->sent);
    free(world);
}

static inline int test_read(void *context, struct dep_slice path, uint64_t offset, uint8_t *out,
                            size_t len)
{
    struct test_world *world = context;
    for (size_t i = 0; i < world->file_count; i++) {
        const struct test_file *file = &world->files[i];
        if (!dep_slice_equal_string(path, file->path))
            continue;
        if (offset > file->data.len || len > file->data.len - offset)
            return DEP_FOUND;
        memcpy(out, file->data.data + offset, len);
        return DEP_OK;
    }
    return DEP_FOUND;
}

/* Digests of one file, as the caller takes them while reading it once. */
static inline int test_hash(struct test_world *world, struct dep_verify *verify, size_t index)
{
    struct dep_verify_wanted wanted;
    int err = DEP_OK;
    dep_verify_wanted(verify, index, &wanted);
    char path[DEP_BAG_PATH_MAX + 1];
    (void)snprintf(path, sizeof path, "%.*s", (int)wanted.path.len, (const char *)wanted.path.data);
    const struct dep_buf *data = test_file(world, path);
    assert_non_null(data);
    for (unsigned bit = 1; !err && bit <= DEP_BAG_SHA512; bit *= 2) {
        uint8_t digest[64];
        if (!(wanted.algorithms & bit))
            continue;
        struct dep_digest *of = dep_digest_new(dep_bag_algorithm_name(bit));
        if (!of)
            return DEP_ERR_NOMEM;
        dep_digest_add(of, data->data, data->len);
        (void)dep_digest_finish(of, digest);
        dep_digest_free(of);
        err = dep_verify_digest(verify, index, bit, digest);
    }
    if (err || wanted.payload != DEP_PAYLOAD_STARTS)
        return err;
    size_t header;
    struct dep_hash payload;
    err = dep_age_header_len(dep_buf_slice(data), &header, NULL);
    if (err)
        return err < 0 ? err : DEP_OK; /* no age file has no payload */
    dep_sha256(dep_slice_sub(dep_buf_slice(data), header, data->len - header), &payload);
    return dep_verify_payload(verify, index, &payload);
}

/* Steps 1 to 6; the verifier is the caller's. `known` may be NULL. */
static inline int test_verify_begin(struct test_world *world,
                                    const struct dep_known_checkpoint *known,
                                    struct dep_verify **out)
{
    struct dep_verify_with with = {.schemas = world->schemas,
                                   .pin = world->unpinned ? NULL : world->pin,
                                   .known = known,
                                   .known_count = known ? 1 : 0,
                                   .files = {world, test_read}};
    struct dep_verify *verify = NULL;
    int err = dep_verify_new(&with, &verify);
    for (size_t i = 0; !err && i < world->file_count; i++)
        err = dep_verify_add(verify, dep_slice_string(world->files[i].path),
                             world->files[i].data.len);
    if (!err)
        err = dep_verify_begin(verify);
    for (size_t i = 0; !err && i < dep_verify_file_count(verify); i++)
        err = test_hash(world, verify, i);
    if (!err)
        err = dep_verify_read(verify);
    if (err) {
        dep_verify_free(verify);
        return err;
    }
    *out = verify;
    return DEP_OK;
}

/* All steps; the verifier is the caller's. */
static inline int test_verify(struct test_world *world, struct dep_verify **out)
{
    struct dep_verify *verify = NULL;
    int err = test_verify_begin(world, NULL, &verify);
    if (!err && (err = dep_verify_finish(verify)))
        dep_verify_free(verify);
    if (err)
        return err;
    test_keep(world, verify);
    *out = verify;
    return DEP_OK;
}

/* Is `id` among what was found? */
static inline bool test_found(const struct dep_verify *verify, const char *id)
{
    for (size_t i = 0; i < dep_verify_found_count(verify); i++)
        if (strcmp(dep_verify_found_at(verify, i)->id, id) == 0)
            return true;
    return false;
}

static inline void test_print_found(const struct dep_verify *verify)
{
    for (size_t i = 0; i < dep_verify_found_count(verify); i++) {
        const struct dep_verify_found *found = dep_verify_found_at(verify, i);
        print_message("  %s %s (%s) %.*s:%llu %s\n", dep_result_name(found->result), found->id,
                      found->clause, (int)found->path.len, (const char *)found->path.data,
                      (unsigned long long)found->line, found->field ? found->field : "");
    }
}
#endif
