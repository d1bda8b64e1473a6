#include "cli/cli.h"
#include "cli/config.h"

#include "codec/text.h"
#include "report/words.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Unicode's RLI, FSI and PDI. */
static const char RIGHT_TO_LEFT[] = "\u2067", FIRST_STRONG[] = "\u2068", POP[] = "\u2069";

/* A locale that isn't installed names the reader's language too, and ours needs no file of it. */
static void take_locale(void)
{
    const char *const names[] = {getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")};
    size_t i = 0;
    if (setlocale(LC_ALL, "") || !setlocale(LC_ALL, "C.UTF-8"))
        return;
    while (i < DEP_COUNT(names) && (!names[i] || !names[i][0]))
        i++;
    if (i < DEP_COUNT(names))
        (void)setenv("LANGUAGE", names[i], 0);
}

void dep_speak_session(void)
{
    take_locale();
    const char *locale_dir = getenv("DEPOSITARY_LOCALEDIR");
    (void)bindtextdomain("depositary", locale_dir ? locale_dir : DEPOSITARY_LOCALEDIR);
    (void)bind_textdomain_codeset("depositary", "UTF-8");
    (void)textdomain("depositary");
}

const char *dep_word(const char *id)
{
    return dep_words(id);
}

/* UTF-8 of U+0600 to U+06FF begins with one of these. */
static bool is_arabic(const char *words)
{
    return strpbrk(words, "\xd8\xd9\xda\xdb") != NULL;
}

/* A terminal takes the direction of a line from its first letter, which is of the program's name:
 * what is said in Arabic behind it is isolated, or its parts would stand in the wrong order. */
DEP_PRINTF(1, 0) static void say(const char *format, va_list list)
{
    bool isolated = is_arabic(_("yes")); /* the reader's language */
    (void)fprintf(stderr, "depositary: %s", isolated ? RIGHT_TO_LEFT : "");
    (void)vfprintf(stderr, format, list);
    (void)fprintf(stderr, "%s\n", isolated ? POP : "");
}

void dep_say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(format, list);
    va_end(list);
}

void dep_say_hint(const char *command, const char *nearest)
{
    if (nearest) {
        (void)fprintf(stderr, _("Did you mean: %s?"), nearest);
        (void)fprintf(stderr, "\n");
    }
    (void)fprintf(stderr, _("Try: depositary %s --help\n"), command);
}

int dep_usage_error(const struct dep_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(format, list);
    va_end(list);
    dep_say_hint(args->command, NULL);
    return DEP_EXIT_USAGE;
}

void dep_print_safe(FILE *out, const char *text, size_t len)
{
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 8 * DEP_JSON_LEN_MAX);
    dep_text_show(dep_slice_of(text, len), &shown);
    if (dep_buf_err(&shown) == DEP_OK && shown.len)
        (void)fwrite(shown.data, 1, shown.len, out);
}

void dep_print_isolated(FILE *out, const char *text)
{
    /* An Arabic one goes with the line, which may take its direction from it. */
    bool isolated = is_arabic(_("yes")) && !is_arabic(text);
    (void)fprintf(out, "%s", isolated ? FIRST_STRONG : "");
    dep_print_safe(out, text, strlen(text));
    (void)fprintf(out, "%s", isolated ? POP : "");
}

void dep_print_label(FILE *out, const char *label)
{
    /* In French a space stands before the colon. */
    (void)fprintf(out, _("%s: "), label);
}

int dep_text_width(const char *words)
{
    enum { WIDE_MAX = 256 };
    wchar_t wide[WIDE_MAX];
    size_t count = mbstowcs(wide, words, WIDE_MAX);
    int width = count < WIDE_MAX ? wcswidth(wide, count) : -1;
    return width >= 0 ? width : (int)strlen(words);
}

void dep_print_column(FILE *out, const char *words, int columns)
{
    bool isolated = is_arabic(words);
    int padding = columns - dep_text_width(words);
    (void)fprintf(out, "%s%s%s%*s", isolated ? RIGHT_TO_LEFT : "", words, isolated ? POP : "",
                  padding > 0 ? padding : 0, "");
}

bool dep_print_json(json_t *object)
{
    DEP_AUTO_JSON *owned = object;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_JSON_LEN_MAX);
    if (!owned || dep_json_encode(owned, &text)) {
        dep_say(_("out of memory while printing"));
        return false;
    }
    dep_buf_add_byte(&text, '\n');
    return fwrite(text.data, 1, text.len, stdout) == text.len;
}

int dep_write_out(const struct dep_args *args, const struct dep_buf *text)
{
    struct dep_problem problem = {.detail = ""};
    const char *path = dep_arg(args, "--out");
    if (path) {
        int err = dep_file_create(AT_FDCWD, path, dep_buf_slice(text), 0600, &problem.fault);
        return err ? dep_say_problem(args, err, &problem) : DEP_EXIT_YES;
    }
    bool whole = text->len && text->data[text->len - 1] == '\n';
    bool done = fwrite(text->data, 1, text->len, stdout) == text->len &&
                (whole || fputc('\n', stdout) != EOF);
    return dep_finish_output(done ? DEP_EXIT_YES : DEP_EXIT_FAULT);
}

