#include "harness/profile/client_profile.h"
#include "tests/support/unit.h"
#include "tests/unit/judge/judge_fixture.h"

#include <stdio.h>
#include <stdlib.h>

/* Every trait says at least two things. */

#define MUCH                                                                                       \
    HELLO("S: 250-PIPELINING\nS: 250-SIZE 1000\nS: 250-8BITMIME\nS: 250-SMTPUTF8\nS: "             \
          "250-CHUNKING\n")
#define MAIL_WITH(parameters) "C: MAIL FROM:<a@x.example>" parameters "\nS: 250 ok\n"
#define BODY_OF(facts) DATA "D: ended octets=50 header_octets=20 " facts "\nS: 250 ok\n"
#define MAIL_OF(facts) PLAIN MAIL RCPT BODY_OF(facts) BYE
#define SAME "differs_at=-"
#define HANDSHAKE(facts) "+0.500 1 tls model secure tls " facts "\n"
#define SECURE(octets) "+0.600 1 command model secure \"" octets "\\r\\n\"\n"
#define STARTTLS                                                                                   \
    HELLO("S: 250-STARTTLS\n") "C: STARTTLS\nS: 220 go\n" HANDSHAKE("version=1.3 cipher=\"C\"")

/* clang-format off */
static const struct {
    const char *trait;
    const char *answer; /* NULL: not seen */
    const char *run;
} answers[] = {
    {"hello", "EHLO", PLAIN SENT BYE},
    {"hello", "HELO", GREETING "C: HELO c.example\nS: 250 ok\n" SENT BYE},
    {"hello", NULL, GREETING "!client-closed\n"},
    {"hello-fallback", "HELO", GREETING "C: EHLO c\nS: 502 no\nC: HELO c\nS: 250 ok\n" SENT BYE},
    {"hello-fallback", "QUIT", GREETING "C: EHLO c\nS: 502 no\n" BYE},
    {"hello-fallback", "closes", GREETING "C: EHLO c\nS: 502 no\n!client-closed\n"},
    {"hello-fallback", NULL, PLAIN BYE},
    {"hello-argument", "a domain", PLAIN BYE},
    {"hello-argument", "an address literal", GREETING "C: EHLO [127.0.0.1]\nS: 250 ok\n" BYE},
    {"hello-argument", "a name without a dot", GREETING "C: EHLO localhost\nS: 250 ok\n" BYE},
    {"hello-argument", "none", GREETING "C: EHLO\nS: 501 no\n" BYE},
    {"verb-case", "upper", PLAIN BYE},
    {"verb-case", "lower", GREETING "C: ehlo c.example\nS: 250 ok\nC: quit\nS: 221 bye\n"},
    {"verb-case", "mixed", GREETING "C: ehlo c.example\nS: 250 ok\n" BYE},
    {"pipelining", "no", MUCH SENT BYE},
    {"pipelining", "yes: RCPT DATA",
     MUCH "C: MAIL FROM:<a@x.example>\nC{early} RCPT TO:<b@y.example>\nC{early} DATA\n"
     "S: 250 ok\nS: 250 ok\nS: 354 go\n" CONTENT BYE},
    {"mail-size", "yes", MUCH MAIL_WITH(" SIZE=10") BYE},
    {"mail-size", "no", MUCH MAIL BYE},
    {"mail-size", NULL, MUCH BYE},
    {"mail-body", "7BIT", MUCH MAIL_WITH(" BODY=7BIT") BYE},
    {"mail-body", "no", MUCH MAIL BYE},
    {"mail-body-8bit", "8BITMIME", MUCH MAIL_WITH(" BODY=8BITMIME") BYE},
    {"mail-body-8bit", "no", MUCH MAIL_WITH(" SIZE=10") BYE},
    {"mail-smtputf8", "yes", MUCH MAIL_WITH(" SIZE=10 SMTPUTF8") BYE},
    {"mail-smtputf8", "no", MUCH MAIL_WITH(" SIZE=10") BYE},
    {"8bit-content", "sent as it is", MAIL_OF("eight_bit=3 " SAME)},
    {"8bit-content", "encoded in 7 bits", MAIL_OF("differs_at=4")},
    {"recipients", "one transaction", PLAIN MAIL RCPT RCPT DATA CONTENT BYE},
    {"recipients", "a transaction each", PLAIN SENT SENT BYE},
    {"recipients", "a connection each", PLAIN SENT BYE "@2\n" PLAIN SENT BYE},
    {"recipients", NULL, PLAIN SENT BYE},
    {"transfer", "DATA", MUCH SENT BYE},
    {"transfer", "BDAT",
     MUCH MAIL RCPT "C: BDAT 10 LAST\nK: ended octets=10 differs_at=-\nS: 250 ok\n" BYE},
    {"dots", "doubled", MAIL_OF(SAME)},
    {"dots", "not doubled", MAIL_OF("unstuffed_dots=1 differs_at=3")},
    {"dots", "not doubled", PLAIN MAIL RCPT BODY_OF("differs_at=3") "C: .dot\nS: 500 what\n" BYE},
    {"final-crlf", "none added", MAIL_OF(SAME)},
    {"final-crlf", "one added", MAIL_OF("differs_at=28")},
    {"final-crlf", NULL, MAIL_OF("differs_at=5")},
    {"header-added", "none", MAIL_OF(SAME)},
    {"header-added", "Date, Message-ID",
     MAIL_OF("header_extra=2 date_fields=1 " SAME " own_names=\"Date, Message-ID\"")},
    {"header-added", "none with a proper name", MAIL_OF("header_extra=1 own_bad_names=1 " SAME)},
    {"header-changed", "no", MAIL_OF(SAME)},
    {"header-changed", "yes", MAIL_OF("header_differs=1 " SAME)},
    {"quit", "QUIT", PLAIN SENT BYE},
    {"quit", "closes without it", PLAIN SENT "!client-closed\n"},
    {"quit", NULL, PLAIN SENT "!server-closed\n!client-closed\n"},
    {"quit-waits", "yes", PLAIN SENT BYE},
    {"quit-waits", "no", PLAIN SENT "C: QUIT\n!client-closed\n"},
    {"quit-waits", NULL, PLAIN SENT "!client-closed\n"},
    {"connections", "one for both", PLAIN SENT SENT BYE},
    {"connections", "2 connections", PLAIN SENT BYE "@2\n" PLAIN SENT BYE},
    {"connections", NULL, PLAIN SENT BYE},
    {"between-mails", "nothing", PLAIN SENT SENT BYE},
    {"between-mails", "RSET", PLAIN SENT "C: RSET\nS: 250 ok\n" SENT BYE},
    {"between-mails", NULL, PLAIN SENT "C: RSET\nS: 250 ok\n" BYE},
    {"auth-mechanism", "PLAIN", AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" SENT BYE},
    {"auth-mechanism", "CRAM-MD5",
     AUTH "C: AUTH CRAM-MD5\nS: 334 abcd\nR: {secret}\nS: 535 no\nC: AUTH PLAIN {secret}\n"
     "S: 235 ok\n" SENT BYE},
    {"auth-mechanism", NULL, AUTH SENT BYE},
    {"auth-initial-response", "yes", AUTH "C: AUTH PLAIN {secret}\nS: 235 ok\n" SENT BYE},
    {"auth-initial-response", "no", AUTH "C: AUTH PLAIN\nS: 334 \nR: {secret}\nS: 235 ok\n" BYE},
    {"tls-version", "1.3", STARTTLS},
    {"tls-version", "1.2",
     HELLO("S: 250-STARTTLS\n") "C: STARTTLS\nS: 220 go\n" HANDSHAKE("version=1.2 cipher=\"C\"")},
    {"tls-version", NULL, PLAIN BYE},
    {"tls-server-name", "none", STARTTLS},
    {"tls-server-name", "mail.example",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\" name=\"mail.example\"")},
    {"tls-alpn", "none", STARTTLS},
    {"tls-alpn", "h2,smtp",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\" alpn-offer=\"h2,smtp\"")},
    {"tls-ehlo-again", "yes", STARTTLS SECURE("EHLO client.example")},
    {"tls-ehlo-again", "no: MAIL", STARTTLS SECURE("MAIL FROM:<a@x.example>")},
    {"tls-resumption", "no",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\"") "@2\n!connected\n"
     "+0.700 2 tls model secure tls version=1.3 cipher=\"C\"\n"},
    {"tls-resumption", "yes",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\"") "@2\n!connected\n"
     "+0.700 2 tls model secure tls version=1.3 resumed cipher=\"C\"\n"},
    {"tls-resumption", NULL, STARTTLS},
};
/* clang-format on */
#define ANSWER_COUNT (sizeof(answers) / sizeof(answers[0]))

