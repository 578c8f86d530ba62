#include "fakeserver/scenario.h"

#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

#include <stdio.h>

/* ---- what is refused, and where the finger points ------------------------------------------- */

static const struct {
    const char *name;
    const char *text;
    unsigned line, column;
    const char *what;
} invalid_scenarios[] = {
    {"an unknown first word names the nearest",      "tilte a claim\n",                                       1, 1,
     "unknown word \"tilte\"; did you mean \"title\"?"                                                                                                                 },
    {"an unknown first word that resembles nothing", "frobnicate\n",                                          1, 1,
     "unknown word \"frobnicate\""                                                                                                                                     },
    {"a key without its blank",                      "C:MAIL\n",                                              1, 3,  "expected a blank behind C:"                      },
    {"a control octet",                              "S: 220 \001\n",                                         1, 8,  "a control octet; write it as \\x01 in S= \"...\""},
    {"an unknown event",                             "S: 220 a\n!clsoe\n",                                    2, 2,
     "unknown event \"clsoe\"; did you mean \"close\"?"                                                                                                                },
    {"an event without a word",                      "!\n",                                                   1, 2,  "expected the word of an event behind !"          },
    {"a close with an argument",                     "!close now\n",                                          1, 8,  "expected the end of the line; got \"now\""       },
    {"quiet without a time",                         "!quiet\n",                                              1, 7,  "expected a time such as 1s"                      },
    {"deaf without a time",                          "!deaf\n",                                               1, 6,  "expected a time such as 4m"                      },
    {"deaf with a word",                             "!deaf long\n",                                          1, 7,  "expected a time such as 4m; got \"long\""        },
    {"quiet with a number only",                     "!quiet 10\n",                                           1, 8,  "expected a time such as 1s; got \"10\""          },
    {"pace without a time",                          "!pace 1\n",                                             1, 7,  "expected OCTETS/TIME such as 1/20ms; got \"1\""  },
    {"split that does not ascend",                   "!split 7,3\n",                                          1, 8,
     "expected ascending offsets such as 3,7; got \"7,3\""                                                                                                             },
    {"a wait that is none",                          "+fast S: 250 ok\n",                                     1, 1,
     "expected a wait such as +20ms, +5s, +1m; got \"+fast\""                                                                                                          },
    {"a wait before the client",                     "+1s C: MAIL\n",                                         1, 5,
     "a wait stands before S:, S= and events only, not before \"C:\""                                                                                                  },
    {"a wait before nothing",                        "+1s\n",                                                 1, 4,  "expected S:, S= or an event behind the wait"     },
    {"or without either",                            "or\n",                                                  1, 1,  "\"or\" stands here without an either"            },
    {"end without either",                           "C: MAIL\nend\n",                                        2, 1,  "\"end\" stands here without an either"           },
    {"either without end",                           "either\n  C: MAIL\n",                                   1, 1,  "\"either\" without its \"end\""                  },
    {"an empty branch",                              "either\nor\n  !closed\nend\n",                          2, 1,
     "\"or\" follows an empty branch; expected C: or !closed before it"                                                                                                },
    {"a branch that begins with a reply",            "either\n  S: 250 ok\nend\n",                            2, 3,
     "a branch begins with C: or !closed"                                                                                                                              },
    {"an indented line outside of a block",          "  S: 250 ok\n",                                         1, 3,
     "\"S:\" is indented, but stands in no on and in no either"                                                                                                        },
    {"a head line behind the dialogue",              "S: 220 a\ntitle b\n",                                   2, 1,
     "\"title\" stands before the dialogue only"                                                                                                                       },
    {"a rule behind the dialogue",                   "S: 220 a\non MAIL\n  S: 250 ok\n",                      2, 1,
     "\"on\" stands before the dialogue only"                                                                                                                          },
    {"a rule without lines",                         "on MAIL\nS: 220 a\n",                                   1, 1,  "a rule without its indented lines"               },
    {"a command in a rule",                          "on MAIL\n  C: RCPT\n",                                  2, 3,
     "\"C:\" does not stand in a rule; a rule has S:, S= and events"                                                                                                   },
    {"an unknown condition",                         "on MAIL when autenticated\n  S: 250 ok\n",              1, 14,
     "unknown condition \"autenticated\"; did you mean \"authenticated\"?"                                                                                             },
    {"a rule for no times",                          "on MAIL x0\n  S: 250 ok\n",                             1, 9,  "expected at least x1"                            },
    {"an expectation in a branch",                   "either\n  C: MAIL\n  expect never MAIL\nend\n",         3, 3,
     "\"expect\" stands outside of either ... end only"                                                                                                                },
    {"the second connection first",                  "connection 2\n",                                        1, 12, "expected connection 1 here"                      },
    {"a title twice",                                "title a\ntitle b\n",                                    2, 1,  "\"title\" stands twice"                          },
    {"an empty title",                               "title\n",                                               1, 6,  "expected a text"                                 },
    {"an unknown level",                             "level shuold\n",                                        1, 7,
     "unknown level \"shuold\"; did you mean \"should\"?"                                                                                                              },
    {"an unknown variation",                         "exact pipelinig\n",                                     1, 7,
     "unknown variation \"pipelinig\"; did you mean \"pipelining\"?"                                                                                                   },
    {"an unknown stand",                             "stand bare-lv allowed\n",                               1, 7,
     "unknown stand \"bare-lv\"; did you mean \"bare-lf\"?"                                                                                                            },
    {"an unknown answer",                            "stand bare-lf allows\n",                                1, 15,
     "unknown answer \"allows\"; did you mean \"allowed\"?"                                                                                                            },
    {"a stand without an answer",                    "stand bare-lf\n",                                       1, 14, "expected allowed or forbidden"                   },
    {"a stand taken twice",                          "stand bare-lf allowed\nstand bare-lf forbidden\n",      2, 7,
     "the stand \"bare-lf\" is taken twice"                                                                                                                            },
    {"an unknown word of send",                      "send form=a@b.example\n",                               1, 6,
     "unknown word of send \"form\"; did you mean \"from\"?"                                                                                                           },
    {"a word of send twice",                         "send from=a@b.example from=c@d.example\n",              1, 23,
     "\"from\" stands twice"                                                                                                                                           },
    {"a word without a value",                       "send user\n",                                           1, 6,  "expected KEY=VALUE; got \"user\""                },
    {"an unknown way of tls",                        "send tls=startls\n",                                    1, 10,
     "unknown way to use TLS \"startls\"; did you mean \"starttls\"?"                                                                                                  },
    {"an unknown certificate",                       "!tls cert=wrong-hots\n",                                1, 11,
     "unknown certificate \"wrong-hots\"; did you mean \"wrong-host\"?"                                                                                                },
    {"an unknown word of tls",                       "tls cart=good\n",                                       1, 5,
     "unknown word of tls \"cart\"; did you mean \"cert\"?"                                                                                                            },
    {"an unknown fault of TLS",                      "!tls fault=refused\n",                                  1, 12,
     "unknown fault of TLS \"refused\"; did you mean \"refuse\"?"                                                                                                      },
    {"versions the wrong way round",                 "!tls version=1.3..1.2\n",                               1, 14,
     "expected versions from 1.0 to 1.3, such as 1.2, 1.0..1.2 or ..1.1; got \"1.3..1.2\""                                                                             },
    {"no version at all",                            "!tls version=..\n",                                     1, 14,
     "expected versions from 1.0 to 1.3, such as 1.2, 1.0..1.2 or ..1.1; got \"..\""                                                                                   },
    {"a word of tls without its value",              "!tls cert\n",                                           1, 6,  "expected cert=VALUE"                             },
    {"a word of tls with a value",                   "!tls no-resumption=1\n",                                1, 6,  "expected no-resumption alone"                    },
    {"a word of tls twice",                          "tls cert=good cert=good\n",                             1, 15, "\"cert\" stands twice"                           },
    {"tls with nothing behind it",                   "tls\n",                                                 1, 4,  "expected words such as cert=expired"             },
    {"a certificate that clients are asked for",     "tls client=no\n",                                       1, 12,
     "expected ask or require; got \"no\""                                                                                                                             },
    {"an unknown fault of SASL",                     "sasl fault=eror\n",                                     1, 12,
     "unknown fault of SASL \"eror\"; did you mean \"error\"?"                                                                                                         },
    {"an unknown word of sasl",                      "sasl falt=error\n",                                     1, 6,
     "unknown word of sasl \"falt\"; did you mean \"fault\"?"                                                                                                          },
    {"sasl with nothing behind it",                  "sasl\n",                                                1, 5,  "expected fault= or iterations="                  },
    {"a word of sasl without its value",             "sasl iterations=\n",                                    1, 6,
     "expected a value behind iterations="                                                                                                                             },
    {"an unknown command before the mail",           "send before=noop,rest\n",                               1, 13,
     "unknown command that may come before the mail \"rest\"; did you mean \"rset\"?"                                                                                  },
    {"no command before the mail",                   "send before=\n",                                        1, 13,
     "expected noop, vrfy or rset; got \"\""                                                                                                                           },
    {"an unknown protocol",                          "send protocol=lntp\n",                                  1, 15,
     "unknown protocol \"lntp\"; did you mean \"lmtp\"?"                                                                                                               },
    {"no message",                                   "send messages=0\n",                                     1, 15, "expected a number from 1 to 100; got \"0\""      },
    {"no try more",                                  "send retry=10\n",                                       1, 12, "expected a number from 1 to 9; got \"10\""       },
    {"an unknown kind of body",                      "send body=9bit\n",                                      1, 11,
     "expected 7bit, 8bitmime or binarymime; got \"9bit\""                                                                                                             },
    {"a parameter without its value",                "send notify=\n",                                        1, 13, "expected a value; got \"\""                      },
    {"a value where none belongs",                   "send smtputf8=yes\n",                                   1, 15, "\"smtputf8\" has no value"                       },
    {"a size that is none",                          "send size=big\n",                                       1, 11, "expected a size such as 64k; got \"big\""        },
    {"a size below its header",                      "send size=100\n",                                       1, 0,
     "size= is less than the header of this message takes: 183 octets"                                                                                                 },
    {"a message and a size",                         "send size=64k\nmessage \"a\"\n",                        2, 9,
     "a message and send size= exclude each other"                                                                                                                     },
    {"an unknown escape",                            "message \"a\\qb\"\n",                                   1, 11,
     "expected one of \\r \\n \\t \\0 \\xHH \\\\ \\\" behind the backslash"                                                                                            },
    {"a string without its end",                     "message \"a\n",                                         1, 9,  "a string without its closing quote"              },
    {"raw octets without quotes",                    "S= 250 ok\n",                                           1, 4,
     "expected a string, \"250 ok\\r\\n\"; got \"250\""                                                                                                                },
    {"words behind a string",                        "S= \"a\"b\n",                                           1, 7,  "expected a blank behind the closing quote"       },
    {"octets without their unit",                    "C= 12\n",                                               1, 6,  "expected the word octets behind the number"      },
    {"an unknown placeholder",                       "send user=a password=b\nS: 220 {usr}\n",                2, 8,
     "unknown placeholder \"usr\"; did you mean \"user\"?"                                                                                                             },
    {"a placeholder that send does not set",         "S: 220 {user}\n",                                       1, 8,
     "{user} is not set by the send line"                                                                                                                              },
    {"a placeholder in send itself",                 "send from={to}\n",                                      1, 11,
     "{to} is known only after the send and account lines"                                                                                                             },
    {"a third recipient of two",                     "send to=a@b.example,c@d.example\nC: RCPT TO:<{to3}>\n", 2, 13,
     "{to3} has no recipient in the send line"                                                                                                                         },
    {"a placeholder without its end",                "S: 220 {user\n",                                        1, 8,
     "a placeholder without its closing brace; write {{ for a brace"                                                                                                   },
    {"a line end outside of a string",               "sweep x \"a\\r\\n\"\nS: 220 {x}\n",                     2, 8,
     "the value has a line end in it; put it into a string, as in S= \"...\""                                                                                          },
    {"an error behind a value points behind it",
     "sweep x aaaaaaaaaaaaaaaa\nsend domain={x} form=b\n",                                                    2, 17,
     "unknown word of send \"form\"; did you mean \"from\"?"                                                                                                           },
    {"an error in a value points at it",             "sweep x nowhere\nexpect outcome {x}\n",                 2, 16,
     "unknown outcome \"nowhere\""                                                                                                                                     },
    {"a sweep without values",                       "sweep x\n",                                             1, 8,
     "expected a name and at least one value, or from and a file"                                                                                                      },
    {"a sweep of a name that has a meaning",         "sweep user a\n",                                        1, 7,
     "{user} has a meaning already"                                                                                                                                    },
    {"a sweep with capitals",                        "sweep Code 421\n",                                      1, 7,
     "expected a name of lower-case letters, digits and \"-\"; got \"Code\""                                                                                           },
    {"two sweeps of one name",                       "sweep a 1\nsweep a 2\n",                                2, 7,  "two sweeps give {a}"                             },
    {"a table outside of the folders",               "sweep from /etc/passwd\n",                              1, 12,
     "expected a file name relative to the scenario's folder"                                                                                                          },
    {"a command with a slip",                        "C: MIAL\n",                                             1, 4,
     "unknown command \"MIAL\"; did you mean \"MAIL\"?"                                                                                                                },
    {"a path without brackets",                      "C: MAIL FROM:a@b.example\n",                            1, 14, "expected a path in < and >"                      },
    {"a path with the wrong keyword",                "C: RCPT FROM:<a@b.example>\n",                          1, 9,
     "expected TO:<path>; got \"FROM:<a@b.example>\""                                                                                                                  },
    {"an empty choice",                              "C: MAIL||RCPT\n",                                       1, 9,  "expected a pattern"                              },
    {"a regular expression without its end",         "C: /a\n",                                               1, 4,
     "a regular expression without its closing /"                                                                                                                      },
    {"a regular expression that is none",            "C: /a(b/\n",                                            1, 8,
     "this is no regular expression: missing closing parenthesis"                                                                                                      },
    {"content in a dialogue",                        "C: content\n",                                          1, 4,  "content stands in expect lines only; write ."    },
    {"close in a dialogue",                          "C: close\n",                                            1, 4,  "close stands in expect lines only; write !closed"},
    {"an unknown expectation",                       "expect outcom sent\n",                                  1, 8,
     "unknown expectation \"outcom\"; did you mean \"outcome\"?"                                                                                                       },
    {"an unknown outcome",                           "expect outcome snet\n",                                 1, 16,
     "unknown outcome \"snet\"; did you mean \"sent\"?"                                                                                                                },
    {"an unknown outcome among known ones",          "expect outcome sent|permanant\n",                       1, 21,
     "unknown outcome \"permanant\"; did you mean \"permanent\"?"                                                                                                      },
    {"an unknown stage",                             "expect outcome sent at RCTP\n",                         1, 24,
     "unknown stage \"RCTP\"; did you mean \"RCPT\"?"                                                                                                                  },
    {"a code of two digits",                         "expect outcome sent code 55\n",                         1, 26,
     "expected a reply code of three digits; got \"55\""                                                                                                               },
    {"an unknown command in an expectation",         "expect never RCTP\n",                                   1, 14,
     "unknown command \"RCTP\"; did you mean \"RCPT\"?"                                                                                                                },
    {"count without a comparison",                   "expect count RCPT 2\n",                                 1, 20,
     "expected <=, = or >= behind the pattern; the line ends here"                                                                                                     },
    {"count without a number",                       "expect count RCPT <= many\n",                           1, 22,
     "expected a number; got \"many\""                                                                                                                                 },
    {"next without after",                           "expect next RSET|QUIT\n",                               1, 22,
     "expected after and a pattern; the line ends here"                                                                                                                },
    {"under without a layer",                        "expect never AUTH under ssl\n",                         1, 25,
     "expected tls or plain behind under; got \"ssl\""                                                                                                                 },
    {"a message that is not intact",                 "expect message whole\n",                                1, 16,
     "expected intact; got \"whole\""                                                                                                                                  },
    {"a time before the first one",                  "expect gives up between 10m and 5m\n",                  1, 33,
     "expected a time not before the first one; got \"5m\""                                                                                                            },
    {"a report without quotes",                      "expect report no\n",                                    1, 15,
     "expected a reply code or a string; got \"no\""                                                                                                                   },
    {"words behind an expectation",                  "expect message intact now\n",                           1, 23,
     "expected the end of the line; got \"now\""                                                                                                                       },
    {"an expectation of nothing",                    "expect\n",                                              1, 7,  "expected an expectation; the line ends here"     },
    {"a command alone as expectation",               "expect RCPT\n",                                         1, 12,
     "expected before and a pattern; the line ends here"                                                                                                               },
    {"an unknown tls version",                       "expect tls 4\n",                                        1, 12,
     "expected the lowest version, such as 1.2.., or name; got \"4\""                                                                                                  },
    {"offer none and something",                     "offer SIZE\noffer none\n",                              2, 7,  "offer none stands alone"                         },
    {"say at no stage",                              "say MAUL 250 ok\n",                                     1, 5,
     "unknown stage \"MAUL\"; did you mean \"MAIL\"?"                                                                                                                  },
    {"say without a code",                           "say MAIL ok\n",                                         1, 12, "expected a reply code of three digits"           },
    {"an account without a password",                "account user=a\n",                                      1, 9,
     "expected user=... and password=..."                                                                                                                              },
    {"repeat without a number",                      "S: 250 {repeat x y}\n",                                 1, 16,
     "expected {repeat NUMBER TEXT} with a number of at most 100000"                                                                                                   },
    {"too many placeholders in each other",
     "S: 334 {base64 {base64 {base64 {base64 {base64 x}}}}}\n",                                               1, 48,
     "at most 4 placeholders may stand in each other"                                                                                                                  },
};

