/*
 * scenario_private.h - what the files of the scenario language share, and nobody else needs.
 *
 * A line of the file is known by its first token only (scenario.c); its values are put in for one
 * instance at a time (scenario_expand.c) and the text that this gives, which still knows the
 * columns of the file, is parsed (scenario_parse.c and its helpers).
 *
 * Lives:   everything lives in the arena of the file or of the instance.
 * Errors:  each parser fills the parser's err: ERR_SYNTAX with line and column, ERR_LIMIT,
 * ERR_MEMORY.
 */
#ifndef FAKESERVER_SCENARIO_PRIVATE_H
#define FAKESERVER_SCENARIO_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fakeserver/scenario.h"

#define SCENARIO_EITHER_DEPTH_MAX 8
#define SCENARIO_LINE_OCTETS_MAX (256 * 1024) /* with the values put in */
#define SCENARIO_MESSAGE_OCTETS_MAX (1024 * 1024)
#define SCENARIO_PLACEHOLDER_DEPTH_MAX 4
#define SCENARIO_TABLE_COLUMNS_MAX 32
#define SCENARIO_REPEAT_MAX 100000
#define SCENARIO_RECIPIENTS_MAX 1000

/* ---- lines ---------------------------------------------------------------------------------- */

/* enum name, first token, where it may stand, how its body is read */
#define LINE_TABLE(X)                                                                              \
    X(TITLE, "title", HEAD, TEXT)                                                                  \
    X(SOURCE, "source", HEAD, TEXT)                                                                \
    X(CITES, "cites", HEAD, WORDS)                                                                 \
    X(TAGS, "tags", HEAD, WORDS)                                                                   \
    X(LEVEL, "level", HEAD, WORDS)                                                                 \
    X(NEEDS, "needs", HEAD, WORDS)                                                                 \
    X(STAND, "stand", HEAD, WORDS)                                                                 \
    X(SERVER, "server", HEAD, WORDS)                                                               \
    X(OFFER, "offer", HEAD, TEXT)                                                                  \
    X(SAY, "say", HEAD, TEXT)                                                                      \
    X(TLS, "tls", HEAD, WORDS)                                                                     \
    X(SASL, "sasl", HEAD, WORDS)                                                                   \
    X(SEND, "send", HEAD, WORDS)                                                                   \
    X(MESSAGE, "message", HEAD, WORDS)                                                             \
    X(ACCOUNT, "account", HEAD, WORDS)                                                             \
    X(LIMIT, "limit", HEAD, WORDS)                                                                 \
    X(EXACT, "exact", HEAD, WORDS)                                                                 \
    X(ODD, "odd", HEAD, WORDS)                                                                     \
    X(SWEEP, "sweep", HEAD, WORDS)                                                                 \
    X(ON, "on", RULE, WORDS)                                                                       \
    X(CONNECTION, "connection", BORDER, WORDS)                                                     \
    X(REPLY, "S:", ANSWER, LITERAL)                                                                \
    X(RAW, "S=", ANSWER, WORDS)                                                                    \
    X(EVENT, "!", ANSWER, WORDS)                                                                   \
    X(COMMAND, "C:", DIALOGUE, WORDS)                                                              \
    X(OPTIONAL, "C?", DIALOGUE, WORDS)                                                             \
    X(OCTETS, "C=", DIALOGUE, WORDS)                                                               \
    X(MODEL, "...", DIALOGUE, WORDS)                                                               \
    X(EITHER, "either", DIALOGUE, WORDS)                                                           \
    X(OR, "or", DIALOGUE, WORDS)                                                                   \
    X(END, "end", DIALOGUE, WORDS)                                                                 \
    X(EXPECT, "expect", EXPECTATION, WORDS)                                                        \
    X(BLANK, "", ANYWHERE, WORDS)                                                                  \
    X(COMMENT, "#", ANYWHERE, WORDS)

enum line_kind {
#define X(name, word, place, style) LINE_##name,
    LINE_TABLE(X)
#undef X
        LINE_KIND_COUNT
};

