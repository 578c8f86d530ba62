#include "fakeserver/scenario_private.h"

#include "base/base64.h"
#include "base/text.h"

static const char *const placeholders[] = {"from",   "to",     "user",  "password", "domain",
                                           "base64", "repeat", "token", "date"};
enum { PLACEHOLDER_COUNT = sizeof(placeholders) / sizeof(placeholders[0]), KNOWN_MAX = 64 };

/* One line being expanded. */
struct expansion {
    struct scenario_parser *parser;
    const struct scenario_text *source; /* the body as written, for columns */
    struct buf *out;
    struct scenario_span *spans;
    size_t span_count;
    bool has_strings;
    unsigned depth; /* of {base64 {…}} */
};

static bool expand_argument(struct expansion *expansion, size_t from, size_t to, struct buf *ret);

/* to2, to3 …: the number; 0: the name is no such thing. */
static unsigned long long recipient_number(struct bytes name)
{
    unsigned long long number;

    if (!bytes_starts_with(name, BYTES_LITERAL("to")) || name.size == 2 || name.data[2] == '0')
        return 0;
    return bytes_to_number(bytes_after(name, 2), SCENARIO_RECIPIENTS_MAX, &number) ? number : 0;
}

bool scenario_is_placeholder(struct bytes name)
{
    for (size_t i = 0; i < PLACEHOLDER_COUNT; i++)
        if (bytes_equal(name, bytes_of(placeholders[i])))
            return true;
    return recipient_number(name) > 0;
}

static bool fail_at(const struct expansion *expansion, size_t at, const char *what,
                    struct bytes name)
{
    return scenario_fail(expansion->source, at, expansion->parser->err, "{%s} %s",
                         text_show(name).text, what);
}

static bool fail_out(const struct expansion *expansion)
{
    if (buf_room(expansion->out) < 1024)
        return err_set_at(expansion->parser->err, ERR_LIMIT, expansion->source->line, 0,
                          "a line with its values has at most %d octets", SCENARIO_LINE_OCTETS_MAX);
    return scenario_fail_room(expansion->source, expansion->parser->err);
}

static bool fail_unknown(const struct expansion *expansion, size_t at, struct bytes name)
{
    const struct scenario_file *file = expansion->parser->file;
    const char *known[KNOWN_MAX];
    size_t count = 0;

    while (count < PLACEHOLDER_COUNT) {
        known[count] = placeholders[count];
        count++;
    }
    for (size_t i = 0; i < file->sweep_count; i++) {
        for (size_t j = 0; j < file->sweeps[i].name_count && count < KNOWN_MAX; j++) {
            known[count] = arena_string(expansion->parser->arena, file->sweeps[i].names[j]);
            if (!known[count++])
                return scenario_fail_room(expansion->source, expansion->parser->err);
        }
    }
    return scenario_fail_unknown(expansion->source, at, expansion->parser->err, "placeholder", name,
                                 known, count);
}

/* ---- values --------------------------------------------------------------------------------- */

static bool put_base64(struct expansion *expansion, size_t from, size_t to, struct buf *ret)
{
    struct buf octets;
    bool ok;

    buf_init(&octets, SCENARIO_LINE_OCTETS_MAX);
    ok = expand_argument(expansion, from, to, &octets);
    if (ok && !base64_encode(ret, buf_bytes(&octets)))
        ok = fail_out(expansion);
    buf_release(&octets);
    return ok;
}

/* {repeat 5000 x} */
static bool put_repeat(struct expansion *expansion, size_t from, size_t to, struct buf *ret)
{
    struct bytes argument = bytes_slice(expansion->source->octets, from, to);
    size_t blank = bytes_find(argument, ' ');
    unsigned long long times;
    struct buf octets;
    bool ok;

    if (blank == BYTES_NOT_FOUND ||
        !bytes_to_number(bytes_slice(argument, 0, blank), SCENARIO_REPEAT_MAX, &times))
        return scenario_fail(expansion->source, from, expansion->parser->err,
                             "expected {repeat NUMBER TEXT} with a number of at most %d",
                             SCENARIO_REPEAT_MAX);
    buf_init(&octets, SCENARIO_LINE_OCTETS_MAX);
    ok = expand_argument(expansion, from + blank + 1, to, &octets);
    if (ok && octets.size > 0 && times > SCENARIO_LINE_OCTETS_MAX / octets.size)
        ok = err_set_at(expansion->parser->err, ERR_LIMIT, expansion->source->line,
                        scenario_text_column(expansion->source, from),
                        "a line with its values has at most %d octets", SCENARIO_LINE_OCTETS_MAX);
    for (unsigned long long i = 0; ok && octets.size > 0 && i < times; i++)
        ok = buf_append(ret, buf_bytes(&octets)) || fail_out(expansion);
    buf_release(&octets);
    return ok;
}

