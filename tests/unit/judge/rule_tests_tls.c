/* rule_tests_tls.c - rules on TLS, and on mechanisms with proofs. */
#include "tests/support/unit.h"
#include "tests/unit/judge/test_rules.h"

#define TLS_OFFER HELLO("S: 250-STARTTLS\n")
#define STARTTLS "C: STARTTLS\nS: 220 go\n"
#define HELLO_OF_TLS "!stalled\nC: \x16\x03\x01\x01\nC: \x03Z\n"
#define SECURE "+0.050 1 tls - secure tls version=1.3\n"
#define INSIDE(text)                                                                               \
    "+0.060 1 command - secure \"" text "\\r\\n\"\n+0.061 1 reply model secure \"250 ok\\r\\n\"\n"
#define LEFT "!client-closed\n"
#define CRAM AUTH "C: AUTH CRAM-MD5\nS: 334 PDE+\n"
#define REMARK(word) CRAM "+0.100 1 response - sasl=" word " \"{secret}\\r\\n\"\nS: 535 no\n" BYE
#define RIGHT CRAM "+0.100 1 response - notes=authenticated \"{secret}\\r\\n\"\nS: 235 ok\n" BYE
#define LISTS(list) HELLO("S: 250-AUTH " list "\n")
#define TRIES(mechanism) "C: AUTH " mechanism "\nS: 334 \nR{cancel} *\nS: 501 no\n" BYE

static void with_tls(struct judge_fixture *fixture)
{
    fixture->scenario.send.tls = SEND_TLS_STARTTLS;
}

static void with_credentials(struct judge_fixture *fixture)
{
    static const struct account account = {
        {"user",   4},
        {"s3cret", 6}
    };

    fixture->scenario.send.user = account.user;
    fixture->scenario.send.password = account.password;
    fixture->scenario.accounts = &account;
    fixture->scenario.account_count = 1;
}

static void with_scram(struct judge_fixture *fixture)
{
    static const struct bytes needs[] = {
        {"auth-scram-sha-256",      18},
        {"auth-scram-sha-256-plus", 23}
    };

    fixture->scenario.needs = needs;
    fixture->scenario.need_count = 2;
}

#define REMARKED(name, word) {.rule = name, REMARK(word), {RIGHT}},
#define PROVEN(name, word)                                                                         \
    {.rule = name, REMARK(word), {RIGHT}, .claim = "none", .prepare = with_credentials},

