/* Harmless differences have names; everything else is a departure. */
#include "tests/unit/fakeserver/talk.h"

#include <stdio.h>

#define SEND                                                                                       \
    "title x\nsend from=me@client.example to=you@server.example user=joker password=s3cret-pass\n"
#define PLAIN "AUTH PLAIN AGpva2VyAHMzY3JldC1wYXNz\r\n"
#define USER "am9rZXI=\r\n"
#define PASSWORD "czNjcmV0LXBhc3M=\r\n"

struct variation_case {
    const char *name;
    const char *scenario;
    const char *inputs[8];
    const char *noted;
    const char *said_last; /* NULL: not looked at */
};

static const char strict[] =
    "\nS: 220 hi\nC: EHLO\nS: 250-a\nS: 250-CHUNKING\nS: 250-AUTH PLAIN LOGIN\nS: 250 SIZE\n"
    "C: MAIL FROM:<me@client.example> SIZE=1 AUTH=<>\nS: 250 b\nC: RCPT\nS: 250 c\nC: DATA\n"
    "S: 354 d\nC: .\nS: 250 e\nC: QUIT\nS: 221 f\n";

static const char helo[] = "\nS: 220 hi\nC: HELO\nS: 250 a\nC: QUIT\nS: 221 b\n";
static const char fallback[] =
    "\nS: 220 hi\nC: EHLO\nS: 502 no\nC: EHLO\nS: 250 a\nC: QUIT\nS: 221 b\n";

#define MAIL "MAIL FROM:<me@client.example> SIZE=1 AUTH=<>\r\n"

static const struct variation_case cases[] = {
    {"HELO first",                    strict, {"HELO x\r\n"},                                                                  "dialogue:5 harmless (helo-first)",       NULL                                                           },
    {"HELO fallback",
     fallback,                                {"EHLO x\r\n", "HELO x\r\n"},
     "dialogue:7 harmless (helo-fallback)",                                                                                                                              "250 a\r\n"                                                    },
    {"EHLO for HELO",                 helo,   {"EHLO x\r\n"},                                                                  "dialogue:5 harmless (ehlo-for-helo)",    "250 a\r\n"                                                    },
    {"EHLO again",
     strict,                                  {"EHLO x\r\n", "EHLO x\r\n"},
     "dialogue:10 harmless (ehlo-again)",                                                                                                                                "250-a\r\n250-CHUNKING\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE\r\n"},
    {"NOOP",                          strict, {"EHLO x\r\n", "NOOP\r\n"},                                                      "model:10 harmless (noop)",               "250 ok\r\n"                                                   },
    {"VRFY",                          strict, {"EHLO x\r\n", "VRFY a\r\n"},                                                    "model:10 harmless (vrfy)",               NULL                                                           },
    {"HELP",                          strict, {"EHLO x\r\n", "HELP\r\n"},                                                      "model:10 harmless (help)",               NULL                                                           },
    {"RSET without a transaction",
     strict,                                  {"EHLO x\r\n", "RSET\r\n"},
     "model:10 harmless (rset)",                                                                                                                                         "250 ok\r\n"                                                   },
    {"RSET in a transaction departs",
     strict,                                  {"EHLO x\r\n", MAIL, "RSET\r\n"},
     "model:12 departure \"RSET",                                                                                                                                        NULL                                                           },
    {"another order of parameters",
     strict,                                  {"EHLO x\r\n", "MAIL FROM:<me@client.example> AUTH=<> SIZE=1\r\n"},
     "dialogue:10 harmless (parameter-order)",                                                                                                                           "250 b\r\n"                                                    },
    {"one parameter more",
     strict,                                  {"EHLO x\r\n", "MAIL FROM:<me@client.example> SIZE=1 AUTH=<> BODY=7BIT\r\n"},
     "dialogue:10 harmless (extra-parameter)",                                                                                                                           "250 b\r\n"                                                    },
    {"one parameter less departs",
     strict,                                  {"EHLO x\r\n", "MAIL FROM:<me@client.example> SIZE=1\r\n"},
     "model:10 departure",                                                                                                                                               NULL                                                           },
    {"AUTH unasked",
     strict,                                  {"EHLO x\r\n", PLAIN},
     "model:10 password,authenticated,harmless (auth-unasked)",                                                                                                          "235 authenticated\r\n"                                        },
    {"AUTH LOGIN unasked",
     strict,                                  {"EHLO x\r\n", "AUTH LOGIN\r\n", USER, PASSWORD},
     "response model:0 password,authenticated \"{secret}",                                                                                                               "235 authenticated\r\n"                                        },
    {"BDAT for DATA",
     strict,                                  {"EHLO x\r\n", MAIL, "RCPT TO:<a@b>\r\n", "BDAT 3\r\na\r\n", "BDAT 0 LAST\r\n"},
     "dialogue:16 harmless (bdat-for-data) \"BDAT 0 LAST",                                                                                                               "250 e\r\n"                                                    },
    {"lower-case verbs",              strict, {"ehlo x\r\n"},                                                                  "dialogue:5 harmless (lower-case-verbs)", NULL                                                           },
    {"QUIT may come at any time",
     strict,                                  {"EHLO x\r\n", "QUIT\r\n"},
     "server-closed model:10 unreached",                                                                                                                                 NULL                                                           },
};

