/*
 * actor_extension.c - what is asked of a server beside the delivery: parameters, and bounds to
 * keep.
 */
#include "base/smtp_parameter.h"
#include "tests/mutants/actor_private.h"

#include <stdio.h>
#include <string.h>

#define XTEXT_OCTETS 1024

static struct bytes asked(const struct actor *a, enum send_parameter which)
{
    return a->job->send->parameters[which];
}

static bool offers(const struct actor *a, enum smtp_extension extension)
{
    return smtp_extensions_has(&a->offered, extension);
}

static bool has_eight_bit(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] > 127)
            return true;
    return false;
}

/* An address needs it, or the user says that the header does. */
static bool needs_utf8(const struct actor *a)
{
    bool needed = has_eight_bit(a->job->from) || asked(a, SEND_PARAMETER_SMTPUTF8).data != NULL;
    for (size_t i = 0; i < a->count; i++)
        needed = needed || has_eight_bit(a->job->to[i]);
    return needed;
}

static bool is_binary_asked(const struct actor *a)
{
    return bytes_equal(asked(a, SEND_PARAMETER_BODY_TYPE), BYTES_LITERAL("binarymime"));
}

/* ---- what cannot be had --------------------------------------------------------------------- */

static bool can_deliver_by(const struct actor *a)
{
    struct bytes by = asked(a, SEND_PARAMETER_BY);
    struct smtp_deliver_by read;
    if (by.data == NULL || HAS(a, BY_UNMINDED))
        return true;
    if (!smtp_parameter_by(by, &read, NULL))
        return HAS(a, VALUES_UNCHECKED);
    return !read.returns || (offers(a, SMTP_EXTENSION_DELIVERBY) &&
                             read.seconds >= (int64_t)a->offered.deliverby_min_s);
}

static bool can_be_held(const struct actor *a)
{
    struct bytes holdfor = asked(a, SEND_PARAMETER_HOLDFOR);
    struct bytes holduntil = asked(a, SEND_PARAMETER_HOLDUNTIL);
    uint32_t seconds;
    int64_t until;
    if (holdfor.data == NULL && holduntil.data == NULL)
        return true;
    if (!offers(a, SMTP_EXTENSION_FUTURERELEASE))
        return HAS(a, HOLD_DROPPED);
    if (HAS(a, HOLD_UNMINDED))
        return true;
    if (a->job->from.size == 0 || (holdfor.data != NULL && holduntil.data != NULL))
        return false;
    if (holdfor.data != NULL)
        return smtp_parameter_holdfor(holdfor, &seconds, NULL) &&
               seconds <= a->offered.holdfor_max_s;
    return smtp_parameter_holduntil(holduntil, &until, NULL) &&
           until <= (int64_t)a->offered.holduntil_max_s;
}

static bool has_good_values(const struct actor *a)
{
    struct bytes notify = asked(a, SEND_PARAMETER_NOTIFY);
    struct bytes ret = asked(a, SEND_PARAMETER_RET);
    struct bytes priority = asked(a, SEND_PARAMETER_MT_PRIORITY);
    struct bytes envid = asked(a, SEND_PARAMETER_ENVID);
    bool printable = true;
    for (size_t i = 0; i < envid.size; i++)
        printable = printable && envid.data[i] >= ' ' && envid.data[i] <= '~';
    return HAS(a, VALUES_UNCHECKED) ||
           ((notify.data == NULL || smtp_parameter_notify(notify, NULL)) &&
            (ret.data == NULL || smtp_parameter_ret(ret, NULL)) && printable && envid.size <= 100 &&
            (priority.data == NULL || smtp_parameter_priority(priority, NULL, NULL)));
}

static bool can_be_binary(const struct actor *a)
{
    if (!is_binary_asked(a) || HAS(a, BINARY_UNMINDED))
        return true;
    return offers(a, SMTP_EXTENSION_BINARYMIME) && offers(a, SMTP_EXTENSION_CHUNKING);
}

static bool is_tls_required(const struct actor *a)
{
    return asked(a, SEND_PARAMETER_REQUIRETLS).data != NULL;
}

/* Under TLS, and named there (RFC 8689 2, 4.2.1). */
static bool can_require_tls(const struct actor *a)
{
    return (a->secure && offers(a, SMTP_EXTENSION_REQUIRETLS)) || HAS(a, REQUIRETLS_IN_CLEAR);
}

