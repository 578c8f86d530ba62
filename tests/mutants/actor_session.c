/*
 * actor_session.c - the order of commands: greeting, EHLO, AUTH, MAIL, RCPT, DATA, QUIT.
 */
#include "tests/mutants/actor_private.h"

#include "base/require.h"
#include "fakeserver/scenario.h"

#include <stdio.h>

#define RETRIES_MAX 2

static void step_ehlo(struct actor *a, bool helo);
static void step_auth(struct actor *a);
static void step_mail(struct actor *a);
static void step_rcpt(struct actor *a);
static void step_data(struct actor *a);
static void step_finish(struct actor *a);

/* ---- commands that a session could do without ----------------------------------------------- */

static const struct extra {
    enum actor_trait trait;
    enum actor_point point;
    const char *command; /* NULL: needs making */
} extras[] = {
    {ACTOR_VRFY_BEFORE_EHLO,      POINT_BEFORE_EHLO, "VRFY postmaster"                  },
    {ACTOR_NOOP_BEFORE_EHLO,      POINT_BEFORE_EHLO, "NOOP"                             },
    {ACTOR_EHLO_TWICE,            POINT_AFTER_EHLO,  NULL                               },
    {ACTOR_NOOP_FIRST,            POINT_AFTER_EHLO,  "NOOP"                             },
    {ACTOR_VRFY_FIRST,            POINT_AFTER_EHLO,  "VRFY postmaster"                  },
    {ACTOR_HELP_FIRST,            POINT_AFTER_EHLO,  "HELP"                             },
    {ACTOR_EXPN_VERB,             POINT_AFTER_EHLO,  "EXPN list"                        },
    {ACTOR_TURN_VERB,             POINT_AFTER_EHLO,  "TURN"                             },
    {ACTOR_SEND_VERB,             POINT_AFTER_EHLO,  "SEND FROM:<sender@client.example>"},
    {ACTOR_BURL_VERB,             POINT_AFTER_EHLO,  "BURL imap://imap.example/ LAST"   },
    {ACTOR_UTF8_VRFY,             POINT_AFTER_EHLO,  "VRFY postmaster SMTPUTF8"         },
    {ACTOR_UNKNOWN_VERB,          POINT_AFTER_EHLO,  "HALLO"                            },
    {ACTOR_RCPT_BEFORE_MAIL,      POINT_BEFORE_MAIL, "RCPT TO:<first@server.example>"   },
    {ACTOR_RSET_FIRST,            POINT_BEFORE_MAIL, "RSET"                             },
    {ACTOR_RSET_ARGUMENT,         POINT_BEFORE_MAIL, "RSET now"                         },
    {ACTOR_LONG_COMMAND,          POINT_BEFORE_MAIL, NULL                               },
    {ACTOR_AUTH_PASSWORD_IN_NOOP, POINT_BEFORE_MAIL, NULL                               },
    {ACTOR_MAIL_TWICE,            POINT_AFTER_MAIL,  "MAIL FROM:<sender@client.example>"},
    {ACTOR_NOOP_IN_TRANSACTION,   POINT_AFTER_MAIL,  "NOOP"                             },
    {ACTOR_AUTH_IN_TRANSACTION,   POINT_AFTER_MAIL,  "AUTH PLAIN AGEAYg=="              },
    {ACTOR_RSET_BEFORE_QUIT,      POINT_BEFORE_QUIT, "RSET"                             },
};

/* Asked for by the scenario (send before=). */
static bool is_asked_for(const struct actor *a, enum actor_trait trait)
{
    unsigned before = a->job->before;
    return (trait == ACTOR_NOOP_FIRST && (before & SEND_BEFORE_NOOP) != 0) ||
           (trait == ACTOR_VRFY_FIRST && (before & SEND_BEFORE_VRFY) != 0) ||
           (trait == ACTOR_RSET_FIRST && (before & SEND_BEFORE_RSET) != 0);
}

