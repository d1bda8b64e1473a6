/*
 * The account (doc/format/package.md section 11): what was found, as JSON for whoever shows it.
 */
#include "codec/text.h"
#include "package/verify_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Everything here is set into a tree; one failure, told at the end, is as good as many. */
static void set(json_t *object, const char *name, json_t *value, int *err)
{
    if (!value || json_object_set_new(object, name, value))
        *err = DEP_ERR_NOMEM;
}

static void append(json_t *array, json_t *value, int *err)
{
    if (!value || json_array_append_new(array, value))
        *err = DEP_ERR_NOMEM;
}

static json_t *hex_json(const struct dep_hash *hash)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    return json_string(hex);
}

static json_t *decimal_json(uint64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

/* Foreign names: what isn't UTF-8 is escaped. */
static json_t *slice_json(struct dep_slice text)
{
    if (text.len == 0) /* what was never read has no bytes at all */
        return json_string("");
    if (dep_utf8_valid(text))
        return json_stringn((const char *)text.data, text.len);
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 8 * DEP_BAG_PATH_MAX);
    dep_text_show(text, &shown);
    return dep_buf_err(&shown) ? NULL : json_stringn((const char *)shown.data, shown.len);
}

static json_t *found_json(const struct dep_verify_found *found, int *err)
{
    json_t *out = json_object();
    set(out, "id", json_string(found->id), err);
    set(out, "result", json_string(dep_result_name(found->result)), err);
    set(out, "clause", json_string(found->clause), err);
    if (found->aside)
        set(out, "aside", json_true(), err);
    if (found->path.len)
        set(out, "path", slice_json(found->path), err);
    if (found->line)
        set(out, "line", json_integer((json_int_t)found->line), err);
    if (found->record)
        set(out, "record", hex_json(found->record), err);
    if (found->field)
        set(out, "field", slice_json(dep_slice_string(found->field)), err);
    return out;
}

static json_t *findings_json(const struct dep_verify *verify, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < verify->found_count; i++)
        append(out, found_json(&verify->found[i], err), err);
    return out;
}

static json_t *package_json(const struct dep_verify *verify, int *err)
{
    const struct dep_content_package *content = dep_step_content(verify);
    const struct dep_shown_record *head = verify->head;
    json_t *out = json_object();
    bool known = verify->kind < DEP_PACKAGE_KINDS;
    /* Where there is no content.jsonl it is the one that the head record speaks of, in both
     * texts. */
    set(out, "id",
        content ? json_string(content->id)
        : head  ? json_stringn((const char *)verify->info_id.data, verify->info_id.len)
                : json_null(),
        err);
    set(out, "kind", known ? json_string(dep_package_kind_name(verify->kind)) : json_null(), err);
    set(out, "sender", head ? json_string(verify->logs[head->log].member_id) : json_null(), err);
    set(out, "recipient", content ? json_string(content->recipient) : json_null(), err);
    set(out, "charter", content ? hex_json(&content->charter) : json_null(), err);
    set(out, "date", head ? json_integer(head->iat) : json_null(), err);
    set(out, "head", head ? hex_json(&head->sha256) : json_null(), err);
    return out;
}

static json_t *counts_json(const struct dep_verify *verify, int *err)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < verify->bag->count; i++)
        bytes += verify->bag->entries[i].file.size;
    json_t *out = json_object();
    set(out, "files", json_integer((json_int_t)verify->bag->count), err);
    set(out, "bytes", decimal_json(bytes), err);
    set(out, "records", json_integer((json_int_t)verify->record_count), err);
    set(out, "items", json_integer((json_int_t)verify->item_count), err);
    return out;
}

static json_t *roles_json(unsigned roles, int *err)
{
    json_t *out = json_array();
    for (unsigned role = 1; role <= DEP_ROLE_REGISTRAR; role *= 2)
        if (roles & role)
            append(out, json_string(dep_role_name((enum dep_role)role)), err);
    return out;
}

static json_t *key_json(const struct dep_key_state *state, int *err)
{
    static const char *const uses[] = {"",       "root",     "log",   "registrar", "officer",
                                       "device", "cosigner", "vault", "role"};
    json_t *out = json_object();
    set(out, "kid", json_string(state->kid), err);
    set(out, "use", json_string(uses[state->use]), err);
    if (state->code[0])
        set(out, "code", json_string(state->code), err);
    if (state->roles)
        set(out, "roles", roles_json(state->roles, err), err);
    set(out, "from", decimal_json(state->enrolled_at), err);
    if (state->revoked) {
        set(out, "revoked", decimal_json(state->revoked_at), err);
        set(out, "distrusted", decimal_json(state->distrusted_from), err);
    }
    return out;
}

