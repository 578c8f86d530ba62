/*
 * bench.h - what the three clients of the benchmark share: arguments, and the report.
 *
 * Usage: PROGRAM HOST PORT MESSAGES OCTETS [lf | kept|sessions CA-FILE]
 * Each sends MESSAGES messages of OCTETS octets over one connection, or each in a session of its
 * own, under STARTTLS with CA-FILE, and prints one line: messages, seconds of its own CPU (user and
 * system), seconds of wall time.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct bench {
    const char *host;
    const char *port;
    unsigned long messages;
    bool sessions;  /* one for each message */
    const char *ca; /* NULL: no TLS */
    char *text;     /* one message, CRLF line ends, no line begins with a dot */
    bool lf;        /* or: LF line ends, and every eighth line begins with a dot */
    size_t size;
    struct timespec begun;
    double begun_cpu_s; /* making the text is not measured */
};

void bench_begin(struct bench *bench, int argc, char **argv); /* exits on bad arguments */
void bench_end(struct bench *bench, unsigned long sent);      /* prints, frees */

#endif
