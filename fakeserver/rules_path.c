/* rules_path.c - paths and parameters of MAIL and RCPT (RFC 5321 3.3, 4.1.1.2, 4.1.1.3, 4.1.2). */
#include "base/smtp_grammar.h"
#include "base/text.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

/* ---- where a path begins -------------------------------------------------------------------- */

/* All between the verb's blanks and the path: "FROM:" and "TO:" when it is right. */
static struct bytes prefix_of(const struct command *command)
{
    const char *end = command->path.data ? command->path.data - (command->bracketed ? 1 : 0) : NULL;

    if (!end)
        return command->argument;
    return (struct bytes){command->argument.data, (size_t)(end - command->argument.data)};
}

static struct bytes with_brackets(const struct command *command)
{
    return (struct bytes){command->path.data - 1, command->path.size + 2};
}

/* "<a@b" without its end, "<a@b>c": where this path ends, and what follows it, nobody knows. The
 * grammar refuses the line, once; what else may be read in it is no fault of its own. */
static bool is_unreadable(const struct command *command)
{
    struct bytes behind;

    if (!command->path.data)
        return true;
    if (!command->bracketed)
        return command->path.size > 0 && command->path.data[0] == '<';
    behind = bytes_after(command->text, (size_t)(command->path.data - command->text.data));
    behind = bytes_after(behind, command->path.size + 1);
    return behind.size > 0 && behind.data[0] != ' ' && behind.data[0] != '\t';
}

RULE_CHECK(colon_has_spaces)
{
    struct bytes prefix = prefix_of(of->command);

    (void)rule;
    (void)report;
    return of->command->path.data && (bytes_find(prefix, ' ') != BYTES_NOT_FOUND ||
                                      bytes_find(prefix, '\t') != BYTES_NOT_FOUND);
}

RULE_CHECK(path_has_no_brackets)
{
    (void)rule;
    (void)report;
    return !of->command->bracketed;
}

/* ---- the parts of a path -------------------------------------------------------------------- */

struct parts {
    struct bytes route; /* with its ":"; empty when there is none */
    struct bytes local_part;
    struct bytes domain; /* data NULL: no "@" */
};

/* Where it comes apart, right or wrong: the last "@" parts local-part and domain. */
static struct parts parts_of(struct bytes path)
{
    struct parts parts = {
        .route = {path.data, 0}
    };
    size_t at = BYTES_NOT_FOUND;

    if (path.size && path.data[0] == '@' && bytes_find(path, ':') != BYTES_NOT_FOUND) {
        parts.route = bytes_slice(path, 0, bytes_find(path, ':') + 1);
        path = bytes_after(path, parts.route.size);
    }
    for (size_t i = path.size; i > 0 && at == BYTES_NOT_FOUND; i--)
        if (path.data[i - 1] == '@')
            at = i - 1;
    parts.local_part = bytes_slice(path, 0, at);
    if (at != BYTES_NOT_FOUND)
        parts.domain = bytes_after(path, at + 1);
    return parts;
}

static enum smtp_charset charset_of(const struct rule_case *of)
{
    return session_has(of->session, SMTP_EXTENSION_SMTPUTF8) ? SMTP_CHARSET_UTF8
                                                             : SMTP_CHARSET_ASCII;
}

static bool is_null_path(const struct command *command)
{
    return command->bracketed && command->path.size == 0;
}

static bool is_postmaster(const struct command *command)
{
    return command->verb == SMTP_VERB_RCPT &&
           bytes_equal_nocase(command->path, BYTES_LITERAL("postmaster"));
}

RULE_CHECK(path_has_number_domain)
{
    struct bytes domain = parts_of(of->command->path).domain;

    (void)rule;
    (void)report;
    return domain.size && domain.data[0] == '#';
}

static bool has_foreign_octets(struct bytes path)
{
    for (size_t i = 0; i < path.size; i++)
        if ((unsigned char)path.data[i] < ' ' || (unsigned char)path.data[i] > 126)
            return true;
    return false;
}

