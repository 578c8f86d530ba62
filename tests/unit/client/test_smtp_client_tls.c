/* test_smtp_client_tls.c - STARTTLS and implicit TLS, without any TLS: what the engine does. */
#include "dialogue.h"
#include "tests/support/unit.h"

#define MESSAGE "Subject: x\n\nhello\n"
#define OFFERED "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 STARTTLS\n"
#define STARTTLS "C: STARTTLS\nC.\n"
#define SECURED OFFERED STARTTLS "S: 220 go\nC.\n!tls\nC: EHLO client.example\nC.\n"
#define REFUSED_MAIL "C: MAIL FROM:<from@a.example>\nS: 550 no\n" BYE
#define BYE "C: QUIT\nC.\nS: 221 bye\n!wish-close\n!over\n"
#define TOLD(what) "b@b.example " what "\nmessage " what
#define WENT_ON TOLD("permanent 550 at MAIL")

struct tls_case {
    const char *name;
    const char *script;
    const char *told;
};

static struct smtp_client_options with_tls(enum smtp_client_tls tls)
{
    struct smtp_client_options options = dialogue_options();

    options.tls = tls;
    return options;
}

static void play_cases(const struct smtp_client_options *options, const struct tls_case *cases,
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        print_message("  %s\n", cases[i].name);
        check_session(options, "b@b.example", MESSAGE, cases[i].script, cases[i].told);
    }
}

#define PLAY(options, cases) play_cases(options, cases, sizeof(cases) / sizeof(cases)[0])

