/*
 * What the files of this folder share and nobody else needs: writing JSON and JWTs straight into
 * buffers (issuing is the hot path of a node), and the rules about a type's fields that issuing and
 * reading both apply.
 *
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_INTERNAL_H
#define DEP_RECORD_INTERNAL_H
#include "record/jtd.h"
#include "record/record.h"
#include "record/schema.h"
#include "record/sdjwt.h"

enum { DEP_SALT_LEN = 16, DEP_DIGEST_TEXT_LEN = 43, DEP_REFS_MAX = 1024 };

/* ---- JSON text ---- */
/* A string, quoted and escaped as jansson does. `text` is valid UTF-8. */
void dep_text_write_string(struct dep_buf *out, const char *text, size_t len);
/* Any value, compact. */
DEP_MUST_USE int dep_text_write_value(struct dep_buf *out, const json_t *value);

/* ---- SD-JWT pieces ---- */
struct dep_sd_digest {
    char text[DEP_DIGEST_TEXT_LEN + 1];
};
/* Digest of a disclosure as it stands in `_sd`. */
void dep_sd_digest_of(struct dep_slice disclosure, struct dep_sd_digest *out);
/* Append one disclosure of `value` (NULL: null) to `out`, after a '~' where it isn't the first.
 * `scratch` is a secret buffer, overwritten. */
DEP_MUST_USE int dep_sd_disclose(const char *name, const json_t *value,
                                 const uint8_t salt[DEP_SALT_LEN], struct dep_buf *scratch,
                                 struct dep_buf *out, struct dep_sd_digest *out_digest);
/* `"_sd":[...],"_sd_alg":"sha-256"`; sorts `digests`. */
void dep_sd_write_digests(struct dep_buf *out, struct dep_sd_digest *digests, size_t count);
/* One disclosure decoded: a new array of two or three, form and name checked. */
DEP_MUST_USE int dep_sd_disclosure_parse(struct dep_slice disclosure, json_t **out,
                                         struct dep_finding *why);
/*
 * Its name, "" where it has none (an array's element) or one longer than DEP_SD_NAME_MAX; of a
 * disclosure whose digest is known to be signed, or that is passed over: what stands behind the
 * name isn't looked at where the front is as our own encoder writes it.
 */
enum { DEP_SD_NAME_MAX = 64 };
DEP_MUST_USE int dep_sd_disclosure_name(struct dep_slice disclosure, char out[DEP_SD_NAME_MAX + 1],
                                        struct dep_finding *why);
/* Append those of the '~'-joined disclosures whose names are wanted (NULL: all) and which the
 * payload lists at its top level, each with '~' behind it; how many there were. */
DEP_MUST_USE int dep_sd_select(const json_t *payload, struct dep_slice disclosures,
                               const char *const *names, size_t name_count, struct dep_buf *out,
                               size_t *out_count);

/* ---- forms and formats ---- */
typedef bool dep_format_fn(const char *format, const json_t *value);
/*
 * As dep_jtd_validate, one form below `root` (which has the definitions); `format` is asked where
 * metadata of a form names a format. `out_format` tells that the first error was a format's.
 */
DEP_MUST_USE int dep_jtd_validate_form(const json_t *root, const json_t *form, const json_t *value,
                                       dep_format_fn *format, struct dep_jtd_error *out,
                                       bool *out_format);
/* The formats of doc/format/record.md section 5; unknown names are accepted by none. */
bool dep_format_valid(const char *format, const json_t *value);
/* The same of what is to be recorded: places on earth, too. */
bool dep_format_stated(const char *format, const json_t *value);
bool dep_format_known(const char *format);

/* ---- fields of a type ---- */
size_t dep_schema_protected_count(const struct dep_schema *schema);
bool dep_record_envelope_name(const char *name);
bool dep_record_clock_known(const char *source);
/*
 * The members of `claims` that are fields, against their forms; required fields and the rule of
 * `unknown`. `whole`: nothing may be missing. Null of a protected field counts as absent. `format`:
 * dep_format_valid, or dep_format_stated of what is to be recorded.
 */
DEP_MUST_USE int dep_record_fields_check(const struct dep_schema *schema, const json_t *claims,
                                         bool whole, dep_format_fn *format,
                                         struct dep_jtd_error *where, struct dep_finding *why);
DEP_MUST_USE int dep_record_refs_check(const json_t *refs, struct dep_jtd_error *where,
                                       struct dep_finding *why);
/* Set `where` (may be NULL) to "/name". */
void dep_record_where(struct dep_jtd_error *where, const char *name);
#endif