enum line_place {
    LINE_PLACE_HEAD,
    LINE_PLACE_RULE,
    LINE_PLACE_BORDER,
    LINE_PLACE_DIALOGUE,
    LINE_PLACE_ANSWER, /* dialogue, and the body of a rule */
    LINE_PLACE_EXPECTATION,
    LINE_PLACE_ANYWHERE
};

enum line_style {
    LINE_STYLE_WORDS,  /* words and "strings", blanks between them do not count */
    LINE_STYLE_TEXT,   /* one text, blanks at its ends do not count, a quote is an octet */
    LINE_STYLE_LITERAL /* one text, each octet counts */
};

struct scenario_line {
    enum line_kind kind;
    unsigned number;      /* 1-based */
    unsigned depth;       /* of blocks around it: two blanks each in the canonical layout */
    bool indented;        /* as written */
    struct bytes raw;     /* the whole line without its line end */
    size_t key_at;        /* offset of the first token */
    struct bytes delay;   /* 5s: clock prefix as written; empty: none */
    uint64_t delay_ms;    /* what it says */
    struct bytes body;    /* behind the first token */
    size_t body_at;       /* its offset in raw */
    struct bytes comment; /* from # on; empty: none */
};

const char *scenario_line_word(enum line_kind kind);
enum line_place scenario_line_place(enum line_kind kind);
enum line_style scenario_line_style(enum line_kind kind);

/* ---- scenario_lex.c: a line as it stands in the file ---------------------------------------- */

/* Fills everything but depth. raw has no line end. */
bool scenario_lex_line(struct bytes raw, unsigned number, struct scenario_line *ret,
                       struct err *err);

/* Durations 20ms 1s 5m 2h; sizes 512 64k 10m. The whole span. */
bool scenario_duration(struct bytes word, uint64_t *ret_ms);
bool scenario_size(struct bytes word, uint64_t *ret_octets);
bool scenario_is_blank(char octet);
/* A name of a sweep or a column: a-z, then a-z 0-9 and "-". */
bool scenario_is_name(struct bytes word);
/* Does a string open at this octet? At the start of a word, and behind = , and | */
bool scenario_string_opens(struct bytes text, size_t at);
/* Octets of the string that opens at `at`, with both quotes; 0 = it does not end. */
size_t scenario_string_extent(struct bytes text, size_t at);

/* ---- text of an instance: a line with values put in ----------------------------------------- */

/* From octet `at` on the text stands at `column`, all in one place when it is a value. */
struct scenario_span {
    size_t at;
    unsigned column;
    bool is_value;
};

struct scenario_text {
    struct bytes octets;
    unsigned line;
    unsigned column; /* of octets[0], when there are no spans */
    const struct scenario_span *spans;
    size_t span_count;
};

unsigned scenario_text_column(const struct scenario_text *text, size_t at);
bool scenario_text_is_value(const struct scenario_text *text, size_t at);

/* Fails at an offset of the text. The sentence is printf's; foreign octets by text_show(). */
bool scenario_fail(const struct scenario_text *text, size_t at, struct err *err, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));
/* `unknown WHAT "word"`, and the nearest of the known words. */
bool scenario_fail_unknown(const struct scenario_text *text, size_t at, struct err *err,
                           const char *what, struct bytes word, const char *const *known,
                           size_t known_count);
bool scenario_fail_room(const struct scenario_text *text, struct err *err);

struct scenario_word {
    struct bytes octets; /* as written, a string with its quotes */
    size_t at;           /* offset in the text */
};

/* The word at or behind *at, which moves behind it; false: no word is left. A string without an end
 * goes to the end of the text. */
bool scenario_word_next(struct bytes text, size_t *at, struct scenario_word *ret);
/* All words of a text; every string has its end. */
bool scenario_words(const struct scenario_text *text, struct arena *arena,
                    struct scenario_word **ret, size_t *ret_count, struct err *err);
/* The octets that a word means: a string without quotes and escapes, else itself. */
bool scenario_word_octets(const struct scenario_text *text, struct bytes written, size_t at,
                          struct arena *arena, struct bytes *ret, struct err *err);

/* ---- the file ------------------------------------------------------------------------------- */

