/*
 * actor_command.c - the spelling of commands.
 */
#include "tests/mutants/actor_private.h"

#include <stdio.h>
#include <string.h>

#define COMMAND_OCTETS_MAX 4096

static void change_case(const struct actor *a, char *line)
{
    bool upper = false;
    for (char *at = line; *at != '\0' && *at != ' '; at++) {
        bool letter = *at >= 'A' && *at <= 'Z';
        if (letter && (HAS(a, LOWER_CASE) || !upper))
            *at = (char)(*at - 'A' + 'a');
        upper = !upper;
    }
}

static const char *line_end(const struct actor *a)
{
    if (HAS(a, TRAILING_SPACE))
        return " \r\n";
    if (HAS(a, LINES_END_IN_LF))
        return "\n";
    return HAS(a, LINES_END_IN_CR) ? "\r" : "\r\n";
}

/* Whatever changes every command line. */
void actor_put(struct actor *a, const char *line)
{
    char text[COMMAND_OCTETS_MAX];
    (void)snprintf(text, sizeof text, "%s", line);
    if (HAS(a, LOWER_CASE) || HAS(a, MIXED_CASE))
        change_case(a, text);
    char *space = strchr(text, ' ');
    if (space != NULL && HAS(a, TAB_FOR_SPACE))
        *space = '\t';
    if (space != NULL && HAS(a, DOUBLE_SPACE)) {
        size_t at = (size_t)(space - text);
        (void)buf_append(&a->out, (struct bytes){text, at});
        (void)buf_append_string(&a->out, " ");
        (void)buf_append_string(&a->out, space);
    } else {
        (void)buf_append_string(&a->out, text);
    }
    if (HAS(a, NUL_IN_COMMAND) && strncmp(text, "QUIT", 4) == 0)
        (void)buf_append_octet(&a->out, '\0');
    (void)buf_append_string(&a->out, line_end(a));
    if (HAS(a, WAITS)) {
        a->held = true;
        a->held_until_ms = a->now_ms + 300;
    }
}

/* How a client names itself, where it does so otherwise than by the name that it was given. */
static const struct {
    enum actor_trait trait;
    const char *argument;
} names[] = {
    {ACTOR_EHLO_NO_ARGUMENT,   ""                             },
    {ACTOR_EHLO_LOCALHOST,     " localhost"                   },
    {ACTOR_EHLO_UNDERSCORE,    " my_host.client.example"      },
    {ACTOR_EHLO_BARE_ADDRESS,  " 192.0.2.1"                   },
    {ACTOR_EHLO_BAD_LITERAL,   " [192.0.2.1"                  },
    {ACTOR_EHLO_IPV6_UNTAGGED, " [2001:db8::1]"               },
    {ACTOR_EHLO_OTHER_NAME,    " other.client.example"        },
    {ACTOR_EHLO_MORE,          " host.client.example and more"},
    {ACTOR_ADDRESS_LITERAL,    " [192.0.2.1]"                 },
    {ACTOR_LITERAL_V6,         " [IPv6:2001:db8::1]"          },
};

void actor_put_ehlo(struct actor *a, bool helo)
{
    char line[COMMAND_OCTETS_MAX];
    bool lmtp = a->job->send->lmtp && !HAS(a, LMTP_EHLO);
    const char *verb = helo ? "HELO" : (lmtp ? "LHLO" : "EHLO");
    struct bytes domain = a->job->domain;
    bool told = domain.data != NULL && domain.size > 0;
    if (!told)
        domain = BYTES_LITERAL("host.client.example");
    for (size_t i = 0; !HAS(a, EHLO_RAW_NAME) && i < domain.size; i++)
        if ((unsigned char)domain.data[i] > 127)
            domain = BYTES_LITERAL("host.client.example");
    (void)snprintf(line, sizeof line, "%s %.*s", verb, BYTES_FORMAT(domain));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool literal =
            names[i].trait == ACTOR_ADDRESS_LITERAL || names[i].trait == ACTOR_LITERAL_V6;
        if (a->trait[names[i].trait] && !(literal && told))
            (void)snprintf(line, sizeof line, "%s%s", verb, names[i].argument);
    }
    actor_put(a, line);
}

static bool is_atext(char octet)
{
    static const char special[] = "!#$%&'*+-/=?^_`{|}~";
    bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
    return letter || (octet >= '0' && octet <= '9') || (octet != '\0' && strchr(special, octet));
}

