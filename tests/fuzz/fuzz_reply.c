/*
 * Any octets as replies: the reader takes what it says it takes, its lines lie in its octets, and
 * cutting the input changes no reply.
 *
 * The first octet says how the input is cut and whether LF alone ends a line.
 */
#include "base/require.h"
#include "client/smtp_reply.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* What was read, boiled down to what can be compared. */
struct reading {
    uint64_t hash;
    unsigned replies;
    unsigned refused;
};

static void note(struct reading *reading, const void *octets, size_t size)
{
    const unsigned char *octet = octets;

    for (size_t i = 0; i < size; i++)
        reading->hash = (reading->hash ^ octet[i]) * UINT64_C(1099511628211);
}

static void note_reply(struct reading *reading, const struct smtp_reply *reply)
{
    REQUIRE(reply->code <= 999);
    REQUIRE(reply->line_count > 0 && reply->line_count <= SMTP_REPLY_LINES_TAKEN);
    REQUIRE(reply->octets.size <= SMTP_REPLY_OCTETS_TAKEN);
    for (size_t i = 0; i < reply->line_count; i++) {
        struct bytes line = reply->lines[i];

        REQUIRE(line.size <= SMTP_REPLY_LINE_OCTETS_TAKEN);
        REQUIRE(line.size == 0 || line.data >= reply->octets.data);
        REQUIRE(line.size == 0 || line.data + line.size <= reply->octets.data + reply->octets.size);
        note(reading, line.data, line.size);
        note(reading, "", 1);
    }
    note(reading, &reply->code, sizeof reply->code);
    reading->replies++;
}

/* Until the first refusal: what a client reads behind it is its own affair. */
static struct reading read_all(struct bytes input, bool bare_lf, size_t cut)
{
    struct reading reading = {.hash = 1};
    struct smtp_reply_reader reader;
    size_t from = 0;

    REQUIRE(smtp_reply_reader_init(&reader, bare_lf));
    while (from < input.size && reading.refused == 0) {
        struct smtp_reply reply;
        struct err err = {.kind = ERR_NONE};
        size_t used = 0;
        struct bytes piece = bytes_slice(input, from, from + cut);

        switch (smtp_reply_next(&reader, piece, &reply, &used, &err)) {
        case SMTP_REPLY_DONE:
            note_reply(&reading, &reply);
            break;
        case SMTP_REPLY_MORE:
            REQUIRE(used == piece.size);
            break;
        case SMTP_REPLY_BAD:
            REQUIRE(err.kind != ERR_NONE && err.what[0] != '\0');
            reading.refused++;
            break;
        }
        REQUIRE(used > 0 && used <= piece.size);
        from += used;
    }
    smtp_reply_reader_release(&reader);
    return reading;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 1)
        return 0;
    struct bytes input = {(const char *)data + 1, size - 1};
    bool bare_lf = (data[0] & 1) != 0;
    struct reading whole = read_all(input, bare_lf, input.size + 1);
    struct reading pieces = read_all(input, bare_lf, 1 + (size_t)data[0] / 2);

    REQUIRE(whole.hash == pieces.hash);
    REQUIRE(whole.replies == pieces.replies && whole.refused == pieces.refused);
    return 0;
}
