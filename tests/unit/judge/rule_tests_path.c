/* rule_tests_path.c - rules on paths and parameters. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define FROM(text) PLAIN "C: MAIL " text "\nS: 250 ok\n" BYE
#define TO(text) PLAIN MAIL "C: RCPT " text "\nS: 250 ok\n" BYE
#define WITH(keywords, parameters)                                                                 \
    HELLO(keywords) "C: MAIL FROM:<a@x.example>" parameters "\nS: 250 ok\n" BYE
#define SIZE "S: 250-SIZE 1000\n"

static void to_mixed_case(struct judge_fixture *fixture)
{
    static const struct bytes to[] = {OCTETS("Bob@y.example")};

    fixture->scenario.send.to = to;
}

static void to_postmaster(struct judge_fixture *fixture)
{
    static const struct bytes to[] = {OCTETS("postmaster")};

    fixture->scenario.send.to = to;
}

static void from_nobody(struct judge_fixture *fixture)
{
    fixture->scenario.send.from = BYTES_NONE;
}

const struct rule_test rule_tests_path[] = {
    {.rule = "colon",
     FROM("FROM: <a@x.example>"),
     {FROM("FROM:<a@x.example>"), FROM("from:<a@x.example>"), FROM("FROM:<\"a b: c\"@x.example>")}                                                                                                                                                                                       },
    {.rule = "colon",                                                                               TO("TO :<b@y.example>"),                    {TO("TO:<b@y.example>")}                                                                                                                 },
    {.rule = "angle-brackets",
     FROM("FROM:a@x.example"),
     {FROM("FROM:<a@x.example>"), FROM("FROM:<>")}                                                                                                                                                                                                                                       },
    {.rule = "angle-brackets",                                                                      TO("TO:<b@y.example"),                      {NULL}                                                                                                                                   },
    {.rule = "path",
     FROM("FROM:<a..b@x.example>"),
     {FROM("FROM:<\"a..b\"@x.example>"), FROM("FROM:<>"), TO("TO:<Postmaster>"),
      TO("TO:<user+tag@y.example>"), TO("TO:<\"b\\\"c\"@[192.0.2.1]>")}                                                                                                                                                                                                                  },
    {.rule = "path",                                                                                TO("TO:<b c@y.example>"),                   {NULL}                                                                                                                                   },
    {.rule = "path",                                                                                TO("TO:<>"),                                {NULL}                                                                                                                                   },
 /* One fault, whatever else may be read in such a line or behind it. */
    {.rule = "angle-brackets",
     PLAIN MAIL "C: RCPT TO:<b X=1\nS: 501 no\nC: @y.example>\nS: 500 what\n" BYE,
     {NULL},
     .claim = "permanent"},
    {.rule = "path",                                                                                             TO("TO:<b@y.example>>"),                                                                                                                          {TO("TO:<b@y.example> ")},                                                                                                                                                .claim = "permanent"},
    {.rule = "path",                                                                         TO("TO:<b>c@y.example> NOTIFY=NEVER"),                                                                                                                   {NULL},                                                                                                .claim = "permanent"},
    {.rule = "recipient-as-given",                                                                                       TO("TO:<c>"),{NULL},                                     .claim = "permanent"},
    {.rule = "ascii-commands",TO("TO:<b@y\xc3\xbc.example>"),                                     {NULL}                                                                                                                     },
    {.rule = "path-domain",
     TO("TO:<b@y_z.example>"),
     {TO("TO:<b@y-z.example>"), TO("TO:<b@[192.0.2.1]>")}                                                                                                                                                                                      },
    {.rule = "qualified",                                                                         TO("TO:<b>"),                                                                                                                  {TO("TO:<postmaster>"), TO("TO:<b@y>"), FROM("FROM:<>")}                                                                                                                                                                                                                                },
    {.rule = "qualified",                                                                           FROM("FROM:<a>"),                                 {NULL}},
    {.rule = "qualified",                                                                           FROM("FROM:<postmaster>"),                           {NULL}                                                                                                                             },
    {.rule = "no-number-domain",                                                                           TO("TO:<b@#123>"),                  {TO("TO:<b@123.example>")}                                                                                                                          },
    {.rule = "no-route-from",
     FROM("FROM:<@r.example:a@x.example>"),
     {FROM("FROM:<a@x.example>"), FROM("FROM:<\"@r:a\"@x.example>")}                                                                                                                },
    {.rule = "no-route-to",                                                                       TO("TO:<@r.example,@s.example:b@y.example>"),                                                                                                     {TO("TO:<b@y.example>")}                                                                                                                                                                                                                     },
    {.rule = "local-part-length",                                                                         TO("TO:<" A64 "a@y.example>"), {TO("TO:<" A64 "@y.example>")}             },
    {.rule = "path-length",
     TO("TO:<b@" A16 ".example." A16 "." A64 "." A64 "." A64 "." A16 ">"),
     {TO("TO:<b@" A16 ".example." A16 ">")},
     .also = "path-domain"},
    {.rule = "least-quoting",
     TO("TO:<\"bob\"@y.example>"),
     {TO("TO:<\"bob smith\"@y.example>"), TO("TO:<\"bob.\"@y.example>"),
      TO("TO:<\"\"@y.example>")}                                                                                                                                                                                                                                              },
    {.rule = "recipient-as-given",
     TO("TO:<c@y.example>"),
     {TO("TO:<b@y.example>"), TO("TO:<b@Y.EXAMPLE>")},
     .claim = "permanent"},
    {.rule = "recipient-as-given",
     TO("TO:<root@y.example>"),
     {TO("TO:<postmaster@y.example>"), TO("TO:<Postmaster>")},
     .claim = "permanent",
     .prepare = to_postmaster},
    {.rule = "recipient-case",
     TO("TO:<bob@y.example>"),
     {TO("TO:<Bob@y.example>"), TO("TO:<Bob@Y.example>")},
     .claim = "permanent",
     .prepare = to_mixed_case},
    {.rule = "sender-as-given",
     FROM("FROM:<A@x.example>"),
     {FROM("FROM:<a@X.example>")},
     .claim = "permanent"},
    {.rule = "real-sender",                                                                      FROM("FROM:<>"),                                                                                                                  {FROM("FROM:<a@x.example>")},                                                                                                                                                                                                                                 .claim = "permanent"},
    {.rule = "null-sender",
     FROM("FROM:<a@x.example>"),
     {FROM("FROM:<>")},
     .claim = "permanent",
     .prepare = from_nobody},

    {.rule = "size-offered",
     WITH("",                                                                                                                      " SIZE=10"),
     {WITH(SIZE, " SIZE=10"), WITH("S: 250-size\n", " size=10"), WITH("", "")}},
    {.rule = "size-offered",
     GREETING
     "C: HELO c.example\nS: 250 mail.example\nC: MAIL FROM:<a@x.example> SIZE=10\nS: 250 ok\n" BYE,
     {NULL},
     .also = "ehlo-first"},
    {.rule = "size-once",                                                                         WITH(SIZE,                                                                                                                " SIZE=10 SIZE=10"),                                                                                                                                                                                                                                                                    {WITH(SIZE, " SIZE=10")}},
    {.rule = "size-value",
     WITH(SIZE,                                                                                                                  " SIZE=1k"),
     {WITH(SIZE, " SIZE=0"), WITH(SIZE, " SIZE=12345678901234567890")}},
    {.rule = "size-value",                                                                                  WITH(SIZE,                                                                 " SIZE="),                                                                                                                                                                                                          {NULL}},
    {.rule = "size-value", WITH(SIZE,                                                                                                                                    " SIZE=123456789012345678901"),                                                                                                                                                                                                                                                                 {NULL}},
    {.rule = "body-offered",
     WITH("",                                    " BODY=8BITMIME"),
     {WITH("S: 250-8BITMIME\n", " BODY=8BITMIME"), WITH("S: 250-8bitmime\n", " body=7bit")}},
    {.rule = "body-offered",
     WITH("S: 250-8BITMIME\n",                                                                                                                    " BODY=BINARYMIME"),
     {NULL},
     .also = "binary-offered"},
    {.rule = "body-once",                             WITH("S: 250-8BITMIME\n",                                                                       " BODY=7BIT BODY=7BIT"),                                                                                                                                                                                             {NULL}},
    {.rule = "body-value",                                                                                    WITH("S: 250-8BITMIME\n",                                                        " BODY=9BIT"),{NULL}},
    {.rule = "auth-parameter-offered",
     WITH(""," AUTH=<>"),
     {WITH("S: 250-AUTH PLAIN\n", " AUTH=<>")}},
    {.rule = "auth-parameter-value",
     WITH("S: 250-AUTH PLAIN\n",                                                                                                                                   " AUTH=e=mc2@x.example"),
     {WITH("S: 250-AUTH PLAIN\n", " AUTH=e+3Dmc2@x.example")}},
    {.rule = "mail-parameters-offered",
     WITH("",                                                                                                                  " RET=HDRS"),
     {WITH("S: 250-DSN\n", " RET=HDRS"), WITH("S: 250-FROBNICATE\n", " FROB=1")}},
    {.rule = "rcpt-parameters-offered",
     TO("TO:<b@y.example> NOTIFY=NEVER"),
     {HELLO("S: 250-DSN\n") MAIL "C: RCPT TO:<b@y.example> NOTIFY=NEVER\nS: 250 ok\n" BYE}                                                                                                                                                                                                                                                          },
};
const size_t rule_tests_path_count = COUNT_OF(rule_tests_path);
