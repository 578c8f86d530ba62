#include "fakeserver/requirement.h"

#include "fakeserver/rule.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define HEAD "id\tlevel\tarea\tstatus\tcovered\trequirement\tprovoke\tobserve\n"

enum { FILE_MAX = 1 << 20, ARENA_MAX = 1 << 24 };

static struct bytes read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = arena_alloc(arena, FILE_MAX);
    size_t size;

    if (!file)
        fail_msg("cannot read %s", path);
    assert_non_null(text);
    size = fread(text, 1, FILE_MAX, file);
    (void)fclose(file);
    return (struct bytes){text, size};
}

static struct requirement_register read_register(struct arena *arena)
{
    struct requirement_register requirements;
    struct err err = {0};

    if (!requirement_register_parse(read_file(arena, SCENARIOS "/requirements.tsv"), arena,
                                    &requirements, &err))
        fail_msg("%u:%u: %s", err.line, err.column, err.what);
    return requirements;
}

static void a_register_is_read_row_by_row(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements;
    struct err err = {0};

    (void)state;
    assert_true(requirement_register_parse(
        BYTES_LITERAL(HEAD "a-1\tMUST\tmail\twire\trule: path colon\tone\tp\to\n"
                           "a-2\tMAY\tmail\twire\tnever: a permission\ttwo\t\t\n"
                           "a-3\tMUST NOT\tmail\twire\tscenario\tthree\t\t"),
        arena, &requirements, &err));
    assert_int_equal(requirements.count, 3);
    assert_int_equal(requirements.rows[0].cover, REQUIREMENT_RULE);
    assert_string(requirements.rows[0].covered, "path colon");
    assert_string(requirements.rows[0].observe, "o");
    assert_string(requirement_find(&requirements, BYTES_LITERAL("a-2"))->covered, "a permission");
    assert_string(requirement_find(&requirements, BYTES_LITERAL("a-3"))->level, "MUST NOT");
    assert_null(requirement_find(&requirements, BYTES_LITERAL("a-4")));
    assert_string_equal(requirement_cover_word(REQUIREMENT_LATER), "later");
    arena_free(arena);
}

static const struct {
    const char *text;
    unsigned line;
} invalid_registers[] = {
    {"",                                                                          1},
    {"id\tlevel\n",                                                               1},
    {"id\tlevel\tarea\tstatus\tcovered\trequirement\tprovoke\tobserve\tmore\n",   1},
    {HEAD "a-1\tMUST\n",                                                          2},
    {HEAD "\tMUST\tm\tw\tscenario\tx\t\t\n",                                      2},
    {HEAD "a-1\tMUST\tm\tw\tscenario\tx\t\t\t\n",                                 2},
    {HEAD "a-1\tMUST\tm\tw\tsometimes\tx\t\t\n",                                  2},
    {HEAD "a-1\tMUST\tm\tw\tnever:\tx\t\t\n",                                     2},
    {HEAD "a-1\tMUST\tm\tw\tscenario: x\tx\t\t\n",                                2},
    {HEAD "a-1\tMUST\tm\tw\tscenario\tx\t\t\na-1\tMUST\tm\tw\tscenario\tx\t\t\n", 3},
};

