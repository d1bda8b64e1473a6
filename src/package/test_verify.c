/*
 * A package verified: the good one, and one edit away from it what is found.
 */
#include "base/test_slow.h"
#include "package/test_support.h"

static const struct dep_schemas *schemas;

/* ---- the good one ---- */

static void test_good(void **state)
{
    (void)state;
    struct test_world *world = test_world_new(schemas, NULL);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    test_print_found(verify);
    assert_int_equal(dep_verify_found_count(verify), 0);
    assert_int_equal(dep_verify_result(verify), DEP_INTACT);
    assert_int_equal(dep_step_charter_count(verify), 1);
    assert_int_equal(dep_step_log_count(verify), 1);
    assert_true(dep_step_log_at(verify, 0)->proved);
    assert_int_equal(dep_step_record_count(verify), 21);
    assert_int_equal(dep_verify_item_count(verify), 1);
    assert_non_null(dep_step_head(verify));
    assert_non_null(dep_step_content(verify));
    size_t count;
    const struct dep_hash *note = &world->logs[0].records[world->note].issued.sha256;
    const struct dep_shown_link *links = dep_step_links_to(verify, note, &count);
    assert_int_equal(count, 1);
    assert_string_equal(links->rel, "supersedes");
    assert_non_null(dep_step_record_find(verify, note));
    dep_verify_free(verify);
    test_world_free(world);
}

static void test_account(void **state)
{
    (void)state;
    struct test_world *world = test_world_new(schemas, NULL);
    struct dep_verify *verify = NULL;
    DEP_AUTO_JSON *account = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    assert_int_equal(dep_verify_account(verify, &account), DEP_OK);
    assert_string_equal(dep_json_string(account, "result"), "intact");
    assert_string_equal(dep_json_string(dep_json_object(account, "verdict"), "outcome"), "yes");
    assert_string_equal(dep_json_string(dep_json_object(account, "package"), "id"), TEST_PACKAGE);
    assert_string_equal(dep_json_string(dep_json_object(account, "package"), "sender"), "iq");
    const json_t *item = json_array_get(dep_json_array(account, "items"), 0);
    assert_string_equal(dep_json_string(item, "payload"), "intact");
    assert_string_equal(dep_json_string(item, "content"), "unproved");
    assert_int_equal(json_array_size(dep_json_array(account, "linked")), 1);
    bool exhibit = false;
    assert_int_equal(dep_verify_record_count(verify), 21);
    for (size_t i = 0; i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        assert_int_equal(dep_verify_record(verify, i, &record), DEP_OK);
        assert_string_equal(dep_json_string(record, "standing"), "in_force");
        if (strcmp(dep_json_string(record, "type"), "evidence.collected") != 0)
            continue;
        const json_t *shown = dep_json_object(record, "shown");
        exhibit = true;
        assert_string_equal(dep_json_string(shown, "exhibit"), "X-1");
        assert_string_equal(dep_json_string(shown, "item"), TEST_ITEM);
        assert_null(json_object_get(shown, "description"));
        assert_int_equal(json_array_size(dep_json_array(record, "withheld")), 25);
    }
    assert_true(exhibit);
    dep_verify_free(verify);
    test_world_free(world);
}

/* ---- edits ---- */

#define LOG "data/logs/000"
#define RECORDS LOG "/records.jsonl"
#define CONTAINER "data/items/" TEST_ITEM "/container.tar.age"

static void flip_last(struct dep_buf *data)
{
    data->data[data->len - 1] ^= 1;
}

