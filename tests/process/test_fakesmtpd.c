/* The fake server as a process: its ready line, its verdicts, its statuses, many connections. */
#include "base/buf.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#ifdef __SANITIZE_THREAD__
enum { RESIDENT_KIB_MAX = 192 * 1024 }; /* half of it is ThreadSanitizer's own */
#else
enum { RESIDENT_KIB_MAX = 96 * 1024 };
#endif

enum { WORDS_MAX = 16, OUTPUT_MAX = 65536, MANY = 2000 };

static pid_t server;
static int server_output;
static char output[OUTPUT_MAX + 1]; /* what it printed so far */
static size_t output_size;
static unsigned port;
static char folder[] = "/tmp/fakesmtpd-XXXXXX";

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    server = 0;
    server_output = -1;
    output_size = 0;
    output[0] = '\0';
}

static void tear_down(void)
{
    char command[64];

    if (server > 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
    close(server_output);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* ---- the server ------------------------------------------------------------------------------ */

static void start(const char *const *words)
{
    char *argv[WORDS_MAX] = {(char *)FAKESMTPD};
    posix_spawn_file_actions_t actions;
    int ends[2];
    size_t index;

    for (index = 0; words[index]; index++) {
        ck_assert_uint_lt(index + 2, WORDS_MAX);
        argv[index + 1] = (char *)words[index];
    }
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    ck_assert_int_eq(posix_spawn(&server, FAKESMTPD, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    server_output = ends[0];
}

/* Reads on until the text stands in the output, or it ends. */
static bool read_until(const char *text)
{
    ssize_t got = 1;

    while (got > 0 && (!text || !strstr(output, text))) {
        got = read(server_output, output + output_size, OUTPUT_MAX - output_size);
        if (got > 0)
            output_size += (size_t)got;
        output[output_size] = '\0';
    }
    return text && strstr(output, text);
}

static void start_ready(const char *const *words)
{
    const char *found;

    start(words);
    ck_assert_msg(read_until("}\n"), "%s", output);
    found = strstr(output, "\"port\":");
    ck_assert_msg(found && strstr(output, "{\"addresses\":[{\"host\":\"127.0.0.1\""), "%s", output);
    port = (unsigned)strtoul(found + strlen("\"port\":"), NULL, 10);
    ck_assert_uint_gt(port, 0);
}

static int wait_for_end(void)
{
    int status = 0;

    read_until(NULL);
    ck_assert_int_eq(waitpid(server, &status, 0), server);
    server = 0;
    ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static int stop(void)
{
    ck_assert_int_eq(kill(server, SIGTERM), 0);
    return wait_for_end();
}

static void ck_assert_printed(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "expected %s in: %s", text, output);
}

/* ---- a client, by hand ----------------------------------------------------------------------- */

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int client = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_ge(client, 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
    return client;
}

/* Reads one whole reply; its code. */
static int hear(int client)
{
    char reply[4096];
    size_t size = 0;
    const char *last;

    do {
        ssize_t got = read(client, reply + size, sizeof(reply) - 1 - size);

        if (got <= 0)
            return 0;
        size += (size_t)got;
        reply[size] = '\0';
        last = reply;
        for (size_t at = 0; at + 2 < size; at++)
            if (reply[at] == '\n')
                last = reply + at + 1;
    } while (reply[size - 1] != '\n' || last[3] == '-');
    return (int)strtol(last, NULL, 10);
}

static int say(int client, const char *text)
{
    ck_assert_int_eq(write(client, text, strlen(text)), (ssize_t)strlen(text));
    return hear(client);
}

/* RFC 5321 D.1, without the second recipient. */
static void converse(void)
{
    int client = dial();

    ck_assert_int_eq(hear(client), 220);
    ck_assert_int_eq(say(client, "EHLO client.example\r\n"), 250);
    ck_assert_int_eq(say(client, "MAIL FROM:<a@example.org>\r\n"), 250);
    ck_assert_int_eq(say(client, "RCPT TO:<b@example.org>\r\n"), 250);
    ck_assert_int_eq(say(client, "DATA\r\n"), 354);
    ck_assert_int_eq(say(client, "Subject: x\r\n\r\nhello\r\n.\r\n"), 250);
    ck_assert_int_eq(say(client, "QUIT\r\n"), 221);
    close(client);
}

/* ---- serving --------------------------------------------------------------------------------- */

START_TEST(a_good_client_passes)
{
    static const char *const words[] = {"--once", "model", NULL};

    start_ready(words);
    converse();
    ck_assert_int_eq(wait_for_end(), 0);
    ck_assert_printed("scenario pass, rules pass; 1 connections, 1 judged");
}
END_TEST

START_TEST(a_client_that_breaks_a_rule_fails)
{
    static const char *const words[] = {"--json", "model", NULL};
    int client;

    start_ready(words);
    client = dial();
    ck_assert_int_eq(hear(client), 220);
    ck_assert_int_eq(say(client, "EHLO client.example\r\n"), 250);
    say(client, "MAIL FROM: <a@example.org>\r\n"); /* a space too many: RFC 5321 3.3 */
    ck_assert_int_eq(say(client, "QUIT\r\n"), 221);
    ck_assert_int_eq(hear(client), 0);
    close(client);
    ck_assert_int_eq(stop(), 1);
    ck_assert_printed("\"verdict\":\"fail\"");
    ck_assert_printed("\"rules\":\"fail\"");
}
END_TEST

START_TEST(a_scenario_is_judged_as_one_run)
{
    static const char *const words[] = {"--once", "--transcript", NULL, NULL, NULL};
    const char *all[5];
    char scenario[64], transcript[64];
    struct stat found;
    FILE *file;

    memcpy(all, words, sizeof(words));
    snprintf(scenario, sizeof(scenario), "%s/refused.drill", folder);
    snprintf(transcript, sizeof(transcript), "%s/transcript", folder);
    all[2] = transcript;
    all[3] = scenario;
    file = fopen(scenario, "w");
    fputs("title  a recipient is refused\n\n...\nC: RCPT\nS: 550 no such user\n...\n\n"
          "expect never VRFY\n",
          file);
    fclose(file);
    start_ready(all);
    {
        int client = dial();

        ck_assert_int_eq(hear(client), 220);
        ck_assert_int_eq(say(client, "EHLO client.example\r\n"), 250);
        ck_assert_int_eq(say(client, "MAIL FROM:<a@example.org>\r\n"), 250);
        ck_assert_int_eq(say(client, "RCPT TO:<b@example.org>\r\n"), 550);
        ck_assert_int_eq(say(client, "VRFY b\r\n"), 252);
        ck_assert_int_eq(say(client, "QUIT\r\n"), 221);
        close(client);
    }
    ck_assert_int_eq(wait_for_end(), 1);
    ck_assert_printed("fail: scenario fail");
    ck_assert_int_eq(stat(transcript, &found), 0);
    ck_assert_int_gt(found.st_size, 100);
}
END_TEST

START_TEST(nobody_came_is_said_and_fails_only_when_strict)
{
    static const char *const words[] = {"model", NULL};
    static const char *const strict[] = {"--strict", "model", NULL};

    start_ready(words);
    ck_assert_int_eq(stop(), 0);
    ck_assert_printed("no client connected");
    close(server_output);
    output_size = 0;
    output[0] = '\0';
    start_ready(strict);
    ck_assert_int_eq(stop(), 1);
}
END_TEST

START_TEST(an_open_connection_does_not_keep_it_from_ending)
{
    static const char *const words[] = {"model", NULL};
    int client;

    start_ready(words);
    client = dial();
    ck_assert_int_eq(hear(client), 220);
    ck_assert_int_le(stop(), 1);
    ck_assert_printed("1 connections");
    close(client);
}
END_TEST

START_TEST(the_password_is_printed_nowhere)
{
    const char *words[] = {"-v",    "--once",          "--keep", folder,  "--user",
                           "joker", "--password-file", NULL,     "model", NULL};
    char path[64], command[128];
    FILE *file;
    int client;

    snprintf(path, sizeof(path), "%s/password", folder);
    file = fopen(path, "w");
    fputs("plantedsecret\n", file);
    fclose(file);
    words[7] = path;
    start_ready(words);
    client = dial();
    ck_assert_int_eq(hear(client), 220);
    ck_assert_int_eq(say(client, "EHLO client.example\r\n"), 250);
    ck_assert_int_eq(say(client, "AUTH PLAIN AGpva2VyAHBsYW50ZWRzZWNyZXQ=\r\n"), 235);
    ck_assert_int_eq(say(client, "QUIT\r\n"), 221);
    close(client);
    wait_for_end();
    ck_assert_printed("C: AUTH PLAIN");
    ck_assert_ptr_null(strstr(output, "plantedsecret"));
    ck_assert_ptr_null(strstr(output, "BsYW50ZWRzZWNyZXQ"));
    unlink(path);
    snprintf(command, sizeof(command), "! grep -rqE 'plantedsecret|BsYW50ZWRzZWNyZXQ' %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* ---- many ------------------------------------------------------------------------------------ */

/* ---- TLS ------------------------------------------------------------------------------------- */

static const struct tls_way {
    const char *word;
    const char *scheme;
} tls_ways[] = {
    {"starttls", "smtp" },
    {"implicit", "smtps"},
};

/* curl's exit status; 60: the certificate cannot be verified. */
static int run_curl(const struct tls_way *way, const char *ca)
{
    char command[512];
    int status;

    snprintf(command, sizeof(command),
             "printf 'Subject: x\\r\\n\\r\\ny\\r\\n' | curl --disable -s --max-time 20 --ssl-reqd "
             "--cacert %s --mail-from a@example.org --mail-rcpt b@example.org -T - "
             "%s://localhost:%u/client.example",
             ca, way->scheme, port);
    status = system(command);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_client_that_verifies_is_served_over_tls)
{
    const struct tls_way *way = &tls_ways[_i];
    char ca[64];
    const char *const words[] = {"--tls", way->word, "--ca-file", ca, "--verbose", "model", NULL};

    snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
    start_ready(words);
    ck_assert_printed(ca);
    ck_assert_int_eq(run_curl(way, ca), 0);
    ck_assert_int_eq(run_curl(way, "/dev/null"), 77);
    ck_assert_int_eq(stop(), 0);
    ck_assert_printed("tls version=1.");
    ck_assert_printed("name=\"localhost\"");
}
END_TEST

START_TEST(a_certificate_for_another_name_is_refused_by_the_client)
{
    const struct tls_way *way = &tls_ways[_i];
    char path[64], ca[64];
    const char *const words[] = {"--tls", way->word, "--ca-file", ca, path, NULL};
    FILE *file;

    snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
    snprintf(path, sizeof(path), "%s/wrong.drill", folder);
    file = fopen(path, "w");
    fputs("title  x\ntls    cert=wrong-host\n", file);
    fclose(file);
    start_ready(words);
    ck_assert_int_eq(run_curl(way, ca), 60);
    stop();
}
END_TEST

static long resident_kib(pid_t pid)
{
    char path[32], line[128];
    long kib = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file && kib < 0 && fgets(line, sizeof(line), file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kib;
}

START_TEST(two_thousand_connections_are_served_at_once)
{
    static const char *const words[] = {"model", NULL};
    static int clients[MANY];
    struct rlimit limit;
    size_t index;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < MANY + 200)
        return;
    start_ready(words);
    for (index = 0; index < MANY; index++)
        clients[index] = dial();
    for (index = 0; index < MANY; index++)
        ck_assert_int_eq(hear(clients[index]), 220);
    ck_assert_int_lt(resident_kib(server), RESIDENT_KIB_MAX);
    for (index = 0; index < MANY; index++)
        ck_assert_int_eq(say(clients[index], "QUIT\r\n"), 221);
    for (index = 0; index < MANY; index++)
        close(clients[index]);
    stop();
    ck_assert_printed("2000 connections, 2000 judged");
}
END_TEST

START_TEST(where_files_run_out_the_next_connection_waits)
{
    static const char *const words[] = {"model", NULL};
    static int clients[64];
    const struct rlimit low = {96, 96};
    struct rlimit usual;
    size_t index;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0); /* 32 connections */
    start_ready(words);
    for (index = 0; index < 64; index++)
        clients[index] = dial();
    for (index = 0; index < 32; index++)
        ck_assert_int_eq(hear(clients[index]), 220);
    ck_assert(read_until("new connections have to wait"));
    for (index = 0; index < 32; index++)
        close(clients[index]);
    for (index = 32; index < 64; index++) {
        ck_assert_int_eq(hear(clients[index]), 220);
        close(clients[index]);
    }
    stop();
    ck_assert_printed("64 connections");
}
END_TEST

/* ---- what cannot be -------------------------------------------------------------------------- */

static const struct bad_line {
    const char *words[4];
    const char *says;
} bad_lines[] = {
    {{NULL},                                     "expected one SCENARIO or PERSONALITY"            },
    {{"a", "b", NULL},                           "expected one SCENARIO or PERSONALITY; got 2"     },
    {{"--no-such-option", NULL},                 "unknown option --no-such-option"                 },
    {{"no-such-scenario", NULL},                 "no scenario and no personality"                  },
    {{"--listen", NULL},                         "takes a value"                                   },
    {{"--listen", "127.0.0.1:70000", "model"},   "expected a port"                                 },
    {{"--listen", "mail.example:25", "model"},   "--listen mail.example:25: expected an IP address"},
    {{"--listen", "192.0.2.1:0", "model"},       "cannot listen at 192.0.2.1:0"                    },
    {{"--user", "joker", "model"},               "given together"                                  },
    {{"--password-file", "/nowhere/x", "model"}, "/nowhere/x"                                      },
    {{"--scenarios", "/nowhere", "163.com"},     "/nowhere"                                        },
    {{"--transcript", "/tmp/t", "model"},        "--transcript is of one run"                      },
    {{"--tls", "always", "model"},               "expected none, starttls or implicit"             },
    {{"--tls-name", "a b", "model"},             "expected a DNS name"                             },
    {{"--ca-file", "/nowhere/ca", "model"},      "/nowhere/ca"                                     },
    {{"--tls", "starttls", "sina"},              "sina offers no STARTTLS"                         },
    {{"--seed", "x", "model"},                   "expected a number"                               },
};

START_TEST(a_wrong_command_line_is_an_error_with_status_2)
{
    start(bad_lines[_i].words);
    ck_assert_int_eq(wait_for_end(), 2);
    ck_assert_printed(bad_lines[_i].says);
    ck_assert(strncmp(output, "fakesmtpd: ", 11) == 0);
    ck_assert_ptr_eq(strchr(output, '\n'), output + output_size - 1);
}
END_TEST

START_TEST(a_malformed_scenario_is_an_error_with_its_line)
{
    const char *words[] = {NULL, NULL};
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "%s/bad.drill", folder);
    file = fopen(path, "w");
    fputs("title  x\n\nX: 220 hello\n", file);
    fclose(file);
    words[0] = path;
    start(words);
    ck_assert_int_eq(wait_for_end(), 2);
    ck_assert_printed("bad.drill:3:");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fakesmtpd");
    TCase *tests = tcase_create("fakesmtpd");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, a_good_client_passes);
    tcase_add_test(tests, a_client_that_breaks_a_rule_fails);
    tcase_add_test(tests, a_scenario_is_judged_as_one_run);
    tcase_add_test(tests, nobody_came_is_said_and_fails_only_when_strict);
    tcase_add_test(tests, an_open_connection_does_not_keep_it_from_ending);
    tcase_add_test(tests, the_password_is_printed_nowhere);
    tcase_add_loop_test(tests, a_client_that_verifies_is_served_over_tls, 0,
                        (int)(sizeof(tls_ways) / sizeof(tls_ways[0])));
    tcase_add_loop_test(tests, a_certificate_for_another_name_is_refused_by_the_client, 0,
                        (int)(sizeof(tls_ways) / sizeof(tls_ways[0])));
    tcase_add_test(tests, two_thousand_connections_are_served_at_once);
    tcase_add_test(tests, where_files_run_out_the_next_connection_waits);
    tcase_add_loop_test(tests, a_wrong_command_line_is_an_error_with_status_2, 0,
                        (int)(sizeof(bad_lines) / sizeof(bad_lines[0])));
    tcase_add_test(tests, a_malformed_scenario_is_an_error_with_its_line);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
