/*
 * A whole package, as the verifier sees a folder: whatever is in it, every step ends in order,
 * every finding says what and where, and the account can be written. A good word is said only under
 * a pin and with no finding against it.
 *
 * Input: a letter, then files by turns, each PATH LF LENGTH LF BYTES. 'l': the manifests are
 * written anew, so that what was changed is looked at all the same; 'a': they stand as they are.
 * The pin is that of the charter in the package. A mutator of its own changes one file and its
 * length.
 */
#include "package/verify.h"

#include "crypto/crypto.h"
#include "vault/age.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64, PACKAGE_MAX = 1 << 20, MANIFESTS = 4, LISTS = MANIFESTS + 1 };

struct file {
    struct dep_slice path, content;
};
struct files {
    struct file items[FILES_MAX];
    size_t count;
};

static const struct dep_schemas *schemas;

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    must(dep_crypto_init(false) == DEP_OK && (schemas = dep_schemas_builtin()) != NULL);
    return 0;
}

/* ---- input ---- */

static const struct file *find(const struct files *files, struct dep_slice path)
{
    for (size_t i = 0; i < files->count; i++)
        if (dep_slice_equal(files->items[i].path, path))
            return &files->items[i];
    return NULL;
}

/* A folder holds a name once; a file is as long as there are bytes. */
static void parse(struct dep_slice rest, struct files *out)
{
    out->count = 0;
    while (rest.len && out->count < FILES_MAX - MANIFESTS) {
        uint64_t len = 0;
        struct dep_slice path = dep_slice_next(&rest, '\n');
        if (!dep_u64_parse(dep_slice_next(&rest, '\n'), PACKAGE_MAX, &len) || len > rest.len)
            len = rest.len;
        struct file file = {path, dep_slice_sub(rest, 0, len)};
        rest = dep_slice_sub(rest, len, rest.len - len);
        if (path.len && path.len <= DEP_BAG_PATH_MAX && !find(out, path))
            out->items[out->count++] = file;
    }
}

