#include "tests/simulate/ledger.h"

#include "base/smtp_code.h"

void ledger_init(struct ledger *ledger, const struct bytes *contents, unsigned message_count,
                 unsigned recipient_count)
{
    *ledger = (struct ledger){
        .contents = contents, .message_count = message_count, .recipient_count = recipient_count};
}

static void breaks(struct ledger *ledger, const char *which)
{
    if (!ledger->broken)
        ledger->broken = which;
}

void ledger_connect(struct ledger *ledger, struct ledger_manner manner)
{
    ledger->unit_first = ledger->unit_count = ledger->reply_count = 0;
    ledger->octets = 0;
    ledger->said = ledger->open = -1;
    ledger->taken = ledger->order_count = ledger->answered = 0;
    ledger->offers_8bit = ledger->offers_auth = ledger->is_authenticated = false;
    ledger->manner = manner;
    for (unsigned i = 0; i < ledger->message_count; i++)
        for (unsigned j = 0; j < ledger->recipient_count; j++) {
            struct ledger_cell *cell = &ledger->cells[i][j];

            cell->accepted_here = cell->outcomes = cell->outcomes_asked = 0;
        }
}

/* ---- units ----------------------------------------------------------------------------------- */

/* The number in <m1@…> or <r1@…>. */
static int number_in(struct bytes line, const char *mark, unsigned count)
{
    size_t at = bytes_find_bytes(line, bytes_of(mark));
    int number;

    if (at == BYTES_NOT_FOUND || at + 2 >= line.size)
        return -1;
    number = line.data[at + 2] - '0';
    return number >= 0 && number < (int)count ? number : -1;
}

static int content_is(const struct ledger *ledger, struct bytes mail)
{
    for (unsigned i = 0; i < ledger->message_count; i++)
        if (bytes_equal(ledger->contents[i], mail))
            return (int)i;
    return -1;
}

static void add_unit(struct ledger *ledger, struct ledger_unit unit)
{
    if (ledger->unit_count == LEDGER_UNITS_MAX) {
        breaks(ledger, "bounds: too many units without a reply (RFC 2920 3.1)");
        return;
    }
    ledger->units[(ledger->unit_first + ledger->unit_count++) % LEDGER_UNITS_MAX] = unit;
}

static void add_command(struct ledger *ledger, struct bytes line)
{
    struct ledger_unit unit = {.kind = LEDGER_SESSION, .message = -1, .recipient = -1};

    if (bytes_starts_with_nocase(line, BYTES_LITERAL("BDAT")))
        return; /* its chunk is what is answered (RFC 3030 2) */
    unit.hello = bytes_starts_with_nocase(line, BYTES_LITERAL("EHLO")) ||
                 bytes_starts_with_nocase(line, BYTES_LITERAL("LHLO")) ||
                 bytes_starts_with_nocase(line, BYTES_LITERAL("HELO"));
    unit.auth = bytes_starts_with_nocase(line, BYTES_LITERAL("AUTH"));
    if (bytes_starts_with_nocase(line, BYTES_LITERAL("MAIL"))) {
        unit.kind = LEDGER_MAIL;
        if (ledger->manner.auth && !ledger->is_authenticated)
            breaks(ledger, "8: mail without authentication (RFC 4954 9)");
        ledger->said = number_in(line, "<m", ledger->message_count);
        unit.message = ledger->said;
    } else if (bytes_starts_with_nocase(line, BYTES_LITERAL("RCPT"))) {
        unit.kind = LEDGER_RCPT;
        unit.message = ledger->said;
        unit.recipient = number_in(line, "<r", ledger->recipient_count);
    } else if (bytes_starts_with_nocase(line, BYTES_LITERAL("DATA"))) {
        unit.kind = LEDGER_DATA;
        unit.message = ledger->said;
    }
    add_unit(ledger, unit);
}

static void add_content(struct ledger *ledger, const struct transcript_record *record,
                        struct bytes mail)
{
    bool ended = record->facts && record->facts->ended;
    struct ledger_unit unit = {.kind = ended ? LEDGER_CONTENT : LEDGER_CHUNK,
                               .message = ledger->said,
                               .recipient = -1,
                               .content = ended ? content_is(ledger, mail) : -1};

    if ((record->notes & TRANSCRIPT_NOTE(CUT)) == 0)
        add_unit(ledger, unit);
}

/* ---- replies --------------------------------------------------------------------------------- */

static unsigned code_of(struct bytes line)
{
    unsigned long long code;

    return bytes_to_number(bytes_slice(line, 0, 3), 999, &code) && line.size >= 5 ? (unsigned)code
                                                                                  : 0;
}

/* Of lines that agree on it (RFC 5321 4.2.1); else 0. */
static unsigned reply_code(struct bytes reply)
{
    unsigned code = code_of(reply);
    size_t at;

    for (at = bytes_find(reply, '\n'); at != BYTES_NOT_FOUND && at + 1 < reply.size;
         at = bytes_find(reply, '\n')) {
        reply = bytes_after(reply, at + 1);
        if (code_of(reply) != code)
            return 0;
    }
    return code;
}

