/*
 * What is read off index.db: one row, or pages of rows, newest first where that is asked for.
 */
#include "codec/text.h"
#include "index/index_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(char *out, size_t room, sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    (void)snprintf(out, room, "%s", text ? (const char *)text : "");
}

static void read_place(sqlite3_stmt *statement, int column, struct dep_index_place *out)
{
    out->segment = (uint32_t)sqlite3_column_int64(statement, column);
    out->len = (uint32_t)sqlite3_column_int64(statement, column + 1);
    out->offset = (uint64_t)sqlite3_column_int64(statement, column + 2);
}

static bool read_row(sqlite3_stmt *statement, struct dep_index_row *out)
{
    *out = (struct dep_index_row){.index = (uint64_t)sqlite3_column_int64(statement, 0)};
    copy_text(out->jti, sizeof out->jti, statement, 1);
    copy_text(out->type, sizeof out->type, statement, 2);
    copy_text(out->kid, sizeof out->kid, statement, 3);
    copy_text(out->by_code, sizeof out->by_code, statement, 4);
    copy_text(out->item, sizeof out->item, statement, 5);
    out->iat = sqlite3_column_int64(statement, 6);
    const void *sha256 = sqlite3_column_blob(statement, 7);
    if (!sha256 || sqlite3_column_bytes(statement, 7) != DEP_HASH_LEN)
        return false;
    memcpy(out->sha256.bytes, sha256, DEP_HASH_LEN);
    read_place(statement, 8, &out->record);
    read_place(statement, 11, &out->secret);
    read_place(statement, 14, &out->keyring);
    out->superseded = sqlite3_column_int(statement, 17) != 0;
    out->erased = sqlite3_column_int(statement, 18) != 0;
    out->complete = sqlite3_column_int(statement, 19) != 0;
    return true;
}

int dep_index_find(struct dep_index *index, const char *jti, struct dep_index_row *out,
                   struct dep_finding *why, struct dep_fault *fault)
{
    size_t len = strlen(jti);
    if (len < 8 || len > DEP_UUID_LEN)
        return dep_found(why, "index.absent", "doc/format/record.md 2", 0);
    sqlite3_stmt *statement = index->statements[ST_FIND];
    index_bind_text(statement, 1, jti);
    int code = sqlite3_step(statement);
    struct dep_index_row row;
    int err = DEP_OK;
    if (code == SQLITE_DONE)
        err = dep_found(why, "index.absent", "doc/format/record.md 2", 0);
    else if (code != SQLITE_ROW || !read_row(statement, &row))
        err = index_fail(index, fault);
    else if (sqlite3_step(statement) == SQLITE_ROW)
        err = dep_found(why, "index.ambiguous", "doc/format/record.md 2", 0);
    (void)sqlite3_reset(statement);
    if (!err)
        *out = row;
    return err;
}

static bool is_prefix(const char *type)
{
    size_t len = strlen(type);
    return len > 0 && type[len - 1] == '.';
}

/* Words as the user typed them become quoted FTS5 terms, so that no character has a meaning of its
 * own, but that a word which ends in * is the beginning of one. */
static void quote_words(const struct dep_index_query *query, struct dep_buf *out)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 4 * DEP_INDEX_QUERY_MAX);
    dep_digits_ascii(dep_slice_string(query->text), &text);
    if (dep_buf_err(&text))
        out->err = dep_buf_err(&text);
    struct dep_slice rest = dep_buf_slice(&text);
    if (query->type) {
        bool prefix = is_prefix(query->type);
        dep_buf_add_string(out, "type:");
        index_type_word(query->type, prefix ? 'f' : 't',
                        prefix ? strcspn(query->type, ".") : strlen(query->type), out);
        dep_buf_add_string(out, " AND ");
    }
    dep_buf_add_string(out, "value:(");
    while (rest.len) {
        struct dep_slice word = dep_slice_next(&rest, ' ');
        bool beginning = word.len > 1 && word.data[word.len - 1] == '*';
        if (word.len == 0)
            continue;
        dep_buf_add_byte(out, '"');
        for (size_t i = 0; i < word.len - beginning; i++) {
            if (word.data[i] == '"')
                dep_buf_add_byte(out, '"');
            dep_buf_add_byte(out, word.data[i]);
        }
        dep_buf_add_string(out, beginning ? "\"* " : "\" ");
    }
    dep_buf_add_byte(out, ')');
}

enum { LIST_TYPES_MAX = 24, LIST_BINDS_MAX = 8 * LIST_TYPES_MAX };

struct list_sql {
    struct dep_buf text;
    const char *binds[LIST_BINDS_MAX];
    int bind_count;
    char types[LIST_TYPES_MAX + 1][DEP_TYPE_LEN_MAX + 1]; /* those that there are with a prefix */
    size_t type_count;
};

/* One step in the index for each, however many records there are. More than there is room for: the
 * room is full. */
