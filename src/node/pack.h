/*
 * Packages: what leaves a register. First a plan, which writes nothing: what goes, which fields of
 * it, and what of all that is linked is only named or counted. Then, under the lock, the same
 * decided once more, its record (package.sent) committed, and the bag written.
 *
 * Format:  doc/format/package.md.
 * Layer:   node.
 * Use:     dep_node_pack_plan(), show it to whoever decides, dep_node_pack().
 */
#ifndef DEP_NODE_PACK_H
#define DEP_NODE_PACK_H
#include "collect/seal.h"
#include "node/node.h"
#include "package/verify.h"

enum { DEP_PACK_RECORDS_MAX = 4 << 20, DEP_PACK_LINKS_MAX = 1 << 20 };

struct dep_pack_order {
    /* What is sent: a release (or what was prepared, once it is released), or a case for which one
     * was made; a request, an answer, a
     * consent, an assurance, or the withdrawal of one; a foreign.received: the receipt of a package
     * that came, or the acknowledgement of a notice; a release.withdrawn: the notice of it; a
     * package.sent: that package once more. By id or a unique prefix. NULL: the whole register of a
     * field kit. */
    const char *name;
    const char *recipient; /* code of the charter; a release and a package name their own: NULL */
};

struct dep_judgement; /* node/release.h */
/* A plan; owned. It holds no protected value. */
struct dep_pack;
void dep_pack_free(struct dep_pack *pack);
static inline void dep_pack_release(struct dep_pack **pack)
{
    dep_pack_free(*pack);
}
#define DEP_AUTO_PACK DEP_CLEANUP(dep_pack_release) struct dep_pack

/*
 * Decide what goes, as of now. Of a release it is judged again: `out_judgement` (empty before) has
 * the verdict of this moment, also with "pack.refused". Findings:
 *   "pack.type"         a record of another type; it goes with what it belongs to
 *   "pack.recipient"    no such recipient in the charter in force at this moment, none given, or
 *                       not the one that the release names
 *   "pack.addressee"    a request is addressed to somebody else; an answer is to who asked
 *   "pack.source"       the consent of a source never leaves
 *   "pack.unreleased"   it was prepared, and not released
 *   "pack.case.unreleased"  nothing was released for the case
 *   "pack.case.which"   several releases were made for the case: name one
 *   "pack.withdrawn"    the release was withdrawn, or what is sent was
 *   "pack.verdict"      the recorded verdict isn't what the records give
 *   "pack.refused"      judged now, it may not go
 *   "pack.unread"       a record that must be shown and that this officer can't read
 *   "pack.erased"       a record that must be shown, erased
 *   "pack.field"        the release names a field that its record doesn't have
 *   "item.disposed"     an item would go that was disposed of
 *   "pack.redacted"     what is released redacted goes as a redacted derivative, and not as the
 *                       container itself
 *   "pack.plain"        an item would go in clear that no other officer approved as that
 *   "release.plain"     an item would go in clear that protects somebody
 *   "pack.exculpatory"  court or defence would get a case without material in their favour
 *   "pack.local"        the charter lets a linked record go along that never leaves this register
 *   "pack.linked.item"  the charter lets a linked record go along, and the release doesn't name its
 *                       item
 *   "pack.judges"       what the judge is told is of two cases with different judges
 *   "pack.register"     only a field kit hands over its whole register
 * with `detail` the thing concerned; and those of dep_node_act(), dep_node_judge().
 */
DEP_MUST_USE int dep_node_pack_plan(struct dep_node *node, const struct dep_pack_order *order,
                                    struct dep_judgement *out_judgement, struct dep_pack **out,
                                    struct dep_problem *problem);

