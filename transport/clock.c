#include "transport/clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

uint64_t clock_monotonic_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

int64_t clock_wall_s(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

static uint64_t cpu_us(int who)
{
    struct rusage usage = {0};

    getrusage(who, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

uint64_t clock_own_cpu_us(void)
{
    return cpu_us(RUSAGE_SELF);
}

uint64_t clock_children_cpu_us(void)
{
    return cpu_us(RUSAGE_CHILDREN);
}

/* The names stand here because strftime() takes them from the locale (RFC 5322 3.3). */
void clock_date(int64_t wall_s, char ret[CLOCK_DATE_OCTETS])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)wall_s;
    struct tm at = {0};

    gmtime_r(&seconds, &at);
    snprintf(ret, CLOCK_DATE_OCTETS, "%s, %d %s %d %02d:%02d:%02d +0000", days[at.tm_wday % 7],
             at.tm_mday, months[at.tm_mon % 12], at.tm_year + 1900, at.tm_hour, at.tm_min,
             at.tm_sec);
}
