/*
 * The verdict judged again, by the code that judged it first, from the records that the package
 * shows: as of its own moment, by the charter it names, with the records that its requirements
 * name. What isn't shown whole is left out of the comparison and said to be unjudged.
 */
#include "package/verdict_again.h"

#include <stdlib.h>
#include <string.h>

static void again_done(struct again *again)
{
    dep_verdict_done(&again->verdict);
    dep_heard_free(again->heard);
    free(again->heard_at);
    dep_facts_free(again->all);
    dep_facts_free(again->named);
    dep_names_free(again->names);
    free(again->items);
    free(again->materials);
    free(again->unread);
    free(again->perhaps_more);
    free(again->unjudged);
}

/* ---- when others' records were heard of ---- */

static int compare_heard(const void *a, const void *b)
{
    const struct heard_at *one = a, *other = b;
    int order = memcmp(one->record.bytes, other->record.bytes, DEP_HASH_LEN);
    return order ? order : (one->index > other->index) - (one->index < other->index);
}

static int note_heard(struct again *again, const struct dep_shown_record *record)
{
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    struct heard_at *heard = &again->heard_at[again->heard_count];
    int err = dep_step_open(again->judging->verify, record, &opened);
    const char *hex = err ? NULL : dep_json_string(opened.presentation.claims, "sha256");
    if (!hex || !dep_hex_parse(dep_slice_string(hex), heard->record.bytes, DEP_HASH_LEN))
        return err;
    heard->index = record->index;
    again->heard_count++;
    return DEP_OK;
}

static int gather_heard(struct again *again)
{
    struct judging *judging = again->judging;
    const struct dep_shown_log *log = judging->log;
    int err = DEP_OK;
    again->heard_at = dep_alloc_array(log->record_count, sizeof *again->heard_at);
    if (!again->heard_at)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < log->record_count; i++) {
        const struct dep_shown_record *record =
            dep_step_record_at(judging->verify, log->first_record + i);
        if (shown_is(record, "foreign.record"))
            err = note_heard(again, record);
    }
    if (!err && again->heard_count)
        qsort(again->heard_at, again->heard_count, sizeof *again->heard_at, compare_heard);
    return err;
}

/* Where the sender's log first heard of it; NULL: nothing tells. */
static const struct heard_at *heard_of(const struct again *again, const struct dep_hash *record)
{
    const struct heard_at key = {.record = *record};
    size_t at =
        dep_list_place(&key, again->heard_at, again->heard_count, sizeof key, compare_heard);
    return at < again->heard_count && dep_hash_equal(&again->heard_at[at].record, record)
               ? &again->heard_at[at]
               : NULL;
}

/* By its place in the sender's log, or where that heard of it; 0 where nothing tells. */
static uint64_t place_of(const struct again *again, const struct dep_shown_record *record)
{
    const struct heard_at *heard = NULL;
    if (shown_own(again->judging, record))
        return record->index;
    heard = heard_of(again, &record->sha256);
    return heard ? heard->index : 0;
}

bool again_before(const struct again *again, const struct dep_shown_record *record)
{
    return place_of(again, record) < again_written(again)->size;
}

/* ---- facts ---- */

/* Another log's withdrawals and answers are the status's affair: nothing shows when they were heard
 * of. */
static bool is_end(const struct dep_shown_record *record)
{
    return shown_is(record, "consent.withdrawn") || shown_is(record, "assurance.withdrawn") ||
           shown_is(record, "request.answered");
}

static int hear(struct again *again, const struct dep_shown_record *record)
{
    struct judging *judging = again->judging;
    bool own = shown_own(judging, record);
    if (!dep_heard_type_find(record->schema->type) || !again_before(again, record) ||
        (!own && is_end(record)) ||
        dep_step_record_find(judging->verify, &record->sha256) != record)
        return DEP_OK;
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    struct dep_finding why = {.id = ""};
    int err = dep_step_open(judging->verify, record, &opened);
    if (err)
        return err;
    struct dep_heard_record heard = {
        record->sha256,
        place_of(again, record),
        record->schema->type,
        opened.presentation.claims,
        record->whole,
        {own ? again_written(again)->origin : "", opened.presentation.record.kid, record->index}};
    err = dep_heard_add(again->heard, &heard, &why);
    return err == DEP_FOUND ? DEP_OK : err; /* it gives nothing, and what needs it misses it */
}

