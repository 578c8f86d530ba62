#include "harness/import/import_redact.h"

#include "base/base64.h"
#include "harness/run/redact.h"

#define SECRET_OCTETS_MAX 4096

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

static void keep_response(struct import_names *names, struct bytes text)
{
    text = redact_without_padding(text);
    if (text.size >= IMPORT_SECRET_OCTETS_MIN)
        keep(names->responses, &names->response_count, text);
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

/* What stands behind a key, up to an octet that ends it. */
static struct bytes value_of(struct bytes text, const char *key, const char *ends)
{
    size_t at = bytes_find_bytes(text, bytes_of(key));
    size_t size = 0;

    if (at == BYTES_NOT_FOUND)
        return BYTES_NONE;
    text = bytes_after(text, at + strlen(key));
    while (size < text.size && text.data[size] != '\0' && !strchr(ends, text.data[size]))
        size++;
    return bytes_slice(text, 0, size);
}

/* Mechanisms that say who the user is in so many words, and the token, where there is one: what
 * they say of the password is a proof, and as such in the response alone. */
static const struct {
    const char *prefix; /* of the mechanism's name */
    const char *user;   /* stands behind this */
    const char *user_ends;
    const char *secret; /* NULL: none */
} telling[] = {
    {"XOAUTH2",     "user=",       "\1",  "auth=Bearer "},
    {"OAUTHBEARER", "a=",          ",\1", "auth=Bearer "},
    {"SCRAM-",      "n=",          ",",   NULL          },
    {"DIGEST-MD5",  "username=\"", "\"",  NULL          },
    {"CRAM-MD5",    "",            " ",   NULL          },
    {"EXTERNAL",    "",            "",    NULL          },
};

static void take_telling(struct import_names *names, struct bytes mechanism, struct bytes response)
{
    for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
        if (!bytes_starts_with_nocase(mechanism, bytes_of(telling[i].prefix)))
            continue;
        keep_user(names, value_of(response, telling[i].user, telling[i].user_ends));
        if (telling[i].secret)
            keep_password(names, value_of(response, telling[i].secret, "\1"));
    }
}

static void take_response(struct import_names *names, struct bytes mechanism, unsigned number,
                          struct bytes text)
{
    struct bytes response = decoded(names->arena, text);

    keep_response(names, text);
    if (bytes_equal_nocase(mechanism, BYTES_LITERAL("PLAIN")))
        take_plain(names, response);
    else if (bytes_equal_nocase(mechanism, BYTES_LITERAL("LOGIN")) && number == 0)
        keep_user(names, response);
    else if (bytes_equal_nocase(mechanism, BYTES_LITERAL("LOGIN")) && number == 1)
        keep_password(names, response);
    else
        take_telling(names, mechanism, response);
}

/* A server may say them so though no client did; the name alone, too. */
static bool keep_forms(struct import_names *names, struct bytes user, struct bytes password)
{
    struct bytes forms[REDACT_FORMS];
    struct buf name;
    bool ok;

    buf_init(&name, SECRET_OCTETS_MAX * 2);
    ok = redact_forms(user, password, names->arena, forms) && base64_encode(&name, user);
    for (size_t i = 0; ok && i < REDACT_FORMS; i++)
        keep_response(names, forms[i]);
    if (ok)
        keep_response(names, arena_copy(names->arena, buf_bytes(&name)));
    buf_release_secret(&name);
    return ok;
}

bool import_names_add_account(struct import_names *names, struct bytes user, struct bytes password)
{
    keep_user(names, user);
    keep_password(names, password);
    return keep_forms(names, user, password);
}

static void keep_all_forms(struct import_names *names)
{
    for (size_t i = 0; i < names->password_count && names->user_count > 0; i++) {
        size_t user = i < names->user_count ? i : names->user_count - 1;

        (void)keep_forms(names, names->users[user], names->passwords[i]);
    }
}

size_t import_find_mailbox(const struct import_names *names, struct bytes mailbox)
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
        import_find_mailbox(names, mailbox) < names->mailbox_count)
        return;
    names->mailboxes[names->mailbox_count++] = mailbox;
    names->recipient_count++;
}

static void take_auth(struct import_names *names, const struct import_unit *unit,
                      struct bytes *mechanism, unsigned *responses)
{
    struct bytes rest = unit->text;
    struct bytes word;

    (void)bytes_next_word(&rest, &word);
    if (unit->verb != SMTP_VERB_AUTH || !bytes_next_word(&rest, mechanism))
        return;
    *responses = 0;
    if (bytes_next_word(&rest, &word))
        take_response(names, *mechanism, (*responses)++, word);
}

static void take_command(struct import_names *names, const struct import_unit *unit)
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
    names->auth = names->auth || unit->verb == SMTP_VERB_AUTH;
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

void import_names_init(struct import_names *names, struct arena *arena)
{
    *names = (struct import_names){.arena = arena};
}

bool import_is_last_chunk(const struct import_unit *unit)
{
    struct bytes text = bytes_trim(unit->text);
    struct bytes last = BYTES_LITERAL(" LAST");

    return unit->kind == IMPORT_COMMAND && unit->verb == SMTP_VERB_BDAT && text.size > last.size &&
           bytes_equal_nocase(bytes_after(text, text.size - last.size), last);
}

/* A client that goes on though STARTTLS was refused. */
static void take_mail(struct import_names *names, const struct import_dialogue *dialogue,
                      const struct import_unit *unit)
{
    bool secure = dialogue->implicit_tls;

    if (unit->verb != SMTP_VERB_MAIL)
        return;
    for (const struct import_unit *before = dialogue->units; before < unit; before++)
        secure = secure || (before->verb == SMTP_VERB_STARTTLS && before->code == 220);
    names->in_clear = names->in_clear || (names->starttls && !secure);
}

void import_names_read_secrets(struct import_names *names, const struct import_dialogue *dialogue)
{
    struct bytes mechanism = BYTES_NONE;
    unsigned responses = 0;

    for (size_t i = 0; i < dialogue->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];

        take_repeated(names, unit->reply);
        if (unit->kind == IMPORT_COMMAND)
            take_auth(names, unit, &mechanism, &responses);
        else if (unit->kind == IMPORT_RESPONSE)
            take_response(names, mechanism, responses++, unit->text);
    }
}

void import_names_read(struct import_names *names, const struct import_dialogue *dialogue)
{
    import_names_read_secrets(names, dialogue);
    for (size_t i = 0; i < dialogue->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];

        if (unit->kind == IMPORT_COMMAND)
            take_command(names, unit);
        if (unit->kind == IMPORT_GAP && unit->verb == SMTP_VERB_AUTH)
            names->auth = true;
        take_mail(names, dialogue, unit);
    }
    keep_all_forms(names);
    if (greets_as(dialogue, names->host))
        names->host = BYTES_NONE;
    names->user_is_from = names->user_count > 0 && bytes_equal_nocase(names->users[0], names->from);
}
