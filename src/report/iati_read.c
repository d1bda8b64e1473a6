#include "report/iati_impl.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "IATI 2.03; doc/format/mandate.md 3";

/* Where what is taken over stands: an attribute of an element below its activity, or its text (no
 * attribute). An element that isn't here is left, with all that is in it. */
static const struct taken {
    const char *path, *attribute;
    enum iati_slot slot;
} TAKEN[] = {
    {"", "default-currency", IATI_CURRENCY},
    {"", "xml:lang", IATI_LANG},
    {"iati-identifier", NULL, IATI_IDENTIFIER},
    {"reporting-org", "ref", IATI_REPORTER},
    {"reporting-org", "secondary-reporter", IATI_SECONDARY},
    {"related-activity", "type", IATI_RELATED_TYPE},
    {"related-activity", "ref", IATI_RELATED_REF},
    {"transaction", "ref", IATI_REF},
    {"transaction", "+reference", IATI_REFERENCE},
    {"transaction", "+fiscal-year", IATI_YEAR},
    {"transaction/transaction-type", "code", IATI_CODE},
    {"transaction/transaction-date", "iso-date", IATI_DATE},
    {"transaction/value", NULL, IATI_VALUE},
    {"transaction/value", "currency", IATI_VALUE_CURRENCY},
    {"transaction/value", "value-date", IATI_VALUE_DATE},
    {"transaction/description", "", IATI_COMMENT}, /* the element, and what is in it */
    {"transaction/description/narrative", NULL, IATI_COMMENT},
    {"transaction/description/narrative", "xml:lang", IATI_COMMENT_LANG},
    {"transaction/provider-org", "ref", IATI_PROVIDER},
    {"transaction/receiver-org", "ref", IATI_RECEIVER},
    {"transaction/sector", "vocabulary", IATI_SECTOR_VOCABULARY},
    {"transaction/sector", "vocabulary-uri", IATI_SECTOR_URI},
    {"transaction/sector", "code", IATI_SECTOR},
    {"transaction/+earmark", NULL, IATI_EARMARK},
    {"transaction/+earmark", "xml:lang", IATI_EARMARK_LANG},
    {"transaction/+rate", NULL, IATI_RATE_SOURCE},
    {"transaction/+rate", "currency", IATI_RATE_CURRENCY},
    {"transaction/+rate", "value", IATI_RATE_VALUE},
    {"transaction/+rate", "on", IATI_RATE_ON},
    {"transaction/+rate", "qualifier", IATI_RATE_IS},
    {"transaction/+rate", "xml:lang", IATI_RATE_LANG},
};

enum { DEPTH_ACTIVITY = 2, PATH_ROOM = 96 };

struct reader {
    xmlParserCtxtPtr parser;
    struct dep_import *import;
    struct dep_iati *iati;
    struct iati_said said;
    size_t depth, left_at; /* of the element that is left, with all in it; 0: none is */
    char path[PATH_ROOM];  /* of the element, below its activity */
    /* elements (their first row): of several the first is taken over */
    bool seen[DEP_COUNT(TAKEN)];
    uint64_t line;         /* on which the transaction begins */
    struct dep_hash *same; /* of the activity's transactions without a ref */
    size_t same_count, same_room;
    struct iati_activity *activities;
    size_t activity_count, activity_room;
    size_t first_row;
    bool rooted;
    int err; /* the first; with a finding in `why` */
    struct dep_finding why;
    uint64_t why_line;
};

static uint64_t line_of(const struct reader *reader)
{
    int line = xmlSAX2GetLineNumber(reader->parser);
    return line > 0 ? (uint64_t)line : 0;
}

static void stop(struct reader *reader, int err, const char *id)
{
    if (reader->err)
        return;
    reader->err = err;
    reader->why_line = line_of(reader);
    if (err == DEP_FOUND)
        (void)!dep_found(&reader->why, id, CLAUSE, 0);
    xmlStopParser(reader->parser);
}

