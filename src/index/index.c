#include "codec/text.h"
#include "index/index_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Tables:
 *   record   one row a record: identity, places, standing; the span that its times may mean, by the
 *            class of its length (list.c)
 *   field    open and searchable string values, for exact look-up, in the order of the records
 *   ref      references between records; "rests": from a verdict to the digest of what it rests on,
 *            "digest": from that to its own
 *   due      what falls due, by its moment, and how (enum dep_index_due)
 *   words    FTS5 over searchable values; the type as one word, and what it begins with as another,
 *            so that a common word in a rare type is found without looking at each record with
 *            the word
 * Each index ends in the record's place, so that a page is read off it newest first and the rest
 * left alone: nothing is ranked or sorted, which over a common word takes longer than anybody
 * waits.
 * secure_delete is on: what is forgotten leaves no copy in free pages.
 */
static const char SCHEMA[] =
    "CREATE TABLE record(idx INTEGER PRIMARY KEY, jti TEXT NOT NULL UNIQUE, type TEXT NOT NULL, "
    "kid TEXT NOT NULL,"
    " code TEXT NOT NULL, item TEXT NOT NULL, iat INTEGER NOT NULL, sha256 BLOB NOT NULL,"
    " rseg INTEGER, rlen INTEGER, roff INTEGER, sseg INTEGER, slen INTEGER, soff INTEGER,"
    " kseg INTEGER, klen INTEGER, koff INTEGER, superseded INTEGER NOT NULL,"
    " erased INTEGER NOT NULL, complete INTEGER NOT NULL, reviewed INTEGER NOT NULL,"
    " span INTEGER, span_s INTEGER, span_end_s INTEGER);"
    "CREATE INDEX record_type ON record(type, idx);"
    "CREATE INDEX record_incomplete ON record(idx) WHERE complete=0;"
    "CREATE INDEX record_item ON record(item, idx) WHERE item <> '';"
    "CREATE INDEX record_made ON record(type, iat, idx);"
    "CREATE INDEX record_span ON record(span, span_s, span_end_s) WHERE span IS NOT NULL;"
    "CREATE TABLE field(name TEXT NOT NULL, value TEXT NOT NULL, idx INTEGER NOT NULL, secret "
    "INTEGER NOT NULL, PRIMARY KEY(name, value, idx)) WITHOUT ROWID;"
    "CREATE INDEX field_idx ON field(idx);"
    "CREATE TABLE ref(idx INTEGER NOT NULL, rel TEXT NOT NULL, target TEXT NOT NULL);"
    "CREATE INDEX ref_target ON ref(target, idx);"
    "CREATE TABLE due(idx INTEGER PRIMARY KEY, type TEXT NOT NULL, end_s INTEGER NOT NULL, state "
    "INTEGER NOT NULL, checked_s INTEGER NOT NULL);"
    "CREATE INDEX due_open ON due(type, state, end_s, idx) WHERE state>1;"
    "CREATE VIRTUAL TABLE words USING fts5(type, value, columnsize=0, tokenize='unicode61 "
    "remove_diacritics 2');";

/* Only what says the same kind of thing about the same item can correct a record. */
static const char SUPERSEDE[] = "UPDATE record SET superseded=1 WHERE jti=?1 AND idx<?2 AND "
                                "(type,item)=(SELECT type,item FROM record WHERE idx=?2)";

/* A withdrawal hides nothing, and so is projected whole before what it is about may be: what is due
 * of that is then closed from the first, and a verdict that rests on it has fallen. */
#define OF_TARGET "idx=(SELECT idx FROM record WHERE jti=?1)"

/* It waits since it was made; until it is settled its review stands aside. */
#define FALLS                                                                                      \
    "UPDATE due SET state=4,checked_s=end_s,end_s=(SELECT iat FROM record WHERE idx=due.idx) "     \
    "WHERE state<>4 AND "

