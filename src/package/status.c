/*
 * Step 7: status records, the signed complete sets by which absence shows. Of keys, that no key
 * record was left out; of consents, that none that is relied upon was withdrawn.
 *
 * Format:  doc/format/package.md section 5.3.
 */
#include "package/in_force.h"
#include "package/verdict_impl.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5.3";

/* A status record, opened. */
struct status {
    const struct dep_shown_record *record; /* NULL: none is shown */
    struct status_set set;
};

bool status_set_read(const struct dep_opened_record *opened, const struct dep_shown_record *record,
                     struct status_set *out)
{
    const json_t *claims = opened->presentation.claims;
    const char *as_of = dep_json_string(claims, "as_of");
    struct status_set set;
    if (!as_of || !dep_u64_parse(dep_slice_string(as_of), record->index, &set.as_of) ||
        !dep_in_force_set_read(dep_json_object(claims, "in_force"), &set.count, &set.root))
        return false;
    *out = set;
    return true;
}

/* One record: taken where it is a status of `of` that shows its set. */
static int take(struct judging *judging, const struct dep_shown_record *record, const char *of,
                struct status *out)
{
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = dep_step_open(judging->verify, record, &opened);
    if (err)
        return err;
    const char *what = dep_json_string(opened.presentation.claims, "of");
    if (!what || strcmp(what, of) != 0 || !record->whole ||
        !dep_json_object(opened.presentation.claims, "in_force"))
        return DEP_OK;
    struct status status = {.record = record};
    if (!status_set_read(&opened, record, &status.set))
        return judging_find_of(judging, "status.form", DEP_ALTERED, &record->sha256, "in_force");
    *out = status;
    return DEP_OK;
}

/* The newest of one log, in whichever of its folders. */
static int newest(struct judging *judging, struct dep_slice origin, const char *of,
                  struct status *out)
{
    struct dep_verify *verify = judging->verify;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_step_log_count(verify); i++) {
        const struct dep_shown_log *log = dep_step_log_at(verify, i);
        if (!dep_slice_equal(log->origin, origin))
            continue;
        for (size_t k = 0; !err && k < log->record_count; k++) {
            const struct dep_shown_record *record =
                dep_step_record_at(verify, log->first_record + k);
            if (shown_is(record, "status.issued") &&
                (!out->record || record->index > out->record->index))
                err = take(judging, record, of, out);
        }
    }
    return err;
}

static int find(struct judging *judging, const char *id, enum dep_result result, bool aside,
                const struct dep_hash *record)
{
    return dep_step_find(
        judging->verify,
        &(struct dep_verify_found){
            .id = id, .clause = CLAUSE, .result = result, .aside = aside, .record = record});
}

/* ---- keys ---- */

/* The enrolments in force at `as_of`, by the key records shown in this folder. */
static int keys_at(struct judging *judging, const struct dep_shown_log *log, uint64_t as_of,
                   struct status_set *out)
{
    size_t all = dep_keyset_count(log->keys), count = 0;
    size_t place = 0;
    while (dep_step_log_at(judging->verify, place) != log)
        place++;
    DEP_AUTO_FREE struct dep_hash *set = dep_alloc_array(all, sizeof *set);
    if (!set)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < all; i++) {
        const struct dep_key_state *key = dep_keyset_at(log->keys, i);
        const struct dep_shown_record *record =
            dep_step_record_in(judging->verify, place, key->enrolled_at);
        if (record && key->enrolled_at < as_of && !(key->revoked && key->revoked_at < as_of))
            set[count++] = record->sha256;
    }
    out->count = dep_set_order(set, count);
    dep_set_root(set, (size_t)out->count, &out->root);
    return DEP_OK;
}

/* A folder that ends before its log's status was made has the keys that the folder of the status
 * has there; that one is held against the status itself. */
static int compare_keys(struct judging *judging, const struct dep_shown_log *log,
                        const struct status *status)
{
    struct status_set shown, wanted = status->set;
    bool ends_before = log->size < wanted.as_of;
    int err = keys_at(judging, log, ends_before ? log->size : wanted.as_of, &shown);
    if (!err && ends_before)
        err = keys_at(judging, dep_step_log_at(judging->verify, status->record->log), log->size,
                      &wanted);
    if (err)
        return err;
    return shown.count == wanted.count && dep_hash_equal(&shown.root, &wanted.root)
               ? DEP_OK
               : find(judging, "status.keys", DEP_ALTERED, false, &status->record->sha256);
}

