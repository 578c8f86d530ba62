#include "harness/import/import.h"

#include "base/smtp_mechanism.h"
#include "base/smtp_outcome.h"
#include "base/text.h"
#include "harness/import/import_redact.h"

#define REPLY_TEXT_OCTETS_MAX ((size_t)64 * 1024)

static const char *const proofs[] = {
    [IMPORT_PROOF_BOTH] = "",
    [IMPORT_PROOF_CONTENT] = "  # by what it says",
    [IMPORT_PROOF_AGAINST] = "  # by what it says, against its mark",
    [IMPORT_PROOF_PLACE] = "  # by its place",
};

static bool has_marks(const struct import_counts *counts)
{
    return counts->agreed + counts->contradicted > 0;
}

/* Where the whole log has no marks, its head says so once. */
static const char *proof_of(const struct import_counts *counts, enum import_proof proof)
{
    return proof == IMPORT_PROOF_CONTENT && !has_marks(counts) ? "" : proofs[proof];
}

struct writing {
    const struct import_dialogue *dialogue;
    const struct import_counts *counts;
    struct import_names *names;
    struct buf *to;
};

/* ---- the head -------------------------------------------------------------------------------- */

/* Where the log ends badly, or how well: what the title and the expectation speak of. */
struct result {
    enum smtp_stage stage;
    unsigned code;
    bool sent;
    bool told; /* the log shows how it ended */
};

static enum smtp_stage stage_of(const struct import_unit *unit)
{
    switch (unit->kind) {
    case IMPORT_CONNECTION:
        return SMTP_STAGE_GREETING;
    case IMPORT_COMMAND:
        return smtp_stage_of_verb(unit->verb);
    case IMPORT_RESPONSE:
        return SMTP_STAGE_AUTH;
    case IMPORT_CONTENT:
        break;
    }
    return SMTP_STAGE_END_OF_DATA;
}

static bool decides(enum smtp_stage stage, const struct import_names *names)
{
    return stage == SMTP_STAGE_GREETING || stage == SMTP_STAGE_AUTH || stage == SMTP_STAGE_MAIL ||
           (stage == SMTP_STAGE_RCPT && names->recipient_count == 1) || stage == SMTP_STAGE_DATA ||
           stage == SMTP_STAGE_END_OF_DATA;
}

static struct result result_of(const struct import_dialogue *dialogue,
                               const struct import_names *names)
{
    struct result result = {.stage = SMTP_STAGE_OTHER};

    for (size_t i = 0; i < dialogue->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];
        enum smtp_stage stage = stage_of(unit);

        if (stage == SMTP_STAGE_END_OF_DATA && unit->code >= 200 && unit->code < 300) {
            result =
                (struct result){.stage = stage, .code = unit->code, .sent = true, .told = true};
        } else if (unit->code >= 400 && decides(stage, names)) {
            result = (struct result){.stage = stage, .code = unit->code, .told = true};
        } else if (unit->code > 0 && unit->code < 400 && stage == result.stage) {
            result.told = false; /* another try that went better */
        }
    }
    return result;
}

static bool put_title(struct writing *writing, struct bytes title, const struct result *result)
{
    struct buf *to = writing->to;

    if (title.size > 0)
        return buf_append_string(to, "title    ") && buf_append(to, title) &&
               buf_append_octet(to, '\n');
    if (!result->told)
        return buf_append_string(to, "title    a dialogue from a log\n");
    if (result->sent)
        return buf_append_string(to, "title    a dialogue from a log: the message is accepted\n");
    return buf_printf(to, "title    a dialogue from a log: %u at %s\n", result->code,
                      smtp_stage_word(result->stage));
}

static bool put_send(struct writing *writing)
{
    const struct import_names *names = writing->names;
    struct buf *to = writing->to;
    bool null_path = names->has_from && names->from.size == 0;
    bool ok = buf_printf(to, "send     from=%s to=rcpt@server.example",
                         null_path ? "<>" : "sender@client.example");

    for (size_t i = 1; ok && i < names->recipient_count; i++)
        ok = buf_printf(to, ",rcpt%zu@server.example", i + 1);
    if (ok && names->auth)
        ok = buf_printf(to, " user=%s@client.example password=not-the-real-one",
                        names->user_is_from ? "sender" : "user");
    if (ok && names->starttls)
        ok = buf_append_string(to, " tls=starttls");
    return ok && buf_append_string(to, "\n");
}

static bool put_marks(struct writing *writing)
{
    const struct import_counts *counts = writing->counts;

    if (!has_marks(counts))
        return buf_append_string(writing->to,
                                 "# It has no marks: who said a line is told by what it says.\n");
    return buf_printf(writing->to,
                      "# Marks agree with what the line says in %zu lines and contradict it in "
                      "%zu%s.\n",
                      counts->agreed, counts->contradicted,
                      counts->inverted ? ": they are written from the other side" : "");
}

static bool put_head(struct writing *writing, struct bytes title, const struct result *result)
{
    const struct import_counts *counts = writing->counts;

    return put_title(writing, title, result) &&
           buf_append_string(writing->to,
                             "source   imported from a log; names and secrets replaced\n") &&
           buf_printf(writing->to,
                      "# %zu lines of the log: %zu of the client, %zu of the server, "
                      "%zu logged twice, %zu passed over.\n",
                      counts->lines, counts->client, counts->server, counts->doubles,
                      counts->passed) &&
           put_marks(writing) && put_send(writing);
}

