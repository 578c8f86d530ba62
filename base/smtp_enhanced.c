#include "base/smtp_enhanced.h"

#include "base/smtp_limits.h"

/* 1*3DIGIT without leading zeros; octets used, 0 = it is none. */
static size_t take_number(struct bytes text, unsigned *ret)
{
    unsigned number = 0;
    size_t at = 0;

    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        if (at == SMTP_ENHANCED_DIGITS_MAX)
            return 0;
        number = number * 10 + (unsigned)(text.data[at] - '0');
        at++;
    }
    if (at > 1 && text.data[0] == '0')
        return 0;
    *ret = number;
    return at;
}

/* status-code = class "." subject "." detail; class = "2"/"4"/"5" */
bool smtp_enhanced_parse(struct bytes text, struct smtp_enhanced *ret, size_t *ret_used)
{
    struct smtp_enhanced parsed;
    size_t at = 2;
    size_t used;

    if (text.size < 5 || bytes_find(BYTES_LITERAL("245"), text.data[0]) == BYTES_NOT_FOUND ||
        text.data[1] != '.')
        return false;
    parsed.class = (unsigned)(text.data[0] - '0');
    used = take_number(bytes_after(text, at), &parsed.subject);
    at += used;
    if (used == 0 || at == text.size || text.data[at] != '.')
        return false;
    at++;
    used = take_number(bytes_after(text, at), &parsed.detail);
    at += used;
    if (used == 0 || (at < text.size && text.data[at] != ' '))
        return false;
    while (at < text.size && text.data[at] == ' ')
        at++;
    *ret = parsed;
    *ret_used = at;
    return true;
}

bool smtp_enhanced_agrees(const struct smtp_enhanced *enhanced, unsigned code)
{
    return enhanced->class == code / 100;
}
