#include "tests/unit/judge/judge_fixture.h"

#include "base/text.h"
#include "tests/support/unit.h"

#include <signal.h>
#include <stdio.h>

enum { TEXT_MAX = 4 * 1024 * 1024, ARENA_MAX = 64 * 1024 * 1024 };

void judge_fixture_init(struct judge_fixture *fixture)
{
    static const struct bytes to[] = {OCTETS("b@y.example")};

    memset(fixture, 0, sizeof(*fixture));
    fixture->arena = arena_new(ARENA_MAX);
    fixture->transcript = transcript_new();
    assert_non_null(fixture->arena);
    assert_non_null(fixture->transcript);
    fixture->scenario.level = FINDING_MUST;
    fixture->scenario.send.from = BYTES_LITERAL("a@x.example");
    fixture->scenario.send.to = to;
    fixture->scenario.send.to_count = 1;
    fixture->scenario.send.messages = 1;
}

void judge_fixture_release(struct judge_fixture *fixture)
{
    transcript_free(fixture->transcript);
    arena_free(fixture->arena);
}

/* ---- runs ----------------------------------------------------------------------------------- */

struct writer {
    struct buf text;
    unsigned long long ms;
    unsigned connection;
};

static void write_record(struct writer *writer, const char *kind, struct bytes notes,
                         struct bytes facts, struct bytes octets)
{
    bool is_line =
        strcmp(kind, "reply") == 0 || strcmp(kind, "command") == 0 || strcmp(kind, "response") == 0;

    writer->ms++;
    assert_true(buf_printf(&writer->text, "+%llu.%03llu %u %s -", writer->ms / 1000,
                           writer->ms % 1000, writer->connection, kind));
    if (notes.size) {
        bool is_note = bytes_find(notes, '=') == BYTES_NOT_FOUND;

        assert_true(buf_append_string(&writer->text, is_note ? " notes=" : " "));
        assert_true(buf_append(&writer->text, notes));
    }
    if (facts.data) {
        assert_true(buf_append_string(&writer->text, " facts "));
        assert_true(buf_append(&writer->text, facts));
    }
    if (octets.data) {
        assert_true(buf_append_string(&writer->text, " \""));
        assert_true(text_escape(&writer->text, octets));
        /* \q stands for an octet that the line notation cannot hold; a line end is added. */
        assert_true(buf_append_string(&writer->text, is_line ? "\\r\\n\"" : "\""));
    }
    assert_true(buf_append_octet(&writer->text, '\n'));
}

static struct bytes take_notes(struct bytes *line)
{
    size_t end = bytes_find(*line, '}');
    struct bytes notes = BYTES_NONE;

    if (line->size && line->data[0] == '{') {
        assert_true(end != BYTES_NOT_FOUND);
        notes = bytes_slice(*line, 1, end);
        *line = bytes_after(*line, end + 1);
    } else if (line->size && line->data[0] == ':') {
        *line = bytes_after(*line, 1);
    }
    if (line->size && line->data[0] == ' ')
        *line = bytes_after(*line, 1);
    return notes;
}

static void write_line(struct writer *writer, struct bytes line)
{
    struct bytes rest = bytes_after(line, 1);
    unsigned long long number = 0;
    struct bytes notes;
    char kind[40];

    if (line.data[0] == '+') {
        assert_true(buf_append(&writer->text, line) && buf_append_octet(&writer->text, '\n'));
        return;
    }
    if (line.data[0] == '~' || line.data[0] == '@') {
        assert_true(bytes_to_number(rest, 1000000000, &number));
        if (line.data[0] == '~')
            writer->ms += number;
        else
            writer->connection = (unsigned)number;
        return;
    }
    notes = take_notes(&rest);
    if (line.data[0] == 'S')
        write_record(writer, "reply", notes, BYTES_NONE, rest);
    else if (line.data[0] == 'C')
        write_record(writer, "command", notes, BYTES_NONE, rest);
    else if (line.data[0] == 'R')
        write_record(writer, "response", notes, BYTES_NONE, rest);
    else if (line.data[0] == 'D')
        write_record(writer, "data", notes, rest, BYTES_NONE);
    else if (line.data[0] == 'K')
        write_record(writer, "chunk", notes, rest, BYTES_NONE);
    else {
        assert_int_equal(line.data[0], '!');
        (void)snprintf(kind, sizeof(kind), "%.*s", BYTES_FORMAT(rest));
        write_record(writer, kind, notes, BYTES_NONE, BYTES_NONE);
    }
}

