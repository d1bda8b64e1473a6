/*
 * The terminal: questions, passphrases, progress. In a pipe there is none of it.
 */
#include "cli/cli.h"

#include "codec/text.h"
#include "store/file.h"
#include "store/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PASSPHRASE_MAX = 1024, PROGRESS_EVERY_MS = 200, TRIES = 3 };

bool dep_is_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t stop_asked;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

bool dep_stopped(void)
{
    return stop_asked != 0;
}

/* Calls that wait come back with EINTR. */
static void watch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

/* Where nothing waits for an answer the process ends here, as it would have without us: whatever it
 * does may be cut off anywhere. */
static void stop_if_asked(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    if (!stop_asked)
        return;
    (void)sigaction(SIGINT, &action, NULL);
    (void)raise(SIGINT);
}

/* ---- questions ---- */

#define BLANKS " \t\r\n"

static bool is_answer(const char *line, const char *letter, const char *word)
{
    line += strspn(line, BLANKS);
    size_t len = strcspn(line, BLANKS);
    return (len == strlen(letter) && strncasecmp(line, letter, len) == 0) ||
           (len == strlen(word) && strncasecmp(line, word, len) == 0);
}

bool dep_confirm(const char *question)
{
    if (!dep_is_terminal())
        return false;
    for (;;) { /* a slip of the finger must not lose what was answered before */
        char line[64];
        (void)fprintf(stderr, _("%s [y/N] "), question);
        (void)fflush(stderr);
        if (!fgets(line, sizeof line, stdin))
            return false;
        if (is_answer(line, _("y"), _("yes")))
            return true;
        if (!line[strspn(line, BLANKS)] || is_answer(line, _("n"), _("no")))
            return false;
    }
}

/* ---- passphrases ---- */

/* One line of a descriptor, byte by byte: what follows belongs to the next reader. */
static int read_line(int fd, struct dep_buf *out)
{
    for (;;) {
        char byte;
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && errno == EINTR && stop_asked)
            return DEP_ERR_STOPPED;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return out->len ? DEP_OK : DEP_ERR_KEY;
        if (byte == '\n')
            return dep_buf_err(out);
        if (out->len >= PASSPHRASE_MAX)
            return DEP_ERR_CAP;
        dep_buf_add_byte(out, (uint8_t)byte);
    }
}

/* The terminal of the session; under `su -c` there is none, and the one that standard input comes
 * from serves. */
static int open_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd < 0 && dep_is_terminal() ? dup(STDIN_FILENO) : fd;
}

/* Without echo; the terminal has it back also when Ctrl-C ends the question. */
static int ask_once(const char *question, struct dep_buf *out)
{
    int fd = open_terminal();
    if (fd < 0)
        return DEP_ERR_KEY;
    watch_interrupts();
    struct termios kept, quiet;
    bool echo = tcgetattr(fd, &kept) == 0;
    if (echo) {
        quiet = kept;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
        quiet.c_lflag |= ECHONL;
        (void)tcsetattr(fd, TCSAFLUSH, &quiet);
    }
    (void)dprintf(fd, "%s ", question);
    int err = read_line(fd, out);
    if (err == DEP_ERR_STOPPED)
        (void)dprintf(fd, "\n"); /* what is said next stands on a line of its own */
    if (echo)
        (void)tcsetattr(fd, TCSAFLUSH, &kept);
    (void)close(fd);
    return err;
}

/* A fresh one until it was typed twice the same: a slip that nobody sees must not end the
 * command. */
static int ask_terminal(const char *question, bool fresh, struct dep_buf *out)
{
    for (;;) {
        int err = ask_once(question, out);
        if (err || !fresh)
            return err;
        if (!out->len) {
            dep_say("%s", dep_word("init.passphrase.empty"));
            continue;
        }
        struct dep_buf again;
        dep_buf_init_secret(&again, PASSPHRASE_MAX);
        err = ask_once(_("Once more, to be sure:"), &again);
        bool same = dep_slice_equal(dep_buf_slice(out), dep_buf_slice(&again));
        dep_buf_done(&again);
        if (err || same)
            return err;
        dep_say(_("the two passphrases differ: choose again"));
        dep_buf_clear(out);
    }
}

/* systemd's LoadCredential= puts them into this folder. */
static int read_credential(const char *which, struct dep_buf *out)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder)
        return DEP_ERR_KEY;
    char path[4096];
    if (snprintf(path, sizeof path, "%s/depositary.%s", folder, which) >= (int)sizeof path)
        return DEP_ERR_KEY;
    int err = dep_file_read(AT_FDCWD, path, PASSPHRASE_MAX, out, NULL);
    while (!err && out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = 0;
    return err;
}

/* The lines of --passphrase-fd are read once and kept: a command may need them twice. */
static struct dep_buf lines[2];
static int lines_read;

static int from_descriptor(int fd, bool root, struct dep_buf *out)
{
    if (!lines_read) {
        dep_buf_init_secret(&lines[0], PASSPHRASE_MAX);
        dep_buf_init_secret(&lines[1], PASSPHRASE_MAX);
        int err = read_line(fd, &lines[0]);
        if (err)
            return err;
        lines_read = read_line(fd, &lines[1]) == DEP_OK ? 2 : 1;
    }
    dep_buf_add_slice(out, dep_buf_slice(&lines[root && lines_read == 2 ? 1 : 0]));
    return dep_buf_err(out);
}

