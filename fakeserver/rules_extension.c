/* rules_extension.c - CHUNKING, BINARYMIME, SMTPUTF8, DSN, DELIVERBY, FUTURERELEASE, REQUIRETLS,
 * MTRK, BURL, LMTP: what a client may ask for, and how. */
#include "base/smtp_parameter.h"
#include "base/text.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

#define PARAMETER_OCTETS_MAX 1024

static const struct command_parameter *parameter(const struct rule_case *of, const char *name)
{
    return command_find_parameter(of->command, bytes_of(name));
}

/* The MAIL that opened this transaction. False: there is none. */
static bool read_mail(const struct rule_case *of, struct command *ret)
{
    if (of->command && of->command->verb == SMTP_VERB_MAIL) {
        *ret = *of->command;
        return true;
    }
    if (of->session->transaction == SESSION_NOWHERE)
        return false;
    command_read(
        transcript_at(of->transcript, of->view->transactions[of->session->transaction].mail)
            ->octets,
        ret);
    return true;
}

static bool mail_says(const struct rule_case *of, const char *name, const char *value)
{
    struct command mail;
    const struct command_parameter *found;

    if (!read_mail(of, &mail))
        return false;
    found = command_find_parameter(&mail, bytes_of(name));
    return found && (!value || bytes_equal_nocase(found->value, bytes_of(value)));
}

/* ---- BDAT ----------------------------------------------------------------------------------- */

RULE_CHECK(verb_not_offered)
{
    (void)report;
    return !session_has(of->session, smtp_extension_from(bytes_of(rule->word)));
}

RULE_CHECK(bdat_after_refusal)
{
    (void)rule;
    (void)report;
    return of->session->chunk_refused && !of->in_flight;
}

RULE_CHECK(mail_after_refused_bdat)
{
    (void)rule;
    (void)report;
    return of->session->chunk_refused;
}

RULE_CHECK(bdat_after_last)
{
    (void)rule;
    (void)report;
    return of->session->last_chunk_sent;
}

RULE_CHECK(bdat_with_data)
{
    (void)rule;
    (void)report;
    if (of->session->last_chunk_sent)
        return false;
    return of->command->verb == SMTP_VERB_DATA ? of->session->chunks_sent : of->session->data_sent;
}

RULE_CHECK(binary_not_offered)
{
    const struct command_parameter *body = parameter(of, "BODY");

    (void)rule;
    (void)report;
    return body && bytes_equal_nocase(body->value, BYTES_LITERAL("BINARYMIME")) &&
           !(session_has(of->session, SMTP_EXTENSION_BINARYMIME) &&
             session_has(of->session, SMTP_EXTENSION_CHUNKING));
}

RULE_CHECK(data_for_binary)
{
    (void)rule;
    (void)report;
    return mail_says(of, "BODY", "BINARYMIME");
}

/* With DATA other rules speak of it. */
RULE_CHECK(binary_not_declared)
{
    (void)rule;
    if (of->record->kind != TRANSCRIPT_CHUNK || !of->record->facts || of->record->facts->nul == 0 ||
        mail_says(of, "BODY", "BINARYMIME"))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "octets 0 without BODY=BINARYMIME");
    return true;
}

/* ---- SMTPUTF8 ------------------------------------------------------------------------------- */

static bool has_eight_bit(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] > 127)
            return true;
    return false;
}

RULE_CHECK(utf8_not_declared)
{
    (void)rule;
    (void)report;
    return session_has(of->session, SMTP_EXTENSION_SMTPUTF8) && has_eight_bit(of->command->path) &&
           !mail_says(of, "SMTPUTF8", NULL);
}

RULE_CHECK(utf8_has_a_value)
{
    const struct command_parameter *utf8 = parameter(of, "SMTPUTF8");

    (void)rule;
    (void)report;
    return utf8 && utf8->value.data;
}

/* VRFY string SMTPUTF8 (RFC 6531 3.7.4.2) */
RULE_CHECK(vrfy_utf8_not_offered)
{
    struct bytes rest = of->command->argument;
    struct bytes last = BYTES_NONE;
    struct bytes word;
    unsigned words = 0;

    (void)rule;
    (void)report;
    while (bytes_next_word(&rest, &word)) {
        last = word;
        words++;
    }
    return words > 1 && bytes_equal_nocase(last, BYTES_LITERAL("SMTPUTF8")) &&
           !session_has(of->session, SMTP_EXTENSION_SMTPUTF8);
}

/* ---- values --------------------------------------------------------------------------------- */

static enum smtp_charset charset_of(const struct rule_case *of)
{
    return session_has(of->session, SMTP_EXTENSION_SMTPUTF8) ? SMTP_CHARSET_UTF8
                                                             : SMTP_CHARSET_ASCII;
}

static bool is_malformed(const struct rule_case *of, const char *name, struct rule_report *report)
{
    const struct command_parameter *found = parameter(of, name);
    struct err err = {0};

    if (!found || smtp_parameter_check(found->name, found->value, charset_of(of), &err))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "%s=%s: %s", name,
                   text_show(found->value).text, err.what);
    return true;
}

/* rule->word names the parameter. */
RULE_CHECK(parameter_is_malformed)
{
    return is_malformed(of, rule->word, report);
}

RULE_CHECK(xtext_is_malformed)
{
    const struct command_parameter *envid = parameter(of, "ENVID");
    const struct command_parameter *orcpt = parameter(of, "ORCPT");
    struct bytes text = envid ? envid->value : BYTES_NONE;

    (void)rule;
    (void)report;
    if (orcpt && !bytes_starts_with_nocase(orcpt->value, BYTES_LITERAL("utf-8;")))
        text = bytes_after(orcpt->value, bytes_find(orcpt->value, ';') + 1);
    return text.size > 0 && !smtp_grammar_xtext(text, NULL);
}

