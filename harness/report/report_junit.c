#include "harness/report/report.h"

#include "base/text.h"

#include <libxml/xmlwriter.h>

#define MESSAGE_OCTETS_MAX (KNOWN_OCTETS_MAX + (size_t)128 * 1024)

struct writer {
    xmlTextWriterPtr xml;
    bool ok;
};

static const xmlChar *as_xml(const char *text)
{
    return (const xmlChar *)text;
}

static void check(struct writer *writer, int written)
{
    writer->ok = writer->ok && written >= 0;
}

static void attribute(struct writer *writer, const char *name, const char *value)
{
    check(writer, xmlTextWriterWriteAttribute(writer->xml, as_xml(name), as_xml(value)));
}

static void number(struct writer *writer, const char *name, size_t value)
{
    check(writer, xmlTextWriterWriteFormatAttribute(writer->xml, as_xml(name), "%zu", value));
}

static void seconds(struct writer *writer, uint64_t duration_ms)
{
    check(writer, xmlTextWriterWriteFormatAttribute(writer->xml, as_xml("time"), "%u.%03u",
                                                    (unsigned)(duration_ms / 1000),
                                                    (unsigned)(duration_ms % 1000)));
}

static void begin(struct writer *writer, const char *element)
{
    check(writer, xmlTextWriterStartElement(writer->xml, as_xml(element)));
}

static void end(struct writer *writer)
{
    check(writer, xmlTextWriterEndElement(writer->xml));
}

/* <failure message="…">dialogue</failure>, or another element of that form. */
static void note(struct writer *writer, const char *element, struct bytes message,
                 struct bytes text)
{
    struct buf octets;
    buf_init(&octets, message.size + text.size + 2);
    begin(writer, element);
    writer->ok = writer->ok && buf_append(&octets, message) && buf_append_octet(&octets, '\0');
    if (writer->ok)
        attribute(writer, "message", octets.data);
    if (text.size > 0)
        check(writer, xmlTextWriterWriteFormatString(writer->xml, "%.*s", BYTES_FORMAT(text)));
    end(writer);
    buf_release(&octets);
}

/* <properties><property name="warped_ms" value="…"/></properties> comes first in a case. */
static void warped(struct writer *writer, uint64_t ms)
{
    begin(writer, "properties");
    begin(writer, "property");
    attribute(writer, "name", "warped_ms");
    number(writer, "value", (size_t)ms);
    end(writer);
    end(writer);
}

/* The class is the folder of the scenario, so that viewers group by it. */
static void begin_case(struct writer *writer, const char *name)
{
    const char *bracket = strchr(name, '[');
    size_t folder = bracket != NULL ? (size_t)(bracket - name) : strlen(name);
    while (folder > 0 && name[folder - 1] != '/')
        folder--;
    begin(writer, "testcase");
    check(writer, xmlTextWriterWriteFormatAttribute(writer->xml, as_xml("classname"), "%.*s",
                                                    folder > 0 ? (int)folder - 1 : 9,
                                                    folder > 0 ? name : "scenarios"));
    attribute(writer, "name", name + folder);
}

static void add_over(struct buf *to, const struct results *results,
                     const struct known_failure *known)
{
    (void)(buf_append_string(to, to->size > 0 ? "; " : "") && report_over(to, results, known));
}

static struct bytes message_of(const struct results *results, const struct result *result,
                               struct buf *sentence)
{
    const struct finding *finding = result_own_finding(result);
    if (finding != NULL) {
        if (finding->requirement[0] != '\0')
            (void)buf_printf(sentence, "%s: ", finding->requirement);
        struct buf one;
        buf_init(&one, 64 * 1024);
        if (report_sentence(&one, finding))
            (void)buf_append(sentence, buf_bytes(&one));
        buf_release(&one);
    }
    if (sentence->size == 0)
        (void)buf_append(sentence, result->reason);
    if (result_is_over(results, result))
        add_over(sentence, results, result->known);
    return buf_bytes(sentence);
}

static void note_known(struct writer *writer, const char *element, const char *says,
                       const struct known_failure *known)
{
    struct buf message;
    buf_init(&message, KNOWN_OCTETS_MAX + 256);
    (void)(buf_append_string(&message, says) && buf_append(&message, known->reason));
    note(writer, element, buf_bytes(&message), BYTES_NONE);
    buf_release(&message);
}

