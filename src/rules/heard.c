#include "rules/heard.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

struct signature {
    dep_id origin, kid;
    uint64_t index;
};

/* What was given, or corrects what was. */
struct given {
    struct dep_fact fact;
    dep_id member;
    struct dep_hash supersedes;
    bool corrects;
    bool rejects;  /* an approver who said no */
    bool disputed; /* in a picture */
    struct signature signature;
    int64_t earliest_s; /* when it can have been recorded at the earliest, by its own clock */
};

enum said_kind { SAID_WITHDRAWN, SAID_ANSWERED, SAID_CHECKED, SAID_LISTED };

/* What was said of it later. */
struct said {
    enum said_kind kind;
    struct dep_hash about;
    uint64_t index;
    dep_id member, by;
    bool good; /* an answer that doesn't end it; a check that found it as recorded */
    int64_t earliest_s;
    struct dep_hash status; /* that lists it */
    struct signature signature;
};

struct revoked {
    struct signature of;
    uint64_t from_index, index;
};

struct issued {
    struct dep_hash status;
    struct signature signature;
};

struct dep_heard {
    struct dep_fact_reader reader;
    int64_t before_s;
    struct given *given;
    size_t given_count, given_room;
    struct said *said;
    size_t said_count, said_room;
    struct revoked *revoked;
    size_t revoked_count, revoked_room;
    struct issued *issued;
    size_t issued_count, issued_room;
};

/* ---- types ---- */

enum role { GIVES, WITHDRAWS, ANSWERS, CHECKS };

struct type {
    struct dep_heard_type is;
    enum role role;
    dep_fact_fn *read; /* of what is given */
};

static const struct type TYPES[] = {
    {{"request.made", false}, GIVES, dep_fact_of_request},
    {{"consent.given", false}, GIVES, dep_fact_of_consent},
    {{"assurance.given", false}, GIVES, dep_fact_of_assurance},
    {{"approval.given", true}, GIVES, dep_fact_of_approval},
    {{"request.answered", false}, ANSWERS, NULL},
    {{"consent.checked", false}, CHECKS, NULL},
    {{"consent.withdrawn", true}, WITHDRAWS, NULL},
    {{"assurance.withdrawn", true}, WITHDRAWS, NULL},
};

static const struct type *type_find(const char *type)
{
    for (size_t i = 0; i < DEP_COUNT(TYPES); i++)
        if (strcmp(TYPES[i].is.type, type) == 0)
            return &TYPES[i];
    return NULL;
}

size_t dep_heard_type_count(void)
{
    return DEP_COUNT(TYPES);
}

const struct dep_heard_type *dep_heard_type_at(size_t index)
{
    assert(index < DEP_COUNT(TYPES));
    return &TYPES[index].is;
}

const struct dep_heard_type *dep_heard_type_find(const char *type)
{
    const struct type *found = type_find(type);
    return found ? &found->is : NULL;
}

/* ---- life ---- */

int dep_heard_new(const struct dep_fact_reader *reader, int64_t before_s, struct dep_heard **out)
{
    struct dep_heard *heard = dep_alloc(sizeof *heard);
    if (!heard)
        return DEP_ERR_NOMEM;
    heard->reader = *reader;
    heard->before_s = before_s;
    *out = heard;
    return DEP_OK;
}

void dep_heard_free(struct dep_heard *heard)
{
    if (!heard)
        return;
    free(heard->given);
    free(heard->said);
    free(heard->revoked);
    free(heard->issued);
    free(heard);
}

static int add_given(struct dep_heard *heard, const struct given *given)
{
    struct given *list =
        dep_list_reserve(heard->given, heard->given_count, 1, sizeof *list, &heard->given_room);
    if (!list)
        return DEP_ERR_NOMEM;
    heard->given = list;
    heard->given[heard->given_count++] = *given;
    return DEP_OK;
}

static int add_said(struct dep_heard *heard, const struct said *said)
{
    struct said *list =
        dep_list_reserve(heard->said, heard->said_count, 1, sizeof *list, &heard->said_room);
    if (!list)
        return DEP_ERR_NOMEM;
    heard->said = list;
    heard->said[heard->said_count++] = *said;
    return DEP_OK;
}

/* ---- times ---- */

struct when {
    int64_t earliest_s, latest_s;
};

