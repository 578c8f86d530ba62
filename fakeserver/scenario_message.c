#include "fakeserver/scenario_private.h"

#include "base/text.h"

#include <stdio.h>

/* A line of the cycle: 76 octets and CRLF (RFC 5322 2.1.1 asks for 78 at most, without CRLF). */
enum { CYCLE_LINE_OCTETS = 76, CYCLE_LINES = 61 };

/* message "octets" "octets" */
bool scenario_parse_message(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct scenario_word *words;
    size_t count;

    if (!scenario_words(text, parser->arena, &words, &count, parser->err))
        return false;
    if (parser->size_octets > 0)
        return scenario_fail(text, 0, parser->err, "a message and send size= exclude each other");
    if (count == 0)
        return scenario_fail(text, 0, parser->err, "expected a string");
    for (size_t i = 0; i < count; i++) {
        struct bytes octets;

        if (words[i].octets.data[0] != '"')
            return scenario_fail(text, words[i].at, parser->err, "expected a string; got \"%s\"",
                                 text_show(words[i].octets).text);
        if (!scenario_word_octets(text, words[i].octets, words[i].at, parser->arena, &octets,
                                  parser->err))
            return false;
        if (octets.size > buf_room(&parser->message))
            return err_set_at(parser->err, ERR_LIMIT, text->line, text->column,
                              "a message has at most %d octets; send size= makes larger ones",
                              SCENARIO_MESSAGE_OCTETS_MAX);
        if (!buf_append(&parser->message, octets))
            return scenario_fail_room(text, parser->err);
    }
    parser->has_message = true;
    return true;
}

static bool fail_room(struct scenario_parser *parser)
{
    return err_memory(parser->err);
}

/*
 * The canonical form of what was given: LF becomes CRLF, the last line gets its end. False in
 * *ret_can_be_sent: a bare CR or a NUL, which no client may put on the wire (RFC 5321 2.3.8,
 * 4.1.1.4; RFC 5322 3.5).
 */
