/* record_write.c - one session that is over, written as a scenario. */
#include "harness/record/record_private.h"

#include "base/text.h"
#include "fakeserver/scenario.h"
#include "harness/files.h"
#include "harness/record/generalise.h"
#include "transport/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { FILES_MAX = 10000, SCENARIO_OCTETS_MAX = 4 * SCENARIO_FILE_OCTETS_MAX };

/* The number-th name: name.drill, name-2.drill, … */
static bool name_file(const char *output, size_t number, char *to, size_t room, struct err *err)
{
    const char *slash = strrchr(output, '/');
    const char *dot = strrchr(slash != NULL ? slash : output, '.');
    int stem = (int)(dot != NULL && dot != output ? (size_t)(dot - output) : strlen(output));
    int size = number == 1 ? snprintf(to, room, "%s", output)
                           : snprintf(to, room, "%.*s-%zu%s", stem, output, number, output + stem);

    return (size > 0 && (size_t)size < room) || err_set(err, ERR_LIMIT, "a path that is too long");
}

/* One that is there already is passed over: nothing is written over. */
static bool choose_file(const char *output, char *to, size_t room, struct err *err)
{
    for (size_t number = 1; number < FILES_MAX; number++) {
        if (!name_file(output, number, to, room, err))
            return false;
        if (access(to, F_OK) != 0)
            return true;
    }
    return err_set(err, ERR_LIMIT, "%.100s: so many files of this name are there already", output);
}

/* The day alone: when exactly is nobody's concern. "Fri, 27 Nov 2026 …" */
static void put_day(char ret[CLOCK_DATE_OCTETS])
{
    clock_date(clock_wall_s(), ret);
    ret[sizeof("Fri, 27 Nov 2026") - 1] = '\0';
}

static bool generalise_session(struct record *record, struct recorder *recorder,
                               struct arena *arena, struct buf *ret, struct err *err)
{
    const struct record_options *options = record->options;
    struct import_names *names = arena_alloc(arena, sizeof(*names));
    char day[CLOCK_DATE_OCTETS];
    struct generalise_origin origin = {
        .title = bytes_of(options->title != NULL ? options->title : ""),
        .mail_data = recorder_mail(recorder),
    };

    put_day(day);
    origin.what =
        arena_printf(arena, "a session with %s", text_show(bytes_of(options->host)).text).data;
    origin.source = arena_printf(arena, "recorded %s at %s:%u; names and secrets replaced",
                                 day + sizeof("Fri, ") - 1, text_show(bytes_of(options->host)).text,
                                 options->port)
                        .data;
    if (names == NULL || origin.what == NULL || origin.source == NULL)
        return err_memory(err);
    import_names_init(names, arena);
    if (options->user.size > 0 &&
        !import_names_add_account(names, options->user, options->password))
        return err_memory(err);
    import_names_read(names, &recorder->dialogue);
    return generalise(&recorder->dialogue, &origin, names, ret, err);
}

static void say_what(const struct recorder *recorder, const char *path)
{
    const struct import_dialogue *dialogue = &recorder->dialogue;
    size_t replies = 0;

    for (size_t i = 0; i < dialogue->count; i++)
        replies += dialogue->units[i].reply != NULL;
    (void)fprintf(stderr, "%s: %zu units of the client, %zu replies of the server\n", path,
                  dialogue->count - 1, replies);
}

bool record_write(struct record *record, struct recorder *recorder, struct arena *arena,
                  struct err *err)
{
    const struct import_dialogue *dialogue = &recorder->dialogue;
    char path[sizeof(record->tally->first)];
    struct buf made;
    struct buf laid_out;
    bool ok;

    if (dialogue->count <= 1 && (dialogue->count == 0 || dialogue->units[0].reply == NULL))
        return true; /* nobody said anything */
    buf_init(&made, SCENARIO_OCTETS_MAX);
    buf_init(&laid_out, SCENARIO_OCTETS_MAX);
    ok = generalise_session(record, recorder, arena, &made, err) &&
         generalise_lay_out(buf_bytes(&made), arena, &laid_out, err) &&
         choose_file(record->options->output, path, sizeof(path), err) &&
         files_replace(path, buf_bytes(&laid_out), err);
    buf_release_secret(&made);
    buf_release(&laid_out);
    if (!ok)
        return false;
    if (record->tally->sessions++ == 0)
        memcpy(record->tally->first, path, sizeof(path));
    say_what(recorder, path);
    return true;
}
