#include "base/smtp_code.h"

#include "base/require.h"

const struct smtp_code smtp_codes[] = {
#define X(code, meaning, source) {code, meaning, source},
    SMTP_CODE_TABLE(X)
#undef X
};
const size_t smtp_code_count = sizeof(smtp_codes) / sizeof(*smtp_codes);

enum smtp_code_class smtp_code_class(unsigned code)
{
    static const enum smtp_code_class classes[] = {SMTP_CODE_2YZ, SMTP_CODE_3YZ, SMTP_CODE_4YZ,
                                                   SMTP_CODE_5YZ};

    return code >= 200 && code <= 599 ? classes[code / 100 - 2] : SMTP_CODE_OTHER;
}

const char *smtp_code_class_word(enum smtp_code_class class)
{
    static const char *const words[SMTP_CODE_CLASS_COUNT] = {"out of range", "2yz", "3yz", "4yz",
                                                             "5yz"};

    REQUIRE((unsigned)class < SMTP_CODE_CLASS_COUNT);
    return words[class];
}

bool smtp_code_is_grammatical(unsigned code)
{
    return code >= 200 && code <= 599 && code / 10 % 10 <= 5;
}

bool smtp_code_from(struct bytes text, unsigned *ret)
{
    unsigned long long code;

    if (text.size < 3 || !bytes_to_number(bytes_slice(text, 0, 3), 999, &code))
        return false;
    *ret = (unsigned)code;
    return true;
}

const struct smtp_code *smtp_code_find(unsigned code)
{
    size_t from = 0;
    size_t to = smtp_code_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (smtp_codes[middle].code == code)
            return &smtp_codes[middle];
        if (smtp_codes[middle].code < code)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}
