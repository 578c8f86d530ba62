#include "harness/record/generalise_private.h"

#include "base/smtp_mechanism.h"
#include "base/text.h"
#include "fakeserver/scenario.h"

#define DELAY_MS_MIN 2000 /* shorter ones are the network's, or a filter's */

static const char *const proofs[] = {
    [IMPORT_PROOF_BOTH] = "",
    [IMPORT_PROOF_CONTENT] = "  # by what it says",
    [IMPORT_PROOF_AGAINST] = "  # by what it says, against its mark",
    [IMPORT_PROOF_MARK] = "  # by its mark",
    [IMPORT_PROOF_PLACE] = "  # by its place",
};

static const char *proof_of(const struct writing *writing, enum import_proof proof)
{
    return proof == IMPORT_PROOF_CONTENT && writing->origin->content_is_proof ? "" : proofs[proof];
}

/* ---- texts ----------------------------------------------------------------------------------- */

bool generalise_needs_quotes(struct bytes text)
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

/* Keywords of the EHLO reply and challenges look like identifiers now and then, and are none. */
static bool put_server_text(struct writing *writing, const struct import_unit *unit,
                            struct bytes text, struct buf *to)
{
    bool is_list = unit->kind == IMPORT_COMMAND &&
                   (unit->verb == SMTP_VERB_EHLO || unit->verb == SMTP_VERB_LHLO);
    bool as_it_is = is_list || bytes_starts_with(text, BYTES_LITERAL("334"));

    return as_it_is ? import_put_text(to, writing->names, text)
                    : import_put_moment(to, writing->names, text);
}

/* A challenge of CRAM-MD5 is one of the moment as a whole (RFC 2195 2). */
static bool is_moment_challenge(const struct import_unit *unit,
                                const struct import_reply_line *line)
{
    return unit->verb == SMTP_VERB_AUTH && line->text.size > 4 && unit->code == 334 &&
           bytes_equal_nocase(generalise_mechanism(unit), BYTES_LITERAL("CRAM-MD5"));
}

static bool put_delay(struct writing *writing, const struct import_reply_line *line)
{
    return line->delay_ms < DELAY_MS_MIN ||
           buf_printf(writing->to, "+%llus ", (unsigned long long)(line->delay_ms / 1000));
}

static bool put_reply_line(struct writing *writing, const struct import_unit *unit,
                           const struct import_reply_line *line)
{
    struct buf *to = writing->to;
    struct buf text;
    bool ok;

    buf_init(&text, GENERALISE_TEXT_OCTETS_MAX);
    if (is_moment_challenge(unit, line))
        ok = buf_append_string(&text, "334 {base64 <{token}@mail.server.example>}");
    else
        ok = put_server_text(writing, unit, line->text, &text);
    ok = ok && put_delay(writing, line);
    if (ok && generalise_needs_quotes(buf_bytes(&text)))
        ok = buf_append_string(to, "S= \"") && text_escape(to, buf_bytes(&text)) &&
             buf_append_string(to, "\\r\\n\"");
    else if (ok)
        ok = buf_append_string(to, "S: ") && buf_append(to, buf_bytes(&text));
    buf_release(&text);
    return ok && buf_printf(to, "%s\n", proof_of(writing, line->proof));
}

/* ---- the dialogue ---------------------------------------------------------------------------- */

static bool put_auth(struct writing *writing, const struct import_unit *unit)
{
    struct bytes mechanism = generalise_mechanism(unit);

    return buf_append_string(writing->to, "AUTH") &&
           (mechanism.size == 0 ||
            (buf_append_octet(writing->to, ' ') && buf_append(writing->to, mechanism)));
}

/* A word that SMTP does not have. Other clients need not make the same mistake. */
static bool put_unknown(struct writing *writing, struct bytes command)
{
    struct bytes verb = BYTES_NONE;

    (void)bytes_next_word(&command, &verb);
    return buf_append_string(writing->to, "C? /^") &&
           import_put_text(writing->to, writing->names, verb) &&
           buf_append_string(writing->to, "( |$)/i");
}