/* {from} {to} {to2} {user} {password} {domain}: what send has set. */
static bool put_sent(struct expansion *expansion, size_t at, struct bytes name, struct buf *ret)
{
    const struct scenario_send *send = &expansion->parser->scenario->send;
    unsigned long long recipient =
        bytes_equal(name, BYTES_LITERAL("to")) ? 1 : recipient_number(name);
    struct bytes value;

    if (!expansion->parser->send_is_known)
        return fail_at(expansion, at, "is known only after the send and account lines", name);
    if (recipient > send->to_count && !expansion->parser->is_personality)
        return fail_at(expansion, at, "has no recipient in the send line", name);
    if (recipient > 0)
        value = recipient <= send->to_count ? send->to[recipient - 1] : BYTES_NONE;
    else if (name.data[0] == 'f')
        value = send->from;
    else if (name.data[0] == 'u')
        value = send->user;
    else if (name.data[0] == 'p')
        value = send->password;
    else
        value = send->domain;
    if (!value.data && expansion->parser->is_personality)
        value = BYTES_LITERAL("\0");
    if (!value.data)
        return fail_at(expansion, at, "is not set by the send line", name);
    return buf_append(ret, value) || fail_out(expansion);
}

/* The value of the placeholder whose braces stand at `at` and `end`. */
static bool put_value(struct expansion *expansion, size_t at, size_t end, struct buf *ret)
{
    struct scenario_parser *parser = expansion->parser;
    struct bytes inside = bytes_slice(expansion->source->octets, at + 1, end);
    size_t blank = bytes_find(inside, ' ');
    struct bytes name = bytes_slice(inside, 0, blank);
    bool has_argument = blank != BYTES_NOT_FOUND;
    bool is_base64 = bytes_equal(name, BYTES_LITERAL("base64"));
    bool is_repeat = bytes_equal(name, BYTES_LITERAL("repeat"));
    struct bytes value;

    if (is_base64 || is_repeat) {
        size_t from = has_argument ? at + 1 + blank + 1 : end;

        return is_base64 ? put_base64(expansion, from, end, ret)
                         : put_repeat(expansion, from, end, ret);
    }
    if (scenario_file_value(parser->file, parser->instance, name, &value)) {
        if (has_argument)
            return fail_at(expansion, at, "takes nothing behind its name", name);
        return buf_append(ret, value) || fail_out(expansion);
    }
    if (!scenario_is_placeholder(name))
        return fail_unknown(expansion, at, name);
    if (has_argument)
        return fail_at(expansion, at, "takes nothing behind its name", name);
    if (bytes_equal(name, BYTES_LITERAL("token")))
        return scenario_put_token(parser->seed, ++parser->token_count, ret) || fail_out(expansion);
    if (bytes_equal(name, BYTES_LITERAL("date")))
        return scenario_put_date(parser->seed, ret) || fail_out(expansion);
    return put_sent(expansion, at, name, ret);
}

/* ---- finding them --------------------------------------------------------------------------- */

/* A brace and a lower-case letter open a placeholder; `{{` is a brace; any other is itself. */
static bool opens(struct bytes text, size_t at)
{
    return text.data[at] == '{' && at + 1 < text.size && text.data[at + 1] >= 'a' &&
           text.data[at + 1] <= 'z';
}

static bool is_double(struct bytes text, size_t at)
{
    return text.data[at] == '{' && at + 1 < text.size && text.data[at + 1] == '{';
}

/* Offset of the brace that closes the one at `at`; text.size: there is none. */
static size_t find_close(struct bytes text, size_t at)
{
    unsigned depth = 1;

    for (size_t i = at + 1; i < text.size; i++) {
        if (text.data[i] == '\\' || is_double(text, i))
            i++;
        else if (opens(text, i))
            depth++;
        else if (text.data[i] == '}' && --depth == 0)
            return i;
    }
    return text.size;
}

static bool check_close(const struct expansion *expansion, size_t at, size_t end, size_t limit)
{
    return end < limit || scenario_fail(expansion->source, at, expansion->parser->err,
                                        "a placeholder without its closing brace; write {{ for a "
                                        "brace");
}

/* Octets from..to, without a placeholder: their escapes as octets. */
static bool put_plain(const struct expansion *expansion, size_t from, size_t to, struct buf *ret)
{
    struct err inner = {0};

    if (text_unescape(ret, bytes_slice(expansion->source->octets, from, to), &inner))
        return true;
    if (inner.kind != ERR_SYNTAX)
        return fail_out(expansion);
    return scenario_fail(expansion->source, from + inner.column - 1, expansion->parser->err,
                         "expected one of \\r \\n \\t \\0 \\xHH \\\\ \\\" behind the backslash");
}

