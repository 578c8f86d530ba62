#include "fakeserver/scenario_private.h"

#include "base/text.h"

static bool fail_single(struct scenario_parser *parser, const struct scenario_line *line)
{
    return err_set_at(parser->err, ERR_SYNTAX, line->number, (unsigned)line->key_at + 1,
                      "\"%s\" stands twice", scenario_line_word(line->kind));
}

static bool mark_seen(struct scenario_parser *parser, const struct scenario_line *line)
{
    uint32_t bit = UINT32_C(1) << line->kind;

    if (parser->seen & bit)
        return fail_single(parser, line);
    parser->seen |= bit;
    return true;
}

static bool fail_empty(struct scenario_parser *parser, const struct scenario_text *text,
                       const char *what)
{
    return scenario_fail(text, 0, parser->err, "expected %s", what);
}

static bool add_bytes(struct scenario_parser *parser, const struct scenario_text *text,
                      struct bytes value, const struct bytes **list, size_t *count)
{
    struct bytes *items = (struct bytes *)(uintptr_t)*list;

    if (!arena_grow(parser->arena, (void **)&items, *count, sizeof(*items)))
        return scenario_fail_room(text, parser->err);
    items[(*count)++] = value;
    *list = items;
    return true;
}

static bool add_words(struct scenario_parser *parser, const struct scenario_text *text,
                      const char *what, const struct bytes **list, size_t *count)
{
    struct scenario_word word;
    size_t at = 0;

    if (text->octets.size == 0)
        return fail_empty(parser, text, what);
    while (scenario_word_next(text->octets, &at, &word))
        if (!add_bytes(parser, text, word.octets, list, count))
            return false;
    return true;
}

/* The only word of a line. */
static bool one_word(struct scenario_parser *parser, const struct scenario_text *text,
                     const char *what, struct bytes *ret)
{
    struct scenario_word word;
    struct scenario_word more;
    size_t at = 0;

    if (!scenario_word_next(text->octets, &at, &word))
        return fail_empty(parser, text, what);
    if (scenario_word_next(text->octets, &at, &more))
        return scenario_fail(text, more.at, parser->err, "expected the end of the line; got \"%s\"",
                             text_show(more.octets).text);
    *ret = word.octets;
    return true;
}

static bool parse_level(struct scenario_parser *parser, const struct scenario_text *text)
{
    static const char *const levels[] = {"info", "should", "must"};
    struct bytes word = BYTES_NONE;

    if (!one_word(parser, text, "must, should or info", &word))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (bytes_equal(word, bytes_of(levels[i]))) {
            parser->scenario->level = (enum finding_level)i;
            return true;
        }
    }
    return scenario_fail_unknown(text, 0, parser->err, "level", word, levels, 3);
}

static bool parse_limit(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct bytes word = BYTES_NONE;

    if (!one_word(parser, text, "a time such as 30s", &word))
        return false;
    if (!scenario_duration(word, &parser->scenario->limit_ms) || parser->scenario->limit_ms == 0)
        return scenario_fail(text, 0, parser->err, "expected a time such as 30s; got \"%s\"",
                             text_show(word).text);
    return true;
}

static bool parse_exact(struct scenario_parser *parser, const struct scenario_text *text)
{
    static const char *const variations[VARIATION_COUNT] = {
#define X(name, word) word,
        VARIATION_TABLE(X)
#undef X
    };
    struct scenario_word word;
    size_t at = 0;

    if (text->octets.size == 0) {
        parser->scenario->exact = VARIATION_BIT(VARIATION_COUNT) - 1;
        return true;
    }
    while (scenario_word_next(text->octets, &at, &word)) {
        unsigned i = 1;

        while (i < VARIATION_COUNT && !bytes_equal(word.octets, bytes_of(variations[i])))
            i++;
        if (i == VARIATION_COUNT)
            return scenario_fail_unknown(text, word.at, parser->err, "variation", word.octets,
                                         &variations[1], VARIATION_COUNT - 1);
        parser->scenario->exact |= VARIATION_BIT(i);
    }
    return true;
}

/* KEYWORD PARAMETERS… [when plain|tls]. STARTTLS is offered in the clear, unless it says otherwise
 * (RFC 3207 4.2: not once TLS is there). */
static struct offer read_offer(struct bytes text)
{
    static const struct bytes plain = {" when plain", 11};
    static const struct bytes tls = {" when tls", 9};
    size_t size = text.size;

