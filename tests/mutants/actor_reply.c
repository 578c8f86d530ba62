/*
 * actor_reply.c - replies out of octets, and what their codes mean.
 */
#include "tests/mutants/actor_private.h"

#include <stdint.h>
#include <string.h>

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

static enum actor_stage stage_now(const struct actor *a)
{
    return a->await_count > 0 ? a->awaited[a->await_first].stage : STAGE_EXTRA;
}

static void set_offer(struct actor_offer *offer, struct bytes keyword, struct bytes rest)
{
    struct bytes word;
    if (bytes_equal(keyword, BYTES_LITERAL("PIPELINING")))
        offer->pipelining = true;
    if (bytes_equal(keyword, BYTES_LITERAL("STARTTLS")))
        offer->starttls = true;
    if (bytes_equal(keyword, BYTES_LITERAL("8BITMIME")))
        offer->eight_bit = true;
    if (bytes_equal(keyword, BYTES_LITERAL("SIZE"))) {
        offer->size = true;
        if (!bytes_next_word(&rest, &word) || !bytes_to_number(word, UINT64_MAX, &offer->size_max))
            offer->size_max = 0;
        return;
    }
    if (bytes_equal(keyword, BYTES_LITERAL("STARTTLS")))
        offer->starttls = true;
    if (!bytes_equal(keyword, BYTES_LITERAL("AUTH")))
        return;
    offer->auth = true;
    while (bytes_next_word(&rest, &word)) {
        offer->plain = offer->plain || bytes_equal_nocase(word, BYTES_LITERAL("PLAIN"));
        if (smtp_mechanism_from(word) != SMTP_MECHANISM_OTHER)
            offer->mechanisms |= UINT32_C(1) << smtp_mechanism_from(word);
        offer->cram = offer->cram || bytes_equal_nocase(word, BYTES_LITERAL("CRAM-MD5"));
        offer->login = offer->login || bytes_equal_nocase(word, BYTES_LITERAL("LOGIN"));
    }
}

/* One line of an EHLO reply. Old servers write AUTH=PLAIN. */
void actor_read_offer(struct actor *a, struct bytes text)
{
    char upper[32];
    struct bytes word;
    if (!bytes_next_word(&text, &word))
        return;
    size_t equals = bytes_find(word, '=');
    if (equals == 4 && bytes_starts_with_nocase(word, BYTES_LITERAL("AUTH"))) {
        /* The first mechanism stands behind the equals sign: read from there. */
        text = (struct bytes){word.data + 5, (size_t)(text.data + text.size - (word.data + 5))};
        word.size = 4;
    }
    if (word.size > sizeof upper)
        return;
    for (size_t i = 0; i < word.size; i++) {
        bool lower = word.data[i] >= 'a' && word.data[i] <= 'z' && !HAS(a, KEYWORDS_WITH_CASE);
        upper[i] = (char)(lower ? word.data[i] - 'a' + 'A' : word.data[i]);
    }
    set_offer(&a->offer, (struct bytes){upper, word.size}, text);
}