static const char *const SQL[ST_COUNT] = {
    [ST_INSERT] = "INSERT INTO record VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,?,0,?,?,?)",
    /* Without RETURNING, for which SQLite sets a savepoint, and FTS5 then writes out the few words
     * that it has gathered. */
    [ST_COMPLETE] = "UPDATE record SET complete=1 WHERE idx=? AND complete=0",
    [ST_UNWORD] = "DELETE FROM words WHERE rowid=?",
    [ST_FIELD] = "INSERT OR IGNORE INTO field(idx,name,value,secret) VALUES(?,?,?,?)",
    [ST_WORDS] = "INSERT INTO words(rowid,value,type) VALUES(?,?,?)",
    [ST_DUE] =
        "INSERT OR REPLACE INTO due VALUES(?1,?2,?3,CASE WHEN EXISTS(SELECT 1 FROM ref CROSS "
        "JOIN record AS said ON said.idx=ref.idx WHERE ref.target=?5 AND said.type "
        "IN('consent.withdrawn','assurance.withdrawn')) THEN 1 ELSE ?4 END,?6)",
    /* Where nothing is known it stays as it was. */
    [ST_SPAN] = "UPDATE record SET span=?1,span_s=?2,span_end_s=?3 WHERE idx=?4 AND (span_s<>?2 OR "
                "span_end_s<>?3)",
    [ST_RESTS] = "INSERT INTO ref VALUES(?,?,?)",
    [ST_FELL] =
        FALLS "idx=?1 AND EXISTS(SELECT 1 FROM ref AS own CROSS JOIN record AS given ON "
              "given.idx=own.idx CROSS JOIN ref ON ref.target=given.jti CROSS JOIN record AS said "
              "ON said.idx=ref.idx WHERE own.target=?2 AND own.rel='digest' AND said.type "
              "IN('consent.withdrawn','assurance.withdrawn'))",
    [ST_WORD] = "UPDATE due SET state=?2 WHERE state<>4 AND " OF_TARGET,
    [ST_CHECK] = "UPDATE due SET state=?2,end_s=checked_s WHERE idx=(SELECT idx FROM record WHERE "
                 "jti=?1 AND code<>?3)",
    [ST_ANSWER] = "UPDATE due SET state=1 WHERE type='package.sent' AND " OF_TARGET,
    [ST_FALL] = FALLS "idx IN(SELECT idx FROM ref WHERE rel='rests' AND target=(SELECT "
                      "lower(hex(sha256)) FROM record WHERE jti=?1))",
    [ST_SETTLE] = "UPDATE due SET state=CASE checked_s WHEN 9223372036854775807 THEN 1 ELSE 2 END,"
                  "end_s=checked_s WHERE state=4 AND " OF_TARGET,
    [ST_REVIEWED] = "UPDATE record SET reviewed=1 WHERE jti=?1",
    [ST_REVIEW_AGAIN] = "UPDATE due SET state=1 WHERE type='retention.reviewed' AND idx IN(SELECT "
                        "idx FROM ref WHERE target=?1 AND idx<?2)",
    [ST_REF] = "INSERT INTO ref VALUES(?,?,?)",
    [ST_SUPERSEDE] = SUPERSEDE,
    [ST_SECRET] = "UPDATE record SET sseg=?,slen=?,soff=? WHERE jti=?",
    [ST_KEYRING] = "UPDATE record SET kseg=?,klen=?,koff=?,erased=? WHERE jti=?",
    [ST_NEXT] = "SELECT coalesce(max(idx)+1,0) FROM record",
    [ST_FIND] = "SELECT * FROM record WHERE jti>=?1 AND jti<?1||'~' ORDER BY jti LIMIT 2",
};

int index_fail(const struct dep_index *index, struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, 0, "index.sql", "%s: %s", index->path,
                         index->db ? sqlite3_errmsg(index->db) : "?");
}

static int run(struct dep_index *index, const char *sql, struct dep_fault *fault)
{
    return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK ? DEP_OK
                                                                       : index_fail(index, fault);
}

