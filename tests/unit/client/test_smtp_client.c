/* test_smtp_client.c - whole sessions of the client, under a clock that jumps. */
#include "dialogue.h"
#include "dialogue_words.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>

struct session_case {
    const char *name;
    const char *recipients;
    const char *script;
    const char *told;
};

static void play_cases(const struct smtp_client_options *options, const struct session_case *cases,
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        print_message("  %s\n", cases[i].name);
        check_session(options, cases[i].recipients, MESSAGE, cases[i].script, cases[i].told);
    }
}

#define PLAY(options, cases) play_cases(options, cases, sizeof(cases) / sizeof(cases)[0])

static void a_message_is_sent_and_the_session_ended_by_quit(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    check_session(&options, "to@b.example", "Subject: x\n\n.dot\nend",
                  HELLO MAIL "S: 250 ok\nC: RCPT TO:<to@b.example>\nC.\nS: 250 ok\n"
                             "C: DATA\nS: 354 go\nC: Subject: x\nC: \nC: ..dot\nC: end\nC: .\nC.\n"
                             "S: 250 queued\n" BYE,
                  "to@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data");
}

static const struct session_case greetings[] = {
    {"multi-line",                                        "b@b.example",
     "S: 220-mail.example\nS: 220-\nS: 220\nC: EHLO client.example\nS: 421 no\n" BYE,
     "b@b.example temporary 421 at EHLO\nmessage temporary 421 at EHLO"        },
    {"554 is answered by QUIT (RFC 5321 3.1)",            "b@b.example", "S: 554 no SMTP here\n" BYE,
     "b@b.example permanent 554 at greeting\nmessage permanent 554 at greeting"},
    {"421",                                               "b@b.example", "S: 421 later\n" BYE,
     "b@b.example temporary 421 at greeting\nmessage temporary 421 at greeting"},
    {"450",                                               "b@b.example", "S: 450 later\n" BYE,
     "b@b.example temporary 450 at greeting\nmessage temporary 450 at greeting"},
    {"199 is out of range: fatal (RFC 5321 4.2)",         "b@b.example", "S: 199 what\n" BYE,
     "b@b.example permanent 199 at greeting\nmessage permanent 199 at greeting"},
    {"354 is not defined here",                           "b@b.example", "S: 354 what\n" BYE,
     "b@b.example temporary 354 at greeting\nmessage temporary 354 at greeting"},
    {"garbage",                                           "b@b.example", "S: hello\n" BYE,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"garbage, then a greeting behind it",                "b@b.example", "S: hello\nS: 220 hi\n" BYE,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"lines that disagree on the code",                   "b@b.example", "S: 220-a\nS: 554 b\n" BYE,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"LF alone",                                          "b@b.example", "S= 220 hi\\n\n" BYE,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"closing",                                           "b@b.example", "!closed\n" CLOSES,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"reset",                                             "b@b.example", "!reset\n!over\n",
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"no connection",                                     "b@b.example", "!refused\n!over\n",
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"nothing",                                           "b@b.example", "C.\n!deadline\nC.\n" CLOSES,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"half a greeting",                                   "b@b.example", "S= 220 mail\nC.\n!deadline\n" CLOSES,
     "b@b.example temporary at greeting\nmessage temporary at greeting"        },
    {"two greetings at once: the second answers nothing", "b@b.example",
     "S: 220 one\nS: 220 two\n" BYE,
     "b@b.example temporary 220 at EHLO\nmessage temporary 220 at EHLO"        },
};

static void greetings_open_or_end_the_session_by_their_class(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    PLAY(&options, greetings);
}