static bool is_dotted(struct bytes text, bool (*octet_is)(char))
{
    if (text.size == 0 || text.data[0] == '.' || text.data[text.size - 1] == '.')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool dot = text.data[i] == '.' && text.data[i - 1] != '.';
        if (!dot && !octet_is(text.data[i]))
            return false;
    }
    return true;
}

static bool is_domain_octet(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-';
}

/* RFC 5321 4.1.2, without quoted local-parts: whoever has one quotes it himself. */
bool actor_address_can_be_sent(const struct actor *a, struct bytes address)
{
    if (HAS(a, RAW_ADDRESS))
        return true;
    if (smtp_extensions_has(&a->offered, SMTP_EXTENSION_SMTPUTF8) ||
        (HAS(a, UTF8_BY_OLD_KEYWORD) && a->old_keyword))
        return bytes_find(address, '@') != BYTES_NOT_FOUND &&
               bytes_find(address, ' ') == BYTES_NOT_FOUND;
    if (HAS(a, EIGHT_BIT_ADDRESS) && address.size > 0 &&
        bytes_find(address, '@') != BYTES_NOT_FOUND)
        for (size_t i = 0; i < address.size; i++)
            if ((unsigned char)address.data[i] > 127)
                return true;
    if (bytes_equal_nocase(address, BYTES_LITERAL("postmaster")))
        return true;
    size_t at = bytes_find(address, '@');
    if (at == BYTES_NOT_FOUND)
        return HAS(a, UNQUALIFIED_TO);
    struct bytes local = bytes_slice(address, 0, at);
    struct bytes domain = bytes_after(address, at + 1);
    bool length_ok = (local.size <= 64 && address.size <= 254) || HAS(a, LONG_ADDRESS);
    bool literal = domain.size > 2 && domain.data[0] == '[';
    bool quoted = local.size > 2 && local.data[0] == '"' && local.data[local.size - 1] == '"';
    return length_ok && (quoted || is_dotted(local, is_atext)) &&
           (literal || is_dotted(domain, is_domain_octet));
}

