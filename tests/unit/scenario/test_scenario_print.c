#include "fakeserver/scenario.h"

#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"
#include "tests/unit/scenario/fixture.h"

#include <stdio.h>

enum { PRINTED_OCTETS_MAX = 4 * SCENARIO_FILE_OCTETS_MAX, DUMP_OCTETS_MAX = 16 * 1024 * 1024 };

static void print(struct fixture *fixture, struct buf *ret)
{
    buf_init(ret, PRINTED_OCTETS_MAX);
    assert_true(scenario_print(fixture->file, ret, &fixture->err));
}

/* ---- the layout ----------------------------------------------------------------------------- */

static const char untidy[] = "# about it\n"
                             "\n\n\n"
                             "title     a   claim   \n"
                             "cites  a    b\t c\n"
                             "send   from=a@b.example     password=\"x  y\"  # one\n"
                             "odd       # two\n"
                             "on   MAIL   when tls\n"
                             "      S: 250-a \n"
                             "  # in the rule\n"
                             "      +1s    !close\n"
                             "S:\n"
                             "either   \n"
                             "C:   MAIL  *\n"
                             "   either\n"
                             "C: /a  b/\n"
                             "# inside\n"
                             "   or\n"
                             "  !closed\n"
                             "end\n"
                             "or\n"
                             "!closed\n"
                             "end\n"
                             "expect   never   RCPT\n"
                             "\n\n";

static const char tidy[] = "# about it\n"
                           "\n"
                           "title    a   claim\n"
                           "cites    a b c\n"
                           "send     from=a@b.example password=\"x  y\"  # one\n"
                           "odd                                        # two\n"
                           "on MAIL   when tls\n"
                           "  S: 250-a \n"
                           "  # in the rule\n"
                           "  +1s !close\n"
                           "S:\n"
                           "either\n"
                           "  C: MAIL  *\n"
                           "  either\n"
                           "    C: /a  b/\n"
                           "    # inside\n"
                           "  or\n"
                           "    !closed\n"
                           "  end\n"
                           "or\n"
                           "  !closed\n"
                           "end\n"
                           "expect   never   RCPT\n";

static void there_is_one_layout(void **state)
{
    struct fixture fixture;
    struct buf printed;

    (void)state;
    fixture_init(&fixture);
    assert_true(fixture_file(&fixture, "x.drill", bytes_of(untidy)));
    print(&fixture, &printed);
    assert_string(buf_bytes(&printed), tidy);
    buf_release(&printed);
    fixture_release(&fixture);
}

/* ---- parse(print(x)) = x -------------------------------------------------------------------- */

static void dump_pattern(struct buf *to, const struct pattern *pattern)
{
    if (!pattern)
        return;
    for (size_t i = 0; i < pattern->choice_count; i++) {
        const struct pattern_choice *choice = &pattern->choices[i];

        assert_true(buf_printf(to, " %d %d %d%d", choice->kind, choice->verb, choice->has_argument,
                               choice->other_parameters));
        assert_true(buf_append(to, choice->path) && buf_append(to, choice->argument));
        assert_true(buf_append(to, choice->text));
        for (size_t j = 0; j < choice->parameter_count; j++)
            assert_true(buf_append(to, choice->parameters[j].name) &&
                        buf_append(to, choice->parameters[j].value));
    }
    assert_true(buf_printf(to, " %d\n", pattern->under));
}

static void dump_tls(struct buf *to, const struct tls_demand *tls)
{
    if (tls)
        assert_true(buf_printf(to, "tls %d %d %d %d %d%d%d ", tls->cert, tls->at_least,
                               tls->at_most, tls->fault, tls->no_resumption, tls->ask_client,
                               tls->require_client) &&
                    buf_append(to, tls->ciphers));
}

static void dump_step(struct buf *to, const struct step *step)
{
    assert_true(buf_printf(to, "%d %llu %d%d%d %u %d %llu %llu %zu %zu %zu ", step->kind,
                           (unsigned long long)step->delay_ms, step->same_segment, step->raw,
                           step->unfinished, step->code, step->event,
                           (unsigned long long)step->duration_ms, (unsigned long long)step->count,
                           step->split_count, step->target, step->branch_count));
    assert_true(buf_append(to, step->octets));
    dump_tls(to, step->tls);
    for (size_t i = 0; i < step->branch_count; i++)
        assert_true(buf_printf(to, " %zu", step->branches[i]));
    dump_pattern(to, step->pattern);
    assert_true(buf_append_octet(to, '\n'));
}

/* All that an instance means, without where it stands. */
static void dump(struct buf *to, const struct scenario *scenario)
{
    assert_true(buf_append(to, scenario->instance) && buf_append(to, scenario->title));
    assert_true(buf_append(to, scenario->send.given.head) &&
                buf_append(to, scenario->send.expected.head));
    assert_true(buf_append(to, scenario->send.user) && buf_append(to, scenario->send.password));
    for (size_t i = 0; i < scenario->cite_count; i++)
        assert_true(buf_append(to, scenario->cites[i]) && buf_append_octet(to, '\n'));
    for (size_t i = 0; i < scenario->offer_count; i++)
        assert_true(buf_append(to, scenario->offers[i].text) && buf_append_octet(to, '\n'));
    for (size_t i = 0; i < scenario->wording_count; i++)
        assert_true(buf_append(to, scenario->wordings[i].text));
    for (size_t i = 0; i < scenario->step_count; i++)
        dump_step(to, &scenario->steps[i]);
    for (size_t i = 0; i < scenario->rule_count; i++)
        assert_true(buf_printf(to, "%u %u %zu\n", scenario->rules[i].when, scenario->rules[i].times,
                               scenario->rules[i].first_step));
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];

        assert_true(buf_printf(to, "%d %d %u %u %llu\n", expectation->kind, expectation->negated,
                               expectation->outcomes, expectation->code, expectation->number));
        assert_true(buf_append(to, expectation->written) && buf_append(to, expectation->text));
        dump_pattern(to, expectation->pattern);
        dump_pattern(to, expectation->other);
    }
}