/* The first record of a folder at or above `index`. */
static const struct dep_shown_record *first_from(struct judging *judging,
                                                 const struct dep_shown_log *log, uint64_t index)
{
    for (size_t i = 0; i < log->record_count; i++) {
        const struct dep_shown_record *record =
            dep_step_record_at(judging->verify, log->first_record + i);
        if (record->index >= index)
            return record;
    }
    return NULL;
}

/* A folder with nothing but what its checkpoint is signed by needs no status of keys. */
static bool has_more_than_keys(struct judging *judging, const struct dep_shown_log *log)
{
    for (size_t i = 0; i < log->record_count; i++) {
        const struct dep_shown_record *record =
            dep_step_record_at(judging->verify, log->first_record + i);
        if (!shown_is(record, "key.enrolled") && !shown_is(record, "key.revoked"))
            return true;
    }
    return false;
}

static int check_keys(struct judging *judging, const struct dep_shown_log *log)
{
    struct status status = {.record = NULL};
    int err = newest(judging, log->origin, "keys", &status);
    if (err)
        return err;
    const struct dep_shown_record *past =
        has_more_than_keys(judging, log)
            ? first_from(judging, log, status.record ? status.set.as_of + 1 : 0)
            : NULL;
    if (!status.record)
        return past ? find(judging, "status.keys.absent", DEP_UNPROVED, false, &past->sha256)
                    : DEP_OK;
    err = compare_keys(judging, log, &status);
    return err || !past ? err
                        : find(judging, "status.keys.past", DEP_UNPROVED, false, &past->sha256);
}

int judging_keys(struct judging *judging)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_step_log_count(judging->verify); i++) {
        const struct dep_shown_log *log = dep_step_log_at(judging->verify, i);
        if (log->proved)
            err = check_keys(judging, log);
    }
    return err;
}

/* ---- consents ---- */

bool written_of_consent(const struct dep_written_requirement *requirement)
{
    switch (requirement->need) {
    case DEP_NEED_CONSENT_HOST:
    case DEP_NEED_CONSENT_SOURCE:
    case DEP_NEED_CONSENT_ORIGINATOR:
    case DEP_NEED_HANDLING_PERMISSION: return requirement->has_record;
    default: return false;
    }
}

/* Does this link tell of the consent's end, by its own log, whatever folder? */
static bool ends(struct judging *judging, const struct dep_shown_link *link,
                 const struct dep_shown_record *consent)
{
    const struct dep_shown_record *from = dep_step_record_at(judging->verify, link->from);
    bool about = strcmp(link->rel, "about") == 0 &&
                 (shown_is(from, "consent.withdrawn") || shown_is(from, "record.erased"));
    return (about || strcmp(link->rel, "supersedes") == 0) &&
           dep_slice_equal(dep_step_log_at(judging->verify, from->log)->origin,
                           dep_step_log_at(judging->verify, consent->log)->origin);
}

/* Is its end shown, below `as_of`? */
static bool is_ended(struct judging *judging, const struct dep_shown_record *consent,
                     uint64_t as_of)
{
    size_t count = 0;
    const struct dep_shown_link *links =
        dep_step_links_to(judging->verify, &consent->sha256, &count);
    for (size_t i = 0; i < count; i++)
        if (ends(judging, &links[i], consent) &&
            dep_step_record_at(judging->verify, links[i].from)->index < as_of)
            return true;
    return false;
}

/* Did its term end before the status was made? */
static int check_term(struct judging *judging, const struct dep_shown_record *shown,
                      const struct status *status, bool *out_ended)
{
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int64_t to_s;
    int err = dep_step_open(judging->verify, shown, &opened);
    if (err)
        return err;
    const json_t *terms = dep_json_object(opened.presentation.claims, "terms");
    const char *to = dep_json_string(dep_json_object(terms, "in_force"), "to");
    *out_ended |=
        to && dep_time_parse(dep_slice_string(to), &to_s, NULL) && to_s <= status->record->iat;
    return DEP_OK;
}

