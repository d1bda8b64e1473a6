#include "report/iati_impl.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- XML ---- */

/* What stands between tags or quotation marks. A control that XML 1.0 has no place for becomes
 * U+FFFD. */
static void add_escaped(struct dep_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '&')
            dep_buf_add_string(out, "&amp;");
        else if (byte == '<')
            dep_buf_add_string(out, "&lt;");
        else if (byte == '>')
            dep_buf_add_string(out, "&gt;");
        else if (byte == '"')
            dep_buf_add_string(out, "&quot;");
        else if (byte == '\t' || byte == '\n' || byte == '\r')
            dep_buf_addf(out, "&#%d;", byte);
        else if (byte < 0x20)
            dep_buf_add_string(out, "\xef\xbf\xbd");
        else
            dep_buf_add_byte(out, byte);
    }
}

/* Nothing where `value` is NULL. */
static void add_attribute(struct dep_buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    dep_buf_addf(out, " %s=\"", name);
    add_escaped(out, value);
    dep_buf_add_byte(out, '"');
}

static void add_narrative(struct dep_buf *out, const char *element, const char *text,
                          const char *lang)
{
    dep_buf_addf(out, "<%s><narrative", element);
    add_attribute(out, "xml:lang", lang);
    dep_buf_add_byte(out, '>');
    add_escaped(out, text);
    dep_buf_addf(out, "</narrative></%s>\n", element);
}

/* ---- flows ---- */

struct writer {
    const struct dep_campaign *campaign;
    const char *self;
    const char *title, *title_lang;
    struct dep_buf *out;
    /* Of each flow, the last by the entry that counts it: what it is of; of its children the first,
     * and the one after it; the entry that is written for it. */
    size_t *parent, *first, *next, *written;
};

static const json_t *claims_of(const struct writer *writer, size_t at)
{
    return writer->campaign->views[at].claims;
}

/* EDTF has no other dates of ten digits and hyphens. */
static bool is_day(const char *on)
{
    enum { DAY = 10 };
    return on && strlen(on) == DAY && strspn(on, "0123456789-") == DAY &&
           dep_edtf_valid(dep_slice_string(on));
}

/* Exactly so much, on that day, and by no other entry of the same side. */
static bool can_be_written(const struct writer *writer, size_t at)
{
    const struct dep_flow *flow = &writer->campaign->flows[at];
    return flow->is == DEP_AMOUNT_EXACT && flow->currency && flow->place != DEP_FLOW_REPEATED &&
           is_day(dep_json_string(claims_of(writer, at), "on")) &&
           !json_object_get(claims_of(writer, at), "in_kind");
}

static const char *reporter_of(const struct writer *writer, const struct dep_flow *flow)
{
    return flow->side == DEP_SIDE_OF_PROVIDER   ? flow->provider
           : flow->side == DEP_SIDE_OF_RECEIVER ? flow->receiver
                                                : writer->self;
}

static const char *kind_of(const struct writer *writer, size_t at)
{
    return dep_json_string(claims_of(writer, at), "kind");
}

/* Of an activity: by what tells the flow apart from every other of its reporter. No code has a
 * colon in it, so that two of them never make the identifier of two others. */
static void add_identifier(const struct writer *writer, size_t at)
{
    const struct dep_flow *flow = &writer->campaign->flows[at];
    const char *parts[] = {flow->side != DEP_SIDE_OF_PROVIDER ? flow->provider : NULL,
                           flow->side != DEP_SIDE_OF_RECEIVER ? flow->receiver : NULL,
                           flow->reference};
    add_escaped(writer->out, reporter_of(writer, flow));
    dep_buf_addf(writer->out, "-%s", kind_of(writer, at));
    for (size_t i = 0; i < DEP_COUNT(parts); i++) {
        if (!parts[i])
            continue;
        dep_buf_add_byte(writer->out, ':');
        add_escaped(writer->out, parts[i]);
    }
}