static const struct session_case hellos[] = {
    {"500: HELO follows, and no extension is used",                     "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 500-what\nS: 500-PIPELINING\nS: 500 SIZE 10\n"
     "C: HELO client.example\nS: 250-hi\nS: 250 PIPELINING\n" MAIL "C.\nS: 250 ok\n" TO_B
     "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data"},
    {"502, then 550 to HELO",                                           "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 502 what\nC: HELO client.example\nS: 550 no\n" BYE,
     "b@b.example permanent 550 at HELO\nmessage permanent 550 at HELO"    },
    {"4yz: no HELO",                                                    "b@b.example", "S: 220 hi\nC: EHLO client.example\nS: 451 what\n" BYE,
     "b@b.example temporary 451 at EHLO\nmessage temporary 451 at EHLO"    },
    {"421: no HELO",                                                    "b@b.example", "S: 220 hi\nC: EHLO client.example\nS: 421 bye\n" BYE,
     "b@b.example temporary 421 at EHLO\nmessage temporary 421 at EHLO"    },
    {"334",                                                             "b@b.example", "S: 220 hi\nC: EHLO client.example\nS: 334 what\n" BYE,
     "b@b.example temporary 334 at EHLO\nmessage temporary 334 at EHLO"    },
    {"closing after EHLO",                                              "b@b.example", "S: 220 hi\nC: EHLO client.example\n!closed\n" CLOSES,
     "b@b.example temporary at EHLO\nmessage temporary at EHLO"            },
    {"251: open, without extensions",                                   "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 251-hi\nS: 251 PIPELINING\n" MAIL "C.\nS: 550 no\n" BYE,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"    },
    {"the first line is no keyword",                                    "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-PIPELINING\nS: 250 HELP\n" MAIL
     "C.\nS: 550 no\n" BYE,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"    },
    {"keywords of any case, known or not",                              "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-X-nobody 1 2\nS: 250-=odd line;\n"
     "S: 250-sIzE 1000\nS: 250 pipelining\n"
     "C: MAIL FROM:<from@a.example> SIZE=21\n" TO_B DATA "C.\nS: 250 ok\nS: 250 ok\n" GO CONTENT
     "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data"},
    {"a message above the announced maximum is not tried (RFC 1870 7)", "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 SIZE 20\n" BYE,
     "b@b.example permanent at MAIL\nmessage permanent at MAIL"            },
    {"SIZE 0 is no maximum",                                            "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 SIZE 0\n"
     "C: MAIL FROM:<from@a.example> SIZE=21\nS: 452 full\n" BYE,
     "b@b.example temporary 452 at MAIL\nmessage temporary 452 at MAIL"    },
    {"the last line comes first: the rest answers nothing",             "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250 OK\nS: 250-AUTH LOGIN PLAIN\nS: 250 8BITMIME\n" BYE,
     "b@b.example temporary 250 at MAIL\nmessage temporary 250 at MAIL"    },
};

static void ehlo_tells_what_is_offered_and_helo_is_the_fallback(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    PLAY(&options, hellos);
}

static const struct session_case transactions[] = {
    {"550 to MAIL",                                          "b@b.example",                                     HELLO MAIL "S: 550 no\n" BYE,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"                                                                                                                                                                               },
    {"553 to MAIL",                                          "b@b.example",                                     HELLO MAIL "S: 553 authentication is required\n" BYE,
     "b@b.example permanent 553 at MAIL\nmessage permanent 553 at MAIL"                                                                                                                                                                               },
    {"354 to MAIL",                                          "b@b.example",                                     HELLO MAIL "S: 354 go\n" BYE,
     "b@b.example temporary 354 at MAIL\nmessage temporary 354 at MAIL"                                                                                                                                                                               },
    {"600 to MAIL",                                          "b@b.example",                                     HELLO MAIL "S: 600 no\n" BYE,
     "b@b.example permanent 600 at MAIL\nmessage permanent 600 at MAIL"                                                                                                                                                                               },
    {"421 to MAIL",                                          "b@b.example",                                     HELLO MAIL "S: 421 bye\n" BYE,
     "b@b.example temporary 421 at MAIL\nmessage temporary 421 at MAIL"                                                                                                                                                                               },
    {"one refused, one told to wait, two sent",              "b@b.example c@b.example d@b.example e@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 251 ok\n" TO_C
                "S: 550 no\nC: RCPT TO:<d@b.example>\nS: 450 later\nC: RCPT TO:<e@b.example>\n"
                "S: 252 ok\n" DATA GO CONTENT "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example permanent 550 at RCPT\n"
     "d@b.example temporary 450 at RCPT\ne@b.example sent 250 at end-of-data\n"
     "message partial 450 at RCPT"                                                                                                                                                                                                                    },
    {"nobody accepted: no DATA",                             "b@b.example c@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 550 no\n" TO_C "S: 450 no\n" BYE,
     "b@b.example permanent 550 at RCPT\nc@b.example temporary 450 at RCPT\n"
     "message temporary 450 at RCPT"                                                                                                                                                                                                                  },
    {"421 to RCPT: who was refused for good stays so",       "b@b.example c@b.example d@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 550 no\n" TO_C
                "S: 250 ok\nC: RCPT TO:<d@b.example>\nS: 421 bye\n" BYE,
     "b@b.example permanent 550 at RCPT\nc@b.example temporary 421 at RCPT\n"
     "d@b.example temporary 421 at RCPT\nmessage temporary 421 at RCPT"                                                                                                                                                                               },
    {"999 to RCPT is fatal for the transaction",             "b@b.example c@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" TO_C "S: 999 no\n" BYE,
     "b@b.example permanent 999 at RCPT\nc@b.example permanent 999 at RCPT\n"
     "message permanent 999 at RCPT"                                                                                                                                                                                                                  },
    {"552 to the first RCPT is permanent (RFC 1870 6.4)",    "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 552 too big\n" BYE,
     "b@b.example permanent 552 at RCPT\nmessage permanent 552 at RCPT"                                                                                                                                                                               },
    {"554 to DATA",                                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA "S: 554 no\n" BYE,
     "b@b.example permanent 554 at DATA\nmessage permanent 554 at DATA"                                                                                                                                                                               },
    {"451 to DATA",                                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA "S: 451 no\n" BYE,
     "b@b.example temporary 451 at DATA\nmessage temporary 451 at DATA"                                                                                                                                                                               },
    {"250 to DATA: no mail data",                            "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA "S: 250 ok\n" BYE,
     "b@b.example temporary 250 at DATA\nmessage temporary 250 at DATA"                                                                                                                                                                               },
    {"no reply to DATA",                                     "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA "!deadline\n" CLOSES,
     "b@b.example temporary at DATA\nmessage temporary at DATA"                                                                                                                                                                                       },
    {"554 to the end of mail data",                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 554 spam\n" BYE,
     "b@b.example permanent 554 at end-of-data\nmessage permanent 554 at end-of-data"                                                                                                                                                                 },
    {"451 to the end of mail data",                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 451 later\n" BYE,
     "b@b.example temporary 451 at end-of-data\nmessage temporary 451 at end-of-data"                                                                                                                                                                 },
    {"354 to the end of mail data",                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 354 more\n" BYE,
     "b@b.example temporary 354 at end-of-data\nmessage temporary 354 at end-of-data"                                                                                                                                                                 },
    {"421 to the end of mail data",                          "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 421 bye\n" BYE,
     "b@b.example temporary 421 at end-of-data\nmessage temporary 421 at end-of-data"                                                                                                                                                                 },
    {"garbage to the end of mail data: nobody knows",        "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 250-ok\nS: 550 no\n" BYE,
     "b@b.example unknown at end-of-data\nmessage unknown at end-of-data"                                                                                                                                                                             },
    {"closing after the end of mail data: nobody knows",     "b@b.example c@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 550 no\n" TO_C "S: 250 ok\n" DATA GO CONTENT
                "!closed\n" CLOSES,
     "b@b.example permanent 550 at RCPT\nc@b.example unknown at end-of-data\n"
     "message unknown at end-of-data"                                                                                                                                                                                                                 },
    {"no reply to the end of mail data: nobody knows",       "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "!deadline\n" CLOSES,
     "b@b.example unknown at end-of-data\nmessage unknown at end-of-data"                                                                                                                                                                             },
    {"closing inside the mail data: surely not sent",        "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO
                "C: Subject: x\n!closed\n!wish-reset\n!over\n",                                                                                                       "b@b.example temporary at end-of-data\nmessage temporary at end-of-data"        },
    {"250 before the end of mail data is no success",        "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA
                "S: 354 go\nS: 250 queued\n!wish-reset\n!over\n",                                                                                                     "b@b.example temporary 250 at end-of-data\nmessage temporary 250 at end-of-data"},
    {"552 inside the mail data",                             "b@b.example",
     HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO "C: Subject: x\nS: 552 too big\n"
                "!wish-reset\n!over\n",                                                                                                                               "b@b.example permanent 552 at end-of-data\nmessage permanent 552 at end-of-data"},
    {"a reply nothing asked for after MAIL",                 "b@b.example",
     HELLO MAIL "S: 250 ok\nS: 250 injected\n" BYE,
     "b@b.example temporary 250 at RCPT\nmessage temporary 250 at RCPT"                                                                                                                                                                               },
    {"421 that nothing asked for after MAIL (RFC 5321 3.8)", "b@b.example",
     HELLO MAIL "S: 250 ok\nS: 421 bye\n" BYE,
     "b@b.example temporary 421 at RCPT\nmessage temporary 421 at RCPT"                                                                                                                                                                               },
    {"half a reply nothing asked for, completed after RCPT", "b@b.example",
     HELLO MAIL "S= 250 ok\\r\\n250 inj\n" TO_B "S= ected\\r\\n\n" CLOSES,
     "b@b.example temporary 250 at RCPT\nmessage temporary 250 at RCPT"                                                                                                                                                                               },
    {"the text decides nothing",                             "b@b.example",
     HELLO MAIL "S: 250 Error: rejected\n" TO_B "S: 259 550 no such user\n" DATA "S: 354\n" CONTENT
                "S: 250-550 no\nS: 250-\nS: 250\n" BYE,
     "b@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data"                                                                                                                                                                           },
};

static void transactions_go_by_the_first_digit(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    PLAY(&options, transactions);
}

static void replies_cut_into_single_octets_change_nothing(void **state)
{
    struct smtp_client_options options = dialogue_options();
    size_t cut;
    size_t i;

    (void)state;
    for (cut = 1; cut < 8; cut++)
        for (i = 0; i < sizeof transactions / sizeof transactions[0]; i++) {
            struct dialogue dialogue;

            dialogue_begin(&dialogue, &options);
            dialogue.cut = cut;
            dialogue_submit(&dialogue, transactions[i].recipients, MESSAGE);
            smtp_client_finish(dialogue.client);
            dialogue_play(&dialogue, transactions[i].script);
            assert_string_equal(dialogue_told(&dialogue), transactions[i].told);
            dialogue_end(&dialogue);
        }
}

static const struct session_case groups[] = {
    {"all in one group",                                               "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA
     "C.\nS: 250 ok\nS: 250-\nS: 250-\nS: 250 ok\nS: 550 no\nS: 354 go\n" CONTENT "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example permanent 550 at RCPT\n"
     "message partial 550 at RCPT"                                     },
    {"DATA accepted without any recipient: a lone dot (RFC 2920 3.1)", "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 250 ok\nS: 550 no\nS: 550 no\nS: 354 go\nC: .\nC.\n"
                                   "S: 250 queued\n" BYE,
     "b@b.example permanent 550 at RCPT\nc@b.example permanent 550 at RCPT\n"
     "message permanent 550 at RCPT"                                   },
    {"DATA refused without any recipient",                             "b@b.example",
     PIPELINED MAIL TO_B DATA "S: 250 ok\nS: 450 no\nS: 503 no\n" BYE,
     "b@b.example temporary 450 at RCPT\nmessage temporary 450 at RCPT"},
    {"MAIL refused: its class counts, all else is read",               "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 450 no\nS: 503 no\nC.\nS: 503 no\nC.\nS: 503 no\n" BYE,
     "b@b.example temporary 450 at MAIL\nc@b.example temporary 450 at MAIL\n"
     "message temporary 450 at MAIL"                                   },
    {"MAIL refused, DATA accepted: a lone dot",                        "b@b.example",
     PIPELINED MAIL TO_B DATA "S: 550 no\nS: 250 ok\nS: 354 go\nC: .\nS: 554 no\n" BYE,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"},
    {"DATA refused for accepted recipients",                           "b@b.example",
     PIPELINED MAIL TO_B DATA "S: 250 ok\nS: 250 ok\nS: 451 no\n" BYE,
     "b@b.example temporary 451 at DATA\nmessage temporary 451 at DATA"},
    {"199 in the middle, nobody was taken: a lone dot",                "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA
     "S: 250 ok\nS: 199 no\nS: 550 no\nS: 354 go\nC: .\nS: 250 ok\n" BYE,
     "b@b.example permanent 199 at RCPT\nc@b.example permanent 199 at RCPT\n"
     "message permanent 199 at RCPT"                                   },
    {"199 and one taken before it: no empty message goes to it",       "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 250 ok\nS: 250 ok\nS: 199 no\nS: 354 go\n" CLOSES,
     "b@b.example permanent 199 at RCPT\nc@b.example permanent 199 at RCPT\n"
     "message permanent 199 at RCPT"                                   },
    {"199, one taken, DATA refused: the session goes on",              "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 250 ok\nS: 250 ok\nS: 199 no\nS: 503 no\n" BYE,
     "b@b.example permanent 199 at RCPT\nc@b.example permanent 199 at RCPT\n"
     "message permanent 199 at RCPT"                                   },
    {"199 and one taken behind it: nor then",                          "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 250 ok\nS: 199 no\nS: 250 ok\nS: 354 go\n" CLOSES,
     "b@b.example permanent 199 at RCPT\nc@b.example permanent 199 at RCPT\n"
     "message permanent 199 at RCPT"                                   },
    {"421 in the middle: no QUIT, which would be mail data",           "b@b.example c@b.example",
     PIPELINED MAIL TO_B TO_C DATA "S: 250 ok\nS: 550 no\nS: 421 bye\nC.\n" CLOSES,
     "b@b.example permanent 550 at RCPT\nc@b.example temporary 421 at RCPT\n"
     "message temporary 421 at RCPT"                                   },
    {"one reply too many",                                             "b@b.example",
     PIPELINED MAIL TO_B DATA "S: 250 ok\nS: 250 ok\nS: 250 ok\n" BYE,
     "b@b.example temporary 250 at DATA\nmessage temporary 250 at DATA"},
    {"garbage in the middle",                                          "b@b.example",
     PIPELINED MAIL TO_B DATA "S: 250 ok\nS: what\nC.\n" CLOSES,
     "b@b.example temporary at RCPT\nmessage temporary at RCPT"        },
};

static void a_command_group_has_every_status_checked(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    PLAY(&options, groups);
}

static const struct session_case quits[] = {
    {"500",     "b@b.example", HELLO MAIL "S: 550 no\nC: QUIT\nS: 500 what\n" CLOSES,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"},
    {"garbage", "b@b.example", HELLO MAIL "S: 550 no\nC: QUIT\nS: what\n" CLOSES,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"},
    {"closing", "b@b.example", HELLO MAIL "S: 550 no\nC: QUIT\n!closed\n" CLOSES,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"},
    {"nothing", "b@b.example", HELLO MAIL "S: 550 no\nC: QUIT\n!deadline\n" CLOSES,
     "b@b.example permanent 550 at MAIL\nmessage permanent 550 at MAIL"},
};

static void what_answers_quit_changes_no_outcome(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    PLAY(&options, quits);
}

/* ------------------------------------------------------------------------------------- AUTH --- */

#define AUTH_HELLO "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 AUTH LOGIN PLAIN XOAUTH2\n"
#define AUTH_LOGIN_ONLY "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 auth login\n"
#define PLAIN_LINE "C: AUTH PLAIN AHVzZXIAc2VjcmV0\n" /* NUL user NUL secret */
#define REFUSED_MAIL MAIL "S: 550 no\n" BYE

static const struct session_case auths[] = {
    {"PLAIN with initial response",                           "b@b.example",
     AUTH_HELLO PLAIN_LINE "C.\nS: 235 ok\n" REFUSED_MAIL,                                                               TOLD("permanent 550 at MAIL")   },
    {"LOGIN, whatever the challenges say",                    "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nC.\nS: 334 UGFzc3dvcmQ6\nC: dXNlcg==\nS: 334\n"
                     "C: c2VjcmV0\nS: 235 ok\n" REFUSED_MAIL,
     TOLD("permanent 550 at MAIL")                                                                                                                       },
    {"a challenge that is not base64 is cancelled",           "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nS: 334 Username:\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")                                                                                                                    },
    {"pad in the middle is cancelled",                        "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nS: 334 AAA=BBB=\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")                                                                                                                    },
    {"a third challenge to LOGIN is cancelled",               "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\n"
                     "C: c2VjcmV0\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")                                                                                                                    },
    {"354 is no challenge",                                   "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nS: 354 go\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 354 at AUTH")                                                                                                                    },
    {"535: the credentials are wrong, nothing else is tried", "b@b.example",
     AUTH_HELLO PLAIN_LINE "S: 535 wrong\n" BYE,                                                                         TOLD("refused-auth 535 at AUTH")},
    {"454: later",                                            "b@b.example", AUTH_HELLO PLAIN_LINE "S: 454 later\n" BYE,
     TOLD("temporary 454 at AUTH")                                                                                                                       },
    {"504: another mechanism",                                "b@b.example",
     AUTH_HELLO PLAIN_LINE "S: 504 no\nC: AUTH LOGIN\nS: 334\nC: dXNlcg==\nS: 334\nC: c2VjcmV0\n"
                           "S: 235 ok\n" REFUSED_MAIL,
     TOLD("permanent 550 at MAIL")                                                                                                                       },
    {"534, 534: none is left",                                "b@b.example",
     AUTH_HELLO PLAIN_LINE "S: 534 no\nC: AUTH LOGIN\nS: 534 no\n" BYE,
     TOLD("refused-auth 534 at AUTH")                                                                                                                    },
    {"250 is not 235",                                        "b@b.example", AUTH_HELLO PLAIN_LINE "S: 250 ok\n" BYE,
     TOLD("temporary 250 at AUTH")                                                                                                                       },
    {"235 before the exchange is complete",                   "b@b.example",
     AUTH_LOGIN_ONLY "C: AUTH LOGIN\nS: 235 ok\n" BYE,                                                                   TOLD("temporary 235 at AUTH")   },
    {"421",                                                   "b@b.example", AUTH_HELLO PLAIN_LINE "S: 421 bye\n" BYE,   TOLD("temporary 421 at AUTH")   },
    {"AUTH is not offered: nothing is sent",                  "b@b.example", HELLO BYE,
     TOLD("refused-auth at AUTH")                                                                                                                        },
    {"no known mechanism",                                    "b@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 AUTH GSSAPI\n" BYE,
     TOLD("refused-auth at AUTH")                                                                                                                        },
};

static struct smtp_client_options with_credentials(void)
{
    struct smtp_client_options options = dialogue_options();

    options.user = BYTES_LITERAL("user");
    options.password = BYTES_LITERAL("secret");
    options.plaintext_auth = true;
    return options;
}

static void auth_succeeds_by_235_only(void **state)
{
    struct smtp_client_options options = with_credentials();

    (void)state;
    PLAY(&options, auths);
}

static void no_password_crosses_a_clear_connection_unless_allowed(void **state)
{
    struct smtp_client_options options = with_credentials();

    (void)state;
    options.plaintext_auth = false;
    check_session(&options, "b@b.example", MESSAGE, AUTH_HELLO BYE, TOLD("refused-auth at AUTH"));
    options.tls = SMTP_CLIENT_TLS_IMPLICIT;
    check_session(&options, "b@b.example", MESSAGE,
                  "!tls\n" AUTH_HELLO PLAIN_LINE "S: 235 ok\n" REFUSED_MAIL,
                  TOLD("permanent 550 at MAIL"));
}

static void an_initial_response_that_makes_the_line_too_long_waits_for_334(void **state)
{
    struct smtp_client_options options = with_credentials();
    char password[372]; /* 11 + base64 of 6 + 372 octets + CRLF is 517 */
    struct dialogue dialogue;

    (void)state;
    memset(password, 'x', sizeof password);
    options.password = (struct bytes){password, sizeof password};
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, AUTH_HELLO "C: AUTH PLAIN\nC.\nS: 334 \n");
    assert_int_equal(dialogue.engine.ops->pending(dialogue.engine.self).size, 4 * 126 + 2);
    dialogue_end(&dialogue);
}

static void the_password_is_in_no_trace(void **state)
{
    struct smtp_client_options options = with_credentials();
    struct dialogue dialogue;

    (void)state;
    options.trace = true;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, AUTH_HELLO PLAIN_LINE
                  "S: 504 no\nC: AUTH LOGIN\nS: 334\nC: dXNlcg==\nS: 334\nC: c2VjcmV0\n"
                  "S: 235 ok\n" REFUSED_MAIL);
    dialogue_take_events(&dialogue);
    assert_true(buf_append_octet(&dialogue.trace, '\0'));
    assert_non_null(strstr(dialogue.trace.data, "C: AUTH PLAIN {secret}\n"));
    assert_non_null(strstr(dialogue.trace.data, "C: {secret}\n"));
    assert_null(strstr(dialogue.trace.data, "c2VjcmV0"));
    assert_null(strstr(dialogue.trace.data, "dXNlcg=="));
    dialogue_end(&dialogue);
}

/* --------------------------------------------------------------------- messages in a row --- */

static void several_messages_share_a_connection(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue,
                  HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\nC.\n");
    dialogue_submit(&dialogue, "b@b.example c@b.example", MESSAGE);
    dialogue_play(&dialogue, MAIL "S: 250 ok\n" TO_B "S: 550 no\n" TO_C "S: 550 no\nC.\n");
    dialogue_submit(&dialogue, "c@b.example", MESSAGE);
    dialogue_play(&dialogue, "C: RSET\nC.\nS: 250 ok\n" MAIL "S: 250 ok\n" TO_C
                             "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\n");
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, BYE);
    assert_string_equal(dialogue_told(&dialogue),
                        "b@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data\n"
                        "b@b.example permanent 550 at RCPT\nc@b.example permanent 550 at RCPT\n"
                        "message permanent 550 at RCPT\n"
                        "c@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data");
    dialogue_end(&dialogue);
}

