#include "harness/import/import_redact.h"

#include "base/base64.h"

#define SECRET_OCTETS_MAX 4096
#define SECRET_OCTETS_MIN 4 /* shorter ones are replaced as whole words only */

/* ---- what the dialogue tells ----------------------------------------------------------------- */

struct bytes import_path_of(struct bytes command)
{
    size_t from = bytes_find(command, '<');
    size_t colon = bytes_find(command, ':');
    struct bytes rest;
    struct bytes word;

    if (from != BYTES_NOT_FOUND) {
        size_t to = bytes_find(bytes_after(command, from), '>');

        return bytes_slice(command, from + 1, to == BYTES_NOT_FOUND ? command.size : from + to);
    }
    rest = colon == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(command, colon + 1);
    return bytes_next_word(&rest, &word) ? word : BYTES_NONE;
}

/* Empty: no base64, as where the log hides it. */
static struct bytes decoded(struct arena *arena, struct bytes text)
{
    struct buf plain;
    struct bytes kept = BYTES_NONE;
    struct err err;

    buf_init(&plain, SECRET_OCTETS_MAX);
    if (base64_decode(&plain, bytes_trim(text), &err))
        kept = arena_copy(arena, buf_bytes(&plain));
    buf_release_secret(&plain);
    return kept;
}

static void keep(struct bytes *list, size_t *count, struct bytes what)
{
    if (what.size > 0 && *count < IMPORT_SECRETS_MAX)
        list[(*count)++] = what;
}

static void keep_user(struct import_names *names, struct bytes user)
{
    keep(names->users, &names->user_count, user);
}

static void keep_password(struct import_names *names, struct bytes password)
{
    keep(names->passwords, &names->password_count, password);
}

/* [authzid] NUL authcid NUL passwd (RFC 4616 2) */
static void take_plain(struct import_names *names, struct bytes response)
{
    struct bytes rest = response;
    struct bytes part;

    if (!bytes_next(&rest, '\0', &part) || !bytes_next(&rest, '\0', &part))
        return;
    keep_user(names, part);
    keep_password(names, rest);
}

static void take_response(struct import_names *names, struct bytes mechanism, unsigned number,
                          struct bytes text)
{
    struct bytes response = decoded(names->arena, text);

    if (text.size >= SECRET_OCTETS_MIN)
        keep(names->responses, &names->response_count, text);
    if (bytes_equal_nocase(mechanism, BYTES_LITERAL("PLAIN")))
        take_plain(names, response);
    else if (bytes_equal_nocase(mechanism, BYTES_LITERAL("LOGIN")) && number == 0)
        keep_user(names, response);
    else if (bytes_equal_nocase(mechanism, BYTES_LITERAL("LOGIN")) && number == 1)
        keep_password(names, response);
}

static size_t find_mailbox(const struct import_names *names, struct bytes mailbox)
{
    size_t i;

    for (i = 0; i < names->mailbox_count; i++)
        if (bytes_equal_nocase(names->mailboxes[i], mailbox))
            break;
    return i;
}

static void take_recipient(struct import_names *names, struct bytes mailbox)
{
    if (mailbox.size == 0 || names->mailbox_count == IMPORT_MAILBOXES_MAX ||
        find_mailbox(names, mailbox) < names->mailbox_count)
        return;
    names->mailboxes[names->mailbox_count++] = mailbox;
    names->recipient_count++;
}

static void take_command(struct import_names *names, const struct import_unit *unit,
                         struct bytes *mechanism, unsigned *responses)
{
    struct bytes rest = unit->text;
    struct bytes word;

    (void)bytes_next_word(&rest, &word);
    if ((unit->verb == SMTP_VERB_EHLO || unit->verb == SMTP_VERB_HELO) && names->host.size == 0)
        (void)bytes_next_word(&rest, &names->host);
    if (unit->verb == SMTP_VERB_MAIL && !names->has_from) {
        names->from = import_path_of(unit->text);
        names->has_from = true;
    }
    if (unit->verb == SMTP_VERB_RCPT)
        take_recipient(names, import_path_of(unit->text));
    names->starttls = names->starttls || unit->verb == SMTP_VERB_STARTTLS;
    if (unit->verb != SMTP_VERB_AUTH || !bytes_next_word(&rest, mechanism))
        return;
    names->auth = true;
    *responses = 0;
    if (bytes_next_word(&rest, &word))
        take_response(names, *mechanism, (*responses)++, word);
}

/* Servers repeat commands that they refuse, and logs run lines into each other. */
static void take_repeated(struct import_names *names, const struct import_reply_line *line)
{
    static const struct bytes auth = {"AUTH PLAIN ", 11};

    for (; line != NULL; line = line->next) {
        size_t at = bytes_find_bytes(line->text, auth);
        struct bytes rest = BYTES_NONE;
        struct bytes word;

        if (at != BYTES_NOT_FOUND)
            rest = bytes_after(line->text, at + auth.size);
        /* Not the next mechanism of a list. */
        if (bytes_next_word(&rest, &word) &&
            bytes_find(decoded(names->arena, word), '\0') != BYTES_NOT_FOUND)
            take_response(names, BYTES_LITERAL("PLAIN"), 0, word);
    }
}

/* Somebody who types EHLO by hand may give the name of the server. */
static bool greets_as(const struct import_dialogue *dialogue, struct bytes host)
{
    for (const struct import_reply_line *line = dialogue->units[0].reply; line; line = line->next)
        if (bytes_find_bytes(line->text, host) != BYTES_NOT_FOUND)
            return true;
    return false;
}

void import_names_read(const struct import_dialogue *dialogue, struct arena *arena,
                       struct import_names *ret)
{
    struct bytes mechanism = BYTES_NONE;
    unsigned responses = 0;

    *ret = (struct import_names){.arena = arena};
    for (size_t i = 0; i < dialogue->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];

        take_repeated(ret, unit->reply);
        if (unit->kind == IMPORT_COMMAND)
            take_command(ret, unit, &mechanism, &responses);
        else if (unit->kind == IMPORT_RESPONSE)
            take_response(ret, mechanism, responses++, unit->text);
    }
    if (greets_as(dialogue, ret->host))
        ret->host = BYTES_NONE;
    ret->user_is_from = ret->user_count > 0 && bytes_equal_nocase(ret->users[0], ret->from);
}

/* ---- what takes its place -------------------------------------------------------------------- */

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
    size_t index = find_mailbox(names, mailbox);

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
    return (secret && what.size >= SECRET_OCTETS_MIN) ||
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

/* What is known of this text at this place; NULL: nothing. */
static const char *known_at(const struct import_names *names, struct bytes text, size_t at,
                            size_t *ret_used)
{
    if (one_stands_at(text, at, names->responses, names->response_count, ret_used))
        return "{base64 {password}}";
    if (one_stands_at(text, at, names->passwords, names->password_count, ret_used))
        return "{password}";
    if (one_stands_at(text, at, names->users, names->user_count, ret_used))
        return names->user_is_from ? "{from}" : "{user}";
    *ret_used = names->host.size;
    return stands_at(text, at, names->host, false) ? "client.example" : NULL;
}

/* True: something was put in place of the *ret_used octets at this place, or could not be
 * (*ret_ok).
 */
static bool replace_at(struct buf *to, struct import_names *names, struct bytes text, size_t at,
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

bool import_put_text(struct buf *to, struct import_names *names, struct bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t used;
        bool ok;

        if (replace_at(to, names, text, at, &used, &ok)) {
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
