/*
 * The command line: the only place that prints and exits.
 *
 * Layer:   cli. One file a subcommand (cmd_*.c); this header is what they share: arguments, output,
 *          prompts, progress, problems in words.
 * Exit:    0 yes; 1 found wanting, refused by a rule, or sealed with files not taken; 2 usage; 3
 *          fault.
 */
#ifndef DEP_CLI_CLI_H
#define DEP_CLI_CLI_H
#include "cli/confine.h"
#include "node/evidence.h"
#include "node/node.h"

#include <libintl.h>
#include <stdio.h>

#define _(text) gettext(text)
#define N_(text) text

enum dep_exit { DEP_EXIT_YES = 0, DEP_EXIT_WANTING = 1, DEP_EXIT_USAGE = 2, DEP_EXIT_FAULT = 3 };

/* ---- arguments ---- */
struct dep_option {
    const char *name; /* "--exhibit" */
    char letter;      /* 'C' for -C, or 0 */
    bool takes_value;
    bool many;        /* may be repeated: values gathered */
    const char *help; /* N_() */
};
enum { DEP_VALUES_MAX = 4096, DEP_OPTIONS_MAX = 48 };
struct dep_args {
    const char *command; /* "item check" */
    const struct dep_option *options;
    size_t option_count;
    struct dep_value {
        const struct dep_option *option;
        const char *text; /* "" for flags */
    } values[DEP_VALUES_MAX];
    size_t value_count;
    const char *positional[DEP_VALUES_MAX];
    size_t positional_count;
    bool json;
    const char *dir;     /* -C, or DEPOSITARY_REGISTER, or "." */
    const char *officer; /* --as, or DEPOSITARY_OFFICER, or NULL */
    int passphrase_fd;   /* -1: none */
    /* of a file of rows, that what is said is about; 0: none. Whoever reads one sets it */
    uint64_t line;
};
/* Common options (--json, -C, --as, --passphrase-fd, --help) are understood besides `options`.
 * DEP_OK, or exits' status + 1 to leave with (help shown, usage wrong). */
int dep_args_parse(struct dep_args *out, const char *command, const char *usage,
                   const struct dep_option *options, size_t option_count, int argc, char **argv);
/* Last value of an option, or NULL. */
const char *dep_arg(const struct dep_args *args, const char *name);
bool dep_flag(const struct dep_args *args, const char *name);
/* The `at`-th value of a repeated option, or NULL. */
const char *dep_arg_at(const struct dep_args *args, const char *name, size_t at);
/* Says what is wrong in one line and how to get help; returns DEP_EXIT_USAGE. */
int dep_usage_error(const struct dep_args *args, const char *format, ...) DEP_PRINTF(2, 3);

/* ---- words ---- */

/* Once, at the start: what is said from here on is in the language of the session. */
void dep_speak_session(void);
/* Prints finding or fault of a problem: what, where, what to do (stderr; as JSON with --json).
 * Returns the exit status that goes with `err`. */
int dep_say_problem(const struct dep_args *args, int err, const struct dep_problem *problem);
/* The same, with `more` (borrowed; may be NULL) in the JSON under that name. */
int dep_say_problem_of(const struct dep_args *args, int err, const struct dep_problem *problem,
                       const char *name, json_t *more);
/* How such a line begins: the program's name, and the line of a file where it is about one. */
void dep_say_begin(const struct dep_args *args);
/* As dep_print_json(), with that line. */
bool dep_print_said(const struct dep_args *args, json_t *object);
/* Translated sentence of an id. */
const char *dep_word(const char *id);
/* To stderr, translated already, with the program's name. */
void dep_say(const char *format, ...) DEP_PRINTF(1, 2);
/* What may have been meant (or NULL), and where help is to be had. */
void dep_say_hint(const char *command, const char *nearest);
/* The one of `names` that was meant by a word with a slip of the finger or two; or NULL. */
const char *dep_nearest(const char *word, size_t len, const char *const *names, size_t count);