RULE_CHECK(path_domain_is_malformed)
{
    struct bytes domain = parts_of(of->command->path).domain;
    struct err err = {0};

    (void)rule;
    (void)report;
    if (domain.size == 0 || domain.data[0] == '#' || domain.data[0] == '[')
        return false;
    if (is_unreadable(of->command) ||
        (charset_of(of) == SMTP_CHARSET_ASCII && has_foreign_octets(domain)))
        return false; /* rules of their own */
    return !smtp_grammar_domain(domain, charset_of(of), &err) && err.kind == ERR_SYNTAX;
}

RULE_CHECK(path_has_route)
{
    (void)rule;
    (void)report;
    return parts_of(of->command->path).route.size > 0;
}

/* What other rules speak of (a missing domain, its labels, control characters) is left to them. */
RULE_CHECK(path_is_malformed)
{
    const struct command *command = of->command;
    struct parts parts = parts_of(command->path);
    struct err err = {0};
    struct smtp_path path;
    bool ok;

    (void)rule;
    if (command->bracketed && is_unreadable(command)) {
        (void)snprintf(report->got, sizeof(report->got), "%s, and more right behind it",
                       text_show(with_brackets(command)).text);
        return true;
    }
    if (!command->bracketed || has_foreign_octets(command->path) || parts.domain.size == 0)
        return command->verb == SMTP_VERB_RCPT && is_null_path(command);
    if (path_has_number_domain(of, rule, report) || path_domain_is_malformed(of, rule, report))
        return false;
    ok = command->verb == SMTP_VERB_MAIL
             ? smtp_grammar_reverse_path(with_brackets(command), charset_of(of), &path, &err)
             : smtp_grammar_forward_path(with_brackets(command), charset_of(of), &path, &err);
    if (ok || err.kind != ERR_SYNTAX) /* Lengths have rules of their own. */
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s: %s",
                   text_show(with_brackets(command)).text, err.what);
    return true;
}

RULE_CHECK(local_part_is_too_long)
{
    (void)rule;
    (void)report;
    return parts_of(of->command->path).local_part.size > SMTP_LOCAL_PART_OCTETS_MAX;
}

RULE_CHECK(path_is_too_long)
{
    (void)rule;
    (void)report;
    return !is_unreadable(of->command) && of->command->path.size + 2 > SMTP_PATH_OCTETS_MAX;
}

RULE_CHECK(local_part_is_quoted_in_vain)
{
    struct bytes local = parts_of(of->command->path).local_part;

    (void)rule;
    (void)report;
    if (local.size < 3 || local.data[0] != '"' || local.data[local.size - 1] != '"')
        return false;
    local = bytes_slice(local, 1, local.size - 1);
    return local.data[0] != '"' && smtp_grammar_local_part(local, SMTP_CHARSET_ASCII, NULL);
}

/* ---- what the client was given -------------------------------------------------------------- */

static bool is_given(const struct scenario_send *send, struct bytes path, bool without_case)
{
    path = bytes_after(path, parts_of(path).route.size);
    for (size_t i = 0; i < send->to_count; i++) {
        struct bytes given = bytes_after(send->to[i], parts_of(send->to[i]).route.size);

        if (smtp_mailbox_equal(given, path) || (without_case && bytes_equal_nocase(given, path)))
            return true;
        /* postmaster may be qualified by the client (RFC 5321 2.3.5). */
        if (bytes_equal_nocase(given, BYTES_LITERAL("postmaster")) &&
            bytes_equal_nocase(parts_of(path).local_part, given))
            return true;
    }
    return false;
}

/* Without a claim nobody knows what the client was told; with no recipient it was told nothing. */
static bool knows_what_was_given(const struct rule_case *of)
{
    return of->claim && of->scenario->send.to_count && !is_unreadable(of->command);
}

RULE_CHECK(recipient_is_another)
{
    (void)rule;
    (void)report;
    return knows_what_was_given(of) && !is_given(&of->scenario->send, of->command->path, true);
}

RULE_CHECK(recipient_case_differs)
{
    const struct scenario_send *send = &of->scenario->send;

    (void)rule;
    (void)report;
    return knows_what_was_given(of) && !is_given(send, of->command->path, false) &&
           is_given(send, of->command->path, true);
}