static size_t encode(uint8_t kind, const struct files *files, uint8_t *out, size_t room)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, PACKAGE_MAX);
    dep_buf_add_byte(&text, kind);
    for (size_t i = 0; i < files->count; i++) {
        dep_buf_add_slice(&text, files->items[i].path);
        dep_buf_addf(&text, "\n%zu\n", files->items[i].content.len);
        dep_buf_add_slice(&text, files->items[i].content);
    }
    if (dep_buf_err(&text) || text.len > room)
        return 0;
    memcpy(out, text.data, text.len);
    return text.len;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct files files;
    if (size == 0 || seed % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    parse(dep_slice_of(data + 1, size - 1), &files);
    if (files.count == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    struct file *file = &files.items[seed / 16 % files.count];
    size_t room = 2 * file->content.len + 64;
    DEP_AUTO_FREE uint8_t *bytes = calloc(1, room);
    must(bytes != NULL);
    if (file->content.len)
        memcpy(bytes, file->content.data, file->content.len);
    file->content = dep_slice_of(bytes, LLVMFuzzerMutate(bytes, file->content.len, room));
    uint8_t kind = (uint8_t)(seed / 1024 % 8 ? 'l' : 'a');
    /* What is encoded borrows from `data`. */
    DEP_AUTO_FREE uint8_t *made = calloc(1, max_size);
    must(made != NULL);
    size_t len = encode(kind, &files, made, max_size);
    if (len == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    memcpy(data, made, len);
    return len;
}

/* ---- manifests anew ---- */

static void digest_of(unsigned algorithm, struct dep_slice content, uint8_t out[64])
{
    struct dep_digest *of = dep_digest_new(dep_bag_algorithm_name(algorithm));
    must(of != NULL);
    dep_digest_add(of, content.data, content.len);
    (void)dep_digest_finish(of, out);
    dep_digest_free(of);
}

static void list(const struct files *files, bool tags, unsigned algorithm, const char *name,
                 struct dep_buf *text, struct files *to)
{
    dep_buf_init(text, PACKAGE_MAX);
    for (size_t i = 0; i < files->count; i++) {
        uint8_t digest[64];
        if (dep_slice_starts(files->items[i].path, "data/") == tags)
            continue;
        digest_of(algorithm, files->items[i].content, digest);
        if (dep_bag_line_encode(algorithm, digest, files->items[i].path, text))
            continue; /* no line can hold that name */
    }
    to->items[to->count++] = (struct file){dep_slice_string(name), dep_buf_slice(text)};
}

/* bag-info.txt, with the sum that the payload has now. */
static void sum_anew(struct files *files, struct dep_buf *text)
{
    size_t bytes = 0, count = 0;
    struct file *info = NULL;
    dep_buf_init(text, PACKAGE_MAX);
    for (size_t i = 0; i < files->count; i++) {
        bool payload = dep_slice_starts(files->items[i].path, "data/");
        bytes += payload ? files->items[i].content.len : 0;
        count += payload;
        if (dep_slice_equal_string(files->items[i].path, "bag-info.txt"))
            info = &files->items[i];
    }
    struct dep_slice rest = info ? info->content : dep_slice_of(NULL, 0);
    while (rest.len) {
        struct dep_slice line = dep_slice_next(&rest, '\n');
        if (dep_slice_starts(line, "Payload-Oxum: "))
            dep_buf_addf(text, "Payload-Oxum: %zu.%zu", bytes, count);
        else
            dep_buf_add_slice(text, line);
        dep_buf_add_byte(text, '\n');
    }
    if (info)
        info->content = dep_buf_slice(text);
}

static void list_anew(struct files *files, struct dep_buf lists[LISTS])
{
    struct files kept = {.count = 0};
    for (size_t i = 0; i < files->count; i++)
        if (!dep_slice_starts(files->items[i].path, "manifest-") &&
            !dep_slice_starts(files->items[i].path, "tagmanifest-"))
            kept.items[kept.count++] = files->items[i];
    sum_anew(&kept, &lists[4]);
    list(&kept, false, DEP_BAG_SHA256, "manifest-sha256.txt", &lists[0], &kept);
    list(&kept, false, DEP_BAG_SHA512, "manifest-sha512.txt", &lists[1], &kept);
    struct files tags = kept;
    list(&tags, true, DEP_BAG_SHA256, "tagmanifest-sha256.txt", &lists[2], &kept);
    list(&tags, true, DEP_BAG_SHA512, "tagmanifest-sha512.txt", &lists[3], &kept);
    *files = kept;
}

/* ---- verifying ---- */

static int read_again(void *context, struct dep_slice path, uint64_t offset, uint8_t *out,
                      size_t len)
{
    const struct file *file = find(context, path);
    must(file != NULL);
    if (offset > file->content.len || len > file->content.len - offset)
        return DEP_FOUND;
    if (len)
        memcpy(out, file->content.data + offset, len);
    return DEP_OK;
}

/* One file, read once from end to end. */
static int look(const struct files *files, struct dep_verify *verify, size_t index)
{
    struct dep_verify_wanted wanted;
    dep_verify_wanted(verify, index, &wanted);
    const struct file *file = find(files, wanted.path);
    must(file != NULL && wanted.size == file->content.len);
    int err = DEP_OK;
    for (unsigned bit = 1; !err && bit <= DEP_BAG_SHA512; bit *= 2) {
        uint8_t digest[64];
        if (!(wanted.algorithms & bit))
            continue;
        digest_of(bit, file->content, digest);
        err = dep_verify_digest(verify, index, bit, digest);
    }
    size_t header;
    struct dep_hash payload;
    if (err || wanted.payload != DEP_PAYLOAD_STARTS ||
        dep_age_header_len(file->content, &header, NULL) != DEP_OK)
        return err;
    dep_sha256(dep_slice_sub(file->content, header, file->content.len - header), &payload);
    return dep_verify_payload(verify, index, &payload);
}

static int all_steps(const struct files *files, struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < files->count; i++)
        err = dep_verify_add(verify, files->items[i].path, files->items[i].content.len);
    if (!err)
        err = dep_verify_begin(verify);
    for (size_t i = 0; !err && i < dep_verify_file_count(verify); i++)
        err = look(files, verify, i);
    if (!err)
        err = dep_verify_read(verify);
    if (!err)
        err = dep_verify_finish(verify);
    for (size_t i = 0; !err && i < dep_verify_item_count(verify); i++) {
        struct dep_verify_item item;
        dep_verify_item(verify, i, &item);
        must(item.item.len && item.path.len && item.payload && item.content);
    }
    return err;
}

static void check_found(const struct dep_verify *verify, bool pinned)
{
    bool against = dep_verify_left_off(verify) > 0;
    for (size_t i = 0; i < dep_verify_found_count(verify); i++) {
        const struct dep_verify_found *found = dep_verify_found_at(verify, i);
        must(found->id && found->clause && dep_result_name(found->result));
        must(found->line == 0 || found->path.len);
        against |= !found->aside && (found->result == DEP_ALTERED || found->result == DEP_UNPROVED);
    }
    must(dep_verify_result(verify) != DEP_INTACT || (pinned && !against));
}

static void check_account(struct dep_verify *verify)
{
    DEP_AUTO_JSON *account = NULL;
    must(dep_verify_account(verify, &account) == DEP_OK && json_is_object(account));
    for (size_t i = 0; i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        must(dep_verify_record(verify, i, &record) == DEP_OK && json_is_object(record));
    }
}

static void verify_files(struct files *files)
{
    const struct file *charter = find(files, DEP_SLICE_LITERAL("data/charter/000001.json"));
    struct dep_hash pin = {{0}};
    if (charter)
        dep_sha256(charter->content, &pin);
    DEP_AUTO_VERIFY *verify = NULL;
    struct dep_verify_with with = {
        .schemas = schemas, .pin = charter ? pin.bytes : NULL, .files = {files, read_again}};
    must(dep_verify_new(&with, &verify) == DEP_OK);
    int err = all_steps(files, verify);
    must(err == DEP_OK || err == DEP_ERR_CAP);
    if (err)
        return;
    check_found(verify, charter != NULL);
    check_account(verify);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > PACKAGE_MAX)
        return 0;
    struct files files;
    struct dep_buf lists[LISTS] = {{NULL, 0, 0, 0, 0, false}};
    parse(dep_slice_of(data + 1, size - 1), &files);
    if (data[0] == 'l')
        list_anew(&files, lists);
    verify_files(&files);
    for (size_t i = 0; i < LISTS; i++)
        dep_buf_done(&lists[i]);
    return 0;
}
