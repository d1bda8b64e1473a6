/*
 * What the files of packing share: the plan being made.
 *
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_PACK_IMPL_H
#define DEP_NODE_PACK_IMPL_H
#include "log/set.h"
#include "node/bag_writer.h"
#include "node/foreign_log.h"
#include "node/node_impl.h"
#include "node/pack.h"
#include "node/pack_item.h"
#include "node/roll.h"

enum { PACK_FIELDS_MAX = 64 };

/* A record that goes. */
struct pack_entry {
    uint64_t index;
    struct dep_hash sha256;
    char jti[DEP_UUID_LEN + 1];
    const struct dep_schema *schema;
    uint64_t shown; /* set of places in schema->fields */
    struct dep_index_place record, secret, keyring;
};

/* A linked record that doesn't go, or how many. */
struct pack_link {
    struct dep_hash from, to;
    const char *rel, *why; /* literals */
    enum dep_linked_as as;
    uint64_t count;
};

/* A record that only the judge is told of, and the one that says why. */
struct pack_sealed {
    struct dep_hash sha256;
    char jti[DEP_UUID_LEN + 1], why[DEP_UUID_LEN + 1];
};
/* What tells of them, once it is written. */
struct pack_notice {
    bool written;
    enum dep_item_opens opens;
    struct dep_hash sha256, page_sha256;
};

/* An item whose container goes. */
struct pack_item {
    char item[DEP_UUID_LEN + 1];
    struct dep_hash record; /* its first */
    struct dep_container_facts facts;
    uint64_t container_len;
    enum dep_item_as as;
    json_t *parts; /* array of paths; owned, or NULL */
    bool redacted;
    enum dep_item_opens opens;
    struct dep_packed_item packed; /* once it is written; path "" before */
};

/* A file that stands in content.jsonl for itself. */
struct pack_file {
    const char *path; /* literal; NULL: there is none */
    struct dep_hash sha256;
};
/* A record of another member that the release rests on, or that a field kit signed of an item of
 * it. */
struct pack_want {
    struct dep_foreign_want is;
    struct dep_index_row heard; /* the foreign.record that heard of it first; of a kit's jti "" */
    struct dep_hash of;         /* of a kit's: the item's first record here */
    /* Packages that brought it: the newest; that with the status that is named; or "". */
    char newest[DEP_UUID_LEN + 1], by_status[DEP_UUID_LEN + 1];
};
/* One with a line of its own. */
struct pack_foreign_line {
    const struct dep_foreign_log *log;
    const struct dep_foreign_line *line;
};
enum { PACK_SECRETS = 2, PACK_FILES = PACK_SECRETS + 4 };

struct dep_pack {
    struct dep_node *node;
    struct dep_pack_order order; /* its strings are the next two */
    char name[DEP_UUID_LEN + 1], asked[DEP_CODE_LEN_MAX + 1];
    char recipient[DEP_CODE_LEN_MAX + 1];
    char id[DEP_UUID_LEN + 1];
    enum dep_package_kind kind;
    uint64_t size; /* of the log: what stands above isn't looked at */
    const struct dep_charter *charter;
    const struct dep_charter_code *to;   /* the recipient's */
    json_t *materials;                   /* of the release; NULL where there is none */
    struct dep_index_row release, again; /* jti "" where there is none */
    json_t *answer; /* claims of a withdrawal.answered that is to be recorded first; or NULL */
    struct dep_index_row received; /* of the notice that it answers */
    struct dep_hash again_content; /* what `again` signs */
    bool needs_consents;           /* a status of consents goes with it */
    struct dep_set *in_force;      /* of the status that was issued for it; or NULL */
    struct dep_hash in_force_of;   /* that status */
    struct pack_entry *entries;
    size_t count, room;
    uint32_t *table; /* places in `entries` plus one, by digest; as many as `table_room` */
    size_t table_room;
    struct pack_link *links;
    size_t link_count, link_room;
    uint64_t *kept; /* places of linked local records that who packs may know of; ascending */
    size_t kept_count, kept_room;
    struct pack_sealed *sealed; /* by digest once the text is made */
    size_t sealed_count;
    char judge[DEP_AGE_RECIPIENT_TEXT +
               1]; /* key of the judge of the case; "" where none is recorded */
    struct pack_notice notice;
    struct pack_item *items; /* by id */
    size_t item_count;
    struct pack_want *wants;
    size_t want_count, want_room;
    struct dep_foreign_log *foreign; /* by origin and size */
    size_t foreign_count, foreign_room;
    struct pack_foreign_line *foreign_lines; /* by origin and index */
    size_t foreign_line_count;
    struct pack_file files[PACK_FILES]; /* by dep_secret_kind; then documents */
    struct dep_buf content;
    struct dep_hash content_sha256;
    struct dep_buf head_disclosures; /* secret: a field kit can't read its own records again */
    struct dep_problem *problem;     /* of the call that is running */
};

