#include "fakeserver/transcript_text.h"

#include "base/text.h"
#include "fakeserver/transcript_claim.h"
#include "fakeserver/transcript_words.h"

#include <stdint.h>

struct reader {
    struct words words;
    struct transcript_text *text;
    struct transcript *transcript;
    struct transcript_file *files;
};

/* ---- records -------------------------------------------------------------------------------- */

/* +seconds.milliseconds */
static bool take_time(struct reader *reader, uint64_t *ret)
{
    struct bytes word = words_peek(&reader->words);
    unsigned long long seconds;
    unsigned long long ms;

    if (word.size < 6 || word.data[0] != '+' || word.data[word.size - 4] != '.' ||
        !bytes_to_number(bytes_slice(word, 1, word.size - 4), UINT64_MAX / 1000 - 1, &seconds) ||
        !bytes_to_number(bytes_after(word, word.size - 3), 999, &ms))
        return words_fail(&reader->words, "a time like +1.250");
    *ret = seconds * 1000 + ms;
    return words_skip(&reader->words, word.size);
}

static bool take_notes(struct reader *reader, uint32_t *ret)
{
    struct bytes words = words_peek(&reader->words);
    struct bytes word;
    size_t size = words.size;

    while (bytes_next(&words, ',', &word)) {
        size_t i = 0;

        while (i < TRANSCRIPT_NOTE_COUNT && !bytes_equal(word, bytes_of(transcript_note_words[i])))
            i++;
        if (i == TRANSCRIPT_NOTE_COUNT)
            return words_fail(&reader->words, "notes of a record");
        *ret |= UINT32_C(1) << i;
    }
    return words_skip(&reader->words, size);
}

static bool take_variation(struct reader *reader, enum variation *ret)
{
    struct bytes word = words_peek(&reader->words);

    for (unsigned i = 0; i < VARIATION_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(variation_word((enum variation)i))))
            continue;
        *ret = (enum variation)i;
        return words_skip(&reader->words, word.size);
    }
    return words_fail(&reader->words, "a variation");
}

static bool take_fact(struct reader *reader, struct mail_data_facts *facts, bool *ret_took)
{
    *ret_took = false;
    for (size_t i = 0; i < transcript_fact_count; i++) {
        unsigned long long number = 0;
        uint64_t value;

        if (!words_take_name(&reader->words, transcript_facts[i].name))
            continue;
        *ret_took = true;
        if (bytes_equal(words_peek(&reader->words), BYTES_LITERAL("-"))) {
            value = MAIL_DATA_NOWHERE;
            if (!words_skip(&reader->words, 1))
                return false;
        } else {
            if (!words_take_number(&reader->words, UINT64_MAX - 1, "a number or -", &number))
                return false;
            value = number;
        }
        memcpy((char *)facts + transcript_facts[i].offset, &value, sizeof(value));
        return true;
    }
    return true;
}

static bool take_own_names(struct reader *reader, struct mail_data_facts *facts)
{
    struct bytes names;

    if (!words_take_name(&reader->words, "own_names"))
        return true;
    if (!words_take_string(&reader->words, &names))
        return false;
    if (names.size >= sizeof(facts->own_names))
        return words_fail(&reader->words, "fewer names of header fields");
    memcpy(facts->own_names, names.data, names.size);
    return true;
}

static bool take_facts(struct reader *reader, struct mail_data_facts *facts)
{
    bool took = true;

    memset(facts, 0, sizeof(*facts));
    if (words_take(&reader->words, "ended"))
        facts->ended = true;
    while (took && !words_at_end(&reader->words))
        if (!take_fact(reader, facts, &took))
            return false;
    return take_own_names(reader, facts);
}

static bool take_remark(struct reader *reader, enum sasl_remark *ret)
{
    struct bytes word = words_peek(&reader->words);

    return sasl_remark_from_word(word, ret) ? words_skip(&reader->words, word.size)
                                            : words_fail(&reader->words, "a remark on a response");
}

static bool take_version(struct reader *reader, enum tls_version *ret)
{
    struct bytes word = words_peek(&reader->words);

    *ret = TLS_VERSION_ANY;
    if (!bytes_equal(word, bytes_of(tls_version_word(TLS_VERSION_ANY))) &&
        !tls_version_from_word(word, ret))
        return words_fail(&reader->words, "a version of TLS");
    return words_skip(&reader->words, word.size);
}