static void rset_that_is_refused_ends_the_session_and_keeps_what_was_told(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, HELLO MAIL "S: 550 no\n");
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, "C: RSET\nS: 500 no\n" BYE);
    assert_string_equal(dialogue_told(&dialogue),
                        TOLD("permanent 550 at MAIL") "\n" TOLD("temporary 500 at RSET"));
    dialogue_end(&dialogue);
}

/* In the order NOOP, VRFY, RSET, each reply awaited though the server offers PIPELINING. */
static void commands_before_the_mail_come_one_by_one(void **state)
{
    static const struct bytes names[] = {
        {"smith",       5 },
        {"j@b.example", 11}
    };
    static const char begin[] =
        "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 PIPELINING\nC: NOOP\nC.\n";
    static const char sent[] = "C: RSET\nC.\nS: 250 ok\n" MAIL TO_B DATA
                               "S: 250 ok\nS: 250 ok\nS: 354 go\n" CONTENT "S: 250 ok\n" BYE;
    static const struct {
        const char *name;
        const char *script;
        bool goes_on;
        const char *told;
    } cases[] = {
        {"all are accepted",
         "S: 250 ok\nC: VRFY smith\nC.\nS: 252 may be\n"
         "C: VRFY j@b.example\nC.\nS: 250 <j@b.example>\n",                               true,
         "smith not verified 252 may be\nj@b.example verified 250 <j@b.example>\n" TOLD(
             "sent 250 at end-of-data")                                                                                                                                              },
        {"refusals do not stop the mail",
         "S: 502 no\nC: VRFY smith\nC.\n"
         "S: 553-Ambiguous\nS: 553 <a@b>\nC: VRFY j@b.example\nC.\nS: 450 later\n",       true,
         "smith not verified 553 Ambiguous\n<a@b>\nj@b.example not verified 450 later\n" TOLD(
             "sent 250 at end-of-data")                                                                                                                                              },
        {"421 to NOOP",                   "S: 421 bye\n" BYE,                             false, TOLD("temporary 421 at NOOP")                                                       },
        {"3yz to NOOP",                   "S: 354 go\n" BYE,                              false, TOLD("temporary 354 at NOOP")                                                       },
        {"out of range to NOOP",          "S: 999 what\n" BYE,                            false, TOLD("temporary 999 at NOOP")                                                       },
        {"421 to VRFY",                   "S: 250 ok\nC: VRFY smith\nS: 421 bye\n" BYE,   false,
         TOLD("temporary 421 at VRFY")                                                                                                                                               },
        {"closed at VRFY",                "S: 250 ok\nC: VRFY smith\n!closed\n" CLOSES,   false,
         TOLD("temporary at VRFY")                                                                                                                                                   },
        {"no answer to VRFY",             "S: 250 ok\nC: VRFY smith\n!deadline\n" CLOSES, false,
         TOLD("temporary at VRFY")                                                                                                                                                   },
        {"500 to RSET",
         "S: 250 ok\nC: VRFY smith\nS: 250 ok\nC: VRFY j@b.example\n"
         "S: 250 ok\nC: RSET\nS: 500 no\n" BYE,
         false,                                                                                  "smith verified 250 ok\nj@b.example verified 250 ok\n" TOLD("temporary 500 at RSET")},
    };
    struct smtp_client_options options = dialogue_options();
    size_t i;

    (void)state;
    options.noop = true;
    options.verify = names;
    options.verify_count = COUNT_OF(names);
    options.rset = true;
    for (i = 0; i < COUNT_OF(cases); i++) {
        struct dialogue dialogue;

        print_message("  %s\n", cases[i].name);
        dialogue_begin(&dialogue, &options);
        dialogue_submit(&dialogue, "b@b.example", MESSAGE);
        smtp_client_finish(dialogue.client);
        dialogue_play(&dialogue, begin);
        dialogue_play(&dialogue, cases[i].script);
        if (cases[i].goes_on)
            dialogue_play(&dialogue, sent);
        assert_string_equal(dialogue_told(&dialogue), cases[i].told);
        dialogue_end(&dialogue);
    }
}

