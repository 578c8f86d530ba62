/*
 * test_sasl.c - each mechanism against the example of its RFC.
 *
 * The nonce is that of RFC 5802 5 (nonce.h). That of RFC 7677 3 is shorter than ours: its
 * server-first-message is used with the other nonce, and the proof was computed apart, by a program
 * that also gives those of both RFCs. So were those with channel bindings.
 */
#include "client/sasl.h"

#include "nonce.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

static const struct sasl_credentials someone = {
    .user = OCTETS("user"), .password = OCTETS("pencil"), .host = OCTETS("mail.example")};

struct exchange {
    struct sasl sasl;
    struct buf response;
    struct err err;
};

static void begin(struct exchange *exchange, const struct sasl_credentials *credentials,
                  enum smtp_mechanism mechanism)
{
    *exchange = (struct exchange){.err = {.what = ""}};
    assert_true(sasl_init(&exchange->sasl, credentials));
    assert_true(buf_init_whole(&exchange->response, SASL_RESPONSE_OCTETS_MAX));
    if (!sasl_start(&exchange->sasl, mechanism, &exchange->err))
        fail_msg("sasl_start: %s", exchange->err.what);
    assert_false(sasl_is_complete(&exchange->sasl));
}

static void end(struct exchange *exchange)
{
    sasl_release(&exchange->sasl);
    buf_release_secret(&exchange->response);
}

static void expect(struct exchange *exchange, struct bytes challenge, struct bytes response)
{
    if (!sasl_step(&exchange->sasl, challenge, &exchange->response, &exchange->err))
        fail_msg("sasl_step: %s", exchange->err.what);
    assert_bytes(buf_bytes(&exchange->response), response);
}

static void expect_failure(struct exchange *exchange, struct bytes challenge, enum err_kind kind)
{
    assert_false(sasl_step(&exchange->sasl, challenge, &exchange->response, &exchange->err));
    assert_int_equal(exchange->err.kind, kind);
    assert_false(sasl_is_complete(&exchange->sasl) && exchange->sasl.disproved);
}

/* ------------------------------------------------------------------------------------- plain ---
 */

/* RFC 4616 4. */
static void plain_is_one_message_of_three_parts(void **state)
{
    const struct sasl_credentials tim = {.user = OCTETS("tim"),
                                         .password = OCTETS("tanstaaftanstaaf")};
    const struct sasl_credentials kurt = {
        .authorization = OCTETS("Ursel"), .user = OCTETS("Kurt"), .password = OCTETS("xipj3plmq")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &tim, SMTP_MECHANISM_PLAIN);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("\0tim\0tanstaaftanstaaf"));
    assert_true(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, BYTES_NONE, ERR_PROTOCOL);
    end(&exchange);
    begin(&exchange, &kurt, SMTP_MECHANISM_PLAIN);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("Ursel\0Kurt\0xipj3plmq"));
    end(&exchange);
}

/* RFC 4954 4; RFC 4013 3: a soft hyphen maps to nothing, U+2168 to "IX", a BELL is prohibited. */
static void names_are_prepared_by_saslprep(void **state)
{
    const struct sasl_credentials hyphen = {.user = OCTETS("I\xc2\xadX"),
                                            .password = OCTETS("s\xc2\xad")};
    const struct sasl_credentials nine = {.user = OCTETS("\xe2\x85\xa8"),
                                          .password = OCTETS("pencil")};
    const struct sasl_credentials bell = {.user = OCTETS("a\x07"), .password = OCTETS("s")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &hyphen, SMTP_MECHANISM_PLAIN);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("\0IX\0s\xc2\xad"));
    end(&exchange);
    begin(&exchange, &bell, SMTP_MECHANISM_PLAIN);
    expect_failure(&exchange, BYTES_NONE, ERR_SYNTAX);
    end(&exchange);
    begin(&exchange, &nine, SMTP_MECHANISM_SCRAM_SHA_256);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("n,,n=IX,r=" NONCE));
    expect(&exchange, BYTES_LITERAL("r=" NONCE "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
           BYTES_LITERAL("c=biws,r=" NONCE "x,p=k2aHBzQYROMVHGDEnHsD7ws5J0hfOzSkGJJ8Vjt7MOY="));
    end(&exchange);
}

