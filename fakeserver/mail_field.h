/*
 * mail_field.h - a header field as two hashes: it is known again without being kept.
 *
 * Shape:   hash of all its octets, with its continuation lines; hash of its name without case.
 * Lives:   by value.
 * Source:  RFC 5322 2.2, 2.2.3, 4.5.
 */
#ifndef FAKESERVER_MAIL_FIELD_H
#define FAKESERVER_MAIL_FIELD_H

#include "base/bytes.h"

#include <stdint.h>

struct mail_field {
    uint64_t hash;
    uint64_t name;
    bool name_ended; /* its colon was seen */
    bool arrived;    /* for a list of what is expected */
};

extern const struct mail_field mail_field_none; /* before its first octet */
/* Where only the name matters: hash stays as it is. */
void mail_field_add_name(struct mail_field *field, struct bytes octets);
void mail_field_add(struct mail_field *field, struct bytes octets);
bool mail_field_is_blank(char octet); /* at the start of a line: it continues the field */
/* The next field with its continuation lines; false at the empty line or the end. */
bool mail_field_next(struct bytes *rest, struct bytes *ret);

#endif
