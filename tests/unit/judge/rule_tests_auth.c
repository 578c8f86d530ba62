/* rule_tests_auth.c - rules on authentication. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define LOGIN AUTH "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n"
#define REFUSED "C: AUTH PLAIN {secret}\nS: 535 no\n"

static void with_credentials(struct judge_fixture *fixture)
{
    static const struct account account = {OCTETS("user"), OCTETS("s3cret")};

    fixture->scenario.send.user = account.user;
    fixture->scenario.send.password = account.password;
    fixture->scenario.accounts = &account;
    fixture->scenario.account_count = 1;
}

const struct rule_test rule_tests_auth[] = {
    {.rule = "auth-offered",
     PLAIN "C: AUTH PLAIN {secret}\nS: 503 no\n" BYE,
     {AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE,
      HELLO("S: 250-auth plain\n") "C: auth plain {secret}\nS: 235 ok\n" BYE,
      HELLO("S: 250-AUTH=LOGIN PLAIN\n") "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE}                                                           },
    {.rule = "mechanism-offered",
     HELLO("S: 250-AUTH LOGIN\n") "C: AUTH PLAIN {secret}\nS: 504 no\n" BYE,
     {AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE}                                                                                         },
    {.rule = "auth-once",
     AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\nC: AUTH PLAIN {secret}\nS: 503 no\n" BYE,
     {AUTH REFUSED
      "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nR{user} dXNlcg==\nS: 334 x\nR{password} {secret}\n"
      "S: 235 ok\n" MAIL BYE}                                                                                                                 },
    {.rule = "auth-before-mail",
     AUTH MAIL "C: AUTH PLAIN {secret}\nS: 503 no\n" BYE,
     {AUTH SENT "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE,
      AUTH MAIL "C: RSET\nS: 250 ok\nC: AUTH PLAIN {secret}\nS: 235 ok\n" BYE,
      AUTH
      "C: MAIL FROM:<a@x.example>\nS: 530 auth\nC: AUTH PLAIN {secret}\nS: 235 ok\n" MAIL BYE}                                                },
    {.rule = "auth-base64",
     AUTH "C{not-base64} AUTH PLAIN {secret}\nS: 501 no\n" BYE,
     {AUTH "C{empty} AUTH PLAIN =\nS: 535 no\n" BYE,
      LOGIN "R{cancel,not-base64} *\nS: 501 ok\n" BYE}                                                                                        },
    {.rule = "auth-base64",                                                            LOGIN "R{not-base64} {secret}\nS: 501 no\n" BYE, {NULL}},
    {.rule = "auth-length",
     AUTH "+0.100 1 command - wire=513 \"AUTH PLAIN {secret}\\r\\n\"\nS: 500 no\n" BYE,
     {AUTH "+0.100 1 command - wire=512 \"AUTH PLAIN {secret}\\r\\n\"\nS: 235 ok\n" BYE,
      /* A response may be longer (RFC 4954 4). */
      LOGIN "+0.100 1 response - notes=user wire=800 \"{secret}\\r\\n\"\nS: 334 x\nR{password} "
            "{secret}\nS: 235 ok\n" BYE}                                                                                                      },
    {.rule = "login-initial-response",
     AUTH "C: AUTH LOGIN dXNlcg==\nS: 334 UGFzc3dvcmQ6\nR{password} {secret}\nS: 235 ok\n" BYE,
     {LOGIN "R{user} dXNlcg==\nS: 334 UGFzc3dvcmQ6\nR{password} {secret}\nS: 235 ok\n" BYE}                                                   },
    {.rule = "server-first",
     AUTH "C: AUTH CRAM-MD5 {secret}\nS: 501 no\n" BYE,
     {AUTH "C: AUTH CRAM-MD5\nS: 334 PDEyMz4=\nR: {secret}\nS: 235 ok\n" BYE,
      AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE}                                                                                         },
    {.rule = "login-order",
     LOGIN "R{password} {secret}\nS: 334 x\nR{user} dXNlcg==\nS: 535 no\n" BYE,
     {LOGIN "R{user} dXNlcg==\nS: 334 x\nR{password} {secret}\nS: 235 ok\n" BYE,
      LOGIN "R{cancel} *\nS: 501 ok\n" BYE,
      AUTH "C: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\nR{user} dXNlcg==\nS: 334 x\nR{password} "
           "{secret}\nS: 235 ok\n" BYE},
     .claim = "permanent",
     .prepare = with_credentials},
    {.rule = "login-order",
     LOGIN "R{user} dXNlcg==\nS: 334 x\nR{user} dXNlcg==\nS: 535 no\n" BYE,
     {NULL},
     .claim = "permanent",
     .prepare = with_credentials},
    {.rule = "plain-credentials",
     AUTH "C{wrong-credentials} AUTH PLAIN {secret}\nS: 535 no\n" BYE,
     {AUTH "C{authenticated} AUTH PLAIN {secret}\nS: 235 ok\n" BYE},
     .claim = "permanent",
     .prepare = with_credentials},
    {.rule = "login-credentials",
     LOGIN "R{user} dXNlcg==\nS: 334 x\nR{wrong-credentials} {secret}\nS: 535 no\n" BYE,
     {LOGIN "R{user} dXNlcg==\nS: 334 x\nR{authenticated} {secret}\nS: 235 no\n" BYE},
     .claim = "permanent",
     .prepare = with_credentials},
    {.rule = "no-hammering",
     AUTH REFUSED REFUSED REFUSED REFUSED REFUSED BYE,
     {AUTH REFUSED REFUSED REFUSED REFUSED BYE}                                                                                },
    {.rule = "secret",
     PLAIN "C{secret-elsewhere} VRFY {secret}\nS: 252 ok\n" BYE,
     {AUTH "C{password} AUTH PLAIN {secret}\nS: 235 ok\n" BYE}                                                                                                              },
 /* … whatever the server did before */
    {.rule = "secret",
     PLAIN "S: 250 what\nC{secret-elsewhere} VRFY {secret}\nS: 252 ok\n" BYE,
     {NULL}                                                                                               },
};
const size_t rule_tests_auth_count = COUNT_OF(rule_tests_auth);