static json_t *keys_json(const struct dep_keyset *keys, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < dep_keyset_count(keys); i++)
        append(out, key_json(dep_keyset_at(keys, i), err), err);
    return out;
}

static json_t *before_json(const struct verify_times *times, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < times->earlier_count; i++)
        append(out, decimal_json(times->earlier[i].size), err);
    return out;
}

static json_t *cosigned_json(const struct verify_times *times, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < times->cosigned_count; i++) {
        const struct verify_cosigned *cosigned = &times->cosigned[i];
        json_t *one = json_object();
        set(one, "name", json_string(cosigned->name), err);
        set(one, "time", json_integer(cosigned->time_s), err);
        set(one, "size", decimal_json(cosigned->size), err);
        append(out, one, err);
    }
    return out;
}

/* Tokens that were found good. */
static json_t *tokens_json(const struct dep_verify *verify, size_t log, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < verify->token_count; i++) {
        const struct verify_token *token = &verify->tokens[i];
        if (token->log != log || !token->told || token->is.id)
            continue;
        struct dep_slice path = verify_path(verify, token->file), name = path;
        while (path.len) /* what stands behind the last slash */
            name = dep_slice_next(&path, '/');
        json_t *one = json_object();
        set(one, "name", slice_json(name), err);
        set(one, "authority", json_integer((json_int_t)token->is.authority), err);
        set(one, "time", json_integer(token->is.time_s), err);
        set(one, "size", decimal_json(token->size), err);
        append(out, one, err);
    }
    return out;
}

static json_t *log_json(const struct dep_verify *verify, size_t at, int *err)
{
    const struct dep_shown_log *log = &verify->logs[at];
    const struct verify_times *times = &verify->times[at];
    json_t *out = json_object();
    const char *number = strrchr(log->folder, '/');
    set(out, "log", json_string(number ? number + 1 : ""), err);
    set(out, "origin", slice_json(log->origin), err);
    set(out, "member", log->member_id ? json_string(log->member_id) : json_null(), err);
    set(out, "size", decimal_json(log->size), err);
    set(out, "root", hex_json(&log->root), err);
    set(out, "proved", json_boolean(log->proved), err);
    set(out, "keys", keys_json(log->keys, err), err);
    set(out, "cosigned", cosigned_json(times, err), err);
    set(out, "tokens", tokens_json(verify, at, err), err);
    set(out, "before", before_json(times, err), err);
    return out;
}

static json_t *logs_json(const struct dep_verify *verify, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < verify->log_count; i++)
        append(out, log_json(verify, i, err), err);
    return out;
}

static json_t *item_json(const struct verify_item *item, int *err)
{
    json_t *out = json_object();
    set(out, "item", json_string(item->line.item), err);
    set(out, "record", hex_json(&item->line.record), err);
    set(out, "as", json_string(dep_item_as_name(item->line.as)), err);
    set(out, "opens", json_string(dep_item_opens_name(item->line.opens)), err);
    set(out, "path", json_string(item->line.path), err);
    set(out, "pieces", json_integer((json_int_t)item->line.pieces), err);
    set(out, "bytes", decimal_json(item->line.bytes), err);
    set(out, "payload", json_string(dep_result_name(item->payload)), err);
    set(out, "content", json_string(dep_result_name(item->content)), err);
    return out;
}

static json_t *items_json(const struct dep_verify *verify, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < verify->item_count; i++)
        append(out, item_json(&verify->items[i], err), err);
    return out;
}

/* What it says is in no account: an account is signed, and shown to others than the judge. */
static json_t *notice_json(const struct verify_notice *notice, int *err)
{
    if (!notice->there)
        return json_null();
    json_t *out = json_object();
    set(out, "sealed", json_integer((json_int_t)notice->line.sealed), err);
    set(out, "opens", json_string(dep_item_opens_name(notice->line.opens)), err);
    if (notice->line.to)
        set(out, "to", json_string(notice->line.to), err);
    set(out, "payload", json_string(dep_result_name(notice->payload)), err);
    set(out, "content", json_string(dep_result_name(notice->content)), err);
    return out;
}

