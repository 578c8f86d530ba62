#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void make_text(struct bench *bench, size_t size)
{
    static const char header[] = "From: <sender@client.example>\r\nTo: <rcpt@server.example>\r\n"
                                 "Subject: benchmark\r\n\r\n";
    static const char line[] =
        "The quick brown fox jumps over the lazy dog, again and again and again ....\r\n";

    bench->text = malloc(size + sizeof(header) + sizeof(line));
    if (bench->text == NULL) {
        exit(2);
    }
    memcpy(bench->text, header, sizeof(header) - 1);
    bench->size = sizeof(header) - 1;
    while (bench->size < size) {
        memcpy(bench->text + bench->size, line, sizeof(line) - 1);
        bench->size += sizeof(line) - 1;
    }
}

void bench_begin(struct bench *bench, int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s HOST PORT MESSAGES OCTETS\n", argv[0]);
        exit(2);
    }
    bench->host = argv[1];
    bench->port = argv[2];
    bench->messages = strtoul(argv[3], NULL, 10);
    make_text(bench, strtoul(argv[4], NULL, 10));
    clock_gettime(CLOCK_MONOTONIC, &bench->begun);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void bench_end(struct bench *bench, unsigned long sent)
{
    struct timespec now;
    struct rusage usage;

    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    printf("%lu %.6f %.6f\n", sent, seconds(usage.ru_utime) + seconds(usage.ru_stime),
           (double)(now.tv_sec - bench->begun.tv_sec) +
               (double)(now.tv_nsec - bench->begun.tv_nsec) / 1e9);
    free(bench->text);
}
