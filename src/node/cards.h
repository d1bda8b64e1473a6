/*
 * Files that go between machines before there is a package: what an officer asks to be enrolled
 * with, the card that answers it, and the card that a field kit is made with.
 *
 * Format:  doc/format/register.md section 2.
 * Layer:   node, private to it (no files: bytes in, bytes out).
 * Parsing: refuses what encoding would not have written. A finding's detail is a code or the
 *          kind of file.
 */
#ifndef DEP_NODE_CARDS_H
#define DEP_NODE_CARDS_H
#include "node/node_impl.h"

/* ---- key request ---- */
struct dep_key_request {
    json_t *json; /* owned; the texts borrow from it */
    const char *member, *code, *age, *public_text;
    unsigned roles;
    struct dep_public_key public;
};
void dep_key_request_done(struct dep_key_request *request);
#define DEP_AUTO_KEY_REQUEST DEP_CLEANUP(dep_key_request_done) struct dep_key_request
/* Findings "json.*", "key.request.form", "officer.code", "key.request.proof". */
DEP_MUST_USE int dep_key_request_parse(struct dep_slice text, struct dep_key_request *out,
                                       struct dep_problem *problem);
/* Signed with the new key. */
DEP_MUST_USE int dep_key_request_encode(const char *member, const char *code, unsigned roles,
                                        const struct dep_signing_key *key,
                                        const struct dep_age_recipient *age, struct dep_buf *out);
/* Names of roles as an array, new; and back: 0 where a name is unknown or none is given. */
json_t *dep_role_names(unsigned roles);
unsigned dep_roles_named(const json_t *names);

/* ---- key card ---- */
/* The record's `code` is that of the card. */
struct dep_key_card {
    json_t *json; /* owned */
    const char *code;
    struct dep_record record; /* key.enrolled */
};
void dep_key_card_done(struct dep_key_card *card);
#define DEP_AUTO_KEY_CARD DEP_CLEANUP(dep_key_card_done) struct dep_key_card
/* Findings "json.*", "jwt.*", "record.*", "key.card.form". */
DEP_MUST_USE int dep_key_card_parse(struct dep_slice text, struct dep_key_card *out,
                                    struct dep_problem *problem);
DEP_MUST_USE int dep_key_card_encode(const char *member, const char *code, const char *jti,
                                     struct dep_slice jwt, struct dep_buf *out);

/* ---- home card ---- */
/* To whom a field kit encrypts; there is at least one reader. */
struct dep_home_card {
    struct dep_age_recipient vault, readers[DEP_ROLE_COUNT]; /* as dep_reading_roles */
    bool has_reader[DEP_ROLE_COUNT];
    struct dep_age_recipient recovery[DEP_RECIPIENTS_MAX];
    size_t recovery_count; /* below DEP_RECIPIENTS_MAX */
};
/* Finding "init.home_card". */
DEP_MUST_USE int dep_home_card_parse(struct dep_slice text, struct dep_home_card *out,
                                     struct dep_problem *problem);
DEP_MUST_USE int dep_home_card_encode(const char *member, const struct dep_home_card *card,
                                      struct dep_buf *out);
#endif
