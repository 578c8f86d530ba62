#include "fakeserver/model_text.h"

#include <stdlib.h>

/* Octets [from..to); 0..0: nothing. */
struct text_span {
    uint32_t from;
    uint32_t to;
};

/* Replies in other words than the model's. */
struct model_text {
    struct text_span spans[MODEL_REPLY_COUNT]; /* EHLO_OK: in the clear */
    struct text_span ehlo_under_tls;
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

#define OFFER(text, when)                                                                          \
    {                                                                                              \
        {text, sizeof(text) - 1}, when                                                             \
    }
static const struct offer own_offers[] = {
    OFFER("PIPELINING", 0),
    OFFER("SIZE 10485760", 0),
    OFFER("8BITMIME", 0),
    OFFER("ENHANCEDSTATUSCODES", 0),
    OFFER("HELP", 0),
    OFFER("VRFY", 0),
    OFFER("STARTTLS", RULE_WHEN_PLAIN),
    OFFER("AUTH PLAIN LOGIN", RULE_WHEN_TLS), /* RFC 4954 4: not in the clear, if TLS can be had */
    OFFER("AUTH PLAIN LOGIN", 0),
};
enum { OWN_OFFERS = sizeof(own_offers) / sizeof(own_offers[0]), OWN_STARTTLS = OWN_OFFERS - 3 };

struct offers {
    const struct scenario *given; /* NULL: the model's own */
    const struct offer *offers;
    size_t count;
    unsigned now; /* RULE_WHEN_PLAIN or RULE_WHEN_TLS */
    bool starttls, auth;
};

static bool wants_starttls(const struct scenario *scenario)
{
    return scenario->send.tls == SEND_TLS_STARTTLS || scenario->send.tls == SEND_TLS_OPPORTUNISTIC;
}

static struct offers offers_of(const struct scenario *scenario, const struct scenario *personality,
                               unsigned now)
{
    if (scenario->has_offer)
        return (struct offers){scenario, scenario->offers, scenario->offer_count, now, true, true};
    if (personality && personality->has_offer)
        return (struct offers){
            personality, personality->offers, personality->offer_count, now, true, true};
    /* AUTH only where somebody could be authenticated, STARTTLS where the client is to use it. */
    return (struct offers){
        NULL, own_offers, OWN_OFFERS, now, wants_starttls(scenario), scenario->account_count > 0};
}

/* The next line from *index on; false: there is none. */
static bool next_offer(const struct offers *offers, size_t *index, struct bytes *ret)
{
    for (; *index < offers->count; (*index)++) {
        const struct offer *offer = &offers->offers[*index];
        bool is_own = !offers->given && *index >= OWN_STARTTLS;
        bool is_for_tls = *index < OWN_OFFERS - 1; /* of the model's last three lines */

        if (offer->when != 0 && offer->when != offers->now)
            continue;
        if (is_own && (is_for_tls != offers->starttls || (*index > OWN_STARTTLS && !offers->auth)))
            continue;
        *ret = offer->text;
        (*index)++;
        return true;
    }
    return false;
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
static struct text_span put_ehlo(struct writer *writer, const struct scenario *scenario,
                                 const struct scenario *personality, unsigned now)
{
    const struct model_reply_row *row = &model_replies[MODEL_EHLO_OK];
    const struct wording *wording = find_wording(scenario, row);
    struct offers offers = offers_of(scenario, personality, now);
    struct text_span span = {(uint32_t)writer->size, 0};
    struct bytes line, next;
    size_t at = 0;
    bool more = next_offer(&offers, &at, &line);

    wording = wording ? wording : find_wording(personality, row);
    if (wording)
        put_wording(writer, wording, more);
    else
        put_line(writer, row->code, !more, BYTES_LITERAL("server.example"));
    while (more) {
        more = next_offer(&offers, &at, &next);
        put_line(writer, row->code, !more, line);
        line = next;
    }
    span.to = (uint32_t)writer->size;
    return span;
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
    struct text_span plain = put_ehlo(&writer, scenario, personality, RULE_WHEN_PLAIN);
    struct text_span tls = put_ehlo(&writer, scenario, personality, RULE_WHEN_TLS);

    if (text) {
        text->spans[MODEL_EHLO_OK] = plain;
        text->ehlo_under_tls = tls;
    }
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

struct bytes model_text_reply(const struct model_text *text, enum model_reply reply,
                              const struct model_state *state)
{
    /* LHLO is answered as EHLO is (RFC 2033 4.1). */
    bool is_list = reply == MODEL_EHLO_OK || reply == MODEL_LHLO_OK;
    struct text_span span = text->spans[is_list ? MODEL_EHLO_OK : reply];

    if (is_list && state->secure)
        span = text->ehlo_under_tls;
    if (span.to > span.from)
        return (struct bytes){text->octets + span.from, span.to - span.from};
    return smtp_extensions_has(&state->offered, SMTP_EXTENSION_ENHANCEDSTATUSCODES)
               ? model_replies[reply].enhanced
               : model_replies[reply].plain;
}
