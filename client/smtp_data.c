#include "client/smtp_data.h"

#include "base/smtp_limits.h"

enum { LINE_OCTETS_MAX = SMTP_TEXT_LINE_OCTETS_MAX - 2 }; /* without CRLF */

void smtp_data_init(struct smtp_data *data, struct smtp_data_policy policy)
{
    *data = (struct smtp_data){.policy = policy};
}

static bool refuse(const struct smtp_data *data, struct err *err, const char *what)
{
    uint64_t line = data->lines + 1;

    return err_set_at(err, ERR_SYNTAX, line > UINT32_MAX ? UINT32_MAX : (unsigned)line, 0,
                      "line %llu of the message %s", (unsigned long long)line, what);
}

/* What is forbidden wherever it stands. Line numbers are found only when there is one to tell. */
static bool check_octets(struct smtp_data *data, struct bytes input, struct err *err)
{
    size_t nul = bytes_find(input, '\0');
    size_t high = data->has_eight_bit && data->policy.eight_bit ? BYTES_NOT_FOUND
                                                                : bytes_find_eight_bit(input);
    struct smtp_data there = *data;

    if (high != BYTES_NOT_FOUND)
        data->has_eight_bit = true;
    if (data->policy.eight_bit)
        high = BYTES_NOT_FOUND;
    if (nul == BYTES_NOT_FOUND && high == BYTES_NOT_FOUND)
        return true;
    there.lines += bytes_count(bytes_slice(input, 0, nul < high ? nul : high), '\n');
    if (nul < high)
        return refuse(&there, err, "holds a NUL, which no mail data may (RFC 5322 2.2)");
    return refuse(&there, err,
                  "holds an octet above 127, which the server takes only with 8BITMIME "
                  "(RFC 6152 3)");
}

/* One line of the input, or what the piece has of it. */
struct span {
    struct bytes text; /* without its end, and without a CR that may belong to one */
    bool ends;         /* CRLF or LF follow */
    bool cr_held;      /* the piece ends in a CR behind text */
    size_t taken;      /* of the input */
};

static bool next_span(struct smtp_data *data, struct bytes input, struct span *ret, struct err *err)
{
    const char *lf = memchr(input.data, '\n', input.size);
    size_t end = lf ? (size_t)(lf - input.data) : input.size;
    struct bytes text = {input.data, end};

    *ret = (struct span){.ends = lf != NULL, .taken = lf ? end + 1 : end};
    if (data->after_cr && end > 0)
        return refuse(data, err, "holds a CR without LF (RFC 5321 2.3.8)");
    if (text.size > 0 && text.data[text.size - 1] == '\r') {
        text.size--;
        ret->cr_held = !ret->ends;
    }
    ret->text = text;
    if (data->policy.trusted)
        return true;
    if (text.size > 0 && memchr(text.data, '\r', text.size))
        return refuse(data, err, "holds a CR without LF (RFC 5321 2.3.8)");
    if (data->line_octets + text.size > LINE_OCTETS_MAX && !data->policy.long_lines)
        return refuse(data, err, "is longer than 998 octets (RFC 5321 4.5.3.1.6)");
    return true;
}

static void put(struct buf *to, const char *octets, size_t count)
{
    memcpy(to->data + to->size, octets, count);
    to->size += count;
}

/* Puts one span, or as much of it as there is room for (then it does not end, and no CR is held).
 * Returns what was taken. */
static size_t put_span(struct smtp_data *data, struct span span, struct buf *to)
{
    bool dot = !data->policy.chunked && data->line_octets == 0 && span.text.size > 0 &&
               span.text.data[0] == '.';
    size_t needed = span.text.size + dot + (span.ends ? 2 : 0);

    if (needed > buf_room(to)) {
        if (buf_room(to) < SMTP_DATA_ROOM_MIN)
            return 0;
        if (span.text.size > buf_room(to) - 3)
            span.text.size = buf_room(to) - 3;
        span.ends = false;
        span.cr_held = false;
        span.taken = span.text.size;
    }
    if (dot) {
        put(to, ".", 1);
        data->added_dots++;
    }
    if (span.text.size > 0)
        put(to, span.text.data, span.text.size);
    data->octets += span.text.size;
    data->line_octets += span.text.size;
    data->after_cr = span.cr_held;
    if (!span.ends)
        return span.taken;
    put(to, "\r\n", 2);
    data->octets += 2;
    data->line_octets = 0;
    data->lines++;
    return span.taken;
}

/* Of input without any CR, lines need not be searched for one each. */
static void trust_lines(struct smtp_data *data, struct bytes input)
{
    data->no_cr = !data->policy.trusted && input.size > 0 && !memchr(input.data, '\r', input.size);
}

/* A whole line without its end that can be sent as it is. */
static bool is_fit(const struct smtp_data *data, const char *line, size_t size)
{
    if (data->policy.trusted)
        return true;
    return (size <= LINE_OCTETS_MAX || data->policy.long_lines) &&
           (data->no_cr || !memchr(line, '\r', size));
}

/* Whole lines, from the start of one on, as far as there is room and nothing is wrong with them:
 * the usual case, one memchr() and one memcpy() a line. What is left over needs a closer look. */