static bool same_reporter(const struct writer *writer, size_t a, size_t b)
{
    const struct dep_flow *flows = writer->campaign->flows;
    return flows[a].side == flows[b].side &&
           strcmp(reporter_of(writer, &flows[a]), reporter_of(writer, &flows[b])) == 0;
}

/* A payment stands in the activity of its parent, where that is the same reporter's. */
static bool stands_with_parent(const struct writer *writer, size_t at)
{
    size_t parent = writer->parent[at];
    return parent != DEP_IMPORT_NONE && writer->campaign->flows[at].kind == DEP_FLOW_PAYMENT &&
           same_reporter(writer, at, parent);
}

static void add_organisation(struct dep_buf *out, const char *element, const char *ref)
{
    dep_buf_addf(out, "<%s", element);
    add_attribute(out, "ref", ref);
    dep_buf_add_string(out, "/>\n");
}

/* What IATI has no word for, in a namespace of its own as the standard allows. */
static void add_ours(struct dep_buf *out, const json_t *claims)
{
    const json_t *earmark = dep_json_object(claims, "earmark");
    const json_t *rate = dep_json_object(claims, "rate"), *source = dep_json_object(rate, "source");
    if (earmark) {
        dep_buf_add_string(out, "<d:earmark");
        add_attribute(out, "xml:lang", dep_json_string(earmark, "lang"));
        dep_buf_add_byte(out, '>');
        add_escaped(out, dep_json_string(earmark, "text"));
        dep_buf_add_string(out, "</d:earmark>\n");
    }
    if (rate) {
        dep_buf_add_string(out, "<d:rate");
        add_attribute(out, "currency", dep_json_string(rate, "currency"));
        add_attribute(out, "value", dep_json_string(rate, "value"));
        add_attribute(out, "on", dep_json_string(rate, "on"));
        add_attribute(out, "qualifier", dep_json_string(rate, "qualifier"));
        add_attribute(out, "xml:lang", dep_json_string(source, "lang"));
        dep_buf_add_byte(out, '>');
        add_escaped(out, source ? dep_json_string(source, "text") : "");
        dep_buf_add_string(out, "</d:rate>\n");
    }
}

static const char *code_of(const struct writer *writer, const struct dep_flow *flow, size_t at)
{
    const char *side = flow->side == DEP_SIDE_OF_RECEIVER ? "receiver" : "provider";
    for (size_t i = 0; i < IATI_TYPES; i++)
        if (strcmp(IATI_TYPE[i].kind, kind_of(writer, at)) == 0 &&
            strcmp(IATI_TYPE[i].side, side) == 0)
            return IATI_TYPE[i].code;
    return NULL; /* there is one for each */
}

static void add_transaction(const struct writer *writer, size_t at)
{
    const json_t *claims = claims_of(writer, at), *comment = dep_json_object(claims, "comment");
    const struct dep_flow *flow = &writer->campaign->flows[at];
    const char *on = dep_json_string(claims, "on"), *line = dep_json_string(claims, "line");
    const char *rate_on = dep_json_string(dep_json_object(claims, "rate"), "on");
    struct dep_buf *out = writer->out;
    dep_buf_add_string(out, "<transaction");
    add_attribute(out, "ref", flow->reference);
    add_attribute(out, "d:reference", flow->reference);
    add_attribute(out, "d:fiscal-year", dep_json_string(claims, "fiscal_year"));
    dep_buf_addf(out, ">\n<transaction-type code=\"%s\"/>\n<transaction-date iso-date=\"%s\"/>\n",
                 code_of(writer, flow, at), on);
    dep_buf_add_string(out, "<value");
    add_attribute(out, "currency", flow->currency);
    add_attribute(out, "value-date", is_day(rate_on) ? rate_on : on);
    dep_buf_addf(out, ">%s</value>\n", dep_json_string(claims, "amount"));
    if (comment)
        add_narrative(out, "description", dep_json_string(comment, "text"),
                      dep_json_string(comment, "lang"));
    add_organisation(out, "provider-org", flow->provider);
    add_organisation(out, "receiver-org", flow->receiver);
    if (line) {
        dep_buf_add_string(out, "<sector vocabulary=\"99\" vocabulary-uri=\"" IATI_LINES "\"");
        add_attribute(out, "code", line);
        dep_buf_add_string(out, "/>\n");
    }
    add_ours(out, claims);
    dep_buf_add_string(out, "</transaction>\n");
}

