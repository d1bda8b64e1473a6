/*
 * Request, consent, withdrawal, release and receipt among three members: a host State, the holder of
 * an item, and its recipient, who may pass it on. tests/model/run says what is asked of this model.
 *
 * Format:  doc/format/consent.md ("Order", "Notices"), doc/format/rules.md, doc/format/package.md.
 *
 * The network is the worst there is. What was sent once may be taken at any time after, in any order,
 * any number of times, or never: `sent_*` is only ever set, and taking is a choice. So each run with
 * loss, duplication and reordering, however much of them, is a run of this model.
 *
 * A member's register outlives it; what isn't a record doesn't. Variables are records, named after
 * their types, and each step of a process is one commit: what it sends, it sends after that.
 *
 *   model                          record or code
 *   request_out, request[r]        request.made: the holder asks the host State, the recipient asks for release r
 *   consent[c]                     consent.given in the host State's log; consent 0 is for `release` and `onward`, 1 for `release`
 *   withdrawal[c]                  consent.withdrawn about it
 *   lapsed[c]                      its terms.in_force.to has passed
 *   has_consent[c]                 the holder took it in (foreign.received); a fact of the judge, has_withdrawal[c] ends it
 *   state[r] = RELEASE_PREPARED    release.prepared ... RELEASE_MADE, RELEASE_REFUSED
 *   by[r]                          the record that meets consent.host in the verdict of release.made
 *   notice[r]                      release.withdrawn about it
 *   receipt[r], acknowledgement_*  foreign.received of the other side, taken in
 *   taken[r], noticed[r]           foreign.received of the recipient: of the release, of the notice
 *   onward[r]                      release.made with `action` onward in the recipient's log
 *   DEP_MET ...                    enum dep_met of src/rules/judge.h
 *
 * Left out, for they change nothing between members: approvals, assurances, other requirements, clocks that differ.
 */
#ifndef CONSENTS
#define CONSENTS 2
#endif
#ifndef RELEASES
#define RELEASES 2
#endif
#ifndef W
#define W 0 /* the consent and the release that the liveness properties are about */
#endif
#ifndef R
#define R 0
#endif
#define NOBODY 255

mtype = { NOT_ASKED, REQUEST_MADE, RELEASE_PREPARED, RELEASE_MADE, RELEASE_REFUSED };
mtype = { DEP_MET, DEP_MISSING_ABSENT, DEP_MISSING_SCOPE, DEP_MISSING_LAPSED, DEP_MISSING_WITHDRAWN };

/* ---- what is in the registers ---- */
bool request_heard, consent[CONSENTS], withdrawal[CONSENTS], acknowledgement_host[CONSENTS]; /* host State */
bool request_out, has_consent[CONSENTS], has_withdrawal[CONSENTS];                           /* holder */
mtype state[RELEASES] = NOT_ASKED;
byte by[RELEASES] = NOBODY;
bool receipt[RELEASES], notice[RELEASES], acknowledgement_holder[RELEASES];
bool request[RELEASES], taken[RELEASES], noticed[RELEASES], onward[RELEASES]; /* recipient */
bool lapsed[CONSENTS];                                                       /* time passes alike for all */

/* ---- packages on their way ---- */
bool sent_consent[CONSENTS], sent_withdrawal[CONSENTS];                   /* host State to holder */
bool sent_request_out, sent_acknowledgement_host[CONSENTS];               /* holder to host State */
bool sent_release[RELEASES], sent_notice[RELEASES];                       /* holder to recipient */
bool sent_request[RELEASES], sent_receipt[RELEASES], sent_acknowledgement_holder[RELEASES]; /* and back */

/* ---- what the properties look at and no member does ---- */
bool heard_withdrawal[CONSENTS]; /* the holder got that package, whatever it made of it */
bool heard_notice[RELEASES];     /* the recipient got it */
byte made_count[RELEASES], taken_count[RELEASES], receipt_count[RELEASES];
#ifdef LIVENESS
mtype = { OTHER, HOST_HEARS, HOST_HEARS_AND_SENDS, HOLDER_TAKES, HOLDER_HEARS, HOLDER_HEARS_AND_SENDS, RECIPIENT_TAKES };
mtype event = OTHER; /* the last step, of those that concern consent W and release R */
#define EVENT(what) event = what
#else
#define EVENT(what) skip
#endif
#ifdef SEEN
#define REACHED(place, condition) if :: (SEEN == place) && (condition) -> assert(false) :: else fi
#else
#define REACHED(place, condition) skip
#endif

