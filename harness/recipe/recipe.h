/*
 * recipe.h - how to run a client, what it can do, and what its exit status means: data.
 *
 * A recipe is a file of lines, one statement a line; words are separated by blanks, a word in
 * double quotes may hold any octet. Placeholders in braces stand for the facts of one run.
 *
 * Shape:   struct recipe below, immutable once parsed.
 * Bounds:  RECIPE_OCTETS_MAX of text, RECIPE_LINES_MAX lines.
 * Lives:   everything lives in the arena given.
 * Errors:  ERR_SYNTAX with line, column and the nearest known word; ERR_LIMIT; ERR_MEMORY.
 * Source:  recipe.5.
 */
#ifndef HARNESS_RECIPE_RECIPE_H
#define HARNESS_RECIPE_RECIPE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/smtp_outcome.h"
#include "harness/recipe/capability.h"

#include <stdint.h>

#define RECIPE_OCTETS_MAX (64 * 1024)
#define RECIPE_LINES_MAX 500

/* enum name, word, environment variable of a COMMAND without a recipe, what it is */
#define RECIPE_PLACEHOLDER_TABLE(X)                                                                \
    X(HOST, "host", "HOST", "address of the fake server")                                          \
    X(PORT, "port", "PORT", "its port")                                                            \
    X(FROM, "from", "FROM", "the reverse-path; empty: the null reverse-path")                      \
    X(TO, "to", "TO", "the forward-paths, separated by commas; under `each to` one of them")       \
    X(MESSAGE, "message", "MESSAGE", "file with the message as the scenario gives it")             \
    X(MESSAGE_LF, "message-lf", "MESSAGE_LF", "the same, every line ended by LF")                  \
    X(MESSAGE_CRLF, "message-crlf", "MESSAGE_CRLF", "the same, every line ended by CRLF")          \
    X(MESSAGE_OPEN, "message-open", "MESSAGE_OPEN",                                                \
      "the same as message, without the last line end")                                            \
    X(BODY, "body", "BODY", "file with the body alone, every line ended by LF")                    \
    X(USER, "user", "USER", "the user name; empty: no credentials")                                \
    X(PASSWORD, "password", NULL, "the password; in files only")                                   \
    X(PASSWORD_FILE, "password-file", "PASSWORD_FILE",                                             \
      "file (mode 0600) with the password, one line")                                              \
    X(MECHANISM, "mechanism", "MECHANISM", "the AUTH mechanism asked for; empty: any")             \
    X(PROOF, "proof", "PROOF",                                                                     \
      "the last AUTH mechanism that the scenario needs and that sends no secret; mostly empty")    \
    X(DOMAIN, "domain", "DOMAIN", "the domain for EHLO; empty: the client's own choice")           \
    X(BEFORE_NOOP, "before-noop", "BEFORE_NOOP", "NOOP, if the client is to send it first")        \
    X(BEFORE_VRFY, "before-vrfy", "BEFORE_VRFY",                                                   \
      "the mailbox that it is to ask for with VRFY first")                                         \
    X(BEFORE_RSET, "before-rset", "BEFORE_RSET", "RSET, if the client is to send it first")        \
    X(NOTIFY, "notify", "NOTIFY", "NOTIFY= of RCPT that is asked for (DSN); mostly empty")         \
    X(ORCPT, "orcpt", "ORCPT", "ORCPT= of RCPT, likewise")                                         \
    X(RET, "ret", "RET", "RET= of MAIL, likewise")                                                 \
    X(ENVID, "envid", "ENVID", "the envelope identifier, before it is made xtext")                 \
    X(BY, "by", "BY", "BY= of MAIL (DELIVERBY)")                                                   \
    X(HOLDFOR, "holdfor", "HOLDFOR", "HOLDFOR= of MAIL (FUTURERELEASE)")                           \
    X(HOLDUNTIL, "holduntil", "HOLDUNTIL", "HOLDUNTIL= of MAIL (FUTURERELEASE)")                   \
    X(MT_PRIORITY, "mt-priority", "MT_PRIORITY", "MT-PRIORITY= of MAIL")                           \
    X(BODY_TYPE, "body-type", "BODY_TYPE", "7bit, 8bitmime or binarymime, if BODY= is asked for")  \
    X(REQUIRETLS, "requiretls", "REQUIRETLS", "requiretls, if REQUIRETLS is asked for")            \
    X(SMTPUTF8, "smtputf8", "SMTPUTF8", "smtputf8, if SMTPUTF8 is asked for")                      \
    X(LMTP, "lmtp", "LMTP", "lmtp, if the server speaks LMTP")                                     \
    X(MESSAGES, "messages", "MESSAGES", "how many messages are to be sent; empty: one")            \
    X(RETRY, "retry", "RETRY", "how often to try again what failed for now; empty: not at all")    \
    X(TLS, "tls", "TLS", "starttls, implicit or opportunistic; empty: no TLS")                     \
    X(CA, "ca", "CA", "PEM file with the CA that the server's certificates are of")                \
    X(TLS_NAME, "tls-name", "TLS_NAME", "the name that the certificate has to have")               \
    X(CLIENT_CERT, "client-cert", "CLIENT_CERT", "PEM file with a certificate for the client")     \
    X(CLIENT_KEY, "client-key", "CLIENT_KEY", "PEM file (mode 0600) with its key")                 \
    X(TIMEOUT, "timeout", "TIMEOUT", "seconds for every wait; empty: the client's own")            \
    X(TIMEOUT_MS, "timeout-ms", "TIMEOUT_MS", "the same in milliseconds")                          \
    X(DIR, "dir", "DIR", "the folder of this run, empty but for the files named here")             \
    X(CLIENTS, "clients", NULL, "the folder where the recipe stands")                              \
    X(MADE, "made", NULL, "the folder for what `prepare` makes; the same in all runs")             \
    X(SMTPSEND, "smtpsend", NULL, "the bundled client")

