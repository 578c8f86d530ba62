/* judge_expect.c - what the scenario expects of the wire (scenario.5). */
#include "base/text.h"
#include "fakeserver/judge_private.h"
#include "fakeserver/patience.h"
#include "fakeserver/session_view.h"

#include <stdio.h>

enum { PHRASE_OCTETS = 320 };

/* ---- findings ------------------------------------------------------------------------------- */

bool judge_fail(struct judging *judging, const struct expectation *expectation, size_t record,
                const char *got)
{
    struct finding finding = {.axis = FINDING_OF_SCENARIO,
                              .level = expectation->has_level ? expectation->level
                                                              : judging->scenario->level,
                              .requirement = judging->cited,
                              .line = expectation->line,
                              .record = record};

    return judge_add(judging, &finding, text_show(expectation->written).text, got);
}

static bool fail_with_record(struct judging *judging, const struct expectation *expectation,
                             size_t record)
{
    char got[PHRASE_OCTETS];

    finding_phrase_record(transcript_at(judging->transcript, record), got, sizeof(got));
    return judge_fail(judging, expectation, record, got);
}

/* ---- patterns on records -------------------------------------------------------------------- */

static bool is_client_end(const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_CLIENT_CLOSED || record->kind == TRANSCRIPT_CLIENT_RESET;
}

static bool is_under(const struct pattern *pattern, const struct transcript_record *record)
{
    return pattern->under == PATTERN_UNDER_ANY ||
           record->secure == (pattern->under == PATTERN_UNDER_TLS);
}

static bool has_choice(const struct pattern *pattern, enum pattern_kind kind)
{
    for (size_t i = 0; i < pattern->choice_count; i++)
        if (pattern->choices[i].kind == kind)
            return true;
    return false;
}

static bool is_content(const struct transcript_record *record)
{
    return (record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK) &&
           record->facts && record->facts->octets > 0;
}

static bool matches(const struct judging *judging, const struct pattern *pattern, size_t index)
{
    const struct transcript_record *record = transcript_at(judging->transcript, index);
    struct command command;

    if (is_client_end(record))
        return is_under(pattern, record) && has_choice(pattern, PATTERN_CLOSE);
    if (!session_is_unit(record))
        return false;
    if (is_content(record) && has_choice(pattern, PATTERN_CONTENT))
        return is_under(pattern, record);
    if (record->kind == TRANSCRIPT_COMMAND) {
        command_read(record->octets, &command);
    } else if (record->kind == TRANSCRIPT_RESPONSE) {
        command_read_response(record->octets, &command);
    } else {
        command_of_kind(record->kind, &command);
        command.last = record->facts && record->facts->ended;
        if (record->kind == TRANSCRIPT_MAIL_DATA && !command.last)
            return false; /* "." is the end of mail data, and it never came */
    }
    return match_pattern(pattern, &command, record->secure, judging->scratch, NULL);
}

/* SESSION_NOWHERE: none. */
static size_t find(const struct judging *judging, const struct pattern *pattern, size_t from)
{
    for (size_t i = from; i < transcript_count(judging->transcript); i++)
        if (matches(judging, pattern, i))
            return i;
    return SESSION_NOWHERE;
}

/* The rest of a command group: sent before the reply was seen, or it may have been. */
static bool is_rest_of_group(const struct judging *judging, size_t index)
{
    const struct transcript_record *record = transcript_at(judging->transcript, index);
    struct command command;

    if (record->kind != TRANSCRIPT_COMMAND || !judging->in_flight[index])
        return false;
    command_read(record->octets, &command);
    return command.verb == SMTP_VERB_RCPT || command.verb == SMTP_VERB_DATA;
}

/* ---- expectations of the wire --------------------------------------------------------------- */

