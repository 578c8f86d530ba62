#include "fakeserver/scenario.h"

#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

enum { EXAMPLE_OCTETS_MAX = 10000 };

/* What mandoc makes of a literal line: \e is a backslash, \& is nothing. */
static void append_roff(struct buf *to, struct bytes line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] != '\\') {
            assert_true(buf_append_octet(to, line.data[i]));
            continue;
        }
        i++;
        assert_true(i < line.size && (line.data[i] == 'e' || line.data[i] == '&'));
        if (line.data[i] == 'e')
            assert_true(buf_append_octet(to, '\\'));
    }
    assert_true(buf_append_octet(to, '\n'));
}

/* Parses, says nothing that the linter minds, and stands in the canonical layout. */
static void check_example(struct bytes text)
{
    struct fixture fixture;
    struct lint_remark *remarks;
    size_t count;
    struct buf printed;

    fixture_init(&fixture);
    if (!fixture_file(&fixture, "example.drill", text))
        print_error("%u: %s\n%.*s", fixture.err.line, fixture.err.what, BYTES_FORMAT(text));
    assert_true(scenario_lint(fixture.file, NULL, fixture.arena, &remarks, &count, &fixture.err));
    for (size_t i = 0; i < count; i++)
        print_error("%u: %.*s\n%.*s", remarks[i].line, BYTES_FORMAT(remarks[i].what),
                    BYTES_FORMAT(text));
    assert_int_equal(count, 0);
    for (size_t i = 0; i < scenario_file_instance_count(fixture.file); i++)
        assert_true(fixture_instance(&fixture, i));
    buf_init(&printed, EXAMPLE_OCTETS_MAX);
    assert_true(scenario_print(fixture.file, &printed, &fixture.err));
    assert_bytes(buf_bytes(&printed), text);
    buf_release(&printed);
    fixture_release(&fixture);
}

static void every_example_of_the_manual_is_a_scenario(void **state)
{
    struct arena *arena = arena_new(SCENARIO_FILE_OCTETS_MAX * 2);
    struct bytes text = fixture_read(arena, MANUAL_FILE);
    struct bytes line;
    struct buf example;
    bool is_examples = false;
    bool is_literal = false;
    unsigned count = 0;

    (void)state;
    buf_init(&example, EXAMPLE_OCTETS_MAX);
    while (bytes_next(&text, '\n', &line)) {
        if (bytes_starts_with(line, BYTES_LITERAL(".Sh")))
            is_examples = bytes_equal(line, BYTES_LITERAL(".Sh EXAMPLES"));
        if (is_literal && bytes_equal(line, BYTES_LITERAL(".Ed"))) {
            check_example(buf_bytes(&example));
            buf_clear(&example);
            is_literal = false;
            count++;
        } else if (is_literal) {
            append_roff(&example, line);
        } else {
            is_literal = is_examples && bytes_starts_with(line, BYTES_LITERAL(".Bd -literal"));
        }
    }
    assert_int_equal(count, 4);
    buf_release(&example);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_manual_is_a_scenario),
    };

    return cmocka_run_group_tests_name("scenario_manual", tests, NULL, NULL);
}