/* ---- selecting (pack_select.c) ---- */
enum pack_fields { PACK_NOTHING, PACK_ALL, PACK_NAMED };
struct pack_show {
    enum pack_fields fields;
    const json_t *names; /* array of strings; PACK_NAMED */
};
/* NULL where it doesn't go. Borrowed until the next pack_add(). */
const struct pack_entry *pack_find(const struct dep_pack *pack, const struct dep_hash *sha256);
/* A record goes; where it does already, with what is shown by either. Rows at or above `size` are
 * passed over. "pack.local". */
DEP_MUST_USE int pack_add(struct dep_pack *pack, const struct dep_index_row *row,
                          const struct pack_show *show);
/* A foreign.record, by which something was heard of: its `sha256` alone. */
DEP_MUST_USE int pack_add_heard(struct dep_pack *pack, const struct dep_index_row *row);
/* One that isn't there yet. */
DEP_MUST_USE int pack_insert(struct dep_pack *pack, const struct pack_entry *entry);
/* The record at that place in the log. */
DEP_MUST_USE int pack_row_at(struct dep_pack *pack, uint64_t index, struct dep_index_row *out);
/* The record of that type and digest; it was there. */
DEP_MUST_USE int pack_row_of(struct dep_pack *pack, const char *type, const struct dep_hash *sha256,
                             struct dep_index_row *out);
/* All protected fields of a type, as a set of places. */
uint64_t pack_protected(const struct dep_schema *schema);
/* As dep_problem_found(). */
DEP_MUST_USE int pack_found(struct dep_pack *pack, const char *id, const char *detail);
DEP_MUST_USE int pack_no_memory(struct dep_pack *pack);

/* ---- what is linked (pack_link.c) ---- */
/* Everything linked to the records that go: goes too, or is accounted for. */
DEP_MUST_USE int pack_links(struct dep_pack *pack);
DEP_MUST_USE int pack_name(struct dep_pack *pack, const struct dep_hash *from, const char *rel,
                           const struct dep_hash *to, const char *why);
/* The same as a line of the kind `as`, which has a digest: named or sealed. */
DEP_MUST_USE int pack_link_as(struct dep_pack *pack, const struct pack_link *link);

/* ---- what the judge alone is told of (pack_notice.c) ---- */
/* The record at `row` is sealed, linked from `from` by `rel`; `reason` says why, and goes. */
DEP_MUST_USE int pack_seal(struct dep_pack *pack, const struct dep_hash *from, const char *rel,
                           const struct dep_index_row *row, const struct dep_index_row *reason);
/* Whose key opens what is sealed of this case. "pack.judges". */
DEP_MUST_USE int pack_judge(struct dep_pack *pack, const char *of_case);
/* As pack_items_take(). */
DEP_MUST_USE int pack_notice_take(struct dep_pack *to, const struct dep_pack *from);
DEP_MUST_USE int pack_notice_write(struct dep_pack *pack, const struct dep_pack_how *how,
                                   struct dep_bag_writer *bag, struct dep_packed *out);

/* ---- what others signed (pack_foreign.c) ---- */
struct dep_requirement;
/* A requirement of the release is met by a record of another member, `heard` of there. */
DEP_MUST_USE int pack_foreign_want(struct dep_pack *pack, const struct dep_index_row *heard,
                                   const struct dep_requirement *requirement);
/* What a field kit signed of an item that goes, held here at `row`, where it tells of the item's
 * hands: `of` is the item's first record. Other rows are passed over. */
DEP_MUST_USE int pack_foreign_want_handed(struct dep_pack *pack, const struct dep_index_row *row,
                                          const struct dep_hash *of);
/* All that is wanted goes, or is named. */
DEP_MUST_USE int pack_foreign(struct dep_pack *pack);
/* NULL: none of that origin and size goes. */
struct dep_foreign_log *pack_foreign_log(const struct dep_pack *pack, const char *origin,
                                         uint64_t size);
/* pack_foreign_write.c, with the next two. */
DEP_MUST_USE int pack_foreign_write(const struct dep_pack *pack, struct dep_bag_writer *bag);
uint64_t pack_foreign_len(const struct dep_pack *pack);
/* As pack_record_json(). */
json_t *pack_foreign_json(const struct dep_pack *pack, const struct dep_foreign_line *line);
void pack_foreign_done(struct dep_pack *pack);

/* ---- what is sent (pack_release.c, pack_act.c, pack_publication.c) ---- */
DEP_MUST_USE int pack_release(struct dep_pack *pack, const struct dep_index_row *row,
                              struct dep_judgement *out_judgement);
DEP_MUST_USE int pack_act(struct dep_pack *pack, const struct dep_index_row *row);
DEP_MUST_USE int pack_publication(struct dep_pack *pack, const struct dep_index_row *row);
/* The id of the release.made that was made for the case of that name and not withdrawn
 * (pack_case.c). "case.absent", "case.ambiguous", "pack.case.which", "pack.case.unreleased". */
DEP_MUST_USE int pack_case_release(struct dep_pack *pack, const char *name,
                                   char out[DEP_UUID_LEN + 1]);
/* What is in the accused's favour, of that case, is accounted for from the record `from`
 * (pack_favour.c). "pack.exculpatory". */
DEP_MUST_USE int pack_favour(struct dep_pack *pack, const char *of_case,
                             const struct dep_hash *from);