static void put_made(struct actor *a, enum actor_trait trait)
{
    char line[1024];
    if (trait == ACTOR_EHLO_TWICE) {
        actor_put_ehlo(a, false);
        actor_await(a, STAGE_EHLO, 0);
        return;
    }
    if (trait == ACTOR_LONG_COMMAND)
        (void)snprintf(line, sizeof line, "NOOP %0600d", 0);
    else
        (void)snprintf(line, sizeof line, "NOOP %.*s", BYTES_FORMAT(a->job->password));
    actor_put(a, line);
    actor_await(a, STAGE_EXTRA, 0);
}

/* True: an extra command was sent; its reply brings the session back to this point. */
static bool sent_extra(struct actor *a, enum actor_point point)
{
    for (size_t i = 0; i < sizeof extras / sizeof extras[0]; i++) {
        uint64_t bit = UINT64_C(1) << i;
        bool due = extras[i].point == point && (a->extras_done & bit) == 0 &&
                   (a->trait[extras[i].trait] || is_asked_for(a, extras[i].trait));
        if (!due)
            continue;
        if (extras[i].trait == ACTOR_EHLO_TWICE && a->helo)
            continue;
        /* It may have been refused, and is not to be repeated then (RFC 5321 4.2.1). */
        if (extras[i].trait == ACTOR_NOOP_IN_TRANSACTION &&
            (a->job->before & SEND_BEFORE_NOOP) != 0)
            continue;
        if (extras[i].trait == ACTOR_AUTH_PASSWORD_IN_NOOP && a->job->password.size == 0)
            continue;
        if (extras[i].trait == ACTOR_AUTH_IN_TRANSACTION && (!a->offer.plain || a->authenticated))
            continue;
        a->extras_done |= bit;
        a->point = point;
        if (extras[i].command == NULL) {
            put_made(a, extras[i].trait);
        } else {
            actor_put(a, extras[i].command);
            actor_await(a, STAGE_EXTRA, 0);
        }
        return true;
    }
    return false;
}

/* ---- outcomes ------------------------------------------------------------------------------- */

static void decide(struct actor *a, size_t recipient, enum smtp_outcome outcome)
{
    struct actor_recipient *one = &a->recipients[recipient];
    if (one->decided)
        return;
    one->decided = true;
    one->outcome = outcome;
    one->code = a->reply.code;
}

void actor_fail(struct actor *a, enum smtp_outcome outcome)
{
    a->whole_if_none = outcome;
    for (size_t i = 0; i < a->count; i++)
        decide(a, i, outcome);
}

static enum smtp_outcome outcome_of(const struct actor *a, enum actor_class class)
{
    if (class == CLASS_PERMANENT)
        return SMTP_OUTCOME_PERMANENT;
    if (class != CLASS_TEMPORARY && HAS(a, ODD_IS_PERMANENT))
        return SMTP_OUTCOME_PERMANENT;
    return SMTP_OUTCOME_TEMPORARY;
}

/* What the user is told: the stage and the reply that decided. */
void actor_note_failure(struct actor *a, enum actor_stage stage)
{
    if (a->failed_code == 0) {
        a->failed_code = a->reply.code;
        a->failed_stage = stage;
    }
    if (!HAS(a, NO_CODE_IN_REPORT))
        (void)buf_printf(&a->report, "%03u %s\n", a->reply.code, a->reply.text);
}

/* ---- steps ---------------------------------------------------------------------------------- */

void actor_start(struct actor *a)
{
    a->tls_wish = a->job->tls == SEND_TLS_IMPLICIT;
    actor_await(a, STAGE_GREETING, 0);
    if (HAS(a, SPEAKS_FIRST))
        step_ehlo(a, false);
}

static void step_ehlo(struct actor *a, bool helo)
{
    if (sent_extra(a, POINT_BEFORE_EHLO))
        return;
    if (HAS(a, NO_EHLO)) {
        a->point = POINT_AFTER_EHLO;
        step_mail(a);
        return;
    }
    a->helo = helo || HAS(a, HELO_ONLY);
    actor_put_ehlo(a, a->helo);
    actor_await(a, a->helo ? STAGE_HELO : STAGE_EHLO, 0);
    if (HAS(a, MAIL_WITH_EHLO) && !a->helo)
        step_mail(a);
}

