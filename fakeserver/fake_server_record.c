/* fake_server_record.c - records for the transcript, without the secrets (style 2.7). */
#include "fakeserver/fake_server_private.h"

#include "base/base64.h"
#include "base/require.h"

enum { SECRET_OCTETS_MIN = 4, MARK_OCTETS = 64 };
static const struct bytes mark = {"{secret}", 8};

/* ---- the queue ------------------------------------------------------------------------------ */

/* Redaction may make a unit longer: a mark for each secret. */
static bool fits(const struct store *store, uint64_t octets)
{
    return 2 * octets + MARK_OCTETS <= store->max - store->size;
}

bool server_has_room(const struct fake_server *server, uint64_t octets)
{
    if (server->record_count > RECORDS_MAX - RECORDS_SPARE)
        return false;
    return server->record_count == 0 || fits(&server->stores[0], octets) ||
           server->stores[1].size == 0;
}

void server_record(struct fake_server *server, const struct transcript_record *record)
{
    struct transcript_record *slot;

    if (server->record_count == RECORDS_MAX)
        return;
    slot = &server->records[(server->record_first + server->record_count++) % RECORDS_MAX];
    *slot = *record;
    slot->at_ms = server->now_ms;
    slot->connection = server->connection;
    slot->secure = server->state.secure;
    server->facts_held = server->facts_held || record->facts;
}

void server_record_event(struct fake_server *server, enum transcript_kind kind,
                         enum transcript_source source, unsigned line)
{
    server_record(server,
                  &(struct transcript_record){.kind = kind, .source = source, .line = line});
}

/* ---- what may not be told ------------------------------------------------------------------- */

/* A password that stands in an address or a name is no secret any more, and would be found in every
 * MAIL command. */
static bool is_common(const struct scenario *scenario, const struct account *account)
{
    const struct scenario_send *send = &scenario->send;

    if (account->password.size < SECRET_OCTETS_MIN ||
        bytes_find_bytes(account->user, account->password) != BYTES_NOT_FOUND ||
        bytes_find_bytes(send->from, account->password) != BYTES_NOT_FOUND)
        return true;
    for (size_t i = 0; i < send->to_count; i++)
        if (bytes_find_bytes(send->to[i], account->password) != BYTES_NOT_FOUND)
            return true;
    return false;
}

/* Groups of base64 without the last one, whose letters depend on what follows. */
static size_t stable_letters(size_t octets)
{
    return octets / 3 * 4;
}

static size_t plain_octets(const struct account *account)
{
    return 2 + account->user.size + account->password.size;
}

/* Of each account: the password, its base64, and the whole response of PLAIN. */
size_t server_secrets_size(const struct scenario *scenario, size_t *ret_count)
{
    size_t size = 0;

    for (size_t i = 0; i < scenario->account_count; i++) {
        const struct account *account = &scenario->accounts[i];

        size += account->password.size + base64_encoded_octets(account->password.size);
        size += plain_octets(account) + base64_encoded_octets(plain_octets(account));
    }
    *ret_count = scenario->account_count * 3;
    return size;
}

static void add_secret(struct fake_server *server, struct buf *buf, size_t from, size_t size)
{
    if (size >= SECRET_OCTETS_MIN)
        server->secrets[server->secret_count++] = (struct secret){from, size};
    (void)buf;
}

static void add_account(struct fake_server *server, struct buf *buf, const struct account *account)
{
    struct bytes password = account->password;
    size_t from = buf->size;

    if (!is_common(server->scenario, account)) {
        REQUIRE(buf_append(buf, password));
        add_secret(server, buf, from, password.size);
    }
    from = buf->size;
    REQUIRE(base64_encode(buf, password));
    add_secret(server, buf, from, stable_letters(password.size));
    from = buf->size;
    REQUIRE(buf_append_octet(buf, '\0'));
    REQUIRE(buf_append(buf, account->user));
    REQUIRE(buf_append_octet(buf, '\0'));
    REQUIRE(buf_append(buf, password));
    {
        struct bytes plain = bytes_after(buf_bytes(buf), from);
        size_t at = buf->size;

        REQUIRE(base64_encode(buf, plain));
        add_secret(server, buf, at, stable_letters(plain.size));
    }
}

void server_secrets_init(struct fake_server *server)
{
    struct buf buf = {server->secret_octets, 0, server->secret_octets_size,
                      server->secret_octets_size};

    for (size_t i = 0; i < server->scenario->account_count; i++)
        if (server->scenario->accounts[i].password.size > 0)
            add_account(server, &buf, &server->scenario->accounts[i]);
}