/* foreign.received: to whoever sent that package. release.withdrawn: to whom it was released. */
DEP_MUST_USE int pack_receipt(struct dep_pack *pack, const struct dep_index_row *row);
DEP_MUST_USE int pack_notice(struct dep_pack *pack, const struct dep_index_row *row);
/* A dep_decide_fn: the `answer` of the pack that is its context still says how it is.
 * "pack.changed". */
DEP_MUST_USE int pack_decide_answer(void *context, uint64_t size, struct dep_draft *draft,
                                    struct dep_problem *problem);
/* Of these the head record stands already and says all: there is no content.jsonl. */
static inline bool pack_is_head_alone(const struct dep_pack *pack)
{
    return pack->kind != DEP_PACKAGE_RELEASE && pack->kind != DEP_PACKAGE_REGISTER;
}
/* Its code is in the charter's list now. */
DEP_MUST_USE int pack_recipient(struct dep_pack *pack, const char *code);

/* ---- items (pack_items.c) ---- */
/* Its container goes, if it has one, as `material` says (NULL: whole). "pack.redacted". */
DEP_MUST_USE int pack_add_item(struct dep_pack *pack, const char *item,
                               const struct dep_hash *first, const json_t *material);
void pack_items_done(struct dep_pack *pack);
/* What was written for one plan stands in the other: "pack.changed" where the items are others. */
DEP_MUST_USE int pack_items_take(struct dep_pack *to, struct dep_pack *from);
/* Findings "target.*". */
DEP_MUST_USE int pack_look_at_target(struct dep_pack *pack, const char *path,
                                     uint64_t *out_piece_len);
DEP_MUST_USE int pack_items_write(struct dep_pack *pack, const struct dep_pack_how *how,
                                  uint64_t piece_len, struct dep_bag_writer *bag,
                                  struct dep_packed *out);

/* ---- a field kit's register (pack_kit.c) ---- */
DEP_MUST_USE int pack_register(struct dep_pack *pack);
/* Its containers and protected fields. */
DEP_MUST_USE int pack_kit_write(struct dep_pack *pack, const struct dep_pack_how *how,
                                uint64_t piece_len, struct dep_bag_writer *bag);

/* ---- checkpoints (pack_before.c) ---- */
/* `note`, or the same with cosignatures and tokens where it was shown to others already; and
 * earlier ones that were. */
DEP_MUST_USE int pack_put_checkpoint(struct dep_pack *pack, struct dep_bag_writer *bag,
                                     const struct dep_checkpoint *checkpoint,
                                     struct dep_slice note);

/* ---- what people read (pack_documents.c) ---- */
/* As the account of a package tells of a record, but for its place (doc/format/package.md section
 * 11): of the protected fields those in the set `shown`. New reference, NULL without memory. */
json_t *pack_record_json(const char *member, const struct dep_schema *schema, uint64_t shown,
                         const struct dep_view *view);
/* Once the items are written. */
DEP_MUST_USE int pack_documents(struct dep_pack *pack, const struct dep_pack_how *how,
                                struct dep_bag_writer *bag);

/* ---- content.jsonl (pack_content.c) ---- */
/* Names of what is shown, ascending; how many. */
size_t pack_shown(const struct dep_schema *schema, uint64_t shown,
                  const char *names[PACK_FIELDS_MAX]);
/* Entries and links sorted, the text made. */
DEP_MUST_USE int pack_content(struct dep_pack *pack);

/* ---- the plan (pack_plan.c) ---- */
/* NULL without memory. */
struct dep_pack *pack_new(struct dep_node *node, const char *id);
/* Copies both, each may be NULL. */
void pack_keep_order(struct dep_pack *pack, const char *name, const char *recipient);
/* All of it, from the records below `size`. */
DEP_MUST_USE int pack_plan(struct dep_pack *pack, uint64_t size,
                           struct dep_judgement *out_judgement);
/* Is it what `again` signs? "pack.differs", with the id of the release; of a register
 * "pack.changed". */
DEP_MUST_USE int pack_judge_again(struct dep_pack *pack);

/* ---- the payload (pack_write.c, pack_records.c) ---- */
/* Lines of records.jsonl. */
struct pack_lines {
    struct dep_pack *pack;
    const struct dep_pack_how *how;
    struct dep_bag_writer *bag;
    const struct dep_hash *head; /* of package.sent */
    const struct pack_entry *entries;
    size_t count;
};
DEP_MUST_USE int pack_put_records(const struct pack_lines *lines);
/* Proofs that the status at that row lists what goes; where its set can't be computed any more
 * DEP_FOUND, and then it proves nothing (pack_listed.c). */
DEP_MUST_USE int pack_listed_load(struct dep_pack *pack, const struct dep_index_row *status);
DEP_MUST_USE int pack_put_listed(const struct dep_pack *pack, uint64_t status,
                                 struct dep_bag_writer *bag);
DEP_MUST_USE int pack_write(struct dep_pack *pack, const struct dep_done *head,
                            const struct dep_pack_how *how, struct dep_bag_writer *bag,
                            struct dep_packed *out);
#endif
