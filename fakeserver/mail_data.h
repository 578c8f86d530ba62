/*
 * mail_data.h - the mail data of one message, read in any pieces, told as facts.
 *
 * The octets themselves are not kept unless asked for (a message may be larger than memory); what
 * the judge needs is computed while they pass, a line at a time by memchr, and compared with the
 * message that was to be sent. One reader serves one connection for all its messages.
 *
 * Shape:   facts below. Content means the octets after transparency is undone (RFC 5321 4.5.2).
 * Bounds:  nothing grows with the message.
 * Lives:   the reader borrows `expected` until it is freed.
 * Source:  RFC 5321 2.3.8, 4.1.1.4, 4.5.2, 4.5.3.1.6; RFC 5322 2.1.1.
 */
#ifndef FAKESERVER_MAIL_DATA_H
#define FAKESERVER_MAIL_DATA_H

#include "base/buf.h"

#include <stdint.h>

#define MAIL_DATA_NOWHERE UINT64_MAX

/* Room for the names of header fields; the last octet is NUL. */
#define MAIL_DATA_NAMES_OCTETS 160

struct mail_data_facts {
    uint64_t wire_octets;    /* with transparency and the end indication */
    uint64_t octets;         /* of content */
    uint64_t header_octets;  /* of content, up to and with the empty line */
    uint64_t lines;          /* of content */
    uint64_t longest_line;   /* of content, with its CRLF, without the dot of transparency */
    uint64_t bare_cr;        /* CR without LF */
    uint64_t bare_lf;        /* LF without CR */
    uint64_t nul;            /* octets 0 */
    uint64_t control;        /* other control octets than HT, CR, LF, and NUL */
    uint64_t eight_bit;      /* octets above 127 */
    uint64_t unstuffed_dots; /* lines that began with one dot and went on without a second */
    uint64_t false_ends; /* LF.LF, LF.CRLF, CRLF.LF, CR.CR … : look-alikes of the end indication */
    uint64_t differs_at;     /* offset in the body where it first differs from what was to be sent;
                                MAIL_DATA_NOWHERE = the same */
    uint64_t header_differs; /* header fields of the message that did not arrive as they were */
    uint64_t header_extra;   /* header fields that the message did not have */
    uint64_t digest;         /* of the content, known at the end: tells two messages apart */
    uint64_t return_path;    /* Return-Path fields (RFC 5321 4.4) */
    uint64_t bcc;            /* Bcc fields */
    uint64_t date_fields;    /* Date fields (RFC 5322 3.6) */
    uint64_t from_fields;    /* From fields */
    uint64_t mime_version;   /* MIME-Version fields */
    uint64_t seven_bit_encoding; /* Content-Transfer-Encoding fields that promise 7 bit */
    uint64_t own_longest_line;   /* of header fields that were not given so, with its CRLF */
    uint64_t own_bad_names;      /* such fields without a proper name (RFC 5322 2.2) */
    uint64_t own_short_years;    /* such dates with a year of less than four digits */
    bool ended;                  /* the end indication came */
    /* Names of the fields of header_extra, as they came, each once, with ", " between; "..." stands
     * for those that found no room. Not for those of own_bad_names. */
    char own_names[MAIL_DATA_NAMES_OCTETS];
};

/* Every counter by name, so that transcripts, tests and reports loop over one table. */
#define MAIL_DATA_FACT_TABLE(X)                                                                    \
    X(wire_octets)                                                                                 \
    X(octets)                                                                                      \
    X(header_octets)                                                                               \
    X(lines)                                                                                       \
    X(longest_line)                                                                                \
    X(bare_cr)                                                                                     \
    X(bare_lf)                                                                                     \
    X(nul)                                                                                         \
    X(control)                                                                                     \
    X(eight_bit)                                                                                   \
    X(unstuffed_dots)                                                                              \
    X(false_ends)                                                                                  \
    X(differs_at)                                                                                  \
    X(header_differs)                                                                              \
    X(header_extra)                                                                                \
    X(digest)                                                                                      \
    X(return_path)                                                                                 \
    X(bcc)                                                                                         \
    X(date_fields)                                                                                 \
    X(from_fields)                                                                                 \
    X(mime_version)                                                                                \
    X(seven_bit_encoding)                                                                          \
    X(own_longest_line)                                                                            \
    X(own_bad_names)                                                                               \
    X(own_short_years)

/*
 * A message of any size without its octets: head, then cycle again and again up to octets in all.
 * A message written out has an empty cycle and octets == head.size.
 */
struct mail_text {
    struct bytes head;  /* header, empty line, first of the body */
    struct bytes cycle; /* whole lines */
    uint64_t octets;
};
/* What stands at offset, as far as it is in one piece; empty at the end. */
struct bytes mail_text_at(const struct mail_text *text, uint64_t offset);
/* Copies what stands from offset on, at most room octets; fewer only at the end. */
size_t mail_text_read(const struct mail_text *text, uint64_t offset, char *to, size_t room);

struct mail_data_reader;

/* expected may be NULL: then nothing is compared. It is borrowed. NULL: out of memory. */
struct mail_data_reader *mail_data_reader_new(const struct mail_text *expected);
void mail_data_reader_free(struct mail_data_reader *reader);
/* A copy of the content, for whoever wants the mail itself: borrowed, emptied when a message
 * starts, filled as far as its maximum goes. NULL: none is kept. */
void mail_data_reader_copy(struct mail_data_reader *reader, struct buf *to);
void mail_data_reader_start(struct mail_data_reader *reader);
/* DATA: octets consumed; fewer than given only when the end indication ended in them. */
size_t mail_data_reader_feed(struct mail_data_reader *reader, struct bytes input);
/* BDAT: content as it is, no transparency, no end indication; last: this ends the message. */
void mail_data_reader_chunk(struct mail_data_reader *reader, struct bytes input, bool last);
bool mail_data_reader_has_ended(const struct mail_data_reader *reader);
/* What is true so far; whole only after the end. Lives until the next start. */
const struct mail_data_facts *mail_data_reader_facts(const struct mail_data_reader *reader);

#endif