static void unpin(struct test_world *world)
{
    world->unpinned = true;
}
static void pin_other(struct test_world *world)
{
    world->pin[3] ^= 1;
}
static void no_charter(struct test_world *world)
{
    test_drop(world, "data/charter/000001.json");
}
static void no_adoptions(struct test_world *world)
{
    test_drop(world, "data/charter/000001.adoptions");
    world->unpinned = true;
}
static void adoption_unended(struct test_world *world)
{
    test_file(world, "data/charter/000001.adoptions")->len--;
}
static void charter_beyond(struct test_world *world)
{
    test_rename(world, "data/charter/000001.adoptions", "data/charter/000003.adoptions");
}
static void other_root(struct test_world *world)
{
    struct dep_signing_key *key = key_new();
    char text[64] = "";
    dep_base64_write(DEP_BASE64_URL, dep_signing_key_public(key)->bytes, 32, text);
    json_change(world->charter, "/members/0/root", json_string(text));
    dep_signing_key_free(key);
}
static void other_origin(struct test_world *world)
{
    json_change(world->charter, "/members/0/origin", json_string("iq/other"));
}
static void other_member(struct test_world *world)
{
    json_change(world->charter, "/members/0/id", json_string("iq-"));
}

static void flip_container(struct test_world *world)
{
    flip_last(test_file(world, CONTAINER));
}
static void drop_container(struct test_world *world)
{
    test_drop(world, CONTAINER);
}
static void unlisted_file(struct test_world *world)
{
    test_put(world, "data/readme.txt", dep_slice_string("hello\n"));
}
static void verifier_enclosed(struct test_world *world)
{
    test_put(world, "data/charter/verify.html", dep_slice_string("<!doctype html>\n"));
}
static void cosign_request(struct test_world *world)
{
    test_put(world, "data/cosign/000/request", dep_slice_string("old 0\n"));
}
static void cosign_answer(struct test_world *world)
{
    test_put(world, "data/cosign/000/cosignatures", dep_slice_string("x\n"));
}
static void tag_file(struct test_world *world)
{
    test_put(world, "readme.txt", dep_slice_string("hello\n"));
}
static void strange_name(struct test_world *world)
{
    test_put(world, "data/Readme", dep_slice_string("hello\n"));
}
static void change_index(struct test_world *world)
{
    test_put(world, "data/index.html", dep_slice_string("<!doctype html> \n"));
}
static void drop_manifest(struct test_world *world)
{
    test_drop(world, "manifest-sha512.txt");
    test_drop(world, "tagmanifest-sha512.txt");
    test_manifest(world, true, DEP_BAG_SHA256);
}
static void version_2(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "Depositary-Package: 1",
                 "Depositary-Package: 2");
}
static void info_sender(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "Organization: iq", "Organization: fr");
}
static void info_kind(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "Kind: release", "Kind: register");
}
static void info_kind_none(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "Kind: release", "Kind: parcel");
}
static void info_id(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "89ff", "89fe");
}

