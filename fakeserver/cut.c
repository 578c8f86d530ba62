#include "fakeserver/cut.h"

#include "base/text.h"

#include <stdio.h>

/* An octet a segment takes a millisecond each: a long reply is cut into so many pieces instead. */
enum { PIECES_MAX = 400 };

static const char *const words[] = {
#define X(name, word) [CUT_##name] = (word),
    CUT_KIND_TABLE(X)
#undef X
};

const char *cut_kind_word(enum cut_kind kind)
{
    return words[kind];
}

bool cut_is_ending(const struct cut *cut)
{
    return cut->kind != CUT_SPLIT && cut->kind != CUT_JOIN;
}

bool cut_is_on(const struct cut *cut, unsigned connection)
{
    bool has_place = cut->kind != CUT_JOIN && cut->where == CUT_AT_POINT;

    return !has_place || cut->connection == connection;
}

struct cut_text cut_print(const struct cut *cut)
{
    struct cut_text ret;
    int used = snprintf(ret.text, sizeof ret.text, "%s", words[cut->kind]);
    char *to = ret.text + used;
    size_t room = sizeof ret.text - (size_t)used;

    if (cut->kind == CUT_JOIN)
        return ret;
    if (cut->where != CUT_AT_POINT) {
        (void)snprintf(to, room, cut->where == CUT_AT_LINES ? "@lines" : "@octets");
        return ret;
    }
    used = cut->connection > 1 ? snprintf(to, room, "@%u:%zu", cut->connection, cut->lines)
                               : snprintf(to, room, "@%zu", cut->lines);
    if (cut->octets > 0)
        (void)snprintf(to + used, room - (size_t)used, "+%zu", cut->octets);
    return ret;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_number(struct bytes text, size_t *ret)
{
    unsigned long long number;

    if (!bytes_to_number(text, CUT_NUMBER_MAX, &number))
        return false;
    *ret = (size_t)number;
    return true;
}

/* [connection ":"] lines ["+" octets] */
static bool read_point(struct bytes text, struct cut *ret)
{
    size_t colon = bytes_find(text, ':');
    size_t connection = 1;
    size_t plus;

    if (colon != BYTES_NOT_FOUND) {
        if (!read_number(bytes_slice(text, 0, colon), &connection) || connection == 0)
            return false;
        text = bytes_after(text, colon + 1);
    }
    plus = bytes_find(text, '+');
    ret->connection = (unsigned)connection;
    ret->where = CUT_AT_POINT;
    if (plus == BYTES_NOT_FOUND)
        return read_number(text, &ret->lines);
    return read_number(bytes_slice(text, 0, plus), &ret->lines) &&
           read_number(bytes_after(text, plus + 1), &ret->octets);
}

static bool read_kind(struct bytes word, struct cut *ret, struct err *err)
{
    const char *near;

    for (size_t i = 0; i < CUT_KIND_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(words[i])))
            continue;
        *ret = (struct cut){.kind = (enum cut_kind)i, .connection = 1};
        return true;
    }
    near = text_nearest(word, words, CUT_KIND_COUNT);
    return err_set(
        err, ERR_SYNTAX,
        "no cut is called %s%s%s; there are close, half-close, reset, stall, split, join",
        text_show(word).text, near ? ", but " : "", near ? near : "");
}

static bool read_place(struct bytes place, struct cut *ret)
{
    if (bytes_equal(place, BYTES_LITERAL("lines")))
        ret->where = CUT_AT_LINES;
    else if (bytes_equal(place, BYTES_LITERAL("octets")))
        ret->where = CUT_AT_OCTETS;
    else
        return read_point(place, ret);
    return true;
}

bool cut_parse_wish(struct bytes text, struct cut *ret, struct err *err)
{
    size_t at = bytes_find(text, '@');

    if (!read_kind(bytes_slice(text, 0, at), ret, err))
        return false;
    if (at == BYTES_NOT_FOUND) {
        ret->where = ret->kind == CUT_JOIN ? CUT_AT_POINT : CUT_AT_LINES;
        return true;
    }
    if (ret->kind == CUT_JOIN || !read_place(bytes_after(text, at + 1), ret))
        return err_set(err, ERR_SYNTAX,
                       "%s: behind @ stands lines, octets, or a place as in 3, 3+17, 2:3+17%s",
                       text_show(text).text, ret->kind == CUT_JOIN ? "; join has no place" : "");
    return true;
}

bool cut_parse(struct bytes text, struct cut *ret, struct err *err)
{
    if (!cut_parse_wish(text, ret, err))
        return false;
    if ((ret->kind == CUT_JOIN || bytes_find(text, '@') != BYTES_NOT_FOUND) &&
        (ret->where == CUT_AT_POINT || ret->kind == CUT_SPLIT))
        return true;
    return err_set(err, ERR_SYNTAX, "%s is no single cut: a place as in @3 or @3+17 is missing",
                   text_show(text).text);
}

/* ---- in the server's output ------------------------------------------------------------------ */

size_t cut_pass(const struct cut *cut, struct cut_place *place, struct bytes octets,
                bool *ret_reached)
{
    size_t used = 0;

    *ret_reached = place->lines == cut->lines && place->octets == cut->octets;
    while (used < octets.size && !*ret_reached) {
        place->octets++;
        if (octets.data[used++] == '\n')
            *place = (struct cut_place){.lines = place->lines + 1};
        *ret_reached = place->lines == cut->lines && place->octets >= cut->octets;
    }
    return used;
}

size_t cut_segment(const struct cut *cut, struct bytes rest, size_t whole)
{
    size_t end;

    if (cut->where == CUT_AT_OCTETS)
        return whole / PIECES_MAX + 1;
    end = bytes_find(rest, '\n');
    return end == BYTES_NOT_FOUND ? rest.size : end + 1;
}
