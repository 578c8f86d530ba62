/*
 * scenario.h - a dialogue written down: the typed, immutable program of one scenario instance.
 *
 * A file is parsed once (lines, head, sweeps); each of its instances is then made by putting the
 * values of that instance into the lines and parsing them into the types below. A file without a
 * sweep has one instance. Personalities are files of the same notation without a dialogue.
 *
 * Shape:   steps are flat: the server's cursor is an index into steps[]; control flow is in them.
 * Bounds:  SCENARIO_… below; passing one is ERR_LIMIT with line and column.
 * Lives:   everything lives in the arena given, compiled regular expressions too.
 * Errors:  ERR_SYNTAX with line, column and, for an unknown word, the nearest known one.
 * Source:  scenario.5.
 */
#ifndef FAKESERVER_SCENARIO_H
#define FAKESERVER_SCENARIO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/smtp_outcome.h"
#include "base/smtp_verb.h"
#include "base/tls.h"
#include "fakeserver/finding.h"
#include "fakeserver/mail_data.h"
#include "fakeserver/profile.h"
#include "fakeserver/sasl_demand.h"
#include "fakeserver/transcript.h"

#include <stdint.h>

#define SCENARIO_FILE_OCTETS_MAX (1024 * 1024)
#define SCENARIO_LINES_MAX 5000
#define SCENARIO_INSTANCES_MAX 100000
#define SCENARIO_CONNECTIONS_MAX 16
#define SCENARIO_MESSAGES_MAX 100
#define SCENARIO_RETRIES_MAX 9

/* ---- patterns ------------------------------------------------------------------------------- */

enum pattern_kind {
    PATTERN_ANY,         /* *            any unit */
    PATTERN_COMMAND,     /* MAIL FROM:<*> */
    PATTERN_TEXT,        /* dXNlcg==     a whole line, `*` stands for any octets */
    PATTERN_REGEX,       /* /…/          PCRE2, on the raw line without its line end */
    PATTERN_END_OF_DATA, /* .            mail data, whatever it held */
    PATTERN_CONTENT,     /* content      mail data with at least one octet (expectations) */
    PATTERN_CLOSE        /* close        the client ended the connection (expectations) */
};

enum pattern_under { PATTERN_UNDER_ANY, PATTERN_UNDER_PLAIN, PATTERN_UNDER_TLS };

struct pattern_parameter {
    struct bytes name;  /* of an ESMTP parameter, e.g. SIZE */
    struct bytes value; /* with `*` as wild card; data NULL: no value written */
};

struct pattern_choice {
    enum pattern_kind kind;
    enum smtp_verb verb;    /* COMMAND */
    struct bytes verb_text; /* COMMAND with SMTP_VERB_OTHER: as written */
    bool has_argument;      /* COMMAND: something was written behind the verb */
    struct bytes path;      /* MAIL, RCPT: between < and >, `*` as wild card; data NULL: free */
    struct bytes argument;  /* other verbs: what was written, `*` as wild card */
    const struct pattern_parameter *parameters; /* MAIL, RCPT; must be there, in any order */
    size_t parameter_count;
    bool other_parameters; /* ` *` was written: more may come. Unwritten ones are free anyway. */
    struct bytes text;     /* TEXT, REGEX: as written */
    void *regex;           /* REGEX: pcre2_code, compiled */
};

struct pattern {
    const struct pattern_choice *choices; /* A|B|C; any one */
    size_t choice_count;
    enum pattern_under under; /* `under tls` in expectations */
    struct bytes written;     /* for messages */
};

/* ---- steps ---------------------------------------------------------------------------------- */

#define STEP_EVENT_TABLE(X)     /* enum name, word */                                              \
    X(CLOSE, "close")           /* flush, FIN, linger */                                           \
    X(HALF_CLOSE, "half-close") /* FIN, go on reading */                                           \
    X(RESET, "reset")           /* RST */                                                          \
    X(STALL, "stall")           /* say nothing more */                                             \
    X(CLOSED, "closed")         /* the client must close now */                                    \
    X(QUIET, "quiet")           /* the client must be silent for duration_ms */                    \
    X(DEAF, "deaf")             /* nothing is read for duration_ms */                              \
    X(FLUSH, "flush")           /* a segment ends here */                                          \
    X(TLS, "tls")               /* TLS handshake */                                                \
    X(PACE, "pace")             /* from here on: `octets` octets every duration_ms */              \
    X(SPLIT, "split")           /* the next reply is sent in segments cut at these offsets */

