/*
 * base64.h - octets as text, and back, strictly.
 *
 * Bounds:  the maximum of the buffer that is written to.
 * Errors:  ERR_SYNTAX with the column for a foreign octet, padding anywhere but at the end, a
 * length that no octets have, bits set that no encoder may set; ERR_LIMIT; ERR_MEMORY. After an
 * error the buffer is as it was before. Source:  RFC 4648 3.3, 3.5, 4; RFC 4954 4, 8.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"
#include "base/err.h"

size_t base64_encoded_octets(size_t octets);
bool base64_encode(struct buf *to, struct bytes octets); /* with padding, in one line */
bool base64_decode(struct buf *to, struct bytes text, struct err *err);

#endif
