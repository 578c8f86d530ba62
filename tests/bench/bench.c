#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static void add(struct bench *bench, const char *line)
{
    size_t size = strlen(line);

    memcpy(bench->text + bench->size, line, size);
    bench->size += size;
    if (!bench->lf) {
        bench->text[bench->size++] = '\r';
    }
    bench->text[bench->size++] = '\n';
}

static void make_text(struct bench *bench, size_t size)
{
    static const char *const header[] = {"From: <sender@client.example>",
                                         "To: <rcpt@server.example>", "Subject: benchmark", ""};
    static const char line[] =
        "The quick brown fox jumps over the lazy dog, again and again and again ....";
    static const char dotted[] =
        ".he quick brown fox jumps over the lazy dog, again and again and again ....";
    unsigned long lines = 0;

    bench->text = malloc(size + 1024);
    if (bench->text == NULL) {
        exit(2);
    }
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++) {
        add(bench, header[i]);
    }
    while (bench->size < size) {
        add(bench, bench->lf && ++lines % 8 == 0 ? dotted : line);
    }
}

void bench_begin(struct bench *bench, int argc, char **argv)
{
    bool lf = argc == 6 && strcmp(argv[5], "lf") == 0;

    if (argc != 5 && argc != 7 && !lf) {
        fprintf(stderr, "usage: %s HOST PORT MESSAGES OCTETS [lf | kept|sessions CA-FILE]\n",
                argv[0]);
        exit(2);
    }
    bench->host = argv[1];
    bench->port = argv[2];
    bench->messages = strtoul(argv[3], NULL, 10);
    bench->lf = lf;
    bench->sessions = argc == 7 && strcmp(argv[5], "sessions") == 0;
    bench->ca = argc == 7 ? argv[6] : NULL;
    bench->size = 0;
    make_text(bench, strtoul(argv[4], NULL, 10));
    clock_gettime(CLOCK_MONOTONIC, &bench->begun);
    bench->begun_cpu_s = cpu_seconds();
}

void bench_end(struct bench *bench, unsigned long sent)
{
    struct timespec now;
    double cpu_s = cpu_seconds() - bench->begun_cpu_s;

    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%lu %.6f %.6f\n", sent, cpu_s,
           (double)(now.tv_sec - bench->begun.tv_sec) +
               (double)(now.tv_nsec - bench->begun.tv_nsec) / 1e9);
    free(bench->text);
}
