/*
 * Any octets of a client and of a server, with `smtpdrill record` between them: no crash; what is
 * recorded is a scenario in its canonical layout, or is refused in so many words; no credential
 * stands in it; nothing is added to what is passed on, and nothing is left out; any other division
 * of the octets gives the same recording and the same octets onward.
 *
 * The first octet chooses the setting, the second how the octets are divided the second time. In
 * the rest, octet 1 lets the client speak, 2 the server, 3 makes the handshakes that are asked for,
 * 4 refuses them, 5 ends the side whose turn it is, 6 resets it, 7 lets three seconds pass, 8 says
 * more octets than a line may have.
 */
#include "base/require.h"
#include "fakeserver/scenario.h"
#include "harness/record/recording.h"
#include "tests/support/relay_table.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum {
    TURN_CLIENT = 1,
    TURN_SERVER,
    SHAKE,
    REFUSE_TLS,
    END,
    RESET,
    WAIT,
    LONG_LINE,
    WAIT_MS = 3000,
    LONG_OCTETS = RECORDER_LINE_OCTETS_MAX + 100,
    LONG_LINES_MAX = 2, /* more of them show nothing new, and take long */
    PIECES = 7,         /* longest piece but one in eight */
    CREDENTIALS_MAX = 6
};

#define SCENARIO_OCTETS_MAX ((size_t)4 * SCENARIO_FILE_OCTETS_MAX)
#define USER "joker.planted"
#define PASSWORD "s3cret-planted"
#define PLAIN "AGpva2VyLnBsYW50ZWQAczNjcmV0LXBsYW50ZWQ=" /* NUL user NUL password */
#define LOGIN_USER "am9rZXIucGxhbnRlZA=="
#define LOGIN_PASSWORD "czNjcmV0LXBsYW50ZWQ="
#define BEARER "dXNlcj1qb2tlci5wbGFudGVkAWF1dGg9QmVhcmVyIHMzY3JldC1wbGFudGVkAQE="

/* clang-format off */
#define OPENING "\2" "220 hi\r\n" "\1" "EHLO c\r\n" "\2" "250-hi\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n" "\1"
#define LOGIN "AUTH LOGIN\r\n" "\2" "334 VXNlcm5hbWU6\r\n" "\1" LOGIN_USER "\r\n" \
              "\2" "334 UGFzc3dvcmQ6\r\n" "\1" LOGIN_PASSWORD "\r\n" "\2"
#define ACCOUNT USER, PASSWORD, PLAIN, LOGIN_USER, LOGIN_PASSWORD

static const struct {
    enum relay_tls to_server;
    bool client_implicit, keep_mail;
    bool logs_in;                             /* the relay does, for the client */
    const char *credentials[CREDENTIALS_MAX]; /* what may stand in no recording */
    const char *opening;                      /* what is said first */
} settings[] = {
    {RELAY_TLS_AS_CLIENT, false, false, false, {NULL},            ""},
    {RELAY_TLS_AS_CLIENT, false, true,  false, {NULL},            ""},
    {RELAY_TLS_STARTTLS,  false, false, false, {NULL},            ""},
    {RELAY_TLS_IMPLICIT,  true,  true,  false, {NULL},            ""},
    {RELAY_TLS_AS_CLIENT, false, false, true,  {ACCOUNT},         ""},
    {RELAY_TLS_STARTTLS,  false, true,  true,  {ACCOUNT},         ""},
    {RELAY_TLS_AS_CLIENT, false, false, true,  {ACCOUNT},         OPENING},
    {RELAY_TLS_AS_CLIENT, false, true,  false, {ACCOUNT},         OPENING "AUTH PLAIN " PLAIN "\r\n" "\2"},
    {RELAY_TLS_AS_CLIENT, false, false, false, {ACCOUNT},         OPENING LOGIN},
    {RELAY_TLS_IMPLICIT,  true,  true,  false, {ACCOUNT, BEARER}, OPENING "AUTH XOAUTH2 " BEARER "\r\n" "\2"},
};
/* clang-format on */
enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* One session: the table, and what was said at it. */
struct session {
    struct relay_table table;
    struct login login;
    bool has_login;
    struct buf said[2]; /* by enum recorder_side */
    unsigned long_lines;
    enum recorder_side turn;
    bool divided;
    unsigned random;
    struct buf recorded;
    struct err err; /* why nothing was recorded */
};

/* ---- playing --------------------------------------------------------------------------------- */

static size_t piece_octets(struct session *session, size_t octets)
{
    size_t piece;

    if (!session->divided)
        return octets;
    session->random = session->random * 1103515245U + 12345U;
    piece = (session->random >> 16) % 8 == 0 ? octets : 1 + (session->random >> 20) % PIECES;
    return piece < octets ? piece : octets;
}

/* Where the other side has said more than could be passed on, it matters when that goes on: a reply
 * that comes behind it may be one to it. */