static void prepare_recipients(struct actor *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct actor_recipient *one = &a->recipients[i];
        struct bytes address = a->job->to[i];
        one->skip =
            !actor_address_can_be_sent(a, address) || (HAS(a, FIRST_RECIPIENT_ONLY) && i > 0);
        if (one->skip)
            decide(a, i, HAS(a, FIRST_RECIPIENT_ONLY) ? SMTP_OUTCOME_SENT : SMTP_OUTCOME_PERMANENT);
        if (!one->skip && actor_has_too_many_domains(a, i)) {
            one->skip = true;
            decide(a, i, SMTP_OUTCOME_TEMPORARY);
        }
        for (size_t j = 0; HAS(a, MERGES_BY_CASE) && j < i; j++)
            if (bytes_equal_nocase(address, a->job->to[j]))
                one->skip = true;
    }
}

static bool any_recipient(const struct actor *a, bool accepted)
{
    for (size_t i = 0; i < a->count; i++)
        if (accepted ? a->recipients[i].accepted : !a->recipients[i].skip)
            return true;
    return false;
}

/* All that can be known before MAIL. */
static bool can_be_sent(struct actor *a)
{
    actor_scan(a);
    prepare_recipients(a);
    bool from_ok = a->job->from.size == 0 || actor_address_can_be_sent(a, a->job->from);
    bool too_large = a->offer.size_max > 0 && a->message.size > a->offer.size_max &&
                     !HAS(a, SIZE_LIMIT_UNREAD) && !HAS(a, SIZE_LIBERAL);
    bool misread =
        HAS(a, TLS_REQUIRED_MISREAD) &&
        bytes_find_bytes(a->job->message.head, BYTES_LITERAL("TLS-Required")) != BYTES_NOT_FOUND;
    bool allowed = actor_extensions_allow(a) && !a->limits_confused && !misread;
    if (allowed && !actor_may_mail(a)) {
        a->reply.code = 0;
        actor_fail(a, SMTP_OUTCOME_TEMPORARY);
        return false;
    }
    if (from_ok && actor_message_can_be_sent(a) && !too_large && any_recipient(a, false) && allowed)
        return true;
    a->reply.code = 0;
    actor_fail(a, SMTP_OUTCOME_PERMANENT);
    return false;
}

static void step_auth(struct actor *a)
{
    if (sent_extra(a, POINT_AFTER_EHLO))
        return;
    if (a->job->user.size == 0 || a->authenticated || HAS(a, AUTH_NEVER_USED) ||
        HAS(a, AUTH_AFTER_MAIL_REFUSED)) {
        step_mail(a);
        return;
    }
    if (actor_auth_start(a))
        return;
    if (HAS(a, AUTH_OPTIONAL)) {
        step_mail(a);
        return;
    }
    /* Asked to authenticate, and it cannot be done: no mail without it (RFC 4954 9). */
    actor_fail(a, SMTP_OUTCOME_REFUSED_AUTH);
    actor_quit(a);
}

void actor_after_auth(struct actor *a, bool ok, enum actor_class class)
{
    if (ok || (HAS(a, AUTH_OPTIONAL) && class == CLASS_PERMANENT)) {
        step_mail(a);
        return;
    }
    actor_note_failure(a, STAGE_AUTH);
    if (class == CLASS_PERMANENT)
        actor_fail(a,
                   HAS(a, AUTH_4YZ_PERMANENT) ? SMTP_OUTCOME_PERMANENT : SMTP_OUTCOME_REFUSED_AUTH);
    else
        actor_fail(a, outcome_of(a, class));
    actor_quit(a);
}

static void put_recipient(struct actor *a, size_t recipient)
{
    a->recipients[recipient].tried = true;
    a->rcpts++;
    actor_put_rcpt(a, recipient);
    actor_await(a, STAGE_RCPT, recipient);
}

static bool is_due(const struct actor *a, size_t recipient)
{
    const struct actor_recipient *one = &a->recipients[recipient];
    return !one->skip && !one->decided && !one->tried && actor_may_rcpt(a);
}

static void put_recipients(struct actor *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (is_due(a, i))
            put_recipient(a, i);
}