/* The path as it goes out: traits may spoil it. */
static void put_path(const struct actor *a, struct bytes address, bool reverse, char *to,
                     size_t room)
{
    char changed[COMMAND_OCTETS_MAX];
    (void)snprintf(changed, sizeof changed, "%.*s", BYTES_FORMAT(address));
    if (HAS(a, FOLDS_CASE) && !reverse)
        for (char *c = changed; *c != '\0' && *c != '@'; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
    char *plus = strchr(changed, '+');
    char *at = strchr(changed, '@');
    if (HAS(a, STRIPS_TAG) && plus != NULL && at != NULL && plus < at)
        memmove(plus, at, strlen(at) + 1);
    if (reverse && HAS(a, UNQUALIFIED_FROM) && at != NULL)
        *at = '\0';
    if (reverse && HAS(a, NULL_FROM))
        changed[0] = '\0';
    if (reverse && HAS(a, NULL_FROM_REPLACED) && changed[0] == '\0')
        (void)snprintf(changed, sizeof changed, "postmaster@client.example");
    if (reverse && HAS(a, ADDRESS_OF_DIGITS))
        (void)snprintf(changed, sizeof changed, "sender@#12345");
    if (HAS(a, QUOTES_ALWAYS) && at != NULL && changed[0] != '"' && changed[0] != '\0') {
        char quoted[COMMAND_OCTETS_MAX];
        (void)snprintf(quoted, sizeof quoted, "\"%.*s\"%s", (int)(at - changed), changed, at);
        (void)snprintf(changed, sizeof changed, "%s", quoted);
    }
    bool route = changed[0] != '\0' && (reverse ? HAS(a, SOURCE_ROUTE_MAIL) : HAS(a, SOURCE_ROUTE));
    const char *open = HAS(a, NO_BRACKETS) ? "" : "<";
    const char *close = HAS(a, NO_BRACKETS) ? "" : ">";
    const char *colon =
        HAS(a, SPACE_BEFORE_COLON) ? " :" : (HAS(a, SPACE_AFTER_COLON) ? ": " : ":");
    (void)snprintf(to, room, "%s%s%s%s%s", colon, open, route ? "@relay.example:" : "", changed,
                   close);
}

/* Parameters that nobody asked for. */
static const struct {
    enum actor_trait trait;
    bool of_rcpt;
    bool if_auth; /* only where AUTH was offered, or authenticated */
    const char *text;
} odd_parameters[] = {
    {ACTOR_DSN_INSISTS,              true,  false, " NOTIFY=SUCCESS"     },
    {ACTOR_SIZE_TWICE,               false, false, " SIZE=1000"          },
    {ACTOR_BODY_UNOFFERED,           false, false, " BODY=7BIT"          },
    {ACTOR_BODY_TWICE,               false, false, " BODY=7BIT BODY=7BIT"},
    {ACTOR_BODY_ODD,                 false, false, " BODY=9BIT"          },
    {ACTOR_AUTH_PARAMETER_UNOFFERED, false, false, " AUTH=<>"            },
    {ACTOR_AUTH_PARAMETER_RAW,       false, true,  " AUTH=a=b+c d"       },
    {ACTOR_SMTPUTF8_UNOFFERED,       false, false, " SMTPUTF8"           },
    {ACTOR_RET_UNOFFERED,            false, false, " RET=HDRS"           },
    {ACTOR_MT_PRIORITY_UNOFFERED,    false, false, " MT-PRIORITY=3"      },
    {ACTOR_PARAMETER_UNKNOWN,        false, false, " COLOUR=blue"        },
    {ACTOR_NOTIFY_UNOFFERED,         true,  false, " NOTIFY=FAILURE"     },
    {ACTOR_AUTH_PARAMETER,           false, true,  " AUTH=<>"            },
};

static void add_odd_parameters(const struct actor *a, bool rcpt, char *line, size_t room)
{
    for (size_t i = 0; i < sizeof odd_parameters / sizeof odd_parameters[0]; i++) {
        bool skip = odd_parameters[i].if_auth && !(a->offer.plain || a->offer.login);
        bool unoffered_only = odd_parameters[i].trait == ACTOR_BODY_TWICE && !a->offer.eight_bit;
        if (a->trait[odd_parameters[i].trait] && odd_parameters[i].of_rcpt == rcpt && !skip &&
            !unoffered_only) {
            size_t size = strlen(line);
            (void)snprintf(line + size, room - size, "%s", odd_parameters[i].text);
        }
    }
}

static void size_parameter(const struct actor *a, char *to, size_t room)
{
    bool keep = HAS(a, EHLO_LIST_KEPT_AFTER_HELO) && a->helo;
    to[0] = '\0';
    if (((!a->offer.size && !keep) || HAS(a, NO_SIZE)) && !HAS(a, SIZE_UNOFFERED))
        return;
    if (HAS(a, PARAMETERS_RETRIED) && a->mail_tries > 1)
        return;
    if (HAS(a, SIZE_WORD))
        (void)snprintf(to, room, " SIZE=big");
    else if (HAS(a, SIZE_ZERO))
        (void)snprintf(to, room, " SIZE=0");
    else
        (void)snprintf(to, room, " SIZE=%llu", (unsigned long long)a->message.size);
}

void actor_put_mail(struct actor *a)
{
    char path[COMMAND_OCTETS_MAX / 2];
    char line[COMMAND_OCTETS_MAX];
    char size[64];
    const char *body = "";
    put_path(a, a->job->from, true, path, sizeof path);
    size_parameter(a, size, sizeof size);
    if (a->message.eight_bit && a->offer.eight_bit && !HAS(a, EIGHT_BIT_UNDECLARED))
        body = a->message.binary ? "" : " BODY=8BITMIME";
    else if (a->offer.eight_bit && HAS(a, BODY_7BIT))
        body = " BODY=7BIT";
    (void)snprintf(line, sizeof line, "%s FROM%s%s%s", HAS(a, SOML_VERB) ? "SOML" : "MAIL", path,
                   HAS(a, BODY_BEFORE_SIZE) ? body : size, HAS(a, BODY_BEFORE_SIZE) ? size : body);
    actor_add_mail_parameters(a, line, sizeof line);
    add_odd_parameters(a, false, line, sizeof line);
    actor_put(a, line);
}

void actor_put_rcpt(struct actor *a, size_t recipient)
{
    char path[COMMAND_OCTETS_MAX / 2];
    char line[COMMAND_OCTETS_MAX];
    put_path(a, a->job->to[recipient], false, path, sizeof path);
    (void)snprintf(line, sizeof line, "RCPT TO%s", path);
    actor_add_rcpt_parameters(a, recipient, line, sizeof line);
    add_odd_parameters(a, true, line, sizeof line);
    actor_put(a, line);
}
