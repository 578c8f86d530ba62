/* record_write.c - one session that is over, written as a scenario. */
#include "harness/record/record_private.h"

#include "fakeserver/scenario.h"
#include "harness/files.h"
#include "harness/record/recording.h"
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

/* The day alone: when exactly is nobody's concern. "27 Nov 2026" of "Fri, 27 Nov 2026 …" */
static void put_day(char ret[CLOCK_DATE_OCTETS])
{
    enum { WEEKDAY_OCTETS = sizeof("Fri, ") - 1, DAY_OCTETS = sizeof("27 Nov 2026") - 1 };
    char date[CLOCK_DATE_OCTETS];

    clock_date(clock_wall_s(), date);
    memcpy(ret, date + WEEKDAY_OCTETS, DAY_OCTETS);
    ret[DAY_OCTETS] = '\0';
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

bool record_write(struct record *record, const struct recorder *recorder, struct arena *arena,
                  struct err *err)
{
    const struct import_dialogue *dialogue = &recorder->dialogue;
    const struct record_options *options = record->options;
    char path[sizeof(record->tally->first)];
    char day[CLOCK_DATE_OCTETS];
    struct buf made;
    bool ok;

    if (dialogue->count <= 1 && (dialogue->count == 0 || dialogue->units[0].reply == NULL))
        return true; /* nobody said anything */
    put_day(day);
    buf_init(&made, SCENARIO_OCTETS_MAX);
    ok = recording_make(recorder,
                        &(struct recording_origin){.title = options->title,
                                                   .host = options->host,
                                                   .port = options->port,
                                                   .day = day,
                                                   .user = options->user,
                                                   .password = options->password},
                        arena, &made, err) &&
         choose_file(options->output, path, sizeof(path), err) &&
         files_replace(path, buf_bytes(&made), err);
    buf_release(&made);
    if (!ok)
        return false;
    if (record->tally->sessions++ == 0)
        memcpy(record->tally->first, path, sizeof(path));
    say_what(recorder, path);
    return true;
}
