/*
 * actor_private.h - what the parts of the actor share.
 *
 * actor.c            the engine: octets in and out, time, endings
 * actor_reply.c      replies out of octets, and what their codes mean
 * actor_session.c    the order of commands
 * actor_command.c    the spelling of commands
 * actor_auth.c       AUTH PLAIN and LOGIN
 * actor_sasl.c       mechanisms with proofs
 * actor_message.c    mail data
 * actor_tls.c        STARTTLS and implicit TLS
 * actor_chunk.c      the same by BDAT
 * actor_extension.c  parameters, and bounds to keep
 */
#ifndef TESTS_MUTANTS_ACTOR_PRIVATE_H
#define TESTS_MUTANTS_ACTOR_PRIVATE_H

#include "base/buf.h"
#include "base/smtp_extension.h"
#include "base/smtp_mechanism.h"
#include "tests/mutants/actor.h"

#define ACTOR_OUT_OCTETS ((size_t)128 * 1024)
#define ACTOR_LINE_OCTETS 20480
#define ACTOR_TEXT_OCTETS 16384
#define ACTOR_REPLY_LINES_MAX 1000
#define ACTOR_AWAITED_MAX (2 * ACTOR_RECIPIENTS_MAX + 8)
#define ACTOR_NAME_OCTETS 64
#define ACTOR_REPORT_OCTETS 32768

/* What the next reply answers. */
enum actor_stage {
    STAGE_GREETING,
    STAGE_EHLO,
    STAGE_HELO,
    STAGE_STARTTLS,
    STAGE_AUTH,
    STAGE_MAIL,
    STAGE_RCPT,
    STAGE_DATA,
    STAGE_CHUNK, /* BDAT without LAST */
    STAGE_END,
    STAGE_EXTRA,   /* a command that the session could do without */
    STAGE_IGNORED, /* whatever it answers */
    STAGE_QUIT,
    STAGE_COUNT
};

enum actor_class { CLASS_GO, CLASS_MORE, CLASS_TEMPORARY, CLASS_PERMANENT, CLASS_ODD };

/* Where a session can have an extra command. */
enum actor_point {
    POINT_BEFORE_EHLO,
    POINT_AFTER_EHLO,
    POINT_BEFORE_MAIL,
    POINT_AFTER_MAIL,
    POINT_AFTER_RCPT,
    POINT_BEFORE_QUIT,
    POINT_COUNT
};

struct actor_await {
    enum actor_stage stage;
    size_t recipient; /* RCPT */
};

struct actor_reply {
    unsigned code;
    bool broken; /* no reply at all, or lines that disagree */
    size_t lines;
    size_t size;
    char text[ACTOR_TEXT_OCTETS + 1];
};

struct actor_offer {
    bool pipelining, size, eight_bit, auth, plain, login, cram, starttls;
    uint32_t mechanisms;         /* bits of enum smtp_mechanism */
    unsigned long long size_max; /* 0 = none announced */
};

struct actor_recipient {
    bool skip;          /* cannot be sent, or merged with another */
    bool tried;         /* its RCPT was sent */
    bool failed_before; /* with an earlier message: that is what is reported */
    enum smtp_outcome outcome_before;
    unsigned code_before;
    bool accepted;
    bool decided;
    enum smtp_outcome outcome;
    unsigned code;
};

/* What an earlier connection taught. */
struct actor_kept {
    struct actor_offer offer;
    struct smtp_extensions offered;
};

struct actor {
    const struct actor_job *job;
    bool trait[ACTOR_TRAIT_COUNT];
    uint64_t now_ms, began_ms, deadline_ms;

    struct buf out;
    struct buf line;
    struct buf chunk;
    bool chunk_waits; /* the octets of the chunk go out after a 354 */
    bool chunk_taken;
    struct smtp_extensions offered;
    bool old_keyword, limits_confused;
    char user[ACTOR_NAME_OCTETS], password[ACTOR_NAME_OCTETS]; /* prepared */
    struct actor_job now; /* the job, with the message at hand */
    size_t message_index;
    unsigned mails, rcpts; /* of this session; of this transaction */
    struct actor_reply reply;
    struct actor_offer offer;
    struct actor_offer offer_before; /* of the clear session */
    struct smtp_extensions offered_before;
    bool secure, tls_wish, tls_tried, tls_again, tls_resumed;
    size_t tls_leftover; /* octets that came behind the 220 */
    struct actor_await awaited[ACTOR_AWAITED_MAX];
    size_t await_first, await_count;