/* DATA without a recipient: only a client that sends command groups says it (RFC 2920 3.1). */
static bool needs_not_be(struct writing *writing, const struct import_unit *unit)
{
    if (unit->verb == SMTP_VERB_MAIL)
        writing->accepted = false;
    if (unit->verb == SMTP_VERB_RCPT && generalise_is_accepted(unit))
        writing->accepted = true;
    return unit->verb == SMTP_VERB_DATA && !writing->accepted && unit->code >= 400;
}

static bool put_command(struct writing *writing, const struct import_unit *unit)
{
    struct buf *to = writing->to;
    size_t recipient = import_find_mailbox(writing->names, import_path_of(unit->text));

    if (unit->verb == SMTP_VERB_AUTH)
        return put_auth(writing, unit);
    if (unit->verb == SMTP_VERB_RCPT && recipient < writing->names->recipient_count)
        return buf_append_string(to, "RCPT TO:<") && import_put_recipient(to, recipient) &&
               buf_append_string(to, ">");
    if (unit->verb == SMTP_VERB_OTHER)
        return buf_append_octet(to, '*');
    return buf_append_string(to, smtp_verb_word(unit->verb));
}

static bool put_remark(struct writing *writing, const struct import_unit *unit)
{
    if (unit->kind == IMPORT_CONTENT && unit->content_octets > 0)
        return buf_printf(writing->to, "  # %llu octets in %llu lines\n",
                          (unsigned long long)unit->content_octets,
                          (unsigned long long)unit->content_lines);
    return buf_printf(writing->to, "%s\n", proof_of(writing, unit->proof));
}

static bool put_replies(struct writing *writing, const struct import_unit *unit)
{
    bool ok = true;

    for (const struct import_reply_line *line = unit->reply; ok && line != NULL; line = line->next)
        ok = put_reply_line(writing, unit, line);
    return ok;
}

static bool put_unit(struct writing *writing, const struct import_unit *unit)
{
    struct buf *to = writing->to;
    bool ok = true;

    if (unit->kind == IMPORT_COMMAND && unit->verb == SMTP_VERB_OTHER &&
        unit->proof == IMPORT_PROOF_MARK)
        ok = put_unknown(writing, unit->text);
    else if (unit->kind == IMPORT_COMMAND)
        ok = buf_append_string(to, needs_not_be(writing, unit) ? "C? " : "C: ") &&
             put_command(writing, unit);
    else if (unit->is_cut)
        return buf_printf(to, "C= %llu octets\n", (unsigned long long)unit->content_octets) &&
               put_replies(writing, unit);
    else if (unit->kind != IMPORT_CONNECTION)
        ok = buf_append_string(to, unit->kind == IMPORT_CONTENT ? "C: ." : "C: *");
    if (ok && unit->kind != IMPORT_CONNECTION)
        ok = put_remark(writing, unit);
    ok = ok && put_replies(writing, unit);
    if (ok && unit->verb == SMTP_VERB_STARTTLS && generalise_is_accepted(unit))
        ok = buf_append_string(to, "!tls\n");
    return ok;
}

/* The answer to QUIT is followed by the server's end in any case (RFC 5321 4.1.1.10). */
static bool put_server_end(struct writing *writing, size_t at)
{
    static const char *const words[] = {
        [IMPORT_END_UNKNOWN] = "",       [IMPORT_END_CLIENT] = "",
        [IMPORT_END_CLOSE] = "!close\n", [IMPORT_END_HALF_CLOSE] = "!half-close\n",
        [IMPORT_END_RESET] = "!reset\n",
    };
    const struct import_dialogue *dialogue = writing->dialogue;
    const struct import_unit *unit = &dialogue->units[at];
    bool usual =
        unit->verb == SMTP_VERB_QUIT && unit->code > 0 && dialogue->end != IMPORT_END_RESET;

    if (at != dialogue->end_unit || usual || writing->model_last)
        return true;
    return buf_append_string(writing->to, words[dialogue->end]);
}

