#include "fakeserver/transcript_text.h"

#include "fakeserver/judge.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

#include <stdio.h>

#define HEAD                                                                                       \
    "smtpdrill-transcript 1\nscenario \"x/y\"\ninstance \"code=421\"\nseed 7\nclient \"curl\"\n"   \
    "version \"8.5\"\n"
#define RECORDS "records\n+0.000 1 connected -\nend\n"

/* One of everything. */
static const char whole[] =
    HEAD "cut \"stall@2:3+17\" timeout=2000 hurried\n"
         "uncut precision=class whole=permanent status=69 known\n"
         "uncut-recipient permanent code=550 \"b@x.example\" \"no\"\n"
         "uncut-recipient sent code=250 \"a@x.example\" \"\"\n"
         "uncut-finding \"5321-4.1.1.4-a\" \"no \\\"data\\\"\"\n"
         "uncut-finding \"\" \"\"\n"
         "claim precision=class whole=partial status=-1 known per-recipient hung signal=9 code=550 "
         "stage=\"MAIL\"\n"
         "recipient sent code=250 \"a@x.example\" \"ok \\\"then\\\"\"\n"
         "recipient permanent code=550 \"b@x.example\" \"\\xc4\\xe3\"\n"
         "report \"550 no\\n\"\n"
         "file \"x/y\"\n"
         "| title   t\n"
         "|\n"
         "\\ ...\n"
         "file \"x/codes.tsv\"\n"
         "| code\ttext\n"
         "records\n"
         "+0.000 1 connected -\n"
         "+0.001 1 reply dialogue line=7 \"220 hi\\r\\n\"\n"
         "+61.250 2 command model line=9 secure notes=early,nul variation=helo-first wire=900 "
         "\"EHLO \\0\\r\\n\"\n"
         "+61.251 2 data - facts ended octets=10 differs_at=- digest=18446744073709551614 "
         "own_names=\"Date, X-\\\"Y\"\n"
         "+61.252 2 data personality facts\n"
         "+61.252 2 response model sasl=cram-proof \"{secret}\\r\\n\"\n"
         "+61.252 2 tls model secure tls version=1.3 resumed cipher=\"TLS_X\" name=\"mx.example\" "
         "alpn=\"smtp\" alpn-offer=\"h2,smtp\" client=\"CN=me\"\n"
         "+61.252 2 tls-failed dialogue line=9 tls version=any trouble=\"expired\"\n"
         "+61.253 2 client-reset rule notes=unreached\n"
         "end\n";

static bool parse(struct bytes octets, struct arena *arena, struct transcript_text *text,
                  struct transcript **transcript, struct err *err)
{
    *transcript = transcript_new();
    return *transcript && transcript_text_parse(octets, arena, text, *transcript, err);
}

static void a_text_is_printed_as_it_was_parsed(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct transcript_text text;
    struct transcript *transcript;
    struct err err = {0};
    struct buf printed;

    (void)state;
    if (!parse(bytes_of(whole), arena, &text, &transcript, &err))
        fail_msg("%u:%u: %s", err.line, err.column, err.what);
    buf_init(&printed, 1 << 20);
    assert_true(transcript_text_print(&text, transcript, &printed, &err));
    assert_string(buf_bytes(&printed), whole);
    buf_release(&printed);
    transcript_free(transcript);
    arena_free(arena);
}

