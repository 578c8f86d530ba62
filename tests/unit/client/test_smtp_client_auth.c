/* test_smtp_client_auth.c - AUTH by each mechanism, as whole sessions (RFC 4954). */
#include "dialogue.h"
#include "nonce.h"
#include "tests/support/unit.h"

#include <stdlib.h>

#define MESSAGE "Subject: x\n\nhello\n"
#define OFFERED(list) "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 AUTH " list "\n"
#define BYE "C: QUIT\nC.\nS: 221 bye\n!wish-close\n!over\n"
#define REFUSED_MAIL "C: MAIL FROM:<from@a.example>\nS: 550 no\n" BYE
#define TOLD(what) "b@b.example " what "\nmessage " what
#define WENT_ON TOLD("permanent 550 at MAIL")

struct auth_case {
    const char *name;
    const char *script;
    const char *told;
};

static struct smtp_client_options with_password(void)
{
    struct smtp_client_options options = dialogue_options();

    options.user = BYTES_LITERAL("user");
    options.password = BYTES_LITERAL("pencil");
    options.server = BYTES_LITERAL("mail.example");
    options.port = 587;
    options.plaintext_auth = true;
    return options;
}

static void play_cases(const struct smtp_client_options *options, const struct auth_case *cases,
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        print_message("  %s\n", cases[i].name);
        check_session(options, "b@b.example", MESSAGE, cases[i].script, cases[i].told);
    }
}

#define PLAY(options, cases) play_cases(options, cases, sizeof(cases) / sizeof(cases)[0])

/* ------------------------------------------------------------------------------------- SCRAM ---
 */

#define SCRAM_BEGIN                                                                                \
    OFFERED("PLAIN SCRAM-SHA-1") "C64: AUTH SCRAM-SHA-1 |n,,n=user,r=" NONCE "\nC.\n"
#define SCRAM_PROOF                                                                                \
    SCRAM_BEGIN                                                                                    \
    "S64: 334 |r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096\n"                          \
    "C64: |c=biws,r=" NONCE "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=\nC.\n"

