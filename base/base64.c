#include "base/base64.h"

#include "base/text.h"

enum { NO = 64, GROUPS = 256 }; /* groups of 4 and 3 octets done at a time */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each octet below 128 (RFC 4648 4, table 1). */
static const unsigned char values[128] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62,
    NO, NO, NO, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO, NO, 0,
    1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
    23, 24, 25, NO, NO, NO, NO, NO, NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
};

size_t base64_encoded_octets(size_t octets)
{
    return (octets + 2) / 3 * 4;
}

static unsigned octet_at(struct bytes bytes, size_t index)
{
    return index < bytes.size ? (unsigned char)bytes.data[index] : 0;
}

static void encode_group(struct bytes in, char out[4])
{
    unsigned bits = octet_at(in, 0) << 16 | octet_at(in, 1) << 8 | octet_at(in, 2);

    out[0] = letters[bits >> 18];
    out[1] = letters[bits >> 12 & 63];
    out[2] = in.size > 1 ? letters[bits >> 6 & 63] : '=';
    out[3] = in.size > 2 ? letters[bits & 63] : '=';
}

bool base64_encode(struct buf *to, struct bytes octets)
{
    char out[GROUPS * 4];
    size_t size = to->size;

    while (octets.size > 0) {
        size_t used = 0;

        for (; used < sizeof(out) && octets.size > 0; used += 4) {
            encode_group(octets, out + used);
            octets = bytes_after(octets, 3);
        }
        if (!buf_append(to, (struct bytes){out, used})) {
            to->size = size;
            return false;
        }
    }
    return true;
}

static unsigned value_of(char letter)
{
    unsigned char octet = (unsigned char)letter;

    return octet < sizeof(values) ? values[octet] : NO;
}

/* Four letters without padding; false: one of them is none. */
static bool decode_group(const char in[4], char out[3])
{
    unsigned a = value_of(in[0]);
    unsigned b = value_of(in[1]);
    unsigned c = value_of(in[2]);
    unsigned d = value_of(in[3]);

    out[0] = (char)(a << 2 | b >> 4);
    out[1] = (char)((b << 4 | c >> 2) & 255);
    out[2] = (char)((c << 6 | d) & 255);
    return ((a | b | c | d) & NO) == 0;
}

static bool bad(struct err *err, size_t at, const char *what)
{
    return err_set_at(err, ERR_SYNTAX, 1, (unsigned)at + 1, "%s", what);
}

static bool bad_octet(struct err *err, struct bytes text, size_t from)
{
    size_t at = from;

    while (at < text.size && value_of(text.data[at]) != NO)
        at++;
    if (at < text.size && text.data[at] == '=')
        return bad(err, at, "base64 has \"=\" only at its end (RFC 4954 4)");
    return err_set_at(err, ERR_SYNTAX, 1, (unsigned)at + 1,
                      "expected a letter of base64, got \"%s\" (RFC 4648 3.3)",
                      text_show(bytes_slice(text, at, at + 1)).text);
}

/* base64-terminal = (2base64-char "==") / (3base64-char "="); an encoder sets the bits that are
 * left over to zero (RFC 4648 3.5). */
static bool decode_end(struct buf *to, struct bytes text, size_t at, struct err *err)
{
    size_t letters_left = text.data[text.size - 2] == '=' ? 2 : 3;
    char in[4] = {'A', 'A', 'A', 'A'};
    char out[3];

    memcpy(in, text.data + at, letters_left);
    if (!decode_group(in, out))
        return bad_octet(err, bytes_slice(text, 0, at + letters_left), at);
    if (out[letters_left - 1] != 0)
        return bad(err, at + letters_left - 1,
                   "base64 ends in bits that no encoder sets (RFC 4648 3.5)");
    if (!buf_append(to, (struct bytes){out, letters_left - 1}))
        return err_set(err, ERR_LIMIT, "more octets than %zu, or out of memory", to->max);
    return true;
}

static bool decode_whole(struct buf *to, struct bytes text, size_t end, struct err *err)
{
    char out[GROUPS * 3];
    size_t used = 0;

    for (size_t at = 0; at < end; at += 4) {
        if (!decode_group(text.data + at, out + used))
            return bad_octet(err, text, at);
        used += 3;
        if (used < sizeof(out) && at + 4 < end)
            continue;
        if (!buf_append(to, (struct bytes){out, used}))
            return err_set(err, ERR_LIMIT, "more octets than %zu, or out of memory", to->max);
        used = 0;
    }
    wipe(out, sizeof(out)); /* often a password */
    return true;
}

bool base64_decode(struct buf *to, struct bytes text, struct err *err)
{
    size_t size = to->size;
    size_t end = text.size;

    if (text.size == 0)
        return true;
    if (text.data[text.size - 1] == '=' && text.size % 4 == 0)
        end -= 4;
    if (!decode_whole(to, text, end - end % 4, err)) {
        to->size = size;
        return false;
    }
    if (text.size % 4 != 0) {
        to->size = size;
        for (size_t at = end - end % 4; at < text.size; at++)
            if (value_of(text.data[at]) == NO)
                return bad_octet(err, text, at);
        return bad(err, text.size, "base64 comes in groups of four letters (RFC 4648 4)");
    }
    if (end < text.size && !decode_end(to, text, end, err)) {
        to->size = size;
        return false;
    }
    return true;
}
