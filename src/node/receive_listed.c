/*
 * Which consents of a package its status records are proved to list: noted with each consent as it
 * is taken in, so that the judge need not open the package again.
 */
#include "node/receive_records.h"
#include "package/in_force.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 9999-12-31T23:59:59Z */
static const int64_t LATEST_S = INT64_C(253402300799);

struct proof {
    struct dep_hash sha256;
    uint64_t status;
};

struct dep_receive_proofs {
    struct proof *list; /* by digest */
    size_t count, room;
};

void dep_receive_proofs_free(struct dep_receive_proofs *proofs)
{
    if (!proofs)
        return;
    free(proofs->list);
    free(proofs);
}

static int compare(const void *a, const void *b)
{
    const struct proof *one = a, *other = b;
    int order = memcmp(one->sha256.bytes, other->sha256.bytes, DEP_HASH_LEN);
    return order ? order : (one->status > other->status) - (one->status < other->status);
}

static int read_lines(struct dep_receive_proofs *proofs, struct dep_slice text)
{
    while (text.len) {
        struct dep_in_force line;
        struct dep_finding why;
        int err = dep_in_force_parse(dep_slice_next(&text, '\n'), &line, &why);
        if (err)
            return err < 0 ? err : DEP_ERR_CHANGED; /* it was verified */
        struct proof *list =
            dep_list_reserve(proofs->list, proofs->count, 1, sizeof *list, &proofs->room);
        if (!list)
            return DEP_ERR_NOMEM;
        proofs->list = list;
        proofs->list[proofs->count++] = (struct proof){line.sha256, line.status};
    }
    if (proofs->count)
        qsort(proofs->list, proofs->count, sizeof *proofs->list, compare);
    return DEP_OK;
}

int dep_receive_proofs_read(int folder, const char *log, struct dep_receive_proofs **out,
                            struct dep_problem *problem)
{
    char path[64];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_IN_FORCE_LEN_MAX);
    (void)snprintf(path, sizeof path, "data/logs/%s/in_force.jsonl", log);
    if (faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
        *out = NULL;
        return DEP_OK;
    }
    int err = dep_file_read(folder, path, DEP_IN_FORCE_LEN_MAX, &text, &problem->fault);
    if (err)
        return err;
    struct dep_receive_proofs *proofs = dep_alloc(sizeof *proofs);
    err = proofs ? read_lines(proofs, dep_buf_slice(&text)) : DEP_ERR_NOMEM;
    if (err) {
        dep_receive_proofs_free(proofs);
        return dep_problem_fault(problem, err, "receive.read", path);
    }
    *out = proofs;
    return DEP_OK;
}

/* The status, and when it was made at the earliest. */
static json_t *make_listed(struct dep_slice sd_jwt)
{
    DEP_AUTO_RECORD record = {.jti = NULL};
    struct dep_slice jwt = dep_slice_next(&sd_jwt, '~');
    char hex[2 * DEP_HASH_LEN + 1], made[sizeof "2026-11-24T09:15:17Z"];
    if (dep_record_parse(jwt, &record, NULL))
        return NULL;
    /* No clock is so wrong: a status of such a time is as good as none. */
    int64_t made_s = dep_record_earliest_s(record.jwt.payload);
    if (made_s < 0 || made_s > LATEST_S)
        made_s = 0;
    dep_hex_encode(record.jwt.sha256.bytes, DEP_HASH_LEN, hex);
    dep_time_encode(made_s, made);
    return json_pack("{s:s,s:s}", "status", hex, "made", made);
}

static bool lists(const struct dep_receive_proofs *proofs, const json_t *claims, uint64_t status)
{
    struct proof key = {.status = status};
    const char *type = dep_json_string(claims, "record_type"),
               *hex = dep_json_string(claims, "sha256");
    return type && strcmp(type, "consent.given") == 0 && hex &&
           dep_hex_parse(dep_slice_string(hex), key.sha256.bytes, DEP_HASH_LEN) &&
           bsearch(&key, proofs->list, proofs->count, sizeof key, compare) != NULL;
}

int dep_receive_mark_listed(const struct dep_receive_proofs *proofs, struct dep_slice status_sd_jwt,
                            uint64_t index, struct dep_kept *kept, size_t first)
{
    if (!proofs || proofs->count == 0)
        return DEP_OK;
    DEP_AUTO_JSON *listed = make_listed(status_sd_jwt);
    if (!listed)
        return DEP_ERR_NOMEM;
    for (size_t i = first; i < kept->count; i++) {
        json_t *claims = (json_t *)(uintptr_t)kept->drafts[i].claims;
        if (lists(proofs, claims, index) && json_object_set(claims, "in_force", listed))
            return DEP_ERR_NOMEM;
    }
    return DEP_OK;
}
