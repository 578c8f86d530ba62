/* Each production as a question about a whole span. */
#include "base/smtp_scan.h"

bool smtp_grammar_domain(struct bytes text, enum smtp_charset charset, struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};

    return smtp_scan_domain(&scan) && smtp_scan_end(&scan);
}

bool smtp_grammar_address_literal(struct bytes text, struct err *err)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, err};

    if (!smtp_scan_sees(&scan, '['))
        return smtp_scan_expected(&scan, "\"[\"");
    return smtp_scan_domain_or_literal(&scan) && smtp_scan_end(&scan);
}

bool smtp_grammar_local_part(struct bytes text, enum smtp_charset charset, struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};

    return smtp_scan_local_part(&scan) && smtp_scan_end(&scan);
}

bool smtp_grammar_mailbox(struct bytes text, enum smtp_charset charset, struct smtp_mailbox *ret,
                          struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};
    struct smtp_mailbox mailbox;

    if (!smtp_scan_mailbox(&scan, &mailbox) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = mailbox;
    return true;
}

bool smtp_grammar_reverse_path(struct bytes text, enum smtp_charset charset, struct smtp_path *ret,
                               struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};
    struct smtp_path path;

    if (!smtp_scan_reverse_path(&scan, &path) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = path;
    return true;
}

bool smtp_grammar_forward_path(struct bytes text, enum smtp_charset charset, struct smtp_path *ret,
                               struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};
    struct smtp_path path;

    if (!smtp_scan_forward_path(&scan, &path) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = path;
    return true;
}

bool smtp_grammar_string(struct bytes text, enum smtp_charset charset, struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};

    return smtp_scan_string(&scan) && smtp_scan_end(&scan);
}

bool smtp_grammar_esmtp_param(struct bytes text, enum smtp_charset charset,
                              struct smtp_argument *ret, struct err *err)
{
    struct smtp_scan scan = {text, 0, charset, err};
    struct smtp_argument argument;

    if (!smtp_scan_esmtp_param(&scan, &argument) || !smtp_scan_end(&scan))
        return false;
    if (ret)
        *ret = argument;
    return true;
}

bool smtp_grammar_keyword(struct bytes text, struct err *err)
{
    struct smtp_scan scan = {text, 0, SMTP_CHARSET_ASCII, err};
    struct bytes keyword;

    return smtp_scan_keyword(&scan, &keyword) && smtp_scan_end(&scan);
}
