#include "base/smtp_extension.h"

#include "base/require.h"
#include "base/smtp_limits.h"
#include "base/text.h"

static const struct {
    const char *keyword;
    size_t size; /* of keyword */
    enum smtp_parameter_value parameters;
    unsigned mail_octets;
    unsigned rcpt_octets;
    const char *source;
} extensions[SMTP_EXTENSION_OTHER] = {
#define X(keyword, id, parameters, mail, rcpt, source)                                             \
    {keyword, sizeof(keyword) - 1, SMTP_PARAMETER_##parameters, mail, rcpt, source},
    SMTP_EXTENSION_TABLE(X)
#undef X
};

const struct smtp_parameter smtp_parameters[] = {
#define X(keyword, verb, extension, value, source)                                                 \
    {keyword, SMTP_VERB_##verb, SMTP_EXTENSION_##extension, SMTP_PARAMETER_##value, source},
    SMTP_PARAMETER_TABLE(X)
#undef X
};
const size_t smtp_parameter_count = sizeof(smtp_parameters) / sizeof(*smtp_parameters);

_Static_assert(SMTP_EXTENSION_COUNT <= 64, "a bit for each");
_Static_assert(SMTP_MECHANISM_COUNT <= 32, "a bit for each");

const char *smtp_extension_keyword(enum smtp_extension extension)
{
    REQUIRE((unsigned)extension < SMTP_EXTENSION_COUNT);
    return extension == SMTP_EXTENSION_OTHER ? "?" : extensions[extension].keyword;
}

const char *smtp_extension_source(enum smtp_extension extension)
{
    REQUIRE((unsigned)extension < SMTP_EXTENSION_COUNT);
    return extension == SMTP_EXTENSION_OTHER ? "" : extensions[extension].source;
}

enum smtp_parameter_value smtp_extension_parameters(enum smtp_extension extension)
{
    REQUIRE((unsigned)extension < SMTP_EXTENSION_COUNT);
    return extension == SMTP_EXTENSION_OTHER ? SMTP_PARAMETER_MAY
                                             : extensions[extension].parameters;
}

enum smtp_extension smtp_extension_from(struct bytes keyword)
{
    for (unsigned i = 0; i < SMTP_EXTENSION_OTHER; i++)
        if (bytes_equal_nocase(keyword, (struct bytes){extensions[i].keyword, extensions[i].size}))
            return (enum smtp_extension)i;
    return SMTP_EXTENSION_OTHER;
}

static bool is_letter_or_digit(char octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
           (octet >= '0' && octet <= '9');
}

static bool expected(struct err *err, struct bytes line, size_t at, const char *what)
{
    return err_set_at(err, ERR_SYNTAX, 1, (unsigned)at + 1, "expected %s, got \"%s\"", what,
                      text_show(bytes_after(line, at)).text);
}

/* ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-") */
static size_t keyword_octets(struct bytes line)
{
    size_t at = 0;

    while (at < line.size &&
           (is_letter_or_digit(line.data[at]) || (at > 0 && line.data[at] == '-')))
        at++;
    return at;
}

/* *( SP ehlo-param ); ehlo-param = 1*(%d33-126) */
static bool check_parameters(struct bytes line, size_t at, struct err *err)
{
    for (; at < line.size; at++)
        if (line.data[at] < ' ' || line.data[at] > '~')
            return expected(err, line, at, "a printable ASCII character");
    return true;
}

static void add_mechanisms(struct smtp_extensions *set, struct bytes parameters)
{
    struct bytes name;

    while (bytes_next_word(&parameters, &name))
        set->mechanisms |= UINT32_C(1) << smtp_mechanism_from(name);
}

/* size-param ::= [1*DIGIT]; what does not fit is as good as none (RFC 1870 3). */
static uint64_t size_of(struct bytes parameters)
{
    unsigned long long octets;
    struct bytes word;

    if (!bytes_next_word(&parameters, &word) || word.size > SMTP_SIZE_DIGITS_MAX)
        return 0;
    return bytes_to_number(word, UINT64_MAX, &octets) ? octets : 0;
}

bool smtp_extensions_add(struct smtp_extensions *set, struct bytes line, struct err *err)
{
    size_t keyword = keyword_octets(line);
    bool legacy = bytes_starts_with_nocase(line, BYTES_LITERAL("AUTH="));
    struct bytes parameters = bytes_after(line, keyword + legacy);
    enum smtp_extension extension = smtp_extension_from(bytes_slice(line, 0, keyword));

    if (keyword == 0)
        return expected(err, line, 0, "a letter or digit of an EHLO keyword");
    if (keyword < line.size && line.data[keyword] != ' ' && !legacy)
        return expected(err, line, keyword, "SP or the end behind the EHLO keyword");
    if (!check_parameters(line, keyword, err))
        return false;
    set->lines++;
    set->auth_legacy |= legacy;
    set->offered |= UINT64_C(1) << extension;
    if (extension == SMTP_EXTENSION_AUTH)
        add_mechanisms(set, parameters);
    else if (extension == SMTP_EXTENSION_SIZE)
        set->size_octets = size_of(parameters);
    else if (extension == SMTP_EXTENSION_DELIVERBY)
        smtp_extensions_read_deliverby(set, parameters);
    else if (extension == SMTP_EXTENSION_FUTURERELEASE)
        smtp_extensions_read_futurerelease(set, parameters);
    else if (extension == SMTP_EXTENSION_LIMITS)
        smtp_extensions_read_limits(set, parameters);
    return true;
}

bool smtp_extensions_has(const struct smtp_extensions *set, enum smtp_extension extension)
{
    return set->offered >> extension & 1;
}

bool smtp_extensions_has_mechanism(const struct smtp_extensions *set, enum smtp_mechanism mechanism)
{
    return set->mechanisms >> mechanism & 1;
}

size_t smtp_extensions_line_octets_max(const struct smtp_extensions *set, enum smtp_verb verb)
{
    size_t octets = SMTP_COMMAND_LINE_OCTETS_MAX;

    for (unsigned i = 0; i < SMTP_EXTENSION_OTHER; i++) {
        if (!smtp_extensions_has(set, (enum smtp_extension)i))
            continue;
        if (verb == SMTP_VERB_MAIL)
            octets += extensions[i].mail_octets;
        else if (verb == SMTP_VERB_RCPT)
            octets += extensions[i].rcpt_octets;
    }
    return octets;
}

/* Only with BINARYMIME may BODY say so (RFC 3030 3); it knows the other two values too. */
static bool takes_value(const struct smtp_parameter *parameter, struct bytes value)
{
    return parameter->extension != SMTP_EXTENSION_8BITMIME ||
           !bytes_equal_nocase(value, BYTES_LITERAL("BINARYMIME"));
}

const struct smtp_parameter *smtp_extensions_find_parameter(const struct smtp_extensions *set,
                                                            enum smtp_verb verb,
                                                            struct bytes keyword,
                                                            struct bytes value)
{
    for (size_t i = 0; i < smtp_parameter_count; i++) {
        const struct smtp_parameter *parameter = &smtp_parameters[i];

        if (parameter->verb == verb && smtp_extensions_has(set, parameter->extension) &&
            bytes_equal_nocase(keyword, bytes_of(parameter->keyword)) &&
            takes_value(parameter, value))
            return parameter;
    }
    return NULL;
}