static void write_case(struct writer *writer, const struct results *results,
                       const struct result *result)
{
    struct buf sentence;
    buf_init(&sentence, MESSAGE_OCTETS_MAX);
    struct bytes message = message_of(results, result, &sentence);
    begin_case(writer, result->name);
    seconds(writer, result->duration_ms);
    if (result->warped_ms > 0)
        warped(writer, result->warped_ms);
    if (result->verdict == VERDICT_ERROR)
        note(writer, "error", message, result->dialogue);
    else if (result_is_unexpected_pass(results, result))
        note_known(writer, "failure", "unexpected pass, known to fail: ", result->known);
    else if (result_is_known_failure(results, result))
        note_known(writer, "skipped", "known failure: ", result->known);
    else if (result_is_failure(results, result))
        note(writer, "failure", message, result->dialogue);
    else if (result->verdict == VERDICT_UNSUPPORTED || result->verdict == VERDICT_NOT_REACHED)
        note(writer, "skipped", result->reason, BYTES_NONE);
    else if (result->verdict == VERDICT_WARN)
        check(writer, xmlTextWriterWriteFormatElement(writer->xml, as_xml("system-out"),
                                                      "%.*s\n%.*s", BYTES_FORMAT(message),
                                                      BYTES_FORMAT(result->dialogue)));
    end(writer);
    buf_release(&sentence);
}

static void write_scenarios(struct writer *writer, const struct results *results)
{
    begin(writer, "testsuite");
    check(writer, xmlTextWriterWriteFormatAttribute(writer->xml, as_xml("name"), "%s %s scenarios",
                                                    results->client, results->version));
    number(writer, "tests", results->count);
    number(writer, "failures", results_failures(results));
    number(writer, "errors", results->verdicts[VERDICT_ERROR]);
    number(writer, "skipped",
           results->verdicts[VERDICT_UNSUPPORTED] + results->verdicts[VERDICT_NOT_REACHED] +
               results->known_failures);
    seconds(writer, results->duration_ms);
    for (size_t i = 0; i < results->count; i++)
        if (results->entries[i].done)
            write_case(writer, results, &results->entries[i]);
    end(writer);
}

static void write_rules(struct writer *writer, const struct results *results)
{
    size_t failures = 0, known = 0;
    for (size_t i = 0; i < results->rule_count; i++) {
        failures += broken_rule_is_failure(results, &results->rules[i]) ? 1 : 0;
        known += broken_rule_is_known_failure(results, &results->rules[i]) ? 1 : 0;
    }
    begin(writer, "testsuite");
    check(writer, xmlTextWriterWriteFormatAttribute(writer->xml, as_xml("name"), "%s %s rules",
                                                    results->client, results->version));
    number(writer, "tests", results->rule_count);
    number(writer, "failures", failures);
    if (known > 0)
        number(writer, "skipped", known);
    for (size_t i = 0; i < results->rule_count; i++) {
        const struct broken_rule *rule = &results->rules[i];
        struct finding finding = {.expected = rule->expected, .got = rule->got};
        struct buf sentence;
        buf_init(&sentence, MESSAGE_OCTETS_MAX);
        (void)report_sentence(&sentence, &finding);
        if (broken_rule_is_over(results, rule))
            add_over(&sentence, results, rule->known);
        begin(writer, "testcase");
        attribute(writer, "classname", "rules");
        attribute(writer, "name", rule->requirement);
        if (rule->unexpected_pass)
            note_known(writer, "failure", "unexpected pass, known to fail: ", rule->known);
        else if (broken_rule_is_known_failure(results, rule))
            note_known(writer, "skipped", "known failure: ", rule->known);
        else if (broken_rule_is_failure(results, rule))
            note(writer, "failure", buf_bytes(&sentence), rule->dialogue);
        else
            check(writer, xmlTextWriterWriteFormatElement(
                              writer->xml, as_xml("system-out"), "%.*s\n%.*s",
                              BYTES_FORMAT(buf_bytes(&sentence)), BYTES_FORMAT(rule->dialogue)));
        end(writer);
        buf_release(&sentence);
    }
    end(writer);
}

bool report_junit(const struct results *results, FILE *to, struct err *err)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    struct writer writer = {.xml = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL,
                            .ok = true};
    if (writer.xml == NULL) {
        xmlBufferFree(buffer);
        return err_memory(err);
    }
    check(&writer, xmlTextWriterSetIndent(writer.xml, 1));
    check(&writer, xmlTextWriterStartDocument(writer.xml, NULL, "UTF-8", NULL));
    begin(&writer, "testsuites");
    write_scenarios(&writer, results);
    write_rules(&writer, results);
    end(&writer);
    check(&writer, xmlTextWriterEndDocument(writer.xml));
    xmlFreeTextWriter(writer.xml);
    size_t size = (size_t)xmlBufferLength(buffer);
    bool ok = writer.ok && fwrite(xmlBufferContent(buffer), 1, size, to) == size && fflush(to) == 0;
    xmlBufferFree(buffer);
    return ok || err_set(err, ERR_IO, "the JUnit report could not be written whole");
}