/* What is no xtext has a rule of its own. */
RULE_CHECK(envid_is_malformed)
{
    return !xtext_is_malformed(of, rule, report) && is_malformed(of, "ENVID", report);
}

RULE_CHECK(orcpt_is_malformed)
{
    return !xtext_is_malformed(of, rule, report) && is_malformed(of, "ORCPT", report);
}

static bool has_never_and_more(struct bytes value)
{
    struct bytes element;
    size_t elements = 0;
    bool never = false;

    while (bytes_next(&value, ',', &element)) {
        never |= bytes_equal_nocase(element, BYTES_LITERAL("NEVER"));
        elements++;
    }
    return never && elements > 1;
}

RULE_CHECK(never_is_not_alone)
{
    const struct command_parameter *notify = parameter(of, "NOTIFY");

    (void)rule;
    (void)report;
    return notify && has_never_and_more(notify->value);
}

RULE_CHECK(notify_is_malformed)
{
    return !never_is_not_alone(of, rule, report) && is_malformed(of, "NOTIFY", report);
}

static struct bytes asked_for(const struct rule_case *of, enum send_parameter which)
{
    return of->claim ? of->scenario->send.parameters[which] : BYTES_NONE;
}

/* On submission ORCPT holds the address of RCPT (RFC 3461 4.2), unless the client was told another.
 */
RULE_CHECK(orcpt_is_another)
{
    const struct command_parameter *orcpt = parameter(of, "ORCPT");
    struct smtp_original_recipient original;
    struct buf decoded;
    bool differs;

    (void)rule;
    (void)report;
    if (!orcpt || !of->claim || asked_for(of, SEND_PARAMETER_ORCPT).data ||
        !smtp_parameter_orcpt(orcpt->value, charset_of(of), &original, NULL) ||
        !bytes_equal_nocase(original.type, BYTES_LITERAL("rfc822")))
        return false;
    buf_init(&decoded, PARAMETER_OCTETS_MAX);
    differs = smtp_xtext_decode(&decoded, original.address, NULL) &&
              !smtp_mailbox_equal(buf_bytes(&decoded), of->command->path);
    buf_release(&decoded);
    return differs;
}

static size_t times(const struct command *command, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < command->parameter_count; i++)
        count += bytes_equal_nocase(command->parameters[i].name, bytes_of(name));
    return count;
}

RULE_CHECK(dsn_parameter_twice)
{
    static const char *const names[] = {"RET", "ENVID", "NOTIFY", "ORCPT"};

    (void)rule;
    (void)report;
    for (size_t i = 0; i < 4; i++)
        if (times(of->command, names[i]) > 1)
            return true;
    return false;
}

/* RET and NOTIFY as they were asked for; the order of a list says nothing. */
static bool says_another(const struct rule_case *of, const char *name, enum send_parameter which)
{
    const struct command_parameter *found = parameter(of, name);
    struct bytes asked = asked_for(of, which);
    struct bytes element;

    if (!found || !asked.data)
        return false;
    if (found->value.size != asked.size)
        return true;
    while (bytes_next(&asked, ',', &element)) {
        struct bytes rest = found->value;
        struct bytes said;
        bool there = false;

        while (bytes_next(&rest, ',', &said))
            there |= bytes_equal_nocase(said, element);
        if (!there)
            return true;
    }
    return false;
}

RULE_CHECK(dsn_is_another)
{
    (void)rule;
    (void)report;
    return says_another(of, "RET", SEND_PARAMETER_RET) ||
           says_another(of, "NOTIFY", SEND_PARAMETER_NOTIFY);
}

/* ---- times ---------------------------------------------------------------------------------- */

RULE_CHECK(hold_twice)
{
    (void)rule;
    (void)report;
    return times(of->command, "HOLDFOR") + times(of->command, "HOLDUNTIL") > 1;
}

RULE_CHECK(hold_is_too_long)
{
    const struct command_parameter *holdfor = parameter(of, "HOLDFOR");
    const struct command_parameter *holduntil = parameter(of, "HOLDUNTIL");
    const struct smtp_extensions *offered = &of->session->offered;
    uint32_t seconds;
    int64_t until;

    (void)rule;
    (void)report;
    if (!session_has(of->session, SMTP_EXTENSION_FUTURERELEASE))
        return false;
    if (holdfor && offered->holdfor_max_s > 0 &&
        smtp_parameter_holdfor(holdfor->value, &seconds, NULL) && seconds > offered->holdfor_max_s)
        return true;
    return holduntil && offered->holduntil_max_s > 0 &&
           smtp_parameter_holduntil(holduntil->value, &until, NULL) &&
           until > (int64_t)offered->holduntil_max_s;
}

RULE_CHECK(hold_for_null_sender)
{
    (void)rule;
    (void)report;
    return of->command->bracketed && of->command->path.size == 0 &&
           (parameter(of, "HOLDFOR") || parameter(of, "HOLDUNTIL"));
}

/* ---- the rest ------------------------------------------------------------------------------- */

RULE_CHECK(requiretls_in_clear)
{
    (void)rule;
    (void)report;
    return parameter(of, "REQUIRETLS") && !of->session->secure;
}

RULE_CHECK(mtrk_without_envid)
{
    (void)rule;
    (void)report;
    return parameter(of, "MTRK") &&
           (!parameter(of, "ENVID") || !session_has(of->session, SMTP_EXTENSION_MTRK));
}

RULE_CHECK(hello_is_not_lhlo)
{
    (void)rule;
    (void)report;
    return of->scenario->send.lmtp && of->claim;
}
