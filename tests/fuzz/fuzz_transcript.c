/*
 * fuzz_transcript.c - any text as a transcript: what is read prints back to what reads the same,
 * and is judged without harm.
 */
#include "fakeserver/judge.h"
#include "fakeserver/transcript_text.h"

#include <stdlib.h>

#define CHECK(condition) ((condition) ? (void)0 : abort())

enum { ARENA_MAX = 8 * 1024 * 1024, TEXT_MAX = 8 * 1024 * 1024 };

static void print_again(const struct transcript_text *text, const struct transcript *transcript)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct transcript *again = transcript_new();
    struct transcript_text second;
    struct err err;
    struct buf first_print;
    struct buf second_print;

    buf_init(&first_print, TEXT_MAX);
    buf_init(&second_print, TEXT_MAX);
    if (transcript_text_print(text, transcript, &first_print, &err) &&
        transcript_text_parse(buf_bytes(&first_print), arena, &second, again, &err)) {
        CHECK(transcript_count(again) == transcript_count(transcript));
        CHECK(transcript_text_print(&second, again, &second_print, &err));
        CHECK(bytes_equal(buf_bytes(&first_print), buf_bytes(&second_print)));
    } else {
        CHECK(err.kind != ERR_SYNTAX);
    }
    buf_release(&first_print);
    buf_release(&second_print);
    transcript_free(again);
    arena_free(arena);
}

static void judge_it(const struct transcript_text *text, const struct transcript *transcript,
                     struct arena *arena)
{
    static const struct scenario none = {.level = FINDING_MUST};
    struct scenario scenario;
    struct verdict verdict;
    struct err err;
    struct buf shown;
    const struct smtp_claim *claim = text->has_claim ? &text->claim : NULL;
    struct judge_cut_run cut = {.scenario = &scenario,
                                .transcript = transcript,
                                .claim = claim,
                                .cut = &text->cut,
                                .uncut = text->has_uncut ? &text->uncut : NULL};

    if (!transcript_text_scenario(text, arena, &scenario, &err))
        scenario = none;
    if (text->has_cut ? !judge_cut(&cut, arena, &verdict, &err)
                      : !judge(&scenario, transcript, claim, arena, &verdict, &err))
        return;
    buf_init(&shown, TEXT_MAX);
    for (size_t i = 0; i < verdict.finding_count; i++)
        (void)finding_print(&verdict.findings[i], transcript, "", &shown);
    for (size_t i = 0; i < shown.size; i++)
        CHECK(shown.data[i] == '\n' || (unsigned char)shown.data[i] >= ' ');
    buf_release(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct transcript *transcript = transcript_new();
    struct transcript_text text;
    struct err err;

    if (arena && transcript &&
        transcript_text_parse((struct bytes){(const char *)data, size}, arena, &text, transcript,
                              &err)) {
        print_again(&text, transcript);
        judge_it(&text, transcript, arena);
    }
    transcript_free(transcript);
    arena_free(arena);
    return 0;
}
