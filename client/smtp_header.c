#include "client/smtp_header.h"

#include "base/text.h"

void smtp_header_init(struct smtp_header *header)
{
    *header = (struct smtp_header){.at_line_start = true, .text = true};
}

/* The value of the field that was read, if it has this name (RFC 5322 2.2: in any case). */
static bool has_name(const struct smtp_header *header, const char *name, struct bytes *ret_value)
{
    struct bytes field = {header->field, header->size};
    size_t colon = bytes_find(field, ':');

    if (colon == BYTES_NOT_FOUND ||
        !bytes_equal_nocase(bytes_trim(bytes_slice(field, 0, colon)), bytes_of(name)))
        return false;
    *ret_value = bytes_trim(bytes_after(field, colon + 1));
    return true;
}

static enum smtp_transfer_encoding encoding_of(struct bytes value)
{
    if (bytes_equal_nocase(value, BYTES_LITERAL("8bit")))
        return SMTP_ENCODING_8BIT;
    if (bytes_equal_nocase(value, BYTES_LITERAL("binary")))
        return SMTP_ENCODING_BINARY;
    return SMTP_ENCODING_OTHER;
}

static void end_field(struct smtp_header *header)
{
    struct bytes value;

    if (has_name(header, "MIME-Version", &value))
        header->mime = true;
    if (has_name(header, "Content-Transfer-Encoding", &value))
        header->encoding = encoding_of(value);
    if (has_name(header, "Content-Type", &value)) {
        header->composite = bytes_starts_with_nocase(value, BYTES_LITERAL("multipart/")) ||
                            bytes_starts_with_nocase(value, BYTES_LITERAL("message/"));
        header->text = bytes_starts_with_nocase(value, BYTES_LITERAL("text/"));
    }
    header->size = 0;
}

static void keep(struct smtp_header *header, char octet)
{
    if (header->size < sizeof header->field)
        header->field[header->size++] = octet;
}

/* UTF-8 octet by octet: a character that cannot become whole any more is ill-formed. */
static void check_utf8(struct smtp_header *header, char octet)
{
    bool high = (unsigned char)octet > 127;
    struct bytes character = {header->character, header->character_octets};

    if (!high && character.size == 0)
        return;
    header->eight_bit = true;
    header->character_octets = 0;
    if (!high) {
        header->ill_formed = true;
        return;
    }
    header->character[character.size++] = octet;
    if (text_utf8_octets(character) == character.size)
        return;
    if (character.size == sizeof header->character)
        header->ill_formed = true;
    else
        header->character_octets = character.size;
}

/* An empty line ends the header section; a line that begins with SP or HT goes on with its field
 * (RFC 5322 2.2.3). */
static void take_octet(struct smtp_header *header, char octet)
{
    bool blank = octet == ' ' || octet == '\t';
    bool empty = header->at_line_start && octet == '\n';

    if (octet == '\r' && !header->after_cr) {
        header->after_cr = true;
        return;
    }
    header->lf |= octet == '\n' && !header->after_cr;
    header->after_cr = octet == '\r';
    if (empty || (header->at_line_start && !blank))
        end_field(header);
    header->ended = empty;
    header->at_line_start = octet == '\n';
    if (octet != '\n')
        keep(header, octet);
}

void smtp_header_read(struct smtp_header *header, struct bytes piece)
{
    size_t at = 0;

    for (; at < piece.size && !header->ended; at++) {
        check_utf8(header, piece.data[at]);
        take_octet(header, piece.data[at]);
    }
    if (!header->body_eight_bit)
        header->body_eight_bit = bytes_find_eight_bit(bytes_after(piece, at)) != BYTES_NOT_FOUND;
}

void smtp_header_end(struct smtp_header *header)
{
    if (!header->ended)
        end_field(header);
    header->ended = true;
}

bool smtp_header_allows_eight_bit(const struct smtp_header *header)
{
    switch (header->encoding) {
    case SMTP_ENCODING_8BIT:
    case SMTP_ENCODING_BINARY:
        return header->mime;
    case SMTP_ENCODING_UNSAID: /* by the letter a composite one says it too (RFC 2045 6.4) */
        return header->mime && header->composite;
    case SMTP_ENCODING_OTHER:
        break;
    }
    return false;
}
