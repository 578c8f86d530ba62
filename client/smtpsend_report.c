#include "client/smtpsend_report.h"

#include "base/text.h"
#include "client/smtpsend_report_private.h"

#include <stdlib.h>

bool smtpsend_report_init(struct smtpsend_report *report, size_t recipients, size_t names)
{
    size_t i;

    *report = (struct smtpsend_report){.room = recipients + 1, .verified_room = names};
    report->verified = calloc(names + 1, sizeof report->verified[0]);
    report->results = calloc(report->room, sizeof report->results[0]);
    for (i = 0; report->results && i < report->room; i++)
        buf_init(&report->results[i].text, SMTP_REPLY_OCTETS_TAKEN);
    return report->results != NULL && report->verified != NULL;
}

void smtpsend_report_release(struct smtpsend_report *report)
{
    size_t i;

    for (i = 0; report->results && i < report->room; i++)
        buf_release(&report->results[i].text);
    free(report->results);
    report->results = NULL;
    for (i = 0; i < report->verified_count; i++)
        buf_release(&report->verified[i].text);
    free(report->verified);
    report->verified = NULL;
}

static void copy_result(struct smtpsend_result *to, const struct smtpsend_result *from)
{
    struct buf text = to->text;

    *to = *from;
    to->text = text;
    buf_clear(&to->text);
    (void)buf_append(&to->text, buf_bytes(&from->text)); /* without memory: no text */
}

void smtpsend_report_add(struct smtpsend_report *report, const struct smtp_client_event *event,
                         const char *server)
{
    struct smtpsend_result *result = &report->results[event->recipient_index + 1];

    result->known = true;
    result->address = event->recipient.address;
    result->outcome = event->recipient.outcome;
    result->stage = event->stage;
    result->code = event->recipient.code;
    buf_clear(&result->text);
    (void)buf_append(&result->text, event->recipient.text); /* without memory: no text */
    (void)snprintf(result->why, sizeof result->why, "%s", event->why);
    (void)snprintf(result->server.text, sizeof result->server.text, "%s", server);
}

void smtpsend_report_conclude(struct smtpsend_report *report)
{
    const struct smtpsend_result *decisive = &report->results[1];
    size_t sent = 0;
    size_t i;

    for (i = 1; i < report->room; i++) {
        if (!report->results[i].known)
            report->results[i].outcome = SMTP_OUTCOME_TEMPORARY;
        sent += report->results[i].outcome == SMTP_OUTCOME_SENT;
        if (smtp_outcome_weight(report->results[i].outcome) >
            smtp_outcome_weight(decisive->outcome))
            decisive = &report->results[i];
    }
    copy_result(&report->results[0], decisive);
    if (sent > 0 && sent < report->room - 1)
        report->results[0].outcome = SMTP_OUTCOME_PARTIAL;
}

void smtpsend_report_verified(struct smtpsend_report *report, const struct smtp_client_event *event)
{
    struct smtpsend_verified *one;

    if (report->verified_count == report->verified_room)
        return;
    one = &report->verified[report->verified_count++];
    buf_init(&one->text, SMTP_REPLY_OCTETS_TAKEN);
    one->name = event->verification.name;
    one->exists = event->verification.exists;
    one->code = event->verification.code;
    (void)buf_append(&one->text, event->verification.text); /* without memory: no text */
}

enum smtp_outcome smtpsend_report_outcome(const struct smtpsend_report *reports, size_t count)
{
    enum smtp_outcome worst = SMTP_OUTCOME_SENT;
    size_t sent = 0;
    bool some = false;
    size_t i;

    for (i = 0; i < count; i++) {
        enum smtp_outcome outcome = reports[i].results[0].outcome;

        sent += outcome == SMTP_OUTCOME_SENT;
        some |= outcome == SMTP_OUTCOME_SENT || outcome == SMTP_OUTCOME_PARTIAL;
        if (smtp_outcome_weight(outcome) > smtp_outcome_weight(worst))
            worst = outcome;
    }
    return some && sent < count ? SMTP_OUTCOME_PARTIAL : worst;
}

/* ------------------------------------------------------------------------------------- lines ---
 */

static void print_escaped(FILE *to, struct bytes octets)
{
    struct buf text;

    buf_init(&text, 4 * octets.size + 16);
    if (text_escape_utf8(&text, octets))
        (void)fprintf(to, "%.*s", BYTES_FORMAT(buf_bytes(&text)));
    buf_release(&text);
}

static void print_lines(FILE *to, const char *who, struct bytes octets)
{
    struct bytes line;

    while (bytes_next(&octets, '\n', &line)) {
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        (void)fprintf(to, "%s", who);
        print_escaped(to, line);
        (void)fputc('\n', to);
    }
}