static void put_data(struct actor *a)
{
    actor_put(a, HAS(a, DATA_ARGUMENT) ? "DATA now" : "DATA");
    actor_await(a, STAGE_DATA, 0);
    if (HAS(a, QUIT_WITH_DATA)) {
        actor_put(a, "QUIT");
        actor_await(a, STAGE_QUIT, 0);
    }
    if (HAS(a, CONTENT_WITH_DATA))
        actor_content_start(a, false);
}

static void step_mail(struct actor *a)
{
    if (sent_extra(a, POINT_BEFORE_MAIL))
        return;
    if (HAS(a, QUIT_FIRST) || !can_be_sent(a)) {
        actor_quit(a);
        return;
    }
    if (HAS(a, ETRN_IN_GROUP) && a->offer.pipelining) {
        actor_put(a, "ETRN server.example");
        actor_await(a, STAGE_IGNORED, 0);
    }
    a->mail_tries++;
    a->mails++;
    a->rcpts = 0;
    a->chunk_taken = false;
    a->mail_ok = false;
    a->next_recipient = 0;
    actor_put_mail(a);
    actor_await(a, STAGE_MAIL, 0);
    a->grouped = HAS(a, PIPELINES_UNASKED) || (HAS(a, PIPELINES) && a->offer.pipelining);
    if (!a->grouped)
        return;
    put_recipients(a);
    if (!actor_uses_chunks(a) || HAS(a, BINARY_BY_DATA))
        put_data(a);
    else if (HAS(a, CHUNK_EARLY))
        actor_chunks_start(a);
}

static void step_rcpt(struct actor *a)
{
    if (sent_extra(a, POINT_AFTER_MAIL))
        return;
    while (a->next_recipient < a->count && !is_due(a, a->next_recipient))
        a->next_recipient++;
    if (a->next_recipient >= a->count || HAS(a, NO_RCPT)) {
        step_data(a);
        return;
    }
    put_recipient(a, a->next_recipient++);
}

static void step_data(struct actor *a)
{
    bool any = any_recipient(a, true);
    if (sent_extra(a, POINT_AFTER_RCPT))
        return;
    if (any && actor_uses_chunks(a) && !HAS(a, BINARY_BY_DATA))
        actor_chunks_start(a);
    else if (any || HAS(a, DATA_WITHOUT_RECIPIENT) || HAS(a, NO_RCPT))
        put_data(a);
    else
        step_finish(a);
}

/* What became of this message is kept, and the next one is begun. */
static void next_message(struct actor *a)
{
    bool again = HAS(a, MESSAGE_TWICE) && a->message_index == 0;
    a->message_index++;
    a->now.message = a->job->messages[again ? 0 : a->message_index];
    a->message.scanned = false;
    a->message.size = 0;
    a->message.eight_bit = a->message.bare_cr = a->message.long_line = a->message.nul = false;
    for (size_t i = 0; i < a->count; i++) {
        struct actor_recipient *one = &a->recipients[i];
        if (!one->failed_before && one->outcome != SMTP_OUTCOME_SENT) {
            one->failed_before = true;
            one->outcome_before = one->outcome;
            one->code_before = one->code;
        }
        one->decided = one->tried = one->accepted = one->skip = false;
    }
    a->mail_tries = a->rcpt_tries = a->sends = 0;
    a->end_written = false;
}

static bool begins_next_message(struct actor *a)
{
    bool refused = a->failed_code != 0;
    if (a->message_index + 1 >= a->job->message_count || a->failed_code == 421 ||
        HAS(a, MESSAGE_LOST) || (refused && HAS(a, REFUSAL_CACHED)))
        return false;
    next_message(a);
    if (!refused) {
        step_mail(a);
        return true;
    }
    a->point = POINT_BEFORE_MAIL;
    actor_put(a, "RSET");
    actor_await(a, STAGE_EXTRA, 0);
    return true;
}

/* The transaction is over, well or not. */
static void step_finish(struct actor *a)
{
    if (a->mail_tries > 0 && !a->transaction_over && begins_next_message(a))
        return;
    bool failed = !a->transaction_over && a->failed_code != 0;
    a->transaction_over = true;
    if (failed && HAS(a, RSET_AFTER_FAILURE) && a->mail_tries > 0 && a->failed_code != 421) {
        a->point = POINT_BEFORE_QUIT;
        actor_put(a, "RSET");
        actor_await(a, STAGE_EXTRA, 0);
        return;
    }
    actor_quit(a);
}