static int compare_hashes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct dep_hash));
}

/* The status record by which another member's consent counted is the one that is named. */
static int add_status(struct again *again, struct dep_fact *fact)
{
    const struct dep_written *written = again_written(again);
    struct dep_verify *verify = again->judging->verify;
    const struct dep_written_requirement *line = NULL;
    for (size_t i = 0; !line && i < written->requirement_count; i++)
        if (written->requirements[i].has_status &&
            dep_hash_equal(&written->requirements[i].record, &fact->record))
            line = &written->requirements[i];
    const struct dep_shown_record *status =
        line ? dep_step_record_find(verify, &line->status) : NULL;
    const struct dep_shown_record *consent = dep_step_record_find(verify, &fact->record);
    if (!status || !judging_lists(again->judging, status, &fact->record) ||
        !dep_slice_equal(dep_step_log_at(verify, status->log)->origin,
                         dep_step_log_at(verify, consent->log)->origin))
        return DEP_OK;
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = dep_step_open(verify, status, &opened);
    if (err)
        return err;
    fact->status = status->sha256;
    fact->status_s = dep_record_earliest_s(opened.presentation.claims);
    return DEP_OK;
}

static int keep_named(struct again *again, const struct dep_hash *named, size_t count)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_facts_count(again->all); i++) {
        struct dep_fact fact = *dep_facts_at(again->all, i);
        if (!count || !bsearch(&fact.record, named, count, sizeof *named, compare_hashes))
            continue;
        if (fact.kind == DEP_FACT_CONSENT && !fact.own)
            err = add_status(again, &fact);
        if (!err)
            err = dep_facts_add(again->named, &fact);
    }
    return err;
}

/* Of the sender's own keys. When it heard of another member's nothing here shows. */
static int hear_revocations(struct again *again)
{
    const struct dep_keyset *keys = again->judging->log->keys;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_keyset_count(keys); i++) {
        const struct dep_key_state *key = dep_keyset_at(keys, i);
        struct dep_heard_revocation revocation = {
            {again_written(again)->origin, key->kid, key->revoked_at},
            key->distrusted_from,
            key->revoked_at};
        if (key->kid[0] && key->revoked)
            err = dep_heard_add_revocation(again->heard, &revocation);
    }
    return err;
}

static int gather_facts(struct again *again)
{
    const struct dep_written *written = again_written(again);
    struct dep_verify *verify = again->judging->verify;
    int64_t before_s;
    int err = hear_revocations(again);
    if (__builtin_sub_overflow(written->now_s, written->uncertainty_s, &before_s))
        before_s = INT64_MIN;
    for (size_t i = 0; !err && i < dep_step_record_count(verify); i++)
        err = hear(again, dep_step_record_at(verify, i));
    if (!err)
        err = dep_heard_facts_at(again->heard, before_s, written->size, again->all);
    struct dep_hash *named = dep_alloc_array(written->requirement_count, sizeof *named);
    size_t count = 0;
    if (!err && !named)
        err = DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < written->requirement_count; i++)
        if (written->requirements[i].has_record)
            named[count++] = written->requirements[i].record;
    if (!err && count)
        qsort(named, count, sizeof *named, compare_hashes);
    if (!err)
        err = keep_named(again, named, count);
    free(named);
    return err;
}

/* ---- materials ---- */

static int by_item(const void *a, const void *b)
{
    const struct item_record *x = a, *y = b;
    int order = strcmp(x->item, y->item);
    return order ? order
                 : (x->record->index > y->record->index) - (x->record->index < y->record->index);
}

