#include "client/smtp_request.h"

#include "base/smtp_date_time.h"
#include "base/smtp_grammar.h"
#include "base/text.h"

#include <stdio.h>

enum { BY_SECONDS_MAX = 999999999, HOLD_SECONDS_MAX = 999999999 };

static const char *const bodies[] = {[SMTP_BODY_AS_NEEDED] = "",
#define X(name, word) [SMTP_BODY_##name] = (word),
                                     SMTP_BODY_TABLE(X)
#undef X
};

static const struct {
    const char *word;
    enum smtp_notify notify;
} notifies[] = {
    {"NEVER",   SMTP_NOTIFY_NEVER  },
    {"SUCCESS", SMTP_NOTIFY_SUCCESS},
    {"FAILURE", SMTP_NOTIFY_FAILURE},
    {"DELAY",   SMTP_NOTIFY_DELAY  },
};

/* ------------------------------------------------------------------------------------ ORCPT --- */

static bool is_utf8_type(struct bytes orcpt)
{
    return bytes_starts_with_nocase(orcpt, BYTES_LITERAL("utf-8;"));
}

static bool is_utf8(struct bytes text)
{
    size_t at;
    size_t octets;

    for (at = 0; at < text.size; at += octets) {
        octets = text_utf8_octets(bytes_after(text, at));
        if (octets == 0)
            return false;
    }
    return true;
}

static unsigned code_point(struct bytes character)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point = (unsigned char)character.data[0] & lead[character.size];
    size_t i;

    for (i = 1; i < character.size; i++)
        point = point << 6 | ((unsigned char)character.data[i] & 0x3f);
    return point;
}

/* QCHAR = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e */
static bool is_qchar(struct bytes character)
{
    char octet = character.data[0];

    return character.size == 1 && octet > ' ' && octet < 0x7f && octet != '+' && octet != '=' &&
           octet != '\\';
}

/* utf-8-addr-unitext, or in ASCII alone utf-8-addr-xtext (RFC 6533 3) */
static bool write_unitext(struct buf *to, struct bytes address, bool native)
{
    size_t at;
    size_t octets;

    for (at = 0; at < address.size; at += octets) {
        struct bytes character;
        char embedded[16];

        octets = text_utf8_octets(bytes_after(address, at));
        if (octets == 0)
            return false;
        character = bytes_slice(address, at, at + octets);
        if (is_qchar(character) || (native && octets > 1)) {
            if (!buf_append(to, character))
                return false;
            continue;
        }
        (void)snprintf(embedded, sizeof embedded, "\\x{%02X}", code_point(character));
        if (!buf_append_string(to, embedded))
            return false;
    }
    return true;
}

bool smtp_request_write_orcpt(struct buf *to, struct bytes orcpt, bool native)
{
    size_t address = bytes_find(orcpt, ';') + 1;

    if (!buf_append(to, bytes_slice(orcpt, 0, address)))
        return false;
    if (is_utf8_type(orcpt))
        return write_unitext(to, bytes_after(orcpt, address), native);
    return smtp_xtext_encode(to, bytes_after(orcpt, address));
}

/* --------------------------------------------------------------------------------- checking --- */

/* "graphic and white space" of US-ASCII (RFC 3461 4.2, 4.4) */
static bool is_printable(struct bytes text)
{
    size_t i;

    for (i = 0; i < text.size; i++)
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    return true;
}

static bool check_envid(struct bytes envid, struct err *err)
{
    char octets[SMTP_ENVID_OCTETS_MAX];
    struct buf encoded = {.data = octets, .capacity = sizeof octets, .max = sizeof octets};

    if (!is_printable(envid))
        return err_set(err, ERR_SYNTAX, "ENVID is printable ASCII (RFC 3461 4.4)");
    if (!smtp_xtext_encode(&encoded, envid))
        return err_set(err, ERR_LIMIT, "ENVID has at most %d characters as xtext (RFC 3461 4.4)",
                       SMTP_ENVID_OCTETS_MAX);
    return true;
}

