/* fake_server_input.c - octets of the client cut into units. */
#include "fakeserver/fake_server_private.h"

/* ---- when ----------------------------------------------------------------------------------- */

static bool is_early(const struct fake_server *server)
{
    return server->owed > 0 && !server->surplus;
}

static void see(struct fake_server *server)
{
    if (server->input.seen)
        return;
    server->input.seen = true;
    server->input.early = is_early(server);
}

/* A unit is taken when its predecessor was answered; those of one command group together. */
static bool is_ready(const struct fake_server *server)
{
    if (!server_has_room(server, 0) || (server->facts_held && server->record_count > 0))
        return false;
    if (server->wish != ENGINE_WISH_NONE)
        return false;
    if (server->mute)
        return true;
    return server->program.kind == PROGRAM_NONE && (server_is_quiet(server) || server->grouping);
}

static void end_of_unit(struct fake_server *server)
{
    server->input.seen = false;
    server->input.line_octets = 0;
    server->input.unit_octets = 0;
}

/* ---- mail data ------------------------------------------------------------------------------ */

static void start_data(struct fake_server *server, bool uninvited)
{
    server->input.mode = INPUT_DATA;
    server->input.invited = false;
    server->input.uninvited = uninvited;
    server->input.chunking = false;
    server->input.watch_content = false;
    mail_data_reader_start(server->reader);
}

static void data_unit(struct fake_server *server, struct unit *ret)
{
    *ret = (struct unit){.uninvited = server->input.uninvited,
                         .facts = mail_data_reader_facts(server->reader),
                         .wire_octets = server->input.unit_octets};
    command_of_kind(TRANSCRIPT_MAIL_DATA, &ret->command);
    ret->notes = server->input.uninvited ? TRANSCRIPT_NOTE(UNINVITED) : 0;
}

static void take_data_unit(struct fake_server *server)
{
    struct unit unit;

    data_unit(server, &unit);
    server->input.mode = INPUT_LINE;
    server_take_unit(server, &unit);
    server->input.uninvited = false;
    end_of_unit(server);
}

static size_t feed_data(struct fake_server *server, struct bytes input)
{
    size_t used = mail_data_reader_feed(server->reader, input);

    server->input.unit_octets += used;
    return used;
}

