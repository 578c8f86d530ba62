/* The command smtpdrill: what clients do to it, what it says, and how it ends. */
#include "tests/process/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- cuts ------------------------------------------------------------------------------------ */

START_TEST(a_cut_that_fails_is_shrunk_and_named)
{
    /* It ends with 0 whatever happens. */
    ck_assert_int_eq(run("$D run --scenarios s --cut half-close plain -- $C good {port}", ""), 1);
    has("FAIL plain~half-close@3 ");
    has("success reported only after 2yz to the end of mail data");
    has("the smallest cut that does it: ");
    has("again: smtpdrill run --scenarios s 'plain~");
}
END_TEST

START_TEST(a_name_with_a_cut_is_run_with_it_alone)
{
    ck_assert_int_eq(run("$D run --scenarios s plain~close@0 -- $C good {port}", ""), 1);
    has("FAIL plain~close@0 ");
    has("0 passed, 1 failed of 1 runs; 0 rules broken; cuts of 1 of 1 instances");
    ck_assert_int_eq(run("$D run --scenarios s -v plain~split@2+4", ""), 0);
    has("pass plain~split@2+4\n");
}
END_TEST

START_TEST(our_client_stands_every_cut)
{
    ck_assert_int_eq(run("$D run --scenarios s --cut close@octets,split,split@octets plain", ""),
                     0);
    has(" 0 failed of ");
    has("cuts of 1 of 1 instances");
}
END_TEST

START_TEST(a_transcript_with_a_cut_is_judged_as_such)
{
    ck_assert_int_eq(run("$D run --scenarios s --keep kept plain~close@4", ""), 0);
    ck_assert_int_eq(run("$D judge kept/plain~close@4.transcript", ""), 0);
    has("pass plain~close@4 ");
}
END_TEST

/* One that is wrong because of a cut, and one that is as wrong without it: it says "permanent". */
START_TEST(what_is_kept_of_a_cut_is_judged_as_the_run_was)
{
    static const char *const clients[] = {"good", "gloomy"};
    for (size_t i = 0; i < 2; i++) {
        (void)run("$D run --scenarios s -v --keep kept --cut all plain -- $C %s {port} >run.txt",
                  clients[i]);
        ck_assert_int_eq(
            run("verdicts() { sed -n 's/^\\([a-zA-Z]*\\) \\(plain~[^ :]*\\).*/\\1 \\2/p' | "
                "tr FAILWRN failwrn | sort; }; "
                "verdicts <run.txt >expected.txt; "
                "for kept in kept/*; do $D judge $kept; done | verdicts >got.txt; rm -r kept; "
                "cat run.txt; diff expected.txt got.txt && test $(wc -l <got.txt) -gt 20",
                ""),
            0);
    }
}
END_TEST

START_TEST(a_word_that_is_no_cut_is_refused)
{
    ck_assert_int_eq(run("$D run --scenarios s --cut close,clse plain", ""), 2);
    has("no cut is called clse, but close");
    ck_assert_int_eq(run("$D run --scenarios s --cut join plain", ""), 2);
    has("nothing is left to be cut");
}
END_TEST

/* ---- clients --------------------------------------------------------------------------------- */

/* Only who hangs comes to its limit, which leaves time enough to come so far on a busy machine. */
#define HANGS "hung", 4
#define SAYS(too) too, 60

static const struct {
    const char *what;
    int status;
    const char *says;
    const char *says_too;
    int limit_s;
} clients[] = {
    {"good",        0, "1 passed, 0 failed of 1 runs; 0 rules broken",       SAYS("")             },
    {"flood",       0, "1 passed, 0 failed of 1 runs",                       SAYS("")             },
    {"child",       0, "1 passed, 0 failed of 1 runs",                       SAYS("")             },
    {"hang",        1, "FAIL plain",                                         HANGS                },
    {"hang-hard",   1, "FAIL plain",                                         HANGS                },
    {"crash",       1, "FAIL plain",                                         SAYS("signal 6")     },
    {"never",       0, "never connected (exit status 1: I do not like port", SAYS("1 not reached")},
    {"unsupported", 0, "the client says that it cannot do this",             SAYS("1 unsupported")},
};

START_TEST(each_client_gets_a_clear_verdict)
{
    char words[64];
    snprintf(words, sizeof(words), "--limit %d plain -- $C %s", clients[_i].limit_s,
             clients[_i].what);
    int status = run("$D run -v --scenarios s %s {port}", words);
    has(clients[_i].says);
    has(clients[_i].says_too);
    ck_assert_msg(status == clients[_i].status, "status %d:\n%s", status, scratch_output);
    ck_assert_int_eq(run("pgrep -f \"$C %s\" | wc -l | tr -d ' \\n'", "[a-z-]* [0-9]"), 0);
    ck_assert_str_eq(scratch_output, "0");
}
END_TEST