/* What a code means at a stage where a trait gets it wrong: first row that fits. */
static const struct confusion {
    enum actor_trait trait;
    enum actor_stage stage; /* STAGE_COUNT: any */
    unsigned from, to;
    enum actor_class as;
} confusions[] = {
    {ACTOR_CODE_421_PERMANENT,       STAGE_COUNT,    421, 421, CLASS_PERMANENT},
    {ACTOR_CODE_553_TEMPORARY,       STAGE_COUNT,    553, 553, CLASS_TEMPORARY},
    {ACTOR_GREETING_4YZ_GOES_ON,     STAGE_GREETING, 400, 499, CLASS_GO       },
    {ACTOR_GREETING_5YZ_GOES_ON,     STAGE_GREETING, 500, 599, CLASS_GO       },
    {ACTOR_GREETING_4YZ_PERMANENT,   STAGE_GREETING, 400, 499, CLASS_PERMANENT},
    {ACTOR_GREETING_5YZ_TEMPORARY,   STAGE_GREETING, 500, 599, CLASS_TEMPORARY},
    {ACTOR_GREETING_ODD_GOES_ON,     STAGE_GREETING, 0,   199, CLASS_GO       },
    {ACTOR_GREETING_ODD_GOES_ON,     STAGE_GREETING, 300, 399, CLASS_GO       },
    {ACTOR_GREETING_ODD_GOES_ON,     STAGE_GREETING, 600, 999, CLASS_GO       },
    {ACTOR_EHLO_5YZ_GOES_ON,         STAGE_EHLO,     500, 599, CLASS_GO       },
    {ACTOR_EHLO_4YZ_GOES_ON,         STAGE_EHLO,     400, 499, CLASS_GO       },
    {ACTOR_EHLO_ODD_GOES_ON,         STAGE_EHLO,     0,   199, CLASS_GO       },
    {ACTOR_EHLO_ODD_GOES_ON,         STAGE_EHLO,     300, 399, CLASS_GO       },
    {ACTOR_EHLO_ODD_GOES_ON,         STAGE_EHLO,     600, 999, CLASS_GO       },
    {ACTOR_HELO_5YZ_GOES_ON,         STAGE_HELO,     500, 599, CLASS_GO       },
    {ACTOR_HELO_4YZ_GOES_ON,         STAGE_HELO,     400, 499, CLASS_GO       },
    {ACTOR_HELO_4YZ_PERMANENT,       STAGE_HELO,     400, 499, CLASS_PERMANENT},
    {ACTOR_HELO_5YZ_TEMPORARY,       STAGE_HELO,     500, 599, CLASS_TEMPORARY},
    {ACTOR_HELO_ODD_GOES_ON,         STAGE_HELO,     0,   199, CLASS_GO       },
    {ACTOR_HELO_ODD_GOES_ON,         STAGE_HELO,     300, 399, CLASS_GO       },
    {ACTOR_HELO_ODD_GOES_ON,         STAGE_HELO,     600, 999, CLASS_GO       },
    {ACTOR_AUTH_4YZ_PERMANENT,       STAGE_AUTH,     400, 499, CLASS_PERMANENT},
    {ACTOR_AUTH_5YZ_TEMPORARY,       STAGE_AUTH,     500, 599, CLASS_TEMPORARY},
    {ACTOR_AUTH_3YZ_GOES_ON,         STAGE_AUTH,     300, 399, CLASS_GO       },
    {ACTOR_AUTH_ODD_GOES_ON,         STAGE_AUTH,     0,   199, CLASS_GO       },
    {ACTOR_AUTH_ODD_GOES_ON,         STAGE_AUTH,     600, 999, CLASS_GO       },
    {ACTOR_MAIL_4YZ_PERMANENT,       STAGE_MAIL,     400, 499, CLASS_PERMANENT},
    {ACTOR_MAIL_5YZ_TEMPORARY,       STAGE_MAIL,     500, 599, CLASS_TEMPORARY},
    {ACTOR_MAIL_4YZ_GOES_ON,         STAGE_MAIL,     400, 499, CLASS_GO       },
    {ACTOR_MAIL_5YZ_GOES_ON,         STAGE_MAIL,     500, 599, CLASS_GO       },
    {ACTOR_MAIL_3YZ_GOES_ON,         STAGE_MAIL,     300, 399, CLASS_GO       },
    {ACTOR_MAIL_ODD_GOES_ON,         STAGE_MAIL,     0,   199, CLASS_GO       },
    {ACTOR_MAIL_ODD_GOES_ON,         STAGE_MAIL,     600, 999, CLASS_GO       },
    {ACTOR_MAIL_ONLY_250,            STAGE_MAIL,     200, 249, CLASS_PERMANENT},
    {ACTOR_MAIL_ONLY_250,            STAGE_MAIL,     251, 299, CLASS_PERMANENT},
    {ACTOR_RCPT_4YZ_PERMANENT,       STAGE_RCPT,     400, 499, CLASS_PERMANENT},
    {ACTOR_RCPT_5YZ_TEMPORARY,       STAGE_RCPT,     500, 599, CLASS_TEMPORARY},
    {ACTOR_RCPT_4YZ_GOES_ON,         STAGE_RCPT,     400, 499, CLASS_GO       },
    {ACTOR_RCPT_5YZ_GOES_ON,         STAGE_RCPT,     500, 599, CLASS_GO       },
    {ACTOR_RCPT_3YZ_GOES_ON,         STAGE_RCPT,     300, 399, CLASS_GO       },
    {ACTOR_RCPT_ODD_GOES_ON,         STAGE_RCPT,     0,   199, CLASS_GO       },
    {ACTOR_RCPT_ODD_GOES_ON,         STAGE_RCPT,     600, 999, CLASS_GO       },
    {ACTOR_RCPT_251_FAILS,           STAGE_RCPT,     251, 251, CLASS_PERMANENT},
    {ACTOR_RCPT_252_FAILS,           STAGE_RCPT,     252, 252, CLASS_PERMANENT},
    {ACTOR_RCPT_ONLY_250,            STAGE_RCPT,     200, 249, CLASS_PERMANENT},
    {ACTOR_RCPT_ONLY_250,            STAGE_RCPT,     253, 299, CLASS_PERMANENT},
    {ACTOR_DATA_2YZ_GOES_ON,         STAGE_DATA,     200, 299, CLASS_MORE     },
    {ACTOR_DATA_4YZ_GOES_ON,         STAGE_DATA,     400, 499, CLASS_MORE     },
    {ACTOR_DATA_5YZ_GOES_ON,         STAGE_DATA,     500, 599, CLASS_MORE     },
    {ACTOR_DATA_4YZ_PERMANENT,       STAGE_DATA,     400, 499, CLASS_PERMANENT},
    {ACTOR_DATA_5YZ_TEMPORARY,       STAGE_DATA,     500, 599, CLASS_TEMPORARY},
    {ACTOR_DATA_ODD_GOES_ON,         STAGE_DATA,     0,   199, CLASS_MORE     },
    {ACTOR_DATA_ODD_GOES_ON,         STAGE_DATA,     600, 999, CLASS_MORE     },
    {ACTOR_CHUNK_REFUSED_GOES_ON,    STAGE_CHUNK,    400, 599, CLASS_GO       },
    {ACTOR_CHUNK_4YZ_PERMANENT,      STAGE_CHUNK,    400, 499, CLASS_PERMANENT},
    {ACTOR_CHUNK_5YZ_TEMPORARY,      STAGE_CHUNK,    500, 599, CLASS_TEMPORARY},
    {ACTOR_CHUNK_ODD_GOES_ON,        STAGE_CHUNK,    0,   199, CLASS_GO       },
    {ACTOR_CHUNK_ODD_GOES_ON,        STAGE_CHUNK,    300, 399, CLASS_GO       },
    {ACTOR_CHUNK_ODD_GOES_ON,        STAGE_CHUNK,    600, 999, CLASS_GO       },
    {ACTOR_END_4YZ_SENT,             STAGE_END,      400, 499, CLASS_GO       },
    {ACTOR_END_5YZ_SENT,             STAGE_END,      500, 599, CLASS_GO       },
    {ACTOR_END_3YZ_SENT,             STAGE_END,      300, 399, CLASS_GO       },
    {ACTOR_END_ODD_SENT,             STAGE_END,      0,   199, CLASS_GO       },
    {ACTOR_END_ODD_SENT,             STAGE_END,      600, 999, CLASS_GO       },
    {ACTOR_END_2YZ_PERMANENT,        STAGE_END,      200, 299, CLASS_PERMANENT},
    {ACTOR_END_2YZ_TEMPORARY,        STAGE_END,      200, 299, CLASS_TEMPORARY},
    {ACTOR_END_ONLY_250,             STAGE_END,      200, 249, CLASS_PERMANENT},
    {ACTOR_END_ONLY_250,             STAGE_END,      251, 299, CLASS_PERMANENT},
    {ACTOR_END_4YZ_PERMANENT,        STAGE_END,      400, 499, CLASS_PERMANENT},
    {ACTOR_END_5YZ_TEMPORARY,        STAGE_END,      500, 599, CLASS_TEMPORARY},
    {ACTOR_TLS_STARTTLS_ODD_GOES_ON, STAGE_STARTTLS, 200, 599, CLASS_PERMANENT},
};