enum step_event {
#define X(name, word) STEP_EVENT_##name,
    STEP_EVENT_TABLE(X)
#undef X
        STEP_EVENT_COUNT
};

enum step_kind {
    STEP_REPLY, /* octets: one reply, all its lines with CRLF; or raw octets */
    STEP_EVENT,
    STEP_COMMAND,  /* C:  pattern */
    STEP_OPTIONAL, /* C?  pattern; `target` is the step to go to when it is passed over */
    STEP_OCTETS,   /* C=  count */
    STEP_MODEL,    /* ... */
    STEP_EITHER,   /* branches[]: first step of each; each ends in a STEP_GOTO */
    STEP_GOTO,     /* target */
    STEP_END       /* the end of this connection's dialogue: the model serves on */
};

#define STEP_SPLITS_MAX 32

struct step {
    enum step_kind kind;
    unsigned line; /* 1-based, of the file */
    unsigned column;
    uint64_t delay_ms;                /* clock prefix: wait so long before it */
    struct bytes octets;              /* REPLY */
    bool same_segment;                /* REPLY: goes out together with the reply before it */
    bool raw;                         /* REPLY: written as S= */
    unsigned code;                    /* REPLY: of its last line; 0 = none (odd) */
    bool unfinished;                  /* REPLY: its last line says that another one follows */
    enum step_event event;            /* EVENT */
    uint64_t duration_ms;             /* QUIET, DEAF, PACE */
    uint64_t count;                   /* OCTETS; PACE octets */
    unsigned splits[STEP_SPLITS_MAX]; /* SPLIT: ascending offsets */
    size_t split_count;
    const struct tls_demand *tls;  /* TLS; NULL: as the head says */
    const struct pattern *pattern; /* COMMAND, OPTIONAL */
    size_t target;                 /* OPTIONAL, GOTO: index of a step */
    const size_t *branches;        /* EITHER */
    size_t branch_count;
};

/* A standing rule: a one-step dialogue. */
enum rule_when {
    RULE_WHEN_PLAIN = 1,
    RULE_WHEN_TLS = 2,
    RULE_WHEN_AUTHENTICATED = 4,
    RULE_WHEN_UNAUTHENTICATED = 8,
    RULE_WHEN_ACCEPTED = 16 /* only where the model would have answered 2yz or 3yz */
};

struct standing_rule {
    unsigned line;
    bool on_connect; /* `on connect`: instead of the greeting */
    const struct pattern *pattern;
    unsigned when;     /* set of enum rule_when; all must hold; 0 = always */
    unsigned times;    /* x2: the first two times; 0 = always */
    size_t first_step; /* in steps[], up to the STEP_END that ends the rule */
};

/* `say MAIL 250 Mail OK`: the model's wording for its own reply of that code at that stage. */
struct wording {
    enum smtp_stage stage;
    unsigned code;
    struct bytes text; /* lines separated by \n; without codes */
};

/* `offer AUTH PLAIN when tls`: one line of the EHLO reply. */
struct offer {
    struct bytes text; /* a keyword with its parameters */
    unsigned when;     /* RULE_WHEN_PLAIN or RULE_WHEN_TLS; 0 = always */
};

/* ---- what the client is to do --------------------------------------------------------------- */

enum send_tls { SEND_TLS_NONE, SEND_TLS_STARTTLS, SEND_TLS_IMPLICIT, SEND_TLS_OPPORTUNISTIC };

/* Commands that the client sends before the first MAIL; in this order. */
enum send_before { SEND_BEFORE_NOOP = 1, SEND_BEFORE_VRFY = 2, SEND_BEFORE_RSET = 4 };

/* Parameters of MAIL and RCPT that the client is to ask for: words of `send`, whose values are
 * handed on as they are. enum name, word, capability that the client needs for it */