static bool make_canonical(struct bytes given, struct buf *ret, bool *ret_can_be_sent)
{
    *ret_can_be_sent = true;
    while (given.size > 0) {
        size_t end = bytes_find(given, '\n');
        struct bytes line = bytes_slice(given, 0, end);

        if (end != BYTES_NOT_FOUND && line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        if (bytes_find(line, '\r') != BYTES_NOT_FOUND || bytes_find(line, '\0') != BYTES_NOT_FOUND)
            *ret_can_be_sent = false;
        if (!buf_append(ret, line) || !buf_append(ret, BYTES_LITERAL("\r\n")))
            return false;
        given = end == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(given, end + 1);
    }
    return true;
}

static bool text_of(struct scenario_parser *parser, struct bytes octets, struct mail_text *ret)
{
    struct bytes copy = arena_copy(parser->arena, octets);

    *ret = (struct mail_text){.head = copy, .octets = copy.size};
    return copy.data != NULL;
}

/* Binary content has no canonical form: it arrives as it is (RFC 3030 3). */
static bool is_binary(const struct scenario_parser *parser)
{
    struct bytes body = parser->scenario->send.parameters[SEND_PARAMETER_BODY_TYPE];

    return parser->has_message && bytes_equal(body, BYTES_LITERAL("binarymime"));
}

/* given as it stands in parser->message. */
static bool finish_written(struct scenario_parser *parser)
{
    struct scenario_send *send = &parser->scenario->send;
    struct buf canonical;
    bool ok;

    if (is_binary(parser)) {
        send->has_expected = text_of(parser, buf_bytes(&parser->message), &send->given);
        send->expected = send->given;
        return send->has_expected || fail_room(parser);
    }
    buf_init(&canonical, 2 * SCENARIO_MESSAGE_OCTETS_MAX + 2);
    ok = make_canonical(buf_bytes(&parser->message), &canonical, &send->has_expected) &&
         text_of(parser, buf_bytes(&parser->message), &send->given) &&
         text_of(parser, buf_bytes(&canonical), &send->expected);
    buf_release(&canonical);
    return ok || fail_room(parser);
}

/* A header that RFC 5322 3.6 accepts, in LF form, and the empty line. */
static bool put_header(struct scenario_parser *parser, const char *subject)
{
    const struct scenario_send *send = &parser->scenario->send;
    struct buf *to = &parser->message;
    bool ok =
        buf_append_string(to, "From: ") &&
        buf_append(to, send->from.size > 0 ? send->from : BYTES_LITERAL("sender@client.example"));

    /* One field for all would be a line too long for many recipients; folded it is none. */
    for (size_t i = 0; ok && i < send->to_count; i++)
        ok = buf_append_string(to, i == 0 ? "\nTo: " : ",\n ") && buf_append(to, send->to[i]);
    return ok && buf_printf(to,
                            "\nSubject: %s\nDate: Mon, 02 Nov 2020 10:00:00 +0000\n"
                            "Message-ID: <%016llx@client.example>\n\n",
                            subject, (unsigned long long)parser->seed);
}

/* The message of a scenario that says nothing of it. No line is a lone dot: some programs that read
 * a message on standard input stop there. */
static bool make_small(struct scenario_parser *parser)
{
    return (put_header(parser, "smtpdrill") &&
            buf_append_string(&parser->message, "This is a message of smtpdrill.\n"
                                                ".A line that begins with a dot\n"
                                                "..and one with two.\n"
                                                "\n"
                                                "The last line.\n") &&
            finish_written(parser)) ||
           fail_room(parser);
}

/* ---- send size= ----------------------------------------------------------------------------- */

/* A line of so many octets, numbered; every seventh begins with a dot. */
static bool put_line(struct buf *to, unsigned number, size_t octets, const char *end)
{
    static const char filler[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char line[2 * CYCLE_LINE_OCTETS + 8];

    for (size_t i = 0; i < octets; i++)
        line[i] = filler[(i + number) % (sizeof(filler) - 1)];
    if (octets > 1 && number % 7 == 3)
        line[0] = '.';
    return buf_append(to, (struct bytes){line, octets}) && buf_append_string(to, end);
}

static bool make_cycle(struct scenario_parser *parser, const char *end, struct bytes *ret)
{
    struct buf *scratch = &parser->scratch;

    buf_clear(scratch);
    for (unsigned i = 0; i < CYCLE_LINES; i++)
        if (!put_line(scratch, i, CYCLE_LINE_OCTETS, end))
            return false;
    *ret = arena_copy(parser->arena, buf_bytes(scratch));
    return ret->data != NULL;
}

/*
 * The first line of the body is as long as it must be for whole lines to end at the size asked
 * for, which counts the octets on the wire (RFC 1870 3: with CRLF, without transparency).
 */
static bool finish_generated(struct scenario_parser *parser)
{
    struct scenario_send *send = &parser->scenario->send;
    const uint64_t step = CYCLE_LINE_OCTETS + 2;
    uint64_t lines;
    uint64_t first;
    size_t head_lines = 0;

    if (!finish_written(parser))
        return false;
    for (size_t i = 0; i < send->given.head.size; i++)
        head_lines += send->given.head.data[i] == '\n';
    if (send->expected.octets + 2 * step > parser->size_octets)
        return err_set_at(parser->err, ERR_LIMIT, parser->message_line, 0,
                          "size= is less than the header of this message takes: %llu octets",
                          (unsigned long long)send->expected.octets);
    first = (parser->size_octets - send->expected.octets) % step;
    if (first < 2)
        first += step;
    lines = (parser->size_octets - send->expected.octets - first) / step;
    if (!put_line(&parser->message, 0, (size_t)first - 2, "\n") || !finish_written(parser) ||
        !make_cycle(parser, "\r\n", &send->expected.cycle) ||
        !make_cycle(parser, "\n", &send->given.cycle))
        return fail_room(parser);
    send->expected.octets = parser->size_octets;
    send->given.octets = parser->size_octets - head_lines - 1 - lines;
    return true;
}

bool scenario_finish_message(struct scenario_parser *parser)
{
    if (parser->has_message)
        return finish_written(parser);
    if (parser->size_octets == 0)
        return make_small(parser);
    return put_header(parser, "smtpdrill, a message of a size") ? finish_generated(parser)
                                                                : fail_room(parser);
}

/* ---- several messages ----------------------------------------------------------------------- */

bool scenario_numbered_message(const struct scenario_send *send, unsigned number,
                               struct arena *arena, struct mail_text *ret)
{
    struct bytes given = send->given.head;
    size_t end = bytes_find(given, '\n');
    bool crlf = end != BYTES_NOT_FOUND && end > 0 && given.data[end - 1] == '\r';
    char field[64];
    size_t size;
    char *head;

    *ret = send->given;
    if (number <= 1)
        return true;
    size =
        (size_t)snprintf(field, sizeof(field), "X-Drill-Message: %u%s\n", number, crlf ? "\r" : "");
    head = arena_alloc(arena, size + given.size);
    if (!head)
        return false;
    memcpy(head, field, size);
    if (given.size > 0)
        memcpy(head + size, given.data, given.size);
    ret->head = (struct bytes){head, size + given.size};
    ret->octets += size;
    return true;
}
