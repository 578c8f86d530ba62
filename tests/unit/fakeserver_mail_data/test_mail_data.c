#include "fakeserver/mail_data.h"

#include "base/text.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

#include <inttypes.h>
#include <stdio.h>

static void assert_same_facts_of(const char *name, const struct mail_data_facts *a,
                                 const struct mail_data_facts *b)
{
#define X(fact)                                                                                    \
    if (a->fact != b->fact)                                                                        \
        fail_msg("%s: %s: %" PRIu64 " and %" PRIu64, name, #fact, a->fact, b->fact);
    MAIL_DATA_FACT_TABLE(X)
#undef X
    assert_int_equal(a->ended, b->ended);
}

#define assert_same_facts(a, b) assert_same_facts_of("cut", (a), (b))

/* Feeds in pieces of so many octets until the end; answers the octets consumed. */
static size_t feed(struct mail_data_reader *reader, struct bytes input, size_t piece)
{
    size_t at = 0;

    mail_data_reader_start(reader);
    while (at < input.size && !mail_data_reader_has_ended(reader)) {
        struct bytes next = bytes_slice(input, at, at + piece);
        size_t used = mail_data_reader_feed(reader, next);

        assert_true(used == next.size || mail_data_reader_has_ended(reader));
        at += used;
    }
    return at;
}

static struct mail_data_facts facts_of(const struct mail_text *expected, struct bytes input)
{
    struct mail_data_reader *reader = mail_data_reader_new(expected);
    struct mail_data_facts facts;

    assert_non_null(reader);
    feed(reader, input, input.size);
    facts = *mail_data_reader_facts(reader);
    mail_data_reader_free(reader);
    return facts;
}

/* What was sent, where it ends (0 = not yet), and the facts. */
static const struct {
    struct bytes input;
    size_t ends;
    uint64_t octets, lines, longest, bare_cr, bare_lf, unstuffed, false_ends;
} ends[] = {
    {OCTETS(".\r\n"),              3,  0, 0, 0, 0, 0, 0, 0},
    {OCTETS("a\r\n.\r\nQUIT\r\n"), 6,  3, 1, 3, 0, 0, 0, 0},
    {OCTETS("a\r\nbcd\r\n.\r\n"),  11, 8, 2, 5, 0, 0, 0, 0},
    {OCTETS("..\r\n.\r\n"),        7,  3, 1, 3, 0, 0, 0, 0},
    {OCTETS("...a\r\n.\r\n"),      9,  5, 1, 5, 0, 0, 0, 0},
    {OCTETS(".a\r\n.\r\n"),        7,  3, 1, 3, 0, 0, 1, 0},
    {OCTETS("a\n.\n"),             0,  4, 0, 0, 0, 2, 0, 1},
    {OCTETS("a\n.\r\nb\r\n.\r\n"), 11, 8, 2, 5, 0, 1, 0, 1},
    {OCTETS("a\r\n.\nb\r\n.\r\n"), 11, 7, 2, 4, 0, 1, 1, 1},
    {OCTETS("a\r.\rb\r\n.\r\n"),   10, 7, 1, 7, 2, 0, 0, 1},
    {OCTETS("a\r.\r\nb\r\n.\r\n"), 11, 8, 2, 5, 1, 0, 0, 1},
    {OCTETS("a\r\n.\rb\r\n.\r\n"), 11, 7, 2, 4, 1, 0, 1, 1},
    {OCTETS("a\r\n.\r.\r\n.\r\n"), 11, 7, 2, 4, 1, 0, 1, 2},
    {OCTETS("a\n.\rb\r\n.\r\n"),   10, 7, 1, 7, 1, 1, 0, 1},
    {OCTETS("a\r\r\n.\r\n"),       7,  4, 1, 4, 1, 0, 0, 0},
    {OCTETS("a\n\r\n.\r\n"),       7,  4, 1, 4, 0, 1, 0, 0},
    {OCTETS("\r\n.\r\n"),          5,  2, 1, 2, 0, 0, 0, 0},
    {OCTETS("\n.\r\n"),            0,  4, 1, 4, 0, 1, 0, 1},
    {OCTETS(". \r\n.\r\n"),        7,  3, 1, 3, 0, 0, 1, 0},
    {OCTETS("a.\r\n.\r\n"),        7,  4, 1, 4, 0, 0, 0, 0},
    {OCTETS("a\r\n."),             0,  3, 1, 3, 0, 0, 0, 0},
    {OCTETS("a\r\n.\r"),           0,  3, 1, 3, 0, 0, 0, 0},
};

static void only_the_end_indication_ends_and_its_look_alikes_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct mail_data_facts facts = facts_of(NULL, ends[i].input);
        struct mail_data_facts wanted = facts;

        wanted.wire_octets = ends[i].ends ? ends[i].ends : ends[i].input.size;
        wanted.octets = ends[i].octets;
        wanted.lines = ends[i].lines;
        wanted.longest_line = ends[i].longest;
        wanted.bare_cr = ends[i].bare_cr;
        wanted.bare_lf = ends[i].bare_lf;
        wanted.unstuffed_dots = ends[i].unstuffed;
        wanted.false_ends = ends[i].false_ends;
        wanted.ended = ends[i].ends > 0;
        assert_same_facts_of(text_show(ends[i].input).text, &facts, &wanted);
    }
}

