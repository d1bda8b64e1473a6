#include "rules/written.h"

#include "codec/text.h"
#include "rules/judging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_written_done(struct dep_written *written)
{
    free(written->requirements);
    *written = (struct dep_written){.outcome = DEP_NO};
}

/* ---- names ---- */

const char *dep_requirement_who(const struct dep_charter *charter,
                                const struct dep_requirement *requirement)
{
    if (requirement->who < 0)
        return NULL;
    switch (dep_need_giver(requirement->need)) {
    case DEP_GIVER_MEMBER: return dep_charter_member_at(charter, (size_t)requirement->who)->id;
    case DEP_GIVER_RECIPIENT:
        return dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, (size_t)requirement->who)->code;
    default: return NULL;
    }
}

static const char *todo_by_need(enum dep_need need, bool own)
{
    switch (need) {
    case DEP_NEED_REQUEST: return "todo.request";
    case DEP_NEED_BASIS: return "todo.basis";
    case DEP_NEED_CONSENT_HOST:
    case DEP_NEED_CONSENT_ORIGINATOR:
    case DEP_NEED_HANDLING_PERMISSION: return own ? "todo.own" : "todo.consent";
    case DEP_NEED_CONSENT_SOURCE: return "todo.source";
    case DEP_NEED_APPROVAL: return "todo.approval";
    case DEP_NEED_REDACTION: return "todo.redaction";
    case DEP_NEED_NEVER: return "todo.never";
    default: return "todo.assurance";
    }
}

/* A source who withdrew isn't asked again. */
const char *dep_requirement_todo(const struct dep_requirement *requirement, bool own)
{
    static const char *const by_reason[DEP_MET_COUNT] = {
        [DEP_MISSING_NOBODY] = "todo.nobody",       [DEP_MISSING_SCOPE] = "todo.scope",
        [DEP_MISSING_IDENTITY] = "todo.shown",      [DEP_MISSING_PLACE] = "todo.shown",
        [DEP_MISSING_IMAGE] = "todo.shown",         [DEP_MISSING_GUARDIAN] = "todo.guardian",
        [DEP_MISSING_NOT_YET] = "todo.not_yet",     [DEP_MISSING_LAPSED] = "todo.lapsed",
        [DEP_MISSING_WITHDRAWN] = "todo.withdrawn", [DEP_MISSING_UNSIGNED] = "todo.unsigned",
        [DEP_MISSING_PAPER] = "todo.paper",         [DEP_MISSING_UNCHECKED] = "todo.unchecked",
        [DEP_MISSING_STALE] = "todo.stale",
    };
    enum dep_need need = requirement->need;
    const char *reason = by_reason[requirement->met];
    if (strcmp(requirement->rule, "rule.none") == 0)
        return "todo.rule";
    if (need == DEP_NEED_CONSENT_SOURCE && requirement->met == DEP_MISSING_WITHDRAWN)
        return "todo.source_withdrawn";
    return reason && need != DEP_NEED_APPROVAL ? reason : todo_by_need(need, own);
}

const char *dep_requirement_code(const struct dep_charter *charter,
                                 const struct dep_requirement *requirement)
{
    enum dep_list list = requirement->need == DEP_NEED_HANDLING_PERMISSION ? DEP_LIST_HANDLING
                                                                           : DEP_LIST_TERRITORIES;
    return requirement->code < 0
               ? NULL
               : dep_charter_code_at(charter, list, (size_t)requirement->code)->code;
}

/* ---- writing ---- */

static const char *hex_or_null(const struct dep_hash *hash, char hex[2 * DEP_HASH_LEN + 1])
{
    if (!hash)
        return NULL;
    dep_hex_encode(hash->bytes, DEP_HASH_LEN, hex);
    return hex;
}

static json_t *requirement_json(const struct dep_charter *charter,
                                const struct dep_requirement *requirement)
{
    char record[2 * DEP_HASH_LEN + 1], status[2 * DEP_HASH_LEN + 1];
    const struct dep_fact *by = requirement->by;
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s*,s:s*}", "need", dep_need_name(requirement->need),
                  "rule", requirement->rule, "met", dep_met_name(requirement->met), "record",
                  hex_or_null(by ? &by->record : NULL, record), "status",
                  hex_or_null(by && requirement->by_status ? &by->status : NULL, status), "code",
                  dep_requirement_code(charter, requirement), "who",
                  dep_requirement_who(charter, requirement));
    if (object && requirement->material != DEP_MATERIAL_NONE &&
        json_object_set_new(object, "material", json_integer(requirement->material))) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *requirements_json(const struct dep_charter *charter,
                                 const struct dep_verdict *verdict)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < verdict->requirement_count; i++)
        if (json_array_append_new(array, requirement_json(charter, &verdict->requirements[i]))) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

json_t *dep_verdict_write(const struct dep_charter *charter, const struct dep_verdict *verdict,
                          const struct dep_judged_at *at)
{
    char digest[2 * DEP_HASH_LEN + 1], charter_hex[2 * DEP_HASH_LEN + 1];
    char root[2 * DEP_HASH_LEN + 1], size[24], now[24], review_by[24] = "";
    dep_hex_encode(verdict->digest.bytes, DEP_HASH_LEN, digest);
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, charter_hex);
    dep_hex_encode(at->root.bytes, DEP_HASH_LEN, root);
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)at->size);
    dep_time_encode(at->now_s, now);
    if (verdict->review_by_s != INT64_MAX)
        dep_time_encode(verdict->review_by_s, review_by);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:s*,s:s*}", "outcome",
                     dep_outcome_name(verdict->outcome), "digest", digest, "charter", charter_hex,
                     "origin", at->origin, "size", size, "root", root, "now", now, "uncertainty_s",
                     (json_int_t)at->uncertainty_s, "requirements",
                     requirements_json(charter, verdict), "no_rule", verdict->no_rule, "review_by",
                     review_by[0] ? review_by : NULL);
}

