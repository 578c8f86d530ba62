#include "fakeserver/scenario_private.h"

#include "base/text.h"

static const struct {
    const char *word;
    enum line_place place;
    enum line_style style;
} kinds[LINE_KIND_COUNT] = {
#define X(name, word, place, style) {word, LINE_PLACE_##place, LINE_STYLE_##style},
    LINE_TABLE(X)
#undef X
};

const char *scenario_line_word(enum line_kind kind)
{
    return kinds[kind].word;
}

enum line_place scenario_line_place(enum line_kind kind)
{
    return kinds[kind].place;
}

enum line_style scenario_line_style(enum line_kind kind)
{
    return kinds[kind].style;
}

bool scenario_is_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

static bool is_lower(char octet)
{
    return octet >= 'a' && octet <= 'z';
}

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

bool scenario_is_name(struct bytes word)
{
    if (word.size == 0 || !is_lower(word.data[0]))
        return false;
    for (size_t i = 1; i < word.size; i++)
        if (!is_lower(word.data[i]) && !is_digit(word.data[i]) && word.data[i] != '-')
            return false;
    return true;
}

/* 1*DIGIT and a unit of the table; a number that overflows is none. */
static bool number_with_unit(struct bytes word, const char *const *units, const uint64_t *factors,
                             size_t count, uint64_t *ret)
{
    size_t digits = 0;
    unsigned long long number;

    while (digits < word.size && is_digit(word.data[digits]))
        digits++;
    if (!bytes_to_number(bytes_slice(word, 0, digits), UINT64_MAX, &number))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!bytes_equal(bytes_after(word, digits), bytes_of(units[i])))
            continue;
        if (number > UINT64_MAX / factors[i])
            return false;
        *ret = number * factors[i];
        return true;
    }
    return false;
}

bool scenario_duration(struct bytes word, uint64_t *ret_ms)
{
    static const char *const units[] = {"ms", "s", "m", "h"};
    static const uint64_t factors[] = {1, 1000, 60000, 3600000};
    uint64_t ms;

    /* A year is more than any run lasts, and sums of less never overflow. */
    if (!number_with_unit(word, units, factors, 4, &ms) || ms > UINT64_C(31536000000))
        return false;
    *ret_ms = ms;
    return true;
}

bool scenario_size(struct bytes word, uint64_t *ret_octets)
{
    static const char *const units[] = {"", "k", "m", "g"};
    static const uint64_t factors[] = {1, 1024, 1024 * 1024, 1024 * 1024 * 1024};

    return number_with_unit(word, units, factors, 4, ret_octets);
}

bool scenario_string_opens(struct bytes text, size_t at)
{
    if (text.data[at] != '"')
        return false;
    return at == 0 || scenario_is_blank(text.data[at - 1]) || text.data[at - 1] == '=' ||
           text.data[at - 1] == ',' || text.data[at - 1] == '|';
}

size_t scenario_string_extent(struct bytes text, size_t at)
{
    for (size_t i = at + 1; i < text.size; i++) {
        if (text.data[i] == '\\')
            i++;
        else if (text.data[i] == '"')
            return i + 1 - at;
    }
    return 0;
}

/* Offset of the # of a comment: at the start, or behind two blanks, and in no string. */
static size_t find_comment(struct bytes raw, size_t from, bool has_strings)
{
    for (size_t i = from; i < raw.size; i++) {
        if (raw.data[i] == '#' && i >= 2 && scenario_is_blank(raw.data[i - 1]) &&
            scenario_is_blank(raw.data[i - 2]))
            return i;
        if (has_strings && scenario_string_opens(raw, i)) {
            size_t extent = scenario_string_extent(raw, i);

            i += extent > 0 ? extent - 1 : 0;
        }
    }
    return raw.size;
}

static size_t skip_blanks(struct bytes raw, size_t at)
{
    while (at < raw.size && scenario_is_blank(raw.data[at]))
        at++;
    return at;
}

static size_t skip_word(struct bytes raw, size_t at)
{
    while (at < raw.size && !scenario_is_blank(raw.data[at]))
        at++;
    return at;
}

/* `5s` of `+5s S: …`; moves *at to the word behind it. */
static bool lex_delay(struct bytes raw, size_t *at, struct scenario_line *line, struct err *err)
{
    size_t end = skip_word(raw, *at);

    line->delay = bytes_slice(raw, *at + 1, end);
    if (!scenario_duration(line->delay, &line->delay_ms))
        return err_set_at(err, ERR_SYNTAX, line->number, (unsigned)*at + 1,
                          "expected a wait such as +20ms, +5s, +1m; got \"%s\"",
                          text_show(bytes_slice(raw, *at, end)).text);
    *at = skip_blanks(raw, end);
    if (*at == raw.size)
        return err_set_at(err, ERR_SYNTAX, line->number, (unsigned)end + 1,
                          "expected S:, S= or an event behind the wait");
    return true;
}

