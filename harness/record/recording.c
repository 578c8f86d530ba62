#include "harness/record/recording.h"

#include "base/text.h"
#include "fakeserver/scenario.h"
#include "harness/record/generalise.h"

#define MADE_OCTETS_MAX ((size_t)4 * SCENARIO_FILE_OCTETS_MAX)

static bool describe(const struct recording_origin *from, struct arena *arena,
                     struct generalise_origin *ret)
{
    struct text_shown host = text_show(bytes_of(from->host));

    ret->title = bytes_of(from->title != NULL ? from->title : "");
    ret->what = arena_printf(arena, "a session with %s", host.text).data;
    ret->source = arena_printf(arena, "recorded %s at %s:%u; names and secrets replaced", from->day,
                               host.text, from->port)
                      .data;
    return ret->what != NULL && ret->source != NULL;
}

bool recording_make(const struct recorder *recorder, const struct recording_origin *from,
                    struct arena *arena, struct buf *ret, struct err *err)
{
    struct import_names *names = arena_alloc(arena, sizeof(*names));
    struct generalise_origin origin = {.mail_data = recorder_mail(recorder)};
    struct buf made;
    bool ok;

    if (names == NULL || !describe(from, arena, &origin))
        return err_memory(err);
    import_names_init(names, arena);
    if (from->user.size > 0 && !import_names_add_account(names, from->user, from->password))
        return err_memory(err);
    import_names_read(names, &recorder->dialogue);
    buf_init(&made, MADE_OCTETS_MAX);
    ok = generalise(&recorder->dialogue, &origin, names, &made, err) &&
         generalise_finish(buf_bytes(&made), arena, ret, err);
    buf_release_secret(&made);
    return ok;
}