/* ---- activities ---- */

static void add_head(const struct writer *writer, size_t at)
{
    const struct dep_flow *flow = &writer->campaign->flows[at];
    struct dep_buf *out = writer->out;
    dep_buf_add_string(out, "<iati-activity>\n<iati-identifier>");
    add_identifier(writer, at);
    dep_buf_add_string(out, "</iati-identifier>\n<reporting-org type=\"90\"");
    add_attribute(out, "ref", reporter_of(writer, flow));
    if (flow->side == DEP_SIDE_OF_OTHER)
        add_attribute(out, "secondary-reporter", "1");
    dep_buf_add_string(out, "><narrative xml:lang=\"zxx\">");
    add_escaped(out, reporter_of(writer, flow));
    dep_buf_add_string(out, "</narrative></reporting-org>\n");
    add_narrative(out, "title", writer->title, writer->title_lang);
    add_narrative(out, "description", flow->reference, "zxx");
    dep_buf_add_string(out, "<participating-org role=\"1\"");
    add_attribute(out, "ref", flow->provider);
    dep_buf_add_string(out, "/>\n<participating-org role=\"4\"");
    add_attribute(out, "ref", flow->receiver);
    dep_buf_addf(out,
                 "/>\n<activity-status code=\"2\"/>\n<activity-date type=\"2\" iso-date=\"%s\"/>\n",
                 dep_json_string(claims_of(writer, at), "on"));
}

/* The flow, the payments that stand with it, and of what it is a part. */
static void add_activity(const struct writer *writer, size_t at)
{
    size_t parent = writer->parent[at];
    add_head(writer, at);
    add_transaction(writer, at);
    for (size_t i = writer->first[at]; i != DEP_IMPORT_NONE; i = writer->next[i])
        if (can_be_written(writer, i) && stands_with_parent(writer, i))
            add_transaction(writer, i);
    if (parent != DEP_IMPORT_NONE) {
        dep_buf_add_string(writer->out, "<related-activity type=\"1\" ref=\"");
        add_identifier(writer, parent);
        dep_buf_add_string(writer->out, "\"/>\n");
    }
    dep_buf_add_string(writer->out, "</iati-activity>\n");
}

struct named {
    const char *id;
    size_t at;
};

static int compare_named(const void *left, const void *right)
{
    return strcmp(((const struct named *)left)->id, ((const struct named *)right)->id);
}

/* Where the parent isn't written, its flow as another side has it; where none is, what that flow is
 * of: what is paid of it must not come to stand beside it. A pledge is of nothing. */
static size_t nearest_written(const struct writer *writer, size_t at)
{
    while (at != DEP_IMPORT_NONE && !can_be_written(writer, at)) {
        size_t other = writer->written[writer->campaign->flows[at].counted_by];
        at = other != DEP_IMPORT_NONE ? other : writer->parent[at];
    }
    return at;
}

static int name_parents(struct writer *writer)
{
    const struct dep_campaign *campaign = writer->campaign;
    size_t count = campaign->count;
    DEP_AUTO_FREE struct named *named = dep_alloc_array(count + 1, sizeof *named);
    if (!named)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        named[i] = (struct named){campaign->flows[i].id, i};
    qsort(named, count, sizeof *named, compare_named);
    for (size_t i = 0; i < count; i++) {
        const struct named key = {.id = campaign->flows[i].parent};
        const struct named *found =
            key.id ? bsearch(&key, named, count, sizeof key, compare_named) : NULL;
        bool before = found && campaign->flows[found->at].kind < campaign->flows[i].kind;
        writer->parent[i] = before ? found->at : DEP_IMPORT_NONE;
    }
    return DEP_OK;
}