static void a_name_that_vrfy_cannot_carry_is_refused(void **state)
{
    static const struct bytes names[] = {
        {"smith\r\nRSET", 11}
    };
    struct smtp_client_options options = dialogue_options();
    struct err err = {0};

    (void)state;
    options.verify = names;
    options.verify_count = 1;
    assert_null(smtp_client_new(&options, &err));
    assert_int_equal(err.kind, ERR_SYNTAX);
}

static void a_message_submitted_after_the_end_is_temporary(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_play(&dialogue, HELLO "C.\nS: 421 idle too long\n" BYE);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    assert_string_equal(dialogue_told(&dialogue), TOLD("temporary 421 at other"));
    dialogue_end(&dialogue);
}

static void octets_between_messages_are_never_taken_for_an_answer(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_play(&dialogue, HELLO "C.\nS= 250 inj\n");
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, MAIL "S= ected\\r\\n\n" CLOSES);
    assert_string_equal(dialogue_told(&dialogue), TOLD("temporary 250 at MAIL"));
    dialogue_end(&dialogue);
}

/* ---------------------------------------------------------------------------- recipients --- */

enum { MANY = 150, LIMIT = 100 };

static void append_mailboxes(struct buf *to, const char *format, unsigned from, unsigned until)
{
    unsigned i;

    for (i = from; i < until; i++) {
        char line[64];

        (void)snprintf(line, sizeof line, "%s<r%u@b.example>\n%s", "C: RCPT TO:", i, format);
        assert_true(buf_append_string(to, line));
    }
}

