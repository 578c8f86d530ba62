/* rules_data.c - mail data (RFC 5321 2.3.8, 3.3, 4.1.1.4, 4.5.2, 4.5.3.1; RFC 1870; RFC 6152). */
#include "base/smtp_limits.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

static const struct mail_data_facts *facts_of(const struct rule_case *of)
{
    static const struct mail_data_facts none = {.differs_at = MAIL_DATA_NOWHERE};

    return of->record->facts ? of->record->facts : &none;
}

static bool counted(struct rule_report *report, uint64_t count, const char *what)
{
    if (count == 0)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%llu %s", (unsigned long long)count, what);
    return true;
}

/* ---- when ----------------------------------------------------------------------------------- */

/* Mail data though DATA was answered 5yz. */
static bool was_refused_for_good(const struct rule_case *of)
{
    return of->record->kind == TRANSCRIPT_MAIL_DATA &&
           (of->record->notes & TRANSCRIPT_NOTE(UNINVITED)) != 0 && of->session->last_code >= 500;
}

/* An address with a line end in it, as it was given, makes commands of its own: the fault is there,
 * not in what the client and the server then make of each other. */
static bool was_given_a_line_end(const struct rule_case *of)
{
    const struct scenario_send *send = &of->scenario->send;

    for (size_t i = 0; i < send->to_count; i++)
        if (bytes_find(send->to[i], '\r') != BYTES_NOT_FOUND ||
            bytes_find(send->to[i], '\n') != BYTES_NOT_FOUND)
            return true;
    return false;
}

RULE_CHECK(content_not_asked_for)
{
    (void)rule;
    (void)report;
    if (was_given_a_line_end(of))
        return false;
    if (of->record->kind != TRANSCRIPT_MAIL_DATA || of->session->quit_sent)
        return false;
    if (was_refused_for_good(of))
        return false; /* a rule of its own */
    return (of->record->notes & (TRANSCRIPT_NOTE(UNINVITED) | TRANSCRIPT_NOTE(EARLY))) != 0;
}

/* Lines that are no commands, right behind a DATA that was refused. Where the lines of the reply
 * disagree, the client may go by any of them (RFC 5321 4.2.1). */
RULE_CHECK(content_after_refusal)
{
    const struct session *session = of->session;

    (void)rule;
    (void)report;
    if (session->reply_mixed)
        return false;
    if (of->record->kind != TRANSCRIPT_COMMAND)
        return was_refused_for_good(of);
    /* Or its lines came one by one, as if they were commands. */
    return !session->derailed && of->command->verb == SMTP_VERB_OTHER &&
           session->last_verb == SMTP_VERB_DATA && !session->data_open &&
           session->answered.record == session->last_unit && session->last_code >= 400;
}

static size_t accepted_recipients(const struct rule_case *of)
{
    if (of->session->transaction == SESSION_NOWHERE)
        return 0;
    return of->view->transactions[of->session->transaction].rcpt_accepted;
}

RULE_CHECK(content_without_recipient)
{
    (void)rule;
    (void)report;
    return accepted_recipients(of) == 0 && facts_of(of)->octets > 0 && of->session->data_open;
}

RULE_CHECK(closed_instead_of_lone_dot)
{
    (void)rule;
    (void)report;
    return of->session->data_open && accepted_recipients(of) == 0 && !of->session->cut &&
           !of->session->server_ended && !of->session->client_ended && !of->session->stalled &&
           !of->session->expired && !(of->claim && (of->claim->hung || of->claim->signal));
}

/* ---- what ----------------------------------------------------------------------------------- */

/* The parameters of the MAIL that opened this transaction. */
static bool mail_parameter(const struct rule_case *of, const char *name, struct bytes *ret_value)
{
    struct command mail;
    const struct command_parameter *parameter;

    if (of->session->transaction == SESSION_NOWHERE)
        return false;
    command_read(
        transcript_at(of->transcript, of->view->transactions[of->session->transaction].mail)
            ->octets,
        &mail);
    parameter = command_find_parameter(&mail, bytes_of(name));
    if (parameter)
        *ret_value = parameter->value;
    return parameter != NULL;
}