static void say(struct session *session, struct bytes octets)
{
    bool is_met = session->table.drives[1 - session->turn].unread.size == 0;

    REQUIRE(buf_append(&session->said[session->turn], octets));
    while (octets.size > 0) {
        size_t size = piece_octets(session, octets.size);

        relay_table_give(&session->table, session->turn, bytes_slice(octets, 0, size));
        if (is_met)
            relay_table_settle(&session->table);
        octets = bytes_after(octets, size);
    }
    relay_table_settle(&session->table);
}

static void say_long_line(struct session *session)
{
    static char octets[LONG_OCTETS];

    if (session->long_lines == LONG_LINES_MAX)
        return;
    session->long_lines++;
    memset(octets, 'x', sizeof(octets));
    say(session, (struct bytes){octets, sizeof(octets)});
}

static void shake(struct session *session, bool ok)
{
    relay_table_shake(&session->table, RECORDER_SERVER, ok);
    relay_table_shake(&session->table, RECORDER_CLIENT, ok);
}

/* One of the octets that stand for what is no octet; false: it is an ordinary one. */
static bool happen(struct session *session, char what)
{
    switch (what) {
    case TURN_CLIENT:
    case TURN_SERVER:
        session->turn = what == TURN_CLIENT ? RECORDER_CLIENT : RECORDER_SERVER;
        return true;
    case SHAKE:
    case REFUSE_TLS:
        shake(session, what == SHAKE);
        return true;
    case END:
    case RESET:
        relay_table_end(&session->table, session->turn,
                        what == END ? ENGINE_END_FIN : ENGINE_END_RESET);
        return true;
    case WAIT:
        session->table.now_ms += WAIT_MS;
        return true;
    case LONG_LINE:
        say_long_line(session);
        return true;
    default:
        return false;
    }
}

static void play(struct session *session, struct bytes input)
{
    while (input.size > 0) {
        size_t size = 0;

        if (happen(session, input.data[0])) {
            input = bytes_after(input, 1);
            continue;
        }
        while (size < input.size && (unsigned char)input.data[size] > LONG_LINE)
            size++;
        size += size == 0; /* NUL */
        say(session, bytes_slice(input, 0, size));
        input = bytes_after(input, size);
    }
}

/* ---- a session ------------------------------------------------------------------------------- */

static void open_session(struct session *session, unsigned setting)
{
    const struct login_options login = {
        .user = BYTES_LITERAL(USER),
        .password = BYTES_LITERAL(PASSWORD),
        .client_user = BYTES_LITERAL("user@client.example"),
        .client_password = BYTES_LITERAL("not-the-real-one"),
        .host = BYTES_LITERAL("mail.provider.example"),
        .port = 587,
    };

    session->has_login = settings[setting].logs_in;
    REQUIRE(!session->has_login || login_init(&session->login, &login));
    relay_table_open(&session->table,
                     &(struct relay_options){.login = session->has_login ? &session->login : NULL,
                                             .to_server = settings[setting].to_server,
                                             .client_implicit = settings[setting].client_implicit},
                     settings[setting].keep_mail);
    session->table.holds_tls = true;
    for (size_t i = 0; i < 2; i++)
        buf_init(&session->said[i], RELAY_TABLE_OCTETS_MAX);
    buf_init(&session->recorded, SCENARIO_OCTETS_MAX);
    if (settings[setting].client_implicit)
        shake(session, true);
}

static void record_session(struct session *session, unsigned setting)
{
    struct recording_origin origin = {
        .host = "mail.provider.example", .port = 587, .day = "27 Nov 2026"};

    if (settings[setting].logs_in) {
        origin.user = BYTES_LITERAL(USER);
        origin.password = BYTES_LITERAL(PASSWORD);
    }
    if (!recording_make(&session->table.recorder, &origin, session->table.arena, &session->recorded,
                        &session->err))
        buf_clear(&session->recorded);
}

static void close_session(struct session *session)
{
    relay_table_close(&session->table);
    if (session->has_login)
        login_release(&session->login);
    for (size_t i = 0; i < 2; i++)
        buf_release(&session->said[i]);
    buf_release(&session->recorded);
}

static void hold_session(struct session *session, unsigned setting, struct bytes input)
{
    open_session(session, setting);
    play(session, bytes_of(settings[setting].opening));
    play(session, input);
    relay_table_end(&session->table, RECORDER_CLIENT, ENGINE_END_FIN);
    relay_table_end(&session->table, RECORDER_SERVER, ENGINE_END_FIN);
    record_session(session, setting);
}

/* ---- what has to hold ------------------------------------------------------------------------ */

/* The parts that are passed on stand in the same order in what was said, from its beginning on. */
static void hold_nothing_was_added(const struct session *session, enum recorder_side heard_by)
{
    struct bytes heard = buf_bytes(&session->table.parties[heard_by].heard);
    struct bytes said = buf_bytes(&session->said[1 - heard_by]);

    if (bytes_find_bytes(said, BYTES_LITERAL("<TLS>")) != BYTES_NOT_FOUND)
        return;
    while (heard.size > 0) {
        if (bytes_starts_with(heard, BYTES_LITERAL("<TLS>"))) {
            heard = bytes_after(heard, sizeof("<TLS>") - 1);
            continue;
        }
        REQUIRE(said.size > 0 && heard.data[0] == said.data[0]);
        heard = bytes_after(heard, 1);
        said = bytes_after(said, 1);
    }
}

