/* test_smtp_client_chunk.c - mail data in chunks, and to LMTP servers. */
#include "dialogue.h"
#include "dialogue_words.h"
#include "tests/support/unit.h"

#define CHUNKED "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 CHUNKING\n"
#define BOTH "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
#define ONE CHUNKED MAIL "S: 250 ok\n" TO_B "C.\nS: 250 ok\n"
#define TEXT "C: Subject: x\nC: \nC: hello\n"

struct chunk_case {
    const char *name;
    const char *recipients;
    const char *script;
    const char *told;
};

/* clang-format off */
static const struct chunk_case whole_messages[] = {
    {"one chunk, and no end indication", "b@b.example",
     ONE "C: BDAT 21 LAST\n" TEXT "C.\nS: 250 ok\n" BYE, TOLD("sent 250 at BDAT")},
    {"4yz", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: 451 later\n" BYE,
     TOLD("temporary 451 at BDAT")},
    {"5yz", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: 554 no\n" BYE,
     TOLD("permanent 554 at BDAT")},
    {"3yz", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: 354 go\n" BYE,
     TOLD("temporary 354 at BDAT")},
    {"600", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: 600 what\n" BYE,
     TOLD("permanent 600 at BDAT")},
    {"421", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: 421 bye\n" BYE,
     TOLD("temporary 421 at BDAT")},
    {"garbage: nobody knows", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "S: what\n" BYE,
     TOLD("unknown at BDAT")},
    {"closed: nobody knows", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "!closed\n" CLOSES,
     TOLD("unknown at BDAT")},
    {"no reply: nobody knows", "b@b.example", ONE "C: BDAT 21 LAST\n" TEXT "!deadline\n" CLOSES,
     TOLD("unknown at BDAT")},
    {"closed inside the chunk: surely not", "b@b.example",
     ONE "C: BDAT 21 LAST\nC: Subject: x\n!closed\n!wish-reset\n!over\n", TOLD("temporary at BDAT")},
    {"2yz inside the chunk is no success", "b@b.example",
     ONE "C: BDAT 21 LAST\nC: Subject: x\nS: 250 ok\n!wish-reset\n!over\n",
     TOLD("temporary 250 at BDAT")},
    {"5yz inside the chunk", "b@b.example",
     ONE "C: BDAT 21 LAST\nC: Subject: x\nS: 552 no\n!wish-reset\n!over\n",
     TOLD("permanent 552 at BDAT")},
    {"MAIL and RCPT are answered before the first chunk, pipelined or not", "b@b.example c@b.example",
     BOTH MAIL TO_B TO_C "C.\nS: 250 ok\nS: 550 no\nC.\nS: 250 ok\nC: BDAT 21 LAST\n" TEXT
     "S: 250 ok\n" BYE,
     "b@b.example permanent 550 at RCPT\nc@b.example sent 250 at BDAT\nmessage partial 550 at RCPT"},
    {"nobody accepted, nothing sent", "b@b.example", BOTH MAIL TO_B "S: 250 ok\nS: 550 no\n" BYE,
     TOLD("permanent 550 at RCPT")},
    {"MAIL refused, nothing sent", "b@b.example", BOTH MAIL TO_B "S: 550 no\nS: 503 no\n" BYE,
     TOLD("permanent 550 at MAIL")},
};