static bool take_tls(struct reader *reader, enum transcript_kind kind, struct tls_facts *facts)
{
    memset(facts, 0, sizeof(*facts));
    facts->ok = kind == TRANSCRIPT_TLS_STARTED;
    if (!words_take_name(&reader->words, "version"))
        return words_fail(&reader->words, "version=");
    if (!take_version(reader, &facts->version))
        return false;
    facts->resumed = words_take(&reader->words, "resumed");
    for (size_t i = 0; i < TRANSCRIPT_TLS_TEXT_COUNT; i++) {
        struct bytes value;

        if (!words_take_name(&reader->words, transcript_tls_texts[i].name))
            continue;
        if (!words_take_string(&reader->words, &value))
            return false;
        memcpy((char *)facts + transcript_tls_texts[i].offset, &value, sizeof(value));
    }
    return true;
}

static bool take_options(struct reader *reader, struct transcript_record *record,
                         struct mail_data_facts *facts, struct tls_facts *tls)
{
    unsigned long long number = 0;

    if (words_take_name(&reader->words, "line")) {
        if (!words_take_number(&reader->words, UINT32_MAX, "a line", &number))
            return false;
        record->line = (unsigned)number;
    }
    record->secure = words_take(&reader->words, "secure");
    if (words_take_name(&reader->words, "notes") && !take_notes(reader, &record->notes))
        return false;
    if (words_take_name(&reader->words, "variation") && !take_variation(reader, &record->variation))
        return false;
    if (words_take_name(&reader->words, "sasl") && !take_remark(reader, &record->remark))
        return false;
    if (words_take_name(&reader->words, "wire")) {
        if (!words_take_number(&reader->words, UINT64_MAX, "a number of octets", &number))
            return false;
        record->wire_octets = number;
    }
    if (words_take(&reader->words, "facts")) {
        if (!take_facts(reader, facts))
            return false;
        record->facts = facts;
    }
    if (words_take(&reader->words, "tls")) {
        if (!take_tls(reader, record->kind, tls))
            return false;
        record->tls = tls;
    }
    return words_at_end(&reader->words) || words_take_string(&reader->words, &record->octets);
}

static bool take_record(struct reader *reader)
{
    struct transcript_record record = {0};
    struct mail_data_facts facts;
    struct tls_facts tls;
    unsigned long long connection = 0;
    unsigned index = 0;

    if (!take_time(reader, &record.at_ms) ||
        !words_take_number(&reader->words, UINT32_MAX, "the number of a connection", &connection) ||
        !words_take_index(&reader->words, transcript_kind_words, TRANSCRIPT_KIND_COUNT,
                          "a kind of record", &index))
        return false;
    record.connection = (unsigned)connection;
    record.kind = (enum transcript_kind)index;
    if (!words_take_index(&reader->words, transcript_source_words, TRANSCRIPT_SOURCE_COUNT,
                          "who decided: -, dialogue, rule, personality, model", &index))
        return false;
    record.source = (enum transcript_source)index;
    if (!take_options(reader, &record, &facts, &tls))
        return false;
    if (!words_at_end(&reader->words))
        return words_fail(&reader->words, "the end of the line");
    return transcript_add(reader->transcript, &record, reader->words.err);
}

static bool take_records(struct reader *reader)
{
    while (words_next_line(&reader->words)) {
        if (bytes_equal(reader->words.line, BYTES_LITERAL("end")))
            return reader->words.rest.size == 0 ||
                   (words_next_line(&reader->words) && words_fail(&reader->words, "nothing"));
        if (!take_record(reader))
            return false;
    }
    return words_fail(&reader->words, "`end` behind the last record");
}

/* ---- files ---------------------------------------------------------------------------------- */

/* `| text`, `|` for an empty line, `\ text` for a last one without line end. */
static bool is_file_line(struct bytes rest)
{
    if (rest.size < 2 || (rest.data[0] != '|' && rest.data[0] != '\\'))
        return false;
    return rest.data[1] == ' ' || (rest.data[0] == '|' && rest.data[1] == '\n');
}

/* The lines of a file, up to what is none. */
static bool take_file(struct reader *reader)
{
    struct transcript_text *text = reader->text;
    struct transcript_file file = {
        .text = {"", 0}
    };
    bool whole = true;

    if (!words_take_string(&reader->words, &file.path))
        return false;
    if (!words_at_end(&reader->words))
        return words_fail(&reader->words, "the end of the line");
    if (text->file_count == TRANSCRIPT_TEXT_FILES_MAX)
        return err_set_at(reader->words.err, ERR_LIMIT, reader->words.line_number, 1,
                          "a transcript holds at most %d files", TRANSCRIPT_TEXT_FILES_MAX);
    buf_clear(&reader->words.scratch);
    while (whole && is_file_line(reader->words.rest)) {
        whole = reader->words.rest.data[0] == '|';
        (void)words_next_line(&reader->words);
        if (!buf_append(&reader->words.scratch, bytes_after(reader->words.line, 2)) ||
            (whole && !buf_append_octet(&reader->words.scratch, '\n')))
            return words_no_memory(&reader->words);
    }
    file.text = arena_copy(reader->words.arena, buf_bytes(&reader->words.scratch));
    if (!file.text.data || !arena_grow(reader->words.arena, (void **)&reader->files,
                                       text->file_count, sizeof(*reader->files)))
        return words_no_memory(&reader->words);
    reader->files[text->file_count++] = file;
    text->files = reader->files;
    return true;
}

