/* Recipes: what parses, what does not, what becomes of them, and what exit statuses say. */
#include "harness/recipe/recipe.h"
#include "harness/recipe/recipe_claim.h"
#include "harness/recipe/recipe_expand.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD "title t\ntells class\nexit 0 sent\n"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new((size_t)16 * 1024 * 1024);
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct recipe parse(const char *text)
{
    struct recipe recipe;
    struct err err = {.kind = ERR_NONE};
    if (!recipe_parse("t", bytes_of(text), arena, &recipe, &err))
        ck_abort_msg("%u:%u: %s", err.line, err.column, err.what);
    return recipe;
}

/* ---- what is refused ------------------------------------------------------------------------- */

static const struct {
    const char *text;
    unsigned line;
    unsigned column;
    const char *what;
} invalid[] = {
    {"tilte x\n",                                                             1, 1,  "`title` is near"     },
    {HEAD "run p {hots}\n",                                                   4, 8,  "{host} is near"      },
    {HEAD "run p {host\n",                                                    4, 7,  "without its `}`"     },
    {HEAD "run p host}\n",                                                    4, 11, "without its `{`"     },
    {HEAD "run p \"x\n",                                                      4, 7,  "does not end"        },
    {HEAD "run p \"\\q\"\n",                                                  4, 8,  "stands before"       },
    {HEAD "run p {user loud}\n",                                              4, 8,  "quoted"              },
    {HEAD "run p {password}\n",                                               4, 7,  "in a `file` only"    },
    {HEAD "env X={password}\nrun p\n",                                        4, 5,  "in a `file` only"    },
    {HEAD "env X\nrun p\n",                                                   4, 5,  "NAME=VALUE"          },
    {HEAD "arg x\nrun p\n",                                                   4, 1,  "before every `arg`"  },
    {HEAD "run p\nrun q\n",                                                   5, 1,  "one `run`"           },
    {HEAD "run p\nadapter q\n",                                               5, 1,  "one `run`"           },
    {HEAD "run p\nprepare\n",                                                 5, 8,  "expected a word"     },
    {HEAD "run p\nprepare p {password}\n",                                    5, 11, "in a `file` only"    },
    {HEAD "run p\ninherit A=b\n",                                             5, 9,  "without a value"     },
    {HEAD "run p\ninherit {user}\n",                                          5, 9,  "no placeholder"      },
    {HEAD "run p\narg each from x\n",                                         5, 5,  "`message` only"      },
    {HEAD "run p\narg when user= x\n",                                        5, 10, "expected a value"    },
    {HEAD "run p\narg when user when user when user when user when user x\n", 5, 50,
     "four are enough"                                                                                     },
    {HEAD "run p\narg when usre x\n",                                         5, 10, "`user` is near"      },
    {HEAD "run p\ncan pipelinig\n",                                           5, 5,  "`pipelining` is near"},
    {HEAD "run p\nexit 1 temporay\n",                                         5, 8,  "`temporary` is near" },
    {HEAD "run p\nexit 256 sent\n",                                           5, 6,  "0 to 255"            },
    {HEAD "run p\nexit 0 failed\n",                                           5, 6,  "already"             },
    {HEAD "run p\nfile a/b\n",                                                5, 6,  "without `/`"         },
    {HEAD "run p\n  indented\n",                                              5, 3,  "belongs to a `file`" },
    {HEAD "run p\nstdin user\n",                                              5, 7,  "standard input"      },
    {HEAD "run p\nreport code 5..\n",                                         5, 13, "between two `/`"     },
    {HEAD "run p\nreport xml\n",                                              5, 8,  "`json`"              },
    {"title t\ntells clas\n",                                                 2, 7,  "`class` is near"     },
    {"tells class\nexit 0 sent\nrun p\n",                                     0, 0,  "`title`"             },
    {HEAD,                                                                    0, 0,  "`run`"               },
    {"title t\nexit 0 sent\nrun p\n",                                         0, 0,  "`tells`"             },
    {"title t\ntells sent\nrun p\n",                                          0, 0,  "`exit 0`"            },
};

START_TEST(a_wrong_recipe_is_refused_where_it_is_wrong)
{
    struct recipe recipe;
    struct err err = {.kind = ERR_NONE};
    ck_assert(!recipe_parse("t", bytes_of(invalid[_i].text), arena, &recipe, &err));
    ck_assert_msg(strstr(err.what, invalid[_i].what) != NULL, "%s", err.what);
    ck_assert_uint_eq(err.line, invalid[_i].line);
    ck_assert_uint_eq(err.column, invalid[_i].column);
}
END_TEST

