/*
 * What the files of steps 7 and 8 share: the release, as the package shows it.
 *
 * Format:  doc/format/package.md sections 5.3, 5.5 and 7.
 * Layer:   package (pure), private to these steps.
 */
#ifndef DEP_PACKAGE_VERDICT_IMPL_H
#define DEP_PACKAGE_VERDICT_IMPL_H
#include "package/steps.h"
#include "rules/written.h"

/* What a status.issued stands for. */
struct status_set {
    uint64_t as_of, count;
    struct dep_hash root;
};
/* A record that a status is proved to list. */
struct listed {
    struct dep_hash sha256;
    const struct dep_shown_record *status;
};

struct judging {
    struct dep_verify *verify;
    struct dep_shown_log *log; /* the sender's */
    /* release.made and release.prepared: NULL where the head record names none, or it isn't
     * good. */
    const struct dep_shown_record *release, *prepared;
    struct dep_opened_record release_opened, prepared_opened;
    const json_t *json; /* VERDICT, borrowed from release_opened; or NULL */
    bool has_written;
    struct dep_written written;
    const struct dep_charter *charter; /* that it names, where in the chain; or NULL */
    struct listed *listed;             /* by digest */
    size_t listed_count, listed_room;
};

/* ---- findings ---- */
/* About the release itself; `field` may be NULL. */
DEP_MUST_USE int judging_find(struct judging *judging, const char *id, enum dep_result result,
                              const char *field);
/* About a record that may not be shown. */
DEP_MUST_USE int judging_find_of(struct judging *judging, const char *id, enum dep_result result,
                                 const struct dep_hash *record, const char *field);

/* ---- records ---- */
bool shown_is(const struct dep_shown_record *record, const char *type);
/* Is it in the log of the sender, whatever folder? */
bool shown_own(const struct judging *judging, const struct dep_shown_record *record);
/* Is this field open, or disclosed? */
bool opened_shows(const struct dep_opened_record *opened, const char *field);

/* ---- status ---- */
/* False where it shows no set, or looks further than it stands. */
bool status_set_read(const struct dep_opened_record *opened, const struct dep_shown_record *record,
                     struct status_set *out);
/* Is `record` proved to be in the set of this status? */
bool judging_lists(const struct judging *judging, const struct dep_shown_record *status,
                   const struct dep_hash *record);
/* Is it by any status of this log, whatever folder? */
bool judging_listed(const struct judging *judging, struct dep_slice origin,
                    const struct dep_hash *record);

/* ---- the steps ---- */
DEP_MUST_USE int judging_in_force(struct judging *judging); /* in_force.* (verdict_listed.c) */
DEP_MUST_USE int judging_keys(struct judging *judging);     /* status.keys* (status.c) */
DEP_MUST_USE int judging_consents(struct judging *judging); /* status.consent* (status.c) */
/* Does the verdict ask for a consent in this line? */
bool written_of_consent(const struct dep_written_requirement *requirement);

DEP_MUST_USE int judging_charter(struct judging *judging); /* verdict.charter* (verdict_place.c) */
DEP_MUST_USE int judging_log(struct judging *judging);     /* verdict.log (verdict_place.c) */
DEP_MUST_USE int judging_scope(struct judging *judging);   /* verdict.scope (verdict_scope.c) */
DEP_MUST_USE int judging_absent(struct judging *judging);  /* verdict.absent (verdict_scope.c) */
DEP_MUST_USE int judging_publication(struct judging *judging); /* publication.* (publication.c) */
/* Is this field among the `fields` of a material, or of a record to be published? */
bool decided_names(const json_t *decided, const char *field);
/* verdict.differs, verdict.unjudged, status.stale, time.unproved (verdict_again.c) */
DEP_MUST_USE int judging_again(struct judging *judging);
#endif
