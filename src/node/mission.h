/*
 * Missions: where one stands, and that it ended. Recording one: node/release.h.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_MISSION_H
#define DEP_NODE_MISSION_H
#include "node/act.h"

/*
 * `state`, the first that applies:
 *   "mission.ended"    an officer recorded that it ended
 *   "mission.over"     its interval is over, and with it what the consents covered; whether it went
 *                      on nobody said
 *   "mission.unread"   this officer can't read all that would tell
 *   "mission.lapsed"   what is left of it, judged now as if it began now, isn't covered: a consent
 *                      was withdrawn or grew stale, or the charter in force asks for something else
 *   "begins_later", "in_force"
 */
struct dep_mission_now {
    const struct dep_act *act;
    const char *state;
    int64_t from_s, to_s; /* of its interval */
};
/* Every mission that shows and can be read, oldest first; newest first where a page is shown
 * (dep_node_show_pages()). `each` other than 0 stops and is returned. */
typedef int dep_mission_fn(void *context, const struct dep_mission_now *now);
DEP_MUST_USE int dep_node_missions(struct dep_node *node, dep_mission_fn *each, void *context,
                                   struct dep_problem *problem);
/* Where one stands; `state` NULL where it can't be read. Borrows from `act`. */
DEP_MUST_USE int dep_node_mission_now(struct dep_node *node, const struct dep_act *act,
                                      struct dep_mission_now *out, struct dep_problem *problem);
/* mission.ended about it, `claims` its fields. Judged under the lock: "mission.again" (it was
 * recorded that it ended), "mission.future" (a moment that is still to come), "stated.time". */
DEP_MUST_USE int dep_node_mission_end(struct dep_node *node, const char *mission, json_t *claims,
                                      struct dep_done *out, struct dep_problem *problem);
#endif
