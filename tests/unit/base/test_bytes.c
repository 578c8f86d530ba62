#include "base/bytes.h"

#include "tests/support/unit.h"

static void slices_are_clamped_to_the_span(void **state)
{
    struct bytes abc = BYTES_LITERAL("abc");

    (void)state;
    assert_string(bytes_slice(abc, 1, 2), "b");
    assert_string(bytes_slice(abc, 1, 9), "bc");
    assert_string(bytes_slice(abc, 7, 9), "");
    assert_string(bytes_slice(abc, 2, 1), "");
    assert_string(bytes_after(abc, 2), "c");
    assert_string(bytes_after(abc, 3), "");
    assert_int_equal(bytes_slice(BYTES_NONE, 0, 5).size, 0);
}

static void trimming_takes_blanks_from_both_ends(void **state)
{
    (void)state;
    assert_string(bytes_trim(BYTES_LITERAL(" \t a b\r\n")), "a b");
    assert_string(bytes_trim(BYTES_LITERAL(" \r\n\t ")), "");
    assert_string(bytes_trim(BYTES_NONE), "");
    assert_string(bytes_without_line_end(BYTES_LITERAL(" a\r\n")), " a");
    assert_string(bytes_without_line_end(BYTES_LITERAL("a\n")), "a");
    assert_string(bytes_without_line_end(BYTES_LITERAL("a\r")), "a");
    assert_string(bytes_without_line_end(BYTES_LITERAL("a\r\r\n\r\n")), "a\r\r\n");
    assert_string(bytes_without_line_end(BYTES_LITERAL("a\n\r")), "a\n");
    assert_string(bytes_without_line_end(BYTES_NONE), "");
}

static void letters_compare_without_case_only_where_asked(void **state)
{
    (void)state;
    assert_true(bytes_equal(BYTES_LITERAL("a\0b"), BYTES_LITERAL("a\0b")));
    assert_false(bytes_equal(BYTES_LITERAL("a\0b"), BYTES_LITERAL("a\0c")));
    assert_false(bytes_equal(BYTES_LITERAL("EHLO"), BYTES_LITERAL("ehlo")));
    assert_true(bytes_equal_nocase(BYTES_LITERAL("EHLO"), BYTES_LITERAL("ehLo")));
    assert_false(bytes_equal_nocase(BYTES_LITERAL("EHL"), BYTES_LITERAL("ehlo")));
    assert_false(bytes_equal_nocase(BYTES_LITERAL("["), BYTES_LITERAL("{")));
    assert_false(bytes_equal_nocase(BYTES_LITERAL("\xc4"), BYTES_LITERAL("\xe4")));
    assert_true(bytes_equal(BYTES_NONE, BYTES_LITERAL("")));
}

static void a_prefix_may_be_empty_or_the_whole(void **state)
{
    (void)state;
    assert_true(bytes_starts_with(BYTES_LITERAL("abc"), BYTES_LITERAL("")));
    assert_true(bytes_starts_with(BYTES_LITERAL("abc"), BYTES_LITERAL("abc")));
    assert_false(bytes_starts_with(BYTES_LITERAL("abc"), BYTES_LITERAL("abcd")));
    assert_false(bytes_starts_with(BYTES_LITERAL("abc"), BYTES_LITERAL("B")));
    assert_true(bytes_starts_with_nocase(BYTES_LITERAL("MAIL FROM:<>"), BYTES_LITERAL("mail f")));
}

static void finding_answers_the_first_place_or_none(void **state)
{
    (void)state;
    assert_int_equal(bytes_find(BYTES_LITERAL("abcb"), 'b'), 1);
    assert_int_equal(bytes_find(BYTES_LITERAL("abcb"), 'x'), BYTES_NOT_FOUND);
    assert_int_equal(bytes_find(BYTES_NONE, 'x'), BYTES_NOT_FOUND);
    assert_int_equal(bytes_find_bytes(BYTES_LITERAL("aabaac"), BYTES_LITERAL("aac")), 3);
    assert_int_equal(bytes_find_bytes(BYTES_LITERAL("aa"), BYTES_LITERAL("aaa")), BYTES_NOT_FOUND);
    assert_int_equal(bytes_find_bytes(BYTES_LITERAL("ab"), BYTES_LITERAL("bc")), BYTES_NOT_FOUND);
    assert_int_equal(bytes_find_bytes(BYTES_LITERAL("ab"), BYTES_NONE), 0);
}

