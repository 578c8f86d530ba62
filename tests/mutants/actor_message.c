/*
 * actor_message.c - mail data: what it is like, and its way onto the wire.
 */
#include "tests/mutants/actor_private.h"

#include <stdio.h>

#define CHUNK_OCTETS 8192
#define LINE_OCTETS_MAX 998 /* RFC 5321 4.5.3.1.6, without CRLF */

/* Header fields that traits add, in front. */
static const struct {
    enum actor_trait trait;
    const char *field;
} fields[] = {
    {ACTOR_RETURN_PATH_ADDED, "Return-Path: <sender@client.example>\r\n"                                    },
    {ACTOR_SECOND_DATE,
     "Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n"                   },
    {ACTOR_TWO_FROM,          "From: <one@client.example>\r\nFrom: <two@client.example>\r\n"                },
    {ACTOR_EXTRA_HEADER,      "X-Mailer: actor\r\n"                                                         },
    {ACTOR_BCC_TOLD,          "Bcc: <hidden@server.example>\r\n"                                            },
    {ACTOR_NUL_ADDED,         ""                                                                            },
    {ACTOR_CONTROL_ADDED,     "X-Odd: \x07\x1b\r\n"                                                         },
    {ACTOR_BAD_FIELD_NAME,    "X Odd: a name of two words\r\n"                                              },
    {ACTOR_SHORT_YEAR,        "Resent-Date: Mon, 23 Nov 26 08:00:00 +0000\r\n"                              },
    {ACTOR_LONG_FIELD,        "Received: from client.example (client.example [127.0.0.1]) by "
                       "actor.example with ESMTP; Mon, 23 Nov 2026 08:00:00 +0000\r\n"},
    {ACTOR_TRACE_ADDED,
     "Received: from client.example (client.example [127.0.0.1])\r\n\tby actor.example with ESMTP; "
     "Mon, 23 Nov 2026 08:00:00 +0000\r\nResent-Date: 23 Nov 2026 08:00:00 +0000 (UTC)\r\n"                 },
};

static void scan_octet(struct actor *a, char octet, char before, size_t *column)
{
    if (octet == '\n') {
        *column = 0;
        a->message.size += before == '\r' ? 1 : 2;
        return;
    }
    if (before == '\r')
        a->message.bare_cr = true;
    if (before == '\r' && HAS(a, REPAIRS_CR))
        a->message.size++;
    *column += octet != '\r';
    a->message.size++;
    if (*column > LINE_OCTETS_MAX)
        a->message.long_line = true;
    if ((unsigned char)octet > 127)
        a->message.eight_bit = true;
    if (octet == '\0')
        a->message.nul = true;
}

/* An encoding that promises 7 bit is none for octets above 127 (RFC 5321 2.4). */
static bool is_mime_of_eight_bit(struct bytes head)
{
    return bytes_find_bytes(head, BYTES_LITERAL("MIME-Version: 1.0")) != BYTES_NOT_FOUND &&
           bytes_find_bytes(head, BYTES_LITERAL("Encoding: 7bit")) == BYTES_NOT_FOUND;
}

static bool is_binary(const struct actor *a)
{
    bool both = smtp_extensions_has(&a->offered, SMTP_EXTENSION_BINARYMIME) &&
                smtp_extensions_has(&a->offered, SMTP_EXTENSION_CHUNKING);
    return bytes_equal(a->job->send->parameters[SEND_PARAMETER_BODY_TYPE],
                       BYTES_LITERAL("binarymime")) &&
           (both || HAS(a, BINARY_UNMINDED));
}

void actor_scan(struct actor *a)
{
    char chunk[CHUNK_OCTETS];
    char before = '\n';
    size_t column = 0;
    uint64_t offset = 0;
    size_t got;
    if (a->message.scanned)
        return;
    a->message.scanned = true;
    a->message.mime = is_mime_of_eight_bit(a->job->message.head);
    a->message.binary = is_binary(a);
    while ((got = mail_text_read(&a->job->message, offset, chunk, sizeof chunk)) > 0) {
        for (size_t i = 0; i < got; i++) {
            scan_octet(a, chunk[i], before, &column);
            before = chunk[i];
        }
        offset += got;
    }
    if (before == '\r')
        a->message.bare_cr = true;
    if (before != '\n')
        a->message.size += 2;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (a->trait[fields[i].trait])
            a->message.size += bytes_of(fields[i].field).size;
}

