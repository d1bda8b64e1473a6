/* For LD_PRELOAD: a clock that fell back by half a century, as where a battery is empty. */
#include <dlfcn.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int (*real)(clockid_t, struct timespec *);
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, out);
    if (clock == CLOCK_REALTIME)
        out->tv_sec -= 50L * 365 * 86400;
    return status;
}