static int list_types(struct dep_index *index, const char *prefix, struct list_sql *sql,
                      struct dep_fault *fault)
{
    static const char text[] = "SELECT min(type) FROM record WHERE type>?1 AND type<?2||'~'";
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(index->db, text, -1, &statement, NULL) != SQLITE_OK)
        return index_fail(index, fault);
    index_bind_text(statement, 2, prefix);
    const char *after = prefix;
    int err = DEP_OK;
    bool more = true;
    while (!err && more && sql->type_count <= LIST_TYPES_MAX) {
        index_bind_text(statement, 1, after);
        err = sqlite3_step(statement) == SQLITE_ROW ? DEP_OK : index_fail(index, fault);
        more = !err && sqlite3_column_type(statement, 0) == SQLITE_TEXT;
        if (more) {
            copy_text(sql->types[sql->type_count], sizeof sql->types[0], statement, 0);
            after = sql->types[sql->type_count++];
        }
        (void)sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return err;
}

static void where(struct list_sql *sql, const char *clause, const char *value)
{
    dep_buf_addf(&sql->text, " AND %s", clause);
    assert(sql->bind_count < LIST_BINDS_MAX);
    sql->binds[sql->bind_count++] = value;
}

/* Where a page is read off, and by what it is in order; SQLite joins CROSS in the order written. */
static const char *list_source(struct list_sql *sql, const struct dep_index_query *query,
                               const char *words)
{
    if (query->text) {
        dep_buf_add_string(&sql->text, "words CROSS JOIN record ON record.idx=words.rowid WHERE 1");
        where(sql, "words MATCH ?", words);
        return "words.rowid";
    }
    if (query->field && !query->due) {
        dep_buf_add_string(&sql->text, "field CROSS JOIN record ON record.idx=field.idx WHERE 1");
        where(sql, "field.name=?", query->field);
        where(sql, "field.value=?", query->value);
        return "field.idx";
    }
    long long from_s = query->from_s ? query->from_s : INT64_MIN;
    if (query->due) {
        dep_buf_addf(&sql->text,
                     "due INDEXED BY due_open CROSS JOIN record ON record.idx=due.idx WHERE "
                     "due.state=%d AND due.state>1 AND superseded=0 AND due.end_s>%lld AND "
                     "due.end_s<=%lld",
                     (int)query->due, from_s, (long long)query->until_s);
        where(sql, "due.type=?", query->type);
        return "due.end_s";
    }
    if (query->recorded) {
        dep_buf_addf(&sql->text,
                     "record INDEXED BY record_made WHERE erased=0 AND superseded=0 "
                     "AND iat>%lld AND iat<=%lld%s",
                     from_s, (long long)query->until_s, query->unreviewed ? " AND reviewed=0" : "");
        return "record.iat";
    }
    dep_buf_add_string(&sql->text, "record WHERE 1");
    return "record.idx";
}

/* `type`: one of those that the query's stands for, or NULL: as the query says. */
static const char *list_select(struct list_sql *sql, const struct dep_index_query *query,
                               const char *type, const char *words)
{
    dep_buf_add_string(&sql->text, "SELECT record.* FROM ");
    const char *order = list_source(sql, query, words);
    if (query->id) {
        where(sql, "jti>=? AND jti<?||'~'", query->id);
        sql->binds[sql->bind_count++] = query->id;
    }
    if (type) {
        where(sql, "record.type=?", type);
    } else if (query->type && is_prefix(query->type)) {
        where(sql, "substr(record.type,1,length(?))=?", query->type);
        sql->binds[sql->bind_count++] = query->type;
    } else if (query->type) {
        where(sql, "record.type=?", query->type);
    }
    /* Without the second part the index, which holds no empty ones, isn't used. */
    if (query->item)
        where(sql, "item=? AND item<>''", query->item);
    if (query->item_begins) {
        where(sql, "item>=? AND item<?||'~' AND item<>''", query->item_begins);
        sql->binds[sql->bind_count++] = query->item_begins;
    }
    if (query->not_by)
        where(sql, "code<>?", query->not_by);
    if (query->ref)
        where(sql,
              query->rel ? "record.idx IN (SELECT idx FROM ref WHERE target=? AND rel=?)"
                         : "record.idx IN (SELECT idx FROM ref WHERE target=?)",
              query->ref);
    if (query->ref && query->rel)
        sql->binds[sql->bind_count++] = query->rel;
    if (query->field && (query->text || query->due)) {
        where(sql, "EXISTS(SELECT 1 FROM field WHERE name=? AND value=? AND idx=record.idx)",
              query->field);
        sql->binds[sql->bind_count++] = query->value;
    }
    if (query->incomplete)
        dep_buf_add_string(&sql->text, " AND complete=0 AND erased=0");
    return order;
}

