#include "tests/simulate/session_private.h"

#include "base/require.h"
#include "fakeserver/fake_server.h"
#include "fakeserver/transcript_text.h"
#include "tests/simulate/script.h"
#include "transport/memory.h"

#include <stdio.h>

#define LIMIT_MS ((uint64_t)4 * 60 * 60 * 1000) /* of one connection, virtual */
#define CONNECTIONS_MAX 40
#define ARENA_OCTETS_MAX ((size_t)4 * 1024 * 1024)
#define SCRIPT_OCTETS_MAX ((size_t)16 * 1024)

/* ---- what happened, as a number and on paper ------------------------------------------------- */

/* FNV-1a. */
static void digest_octets(struct session *session, struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++)
        session->result.digest =
            (session->result.digest ^ (unsigned char)octets.data[i]) * UINT64_C(0x100000001b3);
}

static void digest_number(struct session *session, uint64_t number)
{
    digest_octets(session, (struct bytes){(const char *)&number, sizeof number});
}

static void print_record(const struct transcript_record *record)
{
    struct buf line;

    buf_init(&line, MAIL_OCTETS_MAX);
    (void)transcript_text_print_record(record, &line);
    printf("  %.*s\n", BYTES_FORMAT(buf_bytes(&line)));
    buf_release(&line);
}

static void note_outcome(struct session *session, const struct smtp_client_event *event,
                         size_t message, size_t recipient)
{
    digest_number(session, event->recipient.outcome * 1000U + event->recipient.code);
    session->outcomes[message][recipient] = event->recipient.outcome;
    if (session->print)
        printf("  client at %llu ms, having heard %llu octets: m%zu r%zu %s %u %s\n",
               (unsigned long long)memory_now_ms(session->memory),
               (unsigned long long)session->client_gate.passed, message, recipient,
               smtp_outcome_word(event->recipient.outcome), event->recipient.code, event->why);
}

/* ---- the server's side ----------------------------------------------------------------------- */

static void take_server_events(void *owner)
{
    struct session *session = owner;
    struct transcript_record record;

    while (fake_server_event(session->server, &record)) {
        digest_number(session, record.at_ms * 64 + record.kind);
        digest_octets(session, record.octets);
        if (session->print)
            print_record(&record);
        ledger_server(&session->ledger, &record, buf_bytes(&session->mail));
    }
}

/* ---- the client's side ----------------------------------------------------------------------- */

static void submit_next(struct session *session)
{
    struct smtp_message message = {.forward_paths = session->paths,
                                   .forward_path_count = session->ledger.recipient_count};
    size_t index;
    bool taken;

    if (!smtpsend_queue_take(&session->queue, &index)) {
        smtp_client_finish(session->client);
        return;
    }
    session->has_first = false;
    message.reverse_path = session->froms[index];
    message.octets = session_octets_of(session, index);
    smtpsend_queue_narrow(&session->queue, &message);
    for (size_t i = 0; i < message.forward_path_count; i++)
        ledger_ask(&session->ledger, (unsigned)index, (unsigned)session->queue.indexes[i]);
    if (session->mutant == SESSION_MUTANT_DROPS_A_RECIPIENT && session->result.connections > 1 &&
        message.forward_path_count > 1)
        message.forward_path_count--;
    taken = smtp_client_submit(session->client, &message, NULL);
    REQUIRE(taken); /* all messages here are sendable */
}

static void take_recipient(struct session *session, struct smtp_client_event *event)
{
    size_t message = session->queue.taken;
    struct smtp_client_event queued;
    size_t recipient;

    session_spoil(session, event);
    queued = *event;
    if ((session->retries_unknown && event->recipient.outcome == SMTP_OUTCOME_UNKNOWN) ||
        (session->mutant == SESSION_MUTANT_RETRIES_AFTER_250 &&
         event->recipient.outcome == SMTP_OUTCOME_SENT))
        queued.recipient.outcome = SMTP_OUTCOME_TEMPORARY;
    recipient = smtpsend_queue_note(&session->queue, &queued);
    note_outcome(session, event, message, recipient);
    ledger_outcome(&session->ledger, (unsigned)message, (unsigned)recipient, event,
                   session->client_gate.passed);
}