static bool expect_never(struct judging *judging, const struct expectation *expectation)
{
    size_t from = 0;

    if (expectation->other) {
        from = find(judging, expectation->other, 0);
        if (from == SESSION_NOWHERE)
            return true;
        from++;
    }
    while ((from = find(judging, expectation->pattern, from)) != SESSION_NOWHERE) {
        if (!is_rest_of_group(judging, from))
            return fail_with_record(judging, expectation, from);
        from++;
    }
    return true;
}

static bool expect_before(struct judging *judging, const struct expectation *expectation)
{
    size_t first = find(judging, expectation->pattern, 0);
    size_t other = find(judging, expectation->other, 0);

    if (expectation->negated) {
        if (first == SESSION_NOWHERE || first >= other)
            return true;
        return fail_with_record(judging, expectation, first);
    }
    if (other == SESSION_NOWHERE || first < other)
        return true;
    return fail_with_record(judging, expectation, other);
}

static bool is_within(const struct expectation *expectation, unsigned long long count)
{
    switch (expectation->compare) {
    case EXPECT_AT_MOST:
        return count <= expectation->number;
    case EXPECT_EXACTLY:
        return count == expectation->number;
    case EXPECT_AT_LEAST:
        return count >= expectation->number;
    }
    return true;
}

static bool expect_count(struct judging *judging, const struct expectation *expectation)
{
    unsigned long long count = 0;
    size_t last = SESSION_NOWHERE;
    char got[PHRASE_OCTETS];

    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);
        bool counts = expectation->kind == EXPECT_CONNECTIONS
                          ? record->kind == TRANSCRIPT_CONNECTED
                          : matches(judging, expectation->pattern, i);

        /* A message in chunks is one, and counts with its last. */
        if (record->kind == TRANSCRIPT_CHUNK && !(record->facts && record->facts->ended))
            counts = false;
        count += counts;
        last = counts ? i : last;
    }
    if (is_within(expectation, count))
        return true;
    (void)snprintf(got, sizeof(got), "%llu", count);
    return judge_fail(judging, expectation, last, got);
}

static bool is_other_connection(const struct judging *judging, size_t index, unsigned connection)
{
    return transcript_at(judging->transcript, index)->connection != connection;
}

static bool is_lone_dot(const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_MAIL_DATA && record->facts && record->facts->octets == 0 &&
           record->facts->ended;
}

static bool is_server_end(const struct transcript_record *record)
{
    return record->kind == TRANSCRIPT_SERVER_CLOSED ||
           record->kind == TRANSCRIPT_SERVER_HALF_CLOSED || record->kind == TRANSCRIPT_SERVER_RESET;
}

/* What comes next from the client; a group that was on its way is let pass, with the lone dot that
 * ends its DATA (RFC 2920 3.1). */
static bool expect_next(struct judging *judging, const struct expectation *expectation)
{
    size_t base = expectation->other ? find(judging, expectation->other, 0) : 0;
    bool in_group = false;
    bool server_ended = false;
    unsigned connection;

    if (base == SESSION_NOWHERE || transcript_count(judging->transcript) == 0)
        return true;
    connection = transcript_at(judging->transcript, base)->connection;
    for (size_t i = base + 1; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);

        if (is_other_connection(judging, i, connection))
            continue;
        server_ended |= is_server_end(record);
        if (!session_is_unit(record) && !is_client_end(record))
            continue;
        if (i == base + 1 && record->kind == TRANSCRIPT_CHUNK) /* of the BDAT itself */
            continue;
        if (matches(judging, expectation->pattern, i) || (server_ended && is_client_end(record)))
            return true;
        if (is_rest_of_group(judging, i) || (in_group && is_lone_dot(record))) {
            in_group = true;
            continue;
        }
        return fail_with_record(judging, expectation, i);
    }
    return server_ended || judge_fail(judging, expectation, base, "nothing more");
}