static bool stopped(const struct reader *reader)
{
    return reader->err != DEP_OK;
}

/* ---- what isn't taken over ---- */

static void leave(struct reader *reader, const char *path, const char *mark, const char *name)
{
    struct dep_iati *iati = reader->iati;
    struct dep_iati_left left = {.count = 1};
    (void)snprintf(left.path, sizeof left.path, "%s%s%s", path, mark, name);
    for (size_t i = 0; i < iati->left_count; i++)
        if (strcmp(iati->left[i].path, left.path) == 0) {
            iati->left[i].count++;
            return;
        }
    void *grown = iati->left_count < DEP_IATI_LEFT_MAX
                      ? dep_list_reserve(iati->left, iati->left_count, 1, sizeof *iati->left,
                                         &iati->left_room)
                      : NULL;
    if (!grown) {
        stop(reader, iati->left_count < DEP_IATI_LEFT_MAX ? DEP_ERR_NOMEM : DEP_FOUND, "iati.left");
        return;
    }
    iati->left = grown;
    iati->left[iati->left_count++] = left;
}

/* ---- slots ---- */

static void clear(struct reader *reader, enum iati_slot from, enum iati_slot to)
{
    for (enum iati_slot slot = from; slot < to; slot++)
        dep_buf_clear(&reader->said.slot[slot]);
    for (size_t i = 0; i < DEP_COUNT(TAKEN); i++)
        reader->seen[i] = reader->seen[i] && (TAKEN[i].slot < from || TAKEN[i].slot >= to);
}

static void put(struct reader *reader, enum iati_slot slot, const void *bytes, size_t len)
{
    dep_buf_add(&reader->said.slot[slot], bytes, len);
    int err = dep_buf_err(&reader->said.slot[slot]);
    if (err)
        stop(reader, err == DEP_ERR_CAP ? DEP_FOUND : err, "iati.long");
}

static const struct taken *taken_at(const char *path, const char *attribute)
{
    for (size_t i = 0; i < DEP_COUNT(TAKEN); i++)
        if (strcmp(TAKEN[i].path, path) == 0 &&
            (!attribute || (TAKEN[i].attribute && strcmp(TAKEN[i].attribute, attribute) == 0)))
            return &TAKEN[i];
    return NULL;
}

static enum iati_slot text_at(const char *path)
{
    for (size_t i = 0; i < DEP_COUNT(TAKEN); i++)
        if (!TAKEN[i].attribute && strcmp(TAKEN[i].path, path) == 0)
            return TAKEN[i].slot;
    return IATI_SLOTS;
}

/* "name", "+name" where it is ours, "prefix:name" where it is another's. */
static void name_of(const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, char *out,
                    size_t room)
{
    bool ours = uri && strcmp((const char *)uri, IATI_NAMESPACE) == 0;
    (void)snprintf(out, room, "%s%s%.64s", ours || !prefix ? "" : (const char *)prefix,
                   ours     ? "+"
                   : prefix ? ":"
                   : uri    ? "?"
                            : "",
                   (const char *)local);
}

static void take_attributes(struct reader *reader, int count, const xmlChar **attributes)
{
    for (int i = 0; i < count && !stopped(reader); i++, attributes += 5) {
        char name[PATH_ROOM];
        name_of(attributes[0], attributes[1], attributes[2], name, sizeof name);
        const struct taken *taken = taken_at(reader->path, name);
        if (!taken)
            leave(reader, *reader->path ? reader->path : "iati-activity", "/@", name);
        else
            put(reader, taken->slot, attributes[3], (size_t)(attributes[4] - attributes[3]));
    }
}

/* ---- a transaction becomes a row ---- */