/* ---- what goes: all borrowed from the plan ---- */
struct dep_pack_told {
    const char *package; /* its id */
    enum dep_package_kind kind;
    const char *recipient;
    const char *release;      /* jti of release.made; or "" */
    const char *again;        /* jti of the package.sent that is written once more; or "" */
    uint64_t records;         /* with a line in content.jsonl; key and status records go besides */
    uint64_t shown, withheld; /* protected fields of these */
    uint64_t items;           /* containers, whatever goes of them */
    uint64_t whole, bytes;    /* those that go whole and sealed, and how long they are */
    uint64_t plain, in_clear; /* those that go in clear, and how long they are */
    uint64_t of_parts, parts; /* those of which parts go, and how many files are named */
    uint64_t named, counted;  /* linked records that don't go */
    uint64_t kept;            /* linked records, or of a kit, of types that never leave */
    uint64_t sealed;          /* those that the judge alone is told of */
    const char *judge;        /* the key by which that is opened; "": a passphrase is made */
    struct dep_hash content_sha256;
};
void dep_pack_tell(const struct dep_pack *pack, struct dep_pack_told *out);
struct dep_pack_record {
    const struct dep_schema *schema;
    uint64_t shown; /* set of places in schema->fields */
};
size_t dep_pack_record_count(const struct dep_pack *pack);
void dep_pack_record_at(const struct dep_pack *pack, size_t place, struct dep_pack_record *out);
/* content.jsonl, as it will be. */
struct dep_slice dep_pack_content(const struct dep_pack *pack);

/* ---- writing ---- */
/* What goes, as the account of a package has it (doc/format/package.md section 11); of many records
 * the first ones. Borrowed during the call. */
struct dep_pack_documents {
    const json_t *package, *records, *items, *notice, *linked; /* notice: or NULL */
    uint64_t record_count;                                     /* in all */
};
/* What the judge alone is told: as dep_verify_notice_read() has it. */
struct dep_pack_notice {
    const json_t *package, *told;
};
/* `name`: index.html, custody.en.pdf, custody.fr.pdf or custody.ar.pdf, each once at most. */
typedef int dep_pack_put_fn(void *to, const char *name, struct dep_slice bytes);
struct dep_pack_how {
    const char *path;  /* of the bag; must not exist */
    const char *agent; /* "depositary 1.2.3" */
    /* Opens the containers. NULL: a passphrase is made for them. */
    const struct dep_age_recipient *recipient;
    dep_seal_progress_fn *item_progress; /* of containers; NULL: not told */
    dep_progress_fn *progress;           /* records; NULL: not told */
    void *context;                       /* of these two */
    dep_progress_fn *reading_back;       /* bytes; NULL: not told */
    void *reading_context;
    /* Writes what people read, by put(to, ...); what it returns, if not DEP_OK, ends the packing
     * (DEP_FOUND with `why`: of report/document.h). NULL: there is nothing. */
    int (*documents)(void *context, const struct dep_pack_documents *of, dep_pack_put_fn *put,
                     void *to, struct dep_finding *why);
    void *documents_context; /* of these two */
    /* The same for the judge to read: a page, into a secret buffer. NULL only where nothing is
     * sealed. */
    int (*notice_page)(void *context, const struct dep_pack_notice *of, struct dep_buf *out);
    const char *words; /* to the judge, of who packs; NULL: none */
};
struct dep_packed {
    enum dep_result result; /* of the package, read back and verified: intact or unproved */
    struct dep_done head;   /* package.sent */
    uint64_t size;          /* of the log, by the checkpoint in the package */
    uint64_t records;       /* in records.jsonl */
    /* Secret; "" where none was made. Told once, by another way than the package. */
    char passphrase[DEP_AGE_PASSPHRASE_TEXT + 1];
    /* The same of what the judge alone is told; for the judge alone. */
    char notice_passphrase[DEP_AGE_PASSPHRASE_TEXT + 1];
    uint64_t files, bytes; /* payload */
    uint64_t read_back_ms; /* of the whole, what reading back and verifying took */
};
/*
 * The target is looked at ("target.*"), and containers are written; then, under the lock, the plan
 * is made once more: another outcome is its finding, other contents are "pack.changed" (somebody
 * recorded something that belongs to it: look again). Then package.sent is committed and published,
 * and the bag written, read back, verified and named ("pack.readback", a fault: it would be found
 * altered). A fault after the commit leaves that record and no bag: the same package can be written
 * once more by its record, where this program makes the same of it ("pack.differs", with the id of
 * the release: that is packed anew).
 */
DEP_MUST_USE int dep_node_pack(struct dep_node *node, struct dep_pack *pack,
                               const struct dep_pack_how *how, struct dep_packed *out,
                               struct dep_problem *problem);
#endif