/* The same whether TLS is demanded or not. */
static const struct tls_case always[] = {
    {"EHLO is said again",                                        SECURED "S: 250 hi\n" REFUSED_MAIL,                             WENT_ON                          },
    {"named twice, and in lower case",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-starttls\nS: 250 STARTTLS\n" STARTTLS
     "S: 220 go\n!tls\nC: EHLO client.example\nS: 250 hi\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                       },
    {"220 on several lines",
     OFFERED STARTTLS "S: 220-go\nS: 220\n!tls\nC: EHLO client.example\nS: 250 hi\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                       },
    {"offered again under TLS (RFC 3207 4.2)",                    SECURED "S: 250-hi\nS: 250 STARTTLS\n" REFUSED_MAIL,
     WENT_ON                                                                                                                                                       },
    {"EHLO refused under TLS: HELO, and nothing of the old list",
     SECURED "S: 502 no\nC: HELO client.example\nS: 250 hi\n" REFUSED_MAIL,                                                       WENT_ON                          },
    {"the list before TLS is forgotten (RFC 3207 4.2)",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-SIZE 1\nS: 250-PIPELINING\n"
     "S: 250 STARTTLS\n" STARTTLS "S: 220 go\n!tls\nC: EHLO client.example\nS: 250 hi\n"
     "C: MAIL FROM:<from@a.example>\nC.\nS: 550 no\n" BYE,
     WENT_ON                                                                                                                                                       },
    {"what is offered only after TLS is used",
     SECURED "S: 250-hi\nS: 250 SIZE 1000\nC: MAIL FROM:<from@a.example> SIZE=21\nS: 550 no\n" BYE,
     WENT_ON                                                                                                                                                       },
    {"a reply behind the 220 is not read (RFC 3207 6)",
     OFFERED STARTTLS "S: 220 go\nS: 250 injected\n!tls-unread\n!over\n",                                                         NULL                             },
    {"nor is half a reply",                                       OFFERED STARTTLS "S= 220 go\\r\\n250-in\n!tls-unread\n!over\n", NULL                             },
    {"nor is an EHLO list",
     OFFERED STARTTLS "S: 220 go\nS: 250-hi\nS: 250 AUTH PLAIN\n!tls-unread\n!over\n",                                            NULL                             },
    {"a handshake that fails: nothing is said any more",
     OFFERED STARTTLS "S: 220 go\n!tls-fails\nC.\n!over\n",                                                                       NULL                             },
    {"a 220 that nothing asked for",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 STARTTLS\nS: 220 go\n" BYE,
     TOLD("temporary 220 at STARTTLS")                                                                                                                             },
    {"354",                                                       OFFERED STARTTLS "S: 354 go\n" BYE,                             TOLD("temporary 354 at STARTTLS")},
    {"421",                                                       OFFERED STARTTLS "S: 421 bye\n" BYE,                            TOLD("temporary 421 at STARTTLS")},
    {"199",                                                       OFFERED STARTTLS "S: 199 what\n" BYE,                           TOLD("permanent 199 at STARTTLS")},
    {"no reply",                                                  OFFERED STARTTLS "!deadline\n!wish-close\n!over\n",             TOLD("temporary at STARTTLS")    },
    {"closed in place of a reply",                                OFFERED STARTTLS "!closed\n!wish-close\n!over\n",
     TOLD("temporary at STARTTLS")                                                                                                                                 },
    {"a handshake that comes to no end",
     OFFERED STARTTLS "S: 220 go\n!deadline\nC.\n!wish-close\n!over\n",
     TOLD("temporary at STARTTLS")                                                                                                                                 },
    {"a connection that is lost in the handshake",                OFFERED STARTTLS "S: 220 go\n!reset\n!over\n",
     TOLD("temporary at STARTTLS")                                                                                                                                 },
};

static void after_starttls_only_tls_follows(void **state)
{
    static const enum smtp_client_tls modes[] = {SMTP_CLIENT_TLS_OPPORTUNISTIC,
                                                 SMTP_CLIENT_TLS_REQUIRED};
    size_t i;
    size_t mode;

    (void)state;
    for (mode = 0; mode < COUNT_OF(modes); mode++) {
        struct smtp_client_options options = with_tls(modes[mode]);
        const char *failed =
            mode == 0 ? TOLD("temporary at STARTTLS") : TOLD("refused-tls at STARTTLS");

        for (i = 0; i < COUNT_OF(always); i++) {
            print_message("  %s\n", always[i].name);
            check_session(&options, "b@b.example", MESSAGE, always[i].script,
                          always[i].told ? always[i].told : failed);
        }
    }
}

/* RFC 3207 4: "the client must decide whether or not to continue the SMTP session". */
static const struct tls_case opportunistic[] = {
    {"not offered",                       "S: 220 hi\nC: EHLO client.example\nS: 250 hi\n" REFUSED_MAIL, WENT_ON},
    {"HELO",
     "S: 220 hi\nC: EHLO client.example\nS: 502 no\nC: HELO client.example\n"
     "S: 250 hi\n" REFUSED_MAIL,
     WENT_ON                                                                                                    },
    {"454",                               OFFERED STARTTLS "S: 454 later\n" REFUSED_MAIL,                WENT_ON},
    {"500",                               OFFERED STARTTLS "S: 500 what\n" REFUSED_MAIL,                 WENT_ON},
    {"501",                               OFFERED STARTTLS "S: 501 what\n" REFUSED_MAIL,                 WENT_ON},
    {"502",                               OFFERED STARTTLS "S: 502 no\n" REFUSED_MAIL,                   WENT_ON},
    {"503",                               OFFERED STARTTLS "S: 503 no\n" REFUSED_MAIL,                   WENT_ON},
    {"250 is no go-ahead, nor a refusal", OFFERED STARTTLS "S: 250 ok\n" BYE,
     TOLD("temporary 250 at STARTTLS")                                                                          },
};

static void an_opportunistic_client_goes_on_in_the_clear(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_OPPORTUNISTIC);

    (void)state;
    PLAY(&options, opportunistic);
}

static const struct tls_case required[] = {
    {"not offered",        "S: 220 hi\nC: EHLO client.example\nS: 250 hi\n" BYE,
     TOLD("refused-tls at STARTTLS")                                                                                },
    {"HELO",
     "S: 220 hi\nC: EHLO client.example\nS: 502 no\nC: HELO client.example\n"
     "S: 250 hi\n" BYE,
     TOLD("refused-tls at STARTTLS")                                                                                },
    {"454 may go away",    OFFERED STARTTLS "S: 454 later\n" BYE,                TOLD("temporary 454 at STARTTLS")  },
    {"500",                OFFERED STARTTLS "S: 500 what\n" BYE,                 TOLD("refused-tls 500 at STARTTLS")},
    {"502",                OFFERED STARTTLS "S: 502 no\n" BYE,                   TOLD("refused-tls 502 at STARTTLS")},
    {"250 is no go-ahead", OFFERED STARTTLS "S: 250 ok\n" BYE,                   TOLD("refused-tls 250 at STARTTLS")},
};

static void where_tls_is_required_nothing_is_sent_without(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_REQUIRED);

    (void)state;
    PLAY(&options, required);
}

