/* rules_session.c - the order of things (RFC 5321 3, 4.1.4, 4.3.1; RFC 2920 3.1). */
#include "base/smtp_code.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

/* Below this a client that left did not wait: no client's timeout is as short (RFC 5321 4.5.3.2).
 */
enum { PATIENCE_MS = 1000 };

static bool is_early(const struct rule_case *of)
{
    return (of->record->notes & TRANSCRIPT_NOTE(EARLY)) != 0;
}

RULE_CHECK(before_greeting)
{
    (void)rule;
    (void)report;
    /* QUIT is right at any time (RFC 5321 4.1.1.10). */
    return of->session->greeting_code == 0 && of->command->verb != SMTP_VERB_QUIT;
}

/* ---- command groups ------------------------------------------------------------------------- */

/* QUIT, or HELO after EHLO, of a client that waits no longer: no reply will come, or none came in
 * time. */
static bool gives_up(const struct rule_case *of)
{
    const struct transcript_record *last;

    if (of->command->verb != SMTP_VERB_QUIT &&
        !(of->command->verb == SMTP_VERB_HELO && of->session->last_verb == SMTP_VERB_EHLO))
        return false;
    last = transcript_at(of->transcript, of->session->last_unit);
    return of->session->stalled || of->record->at_ms - last->at_ms >= PATIENCE_MS;
}

static bool is_ahead(const struct rule_case *of)
{
    return is_early(of) && of->session->greeting_code != 0 && !of->session->quit_sent &&
           !of->session->server_ended && of->session->last_unit != SESSION_NOWHERE && !gives_up(of);
}

RULE_CHECK(did_not_wait)
{
    (void)rule;
    (void)report;
    return is_ahead(of) && !session_is_extended(of->session);
}

RULE_CHECK(did_not_wait_after_ehlo)
{
    (void)rule;
    (void)report;
    return is_ahead(of) && session_is_extended(of->session) &&
           !session_has(of->session, SMTP_EXTENSION_PIPELINING);
}

static bool is_ahead_in_group(const struct rule_case *of)
{
    return is_ahead(of) && session_has(of->session, SMTP_EXTENSION_PIPELINING);
}

RULE_CHECK(group_goes_on)
{
    static const uint32_t last = RULE_VERB(EHLO) | RULE_VERB(DATA) | RULE_VERB(VRFY) |
                                 RULE_VERB(EXPN) | RULE_VERB(TURN) | RULE_VERB(NOOP);

    (void)rule;
    (void)report;
    return is_ahead_in_group(of) && last >> of->session->last_verb & 1;
}

/* BDAT is the exception (RFC 3030 2); RFC 2920 is silent on HELO and HELP. */
RULE_CHECK(group_goes_on_after_extension)
{
    static const uint32_t last =
        RULE_VERB(STARTTLS) | RULE_VERB(BURL) | RULE_VERB(ETRN) | RULE_VERB(ATRN);

    (void)rule;
    (void)report;
    return is_ahead_in_group(of) && last >> of->session->last_verb & 1;
}

static bool was_response(const struct rule_case *of)
{
    return transcript_at(of->transcript, of->session->last_unit)->kind == TRANSCRIPT_RESPONSE;
}

/* One round of PLAIN with its initial response changes nothing that must be known first. */
RULE_CHECK(group_goes_on_after_auth)
{
    bool one_step = of->session->last_verb == SMTP_VERB_AUTH &&
                    of->session->last_has_initial_response &&
                    of->session->mechanism == SMTP_MECHANISM_PLAIN;

    (void)rule;
    (void)report;
    if (!is_ahead_in_group(of) || one_step)
        return false;
    return of->session->last_verb == SMTP_VERB_AUTH || was_response(of);
}

/* ---- EHLO ----------------------------------------------------------------------------------- */

static bool hello_is_outstanding(const struct session *session)
{
    for (size_t i = session->waiting_first; i < session->waiting_count; i++)
        if (session->waiting[i].verb == SMTP_VERB_EHLO ||
            session->waiting[i].verb == SMTP_VERB_HELO)
            return true;
    return false;
}

/* While the reply is outstanding, not having waited is the fault. */
RULE_CHECK(mail_before_hello)
{
    (void)rule;
    (void)report;
    return of->session->hello == SESSION_HELLO_NONE && !hello_is_outstanding(of->session);
}

RULE_CHECK(helo_first)
{
    (void)rule;
    (void)report;
    return of->session->units == 0;
}

/* RSET between a refused EHLO and HELO is allowed (RFC 1869 4.7). */
RULE_CHECK(command_before_hello)
{
    (void)rule;
    (void)report;
    return of->session->hello == SESSION_HELLO_NONE && !hello_is_outstanding(of->session) &&
           !of->session->hello_refused;
}

/* ---- transactions --------------------------------------------------------------------------- */

static const struct session_transaction *transaction_of(const struct rule_case *of)
{
    if (of->session->transaction == SESSION_NOWHERE)
        return NULL;
    return &of->view->transactions[of->session->transaction];
}

RULE_CHECK(out_of_order)
{
    const struct session_transaction *transaction = transaction_of(of);

    (void)rule;
    (void)report;
    if (of->session->mail_refused)
        return false;
    if (!of->session->transaction_open || !transaction)
        return true;
    return of->command->verb == SMTP_VERB_DATA && transaction->rcpt_sent == 0;
}