static void too_many_recipients_go_in_a_second_transaction_with(const char *refusal)
{
    struct smtp_client_options options = dialogue_options();
    struct buf script;
    struct buf recipients;
    struct dialogue dialogue;
    const char *told;
    unsigned i;

    assert_true(buf_init_whole(&script, 64 * 1024));
    assert_true(buf_init_whole(&recipients, 16 * 1024));
    for (i = 0; i < MANY; i++)
        assert_true(buf_printf(&recipients, "r%u@b.example%s", i, i + 1 < MANY ? " " : ""));
    assert_true(buf_append_octet(&recipients, '\0'));
    assert_true(buf_append_string(&script, HELLO MAIL "S: 250 ok\n"));
    append_mailboxes(&script, "S: 250 ok\n", 0, LIMIT);
    append_mailboxes(&script, refusal, LIMIT, MANY);
    assert_true(buf_append_string(&script, DATA GO CONTENT "S: 250 ok\n" MAIL "S: 250 ok\n"));
    append_mailboxes(&script, "S: 250 ok\n", LIMIT, MANY);
    assert_true(buf_append_string(&script, DATA GO CONTENT "S: 250 ok\n" BYE));
    assert_true(buf_append_octet(&script, '\0'));
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, recipients.data, MESSAGE);
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, script.data);
    told = dialogue_told(&dialogue);
    assert_non_null(strstr(told, "r149@b.example sent 250 at end-of-data\nmessage sent"));
    assert_null(strstr(told, "temporary"));
    dialogue_end(&dialogue);
    buf_release(&script);
    buf_release(&recipients);
}

