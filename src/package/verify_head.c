/*
 * Step 5: the head record, by which the sender signed what is in the package; content.jsonl and
 * bag-info.txt against it.
 */
#include "package/info.h"
#include "package/verify_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 2", INFO[] = "package.md 1.2";
#define CONTENT DEP_SLICE_LITERAL("data/content.jsonl")
#define BAG_INFO DEP_SLICE_LITERAL("bag-info.txt")

/* What each kind is headed by, and what its id is in the head record. */
static const struct {
    const char *type, *also; /* another, or NULL */
    bool content;            /* it has content.jsonl */
} HEADS[DEP_PACKAGE_KINDS] = {
    [DEP_PACKAGE_RELEASE] = {"package.sent", NULL, true},
    [DEP_PACKAGE_REGISTER] = {"package.sent", NULL, true},
    [DEP_PACKAGE_RECEIPT] = {"foreign.received", NULL, false},
    [DEP_PACKAGE_NOTICE] = {"release.withdrawn", NULL, false},
    [DEP_PACKAGE_ACKNOWLEDGEMENT] = {"withdrawal.answered", "foreign.received", false},
};

static const char *id_of(const struct dep_opened_record *opened)
{
    const char *package = dep_json_string(opened->presentation.claims, "package");
    return package ? package : opened->presentation.record.jti;
}

static bool heads(enum dep_package_kind kind, const char *type)
{
    const char *also = HEADS[kind].also;
    return strcmp(type, HEADS[kind].type) == 0 || (also && strcmp(type, also) == 0);
}

/* The newest of its type in the sender's log that speaks of this package. Which one that is
 * bag-info.txt says, and the record's own signature that it is the sender's word. */
static int find_head(struct dep_verify *verify, const struct dep_shown_record **out,
                     struct dep_opened_record *opened)
{
    const struct dep_shown_log *log = &verify->logs[0];
    for (size_t i = log->first_record + log->record_count; i-- > log->first_record;) {
        const struct dep_shown_record *record = &verify->records[i];
        if (!heads(verify->kind, record->schema->type))
            continue;
        DEP_AUTO_OPENED candidate = {.presentation = {.claims = NULL}};
        int err = dep_step_open(verify, record, &candidate);
        if (err)
            return err;
        if (!dep_slice_equal_string(verify->info_id, id_of(&candidate)))
            continue;
        *opened = candidate;
        candidate = (struct dep_opened_record){.presentation = {.claims = NULL}};
        *out = record;
        return DEP_OK;
    }
    return DEP_OK;
}

static int wrong(struct dep_verify *verify, const char *id, const struct dep_shown_record *head,
                 const char *field)
{
    return dep_step_find_record(verify, id, CLAUSE, DEP_ALTERED, head, field);
}

/* content.jsonl is the text that the record commits to. */
static int check_digest(struct dep_verify *verify, const struct dep_shown_record *head,
                        const json_t *claims)
{
    size_t file = verify_file_find(verify, CONTENT);
    const char *hex = dep_json_string(claims, "content_sha256");
    struct dep_hash digest;
    bool good = file != SIZE_MAX && hex &&
                dep_hex_parse(dep_slice_string(hex), digest.bytes, DEP_HASH_LEN) &&
                verify_file_good(verify, file) &&
                dep_hash_equal(&digest, &verify->files[file].sha256);
    verify->has_content = good;
    return good ? DEP_OK : wrong(verify, "package.content", head, "content_sha256");
}

static int check_kind(struct dep_verify *verify, const struct dep_shown_record *head,
                      const json_t *claims)
{
    const char *kind = dep_json_string(claims, "kind");
    if (!HEADS[verify->kind].content)
        return DEP_OK;
    if (!kind || strcmp(kind, dep_package_kind_name(verify->kind)) != 0)
        return wrong(verify, "package.kind", head, "kind");
    return DEP_OK;
}

/* bag-info.txt as it has to be, byte for byte; only the program's version is its own. */
static int check_info(struct dep_verify *verify, const struct dep_shown_record *head,
                      const char *id)
{
    DEP_AUTO_BUF text;
    DEP_AUTO_BUF expected;
    dep_buf_init(&text, DEP_PACKAGE_INFO_LEN_MAX);
    dep_buf_init(&expected, DEP_PACKAGE_INFO_LEN_MAX);
    struct dep_package_info info = {.sender = verify->logs[head->log].member_id,
                                    .date_s = head->iat,
                                    .id = id,
                                    .octets = verify->bag->payload_bytes,
                                    .files = verify->bag->payload_files,
                                    .kind = verify->kind};
    (void)dep_package_info_get(verify->bag, "Bag-Software-Agent", &info.agent);
    int err = dep_package_info_encode(&info, &expected);
    if (!err)
        err = dep_step_load(verify, BAG_INFO, DEP_PACKAGE_INFO_LEN_MAX, &text);
    if (err < 0 && err != DEP_ERR_CAP)
        return err;
    if (!err && dep_slice_equal(dep_buf_slice(&text), dep_buf_slice(&expected)))
        return DEP_OK;
    return verify_find(verify, "package.info", INFO, DEP_ALTERED, BAG_INFO, 0, NULL);
}

static int check_head(struct dep_verify *verify, const struct dep_shown_record *head,
                      const struct dep_opened_record *opened)
{
    const json_t *claims = opened->presentation.claims;
    int err = DEP_OK;
    if (!head->whole)
        err = wrong(verify, "record.whole", head, NULL);
    if (!err)
        err = check_kind(verify, head, claims);
    if (!err && HEADS[verify->kind].content)
        err = check_digest(verify, head, claims);
    if (!err)
        err = check_info(verify, head, id_of(opened));
    return err;
}

/* Of these there is no head: the checkpoints' and cosigners' own signatures are all. */
bool verify_headless(enum dep_package_kind kind)
{
    return kind == DEP_PACKAGE_COSIGN || kind == DEP_PACKAGE_COSIGNED;
}

int verify_head(struct dep_verify *verify)
{
    if (verify_headless(verify->kind))
        return DEP_OK;
    if (verify->kind == DEP_PACKAGE_KINDS)
        return verify_find(verify, "package.kind", INFO, DEP_ALTERED, BAG_INFO, 0, NULL);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    const struct dep_shown_record *head = NULL;
    int err = find_head(verify, &head, &opened);
    if (err)
        return err;
    if (!head)
        return verify_find(verify, "package.head", CLAUSE, DEP_ALTERED, (struct dep_slice){NULL, 0},
                           0, HEADS[verify->kind].type);
    verify->head = head;
    return check_head(verify, head, &opened);
}

bool verify_kind_has_content(enum dep_package_kind kind)
{
    return kind < DEP_PACKAGE_KINDS && HEADS[kind].content;
}

const struct dep_shown_record *dep_step_head(const struct dep_verify *verify)
{
    return verify->head;
}
