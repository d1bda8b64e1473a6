/*
 * redact: handed to the program depositary-redact, so that the libraries that read foreign
 * documents never stand beside a register's keys.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char PROGRAM[] = "/libexec/depositary-redact";

/* PREFIX/bin/depositary has it in PREFIX/libexec. */
static bool find_program(char *out, size_t room)
{
    ssize_t len = readlink("/proc/self/exe", out, room - 1);
    if (len <= 0)
        return false;
    out[len] = 0;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(out, '/');
        if (!slash)
            return false;
        *slash = 0;
    }
    size_t prefix = strlen(out);
    if (prefix + sizeof PROGRAM > room)
        return false;
    memcpy(out + prefix, PROGRAM, sizeof PROGRAM);
    return true;
}

int dep_cmd_redact(int argc, char **argv)
{
    char path[4096];
    (void)argc;
    if (find_program(path, sizeof path))
        (void)execv(path, argv);
    dep_say(_("the program depositary-redact is not where depositary is installed"));
    return DEP_EXIT_FAULT;
}