/* What this client neither sends as it is nor repairs. */
bool actor_message_can_be_sent(const struct actor *a)
{
    if (a->message.binary)
        return true;
    bool keeps_cr = HAS(a, BARE_CR_KEPT) || HAS(a, REPAIRS_CR);
    bool long_ok = HAS(a, CUTS_LONG_LINES) || HAS(a, LONG_LINES_SENT);
    bool mime_ok = a->message.mime || HAS(a, EIGHT_BIT_NO_MIME) || HAS(a, EIGHT_BIT_ADDRESS);
    bool eight_ok = (a->offer.eight_bit && mime_ok) || HAS(a, EIGHT_BIT_UNOFFERED);
    return (!a->message.bare_cr || keeps_cr) && (!a->message.long_line || long_ok) &&
           (!a->message.eight_bit || eight_ok) && !a->message.nul;
}

static void put(struct actor *a, char octet)
{
    (void)buf_append_octet(&a->out, octet);
}

static void put_line_end(struct actor *a)
{
    if (HAS(a, DATA_IN_LF))
        put(a, '\n');
    else
        (void)buf_append_string(&a->out, "\r\n");
}

static void put_fields(struct actor *a)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (a->trait[fields[i].trait])
            (void)buf_append_string(&a->out, fields[i].field);
    if (HAS(a, NUL_ADDED))
        (void)buf_append(&a->out, BYTES_LITERAL("X-Nul: \0\r\n"));
}

void actor_content_start(struct actor *a, bool lone_dot)
{
    a->sends++;
    a->sending = true;
    a->end_written = false;
    a->offset = lone_dot ? UINT64_MAX : 0;
    a->line_start = a->first_line = a->in_header = true;
    a->last_cr = a->dropping = false;
    a->column = 0;
    if (!lone_dot)
        put_fields(a);
    if (a->out.size == 0 || lone_dot)
        actor_content_more(a);
}

/* The name of a field that is dropped stands where a line begins. */
static bool is_dropped(const struct actor *a, struct bytes rest)
{
    bool bcc = bytes_starts_with_nocase(rest, BYTES_LITERAL("Bcc:"));
    bool received = bytes_starts_with_nocase(rest, BYTES_LITERAL("Received:"));
    return bcc || (received && HAS(a, RECEIVED_DROPPED));
}

static bool stuffs(const struct actor *a, struct bytes rest)
{
    if (actor_uses_chunks(a) && !HAS(a, BINARY_BY_DATA))
        return HAS(a, CHUNK_STUFFED) && rest.data[0] == '.';
    if (HAS(a, STUFFS_ALL_LINES))
        return true;
    if (rest.data[0] != '.' || HAS(a, NO_TRANSPARENCY))
        return false;
    if (HAS(a, DOT_ONLY_STUFFED))
        return rest.size > 1 && (rest.data[1] == '\r' || rest.data[1] == '\n');
    return !HAS(a, STUFFS_FIRST_ONLY) || a->first_line;
}

static void begin_line(struct actor *a, struct bytes rest)
{
    char first = rest.data[0];
    a->line_start = false;
    a->column = 0;
    if (a->in_header) {
        bool folded = first == ' ' || first == '\t';
        a->dropping = folded ? a->dropping : is_dropped(a, rest);
        if (first == '\r' || first == '\n') {
            a->in_header = false;
            a->dropping = false;
        }
    }
    if (!a->dropping && stuffs(a, rest)) {
        put(a, '.');
        a->first_line = a->first_line && rest.data[0] != '.';
    }
}

static bool is_spoilt(const struct actor *a, char octet)
{
    bool body = !a->in_header;
    return (body && HAS(a, BODY_LOST)) || (octet == '\t' && HAS(a, TABS_LOST));
}

static void put_octet(struct actor *a, char octet)
{
    if (a->dropping)
        return;
    if (a->last_cr && !HAS(a, REPAIRS_CR))
        put(a, '\r');
    if (octet == '\r')
        return;
    if (HAS(a, CUTS_LONG_LINES) && a->column >= 990) {
        put_line_end(a);
        a->column = 0;
    }
    if (!is_spoilt(a, octet))
        put(a, octet);
    a->column++;
}

