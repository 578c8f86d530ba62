/* smtpsend_report_json.c - the report as one JSON object. */
#include "base/text.h"
#include "client/smtpsend_report_private.h"

#include <jansson.h>

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
    ok = ok && json_object_set_new(object, "server", json_text(bytes_of(result->server.text))) == 0;
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

/* How it went with each address since the last try began. */
static json_t *json_tried(const struct smtpsend_servers *servers)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    size_t i;

    for (i = 0; ok && i < servers->try_count; i++)
        ok = json_array_append_new(list,
                                   json_pack("{s:s, s:s}", "server", servers->tries[i].server.text,
                                             "why", servers->tries[i].why)) == 0;
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* The object of one message. */
static json_t *json_report(const struct smtpsend_report *report)
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
        ok = json_object_set(whole, "recipients", list) == 0 && add_verified(whole, report);
    }
    json_decref(list);
    if (ok)
        return whole;
    json_decref(whole);
    return NULL;
}

/* -------------------------------------------------------------------------- several messages ---
 */

/* What decides for this recipient of all messages, or with index 0 for all of them. */
static json_t *json_decisive(const struct smtpsend_report *reports, size_t count, size_t index)
{
    const struct smtpsend_result *found = &reports[0].results[index];
    size_t i;

    for (i = 1; i < count; i++)
        if (smtp_outcome_weight(reports[i].results[index].outcome) >
            smtp_outcome_weight(found->outcome))
            found = &reports[i].results[index];
    return json_result(found);
}

static json_t *json_messages(const struct smtpsend_report *reports, char *const *files,
                             size_t count)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    size_t i;

    for (i = 0; ok && i < count; i++) {
        json_t *message = json_report(&reports[i]);

        ok = message && json_object_set_new(message, "file", json_text(bytes_of(files[i]))) == 0 &&
             json_array_append(list, message) == 0;
        json_decref(message);
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* The outcome of the whole, and of each recipient the one that is worst off; then all of them. */
static json_t *json_reports(const struct smtpsend_report *reports, char *const *files, size_t count)
{
    const char *outcome = smtp_outcome_word(smtpsend_report_outcome(reports, count));
    json_t *whole = json_decisive(reports, count, 0);
    json_t *list = json_array();
    bool ok = whole && list;
    size_t i;

    for (i = 1; ok && i < reports[0].room; i++)
        ok = json_array_append_new(list, json_decisive(reports, count, i)) == 0;
    if (ok) {
        (void)json_object_del(whole, "address");
        ok = json_object_set_new(whole, "outcome", json_string(outcome)) == 0 &&
             json_object_set(whole, "recipients", list) == 0 && add_verified(whole, &reports[0]) &&
             json_object_set_new(whole, "messages", json_messages(reports, files, count)) == 0;
    }
    json_decref(list);
    if (ok)
        return whole;
    json_decref(whole);
    return NULL;
}

bool smtpsend_report_json(const struct smtpsend_reports *reports, FILE *to)
{
    json_t *whole = reports->count > 1 ? json_reports(reports->list, reports->files, reports->count)
                                       : json_report(&reports->list[0]);
    bool ok = whole && json_object_set_new(whole, "tried", json_tried(reports->servers)) == 0 &&
              json_dumpf(whole, to, JSON_INDENT(2)) == 0 && fputc('\n', to) != EOF;

    json_decref(whole);
    return ok;
}