    if (size > plain.size && bytes_equal(bytes_after(text, size - plain.size), plain))
        return (struct offer){bytes_trim(bytes_slice(text, 0, size - plain.size)), RULE_WHEN_PLAIN};
    if (size > tls.size && bytes_equal(bytes_after(text, size - tls.size), tls))
        return (struct offer){bytes_trim(bytes_slice(text, 0, size - tls.size)), RULE_WHEN_TLS};
    return (struct offer){
        text, bytes_equal_nocase(text, BYTES_LITERAL("STARTTLS")) ? RULE_WHEN_PLAIN : 0};
}

static bool add_offer(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct scenario *scenario = parser->scenario;
    struct offer *offers = (struct offer *)(uintptr_t)scenario->offers;

    if (!arena_grow(parser->arena, (void **)&offers, scenario->offer_count, sizeof(*offers)))
        return scenario_fail_room(text, parser->err);
    offers[scenario->offer_count++] = read_offer(text->octets);
    scenario->offers = offers;
    return true;
}

static bool parse_offer(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct scenario *scenario = parser->scenario;
    bool is_none = bytes_equal(text->octets, BYTES_LITERAL("none"));

    if (text->octets.size == 0)
        return fail_empty(parser, text, "an EHLO keyword with its parameters, or none");
    if (scenario->has_offer && (is_none || scenario->offer_count == 0))
        return scenario_fail(text, 0, parser->err, "offer none stands alone");
    scenario->has_offer = true;
    return is_none || add_offer(parser, text);
}

static const char *const stages[SMTP_STAGE_COUNT] = {
#define X(name, word) word,
    SMTP_STAGE_TABLE(X)
#undef X
};

/* Lines of say with the same stage and code are the lines of one reply. */
static bool add_wording(struct scenario_parser *parser, const struct scenario_text *text,
                        const struct wording *wording)
{
    struct scenario *scenario = parser->scenario;

    for (size_t i = 0; i < scenario->wording_count; i++) {
        struct wording *known = &parser->wordings[i];

        if (known->stage != wording->stage || known->code != wording->code)
            continue;
        known->text = arena_printf(parser->arena, "%.*s\n%.*s", BYTES_FORMAT(known->text),
                                   BYTES_FORMAT(wording->text));
        return known->text.data || scenario_fail_room(text, parser->err);
    }
    if (!arena_grow(parser->arena, (void **)&parser->wordings, scenario->wording_count,
                    sizeof(*parser->wordings)))
        return scenario_fail_room(text, parser->err);
    parser->wordings[scenario->wording_count++] = *wording;
    return true;
}

/* STAGE CODE text */
static bool parse_say(struct scenario_parser *parser, const struct scenario_text *text)
{
    struct wording wording;
    struct scenario_word word;
    unsigned long long code;
    size_t at = 0;

    if (!scenario_word_next(text->octets, &at, &word))
        return fail_empty(parser, text, "a stage, a code and a text");
    if (!smtp_stage_from_word(word.octets, &wording.stage))
        return scenario_fail_unknown(text, word.at, parser->err, "stage", word.octets, stages,
                                     SMTP_STAGE_COUNT);
    if (!scenario_word_next(text->octets, &at, &word) || word.octets.size != 3 ||
        !bytes_to_number(word.octets, 999, &code))
        return scenario_fail(text, at, parser->err, "expected a reply code of three digits");
    wording.code = (unsigned)code;
    wording.text = bytes_trim(bytes_after(text->octets, at));
    return add_wording(parser, text, &wording);
}

/* NAME allowed|forbidden */
static bool parse_stand(struct scenario_parser *parser, const struct scenario_text *text)
{
    static const char *const answers[] = {"allowed", "forbidden"};
    const char *known[STAND_COUNT];
    struct scenario_word word;
    enum stand stand;
    size_t at = 0;

    for (unsigned i = 0; i < STAND_COUNT; i++)
        known[i] = stands[i].word;
    if (!scenario_word_next(text->octets, &at, &word))
        return fail_empty(parser, text, "a stand, and allowed or forbidden");
    if (!stand_from_word(word.octets, &stand))
        return scenario_fail_unknown(text, word.at, parser->err, "stand", word.octets, known,
                                     STAND_COUNT);
    if (parser->scenario->stands[stand] != STAND_OPEN)
        return scenario_fail(text, word.at, parser->err, "the stand \"%s\" is taken twice",
                             stands[stand].word);
    if (!scenario_word_next(text->octets, &at, &word))
        return scenario_fail(text, at, parser->err, "expected allowed or forbidden");
    for (unsigned i = 0; i < 2; i++)
        if (bytes_equal(word.octets, bytes_of(answers[i])))
            parser->scenario->stands[stand] = i == 0 ? STAND_ALLOWED : STAND_FORBIDDEN;
    if (parser->scenario->stands[stand] == STAND_OPEN)
        return scenario_fail_unknown(text, word.at, parser->err, "answer", word.octets, answers, 2);
    if (scenario_word_next(text->octets, &at, &word))
        return scenario_fail(text, word.at, parser->err, "expected the end of the line; got \"%s\"",
                             text_show(word.octets).text);
    return true;
}

