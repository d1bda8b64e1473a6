/* For LD_PRELOAD: a computer whose battery is empty, so that its calendar begins with 1970. */
#include <dlfcn.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int (*real)(clockid_t, struct timespec *);
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, out);
    if (clock == CLOCK_REALTIME)
        out->tv_sec %= 3600;
    return status;
}