static void trim_line(struct actor *a)
{
    while (HAS(a, TRIMS_LINES) && a->out.size > 0 &&
           (a->out.data[a->out.size - 1] == ' ' || a->out.data[a->out.size - 1] == '\t'))
        a->out.size--;
}

/* One octet of the message; rest begins with it. */
static void convert(struct actor *a, struct bytes rest)
{
    char octet = rest.data[0];
    if (a->last_cr && octet != '\n' && HAS(a, REPAIRS_CR)) {
        put_line_end(a);
        a->line_start = true;
        a->last_cr = false;
    }
    if (a->line_start)
        begin_line(a, rest);
    if (octet == '\n') {
        bool bare = !a->last_cr && HAS(a, LF_KEPT);
        if (!a->dropping && !(HAS(a, BODY_LOST) && !a->in_header)) {
            trim_line(a);
            if (bare)
                put(a, '\n');
            else
                put_line_end(a);
        }
        a->line_start = true;
        a->last_cr = false;
        return;
    }
    put_octet(a, octet);
    a->last_cr = octet == '\r';
}

void actor_convert(struct actor *a, struct bytes rest, size_t use)
{
    for (size_t i = 0; i < use; i++)
        convert(a, bytes_after(rest, i));
}

void actor_finish_lines(struct actor *a)
{
    if (a->last_cr && HAS(a, BARE_CR_KEPT))
        put(a, '\r');
    if (!a->line_start && !HAS(a, NO_FINAL_CRLF))
        put_line_end(a);
}

/* One reply; with LMTP one for each recipient that was accepted (RFC 2033 4.2). */
void actor_await_end(struct actor *a)
{
    size_t awaited = 0;
    a->sending = false;
    a->end_written = true;
    for (size_t i = 0; a->job->send->lmtp && !HAS(a, LMTP_ONE_REPLY) && i < a->count; i++) {
        bool shared = false;
        for (size_t j = 0; HAS(a, LMTP_DUPLICATES_SHARE) && j < i; j++)
            shared = shared || bytes_equal(a->job->to[i], a->job->to[j]);
        if (!a->recipients[i].accepted || shared)
            continue;
        actor_await(a, STAGE_END, i);
        awaited++;
    }
    if (awaited == 0)
        actor_await(a, STAGE_END, 0);
}

/* CRLF "." CRLF, whose first CRLF is that of the last line (RFC 5321 4.1.1.4). */
static void put_end(struct actor *a)
{
    actor_finish_lines(a);
    if (HAS(a, LAST_OCTET_LOST) && a->out.size > 3) {
        a->out.size -= 3;
        put_line_end(a);
    }
    if (HAS(a, DROPS_EMPTY_END))
        while (a->out.size > 4 && bytes_equal(bytes_after(buf_bytes(&a->out), a->out.size - 4),
                                              BYTES_LITERAL("\r\n\r\n")))
            a->out.size -= 2;
    if (HAS(a, EXTRA_LINE))
        put_line_end(a);
    if (HAS(a, EXTRA_DOT_LINE))
        (void)buf_append_string(&a->out, "..\r\n");
    if (HAS(a, COMMANDS_IN_MAIL_DATA))
        actor_put(a, "NOOP");
    (void)buf_append_string(&a->out, HAS(a, END_IS_LF_DOT_LF) ? "\n.\n" : ".\r\n");
    if (HAS(a, DATA_AFTER_END))
        (void)buf_append_string(&a->out, "one line more\r\n");
    actor_await_end(a);
}

void actor_content_more(struct actor *a)
{
    char chunk[CHUNK_OCTETS];
    /* Look ahead a few octets, so that the name of a field is never cut. */
    const size_t ahead = 16;
    size_t got = 0;
    if (a->offset != UINT64_MAX)
        got = mail_text_read(&a->job->message, a->offset, chunk, sizeof chunk);
    size_t use = got == sizeof chunk ? got - ahead : got;
    actor_convert(a, (struct bytes){chunk, got}, use);
    a->offset += use;
    if (use == got)
        put_end(a);
}
