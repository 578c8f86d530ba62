#include "client/smtp_reply.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>

bool smtp_reply_reader_init(struct smtp_reply_reader *reader, bool bare_lf)
{
    *reader = (struct smtp_reply_reader){.bare_lf = bare_lf};
    reader->lines = calloc(SMTP_REPLY_LINES_TAKEN, sizeof reader->lines[0]);
    if (!reader->lines)
        return false;
    if (buf_init_whole(&reader->buffer, SMTP_REPLY_OCTETS_TAKEN))
        return true;
    free(reader->lines);
    reader->lines = NULL;
    return false;
}

void smtp_reply_reader_release(struct smtp_reply_reader *reader)
{
    buf_release(&reader->buffer);
    free(reader->lines);
    reader->lines = NULL;
}

void smtp_reply_reader_clear(struct smtp_reply_reader *reader)
{
    buf_clear(&reader->buffer);
    reader->line_count = 0;
    reader->line_start = 0;
    reader->scanned = 0;
    reader->given = false;
}

bool smtp_reply_reader_is_begun(const struct smtp_reply_reader *reader)
{
    return !reader->given && reader->buffer.size > 0;
}

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

/*
 * Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *
 * The second digit is not held to 0..5: the first one decides (RFC 5321 4.3.2). A code alone is
 * taken as the last line (4.2.1: clients must be prepared for it).
 */
static bool read_line(struct smtp_reply_reader *reader, struct bytes line, bool *ret_last,
                      struct err *err)
{
    unsigned code;
    char separator = line.size > 3 ? line.data[3] : ' ';

    if (line.size < 3 || !is_digit(line.data[0]) || !is_digit(line.data[1]) ||
        !is_digit(line.data[2]) || (separator != ' ' && separator != '-'))
        return err_set(err, ERR_SYNTAX,
                       "expected a reply code of three digits and SP, \"-\" or the end of the "
                       "line; the server said \"%s\"",
                       text_show(line).text);
    code = (unsigned)(line.data[0] - '0') * 100 + (unsigned)(line.data[1] - '0') * 10 +
           (unsigned)(line.data[2] - '0');
    if (reader->line_count > 0 && code != reader->code)
        return err_set(err, ERR_PROTOCOL,
                       "the lines of one reply disagree on its code: %03u, then \"%s\"",
                       reader->code, text_show(line).text);
    if (reader->line_count == SMTP_REPLY_LINES_TAKEN)
        return err_set(err, ERR_LIMIT, "a reply of more than %d lines", SMTP_REPLY_LINES_TAKEN);
    reader->code = code;
    reader->lines[reader->line_count++] = bytes_after(line, line.size > 3 ? 4 : 3);
    *ret_last = separator != '-';
    return true;
}

/* Too much without an end of line, or of reply: where it stops does not depend on the pieces. */
static bool is_too_long(const struct smtp_reply_reader *reader, size_t end, size_t *ret_limit)
{
    size_t limit = reader->line_start + SMTP_REPLY_LINE_OCTETS_TAKEN;

    if (limit > SMTP_REPLY_OCTETS_TAKEN)
        limit = SMTP_REPLY_OCTETS_TAKEN;
    *ret_limit = limit;
    return end > limit;
}

