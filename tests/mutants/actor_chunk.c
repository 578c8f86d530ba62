/*
 * actor_chunk.c - the message in chunks (RFC 3030 2).
 */
#include "tests/mutants/actor_private.h"

#define CHUNK_OCTETS 300
#define PIECE_OCTETS 512
#define AHEAD_OCTETS 16 /* so that the name of a header field is never cut */

bool actor_uses_chunks(const struct actor *a)
{
    bool offered = smtp_extensions_has(&a->offered, SMTP_EXTENSION_CHUNKING);
    if (HAS(a, DATA_ALWAYS))
        return false;
    return offered || HAS(a, BDAT_UNOFFERED);
}

/* The next octets of the message as they go out. True: these were the last. */
static bool convert_some(struct actor *a)
{
    char piece[PIECE_OCTETS];
    size_t got = mail_text_read(&a->job->message, a->offset, piece, sizeof piece);
    size_t use = got == sizeof piece ? got - AHEAD_OCTETS : got;
    if (a->message.binary && !HAS(a, BINARY_IN_LF))
        (void)buf_append(&a->out, (struct bytes){piece, use});
    else
        actor_convert(a, (struct bytes){piece, got}, use);
    a->offset += use;
    if (use != got)
        return false;
    if (!a->message.binary)
        actor_finish_lines(a);
    return true;
}

static bool is_whole(const struct actor *a)
{
    return HAS(a, BDAT_WHOLE) || a->out.size > ACTOR_OUT_OCTETS / 2;
}

static void put_chunk(struct actor *a, struct bytes chunk, bool last)
{
    size_t octets = chunk.size;
    if (HAS(a, CHUNK_SIZE_WRONG) && octets > 3)
        octets -= 3;
    (void)buf_printf(&a->out, "BDAT %zu%s\r\n", octets, last ? " LAST" : "");
    a->chunk_waits = HAS(a, CHUNK_WAITS_FOR_354);
    if (!a->chunk_waits)
        (void)buf_append(&a->out, chunk);
    if (last && HAS(a, CHUNK_AFTER_LAST))
        (void)buf_append_string(&a->out, "BDAT 0 LAST\r\n");
}

static void put_data_as_well(struct actor *a)
{
    (void)buf_append_string(&a->out, "DATA\r\n");
    actor_await(a, STAGE_IGNORED, 0);
}

void actor_chunk_next(struct actor *a)
{
    struct buf out = a->out;
    bool last = false;
    a->out = a->chunk;
    buf_clear(&a->out);
    while (!last && (a->out.size < CHUNK_OCTETS || is_whole(a)))
        last = a->offset == UINT64_MAX || convert_some(a);
    if (last && HAS(a, CHUNK_FINAL_DOT))
        (void)buf_append_string(&a->out, ".\r\n");
    if (last && HAS(a, BDAT_EMPTY_LAST) && a->out.size > 0) {
        last = false;
        a->offset = UINT64_MAX;
    }
    a->chunk = a->out;
    a->out = out;
    put_chunk(a, buf_bytes(&a->chunk), last);
    if (!last) {
        actor_await(a, STAGE_CHUNK, 0);
        if (HAS(a, CHUNK_AND_DATA))
            put_data_as_well(a);
        return;
    }
    actor_await_end(a);
}

void actor_chunks_start(struct actor *a)
{
    a->sends++;
    a->offset = 0;
    a->line_start = a->first_line = a->in_header = true;
    a->last_cr = a->dropping = false;
    a->column = 0;
    actor_chunk_next(a);
}
