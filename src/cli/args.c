#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct dep_option COMMON[] = {
    {"--json", 0, false, false, N_("print JSON, one object a line")},
    {"--register", 'C', true, false,
     N_("the register (default: DEPOSITARY_REGISTER, or this folder)")},
    {"--as", 0, true, false,
     N_("code of the officer at work (default: DEPOSITARY_OFFICER, or the only one here)")},
    {"--passphrase-fd", 0, true, false,
     N_("read passphrases from this descriptor: first line officer, second line root")},
    {"--help", 'h', false, false, N_("show this")},
};

static void show_options(const struct dep_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[64];
        if (options[i].letter)
            (void)snprintf(left, sizeof left, "-%c, %s%s", options[i].letter, options[i].name,
                           options[i].takes_value ? " …" : "");
        else
            (void)snprintf(left, sizeof left, "    %s%s", options[i].name,
                           options[i].takes_value ? " …" : "");
        (void)printf("  ");
        dep_print_column(stdout, left, 28);
        (void)printf(" ");
        dep_print_column(stdout, _(options[i].help), 0);
        (void)printf("\n");
    }
}

static void show_help(const char *command, const char *usage, const struct dep_option *options,
                      size_t count)
{
    (void)printf(_("Usage: depositary %s\n"), usage);
    (void)printf("\n");
    show_options(options, count);
    show_options(COMMON, DEP_COUNT(COMMON));
    (void)printf(_("\nMore: man depositary-%s\n"), command);
}

static const struct dep_option *find_in(const struct dep_option *options, size_t count,
                                        const char *word, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        bool letter =
            len == 2 && word[0] == '-' && options[i].letter && word[1] == options[i].letter;
        if (letter || (strlen(options[i].name) == len && memcmp(options[i].name, word, len) == 0))
            return &options[i];
    }
    return NULL;
}

static const struct dep_option *find_option(const struct dep_args *args, const char *word,
                                            size_t len)
{
    const struct dep_option *option = find_in(args->options, args->option_count, word, len);
    return option ? option : find_in(COMMON, DEP_COUNT(COMMON), word, len);
}

static int no_such_option(const struct dep_args *args, const char *word, size_t len)
{
    const char *names[DEP_OPTIONS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < args->option_count && count < DEP_COUNT(names); i++)
        names[count++] = args->options[i].name;
    for (size_t i = 0; i < DEP_COUNT(COMMON) && count < DEP_COUNT(names); i++)
        names[count++] = COMMON[i].name;
    dep_say(_("no such option: %s"), word);
    dep_say_hint(args->command, dep_nearest(word, len, names, count));
    return DEP_EXIT_USAGE;
}

/* One word that begins with '-'. Moves `at` past a value taken from the next word. */
static int take_option(struct dep_args *out, int argc, char **argv, int *at)
{
    const char *word = argv[*at];
    const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct dep_option *option = find_option(out, word, len);
    if (!option)
        return no_such_option(out, word, len);
    if (!option->takes_value && equals)
        return dep_usage_error(out, _("%s takes no value"), option->name);
    const char *value = "";
    if (option->takes_value) {
        if (!equals && *at + 1 >= argc)
            return dep_usage_error(out, _("%s needs a value"), option->name);
        value = equals ? equals + 1 : argv[++*at];
    }
    for (size_t i = 0; !option->many && i < out->value_count; i++)
        if (out->values[i].option == option)
            return dep_usage_error(out, _("%s is given twice"), option->name);
    if (out->value_count == DEP_VALUES_MAX)
        return dep_usage_error(out, _("too many options"));
    out->values[out->value_count++] = (struct dep_value){option, value};
    return DEP_OK;
}

/* Not closed, nor what holds the place of one that was (main.c). */
static bool is_readable(int fd)
{
    char none;
    return read(fd, &none, 0) == 0;
}

static int take_common(struct dep_args *out)
{
    out->json = dep_flag(out, "--json");
    out->dir = dep_arg(out, "--register");
    if (!out->dir)
        out->dir = getenv("DEPOSITARY_REGISTER");
    if (!out->dir || !out->dir[0])
        out->dir = ".";
    out->officer = dep_arg(out, "--as");
    if (!out->officer)
        out->officer = getenv("DEPOSITARY_OFFICER");
    out->passphrase_fd = -1;
    const char *fd = dep_arg(out, "--passphrase-fd");
    uint64_t number;
    if (fd && (!dep_u64_parse(dep_slice_string(fd), 1024, &number) || !is_readable((int)number)))
        return dep_usage_error(
            out, _("--passphrase-fd needs the number of an open descriptor, not %s"), fd);
    if (fd)
        out->passphrase_fd = (int)number;
    return DEP_OK;
}

int dep_args_parse(struct dep_args *out, const char *command, const char *usage,
                   const struct dep_option *options, size_t option_count, int argc, char **argv)
{
    memset(out, 0, sizeof *out);
    out->command = command;
    out->options = options;
    out->option_count = option_count;
    bool options_over = false;
    for (int at = 1; at < argc; at++) {
        if (!options_over && strcmp(argv[at], "--") == 0) {
            options_over = true;
        } else if (!options_over && argv[at][0] == '-' && argv[at][1]) {
            int status = take_option(out, argc, argv, &at);
            if (status)
                return status + 1;
        } else if (out->positional_count == DEP_VALUES_MAX) {
            return dep_usage_error(out, _("too many arguments")) + 1;
        } else {
            out->positional[out->positional_count++] = argv[at];
        }
    }
    if (dep_flag(out, "--help")) {
        show_help(command, usage, options, option_count);
        return dep_finish_output(DEP_EXIT_YES) + 1;
    }
    int status = take_common(out);
    return status ? status + 1 : DEP_OK;
}

const char *dep_arg(const struct dep_args *args, const char *name)
{
    for (size_t i = args->value_count; i-- > 0;)
        if (strcmp(args->values[i].option->name, name) == 0)
            return args->values[i].text;
    return NULL;
}

bool dep_flag(const struct dep_args *args, const char *name)
{
    return dep_arg(args, name) != NULL;
}

const char *dep_arg_at(const struct dep_args *args, const char *name, size_t at)
{
    for (size_t i = 0; i < args->value_count; i++)
        if (strcmp(args->values[i].option->name, name) == 0 && at-- == 0)
            return args->values[i].text;
    return NULL;
}