static int user_version(struct dep_index *index)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(index->db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

static int connect_db(struct dep_index *index, bool writable, struct dep_fault *fault)
{
    int flags = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (sqlite3_open_v2(index->path, &index->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return index_fail(index, fault);
    (void)sqlite3_busy_timeout(index->db, 30000);
    if (!writable)
        return DEP_OK;
    return run(
        index,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536;",
        fault);
}

static void disconnect(struct dep_index *index)
{
    for (size_t i = 0; i < ST_COUNT; i++) {
        sqlite3_finalize(index->statements[i]);
        index->statements[i] = NULL;
    }
    for (size_t i = 0; i < INDEX_KEPT_MAX; i++) {
        sqlite3_finalize(index->kept[i]);
        index->kept[i] = NULL;
    }
    (void)sqlite3_close(index->db);
    index->db = NULL;
}

static int remove_files(const struct dep_index *index, struct dep_fault *fault)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < DEP_COUNT(suffixes); i++) {
        char path[sizeof index->path + 8];
        (void)snprintf(path, sizeof path, "%s%s", index->path, suffixes[i]);
        if (unlink(path) != 0 && access(path, F_OK) == 0)
            return dep_fault_set(fault, DEP_ERR_IO, 0, "index.remove", "%s", path);
    }
    return DEP_OK;
}

static int make_tables(struct dep_index *index, struct dep_fault *fault)
{
    char version[64];
    (void)snprintf(version, sizeof version, "PRAGMA user_version=%d", DEP_INDEX_VERSION);
    int err = run(index, "BEGIN IMMEDIATE", fault);
    if (!err && user_version(index) != DEP_INDEX_VERSION) {
        err = run(index, SCHEMA, fault);
        if (!err)
            err = run(index, version, fault);
    }
    if (!err)
        return run(index, "COMMIT", fault);
    (void)sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

int dep_index_open(const char *register_dir, bool searchable, bool writable, struct dep_index **out,
                   struct dep_fault *fault)
{
    struct dep_index *index = dep_alloc(sizeof *index);
    if (!index)
        return DEP_ERR_NOMEM;
    index->searchable = searchable;
    (void)snprintf(index->path, sizeof index->path, "%s/index.db", register_dir);
    int err = connect_db(index, writable, fault);
    if (writable && (err || user_version(index) != DEP_INDEX_VERSION)) {
        /* Disposable: whatever is wrong with it, a fresh one is the cure. */
        if (err || user_version(index) > 0) {
            disconnect(index);
            err = remove_files(index, fault);
            if (!err)
                err = connect_db(index, true, fault);
        }
        if (!err)
            err = make_tables(index, fault);
    }
    for (size_t i = 0; !err && i < ST_COUNT; i++)
        if (sqlite3_prepare_v3(index->db, SQL[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &index->statements[i], NULL) != SQLITE_OK)
            err = index_fail(index, fault);
    if (err) {
        dep_index_close(index);
        return err;
    }
    *out = index;
    return DEP_OK;
}

void dep_index_keep_files(struct dep_index *index)
{
    int keep = 1;
    (void)sqlite3_file_control(index->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    (void)sqlite3_exec(index->db, "PRAGMA journal_size_limit=0", NULL, NULL, NULL);
}

void dep_index_close(struct dep_index *index)
{
    if (!index)
        return;
    disconnect(index);
    free(index);
}

int dep_index_next(struct dep_index *index, uint64_t *out, struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_NEXT];
    int err = DEP_OK;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *out = (uint64_t)sqlite3_column_int64(statement, 0);
    else
        err = index_fail(index, fault);
    (void)sqlite3_reset(statement);
    return err;
}

int dep_index_begin(struct dep_index *index, struct dep_fault *fault)
{
    return run(index, "BEGIN IMMEDIATE", fault);
}

int dep_index_commit(struct dep_index *index, struct dep_fault *fault)
{
    return run(index, "COMMIT", fault);
}

void dep_index_rollback(struct dep_index *index)
{
    (void)sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
}

void index_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static void bind_place(sqlite3_stmt *statement, int at, const struct dep_index_place *place)
{
    (void)sqlite3_bind_int64(statement, at, place->segment);
    (void)sqlite3_bind_int64(statement, at + 1, place->len);
    (void)sqlite3_bind_int64(statement, at + 2, (int64_t)place->offset);
}

static int step(struct dep_index *index, enum statement which, struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[which];
    int code = sqlite3_step(statement);
    int err = code == SQLITE_DONE ? DEP_OK : index_fail(index, fault);
    (void)sqlite3_reset(statement);
    return err;
}

int index_span_class(const struct dep_edtf_span *span)
{
    int64_t len;
    if (__builtin_sub_overflow(span->end_s, span->earliest_s, &len))
        return INDEX_SPAN_CLASSES - 1;
    return (64 - __builtin_clzll((uint64_t)len | 1)) / INDEX_SPAN_BITS;
}

/* Nothing where protected fields aren't searched. */
static void bind_span(const struct dep_index *index, sqlite3_stmt *statement, int at,
                      const struct dep_index_row *row)
{
    bool known = index->searchable && row->span.earliest_s < row->span.end_s;
    for (int i = 0; !known && i < 3; i++)
        (void)sqlite3_bind_null(statement, at + i);
    if (!known)
        return;
    (void)sqlite3_bind_int(statement, at, index_span_class(&row->span));
    (void)sqlite3_bind_int64(statement, at + 1, row->span.earliest_s);
    (void)sqlite3_bind_int64(statement, at + 2, row->span.end_s);
}

static int insert_row(struct dep_index *index, const struct dep_index_row *row,
                      struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_INSERT];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)row->index);
    index_bind_text(statement, 2, row->jti);
    index_bind_text(statement, 3, row->type);
    index_bind_text(statement, 4, row->kid);
    index_bind_text(statement, 5, row->by_code);
    index_bind_text(statement, 6, row->item);
    (void)sqlite3_bind_int64(statement, 7, row->iat);
    (void)sqlite3_bind_blob(statement, 8, row->sha256.bytes, DEP_HASH_LEN, SQLITE_STATIC);
    bind_place(statement, 9, &row->record);
    bind_place(statement, 12, &row->secret);
    bind_place(statement, 15, &row->keyring);
    (void)sqlite3_bind_int(statement, 18, row->complete);
    bind_span(index, statement, 19, row);
    return step(index, ST_INSERT, fault);
}