static void what_is_no_scenario_is_refused_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_scenarios); i++) {
        struct fixture fixture;
        bool parsed;

        fixture_init(&fixture);
        parsed = fixture_parse(&fixture, invalid_scenarios[i].text);
        if (parsed || fixture.err.line != invalid_scenarios[i].line ||
            fixture.err.column != invalid_scenarios[i].column ||
            strcmp(fixture.err.what, invalid_scenarios[i].what) != 0) {
            print_error("%s: %u:%u: %s\n", invalid_scenarios[i].name, fixture.err.line,
                        fixture.err.column, parsed ? "(parsed)" : fixture.err.what);
            fail();
        }
        fixture_release(&fixture);
    }
}

static void an_error_is_shown_under_its_line(void **state)
{
    static const char text[] = "title  \xC3\xA4 claim\n\texpect outcom sent\n";
    const struct err err = {.kind = ERR_SYNTAX, .line = 2, .column = 9, .what = "unknown"};
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    assert_true(scenario_error_print(BYTES_LITERAL("x.drill"), bytes_of(text), &err, &buf));
    assert_string(buf_bytes(&buf), "x.drill:2:9: unknown\n"
                                   "  | \\texpect outcom sent\n"
                                   "  |          ^\n");
    buf_release(&buf);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void the_lines_of_one_reply_are_one_step(void **state)
{
    struct fixture fixture;
    const struct step *steps;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "S: 220 ready \n"
                                 "C: EHLO\n"
                                 "S: 250-a\n"
                                 "\n"
                                 "# a comment between them\n"
                                 "S: 250-b  # and one behind\n"
                                 "S: 250 c\n"
                                 "S: 250 another reply\n"
                                 "S:\n"
                                 "S: 250-\n"
                                 "S: no code\n");
    steps = fixture.scenario.steps;
    assert_int_equal(fixture.scenario.step_count, 7);
    assert_string(steps[0].octets, "220 ready \r\n");
    assert_int_equal(steps[0].code, 220);
    assert_string(steps[2].octets, "250-a\r\n250-b\r\n250 c\r\n");
    assert_int_equal(steps[2].line, 3);
    assert_string(steps[3].octets, "250 another reply\r\n");
    assert_false(steps[3].same_segment);
    assert_string(steps[4].octets, "\r\n");
    assert_int_equal(steps[4].code, 0);
    assert_string(steps[5].octets, "250-\r\nno code\r\n");
    assert_int_equal(steps[6].kind, STEP_END);
    fixture_release(&fixture);
}