static void what_is_no_register_is_refused_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_registers); i++) {
        struct arena *arena = arena_new(ARENA_MAX);
        struct requirement_register requirements;
        struct err err = {0};

        assert_false(requirement_register_parse(bytes_of(invalid_registers[i].text), arena,
                                                &requirements, &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        assert_int_equal(err.line, invalid_registers[i].line);
        arena_free(arena);
    }
}

/* ---- the product's own register ------------------------------------------------------------- */

static bool names_rule(const struct requirement *row, const char *name)
{
    struct bytes rest = row->covered;
    struct bytes word;

    while (row->cover == REQUIREMENT_RULE && bytes_next_word(&rest, &word))
        if (bytes_equal(word, bytes_of(name)))
            return true;
    return false;
}

static void every_rule_stands_in_the_register_and_every_name_there_is_a_rule(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements = read_register(arena);

    (void)state;
    for (size_t i = 0; i < rule_count; i++) {
        const struct requirement *row =
            requirement_find(&requirements, bytes_of(rules[i].requirement));

        if (!row || !names_rule(row, rules[i].name))
            fail_msg("%s does not name the rule %s", rules[i].requirement, rules[i].name);
    }
    for (size_t i = 0; i < requirements.count; i++) {
        struct bytes rest = requirements.rows[i].covered;
        struct bytes word;

        while (requirements.rows[i].cover == REQUIREMENT_RULE && bytes_next_word(&rest, &word))
            if (!rule_find(word))
                fail_msg("no rule is called %.*s", BYTES_FORMAT(word));
    }
    arena_free(arena);
}

/* MUST NOT and MUST fail, SHOULD NOT and SHOULD warn; where the RFC has no such word, a rule says.
 */
static void a_rule_is_as_strong_as_its_requirement(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements = read_register(arena);

    (void)state;
    for (size_t i = 0; i < rule_count; i++) {
        struct bytes level = requirement_find(&requirements, bytes_of(rules[i].requirement))->level;

        if (bytes_starts_with(level, BYTES_LITERAL("SHOULD")) && rules[i].level != FINDING_SHOULD)
            fail_msg("%s is stronger than %s", rules[i].name, rules[i].requirement);
        if (bytes_starts_with(level, BYTES_LITERAL("MAY")))
            fail_msg("%s rests on a MAY", rules[i].name);
    }
    arena_free(arena);
}

static void another_one_that_covers_exists_and_covers_itself(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements = read_register(arena);

    (void)state;
    for (size_t i = 0; i < requirements.count; i++) {
        const struct requirement *other;

        if (requirements.rows[i].cover != REQUIREMENT_AS)
            continue;
        other = requirement_find(&requirements, requirements.rows[i].covered);
        assert_non_null(other);
        assert_true(other->cover != REQUIREMENT_AS);
    }
    arena_free(arena);
}

static bool cites(struct bytes text, struct bytes id)
{
    struct bytes line;

    while (bytes_next(&text, '\n', &line)) {
        struct bytes word;

        if (!bytes_next_word(&line, &word) || !bytes_equal(word, BYTES_LITERAL("cites")))
            continue;
        while (bytes_next_word(&line, &word))
            if (bytes_equal(bytes_trim(word), id))
                return true;
    }
    return false;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Marks in `found` what the scenarios below the folder cite. */
static void find_cited(const char *folder, const struct requirement_register *requirements,
                       bool *found)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, alphasort);

    for (int i = 0; i < count; i++) {
        char path[1024];
        struct stat status;

        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        assert_int_equal(stat(path, &status), 0);
        if (S_ISDIR(status.st_mode)) {
            find_cited(path, requirements, found);
        } else if (strstr(path, ".drill")) {
            struct arena *arena = arena_new(ARENA_MAX);
            struct bytes text = read_file(arena, path);

            for (size_t r = 0; r < requirements->count; r++)
                found[r] |= cites(text, requirements->rows[r].id);
            arena_free(arena);
        }
    }
    free(entries);
}

static void what_a_scenario_is_to_cover_some_scenario_cites(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements = read_register(arena);
    bool *found = arena_alloc_array(arena, requirements.count, sizeof(*found));

    (void)state;
    find_cited(SCENARIOS, &requirements, found);
    for (size_t i = 0; i < requirements.count; i++)
        if (requirements.rows[i].cover == REQUIREMENT_SCENARIO && !found[i])
            fail_msg("no scenario cites %.*s", BYTES_FORMAT(requirements.rows[i].id));
    arena_free(arena);
}

static bool parses(void *context)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct requirement_register requirements;
    bool ok =
        arena && requirement_register_parse(*(struct bytes *)context, arena, &requirements, NULL);

    arena_free(arena);
    return ok;
}

static void each_allocation_may_fail(void **state)
{
    static struct bytes text =
        OCTETS(HEAD "a\tMUST\tm\tw\tscenario\tx\t\t\nb\tMUST\tm\tw\tscenario\tx\t\t\n"
                    "c\tMUST\tm\tw\tscenario\tx\t\t\nd\tMUST\tm\tw\tscenario\tx\t\t\n"
                    "e\tMUST\tm\tw\tscenario\tx\t\t\n");

    (void)state;
    assert_true(fail_alloc_each(parses, &text) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_is_read_row_by_row),
        cmocka_unit_test(what_is_no_register_is_refused_with_its_line),
        cmocka_unit_test(every_rule_stands_in_the_register_and_every_name_there_is_a_rule),
        cmocka_unit_test(a_rule_is_as_strong_as_its_requirement),
        cmocka_unit_test(another_one_that_covers_exists_and_covers_itself),
        cmocka_unit_test(what_a_scenario_is_to_cover_some_scenario_cites),
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
