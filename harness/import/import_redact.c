#include "harness/import/import_redact.h"

#include "harness/record/moment.h"

bool import_put_recipient(struct buf *to, size_t index)
{
    if (index == 0)
        return buf_append_string(to, "{to}");
    if (index == 1)
        return buf_append_string(to, "{to2}");
    return buf_printf(to, "rcpt%zu@server.example", index + 1);
}

static bool is_atom(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '.' || octet == '-' || octet == '_' ||
           octet == '+' || octet == '=' || octet == '~';
}

static bool is_name(char octet)
{
    return is_atom(octet) && octet != '_' && octet != '+' && octet != '=' && octet != '~';
}

/* The mailbox that begins here; of size 0: none. */
static struct bytes mailbox_at(struct bytes text)
{
    size_t at = 0;
    size_t end;

    while (at < text.size && is_atom(text.data[at]))
        at++;
    if (at == 0 || at == text.size || text.data[at] != '@')
        return BYTES_NONE;
    for (end = at + 1; end < text.size && is_name(text.data[end]);)
        end++;
    while (end > at + 1 && (text.data[end - 1] == '.' || text.data[end - 1] == '-'))
        end--;
    return end > at + 1 ? bytes_slice(text, 0, end) : BYTES_NONE;
}

static bool put_mailbox(struct buf *to, struct import_names *names, struct bytes mailbox)
{
    size_t index = import_find_mailbox(names, mailbox);

    if (names->from.size > 0 && bytes_equal_nocase(mailbox, names->from))
        return buf_append_string(to, "{from}");
    if (index == names->mailbox_count && index < IMPORT_MAILBOXES_MAX)
        names->mailboxes[names->mailbox_count++] = mailbox;
    if (index < names->recipient_count)
        return import_put_recipient(to, index);
    return buf_printf(to, "someone%zu@example.org", index - names->recipient_count + 1);
}

/* a.b.c.d with nothing of a longer word around it; the octets that it takes, 0: none. */
static size_t ipv4_at(struct bytes text)
{
    size_t at = 0;

    for (unsigned part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t first = at;

        while (at < text.size && at < first + 3 && text.data[at] >= '0' && text.data[at] <= '9')
            value = value * 10 + (unsigned)(text.data[at++] - '0');
        if (at == first || value > 255)
            return 0;
        if (part < 3 && (at == text.size || text.data[at++] != '.'))
            return 0;
    }
    return at == text.size || !is_atom(text.data[at]) || text.data[at] == '.' ? at : 0;
}

static bool is_hex(char octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'f') ||
           (octet >= 'A' && octet <= 'F');
}

/* Hexadecimal groups and colons; a time of day has no "::" and no letter. */
static size_t ipv6_at(struct bytes text)
{
    size_t at = 0;
    unsigned colons = 0;
    bool letters = false;
    bool twice = false;

    while (at < text.size && (is_hex(text.data[at]) || text.data[at] == ':')) {
        colons += text.data[at] == ':';
        letters = letters || (is_hex(text.data[at]) && text.data[at] > '9');
        twice = twice || (text.data[at] == ':' && at > 0 && text.data[at - 1] == ':');
        at++;
    }
    if (colons < 2 || at < 6 || !(letters || twice))
        return 0;
    return at == text.size || !is_atom(text.data[at]) ? at : 0;
}

/* Names are whole words: a user called "ok" must not eat up the texts of the server. A secret is
 * one wherever it stands. */
static bool stands_at(struct bytes text, size_t at, struct bytes what, bool secret)
{
    size_t end = at + what.size;

    if (what.size == 0 || !bytes_starts_with_nocase(bytes_after(text, at), what))
        return false;
    return (secret && what.size >= IMPORT_SECRET_OCTETS_MIN) ||
           ((at == 0 || !is_atom(text.data[at - 1])) &&
            (end == text.size || !is_atom(text.data[end])));
}

static bool one_stands_at(struct bytes text, size_t at, const struct bytes *list, size_t count,
                          size_t *ret_used)
{
    for (size_t i = 0; i < count; i++) {
        *ret_used = list[i].size;
        if (stands_at(text, at, list[i], true))
            return true;
    }
    return false;
}

/* Where the client does not log in, `send` gives no account that a placeholder could stand for. */
static const char *of_account(const struct import_names *names, const char *placeholder,
                              const char *otherwise)
{
    return names->auth ? placeholder : otherwise;
}

static size_t padding_at(struct bytes text, size_t at)
{
    size_t end = at;

    while (end < text.size && text.data[end] == '=')
        end++;
    return end - at;
}

/* What is known of this text at this place; NULL: nothing. */
static const char *known_at(const struct import_names *names, struct bytes text, size_t at,
                            size_t *ret_used)
{
    if (one_stands_at(text, at, names->responses, names->response_count, ret_used)) {
        *ret_used += padding_at(text, at + *ret_used);
        return of_account(names, "{base64 {password}}", "{base64 not-the-real-one}");
    }
    if (one_stands_at(text, at, names->passwords, names->password_count, ret_used))
        return of_account(names, "{password}", "not-the-real-one");
    if (one_stands_at(text, at, names->users, names->user_count, ret_used))
        return names->user_is_from ? "{from}" : of_account(names, "{user}", "user@client.example");
    *ret_used = names->host.size;
    return stands_at(text, at, names->host, false) ? "client.example" : NULL;
}

/* True: something was put in place of the *ret_used octets at this place, or could not be
 * (*ret_ok).
 */
static bool replace_name(struct buf *to, struct import_names *names, struct bytes text, size_t at,
                         size_t *ret_used, bool *ret_ok)
{
    struct bytes rest = bytes_after(text, at);
    const char *known = known_at(names, text, at, ret_used);
    struct bytes mailbox;

    if (known != NULL) {
        *ret_ok = buf_append_string(to, known);
        return true;
    }
    if (at > 0 && is_atom(text.data[at - 1]))
        return false;
    mailbox = mailbox_at(rest);
    *ret_used = mailbox.size;
    *ret_ok = mailbox.size == 0 || put_mailbox(to, names, mailbox);
    if (*ret_used > 0)
        return true;
    *ret_used = ipv4_at(rest);
    *ret_ok = *ret_used == 0 || buf_append_string(to, "192.0.2.1");
    if (*ret_used > 0)
        return true;
    *ret_used = ipv6_at(rest);
    *ret_ok = *ret_used == 0 || buf_append_string(to, "2001:db8::1");
    return *ret_used > 0;
}

static bool replace_moment(struct buf *to, struct bytes text, size_t at, size_t *ret_used,
                           bool *ret_ok)
{
    const char *placeholder = moment_at(text, at, ret_used);

    *ret_ok = placeholder == NULL || buf_append_string(to, placeholder);
    return placeholder != NULL;
}

static bool put_text(struct buf *to, struct import_names *names, struct bytes text, bool moments)
{
    size_t at = 0;

    while (at < text.size) {
        size_t used;
        bool ok;

        if (replace_name(to, names, text, at, &used, &ok) ||
            (moments && replace_moment(to, text, at, &used, &ok))) {
            if (!ok)
                return false;
            at += used;
            continue;
        }
        if (!buf_append_octet(to, text.data[at]) ||
            (text.data[at] == '{' && !buf_append_octet(to, '{')))
            return false;
        at++;
    }
    return true;
}

bool import_put_text(struct buf *to, struct import_names *names, struct bytes text)
{
    return put_text(to, names, text, false);
}

bool import_put_moment(struct buf *to, struct import_names *names, struct bytes text)
{
    return put_text(to, names, text, true);
}