static void each_trait_answers_by_what_the_run_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANSWER_COUNT; i++) {
        const struct profile_trait *trait = profile_trait_find(bytes_of(answers[i].trait));
        struct judge_fixture fixture;
        struct recipe recipe = {.name = BYTES_NONE};
        struct client_profile profile = {.client = "c", .version = "", .recipe = &recipe};
        struct bytes answer;
        judge_fixture_init(&fixture);
        judge_fixture_run(&fixture, answers[i].run);
        assert_non_null(trait);
        assert_true(client_profile_add(&profile, trait->run, fixture.transcript, fixture.arena,
                                       &fixture.err));
        answer = profile.answers[trait - profile_traits];
        if (answers[i].answer == NULL ? answer.data != NULL
                                      : !bytes_equal(answer, bytes_of(answers[i].answer)))
            fail_msg("%zu: %s: expected %s, got %.*s\n%s", i, answers[i].trait,
                     answers[i].answer != NULL ? answers[i].answer : "nothing", (int)answer.size,
                     answer.data != NULL ? answer.data : "", answers[i].run);
        judge_fixture_release(&fixture);
    }
}

static void every_trait_is_shown_to_say_two_things(void **state)
{
    (void)state;
    for (size_t i = 0; i < profile_trait_count; i++) {
        const char *first = NULL;
        bool second = false;
        for (size_t j = 0; j < ANSWER_COUNT; j++) {
            const char *answer = answers[j].answer;
            if (answer == NULL || strcmp(answers[j].trait, profile_traits[i].name) != 0)
                continue;
            if (first == NULL)
                first = answer;
            second = second || strcmp(first, answer) != 0;
        }
        if (!second)
            fail_msg("%s is not shown to say two things", profile_traits[i].name);
        assert_true(profile_trait_find(bytes_of(profile_traits[i].name)) == &profile_traits[i]);
    }
}

