/*
 * {"notice":1,"package":"UUID","sealed":N,"words":"TEXT"}
 * {"of":"HEX","record":{"index":"DECIMAL","sd_jwt":"PRESENTATION"}}
 *
 * The second is a line of records.jsonl in brackets, and is read by its reader.
 */
#include "package/notice.h"

#include "codec/text.h"
#include "package/records.h"

#include <string.h>

static const char CLAUSE[] = "package.md 6.5";
static const char OF[] = "{\"of\":\"", RECORD[] = "\",\"record\":", END[] = "}";
enum { HEX_LEN = 2 * DEP_HASH_LEN };

/* ---- the head ---- */

static bool head_form(const struct dep_notice_head *head)
{
    return head->package && dep_uuid7_valid(dep_slice_string(head->package)) && head->sealed >= 1 &&
           head->sealed <= DEP_NOTICE_RECORDS_MAX &&
           (!head->words || (head->words[0] && strlen(head->words) <= DEP_NOTICE_WORDS_MAX));
}

int dep_notice_head_encode(const struct dep_notice_head *head, struct dep_buf *out)
{
    if (!head_form(head))
        return DEP_ERR_CAP;
    DEP_AUTO_JSON *value = json_pack("{s:i,s:s,s:I,s:s*}", "notice", 1, "package", head->package,
                                     "sealed", (json_int_t)head->sealed, "words", head->words);
    size_t before = out->len;
    int err = value ? dep_json_encode(value, out) : DEP_ERR_NOMEM;
    dep_buf_add_byte(out, '\n');
    if (!err)
        err = dep_buf_err(out);
    if (err && out->len > before)
        out->len = before;
    return err;
}

/* What would not have been written so is refused, whatever JSON would allow. */
static int parse_head(struct dep_slice line, json_t **out_value, struct dep_notice_head *out,
                      struct dep_finding *why)
{
    DEP_AUTO_BUF again;
    json_t *value = NULL;
    int64_t sealed = 0;
    dep_buf_init_secret(&again, 8 * DEP_NOTICE_WORDS_MAX);
    int err = dep_json_parse(line, &value, why);
    if (err)
        return err;
    struct dep_notice_head head = {.package = dep_json_string(value, "package"),
                                   .words = dep_json_string(value, "words")};
    if (dep_json_int(value, "sealed", &sealed) && sealed > 0)
        head.sealed = (uint64_t)sealed;
    err = dep_notice_head_encode(&head, &again);
    bool same = !err && again.len == line.len + 1 && memcmp(again.data, line.data, line.len) == 0;
    if (!same) {
        json_decref(value);
        return err == DEP_ERR_NOMEM ? err : dep_found(why, "notice.form", CLAUSE, 0);
    }
    *out_value = value;
    *out = head;
    return DEP_OK;
}

/* ---- records ---- */

int dep_notice_record_encode(const struct dep_notice_record *record, struct dep_buf *out)
{
    char hex[HEX_LEN + 1];
    size_t before = out->len;
    dep_hex_encode(record->of.bytes, DEP_HASH_LEN, hex);
    dep_buf_addf(out, "%s%s%s", OF, hex, RECORD);
    int err = dep_records_line_encode(record->index, record->sd_jwt, out);
    if (!err) {
        out->len--; /* its LF */
        dep_buf_addf(out, "%s\n", END);
        err = dep_buf_err(out);
    }
    if (err && out->len > before)
        out->len = before;
    return err;
}

static int parse_record(struct dep_slice line, struct dep_notice_record *out,
                        struct dep_finding *why)
{
    const size_t before = sizeof OF - 1 + HEX_LEN, front = before + sizeof RECORD - 1;
    const size_t around = front + sizeof END - 1;
    if (line.len <= around || memcmp(line.data, OF, sizeof OF - 1) != 0 ||
        !dep_hex_parse(dep_slice_sub(line, sizeof OF - 1, HEX_LEN), out->of.bytes, DEP_HASH_LEN) ||
        memcmp(line.data + before, RECORD, sizeof RECORD - 1) != 0 ||
        memcmp(line.data + line.len - (sizeof END - 1), END, sizeof END - 1) != 0)
        return dep_found(why, "notice.form", CLAUSE, 0);
    return dep_records_line_parse(dep_slice_sub(line, front, line.len - around), &out->index,
                                  &out->sd_jwt, why);
}

/* ---- all of it ---- */

static int parse_records(struct dep_slice rest, const struct dep_notice_teller *teller,
                         struct dep_finding *why)
{
    struct dep_notice_record last = {.index = 0};
    size_t count = 0;
    while (rest.len) {
        struct dep_notice_record record;
        bool ended = dep_slice_find(rest, '\n') < rest.len;
        struct dep_slice line = dep_slice_next(&rest, '\n');
        if (!ended || ++count > DEP_NOTICE_RECORDS_MAX)
            return dep_found(why, ended ? "notice.len" : "notice.form", CLAUSE, 0);
        int err = parse_record(line, &record, why);
        if (!err && count > 1 && memcmp(record.of.bytes, last.of.bytes, DEP_HASH_LEN) < 0)
            err = dep_found(why, "notice.order", CLAUSE, 0);
        if (!err)
            err = teller->each(teller->context, &record);
        if (err)
            return err;
        last = record;
    }
    return DEP_OK;
}

int dep_notice_parse(struct dep_slice text, const struct dep_notice_teller *teller,
                     struct dep_finding *why)
{
    struct dep_notice_head head;
    DEP_AUTO_JSON *value = NULL;
    if (text.len > DEP_NOTICE_LEN_MAX)
        return dep_found(why, "notice.len", CLAUSE, DEP_NOTICE_LEN_MAX);
    if (dep_slice_find(text, '\n') == text.len)
        return dep_found(why, "notice.form", CLAUSE, 0);
    int err = parse_head(dep_slice_next(&text, '\n'), &value, &head, why);
    if (!err)
        err = teller->begin(teller->context, &head);
    return err ? err : parse_records(text, teller, why);
}
