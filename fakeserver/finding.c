#include "fakeserver/finding.h"

#include "base/text.h"
#include "fakeserver/transcript.h"

#include <stdio.h>

const char *verdict_result_word(enum verdict_result result)
{
    static const char *const words[] = {"pass",        "warn",        "fail",
                                        "unsupported", "not-reached", "error"};

    return words[result];
}

const char *finding_level_word(enum finding_level level)
{
    static const char *const words[] = {"info", "should", "must"};

    return words[level];
}

static const char *event_phrase(enum transcript_kind kind)
{
    switch (kind) {
    case TRANSCRIPT_CONNECTED:
        return "a connection";
    case TRANSCRIPT_CLIENT_CLOSED:
        return "the end of the connection";
    case TRANSCRIPT_CLIENT_RESET:
        return "a reset of the connection";
    case TRANSCRIPT_EXPIRED:
        return "nothing until the run's limit";
    case TRANSCRIPT_TLS_STARTED:
        return "TLS";
    case TRANSCRIPT_TLS_FAILED:
        return "a failed TLS handshake";
    case TRANSCRIPT_QUIET:
        return "silence";
    case TRANSCRIPT_DEAF:
        return "a server that reads nothing";
    case TRANSCRIPT_STALLED:
        return "a server that says nothing more";
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
        return "a server that has closed";
    case TRANSCRIPT_RESPONSE:
        return "a response inside AUTH";
    case TRANSCRIPT_OCTETS:
        return "octets";
    case TRANSCRIPT_COMMAND:
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
    case TRANSCRIPT_REPLY:
    case TRANSCRIPT_KIND_COUNT:
        return "";
    }
    return "";
}

static struct bytes first_line(struct bytes octets)
{
    size_t end = bytes_find(octets, '\n');

    if (end == BYTES_NOT_FOUND)
        return octets;
    if (end > 0 && octets.data[end - 1] == '\r')
        end--;
    return bytes_slice(octets, 0, end);
}

void finding_phrase_record(const struct transcript_record *record, char *ret, size_t room)
{
    if (record->kind == TRANSCRIPT_COMMAND || record->kind == TRANSCRIPT_REPLY)
        (void)snprintf(ret, room, "\"%s\"", text_show(first_line(record->octets)).text);
    else if ((record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK) &&
             record->facts)
        (void)snprintf(ret, room, "mail data of %llu octets",
                       (unsigned long long)record->facts->octets);
    else if (record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK)
        (void)snprintf(ret, room, "mail data");
    else
        (void)snprintf(ret, room, "%s", event_phrase(record->kind));
}