static void flip_note(struct test_world *world)
{
    struct dep_buf *note = test_file(world, LOG "/checkpoint");
    note->data[12] = note->data[12] == 'A' ? 'B' : 'A'; /* of the root */
}
static void drop_checkpoint(struct test_world *world)
{
    test_drop(world, LOG "/checkpoint");
}
static void other_log_key(struct test_world *world)
{
    dep_signing_key_free(world->logs[0].log);
    world->logs[0].log = key_new();
}
static void drop_tile(struct test_world *world)
{
    test_drop(world, LOG "/tile/0/000");
}
static void flip_tile(struct test_world *world)
{
    flip_last(test_file(world, LOG "/tile/0/000"));
}
static void flip_edge(struct test_world *world)
{
    flip_last(test_file(world, LOG "/tile/1/000.p/2"));
}
static void more_tiles(struct test_world *world)
{
    test_put(world, LOG "/tile/0/001", dep_buf_slice(test_file(world, LOG "/tile/0/000")));
}
static void folder_gap(struct test_world *world)
{
    test_put(world, "data/logs/002/checkpoint", dep_buf_slice(test_file(world, LOG "/checkpoint")));
}
static void swap_records(struct test_world *world)
{
    test_replace(test_file(world, RECORDS), "{\"index\":\"5\"", "{\"index\":\"6\"");
}
static void record_twice(struct test_world *world)
{
    struct dep_buf *lines = test_file(world, RECORDS);
    DEP_AUTO_BUF copy;
    dep_buf_init(&copy, 1 << 20);
    dep_buf_add_slice(&copy, dep_buf_slice(lines));
    struct dep_slice rest = dep_buf_slice(&copy);
    dep_buf_add_slice(lines, dep_slice_next(&rest, '\n'));
    dep_buf_add_byte(lines, '\n');
}
static void no_last_line_end(struct test_world *world)
{
    test_file(world, RECORDS)->len--;
}
static void drop_root(struct test_world *world)
{
    struct dep_buf *lines = test_file(world, RECORDS);
    struct dep_slice rest = dep_buf_slice(lines);
    struct dep_slice first = dep_slice_next(&rest, '\n');
    memmove(lines->data, lines->data + first.len + 1, lines->len - first.len - 1);
    lines->len -= first.len + 1;
}
/* base64url of `["` is WyJ: behind it the salt begins. */
static void salt_changed(struct test_world *world)
{
    struct dep_buf *lines = test_file(world, RECORDS);
    uint8_t *at = memmem(lines->data, lines->len, "~WyJ", 4);
    at[9] = at[9] == 'b' ? 'c' : 'b';
}
static void other_signer(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    size_t at = test_issue(world, log, world->logs[1].officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                           test_note("red", test_ref(log, "about", world->collected)));
    log->records[at].listed = true;
}
static void other_role(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    size_t at = test_issue(world, log, log->officer, DEP_ROLE_LEGAL, "EX1", "note",
                           test_note("red", test_ref(log, "about", world->collected)));
    log->records[at].listed = true;
}
static void revoke(struct test_world *world, uint64_t from)
{
    struct test_log *log = &world->logs[0];
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(log->officer), kid);
    (void)test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "key.revoked",
                     json_pack("{s:s,s:I,s:{s:s,s:s}}", "kid", kid, "from_index", (json_int_t)from,
                               "reason", "text", "lost", "lang", "en"));
    log->records[2].ended = true; /* its enrolment */
}
static void revoked_key(struct test_world *world)
{
    revoke(world, world->logs[0].count);
    other_role(world);
}
static void disputed(struct test_world *world)
{
    revoke(world, world->note);
}
static void key_left_out(struct test_world *world)
{
    world->logs[0].records[2].in = false;
}
static void log_key_left_out(struct test_world *world)
{
    world->logs[0].records[1].in = false;
}

