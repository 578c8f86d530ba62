#include "harness/import/import.h"

#include "harness/record/generalise.h"

#define COMMENTS_OCTETS_MAX 1024

static bool has_marks(const struct import_counts *counts)
{
    return counts->agreed + counts->contradicted > 0;
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

bool import_log(struct bytes log, struct bytes title, struct arena *arena, struct buf *ret,
                struct import_counts *ret_counts, struct err *err)
{
    struct import_dialogue dialogue;
    struct import_names *names = arena_alloc(arena, sizeof(*names));
    struct generalise_origin origin = {
        .title = title,
        .what = "a dialogue from a log",
        .source = "imported from a log; names and secrets replaced",
    };
    struct buf comments;
    bool ok;

    if (names == NULL)
        return err_memory(err);
    if (!import_dialogue_read(log, arena, &dialogue, ret_counts, err))
        return false;
    import_names_init(names, arena);
    import_names_read(names, &dialogue);
    origin.content_is_proof = !has_marks(ret_counts);
    buf_init(&comments, COMMENTS_OCTETS_MAX);
    ok = put_comments(ret_counts, &comments) || err_memory(err);
    origin.comments = buf_bytes(&comments);
    ok = ok && generalise(&dialogue, &origin, names, ret, err);
    buf_release(&comments);
    return ok;
}