static size_t put_lines(struct smtp_data *data, struct bytes input, struct buf *to)
{
    const char *at = input.data;
    const char *const end = at + input.size;
    char *out = to->data + to->size;
    const char *const out_end = to->data + to->max;
    const int dot = data->policy.chunked ? -1 : '.';
    uint64_t dots = 0;
    uint64_t lines = 0;
    const char *lf;

    while (at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t size = (size_t)(lf - at);

        if (size > 0 && lf[-1] == '\r')
            size--;
        if (size + 3 > (size_t)(out_end - out) || !is_fit(data, at, size))
            break;
        if (*at == dot) {
            *out++ = '.';
            dots++;
        }
        memcpy(out, at, size);
        out += size;
        *out++ = '\r';
        *out++ = '\n';
        lines++;
        at = lf + 1;
    }
    data->octets += (uint64_t)(out - to->data) - to->size - dots;
    data->added_dots += dots;
    data->lines += lines;
    to->size = (size_t)(out - to->data);
    return (size_t)(at - input.data);
}

static bool put_verbatim(struct smtp_data *data, struct bytes input, struct buf *to,
                         size_t *ret_used)
{
    if (input.size > 0)
        put(to, input.data, input.size);
    data->octets += input.size;
    *ret_used = input.size;
    return true;
}

bool smtp_data_encode(struct smtp_data *data, struct bytes input, struct buf *to, size_t *ret_used,
                      struct err *err)
{
    *ret_used = 0;
    input = bytes_slice(input, 0, buf_room(to)); /* so that nothing is looked at twice */
    if (data->policy.verbatim)
        return put_verbatim(data, input, to, ret_used);
    if (!data->policy.trusted && !check_octets(data, input, err))
        return false;
    trust_lines(data, input);
    while (*ret_used < input.size) {
        struct span span;
        size_t taken = 0;

        if (data->line_octets == 0 && !data->after_cr)
            taken = put_lines(data, bytes_after(input, *ret_used), to);
        *ret_used += taken;
        if (*ret_used == input.size)
            break;
        if (!next_span(data, bytes_after(input, *ret_used), &span, err))
            return false;
        taken = put_span(data, span, to);
        if (taken == 0)
            return true;
        *ret_used += taken;
    }
    return true;
}

size_t smtp_data_end_octets(const struct smtp_data *data)
{
    return (data->line_octets > 0 ? 2u : 0u) + (data->policy.chunked ? 0u : 3u);
}

bool smtp_data_end(struct smtp_data *data, struct buf *to, struct err *err)
{
    if (data->after_cr)
        return refuse(data, err, "ends in a CR without LF (RFC 5321 2.3.8)");
    if (buf_room(to) < smtp_data_end_octets(data))
        return err_set(err, ERR_LIMIT, "no room for the end of the mail data");
    if (data->line_octets > 0) {
        put(to, "\r\n", 2);
        data->octets += 2;
        data->line_octets = 0;
        data->lines++;
    }
    if (!data->policy.chunked)
        put(to, ".\r\n", 3);
    return true;
}

/* Whole lines without any CR, as far as none is too long: counted, and not looked at one by one.
 * From the start of a line, the last LF that a line which is not too long can end at is the next
 * start. */
static size_t skip_lines(struct smtp_data *data, struct bytes input)
{
    size_t at = 0;
    size_t end = input.size;
    uint64_t lines;

    while (end > 0 && input.data[end - 1] != '\n')
        end--;
    while (!data->policy.long_lines && end - at > LINE_OCTETS_MAX + 1) {
        size_t next = at + LINE_OCTETS_MAX + 1;

        while (next > at && input.data[next - 1] != '\n')
            next--;
        if (next == at)
            end = at; /* a closer look tells what is wrong */
        at = next;
    }
    lines = bytes_count(bytes_slice(input, 0, end), '\n');
    data->octets += end + lines;
    data->lines += lines;
    return end;
}

/* put_lines() without putting. */
static size_t scan_lines(struct smtp_data *data, struct bytes input)
{
    const char *at = input.data;
    const char *const end = at + input.size;
    uint64_t lines = 0;
    uint64_t octets = 0;
    const char *lf;

    while (at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t size = (size_t)(lf - at);

        if (size > 0 && lf[-1] == '\r')
            size--;
        if (!is_fit(data, at, size))
            break;
        octets += size + 2;
        lines++;
        at = lf + 1;
    }
    data->octets += octets;
    data->lines += lines;
    return (size_t)(at - input.data);
}

static bool scan_piece(struct smtp_data *data, struct bytes input, struct err *err)
{
    size_t at = 0;

    if (!check_octets(data, input, err))
        return false;
    trust_lines(data, input);
    while (at < input.size) {
        struct span span;

        if (data->line_octets == 0 && !data->after_cr)
            at += data->no_cr ? skip_lines(data, bytes_after(input, at))
                              : scan_lines(data, bytes_after(input, at));
        if (at == input.size)
            break;
        if (!next_span(data, bytes_after(input, at), &span, err))
            return false;
        at += span.taken;
        data->octets += span.text.size;
        data->line_octets += span.text.size;
        data->after_cr = span.cr_held;
        if (!span.ends)
            continue;
        data->octets += 2;
        data->line_octets = 0;
        data->lines++;
    }
    return true;
}

/* In pieces that stay in the cache while they are looked at for one thing after the other. */
bool smtp_data_scan(struct smtp_data *data, struct bytes input, struct err *err)
{
    enum { PIECE_OCTETS = 16 * 1024 };

    for (; input.size > PIECE_OCTETS; input = bytes_after(input, PIECE_OCTETS))
        if (!scan_piece(data, bytes_slice(input, 0, PIECE_OCTETS), err))
            return false;
    return scan_piece(data, input, err);
}

bool smtp_data_scan_end(struct smtp_data *data, struct err *err)
{
    if (data->after_cr)
        return refuse(data, err, "ends in a CR without LF (RFC 5321 2.3.8)");
    if (data->line_octets > 0) {
        data->octets += 2;
        data->line_octets = 0;
        data->lines++;
    }
    return true;
}