/* As one word of FTS5, which takes no part of a value for it: "t" and the letters and digits of a
 * type, "f" and those before its dot. */
void index_type_word(const char *type, char first, size_t len, struct dep_buf *out)
{
    dep_buf_add_byte(out, (uint8_t)first);
    for (size_t i = 0; i < len; i++)
        if (type[i] != '.' && type[i] != '_')
            dep_buf_add_byte(out, (uint8_t)type[i]);
}

static void type_words(const char *type, struct dep_buf *out)
{
    index_type_word(type, 't', strlen(type), out);
    dep_buf_add_byte(out, ' ');
    index_type_word(type, 'f', strcspn(type, "."), out);
}

/* ---- what a record says, put in ---- */

static const char *first_of(const struct dep_index_said *said, const struct dep_index_part *part)
{
    return (const char *)said->texts.data + part->first;
}

static const char *second_of(const struct dep_index_said *said, const struct dep_index_part *part)
{
    return (const char *)said->texts.data + part->second;
}

static int insert_words(struct dep_index *index, const struct dep_index_row *row,
                        const struct dep_buf *words, struct dep_fault *fault)
{
    DEP_AUTO_BUF type;
    dep_buf_init(&type, 2 * DEP_TYPE_LEN_MAX + 8);
    type_words(row->type, &type);
    if (dep_buf_err(&type))
        return dep_buf_err(&type);
    sqlite3_stmt *statement = index->statements[ST_WORDS];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)row->index);
    (void)sqlite3_bind_text(statement, 2, (const char *)words->data, (int)words->len,
                            SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 3, (const char *)type.data, (int)type.len, SQLITE_STATIC);
    return step(index, ST_WORDS, fault);
}

