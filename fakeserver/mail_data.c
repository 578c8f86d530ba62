#include "fakeserver/mail_data.h"

#include "base/require.h"
#include "fakeserver/mail_clean.h"
#include "fakeserver/mail_digest.h"
#include "fakeserver/mail_header.h"

#include <stdlib.h>

/*
 * Where the reader stands in the octets of DATA. A line begins at the start and behind CRLF,
 * nowhere else (RFC 5321 2.3.8).
 */
enum place {
    AT_START,     /* of a line */
    AT_DOT,       /* behind a dot at the start of a line, held back */
    AT_DOT_CR,    /* behind that and CR, held back: LF would be the end */
    IN_LINE,      /* behind anything but what follows */
    BEHIND_CR,    /* perhaps of CRLF */
    BEHIND_LF,    /* behind a bare LF */
    BEHIND_LF_DOT /* behind a bare CR or LF and a dot: another CR or LF looks like an end */
};

struct mail_data_reader {
    struct mail_data_facts facts;
    const struct mail_text *expected;
    struct buf *copy; /* NULL: none */
    struct mail_header header;

    enum place place;
    bool in_header;
    uint64_t line_octets;
    uint64_t body_octets;
    struct mail_digest digest;
};

/* ---- content ------------------------------------------------------------------------------ */

static size_t common_octets(struct bytes a, struct bytes b)
{
    size_t at = 0;

    while (at < a.size && at < b.size && a.data[at] == b.data[at])
        at++;
    return at;
}

static void body_content(struct mail_data_reader *reader, struct bytes octets)
{
    uint64_t offset = reader->body_octets;

    reader->body_octets += octets.size;
    if (!reader->expected || reader->facts.differs_at != MAIL_DATA_NOWHERE)
        return;
    while (octets.size > 0) {
        struct bytes expected =
            mail_text_at(reader->expected, reader->header.expected_octets + offset);

        expected = bytes_slice(expected, 0, octets.size);
        if (expected.size == 0 || memcmp(expected.data, octets.data, expected.size) != 0) {
            reader->facts.differs_at = offset + common_octets(expected, octets);
            return;
        }
        offset += expected.size;
        octets = bytes_after(octets, expected.size);
    }
}

/* What passes the maximum is left out; facts.octets tells that. */
static void copy_content(struct buf *to, struct bytes octets)
{
    size_t room = buf_room(to);

    (void)buf_append(to, octets.size <= room ? octets : bytes_slice(octets, 0, room));
}

/* Octets of content: in the header no more than a piece of one line, in the body any number. */
static void content(struct mail_data_reader *reader, struct bytes octets)
{
    if (octets.size == 0)
        return;
    reader->facts.octets += octets.size;
    mail_digest_add(&reader->digest, octets);
    if (reader->copy)
        copy_content(reader->copy, octets);
    if (reader->in_header)
        mail_header_octets(&reader->header, octets, reader->line_octets == 0, &reader->facts);
    else
        body_content(reader, octets);
}

static void count_line(struct mail_data_reader *reader, uint64_t octets)
{
    reader->facts.lines++;
    if (octets > reader->facts.longest_line)
        reader->facts.longest_line = octets;
}

static void end_line(struct mail_data_reader *reader)
{
    count_line(reader, reader->line_octets);
    if (reader->in_header && reader->line_octets == 2) {
        mail_header_end(&reader->header, true, &reader->facts);
        reader->in_header = false;
    } else if (reader->in_header) {
        mail_header_line_ended(&reader->header, reader->line_octets);
    }
    reader->line_octets = 0;
}

static void end_message(struct mail_data_reader *reader)
{
    struct mail_data_facts *facts = &reader->facts;

    if (reader->in_header)
        mail_header_end(&reader->header, false, facts);
    reader->in_header = false;
    if (reader->expected && facts->differs_at == MAIL_DATA_NOWHERE &&
        reader->header.expected_octets + reader->body_octets < reader->expected->octets)
        facts->differs_at = reader->body_octets;
    facts->digest = mail_digest_end(&reader->digest);
    facts->ended = true;
}

/* ---- octet by octet: where lines are cut, and where something is odd ---------------------- */

static void count_octet(struct mail_data_facts *facts, unsigned char octet)
{
    if (octet >= 0x80)
        facts->eight_bit++;
    else if (octet == 0)
        facts->nul++;
    else if (octet == 0x7f || (octet < ' ' && octet != '\t' && octet != '\r' && octet != '\n'))
        facts->control++;
}

static void keep(struct mail_data_reader *reader, char octet)
{
    count_octet(&reader->facts, (unsigned char)octet);
    content(reader, (struct bytes){&octet, 1});
    reader->line_octets++;
}

static enum place behind_cr(struct mail_data_reader *reader, char octet)
{
    if (octet == '\n') {
        end_line(reader);
        return AT_START;
    }
    reader->facts.bare_cr++;
    if (octet == '\r')
        return BEHIND_CR;
    return octet == '.' ? BEHIND_LF_DOT : IN_LINE;
}

/* An octet of content, in any place but behind a dot that is held back. */
static enum place step_content(struct mail_data_reader *reader, enum place place, char octet)
{
    keep(reader, octet);
    if (place == BEHIND_CR)
        return behind_cr(reader, octet);
    if (place == BEHIND_LF_DOT && (octet == '\r' || octet == '\n'))
        reader->facts.false_ends++;
    if (octet == '\r')
        return BEHIND_CR;
    if (octet == '\n') {
        reader->facts.bare_lf++;
        return BEHIND_LF;
    }
    return place == BEHIND_LF && octet == '.' ? BEHIND_LF_DOT : IN_LINE;
}