RULE_CHECK(after_refused_mail)
{
    (void)rule;
    (void)report;
    return of->session->mail_refused && !of->in_flight;
}

RULE_CHECK(data_without_recipient)
{
    const struct session_transaction *transaction = transaction_of(of);

    (void)rule;
    (void)report;
    return transaction && of->session->transaction_open && transaction->rcpt_sent > 0 &&
           transaction->rcpt_accepted == 0 && !of->in_flight &&
           of->session->waiting_first == of->session->waiting_count;
}

RULE_CHECK(mail_in_transaction)
{
    (void)rule;
    (void)report;
    return of->session->transaction_open;
}

/* ---- refusals ------------------------------------------------------------------------------- */

static bool is_quit(const struct rule_case *of)
{
    return of->command->kind == TRANSCRIPT_COMMAND && of->command->verb == SMTP_VERB_QUIT;
}

RULE_CHECK(after_refusing_greeting)
{
    unsigned code = of->session->greeting_code;

    (void)rule;
    (void)report;
    return smtp_code_class(code) == SMTP_CODE_5YZ && code != 521 && !is_quit(of) && !is_early(of);
}

RULE_CHECK(after_521_greeting)
{
    (void)rule;
    (void)report;
    return of->session->greeting_code == 521 && !is_quit(of) && !is_early(of);
}

RULE_CHECK(after_421)
{
    (void)rule;
    (void)report;
    return of->session->shutting_down && !is_quit(of) && !of->in_flight;
}

RULE_CHECK(after_quit)
{
    (void)rule;
    (void)report;
    return of->session->quit_sent;
}

/* EHLO and HELO are different requests; so is AUTH, which has a rule of its own. What was refused
 * for one message has to be tried again for the next one (RFC 5321 4.5.4.1). */
RULE_CHECK(repeated_after_5yz)
{
    unsigned messages = of->scenario->send.messages;
    unsigned refused = 0;

    (void)rule;
    (void)report;
    if (of->command->verb == SMTP_VERB_AUTH || of->in_flight)
        return false;
    for (size_t i = 0; i < of->session->refused_count; i++)
        refused += bytes_equal(transcript_at(of->transcript, of->session->refused[i])->octets,
                               of->record->octets);
    return refused > 0 && refused >= messages;
}

RULE_CHECK(expn_before_mail)
{
    (void)rule;
    (void)report;
    return of->session->expn_sent;
}

/* ---- the end -------------------------------------------------------------------------------- */

static uint64_t time_of(const struct rule_case *of, size_t record)
{
    return record == SESSION_NOWHERE ? 0 : transcript_at(of->transcript, record)->at_ms;
}

/* How long nothing was said before the client left. */
static uint64_t silence_ms(const struct rule_case *of)
{
    uint64_t unit = time_of(of, of->session->last_unit);
    uint64_t reply = time_of(of, of->session->last_reply);
    uint64_t last = unit > reply ? unit : reply;

    if (last < transcript_at(of->transcript, of->session->opened)->at_ms)
        last = transcript_at(of->transcript, of->session->opened)->at_ms;
    return of->record->at_ms - last;
}

static bool was_ended_by_us(const struct rule_case *of)
{
    return of->session->expired || (of->claim && (of->claim->hung || of->claim->signal != 0));
}

/* The server owed a reply and was silent for so long that the client may have timed out. */
static bool may_have_timed_out(const struct rule_case *of)
{
    bool owed =
        of->session->greeting_code == 0 || of->session->waiting_first < of->session->waiting_count;

    return owed && (of->session->stalled || silence_ms(of) >= PATIENCE_MS);
}

/* Not asked for: after 421 or 521, a timeout, a dead TLS handshake, when the server went first, and
 * inside mail data, where there is no other way out. A client that says nothing inside of TLS did
 * not like what the handshake told it: QUIT is a SHOULD there (RFC 3207 4.1), see
 * closed_after_handshake(). */
RULE_CHECK(closed_without_quit)
{
    const struct session *session = of->session;

    (void)rule;
    if (session->quit_sent || session->server_ended || session->client_ended ||
        session->tls_failed || was_ended_by_us(of))
        return false;
    if (session->shutting_down || session->shut_unasked || session->greeting_code == 521)
        return false;
    if (session->data_open || session->cut || may_have_timed_out(of))
        return false;
    if (session->secure && session->secure_units == 0)
        return false;
    /* A connection that was never used, or left before the greeting, was no session. */
    if (session->units == 0 && (session->greeting_code == 0 || session->connection > 1))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s without QUIT",
                   of->record->kind == TRANSCRIPT_CLIENT_RESET ? "a reset" : "the end");
    return true;
}

RULE_CHECK(did_not_wait_for_quit_reply)
{
    const struct session *session = of->session;

    (void)rule;
    if (!session->quit_sent || session->quit_answered || session->server_ended ||
        session->client_ended || session->shutting_down || was_ended_by_us(of))
        return false;
    if (session->stalled || of->record->at_ms - time_of(of, session->quit_record) >= PATIENCE_MS)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "the end %llu ms after QUIT",
                   (unsigned long long)(of->record->at_ms - time_of(of, session->quit_record)));
    return true;
}