static void take_client_events(void *owner)
{
    struct session *session = owner;
    struct smtp_client_event event;

    take_server_events(session); /* what was heard was said before */
    while (smtp_client_event(session->client, &event)) {
        if (event.kind == SMTP_CLIENT_RECIPIENT)
            take_recipient(session, &event);
        if (event.kind == SMTP_CLIENT_MESSAGE)
            submit_next(session);
    }
}

/* ---- one connection -------------------------------------------------------------------------- */

static struct gate_plan plan(struct session *session, bool hostile, uint64_t octets)
{
    static const unsigned pieces[] = {1, 3, 20, 100, 1460, 100000};
    static const unsigned delays_ms[] = {20, 300, 5000, 400000};
    struct chance *chance = &session->chance;
    struct gate_plan ret = {.piece_octets_max = pieces[chance_below(chance, 6)],
                            .fault = GATE_FAULT_NONE};

    if (ret.piece_octets_max >= 20 && chance_percent(chance, 50)) {
        ret.delay_percent = 1 + chance_below(chance, 30);
        ret.delay_ms_max = delays_ms[chance_below(chance, hostile ? 4 : 2)];
    }
    if (hostile && chance_percent(chance, 30)) {
        ret.fault = (enum gate_fault)(1 + chance_below(chance, GATE_FAULT_COUNT - 1));
        ret.fault_at = chance_below(chance, (unsigned)octets);
    }
    return ret;
}

static bool write_protocol(struct session *session)
{
    struct buf *script = &session->script;
    bool offers = session->auth && !chance_percent(&session->chance, 5);

    return (!session->lmtp || buf_printf(script, "send     protocol=lmtp\n")) &&
           (!session->auth || buf_printf(script, "send     user=joe password=simulated\n")) &&
           (!offers || buf_printf(script, "offer    AUTH PLAIN LOGIN CRAM-MD5\n"));
}

static bool parse_script(struct session *session, struct arena *arena, struct scenario *ret)
{
    struct scenario_file *file;
    struct script_facts facts;
    struct err err = {0};

    buf_clear(&session->script);
    if (!write_protocol(session) ||
        !script_write(&session->chance, session->result.connections - 1, &session->script, &facts))
        return false;
    if (session->print)
        printf("-- connection %u\n%.*s", session->result.connections,
               BYTES_FORMAT(buf_bytes(&session->script)));
    if (!scenario_file_parse("simulated", buf_bytes(&session->script), NULL, arena, &file, &err) ||
        !scenario_file_instance(file, 0, 1, arena, ret, &err)) {
        (void)fprintf(stderr, "simulate: script:%u:%u: %s\n", err.line, err.column, err.what);
        return false;
    }
    ledger_connect(&session->ledger, (struct ledger_manner){.small_size = facts.small_size,
                                                            .lmtp = session->lmtp,
                                                            .auth = session->auth,
                                                            .in_tls = session->implicit_tls});
    return true;
}

static void join_gates(struct session *session)
{
    bool hostile = session->result.connections < 5 && chance_percent(&session->chance, 70);
    struct gate_plan client_plan = plan(session, hostile, 900);
    struct gate_plan server_plan = plan(session, hostile, 3000);

    session->network.cut = false;
    gate_init(&session->client_gate, smtp_client_engine(session->client), &session->network,
              &client_plan, chance_next(&session->chance));
    gate_init(&session->server_gate, fake_server_engine(session->server), &session->network,
              &server_plan, chance_next(&session->chance));
    session->client_gate.stirred = take_client_events;
    session->server_gate.stirred = take_server_events;
    session->client_gate.owner = session->server_gate.owner = session;
    if (session->print)
        printf("  network: to client fault %d at %llu, to server fault %d at %llu\n",
               (int)client_plan.fault, (unsigned long long)client_plan.fault_at,
               (int)server_plan.fault, (unsigned long long)server_plan.fault_at);
}

static bool is_quiet(const struct session *session)
{
    return session->over && smtp_client_is_over(session->client) &&
           session->client_gate.calls <= GATE_CALLS_MAX &&
           session->server_gate.calls <= GATE_CALLS_MAX;
}