/* By its own clock. */
static struct when when_recorded(const json_t *claims)
{
    int64_t iat = 0, uncertainty_s = 0;
    (void)dep_json_int(claims, "iat", &iat);
    (void)dep_json_int(dep_json_object(claims, "clock"), "uncertainty_s", &uncertainty_s);
    struct when when = {.earliest_s = dep_record_earliest_s(claims)};
    /* No clock is so wrong; a record that says so counts from the latest and ends at the
     * earliest. */
    if (__builtin_add_overflow(iat, uncertainty_s, &when.latest_s))
        when.latest_s = INT64_MAX;
    return when;
}

/* ---- taking in ---- */

static int read_signature(const struct dep_heard *heard, const struct dep_heard_signature *from,
                          struct signature *out)
{
    out->index = from->index;
    int err = dep_names_add(heard->reader.names, from->origin, &out->origin);
    return err ? err : dep_names_add(heard->reader.names, from->kid, &out->kid);
}

static const char *officer_of(const json_t *claims)
{
    const char *code = dep_json_string(dep_json_object(claims, "by"), "code");
    return code ? code : "";
}

static const char *member_of(const json_t *claims)
{
    const char *iss = dep_json_string(claims, "iss");
    return iss ? iss : "";
}

static int take_given(struct dep_heard *heard, const struct type *type,
                      const struct dep_heard_record *record, struct dep_finding *why)
{
    const json_t *claims = record->claims;
    struct when when = when_recorded(claims);
    struct dep_fact_source source = {.record = record->sha256,
                                     .index = record->index,
                                     .iss = member_of(claims),
                                     .by = officer_of(claims),
                                     .recorded_s = when.latest_s};
    struct given given = {.earliest_s = when.earliest_s,
                          .rejects = type->is.open && !dep_json_true(claims, "approved")};
    if (!record->whole && !type->is.open)
        return dep_found(why, "fact.unread", CLAUSE, 0);
    int err = read_signature(heard, &record->by, &given.signature);
    if (!err)
        err = dep_names_add(heard->reader.names, source.iss, &given.member);
    struct dep_finding none = {.id = ""};
    if (!err)
        err = type->read(&heard->reader, &source, claims, &given.fact, &none);
    if (err == DEP_FOUND)
        return strcmp(none.id, "fact.none") == 0
                   ? DEP_OK
                   : dep_found(why, none.id, none.clause, none.offset);
    if (err)
        return err;
    given.corrects = dep_record_ref_sha256(claims, "supersedes", &given.supersedes);
    return add_given(heard, &given);
}

static int take_said(struct dep_heard *heard, const struct type *type,
                     const struct dep_heard_record *record)
{
    const json_t *claims = record->claims;
    struct said said = {.index = record->index, .earliest_s = dep_record_earliest_s(claims)};
    if (!dep_record_ref_sha256(claims, type->role == ANSWERS ? "answers" : "about", &said.about))
        return DEP_OK;
    switch (type->role) {
    case ANSWERS:
        said.kind = SAID_ANSWERED;
        said.good = record->whole && dep_json_string(claims, "answer") &&
                    !dep_json_says(claims, "answer", "withdrawn");
        break;
    case CHECKS:
        said.kind = SAID_CHECKED;
        said.good = record->whole && dep_json_says(claims, "outcome", "as_recorded");
        break;
    case WITHDRAWS:
    case GIVES: said.kind = SAID_WITHDRAWN; break;
    }
    int err = read_signature(heard, &record->by, &said.signature);
    if (!err)
        err = dep_names_add(heard->reader.names, member_of(claims), &said.member);
    if (!err)
        err = dep_names_add(heard->reader.names, officer_of(claims), &said.by);
    return err ? err : add_said(heard, &said);
}

int dep_heard_add(struct dep_heard *heard, const struct dep_heard_record *record,
                  struct dep_finding *why)
{
    const struct type *type = type_find(record->type);
    assert(type);
    return type->role == GIVES ? take_given(heard, type, record, why)
                               : take_said(heard, type, record);
}

int dep_heard_add_revocation(struct dep_heard *heard, const struct dep_heard_revocation *revocation)
{
    struct revoked revoked = {.from_index = revocation->from_index, .index = revocation->index};
    if (revocation->from_index >= revocation->of.index)
        return DEP_OK;
    int err = read_signature(heard, &revocation->of, &revoked.of);
    if (err)
        return err;
    struct revoked *list = dep_list_reserve(heard->revoked, heard->revoked_count, 1, sizeof *list,
                                            &heard->revoked_room);
    if (!list)
        return DEP_ERR_NOMEM;
    heard->revoked = list;
    heard->revoked[heard->revoked_count++] = revoked;
    return DEP_OK;
}