#define SEND_PARAMETER_TABLE(X)                                                                    \
    X(NOTIFY, "notify", "dsn")                   /* RFC 3461 4.1 */                                \
    X(ORCPT, "orcpt", "dsn")                     /* RFC 3461 4.2 */                                \
    X(RET, "ret", "dsn")                         /* RFC 3461 4.3 */                                \
    X(ENVID, "envid", "dsn")                     /* RFC 3461 4.4 */                                \
    X(BY, "by", "deliverby")                     /* RFC 2852 4 */                                  \
    X(HOLDFOR, "holdfor", "futurerelease")       /* RFC 4865 4.1 */                                \
    X(HOLDUNTIL, "holduntil", "futurerelease")   /* RFC 4865 4.1 */                                \
    X(MT_PRIORITY, "mt-priority", "mt-priority") /* RFC 6710 4.1 */                                \
    X(BODY_TYPE, "body", "8bitmime")             /* RFC 6152 2, RFC 3030 3 */                      \
    X(REQUIRETLS, "requiretls", "requiretls")    /* RFC 8689 2; a word alone */                    \
    X(SMTPUTF8, "smtputf8", "smtputf8")          /* RFC 6531 3.4; a word alone */

enum send_parameter {
#define X(name, word, needs) SEND_PARAMETER_##name,
    SEND_PARAMETER_TABLE(X)
#undef X
        SEND_PARAMETER_COUNT
};

struct account {
    struct bytes user;
    struct bytes password;
};

struct scenario_send {
    struct bytes from; /* mailbox, may be empty: the null reverse-path */
    const struct bytes *to;
    size_t to_count;
    struct bytes user; /* empty: no credentials */
    struct bytes password;
    struct bytes domain;    /* the name that the client gives in EHLO; data NULL: its own choice */
    struct bytes mechanism; /* AUTH mechanism to insist on; empty: its own choice */
    enum send_tls tls;
    unsigned before; /* set of enum send_before; VRFY asks for the first of `to` */
    struct bytes parameters[SEND_PARAMETER_COUNT]; /* data NULL: not asked for */
    bool lmtp;                                     /* speaks LMTP (RFC 2033) */
    unsigned messages;         /* to be sent, one after the other; each to all of `to` */
    unsigned retries;          /* so often again, as long as something is temporary */
    bool no_certificate;       /* it has none to show to a server that asks */
    uint64_t timeout_ms;       /* for every wait of the client; 0 = its own */
    struct mail_text given;    /* the octets handed to the client, perhaps with LF line ends */
    struct mail_text expected; /* what has to arrive, after transparency is undone */
    bool has_expected;         /* false: no arrival is right (it must be refused) or compared */
};

/* ---- expectations --------------------------------------------------------------------------- */

enum expect_kind {
    EXPECT_OUTCOME,     /* outcomes [at stage] [code]; address empty: the whole */
    EXPECT_NEVER,       /* pattern [after other] */
    EXPECT_BEFORE,      /* pattern before other; negated: no pattern before the first other, nor
                           when there is no other */
    EXPECT_COUNT,       /* pattern, compare, number */
    EXPECT_NEXT,        /* pattern (alternatives) after other */
    EXPECT_MESSAGE,     /* intact */
    EXPECT_REPORT,      /* code or text */
    EXPECT_CONNECTIONS, /* compare, number */
    EXPECT_GIVES_UP,    /* between from_ms and to_ms after the server fell silent */
    EXPECT_TLS          /* at least tls_version; tls_name: the client sent server_name */
};

enum expect_compare { EXPECT_AT_MOST, EXPECT_EXACTLY, EXPECT_AT_LEAST };

struct expectation {
    enum expect_kind kind;
    unsigned line;
    unsigned column;
    bool has_level; /* `expect should …`, `expect must …`: else the scenario's */
    enum finding_level level;
    bool negated; /* OUTCOME: `never sent`; BEFORE: `never AUTH before EHLO` */
    struct bytes address;
    unsigned outcomes; /* set of 1u << enum smtp_outcome */
    bool has_stage;
    enum smtp_stage stage;
    unsigned code; /* 0 = none asked for */
    const struct pattern *pattern;
    const struct pattern *other; /* after, before; NULL = none */
    enum expect_compare compare;
    unsigned long long number;
    struct bytes text;
    enum tls_version tls_version; /* TLS */
    bool tls_name;
    uint64_t from_ms, to_ms;
    struct bytes written; /* the line as it stands after `expect`, for messages */
};

/* ---- the whole ------------------------------------------------------------------------------ */