void actor_quit(struct actor *a)
{
    a->transaction_over = true;
    if (HAS(a, CRASHES)) {
        a->crashed = true;
        a->reset = true;
        return;
    }
    if (HAS(a, HANGS))
        return;
    /* Only where there was a transaction; after 421 the server is gone in all but name. */
    if (a->mail_tries > 0 && a->failed_code != 421 && sent_extra(a, POINT_BEFORE_QUIT))
        return;
    if (HAS(a, NO_QUIT)) {
        actor_close(a);
        return;
    }
    actor_put(a, HAS(a, QUIT_ARGUMENT) ? "QUIT now" : "QUIT");
    if (HAS(a, COMMAND_AFTER_QUIT))
        actor_put(a, "NOOP");
    if (HAS(a, CLOSES_BEFORE_QUIT_REPLY))
        actor_close(a);
    else
        actor_await(a, STAGE_QUIT, 0);
}

/* ---- answers -------------------------------------------------------------------------------- */

static void give_up(struct actor *a, enum actor_stage stage, enum actor_class class)
{
    actor_note_failure(a, stage);
    actor_fail(a, outcome_of(a, class));
    step_finish(a);
}

static void on_greeting(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    a->greeted = true;
    if (class != CLASS_GO)
        give_up(a, STAGE_GREETING, class);
    else if (!HAS(a, SPEAKS_FIRST))
        step_ehlo(a, false);
}

/* Any refusal of EHLO: HELO is worth a try (RFC 5321 3.2, RFC 1869 4.5). */
static void on_ehlo(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    if (HAS(a, MAIL_WITH_EHLO))
        return;
    if (class == CLASS_GO) {
        actor_tls_remember(a);
        if (!actor_tls_start(a))
            step_auth(a);
        return;
    }
    a->offer = (struct actor_offer){.size_max = 0};
    a->offered = (struct smtp_extensions){0};
    bool no_helo = a->job->send->lmtp && !HAS(a, LMTP_HELO_FALLBACK);
    if (class != CLASS_PERMANENT || HAS(a, NO_HELO_FALLBACK) || no_helo)
        give_up(a, STAGE_EHLO, class);
    else
        step_ehlo(a, true);
}

static void on_helo(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    if (class == CLASS_GO && actor_tls_start(a))
        return;
    if (class == CLASS_GO)
        step_auth(a);
    else
        give_up(a, STAGE_HELO, class);
}

void actor_go_on_after_ehlo(struct actor *a)
{
    step_auth(a);
}

static void on_starttls(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    actor_tls_answered(a, class);
}

static void on_auth(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)class;
    (void)recipient;
    actor_auth_answered(a);
}

static bool mail_again(struct actor *a)
{
    bool parameters = HAS(a, PARAMETERS_RETRIED) && a->offer.size &&
                      (a->reply.code == 555 || a->reply.code == 455);
    bool again = HAS(a, RETRIES_MAIL) && a->reply.code / 100 == 5;
    bool auth = HAS(a, AUTH_AFTER_MAIL_REFUSED) && a->reply.code == 530 && !a->authenticated;
    if (auth && actor_auth_start(a))
        return true;
    bool hello = HAS(a, ANSWERS_503_WITH_EHLO) && a->reply.code == 503 && !a->helo;
    if (a->mail_tries >= RETRIES_MAX || (!parameters && !again && !hello))
        return false;
    if (hello) {
        a->mail_tries++;
        step_ehlo(a, false);
    } else {
        step_mail(a);
    }
    return true;
}

static void on_mail(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    a->mail_ok = class == CLASS_GO;
    if (a->mail_ok) {
        if (!a->grouped)
            step_rcpt(a);
        return;
    }
    if (!a->grouped && mail_again(a))
        return;
    actor_note_failure(a, STAGE_MAIL);
    if (HAS(a, RCPT_AFTER_REFUSED_MAIL) && !a->grouped) {
        step_rcpt(a);
        return;
    }
    actor_fail(a, outcome_of(a, class));
    if (HAS(a, DATA_AFTER_REFUSED_MAIL) && !a->grouped)
        put_data(a);
    else if (!a->grouped || a->await_count == 0)
        step_finish(a);
}