/* `C:MAIL` for `C: MAIL` is the slip that everybody makes. */
static bool fail_first_word(struct bytes word, size_t at, unsigned number, struct err *err)
{
    const char *known[LINE_KIND_COUNT];
    const char *nearest;

    for (unsigned i = 0; i < LINE_BLANK; i++) {
        known[i] = kinds[i].word;
        if (kinds[i].word[0] && kinds[i].word[1] && !kinds[i].word[2] && word.size > 2 &&
            bytes_starts_with(word, bytes_of(known[i])) && !is_lower(known[i][0]))
            return err_set_at(err, ERR_SYNTAX, number, (unsigned)at + 3,
                              "expected a blank behind %s", known[i]);
    }
    nearest = text_nearest(word, known, LINE_BLANK);
    return err_set_at(err, ERR_SYNTAX, number, (unsigned)at + 1, "unknown word \"%s\"%s%s%s",
                      text_show(word).text, nearest ? "; did you mean \"" : "",
                      nearest ? nearest : "", nearest ? "\"?" : "");
}

static bool lex_key(struct bytes raw, size_t at, struct scenario_line *line, struct err *err)
{
    size_t end = skip_word(raw, at);
    struct bytes word = bytes_slice(raw, at, end);

    line->key_at = at;
    line->body_at = end;
    if (word.data[0] == '!') {
        line->kind = LINE_EVENT;
        line->body_at = at + 1;
        return true;
    }
    for (unsigned i = 0; i < LINE_BLANK; i++) {
        if (bytes_equal(word, bytes_of(kinds[i].word))) {
            line->kind = (enum line_kind)i;
            return true;
        }
    }
    return fail_first_word(word, at, line->number, err);
}

/* What stands behind the key, and the comment. */
static void lex_body(struct bytes raw, struct scenario_line *line)
{
    enum line_style style = kinds[line->kind].style;
    size_t comment = find_comment(raw, line->body_at, style == LINE_STYLE_WORDS);
    size_t end;

    if (style == LINE_STYLE_LITERAL) {
        if (line->body_at < raw.size)
            line->body_at++; /* the one blank behind S: */
    } else {
        size_t from = skip_blanks(raw, line->body_at);

        /* The canonical layout may put more blanks here: let one be enough. */
        if (from > line->body_at && from < raw.size && raw.data[from] == '#')
            comment = from;
        line->body_at = from;
    }
    end = comment;
    if (style != LINE_STYLE_LITERAL || comment < raw.size)
        while (end > line->body_at && scenario_is_blank(raw.data[end - 1]))
            end--;
    if (end < line->body_at)
        end = line->body_at;
    line->body = bytes_slice(raw, line->body_at, end);
    line->comment = bytes_trim(bytes_after(raw, comment));
}

bool scenario_lex_line(struct bytes raw, unsigned number, struct scenario_line *ret,
                       struct err *err)
{
    size_t at = skip_blanks(raw, 0);

    *ret = (struct scenario_line){.kind = LINE_BLANK, .number = number, .raw = raw};
    for (size_t i = 0; i < raw.size; i++) {
        unsigned char octet = (unsigned char)raw.data[i];

        if ((octet < ' ' && octet != '\t') || octet == 127)
            return err_set_at(err, ERR_SYNTAX, number, (unsigned)i + 1,
                              "a control octet; write it as \\x%02x in S= \"...\"", octet);
    }
    if (at == raw.size)
        return true;
    ret->indented = at > 0;
    if (raw.data[at] == '#') {
        ret->kind = LINE_COMMENT;
        ret->comment = bytes_trim(bytes_after(raw, at));
        return true;
    }
    if (raw.data[at] == '+' && !lex_delay(raw, &at, ret, err))
        return false;
    if (!lex_key(raw, at, ret, err))
        return false;
    if (ret->delay.size > 0 && kinds[ret->kind].place != LINE_PLACE_ANSWER)
        return err_set_at(err, ERR_SYNTAX, number, (unsigned)at + 1,
                          "a wait stands before S:, S= and events only, not before \"%s\"",
                          kinds[ret->kind].word);
    lex_body(raw, ret);
    return true;
}
