#include "fakeserver/mail_field.h"

const struct mail_field mail_field_none = {.hash = UINT64_C(0xcbf29ce484222325),
                                           .name = UINT64_C(0xcbf29ce484222325)};

/* FNV-1a: fields are short. */
static uint64_t hash_octet(uint64_t hash, char octet)
{
    return (hash ^ (unsigned char)octet) * UINT64_C(0x100000001b3);
}

bool mail_field_is_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

/* Names compare without case; blanks before the colon are old, but known (RFC 5322 4.5). */
static uint64_t hash_name(uint64_t hash, char octet)
{
    if (mail_field_is_blank(octet))
        return hash;
    return hash_octet(hash, octet >= 'A' && octet <= 'Z' ? (char)(octet | 0x20) : octet);
}

void mail_field_add_name(struct mail_field *field, struct bytes octets)
{
    for (size_t i = 0; i < octets.size && !field->name_ended; i++) {
        field->name_ended = octets.data[i] == ':';
        if (!field->name_ended)
            field->name = hash_name(field->name, octets.data[i]);
    }
}

void mail_field_add(struct mail_field *field, struct bytes octets)
{
    mail_field_add_name(field, octets);
    for (size_t i = 0; i < octets.size; i++)
        field->hash = hash_octet(field->hash, octets.data[i]);
}

bool mail_field_next(struct bytes *rest, struct bytes *ret)
{
    size_t end = 0;

    if (rest->size == 0 || bytes_starts_with(*rest, BYTES_LITERAL("\r\n")))
        return false;
    do {
        size_t lf = bytes_find(bytes_after(*rest, end), '\n');

        end = lf == BYTES_NOT_FOUND ? rest->size : end + lf + 1;
    } while (end < rest->size && mail_field_is_blank(rest->data[end]));
    *ret = bytes_slice(*rest, 0, end);
    *rest = bytes_after(*rest, end);
    return true;
}