struct scenario {
    struct bytes path;     /* of the file, as given: providers/163.com/mail-before-auth */
    struct bytes instance; /* "" or code=421,at=MAIL */
    uint64_t seed;         /* of the run: of {token}, of the challenges of SASL */
    struct bytes title;
    struct bytes source;
    const struct bytes *cites; /* requirement ids */
    size_t cite_count;
    const struct bytes *tags;
    size_t tag_count;
    const struct bytes *needs; /* client capabilities */
    size_t need_count;
    enum stand_answer stands[STAND_COUNT]; /* that it is right under; OPEN: either */
    enum finding_level level;
    struct bytes server; /* personality; empty: none */
    bool has_offer;      /* `offer …`: replaces the model's list of extensions */
    const struct offer *offers;
    size_t offer_count;
    const struct tls_demand
        *tls; /* of every handshake that asks for nothing else; NULL: ordinary */
    struct sasl_demand sasl;
    struct scenario_send send;
    const struct account *accounts; /* send's credentials come first, when given */
    size_t account_count;
    uint64_t limit_ms; /* of the whole run */
    uint64_t exact;    /* VARIATION_BIT set: these are findings here */
    bool meant;        /* `odd`: this server breaks the protocol on purpose (for the linter) */

    const struct step *steps; /* all dialogues and rules, flat */
    size_t step_count;
    size_t connection_first[SCENARIO_CONNECTIONS_MAX]; /* first step of each dialogue */
    size_t connection_count;                           /* 0 = no dialogue at all (a personality) */
    const struct standing_rule *rules;
    size_t rule_count;
    const struct wording *wordings;
    size_t wording_count;
    const struct expectation *expectations;
    size_t expectation_count;
};

/* Wipes the passwords and empties the scenario; all else is freed with the arena (compiled patterns
 * too). */
void scenario_release(struct scenario *scenario);

/* The number-th message that the client is given (1-based). From the second on a header field
 * counts them, so that two are told apart. False: no memory. (scenario_message.c) */
bool scenario_numbered_message(const struct scenario_send *send, unsigned number,
                               struct arena *arena, struct mail_text *ret);

/* Has it a step with this event? */
bool scenario_has_event(const struct scenario *scenario, enum step_event event);

/* ---- files ---------------------------------------------------------------------------------- */

/* Reads a file that `sweep from` names: path is the folder of the scenario's own path and the name
 * as written. Octets live in the arena. Used by scenario_file_parse() only. */
struct scenario_loader {
    bool (*load)(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                 struct err *err);
    void *owner;
};

struct scenario_file;

bool scenario_file_parse(const char *path, struct bytes text, const struct scenario_loader *loader,
                         struct arena *arena, struct scenario_file **ret, struct err *err);
size_t scenario_file_instance_count(const struct scenario_file *file);
/* "" or code=421,at=MAIL; lives as long as the file. */
struct bytes scenario_file_instance_name(const struct scenario_file *file, size_t index);
/* A typed instance; needs the placeholders' seed for {token} and {date}. */
bool scenario_file_instance(const struct scenario_file *file, size_t index, uint64_t seed,
                            struct arena *arena, struct scenario *ret, struct err *err);

/*
 * A personality (a file of head lines and rules) for one session: {from}, {user} … in its lines are
 * those of the session's scenario. One that the session has not set stands for an octet 0, which no
 * client sends, so that `on MAIL FROM:<{user}>` never applies then.
 */
bool scenario_file_personality(const struct scenario_file *file, const struct scenario *session,
                               uint64_t seed, struct arena *arena, struct scenario *ret,
                               struct err *err);

/*
 * An error about `text`, for people:
 *   path:line:column: message
 *     | the line
 *     |    ^
 * False: no room in ret.
 */
bool scenario_error_print(struct bytes path, struct bytes text, const struct err *error,
                          struct buf *ret);

/* The one canonical layout; parse(print(x)) = x. (scenario_print.c) */
bool scenario_print(const struct scenario_file *file, struct buf *ret, struct err *err);

/* What parses but should not be. (scenario_lint.c) */
struct lint_remark {
    unsigned line;
    unsigned column;
    bool is_error;
    struct bytes what;
};
struct lint_known { /* the words that only the data knows; NULL lists are not checked */
    bool (*requirement)(void *owner, struct bytes id);
    bool (*capability)(void *owner, struct bytes name);
    bool (*personality)(void *owner, struct bytes name);
    void *owner;
};
bool scenario_lint(const struct scenario_file *file, const struct lint_known *known,
                   struct arena *arena, struct lint_remark **ret, size_t *ret_count,
                   struct err *err);

#endif
