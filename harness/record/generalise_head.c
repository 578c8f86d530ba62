#include "harness/record/generalise_private.h"

#include "base/smtp_mechanism.h"
#include "base/text.h"

bool generalise_is_accepted(const struct import_unit *unit)
{
    return unit->code >= 200 && unit->code < 300;
}

#define CUT_OCTETS_MORE 1024

/* ---- how it ended ---------------------------------------------------------------------------- */

static enum smtp_stage stage_of(const struct import_unit *unit)
{
    switch (unit->kind) {
    case IMPORT_CONNECTION:
        return SMTP_STAGE_GREETING;
    case IMPORT_COMMAND:
        return smtp_stage_of_verb(unit->verb);
    case IMPORT_RESPONSE:
        return SMTP_STAGE_AUTH;
    case IMPORT_GAP:
        return SMTP_STAGE_OTHER;
    case IMPORT_CONTENT:
        break;
    }
    return SMTP_STAGE_END_OF_DATA;
}

static bool decides(enum smtp_stage stage, size_t recipients)
{
    return stage == SMTP_STAGE_GREETING || stage == SMTP_STAGE_AUTH || stage == SMTP_STAGE_MAIL ||
           (stage == SMTP_STAGE_RCPT && recipients == 1) || stage == SMTP_STAGE_DATA ||
           stage == SMTP_STAGE_END_OF_DATA || stage == SMTP_STAGE_BDAT;
}

/* BDAT LAST is what ends the mail data there (RFC 3030 2). */
static bool ends_mail(const struct import_unit *unit)
{
    return (unit->kind == IMPORT_CONTENT && !unit->is_cut) || import_is_last_chunk(unit);
}

/* A client that pipelines goes on before it hears of a refusal; what is refused for that reason
 * decides nothing (RFC 2920 3.1). */
static bool is_consequence(enum smtp_stage stage, const struct result *so_far, bool has_recipient)
{
    if (stage == SMTP_STAGE_RCPT)
        return so_far->told && so_far->stage == SMTP_STAGE_MAIL;
    return stage == SMTP_STAGE_DATA && !has_recipient;
}

static struct result result_of(const struct writing *writing)
{
    struct result result = {.stage = SMTP_STAGE_OTHER};
    bool has_recipient = false;

    for (size_t i = 0; i < writing->count; i++) {
        const struct import_unit *unit = &writing->dialogue->units[i];
        enum smtp_stage stage = stage_of(unit);

        if (stage == SMTP_STAGE_MAIL)
            has_recipient = false;
        has_recipient = has_recipient || (stage == SMTP_STAGE_RCPT && generalise_is_accepted(unit));
        if (ends_mail(unit) && generalise_is_accepted(unit)) {
            result =
                (struct result){.stage = stage, .code = unit->code, .sent = true, .told = true};
        } else if (unit->code >= 400 && decides(stage, writing->recipients)) {
            if (!is_consequence(stage, &result, has_recipient))
                result = (struct result){.stage = stage, .code = unit->code, .told = true};
        } else if (unit->code > 0 && unit->code < 400 && stage == result.stage) {
            result.told = false; /* another try that went better */
        }
    }
    return result;
}

/* ---- how much of it one client can be asked for again ---------------------------------------- */

struct envelope {
    size_t first; /* index of its first RCPT */
    size_t recipients;
    size_t end; /* index behind its mail data; 0 = there is none */
};

static struct envelope envelope_from(const struct import_dialogue *dialogue, size_t at)
{
    struct envelope envelope = {.first = 0};

    for (; at < dialogue->count && envelope.end == 0; at++) {
        const struct import_unit *unit = &dialogue->units[at];

        if (unit->verb == SMTP_VERB_MAIL)
            envelope.recipients = 0;
        if (unit->verb == SMTP_VERB_RCPT && envelope.recipients++ == 0)
            envelope.first = at;
        if (ends_mail(unit))
            envelope.end = at + 1;
    }
    return envelope;
}

static const struct import_unit *next_recipient(const struct import_dialogue *dialogue, size_t *at)
{
    while (dialogue->units[*at].verb != SMTP_VERB_RCPT)
        ++*at;
    return &dialogue->units[(*at)++];
}

static bool are_alike(const struct import_dialogue *dialogue, struct envelope a, struct envelope b)
{
    if (a.recipients != b.recipients)
        return false;
    for (size_t i = 0; i < a.recipients; i++)
        if (!bytes_equal_nocase(import_path_of(next_recipient(dialogue, &a.first)->text),
                                import_path_of(next_recipient(dialogue, &b.first)->text)))
            return false;
    return true;
}

