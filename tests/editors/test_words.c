/* The words that the editors know are those of the parser: neither fewer nor others. */
#include "base/buf.h"
#include "base/smtp_outcome.h"
#include "base/smtp_verb.h"
#include "fakeserver/scenario_private.h"
#include "tests/support/unit.h"

#include <jansson.h>
#include <stdio.h>

#ifndef SOURCE
#define SOURCE "."
#endif

#define VIM "harness/editors/vim/syntax/smtpdrill.vim"
#define VSCODE "harness/editors/vscode/syntaxes/smtpdrill.tmLanguage.json"
#define TEXT_MAX 65536

static char vim[TEXT_MAX];
static char parser[TEXT_MAX]; /* scenario_expect.c: its table is nobody else's */
static json_t *grammar;

static void read_file(const char *path, char *text)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "%s/%s", SOURCE, path);
    FILE *from = fopen(whole, "r");
    assert_non_null(from);
    size_t octets = fread(text, 1, TEXT_MAX - 1, from);
    fclose(from);
    assert_in_range(octets, 1, TEXT_MAX - 2);
    text[octets] = '\0';
}

static int set_up(void **state)
{
    (void)state;
    read_file(VIM, vim);
    read_file("fakeserver/scenario_expect.c", parser);
    grammar = json_load_file(SOURCE "/" VSCODE, 0, NULL);
    assert_non_null(grammar);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(grammar);
    return 0;
}

/* A list `a b c` with this separator, from `behind` some words up to one of `ends`. */
static struct bytes list_in(const char *text, const char *behind, const char *ends)
{
    const char *from = strstr(text, behind);
    assert_non_null(from);
    from += strlen(behind);
    return (struct bytes){from, strcspn(from, ends)};
}

static size_t count_in(struct bytes list, char separator)
{
    struct bytes word;
    size_t count = 0;
    while (bytes_next(&list, separator, &word))
        count++;
    return count;
}

static bool is_in(struct bytes list, char separator, const char *wanted)
{
    struct bytes word;
    while (bytes_next(&list, separator, &word))
        if (bytes_equal(word, bytes_of(wanted)))
            return true;
    return false;
}

/* What a kind of words is called in both editors, and the list in each. */
static const struct kind {
    const char *name, *in_vim, *in_vscode;
} kinds[] = {
    {"head",    "keyword drillHead contained ",       "head"       },
    {"rule",    "keyword drillRule contained ",       "rule"       },
    {"flow",    "keyword drillFlow contained ",       "flow"       },
    {"event",   "drillEvent contained \"!\\%(",       "event"      },
    {"verb",    "keyword drillVerb contained ",       "verb"       },
    {"outcome", "keyword drillOutcome contained ",    "outcome"    },
    {"expect",  "keyword drillExpectKind contained ", "expect-kind"},
};
enum { HEAD, RULE, FLOW, EVENT, VERB, OUTCOME, EXPECTATION, KIND_COUNT };

static void compare(int kind, const char *const *wanted, size_t count)
{
    bool is_event = kind == EVENT;
    struct bytes in_vim = list_in(vim, kinds[kind].in_vim, is_event ? ")\n" : "\n");
    json_t *rule = json_object_get(json_object_get(grammar, "repository"), kinds[kind].in_vscode);
    const char *match = json_string_value(json_object_get(rule, "match"));
    assert_non_null(match);
    struct bytes in_vscode = list_in(match, "(?:", ")");
    if (is_event) /* close\|reset */
        in_vim.size -= in_vim.data[in_vim.size - 1] == '\\' ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        char word[64];
        snprintf(word, sizeof(word), "%s%s", wanted[i], is_event && i + 1 < count ? "\\" : "");
        if (!is_in(in_vim, is_event ? '|' : ' ', word))
            fail_msg("vim does not know the %s %s", kinds[kind].name, wanted[i]);
        if (!is_in(in_vscode, '|', wanted[i]))
            fail_msg("VS Code does not know the %s %s", kinds[kind].name, wanted[i]);
    }
    assert_int_equal(count_in(in_vim, is_event ? '|' : ' '), count);
    assert_int_equal(count_in(in_vscode, '|'), count);
}

static void lines_begin_with_the_same_words(void **state)
{
    static const struct {
        const char *word;
        enum line_place place;
    } lines[] = {
#define X(name, word, place, style) {word, LINE_PLACE_##place},
        LINE_TABLE(X)
#undef X
    };
    const char *heads[COUNT_OF(lines)], *rules[COUNT_OF(lines)], *flow[COUNT_OF(lines)];
    size_t head_count = 0, rule_count = 0, flow_count = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (lines[i].place == LINE_PLACE_HEAD)
            heads[head_count++] = lines[i].word;
        else if (lines[i].place == LINE_PLACE_RULE || lines[i].place == LINE_PLACE_BORDER)
            rules[rule_count++] = lines[i].word;
        else if (lines[i].place == LINE_PLACE_DIALOGUE && lines[i].word[0] >= 'a')
            flow[flow_count++] = lines[i].word;
    }
    compare(HEAD, heads, head_count);
    compare(RULE, rules, rule_count);
    compare(FLOW, flow, flow_count);
}

static void events_verbs_and_outcomes_are_the_same(void **state)
{
    static const char *const events[] = {
#define X(name, word) word,
        STEP_EVENT_TABLE(X)
#undef X
    };
    static const char *const verbs[] = {
#define X(name, ends_group, source) #name,
        SMTP_VERB_TABLE(X)
#undef X
    };
    static const char *const outcomes[] = {
#define X(name, word, status) word,
        SMTP_OUTCOME_TABLE(X)
#undef X
    };
    (void)state;
    compare(EVENT, events, COUNT_OF(events));
    compare(VERB, verbs, COUNT_OF(verbs));
    compare(OUTCOME, outcomes, COUNT_OF(outcomes));
}

static void expectations_are_the_same(void **state)
{
    static char room[32][32];
    const char *found[32];
    size_t count = 0;
    const char *end;
    (void)state;
    const char *at = strstr(parser, "} kinds[] = {");
    assert_non_null(at);
    end = strstr(at, "};");
    for (at = strstr(at, "{\""); at != NULL && at < end; at = strstr(at + 2, "{\"")) {
        assert_true(count < COUNT_OF(room));
        snprintf(room[count], sizeof(room[0]), "%.*s", (int)strcspn(at + 2, "\""), at + 2);
        found[count] = room[count];
        count++;
    }
    assert_true(count > 5);
    compare(EXPECTATION, found, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_begin_with_the_same_words),
        cmocka_unit_test(events_verbs_and_outcomes_are_the_same),
        cmocka_unit_test(expectations_are_the_same),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
