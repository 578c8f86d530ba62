#include "client/smtpsend_request.h"

#include "base/text.h"

static bool take_seconds(struct bytes value, uint32_t *ret, struct err *err)
{
    unsigned long long seconds;

    if (!bytes_to_number(value, 999999999, &seconds) || seconds == 0)
        return err_set(err, ERR_SYNTAX, "expected seconds, 1 to 999999999; got \"%s\"",
                       text_show(value).text);
    *ret = (uint32_t)seconds;
    return true;
}

static bool take_priority(struct bytes value, struct smtp_mail_request *mail, struct err *err)
{
    bool minus = value.size > 0 && value.data[0] == '-';
    unsigned long long number;

    if (!bytes_to_number(bytes_after(value, minus), 9, &number))
        return err_set(err, ERR_SYNTAX, "expected a priority of -9 to 9; got \"%s\"",
                       text_show(value).text);
    mail->has_mt_priority = true;
    mail->mt_priority = minus ? -(int)number : (int)number;
    return true;
}

static bool is_given(struct bytes value, const char *option, struct err *err)
{
    return value.size > 0 || err_set(err, ERR_SYNTAX, "--%s is empty", option);
}

bool smtpsend_request_take(enum smtpsend_request_option option, struct bytes value,
                           struct smtp_mail_request *mail, struct smtp_rcpt_request *rcpt,
                           struct err *err)
{
    switch (option) {
    case SMTPSEND_REQUEST_NOTIFY:
        return smtp_notify_parse(value, &rcpt->notify, err);
    case SMTPSEND_REQUEST_ORCPT:
        rcpt->orcpt = value;
        return is_given(value, "orcpt", err) && smtp_request_check_rcpt(rcpt, err);
    case SMTPSEND_REQUEST_RET:
        return smtp_ret_parse(value, &mail->ret, err);
    case SMTPSEND_REQUEST_ENVID:
        mail->envid = value;
        return is_given(value, "envid", err);
    case SMTPSEND_REQUEST_BY:
        return smtp_by_parse(value, mail, err);
    case SMTPSEND_REQUEST_HOLDFOR:
        return take_seconds(value, &mail->holdfor_s, err);
    case SMTPSEND_REQUEST_HOLDUNTIL:
        mail->holduntil = value;
        return is_given(value, "holduntil", err);
    case SMTPSEND_REQUEST_MT_PRIORITY:
        return take_priority(value, mail, err);
    case SMTPSEND_REQUEST_REQUIRETLS:
        return mail->requiretls = true;
    case SMTPSEND_REQUEST_SMTPUTF8:
        return mail->smtputf8 = true;
    case SMTPSEND_REQUEST_BODY_TYPE:
        return smtp_body_parse(value, &mail->body, err);
    case SMTPSEND_REQUEST_COUNT:
        break;
    }
    return false;
}
