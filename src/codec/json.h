/*
 * JSON, strict: RFC 8259, and besides refused: repeated names, NUL also as an escape, half of a
 * surrogate pair, reals, integers beyond int64, depth over DEP_JSON_DEPTH_MAX, anything but white
 * space after the value. Values are jansson's json_t: new references are the caller's
 * (json_decref). They are read by our own reader (doc/decisions/024).
 *
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_JSON_H
#define DEP_CODEC_JSON_H
#include "base/base.h"
#include <jansson.h>

enum { DEP_JSON_DEPTH_MAX = 32, DEP_JSON_LEN_MAX = 8 * 1024 * 1024 };

/* From here on jansson wipes what it frees, so that no protected value outlives the tree it stood
 * in; and once it was refused memory nothing is encoded any more (DEP_ERR_NOMEM), since a list may
 * lack what could not be added. Once, before the first value is made. */
void dep_json_own_memory(void);
/* From here on this thread keeps small blocks of values that it freed, wiped, for the next that it
 * makes, until it gives them back: for one that makes and frees values by the thousand. */
void dep_json_keep_memory(void);
void dep_json_give_back(void);
/* It was: what a process shows may lack a part. */
bool dep_json_refused(void);

static inline void dep_json_release(json_t **value)
{
    json_decref(*value);
}
#define DEP_AUTO_JSON DEP_CLEANUP(dep_json_release) json_t

/* Any JSON value at the top; the finding's place is an offset. Findings: "json.syntax", "json.nul",
 * "json.duplicate", "json.real", "json.integer", "json.depth", "json.len". */
DEP_MUST_USE int dep_json_parse(struct dep_slice text, json_t **out, struct dep_finding *why);
/* Compact, object names in order of insertion. */
DEP_MUST_USE int dep_json_encode(const json_t *value, struct dep_buf *out);
/* Compact, object names sorted. */
DEP_MUST_USE int dep_json_encode_sorted(const json_t *value, struct dep_buf *out);

/* For people to read and edit: indented, names in order of insertion, a newline at the end. */
DEP_MUST_USE int dep_json_encode_indented(const json_t *value, struct dep_buf *out);

/* Borrowed members: NULL where the name is absent or of another type. */
const char *dep_json_string(const json_t *object, const char *name);
const json_t *dep_json_object(const json_t *object, const char *name);
const json_t *dep_json_array(const json_t *object, const char *name);
/* False where absent or not an integer. */
bool dep_json_int(const json_t *object, const char *name, int64_t *out);
bool dep_json_true(const json_t *object, const char *name);
/* Is its member `name` the string `text`? */
bool dep_json_says(const json_t *object, const char *name, const char *text);
/* Is `text` among the strings of `array`? No in what is no array. */
bool dep_json_has_string(const json_t *array, const char *text);
#endif