/* ---- the dialogue ---------------------------------------------------------------------------- */

static bool needs_quotes(struct bytes text)
{
    static const struct bytes comment = {"  #", 3};

    if (text.size == 0 || text.data[0] == '#' || text.data[0] == ' ' ||
        text.data[text.size - 1] == ' ' || bytes_find_bytes(text, comment) != BYTES_NOT_FOUND)
        return true;
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 32 || text.data[i] == 127)
            return true;
    return false;
}

static bool put_reply_line(struct writing *writing, const struct import_reply_line *line)
{
    struct buf *to = writing->to;
    struct buf text;
    bool ok;

    buf_init(&text, REPLY_TEXT_OCTETS_MAX);
    ok = import_put_text(&text, writing->names, line->text);
    if (ok && needs_quotes(buf_bytes(&text)))
        ok = buf_append_string(to, "S= \"") && text_escape(to, buf_bytes(&text)) &&
             buf_append_string(to, "\\r\\n\"");
    else if (ok)
        ok = buf_append_string(to, "S: ") && buf_append(to, buf_bytes(&text));
    buf_release(&text);
    return ok && buf_printf(to, "%s\n", proof_of(writing->counts, line->proof));
}

static bool put_auth(struct writing *writing, struct bytes command)
{
    struct bytes rest = command;
    struct bytes word;

    (void)bytes_next_word(&rest, &word);
    return buf_append_string(writing->to, "AUTH") &&
           (!bytes_next_word(&rest, &word) || !smtp_mechanism_is_name(word) ||
            (buf_append_octet(writing->to, ' ') && buf_append(writing->to, word)));
}

static size_t recipient_index(const struct import_names *names, struct bytes mailbox)
{
    for (size_t i = 0; i < names->recipient_count; i++)
        if (bytes_equal_nocase(names->mailboxes[i], mailbox))
            return i;
    return 0;
}

static bool put_command(struct writing *writing, const struct import_unit *unit)
{
    struct buf *to = writing->to;

    if (unit->verb == SMTP_VERB_AUTH)
        return put_auth(writing, unit->text);
    if (unit->verb == SMTP_VERB_RCPT)
        return buf_append_string(to, "RCPT TO:<") &&
               import_put_recipient(to,
                                    recipient_index(writing->names, import_path_of(unit->text))) &&
               buf_append_string(to, ">");
    return buf_append_string(to, smtp_verb_word(unit->verb));
}

static bool put_unit(struct writing *writing, const struct import_unit *unit)
{
    struct buf *to = writing->to;
    bool ok = true;

    if (unit->kind == IMPORT_CONNECTION && unit->reply == NULL)
        return buf_append_string(to, "...\n");
    if (unit->kind == IMPORT_COMMAND)
        ok = buf_append_string(to, "C: ") && put_command(writing, unit);
    else if (unit->kind != IMPORT_CONNECTION)
        ok = buf_append_string(to, unit->kind == IMPORT_CONTENT ? "C: ." : "C: *");
    if (ok && unit->kind != IMPORT_CONNECTION)
        ok = buf_printf(to, "%s\n", proof_of(writing->counts, unit->proof));
    for (const struct import_reply_line *line = unit->reply; ok && line != NULL; line = line->next)
        ok = put_reply_line(writing, line);
    if (ok && unit->verb == SMTP_VERB_STARTTLS && unit->code >= 200 && unit->code < 300)
        ok = buf_append_string(to, "!tls\n");
    return ok;
}

static bool put_expectation(struct writing *writing, const struct result *result)
{
    if (!result->told)
        return true;
    if (result->sent)
        return writing->names->recipient_count > 1 ||
               buf_append_string(writing->to, "\nexpect   outcome sent\n");
    return buf_printf(writing->to, "\nexpect   outcome %s at %s code %u\n",
                      result->stage == SMTP_STAGE_AUTH ? "refused-auth|temporary|permanent"
                      : result->code < 500             ? "temporary"
                                                       : "permanent",
                      smtp_stage_word(result->stage), result->code);
}

bool import_log(struct bytes log, struct bytes title, struct arena *arena, struct buf *ret,
                struct import_counts *ret_counts, struct err *err)
{
    struct import_dialogue dialogue;
    struct import_names *names = arena_alloc(arena, sizeof(*names));
    struct writing writing = {
        .dialogue = &dialogue, .counts = ret_counts, .names = names, .to = ret};
    struct result result;
    bool ok;

    if (names == NULL)
        return err_memory(err);
    if (!import_dialogue_read(log, arena, &dialogue, ret_counts, err))
        return false;
    import_names_read(&dialogue, arena, names);
    result = result_of(&dialogue, names);
    ok = put_head(&writing, title, &result) && buf_append_octet(ret, '\n');
    for (size_t i = 0; ok && i < dialogue.count; i++)
        ok = put_unit(&writing, &dialogue.units[i]);
    ok = ok && put_expectation(&writing, &result);
    return ok || err_memory(err);
}