static const struct auth_case scram[] = {
    {"the proof of the server comes in a challenge, answered by an empty line",
     SCRAM_PROOF
     "S64: 334 |v=rmF9pqV8S7suAoZWja4dJRkFsKQ=\nC: \nC.\nS: 235-ok\nS: 235 really\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                                    },
    {"235 without a proof is no success",                                       SCRAM_PROOF "S: 235 ok\n" BYE,
     TOLD("temporary 235 at AUTH")                                                                                                                                              },
    {"235 at once is no success",                                               SCRAM_BEGIN "S: 235 ok\n" BYE,                                  TOLD("temporary 235 at AUTH")   },
    {"a wrong proof: cancelled, and PLAIN is not tried",
     SCRAM_PROOF "S64: 334 |v=rmF9pqV8S7suAoZWja4dJRkFsKR=\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")                                                                                                                                           },
    {"a wrong proof, and the server insists on success",
     SCRAM_PROOF "S64: 334 |v=rmF9pqV8S7suAoZWja4dJRkFsKR=\nC: *\nS: 235 ok\n" BYE,
     TOLD("temporary 235 at AUTH")                                                                                                                                              },
    {"an error in place of a proof",                                            SCRAM_PROOF "S64: 334 |e=invalid-proof\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")                                                                                                                                           },
    {"a nonce that is not ours: cancelled, and PLAIN may do",
     SCRAM_BEGIN "S64: 334 |r=another,s=QSXCR+Q6sek8bf92,i=4096\nC: *\nS: 501 ok\n"
                 "C64: AUTH PLAIN |\\0user\\0pencil\nS: 235 ok\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                                    },
    {"535",                                                                     SCRAM_PROOF "S: 535 wrong\n" BYE,                               TOLD("refused-auth 535 at AUTH")},
    {"534: too weak, PLAIN is next",
     SCRAM_BEGIN "S: 534 too weak\nC64: AUTH PLAIN |\\0user\\0pencil\nS: 235 ok\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                                    },
    {"432: later",                                                              SCRAM_BEGIN "S: 432 transition\n" BYE,                          TOLD("temporary 432 at AUTH")   },
    {"538 speaks of the credentials' way, not of the mechanism",
     SCRAM_BEGIN "S: 538 encryption\n" BYE,                                                                                                     TOLD("refused-auth 538 at AUTH")},
};

static void scram_needs_the_proof_of_the_server(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    PLAY(&options, scram);
}

/* RFC 5802 6: PLUS where both sides have it. */
static void scram_is_bound_to_tls(void **state)
{
    struct smtp_client_options options = with_password();
    struct dialogue dialogue;

    (void)state;
    options.tls = SMTP_CLIENT_TLS_IMPLICIT;
    dialogue_begin(&dialogue, &options);
    dialogue.tls_exporter = BYTES_LITERAL(
        "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37");
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    smtp_client_finish(dialogue.client);
    dialogue_play(
        &dialogue,
        "!tls\n" OFFERED(
            "SCRAM-SHA-256 SCRAM-SHA-256-PLUS") "C64: AUTH SCRAM-SHA-256-PLUS "
                                                "|p=tls-exporter,,n=user,r=" NONCE "\n"
                                                "S64: 334 |r=" NONCE
                                                "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                                "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096\n"
                                                "C64: "
                                                "|c="
                                                "cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFB"
                                                "UWFxgZGhscHR4f,"
                                                "r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                                "p=SmmG1yuBZlVCk2EJhIfhLzRXsoOjWihO8SG6z+wDEfM=\n"
                                                "S64: 334 "
                                                "|v=SvfizvAzVzyK6DyZ4xGECzkVJAkYCszMtw8TNLohaIU="
                                                "\nC: \nS: 235 ok\n" REFUSED_MAIL);
    assert_string_equal(dialogue_told(&dialogue), WENT_ON);
    dialogue_end(&dialogue);
}

/* Without TLS there is nothing to be bound to. */
static const struct auth_case unbound[] = {
    {"PLUS alone cannot be used", OFFERED("SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS") BYE,
     TOLD("refused-auth at AUTH")},
};

static void plus_needs_tls(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    PLAY(&options, unbound);
}

/* -------------------------------------------------------------------------------------- MD5 --- */

static const struct auth_case md5[] = {
    {"CRAM-MD5 (RFC 2195 2)",
     OFFERED("PLAIN CRAM-MD5") "C: AUTH CRAM-MD5\nC.\n"
                               "S64: 334 |<1896.697170952@postoffice.reston.mci.net>\n"
                               "C64: |user 266f82bb2d1ace6729d2c573e4e004c6\nC.\nS: 235 "
                               "ok\n" REFUSED_MAIL,
     WENT_ON                         },
    {"an empty challenge is none",
     OFFERED("CRAM-MD5") "C: AUTH CRAM-MD5\nS: 334\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")},
    {"235 at once",                             OFFERED("CRAM-MD5") "C: AUTH CRAM-MD5\nS: 235 ok\n" BYE,
     TOLD("temporary 235 at AUTH")   },
    {"504 to DIGEST-MD5, and CRAM-MD5 is next",
     OFFERED("CRAM-MD5 DIGEST-MD5") "C: AUTH DIGEST-MD5\nS: 504 no\nC: AUTH CRAM-MD5\n"
                                    "S: 535 no\n" BYE,
     TOLD("refused-auth 535 at AUTH")},
    {"DIGEST-MD5 without a nonce is cancelled",
     OFFERED("DIGEST-MD5") "C: AUTH DIGEST-MD5\nS64: 334 |realm=\"x\",algorithm=md5-sess\nC: *\n"
                           "S: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")},
};

static void md5_mechanisms_answer_a_challenge(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    PLAY(&options, md5);
}

/* ------------------------------------------------------------------------------------- OAuth ---
 */

