#include "fakeserver/transcript.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

static void a_record_is_copied_with_its_octets_and_facts(void **state)
{
    struct transcript *transcript = transcript_new();
    char octets[] = "QUIT\r\n";
    struct mail_data_facts facts = {.octets = 7, .ended = true};
    struct transcript_record record = {
        .kind = TRANSCRIPT_COMMAND, .octets = {octets, 6},
             .facts = &facts
    };

    (void)state;
    assert_true(transcript_add(transcript, &record, NULL));
    memset(octets, 'x', sizeof(octets));
    facts.octets = 8;
    assert_int_equal(transcript_count(transcript), 1);
    assert_string(transcript_at(transcript, 0)->octets, "QUIT\r\n");
    assert_int_equal(transcript_at(transcript, 0)->facts->octets, 7);
    transcript_free(transcript);
    transcript_free(NULL);
}

static void what_is_longer_than_a_record_is_shortened_and_says_so(void **state)
{
    static char octets[TRANSCRIPT_OCTETS_MAX + 1];
    struct transcript *transcript = transcript_new();
    struct transcript_record record = {
        .octets = {octets, sizeof(octets)}
    };

    (void)state;
    assert_true(transcript_add(transcript, &record, NULL));
    record.octets.size--;
    assert_true(transcript_add(transcript, &record, NULL));
    assert_int_equal(transcript_at(transcript, 0)->octets.size, TRANSCRIPT_OCTETS_MAX);
    assert_true(transcript_at(transcript, 0)->wire_octets == sizeof(octets));
    assert_true(transcript_at(transcript, 0)->notes & TRANSCRIPT_NOTE(SHORTENED));
    assert_false(transcript_at(transcript, 1)->notes & TRANSCRIPT_NOTE(SHORTENED));
    transcript_free(transcript);
}

static void a_transcript_has_a_limit(void **state)
{
    struct transcript *transcript = transcript_new();
    struct transcript_record record = {.kind = TRANSCRIPT_QUIET};
    struct err err = {0};

    (void)state;
    for (size_t i = 0; i < TRANSCRIPT_RECORDS_MAX; i++)
        assert_true(transcript_add(transcript, &record, &err));
    assert_false(transcript_add(transcript, &record, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(transcript_count(transcript), TRANSCRIPT_RECORDS_MAX);
    transcript_free(transcript);
}

static bool add_many(void *context)
{
    static const struct mail_data_facts facts;
    struct transcript *transcript = transcript_new();
    struct transcript_record record = {.octets = BYTES_LITERAL("250 ok\r\n"), .facts = &facts};
    struct err err = {0};
    bool ok = transcript != NULL;

    (void)context;
    for (int i = 0; ok && i < 200; i++)
        ok = transcript_add(transcript, &record, &err);
    assert_true(ok || !transcript || err.kind == ERR_MEMORY);
    transcript_free(transcript);
    return ok;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(fail_alloc_each(add_many, NULL) > 5);
}

static void variations_have_words_of_their_own(void **state)
{
    (void)state;
    for (unsigned a = 0; a < VARIATION_COUNT; a++)
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(variation_word((enum variation)a),
                                    variation_word((enum variation)b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_copied_with_its_octets_and_facts),
        cmocka_unit_test(what_is_longer_than_a_record_is_shortened_and_says_so),
        cmocka_unit_test(a_transcript_has_a_limit),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(variations_have_words_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