static bool expect_message(struct judging *judging, const struct expectation *expectation)
{
    bool came = false;

    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);
        char got[PHRASE_OCTETS];

        if (!record->facts || !record->facts->ended)
            continue;
        if (is_lone_dot(record)) /* the end of a DATA without recipients is no message */
            continue;
        came = true;
        if (record->facts->differs_at == MAIL_DATA_NOWHERE && record->facts->header_differs == 0)
            continue;
        if (record->facts->differs_at == MAIL_DATA_NOWHERE)
            (void)snprintf(got, sizeof(got), "%llu header fields that are not as they were",
                           (unsigned long long)record->facts->header_differs);
        else
            (void)snprintf(got, sizeof(got), "a body that differs from octet %llu on",
                           (unsigned long long)record->facts->differs_at);
        return judge_fail(judging, expectation, i, got);
    }
    /* A client that says that it did not send the message need not have. */
    if (came || (judging->claim && judging->claim->known &&
                 judging->claim->precision != SMTP_PRECISION_NONE &&
                 judging->claim->whole != SMTP_OUTCOME_SENT))
        return true;
    return judge_fail(judging, expectation, SESSION_NOWHERE, "no message");
}

/* ---- expectations of time and TLS ----------------------------------------------------------- */

/* From when the server fell silent on the connection where it did so for good. */
static bool expect_gives_up(struct judging *judging, const struct expectation *expectation)
{
    struct patience patience;
    uint64_t slack_ms = expectation->from_ms / 100;
    char got[PHRASE_OCTETS];

    if (!patience_measure(judging->transcript, &patience))
        return true;
    if (!patience.gave_up && patience.waited_ms < expectation->to_ms)
        return true; /* the run was over before it could be told */
    if (slack_ms > PATIENCE_SLACK_MS)
        slack_ms = PATIENCE_SLACK_MS;
    if (patience.waited_ms + slack_ms >= expectation->from_ms &&
        patience.waited_ms <= expectation->to_ms)
        return true;
    (void)snprintf(got, sizeof(got), "%s after %llu.%03llu s",
                   patience.gave_up ? "the end" : "a client that still waited",
                   (unsigned long long)(patience.waited_ms / 1000),
                   (unsigned long long)(patience.waited_ms % 1000));
    return judge_fail(judging, expectation, patience.record, got);
}

static bool expect_tls(struct judging *judging, const struct expectation *expectation)
{
    for (size_t i = 0; i < transcript_count(judging->transcript); i++) {
        const struct transcript_record *record = transcript_at(judging->transcript, i);
        enum tls_version version = record->tls ? record->tls->version : TLS_VERSION_ANY;

        if (record->kind != TRANSCRIPT_TLS_STARTED)
            continue;
        if (expectation->tls_name ? record->tls && record->tls->server_name.size > 0
                                  : version >= expectation->tls_version)
            return true;
        return judge_fail(judging, expectation, i,
                          expectation->tls_name ? "no server_name" : tls_version_word(version));
    }
    return judge_fail(judging, expectation, SESSION_NOWHERE, "no TLS");
}

static bool judge_expectation(struct judging *judging, const struct expectation *expectation)
{
    switch (expectation->kind) {
    case EXPECT_OUTCOME:
        return judge_outcome(judging, expectation);
    case EXPECT_NEVER:
        return expect_never(judging, expectation);
    case EXPECT_BEFORE:
        return expect_before(judging, expectation);
    case EXPECT_COUNT:
    case EXPECT_CONNECTIONS:
        return expect_count(judging, expectation);
    case EXPECT_NEXT:
        return expect_next(judging, expectation);
    case EXPECT_MESSAGE:
        return expect_message(judging, expectation);
    case EXPECT_REPORT:
        return judge_report(judging, expectation);
    case EXPECT_GIVES_UP:
        return expect_gives_up(judging, expectation);
    case EXPECT_TLS:
        return expect_tls(judging, expectation);
    }
    return true;
}

bool judge_expectations(struct judging *judging)
{
    for (size_t i = 0; i < judging->scenario->expectation_count; i++)
        if (!judge_expectation(judging, &judging->scenario->expectations[i]))
            return false;
    return true;
}