/* Of one class of lengths what begins early enough, and late enough to reach into the span. */
static void span_select(struct list_sql *sql, const struct dep_edtf_span *span, int class)
{
    int64_t from_s = INT64_MIN;
    int bits = (class + 1) * INDEX_SPAN_BITS;
    if (bits >= 63 || __builtin_sub_overflow(span->earliest_s, INT64_C(1) << bits, &from_s))
        from_s = INT64_MIN;
    dep_buf_addf(&sql->text,
                 "SELECT record.* FROM record INDEXED BY record_span WHERE span=%d AND "
                 "span_s>=%lld AND span_s<%lld AND span_end_s>%lld AND superseded=0",
                 class, (long long)from_s, (long long)span->end_s, (long long)span->earliest_s);
}

static void list_span(struct list_sql *sql, const struct dep_index_query *query)
{
    for (int class = 0; class < INDEX_SPAN_CLASSES; class ++) {
        dep_buf_add_string(&sql->text, class ? " UNION ALL " : "");
        span_select(sql, query->span, class);
    }
    dep_buf_add_string(&sql->text, " ORDER BY span_s DESC");
}

/* Of a prefix each type is read off in its own order, and SQLite merges them: a few records of a
 * type among many others are found at once. */
static int list_clauses(struct dep_index *index, struct list_sql *sql,
                        const struct dep_index_query *query, const char *words,
                        struct dep_fault *fault)
{
    if (query->span) {
        list_span(sql, query);
        return dep_buf_err(&sql->text);
    }
    bool merged = query->type && is_prefix(query->type) && !query->text && !query->field;
    int err = merged ? list_types(index, query->type, sql, fault) : DEP_OK;
    if (err)
        return err;
    const char *order = query->recorded ? "iat" : "idx";
    if (!merged || sql->type_count == 0 || sql->type_count > LIST_TYPES_MAX)
        order = list_select(sql, query, merged && !sql->type_count ? query->type : NULL, words);
    else
        for (size_t i = 0; i < sql->type_count; i++) {
            dep_buf_add_string(&sql->text, i ? " UNION ALL " : "");
            (void)list_select(sql, query, sql->types[i], words);
        }
    dep_buf_addf(&sql->text, " ORDER BY %s %s", order, query->newest_first ? "DESC" : "ASC");
    return dep_buf_err(&sql->text);
}

/* The rows that are seen, up to the limit: what isn't seen takes nobody's place. */
static int give_rows(struct dep_index *index, sqlite3_stmt *statement,
                     const struct dep_index_query *query, dep_index_fn *each, void *context,
                     struct dep_fault *fault)
{
    uint64_t left =
        query->limit && query->limit < DEP_INDEX_LIST_MAX ? query->limit : DEP_INDEX_LIST_MAX;
    int code = SQLITE_DONE;
    while (left && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct dep_index_row row;
        if (!read_row(statement, &row))
            return index_fail(index, fault);
        if (query->sees && !query->sees(query->sees_context, &row))
            continue;
        left--;
        int err = each(context, &row);
        if (err)
            return err;
    }
    return left == 0 || code == SQLITE_DONE ? DEP_OK : index_fail(index, fault);
}

/* A page asks the same of each record on it, and preparing takes longer than asking. What is being
 * read isn't kept meanwhile. */
static int take_statement(struct dep_index *index, const struct dep_buf *text, sqlite3_stmt **out,
                          struct dep_fault *fault)
{
    for (size_t i = 0; i < INDEX_KEPT_MAX; i++)
        if (index->kept[i] &&
            dep_slice_equal_string(dep_buf_slice(text), sqlite3_sql(index->kept[i]))) {
            *out = index->kept[i];
            index->kept[i] = NULL;
            return DEP_OK;
        }
    return sqlite3_prepare_v2(index->db, (const char *)text->data, (int)text->len, out, NULL) ==
                   SQLITE_OK
               ? DEP_OK
               : index_fail(index, fault);
}

static void keep_statement(struct dep_index *index, sqlite3_stmt *statement)
{
    size_t at = index->kept_next++ % INDEX_KEPT_MAX;
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    sqlite3_finalize(index->kept[at]);
    index->kept[at] = statement;
}

int dep_index_list(struct dep_index *index, const struct dep_index_query *query, dep_index_fn *each,
                   void *context, struct dep_fault *fault)
{
    DEP_AUTO_BUF words;
    dep_buf_init(&words, 4 * DEP_INDEX_QUERY_MAX);
    if (query->text)
        quote_words(query, &words);
    dep_buf_add_byte(&words, 0);
    if (dep_buf_err(&words))
        return dep_fault_set(fault, dep_buf_err(&words), 0, "index.query", "search");
    struct list_sql sql = {.bind_count = 0};
    dep_buf_init(&sql.text, 32768);
    sqlite3_stmt *statement = NULL;
    int err = list_clauses(index, &sql, query, (const char *)words.data, fault);
    if (!err)
        err = take_statement(index, &sql.text, &statement, fault);
    for (int i = 0; !err && i < sql.bind_count; i++)
        index_bind_text(statement, i + 1, sql.binds[i]);
    if (!err)
        err = give_rows(index, statement, query, each, context, fault);
    if (statement)
        keep_statement(index, statement);
    dep_buf_done(&sql.text);
    return err;
}
