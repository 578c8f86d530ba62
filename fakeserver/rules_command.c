/* rules_command.c - the form of one command (RFC 5321 2.3.8, 2.4, 4.1.1). */
#include "base/smtp_grammar.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

static bool has_note(const struct rule_case *of, uint32_t notes)
{
    return (of->record->notes & notes) != 0;
}

RULE_CHECK(line_end_is_not_crlf)
{
    (void)rule;
    (void)report;
    return has_note(of, TRANSCRIPT_NOTE(BARE_LF) | TRANSCRIPT_NOTE(BARE_CR));
}

RULE_CHECK(verb_is_unknown)
{
    (void)rule;
    (void)report;
    if (of->command->verb != SMTP_VERB_OTHER || has_note(of, TRANSCRIPT_NOTE(CUT)))
        return false;
    return !bytes_starts_with_nocase(of->command->verb_text, BYTES_LITERAL("X"));
}

RULE_CHECK(extension_not_offered)
{
    (void)report;
    if (of->command->verb == SMTP_VERB_TURN)
        return !session_has(of->session, smtp_extension_from(bytes_of(rule->word)));
    return !session_has(of->session, smtp_extension_from(of->command->verb_text));
}

RULE_CHECK(has_eight_bit_octets)
{
    (void)rule;
    (void)report;
    if (session_has(of->session, SMTP_EXTENSION_SMTPUTF8))
        return false;
    for (size_t i = 0; i < of->command->text.size; i++)
        if ((unsigned char)of->command->text.data[i] > 127)
            return true;
    return false;
}

RULE_CHECK(has_control_characters)
{
    struct bytes line = of->command->text;

    (void)rule;
    (void)report;
    while (line.size && (line.data[line.size - 1] == '\t' || line.data[line.size - 1] == ' '))
        line.size--;
    for (size_t i = 0; i < line.size; i++) {
        unsigned char octet = (unsigned char)line.data[i];

        if ((octet < ' ' && octet != '\r' && octet != '\n') || octet == 127)
            return true;
    }
    return false;
}

RULE_CHECK(has_wide_gap)
{
    struct bytes behind = bytes_after(of->command->text, of->command->verb_text.size);

    (void)rule;
    (void)report;
    if (bytes_trim(behind).size == 0)
        return false;
    return behind.data[0] != ' ' || behind.data[1] == ' ' || behind.data[1] == '\t';
}

RULE_CHECK(has_trailing_space)
{
    struct bytes line = of->command->text;

    (void)rule;
    (void)report;
    return line.size && (line.data[line.size - 1] == ' ' || line.data[line.size - 1] == '\t');
}

RULE_CHECK(has_argument)
{
    (void)rule;
    (void)report;
    return of->command->argument.size > 0;
}

RULE_CHECK(line_is_too_long)
{
    static const struct smtp_extensions none;
    const struct smtp_extensions *offered =
        session_is_extended(of->session) ? &of->session->offered : &none;
    size_t max = smtp_extensions_line_octets_max(offered, of->command->verb);
    uint64_t octets = of->record->wire_octets ? of->record->wire_octets : of->record->octets.size;

    (void)rule;
    if (of->command->verb == SMTP_VERB_AUTH || octets <= max) /* AUTH has a rule of its own. */
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s of %llu octets where %zu are the most",
                   smtp_verb_word(of->command->verb), (unsigned long long)octets, max);
    return true;
}

/* ---- EHLO ----------------------------------------------------------------------------------- */

static struct bytes hello_argument(const struct rule_case *of)
{
    struct bytes rest = of->command->argument;
    struct bytes word = BYTES_NONE;

    return bytes_next_word(&rest, &word) ? word : BYTES_NONE;
}

static bool is_bare_address(struct bytes text)
{
    bool digits = text.size > 0;

    for (size_t i = 0; i < text.size; i++)
        digits &= text.data[i] == '.' || (text.data[i] >= '0' && text.data[i] <= '9');
    return digits || bytes_find(text, ':') != BYTES_NOT_FOUND;
}

/* A name that means "me" to everyone names nobody (RFC 5321 2.3.5: local aliases). */
RULE_CHECK(hello_argument_is_no_name)
{
    struct bytes argument = hello_argument(of);

    (void)rule;
    (void)report;
    if (argument.size == 0)
        return true;
    if (argument.data[0] == '[')
        return false;
    return is_bare_address(argument) || bytes_equal_nocase(argument, BYTES_LITERAL("localhost")) ||
           bytes_equal_nocase(argument, BYTES_LITERAL("localhost.localdomain"));
}

RULE_CHECK(hello_domain_is_malformed)
{
    struct bytes argument = hello_argument(of);

    (void)rule;
    (void)report;
    if (argument.size == 0 || argument.data[0] == '[' || is_bare_address(argument))
        return false;
    return !smtp_grammar_domain(
        argument,
        session_has(of->session, SMTP_EXTENSION_SMTPUTF8) ? SMTP_CHARSET_UTF8 : SMTP_CHARSET_ASCII,
        NULL);
}

/* Of the tags that the grammar leaves open, "IPv6" is the only one registered (RFC 5321 4.1.3). */
static bool has_unknown_tag(struct bytes literal)
{
    return bytes_find(literal, ':') != BYTES_NOT_FOUND &&
           !bytes_starts_with_nocase(literal, BYTES_LITERAL("[IPv6:"));
}

RULE_CHECK(hello_literal_is_malformed)
{
    struct bytes argument = hello_argument(of);

    (void)rule;
    (void)report;
    if (argument.size == 0 || argument.data[0] != '[')
        return false;
    return has_unknown_tag(argument) || !smtp_grammar_address_literal(argument, NULL);
}

RULE_CHECK(hello_has_more_arguments)
{
    struct bytes rest = of->command->argument;
    struct bytes word;

    (void)rule;
    (void)report;
    if (!bytes_next_word(&rest, &word))
        return false;
    return bytes_next_word(&rest, &word);
}
