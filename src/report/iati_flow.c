#include "report/iati_impl.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

const struct iati_type IATI_TYPE[IATI_TYPES] = {
    {"12", "pledge", "provider"},     {"13", "pledge", "receiver"}, {"2", "commitment", "provider"},
    {"11", "commitment", "receiver"}, {"3", "payment", "provider"}, {"1", "payment", "receiver"},
    {"4", "payment", "provider"}, /* expenditure: paid for goods, rather than to a partner */
};

const char *iati_text(const struct iati_said *said, enum iati_slot slot)
{
    return said->slot[slot].len ? (const char *)said->slot[slot].data : "";
}

const struct iati_type *iati_type_of(const struct iati_said *said)
{
    for (size_t i = 0; i < IATI_TYPES; i++)
        if (strcmp(IATI_TYPE[i].code, iati_text(said, IATI_CODE)) == 0)
            return &IATI_TYPE[i];
    return NULL;
}

/* ---- numbers and dates, as XML writes them ---- */

/* xsd:decimal as ours: no plus, no needless zero, a digit before the point. What is none stays as
 * it is, for the schema to refuse. */
static void plain_decimal(const char *text, char *out, size_t room)
{
    const char *at = text + strspn(text, " \t\r\n");
    size_t len = strcspn(at, " \t\r\n");
    bool minus = *at == '-';
    if (*at == '+' || *at == '-')
        at++, len--;
    size_t whole = strspn(at, "0123456789");
    size_t fraction = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;
    bool point = at[whole] == '.';
    if (whole + fraction == 0 || whole + point + fraction != len || len + 3 > room ||
        at[len + strspn(at + len, " \t\r\n")]) {
        (void)snprintf(out, room, "%s", text);
        return;
    }
    size_t zeros = strspn(at, "0");
    zeros = zeros < whole ? zeros : whole;
    bool zero = strspn(at, "0.") == len;
    (void)snprintf(out, room, "%s%s%.*s%s%.*s", minus && !zero ? "-" : "",
                   zeros == whole ? "0" : "", (int)(whole - zeros), at + zeros, fraction ? "." : "",
                   (int)fraction, at + whole + 1);
}

/* xsd:date without its zone: a day is one, wherever it was. */
static void plain_date(const char *text, char *out, size_t room)
{
    enum { DAY = 10 };
    const char *zone = strlen(text) > DAY ? text + DAY : "";
    bool zoned = strcmp(zone, "Z") == 0 || (strlen(zone) == 6 && strchr("+-", zone[0]));
    (void)snprintf(out, room, "%.*s", zoned ? DAY : (int)room - 1, text);
}

/* ---- the flow's reference ---- */

void iati_sameness(const struct iati_said *said, struct dep_hash *out)
{
    static const enum iati_slot slots[] = {IATI_IDENTIFIER, IATI_CODE,           IATI_DATE,
                                           IATI_VALUE,      IATI_VALUE_CURRENCY, IATI_PROVIDER,
                                           IATI_RECEIVER};
    struct dep_sha256_stream stream;
    dep_sha256_start(&stream);
    for (size_t i = 0; i < DEP_COUNT(slots); i++)
        dep_sha256_add(&stream, iati_text(said, slots[i]), strlen(iati_text(said, slots[i])) + 1);
    dep_sha256_finish(&stream, out);
}

/* Activity and ref, where they make a code; else a digest of both. A transaction without a ref is
 * known again by what it says, and by how many before it say the same. */
static void reference_of(const struct iati_said *said, size_t occurrence,
                         char out[DEP_CODE_LEN_MAX + 1], bool *out_digested)
{
    enum { SHORT = 8, LONG = 16 };
    struct dep_hash hash;
    char ref[DEP_IATI_TEXT_MAX / 4], hex[2 * LONG + 1], joined[DEP_IATI_TEXT_MAX / 2];
    (void)snprintf(ref, sizeof ref, "%s", iati_text(said, IATI_REF));
    if (!ref[0]) {
        iati_sameness(said, &hash);
        dep_hex_encode(hash.bytes, SHORT, hex);
        (void)snprintf(ref, sizeof ref, "%s-%zu", hex, occurrence + 1);
    }
    int len = snprintf(joined, sizeof joined, "%s.%s", iati_text(said, IATI_IDENTIFIER), ref);
    *out_digested = !dep_code_valid(dep_slice_string(joined));
    if (!*out_digested) {
        (void)snprintf(out, DEP_CODE_LEN_MAX + 1, "%.*s", DEP_CODE_LEN_MAX, joined);
        return;
    }
    dep_sha256(dep_slice_of(joined, (size_t)len < sizeof joined ? (size_t)len : sizeof joined - 1),
               &hash);
    dep_hex_encode(hash.bytes, LONG, hex);
    (void)snprintf(out, DEP_CODE_LEN_MAX + 1, "iati-%s", hex);
}

