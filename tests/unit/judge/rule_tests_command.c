/* rule_tests_command.c - rules on the form of one command. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define A100 A20 A20 A20 A20 A20
#define A400 A100 A100 A100 A100
#define EHLO(argument) GREETING "C: EHLO" argument "\nS: 250 mail.example\n" BYE

const struct rule_test rule_tests_command[] = {
    {.rule = "crlf",
     PLAIN "+0.100 1 command - notes=bare-lf \"NOOP\\n\"\nS: 250 ok\n" BYE,
     {PLAIN "C: NOOP\nS: 250 ok\n" BYE},
     .also = NULL},
    {.rule = "crlf",
     PLAIN "+0.100 1 command - notes=bare-cr \"NOOP a\\rb\\r\\n\"\nS: 250 ok\n" BYE,
     {NULL}          },
    {.rule = "known-verb",
     PLAIN "C: WIZ\nS: 500 what\n" BYE,
     {PLAIN "C: XWIZ\nS: 500 what\n" BYE, PLAIN "C: xclient a=b\nS: 500 what\n" BYE,
      PLAIN "C: noop\nS: 250 ok\n" BYE, PLAIN "C{cut} NO\n!client-reset\n"}                                                       },
    {.rule = "no-turn",
     PLAIN "C: TURN\nS: 502 no\n" BYE,
     {HELLO("S: 250-TURN\n") "C: TURN\nS: 250 ok\n" BYE}                                                        },
    {.rule = "no-send",
     PLAIN "C: SOML FROM:<a@x.example>\nS: 502 no\n" BYE,
     {HELLO("S: 250-SOML\n") "C: SOML FROM:<a@x.example>\nS: 250 ok\n" BYE}                                     },
    {.rule = "ascii-commands",
     PLAIN "C: VRFY j\xc3\xb6rg\nS: 252 ok\n" BYE,
     {HELLO("S: 250-SMTPUTF8\n") "C: VRFY j\xc3\xb6rg\nS: 252 ok\n" BYE}                                            },
    {.rule = "no-control-characters",
     PLAIN "C: VRFY jo\x01rg\nS: 252 ok\n" BYE,
     {PLAIN "C: VRFY jorg\nS: 252 ok\n" BYE,
      HELLO("S: 250-STARTTLS\n") "C: STARTTLS\nS: 250 ok\nC: \x16\x03\x01\nS: 500 no\nC: \x03\nS: "
                                 "500 no\n!client-closed\n"}                                               },
    {.rule = "one-space",
     PLAIN "C: VRFY  jorg\nS: 252 ok\n" BYE,
     {PLAIN "C: VRFY jorg smith\nS: 252 ok\n" BYE}                                                  },
    {.rule = "one-space",              PLAIN "C: MAIL  FROM:<a@x.example>\nS: 250 ok\n" BYE,                                                 {NULL}},
    {.rule = "no-trailing-space",
     PLAIN "C: NOOP \nS: 250 ok\n" BYE,
     {PLAIN "C: NOOP a\nS: 250 ok\n" BYE}                                                       },
    {.rule = "no-argument",
     PLAIN "C: RSET now\nS: 250 ok\n" BYE,
     {PLAIN "C: RSET\nS: 250 ok\n" BYE, PLAIN "C: NOOP now\nS: 250 ok\n" BYE}                                                    },
    {.rule = "no-argument",              PLAIN MAIL RCPT "C: DATA now\nS: 501 no\n" BYE,                                               {NULL}},
    {.rule = "command-length",
     PLAIN "C: NOOP " A400 A100 A20 "\nS: 500 no\n" BYE,
     {PLAIN "C: NOOP " A400 A100 "\nS: 250 ok\n" BYE,
      /* AUTH adds 500 octets to MAIL (RFC 4954 3), SIZE 26 (RFC 1870 3) */
      HELLO("S: 250-AUTH PLAIN\nS: 250-SIZE\n") "+0.100 1 command - wire=1030 \"MAIL "
                                                "FROM:<a@x.example> SIZE=10\\r\\n\"\nS: 250 "
                                                "ok\n" BYE}                                      },
    {.rule = "ehlo-name",
     EHLO(" localhost"),
     {EHLO(" client.example"), EHLO(" debian"), EHLO(" [192.0.2.1]"), EHLO(" [IPv6:2001:db8::1]"),
      EHLO(" 3com.example")}                                                                      },
    {.rule = "ehlo-name",              EHLO(""),                                                 {NULL}},
    {.rule = "ehlo-name",              EHLO(" 192.0.2.1"),                                                 {NULL}                                                            },
    {.rule = "ehlo-name",              EHLO(" 2001:db8::1"),                                                 {NULL}},
    {.rule = "ehlo-domain",              EHLO(" my_host.example"),                                               {EHLO(" my-host.example")}                                                      },
    {.rule = "ehlo-domain",              EHLO(" -host.example"),                                               {NULL}},
    {.rule = "ehlo-domain",              EHLO(" host..example"),                                               {NULL}                                                      },
    {.rule = "ehlo-literal",              EHLO(" [2001:db8::1]"),                                              {EHLO(" [IPv6:::1]"), EHLO(" [127.0.0.1]")}},
    {.rule = "ehlo-literal",              EHLO(" [127.0.0]"),                                              {NULL}                                                          },
    {.rule = "ehlo-one-argument",              EHLO(" client.example (me)"),                                         {EHLO(" client.example")}},
};
const size_t rule_tests_command_count = COUNT_OF(rule_tests_command);