int dep_heard_add_issued(struct dep_heard *heard, const struct dep_hash *status,
                         const struct dep_heard_signature *by)
{
    struct issued issued = {.status = *status};
    int err = read_signature(heard, by, &issued.signature);
    if (err)
        return err;
    struct issued *list =
        dep_list_reserve(heard->issued, heard->issued_count, 1, sizeof *list, &heard->issued_room);
    if (!list)
        return DEP_ERR_NOMEM;
    heard->issued = list;
    heard->issued[heard->issued_count++] = issued;
    return DEP_OK;
}

int dep_heard_add_status(struct dep_heard *heard, const struct dep_heard_status *status)
{
    struct said said = {.kind = SAID_LISTED,
                        .about = status->consent,
                        .index = status->index,
                        .earliest_s = status->made_s,
                        .status = status->status};
    int err = dep_names_add(heard->reader.names, status->member, &said.member);
    return err ? err : add_said(heard, &said);
}

/* ---- putting together ---- */

static int compare_given(const void *a, const void *b)
{
    return memcmp(((const struct given *)a)->fact.record.bytes,
                  ((const struct given *)b)->fact.record.bytes, DEP_HASH_LEN);
}

static int compare_heard(const void *a, const void *b)
{
    uint64_t left = ((const struct given *)a)->fact.index,
             right = ((const struct given *)b)->fact.index;
    int order = compare_given(a, b);
    return order ? order : left < right ? -1 : left > right;
}

static int compare_said(const void *a, const void *b)
{
    uint64_t left = ((const struct said *)a)->index, right = ((const struct said *)b)->index;
    return left < right ? -1 : left > right;
}

/* What counts at one moment, to be put together. */
struct picture {
    int64_t before_s;
    uint64_t size;
    struct given *given;
    struct said *said;
    size_t given_count, said_count;
};

static struct given *find_given(const struct picture *picture, const struct dep_hash *record,
                                dep_id member)
{
    struct given key = {.fact.record = *record};
    struct given *found = picture->given_count ? bsearch(&key, picture->given, picture->given_count,
                                                         sizeof key, compare_given)
                                               : NULL;
    return found && found->member == member ? found : NULL;
}

static void withdraw(struct given *given, int64_t at_s)
{
    if (at_s < given->fact.withdrawn_s)
        given->fact.withdrawn_s = at_s;
}

/* By a revocation that was heard of by then. */
static bool is_disputed(const struct dep_heard *heard, const struct signature *by, uint64_t size)
{
    for (size_t i = 0; i < heard->revoked_count; i++) {
        const struct revoked *revoked = &heard->revoked[i];
        if (revoked->index < size && revoked->of.kid == by->kid &&
            revoked->of.origin == by->origin && by->index >= revoked->from_index &&
            by->index < revoked->of.index)
            return true;
    }
    return false;
}

/* So too a status that confirms one. */
static bool confirms_nothing(const struct dep_heard *heard, const struct said *said, uint64_t size)
{
    bool disputed = false;
    if (said->kind != SAID_LISTED)
        return said->good && is_disputed(heard, &said->signature, size);
    for (size_t i = 0; heard->revoked_count && !disputed && i < heard->issued_count; i++)
        disputed = dep_hash_equal(&heard->issued[i].status, &said->status) &&
                   is_disputed(heard, &heard->issued[i].signature, size);
    return disputed;
}

/* In the order of the log: the newest answer counts, and the newest check by another officer than
 * the one who recorded it, above all one that found something else. A withdrawal is for ever. */
static void apply_said(const struct picture *picture, enum said_kind kind)
{
    for (size_t i = 0; i < picture->said_count; i++) {
        const struct said *said = &picture->said[i];
        struct given *given =
            said->kind == kind ? find_given(picture, &said->about, said->member) : NULL;
        if (!given)
            continue;
        switch (kind) {
        case SAID_ANSWERED:
            given->fact.withdrawn_s = said->good ? INT64_MAX : said->earliest_s;
            break;
        case SAID_CHECKED:
            if (!said->good || said->by != given->fact.by)
                given->fact.checked_by = said->good ? said->by : 0;
            break;
        case SAID_WITHDRAWN: withdraw(given, said->earliest_s); break;
        case SAID_LISTED:
            if (said->earliest_s > given->fact.status_s) {
                given->fact.status_s = said->earliest_s;
                given->fact.status = said->status;
            }
            break;
        }
    }
}