static void accept(struct ledger *ledger, const struct ledger_reply *reply)
{
    if (ledger->open < 0 || ledger->taken == 0)
        return; /* a reply that means nothing: there is no transaction (RFC 5321 4.1.4) */
    if (reply->unit.content != ledger->open)
        breaks(ledger, "5: mail data that was accepted is not what was given (RFC 5321 4.5.2)");
    for (unsigned i = 0; i < ledger->recipient_count; i++) {
        struct ledger_cell *cell = &ledger->cells[ledger->open][i];

        if ((ledger->taken & (1U << i)) == 0 ||
            (reply->unit.recipient >= 0 && (unsigned)reply->unit.recipient != i))
            continue;
        if (cell->confirmed)
            breaks(ledger, "3: accepted again though the first reply was heard (RFC 5321 6.1)");
        cell->accepted++;
        cell->accepted_here++;
        cell->reply_end = reply->end;
    }
}

static void close_transaction(struct ledger *ledger)
{
    ledger->open = -1;
    ledger->taken = ledger->order_count = ledger->answered = 0;
}

static void take_in(struct ledger *ledger, unsigned recipient)
{
    if ((ledger->taken & (1U << recipient)) == 0)
        ledger->order[ledger->order_count++] = recipient;
    ledger->taken |= 1U << recipient;
}

/* Other recipients have yet to have their reply to this content (RFC 2033 4.2). */
static bool awaits_more(const struct ledger *ledger)
{
    return ledger->manner.lmtp && ledger->answered < ledger->order_count;
}

/* The unit that this reply answers, and which of its recipients. */
static struct ledger_unit answered_unit(struct ledger *ledger)
{
    struct ledger_unit unit = ledger->units[ledger->unit_first];

    if (unit.kind == LEDGER_CONTENT && awaits_more(ledger))
        unit.recipient = (int)ledger->order[ledger->answered++];
    if (unit.kind == LEDGER_CONTENT && awaits_more(ledger))
        return unit;
    ledger->unit_first = (ledger->unit_first + 1) % LEDGER_UNITS_MAX;
    ledger->unit_count--;
    return unit;
}

/* The state of the session follows the replies that were sent. */
static void follow(struct ledger *ledger, const struct ledger_reply *reply)
{
    bool positive = smtp_code_class(reply->code) == SMTP_CODE_2YZ;

    switch (reply->unit.kind) {
    case LEDGER_SESSION:
        if (positive)
            close_transaction(ledger); /* EHLO, RSET; NOOP is not said here */
        break;
    case LEDGER_MAIL:
        if (positive) {
            close_transaction(ledger);
            ledger->open = reply->unit.message;
        }
        break;
    case LEDGER_RCPT:
        if (positive && reply->unit.recipient >= 0)
            take_in(ledger, (unsigned)reply->unit.recipient);
        break;
    case LEDGER_CONTENT:
        if (positive)
            accept(ledger, reply);
        if (!awaits_more(ledger))
            close_transaction(ledger);
        break;
    case LEDGER_CHUNK:
        if (!positive)
            close_transaction(ledger); /* what the others are told means nothing (RFC 3030 2) */
        break;
    case LEDGER_DATA:
        break;
    }
}

/* What the client may know from it. */
static void learn(struct ledger *ledger, const struct ledger_reply *reply, struct bytes octets)
{
    if (smtp_code_class(reply->code) != SMTP_CODE_2YZ)
        return;
    ledger->is_authenticated |= reply->unit.auth;
    if (!reply->unit.hello)
        return;
    ledger->offers_8bit = bytes_find_bytes(octets, BYTES_LITERAL("8BITMIME")) != BYTES_NOT_FOUND;
    ledger->offers_auth = bytes_find_bytes(octets, BYTES_LITERAL("AUTH ")) != BYTES_NOT_FOUND;
}

static void add_reply(struct ledger *ledger, struct bytes octets)
{
    struct ledger_reply *reply = &ledger->replies[ledger->reply_count];

    ledger->octets += octets.size;
    if (ledger->reply_count == LEDGER_REPLIES_MAX) {
        breaks(ledger, "bounds: too many replies on one connection");
        return;
    }
    ledger->reply_count++;
    *reply = (struct ledger_reply){
        .unit = {.kind = LEDGER_SESSION, .message = -1, .recipient = -1},
        .code = reply_code(octets),
        .end = ledger->octets,
    };
    if (ledger->reply_count > 1 && ledger->unit_count > 0) /* the first one is the greeting */
        reply->unit = answered_unit(ledger);
    learn(ledger, reply, octets);
    follow(ledger, reply);
}