static bool check_by(const struct smtp_mail_request *request, struct err *err)
{
    if (request->by_mode == SMTP_BY_NONE)
        return true;
    if (request->by_s > BY_SECONDS_MAX || request->by_s < -BY_SECONDS_MAX)
        return err_set(err, ERR_LIMIT, "BY has at most nine digits (RFC 2852 4)");
    if (request->by_mode == SMTP_BY_RETURN && request->by_s <= 0)
        return err_set(err, ERR_SYNTAX, "BY with mode R needs a time above zero (RFC 2852 4)");
    return true;
}

static bool check_hold(const struct smtp_mail_request *request, bool null_reverse_path,
                       struct err *err)
{
    bool holdfor = request->holdfor_s > 0;
    bool holduntil = request->holduntil.size > 0;
    int64_t until_s;
    bool utc = false;

    if (!holdfor && !holduntil)
        return true;
    if (holdfor && holduntil)
        return err_set(err, ERR_SYNTAX, "HOLDFOR and HOLDUNTIL exclude each other (RFC 4865 4.1)");
    if (null_reverse_path)
        return err_set(err, ERR_SYNTAX, "no notification is held for the future (RFC 4865 5.1.1)");
    if (request->holdfor_s > HOLD_SECONDS_MAX)
        return err_set(err, ERR_LIMIT, "HOLDFOR has at most nine digits (RFC 4865 3)");
    if (holduntil && (!smtp_date_time_parse(request->holduntil, &until_s, &utc) || !utc))
        return err_set(err, ERR_SYNTAX,
                       "HOLDUNTIL is a time in UTC, as 2030-12-31T23:59:59Z (RFC 4865 3)");
    return true;
}

bool smtp_request_check_mail(const struct smtp_mail_request *request, bool null_reverse_path,
                             struct err *err)
{
    if (!check_envid(request->envid, err) || !check_by(request, err) ||
        !check_hold(request, null_reverse_path, err))
        return false;
    if (request->has_mt_priority && (request->mt_priority < -9 || request->mt_priority > 9))
        return err_set(err, ERR_SYNTAX, "MT-PRIORITY is -9 to 9 (RFC 6710 7)");
    return true;
}

/* original-recipient-address = addr-type ";" xtext, addr-type = atom */
static bool check_orcpt(struct bytes orcpt, struct err *err)
{
    char octets[SMTP_ORCPT_OCTETS_MAX];
    struct buf encoded = {.data = octets, .capacity = sizeof octets, .max = sizeof octets};
    size_t type = bytes_find(orcpt, ';');
    bool utf8 = is_utf8_type(orcpt);

    if (orcpt.size == 0)
        return true;
    if (type == BYTES_NOT_FOUND || !smtp_grammar_keyword(bytes_slice(orcpt, 0, type), NULL) ||
        type + 1 == orcpt.size)
        return err_set(err, ERR_SYNTAX,
                       "ORCPT is TYPE;ADDRESS, as rfc822;user@b.example (RFC 3461 4.2)");
    if (!utf8 && !is_printable(orcpt))
        return err_set(err, ERR_SYNTAX,
                       "ORCPT is printable ASCII, but for the type utf-8 (RFC 3461 4.2)");
    if (utf8 && !is_utf8(orcpt))
        return err_set(err, ERR_SYNTAX, "ORCPT of the type utf-8 is no UTF-8 (RFC 6533 3)");
    if (!smtp_request_write_orcpt(&encoded, orcpt, false))
        return err_set(err, ERR_LIMIT, "ORCPT has at most %d characters, encoded (RFC 3461 4.2)",
                       SMTP_ORCPT_OCTETS_MAX);
    return true;
}

bool smtp_request_check_rcpt(const struct smtp_rcpt_request *request, struct err *err)
{
    if (request->notify & SMTP_NOTIFY_NEVER && request->notify != SMTP_NOTIFY_NEVER)
        return err_set(err, ERR_SYNTAX, "NOTIFY=NEVER stands alone (RFC 3461 4.1)");
    return check_orcpt(request->orcpt, err);
}

