#include "fakeserver/model_text.h"

#include <stdlib.h>

/* Replies in other words than the model's: octets[from..to). 0..0: its own words. */
struct model_text {
    struct {
        uint32_t from;
        uint32_t to;
    } spans[MODEL_REPLY_COUNT];
    char octets[];
};

/* Counts when octets is NULL. */
struct writer {
    char *octets;
    size_t size;
};

static void put(struct writer *writer, struct bytes bytes)
{
    if (writer->octets && bytes.size > 0)
        memcpy(writer->octets + writer->size, bytes.data, bytes.size);
    writer->size += bytes.size;
}

static void put_line(struct writer *writer, unsigned code, bool last, struct bytes text)
{
    char digits[4] = {(char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                      (char)('0' + code % 10), last ? ' ' : '-'};

    put(writer, (struct bytes){digits, sizeof(digits)});
    put(writer, text);
    put(writer, BYTES_LITERAL("\r\n"));
}

static const char *const own_offers[] = {"PIPELINING",          "SIZE 10485760", "8BITMIME",
                                         "ENHANCEDSTATUSCODES", "HELP",          "VRFY",
                                         "AUTH PLAIN LOGIN"};
enum { OWN_OFFERS = sizeof(own_offers) / sizeof(own_offers[0]) };

struct offers {
    const struct scenario *given; /* NULL: the model's own */
    size_t count;
};

/* AUTH only where somebody could be authenticated. */
static struct offers offers_of(const struct scenario *scenario, const struct scenario *personality)
{
    if (scenario->has_offer)
        return (struct offers){scenario, scenario->offer_count};
    if (personality && personality->has_offer)
        return (struct offers){personality, personality->offer_count};
    return (struct offers){NULL, scenario->account_count > 0 ? OWN_OFFERS : OWN_OFFERS - 1};
}

static struct bytes offer_at(struct offers offers, size_t index)
{
    return offers.given ? offers.given->offers[index] : bytes_of(own_offers[index]);
}

static void put_wording(struct writer *writer, const struct wording *wording, bool more)
{
    struct bytes rest = wording->text;
    size_t end;

    do {
        end = bytes_find(rest, '\n');
        put_line(writer, wording->code, end == BYTES_NOT_FOUND && !more, bytes_slice(rest, 0, end));
        rest = end == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(rest, end + 1);
    } while (end != BYTES_NOT_FOUND);
}

static const struct wording *find_wording(const struct scenario *scenario,
                                          const struct model_reply_row *row)
{
    for (size_t i = 0; scenario && i < scenario->wording_count; i++)
        if (scenario->wordings[i].stage == row->stage && scenario->wordings[i].code == row->code)
            return &scenario->wordings[i];
    return NULL;
}

/* The list of offers ends the reply. */
static void put_ehlo(struct writer *writer, const struct scenario *scenario,
                     const struct scenario *personality)
{
    const struct model_reply_row *row = &model_replies[MODEL_EHLO_OK];
    const struct wording *wording = find_wording(scenario, row);
    struct offers offers = offers_of(scenario, personality);

    wording = wording ? wording : find_wording(personality, row);
    if (wording)
        put_wording(writer, wording, offers.count > 0);
    else
        put_line(writer, row->code, offers.count == 0, BYTES_LITERAL("server.example"));
    for (size_t i = 0; i < offers.count; i++)
        put_line(writer, row->code, i + 1 == offers.count, offer_at(offers, i));
}

/* All replies of one stage and code say the same; who came first has said it. */
static void set_spans(struct model_text *text, const struct wording *wording, size_t from,
                      size_t to)
{
    for (size_t i = 0; text && i < MODEL_REPLY_COUNT; i++) {
        if (model_replies[i].stage != wording->stage || model_replies[i].code != wording->code ||
            text->spans[i].to > 0)
            continue;
        text->spans[i].from = (uint32_t)from;
        text->spans[i].to = (uint32_t)to;
    }
}

static void put_wordings(struct model_text *text, struct writer *writer,
                         const struct scenario *scenario)
{
    for (size_t i = 0; scenario && i < scenario->wording_count; i++) {
        size_t from = writer->size;

        put_wording(writer, &scenario->wordings[i], false);
        set_spans(text, &scenario->wordings[i], from, writer->size);
    }
}

/* Counts when there is no text yet. */
static size_t put_all(struct model_text *text, const struct scenario *scenario,
                      const struct scenario *personality)
{
    struct writer writer = {text ? text->octets : NULL, 0};

    put_ehlo(&writer, scenario, personality);
    if (text)
        text->spans[MODEL_EHLO_OK].to = (uint32_t)writer.size;
    put_wordings(text, &writer, scenario);
    put_wordings(text, &writer, personality);
    return writer.size;
}

struct model_text *model_text_new(const struct scenario *scenario,
                                  const struct scenario *personality)
{
    size_t octets = put_all(NULL, scenario, personality);
    struct model_text *text = octets < UINT32_MAX ? malloc(sizeof(*text) + octets) : NULL;

    if (!text)
        return NULL;
    memset(text->spans, 0, sizeof(text->spans));
    put_all(text, scenario, personality);
    return text;
}

void model_text_free(struct model_text *text)
{
    free(text);
}

struct bytes model_text_reply(const struct model_text *text, enum model_reply reply, bool enhanced)
{
    uint32_t from = text->spans[reply].from;
    uint32_t to = text->spans[reply].to;

    if (to > from)
        return (struct bytes){text->octets + from, to - from};
    return enhanced ? model_replies[reply].enhanced : model_replies[reply].plain;
}
