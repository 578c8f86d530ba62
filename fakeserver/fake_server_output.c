/* fake_server_output.c - segments on their way out, and the state that follows them. */
#include "fakeserver/fake_server_private.h"

#include "base/smtp_code.h"

/* ---- what was said, read back --------------------------------------------------------------- */

static void follow_code(struct fake_server *server, unsigned code)
{
    enum smtp_stage stage = server->replies.stage;
    bool goes_on = smtp_code_class(code) == SMTP_CODE_3YZ;

    server->replies.stage = SMTP_STAGE_OTHER;
    if (stage == SMTP_STAGE_DATA) {
        server->input.invited = goes_on;
        server->input.sniffing = goes_on && code != 354;
        server->input.watch_content = !goes_on;
    }
    if (stage == SMTP_STAGE_AUTH) {
        server->input.expect_response = goes_on;
        server->input.expect_base64 = code == 334;
    }
    server->quit_answered = server->quit_answered || stage == SMTP_STAGE_QUIT;
    model_state_follow(&server->state, stage, code);
}

/* One line of a reply: keywords of EHLO, the code of the last line (RFC 5321 4.2, 4.1.1.1). */
static void follow_line(struct fake_server *server, struct bytes line)
{
    struct reply_reader *reader = &server->replies;
    unsigned code;
    bool last;

    if (!smtp_code_from(line, &code))
        return;
    last = line.size < 4 || line.data[3] != '-';
    if ((reader->stage == SMTP_STAGE_EHLO || reader->stage == SMTP_STAGE_LHLO) &&
        smtp_code_class(code) == SMTP_CODE_2YZ) {
        if (reader->lines == 0)
            server->state.offered = (struct smtp_extensions){0};
        else
            (void)smtp_extensions_add(&server->state.offered, bytes_after(line, 4), NULL);
    }
    reader->lines++;
    if (!last)
        return;
    if (reader->stage == SMTP_STAGE_AUTH && code == 334)
        auth_check_sent(&server->state.auth, bytes_after(line, 4));
    reader->lines = 0;
    server->output.replies++;
    follow_code(server, code);
}

static void carry(struct reply_reader *reader, struct bytes octets)
{
    size_t room = sizeof(reader->carry) - reader->carry_size;
    size_t size = octets.size < room ? octets.size : room;

    if (size > 0)
        memcpy(reader->carry + reader->carry_size, octets.data, size);
    reader->carry_size += size;
}

static void follow(struct fake_server *server, struct bytes octets)
{
    struct reply_reader *reader = &server->replies;

    while (octets.size > 0) {
        size_t end = bytes_find(octets, '\n');
        struct bytes line = bytes_slice(octets, 0, end);

        if (end == BYTES_NOT_FOUND || reader->carry_size > 0)
            carry(reader, line);
        if (end == BYTES_NOT_FOUND)
            return;
        if (reader->carry_size > 0)
            line = (struct bytes){reader->carry, reader->carry_size};
        reader->carry_size = 0;
        follow_line(server, bytes_without_line_end(line));
        octets = bytes_after(octets, end + 1);
    }
}

/* ---- segments ------------------------------------------------------------------------------- */

bool server_is_quiet(const struct fake_server *server)
{
    return server->output.sent == server->output.octets.size;
}

static bool can_join(const struct fake_server *server, struct bytes octets)
{
    const struct output *output = &server->output;

    return output->sent == 0 && !output->split && output->pace_octets == 0 &&
           output->octets.size + octets.size <= server->out_octets;
}

static void join(struct fake_server *server, struct bytes octets)
{
    struct output *output = &server->output;

    if (output->octets.data != server->out) {
        memcpy(server->out, output->octets.data, output->octets.size);
        output->octets.data = server->out;
    }
    memcpy(server->out + output->octets.size, octets.data, octets.size);
    output->octets.size += octets.size;
}

/* ---- cuts ----------------------------------------------------------------------------------- */

enum { SPLIT_PAUSE_MS = 1 }; /* so that the other side reads one segment before the next comes */

void server_take_cut(struct fake_server *server, const struct cut *cut)
{
    server->cut = cut;
    server->is_split = cut->kind == CUT_SPLIT;
    if (!server->is_split)
        return;
    server->output.pace_octets = 1;
    server->output.pace_ms = SPLIT_PAUSE_MS;
}