static void harmless_differences_have_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct talk talk;
        char text[1000];

        snprintf(text, sizeof(text), SEND "%s", cases[i].scenario);
        talk_init(&talk);
        talk_begin(&talk, text, NULL);
        for (size_t j = 0; j < 8 && cases[i].inputs[j]; j++) {
            talk.said_seen = talk.said.size;
            talk_say(&talk, cases[i].inputs[j]);
        }
        talk_noted(&talk, cases[i].noted);
        if (cases[i].said_last)
            talk_hears(&talk, cases[i].said_last);
        talk_release(&talk);
    }
}

/* The whole chapter on AUTH: what is written, what the client does, how it ends. */
#define OFFER "offer AUTH PLAIN LOGIN\n"
static const char plain_initial[] = OFFER "\n...\nC: AUTH PLAIN\nS: 235 done\n...\n";
static const char plain_refused[] = OFFER "\n...\nC: AUTH PLAIN\nS: 535 no\n...\n";
static const char plain_asked[] = OFFER "\n...\nC: AUTH PLAIN\nS: 334\nC: *\nS: 235 done\n...\n";
static const char login[] = OFFER "\n...\nC: AUTH LOGIN\nS: 334 AAAA\nC: {base64 {user}}\nS: 334 "
                                  "BBBB\nC: {base64 {password}}\nS: 235 done\n...\n";
static const char login_refused[] =
    OFFER "\n...\nC: AUTH LOGIN\nS: 334 AAAA\nC: {base64 {user}}\nS: 535 no\n...\n";

