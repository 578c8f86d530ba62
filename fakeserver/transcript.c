#include "fakeserver/transcript.h"

#include "base/arena.h"

#include <stdlib.h>

/* Octets and facts of one run; a run that says more is cut off as ERR_LIMIT. */
enum { OCTETS_MAX = 256 * 1024 * 1024, RECORDS_FIRST = 32 };

struct transcript {
    struct arena *arena;
    struct transcript_record *records;
    size_t count;
    size_t capacity;
};

const char *variation_word(enum variation variation)
{
    static const char *const words[] = {
#define X(name, word) word,
        VARIATION_TABLE(X)
#undef X
    };

    return words[variation];
}

struct transcript *transcript_new(void)
{
    struct transcript *transcript = calloc(1, sizeof(*transcript));

    if (!transcript)
        return NULL;
    transcript->arena = arena_new(OCTETS_MAX);
    if (!transcript->arena) {
        free(transcript);
        return NULL;
    }
    return transcript;
}

void transcript_free(struct transcript *transcript)
{
    if (!transcript)
        return;
    arena_free(transcript->arena);
    free(transcript->records);
    free(transcript);
}

static bool make_room(struct transcript *transcript, struct err *err)
{
    size_t capacity = transcript->capacity ? transcript->capacity * 2 : RECORDS_FIRST;
    struct transcript_record *records;

    if (transcript->count == TRANSCRIPT_RECORDS_MAX)
        return err_set(err, ERR_LIMIT, "a transcript has at most %d records",
                       TRANSCRIPT_RECORDS_MAX);
    if (transcript->count < transcript->capacity)
        return true;
    records = realloc(transcript->records, capacity * sizeof(*records));
    if (!records)
        return err_memory(err);
    transcript->records = records;
    transcript->capacity = capacity;
    return true;
}

static bool keep_bytes(struct transcript *transcript, struct bytes *octets)
{
    if (octets->size == 0)
        return true;
    *octets = arena_copy(transcript->arena, *octets);
    return octets->data != NULL;
}

static bool keep_tls(struct transcript *transcript, const struct tls_facts **facts)
{
    struct tls_facts *kept;

    if (!*facts)
        return true;
    kept = arena_alloc(transcript->arena, sizeof(*kept));
    if (!kept)
        return false;
    *kept = **facts;
    kept->tls_unique = kept->tls_server_end_point = kept->tls_exporter = BYTES_NONE;
    *facts = kept;
    return keep_bytes(transcript, &kept->cipher) && keep_bytes(transcript, &kept->server_name) &&
           keep_bytes(transcript, &kept->alpn) && keep_bytes(transcript, &kept->alpn_offer) &&
           keep_bytes(transcript, &kept->client) && keep_bytes(transcript, &kept->trouble);
}

bool transcript_add(struct transcript *transcript, const struct transcript_record *record,
                    struct err *err)
{
    struct transcript_record *kept;
    struct mail_data_facts *facts = NULL;
    struct bytes octets = bytes_slice(record->octets, 0, TRANSCRIPT_OCTETS_MAX);
    const struct tls_facts *tls = record->tls;

    if (!make_room(transcript, err))
        return false;
    if (octets.size)
        octets = arena_copy(transcript->arena, octets);
    if (record->facts)
        facts = arena_alloc(transcript->arena, sizeof(*facts));
    if ((record->octets.size && !octets.data) || (record->facts && !facts) ||
        !keep_tls(transcript, &tls))
        return arena_used(transcript->arena) > OCTETS_MAX / 2
                   ? err_set(err, ERR_LIMIT, "a transcript holds at most %d octets", OCTETS_MAX)
                   : err_memory(err);
    if (facts)
        *facts = *record->facts;
    kept = &transcript->records[transcript->count++];
    *kept = *record;
    kept->octets = octets;
    kept->facts = facts;
    kept->tls = tls;
    if (record->octets.size > octets.size) {
        kept->notes |= TRANSCRIPT_NOTE(SHORTENED);
        if (kept->wire_octets == 0)
            kept->wire_octets = record->octets.size;
    }
    return true;
}

size_t transcript_count(const struct transcript *transcript)
{
    return transcript->count;
}

const struct transcript_record *transcript_at(const struct transcript *transcript, size_t index)
{
    return &transcript->records[index];
}