/* ---- copies -----------------------------------------------------------------------------------
 */

static void put(struct store *store, struct bytes octets)
{
    size_t room = store->max - store->size;
    size_t size = octets.size < room ? octets.size : room;

    if (size > 0)
        memcpy(store->data + store->size, octets.data, size);
    store->size += size;
}

/* Where the first secret begins, and how long it is; BYTES_NOT_FOUND: none. */
static size_t find_secret(const struct fake_server *server, struct bytes octets, size_t *ret_size)
{
    size_t first = BYTES_NOT_FOUND;

    for (size_t i = 0; i < server->secret_count; i++) {
        struct bytes secret = {server->secret_octets + server->secrets[i].from,
                               server->secrets[i].size};
        size_t at = bytes_find_bytes(octets, secret);

        if (at < first || (at == first && at != BYTES_NOT_FOUND && secret.size > *ret_size)) {
            first = at;
            *ret_size = secret.size;
        }
    }
    return first;
}

/* True: a secret was found in them, and did not get any further. */
static bool put_redacted(const struct fake_server *server, struct store *store, struct bytes octets)
{
    bool found = false;
    size_t size = 0;
    size_t at;

    while ((at = find_secret(server, octets, &size)) != BYTES_NOT_FOUND) {
        put(store, bytes_slice(octets, 0, at));
        put(store, mark);
        octets = bytes_after(octets, at + size);
        found = true;
    }
    put(store, octets);
    return found;
}

/* Nothing but the user's name, an empty response and "*" is sure to hold no secret. */
static bool is_harmless(uint32_t notes)
{
    const uint32_t harmless =
        TRANSCRIPT_NOTE(USER) | TRANSCRIPT_NOTE(EMPTY) | TRANSCRIPT_NOTE(CANCEL);

    return (notes & harmless) != 0 && (notes & TRANSCRIPT_NOTE(PASSWORD)) == 0;
}

static struct bytes line_end(const struct command *command)
{
    return bytes_after(command->line, command->text.size);
}

static void put_unit(const struct fake_server *server, struct store *store, const struct unit *unit,
                     uint32_t *notes)
{
    const struct command *command = &unit->command;
    struct bytes credential =
        command->kind == TRANSCRIPT_RESPONSE ? command->text : command->initial_response;
    size_t before = command->kind == TRANSCRIPT_RESPONSE || !credential.data
                        ? 0
                        : (size_t)(credential.data - command->line.data);

    if (!credential.data || is_harmless(*notes)) {
        if (put_redacted(server, store, command->line))
            *notes |= TRANSCRIPT_NOTE(SECRET_ELSEWHERE);
        return;
    }
    if (put_redacted(server, store, bytes_slice(command->line, 0, before)))
        *notes |= TRANSCRIPT_NOTE(SECRET_ELSEWHERE);
    put(store, mark);
    put(store, line_end(command));
}

static void record_chunk(struct fake_server *server, const struct unit *unit,
                         const struct decision *decision, uint32_t notes)
{
    server_record(server, &(struct transcript_record){.kind = TRANSCRIPT_CHUNK,
                                                      .source = decision->taken_by,
                                                      .line = decision->line,
                                                      .notes = notes & TRANSCRIPT_NOTE(CUT),
                                                      .facts = unit->facts});
}

void server_record_unit(struct fake_server *server, const struct unit *unit,
                        const struct decision *decision)
{
    uint32_t notes = unit->notes | decision->notes;
    struct store *store =
        &server->stores[fits(&server->stores[0], unit->command.line.size) ? 0 : 1];
    size_t from = store->size;
    struct bytes octets;

    if (server->input.early)
        notes |= TRANSCRIPT_NOTE(EARLY);
    if (unit->command.line.size > 0)
        put_unit(server, store, unit, &notes);
    octets = (struct bytes){store->data + from, store->size - from};
    server_record(server,
                  &(struct transcript_record){.kind = unit->command.kind,
                                              .source = decision->taken_by,
                                              .line = decision->line,
                                              .notes = notes,
                                              .variation = decision->variation,
                                              .remark = unit->remark,
                                              .octets = octets,
                                              .wire_octets = unit->wire_octets,
                                              .facts = unit->is_chunk ? NULL : unit->facts});
    if (unit->is_chunk)
        record_chunk(server, unit, decision, notes);
}