/* `again`: the open fields stand already; the protected ones are added. */
static int insert_fields(struct dep_index *index, const struct dep_index_row *row, bool again,
                         const struct dep_index_said *said, struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_FIELD];
    int err = DEP_OK;
    for (size_t i = 0; !err && i < said->count; i++) {
        const struct dep_index_part *part = &said->parts[i];
        if (part->kind != PART_FIELD || (again && part->field->open))
            continue;
        (void)sqlite3_bind_int64(statement, 1, (int64_t)row->index);
        index_bind_text(statement, 2, part->field->name);
        index_bind_text(statement, 3, first_of(said, part));
        (void)sqlite3_bind_int(statement, 4, !part->field->open);
        err = step(index, ST_FIELD, fault);
    }
    return err || !said->words.len ? err : insert_words(index, row, &said->words, fault);
}

static int insert_ref(struct dep_index *index, uint64_t idx, const char *rel, const char *target,
                      struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_REF];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)idx);
    index_bind_text(statement, 2, rel);
    index_bind_text(statement, 3, target);
    int err = step(index, ST_REF, fault);
    if (err || strcmp(rel, "supersedes") != 0)
        return err;
    index_bind_text(index->statements[ST_SUPERSEDE], 1, target);
    (void)sqlite3_bind_int64(index->statements[ST_SUPERSEDE], 2, (int64_t)idx);
    return step(index, ST_SUPERSEDE, fault);
}

static int insert_refs(struct dep_index *index, uint64_t idx, const struct dep_index_said *said,
                       struct dep_fault *fault)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < said->count; i++) {
        const struct dep_index_part *part = &said->parts[i];
        if (part->kind == PART_REF)
            err = insert_ref(index, idx, first_of(said, part), second_of(said, part), fault);
    }
    return err;
}

/* ---- moments, and what rests on what ---- */

static int insert_due(struct dep_index *index, const struct dep_index_row *row,
                      struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_DUE];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)row->index);
    index_bind_text(statement, 2, row->type);
    (void)sqlite3_bind_int64(statement, 3, row->due_s);
    (void)sqlite3_bind_int(statement, 4, (int)row->due);
    index_bind_text(statement, 5, row->jti);
    (void)sqlite3_bind_int64(statement, 6, row->checked_due_s);
    return step(index, ST_DUE, fault);
}

static int set_span(struct dep_index *index, const struct dep_index_row *row,
                    struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_SPAN];
    bind_span(index, statement, 1, row);
    (void)sqlite3_bind_int64(statement, 4, (int64_t)row->index);
    return step(index, ST_SPAN, fault);
}

static int insert_digest(struct dep_index *index, uint64_t idx, const char *rel, const char *hex,
                         struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[ST_RESTS];
    (void)sqlite3_bind_int64(statement, 1, (int64_t)idx);
    index_bind_text(statement, 2, rel);
    index_bind_text(statement, 3, hex);
    return step(index, ST_RESTS, fault);
}

static int insert_rests(struct dep_index *index, uint64_t idx, const char *hex,
                        struct dep_fault *fault)
{
    int err = insert_digest(index, idx, "rests", hex, fault);
    (void)sqlite3_bind_int64(index->statements[ST_FELL], 1, (int64_t)idx);
    index_bind_text(index->statements[ST_FELL], 2, hex);
    return err ? err : step(index, ST_FELL, fault);
}