static size_t occurrence_of(struct reader *reader)
{
    struct dep_hash hash;
    size_t before = 0;
    if (reader->said.slot[IATI_REF].len || reader->said.slot[IATI_REFERENCE].len)
        return 0;
    iati_sameness(&reader->said, &hash);
    for (size_t i = 0; i < reader->same_count; i++)
        before += dep_hash_equal(&reader->same[i], &hash);
    void *grown = dep_list_reserve(reader->same, reader->same_count, 1, sizeof *reader->same,
                                   &reader->same_room);
    if (!grown) {
        stop(reader, DEP_ERR_NOMEM, NULL);
        return before;
    }
    reader->same = grown;
    reader->same[reader->same_count++] = hash;
    return before;
}

static bool is_code(const json_t *claims, const char *name)
{
    const char *code = dep_json_string(claims, name);
    return code && dep_code_valid(dep_slice_string(code));
}

/* What keeps it out and the schema has no words for. */
static int check_row(const struct reader *reader, struct dep_import_row *row)
{
    if (!reader->said.slot[IATI_IDENTIFIER].len)
        return dep_import_refuse(row, "iati.activity", CLAUSE, "");
    if (!is_code(row->claims, "provider"))
        return dep_import_refuse(row, "iati.organisation", CLAUSE, "provider-org");
    if (!is_code(row->claims, "receiver"))
        return dep_import_refuse(row, "iati.organisation", CLAUSE, "receiver-org");
    return DEP_OK;
}

/* The day of the exchange rate says something where it isn't the transaction's. */
static void leave_value_date(struct reader *reader)
{
    const char *day = iati_text(&reader->said, IATI_VALUE_DATE);
    if (*day && strcmp(day, iati_text(&reader->said, IATI_DATE)) != 0 &&
        strcmp(day, iati_text(&reader->said, IATI_RATE_ON)) != 0)
        leave(reader, "transaction/value", "/@", "value-date");
}

static void end_transaction(struct reader *reader)
{
    const struct iati_type *type = iati_type_of(&reader->said);
    bool digested;
    if (!type) {
        char code[8];
        (void)snprintf(code, sizeof code, "%s]", iati_text(&reader->said, IATI_CODE));
        leave(reader, "transaction", "[", code);
        return;
    }
    size_t occurrence = occurrence_of(reader);
    leave_value_date(reader);
    if (stopped(reader))
        return;
    json_t *claims = iati_claims(&reader->said, type, occurrence, &digested);
    int err = dep_import_add(reader->import, reader->line, claims);
    if (!err && digested)
        leave(reader, "iati-identifier", "", " (#)");
    if (!err)
        err = check_row(reader, &reader->import->rows[reader->import->count - 1]);
    if (err)
        stop(reader, err == DEP_ERR_CAP ? DEP_FOUND : err, "iati.many");
}

/* ---- the parts of an activity that are more than a text ---- */

static void end_related(struct reader *reader)
{
    struct dep_buf *ref = &reader->said.slot[IATI_RELATED_REF];
    if (strcmp(iati_text(&reader->said, IATI_RELATED_TYPE), "1") == 0 && ref->len &&
        !reader->said.slot[IATI_ABOVE].len)
        put(reader, IATI_ABOVE, ref->data, ref->len);
    else
        leave(reader, reader->path, "", "");
    clear(reader, IATI_RELATED_TYPE, IATI_RELATED_REF + 1);
}

static void end_sector(struct reader *reader)
{
    struct dep_buf *code = &reader->said.slot[IATI_SECTOR];
    if (strcmp(iati_text(&reader->said, IATI_SECTOR_VOCABULARY), "99") == 0 &&
        strcmp(iati_text(&reader->said, IATI_SECTOR_URI), IATI_LINES) == 0 && code->len &&
        !reader->said.slot[IATI_LINE].len)
        put(reader, IATI_LINE, code->data, code->len);
    else
        leave(reader, reader->path, "", "");
    clear(reader, IATI_SECTOR_VOCABULARY, IATI_SECTOR + 1);
}