static void login_is_the_user_then_the_password(void **state)
{
    struct exchange exchange;

    (void)state;
    begin(&exchange, &someone, SMTP_MECHANISM_LOGIN);
    expect(&exchange, BYTES_LITERAL("Password:"), BYTES_LITERAL("user"));
    assert_false(sasl_is_complete(&exchange.sasl));
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("pencil"));
    assert_true(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, BYTES_LITERAL("more?"), ERR_PROTOCOL);
    end(&exchange);
}

/* RFC 4422 A: empty, where the certificate says it all. */
static void external_names_whom_to_act_as(void **state)
{
    const struct sasl_credentials certificate = {.certificate = true};
    const struct sasl_credentials boss = {.certificate = true, .user = OCTETS("boss")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &certificate, SMTP_MECHANISM_EXTERNAL);
    expect(&exchange, BYTES_NONE, BYTES_NONE);
    assert_true(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, BYTES_LITERAL("?"), ERR_PROTOCOL);
    end(&exchange);
    begin(&exchange, &boss, SMTP_MECHANISM_EXTERNAL);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("boss"));
    end(&exchange);
}

/* RFC 4616 2: authcid = 1*SAFE, passwd = 1*SAFE, SAFE without NUL. */
static void credentials_that_the_mechanism_forbids_are_refused(void **state)
{
    /* clang-format off */
    const struct sasl_credentials forbidden[] = {
        {.password = OCTETS("x")},
        {.user = OCTETS("x")},
        {.user = OCTETS("x\0y"), .password = OCTETS("x")},
        {.user = OCTETS("x"), .password = OCTETS("x\0y")},
        {.authorization = OCTETS("x\0y"), .user = OCTETS("x"), .password = OCTETS("x")},
    };
    /* clang-format on */
    const enum smtp_mechanism used[] = {SMTP_MECHANISM_PLAIN, SMTP_MECHANISM_CRAM_MD5,
                                        SMTP_MECHANISM_SCRAM_SHA_256};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forbidden) * COUNT_OF(used); i++) {
        struct sasl sasl;
        struct err err;

        assert_true(sasl_init(&sasl, &forbidden[i / COUNT_OF(used)]));
        assert_false(sasl_start(&sasl, used[i % COUNT_OF(used)], &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        sasl_release(&sasl);
    }
}

/* ------------------------------------------------------------------------------------- OAuth ---
 */

/* RFC 7628 4.1, with the port of SMTP; 3.2.3 for the answer to a refusal. */
static void a_token_is_sent_and_its_refusal_is_answered(void **state)
{
    const struct sasl_credentials is = {.user = OCTETS("user@example.com"),
                                        .token =
                                            OCTETS("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
                                        .host = OCTETS("server.example.com"),
                                        .port = 587};
    const struct bytes refusal = BYTES_LITERAL("{\"status\":\"invalid_token\",\"x\":1}");
    struct exchange exchange;

    (void)state;
    begin(&exchange, &is, SMTP_MECHANISM_OAUTHBEARER);
    expect(&exchange, BYTES_NONE,
           BYTES_LITERAL("n,a=user@example.com,\1host=server.example.com\1port=587\1"
                         "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"));
    assert_true(sasl_is_complete(&exchange.sasl));
    expect(&exchange, refusal, BYTES_LITERAL("\1"));
    assert_false(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, refusal, ERR_PROTOCOL);
    end(&exchange);
    begin(&exchange, &is, SMTP_MECHANISM_XOAUTH2);
    expect(&exchange, BYTES_NONE,
           BYTES_LITERAL("user=user@example.com\1"
                         "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"));
    assert_true(sasl_is_complete(&exchange.sasl));
    expect(&exchange, refusal, BYTES_NONE);
    assert_false(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, refusal, ERR_PROTOCOL);
    end(&exchange);
}

/* RFC 5801 4: saslname. */
static void a_name_with_commas_is_escaped(void **state)
{
    const struct sasl_credentials is = {.user = OCTETS("a,b=c"), .token = OCTETS("t")};
    const struct sasl_credentials other = {.user = OCTETS("a,b=c"), .password = OCTETS("t")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &is, SMTP_MECHANISM_OAUTHBEARER);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("n,a=a=2Cb=3Dc,\1auth=Bearer t\1\1"));
    end(&exchange);
    begin(&exchange, &other, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("n,,n=a=2Cb=3Dc,r=" NONCE));
    end(&exchange);
}

/* -------------------------------------------------------------------------------------- MD5 --- */

/* RFC 2195 2; a password of more than 64 octets is replaced by its digest. */
static void cram_md5_is_the_digest_of_the_challenge(void **state)
{
    const struct sasl_credentials tim = {.user = OCTETS("tim"),
                                         .password = OCTETS("tanstaaftanstaaf")};
    const struct sasl_credentials longer = {.user = OCTETS("a b"),
                                            .password =
                                                OCTETS("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")};
    const struct bytes challenge = BYTES_LITERAL("<1896.697170952@postoffice.reston.mci.net>");
    struct exchange exchange;

    (void)state;
    begin(&exchange, &tim, SMTP_MECHANISM_CRAM_MD5);
    expect(&exchange, challenge, BYTES_LITERAL("tim b913a602c7eda7a495b4e6e7334d3890"));
    assert_true(sasl_is_complete(&exchange.sasl));
    expect_failure(&exchange, challenge, ERR_PROTOCOL);
    end(&exchange);
    begin(&exchange, &longer, SMTP_MECHANISM_CRAM_MD5);
    expect(&exchange, challenge, BYTES_LITERAL("a b cdf713157eee16fa504e71da3e1abaad"));
    end(&exchange);
}

#define DIGEST_CHALLENGE                                                                           \
    "realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",algorithm=md5-sess,charset=utf-8"

static void begin_digest(struct exchange *exchange)
{
    static const struct sasl_credentials chris = {
        .user = OCTETS("chris"), .password = OCTETS("secret"), .host = OCTETS("mail.example")};

    begin(exchange, &chris, SMTP_MECHANISM_DIGEST_MD5);
}

/* The challenge of RFC 2831 4, for SMTP; unknown qop options are ignored (2.1.1). */
static void digest_md5_proves_both_sides(void **state)
{
    struct exchange exchange;

    (void)state;
    begin_digest(&exchange);
    assert_true(sasl_step(&exchange.sasl, BYTES_LITERAL(DIGEST_CHALLENGE ",qop=\"x,auth\""),
                          &exchange.response, &exchange.err));
    assert_true(buf_append_octet(&exchange.response, '\0'));
    assert_non_null(strstr(exchange.response.data, "response=31dea49e7a2d141d9a29dcb74c9108d9"));
    assert_non_null(strstr(exchange.response.data, "digest-uri=\"smtp/mail.example\""));
    assert_non_null(strstr(exchange.response.data, "nc=00000001"));
    assert_false(sasl_is_complete(&exchange.sasl));
    expect(&exchange, BYTES_LITERAL("rspauth=6215d2b63a04ebda3ae9318b388159e3"), BYTES_NONE);
    assert_true(sasl_is_complete(&exchange.sasl));
    end(&exchange);
}

static void a_wrong_rspauth_is_no_proof(void **state)
{
    struct exchange exchange;

    (void)state;
    begin_digest(&exchange);
    assert_true(sasl_step(&exchange.sasl, BYTES_LITERAL(DIGEST_CHALLENGE ",qop=\"auth\""),
                          &exchange.response, &exchange.err));
    expect_failure(&exchange, BYTES_LITERAL("rspauth=6215d2b63a04ebda3ae9318b388159e0"),
                   ERR_PROTOCOL);
    assert_true(exchange.sasl.disproved);
    end(&exchange);
}

static void digest_md5_aborts_where_it_must(void **state)
{
    static const struct bytes wrong[] = {
        OCTETS(DIGEST_CHALLENGE ",qop=\"x\""),
        OCTETS(DIGEST_CHALLENGE ",nonce=\"x\""),

        OCTETS("realm=\"x\",algorithm=md5-sess"),
        OCTETS("what"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct exchange exchange;

        begin_digest(&exchange);
        expect_failure(&exchange, wrong[i], ERR_PROTOCOL);
        end(&exchange);
    }
}

/* ------------------------------------------------------------------------------------- SCRAM ---
 */

#define SHA_1_FIRST "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
#define SHA_256_FIRST "r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

/* clang-format off */
static const struct {
    enum smtp_mechanism mechanism;
    struct bytes client_first;
    struct bytes server_first;
    struct bytes client_final;
    struct bytes server_final;
    enum tls_binding binding;
    size_t binding_octets; /* 0: not bound */
} scram[] = {
    {SMTP_MECHANISM_SCRAM_SHA_1,        OCTETS("n,,n=user,r=" NONCE),              OCTETS(SHA_1_FIRST),
     OCTETS("c=biws,r=" NONCE "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="),
     OCTETS("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), TLS_BINDING_UNIQUE, 0},
    {SMTP_MECHANISM_SCRAM_SHA_256,      OCTETS("n,,n=user,r=" NONCE),              OCTETS(SHA_256_FIRST),
     OCTETS("c=biws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=2FUSN0pPcS7P8hBhsxBJOiUDbRoW4KVNGZT0LxVnSek="),
     OCTETS("v=zJZjsVp2g+W9jd01vgbsshippfH1sM0tLdBvs+e3DF4="), TLS_BINDING_UNIQUE, 0},
    {SMTP_MECHANISM_SCRAM_SHA_256_PLUS, OCTETS("p=tls-exporter,,n=user,r=" NONCE),
     OCTETS(SHA_256_FIRST),
     OCTETS("c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=" NONCE
            "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=SmmG1yuBZlVCk2EJhIfhLzRXsoOjWihO8SG6z+wDEfM="),
     OCTETS("v=SvfizvAzVzyK6DyZ4xGECzkVJAkYCszMtw8TNLohaIU="), TLS_BINDING_EXPORTER, 32},
    {SMTP_MECHANISM_SCRAM_SHA_256_PLUS, OCTETS("p=tls-server-end-point,,n=user,r=" NONCE),
     OCTETS(SHA_256_FIRST),
     OCTETS("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,r=" NONCE
            "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=U4pXno5S8NkTbKWWkGG30c4C3Um9DMb6Fp4CYkBYFvU="),
     OCTETS("v=B03uYtw2NvfsgLWsv8h2frXZkdLaGKBrryt+QPkMc2I="), TLS_BINDING_SERVER_END_POINT, 32},
    {SMTP_MECHANISM_SCRAM_SHA_1_PLUS,   OCTETS("p=tls-unique,,n=user,r=" NONCE),   OCTETS(SHA_1_FIRST),
     OCTETS("c=cD10bHMtdW5pcXVlLCwAAQIDBAUGBwgJCgs=,r=" NONCE
            "3rfcNHYJY1ZVvWVs7j,p=ResgVA2w6fEFiwzXkrPSGTt/RSg="),
     OCTETS("v=HKBeWjn99U5AvtgAjz6m1d81mhk="), TLS_BINDING_UNIQUE, 12},
};
/* clang-format on */

static void begin_bound(struct exchange *exchange, enum smtp_mechanism mechanism,
                        const struct sasl_channel *channel)
{
    *exchange = (struct exchange){.err = {.what = ""}};
    assert_true(sasl_init(&exchange->sasl, &someone));
    assert_true(buf_init_whole(&exchange->response, SASL_RESPONSE_OCTETS_MAX));
    exchange->sasl.channel = *channel;
    assert_true(sasl_start(&exchange->sasl, mechanism, &exchange->err));
}

static void begin_scram(struct exchange *exchange, enum smtp_mechanism mechanism)
{
    begin_bound(exchange, mechanism, &(struct sasl_channel){.plus_offered = false});
}

static void scram_proves_both_sides(void **state)
{
    static const char octets[] = "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27"
                                 "\30\31\32\33\34\35\36\37";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(scram); i++) {
        const struct sasl_channel channel = {
            .type = scram[i].binding, .binding = {octets, scram[i].binding_octets}
        };
        struct exchange exchange;

        begin_bound(&exchange, scram[i].mechanism, &channel);
        expect(&exchange, BYTES_NONE, scram[i].client_first);
        expect(&exchange, scram[i].server_first, scram[i].client_final);
        assert_false(sasl_is_complete(&exchange.sasl));
        expect(&exchange, scram[i].server_final, BYTES_NONE);
        assert_true(sasl_is_complete(&exchange.sasl));
        expect_failure(&exchange, BYTES_NONE, ERR_PROTOCOL);
        end(&exchange);
    }
}

/* RFC 5802 5.1: extensions behind the last attribute are ignored. */
/* RFC 5802 6: who could be bound says so with "y", unless the server offers it, too. */
static void scram_tells_whether_it_could_be_bound(void **state)
{
    struct exchange exchange;

    (void)state;
    begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_256);
    exchange.sasl.channel.binding = BYTES_LITERAL("binding");
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("y,,n=user,r=" NONCE));
    expect(&exchange, BYTES_LITERAL(SHA_256_FIRST),
           BYTES_LITERAL("c=eSws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                         "p=pwrJwtxj4Tq/W2y77ud43qTaiQGic7BD5w/n2DVwXoQ="));
    expect(&exchange, BYTES_LITERAL("v=uXfS2hH9Wnhnqmx2vfd1TSI1zvrx64NrWSINn2IbU90="), BYTES_NONE);
    end(&exchange);
    begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_256);
    exchange.sasl.channel.binding = BYTES_LITERAL("binding");
    exchange.sasl.channel.plus_offered = true;
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("n,,n=user,r=" NONCE));
    end(&exchange);
}

/* RFC 5801 4: the identity to act as stands in the header. */
static void scram_names_whom_to_act_as(void **state)
{
    const struct sasl_credentials is = {
        .user = OCTETS("user"), .password = OCTETS("pencil"), .authorization = OCTETS("a,b")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &is, SMTP_MECHANISM_SCRAM_SHA_256);
    expect(&exchange, BYTES_NONE, BYTES_LITERAL("n,a=a=2Cb,n=user,r=" NONCE));
    end(&exchange);
}

/* RFC 5802 2.2: the proof is that of the prepared password. */
static void scram_prepares_the_password(void **state)
{
    const struct sasl_credentials is = {.user = OCTETS("user"),
                                        .password = OCTETS("pen\xc2\xad"
                                                           "cil")};
    const struct sasl_credentials bell = {.user = OCTETS("user"), .password = OCTETS("pencil\x07")};
    struct exchange exchange;

    (void)state;
    begin(&exchange, &is, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, BYTES_NONE, scram[0].client_first);
    expect(&exchange, scram[0].server_first, scram[0].client_final);
    end(&exchange);
    begin(&exchange, &bell, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, BYTES_NONE, scram[0].client_first);
    expect_failure(&exchange, scram[0].server_first, ERR_SYNTAX);
    end(&exchange);
}

/* RFC 4954 4: a line of 12288 octets is to be taken, and answered in one. */
static void a_nonce_that_fills_a_line_is_answered(void **state)
{
    static char first[9100];
    struct exchange exchange;
    struct buf challenge = {.data = first, .capacity = sizeof first, .max = sizeof first};

    (void)state;
    assert_true(buf_append_string(&challenge, "r=" NONCE));
    while (challenge.size < 9000)
        assert_true(buf_append_octet(&challenge, 'x'));
    assert_true(buf_append_string(&challenge, ",s=QSXCR+Q6sek8bf92,i=4096"));
    begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, BYTES_NONE, scram[0].client_first);
    assert_true(
        sasl_step(&exchange.sasl, buf_bytes(&challenge), &exchange.response, &exchange.err));
    assert_int_equal(exchange.response.size, 6 + 1 + 9000 + 3 + 28);
    end(&exchange);
}

