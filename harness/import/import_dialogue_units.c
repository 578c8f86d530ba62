#include "harness/import/import_dialogue_private.h"

bool reading_add_unit(struct reading *reading, const struct import_unit *unit)
{
    struct import_dialogue *dialogue = reading->dialogue;
    void *items = dialogue->units;

    if (!arena_grow(reading->arena, &items, dialogue->count, sizeof(*dialogue->units)))
        return false;
    dialogue->units = items;
    dialogue->units[dialogue->count++] = *unit;
    reading->in_data =
        reading->one_sided && unit->kind == IMPORT_COMMAND && unit->verb == SMTP_VERB_DATA;
    reading->in_auth = false;
    reading->again = NULL;
    reading->counts->client += unit->kind != IMPORT_CONNECTION && unit->kind != IMPORT_GAP;
    return true;
}

struct import_unit *reading_last_unit(const struct reading *reading)
{
    return &reading->dialogue->units[reading->dialogue->count - 1];
}

/* What was not answered in the session before never is. */
bool reading_open_session(struct reading *reading)
{
    if (!reading_add_unit(reading, &(struct import_unit){.kind = IMPORT_CONNECTION}))
        return false;
    reading->session = reading->dialogue->count - 1;
    reading->answered = reading->session;
    reading->open = false;
    reading->whole = NULL;
    reading->dialogue->sessions++;
    return true;
}

bool reading_is_begun(const struct reading *reading)
{
    return reading->dialogue->count > reading->session + 1 ||
           reading_last_unit(reading)->reply != NULL;
}

bool reading_add_gap(struct reading *reading, bool auth)
{
    reading->counts->passed++;
    if (reading_last_unit(reading)->kind == IMPORT_GAP)
        return true;
    reading->answered = reading->dialogue->count + 1;
    return reading_add_unit(
        reading,
        &(struct import_unit){.kind = IMPORT_GAP, .verb = auth ? SMTP_VERB_AUTH : SMTP_VERB_OTHER});
}

static struct import_unit *unanswered(struct reading *reading)
{
    struct import_dialogue *dialogue = reading->dialogue;

    if (reading->answered < dialogue->count)
        return &dialogue->units[reading->answered];
    return &dialogue->units[dialogue->count - 1]; /* the server said more than it was asked */
}

bool reading_repeats(struct reading *reading, struct bytes text)
{
    struct import_reply_line *line = reading->again != NULL ? reading->again : reading->whole;

    if (reading->open || line == NULL || reading->answered < reading->dialogue->count ||
        !bytes_equal(line->text, text))
        return false;
    reading->again = line->next;
    reading->counts->doubles++;
    return true;
}

static void end_reply(struct reading *reading, struct import_unit *unit, unsigned code)
{
    unit->code = code;
    reading->whole = unit->reply;
    reading->in_data =
        code >= 300 && code < 400 && unit->verb == SMTP_VERB_DATA && unit->kind == IMPORT_COMMAND;
    reading->in_auth = code == 334;
    if (reading->answered < reading->dialogue->count)
        reading->answered++;
}

/* A greeting where nothing was asked: of the next connection. */
static bool greets_again(const struct reading *reading, struct bytes text)
{
    unsigned code = import_reply_code(text);

    bool quit = reading_last_unit(reading)->verb == SMTP_VERB_QUIT;

    return !reading->open && reading_is_begun(reading) &&
           ((code == 220 && (quit || reading->answered >= reading->dialogue->count)) ||
            (code >= 400 && quit && reading->answered >= reading->dialogue->count));
}

/* No greeting, and nothing was asked: the log begins in the middle. */
static bool lacks_question(const struct reading *reading, struct bytes text)
{
    unsigned code = import_reply_code(text);

    return !reading_is_begun(reading) && code != 220 && code < 400;
}

bool reading_add_reply_line(struct reading *reading, struct bytes text, enum import_proof proof)
{
    struct import_unit *unit = unanswered(reading);
    struct import_reply_line *line;

    if (unit->last != NULL && reading->open && bytes_equal(unit->last->text, text)) {
        reading->counts->doubles++;
        return true;
    }
    if (reading_repeats(reading, text))
        return true;
    if (lacks_question(reading, text)) {
        reading->counts->passed++;
        return true;
    }
    if (greets_again(reading, text)) {
        if (!reading_open_session(reading))
            return false;
        unit = reading_last_unit(reading);
    }
    line = arena_alloc(reading->arena, sizeof(*line));
    if (line == NULL)
        return false;
    line->text = text;
    line->proof = proof;
    if (unit->last != NULL)
        unit->last->next = line;
    else
        unit->reply = line;
    unit->last = line;
    reading->counts->server++;
    reading->open = !import_ends_reply(text);
    if (!reading->open)
        end_reply(reading, unit, import_reply_code(text));
    return true;
}

static bool is_double(const struct reading *reading, struct bytes text)
{
    const struct import_dialogue *dialogue = reading->dialogue;
    const struct import_unit *last = &dialogue->units[dialogue->count - 1];

    return last->kind == IMPORT_COMMAND && last->reply == NULL && bytes_equal(last->text, text);
}

bool reading_add_command(struct reading *reading, struct bytes text, enum import_proof proof)
{
    reading->open = false;
    if (is_double(reading, text)) {
        reading->counts->doubles++;
        return true;
    }
    if (reading_last_unit(reading)->verb == SMTP_VERB_QUIT && !reading_open_session(reading))
        return false;
    /* A log that begins with a command shows no greeting. */
    if (!reading_is_begun(reading))
        reading->answered = reading->session + 1;
    return reading_add_unit(reading, &(struct import_unit){.kind = IMPORT_COMMAND,
                                                           .verb = import_command_verb(text),
                                                           .text = text,
                                                           .proof = proof});
}