/* What the flow at `at` is part of may be named by an entry alone that isn't written: then the one
 * that is written for it names it. */
static void name_for_flow(const struct writer *writer, size_t at)
{
    const struct dep_flow *flows = writer->campaign->flows;
    size_t entry = writer->written[at];
    if (!flows[at].part_of || entry == DEP_IMPORT_NONE)
        return;
    size_t of = nearest_written(writer, (size_t)(flows[at].part_of - flows));
    size_t named = writer->parent[entry];
    if (of != DEP_IMPORT_NONE && (named == DEP_IMPORT_NONE || flows[named].kind < flows[of].kind))
        writer->parent[entry] = of;
}

/* Who is whose, once for all; children in the order of the log. */
static int relate(struct writer *writer)
{
    const struct dep_campaign *campaign = writer->campaign;
    size_t count = campaign->count;
    writer->parent = dep_alloc_array(count + 1, 4 * sizeof *writer->parent);
    if (!writer->parent)
        return DEP_ERR_NOMEM;
    writer->first = writer->parent + count;
    writer->next = writer->first + count;
    writer->written = writer->next + count;
    for (size_t i = 0; i < count; i++)
        writer->first[i] = writer->next[i] = writer->written[i] = DEP_IMPORT_NONE;
    int err = name_parents(writer);
    for (size_t i = count; !err && i-- > 0;)
        if (can_be_written(writer, i))
            writer->written[campaign->flows[i].counted_by] = i;
    /* A parent is of a kind before: what it is of itself is found before it is replaced. */
    for (int kind = DEP_FLOW_PAYMENT; !err && kind >= DEP_FLOW_PLEDGE; kind--) {
        for (size_t i = 0; i < count; i++)
            if ((int)campaign->flows[i].kind == kind)
                writer->parent[i] = nearest_written(writer, writer->parent[i]);
        for (size_t i = 0; i < count; i++)
            if ((int)campaign->flows[i].kind == kind)
                name_for_flow(writer, i);
    }
    for (size_t i = count; !err && i-- > 0;) {
        if (writer->parent[i] == DEP_IMPORT_NONE)
            continue;
        writer->next[i] = writer->first[writer->parent[i]];
        writer->first[writer->parent[i]] = i;
    }
    return err;
}

static void name_campaign(struct writer *writer)
{
    const json_t *claims = writer->campaign->opened.claims;
    const json_t *called = json_array_get(dep_json_array(claims, "called"), 0);
    writer->title = called ? dep_json_string(called, "text") : dep_json_string(claims, "code");
    writer->title_lang = called ? dep_json_string(called, "lang") : NULL;
}

int dep_iati_write(const struct dep_campaign *campaign, const char *self, int64_t now_s,
                   struct dep_buf *out, size_t *out_left, struct dep_finding *why)
{
    struct writer writer = {.campaign = campaign, .self = self, .out = out};
    char now[21];
    size_t left = 0;
    int err = relate(&writer);
    name_campaign(&writer);
    dep_time_encode(now_s, now);
    dep_buf_addf(out,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<iati-activities version=\"2.03\" "
                 "generated-datetime=\"%s\" xmlns:d=\"" IATI_NAMESPACE "\">\n",
                 now);
    for (size_t i = 0; !err && i < campaign->count; i++) {
        if (!can_be_written(&writer, i))
            left++;
        else if (!stands_with_parent(&writer, i))
            add_activity(&writer, i);
    }
    dep_buf_add_string(out, "</iati-activities>\n");
    free(writer.parent);
    if (err || dep_buf_err(out))
        return err ? err : dep_buf_err(out);
    *out_left = left;
    return left < campaign->count ? DEP_OK
                                  : dep_found(why, "iati.empty", "IATI 2.03 iati-activities", 0);
}