/* 251 and 551 name another path; to take it unasked is for the user to say (RFC 5321 7.4). */
static void follow(struct actor *a)
{
    char line[512];
    struct bytes text = {a->reply.text, a->reply.size};
    size_t open = bytes_find(text, '<');
    size_t close = bytes_find(text, '>');
    bool wanted = (HAS(a, FOLLOWS_551) && a->reply.code == 551) ||
                  (HAS(a, FOLLOWS_251) && a->reply.code == 251);
    if (!wanted || open == BYTES_NOT_FOUND || close == BYTES_NOT_FOUND || close < open)
        return;
    (void)snprintf(line, sizeof line, "RCPT TO:%.*s",
                   BYTES_FORMAT(bytes_slice(text, open, close + 1)));
    actor_put(a, line);
    actor_await(a, STAGE_EXTRA, 0);
    a->point = POINT_AFTER_MAIL;
}

/* Finds the recipient that the text names, instead of counting (RFC 2920 3.1). */
static size_t named_in_text(const struct actor *a, size_t recipient)
{
    struct bytes text = {a->reply.text, a->reply.size};
    for (size_t i = 0; HAS(a, READS_TEXT_FOR_RECIPIENT) && i < a->count; i++)
        if (bytes_find_bytes(text, a->job->to[i]) != BYTES_NOT_FOUND)
            return i;
    return recipient;
}

static void on_rcpt(struct actor *a, enum actor_class class, size_t recipient)
{
    recipient = named_in_text(a, recipient);
    if (HAS(a, IGNORES_GROUP_STATUS) && a->grouped)
        class = CLASS_GO;
    if (class == CLASS_GO) {
        a->recipients[recipient].accepted = true;
    } else if (HAS(a, RETRIES_RCPT) && class == CLASS_PERMANENT && !a->grouped &&
               a->rcpt_tries++ < RETRIES_MAX) {
        actor_put_rcpt(a, recipient);
        actor_await(a, STAGE_RCPT, recipient);
        return;
    } else {
        actor_note_failure(a, STAGE_RCPT);
        decide(a, recipient,
               HAS(a, ABORTS_ON_REFUSED_RCPT_BUT_SENT) ? SMTP_OUTCOME_SENT : outcome_of(a, class));
        if ((HAS(a, GIVES_UP_WHOLE) || HAS(a, ABORTS_ALL_PERMANENT)) && !a->grouped) {
            actor_fail(a, HAS(a, GIVES_UP_WHOLE) ? outcome_of(a, class) : SMTP_OUTCOME_PERMANENT);
            step_finish(a);
            return;
        }
        if (class == CLASS_ODD && HAS(a, CLOSES_ON_NONSENSE) && !a->grouped) {
            give_up(a, STAGE_RCPT, class);
            return;
        }
    }
    size_t before = a->await_count;
    follow(a);
    if (!a->grouped && a->await_count == before)
        step_rcpt(a);
    else if (a->grouped && a->await_count == 0) /* no DATA in the group: BDAT comes */
        step_data(a);
}

static void on_data(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    if (HAS(a, CONTENT_WITH_DATA))
        return;
    if (class == CLASS_MORE && HAS(a, LEAVES_AFTER_354)) {
        actor_fail(a, SMTP_OUTCOME_TEMPORARY);
        actor_close(a);
        return;
    }
    if (class == CLASS_MORE) {
        bool wanted = a->mail_ok && any_recipient(a, true);
        if (!wanted && HAS(a, CLOSES_FOR_LONE_DOT)) {
            actor_close(a);
            return;
        }
        bool wrong = HAS(a, CONTENT_WITHOUT_RECIPIENT) || HAS(a, DATA_WITHOUT_RECIPIENT) ||
                     HAS(a, NO_RCPT) || HAS(a, DATA_AFTER_REFUSED_MAIL);
        actor_content_start(a, !wanted && !wrong);
        return;
    }
    if (class == CLASS_GO)
        class = CLASS_ODD;
    if (any_recipient(a, true))
        actor_note_failure(a, STAGE_DATA);
    actor_fail(a, outcome_of(a, class));
    if (HAS(a, GROUP_STOPS_READING) && a->grouped)
        return;
    step_finish(a);
}

