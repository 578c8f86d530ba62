/* TLS: STARTTLS of the model and of a dialogue, implicit TLS, and what is forgotten with it. */
#include "tests/unit/fakeserver/talk.h"

#define HEAD "title x\nsend from=me@client.example to=you@server.example tls=starttls\n"
#define GREETING "220 server.example ESMTP ready\r\n"

static void begin(struct talk *talk, const char *scenario)
{
    talk_init(talk);
    talk->tls =
        (struct tls_facts){.ok = true, .version = TLS_VERSION_1_3, .server_name = bytes_of("mx")};
    talk_begin(talk, scenario, NULL);
}

static void the_model_offers_starttls_in_the_clear_and_auth_inside(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, "title x\nsend user=joker password=s3cret-pass tls=starttls\n\n...\n");
    talk_hears(&talk, GREETING);
    talk_says_and_hears(&talk, "EHLO client.example\r\n",
                        "250-server.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n"
                        "250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n250-VRFY\r\n"
                        "250 STARTTLS\r\n");
    talk_says_and_hears(&talk, "AUTH PLAIN AGEAYg==\r\n", "502 5.5.1 AUTH is not offered\r\n");
    talk_says_and_hears(&talk, "STARTTLS\r\n", "220 2.0.0 ready to start TLS\r\n");
    assert_int_equal(ENGINE_WISH_TLS, talk.carried_out);
    talk_noted(&talk, "tls model:0 \"\" tls 1.3 name=mx trouble=\n");
    talk_says_and_hears(&talk, "MAIL FROM:<a@b.example>\r\n", "503 send EHLO or HELO first\r\n");
    talk_says_and_hears(&talk, "EHLO client.example\r\n",
                        "250-server.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n"
                        "250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n250-VRFY\r\n"
                        "250 AUTH PLAIN LOGIN\r\n");
    talk_says_and_hears(&talk, "STARTTLS\r\n", "502 5.5.1 STARTTLS is not offered\r\n");
    talk_release(&talk);
}

static void offers_have_their_time(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "offer STARTTLS\noffer SIZE 100 when plain\noffer STARTTLS when tls\n"
                      "offer DSN when tls\n\n...\n");
    talk_hears(&talk, GREETING);
    talk_says_and_hears(&talk, "EHLO a.example\r\n",
                        "250-server.example\r\n250-STARTTLS\r\n250 SIZE 100\r\n");
    talk_says_and_hears(&talk, "STARTTLS\r\n", "220 ready to start TLS\r\n");
    talk_says_and_hears(&talk, "EHLO a.example\r\n",
                        "250-server.example\r\n250-STARTTLS\r\n250 DSN\r\n");
    talk_release(&talk);
}

static void implicit_tls_comes_before_the_greeting(void **state)
{
    struct talk talk;

    (void)state;
    talk_init(&talk);
    talk.tls = (struct tls_facts){.ok = true, .version = TLS_VERSION_1_2};
    talk_begin(&talk, "title x\nsend tls=implicit\ntls cert=expired\n\nC: EHLO\nS: 250 hi\n...\n",
               NULL);
    talk_noted(&talk, "connected -:0 \"\"\ntls -:0 \"\" tls 1.2 name= trouble=\nreply model:0");
    talk_hears(&talk, GREETING);
    talk_says_and_hears(&talk, "EHLO a.example\r\n", "250 hi\r\n");
    talk_release(&talk);
}

static void a_dialogue_says_which_tls(void **state)
{
    struct talk talk;
    const struct tls_demand *demand;

    (void)state;
    talk_init(&talk);
    talk.refuses_tls = true;
    talk.tls.trouble = bytes_of("certificate expired");
    talk_begin(&talk,
               HEAD "tls cert=wrong-host\n\n...\nC: STARTTLS\nS: 220 go\n"
                    "!tls cert=expired version=..1.2\neither\n  C: EHLO\n  S: 250 hi\nor\n"
                    "  !closed\nend\n",
               NULL);
    talk_say(&talk, "EHLO a.example\r\nSTARTTLS\r\n");
    demand = talk.engine.ops->tls_demand(talk.engine.self);
    assert_int_equal(demand->cert, TLS_CERT_EXPIRED);
    assert_int_equal(demand->at_most, TLS_VERSION_1_2);
    talk_noted(&talk, "tls-failed dialogue:8 \"\" tls any name= trouble=certificate expired\n");
    talk_not_noted(&talk, "unreached");
    assert_true(fake_server_is_over(talk.server));
    talk_release(&talk);
}

static void a_demand_of_the_head_serves_starttls_of_the_model(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "tls cert=wrong-host\n\n...\n");
    talk_say(&talk, "EHLO a.example\r\nSTARTTLS\r\n");
    assert_int_equal(talk.engine.ops->tls_demand(talk.engine.self)->cert, TLS_CERT_WRONG_HOST);
    talk_release(&talk);
}

static void a_half_line_in_the_clear_is_forgotten(void **state)
{
    struct talk talk;

    (void)state;
    begin(&talk, HEAD "\n...\nC: STARTTLS\nS: 220 go\nS= \"250-frag\"\n!tls\n...\n");
    talk_say(&talk, "EHLO a.example\r\n");
    talk_say(&talk, "STARTTLS\r\n");
    talk_say(&talk, "EHLO a.example\r\n");
    talk_noted(&talk, "tls dialogue:8");
    talk_not_noted(&talk, "early");
    talk.said_seen = talk.said.size;
    talk_says_and_hears(&talk, "NOOP\r\n", "250 2.0.0 ok\r\n");
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_offers_starttls_in_the_clear_and_auth_inside),
        cmocka_unit_test(offers_have_their_time),
        cmocka_unit_test(implicit_tls_comes_before_the_greeting),
        cmocka_unit_test(a_dialogue_says_which_tls),
        cmocka_unit_test(a_demand_of_the_head_serves_starttls_of_the_model),
        cmocka_unit_test(a_half_line_in_the_clear_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