static void a_run_answers_the_traits_that_name_it_and_no_others(void **state)
{
    struct judge_fixture fixture;
    struct recipe recipe = {.name = BYTES_NONE};
    struct client_profile profile = {.client = "c", .version = "", .recipe = &recipe};
    (void)state;
    judge_fixture_init(&fixture);
    judge_fixture_run(&fixture, PLAIN SENT BYE);
    assert_true(
        client_profile_add(&profile, "plain", fixture.transcript, fixture.arena, &fixture.err));
    for (size_t i = 0; i < profile_trait_count; i++)
        if (strcmp(profile_traits[i].run, "plain") != 0)
            assert_null(profile.answers[i].data);
    judge_fixture_release(&fixture);
}

/* ---- whose habit it is ----------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *name;
    const char *recipe; /* behind `tells sent` and its kin */
    const char *trait;
    const char *run;
    enum profile_setter setter;
} setters[] = {
    {"a word", "run x --helo client.example\n", "hello-argument", PLAIN BYE, PROFILE_SET_BY_RECIPE},
    {"in a file, of any case", "run x\nfile rc\n    set hostname=CLIENT.example\n", "hello-argument",
     PLAIN BYE, PROFILE_SET_BY_RECIPE},
    {"in the environment", "run x\nenv H={dir}/client.example\n", "hello-argument", PLAIN BYE,
     PROFILE_SET_BY_RECIPE},
    {"a part of a longer word", "run x a@client.example client.example.net -client.example\n",
     "hello-argument", PLAIN BYE, PROFILE_SET_BY_CLIENT},
    {"another word", "run x --helo mail.example\n", "hello-argument", PLAIN BYE, PROFILE_SET_BY_CLIENT},
    {"an adapter", "adapter x\n", "hello-argument", PLAIN BYE, PROFILE_SET_BY_ADAPTER},
    {"an adapter, nothing seen", "adapter x\n", "tls-alpn", STARTTLS, PROFILE_SET_BY_CLIENT},
    {"one of many", "run x --header \"Date: x\"\n", "header-added",
     MAIL_OF("header_extra=2 " SAME " own_names=\"Message-ID, Date\""), PROFILE_SET_BY_RECIPE},
    {"the name of the run", "run x {tls-name}\n", "tls-server-name",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\" name=\"mail.example\""), PROFILE_SET_BY_RECIPE},
    {"the host alone", "run x {host}\n", "tls-server-name",
     "!connected\n" HANDSHAKE("version=1.3 cipher=\"C\" name=\"mail.example\""), PROFILE_SET_BY_CLIENT},
    {"what no word says", "run x QUIT\n", "quit", PLAIN BYE, PROFILE_SET_BY_CLIENT},
};
/* clang-format on */