static const char sample[] =
    "From: joker@163.example\r\nSubject: a long\r\n folded subject line that is here\r\nBcc: "
    "x@y\r\n"
    "\r\nA line of more than sixteen octets, clean.\r\n..dot\r\n...\r\nbare\rcr bare\nlf\r\n"
    "\xe4\xbd\xa0\xe5\xa5\xbd 8bit\r\nnul\0 bell\x07 del\x7f tab\t\r\nshort\r\n.unstuffed\r\n"
    "\n.\r\nA line that is longer than forty octets and then some more of it.\r\n\r\n.\r\nQUIT\r\n";

static void any_cut_gives_the_same_facts(void **state)
{
    struct bytes input = {sample, sizeof(sample) - 1};
    struct mail_text expected = {
        BYTES_LITERAL("From: joker@163.example\r\nSubject: b\r\n\r\nA line"), BYTES_NONE, 44};
    struct mail_data_reader *reader = mail_data_reader_new(&expected);
    struct mail_data_facts whole = facts_of(&expected, input);

    (void)state;
    assert_true(whole.ended);
    assert_int_equal(whole.wire_octets, input.size - strlen("QUIT\r\n"));
    for (size_t piece = 1; piece <= input.size; piece++) {
        assert_int_equal(feed(reader, input, piece), whole.wire_octets);
        assert_same_facts(mail_data_reader_facts(reader), &whole);
    }
    for (size_t cut = 0; cut < whole.wire_octets; cut++) {
        mail_data_reader_start(reader);
        assert_int_equal(mail_data_reader_feed(reader, bytes_slice(input, 0, cut)), cut);
        mail_data_reader_feed(reader, bytes_after(input, cut));
        assert_same_facts(mail_data_reader_facts(reader), &whole);
    }
    mail_data_reader_free(reader);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* The first ".CRLF" at the start or behind CRLF, by looking at all of it. */
static size_t end_by_search(struct bytes input)
{
    size_t at;

    if (bytes_starts_with(input, BYTES_LITERAL(".\r\n")))
        return 3;
    at = bytes_find_bytes(input, BYTES_LITERAL("\r\n.\r\n"));
    return at == BYTES_NOT_FOUND ? input.size : at + 5;
}

static void octets_in_any_order_end_where_a_search_says_and_cuts_change_nothing(void **state)
{
    static const char alphabet[] = "\r\n\r\n\r\n..a:\0\x80 \tFFFFFF";
    struct mail_data_reader *reader = mail_data_reader_new(NULL);
    struct guard_page page;
    uint64_t seed = 2026;

    (void)state;
    assert_true(guard_page_init(&page, 300));
    for (int round = 0; round < 20000; round++) {
        char octets[300];
        size_t size = next_random(&seed) % (sizeof(octets) + 1);
        struct bytes input;
        struct mail_data_facts whole;

        for (size_t i = 0; i < size; i++)
            octets[i] = alphabet[next_random(&seed) % (sizeof(alphabet) - 1)];
        input = guard_page_put(&page, (struct bytes){octets, size});
        assert_int_equal(feed(reader, input, SIZE_MAX / 2), end_by_search(input));
        whole = *mail_data_reader_facts(reader);
        feed(reader, input, 1);
        assert_same_facts(mail_data_reader_facts(reader), &whole);
        feed(reader, input, 1 + next_random(&seed) % 40);
        assert_same_facts(mail_data_reader_facts(reader), &whole);
    }
    guard_page_release(&page);
    mail_data_reader_free(reader);
}

static void octets_of_each_kind_are_counted(void **state)
{
    struct mail_data_facts facts = facts_of(NULL, (struct bytes){sample, sizeof(sample) - 1});

    (void)state;
    assert_int_equal(facts.eight_bit, 6);
    assert_int_equal(facts.nul, 1);
    assert_int_equal(facts.control, 2);
    assert_int_equal(facts.bare_cr, 1);
    assert_int_equal(facts.bare_lf, 2);
    assert_int_equal(facts.unstuffed_dots, 1);
    assert_int_equal(facts.false_ends, 1);
    assert_int_equal(facts.bcc, 1);
    assert_int_equal(facts.from_fields, 1);
    assert_int_equal(facts.date_fields, 0);
}

#define HEAD "From: a@b\r\nTo: c@d\r\nSubject: x\r\n y\r\n\r\n"

/* Each against the message HEAD "one\r\n.two\r\n". */
static const struct {
    const char *name;
    const char *input;
    uint64_t header_octets, header_differs, header_extra, differs_at;
} comparisons[] = {
    {"the same",        HEAD "one\r\n..two\r\n.\r\n",                                            38, 0, 0, MAIL_DATA_NOWHERE},
    {"a field more",    "Date: now\r\n" HEAD "one\r\n..two\r\n.\r\n",                            49, 0, 1, MAIL_DATA_NOWHERE},
    {"a field twice",   "To: c@d\r\n" HEAD "one\r\n..two\r\n.\r\n",                              47, 0, 1, MAIL_DATA_NOWHERE},
    {"another order",   "To: c@d\r\nSubject: x\r\n y\r\nFrom: a@b\r\n\r\none\r\n..two\r\n.\r\n", 38,
     0,                                                                                                 0, MAIL_DATA_NOWHERE},
    {"a field changed", "From: a@b\r\nTo: c@d\r\nSubject: x y\r\n\r\none\r\n..two\r\n.\r\n",     36, 1,
     0,                                                                                                    MAIL_DATA_NOWHERE},
    {"a field lost",    "From: a@b\r\nSubject: x\r\n y\r\n\r\none\r\n..two\r\n.\r\n",            29, 1, 0,
     MAIL_DATA_NOWHERE                                                                                                      },
    {"no header",       "\r\none\r\n..two\r\n.\r\n",                                             2,  3, 0, MAIL_DATA_NOWHERE},
    {"body changed",    HEAD "one\r\n..tvo\r\n.\r\n",                                            38, 0, 0, 7                },
    {"dot lost",        HEAD "one\r\n.two\r\n.\r\n",                                             38, 0, 0, 5                },
    {"body cut",        HEAD "one\r\n.\r\n",                                                     38, 0, 0, 5                },
    {"body longer",     HEAD "one\r\n..two\r\n\r\n.\r\n",                                        38, 0, 0, 11               },
    {"no body",         HEAD ".\r\n",                                                            38, 0, 0, 0                },
    {"nothing",         ".\r\n",                                                                 0,  3, 0, 0                },
};

static void what_arrived_is_compared_with_what_was_to_be_sent(void **state)
{
    struct bytes message = BYTES_LITERAL(HEAD "one\r\n.two\r\n");
    struct mail_text expected = {message, BYTES_NONE, message.size};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(comparisons); i++) {
        struct mail_data_facts facts = facts_of(&expected, bytes_of(comparisons[i].input));
        struct mail_data_facts wanted = facts;

        wanted.header_octets = comparisons[i].header_octets;
        wanted.header_differs = comparisons[i].header_differs;
        wanted.header_extra = comparisons[i].header_extra;
        wanted.differs_at = comparisons[i].differs_at;
        assert_true(facts.ended);
        assert_same_facts_of(comparisons[i].name, &facts, &wanted);
    }
}

