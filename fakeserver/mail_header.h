/*
 * mail_header.h - the header of one message while it passes: its fields compared with those that
 * were to be sent, counted by name, and looked at where the client wrote them itself.
 *
 * A field is the client's own when the message that it was given has none that is the same, octet
 * for octet. Nothing is kept but the first octets of the field at hand.
 *
 * Shape:   octets come in pieces of at most one line each; facts are counted when a field ends.
 * Bounds:  MAIL_HEADER_KEPT_OCTETS of a field; the list of what is expected is made with the
 * reader. Lives:   until mail_header_release(). Source:  RFC 5322 2.1.1, 2.2, 3.3, 3.6; RFC 5321
 * F.5; RFC 2045 4, 6.
 */
#ifndef FAKESERVER_MAIL_HEADER_H
#define FAKESERVER_MAIL_HEADER_H

#include "fakeserver/mail_data.h"
#include "fakeserver/mail_field.h"

/* Enough for a name and a date, and for the name of an encoding. */
enum { MAIL_HEADER_KEPT_OCTETS = 96 };

#define MAIL_HEADER_NAME_TABLE(X) /* what is done with fields of that name */                      \
    X(RETURN_PATH, "return-path")                                                                  \
    X(BCC, "bcc")                                                                                  \
    X(DATE, "date")                                                                                \
    X(RESENT_DATE, "resent-date")                                                                  \
    X(FROM, "from")                                                                                \
    X(MIME_VERSION, "mime-version")                                                                \
    X(ENCODING, "content-transfer-encoding")

enum mail_header_name {
#define X(name, word) MAIL_HEADER_##name,
    MAIL_HEADER_NAME_TABLE(X)
#undef X
        MAIL_HEADER_NAME_COUNT
};

struct mail_header {
    struct mail_field *expected; /* ours; NULL: nothing is compared */
    size_t expected_count;
    uint64_t expected_octets; /* of the header that is expected, with its empty line */
    uint64_t names[MAIL_HEADER_NAME_COUNT]; /* hashes of MAIL_HEADER_NAME_TABLE */

    bool in_field;           /* field is being read */
    struct mail_field field; /* its hashes so far */
    uint64_t longest_line;   /* of the field, with its CRLF */
    char kept[MAIL_HEADER_KEPT_OCTETS];
    size_t kept_octets;
};

/* expected may be NULL. False: no memory. */
bool mail_header_init(struct mail_header *header, const struct mail_text *expected);
void mail_header_release(struct mail_header *header);
void mail_header_start(struct mail_header *header);
/* A piece of one line; at_start: the line begins with it. */
void mail_header_octets(struct mail_header *header, struct bytes octets, bool at_start,
                        struct mail_data_facts *facts);
void mail_header_line_ended(struct mail_header *header, uint64_t line_octets);
/* The empty line, which was the last one given, or the end of the message came. */
void mail_header_end(struct mail_header *header, bool empty_line, struct mail_data_facts *facts);

#endif
