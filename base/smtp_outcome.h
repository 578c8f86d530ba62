/*
 * smtp_outcome.h - what became of a message, as its SMTP client says.
 *
 * Shape:   one outcome for each recipient, with the reply that decided it where there was one.
 * Lives:   by value; spans are the holder's.
 * Source:  RFC 5321 4.2.1 (classes), 4.2.5 (who is responsible after the end of mail data).
 */
#ifndef BASE_SMTP_OUTCOME_H
#define BASE_SMTP_OUTCOME_H

#include "base/bytes.h"

#define SMTP_OUTCOME_TABLE(X)     /* enum name, word in scenarios and reports, sysexits status */  \
    X(SENT, "sent", 0)            /* 2yz to the end of mail data */                                \
    X(TEMPORARY, "temporary", 75) /* worth another try as it is */                                 \
    X(PERMANENT, "permanent", 69) /* not worth another try without a change */                     \
    X(UNKNOWN, "unknown", 75)     /* the reply to the end of mail data was lost */                 \
    X(PARTIAL, "partial", 75)     /* a message whose recipients differ; never a recipient's */     \
    X(REFUSED_AUTH, "refused-auth", 77) /* the credentials were not taken */                       \
    X(REFUSED_TLS, "refused-tls", 76)   /* no TLS of the strength asked for */

enum smtp_outcome {
#define X(name, word, status) SMTP_OUTCOME_##name,
    SMTP_OUTCOME_TABLE(X)
#undef X
        SMTP_OUTCOME_COUNT
};

const char *smtp_outcome_word(enum smtp_outcome outcome);
bool smtp_outcome_from_word(struct bytes word, enum smtp_outcome *ret);
int smtp_outcome_status(enum smtp_outcome outcome);
/* Which of several outcomes speaks for a whole of which nothing was sent: what may still become
 * something comes first, and has the greater weight. */
unsigned smtp_outcome_weight(enum smtp_outcome outcome);

/* How finely a client can say what happened (its recipe knows). */
enum smtp_precision {
    SMTP_PRECISION_NONE,   /* says nothing: only the wire can be judged */
    SMTP_PRECISION_BINARY, /* sent or not */
    SMTP_PRECISION_CLASS   /* sent, temporary, permanent, … */
};

struct smtp_recipient_outcome {
    struct bytes address;
    enum smtp_outcome outcome;
    unsigned code;     /* the reply code that decided; 0 = none known */
    struct bytes text; /* its reply text, raw octets; may be empty */
};

/* What one client said about one message. */
struct smtp_claim {
    enum smtp_precision precision;
    bool per_recipient; /* recipients[] is what the client said, not a copy of the whole */
    bool known; /* false: it ended in no way that its recipe knows (crash, hang, odd status) */
    enum smtp_outcome whole;
    unsigned code;       /* that decided the whole; 0 = none known */
    struct bytes stage;  /* "MAIL", "RCPT", … as the client says; may be empty */
    struct bytes report; /* all that it told its user (stdout and stderr) */
    const struct smtp_recipient_outcome *recipients;
    size_t recipient_count;
    bool hung;  /* it had to be ended by us */
    int signal; /* it was ended by this signal, not ours; 0 = none */
    int status; /* exit status; -1 = none */
};

#endif