/* Fields that the client added to HEAD, and what is amiss with them. */
static const struct {
    const char *name;
    const char *fields;
    uint64_t longest_line, bad_names, short_years;
} own_fields[] = {
    {"none",                      "",                                          0,  0, 0},
    {"a good one",                "X-Mailer: a b\r\n",                         15, 0, 0},
    {"folded",                    "X-Mailer: a\r\n b, which is longer\r\n",    21, 0, 0},
    {"a blank in the name",       "X Mailer: a\r\n",                           13, 1, 0},
    {"a blank before the colon",  "X-Mailer : a\r\n",                          14, 1, 0},
    {"eight bits in the name",    "X-\xc3\xbc: a\r\n",                         9,  1, 0},
    {"no colon",                  "X-Mailer\r\n",                              10, 1, 0},
    {"no name",                   ": a\r\n",                                   5,  1, 0},
    {"two of them",               "X Y: a\r\nZ: b\r\nV W: c\r\n",              8,  2, 0},
    {"four digits",               "Date: Fri, 27 Nov 2026 16:00:00 +0000\r\n", 39, 0, 0},
    {"two digits",                "Date: Fri, 27 Nov 26 16:00:00 +0000\r\n",   37, 0, 1},
    {"three digits",              "Resent-Date: 27 Nov 126 16:00:00 GMT\r\n",  38, 0, 1},
    {"no blank behind the comma", "date:Fri,27 Nov 26 16:00:00 GMT\r\n",       33, 0, 1},
    {"folded before the year",    "Date: 27 Nov\r\n 26 16:00:00 GMT\r\n",      18, 0, 1},
    {"a blank before the fold",   "Date: 27 Nov \r\n 26 16:00:00 GMT\r\n",     18, 0, 1},
    {"no date",                   "Date: yesterday\r\n",                       17, 0, 0},
    {"another field with a date", "X-Date: 27 Nov 26 16:00:00 GMT\r\n",        32, 0, 0},
    {"a field changed",           "Subject: x y\r\n",                          14, 0, 0},
};

