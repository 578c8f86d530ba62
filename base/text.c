#include "base/text.h"

#include <stdint.h>
#include <stdio.h>

static bool is_plain(char octet)
{
    return octet >= ' ' && octet <= '~' && octet != '\\' && octet != '"';
}

static bool append_escaped(struct buf *to, char octet)
{
    static const char short_forms[] = "\rr\nn\tt\\\\\"\"";
    static const char digits[] = "0123456789abcdef";
    unsigned value = (unsigned char)octet;

    if (octet == '\0')
        return buf_append_string(to, "\\0");
    for (const char *form = short_forms; *form; form += 2)
        if (*form == octet)
            return buf_append(to, (struct bytes){
                                      (char[]){'\\', form[1]},
                                      2
            });
    return buf_append(to, (struct bytes){
                              (char[]){'\\', 'x', digits[value >> 4], digits[value & 15]},
                              4
    });
}

/* Form of octets: lead, octets, lowest and highest second octet (RFC 3629 4). */
static const struct {
    unsigned char from, to, octets, second_from, second_to;
} forms[] = {
    {0x00, 0x7f, 1, 0,    0   },
    {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static unsigned octet_at(struct bytes bytes, size_t index)
{
    return (unsigned char)bytes.data[index];
}

size_t text_utf8_octets(struct bytes text)
{
    size_t i = 0;

    if (text.size == 0)
        return 0;
    while (i < sizeof(forms) / sizeof(*forms) && octet_at(text, 0) > forms[i].to)
        i++;
    if (i == sizeof(forms) / sizeof(*forms) || octet_at(text, 0) < forms[i].from ||
        text.size < forms[i].octets)
        return 0;
    if (forms[i].octets == 1)
        return 1;
    if (octet_at(text, 1) < forms[i].second_from || octet_at(text, 1) > forms[i].second_to)
        return 0;
    for (size_t at = 2; at < forms[i].octets; at++)
        if ((octet_at(text, at) & 0xc0) != 0x80)
            return 0;
    return forms[i].octets;
}

static uint32_t utf8_value(struct bytes text, size_t octets)
{
    uint32_t value = octet_at(text, 0) & (0xffu >> (octets + 1));

    for (size_t at = 1; at < octets; at++)
        value = value << 6 | (octet_at(text, at) & 0x3f);
    return value;
}

/* Characters that move or turn what stands around them: a stranger's text may not. */
static bool is_treacherous(uint32_t value)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x80,    0x9f    }, /* C1 controls */
        {0xad,    0xad    }, /* soft hyphen */
        {0x61c,   0x61c   }, /* Arabic letter mark */
        {0x200b,  0x200f  }, /* zero width, direction marks */
        {0x2028,  0x202e  }, /* line and paragraph separator, embeddings, overrides */
        {0x2060,  0x206f  }, /* invisible operators, isolates */
        {0xe000,  0xf8ff  }, /* private use */
        {0xfeff,  0xfeff  }, /* byte order mark */
        {0xfff0,  0xffff  }, /* specials */
        {0xe0000, 0x10ffff}, /* tags, variation selectors, private use */
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (value >= ranges[i].from && value <= ranges[i].to)
            return true;
    return false;
}

static size_t plain_octets(struct bytes rest, bool utf8)
{
    size_t octets;

    if (is_plain(rest.data[0]))
        return 1;
    if (!utf8 || octet_at(rest, 0) < 0x80)
        return 0;
    octets = text_utf8_octets(rest);
    return octets > 0 && !is_treacherous(utf8_value(rest, octets)) ? octets : 0;
}

static bool escape(struct buf *to, struct bytes octets, bool utf8)
{
    size_t from = 0;
    size_t at = 0;

    while (at < octets.size) {
        size_t plain = plain_octets(bytes_after(octets, at), utf8);

        at += plain;
        if (plain > 0)
            continue;
        if (!buf_append(to, bytes_slice(octets, from, at)) || !append_escaped(to, octets.data[at]))
            return false;
        from = ++at;
    }
    return buf_append(to, bytes_slice(octets, from, at));
}

bool text_escape(struct buf *to, struct bytes octets)
{
    return escape(to, octets, false);
}