static bool is_of_item(const struct dep_shown_record *record)
{
    return shown_is(record, "marking.set") || shown_is(record, "evidence.collected") ||
           shown_is(record, "evidence.intake");
}

static int gather_items(struct again *again)
{
    struct dep_verify *verify = again->judging->verify;
    size_t count = 0;
    for (size_t i = 0; i < dep_step_record_count(verify); i++)
        count += is_of_item(dep_step_record_at(verify, i));
    again->items = dep_alloc_array(count, sizeof *again->items);
    if (!again->items)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < dep_step_record_count(verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(verify, i);
        if (!is_of_item(record) || !again_before(again, record))
            continue;
        DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
        int err = dep_step_open(verify, record, &opened);
        if (err)
            return err;
        const char *item = dep_json_string(opened.presentation.claims, "item");
        struct item_record *kept = &again->items[again->item_count];
        if (!item || strlen(item) != DEP_UUID_LEN)
            continue;
        memcpy(kept->item, item, DEP_UUID_LEN + 1);
        kept->record = record;
        kept->marking = shown_is(record, "marking.set");
        again->item_count++;
    }
    if (again->item_count)
        qsort(again->items, again->item_count, sizeof *again->items, by_item);
    return DEP_OK;
}

static int compare_item(const void *item, const void *record)
{
    return strcmp(item, ((const struct item_record *)record)->item);
}

/* The newest first record and the newest marking; NULL where none is shown. */
static void find_item(const struct again *again, const char *item,
                      const struct dep_shown_record **own, const struct dep_shown_record **marking)
{
    size_t at =
        dep_list_place(item, again->items, again->item_count, sizeof *again->items, compare_item);
    *own = *marking = NULL;
    for (; at < again->item_count && strcmp(again->items[at].item, item) == 0; at++)
        *(again->items[at].marking ? marking : own) = again->items[at].record;
}

int again_unjudged(struct again *again, const struct dep_hash *record, const char *field)
{
    again->left_out = true;
    return judging_find_of(again->judging, "verdict.unjudged", DEP_UNPROVED, record, field);
}

/* Links of its first record that are told of and not shown: one may be a marking. */
static bool hides_links(const struct again *again, const struct dep_shown_record *own)
{
    struct dep_verify *verify = again->judging->verify;
    for (size_t i = 0; i < dep_step_linked_count(verify); i++) {
        const struct dep_content_linked *linked = dep_step_linked_at(verify, i);
        if (strcmp(linked->rel, "item<") == 0 && dep_hash_equal(&linked->from, &own->sha256))
            return true;
    }
    return false;
}

/* Signed by a key of the sender's that was distrusted when the verdict was made. */
static bool is_disputed(const struct again *again, const struct dep_opened_record *opened,
                        uint64_t index)
{
    uint64_t at =
        dep_keyset_disputed(again->judging->log->keys, opened->presentation.record.kid, index);
    return at && at < again_written(again)->size;
}

/* What counts of it and isn't shown, as a finding; `unread` then. */
static int check_material(struct again *again, size_t at, const struct dep_shown_record *own,
                          const struct dep_opened_record *opened,
                          const struct dep_shown_record *marking)
{
    for (const char *const *field = dep_material_fields; *field; field++) {
        if (!opened_shows(opened, *field)) {
            again->unread[at] = true;
            return again_unjudged(again, &own->sha256, *field);
        }
    }
    if (marking && !marking->whole) {
        again->unread[at] = true;
        return again_unjudged(again, &marking->sha256, NULL);
    }
    again->perhaps_more[at] = !marking && hides_links(again, own);
    return DEP_OK;
}