/* In the reader's language also where the C library has no words in it, as in Arabic. */
static const char *cause_of(int sys)
{
    static const struct {
        int sys;
        const char *words;
    } causes[] = {
        {EACCES, N_("Permission denied")},
        {EBUSY, N_("Device or resource busy")},
        {EDQUOT, N_("Disk quota exceeded")},
        {EEXIST, N_("File exists")},
        {EFBIG, N_("File too large")},
        {EINVAL, N_("Invalid argument")},
        {EIO, N_("Input/output error")},
        {EISDIR, N_("Is a directory")},
        {ELOOP, N_("Too many levels of symbolic links")},
        {EMFILE, N_("Too many open files")},
        {ENAMETOOLONG, N_("File name too long")},
        {ENOENT, N_("No such file or directory")},
        {ENOMEM, N_("Cannot allocate memory")},
        {ENOSPC, N_("No space left on device")},
        {ENOTDIR, N_("Not a directory")},
        {ENOTEMPTY, N_("Directory not empty")},
        {EPERM, N_("Operation not permitted")},
        {EPIPE, N_("Broken pipe")},
        {EROFS, N_("Read-only file system")},
        {EXDEV, N_("Invalid cross-device link")},
    };
    for (size_t i = 0; i < DEP_COUNT(causes); i++)
        if (causes[i].sys == sys)
            return _(causes[i].words);
    return strerror(sys);
}

int dep_finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    dep_say(_("the output could not be written: %s"), cause_of(errno));
    return DEP_EXIT_FAULT;
}

void dep_bytes_text(uint64_t bytes, char out[32])
{
    static const char *const units[] = {N_("B"),  N_("kB"), N_("MB"), N_("GB"),
                                        N_("TB"), N_("PB"), N_("EB")};
    size_t unit = 0;
    uint64_t tenths = bytes; /* of the unit, but of bytes there are none */
    /* Rounded once; what would be 1000.0 is one of the next. */
    for (uint64_t tenth = 100; unit + 1 < DEP_COUNT(units) && tenths >= (unit ? 10000 : 1000);
         tenth *= 1000, unit++)
        tenths = bytes / tenth + (bytes % tenth >= tenth / 2);
    if (unit)
        (void)snprintf(out, 32, _("%llu.%llu %s"), (unsigned long long)(tenths / 10),
                       (unsigned long long)(tenths % 10), _(units[unit]));
    else
        (void)snprintf(out, 32, "%llu %s", (unsigned long long)bytes, _(units[0]));
}

static int exit_of(int err)
{
    return err == DEP_FOUND || err == DEP_ERR_STOPPED ? DEP_EXIT_WANTING : DEP_EXIT_FAULT;
}

void dep_say_begin(const struct dep_args *args)
{
    (void)fprintf(stderr, "depositary: ");
    if (args->line)
        (void)fprintf(stderr, _("line %llu: "), (unsigned long long)args->line);
}

bool dep_print_said(const struct dep_args *args, json_t *object)
{
    /* Without memory `object` is NULL, and printing it says so. */
    if (args->line && object &&
        json_object_set_new(object, "line", json_integer((json_int_t)args->line))) {
        json_decref(object);
        object = NULL;
    }
    return dep_print_json(object);
}

/* Of memory, and of threads, that weren't to be had no call tells an errno. */
static int sys_of(int err, const struct dep_fault *fault)
{
    return fault->sys || err != DEP_ERR_NOMEM ? fault->sys : ENOMEM;
}

static json_t *problem_json(int err, const struct dep_problem *problem)
{
    if (err == DEP_FOUND)
        return json_pack("{s:s,s:s,s:s,s:s,s:s}", "finding", problem->finding.id, "clause",
                         problem->finding.clause, "where", problem->detail, "pointer",
                         problem->where.instance_path, "words", dep_word(problem->finding.id));
    const char *what = problem->fault.what ? problem->fault.what : dep_err_name(err);
    int sys = sys_of(err, &problem->fault);
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "fault", what, "kind", dep_err_name(err), "where",
                     problem->fault.where, "cause", sys ? cause_of(sys) : "", "words",
                     dep_word(what));
}

int dep_say_problem(const struct dep_args *args, int err, const struct dep_problem *problem)
{
    return dep_say_problem_of(args, err, problem, "", NULL);
}

int dep_say_problem_of(const struct dep_args *args, int err, const struct dep_problem *problem,
                       const char *name, json_t *more)
{
    assert(err != DEP_OK);
    json_t *object = args->json ? problem_json(err, problem) : NULL;
    if (object && more && json_object_set(object, name, more)) {
        json_decref(object);
        object = NULL;
    }
    if (args->json && !dep_print_said(args, object))
        return DEP_EXIT_FAULT;
    dep_say_begin(args);
    if (err == DEP_FOUND) {
        dep_print_column(stderr, dep_word(problem->finding.id), 0);
        if (problem->detail[0]) {
            (void)fprintf(stderr, " [");
            dep_print_safe(stderr, problem->detail, strlen(problem->detail));
            (void)fprintf(stderr, "]");
        }
        (void)fprintf(stderr, " (%s)\n", problem->finding.id);
        return dep_finish_output(exit_of(err));
    }
    const char *what = problem->fault.what ? problem->fault.what : dep_err_name(err);
    dep_print_column(stderr, dep_word(what), 0);
    if (problem->fault.where[0]) {
        (void)fprintf(stderr, " [");
        dep_print_safe(stderr, problem->fault.where, strlen(problem->fault.where));
        (void)fprintf(stderr, "]");
    }
    int sys = sys_of(err, &problem->fault);
    if (sys) {
        (void)fprintf(stderr, ": ");
        dep_print_column(stderr, cause_of(sys), 0);
    }
    (void)fprintf(stderr, " (%s)\n", what);
    return dep_finish_output(exit_of(err));
}