static void a_wait_cuts_a_reply_into_segments(void **state)
{
    struct fixture fixture;
    const struct step *steps;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "S: 220-a\n+5s S: 220 b\n+1m !close\n");
    steps = fixture.scenario.steps;
    assert_string(steps[0].octets, "220-a\r\n");
    assert_true(steps[0].unfinished);
    assert_string(steps[1].octets, "220 b\r\n");
    assert_false(steps[1].unfinished);
    assert_int_equal(steps[1].delay_ms, 5000);
    assert_int_equal(steps[2].event, STEP_EVENT_CLOSE);
    assert_int_equal(steps[2].delay_ms, 60000);
    fixture_release(&fixture);
}

static void raw_octets_share_the_segment_of_the_reply_before_them(void **state)
{
    struct fixture fixture;
    const struct step *steps;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "S: 220 a\n"
                                 "S= \"250 \\x00\\\"\" \"b\\r\\n\"\n"
                                 "!flush\n"
                                 "S= \"c\"\n"
                                 "C: MAIL\n"
                                 "S= \"d\"\n");
    steps = fixture.scenario.steps;
    assert_true(steps[1].same_segment && steps[1].raw);
    assert_bytes(steps[1].octets, BYTES_LITERAL("250 \0\"b\r\n"));
    assert_int_equal(steps[1].code, 250);
    assert_int_equal(steps[2].event, STEP_EVENT_FLUSH);
    assert_false(steps[3].same_segment);
    assert_int_equal(steps[3].code, 0);
    assert_false(steps[5].same_segment);
    fixture_release(&fixture);
}

