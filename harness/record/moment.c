#include "harness/record/moment.h"

#include "base/smtp_extension.h"
#include "base/smtp_mechanism.h"

enum {
    TOKEN_OCTETS_MIN = 8,
    NUMBER_OCTETS_MIN = 9, /* a day as 20141201 is a version, seconds since 1970 are a moment */
    CHANGES_MIN = 2        /* between letters and digits; smtp1234 and Postfix3 have one */
};

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_letter(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

static bool is_hex(char octet)
{
    return is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
}

/* ---- dates ----------------------------------------------------------------------------------- */

/* 9: a digit; a: a letter; +: a sign; any other octet: itself. */
static const char *const dates[] = {
    "aaa, 99 aaa 9999 99:99:99 +9999",
    "aaa, 9 aaa 9999 99:99:99 +9999",
    "99 aaa 9999 99:99:99 +9999",
    "aaa aaa 99 99:99:99 9999",
    "aaa aaa  9 99:99:99 9999",
    "9999-99-99T99:99:99Z",
    "9999-99-99T99:99:99+99:99",
    "9999-99-99 99:99:99",
    "9999/99/99 99:99:99",
};

static bool fits(char octet, char form)
{
    switch (form) {
    case '9':
        return is_digit(octet);
    case 'a':
        return is_letter(octet);
    case '+':
        return octet == '+' || octet == '-';
    default:
        return octet == form;
    }
}

static bool has_form(struct bytes text, const char *form)
{
    size_t at = 0;

    while (at < text.size && form[at] != '\0' && fits(text.data[at], form[at]))
        at++;
    return form[at] == '\0' && (at == text.size || !is_digit(text.data[at]));
}

static size_t date_octets(struct bytes text)
{
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
        if (has_form(text, dates[i]))
            return strlen(dates[i]);
    return 0;
}

/* ---- identifiers ----------------------------------------------------------------------------- */

static bool is_of_word(char octet)
{
    return is_letter(octet) || is_digit(octet) || octet == '-' || octet == '_' || octet == '.';
}

static struct bytes word_at(struct bytes text)
{
    size_t end = 0;

    while (end < text.size && is_of_word(text.data[end]))
        end++;
    while (end > 0 && !is_letter(text.data[end - 1]) && !is_digit(text.data[end - 1]))
        end--;
    return bytes_slice(text, 0, end);
}

/* Its last label is of letters alone: mail-wr1-x429.server.example. */
static bool is_host(struct bytes word)
{
    size_t label = word.size;

    while (label > 0 && word.data[label - 1] != '.')
        label--;
    if (label == 0)
        return false;
    for (size_t i = label; i < word.size; i++)
        if (!is_letter(word.data[i]))
            return false;
    return true;
}

static bool is_known(struct bytes word)
{
    return smtp_mechanism_from(word) != SMTP_MECHANISM_OTHER ||
           smtp_extension_from(word) != SMTP_EXTENSION_OTHER;
}

struct looks {
    unsigned letters, digits, dots, changes;
    bool hex;
};

static struct looks looks_of(struct bytes word)
{
    struct looks looks = {.hex = true};
    char before = '\0'; /* the last letter or digit */

    for (size_t i = 0; i < word.size; i++) {
        char octet = word.data[i];

        looks.letters += is_letter(octet);
        looks.digits += is_digit(octet);
        looks.dots += octet == '.';
        looks.hex = looks.hex && is_hex(octet);
        if (!is_letter(octet) && !is_digit(octet))
            continue;
        looks.changes += before != '\0' && is_digit(before) != is_digit(octet);
        before = octet;
    }
    return looks;
}

static bool is_identifier(struct bytes word)
{
    struct looks looks = looks_of(word);

    if (looks.letters == 0) /* neither an address nor an enhanced status code */
        return looks.dots == 0 && looks.digits == word.size && word.size >= NUMBER_OCTETS_MIN;
    if (word.size < TOKEN_OCTETS_MIN || looks.digits == 0)
        return false;
    if (looks.hex)
        return true;
    return looks.digits >= 2 && looks.changes >= CHANGES_MIN && !is_host(word) && !is_known(word);
}

/* ---- both ------------------------------------------------------------------------------------ */

const char *moment_at(struct bytes text, size_t at, size_t *ret_used)
{
    struct bytes rest = bytes_after(text, at);
    struct bytes word;

    if (at > 0 && is_of_word(text.data[at - 1]))
        return NULL;
    *ret_used = date_octets(rest);
    if (*ret_used > 0)
        return "{date}";
    word = word_at(rest);
    *ret_used = word.size;
    return word.size > 0 && is_identifier(word) ? "{token}" : NULL;
}

bool moment_put(struct buf *to, struct bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t used = 1;
        const char *placeholder = moment_at(text, at, &used);

        if (!(placeholder ? buf_append_string(to, placeholder)
                          : buf_append_octet(to, text.data[at])))
            return false;
        at += placeholder ? used : 1;
    }
    return true;
}
