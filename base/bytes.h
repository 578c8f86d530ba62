/*
 * bytes.h - a borrowed span of octets.
 *
 * Shape:   data points to size octets; size 0 is the empty span, whatever data is.
 * Bounds:  none of its own.
 * Lives:   never owns; each function that hands one out says how long it lives.
 * Errors:  none.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
    const char *data;
    size_t size; /* octets */
};

/* The octets of a string literal, without its terminating NUL. */
#define BYTES_LITERAL(literal) ((struct bytes){"" literal, sizeof(literal) - 1})
#define BYTES_NONE ((struct bytes){NULL, 0})

/* For printf("%.*s", BYTES_FORMAT(b)); only for octets that are known to be printable. */
#define BYTES_FORMAT(bytes) (int)(bytes).size, (bytes).data

/* What bytes_find() and its kin answer when there is none. */
#define BYTES_NOT_FOUND ((size_t)-1)

struct bytes bytes_of(const char *string);
struct bytes bytes_slice(struct bytes bytes, size_t from, size_t to); /* clamped to the span */
struct bytes bytes_after(struct bytes bytes, size_t from);
struct bytes bytes_trim(struct bytes bytes);            /* without SP, HT, CR, LF at both ends */
struct bytes bytes_without_line_end(struct bytes line); /* one, CRLF, LF or CR */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_nocase(struct bytes a, struct bytes b); /* ASCII letters only (RFC 5321 2.4) */
bool bytes_starts_with(struct bytes bytes, struct bytes prefix);
bool bytes_starts_with_nocase(struct bytes bytes, struct bytes prefix);
size_t bytes_find(struct bytes bytes, char octet); /* index or BYTES_NOT_FOUND */
size_t bytes_count(struct bytes bytes, char octet);
size_t bytes_find_bytes(struct bytes bytes, struct bytes what); /* index or BYTES_NOT_FOUND */
size_t bytes_find_eight_bit(struct bytes bytes);                /* an octet above 127 */

/* The octets up to the next separator; *rest moves behind it. False when *rest was used up
 * (of size 0): so "a," has one field, and a text that ends in LF no empty last line. */
bool bytes_next(struct bytes *rest, char separator, struct bytes *ret_field);
/* The same for words between runs of SP and HT. */
bool bytes_next_word(struct bytes *rest, struct bytes *ret_word);

/* A decimal number that fills the whole span and does not overflow. */
bool bytes_to_number(struct bytes bytes, unsigned long long max, unsigned long long *ret_number);

#endif
