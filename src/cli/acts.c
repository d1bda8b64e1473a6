#include "cli/acts.h"

#include "cli/show.h"
#include "codec/text.h"

#include <string.h>

/* ---- recording ---- */

static void gather_notice(void *context, const char *id, const char *detail)
{
    struct dep_recording *recording = context;
    /* Without memory the notice is lost, and what it is about is recorded all the same. */
    (void)json_array_append_new(recording->said,
                                json_pack("{s:s,s:s,s:s}", "notice", id, "where",
                                          detail ? detail : "", "words", dep_word(id)));
}

bool dep_recording_add(struct dep_recording *recording, const char *name, const char *value)
{
    return json_object_set_new(recording->more, name, json_string(value)) == 0;
}

static bool answer_json(const struct dep_recording *recording, const char *type)
{
    json_t *answer =
        json_pack("{s:s,s:s,s:I,s:O}", "record", recording->done.jti, "type", type, "index",
                  (json_int_t)recording->done.index, "notices", recording->said);
    if (answer && json_object_update(answer, recording->more)) {
        json_decref(answer);
        answer = NULL;
    }
    return dep_print_json(answer);
}

static void say_notices(const json_t *notices)
{
    size_t i;
    json_t *notice;
    json_array_foreach(notices, i, notice)
    {
        const char *where = dep_json_string(notice, "where");
        (void)fprintf(stderr, "%s", dep_json_string(notice, "words"));
        if (where[0]) {
            (void)fprintf(stderr, " [");
            dep_print_safe(stderr, where, strlen(where));
            (void)fprintf(stderr, "]");
        }
        (void)fprintf(stderr, "\n");
    }
}

static int answer(const struct dep_recording *recording, const char *type)
{
    if (recording->args->json)
        return answer_json(recording, type) ? DEP_EXIT_YES : DEP_EXIT_FAULT;
    const char *name;
    json_t *value;
    (void)printf(_("Recorded: %s\n"), recording->done.jti);
    json_object_foreach(recording->more, name, value)
    {
        dep_print_label(stdout, dep_word(name));
        dep_print_safe(stdout, json_string_value(value), json_string_length(value));
        (void)printf("\n");
    }
    /* What was recorded stands before what is said about it, whoever reads both streams. */
    (void)fflush(stdout);
    say_notices(recording->said);
    return DEP_EXIT_YES;
}

struct attempted {
    struct dep_args *args;
    struct dep_node *node;
    const char *type;
    dep_recording_fn *run;
    int status; /* of the answer */
};

static int attempt(void *context, json_t *claims, struct dep_problem *problem)
{
    struct attempted *attempted = context;
    DEP_AUTO_JSON *said = json_array();
    DEP_AUTO_JSON *more = json_object();
    struct dep_recording recording = {.args = attempted->args, .said = said, .more = more};
    recording.notices = (struct dep_notices){gather_notice, &recording};
    int err = said && more
                  ? attempted->run(attempted->node, claims, &recording, problem)
                  : dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.record", attempted->type);
    if (!err)
        attempted->status = answer(&recording, attempted->type);
    return err;
}

static int record(struct dep_args *args, const char *type, bool stated, json_t *known,
                  dep_recording_fn *run)
{
    int status = dep_confine_command(args, true);
    if (status)
        return status;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node = NULL;
    if (stated)
        node = dep_fields_open(args, type, NULL, known, &claims, &status);
    else if ((claims = json_object()))
        node = dep_open_node(args, true, &status);
    if (!node && status)
        return status;
    if (!node) {
        dep_say(_("out of memory"));
        return DEP_EXIT_FAULT;
    }
    struct attempted attempted = {args, node, type, run, DEP_EXIT_YES};
    status = dep_fields_attempt(args, node, type, claims, attempt, &attempted);
    if (!status)
        status = attempted.status;
    dep_node_close(node);
    return dep_finish_output(status);
}

int dep_record_command(struct dep_args *args, const char *type, bool stated, dep_recording_fn *run)
{
    return record(args, type, stated, NULL, run);
}

int dep_record_known(struct dep_args *args, const char *type, json_t *known, dep_recording_fn *run)
{
    int status = record(args, type, true, known, run);
    json_decref(known);
    return status;
}

/* ---- reading ---- */

int dep_read_command(struct dep_args *args, dep_reading_fn *run)
{
    if (dep_arg(args, "--file")) /* else what was stated would be passed over in silence */
        return dep_usage_error(args, _("this only shows: --file goes with what records"));
    int status = dep_confine_command(args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(args, false, &status);
    if (!node)
        return status;
    struct dep_problem problem = {.detail = ""};
    int err = run(args, node, &problem);
    status = err ? dep_say_problem(args, err, &problem) : DEP_EXIT_YES;
    dep_node_close(node);
    return dep_finish_output(status);
}

static json_t *act_json(const struct dep_act *act, const char *state)
{
    json_t *later = json_array();
    for (size_t i = 0; later && i < act->later_count; i++)
        if (json_array_append_new(later, dep_view_json(&act->later[i]))) {
            json_decref(later);
            return NULL;
        }
    return json_pack("{s:s?,s:o,s:o}", "state", state, "record", dep_view_json(&act->head), "later",
                     later);
}

int dep_show_act(const struct dep_args *args, struct dep_node *node, const struct dep_act *act,
                 const char *state)
{
    if (args->json)
        return dep_print_json(act_json(act, state)) ? DEP_OK : DEP_ERR_IO;
    dep_show_view(node, &act->head);
    if (state) {
        (void)printf("  ");
        dep_print_label(stdout, _("State"));
        (void)printf("%s\n", dep_word(state));
    }
    for (size_t i = 0; i < act->later_count; i++) {
        (void)printf("\n");
        dep_show_view(node, &act->later[i]);
    }
    return DEP_OK;
}

void dep_show_or_dash(const char *text)
{
    text = text && text[0] ? text : "-";
    dep_print_safe(stdout, text, strlen(text));
}

void dep_show_moment(int64_t unix_s)
{
    enum { TIME_WIDTH = 20 };
    if (unix_s == INT64_MIN || unix_s == INT64_MAX)
        (void)printf("%*s", TIME_WIDTH, "");
    else
        dep_show_time(unix_s);
}

json_t *dep_moment_json(int64_t unix_s)
{
    char text[24];
    if (unix_s == INT64_MIN || unix_s == INT64_MAX)
        return NULL;
    dep_time_encode(unix_s, text);
    return json_string(text);
}