static size_t receive_data(struct fake_server *server, struct bytes input)
{
    size_t used = feed_data(server, input);

    if (mail_data_reader_has_ended(server->reader))
        take_data_unit(server);
    return used;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Keeps the first octets of a line that comes in pieces. */
static void keep_line(struct fake_server *server, struct bytes piece)
{
    uint64_t at = server->input.line_octets;
    size_t room = at < LINE_OCTETS ? LINE_OCTETS - (size_t)at : 0;
    size_t size = piece.size < room ? piece.size : room;

    if (size > 0 && server->line + at != piece.data)
        memcpy(server->line + at, piece.data, size);
    if (size > 0 && at + size > server->line_touched)
        server->line_touched = (size_t)at + size;
    server->input.line_octets += piece.size;
}

static struct bytes kept_line(const struct fake_server *server)
{
    uint64_t size = server->input.line_octets;

    return (struct bytes){server->line, size < LINE_OCTETS ? (size_t)size : LINE_OCTETS};
}

/*
 * After a challenge a line is a response, but a client that ignores the challenge goes on with a
 * command. QUIT, RSET, … are base64, too: they are commands here, for no credential is so short.
 */
static bool is_command_not_response(const struct fake_server *server, const struct command *command)
{
    uint32_t notes;

    if (command->verb == SMTP_VERB_OTHER)
        return false;
    if (command->argument.size > 0 || !server->input.expect_base64)
        return true;
    notes = auth_check_describe(&server->state.auth, command->text, false);
    return (notes & (TRANSCRIPT_NOTE(USER) | TRANSCRIPT_NOTE(PASSWORD))) == 0;
}

static void read_line(const struct fake_server *server, struct bytes line, struct command *ret)
{
    command_read(line, ret);
    if (server->input.expect_response && !is_command_not_response(server, ret))
        command_read_response(line, ret);
}

static bool begins_chunk(const struct fake_server *server, const struct command *command)
{
    return command->kind == TRANSCRIPT_COMMAND && command->verb == SMTP_VERB_BDAT &&
           command->has_chunk &&
           smtp_extensions_has(&server->state.offered, SMTP_EXTENSION_CHUNKING);
}

static void chunk_unit(struct fake_server *server, struct unit *ret)
{
    *ret = (struct unit){.is_chunk = true, .wire_octets = server->input.line_octets};
    command_read(kept_line(server), &ret->command);
    ret->facts = mail_data_reader_facts(server->reader);
}

static void take_chunk_unit(struct fake_server *server)
{
    struct unit unit;

    chunk_unit(server, &unit);
    mail_data_reader_chunk(server->reader, BYTES_NONE, unit.command.last);
    server->input.mode = INPUT_LINE;
    server->input.chunking = !unit.command.last;
    server_take_unit(server, &unit);
    end_of_unit(server);
}

static void start_chunk(struct fake_server *server, const struct command *command)
{
    uint64_t octets = server->input.line_octets;

    if (octets == 0)
        keep_line(server, command->line);
    if (!server->input.chunking)
        mail_data_reader_start(server->reader);
    server->input.chunking = true;
    server->input.mode = INPUT_CHUNK;
    server->input.left = command->chunk_octets;
    if (server->input.left == 0)
        take_chunk_unit(server);
}

static size_t receive_chunk(struct fake_server *server, struct bytes input)
{
    size_t size = input.size < server->input.left ? input.size : (size_t)server->input.left;

    mail_data_reader_chunk(server->reader, bytes_slice(input, 0, size), false);
    server->input.left -= size;
    if (server->input.left == 0)
        take_chunk_unit(server);
    return size;
}

/* What comes after a refused DATA and is no command is mail data that nobody asked for. */
static bool is_uninvited(const struct fake_server *server, const struct command *command)
{
    return server->input.watch_content && command->kind == TRANSCRIPT_COMMAND &&
           command->verb == SMTP_VERB_OTHER;
}

/* Behind it no chunk goes on with a message that an earlier one began (RFC 3030 2, RFC 5321
 * 4.1.4). */
static bool ends_chunks(const struct fake_server *server, const struct command *command)
{
    if (command->kind != TRANSCRIPT_COMMAND)
        return false;
    return command->verb == SMTP_VERB_RSET || command->verb == SMTP_VERB_EHLO ||
           command->verb == SMTP_VERB_HELO || command->verb == SMTP_VERB_LHLO ||
           (command->verb == SMTP_VERB_MAIL && server->state.phase <= MODEL_PHASE_READY);
}

static void take_line(struct fake_server *server, struct bytes line, uint64_t wire_octets)
{
    struct unit unit = {.wire_octets = wire_octets, .too_long = wire_octets > LINE_OCTETS};

    read_line(server, line, &unit.command);
    if (is_uninvited(server, &unit.command)) {
        start_data(server, true);
        feed_data(server, line);
        if (mail_data_reader_has_ended(server->reader))
            take_data_unit(server);
        return;
    }
    if (begins_chunk(server, &unit.command)) {
        start_chunk(server, &unit.command);
        return;
    }
    unit.notes = unit.command.notes | (unit.too_long ? TRANSCRIPT_NOTE(TOO_LONG) : 0);
    server->input.watch_content = false;
    if (ends_chunks(server, &unit.command))
        server->input.chunking = false;
    server_take_unit(server, &unit);
    end_of_unit(server);
}

static size_t receive_line(struct fake_server *server, struct bytes input)
{
    size_t end = bytes_find(input, '\n');
    size_t size = end == BYTES_NOT_FOUND ? input.size : end + 1;
    struct bytes line = bytes_slice(input, 0, size);
    uint64_t wire_octets = server->input.line_octets + size;

    if (end == BYTES_NOT_FOUND) {
        keep_line(server, line);
        return size;
    }
    if (!server_has_room(server, wire_octets))
        return 0;
    if (server->input.line_octets > 0) {
        keep_line(server, line);
        line = kept_line(server);
    }
    take_line(server, bytes_slice(line, 0, LINE_OCTETS), wire_octets);
    return size;
}

/* ---- the first line after a 3yz that is not 354 --------------------------------------------- */

static bool is_beginning_of(struct bytes octets, struct bytes whole)
{
    return octets.size <= whole.size && bytes_starts_with_nocase(whole, octets);
}

/* RSET and QUIT are commands of a client that does not take this code for an invitation. */
static size_t sniff(struct fake_server *server, struct bytes input)
{
    static const struct bytes commands[] = {
        {"RSET\r\n", 6},
        {"QUIT\r\n", 6}
    };
    size_t kept = (size_t)server->input.line_octets;
    size_t used = 0;

    while (used < input.size) {
        struct bytes line;

        keep_line(server, bytes_slice(input, used, used + 1));
        used++;
        line = kept_line(server);
        if (!is_beginning_of(line, commands[0]) && !is_beginning_of(line, commands[1]))
            break;
        if (line.size == commands[0].size) {
            server->input.sniffing = server->input.invited = false;
            take_line(server, line, line.size);
            return used;
        }
        if (used == input.size)
            return used;
    }
    /* It is mail data: what was kept before goes first, the rest of the input comes again. */
    server->input.sniffing = false;
    start_data(server, false);
    server->input.line_octets = 0;
    feed_data(server, (struct bytes){server->line, kept});
    return receive_data(server, input);
}

/* ---- C= N octets ---------------------------------------------------------------------------- */

void server_read_octets(struct fake_server *server, uint64_t count)
{
    server->input.left = count;
    server->input.line_octets = 0;
    server->input.unit_octets = 0;
    server->input.sniffing = false;
    if (server->input.invited)
        start_data(server, false);
    else
        server->input.uninvited = false;
    server->input.chunking = server->input.mode == INPUT_DATA; /* the reader hears it, too */
    server->input.mode = INPUT_OCTETS;
}

static void octets_unit(struct fake_server *server, struct unit *ret)
{
    *ret = (struct unit){.wire_octets = server->input.unit_octets};
    command_of_kind(TRANSCRIPT_OCTETS, &ret->command);
    ret->command.line = bytes_slice(kept_line(server), 0, KEPT_OCTETS);
    if (server->input.unit_octets > KEPT_OCTETS)
        ret->notes |= TRANSCRIPT_NOTE(SHORTENED);
}

static size_t receive_octets(struct fake_server *server, struct bytes input)
{
    size_t size = input.size < server->input.left ? input.size : (size_t)server->input.left;
    bool is_data = server->input.chunking;
    struct unit unit;

    if (is_data)
        size = mail_data_reader_feed(server->reader, bytes_slice(input, 0, size));
    if (server->input.line_octets < KEPT_OCTETS)
        keep_line(server, bytes_slice(input, 0, size < KEPT_OCTETS ? size : KEPT_OCTETS));
    server->input.unit_octets += size;
    server->input.left -= size;
    if (server->input.left > 0 && !(is_data && mail_data_reader_has_ended(server->reader)))
        return size;
    octets_unit(server, &unit);
    /* The rest of the mail data is still to come, unless its end was among these octets. */
    server->input.mode =
        is_data && !mail_data_reader_has_ended(server->reader) ? INPUT_DATA : INPUT_LINE;
    server->input.chunking = false;
    server_take_unit(server, &unit);
    end_of_unit(server);
    return size;
}

/* ---- all ------------------------------------------------------------------------------------ */

static size_t receive_some(struct fake_server *server, struct bytes input)
{
    see(server);
    if (server->input.mode == INPUT_LINE && server->input.invited) {
        if (server->input.sniffing)
            return sniff(server, input);
        start_data(server, false);
    }
    switch (server->input.mode) {
    case INPUT_LINE:
        return receive_line(server, input);
    case INPUT_DATA:
        return receive_data(server, input);
    case INPUT_CHUNK:
        return receive_chunk(server, input);
    case INPUT_OCTETS:
        return receive_octets(server, input);
    }
    return 0;
}

size_t server_receive(struct fake_server *server, struct bytes input)
{
    size_t used = 0;

    if (server->client_ended || server->server_ended || server->expired)
        return input.size;
    server->grouping = false;
    if (server->record_count == 0) {
        server->stores[0].size = server->stores[1].size = 0;
        server->facts_held = false;
    }
    if (server->listening && input.size > 0)
        server->quiet_broken = true;
    while (used < input.size && is_ready(server)) {
        size_t size = receive_some(server, bytes_after(input, used));

        if (size == 0)
            break;
        used += size;
    }
    if (used < input.size)
        see(server);
    return used;
}

void server_cut_input(struct fake_server *server)
{
    struct unit unit;

    if (server->input.mode == INPUT_LINE && server->input.line_octets > 0) {
        unit = (struct unit){.wire_octets = server->input.line_octets};
        read_line(server, kept_line(server), &unit.command);
        unit.notes = unit.command.notes;
        server_take_cut_unit(server, &unit);
    } else if (server->input.mode == INPUT_DATA && server->input.unit_octets > 0) {
        data_unit(server, &unit);
        server_take_cut_unit(server, &unit);
    } else if (server->input.mode == INPUT_CHUNK) {
        chunk_unit(server, &unit);
        server_take_cut_unit(server, &unit);
    } else if (server->input.mode == INPUT_OCTETS && server->input.unit_octets > 0) {
        octets_unit(server, &unit);
        server_take_cut_unit(server, &unit);
    }
    end_of_unit(server);
}