START_TEST(a_second_connection_is_in_the_transcript)
{
    (void)run("$D run --scenarios s --keep kept plain -- $C %s {port}", "twice");
    ck_assert_int_eq(run("grep -c '%s' kept/plain.transcript", "connected"), 0);
    ck_assert_str_eq(scratch_output, "2\n");
}
END_TEST

START_TEST(a_stored_transcript_gets_the_same_verdict)
{
    ck_assert_int_eq(run("$D run --scenarios s --keep kept plain -- $C %s {port}", "good"), 0);
    ck_assert_int_eq(run("$D judge %s", "kept/plain.transcript"), 0);
    has("pass plain");
    (void)run("$D run --scenarios s --limit 4 --keep kept2 plain -- $C %s {port}", "hang");
    ck_assert_int_eq(run("$D judge %s", "kept2/plain.transcript"), 1);
    has("fail plain");
}
END_TEST

START_TEST(no_secret_is_in_anything_that_is_written)
{
    (void)run("$D run -v --scenarios s --keep kept --report text --report json=r.json "
              "--report junit=r.xml auth -- $C %s {port} {password-file}",
              "secret");
    has("1 not reached");
    has_not("pl4nted");
    (void)run("$D run --scenarios s --keep kept2 --report tap --report json=r2.json auth%s", "");
    has_not("pl4nted");
    (void)run("grep -rl --exclude=auth.transcript %s r.json r.xml r2.json kept kept2", "pl4nted");
    ck_assert_str_eq(scratch_output, "");
    /* A transcript holds its scenario, whose line says the password; nothing else does. */
    (void)run("grep -rh %s kept kept2 | grep -v 'send user='", "pl4nted");
    ck_assert_str_eq(scratch_output, "");
}
END_TEST

START_TEST(a_client_that_is_not_there_is_our_trouble)
{
    ck_assert_int_eq(run("$D run --scenarios s plain -- %s", "./no-such-client"), 2);
    has("no-such-client");
}
END_TEST

/* ---- reports --------------------------------------------------------------------------------- */

START_TEST(all_reports_count_alike)
{
    (void)run("$D run --scenarios s --report tap --report json=r.json --report junit=r.xml -- $C "
              "%s {port} > r.tap",
              "good");
    long failures = summary_member("r.json", "fail") + summary_member("r.json", "rules_broken");
    ck_assert_int_eq(summary_member("r.json", "runs"), 4);
    ck_assert_int_eq(count("grep -c '^not ok' r.tap"), failures);
    ck_assert_int_eq(count("grep -c '<failure' r.xml"), failures);
    ck_assert_int_eq(count("grep -c '<testcase' r.xml"),
                     4 + summary_member("r.json", "rules_broken"));
    ck_assert_int_eq(count("grep -c '^\\(not \\)\\?ok' r.tap"),
                     4 + summary_member("r.json", "rules_broken"));
    (void)run("xmllint --noout r.xml || echo %s", "bad");
    ck_assert(strstr(scratch_output, "bad") == NULL || strstr(scratch_output, "not found") != NULL);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_order)
{
    static const char line[] =
        "$D run --scenarios s --seed 7 -j %s --report tap -- $C good {port} | "
        "grep -o ' - .*' | cksum";
    char *first;
    (void)run(line, "1");
    first = strdup(scratch_output);
    ck_assert_ptr_nonnull(first);
    (void)run(line, "8");
    ck_assert_str_eq(scratch_output, first);
    free(first);
}
END_TEST

START_TEST(repeated_runs_say_how_many_failed)
{
    ck_assert_int_eq(
        run("$D run --scenarios s --repeat 3 --limit 1 plain -- $C %s {port}", "crash"), 1);
    has("failed in 3 of 3 runs");
    put_file("flaky", "#!/bin/sh\n[ -e been ] && exec $C good $1\n: > been\nexec $C crash $1\n");
    ck_assert_int_eq(
        run("chmod +x flaky && $D run --scenarios s --retry-failures plain -- %s {port}",
            "./flaky"),
        0);
    has("1 failed in some runs only");
}
END_TEST