/* ---- judge: consent.host for `release`, over what was heard ---- */
inline judge_one(c, out)
{
    if
    :: !has_consent[c] -> out = DEP_MISSING_ABSENT
#ifndef FAULT_WITHDRAWAL_IGNORED
    :: has_consent[c] && has_withdrawal[c] -> out = DEP_MISSING_WITHDRAWN
#endif
#ifndef FAULT_LAPSE_IGNORED
    :: has_consent[c] && !has_withdrawal[c] && lapsed[c] -> out = DEP_MISSING_LAPSED
#endif
    :: else -> out = DEP_MET
    fi
}

/* Of several the one with the lowest index. */
inline judge(out_by)
{
    out_by = NOBODY;
    for (i : 0 .. CONSENTS - 1) {
        judge_one(i, met);
        if :: met == DEP_MET && out_by == NOBODY -> out_by = i :: else fi
    }
    met = DEP_MET;
    i = 0
}

/* ---- host State: one process a consent ---- */

/* Who is heard from is answered with what they have not acknowledged. */
inline host_hears()
{
    EVENT(HOST_HEARS);
#ifndef FAULT_SENT_ONCE
    for (i : 0 .. CONSENTS - 1) {
        if
        :: withdrawal[i] && !acknowledgement_host[i] ->
            sent_withdrawal[i] = true;
            if :: i == W -> EVENT(HOST_HEARS_AND_SENDS) :: else fi
        :: else
        fi
    }
    i = 0
#endif
}

proctype host_state(byte c)
{
    byte i;
end:
    do
    :: atomic { sent_request_out -> request_heard = true; host_hears() }
    :: atomic { request_heard && !consent[c] -> consent[c] = true; sent_consent[c] = true; EVENT(OTHER) }
    :: atomic { consent[c] && !withdrawal[c] -> withdrawal[c] = true; sent_withdrawal[c] = true; EVENT(OTHER) }
    :: atomic { consent[c] && !lapsed[c] -> lapsed[c] = true; EVENT(OTHER) }
    :: atomic {
        sent_acknowledgement_host[c] ->
#ifdef FAULT_ACKNOWLEDGEMENT_OF_ANY
        for (i : 0 .. CONSENTS - 1) { acknowledgement_host[i] = true }
#else
        acknowledgement_host[c] = true;
#endif
        host_hears()
    }
    od
}

/* ---- holder: one process a consent, one a release ---- */

inline take_withdrawal(c)
{
    has_consent[c] = true; /* a package has with a withdrawal what it is about */
    has_withdrawal[c] = true;
    for (i : 0 .. RELEASES - 1) {
        if
#ifdef FAULT_NOTICE_IF_RECEIVED
        :: state[i] == RELEASE_MADE && by[i] == c && receipt[i] -> notice[i] = true; sent_notice[i] = true
#else
        :: state[i] == RELEASE_MADE && by[i] == c -> notice[i] = true; sent_notice[i] = true
#endif
        :: else
        fi
    }
    i = 0
}

proctype holder_consents(byte c)
{
    byte i;
end:
    do
    :: atomic { !request_out -> request_out = true; sent_request_out = true; EVENT(OTHER) }
    :: atomic {
        sent_consent[c] ->
        has_consent[c] = true;
#ifdef FAULT_LAST_HEARD_WINS
        has_withdrawal[c] = false;
#endif
        EVENT(OTHER)
    }
#ifdef FAULT_ACKNOWLEDGED_FIRST
    :: atomic { sent_withdrawal[c] -> sent_acknowledgement_host[c] = true; EVENT(OTHER) }
#endif
    :: atomic {
        sent_withdrawal[c] ->
        heard_withdrawal[c] = true;
        take_withdrawal(c);
        sent_acknowledgement_host[c] = true;
        if :: c == W -> EVENT(HOLDER_TAKES) :: else -> EVENT(OTHER) fi
    }
    od
}

inline holder_hears()
{
    EVENT(HOLDER_HEARS);
#ifndef FAULT_SENT_ONCE
    for (i : 0 .. RELEASES - 1) {
        if
        :: notice[i] && !acknowledgement_holder[i] ->
            sent_notice[i] = true;
            if :: i == R -> EVENT(HOLDER_HEARS_AND_SENDS) :: else fi
        :: else
        fi
    }
    i = 0
#endif
}

/* As far as heard a consent was in force, whatever the judge said; nobody made it up; and the host
 * State had not been told that the holder knows of its withdrawal. */
inline assert_consent(c)
{
    assert(c != NOBODY);
    assert(consent[c] && !heard_withdrawal[c] && !lapsed[c]);
    assert(!acknowledgement_host[c])
}

