/*
 * Keys of officers and devices: request, sign, import; enrolling, revoking; the key files.
 *
 * Format:  doc/format/register.md section 2.
 * Layer:   node.
 */
#ifndef DEP_NODE_KEYS_H
#define DEP_NODE_KEYS_H
#include "node/node.h"

/*
 * A request: JSON
 * {"depositary":"key-request","v":1,"member","code","roles":[..],"public","age","proof"}; `proof`
 * is an Ed25519 signature by the new key over the sorted JSON without it. The new officer's private
 * keys go to `keys_dir`/officer-CODE.*; nothing of the register is needed.
 */
DEP_MUST_USE int dep_key_request(const char *keys_dir, const char *member, const char *code,
                                 unsigned roles, bool no_passphrase, const struct dep_world *world,
                                 struct dep_buf *out, struct dep_problem *problem);
/*
 * Enrol what a request asks (the registrar key; the caller is an administrator): record
 * key.enrolled, and those of the role, vault and log keys that its roles need and the caller opens
 * wrapped to the new officer. For the other roles it waits (dep_key_waits()) until one who holds
 * them shares them.
 * `holder` (may be NULL) is the protected name. `card`: what import takes:
 * {"depositary":"key-card",...} with the record's JWT.
 */
DEP_MUST_USE int dep_key_sign(struct dep_node *node, struct dep_slice request, const json_t *holder,
                              struct dep_done *out, struct dep_buf *card,
                              struct dep_problem *problem);
/* On the new officer's machine: check the card against the private keys and keep it beside them. */
DEP_MUST_USE int dep_key_import(const char *keys_dir, struct dep_slice card,
                                struct dep_problem *problem);
/* Request, sign and import in one, for an officer at this machine. */
DEP_MUST_USE int dep_key_enrol(struct dep_node *node, const char *code, unsigned roles,
                               bool no_passphrase, const json_t *holder, struct dep_done *out,
                               struct dep_problem *problem);
/*
 * Revoke by kid or officer code, from log index `from` on; signed with the root key of `root_file`
 * where given, else by the registrar. The officer's wrapped copies of role, vault and log keys are
 * renewed without them (what they copied before can't be taken back: the guide says so).
 */
DEP_MUST_USE int dep_key_revoke(struct dep_node *node, const char *kid_or_code, uint64_t from,
                                const char *reason, const char *lang, const char *root_file,
                                struct dep_done *out, struct dep_problem *problem);
/* Reading roles of an officer whose key was not shared with her yet. */
unsigned dep_key_waits(const struct dep_node *node, const struct dep_key_state *officer);
/* Reading roles that have a key and no officer in force who opens it: only recovery does. */
unsigned dep_key_orphans(const struct dep_node *node);
/* Shares with the waiting officer `code` the keys of those roles that the caller holds too.
 * `confirm` is shown which, before; false leaves everything, and `out` untouched.
 * "key.share.none" (waits for nothing), "key.share.not_yours", "keyset.kid". */
typedef bool dep_share_confirm_fn(void *context, const struct dep_key_state *officer,
                                  unsigned roles);
DEP_MUST_USE int dep_key_share(struct dep_node *node, const char *code,
                               dep_share_confirm_fn *confirm, void *context, struct dep_done *out,
                               struct dep_problem *problem);
/* The public card of this register for its field kits:
 * {"depositary":"home-card","member","vault","readers":{role:age},"recovery":[..]}. */
DEP_MUST_USE int dep_key_home_card(struct dep_node *node, struct dep_buf *out,
                                   struct dep_problem *problem);
/* Loss drill: an officer's access restored with a recovery identity and the root key: enrols `code`
 * anew and re-wraps every key to it. */
DEP_MUST_USE int dep_key_recover(struct dep_node *node, const char *recovery_identity_file,
                                 const char *root_file, const char *code, unsigned roles,
                                 bool no_passphrase, struct dep_done *out,
                                 struct dep_problem *problem);
#endif