static const struct tls_case implicit[] = {
    {"TLS comes before the greeting",
     "!tls\nC.\nS: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 STARTTLS\n" REFUSED_MAIL,
     WENT_ON                                                                                                                  },
    {"no handshake",                  "!tls-fails\nC.\n!over\n",                               TOLD("refused-tls at STARTTLS")},
    {"no server",                     "!refused\n!over\n",                                     TOLD("temporary at greeting")  },
    {"nothing comes",                 "!deadline\nC.\n!wish-close\n!over\n",                   TOLD("temporary at greeting")  },
};

static void implicit_tls_is_made_before_anything_else(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_IMPLICIT);

    (void)state;
    PLAY(&options, implicit);
}

static void a_client_without_tls_lets_starttls_alone(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_NONE);

    (void)state;
    check_session(&options, "b@b.example", MESSAGE, OFFERED REFUSED_MAIL, WENT_ON);
}

/* Before TLS no password, whatever is offered there; behind it the new list counts alone. */
static void credentials_wait_for_tls(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_OPPORTUNISTIC);

    (void)state;
    options.user = BYTES_LITERAL("user");
    options.password = BYTES_LITERAL("secret");
    check_session(&options, "b@b.example", MESSAGE,
                  "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-AUTH PLAIN\n"
                  "S: 250 STARTTLS\n" STARTTLS
                  "S: 220 go\n!tls\nC: EHLO client.example\nS: 250-hi\n"
                  "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334\nC: dXNlcg==\nS: 334\nC: c2VjcmV0\n"
                  "S: 235 ok\n" REFUSED_MAIL,
                  WENT_ON);
    check_session(&options, "b@b.example", MESSAGE,
                  "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-AUTH PLAIN\n"
                  "S: 250 STARTTLS\n" STARTTLS
                  "S: 220 go\n!tls\nC: EHLO client.example\nS: 250 hi\n" BYE,
                  TOLD("refused-auth at AUTH"));
    check_session(&options, "b@b.example", MESSAGE,
                  "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-AUTH PLAIN\n"
                  "S: 250 STARTTLS\n" STARTTLS "S: 454 no\n" BYE,
                  TOLD("refused-auth at AUTH"));
}

static void abandoning_before_tls_says_nothing_in_the_clear(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_REQUIRED);
    static const char *const scripts[] = {OFFERED STARTTLS, OFFERED STARTTLS "S: 220 go\n"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(scripts); i++) {
        struct dialogue dialogue;

        dialogue_begin(&dialogue, &options);
        dialogue_submit(&dialogue, "b@b.example", MESSAGE);
        dialogue_play(&dialogue, scripts[i]);
        smtp_client_abandon(dialogue.client, "interrupted");
        dialogue_play(&dialogue, "C.\n!wish-close\n!over\n");
        assert_string_equal(dialogue_told(&dialogue), TOLD("temporary at STARTTLS"));
        dialogue_end(&dialogue);
    }
}

static void replies_cut_into_single_octets_change_nothing(void **state)
{
    struct smtp_client_options options = with_tls(SMTP_CLIENT_TLS_REQUIRED);
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(required); i++) {
        struct dialogue dialogue;

        dialogue_begin(&dialogue, &options);
        dialogue.cut = 1;
        dialogue_submit(&dialogue, "b@b.example", MESSAGE);
        smtp_client_finish(dialogue.client);
        dialogue_play(&dialogue, required[i].script);
        assert_string_equal(dialogue_told(&dialogue), required[i].told);
        dialogue_end(&dialogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_starttls_only_tls_follows),
        cmocka_unit_test(an_opportunistic_client_goes_on_in_the_clear),
        cmocka_unit_test(where_tls_is_required_nothing_is_sent_without),
        cmocka_unit_test(implicit_tls_is_made_before_anything_else),
        cmocka_unit_test(a_client_without_tls_lets_starttls_alone),
        cmocka_unit_test(credentials_wait_for_tls),
        cmocka_unit_test(abandoning_before_tls_says_nothing_in_the_clear),
        cmocka_unit_test(replies_cut_into_single_octets_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