static void fields_that_the_client_wrote_are_looked_at(void **state)
{
    struct bytes message = BYTES_LITERAL("Odd name: x\r\n" HEAD "one\r\n");
    struct mail_text expected = {message, BYTES_NONE, message.size};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(own_fields); i++) {
        char input[512];
        struct mail_data_facts facts;
        struct mail_data_facts wanted;

        (void)snprintf(input, sizeof(input), "%sOdd name: x\r\n" HEAD "one\r\n.\r\n",
                       own_fields[i].fields);
        facts = facts_of(&expected, bytes_of(input));
        wanted = facts;
        wanted.own_longest_line = own_fields[i].longest_line;
        wanted.own_bad_names = own_fields[i].bad_names;
        wanted.own_short_years = own_fields[i].short_years;
        assert_same_facts_of(own_fields[i].name, &facts, &wanted);
    }
}

/* Fields before HEAD, and the names that are told. */
static const struct {
    const char *fields;
    const char *names;
} named[] = {
    {"",                                                         ""                         },
    {"Date: x\r\n",                                              "Date"                     },
    {"Message-ID: x\r\nDATE:\r\n x\r\nX-\"Y\":z\r\n",            "Message-ID, DATE, X-\"Y\""},
    {"Received: a\r\nreceived: b\r\nDate: x\r\nReceived: c\r\n", "Received, Date"           },
    {"X Y: a\r\nX-\xc3\xbc: a\r\n: x\r\nZ: a\r\n",               "Z"                        },
};

static void fields_that_a_client_adds_are_told_by_name(void **state)
{
    struct bytes message = BYTES_LITERAL(HEAD "one\r\n");
    struct mail_text expected = {message, BYTES_NONE, message.size};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        char input[512];
        struct mail_data_facts facts;

        (void)snprintf(input, sizeof(input), "%s" HEAD "one\r\n.\r\n", named[i].fields);
        facts = facts_of(&expected, bytes_of(input));
        assert_string_equal(facts.own_names, named[i].names);
    }
}

static void names_that_find_no_room_are_told_to_be_there(void **state)
{
    struct bytes message = BYTES_LITERAL("\r\n");
    struct mail_text expected = {message, BYTES_NONE, message.size};

    (void)state;
    for (size_t octets = 1; octets < 90; octets++) {
        char input[4096] = "";
        struct mail_data_facts facts;
        size_t size = 0;

        for (int i = 0; i < 20; i++)
            size += (size_t)snprintf(input + size, sizeof(input) - size, "X%0*d: a\r\n",
                                     (int)octets, i);
        (void)snprintf(input + size, sizeof(input) - size, "\r\n.\r\n");
        facts = facts_of(&expected, bytes_of(input));
        assert_true(strlen(facts.own_names) < sizeof(facts.own_names));
        assert_int_equal(strstr(facts.own_names, ", ...") != NULL, octets > 4);
    }
}