bool text_escape_utf8(struct buf *to, struct bytes octets)
{
    return escape(to, octets, true);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* Answers how many octets the escape at the start takes; 0: it is none. */
static size_t unescape_one(struct bytes rest, char *ret_octet)
{
    static const char short_forms[] = "\rr\nn\tt\\\\\"\"";

    if (rest.size < 2)
        return 0;
    for (const char *form = short_forms; *form; form += 2) {
        if (form[1] == rest.data[1]) {
            *ret_octet = *form;
            return 2;
        }
    }
    if (rest.data[1] == '0') {
        *ret_octet = '\0';
        return 2;
    }
    if (rest.data[1] != 'x' || rest.size < 4 || hex_value(rest.data[2]) < 0 ||
        hex_value(rest.data[3]) < 0)
        return 0;
    *ret_octet = (char)(hex_value(rest.data[2]) << 4 | hex_value(rest.data[3]));
    return 4;
}

bool text_unescape(struct buf *to, struct bytes text, struct err *err)
{
    size_t at = 0;

    while (at < text.size) {
        struct bytes rest = bytes_after(text, at);
        size_t plain = bytes_find(rest, '\\');
        size_t used = 0;
        char octet = 0;

        if (plain == BYTES_NOT_FOUND)
            plain = rest.size;
        if (plain < rest.size) {
            used = unescape_one(bytes_after(rest, plain), &octet);
            if (used == 0)
                return err_set_at(err, ERR_SYNTAX, 0, (unsigned)(at + plain + 1),
                                  "expected one of \\r \\n \\t \\0 \\xHH \\\\ \\\", got \"%s\"",
                                  text_show(bytes_slice(rest, plain, plain + 4)).text);
        }
        if (!buf_append(to, bytes_slice(rest, 0, plain)) ||
            (used > 0 && !buf_append_octet(to, octet)))
            return err_set(err, ERR_LIMIT, "more octets than %zu, or out of memory", to->max);
        at += plain + used;
    }
    return true;
}

/* Enough for the longest escape of one octet. */
static size_t show_one(char octet, char *to)
{
    char room[8];
    struct buf one = {.data = room, .capacity = sizeof(room), .max = sizeof(room)};

    if (is_plain(octet)) {
        *to = octet;
        return 1;
    }
    append_escaped(&one, octet);
    memcpy(to, room, one.size);
    return one.size;
}

struct text_shown text_show(struct bytes octets)
{
    struct text_shown shown = {{0}};
    size_t size = 0;

    for (size_t at = 0; at < octets.size; at++) {
        char one[8];
        size_t used = show_one(octets.data[at], one);

        if (size + used > TEXT_SHOWN_OCTETS) {
            memcpy(shown.text + size, "...", 3);
            break;
        }
        memcpy(shown.text + size, one, used);
        size += used;
    }
    return shown;
}

static char lower(char octet)
{
    return octet >= 'A' && octet <= 'Z' ? (char)(octet + ('a' - 'A')) : octet;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to change, add, drop, or swap with their neighbour, until a is b. */
static unsigned distance(struct bytes a, struct bytes b)
{
    unsigned rows[3][TEXT_WORD_MAX + 1] = {{0}};

    for (unsigned j = 0; j <= b.size; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.size; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above_that = rows[(i + 1) % 3];

        row[0] = i;
        for (unsigned j = 1; j <= b.size; j++) {
            unsigned change = lower(a.data[i - 1]) != lower(b.data[j - 1]);

            row[j] = least(above[j - 1] + change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a.data[i - 1]) == lower(b.data[j - 2]) &&
                lower(a.data[i - 2]) == lower(b.data[j - 1]))
                row[j] = least(row[j], above_that[j - 2] + 1);
        }
    }
    return rows[a.size % 3][b.size];
}

const char *text_nearest(struct bytes word, const char *const *list, size_t count)
{
    const char *nearest = NULL;
    unsigned limit = word.size < 6 ? 1 : (unsigned)(word.size / 3);

    if (word.size < 2 || word.size > TEXT_WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct bytes known = bytes_of(list[i]);
        unsigned d = known.size <= TEXT_WORD_MAX ? distance(word, known) : limit + 1;

        if (d > limit || (nearest && d == limit && d > 0))
            continue;
        nearest = list[i];
        limit = d;
    }
    return nearest;
}