static void too_many_recipients_go_in_a_second_transaction(void **state)
{
    (void)state;
    too_many_recipients_go_in_a_second_transaction_with("S: 452 too many\n");
    too_many_recipients_go_in_a_second_transaction_with("S: 552 too many\n");
}

static void a_mailbox_that_is_none_never_reaches_the_wire(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes paths[] = {BYTES_LITERAL("b@b.example"),
                            BYTES_LITERAL("x@b.example>\r\nRSET"),
                            BYTES_LITERAL("m\xc3\xbcller@b.example"),
                            BYTES_LITERAL("nodomain"),
                            BYTES_LITERAL("postmaster"),
                            BYTES_LITERAL("@a.example:b@b.example")};
    struct smtp_message message = {.reverse_path = BYTES_NONE,
                                   .forward_paths = paths,
                                   .forward_path_count = 6,
                                   .octets = BYTES_LITERAL(MESSAGE)};
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    assert_true(smtp_client_submit(dialogue.client, &message, NULL));
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, HELLO "C: MAIL FROM:<>\nS: 250 ok\n" TO_B
                                   "S: 250 ok\nC: RCPT TO:<postmaster>\nS: 250 ok\n" DATA GO CONTENT
                                   "S: 250 ok\n" BYE);
    assert_non_null(strstr(dialogue_told(&dialogue), "nodomain permanent at RCPT\n"
                                                     "postmaster sent 250 at end-of-data\n"
                                                     "@a.example:b@b.example permanent at RCPT\n"
                                                     "message partial at RCPT"));
    dialogue_end(&dialogue);
}

/* ----------------------------------------------------------------------------- mail data --- */

static void eight_bit_needs_8bitmime(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    check_session(&options, "b@b.example", "Subject: x\n\nh\xc3\xa9\n", HELLO BYE,
                  TOLD("permanent at MAIL"));
    check_session(&options, "b@b.example",
                  "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n\nh\xc3\xa9\n",
                  "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 8BITMIME\n"
                  "C: MAIL FROM:<from@a.example> BODY=8BITMIME\nS: 550 no\n" BYE,
                  TOLD("permanent 550 at MAIL"));
}