#define BEARER                                                                                     \
    OFFERED("PLAIN XOAUTH2 OAUTHBEARER")                                                           \
    "C64: AUTH OAUTHBEARER |n,a=user,\\1host=mail.example\\1port=587\\1auth=Bearer t0ken\\1\\1\n"
#define XOAUTH2                                                                                    \
    OFFERED("PLAIN LOGIN XOAUTH2") "C64: AUTH XOAUTH2 |user=user\\1auth=Bearer t0ken\\1\\1\n"
#define NO_TOKEN "S64: 334 |{\"status\":\"401\",\"schemes\":\"bearer\"}\n"

static const struct auth_case oauth[] = {
    {"OAUTHBEARER",                             BEARER "C.\nS: 235 ok\n" REFUSED_MAIL,          WENT_ON                         },
    {"… refused: one kvsep (RFC 7628 3.2.3)", BEARER NO_TOKEN "C: AQ==\nS: 535 no\n" BYE,
     TOLD("refused-auth 535 at AUTH")                                                                                           },
    {"… refused without an error step",       BEARER "S: 535 no\n" BYE,                       TOLD("refused-auth 535 at AUTH")},
    {"… 235 behind a refusal is no success",  BEARER NO_TOKEN "C: AQ==\nS: 235 ok\n" BYE,
     TOLD("temporary 235 at AUTH")                                                                                              },
    {"… refused twice",
     BEARER NO_TOKEN "C: AQ==\n" NO_TOKEN "C: *\nS: 501 no\n"
                     "C64: AUTH XOAUTH2 |user=user\\1auth=Bearer t0ken\\1\\1\nS: 535 no\n" BYE,
     TOLD("refused-auth 535 at AUTH")                                                                                           },
    {"XOAUTH2",                                 XOAUTH2 "C.\nS: 235 ok\n" REFUSED_MAIL,         WENT_ON                         },
    {"… refused: an empty line",              XOAUTH2 NO_TOKEN "C: \nS: 535 no\n" BYE,
     TOLD("refused-auth 535 at AUTH")                                                                                           },
    {"a password is not made of a token",       OFFERED("PLAIN LOGIN SCRAM-SHA-1") BYE,
     TOLD("refused-auth at AUTH")                                                                                               },
};

static void a_token_is_shown_and_a_refusal_answered(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    options.password = BYTES_NONE;
    options.token = BYTES_LITERAL("t0ken");
    PLAY(&options, oauth);
}

/* RFC 4954 4: the token of most providers is longer than the line may be. */
static void a_long_token_waits_for_334(void **state)
{
    struct smtp_client_options options = with_password();
    char token[3000];
    struct dialogue dialogue;

    (void)state;
    memset(token, 'x', sizeof token);
    options.password = BYTES_NONE;
    options.token = (struct bytes){token, sizeof token};
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    dialogue_play(&dialogue, OFFERED("XOAUTH2") "C: AUTH XOAUTH2\nC.\nS: 334 \n");
    assert_int_equal(dialogue.engine.ops->pending(dialogue.engine.self).size,
                     (3000 + 24 + 2) / 3 * 4 + 2);
    dialogue_end(&dialogue);
}

static void no_token_crosses_a_clear_connection(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    options.password = BYTES_NONE;
    options.token = BYTES_LITERAL("t0ken");
    options.plaintext_auth = false;
    check_session(&options, "b@b.example", MESSAGE, OFFERED("XOAUTH2 OAUTHBEARER") BYE,
                  TOLD("refused-auth at AUTH"));
}

/* ---------------------------------------------------------------------------------- EXTERNAL ---
 */

static const struct auth_case external[] = {
    {"an empty initial response is = (RFC 4954 4)",
     OFFERED("PLAIN EXTERNAL") "C: AUTH EXTERNAL =\nC.\nS: 235 ok\n" REFUSED_MAIL, WENT_ON                     },
    {"not offered",                                 OFFERED("PLAIN") BYE,          TOLD("refused-auth at AUTH")},
    {"AUTH after HELO",
     "S: 220 hi\nC: EHLO client.example\nS: 502 no\nC: HELO client.example\n"
     "S: 250 hi\n" BYE,
     TOLD("refused-auth at AUTH")                                                                              },
};