static void hold_it_is_a_scenario(const struct session *session)
{
    struct bytes text = buf_bytes(&session->recorded);
    struct arena *arena = session->table.arena;
    struct scenario_file *file = NULL;
    struct scenario scenario;
    struct lint_remark *remarks = NULL;
    size_t count = 0;
    struct buf printed;
    struct err err = {.kind = ERR_NONE};

    buf_init(&printed, SCENARIO_OCTETS_MAX);
    REQUIRE(scenario_file_parse("recorded.drill", text, &(struct scenario_loader){.load = NULL},
                                arena, &file, &err));
    REQUIRE(scenario_print(file, &printed, &err));
    REQUIRE(bytes_equal(buf_bytes(&printed), text));
    buf_release(&printed);
    REQUIRE(scenario_file_instance(file, 0, 0, arena, &scenario, &err));
    scenario_release(&scenario);
    REQUIRE(scenario_lint(file, NULL, arena, &remarks, &count, &err));
    for (size_t i = 0; i < count; i++)
        REQUIRE(!remarks[i].is_error);
}

static void hold_no_credential(const struct session *session, unsigned setting)
{
    const char *const *credentials = settings[setting].credentials;
    struct bytes text = buf_bytes(&session->recorded);

    for (size_t i = 0; i < CREDENTIALS_MAX && credentials[i] != NULL; i++)
        REQUIRE(bytes_find_bytes(text, bytes_of(credentials[i])) == BYTES_NOT_FOUND);
}

/* A response to AUTH stands nowhere, whatever it was; short ones may be other words, too. */
static void hold_no_response(const struct session *session)
{
    const struct import_dialogue *dialogue = &session->table.recorder.dialogue;
    struct bytes marked = BYTES_LITERAL("planted");

    for (size_t i = 0; i < dialogue->count; i++) {
        const struct import_unit *unit = &dialogue->units[i];

        if (unit->kind == IMPORT_RESPONSE &&
            bytes_find_bytes(unit->text, marked) != BYTES_NOT_FOUND)
            REQUIRE(bytes_find_bytes(buf_bytes(&session->recorded), unit->text) == BYTES_NOT_FOUND);
    }
}

/* One for each STARTTLS, and one where nobody has to ask. */
static void hold_handshakes_were_asked_for(const struct session *session, unsigned setting)
{
    const struct import_dialogue *dialogue = &session->table.recorder.dialogue;
    size_t asked[2] = {settings[setting].client_implicit,
                       settings[setting].to_server != RELAY_TLS_AS_CLIENT};

    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < dialogue->count; i++)
            asked[side] += dialogue->units[i].verb == SMTP_VERB_STARTTLS;
        REQUIRE(session->table.parties[side].handshakes <= asked[side]);
    }
}

static void hold_all(const struct session *session, unsigned setting)
{
    if (session->recorded.size == 0) {
        REQUIRE(session->err.kind == ERR_LIMIT || session->err.kind == ERR_MEMORY);
    } else {
        hold_it_is_a_scenario(session);
        hold_no_credential(session, setting);
        hold_no_response(session);
    }
    hold_handshakes_were_asked_for(session, setting);
    if (settings[setting].logs_in || settings[setting].to_server == RELAY_TLS_STARTTLS)
        return;
    hold_nothing_was_added(session, RECORDER_CLIENT);
    hold_nothing_was_added(session, RECORDER_SERVER);
}

/* A mechanism may want a nonce of its own for the server. */
static void hold_alike(const struct session *a, const struct session *b)
{
    REQUIRE(bytes_equal(buf_bytes(&a->recorded), buf_bytes(&b->recorded)));
    REQUIRE((relay_trouble(a->table.relay)[0] == '\0') ==
            (relay_trouble(b->table.relay)[0] == '\0'));
    for (size_t i = 0; i < 2; i++)
        REQUIRE((i == RECORDER_SERVER && a->has_login) ||
                bytes_equal(buf_bytes(&a->table.parties[i].heard),
                            buf_bytes(&b->table.parties[i].heard)));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct session whole;
    static struct session divided;
    struct bytes input = {(const char *)data + 2, size - 2};
    unsigned setting;

    if (size < 2)
        return 0;
    setting = data[0] % SETTINGS;
    whole = (struct session){.divided = false};
    divided = (struct session){.divided = true, .random = data[1]};
    hold_session(&whole, setting, input);
    hold_session(&divided, setting, input);
    hold_all(&whole, setting);
    hold_alike(&whole, &divided);
    close_session(&whole);
    close_session(&divided);
    return 0;
}
