/*
 * transcript_words.h - the words of a transcript's text, shared by its printer and its parser.
 */
#ifndef FAKESERVER_TRANSCRIPT_WORDS_H
#define FAKESERVER_TRANSCRIPT_WORDS_H

#include "fakeserver/transcript.h"

#define TRANSCRIPT_TEXT_MAGIC "smtpdrill-transcript 1"

struct transcript_fact {
    const char *name;
    size_t offset; /* of the uint64_t in struct mail_data_facts */
};

/* The texts that tell of a handshake. */
struct transcript_tls_text {
    const char *name;
    size_t offset; /* of the struct bytes in struct tls_facts */
};

enum { TRANSCRIPT_PRECISION_COUNT = 3, TRANSCRIPT_TLS_TEXT_COUNT = 6 };

extern const char *const transcript_kind_words[TRANSCRIPT_KIND_COUNT];
extern const char *const transcript_source_words[TRANSCRIPT_SOURCE_COUNT];
extern const char *const transcript_note_words[TRANSCRIPT_NOTE_COUNT];
extern const char *const transcript_precision_words[TRANSCRIPT_PRECISION_COUNT];
extern const struct transcript_fact transcript_facts[];
extern const size_t transcript_fact_count;
extern const struct transcript_tls_text transcript_tls_texts[TRANSCRIPT_TLS_TEXT_COUNT];

#endif