static void external_needs_no_user(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    options.has_mechanism = true;
    options.mechanism = SMTP_MECHANISM_EXTERNAL;
    PLAY(&options, external);
}

static void a_certificate_without_a_password_is_external(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    options.certificate = true;
    check_session(
        &options, "b@b.example", MESSAGE,
        OFFERED("EXTERNAL PLAIN") "C64: AUTH PLAIN |\\0user\\0pencil\nS: 235 ok\n" REFUSED_MAIL,
        WENT_ON);
    options.password = BYTES_NONE;
    check_session(&options, "b@b.example", MESSAGE,
                  OFFERED("EXTERNAL PLAIN") "C64: AUTH EXTERNAL |user\nS: 235 ok\n" REFUSED_MAIL,
                  WENT_ON);
}

/* ---------------------------------------------------------------------------------- the rest ---
 */

static const struct auth_case offers[] = {
    {"AUTH= of old servers",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 AUTH=PLAIN\n"
     "C64: AUTH PLAIN |\\0user\\0pencil\nS: 235 ok\n" REFUSED_MAIL,
     WENT_ON                         },
    {"lower case",                           OFFERED("plain") "C64: AUTH PLAIN |\\0user\\0pencil\nS: 235 ok\n" REFUSED_MAIL,
     WENT_ON                         },
    {"a name that only begins like one",     OFFERED("PLAIN2 PLAIN-CLIENTTOKEN") BYE,
     TOLD("refused-auth at AUTH")    },
    {"454",                                  OFFERED("PLAIN") "C64: AUTH PLAIN |\\0user\\0pencil\nS: 454 later\n" BYE,
     TOLD("temporary 454 at AUTH")   },
    {"a challenge that PLAIN does not have",
     OFFERED("PLAIN") "C64: AUTH PLAIN |\\0user\\0pencil\nS64: 334 |more\nC: *\nS: 501 ok\n" BYE,
     TOLD("refused-auth 334 at AUTH")},
};

static void what_is_offered_is_read_as_servers_write_it(void **state)
{
    struct smtp_client_options options = with_password();

    (void)state;
    PLAY(&options, offers);
}

static void no_secret_is_in_a_trace(void **state)
{
    struct smtp_client_options options = with_password();
    struct dialogue dialogue;

    (void)state;
    options.trace = true;
    options.password = BYTES_NONE;
    options.token = BYTES_LITERAL("t0ken");
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", MESSAGE);
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, BEARER NO_TOKEN "C: AQ==\nS: 535 no\n" BYE);
    dialogue_take_events(&dialogue);
    assert_true(buf_append_octet(&dialogue.trace, '\0'));
    assert_non_null(strstr(dialogue.trace.data, "C: AUTH OAUTHBEARER {secret}\n"));
    assert_null(strstr(dialogue.trace.data, "biw"));
    assert_null(strstr(dialogue.trace.data, "t0ken"));
    dialogue_end(&dialogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scram_needs_the_proof_of_the_server),
        cmocka_unit_test(scram_is_bound_to_tls),
        cmocka_unit_test(plus_needs_tls),
        cmocka_unit_test(md5_mechanisms_answer_a_challenge),
        cmocka_unit_test(a_token_is_shown_and_a_refusal_answered),
        cmocka_unit_test(a_long_token_waits_for_334),
        cmocka_unit_test(no_token_crosses_a_clear_connection),
        cmocka_unit_test(external_needs_no_user),
        cmocka_unit_test(a_certificate_without_a_password_is_external),
        cmocka_unit_test(what_is_offered_is_read_as_servers_write_it),
        cmocka_unit_test(no_secret_is_in_a_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