/* What is protected of it only here, where protected fields are searched. */
static int insert_moments(struct dep_index *index, const struct dep_index_row *row,
                          const struct dep_index_said *said, struct dep_fault *fault)
{
    if (!index->searchable || !row->complete)
        return DEP_OK;
    int err = row->due != DEP_DUE_NONE ? insert_due(index, row, fault) : DEP_OK;
    for (size_t i = 0; !err && i < said->count; i++) {
        const struct dep_index_part *part = &said->parts[i];
        if (part->kind == PART_RELIED)
            err = insert_digest(index, row->index, "digest", first_of(said, part), fault);
        else if (part->kind == PART_RESTS)
            err = insert_rests(index, row->index, first_of(said, part), fault);
    }
    return err;
}

static int tell_target(struct dep_index *index, const struct dep_index_row *row, const char *target,
                       enum statement which, int64_t value, struct dep_fault *fault)
{
    sqlite3_stmt *statement = index->statements[which];
    int count = sqlite3_bind_parameter_count(statement);
    index_bind_text(statement, 1, target);
    if (count > 1)
        (void)sqlite3_bind_int64(statement, 2, value);
    if (count > 2)
        index_bind_text(statement, 3, row->by_code);
    return step(index, which, fault);
}

static int tell_one(struct dep_index *index, const struct dep_index_row *row, const char *target,
                    struct dep_fault *fault)
{
    static const struct {
        enum statement first, then;
        enum dep_index_due state;
    } words[] = {
        [DEP_WORD_CLOSES] = {ST_WORD, ST_COUNT, DEP_DUE_CLOSED},
        [DEP_WORD_OPENS] = {ST_WORD, ST_COUNT, DEP_DUE_OPEN},
        [DEP_WORD_CHECKS] = {ST_CHECK, ST_COUNT, DEP_DUE_OPEN},
        [DEP_WORD_DOUBTS] = {ST_CHECK, ST_COUNT, DEP_DUE_CLOSED},
        [DEP_WORD_ANSWERS] = {ST_ANSWER, ST_COUNT, DEP_DUE_CLOSED},
        [DEP_WORD_WITHDRAWS] = {ST_WORD, ST_FALL, DEP_DUE_CLOSED},
        [DEP_WORD_SETTLES] = {ST_SETTLE, ST_COUNT, DEP_DUE_CLOSED},
        [DEP_WORD_REVIEWS] = {ST_REVIEWED, ST_REVIEW_AGAIN, DEP_DUE_CLOSED},
    };
    bool reviews = row->word == DEP_WORD_REVIEWS;
    int64_t value = reviews ? (int64_t)row->index : (int64_t)words[row->word].state;
    int err = tell_target(index, row, target, words[row->word].first, value, fault);
    return err || words[row->word].then == ST_COUNT
               ? err
               : tell_target(index, row, target, words[row->word].then, value, fault);
}

/* After its references: what is said of a record is said of it as often as it is projected. */
static int tell_word(struct dep_index *index, const struct dep_index_row *row,
                     const struct dep_index_said *said, struct dep_fault *fault)
{
    int err = DEP_OK;
    if (row->word == DEP_WORD_NONE)
        return DEP_OK;
    for (size_t i = 0; !err && i < said->count; i++) {
        const struct dep_index_part *part = &said->parts[i];
        if (part->kind == PART_REF && (strcmp(first_of(said, part), "about") == 0 ||
                                       strcmp(first_of(said, part), "answers") == 0))
            err = tell_one(index, row, second_of(said, part), fault);
    }
    return err;
}

static int step_one(struct dep_index *index, enum statement which, uint64_t idx,
                    struct dep_fault *fault)
{
    (void)sqlite3_bind_int64(index->statements[which], 1, (int64_t)idx);
    return step(index, which, fault);
}

static int complete_row(struct dep_index *index, const struct dep_index_row *row,
                        const struct dep_index_said *said, struct dep_fault *fault)
{
    if (!row->complete)
        return DEP_OK;
    int err = step_one(index, ST_COMPLETE, row->index, fault);
    if (err || sqlite3_changes(index->db) == 0)
        return err;
    err = step_one(index, ST_UNWORD, row->index, fault);
    if (!err)
        err = insert_fields(index, row, true, said, fault);
    if (!err && index->searchable)
        err = set_span(index, row, fault);
    if (!err)
        err = insert_moments(index, row, said, fault);
    return err ? err : tell_word(index, row, said, fault);
}