/* BODY=BINARYMIME: any octet may stand anywhere (RFC 3030 3). */
static bool is_binary(const struct rule_case *of)
{
    struct bytes value;

    return of->record->kind == TRANSCRIPT_CHUNK && mail_parameter(of, "BODY", &value) &&
           bytes_equal_nocase(value, BYTES_LITERAL("BINARYMIME"));
}

RULE_CHECK(content_has_bare_line_ends)
{
    (void)rule;
    if (is_binary(of))
        return false;
    if (facts_of(of)->bare_cr)
        return counted(report, facts_of(of)->bare_cr, "CR without LF");
    return counted(report, facts_of(of)->bare_lf, "LF without CR");
}

RULE_CHECK(content_has_unstuffed_dots)
{
    (void)rule;
    return counted(report, facts_of(of)->unstuffed_dots, "lines that began with a single dot");
}

RULE_CHECK(content_has_false_ends)
{
    (void)rule;
    return counted(report, facts_of(of)->false_ends, "look-alikes of CRLF . CRLF");
}

static uint64_t control_characters(struct bytes text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char octet = (unsigned char)text.data[i];
        count += octet == 127 || (octet < ' ' && octet != '\t' && octet != '\r' && octet != '\n');
    }
    return count;
}

/* Those of the message that the client was given are its user's, not the client's. */
RULE_CHECK(content_has_control_characters)
{
    const struct mail_text *given = &of->scenario->send.given;
    uint64_t count = facts_of(of)->nul + facts_of(of)->control;

    (void)rule;
    return count > 0 && control_characters(given->cycle) == 0 &&
           count > control_characters(given->head) && counted(report, count, "control characters");
}

RULE_CHECK(content_eight_bit_to_helo)
{
    (void)rule;
    return of->session->hello == SESSION_HELLO_HELO &&
           counted(report, facts_of(of)->eight_bit, "octets above 127");
}

RULE_CHECK(content_eight_bit_not_offered)
{
    (void)rule;
    return session_is_extended(of->session) && !session_has(of->session, SMTP_EXTENSION_8BITMIME) &&
           counted(report, facts_of(of)->eight_bit, "octets above 127");
}

RULE_CHECK(content_eight_bit_not_declared)
{
    struct bytes body = BYTES_NONE;

    (void)rule;
    if (!session_has(of->session, SMTP_EXTENSION_8BITMIME) || facts_of(of)->eight_bit == 0)
        return false;
    if (mail_parameter(of, "BODY", &body) && !bytes_equal_nocase(body, BYTES_LITERAL("7BIT")))
        return false;
    /* It allows them in the header by itself, and BODY= MAY come with it (RFC 6531 3.6). */
    if (mail_parameter(of, "SMTPUTF8", &body))
        return false;
    return counted(report, facts_of(of)->eight_bit, "octets above 127, not declared");
}

RULE_CHECK(content_line_is_too_long)
{
    (void)rule;
    if (facts_of(of)->longest_line <= SMTP_TEXT_LINE_OCTETS_MAX || is_binary(of))
        return false;
    return counted(report, facts_of(of)->longest_line, "octets in one line");
}

/* ---- how much ------------------------------------------------------------------------------- */

static bool declared_size(const struct rule_case *of, unsigned long long *ret)
{
    struct bytes value = BYTES_NONE;

    return mail_parameter(of, "SIZE", &value) && bytes_to_number(value, UINT64_MAX, ret);
}

/* Estimates are allowed, also low ones (RFC 1870 6, 6.3): a size that counts LF for CRLF, or not
 * the line end that the client itself added, still says how much will come. */
RULE_CHECK(content_above_declared_size)
{
    enum { LINE_END = 2 };
    uint64_t octets = facts_of(of)->octets;
    unsigned long long size;

    (void)rule;
    if (!declared_size(of, &size) || octets <= size)
        return false;
    if (octets - size <= facts_of(of)->lines + LINE_END)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%llu octets after SIZE=%llu",
                   (unsigned long long)octets, size);
    return true;
}