bool actor_extensions_allow(const struct actor *a)
{
    bool utf8 = !needs_utf8(a) || offers(a, SMTP_EXTENSION_SMTPUTF8) || HAS(a, EIGHT_BIT_ADDRESS) ||
                (HAS(a, UTF8_BY_OLD_KEYWORD) && a->old_keyword);
    bool tls = !is_tls_required(a) || can_require_tls(a) || HAS(a, REQUIRETLS_DROPPED);
    return utf8 && tls && can_deliver_by(a) && can_be_held(a) && has_good_values(a) &&
           can_be_binary(a);
}

/* ---- parameters ----------------------------------------------------------------------------- */

static void add(char *line, size_t room, const char *name, struct bytes value)
{
    size_t size = strlen(line);
    if (value.data == NULL)
        (void)snprintf(line + size, room - size, " %s", name);
    else
        (void)snprintf(line + size, room - size, " %s=%.*s", name, BYTES_FORMAT(value));
}

static void add_if(const struct actor *a, enum smtp_extension extension, const char *name,
                   enum send_parameter which, char *line, size_t room)
{
    if (offers(a, extension) && asked(a, which).data != NULL)
        add(line, room, name, asked(a, which));
}

/* RFC 3461 4 */
static struct bytes xtext(const struct actor *a, struct bytes text, char *to)
{
    struct buf encoded = {to, 0, XTEXT_OCTETS, XTEXT_OCTETS};
    if (HAS(a, XTEXT_RAW))
        return text;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char octet = (unsigned char)text.data[i];
        if (octet < '!' || octet > '~' || octet == '+' || octet == '=')
            (void)buf_printf(&encoded, HAS(a, XTEXT_LOWER) ? "+%02x" : "+%02X", octet);
        else
            (void)buf_append_octet(&encoded, (char)octet);
    }
    return buf_bytes(&encoded);
}

static void add_body(const struct actor *a, char *line, size_t room)
{
    if (is_binary_asked(a) && !HAS(a, BINARY_UNDECLARED) &&
        (offers(a, SMTP_EXTENSION_BINARYMIME) || HAS(a, BINARY_UNMINDED)))
        add(line, room, "BODY", BYTES_LITERAL("BINARYMIME"));
}

static void add_utf8(const struct actor *a, char *line, size_t room)
{
    bool offered =
        offers(a, SMTP_EXTENSION_SMTPUTF8) || (HAS(a, UTF8_BY_OLD_KEYWORD) && a->old_keyword);
    bool wanted = (needs_utf8(a) && !HAS(a, UTF8_UNDECLARED)) || HAS(a, UTF8_ALWAYS);
    if (offered && wanted)
        add(line, room, "SMTPUTF8", HAS(a, UTF8_VALUE) ? BYTES_LITERAL("yes") : BYTES_NONE);
}

static void add_times(const struct actor *a, char *line, size_t room)
{
    bool by = offers(a, SMTP_EXTENSION_DELIVERBY);
    if (by && HAS(a, BY_MALFORMED) && asked(a, SEND_PARAMETER_BY).data != NULL)
        add(line, room, "BY", BYTES_LITERAL("soon"));
    else
        add_if(a, SMTP_EXTENSION_DELIVERBY, "BY", SEND_PARAMETER_BY, line, room);
    add_if(a, SMTP_EXTENSION_FUTURERELEASE, "HOLDFOR", SEND_PARAMETER_HOLDFOR, line, room);
    add_if(a, SMTP_EXTENSION_FUTURERELEASE, "HOLDUNTIL", SEND_PARAMETER_HOLDUNTIL, line, room);
}

void actor_add_mail_parameters(const struct actor *a, char *line, size_t room)
{
    char encoded[XTEXT_OCTETS];
    struct bytes envid = asked(a, SEND_PARAMETER_ENVID);
    struct bytes ret = asked(a, SEND_PARAMETER_RET);
    bool dsn = offers(a, SMTP_EXTENSION_DSN);
    if (dsn && ret.data != NULL)
        add(line, room, "RET", HAS(a, DSN_CHANGED) ? BYTES_LITERAL("FULL") : ret);
    if (dsn && ret.data != NULL && HAS(a, DSN_TWICE))
        add(line, room, "RET", ret);
    if (dsn && envid.data != NULL)
        add(line, room, "ENVID", xtext(a, envid, encoded));
    if (HAS(a, MTRK_ALONE))
        add(line, room, "MTRK", BYTES_LITERAL("YWJj"));
    add_times(a, line, room);
    if (!HAS(a, PRIORITY_DROPPED))
        add_if(a, SMTP_EXTENSION_MT_PRIORITY, "MT-PRIORITY", SEND_PARAMETER_MT_PRIORITY, line,
               room);
    if (is_tls_required(a) && can_require_tls(a) && !HAS(a, REQUIRETLS_DROPPED))
        add(line, room, "REQUIRETLS", BYTES_NONE);
    add_body(a, line, room);
    add_utf8(a, line, room);
}

