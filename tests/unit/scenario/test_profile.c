#include "fakeserver/profile.h"

#include "tests/support/unit.h"

static void every_profile_and_every_stand_is_found_by_its_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        enum profile profile;

        assert_true(profile_from_word(bytes_of(profile_word((enum profile)i)), &profile));
        assert_int_equal(profile, i);
        assert_true(strlen(profile_says(profile)) > 0);
    }
    for (unsigned i = 0; i < STAND_COUNT; i++) {
        enum stand stand;

        assert_true(stand_from_word(bytes_of(stands[i].word), &stand));
        assert_int_equal(stand, i);
    }
}

static void other_words_are_none(void **state)
{
    enum profile profile;
    enum stand stand;

    (void)state;
    assert_false(profile_from_word(BYTES_LITERAL("Strict"), &profile));
    assert_false(profile_from_word(BYTES_LITERAL(""), &profile));
    assert_false(stand_from_word(BYTES_LITERAL("bare"), &stand));
}

/* A stand with the same answer everywhere would be a rule. */
static void each_stand_has_an_answer_in_each_profile_and_not_the_same_in_all(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STAND_COUNT; i++) {
        bool differs = false;

        for (unsigned j = 0; j < PROFILE_COUNT; j++) {
            assert_true(stands[i].answers[j] != STAND_OPEN);
            differs = differs || stands[i].answers[j] != stands[i].answers[0];
        }
        assert_true(differs);
        assert_true(strlen(stands[i].what) > 0 && strncmp(stands[i].source, "RFC ", 4) == 0);
    }
}

static void a_profile_takes_what_names_no_stand_or_its_own_answer(void **state)
{
    enum stand_answer answers[STAND_COUNT] = {STAND_OPEN};

    (void)state;
    assert_true(profile_takes(PROFILE_DEFAULT, answers));
    assert_true(profile_takes(PROFILE_STRICT, answers));
    answers[STAND_BARE_LF] = STAND_FORBIDDEN;
    assert_false(profile_takes(PROFILE_DEFAULT, answers));
    assert_true(profile_takes(PROFILE_STRICT, answers));
    answers[STAND_BARE_LF] = STAND_ALLOWED;
    assert_true(profile_takes(PROFILE_DEFAULT, answers));
    assert_false(profile_takes(PROFILE_STRICT, answers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_and_every_stand_is_found_by_its_word),
        cmocka_unit_test(other_words_are_none),
        cmocka_unit_test(each_stand_has_an_answer_in_each_profile_and_not_the_same_in_all),
        cmocka_unit_test(a_profile_takes_what_names_no_stand_or_its_own_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