/* clang-format off */
const struct rule_test rule_tests_tls[] = {
    {.rule = "starttls-offered", PLAIN "C: STARTTLS\nS: 502 no\n" BYE, {TLS_OFFER "C: STARTTLS\nS: 454 no\n" BYE}},
    {.rule = "starttls-alone", TLS_OFFER "C: STARTTLS now\nS: 501 no\n" BYE, {TLS_OFFER "C: STARTTLS\nS: 454 no\n" BYE}},
    {.rule = "starttls-once", TLS_OFFER STARTTLS SECURE INSIDE("EHLO a.example") INSIDE("STARTTLS") INSIDE("QUIT") LEFT, {TLS_OFFER STARTTLS SECURE INSIDE("EHLO a.example") INSIDE("QUIT") LEFT}},
    {.rule = "handshake-next", TLS_OFFER STARTTLS "C: QUIT\nS: 221 bye\n!server-closed\n!client-closed\n", {TLS_OFFER "C: STARTTLS\nS: 454 no\n" BYE, TLS_OFFER STARTTLS HELLO_OF_TLS LEFT}},
    {.rule = "ehlo-inside-tls", TLS_OFFER STARTTLS SECURE INSIDE("NOOP") INSIDE("QUIT") LEFT, {TLS_OFFER STARTTLS SECURE INSIDE("QUIT") LEFT}, .also = "hello-before-others"},
    {.rule = "quit-untrusted", TLS_OFFER STARTTLS SECURE LEFT, {TLS_OFFER STARTTLS SECURE INSIDE("QUIT") LEFT, TLS_OFFER STARTTLS "!tls-failed\n" LEFT}},
    {.rule = "no-tls-1.0", TLS_OFFER STARTTLS "+0.050 1 tls - secure tls version=1.0\n" INSIDE("QUIT") LEFT, {TLS_OFFER STARTTLS SECURE INSIDE("QUIT") LEFT}},
    {.rule = "no-tls-1.1", TLS_OFFER STARTTLS "+0.050 1 tls - secure tls version=1.1\n" INSIDE("QUIT") LEFT, {TLS_OFFER STARTTLS SECURE INSIDE("QUIT") LEFT}},
    {.rule = "tls-demanded", PLAIN MAIL BYE, {PLAIN BYE}, .prepare = with_tls},
    {.rule = "plain-inside-tls", AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" BYE, {AUTH BYE}, .also = "no-probe", .prepare = with_tls},
    {.rule = "login-inside-tls", AUTH "C: AUTH LOGIN\nS: 535 no\n" BYE, {AUTH BYE}, .also = "no-probe", .prepare = with_tls},
    {.rule = "bearer-inside-tls", LISTS("OAUTHBEARER") TRIES("OAUTHBEARER"), {AUTH BYE}, .also = "no-probe", .prepare = with_tls},
    {.rule = "no-probe", AUTH "C: AUTH CRAM-MD5\nS: 535 no\n" BYE, {AUTH BYE}, .prepare = with_tls},

    REMARKED("plain-no-nul", "plain-nul")
    REMARKED("plain-no-empty", "plain-empty")
    REMARKED("cram-response", "cram-form")
    PROVEN("cram-proof", "cram-proof")
    REMARKED("digest-challenge", "digest-nonce")
    REMARKED("digest-qop", "digest-qop")
    REMARKED("digest-response", "digest-form")
    REMARKED("digest-count", "digest-count")
    REMARKED("digest-uri", "digest-uri")
    PROVEN("digest-proof", "digest-proof")
    REMARKED("gs2-header", "gs2-header")
    REMARKED("gs2-flag", "gs2-binding")
    {.rule = "gs2-flag-y", REMARK("gs2-no-binding"), {RIGHT}, .prepare = with_scram},
    REMARKED("scram-user", "scram-user")
    REMARKED("scram-nonce", "scram-nonce")
    REMARKED("scram-binding", "scram-binding")
    REMARKED("scram-server-nonce", "scram-other-nonce")
    REMARKED("scram-challenge", "scram-goes-on")
    REMARKED("scram-final", "scram-form")
    PROVEN("scram-proof", "scram-proof")
    REMARKED("oauth-response", "oauth-form")
    REMARKED("oauth-error", "oauth-error")
    {.rule = "channel-binding", TLS_OFFER STARTTLS SECURE "+0.060 1 command - secure \"EHLO a.example\\r\\n\"\n+0.061 1 reply model secure \"250-a\\r\\n250 AUTH SCRAM-SHA-256 SCRAM-SHA-256-PLUS\\r\\n\"\n" INSIDE("AUTH SCRAM-SHA-256") INSIDE("QUIT") LEFT, {RIGHT}, .prepare = with_scram},
    {.rule = "stronger-scram", LISTS("SCRAM-SHA-1 SCRAM-SHA-256") TRIES("SCRAM-SHA-1"), {LISTS("SCRAM-SHA-1 SCRAM-SHA-256") TRIES("SCRAM-SHA-256"), LISTS("SCRAM-SHA-1") TRIES("SCRAM-SHA-1")}, .prepare = with_scram},
    {.rule = "no-digest-md5", LISTS("DIGEST-MD5 SCRAM-SHA-256") TRIES("DIGEST-MD5"), {LISTS("DIGEST-MD5") TRIES("DIGEST-MD5")}, .prepare = with_scram},
};
/* clang-format on */
const size_t rule_tests_tls_count = COUNT_OF(rule_tests_tls);