bool smtp_request_has_dsn(const struct smtp_mail_request *request)
{
    return request->ret != SMTP_RET_UNSAID || request->envid.size > 0;
}

/* ------------------------------------------------------------------------------------ words --- */

static bool find_notify(struct bytes word, unsigned *set)
{
    size_t i;

    for (i = 0; i < sizeof notifies / sizeof notifies[0]; i++) {
        if (!bytes_equal_nocase(word, bytes_of(notifies[i].word)))
            continue;
        *set |= notifies[i].notify;
        return true;
    }
    return false;
}

bool smtp_notify_parse(struct bytes text, unsigned *ret, struct err *err)
{
    struct bytes rest = text;
    struct bytes word;
    unsigned set = 0;

    while (bytes_next(&rest, ',', &word))
        if (!find_notify(word, &set))
            return err_set(err, ERR_SYNTAX,
                           "expected never, or some of success,failure,delay; got \"%s\"",
                           text_show(text).text);
    if (set == 0)
        return err_set(err, ERR_SYNTAX, "expected never, or some of success,failure,delay");
    *ret = set;
    return smtp_request_check_rcpt(&(struct smtp_rcpt_request){.notify = set}, err);
}

bool smtp_ret_parse(struct bytes text, enum smtp_ret *ret, struct err *err)
{
    if (bytes_equal_nocase(text, BYTES_LITERAL("FULL")))
        *ret = SMTP_RET_FULL;
    else if (bytes_equal_nocase(text, BYTES_LITERAL("HDRS")))
        *ret = SMTP_RET_HDRS;
    else
        return err_set(err, ERR_SYNTAX, "expected full or hdrs; got \"%s\"", text_show(text).text);
    return true;
}

/* by-mode [by-trace] */
static bool parse_by_mode(struct bytes text, struct smtp_mail_request *ret)
{
    if (text.size == 2 && (text.data[1] | 0x20) == 't')
        ret->by_trace = true;
    else if (text.size != 1)
        return false;
    if ((text.data[0] | 0x20) == 'n')
        ret->by_mode = SMTP_BY_NOTIFY;
    else if ((text.data[0] | 0x20) == 'r')
        ret->by_mode = SMTP_BY_RETURN;
    return ret->by_mode != SMTP_BY_NONE;
}

/* by-value = by-time ";" by-mode [by-trace], by-time = ["-" / "+"] 1*9digit */
bool smtp_by_parse(struct bytes text, struct smtp_mail_request *ret, struct err *err)
{
    struct smtp_mail_request by = {.by_mode = SMTP_BY_NONE};
    struct bytes mode = text;
    struct bytes digits;
    unsigned long long seconds;
    bool ok = bytes_next(&mode, ';', &digits) && digits.size > 0;
    bool minus = ok && digits.data[0] == '-';

    if (ok && (minus || digits.data[0] == '+'))
        digits = bytes_after(digits, 1);
    if (!ok || digits.size > 9 || !bytes_to_number(digits, BY_SECONDS_MAX, &seconds) ||
        !parse_by_mode(mode, &by))
        return err_set(err, ERR_SYNTAX,
                       "expected SECONDS;MODE, the mode R, N, RT or NT, as 3600;R; got \"%s\"",
                       text_show(text).text);
    by.by_s = minus ? -(int32_t)seconds : (int32_t)seconds;
    if (!check_by(&by, err))
        return false;
    ret->by_mode = by.by_mode;
    ret->by_trace = by.by_trace;
    ret->by_s = by.by_s;
    return true;
}

bool smtp_body_parse(struct bytes text, enum smtp_body *ret, struct err *err)
{
    size_t i;

    for (i = SMTP_BODY_AS_NEEDED + 1; i < sizeof bodies / sizeof bodies[0]; i++)
        if (bytes_equal_nocase(text, bytes_of(bodies[i]))) {
            *ret = (enum smtp_body)i;
            return true;
        }
    return err_set(err, ERR_SYNTAX, "expected 7bit, 8bitmime or binarymime; got \"%s\"",
                   text_show(text).text);
}

const char *smtp_body_word(enum smtp_body body)
{
    return bodies[body];
}
