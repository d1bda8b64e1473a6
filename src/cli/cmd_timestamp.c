/*
 * timestamp: requests to time-stamping authorities, and their responses taken in, by file.
 */
#include "cli/acts.h"
#include "cli/cli.h"
#include "node/timestamp.h"
#include "store/file.h"

#include <fcntl.h>
#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--out", 'o', true, false, N_("request: file to write")},
};

static const char USAGE[] = "timestamp request --out FILE | add FILE... | list";

/* Not to standard output: it is no text. */
static int request(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    if (!dep_arg(args, "--out"))
        return dep_usage_error(args, _("--out FILE is needed"));
    DEP_AUTO_BUF der;
    dep_buf_init(&der, DEP_TSP_LEN_MAX);
    int err = dep_timestamp_ask(node, &der, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &der);
}

static json_t *timestamp_json(const struct dep_timestamp *timestamp)
{
    bool good = timestamp->finding == NULL;
    return json_pack("{s:I,s:s,s:s?,s:s*,s:o*,s:o*,s:o*,s:b}", "size", (json_int_t)timestamp->size,
                     "name", timestamp->name, "finding", timestamp->finding, "authority",
                     good ? timestamp->authority : NULL, "time",
                     good ? dep_moment_json(timestamp->token.time_s) : NULL, "latest",
                     good ? dep_moment_json(timestamp->token.latest_s) : NULL, "expires",
                     good ? dep_moment_json(timestamp->token.expires_s) : NULL, "renewed",
                     (int)timestamp->renewed);
}

static int show(const struct dep_args *args, const struct dep_timestamp *timestamp)
{
    if (args->json)
        return dep_print_json(timestamp_json(timestamp)) ? DEP_OK : DEP_ERR_IO;
    (void)printf("%llu  ", (unsigned long long)timestamp->size);
    if (timestamp->finding) {
        dep_print_column(stdout, dep_word(timestamp->finding), 0);
        (void)printf("\n");
        return DEP_OK;
    }
    dep_show_moment(timestamp->token.time_s);
    (void)printf("  ");
    dep_print_safe(stdout, timestamp->authority, strlen(timestamp->authority));
    (void)printf("  ");
    dep_print_column(stdout, timestamp->renewed ? _("renewed") : _("certificate valid until"), 0);
    if (!timestamp->renewed) {
        (void)printf(" ");
        dep_show_moment(timestamp->token.expires_s);
    }
    (void)printf("\n");
    return DEP_OK;
}

static int add(struct dep_args *args, struct dep_node *node)
{
    for (size_t i = 1; i < args->positional_count; i++) {
        struct dep_problem problem = {.detail = ""};
        struct dep_timestamp taken;
        DEP_AUTO_BUF response;
        dep_buf_init(&response, DEP_TSP_LEN_MAX);
        int err = dep_file_read(AT_FDCWD, args->positional[i], DEP_TSP_LEN_MAX, &response,
                                &problem.fault);
        if (!err)
            err = dep_timestamp_take(node, dep_buf_slice(&response), &taken, &problem);
        if (!err && show(args, &taken))
            return DEP_EXIT_FAULT;
        if (err)
            return dep_say_problem(args, err, &problem);
    }
    return dep_finish_output(DEP_EXIT_YES);
}

static int show_each(void *context, const struct dep_timestamp *timestamp,
                     const struct dep_index_row *row)
{
    (void)row;
    return show(context, timestamp);
}

static int list(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    int err = dep_timestamps(node, show_each, args, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_timestamp(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "timestamp", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    static const struct {
        const char *verb;
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
        size_t words_min, words_max;
    } table[] = {
        {"request", request, true, 1, 1},
        {"add", add, true, 2, DEP_VALUES_MAX},
        {"list", list, false, 0, 1},
    };
    const char *verb = args.positional_count ? args.positional[0] : "list";
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, verb) != 0)
            continue;
        if (args.positional_count < table[i].words_min ||
            args.positional_count > table[i].words_max)
            return dep_usage_error(&args, _("usage: depositary %s"), USAGE);
        status = dep_confine_command(&args, true);
        if (status)
            return status;
        struct dep_node *node = dep_open_node(&args, table[i].write, &status);
        if (!node)
            return status;
        status = table[i].run(&args, node);
        dep_node_close(node);
        return status;
    }
    return dep_usage_error(&args, _("no such thing to do with time-stamps: %s"), verb);
}
