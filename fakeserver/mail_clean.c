#include "fakeserver/mail_clean.h"

#include <stdint.h>

#define EACH_OCTET(value) (UINT64_C(0x0101010101010101) * (value))

static uint64_t native_word(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/*
 * Eight octets at a time: is any below SP, DEL, or above 127? For an octet of SP to "~" neither
 * taking SP away nor adding one touches the highest bit; for any other, one of the three does.
 */
static uint64_t odd_bits(uint64_t word)
{
    return (word - EACH_OCTET(0x20)) | (word + EACH_OCTET(1)) | word;
}

static bool is_odd(char octet)
{
    return (unsigned char)octet < ' ' || (unsigned char)octet > '~';
}

static bool is_clean_short(struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++)
        if (is_odd(octets.data[i]))
            return false;
    return true;
}

/* Only SP to "~"? Sixteen at a time; the last ones overlap those before. */
static bool is_clean(const char *at, size_t octets)
{
    const char *last;
    uint64_t odd;
    uint64_t odd_too;

    if (octets < 16)
        return is_clean_short((struct bytes){at, octets});
    last = at + octets - 16;
    odd = odd_bits(native_word(last));
    odd_too = odd_bits(native_word(last + 8));
    for (; at < last; at += 16) {
        odd |= odd_bits(native_word(at));
        odd_too |= odd_bits(native_word(at + 8));
    }
    return ((odd | odd_too) & EACH_OCTET(0x80)) == 0;
}

size_t mail_clean_octets(struct bytes octets)
{
    size_t at = 0;

    while (at + 8 <= octets.size &&
           (odd_bits(native_word(octets.data + at)) & EACH_OCTET(0x80)) == 0)
        at += 8;
    while (at < octets.size && !is_odd(octets.data[at]))
        at++;
    return at;
}

size_t mail_clean_line(const char *line, size_t octets)
{
    const char *lf = memchr(line, '\n', octets);

    if (!lf || lf == line || lf[-1] != '\r' || !is_clean(line, (size_t)(lf - line) - 1))
        return 0;
    return (size_t)(lf - line) + 1;
}