static const struct chunk_case lmtps[] = {
    {"a reply for each recipient that was accepted (RFC 2033 4.2)",
     "b@b.example c@b.example d@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250-hi\nS: 250 PIPELINING\n" MAIL TO_B TO_C
     "C: RCPT TO:<d@b.example>\nC.\nS: 250 ok\nS: 250 ok\n" DATA "S: 550 no\nS: 250 ok\n" GO CONTENT
     "S: 250-ok\nS: 250 really\nC.\nS: 452 full\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example permanent 550 at RCPT\n"
     "d@b.example temporary 452 at end-of-data\nmessage partial 452 at end-of-data"},
    {"the same mailbox twice is two recipients", "b@b.example b@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250 hi\n" MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" TO_B
     "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\nC.\nS: 554 no\n" BYE,
     "b@b.example sent 250 at end-of-data\nb@b.example permanent 554 at end-of-data\n"
     "message partial 554 at end-of-data"},
    {"with BDAT as well (RFC 2033 4.3)", "b@b.example c@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250-hi\nS: 250-PIPELINING\nS: 250 CHUNKING\n" MAIL TO_B
     TO_C "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: BDAT 21 LAST\n" TEXT "S: 250 ok\nC.\nS: 600 no\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example permanent 600 at end-of-data\n"
     "message partial 600 at end-of-data"},
    {"closed after the first reply: the rest is temporary (RFC 2033 5)", "b@b.example c@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250 hi\n" MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" TO_C
     "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\n!closed\n" CLOSES,
     "b@b.example sent 250 at end-of-data\nc@b.example temporary at end-of-data\n"
     "message partial at end-of-data"},
    {"a reply too many", "b@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250 hi\n" MAIL "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO
     CONTENT "S: 250 ok\nS: 250 ok\n" BYE,
     TOLD("sent 250 at end-of-data")},
    {"no HELO (RFC 2033 4.1)", "b@b.example", "S: 220 hi\nC: LHLO client.example\nS: 500 what\n" BYE,
     TOLD("permanent 500 at LHLO")},
    {"DATA is not sent to nobody", "b@b.example",
     "S: 220 hi\nC: LHLO client.example\nS: 250-hi\nS: 250 PIPELINING\n" MAIL TO_B
     "C.\nS: 250 ok\nS: 550 no\n" BYE,
     TOLD("permanent 550 at RCPT")},
};

static const struct chunk_case limits[] = {
    {"RCPTMAX: in transactions of so many (RFC 9422 4.2)", "b@b.example c@b.example d@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 LIMITS RCPTMAX=2\n" MAIL "S: 250 ok\n" TO_B
     "S: 250 ok\n" TO_C "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\n" MAIL
     "S: 250 ok\nC: RCPT TO:<d@b.example>\nS: 250 ok\n" DATA GO CONTENT "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example sent 250 at end-of-data\n"
     "d@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data"},
    {"MAILMAX: the rest in another session (RFC 9422 4.1)", "b@b.example c@b.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 LIMITS RCPTMAX=1 MAILMAX=1\n" MAIL
     "S: 250 ok\n" TO_B "S: 250 ok\n" DATA GO CONTENT "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@b.example temporary at MAIL next session\n"
     "message partial at MAIL next session"},
    {"RCPTDOMAINMAX: domains in any case (RFC 9422 4.3)", "b@b.example c@B.Example d@c.example",
     "S: 220 hi\nC: EHLO client.example\nS: 250-hi\nS: 250 LIMITS RCPTDOMAINMAX=1\n" MAIL
     "S: 250 ok\n" TO_B "S: 250 ok\nC: RCPT TO:<c@B.Example>\nS: 250 ok\n" DATA GO CONTENT
     "S: 250 ok\n" BYE,
     "b@b.example sent 250 at end-of-data\nc@B.Example sent 250 at end-of-data\n"
     "d@c.example temporary at MAIL next session\nmessage partial at MAIL next session"},
};
/* clang-format on */

static void play(const struct smtp_client_options *options, const struct chunk_case *cases,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_message("  %s\n", cases[i].name);
        check_session(options, cases[i].recipients, MESSAGE, cases[i].script, cases[i].told);
    }
}

static void a_message_is_sent_in_chunks_where_they_are_offered(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    play(&options, whole_messages, COUNT_OF(whole_messages));
    options.no_chunking = true;
    check_session(&options, "b@b.example", MESSAGE, ONE DATA "S: 550 no\n" BYE,
                  TOLD("permanent 550 at DATA"));
}

