#include "fakeserver/command.h"

static bool is_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

static size_t skip_blanks(struct bytes text, size_t at)
{
    while (at < text.size && is_blank(text.data[at]))
        at++;
    return at;
}

static size_t skip_word(struct bytes text, size_t at)
{
    while (at < text.size && !is_blank(text.data[at]))
        at++;
    return at;
}

static void clear(struct command *ret, enum transcript_kind kind)
{
    ret->kind = kind;
    ret->notes = 0;
    ret->line = ret->text = BYTES_NONE;
    ret->verb = SMTP_VERB_OTHER;
    ret->verb_text = ret->argument = BYTES_NONE;
    ret->bracketed = false;
    ret->path = BYTES_NONE;
    ret->parameter_count = ret->parameters_lost = 0;
    ret->mechanism = ret->initial_response = BYTES_NONE;
    ret->has_chunk = ret->last = false;
    ret->chunk_octets = 0;
}

/* CRLF ends a line (RFC 5321 2.3.8); LF alone does so too here, and is noted. */
static void read_line_end(struct bytes line, struct command *ret)
{
    size_t size = line.size;

    ret->line = line;
    if (size > 0 && line.data[size - 1] == '\n') {
        size--;
        if (size > 0 && line.data[size - 1] == '\r')
            size--;
        else
            ret->notes |= TRANSCRIPT_NOTE(BARE_LF);
    }
    ret->text = (struct bytes){line.data, size};
    if (bytes_find(ret->text, '\r') != BYTES_NOT_FOUND)
        ret->notes |= TRANSCRIPT_NOTE(BARE_CR);
    if (bytes_find(ret->text, '\0') != BYTES_NOT_FOUND)
        ret->notes |= TRANSCRIPT_NOTE(NUL);
}

/* Offset behind the ">" of a path that opens at `at`; a ">" in a quoted-string does not count. */
static size_t path_end(struct bytes text, size_t at)
{
    bool quoted = false;

    for (size_t i = at + 1; i < text.size; i++) {
        char octet = text.data[i];

        if (quoted && octet == '\\')
            i++;
        else if (octet == '"')
            quoted = !quoted;
        else if (octet == '>' && !quoted)
            return i + 1;
    }
    return 0;
}

static void read_parameters(struct bytes text, size_t at, struct command *ret)
{
    while ((at = skip_blanks(text, at)) < text.size) {
        size_t end = skip_word(text, at);
        struct bytes word = bytes_slice(text, at, end);
        size_t equals = bytes_find(word, '=');

        at = end;
        if (ret->parameter_count == SMTP_PARAMETERS_MAX) {
            ret->parameters_lost++;
            continue;
        }
        ret->parameters[ret->parameter_count++] = (struct command_parameter){
            .name = bytes_slice(word, 0, equals),
            .value = equals == BYTES_NOT_FOUND ? BYTES_NONE : bytes_after(word, equals + 1),
        };
    }
}

/*
 * "MAIL FROM:" Reverse-path [SP Mail-parameters], "RCPT TO:" … (RFC 5321 4.1.1.2, 4.1.1.3). Blanks
 * around the colon and a path without brackets are read as they are meant.
 */
static void read_path(struct command *ret)
{
    struct bytes text = ret->argument;
    struct bytes keyword =
        ret->verb == SMTP_VERB_MAIL ? BYTES_LITERAL("FROM") : BYTES_LITERAL("TO");
    size_t at = keyword.size;
    size_t end;

    if (!bytes_starts_with_nocase(text, keyword))
        return;
    at = skip_blanks(text, at);
    if (at == text.size || text.data[at] != ':')
        return;
    at = skip_blanks(text, at + 1);
    end = at < text.size && text.data[at] == '<' ? path_end(text, at) : 0;
    if (end > 0) {
        ret->bracketed = true;
        ret->path = bytes_slice(text, at + 1, end - 1);
    } else {
        end = skip_word(text, at);
        ret->path = bytes_slice(text, at, end);
    }
    read_parameters(text, end, ret);
}

/* "AUTH" SP mechanism [SP initial-response] (RFC 4954 4, 8). */
static void read_auth(struct command *ret)
{
    size_t end = skip_word(ret->argument, 0);
    size_t next = skip_blanks(ret->argument, end);

    ret->mechanism = bytes_slice(ret->argument, 0, end);
    if (next < ret->argument.size)
        ret->initial_response = bytes_after(ret->argument, next);
}

/* "BDAT" SP chunk-size [SP "LAST"] (RFC 3030 2). */
static void read_chunk(struct command *ret)
{
    size_t end = skip_word(ret->argument, 0);
    struct bytes rest = bytes_after(ret->argument, skip_blanks(ret->argument, end));
    unsigned long long octets;

    ret->last = bytes_equal_nocase(rest, BYTES_LITERAL("LAST"));
    if (rest.size > 0 && !ret->last)
        return;
    ret->has_chunk = bytes_to_number(bytes_slice(ret->argument, 0, end), UINT64_MAX / 2, &octets);
    ret->chunk_octets = ret->has_chunk ? octets : 0;
}

void command_read(struct bytes line, struct command *ret)
{
    size_t end;
    size_t to;

    clear(ret, TRANSCRIPT_COMMAND);
    read_line_end(line, ret);
    end = skip_word(ret->text, 0);
    ret->verb_text = bytes_slice(ret->text, 0, end);
    ret->verb = smtp_verb_from(ret->verb_text);
    end = skip_blanks(ret->text, end);
    for (to = ret->text.size; to > end && is_blank(ret->text.data[to - 1]);)
        to--;
    if (end < to)
        ret->argument = bytes_slice(ret->text, end, to);
    if (ret->argument.size == 0)
        return;
    if (ret->verb == SMTP_VERB_MAIL || ret->verb == SMTP_VERB_RCPT)
        read_path(ret);
    else if (ret->verb == SMTP_VERB_AUTH)
        read_auth(ret);
    else if (ret->verb == SMTP_VERB_BDAT)
        read_chunk(ret);
}

void command_read_response(struct bytes line, struct command *ret)
{
    clear(ret, TRANSCRIPT_RESPONSE);
    read_line_end(line, ret);
}

void command_of_kind(enum transcript_kind kind, struct command *ret)
{
    clear(ret, kind);
    ret->last = kind == TRANSCRIPT_MAIL_DATA;
}

const struct command_parameter *command_find_parameter(const struct command *command,
                                                       struct bytes name)
{
    for (size_t i = 0; i < command->parameter_count; i++)
        if (bytes_equal_nocase(command->parameters[i].name, name))
            return &command->parameters[i];
    return NULL;
}