START_TEST(a_profile_chooses_the_scenarios_that_go_with_its_stands)
{
    put_file("s/letter.drill", "title the letter\nsource RFC 5321 2.3.8\n"
                               "cites 5321-2.3.8-b\nstand bare-lf forbidden\n\n...\n");
    (void)run("$D run --scenarios s%s -- $C never {port}", "");
    has("of 4 runs");
    (void)run("$D run --scenarios s --profile %s -- $C never {port}", "strict");
    has("of 5 runs");
    (void)run("$D run --scenarios s %s -- $C never {port}", "letter");
    has("of 1 runs");
    (void)run("$D run --scenarios s --requirement %s -- $C never {port}", "5321-2.3.8-b");
    has("of 1 runs");
    ck_assert_int_eq(run("$D list --scenarios s%s", ""), 0);
    has_not("letter");
    ck_assert_int_eq(run("$D list --scenarios s --profile %s", "strict"), 0);
    has("letter");
    ck_assert_int_eq(run("$D run --scenarios s --profile %s -- $C never {port}", "strikt"), 2);
    has("no profile is called strikt, but strict");
}
END_TEST

/* ---- selection ------------------------------------------------------------------------------- */

static const struct {
    const char *words;
    int runs;
} selections[] = {
    {"",                    4},
    {"plain",               1},
    {"plain plain",         1},
    {"s/plain.drill",       1},
    {"refused",             2},
    {"'refused[code=450]'", 1},
    {"'ref*'",              2},
    {"--tag refusals",      2},
    {"--not-tag refusals",  2},
    {"--shard 1/4",         1},
    {"--shard 2/3",         1},
};

START_TEST(words_select_scenarios)
{
    char wanted[64];
    (void)run("$D run --scenarios s %s -- $C never {port}", selections[_i].words);
    snprintf(wanted, sizeof(wanted), "of %d runs", selections[_i].runs);
    has(wanted);
}
END_TEST

static const struct {
    const char *line;
    const char *runs;
} shards[] = {
    {"CI_NODE_INDEX=4 CI_NODE_TOTAL=4",          "of 1 runs"},
    {"GTEST_SHARD_INDEX=0 GTEST_TOTAL_SHARDS=2", "of 2 runs"},
    {"TEST_SHARD_INDEX=2 TEST_TOTAL_SHARDS=3",   "of 1 runs"},
};

START_TEST(the_environment_can_name_a_shard)
{
    (void)run("%s $D run --scenarios s -- $C never {port}", shards[_i].line);
    has(shards[_i].runs);
}
END_TEST

/* ---- wrong words ----------------------------------------------------------------------------- */

static const struct {
    const char *words;
    const char *says;
} mistakes[] = {
    {"rnu",                              "did you mean run?"      },
    {"run --clinet x",                   "did you mean --client?" },
    {"run --client crul",                "did you mean curl?"     },
    {"run --scenarios s plian",          "did you mean plain?"    },
    {"run --shard 5/4",                  "I from 1 to N"          },
    {"run --jobs 0",                     "at least 1"             },
    {"run --jobs x",                     "wants a number"         },
    {"run --report xml",                 "no report is called xml"},
    {"run --report tap --report json=-", "one report only"        },
    {"run --client curl -- x",           "not both"               },
    {"run --",                           "command of a client"    },
    {"run --scenarios nowhere",          "no such folder"         },
    {"run --color pink",                 "auto, always or never"  },
    {"run --limit x",                    "wants seconds"          },
    {"fmt nowhere.drill",                "nowhere.drill"          },
    {"judge nowhere",                    "nowhere"                },
    {"judge",                            "judge what?"            },
    {"explain",                          "explain what?"          },
    {"explain 5321-4.1.1.10-z",          "did you mean"           },
    {"check nowhere.drill",              "nowhere.drill"          },
    {"run --scenarios bad",              "broken.drill:1:1"       },
    {"check bad",                        "did you mean \"title\"" },
    {"fmt --write bad/broken.drill",     "bad/broken.drill:1:1"   },
    {"check wrong.client",               "wrong.client:1:1"       },
    {"run --client ./wrong.client",      "wrong.client:1:1"       },
};

START_TEST(a_mistake_is_status_2_and_one_clear_message)
{
    ck_assert_int_eq(run("mkdir %s", "bad"), 0);
    put_file("bad/broken.drill", "titel x\n");
    put_file("wrong.client", "tilte x\n");
    int status = run("$D %s", mistakes[_i].words);
    has(mistakes[_i].says);
    ck_assert_msg(status == 2, "status %d:\n%s", status, scratch_output);
    ck_assert_int_eq(run("cat %s", "bad/broken.drill"), 0);
    ck_assert_str_eq(scratch_output, "titel x\n"); /* nothing is written over */
}
END_TEST