static size_t recipients_before(const struct writing *writing, size_t end)
{
    size_t count = 0;

    for (size_t i = 0; i < end; i++) {
        const struct import_unit *unit = &writing->dialogue->units[i];
        size_t index;

        if (unit->verb != SMTP_VERB_RCPT)
            continue;
        index = import_find_mailbox(writing->names, import_path_of(unit->text));
        if (index >= count && index < writing->names->recipient_count)
            count = index + 1;
    }
    return count;
}

/* Several mails are asked for by their number, and all to the same recipients. */
static void choose_extent(struct writing *writing)
{
    const struct import_dialogue *dialogue = writing->dialogue;
    struct envelope first = envelope_from(dialogue, 0);
    struct envelope next = first;

    writing->count = dialogue->count;
    writing->recipients = writing->names->recipient_count;
    while (next.end > 0) {
        writing->mails += generalise_is_accepted(&dialogue->units[next.end - 1]);
        next = envelope_from(dialogue, next.end);
        if (next.end > 0 && !are_alike(dialogue, first, next)) {
            writing->count = first.end;
            writing->recipients = recipients_before(writing, first.end);
            writing->mails = 1;
            return;
        }
    }
}

/* ---- AUTH that the model leads --------------------------------------------------------------- */

/* A word that is none may be anything, and that is a secret, too. */
struct bytes generalise_mechanism(const struct import_unit *unit)
{
    struct bytes rest = unit->text;
    struct bytes word = BYTES_NONE;

    (void)bytes_next_word(&rest, &word);
    return bytes_next_word(&rest, &word) && smtp_mechanism_from(word) != SMTP_MECHANISM_OTHER
               ? word
               : BYTES_NONE;
}

/* The server's messages are made of the client's: recorded ones fit no other exchange. */
bool generalise_is_led(const struct import_unit *unit)
{
    struct bytes mechanism = BYTES_NONE;

    if (unit->verb == SMTP_VERB_AUTH && unit->reply != NULL)
        mechanism = generalise_mechanism(unit);
    return bytes_starts_with_nocase(mechanism, BYTES_LITERAL("SCRAM-")) ||
           bytes_equal_nocase(mechanism, BYTES_LITERAL("DIGEST-MD5"));
}

/* The last unit of the exchange that begins there. */
size_t generalise_exchange_end(const struct writing *writing, size_t at)
{
    while (at + 1 < writing->count && writing->dialogue->units[at + 1].kind == IMPORT_RESPONSE)
        at++;
    return at;
}

/* ---- the head -------------------------------------------------------------------------------- */

static bool put_title(struct writing *writing)
{
    const struct generalise_origin *origin = writing->origin;
    const struct result *result = &writing->result;
    struct buf *to = writing->to;

    if (origin->title.size > 0)
        return buf_append_string(to, "title    ") && buf_append(to, origin->title) &&
               buf_append_octet(to, '\n');
    if (!result->told)
        return buf_printf(to, "title    %s\n", origin->what);
    if (result->sent)
        return buf_printf(to, "title    %s: the message is accepted\n", origin->what);
    return buf_printf(to, "title    %s: %u at %s\n", origin->what, result->code,
                      smtp_stage_word(result->stage));
}

static const char *tls_of(const struct writing *writing)
{
    if (writing->dialogue->implicit_tls)
        return " tls=implicit";
    if (!writing->names->starttls)
        return "";
    return writing->names->in_clear ? " tls=opportunistic" : " tls=starttls";
}

/* A client that has a token, or a certificate, for its credentials has to be told so. */
static struct bytes mechanism_to_ask_for(const struct writing *writing)
{
    struct bytes mechanism = BYTES_NONE;
    enum smtp_mechanism known;

    for (size_t i = 0; i < writing->count; i++)
        if (writing->dialogue->units[i].verb == SMTP_VERB_AUTH)
            mechanism = generalise_mechanism(&writing->dialogue->units[i]);
    known = smtp_mechanism_from(mechanism);
    return known == SMTP_MECHANISM_XOAUTH2 || known == SMTP_MECHANISM_OAUTHBEARER ||
                   known == SMTP_MECHANISM_EXTERNAL
               ? bytes_of(smtp_mechanism_name(known))
               : BYTES_NONE;
}