int again_take_material(struct again *again, size_t at, const struct dep_material_records *records,
                        const struct dep_shown_record *own)
{
    const char *code = NULL;
    struct dep_finding why;
    int err =
        dep_material_read(&again->reader, again->all, records, &again->materials[at], &code, &why);
    if (err != DEP_FOUND)
        return err;
    again->unread[at] = true;
    again->left_out = true;
    return judging_find_of(again->judging, "verdict.differs", DEP_ALTERED, &own->sha256, code);
}

static int read_material(struct again *again, size_t at, const json_t *stated)
{
    struct dep_verify *verify = again->judging->verify;
    const char *item = dep_json_string(stated, "item");
    const struct dep_shown_record *own = NULL, *marking = NULL;
    DEP_AUTO_OPENED own_opened = {.presentation = {.claims = NULL}};
    DEP_AUTO_OPENED marking_opened = {.presentation = {.claims = NULL}};
    if (dep_json_string(stated, "record"))
        return again_read_record(again, at, stated);
    if (item)
        find_item(again, item, &own, &marking);
    if (!own) {
        again->unread[at] = true;
        return again_unjudged(again, &again->judging->prepared->sha256, "materials");
    }
    int err = dep_step_open(verify, own, &own_opened);
    if (!err && marking)
        err = dep_step_open(verify, marking, &marking_opened);
    if (!err)
        err = check_material(again, at, own, &own_opened, marking);
    if (err || again->unread[at])
        return err;
    if (marking && shown_own(again->judging, marking) &&
        is_disputed(again, &marking_opened, marking->index)) {
        again->unread[at] = again->left_out = true;
        return judging_find_of(again->judging, "verdict.differs", DEP_ALTERED, &marking->sha256,
                               NULL);
    }
    struct dep_material_records records = {.stated = stated,
                                           .own = own_opened.presentation.claims,
                                           .marking =
                                               marking ? marking_opened.presentation.claims : NULL};
    return again_take_material(again, at, &records, own);
}

static int read_action(struct again *again)
{
    struct judging *judging = again->judging;
    const json_t *claims = judging->prepared_opened.presentation.claims;
    const char *at = NULL;
    struct dep_finding why;
    int err =
        dep_action_read(judging->charter, "release.prepared", claims, &again->action, &at, &why);
    if (err)
        return err == DEP_FOUND ? judging_find_of(judging, "verdict.differs", DEP_ALTERED,
                                                  &judging->prepared->sha256, at)
                                : err;
    size_t count = again->action.material_count, i;
    json_t *stated;
    again->action.digest = judging->prepared->sha256;
    again->materials = dep_alloc_array(count, sizeof *again->materials);
    again->unread = dep_alloc_array(count, sizeof *again->unread);
    again->perhaps_more = dep_alloc_array(count, sizeof *again->perhaps_more);
    if (!again->materials || !again->unread || !again->perhaps_more)
        return DEP_ERR_NOMEM;
    again->action.materials = again->materials;
    json_array_foreach(dep_json_array(claims, "materials"), i, stated)
    {
        if ((err = read_material(again, i, stated)))
            return err;
    }
    const char *by = dep_json_string(dep_json_object(claims, "by"), "code");
    return dep_names_add(again->names, by ? by : "", &again->action.prepared_by);
}

/* ---- what can't be judged ---- */

/* A record that a requirement names and that isn't shown whole, or the status by which it counted
 * and that isn't proved to list it. */
static int mark_unjudged(struct again *again)
{
    const struct dep_written *written = again_written(again);
    int err = DEP_OK;
    again->unjudged = dep_alloc_array(written->requirement_count, sizeof *again->unjudged);
    if (!again->unjudged)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < written->requirement_count; i++) {
        const struct dep_written_requirement *line = &written->requirements[i];
        const struct dep_shown_record *shown =
            line->has_record ? dep_step_record_find(again->judging->verify, &line->record) : NULL;
        bool open = shown && dep_heard_type_find(shown->schema->type) &&
                    dep_heard_type_find(shown->schema->type)->open;
        const struct dep_shown_record *status =
            line->has_status ? dep_step_record_find(again->judging->verify, &line->status) : NULL;
        bool record_shown = !line->has_record || (shown && (shown->whole || open));
        /* Of the sender's own consents none is asked for. */
        bool own = shown && shown_own(again->judging, shown);
        bool status_shown = own || !line->has_status ||
                            (status && judging_lists(again->judging, status, &line->record));
        if (record_shown && status_shown)
            continue;
        again->unjudged[i] = true;
        err = again_unjudged(again, record_shown ? &line->status : &line->record,
                             dep_need_name(line->need));
    }
    return err;
}