/* ---- what is installed beside the program ---- */
/* Path of a file of PREFIX/libexec, whether or not it is there. False: nobody knows where the
 * program itself is, or `room` is too little. */
bool dep_libexec(const char *name, char *out, size_t room);

/* ---- output ---- */
/* One JSON object a line on stdout; takes the reference. False (and a message) where stdout failed.
 */
bool dep_print_json(json_t *object);
/* A text made safe for a terminal. */
void dep_print_safe(FILE *out, const char *text, size_t len);
/* The same within a line of the reader's language, in its own direction: from right to left
 * 17/2026-4 would stand there as 4-17/2026. */
void dep_print_isolated(FILE *out, const char *text);
/* "Label: ", as the reader's language writes it. */
void dep_print_label(FILE *out, const char *label);
/* Columns that words take on a terminal. */
int dep_text_width(const char *words);
/* Words of ours in a column: padded to what they take on the screen, whatever they take in bytes;
 * in Arabic isolated, so that Latin words beside and within them keep their places. */
void dep_print_column(FILE *out, const char *words, int columns);
/* Flush; a full disk or closed pipe is a fault. Returns `status` or DEP_EXIT_FAULT. */
int dep_finish_output(int status);
/* To --out (which must not exist) or to stdout, there ended by a newline. Returns the exit
 * status. */
int dep_write_out(const struct dep_args *args, const struct dep_buf *text);
/* "12.3 GB" in the reader's digits; `out` holds 32. */
void dep_bytes_text(uint64_t bytes, char out[32]);

/* ---- terminal ---- */
bool dep_is_terminal(void);
/* y/N in the reader's language, asked until it is answered; Enter is no. False without a
 * terminal. */
bool dep_confirm(const char *question);
/* dep_passphrase_fn: terminal without echo, file descriptor (first line officer, second line root;
 * one line serves both), or systemd credential "depositary.officer" / "depositary.root". context:
 * struct dep_args. */
int dep_passphrase_ask(void *context, const char *which, const char *code, bool fresh,
                       struct dep_buf *out);
/* dep_passphrase_wrong_fn: whoever sits at a terminal has three tries in all. */
bool dep_passphrase_wrong(void *context);
/* Progress line on a terminal, quiet in a pipe. Rate and time left are of what was done since the
 * first call, or since what is done became less than it was: the next of several began. */
struct dep_progress {
    const char *title;
    int64_t started_ms, shown_ms;
    uint64_t first, done; /* as the rate's time began; as last told */
    bool started, reading_back;
};
void dep_progress_init(struct dep_progress *progress, const char *title);
/* dep_seal_progress_fn; context: struct dep_progress. */
bool dep_progress_seal(void *context, const struct dep_seal_progress *state);
/* dep_progress_fn, of things that are counted; and of bytes. */
void dep_progress_count(void *context, uint64_t done, uint64_t total);
void dep_progress_bytes(void *context, uint64_t done, uint64_t total);
void dep_progress_end(struct dep_progress *progress);
/* Ctrl-C asked for an end; progress functions see it. */
bool dep_stopped(void);

/* ---- confinement ---- */
/* Before a command reads anything. DEP_EXIT_YES, or the exit status where it can't be confined. */
int dep_confine_writes(const struct dep_writes *writes, size_t count);
/* The usual: its --out file and, where asked for, what is beneath the register. */
int dep_confine_command(const struct dep_args *args, bool to_register);

/* ---- register ---- */
/* Opens `args->dir`; on failure prints the problem and sets `out_status`. Without `write` nothing
 * but index.db, open by then, can be written in the register from here on. */
struct dep_node *dep_open_node(struct dep_args *args, bool write, int *out_status);
/* The same; what is wrong is the caller's to say. */
int dep_try_node(struct dep_args *args, bool write, struct dep_node **out,
                 struct dep_problem *problem);