static void fields_are_what_stands_between_separators(void **state)
{
    struct bytes rest = BYTES_LITERAL("a,,bc,");
    struct bytes field;

    (void)state;
    assert_true(bytes_next(&rest, ',', &field));
    assert_string(field, "a");
    assert_true(bytes_next(&rest, ',', &field));
    assert_string(field, "");
    assert_true(bytes_next(&rest, ',', &field));
    assert_string(field, "bc");
    assert_false(bytes_next(&rest, ',', &field));
}

static void words_stand_between_runs_of_blanks(void **state)
{
    struct bytes rest = BYTES_LITERAL("  a\t b ");
    struct bytes word;

    (void)state;
    assert_true(bytes_next_word(&rest, &word));
    assert_string(word, "a");
    assert_true(bytes_next_word(&rest, &word));
    assert_string(word, "b");
    assert_false(bytes_next_word(&rest, &word));
}

static const struct {
    const char *text;
    unsigned long long max;
    unsigned long long number;
} valid_numbers[] = {
    {"0",                    0,          0                      },
    {"007",                  7,          7                      },
    {"999",                  999,        999                    },
    {"18446744073709551615", UINT64_MAX, 18446744073709551615ull},
};

static const struct {
    const char *text;
    unsigned long long max;
} invalid_numbers[] = {
    {"",                     9         },
    {"-1",                   9         },
    {"+1",                   9         },
    {" 1",                   9         },
    {"1x",                   99        },
    {"10",                   9         },
    {"8",                    7         },
    {"18446744073709551616", UINT64_MAX},
    {"99999999999999999999", UINT64_MAX},
};

/* Around what is counted at a time: 64 octets, and 255 times that. */
static void counting_finds_each_octet_wherever_it_stands(void **state)
{
    static char octets[64 * 255 + 200];
    static const size_t sizes[] = {0, 1, 63, 64, 65, 64 * 255 - 1, 64 * 255, 64 * 255 + 65};

    (void)state;
    memset(octets, 'a', sizeof octets);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const struct bytes all = {octets, sizes[i]};

        assert_int_equal(bytes_count(all, 'a'), sizes[i]);
        assert_int_equal(bytes_count(all, 'b'), 0);
        for (size_t at = 0; at < sizes[i]; at += 61) {
            octets[at] = '\n';
            assert_int_equal(bytes_count(all, '\n'), 1);
            octets[at] = 'a';
        }
    }
}

static void numbers_fill_the_span_and_keep_below_their_maximum(void **state)
{
    unsigned long long number = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_numbers); i++) {
        assert_true(
            bytes_to_number(bytes_of(valid_numbers[i].text), valid_numbers[i].max, &number));
        assert_true(number == valid_numbers[i].number);
    }
    for (size_t i = 0; i < COUNT_OF(invalid_numbers); i++)
        assert_false(
            bytes_to_number(bytes_of(invalid_numbers[i].text), invalid_numbers[i].max, &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_clamped_to_the_span),
        cmocka_unit_test(trimming_takes_blanks_from_both_ends),
        cmocka_unit_test(letters_compare_without_case_only_where_asked),
        cmocka_unit_test(a_prefix_may_be_empty_or_the_whole),
        cmocka_unit_test(finding_answers_the_first_place_or_none),
        cmocka_unit_test(fields_are_what_stands_between_separators),
        cmocka_unit_test(words_stand_between_runs_of_blanks),
        cmocka_unit_test(counting_finds_each_octet_wherever_it_stands),
        cmocka_unit_test(numbers_fill_the_span_and_keep_below_their_maximum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