static void an_unknown_attribute_of_scram_is_ignored(void **state)
{
    struct exchange exchange;

    (void)state;
    begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
    expect(&exchange, BYTES_NONE, scram[0].client_first);
    assert_true(sasl_step(&exchange.sasl, BYTES_LITERAL(SHA_1_FIRST ",x=foo"), &exchange.response,
                          &exchange.err));
    end(&exchange);
}

static void a_server_first_message_of_scram_that_is_wrong_gets_no_proof(void **state)
{
    static const struct bytes wrong[] = {
        OCTETS("r=" NONCE ",s=QSXCR+Q6sek8bf92,i=4096"), /* nothing added */
        OCTETS("r=fyko,s=QSXCR+Q6sek8bf92,i=4096"),
        OCTETS("r=another" NONCE ",s=QSXCR+Q6sek8bf92,i=4096"),
        OCTETS("m=ext," SHA_1_FIRST),
        OCTETS("r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=0"),
        OCTETS("r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=-1"),
        OCTETS("r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=abc"),
        OCTETS("r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=4294967296"),
        OCTETS("r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=100000000"),
        OCTETS("r=" NONCE "x,s=,i=4096"),
        OCTETS("r=" NONCE "x,i=4096"),
        OCTETS(""),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct exchange exchange;

        begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
        expect(&exchange, BYTES_NONE, scram[0].client_first);
        expect_failure(&exchange, wrong[i], ERR_PROTOCOL);
        assert_int_equal(exchange.response.size, 0);
        assert_false(exchange.sasl.disproved);
        end(&exchange);
    }
}