static void record_without_line(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    log->records[world->correction + 1].in = true;
}
static void line_without_record(struct test_world *world)
{
    world->logs[0].records[world->correction].in = false;
}
static void shown_more(struct test_world *world)
{
    world->logs[0].records[world->note].shown[0] = "text";
}
static void shown_less(struct test_world *world)
{
    world->logs[0].records[world->correction].shown[0] = NULL;
}
static void shown_other(struct test_world *world)
{
    world->logs[0].records[world->collected].shown[0] = "bytes";
}
static void sent_withheld(struct test_world *world)
{
    world->logs[0].records[world->logs[0].head].shown[0] = NULL;
}
static void content_edited(struct test_world *world)
{
    test_replace(test_file(world, "data/content.jsonl"), "\"court\"", "\"bureau\"");
}
static void content_recipient(struct test_world *world)
{
    test_replace(&world->content, "\"court\"", "\"bureau\"");
}
static void content_sender(struct test_world *world)
{
    test_replace(&world->content, "\"sender\":\"iq\"", "\"sender\":\"fr\"");
}
static void content_kind(struct test_world *world)
{
    test_replace(&world->content, "\"kind\":\"release\"", "\"kind\":\"register\"");
}
static void content_id(struct test_world *world)
{
    test_replace(&world->content, "89ff", "89fe");
}
static void content_blank(struct test_world *world)
{
    test_replace(&world->content, "\"v\":1,", "\"v\":1, ");
}
static void payload_line(struct test_world *world)
{
    struct dep_buf *content = &world->content;
    uint8_t *at = memmem(content->data, content->len, "\"payload_sha256\":\"", 18);
    at[18] = at[18] == '0' ? '1' : '0';
}
static void bytes_line(struct test_world *world)
{
    test_replace(&world->content, "\"bytes\":\"", "\"bytes\":\"1");
}
/* A container of another payload, and the line says so: but not the record. */
static void container_replaced(struct test_world *world)
{
    struct dep_buf *container = test_file(world, CONTAINER);
    struct dep_hash was, is;
    char from[2 * DEP_HASH_LEN + 1], to[2 * DEP_HASH_LEN + 1];
    dep_sha256(dep_buf_slice(&world->payload), &was);
    flip_last(container);
    flip_last(&world->payload);
    dep_sha256(dep_buf_slice(&world->payload), &is);
    dep_hex_encode(was.bytes, DEP_HASH_LEN, from);
    dep_hex_encode(is.bytes, DEP_HASH_LEN, to);
    test_replace(&world->content, from, to);
}
static void item_of_note(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    char from[2 * DEP_HASH_LEN + 1], to[2 * DEP_HASH_LEN + 1], line[200], want[200];
    dep_hex_encode(log->records[world->collected].issued.sha256.bytes, DEP_HASH_LEN, from);
    dep_hex_encode(log->records[world->note].issued.sha256.bytes, DEP_HASH_LEN, to);
    (void)snprintf(line, sizeof line, "\"record\":\"%s\"", from);
    (void)snprintf(want, sizeof want, "\"record\":\"%s\"", to);
    test_replace(&world->content, line, want);
}
static void sent_by_custodian(struct test_world *world)
{
    world->logs[0].records[world->logs[0].head].in = false;
}

static void info_receipt(struct test_world *world)
{
    test_replace(test_file(world, "bag-info.txt"), "Kind: release", "Kind: receipt");
}
/* A receipt heads it, and what was decided for a release comes along. */
static void receipt_with_content(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(log->records[world->note].issued.sha256.bytes, DEP_HASH_LEN, hex);
    size_t at = test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "foreign.received",
                           json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i}", "package", TEST_PACKAGE,
                                     "head_sha256", hex, "sender", "fr", "kind", "release",
                                     "outcome", "taken", "records", 1, "items", 0));
    static const char *const names[] = {"finding", "head_sha256", "items", "kind",
                                        "outcome", "records",     "sender"};
    memcpy(log->records[at].shown, names, sizeof names);
    world->edit = (struct test_edit){TEST_FILES, info_receipt};
}

/* All files of the sender's log once more. */
static void log_twice(struct test_world *world)
{
    char path[DEP_PACKAGE_PATH_MAX];
    static const char first[] = "data/logs/000/";
    for (size_t i = world->file_count; i-- > 0;) {
        const struct test_file *file = &world->files[i];
        if (strncmp(file->path, first, strlen(first)) != 0)
            continue;
        (void)snprintf(path, sizeof path, "data/logs/001/%s", file->path + strlen(first));
        test_put(world, path, dep_buf_slice(&file->data));
    }
}

