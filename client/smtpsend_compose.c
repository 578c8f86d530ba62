#include "client/smtpsend_compose.h"

#include "base/base64.h"
#include "base/text.h"

enum {
    PLAIN_LINE_MAX = 900,    /* octets; longer lines go as base64 (RFC 5322 2.1.1: 998) */
    ENCODED_WORD_OCTETS = 45 /* 75 with "=?UTF-8?B?" and "?=" (RFC 2047 2) */
};

static bool full(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the message is too large to be made here");
}

/* One mailbox a line: no header line grows with the number of recipients. */
static bool add_to(const struct smtpsend_draft *draft, struct buf *to)
{
    bool ok = buf_append_string(to, "To: ");
    size_t i;

    for (i = 0; ok && i < draft->to_count; i++)
        ok = buf_append_string(to, i > 0 ? ",\n " : "") && buf_append(to, draft->to[i]);
    return ok && buf_append_string(to, "\n");
}

static bool is_plain(struct bytes text, bool lines)
{
    size_t line = 0;
    size_t i;

    for (i = 0; i < text.size; i++) {
        unsigned char octet = (unsigned char)text.data[i];

        line = octet == '\n' ? 0 : line + 1;
        if (octet > 126 || line > PLAIN_LINE_MAX)
            return false;
        if (octet < 32 && octet != '\t' && !(lines && octet == '\n'))
            return false;
    }
    return true;
}

static bool has_control(struct bytes text)
{
    size_t i;

    for (i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 32 || text.data[i] == 127)
            return true;
    return false;
}

/* How many octets of the text, at whole characters, one encoded word takes. */
static size_t word_octets(struct bytes text)
{
    size_t size = 0;

    while (size < text.size) {
        size_t next = text_utf8_octets(bytes_after(text, size));

        if (next == 0)
            next = 1;
        if (size + next > ENCODED_WORD_OCTETS)
            break;
        size += next;
    }
    return size;
}

static bool add_subject(struct bytes subject, struct buf *to, struct err *err)
{
    bool ok = buf_append_string(to, "Subject: ");

    if (has_control(subject))
        return err_set(err, ERR_SYNTAX,
                       "a control octet in the subject: a header field is one line");
    if (is_plain(subject, false))
        return (ok && buf_append(to, subject) && buf_append_string(to, "\n")) || full(err);
    while (ok && subject.size > 0) {
        size_t size = word_octets(subject);

        ok = buf_append_string(to, "=?UTF-8?B?") &&
             base64_encode(to, bytes_slice(subject, 0, size)) && buf_append_string(to, "?=");
        subject = bytes_after(subject, size);
        ok = ok && buf_append_string(to, subject.size > 0 ? "\n " : "\n");
    }
    return ok || full(err);
}

static bool add_encoded_body(struct bytes body, struct buf *to)
{
    bool ok = buf_append_string(to, "Content-Transfer-Encoding: base64\n\n");

    while (ok && body.size > 0) {
        ok = base64_encode(to, bytes_slice(body, 0, 57)) && buf_append_string(to, "\n");
        body = bytes_after(body, 57);
    }
    return ok;
}

static bool add_plain_body(struct bytes body, struct buf *to)
{
    return buf_append_string(to, "Content-Transfer-Encoding: 7bit\n\n") && buf_append(to, body) &&
           (body.size == 0 || body.data[body.size - 1] == '\n' || buf_append_string(to, "\n"));
}

bool smtpsend_compose(const struct smtpsend_draft *draft, struct buf *to, struct err *err)
{
    bool ok = buf_printf(to, "Date: %s\nFrom: ", draft->date);

    if (ok && draft->from.size > 0)
        ok = buf_append(to, draft->from);
    else if (ok)
        ok = buf_append_string(to, "postmaster@") && buf_append(to, draft->host);
    ok = ok && buf_append_string(to, "\n") && add_to(draft, to);
    if (!ok)
        return full(err);
    if (!add_subject(draft->subject, to, err))
        return false;
    ok = buf_printf(to, "Message-ID: <%llx.smtpsend@", draft->token) &&
         buf_append(to, draft->host) &&
         buf_append_string(to, ">\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n");
    if (ok)
        ok = is_plain(draft->body, true) ? add_plain_body(draft->body, to)
                                         : add_encoded_body(draft->body, to);
    return ok || full(err);
}
