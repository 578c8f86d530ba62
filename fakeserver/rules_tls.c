/* rules_tls.c - STARTTLS, TLS, and what passes without it (RFC 3207, 8314, 8996). */
#include "base/tls.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

/* The client was told to use TLS, and to do nothing without it. */
static bool is_required(const struct scenario *scenario)
{
    return scenario->send.tls == SEND_TLS_STARTTLS || scenario->send.tls == SEND_TLS_IMPLICIT;
}

RULE_CHECK(starttls_not_offered)
{
    (void)rule;
    (void)report;
    return !of->session->secure && !session_has(of->session, SMTP_EXTENSION_STARTTLS);
}

RULE_CHECK(starttls_inside_tls)
{
    (void)rule;
    (void)report;
    return of->session->secure;
}

RULE_CHECK(command_instead_of_handshake)
{
    (void)rule;
    (void)report;
    return of->session->handshake_due && !of->session->handshake_seen && !of->session->secure &&
           of->record->octets.size > 0;
}

/* QUIT is for a client that the handshake did not satisfy (RFC 3207 4.1). */
RULE_CHECK(first_inside_tls_is_no_ehlo)
{
    enum smtp_verb verb = of->command->verb;

    (void)rule;
    (void)report;
    return of->session->secure && of->session->after_starttls && of->session->secure_units == 0 &&
           verb != SMTP_VERB_EHLO && verb != SMTP_VERB_HELO && verb != SMTP_VERB_LHLO &&
           verb != SMTP_VERB_QUIT;
}

/* The level that the handshake came to is not enough for the client (RFC 3207 4.1). */
RULE_CHECK(closed_after_handshake)
{
    const struct session *session = of->session;
    bool ended_by_us = session->expired || session->server_ended ||
                       (of->claim && (of->claim->hung || of->claim->signal != 0));

    (void)rule;
    if (!session->after_starttls || session->secure_units > 0 || session->client_ended ||
        session->tls_failed || session->shutting_down || ended_by_us)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s right after the handshake",
                   of->record->kind == TRANSCRIPT_CLIENT_RESET ? "a reset" : "the end");
    return true;
}

RULE_CHECK(tls_version_is_old)
{
    const struct tls_facts *tls = of->record->tls;

    if (!tls || of->record->kind != TRANSCRIPT_TLS_STARTED)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "TLS %s", tls_version_word(tls->version));
    return bytes_equal(bytes_of(rule->word), bytes_of(tls_version_word(tls->version)));
}

RULE_CHECK(mail_without_tls)
{
    (void)rule;
    (void)report;
    return is_required(of->scenario) && !of->session->secure;
}

/* word: the mechanism; NULL: any, and any way. */
RULE_CHECK(auth_without_tls)
{
    enum smtp_mechanism mechanism = smtp_mechanism_from(of->command->mechanism);

    (void)report;
    if (!is_required(of->scenario) || of->session->secure)
        return false;
    return !rule->word || mechanism == smtp_mechanism_from(bytes_of(rule->word));
}
