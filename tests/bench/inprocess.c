/*
 * inprocess COUNT: plays so many scenarios in this process, one after the other, with the client of
 * tests/install/example, and prints `scenarios cpu-seconds wall-seconds`: the CPU is that
 * of the whole process, of client, server, judge and report alike.
 */
#include "harness/api/fakesmtp.h"

#include "tests/install/example/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static const char *const words[] = {"sent", "temporary", "permanent"};

static double cpu_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool play(const char *text)
{
    struct fakesmtp_error error;
    struct fakesmtp *server = fakesmtp_start_text(text, NULL, &error);
    int code = 0;
    if (server == NULL) {
        fprintf(stderr, "inprocess: %s\n", error.what);
        return false;
    }
    struct notify_note note = {.host = fakesmtp_host(server),
                               .port = fakesmtp_port(server),
                               .from = fakesmtp_fact(server, "from"),
                               .to = fakesmtp_fact(server, "to"),
                               .text = fakesmtp_message(server, 1, NULL)};
    enum notify_outcome outcome = notify_send(&note, &code);
    bool ok = fakesmtp_claim(server, NULL, words[outcome], (unsigned)code) &&
              fakesmtp_finish(server) == FAKESMTP_PASS;
    if (!ok)
        fputs(fakesmtp_findings(server), stderr);
    fakesmtp_free(server);
    return ok;
}

int main(int argc, char **argv)
{
    static const char *const texts[] = {
        "title  all is well\n\n...\nexpect outcome sent\nexpect message intact\n",
        "title  a recipient is refused\n\n...\nC: RCPT\nS: 550 5.1.1 nobody\n...\n"
        "expect outcome permanent\nexpect never DATA\n",
    };
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    double cpu = cpu_s(), wall = wall_s();
    for (long i = 0; i < count; i++)
        if (!play(texts[i % 2]))
            return 1;
    printf("%ld %.6f %.6f\n", count, cpu_s() - cpu, wall_s() - wall);
    return 0;
}