static bool put_client_end(struct writing *writing)
{
    const struct import_unit *last = &writing->dialogue->units[writing->count - 1];

    if (writing->dialogue->end != IMPORT_END_CLIENT || last->verb == SMTP_VERB_QUIT)
        return true;
    return buf_append_string(writing->to, "!closed\n");
}

/* How the server went on is not known: that is the model's. */
static bool is_unseen(const struct writing *writing, const struct import_unit *unit)
{
    return unit->kind == IMPORT_GAP || (unit->reply == NULL && (unit->kind == IMPORT_CONNECTION ||
                                                                writing->origin->lacks_replies));
}

static bool put_gap(struct writing *writing, const struct import_unit *unit)
{
    return unit->kind != IMPORT_GAP ||
           buf_append_string(writing->to, unit->verb == SMTP_VERB_AUTH
                                              ? "# The log does not show AUTH.\n"
                                              : "# What was said under TLS cannot be seen.\n");
}

static bool put_model(struct writing *writing)
{
    bool ok = writing->model_last || buf_append_string(writing->to, "...\n");

    writing->model_last = true;
    return ok;
}

static bool put_dialogue(struct writing *writing)
{
    const struct import_dialogue *dialogue = writing->dialogue;
    bool ok = true;

    for (size_t i = 0; ok && i < writing->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];

        if (generalise_is_led(unit)) {
            i = generalise_exchange_end(writing, i);
            ok = put_model(writing);
        } else if (is_unseen(writing, unit)) {
            ok = put_gap(writing, unit) && put_model(writing);
        } else {
            writing->model_last = false;
            ok = put_unit(writing, unit);
        }
        ok = ok && put_server_end(writing, i);
    }
    if (ok && writing->count < dialogue->count)
        return put_model(writing);
    return ok && put_client_end(writing);
}

bool generalise(const struct import_dialogue *dialogue, const struct generalise_origin *origin,
                struct import_names *names, struct buf *ret, struct err *err)
{
    struct writing writing = {.dialogue = dialogue, .origin = origin, .names = names, .to = ret};

    generalise_survey(&writing);
    return (generalise_put_head(&writing) && buf_append_octet(ret, '\n') &&
            put_dialogue(&writing) && generalise_put_expectation(&writing)) ||
           err_memory(err);
}

/* ---- its layout ------------------------------------------------------------------------------ */

static bool parse(struct bytes text, struct arena *arena, struct scenario_file **ret,
                  struct err *err)
{
    return scenario_file_parse("made.drill", text, &(struct scenario_loader){.load = NULL}, arena,
                               ret, err);
}

bool generalise_lay_out(struct bytes text, struct arena *arena, struct buf *ret, struct err *err)
{
    struct scenario_file *file = NULL;

    return parse(text, arena, &file, err) && scenario_print(file, ret, err);
}

static bool is_wrong(const struct scenario_file *file, struct arena *arena, bool *ret,
                     struct err *err)
{
    struct lint_remark *remarks = NULL;
    size_t count = 0;

    *ret = false;
    if (!scenario_lint(file, NULL, arena, &remarks, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *ret = *ret || remarks[i].is_error;
    return true;
}

/* At the end of the head. */
static bool add_odd(struct bytes text, struct arena *arena, struct bytes *ret, struct err *err)
{
    size_t head = bytes_find_bytes(text, BYTES_LITERAL("\n\n")) + 1;

    *ret = arena_printf(arena, "%.*sodd\n%.*s", BYTES_FORMAT(bytes_slice(text, 0, head)),
                        BYTES_FORMAT(bytes_after(text, head)));
    return ret->data != NULL || err_memory(err);
}

bool generalise_finish(struct bytes text, struct arena *arena, struct buf *ret, struct err *err)
{
    struct scenario_file *file = NULL;
    bool wrong = false;

    if (!parse(text, arena, &file, err) || !is_wrong(file, arena, &wrong, err))
        return false;
    if (!wrong)
        return scenario_print(file, ret, err);
    return add_odd(text, arena, &text, err) && generalise_lay_out(text, arena, ret, err);
}