static void a_server_without_a_proof_is_told_from_one_with_another_fault(void **state)
{
    static const struct bytes wrong[] = {
        OCTETS("v=rmF9pqV8S7suAoZWja4dJRkFsKR="),
        OCTETS("v="),
        OCTETS("e=invalid-proof"),
        OCTETS(""),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct exchange exchange;

        begin_scram(&exchange, SMTP_MECHANISM_SCRAM_SHA_1);
        expect(&exchange, BYTES_NONE, scram[0].client_first);
        expect(&exchange, scram[0].server_first, scram[0].client_final);
        expect_failure(&exchange, wrong[i], ERR_PROTOCOL);
        assert_true(exchange.sasl.disproved);
        end(&exchange);
    }
}

/* ------------------------------------------------------------------------------------ choice ---
 */

#define BIT(name) (UINT32_C(1) << SMTP_MECHANISM_##name)

static void the_best_mechanism_that_can_be_used_is_chosen(void **state)
{
    static const struct sasl_credentials token = {.user = OCTETS("u"), .token = OCTETS("t")};
    static const struct sasl_credentials certificate = {.certificate = true};
    static const uint32_t all = ~UINT32_C(0);
    const struct {
        const struct sasl_credentials *credentials;
        uint32_t offered;
        bool secrets_allowed;
        bool bound;
        enum smtp_mechanism chosen;
    } cases[] = {
        {&someone,     all,                                        true,  true,  SMTP_MECHANISM_SCRAM_SHA_256_PLUS},
        {&someone,     all,                                        true,  false, SMTP_MECHANISM_SCRAM_SHA_256     },
        {&someone,     BIT(SCRAM_SHA_1) | BIT(SCRAM_SHA_256),      true,  true,  SMTP_MECHANISM_SCRAM_SHA_256     },
        {&someone,     BIT(SCRAM_SHA_1) | BIT(DIGEST_MD5),         true,  true,  SMTP_MECHANISM_SCRAM_SHA_1       },
        {&someone,     BIT(PLAIN) | BIT(CRAM_MD5),                 true,  true,  SMTP_MECHANISM_CRAM_MD5          },
        {&someone,     BIT(PLAIN) | BIT(LOGIN) | BIT(GSSAPI),      true,  true,  SMTP_MECHANISM_PLAIN             },
        {&someone,     BIT(LOGIN) | BIT(XOAUTH2),                  true,  true,  SMTP_MECHANISM_LOGIN             },
        {&someone,     BIT(PLAIN) | BIT(LOGIN),                    false, true,  SMTP_MECHANISM_OTHER             },
        {&someone,     BIT(PLAIN) | BIT(LOGIN) | BIT(CRAM_MD5),    false, true,  SMTP_MECHANISM_CRAM_MD5          },
        {&someone,     BIT(GSSAPI) | BIT(EXTERNAL) | BIT(XOAUTH2), true,  true,  SMTP_MECHANISM_OTHER             },
        {&token,       all,                                        true,  true,  SMTP_MECHANISM_OAUTHBEARER       },
        {&token,       BIT(XOAUTH2) | BIT(PLAIN),                  true,  true,  SMTP_MECHANISM_XOAUTH2           },
        {&token,       all,                                        false, true,  SMTP_MECHANISM_OTHER             },
        {&certificate, all,                                        true,  true,  SMTP_MECHANISM_EXTERNAL          },
        {&certificate, BIT(PLAIN),                                 true,  true,  SMTP_MECHANISM_OTHER             },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sasl sasl;

        assert_true(sasl_init(&sasl, cases[i].credentials));
        if (cases[i].bound)
            sasl.channel.binding = BYTES_LITERAL("binding");
        assert_int_equal(sasl_choose(&sasl, cases[i].offered, cases[i].secrets_allowed),
                         cases[i].chosen);
        sasl_release(&sasl);
    }
}