void smtpsend_report_line(FILE *to, const struct smtp_client_event *event, bool states)
{
    switch (event->kind) {
    case SMTP_CLIENT_SENT:
        print_lines(to, "C: ", event->line);
        break;
    case SMTP_CLIENT_RECEIVED:
        print_lines(to, "S: ", event->line);
        break;
    case SMTP_CLIENT_SENT_DATA:
        (void)fprintf(to, "C: (%llu octets of mail data)\n", (unsigned long long)event->octets);
        break;
    case SMTP_CLIENT_STATE:
        if (states)
            (void)fprintf(to, "   %.*s  (%s)\n", BYTES_FORMAT(event->line), event->because);
        break;
    case SMTP_CLIENT_VERIFIED:
        (void)fprintf(to, "   %s ", event->verification.exists ? "verified" : "not verified");
        print_escaped(to, event->verification.name);
        (void)fprintf(to, ": %03u ", event->verification.code);
        print_escaped(to, event->verification.text);
        (void)fputc('\n', to);
        break;
    case SMTP_CLIENT_SECURED:
    case SMTP_CLIENT_READY:
    case SMTP_CLIENT_WANTS_DATA:
    case SMTP_CLIENT_RECIPIENT:
    case SMTP_CLIENT_MESSAGE:
    case SMTP_CLIENT_OVER:
        break;
    }
}

/* ------------------------------------------------------------------------------------ result ---
 */

static void print_result(const struct smtpsend_result *result, FILE *to)
{
    (void)fprintf(to, "%-12s ", smtp_outcome_word(result->outcome));
    print_escaped(to, result->address);
    if (result->outcome != SMTP_OUTCOME_SENT)
        (void)fprintf(to, " at %s", smtp_stage_word(result->stage));
    if (result->code > 0) {
        (void)fprintf(to, ": %03u ", result->code);
        print_escaped(to, buf_bytes(&result->text));
    }
    if (result->why[0] != '\0') {
        (void)fprintf(to, "%s", result->code > 0 ? " (" : ": ");
        (void)fprintf(to, "%s%s", result->why, result->code > 0 ? ")" : "");
    }
    (void)fputc('\n', to);
}

void smtpsend_report_text(const struct smtpsend_report *report, FILE *to)
{
    size_t i;

    for (i = 1; i < report->room; i++)
        if (report->results[i].known)
            print_result(&report->results[i], to);
}

void smtpsend_report_servers(const struct smtpsend_servers *servers, FILE *to)
{
    size_t i;

    for (i = 0; servers->try_count > 1 && i < servers->try_count; i++) {
        const struct smtpsend_try *one = &servers->tries[i];
        bool used = one->why[0] == '\0';

        (void)fprintf(to, "%-12s %s%s%s\n", used ? "by" : "not by", one->server.text,
                      used ? "" : ": ", one->why);
    }
}

/* -------------------------------------------------------------------------------------- hint ---
 */

static bool wants_auth(const struct smtpsend_result *result,
                       const struct smtpsend_circumstances *is)
{
    static const unsigned codes[] = {503, 530, 550, 553, 554};
    bool stage_fits = result->stage == SMTP_STAGE_MAIL || result->stage == SMTP_STAGE_RCPT;
    size_t i;

    if (is->has_user || !stage_fits)
        return false;
    for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (result->code == codes[i])
            return smtp_extensions_has(is->offered, SMTP_EXTENSION_AUTH) ||
                   bytes_find_bytes(buf_bytes(&result->text), BYTES_LITERAL("uthenticat")) !=
                       BYTES_NOT_FOUND;
    return false;
}

static const char *hint_for_tls(const struct smtpsend_circumstances *is)
{
    if (is->tls == SMTP_CLIENT_TLS_REQUIRED &&
        !smtp_extensions_has(is->offered, SMTP_EXTENSION_STARTTLS))
        return "--tls opportunistic goes on in the clear, where the way to the server is safe";
    return "--cacert names the CA to trust, --tls-name the name that the server should have";
}

static const char *hint_for(const struct smtpsend_result *result,
                            const struct smtpsend_circumstances *is)
{
    if (wants_auth(result, is))
        return "no --user was given; the server probably takes mail only after authentication";
    if (result->outcome == SMTP_OUTCOME_REFUSED_AUTH && result->code == 535)
        return "user name or password are wrong; many providers want an application password, or "
               "authorisation code, in place of the account's own";
    if (result->outcome == SMTP_OUTCOME_REFUSED_AUTH && result->code == 0 &&
        smtp_extensions_has(is->offered, SMTP_EXTENSION_AUTH))
        return "--plaintext-auth allows it, where the way to the server is safe";
    if (result->stage == SMTP_STAGE_GREETING && result->code == 0 &&
        is->port == SMTPSEND_PORT_IMPLICIT_TLS && is->tls != SMTP_CLIENT_TLS_IMPLICIT)
        return "port 465 begins with TLS: --tls implicit";
    if (result->outcome == SMTP_OUTCOME_REFUSED_TLS && result->code == 0)
        return hint_for_tls(is);
    return NULL;
}

void smtpsend_report_hint(const struct smtpsend_report *report,
                          const struct smtpsend_circumstances *circumstances, FILE *to)
{
    const char *hint;

    if (circumstances->trouble[0] != '\0' && report->results[0].outcome != SMTP_OUTCOME_SENT &&
        report->results[0].code == 0)
        (void)fprintf(to, "smtpsend: %s\n", circumstances->trouble);
    hint = hint_for(&report->results[0], circumstances);
    if (hint)
        (void)fprintf(to, "smtpsend: hint: %s\n", hint);
}
