/*
 * fake_server_private.h - the state of the engine, and what its files offer each other.
 *
 * Octets come in (input), become a unit, a unit gets a decision (unit, dialogue), a decision is a
 * program of answer steps (run), whose replies go out (output); each part writes records (record).
 * One unit is answered at a time; only the commands of one group are taken together (RFC 2920 3.2).
 *
 * Bounds:  what every session touches lies together; room for long lines lies apart and is touched
 *          only as far as it is used.
 */
#ifndef FAKESERVER_FAKE_SERVER_PRIVATE_H
#define FAKESERVER_FAKE_SERVER_PRIVATE_H

#include "fakeserver/fake_server.h"
#include "fakeserver/match.h"
#include "fakeserver/model_text.h"

enum {
    LINE_OCTETS = SMTP_COMMAND_LINE_OCTETS_TAKEN,
    STORE_OCTETS = LINE_OCTETS + 2048, /* octets of records that were not taken yet */
    STORE_SMALL_OCTETS = 640,          /* of those that are short */
    RECORDS_MAX = 20,
    RECORDS_SPARE = 10, /* what one unit and one ending may need */
    OUT_OCTETS_MIN = 2048,
    REPLY_CARRY_OCTETS = 128,
    CHALLENGE_OCTETS = SMTP_REPLY_LINE_OCTETS_TAKEN + 8, /* a 334 reply of the model */
    KEPT_OCTETS = 256, /* of a `C= N octets` line, for its record */
    CANDIDATES_MAX = 16
};

/* ---- input ---------------------------------------------------------------------------------- */

enum input_mode {
    INPUT_LINE,
    INPUT_DATA,  /* up to the end of mail data indication */
    INPUT_CHUNK, /* the octets that a BDAT command announced */
    INPUT_OCTETS /* a `C= N octets` line */
};

struct input {
    enum input_mode mode;
    bool seen;            /* the first octet of the next unit came … */
    bool early;           /* … before the reply to its predecessor was sent */
    bool invited;         /* mail data was asked for: the next unit */
    bool sniffing;        /* … by a code other than 354: RSET and QUIT are commands still */
    bool uninvited;       /* mail data that nobody asked for */
    bool watch_content;   /* the reply to DATA was no 3yz: what comes may be mail data */
    bool expect_response; /* a server challenge was sent */
    bool expect_base64;   /* … by 334 */
    bool chunking;        /* the reader is in a message of chunks */
    uint64_t left;        /* CHUNK, OCTETS: octets to come */
    uint64_t line_octets; /* of the line that comes; line holds the first of them */
    uint64_t unit_octets; /* DATA, OCTETS: taken */
};

/* One unit that is complete, or was cut short. */
struct unit {
    struct command command;
    bool is_chunk; /* command is a BDAT command, its chunk has come */
    bool uninvited;
    bool too_long;
    uint32_t notes;
    uint64_t wire_octets;
    const struct mail_data_facts *facts;
    bool has_verdict; /* AUTH: of an initial response, or a response */
    enum auth_verdict verdict;
    enum sasl_remark remark;
    enum model_reply model; /* what the model answers, when it is asked … */
    unsigned replies;       /* … and how often */
};

/* ---- decisions and programs ----------------------------------------------------------------- */

enum program_kind {
    PROGRAM_NONE,
    PROGRAM_DIALOGUE, /* steps of the scenario, behind a C: line */
    PROGRAM_RULE,     /* steps of a standing rule */
    PROGRAM_MODEL,    /* one reply of the model */
    PROGRAM_OCTETS    /* one reply, as it stands */
};

struct program {
    enum program_kind kind;
    enum transcript_source source;
    const struct scenario *owner; /* DIALOGUE, RULE */
    size_t at;                    /* index of a step */
    enum model_reply reply;       /* MODEL */
    unsigned times;               /* MODEL: that it is still to be said; 0 = once */
    struct bytes octets;          /* OCTETS */
};

