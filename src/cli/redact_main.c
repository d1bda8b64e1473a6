/*
 * depositary-redact: the pages of one file as pictures, what must not be seen painted over. It
 * knows no register and holds no key.
 */
#include "cli/cli.h"
#include "redact/redact.h"
#include "store/file.h"

#include <fcntl.h>
#include <unistd.h>

enum { PDF_MAX = 1 << 30, BOXES_MAX = 16 * 1024 * 1024 };

struct session {
    struct dep_buf pdf;
    struct dep_progress progress;
};

static int gather(void *context, const uint8_t *data, size_t len)
{
    struct session *session = context;
    dep_buf_add(&session->pdf, data, len);
    return dep_buf_err(&session->pdf);
}

static bool tell(void *context, size_t done, size_t pages)
{
    struct session *session = context;
    dep_progress_count(&session->progress, done, pages);
    return !dep_stopped();
}

static int redact(const char *file, const char *boxes_file, struct session *session,
                  size_t *out_pages, struct dep_problem *problem)
{
    DEP_AUTO_BUF content, boxes_text;
    DEP_AUTO_FREE struct dep_redact_box *boxes = NULL;
    size_t count = 0;
    dep_buf_init(&content, DEP_REDACT_FILE_MAX);
    dep_buf_init(&boxes_text, BOXES_MAX);
    int err = dep_file_read(AT_FDCWD, file, DEP_REDACT_FILE_MAX, &content, &problem->fault);
    if (!err && boxes_file)
        err = dep_file_read(AT_FDCWD, boxes_file, BOXES_MAX, &boxes_text, &problem->fault);
    if (!err && boxes_file) {
        err = dep_redact_boxes_parse(dep_buf_slice(&boxes_text), &boxes, &count, &problem->finding);
        (void)snprintf(problem->detail, sizeof problem->detail, "%s", boxes_file);
    }
    if (err)
        return err;
    (void)snprintf(problem->detail, sizeof problem->detail, "%s", file);
    struct dep_redact_order order = {.file = dep_buf_slice(&content),
                                     .boxes = boxes,
                                     .box_count = count,
                                     .progress = tell,
                                     .write = gather,
                                     .context = session};
    return dep_redact(&order, out_pages, &problem->finding);
}

static int run(const struct dep_args *args, const char *boxes_file, const char *out)
{
    struct dep_problem problem = {.detail = ""};
    struct session session;
    size_t pages = 0;
    dep_buf_init(&session.pdf, PDF_MAX);
    dep_progress_init(&session.progress, _("Pages"));
    int err = redact(args->positional[0], boxes_file, &session, &pages, &problem);
    dep_progress_end(&session.progress);
    if (!err)
        err = dep_file_create(AT_FDCWD, out, dep_buf_slice(&session.pdf), 0600, &problem.fault);
    dep_buf_done(&session.pdf);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:I}", "file", out, "pages", (json_int_t)pages))
                   ? DEP_EXIT_YES
                   : DEP_EXIT_FAULT;
    if (boxes_file)
        (void)printf(_("Pages: %zu. Look at each page before you pass it on, then seal it: "
                       "depositary intake %s --stage redaction --of ITEM\n"),
                     pages, out);
    else
        (void)printf(_("Pages: %zu. Nothing is hidden in it: it shows where is what, in "
                       "thousandths of the page\n"),
                     pages);
    return DEP_EXIT_YES;
}

int main(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--boxes", 0, true, false, N_("JSON file with the rectangles to paint over")},
        {"--grid", 0, false, false, N_("paint nothing over: show where is what")},
        {"--out", 'o', true, false, N_("file to write (PDF)")},
    };
    static struct dep_args args;
    dep_speak_session();
    int status = dep_args_parse(&args, "redact", "redact FILE --boxes FILE|--grid --out FILE",
                                options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    const char *boxes = dep_arg(&args, "--boxes"), *out = dep_arg(&args, "--out");
    if (args.positional_count != 1 || !out || (boxes != NULL) == dep_flag(&args, "--grid"))
        return dep_usage_error(
            &args, _("name a file, --boxes FILE or --grid, and --out FILE (which must not exist)"));
    status = dep_confine_command(&args, false);
    if (status)
        return status;
    return dep_finish_output(run(&args, boxes, out));
}
