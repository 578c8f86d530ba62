/*
 * transcript.h - what happened in one run, in order: the only thing that the judge reads.
 *
 * Shape:   records, oldest first, over all connections of the run.
 * Bounds:  TRANSCRIPT_RECORDS_MAX records; octets of one record at most TRANSCRIPT_OCTETS_MAX,
 *          longer ones are cut and say so (TRANSCRIPT_NOTE_SHORTENED).
 * Lives:   transcript_add() copies what it is given; all of it lives until transcript_free().
 * Secrets: octets are redacted before they become a record (the fake server does it): a credential
 *          stands as {secret}, what is true of it is in the notes.
 * Text:    transcript.5.
 */
#ifndef FAKESERVER_TRANSCRIPT_H
#define FAKESERVER_TRANSCRIPT_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/tls.h"
#include "fakeserver/mail_data.h"
#include "fakeserver/sasl_demand.h"

#include <stdint.h>

#define TRANSCRIPT_RECORDS_MAX 200000
#define TRANSCRIPT_OCTETS_MAX 16384

/* enum name, word in the text form, is it a unit that the client sent */
#define TRANSCRIPT_KIND_TABLE(X)                                                                   \
    X(CONNECTED, "connected", false) /* TCP is there */                                            \
    X(COMMAND, "command", true)      /* one line, raw, with its line end */                        \
    X(RESPONSE, "response", true)    /* one SASL client response line */                           \
    X(MAIL_DATA, "data", true)       /* all up to the end indication: facts */                     \
    X(CHUNK, "chunk", true)          /* the octets of one BDAT: facts */                           \
    X(OCTETS, "octets", true)        /* what a `C= N octets` line read */                          \
    X(REPLY, "reply", false)         /* octets of the server, as sent */                           \
    X(TLS_STARTED, "tls", false)                                                                   \
    X(TLS_FAILED, "tls-failed", false)                                                             \
    X(QUIET, "quiet", false)     /* a `!quiet` passed in silence */                                \
    X(DEAF, "deaf", false)       /* the server begins to read nothing for a time */                \
    X(STALLED, "stalled", false) /* the server says nothing more */                                \
    X(SERVER_HALF_CLOSED, "server-half-closed", false)                                             \
    X(SERVER_CLOSED, "server-closed", false)                                                       \
    X(SERVER_RESET, "server-reset", false)                                                         \
    X(CLIENT_CLOSED, "client-closed", false) /* FIN; a unit cut short comes before it */           \
    X(CLIENT_RESET, "client-reset", false)                                                         \
    X(EXPIRED, "expired", false) /* the run's limit: we ended it */

enum transcript_kind {
#define X(name, word, is_unit) TRANSCRIPT_##name,
    TRANSCRIPT_KIND_TABLE(X)
#undef X
        TRANSCRIPT_KIND_COUNT
};

/* Who decided: the answer (REPLY, server events), or what took the unit. */
#define TRANSCRIPT_SOURCE_TABLE(X)                                                                 \
    X(NOBODY, "-")                                                                                 \
    X(DIALOGUE, "dialogue")                                                                        \
    X(RULE, "rule")                                                                                \
    X(PERSONALITY, "personality")                                                                  \
    X(MODEL, "model")

enum transcript_source {
#define X(name, word) TRANSCRIPT_SOURCE_##name,
    TRANSCRIPT_SOURCE_TABLE(X)
#undef X
        TRANSCRIPT_SOURCE_COUNT
};

/* What is true of a record beyond its octets; a set of bits. */
#define TRANSCRIPT_NOTE_TABLE(X)                                                                   \
    X(EARLY, "early")         /* came before the reply to its predecessor had been sent */         \
    X(CUT, "cut")             /* the connection ended inside it */                                 \
    X(SHORTENED, "shortened") /* the record holds its first octets only */                         \
    X(BARE_LF, "bare-lf")     /* a command line that ended in LF alone */                          \
    X(BARE_CR, "bare-cr")     /* CR inside a command line without LF */                            \
    X(NUL, "nul")             /* octet 0 in a command line */                                      \
    X(TOO_LONG, "too-long")   /* the unit passed the server's buffer */                            \
    X(UNINVITED, "uninvited") /* mail data though DATA was not answered 3yz */                     \
    X(NOT_BASE64, "not-base64")                                                                    \
    X(EMPTY, "empty")                 /* an empty response, or `=` as initial response */          \
    X(CANCEL, "cancel")               /* `*` */                                                    \
    X(USER, "user")                   /* a response that is the user name */                       \
    X(PASSWORD, "password")           /* a response that is, or holds, the password */             \
    X(AUTHENTICATED, "authenticated") /* the model verified the credentials */                     \
    X(WRONG_CREDENTIALS, "wrong-credentials")                                                      \
    X(SECRET_ELSEWHERE, "secret-elsewhere") /* the password stood outside AUTH: redacted */        \
    X(DEPARTURE, "departure") /* the dialogue expected something else, at record.line */           \
    X(HARMLESS, "harmless")   /* … and it is a named variation: record.variation */              \
    X(UNREACHED, "unreached") /* ending record: the dialogue had not come to its end */