struct decision {
    struct program program;
    unsigned line; /* of what took the unit, or what was expected instead */
    uint32_t notes;
    enum variation variation;
    enum transcript_source taken_by;
};

/* What the dialogue waits for at a step. */
struct waits {
    size_t steps[CANDIDATES_MAX]; /* COMMAND and OPTIONAL steps, in order */
    size_t count;
    bool lenient;    /* the model serves whatever matches none of them … */
    size_t model_at; /* … from this step on */
    bool may_end;    /* the dialogue is over without any of them */
    bool closed;     /* !closed: the client must close */
    unsigned line;   /* of the first thing that must come; 0 = none */
};

/* An AUTH exchange that the model leads because the client's way is another one. */
struct auth_block {
    size_t final;     /* step of the reply that ends it; 0 = no block runs */
    unsigned prompts; /* challenges still to be sent before it */
};

/* ---- output --------------------------------------------------------------------------------- */

struct output {
    struct bytes octets; /* one segment, or all of a reply that is cut */
    size_t sent;
    int replies; /* whole replies that end in it */
    const struct step *split;
    uint64_t pace_octets; /* 0 = no pace */
    uint64_t pace_ms;
    uint64_t pace_left; /* may go out now */
    uint64_t pace_due_ms;
    size_t border; /* where a cut ends a segment; 0 = nowhere */
};

/* What was said so far, read back (the state follows it). */
struct reply_reader {
    enum smtp_stage stage; /* that the next reply answers; OTHER: nothing that matters */
    unsigned lines;        /* of the reply that is open */
    bool bare_cr;
    size_t carry_size; /* of a line that is not at its end */
    char carry[REPLY_CARRY_OCTETS];
};

/* Octets of records that were not taken yet; emptied when all were. */
struct store {
    char *data;
    size_t size;
    size_t max;
};

/* What the last handshake was; the spans of facts lie in octets. */
struct server_tls {
    struct tls_facts facts;
    size_t used;
    char octets[1024];
};

struct secret {
    size_t from;
    size_t size;
};

struct fake_server {
    const struct scenario *scenario;
    const struct scenario *personality;
    struct mail_data_reader *reader;
    struct match_scratch *scratch; /* NULL: no regular expression anywhere */
    const struct model_text *text;
    struct model_text *own_text; /* NULL: text is borrowed */
    unsigned connection;
    uint64_t limit_ms;
    uint64_t now_ms;

    struct model_state state;
    struct input input;
    struct output output;
    struct reply_reader replies;
    int owed;     /* replies: the greeting, and one for each unit */
    bool surplus; /* the server said more than it was asked: nobody is early any more */
    bool grouping;
    enum smtp_verb last_verb;
    unsigned units;

    struct program program;
    size_t cursor;
    bool has_dialogue;
    bool greeted; /* somebody said something, or chose to say nothing */
    bool replied; /* the program that runs said something */
    bool delaying;
    uint64_t delay_until_ms;
    bool listening; /* !quiet */
    bool quiet_broken;
    unsigned quiet_line; /* the unit that comes broke it; 0 = none */
    uint64_t quiet_until_ms;
    bool deaf; /* !deaf */
    uint64_t deaf_until_ms;
    struct auth_block block;
    bool auth_by_model; /* the exchange that runs is none of the dialogue's */
    bool ehlo_seen;
    struct bytes ehlo_reply; /* of the dialogue, for a client that asks again */

    enum engine_wish wish;
    unsigned wish_line;
    enum transcript_source wish_source;
    const struct tls_demand *wish_tls; /* TLS; NULL: an ordinary one */
    bool implicit_tls;                 /* TLS comes before the first octet */
    bool tls_known;                    /* tls holds facts */
    bool mute;                         /* nothing more is said */
    bool meant;                        /* the dialogue itself brought the end about */
    bool quit_seen;
    bool quit_answered;
    bool client_ended;
    bool server_ended;
    bool half_closed;
    bool expired;
    bool over;

