/* rule_tests_run.c - rules on the run as a whole. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define RCPT_C "C: RCPT TO:<c@y.example>\nS: 250 ok\n"
#define REFUSED_C "C: RCPT TO:<c@y.example>\nS: 550 no\n"
#define UNTIL_DATA PLAIN MAIL RCPT DATA
#define SECOND "@2\n"
#define TRY(n) "@" #n "\n!connected\n!client-closed\n"

static void two_recipients(struct judge_fixture *fixture)
{
    static const struct bytes to[] = {OCTETS("b@y.example"), OCTETS("c@y.example")};

    fixture->scenario.send.to = to;
    fixture->scenario.send.to_count = 2;
}

static void give_two_messages(struct judge_fixture *fixture)
{
    fixture->scenario.send.messages = 2;
}

const struct rule_test rule_tests_run_wide[] = {
    {.rule = "false-success",
     UNTIL_DATA "D: ended octets=10\nS: 451 later\n" BYE,
     {PLAIN SENT BYE,
      /* The lines of the reply disagree: either can be taken. */
      UNTIL_DATA "D: ended octets=10\nS: 250-ok\nS: 550 no\n!server-closed\n!client-closed\n",
      UNTIL_DATA "D: ended octets=10\nS: 2500 ok\n!server-closed\n!client-closed\n",
      /* A line that is no reply was the answer to EHLO, and to nothing behind it. */
      GREETING "C: EHLO client.example\nS: hello\nC: HELO client.example\nS: 250 ok\n" SENT BYE},
     .claim = "sent"},
    {.rule = "false-success",
     UNTIL_DATA "D: ended octets=10\n!server-closed\n!client-closed\n",
     {NULL},
     .claim = "binary sent"},
    {.rule = "false-success",
     PLAIN "C: MAIL FROM:<a@x.example>\nS: 550 no\n" BYE,
     {PLAIN MAIL RCPT REFUSED_C DATA CONTENT BYE},
     .claim = "binary sent",
     .prepare = two_recipients},
 /* … whatever the server said before */
    {.rule = "false-success",
     PLAIN "S: 250 what\n" MAIL RCPT DATA "D: ended octets=10\nS: 550 no\n" BYE,
     {NULL},
     .claim = "sent"},
    {.rule = "false-failure",
     PLAIN SENT "C: QUIT\nS: 500 what\n!client-closed\n",
     {UNTIL_DATA "D: ended octets=10\nS: 451 later\n" BYE,
      UNTIL_DATA "D: ended octets=10\nS: 250 ok\n!server-reset\n!client-reset\n",
      UNTIL_DATA "D: ended octets=10\nS: hello\nS: 250 ok\n!client-closed\n",
      UNTIL_DATA "D: ended octets=10\nS: 252 what\n" BYE,
      UNTIL_DATA "D: ended octets=10\nS: 299 what\n" BYE,
      UNTIL_DATA "D: ended octets=10\nS: 250\n" BYE},
     .claim = "binary temporary"},
    {.rule = "false-failure",
     PLAIN MAIL RCPT RCPT_C DATA CONTENT BYE,
     {PLAIN MAIL RCPT REFUSED_C DATA CONTENT BYE},
     .claim = "temporary",
     .prepare = two_recipients},
    {.rule = "no-duplicate",
     PLAIN SENT SENT BYE,
     {PLAIN SENT BYE, UNTIL_DATA "D: ended octets=10\nS: 451 later\n" SENT BYE,
      PLAIN MAIL RCPT DATA
      "D: ended octets=10\n!server-closed\n!client-closed\n" SECOND PLAIN SENT BYE},
     .claim = "sent"},
    {.rule = "no-duplicate",                                PLAIN SENT BYE SECOND PLAIN SENT BYE,                                                          {NULL},                                                                            .claim = "sent"},
    {.rule = "no-new-try",
     UNTIL_DATA "D: ended octets=10\nS: 554 no\n" BYE SECOND PLAIN SENT BYE,
     {UNTIL_DATA "D: ended octets=10\nS: 454 later\n" BYE SECOND PLAIN SENT BYE}                      },
    {.rule = "no-duplicate",
     PLAIN SENT SENT SENT BYE,
     {PLAIN SENT SENT BYE},
     .claim = "sent",
     .prepare = give_two_messages},
    {.rule = "no-new-try",
     UNTIL_DATA "D: ended octets=10\nS: 554 no\n" SENT SENT BYE,
     {UNTIL_DATA "D: ended octets=10\nS: 554 no\n" SENT BYE},
     .prepare = give_two_messages},
    {.rule = "one-copy",
     PLAIN SENT MAIL RCPT_C DATA CONTENT BYE,
     {PLAIN MAIL RCPT RCPT_C DATA CONTENT BYE,
      /* "too many recipients" for the first message */
      PLAIN MAIL RCPT
      "C: RCPT TO:<c@y.example>\nS: 452 too many\n" DATA CONTENT MAIL RCPT_C DATA CONTENT BYE},
     .claim = "sent",
     .prepare = two_recipients},
    {.rule = "no-loop",
     TRY(1) TRY(2) TRY(3) TRY(4) TRY(5) TRY(6) TRY(7) TRY(8),
     {TRY(1) TRY(2) TRY(3) TRY(4) TRY(5) TRY(6) TRY(7),
      TRY(1) TRY(2) TRY(3) TRY(4) "~60000\n" TRY(5) TRY(6) TRY(7) TRY(8)}                                                                        },
};
const size_t rule_tests_run_wide_count = COUNT_OF(rule_tests_run_wide);
