/* rule_tests_session.c - rules on the order of things. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define REFUSED_MAIL "C: MAIL FROM:<a@x.example>\nS: 550 no\n"
#define REFUSED_RCPT "C: RCPT TO:<b@y.example>\nS: 550 no\n"
#define REFUSED_DATA "C: DATA\nS: 554 no\n"
#define HELO GREETING "C: HELO client.example\nS: 250 mail.example\n"
#define END "!client-closed\n"

static void give_two_messages(struct judge_fixture *fixture)
{
    fixture->scenario.send.messages = 2;
}

const struct rule_test rule_tests_session[] = {
    {.rule = "greeting-first",
     "!connected\nC: EHLO c.example\n~200\nS: 220 mail.example\nS: 250 mail.example\n" BYE,
     {PLAIN BYE, "!connected\nC: QUIT\n" END,
      "!connected\nS: 220-mail\nS: 220 mail\nC: EHLO c.example\nS: 250 mail.example\n" BYE}                      },
    {.rule = "greeting-first",
     "!connected\nS: 220-mail\nC: EHLO c.example\nS: 220 mail\nS: 250 mail.example\n" BYE,
     {NULL}                                                                                                      },
    {.rule = "lock-step",
     GREETING "C: EHLO c.example\nC{early} NOOP\nS: 250 mail.example\nS: 250 ok\n" BYE,
     {GREETING "C: EHLO c.example\nS: 250 mail.example\nC: NOOP\nS: 250 ok\n" BYE, PIPELINING
      "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 250 ok\nS: 250 ok\n" BYE}                  },
    {.rule = "lock-step",
     HELO "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 250 ok\nS: 250 ok\n" BYE,
     {NULL},
     .also = "ehlo-first"},
    {.rule = "no-pipelining",
     PLAIN "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 250 ok\nS: 250 ok\n" BYE,
     {PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 250 ok\n"
                 "S: 250 ok\n" BYE,
      /* The server said more than it was asked: from then on everyone is ahead. */
      PLAIN "S: 250 what\nC: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 250 ok\n"
            "S: 250 ok\n" BYE}              },
    {.rule = "group-end",
     PIPELINING "C: NOOP\nC{early} MAIL FROM:<a@x.example>\nS: 250 ok\nS: 250 ok\n" BYE,
     {PIPELINING MAIL "C: RCPT TO:<b@y.example>\nC{early} RCPT TO:<c@y.example>\nC{early} DATA\n"
                      "S: 250 ok\nS: 250 ok\nS: 354 go\n" CONTENT BYE,
      /* RFC 2920 3.1: content and the next transaction share a group, QUIT may end it. */
      PIPELINING MAIL RCPT DATA
      "D: ended octets=10\nC{early} RSET\nC{early} MAIL FROM:<a@x.example>\n"
      "S: 250 ok\nS: 250 ok\nS: 250 ok\n" BYE,
      PIPELINING MAIL RCPT DATA "D: ended octets=10\nC{early} QUIT\nS: 250 ok\nS: 221 bye\n" END}                          },
    {.rule = "group-end",
     PIPELINING MAIL RCPT "C: DATA\nC{early} RSET\nS: 354 go\nS: 250 ok\n" BYE,
     {NULL}                                   },
    {.rule = "group-end-extension",
     HELLO("S: 250-PIPELINING\nS: 250-ETRN\n") "C: ETRN x.example\nC{early} NOOP\nS: 250 ok\n"
                                               "S: 250 ok\n" BYE,
     {HELLO("S: 250-PIPELINING\nS: 250-ETRN\n") "C: ETRN x.example\nS: 250 ok\nC: NOOP\nS: 250 "
                                                "ok\n" BYE}                                                 },
    {.rule = "group-end-auth",
     HELLO("S: 250-PIPELINING\nS: 250-AUTH LOGIN\n") "C: AUTH LOGIN\nR{early,user} dXNlcg==\n"
                                                     "S: 334 VXNlcm5hbWU6\nS: 334 "
                                                     "UGFzc3dvcmQ6\nR{password} {secret}\nS: 235 "
                                                     "ok\n" BYE,
     {HELLO("S: 250-PIPELINING\nS: 250-AUTH PLAIN\n") "C: AUTH PLAIN {secret}\n"
                                                      "C{early} MAIL FROM:<a@x.example>\nS: 235 "
                                                      "ok\nS: 250 ok\n" BYE}                                                  },

    {.rule = "hello-before-mail",                            GREETING MAIL RCPT BYE,                                                                 {HELO MAIL BYE, PLAIN MAIL BYE}},
    {.rule = "hello-before-mail",
     GREETING "C: EHLO c.example\nS: 550 no\nC: MAIL FROM:<a@x.example>\nS: 503 no\n" BYE,
     {NULL}                        },
    {.rule = "ehlo-first",
     HELO BYE,
     {PLAIN BYE, GREETING "C: EHLO c.example\nS: 502 no\nC: HELO c.example\nS: 250 ok\n" BYE}                                                                                                    },
    {.rule = "hello-before-others",
     GREETING "C: NOOP\nS: 250 ok\n" BYE,
     {PLAIN "C: NOOP\nS: 250 ok\n" BYE, GREETING BYE,
      /* RFC 1869 4.7 */
      GREETING
      "C: EHLO c.example\nS: 500 what\nC: RSET\nS: 503 no\nC: HELO c.example\nS: 250 ok\n" BYE}                                                                         },

    {.rule = "order",                            PLAIN RCPT BYE,                                                                             {PLAIN MAIL RCPT RCPT BYE, PLAIN SENT SENT BYE}},
    {.rule = "order",                            PLAIN MAIL "C: DATA\nS: 503 no\n" BYE,                                                                             {NULL}                                                  },
    {.rule = "order",                            PLAIN MAIL RCPT "C: RSET\nS: 250 ok\n" RCPT BYE,                                                                             {NULL}},
    {.rule = "after-refused-mail",
     PLAIN REFUSED_MAIL "C: RCPT TO:<b@y.example>\nS: 503 no\n" BYE,
     {PLAIN REFUSED_MAIL BYE, PLAIN REFUSED_MAIL "C: RSET\nS: 250 ok\n" BYE,
      /* In a group, in one segment or in several. */
      PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
                 "S: 550 no\nS: 503 no\nS: 503 no\n" BYE,
      PIPELINING REFUSED_MAIL "C: RCPT TO:<b@y.example>\nS: 503 no\nC: DATA\nS: 503 no\n" BYE,
      PLAIN REFUSED_MAIL "C: MAIL FROM:<c@x.example>\nS: 250 ok\n" RCPT BYE}                                              },
    {.rule = "data-needs-recipient",
     PLAIN MAIL REFUSED_RCPT REFUSED_DATA BYE,
     {PLAIN MAIL REFUSED_RCPT BYE,
      PLAIN MAIL REFUSED_RCPT "C: RCPT TO:<c@y.example>\nS: 250 ok\n" DATA CONTENT BYE,
      PIPELINING MAIL REFUSED_RCPT REFUSED_DATA BYE}                                                                    },
    {.rule = "one-transaction",
     PLAIN MAIL "C: MAIL FROM:<c@x.example>\nS: 503 no\n" BYE,
     {PLAIN MAIL "C: RSET\nS: 250 ok\n" MAIL BYE, PLAIN SENT SENT BYE,
      /* A failed end of mail data has cleared the buffers (RFC 5321 4.1.1.4). */
      PLAIN MAIL RCPT DATA "D: ended octets=10\nS: 451 later\n" MAIL BYE,
      PLAIN MAIL "C: EHLO client.example\nS: 250 mail.example\n" MAIL BYE,
      PLAIN REFUSED_MAIL "C: MAIL FROM:<c@x.example>\nS: 250 ok\n" BYE}                                                    },
    {.rule = "one-transaction",                            PLAIN MAIL RCPT REFUSED_DATA MAIL BYE,                                                                   {NULL}},

    {.rule = "refused-greeting",
     "!connected\nS: 554 no\nC: EHLO c.example\nS: 503 no\n" BYE,
     {"!connected\nS: 554 no\n" BYE,
      "!connected\nS: 450 later\nC: EHLO c.example\nS: 503 no\n" BYE}                                                 },
    {.rule = "greeting-521",
     "!connected\nS: 521 never\nC: EHLO c.example\nS: 503 no\n" BYE,
     {"!connected\nS: 521 never\n" BYE, "!connected\nS: 521 never\n" END}                                              },
    {.rule = "after-421",
     PLAIN "C: MAIL FROM:<a@x.example>\nS: 421 down\nC: RSET\nS: 421 down\n" END,
     {PLAIN "C: MAIL FROM:<a@x.example>\nS: 421 down\n" END,
      PLAIN "C: MAIL FROM:<a@x.example>\nS: 421 down\n" BYE,
      /* Unasked, it may be read as the answer to the next command (RFC 5321 3.8). */
      PLAIN "S: 421 down\nC: MAIL FROM:<a@x.example>\n!server-closed\n" END,
      PIPELINING "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nS: 421 down\n" END}                                 },
    {.rule = "quit-last",                            PLAIN "C: QUIT\nS: 221 bye\nC: NOOP\n!server-closed\n" END,                                                                         {PLAIN BYE}},
    {.rule = "quit",
     PLAIN SENT END,
     {PLAIN SENT BYE, PLAIN "S: 421 down\n" END, PLAIN "C: NOOP\n!server-closed\n" END,
      PLAIN "C: NOOP\n~3000\n" END, PLAIN MAIL RCPT DATA END, PLAIN "C: NOOP\n!stalled\n" END}                                                                                              },
    {.rule = "quit",
     "!connected\nS: 554 no\n" END,
     {"!connected\n" END, "!connected\nS: 521 no\n" END}                                                                               },
    {.rule = "quit",
     PLAIN "C: NOOP\n!client-reset\n",
     {PLAIN MAIL RCPT DATA "D{cut} octets=5\n!client-reset\n",
      PLAIN "C: STARTTLS\nS: 220 go\n!tls-failed\n" END, PLAIN BYE "@2\n" GREETING END,
      PLAIN "C: NOOP\n!expired\n" END}                                                                            },
    {.rule = "quit-reply",
     PLAIN "C: QUIT\n" END,
     {PLAIN BYE, PLAIN "C: QUIT\n~2000\n" END, PLAIN "C: QUIT\n!stalled\n" END}                                                                                       },
    {.rule = "no-repeat",
     PLAIN REFUSED_MAIL REFUSED_MAIL BYE,
     {PLAIN REFUSED_MAIL "C: MAIL FROM:<c@x.example>\nS: 250 ok\n" BYE,
      PLAIN REFUSED_MAIL "C: RSET\nS: 250 ok\n" REFUSED_MAIL BYE,
      PLAIN "C: MAIL FROM:<a@x.example>\nS: 450 later\n" MAIL BYE,
      AUTH REFUSED_MAIL "C: AUTH PLAIN {secret}\nS: 235 ok\n" MAIL BYE}                                                                         },
    {.rule = "no-repeat",                            PLAIN MAIL REFUSED_RCPT REFUSED_RCPT BYE,                                                                         {NULL}},
    {.rule = "no-repeat",
     GREETING "C: EHLO c.example\nS: 550 no\nC: EHLO c.example\nS: 250 ok\n" BYE,
     {NULL}                                 },
    {.rule = "no-repeat",
     PLAIN REFUSED_MAIL REFUSED_MAIL REFUSED_MAIL BYE,
     {PLAIN REFUSED_MAIL REFUSED_MAIL BYE},
     .prepare = give_two_messages},
    {.rule = "no-expn",
     PLAIN "C: EXPN list\nS: 250 <b@y.example>\n" MAIL BYE,
     {PLAIN "C: EXPN list\nS: 250 <b@y.example>\n" BYE, PLAIN "C: VRFY b\nS: 252 ok\n" MAIL BYE}                                                            },
};
const size_t rule_tests_session_count = COUNT_OF(rule_tests_session);