static bool talk(struct session *session, const struct scenario *scenario)
{
    struct fake_server_options options = {.scenario = scenario,
                                          .connection = 1,
                                          .limit_ms = LIMIT_MS,
                                          .mail = &session->mail,
                                          .implicit_tls =
                                              session->options.tls == SMTP_CLIENT_TLS_IMPLICIT};

    buf_clear(&session->mail);
    session->client = smtp_client_new(&session->options, NULL);
    session->server = fake_server_new(&options);
    if (!session->client || !session->server)
        return false;
    join_gates(session);
    session->memory =
        memory_new(gate_engine(&session->client_gate), gate_engine(&session->server_gate));
    if (!session->memory)
        return false;
    submit_next(session);
    session->over = memory_run(session->memory, 2 * LIMIT_MS);
    take_client_events(session);
    if (!is_quiet(session) && !session->ledger.broken)
        session->ledger.broken = "6: an engine does not come to rest (RFC 5321 4.5.3.2)";
    ledger_disconnect(&session->ledger);
    return true;
}

static bool run_connection(struct session *session)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);
    struct scenario scenario;
    bool ok;

    session->result.connections++;
    ok = arena && parse_script(session, arena, &scenario) && talk(session, &scenario);
    memory_free(session->memory);
    fake_server_free(session->server);
    smtp_client_free(session->client);
    session->memory = NULL;
    session->server = NULL;
    session->client = NULL;
    arena_free(arena);
    return ok;
}

/* ---- one seed -------------------------------------------------------------------------------- */

static bool run_queue(struct session *session)
{
    enum smtpsend_again again;

    do {
        if (!run_connection(session))
            return false;
        again = smtpsend_queue_again(&session->queue, false);
        if (again == SMTPSEND_AGAIN_LATER && session->retries-- == 0)
            again = SMTPSEND_AGAIN_NEVER;
        if (again != SMTPSEND_AGAIN_NEVER)
            smtpsend_queue_begin(&session->queue, again);
        if (session->result.connections == CONNECTIONS_MAX && !session->ledger.broken)
            session->ledger.broken = "6: the queue does not come to its end (RFC 5321 4.5.4.1)";
    } while (again != SMTPSEND_AGAIN_NEVER && !session->ledger.broken);
    ledger_end(&session->ledger);
    return true;
}

static void count(struct session *session)
{
    struct session_result *result = &session->result;

    for (unsigned i = 0; i < session->ledger.message_count; i++)
        for (unsigned j = 0; j < session->ledger.recipient_count; j++) {
            enum smtp_outcome outcome = session->outcomes[i][j];

            result->sent += outcome == SMTP_OUTCOME_SENT;
            result->temporary += outcome == SMTP_OUTCOME_TEMPORARY;
            result->permanent += outcome == SMTP_OUTCOME_PERMANENT;
            result->unknown += outcome == SMTP_OUTCOME_UNKNOWN;
            result->duplicates += session->ledger.cells[i][j].accepted > 1;
        }
}

bool session_run(uint64_t seed, enum session_mutant mutant, bool print, struct session_result *ret)
{
    struct session session = {.chance = {.state = seed},
                              .mutant = mutant,
                              .print = print,
                              .result = {.digest = UINT64_C(0xcbf29ce484222325)}};
    bool ok;

    buf_init(&session.mail, MAIL_OCTETS_MAX);
    buf_init(&session.script, SCRIPT_OCTETS_MAX);
    buf_init(&session.twice, 2 * MAIL_OCTETS_MAX);
    ok = session_prepare(&session) && run_queue(&session);
    if (ok)
        count(&session);
    session.result.broken = ok ? session.ledger.broken : "no memory, or no script";
    for (unsigned i = 0; i < LEDGER_MESSAGES_MAX; i++)
        buf_release(&session.texts[i]);
    buf_release(&session.mail);
    buf_release(&session.script);
    buf_release(&session.twice);
    smtpsend_queue_release(&session.queue);
    *ret = session.result;
    return ok;
}
