/* The laws of engines (base/engine.h) and of the model, over every scenario that there is. */
#include "fakeserver/model.h"
#include "tests/unit/fakeserver/talk.h"

#include "base/smtp_code.h"
#include "base/text.h"
#include "tests/support/fail_alloc.h"

#include <stdio.h>
#include <string.h>

/* A client that listens to nothing: every scenario hears the same. */
static const char deaf_client[] =
    "EHLO client.example\r\nAUTH PLAIN AGpva2VyQDE2My5leGFtcGxlAHMzY3JldC1wYXNz\r\n"
    "AUTH LOGIN\r\nam9rZXJAMTYzLmV4YW1wbGU=\r\nczNjcmV0LXBhc3M=\r\nSTARTTLS\r\n"
    "MAIL FROM:<joker@163.example> SIZE=100\r\nRCPT TO:<friend@example.org>\r\n"
    "RCPT TO:<b@example.org>\r\nDATA\r\nSubject: hello\r\n\r\nhello\r\n..\r\n.\r\n"
    "NOOP a\rb\r\nnoop\nMAIL FROM:<a@b>\r\nRSET\r\nBDAT 3\r\na\r\nVRFY x\r\nWHAT\r\n\r\n"
    "EHLO again\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\nQUIT\r\nNOOP\r\n";

enum { LIMIT_MS = 3600 * 1000, CUTS = 4, PATHS_MAX = 400 };

struct run {
    struct talk talk;
    bool parsed;
};

static void run_once(struct run *run, const char *path, size_t cut)
{
    struct fixture *fixture = &run->talk.scenario;
    struct fake_server_options options = {
        .connection = 1, .limit_ms = LIMIT_MS, .scenario = &fixture->scenario};

    talk_init(&run->talk);
    run->talk.cut = cut;
    run->talk.without_early = true;
    run->parsed = fixture_file(fixture, path, fixture_read(fixture->arena, path)) &&
                  fixture_instance(fixture, 0);
    if (!run->parsed)
        return;
    run->talk.server = fake_server_new(&options);
    assert_non_null(run->talk.server);
    run->talk.engine = fake_server_engine(run->talk.server);
    talk_say(&run->talk, deaf_client);
    talk_wait(&run->talk, 1000);
    talk_end(&run->talk, ENGINE_END_FIN);
    talk_wait(&run->talk, 2 * (uint64_t)LIMIT_MS);
}

static void must_be_equal(const char *path, size_t cut, struct bytes one, struct bytes other)
{
    size_t at = 0;

    while (at < one.size && at < other.size && one.data[at] == other.data[at])
        at++;
    if (!bytes_equal(one, other))
        print_error("%s, cut into %zu, differs at \"%s\", whole \"%s\"\n", path, cut,
                    text_show(bytes_after(other, at)).text, text_show(bytes_after(one, at)).text);
    assert_true(bytes_equal(one, other));
}

static void check_cutting(const char *path)
{
    static const size_t cuts[CUTS] = {0, 1, 3, 64};
    struct run whole;

    run_once(&whole, path, 0);
    for (size_t i = 0; whole.parsed && i < CUTS; i++) {
        struct run cut;

        run_once(&cut, path, cuts[i]);
        must_be_equal(path, cuts[i], buf_bytes(&whole.talk.log), buf_bytes(&cut.talk.log));
        must_be_equal(path, cuts[i], buf_bytes(&whole.talk.said), buf_bytes(&cut.talk.said));
        talk_release(&cut.talk);
    }
    if (whole.parsed) {
        assert_true(fake_server_is_over(whole.talk.server));
    }
    talk_release(&whole.talk);
}

static void cutting_the_input_changes_no_record_and_no_octet(void **state)
{
    (void)state;
    assert_true(fixture_each_file(SCENARIOS_FOLDER, check_cutting) > 50);
}

static void every_state_answers_every_command(void **state)
{
    (void)state;
    for (unsigned verb = 0; verb < SMTP_VERB_COUNT; verb++)
        for (unsigned phase = 0; phase < MODEL_PHASE_COUNT; phase++) {
            enum model_reply reply =
                model_table_reply((enum smtp_verb)verb, (enum model_phase)phase);

            assert_true(reply > MODEL_GREETING && reply < MODEL_REPLY_COUNT);
            assert_true(strncmp(model_replies[reply].source, "RFC ", 4) == 0 ||
                        strncmp(model_replies[reply].source, "draft-", 6) == 0);
            assert_true(smtp_code_is_grammatical(model_replies[reply].code));
        }
}

static void after_closing_nothing_is_ever_pending(void **state)
{
    static const char *const events[] = {"!close", "!half-close", "!reset"};

    (void)state;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        struct talk talk;
        char text[200];

        snprintf(text, sizeof(text), "title x\n\nS: 220 hi\nC: EHLO\nS: 250 a\n%s\n", events[i]);
        talk_init(&talk);
        talk_begin(&talk, text, NULL);
        talk_say(&talk, "EHLO x\r\n");
        talk.said_seen = talk.said.size;
        talk_says_and_hears(&talk, "MAIL FROM:<a@b>\r\nQUIT\r\n", "");
        talk_end(&talk, ENGINE_END_FIN);
        talk_wait(&talk, LIMIT_MS);
        talk_hears(&talk, "");
        assert_int_equal(0, talk.engine.ops->pending(talk.engine.self).size);
        assert_true(fake_server_is_over(talk.server));
        talk_release(&talk);
    }
}

static bool make_one(void *context)
{
    const struct fake_server_options *options = context;
    struct fake_server *server = fake_server_new(options);

    fake_server_free(server);
    return server != NULL;
}

static void every_allocation_may_fail(void **state)
{
    struct fixture fixture;
    struct fake_server_options options = {
        .connection = 1, .limit_ms = ENGINE_NEVER, .scenario = &fixture.scenario};

    (void)state;
    fixture_init(&fixture);
    fixture_must_parse(&fixture,
                       "title x\nsend user=u password=secret\n\n...\nC: /RCPT/\nS: 250 a\n");
    assert_true(fail_alloc_each(make_one, &options) >= 4);
    fixture_release(&fixture);
}

static void a_session_allocates_nothing(void **state)
{
    struct talk talk;
    size_t taken;

    (void)state;
    talk_init(&talk);
    talk_begin(&talk, "title x\nsend user=u password=secret\n\n...\nC: /RCPT/\nS: 250 a\n...\n",
               NULL);
    fail_alloc_at(0);
    taken = talk.engine.ops->receive(talk.engine.self, 0, BYTES_LITERAL("EHLO x\r\n"));
    assert_int_equal(8, taken);
    assert_int_equal(0, fail_alloc_count());
    talk_release(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_the_input_changes_no_record_and_no_octet),
        cmocka_unit_test(every_state_answers_every_command),
        cmocka_unit_test(after_closing_nothing_is_ever_pending),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_session_allocates_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