enum transcript_note {
#define X(name, word) TRANSCRIPT_NOTE_INDEX_##name,
    TRANSCRIPT_NOTE_TABLE(X)
#undef X
        TRANSCRIPT_NOTE_COUNT
};
#define TRANSCRIPT_NOTE(name) (UINT32_C(1) << TRANSCRIPT_NOTE_INDEX_##name)

/* The named variations: harmless differences between clients (scenario.5). */
#define VARIATION_TABLE(X)                                                                         \
    X(NONE, "-")                                                                                   \
    X(HELO_FIRST, "helo-first") /* HELO where EHLO was expected */                                 \
    X(EHLO_FOR_HELO, "ehlo-for-helo")                                                              \
    X(HELO_FALLBACK, "helo-fallback")                                                              \
    X(EHLO_AGAIN, "ehlo-again")                                                                    \
    X(NOOP, "noop")                                                                                \
    X(RSET, "rset") /* RSET with no transaction open, or before QUIT */                            \
    X(VRFY, "vrfy")                                                                                \
    X(HELP, "help")                                                                                \
    X(PARAMETER_ORDER, "parameter-order")                                                          \
    X(EXTRA_PARAMETER, "extra-parameter") /* of an extension that was offered */                   \
    X(AUTH_INITIAL_RESPONSE, "auth-initial-response")                                              \
    X(AUTH_NO_INITIAL_RESPONSE, "auth-no-initial-response")                                        \
    X(AUTH_MECHANISM, "auth-mechanism") /* another one that was offered */                         \
    X(AUTH_UNASKED, "auth-unasked")     /* AUTH, offered, not in the dialogue */                   \
    X(STARTTLS_UNASKED, "starttls-unasked")                                                        \
    X(BDAT_FOR_DATA, "bdat-for-data")                                                              \
    X(PIPELINING, "pipelining")                                                                    \
    X(SECOND_CONNECTION, "second-connection") /* one that idled */                                 \
    X(ONE_CONNECTION_A_RECIPIENT, "one-connection-a-recipient")                                    \
    X(CLOSE_WITHOUT_QUIT, "close-without-quit") /* a rule speaks of it, the scenario does not */   \
    X(LOWER_CASE_VERBS, "lower-case-verbs")

enum variation {
#define X(name, word) VARIATION_##name,
    VARIATION_TABLE(X)
#undef X
        VARIATION_COUNT
};
const char *variation_word(enum variation variation);
#define VARIATION_BIT(variation) (UINT64_C(1) << (variation))

struct transcript_record {
    uint64_t at_ms;      /* since the run began */
    unsigned connection; /* 1-based */
    enum transcript_kind kind;
    enum transcript_source source;
    unsigned line;  /* of the scenario (DIALOGUE, RULE, DEPARTURE); 0 = none */
    bool secure;    /* inside TLS */
    uint32_t notes; /* TRANSCRIPT_NOTE(…) */
    enum variation variation;
    enum sasl_remark remark; /* of a response or an initial response */
    struct bytes octets;     /* raw and redacted; facts stand for mail data */
    uint64_t wire_octets;    /* of the unit as it came, before it was redacted or shortened; 0: as
                                many as octets.size */
    const struct mail_data_facts *facts; /* MAIL_DATA and CHUNK only; else NULL */
    /* TLS_STARTED and TLS_FAILED, where it is known; else NULL. Channel bindings are not kept. */
    const struct tls_facts *tls;
};

struct transcript;

struct transcript *transcript_new(void); /* NULL: out of memory */
void transcript_free(struct transcript *transcript);
bool transcript_add(struct transcript *transcript, const struct transcript_record *record,
                    struct err *err);
size_t transcript_count(const struct transcript *transcript);
const struct transcript_record *transcript_at(const struct transcript *transcript, size_t index);

#endif