static void test_forgeries(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct test_edit edit;
        const char *id;
        enum dep_result result;
    } rows[] = {
        {"no pin", {TEST_BAG, unpin}, "charter.unpinned", DEP_UNPROVED},
        {"another pin", {TEST_BAG, pin_other}, "charter.pin", DEP_ALTERED},
        {"no charter", {TEST_DATA, no_charter}, "charter.absent", DEP_ALTERED},
        {"nobody adopted it", {TEST_DATA, no_adoptions}, "charter.adoption.absent", DEP_ALTERED},
        {"an adoption whose line doesn't end",
         {TEST_DATA, adoption_unended},
         "jwt.form",
         DEP_ALTERED},
        {"a charter that none leads to",
         {TEST_DATA, charter_beyond},
         "charter.number",
         DEP_ALTERED},
        {"another root key", {TEST_CHARTER, other_root}, "log.root_key", DEP_ALTERED},
        {"another origin", {TEST_CHARTER, other_origin}, "log.origin", DEP_ALTERED},
        {"a look-alike id", {TEST_CHARTER, other_member}, "log.member", DEP_ALTERED},
        {"container altered", {TEST_BAG, flip_container}, "bag.altered", DEP_ALTERED},
        {"container altered, manifests anew",
         {TEST_DATA, flip_container},
         "item.payload",
         DEP_ALTERED},
        {"container gone", {TEST_BAG, drop_container}, "bag.missing", DEP_ALTERED},
        {"container gone, manifests anew", {TEST_DATA, drop_container}, "item.file", DEP_ALTERED},
        {"a file more", {TEST_BAG, unlisted_file}, "bag.unlisted", DEP_ALTERED},
        {"a file more, in the manifests", {TEST_DATA, unlisted_file}, "package.file", DEP_ALTERED},
        {"a verifier enclosed", {TEST_DATA, verifier_enclosed}, "package.file", DEP_ALTERED},
        {"a request to cosign", {TEST_DATA, cosign_request}, "package.file", DEP_ALTERED},
        {"cosignatures", {TEST_DATA, cosign_answer}, "package.file", DEP_ALTERED},
        {"a tag file", {TEST_FILES, tag_file}, "package.file", DEP_ALTERED},
        {"a name with a capital", {TEST_DATA, strange_name}, "package.name", DEP_ALTERED},
        {"index.html changed", {TEST_DATA, change_index}, "package.file", DEP_ALTERED},
        {"one algorithm", {TEST_BAG, drop_manifest}, "package.manifest", DEP_ALTERED},
        {"another version", {TEST_FILES, version_2}, "package.version", DEP_ALTERED},
        {"sender in bag-info.txt", {TEST_FILES, info_sender}, "package.info", DEP_ALTERED},
        {"kind in bag-info.txt", {TEST_FILES, info_kind}, "package.kind", DEP_ALTERED},
        {"no such kind", {TEST_FILES, info_kind_none}, "package.kind", DEP_ALTERED},
        {"id in bag-info.txt", {TEST_FILES, info_id}, "package.head", DEP_ALTERED},
        {"checkpoint altered", {TEST_DATA, flip_note}, "subset.root", DEP_ALTERED},
        {"no checkpoint", {TEST_DATA, drop_checkpoint}, "log.checkpoint", DEP_ALTERED},
        {"another log key", {TEST_SENT, other_log_key}, "note.signature.absent", DEP_ALTERED},
        {"no tile", {TEST_DATA, drop_tile}, "subset.tile.missing", DEP_ALTERED},
        {"a tile altered", {TEST_DATA, flip_tile}, "subset.tile", DEP_ALTERED},
        {"the edge altered", {TEST_DATA, flip_edge}, "subset.root", DEP_ALTERED},
        {"a tile more", {TEST_DATA, more_tiles}, "subset.tile.unneeded", DEP_ALTERED},
        {"a folder that none leads to", {TEST_DATA, folder_gap}, "log.folder", DEP_ALTERED},
        {"the same log twice", {TEST_DATA, log_twice}, "log.order", DEP_ALTERED},
        {"a record at another's place", {TEST_DATA, swap_records}, "subset.leaf", DEP_ALTERED},
        {"a record twice", {TEST_DATA, record_twice}, "subset.order", DEP_ALTERED},
        {"no end of the last line", {TEST_DATA, no_last_line_end}, "records.form", DEP_ALTERED},
        {"the root's record left out", {TEST_DATA, drop_root}, "keyset.first", DEP_ALTERED},
        {"a key's record left out", {TEST_SENT, key_left_out}, "keyset.kid", DEP_ALTERED},
        {"the log key's record left out", {TEST_SENT, log_key_left_out}, "log.key", DEP_ALTERED},
        {"a salt changed", {TEST_DATA, salt_changed}, "sdjwt.disclosure.unreferenced", DEP_ALTERED},
        {"signed by another's key", {TEST_RECORDS, other_signer}, "keyset.kid", DEP_ALTERED},
        {"in a role that isn't held", {TEST_RECORDS, other_role}, "keyset.role", DEP_ALTERED},
        {"signed after the revocation", {TEST_RECORDS, revoked_key}, "keyset.revoked", DEP_ALTERED},
        {"signed before it, and disputed",
         {TEST_RECORDS, disputed},
         "record.disputed",
         DEP_DISPUTED},
        {"a record without a line", {TEST_SENT, record_without_line}, "package.line", DEP_ALTERED},
        {"a line without a record",
         {TEST_SENT, line_without_record},
         "package.record",
         DEP_ALTERED},
        {"a field more", {TEST_SENT, shown_more}, "package.shown", DEP_ALTERED},
        {"a field less", {TEST_SENT, shown_less}, "package.shown", DEP_ALTERED},
        {"another field", {TEST_SENT, shown_other}, "package.shown", DEP_ALTERED},
        {"the head not shown whole", {TEST_SENT, sent_withheld}, "record.whole", DEP_ALTERED},
        {"no head", {TEST_SENT, sent_by_custodian}, "package.head", DEP_ALTERED},
        {"content.jsonl edited", {TEST_DATA, content_edited}, "package.content", DEP_ALTERED},
        {"another recipient", {TEST_CONTENT, content_recipient}, "package.recipient", DEP_ALTERED},
        {"another sender", {TEST_CONTENT, content_sender}, "package.sender", DEP_ALTERED},
        {"another kind", {TEST_CONTENT, content_kind}, "package.kind", DEP_ALTERED},
        {"another id", {TEST_CONTENT, content_id}, "package.id", DEP_ALTERED},
        {"a blank in content.jsonl", {TEST_CONTENT, content_blank}, "content.form", DEP_ALTERED},
        {"another payload in the line", {TEST_CONTENT, payload_line}, "item.payload", DEP_ALTERED},
        {"another payload than was sealed",
         {TEST_CONTENT, container_replaced},
         "item.payload",
         DEP_ALTERED},
        {"other bytes in the line", {TEST_CONTENT, bytes_line}, "item.bytes", DEP_ALTERED},
        {"a receipt with content",
         {TEST_RECORDS, receipt_with_content},
         "package.file",
         DEP_ALTERED},
        {"an item of a note", {TEST_CONTENT, item_of_note}, "item.record", DEP_ALTERED},
    };
    size_t failed = 0;
    for (size_t i = 0; i < DEP_COUNT(rows); i += (size_t)test_steps(4, 17)) {
        struct test_world *world = test_world_new(schemas, &rows[i].edit);
        struct dep_verify *verify = NULL;
        assert_int_equal(test_verify(world, &verify), DEP_OK);
        bool altered = dep_verify_result(verify) == DEP_ALTERED;
        if (!test_found(verify, rows[i].id) || altered != (rows[i].result == DEP_ALTERED)) {
            print_message("%s: expected %s\n", rows[i].name, rows[i].id);
            test_print_found(verify);
            failed++;
        }
        dep_verify_free(verify);
        test_world_free(world);
    }
    assert_int_equal(failed, 0);
}