static void lmtp_answers_for_each_recipient(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    options.lmtp = true;
    play(&options, lmtps, COUNT_OF(lmtps));
}

static void announced_limits_are_kept(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    play(&options, limits, COUNT_OF(limits));
}

#define FIRST "C: BDAT 16\nC: 0123456789abcd\n"
#define SECOND "C: BDAT 16\nC: efghijklmnopqr\n"
#define THIRD "C: BDAT 16 LAST\nC: stuvwxyz012345\n"
#define LONG "0123456789abcd\nefghijklmnopqr\nstuvwxyz012345\n"

/* clang-format off */
static const struct chunk_case many_chunks[] = {
    {"each waits for the reply to the one before it", "b@b.example",
     ONE FIRST "C.\nS: 250 ok\n" SECOND "C.\nS: 250 ok\n" THIRD "C.\nS: 250 ok\n" BYE,
     TOLD("sent 250 at BDAT")},
    {"not so with PIPELINING (RFC 3030 4.2)", "b@b.example",
     BOTH MAIL TO_B "S: 250 ok\nS: 250 ok\n" FIRST SECOND THIRD "C.\nS: 250 ok\nS: 250 ok\nC.\n"
     "S: 250 ok\n" BYE, TOLD("sent 250 at BDAT")},
    {"250 to a chunk is no success", "b@b.example", ONE FIRST "S: 250 ok\n!closed\n!wish-reset\n!over\n",
     TOLD("temporary at BDAT")},
    {"no chunk after a refused one", "b@b.example", ONE FIRST "S: 552 full\n" BYE,
     TOLD("permanent 552 at BDAT")},
    {"those that were sent are answered", "b@b.example",
     BOTH MAIL TO_B "S: 250 ok\nS: 250 ok\n" FIRST SECOND THIRD
     "S: 452 full\nC.\nS: 503 no\nC.\nS: 250 ok\n" BYE, TOLD("temporary 452 at BDAT")},
    {"those that were not sent never are", "b@b.example",
     BOTH MAIL TO_B "S: 250 ok\nS: 250 ok\n" FIRST "S: 452 full\n" BYE, TOLD("temporary 452 at BDAT")},
    {"the last one was sent: nobody knows", "b@b.example",
     BOTH MAIL TO_B "S: 250 ok\nS: 250 ok\n" FIRST SECOND THIRD "S: 250 ok\n!closed\n" CLOSES,
     TOLD("unknown at BDAT")},
    {"or only half of it: surely not", "b@b.example",
     BOTH MAIL TO_B "S: 250 ok\nS: 250 ok\n" FIRST SECOND "C: BDAT 16 LAST\nS: 250 ok\n!closed\n"
     "!wish-reset\n!over\n", TOLD("temporary at BDAT")},
    {"a timeout between chunks", "b@b.example", ONE FIRST "!deadline\n" CLOSES,
     TOLD("temporary at BDAT")},
    {"421 between chunks", "b@b.example", ONE FIRST "S: 421 bye\n" BYE, TOLD("temporary 421 at BDAT")},
};
/* clang-format on */

static void many_chunks_follow_each_other(void **state)
{
    struct smtp_client_options options = dialogue_options();

    (void)state;
    options.chunk_octets = SMTP_CLIENT_CHUNK_OCTETS_MIN;
    for (size_t i = 0; i < COUNT_OF(many_chunks); i++) {
        print_message("  %s\n", many_chunks[i].name);
        check_session(&options, many_chunks[i].recipients, LONG, many_chunks[i].script,
                      many_chunks[i].told);
    }
}