static struct bytes reply_text(const struct actor *a)
{
    return (struct bytes){a->reply.text, a->reply.size};
}

static bool text_says(const struct actor *a, const char *word)
{
    return bytes_find_bytes(reply_text(a), bytes_of(word)) != BYTES_NOT_FOUND;
}

/* RFC 5321 4.2: the first digit decides; 4.5.3.1.10: 552 for too many recipients is temporary. */
static enum actor_class class_of_code(const struct actor *a, enum actor_stage stage)
{
    unsigned code = a->reply.code;
    for (size_t i = 0; i < sizeof confusions / sizeof confusions[0]; i++) {
        const struct confusion *row = &confusions[i];
        bool here = row->stage == STAGE_COUNT || row->stage == stage;
        if (a->trait[row->trait] && here && code >= row->from && code <= row->to)
            return row->as;
    }
    if (stage == STAGE_RCPT && code == 552 && !HAS(a, RCPT_552_PERMANENT) && text_says(a, "5.5.3"))
        return CLASS_TEMPORARY;
    switch (code / 100) {
    case 2:
        return CLASS_GO;
    case 3:
        return CLASS_MORE;
    case 4:
        return CLASS_TEMPORARY;
    case 5:
        return CLASS_PERMANENT;
    default:
        return CLASS_ODD;
    }
}