/* Its sender signed that it is another member's, and stands in a log that isn't here. */
static bool named_elsewhere(struct judging *judging, const struct dep_hash *consent)
{
    for (size_t i = 0; i < dep_step_linked_count(judging->verify); i++) {
        const struct dep_content_linked *linked = dep_step_linked_at(judging->verify, i);
        if (linked->as == DEP_LINKED_NAMED && strcmp(linked->why, "originator") == 0 &&
            dep_hash_equal(&linked->sha256, consent))
            return true;
    }
    return false;
}

/* Of the sender's own log: its newest status lists it, or what ended it is shown. */
static int check_own(struct judging *judging, const struct status *status,
                     const struct dep_hash *consent, const struct dep_shown_record *shown)
{
    if (!status->record)
        return find(judging, "status.consent.absent", DEP_UNPROVED, false, consent);
    bool ended = shown && is_ended(judging, shown, status->set.as_of);
    int err = shown && !ended ? check_term(judging, shown, status, &ended) : DEP_OK;
    if (err)
        return err;
    /* Made after the status: of it that one says nothing. */
    bool below = !shown || shown->index < status->set.as_of;
    if (below && !ended && !judging_lists(judging, status->record, consent))
        err = find(judging, "status.consent", DEP_ALTERED, false, consent);
    return err || status->set.as_of >= judging->written.size
               ? err
               : find(judging, "status.consent.past", DEP_UNPROVED, false, consent);
}

/* By its own clock withdrawn before the verdict, in another log: perhaps never heard of. */
static int check_withdrawn(struct judging *judging, const struct dep_shown_record *consent)
{
    size_t count = 0;
    const struct dep_shown_link *links =
        dep_step_links_to(judging->verify, &consent->sha256, &count);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++) {
        const struct dep_shown_record *from = dep_step_record_at(judging->verify, links[i].from);
        if (!shown_is(from, "consent.withdrawn") || !ends(judging, &links[i], consent))
            continue;
        DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
        err = dep_step_open(judging->verify, from, &opened);
        if (!err && dep_record_earliest_s(opened.presentation.claims) < judging->written.now_s)
            err = find(judging, "status.withdrawn", DEP_UNPROVED, false, &consent->sha256);
    }
    return err;
}

/* Of another's: some status there is proved to list it, and what came after that one isn't seen. */
static int check_others(struct judging *judging, const struct dep_shown_record *consent)
{
    int err = check_withdrawn(judging, consent);
    if (err)
        return err;
    return judging_listed(judging, dep_step_log_at(judging->verify, consent->log)->origin,
                          &consent->sha256)
               ? find(judging, "status.consent.past", DEP_UNPROVED, true, &consent->sha256)
               : find(judging, "status.consent.absent", DEP_UNPROVED, false, &consent->sha256);
}

static int check_each(struct judging *judging, struct dep_hash *consents, size_t count)
{
    struct status status = {.record = NULL};
    int err = newest(judging, judging->log->origin, "consents", &status);
    count = dep_set_order(consents, count);
    for (size_t i = 0; !err && i < count; i++) {
        const struct dep_shown_record *shown = dep_step_record_find(judging->verify, &consents[i]);
        if (shown && !shown_own(judging, shown))
            err = check_others(judging, shown);
        else if (!shown && named_elsewhere(judging, &consents[i]))
            err = find(judging, "status.consent.absent", DEP_UNPROVED, false, &consents[i]);
        else
            err = check_own(judging, &status, &consents[i], shown);
    }
    return err;
}

int judging_consents(struct judging *judging)
{
    const struct dep_written *written = &judging->written;
    struct dep_hash *consents = dep_alloc_array(written->requirement_count, sizeof *consents);
    size_t count = 0;
    if (!consents)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < written->requirement_count; i++)
        if (written_of_consent(&written->requirements[i]))
            consents[count++] = written->requirements[i].record;
    int err = check_each(judging, consents, count);
    free(consents);
    return err;
}
