/* scenario_tls.c - which TLS the server speaks: the words behind `!tls` and of the line `tls`. */
#include "fakeserver/scenario_private.h"

#include "base/text.h"

static const char *const certs[] = {
#define X(id, word, trust, says, source) word,
    TLS_CERT_TABLE(X)
#undef X
};

static const char *const faults[] = {
#define X(id, word, says) word,
    TLS_FAULT_TABLE(X)
#undef X
};

struct tls_word {
    const struct scenario_text *text;
    struct scenario_parser *parser;
    struct bytes value; /* behind the "=", as meant */
    size_t at;          /* where it stands */
    bool has_value;
};

static bool fail_value(const struct tls_word *word, const char *expected)
{
    return scenario_fail(word->text, word->at, word->parser->err, "expected %s; got \"%s\"",
                         expected, text_show(word->value).text);
}

static bool set_cert(const struct tls_word *word, struct tls_demand *ret)
{
    return tls_cert_from_word(word->value, &ret->cert) ||
           scenario_fail_unknown(word->text, word->at, word->parser->err, "certificate",
                                 word->value, certs, TLS_CERT_COUNT);
}

/* 1.2, 1.0..1.2, ..1.1, 1.2.. */
static bool set_version(const struct tls_word *word, struct tls_demand *ret)
{
    size_t dots = bytes_find_bytes(word->value, BYTES_LITERAL(".."));
    struct bytes low = bytes_slice(word->value, 0, dots);
    struct bytes high = dots == BYTES_NOT_FOUND ? low : bytes_after(word->value, dots + 2);
    bool ok = (low.size > 0 || high.size > 0) &&
              (low.size == 0 || tls_version_from_word(low, &ret->at_least)) &&
              (high.size == 0 || tls_version_from_word(high, &ret->at_most)) &&
              (high.size == 0 || ret->at_least <= ret->at_most);

    return ok || fail_value(word, "versions from 1.0 to 1.3, such as 1.2, 1.0..1.2 or ..1.1");
}

static bool set_fault(const struct tls_word *word, struct tls_demand *ret)
{
    return tls_fault_from_word(word->value, &ret->fault) ||
           scenario_fail_unknown(word->text, word->at, word->parser->err, "fault of TLS",
                                 word->value, faults, TLS_FAULT_COUNT);
}

static bool set_ciphers(const struct tls_word *word, struct tls_demand *ret)
{
    ret->ciphers = word->value;
    return word->value.size > 0 || fail_value(word, "names of cipher suites");
}

static bool set_client(const struct tls_word *word, struct tls_demand *ret)
{
    ret->ask_client = bytes_equal(word->value, BYTES_LITERAL("ask"));
    ret->require_client = bytes_equal(word->value, BYTES_LITERAL("require"));
    return ret->ask_client || ret->require_client || fail_value(word, "ask or require");
}

static bool set_no_resumption(const struct tls_word *word, struct tls_demand *ret)
{
    (void)word;
    ret->no_resumption = true;
    return true;
}

/* ---- all words ------------------------------------------------------------------------------ */

enum { OPTIONS = 6 };

static const char *const keys[OPTIONS] = {"cert",    "version", "fault",
                                          "ciphers", "client",  "no-resumption"};

static const struct {
    bool has_value;
    bool (*set)(const struct tls_word *word, struct tls_demand *ret);
} options[OPTIONS] = {
    {true,  set_cert         },
    {true,  set_version      },
    {true,  set_fault        },
    {true,  set_ciphers      },
    {true,  set_client       },
    {false, set_no_resumption},
};

/* KEY=VALUE or KEY */
static bool read_word(struct tls_word *word, const struct scenario_word *from, unsigned *ret_index)
{
    size_t equals = bytes_find(from->octets, '=');
    struct bytes key = bytes_slice(from->octets, 0, equals);
    unsigned i = 0;

    word->has_value = equals != BYTES_NOT_FOUND;
    word->at = word->has_value ? from->at + equals + 1 : from->at;
    word->value = key;
    while (i < OPTIONS && !bytes_equal(key, bytes_of(keys[i])))
        i++;
    if (i == OPTIONS)
        return scenario_fail_unknown(word->text, from->at, word->parser->err, "word of tls", key,
                                     keys, OPTIONS);
    if (word->has_value != options[i].has_value)
        return scenario_fail(word->text, from->at, word->parser->err,
                             options[i].has_value ? "expected %s=VALUE" : "expected %s alone",
                             keys[i]);
    *ret_index = i;
    return !word->has_value ||
           scenario_word_octets(word->text, bytes_after(from->octets, equals + 1), word->at,
                                word->parser->arena, &word->value, word->parser->err);
}

bool scenario_parse_tls(struct scenario_parser *parser, const struct scenario_text *text, size_t at,
                        const struct tls_demand **ret)
{
    struct tls_word word = {.text = text, .parser = parser};
    struct tls_demand demand = {.cert = TLS_CERT_GOOD};
    struct scenario_word next;
    struct tls_demand *kept;
    unsigned seen = 0;

    *ret = NULL;
    while (scenario_word_next(text->octets, &at, &next)) {
        unsigned i = 0;

        if (!read_word(&word, &next, &i))
            return false;
        if (seen >> i & 1)
            return scenario_fail(text, next.at, parser->err, "\"%s\" stands twice", keys[i]);
        seen |= 1U << i;
        if (!options[i].set(&word, &demand))
            return false;
    }
    if (seen == 0)
        return true;
    kept = arena_alloc(parser->arena, sizeof(*kept));
    if (!kept)
        return scenario_fail_room(text, parser->err);
    *kept = demand;
    *ret = kept;
    return true;
}
