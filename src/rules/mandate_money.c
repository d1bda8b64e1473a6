/*
 * Campaigns, flows and allocations: what a record of money must satisfy by itself and beside its
 * parent. What counts in a total is the ledger's affair (rules/ledger.h).
 */
#include "codec/decimal.h"
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

enum { MONTH_S = 28 * 86400 };

static int judge_currency(const struct mandate *m, const char *where, const char *code)
{
    return dep_currency_places(dep_slice_string(code)) >= 0
               ? DEP_OK
               : mandate_bad(m, "mandate.currency", where, code, "ISO 4217: EUR, IQD, USD");
}

/* Finding "mandate.amount". */
static int read_decimal(const struct mandate *m, const char *where, const char *text,
                        struct dep_decimal *out)
{
    return dep_decimal_parse(dep_slice_string(text), out)
               ? DEP_OK
               : mandate_bad(m, "mandate.amount", where, text, "1000000.50");
}

/* An amount has a currency and says how exact it is; what isn't disclosed has none, and of what is
 * given in kind the words may be all there is. */
static int judge_amount(const struct mandate *m, const char *name, const char *in_kind,
                        struct dep_decimal *out)
{
    const char *amount = dep_json_string(m->claims, name);
    const char *currency = dep_json_string(m->claims, "currency");
    bool disclosed = !mandate_is(m->claims, "qualifier", "not_disclosed");
    char where[64];
    (void)snprintf(where, sizeof where, "/%s", name);
    if (!amount)
        return disclosed && !(in_kind && json_object_get(m->claims, in_kind))
                   ? mandate_bad(m, "mandate.amount.missing", where, "", "not_disclosed")
                   : DEP_OK;
    if (!disclosed)
        return mandate_bad(m, "mandate.amount.disclosed", "/qualifier", amount, "exact");
    if (!currency)
        return mandate_bad(m, "mandate.currency", "/currency", "", "ISO 4217: EUR, IQD, USD");
    return read_decimal(m, where, amount, out);
}

/* Is it above the figure, or more that was paid back? */
static int judge_paid_back(const struct mandate *m, struct dep_decimal amount)
{
    return amount.nano < 0 && mandate_is(m->claims, "qualifier", "more_than")
               ? mandate_bad(m, "mandate.paid_back", "/qualifier", "more_than", "about")
               : DEP_OK;
}

static int judge_no_less_than_zero(const struct mandate *m, const char *where,
                                   struct dep_decimal value)
{
    char text[DEP_DECIMAL_ROOM];
    return value.nano >= 0
               ? DEP_OK
               : mandate_bad(m, "mandate.negative", where, dep_decimal_encode(value, 0, text), "");
}

int mandate_campaign_opened(const struct mandate *m)
{
    struct dep_decimal goal = {0};
    struct dep_edtf_span from = mandate_now(m);
    (void)mandate_span(m->claims, "from", &from);
    int err = judge_currency(m, "/currency", dep_json_string(m->claims, "currency"));
    if (!err)
        err = judge_amount(m, "goal", NULL, &goal);
    if (!err)
        err = judge_no_less_than_zero(m, "/goal", goal);
    if (!err)
        err = mandate_in_order(m);
    if (!err && dep_json_string(m->claims, "line"))
        err = mandate_charter_code(m, DEP_LIST_LINES, "line", &from);
    return err;
}

/* ---- flows ---- */

static int judge_rate(const struct mandate *m)
{
    const json_t *rate = dep_json_object(m->claims, "rate");
    const char *currency = dep_json_string(m->claims, "currency");
    struct dep_decimal value = {0};
    struct dep_edtf_span on = mandate_now(m);
    if (!rate)
        return DEP_OK;
    if (!dep_json_string(m->claims, "amount"))
        return mandate_bad(m, "mandate.rate", "/rate", "", "");
    if (currency && mandate_is(rate, "currency", currency))
        return mandate_bad(m, "mandate.rate", "/rate/currency", currency, "");
    int err = judge_currency(m, "/rate/currency", dep_json_string(rate, "currency"));
    if (!err)
        err = read_decimal(m, "/rate/value", dep_json_string(rate, "value"), &value);
    if (!err && value.nano <= 0)
        err = mandate_bad(m, "mandate.rate", "/rate/value", dep_json_string(rate, "value"), "");
    if (!err && mandate_span(rate, "on", &on) && !mandate_has_come(m, &on))
        err = mandate_bad(m, "mandate.future", "/rate/on", dep_json_string(rate, "on"), "");
    return err;
}