/* Reads on in the octets of one reply, which begin at data[0]. */
static enum smtp_reply_parse read_lines(struct smtp_reply_reader *reader, struct bytes octets,
                                        size_t *ret_end, struct err *err)
{
    for (;;) {
        const char *data = octets.data;
        size_t limit;
        const char *lf = octets.size > reader->scanned
                             ? memchr(data + reader->scanned, '\n', octets.size - reader->scanned)
                             : NULL;
        size_t end = lf ? (size_t)(lf - data) + 1 : octets.size;
        bool is_crlf = lf && end >= reader->line_start + 2 && data[end - 2] == '\r';
        bool is_last = false;

        if (is_too_long(reader, end, &limit)) {
            *ret_end = limit;
            err_set(err, ERR_LIMIT, "a reply of more than %d octets, or a line of more than %d",
                    SMTP_REPLY_OCTETS_TAKEN, SMTP_REPLY_LINE_OCTETS_TAKEN);
            return SMTP_REPLY_BAD;
        }
        reader->scanned = end;
        *ret_end = end;
        if (!lf)
            return SMTP_REPLY_MORE;
        if (!is_crlf && !reader->bare_lf) {
            err_set(err, ERR_SYNTAX, "a reply line that ends in LF alone (RFC 5321 2.3.8): \"%s\"",
                    text_show(bytes_slice(octets, reader->line_start, end)).text);
            return SMTP_REPLY_BAD;
        }
        if (!read_line(reader, bytes_slice(octets, reader->line_start, end - (is_crlf ? 2 : 1)),
                       &is_last, err))
            return SMTP_REPLY_BAD;
        reader->line_start = end;
        if (is_last)
            return SMTP_REPLY_DONE;
    }
}

static void give(struct smtp_reply_reader *reader, struct bytes octets, struct smtp_reply *ret)
{
    *ret = (struct smtp_reply){.code = reader->code,
                               .lines = reader->lines,
                               .line_count = reader->line_count,
                               .octets = octets};
    reader->given = true;
}

/* The lines read so far pointed into the caller's octets; those are kept in the buffer now. */
static void keep(struct smtp_reply_reader *reader, struct bytes octets)
{
    bool fits = buf_append(&reader->buffer, octets);
    size_t i;

    if (!fits) /* not reached: is_too_long() comes first */
        return;
    for (i = 0; i < reader->line_count; i++) {
        ptrdiff_t at = reader->lines[i].data - octets.data;

        reader->lines[i].data = reader->buffer.data + at;
    }
}

/* The usual case: the whole reply is in one piece of input, and nothing is copied. */
static enum smtp_reply_parse read_in_place(struct smtp_reply_reader *reader, struct bytes input,
                                           struct smtp_reply *ret, size_t *ret_used,
                                           struct err *err)
{
    enum smtp_reply_parse parse = read_lines(reader, input, ret_used, err);

    if (parse == SMTP_REPLY_DONE)
        give(reader, bytes_slice(input, 0, *ret_used), ret);
    else if (parse == SMTP_REPLY_MORE)
        keep(reader, input);
    else
        smtp_reply_reader_clear(reader);
    return parse;
}

enum smtp_reply_parse smtp_reply_next(struct smtp_reply_reader *reader, struct bytes input,
                                      struct smtp_reply *ret, size_t *ret_used, struct err *err)
{
    size_t before;
    size_t end;
    enum smtp_reply_parse parse;
    struct bytes piece = input;

    *ret_used = 0;
    if (reader->given)
        smtp_reply_reader_clear(reader);
    if (input.size == 0)
        return SMTP_REPLY_MORE;
    if (reader->buffer.size == 0)
        return read_in_place(reader, input, ret, ret_used, err);
    before = reader->buffer.size;
    if (piece.size > buf_room(&reader->buffer))
        piece.size = buf_room(&reader->buffer);
    (void)buf_append(&reader->buffer, piece);
    if (piece.size == 0) { /* full, and no end of reply */
        err_set(err, ERR_LIMIT, "a reply of more than %d octets", SMTP_REPLY_OCTETS_TAKEN);
        smtp_reply_reader_clear(reader);
        return SMTP_REPLY_BAD;
    }
    parse = read_lines(reader, buf_bytes(&reader->buffer), &end, err);
    *ret_used = end - before;
    if (parse == SMTP_REPLY_DONE)
        give(reader, bytes_slice(buf_bytes(&reader->buffer), 0, end), ret);
    else if (parse == SMTP_REPLY_BAD)
        smtp_reply_reader_clear(reader);
    return parse;
}