static void dump_all(struct fixture *fixture, const char *path, struct buf *to)
{
    bool is_personality = strstr(path, ".personality") != NULL;
    size_t count = scenario_file_instance_count(fixture->file);

    buf_init(to, DUMP_OCTETS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct scenario session = {0};
        struct arena *arena = arena_new(DUMP_OCTETS_MAX);
        struct scenario scenario;
        bool made = is_personality ? scenario_file_personality(fixture->file, &session, 1, arena,
                                                               &scenario, &fixture->err)
                                   : scenario_file_instance(fixture->file, i, 1, arena, &scenario,
                                                            &fixture->err);

        if (!made)
            print_error("%s:%u:%u: %s\n", path, fixture->err.line, fixture->err.column,
                        fixture->err.what);
        assert_true(made);
        if (i < 20)
            dump(to, &scenario);
        arena_free(arena);
    }
}

static void check_round_trip(const char *path)
{
    struct fixture fixture;
    struct buf first_text, second_text, first, second;

    fixture_init(&fixture);
    if (!fixture_file(&fixture, path, fixture_read(fixture.arena, path))) {
        print_error("%s:%u:%u: %s\n", path, fixture.err.line, fixture.err.column, fixture.err.what);
        fail();
    }
    dump_all(&fixture, path, &first);
    print(&fixture, &first_text);
    assert_true(fixture_file(&fixture, path, buf_bytes(&first_text)));
    dump_all(&fixture, path, &second);
    print(&fixture, &second_text);
    assert_bytes(buf_bytes(&second_text), buf_bytes(&first_text));
    assert_bytes(buf_bytes(&second), buf_bytes(&first));
    buf_release(&first_text);
    buf_release(&second_text);
    buf_release(&first);
    buf_release(&second);
    fixture_release(&fixture);
}

static void the_layout_of_every_scenario_means_the_same(void **state)
{
    (void)state;
    assert_true(fixture_each_file(EXAMPLES_FOLDER, check_round_trip) >= 4);
    fixture_each_file(SCENARIOS_FOLDER, check_round_trip);
}

static void check_tidy(const char *path)
{
    struct fixture fixture;
    struct buf printed;
    struct bytes text;

    fixture_init(&fixture);
    text = fixture_read(fixture.arena, path);
    assert_true(fixture_file(&fixture, path, text));
    print(&fixture, &printed);
    assert_bytes(buf_bytes(&printed), text);
    buf_release(&printed);
    fixture_release(&fixture);
}

static void the_examples_are_in_canonical_layout(void **state)
{
    (void)state;
    fixture_each_file(EXAMPLES_FOLDER, check_tidy);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool make_everything(void *context)
{
    struct bytes text = *(struct bytes *)context;
    struct fixture fixture = {.arena = arena_new(DUMP_OCTETS_MAX),
                              .table = "code\ttext\n421\tlater\n450\ta\\r\\n\n"};
    struct lint_remark *remarks;
    size_t remark_count;
    struct buf printed;
    bool made;

    if (!fixture.arena)
        return false;
    buf_init(&printed, PRINTED_OCTETS_MAX);
    made = fixture_file(&fixture, "x.drill", text) && fixture_instance(&fixture, 1) &&
           scenario_print(fixture.file, &printed, &fixture.err) &&
           scenario_lint(fixture.file, NULL, fixture.arena, &remarks, &remark_count, &fixture.err);
    if (!made)
        assert_true(fixture.err.kind == ERR_MEMORY || fixture.err.kind == ERR_LIMIT);
    buf_release(&printed);
    fixture_release(&fixture);
    return made;
}

static void every_allocation_may_fail(void **state)
{
    static const char text[] = "title x\n"
                               "sweep from t.tsv where code=421|450\n"
                               "sweep y a b c\n"
                               "send user=u password=\"p\" to=a@b.example,c@d.example size=4k\n"
                               "account user=v password=w\n"
                               "offer SIZE {code}\n"
                               "say MAIL 250 ok\n"
                               "on RCPT TO:<*> SIZE=1 *|/x{y}/\n"
                               "  S: 250-a\n"
                               "  S: 250 {token} {base64 {user}}\n"
                               "S: 220 x\n"
                               "S= \"{text}\" \"a\"\n"
                               "either\n"
                               "  C: dXNlcg==\n"
                               "or\n"
                               "  !closed\n"
                               "end\n"
                               "connection 2\n"
                               "...\n"
                               "expect never MAIL before /a/ under tls\n"
                               "expect report \"{y}\"\n";
    struct bytes octets = bytes_of(text);

    (void)state;
    assert_true(fail_alloc_each(make_everything, &octets) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_one_layout),
        cmocka_unit_test(the_layout_of_every_scenario_means_the_same),
        cmocka_unit_test(the_examples_are_in_canonical_layout),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests_name("scenario_print", tests, NULL, NULL);
}