/* What a correction says takes the place of what it corrects. */
static void apply_corrections(const struct picture *picture)
{
    for (size_t i = 0; i < picture->given_count; i++) {
        const struct given *correction = &picture->given[i];
        struct given *corrected =
            correction->corrects ? find_given(picture, &correction->supersedes, correction->member)
                                 : NULL;
        if (corrected)
            withdraw(corrected, correction->earliest_s);
    }
}

/* Who approved and later said no has approved no longer. */
static void apply_rejections(const struct picture *picture)
{
    for (size_t i = 0; i < picture->given_count; i++) {
        const struct given *no = &picture->given[i];
        for (size_t k = 0; no->rejects && k < picture->given_count; k++) {
            struct given *yes = &picture->given[k];
            if (yes->fact.kind == DEP_FACT_APPROVAL && !yes->rejects && yes->member == no->member &&
                yes->fact.index < no->fact.index && yes->fact.by == no->fact.by &&
                dep_hash_equal(&yes->fact.approves, &no->fact.approves))
                withdraw(yes, no->earliest_s);
        }
    }
}

/* Whoever had the key may have given it: from now on nothing rests on it any more. */
static void apply_disputes(const struct picture *picture)
{
    for (size_t i = 0; i < picture->given_count; i++)
        if (picture->given[i].disputed)
            withdraw(&picture->given[i], picture->before_s);
}

static int64_t at_the_latest(int64_t time_s, int64_t before_s)
{
    return time_s > before_s ? before_s : time_s;
}

/* What was heard of again counts once, from when it was heard of first: what ends it ends it. */
static void count_once(struct picture *picture)
{
    size_t kept = 0;
    for (size_t i = 0; i < picture->given_count; i++)
        if (kept == 0 || compare_given(&picture->given[kept - 1], &picture->given[i]) != 0)
            picture->given[kept++] = picture->given[i];
    picture->given_count = kept;
}

/* In the order in which they are looked for. */
static void pick(const struct dep_heard *heard, struct picture *out)
{
    int64_t before_s = out->before_s;
    uint64_t size = out->size;
    for (size_t i = 0; i < heard->given_count; i++) {
        if (heard->given[i].fact.index >= size)
            continue;
        struct given *given = &out->given[out->given_count++];
        *given = heard->given[i];
        given->disputed = is_disputed(heard, &given->signature, size);
        given->earliest_s = at_the_latest(given->earliest_s, before_s);
        given->fact.recorded_s = at_the_latest(given->fact.recorded_s, before_s);
    }
    for (size_t i = 0; i < heard->said_count; i++) {
        if (heard->said[i].index >= size || confirms_nothing(heard, &heard->said[i], size))
            continue;
        struct said *said = &out->said[out->said_count++];
        *said = heard->said[i];
        /* A status is as old as its maker's clock says. */
        if (said->kind != SAID_LISTED)
            said->earliest_s = at_the_latest(said->earliest_s, before_s);
    }
    if (out->given_count)
        qsort(out->given, out->given_count, sizeof *out->given, compare_heard);
    if (out->said_count)
        qsort(out->said, out->said_count, sizeof *out->said, compare_said);
    count_once(out);
}

static int put_together(const struct picture *picture, struct dep_facts *facts)
{
    apply_said(picture, SAID_ANSWERED);
    apply_said(picture, SAID_CHECKED);
    apply_said(picture, SAID_WITHDRAWN);
    apply_said(picture, SAID_LISTED);
    apply_corrections(picture);
    apply_rejections(picture);
    apply_disputes(picture);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < picture->given_count; i++)
        if (!picture->given[i].rejects)
            err = dep_facts_add(facts, &picture->given[i].fact);
    return err;
}

int dep_heard_facts_at(const struct dep_heard *heard, int64_t before_s, uint64_t size,
                       struct dep_facts *facts)
{
    struct picture picture = {.before_s = before_s, .size = size};
    if (heard->given_count)
        picture.given = dep_alloc_array(heard->given_count, sizeof *picture.given);
    if (heard->said_count)
        picture.said = dep_alloc_array(heard->said_count, sizeof *picture.said);
    int err = DEP_ERR_NOMEM;
    if ((picture.given || !heard->given_count) && (picture.said || !heard->said_count)) {
        pick(heard, &picture);
        err = put_together(&picture, facts);
    }
    free(picture.given);
    free(picture.said);
    return err;
}

int dep_heard_facts(const struct dep_heard *heard, struct dep_facts *facts)
{
    return dep_heard_facts_at(heard, heard->before_s, UINT64_MAX, facts);
}