static void an_optional_command_is_passed_over_with_its_answers(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "C? RSET\nS: 250 ok\n!quiet 1s\nC? NOOP\nS: 250 ok\n!closed\n");
    assert_int_equal(fixture.scenario.steps[0].kind, STEP_OPTIONAL);
    assert_int_equal(fixture.scenario.steps[0].target, 3);
    assert_int_equal(fixture.scenario.steps[3].target, 5);
    fixture_release(&fixture);
}

static void branches_join_behind_their_end(void **state)
{
    struct fixture fixture;
    const struct step *steps;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "either\n"
                                 "  C: EHLO\n"
                                 "  either\n"
                                 "    C: MAIL\n"
                                 "  or\n"
                                 "    !closed\n"
                                 "  end\n"
                                 "or\n"
                                 "  !closed\n"
                                 "end\n"
                                 "C: QUIT\n");
    steps = fixture.scenario.steps;
    /* 0 either, 1 EHLO, 2 either, 3 MAIL, 4 goto, 5 closed, 6 goto, 7 goto, 8 closed, 9 goto */
    assert_int_equal(steps[0].kind, STEP_EITHER);
    assert_int_equal(steps[0].branch_count, 2);
    assert_int_equal(steps[0].branches[0], 1);
    assert_int_equal(steps[0].branches[1], 8);
    assert_int_equal(steps[2].branches[1], 5);
    assert_int_equal(steps[4].target, 7);
    assert_int_equal(steps[6].target, 7);
    assert_int_equal(steps[7].target, 10);
    assert_int_equal(steps[9].target, 10);
    assert_int_equal(steps[10].kind, STEP_COMMAND);
    assert_int_equal(steps[11].kind, STEP_END);
    fixture_release(&fixture);
}