START_TEST(no_prefix_of_a_recipe_does_harm)
{
    static const char text[] =
        HEAD "run p {host} \"a b\"  # c\narg each to --to {to}\n"
             "file when user f\n  user = {user quoted}\nreport code /(5..)/\n";
    for (size_t size = 0; size < sizeof(text); size++) {
        struct recipe recipe;
        struct err err;
        char *exact = malloc(size + 1); /* so that a sanitizer sees an octet read too far */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, text, size);
        (void)recipe_parse("t", (struct bytes){exact, size}, arena, &recipe, &err);
        free(exact);
    }
}
END_TEST

/* ---- what it becomes ------------------------------------------------------------------------- */

static const struct {
    const char *text; /* behind the head */
    const char *argv; /* words apart by | */
} commands[] = {
    {"run p {host} {port}\n",                                                           "p|127.0.0.1|2525"          },
    {"run p \"a b\" \"\\\"\\\\\" \"\"\n",                                               "p|a b|\"\\|"               },
    {"run p {{{host}}}\n",                                                              "p|{127.0.0.1}"             },
    {"run p x{host}y{port}\n",                                                          "p|x127.0.0.1y2525"         },
    {"run p # no comment\n",                                                            "p|#|no|comment"            },
    {"run p  # a comment\n",                                                            "p"                         },
    {"run p\narg each to --to {to}\n",                                                  "p|--to|a@x|--to|b@x"       },
    {"run p {dir}\narg each message -m {message}\n",                                    "p||-m|m1|-m|m2"            },
    {"run p\narg when lmtp --{lmtp}\narg when notify --notify {notify}\n",              "p|--lmtp"                  },
    {"run p {to}\n",                                                                    "p|a@x,b@x"                 },
    {"run p\narg when user -u {user}\n",                                                "p|-u|us \"er"              },
    {"run p\narg unless user -n\n",                                                     "p"                         },
    {"run p\narg when timeout -t {timeout}\n",                                          "p"                         },
    {"run p\narg when before-vrfy --vrfy {before-vrfy}\narg when before-rset --rset\n",
     "p|--vrfy|b@x"                                                                                                 },
    {"run p\narg when lmtp=lmtp -l\narg when lmtp=smtp -s\narg unless lmtp=smtp -n\n",  "p|-l|-n"                   },
    {"run p\narg when user when timeout -x\narg when user unless timeout -y\n",         "p|-y"                      },
    {"run p\narg when user each to -t {to}\narg unless user each to -u {to}\n",         "p|-t|a@x|-t|b@x"           },
    {"run p\narg \"when\" x\n",                                                         "p|when|x"                  },
    {"run p {user quoted} {user url}\n",                                                "p|\"us \\\"er\"|us%20%22er"},
    {"run p {mechanism lower}\n",                                                       "p|plain"                   },
    {"run p {from}\n",                                                                  "p|"                        },
};

static const struct bytes recipients[] = {
    {"a@x", 3},
    {"b@x", 3}
};

static const struct bytes messages[] = {
    {"m1", 2},
    {"m2", 2}
};

static struct recipe_facts facts(void)
{
    struct recipe_facts made = {
        .to = recipients, .to_count = 2, .messages = messages, .message_count = 2};
    made.values[RECIPE_PLACEHOLDER_MESSAGE] = messages[0];
    made.values[RECIPE_PLACEHOLDER_LMTP] = bytes_of("lmtp");
    made.values[RECIPE_PLACEHOLDER_HOST] = bytes_of("127.0.0.1");
    made.values[RECIPE_PLACEHOLDER_PORT] = bytes_of("2525");
    made.values[RECIPE_PLACEHOLDER_TO] = bytes_of("a@x,b@x");
    made.values[RECIPE_PLACEHOLDER_USER] = bytes_of("us \"er");
    made.values[RECIPE_PLACEHOLDER_PASSWORD] = bytes_of("s3cret");
    made.values[RECIPE_PLACEHOLDER_MECHANISM] = bytes_of("PLAIN");
    made.values[RECIPE_PLACEHOLDER_BEFORE_VRFY] = bytes_of("b@x");
    return made;
}

START_TEST(placeholders_become_words)
{
    char text[512];
    char joined[512] = "";
    struct err err = {.kind = ERR_NONE};
    struct recipe_facts given = facts();
    struct recipe_command command;
    snprintf(text, sizeof(text), HEAD "%s", commands[_i].text);
    struct recipe recipe = parse(text);
    ck_assert(recipe_expand(&recipe, &given, arena, &command, &err));
    for (size_t i = 0; command.argv[i] != NULL; i++)
        snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s", i > 0 ? "|" : "",
                 command.argv[i]);
    ck_assert_str_eq(joined, commands[_i].argv);
}
END_TEST