void ledger_server(struct ledger *ledger, const struct transcript_record *record, struct bytes mail)
{
    if (ledger->manner.in_tls && !record->secure &&
        (record->kind == TRANSCRIPT_COMMAND || record->kind == TRANSCRIPT_REPLY))
        breaks(ledger, "7: something in the clear before TLS (RFC 8314 3.3)");
    if (record->kind == TRANSCRIPT_COMMAND && (record->notes & TRANSCRIPT_NOTE(CUT)) == 0)
        add_command(ledger, record->octets);
    if (record->kind == TRANSCRIPT_RESPONSE && (record->notes & TRANSCRIPT_NOTE(CUT)) == 0)
        add_unit(ledger, (struct ledger_unit){
                             .kind = LEDGER_SESSION, .message = -1, .recipient = -1, .auth = true});
    if (record->kind == TRANSCRIPT_MAIL_DATA || record->kind == TRANSCRIPT_CHUNK)
        add_content(ledger, record, mail);
    if (record->kind == TRANSCRIPT_REPLY)
        add_reply(ledger, record->octets);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

void ledger_ask(struct ledger *ledger, unsigned message, unsigned recipient)
{
    ledger->cells[message][recipient].outcomes_asked = 1;
}

/* Was the client told no, by a reply that is about this recipient? (RFC 5321 4.2.1, 3.3) */
static bool was_refused(const struct ledger *ledger, int message, int recipient, unsigned code,
                        uint64_t heard)
{
    for (unsigned i = 0; i < ledger->reply_count; i++) {
        const struct ledger_reply *reply = &ledger->replies[i];
        const struct ledger_unit *unit = &reply->unit;
        bool all = unit->kind == LEDGER_SESSION || (unit->message == message && code >= 600) ||
                   (unit->message == message && unit->recipient < 0);
        bool one = unit->message == message && unit->recipient == recipient;

        if (reply->code == code && reply->end <= heard && (all || one))
            return true;
    }
    return false;
}

static void check_permanent(struct ledger *ledger, int message, int recipient,
                            const struct smtp_client_event *event, uint64_t heard)
{
    unsigned code = event->recipient.code;

    bool is_8bit = bytes_find_eight_bit(ledger->contents[message]) != BYTES_NOT_FOUND;

    if (code == 0 && event->why[0] != '\0' &&
        (ledger->manner.small_size || (is_8bit && !ledger->offers_8bit)))
        return; /* kept back (RFC 1870 6.1, RFC 6152 3) */
    if (code < 500 || !was_refused(ledger, message, recipient, code, heard))
        breaks(ledger, "2: permanent without a 5yz that says so (RFC 5321 3.8, 4.2.1)");
}

/* A reply to AUTH said so, or nothing was offered that could be used. */
static void check_refused_auth(struct ledger *ledger, unsigned code, uint64_t heard)
{
    if (!ledger->manner.auth ||
        (code == 0 ? ledger->offers_auth : !was_refused(ledger, -1, -1, code, heard)))
        breaks(ledger, "8: authentication refused, and nobody did (RFC 4954 6)");
}

void ledger_outcome(struct ledger *ledger, unsigned message, unsigned recipient,
                    const struct smtp_client_event *event, uint64_t heard)
{
    struct ledger_cell *cell = &ledger->cells[message][recipient];
    bool had_reply = cell->accepted_here > 0 && cell->reply_end <= heard;

    cell->outcomes++;
    cell->has_outcome = true;
    cell->confirmed |= had_reply;
    switch (event->recipient.outcome) {
    case SMTP_OUTCOME_SENT:
        if (cell->accepted_here == 0 || !had_reply)
            breaks(ledger, "1: sent, but the server did not say so (RFC 5321 4.2.5)");
        break;
    case SMTP_OUTCOME_PERMANENT:
        check_permanent(ledger, (int)message, (int)recipient, event, heard);
        break;
    case SMTP_OUTCOME_TEMPORARY:
    case SMTP_OUTCOME_UNKNOWN:
        break;
    case SMTP_OUTCOME_REFUSED_AUTH:
        check_refused_auth(ledger, event->recipient.code, heard);
        break;
    case SMTP_OUTCOME_PARTIAL:
    case SMTP_OUTCOME_REFUSED_TLS:
    case SMTP_OUTCOME_COUNT:
        breaks(ledger, "4: an outcome that no recipient can have here (RFC 5321 4.2.5)");
        break;
    }
}

void ledger_disconnect(struct ledger *ledger)
{
    for (unsigned i = 0; i < ledger->message_count; i++)
        for (unsigned j = 0; j < ledger->recipient_count; j++)
            if (ledger->cells[i][j].outcomes != ledger->cells[i][j].outcomes_asked)
                breaks(ledger, "4: not one outcome for each recipient (RFC 5321 4.2.5, 6.1)");
}

void ledger_end(struct ledger *ledger)
{
    for (unsigned i = 0; i < ledger->message_count; i++)
        for (unsigned j = 0; j < ledger->recipient_count; j++)
            if (!ledger->cells[i][j].has_outcome)
                breaks(ledger, "4: a recipient of whom nothing is known (RFC 5321 6.1)");
}
