/* Every program before input that it cannot take: what it says, how it ends, and what it leaves. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (64 * 1024)
#define OUTPUT_CLEAR_MAX 700 /* one clear message is no longer */

static const char *programs; /* their folder */
static char folder[32];
static char output[OUTPUT_MAX];

#define HEAD "title t\nsource RFC 5321 3.3\n"
#define BODY "\n...\n\nexpect outcome sent\n"
#define RECIPE "title x\nrun foo\ntells sent\nexit 0 sent\n"
#define SMTPSEND "smtpsend --server 127.0.0.1:1 --from a@client.example --to b@server.example "
#define SCENARIO "rfc5321/session/quit-waits"

/* A case writes `file` with `text`, if there is one, and runs a command line; each part of `says`
 * between bars stands in the output. */
struct bad {
    const char *file;
    const char *text;
    const char *command;
    int status;
    const char *says;
};

/* clang-format off */
static const struct bad cases[] = {
    /* ---- known failures ---- */
    {"known", "# x\na/b\n", "smtpdrill run --known known -- true", 2, "known:2:4|reason"},
    {"known", "\"a b\n", "smtpdrill run --known known -- true", 2, "known:1:1|quote"},
    {"known", "* until 2027-3-1 x\n", "smtpdrill run --known known -- true", 2,
     "known:1:9|day|2027-03-01"},
    {"known", SCENARIO " x\n  rfc5321/sesion/quit-waits x\n", "smtpdrill run --known known -- true",
     2, "known:2:3|no scenario|rfc5321/sesion/quit-waits"},
    {"known", "rule 5321-9.9.9-z x\n", "smtpdrill run --known known -- true", 2,
     "known:1:6|no rule|5321-9.9.9-z"},
    {"known", "\"" SCENARIO "~\" x\n\"" SCENARIO "x~close@3\" x\n",
     "smtpdrill run --known known -- true", 2, "known:2:1|no scenario"},
    {"x", "", "smtpdrill run --known nosuch -- true", 2, "nosuch"},
    /* ---- scenarios: malformed ---- */
    {"a.drill", "", "smtpdrill check a.drill", 2, "a.drill:1:1|title"},
    {"a.drill", "\n# nothing\n", "smtpdrill run ./a.drill", 2, "a.drill:1:1|title"},
    {"a.drill", HEAD "X: hello\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:1|\"X:\"|S:"},
    {"a.drill", HEAD "limit 5x\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:7|time|5x"},
    {"a.drill", HEAD "send form=a@b.c\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:3:6|\"form\"|\"from\""},
    {"a.drill", HEAD "title u\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:1|twice"},
    {"a.drill", HEAD BODY "title t\n", "smtpdrill check a.drill", 2, "a.drill:7:1|before"},
    {"a.drill", HEAD "\n...\nC: EHLO\nS= \"250 x\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:6:4|closing quote"},
    {"a.drill", HEAD "\n...\nC: EHLO\nS= \"250 x\\q\"\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:6:10|backslash"},
    {"a.drill", HEAD "\n...\nC: /[/\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:5:6|regular expression"},
    {"a.drill", HEAD "\n...\n\nexpect outcom sent\n", "smtpdrill check a.drill", 2,
     "a.drill:6:8|\"outcom\"|\"outcome\""},
    {"a.drill", HEAD "\n...\n\nexpect outcome snt\n", "smtpdrill check a.drill", 2,
     "a.drill:6:16|\"snt\"|\"sent\""},
    {"a.drill", HEAD "\neither\nC: EHLO\n" BODY, "smtpdrill check a.drill", 2, "a.drill:9:1|end"},
    {"a.drill", HEAD "\n...\nend\n" BODY, "smtpdrill check a.drill", 2, "a.drill:5:1|either"},
    {"a.drill", "title t {nam}\nsource x\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:1:9|\"nam\""},
    {"a.drill", HEAD "\n...\n\nexpect outcome sent \x01\n", "smtpdrill check a.drill", 2,
     "a.drill:6:21|control octet|\\x01"},
    {"a.drill", HEAD "X: hello\n" BODY, "smtpdrill run ./a.drill", 2, "a.drill:3:1|\"X:\""},
    {"a.drill", HEAD "X: hello\n" BODY, "smtpdrill list ./a.drill", 2, "a.drill:3:1|\"X:\""},
    {"a.drill", HEAD "X: hello\n" BODY, "smtpdrill fmt --write a.drill", 2, "a.drill:3:1|\"X:\""},
    {"a.drill", HEAD "X: hello\n" BODY, "smtpdrill fmt - <a.drill", 2, "-:3:1|\"X:\""},
    {"dir/a.drill", HEAD "X: hello\n" BODY, "smtpdrill fmt --write dir", 2,
     "dir/a.drill:3:1|\"X:\""},
    {"dir/a.drill", HEAD "X: hello\n" BODY, "smtpdrill check dir", 2, "dir/a.drill:3:1|\"X:\""},
    {"dir/a.drill", HEAD "X: hello\n" BODY, "smtpdrill run --scenarios dir", 2,
     "dir/a.drill:3:1|\"X:\""},
    {"a.drill", HEAD "X: hello\n" BODY, "fakesmtpd a.drill", 2, "a.drill:3:1|\"X:\""},
    {"a.personality", HEAD "X: hello\n" BODY, "fakesmtpd a.personality", 2,
     "a.personality:3:1|\"X:\""},
    {"a.personality", HEAD "X: hello\n" BODY, "smtpdrill check a.personality", 2,
     "a.personality:3:1|\"X:\""},

    /* ---- scenarios: wrong, but not malformed ---- */
    {"a.drill", "source x\n" BODY, "smtpdrill check a.drill", 1, "a.drill:1:1|wrong|no title"},
    {"a.drill", HEAD "\n...\nC: EHLO\nS: 2xx hello\n" BODY, "smtpdrill check a.drill", 1,
     "a.drill:6:1|wrong|no reply line|RFC 5321 4.2"},
    {"a.drill", HEAD "server nosuch\n" BODY, "smtpdrill check a.drill", 1,
     "a.drill:3:1|unknown personality \"nosuch\""},
    {"a.drill", HEAD "cites 1-2-x\n" BODY, "smtpdrill check a.drill", 1, "a.drill:3:1|1-2-x"},
    {"a.drill", HEAD "needs fly\n" BODY, "smtpdrill check a.drill", 1, "a.drill:3:1|fly"},
    {"a.drill", HEAD "needs fly\n" BODY, "smtpdrill run ./a.drill", 2, "no capability|fly"},
    {"a.drill", HEAD "server nosuch\n" BODY, "smtpdrill run ./a.drill", 2, "nosuch.personality"},

    /* ---- sweeps and tables ---- */
    {"a.drill", HEAD "sweep x =\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:9|value|\"=\""},
    {"a.drill", HEAD "sweep x\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:8|value"},
    {"a.drill", HEAD "sweep X 1\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:7|name|\"X\""},
    {"a.drill", HEAD "sweep to 1\n" BODY, "smtpdrill check a.drill", 2, "a.drill:3:7|{to}"},
    {"a.drill", HEAD "sweep from no.tsv\n" BODY, "smtpdrill check a.drill", 2,
     "a.drill:3:12|no.tsv: No such file"},
    {"a.drill", HEAD "sweep from no.tsv\n" BODY, "smtpdrill fmt a.drill", 2,
     "a.drill:3:12|no.tsv: No such file"},
    {"t.tsv", "a\ta\n1\t2\n", "smtpdrill check s.drill", 2, "s.drill:3:12|t.tsv:1|\"a\""},
    {"t.tsv", "a\tb\n1\t2\t3\n", "smtpdrill check s.drill", 2, "s.drill:3:12|t.tsv:2|more cells"},
    {"t.tsv", "a\tb\n", "smtpdrill check s.drill", 2, "s.drill:3:12|t.tsv has no such row"},
    {"t.tsv", "", "smtpdrill check s.drill", 2, "s.drill:3:12|t.tsv"},
    {"t.tsv", "a\tb\n1\tsnt\n", "smtpdrill check s.drill", 2, "s.drill:7:16|\"snt\"|\"sent\""},
    {"t.tsv", "a\tc\n1\tsent\n", "smtpdrill check s.drill", 2, "s.drill:7:16|placeholder|\"b\""},
    {"dir/requirements.tsv", "x\ty\n", "smtpdrill list --requirements --scenarios dir", 2,
     "requirements.tsv:1:1|column id"},
    {"dir/requirements.tsv", "", "smtpdrill list --requirements --scenarios dir", 2,
     "requirements.tsv:1:1|columns"},

    /* ---- recipes ---- */
    {"b.client", "", "smtpdrill check b.client", 2, "b.client: |title"},
    {"b.client", "title x\n", "smtpdrill check b.client", 2, "b.client: |run"},
    {"b.client", "title x\nrn foo\n", "smtpdrill check b.client", 2, "b.client:2:1|`run`"},
    {"b.client", "title x\nrun foo {prt}\n", "smtpdrill check b.client", 2, "b.client:2:10|{port}"},
    {"b.client", "title x\nrun foo {password}\n", "smtpdrill check b.client", 2,
     "b.client:2:9|{password}"},
    {"b.client", "title x\nrun \"foo\n", "smtpdrill check b.client", 2, "b.client:2:5|quote"},
    {"b.client", "title x\nrun foo\ntells snt\n", "smtpdrill check b.client", 2,
     "b.client:3:7|`sent`"},
    {"b.client", RECIPE "exit 300 sent\n", "smtpdrill check b.client", 2, "b.client:5:6|255"},
    {"b.client", RECIPE "exit 0 failed\n", "smtpdrill check b.client", 2, "b.client:5:6|already"},
    {"b.client", RECIPE "exit 1 snt\n", "smtpdrill check b.client", 2, "b.client:5:8|`sent`"},
    {"b.client", RECIPE "can pipelning\n", "smtpdrill check b.client", 2,
     "b.client:5:5|`pipelining`"},
    {"b.client", RECIPE "file ../x\n", "smtpdrill check b.client", 2, "b.client:5:6|`/`"},
    {"b.client", RECIPE "  x\n", "smtpdrill check b.client", 2, "b.client:5:3|`file`"},
    {"b.client", RECIPE "report code /(/\n", "smtpdrill check b.client", 2,
     "b.client: |parenthesis"},
    {"b.client", "title x\nrn foo\n", "smtpdrill run --client ./b.client " SCENARIO, 2,
     "b.client:2:1|`run`"},
    {"b.client", "title x\nrn foo\n", "smtpdrill run --client b.client " SCENARIO, 2,
     "b.client:2:1|`run`"},

    /* ---- transcripts ---- */
    {"c.transcript", "", "smtpdrill judge c.transcript", 2, "c.transcript|smtpdrill-transcript 1"},
    {"c.transcript", "smtpdrill-transcript 2\n", "smtpdrill judge c.transcript", 2,
     "c.transcript:1:1|smtpdrill-transcript 1"},
    {"c.transcript", "smtpdrill-transcript 1\nfoo\n", "smtpdrill judge c.transcript", 2,
     "c.transcript:2:1|scenario|\"foo\""},

    /* ---- smtpdrill: command lines ---- */
    {NULL, NULL, "smtpdrill rnu", 2, "rnu|run"},
    {NULL, NULL, "smtpdrill run --clients curl", 2, "--clients|--client?"},
    {NULL, NULL, "smtpdrill run --client crul " SCENARIO, 2, "crul|curl"},
    {NULL, NULL, "smtpdrill run --client ./no.client " SCENARIO, 2, "no.client: No such file"},
    {NULL, NULL, "smtpdrill run rfc5321/session/quit-wiats", 2, "quit-wiats|quit-waits?"},
    {NULL, NULL, "smtpdrill run '" SCENARIO "[x=1]'", 2, "[x=1]"},
    {NULL, NULL, "smtpdrill run --jobs x", 2, "--jobs|number|x"},
    {NULL, NULL, "smtpdrill run --jobs 0", 2, "--jobs|1"},
    {NULL, NULL, "smtpdrill run --repeat -1", 2, "--repeat|-1"},
    {NULL, NULL, "smtpdrill run --seed 1e3", 2, "--seed|1e3"},
    {NULL, NULL, "smtpdrill run --limit 0", 2, "--limit|0"},
    {NULL, NULL, "smtpdrill run --shard 5/4", 2, "--shard|5/4"},
    {NULL, NULL, "smtpdrill run --shard", 2, "--shard|I/N"},
    {NULL, NULL, "smtpdrill run --slow=yes", 2, "--slow|no value"},
    {NULL, NULL, "smtpdrill run --report xml", 2, "xml|junit=FILE"},
    {NULL, NULL, "smtpdrill run --report junit=", 2, "junit=FILE"},
    {NULL, NULL, "smtpdrill run --report tap --report json=-", 2, "one report|standard output"},
    {NULL, NULL, "smtpdrill run --report junit=/nonexistent/f " SCENARIO, 2,
     "/nonexistent/f: No such"},
    {NULL, NULL, "smtpdrill run --report json=dir " SCENARIO, 2, "dir: Is a directory"},
    {NULL, NULL, "smtpdrill run --color purple", 2, "--color|purple"},
    {NULL, NULL, "smtpdrill run --profile strct", 2, "strct|strict"},
    {NULL, NULL, "smtpdrill run --tag slwo", 2, "tag|list --tags"},
    {NULL, NULL, "smtpdrill run --requirement 1-2-x", 2, "requirement|list --requirements"},
    {NULL, NULL, "smtpdrill run --scenarios no-folder", 2, "no-folder: no such folder"},
    {NULL, NULL, "smtpdrill run --scenarios dir", 2, "dir|no scenario"},
    {NULL, NULL, "smtpdrill run --", 2, "`--`|command"},
    {NULL, NULL, "smtpdrill run --client curl -- foo", 2, "--client|not both"},
    {NULL, NULL, "smtpdrill run " SCENARIO " -- ./no-program", 2, "no-program|no such program"},
    {NULL, NULL, "smtpdrill fmt no.drill", 2, "no.drill: No such file"},
    {NULL, NULL, "smtpdrill fmt dir", 2, "dir|folder|--write"},
    {NULL, NULL, "smtpdrill check no.drill", 2, "no.drill: No such file"},
    {NULL, NULL, "smtpdrill judge no.transcript", 2, "no.transcript: No such file"},
    {NULL, NULL, "smtpdrill explain", 2, "explain what"},
    {NULL, NULL, "smtpdrill explain 1-2-x", 2, "1-2-x"},
    {NULL, NULL, "smtpdrill list --clint", 2, "--clint"},
    {NULL, NULL, "SMTPDRILL_DATA=/nonexistent smtpdrill list", 2, "/nonexistent|SMTPDRILL_DATA"},

    /* ---- fakesmtpd: command lines ---- */
    {NULL, NULL, "fakesmtpd", 2, "SCENARIO|got 0"},
    {NULL, NULL, "fakesmtpd a b", 2, "SCENARIO|got 2"},
    {NULL, NULL, "fakesmtpd --bogus x", 2, "--bogus|--help"},
    {NULL, NULL, "fakesmtpd no-such", 2, "no-such"},
    {NULL, NULL, "fakesmtpd --listen foo", 2, "--listen foo|IP address"},
    {NULL, NULL, "fakesmtpd --listen 127.0.0.1:99999 " SCENARIO, 2, "--listen|65535"},
    {NULL, NULL, "fakesmtpd --listen", 2, "--listen|value"},
    {NULL, NULL, "fakesmtpd --seed x " SCENARIO, 2, "--seed x|number"},
    {NULL, NULL, "fakesmtpd --user joe " SCENARIO, 2, "--user|--password-file"},
    {NULL, NULL, "fakesmtpd --user joe --password-file no " SCENARIO, 2, "no: No such file"},
    {NULL, NULL, "fakesmtpd --keep no-folder " SCENARIO, 2, "--keep|no-folder"},
    {NULL, NULL, "fakesmtpd --transcript no-folder/t " SCENARIO, 2, "no-folder/t: No such file"},
    {"kept", "precious\n", "fakesmtpd --transcript kept " SCENARIO, 2, "--transcript kept|already"},

    /* ---- smtpsend: command lines, with the statuses of sysexits.h (smtpsend.1) ---- */
    {NULL, NULL, "smtpsend", 64, "--server|missing"},
    {NULL, NULL, "smtpsend --sever x", 64, "--sever"},
    {NULL, NULL, SMTPSEND "--to", 64, "--to|value"},
    {NULL, NULL, SMTPSEND "--server 127.0.0.1:0 --body x", 64, "port|\"0\""},
    {NULL, NULL, SMTPSEND "--server '[::1' --body x", 64, "--server|[::1"},
    {NULL, NULL, SMTPSEND "--timeout x --body x", 64, "time|\"x\""},
    {NULL, NULL, SMTPSEND "--auth SCRM --body x", 64, "--auth|SCRM"},
    {NULL, NULL, SMTPSEND "--password-file x --body x", 64, "--user"},
    {NULL, NULL, SMTPSEND "--notify NEVER,SUCCESS --body x", 65, "NEVER"},
    {NULL, NULL, SMTPSEND "--mt-priority 12 --body x", 65, "priority|\"12\""},
    {NULL, NULL, SMTPSEND "--ehlo 'a b' --body x", 65, "expected the end|\" b\""},
    {NULL, NULL, SMTPSEND "--user j --password-file no --body x", 66, "no: No such file"},
    {NULL, NULL, SMTPSEND "--user j --password-fd 99 --body x", 66, "password"},
    {NULL, NULL, SMTPSEND "--body x a b", 64, "FILE|--body"},
    {NULL, NULL, SMTPSEND "--holdfor 9 --holduntil 2030-12-31T23:59:59Z --body x", 65, "exclude"},
    {NULL, NULL, SMTPSEND "no-file", 66, "no-file: No such file"},
    {NULL, NULL, SMTPSEND "dir", 66, "dir: Is a directory"},
};
/* clang-format on */
#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static void put_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void read_file(const char *path, char *ret, size_t max)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(ret, 1, max - 1, file);
    ret[size] = '\0';
    ck_assert_int_eq(fclose(file), 0);
}

