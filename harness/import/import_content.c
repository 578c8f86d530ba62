#include "harness/import/import_content.h"

#include "base/smtp_mechanism.h"

/* Reply-code (RFC 5321 4.2), with a separator or alone. */
unsigned import_reply_code(struct bytes text)
{
    unsigned code = 0;

    if (text.size < 3 || text.data[0] < '2' || text.data[0] > '5')
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        code = code * 10 + (unsigned)(text.data[i] - '0');
    }
    return text.size == 3 || text.data[3] == ' ' || text.data[3] == '-' ? code : 0;
}

bool import_ends_reply(struct bytes text)
{
    return text.size == 3 || text.data[3] != '-';
}

bool import_is_base64(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        char octet = text.data[i];

        if ((octet < 'A' || octet > 'Z') && (octet < 'a' || octet > 'z') &&
            (octet < '0' || octet > '9') && octet != '+' && octet != '/' && octet != '=')
            return false;
    }
    return text.size > 0;
}

size_t import_word_count(struct bytes text)
{
    struct bytes word;
    size_t count = 0;

    while (bytes_next_word(&text, &word))
        count++;
    return count;
}

/* A mechanism and at most one response: programs say "auth = PLAIN" and "Auth method selected". */
static bool fits_auth(struct bytes rest)
{
    struct bytes word;

    return import_word_count(rest) <= 2 && bytes_next_word(&rest, &word) &&
           smtp_mechanism_is_name(word);
}

static bool fits_verb(enum smtp_verb verb, struct bytes rest)
{
    switch (verb) {
    case SMTP_VERB_MAIL:
        return bytes_starts_with_nocase(rest, BYTES_LITERAL("FROM:"));
    case SMTP_VERB_RCPT:
        return bytes_starts_with_nocase(rest, BYTES_LITERAL("TO:"));
    case SMTP_VERB_DATA:
    case SMTP_VERB_RSET:
    case SMTP_VERB_QUIT:
    case SMTP_VERB_STARTTLS:
        return rest.size == 0;
    case SMTP_VERB_EHLO:
    case SMTP_VERB_HELO:
    case SMTP_VERB_LHLO:
        return rest.size > 0 && bytes_find(rest, ':') != 0 && import_word_count(rest) <= 2;
    case SMTP_VERB_AUTH:
        return fits_auth(rest);
    case SMTP_VERB_BDAT:
    case SMTP_VERB_VRFY:
    case SMTP_VERB_EXPN:
    case SMTP_VERB_ETRN:
        return rest.size > 0 && bytes_find(rest, ':') != 0;
    case SMTP_VERB_NOOP:
    case SMTP_VERB_HELP:
        return bytes_find(rest, ' ') == BYTES_NOT_FOUND;
    case SMTP_VERB_BURL:
    case SMTP_VERB_ATRN:
    case SMTP_VERB_TURN:
    case SMTP_VERB_SEND:
    case SMTP_VERB_SOML:
    case SMTP_VERB_SAML:
    case SMTP_VERB_XCLIENT:
    case SMTP_VERB_OTHER:
    case SMTP_VERB_COUNT:
        break;
    }
    return false;
}

enum smtp_verb import_command_verb(struct bytes text)
{
    struct bytes rest = text;
    struct bytes word;
    enum smtp_verb verb;

    if (!bytes_next_word(&rest, &word))
        return SMTP_VERB_OTHER;
    verb = smtp_verb_from(word);
    return fits_verb(verb, bytes_trim(rest)) ? verb : SMTP_VERB_OTHER;
}

enum import_hint import_side_of(struct bytes text)
{
    if (import_reply_code(text) > 0)
        return IMPORT_HINT_SERVER;
    return import_command_verb(text) != SMTP_VERB_OTHER ? IMPORT_HINT_CLIENT : IMPORT_HINT_NONE;
}