/* ---- check, fmt, list, explain --------------------------------------------------------------- */

START_TEST(fmt_writes_what_it_would_print)
{
    put_file("a.drill", "title   x\nsource y\n\n...\n\nexpect   outcome sent\n");
    ck_assert_int_eq(run("$D fmt --check %s", "a.drill"), 1);
    has("a.drill");
    ck_assert_int_eq(run("$D fmt --diff %s", "a.drill"), 1);
    ck_assert_int_eq(
        run("$D fmt %s > b.drill && $D fmt --write a.drill && cmp a.drill b.drill", "a.drill"), 0);
    ck_assert_int_eq(run("$D fmt --check %s", "a.drill"), 0);
    ck_assert_int_eq(run("$D fmt < %s | cmp - b.drill", "a.drill"), 0);
}
END_TEST

START_TEST(lists_and_explanations_can_be_read)
{
    ck_assert_int_eq(run("$D list --scenarios %s", "s"), 0);
    has("MAIL is refused");
    ck_assert_int_eq(run("$D list --instances --scenarios %s", "s"), 0);
    has("refused[code=550]");
    ck_assert_int_eq(run("$D list --clients%s", ""), 0);
    has("curl");
    ck_assert_int_eq(run("$D list --tags --scenarios %s", "s"), 0);
    has("refusals");
    ck_assert_int_eq(run("$D list --requirements%s", ""), 0);
    has("5321-4.1.1.10-a");
    has("5321-4.1.4-e     implied    1 rule"); /* one that rests on another requirement */
    ck_assert_int_eq(run("$D list --profiles%s", ""), 0);
    has("strict");
    ck_assert_int_eq(run("$D explain %s", "5321-4.1.1.10-a"), 0);
    has("RFC 5321 section 4.1.1.10");
    ck_assert_int_eq(run("$D explain %s", "crlf"), 0);
    has("rule crlf");
}
END_TEST

START_TEST(every_command_has_a_help)
{
    static const char *const commands[] = {"",        "run",   "check", "fmt",    "list",
                                           "explain", "judge", "probe", "profile"};
    ck_assert_int_eq(run("$D %s --help", commands[_i]), 0);
    has("usage: smtpdrill");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_FAILURE;
    scratch_smtpdrill = argv[1];
    scratch_client = argv[2];
    Suite *suite = suite_create("smtpdrill");
    TCase *tests = tcase_create("smtpdrill");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, scratch_set_up, scratch_tear_down);
    tcase_add_loop_test(tests, each_client_gets_a_clear_verdict, 0,
                        sizeof(clients) / sizeof(clients[0]));
    tcase_add_test(tests, a_cut_that_fails_is_shrunk_and_named);
    tcase_add_test(tests, a_name_with_a_cut_is_run_with_it_alone);
    tcase_add_test(tests, our_client_stands_every_cut);
    tcase_add_test(tests, a_transcript_with_a_cut_is_judged_as_such);
    tcase_add_test(tests, what_is_kept_of_a_cut_is_judged_as_the_run_was);
    tcase_add_test(tests, a_word_that_is_no_cut_is_refused);
    tcase_add_test(tests, a_second_connection_is_in_the_transcript);
    tcase_add_test(tests, a_stored_transcript_gets_the_same_verdict);
    tcase_add_test(tests, no_secret_is_in_anything_that_is_written);
    tcase_add_test(tests, a_client_that_is_not_there_is_our_trouble);
    tcase_add_test(tests, all_reports_count_alike);
    tcase_add_test(tests, the_same_seed_gives_the_same_order);
    tcase_add_test(tests, repeated_runs_say_how_many_failed);
    tcase_add_test(tests, a_profile_chooses_the_scenarios_that_go_with_its_stands);
    tcase_add_loop_test(tests, words_select_scenarios, 0,
                        sizeof(selections) / sizeof(selections[0]));
    tcase_add_loop_test(tests, the_environment_can_name_a_shard, 0,
                        sizeof(shards) / sizeof(shards[0]));
    tcase_add_loop_test(tests, a_mistake_is_status_2_and_one_clear_message, 0,
                        sizeof(mistakes) / sizeof(mistakes[0]));
    tcase_add_test(tests, fmt_writes_what_it_would_print);
    tcase_add_test(tests, lists_and_explanations_can_be_read);
    tcase_add_loop_test(tests, every_command_has_a_help, 0, 9);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