/* What doesn't come from a terminal would be wrong again. */
static bool typed;

bool dep_passphrase_wrong(void *context)
{
    (void)context;
    static int wrong;
    if (!typed || ++wrong == TRIES)
        return false;
    dep_say(_("wrong passphrase: try again"));
    return true;
}

int dep_passphrase_ask(void *context, const char *which, const char *code, bool fresh,
                       struct dep_buf *out)
{
    typed = false;
    const struct dep_args *args = context;
    bool root = strcmp(which, "root") == 0;
    if (args->passphrase_fd >= 0)
        return from_descriptor(args->passphrase_fd, root, out);
    if (read_credential(which, out) == DEP_OK)
        return DEP_OK;
    char question[256];
    if (root)
        (void)snprintf(question, sizeof question, "%s",
                       fresh ? _("Choose a passphrase for the root key:")
                             : _("Passphrase of the root key:"));
    else if (strcmp(which, "package") == 0)
        (void)snprintf(question, sizeof question, "%s",
                       _("Passphrase of the package, as it reached you by another way:"));
    else if (strcmp(which, "identity") == 0)
        (void)snprintf(question, sizeof question, _("Passphrase of the identity %s:"), code);
    else
        (void)snprintf(question, sizeof question,
                       fresh ? _("Choose a passphrase for officer %s:")
                             : _("Passphrase of officer %s:"),
                       code);
    typed = true;
    return ask_terminal(question, fresh, out);
}

/* ---- progress ---- */

void dep_progress_init(struct dep_progress *progress, const char *title)
{
    *progress = (struct dep_progress){.title = title};
    watch_interrupts();
}

/* Whether it is to be shown now. */
static bool follow(struct dep_progress *progress, uint64_t done)
{
    int64_t now = dep_monotonic_ms();
    if (!progress->started || done < progress->done) {
        progress->started = true;
        progress->started_ms = now;
        progress->first = done;
    }
    progress->done = done;
    if (!isatty(STDERR_FILENO) || now - progress->shown_ms < PROGRESS_EVERY_MS)
        return false;
    progress->shown_ms = now;
    return true;
}

static double elapsed_s(const struct dep_progress *progress)
{
    return (double)(progress->shown_ms - progress->started_ms) / 1000;
}

static double per_s(const struct dep_progress *progress)
{
    double elapsed = elapsed_s(progress);
    return elapsed > 0 ? (double)(progress->done - progress->first) / elapsed : 0;
}

static void show_time_left(const struct dep_progress *progress, uint64_t total)
{
    double rate = per_s(progress);
    if (total && progress->done <= total && rate > 0 && elapsed_s(progress) >= 1) {
        double left = (double)(total - progress->done) / rate;
        double minutes = (double)(int64_t)(left / 60);
        (void)fprintf(stderr, "%s", _(", "));
        (void)fprintf(stderr, _("%.0f min %02.0f s left"), minutes, left - 60 * minutes);
    }
    (void)fflush(stderr);
}

static void show_bytes(const struct dep_progress *progress, const char *title, uint64_t total,
                       char out_rate[32])
{
    char done[32], all[32];
    dep_bytes_text(progress->done, done);
    dep_bytes_text(total, all);
    dep_bytes_text((uint64_t)per_s(progress), out_rate);
    (void)fprintf(stderr, "\r\033[K%s %s%s%s", title, done, total ? " / " : "", total ? all : "");
}

bool dep_progress_seal(void *context, const struct dep_seal_progress *state)
{
    struct dep_progress *progress = context;
    char rate[32];
    if (state->reading_back && !progress->reading_back) {
        progress->reading_back = true;
        progress->started = false;
    }
    if (follow(progress, state->bytes_done)) {
        show_bytes(progress, state->reading_back ? _("Reading back") : progress->title,
                   state->bytes_total, rate);
        (void)fprintf(stderr, _(", files: %llu, %s/s"), (unsigned long long)state->files_done,
                      rate);
        show_time_left(progress, state->bytes_total);
    }
    return !dep_stopped();
}

void dep_progress_count(void *context, uint64_t done, uint64_t total)
{
    struct dep_progress *progress = context;
    char rate[32];
    stop_if_asked();
    if (!follow(progress, done))
        return;
    (void)fprintf(stderr, "\r\033[K%s %llu", progress->title, (unsigned long long)done);
    if (total)
        (void)fprintf(stderr, " / %llu", (unsigned long long)total);
    (void)snprintf(rate, sizeof rate, "%.0f", per_s(progress));
    (void)fprintf(stderr, _(", %s/s"), rate);
    show_time_left(progress, total);
}

void dep_progress_bytes(void *context, uint64_t done, uint64_t total)
{
    struct dep_progress *progress = context;
    char rate[32];
    stop_if_asked();
    if (!follow(progress, done))
        return;
    show_bytes(progress, progress->title, total, rate);
    (void)fprintf(stderr, _(", %s/s"), rate);
    show_time_left(progress, total);
}

void dep_progress_end(struct dep_progress *progress)
{
    if (progress->shown_ms)
        (void)fprintf(stderr, "\r\033[K");
    (void)fflush(stderr);
}
