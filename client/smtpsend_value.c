#include "client/smtpsend_value.h"

#include "base/text.h"
#include "client/sasl.h"

bool smtpsend_value_time(struct bytes text, uint64_t *ret_ms, struct err *err)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {
        {"ms", 1    },
        {"s",  1000 },
        {"m",  60000},
        {"",   1000 },
    };
    size_t i;

    for (i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct bytes unit = bytes_of(units[i].unit);
        size_t at = text.size > unit.size ? text.size - unit.size : 0;
        unsigned long long number;

        if (at > 0 && bytes_equal(bytes_after(text, at), unit) &&
            bytes_to_number(bytes_slice(text, 0, at), 10000000, &number) && number > 0) {
            *ret_ms = number * units[i].ms;
            return true;
        }
    }
    return err_set(err, ERR_SYNTAX, "expected a time as 30, 30s, 500ms or 5m; got \"%s\"",
                   text_show(text).text);
}

bool smtpsend_value_mechanism(struct bytes text, enum smtp_mechanism *ret, struct err *err)
{
    *ret = smtp_mechanism_from(text);
    if (sasl_is_known(*ret))
        return true;
    return err_set(err, ERR_SYNTAX, "--auth knows no mechanism \"%s\"; smtpsend(1) lists them",
                   text_show(text).text);
}

bool smtpsend_value_binding(struct bytes text, enum tls_binding *ret, struct err *err)
{
    return tls_binding_from_word(text, ret) ||
           err_set(err, ERR_SYNTAX,
                   "expected --channel-binding tls-unique, tls-exporter or tls-server-end-point; "
                   "got \"%s\"",
                   text_show(text).text);
}

/* what: `a number of tries, up to 1000` */
static bool read_number(struct bytes text, unsigned long long most, const char *what,
                        unsigned long long *ret, struct err *err)
{
    return bytes_to_number(text, most, ret) ||
           err_set(err, ERR_SYNTAX, "expected %s; got \"%s\"", what, text_show(text).text);
}

bool smtpsend_value_retries(struct bytes text, unsigned *ret, struct err *err)
{
    unsigned long long number;

    if (!read_number(text, 1000, "a number of tries, up to 1000", &number, err))
        return false;
    *ret = (unsigned)number;
    return true;
}

bool smtpsend_value_chunking(struct bytes text, bool *ret_never, struct err *err)
{
    *ret_never = bytes_equal_nocase(text, BYTES_LITERAL("never"));
    return *ret_never || bytes_equal_nocase(text, BYTES_LITERAL("auto")) ||
           err_set(err, ERR_SYNTAX, "--chunking is auto or never; got \"%s\"",
                   text_show(text).text);
}

bool smtpsend_value_descriptor(struct bytes text, int *ret, struct err *err)
{
    unsigned long long number;

    if (!read_number(text, 65535, "the number of an open descriptor", &number, err))
        return false;
    *ret = (int)number;
    return true;
}

struct bytes smtpsend_value_path(struct bytes path)
{
    if (path.size >= 2 && path.data[0] == '<' && path.data[path.size - 1] == '>')
        return bytes_slice(path, 1, path.size - 1);
    return path;
}
