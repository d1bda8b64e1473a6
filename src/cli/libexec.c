#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

bool dep_libexec(const char *name, char *out, size_t room)
{
    char prefix[4096];
    ssize_t len = readlink("/proc/self/exe", prefix, sizeof prefix - 1);
    if (len <= 0)
        return false;
    prefix[len] = 0;
    for (int i = 0; i < 2; i++) { /* PREFIX/bin/depositary */
        char *slash = strrchr(prefix, '/');
        if (!slash)
            return false;
        *slash = 0;
    }
    int wrote = snprintf(out, room, "%s/libexec/%s", prefix, name);
    return wrote > 0 && (size_t)wrote < room;
}