/* If the first character of a line is a period and others follow, the first is deleted (RFC 5321
 * 4.5.2): even where it was not doubled, as it should have been. */
static enum place step_dot(struct mail_data_reader *reader, char octet)
{
    if (octet == '\r')
        return AT_DOT_CR;
    if (octet != '.')
        reader->facts.unstuffed_dots++;
    if (octet == '\n')
        reader->facts.false_ends++; /* CRLF.LF */
    return step_content(reader, IN_LINE, octet);
}

static enum place step_dot_cr(struct mail_data_reader *reader, char octet)
{
    if (octet == '\n') {
        end_message(reader);
        return AT_START;
    }
    reader->facts.unstuffed_dots++;
    reader->facts.false_ends++; /* CRLF.CR */
    return step_content(reader, step_content(reader, IN_LINE, '\r'), octet);
}

static enum place step(struct mail_data_reader *reader, char octet)
{
    switch (reader->place) {
    case AT_DOT:
        return step_dot(reader, octet);
    case AT_DOT_CR:
        return step_dot_cr(reader, octet);
    case AT_START:
        if (octet == '.')
            return AT_DOT;
        break;
    case IN_LINE:
    case BEHIND_CR:
    case BEHIND_LF:
    case BEHIND_LF_DOT:
        break;
    }
    return step_content(reader, reader->place, octet);
}

/* ---- whole lines and long pieces ---------------------------------------------------------- */

/* Whole lines from the start of one on: in the header one, in the body as many as there are, and
 * their content is one piece. */
static size_t take_lines(struct mail_data_reader *reader, struct bytes input, bool transparency)
{
    size_t at = 0;
    size_t line = 0;

    while (at < input.size && !(transparency && input.data[at] == '.') &&
           (line = mail_clean_line(input.data + at, input.size - at)) > 0) {
        if (reader->in_header) {
            content(reader, bytes_slice(input, 0, line));
            reader->line_octets = line;
            end_line(reader);
            return line;
        }
        count_line(reader, line);
        at += line;
    }
    content(reader, bytes_slice(input, 0, at));
    return at;
}

/* What a line has more of, up to an odd octet; then that octet. */
static size_t take_piece(struct mail_data_reader *reader, struct bytes input)
{
    size_t clean = reader->place == IN_LINE ? mail_clean_octets(input) : 0;

    if (clean > 0) {
        content(reader, bytes_slice(input, 0, clean));
        reader->line_octets += clean;
        return clean;
    }
    reader->place = step(reader, input.data[0]);
    return 1;
}

size_t mail_data_reader_feed(struct mail_data_reader *reader, struct bytes input)
{
    size_t at = 0;

    while (at < input.size && !reader->facts.ended) {
        struct bytes rest = bytes_after(input, at);
        size_t taken = reader->place == AT_START ? take_lines(reader, rest, true) : 0;

        at += taken > 0 ? taken : take_piece(reader, rest);
    }
    reader->facts.wire_octets += at;
    return at;
}

/* ---- BDAT --------------------------------------------------------------------------------- */

static size_t take_chunk_piece(struct mail_data_reader *reader, struct bytes input)
{
    if (reader->place == AT_START)
        reader->place = IN_LINE; /* a dot is a dot (RFC 3030 2) */
    return take_piece(reader, input);
}

void mail_data_reader_chunk(struct mail_data_reader *reader, struct bytes input, bool last)
{
    uint64_t false_ends = reader->facts.false_ends;

    REQUIRE(!reader->facts.ended);
    reader->facts.wire_octets += input.size;
    while (input.size > 0) {
        size_t taken = reader->place == AT_START ? take_lines(reader, input, false) : 0;

        input = bytes_after(input, taken > 0 ? taken : take_chunk_piece(reader, input));
    }
    reader->facts.false_ends = false_ends; /* no end indication, no look-alike */
    if (!last)
        return;
    if (reader->place == BEHIND_CR)
        reader->facts.bare_cr++;
    if (reader->line_octets > 0)
        count_line(reader, reader->line_octets);
    end_message(reader);
}

/* ---- life --------------------------------------------------------------------------------- */

struct mail_data_reader *mail_data_reader_new(const struct mail_text *expected)
{
    struct mail_data_reader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return NULL;
    reader->expected = expected;
    if (!mail_header_init(&reader->header, expected)) {
        free(reader);
        return NULL;
    }
    mail_data_reader_start(reader);
    return reader;
}

void mail_data_reader_free(struct mail_data_reader *reader)
{
    if (reader)
        mail_header_release(&reader->header);
    free(reader);
}

void mail_data_reader_start(struct mail_data_reader *reader)
{
    reader->facts = (struct mail_data_facts){.differs_at = MAIL_DATA_NOWHERE};
    mail_header_start(&reader->header);
    reader->place = AT_START;
    reader->in_header = true;
    reader->line_octets = 0;
    reader->body_octets = 0;
    mail_digest_start(&reader->digest);
    if (reader->copy)
        buf_clear(reader->copy);
}

void mail_data_reader_copy(struct mail_data_reader *reader, struct buf *to)
{
    reader->copy = to;
}

bool mail_data_reader_has_ended(const struct mail_data_reader *reader)
{
    return reader->facts.ended;
}

const struct mail_data_facts *mail_data_reader_facts(const struct mail_data_reader *reader)
{
    return &reader->facts;
}