/* The transaction is cleared before another one begins (RFC 3030 2). */
static void rset_follows_a_refused_chunk(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct dialogue dialogue;

    (void)state;
    options.chunk_octets = SMTP_CLIENT_CHUNK_OCTETS_MIN;
    dialogue_begin(&dialogue, &options);
    dialogue_submit(&dialogue, "b@b.example", LONG);
    dialogue_play(&dialogue, ONE FIRST "S: 451 later\nC.\n");
    dialogue_take_events(&dialogue);
    dialogue_submit(&dialogue, "b@b.example", "0123456789abcd\n");
    smtp_client_finish(dialogue.client);
    dialogue_play(&dialogue, "C: RSET\nS: 250 ok\n" MAIL "S: 250 ok\n" TO_B
                             "S: 250 ok\nC: BDAT 16 LAST\nC: 0123456789abcd\nS: 250 ok\n" BYE);
    assert_string_equal(dialogue_told(&dialogue),
                        "b@b.example temporary 451 at BDAT\nmessage temporary 451 at BDAT\n"
                        "b@b.example sent 250 at BDAT\nmessage sent 250 at BDAT");
    dialogue_end(&dialogue);
}

/* ------------------------------------------------------------------ against a server of its own
 * --- */

/* What a server hears: it takes chunks apart and answers each when it is whole. */
struct heard {
    struct buf line;
    struct buf content;
    uint64_t chunk_octets; /* that are still to come */
    bool in_chunk;
    bool last;
    size_t chunks;
};

static void answer(struct dialogue *dialogue, struct heard *heard)
{
    struct bytes ok = BYTES_LITERAL("250 ok\r\n");

    heard->in_chunk = false;
    heard->chunks++;
    assert_int_equal(dialogue->engine.ops->receive(dialogue->engine.self, dialogue->now_ms, ok),
                     ok.size);
}

static void hear_line(struct dialogue *dialogue, struct heard *heard)
{
    unsigned long long octets;
    struct bytes rest = bytes_trim(buf_bytes(&heard->line));
    struct bytes word;

    assert_true(bytes_next_word(&rest, &word));
    assert_true(bytes_equal(word, BYTES_LITERAL("BDAT")));
    assert_false(heard->last);
    assert_true(bytes_next_word(&rest, &word));
    assert_true(bytes_to_number(word, SMTP_CLIENT_CHUNK_OCTETS, &octets));
    heard->last = bytes_equal(bytes_trim(rest), BYTES_LITERAL("LAST"));
    heard->chunk_octets = octets;
    heard->in_chunk = true;
    buf_clear(&heard->line);
    if (octets == 0)
        answer(dialogue, heard);
}

static void hear(struct dialogue *dialogue, struct heard *heard, char octet)
{
    if (!heard->in_chunk) {
        assert_true(buf_append_octet(&heard->line, octet));
        if (octet == '\n')
            hear_line(dialogue, heard);
        return;
    }
    assert_true(buf_append_octet(&heard->content, octet));
    if (--heard->chunk_octets == 0)
        answer(dialogue, heard);
}

static void hear_all(struct dialogue *dialogue, struct heard *heard, size_t piece)
{
    for (;;) {
        struct bytes pending;
        char octets[512];

        dialogue_take_events(dialogue);
        pending = dialogue->engine.ops->pending(dialogue->engine.self);
        pending = bytes_slice(pending, 0, piece);
        if (pending.size == 0 || heard->last)
            if (pending.size == 0 || !heard->in_chunk)
                return;
        memcpy(octets, pending.data, pending.size);
        dialogue->engine.ops->sent(dialogue->engine.self, dialogue->now_ms, pending.size);
        for (size_t i = 0; i < pending.size; i++)
            hear(dialogue, heard, octets[i]);
    }
}

