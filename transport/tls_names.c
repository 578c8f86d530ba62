#include "transport/tls_names.h"

#include <stdio.h>
#include <string.h>

/* The name without its first so many labels; the last label stays. */
static const char *parent_of(const char *name, unsigned labels)
{
    const char *dot;

    while (labels-- > 0 && (dot = strchr(name, '.')) != NULL)
        name = dot + 1;
    return name;
}

static void to_upper(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}

void tls_names_write(enum tls_names names, const char *name, char ret[TLS_NAMES_MAX])
{
    switch (names) {
    case TLS_NAMES_ANY:
        snprintf(ret, TLS_NAMES_MAX, "DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1", name);
        break;
    case TLS_NAMES_ADDRESS:
        snprintf(ret, TLS_NAMES_MAX, "IP:127.0.0.1,IP:::1");
        break;
    case TLS_NAMES_OTHER:
        snprintf(ret, TLS_NAMES_MAX, "DNS:another.%s,DNS:another.example", parent_of(name, 1));
        break;
    case TLS_NAMES_NONE:
        ret[0] = '\0';
        break;
    case TLS_NAMES_WILDCARD:
        snprintf(ret, TLS_NAMES_MAX, "DNS:*.%s", parent_of(name, 1));
        break;
    case TLS_NAMES_WILDCARD_TWO_LABELS:
        snprintf(ret, TLS_NAMES_MAX, "DNS:*.%s", parent_of(name, 2));
        break;
    case TLS_NAMES_WILDCARD_PARTIAL:
        snprintf(ret, TLS_NAMES_MAX, "DNS:%c*.%s", name[0], parent_of(name, 1));
        break;
    case TLS_NAMES_WILDCARD_DOUBLE:
        snprintf(ret, TLS_NAMES_MAX, "DNS:*.*.%s", parent_of(name, 2));
        break;
    case TLS_NAMES_UPPER_CASE:
        snprintf(ret, TLS_NAMES_MAX, "DNS:%s", name);
        to_upper(ret + 4);
        break;
    case TLS_NAMES_URI:
        snprintf(ret, TLS_NAMES_MAX, "URI:smtp://%s", name);
        break;
    case TLS_NAMES_ADDRESS_AS_NAME:
        snprintf(ret, TLS_NAMES_MAX, "DNS:127.0.0.1");
        break;
    }
}
