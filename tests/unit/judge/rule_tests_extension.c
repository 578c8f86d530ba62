/* rule_tests_extension.c - rules on extensions and LMTP. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define WITH(keyword) HELLO("S: 250-" keyword "\n")
#define CHUNKS HELLO("S: 250-CHUNKING\nS: 250-PIPELINING\n")
#define ONE_MAIL(parameters) "C: MAIL FROM:<a@x.example>" parameters "\nS: 250 ok\n"
#define ONE_RCPT(parameters) "C: RCPT TO:<b@y.example>" parameters "\nS: 250 ok\n"
#define CHUNK "C: BDAT 10\nK: octets=10\nS: 250 ok\n"
#define LAST_CHUNK "C: BDAT 10 LAST\nK: ended octets=10\nS: 250 ok\n"
#define REFUSED "C: BDAT 10\nK: octets=10\nS: 452 full\n"
#define OF_MAIL(keyword, parameters) WITH(keyword) ONE_MAIL(parameters) RCPT DATA CONTENT BYE
#define OF_RCPT(keyword, parameters)                                                               \
    WITH(keyword) MAIL ONE_RCPT(parameters)                                                        \
    DATA CONTENT BYE
#define BOTH "BINARYMIME\nS: 250-CHUNKING"

static void is_lmtp(struct judge_fixture *fixture)
{
    fixture->scenario.send.lmtp = true;
}

static void asks_for_dsn(struct judge_fixture *fixture)
{
    fixture->scenario.send.parameters[SEND_PARAMETER_RET] = BYTES_LITERAL("HDRS");
    fixture->scenario.send.parameters[SEND_PARAMETER_NOTIFY] = BYTES_LITERAL("SUCCESS,DELAY");
}

/* clang-format off */
const struct rule_test rule_tests_extension[] = {
    {.rule = "bdat-offered", PLAIN MAIL RCPT "C: BDAT 10 LAST\nS: 502 no\n" BYE, {CHUNKS MAIL RCPT LAST_CHUNK BYE}},
    {.rule = "no-bdat-after-refusal", CHUNKS MAIL RCPT REFUSED "C: BDAT 10 LAST\nK: ended octets=10\nS: 503 no\n" BYE,
     {CHUNKS MAIL RCPT "C: BDAT 10\nK: octets=10\nC{early} BDAT 5 LAST\nK: ended octets=10\nS: 452 full\nS: 503 no\n" BYE,
      CHUNKS MAIL RCPT CHUNK LAST_CHUNK BYE}},
    {.rule = "rset-after-bdat", CHUNKS MAIL RCPT REFUSED "C: MAIL FROM:<a@x.example>\nS: 503 no\n" BYE,
     {CHUNKS MAIL RCPT REFUSED "C: RSET\nS: 250 ok\n" SENT BYE, CHUNKS MAIL RCPT LAST_CHUNK MAIL BYE}, .also = "one-transaction"},
    {.rule = "bdat-last", CHUNKS MAIL RCPT LAST_CHUNK "C: BDAT 0 LAST\nK: ended\nS: 503 no\n" BYE,
     {CHUNKS MAIL RCPT LAST_CHUNK MAIL RCPT LAST_CHUNK BYE}},
    {.rule = "bdat-or-data", CHUNKS MAIL RCPT CHUNK "C: DATA\nS: 503 no\n" BYE, {CHUNKS MAIL RCPT LAST_CHUNK SENT BYE}},
    {.rule = "binary-offered", OF_MAIL("8BITMIME\nS: 250-BINARYMIME", " BODY=BINARYMIME"),
     {WITH(BOTH) ONE_MAIL(" BODY=BINARYMIME") RCPT LAST_CHUNK BYE, OF_MAIL("8BITMIME", " BODY=8BITMIME")}, .also = "binary-by-bdat"},
    {.rule = "binary-by-bdat", WITH(BOTH) ONE_MAIL(" BODY=BINARYMIME") RCPT "C: DATA\nS: 503 no\n" BYE,
     {WITH(BOTH) ONE_MAIL(" BODY=BINARYMIME") RCPT LAST_CHUNK BYE}},
    {.rule = "binary-declared", WITH(BOTH) MAIL RCPT "C: BDAT 10 LAST\nK: ended octets=10 nul=2\nS: 250 ok\n" BYE,
     {WITH(BOTH) ONE_MAIL(" BODY=BINARYMIME") RCPT "C: BDAT 10 LAST\nK: ended octets=10 nul=2\nS: 250 ok\n" BYE}, .also = "content-control-characters"},
    {.rule = "utf8-declared", WITH("SMTPUTF8") MAIL "C: RCPT TO:<\xc3\xbc" "@y.example>\nS: 250 ok\n" DATA CONTENT BYE,
     {WITH("SMTPUTF8") ONE_MAIL(" SMTPUTF8") "C: RCPT TO:<\xc3\xbc" "@y.example>\nS: 250 ok\n" DATA CONTENT BYE}},
    {.rule = "utf8-no-value", OF_MAIL("SMTPUTF8", " SMTPUTF8=yes"), {OF_MAIL("SMTPUTF8", " SMTPUTF8")}},
    {.rule = "vrfy-utf8", WITH("VRFY") "C: VRFY b SMTPUTF8\nS: 252 ok\n" BYE, {WITH("SMTPUTF8") "C: VRFY b SMTPUTF8\nS: 252 ok\n" BYE, WITH("VRFY") "C: VRFY b\nS: 252 ok\n" BYE}},
    {.rule = "xtext", OF_MAIL("DSN", " ENVID=a+b"), {OF_MAIL("DSN", " ENVID=a+2Bb")}},
    {.rule = "notify-never", OF_RCPT("DSN", " NOTIFY=NEVER,DELAY"), {OF_RCPT("DSN", " NOTIFY=never")}},
    {.rule = "notify-value", OF_RCPT("DSN", " NOTIFY=ALWAYS"), {OF_RCPT("DSN", " NOTIFY=SUCCESS,DELAY")}},
    {.rule = "orcpt-value", OF_RCPT("DSN", " ORCPT=b@y.example"), {OF_RCPT("DSN", " ORCPT=rfc822;b@y.example")}},
    {.rule = "orcpt-is-rcpt", OF_RCPT("DSN", " ORCPT=rfc822;c@y.example"), {OF_RCPT("DSN", " ORCPT=rfc822;b@Y.example"), OF_RCPT("DSN", " ORCPT=x400;/c+3Dz")}, .claim = "sent"},
    {.rule = "ret-value", OF_MAIL("DSN", " RET=SOME"), {OF_MAIL("DSN", " RET=full")}},
    {.rule = "envid-value", OF_MAIL("DSN", " ENVID=a+09+07"), {OF_MAIL("DSN", " ENVID=a+09b")}},
    {.rule = "dsn-once", OF_RCPT("DSN", " NOTIFY=DELAY NOTIFY=DELAY"), {OF_RCPT("DSN", " NOTIFY=DELAY ORCPT=rfc822;b@y.example")}},
    {.rule = "dsn-as-asked", OF_MAIL("DSN", " RET=FULL"), {OF_MAIL("DSN", " RET=hdrs"), OF_RCPT("DSN", " NOTIFY=DELAY,SUCCESS")}, .claim = "sent", .prepare = asks_for_dsn},
    {.rule = "by-value", OF_MAIL("DELIVERBY", " BY=0;R"), {OF_MAIL("DELIVERBY", " BY=0;N")}},
    {.rule = "one-hold", OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDFOR=5 HOLDFOR=6"), {OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDFOR=5")}},
    {.rule = "hold-within", OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDFOR=61"), {OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDFOR=60"), OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDUNTIL=2031-01-01T00:00:00Z")}},
    {.rule = "hold-within", OF_MAIL("FUTURERELEASE 60 2031-01-01T00:00:00Z", " HOLDUNTIL=2031-01-01T00:00:01Z"), {NULL}},
    {.rule = "no-hold-for-dsn", WITH("FUTURERELEASE 60 2031-01-01T00:00:00Z") "C: MAIL FROM:<> HOLDFOR=5\nS: 250 ok\n" RCPT DATA CONTENT BYE, {WITH("FUTURERELEASE 60 2031-01-01T00:00:00Z") "C: MAIL FROM:<>\nS: 250 ok\n" RCPT DATA CONTENT BYE}},
    {.rule = "requiretls-in-tls", OF_MAIL("REQUIRETLS", " REQUIRETLS"), {OF_MAIL("REQUIRETLS", "")}},
    {.rule = "mtrk-envid", OF_MAIL("MTRK", " MTRK=YWJj"), {OF_MAIL("MTRK", " MTRK=YWJj ENVID=a")}},
    {.rule = "burl-offered", PLAIN MAIL RCPT "C: BURL imap://h/ LAST\nS: 502 no\n" BYE, {WITH("BURL imap") MAIL RCPT "C: BURL imap://h/ LAST\nS: 554 no\n" BYE}},
    {.rule = "lhlo", PLAIN SENT BYE, {GREETING "C: LHLO c.example\nS: 250 mail.example\n" SENT BYE}, .claim = "sent", .prepare = is_lmtp},
};
/* clang-format on */
const size_t rule_tests_extension_count = COUNT_OF(rule_tests_extension);