/* ---- claims ---- */

static bool set(json_t *claims, const char *name, const char *value)
{
    return !*value || json_object_set_new(claims, name, json_string(value)) == 0;
}

/* A text with its language, that of the activity where it states none. */
static bool set_text(json_t *claims, const char *name, const struct iati_said *said,
                     enum iati_slot text, enum iati_slot lang)
{
    const char *language = iati_text(said, lang);
    if (!*iati_text(said, text))
        return true;
    if (!*language)
        language = iati_text(said, IATI_LANG);
    if (!dep_lang_valid(dep_slice_string(language)))
        language = "und";
    return json_object_set_new(
               claims, name,
               json_pack("{s:s,s:s}", "text", iati_text(said, text), "lang", language)) == 0;
}

static bool set_rate(json_t *claims, const struct iati_said *said)
{
    if (!*iati_text(said, IATI_RATE_VALUE))
        return true;
    json_t *rate = json_object();
    bool done = rate && set(rate, "currency", iati_text(said, IATI_RATE_CURRENCY)) &&
                set(rate, "value", iati_text(said, IATI_RATE_VALUE)) &&
                set(rate, "on", iati_text(said, IATI_RATE_ON)) &&
                set(rate, "qualifier", iati_text(said, IATI_RATE_IS)) &&
                set_text(rate, "source", said, IATI_RATE_SOURCE, IATI_RATE_LANG);
    return json_object_set_new(claims, "rate", done ? rate : (json_decref(rate), NULL)) == 0;
}

/* Who provides and who receives: where one is left out, on its own side it is who reports. */
static bool set_parties(json_t *claims, const struct iati_said *said, const struct iati_type *type)
{
    const char *provider = iati_text(said, IATI_PROVIDER);
    const char *receiver = iati_text(said, IATI_RECEIVER);
    bool outgoing = strcmp(type->side, "provider") == 0;
    if (!*provider && outgoing)
        provider = iati_text(said, IATI_REPORTER);
    if (!*receiver && !outgoing)
        receiver = iati_text(said, IATI_REPORTER);
    return set(claims, "provider", provider) && set(claims, "receiver", receiver);
}

json_t *iati_claims(const struct iati_said *said, const struct iati_type *type, size_t occurrence,
                    bool *out_digested)
{
    char amount[256], on[64], reference[DEP_CODE_LEN_MAX + 1];
    const char *secondary = iati_text(said, IATI_SECONDARY);
    bool other = strcmp(secondary, "1") == 0 || strcmp(secondary, "true") == 0;
    const char *currency = iati_text(said, IATI_VALUE_CURRENCY);
    const char *own = iati_text(said, IATI_REFERENCE);
    json_t *claims = json_object();
    *out_digested = false;
    plain_decimal(iati_text(said, IATI_VALUE), amount, sizeof amount);
    plain_date(iati_text(said, IATI_DATE), on, sizeof on);
    if (!*own)
        reference_of(said, occurrence, reference, out_digested);
    bool done =
        claims && set(claims, "kind", type->kind) &&
        set(claims, "side", other ? "other" : type->side) && set_parties(claims, said, type) &&
        set(claims, "reference", *own ? own : reference) && set(claims, "qualifier", "exact") &&
        set(claims, "on", on) && set(claims, "amount", amount) &&
        set(claims, "currency", *currency ? currency : iati_text(said, IATI_CURRENCY)) &&
        set(claims, "line", iati_text(said, IATI_LINE)) &&
        set(claims, "fiscal_year", iati_text(said, IATI_YEAR)) && set_rate(claims, said) &&
        set_text(claims, "comment", said, IATI_COMMENT, IATI_COMMENT_LANG) &&
        set_text(claims, "earmark", said, IATI_EARMARK, IATI_EARMARK_LANG);
    if (!done) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}
