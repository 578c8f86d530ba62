/* rules_auth.c - authentication (RFC 4954, 4422, 4616; draft-murchison-sasl-login). */
#include "base/smtp_limits.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

static bool has_note(const struct rule_case *of, uint32_t notes)
{
    return (of->record->notes & notes) != 0;
}

RULE_CHECK(auth_not_offered)
{
    (void)rule;
    (void)report;
    return !session_has(of->session, SMTP_EXTENSION_AUTH);
}

RULE_CHECK(mechanism_not_offered)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(of->command->mechanism);

    (void)rule;
    (void)report;
    return session_has(of->session, SMTP_EXTENSION_AUTH) &&
           !smtp_extensions_has_mechanism(&of->session->offered, mechanism);
}

RULE_CHECK(auth_again)
{
    (void)rule;
    (void)report;
    return of->session->authenticated;
}

RULE_CHECK(auth_in_transaction)
{
    (void)rule;
    (void)report;
    return of->session->transaction_open;
}

RULE_CHECK(response_is_not_base64)
{
    (void)rule;
    (void)report;
    return has_note(of, TRANSCRIPT_NOTE(NOT_BASE64)) && !has_note(of, TRANSCRIPT_NOTE(CANCEL));
}

RULE_CHECK(auth_line_is_too_long)
{
    uint64_t octets = of->record->wire_octets ? of->record->wire_octets : of->record->octets.size;

    (void)rule;
    if (!of->command->initial_response.data || octets <= SMTP_COMMAND_LINE_OCTETS_MAX)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "AUTH of %llu octets",
                   (unsigned long long)octets);
    return true;
}

/* LOGIN has a row of its own: many servers take the user name there, no text allows it. */
RULE_CHECK(initial_response_to_server_first)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(of->command->mechanism);

    (void)report;
    if (!of->command->initial_response.data || mechanism == SMTP_MECHANISM_OTHER ||
        smtp_mechanism_is_client_first(mechanism))
        return false;
    return rule->word ? mechanism == smtp_mechanism_from(bytes_of(rule->word))
                      : mechanism != SMTP_MECHANISM_LOGIN;
}

static bool was_given_credentials(const struct rule_case *of)
{
    return of->claim && of->scenario->send.user.size > 0;
}

RULE_CHECK(login_out_of_order)
{
    const struct scenario_send *send = &of->scenario->send;

    (void)rule;
    if (of->session->mechanism != SMTP_MECHANISM_LOGIN || !of->session->auth_open ||
        !was_given_credentials(of) || bytes_equal(send->user, send->password))
        return false;
    if (of->session->responses == 0 && has_note(of, TRANSCRIPT_NOTE(PASSWORD))) {
        (void)snprintf(report->got, sizeof(report->got), "the password first");
        return true;
    }
    if (of->session->responses == 1 && has_note(of, TRANSCRIPT_NOTE(USER)) &&
        !has_note(of, TRANSCRIPT_NOTE(PASSWORD))) {
        (void)snprintf(report->got, sizeof(report->got), "the user name again");
        return true;
    }
    return false;
}

/* Only where what the client was given would have been right. */
static bool would_be_right(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->account_count; i++)
        if (bytes_equal(scenario->accounts[i].user, scenario->send.user) &&
            bytes_equal(scenario->accounts[i].password, scenario->send.password))
            return true;
    return false;
}

RULE_CHECK(credentials_differ)
{
    enum smtp_mechanism mechanism = of->record->kind == TRANSCRIPT_COMMAND
                                        ? smtp_mechanism_from(of->command->mechanism)
                                        : of->session->mechanism;

    if (!has_note(of, TRANSCRIPT_NOTE(WRONG_CREDENTIALS)) || !was_given_credentials(of) ||
        !would_be_right(of->scenario))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "other credentials");
    return mechanism == smtp_mechanism_from(bytes_of(rule->word));
}

RULE_CHECK(auth_hammers)
{
    enum { FEW = 4 };

    (void)rule;
    (void)report;
    return of->session->auth_refused >= FEW;
}

RULE_CHECK(secret_elsewhere)
{
    (void)rule;
    (void)report;
    return has_note(of, TRANSCRIPT_NOTE(SECRET_ELSEWHERE));
}
