#include "client/smtpsend_report.h"

#include "base/buf.h"
#include "base/text.h"

#include <jansson.h>
#include <stdlib.h>

struct smtpsend_result {
    bool known;
    struct bytes address;
    enum smtp_outcome outcome;
    enum smtp_stage stage;
    unsigned code;
    struct buf text;
    char why[240];
};

struct smtpsend_verified {
    struct bytes name;
    bool exists;
    unsigned code;
    struct buf text;
};

bool smtpsend_report_init(struct smtpsend_report *report, size_t recipients, size_t names)
{
    *report = (struct smtpsend_report){.room = recipients + 1, .verified_room = names};
    report->verified = calloc(names + 1, sizeof report->verified[0]);
    report->results = calloc(report->room, sizeof report->results[0]);
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

void smtpsend_report_add(struct smtpsend_report *report, const struct smtp_client_event *event)
{
    size_t index = event->kind == SMTP_CLIENT_MESSAGE ? 0 : event->recipient_index + 1;
    struct smtpsend_result *result = &report->results[index];

    buf_release(&result->text);
    buf_init(&result->text, SMTP_REPLY_OCTETS_TAKEN);
    result->known = true;
    result->address = event->recipient.address;
    result->outcome = event->recipient.outcome;
    result->stage = event->stage;
    result->code = event->recipient.code;
    (void)buf_append(&result->text, event->recipient.text); /* without memory: no text */
    (void)snprintf(result->why, sizeof result->why, "%s", event->why);
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

bool smtpsend_report_known(const struct smtpsend_report *report)
{
    return report->results[0].known;
}

enum smtp_outcome smtpsend_report_outcome(const struct smtpsend_report *report)
{
    return report->results[0].known ? report->results[0].outcome : SMTP_OUTCOME_TEMPORARY;
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

/* JSON is UTF-8; what is not goes escaped, so that nothing is lost or made up. */
static json_t *json_text(struct bytes octets)
{
    json_t *value = json_stringn(octets.data ? octets.data : "", octets.size);
    struct buf text;

    if (value)
        return value;
    buf_init(&text, 4 * octets.size + 16);
    if (text_escape(&text, octets))
        value = json_stringn(text.data, text.size);
    buf_release(&text);
    return value;
}

static json_t *json_result(const struct smtpsend_result *result)
{
    json_t *object = json_object();
    bool ok = object != NULL;

    if (result->address.data && result->known)
        ok = ok && json_object_set_new(object, "address", json_text(result->address)) == 0;
    ok = ok && json_object_set_new(object, "outcome",
                                   json_string(smtp_outcome_word(result->outcome))) == 0;
    ok = ok &&
         json_object_set_new(object, "stage", json_string(smtp_stage_word(result->stage))) == 0;
    ok = ok && json_object_set_new(object, "code", json_integer((json_int_t)result->code)) == 0;
    ok = ok && json_object_set_new(object, "text", json_text(buf_bytes(&result->text))) == 0;
    ok = ok && json_object_set_new(object, "why", json_string(result->why)) == 0;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *json_verified(const struct smtpsend_verified *one)
{
    json_t *object = json_object();
    bool ok = object != NULL;

    ok = ok && json_object_set_new(object, "name", json_text(one->name)) == 0;
    ok = ok && json_object_set_new(object, "verified", json_boolean(one->exists)) == 0;
    ok = ok && json_object_set_new(object, "code", json_integer((json_int_t)one->code)) == 0;
    ok = ok && json_object_set_new(object, "text", json_text(buf_bytes(&one->text))) == 0;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

/* "verified" is there only where VRFY was asked for. */
static bool add_verified(json_t *whole, const struct smtpsend_report *report)
{
    json_t *list;
    bool ok;
    size_t i;

    if (report->verified_room == 0)
        return true;
    list = json_array();
    ok = list != NULL;
    for (i = 0; ok && i < report->verified_count; i++)
        ok = json_array_append_new(list, json_verified(&report->verified[i])) == 0;
    ok = ok && json_object_set(whole, "verified", list) == 0;
    json_decref(list);
    return ok;
}

bool smtpsend_report_json(const struct smtpsend_report *report, FILE *to)
{
    json_t *whole = json_result(&report->results[0]);
    json_t *list = json_array();
    bool ok = whole && list;
    size_t i;

    for (i = 1; ok && i < report->room; i++)
        if (report->results[i].known)
            ok = json_array_append_new(list, json_result(&report->results[i])) == 0;
    if (ok) {
        (void)json_object_del(whole, "address"); /* that of the recipient who decided */
        ok = json_object_set(whole, "recipients", list) == 0 && add_verified(whole, report) &&
             json_dumpf(whole, to, JSON_INDENT(2)) == 0 && fputc('\n', to) != EOF;
    }
    json_decref(list);
    json_decref(whole);
    return ok;
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