static void a_text_says_what_it_says(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct transcript_text text;
    struct transcript *transcript;
    const struct transcript_record *record;

    (void)state;
    assert_true(parse(bytes_of(whole), arena, &text, &transcript, NULL));
    assert_string(text.scenario, "x/y");
    assert_int_equal(text.seed, 7);
    assert_string_equal(cut_print(&text.cut).text, "stall@2:3+17");
    assert_int_equal(text.cut_timeout_ms, 2000);
    assert_true(text.cut_hurries && text.has_uncut);
    assert_int_equal(text.uncut.claim.whole, SMTP_OUTCOME_PERMANENT);
    assert_int_equal(text.uncut.claim.recipient_count, 2);
    assert_string(text.uncut.claim.recipients[0].address, "b@x.example");
    assert_int_equal(text.uncut.finding_count, 2);
    assert_string(text.uncut.findings[0].expected, "no \"data\"");
    assert_int_equal(text.claim.status, -1);
    assert_int_equal(text.claim.recipients[1].outcome, SMTP_OUTCOME_PERMANENT);
    assert_string(text.claim.recipients[1].text, "\xc4\xe3");
    assert_string(text.files[0].text, "title   t\n\n...");
    assert_string(text.files[1].text, "code\ttext\n");
    assert_int_equal(transcript_count(transcript), 9);
    assert_int_equal(transcript_at(transcript, 5)->remark, SASL_REMARK_CRAM_PROOF);
    record = transcript_at(transcript, 6);
    assert_true(record->tls->ok && record->tls->resumed);
    assert_int_equal(record->tls->version, TLS_VERSION_1_3);
    assert_string(record->tls->server_name, "mx.example");
    assert_string(transcript_at(transcript, 7)->tls->trouble, "expired");
    record = transcript_at(transcript, 2);
    assert_int_equal(record->at_ms, 61250);
    assert_int_equal(record->connection, 2);
    assert_int_equal(record->line, 9);
    assert_true(record->secure);
    assert_int_equal(record->notes, TRANSCRIPT_NOTE(EARLY) | TRANSCRIPT_NOTE(NUL));
    assert_int_equal(record->variation, VARIATION_HELO_FIRST);
    assert_int_equal(record->wire_octets, 900);
    assert_bytes(record->octets, BYTES_LITERAL("EHLO \0\r\n"));
    record = transcript_at(transcript, 3);
    assert_true(record->facts->ended);
    assert_true(record->facts->differs_at == MAIL_DATA_NOWHERE);
    assert_int_equal(record->facts->octets, 10);
    transcript_free(transcript);
    arena_free(arena);
}

static const struct {
    const char *text;
    unsigned line, column;
} invalid_texts[] = {
    {"",                                                              0,  1 },
    {"smtpdrill-transcript 2\n",                                      1,  1 },
    {HEAD,                                                            6,  0 },
    {HEAD "records\n",                                                7,  0 },
    {HEAD "cut \"clse@1\"\n" RECORDS,                                 7,  0 },
    {HEAD "cut \"stall@1\" timeout=x\n" RECORDS,                      7,  23},
    {HEAD "cut \"stall@1\" soon\n" RECORDS,                           7,  15},
    {HEAD "uncut-finding \"a\"\n" RECORDS,                            7,  0 },
    {HEAD "uncut-finding \"a\" \"b\" c\n" RECORDS,                    7,  23},
    {HEAD "verdict\n" RECORDS,                                        7,  1 },
    {HEAD "claim\n" RECORDS,                                          7,  0 },
    {HEAD "claim precision=some whole=sent status=0\n" RECORDS,       7,  0 },
    {HEAD "claim precision=class whole=sent status=0 know\n" RECORDS, 7,  43},
    {HEAD "recipient sent \"a\" \"\"\n" RECORDS,                      7,  16},
    {HEAD "report 550\n" RECORDS,                                     7,  8 },
    {HEAD "report \"550\n" RECORDS,                                   7,  8 },
    {HEAD "report \"5\\q0\"\n" RECORDS,                               7,  0 },
    {HEAD "records\n0.000 1 connected -\nend\n",                      8,  1 },
    {HEAD "records\n+0.0 1 connected -\nend\n",                       8,  1 },
    {HEAD "records\n+0.000 one connected -\nend\n",                   8,  8 },
    {HEAD "records\n+0.000 1 disconnected -\nend\n",                  8,  10},
    {HEAD "records\n+0.000 1 connected someone\nend\n",               8,  20},
    {HEAD "records\n+0.000 1 connected - \nend\n",                    8,  21},
    {HEAD "records\n+0.000 1 command - notes=soon \"\"\nend\n",       8,  26},
    {HEAD "records\n+0.000 1 command - variation=odd \"\"\nend\n",    8,  30},
    {HEAD "records\n+0.000 1 data - facts octets=x\nend\n",           8,  0 },
    {HEAD "records\n+0.000 1 command - \"a\" \"b\"\nend\n",           8,  24},
    {HEAD "records\n+0.000 1 connected -\nend\nmore\n",               10, 1 },
};