static const struct variation_case exchanges[] = {
    {"as written",
     plain_initial,                                                                   {PLAIN},
     "command dialogue:6 password,authenticated \"",                                                                                                                   "235 done\r\n"               },
    {"no initial response",
     plain_initial,                                                                   {"AUTH PLAIN\r\n", "AGpva2VyAHMzY3JldC1wYXNz\r\n"},
     "command model:6 harmless (auth-no-initial-response)",                                                                                                            "235 done\r\n"               },
    {"an initial response",
     plain_asked,                                                                     {PLAIN},
     "command dialogue:9 password,authenticated,harmless (auth-initial-response)",                                                                                     "235 done\r\n"               },
    {"a refusal needs no response",
     plain_refused,                                                                   {"AUTH PLAIN\r\n"},
     "command dialogue:6 \"",                                                                                                                                          "535 no\r\n"                 },
    {"LOGIN as written",
     login,                                                                           {"AUTH LOGIN\r\n", USER, PASSWORD},
     "response dialogue:10 password,authenticated",                                                                                                                    "235 done\r\n"               },
    {"LOGIN with the name at once",
     login,                                                                           {"AUTH LOGIN am9rZXI=\r\n", PASSWORD},
     "command model:6 user,harmless (auth-initial-response) \"AUTH LOGIN am9rZXI=",                                                                                    "235 done\r\n"               },
    {"PLAIN for LOGIN",                                                login,         {PLAIN},                                            "harmless (auth-mechanism)", "235 done\r\n"               },
    {"PLAIN for LOGIN without initial response",
     login,                                                                           {"AUTH PLAIN\r\n", "AGpva2VyAHMzY3JldC1wYXNz\r\n"},
     "command model:6 harmless (auth-mechanism)",                                                                                                                      "235 done\r\n"               },
    {"PLAIN for a refused LOGIN",                                      login_refused, {PLAIN},                                            "(auth-mechanism)",          "535 no\r\n"                 },
    {"LOGIN with the name at once, refused",
     login_refused,                                                                   {"AUTH LOGIN am9rZXI=\r\n"},
     "(auth-initial-response)",                                                                                                                                        "535 no\r\n"                 },
    {"LOGIN for PLAIN",
     plain_initial,                                                                   {"AUTH LOGIN\r\n", USER, PASSWORD},
     "command model:6 harmless (auth-mechanism)",                                                                                                                      "235 done\r\n"               },
    {"wrong credentials the other way round are refused by the model",
     plain_initial,                                                                   {"AUTH LOGIN\r\n", USER, USER},
     "wrong-credentials",                                                                                                                                              "535 credentials invalid\r\n"},
    {"the model's exchange is cancelled",
     plain_initial,                                                                   {"AUTH PLAIN\r\n", "*\r\n", PLAIN},
     "response model:0 cancel",                                                                                                                                        "235 done\r\n"               },
    {"a mechanism that is not offered",
     login,                                                                           {"AUTH CRAM-MD5\r\n"},
     "command model:0 \"AUTH CRAM-MD5",                                                                                                                                "504 unknown mechanism\r\n"  },
};

static void an_exchange_ends_as_the_dialogue_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++) {
        struct talk talk;
        char text[1000];

        snprintf(text, sizeof(text), SEND "%s", exchanges[i].scenario);
        talk_init(&talk);
        talk_begin(&talk, text, NULL);
        talk_say(&talk, "EHLO x\r\n");
        for (size_t j = 0; j < 8 && exchanges[i].inputs[j]; j++) {
            talk.said_seen = talk.said.size;
            talk_say(&talk, exchanges[i].inputs[j]);
        }
        talk_noted(&talk, exchanges[i].noted);
        talk_hears(&talk, exchanges[i].said_last);
        talk_not_noted(&talk, "departure");
        talk_release(&talk);
    }
}

static void a_client_that_closes_where_quit_is_waited_for_varies(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk_begin(&talk, SEND "\nS: 220 hi\nC: EHLO\nS: 502 no\nC: QUIT\nS: 221 bye\n", NULL);
    talk_say(&talk, "EHLO x\r\n");
    talk_end(&talk, ENGINE_END_FIN);
    talk_noted(&talk, "client-closed -:7 harmless (close-without-quit)");
    talk_not_noted(&talk, "unreached");
    talk_release(&talk);
}

static void an_invitation_refused_is_given_to_a_chunk_too(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk_begin(&talk, SEND "offer CHUNKING\n\n...\nC: DATA\nS: 554 no\n...\n", NULL);
    talk_say(&talk, "EHLO x\r\n");
    talk_say(&talk, "MAIL FROM:<a@b>\r\n");
    talk_say(&talk, "RCPT TO:<a@b>\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "BDAT 3 LAST\r\na\r\n", "554 no\r\n");
    talk_noted(&talk, "command dialogue:6 harmless (bdat-for-data)");
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_differences_have_names),
        cmocka_unit_test(an_exchange_ends_as_the_dialogue_says),
        cmocka_unit_test(a_client_that_closes_where_quit_is_waited_for_varies),
        cmocka_unit_test(an_invitation_refused_is_given_to_a_chunk_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