static void trim(struct dep_buf *text)
{
    static const char blanks[] = " \t\r\n";
    size_t from = 0;
    while (text->len && strchr(blanks, text->data[text->len - 1]))
        text->data[--text->len] = 0;
    while (from < text->len && strchr(blanks, text->data[from]))
        from++;
    if (from)
        memmove(text->data, text->data + from, text->len - from + 1);
    text->len -= from;
}

static void begin_activity(struct reader *reader)
{
    clear(reader, IATI_IDENTIFIER, IATI_SLOTS);
    reader->same_count = 0;
    reader->first_row = reader->import->count;
}

static void end_activity(struct reader *reader)
{
    void *grown = dep_list_reserve(reader->activities, reader->activity_count, 1,
                                   sizeof *reader->activities, &reader->activity_room);
    if (!grown) {
        stop(reader, DEP_ERR_NOMEM, NULL);
        return;
    }
    reader->activities = grown;
    struct iati_activity *activity = &reader->activities[reader->activity_count++];
    *activity = (struct iati_activity){.id = dep_strdup(iati_text(&reader->said, IATI_IDENTIFIER)),
                                       .above = dep_strdup(iati_text(&reader->said, IATI_ABOVE)),
                                       .from = reader->first_row,
                                       .to = reader->import->count};
    if (!activity->id || !activity->above)
        stop(reader, DEP_ERR_NOMEM, NULL);
}

/* ---- events ---- */

static void begin_root(struct reader *reader, const char *name, int count,
                       const xmlChar **attributes)
{
    bool version = false;
    for (int i = 0; i < count; i++, attributes += 5)
        version = version || (strcmp((const char *)attributes[0], "version") == 0 &&
                              attributes[4] - attributes[3] > 2 && attributes[3][0] == '2' &&
                              attributes[3][1] == '.');
    reader->rooted = version && strcmp(name, "iati-activities") == 0;
    if (!reader->rooted)
        stop(reader, DEP_FOUND, "iati.root");
}

static void on_begin(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace_list, int count, int defaulted,
                     const xmlChar **attributes)
{
    struct reader *reader = context;
    char name[PATH_ROOM];
    (void)namespaces, (void)namespace_list, (void)defaulted;
    if (stopped(reader))
        return;
    if (++reader->depth > DEP_IATI_DEPTH_MAX) {
        stop(reader, DEP_FOUND, "iati.deep");
        return;
    }
    if (reader->left_at)
        return;
    name_of(local, prefix, uri, name, sizeof name);
    if (reader->depth == 1) {
        begin_root(reader, name, count, attributes);
        return;
    }
    bool activity = reader->depth == DEPTH_ACTIVITY && strcmp(name, "iati-activity") == 0;
    size_t len = strlen(reader->path);
    if (activity)
        begin_activity(reader);
    else
        (void)snprintf(reader->path + len, sizeof reader->path - len, "%s%s", len ? "/" : "", name);
    const struct taken *taken = taken_at(reader->path, NULL);
    if (!activity && (reader->depth == DEPTH_ACTIVITY || !taken || reader->seen[taken - TAKEN])) {
        leave(reader, reader->path, "", "");
        reader->left_at = reader->depth;
        reader->path[len] = 0;
        return;
    }
    reader->seen[taken - TAKEN] = true;
    if (strcmp(reader->path, "transaction") == 0)
        reader->line = line_of(reader);
    take_attributes(reader, count, attributes);
}

static void on_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *reader = context;
    (void)local, (void)prefix, (void)uri;
    if (stopped(reader))
        return;
    size_t depth = reader->depth--;
    if (reader->left_at) {
        if (depth == reader->left_at)
            reader->left_at = 0;
        return;
    }
    if (strcmp(reader->path, "transaction") == 0) {
        end_transaction(reader);
        clear(reader, IATI_OF_TRANSACTION, IATI_SLOTS);
    } else if (strcmp(reader->path, "related-activity") == 0)
        end_related(reader);
    else if (strcmp(reader->path, "transaction/sector") == 0)
        end_sector(reader);
    else if (strcmp(reader->path, "iati-identifier") == 0)
        trim(&reader->said.slot[IATI_IDENTIFIER]);
    else if (depth == DEPTH_ACTIVITY)
        end_activity(reader);
    char *last = strrchr(reader->path, '/');
    *(last ? last : reader->path) = 0;
}