static void a_streamed_message_is_fed_in_pieces(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct bytes octets = BYTES_LITERAL("Subject: x\n\n.hello\r\nend");
    size_t piece;

    (void)state;
    for (piece = 1; piece <= octets.size; piece++) {
        struct smtp_message message = {.forward_paths = &path,
                                       .forward_path_count = 1,
                                       .streamed = true,
                                       .size_octets = SMTP_MESSAGE_SIZE_UNKNOWN};
        struct dialogue dialogue;

        dialogue_begin(&dialogue, &options);
        dialogue.stream = octets;
        dialogue.stream_piece = piece;
        assert_true(smtp_client_submit(dialogue.client, &message, NULL));
        smtp_client_finish(dialogue.client);
        dialogue_play(&dialogue,
                      HELLO "C: MAIL FROM:<>\nS: 250 ok\n" TO_B "S: 250 ok\n" DATA GO
                            "C: Subject: x\nC: \nC: ..hello\nC: end\nC: .\nS: 250 ok\n" BYE);
        assert_string_equal(dialogue_told(&dialogue), TOLD("sent 250 at end-of-data"));
        dialogue_end(&dialogue);
    }
}

static void a_streamed_message_that_cannot_be_sent_is_never_ended(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct smtp_message message = {.forward_paths = &path,
                                   .forward_path_count = 1,
                                   .streamed = true,
                                   .size_octets = SMTP_MESSAGE_SIZE_UNKNOWN};
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue.stream = BYTES_LITERAL("a\nb\rc\n");
    assert_true(smtp_client_submit(dialogue.client, &message, NULL));
    dialogue_play(&dialogue, HELLO "C: MAIL FROM:<>\nS: 250 ok\n" TO_B "S: 250 ok\n" DATA GO
                                   "C.\n!wish-reset\n!over\n");
    assert_string_equal(dialogue_told(&dialogue), TOLD("permanent at end-of-data"));
    dialogue_end(&dialogue);
}

static void mail_data_of_any_size_passes_a_bounded_output(void **state)
{
    enum { LINES = 20000 };
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;
    char *octets = malloc(LINES * 20 + 1);
    size_t got = 0;
    size_t at = 0;
    unsigned i;

    (void)state;
    assert_non_null(octets);
    for (i = 0; i < LINES; i++)
        at += (size_t)snprintf(octets + at, 21, "%s line %u\n", i % 3 ? "" : ".", i);
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", octets);
    dialogue_play(&dialogue, HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO);
    for (;;) {
        struct bytes now = dialogue.engine.ops->pending(dialogue.engine.self);

        if (now.size == 0)
            break;
        now = bytes_slice(now, 0, 10007);
        got += now.size;
        dialogue.engine.ops->sent(dialogue.engine.self, 0, now.size);
    }
    assert_int_equal(got, at + LINES + (LINES + 2) / 3 + 3);
    dialogue_play(&dialogue, "S: 250 ok\n");
    assert_string_equal(dialogue_told(&dialogue), TOLD("sent 250 at end-of-data"));
    dialogue_end(&dialogue);
    free(octets);
}

static void a_server_that_takes_no_mail_data_is_left_after_the_block_timeout(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO);
    assert_int_equal(dialogue.engine.ops->deadline_ms(dialogue.engine.self), 3 * 60 * 1000);
    dialogue_play(&dialogue, "!deadline\n!wish-reset\n!over\n");
    assert_string_equal(dialogue_told(&dialogue), TOLD("temporary at end-of-data"));
    dialogue_end(&dialogue);
}

/* ---------------------------------------------------------------------------------- limits --- */

static void timeouts_are_those_of_rfc_5321_and_can_be_set(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    assert_int_equal(smtp_client_timeout_default_ms(SMTP_CLIENT_TIMEOUT_GREETING), 300000);
    assert_int_equal(smtp_client_timeout_default_ms(SMTP_CLIENT_TIMEOUT_DATA), 120000);
    assert_int_equal(smtp_client_timeout_default_ms(SMTP_CLIENT_TIMEOUT_BLOCK), 180000);
    assert_int_equal(smtp_client_timeout_default_ms(SMTP_CLIENT_TIMEOUT_END_OF_DATA), 600000);
    options.now_ms = 1000;
    options.timeouts_ms[SMTP_CLIENT_TIMEOUT_GREETING] = 7;
    dialogue_begin(&dialogue, &options);
    assert_int_equal(dialogue.engine.ops->deadline_ms(dialogue.engine.self), 1007);
    dialogue.engine.ops->tick(dialogue.engine.self, 1006);
    assert_int_equal(dialogue.engine.ops->wish(dialogue.engine.self), ENGINE_WISH_NONE);
    dialogue.engine.ops->tick(dialogue.engine.self, 1007);
    assert_int_equal(dialogue.engine.ops->wish(dialogue.engine.self), ENGINE_WISH_CLOSE);
    dialogue_end(&dialogue);
}

static void what_no_server_can_take_is_refused_at_once(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct smtp_message message = {
        .forward_paths = &path, .forward_path_count = 1, .octets = BYTES_LITERAL("a\nb\0c\n")};
    struct err err;
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    assert_false(smtp_client_submit(dialogue.client, &message, &err));
    assert_int_equal(err.kind, ERR_SYNTAX);
    assert_int_equal(err.line, 2);
    message.octets = BYTES_LITERAL("ok\n");
    message.forward_path_count = 0;
    assert_false(smtp_client_submit(dialogue.client, &message, &err));
    message.forward_path_count = 1;
    assert_true(smtp_client_submit(dialogue.client, &message, &err));
    assert_false(smtp_client_submit(dialogue.client, &message, &err));
    dialogue_end(&dialogue);
}