enum actor_class actor_class_of(const struct actor *a, enum actor_stage stage)
{
    if (a->reply.broken)
        return HAS(a, NONSENSE_IS_SUCCESS) ? (stage == STAGE_DATA ? CLASS_MORE : CLASS_GO)
                                           : CLASS_ODD;
    enum actor_class class = class_of_code(a, stage);
    struct bytes text = reply_text(a);
    if (HAS(a, ENHANCED_DECIDES) && text.size > 2 && text.data[1] == '.' &&
        is_digit(text.data[2])) {
        if (text.data[0] == '2' && stage != STAGE_DATA)
            return CLASS_GO;
        if (text.data[0] == '4')
            return CLASS_TEMPORARY;
        if (text.data[0] == '5')
            return CLASS_PERMANENT;
    }
    if (HAS(a, TEXT_REFUSES) && class == CLASS_GO && text_says(a, "rejected"))
        return CLASS_PERMANENT;
    if (HAS(a, TEXT_ACCEPTS) && class == CLASS_PERMANENT &&
        (text_says(a, "ok") || text_says(a, "OK")))
        return stage == STAGE_DATA ? CLASS_MORE : CLASS_GO;
    return class;
}

static void keep_text(struct actor *a, struct bytes text)
{
    size_t room = ACTOR_TEXT_OCTETS - a->reply.size;
    size_t size = text.size < room ? text.size : room;
    if (size > 0)
        memcpy(a->reply.text + a->reply.size, text.data, size);
    a->reply.size += size;
    a->reply.text[a->reply.size] = '\0';
}

static void finish_reply(struct actor *a)
{
    actor_answered(a);
    a->reply.code = 0;
    a->reply.broken = false;
    a->reply.lines = a->reply.size = 0;
    a->reply.text[0] = '\0';
}

static void break_reply(struct actor *a)
{
    a->reply.broken = true;
    finish_reply(a);
}

static bool has_eight_bit(struct bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned char)line.data[i] > 127)
            return true;
    return false;
}

/* Traits that go wrong before the line is looked at. True: it is dealt with. */
static bool stumble(struct actor *a, struct bytes line)
{
    if (HAS(a, EIGHT_BIT_CRASHES) && has_eight_bit(line)) {
        a->crashed = true;
        a->reset = true;
        return true;
    }
    if (HAS(a, SHORT_LINES) && line.size > 200) {
        break_reply(a);
        return true;
    }
    if (line.size == 3 && HAS(a, BARE_CODE_HANGS))
        return true;
    if (line.size == 3 && HAS(a, BARE_CODE_FAILS)) {
        break_reply(a);
        return true;
    }
    return false;
}

