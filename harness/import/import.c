#include "harness/import/import.h"

#include "harness/import/import_paste.h"
#include "harness/record/generalise.h"

#define COMMENTS_OCTETS_MAX 1024

static bool has_marks(const struct import_counts *counts)
{
    return counts->agreed + counts->contradicted > 0;
}

static bool put_session(const struct import_counts *counts, size_t session, struct buf *to)
{
    return counts->sessions == 1 ||
           buf_printf(to, "# It shows %zu connections; this is number %zu.\n", counts->sessions,
                      session);
}

static bool put_comments(const struct import_counts *counts, struct buf *to)
{
    if (!buf_printf(to,
                    "# %zu lines of the log: %zu of the client, %zu of the server, "
                    "%zu logged twice, %zu passed over.\n",
                    counts->lines, counts->client, counts->server, counts->doubles, counts->passed))
        return false;
    if (!has_marks(counts))
        return buf_append_string(to,
                                 "# It has no marks: who said a line is told by what it says.\n");
    return buf_printf(to,
                      "# Marks agree with what the line says in %zu lines and contradict it in "
                      "%zu%s.\n",
                      counts->agreed, counts->contradicted,
                      counts->inverted ? ": they are written from the other side" : "");
}

/* The units of the session with this number, from 1 on. */
static bool find_session(const struct import_dialogue *whole, size_t number,
                         struct import_dialogue *ret, struct err *err)
{
    size_t seen = 0;
    size_t first = 0;
    size_t i;

    if (number > whole->sessions)
        return err_set(err, ERR_SYNTAX, "the log shows %zu connections; there is no connection %zu",
                       whole->sessions, number);
    for (i = 0; i < whole->count && seen <= number; i++)
        if (whole->units[i].kind == IMPORT_CONNECTION && ++seen == number)
            first = i;
    *ret = *whole;
    ret->units = whole->units + first;
    ret->count = (seen > number ? i - 1 : i) - first;
    ret->sessions = 1;
    return true;
}

bool import_log(struct bytes log, const struct import_options *options, struct arena *arena,
                struct buf *ret, struct import_counts *ret_counts, struct err *err)
{
    size_t session = options->session > 0 ? options->session : 1;
    struct import_dialogue whole;
    struct import_dialogue dialogue;
    struct import_names *names = arena_alloc(arena, sizeof(*names));
    struct generalise_origin origin = {
        .title = options->title,
        .what = "a dialogue from a log",
        .source = "imported from a log; names and secrets replaced",
        .lacks_replies = true,
    };
    struct buf comments;
    bool ok;

    if (names == NULL || !import_paste_undo(log, arena, &log))
        return err_memory(err);
    if (!import_dialogue_read(log, arena, &whole, ret_counts, err) ||
        !find_session(&whole, session, &dialogue, err))
        return false;
    import_names_init(names, arena);
    import_names_read(names, &dialogue);
    import_names_read_secrets(names, &whole);
    origin.content_is_proof = !has_marks(ret_counts);
    buf_init(&comments, COMMENTS_OCTETS_MAX);
    ok = (put_comments(ret_counts, &comments) && put_session(ret_counts, session, &comments)) ||
         err_memory(err);
    origin.comments = buf_bytes(&comments);
    ok = ok && generalise(&dialogue, &origin, names, ret, err);
    buf_release(&comments);
    return ok;
}
