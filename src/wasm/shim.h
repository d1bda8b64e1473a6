/*
 * What the browser's verifier exports to JavaScript, and the one thing that it asks of it.
 *
 * Layer:   wasm (pure; compiled for the browser, and natively for its test).
 * Use:     text and bytes go in through memory of wasm_alloc(); a text comes out as the answer: JSON in
 *          UTF-8, until the next call. Functions return as base.h says: < 0 a fault, 0, or a finding,
 *          of which the answer then is {"id","clause","offset"}.
 */
#ifndef DEP_WASM_SHIM_H
#define DEP_WASM_SHIM_H
#include "codec/json.h"

/* The name under which JavaScript has it. */
#ifdef __wasm__
#define DEP_WASM_EXPORT(name) __attribute__((export_name(name)))
#define DEP_WASM_IMPORT(name) __attribute__((import_module("host"), import_name(name)))
#else
#define DEP_WASM_EXPORT(name)
#define DEP_WASM_IMPORT(name)
#endif

/* ---- memory and answers ---- */
DEP_WASM_EXPORT("alloc") void *wasm_alloc(size_t len); /* NULL where there is no more */
DEP_WASM_EXPORT("free") void wasm_free(void *block);
DEP_WASM_EXPORT("answer") const uint8_t *wasm_answer(void);
DEP_WASM_EXPORT("answer_len") size_t wasm_answer_len(void);

/* Once, before anything else. `seed` (not 0) makes the places of JSON members unforeseeable. */
DEP_WASM_EXPORT("init") int wasm_init(uint32_t seed);

/* ---- digests: one worker each, so each has its own ---- */
/* `algorithm`: DEP_BAG_SHA256 or DEP_BAG_SHA512. NULL where there is no memory or no such one. */
struct wasm_hash;
DEP_WASM_EXPORT("hash_new") struct wasm_hash *wasm_hash_new(unsigned algorithm);
DEP_WASM_EXPORT("hash_add")
void wasm_hash_add(struct wasm_hash *hash, const uint8_t *data, size_t len);
/* Length of what `out` (room for 64) gets; ready for the next one. */
DEP_WASM_EXPORT("hash_finish") size_t wasm_hash_finish(struct wasm_hash *hash, uint8_t *out);
DEP_WASM_EXPORT("hash_free") void wasm_hash_free(struct wasm_hash *hash);

/* ---- words ---- */
/* A fingerprint as it is typed; `out` (room for 25) gets the pin. */
DEP_WASM_EXPORT("fingerprint")
int wasm_fingerprint(const uint8_t *text, size_t len, uint8_t *out);
/* The schemas, whose labels a reader sees: {"<type>": {...}, ...}, the newest version of each. */
DEP_WASM_EXPORT("schemas") int wasm_schemas(void);

/* ---- the parts that the files of this folder share ---- */
/* Make `value` (taken, may be NULL: DEP_ERR_NOMEM) the answer. */
DEP_MUST_USE int dep_wasm_say(json_t *value);
/* A finding as the answer; returns DEP_FOUND, or a fault. */
DEP_MUST_USE int dep_wasm_say_found(const struct dep_finding *why);
#endif
