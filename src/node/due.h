/*
 * What waits for somebody: the inbox, the outbox, and what falls due.
 *
 * Format:  doc/format/consent.md; retention: doc/format/charter.md section 1.
 * Layer:   node.
 * Reads:   with the officer's roles; what they may not read isn't there.
 */
#ifndef DEP_NODE_DUE_H
#define DEP_NODE_DUE_H
#include "node/node.h"

enum { DEP_DUE_MAX = 65536, DEP_DUE_DETAIL_MAX = 192 };

struct dep_due {
    const char *kind; /* a stable word, below */
    char record[DEP_UUID_LEN + 1], item[DEP_UUID_LEN + 1];
    int64_t when_s;                  /* deadline, end, or when it happened; INT64_MAX: none */
    char detail[DEP_DUE_DETAIL_MAX]; /* two parts, either may be empty: two blanks between them */
    size_t first_len;                /* of the first, in bytes */
};
struct dep_dues {
    struct dep_due *list; /* earliest first */
    size_t count;
    bool cut; /* there are more than were asked for */
};
void dep_dues_done(struct dep_dues *dues); /* wipes: details are protected values */
#define DEP_AUTO_DUES DEP_CLEANUP(dep_dues_done) struct dep_dues

/* "inbox.request" (of another's, not answered for good), "inbox.heard" (came in a package, and
 * isn't entered here yet; the record is the foreign.record), "inbox.consent", "inbox.assurance" (on
 * paper, another officer recorded it, this one may check it), "inbox.approval" (prepared by
 * another, this approver has not said anything yet), "inbox.mission" (its consents no longer cover
 * it), "inbox.mission_over" (its interval is over, and nobody recorded that it ended),
 * "inbox.allegation" (nobody assessed it, or it was reopened). At most the first `limit`
 * (UINT64_MAX: all). */
DEP_MUST_USE int dep_node_inbox(struct dep_node *node, uint64_t limit, struct dep_dues *out,
                                struct dep_problem *problem);
/* "outbox.request" (ours, not answered for good), "outbox.release" (made; when: that moment),
 * "outbox.sent" (a package; no receipt of it came), "outbox.notice" (a withdrawal of a release that
 * its recipient didn't acknowledge), "outbox.unreachable" (the same of a recipient who keeps no
 * register, and so can acknowledge on paper alone), "outbox.kept" (it acknowledged, and didn't say
 * yet that it erased what was withdrawn), "outbox.held" (it says that a legal hold keeps it),
 * "outbox.derived" (it erased it, and keeps what it made of it),
 * "outbox.passed_on" (it erased it, and not all of what it passed on is known to be). At most the
 * first `limit`; of what was made no more than the newest as many. */
DEP_MUST_USE int dep_node_outbox(struct dep_node *node, uint64_t limit, struct dep_dues *out,
                                 struct dep_problem *problem);
/*
 * Up to `until_s`, at most the first `limit` (UINT64_MAX: all):
 *   "due.request", "due.request_out"   deadline of a request in, of one out
 *   "due.consent", "due.assurance"     lapses
 *   "due.notice"      a release rests on a consent that was withdrawn since, here or by the member
 *                     that gave it, or on an item that its sender withdrew, and its withdrawal was
 *                     not recorded yet; detail: the item concerned, where it isn't all of it
 *   "due.mission"     its consents no longer cover what is left of it
 *   "due.mission_ends"    its interval ends, and with it what its consents cover
 *   "due.mission_over"    the same is past, and nobody recorded that it ended
 *   "due.urgency"     review of a release that invoked an urgent threat to life
 *   "due.retention"   the charter's period is over: keep, erase or return
 *   "due.withdrawn"   an item here whose sender withdrew it, not disposed of
 *   "due.answer"      such an item, erased, and its sender wasn't told, or what of it is left is
 *                     another number now; the record is the notice's
 *   "due.container"   an item disposed of whose container could not be removed
 *   "due.hold"        one of the two, but a legal hold is in force and wins
 *   "due.timestamp"   its certificate expires, and no later token covers the record of it
 *   "due.commitment", "due.action"    late: not closed after the latest day of its date
 *   "due.dispatch"    to be reviewed
 *   "due.erase"       reviewed, to be erased, and not erased yet
 */
DEP_MUST_USE int dep_node_due(struct dep_node *node, int64_t until_s, uint64_t limit,
                              struct dep_dues *out, struct dep_problem *problem);
#endif