START_TEST(files_hold_their_lines_and_the_password)
{
    struct recipe recipe =
        parse(HEAD "run p\nfile f\n  a  # b\n    {password}\nfile unless user f\n"
                   "  not\nfile when user f\n  {user url}\nfile g\n  x\n");
    struct recipe_facts given = facts();
    struct recipe_command command;
    struct err err = {.kind = ERR_NONE};
    ck_assert(recipe_expand(&recipe, &given, arena, &command, &err));
    ck_assert_uint_eq(command.file_count, 2);
    ck_assert_str_eq(command.files[0].octets.data, "a  # b\n  s3cret\nus%20%22er\n");
    ck_assert_str_eq(command.files[1].octets.data, "x\n");
}
END_TEST

START_TEST(a_command_keeps_what_it_means_by_braces)
{
    static const char *const words[] = {"/bin/awk", "{print $1}", "{port}", "a \"b\" {", "{}", ""};
    struct recipe recipe;
    struct recipe_facts given = facts();
    struct recipe_command command;
    struct err err = {.kind = ERR_NONE};
    ck_assert(recipe_of_command(words, 6, arena, &recipe, &err));
    ck_assert(recipe_expand(&recipe, &given, arena, &command, &err));
    ck_assert_str_eq(recipe.name.data, "awk");
    ck_assert_str_eq(command.argv[1], "{print $1}");
    ck_assert_str_eq(command.argv[2], "2525");
    ck_assert_str_eq(command.argv[3], "a \"b\" {");
    ck_assert_str_eq(command.argv[4], "{}");
    ck_assert_str_eq(command.argv[5], "");
    ck_assert_ptr_null(command.argv[6]);
}
END_TEST

/* ---- what it says ---------------------------------------------------------------------------- */

static struct smtp_claim claim_of(const struct recipe *recipe, struct recipe_ending ending,
                                  enum recipe_meaning *meaning)
{
    struct err err = {.kind = ERR_NONE};
    struct smtp_claim claim;
    struct recipe_reader *reader = recipe_reader_new(recipe, &err);
    ck_assert_ptr_nonnull(reader);
    ck_assert(recipe_claim(reader, &ending, arena, &claim, meaning));
    recipe_reader_free(reader);
    return claim;
}

static const struct {
    int status;
    bool known;
    enum recipe_meaning meaning;
    enum smtp_precision precision;
    enum smtp_outcome outcome;
} statuses[] = {
    {0,  true,  RECIPE_MEANING_OUTCOME,     SMTP_PRECISION_CLASS,  SMTP_OUTCOME_SENT        },
    {1,  true,  RECIPE_MEANING_OUTCOME,     SMTP_PRECISION_CLASS,  SMTP_OUTCOME_TEMPORARY   },
    {2,  true,  RECIPE_MEANING_FAILED,      SMTP_PRECISION_BINARY, SMTP_OUTCOME_PERMANENT   },
    {3,  true,  RECIPE_MEANING_USAGE,       SMTP_PRECISION_BINARY, SMTP_OUTCOME_PERMANENT   },
    {4,  true,  RECIPE_MEANING_UNSUPPORTED, SMTP_PRECISION_BINARY, SMTP_OUTCOME_PERMANENT   },
    {5,  true,  RECIPE_MEANING_OUTCOME,     SMTP_PRECISION_CLASS,  SMTP_OUTCOME_REFUSED_AUTH},
    {99, false, RECIPE_MEANING_OUTCOME,     SMTP_PRECISION_CLASS,  SMTP_OUTCOME_UNKNOWN     },
};

START_TEST(an_exit_status_means_what_its_line_says)
{
    struct recipe recipe = parse(HEAD "run p\nexit 1 temporary\nexit 2 failed words\nexit 3 usage\n"
                                      "exit 4 unsupported\nexit 5 refused-auth\n");
    enum recipe_meaning meaning;
    struct smtp_claim claim =
        claim_of(&recipe, (struct recipe_ending){.status = statuses[_i].status}, &meaning);
    ck_assert_int_eq(claim.known, statuses[_i].known);
    ck_assert_int_eq(meaning, statuses[_i].meaning);
    ck_assert_int_eq(claim.precision, statuses[_i].precision);
    ck_assert_int_eq(claim.whole, statuses[_i].outcome);
}
END_TEST

START_TEST(an_adapter_ends_as_a_command_does)
{
    static const struct {
        int status;
        enum recipe_meaning meaning;
        enum smtp_outcome outcome;
    } expected[] = {
        {0,   RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_SENT     },
        {69,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_UNKNOWN  }, /* its own line goes before */
        {75,  RECIPE_MEANING_OUTCOME,     SMTP_OUTCOME_TEMPORARY},
        {127, RECIPE_MEANING_UNSUPPORTED, SMTP_OUTCOME_PERMANENT},
        {3,   RECIPE_MEANING_FAILED,      SMTP_OUTCOME_PERMANENT},
    };
    struct recipe recipe = parse("title t\ntells class\nexit 69 unknown\nadapter p\n");
    ck_assert(recipe.is_adapter);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        enum recipe_meaning meaning;
        struct smtp_claim claim =
            claim_of(&recipe, (struct recipe_ending){.status = expected[i].status}, &meaning);
        ck_assert_int_eq(meaning, expected[i].meaning);
        ck_assert_int_eq(claim.whole, expected[i].outcome);
    }
}
END_TEST

