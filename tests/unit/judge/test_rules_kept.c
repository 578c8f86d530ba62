/* Sessions as known clients lead them, which are right: no rule may speak of them. */
#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#define POSTFIX                                                                                    \
    HELLO("S: 250-PIPELINING\nS: 250-SIZE 10240000\nS: 250-8BITMIME\nS: 250-DSN\n"                 \
          "S: 250-AUTH PLAIN LOGIN CRAM-MD5\n")
#define CONTENT_OF(facts) "D: ended octets=300 lines=12 differs_at=-" facts "\n"

static const struct {
    const char *name;
    const char *run;
} sessions[] = {
    {"Postfix: QUIT in one group with the end of mail data",
     POSTFIX "C: MAIL FROM:<a@x.example> SIZE=300\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
             "S: 250 ok\nS: 250 ok\nS: 354 go\n" CONTENT_OF(
                 "") "C{early} QUIT\nS: 250 ok\n"
                     "S: 221 bye\n!server-closed\n!client-closed\n"                                                                                          },
    {"Postfix: one recipient of three refused, the others served",
     POSTFIX MAIL "C: RCPT TO:<b@y.example>\nC{early} RCPT TO:<c@y.example>\n"
                  "C{early} RCPT TO:<d@y.example>\nC{early} DATA\nS: 250 ok\nS: 550 no\nS: 250 ok\n"
                  "S: 354 go\n" CONTENT BYE                                                                                                                  },
    {"Postfix: a lone dot, as all recipients of the group were refused",
     POSTFIX "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
             "S: 250 ok\nS: 550 no\nS: 354 go\nD: ended\nS: 554 no valid recipients\n" BYE                                                                   },
    {"Postfix: the next message on the same connection, after RSET",       POSTFIX SENT
     "C: RSET\nS: 250 ok\n" MAIL "C: RCPT TO:<c@y.example>\nS: 250 ok\n" DATA CONTENT BYE},
    {"sendmail: From: and To: in both cases",                              POSTFIX
     "C: MAIL From:<a@x.example> SIZE=300\nS: 250 ok\nC: RCPT To:<b@y.example>\nS: 250 ok\n" DATA
         CONTENT BYE                                                                                            },
    {"sendmail: a bounce with the parameters of DSN",
     POSTFIX "C: MAIL From:<> SIZE=300 RET=HDRS ENVID=QQ314159\nS: 250 ok\n"
             "C: RCPT To:<b@y.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@y.example\n"
             "S: 250 ok\n" DATA CONTENT BYE                                                                                                                  },
    {"Go: BODY=8BITMIME for content of 7 bit",
     POSTFIX "C: MAIL FROM:<a@x.example> BODY=8BITMIME\nS: 250 ok\n" RCPT DATA CONTENT BYE                                                                   },
    {"JavaMail: RSET after a refused recipient, then QUIT",
     POSTFIX MAIL "C: RCPT TO:<b@y.example>\nS: 550 no\nC: RSET\nS: 250 ok\n" BYE                                                                            },
    {"JavaMail: NOOP asks whether the connection is still there",
     POSTFIX "C: NOOP\nS: 250 ok\n" SENT "C: NOOP\nS: 250 ok\n" BYE                                                                                          },
    {"Thunderbird: MIME of 8 bit, declared, with SIZE",
     POSTFIX "C: MAIL FROM:<a@x.example> BODY=8BITMIME SIZE=300\nS: 250 ok\n" RCPT DATA CONTENT_OF(
         " eight_bit=40 mime_version=1") "S: 250 ok\n" BYE                                                                                                   },
    {"Thunderbird: another mechanism after 535",
     POSTFIX "C: AUTH CRAM-MD5\nS: 334 PDE+\nR{wrong-credentials} dXNlciBhYmM=\nS: 535 no\n"
             "C: AUTH PLAIN {secret}\nS: 235 ok\n" SENT BYE                                                                                                  },
    {"curl: EHLO is not known, so HELO",                                   GREETING
     "C: EHLO client.example\nS: 502 what\nC: HELO client.example\nS: 250 mail.example\n" SENT BYE                   },
    {"nodemailer: EHLO again after AUTH",
     POSTFIX "C: AUTH PLAIN {secret}\nS: 235 ok\nC: EHLO client.example\nS: 250-mail.example\n"
             "S: 250 SIZE 1000\n" SENT BYE                                                                                                                   },
    {"a filter in front: XCLIENT, then EHLO anew",
     POSTFIX "C: XCLIENT NAME=x.example ADDR=192.0.2.1\nS: 220 mail.example\n"
             "C: EHLO x.example\nS: 250-mail.example\nS: 250 SIZE 1000\n" SENT BYE                                                                           },
    {"any: 421 in the middle, and the client is gone",
     POSTFIX MAIL "C: RCPT TO:<b@y.example>\nS: 421 later\n!client-closed\n"                                                                                 },
    {"any: QUIT after a greeting of 554",                                  "!connected\nS: 554 no\n" BYE                                                     },
    {"any: QUIT after a greeting of 421",                                  "!connected\nS: 421 later\n" BYE                                                  },
    {"any: it leaves while the reply to the mail data does not come",
     POSTFIX MAIL RCPT DATA CONTENT_OF("") "~600000\n!client-closed\n"                                                                                       },
    {"any: the server is gone in the middle of the mail data",
     POSTFIX MAIL RCPT DATA "!server-closed\n!client-closed\n"                                                                                               },
    {"any: 452 for too many recipients, the rest in a second transaction",
     POSTFIX MAIL RCPT "C: RCPT TO:<c@y.example>\nS: 452 too many\n" DATA CONTENT MAIL
                       "C: RCPT TO:<c@y.example>\nS: 250 ok\n" DATA CONTENT BYE                                                                              },
    {"any: a quoted local-part that needs its quotes",
     POSTFIX "C: MAIL FROM:<\"a b\"@x.example>\nS: 250 ok\nC: RCPT TO:<\"c..d\"@y.example>\n"
             "S: 250 ok\n" DATA CONTENT BYE                                                                                                                  },
    {"any: address literals",
     POSTFIX "C: MAIL FROM:<a@[192.0.2.1]>\nS: 250 ok\nC: RCPT TO:<b@[IPv6:2001:db8::1]>\n"
             "S: 250 ok\n" DATA CONTENT BYE                                                                                                                  },
    {"any: a header beyond ASCII, which SMTPUTF8 declares by itself",
     HELLO("S: 250-8BITMIME\nS: 250-SMTPUTF8\n") "C: MAIL FROM:<a@x.example> SMTPUTF8\nS: 250 "
                                                 "ok\n" RCPT DATA CONTENT_OF(
                                                     " eight_bit=2") "S: 250 ok\n" BYE                                                                       },
    {"any: Postmaster without a domain",
     POSTFIX MAIL "C: RCPT TO:<Postmaster>\nS: 250 ok\n" DATA CONTENT BYE                                                                                    },
};

static void sessions_of_known_clients_break_no_rule(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sessions); i++) {
        struct judge_fixture fixture;

        judge_fixture_init(&fixture);
        judge_fixture_run(&fixture, sessions[i].run);
        judge_fixture_judge(&fixture, false);
        for (size_t f = 0; f < fixture.verdict.finding_count; f++)
            print_error("%s: %s: expected %.*s; got %.*s\n", sessions[i].name,
                        fixture.verdict.findings[f].requirement,
                        BYTES_FORMAT(fixture.verdict.findings[f].expected),
                        BYTES_FORMAT(fixture.verdict.findings[f].got));
        wrong += fixture.verdict.finding_count > 0;
        judge_fixture_release(&fixture);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_of_known_clients_break_no_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