/* A program that serves after all is ended; that is status 124. */
static int run(const char *line)
{
    char command[1024];
    char out[64];
    snprintf(command, sizeof(command),
             "{ cd %s && PATH=%s:$PATH TMPDIR=%s/tmp timeout 20 sh -c \"%s\"; } >%s.out 2>&1"
             " </dev/null",
             folder, programs, folder, line, folder);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    snprintf(out, sizeof(out), "%s.out", folder);
    read_file(out, output, sizeof(output));
    ck_assert_int_eq(remove(out), 0);
    return WEXITSTATUS(status);
}

static void set_up(void)
{
    char command[128];
    snprintf(folder, sizeof(folder), "/tmp/test-bad-input-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command), "mkdir %s/tmp %s/dir", folder, folder);
    ck_assert_int_eq(system(command), 0);
    put_file("s.drill", HEAD "sweep from t.tsv\n\n...\n\nexpect outcome {b}\n");
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void says(const char *parts)
{
    char part[128];
    while (*parts != '\0') {
        size_t size = strcspn(parts, "|");
        ck_assert_uint_lt(size, sizeof(part));
        memcpy(part, parts, size);
        part[size] = '\0';
        ck_assert_msg(strstr(output, part) != NULL, "no \"%s\" in:\n%s", part, output);
        parts += size + (parts[size] == '|');
    }
}

/* Lines that begin with the name of a program. */
static unsigned count_messages(void)
{
    static const char *const names[] = {"smtpdrill: ", "fakesmtpd: ", "smtpsend: "};
    unsigned count = 0;
    for (const char *line = output; line != NULL && *line != '\0';) {
        for (size_t i = 0; i < 3; i++)
            count += strncmp(line, names[i], strlen(names[i])) == 0;
        line = strchr(line, '\n');
        line += line != NULL;
    }
    return count;
}

START_TEST(bad_input_is_refused_in_one_clear_message)
{
    const struct bad *bad = &cases[_i];
    char line[512];
    char path[128];
    char after[1024];
    if (bad->file != NULL)
        put_file(bad->file, bad->text);
    ck_assert_int_eq(run("find . -type f | sort"), 0);
    char *before = strdup(output);
    ck_assert_ptr_nonnull(before);
    snprintf(line, sizeof(line), "%s", bad->command);
    int status = run(line);
    ck_assert_msg(status == bad->status, "%s: status %d:\n%s", line, status, output);
    says(bad->says);
    ck_assert_msg(strlen(output) <= OUTPUT_CLEAR_MAX, "%s: says too much:\n%s", line, output);
    ck_assert_msg(count_messages() <= 1, "%s: more than one message:\n%s", line, output);
    if (bad->file != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, bad->file);
        read_file(path, after, sizeof(after));
        ck_assert_str_eq(after, bad->text);
    }
    ck_assert_int_eq(run("find . -type f | sort"), 0);
    ck_assert_str_eq(output, before); /* no file came or went */
    free(before);
}
END_TEST

START_TEST(a_file_called_as_a_client_is_no_recipe)
{
    put_file("smtpsend", "#!/bin/sh\nexit 1\n");
    ck_assert_msg(run("smtpdrill run " SCENARIO) == 0, "%s", output);
}
END_TEST

START_TEST(without_a_command_smtpdrill_names_its_commands)
{
    ck_assert_int_eq(run("smtpdrill"), 2);
    says("usage: |run |check |fmt |list |explain |judge ");
    ck_assert_int_eq(run("smtpdrill --help"), 0);
    says("usage: |run |check |fmt |list |explain |judge ");
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("bad_input");
    TCase *tests = tcase_create("bad_input");
    if (argc != 2)
        return 2;
    programs = argv[1];
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, bad_input_is_refused_in_one_clear_message, 0, (int)CASE_COUNT);
    tcase_add_test(tests, a_file_called_as_a_client_is_no_recipe);
    tcase_add_test(tests, without_a_command_smtpdrill_names_its_commands);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