    const struct cut *cut; /* NULL: none, or it has been made */
    struct cut_place cut_place;
    bool was_cut;  /* what a cut brought about stands */
    bool is_split; /* segments are those of the cut */

    struct transcript_record records[RECORDS_MAX];
    size_t record_first, record_count;
    bool facts_held; /* a record that was not taken yet points into the reader */

    size_t secret_count;
    size_t out_octets;
    struct fake_server_pool *pool; /* that rare came from */
    char *rare;
    size_t line_touched; /* octets of line that held something, perhaps a secret */
    /* Behind this struct, and in rare. */
    struct secret *secrets;
    struct server_tls *tls;
    struct sasl_exchange *sasl;
    char *challenge;
    unsigned *rule_times; /* of the scenario's rules, then of the personality's */
    char *secret_octets;
    size_t secret_octets_size;
    struct store stores[2]; /* a small one that all use, a large one for long lines */
    char *out;
    char *line;
};

/* fake_server_record.c */
bool server_has_room(const struct fake_server *server, uint64_t octets);
void server_record(struct fake_server *server, const struct transcript_record *record);
void server_record_event(struct fake_server *server, enum transcript_kind kind,
                         enum transcript_source source, unsigned line);
void server_record_unit(struct fake_server *server, const struct unit *unit,
                        const struct decision *decision);
size_t server_secrets_size(const struct scenario *scenario, size_t *ret_count);
void server_secrets_init(struct fake_server *server);

/* fake_server_output.c */
bool server_put(struct fake_server *server, struct bytes octets, bool join,
                const struct step *step); /* false: wait until what is there was sent */
bool server_is_quiet(const struct fake_server *server); /* nothing is left to be sent */
struct bytes server_pending(const struct fake_server *server);
void server_sent(struct fake_server *server, size_t octets);
void server_pace(struct fake_server *server);
void server_take_cut(struct fake_server *server, const struct cut *cut);
void server_drop_output(struct fake_server *server);

/* fake_server_run.c */
void server_start(struct fake_server *server, const struct program *program);
void server_advance(struct fake_server *server);
void server_greet(struct fake_server *server);
void server_make_cut(struct fake_server *server); /* what was put is the last */

/* fake_server_tls.c */
const struct tls_demand *server_tls_demand(const struct fake_server *server,
                                           const struct step *step); /* step may be NULL */
void server_keep_tls(struct fake_server *server, const struct tls_facts *facts);
void server_record_tls(struct fake_server *server, enum transcript_kind kind);
void server_secure(struct fake_server *server);

/* fake_server_sasl.c */
void server_prepare_sasl(struct fake_server *server);
struct bytes server_challenge(struct fake_server *server); /* the reply that carries it */

/* fake_server_unit.c */
void server_take_unit(struct fake_server *server, struct unit *unit);
void server_take_cut_unit(struct fake_server *server, struct unit *unit);

/* fake_server_dialogue.c */
void server_waits(const struct fake_server *server, size_t at, struct waits *ret);
/* True: the dialogue took it, or decided that the model leads. False: *ret may hold notes, and
 * rules and model are asked. */
bool server_ask_dialogue(struct fake_server *server, const struct unit *unit, struct decision *ret);

/* The dialogue's answer to a unit that this step waits for. */
void server_take_step(const struct fake_server *server, size_t step, struct decision *ret);

/* fake_server_auth.c: an AUTH command where the dialogue waits for one. True: the client's way is
 * another one, and the model leads. */
bool server_auth_begin(struct fake_server *server, size_t step, const struct unit *unit,
                       bool matches, struct decision *ret);
/* A response while the model leads. */
void server_auth_go_on(struct fake_server *server, const struct unit *unit, struct decision *ret);

/* fake_server_input.c */
size_t server_receive(struct fake_server *server, struct bytes input);
void server_cut_input(struct fake_server *server); /* the connection ended in what is unfinished */
void server_read_octets(struct fake_server *server, uint64_t count);

#endif