void judge_fixture_run(struct judge_fixture *fixture, const char *run)
{
    struct writer writer = {.connection = 1};
    struct bytes rest = bytes_of(run);
    struct bytes line;

    buf_init(&writer.text, TEXT_MAX);
    assert_true(buf_append_string(&writer.text,
                                  "smtpdrill-transcript 1\nscenario \"x\"\ninstance \"\"\n"
                                  "seed 0\nclient \"\"\nversion \"\"\nrecords\n"));
    while (bytes_next(&rest, '\n', &line))
        if (line.size)
            write_line(&writer, line);
    assert_true(buf_append_string(&writer.text, "end\n"));
    if (!transcript_text_parse(buf_bytes(&writer.text), fixture->arena, &fixture->text,
                               fixture->transcript, &fixture->err))
        print_error("%u:%u: %s\n%.*s", fixture->err.line, fixture->err.column, fixture->err.what,
                    BYTES_FORMAT(buf_bytes(&writer.text)));
    assert_int_equal(fixture->err.kind, ERR_NONE);
    buf_release(&writer.text);
}

/* ---- scenarios and claims ------------------------------------------------------------------- */

void judge_fixture_scenario(struct judge_fixture *fixture, const char *text)
{
    struct scenario_file *file;

    if (!scenario_file_parse("x", bytes_of(text), NULL, fixture->arena, &file, &fixture->err) ||
        !scenario_file_instance(file, 0, 0, fixture->arena, &fixture->scenario, &fixture->err)) {
        print_error("%u:%u: %s\n%s", fixture->err.line, fixture->err.column, fixture->err.what,
                    text);
        fail();
    }
}

void judge_fixture_judge(struct judge_fixture *fixture, bool has_claim)
{
    assert_true(judge(&fixture->scenario, fixture->transcript, has_claim ? &fixture->claim : NULL,
                      fixture->arena, &fixture->verdict, &fixture->err));
}

void judge_fixture_claim(struct judge_fixture *fixture, const char *claim)
{
    struct smtp_claim *said = &fixture->claim;
    struct bytes rest = bytes_of(claim);
    struct bytes word;

    memset(said, 0, sizeof(*said));
    said->precision = SMTP_PRECISION_CLASS;
    said->known = true;
    said->whole = SMTP_OUTCOME_UNKNOWN;
    while (bytes_next_word(&rest, &word)) {
        unsigned long long number = 0;

        if (smtp_outcome_from_word(word, &said->whole))
            said->status = smtp_outcome_status(said->whole);
        else if (bytes_equal(word, BYTES_LITERAL("binary")))
            said->precision = SMTP_PRECISION_BINARY;
        else if (bytes_equal(word, BYTES_LITERAL("none")))
            said->precision = SMTP_PRECISION_NONE;
        else if (bytes_equal(word, BYTES_LITERAL("hung")))
            said->known = !(said->hung = true);
        else if (bytes_equal(word, BYTES_LITERAL("crashed")))
            said->known = !(said->signal = SIGSEGV);
        else if (bytes_equal(word, BYTES_LITERAL("broken-pipe")))
            said->known = !(said->signal = SIGPIPE);
        else if (bytes_equal(word, BYTES_LITERAL("odd")))
            said->known = !(said->status = 42);
        else if (bytes_starts_with(word, BYTES_LITERAL("at=")))
            said->stage = bytes_after(word, 3);
        else if (bytes_to_number(word, 999, &number))
            said->code = (unsigned)number;
        else
            fail_msg("no claim: %s", claim);
    }
}
