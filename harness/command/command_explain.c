#include "base/text.h"
#include "fakeserver/rule.h"
#include "harness/command/program.h"
#include "harness/run/coverage.h"

static const struct option_row rows[] = {
    {"scenarios", '\0', "DIR", "where the scenarios are"},
    {"help",      '\0', NULL,  "this text"              },
    {NULL,        '\0', NULL,  NULL                     },
};

static const char usage[] = "usage: smtpdrill explain [OPTION...] REQUIREMENT|RULE|SCENARIO...\n"
                            "Says what it is about, and what shows it.\n";

static void put_field(const char *name, struct bytes text)
{
    struct buf shown;
    if (text.size == 0)
        return;
    buf_init(&shown, 4 * text.size + 1);
    if (text_escape_utf8(&shown, text))
        (void)printf("  %-10s %.*s\n", name, BYTES_FORMAT(buf_bytes(&shown)));
    buf_release(&shown);
}

static void put_words(const char *name, const struct bytes *words, size_t count)
{
    if (count == 0)
        return;
    (void)printf("  %-10s", name);
    for (size_t i = 0; i < count; i++)
        (void)printf(" %s", text_show(words[i]).text);
    (void)fputc('\n', stdout);
}

static void put_rule(const struct rule *rule)
{
    (void)printf("rule %s: expected is %s\n", rule->name, rule->title);
    put_field("rests on", bytes_of(rule->requirement));
    put_field("level", bytes_of(rule->level == FINDING_MUST     ? "MUST"
                                : rule->level == FINDING_SHOULD ? "SHOULD"
                                                                : "MAY"));
    put_field("source", bytes_of(rule->section));
}

static bool cites(const struct suite_scenario *scenario, struct bytes id)
{
    for (size_t i = 0; i < scenario->cite_count; i++)
        if (bytes_equal(scenario->cites[i], id))
            return true;
    return false;
}

/* 5321-4.2.1-b stands in section 4.2.1 of RFC 5321. */
static void put_source(struct bytes id)
{
    size_t first = bytes_find(id, '-');
    size_t last = id.size;
    while (last > 0 && id.data[last - 1] != '-')
        last--;
    if (first != BYTES_NOT_FOUND && last > first + 1)
        (void)printf("  %-10s RFC %.*s section %.*s\n", "source",
                     BYTES_FORMAT(bytes_slice(id, 0, first)),
                     BYTES_FORMAT(bytes_slice(id, first + 1, last - 1)));
}

static void put_coverage(const struct requirement *row, const struct requirement_register *list,
                         const struct suite *suite)
{
    struct coverage coverage = coverage_of(row, list, suite);
    if (coverage.as.size > 0)
        put_field("same as", coverage.as);
    if (coverage.kind != COVERAGE_TESTED)
        put_field("covered", bytes_of(coverage_word(coverage.kind)));
    put_field("because", coverage.reason);
    for (size_t i = 0; i < rule_count; i++)
        if (bytes_equal(row->id, bytes_of(rules[i].requirement)))
            put_field("rule", bytes_of(rules[i].name));
    for (size_t i = 0; i < suite->count; i++)
        if (cites(&suite->scenarios[i], row->id))
            put_field("scenario", bytes_of(suite->scenarios[i].name));
}

static void put_requirement(const struct requirement *row, const struct requirement_register *list,
                            const struct suite *suite)
{
    (void)printf("requirement %.*s: %.*s\n", BYTES_FORMAT(row->id), BYTES_FORMAT(row->what));
    put_source(row->id);
    put_field("level", row->level);
    put_field("area", row->area);
    put_field("provoke", row->provoke);
    put_field("observe", row->observe);
    put_field("seen by", row->status);
    put_coverage(row, list, suite);
}

static void put_scenario(const struct suite_scenario *scenario,
                         const struct requirement_register *list)
{
    (void)printf("scenario %s: ", scenario->name);
    struct bytes rest = scenario->text;
    struct bytes line;
    (void)printf("%s\n", text_show(scenario->title).text);
    put_field("file", bytes_of(scenario->path));
    (void)printf("  %-10s %zu\n", "instances", scenario_file_instance_count(scenario->file));
    put_words("tags", scenario->tags, scenario->tag_count);
    put_words("needs", scenario->needs, scenario->need_count);
    for (size_t i = 0; i < scenario->cite_count; i++) {
        const struct requirement *row = requirement_find(list, scenario->cites[i]);
        (void)printf("  %-10s %.*s", "cites", BYTES_FORMAT(scenario->cites[i]));
        if (row != NULL)
            (void)printf(" (%.*s): %.*s", BYTES_FORMAT(row->level), BYTES_FORMAT(row->what));
        (void)fputc('\n', stdout);
    }
    (void)fputc('\n', stdout);
    while (bytes_next(&rest, '\n', &line)) {
        struct buf shown;
        buf_init(&shown, 4 * line.size + 8);
        if (text_escape_utf8(&shown, line))
            (void)printf("  | %.*s\n", BYTES_FORMAT(buf_bytes(&shown)));
        buf_release(&shown);
    }
}

static bool unknown_word(const char *word, const struct requirement_register *list,
                         const struct suite *suite, struct arena *arena, struct err *err)
{
    size_t count = 0;
    const char **known =
        arena_alloc_array(arena, rule_count + list->count + suite->count + 1, sizeof(*known));
    if (known == NULL)
        return err_memory(err);
    for (size_t i = 0; i < rule_count; i++)
        known[count++] = rules[i].name;
    for (size_t i = 0; i < suite->count; i++)
        known[count++] = suite->scenarios[i].name;
    for (size_t i = 0; i < list->count; i++) {
        known[count] = arena_string(arena, list->rows[i].id);
        if (known[count++] == NULL)
            return err_memory(err);
    }
    const char *near = text_nearest(bytes_of(word), known, count);
    return err_set(err, ERR_SYNTAX, "no requirement, rule or scenario is called %s%s%s%s",
                   text_show(bytes_of(word)).text, near != NULL ? "; did you mean " : "",
                   near != NULL ? near : "", near != NULL ? "?" : "");
}

static bool explain(const char *word, const struct requirement_register *list,
                    const struct suite *suite, struct arena *arena, struct err *err)
{
    const struct requirement *row = requirement_find(list, bytes_of(word));
    const struct rule *rule = rule_find(bytes_of(word));
    struct bytes name = bytes_of(word);
    size_t bracket = bytes_find(name, '[');
    if (bracket != BYTES_NOT_FOUND)
        name.size = bracket; /* an instance: its file */
    const struct suite_scenario *scenario = suite_find(suite, name);
    if (row == NULL && rule == NULL && scenario == NULL)
        return unknown_word(word, list, suite, arena, err);
    if (row != NULL)
        put_requirement(row, list, suite);
    if (rule != NULL)
        put_rule(rule);
    if (scenario != NULL)
        put_scenario(scenario, list);
    return true;
}

static bool explain_all(struct program *program, const struct options *options, struct err *err)
{
    struct requirement_register list = {.rows = NULL};
    struct suite *suite = suite_new(program->scenarios, 1, err);
    bool ok = suite != NULL && suite_load(suite, err) && program_register(program, &list, err);
    if (ok && options->word_count == 0)
        ok = err_set(err, ERR_SYNTAX, "explain what? a requirement, a rule or a scenario");
    for (size_t i = 0; ok && i < options->word_count; i++)
        ok = explain(options->words[i], &list, suite, program->arena, err);
    suite_free(suite);
    return ok;
}

enum program_status command_explain(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, explain_all);
}
