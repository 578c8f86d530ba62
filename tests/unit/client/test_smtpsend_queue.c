#include "client/smtpsend_queue.h"

#include "tests/support/unit.h"

enum { MESSAGES = 2, RECIPIENTS = 3 };

static const struct bytes paths[RECIPIENTS] = {
    {"a@a.example", 11},
    {"b@b.example", 11},
    {"c@c.example", 11}
};

/* Hands out the next message, checks to whom it goes, and lets each have the outcome of its letter:
 * s sent, p permanent, t temporary, u unknown, n left to the next session, g no greeting. */
static void round_of(struct smtpsend_queue *queue, size_t message, const char *to,
                     const char *outcomes)
{
    struct smtp_message narrowed = {.forward_paths = paths, .forward_path_count = RECIPIENTS};
    size_t taken;

    assert_true(smtpsend_queue_take(queue, &taken));
    assert_int_equal(taken, message);
    smtpsend_queue_narrow(queue, &narrowed);
    assert_int_equal(narrowed.forward_path_count, strlen(to));
    for (size_t i = 0; i < narrowed.forward_path_count; i++) {
        struct smtp_client_event event = {.kind = SMTP_CLIENT_RECIPIENT, .recipient_index = i};

        assert_int_equal(narrowed.forward_paths[i].data[0], to[i]);
        event.recipient.outcome = outcomes[i] == 's'   ? SMTP_OUTCOME_SENT
                                  : outcomes[i] == 'p' ? SMTP_OUTCOME_PERMANENT
                                  : outcomes[i] == 'u' ? SMTP_OUTCOME_UNKNOWN
                                                       : SMTP_OUTCOME_TEMPORARY;
        event.next_session = outcomes[i] == 'n';
        event.stage = outcomes[i] == 'g' ? SMTP_STAGE_GREETING : SMTP_STAGE_RCPT;
        assert_int_equal(smtpsend_queue_note(queue, &event), to[i] - 'a');
    }
}

static void again(struct smtpsend_queue *queue, enum smtpsend_again expected)
{
    size_t message;

    assert_false(smtpsend_queue_take(queue, &message));
    assert_int_equal(smtpsend_queue_again(queue, expected == SMTPSEND_AGAIN_ELSEWHERE), expected);
    smtpsend_queue_begin(queue, expected);
}

static void without_a_session_another_address_is_next_and_only_for_what_missed_it(void **state)
{
    struct smtpsend_queue queue;

    (void)state;
    assert_true(smtpsend_queue_init(&queue, MESSAGES, RECIPIENTS));
    round_of(&queue, 0, "abc", "snt");
    round_of(&queue, 1, "abc", "nnn");
    again(&queue, SMTPSEND_AGAIN_AT_ONCE);
    round_of(&queue, 0, "b", "g");
    round_of(&queue, 1, "abc", "ggg");
    again(&queue, SMTPSEND_AGAIN_ELSEWHERE);
    round_of(&queue, 0, "b", "g");
    round_of(&queue, 1, "abc", "ggg");
    again(&queue, SMTPSEND_AGAIN_LATER); /* no address is left */
    round_of(&queue, 0, "bc", "ss");
    round_of(&queue, 1, "abc", "sss");
    again(&queue, SMTPSEND_AGAIN_NEVER);
    smtpsend_queue_release(&queue);
}

static void only_what_was_temporary_is_due_again(void **state)
{
    struct smtpsend_queue queue;

    (void)state;
    assert_true(smtpsend_queue_init(&queue, MESSAGES, RECIPIENTS));
    round_of(&queue, 0, "abc", "stp");
    round_of(&queue, 1, "abc", "ssu");
    again(&queue, SMTPSEND_AGAIN_LATER);
    round_of(&queue, 0, "b", "t");
    again(&queue, SMTPSEND_AGAIN_LATER);
    round_of(&queue, 0, "b", "s");
    again(&queue, SMTPSEND_AGAIN_NEVER);
    smtpsend_queue_release(&queue);
}

static void a_full_session_is_followed_at_once(void **state)
{
    struct smtpsend_queue queue;

    (void)state;
    assert_true(smtpsend_queue_init(&queue, MESSAGES, RECIPIENTS));
    round_of(&queue, 0, "abc", "snt");
    round_of(&queue, 1, "abc", "nnn");
    again(&queue, SMTPSEND_AGAIN_AT_ONCE);
    round_of(&queue, 0, "b", "s");
    round_of(&queue, 1, "abc", "nnn");
    again(&queue, SMTPSEND_AGAIN_AT_ONCE);
    round_of(&queue, 1, "abc", "sss");
    again(&queue, SMTPSEND_AGAIN_LATER);
    round_of(&queue, 0, "c", "s");
    again(&queue, SMTPSEND_AGAIN_NEVER);
    smtpsend_queue_release(&queue);
}

/* A server that is full from the start is not asked over and over. */
static void a_session_without_progress_is_followed_later(void **state)
{
    struct smtpsend_queue queue;

    (void)state;
    assert_true(smtpsend_queue_init(&queue, 1, 1));
    round_of(&queue, 0, "a", "n");
    again(&queue, SMTPSEND_AGAIN_LATER);
    round_of(&queue, 0, "a", "s");
    again(&queue, SMTPSEND_AGAIN_NEVER);
    smtpsend_queue_release(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_temporary_is_due_again),
        cmocka_unit_test(without_a_session_another_address_is_next_and_only_for_what_missed_it),
        cmocka_unit_test(a_full_session_is_followed_at_once),
        cmocka_unit_test(a_session_without_progress_is_followed_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
