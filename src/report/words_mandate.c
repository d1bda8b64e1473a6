/*
 * What a record of the mandate must satisfy (doc/format/mandate.md), in words.
 */
#include "report/words_impl.h"

#define N_(text) text

const struct words_entry WORDS_MANDATE[] = {
    {"ledger.campaign",
     N_("one campaign has to be named, by its code or the id of its record: there "
        "is none of this name, or more than one")},
    {"ledger.range", N_("amounts beyond what can be added up exactly: look for one with too many "
                        "digits")},
    {"ledger.unread",
     N_("what its campaign states can’t be read here, so nothing can be added up")},
    {"mandate.again", N_("this was recorded already, as the record in brackets: a reaffirmation is "
                         "no new commitment")},
    {"mandate.amount",
     N_("an amount is digits, with a point before the decimals and no other sign: at "
        "most 18 digits before the point and 9 behind it (in brackets: an example)")},
    {"mandate.amount.disclosed", N_("what isn’t disclosed has no amount")},
    {"mandate.amount.missing",
     N_("an amount is missing; one that isn’t known is stated so (in brackets)")},
    {"mandate.attestation", N_("what this register didn’t see happen is attested by the "
                               "depositary, who states what was seen")},
    {"mandate.authentic",
     N_("an authentic language has the fingerprint of its text, and no translation")},
    {"mandate.bound", N_("not bound by this (in brackets: who is)")},
    {"mandate.closed", N_("it is closed; what is closed can only be reopened, with a reason")},
    {"mandate.code", N_("no such code is stated for that time (in brackets: those that are; record "
                        "code.stated states one)")},
    {"mandate.code.again", N_("this code already stands in its list at that time")},
    {"mandate.consent",
     N_("consent to share is given where a consent is recorded, and only there (--source)")},
    {"mandate.count", N_("either one member or only their number")},
    {"mandate.currency",
     N_("a currency is three letters of ISO 4217, in capitals (in brackets: examples)")},
    {"mandate.decision", N_("in its own cause this register only records what another decided: the "
                            "fingerprint of that decision is missing")},
    {"mandate.delay", N_("published no sooner than 24 hours after it happened")},
    {"mandate.drawn", N_("this code is drawn by the program, never chosen")},
    {"mandate.earlier", N_("what was adopted earlier reaffirms nothing that came after it (in "
                           "brackets: when that was adopted)")},
    {"mandate.empty", N_("nothing is stated here, and something must be")},
    {"mandate.evidence", N_("what is closed as done names a record that shows it, other than the "
                            "statement itself or a rendering of it (--source)")},
    {"mandate.final", N_("a record of this type is never replaced: what was first reported stays, "
                         "and a further record says what is different")},
    {"mandate.flow.same", N_("provider and receiver are one: nothing flows")},
    {"mandate.formation", N_("another formation than that of the meeting (in brackets)")},
    {"mandate.future", N_("it hasn’t happened yet")},
    {"mandate.harmed",
     N_("of killing, maiming, recruitment, sexual violence and abduction the victims are counted, "
        "of attacks and denials the violations: one or the other")},
    {"mandate.instrument", N_("an instrument is written in its one canonical form (in brackets)")},
    {"mandate.live", N_("this would show where somebody is: an exact place is recorded a day "
                        "after, a coarse one at once (in brackets: metres)")},
    {"mandate.member", N_("no member of it at that time (in brackets: who is)")},
    {"mandate.month", N_("no finer than a month (in brackets)")},
    {"mandate.negative", N_("below zero: only a payment may be, where it is paid back")},
    {"mandate.open", N_("it isn’t closed, so there is nothing to reopen")},
    {"mandate.order", N_("it ends before it begins")},
    {"mandate.original", N_("of the same text it was said whether it is held (in brackets)")},
    {"mandate.own", N_("a commitment isn’t reaffirmed by the statement in which it was made")},
    {"mandate.paid_back",
     N_("what was paid back is exact or about so much: “more than” it would be "
        "read two ways")},
    {"mandate.paragraph", N_("the statement has no such paragraph (in brackets: those it has)")},
    {"mandate.parent",
     N_("a commitment keeps a pledge, a payment a commitment or a pledge: of the same "
        "provider, in the same campaign (in brackets: what stands there)")},
    {"mandate.partner", N_("a member is no partner: what members have, a partner doesn’t")},
    {"mandate.party", N_("who is concerned, or may be, doesn’t assess")},
    {"mandate.period", N_("an allocation is a total over a month or more")},
    {"mandate.place",
     N_("latitude and longitude stand together, in degrees: from -90 to 90, and from -180 "
        "to 180")},
    {"mandate.precision",
     N_("more exact than the precision stated, or than 100 m (in brackets: what would do)")},
    {"mandate.rate",
     N_("a rate is above zero, and leads from the currency of an amount to another one")},
    {"mandate.reaffirms",
     N_("this paragraph reaffirms an earlier statement: record commitment.reaffirmed")},
    {"mandate.reason", N_("this needs to be stated: why, or how it goes on")},
    {"mandate.reduces",
     N_("only the date or the place, and both no other than as they are known, but less exact (in "
        "brackets: what would do)")},
    {"mandate.ref.absent",
     N_("the record it refers to is not in this register, or not with this fingerprint")},
    {"mandate.ref.corrected", N_("the record it refers to was corrected: refer to the newer one")},
    {"mandate.ref.count", N_("it has to refer to a record of the type in brackets, to one of each "
                             "at most (--about, --source)")},
    {"mandate.ref.other",
     N_("it can’t refer to a record of this type so (in brackets: to which it can)")},
    {"mandate.repeated", N_("this stands here twice")},
    {"mandate.revision", N_("a revision is of the kind and the provider of what it revises (in "
                            "brackets: those): revise "
                            "that to zero, and record the other anew")},
    {"mandate.room", N_("adopted in the room only by who was present at the meeting it refers to")},
    {"mandate.side",
     N_("a signature is the own member’s, or on paper with the fingerprint of the scan")},
    {"mandate.silence",
     N_("silence is consent only when its procedure has ended, and nobody’s before")},
    {"mandate.sources", N_("at least one source, graded")},
    {"mandate.text", N_("the text stands where it is held, in its authentic languages and no "
                        "other; what else there is, is a rendering (statement.rendered)")},
    {"mandate.unread", N_("what it refers to can’t be read here, so it can’t be judged")},
    {"timeline.many", N_("more events than are put in order at once (in brackets: how many are): "
                         "name a shorter time with --from and --to")},
};
const size_t WORDS_MANDATE_COUNT = sizeof WORDS_MANDATE / sizeof WORDS_MANDATE[0];