/* Of what could be read of a package nobody is spared the account. */
static void no_checkpoint(struct test_world *world)
{
    test_drop(world, "data/logs/000/checkpoint");
}

static void test_account_of_less(void **state)
{
    (void)state;
    static const struct test_edit edit = {TEST_FILES, no_checkpoint};
    struct test_world *world = test_world_new(schemas, &edit);
    struct dep_verify *verify = NULL;
    DEP_AUTO_JSON *account = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    assert_int_equal(dep_verify_account(verify, &account), DEP_OK);
    assert_string_equal(dep_json_string(account, "result"), "altered");
    assert_string_equal(
        dep_json_string(json_array_get(dep_json_array(account, "logs"), 0), "origin"), "");
    dep_verify_free(verify);
    test_world_free(world);
}

/* Somewhere in the payload something else: a bit, a piece gone, a piece twice. */
static void spoil(struct test_world *world, struct dep_buf *data, size_t *out_at)
{
    uint64_t random[3];
    counter_random(random, sizeof random);
    size_t at = random[0] % data->len, len = 1 + random[1] % 40;
    *out_at = at;
    (void)world;
    if (len > data->len - at)
        len = data->len - at;
    switch (random[2] % 3) {
    case 0: data->data[at] ^= (uint8_t)(1u << random[2] / 3 % 8); break;
    case 1:
        memmove(data->data + at, data->data + at + len, data->len - at - len);
        data->len -= len;
        break;
    default: {
        uint8_t piece[40];
        memcpy(piece, data->data + at, len);
        dep_buf_add(data, piece, len); /* room for it */
        memmove(data->data + at + len, data->data + at, data->len - at - len);
        memcpy(data->data + at, piece, len);
    }
    }
}

