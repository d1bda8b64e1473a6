#include "report/words.h"

#include <libintl.h>
#include <stdlib.h>
#include <string.h>

#define N_(text) text

/*
 * Sorted by id. An id that isn't here takes the words of its longest dotted beginning that is:
 * "age.header.mac" those of "age.header". The id itself is always shown beside the words, so that
 * nothing is lost by speaking of several at once.
 */
static const struct entry {
    const char *id, *words;
} TABLE[] = {
    {"about", N_("about")},
    {"act.type", N_("a record of another type")},
    {"administrator", N_("administrator")},
    {"age", N_("not a well-formed age file")},
    {"age.armor", N_("not a well-formed armored age file")},
    {"age.hmac", N_("the header of the encrypted file was altered")},
    {"age.identity", N_("encrypted for somebody else: none of your keys opens it")},
    {"age.passphrase", N_("wrong passphrase")},
    {"age.payload", N_("encrypted bytes were altered, exchanged or cut off")},
    {"age.recipient", N_("not an age recipient (age1…)")},
    {"altered", N_("altered")},
    {"answers", N_("answers")},
    {"appeal", N_("appeal")},
    {"approver", N_("approver")},
    {"audit", N_("the published log is not what the records make")},
    {"audit.root", N_("the checkpoint's root is not that of the records: records were altered, "
                      "removed or exchanged")},
    {"audit.size", N_("there are fewer records than the checkpoint covers")},
    {"auditor", N_("auditor")},
    {"authority", N_("authority")},
    {"backup", N_("the backup could not be made; what was copied so far is incomplete: remove it "
                  "and try again")},
    {"backup.folder",
     N_("the folder for the backup must not exist yet, and its parent must be writable")},
    {"bech32", N_("not a well-formed age key: compare it character by character")},
    {"begins_later", N_("begins later")},
    {"case", N_("case")},
    {"case.absent", N_("no such case")},
    {"case.ambiguous", N_("more than one case begins like this: give more of its id")},
    {"changed", N_("changed while it was read")},
    {"changed-type", N_("became something else while it was read")},
    {"check", N_("the check could not be made")},
    {"check.stopped", N_("stopped by you; the check says nothing")},
    {"checkpoint", N_("not a well-formed checkpoint (C2SP tlog-checkpoint)")},
    {"checkpoint.other_origin", N_("a checkpoint of another log")},
    {"closed", N_("closed")},
    {"collect", N_("the item could not be sealed; nothing was left behind")},
    {"collect.declined", N_("nothing was sealed")},
    {"collect.given", N_("no such file or folder")},
    {"collect.moved",
     N_("a folder was moved away while it was read: collect again when nobody changes it")},
    {"collect.read_back", N_("what the disk gave back is not what was written: nothing was sealed; "
                             "test this disk before you go on")},
    {"collect.stopped", N_("stopped by you; nothing was left behind, collect again when you like")},
    {"consent", N_("this can't be recorded as a consent")},
    {"consent.check.not_paper", N_("only what was given on paper is checked by a second officer")},
    {"consent.check.same_officer",
     N_("you recorded it yourself: another officer has to compare it with the paper")},
    {"consent.dangers", N_("a source to whom the dangers were not explained has not consented")},
    {"consent.empty",
     N_("a list that names nothing allows nothing: name codes, or say any where that is meant")},
    {"consent.from",
     N_("it counts from when it was recorded, not from the earlier moment that is stated")},
    {"consent.grantor", N_("say which member grants it; a source has no grantor")},
    {"consent.guardian",
     N_("for a child both are needed: the guardian's consent and the child's assent")},
    {"consent.map",
     N_("write this pseudonym into the map that is kept on paper, now: it isn't shown again here")},
    {"consent.paper", N_("what another gave is recorded here as it is on paper, and checked by a "
                         "second officer; of a source the officer who took it signs")},
    {"consent.pseudonym", N_("pseudonyms are made at random by this program: leave it out")},
    {"consent.same_source", N_("not an earlier consent of a source about the same item or case: a "
                               "pseudonym must not join two")},
    {"consent.scope", N_("an item or a case needs its id; all has none")},
    {"consent.second_officer",
     N_("on paper: it counts only when a second officer has checked it (consent check)")},
    {"consent.session",
     N_("for a source, and only for one, it is recorded what was explained to them and how")},
    {"consent.source", N_("a source consents to each recipient and use, for one item or case: any "
                          "and all are nothing they can oversee")},
    {"consent.withdrawn", N_("it was withdrawn before")},
    {"container", N_("the sealed container differs from its list of files")},
    {"container.after", N_("there is something after the end of the sealed container")},
    {"container.damaged", N_("the sealed container was altered")},
    {"container.extra", N_("a file that isn't in the list was put into the container")},
    {"container.file", N_("the content of this file was altered")},
    {"container.metadata", N_("mode, owner, time or attributes of this file were altered")},
    {"container.missing", N_("the sealed container is gone")},
    {"container.open", N_("the sealed container could not be opened")},
    {"container.order", N_("files were removed, added or put into another order")},
    {"container.payload", N_("the bytes of the sealed container are not those that were recorded")},
    {"container.place",
     N_("without the protected fields of the record the list of files can't be found")},
    {"container.read", N_("the sealed container could not be read to its end")},
    {"container.root", N_("the list of files is not the one that was recorded")},
    {"correct.fixed", N_("this was measured, not stated: a correction can't change it")},
    {"correct.other",
     N_("that is no record of this kind about this item, or it was corrected already")},
    {"corrected", N_("corrected")},
    {"custodian", N_("custodian")},
    {"custody.authority", N_("disposal needs the authority that ordered it")},
    {"custody.disposed", N_("the item was disposed of: nothing can happen to it any more")},
    {"custody.hold", N_("a legal hold is in force: the item can't be disposed of or returned")},
    {"custody.lost", N_("the item is lost: record that it was found first")},
    {"custody.meanwhile", N_("something else was recorded about this item meanwhile: look at its "
                             "history, and try again")},
    {"custody.not_lost", N_("the item isn't lost")},
    {"custody.not_sent", N_("nothing was sent that could be received: record the transfer first")},
    {"custody.sent",
     N_("the item was sent and not received: record the receipt first, or why it is unavailable")},
    {"custody.side",
     N_("a side is incomplete: signed needs a code; on paper needs the scan's fingerprint, who saw "
        "it and how it was checked; refused and unavailable need a "
        "reason")},
    {"custody.signed", N_("nobody signs for another: a side that says \"signed\" must name the "
                          "officer whose signature it is; the other side signs its own record")},
    {"desk", N_("desk officer")},
    {"device", N_("a device")},
    {"differs", N_("differs from the paper")},
    {"disposed", N_("disposed of")},
    {"disputed", N_("disputed")},
    {"due.assurance", N_("assurance lapses")},
    {"due.consent", N_("consent lapses")},
    {"due.erase", N_("to be erased after review")},
    {"due.hold", N_("retention period over; the LEGAL HOLD wins")},
    {"due.mission", N_("MISSION without the consents it needs")},
    {"due.notice", N_("released on a consent withdrawn since: record the withdrawal")},
    {"due.request", N_("request to be answered")},
    {"due.request_out", N_("request of ours, unanswered")},
    {"due.retention", N_("retention to be reviewed")},
    {"due.urgency", N_("urgent release to be reviewed")},
    {"erase.already", N_("its protected values are erased already")},
    {"erase.nothing", N_("this record has no protected values")},
    {"erased", N_("erased")},
    {"examination", N_("examination")},
    {"extract", N_("the file could not be written")},
    {"extract.absent", N_("no such file in the item (see: item files)")},
    {"extract.exists", N_("the file to write exists already: choose another name")},
    {"fifo", N_("a named pipe")},
    {"file", N_("a file could not be read or written")},
    {"file.create",
     N_("the file could not be created: is there room, and are you allowed to write here?")},
    {"file.large", N_("the file is larger than such a file can be")},
    {"file.open",
     N_("the file could not be opened: does it exist, and are you allowed to read it?")},
    {"file.rename", N_("the file exists already, or its folder can't be written")},
    {"file.sync", N_("the disk did not confirm that it kept what was written")},
    {"granted", N_("granted")},
    {"grew", N_("grew while it was read: taken at the length it had")},
    {"hold.in_force", N_("a legal hold on this item is in force: nothing about it can be erased")},
    {"hold.none", N_("no such legal hold is in force on this item")},
    {"hold.which",
     N_("several legal holds are in force on this item: name the one with --answers")},
    {"host", N_("host State")},
    {"in", N_("received")},
    {"in_custody", N_("in custody")},
    {"in_force", N_("in force")},
    {"in_part", N_("granted in part")},
    {"inbox.approval", N_("release to be approved")},
    {"inbox.consent", N_("consent on paper to be checked")},
    {"inbox.request", N_("request to be answered")},
    {"index", N_("the index could not be read or written: delete index.db, it is made anew")},
    {"index.absent", N_("no such record")},
    {"index.ambiguous", N_("more than one record begins like this: give more of its id")},
    {"init", N_("the register could not be made; nothing was left behind")},
    {"init.exists",
     N_("there is something in this place already: choose a folder that doesn't exist yet")},
    {"init.home_card", N_("not a home card: make one at the office with `depositary key card`")},
    {"init.member", N_("a member's id is 1 to 64 letters, digits, dots, dashes and underscores")},
    {"init.name", N_("a name of 1 to 255 bytes is needed")},
    {"init.officer",
     N_("an officer's code is 1 to 64 letters, digits, dots, dashes and underscores")},
    {"init.origin", N_("the origin of a log has at most 255 bytes, no space and no plus sign")},
    {"init.passphrase.empty",
     N_("the passphrase is empty; whoever wants none says --no-passphrase")},
    {"init.recovery", N_("a recovery recipient is an age1… key; at most 15")},
    {"init.recovery.absent", N_("say who can open everything if all keys are lost: --recovery "
                                "AGE1…, or expressly --no-recovery")},
    {"init.recovery.both", N_("--recovery and --no-recovery contradict each other")},
    {"init.root_out.absent",
     N_("say where the root key goes: --root-out FILE, on a medium that is kept apart")},
    {"init.root_out.exists",
     N_("the file for the root key exists already: nothing was overwritten; choose another name")},
    {"intact", N_("intact")},
    {"intake", N_("the reported fingerprints could not be compared")},
    {"intake.digest.form",
     N_("a reported fingerprint needs algorithm (md5, sha1, sha256, sha512), reported and of")},
    {"investigation", N_("investigation")},
    {"io", N_("could not be read to its end; what is missing is zeros")},
    {"item", N_("item")},
    {"item.absent", N_("no such item")},
    {"item.ambiguous", N_("more than one item is called so: give its id")},
    {"item.no_container", N_("a physical item: it has no files")},
    {"item.restricted", N_("restricted: its content opens to who took it in, or took it over by a "
                           "receipt")},
    {"json", N_("not well-formed JSON")},
    {"json.duplicate", N_("JSON with the same name twice")},
    {"json.integer", N_("a number too large for 64 bits")},
    {"json.real", N_("a number with a fraction: write it as text")},
    {"jtd", N_("a record type is not well-formed")},
    {"jwt", N_("not a well-formed signed record")},
    {"jwt.signature", N_("the signature is not by this key over these bytes")},
    {"key", N_("the key's file is not as it should be")},
    {"key.card.not_here", N_("the private keys that belong to this card are not here")},
    {"key.enrolled_already",
     N_("this code is enrolled already: revoke it first, or choose another")},
    {"key.exists", N_("there are keys of this officer here already: nothing was overwritten")},
    {"key.request.member", N_("the request is addressed to another member")},
    {"key.request.proof", N_("the request was altered, or its maker doesn't hold the key")},
    {"key.revoked_already", N_("this key is revoked already")},
    {"key.root_needed", N_("only the root key can revoke this: --root FILE")},
    {"key.root_other", N_("not the root key of this register")},
    {"keys", N_("a key file could not be read or written")},
    {"keys.damaged", N_("a key file is damaged: restore it from a backup")},
    {"keys.not_for_you",
     N_("this key is not for you: an officer whose role holds it must act, or enrol you")},
    {"keys.passphrase.absent", N_("a passphrase is needed: run this on a terminal, or give "
                                  "--passphrase-fd or a systemd credential")},
    {"keys.passphrase.wrong", N_("wrong passphrase")},
    {"keyset", N_("signed by a key that could not sign this here")},
    {"keyset.disputed", N_("signed after the moment from which the key is no longer trusted")},
    {"keyset.kid", N_("signed by a key that is not enrolled")},
    {"keyset.revoked", N_("signed by a key that was revoked before")},
    {"keyset.role", N_("signed in a role or under a code that isn't the key's")},
    {"lapsed", N_("lapsed")},
    {"legal", N_("legal officer")},
    {"locked", N_("another process holds the register")},
    {"loop", N_("a loop of folders")},
    {"lost", N_("lost")},
    {"manifest", N_("the list of files is not well-formed")},
    {"marking.dropped",
     N_("the marking before said this, the new one doesn't; it counts no longer")},
    {"marking.field", N_("the item's record has no such field (see: depositary schema)")},
    {"mount", N_("another file system is mounted here (--cross-mounts takes it in)")},
    {"node", N_("the register's own records can't be read as they should: run verify")},
    {"node.confine", N_("this process could not be confined: nothing was done")},
    {"node.log_differs", N_("this record is not the one that the log commits to: it was altered")},
    {"nomem", N_("out of memory")},
    {"not_shown", N_("not shown")},
    {"note", N_("not a well-formed signed note (C2SP signed-note)")},
    {"note.signature.absent", N_("not signed by this log's key")},
    {"note.signature.bad", N_("the log's signature is not over these bytes")},
    {"officer.absent", N_("the keys of this officer are not here")},
    {"officer.code",
     N_("an officer's code is 1 to 64 letters, digits, dots, dashes and underscores")},
    {"officer.which", N_("say who is at work: --as CODE, or DEPOSITARY_OFFICER")},
    {"originator", N_("originator")},
    {"out", N_("sent")},
    {"outbox.release", N_("released")},
    {"outbox.request", N_("request of ours, unanswered")},
    {"paper", N_("the paper could not be printed")},
    {"paper.glyph", N_("a character on this paper is in no font here: install fonts-noto")},
    {"part_of", N_("part of")},
    {"pkcs8", N_("not an Ed25519 key in PKCS#8")},
    {"postponed", N_("postponed")},
    {"previous", N_("previous")},
    {"print.no_handover", N_("this item was never handed over: record a transfer first")},
    {"proof", N_("not a well-formed proof (C2SP tlog-proof)")},
    {"proof.path", N_("the proof doesn't lead to the checkpoint's root")},
    {"pseudonym", N_("pseudonym")},
    {"record", N_("the record is not as its type demands")},
    {"record.field", N_("a field is missing, of the wrong form, or not of this type (see: "
                        "depositary schema TYPE)")},
    {"record.format", N_("a field has a value of the wrong form")},
    {"record.sd.count", N_("the record doesn't carry every protected field of its type")},
    {"record.signer", N_("none of your roles may sign a record of this type")},
    {"record.type", N_("no such record type")},
    {"record.unknown.both", N_("a field is stated and called unknown at once")},
    {"record.unknown.neither",
     N_("a field is neither stated nor called unknown or refused, with a reason")},
    {"refused", N_("refused")},
    {"registrar", N_("registrar")},
    {"request.deadline", N_("its deadline has passed already")},
    {"request.our_ref", N_("another request has this reference of ours")},
    {"request.reason", N_("postponed and refused need a reason; in part needs what is granted")},
    {"request.their_ref", N_("another request from them has this reference of theirs")},
    {"request.withdrawn", N_("the request was withdrawn: nothing follows")},
    {"restore", N_("the register could not be restored; nothing was put in its place")},
    {"restore.damaged", N_("the backup is damaged: its log is not what its records make")},
    {"restore.rename",
     N_("there is something in this place already: choose a folder that doesn't exist yet")},
    {"restore.rollback",
     N_("the backup is older than what others have seen of this log: use it for reading only; "
        "going on would fork the log. See the guide: a log is "
        "succeeded")},
    {"retention.reason", N_("to keep it longer needs a reason or a date")},
    {"retention.rule", N_("the charter has no retention rule for this kind of record")},
    {"returned", N_("returned")},
    {"root", N_("root key")},
    {"schema", N_("a record type is not well-formed")},
    {"sdjwt", N_("not a well-formed SD-JWT (RFC 9901)")},
    {"seal.empty", N_("nothing could be taken: nothing was sealed")},
    {"secret.damaged", N_("the protected values are damaged")},
    {"secret.erased", N_("the protected values were erased")},
    {"secret.locked", N_("the protected values are not shown")},
    {"secret.reader", N_("the protected values are not for your roles")},
    {"sent_not_received", N_("sent, not received")},
    {"shrank", N_("shrank while it was read: what is missing is zeros")},
    {"socket", N_("a socket")},
    {"source", N_("source")},
    {"split", N_("split")},
    {"state", N_("state")},
    {"stated.any", N_("any stands alone")},
    {"stated.code",
     N_("the charter in force has no such code there (in brackets: those that would do)")},
    {"stated.code.ended", N_("this code is not in force now (in brackets: those that are)")},
    {"stated.interval", N_("it ends before it begins")},
    {"stated.member", N_("no such member now (in brackets: the members)")},
    {"stated.time", N_("a time is a date, a time of day and Z or an offset, as in the brackets")},
    {"status.absent", N_("no such status was issued yet")},
    {"status.of", N_("say consents or keys")},
    {"status.unread", N_("there is a consent that you can't read: the set would not be complete")},
    {"stopped", N_("stopped by you")},
    {"store", N_("the register could not be read or written")},
    {"store.checkpoint", N_("the checkpoint of this register is damaged or not signed by its log "
                            "key: restore it from a backup")},
    {"store.checkpoint.back",
     N_("the checkpoint went backwards: the register was replaced by an older copy")},
    {"store.create", N_("the register's folder could not be made: is there room, and are you "
                        "allowed to write here?")},
    {"store.format", N_("not a register of a format this version knows: nothing was touched")},
    {"store.locked", N_("another process holds the register: try again when it has ended")},
    {"store.no_register", N_("no register here: name one with -C, or make one with init")},
    {"store.poisoned",
     N_("the disk failed before: stop, look at it, and run verify before you go on")},
    {"store.records.missing", N_("records that the checkpoint covers are missing: restore from a "
                                 "backup; nothing was changed")},
    {"store.root", N_("the records are not those that the checkpoint covers: they were altered; "
                      "restore from a backup")},
    {"store.sync", N_("the disk did not confirm that it kept what was written: what was not "
                      "acknowledged may be lost; stop and look at it")},
    {"store.tail",
     N_("another process was interrupted: run the command again and its work is taken up")},
    {"stream", N_("the stream could not be read or answered")},
    {"supersedes", N_("corrects")},
    {"tar", N_("the container's tar is not as this program writes it")},
    {"tile", N_("not the name of a tile")},
    {"trial", N_("trial")},
    {"unavailable", N_("unavailable")},
    {"unchecked", N_("not checked yet")},
    {"unknown", N_("unknown")},
    {"unproved", N_("unproved")},
    {"unreadable", N_("you are not allowed to read it")},
    {"vanished", N_("vanished before it could be read")},
    {"vault", N_("the container could not be written or read")},
    {"vault.no_key", N_("this register has no key that opens containers (a field register seals "
                        "what it can't open)")},
    {"vault.not_enrolled", N_("no vault key is enrolled: nothing can be sealed")},
    {"vault.open", N_("the container could not be opened: is it still there?")},
    {"vault.write",
     N_("the container could not be written: is there room on the disk? Nothing was left behind")},
    {"verify", N_("the register could not be verified to its end")},
    {"verify.fork", N_("this log and the checkpoint shown to you contradict each other: one of "
                       "them was rewritten")},
    {"verify.id.repeated", N_("two records have the same id")},
    {"verify.keyring.absent",
     N_("the key of this record's protected values is not in the keyring")},
    {"verify.private.absent", N_("the protected values of this record are missing")},
    {"verify.ref.absent", N_("refers to a record that isn't there")},
    {"verify.ref.digest", N_("refers to another record than the one that has this id")},
    {"verify.rollback", N_("this log is older than the checkpoint shown to you")},
    {"verify.secret.stray", N_("protected values without a record")},
    {"verify.tail", N_("records of an interrupted session are not covered yet: the next command "
                       "that writes takes them up")},
    {"verify.vault.stray", N_("a file in the vault that no record tells of")},
    {"vkey", N_("not a verifier key")},
    {"waiting", N_("waiting")},
    {"withdrawn", N_("withdrawn")},
    {"withheld", N_("withheld")},
    {"xattrs_partly", N_("some of its extended attributes could not be read")},
};

static int compare(const void *id, const void *entry)
{
    return strcmp(id, ((const struct entry *)entry)->id);
}

const char *dep_words(const char *id)
{
    char part[128];
    size_t len = strlen(id);
    if (len >= sizeof part)
        return id;
    memcpy(part, id, len + 1);
    for (;;) {
        const struct entry *found =
            bsearch(part, TABLE, sizeof TABLE / sizeof TABLE[0], sizeof TABLE[0], compare);
        if (found)
            return gettext(found->words);
        char *dot = strrchr(part, '.');
        if (!dot)
            return id;
        *dot = 0;
    }
}

/* gettext looks at LANGUAGE first and notices a change of it by this counter (GNU gettext manual,
 * "Being a gettext grok"). */
extern int _nl_msg_cat_cntr;

void dep_words_speak(const char *lang)
{
    static char *kept;
    if (lang) {
        const char *own = getenv("LANGUAGE");
        free(kept);
        kept = own ? strdup(own) : NULL;
        (void)setenv("LANGUAGE", lang, 1);
    } else if (kept) {
        (void)setenv("LANGUAGE", kept, 1);
    } else {
        (void)unsetenv("LANGUAGE");
    }
    _nl_msg_cat_cntr++;
}