/* One line without its CRLF: code, then SP, "-" or nothing (RFC 5321 4.2, 4.2.1). */
static void read_line(struct actor *a, struct bytes line)
{
    if (stumble(a, line))
        return;
    bool shaped = line.size >= 3 && is_digit(line.data[0]) && is_digit(line.data[1]) &&
                  is_digit(line.data[2]) &&
                  (line.size == 3 || line.data[3] == ' ' || line.data[3] == '-');
    if (!shaped) {
        break_reply(a);
        return;
    }
    unsigned code =
        (unsigned)((line.data[0] - '0') * 100 + (line.data[1] - '0') * 10 + (line.data[2] - '0'));
    struct bytes text = bytes_after(line, 4);
    bool more = line.size > 3 && line.data[3] == '-';
    if (HAS(a, DIGITS_END_A_REPLY) && text.size > 2 && is_digit(text.data[0]) &&
        is_digit(text.data[1]) && is_digit(text.data[2]))
        more = false;
    if (a->reply.lines == 0 && stage_now(a) == STAGE_EHLO)
        actor_forget_extensions(a);
    if (stage_now(a) == STAGE_EHLO && a->reply.lines > 0)
        actor_read_extensions(a, text);
    if (a->reply.lines == 0 && stage_now(a) == STAGE_EHLO)
        a->offer = (struct actor_offer){.size_max = 0};
    if (a->reply.lines > 0 && code != a->reply.code)
        a->reply.broken = true;
    if (stage_now(a) == STAGE_EHLO && (a->reply.lines > 0 || HAS(a, FIRST_LINE_IS_KEYWORD)))
        actor_read_offer(a, text);
    if (a->reply.lines == 0)
        a->reply.code = code;
    keep_text(a, text);
    a->reply.lines++;
    if (a->reply.lines > (HAS(a, FEW_LINES) ? 5u : (size_t)ACTOR_REPLY_LINES_MAX))
        break_reply(a);
    else if (!more || HAS(a, EACH_LINE_A_REPLY))
        finish_reply(a);
}

/* Takes whatever came in one piece for one reply. */
static void read_segment(struct actor *a, struct bytes input)
{
    size_t end = bytes_find(input, '\r');
    struct bytes line = end == BYTES_NOT_FOUND ? input : bytes_slice(input, 0, end);
    if (line.size > 3 && line.data[3] == '-')
        line.size = 3;
    if (line.size >= 3)
        read_line(a, line);
    else
        break_reply(a);
}

void actor_read(struct actor *a, struct bytes input)
{
    if (HAS(a, EACH_SEGMENT_A_REPLY)) {
        read_segment(a, input);
        return;
    }
    while (input.size > 0 && !a->closing && !a->over && !a->reset) {
        if (a->tls_wish) { /* behind the 220 to STARTTLS (RFC 3207 6) */
            a->tls_leftover += input.size;
            return;
        }
        size_t end = bytes_find(input, '\n');
        size_t take = end == BYTES_NOT_FOUND ? input.size : end + 1;
        if (!buf_append(&a->line, bytes_slice(input, 0, take))) {
            /* Longer than any reply line may be, many times over: no sense can be made of it. */
            a->confused = true;
            buf_clear(&a->line);
            break_reply(a);
            return;
        }
        input = bytes_after(input, take);
        struct bytes line = buf_bytes(&a->line);
        /* Only CRLF ends a line (RFC 5321 2.3.8). */
        bool ends = line.size >= 1 && line.data[line.size - 1] == '\n';
        bool has_cr = line.size >= 2 && line.data[line.size - 2] == '\r';
        if (ends && (has_cr || HAS(a, BARE_LF_ENDS_A_LINE))) {
            char copy[ACTOR_LINE_OCTETS];
            line.size -= has_cr ? 2 : 1;
            memcpy(copy, line.data, line.size);
            line.data = copy;
            buf_clear(&a->line);
            read_line(a, line);
        }
    }
}
