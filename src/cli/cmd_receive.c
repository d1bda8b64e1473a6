/*
 * receive: a package of another member, verified and taken in.
 */
#include "cli/cli.h"
#include "cli/verify_show.h"
#include "node/receive.h"

#include <string.h>

struct session {
    const struct dep_args *args;
    struct dep_node *node;
    struct dep_progress progress;
    const char *title;
    json_t *findings; /* of the package, as `verify` lists them; NULL before it is verified */
};

/* What the two halves are called on the terminal. */
static void begin(struct session *session, const char *title)
{
    if (session->title != title) {
        dep_progress_end(&session->progress);
        dep_progress_init(&session->progress, title);
        session->title = title;
    }
}

static void on_copying(void *context, uint64_t done, uint64_t total)
{
    struct session *session = context;
    begin(session, _("Copying"));
    dep_progress_bytes(&session->progress, done, total);
}

static void on_verifying(void *context, uint64_t done, uint64_t total)
{
    struct session *session = context;
    begin(session, _("Verifying"));
    dep_progress_bytes(&session->progress, done, total);
}

static void on_waiting(void *context)
{
    struct session *session = context;
    dep_progress_end(&session->progress);
    if (!session->args->json)
        dep_say(_("another receive is taking a package in: this one waits for it"));
}

static bool on_sealing(void *context, const struct dep_seal_progress *state)
{
    struct session *session = context;
    begin(session, _("Sealing"));
    return dep_progress_seal(&session->progress, state);
}

static void on_verified(void *context, const struct dep_receive_told *told)
{
    struct session *session = context;
    session->findings = json_incref(json_object_get(told->account, "findings"));
}

static bool confirm(void *context, const struct dep_receive_told *told)
{
    struct session *session = context;
    dep_progress_end(&session->progress);
    if (session->args->json || !dep_is_terminal() || dep_flag(session->args, "--yes"))
        return true;
    if (dep_show_package(dep_node_schemas(session->node), told->verify, NULL))
        return false;
    return dep_confirm(_("Take it in?"));
}

static json_t *received_json(const struct dep_received *received, json_t *findings)
{
    return json_pack(
        "{s:s,s:s,s:s,s:s,s:b,s:s*,s:O*,s:s*,s:s*,s:I,s:s*,s:I,s:b,s:I,s:I}", "package",
        received->package, "sender", received->sender, "kind",
        dep_package_kind_name(received->kind), "result", dep_result_name(received->result), "again",
        received->again, "finding", received->finding[0] ? received->finding : NULL, "findings",
        findings, "record", received->record.jti[0] ? received->record.jti : NULL, "item",
        received->item[0] ? received->item : NULL, "records", (json_int_t)received->records,
        "withdrawn_item", received->withdrawn_item[0] ? received->withdrawn_item : NULL,
        "withdrawals", (json_int_t)received->withdrawals, "owed", (int)received->owed, "kit_items",
        (json_int_t)received->kit_items, "kit_records", (json_int_t)received->kit_records);
}

/* What was withdrawn by it or of it, and what follows here. */
static void tell_withdrawn(const struct dep_received *received)
{
    if (received->withdrawn_item[0])
        (void)printf(_("Withdrawn by its sender: item %s. Don't use it or pass it on.\n"),
                     received->withdrawn_item);
    else if (received->kind == DEP_PACKAGE_NOTICE && !received->again)
        (void)printf("%s", _("What it withdraws is not here; it is kept in case it comes.\n"));
    if (received->owed)
        (void)printf(_("Releases that rest on what was withdrawn: %llu. A legal officer has to "
                       "withdraw them: depositary due\n"),
                     (unsigned long long)received->withdrawals);
    else if (received->withdrawals)
        (void)printf(_("Releases withdrawn because of it: %llu. Send their recipients the notice: "
                       "depositary outbox\n"),
                     (unsigned long long)received->withdrawals);
}

static void tell_next(const struct dep_received *received)
{
    (void)printf(_("Record  %s\n"), received->record.jti);
    if (received->kind == DEP_PACKAGE_NOTICE)
        (void)printf(_("Send the acknowledgement back: depositary pack %s --out FOLDER\n"),
                     received->record.jti);
    else if (received->kind != DEP_PACKAGE_RECEIPT && received->kind != DEP_PACKAGE_ACKNOWLEDGEMENT)
        (void)printf(_("Send the receipt back: depositary pack %s --out FOLDER\n"),
                     received->record.jti);
}

static void tell(const struct dep_received *received)
{
    const char *result = dep_word(dep_result_name(received->result));
    /* An answer bears the id of what it answers, which another sent. */
    if (received->kind == DEP_PACKAGE_RECEIPT || received->kind == DEP_PACKAGE_ACKNOWLEDGEMENT)
        (void)printf(_("Answer of %s to package %s: %s.\n"), received->sender, received->package,
                     result);
    else
        (void)printf(_("Package %s of %s: %s.\n"), received->package, received->sender, result);
    if (received->again)
        (void)printf("%s", _("It was taken in before; it counts once.\n"));
    else
        (void)printf(_("Taken in and sealed as item %s. Records heard: %llu.\n"), received->item,
                     (unsigned long long)received->records);
    if (received->finding[0])
        (void)printf(_("Unproved: %s\n"), dep_word(received->finding));
    if (received->kind == DEP_PACKAGE_REGISTER)
        (void)printf(
            _("Of the kit, new in this register: items: %llu; records: %llu. They are told by "
              "depositary item list and depositary list --type kit.\n"),
            (unsigned long long)received->kit_items, (unsigned long long)received->kit_records);
    tell_withdrawn(received);
    tell_next(received);
}

int dep_cmd_receive(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--unproved", 0, false, false,
         N_("take it in although something that the rules need is unproved")},
        {"--yes", 'y', false, false, N_("don't ask")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "receive", "receive PACKAGE [--unproved]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one package"));
    status = dep_confine_command(&args, true);
    struct session session = {.args = &args};
    session.node = status ? NULL : dep_open_node(&args, true, &status);
    if (!session.node)
        return status;
    struct dep_problem problem = {.detail = ""};
    struct dep_received received = {.package = ""};
    struct dep_receive_order order = {.dir = args.positional[0],
                                      .unproved = dep_flag(&args, "--unproved"),
                                      .verified = on_verified,
                                      .confirm = confirm,
                                      .copying = on_copying,
                                      .verifying = on_verifying,
                                      .waiting = on_waiting,
                                      .sealing = on_sealing,
                                      .context = &session};
    dep_progress_init(&session.progress, _("Verifying"));
    int err = dep_node_receive(session.node, &order, &received, &problem);
    dep_progress_end(&session.progress);
    if (err) {
        status = dep_say_problem_of(&args, err, &problem, "findings", session.findings);
        if (err == DEP_FOUND && received.finding[0] && !args.json)
            dep_say("%s [%s]", dep_word(received.finding), received.finding);
    } else if (args.json) {
        status = dep_print_json(received_json(&received, session.findings)) ? DEP_EXIT_YES
                                                                            : DEP_EXIT_FAULT;
    } else {
        tell(&received);
    }
    json_decref(session.findings);
    dep_node_close(session.node);
    return dep_finish_output(status);
}