static void each_connection_and_each_rule_has_its_end(void **state)
{
    struct fixture fixture;
    const struct scenario *scenario = &fixture.scenario;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "on connect x2\n"
                                 "  S: 421 later\n"
                                 "  !close\n"
                                 "on MAIL|RCPT when tls unauthenticated\n"
                                 "  S: 530 no\n"
                                 "S: 220 first\n"
                                 "connection 2\n"
                                 "S: 220 second\n");
    assert_int_equal(scenario->rule_count, 2);
    assert_true(scenario->rules[0].on_connect);
    assert_int_equal(scenario->rules[0].times, 2);
    assert_int_equal(scenario->rules[0].first_step, 0);
    assert_int_equal(scenario->steps[2].kind, STEP_END);
    assert_int_equal(scenario->rules[1].first_step, 3);
    assert_int_equal(scenario->rules[1].when, RULE_WHEN_TLS | RULE_WHEN_UNAUTHENTICATED);
    assert_int_equal(scenario->rules[1].pattern->choice_count, 2);
    assert_int_equal(scenario->connection_count, 2);
    assert_int_equal(scenario->connection_first[0], 5);
    assert_int_equal(scenario->steps[6].kind, STEP_END);
    assert_int_equal(scenario->connection_first[1], 7);
    assert_int_equal(scenario->step_count, 9);
    fixture_release(&fixture);
}

static void events_keep_what_stands_behind_them(void **state)
{
    struct fixture fixture;
    const struct step *steps;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "!pace 2k/20ms\n!split 3,7\n!quiet 100ms\n"
                                 "!tls cert=expired version=1.2\n!half-close\n!reset\n");
    steps = fixture.scenario.steps;
    assert_int_equal(steps[0].count, 2048);
    assert_int_equal(steps[0].duration_ms, 20);
    assert_int_equal(steps[1].split_count, 2);
    assert_int_equal(steps[1].splits[1], 7);
    assert_int_equal(steps[2].duration_ms, 100);
    assert_int_equal(steps[3].tls->cert, TLS_CERT_EXPIRED);
    assert_int_equal(steps[3].tls->at_least, TLS_VERSION_1_2);
    assert_int_equal(steps[3].tls->at_most, TLS_VERSION_1_2);
    assert_null(steps[4].tls);
    fixture_release(&fixture);
}

/* ---- patterns ------------------------------------------------------------------------------- */

static const struct pattern_choice *first_choice(struct fixture *fixture, const char *line)
{
    fixture_must_parse(fixture, line);
    return &fixture->scenario.steps[0].pattern->choices[0];
}