static void what_is_no_transcript_is_refused_with_line_and_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_texts); i++) {
        struct arena *arena = arena_new(1 << 20);
        struct transcript_text text;
        struct transcript *transcript;
        struct err err = {0};

        assert_false(parse(bytes_of(invalid_texts[i].text), arena, &text, &transcript, &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        if (err.line != invalid_texts[i].line ||
            (invalid_texts[i].column && err.column != invalid_texts[i].column))
            fail_msg("%u:%u %s\n%s", err.line, err.column, err.what, invalid_texts[i].text);
        transcript_free(transcript);
        arena_free(arena);
    }
}

/* Cut anywhere, a text is refused; and nothing behind its end is read. */
static void every_beginning_of_a_text_is_refused(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, sizeof(whole)));
    for (size_t size = 0; size + 2 < sizeof(whole); size++) {
        struct arena *arena = arena_new(1 << 20);
        struct transcript_text text;
        struct transcript *transcript;
        struct bytes octets = guard_page_put(&page, bytes_slice(bytes_of(whole), 0, size));

        assert_false(parse(octets, arena, &text, &transcript, NULL));
        transcript_free(transcript);
        arena_free(arena);
    }
    guard_page_release(&page);
}

static bool reads_and_prints(void *context)
{
    struct arena *arena = arena_new(1 << 20);
    struct transcript *transcript = NULL;
    struct transcript_text text;
    struct err err = {0};
    struct buf printed;
    bool ok;

    (void)context;
    buf_init(&printed, 1 << 20);
    ok = arena && parse(bytes_of(whole), arena, &text, &transcript, &err) &&
         transcript_text_print(&text, transcript, &printed, &err);
    assert_true(ok || !arena || !transcript || err.kind == ERR_MEMORY);
    buf_release(&printed);
    transcript_free(transcript);
    arena_free(arena);
    return ok;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(fail_alloc_each(reads_and_prints, NULL) > 5);
}

static void the_passwords_of_a_scenario_are_masked(void **state)
{
    const struct transcript_file file = {
        BYTES_LITERAL("x.drill"),
        BYTES_LITERAL("send user=u password=planted-1 to=a@b.example\n"
                      "account user=v password=\"planted 2\" # password=planted3\n"
                      "send password=\"{word}\"\nS: 250 password=kept\n")};
    struct transcript_text text = {.scenario = file.path, .files = &file, .file_count = 1};
    struct transcript *transcript = transcript_new();
    struct err err = {0};
    struct buf printed;

    (void)state;
    buf_init(&printed, 1 << 16);
    assert_true(transcript_text_print(&text, transcript, &printed, &err));
    assert_true(buf_append_octet(&printed, '\0'));
    assert_null(strstr(printed.data, "planted"));
    assert_non_null(strstr(printed.data, "| send user=u password=********* to=a@b.example\n"));
    assert_non_null(strstr(printed.data, "password=\"{word}\"\n| S: 250 password=kept\n"));
    buf_release(&printed);
    transcript_free(transcript);
}

static void a_full_buffer_is_a_limit(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct transcript_text text;
    struct transcript *transcript;
    struct err err = {0};

    (void)state;
    assert_true(parse(bytes_of(whole), arena, &text, &transcript, NULL));
    for (size_t max = 0; max + 1 < sizeof(whole); max += 13) {
        struct buf printed;

        buf_init(&printed, max);
        assert_false(transcript_text_print(&text, transcript, &printed, &err));
        assert_int_equal(err.kind, ERR_LIMIT);
        buf_release(&printed);
    }
    transcript_free(transcript);
    arena_free(arena);
}