static void a_host_that_is_neither_domain_nor_literal_is_refused(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct err err;

    (void)state;
    options.host = BYTES_LITERAL("under_score.example");
    assert_null(smtp_client_new(&options, &err));
    options.host = BYTES_LITERAL("a b");
    assert_null(smtp_client_new(&options, &err));
    options.host = BYTES_LITERAL("x\r\nRSET");
    assert_null(smtp_client_new(&options, &err));
    options.host = BYTES_NONE;
    assert_null(smtp_client_new(&options, &err));
}

static void abandoning_ends_the_session_without_half_a_message(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, HELLO MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO "C: Subject: x\n");
    smtp_client_abandon(dialogue.client, "interrupted");
    dialogue_play(&dialogue, "!wish-reset\n!over\n");
    assert_string_equal(dialogue_told(&dialogue), TOLD("temporary at end-of-data"));
    dialogue_end(&dialogue);
}

/* Reads the whole table: no cell is missing, every row has its section. */
static void every_state_answers_every_class_of_reply(void **state)
{
    size_t i;

    (void)state;
    assert_int_equal(smtp_client_step_count(), 29 * 12);
    for (i = 0; i < smtp_client_step_count(); i++) {
        struct smtp_client_step step;

        if (!smtp_client_step(i, &step))
            fail_msg("no row for %s on %s", step.state, step.on);
        assert_true(strncmp(step.because, "RFC ", 4) == 0 ||
                    strncmp(step.because, "ours: ", 6) == 0);
    }
}

static bool make_client(void *context)
{
    struct smtp_client_options options = with_credentials();
    struct smtp_client *client;
    struct err err = {0};

    (void)context;
    options.trace = true;
    client = smtp_client_new(&options, &err);
    if (!client)
        assert_int_equal(err.kind, ERR_MEMORY);
    smtp_client_free(client);
    return client != NULL;
}

static void a_client_without_memory_is_not_made(void **state)
{
    (void)state;
    assert_true(fail_alloc_each(make_client, NULL) > 5);
}

static void nothing_is_allocated_after_the_client_was_made(void **state)
{
    struct smtp_client_options options = with_credentials();
    struct dialogue dialogue;
    struct smtp_message message = {.octets = BYTES_LITERAL(MESSAGE)};
    struct bytes path = BYTES_LITERAL("b@b.example");
    unsigned before;
    struct engine engine;

    (void)state;
    dialogue_begin(&dialogue, &options);
    message.forward_paths = &path;
    message.forward_path_count = 1;
    engine = dialogue.engine;
    fail_alloc_at(0);
    before = fail_alloc_count();
    assert_true(smtp_client_submit(dialogue.client, &message, NULL));
    smtp_client_finish(dialogue.client);
    for (size_t i = 0; i < 40; i++) {
        static const char replies[] = "220 hi\r\n250-hi\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n"
                                      "250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n";
        static const size_t ends[] = {8, 32, 40, 48, 56, 64, 72, 81};
        size_t from = i == 0 ? 0 : i <= COUNT_OF(ends) ? ends[i - 1] : sizeof replies - 1;
        size_t until = i < COUNT_OF(ends) ? ends[i] : sizeof replies - 1;
        struct smtp_client_event event;

        (void)engine.ops->receive(engine.self, i, bytes_slice(bytes_of(replies), from, until));
        while (smtp_client_event(dialogue.client, &event))
            continue;
        engine.ops->sent(engine.self, i, engine.ops->pending(engine.self).size);
    }
    assert_int_equal(fail_alloc_count(), before);
    dialogue_end(&dialogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_and_the_session_ended_by_quit),
        cmocka_unit_test(greetings_open_or_end_the_session_by_their_class),
        cmocka_unit_test(ehlo_tells_what_is_offered_and_helo_is_the_fallback),
        cmocka_unit_test(transactions_go_by_the_first_digit),
        cmocka_unit_test(replies_cut_into_single_octets_change_nothing),
        cmocka_unit_test(a_command_group_has_every_status_checked),
        cmocka_unit_test(what_answers_quit_changes_no_outcome),
        cmocka_unit_test(auth_succeeds_by_235_only),
        cmocka_unit_test(no_password_crosses_a_clear_connection_unless_allowed),
        cmocka_unit_test(an_initial_response_that_makes_the_line_too_long_waits_for_334),
        cmocka_unit_test(the_password_is_in_no_trace),
        cmocka_unit_test(several_messages_share_a_connection),
        cmocka_unit_test(rset_that_is_refused_ends_the_session_and_keeps_what_was_told),
        cmocka_unit_test(commands_before_the_mail_come_one_by_one),
        cmocka_unit_test(a_name_that_vrfy_cannot_carry_is_refused),
        cmocka_unit_test(a_message_submitted_after_the_end_is_temporary),
        cmocka_unit_test(octets_between_messages_are_never_taken_for_an_answer),
        cmocka_unit_test(too_many_recipients_go_in_a_second_transaction),
        cmocka_unit_test(a_mailbox_that_is_none_never_reaches_the_wire),
        cmocka_unit_test(eight_bit_needs_8bitmime),
        cmocka_unit_test(a_streamed_message_is_fed_in_pieces),
        cmocka_unit_test(a_streamed_message_that_cannot_be_sent_is_never_ended),
        cmocka_unit_test(mail_data_of_any_size_passes_a_bounded_output),
        cmocka_unit_test(a_server_that_takes_no_mail_data_is_left_after_the_block_timeout),
        cmocka_unit_test(timeouts_are_those_of_rfc_5321_and_can_be_set),
        cmocka_unit_test(what_no_server_can_take_is_refused_at_once),
        cmocka_unit_test(a_host_that_is_neither_domain_nor_literal_is_refused),
        cmocka_unit_test(abandoning_ends_the_session_without_half_a_message),
        cmocka_unit_test(every_state_answers_every_class_of_reply),
        cmocka_unit_test(a_client_without_memory_is_not_made),
        cmocka_unit_test(nothing_is_allocated_after_the_client_was_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