proctype holder_release(byte r)
{
    mtype met = DEP_MET;
    byte i;
end:
    do
    :: atomic {
        sent_request[r] ->
#ifdef FAULT_REQUEST_TWICE
        state[r] = REQUEST_MADE;
#else
        if :: state[r] == NOT_ASKED -> state[r] = REQUEST_MADE :: else fi;
#endif
        holder_hears()
    }
    :: atomic {
        state[r] == REQUEST_MADE ->
        state[r] = RELEASE_PREPARED;
        judge(by[r]);
#ifdef FAULT_SENT_BEFORE_COMMIT
        sent_release[r] = true;
#endif
        EVENT(OTHER)
    }
    :: atomic { /* the commit point: judged again under the register's lock */
        state[r] == RELEASE_PREPARED ->
        REACHED(1, by[r] == 0 && has_withdrawal[0]);
#ifdef FAULT_NO_JUDGE
        by[r] = 0;
#endif
#ifndef FAULT_JUDGED_ONCE
#ifndef FAULT_NO_JUDGE
        judge(by[r]);
#endif
#endif
        if
        :: by[r] != NOBODY ->
            assert_consent(by[r]);
            REACHED(2, withdrawal[by[r]]);
            REACHED(3, by[r] == 1 && has_withdrawal[0] && !lapsed[0]);
            state[r] = RELEASE_MADE;
            made_count[r]++;
            assert(made_count[r] == 1 && request[r]);
            sent_release[r] = true
        :: else
        fi;
        EVENT(OTHER)
    }
    :: atomic { state[r] == RELEASE_PREPARED -> state[r] = RELEASE_REFUSED; EVENT(OTHER) }
    :: atomic {
        sent_receipt[r] ->
        if
#ifdef FAULT_RECEIPT_TWICE
        :: true -> receipt[r] = true; receipt_count[r]++
#else
        :: !receipt[r] -> receipt[r] = true; receipt_count[r]++
#endif
        :: else
        fi;
        assert(receipt_count[r] <= 1 && state[r] == RELEASE_MADE);
        REACHED(4, true);
        holder_hears()
    }
    :: atomic {
        sent_acknowledgement_holder[r] ->
        acknowledgement_holder[r] = true;
        REACHED(5, true);
        holder_hears()
    }
    od
}

/* ---- recipient: one process a release ---- */

proctype recipient(byte r)
{
end:
    do
    :: atomic { !request[r] -> request[r] = true; sent_request[r] = true; EVENT(OTHER) }
    :: atomic {
        sent_release[r] ->
        assert(state[r] == RELEASE_MADE);
        if
#ifdef FAULT_TAKEN_TWICE
        :: true -> taken[r] = true; taken_count[r]++
#else
        :: !taken[r] -> taken[r] = true; taken_count[r]++
#endif
        :: else
        fi;
        assert(taken_count[r] == 1);
        REACHED(6, noticed[r]);
        sent_receipt[r] = true; /* the same receipt again, where it was taken before */
        EVENT(OTHER)
    }
    :: atomic {
        sent_notice[r] ->
        heard_notice[r] = true;
#ifdef FAULT_NOTICE_OF_UNKNOWN
        if :: taken[r] -> noticed[r] = true :: else fi;
#else
        noticed[r] = true; /* also where the release itself has not come: it may, later */
#endif
        sent_acknowledgement_holder[r] = true;
        if :: r == R -> EVENT(RECIPIENT_TAKES) :: else -> EVENT(OTHER) fi
    }
    :: atomic { /* passed on: judged by the recipient, with the consent that came in the package */
        taken[r] && !onward[r] &&
#ifndef FAULT_NOTICE_IGNORED
        !noticed[r] &&
#endif
#ifndef FAULT_SCOPE_IGNORED
        by[r] == 0 &&
#endif
        !lapsed[by[r]] ->
        assert(!heard_notice[r] && by[r] == 0);
        onward[r] = true;
        REACHED(7, true);
        EVENT(OTHER)
    }
    od
}

init
{
    byte i;
    atomic {
        for (i : 0 .. CONSENTS - 1) { run host_state(i); run holder_consents(i) }
        for (i : 0 .. RELEASES - 1) { run holder_release(i); run recipient(i) }
        i = 0
    }
}

#ifdef LIVENESS
/* Each withdrawal reaches each holder that is heard from again. A package that is sent again and
 * again arrives some time: without that nothing can be said of any network. */
#define host_hears_holder (event == HOST_HEARS || event == HOST_HEARS_AND_SENDS)
#define holder_hears_recipient (event == HOLDER_HEARS || event == HOLDER_HEARS_AND_SENDS)
ltl reaches_holder {
    ([]<> host_hears_holder && ([]<> (event == HOST_HEARS_AND_SENDS) -> []<> (event == HOLDER_TAKES)))
    -> [] (withdrawal[W] -> <> has_withdrawal[W])
}
ltl reaches_recipient {
    ([]<> holder_hears_recipient && ([]<> (event == HOLDER_HEARS_AND_SENDS) -> []<> (event == RECIPIENT_TAKES)))
    -> [] ((has_withdrawal[W] && state[R] == RELEASE_MADE && by[R] == W) -> <> noticed[R])
}
#endif
