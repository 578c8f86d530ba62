#include "base/bytes.h"

#include <stdint.h>

struct bytes bytes_of(const char *string)
{
    return (struct bytes){string, string ? strlen(string) : 0};
}

struct bytes bytes_slice(struct bytes bytes, size_t from, size_t to)
{
    if (to > bytes.size)
        to = bytes.size;
    if (from > to)
        from = to;
    return bytes.data ? (struct bytes){bytes.data + from, to - from} : BYTES_NONE;
}

struct bytes bytes_after(struct bytes bytes, size_t from)
{
    return bytes_slice(bytes, from, bytes.size);
}

static bool is_blank(char octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

struct bytes bytes_trim(struct bytes bytes)
{
    size_t from = 0;
    size_t to = bytes.size;

    while (from < to && is_blank(bytes.data[from]))
        from++;
    while (to > from && is_blank(bytes.data[to - 1]))
        to--;
    return bytes_slice(bytes, from, to);
}

struct bytes bytes_without_line_end(struct bytes line)
{
    if (line.size > 0 && line.data[line.size - 1] == '\n')
        line.size--;
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static char lower(char octet)
{
    return octet >= 'A' && octet <= 'Z' ? (char)(octet + ('a' - 'A')) : octet;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    return a.size == b.size && bytes_starts_with_nocase(a, b);
}

bool bytes_starts_with(struct bytes bytes, struct bytes prefix)
{
    return bytes.size >= prefix.size && bytes_equal(bytes_slice(bytes, 0, prefix.size), prefix);
}

bool bytes_starts_with_nocase(struct bytes bytes, struct bytes prefix)
{
    if (bytes.size < prefix.size)
        return false;
    for (size_t i = 0; i < prefix.size; i++)
        if (lower(bytes.data[i]) != lower(prefix.data[i]))
            return false;
    return true;
}

size_t bytes_find(struct bytes bytes, char octet)
{
    const char *found = bytes.size > 0 ? memchr(bytes.data, octet, bytes.size) : NULL;

    return found ? (size_t)(found - bytes.data) : BYTES_NOT_FOUND;
}

size_t bytes_find_bytes(struct bytes bytes, struct bytes what)
{
    size_t at = 0;

    if (what.size == 0)
        return 0;
    while (bytes.size - at >= what.size) {
        size_t step = bytes_find(bytes_slice(bytes, at, bytes.size - what.size + 1), what.data[0]);

        if (step == BYTES_NOT_FOUND)
            return BYTES_NOT_FOUND;
        at += step;
        if (memcmp(bytes.data + at, what.data, what.size) == 0)
            return at;
        at++;
    }
    return BYTES_NOT_FOUND;
}

/* Sixty-four octets at a time: all mail data is looked at for this. */
/* Lanes of one octet each, so that any compiler makes vectors of them; none may overflow. */
size_t bytes_count(struct bytes octets, char octet)
{
    enum { LANES = 64, BLOCKS_MAX = 255 };
    size_t count = 0;
    size_t at = 0;

    while (octets.size - at >= LANES) {
        unsigned char lanes[LANES] = {0};
        size_t blocks = (octets.size - at) / LANES;

        blocks = blocks < BLOCKS_MAX ? blocks : BLOCKS_MAX;
        for (; blocks > 0; blocks--, at += LANES)
            for (size_t i = 0; i < LANES; i++)
                lanes[i] = (unsigned char)(lanes[i] + (octets.data[at + i] == octet));
        for (size_t i = 0; i < LANES; i++)
            count += lanes[i];
    }
    for (; at < octets.size; at++)
        count += octets.data[at] == octet;
    return count;
}

size_t bytes_find_eight_bit(struct bytes octets)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t words[8];
    size_t at = 0;

    for (; octets.size - at >= sizeof words; at += sizeof words) {
        memcpy(words, octets.data + at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) |
             (words[4] | words[5] | words[6] | words[7])) &
            high)
            break;
    }
    for (; octets.size - at >= sizeof words[0]; at += sizeof words[0]) {
        memcpy(words, octets.data + at, sizeof words[0]);
        if (words[0] & high)
            break;
    }
    for (; at < octets.size; at++)
        if ((unsigned char)octets.data[at] > 127)
            return at;
    return BYTES_NOT_FOUND;
}

bool bytes_next(struct bytes *rest, char separator, struct bytes *ret_field)
{
    size_t end;

    if (rest->size == 0)
        return false;
    end = bytes_find(*rest, separator);
    if (end == BYTES_NOT_FOUND)
        end = rest->size;
    *ret_field = bytes_slice(*rest, 0, end);
    *rest = bytes_after(*rest, end + 1);
    return true;
}

static bool is_gap(char octet)
{
    return octet == ' ' || octet == '\t';
}

bool bytes_next_word(struct bytes *rest, struct bytes *ret_word)
{
    size_t from = 0;
    size_t to;

    while (from < rest->size && is_gap(rest->data[from]))
        from++;
    to = from;
    while (to < rest->size && !is_gap(rest->data[to]))
        to++;
    *ret_word = bytes_slice(*rest, from, to);
    *rest = bytes_after(*rest, to);
    return to > from;
}

bool bytes_to_number(struct bytes bytes, unsigned long long max, unsigned long long *ret_number)
{
    unsigned long long number = 0;

    if (bytes.size == 0)
        return false;
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned digit = (unsigned)(unsigned char)bytes.data[i] - '0';

        if (digit > 9 || digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}
