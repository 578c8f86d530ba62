#include "base/smtp_mechanism.h"

#include "base/require.h"
#include "base/smtp_limits.h"

static const struct {
    const char *name;
    size_t size; /* of name */
    bool client_first;
    bool reusable_secret;
} mechanisms[SMTP_MECHANISM_OTHER] = {
#define X(name, id, client_first, reusable_secret, source)                                         \
    {name, sizeof(name) - 1, client_first, reusable_secret},
    SMTP_MECHANISM_TABLE(X)
#undef X
};

const char *smtp_mechanism_name(enum smtp_mechanism mechanism)
{
    REQUIRE((unsigned)mechanism < SMTP_MECHANISM_COUNT);
    return mechanism == SMTP_MECHANISM_OTHER ? "?" : mechanisms[mechanism].name;
}

enum smtp_mechanism smtp_mechanism_from(struct bytes name)
{
    for (unsigned i = 0; i < SMTP_MECHANISM_OTHER; i++)
        if (bytes_equal_nocase(name, (struct bytes){mechanisms[i].name, mechanisms[i].size}))
            return (enum smtp_mechanism)i;
    return SMTP_MECHANISM_OTHER;
}

bool smtp_mechanism_is_client_first(enum smtp_mechanism mechanism)
{
    return mechanism < SMTP_MECHANISM_OTHER && mechanisms[mechanism].client_first;
}

bool smtp_mechanism_sends_secret(enum smtp_mechanism mechanism)
{
    return mechanism < SMTP_MECHANISM_OTHER && mechanisms[mechanism].reusable_secret;
}

/* sasl-mech = 1*20mech-char; mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE */
bool smtp_mechanism_is_name(struct bytes name)
{
    if (name.size == 0 || name.size > SMTP_MECHANISM_OCTETS_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char octet = name.data[i];
        bool letter = (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');

        if (!letter && !(octet >= '0' && octet <= '9') && octet != '-' && octet != '_')
            return false;
    }
    return true;
}