static void a_path_and_parameters_are_taken_apart(void **state)
{
    struct fixture fixture;
    const struct pattern_choice *choice;

    (void)state;
    fixture_init(&fixture);
    choice =
        first_choice(&fixture, "C: mail from:<\"a>|b\"@c.example> SIZE=* BODY=8BITMIME *|QUIT");
    assert_int_equal(choice->kind, PATTERN_COMMAND);
    assert_int_equal(choice->verb, SMTP_VERB_MAIL);
    assert_string(choice->path, "\"a>|b\"@c.example");
    assert_int_equal(choice->parameter_count, 2);
    assert_string(choice->parameters[0].name, "SIZE");
    assert_string(choice->parameters[0].value, "*");
    assert_string(choice->parameters[1].value, "8BITMIME");
    assert_true(choice->other_parameters);
    assert_int_equal(fixture.scenario.steps[0].pattern->choice_count, 2);
    choice = first_choice(&fixture, "C: RCPT TO:<>");
    assert_non_null(choice->path.data);
    assert_int_equal(choice->path.size, 0);
    choice = first_choice(&fixture, "C: RCPT");
    assert_null(choice->path.data);
    assert_false(choice->has_argument);
    fixture_release(&fixture);
}

static void every_kind_of_pattern_is_told_by_its_form(void **state)
{
    static const struct {
        const char *line;
        enum pattern_kind kind;
    } forms[] = {
        {"C: *",                                          PATTERN_ANY        },
        {"C: .",                                          PATTERN_END_OF_DATA},
        {"C: auth PLAIN *",                               PATTERN_COMMAND    },
        {"C: XFOO bar",                                   PATTERN_COMMAND    },
        {"C: dXNlcg==",                                   PATTERN_TEXT       },
        {"C: \"DATA\"",                                   PATTERN_TEXT       },
        {"send user=MAIL password=b\nC: {base64 {user}}", PATTERN_TEXT       },
        {"C: /^(a|b)\\/{2}$/i",                           PATTERN_REGEX      },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct fixture fixture;

        fixture_init(&fixture);
        assert_int_equal(first_choice(&fixture, forms[i].line)->kind, forms[i].kind);
        fixture_release(&fixture);
    }
}

/* ---- placeholders --------------------------------------------------------------------------- */

static void placeholders_stand_for_what_send_says(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture,
                       "send from=<> to=a@x.example,b@x.example user=u password=\"p \\\"q\"\n"
                       "S: 250 {to} {to2} {{user} {3} {user}\n"
                       "S: 334 {base64 \\0{user}\\0{password}}\n"
                       "S= \"{password}\\r\\n\"\n"
                       "S= \"{repeat 3 a\\r\\n}\"\n"
                       "C: MAIL FROM:<{from}>\n");
    assert_string(fixture.scenario.steps[0].octets, "250 a@x.example b@x.example {user} {3} u\r\n");
    assert_string(fixture.scenario.steps[1].octets, "334 AHUAcCAicQ==\r\n");
    assert_string(fixture.scenario.steps[2].octets, "p \"q\r\n");
    assert_string(fixture.scenario.steps[3].octets, "a\r\na\r\na\r\n");
    assert_int_equal(fixture.scenario.steps[4].pattern->choices[0].path.size, 0);
    fixture_release(&fixture);
}

static void tokens_and_dates_come_from_the_seed(void **state)
{
    struct fixture fixture;
    struct scenario again;
    struct scenario other;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "S: 250 {token} {token}\nS: 250 {date}\n");
    assert_true(scenario_file_instance(fixture.file, 0, 1, fixture.arena, &again, &fixture.err));
    assert_true(scenario_file_instance(fixture.file, 0, 2, fixture.arena, &other, &fixture.err));
    assert_int_equal(fixture.scenario.steps[0].octets.size, 4 + 16 + 1 + 16 + 2);
    assert_bytes(again.steps[0].octets, fixture.scenario.steps[0].octets);
    assert_false(bytes_equal(other.steps[0].octets, fixture.scenario.steps[0].octets));
    assert_false(bytes_equal(bytes_slice(again.steps[0].octets, 4, 20),
                             bytes_slice(again.steps[0].octets, 21, 37)));
    assert_int_equal(bytes_find(again.steps[1].octets, ','), 7);
    fixture_release(&fixture);
}

static void a_personality_speaks_of_the_session_it_serves(void **state)
{
    static const char text[] = "title x\non MAIL FROM:<{user}> when accepted\n  S: 250 ok\n";
    struct fixture fixture;
    struct scenario personality;
    struct scenario session = {.send = {.user = BYTES_LITERAL("me@x.example")}};

    (void)state;
    fixture_init(&fixture);
    assert_true(fixture_file(&fixture, "x.personality", bytes_of(text)));
    assert_true(scenario_file_personality(fixture.file, &session, 1, fixture.arena, &personality,
                                          &fixture.err));
    assert_string(personality.rules[0].pattern->choices[0].path, "me@x.example");
    session.send.user = BYTES_NONE;
    assert_true(scenario_file_personality(fixture.file, &session, 1, fixture.arena, &personality,
                                          &fixture.err));
    assert_bytes(personality.rules[0].pattern->choices[0].path, BYTES_LITERAL("\0"));
    fixture_release(&fixture);
}

/* ---- the head ------------------------------------------------------------------------------- */

