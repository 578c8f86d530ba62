#include "harness/import/import_line.h"

#include "base/buf.h"
#include "base/text.h"

#include <limits.h>

enum place {
    PLACE_START, /* behind a time stamp, bracketed words and blanks at most */
    PLACE_NEAR   /* in the first NEAR_OCTETS of the line */
};

enum form {
    FORM_PLAIN,
    FORM_QUOTED, /* a string in quotes, with escapes */
    FORM_FAILED  /* a reply behind "failed: " */
};

#define NEAR_OCTETS 96

struct mark {
    const char *text;
    enum import_hint hint;
    enum place place;
    enum form form;
};

/* The first that fits is taken: longer ones stand before those that they begin with. */
/* clang-format off */
static const struct mark marks[] = {
    /* PHPMailer */
    {"CLIENT -> SERVER:",       IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_PLAIN },
    {"SERVER -> CLIENT:",       IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP -> FROM SERVER:",    IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP INBOUND:",           IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_QUOTED},
    {"SMTP OUTBOUND:",          IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_QUOTED},
    {"SMTP NOTICE:",            IMPORT_HINT_NOISE,  PLACE_NEAR,  FORM_PLAIN },
    {"SMTP ERROR:",             IMPORT_HINT_ERROR,  PLACE_NEAR,  FORM_FAILED},
    {"SMTP Error:",             IMPORT_HINT_NOISE,  PLACE_NEAR,  FORM_PLAIN },
    {"Connection: opening",     IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"Connection: ",            IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    /* Python smtplib */
    {"reply: retcode",          IMPORT_HINT_NOISE,  PLACE_NEAR,  FORM_PLAIN },
    {"connect: ",               IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"data: (",                 IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"reply: b",                IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_QUOTED},
    {"reply: '",                IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_QUOTED},
    {"send: b",                 IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_QUOTED},
    {"send: ",                  IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_QUOTED},
    /* nodemailer */
    {" bytes encoded mime mess", IMPORT_HINT_NOISE, PLACE_NEAR,  FORM_PLAIN },
    /* JavaMail */
    {"command trace suppressed", IMPORT_HINT_GAP,   PLACE_NEAR,  FORM_PLAIN },
    {"DEBUG SMTP: trying to c", IMPORT_HINT_OPENS,  PLACE_NEAR,  FORM_PLAIN },
    {"DEBUG SMTP",              IMPORT_HINT_NOISE,  PLACE_NEAR,  FORM_PLAIN },
    {"DEBUG: ",                 IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    /* Exim, Net::SMTP, OpenSMTPD */
    {"SMTP<<",                  IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP>>",                  IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP|>",                  IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP+>",                  IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_PLAIN },
    {"SMTP(",                   IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"Connecting to ",          IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"cmdlog: ",                IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"LOG: ",                   IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {">>>",                     IMPORT_HINT_CLIENT, PLACE_NEAR,  FORM_PLAIN },
    {"<<<",                     IMPORT_HINT_SERVER, PLACE_NEAR,  FORM_PLAIN },
    /* swaks */
    {"=== Trying ",             IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"=== ",                    IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"*** ",                    IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"<** ",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"<~* ",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"<~  ",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"~> ",                     IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    /* msmtp, MDaemon, relays: from either side */
    {"<--",                     IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"-->",                     IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"<-",                      IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"->",                      IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    /* what import_pcap writes */
    {"[connection]",            IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"[gap]",                   IMPORT_HINT_GAP,    PLACE_START, FORM_PLAIN },
    /* MailKit, nodemailer, RFC appendices, mailsend, ESP-Mail-Client */
    {"Connected to smtp",       IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"< S:",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"> C:",                    IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"S:",                      IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"C:",                      IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"[S]",                     IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"[C]",                     IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    /* Postfix speaks as the server: what went in came from the client */
    {"In:",                     IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"Out:",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {"Client sent:",            IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"Sent:",                   IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    {"Got:",                    IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    /* curl, and many that know < and > alone */
    {"{ [",                     IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"} [",                     IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"*   Trying ",             IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"* ",                      IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"<",                       IMPORT_HINT_SERVER, PLACE_START, FORM_PLAIN },
    {">",                       IMPORT_HINT_CLIENT, PLACE_START, FORM_PLAIN },
    /* telnet, s_client */
    {"CONNECTED(",              IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"Trying ",                 IMPORT_HINT_OPENS,  PLACE_START, FORM_PLAIN },
    {"Connected to ",           IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"Escape character ",       IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
    {"Connection closed",       IMPORT_HINT_NOISE,  PLACE_START, FORM_PLAIN },
};
/* clang-format on */
#define MARK_COUNT (sizeof(marks) / sizeof(marks[0]))

static bool is_stamp_octet(char octet)
{
    return (octet >= '0' && octet <= '9') || octet == ':' || octet == '.' || octet == '/' ||
           octet == ',' || octet == '-' || octet == '+' || octet == 'T' || octet == 'Z';
}

static bool is_number(struct bytes word)
{
    unsigned long long number;

    return bytes_to_number(word, ULLONG_MAX, &number);
}

/* One word of a date or a time of day, or a number that is too long for a reply code (of a
 * process), with a blank or the end behind it. */
static size_t stamp_at(struct bytes line, size_t at)
{
    bool colon = false;
    bool date = false;
    size_t i = at;

    while (i < line.size && is_stamp_octet(line.data[i])) {
        colon = colon || line.data[i] == ':';
        date = date || ((line.data[i] == '-' || line.data[i] == '/') && i >= at + 2);
        i++;
    }
    if (i == at || line.data[at] < '0' || line.data[at] > '9' ||
        (i < line.size && line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != ']'))
        return at;
    if (!colon && !date)
        return is_number(bytes_slice(line, at, i)) && i - at > 3 ? i : at;
    return i - at < 5 ? at : i;
}

/* How loggers name the weight of a line. */
static size_t level_at(struct bytes line, size_t at)
{
    static const char *const levels[] = {"TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING"};
    struct bytes rest = bytes_after(line, at);
    struct bytes word;

    if (rest.size == 0 || !bytes_next_word(&rest, &word) || rest.size == 0)
        return at;
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (bytes_equal(word, bytes_of(levels[i])))
            return line.size - rest.size;
    return at;
}

/* "Nov 27 20:56:47 host program[12345]: " of syslog, or its end: behind it; at: there is none. */
static size_t tag_at(struct bytes line, size_t at)
{
    struct bytes near = bytes_slice(line, at, at + NEAR_OCTETS);
    size_t end = bytes_find_bytes(near, BYTES_LITERAL("]: "));
    size_t digit = end;

    if (end == BYTES_NOT_FOUND)
        return at;
    while (digit > 0 && near.data[digit - 1] >= '0' && near.data[digit - 1] <= '9')
        digit--;
    return digit < end && digit > 1 && near.data[digit - 1] == '[' && near.data[digit - 2] != ' '
               ? at + end + 3
               : at;
}

static size_t bracket_at(struct bytes line, size_t at)
{
    struct bytes rest = bytes_after(line, at);
    size_t end = bytes_find(rest, ']');

    for (size_t i = 0; i < MARK_COUNT; i++)
        if (marks[i].place == PLACE_START && bytes_starts_with(rest, bytes_of(marks[i].text)))
            return at;
    return rest.size > 0 && rest.data[0] == '[' && end != BYTES_NOT_FOUND ? at + end + 1 : at;
}

/* Behind blanks, time stamps, levels, tags, and words in brackets that are no marks. What is a
 * reply or a command already is left alone: "250-8BITMIME" is no date. */
static size_t skip_stamp(struct bytes line)
{
    size_t at = 0;
    size_t before;

    do {
        before = at;
        while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t'))
            at++;
        if (import_side_of(bytes_after(line, at)) != IMPORT_HINT_NONE)
            break;
        at = stamp_at(line, at);
        at = tag_at(line, at);
        at = bracket_at(line, level_at(line, at));
    } while (at != before);
    return at;
}

/* "<CRLF>" does not begin with the mark "<". */
static bool stands_free(struct bytes at, struct bytes mark)
{
    struct bytes behind = bytes_after(at, mark.size);

    return mark.size > 1 || behind.size == 0 || behind.data[0] == ' ' || behind.data[0] == '\t' ||
           import_side_of(behind) != IMPORT_HINT_NONE;
}

/* What is told by itself has no mark in it, only one before it. */
static const struct mark *find_mark(struct bytes line, size_t start, size_t *ret_behind)
{
    struct bytes near = bytes_slice(line, 0, NEAR_OCTETS);
    struct bytes rest = bytes_after(line, start);

    if (import_side_of(rest) != IMPORT_HINT_NONE)
        return NULL;
    for (size_t i = 0; i < MARK_COUNT; i++) {
        struct bytes text = bytes_of(marks[i].text);
        size_t at = marks[i].place == PLACE_NEAR ? bytes_find_bytes(near, text) : start;

        if (at == BYTES_NOT_FOUND ||
            (marks[i].place == PLACE_START && !bytes_starts_with(rest, text)) ||
            !stands_free(bytes_after(line, at), text))
            continue;
        *ret_behind = at + text.size;
        return &marks[i];
    }
    return NULL;
}

/* Postfix names the other side behind its mark: "< mail.server.example[192.0.2.1]:25: 220 hi". */
static struct bytes without_host(struct bytes text)
{
    struct bytes rest = text;
    struct bytes word;

    if (import_side_of(text) != IMPORT_HINT_NONE || !bytes_next_word(&rest, &word) ||
        word.data[word.size - 1] != ':' || bytes_find(word, '[') == BYTES_NOT_FOUND ||
        bytes_find(word, ']') == BYTES_NOT_FOUND)
        return text;
    return bytes_trim(rest);
}

static struct bytes without_failed(struct bytes text)
{
    static const struct bytes failed = {"failed: ", 8};
    size_t at = bytes_find_bytes(text, failed);

    return at == BYTES_NOT_FOUND ? BYTES_NONE : bytes_trim(bytes_after(text, at + failed.size));
}

/* 'text' or "text" with escapes; what stands behind the last quote is passed over. */
static bool undo_quotes(struct bytes text, struct arena *arena, struct bytes *ret)
{
    size_t first = 0;
    size_t last = text.size;
    struct buf plain;
    struct err err;

    while (first < text.size && text.data[first] != '\'' && text.data[first] != '"')
        first++;
    while (last > first + 1 && text.data[last - 1] != '\'' && text.data[last - 1] != '"')
        last--;
    *ret = text;
    if (last <= first + 1)
        return true;
    text = bytes_slice(text, first + 1, last - 1);
    buf_init(&plain, text.size + 1);
    /* What has other escapes than ours stays as it was written. */
    *ret = arena_copy(arena, text_unescape(&plain, text, &err) ? buf_bytes(&plain) : text);
    buf_release(&plain);
    return ret->data != NULL;
}

/* Some programs write the line end out: "250 ok\r\n". */
static struct bytes without_written_end(struct bytes text)
{
    static const char *const ends[] = {"\\r\\n", "\\n", "\\r", "<CRLF>", "<CR><LF>"};

    text = bytes_trim(text);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct bytes end = bytes_of(ends[i]);

        /* "end with <CRLF>.<CRLF>" is what servers say. */
        if (text.size >= end.size && bytes_equal(bytes_after(text, text.size - end.size), end) &&
            bytes_find_bytes(text, end) == text.size - end.size)
            return bytes_trim(bytes_slice(text, 0, text.size - end.size));
    }
    return text;
}

bool import_line_read(struct bytes line, struct arena *arena, struct import_line *ret)
{
    size_t start = skip_stamp(line);
    size_t behind = start;
    const struct mark *mark = find_mark(line, start, &behind);

    *ret = (struct import_line){.mark = ""};
    if (mark == NULL) {
        ret->text = without_written_end(bytes_after(line, start));
        return true;
    }
    ret->hint = mark->hint;
    ret->mark = mark->text;
    ret->text = bytes_after(line, behind);
    if (mark->form == FORM_QUOTED) {
        /* The quote may be a part of the mark. */
        if (behind > 0 && line.data[behind - 1] == '\'')
            ret->text = bytes_after(line, behind - 1);
        return undo_quotes(ret->text, arena, &ret->text);
    }
    ret->text = mark->form == FORM_FAILED ? without_failed(ret->text)
                                          : without_host(without_written_end(ret->text));
    return true;
}

bool import_line_is_bare(struct bytes line)
{
    size_t behind;

    return import_side_of(line) == IMPORT_HINT_NONE && skip_stamp(line) == 0 &&
           find_mark(line, 0, &behind) == NULL;
}
