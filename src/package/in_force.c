/*
 * {"status":"INDEX","sha256":"HEX","place":N,"proof":["BASE64",...]}
 */
#include "package/in_force.h"

#include "codec/base64.h"

#include <inttypes.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5.6";

static bool form(const struct dep_in_force *line)
{
    return line->status <= INT64_MAX && line->place < DEP_SET_MAX &&
           line->proof.count <= DEP_MERKLE_PROOF_MAX;
}

int dep_in_force_encode(const struct dep_in_force *line, struct dep_buf *out)
{
    char hex[2 * DEP_HASH_LEN + 1];
    assert(form(line));
    dep_hex_encode(line->sha256.bytes, DEP_HASH_LEN, hex);
    dep_buf_addf(out, "{\"status\":\"%" PRIu64 "\",\"sha256\":\"%s\",\"place\":%" PRIu64,
                 line->status, hex, line->place);
    dep_buf_add_string(out, ",\"proof\":[");
    for (size_t i = 0; i < line->proof.count; i++) {
        dep_buf_add_string(out, i ? ",\"" : "\"");
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(line->proof.hashes[i].bytes, DEP_HASH_LEN),
                          out);
        dep_buf_add_byte(out, '"');
    }
    dep_buf_add_string(out, "]}\n");
    return dep_buf_err(out);
}

static bool read_proof(const json_t *proof, struct dep_merkle_proof *out)
{
    out->count = json_array_size(proof);
    if (!proof || out->count > DEP_MERKLE_PROOF_MAX)
        return false;
    for (size_t i = 0; i < out->count; i++) {
        const char *text = json_string_value(json_array_get(proof, i));
        if (!text || !dep_base64_parse_exact(DEP_BASE64_STD, dep_slice_string(text),
                                             out->hashes[i].bytes, DEP_HASH_LEN))
            return false;
    }
    return true;
}

static bool read_line(const json_t *value, struct dep_in_force *out)
{
    const char *status = dep_json_string(value, "status"), *hex = dep_json_string(value, "sha256");
    int64_t place;
    if (!status || !dep_u64_parse(dep_slice_string(status), INT64_MAX, &out->status) || !hex ||
        !dep_hex_parse(dep_slice_string(hex), out->sha256.bytes, DEP_HASH_LEN) ||
        !dep_json_int(value, "place", &place) || place < 0)
        return false;
    out->place = (uint64_t)place;
    return read_proof(dep_json_array(value, "proof"), &out->proof) && form(out);
}

int dep_in_force_parse(struct dep_slice text, struct dep_in_force *out, struct dep_finding *why)
{
    struct dep_finding none;
    struct dep_in_force line;
    DEP_AUTO_JSON *value = NULL;
    DEP_AUTO_BUF again;
    dep_buf_init(&again, DEP_IN_FORCE_LINE_MAX);
    if (text.len >= DEP_IN_FORCE_LINE_MAX)
        return dep_found(why, "in_force.form", CLAUSE, DEP_IN_FORCE_LINE_MAX);
    int err = dep_json_parse(text, &value, &none);
    if (err < 0)
        return err;
    if (err || !read_line(value, &line))
        return dep_found(why, "in_force.form", CLAUSE, 0);
    err = dep_in_force_encode(&line, &again);
    if (err && err != DEP_ERR_CAP)
        return err;
    if (err || again.len != text.len + 1 || memcmp(again.data, text.data, text.len) != 0)
        return dep_found(why, "in_force.form", CLAUSE, 0);
    *out = line;
    return DEP_OK;
}

int dep_in_force_compare(const struct dep_in_force *a, const struct dep_in_force *b)
{
    return a->status != b->status ? (a->status < b->status ? -1 : 1)
                                  : memcmp(a->sha256.bytes, b->sha256.bytes, DEP_HASH_LEN);
}

bool dep_in_force_set_read(const json_t *set, uint64_t *out_count, struct dep_hash *out_root)
{
    int64_t count;
    const char *hex = dep_json_string(set, "root");
    struct dep_hash root;
    if (!dep_json_int(set, "count", &count) || count < 0 || count > DEP_SET_MAX || !hex ||
        !dep_hex_parse(dep_slice_string(hex), root.bytes, DEP_HASH_LEN))
        return false;
    *out_count = (uint64_t)count;
    *out_root = root;
    return true;
}

bool dep_in_force_holds(const struct dep_in_force *line, uint64_t count,
                        const struct dep_hash *root)
{
    struct dep_hash leaf;
    dep_sha256_leaf(&line->sha256, &leaf);
    return line->place < count &&
           dep_merkle_verify_inclusion(&leaf, line->place, count, &line->proof, root);
}