/* Whatever byte of the payload is another, and the lists made anew: it is found, and nothing falls
 * over. */
static void test_any_byte(void **state)
{
    (void)state;
    const size_t rounds = 1500 / (size_t)test_steps(50, 150);
    struct test_world *world = test_world_new(schemas, NULL);
    for (size_t round = 0; round < rounds; round++) {
        struct test_file *file = &world->files[round % world->file_count];
        struct dep_verify *verify = NULL;
        char path[DEP_PACKAGE_PATH_MAX + 1];
        size_t at = 0;
        if (strncmp(file->path, "data/", 5) != 0 || file->data.len == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s", file->path);
        DEP_AUTO_BUF kept;
        dep_buf_init(&kept, TEST_LEN_MAX);
        dep_buf_add_slice(&kept, dep_buf_slice(&file->data));
        spoil(world, &file->data, &at);
        bool same = dep_slice_equal(dep_buf_slice(&file->data), dep_buf_slice(&kept));
        test_write_info(world);
        test_write_bag(world);
        assert_int_equal(test_verify(world, &verify), DEP_OK);
        /* A cosigner's name is nobody's word: of another the charter knows nothing, which is told;
         * a line more by such a one changes nothing else. */
        bool noticed = dep_verify_result(verify) == DEP_ALTERED ||
                       (dep_verify_found_count(verify) && strstr(path, "/checkpoint") != NULL);
        /* The header of a container is for who opens it, and its own MAC shows it then. */
        bool header = strstr(path, "/container") != NULL && at < DEP_AGE_PADDED;
        if (!same && !header && !noticed) {
            test_print_found(verify);
            fail_msg("round %zu: %s, at %zu of %zu, goes unnoticed", round, path, at, kept.len);
        }
        dep_verify_free(verify);
        test_put(world, path, dep_buf_slice(&kept));
    }
    test_world_free(world);
}

static void test_memory(void **state)
{
    (void)state;
    struct test_world *world = test_world_new(schemas, NULL);
    long failed = 0;
    for (bool whole = false; !whole; failed += test_steps(17, 47)) {
        struct dep_verify *verify = NULL;
        dep_alloc_fail_at(failed);
        int err = test_verify(world, &verify);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        whole = !err;
        assert_true(err || !verify->altered); /* refused memory is never a finding */
        dep_verify_free(verify);
    }
    assert_true(failed > 50);
    test_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_account_of_less),
        cmocka_unit_test(test_forgeries),
        cmocka_unit_test(test_any_byte),
        cmocka_unit_test(test_memory),
    };
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("verify", tests, NULL, NULL);
    return failed;
}
