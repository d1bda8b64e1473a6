#include "cli/cli.h"
#include "cli/config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    dep_command_fn *run;
    const char *help;
} COMMANDS[] = {
    {"init", dep_cmd_init, N_("make a register: keys, a charter of one, first checkpoint")},
    {"collect", dep_cmd_collect, N_("seal files and folders as one item")},
    {"intake", dep_cmd_intake, N_("take in what comes with a past: paper chain, tool's report")},
    {"item", dep_cmd_item,
     N_("list, files, extract, check; custody: transfer, receive, examine, …")},
    {"record", dep_cmd_record, N_("make a record of any type")},
    {"import", dep_cmd_import, N_("make many records, from a table or an IATI file")},
    {"note", dep_cmd_note, N_("record a note")},
    {"show", dep_cmd_show, N_("show one record")},
    {"list", dep_cmd_list, N_("list records")},
    {"search", dep_cmd_search, N_("search open and searchable fields")},
    {"schema", dep_cmd_schema, N_("show the record types and their fields")},
    {"hold", dep_cmd_hold, N_("place or lift a legal hold")},
    {"erase", dep_cmd_erase, N_("destroy the protected values of a record")},
    {"request", dep_cmd_request, N_("requests, ours and others': made, answered, listed")},
    {"consent", dep_cmd_consent, N_("consents: given, checked by a second officer, withdrawn")},
    {"assure", dep_cmd_assure, N_("assurances by the receiving authority")},
    {"release", dep_cmd_release, N_("prepare, explain, release; list releases, judge them again")},
    {"approve", dep_cmd_approve, N_("approve what another officer prepared")},
    {"refuse", dep_cmd_refuse, N_("refuse a prepared release, with the reason")},
    {"withdraw", dep_cmd_withdraw, N_("withdraw a release that was made")},
    {"publish", dep_cmd_publish, N_("make records and figures public: prepare, preview, publish")},
    {"pack", dep_cmd_pack, N_("send what was released, a request, a consent: as a folder")},
    {"mission", dep_cmd_mission, N_("record a mission that consents cover")},
    {"case", dep_cmd_case, N_("cases by an opaque id: stage, material, what was given")},
    {"mark", dep_cmd_mark, N_("handling codes, categories, originator and flags of an item")},
    {"status", dep_cmd_status, N_("sign the complete set of consents in force")},
    {"retention", dep_cmd_retention, N_("how long each kind is kept, and reviews of it")},
    {"inbox", dep_cmd_inbox, N_("what waits for you")},
    {"outbox", dep_cmd_outbox, N_("what waits for others, and what was released")},
    {"due", dep_cmd_due, N_("deadlines, lapsing consents, reviews")},
    {"report", dep_cmd_report,
     N_("what the records come to: campaign, incidents, custody, case, …")},
    {"timeline", dep_cmd_timeline,
     N_("what happened when, and where nobody knows what came first")},
    {"key", dep_cmd_key, N_("enrol, request, sign, import, revoke, list keys")},
    {"charter", dep_cmd_charter,
     N_("draft, adopt, enter, show, verify: what the members agreed on")},
    {"cosign", dep_cmd_cosign,
     N_("have checkpoints cosigned by other members; cosign theirs; show forks")},
    {"log", dep_cmd_log, N_("checkpoint, vkey, audit")},
    {"timestamp", dep_cmd_timestamp, N_("have checkpoints time-stamped by authorities (RFC 3161)")},
    {"prove", dep_cmd_prove, N_("proof that a record stands in the log (C2SP tlog-proof)")},
    {"verify", dep_cmd_verify, N_("verify a package or a whole register; needs no key")},
    {"receive", dep_cmd_receive, N_("take in a package of another member, verified first")},
    {"print", dep_cmd_print, N_("label, inventory, hand-over form, page of the register (PDF)")},
    {"redact", dep_cmd_redact, N_("paint over what must not be seen, in a PDF or a picture")},
    {"backup", dep_cmd_backup, N_("copy a register in use")},
    {"restore", dep_cmd_restore, N_("restore a copy, with rollback detection")},
};

static int show_commands(FILE *out)
{
    (void)fprintf(out, _("Usage: depositary COMMAND …\n"));
    (void)fprintf(out, "\n");
    for (size_t i = 0; i < DEP_COUNT(COMMANDS); i++) {
        (void)fprintf(out, "  %-9s ", COMMANDS[i].name);
        dep_print_column(out, _(COMMANDS[i].help), 0);
        (void)fprintf(out, "\n");
    }
    (void)fprintf(out, _("\nEvery command has --help and a man page: man depositary-COMMAND\n"));
    return dep_finish_output(out == stdout ? DEP_EXIT_YES : DEP_EXIT_USAGE);
}

/* Without the list of all, above which the message would be gone from the screen. */
static int no_such_command(const char *word)
{
    const char *names[DEP_COUNT(COMMANDS)];
    for (size_t i = 0; i < DEP_COUNT(COMMANDS); i++)
        names[i] = COMMANDS[i].name;
    const char *nearest = dep_nearest(word, strlen(word), names, DEP_COUNT(names));
    dep_say(_("no such command: %s"), word);
    if (nearest)
        dep_say_hint(nearest, nearest);
    else
        (void)fprintf(stderr, _("Try: depositary --help\n"));
    return DEP_EXIT_USAGE;
}

/* `-C REGISTER COMMAND …`, as make and git take it: what stands before the command is put behind
 * it. */
static void put_command_first(int argc, char **argv)
{
    if (argc < 4 || strcmp(argv[1], "-C") != 0)
        return;
    char *command = argv[3];
    argv[3] = argv[2];
    argv[2] = argv[1];
    argv[1] = command;
}

/* An answer for which there was memory. */
static int whole(int status)
{
    if (!dep_json_refused() || status == DEP_EXIT_FAULT)
        return status;
    dep_say(_("out of memory: what is shown may lack a part"));
    return DEP_EXIT_FAULT;
}

/* What was closed (`>&-`) stays unusable, but takes its number: else a file of the register, opened
 * next, had it, and what is printed would be written into that. */
static bool hold_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    if (!hold_standard())
        return DEP_EXIT_FAULT;
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is told as a full disk is */
    dep_speak_session();
    if (dep_crypto_init(true)) {
        dep_say(_("the crypto library could not be started"));
        return DEP_EXIT_FAULT;
    }
    dep_json_own_memory();
    if (argc < 2)
        return show_commands(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return show_commands(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("depositary %s\n", DEPOSITARY_VERSION);
        return dep_finish_output(DEP_EXIT_YES);
    }
    put_command_first(argc, argv);
    if (strcmp(argv[1], "-C") == 0)
        return show_commands(stderr);
    for (size_t i = 0; i < DEP_COUNT(COMMANDS); i++)
        if (strcmp(argv[1], COMMANDS[i].name) == 0)
            return whole(COMMANDS[i].run(argc - 1, argv + 1));
    return no_such_command(argv[1]);
}