static void the_head_fills_the_scenario(void **state)
{
    struct fixture fixture;
    const struct scenario *scenario = &fixture.scenario;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture,
                       "title   a claim\n"
                       "cites   5321-4.2-a 5321-4.2-b\n"
                       "cites   5321-4.2-c\n"
                       "level   should\n"
                       "stand   bare-lf forbidden\n"
                       "offer   SIZE 1000\n"
                       "offer   AUTH PLAIN\n"
                       "say     MAIL 250 one\n"
                       "say     MAIL 250 two\n"
                       "send    user=u password=p auth=PLAIN tls=opportunistic before=rset,noop\n"
                       "account user=v password=q\n"
                       "limit   30s\n"
                       "exact   noop rset\n"
                       "odd\n");
    assert_string(scenario->path, "folder/x.drill");
    assert_string(scenario->title, "a claim");
    assert_int_equal(scenario->cite_count, 3);
    assert_int_equal(scenario->level, FINDING_SHOULD);
    assert_int_equal(scenario->stands[STAND_BARE_LF], STAND_FORBIDDEN);
    assert_int_equal(scenario->offer_count, 2);
    assert_string(scenario->offers[0].text, "SIZE 1000");
    assert_int_equal(scenario->wording_count, 1);
    assert_string(scenario->wordings[0].text, "one\ntwo");
    assert_int_equal(scenario->account_count, 2);
    assert_string(scenario->accounts[0].user, "u");
    assert_int_equal(scenario->send.tls, SEND_TLS_OPPORTUNISTIC);
    assert_int_equal(scenario->send.before, SEND_BEFORE_NOOP | SEND_BEFORE_RSET);
    assert_int_equal(scenario->limit_ms, 30000);
    assert_true(scenario->exact == (VARIATION_BIT(VARIATION_NOOP) | VARIATION_BIT(VARIATION_RSET)));
    assert_true(scenario->meant);
    assert_int_equal(scenario->connection_count, 0);
    assert_string(scenario->send.from, "sender@client.example");
    assert_string(scenario->send.to[0], "rcpt@server.example");
    fixture_release(&fixture);
}

static void extensions_are_asked_for_in_words_of_send(void **state)
{
    struct fixture fixture;
    const struct scenario_send *send = &fixture.scenario.send;
    struct mail_text second;
    struct bytes before;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "send protocol=lmtp messages=3 retry=2 no-certificate\n"
                                 "send notify=SUCCESS,FAILURE\n"
                                 "send envid=\"a b\" mt-priority=-3 smtputf8 body=8bitmime\n");
    assert_true(send->lmtp);
    assert_int_equal(send->messages, 3);
    assert_int_equal(send->retries, 2);
    assert_true(send->no_certificate);
    assert_string(send->parameters[SEND_PARAMETER_NOTIFY], "SUCCESS,FAILURE");
    assert_string(send->parameters[SEND_PARAMETER_ENVID], "a b");
    assert_string(send->parameters[SEND_PARAMETER_MT_PRIORITY], "-3");
    assert_string(send->parameters[SEND_PARAMETER_BODY_TYPE], "8bitmime");
    assert_non_null(send->parameters[SEND_PARAMETER_SMTPUTF8].data);
    assert_null(send->parameters[SEND_PARAMETER_REQUIRETLS].data);
    assert_true(scenario_numbered_message(send, 1, fixture.arena, &second));
    assert_int_equal(second.octets, send->given.octets);
    assert_true(scenario_numbered_message(send, 2, fixture.arena, &second));
    before = bytes_slice(second.head, 0, (size_t)(second.octets - send->given.octets));
    assert_string(before, "X-Drill-Message: 2\n");
    assert_true(bytes_equal(bytes_after(second.head, before.size), send->given.head));
    fixture_release(&fixture);
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "send body=binarymime\nmessage \"A: b\\r\\n\\r\\nc\\0\\rd\"\n");
    assert_true(send->has_expected);
    assert_true(bytes_equal(send->expected.head, send->given.head));
    fixture_release(&fixture);
}

static void releasing_an_instance_leaves_the_next_its_password(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture, "send user=u password=secret\naccount user=v password=other\n");
    scenario_release(&fixture.scenario);
    assert_true(fixture_instance(&fixture, 0));
    assert_string(fixture.scenario.send.password, "secret");
    assert_string(fixture.scenario.accounts[1].password, "other");
    fixture_release(&fixture);
}

/* ---- messages ------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    const char *expected; /* NULL: it cannot be sent */
} messages[] = {
    {"message \"a\\nb\"",                             "a\r\nb\r\n"    },
    {"message \"a\\r\\n\" \"b\\n\"\nmessage \"\\n\"", "a\r\nb\r\n\r\n"},
    {"message \"\"",                                  ""              },
    {"message \"a\\rb\\n\"",                          NULL            },
    {"message \"a\\0b\\n\"",                          NULL            },
    {"message \"a\\r\"",                              NULL            },
};

static void a_message_has_one_canonical_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        struct fixture fixture;

        fixture_init(&fixture);
        fixture_must_parse(&fixture, messages[i].text);
        assert_int_equal(fixture.scenario.send.has_expected, messages[i].expected != NULL);
        if (messages[i].expected)
            assert_string(fixture.scenario.send.expected.head, messages[i].expected);
        fixture_release(&fixture);
    }
}

/* Octet `at` of a text that is never whole in memory. */
static char octet_at(const struct mail_text *text, uint64_t at)
{
    if (at < text->head.size)
        return text->head.data[at];
    return text->cycle.data[(at - text->head.size) % text->cycle.size];
}