START_TEST(what_is_prepared_and_inherited_keeps_its_order_and_lines)
{
    struct recipe recipe = parse(HEAD "prepare cc -o {made}/p\nrun {made}/p\nprepare strip\n"
                                      "inherit NODE_PATH\ncan ehlo\n");
    ck_assert_uint_eq(recipe.prepare_count, 2);
    ck_assert_uint_eq(recipe.prepare[1].line, 6);
    ck_assert_uint_eq(recipe.inherited_count, 1);
    ck_assert(bytes_equal(recipe.inherited[0].name, bytes_of("NODE_PATH")));
    ck_assert_uint_eq(recipe.can_lines[CAPABILITY_EHLO], 8);
    ck_assert_uint_eq(recipe.can_lines[CAPABILITY_QUIT], 0);
    ck_assert(!recipe.is_adapter);
}
END_TEST

START_TEST(a_reply_code_is_found_in_what_the_client_prints)
{
    struct recipe recipe = parse(HEAD "run p\nreport code /^p: server said (\\d{3})/\n");
    enum recipe_meaning meaning;
    struct smtp_claim claim = claim_of(
        &recipe, (struct recipe_ending){.status = 0, .report = bytes_of("x\np: server said 451 y")},
        &meaning);
    ck_assert_uint_eq(claim.code, 451);
    claim =
        claim_of(&recipe, (struct recipe_ending){.status = 0, .report = bytes_of("451")}, &meaning);
    ck_assert_uint_eq(claim.code, 0);
}
END_TEST

START_TEST(a_report_in_json_tells_of_each_recipient)
{
    struct recipe recipe = parse("title t\ntells recipients\nrun p\nreport json\nexit 1 failed\n");
    static const char out[] =
        "{\"outcome\":\"partial\",\"code\":550,\"stage\":\"RCPT\",\"recipients\":["
        "{\"address\":\"a@x\",\"outcome\":\"sent\"},"
        "{\"address\":\"b@x\",\"outcome\":\"permanent\",\"code\":550}]}";
    enum recipe_meaning meaning;
    struct smtp_claim claim =
        claim_of(&recipe, (struct recipe_ending){.status = 1, .out = bytes_of(out)}, &meaning);
    ck_assert(claim.known && claim.per_recipient);
    ck_assert_int_eq(claim.whole, SMTP_OUTCOME_PARTIAL);
    ck_assert_int_eq(claim.precision, SMTP_PRECISION_CLASS);
    ck_assert_uint_eq(claim.recipient_count, 2);
    ck_assert_uint_eq(claim.recipients[1].code, 550);
    claim = claim_of(&recipe, (struct recipe_ending){.status = 1, .out = bytes_of("{\"outcome\":")},
                     &meaning);
    ck_assert_int_eq(claim.precision, SMTP_PRECISION_BINARY); /* the exit status is left */
}
END_TEST

START_TEST(a_wrong_regular_expression_is_refused)
{
    struct recipe recipe = parse(HEAD "run p\nreport code /(5/\n");
    struct err err = {.kind = ERR_NONE};
    ck_assert_ptr_null(recipe_reader_new(&recipe, &err));
    ck_assert_int_eq(err.kind, ERR_SYNTAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recipe");
    TCase *tests = tcase_create("recipe");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_wrong_recipe_is_refused_where_it_is_wrong, 0,
                        sizeof(invalid) / sizeof(invalid[0]));
    tcase_add_test(tests, no_prefix_of_a_recipe_does_harm);
    tcase_add_loop_test(tests, placeholders_become_words, 0,
                        sizeof(commands) / sizeof(commands[0]));
    tcase_add_test(tests, files_hold_their_lines_and_the_password);
    tcase_add_test(tests, a_command_keeps_what_it_means_by_braces);
    tcase_add_loop_test(tests, an_exit_status_means_what_its_line_says, 0,
                        sizeof(statuses) / sizeof(statuses[0]));
    tcase_add_test(tests, an_adapter_ends_as_a_command_does);
    tcase_add_test(tests, what_is_prepared_and_inherited_keeps_its_order_and_lines);
    tcase_add_test(tests, a_reply_code_is_found_in_what_the_client_prints);
    tcase_add_test(tests, a_report_in_json_tells_of_each_recipient);
    tcase_add_test(tests, a_wrong_regular_expression_is_refused);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