static json_t *linked_json(const struct dep_verify *verify, int *err)
{
    json_t *out = json_array();
    for (size_t i = 0; i < verify->linked_count; i++) {
        const struct dep_content_linked *line = &verify->linked[i];
        json_t *one = json_object();
        set(one, "from", hex_json(&line->from), err);
        set(one, "rel", json_string(line->rel), err);
        set(one, "as", json_string(dep_linked_as_name(line->as)), err);
        if (line->as == DEP_LINKED_COUNTED)
            set(one, "count", json_integer((json_int_t)line->count), err);
        else
            set(one, "sha256", hex_json(&line->sha256), err);
        set(one, "why", json_string(line->why), err);
        append(out, one, err);
    }
    return out;
}

static json_t *proves_not_json(int *err)
{
    static const char *const ids[] = {"content.true", "lawful", "before_sealing", "nothing_else",
                                      "who_held_the_key"};
    json_t *out = json_array();
    for (size_t i = 0; i < DEP_COUNT(ids); i++)
        append(out, json_string(ids[i]), err);
    return out;
}

int dep_verify_account(struct dep_verify *verify, json_t **out)
{
    int err = DEP_OK;
    json_t *account = json_object();
    set(account, "v", json_integer(1), &err);
    set(account, "result", json_string(dep_result_name(dep_verify_result(verify))), &err);
    set(account, "pinned", json_boolean(verify->with.pin != NULL), &err);
    set(account, "package", package_json(verify, &err), &err);
    set(account, "findings", findings_json(verify, &err), &err);
    set(account, "left_off", json_integer((json_int_t)verify->left_off), &err);
    set(account, "counts", counts_json(verify, &err), &err);
    set(account, "logs", logs_json(verify, &err), &err);
    set(account, "items", items_json(verify, &err), &err);
    set(account, "notice", notice_json(&verify->notice, &err), &err);
    set(account, "linked", linked_json(verify, &err), &err);
    set(account, "verdict", verify->verdict ? json_incref(verify->verdict) : json_null(), &err);
    set(account, "proves_not", proves_not_json(&err), &err);
    if (err) {
        json_decref(account);
        return err;
    }
    *out = account;
    return DEP_OK;
}

/* ---- records ---- */

size_t dep_verify_record_count(const struct dep_verify *verify)
{
    return verify->record_count;
}

static void set_fields(json_t *out, const struct dep_presentation *presentation, int *err)
{
    json_t *shown = json_object(), *withheld = json_array();
    for (size_t i = 0; i < presentation->schema->field_count; i++) {
        const struct dep_schema_field *field = &presentation->schema->fields[i];
        json_t *value = json_object_get(presentation->claims, field->name);
        if (!presentation->shown[i])
            append(withheld, json_string(field->name), err);
        else if (value || !field->open)
            set(shown, field->name, value ? json_incref(value) : json_null(), err);
    }
    set(out, "shown", shown, err);
    set(out, "withheld", withheld, err);
}

json_t *verify_told(const struct dep_presentation *presentation, const struct verify_told_as *as,
                    int *err)
{
    const struct dep_record *record = &presentation->record;
    const json_t *claims = presentation->claims;
    json_t *refs = json_object_get(claims, "refs"), *by = json_object_get(claims, "by");
    const char *number = strrchr(as->log->folder, '/');
    json_t *told = json_object();
    set(told, "log", json_string(number ? number + 1 : ""), err);
    set(told, "index", decimal_json(as->index), err);
    set(told, "sha256", hex_json(&record->jwt.sha256), err);
    set(told, "type", json_string(record->type), err);
    set(told, "v", json_integer(record->version), err);
    set(told, "iss", json_string(record->iss), err);
    set(told, "id", json_string(record->jti), err);
    set(told, "by", by ? json_incref(by) : json_null(), err);
    set(told, "iat", json_integer(record->iat), err);
    set(told, "standing", json_string(as->standing), err);
    set(told, "listed", json_boolean(as->listed), err);
    set(told, "refs", refs ? json_incref(refs) : json_array(), err);
    set_fields(told, presentation, err);
    return told;
}

int dep_verify_record(struct dep_verify *verify, size_t index, json_t **out)
{
    const struct dep_shown_record *row = dep_step_record_at(verify, index);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = dep_step_open(verify, row, &opened);
    if (err)
        return err;
    const struct verify_told_as as = {.log = &verify->logs[row->log],
                                      .index = row->index,
                                      .standing = row->standing,
                                      .listed = row->listed};
    json_t *told = verify_told(&opened.presentation, &as, &err);
    if (err) {
        json_decref(told);
        return err;
    }
    *out = told;
    return DEP_OK;
}