/* What names the figure before as its parent is the revision's: so it stays what that was. */
static int judge_revision(const struct mandate *m)
{
    static const char *const kept[] = {"kind", "provider"};
    const struct dep_mandate_ref *before = mandate_ref(m, "supersedes", "flow.recorded");
    int err = before && !before->record.claims
                  ? mandate_bad(m, "mandate.unread", "/refs", before->record.id, "")
                  : DEP_OK;
    for (size_t i = 0; before && !err && i < DEP_COUNT(kept); i++) {
        const char *was = dep_json_string(before->record.claims, kept[i]);
        char where[64];
        (void)snprintf(where, sizeof where, "/%s", kept[i]);
        if (was && !mandate_is(m->claims, kept[i], was))
            err =
                mandate_bad(m, "mandate.revision", where, dep_json_string(m->claims, kept[i]), was);
    }
    return err;
}

static bool refers(const json_t *claims, const char *id)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        if (mandate_is(ref, "rel", "about") && mandate_is(ref, "id", id))
            return true;
    }
    return false;
}

/* Also where it was said of the campaign before it was corrected. */
static bool same_campaign(const json_t *claims, const struct dep_mandate_ref *campaign)
{
    bool same = refers(claims, campaign->record.id);
    for (size_t i = 0; i < campaign->before_count; i++)
        same = same || refers(claims, campaign->before[i]);
    return same;
}

/* A pledge, then the commitment that keeps it, then its payments: of one provider, in one
 * campaign. */
static int judge_parent(const struct mandate *m, const struct dep_mandate_ref *campaign)
{
    const struct dep_mandate_ref *parent = mandate_ref(m, "about", "flow.recorded");
    const char *kind = dep_json_string(m->claims, "kind");
    if (!parent)
        return DEP_OK;
    const json_t *of = parent->record.claims;
    const char *was = dep_json_string(of, "kind");
    bool follows = strcmp(was, "pledge") == 0
                       ? strcmp(kind, "pledge") != 0
                       : strcmp(was, "commitment") == 0 && strcmp(kind, "payment") == 0;
    if (!follows)
        return mandate_bad(m, "mandate.parent", "/kind", kind, was);
    if (!mandate_is(of, "provider", dep_json_string(m->claims, "provider")))
        return mandate_bad(m, "mandate.parent", "/provider", dep_json_string(m->claims, "provider"),
                           dep_json_string(of, "provider"));
    if (campaign && !same_campaign(of, campaign))
        return mandate_bad(m, "mandate.parent", "/refs", campaign->record.id, "");
    return DEP_OK;
}

int mandate_flow_recorded(const struct mandate *m)
{
    const struct dep_mandate_ref *campaign = mandate_ref(m, "about", "campaign.opened");
    const char *provider = dep_json_string(m->claims, "provider");
    bool payment = mandate_is(m->claims, "kind", "payment");
    const char *currency = dep_json_string(m->claims, "currency");
    struct dep_decimal amount = {0};
    struct dep_edtf_span on = mandate_now(m);
    (void)mandate_span(m->claims, "on", &on);
    int err = mandate_is(m->claims, "receiver", provider)
                  ? mandate_bad(m, "mandate.flow.same", "/receiver", provider, "")
                  : judge_amount(m, "amount", "in_kind", &amount);
    if (!err && currency)
        err = judge_currency(m, "/currency", currency);
    if (!err && !payment) /* what is paid back is a payment below zero */
        err = judge_no_less_than_zero(m, "/amount", amount);
    if (!err)
        err = judge_paid_back(m, amount);
    if (!err)
        err = judge_rate(m);
    if (!err)
        err = mandate_past(m, "on", &on);
    if (!err && dep_json_string(m->claims, "line"))
        err = mandate_charter_code(m, DEP_LIST_LINES, "line", &on);
    if (!err)
        err = judge_revision(m);
    return err ? err : judge_parent(m, campaign);
}

/* ---- allocations ---- */

/* A total over a month and more says nothing of where anything is. */
static int judge_period(const struct mandate *m)
{
    struct dep_edtf_span from, to;
    if (!mandate_span(m->claims, "from", &from) || !mandate_span(m->claims, "to", &to) ||
        from.earliest_s == INT64_MIN || to.earliest_s == INT64_MIN ||
        to.earliest_s < from.earliest_s || to.earliest_s - from.earliest_s < MONTH_S)
        return mandate_bad(m, "mandate.period", "/to", dep_json_string(m->claims, "to"), "");
    return DEP_OK;
}

int mandate_allocation_made(const struct mandate *m)
{
    const char *currency = dep_json_string(m->claims, "currency");
    struct dep_decimal amount = {0};
    struct dep_edtf_span from = mandate_now(m);
    (void)mandate_span(m->claims, "from", &from);
    int err = judge_amount(m, "amount", "what", &amount);
    if (!err && currency)
        err = judge_currency(m, "/currency", currency);
    if (!err)
        err = judge_no_less_than_zero(m, "/amount", amount);
    if (!err)
        err = judge_period(m);
    return err ? err : mandate_charter_code(m, DEP_LIST_LINES, "line", &from);
}