static void what_a_recipe_sets_is_not_taken_for_the_clients_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
        const struct profile_trait *trait = profile_trait_find(bytes_of(setters[i].trait));
        struct judge_fixture fixture;
        struct recipe recipe;
        struct client_profile profile = {.client = "c", .version = "", .recipe = &recipe};
        char text[512];
        judge_fixture_init(&fixture);
        (void)snprintf(text, sizeof(text), "title x\n%stells sent\nexit 0 sent\nexit * failed\n",
                       setters[i].recipe);
        if (!recipe_parse("x", bytes_of(text), fixture.arena, &recipe, &fixture.err))
            fail_msg("%s: %s", setters[i].name, fixture.err.what);
        judge_fixture_run(&fixture, setters[i].run);
        assert_true(client_profile_add(&profile, trait->run, fixture.transcript, fixture.arena,
                                       &fixture.err));
        if (profile.setters[trait - profile_traits] != setters[i].setter)
            fail_msg("%s: set by %d", setters[i].name, profile.setters[trait - profile_traits]);
        judge_fixture_release(&fixture);
    }
}

/* ---- what changed ---------------------------------------------------------------------------- */

static char *changes_of(const struct client_profile *profile, const char *old, size_t *ret_changes,
                        struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    if (!client_profile_print_changes(profile, bytes_of(old), to, ret_changes, err))
        *ret_changes = SIZE_MAX;
    (void)fclose(to);
    return text;
}

static void a_profile_differs_from_another_and_not_from_itself(void **state)
{
    struct client_profile profile = {.client = "c", .version = "1"};
    struct err err;
    char *json = NULL;
    size_t size = 0;
    size_t changes = 9;
    FILE *to = open_memstream(&json, &size);
    (void)state;
    profile.answers[0] = BYTES_LITERAL("EHLO");
    assert_non_null(to);
    assert_true(client_profile_print_json(&profile, to, &err));
    (void)fclose(to);
    char *none = changes_of(&profile, json, &changes, &err);
    assert_int_equal(changes, 0);
    assert_string_equal(none, "");
    profile.answers[0] = BYTES_LITERAL("HELO");
    profile.answers[1] = BYTES_LITERAL("QUIT");
    char *two = changes_of(&profile, json, &changes, &err);
    assert_int_equal(changes, 2);
    assert_string_equal(two, "hello: was EHLO, is HELO  (RFC 5321 4.1.1.1)\n"
                             "hello-fallback: was (not seen), is QUIT  (RFC 5321 3.2)\n");
    free(none);
    free(two);
    free(json);
}

static void what_is_no_profile_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "{}",
                                        "{\"profile\": 1}",
                                        "{\"profile\": 2, \"traits\": []}",
                                        "{\"schema\": 1, \"scenarios\": []}"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct client_profile profile = {.client = "c", .version = ""};
        struct err err = {.kind = ERR_NONE};
        size_t changes = 0;
        free(changes_of(&profile, texts[i], &changes, &err));
        assert_int_equal(changes, SIZE_MAX);
        assert_int_equal(err.kind, ERR_SYNTAX);
    }
}

static void what_a_file_does_not_know_is_no_change(void **state)
{
    struct client_profile profile = {.client = "c", .version = ""};
    struct err err;
    size_t changes = 9;
    (void)state;
    profile.answers[0] = BYTES_LITERAL("EHLO");
    free(changes_of(&profile,
                    "{\"profile\": 1, \"traits\": [{\"name\": \"smell\", \"answer\": \"no\"}, {}, "
                    "7]}",
                    &changes, &err));
    assert_int_equal(changes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trait_answers_by_what_the_run_shows),
        cmocka_unit_test(every_trait_is_shown_to_say_two_things),
        cmocka_unit_test(a_run_answers_the_traits_that_name_it_and_no_others),
        cmocka_unit_test(what_a_recipe_sets_is_not_taken_for_the_clients_own),
        cmocka_unit_test(a_profile_differs_from_another_and_not_from_itself),
        cmocka_unit_test(what_is_no_profile_is_refused),
        cmocka_unit_test(what_a_file_does_not_know_is_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