/* dep_schemas_builtin(), and that there is no memory is said. */
const struct dep_schemas *dep_open_schemas(int *out_status);

/* ---- what is stated (fields.c) ---- */
/*
 * The fields of a record of `type`: from the file that --file names, else asked for on a terminal.
 * `known` (borrowed; may be NULL) is stated by other options: it isn't asked for, and holds unless
 * the file says otherwise. What may be unknown and isn't stated is recorded so. Where `node` is
 * open (else NULL), who is asked is told the codes of its charter. NULL with a message on error.
 */
json_t *dep_fields_read(struct dep_args *args, const char *type, json_t *known,
                        struct dep_node *node, int *out_status);
/*
 * The same, and the register, opened for writing. A file is read before; what is asked for is asked
 * when the register is open, and `item` (may be NULL) is found in it: so nobody answers in vain.
 * `out_claims` is the caller's. NULL with a message on error.
 */
struct dep_node *dep_fields_open(struct dep_args *args, const char *type, const char *item,
                                 json_t *known, json_t **out_claims, int *out_status);
/*
 * One attempt to record `claims`, the caller's, of which it makes what is recorded.
 */
typedef int dep_attempt_fn(void *context, json_t *claims, struct dep_problem *problem);
/*
 * Attempts with copies of `claims` until it is done. What is refused is said; where somebody is
 * asked, the field it lies in is asked for anew, and what else was answered stays. 0, or the exit
 * status.
 */
int dep_fields_attempt(struct dep_args *args, struct dep_node *node, const char *type,
                       json_t *claims, dep_attempt_fn *attempt, void *context);
/* What may be unknown and wasn't stated is unknown, and the reason is that it wasn't stated. False
 * without memory. */
bool dep_fields_fill_unknown(const struct dep_schema *schema, json_t *fields);
/* What --file names, as it is: nothing is asked and nothing filled in. */
json_t *dep_fields_read_file(struct dep_args *args, int *out_status);
/* A file, or standard input where it is called "-", into `out`, a secret of at most `cap` bytes. */
DEP_MUST_USE int dep_read_input(const char *name, size_t cap, struct dep_buf *out,
                                struct dep_problem *problem);

/* One custody or hold record about an item, its fields read as above (--answers where the type has
 * a second side). Returns the exit status. */
int dep_custody_command(struct dep_args *args, const char *type, const char *name);
/* Two letters: the language the reader's free text is taken to be in; "und" where the locale
 * doesn't say. */
const char *dep_reader_language(void);
/* "custodian,legal" as a set of dep_role; 0 where a name is unknown. */
unsigned dep_roles_parse(const char *text);

/* Types whose meaning hangs on more than their fields are made by their own commands only. */
bool dep_has_own_command(const char *type);

/* ---- subcommands ---- */
typedef int dep_command_fn(int argc, char **argv);
dep_command_fn dep_cmd_init, dep_cmd_collect, dep_cmd_intake, dep_cmd_item, dep_cmd_record,
    dep_cmd_note, dep_cmd_show, dep_cmd_list, dep_cmd_search, dep_cmd_key, dep_cmd_log,
    dep_cmd_prove, dep_cmd_verify, dep_cmd_erase, dep_cmd_hold, dep_cmd_backup, dep_cmd_restore,
    dep_cmd_print, dep_cmd_receive, dep_cmd_redact, dep_cmd_schema, dep_cmd_request,
    dep_cmd_consent, dep_cmd_assure, dep_cmd_case, dep_cmd_mark, dep_cmd_status, dep_cmd_retention,
    dep_cmd_inbox, dep_cmd_outbox, dep_cmd_due, dep_cmd_charter, dep_cmd_release, dep_cmd_approve,
    dep_cmd_refuse, dep_cmd_withdraw, dep_cmd_mission, dep_cmd_pack, dep_cmd_publish;
dep_command_fn dep_cmd_cosign, dep_cmd_timestamp, dep_cmd_report, dep_cmd_import, dep_cmd_timeline;
#endif