/* ---- the scenario again --------------------------------------------------------------------- */

static void the_scenario_is_made_again_with_the_files_that_it_names(void **state)
{
    static const char run[] =
        "smtpdrill-transcript 1\nscenario \"x/y.drill\"\ninstance \"code=451\"\nseed 7\n"
        "client \"curl\"\nversion \"8.5\"\n"
        "file \"x/y.drill\"\n| title t\n| sweep from codes.tsv\n| send to=b@y.example\n| \n"
        "| ...\n| C: MAIL\n| S: {code} no\n"
        "file \"x/codes.tsv\"\n| code\n| 421\n| 451\n" RECORDS;
    struct arena *arena = arena_new(1 << 20);
    struct transcript_text text;
    struct transcript *transcript;
    struct scenario scenario;
    struct err err = {0};
    bool found = false;

    (void)state;
    assert_true(parse(bytes_of(run), arena, &text, &transcript, &err));
    if (!transcript_text_scenario(&text, arena, &scenario, &err))
        fail_msg("%u:%u: %s", err.line, err.column, err.what);
    for (size_t i = 0; i < scenario.step_count; i++)
        found |= scenario.steps[i].kind == STEP_REPLY && scenario.steps[i].code == 451;
    assert_true(found);
    text.instance = BYTES_LITERAL("code=999");
    assert_false(transcript_text_scenario(&text, arena, &scenario, &err));
    text.file_count = 1;
    assert_false(transcript_text_scenario(&text, arena, &scenario, &err));
    text.file_count = 0;
    assert_false(transcript_text_scenario(&text, arena, &scenario, &err));
    transcript_free(transcript);
    arena_free(arena);
}

/* The example of the man page: between the last .Bd and .Ed, "\\e" stands for a backslash. */
static struct bytes example_of_the_page(struct arena *arena)
{
    FILE *file = fopen(PAGE, "r");
    char *text = arena_alloc(arena, 1 << 16);
    char line[1000];
    size_t size = 0;

    assert_non_null(file);
    assert_non_null(text);
    while (fgets(line, sizeof(line), file)) {
        bool end = strncmp(line, ".Ed", 3) == 0;

        if (strncmp(line, ".Bd", 3) == 0)
            size = 0;
        for (const char *from = line; size < (1 << 16) - 2 && line[0] != '.' && *from; from++) {
            text[size++] = *from;
            from += from[0] == '\\' && from[1] == 'e';
        }
        if (end)
            text[size] = '\0';
        if (end && strncmp(text, "smtpdrill-transcript 1", 22) == 0 && strstr(text, "\nend\n"))
            break;
    }
    (void)fclose(file);
    return (struct bytes){text, size};
}

static void the_example_of_the_page_is_a_transcript(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct transcript_text text;
    struct transcript *transcript;
    struct scenario scenario;
    struct verdict verdict;
    struct err err = {0};

    (void)state;
    if (!parse(example_of_the_page(arena), arena, &text, &transcript, &err) ||
        !transcript_text_scenario(&text, arena, &scenario, &err))
        fail_msg("%u:%u: %s", err.line, err.column, err.what);
    assert_true(judge(&scenario, transcript, &text.claim, arena, &verdict, &err));
    assert_int_equal(verdict.scenario, VERDICT_PASS);
    assert_true(verdict.variations == VARIATION_BIT(VARIATION_HELO_FIRST));
    assert_int_equal(verdict.rules, VERDICT_WARN);
    transcript_free(transcript);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_printed_as_it_was_parsed),
        cmocka_unit_test(a_text_says_what_it_says),
        cmocka_unit_test(what_is_no_transcript_is_refused_with_line_and_column),
        cmocka_unit_test(every_beginning_of_a_text_is_refused),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(the_passwords_of_a_scenario_are_masked),
        cmocka_unit_test(a_full_buffer_is_a_limit),
        cmocka_unit_test(the_example_of_the_page_is_a_transcript),
        cmocka_unit_test(the_scenario_is_made_again_with_the_files_that_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
