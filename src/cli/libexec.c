#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

/* Takes the last part of a path away; false where there is none. */
static bool cut(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = 0;
    return slash != NULL;
}

bool dep_libexec(const char *name, char *out, size_t room)
{
    char folder[4096];
    ssize_t len = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (len <= 0)
        return false;
    folder[len] = 0;
    if (!cut(folder))
        return false;
    int wrote = snprintf(out, room, "%s/../libexec/%s", folder, name);
    if (wrote > 0 && (size_t)wrote < room && access(out, F_OK) == 0)
        return true;
    wrote = snprintf(out, room, "%s/%s", folder, name);
    return wrote > 0 && (size_t)wrote < room && access(out, F_OK) == 0;
}