static void a_generated_message_ends_with_a_line_at_its_size(void **state)
{
    static const char *const sizes[] = {"500", "1023", "1024", "1025", "4097", "64k", "10m"};
    static const uint64_t octets[] = {500, 1023, 1024, 1025, 4097, 65536, 10485760};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct fixture fixture;
        const struct mail_text *expected = &fixture.scenario.send.expected;
        const struct mail_text *given = &fixture.scenario.send.given;
        char text[40];
        uint64_t to = 0;
        unsigned dots = 0;

        fixture_init(&fixture);
        snprintf(text, sizeof(text), "send size=%s", sizes[i]);
        fixture_must_parse(&fixture, text);
        assert_true(expected->octets == octets[i]);
        assert_int_equal(octet_at(expected, expected->octets - 1), '\n');
        assert_int_equal(octet_at(expected, expected->octets - 2), '\r');
        /* What is given is the same text with LF line ends. */
        for (uint64_t at = 0; at < expected->octets; at++) {
            if (octet_at(expected, at) == '\r')
                continue;
            assert_int_equal(octet_at(expected, at), octet_at(given, to));
            dots += octet_at(given, to) == '.' && to > 0 && octet_at(given, to - 1) == '\n';
            to++;
        }
        assert_true(to == given->octets);
        if (octets[i] > 1200)
            assert_true(dots > 0);
        fixture_release(&fixture);
    }
}

/* ---- expectations --------------------------------------------------------------------------- */

static void expectations_become_types(void **state)
{
    struct fixture fixture;
    const struct expectation *all;

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture,
                       "expect should outcome permanent|temporary at end-of-data code 553\n"
                       "expect <postmaster> never sent\n"
                       "expect never AUTH before EHLO under tls\n"
                       "expect AUTH before MAIL\n"
                       "expect count RCPT TO:<a@b.example> <= 2\n"
                       "expect next RSET|QUIT|close after MAIL\n"
                       "expect report 553|\"no \\x41\"\n"
                       "expect connections = 1\n"
                       "expect gives up between 5m and 30m\n"
                       "expect tls 1.2..\n"
                       "expect never content after DATA\n"
                       "expect never /a b|c/ under plain\n");
    all = fixture.scenario.expectations;
    assert_int_equal(fixture.scenario.expectation_count, 12);
    assert_true(all[0].has_level && all[0].level == FINDING_SHOULD);
    assert_int_equal(all[0].outcomes, 1U << SMTP_OUTCOME_PERMANENT | 1U << SMTP_OUTCOME_TEMPORARY);
    assert_true(all[0].has_stage && all[0].stage == SMTP_STAGE_END_OF_DATA);
    assert_int_equal(all[0].code, 553);
    assert_string(all[1].address, "postmaster");
    assert_true(all[1].negated);
    assert_true(all[2].kind == EXPECT_BEFORE && all[2].negated);
    assert_int_equal(all[2].pattern->under, PATTERN_UNDER_ANY);
    assert_int_equal(all[2].other->under, PATTERN_UNDER_TLS);
    assert_string(all[2].other->written, "EHLO");
    assert_true(all[3].kind == EXPECT_BEFORE && !all[3].negated);
    assert_true(all[4].compare == EXPECT_AT_MOST && all[4].number == 2);
    assert_int_equal(all[5].pattern->choices[2].kind, PATTERN_CLOSE);
    assert_int_equal(all[6].code, 553);
    assert_string(all[6].text, "no A");
    assert_int_equal(all[7].compare, EXPECT_EXACTLY);
    assert_true(all[8].from_ms == 300000 && all[8].to_ms == 1800000);
    assert_int_equal(all[9].tls_version, TLS_VERSION_1_2);
    assert_int_equal(all[10].pattern->choices[0].kind, PATTERN_CONTENT);
    assert_string(all[11].pattern->choices[0].text, "a b|c");
    assert_int_equal(all[11].pattern->under, PATTERN_UNDER_PLAIN);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_scenario_is_refused_at_its_place),
        cmocka_unit_test(an_error_is_shown_under_its_line),
        cmocka_unit_test(the_lines_of_one_reply_are_one_step),
        cmocka_unit_test(a_wait_cuts_a_reply_into_segments),
        cmocka_unit_test(raw_octets_share_the_segment_of_the_reply_before_them),
        cmocka_unit_test(an_optional_command_is_passed_over_with_its_answers),
        cmocka_unit_test(branches_join_behind_their_end),
        cmocka_unit_test(each_connection_and_each_rule_has_its_end),
        cmocka_unit_test(events_keep_what_stands_behind_them),
        cmocka_unit_test(a_path_and_parameters_are_taken_apart),
        cmocka_unit_test(every_kind_of_pattern_is_told_by_its_form),
        cmocka_unit_test(extensions_are_asked_for_in_words_of_send),
        cmocka_unit_test(placeholders_stand_for_what_send_says),
        cmocka_unit_test(tokens_and_dates_come_from_the_seed),
        cmocka_unit_test(a_personality_speaks_of_the_session_it_serves),
        cmocka_unit_test(the_head_fills_the_scenario),
        cmocka_unit_test(releasing_an_instance_leaves_the_next_its_password),
        cmocka_unit_test(a_message_has_one_canonical_form),
        cmocka_unit_test(a_generated_message_ends_with_a_line_at_its_size),
        cmocka_unit_test(expectations_become_types),
    };

    return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