/* What goes out of these octets. *ret_cut: nothing may follow them. */
static struct bytes before_cut(struct fake_server *server, struct bytes octets, bool *ret_cut)
{
    const struct cut *cut = server->cut;
    bool reached = false;
    size_t size;

    *ret_cut = false;
    if (!cut || cut->where != CUT_AT_POINT || cut->kind == CUT_JOIN)
        return octets;
    size = cut_pass(cut, &server->cut_place, octets, &reached);
    if (!reached)
        return octets;
    if (cut->kind == CUT_SPLIT) {
        server->output.border = size;
        server->cut_place = (struct cut_place){.lines = SIZE_MAX}; /* passed for good */
        return octets;
    }
    *ret_cut = true;
    return bytes_slice(octets, 0, size);
}

static uint64_t pace_size(const struct fake_server *server)
{
    const struct output *output = &server->output;
    struct bytes rest = bytes_after(output->octets, output->sent);

    if (!server->is_split)
        return output->pace_octets;
    if (server->cut->where != CUT_AT_POINT)
        return cut_segment(server->cut, rest, output->octets.size);
    return output->border > output->sent ? output->border - output->sent : rest.size;
}

/* ---- segments on their way ------------------------------------------------------------------ */

static void put(struct fake_server *server, struct bytes octets, const struct step *step,
                uint32_t notes)
{
    struct output *output = &server->output;
    enum transcript_source source = server->program.source;

    if (!server_is_quiet(server)) {
        join(server, octets);
    } else {
        output->octets = octets;
        output->sent = 0;
        output->replies = 0;
        if (server->is_split && output->pace_due_ms < server->now_ms)
            output->pace_due_ms = server->now_ms;
    }
    if (server->replies.stage == SMTP_STAGE_EHLO && step && source == TRANSCRIPT_SOURCE_DIALOGUE)
        server->ehlo_reply = octets;
    follow(server, octets);
    server_pace(server);
    server_record(server, &(struct transcript_record){.kind = TRANSCRIPT_REPLY,
                                                      .source = source,
                                                      .line = step ? step->line : 0,
                                                      .notes = notes,
                                                      .octets = octets});
}

bool server_put(struct fake_server *server, struct bytes octets, bool may_join,
                const struct step *step)
{
    struct bytes left;
    bool is_cut;

    if (octets.size == 0)
        return true;
    if (!server_is_quiet(server) && (!may_join || !can_join(server, octets)))
        return false;
    left = before_cut(server, octets, &is_cut);
    if (left.size > 0)
        put(server, left, step, left.size < octets.size ? TRANSCRIPT_NOTE(CUT) : 0);
    if (is_cut)
        server_make_cut(server);
    return true;
}

struct bytes server_pending(const struct fake_server *server)
{
    const struct output *output = &server->output;
    size_t end = output->octets.size;

    if (server->half_closed || server->server_ended || server->over)
        return BYTES_NONE;
    for (size_t i = 0; output->split && i < output->split->split_count; i++) {
        size_t at = output->split->splits[i];

        if (at > output->sent && at < end)
            end = at;
    }
    if (output->pace_octets > 0 && end - output->sent > output->pace_left)
        end = output->sent + (size_t)output->pace_left;
    return bytes_slice(output->octets, output->sent, end);
}

void server_pace(struct fake_server *server)
{
    struct output *output = &server->output;

    if (output->pace_octets > 0 && output->pace_left == 0 && server->now_ms >= output->pace_due_ms)
        output->pace_left = pace_size(server);
}

static void finish(struct fake_server *server)
{
    server->owed -= server->output.replies;
    server->surplus = server->surplus || server->owed < 0;
    server->output.octets = BYTES_NONE;
    server->output.sent = 0;
    server->output.replies = 0;
    server->output.split = NULL;
    server->output.border = 0;
}

void server_sent(struct fake_server *server, size_t octets)
{
    struct output *output = &server->output;

    output->sent += octets;
    if (output->pace_octets > 0) {
        output->pace_left -= octets < output->pace_left ? octets : output->pace_left;
        /* On a busy machine a split reply catches up: it is not to outlast the client's patience.
         */
        if (output->pace_left == 0)
            output->pace_due_ms =
                (server->is_split ? output->pace_due_ms : server->now_ms) + output->pace_ms;
    }
    if (output->sent >= output->octets.size)
        finish(server);
}

void server_drop_output(struct fake_server *server)
{
    server->output.replies = 0;
    finish(server);
}