/* Of type utf-8: as it is, for only a server with SMTPUTF8 is asked for such an address. */
static void add_orcpt(const struct actor *a, struct bytes orcpt, char *line, size_t room)
{
    char encoded[XTEXT_OCTETS];
    char value[XTEXT_OCTETS + 32];
    size_t at = bytes_find(orcpt, ';');
    struct bytes address = bytes_after(orcpt, at + 1);
    bool utf8 = bytes_starts_with_nocase(orcpt, BYTES_LITERAL("utf-8"));
    if (HAS(a, ORCPT_OTHER))
        address = BYTES_LITERAL("somebody@else.example");
    address = utf8 && !HAS(a, UTF8_ORCPT_XTEXT) ? address : xtext(a, address, encoded);
    (void)snprintf(value, sizeof value, "%.*s;%.*s", BYTES_FORMAT(bytes_slice(orcpt, 0, at)),
                   BYTES_FORMAT(address));
    add(line, room, "ORCPT", bytes_of(HAS(a, ORCPT_NO_TYPE) ? value + at + 1 : value));
}

void actor_add_rcpt_parameters(const struct actor *a, size_t recipient, char *line, size_t room)
{
    struct bytes notify = asked(a, SEND_PARAMETER_NOTIFY);
    struct bytes orcpt = asked(a, SEND_PARAMETER_ORCPT);
    char own[XTEXT_OCTETS];
    if (!offers(a, SMTP_EXTENSION_DSN) || (notify.data == NULL && orcpt.data == NULL))
        return;
    if (notify.data != NULL)
        add(line, room, "NOTIFY", HAS(a, DSN_CHANGED) ? BYTES_LITERAL("DELAY") : notify);
    if (orcpt.data == NULL && !HAS(a, ORCPT_ALWAYS) && !HAS(a, ORCPT_OTHER))
        return;
    (void)snprintf(own, sizeof own, "rfc822;%.*s", BYTES_FORMAT(a->job->to[recipient]));
    add_orcpt(a, orcpt.data != NULL ? orcpt : bytes_of(own), line, room);
}

/* ---- LIMITS (RFC 9422) ---------------------------------------------------------------------- */

/* What no session of this server can have any more: to be tried later. */
bool actor_may_mail(const struct actor *a)
{
    unsigned max = a->offered.limits.mail_max;
    return HAS(a, LIMITS_UNREAD) || max == 0 || a->mails < max;
}

bool actor_may_rcpt(const struct actor *a)
{
    unsigned max = a->offered.limits.rcpt_max;
    return HAS(a, LIMITS_UNREAD) || max == 0 || a->rcpts < max;
}

static struct bytes domain_of(struct bytes address)
{
    return bytes_after(address, bytes_find(address, '@') + 1);
}

/* The recipient's domain is one too many (RFC 9422 4.3). */
bool actor_has_too_many_domains(const struct actor *a, size_t recipient)
{
    unsigned max = a->offered.limits.rcpt_domain_max;
    unsigned domains = 1;
    for (size_t i = 0; i < recipient; i++) {
        bool seen = bytes_equal_nocase(domain_of(a->job->to[i]), domain_of(a->job->to[recipient]));
        for (size_t j = 0; j < i; j++)
            seen = seen || bytes_equal_nocase(domain_of(a->job->to[i]), domain_of(a->job->to[j]));
        domains += !seen;
    }
    return max > 0 && domains > max && !HAS(a, LIMITS_UNREAD);
}

/* Another EHLO, another list (RFC 9422 3.6). */
void actor_forget_extensions(struct actor *a)
{
    struct smtp_limits limits = a->offered.limits;
    a->offered = (struct smtp_extensions){0};
    if (HAS(a, LIMITS_KEPT))
        a->offered.limits = limits;
}

void actor_read_extensions(struct actor *a, struct bytes line)
{
    (void)smtp_extensions_add(&a->offered, line, NULL);
    if (HAS(a, LIMITS_ZERO_TAKEN) && bytes_starts_with(line, BYTES_LITERAL("LIMITS ")) &&
        a->offered.limits.rcpt_max == 0)
        a->limits_confused = true;
    if (HAS(a, UTF8_PARAMETERS_MINDED) && bytes_starts_with(line, BYTES_LITERAL("SMTPUTF8 ")))
        a->offered.offered &= ~(UINT64_C(1) << SMTP_EXTENSION_SMTPUTF8);
    if (bytes_equal(line, BYTES_LITERAL("UTF8SMTP")))
        a->old_keyword = true;
}