static void without_a_message_to_compare_no_field_is_the_clients_own(void **state)
{
    struct mail_data_facts facts =
        facts_of(NULL, BYTES_LITERAL("X Y: a\r\nDate: 27 Nov 26 16:00:00 GMT\r\n\r\n.\r\n"));

    (void)state;
    assert_int_equal(facts.own_bad_names + facts.own_short_years + facts.own_longest_line, 0);
}

static void encodings_that_promise_seven_bits_are_counted(void **state)
{
    static const struct {
        const char *field;
        uint64_t count;
    } fields[] = {
        {"Content-Transfer-Encoding: 7bit\r\n",                 1},
        {"content-transfer-encoding:\r\n QUOTED-PRINTABLE\r\n", 1},
        {"Content-Transfer-Encoding: base64\r\n",               1},
        {"Content-Transfer-Encoding: 8bit\r\n",                 0},
        {"Content-Transfer-Encoding: binary\r\n",               0},
        {"Content-Type: 7bit\r\n",                              0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        char input[128];
        struct mail_data_facts facts;

        (void)snprintf(input, sizeof(input), "MIME-Version: 1.0\r\n%s\r\n.\r\n", fields[i].field);
        facts = facts_of(NULL, bytes_of(input));
        assert_int_equal(facts.mime_version, 1);
        assert_int_equal(facts.seven_bit_encoding, fields[i].count);
    }
}

static void a_lost_dot_shows_although_the_reader_takes_it_away(void **state)
{
    struct bytes message = BYTES_LITERAL("A: b\r\n\r\n.two\r\n");
    struct mail_text expected = {message, BYTES_NONE, message.size};
    struct mail_data_facts facts = facts_of(&expected, BYTES_LITERAL("A: b\r\n\r\n.two\r\n.\r\n"));

    (void)state;
    assert_int_equal(facts.unstuffed_dots, 1);
    assert_int_equal(facts.differs_at, 0);
}

static void a_generated_message_needs_no_memory(void **state)
{
    struct mail_text text = {BYTES_LITERAL("A: b\r\n\r\n"), BYTES_LITERAL("0123456789\r\nabc\r\n"),
                             100 * 1000 + 8 + 13};
    struct mail_data_reader *reader = mail_data_reader_new(&text);
    uint64_t offset = 0;
    char piece[777];

    (void)state;
    for (;;) {
        size_t size = mail_text_read(&text, offset, piece, sizeof(piece));

        if (size == 0)
            break;
        offset += size;
        assert_int_equal(mail_data_reader_feed(reader, (struct bytes){piece, size}), size);
    }
    assert_int_equal(offset, text.octets);
    mail_data_reader_feed(reader, BYTES_LITERAL("\r\n.\r\n"));
    assert_true(mail_data_reader_has_ended(reader));
    assert_int_equal(mail_data_reader_facts(reader)->differs_at, text.octets - 8);
    mail_data_reader_free(reader);
}

static void chunks_are_content_as_they_are(void **state)
{
    struct bytes message = BYTES_LITERAL("A: b\r\n\r\n.one\r\n.\r\n\0two");
    struct mail_text expected = {message, BYTES_NONE, message.size};
    struct mail_data_reader *reader = mail_data_reader_new(&expected);

    (void)state;
    for (size_t cut = 0; cut <= message.size; cut++) {
        const struct mail_data_facts *facts = mail_data_reader_facts(reader);

        mail_data_reader_start(reader);
        mail_data_reader_chunk(reader, bytes_slice(message, 0, cut), false);
        assert_false(facts->ended);
        mail_data_reader_chunk(reader, bytes_after(message, cut), true);
        assert_true(facts->ended);
        assert_true(facts->differs_at == MAIL_DATA_NOWHERE);
        assert_int_equal(facts->header_differs, 0);
        assert_int_equal(facts->wire_octets, message.size);
        assert_int_equal(facts->octets, message.size);
        assert_int_equal(facts->unstuffed_dots + facts->false_ends, 0);
        assert_int_equal(facts->lines, 5);
        assert_int_equal(facts->nul, 1);
    }
    mail_data_reader_free(reader);
}

static void two_messages_are_told_apart_and_one_is_known_again(void **state)
{
    struct mail_data_facts a = facts_of(NULL, BYTES_LITERAL("A: b\r\n\r\none\r\n.\r\n"));
    struct mail_data_facts b = facts_of(NULL, BYTES_LITERAL("A: b\r\n\r\none\r\n.\r\n"));
    struct mail_data_facts c = facts_of(NULL, BYTES_LITERAL("A: b\r\n\r\nonf\r\n.\r\n"));

    (void)state;
    assert_true(a.digest == b.digest);
    assert_true(a.digest != c.digest);
}

static bool make_reader(void *context)
{
    struct mail_text expected = {BYTES_LITERAL(HEAD), BYTES_NONE, 38};
    struct mail_data_reader *reader = mail_data_reader_new(&expected);

    (void)context;
    mail_data_reader_free(reader);
    return reader != NULL;
}

static void without_memory_there_is_no_reader(void **state)
{
    (void)state;
    assert_int_equal(fail_alloc_each(make_reader, NULL), 2);
}

static void reading_never_allocates(void **state)
{
    struct mail_data_reader *reader = mail_data_reader_new(NULL);

    (void)state;
    fail_alloc_at(0);
    feed(reader, (struct bytes){sample, sizeof(sample) - 1}, 7);
    assert_int_equal(fail_alloc_count(), 0);
    mail_data_reader_free(reader);
}

/* As far as its maximum goes, and of the message that came last. */
static void the_content_is_copied_for_whoever_wants_it(void **state)
{
    static const char wire[] = "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n";
    static const char content[] = "Subject: x\r\n\r\n.dot\r\nend\r\n";
    const size_t rooms[] = {1000, sizeof(content) - 1, 20};
    (void)state;
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        struct mail_data_reader *reader = mail_data_reader_new(NULL);
        size_t kept = rooms[i] < sizeof(content) - 1 ? rooms[i] : sizeof(content) - 1;
        struct buf copy;
        buf_init(&copy, rooms[i]);
        mail_data_reader_copy(reader, &copy);
        for (int message = 0; message < 2; message++) {
            mail_data_reader_start(reader);
            for (size_t at = 0; at < sizeof(wire) - 1; at++)
                mail_data_reader_feed(reader, (struct bytes){wire + at, 1});
            assert_int_equal(copy.size, kept);
            assert_memory_equal(copy.data, content, kept);
        }
        mail_data_reader_start(reader);
        mail_data_reader_chunk(reader, BYTES_LITERAL(".a\r\n"), false);
        mail_data_reader_chunk(reader, BYTES_LITERAL("b\r\n"), true);
        assert_int_equal(copy.size, 7);
        assert_memory_equal(copy.data, ".a\r\nb\r\n", 7);
        buf_release(&copy);
        mail_data_reader_free(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_end_indication_ends_and_its_look_alikes_are_counted),
        cmocka_unit_test(any_cut_gives_the_same_facts),
        cmocka_unit_test(octets_in_any_order_end_where_a_search_says_and_cuts_change_nothing),
        cmocka_unit_test(octets_of_each_kind_are_counted),
        cmocka_unit_test(what_arrived_is_compared_with_what_was_to_be_sent),
        cmocka_unit_test(fields_that_the_client_wrote_are_looked_at),
        cmocka_unit_test(fields_that_a_client_adds_are_told_by_name),
        cmocka_unit_test(names_that_find_no_room_are_told_to_be_there),
        cmocka_unit_test(without_a_message_to_compare_no_field_is_the_clients_own),
        cmocka_unit_test(encodings_that_promise_seven_bits_are_counted),
        cmocka_unit_test(a_lost_dot_shows_although_the_reader_takes_it_away),
        cmocka_unit_test(a_generated_message_needs_no_memory),
        cmocka_unit_test(chunks_are_content_as_they_are),
        cmocka_unit_test(two_messages_are_told_apart_and_one_is_known_again),
        cmocka_unit_test(without_memory_there_is_no_reader),
        cmocka_unit_test(reading_never_allocates),
        cmocka_unit_test(the_content_is_copied_for_whoever_wants_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