static void send_again(struct actor *a)
{
    for (size_t i = 0; i < a->count; i++) {
        a->recipients[i].decided = a->recipients[i].skip;
        a->recipients[i].tried = false;
    }
    step_mail(a);
}

static void on_chunk(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    if (a->chunk_waits && class == CLASS_MORE) {
        (void)buf_append(&a->out, buf_bytes(&a->chunk));
        actor_await(a, STAGE_CHUNK, 0);
        return;
    }
    if (class == CLASS_GO) {
        a->chunk_taken = true;
        actor_chunk_next(a);
        return;
    }
    actor_note_failure(a, STAGE_CHUNK);
    actor_fail(a, outcome_of(a, class == CLASS_MORE ? CLASS_ODD : class));
    if (HAS(a, CHUNK_NO_RSET)) {
        actor_put(a, "MAIL FROM:<sender@client.example>");
        actor_await(a, STAGE_IGNORED, 0);
    }
    step_finish(a);
}

/* Of one recipient (RFC 2033 4.2). */
static void on_lmtp_end(struct actor *a, enum actor_class class, size_t recipient)
{
    enum smtp_outcome outcome =
        class == CLASS_GO ? SMTP_OUTCOME_SENT
                          : (a->reply.broken ? SMTP_OUTCOME_TEMPORARY : outcome_of(a, class));
    if (class != CLASS_GO)
        actor_note_failure(a, STAGE_END);
    for (size_t i = 0; i < a->count; i++) {
        bool all = HAS(a, LMTP_ONE_REPLY) || HAS(a, LMTP_LAST_DECIDES);
        bool same =
            HAS(a, LMTP_DUPLICATES_SHARE) && bytes_equal(a->job->to[i], a->job->to[recipient]);
        if (HAS(a, LMTP_LAST_DECIDES))
            a->recipients[i].decided = !a->recipients[i].accepted;
        if (i == recipient || all || same)
            decide(a, i, outcome);
    }
    if (a->await_count == 0)
        step_finish(a);
}

/* Recipients that did not fit into this transaction (RFC 9422 4.2). */
static bool begins_next_batch(struct actor *a)
{
    bool any = false;
    for (size_t i = 0; i < a->count; i++) {
        a->recipients[i].accepted = false;
        any = any || (!a->recipients[i].skip && !a->recipients[i].tried);
    }
    if (!any)
        return false;
    step_mail(a);
    return true;
}

static void decide_tried(struct actor *a, enum smtp_outcome outcome)
{
    a->whole_if_none = outcome;
    for (size_t i = 0; i < a->count; i++)
        if (a->recipients[i].tried || a->recipients[i].skip)
            decide(a, i, outcome);
}

static void on_end(struct actor *a, enum actor_class class, size_t recipient)
{
    if (a->job->send->lmtp && a->mail_ok && any_recipient(a, true)) {
        on_lmtp_end(a, class, recipient);
        return;
    }
    bool again = (HAS(a, SENDS_TWICE) && class == CLASS_GO) ||
                 (HAS(a, RESENDS_AFTER_5YZ) && class == CLASS_PERMANENT) ||
                 (HAS(a, RESENDS_AFTER_4YZ) && class == CLASS_TEMPORARY);
    if (!a->mail_ok || !any_recipient(a, true)) {
        actor_fail(a, SMTP_OUTCOME_TEMPORARY);
        step_finish(a);
        return;
    }
    if (again && a->sends < RETRIES_MAX) {
        send_again(a);
        return;
    }
    if (class == CLASS_GO) {
        decide_tried(a, SMTP_OUTCOME_SENT);
    } else {
        actor_note_failure(a, STAGE_END);
        decide_tried(a, a->reply.broken ? SMTP_OUTCOME_UNKNOWN : outcome_of(a, class));
        actor_note_failure(a, STAGE_END);
        actor_fail(a, a->reply.broken ? SMTP_OUTCOME_UNKNOWN : outcome_of(a, class));
    }
    if (!begins_next_batch(a))
        step_finish(a);
}

