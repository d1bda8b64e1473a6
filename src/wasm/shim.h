/*
 * What the browser's verifier exports to JavaScript, and the one thing that it asks of it.
 *
 * Layer:   wasm (pure; compiled for the browser, and natively for its test).
 * Use:     text and bytes go in through memory of wasm_alloc(); a text comes out as the answer:
 *          JSON in UTF-8, until the next call. Functions return as base.h says: < 0 a fault, 0, or
 *          a finding, of which the answer then is {"id","clause","offset"}.
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
/* The same bytes to both, which are of SHA-256: for less than one after the other. */
DEP_WASM_EXPORT("hash_add_two")
void wasm_hash_add_two(struct wasm_hash *a, struct wasm_hash *b, const uint8_t *data, size_t len);
/* Length of what `out` (room for 64) gets; ready for the next one. */
DEP_WASM_EXPORT("hash_finish") size_t wasm_hash_finish(struct wasm_hash *hash, uint8_t *out);
DEP_WASM_EXPORT("hash_free") void wasm_hash_free(struct wasm_hash *hash);

/* ---- words ---- */
/* A fingerprint as it is typed; `out` (room for 25) gets the pin. */
DEP_WASM_EXPORT("fingerprint")
int wasm_fingerprint(const uint8_t *text, size_t len, uint8_t *out);
/* The schemas, whose labels a reader sees: {"<type>": {...}, ...}, the newest version of each. */
DEP_WASM_EXPORT("schemas") int wasm_schemas(void);

/* The fingerprint of the 32 bytes at `digest`, as a text. */
DEP_WASM_EXPORT("fingerprint_of") int wasm_fingerprint_of(const uint8_t *digest);

/* ---- verifying a package: package/verify.h, in its order; one at a time ---- */
/* What verify.h has as dep_package_files: JavaScript reads a file again. */
DEP_WASM_IMPORT("read")
int wasm_host_read(const uint8_t *path, size_t path_len, uint64_t offset, uint8_t *out, size_t len);

/* `pin`: 25 bytes, or NULL. Ends the one before. */
DEP_WASM_EXPORT("verify_new") int wasm_verify_new(const uint8_t *pin);
DEP_WASM_EXPORT("verify_add")
int wasm_verify_add(const uint8_t *path, size_t path_len, uint64_t size);
DEP_WASM_EXPORT("verify_begin") int wasm_verify_begin(void);
DEP_WASM_EXPORT("verify_file_count") size_t wasm_verify_file_count(void);
/* {"path","size","algorithms","payload": 0 none, 1 starts here, 2 goes on} */
DEP_WASM_EXPORT("verify_wanted") int wasm_verify_wanted(size_t index);
/* Bytes before the payload of an age file that begins with `data`: 0 where more is needed to tell,
 * -1 where it is no age file. */
DEP_WASM_EXPORT("age_header_len") long wasm_age_header_len(const uint8_t *data, size_t len);
DEP_WASM_EXPORT("verify_digest")
int wasm_verify_digest(size_t index, unsigned algorithm, const uint8_t *digest);
DEP_WASM_EXPORT("verify_payload") int wasm_verify_payload(size_t index, const uint8_t *sha256);
DEP_WASM_EXPORT("verify_read") int wasm_verify_read(void);
/* [{"path","size","digest","authorities"}, ...] */
DEP_WASM_EXPORT("verify_tokens") int wasm_verify_tokens(void);
/* `found`: 0 good; else which of "token.form", ".digest", ".authority", ".signature", ".use",
 * ".refused", from 1. */
DEP_WASM_EXPORT("verify_token_is")
int wasm_verify_token_is(size_t index, unsigned found, int64_t time_s, size_t authority);
DEP_WASM_EXPORT("verify_finish") int wasm_verify_finish(void);
/* [{"item","record","path","as","opens","pieces","bytes","root"?}, ...]: numbers of bytes as
 * decimal texts; `root` of the manifest, where the record shows it. */
DEP_WASM_EXPORT("verify_items") int wasm_verify_items(void);
DEP_WASM_EXPORT("verify_item_is") void wasm_verify_item_is(size_t index, int intact);
/* What is under seal for the judge alone, opened: as dep_verify_notice_read() gives it. Only where
 * the account has a notice. */
DEP_WASM_EXPORT("verify_notice") int wasm_verify_notice(const uint8_t *plain, size_t len);
/* It doesn't open for the key that it is said to be sealed for. */
DEP_WASM_EXPORT("verify_notice_closed") int wasm_verify_notice_closed(void);
/* Section 11 of package.md. */
DEP_WASM_EXPORT("verify_account") int wasm_verify_account(void);
DEP_WASM_EXPORT("verify_record_count") size_t wasm_verify_record_count(void);
DEP_WASM_EXPORT("verify_record") int wasm_verify_record(size_t index);
DEP_WASM_EXPORT("verify_free") void wasm_verify_free(void);

/* ---- what an opened container holds ---- */
/* Its manifest: {"root","lines":N,"entries":[{"kind","path","sha256" or
 * null,"offset","stored","sparse"}]} */
DEP_WASM_EXPORT("manifest") int wasm_manifest(const uint8_t *text, size_t len);
/* The member `proofs` of parts: {"item","root","entries":[as above]}, each proved in the root. */
DEP_WASM_EXPORT("parts") int wasm_parts(const uint8_t *text, size_t len);

/* ---- the parts that the files of this folder share ---- */
/* Make `value` (taken, may be NULL: DEP_ERR_NOMEM) the answer. */
DEP_MUST_USE int dep_wasm_say(json_t *value);
/* A finding as the answer; returns DEP_FOUND, or a fault. */
DEP_MUST_USE int dep_wasm_say_found(const struct dep_finding *why);
#endif