enum recipe_placeholder {
#define X(name, word, variable, says) RECIPE_PLACEHOLDER_##name,
    RECIPE_PLACEHOLDER_TABLE(X)
#undef X
        RECIPE_PLACEHOLDER_COUNT,
    RECIPE_PLACEHOLDER_NONE = RECIPE_PLACEHOLDER_COUNT /* a piece of plain text */
};
const char *recipe_placeholder_word(enum recipe_placeholder placeholder);
const char *recipe_placeholder_variable(enum recipe_placeholder placeholder); /* or NULL */
const char *recipe_placeholder_says(enum recipe_placeholder placeholder);
#define RECIPE_PLACEHOLDER_BIT(placeholder) (UINT64_C(1) << (placeholder))

enum recipe_manner {
    RECIPE_AS_IS,
    RECIPE_QUOTED, /* {user quoted}: in double quotes, `"` and `\` with a `\` before */
    RECIPE_URL,    /* {user url}: percent-encoded (RFC 3986 2.1) */
    RECIPE_LOWER   /* {mechanism lower}: in lower case */
};

struct recipe_piece {
    enum recipe_placeholder placeholder;
    enum recipe_manner manner;
    struct bytes text; /* RECIPE_PLACEHOLDER_NONE */
};

struct recipe_text { /* pieces that become one word or one line */
    const struct recipe_piece *pieces;
    size_t count;
};

#define RECIPE_TESTS_MAX 4

struct recipe_test { /* `when NAME`, `unless NAME=VALUE` */
    enum recipe_placeholder fact;
    struct bytes value; /* size 0: is it there? */
    bool unless;
};

enum recipe_each { RECIPE_ONCE, RECIPE_EACH_TO, RECIPE_EACH_MESSAGE };

struct recipe_condition {
    struct recipe_test tests[RECIPE_TESTS_MAX]; /* all have to hold */
    size_t test_count;
    enum recipe_each each;
};

struct recipe_words { /* `run`, `arg`; `file` (words are its lines), `env` (one word) */
    struct recipe_condition condition;
    struct bytes name; /* of the file or variable */
    unsigned line;     /* 1-based, where it stands */
    const struct recipe_text *words;
    size_t count;
};

#define RECIPE_MEANING_TABLE(X)   /* enum name, word: what is no enum smtp_outcome */              \
    X(OUTCOME, "")                /* one of enum smtp_outcome */                                   \
    X(FAILED, "failed")           /* not sent; it does not say more */                             \
    X(UNSUPPORTED, "unsupported") /* it cannot do what was asked */                                \
    X(USAGE, "usage")             /* it did not understand its command line: our fault */

enum recipe_meaning {
#define X(name, word) RECIPE_MEANING_##name,
    RECIPE_MEANING_TABLE(X)
#undef X
        RECIPE_MEANING_COUNT
};

struct recipe_exit {
    int status; /* -1 = `*`, any other */
    enum recipe_meaning meaning;
    enum smtp_outcome outcome;
    struct bytes words; /* what the client's manual calls it; may be empty */
};

enum recipe_report { RECIPE_REPORT_NONE, RECIPE_REPORT_JSON, RECIPE_REPORT_CODE };

struct recipe {
    struct bytes name; /* of the file, without .client */
    struct bytes title;
    struct bytes about;
    struct bytes package;                 /* that brings the program */
    uint64_t can;                         /* CAPABILITY_BIT set */
    unsigned can_lines[CAPABILITY_COUNT]; /* 1-based, of the word in `can`; 0: it is in none */
    struct recipe_words *prepare;         /* commands to run once, before all else */
    size_t prepare_count;
    struct recipe_words version;
    struct recipe_words *args; /* the first one is `run` or `adapter` */
    size_t arg_count;
    bool is_adapter; /* it reads the facts in its environment, and ends as a COMMAND does */
    struct recipe_words *inherited; /* one word each: names of variables of our environment */
    size_t inherited_count;
    struct recipe_words *environment;
    size_t environment_count;
    struct recipe_words *files;
    size_t file_count;
    enum recipe_placeholder input; /* for stdin; RECIPE_PLACEHOLDER_NONE: empty */
    struct recipe_exit *exits;
    size_t exit_count;
    enum smtp_precision precision; /* the finest that it tells */
    bool per_recipient;
    enum recipe_report report;
    struct bytes report_pattern; /* RECIPE_REPORT_CODE: PCRE2; group 1 is the code */
    uint64_t used;               /* RECIPE_PLACEHOLDER_BIT set: what it names anywhere */
};

bool recipe_parse(const char *name, struct bytes text, struct arena *arena, struct recipe *ret,
                  struct err *err);
/* The row for an exit status; NULL when no row fits. */
const struct recipe_exit *recipe_exit_for(const struct recipe *recipe, int status);

/* A COMMAND given on the command line is a recipe as well: its words, with {placeholders} where
 * their names are known and everything else as it is. Exit status 0 sent, 75 temporary, 69
 * permanent, 77 refused-auth, 76 refused-tls, 127 unsupported, any other failed. */
bool recipe_of_command(const char *const *words, size_t count, struct arena *arena,
                       struct recipe *ret, struct err *err);

#endif
