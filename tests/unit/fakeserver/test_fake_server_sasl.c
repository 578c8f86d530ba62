/* AUTH with proofs, led by the model and by a dialogue. */
#include "tests/unit/fakeserver/talk.h"

#define HEAD "title x\nsend user=tim password=tanstaaftanstaaf\n"
#define GREETING "220 server.example ESMTP ready\r\n"

static void begin(struct talk *talk, const char *scenario, const char *heard)
{
    talk_init(talk);
    talk_begin(talk, scenario, NULL);
    talk_hears(talk, GREETING);
    talk_says_and_hears(talk, "EHLO a.example\r\n", heard);
}

static void a_dialogue_has_the_challenge_of_an_rfc(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk,
          HEAD "offer AUTH CRAM-MD5\n\n...\nC: AUTH CRAM-MD5\nS: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3Rv"
               "ZmZpY2UucmVzdG9uLm1jaS5uZXQ+\nC: /.*/\nS: 235 ok\n...\n",
          "250-server.example\r\n250 AUTH CRAM-MD5\r\n");
    talk_say(&talk, "AUTH CRAM-MD5\r\n");
    talk_say(&talk, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n");
    talk_noted(&talk, "response dialogue:8 authenticated \"{secret}\\r\\n\"");
    talk_release(&talk);
}

static void the_model_says_what_it_thinks_of_a_proof(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer AUTH CRAM-MD5 SCRAM-SHA-1\n\n...\n",
          "250-server.example\r\n250 AUTH CRAM-MD5 SCRAM-SHA-1\r\n");
    talk_say(&talk, "AUTH CRAM-MD5\r\n");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n",
                        "535 credentials invalid\r\n");
    talk_noted(&talk, "response model:0 wrong-credentials \"{secret}\\r\\n\"");
    talk_says_and_hears(&talk, "AUTH SCRAM-SHA-1\r\n", "334 \r\n");
    talk_says_and_hears(&talk, "*\r\n", "501 cancelled\r\n");
    talk_says_and_hears(&talk, "AUTH DIGEST-MD5\r\n", "504 unknown mechanism\r\n");
    talk_release(&talk);
}

static void challenges_of_one_seed_are_the_same(void **state)
{
    struct talk talk[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(&talk[i], HEAD "offer AUTH DIGEST-MD5\n\n...\n",
              "250-server.example\r\n250 AUTH DIGEST-MD5\r\n");
        talk_say(&talk[i], "AUTH DIGEST-MD5\r\n*\r\nAUTH DIGEST-MD5\r\n");
    }
    assert_bytes(buf_bytes(&talk[0].said), buf_bytes(&talk[1].said));
    talk_release(&talk[0]);
    talk_release(&talk[1]);
}

/* 334 and 12288 octets (RFC 4954 4). */
static void a_challenge_fills_a_line(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer AUTH CRAM-MD5\nsasl fault=long\n\n...\n",
          "250-server.example\r\n250 AUTH CRAM-MD5\r\n");
    talk_say(&talk, "AUTH CRAM-MD5\r\n");
    assert_in_range(talk.said.size - talk.said_seen, 12000, 12288 + 6);
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dialogue_has_the_challenge_of_an_rfc),
        cmocka_unit_test(the_model_says_what_it_thinks_of_a_proof),
        cmocka_unit_test(challenges_of_one_seed_are_the_same),
        cmocka_unit_test(a_challenge_fills_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