static void on_extra(struct actor *a, enum actor_class class, size_t recipient)
{
    bool gives_up = (HAS(a, EXTRA_ONLY_250) && a->reply.code != 250) ||
                    (HAS(a, EXTRA_REFUSED_IS_PERMANENT) && class == CLASS_TEMPORARY);
    (void)recipient;
    if (gives_up && a->job->before != 0 && !a->transaction_over) {
        actor_note_failure(a, STAGE_EXTRA);
        actor_fail(a, SMTP_OUTCOME_PERMANENT);
        actor_quit(a);
        return;
    }
    switch (a->point) {
    case POINT_BEFORE_EHLO:
        step_ehlo(a, false);
        break;
    case POINT_AFTER_EHLO:
        step_auth(a);
        break;
    case POINT_BEFORE_MAIL:
        step_mail(a);
        break;
    case POINT_AFTER_MAIL:
        step_rcpt(a);
        break;
    case POINT_AFTER_RCPT:
        step_data(a);
        break;
    case POINT_BEFORE_QUIT:
    case POINT_COUNT:
        actor_quit(a);
        break;
    }
}

static void on_ignored(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)a;
    (void)class;
    (void)recipient;
}

static void on_quit(struct actor *a, enum actor_class class, size_t recipient)
{
    (void)recipient;
    if (HAS(a, QUIT_DECIDES) && class != CLASS_GO)
        for (size_t i = 0; i < a->count; i++)
            a->recipients[i].outcome = SMTP_OUTCOME_TEMPORARY;
    actor_close(a);
}

/* 421 may answer anything: the server goes (RFC 5321 3.8). */
static void on_421(struct actor *a, enum actor_stage stage)
{
    actor_note_failure(a, stage);
    actor_fail(a, HAS(a, CODE_421_PERMANENT) ? SMTP_OUTCOME_PERMANENT : SMTP_OUTCOME_TEMPORARY);
    a->await_count = 0;
    if (HAS(a, CODE_421_GOES_ON) && !a->sending && a->mail_tries < RETRIES_MAX) {
        a->mail_tries++;
        a->point = POINT_BEFORE_MAIL;
        actor_put(a, "RSET");
        actor_await(a, STAGE_EXTRA, 0);
        return;
    }
    if (HAS(a, CLOSES_AFTER_421) || a->sending) {
        buf_clear(&a->out);
        actor_close(a);
        return;
    }
    actor_quit(a);
}

void actor_answered(struct actor *a)
{
    static void (*const answers[STAGE_COUNT])(struct actor *, enum actor_class, size_t) = {
        [STAGE_GREETING] = on_greeting, [STAGE_EHLO] = on_ehlo,   [STAGE_HELO] = on_helo,
        [STAGE_STARTTLS] = on_starttls, [STAGE_AUTH] = on_auth,   [STAGE_MAIL] = on_mail,
        [STAGE_RCPT] = on_rcpt,         [STAGE_DATA] = on_data,   [STAGE_CHUNK] = on_chunk,
        [STAGE_END] = on_end,           [STAGE_EXTRA] = on_extra, [STAGE_IGNORED] = on_ignored,
        [STAGE_QUIT] = on_quit,
    };
    bool leaves = a->reply.code == 421 && !a->reply.broken;
    if (a->await_count == 0) {
        /* Nothing was asked: only a 421 means something. */
        if (leaves)
            on_421(a, STAGE_EXTRA);
        return;
    }
    struct actor_await await = a->awaited[a->await_first];
    a->await_first = (a->await_first + 1) % ACTOR_AWAITED_MAX;
    a->await_count--;
    if (leaves && await.stage != STAGE_QUIT) {
        on_421(a, await.stage);
        return;
    }
    if (a->transaction_over && await.stage != STAGE_QUIT && await.stage != STAGE_EXTRA)
        return;
    answers[await.stage](a, actor_class_of(a, await.stage), await.recipient);
}