/* ---- reading ---- */

static bool read_hash(const json_t *object, const char *name, struct dep_hash *out)
{
    const char *hex = dep_json_string(object, name);
    return hex && dep_hex_parse(dep_slice_string(hex), out->bytes, DEP_HASH_LEN);
}

/* False where it is there and isn't one. */
static bool read_hash_if(const json_t *object, const char *name, bool *out_has,
                         struct dep_hash *out)
{
    *out_has = json_object_get(object, name) != NULL;
    return !*out_has || read_hash(object, name, out);
}

static bool read_met(const char *name, enum dep_met *out)
{
    for (int met = DEP_MET; met < DEP_MET_COUNT; met++) {
        if (strcmp(dep_met_name((enum dep_met)met), name) == 0) {
            *out = (enum dep_met)met;
            return true;
        }
    }
    return false;
}

static bool read_requirement(const json_t *json, struct dep_written_requirement *out)
{
    const char *need = dep_json_string(json, "need"), *met = dep_json_string(json, "met");
    int64_t material = DEP_MATERIAL_NONE;
    *out = (struct dep_written_requirement){.rule = dep_json_string(json, "rule"),
                                            .code = dep_json_string(json, "code"),
                                            .who = dep_json_string(json, "who")};
    if (!need || !met || !out->rule || !read_met(met, &out->met))
        return false;
    out->need = dep_need_parse(need);
    if (json_object_get(json, "material") && (!dep_json_int(json, "material", &material) ||
                                              material < 0 || material >= DEP_MATERIALS_MAX))
        return false;
    out->material = (int)material;
    return out->need != DEP_NEED_COUNT &&
           read_hash_if(json, "record", &out->has_record, &out->record) &&
           read_hash_if(json, "status", &out->has_status, &out->status);
}

static bool read_outcome(const char *name, enum dep_outcome *out)
{
    for (int outcome = DEP_YES; outcome <= DEP_NO; outcome++) {
        if (name && strcmp(dep_outcome_name((enum dep_outcome)outcome), name) == 0) {
            *out = (enum dep_outcome)outcome;
            return true;
        }
    }
    return false;
}

/* All but the requirements. */
static bool read_head(const json_t *json, struct dep_written *out)
{
    const char *size = dep_json_string(json, "size");
    out->origin = dep_json_string(json, "origin");
    out->no_rule = dep_json_string(json, "no_rule");
    out->review_by_s = INT64_MAX;
    return out->origin && size && dep_u64_parse(dep_slice_string(size), INT64_MAX, &out->size) &&
           read_outcome(dep_json_string(json, "outcome"), &out->outcome) &&
           read_hash(json, "digest", &out->digest) && read_hash(json, "charter", &out->charter) &&
           read_hash(json, "root", &out->root) && dep_utc_read(json, "now", &out->now_s) &&
           dep_json_int(json, "uncertainty_s", &out->uncertainty_s) && out->uncertainty_s >= 0 &&
           (!json_object_get(json, "review_by") ||
            dep_utc_read(json, "review_by", &out->review_by_s));
}

int dep_verdict_read(const json_t *json, struct dep_written *out, struct dep_finding *why)
{
    static const char clause[] = "doc/format/consent.md";
    const json_t *requirements = dep_json_array(json, "requirements");
    struct dep_written read = {.outcome = DEP_NO};
    if (!requirements || !read_head(json, &read))
        return dep_found(why, "verdict.form", clause, 0);
    size_t count = json_array_size(requirements);
    if (count > DEP_REQUIREMENTS_MAX)
        return DEP_ERR_CAP;
    read.requirements = count ? dep_alloc_array(count, sizeof *read.requirements) : NULL;
    if (count && !read.requirements)
        return DEP_ERR_NOMEM;
    for (; read.requirement_count < count; read.requirement_count++) {
        size_t at = read.requirement_count;
        if (!read_requirement(json_array_get(requirements, at), &read.requirements[at])) {
            dep_written_done(&read);
            return dep_found(why, "verdict.form", clause, at);
        }
    }
    *out = read;
    return DEP_OK;
}

/* ---- digest ---- */

void dep_written_digest(const struct dep_written *written, const struct dep_hash *action,
                        struct dep_hash *out)
{
    struct dep_verdict_digest digest;
    struct dep_judged_at at = {.origin = written->origin,
                               .size = written->size,
                               .root = written->root,
                               .now_s = written->now_s,
                               .uncertainty_s = written->uncertainty_s};
    dep_verdict_digest_start(&digest, &written->charter, action, &at);
    for (size_t i = 0; i < written->requirement_count; i++) {
        const struct dep_written_requirement *requirement = &written->requirements[i];
        dep_verdict_digest_line(
            &digest, &(struct dep_verdict_line){
                         requirement->material, requirement->need, requirement->code,
                         requirement->met, requirement->has_record ? &requirement->record : NULL,
                         requirement->has_status ? &requirement->status : NULL});
    }
    dep_verdict_digest_finish(&digest, written->no_rule, written->outcome, out);
}