static bool put_send(struct writing *writing)
{
    struct bytes mechanism = mechanism_to_ask_for(writing);
    const struct import_names *names = writing->names;
    struct buf *to = writing->to;
    bool null_path = names->has_from && names->from.size == 0;
    bool ok = buf_printf(to, "send     from=%s to=rcpt@server.example",
                         null_path ? "<>" : "sender@client.example");

    for (size_t i = 1; ok && i < writing->recipients; i++)
        ok = buf_printf(to, ",rcpt%zu@server.example", i + 1);
    if (ok && names->auth)
        ok = buf_printf(to, " user=%s@client.example password=not-the-real-one",
                        names->user_is_from ? "sender" : "user");
    if (ok && mechanism.size > 0)
        ok = buf_append_string(to, " auth=") && buf_append(to, mechanism);
    ok = ok && buf_append_string(to, tls_of(writing));
    if (ok && writing->mails > 1)
        ok = buf_printf(to, " messages=%u", writing->mails);
    /* So that there is enough of it to be cut there. */
    if (ok && writing->cut_octets > 0 && writing->origin->mail_data.data == NULL)
        ok =
            buf_printf(to, " size=%llu", (unsigned long long)writing->cut_octets + CUT_OCTETS_MORE);
    return ok && buf_append_string(to, "\n");
}

static bool put_mail_data(struct writing *writing)
{
    struct bytes rest = writing->origin->mail_data;
    struct buf *to = writing->to;
    bool ok = true;

    while (ok && rest.size > 0) {
        size_t end = bytes_find(rest, '\n');
        struct bytes line = bytes_slice(rest, 0, end == BYTES_NOT_FOUND ? rest.size : end + 1);
        struct buf text;

        buf_init(&text, GENERALISE_TEXT_OCTETS_MAX);
        ok = import_put_text(&text, writing->names, line) && buf_append_string(to, "message  \"") &&
             text_escape(to, buf_bytes(&text)) && buf_append_string(to, "\"\n");
        buf_release_secret(&text);
        rest = bytes_after(rest, line.size);
    }
    return ok;
}

static bool put_wording(struct writing *writing, const struct import_unit *unit)
{
    bool ok = true;

    for (const struct import_reply_line *line = unit->reply; ok && line != NULL;
         line = line->next) {
        struct bytes words = bytes_after(line->text, 4);
        struct buf text;

        buf_init(&text, GENERALISE_TEXT_OCTETS_MAX);
        ok = import_put_moment(&text, writing->names, words);
        if (ok && !bytes_starts_with(line->text, BYTES_LITERAL("334")) &&
            !generalise_needs_quotes(buf_bytes(&text)))
            ok = buf_printf(writing->to, "say      AUTH %u ", unit->code) &&
                 buf_append(writing->to, buf_bytes(&text)) && buf_append_octet(writing->to, '\n');
        buf_release(&text);
    }
    return ok;
}

/* What the model says at the end of an exchange that it leads, and whether it takes the proof. */
static bool put_led_ends(struct writing *writing)
{
    bool refused = false;
    bool accepted = false;
    bool ok = true;

    for (size_t i = 0; ok && i < writing->count; i++) {
        const struct import_unit *end;

        if (!generalise_is_led(&writing->dialogue->units[i]))
            continue;
        end = &writing->dialogue->units[generalise_exchange_end(writing, i)];
        if (end->code == 0 || end->code == 334 || accepted || refused)
            continue;
        accepted = end->code < 300;
        refused = !accepted;
        ok = put_wording(writing, end);
    }
    return ok && (!refused || buf_append_string(writing->to, "account  none\n"));
}

bool generalise_put_head(struct writing *writing)
{
    struct buf *to = writing->to;

    return put_title(writing) && buf_printf(to, "source   %s\n", writing->origin->source) &&
           buf_append(to, writing->origin->comments) && put_send(writing) &&
           put_mail_data(writing) && put_led_ends(writing);
}

bool generalise_put_expectation(struct writing *writing)
{
    const struct result *result = &writing->result;

    if (!result->told)
        return true;
    if (result->sent)
        return writing->recipients > 1 ||
               buf_append_string(writing->to, "\nexpect   outcome sent\n");
    return buf_printf(writing->to, "\nexpect   outcome %s at %s code %u\n",
                      result->stage == SMTP_STAGE_AUTH ? "refused-auth|temporary|permanent"
                      : result->code < 500             ? "temporary"
                                                       : "permanent",
                      smtp_stage_word(result->stage), result->code);
}

void generalise_survey(struct writing *writing)
{
    choose_extent(writing);
    for (size_t i = 0; i < writing->count; i++)
        if (writing->dialogue->units[i].is_cut)
            writing->cut_octets = writing->dialogue->units[i].content_octets;
    writing->result = result_of(writing);
}
