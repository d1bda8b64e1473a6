/*
 * redact: handed to the program depositary-redact, so that the libraries that read foreign
 * documents never stand beside a register's keys.
 */
#include "cli/cli.h"

#include <unistd.h>

int dep_cmd_redact(int argc, char **argv)
{
    char path[4096];
    (void)argc;
    if (dep_libexec("depositary-redact", path, sizeof path))
        (void)execv(path, argv);
    dep_say(_("the program depositary-redact is not where depositary is installed"));
    return DEP_EXIT_FAULT;
}