/* What stands between head and files. */
static bool take_claims(struct reader *reader)
{
    struct transcript_text *text = reader->text;
    struct words *words = &reader->words;

    if (words_take(words, "cut"))
        return transcript_claim_take_cut(words, text);
    if (words_take(words, "uncut"))
        return (text->has_uncut = true) && transcript_claim_take(words, &text->uncut.claim);
    if (words_take(words, "uncut-recipient"))
        return transcript_claim_take_recipient(words, &text->uncut.claim);
    if (words_take(words, "uncut-finding"))
        return transcript_claim_take_finding(words, &text->uncut);
    if (words_take(words, "claim"))
        return (text->has_claim = true) && transcript_claim_take(words, &text->claim);
    if (words_take(words, "recipient"))
        return transcript_claim_take_recipient(words, &text->claim);
    if (words_take(words, "report"))
        return words_take_string(words, &text->claim.report);
    return words_fail(words, "cut, uncut, claim, recipient, report, file or records");
}

static bool take_sections(struct reader *reader)
{
    while (words_next_line(&reader->words)) {
        if (bytes_equal(reader->words.line, BYTES_LITERAL("records")))
            return take_records(reader);
        if (words_take(&reader->words, "file") ? !take_file(reader) : !take_claims(reader))
            return false;
    }
    return words_fail(&reader->words, "`records`");
}

static bool take_head(struct reader *reader)
{
    struct transcript_text *text = reader->text;
    unsigned long long seed = 0;

    if (!words_next_line(&reader->words) ||
        !bytes_equal(reader->words.line, BYTES_LITERAL(TRANSCRIPT_TEXT_MAGIC)))
        return words_fail(&reader->words, "`" TRANSCRIPT_TEXT_MAGIC "`");
    if (!words_take_named(&reader->words, "scenario", &text->scenario) ||
        !words_take_named(&reader->words, "instance", &text->instance))
        return false;
    if (!words_next_line(&reader->words) || !words_take(&reader->words, "seed"))
        return words_fail(&reader->words, "seed");
    if (!words_take_number(&reader->words, UINT64_MAX, "a number", &seed))
        return false;
    text->seed = seed;
    return words_take_named(&reader->words, "client", &text->client) &&
           words_take_named(&reader->words, "version", &text->version);
}

bool transcript_text_parse(struct bytes octets, struct arena *arena, struct transcript_text *ret,
                           struct transcript *transcript, struct err *err)
{
    struct err unused;
    struct reader reader = {
        .words = {.rest = octets, .arena = arena, .err = err ? err : &unused},
        .text = ret,
        .transcript = transcript,
    };
    bool ok;

    memset(ret, 0, sizeof(*ret));
    buf_init(&reader.words.scratch, octets.size + 1);
    reader.words.err->kind = ERR_NONE;
    ok = take_head(&reader) && take_sections(&reader);
    buf_release(&reader.words.scratch);
    return ok;
}

/* ---- the scenario again --------------------------------------------------------------------- */

static bool load(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                 struct err *err)
{
    const struct transcript_text *text = owner;

    (void)arena;
    for (size_t i = 0; i < text->file_count; i++) {
        if (!bytes_equal(text->files[i].path, bytes_of(path)))
            continue;
        *ret = text->files[i].text;
        return true;
    }
    return err_set(err, ERR_IO, "the transcript does not hold %s", path);
}

struct scenario_loader transcript_text_loader(const struct transcript_text *text)
{
    return (struct scenario_loader){.load = load, .owner = (void *)(uintptr_t)text};
}

bool transcript_text_scenario(const struct transcript_text *text, struct arena *arena,
                              struct scenario *ret, struct err *err)
{
    struct scenario_loader loader = transcript_text_loader(text);
    struct scenario_file *file;
    char *path = arena_string(arena, text->scenario);

    if (!path)
        return err_memory(err);
    if (text->file_count == 0)
        return err_set(err, ERR_SYNTAX, "the transcript does not hold its scenario");
    if (!scenario_file_parse(path, text->files[0].text, &loader, arena, &file, err))
        return false;
    for (size_t i = 0; i < scenario_file_instance_count(file); i++)
        if (bytes_equal(scenario_file_instance_name(file, i), text->instance))
            return scenario_file_instance(file, i, text->seed, arena, ret, err);
    return err_set(err, ERR_SYNTAX, "the scenario has no instance [%s]",
                   text_show(text->instance).text);
}