int dep_index_enter(struct dep_index *index, const struct dep_index_row *row,
                    const struct dep_index_said *said, struct dep_fault *fault)
{
    uint64_t next = 0;
    int err = dep_index_next(index, &next, fault);
    if (err)
        return err;
    assert(row->index <= next);
    if (row->index < next)
        return complete_row(index, row, said, fault);
    err = insert_row(index, row, fault);
    if (!err)
        err = insert_fields(index, row, false, said, fault);
    if (!err)
        err = insert_refs(index, row->index, said, fault);
    if (!err)
        err = insert_moments(index, row, said, fault);
    return err ? err : tell_word(index, row, said, fault);
}

int dep_index_project(struct dep_index *index, const struct dep_index_row *row,
                      const struct dep_schema *schema, const json_t *claims,
                      struct dep_fault *fault)
{
    struct dep_index_said said = {.parts = NULL};
    int err = dep_index_read(index, row, schema, claims, &said);
    err = err ? dep_fault_set(fault, err, 0, "index.read", "%s", row->jti)
              : dep_index_enter(index, row, &said, fault);
    dep_index_said_done(&said);
    return err;
}

int dep_index_set_secret(struct dep_index *index, const char *jti,
                         const struct dep_index_place *secret,
                         const struct dep_index_place *keyring, bool erased,
                         struct dep_fault *fault)
{
    int err = DEP_OK;
    if (secret->len) {
        bind_place(index->statements[ST_SECRET], 1, secret);
        index_bind_text(index->statements[ST_SECRET], 4, jti);
        err = step(index, ST_SECRET, fault);
    }
    if (!err && keyring->len) {
        bind_place(index->statements[ST_KEYRING], 1, keyring);
        (void)sqlite3_bind_int(index->statements[ST_KEYRING], 4, erased);
        index_bind_text(index->statements[ST_KEYRING], 5, jti);
        err = step(index, ST_KEYRING, fault);
    }
    return err;
}

int dep_index_forget(struct dep_index *index, const char *jti, struct dep_fault *fault)
{
    static const char *const steps[] = {
        "DELETE FROM words WHERE rowid=(SELECT idx FROM record WHERE jti=?1)",
        "DELETE FROM field WHERE secret=1 AND idx=(SELECT idx FROM record WHERE jti=?1)",
        "DELETE FROM due WHERE idx=(SELECT idx FROM record WHERE jti=?1)",
        "DELETE FROM ref WHERE rel='rests' AND idx=(SELECT idx FROM record WHERE jti=?1)",
        /* Shown at the time of recording: a month about it, as its clock's uncertainty isn't
         * here. */
        "UPDATE record SET erased=1,span=5,span_s=iat-2592000,span_end_s=iat+2592000 WHERE jti=?1",
    };
    int err = dep_index_begin(index, fault);
    for (size_t i = 0; !err && i < DEP_COUNT(steps); i++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(index->db, steps[i], -1, &statement, NULL) != SQLITE_OK)
            err = index_fail(index, fault);
        else
            index_bind_text(statement, 1, jti);
        if (!err && sqlite3_step(statement) != SQLITE_DONE)
            err = index_fail(index, fault);
        sqlite3_finalize(statement);
    }
    if (err) {
        dep_index_rollback(index);
        return err;
    }
    err = dep_index_commit(index, fault);
    /* FTS5 keeps deleted words in its segments until they are merged; the write-ahead log keeps old
     * pages. */
    if (!err)
        err = run(index,
                  "INSERT INTO words(words) VALUES('optimize'); PRAGMA wal_checkpoint(TRUNCATE);",
                  fault);
    return err;
}