/* What stands in {base64 …}: escapes and placeholders, as octets. */
static bool expand_argument(struct expansion *expansion, size_t from, size_t to, struct buf *ret)
{
    struct bytes text = bytes_slice(expansion->source->octets, 0, to);
    bool ok = true;

    if (++expansion->depth > SCENARIO_PLACEHOLDER_DEPTH_MAX)
        return err_set_at(expansion->parser->err, ERR_LIMIT, expansion->source->line,
                          scenario_text_column(expansion->source, from),
                          "at most %d placeholders may stand in each other",
                          SCENARIO_PLACEHOLDER_DEPTH_MAX);
    for (size_t i = from; ok && i < to;) {
        size_t run = i;

        if (opens(text, i)) {
            size_t end = find_close(text, i);

            ok = check_close(expansion, i, end, to) && put_value(expansion, i, end, ret);
            i = end + 1;
            continue;
        }
        while (run < to && !opens(text, run) && !is_double(text, run))
            run += text.data[run] == '\\' && run + 1 < to ? 2 : 1;
        ok = put_plain(expansion, i, run, ret);
        i = run;
        if (ok && i < to && is_double(text, i)) {
            ok = buf_append_octet(ret, '{') || fail_out(expansion);
            i += 2;
        }
    }
    expansion->depth--;
    return ok;
}

static bool add_span(struct expansion *expansion, size_t column_at, bool is_value)
{
    struct scenario_parser *parser = expansion->parser;

    if (!arena_grow(parser->arena, (void **)&expansion->spans, expansion->span_count,
                    sizeof(*expansion->spans)))
        return scenario_fail_room(expansion->source, parser->err);
    expansion->spans[expansion->span_count++] = (struct scenario_span){
        expansion->out->size, expansion->source->column + (unsigned)column_at, is_value};
    return true;
}

/* A value in a string is written so that the string means it; elsewhere it is text of the line. */
static bool append_value(struct expansion *expansion, size_t at, struct bytes value, bool quoted)
{
    if (quoted)
        return text_escape(expansion->out, value) || fail_out(expansion);
    if (bytes_find(value, '\n') != BYTES_NOT_FOUND || bytes_find(value, '\r') != BYTES_NOT_FOUND)
        return scenario_fail(
            expansion->source, at, expansion->parser->err,
            "the value has a line end in it; put it into a string, as in S= \"...\"");
    return buf_append(expansion->out, value) || fail_out(expansion);
}

static bool expand_placeholder(struct expansion *expansion, size_t at, size_t end, bool quoted)
{
    struct buf value;
    bool ok;

    if (!check_close(expansion, at, end, expansion->source->octets.size) ||
        !add_span(expansion, at, true))
        return false;
    buf_init(&value, SCENARIO_LINE_OCTETS_MAX);
    ok = put_value(expansion, at, end, &value) &&
         append_value(expansion, at, buf_bytes(&value), quoted) &&
         add_span(expansion, end + 1, false);
    buf_release(&value);
    return ok;
}

static bool expand_all(struct expansion *expansion)
{
    struct bytes text = expansion->source->octets;
    size_t string_end = 0; /* behind the string that we are in */

    if (!add_span(expansion, 0, false))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (expansion->has_strings && i >= string_end && scenario_string_opens(text, i))
            string_end = i + scenario_string_extent(text, i);
        if (opens(text, i)) {
            size_t end = find_close(text, i);

            if (!expand_placeholder(expansion, i, end, i < string_end))
                return false;
            i = end;
            continue;
        }
        if (!buf_append_octet(expansion->out, text.data[i]))
            return fail_out(expansion);
        if (is_double(text, i)) {
            i++;
            if (!add_span(expansion, i + 1, false))
                return false;
        }
    }
    return true;
}

bool scenario_expand(struct scenario_parser *parser, const struct scenario_line *line,
                     struct scenario_text *ret)
{
    struct scenario_text source = {
        .octets = line->body,
        .line = line->number,
        .column = (unsigned)line->body_at + 1,
    };
    struct buf out;
    struct expansion expansion = {
        .parser = parser,
        .source = &source,
        .out = &out,
        .has_strings = scenario_line_style(line->kind) == LINE_STYLE_WORDS,
    };
    bool ok;

    *ret = source;
    if (bytes_find(line->body, '{') == BYTES_NOT_FOUND)
        return true;
    buf_init(&out, SCENARIO_LINE_OCTETS_MAX);
    ok = expand_all(&expansion);
    if (ok) {
        ret->octets = arena_copy(parser->arena, buf_bytes(&out));
        ret->spans = expansion.spans;
        ret->span_count = expansion.span_count;
        ok = ret->octets.data || scenario_fail_room(&source, parser->err);
    }
    buf_release(&out);
    return ok;
}
