#include "node/node.h"

#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

int dep_problem_found(struct dep_problem *out, const char *id, const char *clause,
                      const char *detail)
{
    (void)snprintf(out->detail, sizeof out->detail, "%s", detail);
    return dep_found(&out->finding, id, clause, 0);
}

int dep_problem_fault(struct dep_problem *out, int err, const char *what, const char *where)
{
    return dep_fault_set(&out->fault, err, 0, what, "%s", where);
}

static int64_t system_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void dep_world_system(struct dep_world *out)
{
    *out = (struct dep_world){.clock = system_ms,
                              .random = dep_random,
                              .clock_source = "unknown",
                              .clock_uncertainty_s = 86400};
    struct timex kernel = {.modes = 0};
    int state = adjtimex(&kernel);
    /* An unsynchronised clock is somebody's setting of a quartz: how far it is off, nobody
     * measured. */
    if (state >= 0 && state != TIME_ERROR && !(kernel.status & STA_UNSYNC)) {
        out->clock_source = "ntp";
        out->clock_uncertainty_s = (kernel.maxerror + 999999) / 1000000;
    } else {
        out->clock_source = "rtc";
    }
}
