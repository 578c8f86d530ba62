/* PCRE2 wants to know the width of its code units before its header is read. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "fakeserver/match.h"

#include "base/smtp_grammar.h"

#include <pcre2.h>
#include <stdlib.h>

struct match_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

struct match_scratch *match_scratch_new(void)
{
    struct match_scratch *scratch = calloc(1, sizeof(*scratch));

    if (!scratch)
        return NULL;
    scratch->data = pcre2_match_data_create(1, NULL);
    scratch->context = pcre2_match_context_create(NULL);
    if (!scratch->data || !scratch->context) {
        match_scratch_free(scratch);
        return NULL;
    }
    pcre2_set_match_limit(scratch->context, MATCH_REGEX_STEPS);
    /* From 10.41 on PCRE2 keeps its frames on the heap, the first ones too: 0 would match nothing.
     */
    pcre2_set_heap_limit(scratch->context, MATCH_REGEX_HEAP_KIB);
    return scratch;
}

void match_scratch_free(struct match_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    free(scratch);
}

static char folded(char octet, bool without_case)
{
    return without_case && octet >= 'A' && octet <= 'Z' ? (char)(octet + ('a' - 'A')) : octet;
}

bool match_glob(struct bytes pattern, struct bytes text, bool without_case)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = BYTES_NOT_FOUND; /* behind the last `*` seen, and where its run began */
    size_t run = 0;

    while (t < text.size) {
        if (p < pattern.size && pattern.data[p] == '*') {
            star = ++p;
            run = t;
        } else if (p < pattern.size &&
                   folded(pattern.data[p], without_case) == folded(text.data[t], without_case)) {
            p++;
            t++;
        } else if (star != BYTES_NOT_FOUND) {
            p = star;
            t = ++run;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}

/* A source route says nothing about the mailbox (RFC 5321 4.1.1.3, C). */
static struct bytes without_route(struct bytes path)
{
    size_t colon;

    if (path.size == 0 || path.data[0] != '@')
        return path;
    colon = bytes_find(path, ':');
    return colon == BYTES_NOT_FOUND ? path : bytes_after(path, colon + 1);
}

static size_t last_at(struct bytes mailbox)
{
    for (size_t i = mailbox.size; i > 0; i--)
        if (mailbox.data[i - 1] == '@')
            return i - 1;
    return BYTES_NOT_FOUND;
}

bool match_path(struct bytes pattern, struct bytes path)
{
    size_t at;
    size_t other;

    if (pattern.size == 1 && pattern.data[0] == '*')
        return true;
    if (pattern.size == 0 || pattern.data[0] != '@')
        path = without_route(path);
    if (bytes_equal(pattern, path))
        return true;
    if (bytes_find(pattern, '*') == BYTES_NOT_FOUND)
        return smtp_mailbox_equal(pattern, path);
    at = last_at(pattern);
    other = last_at(path);
    if (at == BYTES_NOT_FOUND || other == BYTES_NOT_FOUND)
        return match_glob(pattern, path, false);
    return match_glob(bytes_slice(pattern, 0, at), bytes_slice(path, 0, other), false) &&
           match_glob(bytes_after(pattern, at + 1), bytes_after(path, other + 1), true);
}

static bool match_parameters(const struct pattern_choice *choice, const struct command *command,
                             struct match *ret)
{
    size_t last = 0;

    for (size_t i = 0; i < choice->parameter_count; i++) {
        const struct pattern_parameter *wanted = &choice->parameters[i];
        const struct command_parameter *found = command_find_parameter(command, wanted->name);
        size_t index;

        if (!found || (wanted->value.data && !found->value.data) ||
            (wanted->value.data && !match_glob(wanted->value, found->value, true)))
            return false;
        index = (size_t)(found - command->parameters);
        ret->other_order = ret->other_order || (i > 0 && index < last);
        last = index;
    }
    ret->extra_parameter = choice->path.data && !choice->other_parameters &&
                           command->parameter_count > choice->parameter_count;
    return true;
}

/* The mechanism without case, the words behind it as they are; fewer words leave the rest free. */
static bool match_auth(struct bytes wanted, const struct command *command)
{
    struct bytes mechanism;

    if (!bytes_next_word(&wanted, &mechanism))
        return true;
    if (!match_glob(mechanism, command->mechanism, true))
        return false;
    wanted = bytes_trim(wanted);
    return wanted.size == 0 ||
           (command->initial_response.data && match_glob(wanted, command->initial_response, false));
}

static bool match_command(const struct pattern_choice *choice, const struct command *command,
                          struct match *ret)
{
    bool is_name = choice->verb == SMTP_VERB_EHLO || choice->verb == SMTP_VERB_HELO ||
                   choice->verb == SMTP_VERB_LHLO || choice->verb == SMTP_VERB_BDAT;

    if (command->kind != TRANSCRIPT_COMMAND || command->verb != choice->verb)
        return false;
    if (choice->verb == SMTP_VERB_OTHER &&
        !bytes_equal_nocase(choice->verb_text, command->verb_text))
        return false;
    if (choice->verb == SMTP_VERB_MAIL || choice->verb == SMTP_VERB_RCPT)
        return (!choice->path.data ||
                (command->path.data && match_path(choice->path, command->path))) &&
               match_parameters(choice, command, ret);
    if (!choice->has_argument)
        return true;
    if (choice->verb == SMTP_VERB_AUTH)
        return match_auth(choice->argument, command);
    return match_glob(choice->argument, command->argument, is_name);
}

static bool match_regex(const struct pattern_choice *choice, struct bytes text,
                        struct match_scratch *scratch)
{
    if (!scratch || !choice->regex)
        return false;
    return pcre2_match(choice->regex, (PCRE2_SPTR)(text.data ? text.data : ""), text.size, 0, 0,
                       scratch->data, scratch->context) >= 0;
}

static bool match_choice(const struct pattern_choice *choice, const struct command *command,
                         struct match_scratch *scratch, struct match *ret)
{
    bool is_line = command->kind == TRANSCRIPT_COMMAND || command->kind == TRANSCRIPT_RESPONSE;
    bool is_end = command->kind == TRANSCRIPT_MAIL_DATA ||
                  (command->kind == TRANSCRIPT_CHUNK && command->last);

    switch (choice->kind) {
    case PATTERN_ANY:
        return true;
    case PATTERN_COMMAND:
        return match_command(choice, command, ret);
    case PATTERN_TEXT:
        return is_line && match_glob(choice->text, command->text, false);
    case PATTERN_REGEX:
        return is_line && match_regex(choice, command->text, scratch);
    case PATTERN_END_OF_DATA:
        return is_end;
    case PATTERN_CONTENT: /* facts and endings are the judge's */
    case PATTERN_CLOSE:
        return false;
    }
    return false;
}

bool match_pattern(const struct pattern *pattern, const struct command *command, bool secure,
                   struct match_scratch *scratch, struct match *ret)
{
    struct match match;

    if ((pattern->under == PATTERN_UNDER_TLS && !secure) ||
        (pattern->under == PATTERN_UNDER_PLAIN && secure))
        return false;
    for (size_t i = 0; i < pattern->choice_count; i++) {
        match = (struct match){.choice = &pattern->choices[i]};
        if (!match_choice(match.choice, command, scratch, &match))
            continue;
        if (ret)
            *ret = match;
        return true;
    }
    return false;
}

bool pattern_has_regex(const struct pattern *pattern)
{
    for (size_t i = 0; pattern && i < pattern->choice_count; i++)
        if (pattern->choices[i].kind == PATTERN_REGEX)
            return true;
    return false;
}

const struct pattern_choice *pattern_find_verb(const struct pattern *pattern, enum smtp_verb verb)
{
    for (size_t i = 0; i < pattern->choice_count; i++)
        if (pattern->choices[i].kind == PATTERN_COMMAND && pattern->choices[i].verb == verb)
            return &pattern->choices[i];
    return NULL;
}