RULE_CHECK(sender_is_another)
{
    struct bytes from = of->scenario->send.from;
    struct bytes path = of->command->path;

    (void)rule;
    (void)report;
    if (!knows_what_was_given(of) || from.size == 0 || path.size == 0)
        return false;
    return !smtp_mailbox_equal(bytes_after(from, parts_of(from).route.size),
                               bytes_after(path, parts_of(path).route.size));
}

RULE_CHECK(sender_is_null)
{
    (void)rule;
    (void)report;
    return knows_what_was_given(of) && of->scenario->send.from.size > 0 &&
           is_null_path(of->command);
}

RULE_CHECK(null_sender_is_replaced)
{
    (void)rule;
    (void)report;
    return knows_what_was_given(of) && of->scenario->send.from.size == 0 &&
           of->command->path.size > 0;
}

/* A path that is not the one that was given has one fault, and that is it. */
RULE_CHECK(path_has_no_domain)
{
    if (is_unreadable(of->command) || is_null_path(of->command) || is_postmaster(of->command))
        return false;
    if (of->command->verb == SMTP_VERB_RCPT ? recipient_is_another(of, rule, report)
                                            : sender_is_another(of, rule, report))
        return false;
    return parts_of(of->command->path).domain.size == 0;
}

/* ---- parameters ----------------------------------------------------------------------------- */

static const struct command_parameter *find_parameter(const struct rule_case *of, const char *name)
{
    return is_unreadable(of->command) ? NULL : command_find_parameter(of->command, bytes_of(name));
}

static bool is_offered(const struct rule_case *of, const struct command_parameter *parameter)
{
    return session_is_extended(of->session) &&
           smtp_extensions_find_parameter(&of->session->offered, of->command->verb, parameter->name,
                                          parameter->value);
}

RULE_CHECK(parameter_not_offered)
{
    const struct command_parameter *parameter = find_parameter(of, rule->word);

    (void)report;
    return parameter && !is_offered(of, parameter);
}

/* SIZE, BODY and AUTH of MAIL have rules of their own; a parameter of an extension that nobody here
 * knows is right when such a keyword was offered. */
RULE_CHECK(other_parameter_not_offered)
{
    static const char *const own[] = {"SIZE", "BODY", "AUTH"};

    (void)rule;
    (void)report;
    if (is_unreadable(of->command) || session_has(of->session, SMTP_EXTENSION_OTHER))
        return false;
    for (size_t i = 0; i < of->command->parameter_count; i++) {
        bool judged = false;

        for (size_t j = 0; j < 3; j++)
            judged |= of->command->verb == SMTP_VERB_MAIL &&
                      bytes_equal_nocase(of->command->parameters[i].name, bytes_of(own[j]));
        if (!judged && !is_offered(of, &of->command->parameters[i]))
            return true;
    }
    return false;
}

RULE_CHECK(parameter_twice)
{
    size_t count = 0;

    (void)report;
    if (is_unreadable(of->command))
        return false;
    for (size_t i = 0; i < of->command->parameter_count; i++)
        count += bytes_equal_nocase(of->command->parameters[i].name, bytes_of(rule->word));
    return count > 1;
}

RULE_CHECK(size_is_malformed)
{
    const struct command_parameter *size = find_parameter(of, "SIZE");

    (void)rule;
    (void)report;
    if (!size)
        return false;
    for (size_t i = 0; i < size->value.size; i++)
        if (size->value.data[i] < '0' || size->value.data[i] > '9')
            return true;
    return size->value.size == 0 || size->value.size > SMTP_SIZE_DIGITS_MAX;
}

RULE_CHECK(body_is_malformed)
{
    const struct command_parameter *body = find_parameter(of, "BODY");

    (void)rule;
    (void)report;
    if (!body)
        return false;
    return !bytes_equal_nocase(body->value, BYTES_LITERAL("7BIT")) &&
           !bytes_equal_nocase(body->value, BYTES_LITERAL("8BITMIME")) &&
           !bytes_equal_nocase(body->value, BYTES_LITERAL("BINARYMIME"));
}

RULE_CHECK(auth_parameter_is_malformed)
{
    const struct command_parameter *auth = find_parameter(of, "AUTH");

    (void)rule;
    (void)report;
    if (!auth || bytes_equal(auth->value, BYTES_LITERAL("<>")))
        return false;
    return auth->value.size == 0 || !smtp_grammar_xtext(auth->value, NULL);
}
