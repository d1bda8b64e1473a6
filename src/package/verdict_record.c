/*
 * A material that is a record by itself, judged from what the package shows of it.
 *
 * Format:  doc/format/package.md section 7, consent.md (MATERIAL, `record`).
 */
#include "package/verdict_again.h"

#include <string.h>

static const struct dep_shown_record *find_record(const struct again *again, const json_t *stated)
{
    struct dep_hash sha256 = {{0}};
    const char *hex = dep_json_string(stated, "record");
    if (!dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
        return NULL;
    const struct dep_shown_record *found = dep_step_record_find(again->judging->verify, &sha256);
    return found && shown_own(again->judging, found) && again_before(again, found) &&
                   dep_material_is_record(found->schema->type)
               ? found
               : NULL;
}

/* The report that a correction is about, where its territory is shown; DEP_FOUND where it isn't. */
static int open_report(struct again *again, const struct dep_opened_record *own,
                       struct dep_opened_record *out)
{
    struct dep_hash sha256;
    if (!dep_record_ref_sha256(own->presentation.claims, "about", &sha256))
        return DEP_FOUND;
    const struct dep_shown_record *report = dep_step_record_find(again->judging->verify, &sha256);
    int err = report ? dep_step_open(again->judging->verify, report, out) : DEP_FOUND;
    return !err && !opened_shows(out, "territory") ? DEP_FOUND : err;
}

int again_read_record(struct again *again, size_t at, const json_t *stated)
{
    const struct dep_shown_record *own = find_record(again, stated);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    DEP_AUTO_OPENED report = {.presentation = {.claims = NULL}};
    again->unread[at] = true;
    if (!own)
        return again_unjudged(again, &again->judging->prepared->sha256, "materials");
    int err = dep_step_open(again->judging->verify, own, &opened);
    const json_t *claims = opened.presentation.claims;
    if (!err && !opened_shows(&opened, "territory"))
        return again_unjudged(again, &own->sha256, "territory");
    if (!err && !dep_json_string(claims, "territory"))
        err = open_report(again, &opened, &report);
    if (err)
        return err == DEP_FOUND ? again_unjudged(again, &own->sha256, "territory") : err;
    const char *id = dep_json_string(claims, "jti"), *item = dep_json_string(stated, "item");
    if (!id || !item || strcmp(id, item) != 0) {
        again->left_out = true;
        return judging_find_of(again->judging, "verdict.differs", DEP_ALTERED, &own->sha256,
                               "materials");
    }
    again->unread[at] = false;
    struct dep_material_records records = {
        .stated = stated, .own = claims, .of = report.presentation.claims};
    return again_take_material(again, at, &records, own);
}