/* A server that accepted a larger SIZE= has agreed to it (RFC 1870 6.1). */
RULE_CHECK(content_above_maximum)
{
    uint64_t max = of->session->offered.size_octets;
    unsigned long long size;

    (void)rule;
    if (!session_has(of->session, SMTP_EXTENSION_SIZE) || max == 0 || facts_of(of)->octets <= max)
        return false;
    if (declared_size(of, &size) && size > max)
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%llu octets where %llu are the most",
                   (unsigned long long)facts_of(of)->octets, (unsigned long long)max);
    return true;
}

RULE_CHECK(large_content_without_size)
{
    struct bytes value;

    (void)rule;
    if (!session_has(of->session, SMTP_EXTENSION_SIZE) || mail_parameter(of, "SIZE", &value))
        return false;
    return facts_of(of)->octets > SMTP_MESSAGE_OCTETS_MIN &&
           counted(report, facts_of(of)->octets, "octets, SIZE= not sent");
}

/* ---- header fields -------------------------------------------------------------------------- */

RULE_CHECK(content_has_return_path)
{
    (void)rule;
    return counted(report, facts_of(of)->return_path, "Return-Path fields");
}

RULE_CHECK(content_has_bcc)
{
    (void)rule;
    return counted(report, facts_of(of)->bcc, "Bcc fields");
}

/* Only what the client added itself is its fault. */
RULE_CHECK(content_has_two_dates)
{
    (void)rule;
    if (facts_of(of)->header_extra == 0)
        return false;
    if (facts_of(of)->date_fields > 1)
        return counted(report, facts_of(of)->date_fields, "Date fields");
    return facts_of(of)->from_fields > 1 &&
           counted(report, facts_of(of)->from_fields, "From fields");
}

/* Only fields that the client wrote: those that it was given are its user's. */
RULE_CHECK(content_has_bad_names)
{
    (void)rule;
    return counted(report, facts_of(of)->own_bad_names, "header fields without a proper name");
}

RULE_CHECK(content_has_short_years)
{
    (void)rule;
    return counted(report, facts_of(of)->own_short_years, "dates with a short year");
}

/* The longest line of the header that the client was given, as if it ended in CRLF. */
static uint64_t longest_given_line(const struct rule_case *of)
{
    struct bytes rest = of->scenario->send.given.head;
    struct bytes line;
    uint64_t longest = 0;

    while (bytes_next(&rest, '\n', &line) && bytes_trim(line).size > 0)
        if (line.size + 2 > longest)
            longest = line.size + 2;
    return longest;
}

static uint64_t longest_address(const struct rule_case *of)
{
    const struct scenario_send *send = &of->scenario->send;
    uint64_t longest = send->from.size;

    for (size_t i = 0; i < send->to_count; i++)
        if (send->to[i].size > longest)
            longest = send->to[i].size;
    return longest;
}

/* A client may write a line anew that it was given, and it cannot fold inside an address. */
RULE_CHECK(content_has_long_header_lines)
{
    enum { FIELD_NAME_OCTETS = 24 };
    uint64_t octets = facts_of(of)->own_longest_line;

    (void)rule;
    if (octets <= SMTP_TEXT_LINE_OCTETS_WANTED || octets <= longest_given_line(of) ||
        octets <= longest_address(of) + FIELD_NAME_OCTETS)
        return false;
    return counted(report, octets, "octets in one line of the header");
}

RULE_CHECK(content_eight_bit_is_no_mime)
{
    const struct mail_data_facts *facts = facts_of(of);
    struct bytes body = BYTES_NONE;

    (void)rule;
    if (facts->eight_bit == 0 || !mail_parameter(of, "BODY", &body) ||
        !bytes_equal_nocase(body, BYTES_LITERAL("8BITMIME")))
        return false;
    if (facts->mime_version == 0)
        return counted(report, facts->eight_bit, "octets above 127 in what is no MIME message");
    return facts->seven_bit_encoding > 0 &&
           counted(report, facts->eight_bit, "octets above 127 in an encoding of 7 bit");
}