    struct actor_recipient recipients[ACTOR_RECIPIENTS_MAX];
    size_t count;
    bool mail_ok;
    bool transaction_over;
    unsigned mail_tries, rcpt_tries, sends, auth_tries;
    bool tried_plain, tried_login, tried_cram, authenticated, auth_again, helo, greeted;
    unsigned auth_step;
    enum smtp_mechanism sasl;
    bool sasl_active, sasl_proven;
    unsigned sasl_step;
    uint32_t sasl_tried;
    size_t sasl_expected_size;
    char sasl_expected[128]; /* the server's proof */
    bool auth_login;
    uint64_t extras_done; /* rows of extras[] */
    enum actor_point point;
    size_t next_recipient;
    bool grouped;

    bool sending; /* mail data is being written */
    bool end_written;
    uint64_t offset;
    bool line_start, last_cr, in_header, dropping, first_line;
    size_t column;
    struct {
        bool scanned, eight_bit, bare_cr, long_line, nul, mime, binary;
        uint64_t size; /* with CRLF line ends */
    } message;

    bool held; /* waits before it writes */
    uint64_t held_until_ms;
    size_t pause_octets;
    bool closing, over, reset, crashed, lost, timed_out, confused;
    enum smtp_outcome whole_if_none;
    enum actor_stage failed_stage;
    unsigned failed_code;
    struct buf report;
    struct smtp_recipient_outcome claims[ACTOR_RECIPIENTS_MAX];
};

#define HAS(actor, name) ((actor)->trait[ACTOR_##name])

/* actor.c */
void actor_await(struct actor *a, enum actor_stage stage, size_t recipient);
void actor_close(struct actor *a);
void actor_wait_as_usual(struct actor *a);

/* actor_reply.c */
void actor_read(struct actor *a, struct bytes input);
enum actor_class actor_class_of(const struct actor *a, enum actor_stage stage);
void actor_read_offer(struct actor *a, struct bytes text);

/* actor_session.c */
void actor_start(struct actor *a);
void actor_answered(struct actor *a); /* a->reply is whole */
void actor_after_auth(struct actor *a, bool ok, enum actor_class class);
void actor_fail(struct actor *a, enum smtp_outcome outcome); /* all that are undecided */
void actor_quit(struct actor *a);
void actor_note_failure(struct actor *a, enum actor_stage stage);
void actor_go_on_after_ehlo(struct actor *a);

/* actor_sasl.c */
bool actor_sasl_start(struct actor *a, bool better); /* false: there is nothing to try */
void actor_sasl_challenge(struct actor *a);
bool actor_sasl_may_end(const struct actor *a);

/* actor_tls.c */
bool actor_tls_wanted(const struct actor *a);
bool actor_tls_start(struct actor *a);
void actor_tls_answered(struct actor *a, enum actor_class class);
void actor_tls_done(struct actor *a);
void actor_tls_remember(struct actor *a); /* the reply to EHLO was read */

/* actor_command.c */
void actor_put(struct actor *a, const char *line); /* with the line end, and the line's traits */
void actor_put_ehlo(struct actor *a, bool helo);
void actor_put_mail(struct actor *a);
void actor_put_rcpt(struct actor *a, size_t recipient);
bool actor_address_can_be_sent(const struct actor *a, struct bytes address);

/* actor_auth.c */
bool actor_auth_start(struct actor *a); /* false: there is nothing to try */
void actor_auth_answered(struct actor *a);

/* actor_message.c */
void actor_scan(struct actor *a);
bool actor_message_can_be_sent(const struct actor *a);
void actor_content_start(struct actor *a, bool lone_dot);
void actor_content_more(struct actor *a); /* fills a->out while there is room */

void actor_convert(struct actor *a, struct bytes rest, size_t use);
void actor_finish_lines(struct actor *a); /* the last one has its end */
void actor_await_end(struct actor *a);

/* actor_chunk.c */
bool actor_uses_chunks(const struct actor *a);
void actor_chunks_start(struct actor *a);
void actor_chunk_next(struct actor *a);

/* actor_extension.c */
void actor_forget_extensions(struct actor *a);
void actor_read_extensions(struct actor *a, struct bytes line); /* of the reply to EHLO */
bool actor_extensions_allow(const struct actor *a); /* what is asked for can be had here */
void actor_add_mail_parameters(const struct actor *a, char *line, size_t room);
void actor_add_rcpt_parameters(const struct actor *a, size_t recipient, char *line, size_t room);
bool actor_may_mail(const struct actor *a);
bool actor_may_rcpt(const struct actor *a);
bool actor_has_too_many_domains(const struct actor *a, size_t recipient);

#endif