/* ---- time (section 5.5) ---- */

static int unproved(struct again *again, const struct dep_shown_record *record, const char *need)
{
    return dep_step_find_record(again->judging->verify, "time.unproved", "package.md 5.5",
                                DEP_UNPROVED, record, need);
}

/* That the record was there before the verdict: by the order of the sender's own log, or in
 * time. */
static bool was_there(const struct again *again, const struct dep_shown_record *record)
{
    const struct dep_written *written = again_written(again);
    int64_t time_s;
    if (shown_own(again->judging, record) || heard_of(again, &record->sha256))
        return again_before(again, record);
    return dep_step_time(again->judging->verify, record->log, record->index, &time_s) &&
           time_s <= written->now_s - written->uncertainty_s;
}

/* Of a record of another log, that it was there; of one that ends, that the release came before. */
static int check_time(struct again *again, const struct dep_fact *fact, const char *need)
{
    const struct judging *judging = again->judging;
    const struct dep_shown_record *release = judging->release;
    const struct dep_shown_record *record = dep_step_record_find(judging->verify, &fact->record);
    int64_t time_s;
    if (!was_there(again, record))
        return unproved(again, record, need);
    if (fact->in_force.to_s != INT64_MAX &&
        (!dep_step_time(judging->verify, release->log, release->index, &time_s) ||
         time_s > fact->in_force.to_s))
        return unproved(again, release, need);
    return DEP_OK;
}

static int check_times(struct again *again)
{
    const struct dep_written *written = again_written(again);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_facts_count(again->named); i++) {
        const struct dep_fact *fact = dep_facts_at(again->named, i);
        const char *need = NULL;
        for (size_t k = 0; !need && k < written->requirement_count; k++)
            if (written->requirements[k].has_record &&
                dep_hash_equal(&written->requirements[k].record, &fact->record))
                need = dep_need_name(written->requirements[k].need);
        err = check_time(again, fact, need);
    }
    return err;
}

/* ---- all of it ---- */

static int judge(struct again *again)
{
    struct judging *judging = again->judging;
    const struct dep_written *written = again_written(again);
    struct dep_judged_at at = {.member = judging->log->member_id,
                               .origin = written->origin,
                               .size = written->size,
                               .root = written->root,
                               .now_s = written->now_s,
                               .uncertainty_s = written->uncertainty_s};
    return dep_judge(judging->charter, again->named, again->names, &again->action, &at,
                     &again->verdict);
}

static int start(struct again *again)
{
    int err = dep_names_new(&again->names);
    if (!err)
        err = dep_facts_new(&again->all);
    if (!err)
        err = dep_facts_new(&again->named);
    again->reader = (struct dep_fact_reader){again->judging->charter, again->names,
                                             again->judging->log->member_id};
    return err ? err : dep_heard_new(&again->reader, INT64_MAX, &again->heard);
}

int judging_again(struct judging *judging)
{
    struct again again = {.judging = judging};
    int err = start(&again);
    if (!err)
        err = gather_heard(&again);
    if (!err)
        err = gather_facts(&again);
    if (!err)
        err = gather_items(&again);
    if (!err)
        err = mark_unjudged(&again);
    if (!err)
        err = read_action(&again);
    if (!err && again.materials)
        err = judge(&again);
    if (!err && again.materials)
        err = again_compare(&again);
    if (!err)
        err = check_times(&again);
    again_done(&again);
    return err;
}