/* ------------------------------------------------------------------------------------ memory ---
 */

/* Non-ASCII, so that the name has to be prepared; all allocations but the library's own. */
static bool prove_by_scram(void *context)
{
    static const struct sasl_credentials nine = {.user = OCTETS("\xe2\x85\xa8"),
                                                 .password = OCTETS("pencil")};
    struct buf *response = context;
    struct sasl sasl = {.mechanism = SMTP_MECHANISM_OTHER};
    struct err err = {.kind = ERR_MEMORY};
    bool ok = sasl_init(&sasl, &nine) && sasl_start(&sasl, SMTP_MECHANISM_SCRAM_SHA_256, &err) &&
              sasl_step(&sasl, BYTES_NONE, response, &err) &&
              sasl_step(&sasl, BYTES_LITERAL(SHA_256_FIRST), response, &err);

    if (!ok)
        assert_int_equal(err.kind, ERR_MEMORY);
    sasl_release(&sasl);
    return ok;
}

static void without_memory_an_exchange_fails_and_says_so(void **state)
{
    struct buf response;

    (void)state;
    assert_true(buf_init_whole(&response, SASL_RESPONSE_OCTETS_MAX));
    assert_int_equal(fail_alloc_each(prove_by_scram, &response), 4);
    buf_release(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_one_message_of_three_parts),
        cmocka_unit_test(names_are_prepared_by_saslprep),
        cmocka_unit_test(login_is_the_user_then_the_password),
        cmocka_unit_test(external_names_whom_to_act_as),
        cmocka_unit_test(credentials_that_the_mechanism_forbids_are_refused),
        cmocka_unit_test(a_token_is_sent_and_its_refusal_is_answered),
        cmocka_unit_test(a_name_with_commas_is_escaped),
        cmocka_unit_test(cram_md5_is_the_digest_of_the_challenge),
        cmocka_unit_test(digest_md5_proves_both_sides),
        cmocka_unit_test(a_wrong_rspauth_is_no_proof),
        cmocka_unit_test(digest_md5_aborts_where_it_must),
        cmocka_unit_test(scram_proves_both_sides),
        cmocka_unit_test(scram_tells_whether_it_could_be_bound),
        cmocka_unit_test(scram_names_whom_to_act_as),
        cmocka_unit_test(scram_prepares_the_password),
        cmocka_unit_test(a_nonce_that_fills_a_line_is_answered),
        cmocka_unit_test(an_unknown_attribute_of_scram_is_ignored),
        cmocka_unit_test(a_server_first_message_of_scram_that_is_wrong_gets_no_proof),
        cmocka_unit_test(a_server_without_a_proof_is_told_from_one_with_another_fault),
        cmocka_unit_test(without_memory_an_exchange_fails_and_says_so),
        cmocka_unit_test(the_best_mechanism_that_can_be_used_is_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