static bool parse_odd(struct scenario_parser *parser, const struct scenario_text *text)
{
    if (text->octets.size > 0)
        return scenario_fail(text, 0, parser->err, "expected the end of the line; got \"%s\"",
                             text_show(text->octets).text);
    parser->scenario->meant = true;
    return true;
}

static bool set_text(struct scenario_parser *parser, const struct scenario_text *text,
                     struct bytes *ret)
{
    *ret = text->octets;
    return text->octets.size > 0 || fail_empty(parser, text, "a text");
}

static bool parse_tls(struct scenario_parser *parser, const struct scenario_text *text)
{
    return text->octets.size > 0 ? scenario_parse_tls(parser, text, 0, &parser->scenario->tls)
                                 : fail_empty(parser, text, "words such as cert=expired");
}

static bool parse_sasl_fault(struct scenario_parser *parser, const struct scenario_text *text,
                             struct bytes word, size_t at)
{
    static const char *const faults[] = {
#define X(id, word, says) word,
        SASL_FAULT_TABLE(X)
#undef X
    };

    return sasl_fault_from_word(word, &parser->scenario->sasl.fault) ||
           scenario_fail_unknown(text, at, parser->err, "fault of SASL", word, faults,
                                 SASL_FAULT_COUNT);
}

/* [fault=WORD] [iterations=TEXT] */
static bool parse_sasl(struct scenario_parser *parser, const struct scenario_text *text)
{
    static const char *const keys[] = {"fault", "iterations"};
    struct scenario_word word;
    size_t at = 0;

    if (text->octets.size == 0)
        return fail_empty(parser, text, "fault= or iterations=");
    while (scenario_word_next(text->octets, &at, &word)) {
        size_t equals = bytes_find(word.octets, '=');
        struct bytes key = bytes_slice(word.octets, 0, equals);
        struct bytes value = bytes_after(word.octets, key.size + 1);

        if (bytes_equal(key, BYTES_LITERAL("iterations")))
            parser->scenario->sasl.iterations = value;
        else if (!bytes_equal(key, BYTES_LITERAL("fault")))
            return scenario_fail_unknown(text, word.at, parser->err, "word of sasl", key, keys, 2);
        else if (!parse_sasl_fault(parser, text, value, word.at + key.size + 1))
            return false;
        if (value.size == 0)
            return scenario_fail(text, word.at, parser->err,
                                 "expected a value behind %s=", text_show(key).text);
    }
    return true;
}

static bool parse_single(struct scenario_parser *parser, enum line_kind kind,
                         const struct scenario_text *text)
{
    if (kind == LINE_TITLE)
        return set_text(parser, text, &parser->scenario->title);
    if (kind == LINE_SOURCE)
        return set_text(parser, text, &parser->scenario->source);
    if (kind == LINE_SERVER)
        return one_word(parser, text, "the name of a personality", &parser->scenario->server);
    if (kind == LINE_LEVEL)
        return parse_level(parser, text);
    if (kind == LINE_LIMIT)
        return parse_limit(parser, text);
    if (kind == LINE_TLS)
        return parse_tls(parser, text);
    if (kind == LINE_SASL)
        return parse_sasl(parser, text);
    return parse_odd(parser, text);
}

bool scenario_parse_head(struct scenario_parser *parser, const struct scenario_line *line,
                         const struct scenario_text *text)
{
    struct scenario *scenario = parser->scenario;

    if (line->kind == LINE_CITES)
        return add_words(parser, text, "ids of requirements", &scenario->cites,
                         &scenario->cite_count);
    if (line->kind == LINE_TAGS)
        return add_words(parser, text, "tags", &scenario->tags, &scenario->tag_count);
    if (line->kind == LINE_NEEDS)
        return add_words(parser, text, "capabilities of the client", &scenario->needs,
                         &scenario->need_count);
    if (line->kind == LINE_STAND)
        return parse_stand(parser, text);
    if (line->kind == LINE_EXACT)
        return parse_exact(parser, text);
    if (line->kind == LINE_OFFER)
        return parse_offer(parser, text);
    if (line->kind == LINE_SAY)
        return parse_say(parser, text);
    return mark_seen(parser, line) && parse_single(parser, line->kind, text);
}
