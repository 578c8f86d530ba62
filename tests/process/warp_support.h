/*
 * warp_support.h - what the tests of --warp share: a folder with scenarios, and shell lines that
 * are run there.
 */
#ifndef TESTS_PROCESS_WARP_SUPPORT_H
#define TESTS_PROCESS_WARP_SUPPORT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (256 * 1024)
#define WAYS                                                                                       \
    "poll ppoll ticks select pselect epoll nanosleep clock-nanosleep alarm setitimer timer "       \
    "timerfd condition monotonic-condition receive-timeout semaphore sigtimedwait thread child"
#define ALL_WAYS "19"

/* Counts the transcripts of which the client says that it waited less than two seconds, or a
 * minute: a machine with much to do wakes it late. */
#define LATE_OR_NOT                                                                                \
    "grep -cE '^report \"waited ([2-9]|[1-5][0-9]) s' kept/short* | grep -vc '[^:]*:1$'"

static const char *smtpdrill;
static const char *client;
static char folder[32];
static char output[OUTPUT_MAX]; /* of the last command */

static void put_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* Runs a shell line in the folder; returns its exit status, output has both streams. */
static int run(const char *format, const char *word, const char *word_too)
{
    char line[2048];
    char command[4096];
    snprintf(line, sizeof(line), format, word, word_too);
    snprintf(command, sizeof(command),
             "{ cd %s && export TMPDIR=%s/tmp D=%s C=%s && { %s; } } >%s.out 2>&1", folder, folder,
             smtpdrill, client, line, folder);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    snprintf(command, sizeof(command), "%s.out", folder);
    FILE *file = fopen(command, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(output, 1, sizeof(output) - 1, file);
    output[size] = '\0';
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(remove(command), 0);
    return WEXITSTATUS(status);
}

static void has(const char *what)
{
    ck_assert_msg(strstr(output, what) != NULL, "no \"%s\" in:\n%.3000s", what, output);
}

static void has_not(const char *what)
{
    ck_assert_msg(strstr(output, what) == NULL, "\"%s\" in:\n%.3000s", what, output);
}

/* What the servers see of a wait is loose: on a machine with much to do they come late. How long it
 * was the client says. */
static void set_up(void)
{
    char command[256];
    snprintf(folder, sizeof(folder), "/tmp/test-warp-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command), "mkdir %s/tmp %s/s", folder, folder);
    ck_assert_int_eq(system(command), 0);
    put_file("s/silent.drill", "title the client gives up after {least} or longer\nsource -\n"
                               "limit 20m\nsweep least 200s\n\n!stall\n\n"
                               "expect gives up between {least} and 400s\n");
    put_file("s/ways.drill", "title by {way} the client gives up after {least} or longer\n"
                             "source -\nlimit 20m\nsend from={way}@client.example\n"
                             "sweep way " WAYS "\nsweep least 200s\n\n!stall\n\n"
                             "expect gives up between {least} and 400s\n");
    put_file("s/short.drill", "title by {way} the client gives up after two seconds\n"
                              "source -\nlimit 2m\nsend from={way}@client.example\n"
                              "sweep way " WAYS "\n\n!stall\n\n"
                              "expect gives up between 0s and 60s\n");
    put_file("s/late.drill", "title the greeting comes after four minutes\nsource -\n"
                             "limit 20m\n\n+4m S: 220 server.example\n...\n\n"
                             "expect gives up between 0s and 20m\nexpect count EHLO|HELO <= 0\n");
    put_file("s/farewell.drill",
             "title what is said at the end of a wait is heard then\nsource -\n"
             "limit 20m\n\nS: 220 server.example\nC: EHLO\nS: 250 ok\nC: MAIL\n!stall\n\n"
             "expect gives up between 290s and 320s\n");
    put_file("s/block.drill", "title a block of mail data is not taken\nsource -\nlimit 45m\n\n"
                              "...\nC: DATA\nS: 354 go ahead\n!deaf 2h\n...\n\n"
                              "expect gives up between 3m and 40m\n");
    put_file("s/deaf.drill", "title the server reads nothing\nsource -\n"
                             "limit 20m\n\n!deaf 19m\n...\n\nexpect never MAIL\n");
}

static void tear_down(void)
{
    char command[256];
    snprintf(command, sizeof(command), "rmdir %s/tmp && rm -rf %s", folder, folder);
    ck_assert_int_eq(system(command), 0);
}

#endif
