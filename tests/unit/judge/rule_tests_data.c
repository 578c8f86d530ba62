/* rule_tests_data.c - rules on mail data. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define D(facts) PLAIN MAIL RCPT DATA "D: ended octets=100 " facts "\nS: 250 ok\n" BYE
#define DATA_OF(keywords, parameters, facts)                                                       \
    HELLO(keywords)                                                                                \
    "C: MAIL FROM:<a@x.example>" parameters "\nS: 250 ok\n" RCPT DATA "D: ended " facts            \
    "\nS: 250 ok\n" BYE
#define EIGHT "S: 250-8BITMIME\n"
#define SIZE "S: 250-SIZE 100000\n"
#define NO_RCPT MAIL "C: RCPT TO:<b@y.example>\nS: 550 no\n"

/* A header with a line that long, and an address of 126 octets. */
static void give_long_lines(struct judge_fixture *fixture)
{
    judge_fixture_scenario(fixture, "title x\nsend from=a@x.example to=b@{repeat 59 y.}example\n"
                                    "message \"X: {repeat 50 y }z\\n\\nbody\\n\"\n\n...\n");
}

const struct rule_test rule_tests_data[] = {
    {.rule = "content-after-354",
     PLAIN MAIL RCPT "C: DATA\nS: 354 go\nD{early} ended octets=10\nS: 250 ok\n" BYE,
     {PLAIN SENT BYE, PLAIN MAIL RCPT "C: DATA\nS: 399 go\n" CONTENT BYE}                                                                                         },
    {.rule = "content-after-354",
     PLAIN MAIL RCPT "C: DATA\nS: 451 later\nD{uninvited} ended octets=10\nS: 250 ok\n" BYE,
     {NULL}                                                                                                                                                       },
    {.rule = "no-content-after-refusal",
     PLAIN MAIL RCPT
     "C: DATA\nS: 554 no\nC: Subject: hello\nS: 500 what\nC: \nS: 500 what\nC: hello\n"
     "S: 500 what\nC: .\nS: 500 what\nC: QUIT\nS: 221 bye\n!client-closed\n",                 {PLAIN MAIL RCPT "C: DATA\nS: 554 no\nC: RSET\nS: 250 ok\n" BYE, PLAIN MAIL RCPT
      "C: DATA\nS: 354-go\nS: 554 no\nD{uninvited} ended octets=10\nS: 250 ok\n" BYE},
     .also = "known-verb"},
    {.rule = "content-needs-recipient",
     PIPELINING NO_RCPT "C: DATA\nS: 354 go\nD: ended octets=10\nS: 250 ok\n" BYE,
     {PIPELINING NO_RCPT "C: DATA\nS: 354 go\nD: ended\nS: 554 no\n" BYE,
      PLAIN NO_RCPT "C: RCPT TO:<c@y.example>\nS: 251 ok\n" DATA CONTENT BYE}                                                                                 },
    {.rule = "lone-dot",
     PIPELINING NO_RCPT "C: DATA\nS: 354 go\n!client-closed\n",
     {PIPELINING NO_RCPT "C: DATA\nS: 354 go\nD: ended\nS: 554 no\n" BYE,
      PIPELINING MAIL RCPT DATA "!client-closed\n"}                                                                                                    },
    {.rule = "content-crlf",                                                             D("bare_lf=1"),                                                                {D("lines=3")}},
    {.rule = "content-crlf",                                                             D("bare_cr=2"),                                                                {NULL}                                                                                                    },
    {.rule = "transparency",                                                             D("unstuffed_dots=1"),                                                                {D("lines=3")}},
    {.rule = "no-false-end",                                                             D("false_ends=1"),                                                                {D("lines=3")}                                                                                                        },
    {.rule = "content-control-characters",                                                             D("control=1"),                                                  {D("lines=3")}},
    {.rule = "content-control-characters",                                                             D("nul=1"),                                                  {NULL}                                                                                                            },
    {.rule = "seven-bit-to-helo",
     GREETING "C: EHLO c.example\nS: 502 no\nC: HELO c.example\nS: 250 ok\n" MAIL RCPT DATA
              "D: ended octets=10 eight_bit=3\nS: 250 ok\n" BYE,
     {GREETING "C: EHLO c.example\nS: 502 no\nC: HELO c.example\nS: 250 ok\n" SENT BYE}                                                                                                   },
    {.rule = "seven-bit",
     D("eight_bit=1"),
     {DATA_OF(EIGHT, " BODY=8BITMIME", "octets=10 eight_bit=1 mime_version=1")}                                                                                                                                             },
    {.rule = "body-declared",
     DATA_OF(EIGHT,                                                               "",                                                                                                                                                 "octets=10 eight_bit=1"),
     {DATA_OF(EIGHT, " BODY=8BITMIME", "octets=10 eight_bit=1 mime_version=1"),
      DATA_OF(EIGHT, " body=8bitmime", "octets=10 eight_bit=1 mime_version=1"),
      DATA_OF(EIGHT, "", "octets=10")}},
    {.rule = "body-declared",                                     DATA_OF(EIGHT,                                                       " BODY=7BIT",                                                                                                                           "octets=10 eight_bit=1"), {NULL}},
    {.rule = "text-line-length",            D("longest_line=1001"),{D("longest_line=1000")}},
    {.rule = "size-estimate",
     DATA_OF(SIZE,                                                            " SIZE=90",                                                                                               "octets=100 lines=7"),
     {DATA_OF(SIZE, " SIZE=91", "octets=100 lines=7"), DATA_OF(SIZE, " SIZE=100", "octets=100"),
      DATA_OF(SIZE, " SIZE=2000", "octets=100")}},
    {.rule = "size-maximum",
     DATA_OF("S: 250-SIZE 1000\n",                                                               "",                                                                                                                                                  "octets=1001"),
     {DATA_OF("S: 250-SIZE 1000\n", "", "octets=1000"),
      DATA_OF("S: 250-SIZE 0\n", "", "octets=5000"),
      DATA_OF("S: 250-SIZE 1000\n", " SIZE=2000", "octets=2000")}},
    {.rule = "size-declared",
     DATA_OF(SIZE,                                             "",                                                                                                                 "octets=65537"),
     {DATA_OF(SIZE, "", "octets=65536"), DATA_OF(SIZE, " SIZE=70000", "octets=65537"),
      DATA_OF("", "", "octets=65537")}},
    {.rule = "no-return-path",                                  D("return_path=1"),{D("lines=3")}},
    {.rule = "no-bcc",                                                             D("bcc=1"),                                                               {D("lines=3")}                                                                                                                                                 },
    {.rule = "one-date-one-from",
     D("header_extra=1 date_fields=2 from_fields=1"),
     {D("header_extra=2 date_fields=1 from_fields=1"),
      /* the message was given so */
      D("date_fields=2 from_fields=1")}                                                                                                                          },
    {.rule = "eight-bit-is-mime",
     DATA_OF(EIGHT,                           " BODY=8BITMIME",                                                                                                                                                                                                 "octets=10 eight_bit=1"),
     {DATA_OF(EIGHT, " BODY=8BITMIME", "octets=10 eight_bit=1 mime_version=1"),
      DATA_OF(EIGHT, " BODY=8BITMIME", "octets=10")}},
    {.rule = "eight-bit-is-mime",
     DATA_OF(EIGHT," BODY=8BITMIME","octets=10 eight_bit=1 mime_version=1 seven_bit_encoding=1"),
     {DATA_OF(EIGHT, " BODY=8BITMIME", "octets=10 mime_version=1 seven_bit_encoding=1")}},
    {.rule = "header-names",               D("own_bad_names=1"),                                                      {D("header_extra=1")}},
    {.rule = "four-digit-years",                                                 D("own_short_years=1"),                               {D("header_extra=1 date_fields=1")}},
    {.rule = "header-line-length",
     D("own_longest_line=81"),
     {D("own_longest_line=80"), D("longest_line=81")}                                                                                                                                                },
    {.rule = "header-line-length",
     D("own_longest_line=200"),
     {D("own_longest_line=150")},
     .prepare = give_long_lines},
    {.rule = "one-date-one-from",                           D("header_extra=1 date_fields=1 from_fields=2"),{NULL}                                             },
};
const size_t rule_tests_data_count = COUNT_OF(rule_tests_data);