struct scenario_sweep {
    unsigned line;
    const struct bytes *names; /* one, or the columns of a table */
    size_t name_count;
    const struct bytes *values; /* row_count rows of name_count */
    const struct bytes *labels; /* code=421; one a row */
    size_t row_count;
    bool is_table;
};

struct scenario_file {
    struct bytes path;
    const struct scenario_line *lines;
    size_t line_count;
    const struct scenario_sweep *sweeps;
    size_t sweep_count;
    size_t instance_count;
    const struct bytes *instance_names;
    const struct scenario_loader *loader;
};

/* scenario_sweep.c: reads the sweep lines and names the instances. */
bool scenario_file_read_sweeps(struct scenario_file *file, const struct scenario_loader *loader,
                               struct arena *arena, struct err *err);
/* Value of a sweep name in an instance; false: there is no such name. */
bool scenario_file_value(const struct scenario_file *file, size_t instance, struct bytes name,
                         struct bytes *ret);
/* Is this a name that placeholders have already? */
bool scenario_is_placeholder(struct bytes name);

/* ---- an instance being parsed --------------------------------------------------------------- */

struct scenario_parser {
    const struct scenario_file *file;
    size_t instance;
    uint64_t seed;
    uint64_t token_count;
    struct arena *arena;
    struct err *err;
    struct scenario *scenario;
    struct buf scratch;  /* one reply, one line */
    struct buf message;  /* the message lines */
    bool send_is_known;  /* {from} … may be used */
    bool is_personality; /* send is that of another scenario */
    bool has_message;
    unsigned message_line; /* of the last send size= or message line */
    uint64_t size_octets;  /* send size=; 0 = none */
    uint32_t seen;         /* single head lines, by kind */
    uint32_t send_seen;    /* words of send */
    bool no_own_account;   /* account none */

    struct step *steps;
    size_t optional;  /* a STEP_OPTIONAL without target; SIZE_MAX = none */
    bool in_dialogue; /* a connection's steps are open */
    struct standing_rule *rules;
    struct wording *wordings;
    struct expectation *expectations;
};

/* scenario_token.c: sixteen letters and digits, other ones for each number; and a date-time of
 * RFC 5322 3.3, somewhere in 2020 to 2029. The same seed, the same octets, on every machine. */
bool scenario_put_token(uint64_t seed, uint64_t number, struct buf *ret);
bool scenario_put_date(uint64_t seed, struct buf *ret);

/* scenario_expand.c: the body of a line with the values of this instance. */
bool scenario_expand(struct scenario_parser *parser, const struct scenario_line *line,
                     struct scenario_text *ret);

/* scenario_send.c */
bool scenario_parse_send(struct scenario_parser *parser, const struct scenario_text *text);
bool scenario_parse_account(struct scenario_parser *parser, const struct scenario_text *text);
bool scenario_finish_send(struct scenario_parser *parser); /* defaults of addresses */

/* scenario_message.c */
bool scenario_parse_message(struct scenario_parser *parser, const struct scenario_text *text);
bool scenario_finish_message(struct scenario_parser *parser); /* given and expected octets */

/* scenario_head.c: every other head line. */
bool scenario_parse_head(struct scenario_parser *parser, const struct scenario_line *line,
                         const struct scenario_text *text);

/* scenario_tls.c: the words from an offset on; *ret NULL: there are none. */
bool scenario_parse_tls(struct scenario_parser *parser, const struct scenario_text *text, size_t at,
                        const struct tls_demand **ret);

/* scenario_dialogue.c: steps and rules, of all lines that are neither head nor expectation. */
bool scenario_parse_dialogue(struct scenario_parser *parser);

/* scenario_pattern.c: the pattern that stands between two offsets. */
enum pattern_use { PATTERN_USE_DIALOGUE, PATTERN_USE_RULE, PATTERN_USE_EXPECTATION };
bool scenario_parse_pattern(struct scenario_parser *parser, const struct scenario_text *text,
                            size_t from, size_t to, enum pattern_use use,
                            const struct pattern **ret);

/* scenario_expect.c */
bool scenario_parse_expectation(struct scenario_parser *parser, const struct scenario_text *text);

#endif
