#include "client/smtp_idn.h"

#include "base/smtp_grammar.h"
#include "base/text.h"

#include <idn2.h>

static bool is_ascii(struct bytes text)
{
    return bytes_find_eight_bit(text) == BYTES_NOT_FOUND;
}

bool smtp_idn_domain(struct bytes domain, struct buf *to, struct err *err)
{
    char name[SMTP_DOMAIN_OCTETS_MAX + 1] = "";
    unsigned char *found = NULL;
    int status;
    bool ok;

    if (is_ascii(domain))
        return buf_append(to, domain) || err_memory(err);
    if (domain.size >= sizeof name || bytes_find(domain, '\0') != BYTES_NOT_FOUND)
        return err_set(err, ERR_LIMIT, "a domain of more than %d octets (RFC 5321 4.5.3.1.2)",
                       SMTP_DOMAIN_OCTETS_MAX);
    memcpy(name, domain.data, domain.size);
    status =
        idn2_lookup_u8((const unsigned char *)name, &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (status != IDN2_OK)
        return err_set(err, ERR_SYNTAX, "no internationalized domain name: %s: %s",
                       text_show(domain).text, idn2_strerror(status));
    ok = buf_append_string(to, (const char *)found) || err_memory(err);
    idn2_free(found);
    return ok;
}

bool smtp_idn_mailbox(struct bytes mailbox, struct buf *to, struct err *err)
{
    struct smtp_mailbox parts;

    if (!smtp_grammar_mailbox(mailbox, SMTP_CHARSET_UTF8, &parts, err))
        return false;
    if (!is_ascii(parts.local_part))
        return err_set(err, ERR_SYNTAX, "the local-part is not ASCII, and has no other form: %s",
                       text_show(mailbox).text);
    if (!buf_append(to, parts.local_part) || !buf_append_octet(to, '@'))
        return err_memory(err);
    return smtp_idn_domain(parts.domain, to, err);
}