static void on_text(void *context, const xmlChar *text, int len)
{
    struct reader *reader = context;
    enum iati_slot slot = stopped(reader) || reader->left_at ? IATI_SLOTS : text_at(reader->path);
    if (slot != IATI_SLOTS && len > 0)
        put(reader, slot, text, (size_t)len);
}

/* Called at the name, before anything is declared. */
static void on_doctype(void *context, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id)
{
    (void)name, (void)public_id, (void)system_id;
    stop(context, DEP_FOUND, "iati.doctype");
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct reader *reader = context;
    if (error->level < XML_ERR_ERROR || stopped(reader))
        return;
    stop(reader, DEP_FOUND, "iati.xml");
    reader->why_line = error->line > 0 ? (uint64_t)error->line : 0;
}

/* ---- the whole ---- */

void dep_iati_done(struct dep_iati *iati)
{
    free(iati->left);
    *iati = (struct dep_iati){.left_count = 0};
}

static void reader_done(struct reader *reader)
{
    for (size_t i = 0; i < IATI_SLOTS; i++)
        dep_buf_done(&reader->said.slot[i]);
    for (size_t i = 0; i < reader->activity_count; i++) {
        free(reader->activities[i].id);
        free(reader->activities[i].above);
    }
    free(reader->activities);
    free(reader->same);
}

static int parse(struct reader *reader, struct dep_slice text)
{
    static const xmlSAXHandler events = {.initialized = XML_SAX2_MAGIC,
                                         .internalSubset = on_doctype,
                                         .startElementNs = on_begin,
                                         .endElementNs = on_end,
                                         .characters = on_text,
                                         .serror = on_error};
    assert(text.len <= INT32_MAX);
    iati_memory_begin();
    xmlInitParser();
    reader->parser = xmlCreateMemoryParserCtxt((const char *)text.data, (int)text.len);
    if (!reader->parser)
        return text.len ? DEP_ERR_NOMEM : dep_found(&reader->why, "iati.xml", CLAUSE, 0);
    (void)xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET);
    *reader->parser->sax = events;
    reader->parser->userData = reader;
    (void)xmlParseDocument(reader->parser);
    if (!reader->err && (!reader->parser->wellFormed || !reader->rooted))
        stop(reader, DEP_FOUND, reader->rooted ? "iati.xml" : "iati.root");
    xmlFreeParserCtxt(reader->parser);
    return iati_memory_refused() ? DEP_ERR_NOMEM : reader->err;
}

int dep_iati_read(struct dep_slice text, struct dep_import *import, struct dep_iati *out,
                  struct dep_problem *problem)
{
    DEP_AUTO_FREE struct reader *reader = dep_alloc(sizeof *reader);
    DEP_AUTO_IATI iati = {.left_count = 0};
    if (!reader)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.import", "");
    reader->import = import;
    reader->iati = &iati;
    for (size_t i = 0; i < IATI_SLOTS; i++)
        dep_buf_init_secret(&reader->said.slot[i], DEP_IATI_TEXT_MAX);
    int err = parse(reader, text);
    if (!err)
        err = iati_set_parents(import, reader->activities, reader->activity_count);
    char line[32];
    (void)snprintf(line, sizeof line, "%llu", (unsigned long long)reader->why_line);
    if (err == DEP_FOUND)
        err = dep_problem_found(problem, reader->why.id, reader->why.clause, line);
    else if (err)
        err = dep_problem_fault(problem, err, "cli.import", line);
    reader_done(reader);
    if (!err) {
        *out = iati;
        iati = (struct dep_iati){.left_count = 0};
    }
    return err;
}
