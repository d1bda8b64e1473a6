#include "codec/csv_read.h"

#include "codec/text.h"

#include <string.h>

static const char CLAUSE[] = "RFC 4180 section 2";

static bool at_end(const struct dep_csv *csv)
{
    return csv->at == csv->text.len;
}

static uint8_t here(const struct dep_csv *csv)
{
    return csv->text.data[csv->at];
}

static bool ends_line(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* ---- which encoding ---- */

enum utf16 { UTF16_NONE, UTF16_LITTLE, UTF16_BIG };

static enum utf16 utf16_of(struct dep_slice text)
{
    return dep_slice_starts(text, "\xff\xfe")   ? UTF16_LITTLE
           : dep_slice_starts(text, "\xfe\xff") ? UTF16_BIG
                                                : UTF16_NONE;
}

static uint32_t unit_at(struct dep_slice text, size_t at, enum utf16 order)
{
    uint32_t first = text.data[at], second = text.data[at + 1];
    return order == UTF16_BIG ? first << 8 | second : second << 8 | first;
}

/* Behind the mark, as UTF-8. False where it is none: half a character. */
static bool read_utf16(struct dep_slice text, enum utf16 order, struct dep_buf *out)
{
    enum { HIGH = 0xd800, LOW = 0xdc00, BEYOND = 0xe000, PAIRED = 0x10000, HALF_BITS = 10 };
    for (size_t at = 2; at < text.len; at += 2) {
        if (text.len - at < 2)
            return false;
        uint32_t code = unit_at(text, at, order);
        if (code >= HIGH && code < LOW && text.len - at >= 4) {
            uint32_t low = unit_at(text, at += 2, order);
            if (low < LOW || low >= BEYOND)
                return false;
            code = PAIRED + ((code - HIGH) << HALF_BITS) + (low - LOW);
        }
        if (code >= HIGH && code < BEYOND)
            return false;
        dep_utf8_write(code, out);
    }
    return true;
}

/* ---- which separator ---- */

/* A spreadsheet's own first line: "sep=;". */
static bool states_separator(struct dep_csv *csv)
{
    static const char word[] = "sep=";
    struct dep_slice rest = dep_slice_sub(csv->text, csv->at, csv->text.len - csv->at);
    size_t len = sizeof word - 1;
    if (!dep_slice_starts(rest, word) || rest.len < len + 2 || !ends_line(rest.data[len + 1]) ||
        !memchr(",;\t|", rest.data[len], 4))
        return false;
    csv->separator = rest.data[len];
    csv->at += len + 1;
    csv->at +=
        here(csv) == '\r' && csv->at + 1 < csv->text.len && csv->text.data[csv->at + 1] == '\n' ? 2
                                                                                                : 1;
    csv->line++;
    return true;
}

static void find_separator(struct dep_csv *csv)
{
    static const uint8_t candidates[] = {',', ';', '\t'};
    size_t counts[DEP_COUNT(candidates)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = csv->at; i < csv->text.len; i++) {
        uint8_t byte = csv->text.data[i];
        if (byte == '"')
            quoted = !quoted;
        else if (!quoted && ends_line(byte))
            break;
        for (size_t c = 0; !quoted && c < DEP_COUNT(candidates); c++)
            counts[c] += byte == candidates[c];
    }
    for (size_t c = 1; c < DEP_COUNT(candidates); c++)
        best = counts[c] > counts[best] ? c : best;
    csv->separator = candidates[best];
}

int dep_csv_open(struct dep_slice text, struct dep_csv *out, struct dep_finding *why)
{
    DEP_AUTO_CSV csv = {.text = text, .line = 1};
    enum utf16 order = utf16_of(text);
    /* What takes two bytes there takes three at most here. */
    dep_buf_init_secret(&csv.whole, text.len / 2 * 3 + 1);
    if (order != UTF16_NONE && !read_utf16(text, order, &csv.whole))
        return dep_found(why, "csv.encoding", "RFC 2781", 0);
    if (dep_buf_err(&csv.whole))
        return dep_buf_err(&csv.whole);
    if (order != UTF16_NONE)
        csv.text = dep_buf_slice(&csv.whole);
    if (!dep_utf8_valid(csv.text))
        return dep_found(why, "csv.encoding", "RFC 3629", 0);
    size_t nul = dep_slice_find(csv.text, 0);
    if (nul < csv.text.len)
        return dep_found(why, "csv.nul", CLAUSE, nul);
    if (dep_slice_starts(csv.text, "\xef\xbb\xbf"))
        csv.at = 3;
    if (!states_separator(&csv))
        find_separator(&csv);
    dep_buf_init_secret(&csv.room, DEP_CSV_ROW_MAX);
    *out = csv;
    csv = (struct dep_csv){.line = 0};
    return DEP_OK;
}

void dep_csv_done(struct dep_csv *csv)
{
    dep_buf_done(&csv->room);
    dep_buf_done(&csv->whole);
}

/* ---- rows ---- */

/* Past the end of a line, which CR LF, LF and CR are. */
static void next_line(struct dep_csv *csv)
{
    bool cr = here(csv) == '\r';
    csv->at++;
    if (cr && !at_end(csv) && here(csv) == '\n')
        csv->at++;
    csv->line++;
}

/* The lines of a quoted cell are kept as they are, and counted. */
static bool read_quoted(struct dep_csv *csv)
{
    csv->at++;
    for (; !at_end(csv); csv->at++) {
        uint8_t byte = here(csv);
        bool before_lf = csv->at + 1 < csv->text.len && csv->text.data[csv->at + 1] == '\n';
        if (byte == '"' && csv->at + 1 < csv->text.len && csv->text.data[csv->at + 1] == '"')
            csv->at++;
        else if (byte == '"') {
            csv->at++;
            return true;
        }
        if (byte == '\n' || (byte == '\r' && !before_lf))
            csv->line++;
        dep_buf_add_byte(&csv->room, byte);
    }
    return false;
}

static const char *read_cell(struct dep_csv *csv)
{
    if (!at_end(csv) && here(csv) == '"') {
        if (!read_quoted(csv))
            return "csv.open";
        return at_end(csv) || here(csv) == csv->separator || ends_line(here(csv)) ? NULL
                                                                                  : "csv.quote";
    }
    for (; !at_end(csv) && here(csv) != csv->separator && !ends_line(here(csv)); csv->at++) {
        if (here(csv) == '"')
            return "csv.quote";
        dep_buf_add_byte(&csv->room, here(csv));
    }
    return NULL;
}

/* Its cells lie in `room`, one after the other; `*out_count` of them. */
static const char *read_row(struct dep_csv *csv, size_t *out_count)
{
    size_t count = 0;
    dep_buf_clear(&csv->room);
    for (;;) {
        if (count == DEP_CSV_COLUMNS_MAX)
            return "csv.wide";
        const char *wrong = read_cell(csv);
        if (wrong)
            return wrong;
        csv->ends[count++] = csv->room.len;
        if (at_end(csv) || ends_line(here(csv)))
            break;
        csv->at++;
    }
    *out_count = count;
    return NULL;
}

int dep_csv_next(struct dep_csv *csv, struct dep_csv_row *out, bool *out_more,
                 struct dep_finding *why)
{
    while (!at_end(csv)) {
        uint64_t line = csv->line;
        size_t count = 0, from = csv->at;
        const char *wrong = read_row(csv, &count);
        if (csv->room.err == DEP_ERR_CAP)
            wrong = "csv.wide";
        if (wrong) {
            csv->line = line;
            return dep_found(why, wrong, CLAUSE, from);
        }
        if (dep_buf_err(&csv->room))
            return dep_buf_err(&csv->room);
        if (!at_end(csv))
            next_line(csv);
        if (csv->room.len == 0)
            continue; /* spreadsheets leave such rows behind */
        struct dep_slice all = dep_buf_slice(&csv->room);
        for (size_t i = 0; i < count; i++) {
            size_t start = i ? csv->ends[i - 1] : 0;
            out->cells[i] = dep_slice_sub(all, start, csv->ends[i] - start);
        }
        out->count = count;
        out->line = line;
        *out_more = true;
        return DEP_OK;
    }
    *out_more = false;
    return DEP_OK;
}