/* Law: however the message is fed, however the octets go, what arrives is the same. */
static void check_stream(struct bytes content, struct bytes expected, enum smtp_body body,
                         bool pipelined, size_t piece)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("from@a.example"),
                                   .forward_paths = &path,
                                   .forward_path_count = 1,
                                   .request = {.body = body},
                                   .verbatim = body == SMTP_BODY_BINARYMIME,
                                   .streamed = true,
                                   .size_octets = SMTP_MESSAGE_SIZE_UNKNOWN};
    struct heard heard = {.chunks = 0};
    struct dialogue dialogue;

    options.chunk_octets = 64;
    buf_init(&heard.line, 100);
    buf_init(&heard.content, 100 * 1024);
    dialogue_begin(&dialogue, &options);
    dialogue.stream = content;
    dialogue.stream_piece = piece;
    dialogue_submit_message(&dialogue, &message);
    dialogue_play(&dialogue, pipelined ? "S: 220 hi\nC: EHLO client.example\nS: 250-hi\n"
                                         "S: 250-BINARYMIME\nS: 250-PIPELINING\nS: 250 CHUNKING\n"
                                       : "S: 220 hi\nC: EHLO client.example\nS: 250-hi\n"
                                         "S: 250-BINARYMIME\nS: 250 CHUNKING\n");
    dialogue_play(&dialogue, body ? "C: MAIL FROM:<from@a.example> BODY=BINARYMIME\n" : MAIL);
    dialogue_play(&dialogue,
                  pipelined ? TO_B "S: 250 ok\nS: 250 ok\n" : "S: 250 ok\n" TO_B "S: 250 ok\n");
    hear_all(&dialogue, &heard, piece);
    assert_bytes(buf_bytes(&heard.content), expected);
    assert_true(heard.last);
    assert_string_equal(dialogue_told(&dialogue), TOLD("sent 250 at BDAT"));
    buf_release(&heard.line);
    buf_release(&heard.content);
    dialogue_end(&dialogue);
}

static void chunks_make_up_the_message_however_it_comes(void **state)
{
    static const size_t pieces[] = {1, 2, 7, 63, 64, 65, 500};
    char lf[3000];
    char crlf[4000];
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof lf; i++)
        lf[i] = i % 37 == 36 || i % 101 == 3 ? '\n' : (char)(i % 11 == 0 ? '.' : 'a' + i % 26);
    lf[sizeof lf - 1] = '\n';
    for (size_t i = 0; i < sizeof lf; i++) {
        if (lf[i] == '\n')
            crlf[size++] = '\r';
        crlf[size++] = lf[i];
    }
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        for (int pipelined = 0; pipelined < 2; pipelined++) {
            check_stream((struct bytes){lf, sizeof lf}, (struct bytes){crlf, size},
                         SMTP_BODY_AS_NEEDED, pipelined, pieces[i]);
            check_stream((struct bytes){lf, sizeof lf}, (struct bytes){lf, sizeof lf},
                         SMTP_BODY_BINARYMIME, pipelined, pieces[i]);
        }
}

static void a_chunk_that_cannot_be_sent_ends_the_transaction(void **state)
{
    struct smtp_client_options options = dialogue_options();
    struct bytes path = BYTES_LITERAL("b@b.example");
    struct smtp_message message = {.reverse_path = BYTES_LITERAL("from@a.example"),
                                   .forward_paths = &path,
                                   .forward_path_count = 1,
                                   .streamed = true,
                                   .size_octets = SMTP_MESSAGE_SIZE_UNKNOWN};
    struct dialogue dialogue;

    (void)state;
    dialogue_begin(&dialogue, &options);
    dialogue.stream = BYTES_LITERAL("a\rb\n");
    dialogue_submit_message(&dialogue, &message);
    dialogue_play(&dialogue, ONE BYE);
    assert_string_equal(dialogue_told(&dialogue), TOLD("permanent at BDAT"));
    dialogue_end(&dialogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_in_chunks_where_they_are_offered),
        cmocka_unit_test(lmtp_answers_for_each_recipient),
        cmocka_unit_test(announced_limits_are_kept),
        cmocka_unit_test(many_chunks_follow_each_other),
        cmocka_unit_test(rset_follows_a_refused_chunk),
        cmocka_unit_test(chunks_make_up_the_message_however_it_comes),
        cmocka_unit_test(a_chunk_that_cannot_be_sent_ends_the_transaction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
